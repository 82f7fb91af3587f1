"""Ageing: what is left of a stock from one period to the next."""

import numpy as np

from derbes.case.calendar import Calendar
from derbes.case.entities import Survival
from derbes.case.quantity import FloatArray
from derbes.compiler.horizon import months


def period_retention(survival: Survival, calendar: Calendar) -> float:
    """Part left after one period of decay by half-life; 1 when there is none."""
    if survival.half_life is None:
        return 1.0
    return float(0.5 ** (calendar.step / survival.half_life.value))


def shelf_life_periods(survival: Survival, calendar: Calendar) -> int:
    """Periods in which fresh stock can be used; 0: no limit. [period]"""
    if survival.shelf_life is None:
        return 0
    return max(1, int(survival.shelf_life.value // calendar.step))


def lot_retention(survival: Survival, calendar: Calendar, n_periods: int) -> FloatArray:
    """Part left from the period before, for a lot held at the first period. (T,)

    Half-life: a constant. Shelf life: 1 until the age is reached, then 0. Table:
    the ratio of surviving shares at the two ages. The first period finds all.
    """
    retention = np.full(n_periods, period_retention(survival, calendar))
    age = months(survival.age)
    if survival.shelf_life is not None:
        left = int((survival.shelf_life.value - age) // calendar.step)
        retention[max(left, 0) :] = 0.0
        if left <= 0:
            return retention
    if survival.table:
        ages, shares = np.array(survival.table).T
        surviving = np.interp(age + calendar.step * np.arange(n_periods), ages, shares)
        before = np.concatenate([surviving[:1], surviving[:-1]])
        retention = np.divide(surviving, before, out=np.zeros(n_periods), where=before > 0)
    retention[0] = 1.0
    return retention
