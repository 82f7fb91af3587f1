"""The second stage: a base course and its contingencies, one matrix for all draws.

A draw is a vector of bounds and money; what is decided first moves bounds only (M5):

(M11) matrix y >= row_lower + R x, matrix y <= row_upper + R' x, 0 <= y <= col_upper + U x

A draw whose numbers stand in the matrix (ageing, lead times, inputs, line time, prices
under a ceiling on payments abroad) has a matrix of its own.

Symbols: x first stage, y second stage.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.options import Budget
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_case
from derbes.lp.highs import Session
from derbes.lp.program import Block, IntArray, LinearProgram, Sizes, stack_blocks
from derbes.model.arrays import MeasureArrays
from derbes.model.compile import tail_periods
from derbes.model.measures import compile_measure
from derbes.planning.base_course import (
    BaseCourse,
    Gains,
    add_base_entries,
    add_base_prices,
    asked_of,
    base_bounds,
    base_parts,
    base_template,
    excused,
    flow_weights,
    gains_of,
    share_of,
    usual_sizes_of,
    worth_of_uses,
)
from derbes.planning.contingencies import ContingencyShape, Family, make_families, make_tables
from derbes.planning.effects import (
    Aftermath,
    DrawArrays,
    aftermath_of,
    all_effects,
    draw_arrays,
    option_moves,
)
from derbes.planning.first_stage import FirstStage, chance_indicators, costs_in_draws
from derbes.supply.network import BlockIndex, Entries

FEW = 8
"""Futures up to which they are kept as they are compiled."""


@dataclass(frozen=True, slots=True)
class PlanFutures:
    """The futures that a plan has to stand: cases with weights."""

    case: Case
    draws: Draws | None
    scenarios: tuple[str, ...]
    """Scenarios that are the draws themselves, when there are no draws of inputs."""
    rows: tuple[int, ...]
    """Rows of the draws; those without weight are left out. (N,)"""
    weights: FloatArray
    """They add to 1. (N,)"""
    cases: tuple[Case, ...]
    """The case in each future; what draws do not change they share. (N,)"""
    n_periods: int
    """T, length of the arrays that all futures need. [period]"""
    compiled: dict[int, DrawArrays] = field(default_factory=dict, repr=False, compare=False)
    """Those that are kept as they are compiled, where they are few."""

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def key(self) -> str:
        """What tells a case and a request from others."""
        digest = hashlib.sha256()
        bare = replace(self.case, variants={}, source="", hash="", documents={}, facts={})
        digest.update(repr(bare).encode())
        digest.update(repr((self.case.risk, self.rows, self.scenarios)).encode())
        digest.update(self.weights.tobytes())
        if self.draws is not None:
            digest.update(repr(self.draws.inputs).encode())
            digest.update(self.draws.values.tobytes())
        return digest.hexdigest()

    @property
    def key_of_supply(self) -> str:
        """What tells all that is bought and made from others, whatever is chosen of the options."""
        options = {
            name: replace(one, dates=(), smallest=0.0, committed=False, excludes=(), requires=())
            for name, one in self.case.options.items()
        }
        ceilings = self.case.budget.foreign_by_year if self.case.budget else {}
        budget = Budget(foreign_by_year=ceilings) if ceilings else None
        case = replace(self.case, options=options, limits={}, budget=budget)
        return replace(self, case=case).key

    def chosen(self, which: Sequence[int]) -> "PlanFutures":
        """Some of the futures; their weights no longer add to 1."""
        return replace(
            self,
            scenarios=tuple(self.scenarios[i] for i in which if self.scenarios),
            rows=tuple(self.rows[i] for i in which),
            weights=self.weights[list(which)],
            cases=tuple(self.cases[i] for i in which),
            compiled={n: self.compiled[i] for n, i in enumerate(which) if i in self.compiled},
        )

    def written(self, i: int) -> DrawArrays:
        """A future, compiled; where they are few, it is kept."""
        found = self.compiled.get(i) or draw_arrays(self.cases[i], self.n_periods)
        if len(self) <= FEW:
            self.compiled[i] = found
        return found


def futures(case: Case, draws: Draws | None) -> PlanFutures:
    """Draws, or the scenarios of the case, or the case with its central values."""
    likely = tuple(name for name, one in case.scenarios.items() if one.probability > 0)
    if draws is not None:
        rows = tuple(int(i) for i in np.flatnonzero(draws.weights > 0))
        likely, weights = (), draws.weights[list(rows)]
        cases = tuple(drawn_case(case, draws, row) for row in rows)
    elif likely:
        rows = tuple(range(len(likely)))
        weights = np.array([case.scenarios[name].probability for name in likely])
        cases = tuple(case.scenarios[name].case or case for name in likely)
    else:
        rows, weights, cases = (0,), np.ones(1), (case,)
    longest = max([0, *(standard.length for standard in case.standards.values())])
    n_periods = case.calendar.n_periods + max(tail_periods(one, longest) for one in (case, *cases))
    return PlanFutures(case, draws, likely, rows, weights / weights.sum(), cases, n_periods)


@dataclass(frozen=True, slots=True)
class SecondStage:
    """What all draws have in common."""

    base: BaseCourse
    contingencies: tuple[ContingencyShape, ...]
    index: BlockIndex
    hard: FloatArray
    """Worth of what must not fall short, by column. (columns,) [money/unit]"""
    soft: FloatArray
    """Worth of what falls short last. (columns,) [money/unit]"""
    standards: Mapping[str, tuple[IntArray, ...]]
    """Standard → columns in which it falls short, a block for each contingency, a row for each
    use or seller; `calm` and `foreign currency` too. ((U, n) each)"""
    usual: FloatArray
    """What is usual of each column, as a power of two. (columns,)"""
    deferred: IntArray
    """Columns of deferrable demand that goes unmet without a cost of being short. (U, n)"""


@dataclass(frozen=True, slots=True)
class DrawProgram:
    """One draw's second stage."""

    draw: int
    weight: float
    digest: str
    """Of what stands in the matrix: the same for the same."""
    matrix: sparse.csc_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    col_upper: FloatArray
    money: FloatArray
    """Discounted money of every column. (columns,) [money/unit]"""
    reach: sparse.csr_matrix
    """Change of each bound for each first-stage column: lower of rows, upper of rows,
    upper of columns. (bounds, first-stage columns)"""
    option_cost: FloatArray
    """What the options cost in the draw beyond the mean. (first-stage columns,) [money]"""

    def bounds(self, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower and upper bounds of the rows, upper bounds of the columns at a point (M11)."""
        change = np.asarray(self.reach @ values, dtype=np.float64)
        m = len(self.row_lower)
        upper = np.maximum(self.col_upper + change[2 * m :], 0.0)
        return self.row_lower + change[:m], self.row_upper + change[m : 2 * m], upper


def make_second_stage(base: BaseCourse, shapes: tuple[ContingencyShape, ...]) -> SecondStage:
    """Blocks and prices of a base course with contingencies."""
    columns, rows = base_parts(base)
    for shape in shapes:
        more_columns, more_rows = shape.index.parts(f"_{shape.standard_name}_{shape.start}")
        columns += more_columns
        rows += more_rows
    index = BlockIndex(stack_blocks(columns), stack_blocks(rows))
    hard, soft = np.zeros(index.n_columns), np.zeros(index.n_columns)
    add_base_prices(base, index, hard, soft)
    arrays = base.layout.arrays
    unmet = index.column("unmet").indices
    is_free = np.isnan(arrays.shortage_cost)
    excess = index.column("excess").indices.reshape(1, -1)
    supply = [unmet[is_free & arrays.use_essential]]  # names that no standard can have
    lacking = {"supply in calm": supply, "foreign currency": [excess]}
    for name, _standard in base.standards:
        lacking[name] = [index.column(f"miss_{name}").indices]
    for cap in base.caps:
        lacking[cap.name] = [index.column(f"over_{cap.name}").indices]
    for shape in shapes:
        name = shape.standard_name
        missed = index.column(f"missed_{name}_{shape.start}")
        missed.of(hard)[:] = worth_of_uses(shape.layout)[shape.uses][:, None]
        lacking.setdefault(name, []).append(missed.indices)
    return SecondStage(
        base=base,
        contingencies=shapes,
        index=index,
        hard=hard,
        soft=soft,
        standards={name: tuple(one) for name, one in lacking.items() if any(b.size for b in one)},
        usual=usual_sizes_of(index, base),
        deferred=unmet[is_free & ~arrays.use_essential],
    )


def _matrix_digest(
    case: Case, written: DrawArrays, stage: SecondStage, measures: Mapping[str, MeasureArrays]
) -> str:
    """What tells the matrix of a draw from others: everything of the draw that stands in it.

    So does what was ordered before the calendar, where a start of a standard still finds it:
    it stands in bounds that are made with the matrix.
    """
    arrays = written.arrays
    activities = arrays.activities
    parts = [
        arrays.retention,
        arrays.lot_retention,
        arrays.shelf_life,
        activities.lead_times,
        activities.hours,
        activities.input_amounts,
    ]
    if stage.base.ceilings:
        parts += [activities.unit_cost, activities.price]
    parts += [flow_weights(cap, arrays) for cap in stage.base.caps]
    for measure in measures.values():
        parts += [measure.transit_kept, measure.transit_late, measure.lot_kept, measure.fresh_kept]
        # by how much bounds are gathered later, and for which starts
        is_late = measure.plant_delay > 0
        parts += [measure.plant_delay, np.where(is_late, arrays.plant_opening, 0)]
    if measures:
        first = min(case.standards[name].first for name in measures)
        still = max(first - int(arrays.shelf_life.max(initial=0)), 0)
        before = written.first.transit[:, still:].astype(np.float32)  # without rounding
        parts.append(before.astype(np.float64) + 0.0)  # and without -0
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    ).hexdigest()


def standard_measures(case: Case, written: DrawArrays) -> dict[str, MeasureArrays]:
    """The measure of each standard that has one, in a draw."""
    return {
        name: compile_measure(written.case, written.arrays, standard.measure)
        for name, standard in case.standards.items()
        if standard.measure
    }


def make_programs(
    future: PlanFutures,
    first: FirstStage,
    stage: SecondStage,
    *,
    operating_stock: Sequence[FloatArray] | None = None,
    first_draw: int = 0,
) -> tuple[DrawProgram, ...]:
    """All draws as programs; arrays that are equal stand in memory once.

    Without the stock that is customary in each draw there are no contingencies; the first of
    the draws stands at `first_draw` among all.
    """
    programs, index = [], stage.index
    starts: dict[tuple[str, bool], list[int]] = {}
    for one in stage.contingencies:
        starts.setdefault((one.standard_name, one.is_long), []).append(one.start)
    ends = (f"{one.standard_name}_{one.start}" for one in stage.contingencies)
    corners = {  # first row and first column of each contingency
        end: (index.row(f"stock_{end}").offset, index.column(f"order_{end}").offset) for end in ends
    }
    seen: dict[bytes, FloatArray] = {}
    reaches: dict[bytes, sparse.csr_matrix] = {}
    matrices: dict[str, tuple[sparse.csc_matrix, tuple[Family, ...]]] = {}
    costs = costs_in_draws(future.cases, first.columns) - first.cost
    for i, weight in enumerate(future.weights):
        written = future.written(i)
        measures = standard_measures(future.case, written)
        digest = _matrix_digest(future.case, written, stage, measures)
        if digest not in matrices:  # the base course, then each contingency with what links it
            standards, entries = future.case.standards, Entries()
            families = make_families(
                stage.base, standards, starts, written=written, measures=measures
            )
            add_base_entries(stage.base, written, index, entries)
            for family in families:
                own, link = family.matrix.tocoo(), family.link.tocoo()
                for start in family.starts.tolist():
                    row, column = corners[f"{family.standard}_{start}"]
                    moved_on = family.linked[link.col] + start - family.starts[0]
                    entries.add(own.row + row, own.col + column, own.data)
                    entries.add(link.row + row, moved_on, link.data)
            matrices[digest] = entries.matrix(index.n_rows, index.n_columns), families
        matrix, families = matrices[digest]
        lower, upper, closed, money = base_bounds(stage.base, written, index)
        bounds = np.concatenate([lower, upper, closed])
        reach = [*_base_reach(stage, first, written, draw=first_draw + i)]
        if operating_stock is not None:
            tables = make_tables(
                first,
                future.case.standards,
                written,
                measures,
                operating_stock=operating_stock[i],
                draw=first_draw + i,
            )
            paths = {name: table.at(np.zeros(first.n_columns)) for name, table in tables.items()}
            for family in families:
                m, name, every = index.n_rows, family.standard, np.arange(len(family.starts))
                found = family.bounds(paths[name], every)
                for start, own_bounds in zip(family.starts.tolist(), found, strict=True):
                    row, column = corners[f"{name}_{start}"]
                    rows = row + np.arange(family.n_rows)
                    columns = column + np.arange(len(family.cost))
                    at = np.concatenate([rows, m + rows, 2 * m + columns])
                    bounds[at] = own_bounds
                    positions, by, amounts = family.template.reach(tables[name].moves, start)
                    reach.append((at[positions], by, amounts))
        positions, columns, amounts = map(np.concatenate, zip(*reach, strict=True))
        shape = (len(bounds), first.n_columns)
        moved = sparse.coo_matrix((amounts, (positions, columns)), shape=shape).tocsr()
        known = moved.indptr.tobytes() + moved.indices.tobytes() + moved.data.tobytes()
        lower, upper, closed = np.split(bounds, [index.n_rows, 2 * index.n_rows])
        lower, upper, closed, money, cost = (
            seen.setdefault(one.tobytes(), one) for one in (lower, upper, closed, money, costs[i])
        )
        program = DrawProgram(
            draw=first_draw + i,
            weight=float(weight),
            digest=digest,
            matrix=matrix,
            row_lower=lower,
            row_upper=upper,
            col_upper=closed,
            money=money,
            reach=reaches.setdefault(known, moved),
            option_cost=cost,
        )
        programs.append(program)
    return tuple(programs)


def _base_reach(
    stage: SecondStage, first: FirstStage, written: DrawArrays, *, draw: int
) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """What first-stage columns add to the bounds of the base course (M5)."""
    index, base, arrays = stage.index, stage.base, written.arrays
    moves = option_moves(written, all_effects(first, written))
    yield base_template(base, arrays, index).reach(moves, 0)
    # what options cost abroad takes from the ceilings (M7)
    month_of = arrays.calendar.month_of
    years = np.array([month_of(t)[0] for t in range(first.foreign.shape[1])])
    rows = index.row("abroad").indices[:, 0] + index.n_rows
    for row, (year, _most) in zip(rows, base.ceilings, strict=True):
        paid = first.foreign[:, years == year].sum(axis=1)
        payers = np.flatnonzero(paid)
        yield np.full(len(payers), row), payers, -paid[payers]
    # what an indicator of the draw allows a standard without a measure to miss (M8)
    indicators = chance_indicators(first, draw)
    for name, standard in base.standards:
        if name in indicators:
            rows = index.row(f"met_{name}").indices.ravel() + index.n_rows
            missed = (share_of(standard) * asked_of(standard, arrays, base.layout.n)).ravel()
            moved = np.flatnonzero(missed)
            yield rows[moved], np.full(len(moved), indicators[name]), missed[moved]
    for cap in base.caps:  # and a cap to be passed (M16)
        if cap.name in indicators:
            rows, beyond = excused(cap, written, first, index)
            moved = np.flatnonzero(beyond)
            at = rows[moved] + index.n_rows
            yield at, np.full(len(moved), indicators[cap.name]), beyond[moved]


@dataclass(frozen=True, slots=True)
class DrawCut:
    """A cut of a contingency (M15) in a draw."""

    draw: int
    standard: str
    start: int
    key: bytes
    """The same for the same prices of the contingency's rows."""
    columns: IntArray
    """Columns of the base course that it is about."""
    factors: FloatArray
    at_least: float
    """Of the row, where nothing is chosen; -inf: it asks for nothing. [worth]"""
    slope: FloatArray
    """What first-stage columns add to that. (first-stage columns,) [worth]"""
    worth: float
    """Of a unit of the dearest of what may be lacking. [worth/unit]"""
    usual: float
    """What is usual of that, as a power of two. [unit]"""


def with_cuts(
    stage: SecondStage, programs: Sequence[DrawProgram], cuts: Sequence[DrawCut]
) -> tuple[SecondStage, tuple[DrawProgram, ...]]:
    """Second stages with rows of cuts behind their own, each of its draw.

    What a draw lacks at a start has a column behind the others, in units of the dearest use;
    where a contingency of that start stands in the program, it is what that one does not miss.
    """
    index, n_cuts = stage.index, len(cuts)
    m, n = index.n_rows, index.n_columns
    ends = {(cut.standard, cut.start): cut for cut in cuts}
    lacks = {end: n + i for i, end in enumerate(ends)}
    at_ends = {end: np.array([column], dtype=np.int64) for end, column in lacks.items()}
    for shape in stage.contingencies:
        end = (shape.standard_name, shape.start)
        if end in at_ends:
            missed = index.column(f"missed_{shape.standard_name}_{shape.start}").indices.ravel()
            at_ends[end] = np.append(at_ends[end], missed)
    worth = np.concatenate([stage.hard, [cut.worth for cut in ends.values()]])
    lacking = [at_ends[cut.standard, cut.start] for cut in cuts]
    places = [np.append(cut.columns, own) for cut, own in zip(cuts, lacking, strict=True)]
    factors = [np.append(cut.factors, worth[own]) for cut, own in zip(cuts, lacking, strict=True)]
    rows = np.repeat(np.arange(n_cuts), [len(one) for one in places])
    entries = (np.concatenate(factors), (rows, np.concatenate(places)))
    below = sparse.coo_matrix(entries, shape=(n_cuts, n + len(ends)))
    nothing, free = sparse.csr_matrix((m, len(ends))), np.full(len(ends), np.inf)
    slopes = sparse.csr_matrix(np.array([cut.slope for cut in cuts]))
    no_slopes, no_moves = (sparse.csr_matrix((k, slopes.shape[1])) for k in (n_cuts, len(ends)))
    matrices: dict[int, sparse.csc_matrix] = {}
    found = []
    for draw in programs:
        if id(draw.matrix) not in matrices:
            above = sparse.hstack([draw.matrix, nothing])
            matrices[id(draw.matrix)] = sparse.vstack([above, below]).tocsc()
        is_own = np.array([cut.draw == draw.draw for cut in cuts])
        least = np.where(is_own, [cut.at_least for cut in cuts], -np.inf)
        slope = sparse.diags(is_own.astype(np.float64)) @ slopes
        reach = [draw.reach[:m], slope, draw.reach[m : 2 * m], no_slopes]
        reach += [draw.reach[2 * m :], no_moves]
        program = replace(
            draw,
            matrix=matrices[id(draw.matrix)],
            row_lower=np.concatenate([draw.row_lower, least]),
            row_upper=np.concatenate([draw.row_upper, np.full(n_cuts, np.inf)]),
            col_upper=np.concatenate([draw.col_upper, free]),
            money=np.concatenate([draw.money, np.zeros(len(ends))]),
            reach=sparse.vstack(reach).tocsr(),
        )
        found.append(program)
    standards = dict(stage.standards)
    for (name, _start), column in lacks.items():
        standards[name] = (*standards.get(name, ()), np.array([[column]], dtype=np.int64))
    names = tuple(f"{name}_{start}" for name, start in ends)
    numbered = tuple(f"{cut.standard}_{cut.start}_{i}" for i, cut in enumerate(cuts))
    more = replace(
        stage,
        index=BlockIndex(
            (*index.columns, Block("lack", names, 0, 1, n)),
            (*index.rows, Block("cut", numbered, 0, 1, m)),
        ),
        hard=worth,
        soft=np.concatenate([stage.soft, np.zeros(len(ends))]),
        standards=standards,
        usual=np.concatenate([stage.usual, [cut.usual for cut in ends.values()]]),
    )
    return more, tuple(found)


def surveyed(future: PlanFutures) -> tuple[int, Gains, Aftermath]:
    """The draw with the longest lead time, which shapes the blocks; what is at stake in any."""
    leads, gains, after = [], [], []
    for i in range(len(future)):
        written = future.written(i)
        leads.append(int(written.arrays.activities.lead_times.max(initial=0)))
        gains.append(gains_of(written))
        after.append(aftermath_of(written, future.case.standards))
    return int(np.argmax(leads)), reduce(Gains.at_most, gains), reduce(Aftermath.at_most, after)


def as_program(
    name: str,
    matrix: sparse.csc_matrix,
    cost: FloatArray,
    bounds: tuple[FloatArray, FloatArray, FloatArray],
    *,
    usual: FloatArray,
    index: BlockIndex | None = None,
) -> LinearProgram:
    """A part of the second stage as a program of one level; usual sizes are powers of two.

    Bounds are lower and upper ones of rows, and upper ones of columns.
    """
    n_rows, n_columns = len(bounds[0]), len(cost)
    columns = (Block("column", (name,), 0, n_columns, 0),)
    rows = (Block("row", (name,), 0, n_rows, 0),)
    return LinearProgram(
        name=name,
        levels=("cost",),
        level_costs=cost[None, :],
        weights=np.ones(1),
        matrix=matrix,
        row_lower=bounds[0],
        row_upper=bounds[1],
        col_lower=np.zeros(n_columns),
        col_upper=bounds[2],
        columns=columns if index is None else index.columns,
        rows=rows if index is None else index.rows,
        sizes=Sizes(usual, np.zeros(0)),
    )


def in_sessions(
    stage: SecondStage,
    draws: Sequence[DrawProgram],
    costs: Callable[[DrawProgram], FloatArray],
    values: FloatArray,
) -> Iterator[tuple[DrawProgram, Session, LinearProgram]]:
    """Second stages at a point of the first, each in the solver from the basis before."""
    session: Session | None = None
    for draw in draws:
        bounds, cost = draw.bounds(values), costs(draw)
        program = as_program(
            "second stage", draw.matrix, cost, bounds, usual=stage.usual, index=stage.index
        )
        if session is None or session.program.matrix is not draw.matrix:
            session = Session(program)
        else:
            session.set_column_bounds(program.col_lower, program.col_upper)
            session.set_row_bounds(program.row_lower, program.row_upper)
            session.set_costs(program.cost)
        yield draw, session, program
