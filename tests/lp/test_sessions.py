"""A session that goes on from solve to solve against another solver that begins anew each time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from derbes.errors import SolveError
from derbes.lp import highs
from derbes.lp.highs import Session
from derbes.lp.program import FloatArray, LinearProgram, Sizes, stack_blocks

STEPS = 8


def random_program(rng: np.random.Generator, filled: float = 0.7) -> LinearProgram:
    """At least so much of each row, of columns that are free or cost; what is missing costs 1."""
    m, n = int(rng.integers(1, 6)), int(rng.integers(2, 9))
    entries = np.round(rng.normal(size=(m, n)) * (rng.random((m, n)) < filled), 1)
    lower, closed = bounds(rng, m, n)
    cost = np.concatenate([np.round(rng.random(n) * (rng.random(n) < 0.5), 1), np.ones(m)])
    return LinearProgram(
        name="random",
        levels=("cost",),
        level_costs=cost[None, :],
        weights=np.ones(1),
        matrix=sparse.csc_matrix(np.hstack([entries, np.eye(m)])),
        row_lower=lower,
        row_upper=np.full(m, np.inf),
        col_lower=np.zeros(n + m),
        col_upper=closed,
        columns=stack_blocks([("column", ("all",), 0, n + m)]),
        rows=stack_blocks([("row", ("all",), 0, m)]),
        sizes=Sizes(np.ldexp(1.0, rng.integers(-3, 8, n + m)), np.zeros(0)),
    )


def bounds(rng: np.random.Generator, m: int, n: int) -> tuple[FloatArray, FloatArray]:
    """Least of each row, and most of each column: open, closed, or between."""
    most = np.where(rng.random(n) < 0.5, 0.0, rng.integers(0, 9, n))
    most = np.where(rng.random(n) < 0.4, np.inf, most)
    return rng.integers(-5, 9, m).astype(float), np.concatenate([most, np.full(m, 100.0)])


def least_cost(
    program: LinearProgram, costs: FloatArray, lower: FloatArray, closed: FloatArray
) -> float:
    """The optimum by linprog."""
    columns = list(zip(np.zeros(len(closed)), closed, strict=True))
    found = linprog(costs, A_ub=-program.matrix, b_ub=-lower, bounds=columns, method="highs")
    return float(found.fun)


@pytest.mark.parametrize("seed", range(120))
@pytest.mark.parametrize("least", [1, 3, highs.LEAST_PART])
def test_a_chain_of_solves_finds_each_optimum(seed: int, least: int, monkeypatch) -> None:
    monkeypatch.setattr(highs, "LEAST_PART", least)
    rng = np.random.default_rng(seed)
    program = random_program(rng, 0.7 if least > 3 else 0.3)
    session, costs = Session(program), program.cost
    m, n = len(program.row_lower), len(costs) - len(program.row_lower)
    lower, closed = program.row_lower, program.col_upper
    for step in range(STEPS):
        columns = session.run(primal=bool(rng.integers(2)))
        assert np.all(program.matrix @ columns >= lower - 1e-6), step
        assert np.all((columns >= -1e-6) & (columns <= closed + 1e-6)), step
        assert costs @ columns == pytest.approx(
            least_cost(program, costs, lower, closed), abs=1e-6
        ), step
        duals = session.row_duals()
        reduced = costs - program.matrix.T @ duals
        assert np.all(reduced[np.isinf(closed)] >= -1e-6), "no price at a bound that is not there"
        lower, closed = bounds(rng, m, n)
        session.set_row_bounds(lower, program.row_upper)
        session.set_column_bounds(program.col_lower, closed)
        match rng.integers(6):
            case 0:
                costs = np.round(rng.random(n + m), 1)
                session.set_costs(costs)
            case 1:
                session.start_from(session.basis())
            case 2:
                session.forget()
            case 3:
                session.stand(session.stance())
            case 4:
                at = program.matrix.tocoo()
                entries = np.round(at.data * rng.choice([0.5, 2.0], at.nnz), 3)
                session.change_entries(at.row, at.col, entries)
                matrix = sparse.coo_matrix((entries, (at.row, at.col)), at.shape).tocsc()
                program = replace(program, matrix=matrix)


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_the_program_and_only_what_changed_is_solved_again(seed, monkeypatch):
    """Parts that nothing joins, and the same with a row that joins two of them."""
    monkeypatch.setattr(highs, "LEAST_PART", 1)
    rng = np.random.default_rng(seed)
    parts = [random_program(rng, 1.0) for _part in range(4)]
    ends = np.cumsum([0, *(part.matrix.shape[1] for part in parts)])
    joined, is_joined = (int(p) for p in rng.choice(4, 2, replace=False)), seed % 2
    row = sparse.csr_matrix((-np.ones(2), (np.zeros(2), [ends[p] for p in joined])), (1, ends[-1]))
    whole = _side_by_side(parts, row if is_joined else row[:0])
    solved: list[int] = []
    run = highs._Part.run
    monkeypatch.setattr(
        highs._Part,
        "run",
        lambda part, **how: (solved.append(len(part.columns)), run(part, **how))[1],
    )
    session = Session(whole)
    columns = session.run()
    assert sum(solved) == ends[-1]
    assert len(solved) >= 4 - is_joined
    if not is_joined:
        for part, start, end in zip(parts, ends, ends[1:], strict=False):
            alone = part.cost @ Session(part).run()
            assert part.cost @ columns[start:end] == pytest.approx(alone, abs=1e-6)
    solved.clear()
    changed = int(rng.integers(4))
    upper = whole.col_upper.copy()
    upper[ends[changed + 1] - 1] = 50.0
    session.set_column_bounds(whole.col_lower, upper)
    found = session.run()
    mine = solved[0]
    assert len(solved) == 1
    assert np.count_nonzero(found != columns) <= mine
    expected = least_cost(whole, whole.cost, whole.row_lower, upper)
    assert whole.cost @ found == pytest.approx(expected, abs=1e-6)
    assert np.all(whole.matrix @ found >= whole.row_lower - 1e-6)


def _side_by_side(parts: list[LinearProgram], row: sparse.csr_matrix) -> LinearProgram:
    """Programs as one, mixed up, with a row that is at least -5 where there is one."""

    def every(name: str) -> FloatArray:
        return np.concatenate([getattr(part, name) for part in parts])

    columns, least = len(every("col_upper")), np.full(row.shape[0], -5.0)
    lower = np.concatenate([every("row_lower"), least])
    return LinearProgram(
        name="side by side",
        levels=("cost",),
        level_costs=np.concatenate([part.level_costs for part in parts], axis=1),
        weights=np.ones(1),
        matrix=sparse.vstack([sparse.block_diag([part.matrix for part in parts]), row]).tocsc(),
        row_lower=lower,
        row_upper=np.full(len(lower), np.inf),
        col_lower=every("col_lower"),
        col_upper=every("col_upper"),
        columns=stack_blocks([("column", ("all",), 0, columns)]),
        rows=stack_blocks([("row", ("all",), 0, len(lower))]),
    )


def test_what_no_row_holds_is_solved_too() -> None:
    """Without entries the solver has no basis to tell."""
    program = random_program(np.random.default_rng(0))
    m, n = program.matrix.shape
    empty = replace(program, matrix=sparse.csc_matrix((m, n)), row_lower=np.full(m, -np.inf))
    session = Session(replace(empty, sizes=None))
    assert not session.run().any()
    assert not session.part_duals(program.level_costs, None).any()
    assert np.count_nonzero(session.stance() == highs.BASIC) == m


def test_a_chain_names_the_rows_that_clash_and_goes_on() -> None:
    program = random_program(np.random.default_rng(0))
    session = Session(program)
    session.run()
    session.set_column_bounds(program.col_lower, np.zeros(len(program.col_upper)))
    session.set_row_bounds(np.ones(len(program.row_lower)), program.row_upper)
    with pytest.raises(SolveError, match="cannot hold together"):
        session.run()
    session.set_column_bounds(program.col_lower, program.col_upper)
    session.set_row_bounds(program.row_lower, program.row_upper)
    least = least_cost(program, program.cost, program.row_lower, program.col_upper)
    assert program.cost @ session.run() == pytest.approx(least, abs=1e-6)
