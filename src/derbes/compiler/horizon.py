"""How far the arrays reach behind the calendar, so that no start sees an edge."""

import numpy as np

from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import (
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    MeasureKind,
)
from derbes.case.quantity import FloatArray, Quantity


def months(quantity: Quantity | None, default: float = 0.0) -> float:
    """Value of a time, or the default when it is missing. [month]"""
    return default if quantity is None else quantity.value


def over(case: Case, quantity: Quantity | None, n_periods: int, default: float = 0.0) -> FloatArray:
    """Value per period, behind the calendar as `continued` says. (T,) [base unit]"""
    if quantity is None:
        return np.full(n_periods, default)
    return quantity.over(n_periods, case.calendar)


def refill_periods(case: Case) -> int:
    """Periods in which a reserve comes back after a measure; at least one. [period]"""
    return max(1, case.calendar.periods(months(case.refill_time, DEFAULT_REFILL_MONTHS)))


def sender_horizon(case: Case) -> int:
    """Periods over which a lost buyer's purchases count. [period]"""
    return case.calendar.periods(months(case.sender_horizon, DEFAULT_SENDER_HORIZON_MONTHS))


def longest_delivery(case: Case) -> int:
    """Longest time from order to arrival, routes included, without any measure. [period]"""
    periods = case.calendar.periods
    longest = 0
    for supplier in case.suppliers.values():
        by_route = [months(case.routes[route].lead_time) for route in supplier.routes] or [0.0]
        longest = max(longest, periods(months(supplier.lead_time) + max(by_route)))
    for recipe in case.recipes.values():
        longest = max(longest, periods(months(recipe.lead_time)))
    return longest


def longest_lead_time(case: Case) -> int:
    """Longest time from order to arrival, routes and delays included. [period]"""
    periods = case.calendar.periods
    delays = [m for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    return longest_delivery(case) + max((periods(months(m.by)) for m in delays), default=0)


LONGEST_MONTHS = 48
"""Measures and delays up to this long find the same calm plan, whatever is asked. [month]"""
YEARS_BEHIND = 2
"""Years behind the last branch, so that the end of the arrays is felt by none."""


def tail_periods(case: Case, longest_length: int = 0) -> int:
    """Periods that the arrays need behind the calendar. [period]

    Room for a branch from the last period on, and two more years. It does not depend on
    which measures and lengths there are, unless they are longer than `LONGEST_MONTHS`.
    """
    periods = case.calendar.periods
    lengths = [length for measure in case.measures.values() for length in measure.lengths]
    delays = [periods(months(m.by)) for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    ramps = [periods(months(plant.ramp)) for plant in case.plants.values()] if delays else []
    longest = max([*lengths, longest_length, 1]) + max(delays, default=0) + max(ramps, default=0)
    longest = max(longest, periods(LONGEST_MONTHS))
    branch = longest + refill_periods(case) + longest_delivery(case)
    years = YEARS_BEHIND * MONTHS_A_YEAR // case.calendar.step
    return max(branch, sender_horizon(case)) + years + 1
