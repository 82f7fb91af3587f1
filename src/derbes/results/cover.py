"""How long essential uses are met."""

from dataclasses import dataclass

from derbes.language import _
from derbes.results.display import cover_columns, html_table, setting_columns
from derbes.results.provenance import Provenance

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
class Cover:
    """Cover over variants, measures, starts and uses."""

    rows: tuple[CoverRow, ...]
    provenance: Provenance

    def _repr_html_(self) -> str:
        """A table in a notebook."""
        return html_table((*setting_columns(), *cover_columns()), self.rows, _("Cover"))
