"""An expression after it has been read, and its value in one world."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from derbes.language import _
from derbes.statements.values import (
    MOST_STEPS,
    Day,
    Missing,
    Value,
    arithmetic,
    compared,
    conjunction,
    count,
    disjunction,
    implied,
    joined,
    not_,
    summary,
)
from derbes.statements.vocabulary import Entry, Gives, World
from derbes.units import Unit


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
        return self.world.quantity(node.entry, arguments)

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
            return conjunction(implied(is_in, value) for is_in, value in found)
        if node.name == "any":
            return disjunction(conjunction((is_in, value)) for is_in, value in found)
        if node.name == "count":
            return count(conjunction((is_in, value)) for is_in, value in found)
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
