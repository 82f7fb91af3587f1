"""Equilibria by pivoting, against every pair of supports, and against nashpy."""

import itertools

import nashpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from derbes.statements.signaling import equilibria

PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])
BOTH = np.array([[3.0, 1.0], [0.0, 2.0]])


def sizes(most):
    return st.tuples(st.integers(2, most), st.integers(2, most))


def games(most, numbers):
    return sizes(most).flatmap(
        lambda shape: st.tuples(*[of_numpy.arrays(float, shape, elements=numbers)] * 2)
    )


def gains(first, second, plans):
    """What each side could gain by another plan."""
    x, y = plans
    return (first @ y).max() - x @ first @ y, (x @ second).max() - x @ second @ y


def by_supports(first, second):
    """All equilibria of a game without ties: every pair of supports of one size is tried."""
    m, n = first.shape
    for k in range(1, min(m, n) + 1):
        for rows, columns in itertools.product(
            itertools.combinations(range(m), k), itertools.combinations(range(n), k)
        ):
            y = _indifferent(first[np.ix_(rows, columns)])
            x = _indifferent(second[np.ix_(rows, columns)].T)
            if x is None or y is None:
                continue
            plans = np.zeros(m), np.zeros(n)
            plans[0][list(rows)], plans[1][list(columns)] = x, y
            if max(gains(first, second, plans)) <= 1e-9:
                yield plans


def _indifferent(payoffs):
    """The plan against which all of the other's plans pay the same."""
    k = len(payoffs)
    system = np.vstack([np.hstack([payoffs, -np.ones((k, 1))]), np.r_[np.ones(k), 0.0]])
    try:
        found = np.linalg.solve(system, np.r_[np.zeros(k), 1.0])[:k]
    except np.linalg.LinAlgError:
        return None
    return found if found.min() >= -1e-12 else None


def test_games_of_the_books():
    assert all(np.allclose(one, 0.5) for plans in equilibria(PENNIES, -PENNIES) for one in plans)
    # Battle of the sexes: the pure ones, and one in which each prefers its own by 3 to 1
    found = {
        tuple(np.round(np.concatenate(plans), 6)) for plans in equilibria(BOTH, BOTH[::-1, ::-1].T)
    }
    assert found <= {(1, 0, 1, 0), (0, 1, 0, 1), (0.75, 0.25, 0.25, 0.75)}
    assert {(1, 0, 1, 0), (0, 1, 0, 1)} <= found


@pytest.mark.parametrize("seed", range(60))
def test_every_end_of_a_path_is_among_all_equilibria(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, *rng.integers(2, 5, size=2)))
    known = [np.concatenate(plans) for plans in by_supports(first, second)]
    found = [np.concatenate(plans) for plans in equilibria(first, second)]
    assert len(found) == sum(first.shape)  # without ties every path ends in one
    assert all(any(np.allclose(one, other, atol=1e-7) for other in known) for one in found)


@given(games(5, st.integers(-3, 3).map(float)))
def test_with_ties_too_nobody_gains_by_another_plan(game):
    for plans in equilibria(*game):
        assert max(gains(*game, plans)) <= 1e-6
        assert all(abs(one.sum() - 1) <= 1e-9 and one.min() >= -1e-9 for one in plans)


@pytest.mark.parametrize("seed", range(20))
def test_nashpy_walks_the_same_paths(seed):
    """In small games: in others its numbers overflow, or it tells a plan in another order."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, 4, rng.integers(2, 5)))
    theirs = nashpy.Game(first, second)
    for label, plans in enumerate(equilibria(first, second)):
        expected = theirs.lemke_howson(label)
        for one, other in zip(plans, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-7)


def test_one_plan_alone_needs_no_search():
    assert list(equilibria(np.ones((1, 3)), np.ones((1, 3)))) == []
