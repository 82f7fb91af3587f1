"""What a case is: actors, goods, uses, stockpiles, suppliers, plants, measures.

All quantities are in the case's base units: goods in the unit of the good,
money in the base currency, time in months, flows per month. Identifiers are
ASCII words; labels are free text by language.

Every number that a case holds, in the order of the case.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from derbes.case.ledger import Checked, Contrast, DoubleStandard, Statement, Tension
from derbes.case.options import Budget, Limit, Option, Risk, Standard
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, Element, Label, Note, Quantity
from derbes.case.uncertainty import Correlation, Hazard, ReferenceClass

DEFAULT_REFILL_MONTHS = 6.0
"""Time in which a reserve comes back, where a case says nothing. [month]"""
DEFAULT_SENDER_HORIZON_MONTHS = 36.0
"""Time over which a lost buyer's purchases count, where a case says nothing. [month]"""


class Tier(StrEnum):
    """Rank of a use."""

    ESSENTIAL = "essential"
    DEFERRABLE = "deferrable"


class MeasureKind(StrEnum):
    """What a measure does to the elements that it hits."""

    EMBARGO = "embargo"
    QUOTA = "quota"
    ROUTE_CLOSURE = "route_closure"
    PRICE_RISE = "price_rise"
    DELAY = "delay"
    DEMAND_SURGE = "demand_surge"
    STOCKPILE_LOSS = "stockpile_loss"


class InTransit(StrEnum):
    """What happens to goods that are on the way when a measure starts."""

    LOST = "lost"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Actor(Element):
    """A state, bloc or firm that decides."""

    kind: str = "state"
    margin_share: Quantity | None = None
    """Part of the price of its sales that is its margin."""


@dataclass(frozen=True, slots=True)
class Survival:
    """How a stock ages; all empty: it does not."""

    half_life: Quantity | None = None
    """Time in which half is lost. [month]"""
    shelf_life: Quantity | None = None
    """Age at which all is lost. [month]"""
    age: Quantity | None = None
    """Age at the first period; for shelf life and table. [month]"""
    table: tuple[tuple[float, float], ...] = ()
    """(age [month], surviving share) points; straight lines between them."""


@dataclass(frozen=True, slots=True)
class Good(Element):
    """A thing that is bought, made, stored and used."""

    unit: str = ""
    reserve: Quantity | None = None
    """Stock that is to be held. [unit]"""
    storage_limit: Quantity | None = None
    """Most that can be stored. [unit]"""
    storage_cost: Quantity | None = None
    """Cost of holding one unit. [money/unit/month]"""
    survival: Survival = field(default_factory=Survival)
    """Ageing of what is newly bought or made: half-life or shelf life."""


@dataclass(frozen=True, slots=True)
class Use(Element):
    """A demand for a good."""

    good: str = ""
    tier: Tier = Tier.ESSENTIAL
    demand: Quantity | None = None
    """Demand in calm. [unit/month]"""
    crisis_demand: Quantity | None = None
    """Demand while a measure that says `crisis: true` runs. [unit/month]"""
    shortage_cost: Quantity | None = None
    """Cost of one unit of unmet demand. [money/unit]"""
    weight: Quantity | None = None
    """Weight of one unit among the uses of its tier; missing: 1."""


@dataclass(frozen=True, slots=True)
class Stockpile(Element):
    """A lot of one good held at the first period."""

    good: str = ""
    quantity: Quantity | None = None
    """[unit]"""
    survival: Survival = field(default_factory=Survival)


@dataclass(frozen=True, slots=True)
class Route(Element):
    """A way that goods come."""

    via: tuple[str, ...] = ()
    """Actors whose territory it crosses."""
    lead_time: Quantity | None = None
    """Added to the supplier's. [month]"""
    cost_share: Quantity | None = None
    """Transport cost as a share of the price."""
    carried_share: Quantity | None = None
    """Part of its sellers' capacity that can come this way; missing: all of it."""


@dataclass(frozen=True, slots=True)
class Supplier(Element):
    """An offer of one good by one actor."""

    actor: str = ""
    good: str = ""
    price: Quantity | None = None
    """[money/unit]"""
    capacity: Quantity | None = None
    """[unit/month]"""
    lead_time: Quantity | None = None
    """[month]"""
    routes: tuple[str, ...] = ()
    """Routes it can use, any of them; empty: none is modelled."""
    margin_share: Quantity | None = None
    """Part of the price that is the seller's margin; missing: the actor's."""
    is_spared: bool = False
    """Whether no measure hits it, as when it has been bought out."""
    on_order: Quantity | None = None
    """What arrives of orders placed before the calendar, by period of arrival, until its
    lead time is over; missing: what calm use asks for. [unit/month]"""


@dataclass(frozen=True, slots=True)
class CapitalPayment:
    """One payment for building a plant."""

    period: int
    amount: Quantity
    """[money]"""
    foreign_share: Quantity | None = None
    """Part paid in foreign currency."""


@dataclass(frozen=True, slots=True)
class Plant(Element):
    """A site with lines that run recipes from its opening on."""

    actor: str = ""
    opening: int = 0
    """Period of the first output as planned; negative when already open."""
    delay: Quantity | None = None
    """Added to the opening. [month]"""
    ramp: Quantity | None = None
    """Time from first output to full capacity, a straight line. [month]"""
    lines: Mapping[str, Quantity] = field(default_factory=dict)
    """Hours of each line. [hour/month]"""
    capital: tuple[CapitalPayment, ...] = ()
    opening_written: str = ""
    opening_grade: str = ""
    opening_source: str = ""
    opening_why: str = ""


@dataclass(frozen=True, slots=True)
class Recipe(Element):
    """A way to make one good from others; without a plant it is always open."""

    output: str = ""
    inputs: Mapping[str, Quantity] = field(default_factory=dict)
    """Good → units needed for one unit of output."""
    plant: str = ""
    line: str = ""
    hours: Quantity | None = None
    """Line time of one unit. [hour/unit]"""
    capacity: Quantity | None = None
    """[unit/month]; missing: only the line limits it."""
    cost: Quantity | None = None
    """Cost beyond the inputs. [money/unit]"""
    lead_time: Quantity | None = None
    """[month]"""


@dataclass(frozen=True, slots=True)
class Export(Element):
    """A buyer abroad for one good."""

    actor: str = ""
    good: str = ""
    price: Quantity | None = None
    """[money/unit]"""
    capacity: Quantity | None = None
    """Most that the buyer takes. [unit/month]"""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a measure selects: elements that match every key that is not empty."""

    actor: str = ""
    """Seller, buyer or owner."""
    via: str = ""
    """Actor whose territory the route crosses."""
    route: str = ""
    good: str = ""
    tag: str = ""
    element: str = ""
    """Section and id, e.g. `suppliers.north`."""


@dataclass(frozen=True, slots=True)
class Measure(Element):
    """One hostile or harmful act."""

    kind: MeasureKind = MeasureKind.EMBARGO
    sender: str = ""
    """Actor who imposes it; empty for an accident."""
    hits: tuple[Hit, ...] = ()
    """Union of what each selects."""
    share: Quantity | None = None
    """Part cut off or lost (embargo, quota, closure, loss); missing: all."""
    by: Quantity | None = None
    """Relative rise (price, demand), or months of delay."""
    lengths: tuple[int, ...] = ()
    """Lengths to look at. [period]"""
    start: int | None = None
    """Period of its start; None: every period is looked at."""
    in_transit: InTransit = InTransit.LOST
    crisis: bool = False
    """Whether uses switch to crisis demand while it runs."""
    together_with: tuple[str, ...] = ()
    """Measures that run at the same time."""


@dataclass(frozen=True, slots=True)
class Fact(Element):
    """A public fact with its source."""

    says: str = ""
    amount: Quantity | None = None
    date: str = ""
    document: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Document(Element):
    """A published text or table."""

    title: str = ""
    publisher: str = ""
    date: str = ""
    address: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Variant(Element):
    """A named change to the case, and the case after it."""

    case: "Case | None" = None
    changes: tuple[str, ...] = ()
    """What it changes, in words."""


@dataclass(frozen=True, slots=True)
class Scenario(Element):
    """A possible future with its probability, and the case in it."""

    probability: float = 0.0
    case: "Case | None" = None
    changes: tuple[str, ...] = ()
    """What it changes, in words."""


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case, checked; the base of everything that is computed."""

    name: str
    calendar: Calendar
    currency: str
    target: str
    """Actor whose supply is modelled."""
    label: Label = field(default_factory=dict)
    note: str = ""
    question: Label = field(default_factory=dict)
    price_year: int = 0
    rates: Mapping[str, Quantity] = field(default_factory=dict)
    """Currency → base currency for one unit of it."""
    discount_rate: Quantity | None = None
    """[1/year]; missing: 0."""
    refill_time: Quantity | None = None
    """Time in which a reserve comes back after a measure. [month]"""
    sender_horizon: Quantity | None = None
    """Time over which a lost buyer's purchases count. [month]"""
    priorities: tuple[str, ...] = ("essential", "deferrable", "reserve", "money")
    main_measure: str = ""
    """Measure that the first page is about; empty: the first."""
    main_length: int = 0
    """Length that the first page is about [period]; 0: the longest of it that is at most a year."""
    without_project: str = ""
    """Variant in which the project of the case is not done; empty: the case has none."""
    actors: Mapping[str, Actor] = field(default_factory=dict)
    goods: Mapping[str, Good] = field(default_factory=dict)
    uses: Mapping[str, Use] = field(default_factory=dict)
    stockpiles: Mapping[str, Stockpile] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    plants: Mapping[str, Plant] = field(default_factory=dict)
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    exports: Mapping[str, Export] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    standards: Mapping[str, Standard] = field(default_factory=dict)
    budget: Budget | None = None
    risk: Risk = field(default_factory=Risk)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    """Futures that exclude each other; their probabilities add to 1."""
    correlations: tuple[Correlation, ...] = ()
    reference_classes: Mapping[str, ReferenceClass] = field(default_factory=dict)
    hazards: Mapping[str, Hazard] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    contrasts: Mapping[str, Contrast] = field(default_factory=dict)
    double_standards: Mapping[str, DoubleStandard] = field(default_factory=dict)
    tensions: Mapping[str, Tension] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Paths written as `missing` in the case: known to be unknown."""
    expressions: Mapping[str, int] = field(default_factory=dict)
    """Path of each expression (`statements.C45.holds_if`) → line in the case file."""
    notes: tuple[Note, ...] = ()
    """What a reader of the answers should know about the inputs; of the case as written."""
    source: str = ""
    """File it was read from."""
    files: tuple[str, ...] = ()
    """All files that it was read from."""
    hash: str = ""
    """SHA-256 of the case's text, all files."""


# What a case is about


def main_measure(case: Case, among: Iterable[str] | None = None) -> str:
    """The measure that the case is about: the one it names, else the first; empty: none.

    Args:
        case: The case.
        among: Measures to choose from; None: all of the case.
    """
    names = tuple(case.measures if among is None else among)
    return case.main_measure if case.main_measure in names else next(iter(names), "")


def main_length(case: Case, lengths: Iterable[int], *, is_main: bool = True) -> int:
    """The length that answers are about: the case's main one, else the longest of at most a year.

    Where none is as short, the least; 0: there is none. [period]

    Args:
        case: The case.
        lengths: Lengths to choose from. [period]
        is_main: Whether they are those of the main measure, whose main length it is.
    """
    among = tuple(lengths)
    if is_main and case.main_length in among:
        return case.main_length
    short = [length for length in among if length * case.calendar.step <= MONTHS_A_YEAR]
    return max(short, default=min(among, default=0))


def essential_uses(case: Case) -> tuple[str, ...]:
    """Ids of the uses of the essential tier, in the order of the case."""
    return tuple(id_ for id_, use in case.uses.items() if use.tier is Tier.ESSENTIAL)


# Its numbers


def quantities(case: Case, where: str = "") -> tuple[Quantity, ...]:
    """Quantities of the case as written, variants and scenarios not counted.

    Args:
        case: The case.
        where: Path of an element, e.g. `suppliers.north`; empty for the whole case.

    Returns:
        The quantities at or below the path; what is a default of the format is left out.
    """
    found = (quantity for quantity in _walk(case) if quantity.path)
    return tuple(quantity for quantity in found if _is_at(quantity.path, where))


def _is_at(path: str, where: str) -> bool:
    return not where or path == where or path.startswith((f"{where}.", f"{where}["))


def _walk(part: object) -> Iterator[Quantity]:
    if isinstance(part, Quantity):
        yield part
        yield from (month.quantity for month in part.months)
    elif part is None or isinstance(part, str | float | Variant | Scenario | Checked):
        return  # no number of its own, nor in what is said
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from _walk(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _walk(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _walk(inner)
