"""What expressions are made of and compute with: days, words, what is missing, quantities, terms.

Logic has three values. What is missing makes a result missing, unless the rest decides it:
false and missing is false, true or missing is true. Limits keep every expression quick.

A quantity is a function under `quantity`: its name, its keyword parameters with their
annotations and defaults, what it returns and its docstring are the signature, the unit and the
text of the reference. Of an element that is not there, or of what nobody wrote down, it raises
`Unknown`.
"""

import calendar
import datetime as dt
import inspect
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from derbes.case.entities import Case
from derbes.case.forms import MOST_MONTHS
from derbes.case.quantity import MADE
from derbes.grammar import MOST_CHARACTERS, MOST_DEPTH, MOST_POWER, MOST_SIGNS
from derbes.language import worded
from derbes.links import reached
from derbes.units import Unit

_OWN = ("id", "input")
"""Names of parameters that are also Python's."""
LARGEST, MOST_MEMBERS, MOST_LOOPS, MOST_STEPS, MOST_NESTED = 1e18, 1000, 2, 100_000, MOST_SIGNS
LIMITS: Mapping[str, float] = {
    "characters": MOST_CHARACTERS,
    "brackets inside one another": MOST_DEPTH,
    "signs inside one another": MOST_SIGNS,
    "power, with either sign": MOST_POWER,
    "number, written or on the way": int(LARGEST),
    "members of a set": MOST_MEMBERS,
    "sets inside one another": MOST_LOOPS,
    "steps of an evaluation": MOST_STEPS,
    "months of a length": MOST_MONTHS,
    "signs inside one another, with those of the entries that it names": MOST_NESTED,
}
"""The limits, as the reference page names them."""
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
    year, month, day = (int(part or 0) for part in match.groups())
    first, last = month_day(year, month or 1).first, month_day(year, month or 12).last
    at = first + day - 1
    if not day:
        return Day(first, last)
    return Day(at, at) if at <= last else None


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


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """One operation; a result that is no number, or too large, is missing."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return _scaled_bound(operator, left, right)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TypeError("arithmetic takes numbers")
    if (operator == "/" and right == 0) or (operator == "**" and left == 0 and right < 0):
        return Missing((worded("a division by zero"),))
    try:
        number = float(MADE[operator](left, right))
    except ZeroDivisionError:  # a power that rounds to 0, turned over
        number = math.inf
    is_lost = number == 0 and left != 0 and math.isfinite(left) and math.isfinite(right)
    if is_lost and (operator in {"/", "**"} or (operator == "*" and right != 0)):
        return Missing((worded("a number that is too small"),))
    return possible(number, left, right)


def possible(number: float, *parts: float) -> float | Missing:
    """What is made of numbers; missing where it is none, or larger than any that counts.

    Without bound is only what is made of a number without bound.

    Examples:
        >>> possible(2.0, 1.0), possible(math.inf, 1.0), possible(math.inf, math.inf)
        (2.0, Missing(keys=('a number that is too large',), at_least=None), inf)
    """
    if math.isnan(number):
        return Missing((worded("a difference or quotient of two numbers without bound"),))
    is_bounded = math.isfinite(number) or all(map(math.isfinite, parts))
    if is_bounded and abs(number) > LARGEST:
        return Missing((worded("a number that is too large"),))
    return number


def _scaled_bound(operator: str, left: Value, right: Value) -> Missing:
    """What is missing; a lower bound times a positive number stays one."""
    known = [one for one in (left, right) if isinstance(one, int | float)]
    bound = next((m.at_least for m in (left, right) if isinstance(m, Missing)), None)
    lost = joined(left, right)
    if operator != "*" or len(known) != 1 or bound is None or known[0] <= 0:
        return lost
    return Missing(lost.keys, bound * known[0])


def summary(name: str, parts: list[Value]) -> Value:
    """`sum`, `min`, `max` or `abs` of numbers, truths as 1 or 0; of none: 0, or missing."""
    missing = [part for part in parts if isinstance(part, Missing)]
    if missing:
        return joined(*missing)
    numbers = [float(part) for part in parts if isinstance(part, int | float)]
    if name == "abs":
        return abs(numbers[0])
    if name == "sum":
        is_bounded = all(map(math.isfinite, numbers))
        return possible(math.fsum(numbers) if is_bounded else sum(numbers), *numbers)
    if not numbers:
        return Missing((worded("the least or greatest of nothing"),))
    return min(numbers) if name == "min" else max(numbers)


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
MeasureId = Annotated[str, Takes.MEASURE]
StandardId = Annotated[str, Takes.STANDARD]
FactId = Annotated[str, Takes.FACT]
StatementId = Annotated[str, Takes.STATEMENT]
CheckedId = Annotated[str, Takes.CHECKED]
Word = Annotated[str, Takes.WORD]
Flag = Annotated[bool, Takes.FLAG]
Grade = Annotated[str, Takes.CHOICE, "A", "B", "C", "D"]
Bound = Annotated[str, Takes.CHOICE, "optimal", "myopic"]
Buyer = Annotated[str, Takes.CHOICE, "returning", "lost"]
Said = Annotated[str, Takes.CHOICE, "explain", "silent", "act"]
TierWord = Annotated[str, Takes.CHOICE, "essential", "deferrable"]


class Gives(StrEnum):
    """What an expression or a quantity gives."""

    NUMBER = "number"
    TRUTH = "true or false"
    DATE = "date"
    WORD = "word"


_GIVES = {float: Gives.NUMBER, bool: Gives.TRUTH, Day: Gives.DATE, str: Gives.WORD}


class Engine(StrEnum):
    """What computes a quantity, from the cheapest on, as the reference calls it."""

    LEDGER = "Ledger and facts"
    CASE = "The case as written"
    CALM = "The calm plan"
    COVER = "Survival"
    LEVERAGE = "Losses of both sides"


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

    By what computes it, the template of a number's unit, and all words that it may give.
    """

    def declare(function: Declared) -> Declared:
        name = function.__name__.rstrip("_")
        gives = _GIVES[function.__annotations__["return"]]
        parameters = parameters_of(function)
        parameters += () if engine is Engine.LEDGER else (VARIANT,)
        says, pack = text_of(function), pack_of(function)
        QUANTITIES[name] = QuantityEntry(
            name, gives, unit, engine, parameters, says, words, function, pack
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
    records = (one.annotation for one in others if is_dataclass(one.annotation))
    return next((one for one in records if isinstance(one, type)), None)


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


@dataclass(frozen=True, slots=True)
class Kind:
    """What a term gives."""

    gives: Gives
    unit: Unit | None = None
    """Of a number; None: a plain number, which counts in the unit of its neighbor."""
    words: tuple[str, ...] = ()


PLAIN, TRUTH, DATE = Kind(Gives.NUMBER), Kind(Gives.TRUTH), Kind(Gives.DATE)


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


def calls_in(
    term: Term, sets: Mapping[str, tuple[str | Day, ...]] = MappingProxyType({})
) -> Iterator[tuple[QuantityEntry, dict[str, Value | None]]]:
    """All quantities that an expression names, in the order of reading.

    Each with what is written for its parameters (None: computed), and for each id of a loop.
    """
    if term.members is not None:
        sets = {**sets, str(term.value): term.members}
    if term.entry is not None:
        parts = [*zip((one.name for one in term.entry.parameters), term.parts, strict=True)]
        given = {name: part.written for name, part in parts}
        looped = [(name, part) for name, part in parts if part.does == "member"]
        ids = {name: sets[str(one.value)] for name, one in looped if one.kind.gives is Gives.WORD}
        each = [given | {name: one} for name, members in ids.items() for one in members]
        yield from ((term.entry, one) for one in (each if ids else [given]))
    for part in term.parts:
        yield from calls_in(part, sets)


LINKS = ("holds", "share", "verdict")
"""Quantities that ask for the truth, share or verdict of another entry."""


def ids_in(term: Term, quantities: Collection[str]) -> tuple[str, ...]:
    """What is written for `id` of some quantities."""
    return tuple(str(given["id"]) for entry, given in calls_in(term) if entry.name in quantities)


def links_of(term: Term) -> tuple[str, ...]:
    """Entries whose truth, share or verdict an expression names."""
    return ids_in(term, LINKS)


def depth_of(term: Term) -> int:
    """How many terms lie inside one another."""
    depth, level = 0, [term]
    while level:
        depth, level = depth + 1, [part for one in level for part in one.parts]
    return depth


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

    def behind(self, part: tuple[str, str]) -> dict[str, Term]:
        """Entry → its expression: one by its key, and all that it hangs on, at any distance."""
        term, checks = self.parts[part], self.checks
        names = reached(links_of(term), lambda one: links_of(checks[one]) if one in checks else ())
        return {part[0]: term} | {name: checks[name] for name in names if name in checks}

    def is_evidence(self, part: tuple[str, str]) -> bool:
        """Whether there is an expression and it asks only what is written down, not the model."""
        known = self.behind(part).values() if part in self.parts else ()
        calls = (call for term in known for call in calls_in(term))
        return part in self.parts and all(entry.engine is Engine.LEDGER for entry, _given in calls)

    def path_of(self, name: str) -> str:
        """Path of an entry inside the case."""
        sections = Takes.CHECKED.sections
        section = next((s for s in sections if name in getattr(self.case, s)), sections[0])
        return f"{section}.{name}"
