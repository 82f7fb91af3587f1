"""What most keys of a case hold: a number that knows its unit, its range and where it comes from.

It may follow from others by a formula. What was read of that is a small tree that gives the
number again for other numbers of its parents, or for arrays of them, one for each draw; nothing
of Python's own is evaluated. Beside it stand what every element of a case has, and the periods
of a case with their months.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import reduce
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from derbes.case.forms import ID, TEXTS, ListForm

SIGN = "="
"""What a formula begins with."""
Number = Any
"""A number, or an array with one for each draw."""
Tree = tuple[Any, ...]
"""`("#", number)`, `("@", path, factor)`, or an operator and its parts; numbers are in the first
units of their kinds."""


def power(base: Number, exponent: float) -> Number:
    """A whole power, multiplied out."""
    n = int(exponent)
    found = reduce(operator.mul, [base] * abs(n), 1.0) if n != 1 else base
    return 1.0 / found if n < 0 else found


MADE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": power,
    "min": np.minimum,
    "max": np.maximum,
}
"""What operators give, in formulas and in statements."""
_BY_NOTHING = "it divides by something that may be 0"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read."""

    text: str
    """As it is written, without the sign in front."""
    tree: Tree
    parents: tuple[str, ...]
    """Paths of the numbers that it names, in the order of the text."""

    def value(self, of: Callable[[str], Number]) -> Number:
        """What it gives, in its own unit. () or (N,)

        Args:
            of: Path of a parent → its number, or one for each draw. [base unit]
        """
        return _evaluated(self.tree, of)

    def span(self, of: Callable[[str], tuple[float, float]]) -> tuple[float, float]:
        """Ends between which it lies while its parents stay in their ranges.

        By interval arithmetic: exact where each parent stands in it once, wider otherwise.

        Args:
            of: Path of a parent → ends of its range. [base unit]

        Raises:
            ZeroDivisionError: It may divide by 0.
        """
        return _interval(self.tree, of)

    def scaled(self, factor: float) -> "Formula":
        """The same in another unit."""
        return self if factor == 1.0 else replace(self, tree=("*", self.tree, ("#", factor)))


def has_formula(plain: object) -> bool:
    """Whether a formula stands anywhere in what a file holds."""
    if isinstance(plain, str):
        return plain.lstrip().startswith(SIGN)
    if isinstance(plain, Mapping):
        return any(has_formula(one) for one in plain.values())
    return isinstance(plain, list) and any(has_formula(one) for one in plain)


def _evaluated(tree: Tree, of: Callable[[str], Number]) -> Number:
    match tree:
        case ("#", number):
            return number
        case ("@", path, factor):
            return of(path) * factor
        case (sign, left, right):
            return MADE[sign](_evaluated(left, of), _evaluated(right, of))
    raise ValueError(f"no formula: {tree}")


def _interval(tree: Tree, of: Callable[[str], tuple[float, float]]) -> tuple[float, float]:
    match tree:
        case ("#", number):
            return number, number
        case ("@", path, factor):
            low, high = of(path)
            return low * factor, high * factor
        case ("**", base, ("#", exponent)):
            a, n = _interval(base, of), abs(int(exponent))
            ends = [power(end, n) for end in a]
            crosses = n and n % 2 == 0 and a[0] < 0 < a[1]
            low, high = (0.0 if crosses else min(ends)), max(ends)
            if exponent >= 0:
                return low, high
            if low <= 0 <= high:
                raise ZeroDivisionError(_BY_NOTHING)
            return 1.0 / high, 1.0 / low
        case (sign, left, right):
            a, b = _interval(left, of), _interval(right, of)
            if sign == "/" and b[0] <= 0 <= b[1]:
                raise ZeroDivisionError(_BY_NOTHING)
            if sign == "-":
                return a[0] - b[1], a[1] - b[0]
            ends = [float(MADE[sign](x, y)) for x in a for y in b]
            return min(ends), max(ends)
    raise ValueError(f"no formula: {tree}")


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
    note: Annotated[Label, TEXTS] = field(default_factory=dict)
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

    @property
    def end(self) -> str:
        """ISO month in which the last period ends.

        Examples:
            >>> Calendar(2026, 1, 4, Step.QUARTER).end, Calendar(2026, 7, 1).end
            ('2026-12', '2026-07')
        """
        year, month = self.month_of(self.n_periods)
        return f"{year:04d}-{month - 1:02d}" if month > 1 else f"{year - 1:04d}-{MONTHS_A_YEAR}"

    def index(self, year: int, month: int) -> int:
        """Period that holds a month; negative before the first, may lie past the last."""
        return ((year - self.first_year) * MONTHS_A_YEAR + month - self.first_month) // self.step

    def index_of(self, label: str) -> int:
        """Period that holds an ISO month such as `2027-02`."""
        year, month = label.split("-")[:2]
        return self.index(int(year), int(month))

    @property
    def monthly(self) -> "Calendar":
        """The same by month."""
        return replace(self, step=Step.MONTH, n_periods=self.n_periods * self.step)

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
    why: Label = field(default_factory=dict)
    """How the number or its range was reasoned, by language."""
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
        a_year = MONTHS_A_YEAR // calendar.step
        return continued(path, known, a_year, after or self.after or calendar.after)

    def goes_on(self, calendar: Calendar) -> str:
        """How it goes on behind the calendar with its central values: `repeat` or `hold`."""
        path, a_year = self.over(calendar.n_periods), MONTHS_A_YEAR // calendar.step
        return "repeat" if repeats_yearly(path, a_year, self.after or calendar.after) else "hold"

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
            central, value = month.quantity.value, values.get(month.quantity.path)
            if value is not None:
                inside = [at for at in steps if month.first <= at < month.end]
                steps |= {at: value * (steps[at] / central if central else 1.0) for at in inside}
        first = [number for at, number in steps.items() if at <= 0 or at == self.steps[0][0]][-1]
        return replace(
            self, value=first, steps=tuple(steps.items()), months=(), after=self.goes_on(calendar)
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
