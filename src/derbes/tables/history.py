"""Demand from history: its level, trend and season, and a range from the spread of years.

One least-squares fit, a line and one figure for each part of the year:

- (H1) y[t] = a + b · t + c[m(t)] + e[t], the sum of c over a year 0, least Σ e², over the periods
  t = 0, 1, … that are told and had no stock-out; t counts in years from the first.
- (H2) b is kept where the history covers three years and |b| is above twice its standard error;
  else b = 0 and the rest is fitted again. The error is sqrt(Σ e² / (n − k)) · sqrt(((X′X)⁻¹)[b,b]),
  with n periods, k figures fitted and X their columns.
- (H3) c is kept where the history covers two years and every part of the year was seen; else
  c = 0.
- (H4) Demand: d[t] = max(0, a + b · min(t, L + N) + c[m(t)]), L the last period of the history and
  N its length: a line is drawn no further ahead than it was seen.
- (H5) Range, as shares of d: the least and the greatest over years of Σ y / Σ (a + b · t + c), a
  year being twelve months back from the last and one that is told for half of it or more; from
  two such years on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

LEAST_YEARS_OF_TREND = 3
LEAST_YEARS_OF_SEASON = 2
ERRORS_OF_TREND = 2.0
"""Standard errors by which a trend must differ from none."""

ROUNDING = 1e-9
"""Part of the largest figure below which a trend is one of rounding."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DemandFit:
    """What a history says of demand. [unit/month]"""

    level: float
    """a: on the line at t = 0."""
    trend: float
    """b, in a year; 0: none is kept."""
    trend_error: float
    """Standard error of the trend that was tried; NaN: none was."""
    season: tuple[float, ...]
    """c by part of the year; empty: none is kept."""
    n_periods: int
    """N, with those left out."""
    first: int
    """Part of the year of the first period, from 0."""
    low: float
    high: float
    """Range as shares; both 1 where years do not tell it."""
    n_years: int
    """Years that the range is made of."""

    def demand(self, t: int, a_year: int) -> float:
        """Demand of a period, counted from the first of the history (H4)."""
        ahead = min(t, 2 * self.n_periods - 1)
        part = self.season[(self.first + t) % a_year] if self.season else 0.0
        return max(0.0, self.level + self.trend * ahead / a_year + part)


def fitted(told: Mapping[int, float], first: int, a_year: int) -> DemandFit:
    """The fit of a history (H1)-(H5).

    Args:
        told: Period, from 0 → consumption; those out of stock are not in it. [unit/month]
        first: Part of the year of period 0, from 0.
        a_year: Periods of a year: 12, 4 or 1.
    """
    periods = np.array(sorted(told))
    seen = np.array([told[int(t)] for t in periods])
    length = int(periods[-1]) + 1
    parts = (first + periods) % a_year
    times = np.bincount(parts, minlength=a_year)
    has_season = a_year > 1 and length >= LEAST_YEARS_OF_SEASON * a_year and bool(times.min())
    years = periods / a_year
    of_parts = np.eye(a_year)[parts] if has_season else np.ones((len(parts), 1))
    with_trend = np.column_stack([years, of_parts])
    trend, error = 0.0, float("nan")
    if length >= LEAST_YEARS_OF_TREND * a_year and len(periods) > times.size * has_season + 2:
        trend, error = _trend(with_trend, seen)
        if not abs(trend) > max(ERRORS_OF_TREND * error, ROUNDING * float(np.abs(seen).max())):
            trend = 0.0
    columns = with_trend if trend else of_parts
    found = np.linalg.lstsq(columns, seen, rcond=None)[0]
    by_part = found[1:] if trend else found
    trend = float(found[0]) if trend else 0.0
    level = float(by_part.mean())
    if has_season and not np.abs(by_part - level).max() > ROUNDING * np.abs(seen).max():
        has_season = False
    season = tuple(float(one) for one in by_part - level) if has_season else ()
    fit = DemandFit(level, trend, error, season, length, first, 1.0, 1.0, 0)
    back = (length - 1 - periods) // a_year
    whole = 2 * np.bincount(back)[back] >= a_year
    return _with_range(fit, back[whole], seen[whole], (columns @ found)[whole])


def _trend(columns: FloatArray, seen: FloatArray) -> tuple[float, float]:
    """The trend, which stands in the first of the columns, and its standard error (H2)."""
    found = np.linalg.lstsq(columns, seen, rcond=None)[0]
    rest = seen - columns @ found
    freedom = len(seen) - columns.shape[1]
    spread = float(rest @ rest) / freedom if freedom > 0 else float("inf")
    inverse = np.linalg.pinv(columns.T @ columns)
    return float(found[0]), float(np.sqrt(spread * inverse[0, 0]))


def _with_range(
    fit: DemandFit, years: npt.NDArray[np.int64], seen: FloatArray, line: FloatArray
) -> DemandFit:
    """With the range that years give (H5), those of each period counted back from the last."""
    of_year = [years == year for year in np.unique(years)]
    shares = [float(seen[one].sum() / line[one].sum()) for one in of_year if line[one].sum() > 0]
    if len(shares) < 2:
        return fit
    low, high = min(1.0, *shares), max(1.0, *shares)
    return replace(fit, low=low, high=high, n_years=len(shares))
