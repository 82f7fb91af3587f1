"""A session that goes on from solve to solve against another solver that begins anew each time."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from derbes.errors import SolveError
from derbes.lp.highs import Session
from derbes.lp.program import FloatArray, LinearProgram, Sizes, stack_blocks

STEPS = 8


def random_program(rng: np.random.Generator) -> LinearProgram:
    """At least so much of each row, of columns that are free or cost; what is missing costs 1."""
    m, n = int(rng.integers(1, 6)), int(rng.integers(2, 9))
    entries = np.round(rng.normal(size=(m, n)) * (rng.random((m, n)) < 0.7), 1)
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
def test_a_chain_of_solves_finds_each_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    program = random_program(rng)
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
        match rng.integers(4):
            case 0:
                costs = np.round(rng.random(n + m), 1)
                session.set_costs(costs)
            case 1:
                session.start_from(session.basis())
            case 2:
                session.forget()


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
