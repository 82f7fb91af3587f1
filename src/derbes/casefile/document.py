"""Entries of what may be decided: options, limits, standards, budget, weight of bad draws.

The whole case file: what stands at its top, and its sections.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from derbes.casefile.elements import (
    ActorEntry,
    ContrastEntry,
    CorrelationEntry,
    DocumentEntry,
    DoubleStandardEntry,
    ExportEntry,
    FactEntry,
    GoodEntry,
    HazardEntry,
    MeasureEntry,
    PlantEntry,
    RecipeEntry,
    ReferenceClassEntry,
    RouteEntry,
    ScenarioEntry,
    StatementEntry,
    StockpileEntry,
    SupplierEntry,
    TensionEntry,
    Time,
    UseEntry,
    VariantEntry,
)
from derbes.casefile.schema import (
    YEAR_PATTERN,
    ActorId,
    ElementEntry,
    ElementName,
    Entry,
    Id,
    Kind,
    Label,
    MeasureId,
    Month,
    Months,
    Number,
    OneOrList,
    OptionId,
    QuantityEntry,
    UseId,
    VariantId,
    Words,
    short_or_mapping,
)
from derbes.language import _

ALL_ESSENTIAL = "essential"
"""Word for all uses of that tier."""

Year = Annotated[str, Field(pattern=YEAR_PATTERN)]
Payment = Annotated[QuantityEntry, Kind("{money}", low=0.0, constant=True)]
PaymentBySize = Annotated[
    QuantityEntry, Kind("{money}{by_size}", low=0.0, also=("{money}",), constant=True)
]
Running = Annotated[QuantityEntry, Kind("{money}/month", low=0.0, constant=True)]
RunningBySize = Annotated[
    QuantityEntry, Kind("{money}{by_size}/month", low=0.0, also=("{money}/month",), constant=True)
]
Lead = Annotated[QuantityEntry, Kind("month", low=0.0, constant=True)]
Part = Annotated[QuantityEntry, Kind("", low=0.0, high=1.0, constant=True)]
PartAboveNone = Annotated[QuantityEntry, Kind("", above=0.0, high=1.0, constant=True)]
Bound = Annotated[QuantityEntry, Kind("", constant=True)]


def _no_word(given: Any) -> Any:
    """`essential` stands for all essential uses, which an absent key does too."""
    if given == ALL_ESSENTIAL:
        return None
    return [given] if isinstance(given, str) else given


def _weights(given: Any) -> Any:
    """A list of options is a mapping in which each weighs 1."""
    if isinstance(given, str):
        return {given: "1"}
    if not isinstance(given, list):
        return given
    for position, name in enumerate(given):
        if not isinstance(name, str):
            raise PydanticCustomError("derbes", _("expected ids of options in the list"))
        if name in given[:position]:
            raise PydanticCustomError(
                "derbes", _('"{name}" stands twice in the list').format(name=name)
            )
    return dict.fromkeys(given, "1")


class _ListOfIds:
    """Marks a mapping by id that may be written as the list of its ids."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The mapping, or its keys as a list."""
        mapping = handler(core_schema)
        keys = mapping.get("propertyNames", {"type": "string"})
        listed = {"type": "array", "items": {"type": "string", **keys}, "minItems": 1}
        return {"anyOf": [listed, mapping]}


class _ByYear:
    """Marks a mapping by year: to an editor, a key without quotes is a number."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The mapping, with the pattern as that of the names."""
        mapping = handler(core_schema)
        ((pattern, amount),) = mapping.pop("patternProperties").items()
        return {**mapping, "propertyNames": {"pattern": pattern}, "additionalProperties": amount}


class _UsesOrTier(OneOrList):
    """Marks a list of uses that may be written as one, or as the word for a tier."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The word, a use, or the list of uses."""
        one_or_list = OneOrList.__get_pydantic_json_schema__(self, core_schema, handler)
        return {"anyOf": [{"const": ALL_ESSENTIAL}, *one_or_list["anyOf"]]}


class SizeEntry(Entry):
    """How large an option may be chosen: one size, a list of sizes, or any between two.

    Size 1 of `build`, `contract` and `convert` is the element as written, of `enlarge`
    once more the same; `reserve` is counted in the unit of the good, `bring_forward` in
    months, `buy_out` in the share of the supplier.
    """

    steps: Annotated[list[Number], Field(min_length=1)] | None = None
    """Sizes to choose from, rising; they may stand alone: `size: [0.5, 1, 2]`."""
    from_: Annotated[Number | None, Field(alias="from")] = None
    """Least size when chosen at all, where any size may be chosen; without it 0."""
    to: Number | None = None
    """Greatest size, where any size may be chosen."""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, given: Any) -> Any:
        if isinstance(given, list):
            return {"steps": given}
        return {"steps": [given]} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one(self) -> "SizeEntry":
        if (self.steps is None) == (self.to is None):
            raise PydanticCustomError(
                "derbes", _('expected sizes, as in "[0.5, 1, 2]" or "{from: 0, to: 3}"')
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """One size, the list of sizes, or the mapping."""
        return _one_list_or_mapping("steps", core_schema, handler)


class DatesEntry(Entry):
    """When something may be decided: one month, a list of months, or a row of them."""

    months: Annotated[list[Month], Field(min_length=1)] | None = None
    """Months to choose from; they may stand alone: `dates: [2027-01, 2028-01]`."""
    from_: Annotated[Month | None, Field(alias="from")] = None
    """First month of a row; without it the first of the calendar."""
    to: Month | None = None
    """Last month of a row; without it the last of the calendar."""
    every: Months | None = None
    """Time between the months of a row; without it one period."""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, given: Any) -> Any:
        if isinstance(given, list):
            return {"months": given}
        return {"months": [given]} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one(self) -> "DatesEntry":
        has_row = any(one is not None for one in (self.from_, self.to, self.every))
        if (self.months is None) != has_row:
            raise PydanticCustomError(
                "derbes",
                _(
                    'expected months, as in "[2027-01, 2028-01]" or'
                    ' "{from: 2027-01, to: 2031-10, every: 6 month}"'
                ),
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """One month, the list of months, or the mapping."""
        return _one_list_or_mapping("months", core_schema, handler)


def _one_list_or_mapping(
    key: str, core_schema: CoreSchema, handler: GetJsonSchemaHandler
) -> JsonSchemaValue:
    """The schema of a mapping that may be written as the list of one of its keys, or its item."""
    mapping = short_or_mapping(key, core_schema, handler)
    listed, whole = mapping["anyOf"]
    choices = [one for one in listed.get("anyOf", [listed]) if one != {"type": "null"}]
    return {**mapping, "anyOf": [choices[0]["items"], *choices, whole]}


class OptionEntry(ElementEntry):
    """Something that may be decided: built, held, contracted.

    What `build`, `contract` or `convert` names is there only when the option is chosen:
    cover and leverage look at the case without it. Without any cost, an option is free.
    """

    kind: Literal["build", "enlarge", "bring_forward", "reserve", "contract", "convert", "buy_out"]
    """`build`: a plant that is there only when chosen; `enlarge`: more of a plant;
    `bring_forward`: an earlier opening of a plant; `reserve`: stock of a good to be held
    beside its reserve; `contract`: a supplier or route that is there only when chosen;
    `convert`: a recipe that is there only when chosen; `buy_out`: a supplier that no
    measure hits any more."""
    element: ElementName
    """What it is about, by section and id, e.g. `plants.second`, `goods.alum`."""
    size: SizeEntry | None = None
    """How large it may be; without it 1; `reserve` and `bring_forward` must say it."""
    dates: DatesEntry | None = None
    """When it may be decided, at most once; without it in the first period."""
    lead_time: Lead | None = None
    """From the decision to the effect; without it none. A plant's own delay and ramp come
    on top."""
    capital: Payment | None = None
    """Paid when it is chosen, whatever the size, spread evenly over the lead time."""
    capital_by_size: PaymentBySize | None = None
    """Paid when it is chosen, for each unit of size, spread evenly over the lead time."""
    running: Running | None = None
    """Paid from the effect on, whatever the size."""
    running_by_size: RunningBySize | None = None
    """Paid from the effect on, for each unit of size."""
    foreign_share: Part | None = None
    """Part of all this that is paid in foreign currency; without it none."""
    take_or_pay: Part | None = None
    """`contract` with a supplier: part of the capacity that is paid for whether it is
    taken or not; without it none."""
    excludes: list[OptionId] = Field(default_factory=list)
    """Options that cannot be chosen beside it; one of the two may name the other."""
    requires: list[OptionId] = Field(default_factory=list)
    """Options that must be chosen no later than it."""
    committed: bool = False
    """Whether it is decided already: it must be chosen."""


class LimitEntry(ElementEntry):
    """What the sizes of several options, or their number, may be together."""

    options: Annotated[
        dict[OptionId, Bound], Field(min_length=1), BeforeValidator(_weights), _ListOfIds()
    ]
    """Options, or option → weight of one unit of its size; in a list each weighs 1."""
    at_most: Bound | None = None
    """Most that the weighted sizes may add up to."""
    at_least: Bound | None = None
    """Least that they must add up to."""
    counts: bool = False
    """Whether each chosen option counts as 1, whatever its size."""


class StandardEntry(ElementEntry):
    """What is to be survived: uses, a measure, a length, from a date on."""

    uses: Annotated[
        Annotated[list[UseId], Field(min_length=1)] | None,
        BeforeValidator(_no_word),
        _UsesOrTier(),
    ] = None
    """Uses that are to be met, or `essential` for all of that tier, which is the default."""
    measure: MeasureId = ""
    """Measure that is to be survived; without it the uses are to be met in calm."""
    length: Months | None = None
    """How long the measure runs; needed with a measure."""
    from_: Annotated[Month | None, Field(alias="from")] = None
    """First month in which it may start; without it the first of the calendar."""
    to: Month | None = None
    """Last month in which it may start; without it the last of the calendar."""
    share: PartAboveNone | None = None
    """Part of the demand that is to be met; without it all."""
    in_draws: PartAboveNone | None = None
    """Part of the draws in which it is to hold; without it all."""


class BudgetEntry(Entry):
    """What the options may cost: capital and running cost as paid, not discounted."""

    total: Payment | None = None
    """Most that may be paid for options in all."""
    by_year: Annotated[dict[Year, Payment], _ByYear()] = Field(default_factory=dict)
    """Year → most that may be paid for options in it."""
    foreign_total: Payment | None = None
    """Most that may be paid for options in foreign currency in all."""
    foreign_by_year: Annotated[dict[Year, Payment], _ByYear()] = Field(default_factory=dict)
    """Year → most that may be paid abroad in it, purchases of goods in calm included."""


class RiskEntry(Entry):
    """How a plan weighs bad draws: (1 - weight) of the mean and weight of the tail's mean."""

    weight: Number
    """Weight of the tail, 0 to 1."""
    level: Number = "0.95"
    """The tail is the worst (1 - level) of the draws; at least 0, below 1."""


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
