"""What may be decided, what is to be reached by it, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from derbes.case.quantity import Element, Quantity


class OptionKind(StrEnum):
    """What an option does to its element; what size 1 of it is."""

    BUILD = "build"
    """A plant that is there only when chosen. Size 1: the plant as written."""
    ENLARGE = "enlarge"
    """More of a plant that is there. Size 1: once more the plant as written."""
    BRING_FORWARD = "bring_forward"
    """An earlier opening of a plant. Size in months."""
    RESERVE = "reserve"
    """A reserve of a good beside the one it has. Size in units of the good."""
    CONTRACT = "contract"
    """A supplier or route that is there only when chosen. Size 1: as written."""
    CONVERT = "convert"
    """A recipe that is there only when chosen. Size 1: as written."""
    BUY_OUT = "buy_out"
    """A supplier that no measure hits any more. Size: the share of it."""


OPTIONAL_KINDS = (OptionKind.BUILD, OptionKind.CONTRACT, OptionKind.CONVERT)
"""Options whose element is there only when they are chosen."""


@dataclass(frozen=True, slots=True)
class Option(Element):
    """Something that may be decided: built, held, contracted."""

    kind: OptionKind = OptionKind.BUILD
    element: str = ""
    """Section and id, e.g. `plants.north`, `goods.shell`, `suppliers.far`."""
    sizes: tuple[float, ...] = (1.0,)
    """Sizes to choose from; empty: any size from `smallest` to `largest`."""
    smallest: float = 0.0
    """Least size when chosen at all, where sizes are continuous."""
    largest: float = 1.0
    """Greatest size, where sizes are continuous."""
    dates: tuple[int, ...] = (0,)
    """Periods in which it may be decided; each at most once, all dates together
    at most one choice."""
    lead_time: Quantity | None = None
    """From the decision to the effect. [month]"""
    capital: Quantity | None = None
    """Paid once when chosen, spread evenly over the lead time. [money]"""
    capital_by_size: Quantity | None = None
    """Paid once for each unit of size, spread evenly over the lead time. [money/size]"""
    running: Quantity | None = None
    """Paid from the effect on, whatever the size. [money/month]"""
    running_by_size: Quantity | None = None
    """Paid from the effect on for each unit of size. [money/size/month]"""
    foreign_share: Quantity | None = None
    """Part of all this that is paid in foreign currency."""
    take_or_pay: Quantity | None = None
    """Contract: part of the capacity that is paid for whether it is taken or not."""
    excludes: tuple[str, ...] = ()
    """Options that cannot be chosen beside it."""
    requires: tuple[str, ...] = ()
    """Options that must be chosen no later than it."""
    committed: bool = False
    """Whether it is decided already: it must be chosen."""


def optional_elements(options: Mapping[str, Option]) -> frozenset[str]:
    """Elements that are there only when an option is chosen, e.g. `plants.north`.

    A plant to be built, a supplier or route to be contracted, a recipe to be converted to:
    without a choice there is no capacity.
    """
    return frozenset(one.element for one in options.values() if one.kind in OPTIONAL_KINDS)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that is chosen: when it is decided, and its size."""

    option: str
    date: int
    """Period of the decision."""
    size: float


@dataclass(frozen=True, slots=True)
class Limit(Element):
    """What the sizes, or the number, of several options may be together."""

    options: Mapping[str, Quantity] = field(default_factory=dict)
    """Option → weight of one unit of its size."""
    at_most: Quantity | None = None
    at_least: Quantity | None = None
    counts: bool = False
    """Whether choices are counted instead of sizes."""


@dataclass(frozen=True, slots=True)
class Standard(Element):
    """What is to be survived: uses, a measure, a length, from a date on."""

    uses: tuple[str, ...] = ()
    """Uses; empty: all that are essential."""
    measure: str = ""
    """Measure; empty: none, demand is to be met in calm."""
    length: int = 0
    """Length of the measure. [period]"""
    first: int = 0
    """First period in which the measure may start."""
    last: int = -1
    """Last period in which it may start; -1: the last of the calendar."""
    share: Quantity | None = None
    """Part of the demand that is to be met; missing: all."""
    in_draws: Quantity | None = None
    """Part of the draws in which it is to hold; missing: all."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the options may cost; capital and running cost as paid, not discounted."""

    total: Quantity | None = None
    """All payments for options. [money]"""
    by_year: Mapping[int, Quantity] = field(default_factory=dict)
    """Year → most that may be paid for options. [money]"""
    foreign_total: Quantity | None = None
    """All payments in foreign currency for options. [money]"""
    foreign_by_year: Mapping[int, Quantity] = field(default_factory=dict)
    """Year → most that may be paid abroad, purchases of goods in calm included. [money]"""
    at_line: int = 0


@dataclass(frozen=True, slots=True)
class Risk:
    """How a plan weighs bad draws: (1 - weight) mean + weight CVaR at a level."""

    weight: float = 0.0
    """Weight of the tail, 0 to 1."""
    level: float = 0.95
    """The tail is the worst (1 - level) of the draws."""
