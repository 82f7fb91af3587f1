"""How the keys of a case are written, and what most of them hold: a number with unit and range.

A key is an attribute whose annotation carries a form: `Annotated[Quantity, InUnit("month")]`.
Its docstring is the only description of it. The reader, the JSON Schema and the reference page
are made from form and docstring. What is a `ClassVar` stands in the file alone: the element
holds it in another shape; an attribute without a form stands in no file.

A quantity knows its unit, its range and where it comes from. Beside it stand what every element
of a case has, and the periods of a case with their months.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from derbes.case.formulas import Formula

MISSING = "missing"
"""Word for a number that is known to be unknown."""

ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
MONTH_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])(-01)?$"
DAY_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?$"
DATE_PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
YEAR_PATTERN = r"^[0-9]{4}$"
LANGUAGE_PATTERN = r"^([a-z]{2,3})?$"
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
    noun: str = ""
    """Of an id: what messages call it, e.g. `good`."""
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
    """A text, or texts by language."""


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
    """Least value."""
    high: float | None = None
    """Greatest value."""
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
WORDS = TextForm(types=("string", "number"))
NAME = TextForm(types=("string", "number"), least=1)
ID = TextForm(pattern=ID_PATTERN)
MONTH = TextForm("month", MONTH_PATTERN)
DAY = TextForm("month", DAY_PATTERN)
DATE = TextForm("year, month or day", DATE_PATTERN, ("string", "integer"))
YEAR = TextForm("year", YEAR_PATTERN)
MONTHS = TextForm("months", types=("string", "number"), examples=(12, "12 month"))
CURRENCY = TextForm("code such as `USD`", CURRENCY_PATTERN)
NUMBER = TextForm("number", types=("number", "string"))
EXPRESSION = TextForm("expression", least=1, most=20_000)
ELEMENT = TextForm("section.id", of_any=True)
GRADE = WordForm(("A", "B", "C", "D"))
BEHIND = WordForm(("repeat", "hold"))
TEXTS = LabelForm()

ACTOR = TextForm(sections=("actors",), noun="actor")
GOOD = TextForm(sections=("goods",), noun="good")
ROUTE = TextForm(sections=("routes",), noun="route")
PLANT = TextForm(sections=("plants",), noun="plant")
MEASURE = TextForm(sections=("measures",), noun="measure")
USE = TextForm(sections=("uses",), noun="use")
OPTION = TextForm(sections=("options",), noun="option")
VARIANT = TextForm(sections=("variants",), noun="variant")
SCENARIO = TextForm(sections=("scenarios", "variants"), noun="scenario or variant")
REFERENCE_CLASS = TextForm(sections=("reference_classes",), noun="reference class")
DOCUMENT = TextForm(sections=("documents",), noun="document")
SOURCE = TextForm(sections=("facts", "documents"), noun="fact or document")

FLOW = InUnit("{good}/month", low=0.0, constant=False)
PRICE = InUnit("{money}/{good}", low=0.0, constant=False)
STOCK = InUnit("{good}", low=0.0, constant=False)
TIME = InUnit("month", low=0.0)
LIFE_TIME = InUnit("month", above=0.0)
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
    """How likely the values are; without it a range says only its ends."""
    grade: Annotated[str, GRADE, LACKING]
    """A official figure, B published estimate, C derived from such, D assumption."""
    source: Annotated[str, SOURCE]
    """Fact or document that the number is taken from."""
    why: Annotated[str, WORDS]
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
        MapForm(TEXT, PartForm(WrittenMonth)),
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
    periods: Annotated[int, WholeForm(1, 1200), NEEDED]
    """Number of periods."""
    step: Annotated[str, WordForm(("month", "quarter", "year")), Default("month")]
    """Length of a period. Times are counted in whole periods, a part of one as one: of
    4 months make 2 quarters or 1 year; `check` says where that is more than was written."""
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
    why: Annotated[str, WORDS]
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

    yes: Annotated[str, WORDS]
    """What would show that it has come true."""
    no: Annotated[str, WORDS]
    """What would show that it has not."""
    void: Annotated[str, WORDS]
    """What would show that it can no longer be decided."""


class WrittenVariant:
    """Changes to a case."""

    __slots__ = ()

    include_from: ClassVar[Annotated[str, VARIANT]]
    """Variant whose changes are made first."""
    remove: ClassVar[Annotated[list[str], ListForm(TEXT)]]
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


Label = Mapping[str, str]
"""Text by language code; the empty code holds a text given without one."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is made of something that a case leaves open, or that is altered."""

    where: str
    """Path inside the case, e.g. `suppliers.north.lead_time`."""
    what: str
    fix: str = ""
    """How to settle it otherwise."""
    line: int = 0
    """Line in the case file, from 1; 0 when unknown."""


@dataclass(frozen=True, slots=True)
class Element:
    """What every element of a case has."""

    id: str
    label: Annotated[Label, TEXTS] = field(default_factory=dict)
    """Name for a reader: one text, or texts by language (`{en: …, ru: …, kk: …}`)."""
    note: Annotated[str, TEXTS] = ""
    """Remark for a reader, one text or by language."""
    tags: Annotated[tuple[str, ...], ListForm(ID)] = ()
    """Words by which measures and variants can select it."""
    at_line: int = 0
    """Line in the case file, from 1; 0 when unknown."""


MONTHS_A_YEAR = 12


class Step(IntEnum):
    """Length of a period. [month]"""

    MONTH = 1
    QUARTER = 3
    YEAR = 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of a case.

    Examples:
        >>> calendar = Calendar(first_year=2026, first_month=1, n_periods=24)
        >>> calendar.label(13), calendar.index(2027, 2)
        ('2027-02', 13)
    """

    first_year: int
    first_month: int
    n_periods: int
    step: Step = Step.MONTH
    after: str = ""
    """How every series goes on behind the last period: `repeat`, `hold` or empty."""

    def month_of(self, period: int) -> tuple[int, int]:
        """Year and month in which a period starts."""
        months = self.first_year * MONTHS_A_YEAR + self.first_month - 1 + period * self.step
        return months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1

    def label(self, period: int) -> str:
        """ISO month in which a period starts, e.g. `2027-02`."""
        year, month = self.month_of(period)
        return f"{year:04d}-{month:02d}"

    def index(self, year: int, month: int) -> int:
        """Period that holds a month; negative before the first, may lie past the last."""
        months = (year - self.first_year) * MONTHS_A_YEAR + month - self.first_month
        return months // self.step

    def index_of(self, label: str) -> int:
        """Period that holds an ISO month such as `2027-02`."""
        year, month = label.split("-")[:2]
        return self.index(int(year), int(month))

    def periods(self, months: float) -> int:
        """Whole periods that a time takes; a part of a period counts as one. [period]"""
        return int(-(-round(months, 9) // self.step))

    @property
    def labels(self) -> tuple[str, ...]:
        """ISO months of all periods."""
        return tuple(self.label(period) for period in range(self.n_periods))


FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Grade(StrEnum):
    """How good a number is."""

    OFFICIAL = "A"
    PUBLISHED = "B"
    DERIVED = "C"
    ASSUMPTION = "D"
    UNGRADED = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the case's base unit, with range, grade and source.

    A constant has an empty `steps`; a series by date holds the value of each
    step from its period on, and `value` is that in the first period.
    """

    value: float
    """Central value. [base unit]"""
    unit: str = ""
    """Base unit, e.g. `round/month`."""
    low: float | None = None
    """Lower end of the range. [base unit]"""
    high: float | None = None
    """Upper end of the range. [base unit]"""
    distribution: str = ""
    """`uniform`, `triangular`, `pert`, `lognormal`, `empirical`, `discrete` or empty."""
    parameters: tuple[float, ...] = ()
    """Parameters of the distribution: quantiles, rows or values with their weights."""
    reference: str = ""
    """Reference class whose overruns it is drawn from, where `distribution` is `reference`."""
    steps: tuple[tuple[int, float], ...] = ()
    """(period index, value) of a series by date; sorted. [base unit]"""
    grade: Grade = Grade.UNGRADED
    source: str = ""
    """Id of a fact or document."""
    why: str = ""
    """How the number or its range was reasoned."""
    path: str = ""
    """Path inside the case, e.g. `suppliers.north.price`; empty for a built-in default."""
    written: str = ""
    """The user's own words."""
    line: int = 0
    """Line in the case file, from 1; 0 when unknown."""
    after: str = ""
    """How a series goes on behind the calendar: `repeat`, `hold` or empty (`continued`)."""
    months: "tuple[MonthQuantity, ...]" = ()
    """Months of a series that have a range of their own; sorted."""
    label: Label = field(default_factory=dict)
    """Name for a reader, by language."""
    formula: Formula | None = None
    """How it follows from other numbers, in its base unit; its range is what theirs make of it."""
    stated: tuple[float, float] | None = None
    """Range that is written beside a formula. [base unit]"""

    @property
    def has_range(self) -> bool:
        """Whether the number is uncertain."""
        return self.low is not None or bool(self.distribution)

    def over(self, n_periods: int, calendar: Calendar | None = None) -> FloatArray:
        """Value per period. (T,) [base unit]

        Args:
            n_periods: T.
            calendar: Behind its end, and behind the last step, a series goes on as
                `continued` says; None: it keeps its last value.
        """
        path = np.full(n_periods, float(self.value))
        for period, step in self.steps:
            path[max(period, 0) :] = step
        return path if calendar is None else self._continued(path, calendar)

    def _continued(self, path: FloatArray, calendar: Calendar, after: str = "") -> FloatArray:
        """A path of this series behind the calendar; `after` where its own does not decide."""
        if not self.steps:
            return path
        known = max(calendar.n_periods, self.steps[-1][0] + 1)
        return continued(
            path, known, MONTHS_A_YEAR // calendar.step, after or self.after or calendar.after
        )

    def goes_on(self, calendar: Calendar) -> str:
        """How it goes on behind the calendar with its central values: `repeat` or `hold`."""
        path, after = self.over(calendar.n_periods), self.after or calendar.after
        repeats = repeats_yearly(path, MONTHS_A_YEAR // calendar.step, after)
        return "repeat" if repeats else "hold"

    def months_over(self, n_periods: int, calendar: Calendar) -> IntArray:
        """Which of `months` holds in each period; -1: none of them. (T,)"""
        found = np.full(n_periods, -1.0)
        for place, month in enumerate(self.months):
            found[max(month.first, 0) : month.end] = place
        return self._continued(found, calendar, self.goes_on(calendar)).astype(np.int64)

    def with_months(self, values: Mapping[str, float], calendar: Calendar) -> "Quantity":
        """With other values in some of `months`, by path, and none of them uncertain.

        It goes on behind the calendar as it does with its central values.
        """
        steps = dict(self.steps)
        for month in self.months:
            central, value = month.quantity, values.get(month.quantity.path)
            if value is None:
                continue
            inside = [at for at in steps if month.first <= at < month.end]
            for at in inside:
                share = steps[at] / central.value if central.value else 1.0
                steps[at] = value * share
        first = [number for at, number in steps.items() if at <= 0 or at == self.steps[0][0]][-1]
        return replace(
            self,
            value=first,
            steps=tuple(steps.items()),
            months=(),
            after=self.goes_on(calendar),
        )


class MonthQuantity(NamedTuple):
    """A month of a series that has a range of its own."""

    first: int
    """Period from which it holds; before the first of the calendar also below 0."""
    end: int
    """Period from which the next holds."""
    quantity: Quantity


REPEATS = 1e-9
"""Relative difference of two years that counts as none."""


def continued(path: FloatArray, known: int, a_year: int, after: str = "") -> FloatArray:
    """A path that goes on behind the periods in which it is known. (T,)

    Where its last year is the year before times one factor, the last year repeats; else,
    and where less than two years are known, the last value is kept.

    Args:
        path: (T,)
        known: Periods in which it is known.
        a_year: Periods of a year.
        after: `repeat` (one year is enough) or `hold`; empty: as above.

    Examples:
        >>> path = np.array([5.0, 1.0, 10.0, 2.0, 0.0, 0.0, 0.0])
        >>> continued(path, 4, 2).tolist()
        [5.0, 1.0, 10.0, 2.0, 10.0, 2.0, 10.0]
        >>> continued(path, 4, 2, "hold").tolist()
        [5.0, 1.0, 10.0, 2.0, 2.0, 2.0, 2.0]
    """
    if known >= len(path):
        return path
    found = path.copy()
    if repeats_yearly(path[:known], a_year, after):
        later = np.arange(known, len(path))
        found[later] = path[known - a_year + (later - known) % a_year]
    else:
        found[known:] = path[known - 1]
    return found


def repeats_yearly(path: FloatArray, a_year: int, after: str = "") -> bool:
    """Whether a path goes on by repeating its last year, as `continued` says."""
    if after:
        return after == "repeat" and len(path) >= a_year
    if len(path) < 2 * a_year:
        return False
    before, last = path[-2 * a_year : -a_year], path[-a_year:]
    total = float(before.sum())
    factor = float(last.sum()) / total if total else 1.0
    size = float(np.abs(last).max(initial=0.0))
    return bool(np.all(np.abs(last - factor * before) <= REPEATS * size))
