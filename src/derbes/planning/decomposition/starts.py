"""Starts that a plan was not made for: is the standard met there too?

The trunk of a plan is given; at every start of a standard the branch alone is solved for
the least that falls short, over a window that is long enough for the stocks to be back.
Starts that fall short join the program, so that few branches stand in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from derbes.case.arrays import MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.chunks import Crew
from derbes.planning.program.draws import standard_measures
from derbes.planning.program.figures import LACKING
from derbes.planning.program.problem import PlanProblem, all_starts, with_branches
from derbes.planning.program.supply.branch_bounds import (
    add_branch_prices,
    reach_branch,
    write_branch,
)
from derbes.planning.program.supply.branches import (
    Setting,
    add_branch,
    branch_parts,
    branch_shape,
    short_window,
    whole_window,
)
from derbes.planning.program.supply.effects import Effect, Written, column_effects, write_out
from derbes.planning.program.supply.places import Places, Reach, Vectors
from derbes.planning.program.supply.second_stage import matrix_key
from derbes.programs.layout import Entries, Parts, longest_lead
from derbes.programs.solver.highs import Session
from derbes.programs.solver.statement import LinearProgram, stack_blocks

APART = 6
"""Starts that join at once are at least so far apart. [period]"""
N_PARTS = 4
"""Parts in which the draws are checked."""
AT_ONCE = 8
"""Starts of one standard that join at once."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A start at which a standard is not met."""

    standard: str
    start: int
    lack: float
    """In the draw that lacks most. [unit]"""
    is_late: bool
    """Whether it shows only after the gap in deliveries: a short window misses it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is checked, in some draws."""

    problem: PlanProblem
    values: FloatArray
    """First-stage columns."""
    trunks: tuple[FloatArray, ...]
    """Second-stage columns of each of the draws, the trunk first."""
    first_draw: int
    """Position of the first of them among all draws."""


def failing_starts(checked: Checked) -> list[Failing]:
    """Starts at which a standard is not met in some of the draws, in order.

    Raises:
        SolveError: A branch has no optimum.
    """
    problem = checked.problem
    found: list[Failing] = []
    if not any(standard.measure for standard in problem.case.standards.values()):
        return found
    futures = [_Future.of(checked, position) for position in range(len(checked.trunks))]
    for name, standard in problem.case.standards.items():
        if not standard.measure:
            continue
        counted = [one for one in futures if not one.is_excused(name, checked.values)]
        before: _Branch | None = None
        for start in all_starts(problem, name):
            before = _Branch(problem, name, start=start, is_long=True, before=before)
            found += _failing_at(before, counted)
    return found


def _failing_at(whole: "_Branch", futures: Sequence["_Future"]) -> list[Failing]:
    lacks = np.array([whole.lack(one) for one in futures])
    if not lacks.any():
        return []
    shape = whole.shape
    short = _Branch(whole.problem, shape.standard_name, start=shape.start, is_long=False)
    worst = int(np.argmax(lacks))
    is_late = short.lack(futures[worst]) == 0.0
    return [Failing(shape.standard_name, shape.start, float(lacks[worst]), is_late)]


@dataclass(frozen=True, slots=True)
class _Future:
    """One draw with its plan."""

    draw: int
    written: Written
    customary: FloatArray
    trunk: FloatArray
    effects: list[tuple[int, Effect]]
    values: FloatArray
    measures: Mapping[str, MeasureArrays]
    key: bytes
    """What of the draw stands in the matrix."""
    problem: PlanProblem

    @staticmethod
    def of(checked: Checked, position: int) -> "_Future":
        problem, values = checked.problem, checked.values
        written = write_out(problem.futures.case_of(position), problem.n_periods)
        measures = standard_measures(problem.case, written)
        return _Future(
            draw=checked.first_draw + position,
            written=written,
            customary=problem.customary[position],
            trunk=checked.trunks[position],
            effects=[
                (int(j), effect)
                for j in np.flatnonzero(values)
                for effect in column_effects(written, problem.first.columns[j])
            ],
            values=values,
            measures=measures,
            key=matrix_key(written, problem.second, measures),
            problem=problem,
        )

    def is_excused(self, name: str, values: FloatArray) -> bool:
        """Whether the standard need not hold in the draw."""
        return any(
            column.standard == name and column.draw == self.draw and value > 0.5
            for column, value in zip(self.problem.first.columns, values, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Stated:
    """The matrix of a branch, apart from the trunk."""

    key: bytes
    """What of the draw stands in it."""
    link: sparse.csr_matrix
    """Its rows, the trunk's columns."""
    own: sparse.csc_matrix
    """Its rows, its columns."""

    def later(self, by: int) -> "_Stated":
        """The matrix of a start some periods later: it reaches into later periods."""
        link = self.link
        moved = sparse.csr_matrix((link.data, link.indices + by, link.indptr), shape=link.shape)
        return _Stated(self.key, moved, self.own)


class _Branch:
    """A branch alone: its program stays in the solver from draw to draw and start to start."""

    def __init__(
        self,
        problem: PlanProblem,
        name: str,
        *,
        start: int,
        is_long: bool,
        before: "_Branch | None" = None,
    ) -> None:
        self.problem = problem
        layout = problem.second.trunk.layout
        standard = problem.case.standards[name]
        window = whole_window if is_long else short_window
        n = window(layout.arrays, standard.length)
        self.shape = branch_shape(layout.arrays, name, standard, start=start, n=n)
        trunk: Parts = [(b.kind, b.items, b.first_period, b.n_periods) for b in layout.columns]
        columns, rows = branch_parts(self.shape)
        self.places = Places(stack_blocks([*trunk, *columns]), stack_blocks(rows))
        self.n_trunk = layout.n_columns
        self.n_first = problem.first.n_columns
        hard = np.zeros(self.places.n_columns)
        add_branch_prices(self.shape, self.places, hard)
        self.costs = hard[self.n_trunk :]
        self.stated: _Stated | None = None
        self.session: Session | None = None
        if before is not None and self._is_alike(before) and before.stated is not None:
            self.stated = before.stated.later(start - before.shape.start)
            self.session = before.session

    def _is_alike(self, other: "_Branch") -> bool:
        """Whether the matrix is that of another start, moved on: nothing of it has an edge.

        It has one where the first periods of the calendar are so near that goods come that
        were ordered before it, and where old lots age in another way.
        """
        shape, arrays = self.shape, self.shape.layout.arrays
        earliest = int(arrays.shelf_life.max(initial=0)) + longest_lead(arrays)
        here, there = (
            arrays.lot_retention[:, one.start : one.start + one.layout.n]
            for one in (shape, other.shape)
        )
        return (
            min(shape.start, other.shape.start) >= earliest
            and [(b.kind, b.items) for b in shape.layout.columns]
            == [(b.kind, b.items) for b in other.shape.layout.columns]
            and [(b.kind, b.items) for b in shape.layout.rows]
            == [(b.kind, b.items) for b in other.shape.layout.rows]
            and np.array_equal(here, there)
        )

    def lack(self, future: "_Future") -> float:
        """The least that falls short in a draw; 0 up to the solver's tolerance. [unit]"""
        setting = Setting(
            self.shape, future.written, future.measures[self.shape.standard_name], self.places
        )
        lower, upper, col_upper = self._bounds(setting, future)
        stated = self.stated_for(setting, future.key)
        moved = stated.link @ future.trunk[: self.n_trunk]
        program = LinearProgram(
            name="branch of a plan",
            levels=("missed",),
            level_costs=self.costs[None, :],
            weights=np.ones(1),
            matrix=stated.own,
            row_lower=lower - moved,
            row_upper=upper - moved,
            col_lower=np.zeros(len(col_upper)),
            col_upper=col_upper,
            columns=(),
            rows=(),
        )
        columns = self._run(program)
        missed = setting.column("missed")
        lacking = columns[missed.offset - self.n_trunk :][: missed.size]
        size = max(1.0, float(setting.wanted.max(initial=0.0)))
        return float(lacking.sum()) if float(lacking.max(initial=0.0)) > LACKING * size else 0.0

    def _bounds(
        self, setting: Setting, future: "_Future"
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        vectors, reach = Vectors.free(self.places), Reach(self.places)
        write_branch(setting, future.customary, vectors)
        reach_branch(setting, future.effects, reach)
        change = np.asarray(reach.matrix(self.n_first) @ future.values, dtype=np.float64)
        m = self.places.n_rows
        upper = np.maximum(vectors.col_upper + change[2 * m :], 0.0)[self.n_trunk :]
        return vectors.row_lower + change[:m], vectors.row_upper + change[m : 2 * m], upper

    def stated_for(self, setting: Setting, key: bytes) -> _Stated:
        if self.stated is None or self.stated.key != key:
            entries = Entries()
            add_branch(setting, entries)
            matrix = entries.matrix(self.places.n_rows, self.places.n_columns).tocsr()
            link, own = matrix[:, : self.n_trunk].tocsr(), matrix[:, self.n_trunk :].tocsc()
            self.stated, self.session = _Stated(key, link, own), None
        return self.stated

    def _run(self, program: LinearProgram) -> FloatArray:
        if self.session is None:
            self.session = Session(program)
        else:
            self.session.set_column_bounds(program.col_lower, program.col_upper)
            self.session.set_row_bounds(program.row_lower, program.row_upper)
        return self.session.run()


def find_failing(
    crew: Crew, problem: PlanProblem, values: FloatArray, trunks: Sequence[FloatArray]
) -> list[Failing]:
    """Starts at which a standard is not met in some draw, with what lacks in the worst.

    Args:
        crew: Who does it.
        problem: The problem.
        values: First-stage columns of a plan.
        trunks: Its trunk in each draw.
    """
    if not any(standard.measure for standard in problem.case.standards.values()):
        return []
    n = problem.n_draws
    n_parts = min(N_PARTS, n)
    edges = [n * i // n_parts for i in range(n_parts + 1)]
    tasks = [
        Checked(_part(problem, begin, end), values, tuple(trunks[begin:end]), begin)
        for begin, end in pairwise(edges)
    ]
    worst: dict[tuple[str, int], Failing] = {}
    for part in crew.do(failing_starts, tasks):
        for one in part:
            key = (one.standard, one.start)
            if key not in worst or one.lack > worst[key].lack:
                worst[key] = one
    return list(worst.values())


def _part(problem: PlanProblem, begin: int, end: int) -> PlanProblem:
    """The problem with some of its draws, and without their programs."""
    return replace(
        problem,
        futures=problem.futures.part(begin, end),
        customary={i - begin: problem.customary[i] for i in range(begin, end)},
        programs=(),
    )


def joined(problem: PlanProblem, failing: Sequence[Failing]) -> PlanProblem:
    """The problem with the branches of starts that fail: the worst, and others far from it."""
    starts = {name: set(found) for name, found in problem.starts.items()}
    long_windows = set(problem.long_windows)
    for name, standing in starts.items():
        ranked = sorted(
            (one for one in failing if one.standard == name), key=lambda one: (-one.lack, one.start)
        )
        taken: list[int] = []
        for one in ranked:
            if len(taken) < AT_ONCE and all(abs(one.start - other) >= APART for other in taken):
                taken.append(one.start)
                if one.is_late or one.start in standing:
                    long_windows.add((name, one.start))
        standing |= set(taken)
    found = {name: tuple(sorted(one)) for name, one in starts.items()}
    return with_branches(problem, found, frozenset(long_windows))
