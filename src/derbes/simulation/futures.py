"""Many futures of a case by the policy, each following the central calm plan in proportion."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws, Events
from derbes.kernels import futures as kernel
from derbes.kernels.compiling import packed, packed_rows
from derbes.kernels.policy import NEVER, Course, Measures, Run
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, State
from derbes.model.numbers import Values, drawn, whole_periods
from derbes.simulation.branch import (
    BY_FUTURE,
    BY_PERIOD,
    PolicyPlan,
    calm_effects,
    lot_columns,
    make_run,
)

CHUNK = 4096
"""Futures whose sums are added up together; the same for any number of threads."""
BLOCK_NUMBERS = 2**22
"""Most numbers by period of the futures whose arrays are made together."""


OF_EACH = ("lot_stock", "factors", "turn_times", "turn_sets", "turn_begins", "weights", "is_drawn")
"""What may differ between futures that have one plan and the same numbers."""


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """Measures that run at the same time."""

    members: tuple[int, ...]
    """Their places; ~m: the demand of the measure at m, without what it takes."""
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
    follow: Callable[[Values], Values]
    """What is drawn, with what follows from it by the formulas of the case."""
    inputs: tuple[str, ...]
    """Paths that draws must hold."""
    factors: tuple[tuple[Quantity, bool], ...]
    """Drawn shares and rises of measures, and whether each is a time."""
    measures: tuple[str, ...]
    """Measures that events may hold."""
    sets: tuple[MeasureSet, ...]
    """The first is calm."""
    joined: Callable[[tuple[int, ...]], MeasureSet]
    """Measures at some places, as they run at once."""
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
    """Over all periods. (N, U) [unit]"""
    first_short: IntArray
    """First period in which essential demand goes short; -1: none. (N,)"""
    money: FloatArray
    """Of all activities and of storage, worth at the first period; nan where not kept. (N,)
    [money]"""
    unmet_worth: FloatArray
    """Unmet demand, of each period what it is worth at the first. (N, U) [unit]"""
    probability_short: FloatArray
    """Weighted part of the futures that go short of essential demand in a period. (n,)"""
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
) -> Futures:
    """Run the policy (S1)-(S9) in each future; bit for bit the same on any threads.

    A future begins in calm, with the first stocks and what the plan has on the way. A measure that
    begins finds what the policy has left, and nothing before it knows of it.

    Args:
        model: The case.
        draws: Values of its inputs; nan stands for the central value.
        events: Measures that come in each future; None: none come.
        keep: Series of `SERIES` that are kept by period; with `money` also its total.
        n_paths: Futures of which whole paths are kept, the first ones.
        n_threads: Threads.
    """
    n, plan, n_periods = len(draws.values), model.plan, model.n_periods
    *turns, more = make_turns(model.measures, [one.members for one in model.sets], events, n)
    model = replace(model, sets=(*model.sets, *map(model.joined, more)))
    again = (turns[0][:, 1:] == turns[0][:, :-1]) & (turns[0][:, 1:] < NEVER)
    most_at_once = 1 + int(again.sum(axis=1).max(initial=0))
    widths = (1, len(model.arrays.uses), len(model.arrays.goods), 1)
    kept = [name in keep or name == kernel.SERIES[0] for name in kernel.SERIES]
    ends = np.cumsum(np.where(kept, widths, 0))
    rows = np.where(kept, ends - widths, -1)
    n_paths = min(n_paths, n)
    totals = np.zeros((n, 2 * len(model.arrays.uses) + kernel.N_TOTALS))
    paths = np.zeros((n_paths * n_periods, int(ends[-1])))
    frame, base, block = _frame(model), _measures(model), _block(model, n_periods)

    def run_block(own: slice, sums: FloatArray) -> None:
        """Run some futures, and add up what they give by period."""
        arrays, numbers, m = _numbers(model, draws, own, n_periods)
        own_paths = paths[own.start * n_periods : own.stop * n_periods]
        course, run = _room(model, arrays, m, n_periods, most_at_once=most_at_once)
        numbers = numbers._replace(
            turn_times=np.ascontiguousarray(turns[0][own]),
            turn_sets=np.ascontiguousarray(turns[1][own]),
            turn_begins=np.ascontiguousarray(turns[2][own]),
        )
        record = kernel.Kept(
            totals=totals[own],
            sums=sums,
            paths=own_paths,
            n_paths=len(own_paths) // n_periods,
            rows=rows,
            factors=np.zeros((m, len(arrays.goods))),
        )
        room = Measures(base.effects.copy(), base.crisis)
        parts = (plan.network, plan.course, frame, base, numbers, course, room, run, record)
        kernel.run_futures(*(packed(part) for part in parts))

    def chunk(first: int) -> FloatArray:
        """Run the futures from one on; sums by period. (n, rows)"""
        end = min(first + CHUNK, n)
        sums = np.zeros((n_periods, int(ends[-1])))
        for begin in range(first, end, block):
            run_block(slice(begin, min(begin + block, end)), sums)
        return sums

    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        total = sum(pool.map(chunk, range(0, n, CHUNK)), np.zeros((n_periods, int(ends[-1]))))
    whole, n_uses = draws.weights.sum(), len(model.arrays.uses)
    by_future = {}
    for name, first, width in zip(kernel.SERIES, rows.tolist(), widths, strict=True):
        if first >= 0:
            by_future[name] = paths[:, first : first + width].reshape(n_paths, n_periods, width)
    other = totals[:, 2 * n_uses :]
    return Futures(
        first=model.first,
        weights=draws.weights,
        unmet=totals[:, :n_uses],
        first_short=other[:, kernel.FIRST_SHORT].astype(np.int64),
        money=other[:, kernel.WORTH] if "money" in by_future else np.full(n, np.nan),
        unmet_worth=totals[:, n_uses : 2 * n_uses],
        probability_short=total[:, 0] / whole,
        paths=by_future,
    )


Strike = tuple[str, int, int, int, int]
"""A measure, its start and length, the period behind the last that is looked at, counted from
the first of the model, and what is wanted of it: `FIRST`, `ADDED` or `LAST`."""


def simulate_strikes(
    model: FuturesModel, draws: Draws, strikes: Sequence[Strike], *, n_threads: int = 1
) -> tuple[FloatArray, IntArray]:
    """Each future under one measure at a time, as `simulate_futures` gives it, but faster.

    A future is run in calm once; what strikes it goes on from where it then is. As the policy
    knows of no end, a measure that leaves demand short before it ends is any longer one.
    Starts are looked at from the last on, so that whoever asks for the `LAST` one that adds
    anything is not told of those before it, which cost nothing then. What a strike adds is
    what goes short beyond the same demand without it; that is followed only where it is short.

    Args:
        model: The case.
        draws: Values of its inputs; nan stands for the central value.
        strikes: Each by itself, within the periods of the model.
        n_threads: Threads; they change nothing.

    Returns:
        What each adds to the unmet demand of the essential uses, by use, from its start on
        (N, J, U) [unit], where it is wanted, and the first period in which essential demand
        goes short; -1: none, or not looked at (N, J).
    """
    n, n_uses = len(draws.values), len(model.arrays.uses)
    order = sorted(
        range(len(strikes)), key=lambda j: (-strikes[j][1], strikes[j][0], -strikes[j][2])
    )
    alone = [one.members for one in model.sets]
    columns = []
    for name, *rest in (strikes[j] for j in order):
        place = model.measures.index(name)
        columns.append((alone.index((place,)), alone.index((~place,)), *rest))
    table = np.array(columns, dtype=np.int64).reshape(-1, 6)
    sets, without, starts, lengths, ends, wanted = table.T.copy()
    added, first_short = np.zeros((n, len(order), n_uses)), np.zeros((n, len(order)), np.int64)
    if not order:
        return added, first_short
    n_periods = int(ends.max())
    frame, base, plan = _frame(model), _measures(model), model.plan
    block = min(_block(model, n_periods), max(-(-n // n_threads), 16))

    def run_block(first: int) -> None:
        own = slice(first, min(first + block, n))
        arrays, numbers, m = _numbers(model, draws, own, n_periods)
        course, run = _room(model, arrays, m, n_periods)
        _course, branch = _room(model, arrays, m, n_periods)
        befores = [
            branch._replace(**{name: getattr(branch, name).copy() for name in kernel.OF_STATE})
            for _start in np.unique(starts)
        ]
        of_block = added[own], first_short[own]
        found = kernel.Strikes(sets, without, starts, lengths, ends, wanted, *of_block)
        room = Measures(base.effects.copy(), base.crisis)
        factors = np.zeros((m, len(model.arrays.goods)))
        parts = (plan.network, plan.course, frame, base, numbers, course, room, run, branch, found)
        rows = packed_rows(befores)
        kernel.run_strikes(*(packed(part) for part in parts), rows, factors)  # type: ignore[call-arg]

    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        list(pool.map(run_block, range(0, n, block)))
    back = np.argsort(order)
    return added[:, back], first_short[:, back]


def _measures(model: FuturesModel) -> Measures:
    """Sets of measures, with their drawn factors at 0."""
    return Measures(
        np.array([one.effects for one in model.sets]),
        np.array([int(one.crisis) for one in model.sets]),
    )


def _n_drawn(model: FuturesModel, n_periods: int) -> int:
    """Periods of the numbers that are drawn."""
    return min(model.arrays.n_periods, model.first + n_periods + 2 * model.plan.reach)


def _block(model: FuturesModel, n_periods: int) -> int:
    """Futures whose arrays are made together."""
    if not model.inputs:
        return CHUNK
    arrays = model.arrays
    width = len(arrays.activities.names) + len(arrays.lines) + len(arrays.plants)
    most = BLOCK_NUMBERS // (width * _n_drawn(model, n_periods))
    return int(np.clip(most, 16, CHUNK))


def _numbers(
    model: FuturesModel, draws: Draws, own: slice, n_periods: int
) -> tuple[CaseArrays, kernel.Drawn, int]:
    """Arrays and numbers of some draws, in which nothing comes, and the periods they reach."""
    at = {path: column for column, path in enumerate(draws.inputs)}
    columns = np.ascontiguousarray(draws.values[own].T)
    values = model.follow({path: columns[at[path]] for path in model.inputs})
    arrays, n_drawn = model.arrays, _n_drawn(model, n_periods)
    found = model.compile(values, n_drawn) if values else arrays
    longest = int(found.activities.lead_times.max(initial=0))
    if longest >= model.plan.reach and values:
        found = model.compile(values, arrays.n_periods)
    m = n_periods + max(longest + 1, model.plan.reach)
    return found, _drawn(model, found, values, np.ascontiguousarray(draws.weights[own])), m


def _room(
    model: FuturesModel, arrays: CaseArrays, m: int, n: int, *, most_at_once: int = 1
) -> tuple[Course, Run]:
    """Room for a future of n periods, whose orders reach m, and for its run."""
    own = model.plan.course
    course = own._replace(
        **{name: np.zeros((m, getattr(own, name).shape[1])) for name in BY_PERIOD},
        **{name: getattr(own, name).copy() for name in BY_FUTURE},
    )
    oldest = np.full_like(course.shelf_life, int(arrays.shelf_life.max(initial=0)))
    turns = np.zeros(n, dtype=np.int64), np.full((n, most_at_once), -1)
    shelves, state = course._replace(shelf_life=oldest), _nothing(model.arrays)
    return course, make_run(model.plan, state, shelves, turns=turns, start=model.first)


def make_turns(
    measures: Sequence[str], sets: Sequence[tuple[int, ...]], events: Events | None, n: int
) -> tuple[IntArray, IntArray, IntArray, list[tuple[int, ...]]]:
    """When which measures begin and end, in n futures, in the order of time.

    Args:
        measures: Measures that events may hold.
        sets: Measures that may run at once, by position; each alone is among them.
        events: Measures that come, none while it runs; None: none.
        n: Futures.

    Returns:
        Period of each change, the set of measures that runs from then on, and the set of
        the one measure that begins; -1: none does. (N, W) each. Last the sets of these that
        stand behind those that are there.
    """
    if events is None or not events.start.size:
        nothing = np.zeros((n, 0), dtype=np.int64)
        return nothing, nothing, nothing, []
    known = [measures.index(m) for m in events.measures]
    measure = np.array([*known, -1], dtype=np.int64)[events.measure]
    runs = (measure >= 0) & (events.length > 0)
    times = np.where(runs, events.start, NEVER)
    ends = np.where(runs, events.start + events.length, NEVER)
    bits = np.where(runs, 1 << np.maximum(measure, 0), 0)
    places = {
        sum(1 << m for m in members): c
        for c, members in enumerate(sets)
        if min(members, default=0) >= 0
    }
    alone = np.array([places[1 << m] for m in range(len(measures))], dtype=np.int64)
    begins = np.where(runs, alone[np.maximum(measure, 0)], -1)
    changes = np.hstack([ends, times]), np.hstack([-bits, bits])
    order = np.argsort(changes[0], axis=1, kind="stable")
    times, steps, begins = (
        np.take_along_axis(one, order, axis=1)
        for one in (*changes, np.hstack([np.full_like(begins, -1), begins]))
    )
    found, where = np.unique(np.cumsum(steps, axis=1), return_inverse=True)
    more = [run for run in found.tolist() if run not in places]
    places |= {run: len(sets) + c for c, run in enumerate(more)}
    running = np.array([places[run] for run in found.tolist()], dtype=np.int64)
    members = [tuple(m for m in range(len(measures)) if run >> m & 1) for run in more]
    return times, running[where].reshape(times.shape), begins, members


def _frame(model: FuturesModel) -> kernel.Frame:
    """What all futures of a model share."""
    arrays, plan = model.arrays, model.plan
    terms = [(c, *term) for c, one in enumerate(model.sets) for term in one.terms]
    return kernel.Frame(
        first=model.first,
        lot_stock=arrays.lot_stock,
        arriving=plan.arriving,
        need=_need(plan),
        reserve=np.ascontiguousarray(arrays.reserve.T),
        central_leads=arrays.activities.lead_times,
        term_sets=np.array([term[0] for term in terms], dtype=np.int64),
        term_effects=np.array([term[1] for term in terms], dtype=np.int64),
        term_numbers=np.array([term[2] for term in terms], dtype=np.int64),
        term_signs=np.array([term[3] for term in terms], dtype=np.float64),
    )


def _drawn(
    model: FuturesModel, arrays: CaseArrays, values: Values, weights: FloatArray
) -> kernel.Drawn:
    """The numbers of some futures, of arrays that were compiled over them; nothing comes."""
    activities, calendar = arrays.activities, arrays.calendar
    factors, nothing = np.zeros((len(weights), len(model.factors))), np.zeros((0, 0), np.int64)
    for column, (quantity, is_time) in enumerate(model.factors):
        one = drawn(quantity, values)
        factors[:, column] = whole_periods(one, calendar) if is_time else one
    numbers = kernel.Drawn(
        capacity=_each(activities.capacity, 2),
        hours=_each(arrays.line_hours, 2),
        pools=_each(arrays.shared_capacity, 2),
        least=_each(activities.least, 2),
        pool_least=_each(arrays.shared_least, 2),
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
        is_drawn=0,
        **lot_columns(arrays, model.first),
    )
    shared = {*kernel.Drawn._fields} - {*OF_EACH}
    return numbers._replace(is_drawn=int(any(len(getattr(numbers, name)) > 1 for name in shared)))


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
    first = network.first_source
    final_first = [k for g in network.order for k in network.sources[first[g] : first[g + 1]]]
    for k in [*np.flatnonzero(exports), *final_first]:  # as the kernel adds them up
        if network.turns_back[k] == 0:
            for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
                need[:, activities.input_goods[i]] += (
                    activities.input_amounts[i] * course.plan[:, k]
                )
    return need
