"""The value of an expression in one world: one draw of the inputs, one day asked about."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from derbes.language import _
from derbes.statements.terms.limits import LARGEST, MOST_STEPS
from derbes.statements.terms.tree import (
    Arithmetic,
    AsOf,
    Call,
    Comparison,
    Constant,
    Converted,
    Function,
    Logic,
    Node,
    Over,
    Variable,
)
from derbes.statements.terms.values import Day, Missing, Value, compared, joined, not_


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
