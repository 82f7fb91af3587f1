"""The budget, against what is decided already."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from derbes.case.entities import Case
from derbes.case.options import Option
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, Quantity
from derbes.casefile.checks.options import committed_options
from derbes.casefile.checks.soundness import Checked
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.measures import in_words
from derbes.language import _

ROUNDING = 1e-9
"""Payments are spread over months; their sum may miss the budget by so much of it."""

Payments = Mapping[int, float]
"""Year → payments in it. [money]"""


def budget_of_what_is_committed(checked: Checked) -> Iterator[Finding]:
    """A budget must bear the options that are committed, at their least cost."""
    case = checked.case
    budget = case.budget
    if budget is None or not checked.sound("options") or "calendar" in checked.unsound:
        return
    names = [name for name in case.options if name in committed_options(case.options)]
    least = _least((case.options[name] for name in names), case.calendar)
    wanted: list[tuple[tuple[str, ...], Quantity | None, float]] = [
        (("total",), budget.total, least.in_all()),
        (("foreign_total",), budget.foreign_total, least.in_all(foreign=True)),
    ]
    wanted += [
        (("by_year", str(year)), most, least.in_year(year)) for year, most in budget.by_year.items()
    ]
    wanted += [
        (("foreign_by_year", str(year)), most, least.in_year(year, foreign=True))
        for year, most in budget.foreign_by_year.items()
    ]
    for path, most, cost in wanted:
        if most is not None and cost > most.value * (1 + ROUNDING):
            yield _too_small(case, path, most.value, cost=cost, names=names)


def _too_small(
    case: Case, path: tuple[str, ...], most: float, *, cost: float, names: list[str]
) -> Finding:
    texts = {
        "total": _("what is committed ({names}) costs at least {cost}, the budget is {most}"),
        "by_year": _(
            "what is committed ({names}) costs at least {cost} in this year, the budget is {most}"
        ),
        "foreign_total": _(
            "what is committed ({names}) costs at least {cost} abroad, the budget is {most}"
        ),
        "foreign_by_year": _(
            "what is committed ({names}) costs at least {cost} abroad in this year,"
            " the budget is {most}"
        ),
    }
    what = texts[path[0]].format(
        names=", ".join(names),
        cost=in_words(_to_cents(cost), case.currency),
        most=in_words(most, case.currency),
    )
    return Finding(
        ("budget", *path), what, _("raise it, or take committed out of one of these options")
    )


def _to_cents(cost: float) -> float:
    return round(cost, 2)


@dataclass(frozen=True, slots=True)
class _Least:
    """Least payments for options, each by its cheapest date and size."""

    paid: tuple[tuple[Option, tuple[Payments, ...]], ...]
    """Option, and its payments for each date."""

    def in_all(self, *, foreign: bool = False) -> float:
        """In all years of the calendar. [money]"""
        return math.fsum(
            min(math.fsum(one.values()) for one in by_date) * _share(option, foreign=foreign)
            for option, by_date in self.paid
        )

    def in_year(self, year: int, *, foreign: bool = False) -> float:
        """In one year. [money]"""
        return math.fsum(
            min(one.get(year, 0.0) for one in by_date) * _share(option, foreign=foreign)
            for option, by_date in self.paid
        )


def _least(options: Iterable[Option], calendar: Calendar) -> _Least:
    return _Least(
        tuple(
            (option, tuple(payments_of(option, date, calendar) for date in option.dates))
            for option in options
        )
    )


def _share(option: Option, *, foreign: bool) -> float:
    if not foreign:
        return 1.0
    return option.foreign_share.value if option.foreign_share is not None else 0.0


def payments_of(option: Option, date: int, calendar: Calendar) -> Payments:
    """What the smallest size of an option costs in each year of the calendar. [money]

    Capital is spread evenly over the periods of the lead time, from the decision on;
    running cost is paid from the effect to the end of the calendar.
    """
    size = min(option.sizes, default=option.smallest)
    capital = _value(option.capital) + size * _value(option.capital_by_size)
    running = (_value(option.running) + size * _value(option.running_by_size)) * calendar.step
    lead = calendar.periods(_value(option.lead_time))
    effect = date + lead
    built = range(date, date + max(lead, 1))
    run = range(effect, max(effect, calendar.n_periods))
    return {
        year: _n_shared(built, periods) * capital / len(built) + _n_shared(run, periods) * running
        for year, periods in _years(calendar)
    }


def _years(calendar: Calendar) -> Iterator[tuple[int, range]]:
    """Years of a calendar, and the periods that begin in each."""
    first, last = (calendar.month_of(period)[0] for period in (0, calendar.n_periods - 1))
    starts = [max(0, calendar.periods(_months_until(calendar, y))) for y in range(first, last + 2)]
    for year, begin, end in zip(range(first, last + 1), starts, starts[1:], strict=False):
        yield year, range(begin, min(end, calendar.n_periods))


def _months_until(calendar: Calendar, year: int) -> int:
    """Months from the first one of a calendar to the first of a year."""
    return (year - calendar.first_year) * MONTHS_A_YEAR + 1 - calendar.first_month


def _n_shared(some: range, others: range) -> int:
    """How many periods two spans have in common."""
    return max(0, min(some.stop, others.stop) - max(some.start, others.start))


def _value(quantity: Quantity | None) -> float:
    """Central value; what is missing adds nothing to the least cost."""
    return quantity.value if quantity is not None else 0.0
