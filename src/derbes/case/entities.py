"""What a case is: actors, goods, uses, stockpiles, suppliers, plants, measures, levers.

All quantities are in the case's base units: goods in the unit of the good,
money in the base currency, time in months, flows per month. Identifiers are
ASCII words; labels are free text by language. `quantities` walks over all numbers
of a case in its order.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar

from derbes.case import forms
from derbes.case.forms import LACKING, MOST_MONTHS, NEEDED, Before, Shown, SpelledAs
from derbes.case.ledger import Checked, Contrast, Document, DoubleStandard, Fact, Statement, Tension
from derbes.case.options import Budget, Limit, Option, Risk, Standard
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, Element, Formula, Label, Note, Quantity
from derbes.case.uncertainty import Chance, Correlation, Hazard, ReferenceClass

AIMS = ("essential", "deferrable", "reserve", "money")
"""What goes before what, where a case says nothing."""
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


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """What a kind of measure can hit, and what it says beside that."""

    sections: tuple[str, ...]
    """Sections of the elements that it can hit."""
    needs: frozenset[str] = frozenset()
    """Those of the keys `share` and `by` that it must have."""
    takes: frozenset[str] = frozenset()
    """Those of the keys `share` and `by` that it can have."""
    by: str = ""
    """Unit of the key `by`; empty: a share."""
    is_cut: bool = False
    """Whether it cuts off what it hits, goods on the way included."""


_SHARE, _BY = frozenset({"share"}), frozenset({"by"})
_SUPPLY = ("suppliers", "routes", "recipes", "plants")
_CUT = MeasureTerms((*_SUPPLY, "exports"), takes=_SHARE, is_cut=True)

MEASURE_TERMS: Mapping[MeasureKind, MeasureTerms] = {
    MeasureKind.EMBARGO: _CUT,
    MeasureKind.QUOTA: dataclasses.replace(_CUT, needs=_SHARE),
    MeasureKind.ROUTE_CLOSURE: _CUT,
    MeasureKind.PRICE_RISE: MeasureTerms(_SUPPLY, _BY, _BY),
    MeasureKind.DELAY: MeasureTerms(("suppliers", "routes", "plants"), _BY, _BY, by="month"),
    MeasureKind.DEMAND_SURGE: MeasureTerms(("uses",), _BY, _BY),
    MeasureKind.STOCKPILE_LOSS: MeasureTerms(("stockpiles", "goods"), takes=_SHARE),
}
"""What each kind of measure can hit and say; what it does is in `derbes.model.measures`."""


class InTransit(StrEnum):
    """What happens to goods that are on the way when a measure starts."""

    LOST = "lost"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Actor(Element):
    """A state, bloc or firm that decides."""

    kind: Annotated[
        str, forms.WordForm(("state", "bloc", "firm", "office", "medium", "group", "person"))
    ] = "state"
    """What it is."""
    margin_share: Annotated[Quantity | None, forms.PART] = None
    """Part of the price of its sales that is its margin; what a cut-off costs it."""


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

    unit: Annotated[str, forms.TEXT, NEEDED, Shown("unit, or a word")] = ""
    """What it is counted in: a unit such as `t`, `m3`, `MWh`, `piece`, or a word of your own."""
    reserve: Annotated[Quantity | None, forms.STOCK] = None
    """Stock that is to be held; without it none is."""
    storage_limit: Annotated[Quantity | None, forms.STOCK] = None
    """Most that can be stored; without it there is no limit."""
    storage_cost: Annotated[
        Quantity | None, forms.InUnit("{money}/{good}/month", low=0.0, constant=False)
    ] = None
    """Cost of holding one unit for a time; without it holding costs nothing."""
    half_life: ClassVar[Annotated[Quantity, forms.LIFE_TIME]]
    """Time in which half of what is newly bought or made is lost."""
    shelf_life: ClassVar[Annotated[Quantity, forms.LIFE_TIME]]
    """Age at which what is newly bought or made is lost."""
    survival: Survival = field(default_factory=Survival)
    """Ageing of what is newly bought or made: half-life or shelf life."""


@dataclass(frozen=True, slots=True)
class Use(Element):
    """A demand for a good."""

    good: Annotated[str, forms.GOOD, NEEDED] = ""
    """What is used."""
    tier: Annotated[Tier, forms.WordForm(tuple(Tier))] = Tier.ESSENTIAL
    """Rank: what is essential is served before what is deferrable."""
    demand: Annotated[Quantity | None, forms.FLOW, NEEDED] = None
    """Demand in calm."""
    crisis_demand: Annotated[Quantity | None, forms.FLOW] = None
    """Demand while a measure with `crisis: true` runs; without it, that in calm."""
    shortage_cost: Annotated[Quantity | None, forms.InUnit("{money}/{good}", low=0.0)] = None
    """Cost of one unit of unmet demand; without it no loss in money is reported."""
    weight: Annotated[Quantity | None, forms.InUnit("", above=0.0)] = None
    """Weight of one unit among the uses of its tier. Without it, uses in units of one
    dimension count alike by amount; others count by months of their good's own use."""


@dataclass(frozen=True, slots=True)
class Stockpile(Element):
    """A lot of one good held when the calendar begins."""

    good: Annotated[str, forms.GOOD, NEEDED] = ""
    """What it is."""
    quantity: Annotated[Quantity | None, forms.InUnit("{good}", low=0.0), NEEDED] = None
    """How much there is."""
    half_life: ClassVar[Annotated[Quantity, forms.LIFE_TIME]]
    """Time in which half of it is lost."""
    shelf_life: ClassVar[Annotated[Quantity, forms.LIFE_TIME]]
    """Age at which it is lost."""
    survival_table: ClassVar[
        Annotated[
            list[list[str]],
            forms.ListForm(forms.ListForm(forms.NUMBER, 2, 2)),
            LACKING,
            Shown("list of: [age, share]"),
        ]
    ]
    """Points of age and surviving share, `[[0, 1], [120, 50 %]]`; ages in months."""
    age: ClassVar[Annotated[Quantity, forms.TIME]]
    """Age when the calendar begins; goes with `shelf_life` or `survival_table`."""
    survival: Survival = field(default_factory=Survival)


@dataclass(frozen=True, slots=True)
class Route(Element):
    """A way that goods come."""

    via: Annotated[tuple[str, ...], forms.ListForm(forms.ACTOR)] = ()
    """Actors whose territory it crosses."""
    lead_time: Annotated[Quantity | None, forms.TIME] = None
    """Time that it adds to the supplier's; without it none."""
    cost_share: Annotated[Quantity | None, forms.InUnit("", low=0.0, constant=False)] = None
    """Transport cost as a share of the price; without it none."""
    carried_share: Quantity | None = None
    """Part of its sellers' capacity that can come this way; missing: all of it."""


@dataclass(frozen=True, slots=True)
class Supplier(Element):
    """An offer of one good by one actor."""

    actor: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who sells."""
    good: Annotated[str, forms.GOOD, NEEDED] = ""
    """What is sold."""
    price: Annotated[Quantity | None, forms.PRICE, NEEDED] = None
    """Price without transport."""
    capacity: Annotated[Quantity | None, forms.FLOW, NEEDED] = None
    """Most that can be bought."""
    lead_time: Annotated[Quantity | None, forms.TIME] = None
    """From order to delivery; without it none."""
    routes: Annotated[tuple[str, ...], forms.ListForm(forms.ROUTE)] = ()
    """Routes that it can use, any of them; without it no route is modelled."""
    margin_share: Annotated[Quantity | None, forms.PART] = None
    """Part of the price that is the seller's margin; without it, the actor's."""
    is_spared: bool = False
    """Whether no measure hits it, as when it has been bought out."""
    at_least: Annotated[
        Quantity | None,
        replace(forms.FLOW, or_share=True),
        Before("lead_time"),
        Shown("as capacity, or share of the demand for the good; may change over time"),
    ] = None
    """Least that is bought, by contract or habit: an amount, or a share of what the uses of the
    good ask for in calm, as in `75 %`; as far as capacity, routes and measures leave as much. It
    is paid for even where it finds no room. Without it nothing has to be bought."""
    at_least_until: Annotated[int | None, forms.MONTH, LACKING, Before("lead_time")] = None
    """Month from which on nothing has to be bought any more, within the calendar or behind it;
    without it there is no end."""
    on_order: Annotated[Quantity | None, forms.FLOW, Before("margin_share")] = None
    """What arrives of orders placed before the calendar, by month of arrival, until the lead
    time is over; without it what calm use asks for, under the limits of the first period."""


@dataclass(frozen=True, slots=True)
class CapitalPayment:
    """One payment for building a plant."""

    date: ClassVar[Annotated[str, forms.MONTH, NEEDED]]
    """When it is paid."""
    period: int
    """Period of the date."""
    amount: Annotated[Quantity, forms.MONEY, NEEDED]
    """How much."""
    foreign_share: Annotated[Quantity | None, forms.PART] = None
    """Part paid in foreign currency; without it none."""


@dataclass(frozen=True, slots=True)
class Plant(Element):
    """A site with lines that run recipes from its opening on."""

    actor: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who owns it."""
    opening: Annotated[
        int, forms.PartForm(forms.WrittenOpening), NEEDED, Shown("month, or see below")
    ] = 0
    """Month of the first output as planned; before the calendar when already open."""
    delay: Annotated[Quantity | None, forms.InUnit("month", low=-MOST_MONTHS, high=MOST_MONTHS)] = (
        None
    )
    """Added to the opening; without it none."""
    ramp: Annotated[Quantity | None, forms.TIME] = None
    """Time from first output to full capacity, in a straight line; without it none."""
    lines: Annotated[
        Mapping[str, Quantity],
        forms.MapForm(forms.ID, forms.InUnit("hour/month", low=0.0, constant=False)),
    ] = field(default_factory=dict)
    """Line → hours that it can run; recipes of several products may share a line."""
    capital: Annotated[
        tuple[CapitalPayment, ...], forms.ListForm(forms.PartForm(CapitalPayment))
    ] = ()
    """Payments for building it."""
    standing_cost: Annotated[Quantity | None, forms.InUnit("{money}/month", low=0.0)] = None
    """Paid at home from its opening on, whatever it makes; without it none. Of a plant that an
    option builds or opens earlier it is part of what the option costs."""
    life: Annotated[Quantity | None, forms.LIFE_TIME] = None
    """How long its capital lasts from its opening on. What is left of it at the end of the
    calendar, in a straight line, is its residual value; without it nothing is left."""
    opening_written: str = ""
    opening_grade: str = ""
    opening_source: str = ""
    opening_why: Label = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe(Element):
    """A way to make one good from others; without a plant it is always open."""

    output: Annotated[str, forms.GOOD, NEEDED] = ""
    """What is made."""
    inputs: Annotated[
        Mapping[str, Quantity],
        forms.MapForm(forms.GOOD, forms.InUnit("{input}", low=0.0, also=("{input}/{good}",))),
    ] = field(default_factory=dict)
    """Good → amount needed for one unit of output."""
    plant: Annotated[str, forms.PLANT] = ""
    """Where it runs."""
    line: Annotated[str, forms.ID, LACKING, Shown("line of the plant")] = ""
    """Line of the plant that it runs on."""
    hours: Annotated[Quantity | None, forms.InUnit("hour/{good}", above=0.0)] = None
    """Line time of one unit of output."""
    capacity: Annotated[Quantity | None, forms.FLOW] = None
    """Most that can be made; may be left out when a line limits it."""
    cost: Annotated[Quantity | None, forms.PRICE] = None
    """Cost of one unit beyond its inputs; without it none."""
    lead_time: Annotated[Quantity | None, forms.TIME] = None
    """From inputs to output; without it none."""


@dataclass(frozen=True, slots=True)
class Export(Element):
    """A buyer abroad for one good."""

    actor: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who buys."""
    good: Annotated[str, forms.GOOD, NEEDED] = ""
    """What is bought."""
    price: Annotated[Quantity | None, forms.PRICE, NEEDED] = None
    """What is paid."""
    capacity: Annotated[Quantity | None, forms.FLOW, NEEDED] = None
    """Most that is bought."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a measure selects: elements that match every key given."""

    actor: Annotated[str, forms.ACTOR] = ""
    """Seller, buyer or owner."""
    via: Annotated[str, forms.ACTOR] = ""
    """Actor whose territory the route crosses."""
    route: Annotated[str, forms.ROUTE] = ""
    """Route."""
    good: Annotated[str, forms.GOOD] = ""
    """Good."""
    tag: Annotated[str, forms.GIVEN] = ""
    """Tag of the element, or of its actor, good, plant or route."""
    element: Annotated[str, forms.ELEMENT] = ""
    """One element by section and id, e.g. `suppliers.north`."""


@dataclass(frozen=True, slots=True)
class Measure(Element):
    """One hostile or harmful act."""

    kind: Annotated[MeasureKind, forms.WordForm(tuple(MeasureKind)), NEEDED] = MeasureKind.EMBARGO
    """What it does to what it hits."""
    sender: Annotated[str, forms.ACTOR] = ""
    """Who imposes it; without it, an accident."""
    hits: Annotated[
        tuple[Hit, ...], forms.ListForm(forms.PartForm(Hit), alone=True), NEEDED, Shown("see below")
    ] = ()
    """What it selects: a mapping whose keys must all match, or a list of such, any of which may."""
    share: Annotated[Quantity | None, forms.PART] = None
    """Part that is cut off or lost (embargo, quota, route_closure, stockpile_loss); without
    it, all; a quota must give it."""
    by: Annotated[Quantity | None, forms.InUnit("{by}", above=0.0)] = None
    """Rise as a share (price_rise, demand_surge), or months (delay)."""
    lengths: Annotated[tuple[int, ...], forms.ListForm(forms.MONTHS), NEEDED] = ()
    """Lengths to look at; numbers are months."""
    start: Annotated[int | None, forms.MONTH, LACKING] = None
    """Month of its start; without it every start is looked at."""
    in_transit: Annotated[InTransit, forms.WordForm(tuple(InTransit))] = InTransit.LOST
    """What happens to goods that are on the way when it starts; without it they are lost."""
    crisis: Annotated[bool, forms.FlagForm()] = False
    """Whether uses switch to their crisis demand while it runs."""
    together_with: Annotated[tuple[str, ...], forms.ListForm(forms.MEASURE)] = ()
    """Measures that run at the same time; costs of a sender are those of this one's alone."""


@dataclass(frozen=True, slots=True)
class Lever(Element):
    """A way in which a sender can hurt the target: counted by measures, or missing."""

    sender: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who pulls it."""
    measures: Annotated[tuple[str, ...], forms.ListForm(forms.MEASURE)] = ()
    """Measures of this sender by which it is counted; several run at the same time."""
    lacks: Annotated[Label, forms.TEXTS, SpelledAs("missing")] = field(default_factory=dict)
    """What would have to be known to count it, in place of `measures`; one text or by language."""
    look: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Where that can be found; goes with `missing`."""


@dataclass(frozen=True, slots=True)
class Variant(forms.WrittenVariant, Element):
    """A named change to the case."""

    case: "Case | None" = None
    """The case after it."""
    changes: tuple[str, ...] = ()
    """What it changes, in words."""


@dataclass(frozen=True, slots=True)
class Scenario(forms.WrittenVariant, Element):
    """A possible future with its probability, written as a variant is.

    The scenarios of a case exclude each other, and their probabilities add to 1. A
    variant has them too; what they change in elements that the variant took away falls
    away there.
    """

    include_from: ClassVar[Annotated[str, forms.SCENARIO]]
    """Scenario, or variant, whose changes are made first."""
    probability: Annotated[
        float, forms.ShareForm(fraction=True), NEEDED, Shown("number, % or fraction")
    ] = 0.0
    """How likely it is: `1/3`, `33.3 %` or `0.333`."""
    case: "Case | None" = None
    """The case in it."""
    changes: tuple[str, ...] = ()
    """What it changes, in words."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A number that follows from others."""

    number: Quantity
    formula: Formula
    parents: tuple[Quantity, ...]
    """Those that the formula names."""


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case, checked; the base of everything that is computed.

    Its keys but the sections stand at the top of a case file.
    """

    derbes: ClassVar[Annotated[str, forms.WordForm(("1",)), NEEDED]]
    """Version of this format."""
    name: Annotated[str, forms.NAME, NEEDED]
    """Name of the case."""
    calendar: Annotated[Calendar, forms.PartForm(forms.WrittenCalendar), NEEDED]
    """The periods."""
    currency: Annotated[str, forms.PartForm(forms.WrittenCurrency), NEEDED]
    """The money."""
    target: Annotated[str, forms.ACTOR, NEEDED]
    """Actor whose supply is modelled."""
    label: Annotated[Label, forms.TEXTS, Before("calendar")] = field(default_factory=dict)
    """Name for a reader: one text, or texts by language (`{en: …, ru: …, kk: …}`)."""
    note: Annotated[Label, forms.TEXTS, Before("calendar")] = field(default_factory=dict)
    """Remark for a reader, one text or by language."""
    question: Annotated[Label, forms.TEXTS, Before("calendar")] = field(default_factory=dict)
    """The question that the case answers, one text or by language."""
    include: ClassVar[Annotated[list[str], forms.ListForm(forms.GIVEN), Before("calendar")]]
    """Other files, beside this one or below, whose sections belong to the case."""
    price_year: int = 0
    rates: Mapping[str, Quantity] = field(default_factory=dict)
    """Currency → base currency for one unit of it."""
    discount_rate: Annotated[
        Quantity | None, forms.InUnit("1/year", low=0.0, high=1.0, also=("",)), Before("target")
    ] = None
    """Discounting of money, a share a year; without it none."""
    refill_time: Annotated[Quantity | None, forms.TIME] = None
    """Time in which a reserve comes back after a measure; without it 6 months."""
    sender_horizon: Annotated[Quantity | None, forms.TIME] = None
    """Time over which the purchases of a lost buyer count; without it 36 months."""
    priorities: Annotated[tuple[str, ...], forms.ListForm(forms.WordForm(AIMS)), LACKING] = AIMS
    """What goes before what, all four; money last. Without it: essential, deferrable,
    reserve, money."""
    main_measure: Annotated[str, forms.MEASURE] = ""
    """Measure that the first page is about; without it the first one."""
    without_project: Annotated[str, forms.VARIANT] = ""
    """Variant that does without the project that the case is about; payments are compared
    with it. Without it, with the case without any option."""
    main_length: Annotated[int, forms.MONTHS, LACKING] = 0
    """Length that the first page is about; without it the longest that is at most a year."""
    assumptions: Annotated[
        Mapping[str, Quantity], forms.MapForm(forms.ID, forms.InUnit("{any}", constant=False))
    ] = field(default_factory=dict)
    """Named numbers that others follow from, each in its own unit; a formula names them."""
    formulas: tuple[Derived, ...] = ()
    """Numbers that follow from others, parents before children."""
    actors: Annotated[Mapping[str, Actor], forms.SECTION] = field(default_factory=dict)
    """States, blocs and firms that decide."""
    goods: Annotated[Mapping[str, Good], forms.SECTION] = field(default_factory=dict)
    """Things that are bought, made, stored and used."""
    uses: Annotated[Mapping[str, Use], forms.SECTION] = field(default_factory=dict)
    """Demands for goods."""
    stockpiles: Annotated[Mapping[str, Stockpile], forms.SECTION] = field(default_factory=dict)
    """Lots held when the calendar begins."""
    routes: Annotated[Mapping[str, Route], forms.SECTION] = field(default_factory=dict)
    """Ways that goods come."""
    suppliers: Annotated[Mapping[str, Supplier], forms.SECTION] = field(default_factory=dict)
    """Offers of goods by actors."""
    plants: Annotated[Mapping[str, Plant], forms.SECTION] = field(default_factory=dict)
    """Sites that make goods from their opening on."""
    recipes: Annotated[Mapping[str, Recipe], forms.SECTION] = field(default_factory=dict)
    """Ways to make goods from others."""
    exports: Annotated[Mapping[str, Export], forms.SECTION] = field(default_factory=dict)
    """Buyers abroad."""
    measures: Annotated[Mapping[str, Measure], forms.SECTION] = field(default_factory=dict)
    """Hostile or harmful acts."""
    levers: Annotated[Mapping[str, Lever], forms.SECTION] = field(default_factory=dict)
    """By what senders can hurt the target, counted or missing."""
    variants: Annotated[Mapping[str, Variant], forms.SECTION] = field(default_factory=dict)
    """Named changes to the case."""
    options: Annotated[Mapping[str, Option], forms.SECTION] = field(default_factory=dict)
    """What may be decided."""
    limits: Annotated[Mapping[str, Limit], forms.SECTION] = field(default_factory=dict)
    """What options may be together."""
    standards: Annotated[Mapping[str, Standard], forms.SECTION] = field(default_factory=dict)
    """What is to be survived."""
    budget: Annotated[Budget | None, forms.PartForm(Budget), LACKING] = None
    """What the options may cost; without it any sum."""
    risk: Annotated[Risk, forms.PartForm(Risk), LACKING] = field(default_factory=Risk)
    """How a plan weighs bad draws; without it by their mean alone."""
    scenarios: Annotated[Mapping[str, Scenario], forms.SECTION] = field(default_factory=dict)
    """Possible futures with their probabilities."""
    correlations: Annotated[
        tuple[Correlation, ...], forms.ListForm(forms.PartForm(Correlation))
    ] = ()
    """How inputs vary together; without it each on its own."""
    reference_classes: Annotated[Mapping[str, ReferenceClass], forms.SECTION] = field(
        default_factory=dict
    )
    """Projects like those of the case, with planned and achieved dates."""
    hazards: Annotated[Mapping[str, Hazard], forms.SECTION] = field(default_factory=dict)
    """How often measures come."""
    chances: Annotated[Mapping[str, Chance], forms.SECTION] = field(default_factory=dict)
    """What may come, and what is there only for it."""
    facts: Annotated[Mapping[str, Fact], forms.SECTION] = field(default_factory=dict)
    """Public facts with their source."""
    documents: Annotated[Mapping[str, Document], forms.SECTION] = field(default_factory=dict)
    """Published texts and tables."""
    statements: Annotated[Mapping[str, Statement], forms.SECTION] = field(default_factory=dict)
    """What somebody said, each with its check."""
    contrasts: Annotated[Mapping[str, Contrast], forms.SECTION] = field(default_factory=dict)
    """Not this but that."""
    double_standards: Annotated[Mapping[str, DoubleStandard], forms.SECTION] = field(
        default_factory=dict
    )
    """Same act, another actor, another judgement."""
    tensions: Annotated[Mapping[str, Tension], forms.SECTION] = field(default_factory=dict)
    """Statements that sit badly together."""
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


def is_opening(path: str) -> bool:
    """Whether an input is the opening of a plant, which is drawn as months from the one planned."""
    section, _dot, rest = path.partition(".")
    return section == "plants" and rest.endswith(".opening")


def opening_month(case: Case, path: str, months: float, *, side: str = "") -> str:
    """Month of an opening so late; of what turns `below` it, the one behind."""
    plant, monthly = case.plants[path.split(".")[1]], case.calendar.monthly
    planned = monthly.index_of(plant.opening_written or case.calendar.label(plant.opening))
    return monthly.label(planned + monthly.periods(months) + (side == "below"))


def purchases(case: Case) -> Iterator[tuple[Supplier, str]]:
    """Every supplier with each of its routes; an empty one where it names none."""
    return ((one, route) for one in case.suppliers.values() for route in one.routes or ("",))


# What a sender can do at once


JOINED_BY = "+"
"""Stands between measures that run at the same time; no id holds it."""


def basket(measures: Iterable[str]) -> str:
    """Name of measures that run at the same time; of one alone its own."""
    return JOINED_BY.join(measures)


def at_once(levers: Mapping[str, Lever]) -> dict[str, tuple[str, ...]]:
    """Sender → measures of all its levers that are counted, where it has several such levers."""
    counted: dict[str, list[Lever]] = {}
    for lever in levers.values():
        if lever.measures:
            counted.setdefault(lever.sender, []).append(lever)
    return {
        sender: tuple(name for lever in own for name in lever.measures)
        for sender, own in counted.items()
        if len(own) > 1
    }


def baskets(levers: Mapping[str, Lever]) -> dict[str, tuple[str, ...]]:
    """Basket → its measures: of each lever of several, and of all levers of a sender."""
    found = [*(lever.measures for lever in levers.values()), *at_once(levers).values()]
    return {basket(measures): measures for measures in found if len(measures) > 1}


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
    below = (f"{where}.", f"{where}[")
    return tuple(q for q in found if not where or q.path == where or q.path.startswith(below))


def _walk(part: object) -> Iterator[Quantity]:
    if isinstance(part, Quantity):
        yield part
        yield from (month.quantity for month in part.months)
    elif isinstance(part, Variant | Scenario | Checked):
        return  # no number of its own, nor in what is said
    else:
        whole: Iterable[object] = ()
        if isinstance(part, Mapping):
            whole = part.values()
        elif isinstance(part, tuple):
            whole = part
        elif dataclasses.is_dataclass(part):
            whole = [getattr(part, name) for name in _attributes(part.__class__)]
        for inner in whole:
            if inner and type(inner) not in _PLAIN:
                yield from _walk(inner)


_PLAIN = frozenset({str, int, float, bool})
"""Types of what is no quantity and holds none."""


@cache
def _attributes(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in dataclasses.fields(kind) if one.name != "formulas")
