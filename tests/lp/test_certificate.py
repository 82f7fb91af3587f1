"""The certificate finds what is wrong with a point, whatever the solver says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from derbes.errors import SolveError
from derbes.kernels import certificate
from derbes.lp import lexicographic
from derbes.lp.highs import Session
from derbes.lp.lexicographic import CERTIFIED, certify, solve_levels
from derbes.lp.program import LinearProgram, Parts, Sizes, stack_blocks


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


def test_what_is_no_number_proves_nothing() -> None:
    right, asked = solve_levels(program(**TWO_SOURCES)), program(**TWO_SOURCES)
    for place in range(3):
        point = right.columns.copy()
        point[place] = np.nan
        assert not certify(asked, right.parts, point) <= CERTIFIED
    for part, row in np.ndindex(right.parts.duals.shape):
        duals = right.parts.duals.copy()
        duals[part, row] = np.nan
        assert not certify(asked, replace(right.parts, duals=duals), right.columns) <= CERTIFIED


def stated_plainly(
    prices: np.ndarray, values: np.ndarray, lower: np.ndarray, upper: np.ndarray, usual: np.ndarray
) -> float:
    """Largest first price with a wrong sign, part by part over whole arrays."""
    room = lexicographic.AT_BOUND * np.maximum(usual, np.abs(values))
    worst, open_ = 0.0, np.ones(prices.shape[1], dtype=np.bool_)
    for price in prices:
        wrong = np.where(price > 0, values > lower + room, values < upper - room) & open_
        worst = max(worst, float(np.abs(price[wrong]).max(initial=0.0)))
        open_ &= np.abs(price) <= lexicographic.DUAL_TOLERANCE
    return worst


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_loops_find_what_whole_arrays_find(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_rows, n_columns, n_levels = (int(n) for n in rng.integers(1, 7, size=3))

    def some(*shape: int) -> np.ndarray:
        return rng.integers(-3, 4, size=shape) * rng.choice([0.0, 1.0, 1e-7, 0.5], size=shape)

    def bounds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        room = rng.choice([0.0, 0.0, 1.0, np.inf], size=(2, len(values)))
        slip = rng.choice([0.0, 0.0, 1e-3], size=(2, len(values)))
        return values - room[0] + slip[0], values + room[1] - slip[1]

    point, dense, usual = some(n_columns), some(n_rows, n_columns), 2.0 ** some(n_columns)
    asked = program(
        levels=some(n_levels, n_columns).tolist(), weights=[1.0] * n_levels, rows=dense.tolist(),
        least=[0.0] * n_rows, most=[1.0] * n_columns,
    )  # fmt: skip
    col_lower, col_upper = bounds(point)
    row_lower, row_upper = bounds(dense @ point)
    sizes = Sizes(usual, np.ones(n_rows))
    asked = replace(
        asked, col_lower=col_lower, col_upper=col_upper, row_lower=row_lower, row_upper=row_upper,
        sizes=sizes,
    )  # fmt: skip
    activity, of_rows = dense @ point, np.maximum(1.0, np.abs(dense) @ np.abs(point))
    for one in (row_lower, row_upper):
        of_rows = np.maximum(of_rows, np.where(np.isfinite(one), np.abs(one), 0.0))
    found = lexicographic.violations(asked, point)
    of_columns = np.maximum(col_lower - point, point - col_upper) / np.maximum(usual, np.abs(point))
    np.testing.assert_allclose(found[0], of_columns, rtol=1e-12)
    beyond = np.maximum(row_lower - activity, activity - row_upper)
    np.testing.assert_allclose(found[1], beyond / of_rows, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found[2], activity, rtol=1e-12, atol=1e-15)
    parts = Parts(asked.level_costs, some(n_levels, n_rows))
    prices, row_prices = lexicographic.relative_prices(asked, parts)
    plain = max(
        float(found[0].max()),
        float(found[1].max()),
        0.0,
        stated_plainly(prices, point, col_lower, col_upper, usual),
        stated_plainly(row_prices, found[2], row_lower, row_upper, np.ones(n_rows)),
    )
    assert max(certify(asked, parts, point), 0.0) == plain
    usual_costs, least = certificate.level_sizes(asked.level_costs, usual)
    assert usual_costs.tolist() == np.abs(asked.level_costs * usual).max(axis=1).tolist()
    assert least.tolist() == asked.level_costs.min(axis=1).tolist()
    other = np.where(rng.random(n_columns) < 0.5, point, point + 1.0)
    apart = np.abs(asked.level_costs @ (other - point))
    size = np.abs(asked.level_costs) @ (np.abs(other) + np.abs(point))
    is_good = certificate.is_as_good(asked.level_costs, other, point, 1e-9)
    assert is_good == bool(np.all(apart <= 1e-9 * np.maximum(size, 1e-300)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_point_that_prices_call_the_best_is_the_best(seed: int) -> None:
    """A level that is not solved, as its prices say so, has the value that solving it gives."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    asked = program(
        levels=[rng.integers(1, 9, size=n).tolist()], weights=[1.0],
        rows=rng.integers(0, 3, size=(2, n)).tolist(), least=[0.0, 0.0], most=[9.0] * n,
    )  # fmt: skip
    asked = replace(asked, row_lower=asked.matrix @ rng.integers(0, 5, size=n).astype(float))
    session = Session(asked)
    point = session.run()
    other = rng.integers(0, 9, size=n).astype(float)
    duals = session.part_duals(other[None, :], None)[0]
    faces = lexicographic._Faces(asked.col_lower, asked.col_upper, asked.row_lower, asked.row_upper)
    both = point, np.asarray(asked.matrix @ point)
    says = lexicographic._is_best(asked, both, other, duals, on=faces)
    best = solve_levels(replace(asked, level_costs=other[None, :])).objective[0]
    if says:
        assert other @ point == pytest.approx(best, abs=1e-6)
    if other @ point > best + 1e-6:
        assert not says
