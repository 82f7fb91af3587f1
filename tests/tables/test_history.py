"""Demand from history: each equation by a second way, with known answers."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.tables.history import fitted

SEASON = [12.0, 9.0, 4.0, -2.0, -6.0, -9.0, -11.0, -8.0, -3.0, 1.0, 5.0, 8.0]


def _history(n: int, *, level=100.0, trend=0.0, season=SEASON, noise=lambda t: 0.0, first=0):
    return {t: level + trend * t / 12 + season[(first + t) % 12] + noise(t) for t in range(n)}


def _solved(rows, seen):
    """Least squares in whole fractions, by elimination of the normal equations."""
    k = len(rows[0])
    exact = [[Fraction(x) for x in row] for row in rows]
    values = [Fraction(y) for y in seen]
    left = [[sum(r[i] * r[j] for r in exact) for j in range(k)] for i in range(k)]
    right = [sum(r[i] * y for r, y in zip(exact, values, strict=True)) for i in range(k)]
    inverse = [[Fraction(int(i == j)) for j in range(k)] for i in range(k)]
    for i in range(k):
        pivot = next(r for r in range(i, k) if left[r][i])
        for table in (left, inverse, right):
            table[i], table[pivot] = table[pivot], table[i]
        scale = left[i][i]
        left[i] = [x / scale for x in left[i]]
        inverse[i] = [x / scale for x in inverse[i]]
        right[i] /= scale
        for r in range(k):
            if r != i and left[r][i]:
                factor = left[r][i]
                left[r] = [x - factor * y for x, y in zip(left[r], left[i], strict=True)]
                inverse[r] = [x - factor * y for x, y in zip(inverse[r], inverse[i], strict=True)]
                right[r] -= factor * right[i]
    return right, inverse


def _by_elimination(told, first, *, trend: bool):
    """Level, trend, season and the trend's standard error, with a figure for each month."""
    rows = [
        [Fraction(t, 12)] * trend + [int((first + t) % 12 == m) for m in range(12)]
        for t in sorted(told)
    ]
    seen = [told[t] for t in sorted(told)]
    found, inverse = _solved(rows, seen)
    rest = [
        y - float(sum(x * f for x, f in zip(row, found, strict=True)))
        for row, y in zip(rows, seen, strict=True)
    ]
    spread = sum(e * e for e in rest) / max(1, len(rows) - len(rows[0]))
    months = [float(x) for x in found[trend:]]
    level = sum(months) / 12
    error = math.sqrt(spread * float(inverse[0][0])) if trend else math.nan
    return level, float(found[0]) if trend else 0.0, [m - level for m in months], error


amounts = st.lists(st.integers(0, 4000), min_size=40, max_size=70)


@given(amounts, st.integers(0, 11), st.sets(st.integers(0, 69), max_size=9))
@settings(max_examples=12, deadline=None)
def test_h1_h2_h3_level_trend_and_season_are_those_of_exact_elimination(values, first, out):
    told = {t: value / 10 for t, value in enumerate(values) if t not in out}
    seen = [(first + t) % 12 for t in told]
    if min(seen.count(m) for m in range(12)) < 1 or max(told) < 35 or len(told) < 20:
        return
    fit = fitted(told, first, 12)
    level, trend, season, error = _by_elimination(told, first, trend=True)
    assert fit.trend_error == pytest.approx(error, rel=1e-6, abs=1e-9)
    keeps = abs(trend) > 2 * error
    if abs(abs(trend) - 2 * error) < 1e-6:
        return  # on the edge rounding decides
    if not keeps:
        level, trend, season, _error = _by_elimination(told, first, trend=False)
    assert fit.trend == pytest.approx(trend, rel=1e-6, abs=1e-8)
    assert fit.level == pytest.approx(level, rel=1e-6, abs=1e-8)
    assert fit.season == pytest.approx(season, rel=1e-6, abs=1e-7)


def test_h1_whole_years_without_a_trend_give_means_of_months():
    told = _history(36, noise=lambda t: (-1) ** (t // 12) * (t % 5))
    fit = fitted(told, 0, 12)
    assert fit.trend == 0
    mean = sum(told.values()) / 36
    assert fit.level == pytest.approx(mean)
    for month in range(12):
        assert fit.season[month] == pytest.approx(
            sum(told[month + 12 * y] for y in range(3)) / 3 - mean
        )


def test_h1_what_was_put_in_is_found_whatever_month_it_begins_with():
    for first in (0, 5, 11):
        fit = fitted(_history(48, trend=6.0, first=first), first, 12)
        assert fit.trend == pytest.approx(6)
        assert fit.season == pytest.approx(SEASON)
        assert fit.level == pytest.approx(100)


def test_h1_months_of_stock_out_move_nothing():
    told = _history(48, trend=6.0)
    whole = fitted(told, 0, 12)
    left = fitted({t: y for t, y in told.items() if t not in {7, 20, 33}}, 0, 12)
    assert left.demand(50, 12) == pytest.approx(whole.demand(50, 12))
    zeros = fitted({t: 0.0 if t in {7, 20, 33} else y for t, y in told.items()}, 0, 12)
    assert zeros.demand(55, 12) < whole.demand(55, 12) - 1


def test_h2_a_trend_needs_three_years_and_to_stand_out():
    assert fitted(_history(35, trend=6.0), 0, 12).trend == 0
    assert math.isnan(fitted(_history(35, trend=6.0), 0, 12).trend_error)
    noisy = _history(48, trend=1.0, noise=lambda t: 20 * math.sin(t * t))
    fit = fitted(noisy, 0, 12)
    assert fit.trend == 0
    assert fit.trend_error > 0.5


def test_h3_a_season_needs_two_years_and_every_month():
    june = {t: y for t, y in _history(36).items() if t % 12 != 5}
    assert fitted(june, 0, 12).season == ()
    once = {t: y for t, y in _history(24).items() if t != 5}
    assert fitted(once, 0, 12).season == pytest.approx(SEASON)
    assert fitted(_history(23), 0, 12).season == ()
    assert len(fitted(_history(24), 0, 12).season) == 12
    assert fitted({0: 5.0, 1: 7.0, 2: 9.0}, 0, 1).season == ()


def test_h4_a_line_is_drawn_no_further_than_it_was_seen_and_not_below_nothing():
    fit = fitted(_history(48, trend=6.0), 0, 12)
    assert fit.demand(48, 12) == pytest.approx(100 + 24 + SEASON[0])
    last = 100 + 6 * 95 / 12
    assert fit.demand(95, 12) == pytest.approx(last + SEASON[11])
    assert fit.demand(12 * 50, 12) == pytest.approx(last + SEASON[0])
    falling = fitted(_history(48, level=40.0, trend=-8.0), 0, 12)
    assert falling.demand(12 * 50 + 6, 12) == 0


def test_h5_the_range_is_that_of_years_back_from_the_last_month():
    told = {t: [90.0, 100.0, 104.0][t // 12] for t in range(36)}
    shuffled = {t: {0: 100.0, 1: 90.0, 2: 104.0}[t // 12] for t in range(36)}
    fit = fitted(shuffled, 0, 12)
    mean = 98.0
    assert (fit.low, fit.high) == pytest.approx((90 / mean, 104 / mean))
    assert fit.n_years == 3
    part = {t: y for t, y in shuffled.items() if t >= 7}  # five months of the first year: too few
    early = fitted({t - 7: y for t, y in part.items()}, 7, 12)
    assert early.n_years == 2
    assert fitted(told, 0, 12).trend > 0


def test_h5_one_year_tells_no_range():
    fit = fitted(_history(12), 0, 12)
    assert (fit.low, fit.high, fit.n_years) == (1.0, 1.0, 0)


@given(amounts, st.floats(0.1, 1000))
@settings(max_examples=30, deadline=None)
def test_h1_h5_another_unit_gives_the_same_demand(values, factor):
    told = {t: float(value + 1) for t, value in enumerate(values)}
    one, other = fitted(told, 0, 12), fitted({t: factor * y for t, y in told.items()}, 0, 12)
    if abs(abs(one.trend) - 2 * one.trend_error) < 1e-6 * abs(one.trend_error):
        return
    assert other.demand(80, 12) == pytest.approx(factor * one.demand(80, 12), rel=1e-7, abs=1e-6)
    assert (other.low, other.high) == pytest.approx((one.low, one.high))


@given(amounts)
@settings(max_examples=30, deadline=None)
def test_h5_the_range_holds_the_fit(values):
    fit = fitted({t: float(value) for t, value in enumerate(values)}, 0, 12)
    assert 0 <= fit.low <= 1 <= fit.high


def test_years_and_quarters_are_fitted_as_months_are():
    fit = fitted({0: 100.0, 1: 110.0, 2: 120.0, 3: 130.0}, 0, 1)
    assert fit.trend == pytest.approx(10)
    assert fit.demand(4, 1) == pytest.approx(140)
    quarters = fitted({t: 100 + [5.0, 0.0, -8.0, 3.0][t % 4] for t in range(12)}, 0, 4)
    assert quarters.season == pytest.approx([5, 0, -8, 3])


def test_a_season_of_rounding_is_none():
    """What rises by the same each month has no season, and none is told as 1e-12."""
    fit = fitted({t: 4500.0 + t for t in range(36)}, 0, 12)
    assert fit.trend == pytest.approx(12.0)
    assert fit.season == ()
