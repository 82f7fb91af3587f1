"""Many futures of a case by the policy, each following the central calm plan in proportion."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from derbes.case.quantity import FloatArray, Quantity
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
    run_futures,
)
from derbes.kernels.policy import Measures
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, State
from derbes.model.numbers import Values, drawn, whole_periods
from derbes.simulation.branch import BY_PERIOD, Turns, calm_effects, make_run, make_turns
from derbes.simulation.plan import PolicyPlan, lot_columns

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
BLOCK_NUMBERS = 2**22
"""Most numbers by period of the futures whose arrays are made together."""


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

    plan: PolicyPlan
    """The central calm plan."""
    compile: Callable[[Values, int], CaseArrays]
    """Arrays of what is drawn, over so many periods, as `compile_draws` makes them."""
    inputs: tuple[str, ...]
    """Paths that draws must hold."""
    factors: tuple[tuple[Quantity, bool], ...]
    """Drawn shares and rises of measures, and whether each is a time."""
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
        n, arrays = len(draws.values), model.arrays
        self.totals = np.zeros((n, 2 * len(arrays.uses) + N_TOTALS))
        self.paths = np.zeros((n_paths * model.n_periods, n_rows))
        self.frame = self._frame()
        self.base = Measures(
            np.array([one.effects for one in model.sets]),
            np.array([int(one.crisis) for one in model.sets]),
        )
        reached = model.first + model.n_periods + 2 * model.plan.reach
        self.n_drawn, self.block = min(arrays.n_periods, reached), CHUNK
        if model.inputs:
            width = len(arrays.activities.names) + len(arrays.lines) + len(arrays.plants)
            self.block = int(np.clip(BLOCK_NUMBERS // (width * self.n_drawn), 16, CHUNK))

    def _compiled(self, own: slice, n_periods: int) -> CaseArrays:
        """The arrays of some draws."""
        if not self.model.inputs:
            return self.model.arrays
        return self.model.compile(self._values(own), n_periods)

    def _values(self, own: slice) -> Values:
        at = {path: column for column, path in enumerate(self.draws.inputs)}
        columns = np.ascontiguousarray(self.draws.values[own].T)
        return {path: columns[at[path]] for path in self.model.inputs}

    def _frame(self) -> Frame:
        model, arrays, plan = self.model, self.model.arrays, self.model.plan
        terms = [(c, *term) for c, one in enumerate(model.sets) for term in one.terms]
        state = model.state or _nothing(arrays)
        whole = arrays.lot_stock
        parts = np.divide(state.lots, whole, out=np.ones_like(whole), where=whole > 0)
        return Frame(
            first=model.first,
            lots=parts if model.state else np.ones_like(whole),
            lot_stock=whole,
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
        end = min(first + CHUNK, len(self.draws.values))
        sums = np.zeros((self.model.n_periods, self.n_rows))
        for begin in range(first, end, self.block):
            self._run(slice(begin, min(begin + self.block, end)), sums)
        return sums

    def _run(self, own: slice, sums: FloatArray) -> None:
        """Run some futures, and add up what they give by period."""
        model, plan = self.model, self.model.plan
        arrays = self._compiled(own, self.n_drawn)
        longest = int(arrays.activities.lead_times.max(initial=0))
        if longest >= plan.reach:
            arrays = self._compiled(own, model.arrays.n_periods)
        m = model.n_periods + max(longest + 1, plan.reach)
        kept_paths = self.paths[own.start * model.n_periods : own.stop * model.n_periods]
        kept = Kept(
            totals=self.totals[own],
            sums=sums,
            paths=kept_paths,
            n_paths=len(kept_paths) // model.n_periods,
            rows=self.rows,
            count_from=self.count_from,
            factors=np.zeros((m, len(arrays.goods))),
        )
        course = plan.course._replace(
            **{name: np.zeros((m, getattr(plan.course, name).shape[1])) for name in BY_PERIOD},
            **{name: getattr(plan.course, name).copy() for name in BY_FUTURE},
        )
        regime = np.zeros(model.n_periods, dtype=np.int64)
        strikes = np.full((model.n_periods, self.turns.most_at_once), -1, dtype=np.int64)
        oldest = int(arrays.shelf_life.max(initial=0))
        shelves = course._replace(shelf_life=np.full_like(course.shelf_life, oldest))
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
            self._drawn(own, arrays),
            course,
            Measures(self.base.effects.copy(), self.base.crisis),
            run,
            kept,
        )
        run_futures(*(packed(part) for part in parts))

    def _drawn(self, own: slice, arrays: CaseArrays) -> Drawn:
        activities, n = arrays.activities, own.stop - own.start
        values, calendar = self._values(own), arrays.calendar
        factors = np.zeros((n, len(self.model.factors)))
        for column, (quantity, is_time) in enumerate(self.model.factors):
            one = drawn(quantity, values)
            factors[:, column] = whole_periods(one, calendar) if is_time else one
        return Drawn(
            capacity=_each(activities.capacity, 2),
            hours=_each(arrays.line_hours, 2),
            pools=_each(arrays.shared_capacity, 2),
            demand=_each(arrays.demand, 2),
            crisis=_each(arrays.crisis_demand, 2),
            unit_cost=_each(activities.unit_cost, 2),
            storage_cost=_each(arrays.storage_cost, 2),
            storage_limit=_each(arrays.storage_limit, 2),
            reserve=_each(arrays.reserve, 2),
            lot_retention=_each(arrays.lot_retention, 2),
            amounts=_each(activities.input_amounts, 1),
            line_time=_each(activities.hours, 1),
            leads=_each(activities.lead_times, 1),
            retention=_each(arrays.retention, 1),
            shelf_life=_each(arrays.shelf_life, 1),
            opening=_each(arrays.plant_opening, 1),
            ramp=_each(arrays.plant_ramp, 1),
            weight=_each(arrays.use_weight, 1),
            refill=np.atleast_1d(np.asarray(arrays.refill_periods, dtype=np.int64))[:, None].copy(),
            lot_stock=_each(arrays.lot_stock, 1),
            discount=_each(arrays.discount, 1),
            factors=factors,
            turn_times=np.ascontiguousarray(self.turns.times[own]),
            turn_sets=np.ascontiguousarray(self.turns.sets[own]),
            turn_begins=np.ascontiguousarray(self.turns.begins[own]),
            weights=np.ascontiguousarray(self.draws.weights[own]),
            **lot_columns(arrays, self.model.first),
        )


def _each(array: Any, n_axes: int) -> Any:
    """With an axis of draws; of one where no draw changes anything, and so that of periods."""
    if array.strides[-1] == 0:
        array = array[..., :1]
    return np.ascontiguousarray(array if array.ndim > n_axes else array[None])


def _nothing(arrays: CaseArrays) -> State:
    """First stocks, nothing else."""
    n_goods, n_activities = len(arrays.goods), len(arrays.activities.names)
    nothing = np.zeros((n_goods, 0))
    return State(arrays.lot_stock, np.zeros(n_goods), nothing, np.zeros((n_activities, 0)))


def _need(plan: PolicyPlan) -> FloatArray:
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


def _final_first(plan: PolicyPlan) -> list[int]:
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
