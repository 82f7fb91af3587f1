"""What a worker knows of draws that have one matrix, whatever point is looked at.

It is a function of the draws alone, so that a worker may keep it or make it again: the
answers are the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.cuts import BranchCut, Constant, Pool, constant
from derbes.planning.decomposition.everywhere.families import Family, make_families
from derbes.planning.decomposition.everywhere.tables import Table, make_tables
from derbes.planning.program.draws import make_programs, standard_measures
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.customary import customary_stocks
from derbes.planning.program.supply.effects import write_out
from derbes.planning.program.supply.second_stage import (
    DrawProgram,
    SecondStage,
    make_second_stage,
    matrix_key,
)
from derbes.programs.solver.statement import IntArray

Row = tuple[BranchCut, int]
"""A cut at a start, by position in its family."""
Side = tuple[IntArray, FloatArray]
"""Columns of a row with their factors."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One draw: its trunk, and the paths of its branches."""

    program: DrawProgram
    tables: Mapping[str, Table]


class Known:
    """Draws that have one matrix, and the cuts that were ever asked for."""

    def __init__(
        self, stage: SecondStage, families: Sequence[Family], draws: Sequence[Drawn]
    ) -> None:
        self.stage = stage
        self.families = tuple(families)
        self.draws = tuple(draws)
        self._pools = [Pool.of(family) for family in families]
        self._places: list[dict[bytes, int]] = [{} for _family in families]
        self._constants: dict[tuple[int, int, bytes], Constant] = {}
        self._sides: dict[tuple[int, bytes], Side] = {}
        self.branches = _branches(families)

    @property
    def n_first(self) -> int:
        """First-stage columns."""
        return int(self.draws[0].program.reach.shape[1])

    @property
    def n_branches(self) -> int:
        """Number of branches of a draw."""
        return 1 + max((int(one.max(initial=-1)) for one in self.branches), default=-1)

    @property
    def n_trunk(self) -> int:
        """Columns of the trunk."""
        return int(self.draws[0].program.matrix.shape[1])

    def pools(self, cuts: Sequence[BranchCut]) -> list[Pool]:
        """Cuts by family, in their order."""
        found = []
        for f, places in enumerate(self._places):
            own = [cut for cut in cuts if cut.family == f]
            new = [cut for cut in own if cut.key not in places]
            for cut in new:
                places[cut.key] = len(places)
            self._pools[f] = self._pools[f].with_more(new)
            which = np.array([places[cut.key] for cut in own], dtype=np.int64)
            found.append(self._pools[f].chosen(which))
        return found

    def side(self, row: Row) -> Side:
        """Columns and factors of a cut's row: the trunk's, and what the branch lacks (M15)."""
        cut, start = row
        key = (start, cut.key)
        if key not in self._sides:
            pool = self._pools[cut.family]
            columns, factors = pool.side(self._places[cut.family][cut.key], start)
            lack = self.n_trunk + self.branches[cut.family][start]
            self._sides[key] = np.append(columns, lack), np.append(factors, 1.0)
        return self._sides[key]

    def constant(self, position: int, row: Row) -> Constant:
        """What a cut's row is to be at least in a draw."""
        cut, start = row
        key = (position, start, cut.key)
        if key not in self._constants:
            family = self.families[cut.family]
            pool = self._pools[cut.family]
            weights = pool.weights_of(self._places[cut.family][cut.key])
            table = self.draws[position].tables[family.standard]
            self._constants[key] = constant(
                weights, family, table, start=start, n_first=self.n_first
            )
        return self._constants[key]


def _branches(families: Sequence[Family]) -> list[IntArray]:
    """Number of the branch at each start of each family; short and long ones are the same."""
    numbers: dict[tuple[str, int], int] = {}
    return [
        np.array(
            [numbers.setdefault((one.standard, int(s)), len(numbers)) for s in one.starts],
            dtype=np.int64,
        )
        for one in families
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """Some draws of a problem, as they are sent to a worker: nothing of them is stated yet."""

    problem: PlanProblem
    """With these draws alone, and without programs."""
    first_draw: int
    """Position of the first of them among all draws."""


@dataclass(frozen=True, slots=True)
class Group:
    """Draws of a part that have one matrix."""

    matrix: str
    """Digest of what stands in it: cuts are valid wherever it is the same."""
    positions: tuple[int, ...]
    """Positions in the part."""
    known: Known


def make_groups(part: Part) -> tuple[Group, ...]:
    """The draws of a part, stated.

    Raises:
        SolveError: A trunk has no optimum.
    """
    problem = part.problem
    future, stage, n = problem.futures, problem.second, problem.n_periods
    programs = make_programs(future, problem.first, stage, n_periods=n, first_draw=part.first_draw)
    stocks = _customary(problem, programs)
    found: dict[bytes, list[int]] = {}
    drawn: list[Drawn] = []
    families: dict[bytes, tuple[Family, ...]] = {}
    for i, program in enumerate(programs):
        written = write_out(future.case_of(i), n)
        measures = standard_measures(problem.case, written)
        key = matrix_key(written, stage, measures)
        if key not in families:
            families[key] = make_families(problem, written, measures)
        tables = make_tables(
            problem.first,
            problem.case.standards,
            written,
            measures,
            customary=stocks[i],
            draw=program.draw,
        )
        found.setdefault(key, []).append(i)
        drawn.append(Drawn(program, tables))
    return tuple(
        Group(
            hashlib.sha256(key).hexdigest(),
            tuple(where),
            Known(stage, families[key], [drawn[i] for i in where]),
        )
        for key, where in found.items()
    )


def _customary(problem: PlanProblem, programs: Sequence[DrawProgram]) -> list[FloatArray]:
    """Stock that is customary in each draw; nothing where no branch asks for it."""
    stage, future = problem.second, problem.futures
    if not any(standard.measure for standard in problem.case.standards.values()):
        nothing = np.zeros((len(stage.trunk.layout.arrays.goods), stage.trunk.layout.n))
        return [nothing for _program in programs]
    if stage.trunk.standards:
        stage = make_second_stage(replace(stage.trunk, standards=()), ())
        bare = replace(future, case=replace(problem.case, standards={}))
        programs = make_programs(bare, problem.first, stage, n_periods=problem.n_periods)
    return customary_stocks(stage, programs)
