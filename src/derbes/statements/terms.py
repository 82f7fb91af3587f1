"""Typed terms: what an expression is made of, and what it computes with.

What expressions compute with: numbers, truths, days, words, and what is missing.

Logic has three values. What is missing makes a result missing, unless the rest decides it:
false and missing is false, true or missing is true.

How large an expression may be, so that none takes long to refuse or to compute.

An expression after it has been read: typed nodes, nothing else can stand in it.

The value of an expression in one world: one draw of the inputs, one day asked about.
"""

import calendar
import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from derbes.language import _
from derbes.statements.vocabulary import Entry, Gives
from derbes.units import Unit

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


@dataclass(frozen=True, slots=True)
class Kind:
    """What a node gives."""

    gives: Gives
    unit: Unit | None = None
    """Of a number; None: a plain number, which counts in the unit of its neighbor."""
    words: tuple[str, ...] = ()


PLAIN = Kind(Gives.NUMBER)
TRUTH = Kind(Gives.TRUTH)
DATE = Kind(Gives.DATE)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, truth, date or word, as written."""

    kind: Kind
    value: Value


@dataclass(frozen=True, slots=True)
class Converted:
    """A number in another unit: times a factor and rates of currencies."""

    kind: Kind
    of: "Node"
    factor: float
    rates: tuple[tuple[str, int], ...] = ()
    """Currency codes and powers of their rates."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day asked about."""

    kind: Kind = DATE


@dataclass(frozen=True, slots=True)
class Variable:
    """A member of a set, by the name that a loop gives it."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A quantity with what it is asked about, in the order of its parameters."""

    kind: Kind
    entry: Entry
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers and one of + - * / **."""

    kind: Kind
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons."""

    operators: tuple[str, ...]
    sides: tuple[tuple["Node", "Node"], ...]
    """Both sides of each, in one unit."""
    kind: Kind = TRUTH


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or`, or `not`."""

    operator: str
    parts: tuple["Node", ...]
    kind: Kind = TRUTH


@dataclass(frozen=True, slots=True)
class Function:
    """`abs`, or `min` and `max` of what is given."""

    kind: Kind
    name: str
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Over:
    """`all`, `any`, `count`, `sum`, `min` or `max` over the members of a set."""

    kind: Kind
    name: str
    variable: str
    members: tuple[str | Day, ...]
    conditions: tuple["Node", ...]
    body: "Node"


Node = (
    Constant
    | Converted
    | AsOf
    | Variable
    | Call
    | Arithmetic
    | Comparison
    | Logic
    | Function
    | Over
)


def calls_in(node: Node) -> tuple[Call, ...]:
    """All quantities that an expression names, in the order of reading."""
    found: list[Call] = []
    waiting: list[Node] = [node]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Call):
            found.append(one)
        waiting = [*_parts(one), *waiting]
    return tuple(found)


def _parts(node: Node) -> tuple[Node, ...]:
    found: tuple[Node, ...] = ()
    if isinstance(node, Converted):
        found = (node.of,)
    elif isinstance(node, Call):
        found = node.arguments
    elif isinstance(node, Arithmetic):
        found = (node.left, node.right)
    elif isinstance(node, Comparison):
        found = tuple(side for pair in node.sides for side in pair)
    elif isinstance(node, Logic | Function):
        found = node.parts
    elif isinstance(node, Over):
        found = (*node.conditions, node.body)
    return found


class World(Protocol):
    """Where quantities get their values."""

    @property
    def as_of(self) -> Day:
        """The day asked about."""

    def quantity(self, name: str, arguments: tuple[Value, ...]) -> Value:
        """The value of a quantity."""

    def rate(self, currency: str) -> Value:
        """Base currency for one unit of another."""


def evaluate(node: Node, world: World) -> Value:
    """The value of an expression; missing where it hangs on something that is missing."""
    return _Evaluation(world).value(node)


@dataclass(slots=True)
class _Evaluation:
    """One evaluation: the world, what loops stand at, and steps so far."""

    world: World
    bound: dict[str, Value] = field(default_factory=dict)
    n_steps: int = 0

    def value(self, node: Node) -> Value:
        """The value of one node."""
        self.n_steps += 1
        if self.n_steps > MOST_STEPS:
            return Missing((_("more than {most} steps").format(most=MOST_STEPS),))
        if isinstance(node, Constant | Variable | AsOf):
            return self._leaf(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Logic | Comparison):
            return self._truth(node)
        return self._over(node) if isinstance(node, Over) else self._number(node)

    def _leaf(self, node: Constant | Variable | AsOf) -> Value:
        if isinstance(node, AsOf):
            return self.world.as_of
        return node.value if isinstance(node, Constant) else self.bound[node.name]

    def _call(self, node: Call) -> Value:
        arguments = tuple(self.value(argument) for argument in node.arguments)
        if any(isinstance(argument, Missing) for argument in arguments):
            return joined(*arguments)
        return self.world.quantity(node.entry.name, arguments)

    def _truth(self, node: Logic | Comparison) -> Value:
        if isinstance(node, Comparison):
            pairs = zip(node.operators, node.sides, strict=True)
            return conjunction(compared(o, self.value(a), self.value(b)) for o, (a, b) in pairs)
        if node.operator == "not":
            return not_(self.value(node.parts[0]))
        parts = (self.value(part) for part in node.parts)
        return conjunction(parts) if node.operator == "and" else disjunction(parts)

    def _number(self, node: Converted | Arithmetic | Function) -> Value:
        if isinstance(node, Converted):
            return self._converted(node)
        if isinstance(node, Arithmetic):
            return arithmetic(node.operator, self.value(node.left), self.value(node.right))
        parts = [self.value(part) for part in node.parts]
        return summary(node.name, parts)

    def _converted(self, node: Converted) -> Value:
        number = arithmetic("*", self.value(node.of), node.factor)
        for code, power in node.rates:
            rate = self.world.rate(code)
            number = arithmetic("*" if power > 0 else "/", number, rate)
        return number

    def _over(self, node: Over) -> Value:
        found = self._each(node)
        if node.name == "all":
            return conjunction(_implied(is_in, value) for is_in, value in found)
        if node.name == "any":
            return disjunction(conjunction((is_in, value)) for is_in, value in found)
        if node.name == "count":
            return _count(conjunction((is_in, value)) for is_in, value in found)
        kept = list(found)
        unsure = [is_in for is_in, _value in kept if isinstance(is_in, Missing)]
        if unsure:
            return joined(*unsure)
        return summary(node.name, [value for is_in, value in kept if is_in])

    def _each(self, node: Over) -> Iterator[tuple[Value, Value]]:
        """For each member, whether the conditions take it in, and the value of the body."""
        for member in node.members:
            self.bound[node.variable] = member
            is_in = conjunction(self.value(condition) for condition in node.conditions)
            yield is_in, (self.value(node.body) if is_in is not False else False)
        self.bound.pop(node.variable, None)


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


def _implied(condition: Value, value: Value) -> bool | Missing:
    return disjunction((not_(condition), value))


def _count(parts: Iterable[Value]) -> Value:
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
