"""The numbers of a case, as written or in draws of its inputs.

What a number is in draws is stated here once: whoever makes arrays of a case asks for its
numbers with the values that are drawn, one for each path. A value is a number (one draw) or
an array (N draws), and what is made of it is as a case without draws has it, or has a first
axis of N. What is not drawn has no such axis, so that nothing is computed N times that is
the same N times.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from derbes.case.entities import Case, Survival
from derbes.case.quantity import Calendar, FloatArray, Quantity

Number = float | FloatArray
"""One number, or one for each draw. (N,)"""
Periods = Any
"""An `int`, or one for each draw. (N,) [period]"""
Values = Mapping[str, Number]
"""Path of an input → what is drawn for it; nan stands for the central value. [base unit]"""
AS_WRITTEN: Values = {}
"""No draw: every number has its central value."""


def with_formulas(case: Case, values: Values) -> Values:
    """What is drawn, and what follows from it by the formulas of the case.

    A number that is given a value itself keeps it.
    """
    if not values or not case.formulas:
        return values
    found = dict(values)
    for one in case.formulas:
        if one.number.path not in values and not found.keys().isdisjoint(one.formula.parents):
            numbers = {parent.path: drawn(parent, found) for parent in one.parents}
            found[one.number.path] = one.formula.value(numbers.__getitem__)
    return found


def moved_by(case: Case, paths: Iterable[str]) -> frozenset[str]:
    """Some numbers, and all that follow from them by formulas."""
    found = set(paths)
    for one in case.formulas:
        if not found.isdisjoint(one.formula.parents):
            found.add(one.number.path)
    return frozenset(found)


def drawn(quantity: Quantity, values: Values = AS_WRITTEN) -> Number:
    """A number as drawn; of a series that of its first period. () or (N,) [base unit]"""
    value = values.get(quantity.path)
    if value is None:
        return quantity.value
    if isinstance(value, np.ndarray):
        return np.where(np.isnan(value), quantity.value, value)
    return quantity.value if np.isnan(value) else value


def given(quantity: Quantity | None, default: float = 0.0, values: Values = AS_WRITTEN) -> Number:
    """A number as drawn, or the default when it is missing. () or (N,) [base unit]"""
    return default if quantity is None else drawn(quantity, values)


def over(
    quantity: Quantity | None,
    n_periods: int,
    calendar: Calendar,
    *,
    default: float = 0.0,
    values: Values = AS_WRITTEN,
) -> FloatArray:
    """A number by period, behind the calendar as `continued` says. (T,) or (N, T) [base unit]

    A series by date is scaled in proportion to its first value, or month by month where
    months have ranges of their own; one that starts at 0 becomes what is drawn.
    """
    if quantity is None:
        return np.full(n_periods, default)
    path = quantity.over(n_periods, calendar)
    if quantity.path in values:
        scale = _by_period(drawn(quantity, values))
        if quantity.steps and quantity.value:
            path = path * (scale / quantity.value)
        else:
            path = np.where(_by_period(_is_known(quantity, values)), scale, path)
    drawn_months = [month.quantity.path in values for month in quantity.months]
    if any(drawn_months):
        which = quantity.months_over(n_periods, calendar)
        for place in np.flatnonzero(drawn_months):
            month = quantity.months[place].quantity
            value = _by_period(drawn(month, values))
            own = value * (path / month.value if month.value else 1.0)
            known = _by_period(_is_known(month, values))
            path = np.where(known & (which == place), own, path)
    return path


def _by_period(number: Number) -> FloatArray:
    """Room for periods behind the draws. (1,) or (N, 1)"""
    return np.asarray(number)[..., None]


def _is_known(quantity: Quantity, values: Values) -> FloatArray:
    return np.asarray(~np.isnan(values[quantity.path]))


def whole_periods(months: Number, calendar: Calendar) -> Periods:
    """Whole periods that a time takes; a part of a period counts as one. [period]"""
    if isinstance(months, np.ndarray):
        return np.ceil(np.round(months, 9) / calendar.step).astype(np.int64)
    return calendar.periods(months)


def periods_of(
    quantity: Quantity | None, calendar: Calendar, values: Values = AS_WRITTEN
) -> Periods:
    """Whole periods of a time that may be missing. () or (N,) [period]"""
    return whole_periods(given(quantity, values=values), calendar)


# Ageing


def period_retention(survival: Survival, calendar: Calendar, values: Values = AS_WRITTEN) -> Number:
    """Part left after one period of decay by half-life; 1 when there is none."""
    if survival.half_life is None:
        return 1.0
    return 0.5 ** (calendar.step / drawn(survival.half_life, values))


def shelf_life_periods(
    survival: Survival, calendar: Calendar, values: Values = AS_WRITTEN
) -> Periods:
    """Periods in which fresh stock can be used; 0: no limit. [period]"""
    if survival.shelf_life is None:
        return 0
    return np.maximum(1, drawn(survival.shelf_life, values) // calendar.step).astype(np.int64)


def lot_retention(
    survival: Survival, calendar: Calendar, n_periods: int, values: Values = AS_WRITTEN
) -> FloatArray:
    """Part left from the period before, for a lot held at the first period. (T,) or (N, T)

    Half-life: a constant. Shelf life: 1 until the age is reached, then 0. Table:
    the ratio of surviving shares at the two ages. The first period finds all.
    """
    periods = np.arange(n_periods)
    age = np.asarray(given(survival.age, values=values))[..., None]
    path = np.asarray(period_retention(survival, calendar, values))[..., None] + 0.0 * periods
    is_left: Any = True
    if survival.shelf_life is not None:
        shelf = np.asarray(drawn(survival.shelf_life, values))[..., None]
        left = (shelf - age) // calendar.step
        is_left = left > 0
        path = np.where(periods >= np.maximum(left, 0), 0.0, path)
    if survival.table:
        ages, shares = np.array(survival.table).T
        surviving = np.interp(age + calendar.step * periods, ages, shares)
        before = np.concatenate([surviving[..., :1], surviving[..., :-1]], axis=-1)
        ratio = np.divide(surviving, before, out=np.zeros_like(surviving), where=before > 0)
        path = np.where(is_left, ratio, path)
    return np.where((periods == 0) & is_left, 1.0, path)
