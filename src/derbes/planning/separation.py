"""Cuts for contingencies: what each lacks at least, whatever is decided and done in calm.

(M15) lack[b] >= y+ (row_lower + R x) + y- (row_upper + R' x) + d- (col_upper + U x) - y link v
for any row prices y of the contingency's program, d = worth - y matrix: weak duality. Prices
found at one start of one draw are prices at every start of the family in every draw with
the same matrix; only the constants differ.

Symbols: b contingency, v columns of the base course, x first stage, y+ and y- the positive
and negative part, d reduced costs.

Whether the contingencies of a family lack nothing: many starts proved by one program.

A contingency with bounds at least as tight as those of several others has all their troubles:
where it lacks nothing, none of them does. Where it does, its prices may show for which of
them they are right; else the starts are parted and looked at apart.

What a worker knows of draws that have one matrix, whatever point is looked at.

It is a function of the draws alone, so that a worker may keep it or make it again: the
answers are the same.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import BASIC, Session, Stance
from derbes.lp.program import IntArray, power_of_two
from derbes.planning.contingencies import ContingencyPaths, Family, make_families, make_tables
from derbes.planning.problem import PlanProblem, all_starts, stocks_of
from derbes.planning.recourse import (
    DrawCut,
    DrawProgram,
    SecondStage,
    as_program,
    make_programs,
    standard_measures,
)

NO_PRICE = 1e-9
"""Price that counts as none, times what is usual of its row, beside the worth of what is usual:
it is the solver's noise."""
BITS = 34
"""Bits of a price that are kept; what is cut off is far below a price that counts as none."""


@dataclass(frozen=True, slots=True)
class ContingencyCut:
    """Row prices of a contingency."""

    family: int
    """Position among the families."""
    rows: IntArray
    """Rows of the contingency that have a price."""
    prices: FloatArray
    key: bytes
    """The same for the same prices."""


def make_cut(position: int, family: Family, duals: FloatArray) -> ContingencyCut:
    """A cut from the row prices of a solve.

    Prices are rounded, so that those with the same key are the same to the last bit: any
    prices are a cut.
    """
    least = NO_PRICE * family.worth / family.usual_rows
    rows = np.flatnonzero(np.abs(duals) > least).astype(np.int64)
    part, power = np.frexp(duals[rows])
    prices = np.ldexp(np.round(np.ldexp(part, BITS)), power - BITS)
    seen = b"%d" % position + rows.tobytes() + prices.tobytes()
    key = hashlib.blake2b(seen, digest_size=16).digest()
    return ContingencyCut(position, rows, prices, key)


def weights_of(cut: ContingencyCut, family: Family) -> FloatArray:
    """What each bound of a contingency counts in a cut. (bounds,)"""
    m = family.n_rows
    weights = np.zeros(2 * m + len(family.cost))
    is_lower = cut.prices > 0
    weights[cut.rows[is_lower]] = cut.prices[is_lower]
    weights[m + cut.rows[~is_lower]] = cut.prices[~is_lower]
    reduced = family.cost - family.matrix[cut.rows].T @ cut.prices
    least = NO_PRICE * family.worth / family.usual
    weights[2 * m :] = np.where(reduced < -least, reduced, 0.0)
    return weights


@dataclass(frozen=True)
class Pool:
    """Cuts of one family, evaluated together."""

    family: Family
    cuts: tuple[ContingencyCut, ...]
    weights: sparse.csr_matrix
    """What each bound counts in each cut; products of sparse matrices are the same however
    many threads a processor has. (cuts, bounds)"""
    gives: sparse.csr_matrix
    """Factors of the base course's columns at the first start. (cuts, linked)"""

    @cached_property
    def counted(self) -> tuple[IntArray, sparse.csr_matrix]:
        """Bounds that count in any of them, and their weights. (used,), (cuts, used)"""
        used = np.unique(self.weights.indices).astype(np.int64)
        return used, self.weights[:, used].tocsr()

    def with_more(self, cuts: Sequence[ContingencyCut]) -> "Pool":
        """The pool with more cuts behind its own."""
        if not cuts:
            return self
        family, prices = self.family, np.zeros((len(cuts), self.family.n_rows))
        weights = sparse.csr_matrix(np.array([weights_of(cut, family) for cut in cuts]))
        for c, cut in enumerate(cuts):
            prices[c, cut.rows] = cut.prices
        gives = (sparse.csr_matrix(prices) @ family.link).tocsr()
        weights, gives = (
            sparse.vstack(both).tocsr() for both in ((self.weights, weights), (self.gives, gives))
        )
        return Pool(family, (*self.cuts, *cuts), weights, gives)

    def chosen(self, which: IntArray) -> "Pool":
        """Some of the cuts, in this order."""
        cuts = tuple(self.cuts[int(c)] for c in which)
        return Pool(self.family, cuts, self.weights[which], self.gives[which])

    def violations(self, bounds: FloatArray, windows: FloatArray) -> FloatArray:
        """What contingencies lack at least, by each cut. (which, cuts)

        A price at a bound that is not there would prove anything; such a cut proves nothing.
        Bounds are without what the base course gives (which, bounds); windows are its columns
        that are linked to each (which, linked).
        """
        used, counted = self.counted
        taken = bounds[:, used]
        is_there = np.isfinite(taken)
        found = counted @ np.where(is_there, taken, 0.0).T - self.gives @ windows.T
        if not is_there.all():
            found[abs(counted) @ (~is_there).T.astype(np.float64) > 0] = -np.inf
        return np.asarray(found.T, dtype=np.float64)


Constant = tuple[float, FloatArray]
"""What a cut's row is to be at least in a draw, and what first-stage columns add to it."""


TOLERANCE = 1e-6
"""What a contingency may lack beyond what is known, as part of the worth of all it asks for."""
Bounds = tuple[FloatArray, FloatArray, FloatArray]
"""Lower and upper bounds of rows, upper bounds of columns."""
TOGETHER = 8
"""Starts that are looked at together before anything is known."""


@dataclass(slots=True)
class SeparationResult:
    """What looking at a family gave."""

    cuts: list[tuple[ContingencyCut, FloatArray]] = field(default_factory=list)
    """Cuts, with what each start lacks by them beyond what is known. (S,)"""
    missed: dict[int, FloatArray] = field(default_factory=dict)
    """Start, by position → what is missed, and what is asked for, by use and period.
    (2, columns) [unit]"""
    groups: list[IntArray] = field(default_factory=list)
    """Starts that were looked at together."""

    @property
    def lacking(self) -> IntArray:
        """Starts that lack something by one of the cuts, by position."""
        found = [np.flatnonzero(beyond > 0.0) for _cut, beyond in self.cuts]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))

    def among(self, starts: IntArray, n_starts: int) -> "SeparationResult":
        """The cuts, found at some of the starts alone, by position among all."""
        cuts = []
        for cut, beyond in self.cuts:
            at_all = np.full(n_starts, -np.inf)
            at_all[starts] = beyond
            cuts.append((cut, at_all))
        return SeparationResult(cuts)


def tolerance_of(family: Family, bounds: FloatArray) -> FloatArray:
    """What each start may lack beyond what is known, by the contingencies' bounds. (S,) [worth]"""
    worth = np.flatnonzero(family.cost > 0)
    closed = bounds[:, 2 * family.n_rows + worth]
    return np.asarray(TOLERANCE * (closed @ family.cost[worth]))


class ContingencySeparation:
    """The contingency of a family in the solver; it stays there from start to start."""

    def __init__(self, position: int, family: Family, stance: Stance | None) -> None:
        self.position, self.family = position, family
        self._begun = stance
        self._session: Session | None = None

    @property
    def stance(self) -> Stance | None:
        """The last basis; what it began with where nothing was solved."""
        return self._begun if self._session is None else self._session.stance()

    def separate(
        self, bounds: FloatArray, known_violation: FloatArray, groups: Sequence[IntArray]
    ) -> SeparationResult:
        """Look at all starts; at those that are known to lack something last, one by one.

        Args:
            bounds: Of the contingencies, with what the base course gives taken off. (S, bounds)
            known_violation: What is known that each lacks. (S,) [worth]
            groups: Starts that are looked at together to begin with.
        """
        result, lacking = SeparationResult(), known_violation > 0.0
        left = [group[~lacking[group]] for group in reversed(groups)]
        left = [group for group in left if len(group)]
        while left:
            group = left.pop()
            parts = self._separate_at(group, bounds, known_violation, result)
            left += parts
            if not parts:
                result.groups.append(group)
        alone = [np.array([s], dtype=np.int64) for s in np.flatnonzero(lacking)]
        for group in alone if not result.cuts else ():
            self._separate_at(group, bounds, known_violation, result)
        result.groups += alone
        return result

    def _separate_at(
        self,
        group: IntArray,
        bounds: FloatArray,
        known_violation: FloatArray,
        result: SeparationResult,
    ) -> list[IntArray]:
        """Prove a group, or find a cut; what is left to be looked at."""
        family, allowed = self.family, tolerance_of(self.family, bounds)
        # the contingency with the tightest of all bounds, one by one; what may be missed is the
        # exception: it is as wide as the widest, so that what the tightest misses it can miss
        m, own = family.n_rows, bounds[group]
        lower, upper = own[:, :m].max(axis=0), own[:, m : 2 * m].min(axis=0)
        closed = own[:, 2 * m :]
        closed = np.where(family.cost > 0, closed.max(axis=0), closed.min(axis=0))
        session = self._session
        if session is None:
            name, tightest = f"contingencies of {family.standard}", (lower, upper, closed)
            session = self._session = Session(
                as_program(name, family.matrix, family.cost, tightest, usual=family.usual)
            )
            if self._begun is not None:
                session.stand(self._begun)
        else:
            session.set_row_bounds(lower, upper)
            session.set_column_bounds(np.zeros(len(closed)), closed)
        for is_last in (False, True):
            found = np.maximum(session.run(), 0.0)
            lack = float(family.cost @ found)
            if len(group) == 1:
                result.missed.pop(int(group[0]), None)
                if lack > 2.0 * allowed[group[0]]:  # once in what is known, once beyond it
                    result.missed[int(group[0])] = np.array([found, closed])[:, family.cost > 0]
            if lack <= known_violation[group].max() + allowed[group].min():
                break
            cut = make_cut(self.position, family, session.row_duals())
            weights = weights_of(cut, family)
            used = np.flatnonzero(weights)
            beyond = np.full(len(known_violation), -np.inf)
            violations = np.einsum("sb,b->s", bounds[np.ix_(group, used)], weights[used])
            beyond[group] = violations - known_violation[group] - allowed[group]
            if (beyond > 0.0).any():
                result.cuts.append((cut, beyond))
                break
            if len(group) > 1:
                return [group[len(group) // 2 :], group[: len(group) // 2]]
            if not is_last:  # prices prove what a start alone lacks, unless the answer is wrong
                session.forget()
        return []


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
        drawn: Mapping[int, tuple[DrawProgram, Mapping[str, ContingencyPaths]]],
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
        self.n_first = int(self.draws[0].reach.shape[1])
        """First-stage columns."""
        self.n_base = int(self.draws[0].matrix.shape[1])
        """Columns of the base course; behind them stands what each contingency lacks."""
        every = [[(one.standard, int(s)) for s in one.starts] for one in families]
        numbers = {one: n for n, one in enumerate(dict.fromkeys(itertools.chain(*every)))}
        self.n_contingencies = len(numbers)
        self.lacks = [
            np.array([self.n_base + numbers[one] for one in of_family], dtype=np.int64)
            for of_family in every
        ]
        """Column of what is lacking at each start of each family; short and long have the same."""
        self.usual_lacks = np.ones(self.n_contingencies)
        """What is usual of these, as powers of two. [worth]"""
        for family, columns in zip(families, self.lacks, strict=True):
            self.usual_lacks[columns - self.n_base] = power_of_two(family.worth)
        self._pools = [
            Pool(
                family,
                (),
                sparse.csr_matrix((0, 2 * family.n_rows + len(family.cost))),
                sparse.csr_matrix((0, len(family.linked))),
            )
            for family in families
        ]
        self._places: list[dict[bytes, int]] = [{} for _family in families]
        self._constants: dict[tuple[int, int, bytes], Constant] = {}
        self._sides: dict[tuple[int, bytes], Side] = {}

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
            family, gives = self.families[cut.family], self._pools[cut.family].gives
            place = self._places[cut.family][cut.key]
            part = slice(gives.indptr[place], gives.indptr[place + 1])
            shift = int(family.starts[start] - family.starts[0])
            columns = family.linked[gives.indices[part]] + shift
            lack = self.lacks[cut.family][start]
            self._sides[key] = np.append(columns, lack), np.append(gives.data[part], 1.0)
        return self._sides[key]

    def constant(self, position: int, row: Row) -> Constant:
        """What a cut's row is to be at least in a draw, and what first-stage columns add (M15)."""
        cut, start = row
        key = (position, start, cut.key)
        if key in self._constants:
            return self._constants[key]
        family, slopes = self.families[cut.family], np.zeros(self.n_first)
        stated = self._pools[cut.family].weights[self._places[cut.family][cut.key]]
        weights = np.asarray(stated.toarray().ravel(), dtype=np.float64)
        table, template = self.tables[position][family.standard], family.template
        bounds = family.bounds(table.at(slopes), np.array([start]))[0]
        counts = np.flatnonzero(weights)
        fixed = float(weights[counts] @ bounds[counts])
        if np.isfinite(fixed):
            # what a measure delays is gathered from before the start
            back = max(0, -1 - int(template.offsets.min(initial=0)))
            places = template.offsets + 1 + back
            counted = np.zeros((2, len(table.after), int(places.max(initial=0)) + 1))
            np.add.at(
                counted,
                (template.is_after, template.elements, places),
                weights[template.positions],
            )
            first, moves = int(family.starts[start]) - back, table.moves
            when = np.maximum(first + np.arange(counted.shape[2]), 0)
            windows = moves.paths[:, when]
            during = np.einsum("mt,mt->m", windows, counted[0, moves.elements])
            after = np.einsum("mt,mt->m", windows, counted[1, moves.elements])
            np.add.at(slopes, moves.columns, during * moves.during + after * moves.after)
        self._constants[key] = (fixed if np.isfinite(fixed) else -np.inf), slopes
        return self._constants[key]

    def draw_cuts(self, position: int, rows: Sequence[Row]) -> Iterator[DrawCut]:
        """Rows of cuts in a draw, with all that stands in them."""
        self.pools([cut for cut, _start in rows])
        for row in rows:
            cut, start = row
            family, (columns, factors) = self.families[cut.family], self.side(row)
            at_least, slope = self.constant(position, row)
            yield DrawCut(
                draw=self.draws[position].draw,
                standard=family.standard,
                start=int(family.starts[start]),
                key=cut.key,
                columns=columns[:-1],
                factors=factors[:-1],
                at_least=at_least,
                slope=slope,
                worth=float(family.cost[family.dearest]),
                usual=float(family.usual[family.dearest]),
            )


def make_groups(problem: PlanProblem, first_draw: int = 0) -> tuple[ScenarioGroup, ...]:
    """The draws of a problem by their matrix, stated.

    Raises:
        SolveError: A base course has no optimum.
    """
    future, first, stage = problem.futures, problem.first, problem.second
    programs = make_programs(future, first, stage, first_draw=first_draw)
    standards, stocks = problem.case.standards, problem.operating_stock
    if not stocks and any(standard.measure for standard in standards.values()):
        stocks = stocks_of(problem, programs)
    found: dict[str, dict[int, tuple[DrawProgram, Mapping[str, ContingencyPaths]]]] = {}
    families: dict[str, tuple[Family, ...]] = {}
    for i, program in enumerate(programs):
        written, tables = future.written(i), dict[str, ContingencyPaths]()
        measures = standard_measures(problem.case, written)
        if program.digest not in families:
            lengths = itertools.product(measures, (False, True))
            starts = {one: all_starts(problem, one[0]) for one in lengths}
            families[program.digest] = make_families(
                stage.base, standards, starts, written=written, measures=measures
            )
        if stocks:
            tables = make_tables(
                first, standards, written, measures, operating_stock=stocks[i], draw=program.draw
            )
        found.setdefault(program.digest, {})[i] = program, tables
    return tuple(
        ScenarioGroup(stage, families[digest], drawn, matrix=digest)
        for digest, drawn in found.items()
    )


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
        every = [np.arange(len(family.starts)) for family in known.families]
        groups = [
            [[one[s : s + TOGETHER] for s in range(0, len(one), TOGETHER)] for one in every]
            for _draw in range(n)
        ]
        return WarmStarts([], [{} for _draw in range(n)], [None] * n, [None] * n_families, groups)

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

        def without(stance: Stance) -> Stance:
            own = stance[first:]
            return np.concatenate([stance[:first], own[needed[: len(own)]]])

        return WarmStarts(
            rows=[row for row, is_needed in zip(self.rows, needed, strict=True) if is_needed],
            ages=[{int(place[r]): age for r, age in ages.items()} for ages in self.ages],
            bases=[None if stance is None else without(stance) for stance in self.bases],
            contingencies=self.contingencies,
            groups=self.groups,
        )


APART = 4
"""Starts that join at once are at least so far apart. [period]"""
AT_ONCE, ALL_AT_ONCE = 6, 24
"""Starts of one family that join at once; where every contingency is proved in the end."""


def far_apart(beyond: FloatArray, starts: IntArray, *, at_all: bool) -> list[int]:
    """Starts that lack most, by position: the worst, and others far from it.

    Args:
        beyond: What each lacks beyond what is known. (S,) [worth]
        starts: (S,) [period]
        at_all: Whether every contingency is proved in the end, so that more join at once.
    """
    taken, most = list[int](), ALL_AT_ONCE if at_all else AT_ONCE
    for s in np.argsort(-beyond, kind="stable"):
        if beyond[s] <= 0.0 or len(taken) == most:
            break
        if all(abs(int(starts[s] - starts[other])) >= APART for other in taken):
            taken.append(int(s))
    return taken
