"""How far the arrays reach behind the calendar, so that no start sees an edge."""

from derbes.case.entities import (
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    MeasureKind,
)
from derbes.case.quantity import Quantity


def months(quantity: Quantity | None, default: float = 0.0) -> float:
    """Value of a time, or the default when it is missing. [month]"""
    return default if quantity is None else quantity.value


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


def tail_periods(case: Case, longest_length: int = 0) -> int:
    """Periods that the arrays need behind the calendar. [period]

    Room for the longest measure from the last period on, for the way back to the
    calm plan (twice the refill time and the longest lead time), and for the
    sales that a lost buyer would have brought.
    """
    lengths = [length for measure in case.measures.values() for length in measure.lengths]
    longest = max([*lengths, longest_length, 1])
    way_back = 2 * refill_periods(case) + 2 * longest_lead_time(case) + 1
    return max(longest + way_back, sender_horizon(case) + 1)
