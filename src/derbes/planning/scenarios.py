"""The second stage at a point of the first, draw by draw: cost, slope, and what is lacking.

The base course of a draw is solved with cuts that stand for its contingencies at all starts;
cuts that are known and broken join it, then contingencies are looked at for new ones, and the
base course is solved again. An answer is a lower bound of the draw's cost whether or not
contingencies were looked at, and exact when all were and none lacked more.

All draws of a problem at a point, batch by batch, with the cuts that are known.

The base course alone is several times smaller than with its contingencies; prices found in
a contingency of one draw at one start are a valid cut at all starts in all draws.

A task holds all that its answer depends on: point, prices, cuts, bases. So the answer is
the same whoever does it, and a task whose worker died is done again. Processes of our own
read a batch of draws from a file, others get it with the task; each states it once and keeps
it. What is kept is a function of the batch alone.
"""

import contextlib
import itertools
import pickle
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.errors import SolveError
from derbes.lp.highs import Session
from derbes.lp.program import IntArray, row_sizes
from derbes.parallel import Crew
from derbes.planning.problem import (
    DrawFigures,
    PlanProblem,
    Prices,
    draw_figures,
    lacking,
    second_costs,
)
from derbes.planning.recourse import DrawCut, as_program
from derbes.planning.separation import (
    Bounds,
    ContingencyCut,
    ContingencySeparation,
    Row,
    ScenarioGroup,
    SeparationResult,
    WarmStarts,
    far_apart,
    make_groups,
    tolerance_of,
)
from derbes.scratch import new_folder

NEVER, NOWHERE, ONCE, MET, SHORT, LONG = range(-1, 5)
"""How closely contingencies are looked at."""
MOST_ROUNDS = 100
"""How often a base course is solved again for new cuts at one point."""
FEW_ROUNDS = 3
"""The same where a bound is all that is asked for."""
NO_VIOLATION = 1e-6
"""What a contingency is told to lack that counts as nothing, beside the worth of what is usual."""
PROVED = 1e-7
"""Difference between an optimum and its proof, relative."""
FACE = 1e-9
"""Price of what is usual, beside the largest cost, up to which it is rounding alone."""
KEPT_FOR = 6
"""Solves of a draw for which a row is kept that has no price."""
SETTLED = 3
"""Rounds after which the starts that lacked something in the last are looked at first."""


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


BoundsOf = Callable[[int], FloatArray]
"""Family, by position → its bounds, without what the base course gives. (S, bounds)"""


@dataclass(frozen=True, slots=True)
class _Solved:
    """A base course with its prices."""

    value: float
    columns: FloatArray
    duals: FloatArray
    reduced: FloatArray


class RecourseSolver:
    """Second stages of draws that have one matrix, in sessions of their own."""

    def __init__(
        self,
        known: ScenarioGroup,
        prices: Prices,
        cuts: Sequence[ContingencyCut] = (),
        warm_starts: WarmStarts | None = None,
    ) -> None:
        self._group, self._prices = known, prices
        self._pools = known.pools(cuts)
        self._keys = {cut.key for cut in cuts}
        self.new: list[ContingencyCut] = []
        self.warm_starts = (warm_starts or WarmStarts.begin(known)).pruned(known)
        """What was found out, to go on from."""
        self._session: Session | None = None
        self._standing: int | None = None
        """Draw whose last basis is in the solver; None: none is."""
        self._separations = [
            ContingencySeparation(f, family, self.warm_starts.contingencies[f])
            for f, family in enumerate(known.families)
        ]
        self._stacks: dict[int, tuple[tuple[int, ...], FloatArray, FloatArray]] = {}
        self._places = {(cut.key, s): r for r, (cut, s) in enumerate(self.warm_starts.rows)}
        base = known.draws[0].matrix
        nothing = sparse.csr_matrix((base.shape[0], known.n_contingencies))
        self._state(sparse.hstack([base, nothing]), self.warm_starts.rows)

    def _state(self, above: sparse.spmatrix, rows: Sequence[Row]) -> sparse.csr_matrix:
        """State the base course's matrix with rows of cuts under it; these rows."""
        sides = [self._group.side(row) for row in rows]
        ends = np.cumsum([0, *(len(columns) for columns, _factors in sides)])
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *(side[0] for side in sides)])
        factors = np.concatenate([np.zeros(0), *(side[1] for side in sides)])
        more = sparse.csr_matrix((factors, columns, ends), shape=(len(rows), above.shape[1]))
        self._matrix = sparse.vstack([above, more]).tocsr()
        self._transposed = self._matrix.T.tocsr()
        return more

    def solve(
        self, position: int, values: FloatArray, *, depth: int, until: float = np.inf
    ) -> Outcome:
        """A draw's second stage at a point of the first.

        Args:
            position: Which of the draws.
            values: First-stage columns.
            depth: `NEVER`: there are no contingencies; `NOWHERE`: known cuts stand for them;
                `ONCE`: new ones are looked for once; `MET`: until short contingencies are
                proved, or one is known to lack something; `SHORT`: until they are proved,
                lacking or not; `LONG`: until all are.
            until: Moment after which no new cuts are looked for. [second since the epoch]

        Raises:
            SolveError: A program has no optimum.
        """
        if depth == NEVER:
            kept, self.warm_starts.ages[position] = self.warm_starts.ages[position], {}
            solved = self._solve_base(position, values)
            self._keep_basis(position)
            answer = self._answer(position, values, solved, is_exact=True, results={})
            self.warm_starts.ages[position] = kept
            return answer
        bounds = self._bounds(position, values)
        is_exact, results = False, dict[int, SeparationResult]()
        solved = self._solve_base(position, values)
        for turn in range(MOST_ROUNDS if depth >= MET else FEW_ROUNDS):
            if time.time() > until:
                break
            lacks = solved.columns[self._group.n_base :]
            if depth == MET and (lacks > NO_VIOLATION * self._group.usual_lacks).any():
                break
            if not self._join(position, self._broken(solved.columns, bounds, depth)):
                if depth == NOWHERE or (depth == ONCE and results):
                    break
                again = self._separate_again(
                    solved.columns, bounds, results if turn >= SETTLED else {}
                )
                if self._join(position, self._learned(again, depth)):
                    results, solved = again, self._solve_base(position, values)
                    continue
                results = self._separate(position, solved.columns, bounds, depth)
                if not self._join(position, self._learned(results, depth)):
                    is_exact = True
                    break
            solved = self._solve_base(position, values)
        self._keep_basis(position)
        for f, separation in enumerate(self._separations):
            self.warm_starts.contingencies[f] = separation.stance
        proved = results if is_exact else {}
        answer = self._answer(position, values, solved, is_exact=is_exact, results=proved)
        # rows without a price for long no longer count
        prices = solved.duals[len(self._group.draws[position].row_lower) :]
        ages = self.warm_starts.ages[position]
        for r, age in list(ages.items()):
            ages[r] = 0 if prices[r] > 0.0 else age + 1
            if ages[r] > KEPT_FOR:
                del ages[r]
        return answer

    @property
    def _usual(self) -> FloatArray:
        """What is usual of each column, as powers of two. (columns,)"""
        group = self._group
        return np.append(group.stage.usual[: group.n_base], group.usual_lacks)

    def _join(self, position: int, rows: Sequence[Row]) -> bool:
        """Let rows count in a draw, in the solver too; whether any did not before."""
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
        if new:
            more = self._state(self._matrix, new)
            if self._session is not None:
                self._session.add_rows(more)
        return has_new

    def least_stock(self, position: int, values: FloatArray, holding: FloatArray) -> FloatArray:
        """The base course that costs least and then holds the least over time. (columns,)

        Every course of least cost has columns with a reduced cost and rows with a price at
        their bounds; on that face the stock is made least. A contingency that finds too little
        in store asks for its cut as it does anywhere.

        Args:
            position: Which of the draws.
            values: First-stage columns.
            holding: What counts as stock, by column of the base course.
        """
        bounds = self._bounds(position, values)
        kept = self.solve(position, values, depth=LONG).columns
        for _round in range(MOST_ROUNDS):
            solved = self._solve_base(position, values)
            self._keep_basis(position)
            columns, self._standing = self._on_face(position, values, solved, holding), None
            if columns is None:
                break
            kept = columns[: self._group.n_base].copy()
            rows = self._broken(columns, bounds, LONG)
            rows = rows or self._learned(self._separate(position, columns, bounds, LONG), LONG)
            if not self._join(position, rows):
                break
        return kept

    def _on_face(
        self, position: int, values: FloatArray, solved: _Solved, holding: FloatArray
    ) -> FloatArray | None:
        """The course of least stock among those of least cost; None: none is found."""
        session = self._session
        if session is None:
            return None
        lower, upper, closed = self._base_bounds(position, values)
        money = self._group.draws[position].money
        usual = self._usual
        size = max(float(np.abs(money * usual[: len(money)]).max(initial=0.0)), 1e-300)
        prices = solved.duals * row_sizes(self._matrix.tocsc(), usual) / size
        costs = solved.reduced * usual / size
        up, down = prices > FACE, prices < -FACE
        most = np.where(costs > FACE, 0.0, closed)
        least = np.where(costs < -FACE, closed, 0.0)
        tidy = np.zeros(len(closed))
        tidy[: len(holding)] = holding
        session.set_costs(tidy)
        session.set_column_bounds(np.where(np.isfinite(least), least, 0.0), most)
        session.set_row_bounds(
            np.where(down & np.isfinite(upper), upper, lower),
            np.where(up & np.isfinite(lower), lower, upper),
        )
        try:
            return np.maximum(session.run(), 0.0)
        except SolveError:
            return None

    def _bounds(self, position: int, values: FloatArray) -> BoundsOf:
        """Bounds of a draw's families at a point, as they are asked for."""
        families, tables = self._group.families, self._group.tables[position]
        paths = cache(lambda name: tables[name].at(values))

        def of(f: int) -> FloatArray:
            every = np.arange(len(families[f].starts))
            return families[f].bounds(paths(families[f].standard), every)

        return cache(of)

    def _broken(self, columns: FloatArray, bounds: BoundsOf, depth: int) -> list[Row]:
        """Known cuts that the base course breaks, the worst of each family."""
        found: list[Row] = []
        for f, (family, pool) in enumerate(zip(self._group.families, self._pools, strict=True)):
            if not pool.cuts:
                continue
            violations = pool.violations(bounds(f), family.windows(columns))
            worst = violations.argmax(axis=1)
            most = violations[np.arange(len(worst)), worst]
            beyond = most - columns[self._group.lacks[f]] - tolerance_of(family, bounds(f))
            apart = far_apart(beyond, family.starts, at_all=depth == LONG)
            found += [(pool.cuts[worst[s]], int(s)) for s in apart]
        return found

    def _separate_again(
        self, columns: FloatArray, bounds: BoundsOf, before: Mapping[int, SeparationResult]
    ) -> dict[int, SeparationResult]:
        """Look at the contingencies that lacked something before, and at no others."""
        results: dict[int, SeparationResult] = {}
        for f, result in before.items():
            starts = result.lacking
            if len(starts):
                family = self._group.families[f]
                moved = family.moved(bounds(f)[starts], family.windows(columns)[starts])
                known_violation = columns[self._group.lacks[f][starts]]
                alone = [np.array([s], dtype=np.int64) for s in range(len(starts))]
                found = self._separations[f].separate(moved, known_violation, alone)
                results[f] = found.among(starts, len(family.starts))
        return results

    def _separate(
        self, position: int, columns: FloatArray, bounds: BoundsOf, depth: int
    ) -> dict[int, SeparationResult]:
        """Look at contingencies: the short ones, and the long ones where those lack nothing new."""
        results: dict[int, SeparationResult] = {}
        groups = self.warm_starts.groups[position]
        for is_long in (False, True) if depth == LONG else (False,):
            for f, family in enumerate(self._group.families):
                if family.is_long == is_long:
                    moved = family.moved(bounds(f), family.windows(columns))
                    known_violation = columns[self._group.lacks[f]]
                    results[f] = self._separations[f].separate(moved, known_violation, groups[f])
                    groups[f] = results[f].groups
            if any(result.cuts for result in results.values()):
                break
        return results

    def _learned(self, results: Mapping[int, SeparationResult], depth: int) -> list[Row]:
        """New cuts, each at the starts that lack most by it."""
        found: list[Row] = []
        for f, result in results.items():
            starts = self._group.families[f].starts
            new = [cut for cut, _beyond in result.cuts if cut.key not in self._keys]
            new = list({cut.key: cut for cut in new}.values())
            self._keys |= {cut.key for cut in new}
            self.new += new
            self._pools[f] = self._pools[f].with_more(new)
            self._group.pools(new)
            for cut, beyond in result.cuts:
                found += [(cut, int(s)) for s in far_apart(beyond, starts, at_all=depth == LONG)]
        return found

    def _row_constants(self, position: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Rows that count in a draw, their constants, and what first-stage columns add."""
        which = tuple(self.warm_starts.ages[position])
        known = self._stacks.get(position)
        if known is None or known[0] != which:
            ones = [self._group.constant(position, self.warm_starts.rows[r]) for r in which]
            fixed = np.array([one[0] for one in ones])
            slopes = np.array([one[1] for one in ones]).reshape(len(which), self._group.n_first)
            known = self._stacks[position] = which, fixed, slopes
        return np.array(which, dtype=np.int64), known[1], known[2]

    def _base_bounds(self, position: int, values: FloatArray) -> Bounds:
        """Bounds of the base course with its rows of cuts; those that do not count have none."""
        lower, upper, closed = self._group.draws[position].bounds(values)
        least = np.full(len(self.warm_starts.rows), -np.inf)
        which, fixed, slopes = self._row_constants(position)
        least[which] = fixed + np.einsum("rj,j->r", slopes, values)
        return (
            np.concatenate([lower, least]),
            np.concatenate([upper, np.full(len(least), np.inf)]),
            np.concatenate([closed, np.full(self._group.n_contingencies, np.inf)]),
        )

    def _solve_base(self, position: int, values: FloatArray) -> _Solved:
        draw, bounds = self._group.draws[position], self._base_bounds(position, values)
        lacks = np.full(self._group.n_contingencies, self._prices.hard / draw.weight)
        cost = np.concatenate([second_costs(self._group.stage, draw, self._prices), lacks])
        if self._session is None:
            matrix, usual = self._matrix.tocsc(), self._usual
            program = as_program("base course", matrix, cost, bounds, usual=usual)
            self._session = Session(program, is_whole=True)
        else:
            self._session.set_costs(cost)
            self._session.set_column_bounds(np.zeros(len(cost)), bounds[2])
            self._session.set_row_bounds(bounds[0], bounds[1])
        before = self.warm_starts.bases[position]
        if before is not None and self._standing != position:
            self._session.stand(before)
        self._standing = position
        return self._proved(self._session, cost, bounds)

    def _keep_basis(self, position: int) -> None:
        """Keep the last basis of a draw, for when it is solved again."""
        if self._session is not None:
            self.warm_starts.bases[position] = self._session.stance()

    def _proved(self, session: Session, cost: FloatArray, bounds: Bounds) -> _Solved:
        """The optimum, by the value that its prices prove; solved again cold if they do not."""
        for is_last in (False, True):
            columns = np.maximum(session.run(), 0.0)
            duals = session.row_duals()
            reduced = cost - self._transposed @ duals
            # by weak duality; prices at bounds that are not there are noise
            signed = np.maximum(duals, 0.0), np.minimum(duals, 0.0), np.minimum(reduced, 0.0)
            value = sum(
                float(price @ np.where(np.isfinite(bound), bound, 0.0))
                for price, bound in zip(signed, bounds, strict=True)
            )
            optimum = float(cost @ columns)
            noise = PROVED * self._group.stage.base.size_of(optimum)
            if is_last or abs(optimum - value) <= noise:
                break
            session.forget()
        return _Solved(value, columns, duals, reduced)

    def _answer(
        self,
        position: int,
        values: FloatArray,
        solved: _Solved,
        *,
        is_exact: bool,
        results: Mapping[int, SeparationResult],
    ) -> Outcome:
        known, n_base = self._group, self._group.n_base
        draw = known.draws[position]
        m = len(draw.row_lower)
        duals, closed = solved.duals[:m], np.minimum(solved.reduced[:n_base], 0.0)
        weights = np.concatenate([np.maximum(duals, 0.0), np.minimum(duals, 0.0), closed])
        options = self._prices.money * draw.option_cost
        slope = np.asarray(draw.reach.T @ weights + options, dtype=np.float64)
        which, _fixed, slopes = self._row_constants(position)
        prices = solved.duals[m + which]
        slope += np.einsum("r,rj->j", np.maximum(prices, 0.0), slopes)
        binding = {
            (known.families[cut.family].standard, s, cut.family)
            for cut, s in (self.warm_starts.rows[r] for r in which[prices > 0.0])
        }
        value = solved.value + float(options @ values)
        beyond_mean, own = float(draw.option_cost @ values), solved.columns[:n_base].copy()
        figures = draw_figures(known.stage, draw, own, options=beyond_mean, prices=self._prices)
        lacks = float(solved.columns[n_base:].sum())
        violations, deepest, worths = self._violations(position, solved, results)
        return Outcome(
            draw=draw.draw,
            value=value,
            at_zero=value - float(slope @ values),
            slope=slope,
            figures=replace(
                figures,
                priced=figures.priced + lacks * self._prices.hard / draw.weight,
                violations={**figures.violations, **violations},
                deepest={**figures.deepest, **deepest},
                worths={**figures.worths, **worths},
            ),
            columns=own,
            is_exact=is_exact,
            binding=tuple(sorted((n, int(known.families[f].starts[s])) for n, s, f in binding)),
        )

    def _violations(
        self, position: int, solved: _Solved, results: Mapping[int, SeparationResult]
    ) -> tuple[dict[str, float], ...]:
        """What each standard lacks, in all and of a use, and its worth, as `draw_figures` tells it.

        Where its contingencies were not proved, in all at least, and of no use.
        What was seen before the base course was told of it says nothing of the base course as it
        is.
        """
        families = self._group.families
        found = (dict.fromkeys(self._group.tables[position], 0.0) for _ in range(3))
        violations, deepest, worths = found
        longest = any(families[f].is_long for f in results)
        for f, family in enumerate(families):
            if f in results and family.is_long == longest:
                worth_of_uses = family.cost[family.cost > 0].reshape(family.n_uses, -1)
                for missed in results[f].missed.values():
                    lack, asked = missed.reshape(2, family.n_uses, -1)
                    total, part, worth = lacking(lack, asked, asked, worth_of_uses)
                    violations[family.standard] += total
                    worths[family.standard] += worth
                    deepest[family.standard] = max(deepest[family.standard], part)
            elif not results and family.is_long:
                lacks = solved.columns[self._group.lacks[f]]
                known = float(lacks[lacks > NO_VIOLATION * family.worth].sum())
                worths[family.standard] += known
                violations[family.standard] += known / float(family.cost[family.dearest])
        return violations, deepest, worths


N_PARTS = 8
"""Batches of the draws; a few for each of the workers that are usual."""
MOST_KEPT = 16
"""Batches that a worker keeps: those of a program with standards and one without."""
ONE_IN = 8
"""One in so many draws is looked at closely where a bound is all that is asked for."""
IDLE_FOR = 6
"""Points for which a cut is kept that counts nowhere."""
Cuts = Mapping[str, Sequence[ContingencyCut]]
"""Digest of a matrix → cuts of its contingencies."""


@dataclass(frozen=True, slots=True)
class ScenarioBatch:
    """Some draws of a problem as a task names them; nothing of them is stated yet."""

    key: str
    first_draw: int
    """Position of the first of them among all draws."""
    problem: PlanProblem | Path | bytes
    """With these draws alone, in this process; where it is read; or as it goes with the task."""


_OPEN: OrderedDict[str, tuple[ScenarioGroup, ...]] = OrderedDict()


def opened(batch: ScenarioBatch) -> tuple[ScenarioGroup, ...]:
    """The draws of a batch, stated; kept for the next task."""
    if batch.key not in _OPEN:
        problem = batch.problem
        if isinstance(problem, Path):
            problem = problem.read_bytes()
        if isinstance(problem, bytes):
            problem = pickle.loads(problem)  # noqa: S301 - made by `Scenarios` of this program
        _OPEN[batch.key] = make_groups(problem, batch.first_draw)
        while len(_OPEN) > MOST_KEPT:
            _OPEN.popitem(last=False)
    _OPEN.move_to_end(batch.key)
    return _OPEN[batch.key]


Done = tuple[list[Outcome], Cuts, tuple[WarmStarts | None, ...]]
"""Outcomes by draw, cuts that are new, and what is known of each group."""


def at_a_point(
    known: tuple[ScenarioBatch, tuple[WarmStarts | None, ...]],
    *,
    values: FloatArray,
    prices: Prices,
    cuts: Cuts,
    depth: int,
    turn: int,
    until: float,
    known_exactly: frozenset[int],
) -> Done:
    """The draws of a batch at a point, from what is known of each of its groups, if anything.

    Draws whose cost at the point is known exactly are left out. Draws at the place `turn` in
    every `ONE_IN` are looked at more closely. The moment after which no new cuts are looked
    for is in seconds since the epoch.
    """
    batch, begun = known
    outcomes: dict[int, Outcome] = {}
    new: dict[str, list[ContingencyCut]] = {}
    warm_starts: list[WarmStarts | None] = []
    for g, group in enumerate(opened(batch)):
        of_group, of_draws = cuts.get(group.matrix, ()), begun[g] if begun else None
        places = [p for p, one in enumerate(group.draws) if one.draw not in known_exactly]
        if not places:
            warm_starts.append(of_draws)
            continue
        second = RecourseSolver(group, prices, of_group, of_draws)
        for place in places:
            position = group.positions[place]
            is_in_turn = group.draws[place].draw % ONE_IN == turn
            own = ONCE if is_in_turn and depth == NOWHERE else depth
            found = second.solve(place, values, depth=own, until=until)
            outcomes[position] = replace(found, columns=np.zeros(0))
        new.setdefault(group.matrix, []).extend(second.new)
        warm_starts.append(second.warm_starts)
    return [outcomes[i] for i in sorted(outcomes)], new, tuple(warm_starts)


@dataclass(slots=True)
class Scenarios:
    """All draws of a problem, and what was found out about their contingencies."""

    crew: Crew
    problem: PlanProblem
    until: float = np.inf
    """Moment after which no new cuts are looked for. [second since the epoch]"""
    cuts: dict[str, list[ContingencyCut]] = field(default_factory=dict)
    _batches: list[ScenarioBatch] = field(default_factory=list)
    _warm_starts: list[tuple[WarmStarts | None, ...]] = field(default_factory=list)
    _own: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _turn: int = 0
    _idle: dict[bytes, int] = field(default_factory=dict)
    """Cut → points at which it has counted nowhere since it last did."""

    def __enter__(self) -> "Scenarios":
        """Cut the draws up; into how many batches does not depend on the workers."""
        folder: Path | None = None  # where workers read the draws from; else they are sent them
        if self.crew.shares_files and not self.crew.is_here:
            with contextlib.suppress(OSError):
                folder = self._own.enter_context(new_folder())
        name, n = uuid.uuid4().hex, self.problem.n_draws
        n_parts = min(N_PARTS, n)
        edges = itertools.pairwise(n * i // n_parts for i in range(n_parts + 1))
        for i, (begin, end) in enumerate(edges):
            futures = replace(self.problem.futures.chosen(range(begin, end)), draws=None)
            stocks, key = self.problem.operating_stock[begin:end], f"{name}_{i}"
            problem: PlanProblem | Path | bytes
            problem = replace(self.problem, futures=futures, programs=(), operating_stock=stocks)
            if not self.crew.is_here:
                problem = pickle.dumps(problem, protocol=pickle.HIGHEST_PROTOCOL)
            if folder is not None and isinstance(problem, bytes):
                with contextlib.suppress(OSError):  # no space: then it is sent each time
                    path = folder / f"{key}.part"
                    path.write_bytes(problem)
                    problem = path
            self._batches.append(ScenarioBatch(key, begin, problem))
        self._warm_starts = [() for _batch in self._batches]
        return self

    def __exit__(self, *_error: object) -> None:
        for batch in self._batches:
            _OPEN.pop(batch.key, None)
        self._own.close()

    def at(
        self,
        values: FloatArray,
        prices: Prices,
        *,
        depth: int = LONG,
        is_timed: bool = True,
        before: Sequence[Outcome] = (),
    ) -> list[Outcome]:
        """All draws at a point, by draw; `NOWHERE` gives bounds from below.

        Timed, no new cuts are looked for once time is over. Draws that were exact when the
        point was looked at `before`, less closely, are not looked at again.
        """
        found = {one.draw: one for one in before if one.is_exact}
        self._turn = (self._turn + 1) % ONE_IN
        work = partial(
            at_a_point,
            values=values,
            prices=prices,
            cuts={matrix: tuple(cuts) for matrix, cuts in self.cuts.items()},
            depth=depth,
            turn=self._turn,
            until=self.until if is_timed else np.inf,
            known_exactly=frozenset(found),
        )
        tasks = list(zip(self._batches, self._warm_starts, strict=True))
        done = self.crew.do(work, tasks, needs=[batch.key for batch in self._batches])
        outcomes, cuts, warm_starts = zip(*done, strict=True)
        self._warm_starts = list(warm_starts)
        self._learn(cuts)
        found |= {one.draw: one for one in itertools.chain(*outcomes)}
        return [found[draw] for draw in sorted(found)]

    def cuts_by_draw(self) -> list[DrawCut]:
        """The cuts that count in each draw, at the starts at which they do."""
        found: list[DrawCut] = []
        for batch, of_batch in zip(self._batches, self._warm_starts, strict=True):
            for group, known in zip(opened(batch), of_batch, strict=False):
                if known is not None:
                    for place, ages in enumerate(known.ages):
                        found += group.draw_cuts(place, [known.rows[r] for r in ages])
        return found

    def _learn(self, new: Sequence[Cuts]) -> None:
        """Add what is new, once, in the order of the batches; drop what counts nowhere."""
        used = {
            warm_starts.rows[r][0].key
            for of_batch in self._warm_starts
            for warm_starts in of_batch
            if warm_starts is not None
            for ages in warm_starts.ages
            for r in ages
        }
        self._idle = {key: n + 1 for key, n in self._idle.items()} | dict.fromkeys(used, 0)
        for one in new:
            for matrix, cuts in one.items():
                kept = {cut.key: cut for cut in (*self.cuts.get(matrix, ()), *cuts)}
                self._idle.update(dict.fromkeys((c.key for c in cuts if c.key not in used), 0))
                self.cuts[matrix] = list(kept.values())
        for matrix, found in self.cuts.items():
            self.cuts[matrix] = [c for c in found if self._idle.get(c.key, 0) <= IDLE_FOR]
