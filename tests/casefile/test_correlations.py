"""Rank correlations that can be true together, against eigenvalues."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.casefile import read_case
from derbes.casefile.checks_plan import (
    are_possible,
    nearest_in_common,
    nearest_possible,
    smallest_clash,
)
from tests.casefile.writing import PLANNED, broken

NAMES = "abcd"
PAIRS = [(a, b) for a in NAMES for b in NAMES if a < b]

links = st.dictionaries(
    st.sampled_from(PAIRS), st.integers(-100, 100).map(lambda n: n / 100), min_size=1
)


def _least_eigenvalue(ranks):
    matrix = np.eye(len(NAMES))
    for (first, second), rank in ranks.items():
        i, j = NAMES.index(first), NAMES.index(second)
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
    return float(np.linalg.eigvalsh(matrix)[0])


@given(links)
def test_elimination_agrees_with_eigenvalues(ranks):
    least = _least_eigenvalue(ranks)
    if abs(least) > 1e-6:
        assert are_possible(ranks) == (least > 0)


@given(links)
def test_smallest_clash_clashes_and_nothing_smaller_does(ranks):
    if are_possible(ranks):
        return
    clash = smallest_clash(ranks)
    assert not are_possible(clash)
    for name in {name for pair in clash for name in pair}:
        assert are_possible({pair: rank for pair, rank in clash.items() if name not in pair})


@given(links)
def test_nearest_rank_is_possible_and_nothing_nearer_is(ranks):
    if are_possible(ranks):
        return
    pair = next(iter(ranks))
    nearest = nearest_possible(ranks, pair)
    grid = [rank for rank in np.linspace(-1, 1, 401) if are_possible({**ranks, pair: rank})]
    if nearest is None:
        assert len(grid) <= 2
        return
    assert are_possible({**ranks, pair: nearest})
    distance = abs(nearest - ranks[pair])
    assert min((abs(rank - ranks[pair]) for rank in grid), default=9.0) >= distance - 2e-3


@pytest.mark.parametrize(
    ("ranks", "possible"),
    [
        ({("a", "b"): 1.0}, True),
        ({("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 1.0}, True),
        ({("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 0.99}, False),
        ({("a", "b"): 1.0, ("b", "c"): 0.5}, False),
        ({("a", "b"): -1.0, ("a", "c"): 1.0, ("b", "c"): -1.0}, True),
        ({("a", "b"): 0.9, ("b", "c"): 0.9}, False),
    ],
)
def test_limits_of_what_is_possible(ranks, possible):
    assert are_possible(ranks) is possible


MORE = "suppliers.south_alum.capacity, options.second_works.capital], rank: 0.7"
OLD = "suppliers.south_alum.capacity], rank: -0.7"


def test_each_with_each(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(broken(OLD, MORE, PLANNED), encoding="utf-8")
    price, capacity = "suppliers.south_alum.price", "suppliers.south_alum.capacity"
    capital = "options.second_works.capital"
    assert [(one.between, one.rank) for one in read_case(path).correlations] == [
        ((price, capacity), 0.7),
        ((price, capital), 0.7),
        ((capacity, capital), 0.7),
    ]


@given(st.integers(3, 6))
def test_least_common_rank_of_several(n_inputs):
    names = [f"x{i}" for i in range(n_inputs)]
    pairs = [(a, b) for a in names for b in names if a < b]
    normal = -1 / (n_inputs - 1)
    known = 6 / np.pi * np.arcsin(normal / 2)
    found = nearest_in_common(dict.fromkeys(pairs, -1.0), pairs)
    assert known - 1e-9 <= found <= known + 1e-3
