"""The root problem: what is decided first, with cuts in place of the draws.

(M14) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] >= at_zero[c] + slope[c] x for every cut c of draw i, under (M1) to (M4). Its
optimum is a bound of the plan's cost from below.

One draw at a point of the first stage: its cost, and the cut that it gives.

(M13) theta[i] >= value + slope (x - point), from the prices of the rows and columns at the
optimum: slope = R' lower prices + R'' upper prices + U' column prices (M11). The cut holds
for any prices with the right signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from derbes.case.options import Risk
from derbes.case.quantity import FloatArray
from derbes.lp.highs import MixedSettings, solve_mixed
from derbes.lp.program import Block, BoolArray, IntArray, LinearProgram
from derbes.planning.first_stage import FirstStage
from derbes.planning.problem import (
    DrawFigures,
    tail_costs,
    tail_lower,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draw at a point, and what bounds its cost at others: at least `at_zero` + `slope` x."""

    draw: int
    value: float
    """Cost, with the price of what falls short; no second stage at this point costs less,
    by the prices of the optimum alone. [money]"""
    at_zero: float
    """[money]"""
    slope: FloatArray
    """(first-stage columns,) [money]"""
    figures: DrawFigures
    columns: FloatArray
    """Columns of the second stage at the point."""
    is_exact: bool = True
    """Whether this is the draw's cost; else it is no more than it."""
    binding: tuple[tuple[str, int], ...] = ()
    """Standards and starts whose cuts have a price. [period]"""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of all draws."""

    draws: IntArray
    """(cuts,)"""
    at_zero: FloatArray
    """(cuts,) [money]"""
    slopes: FloatArray
    """(cuts, first-stage columns) [money]"""

    @staticmethod
    def none(n_columns: int) -> "Cuts":
        """No cuts."""
        return Cuts(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros((0, n_columns)))

    @staticmethod
    def floor(n_draws: int, n_columns: int) -> "Cuts":
        """No draw costs less than nothing."""
        return Cuts(np.arange(n_draws), np.zeros(n_draws), np.zeros((n_draws, n_columns)))

    def with_more(self, cuts: Sequence[Outcome]) -> "Cuts":
        """With cuts from draws at a point."""
        return Cuts(
            np.concatenate([self.draws, np.array([c.draw for c in cuts], dtype=np.int64)]),
            np.concatenate([self.at_zero, np.array([c.at_zero for c in cuts])]),
            np.vstack([self.slopes, *(c.slope[None, :] for c in cuts)]),
        )

    def kept(self, which: BoolArray) -> "Cuts":
        """Some of them."""
        return Cuts(self.draws[which], self.at_zero[which], self.slopes[which])

    def values(self, values: FloatArray) -> FloatArray:
        """Value of each cut at a point. (cuts,) [money]"""
        return np.asarray(self.at_zero + self.slopes @ values, dtype=np.float64)

    def least(self, values: FloatArray, n_draws: int) -> FloatArray:
        """Least cost of each draw at a point, by its cuts. (N,) [money]"""
        least = np.full(n_draws, -np.inf)
        np.maximum.at(least, self.draws, self.values(values))
        return least


@dataclass(frozen=True, slots=True)
class RootSolution:
    """The optimum of the root problem."""

    values: FloatArray
    """First-stage columns."""
    bound: float
    """No plan costs less, at the prices of the cuts. [money]"""


@dataclass(frozen=True, slots=True)
class RootProblem:
    """First stage, weights and risk."""

    first: FirstStage
    weights: FloatArray
    risk: Risk
    counts_money: bool = True

    def fixed_integers(self, values: FloatArray) -> "RootProblem":
        """With the whole columns held where they are at a point."""
        whole, at = self.first.is_whole, np.round(values)
        first = replace(
            self.first,
            lower=np.where(whole, at, self.first.lower),
            upper=np.where(whole, at, self.first.upper),
        )
        return replace(self, first=first)

    def largest(self) -> FloatArray | None:
        """A point with as much as may be chosen, as early as may be; None: nothing may be.

        Where to begin, as standards are likely to be met there.
        """
        columns = self.first.columns
        last = max((column.date for column in columns), default=0)
        most = np.array(
            [column.size * (2.0 + last - column.date) for column in columns], dtype=np.float64
        )
        eager = replace(self.first, cost=-most / max(most.max(initial=0.0), 1.0))
        floor = Cuts.floor(len(self.weights), self.first.n_columns)
        root = replace(self, first=eager, counts_money=True)
        answer = root.solve(floor, MixedSettings(), is_relaxed=True)
        return None if answer is None else answer.values

    def solve(
        self, cuts: Cuts, settings: MixedSettings, *, is_relaxed: bool
    ) -> RootSolution | None:
        """The optimum (M14); None: nothing may be chosen, or time was over before a point.

        Args:
            cuts: Cuts, at least one of each draw.
            settings: Gap and time.
            is_relaxed: Whether columns need not be whole.
        """
        program = self.program(cuts)
        n, n_all = self.first.n_columns, program.matrix.shape[1]
        is_whole = np.zeros(n_all, dtype=np.bool_)
        if not is_relaxed:
            is_whole[:n] = self.first.is_whole & (self.first.lower < self.first.upper)
        scale = np.ones(n_all)
        sizes = np.abs(cuts.at_zero[cuts.at_zero != 0])
        scale[n:] = 2.0 ** np.round(np.log2(np.median(sizes))) if len(sizes) else 1.0
        answer = solve_mixed(program, is_whole, scale, settings)
        if answer.columns is None:
            return None
        return RootSolution(np.clip(answer.columns[:n], 0.0, 1.0), answer.bound)

    def program(self, cuts: Cuts) -> LinearProgram:
        """The root problem with its cuts (M14)."""
        first, n_draws, n_cuts = self.first, len(self.weights), len(cuts.at_zero)
        n, of_tail = first.n_columns, tail_costs(self.weights, self.risk)
        n_all, n_tail = n + n_draws + len(of_tail), max(len(of_tail) - 1, 0)
        options = first.cost if self.counts_money else np.zeros(n)
        draws_cost = (1.0 - self.risk.weight) * self.weights
        rules = sparse.hstack([first.matrix, sparse.csr_matrix((len(first.rows), n_all - n))])
        # theta[i] - slope x >= at zero
        ones = (np.ones(n_cuts), (np.arange(n_cuts), cuts.draws))
        thetas = sparse.coo_matrix(ones, shape=(n_cuts, n_all - n))
        parts = [rules, sparse.hstack([sparse.csr_matrix(-cuts.slopes), thetas])]
        draws = tuple(f"d{i}" for i in range(n_draws))
        columns = [Block("choose", first.column_names, 0, 1, 0), Block("cost", draws, 0, 1, n)]
        if n_tail:  # xi[i] + eta - theta[i] >= 0
            one, nothing = sparse.identity(n_draws), sparse.csr_matrix((n_draws, n))
            threshold = sparse.csr_matrix(np.ones((n_draws, 1)))
            parts.append(sparse.hstack([nothing, -one, threshold, one]))
            end = n + n_draws
            columns.append(Block("tail", ("threshold",), 0, 1, end))
            columns.append(Block("above", draws, 0, 1, end + 1))
        matrix = sparse.vstack(parts).tocsc()
        names = tuple(f"d{draw}_{c}" for c, draw in enumerate(cuts.draws))
        n_rules = len(first.rows)
        return LinearProgram(
            name="plan",
            levels=("cost",),
            level_costs=np.concatenate([options, draws_cost, of_tail])[None, :],
            weights=np.ones(1),
            matrix=matrix,
            row_lower=np.concatenate([first.row_lower, cuts.at_zero, np.zeros(n_tail)]),
            row_upper=np.concatenate([first.row_upper, np.full(n_cuts + n_tail, np.inf)]),
            col_lower=np.concatenate([first.lower, np.full(n_draws, -np.inf), tail_lower(of_tail)]),
            col_upper=np.concatenate([first.upper, np.full(n_all - n, np.inf)]),
            columns=tuple(columns),
            rows=(
                Block("rule", first.row_names, 0, 1, 0),
                Block("cut", names, 0, 1, n_rules),
                Block("above", draws[:n_tail], 0, 1, n_rules + n_cuts),
            ),
        )
