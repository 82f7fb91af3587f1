"""How long essential uses are met, and who can hurt whom, for how long, at what own cost.

Beside them what made a result, paths over time (the calm plan, and one branch in full), and
how an uncertain input was drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.tables import (
    ResultTable,
    columns,
    columns_of,
    cover_columns,
    end_columns,
    html_table,
    leverage_columns,
    setting_columns,
    table_of,
    tier_units,
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
    survives_at_least: float
    """Time in which demand is known to be met. [month]"""
    survives_length: bool
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
    days_of_cover_infinite: bool = False
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
    leverage_ratio_lost: float | None
    """target_loss / sender_cost_lost."""
    premium: float | None
    """Price rise, as a share of the price, at which the target would rather be cut off."""
    premium_unbounded: bool
    """Whether no price rise up to 100 times the price is as bad as being cut off."""
    rejoined: bool
    """Whether stocks are back at the calm plan's within what is modelled."""
    window: int
    """Periods over which losses are counted. [month]"""
    certificate: float
    """Largest residual of the optimum's certificate, relative; nan for the myopic rule."""
    missing: tuple[str, ...] = ()
    """Paths of the quantities whose absence leaves a figure missing."""
    reserve_used: float = 0.0
    """Largest part of a good's reserve that is not held in one period, 0-1."""
    unmet_essential_gross: float = 0.0
    """Unmet essential demand, with what is unmet in calm too. [unmet_unit]"""
    unmet_deferrable_gross: float = 0.0
    """Unmet deferrable demand, with what is unmet in calm too. [unmet_unit]"""
    deepest_use: str = ""
    """Id of the use of `deepest_shortfall`; empty when nothing is short."""
    unmet_unit: str = ""
    """The unit that all uses share, else `weighted units`, else `months of use`; where the
    tiers differ, that of essential uses, then that of deferrable ones: `t / MWh`."""
    bounds: tuple[str, ...] = ()
    """Names of the figures of this row that are bounds: from below in an `optimal` row,
    from above in a `myopic` one. The others are what that response comes to."""
    unrestored: float = 0.0
    """What the stocks still lack when the count ends, at the cheapest replacement;
    not part of `target_loss`. [money]"""
    loss_per_month_after: float = 0.0
    """Loss that goes on when the count ends. [money/month]"""
    takes_nothing: bool = False
    """Whether the measure takes nothing away that calm uses."""


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
    n_starts_survived: int = 0
    n_starts: int = 0
    known_until: str = ""
    """ISO month of the last start that was looked at."""


@dataclass(frozen=True, slots=True)
class LeverCount:
    """One lever of a sender, or all that are counted at once; counted, or why it is not."""

    lever: str
    """Id; empty: all counted levers of the sender at once."""
    label: str
    sender: str
    measures: tuple[str, ...]
    """Measures that run at the same time; empty: it is not counted."""
    measure: str
    """`measure` of the rows and ends that tell what they come to; empty: none was computed."""
    missing: str = ""
    """What would have to be known to count it."""
    look: str = ""
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
    """Use → actor → part of what serves it that comes from that actor, upstream inputs
    counted: the largest share among its inputs. None where nothing serves it."""


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

    path: str
    """Path inside the case, e.g. `suppliers.north.price`."""
    unit: str
    value: float
    """Central value. [unit]"""
    low: float | None
    high: float | None
    distribution: str
    """`uniform`, `triangular`, `pert`, `lognormal`, `empirical`, `discrete`, `reference`."""
    is_stated: bool
    """False: the case gives only a range, which is drawn as a PERT about its value."""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 50, 95. [unit]"""
    reference: str
    """Reference class; empty: none."""
    n_rows: int | None
    """Observed values or projects behind it; None: it rests on judgment."""
    n_unfinished: int | None
    """Projects of the reference class that are not finished."""
    open_share: float | None
    """Weight of the reference class that stands at the lateness so far of an unfinished
    project: a lower bound."""
    correlated: Mapping[str, float]
    """Other input → rank correlation."""
    grade: str
    why: str


@tables_of.register
def cover_tables(cover: Cover) -> tuple[ResultTable, ...]:
    """The whole of cover as a table."""
    more = columns(
        survives_length=_("survives this length"), days_of_cover_infinite=_("stock never ends")
    )
    least = columns(_("month"), survives_at_least=_("survives at least"))
    shown = (*setting_columns(), *cover_columns(), *least, *more)
    return (table_of("cover", _("Cover"), CoverRow, cover.rows, *shown),)


@tables_of.register
def leverage_tables(found: Leverage) -> tuple[ResultTable, ...]:
    """The surface, its ends and the levers as whole tables."""
    _unit, other = tier_units(found.unit)
    return (
        table_of(
            "leverage", _("Leverage"), LeverageRow, found.rows, *setting_columns(),
            *leverage_columns(found.currency, found.unit),
            *columns(
                leverage_ratio_lost=_("leverage ratio, buyer lost"),
                premium_unbounded=_("no price rise is as bad"), rejoined=_("stocks are back"),
            ),
            *columns(_("month"), window=_("counted over")),
            *columns(certificate=_("residual of the certificate")),
            *columns(_("share"), reserve_used=_("part of a reserve used")),
            *columns(other, unmet_deferrable_gross=_("deferrable, with calm's")),
            *columns(
                unmet_unit=_("unit of unmet demand"), bounds=_("figures that are bounds"),
                takes_nothing=_("takes nothing away"), missing=_("missing"),
            ),
        ),
        table_of(
            "ends", _("When leverage ends"), LeverageEnd, found.ends, *end_columns(),
            *columns(n_starts_survived=_("starts survived"), n_starts=_("starts looked at")),
            *columns(is_date=True, known_until=_("last start looked at")),
        ),
        table_of(
            "levers", _("Levers"), LeverCount, found.levers,
            *columns(
                lever=_("lever"), label=_("name"), sender=_("sender"), measures=_("measures"),
                measure=_("counted by"), missing=_("missing"), look=_("where to look"),
            ),
        ),
    )  # fmt: skip
