"""What a programme costs and buys beside other ways, and what its plants are worth.

Money is in the base currency of the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from derbes.language import _, ngettext
from derbes.results.tables import Column, Head, columns, met_words

PROGRAMME, CHEAPEST, NOTHING = "programme", "cheapest", "nothing"
"""Ways: the case as written with its plan; the case without its project, with the cheapest
plan that meets the same standards; the case without its project, in which nothing is decided."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over draws."""

    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go, what it costs and what it buys."""

    way: str
    """`programme`, `cheapest` or `nothing`."""
    variant: str
    plan: tuple[str, ...]
    """What is decided, in words."""
    outlay: float | None
    """All payments over the calendar, as paid, not discounted; None: no plan. [money]"""
    abroad: float | None
    """Part of it that is paid abroad; None: a part is missing. [money]"""
    met: bool | None
    """Whether all standards are met; None: not known."""
    cost_of_security: float | None = None
    """What meeting the standards adds, discounted; None: no plan, or none is looked for. [money]"""
    loss: Estimate | None = None
    """Expected loss by hazards, shortage included, discounted; None: no hazards, a shortage
    cost is missing, or what is decided shields from measures. [money]"""
    saved: Estimate | None = None
    """Loss that is avoided against doing nothing, future by future. [money]"""
    p_short: Estimate | None = None
    """Share of the futures in which essential demand goes short, by a measure or in calm."""
    left: float = 0.0
    """What is left of plants at the end of the calendar, in a straight line over their life,
    discounted; without a life nothing. [money]"""


@dataclass(frozen=True, slots=True)
class YearSaved:
    """What is paid less abroad in a year than without the project, not discounted."""

    year: Annotated[int | None, Head("year")]
    """None: all years together."""
    central: Annotated[float, Head("central", "money")]
    """With all inputs at their central values; below 0: more is paid. [money]"""
    mean: Annotated[float, Head("mean", "money")]
    """Over the draws. [money]"""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 25, 50, 75, 95. [money]"""


@dataclass(frozen=True, slots=True)
class ChanceWorth:
    """Something that may come, and what being ready for it is worth; part of no cost.

    At central values, in calm over the calendar, discounted.
    """

    chance: Annotated[str, Head("chance")]
    variant: Annotated[str, Head("variant")]
    """What the case is if it comes."""
    cost: Annotated[float, Head("paid to be ready", "money")]
    """Paid to be ready, whether it comes or not. [money]"""
    gain: Annotated[float | None, Head("saved if it comes", "money")]
    """What being ready saves if it comes; None: a shortage cost is missing. [money]"""
    break_even: Annotated[float | None, Head("pays from a probability of")]
    """Probability from which on it pays to be ready, cost / gain; None: it never does, or the
    gain is not known."""

    def worth(self, probability: float) -> float | None:
        """What being ready is worth at a probability; None: the gain is not known. [money]

        Examples:
            >>> ChanceWorth("second", "switch", 40.0, 100.0, 0.4).worth(0.5)
            10.0
        """
        return None if self.gain is None else probability * self.gain - self.cost


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways beside each other, over the same calendar, draws and hazards."""

    ways: tuple[Way, ...]
    first: str
    """ISO month in which the calendar begins."""
    last: str
    """ISO month in which it ends."""
    met_from: str
    """First month in which a standard asks for something; empty: there is none."""
    price_year: int | None
    draws: int
    """Futures behind losses; 0: nothing was drawn."""
    seed: int
    saved_abroad: tuple[YearSaved, ...] = ()
    """Currency saved by year, in calm with nothing decided, last of all over all years; empty:
    the case names no variant without its project, a part abroad is missing, or nothing was
    drawn."""
    draws_solved: int = 0
    """The first of the draws, in which calm was planned for what is paid abroad."""
    chances: tuple[ChanceWorth, ...] = ()
    """What may come, and what being ready for it is worth."""

    def way(self, name: str) -> Way | None:
        """One of them; None: it is not among them."""
        return next((one for one in self.ways if one.way == name), None)


@dataclass(frozen=True, slots=True)
class PlantAccount:
    """A plant that is built anyway: what it costs, what is left of it, how far calm uses it."""

    plant: Annotated[str, Head("plant")]
    capital: Annotated[float, Head("capital", "money")]
    """All payments for building it, not discounted. [money]"""
    standing: Annotated[float, Head("standing cost", "money")]
    """What it costs while it is open, whatever it makes, over the calendar, not discounted.
    [money]"""
    left: Annotated[float, Head("left at the end", "money")]
    """What is left of its capital at the end of the calendar, in a straight line over its
    life, discounted. [money]"""
    used: Mapping[int, float]
    """Year → part of the hours of its open lines that calm uses under the plan; years in which
    no line is open are left out."""
    used_in_all: Annotated[float | None, Head("part of its hours used", "share")]
    """The same over the calendar; None: it has no line that opens."""


def way_words(way: Way, *, has_project: bool) -> str:
    """A way for a reader; screen and brief say the same.

    It matters whether the case names a variant without its project.
    """
    if way.way == PROGRAMME:
        return _("As planned, with the programme") if has_project else _("With the plan")
    if way.way == NOTHING:
        return _("Doing nothing")
    if way.met is False:
        return _("Without it: no choice meets the same standard")
    if not way.plan:
        return _("Without it: the standard is met as well")
    n = len(way.plan)
    return ngettext(
        "Without it, the cheapest way to the same standard ({n} choice)",
        "Without it, the cheapest way to the same standard ({n} choices)",
        n,
    ).format(n=n)


def way_columns(ways: Ways | None, currency: str) -> tuple[Column, ...]:
    """What the screen shows of a way; None: there are none to show."""
    has_project = ways is not None and any(one.way == CHEAPEST for one in ways.ways)
    drawn = (
        Column(_("expected loss"), "loss.mean", currency),
        Column(_("its error"), "loss.standard_error", currency),
        Column(_("avoided"), "saved.mean", currency),
        Column(_("its error"), "saved.standard_error", currency),
        Column(_("chance of ever going short"), "p_short.mean", _("share")),
    )
    return (
        Column(_("way"), lambda way: way_words(way, has_project=has_project), exact="way"),
        *columns(currency, outlay=_("paid in all"), abroad=_("abroad")),
        Column(_("standard met"), lambda way: met_words(met=way.met), exact="met"),
        *(drawn if ways and ways.draws else ()),
    )
