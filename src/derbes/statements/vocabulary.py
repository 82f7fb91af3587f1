"""What an expression may name: kinds of things, and how quantities and sets are declared.

A quantity is a function under `quantity`: its name, its keyword parameters with their
annotations and defaults, what it returns and its docstring are the signature, the unit and the
text of the reference. Of an element that is not there, or of what nobody wrote down, it raises
`Unknown`. It computes with a `Model`, one of the ledger with the `World` itself; both are
told here by what quantities ask of them, so that reading an expression loads no solver.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_type_hints

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.model.arrays import CaseArrays
from derbes.results.supply import CalmPlan, CoverRow, LeverageRow
from derbes.statements.values import Day, Missing, Value, month_day


class Takes(StrEnum):
    """What a parameter of a quantity takes."""

    MONTH = "month"
    TIME = "time"
    ACTOR = "actor"
    SENDER = "actor or measure"
    GOOD = "good"
    USE = "use"
    GOOD_OR_USE = "good or use"
    PLANT = "plant"
    PRICED = "supplier or good"
    SOURCE = "supplier, recipe or good"
    MEASURE = "measure"
    STANDARD = "standard"
    VARIANT = "variant"
    FACT = "fact"
    INDICATOR = "fact, or a name for one that is missing"
    DATED = "fact, document or statement"
    STATEMENT = "statement"
    CHECKED = "statement, contrast, double standard or tension"
    ELEMENT = "element"
    PATH = "path, in quotes"
    WORD = "word, in quotes"
    CHOICE = "word"
    FLAG = "true or false"


SECTIONS: Mapping[Takes, tuple[str, ...]] = {
    Takes.ACTOR: ("actors",),
    Takes.SENDER: ("actors", "measures"),
    Takes.GOOD: ("goods",),
    Takes.USE: ("uses",),
    Takes.GOOD_OR_USE: ("goods", "uses"),
    Takes.PLANT: ("plants",),
    Takes.PRICED: ("suppliers", "goods"),
    Takes.SOURCE: ("suppliers", "recipes", "goods"),
    Takes.MEASURE: ("measures",),
    Takes.STANDARD: ("standards",),
    Takes.VARIANT: ("variants",),
    Takes.FACT: ("facts",),
    Takes.DATED: ("facts", "documents", "statements"),
    Takes.STATEMENT: ("statements",),
    Takes.CHECKED: ("statements", "contrasts", "double_standards", "tensions"),
    Takes.ELEMENT: (
        "actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants", "recipes",
        "exports", "measures", "options", "standards", "facts", "documents", "statements",
    ),
}  # fmt: skip
"""Sections that a parameter takes ids of."""

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

    def value(self, world: "World", arguments: tuple[Value, ...]) -> Value:
        """The value in a world, for arguments in the order of the parameters."""
        about: World | Model = world
        if self.engine is not Engine.LEDGER:
            about = world.variant(str(arguments[-1]))
        keywords = given(self.parameters, arguments)
        keywords.pop("variant", None)
        packs = []
        if self.pack is not None:
            own = [one.name for one in fields(self.pack) if one.name in keywords]
            packs = [self.pack(**{name: keywords.pop(name) for name in own})]
        try:
            return self.function(about, *packs, **keywords)
        except Unknown as unknown:
            return unknown.missing


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
    for one in inspect.signature(function).parameters.values():
        is_positional = one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        if is_positional and isinstance(one.annotation, type) and is_dataclass(one.annotation):
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
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Settled:
    """What is already known of an entry over all draws."""

    share: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a measure does to one use."""

    net: float
    """Unmet demand that it adds. [unit]"""
    gross: float
    """All unmet demand. [unit]"""
    deepest: float
    """Largest share of its demand that the measure takes in one period, 0-1."""


class Model(Protocol):
    """A variant in one draw, as quantities see it; each figure is computed when first asked."""

    @property
    def case(self) -> Case:
        """The variant with the numbers of the draw."""

    @property
    def standing(self) -> Case:
        """The case without what only an option opens: nobody has chosen it."""

    @property
    def arrays(self) -> CaseArrays:
        """The case, compiled."""

    @property
    def turnover(self) -> float:
        """The most that the calm plan pays and earns in a period. [money]"""

    @property
    def plan(self) -> CalmPlan:
        """The calm plan, with what it pays."""

    @property
    def arrivals(self) -> FloatArray:
        """Deliveries and output in the calm plan, by period. (K, T) [unit]"""

    @property
    def unmet_in_calm(self) -> FloatArray:
        """Demand that goes unmet in the calm plan. (U, T) [unit]"""

    @property
    def shares(self) -> Mapping[str, FloatArray]:
        """Actor → its share in what comes in of each good, inputs counted. (G, T)"""

    def stocks(self, *, old: bool) -> FloatArray:
        """Stock at the end of each period, or what is left of the first day's. (G, T) [unit]"""

    def cover(self, good: int, period: int) -> float | None:
        """How long what is in store lasts; None where there is no use. [period]"""

    def survival(self, measure: str, start: int, *, only_essential: bool) -> Mapping[str, CoverRow]:
        """Use → how long it is met while a measure goes on."""

    def short_uses(self, measure: str, length: int, start: int) -> tuple[str, ...]:
        """Essential uses that go short when a measure starts in a period."""

    def is_start(self, measure: str, start: int) -> bool:
        """Whether a measure may start in a period: one with a date of its own only then."""

    def ends(self, measure: str, length: int) -> Mapping[str, str | None]:
        """Use → first month from which on a measure is survived; None: there is none."""

    def losses(
        self, measure: str, length: int, start: int, *, has_premium: bool
    ) -> tuple[LeverageRow, ...]:
        """Both sides' losses by both rules."""

    def shortfalls(
        self, measure: str, length: int, start: int, bound: str
    ) -> Mapping[str, Shortfall]:
        """Use → what a measure does to it."""

    def once(self, key: object, compute: Callable[[], Found]) -> Found:
        """What a key stands for, computed when first asked."""


class World(Protocol):
    """One draw of the inputs on one day, as expressions see it."""

    @property
    def as_of(self) -> Day:
        """The day asked about."""

    @property
    def case(self) -> Case:
        """The case as written, with the numbers of the draw."""

    @property
    def settled(self) -> Mapping[str, Settled]:
        """Entry → what is known of it over all draws."""

    def quantity(self, entry: QuantityEntry, arguments: tuple[Value, ...]) -> Value:
        """The value of a quantity."""

    def rate(self, currency: str) -> Value:
        """Base currency for one unit of another."""

    def variant(self, name: str) -> Model:
        """A variant in this draw."""

    def truth_of(self, name: str) -> Value:
        """Whether an entry of the ledger holds in this draw."""

    def path_of(self, name: str) -> str:
        """Path of an entry inside the case."""


def period_of(case: Case, at: Day) -> int:
    """Period of the calendar that holds a month."""
    period = case.calendar.index(*at.month)
    if not 0 <= period < case.calendar.n_periods:
        raise Unknown(f"calendar ({at})")
    return period


def span_of(case: Case, since: Day, until: Day) -> slice:
    """Periods from one month to another, both counted."""
    return slice(period_of(case, since), period_of(case, until) + 1)


def label_day(case: Case, period: int) -> Day:
    """The month in which a period starts."""
    return month_day(*case.calendar.month_of(period))
