"""Many futures of a case by the policy, each following the central calm plan in proportion."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, product
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
from derbes.kernels.policy import NEVER, Measures
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, State
from derbes.model.numbers import Values, drawn, whole_periods
from derbes.simulation.branch import BY_PERIOD, PolicyPlan, calm_effects, lot_columns, make_run

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


Span = tuple[Events | None, int, int]
"""Measures that come in each future (None: none come), the periods that are looked at, and
the first of them whose unmet demand counts; what goes short before is in no total."""


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
    """The futures of one span, over the periods of the model; see `simulate_spans`."""
    span = events, model.n_periods, count_from
    return simulate_spans(model, draws, [span], keep=keep, n_paths=n_paths, n_threads=n_threads)[0]


def simulate_spans(
    model: FuturesModel,
    draws: Draws,
    spans: Sequence[Span],
    *,
    keep: Sequence[str] = (),
    n_paths: int = 0,
    n_threads: int = 1,
) -> list[Futures]:
    """Run the policy (S1)-(S9) in each future; bit for bit the same on any threads.

    A future begins in calm. A measure that begins finds what the policy has left, and
    nothing before it knows of it. The arrays of the draws are made once for all spans.

    Args:
        model: The case.
        draws: Values of its inputs; nan stands for the central value.
        spans: What comes, and how long one looks; futures of each are given.
        keep: Series of `SERIES` that are kept by period; with `money` also its total.
        n_paths: Futures of which whole paths are kept, the first ones.
        n_threads: Threads.

    Raises:
        ValueError: Draws or events do not fit the model.
    """
    _check(model, draws, keep)
    n, arrays = len(draws.values), model.arrays
    widths = (1, len(arrays.uses), len(arrays.goods), 1)
    kept = [name in keep or name == SERIES[0] for name in SERIES]
    ends = np.cumsum(np.where(kept, widths, 0))
    rows = np.where(kept, ends - widths, -1)
    about: dict[str, Any] = {"rows": rows, "n_rows": int(ends[-1]), "n_paths": min(n_paths, n)}
    runs = [_Run(model, draws, span, **about) for span in spans]
    reached = model.first + max(span[1] for span in spans) + 2 * model.plan.reach
    n_drawn, block = min(arrays.n_periods, reached), CHUNK
    if model.inputs:
        width = len(arrays.activities.names) + len(arrays.lines) + len(arrays.plants)
        block = int(np.clip(BLOCK_NUMBERS // (width * n_drawn), 16, CHUNK))
    at = {path: column for column, path in enumerate(draws.inputs)}

    def chunk(task: tuple[int, int]) -> list[FloatArray]:
        """Run the futures of some spans from one on; sums by period. (n, rows) each"""
        first, offset = task
        own_runs, end = runs[offset::n_groups], min(first + CHUNK, n)
        sums = [np.zeros((run.n_periods, run.n_rows)) for run in own_runs]
        for begin in range(first, end, block):
            own = slice(begin, min(begin + block, end))
            columns = np.ascontiguousarray(draws.values[own].T)
            values = {path: columns[at[path]] for path in model.inputs}
            found = model.compile(values, n_drawn) if values else arrays
            longest = int(found.activities.lead_times.max(initial=0))
            if longest >= model.plan.reach and values:
                found = model.compile(values, arrays.n_periods)
            oldest = int(found.shelf_life.max(initial=0))
            numbers = _drawn(model, found, values, np.ascontiguousarray(draws.weights[own]))
            for run, total in zip(own_runs, sums, strict=True):
                run.run(own, numbers, total, longest=longest, oldest=oldest)
        return sums

    firsts = range(0, n, CHUNK)
    n_groups = min(len(runs), n_threads) if len(firsts) < n_threads else 1
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        for task, parts in zip(
            product(firsts, range(n_groups)),
            pool.map(chunk, product(firsts, range(n_groups))),
            strict=True,
        ):
            for run, part in zip(runs[task[1] :: n_groups], parts, strict=True):
                run.sums += part
    return [run.futures(widths) for run in runs]


class _Run:
    """The futures of a span while they are run, and where what they give is written."""

    def __init__(
        self,
        model: FuturesModel,
        draws: Draws,
        span: Span,
        *,
        rows: IntArray,
        n_rows: int,
        n_paths: int,
    ) -> None:
        events, self.n_periods, self.count_from = span
        self.model, self.weights = model, draws.weights
        self.rows, self.n_rows, self.n_paths = rows, n_rows, n_paths
        n, sets = len(draws.values), model.sets
        self.turns = make_turns(model.measures, [one.members for one in sets], events, n)
        self.frame = _frame(model)
        self.base = Measures(
            np.array([one.effects for one in sets]), np.array([int(one.crisis) for one in sets])
        )
        self.totals = np.zeros((n, 2 * len(model.arrays.uses) + N_TOTALS))
        self.paths = np.zeros((n_paths * self.n_periods, n_rows))
        self.sums = np.zeros((self.n_periods, n_rows))

    def run(
        self, own: slice, numbers: Drawn, sums: FloatArray, *, longest: int, oldest: int
    ) -> None:
        """Run some futures, and add up what they give by period.

        Args:
            own: Their places.
            numbers: Their numbers, without what comes.
            sums: Gets the sums. (n, rows)
            longest: Longest lead time among them. [period]
            oldest: Longest shelf life. [period]
        """
        plan, n = self.model.plan, self.n_periods
        times, sets, begins = (np.ascontiguousarray(one[own]) for one in self.turns)
        again = (times[:, 1:] == times[:, :-1]) & (times[:, 1:] < NEVER)
        most_at_once = 1 + int(again.sum(axis=1).max(initial=0))
        m = n + max(longest + 1, plan.reach)
        course = plan.course._replace(
            **{name: np.zeros((m, getattr(plan.course, name).shape[1])) for name in BY_PERIOD},
            **{name: getattr(plan.course, name).copy() for name in BY_FUTURE},
        )
        calm, no_strike = np.zeros(n, dtype=np.int64), np.full((n, most_at_once), -1)
        shelves = course._replace(shelf_life=np.full_like(course.shelf_life, oldest))
        nothing = _nothing(self.model.arrays)
        run = make_run(plan, nothing, shelves, turns=(calm, no_strike), start=self.model.first)
        paths = self.paths[own.start * n : own.stop * n]
        kept = Kept(
            totals=self.totals[own],
            sums=sums,
            paths=paths,
            n_paths=len(paths) // n,
            rows=self.rows,
            count_from=self.count_from,
            factors=np.zeros((m, len(self.model.arrays.goods))),
        )
        numbers = numbers._replace(turn_times=times, turn_sets=sets, turn_begins=begins)
        room = self.base._replace(effects=self.base.effects.copy())
        parts = (
            plan.network,
            plan.course,
            self.frame,
            self.base,
            numbers,
            course,
            room,
            run,
            kept,
        )
        run_futures(*(packed(part) for part in parts))

    def futures(self, widths: tuple[int, ...]) -> Futures:
        """What was found."""
        n_uses = len(self.model.arrays.uses)
        means, paths = {}, {}
        for name, first, width in zip(SERIES, self.rows.tolist(), widths, strict=True):
            if first >= 0:
                own = slice(first, first + width)
                means[name] = self.sums[:, own] / self.weights.sum()
                paths[name] = self.paths[:, own].reshape(self.n_paths, self.n_periods, width)
        other = self.totals[:, 2 * n_uses :]
        return Futures(
            first=self.model.first,
            weights=self.weights,
            unmet=self.totals[:, :n_uses],
            first_short=other[:, FIRST_SHORT].astype(np.int64),
            deepest=other[:, DEEPEST],
            money=other[:, WORTH] if "money" in means else np.full(len(other), np.nan),
            unmet_worth=self.totals[:, n_uses : 2 * n_uses],
            probability_short=means[SERIES[0]][:, 0],
            means=means,
            paths=paths,
        )


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


def make_turns(
    measures: Sequence[str], sets: Sequence[tuple[int, ...]], events: Events | None, n: int
) -> tuple[IntArray, IntArray, IntArray]:
    """When which measures begin and end, in n futures, in the order of time.

    Args:
        measures: Measures that events may hold.
        sets: Measures that may run at once, by position.
        events: Measures that come; None: none.
        n: Futures.

    Returns:
        Period of each change, the set of measures that runs from then on, and the set of
        the one measure that begins; -1: none does. (N, W) each

    Raises:
        ValueError: The events do not fit the futures or the model, or measures run at
            once that the model does not hold together.
    """
    if events is None or not events.start.size:
        nothing = np.zeros((n, 0), dtype=np.int64)
        return nothing, nothing, nothing
    if len(events.start) != n:
        msg = f"events of {len(events.start)} futures, draws of {n}"
        raise ValueError(msg)
    unknown = sorted(
        {events.measures[m] for m in np.unique(events.measure) if m >= 0} - {*measures}
    )
    if unknown:
        msg = f"measures that the model was not prepared for: {', '.join(unknown)}"
        raise ValueError(msg)
    known = [measures.index(m) if m in measures else -1 for m in events.measures]
    measure = np.array([*known, -1], dtype=np.int64)[events.measure]
    runs = (measure >= 0) & (events.length > 0)
    times = np.where(runs, events.start, NEVER)
    ends = np.where(runs, events.start + events.length, NEVER)
    for one, other in combinations(range(runs.shape[1]), 2):
        same = runs[:, one] & runs[:, other] & (measure[:, one] == measure[:, other])
        meet = (times[:, one] < ends[:, other]) & (times[:, other] < ends[:, one])
        for future in np.flatnonzero(same & meet):
            msg = f"{measures[measure[future, one]]} begins while it runs, in future {future}"
            raise ValueError(msg)
    bits = np.where(runs, 1 << np.maximum(measure, 0), 0)
    singles = {sum(1 << m for m in members): c for c, members in enumerate(sets)}
    alone = np.array([singles[1 << m] for m in range(len(measures))], dtype=np.int64)
    begins = np.where(runs, alone[np.maximum(measure, 0)], -1)
    changes = np.hstack([ends, times]), np.hstack([-bits, bits])
    order = np.argsort(changes[0], axis=1, kind="stable")
    times, steps, begins = (
        np.take_along_axis(one, order, axis=1)
        for one in (*changes, np.hstack([np.full_like(begins, -1), begins]))
    )
    found, where = np.unique(np.cumsum(steps, axis=1), return_inverse=True)
    together = [
        " + ".join(name for m, name in enumerate(measures) if run >> m & 1)
        for run in found.tolist()
        if run not in singles
    ]
    if together:
        msg = f"measures that run at once, for which the model was not prepared: {together}"
        raise ValueError(msg)
    running = np.array([singles[run] for run in found.tolist()], dtype=np.int64)
    return times, running[where].reshape(times.shape), begins


def _frame(model: FuturesModel) -> Frame:
    """What all futures of a model share."""
    arrays, plan = model.arrays, model.plan
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


def _drawn(model: FuturesModel, arrays: CaseArrays, values: Values, weights: FloatArray) -> Drawn:
    """The numbers of some futures, of arrays that were compiled over them; nothing comes."""
    activities, calendar = arrays.activities, arrays.calendar
    factors, nothing = np.zeros((len(weights), len(model.factors))), np.zeros((0, 0), np.int64)
    for column, (quantity, is_time) in enumerate(model.factors):
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
        turn_times=nothing,
        turn_sets=nothing,
        turn_begins=nothing,
        weights=weights,
        **lot_columns(arrays, model.first),
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
