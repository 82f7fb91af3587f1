r"""The extensive form: all draws in one mixed-integer program.

(M12) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] = money[i] y[i] + price of what falls short + what options cost beyond the mean,
xi[i] >= theta[i] - eta: the mean, and the mean of the worst (1 - a) of the draws (CVaR,
Rockafellar and Uryasev 2000).

Symbols: x first stage, y second stage, p weight of a draw, w weight of the tail, a its
level, eta and xi the tail's threshold and what lies above it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.program.decisions.stage import FirstStage
from derbes.planning.program.prices import START, Prices, second_costs
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.places import Places
from derbes.planning.program.supply.second_stage import DrawProgram
from derbes.programs.solver.statement import Block, BoolArray, IntArray, LinearProgram


@dataclass(frozen=True, slots=True)
class ExtensiveForm:
    """The program, with its whole columns and where the draws stand in it."""

    program: LinearProgram
    is_whole: BoolArray
    column_scale: FloatArray
    """Powers of two near the size of each column. (columns,)"""
    offsets: tuple[int, ...]
    """First column of each draw; the last is that of the tail."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One draw: what the first stage moves of its bounds becomes entries of the matrix."""

    draw: DrawProgram
    reach: sparse.csr_matrix
    limited: IntArray
    """Columns whose upper bounds the first stage moves; each has a row instead."""

    @staticmethod
    def of(draw: DrawProgram) -> "_Part":
        m = len(draw.row_lower)
        limited = np.flatnonzero(np.diff(draw.reach.indptr)[2 * m :])
        is_finite = np.isfinite(draw.col_upper[limited])
        return _Part(draw, draw.reach, limited[is_finite].astype(np.int64))

    def matrix(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Entries of the first stage and of the draw, rows of the draw then its limits."""
        m, n = self.draw.matrix.shape
        rows = -(self.reach[:m] + self.reach[m : 2 * m])
        limits = -self.reach[2 * m + self.limited]
        ones = (np.ones(len(self.limited)), (np.arange(len(self.limited)), self.limited))
        own = sparse.coo_matrix(ones, shape=(len(self.limited), n))
        return sparse.vstack([rows, limits]).tocsr(), sparse.vstack([self.draw.matrix, own]).tocsr()

    def bounds(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower and upper bounds of the rows, upper bounds of the columns."""
        upper = self.draw.col_upper.copy()
        upper[self.limited] = np.inf
        nothing = np.full(len(self.limited), -np.inf)
        lower = np.concatenate([self.draw.row_lower, nothing])
        return (
            lower,
            np.concatenate([self.draw.row_upper, self.draw.col_upper[self.limited]]),
            upper,
        )


def extensive_form(problem: PlanProblem, prices: Prices = START) -> ExtensiveForm:
    """All draws in one program (M12).

    Args:
        problem: The problem.
        prices: Prices of what falls short.
    """
    first, n = problem.first, problem.second.places.n_columns
    parts = [_Part.of(draw) for draw in problem.programs]
    bounds = [part.bounds() for part in parts]
    tail = _Tail(problem, prices)
    offsets = tuple(first.n_columns + i * n for i in range(len(parts) + 1))
    program = LinearProgram(
        name="plan",
        levels=("cost",),
        level_costs=_costs(problem, prices)[None, :],
        weights=np.ones(1),
        matrix=sparse.vstack([_matrix(problem, parts, tail), *tail.rows()]).tocsc(),
        row_lower=np.concatenate([first.row_lower, *(b[0] for b in bounds), np.zeros(tail.n)]),
        row_upper=np.concatenate(
            [first.row_upper, *(b[1] for b in bounds), np.full(tail.n, np.inf)]
        ),
        col_lower=np.concatenate([first.lower, np.zeros(n * len(parts)), tail.lower]),
        col_upper=np.concatenate([first.upper, *(b[2] for b in bounds), tail.upper]),
        columns=_column_blocks(first, problem.second.places, tail),
        rows=_row_blocks(first, problem.second.places, parts, tail),
    )
    is_whole = np.zeros(program.matrix.shape[1], dtype=np.bool_)
    is_whole[: first.n_columns] = first.is_whole
    scale = np.ones(len(is_whole))
    scale[first.n_columns : offsets[-1]] = np.tile(problem.second.usual, len(parts))
    scale[offsets[-1] :] *= _median_power(program.cost)
    return ExtensiveForm(program, is_whole, scale, offsets)


def _median_power(numbers: FloatArray) -> float:
    """Power of two near the median of the numbers that are not zero."""
    known = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    return float(2.0 ** np.round(np.log2(np.median(known)))) if len(known) else 1.0


@dataclass(frozen=True, slots=True)
class _Tail:
    """Columns and rows of the worst draws; none where they have no weight."""

    problem: PlanProblem
    prices: Prices

    @property
    def n(self) -> int:
        return self.problem.n_draws if self.problem.risk.weight > 0.0 else 0

    @property
    def lower(self) -> FloatArray:
        return np.array([-np.inf, *np.zeros(self.n)]) if self.n else np.zeros(0)

    @property
    def upper(self) -> FloatArray:
        return np.full(self.n + 1 if self.n else 0, np.inf)

    def costs(self) -> FloatArray:
        risk = self.problem.risk
        if not self.n:
            return np.zeros(0)
        above = self.problem.weights / max(1.0 - risk.level, 1e-9)
        return risk.weight * np.concatenate([[1.0], above])

    def rows(self) -> list[sparse.csr_matrix]:
        """xi[i] + eta - theta[i] >= 0"""
        rows = []
        for i, draw in enumerate(self.problem.programs[: self.n]):
            own = [-second_costs(self.problem.second, draw, self.prices)]
            before = np.zeros(i * len(own[0]))
            after = np.zeros((self.n - 1 - i) * len(own[0]))
            above = np.eye(self.n)[i]
            options = -self.prices.money * draw.option_cost
            line = np.concatenate([options, before, *own, after, [1.0], above])
            rows.append(sparse.csr_matrix(line[None, :]))
        return rows


def _costs(problem: PlanProblem, prices: Prices) -> FloatArray:
    share = 1.0 - problem.risk.weight
    options = prices.money * problem.first.cost
    drawn = []
    for draw in problem.programs:
        part = share * draw.weight
        options = options + part * prices.money * draw.option_cost
        drawn.append(part * second_costs(problem.second, draw, prices))
    return np.concatenate([options, *drawn, _Tail(problem, prices).costs()])


def _matrix(problem: PlanProblem, parts: list[_Part], tail: _Tail) -> sparse.csr_matrix:
    blocks = [part.matrix() for part in parts]
    n_tail = len(tail.upper)
    left = sparse.vstack([problem.first.matrix, *(first for first, _own in blocks)])
    inner = sparse.block_diag([own for _first, own in blocks])
    above = sparse.csr_matrix((problem.first.matrix.shape[0], inner.shape[1]))
    right = sparse.vstack([above, inner])
    behind = sparse.csr_matrix((left.shape[0], n_tail))
    return sparse.hstack([left, right, behind]).tocsr()


def _column_blocks(first: FirstStage, places: Places, tail: _Tail) -> tuple[Block, ...]:
    names = tuple(column.name for column in first.columns)
    blocks = [Block("choose", names, 0, 1, 0)]
    blocks += _drawn(places.columns, places.n_columns, len(names), tail.problem.n_draws)
    end = len(names) + places.n_columns * tail.problem.n_draws
    if tail.n:
        draws = tuple(f"d{i}" for i in range(tail.n))
        blocks += [Block("tail", ("threshold",), 0, 1, end), Block("above", draws, 0, 1, end + 1)]
    return tuple(blocks)


def _drawn(blocks: tuple[Block, ...], size: int, offset: int, n_draws: int) -> list[Block]:
    """Blocks of all draws; the draw is named where there are several."""
    return [
        Block(
            block.kind + (f"_d{i}" if n_draws > 1 else ""),
            block.items,
            block.first_period,
            block.n_periods,
            offset + i * size + block.offset,
        )
        for i in range(n_draws)
        for block in blocks
    ]


def _row_blocks(
    first: FirstStage, places: Places, parts: list[_Part], tail: _Tail
) -> tuple[Block, ...]:
    names = tuple(row.name.replace(" ", "_") for row in first.rows)
    blocks, offset = [Block("rule", names, 0, 1, 0)], len(names)
    for i, part in enumerate(parts):
        end = f"_d{i}" if len(parts) > 1 else ""
        for block in places.rows:
            where = offset + block.offset
            blocks.append(
                Block(block.kind + end, block.items, block.first_period, block.n_periods, where)
            )
        limits = tuple(_limit_name(places, int(j)) for j in part.limited)
        offset += places.n_rows
        blocks.append(Block("limit" + end, limits, 0, 1, offset))
        offset += len(limits)
    draws = tuple(f"d{i}" for i in range(tail.n))
    return (*blocks, Block("above", draws, 0, 1, offset))


def _limit_name(places: Places, column: int) -> str:
    block = next(b for b in places.columns if b.offset <= column < b.offset + b.size)
    return block.name(column).replace("(", "_").replace(",", "_").replace(")", "")
