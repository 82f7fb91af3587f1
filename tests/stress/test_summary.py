from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from derbes.draws.sampling import probability
from derbes.stress.answers import spread, tail_mean, weighted_quantiles
from derbes.stress.outcomes import unbounded_ratio

EQUAL = np.full(1000, 1e-3)


def replaced(row, **changed):
    return SimpleNamespace(**{**vars(row), **changed})


def normal(n=1000, seed=3):
    return np.random.default_rng(seed).normal(5.0, 2.0, n)


def test_mean_and_standard_error_are_those_of_a_sample():
    values = normal()
    found = spread(values, EQUAL)
    assert found.mean == pytest.approx(values.mean())
    assert found.standard_error == pytest.approx(stats.sem(values), rel=1e-3)
    known = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    assert [found.quantiles[p] for p in ("5", "50", "95")] == pytest.approx(known.tolist())


def test_the_standard_error_is_how_far_means_of_other_seeds_lie_apart():
    means = [normal(400, seed).mean() for seed in range(400)]
    told = spread(normal(400), np.full(400, 1 / 400)).standard_error
    assert told == pytest.approx(np.std(means), rel=0.15)


def test_nothing_is_averaged_over_the_draws_that_happen_to_have_a_value():
    values = np.array([1.0, np.nan, 3.0, np.nan])
    found = spread(values, np.full(4, 0.25))
    assert (found.mean, found.standard_error, found.quantiles) == (None, None, {})
    assert (found.n_draws, found.n_without) == (2, 2)


def test_what_has_no_bound_is_the_largest_of_all_and_has_no_mean():
    values = np.array([1.0, np.inf, 3.0, 2.0])
    found = spread(values, np.full(4, 0.25))
    assert (found.mean, found.standard_error) == (None, None)
    assert found.quantiles == {"5": 1.0, "25": 1.0, "50": 2.0, "75": 3.0}
    assert (found.n_draws, found.n_without, found.n_unbounded) == (4, 0, 1)


def test_a_ratio_without_bound_is_not_left_out():
    row = SimpleNamespace(leverage_ratio=None, target_loss=5.0, sender_cost_returning=0.0)
    assert unbounded_ratio(row) == np.inf
    assert unbounded_ratio(replaced(row, target_loss=0.0)) == 0.0
    assert unbounded_ratio(replaced(row, target_loss=None)) is None
    assert unbounded_ratio(replaced(row, leverage_ratio=2.0)) == 2.0


def test_no_value_at_all_is_missing_not_zero():
    found = spread(np.full(3, np.nan), np.full(3, 1 / 3))
    assert (found.mean, found.standard_error, found.quantiles) == (None, None, {})


def test_what_never_varies_has_no_error():
    found = spread(np.full(7, 0.1), np.full(7, 1 / 7))
    assert (found.mean, found.standard_error) == (0.1, 0.0)


def test_when_all_that_can_happen_is_listed_nothing_is_left_to_chance():
    found = spread(np.array([0.0, 10.0]), np.array([0.9, 0.1]), exact=True)
    assert (found.mean, found.standard_error) == (1.0, 0.0)
    assert probability(np.array([0.0, 1.0]), np.array([0.9, 0.1]), exact=True) == (0.1, 0.0)


def test_weights_count():
    found = spread(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.2, 0.6]))
    assert found.mean == pytest.approx(2.4)
    assert found.quantiles["50"] == 3.0
    assert weighted_quantiles(
        np.array([3.0, 1.0, 2.0]), np.array([0.6, 0.2, 0.2]), np.array([0.2, 0.3, 0.5])
    ).tolist() == [1.0, 2.0, 3.0]


def test_a_probability_of_0_or_1_is_not_certain():
    held, error = probability(np.ones(100), np.full(100, 0.01))
    assert held == 1.0
    assert error == pytest.approx(stats.beta(100.5, 0.5).std())


def test_the_error_of_a_probability_is_that_of_a_count():
    holds = np.arange(1000) % 10 < 3
    p, error = probability(holds.astype(float), EQUAL)
    assert p == pytest.approx(0.3)
    assert error == pytest.approx(np.sqrt(0.3 * 0.7 / 1000), rel=1e-2)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.sampled_from([0.01, 0.05, 0.3, 1.0]),
)
def test_the_mean_of_the_tail_is_the_least_of_its_bound(losses, share):
    values = np.array(losses)
    weights = np.full(len(values), 1 / len(values))
    bounds = [z + weights @ np.maximum(values - z, 0.0) / share for z in values]
    assert tail_mean(values, weights, share) == pytest.approx(min(bounds), rel=1e-9, abs=1e-6)


def test_the_mean_of_the_tail_of_a_normal_loss():
    shares = (np.arange(100_000) + 0.5) / 100_000
    losses = stats.norm.ppf(shares)
    known = stats.norm.pdf(stats.norm.ppf(0.95)) / 0.05
    assert tail_mean(losses, np.full(100_000, 1e-5), 0.05) == pytest.approx(known, rel=1e-3)
