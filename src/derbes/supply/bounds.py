"""Bounds of a window's columns and rows: the state it starts in and the measure it meets.

A measure changes bounds and costs, never the matrix.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derbes.lp.program import FloatArray, IntArray
from derbes.model.arrays import CALM, CaseArrays, MeasureArrays, MeasureRun, State, open_share
from derbes.model.measures import brings_demand, takes_supply
from derbes.supply.network import Layout


@dataclass(frozen=True, slots=True)
class Bounds:
    """Everything of a program but its matrix and objective."""

    col_lower: FloatArray
    col_upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray

    @property
    def named(self) -> dict[str, Any]:
        """As the fields of a program."""
        return {name: getattr(self, name) for name in self.__slots__}


def found_state(state: State, measure: MeasureArrays | None) -> State:
    """The state after a measure has struck stocks and goods in transit."""
    if measure is None:
        return state
    transit = state.transit * measure.transit_kept[:, None]
    late = np.flatnonzero(measure.transit_late)
    if len(late):
        width = transit.shape[1] + int(measure.transit_late.max())
        moved = np.zeros((transit.shape[0], width))
        moved[:, : transit.shape[1]] = transit
        for k in late:
            by = int(measure.transit_late[k])
            moved[k] = 0.0
            moved[k, by : by + transit.shape[1]] = transit[k]
        transit = moved
    kept = measure.fresh_kept
    return replace(
        state,
        lots=state.lots * measure.lot_kept,
        fresh=state.fresh * kept,
        past_inflow=state.past_inflow * kept[:, None],
        transit=transit,
    )


def delayed(
    paths: FloatArray, plants: IntArray, arrays: CaseArrays, run: MeasureRun, *, start: int
) -> FloatArray:
    """Paths of plants whose opening a measure moves, if it is still to come. (rows, T)

    Args:
        paths: Capacities or hours as they are without the measure. (rows, T)
        plants: Plant of each row; -1: none. (rows,)
        arrays: The case.
        run: The measure.
        start: Period in which it begins.
    """
    measure = run.measure
    if measure is None or not measure.plant_delay.any():
        return paths
    moved = paths.copy()
    for p in np.flatnonzero((measure.plant_delay > 0) & (arrays.plant_opening > start)):
        opening = int(arrays.plant_opening[p] + measure.plant_delay[p])
        share = open_share(opening, int(arrays.plant_ramp[p]), arrays.n_periods)
        before = arrays.plant_open_share[p]
        part = np.divide(share, before, out=np.ones_like(share), where=before > 0)
        rows = np.flatnonzero((plants == p) & np.isfinite(paths[:, 0]))
        moved[rows] = np.where(part > 0, paths[rows] * np.where(part > 0, part, 1.0), 0.0)
    return moved


def running(layout: Layout, length: int) -> FloatArray:
    """1 in the window's periods in which the measure runs, else 0. (n,)"""
    return (np.arange(layout.n) < length).astype(np.float64)


def order_limits(layout: Layout, run: MeasureRun) -> FloatArray:
    """Most of each activity by period of the order (L3). (K, n)"""
    activities = layout.arrays.activities
    window = slice(layout.start, layout.start + layout.n)
    paths = delayed(activities.capacity, activities.plants, layout.arrays, run, start=layout.start)
    base = activities.base_availability[:, None] * np.ones(layout.n)
    if run.measure is not None:
        runs = running(layout, run.length) > 0
        base = np.where(runs, run.measure.availability[:, None], base)
    capacity = paths[:, window]
    return np.where(base > 0, capacity * np.where(base > 0, base, 1.0), 0.0)


def order_least(layout: Layout, most: FloatArray) -> FloatArray:
    """Least of each activity by period of the order (L9), as far as there is as much. (K, n)

    Args:
        layout: The window.
        most: `order_limits` under the measure. (K, n)
    """
    least = layout.arrays.activities.least[:, layout.start : layout.start + layout.n]
    return np.minimum(least, most)


def shared_least(layout: Layout, run: MeasureRun, most: FloatArray) -> FloatArray:
    """Least that is taken of what several activities share; -inf: nothing is said. (Q, n)

    As much as all of them are left together, and no more than they share (L9).

    Args:
        layout: The window.
        run: The measure.
        most: `order_limits` under the measure. (K, n)
    """
    arrays = layout.arrays
    least = arrays.shared_least[:, layout.start : layout.start + layout.n]
    if not least.any():
        return np.full(least.shape, -np.inf)
    together = np.zeros(least.shape)
    sharing = arrays.activities.shared >= 0
    np.add.at(together, arrays.activities.shared[sharing], most[sharing])
    found = np.minimum(least, np.minimum(together, shared_limits(layout, run)))
    return np.where(least > 0, found, -np.inf)


def shared_limits(layout: Layout, run: MeasureRun) -> FloatArray:
    """Most of what several activities share by period: what the freest of them is left. (Q, n)"""
    arrays = layout.arrays
    whole = arrays.shared_capacity[:, layout.start : layout.start + layout.n]
    if run.measure is None or not len(whole):
        return whole
    left = shared_left(arrays, run.measure)[:, None]
    return np.where(running(layout, run.length) > 0, whole * left, whole)


def shared_left(arrays: CaseArrays, measure: MeasureArrays) -> FloatArray:
    """Part of each shared capacity that a measure leaves: that of the freest who shares. (Q,)"""
    left = np.zeros(len(arrays.shared_capacity))
    sharing = arrays.activities.shared >= 0
    np.maximum.at(left, arrays.activities.shared[sharing], measure.availability[sharing])
    return left


def line_limits(layout: Layout, run: MeasureRun) -> FloatArray:
    """Hours of each line by period (L4). (R, n) [hour/period]"""
    arrays = layout.arrays
    hours = delayed(arrays.line_hours, arrays.line_plants, arrays, run, start=layout.start)
    hours = hours[:, layout.start : layout.start + layout.n]
    if run.measure is None:
        return hours
    left = lines_left(arrays, run.measure)[:, None]
    return np.where(running(layout, run.length) > 0, hours * left, hours)


def lines_left(arrays: CaseArrays, measure: MeasureArrays) -> FloatArray:
    """Part of each line's hours that a measure leaves: that of its freest recipe. (R,)

    All, where no recipe is left to run: those are closed themselves (L3).
    """
    left = np.zeros(len(arrays.lines))
    runs = arrays.activities.lines >= 0
    np.maximum.at(left, arrays.activities.lines[runs], measure.availability[runs])
    return np.where(left > 0, left, 1.0)


def demand_path(layout: Layout, run: MeasureRun) -> FloatArray:
    """Demand by use while the measure runs and after it (L5). (U, n)"""
    window = slice(layout.start, layout.start + layout.n)
    calm = layout.arrays.demand[:, window]
    measure = run.measure
    if measure is None:
        return calm
    during = layout.arrays.crisis_demand[:, window] if measure.crisis else calm
    return np.where(running(layout, run.length) > 0, during * measure.demand_factor[:, None], calm)


def reserve_target(layout: Layout, calm_stock: FloatArray | None = None) -> FloatArray:
    """Stock to be held (L7). (reserved goods, n) [unit]

    Args:
        layout: The window.
        calm_stock: What calm itself holds, where that is less. (G, n) [unit]
    """
    window = slice(layout.start, layout.start + layout.n)
    target = layout.arrays.reserve[layout.reserved, window]
    if calm_stock is None:
        return target
    return np.minimum(target, calm_stock[layout.reserved])


def refill_limits(layout: Layout, run: MeasureRun, target: FloatArray) -> FloatArray:
    """What may still be missing of the reserve after a measure (L7). (reserved goods, n)

    Nothing in calm and while the measure runs; after it, what equal steps over the
    refill time leave.

    Args:
        layout: The window.
        run: The measure.
        target: Stock to be held. (reserved goods, n) [unit]
    """
    if run.measure is None:
        return np.zeros((len(layout.reserved), layout.n))
    after = np.arange(layout.n) - run.length + 1
    left = np.where(after > 0, 1.0 - after / layout.arrays.refill_periods, 0.0)
    return target * np.maximum(left, 0.0)


def state_arrivals(layout: Layout, state: State) -> FloatArray:
    """Arrivals of what was ordered before the window, also behind its end. (G, n + J)"""
    width = layout.n + state.transit.shape[1]
    arriving = np.zeros((len(layout.arrays.goods), width))
    outputs = layout.arrays.activities.outputs
    delivers = np.flatnonzero(outputs >= 0)
    np.add.at(arriving[:, : state.transit.shape[1]], outputs[delivers], state.transit[delivers])
    return arriving


def _shelf_limits(layout: Layout, state: State, arriving: FloatArray) -> FloatArray:
    """What past inflow and goods in transit allow fresh stock to be. (perishable, n)"""
    arrays = layout.arrays
    limits = np.zeros((len(layout.perishable), layout.n))
    for position, good in enumerate(layout.perishable):
        life, retention = int(arrays.shelf_life[good]), float(arrays.retention[good])
        known = np.concatenate([state.past_inflow[good, : life - 1][::-1], arriving[good]])
        past = len(known) - len(arriving[good])
        sums = np.convolve(known, retention ** np.arange(life))
        limits[position] = sums[past : past + layout.n]
    return limits


def window_bounds(
    layout: Layout, state: State, run: MeasureRun = CALM, target: FloatArray | None = None
) -> Bounds:
    """Bounds of a window that starts in a state under a measure of some length. [unit]

    Args:
        layout: The window.
        state: What it starts from.
        run: The measure.
        target: Stock to be held; None: the reserves. (reserved goods, n) [unit]
    """
    target = reserve_target(layout) if target is None else target
    demand = demand_path(layout, run)
    col_upper = np.full(layout.n_columns, np.inf)
    most = order_limits(layout, run)
    orders = layout.column("order")
    orders.of(col_upper)[:] = most
    layout.column("unmet").of(col_upper)[:] = demand
    bounds = Bounds(
        col_lower=layout.filled(order=order_least(layout, most)),
        col_upper=col_upper,
        row_lower=np.full(layout.n_rows, -np.inf),
        row_upper=np.full(layout.n_rows, np.inf),
    )
    _fill_balances(layout, found_state(state, run.measure), demand, bounds)
    _fill_limits(layout, run, target, bounds)
    layout.row("shared_capacity").of(bounds.row_lower)[:] = shared_least(layout, run, most)
    return bounds


class Lengths:
    """Bounds of a window under one measure, whatever its length.

    Where the length moves only orders and what may be missing of the reserve, all else is found
    once: it is the same arrays in the bounds of every length.
    """

    def __init__(
        self,
        layout: Layout,
        measure: MeasureArrays,
        bounds_of: Callable[[MeasureRun], Bounds],
        target: FloatArray | None = None,
    ) -> None:
        """What the lengths of a measure have in common.

        Args:
            layout: The window.
            measure: The measure.
            bounds_of: Bounds of one length.
            target: Stock to be held, as for `bounds_of`. (reserved goods, n) [unit]
        """
        self._layout, self._measure, self._bounds_of = layout, measure, bounds_of
        self._target = reserve_target(layout) if target is None else target
        arrays = layout.arrays
        in_crisis = measure.crisis and bool(np.any(arrays.crisis_demand != arrays.demand))
        self.has_same_rows = (
            not in_crisis
            and bool(np.all(measure.demand_factor == 1.0))
            and bool(np.all(measure.cost_factor == 1.0))
            and bool(np.all(shared_left(arrays, measure) == 1.0))
            and bool(np.all(lines_left(arrays, measure) == 1.0))
            and not bool(arrays.shared_least.any())
            and not bool(measure.plant_delay.any())
        )
        if self.has_same_rows:
            whole = MeasureRun(measure, layout.n)
            self._whole, self._free = bounds_of(whole), order_limits(layout, CALM)
            self._cut = layout.column("order").of(self._whole.col_upper)

    def of(self, length: int) -> Bounds:
        """Bounds of one length."""
        layout, run = self._layout, MeasureRun(self._measure, length)
        if not self.has_same_rows:
            return self._bounds_of(run)
        most = np.where(running(layout, length) > 0, self._cut, self._free)
        upper = self._whole.col_upper.copy()
        layout.column("order").of(upper)[:] = most
        if layout.column("refill").size:
            layout.column("refill").of(upper)[:] = refill_limits(layout, run, self._target)
        lower = layout.filled(order=order_least(layout, most))
        return replace(self._whole, col_lower=lower, col_upper=upper)


def tightest(layout: Layout, each: Sequence[Bounds]) -> Bounds:
    """Bounds within which a course is possible under several measures.

    Only demand may go unmet up to the largest: where more goes unmet than a measure asks for,
    what is served of the rest is enough for all that it asks for. Nothing has to be taken:
    what must be is given up where it finds no room, so that it makes no course impossible (L9).
    """
    col_upper = np.min([one.col_upper for one in each], axis=0)
    unmet = layout.column("unmet")
    unmet.of(col_upper)[:] = np.max([unmet.of(one.col_upper) for one in each], axis=0)
    row_lower = np.max(_unlike([one.row_lower for one in each]), axis=0)
    layout.row("shared_capacity").of(row_lower)[:] = -np.inf
    return Bounds(
        col_lower=np.zeros(layout.n_columns),
        col_upper=col_upper,
        row_lower=row_lower,
        row_upper=np.min(_unlike([one.row_upper for one in each]), axis=0),
    )


def _unlike(arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """Arrays without those that are there before."""
    return list({id(one): one for one in arrays}.values())


def _fill_balances(layout: Layout, found: State, demand: FloatArray, bounds: Bounds) -> None:
    """Rows in which the state, goods in transit and demand stand (L1, L2, L5)."""
    arrays = layout.arrays
    arriving = state_arrivals(layout, found)
    kept = arrays.lot_retention[:, layout.start] * found.lots
    stock = layout.row("stock").of(bounds.row_upper)
    stock[:] = 0.0
    stock[:, 0] = kept
    fresh_stock = layout.row("fresh_stock").of(bounds.row_upper)
    fresh_stock[:] = arriving[layout.mixed, : layout.n]
    fresh_stock[:, 0] += (arrays.retention * found.fresh)[layout.mixed]
    balance = layout.row("balance").of(bounds.row_lower)
    balance[:] = -arriving[:, : layout.n]
    np.add.at(balance, arrays.use_goods, demand)
    balance[:, 0] -= arrays.retention * found.fresh
    np.subtract.at(balance[:, 0], arrays.lot_goods, kept)
    shelf_life = layout.row("shelf_life").of(bounds.row_upper)
    shelf_life[:] = _shelf_limits(layout, found, arriving)


def _fill_limits(layout: Layout, run: MeasureRun, target: FloatArray, bounds: Bounds) -> None:
    """Rows of capacities, storage and reserves (L3, L4, L6, L7)."""
    arrays, row_upper = layout.arrays, bounds.row_upper
    window = slice(layout.start, layout.start + layout.n)
    layout.row("line").of(row_upper)[:] = line_limits(layout, run)
    layout.row("shared_capacity").of(row_upper)[:] = shared_limits(layout, run)
    layout.row("storage").of(row_upper)[:] = arrays.storage_limit[layout.limited, window]
    if layout.has_reserve:
        layout.row("reserve").of(bounds.row_lower)[:] = target
        layout.row("refill").of(row_upper)[:] = 0.0
    if layout.column("refill").size:
        layout.column("refill").of(bounds.col_upper)[:] = refill_limits(layout, run, target)


def demand_alone(arrays: CaseArrays, measure: MeasureArrays) -> MeasureArrays | None:
    """The measure with nothing but its demand; None where it does not touch demand.

    A measure that touches nothing else is its own harm: its baseline is calm too.
    """
    if not brings_demand(arrays, measure):
        return None
    alone = replace(
        measure,
        availability=arrays.activities.base_availability,
        cost_factor=np.ones_like(measure.cost_factor),
        transit_kept=np.ones_like(measure.transit_kept),
        transit_late=np.zeros_like(measure.transit_late),
        lot_kept=np.ones_like(measure.lot_kept),
        fresh_kept=np.ones_like(measure.fresh_kept),
        plant_delay=np.zeros_like(measure.plant_delay),
    )
    return alone if takes_supply(arrays, measure) else None
