"""How inputs become the numbers that futures read, for many draws at once.

Each is the formula of the compiler, over a column of draws instead of one number; a test
compares them with what the compiler makes of drawn cases. `step` is the length of a period.
[month]
"""

import numpy as np

from derbes.case.quantity import FloatArray


def same(value: FloatArray) -> FloatArray:
    """The input itself."""
    return value


def product(*values: FloatArray) -> FloatArray:
    """Inputs that are multiplied."""
    return np.asarray(np.prod(values, axis=0), dtype=np.float64)


def whole_periods(months: FloatArray, step: int) -> FloatArray:
    """Whole periods that a time takes; a part of a period counts as one. [period]"""
    return np.ceil(np.round(months, 9) / step)


def lead_time(*months: FloatArray, step: int) -> FloatArray:
    """From order to arrival; seller's time and route's together. [period]"""
    return whole_periods(np.asarray(sum(months), dtype=np.float64), step)


def late_lead_time(*months: FloatArray, step: int) -> FloatArray:
    """As `lead_time`; the last time is a delay that is counted in periods of its own."""
    return lead_time(*months[:-1], step=step) + whole_periods(months[-1], step)


def opening(delay: FloatArray, planned: int, step: int) -> FloatArray:
    """Period of the first output."""
    return planned + whole_periods(delay, step)


def refill(months: FloatArray, step: int) -> FloatArray:
    """Periods in which a reserve comes back; at least one."""
    return np.maximum(1.0, whole_periods(months, step))


def retention(half_life: FloatArray, step: int) -> FloatArray:
    """Part left after one period."""
    return np.asarray(0.5 ** (step / half_life), dtype=np.float64)


def shelf_life(months: FloatArray, step: int) -> FloatArray:
    """Whole periods in which fresh stock can be used."""
    return np.maximum(1.0, months // step)


def one_period_later(yearly: FloatArray, step: int) -> FloatArray:
    """Worth of money that is paid one period later."""
    return np.asarray((1.0 + yearly) ** (-step / 12.0), dtype=np.float64)


def lot_path(
    *months: FloatArray, table: tuple[tuple[float, float], ...], step: int, n_periods: int
) -> FloatArray:
    """Part of a lot that is left from the period before. (draws, periods)

    Args:
        months: Half-life, shelf life (both infinity where there is none) and age. (draws,)
        table: Surviving shares by age [month]; empty: none.
        step: Length of a period. [month]
        n_periods: Number of periods.
    """
    half_life, shelf, age = np.broadcast_arrays(*(np.atleast_1d(each) for each in months))
    periods = np.arange(n_periods)
    path = np.repeat(retention(half_life, step)[:, None], n_periods, axis=1)
    life = np.where(np.isinf(shelf), step * (n_periods + 1.0), shelf - age)
    left = (life // step)[:, None]
    path = np.where(periods >= np.maximum(left, 0.0), 0.0, path)
    if table:
        ages, shares = np.array(table).T
        surviving = np.interp(age[:, None] + step * periods, ages, shares)
        before = np.concatenate([surviving[:, :1], surviving[:, :-1]], axis=1)
        ratio = np.divide(surviving, before, out=np.zeros_like(path), where=before > 0)
        path = np.where(left > 0, ratio, path)
    path[:, 0] = np.where(left[:, 0] > 0, 1.0, path[:, 0])
    return path
