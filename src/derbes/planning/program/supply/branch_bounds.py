"""Bounds of a branch in a draw, and how far the first stage reaches into them.

The measure bends what options add as it bends everything else: what it closes stays
closed, plants that it delays open later (M5).
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import BoolArray, CaseArrays, State
from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.branches import (
    BranchShape,
    Setting,
    kept_columns,
    kept_rows,
)
from derbes.planning.program.supply.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    SPARED,
    Effect,
)
from derbes.planning.program.supply.places import Places, Reach, Vectors
from derbes.planning.program.supply.worth import worth_of_uses
from derbes.programs.bounds import demand_path, shared_left, window_bounds
from derbes.programs.calm import first_state
from derbes.programs.layout import longest_lead


def write_branch(setting: Setting, customary: FloatArray, vectors: Vectors) -> None:
    """Bounds of a branch in a draw.

    Args:
        setting: The branch in the draw.
        customary: Stock of each good that is customary, by period. (G, n) [unit]
        vectors: What is written to.
    """
    shape, arrays, layout = setting.shape, setting.written.arrays, setting.layout
    bounds = window_bounds(layout, _ordered_before(arrays, shape.start), setting.run)
    given = layout.row("balance").of(bounds.row_lower)[shape.goods].copy()
    for kind, items in kept_columns(shape):
        upper = setting.column(kind).of(vectors.col_upper)
        upper[:] = layout.column(kind).of(bounds.col_upper)[items]
    for kind, items in kept_rows(shape):
        block = setting.row(kind)
        block.of(vectors.row_upper)[:] = layout.row(kind).of(bounds.row_upper)[items]
        block.of(vectors.row_lower)[:] = layout.row(kind).of(bounds.row_lower)[items]
    wanted = setting.wanted
    balance = setting.row("balance").of(vectors.row_lower)
    demand = np.zeros((len(arrays.goods), layout.n))
    np.add.at(demand, arrays.use_goods, demand_path(layout, setting.run))
    balance[:] = given - demand[shape.goods]
    np.add.at(balance, np.searchsorted(shape.goods, arrays.use_goods[shape.uses]), wanted)
    setting.column("missed").of(vectors.col_upper)[:] = wanted
    _write_found(setting, customary, vectors)


def _write_found(setting: Setting, customary: FloatArray, vectors: Vectors) -> None:
    """(M9)"""
    shape, arrays = setting.shape, setting.written.arrays
    before = shape.start - 1
    is_first = shape.start == 0
    first_lot = arrays.lot_stock[shape.lots] if is_first else np.zeros(len(shape.lots))
    setting.row("left_lot").of(vectors.row_upper)[:, 0] = first_lot
    setting.row("left_fresh").of(vectors.row_upper)[:] = 0.0
    if not is_first:
        most = np.maximum(customary[:, before], arrays.reserve[:, before])
        setting.row("customary").of(vectors.row_upper)[:, 0] = most[shape.goods]


def _ordered_before(arrays: CaseArrays, start: int) -> State:
    """What was ordered before the calendar and is still to come, or to be used, at a start."""
    n_goods, n_activities = len(arrays.goods), len(arrays.activities.names)
    width, life = longest_lead(arrays) + 1, int(arrays.shelf_life.max(initial=1))
    transit, past = np.zeros((n_activities, width)), np.zeros((n_goods, life))
    first = first_state(arrays).transit if start < width + life else np.zeros((n_activities, 0))
    left = first[:, start:]
    transit[:, : left.shape[1]] = left
    for k, good in enumerate(arrays.activities.outputs):
        came = first[k, max(start - life, 0) : start][::-1]
        if good >= 0:
            past[good, : len(came)] += came
    return State(
        lots=np.zeros(len(arrays.lots)), fresh=np.zeros(n_goods), past_inflow=past, transit=transit
    )


def reach_branch(setting: Setting, effects: list[tuple[int, Effect]], reach: Reach) -> None:
    """What first-stage columns add to the bounds of a branch (M5)."""
    bent = _Bent(setting)
    rows = dict(kept_rows(setting.shape))
    for column, effect in effects:
        if effect.kind in (CAPACITY, SPARED):
            _reach_orders(bent, column, effect, reach)
        elif effect.kind == SHARED and effect.row in rows["shared_capacity"]:
            at = int(np.searchsorted(rows["shared_capacity"], effect.row))
            block = setting.row("shared_capacity").indices
            reach.row_upper(block[at], column, bent.shared(effect))
        elif effect.kind == HOURS and effect.row in rows["line"]:
            at = int(np.searchsorted(rows["line"], effect.row))
            reach.row_upper(setting.row("line").indices[at], column, bent.hours(effect))
        elif effect.kind == RESERVE:
            _reach_found(setting, column, effect, reach)


def _reach_orders(bent: "_Bent", column: int, effect: Effect, reach: Reach) -> None:
    shape = bent.setting.shape
    if effect.row in shape.orders:
        at = int(np.searchsorted(shape.orders, effect.row))
        path = bent.capacity(effect) if effect.kind == CAPACITY else bent.spared(effect)
        reach.col_upper(bent.setting.column("order").indices[at], column, path)


def _reach_found(setting: Setting, column: int, effect: Effect, reach: Reach) -> None:
    """A reserve that is chosen may be found (M9)."""
    shape = setting.shape
    if effect.row in shape.goods and shape.start > 0:
        at = int(np.searchsorted(shape.goods, effect.row))
        held = effect.path[shape.start - 1 : shape.start]
        reach.row_upper(setting.row("customary").indices[at], column, held)


@dataclass(frozen=True, slots=True)
class _Bent:
    """How a measure bends paths that options add."""

    setting: Setting

    @property
    def _shape(self) -> BranchShape:
        return self.setting.shape

    @property
    def _arrays(self) -> CaseArrays:
        return self.setting.written.arrays

    def windowed(self, path: FloatArray) -> FloatArray:
        """The window's part of a path. (n,)"""
        return path[self._shape.start : self._shape.start + self._shape.layout.n]

    def _delayed(self, path: FloatArray, plant: int) -> FloatArray:
        by = int(self.setting.measure.plant_delay[plant]) if plant >= 0 else 0
        if by and self._arrays.plant_opening[plant] > self._shape.start:
            return np.concatenate([np.zeros(by), path])[: len(path)]
        return path

    def _during(self) -> BoolArray:
        return np.arange(self._shape.layout.n) < self._shape.standard.length

    def capacity(self, effect: Effect) -> FloatArray:
        """Capacity that a measure leaves. (n,)"""
        k, activities = effect.row, self._arrays.activities
        path = self.windowed(self._delayed(effect.path, int(activities.plants[k])))
        during = self.setting.measure.availability[k]
        left = np.where(self._during(), during, activities.base_availability[k])
        return np.asarray(path * left, dtype=np.float64)

    def hours(self, effect: Effect) -> FloatArray:
        """Line hours that a measure leaves. (n,)"""
        return self.windowed(self._delayed(effect.path, int(self._arrays.line_plants[effect.row])))

    def shared(self, effect: Effect) -> FloatArray:
        """Shared capacity that a measure leaves. (n,)"""
        left = shared_left(self._arrays, self.setting.measure)[effect.row]
        path = self.windowed(effect.path)
        return np.where(self._during(), left * path, path)

    def spared(self, effect: Effect) -> FloatArray:
        """Capacity that a measure does not take, of a supplier that was bought out. (n,)"""
        k, activities = effect.row, self._arrays.activities
        taken = activities.base_availability[k] - self.setting.measure.availability[k]
        path = self.windowed(effect.path) * self.windowed(activities.capacity[k])
        return np.where(self._during(), path * taken, 0.0)


def reach_excuse(setting: Setting, column: int, reach: Reach) -> None:
    """A draw that is excused need not meet the standard (M10)."""
    shape, arrays = setting.shape, setting.written.arrays
    at = np.searchsorted(shape.goods, arrays.use_goods[shape.uses])
    rows = setting.row("balance").indices
    for row, path in zip(at, setting.wanted, strict=True):
        reach.row_lower(rows[row], column, -path)


def add_branch_prices(shape: BranchShape, places: Places, hard: FloatArray) -> None:
    """Price of what a standard's uses lack, by column."""
    worth = worth_of_uses(shape.layout)
    places.column(f"missed_{shape.name}").of(hard)[:] = worth[shape.uses][:, None]
