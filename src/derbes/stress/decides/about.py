"""What the indices and tipping values are about: the headline answers, by the rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.stress.asked import (
    MYOPIC,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    Column,
    Target,
)
from derbes.stress.columns.rule import Rule, cut_numbers
from derbes.stress.told import ended_by, suffix_of, unmet_unit


@dataclass(frozen=True, slots=True)
class Subject:
    """A variant and the measure that is looked into; models of the rule are made once."""

    case: Case
    target: Target
    variant: str
    n_threads: int = 1
    _rules: dict[tuple[str, ...], Rule] = field(default_factory=dict)

    def cut(self, draws: Draws, columns: Sequence[Column]) -> FloatArray:
        """Columns by the rule for draws over any inputs. (N, C)"""
        if draws.inputs not in self._rules:
            own = (self.target.measure,)
            self._rules[draws.inputs] = Rule(self.case, own, draws.inputs, self.n_threads)
        return cut_numbers(self._rules[draws.inputs], draws, columns)

    def column(self, kind: str, start: int, *, is_endless: bool = False) -> Column:
        """A column of the measure with its main length."""
        length = 0 if is_endless else self.target.length
        return Column(kind, self.target.measure, start, length, MYOPIC)

    @property
    def first(self) -> int:
        """First date. [period]"""
        return self.target.starts[0]

    @property
    def survives(self) -> list[Column]:
        """Whether the main length is survived at each date; none where there is no end."""
        starts = self.target.starts if self.target.lengths else ()
        return [self.column(SURVIVES, start) for start in starts]


@dataclass(frozen=True, slots=True)
class Headlines:
    """The numbers that a case is about.

    Time to survive and unmet essential demand of the main measure at its first date, and
    the date of the end of its leverage.
    """

    subject: Subject

    def names(self) -> tuple[str, ...]:
        """Names of the answers."""
        about = self.subject
        names = [column.name(about.case.calendar, about.variant) for column in self._first()]
        if about.survives:
            months = about.target.length * about.case.calendar.step
            tail = f"months={months}, bound={MYOPIC}{suffix_of(about.variant)}"
            names.append(f"end({about.target.measure}, {tail})")
        return tuple(names)

    def units(self) -> tuple[str, ...]:
        """Units of the answers."""
        about = self.subject
        units = ("month", unmet_unit(about.case))
        first = about.case.calendar.label(0)
        return (*units, f"months from {first}") if about.survives else units

    def evaluate(self, draws: Draws) -> FloatArray:
        """The answers for draws. (N, A)

        The end is counted in months from the first period; the end of the calendar stands
        for never.
        """
        about, first = self.subject, self._first()
        numbers = about.cut(draws, (*first, *about.survives))
        found = [numbers[:, : len(first)]]
        if about.survives:
            ended = ended_by(numbers[:, len(first) :])
            calendar = about.case.calendar
            starts = np.array([*about.target.starts, calendar.n_periods], dtype=np.float64)
            place = np.where(ended.any(axis=1), ended.argmax(axis=1), len(starts) - 1)
            found.append((starts[place] * float(calendar.step))[:, None])
        return np.hstack(found)

    def _first(self) -> tuple[Column, ...]:
        about = self.subject
        return (
            about.column(TIME_TO_SURVIVE, about.first, is_endless=True),
            about.column(UNMET_ESSENTIAL, about.first),
        )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The yes-or-no answers that a case is about.

    Whether the main measure is survived at its first date, and whether its leverage has
    ended by the date at which it does at the center, and by the date before.
    """

    subject: Subject
    dates: tuple[int, ...]
    """Positions among the target's dates by which it is to have ended."""

    def names(self) -> tuple[str, ...]:
        """Names of the answers."""
        about = self.subject
        calendar, target = about.case.calendar, about.target
        first = about.column(SURVIVES, about.first).name(calendar, about.variant)
        tail = f"months={target.length * calendar.step}, bound={MYOPIC}{suffix_of(about.variant)}"
        months = [calendar.label(target.starts[date]) for date in self.dates]
        return (first, *(f"ended({target.measure}, {month}, {tail})" for month in months))

    def evaluate(self, draws: Draws) -> FloatArray:
        """1 where an answer holds. (N, A)"""
        about = self.subject
        columns = about.survives if self.dates else [about.column(SURVIVES, about.first)]
        numbers = about.cut(draws, columns)
        return np.hstack([numbers[:, :1], ended_by(numbers)[:, list(self.dates)]])


def verdicts_of(subject: Subject, central_end: float | None) -> Verdicts:
    """The verdicts near the end at the center.

    Args:
        subject: The variant and the measure.
        central_end: Period of the end at the center; None: there is none to look at.
    """
    starts = subject.target.starts
    dates: tuple[int, ...] = ()
    if central_end is not None and subject.survives:
        at = next((i for i, start in enumerate(starts) if start >= central_end), len(starts) - 1)
        dates = tuple(sorted({max(at - 1, 0), at}))
    return Verdicts(subject, dates)
