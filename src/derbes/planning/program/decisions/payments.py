"""What options cost, by the period in which it is paid.

Capital is spread evenly over the lead time, from the period of the decision on, and falls
into it where there is no lead time; all of it counts, also what is paid behind the
calendar. Running cost is paid from the effect to the end of the calendar.
"""

import numpy as np

from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import Case
from derbes.case.options import Option
from derbes.case.quantity import FloatArray, Quantity
from derbes.compiler.chosen import effect_period


def _at(quantity: Quantity | None, period: int) -> float:
    """Value in one period; 0 when there is none. [money]"""
    return 0.0 if quantity is None else float(quantity.over(period + 1)[period])


def pay_periods(case: Case) -> int:
    """Periods over which payments are listed: the calendar and the longest lead time."""
    latest = [
        effect_period(case, option, date)
        for option in case.options.values()
        for date in option.dates
    ]
    return max([case.calendar.n_periods, *(period + 1 for period in latest)])


def payments(case: Case, option: Option, date: int, *, fixed: float, size: float) -> FloatArray:
    """What a choice costs, by period, not discounted. (H,) [money]

    Args:
        case: The case.
        option: The option.
        date: Period of the decision.
        fixed: 1 when what is paid whatever the size counts, else 0.
        size: The size.
    """
    paid = np.zeros(pay_periods(case))
    n, effect = case.calendar.n_periods, effect_period(case, option, date)
    capital = fixed * _at(option.capital, date) + size * _at(option.capital_by_size, date)
    lead = max(effect - date, 1)
    paid[date : date + lead] += capital / lead
    if effect < n:
        step = float(case.calendar.step)
        for quantity, factor in ((option.running, fixed), (option.running_by_size, size)):
            if quantity is not None:
                paid[effect:n] += factor * step * quantity.over(n)[effect:]
    return paid


def foreign_share(option: Option) -> float:
    """Part of an option's payments in foreign currency."""
    return 0.0 if option.foreign_share is None else option.foreign_share.value


def discounted(case: Case, paid: FloatArray) -> float:
    """Worth of payments at the first period. [money]"""
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(len(paid)) * case.calendar.step / MONTHS_A_YEAR
    return float(paid @ (1.0 + yearly) ** -years)


def years(case: Case) -> list[int]:
    """Year in which each period of payment starts. (H,)"""
    return [case.calendar.month_of(period)[0] for period in range(pay_periods(case))]
