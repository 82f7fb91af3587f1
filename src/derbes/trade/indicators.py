"""What trade says of a dependence: formulas over sums, none of which looks at a row.

Equation numbers are those of docs/reference/equations.md. Arrays hold a buyer, product and
year each; a number that cannot be told is NaN.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CONCENTRATED = 0.4
"""Concentration above which a product counts as dependent: CDI1, and GeoDep's both."""
FROM_OUTSIDE = 0.5
"""Part of imports from outside the group above which it does: CDI2."""
OVER_EXPORTS = 1.0
"""Imports over exports above which the buyer could not replace them by its own: CDI3."""
OF_YEARS = (2, 3)
"""GeoDep's flag holds when it does in so many of so many years."""
SINGLE_POINT = 0.5
"""Part of the world's exports above which one seller is a single point of failure."""


def concentration(squares: Floats, total: Floats) -> Floats:
    """(T2) Herfindahl-Hirschman index, from 0 to 1: Σ v_i² / (Σ v_i)². (N,)

    Args:
        squares: Σ v_i² over sellers. (N,)
        total: Σ v_i. (N,)
    """
    return share(squares, total * total)


def share(part: Floats, whole: Floats) -> Floats:
    """(T1) A part of a whole, (T3) of imports those from outside; NaN: no whole. (N,)"""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, np.asarray(part) / np.asarray(whole), np.nan)


def over_exports(imports: Floats, exports: Floats) -> Floats:
    """(T4) Imports over exports; infinite where nothing is exported. (N,)"""
    return np.where((exports == 0) & (imports > 0), np.inf, share(imports, exports))


def margin(values: Sequence[Floats], thresholds: Sequence[float]) -> Floats:
    """(T5) How far the weakest of several tests is from its threshold, as a part of it. (N,)

    Above 0: every test is passed, so that the flag holds. A test that cannot be told leaves
    the margin untold.
    """
    parts = [value / limit - 1.0 for value, limit in zip(values, thresholds, strict=True)]
    return np.asarray(np.min(np.stack(parts), axis=0))


def holds_in_years(
    flags: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """(T6) GeoDep's rule: whether a flag holds in two of the last three years. (Y, N) → (N,)

    None: too few years are known to tell.
    """
    needed, window = OF_YEARS
    flags, known = flags[-window:], known[-window:]
    held, open_ = (flags & known).sum(axis=0), (~known).sum(axis=0) + window - len(known)
    found = np.full(held.shape, None)
    found[held + open_ < needed] = False
    found[held >= needed] = True
    return found


def churn(before: Set[object], after: Set[object]) -> float | None:
    """(T7) Part of what was flagged in one year that is not in another; None: nothing was."""
    return len(before - after) / len(before) if before else None


def trend(years: Sequence[int], values: Sequence[float | None]) -> float | None:
    """(T8) Least-squares slope over the years that are known; None: fewer than three. [1/year]"""
    known = [(t, value) for t, value in zip(years, values, strict=True) if value is not None]
    if len(known) < 3:
        return None
    t, value = np.array(known, dtype=float).T
    t -= t.mean()
    return float((t * value).sum() / (t * t).sum())


def unit_value(value: float, weight: float) -> float | None:
    """(T9) Value over weight, of what has a weight; None: nothing has. [USD/t]"""
    return value / weight if weight > 0 else None


def premium(own: float | None, others: Sequence[float | None]) -> float | None:
    """(T10) How much dearer than the simple mean of others; None: none of them is known."""
    known = [value for value in others if value is not None]
    return own / (sum(known) / len(known)) - 1.0 if known and own is not None else None


def spare(now: float, past: Sequence[float]) -> float:
    """(T11) What a seller exports less than it did at its peak in the years before; at least 0."""
    return max(0.0, max(past, default=now) - now)


def mirror_gap(told_by_buyer: float, told_by_seller: float) -> float | None:
    """(T12) What the buyer reports above what the seller does, as a part of the larger.

    From -1 (the buyer reports nothing) to 1 (the seller does not); None: neither reports.
    """
    larger = max(told_by_buyer, told_by_seller)
    return (told_by_buyer - told_by_seller) / larger if larger > 0 else None


def reliance(imports: float, exports: float, production: float) -> float | None:
    """(T13) Net imports over use, from 0 to 1; below 0: more is exported; None: no use."""
    use = production + imports - exports
    return (imports - exports) / use if use > 0 else None


def residual(need: float, others: float) -> float | None:
    """(T15) Part of a need that others could not supply: max(0, D − K) / D; None: no need.

    Examples:
        >>> residual(3.27, 4.0), round(residual(3.27, 2.73), 4)
        (0.0, 0.1651)
    """
    return max(0.0, need - others) / need if need > 0 else None


def season(by_month: Mapping[tuple[int, int], float]) -> tuple[float, ...]:
    """(T14) Month of the year over the mean month, as the mean over years that are whole. (12,)

    Args:
        by_month: Year and month → amount.
    """
    years = {t for t, _m in by_month}
    whole = sorted(t for t in years if all((t, m) in by_month for m in range(1, 13)))
    parts = [
        [by_month[t, m] / (sum(by_month[t, n] for n in range(1, 13)) / 12) for m in range(1, 13)]
        for t in whole
        if any(by_month[t, n] for n in range(1, 13))
    ]
    return tuple(float(part) for part in np.mean(parts, axis=0)) if parts else ()
