"""Formulas of dependence against numbers worked by hand and against slow plain statements."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.trade import indicators as of

AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


def _hhi(values: list[int]) -> float:
    squares, total = sum(one * one for one in values), sum(values)
    return float(of.concentration(np.array([float(squares)]), np.array([float(total)]))[0])


@pytest.mark.parametrize(
    ("shares", "expected"), [((40, 30, 20, 10), 0.3000), ((60, 25, 15), 0.445), ((7,), 1.0)]
)
def test_t2_concentration_of_worked_examples(shares: tuple[int, ...], expected: float) -> None:
    assert _hhi(list(shares)) == pytest.approx(expected)


@given(AMOUNTS)
def test_concentration_is_that_of_the_shares_one_by_one(values: list[int]) -> None:
    total = sum(values)
    assert _hhi(values) == pytest.approx(sum((one / total) ** 2 for one in values))
    assert 1 / len(values) - 1e-12 <= _hhi(values) <= 1 + 1e-12


@given(AMOUNTS, st.integers(2, 9))
def test_concentration_does_not_depend_on_the_unit_and_falls_when_a_seller_is_split(
    values: list[int], factor: int
) -> None:
    assert _hhi([one * factor for one in values]) == pytest.approx(_hhi(values))
    split = [*values[1:], values[0], values[0]]
    whole = [*values[1:], 2 * values[0]]
    assert _hhi(split) <= _hhi(whole)
    if values[0] > 1e-6 * sum(values):  # else the square of its share is beyond the last digit
        assert _hhi(split) < _hhi(whole)


def test_t1_t2_no_imports_have_no_concentration_and_no_share() -> None:
    nothing = np.array([0.0])
    assert np.isnan(of.concentration(nothing, nothing)[0])
    assert np.isnan(of.share(nothing, nothing)[0])


def test_t4_imports_over_exports_know_no_exports_from_no_trade() -> None:
    found = of.over_exports(np.array([100.0, 5.0, 0.0]), np.array([50.0, 0.0, 0.0]))
    assert found[0] == 2.0
    assert np.isinf(found[1])
    assert np.isnan(found[2])


def test_t5_margin_is_that_of_the_weakest_test() -> None:
    hhi, over = np.array([0.6, 0.6, 0.3]), np.array([1.2, np.inf, 5.0])
    margin = of.margin([hhi, over], [0.4, 1.0])
    assert margin == pytest.approx([0.2, 0.5, -0.25])
    assert np.isnan(of.margin([np.array([np.nan]), np.array([3.0])], [0.4, 1.0])[0])


@pytest.mark.parametrize(
    ("flags", "known", "expected"),
    [
        ((1, 1, 0), (1, 1, 1), True),
        ((1, 0, 0), (1, 1, 1), False),
        ((0, 1, 0), (1, 1, 0), None),
        ((0, 0, 0), (1, 1, 0), False),
        ((1, 1), (1, 1), True),
        ((1,), (1,), None),
        ((1, 0, 0, 1, 1), (1, 1, 1, 1, 1), True),
        ((1, 1, 0, 0, 1), (1, 1, 1, 1, 1), False),
    ],
)
def test_t6_two_of_the_last_three_years(
    flags: tuple[int, ...], known: tuple[int, ...], expected: bool | None
) -> None:
    columns = (np.array([of_year, of_year], bool).T for of_year in (flags, known))
    assert of.holds_in_years(*columns).tolist() == [expected, expected]


def test_t7_churn() -> None:
    assert of.churn({"a", "b", "c", "d"}, {"b", "c", "d", "e"}) == 0.25
    assert of.churn(set(), {"a"}) is None


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=10))
def test_t8_trend_is_the_slope_of_a_least_squares_line(values: list[float]) -> None:
    years = list(range(2010, 2010 + len(values)))
    line = statistics.linear_regression(years, values)
    assert of.trend(years, values) == pytest.approx(line.slope, abs=1e-6)


def test_trend_leaves_out_years_that_are_not_known() -> None:
    assert of.trend([1, 2, 3, 4], [1.0, None, 3.0, 4.0]) == pytest.approx(1.0)
    assert of.trend([1, 2, 3], [1.0, None, 3.0]) is None


def test_t10_premium_is_against_the_simple_mean_of_those_known() -> None:
    assert of.premium(130.0, [100.0, None, 120.0]) == pytest.approx(130 / 110 - 1)
    assert of.premium(130.0, [None]) is None
    assert of.premium(None, [100.0]) is None


def test_t11_spare_exports() -> None:
    assert of.spare(70.0, [50.0, 100.0, 70.0]) == 30.0
    assert of.spare(100.0, [50.0, 100.0]) == 0.0
    assert of.spare(100.0, []) == 0.0


def test_t12_mirror_gap() -> None:
    assert of.mirror_gap(100.0, 80.0) == pytest.approx(0.2)
    assert of.mirror_gap(0.0, 80.0) == -1.0
    assert of.mirror_gap(80.0, 0.0) == 1.0
    assert of.mirror_gap(0.0, 0.0) is None


def test_t13_reliance() -> None:
    assert of.reliance(60.0, 10.0, 50.0) == 0.5
    assert of.reliance(10.0, 60.0, 100.0) == -1.0
    assert of.reliance(10.0, 60.0, 50.0) is None


def test_t14_season_of_whole_years_has_mean_one() -> None:
    months = {(2020, m): 10.0 + m for m in range(1, 13)}
    season = of.season(months | {(2021, 1): 900.0})
    assert sum(season) / 12 == pytest.approx(1.0)
    assert season[0] == pytest.approx(11 / 16.5)
    assert of.season({(2021, 1): 1.0}) == ()
