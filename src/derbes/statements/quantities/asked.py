"""What a quantity is asked about: the period of a month, the measure of a sender, a length."""

from collections.abc import Mapping
from dataclasses import dataclass

from derbes.case.entities import Case, MeasureKind, main_length, main_measure
from derbes.statements.terms.values import Day, Missing, Value, month_day


@dataclass(frozen=True, slots=True)
class Asked:
    """What a quantity is asked about, by the names of its parameters."""

    given: Mapping[str, Value]

    def text(self, name: str) -> str:
        """An id or a word; empty when it is left out."""
        return str(self.given[name])

    def day(self, name: str) -> Day:
        """A month."""
        found = self.given[name]
        if not isinstance(found, Day):
            msg = f"{name} is not a month"
            raise TypeError(msg)
        return found

    def flag(self, name: str) -> bool:
        """True or false."""
        return self.given[name] is True

    def number(self, name: str) -> float | None:
        """A number; None when it is left out."""
        found = self.given[name]
        return found if isinstance(found, float) else None


def period_of(case: Case, at: Day) -> int | Missing:
    """Period of the calendar that holds a month."""
    period = case.calendar.index(*at.month)
    return period if 0 <= period < case.calendar.n_periods else Missing((f"calendar ({at})",))


def span_of(case: Case, since: Day, until: Day) -> tuple[int, int] | Missing:
    """Periods from one month to another, both counted: first, and one behind the last."""
    first, last = period_of(case, since), period_of(case, until)
    if isinstance(first, Missing):
        return first
    return last if isinstance(last, Missing) else (first, last + 1)


def label_day(case: Case, period: int) -> Day:
    """The month in which a period starts."""
    return month_day(*case.calendar.month_of(period))


def measure_asked(case: Case, asked: Asked) -> tuple[str, int] | Missing:
    """The measure and its length that a quantity is asked about. [period]"""
    measure = measure_of(case, asked.text("sender"), asked.text("measure"))
    if isinstance(measure, Missing):
        return measure
    return measure, length_of(case, measure, asked.number("months"))


def measure_of(case: Case, sender: str, measure: str) -> str | Missing:
    """The measure that is meant.

    The one that is named; else the case's main measure where it is the sender's; else the
    sender's first embargo, else its first measure.
    """
    if measure or (sender in case.measures and sender not in case.actors):
        name = measure or sender
        return name if name in case.measures else Missing((f"measures.{name}",))
    main = main_measure(case)
    own = [one for one in case.measures.values() if one.sender == sender]
    embargoes = [one.id for one in own if one.kind is MeasureKind.EMBARGO]
    if main in {one.id for one in own}:
        return main
    found = [*embargoes, *(one.id for one in own)]
    return found[0] if found else Missing((f"measures ({sender})",))


def length_of(case: Case, measure: str, months: float | None) -> int:
    """Length of a measure. [period]

    As asked; else the main length of the case; else the longest of at most a year that
    the measure names.
    """
    if months is not None:
        return max(1, case.calendar.periods(months))
    return case.main_length or main_length(case, case.measures[measure].lengths or (1,))
