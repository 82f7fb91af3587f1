"""Who can hurt whom, by how much, for how long, at what own cost."""

from dataclasses import dataclass

from derbes.language import _
from derbes.results.display import end_columns, html_table, leverage_columns, setting_columns
from derbes.results.provenance import Provenance


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
class Leverage:
    """The surface measure x start x length x variant, and when it ends."""

    rows: tuple[LeverageRow, ...]
    ends: tuple[LeverageEnd, ...]
    provenance: Provenance
    currency: str = ""
    """Currency of the money figures."""
    unit: str = ""
    """Unit of unmet demand, as `unmet_unit` of the rows."""

    def _repr_html_(self) -> str:
        """Two tables in a notebook: when it ends, and the surface."""
        columns = (*setting_columns(), *leverage_columns(self.currency, self.unit))
        ends = html_table(end_columns(), self.ends, _("When leverage ends"))
        return ends + html_table(columns, self.rows, _("Leverage"))
