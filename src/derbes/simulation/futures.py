"""Many futures of a case by the policy, each following the central calm plan in proportion."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.kernels.compiling import packed
from derbes.kernels.futures import (
    DEEPEST,
    FIRST_SHORT,
    N_TOTALS,
    SERIES,
    WORTH,
    Drawn,
    Frame,
    Kept,
    Places,
    run_futures,
)
from derbes.kernels.policy import NEVER, Measures
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, State
from derbes.simulation.branch import BY_PERIOD, Turns, calm_effects, make_run, make_turns
from derbes.simulation.numbers import Derived, drawn_values
from derbes.simulation.plan import Plan, lot_columns, lots_in_order

CHUNK = 4096
"""Futures whose sums are added up together; the same for any number of threads."""
BY_FUTURE = (
    "amounts",
    "line_time",
    "leads",
    "retention",
    "shelf_life",
    "weight",
    "opening",
    "ramp",
    "refill",
    "lot_order",
    "lot_until",
    "before_fresh",
    "lot_rank",
)
"""Parts of a course that do not change over time and may differ from future to future."""
OWN_NUMBER, OWN_PATH = 1, 2
"""How a lot's survival differs from future to future."""


@dataclass(frozen=True, slots=True)
class LotPath:
    """A lot whose survival by period differs from draw to draw."""

    lot: int
    derived: Derived
    """Its formula gives one path for each draw."""


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """Measures that run at the same time."""

    members: tuple[int, ...]
    effects: FloatArray
    """With their drawn factors at 0. (X,)"""
    crisis: bool
    terms: tuple[tuple[int, int, float], ...]
    """Effect, number and sign of each drawn factor."""


@dataclass(frozen=True, slots=True)
class FuturesModel:
    """A case whose structure is compiled once; draws change its numbers."""

    plan: Plan
    """The central calm plan."""
    at: Places
    central: FloatArray
    shapes: FloatArray
    derived: tuple[Derived, ...]
    lot_kinds: IntArray
    lot_paths: tuple[LotPath, ...]
    measures: tuple[str, ...]
    """Measures that events may hold."""
    sets: tuple[MeasureSet, ...]
    """The first is calm."""
    state: State | None
    """What is there before the first period; None: the first stocks, and on the way what
    the plan has."""
    first: int
    """First period of a future."""
    n_periods: int

    @property
    def arrays(self) -> CaseArrays:
        """With the central values."""
        return self.plan.arrays

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths that draws must hold."""
        every = (*self.derived, *(lot.derived for lot in self.lot_paths))
        return tuple(dict.fromkeys(path for one in every for path in one.paths if path))


@dataclass(frozen=True, slots=True)
class Futures:
    """N futures over n periods, in the order of the draws; U uses."""

    first: int
    """First period."""
    weights: FloatArray
    """(N,)"""
    unmet: FloatArray
    """Over all periods that count. (N, U) [unit]"""
    first_short: IntArray
    """First period in which essential demand goes short; -1: none. (N,)"""
    deepest: FloatArray
    """Largest part of a period's essential demand, weighted, that goes short. (N,)"""
    money: FloatArray
    """Of all activities and of storage, worth at the first period; nan where not kept. (N,)
    [money]"""
    unmet_worth: FloatArray
    """Unmet demand, of each period what it is worth at the first. (N, U) [unit]"""
    probability_short: FloatArray
    """Weighted part of the futures that go short of essential demand in a period. (n,)"""
    means: Mapping[str, FloatArray]
    """Weighted mean by series of `SERIES`, period and row. (n, rows)"""
    paths: Mapping[str, FloatArray]
    """Of the first futures, by series. (n_paths, n, rows)"""


def calm_set(arrays: CaseArrays) -> MeasureSet:
    """The set of no measure."""
    return MeasureSet((), calm_effects(arrays), crisis=False, terms=())


def simulate_futures(
    model: FuturesModel,
    draws: Draws,
    events: Events | None = None,
    *,
    keep: Sequence[str] = (),
    n_paths: int = 0,
    n_threads: int = 1,
    count_from: int = 0,
) -> Futures:
    """Run the policy (S1)-(S9) in each future; bit for bit the same on any threads.

    A future begins in calm. A measure that begins finds what the policy has left, and
    nothing before it knows of it.

    Args:
        model: The case.
        draws: Values of its inputs; nan stands for the central value.
        events: Measures that come in each future; None: none come.
        keep: Series of `SERIES` that are kept by period; with `money` also its total.
        n_paths: Futures of which whole paths are kept, the first ones.
        n_threads: Threads.
        count_from: First period whose unmet demand counts; what goes short before is left
            out of every total.

    Raises:
        ValueError: Draws or events do not fit the model.
    """
    _check(model, draws, keep)
    n = len(draws.values)
    sets = tuple(one.members for one in model.sets)
    turns = make_turns(model.measures, sets, events, n)
    widths = (1, len(model.arrays.uses), len(model.arrays.goods), 1)
    rows = np.full(len(SERIES), -1, dtype=np.int64)
    n_rows = 0
    for series, (name, width) in enumerate(zip(SERIES, widths, strict=True)):
        if name in keep or series == 0:
            rows[series] = n_rows
            n_rows += width
    run = _Chunks(
        model, draws, turns, rows, n_rows=n_rows, n_paths=min(n_paths, n), count_from=count_from
    )
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        sums = list(pool.map(run.chunk, range(0, n, CHUNK)))
    total = np.zeros((model.n_periods, n_rows))
    for part in sums:
        total += part
    return _told(run, total, widths)


def _check(model: FuturesModel, draws: Draws, keep: Sequence[str]) -> None:
    if set(model.inputs) - set(draws.inputs):
        missing = sorted(set(model.inputs) - set(draws.inputs))
        msg = f"draws without the inputs {', '.join(missing)}"
        raise ValueError(msg)
    unknown = sorted(set(keep) - set(SERIES))
    if unknown:
        msg = f"no such series: {', '.join(unknown)}; there are {', '.join(SERIES)}"
        raise ValueError(msg)
    if not len(draws.values):
        raise ValueError("no draws")


class _Chunks:
    """Futures to be run chunk by chunk, and where what they give is written."""

    def __init__(
        self,
        model: FuturesModel,
        draws: Draws,
        turns: Turns,
        rows: IntArray,
        *,
        n_rows: int,
        n_paths: int,
        count_from: int,
    ) -> None:
        self.model, self.draws, self.turns = model, draws, turns
        self.rows, self.n_rows, self.n_paths = rows, n_rows, n_paths
        self.count_from = count_from
        n, at = len(draws.values), model.at
        self.totals = np.zeros((n, 2 * len(model.arrays.uses) + N_TOTALS))
        self.paths = np.zeros((n_paths * model.n_periods, n_rows))
        self.most_at_once = turns.most_at_once
        self.longest = int(self._most(at.lead, at.hours))
        self.oldest = int(self._most(at.shelf_life, at.lot))
        goods = model.arrays.lot_goods
        own = {one.place for one in model.derived}
        self.is_order_drawn = bool(model.lot_kinds.any()) or any(
            at.retention + int(g) in own for g in goods
        )
        self.frame = self._frame()
        self.base = Measures(
            np.array([one.effects for one in model.sets]),
            np.array([int(one.crisis) for one in model.sets]),
        )

    def _most(self, first: int, end: int) -> float:
        """Largest value of some numbers over all draws."""
        model, n = self.model, len(self.draws.values)
        most = float(model.central[first:end].max(initial=0.0))
        for derived in model.derived:
            if first <= derived.place < end:
                values = drawn_values(derived, self._columns(slice(0, n)), n)
                most = max(most, float(values.max()))
        return most

    def _columns(self, own: slice) -> dict[str, FloatArray]:
        at = {path: column for column, path in enumerate(self.draws.inputs)}
        return {path: self.draws.values[own, at[path]] for path in self.model.inputs}

    def _frame(self) -> Frame:
        model, arrays, plan = self.model, self.model.arrays, self.model.plan
        varies = np.full(model.at.end, -1, dtype=np.int64)
        then = np.full(model.shapes.shape, -1, dtype=np.int64)
        for row, derived in enumerate(model.derived):
            varies[derived.place] = row
            if derived.place < len(then):
                then[derived.place, slice(None) if derived.at is None else derived.at] = row
        terms = [(c, *term) for c, one in enumerate(model.sets) for term in one.terms]
        state = model.state or _nothing(arrays)
        whole = arrays.lot_stock
        parts = np.divide(state.lots, whole, out=np.ones_like(whole), where=whole > 0)
        return Frame(
            at=model.at,
            first=model.first,
            shapes=np.ascontiguousarray(model.shapes),
            central=model.central,
            varies=varies,
            varies_then=then,
            lot_paths=np.ascontiguousarray(arrays.lot_retention),
            lot_kinds=model.lot_kinds,
            lots=parts if model.state else np.ones_like(whole),
            fresh=np.ascontiguousarray(state.fresh),
            past_inflow=np.ascontiguousarray(state.past_inflow),
            transit=np.ascontiguousarray(state.transit),
            is_given=int(model.state is not None),
            arriving=plan.arriving,
            need=_need(plan),
            reserve=np.ascontiguousarray(arrays.reserve.T),
            central_leads=arrays.activities.lead_times,
            term_sets=np.array([term[0] for term in terms], dtype=np.int64),
            term_effects=np.array([term[1] for term in terms], dtype=np.int64),
            term_numbers=np.array([term[2] for term in terms], dtype=np.int64),
            term_signs=np.array([term[3] for term in terms], dtype=np.float64),
        )

    def chunk(self, first: int) -> FloatArray:
        """Run the futures from one on; sums by period. (n, rows)"""
        model, plan = self.model, self.model.plan
        own = slice(first, min(first + CHUNK, len(self.draws.values)))
        n = own.stop - first
        m = model.n_periods + max(self.longest + 1, plan.reach)
        n_kept = max(0, min(n, self.n_paths - first))
        kept = Kept(
            totals=np.zeros((n, self.totals.shape[1])),
            sums=np.zeros((model.n_periods, self.n_rows)),
            paths=np.zeros((n_kept * model.n_periods, self.n_rows)),
            n_paths=n_kept,
            rows=self.rows,
            count_from=self.count_from,
            factors=np.zeros((m, len(model.arrays.goods))),
        )
        course = plan.course._replace(
            **{name: np.zeros((m, getattr(plan.course, name).shape[1])) for name in BY_PERIOD},
            **{name: getattr(plan.course, name).copy() for name in BY_FUTURE},
        )
        regime = np.zeros(model.n_periods, dtype=np.int64)
        strikes = np.full((model.n_periods, self.most_at_once), -1, dtype=np.int64)
        shelves = course._replace(shelf_life=np.full_like(course.shelf_life, self.oldest))
        run = make_run(
            plan,
            _nothing(model.arrays),
            shelves,
            turns=(regime, strikes),
            start=model.first,
        )
        parts = (
            plan.network,
            plan.course,
            self.frame,
            self.base,
            self._drawn(own, n),
            course,
            Measures(self.base.effects.copy(), self.base.crisis),
            run,
            kept,
        )
        run_futures(*(packed(part) for part in parts))
        self.totals[own] = kept.totals
        at = first * model.n_periods
        self.paths[at : at + len(kept.paths)] = kept.paths
        return kept.sums

    def _drawn(self, own: slice, n: int) -> Drawn:
        model = self.model
        columns = self._columns(own)
        values = np.zeros((len(model.derived), n))
        for row, derived in enumerate(model.derived):
            values[row] = drawn_values(derived, columns, n)
        paths = [drawn_values(lot.derived, columns, n).T for lot in model.lot_paths]
        lot_paths = np.concatenate(paths) if paths else np.zeros((0, n))
        if self.is_order_drawn:
            order = self._lot_order(columns, paths, n)
        else:
            order = {
                name: rows[None] for name, rows in lot_columns(model.arrays, model.first).items()
            }
        return Drawn(
            values=values,
            lot_paths=np.ascontiguousarray(lot_paths),
            turn_times=np.ascontiguousarray(self.turns.times[own]),
            turn_sets=np.ascontiguousarray(self.turns.sets[own]),
            turn_begins=np.ascontiguousarray(self.turns.begins[own]),
            weights=np.ascontiguousarray(self.draws.weights[own]),
            **order,
        )

    def _lot_order(
        self, columns: Mapping[str, FloatArray], paths: list[FloatArray], n: int
    ) -> dict[str, IntArray]:
        """In which order each future draws lots. (N, L)"""
        model, arrays = self.model, self.model.arrays
        first, at = model.first, model.at
        n_later = arrays.n_periods - max(1, first)
        left = np.repeat(arrays.lot_retention[:, first:, None], n, axis=2)
        for own, path in zip(model.lot_paths, paths, strict=True):
            left[own.lot] = path[first:]
        ends = left == 0.0
        until = np.where(ends.any(axis=1), ends.argmax(axis=1) - 1, NEVER)
        lasting = left.prod(axis=1)
        fresh = np.repeat(arrays.retention[arrays.lot_goods][:, None], n, axis=1)
        for derived in model.derived:
            lot = derived.place - at.lot_retention
            if 0 <= lot < len(lasting):
                lasting[lot] = drawn_values(derived, columns, n) ** n_later
                until[lot] = NEVER
            good = derived.place - at.retention
            if 0 <= good < len(arrays.goods):
                fresh[arrays.lot_goods == good] = drawn_values(derived, columns, n)
        fresh = fresh ** (arrays.n_periods - first)
        return lots_in_order(arrays.lot_goods, until.T, lasting.T, fresh.T)


def _nothing(arrays: CaseArrays) -> State:
    """First stocks, nothing else."""
    n_goods, n_activities = len(arrays.goods), len(arrays.activities.names)
    nothing = np.zeros((n_goods, 0))
    return State(arrays.lot_stock, np.zeros(n_goods), nothing, np.zeros((n_activities, 0)))


def _need(plan: Plan) -> FloatArray:
    """What the plan needs of each good: demand that it serves, exports and recipes. (T, G)"""
    arrays, course, network = plan.arrays, plan.course, plan.network
    need = np.zeros(course.path.shape)
    served = course.demand * (1.0 - course.left_short)
    for u, good in enumerate(arrays.use_goods):
        need[:, good] += served[:, u]
    activities = arrays.activities
    exports: BoolArray = activities.kinds == ActivityKind.EXPORT
    for k in [*np.flatnonzero(exports), *_final_first(plan)]:
        if network.turns_back[k] == 0:
            for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
                need[:, activities.input_goods[i]] += (
                    activities.input_amounts[i] * course.plan[:, k]
                )
    return need


def _final_first(plan: Plan) -> list[int]:
    """Sources in the order in which the kernel adds up what they need."""
    network = plan.network
    return [
        int(k)
        for g in network.order
        for k in network.sources[network.first_source[g] : network.first_source[g + 1]]
    ]


def _told(run: _Chunks, sums: FloatArray, widths: tuple[int, ...]) -> Futures:
    model, totals = run.model, run.totals
    n_uses = len(model.arrays.uses)
    whole = run.draws.weights.sum()
    means, paths = {}, {}
    for name, at, width in zip(SERIES, run.rows, widths, strict=True):
        if at >= 0:
            own = slice(at, at + width)
            means[name] = sums[:, own] / whole
            by_future = run.paths[:, own].reshape(run.n_paths, model.n_periods, width)
            paths[name] = by_future
    other = totals[:, 2 * n_uses :]
    with_money = run.rows[SERIES.index("money")] >= 0
    return Futures(
        first=model.first,
        weights=run.draws.weights,
        unmet=totals[:, :n_uses],
        first_short=other[:, FIRST_SHORT].astype(np.int64),
        deepest=other[:, DEEPEST],
        money=other[:, WORTH] if with_money else np.full(len(totals), np.nan),
        unmet_worth=totals[:, n_uses : 2 * n_uses],
        probability_short=means[SERIES[0]][:, 0],
        means=means,
        paths=paths,
    )
