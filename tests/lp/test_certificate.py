"""The certificate finds what is wrong with a point, whatever the solver says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from derbes.errors import SolveError
from derbes.lp import lexicographic
from derbes.lp.highs import Session
from derbes.lp.lexicographic import CERTIFIED, certify, solve_levels
from derbes.lp.program import LinearProgram, stack_blocks


def program(
    *,
    levels: list[list[float]],
    weights: list[float],
    rows: list[list[float]],
    least: list[float],
    most: list[float],
) -> LinearProgram:
    """Minimize levels subject to rows >= least, 0 <= x <= most."""
    n_rows, n_columns = len(rows), len(most)
    return LinearProgram(
        name="test",
        levels=tuple(f"level{i}" for i in range(len(levels))),
        level_costs=np.array(levels, dtype=float),
        weights=np.array(weights, dtype=float),
        matrix=sparse.csc_matrix(np.array(rows, dtype=float)),
        row_lower=np.array(least, dtype=float),
        row_upper=np.full(n_rows, np.inf),
        col_lower=np.zeros(n_columns),
        col_upper=np.array(most, dtype=float),
        columns=stack_blocks([("x", tuple(f"c{j}" for j in range(n_columns)), 0, 1)]),
        rows=stack_blocks([("need", tuple(f"r{i}" for i in range(n_rows)), 0, 1)]),
    )


TWO_SOURCES = {
    "levels": [[1.0, 0.0, 0.0], [0.0, 2.0, 3.0]],
    "weights": [100.0, 1.0],
    "rows": [[1.0, 1.0, 1.0]],
    "least": [10.0],
    "most": [10.0, 4.0, 5.0],
}
"""Unmet demand x0 first, then the money of two sources: 4 + 5, and 1 unmet."""


def test_a_right_answer_passes() -> None:
    solution = solve_levels(program(**TWO_SOURCES))
    np.testing.assert_allclose(solution.columns, [1.0, 4.0, 5.0])
    np.testing.assert_allclose(solution.objective, [1.0, 23.0])
    assert solution.certificate <= 1e-9


@pytest.mark.parametrize(
    "point",
    [[2.0, 3.0, 5.0], [0.0, 4.0, 5.0], [1.0, 4.5, 5.0], [1.0, 3.0, 5.0], [3.0, 4.0, 3.0]],
    ids=["dear", "too little", "over a bound", "under the row", "unmet for money"],
)
def test_a_wrong_answer_does_not_pass(point: list[float]) -> None:
    right = solve_levels(program(**TWO_SOURCES))
    asked = program(**TWO_SOURCES)
    assert certify(asked, right.parts, np.array(point)) > CERTIFIED


def test_wrong_duals_do_not_prove_a_right_point() -> None:
    right = solve_levels(program(**TWO_SOURCES))
    halved = replace(right.parts, duals=0.5 * right.parts.duals)
    assert certify(program(**TWO_SOURCES), halved, right.columns) > CERTIFIED


def test_weights_too_small_are_found_and_the_levels_solved_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With weight 1 for unmet demand the solver would rather leave it unmet."""
    calls: list[str] = []
    one_by_one = lexicographic._one_by_one

    def counted(*args: object) -> object:
        calls.append("one by one")
        return one_by_one(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(lexicographic, "_one_by_one", counted)
    solution = solve_levels(program(**{**TWO_SOURCES, "weights": [1.0, 1.0]}))
    np.testing.assert_allclose(solution.columns, [1.0, 4.0, 5.0])
    assert calls == ["one by one"]


def test_an_uncertified_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicographic, "certify", lambda *_args: 0.5)
    with pytest.raises(SolveError) as caught:
        solve_levels(program(**TWO_SOURCES))
    assert str(caught.value) == (
        'program "test": the solver\'s answer does not pass its certificate (residual '
        "5.0e-01). Fix: bring the case's numbers closer together in size, for example by "
        "larger units."
    )


def test_clashing_rows_are_named() -> None:
    clash = program(
        levels=[[1.0, 1.0]], weights=[1.0], rows=[[1.0, 0.0], [1.0, 1.0]], least=[5.0, 1.0],
        most=[4.0, 9.0],
    )  # fmt: skip
    with pytest.raises(SolveError) as caught:
        solve_levels(clash)
    assert str(caught.value) == (
        'program "test" is infeasible. Rows that cannot hold together: need(r0,0), x(c0,0). '
        "Fix: loosen one of these limits, or let demand go unmet there."
    )


def test_an_endless_profit_is_named() -> None:
    endless = program(
        levels=[[-1.0]], weights=[1.0], rows=[[1.0]], least=[0.0], most=[float("inf")]
    )
    with pytest.raises(SolveError) as caught:
        solve_levels(endless)
    assert str(caught.value) == (
        'program "test" is unbounded: something can be bought and sold at a profit without '
        "limit. Fix: give exports and suppliers a capacity."
    )


numbers = st.integers(min_value=0, max_value=9).map(float)


@st.composite
def random_programs(draw: st.DrawFn) -> LinearProgram:
    """Always feasible: the last column can fill every row; always bounded: costs >= 0."""
    n_columns = draw(st.integers(2, 6))
    n_rows = draw(st.integers(1, 5))
    rows = [[*draw(st.lists(numbers, min_size=n_columns, max_size=n_columns)), 1.0]
            for _ in range(n_rows)]  # fmt: skip
    return program(
        levels=[
            [*([0.0] * n_columns), 1.0],
            [*draw(st.lists(numbers, min_size=n_columns, max_size=n_columns)), 0.0],
            [*draw(st.lists(numbers, min_size=n_columns, max_size=n_columns)), 1.0],
        ],
        weights=[draw(st.sampled_from([1.0, 1e3])), 1.0, draw(st.sampled_from([1e-3, 1.0]))],
        rows=rows,
        least=draw(st.lists(numbers, min_size=n_rows, max_size=n_rows)),
        most=[*draw(st.lists(numbers, min_size=n_columns, max_size=n_columns)), 100.0],
    )


@settings(max_examples=60, deadline=None)
@given(random_programs())
def test_one_solve_agrees_with_one_level_after_the_other(asked: LinearProgram) -> None:
    """Two ways to a lexicographic optimum: weights with a certificate, and bounds that
    hold each level's optimum as a row before the next is solved."""
    solution = solve_levels(asked)
    held = asked
    for level, costs in enumerate(asked.level_costs):
        alone = replace(held, levels=("one",), level_costs=costs[None, :], weights=np.ones(1))
        best = float(costs @ Session(alone).run())
        assert solution.objective[level] == pytest.approx(best, abs=1e-6, rel=1e-6)
        held = replace(
            held,
            matrix=sparse.vstack([held.matrix, costs[None, :]]).tocsc(),
            row_lower=np.append(held.row_lower, -np.inf),
            row_upper=np.append(held.row_upper, best + 1e-9),
            rows=(*held.rows, replace(held.rows[0], offset=held.matrix.shape[0], items=("held",))),
        )
