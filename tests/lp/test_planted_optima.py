"""Wrong optima, planted one by one, are found by the certificate, whatever the units."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from derbes.lp.lexicographic import CERTIFIED, certify, solve_levels
from derbes.lp.program import FloatArray, LinearProgram, Sizes
from tests.lp.test_certificate import program

EXACT = 1e-9


def sized(asked: LinearProgram, columns: FloatArray) -> LinearProgram:
    """The program with what is usual of its columns said, as powers of two."""
    return replace(asked, sizes=Sizes(2.0 ** np.round(np.log2(columns)), np.zeros(0)))


TABLETS = sized(
    program(
        levels=[[0.0, 1.0, 0.0], [0.02, 0.0, 2e7]],
        weights=[1e3, 1.0],
        rows=[[1.0, 1.0, 0.0], [-1e-10, 0.0, 1.0]],
        least=[1e8, -6e-3],
        most=[2e8, 1e8, 2e-3],
    ),
    np.array([1e8, 1e8, 1e-2]),
)
"""1e8 tablets are needed, or go unmet; each takes 1e-10 t of a substance, of which 6e-3 t lie
there and 2e-3 t can be bought. So 8e7 are made, and 2e7 go unmet."""


def test_the_right_answer_passes_though_its_rows_are_of_unlike_size() -> None:
    solution = solve_levels(TABLETS)
    np.testing.assert_allclose(solution.columns, [8e7, 2e7, 2e-3], rtol=1e-6)
    assert solution.certificate <= CERTIFIED


@pytest.mark.parametrize(
    "point",
    [
        [1e8, 0.0, 2e-3],
        [8.001e7, 1.999e7, 2e-3],
        [1e8, 0.0, 4e-3],
        [8e7, 2e7, 2.001e-3],
        [6e7, 4e7, 0.0],
    ],
    ids=[
        "a row of tiny coefficients broken",
        "the same by a thousandth",
        "a tiny bound ignored",
        "the same by a thousandth",
        "a level worse",
    ],
)
def test_planted_answers_do_not_pass(point: list[float]) -> None:
    right = solve_levels(TABLETS)
    assert certify(TABLETS, right.parts, np.array(point)) > CERTIFIED


FAR_APART = program(
    levels=[[1e5, 2e5, 1e-3, 2e-3]],
    weights=[1.0],
    rows=[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]],
    least=[10.0, 10.0],
    most=[8.0, 8.0, 8.0, 8.0],
)
"""Two goods that have nothing to do with each other, one worth 10^8 times as much."""


def test_the_cheaper_source_of_the_cheap_good_is_proved_too() -> None:
    right = solve_levels(FAR_APART)
    np.testing.assert_allclose(right.columns, [8.0, 2.0, 8.0, 2.0], rtol=1e-9)
    assert certify(FAR_APART, right.parts, np.array([8.0, 2.0, 2.0, 8.0])) > CERTIFIED


def vertices(asked: LinearProgram) -> list[FloatArray]:
    """All corners of a small program, by trying every choice of bounds that may hold."""
    matrix = asked.matrix.toarray()
    rows = np.vstack([matrix, matrix, np.eye(matrix.shape[1]), np.eye(matrix.shape[1])])
    sides = np.concatenate([asked.row_lower, asked.row_upper, asked.col_lower, asked.col_upper])
    known = np.flatnonzero(np.isfinite(sides))
    found: list[FloatArray] = []
    for chosen in combinations(known, matrix.shape[1]):
        some = rows[list(chosen)]
        if abs(np.linalg.det(some)) < EXACT:
            continue
        point = np.linalg.solve(some, sides[list(chosen)])
        activity = matrix @ point
        inside = (
            np.all(activity >= asked.row_lower - EXACT)
            and np.all(activity <= asked.row_upper + EXACT)
            and np.all(point >= asked.col_lower - EXACT)
            and np.all(point <= asked.col_upper + EXACT)
        )
        if inside and not any(np.allclose(point, one) for one in found):
            found.append(point)
    return found


def in_units(asked: LinearProgram, of_columns: FloatArray, of_rows: FloatArray) -> LinearProgram:
    """The same program with columns and rows counted in other units."""
    matrix = sparse.diags(of_rows) @ asked.matrix @ sparse.diags(1.0 / of_columns)
    return replace(
        asked,
        matrix=sparse.csc_matrix(matrix),
        level_costs=asked.level_costs / of_columns,
        row_lower=asked.row_lower * of_rows,
        row_upper=asked.row_upper * of_rows,
        col_lower=asked.col_lower * of_columns,
        col_upper=asked.col_upper * of_columns,
    )


@pytest.mark.parametrize("spread", [0, 3, 6])
@pytest.mark.parametrize("seed", range(8))
def test_every_other_corner_is_refused_and_the_best_passes(seed: int, spread: int) -> None:
    """Among the corners of random programs with three levels, in units 10^spread apart."""
    random = np.random.default_rng(seed)
    columns, rows = 4, 2
    asked = program(
        levels=random.integers(0, 6, (3, columns)).astype(float).tolist(),
        weights=[1e6, 1e3, 1.0],
        rows=random.integers(1, 5, (rows, columns)).astype(float).tolist(),
        least=random.integers(3, 9, rows).astype(float).tolist(),
        most=random.integers(4, 9, columns).astype(float).tolist(),
    )
    asked = in_units(
        asked,
        10.0 ** random.integers(-spread, spread + 1, columns),
        10.0 ** random.integers(-spread, spread + 1, rows),
    )
    asked = sized(asked, asked.col_upper)
    right = solve_levels(asked)
    assert right.certificate <= CERTIFIED
    best = asked.level_costs @ right.columns
    plain = in_units(asked, 1.0 / right_units(asked), np.ones(rows))
    n_worse = 0
    for corner in vertices(plain):
        point = corner * right_units(asked)
        levels = asked.level_costs @ point
        apart = np.flatnonzero(np.abs(levels - best) > 1e-6 * np.maximum(1.0, np.abs(best)))
        if len(apart):
            assert levels[apart[0]] > best[apart[0]]
            assert certify(asked, right.parts, point) > CERTIFIED
            n_worse += 1
    assert n_worse


def right_units(asked: LinearProgram) -> FloatArray:
    """Units in which no column is larger than its upper bound's digits. (columns,)"""
    return np.asarray(10.0 ** np.floor(np.log10(asked.col_upper)), dtype=np.float64)
