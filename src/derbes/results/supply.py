"""How long essential uses are met, and who can hurt whom, for how long, at what own cost.

Beside them what made a result, paths over time (the calm plan, and one branch in full), and
how an uncertain input was drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.tables import (
    Head,
    ResultTable,
    columns_of,
    cover_columns,
    end_columns,
    html_table,
    leverage_columns,
    setting_columns,
    table_of,
    tier_units,
    unit_words,
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to make a result again."""

    case_name: str
    case_hash: str
    version: str
    """Version of derbes."""
    solver: str
    """Name and version of the solver."""
    n_draws: int = 1
    """1: central values only."""
    seed: int = 0
    """Of the draws; says nothing where nothing is drawn."""
    command: str = ""
    """Command that makes the result again; empty where none does, or none was noted."""
    discount_rate: float | None = None
    """By which the case discounts money, at its central value [1/year]; None: it does not."""

    @property
    def discounted(self) -> str:
        """The word for discounted money; empty where the case discounts none."""
        return "" if self.discount_rate is None else _("discounted")

    @property
    def not_discounted(self) -> str:
        """The word for money as paid; empty where none is discounted."""
        return "" if self.discount_rate is None else _("not discounted")


ALL_ESSENTIAL = "all_essential"


@dataclass(frozen=True, slots=True)
class CoverRow:
    """Cover of one use (or all essential ones together) for one start of a measure."""

    variant: str
    measure: str
    start: str
    """ISO month."""
    length: int
    """[month]"""
    use: str
    """Id of the use, or `all_essential`."""
    time_to_survive: float | None
    """Longest time in which demand is met while the measure goes on; None: it is
    met to the end of what is modelled. [month]"""
    survives_at_least: Annotated[float, Head("survives at least", "month")]
    """Time in which demand is known to be met. [month]"""
    survives_length: Annotated[bool, Head("survives this length")]
    """Whether a measure of this length leaves nothing unmet."""
    days_of_cover: float | None
    """How long the stock at the start meets the demand to come without any delivery;
    None: it never ends (`days_of_cover_infinite`), or is not known. [day]"""
    binding: tuple[str, ...]
    """Goods that run out first; empty when nothing does."""
    binding_sellers: tuple[str, ...]
    """Actors who sell them and are cut off."""
    time_to_survive_myopic: float | None = None
    """The same under the myopic rule. [month]"""
    days_of_cover_infinite: Annotated[bool, Head("stock never ends")] = False
    """Whether the stock never ends; then `days_of_cover` is None."""
    short_in_calm_from: str = ""
    """ISO month from which the use is short without any measure; empty when it is not."""


@dataclass(frozen=True, slots=True)
class Cover(Tabled):
    """Cover over variants, measures, starts and uses."""

    rows: tuple[CoverRow, ...]
    provenance: Provenance

    def columns(self) -> dict[str, Any]:
        """Rows as arrays by field, for a data frame of any library."""
        return columns_of(self.rows)

    def _repr_html_(self) -> str:
        """A table in a notebook."""
        return html_table((*setting_columns(), *cover_columns()), self.rows, _("Cover"))


@dataclass(frozen=True, slots=True)
class LeverageRow:
    """Losses from one measure of one length that starts in one period."""

    variant: str
    measure: str
    start: str
    """ISO month."""
    length: int
    """[month]"""
    bound: str
    """`optimal`: the best response; `myopic`: the simple rule. `bounds` says which of
    its figures are bounds of the harm."""
    unmet_essential: float
    """Unmet essential demand that the measure adds to calm's, weighted. [unmet_unit]"""
    unmet_deferrable: float
    """Unmet deferrable demand that the measure adds to calm's, weighted. [unmet_unit]"""
    deepest_shortfall: float
    """Largest share of the demand of one essential use in one period that the measure
    leaves unmet beyond what is unmet in calm, 0-1."""
    target_loss: float | None
    """[money] None: a shortage cost or a price is missing."""
    sender_cost_returning: float | None
    """Sender's lost margin when the buyer comes back. [money]"""
    sender_cost_lost: float | None
    """Sender's lost margin when the buyer never comes back. [money]"""
    leverage_ratio: float | None
    """target_loss / sender_cost_returning; None when one is missing or the sender loses nothing."""
    leverage_ratio_lost: Annotated[float | None, Head("leverage ratio, buyer lost")]
    """target_loss / sender_cost_lost."""
    premium: float | None
    """Rise of the price of what is cut, as a share of it, at which being cut off costs as much."""
    premium_unbounded: Annotated[bool, Head("no price rise is as bad")]
    """Whether no price rise up to 100 times the price is as bad as being cut off."""
    rejoined: Annotated[bool, Head("stocks are back")]
    """Whether stocks are back at the calm plan's within what is modelled."""
    window: Annotated[int, Head("counted over", "month")]
    """Periods over which losses are counted. [month]"""
    certificate: Annotated[float, Head("residual of the certificate")]
    """Largest residual of the optimum's certificate, relative; nan for the myopic rule."""
    missing: Annotated[tuple[str, ...], Head("missing")] = ()
    """Paths of the quantities whose absence leaves a figure missing."""
    reserve_used: Annotated[float, Head("part of a reserve used", "share")] = 0.0
    """Largest part of a good's reserve that is not held in one period, 0-1."""
    unmet_essential_gross: float = 0.0
    """Unmet essential demand, with what is unmet in calm too. [unmet_unit]"""
    unmet_deferrable_gross: Annotated[float, Head("deferrable, with calm's", "deferrable")] = 0.0
    """Unmet deferrable demand, with what is unmet in calm too. [unmet_unit]"""
    deepest_use: str = ""
    """Id of the use of `deepest_shortfall`; empty when nothing is short."""
    unmet_unit: Annotated[str, Head("unit of unmet demand", words=unit_words)] = ""
    """The unit that all uses share, else `weighted units`, else `months of use`; where the
    tiers differ, that of essential uses, then that of deferrable ones: `t / MWh`."""
    bounds: Annotated[tuple[str, ...], Head("figures that are bounds")] = ()
    """Names of the figures of this row that are bounds: from below in an `optimal` row,
    from above in a `myopic` one. The others are what that response comes to."""
    unrestored: float = 0.0
    """What the stocks still lack when the count ends, at the cheapest replacement;
    not part of `target_loss`. [money]"""
    loss_per_month_after: float = 0.0
    """Loss that goes on when the count ends. [money/month]"""
    takes_nothing: Annotated[bool, Head("takes nothing away")] = False
    """Whether the measure takes nothing away that calm uses."""

    def bound_sign(self, field: str) -> str:
        """The sign before a figure that is a bound; none where no less than nothing lacks."""
        if field not in self.bounds:
            return ""
        is_lower = self.bound == "optimal"
        says_nothing = is_lower and field != "target_loss" and not getattr(self, field)
        return "" if says_nothing else "≥" if is_lower else "≤"


@dataclass(frozen=True, slots=True)
class LeverageEnd:
    """From when on a measure of one length leaves nothing unmet."""

    variant: str
    measure: str
    length: int
    """[month]"""
    use: str
    """Id of the use, or `all_essential`."""
    date: str | None
    """ISO month; None: never within the calendar."""
    binding: tuple[str, ...]
    """Goods that still bind at the last start that is not survived."""
    binding_sellers: tuple[str, ...]
    n_starts_survived: Annotated[int, Head("starts survived")] = 0
    n_starts: Annotated[int, Head("starts looked at")] = 0
    known_until: Annotated[str, Head("last start looked at", is_date=True)] = ""
    """ISO month of the last start that was looked at."""


@dataclass(frozen=True, slots=True)
class LeverCount:
    """One lever of a sender, or all that are counted at once; counted, or why it is not."""

    lever: Annotated[str, Head("lever")]
    """Id; empty: all counted levers of the sender at once."""
    label: Annotated[str, Head("name")]
    sender: Annotated[str, Head("sender")]
    measures: Annotated[tuple[str, ...], Head("measures")]
    """Measures that run at the same time; empty: it is not counted."""
    measure: Annotated[str, Head("counted by")]
    """`measure` of the rows and ends that tell what they come to; empty: none was computed."""
    missing: Annotated[str, Head("missing")] = ""
    """What would have to be known to count it."""
    look: Annotated[str, Head("where to look")] = ""
    """Where that can be found."""


@dataclass(frozen=True, slots=True)
class Leverage(Tabled):
    """The surface measure x start x length x variant, and when it ends."""

    rows: tuple[LeverageRow, ...]
    """Of several measures that run at once, `measure` is their ids joined by `+`."""
    ends: tuple[LeverageEnd, ...]
    provenance: Provenance
    currency: str = ""
    """Currency of the money figures."""
    unit: str = ""
    """Unit of unmet demand, as `unmet_unit` of the rows."""
    levers: tuple[LeverCount, ...] = ()
    """Which levers are counted, and which are not; empty where the case names none."""
    goods: tuple[str, ...] = ()
    """Goods whose use is counted."""

    def columns(self) -> dict[str, Any]:
        """Rows as arrays by field, for a data frame of any library."""
        return columns_of(self.rows)

    def _repr_html_(self) -> str:
        """Two tables in a notebook: when it ends, and the surface."""
        shown = (*setting_columns(), *leverage_columns(self.currency, self.unit))
        ends = html_table(end_columns(), self.ends, _("When leverage ends"))
        return ends + html_table(shown, self.rows, _("Leverage"))


@dataclass(frozen=True, slots=True)
class CalmPlan:
    """The optimum without any measure, by calendar period."""

    variant: str
    months: tuple[str, ...]
    """ISO months. (T,)"""
    stock: Mapping[str, tuple[float, ...]]
    """Good → stock at the end of the period. [unit]"""
    reserve: Mapping[str, tuple[float, ...]]
    """Good → stock to be held. [unit]"""
    purchases: Mapping[str, tuple[float, ...]]
    """Supplier → arrivals. [unit/period]"""
    output: Mapping[str, tuple[float, ...]]
    """Recipe → output. [unit/period]"""
    exports: Mapping[str, tuple[float, ...]]
    demand: Mapping[str, tuple[float, ...]]
    """Use → demand. [unit/period]"""
    unmet: Mapping[str, tuple[float, ...]]
    """Use → unmet demand. [unit/period]"""
    money: tuple[float, ...]
    """Undiscounted. [money/period]"""
    plant_openings: Mapping[str, str | None]
    """Plant → ISO month of the first output, None when not within the calendar."""
    sender_share: Mapping[str, Mapping[str, tuple[float | None, ...]]]
    """Use → actor → part of what serves it that comes from that actor, upstream inputs counted
    (the largest share among its inputs) and plants that it owns. None where nothing serves it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What happens after one measure starts, period by period from the start."""

    variant: str
    measure: str
    start: str
    length: int
    """[month]"""
    bound: str
    months: tuple[str, ...]
    served_share: Mapping[str, tuple[float, ...]]
    """Use → served part of demand, 0-1."""
    stock: Mapping[str, tuple[float, ...]]
    """Good → stock. [unit]"""
    unmet: Mapping[str, tuple[float, ...]]
    """Use → unmet demand. [unit/period]"""
    demand: Mapping[str, tuple[float, ...]]
    """Use → demand. [unit/period]"""


@dataclass(frozen=True, slots=True)
class DrawnInput:
    """One uncertain input and its distribution."""

    path: Annotated[str, Head("input")]
    """Path inside the case, e.g. `suppliers.north.price`."""
    unit: Annotated[str, Head("unit", words=unit_words)]
    value: Annotated[float, Head("value")]
    """Central value. [unit]"""
    low: Annotated[float | None, Head("low")]
    high: Annotated[float | None, Head("high")]
    distribution: Annotated[str, Head("distribution")]
    """`uniform`, `triangular`, `pert`, `lognormal`, `empirical`, `discrete`, `reference`."""
    is_stated: Annotated[bool, Head("stated")]
    """False: the case gives only a range, which is drawn as a PERT about its value."""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 50, 95. [unit]"""
    reference: Annotated[str, Head("reference class")]
    """Reference class; empty: none."""
    n_rows: Annotated[int | None, Head("rows behind it")]
    """Observed values or projects behind it; None: it rests on judgment."""
    n_unfinished: Annotated[int | None, Head("unfinished projects")]
    """Projects of the reference class that are not finished."""
    open_share: Annotated[float | None, Head("weight of what is open", "share")]
    """Weight of the reference class that stands at the lateness so far of an unfinished
    project: a lower bound."""
    correlated: Mapping[str, float]
    """Other input → rank correlation."""
    grade: Annotated[str, Head("grade")]
    why: Annotated[str, Head("why")]
    scenarios: Annotated[tuple[str, ...], Head("scenarios")] = ()
    """Scenarios in which it is drawn so; empty: in all."""


@tables_of.register
def cover_tables(cover: Cover) -> tuple[ResultTable, ...]:
    """The whole of cover as a table."""
    shown, more = cover_columns(), "survives_at_least survives_length days_of_cover_infinite"
    return (table_of("cover", _("Cover"), CoverRow, cover.rows, *setting_columns(), *shown, more),)


@tables_of.register
def leverage_tables(found: Leverage) -> tuple[ResultTable, ...]:
    """The surface, its ends and the levers as whole tables."""
    return (
        table_of("leverage", _("Leverage"), LeverageRow, found.rows, *setting_columns(),
                 *leverage_columns(found.currency, found.unit),
                 "leverage_ratio_lost premium_unbounded rejoined window certificate reserve_used "
                 "unmet_deferrable_gross unmet_unit bounds takes_nothing missing",
                 deferrable=tier_units(found.unit)[1]),
        table_of("ends", _("When leverage ends"), LeverageEnd, found.ends, *end_columns(),
                 "n_starts_survived n_starts known_until"),
        table_of("levers", _("Levers"), LeverCount, found.levers,
                 "lever label sender measures measure missing look"),
    )  # fmt: skip
