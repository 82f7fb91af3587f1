"""The whole case file: what stands at its top, and its sections."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from derbes.casefile.schema.elements import (
    ActorEntry,
    DocumentEntry,
    ExportEntry,
    FactEntry,
    GoodEntry,
    MeasureEntry,
    PlantEntry,
    RecipeEntry,
    RouteEntry,
    StockpileEntry,
    SupplierEntry,
    Time,
    UseEntry,
    VariantEntry,
)
from derbes.casefile.schema.entries import (
    ActorId,
    ElementEntry,
    Entry,
    Id,
    Kind,
    Label,
    MeasureId,
    Month,
    Months,
    QuantityEntry,
    VariantId,
    Words,
)
from derbes.casefile.schema.ledger import (
    ContrastEntry,
    DoubleStandardEntry,
    StatementEntry,
    TensionEntry,
)
from derbes.casefile.schema.planning import (
    BudgetEntry,
    LimitEntry,
    OptionEntry,
    RiskEntry,
    StandardEntry,
)
from derbes.casefile.schema.uncertainty import (
    CorrelationEntry,
    HazardEntry,
    ReferenceClassEntry,
    ScenarioEntry,
)

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Rate = Annotated[QuantityEntry, Kind("{money}/{currency}", above=0.0, also=("{money}",))]
Discount = Annotated[QuantityEntry, Kind("1/year", low=0.0, high=1.0, also=("",), constant=True)]


class CalendarEntry(Entry):
    """The periods of the case."""

    first: Month
    """First month."""
    periods: Annotated[int, Field(ge=1, le=1200)]
    """Number of periods."""
    step: Literal["month", "quarter", "year"] = "month"
    """Length of a period. Times are counted in whole periods, a part of one as one: of
    4 months make 2 quarters or 1 year; `check` says where that is more than was written."""
    after: Literal["repeat", "hold"] | None = None
    """How series go on behind the calendar: `repeat` their last year, or `hold` their last
    value. Without it, one whose last year is the year before times one factor repeats it, and
    every other holds."""


class CurrencyEntry(Entry):
    """The money of the case."""

    base: Currency
    """ISO code of the currency that results are in."""
    price_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    """Year whose prices the numbers are in."""
    rates: dict[Currency, Rate] = Field(default_factory=dict)
    """Other currency → worth of one unit of it in the base currency."""


class HeaderEntry(Entry):
    """What stands at the top of a case file."""

    derbes: Annotated[Literal["1"], WithJsonSchema({"const": 1})]
    """Version of this format."""
    name: Annotated[Words, Field(min_length=1)]
    """Name of the case."""
    label: Label = Field(default_factory=dict)
    """Name for a reader: one text, or texts by language (`{en: …, ru: …, kk: …}`)."""
    note: Label = Field(default_factory=dict)
    """Remark for a reader, one text or by language."""
    question: Label = Field(default_factory=dict)
    """The question that the case answers, one text or by language."""
    include: list[str] = Field(default_factory=list)
    """Other files, beside this one or below, whose sections belong to the case."""
    calendar: CalendarEntry
    """The periods."""
    currency: CurrencyEntry
    """The money."""
    discount_rate: Discount | None = None
    """Discounting of money, a share a year; without it none."""
    target: ActorId
    """Actor whose supply is modelled."""
    refill_time: Time | None = None
    """Time in which a reserve comes back after a measure; without it 6 months."""
    sender_horizon: Time | None = None
    """Time over which the purchases of a lost buyer count; without it 36 months."""
    priorities: list[Literal["essential", "deferrable", "reserve", "money"]] | None = None
    """What goes before what, all four; money last. Without it: essential, deferrable,
    reserve, money."""
    main_measure: MeasureId = ""
    """Measure that the first page is about; without it the first one."""
    without_project: VariantId = ""
    """Variant that does without the project that the case is about; payments are compared
    with it. Without it, with the case without any option."""
    main_length: Months | None = None
    """Length that the first page is about; without it the longest that is at most a year."""
    budget: BudgetEntry | None = None
    """What the options may cost; without it any sum."""
    risk: RiskEntry | None = None
    """How a plan weighs bad draws; without it by their mean alone."""
    correlations: list[CorrelationEntry] = Field(default_factory=list)
    """How inputs vary together; without it each on its own."""


class CaseEntry(HeaderEntry, defer_build=True):
    """A case file."""

    actors: dict[Id, ActorEntry] = Field(default_factory=dict)
    """States, blocs and firms that decide."""
    goods: dict[Id, GoodEntry] = Field(default_factory=dict)
    """Things that are bought, made, stored and used."""
    uses: dict[Id, UseEntry] = Field(default_factory=dict)
    """Demands for goods."""
    stockpiles: dict[Id, StockpileEntry] = Field(default_factory=dict)
    """Lots held when the calendar begins."""
    routes: dict[Id, RouteEntry] = Field(default_factory=dict)
    """Ways that goods come."""
    suppliers: dict[Id, SupplierEntry] = Field(default_factory=dict)
    """Offers of goods by actors."""
    plants: dict[Id, PlantEntry] = Field(default_factory=dict)
    """Sites that make goods from their opening on."""
    recipes: dict[Id, RecipeEntry] = Field(default_factory=dict)
    """Ways to make goods from others."""
    exports: dict[Id, ExportEntry] = Field(default_factory=dict)
    """Buyers abroad."""
    measures: dict[Id, MeasureEntry] = Field(default_factory=dict)
    """Hostile or harmful acts."""
    variants: dict[Id, VariantEntry] = Field(default_factory=dict)
    """Named changes to the case."""
    options: dict[Id, OptionEntry] = Field(default_factory=dict)
    """What may be decided."""
    limits: dict[Id, LimitEntry] = Field(default_factory=dict)
    """What options may be together."""
    standards: dict[Id, StandardEntry] = Field(default_factory=dict)
    """What is to be survived."""
    scenarios: dict[Id, ScenarioEntry] = Field(default_factory=dict)
    """Possible futures with their probabilities."""
    reference_classes: dict[Id, ReferenceClassEntry] = Field(default_factory=dict)
    """Projects like those of the case, with planned and achieved dates."""
    hazards: dict[Id, HazardEntry] = Field(default_factory=dict)
    """How often measures come."""
    facts: dict[Id, FactEntry] = Field(default_factory=dict)
    """Public facts with their source."""
    documents: dict[Id, DocumentEntry] = Field(default_factory=dict)
    """Published texts and tables."""
    statements: dict[Id, StatementEntry] = Field(default_factory=dict)
    """What somebody said, each with its check."""
    contrasts: dict[Id, ContrastEntry] = Field(default_factory=dict)
    """Not this but that."""
    double_standards: dict[Id, DoubleStandardEntry] = Field(default_factory=dict)
    """Same act, another actor, another judgement."""
    tensions: dict[Id, TensionEntry] = Field(default_factory=dict)
    """Statements that sit badly together."""


SECTIONS: dict[str, type[ElementEntry]] = {
    "actors": ActorEntry,
    "goods": GoodEntry,
    "uses": UseEntry,
    "stockpiles": StockpileEntry,
    "routes": RouteEntry,
    "suppliers": SupplierEntry,
    "plants": PlantEntry,
    "recipes": RecipeEntry,
    "exports": ExportEntry,
    "measures": MeasureEntry,
    "variants": VariantEntry,
    "options": OptionEntry,
    "limits": LimitEntry,
    "standards": StandardEntry,
    "scenarios": ScenarioEntry,
    "reference_classes": ReferenceClassEntry,
    "hazards": HazardEntry,
    "facts": FactEntry,
    "documents": DocumentEntry,
    "statements": StatementEntry,
    "contrasts": ContrastEntry,
    "double_standards": DoubleStandardEntry,
    "tensions": TensionEntry,
}
"""Section → entry of its elements, in the order of the reference page."""
