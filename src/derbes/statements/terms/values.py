"""What expressions compute with: numbers, truths, days, words, and what is missing.

Logic has three values. What is missing makes a result missing, unless the rest decides it:
false and missing is false, true or missing is true.
"""

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass

SAME = 1e-9
"""Part of the larger of two numbers by which they may differ and still count as the same."""
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Day:
    """A date that may be a day, a month or a year: all days from the first to the last."""

    first: int
    """Ordinal of its first day."""
    last: int

    def __str__(self) -> str:
        """ISO 8601, as short as it is exact."""
        if self.first >= NEVER.first:
            return "never"
        first, last = (dt.date.fromordinal(day) for day in (self.first, self.last))
        if first == last:
            return first.isoformat()
        return f"{first:%Y-%m}" if first.month == last.month else f"{first:%Y}"

    @property
    def month(self) -> tuple[int, int]:
        """Year and month of its first day."""
        first = dt.date.fromordinal(self.first)
        return first.year, first.month


NEVER = Day(dt.date.max.toordinal(), dt.date.max.toordinal())
"""Later than any date."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not there, and why."""

    keys: tuple[str, ...]
    """Paths of the case or words for what is missing."""
    at_least: float | None = None
    """What a number that is not known is known to reach."""


Value = float | bool | Day | str | Missing


def day_of(text: str) -> Day | None:
    """The days that an ISO date stands for; None when it is no date.

    Examples:
        >>> str(day_of("2035-01")), day_of("2035-02").last - day_of("2035-02").first
        ('2035-01', 27)
    """
    match = _DATE.fullmatch(text)
    if not match or not int(match[1]):
        return None
    year = int(match[1])
    first_month, last_month = (int(match[2]),) * 2 if match[2] else (1, 12)
    last_day = calendar.monthrange(year, last_month)[1]
    first_day = int(match[3]) if match[3] else 1
    if first_day > last_day:
        return None
    first = dt.date(year, first_month, first_day)
    last = first if match[3] else dt.date(year, last_month, last_day)
    return Day(first.toordinal(), last.toordinal())


def month_day(year: int, month: int) -> Day:
    """The days of a month."""
    last = calendar.monthrange(year, month)[1]
    return Day(dt.date(year, month, 1).toordinal(), dt.date(year, month, last).toordinal())


def joined(*values: Value) -> Missing:
    """What is missing in any of several values."""
    keys = [key for value in values if isinstance(value, Missing) for key in value.keys]
    return Missing(tuple(dict.fromkeys(keys)))


def not_(value: Value) -> bool | Missing:
    """Negation in three values."""
    return value if isinstance(value, Missing) else not value


def compared(operator: str, left: Value, right: Value) -> bool | Missing:
    """One comparison; what is only known from below may still decide it."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return _from_below(operator, left, right)
    if isinstance(left, Day) and isinstance(right, Day):
        return _days(operator, left, right)
    if isinstance(left, str) or isinstance(right, str):
        return (left == right) == (operator == "==")
    return _numbers(operator, float(left), float(right))  # type: ignore[arg-type]


def _numbers(operator: str, left: float, right: float) -> bool:
    """A comparison of numbers; what differs by rounding is the same."""
    is_same = math.isclose(left, right, rel_tol=SAME)
    if is_same or operator in {"==", "!="}:
        return is_same == (operator in {"==", "<=", ">="})
    return left < right if operator in {"<", "<="} else left > right


def _days(operator: str, left: Day, right: Day) -> bool:
    if operator in {"==", "!="}:
        inside = left.first >= right.first and left.last <= right.last
        around = left.first <= right.first and left.last >= right.last
        return (inside or around) == (operator == "==")
    if operator == "<":
        return left.last < right.first
    if operator == ">":
        return left.first > right.last
    return left.first <= right.last if operator == "<=" else left.last >= right.first


def _from_below(operator: str, left: Value, right: Value) -> bool | Missing:
    """A comparison in which a side is missing, decided where its lower bound can."""
    if isinstance(left, Missing) and left.at_least is not None and isinstance(right, float):
        if operator in {">", ">="} and _numbers(operator, left.at_least, right):
            return True
        if operator in {"<", "<="} and not _numbers(operator, left.at_least, right):
            return False
        if operator in {"==", "!="} and left.at_least > right:
            return operator == "!="
    if isinstance(right, Missing) and right.at_least is not None and isinstance(left, float):
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return _from_below(turned, right, left)
    return joined(left, right)
