"""What an expression is made of: kinds of things, declared quantities and sets, and terms.

A quantity is a function under `quantity`: its name, its keyword parameters with their
annotations and defaults, what it returns and its docstring are the signature, the unit and the
text of the reference. Of an element that is not there, or of what nobody wrote down, it raises
`Unknown`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from derbes.case.entities import Case
from derbes.statements.values import Day, Missing, Value
from derbes.units import Unit


class Takes(StrEnum):
    """What a parameter of a quantity takes, and the sections of the case that it takes ids of."""

    sections: tuple[str, ...]

    def __new__(cls, name: str, *sections: str) -> "Takes":
        """A kind by its name in the reference."""
        one = str.__new__(cls, name)
        one._value_, one.sections = name, sections
        return one

    MONTH = "month"
    TIME = "time"
    ACTOR = "actor", "actors"
    SENDER = "actor or measure", "actors", "measures"
    GOOD = "good", "goods"
    USE = "use", "uses"
    GOOD_OR_USE = "good or use", "goods", "uses"
    PLANT = "plant", "plants"
    PRICED = "supplier or good", "suppliers", "goods"
    SOURCE = "supplier, recipe or good", "suppliers", "recipes", "goods"
    MEASURE = "measure", "measures"
    STANDARD = "standard", "standards"
    VARIANT = "variant", "variants"
    FACT = "fact", "facts"
    INDICATOR = "fact, or a name for one that is missing"
    DATED = "fact, document or statement", "facts", "documents", "statements"
    STATEMENT = "statement", "statements"
    CHECKED = (
        "statement, contrast, double standard or tension",
        *("statements", "contrasts", "double_standards", "tensions"),
    )
    ELEMENT = (
        "element",
        *("actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants", "recipes"),
        *("exports", "measures", "options", "standards", "facts", "documents", "statements"),
    )
    PATH = "path, in quotes"
    WORD = "word, in quotes"
    CHOICE = "word"
    FLAG = "true or false"


# Types of parameters; an id, a word or a time may be left out where the default is empty or None.
Month = Annotated[Day, Takes.MONTH]
Months = Annotated[float | None, Takes.TIME]
Actor = Annotated[str, Takes.ACTOR]
Sender = Annotated[str, Takes.SENDER]
Good = Annotated[str, Takes.GOOD]
Use = Annotated[str, Takes.USE]
GoodOrUse = Annotated[str, Takes.GOOD_OR_USE]
Plant = Annotated[str, Takes.PLANT]
Priced = Annotated[str, Takes.PRICED]
Source = Annotated[str, Takes.SOURCE]
MeasureId = Annotated[str, Takes.MEASURE]
StandardId = Annotated[str, Takes.STANDARD]
FactId = Annotated[str, Takes.FACT]
Indicator = Annotated[str, Takes.INDICATOR]
Dated = Annotated[str, Takes.DATED]
StatementId = Annotated[str, Takes.STATEMENT]
CheckedId = Annotated[str, Takes.CHECKED]
ElementId = Annotated[str, Takes.ELEMENT]
Path = Annotated[str, Takes.PATH]
Word = Annotated[str, Takes.WORD]
Flag = Annotated[bool, Takes.FLAG]
Grade = Annotated[str, Takes.CHOICE, "A", "B", "C", "D"]
Bound = Annotated[str, Takes.CHOICE, "optimal", "myopic"]
Buyer = Annotated[str, Takes.CHOICE, "returning", "lost"]
TierWord = Annotated[str, Takes.CHOICE, "essential", "deferrable"]


class Gives(StrEnum):
    """What an expression or a quantity gives."""

    NUMBER = "number"
    TRUTH = "true or false"
    DATE = "date"
    WORD = "word"


_GIVES = {float: Gives.NUMBER, bool: Gives.TRUTH, Day: Gives.DATE, str: Gives.WORD}


class Engine(StrEnum):
    """What computes a quantity, from the cheapest on."""

    LEDGER = "ledger"
    CASE = "case"
    CALM = "calm plan"
    COVER = "cover"
    LEVERAGE = "leverage"


class Unknown(Exception):  # noqa: N818 - no error: the value is missing
    """A value that is not there; keys say what is missing."""

    def __init__(self, *keys: str, at_least: float | None = None) -> None:
        self.missing = Missing(keys, at_least)
        super().__init__(*keys)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a quantity."""

    name: str
    takes: Takes
    default: str | None = None
    """As written; None: it must be given; empty: it may be left out."""
    choices: tuple[str, ...] = ()
    """Words that it takes, where these are few."""


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """A quantity that an expression may use."""

    name: str
    gives: Gives
    unit: str
    """`{money}`, `{good}` and `{own}` stand for units of the case; empty: a plain number."""
    engine: Engine
    parameters: tuple[Parameter, ...]
    says: str
    """What it means, in one or two sentences."""
    words: tuple[str, ...]
    """Words that it gives, where it gives a word."""
    function: Callable[..., float | bool | Day | str] = field(repr=False)
    pack: type[Any] | None = field(repr=False)
    """The record of its first parameters, where several quantities have the same."""

    @property
    def signature(self) -> str:
        """How it is written, e.g. `stock(good, at, old=false)`."""
        written = (
            one.name if one.default is None else f"{one.name}={one.default or '…'}"
            for one in self.parameters
        )
        return f"{self.name}({', '.join(written)})"


QUANTITIES: dict[str, QuantityEntry] = {}
"""Quantities by name, in the order of the reference."""
VARIANT = Parameter("variant", Takes.VARIANT, "base")
"""The last parameter of all quantities but those of the ledger."""
Declared = TypeVar("Declared", bound=Callable[..., Any])


def quantity(
    engine: Engine, unit: str = "", words: tuple[str, ...] = ()
) -> Callable[[Declared], Declared]:
    """Declare a quantity; its docstring is its text in the reference.

    Args:
        engine: What computes it.
        unit: Its unit as a template, of a number.
        words: All words that it may give.
    """

    def declare(function: Declared) -> Declared:
        name = function.__name__.rstrip("_")
        gives = _GIVES[function.__annotations__["return"]]
        parameters = parameters_of(function)
        parameters += () if engine is Engine.LEDGER else (VARIANT,)
        QUANTITIES[name] = QuantityEntry(
            name,
            gives,
            unit,
            engine,
            parameters,
            text_of(function),
            words,
            function,
            pack_of(function),
        )
        return function

    return declare


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A set that `all`, `any`, `count`, `sum`, `min` and `max` may run over."""

    name: str
    holds: Takes
    """What its members are; a parameter must take this kind."""
    parameters: tuple[Parameter, ...]
    says: str
    function: Callable[..., tuple[str | Day, ...]]

    def members(self, case: Case, arguments: tuple[Value, ...]) -> tuple[str | Day, ...]:
        """Members in a case, for arguments in the order of the parameters."""
        return self.function(case, **given(self.parameters, arguments))


SETS: dict[str, SetEntry] = {}
"""Sets by name, in the order of the reference."""


def members(holds: Takes) -> Callable[[Declared], Declared]:
    """Declare a set of members of a kind."""

    def declare(function: Declared) -> Declared:
        name = function.__name__
        SETS[name] = SetEntry(name, holds, parameters_of(function), text_of(function), function)
        return function

    return declare


def section(name: str, holds: Takes, says: str) -> None:
    """Declare the set of all elements of a section of the case."""
    SETS[name] = SetEntry(name, holds, (), says, lambda case: tuple(getattr(case, name)))


def text_of(function: Callable[..., Any]) -> str:
    """The docstring of a function in one line."""
    return " ".join((function.__doc__ or "").split())


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Keyword parameters of a function, as an expression writes them.

    A trailing underscore, where a name is also one of Python's own, is not written.
    """
    hints, pack = get_type_hints(function, include_extras=True), pack_of(function)
    found = [] if pack is None else [*parameters_of(pack)]
    for name, one in inspect.signature(function).parameters.items():
        if one.kind is inspect.Parameter.KEYWORD_ONLY:
            takes, *choices = get_args(hints[name])[1:]
            default = None if one.default is inspect.Parameter.empty else _written(one.default)
            found.append(Parameter(name.rstrip("_"), takes, default, tuple(choices)))
    return tuple(found)


def pack_of(function: Callable[..., Any]) -> type[Any] | None:
    """The record that a function takes its first keyword parameters in; None: it has none."""
    _about, *others = inspect.signature(function).parameters.values()
    for one in others:
        if isinstance(one.annotation, type) and is_dataclass(one.annotation):
            return one.annotation
    return None


def _written(default: str | float | None) -> str:
    """A default as an expression writes it."""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else default or ""


def given(parameters: tuple[Parameter, ...], arguments: tuple[Value, ...]) -> dict[str, Value]:
    """Arguments by the names of keyword parameters, without what is left out."""
    return {
        f"{one.name}_" if one.name in _OWN else one.name: argument
        for one, argument in zip(parameters, arguments, strict=True)
        if argument != "" or one.default is None
    }


_OWN = ("id", "input")
"""Names of parameters that are also Python's."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is already known of an entry over all draws."""

    share: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a term gives."""

    gives: Gives
    unit: Unit | None = None
    """Of a number; None: a plain number, which counts in the unit of its neighbor."""
    words: tuple[str, ...] = ()


PLAIN = Kind(Gives.NUMBER)
TRUTH = Kind(Gives.TRUTH)
DATE = Kind(Gives.DATE)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an expression: what it gives, what it does, and with which parts."""

    kind: Kind
    does: str
    """`value`: it is written; `as_of`: the day asked about; `member`: of the set that a loop
    runs over; `quantity`; `unit`: its part in another unit; one of `+ - * / **`, of two parts in
    one unit; a comparison of two; `chain`: comparisons that all hold; `and`, `or`, `not`; `abs`,
    `min`, `max` of the parts; with members, `all`, `any`, `count`, `sum`, `min`, `max` over them.
    """
    parts: tuple["Term", ...] = ()
    """Of a loop: its conditions, and last what is asked of each member."""
    value: Value = ""
    """What is written; of a member or loop: the name that the loop gives it."""
    entry: QuantityEntry | None = None
    """The quantity; its parts are in the order of its parameters."""
    factor: float = 1.0
    """Of a unit."""
    rates: tuple[tuple[str, int], ...] = ()
    """Of a unit: currency codes and powers of their rates."""
    members: tuple[str | Day, ...] | None = None
    """Of a loop."""

    @property
    def written(self) -> Value | None:
        """What is written here; None where it is computed."""
        return self.value if self.does == "value" else None


def calls_in(term: Term) -> Iterator[tuple[QuantityEntry, dict[str, Value | None]]]:
    """All quantities that an expression names, in the order of reading.

    Each with what is written for its parameters; None: it is computed.
    """
    if term.entry is not None:
        names = (parameter.name for parameter in term.entry.parameters)
        written = (part.written for part in term.parts)
        yield term.entry, dict(zip(names, written, strict=True))
    for part in term.parts:
        yield from calls_in(part)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries of a case and what their expressions say."""

    case: Case
    parts: Mapping[tuple[str, str], Term]
    """(entry, key) → expression."""
    longest: int
    """Longest measure that an expression asks about. [period]"""

    @property
    def checks(self) -> Mapping[str, Term]:
        """Entry → the expression that it holds or fails by: `holds_if`, else `yes_if`."""
        found = {name: node for (name, key), node in self.parts.items() if key == "yes_if"}
        return found | {name: node for (name, key), node in self.parts.items() if key == "holds_if"}

    def path_of(self, name: str) -> str:
        """Path of an entry inside the case."""
        sections = Takes.CHECKED.sections
        section = next((s for s in sections if name in getattr(self.case, s)), sections[0])
        return f"{section}.{name}"
