"""Many futures of a case by the myopic rule.

(S11) What is on the way before the first period, where no plan says it: activity k with a
lead time L brings in period t < L what the rule would have it bring there if nothing took
time and no measure came, from the same first stocks.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import local

import numpy as np

from derbes.case.arrays import IntArray
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.longrun import tabulate
from derbes.kernels.futures.run import run_chunk
from derbes.kernels.futures.tables import (
    DEEPEST,
    FIRST_SHORT,
    FRACTION,
    N_SHORT,
    N_TOTALS,
    SERIES,
    WORTH,
    Block,
    Given,
    Kept,
)
from derbes.kernels.lanes import LANES
from derbes.kernels.packs import packed
from derbes.simulation.futures.model import FuturesModel, fitted
from derbes.simulation.futures.numbers import drawn_values
from derbes.simulation.futures.turns import Turns, as_rows, make_turns, side_by_side
from derbes.simulation.futures.workspace import make_block

CHUNK = 4096
"""Futures whose sums are added up together; the same for any number of threads."""
Progress = Callable[[int, int], None]
"""Called with the futures done and all of them."""


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
    fraction: FloatArray
    """Part of the essential demand of that period that is met; 1: none goes short. (N,)"""
    deepest: FloatArray
    """Largest part of a period's essential demand that goes short. (N,)"""
    n_short: IntArray
    """Periods in which essential demand goes short. (N,)"""
    money: FloatArray
    """Of all activities and of storage, worth at the first period; nan where not kept. (N,)
    [money]"""
    unmet_worth: FloatArray
    """Unmet demand, of each period what it is worth at the first; nan where money is not
    kept. (N, U) [unit]"""
    probability_short: FloatArray
    """Weighted part of the futures that go short of essential demand in a period. (n,)"""
    means: Mapping[str, FloatArray]
    """Weighted mean by series of `SERIES`, period and row. (n, rows)"""
    paths: Mapping[str, FloatArray]
    """Of the first futures, by series. (n_paths, n, rows)"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of the series that are kept."""

    first: IntArray
    """First row of each of `SERIES`; -1: not kept."""
    widths: tuple[int, ...]
    n_rows: int
    with_money: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Futures to be run, and where what they give is written."""

    model: FuturesModel
    draws: Draws
    weights: FloatArray
    turns: Turns
    order: IntArray
    """In which the futures are run. (N,)"""
    layout: Layout
    totals: FloatArray
    """(N, 2 U + 5)"""
    paths: FloatArray
    """(n_paths, n, rows)"""
    count_from: int


def simulate_futures(  # noqa: PLR0913 - what is run, what is recorded, and how wide
    model: FuturesModel,
    draws: Draws,
    events: Events | None = None,
    *,
    keep: Sequence[str] = (),
    n_paths: int = 0,
    n_threads: int = 1,
    count_from: int = 0,
) -> Futures:
    """Run the myopic rule (S1)-(S11) in each future; bit for bit the same on any threads.

    A future begins in calm. A measure that begins finds what the rule has left, nothing
    before it knows of it, and orders ahead look at the measures that run as if they went
    on for ever.

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
    layout = make_layout(model, keep)
    n_paths = min(n_paths, n)
    turns = make_turns(model, events, n)
    task = Task(
        model=replace(model, frame=_fit(model, draws)),
        draws=draws,
        weights=draws.weights,
        turns=turns,
        order=side_by_side(turns, n_paths),
        layout=layout,
        totals=np.empty((n, 2 * len(model.arrays.uses) + N_TOTALS)),
        paths=np.empty((n_paths, model.n_periods, layout.n_rows)),
        count_from=count_from,
    )
    task = _tabulated(task)
    threads = local()

    def run(first: int) -> FloatArray:
        if not hasattr(threads, "block"):
            threads.block = make_block(task.model.frame, layout.n_rows)
        return _run_chunk(task, threads.block, first)

    starts = range(0, n, CHUNK)
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        sums = list(pool.map(run, starts))
    total = np.zeros((model.n_periods, layout.n_rows))
    for part in sums:
        total += part
    return _told(task, total)


def make_layout(model: FuturesModel, keep: Sequence[str]) -> Layout:
    """Rows of the series that are kept; the first is always there."""
    widths = (1, len(model.arrays.uses), len(model.arrays.goods), 1)
    first, at = [], 0
    for name, width in zip(SERIES, widths, strict=True):
        is_kept = name in keep or name == SERIES[0]
        first.append(at if is_kept else -1)
        at += width if is_kept else 0
    return Layout(np.array(first, dtype=np.int64), widths, at, SERIES[-1] in keep)


def memory_needed(model: FuturesModel, n_futures: int, keep: Sequence[str], n_paths: int) -> int:
    """Memory that a run takes at most beside draws and events, on one thread. [byte]"""
    layout = make_layout(model, keep)
    n_totals = 2 * len(model.arrays.uses) + N_TOTALS
    rows = (2 * n_totals + 1) * n_futures
    rows += n_paths * model.n_periods * layout.n_rows
    rows += 3 * CHUNK * (len(model.derived) + n_totals)
    rows += CHUNK * len(model.lot_paths) * 3 * model.frame.lot_paths.shape[1]
    return int(8 * rows)


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


def _fit(model: FuturesModel, draws: Draws) -> Frame:
    """The frame with room for the longest times of the draws."""
    frame, n = model.frame, len(draws.values)
    at, fx = frame.at, frame.fx
    ends = {
        "longest": (at.lead, at.hours),
        "oldest": (at.shelf_life, at.last_share),
        "latest": (at.factor, at.end),
    }
    columns = {p: draws.values[:, draws.inputs.index(p)] for p in model.inputs}
    late = set(frame.term_numbers[frame.term_signs == 0.0].tolist())
    most = {}
    for name, (first, end) in ends.items():
        most[name] = float(model.central[first:end].max(initial=0.0))
        if name == "latest":
            most[name] = frame.effects[:, fx.transit_late : fx.lot_kept].max(initial=0.0)
        for derived in model.derived:
            place = derived.place
            if first <= place < end and (name != "latest" or place in late):
                most[name] = max(most[name], drawn_values(derived, columns, n).max())
    most["longest"] = max(most["longest"], model.state.transit.shape[1] - 1)
    return fitted(frame, **{name: int(value) for name, value in most.items()})


def _tabulated(task: Task) -> Task:
    """With tables of the long run, where it is the same in all futures."""
    frame, model = task.model.frame, task.model
    at, fx = frame.at, frame.fx
    own = (*range(at.demand, at.reserve), *range(at.line_hours, at.retention))
    own += tuple(range(at.opening, at.weight))
    is_drawn = not {one.place for one in model.derived}.isdisjoint(own)
    is_drawn |= bool((frame.term_effects < fx.transit_kept).any() or frame.frozen.any())
    if is_drawn or frame.longest == 0:
        return task
    shape = (frame.n_periods * len(frame.sources), len(frame.effects))
    frame = frame._replace(expected=np.zeros(shape), steady=np.zeros(shape))
    block = make_block(frame, task.layout.n_rows)
    given = _given(task, np.zeros(1, dtype=np.int64))
    with np.errstate(divide="ignore", invalid="ignore"):
        tabulate(packed(frame), packed(block), packed(given))
    return replace(task, model=replace(model, frame=frame._replace(is_tabulated=True)))


def _run_chunk(task: Task, block: Block, first: int) -> FloatArray:
    """Run the futures from one on; sums by period. (n, rows)"""
    model, layout = task.model, task.layout
    own = task.order[first : first + CHUNK]
    n, n_kept = len(own), max(0, min(CHUNK, len(task.paths) - first))
    n_blocks = -(-n // LANES)
    n_path_blocks = -(-n_kept // LANES)
    kept = Kept(
        first_series=layout.first,
        n_series=layout.n_rows,
        with_money=layout.with_money,
        totals=np.empty((n_blocks, task.totals.shape[1], LANES)),
        paths=np.empty((n_path_blocks, model.n_periods * layout.n_rows, LANES)),
        n_path_blocks=n_path_blocks,
        count_from=task.count_from,
    )
    block.tally.sums[:] = 0.0
    given = _given(task, own)
    with np.errstate(divide="ignore", invalid="ignore"):  # in lanes that are not chosen
        run_chunk(packed(model.frame), packed(block), packed(given), packed(kept))
    task.totals[own] = _by_future(kept.totals)[:n]
    if n_kept:
        paths = _by_future(kept.paths)[:n_kept]
        task.paths[first : first + n_kept] = paths.reshape(n_kept, model.n_periods, -1)
    sums: FloatArray = block.tally.sums.sum(axis=1).reshape(model.n_periods, layout.n_rows)
    return sums


def _by_future(blocks: FloatArray) -> FloatArray:
    """(blocks, rows, LANES) as (futures, rows)."""
    return blocks.transpose(0, 2, 1).reshape(len(blocks) * LANES, blocks.shape[1])


def _padded(values: FloatArray | IntArray, n_blocks: int) -> FloatArray | IntArray:
    """The last future again until the last block is full."""
    lacking = n_blocks * LANES - len(values)
    return np.concatenate([values, np.repeat(values[-1:], lacking, axis=0)])


def _given(task: Task, own: IntArray) -> Given:
    """What tells the futures of a chunk apart, as the kernel reads it."""
    model, n = task.model, len(own)
    n_blocks = -(-n // LANES)
    at = {path: column for column, path in enumerate(task.draws.inputs)}
    columns = {path: task.draws.values[own, at[path]] for path in model.inputs}
    drawn = np.empty((len(model.derived), n_blocks * LANES))
    places = np.full(model.frame.at.end, -1, dtype=np.int64)
    for row, derived in enumerate(model.derived):
        places[derived.place] = row
        drawn[row] = _padded(drawn_values(derived, columns, n), n_blocks)
    if model.frame.is_lot_order_drawn:
        drawn = np.concatenate([drawn, _padded(_lot_order(model, columns, n).T, n_blocks).T])
        n_lots = len(model.lots)
        places[model.frame.at.lot_order : model.frame.at.opening] = len(model.derived) + np.arange(
            n_lots
        )
    by_block = drawn.reshape(len(drawn), n_blocks, LANES).transpose(1, 0, 2)
    weights = np.zeros(n_blocks * LANES)
    weights[:n] = task.weights[own]
    turns = task.turns
    return Given(
        central=model.central,
        columns=places,
        drawn=np.ascontiguousarray(by_block),
        lot_paths=_lot_paths(model, columns, n_blocks, n),
        stocks=_parts_left(model),
        fresh=model.state.fresh[model.goods],
        past_inflow=model.state.past_inflow[model.goods],
        transit=model.state.transit,
        turn_times=as_rows(_padded(turns.times[own], n_blocks), LANES),
        turn_sets=as_rows(_padded(turns.sets[own], n_blocks), LANES),
        turn_begins=as_rows(_padded(turns.begins[own], n_blocks), LANES),
        weights=weights.reshape(n_blocks, LANES),
    )


def _parts_left(model: FuturesModel) -> FloatArray:
    """Part of each lot's first stock that is there at the first period. (L,)"""
    whole, left = model.arrays.lot_stock[model.lots], model.state.lots[model.lots]
    return np.divide(left, whole, out=np.ones_like(whole), where=whole > 0)


def _lot_order(model: FuturesModel, columns: Mapping[str, FloatArray], n: int) -> FloatArray:
    """Lots of each good, those that will have lost most first. (L, n)"""
    frame, arrays = model.frame, model.arrays
    lasting = np.repeat(frame.lot_paths[:, frame.first :].prod(axis=1)[:, None], n, axis=1)
    n_later = arrays.n_periods - max(1, frame.first)
    for derived in model.derived:
        lot = derived.place - frame.at.lot_retention
        if 0 <= lot < len(lasting):
            lasting[lot] = drawn_values(derived, columns, n) ** n_later
    for own in model.lot_paths:
        path = drawn_values(own.derived, columns, n)
        lasting[own.lot] = path[:, frame.first :].prod(axis=1)
    order = np.empty_like(lasting)
    for first, end in zip(frame.first_lot, frame.end_lot, strict=True):
        order[first:end] = first + np.argsort(lasting[first:end], axis=0, kind="stable")
    return order


def _lot_paths(
    model: FuturesModel, columns: Mapping[str, FloatArray], n_blocks: int, n: int
) -> FloatArray:
    """Paths of the lots whose survival is drawn. (blocks, lots * periods, LANES)"""
    n_periods = model.frame.lot_paths.shape[1]
    paths = np.empty((len(model.lot_paths), n_blocks * LANES, n_periods))
    for row, lot in enumerate(model.lot_paths):
        paths[row] = _padded(drawn_values(lot.derived, columns, n), n_blocks)
    split = paths.reshape(len(paths), n_blocks, LANES, n_periods).transpose(1, 0, 3, 2)
    return np.ascontiguousarray(split).reshape(n_blocks, len(paths) * n_periods, LANES)


def _unmet_worth(task: Task, n_uses: int) -> FloatArray:
    if not task.layout.with_money:
        return np.full((len(task.totals), n_uses), np.nan)
    return task.totals[:, n_uses + N_TOTALS :]


def _told(task: Task, sums: FloatArray) -> Futures:
    n_uses, layout = len(task.model.arrays.uses), task.layout
    whole = task.weights.sum()
    means, paths = {}, {}
    order = np.argsort(task.model.goods)
    for name, at, width in zip(SERIES, layout.first, layout.widths, strict=True):
        if at >= 0:
            rows = at + (order if name == "stock" else np.arange(width))
            means[name] = sums[:, rows] / whole
            paths[name] = task.paths[:, :, rows]
    totals = task.totals
    return Futures(
        first=task.model.first,
        weights=task.weights,
        unmet=totals[:, :n_uses],
        first_short=totals[:, n_uses + FIRST_SHORT].astype(np.int64),
        fraction=totals[:, n_uses + FRACTION],
        deepest=totals[:, n_uses + DEEPEST],
        n_short=totals[:, n_uses + N_SHORT].astype(np.int64),
        money=totals[:, n_uses + WORTH] if layout.with_money else np.full(len(totals), np.nan),
        unmet_worth=_unmet_worth(task, n_uses),
        probability_short=means[SERIES[0]][:, 0],
        means=means,
        paths=paths,
    )
