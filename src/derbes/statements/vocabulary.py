"""What an expression may name: kinds of things, and how a quantity of the model is described."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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


class Gives(StrEnum):
    """What an expression or a quantity gives."""

    NUMBER = "number"
    TRUTH = "true or false"
    DATE = "date"
    WORD = "word"


class Engine(StrEnum):
    """What computes a quantity, from the cheapest on."""

    LEDGER = "ledger"
    CASE = "case"
    CALM = "calm plan"
    COVER = "cover"
    LEVERAGE = "leverage"


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
class Entry:
    """A quantity that an expression may use."""

    name: str
    gives: Gives
    unit: str
    """`{money}`, `{good}` and `{own}` stand for units of the case; empty: a plain number."""
    engine: Engine
    parameters: tuple[Parameter, ...]
    says: str
    """What it means, in one or two sentences."""
    words: tuple[str, ...] = ()
    """Words that it gives, where it gives a word."""

    @property
    def signature(self) -> str:
        """How it is written, e.g. `stock(good, at, old=false)`."""
        return f"{self.name}({', '.join(_written(one) for one in self.parameters)})"


def _written(parameter: Parameter) -> str:
    if parameter.default is None:
        return parameter.name
    return f"{parameter.name}={parameter.default or '…'}"


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A set that `all`, `any`, `count`, `sum`, `min` and `max` may run over."""

    name: str
    holds: Takes
    """What its members are; a parameter must take this kind."""
    parameters: tuple[Parameter, ...]
    says: str


def by_name(entries: tuple[Entry, ...]) -> Mapping[str, Entry]:
    """Quantities by their names."""
    return {entry.name: entry for entry in entries}
