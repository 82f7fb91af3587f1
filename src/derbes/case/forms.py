"""How the keys of a case are written.

A key is an attribute whose annotation carries a form: `Annotated[Quantity, InUnit("month")]`.
Its docstring is the only description of it. The reader, the JSON Schema and the reference page
are made from form and docstring. What is a `ClassVar` stands in the file alone: the element
holds it in another shape; an attribute without a form stands in no file.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, ClassVar, NamedTuple

MISSING = "missing"
"""Word for a number that is known to be unknown."""

MOST_MONTHS = 1200
"""A hundred years: no time is longer, and of nothing are more months counted. [month]"""

ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
YEARS = "[12][0-9]{3}"
"""Those from 1000 to 2999, as a pattern."""
_MONTH = "(0[1-9]|1[0-2])"
MONTH_PATTERN = rf"^{YEARS}-{_MONTH}(-01)?$"
DAY_PATTERN = rf"^{YEARS}-{_MONTH}(-[0-9]{{2}})?$"
DATE_PATTERN = rf"^{YEARS}(-{_MONTH}(-[0-9]{{2}})?)?$"
YEAR_PATTERN = rf"^{YEARS}$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"


class Form:
    """How a key is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TextForm(Form):
    """A text."""

    page: str = "text"
    """How the reference page calls it."""
    pattern: str = ""
    types: tuple[str, ...] = ("string",)
    """What it is to an editor, which reads `12` as a number."""
    examples: tuple[int | str, ...] = ()
    least: int = 0
    """Fewest characters."""
    most: int = 0
    """Most characters; 0: any number."""
    sections: tuple[str, ...] = ()
    """Of an id: sections that may hold the element."""
    unknown: str = ""
    """Of an id: what is said of a word that is the id of no such element."""
    of_any: bool = False
    """Whether it names an element of any section, as in `goods.alum`."""


@dataclass(frozen=True, slots=True)
class WordForm(Form):
    """One of some words."""

    words: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    """Numbers that an editor reads some of the words as."""


@dataclass(frozen=True, slots=True)
class WholeForm(Form):
    """A whole number within limits."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class FlagForm(Form):
    """True or false."""


@dataclass(frozen=True, slots=True)
class LabelForm(Form):
    """A text, or texts by language; `ru_gen` is the genitive of `ru`."""


@dataclass(frozen=True, slots=True)
class ShareForm(Form):
    """A number or share that has no range and no source."""

    low: float = 0.0
    high: float = 1.0
    fraction: bool = False
    """Whether it may be written as a fraction, `1/3`."""


@dataclass(frozen=True, slots=True)
class AnyForm(Form):
    """Whatever stands there."""


@dataclass(frozen=True, slots=True)
class InUnit(Form):
    """A quantity, with its unit and its limits."""

    unit: str
    """Unit of a plain number; `{good}` and `{money}` stand for those of the case."""
    low: float | None = None
    """Least value; without it `units.LARGEST` below 0."""
    high: float | None = None
    """Greatest value; without it `units.LARGEST`."""
    above: float | None = None
    """Value that it must exceed."""
    also: tuple[str, ...] = ()
    """Units that count as the same, e.g. a plain share for a share a year."""
    constant: bool = True
    """Whether it cannot change over time."""
    or_share: bool = False
    """Whether it may be a share instead, which is written with %."""


@dataclass(frozen=True, slots=True)
class PartForm(Form):
    """A mapping with the keys of a class."""

    of: type


@dataclass(frozen=True, slots=True)
class ListForm(Form):
    """A list."""

    item: Form
    least: int = 0
    most: int = 0
    alone: bool = False
    """Whether its only item may stand without the list."""
    all_of: str = ""
    """Word that stands for all there are, which an absent key does too."""


@dataclass(frozen=True, slots=True)
class MapForm(Form):
    """A mapping by names."""

    key: TextForm
    item: Form
    least: int = 0
    as_list: bool = False
    """Whether it may be written as the list of its names, each with the value 1."""


@dataclass(frozen=True, slots=True)
class SectionForm(Form):
    """Elements by id, of the class that the section holds."""


class Absence(Enum):
    """Marks a key by what it means that it is not given; without a mark it is empty."""

    REFUSED = "refused"
    NONE = "none"


class SpelledAs(NamedTuple):
    """Marks a key that the file spells otherwise than the attribute."""

    key: str


class Default(NamedTuple):
    """Marks a key with what is read when it is not given."""

    value: str


class Shown(NamedTuple):
    """Marks a key with how the reference page says that it is written."""

    text: str


class Before(NamedTuple):
    """Marks a key that is described before another one."""

    name: str


NEEDED = Absence.REFUSED
LACKING = Absence.NONE
"""What is not given is read as None, and not as an empty text or list."""

SECTION = SectionForm()
TEXT = TextForm()
GIVEN = TextForm(least=1)
WORDS = TextForm(types=("string", "number"))
NAME = TextForm(types=("string", "number", "boolean"), least=1)
ID = TextForm(pattern=ID_PATTERN)
MONTH = TextForm("month", MONTH_PATTERN)
DAY = TextForm("month", DAY_PATTERN)
DATE = TextForm("year, month or day", DATE_PATTERN, ("string", "integer"))
YEAR = TextForm("year", YEAR_PATTERN)
MONTHS = TextForm("months", types=("string", "number"), examples=(12, "12 month"))
CURRENCY = TextForm("code such as `USD`", CURRENCY_PATTERN)
NUMBER = TextForm("number", types=("number", "string"))
EXPRESSION = TextForm("expression", types=("string", "boolean"), least=1, most=20_000)
ELEMENT = TextForm("section.id", unknown='"{word}" is not an element of this case', of_any=True)
GRADE = WordForm(("A", "B", "C", "D"))
BEHIND = WordForm(("repeat", "hold"))
TEXTS = LabelForm()

ACTOR = TextForm(sections=("actors",), unknown='"{word}" is not an actor of this case')
GOOD = TextForm(sections=("goods",), unknown='"{word}" is not a good of this case')
ROUTE = TextForm(sections=("routes",), unknown='"{word}" is not a route of this case')
PLANT = TextForm(sections=("plants",), unknown='"{word}" is not a plant of this case')
SELLER = TextForm(
    sections=("actors", "suppliers"), unknown='"{word}" is not an actor or supplier of this case'
)
MEASURE = TextForm(sections=("measures",), unknown='"{word}" is not a measure of this case')
USE = TextForm(sections=("uses",), unknown='"{word}" is not a use of this case')
OPTION = TextForm(sections=("options",), unknown='"{word}" is not an option of this case')
VARIANT = TextForm(sections=("variants",), unknown='"{word}" is not a variant of this case')
SCENARIO = TextForm(
    sections=("scenarios", "variants"), unknown='"{word}" is not a scenario or variant of this case'
)
REFERENCE_CLASS = TextForm(
    sections=("reference_classes",), unknown='"{word}" is not a reference class of this case'
)
DOCUMENT = TextForm(sections=("documents",), unknown='"{word}" is not a document of this case')
SOURCE = TextForm(
    sections=("facts", "documents"), unknown='"{word}" is not a fact or document of this case'
)

FLOW = InUnit("{good}/month", low=0.0, constant=False)
PRICE = InUnit("{money}/{good}", low=0.0, constant=False)
STOCK = InUnit("{good}", low=0.0, constant=False)
TIME = InUnit("month", low=0.0, high=MOST_MONTHS)
LIFE_TIME = InUnit("month", above=0.0, high=MOST_MONTHS)
PART = InUnit("", low=0.0, high=1.0)
PART_ABOVE_NONE = InUnit("", above=0.0, high=1.0)
MONEY = InUnit("{money}", low=0.0)


class WrittenDistribution:
    """How likely the values within a range are."""

    kind: Annotated[
        str,
        WordForm(
            ("uniform", "triangular", "pert", "lognormal", "discrete", "empirical", "reference")
        ),
        NEEDED,
    ]
    """Shape. `uniform`, `triangular` and `pert` lie within `range`, the last two with
    their peak at `value`; `lognormal` has the ends of `range` as its 5 % and 95 %
    points; `discrete` takes `values` with `weights`; `empirical` takes `values` as
    they were observed; `reference` takes the overruns of a reference class, in months."""
    values: Annotated[list[str], ListForm(NUMBER), LACKING]
    """Values of `discrete` and `empirical`."""
    weights: Annotated[list[str], ListForm(NUMBER), LACKING]
    """Probability of each value of `discrete`; together 1."""
    reference: Annotated[str, REFERENCE_CLASS]
    """Reference class whose overruns are drawn; alone it is enough: `{reference: my_class}`."""


class WrittenNumber:
    """A number with its range, grade and source."""

    value: Annotated[str, NUMBER, LACKING, Shown("number, with or without unit")]
    """Central value, with or without unit; without one it is in the key's own unit."""
    range: Annotated[list[str], ListForm(NUMBER, 2, 2), LACKING, Shown("[low, high]")]
    """Lowest and highest value that is thought possible."""
    distribution: Annotated[
        WrittenDistribution, PartForm(WrittenDistribution), LACKING, Shown("kind, or see below")
    ]
    """How likely the values are; without it a range is drawn as `pert`, its peak at the value."""
    grade: Annotated[str, GRADE, LACKING]
    """A official figure, B published estimate, C derived from such, D assumption."""
    source: Annotated[str, SOURCE]
    """Fact or document that the number is taken from."""
    why: Annotated[dict[str, str], TEXTS]
    """How the number or its range was reasoned."""


class WrittenMonth(WrittenNumber):
    """A month of a series: a number, or a mapping with what is its own.

    With a range or a distribution the month is drawn by itself, and has a path of its own
    (`uses.water.demand.2026-07`), by which correlations can tie it to others.
    """


class WrittenQuantity(WrittenNumber):
    """A number with its unit, range, grade and source.

    In short a number (`10`), a text with unit (`70 round/month`, `1,5 млн тенге`,
    `15 %`), values by month (`{2026-01: 10, 2028-01: 12}`), or the word `missing`
    for what is known to be unknown; or a formula, which begins with `=`:
    `= tubes * 60 round/tube/year / 3`, of assumptions by name and other numbers by path.
    """

    label: Annotated[dict[str, str], TEXTS]
    """Name for a reader: one text, or texts by language (`{en: …, ru: …, kk: …}`)."""
    series: Annotated[
        dict[str, WrittenMonth],
        MapForm(DAY, PartForm(WrittenMonth)),
        LACKING,
        Shown("month: number, or see below"),
    ]
    """Values by month; each holds until the next. It begins with the calendar, or before."""
    after: Annotated[str, BEHIND, LACKING]
    """How a series goes on behind the calendar: `repeat` its last year, or `hold` its last
    value. Without it as `calendar.after` says."""
    unit: Annotated[str, TEXT, Shown("unit")]
    """Unit of the plain numbers in this quantity."""


class WrittenCalendar:
    """The periods of the case."""

    first: Annotated[str, MONTH, NEEDED]
    """First month."""
    periods: Annotated[int, WholeForm(1, MOST_MONTHS), NEEDED]
    """Number of periods."""
    step: Annotated[str, WordForm(("month", "quarter", "year")), Default("month")]
    """Length of a period. Times are counted in whole periods, a part of one as one: of
    4 months make 2 quarters or 1 year. A shelf life is counted down: 4 months of it make 1
    quarter; what is newly bought or made keeps for one period at least, of stock whose age
    leaves less than one nothing counts. `check` says where that alters what was written."""
    after: Annotated[str, BEHIND, LACKING]
    """How series go on behind the calendar: `repeat` their last year, or `hold` their last
    value. Without it, one whose last year is the year before times one factor repeats it, and
    every other holds."""


class WrittenCurrency:
    """The money of the case."""

    base: Annotated[str, CURRENCY, NEEDED]
    """ISO code of the currency that results are in."""
    price_year: Annotated[int, WholeForm(1900, 2200), LACKING]
    """Year whose prices the numbers are in."""
    rates: Annotated[
        dict[str, WrittenQuantity],
        MapForm(
            CURRENCY, InUnit("{money}/{currency}", above=0.0, also=("{money}",), constant=False)
        ),
    ]
    """Other currency → worth of one unit of it in the base currency."""


class WrittenOverrun:
    """How late like projects were."""

    reference: Annotated[str, REFERENCE_CLASS, NEEDED]
    """Reference class whose overruns are drawn."""


class WrittenOpening:
    """When a plant opens, and how sure that is."""

    value: Annotated[str, MONTH, NEEDED]
    """Month of the first output as planned."""
    range: Annotated[list[str], ListForm(MONTH, 2, 2), LACKING, Shown("[month, month]")]
    """Earliest and latest month that is thought possible."""
    distribution: Annotated[
        WrittenOverrun, PartForm(WrittenOverrun), LACKING, Shown("`{reference: id}`")
    ]
    """`{reference: my_class}`: as late as the projects of a reference class were."""
    grade: Annotated[str, GRADE, LACKING]
    """A official figure, B published estimate, C derived from such, D assumption."""
    source: Annotated[str, SOURCE]
    """Fact or document that it is taken from."""
    why: Annotated[dict[str, str], TEXTS]
    """How it was reasoned."""


class WrittenSize:
    """How large an option may be chosen: one size, a list of sizes, or any between two.

    Size 1 of `build`, `contract` and `convert` is the element as written, of `enlarge`
    once more the same; `reserve` is counted in the unit of the good, `bring_forward` in
    months, `buy_out` in the share of the supplier.
    """

    steps: Annotated[list[str], ListForm(NUMBER, 1), LACKING, Shown("list of: size")]
    """Sizes to choose from, rising; they may stand alone: `size: [0.5, 1, 2]`."""
    from_: Annotated[str, NUMBER, LACKING, SpelledAs("from"), Shown("size")]
    """Least size when chosen at all, where any size may be chosen; without it 0."""
    to: Annotated[str, NUMBER, LACKING, Shown("size")]
    """Greatest size, where any size may be chosen."""


class WrittenDates:
    """When something may be decided: one month, a list of months, or a row of them."""

    months: Annotated[list[str], ListForm(MONTH, 1), LACKING]
    """Months to choose from; they may stand alone: `dates: [2027-01, 2028-01]`."""
    from_: Annotated[str, MONTH, LACKING, SpelledAs("from")]
    """First month of a row; without it the first of the calendar."""
    to: Annotated[str, MONTH, LACKING]
    """Last month of a row; without it the last of the calendar."""
    every: Annotated[str, MONTHS, LACKING]
    """Time between the months of a row; without it one period."""


class WrittenResolution:
    """What would decide a prediction, in words."""

    yes: Annotated[dict[str, str], TEXTS]
    """What would show that it has come true."""
    no: Annotated[dict[str, str], TEXTS]
    """What would show that it has not."""
    void: Annotated[dict[str, str], TEXTS]
    """What would show that it can no longer be decided."""


class WrittenVariant:
    """Changes to a case."""

    __slots__ = ()

    include_from: ClassVar[Annotated[str, VARIANT]]
    """Variant whose changes are made first."""
    remove: ClassVar[Annotated[list[str], ListForm(GIVEN)]]
    """Elements taken out: `plants.first`, `recipes.*`, or by tag `tag:project`."""
    set: ClassVar[Annotated[dict[str, object], MapForm(TEXT, AnyForm()), Shown("path: value")]]
    """Path → value that it takes instead, e.g. `plants.first.delay: 24 month`."""
    add: ClassVar[
        Annotated[
            dict[str, dict[str, object]],
            MapForm(TEXT, MapForm(TEXT, AnyForm())),
            Shown("section: elements"),
        ]
    ]
    """Section → new elements."""
