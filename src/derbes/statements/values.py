"""What expressions compute with: numbers, truths, days, words, and what is missing.

Logic has three values. What is missing makes a result missing, unless the rest decides it:
false and missing is false, true or missing is true. The limits say how large an expression
may be, so that none takes long to refuse or to compute.
"""

import calendar
import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from derbes.language import _

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


MOST_CHARACTERS = 2000
MOST_DEPTH = 32
"""Brackets, signs and operators inside one another."""
MOST_NODES = 400
MOST_POWER = 4
"""Whole powers, with either sign."""
LARGEST = 1e18
"""Largest number, written or computed on the way."""
MOST_MEMBERS = 1000
"""Members of a set."""
MOST_LOOPS = 2
"""Sets inside one another."""
MOST_STEPS = 100_000
"""Steps of one evaluation."""

LIMITS: Mapping[str, float] = {
    "characters": MOST_CHARACTERS,
    "parts inside one another": MOST_DEPTH,
    "parts in all": MOST_NODES,
    "power, with either sign": MOST_POWER,
    "number, written or on the way": int(LARGEST),
    "members of a set": MOST_MEMBERS,
    "sets inside one another": MOST_LOOPS,
    "steps of an evaluation": MOST_STEPS,
}
"""The limits, as the reference page names them."""


def conjunction(parts: Iterable[Value]) -> bool | Missing:
    """True when all are; one that is false decides; the first of them stops the rest."""
    missing: list[Value] = []
    for part in parts:
        if part is False:
            return False
        if isinstance(part, Missing):
            missing.append(part)
    return joined(*missing) if missing else True


def disjunction(parts: Iterable[Value]) -> bool | Missing:
    """True when one is; false when all are."""
    return not_(conjunction(not_(part) for part in parts))


def implied(condition: Value, value: Value) -> bool | Missing:
    """Whether one truth brings the other with it."""
    return disjunction((not_(condition), value))


def count(parts: Iterable[Value]) -> Value:
    """How many are true."""
    kept = list(parts)
    missing = [part for part in kept if isinstance(part, Missing)]
    return joined(*missing) if missing else float(sum(part is True for part in kept))


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """One operation; a result that is no number, or too large, is missing."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return _scaled_bound(operator, left, right)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        msg = "arithmetic takes numbers"
        raise TypeError(msg)
    if (operator == "/" and right == 0) or (operator == "**" and left == 0 and right < 0):
        return Missing((_("a division by zero"),))
    number = float(_OPERATIONS[operator](left, right))
    if math.isnan(number):
        return Missing((_("a difference or quotient of two numbers without bound"),))
    if math.isfinite(number) and abs(number) > LARGEST:
        return Missing((_("a number that is too large"),))
    return number


def _scaled_bound(operator: str, left: Value, right: Value) -> Missing:
    """What is missing; a lower bound times a positive number stays one."""
    known = [one for one in (left, right) if isinstance(one, int | float)]
    bound = next((m.at_least for m in (left, right) if isinstance(m, Missing)), None)
    lost = joined(left, right)
    if operator != "*" or len(known) != 1 or bound is None or known[0] <= 0:
        return lost
    return Missing(lost.keys, bound * known[0])


def _power(left: float, right: float) -> float:
    return float(left ** int(right))


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "**": _power,
}


def summary(name: str, parts: list[Value]) -> Value:
    """`sum`, `min`, `max` or `abs` of numbers; of none at all: 0, or missing."""
    missing = [part for part in parts if isinstance(part, Missing)]
    if missing:
        return joined(*missing)
    numbers = [float(part) for part in parts if isinstance(part, int | float)]
    if name == "abs":
        return abs(numbers[0])
    if name == "sum":
        return math.fsum(numbers)
    if not numbers:
        return Missing((_("the least or greatest of nothing"),))
    return min(numbers) if name == "min" else max(numbers)
