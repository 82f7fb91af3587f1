"""The second stage at a point of the first, draw by draw: cost, slope, and what is lacking.

The trunk of a draw is solved with cuts that stand for its branches; branches that are looked
at give new cuts where they lack more than the cuts say, and the trunk is solved again. An
answer is a lower bound of the draw's cost whether or not branches were looked at, and exact
when all were and none lacked more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.nested.cuts import BranchCut, make_cut
from derbes.planning.decomposition.nested.known import CutRow, Known
from derbes.planning.decomposition.nested.split import Bounds, as_program
from derbes.planning.program.prices import Prices, second_costs
from derbes.programs.solver.highs import Session, Stance

MOST_ROUNDS = 60
"""How often a trunk is solved again for new cuts at one point."""
LACKS = 1e-6
"""What a branch may lack beyond its cuts, as part of the worth of its dearest period."""
PROVED = 1e-7
"""Difference between an optimum and its proof, relative."""


@dataclass(slots=True)
class Stances:
    """Bases to start from; to be sent with a task."""

    trunks: list[Stance | None]
    """Of each draw."""
    branches: list[Stance | None]
    """Of each branch, in the draw that was looked at last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A draw's second stage at a point."""

    value: float
    """Cost, with the price of what falls short; no second stage at this point costs less,
    by the prices of the optimum alone. [money]"""
    slope: FloatArray
    """Value at x' >= value + slope (x' - x). (first-stage columns,)"""
    columns: FloatArray
    """Second-stage columns; of branches that were not looked at nothing. (columns,)"""
    is_exact: bool
    """Whether every branch was looked at and lacks no more than its cuts say."""


@dataclass(frozen=True, slots=True)
class _Solved:
    """A trunk with its prices."""

    value: float
    columns: FloatArray
    duals: FloatArray
    reduced: FloatArray


@dataclass(slots=True)
class _Looked:
    """What looking at branches gave."""

    new: list[BranchCut] = field(default_factory=list)
    columns: dict[int, FloatArray] = field(default_factory=dict)


class NestedSecond:
    """Second stages of draws that have one matrix, in sessions of their own."""

    def __init__(
        self,
        known: Known,
        prices: Prices,
        cuts: Sequence[BranchCut] = (),
        stances: Stances | None = None,
    ) -> None:
        self._known, self._prices = known, prices
        split, n = known.split, len(known.split.branches)
        self.new: list[BranchCut] = []
        self.stances = stances or Stances([None] * len(known.draws), [None] * n)
        self._rows: list[CutRow] = known.rows(cuts)
        self._keys = {row.cut.key for row in self._rows}
        lacks = sparse.csr_matrix((split.trunk.n_rows, n))
        top = sparse.hstack([split.matrix, lacks])
        self._matrix = sparse.vstack([top, *(row.row for row in self._rows)]).tocsr()
        self._transposed = self._matrix.T.tocsr()
        self._stack_constants()
        begin = np.zeros(known.draws[0].reach.shape[1])
        bounds = self._trunk_bounds(0, begin, known.draws[0].bounds(begin))
        cost = self._trunk_costs(0)
        self._trunk = Session(as_program("trunk", self._matrix.tocsc(), cost, bounds))
        self._sessions: dict[int, Session] = {}

    @property
    def n_branches(self) -> int:
        """Number of branches."""
        return len(self._known.split.branches)

    def _stack_constants(self) -> None:
        """Constants of the cuts: (draws, cuts) and (draws, cuts, first-stage columns)."""
        n, n_first = len(self._known.draws), self._known.draws[0].reach.shape[1]
        fixed = [row.fixed for row in self._rows]
        slopes = [row.slopes for row in self._rows]
        self._fixed = np.array(fixed).reshape(-1, n).T
        self._slopes = np.array(slopes).reshape(-1, n, n_first).transpose(1, 0, 2)

    def _add(self, cuts: Sequence[BranchCut]) -> bool:
        """Let cuts stand for branches in all draws; whether any is new."""
        new = [cut for cut in cuts if cut.key not in self._keys]
        if new:
            made = self._known.rows(new)
            self._keys |= {cut.key for cut in new}
            self._rows += made
            self.new += new
            rows = sparse.vstack([row.row for row in made]).tocsr()
            self._trunk.add_rows(rows)
            self._matrix = sparse.vstack([self._matrix, rows]).tocsr()
            self._transposed = self._matrix.T.tocsr()
            self._stack_constants()
        return bool(new)

    def solve(self, position: int, values: FloatArray, look: Sequence[int] = ()) -> Answer:
        """A draw's second stage at a point of the first.

        Args:
            position: Which of the draws.
            values: First-stage columns.
            look: Branches to look at, by position.

        Raises:
            SolveError: A program has no optimum.
        """
        bounds = self._known.draws[position].bounds(values)
        for _round in range(MOST_ROUNDS):
            solved = self._solve_trunk(position, values, bounds)
            looked = self._look(bounds, solved.columns, look)
            has_new = self._add(looked.new)
            if not has_new:
                break
        is_exact = len(look) == self.n_branches and not has_new
        return self._answer(position, values, solved, looked=looked, is_exact=is_exact)

    def _trunk_costs(self, position: int) -> FloatArray:
        """Costs of the trunk's columns and prices of what branches lack."""
        known, draw = self._known, self._known.draws[position]
        costs = second_costs(known.stage, draw, self._prices)[known.split.trunk.columns]
        return np.concatenate([costs, np.full(self.n_branches, self._prices.hard / draw.weight)])

    def _trunk_bounds(self, position: int, values: FloatArray, bounds: Bounds) -> Bounds:
        trunk = self._known.split.trunk
        least = self._fixed[position] + self._slopes[position] @ values
        return (
            np.concatenate([bounds[0][trunk.rows], least]),
            np.concatenate([bounds[1][trunk.rows], np.full(len(least), np.inf)]),
            np.concatenate([bounds[2][trunk.columns], np.full(self.n_branches, np.inf)]),
        )

    def _solve_trunk(self, position: int, values: FloatArray, bounds: Bounds) -> _Solved:
        cost, own = self._trunk_costs(position), self._trunk_bounds(position, values, bounds)
        session = self._trunk
        session.set_costs(cost)
        session.set_column_bounds(np.zeros(len(cost)), own[2])
        session.set_row_bounds(own[0], own[1])
        before = self.stances.trunks[position]
        if before is not None:
            session.stand(before)
        solved = self._proved(cost, own)
        self.stances.trunks[position] = session.stance()
        return solved

    def _proved(self, cost: FloatArray, bounds: Bounds) -> _Solved:
        """The optimum, by the value that its prices prove; solved again cold if they do not."""
        for is_last in (False, True):
            columns = np.maximum(self._trunk.run(), 0.0)
            duals = self._trunk.row_duals()
            reduced = cost - self._transposed @ duals
            value = _proved_value(duals, reduced, bounds)
            optimum = float(cost @ columns)
            if is_last or abs(optimum - value) <= PROVED * max(1.0, abs(optimum)):
                break
            self._trunk.forget()
        return _Solved(value, columns, duals, reduced)

    def _look(self, bounds: Bounds, columns: FloatArray, look: Sequence[int]) -> _Looked:
        """Branches of a trunk, and cuts of those that lack more than it was told."""
        split, looked = self._known.split, _Looked()
        trunk, told = columns[: split.trunk.n_columns], columns[split.trunk.n_columns :]
        for b in look:
            branch = split.branches[b]
            shift = branch.link @ trunk
            lower, upper = bounds[0][branch.part.rows] - shift, bounds[1][branch.part.rows] - shift
            closed = bounds[2][branch.part.columns]
            session = self._branch_session(b, (lower, upper, closed))
            found = looked.columns[b] = np.maximum(session.run(), 0.0)
            self.stances.branches[b] = session.stance()
            worth = branch.cost > 0
            allowed = LACKS * float((branch.cost[worth] * closed[worth]).max(initial=0.0))
            if float(branch.cost @ found) > told[b] + allowed:
                looked.new.append(make_cut(b, branch, session.row_duals()))
        return looked

    def _branch_session(self, b: int, bounds: Bounds) -> Session:
        """A branch in the solver; made when it is first looked at."""
        branch = self._known.split.branches[b]
        session = self._sessions.get(b)
        if session is None:
            name = branch.part.name
            session = Session(as_program(name, branch.matrix, branch.cost, bounds))
            self._sessions[b] = session
            before = self.stances.branches[b]
            if before is not None:
                session.stand(before)
        else:
            session.set_row_bounds(bounds[0], bounds[1])
            session.set_column_bounds(np.zeros(len(bounds[2])), bounds[2])
        return session

    def _answer(
        self,
        position: int,
        values: FloatArray,
        solved: _Solved,
        *,
        looked: _Looked,
        is_exact: bool,
    ) -> Answer:
        draw, split = self._known.draws[position], self._known.split
        n_trunk, m = split.trunk.n_columns, split.trunk.n_rows
        weights = np.zeros(draw.reach.shape[0])
        lower, upper, closed = split.trunk.bounds_at(split.n_rows)
        weights[lower] = np.maximum(solved.duals[:m], 0.0)
        weights[upper] = np.minimum(solved.duals[:m], 0.0)
        weights[closed] = np.minimum(solved.reduced[:n_trunk], 0.0)
        slope = draw.reach.T @ weights
        n_cuts = len(solved.duals) - m
        slope = slope + np.maximum(solved.duals[m:], 0.0) @ self._slopes[position, :n_cuts]
        options = self._prices.money * draw.option_cost
        columns = np.zeros(len(draw.money))
        columns[:n_trunk] = solved.columns[:n_trunk]
        for b, found in looked.columns.items():
            columns[split.branches[b].part.columns] = found
        return Answer(
            value=solved.value + float(options @ values),
            slope=np.asarray(slope + options, dtype=np.float64),
            columns=columns,
            is_exact=is_exact,
        )


def _proved_value(duals: FloatArray, reduced: FloatArray, bounds: Bounds) -> float:
    """What prices prove, by weak duality; prices at bounds that are not there are noise."""
    up, down, closed = np.maximum(duals, 0.0), np.minimum(duals, 0.0), np.minimum(reduced, 0.0)
    return sum(
        float(price @ np.where(np.isfinite(bound), bound, 0.0))
        for price, bound in zip((up, down, closed), bounds, strict=True)
    )
