"""Entries of the elements: actors, goods, uses, suppliers, plants, measures and so on."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from derbes.casefile.schema.entries import (
    ActorId,
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
    ReferenceClassId,
    RouteId,
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
