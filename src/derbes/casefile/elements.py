"""Entries of the elements: actors, goods, uses, suppliers, plants, measures and so on.

Entries of what is not certain: scenarios, correlations, reference classes, hazards.

Entries of the ledger: statements, contrasts, double standards, tensions.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from derbes.casefile.schema import (
    ActorId,
    Day,
    DocumentId,
    ElementEntry,
    ElementName,
    Entry,
    GoodId,
    GradeLetter,
    Id,
    Kind,
    Label,
    LooseDate,
    MeasureId,
    Month,
    Months,
    Number,
    OneOrList,
    PlantId,
    QuantityEntry,
    Reference,
    ReferenceClassId,
    RouteId,
    ScenarioId,
    SourceId,
    VariantId,
    Words,
    short_or_mapping,
)

Stock = Annotated[QuantityEntry, Kind("{good}", low=0.0)]
FirstStock = Annotated[QuantityEntry, Kind("{good}", low=0.0, constant=True)]
Flow = Annotated[QuantityEntry, Kind("{good}/month", low=0.0)]
Price = Annotated[QuantityEntry, Kind("{money}/{good}", low=0.0)]
ShortageCost = Annotated[QuantityEntry, Kind("{money}/{good}", low=0.0, constant=True)]
Time = Annotated[QuantityEntry, Kind("month", low=0.0, constant=True)]
LifeTime = Annotated[QuantityEntry, Kind("month", above=0.0, constant=True)]
Share = Annotated[QuantityEntry, Kind("", low=0.0, high=1.0, constant=True)]
InputAmount = Annotated[
    QuantityEntry, Kind("{input}", low=0.0, also=("{input}/{good}",), constant=True)
]
LineHours = Annotated[QuantityEntry, Kind("hour/month", low=0.0)]


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


class ActorEntry(ElementEntry):
    """A state, bloc or firm that decides."""

    kind: Literal["state", "bloc", "firm", "office", "medium", "group", "person"] = "state"
    """What it is."""
    margin_share: Share | None = None
    """Part of the price of its sales that is its margin; what a cut-off costs it."""


class GoodEntry(ElementEntry):
    """A thing that is bought, made, stored and used."""

    unit: str
    """What it is counted in: a unit such as `t`, `m3`, `MWh`, `piece`, or a word of your own."""
    reserve: Stock | None = None
    """Stock that is to be held; without it none is."""
    storage_limit: Stock | None = None
    """Most that can be stored; without it there is no limit."""
    storage_cost: Annotated[QuantityEntry, Kind("{money}/{good}/month", low=0.0)] | None = None
    """Cost of holding one unit for a time; without it holding costs nothing."""
    half_life: LifeTime | None = None
    """Time in which half of what is newly bought or made is lost."""
    shelf_life: LifeTime | None = None
    """Age at which what is newly bought or made is lost."""


class UseEntry(ElementEntry):
    """A demand for a good."""

    good: GoodId
    """What is used."""
    tier: Literal["essential", "deferrable"] = "essential"
    """Rank: what is essential is served before what is deferrable."""
    demand: Flow
    """Demand in calm."""
    crisis_demand: Flow | None = None
    """Demand while a measure with `crisis: true` runs; without it, that in calm."""
    shortage_cost: ShortageCost | None = None
    """Cost of one unit of unmet demand; without it no loss in money is reported."""
    weight: Annotated[QuantityEntry, Kind("", above=0.0, constant=True)] | None = None
    """Weight of one unit among the uses of its tier. Without it, uses in units of one
    dimension count alike by amount; others count by months of their good's own use."""


class StockpileEntry(ElementEntry):
    """A lot of one good held when the calendar begins."""

    good: GoodId
    """What it is."""
    quantity: FirstStock
    """How much there is."""
    half_life: LifeTime | None = None
    """Time in which half of it is lost."""
    shelf_life: LifeTime | None = None
    """Age at which it is lost."""
    survival_table: list[Annotated[list[Number], Field(min_length=2, max_length=2)]] | None = None
    """Points of age and surviving share, `[[0, 1], [120, 50 %]]`; ages in months."""
    age: Time | None = None
    """Age when the calendar begins; goes with `shelf_life` or `survival_table`."""


class RouteEntry(ElementEntry):
    """A way that goods come."""

    via: list[ActorId] = Field(default_factory=list)
    """Actors whose territory it crosses."""
    lead_time: Time | None = None
    """Time that it adds to the supplier's; without it none."""
    cost_share: Annotated[QuantityEntry, Kind("", low=0.0)] | None = None
    """Transport cost as a share of the price; without it none."""


class SupplierEntry(ElementEntry):
    """An offer of one good by one actor."""

    actor: ActorId
    """Who sells."""
    good: GoodId
    """What is sold."""
    price: Price
    """Price without transport."""
    capacity: Flow
    """Most that can be bought."""
    lead_time: Time | None = None
    """From order to delivery; without it none."""
    routes: list[RouteId] = Field(default_factory=list)
    """Routes that it can use, any of them; without it no route is modelled."""
    on_order: Flow | None = None
    """What arrives of orders placed before the calendar, by month of arrival, until the lead
    time is over; without it what calm use asks for, under the limits of the first period."""
    margin_share: Share | None = None
    """Part of the price that is the seller's margin; without it, the actor's."""


class OverrunEntry(Entry):
    """How late like projects were."""

    reference: ReferenceClassId
    """Reference class whose overruns are drawn."""


class OpeningEntry(Entry):
    """When a plant opens, and how sure that is."""

    value: Month
    """Month of the first output as planned."""
    range: Annotated[list[Month], Field(min_length=2, max_length=2)] | None = None
    """Earliest and latest month that is thought possible."""
    distribution: OverrunEntry | None = None
    """`{reference: my_class}`: as late as the projects of a reference class were."""
    grade: GradeLetter | None = None
    """A official figure, B published estimate, C derived from such, D assumption."""
    source: SourceId = ""
    """Fact or document that it is taken from."""
    why: Words = ""
    """How it was reasoned."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The mapping, or the month alone."""
        return short_or_mapping("value", core_schema, handler)


class CapitalEntry(Entry):
    """One payment for building a plant."""

    date: Month
    """When it is paid."""
    amount: Annotated[QuantityEntry, Kind("{money}", low=0.0, constant=True)]
    """How much."""
    foreign_share: Share | None = None
    """Part paid in foreign currency; without it none."""


class PlantEntry(ElementEntry):
    """A site with lines that run recipes from its opening on."""

    actor: ActorId
    """Who owns it."""
    opening: OpeningEntry
    """Month of the first output as planned; before the calendar when already open."""
    delay: Annotated[QuantityEntry, Kind("month", constant=True)] | None = None
    """Added to the opening; without it none."""
    ramp: Time | None = None
    """Time from first output to full capacity, in a straight line; without it none."""
    lines: dict[Id, LineHours] = Field(default_factory=dict)
    """Line → hours that it can run; recipes of several products may share a line."""
    capital: list[CapitalEntry] = Field(default_factory=list)
    """Payments for building it."""


class RecipeEntry(ElementEntry):
    """A way to make one good from others; without a plant it is always open."""

    output: GoodId
    """What is made."""
    inputs: dict[GoodId, InputAmount] = Field(default_factory=dict)
    """Good → amount needed for one unit of output."""
    plant: PlantId = ""
    """Where it runs."""
    line: Id | None = None
    """Line of the plant that it runs on."""
    hours: Annotated[QuantityEntry, Kind("hour/{good}", above=0.0, constant=True)] | None = None
    """Line time of one unit of output."""
    capacity: Flow | None = None
    """Most that can be made; may be left out when a line limits it."""
    cost: Price | None = None
    """Cost of one unit beyond its inputs; without it none."""
    lead_time: Time | None = None
    """From inputs to output; without it none."""


class ExportEntry(ElementEntry):
    """A buyer abroad for one good."""

    actor: ActorId
    """Who buys."""
    good: GoodId
    """What is bought."""
    price: Price
    """What is paid."""
    capacity: Flow
    """Most that is bought."""


class HitEntry(Entry):
    """What a measure selects: elements that match every key given."""

    actor: ActorId = ""
    """Seller, buyer or owner."""
    via: ActorId = ""
    """Actor whose territory the route crosses."""
    route: RouteId = ""
    """Route."""
    good: GoodId = ""
    """Good."""
    tag: str = ""
    """Tag of the element, or of its actor, good, plant or route."""
    element: ElementName = ""
    """One element by section and id, e.g. `suppliers.north`."""


class MeasureEntry(ElementEntry):
    """One hostile or harmful act."""

    kind: Literal[
        "embargo",
        "quota",
        "route_closure",
        "price_rise",
        "delay",
        "demand_surge",
        "stockpile_loss",
    ]
    """What it does to what it hits."""
    sender: ActorId = ""
    """Who imposes it; without it, an accident."""
    hits: Annotated[list[HitEntry], BeforeValidator(_as_list), OneOrList()]
    """What it selects: a mapping whose keys must all match, or a list of such, any of which may."""
    share: Share | None = None
    """Part that is cut off or lost (embargo, quota, route_closure, stockpile_loss); without
    it, all; a quota must give it."""
    by: Annotated[QuantityEntry, Kind("{by}", above=0.0, constant=True)] | None = None
    """Rise as a share (price_rise, demand_surge), or months (delay)."""
    lengths: list[Months]
    """Lengths to look at; numbers are months."""
    start: Month | None = None
    """Month of its start; without it every start is looked at."""
    in_transit: Literal["lost", "delivered"] = "lost"
    """What happens to goods that are on the way when it starts; without it they are lost."""
    crisis: bool = False
    """Whether uses switch to their crisis demand while it runs."""
    together_with: list[MeasureId] = Field(default_factory=list)
    """Measures that run at the same time."""


class VariantEntry(ElementEntry):
    """A named change to the case."""

    include_from: VariantId = ""
    """Variant whose changes are made first."""
    remove: list[str] = Field(default_factory=list)
    """Elements taken out: `plants.first`, `recipes.*`, or by tag `tag:project`."""
    set: dict[str, Any] = Field(default_factory=dict)
    """Path → value that it takes instead, e.g. `plants.first.delay: 24 month`."""
    add: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Section → new elements."""


class FactEntry(ElementEntry):
    """A public fact with its source."""

    says: Label
    """What it says, in own words."""
    amount: Annotated[QuantityEntry, Kind("{any}", constant=True)] | None = None
    """The number in it."""
    date: LooseDate = ""
    """Day, month or year that it speaks of."""
    document: DocumentId = ""
    """Where it stands."""
    grade: GradeLetter | None = None
    """A official figure, B published estimate, C derived from such, D assumption."""


class DocumentEntry(ElementEntry):
    """A published text or table."""

    title: Words = ""
    """Its title."""
    publisher: Words = ""
    """Who published it."""
    date: LooseDate = ""
    """Day, month or year of publication."""
    address: str = ""
    """Where it can be found."""
    licence: Words = ""
    """Under what terms it may be used."""


class ScenarioEntry(VariantEntry):
    """A possible future with its probability, written as a variant is.

    The scenarios of a case exclude each other, and their probabilities add to 1. A
    variant has them too; what they change in elements that the variant took away falls
    away there.
    """

    probability: Number
    """How likely it is: `1/3`, `33.3 %` or `0.333`."""
    include_from: ScenarioId = ""
    """Scenario, or variant, whose changes are made first."""


class CorrelationEntry(Entry):
    """How inputs vary together; pairs that are not named do not."""

    between: Annotated[list[str], Field(min_length=2)]
    """Paths of quantities that have a range or a distribution, e.g.
    `[suppliers.north.price, suppliers.south.price]`, or of hazards; of more than two,
    each with each."""
    rank: Number
    """Spearman's rank correlation of each pair, -1 to 1."""
    why: Words = ""
    """How it was reasoned."""


class ProjectEntry(Entry):
    """One project of a reference class: when it was to be done, and when it was."""

    name: Words
    """What it is."""
    planned: Day
    """Month in which it was to be done when it was decided."""
    achieved: Day | None = None
    """Month in which it was done."""
    unfinished_at: Day | None = None
    """Month in which it was known not to be done; in place of `achieved`."""
    source: SourceId = ""
    """Fact or document that the dates are taken from."""


class ReferenceClassEntry(ElementEntry):
    """Projects like the one in question: how late they were.

    `delay: {value: 0, distribution: {reference: my_class}}` draws a plant's delay from
    them, and so does an `opening`; projects that are not done count as at least so late.
    """

    projects: Annotated[list[ProjectEntry], Field(min_length=1)]
    """The projects."""


class HazardEntry(ElementEntry):
    """How often a measure comes, and for how long."""

    measure: MeasureId
    """What comes."""
    rate: Annotated[QuantityEntry, Kind("1/year", above=0.0, also=("",), constant=True)]
    """Expected starts a year while none runs: `5 %/year`."""
    length: Annotated[QuantityEntry, Kind("month", above=0.0, constant=True)]
    """How long it runs, with its range or distribution."""


AGAINST = ("-", "−", "minus", "against", "-1")
FOR = ("+", "plus", "for", "1", "+1")

Sign = Annotated[
    Literal["+", "0", "-", "for", "neutral", "against", "plus", "minus", "−", "1", "+1", "-1"],
    WithJsonSchema(
        {
            "enum": [
                *("+", "0", "-", "for", "neutral", "against", "plus", "minus", "−"),
                *("1", "+1", "-1", 1, 0, -1),
            ]
        }
    ),
]
StatementId = Annotated[str, Reference(("statements",), "statement")]
LedgerId = Annotated[
    str,
    Reference(
        ("statements", "contrasts", "double_standards", "tensions"), "statement of the ledger"
    ),
]
ReporterId = Annotated[str, Reference(("actors", "documents"), "actor or document")]
Expression = Annotated[str, Field(min_length=1, max_length=20_000)]


class LedgerEntry(ElementEntry):
    """What every entry of the ledger says of itself.

    Each has a check, `holds_if`, or says in `untestable` why there is none; a prediction
    may say in `yes_if` or `resolution` what decides it.
    """

    at: Annotated[str, Field(min_length=1)] = ""
    """Document that it stands in, by id, and the place in it: `oped P19.2`."""
    says: Label
    """What it says, in the ledger's own words, one text or by language."""
    holds_if: Expression = ""
    """Expression that is true when it holds."""
    untestable: Words = ""
    """Why no check is possible: what is missing, or why nothing could decide it."""


class JudgementEntry(Entry):
    """How the holder of a statement judges an act."""

    act: Id
    """Word for the act, the same for the same act of others: `work_with_155_mm`."""
    of: ActorId
    """Whose act it is."""
    sign: Sign
    """`+` or `for`: accepted; `-` or `against`: condemned; `0` or `neutral`: neither."""
    shown_by: Literal["word", "deed"] = "word"
    """Whether it is said, or shown by what the holder does."""


class ResolutionEntry(Entry):
    """What would decide a prediction, in words."""

    yes: Words = ""
    """What would show that it has come true."""
    no: Words = ""
    """What would show that it has not."""
    void: Words = ""
    """What would show that it can no longer be decided."""


class StatementEntry(LedgerEntry):
    """Something that somebody said."""

    kind: Literal["fact", "quantity", "claim", "thesis", "prediction", "dependency", "report"] = (
        "claim"
    )
    """Part of the ledger that it belongs to."""
    by: ActorId
    """Who utters it."""
    holder: ActorId = ""
    """Whose view it is; without it, that of who utters it."""
    reporters: list[ReporterId] = Field(default_factory=list)
    """Actors or documents that pass it on."""
    said: LooseDate = ""
    """Day, month or year; without it, that of the document."""
    modality: Literal[
        "possibility",
        "capability",
        "intention",
        "decision",
        "fact",
        "prediction",
        "evaluation",
        "cause",
        "norm",
        "hypothesis",
        "question",
        "perception",
    ]
    """How it claims what it claims: could be, can be, is wanted, is decided, is, will be,
    is good or bad, comes from, ought to be, would be, is asked, is seen so."""
    denied: bool = False
    """Whether the modality is denied: no decision was taken, nobody intends."""
    cue: Words = ""
    """Word of the original that shows the strength, e.g. `неизбежно`."""
    phrase: Label = Field(default_factory=dict)
    """Short key phrase in the original, by language."""
    stance: dict[Id, Sign] = Field(default_factory=dict)
    """Actor, or word for a thing → `+` or `for`, `0` or `neutral`, `-` or `against`."""
    judges: list[JudgementEntry] = Field(default_factory=list)
    """Acts of others, or its own, that it judges."""
    retells: list[StatementId] = Field(default_factory=list)
    """Statements that it passes on, nearest first."""
    cause: list[Words] = Field(default_factory=list)
    """Of a thesis: statements or words for the causes."""
    effect: list[Words] = Field(default_factory=list)
    """Of a thesis: statements or words for the effects."""
    condition: Expression = ""
    """Of a prediction: expression that must be true for it to count."""
    due: LooseDate = ""
    """Of a prediction: date by which it is decided."""
    yes_if: Expression = ""
    """Of a prediction: expression that is true when it has come true."""
    no_if: Expression = ""
    """Of a prediction: expression that is true when it has not."""
    void_if: Expression = ""
    """Of a prediction: expression that is true when it can no longer be decided."""
    resolution: ResolutionEntry | None = None
    """Of a prediction: what would decide it, in words."""
    probability: Number | None = None
    """Probability that its words imply, where it differs from the table of cues."""
    expires: LooseDate = ""
    """Date after which it says nothing any more."""


class ContrastEntry(LedgerEntry):
    """Not this but that."""

    by: ActorId
    """Who draws it."""
    between: list[StatementId] = Field(default_factory=list)
    """Statements on its sides, as far as the ledger has them."""


class DoubleStandardEntry(LedgerEntry):
    """Same judge, same act, another actor and another judgement; or word against deed."""

    judge: ActorId
    """Who judges."""
    act: Id
    """Word for the act, as in `judges` of statements."""
    statements: list[LedgerId] = Field(default_factory=list)
    """Statements that show it."""


class TensionEntry(LedgerEntry):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: list[LedgerId] = Field(default_factory=list)
    """Statements that it lies between."""
