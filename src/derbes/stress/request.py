"""What is asked over draws, and the columns of numbers that it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from derbes.case.entities import Case
from derbes.case.quantity import MONTHS_A_YEAR, Calendar
from derbes.case.request import BASE

SURVIVE, ENDED, LEVERAGE = "survive", "ended", "leverage"
HAZARDS, FANS, DECIDES, TIPPING = "hazards", "fans", "decides", "tipping"
QUESTIONS = (SURVIVE, ENDED, LEVERAGE, HAZARDS, FANS, DECIDES, TIPPING)
"""Names of the questions, in the order in which they are answered."""

OPTIMAL, MYOPIC = "optimal", "myopic"

TIME_TO_SURVIVE = "time_to_survive"
UNMET_ESSENTIAL = "unmet_essential"
SURVIVES = "survives"
LEVERAGE_RATIO = "leverage_ratio"
TARGET_LOSS = "target_loss"
SENDER_COST = "sender_cost"

LOOKED_AT = 48
"""Periods over which time to survive is looked at; longer counts as so many."""


@dataclass(frozen=True, slots=True)
class Target:
    """A measure, and the lengths and dates at which it is looked at."""

    measure: str
    length: int
    """Length that the answers are about. [period]"""
    lengths: tuple[int, ...]
    """Lengths of the curves of when it ends; empty: it has a fixed start. [period]"""
    starts: tuple[int, ...]
    """Dates, rising. [period]"""


@dataclass(frozen=True, slots=True)
class Column:
    """One number of each draw."""

    kind: str
    measure: str
    start: int
    """[period]"""
    length: int
    """Of the measure; 0: it does not end while one looks. [period]"""
    bound: str

    def name(self, calendar: Calendar, variant: str = BASE) -> str:
        """The number as an expression, as statements write it."""
        parts = [self.measure, calendar.label(self.start)]
        if self.length:
            parts.append(f"months={self.length * calendar.step}")
        parts.append(f"bound={self.bound}")
        if variant != BASE:
            parts.append(f"variant={variant}")
        return f"{self.kind}({', '.join(parts)})"

    @property
    def question(self) -> str:
        """The question that asks for it."""
        if self.kind == SURVIVES:
            return ENDED
        has_cost = self.kind in (LEVERAGE_RATIO, TARGET_LOSS, SENDER_COST)
        is_best = self.bound == OPTIMAL and self.kind == UNMET_ESSENTIAL
        return LEVERAGE if has_cost or is_best else SURVIVE


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, checked."""

    targets: tuple[Target, ...]
    """The first is what the indices, the tornado and the tipping values are about."""
    variants: tuple[str, ...] = (BASE,)
    questions: tuple[str, ...] = QUESTIONS
    n_draws: int = 1000
    n_solved: int = 32
    """The first of the draws, which are solved as programs too."""
    seed: int = 1
    method: str = "sobol"

    def asks(self, *questions: str) -> bool:
        """Whether any of the questions is asked."""
        return bool(set(questions) & set(self.questions))


def rule_columns(asked: Asked) -> tuple[Column, ...]:
    """Columns by the rule, over all draws."""
    columns: list[Column] = []
    for one in asked.targets:
        name, starts = one.measure, one.starts
        if asked.asks(SURVIVE, FANS):
            columns += [Column(TIME_TO_SURVIVE, name, start, 0, MYOPIC) for start in starts]
        if asked.asks(SURVIVE):
            kind, length = UNMET_ESSENTIAL, one.length
            columns += [Column(kind, name, start, length, MYOPIC) for start in starts]
        if asked.asks(ENDED):
            columns += ends_columns(one, MYOPIC)
    return tuple(columns)


def solved_columns(asked: Asked) -> tuple[Column, ...]:
    """Columns by programs, over the draws that are solved."""
    columns: list[Column] = []
    for one in asked.targets if asked.n_solved else ():
        if asked.asks(SURVIVE):
            columns += [Column(TIME_TO_SURVIVE, one.measure, s, 0, OPTIMAL) for s in one.starts]
        if asked.asks(ENDED):
            columns += ends_columns(one, OPTIMAL)
        if asked.asks(LEVERAGE, FANS):
            columns += [column for start in one.starts for column in _losses(one, start)]
    return tuple(columns)


def ends_columns(target: Target, bound: str) -> list[Column]:
    """Whether each length is survived at each date."""
    return [
        Column(SURVIVES, target.measure, start, length, bound)
        for length in target.lengths
        for start in target.starts
    ]


def _losses(target: Target, start: int) -> list[Column]:
    kinds = [(kind, bound) for bound in (OPTIMAL, MYOPIC) for kind in (LEVERAGE_RATIO, TARGET_LOSS)]
    kinds += [(SENDER_COST, OPTIMAL), (UNMET_ESSENTIAL, OPTIMAL)]
    return [Column(kind, target.measure, start, target.length, bound) for kind, bound in kinds]


def target_of(
    case: Case, measure: str, *, starts: Sequence[int] = (), lengths: Sequence[int] = ()
) -> Target:
    """A measure with its dates and lengths.

    Args:
        case: The case.
        measure: A measure of it.
        starts: Dates; empty: the first period and one a year after it. A measure with a
            fixed start has that date alone, and no end. [period]
        lengths: Lengths; empty: those that the measure names. [period]
    """
    own = case.measures[measure]
    every = tuple(sorted({*(lengths or own.lengths or (1,))}))
    length = _main_length(case, measure, every)
    if own.start is not None:
        return Target(measure, length, (), (own.start,))
    return Target(measure, length, every, tuple(sorted({*starts})) or yearly(case.calendar))


def _main_length(case: Case, measure: str, lengths: Sequence[int]) -> int:
    """The case's main length where it is among them, else the longest of at most a year."""
    if case.main_length in lengths and measure == main_measure(case):
        return case.main_length
    year = MONTHS_A_YEAR // case.calendar.step
    return max((length for length in lengths if length <= year), default=min(lengths))


def main_measure(case: Case) -> str:
    """The measure that the case is about: the one it names, else its first."""
    return case.main_measure or next(iter(case.measures), "")


def yearly(calendar: Calendar) -> tuple[int, ...]:
    """The first period, and one a year after it. [period]"""
    stride = max(1, MONTHS_A_YEAR // calendar.step)
    return tuple(range(0, calendar.n_periods, stride))
