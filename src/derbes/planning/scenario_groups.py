"""What a worker knows of draws that have one matrix, whatever point is looked at.

It is a function of the draws alone, so that a worker may keep it or make it again: the
answers are the same.

Cuts at starts as rows of a base course's program: which stand in it, and for which draw.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import BASIC, Stance
from derbes.lp.program import BoolArray, IntArray
from derbes.planning.contingencies import Family, Table, make_families
from derbes.planning.effects import draw_arrays
from derbes.planning.problem import PlanProblem, all_starts, stocks_of
from derbes.planning.recourse import (
    DrawProgram,
    SecondStage,
    make_programs,
    make_tables,
    matrix_key,
    standard_measures,
)
from derbes.planning.separation import Constant, ContingencyCut, Pool, begun_groups, constant

Row = tuple[ContingencyCut, int]
"""A cut at a start, by position in its family."""
Side = tuple[IntArray, FloatArray]
"""Columns of a row with their factors."""


class ScenarioGroup:
    """Draws of a batch that have one matrix, and the cuts that were ever asked for."""

    def __init__(
        self,
        stage: SecondStage,
        families: Sequence[Family],
        drawn: Mapping[int, tuple[DrawProgram, Mapping[str, Table]]],
        *,
        matrix: str,
    ) -> None:
        self.stage, self.families = stage, tuple(families)
        self.matrix = matrix
        """Digest of what stands in it: cuts are valid wherever it is the same."""
        self.positions = tuple(drawn)
        """Positions of the draws in the batch."""
        self.draws = tuple(program for program, _tables in drawn.values())
        """The base course of each draw."""
        self.tables = tuple(tables for _program, tables in drawn.values())
        """Paths of the contingencies of each draw, by standard."""
        self._pools = [Pool.of(family) for family in families]
        self._places: list[dict[bytes, int]] = [{} for _family in families]
        self._constants: dict[tuple[int, int, bytes], Constant] = {}
        self._sides: dict[tuple[int, bytes], Side] = {}
        numbers: dict[tuple[str, int], int] = {}
        self.contingencies = [
            np.array(
                [numbers.setdefault((one.standard, int(s)), len(numbers)) for s in one.starts],
                dtype=np.int64,
            )
            for one in families
        ]
        """Number of the contingency at each start of each family; short and long are the same."""

    @property
    def n_first(self) -> int:
        """First-stage columns."""
        return int(self.draws[0].reach.shape[1])

    @property
    def n_contingencies(self) -> int:
        """Number of contingencies of a draw."""
        return 1 + max((int(one.max(initial=-1)) for one in self.contingencies), default=-1)

    @property
    def n_base(self) -> int:
        """Columns of the base course."""
        return int(self.draws[0].matrix.shape[1])

    def pools(self, cuts: Sequence[ContingencyCut]) -> list[Pool]:
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
        """Columns and factors of a cut's row: of the base course, and what is lacking (M15)."""
        cut, start = row
        key = (start, cut.key)
        if key not in self._sides:
            pool = self._pools[cut.family]
            columns, factors = pool.side(self._places[cut.family][cut.key], start)
            lack = self.n_base + self.contingencies[cut.family][start]
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
            table = self.tables[position][family.standard]
            self._constants[key] = constant(
                weights, family, table, start=start, n_first=self.n_first
            )
        return self._constants[key]


def make_groups(problem: PlanProblem, first_draw: int = 0) -> tuple[ScenarioGroup, ...]:
    """The draws of a problem by their matrix, stated.

    Args:
        problem: The problem without programs.
        first_draw: Position of its first draw among all.

    Raises:
        SolveError: A base course has no optimum.
    """
    future, stage, n = problem.futures, problem.second, problem.n_periods
    programs = make_programs(future, problem.first, stage, n_periods=n, first_draw=first_draw)
    layout = stage.base.layout
    stocks = [np.zeros((len(layout.arrays.goods), layout.n))] * len(programs)
    if any(standard.measure for standard in problem.case.standards.values()):
        stocks = stocks_of(problem, programs)
    found: dict[bytes, dict[int, tuple[DrawProgram, Mapping[str, Table]]]] = {}
    families: dict[bytes, tuple[Family, ...]] = {}
    for i, program in enumerate(programs):
        written = draw_arrays(future.case_of(i), n)
        measures = standard_measures(problem.case, written)
        key = matrix_key(written, stage, measures)
        if key not in families:
            starts = {name: all_starts(problem, name) for name in measures}
            families[key] = make_families(
                stage.base, problem.case.standards, starts, written=written, measures=measures
            )
        tables = make_tables(
            problem.first,
            problem.case.standards,
            written,
            measures,
            operating_stock=stocks[i],
            draw=program.draw,
        )
        found.setdefault(key, {})[i] = program, tables
    return tuple(
        ScenarioGroup(stage, families[key], drawn, matrix=hashlib.sha256(key).hexdigest())
        for key, drawn in found.items()
    )


KEPT_FOR = 6
"""Solves of a draw for which a row is kept that has no price."""


@dataclass(slots=True)
class WarmStarts:
    """What was found out so far, to go on from; to be sent with a task."""

    rows: list[Row] = field(default_factory=list)
    """Cuts at starts that stand in the base course."""
    ages: list[dict[int, int]] = field(default_factory=list)
    """Rows that count in each draw → solves since they last had a price."""
    bases: list[Stance | None] = field(default_factory=list)
    """Basis of each draw."""
    contingencies: list[Stance | None] = field(default_factory=list)
    """Of each family, in the draw that was looked at last."""
    groups: list[list[list[IntArray]]] = field(default_factory=list)
    """Starts that were proved together in each draw, by family."""

    @staticmethod
    def begin(known: ScenarioGroup) -> "WarmStarts":
        """Nothing is known."""
        n, n_families = len(known.draws), len(known.families)
        nothing: list[dict[int, int]] = [{} for _draw in range(n)]
        groups = [[begun_groups(family) for family in known.families] for _draw in range(n)]
        return WarmStarts([], nothing, [None] * n, [None] * n_families, groups)

    def pruned(self, known: ScenarioGroup) -> "WarmStarts":
        """Without the rows that count in no draw and stand in no basis."""
        if not self.rows:
            return self
        first = known.n_base + known.n_contingencies + known.draws[0].matrix.shape[0]
        needed = np.zeros(len(self.rows), dtype=np.bool_)
        for ages in self.ages:
            needed[list(ages)] = True
        for stance in self.bases:
            if stance is not None:
                own = stance[first:]
                needed[: len(own)] |= own != BASIC
        place = np.cumsum(needed) - 1
        return WarmStarts(
            rows=[row for row, is_needed in zip(self.rows, needed, strict=True) if is_needed],
            ages=[{int(place[r]): age for r, age in ages.items()} for ages in self.ages],
            bases=[_without(stance, first, needed) for stance in self.bases],
            contingencies=self.contingencies,
            groups=self.groups,
        )


def _without(stance: Stance | None, first: int, needed: BoolArray) -> Stance | None:
    if stance is None:
        return None
    own = stance[first:]
    return np.concatenate([stance[:first], own[needed[: len(own)]]])


class CutRows:
    """The base course's matrix with the rows of cuts, and which of them count in a draw."""

    def __init__(self, known: ScenarioGroup, warm_starts: WarmStarts) -> None:
        self._known, self.warm_starts = known, warm_starts
        self._stacks: dict[int, tuple[tuple[int, ...], FloatArray, FloatArray]] = {}
        self._places = {(cut.key, s): r for r, (cut, s) in enumerate(warm_starts.rows)}
        base = known.draws[0].matrix
        violations = sparse.csr_matrix((base.shape[0], known.n_contingencies))
        top = sparse.hstack([base, violations])
        self.matrix = sparse.vstack([top, self._stacked(warm_starts.rows)]).tocsr()
        self.transposed = self.matrix.T.tocsr()

    def _stacked(self, rows: Sequence[Row]) -> sparse.csr_matrix:
        sides = [self._known.side(row) for row in rows]
        ends = np.cumsum([0, *(len(columns) for columns, _factors in sides)])
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *(side[0] for side in sides)])
        factors = np.concatenate([np.zeros(0), *(side[1] for side in sides)])
        shape = (len(rows), self._known.n_base + self._known.n_contingencies)
        return sparse.csr_matrix((factors, columns, ends), shape=shape)

    def join(self, position: int, rows: Sequence[Row]) -> tuple[bool, sparse.csr_matrix | None]:
        """Let rows count in a draw.

        Returns:
            Whether any did not before, and the rows that are new to the program.
        """
        ages, new = self.warm_starts.ages[position], list[Row]()
        n_before = len(ages)
        for row in rows:
            key = (row[0].key, row[1])
            if key not in self._places:
                self._places[key] = len(self.warm_starts.rows)
                self.warm_starts.rows.append(row)
                new.append(row)
            ages.setdefault(self._places[key], 0)
        has_new = len(ages) > n_before
        if not new:
            return has_new, None
        more = self._stacked(new)
        self.matrix = sparse.vstack([self.matrix, more]).tocsr()
        self.transposed = self.matrix.T.tocsr()
        return has_new, more

    def least(self, position: int, values: FloatArray) -> FloatArray:
        """Lower bounds of the rows in a draw; those that do not count have none. (rows,)"""
        least = np.full(len(self.warm_starts.rows), -np.inf)
        which, fixed, slopes = self._constants(position)
        least[which] = fixed + np.einsum("rj,j->r", slopes, values)
        return least

    def slope(self, position: int, prices: FloatArray) -> FloatArray:
        """What prices of the rows add to a slope. (first-stage columns,)"""
        which, _fixed, slopes = self._constants(position)
        found: FloatArray = np.einsum("r,rj->j", np.maximum(prices[which], 0.0), slopes)
        return found

    def _constants(self, position: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Rows that count in a draw, their constants, and what first-stage columns add."""
        which = tuple(self.warm_starts.ages[position])
        known = self._stacks.get(position)
        if known is None or known[0] != which:
            ones = [self._known.constant(position, self.warm_starts.rows[r]) for r in which]
            fixed = np.array([one.fixed for one in ones])
            slopes = np.array([one.slopes for one in ones]).reshape(len(which), self._known.n_first)
            known = self._stacks[position] = which, fixed, slopes
        return np.array(which, dtype=np.int64), known[1], known[2]

    def grow_older(self, position: int, prices: FloatArray) -> None:
        """Note which rows have a price; those without one for long no longer count.

        Args:
            position: The draw.
            prices: Prices of the rows. (rows,)
        """
        ages = self.warm_starts.ages[position]
        for r, age in list(ages.items()):
            ages[r] = 0 if prices[r] > 0.0 else age + 1
            if ages[r] > KEPT_FOR:
                del ages[r]
