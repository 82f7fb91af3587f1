"""An expression after it has been read: typed nodes, nothing else can stand in it."""

from dataclasses import dataclass

from derbes.statements.terms.values import Day, Value
from derbes.statements.terms.vocabulary import Entry, Gives
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
