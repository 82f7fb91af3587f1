"""Bounds of a contingency written out one by one: the second way of what is gathered from paths."""

from dataclasses import dataclass, replace

import numpy as np

from derbes.model.arrays import MeasureArrays, MeasureRun
from derbes.planning.base_course import share_of
from derbes.planning.contingencies import ContingencyShape, _ordered_before
from derbes.planning.effects import CAPACITY, HOURS, RESERVE, SHARED, SPARED, DrawArrays
from derbes.supply.bounds import demand_path, lines_left, shared_left, window_bounds


@dataclass(frozen=True, slots=True)
class Setting:
    """A contingency in a draw."""

    shape: ContingencyShape
    written: DrawArrays
    measure: MeasureArrays

    @property
    def layout(self):
        return replace(self.shape.layout, arrays=self.written.arrays)

    @property
    def run(self):
        return MeasureRun(self.measure, self.shape.standard.length)

    @property
    def wanted(self):
        """Part of the demand that is to be met. (uses, n) [unit/period]"""
        demand = demand_path(self.layout, self.run)[self.shape.uses]
        return share_of(self.shape.standard) * demand


@dataclass
class Bounds:
    """Bounds while they are written: of rows, and upper ones of columns."""

    lower: np.ndarray
    upper: np.ndarray
    closed: np.ndarray


def bounds_of(setting, operating_stock, effects, indicator=None):
    """Lower and upper bounds of rows, upper bounds of columns, one after the other.

    Args:
        setting: The contingency.
        customary: Stock that is customary. (G, n) [unit]
        effects: What is added: part of a column that is chosen, and what it does.
        excuse: Part by which the draw is excused.
    """
    places = setting.shape.index
    out = Bounds(
        np.full(places.n_rows, -np.inf),
        np.full(places.n_rows, np.inf),
        np.full(places.n_columns, np.inf),
    )
    _write(setting, operating_stock, out)
    for part, effect in effects:
        _add(setting, part, effect, out)
    balance = places.row("balance").of(out.lower)
    goods = setting.written.arrays.use_goods[setting.shape.uses]
    at = np.searchsorted(setting.shape.goods, goods)
    for row, path in zip(at, setting.wanted, strict=True):
        balance[row] -= (indicator or 0.0) * path
    return np.concatenate([out.lower, out.upper, np.maximum(out.closed, 0.0)])


def _write(setting, operating_stock, out):
    shape, arrays, layout = setting.shape, setting.written.arrays, setting.layout
    places = shape.index
    bounds = window_bounds(layout, _ordered_before(setting.written, shape.start), setting.run)
    for kind, items in shape.kept_columns.items():
        places.column(kind).of(out.closed)[:] = layout.column(kind).of(bounds.col_upper)[items]
    for kind, items in shape.kept_rows.items():
        places.row(kind).of(out.upper)[:] = layout.row(kind).of(bounds.row_upper)[items]
        places.row(kind).of(out.lower)[:] = layout.row(kind).of(bounds.row_lower)[items]
    balance = places.row("balance").of(out.lower)
    demand = np.zeros((len(arrays.goods), layout.n))
    np.add.at(demand, arrays.use_goods, demand_path(layout, setting.run))
    balance[:] -= demand[shape.goods]
    np.add.at(balance, np.searchsorted(shape.goods, arrays.use_goods[shape.uses]), setting.wanted)
    places.column("missed").of(out.closed)[:] = setting.wanted
    before, is_first = shape.start - 1, shape.start == 0
    first_lot = arrays.lot_stock[shape.lots] if is_first else np.zeros(len(shape.lots))
    places.row("left_lot").of(out.upper)[:, 0] = first_lot
    places.row("left_fresh").of(out.upper)[:] = 0.0
    if not is_first:
        most = np.maximum(operating_stock[:, before], arrays.reserve[:, before])
        places.row("customary").of(out.upper)[:, 0] = most[shape.goods]


def _add(setting, part, effect, out):
    """What an effect adds, as the measure bends it (M5)."""
    shape, arrays, places = setting.shape, setting.written.arrays, setting.shape.index
    activities, measure, n = arrays.activities, setting.measure, shape.layout.n
    during = np.arange(n) < shape.standard.length

    def windowed(path, plant=-1, opening=None):
        by = int(measure.plant_delay[plant]) if plant >= 0 else 0
        opening = arrays.plant_opening[plant] if opening is None else opening
        if by and opening > shape.start:
            path = np.concatenate([np.zeros(by), path])[: len(path)]
        return path[shape.start : shape.start + n]

    def opened(plant):
        """Each opening moves by itself, where it is still to come."""
        if not effect.opened:
            return windowed(effect.path, plant)
        return sum(windowed(path, plant, opening) for opening, path in effect.opened)

    def row(items):
        return int(np.searchsorted(items, effect.row)) if effect.row in items else None

    k = effect.row
    if effect.kind in (CAPACITY, SPARED) and (at := row(shape.orders)) is not None:
        if effect.kind == CAPACITY:
            path = opened(int(activities.plants[k]))
            left = np.where(during, measure.availability[k], activities.base_availability[k])
        else:
            path = windowed(effect.path) * windowed(activities.capacity[k])
            taken = activities.base_availability[k] - measure.availability[k]
            left = np.where(during, taken, 0.0)
        places.column("order").of(out.closed)[at] += part * path * left
    shared = int(activities.shared[k]) if effect.kind == SPARED else -1
    if shared >= 0 and k == np.flatnonzero(activities.shared == shared)[0]:
        at = int(np.searchsorted(shape.kept_rows["shared_capacity"], shared))
        path = windowed(effect.path) * windowed(arrays.shared_capacity[shared])
        taken = np.where(during, 1.0 - shared_left(arrays, measure)[shared], 0.0)
        places.row("shared_capacity").of(out.upper)[at] += part * path * taken
    elif effect.kind == SHARED and (at := row(shape.kept_rows["shared_capacity"])) is not None:
        left = np.where(during, shared_left(arrays, measure)[k], 1.0)
        places.row("shared_capacity").of(out.upper)[at] += part * left * windowed(effect.path)
    elif effect.kind == HOURS and (at := row(shape.kept_rows["line"])) is not None:
        path = opened(int(arrays.line_plants[k]))
        left = np.where(during, lines_left(arrays, measure)[k], 1.0)
        places.row("line").of(out.upper)[at] += part * left * path
    elif effect.kind == RESERVE and shape.start > 0 and (at := row(shape.goods)) is not None:
        places.row("customary").of(out.upper)[at] += part * effect.path[shape.start - 1]
