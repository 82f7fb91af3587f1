"""What a programme costs and buys beside other ways, and what its plants are worth.

Money is in the base currency of the case.
"""

from dataclasses import dataclass

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
    """Share of the futures in which essential demand goes short."""


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

    def way(self, name: str) -> Way | None:
        """One of them; None: it is not among them."""
        return next((one for one in self.ways if one.way == name), None)
