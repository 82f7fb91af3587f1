r"""A branch of a plan: a standard's measure strikes by surprise, and its uses are to be met.

The equations are (L1) to (L6) over a window that starts in the trunk's state; there is no
money in a branch. To them come

(M9) What a branch finds: found[l] <= w[l,s-1], and of each good no more than is customary
or held as a reserve: sum of found[l] <= max(customary[g,s-1], reserve[g,s-1]) + reserves
that are chosen. What is left of it by the measure, goods in transit included, starts (L1)
and (L2). What the trunk holds beyond that, for a start that it should not foresee, does
not count.
(M10) The standard: short[u,t] + supply >= share * demand[u,t] for its uses, in every period
of the window; short is not allowed, unless the draw is excused.

Symbols: l lot or fresh stock, g good, s start, w stock at the end of a period.
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays, MeasureArrays, MeasureRun
from derbes.case.options import Standard
from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.effects import (
    Written,
)
from derbes.planning.program.supply.places import Places
from derbes.planning.program.supply.trunk import share_of, uses_of
from derbes.programs.bounds import demand_path
from derbes.programs.layout import Entries, Layout, Parts, longest_lead, make_layout, supply_matrix
from derbes.programs.solver.statement import Block, IntArray


@dataclass(frozen=True, slots=True)
class BranchShape:
    """What the branches of one standard and start have in common in all draws."""

    name: str
    """Ends the kinds of its blocks, e.g. `year_60`."""
    standard_name: str
    standard: Standard
    start: int
    layout: Layout
    uses: IntArray
    goods: IntArray
    """Goods from which the uses are supplied, inputs of inputs included."""
    lots: IntArray
    orders: IntArray
    """Activities that supply them."""


def short_window(arrays: CaseArrays, length: int) -> int:
    """Periods in which a measure and the gap that it leaves in deliveries show. [period]"""
    return length + longest_lead(arrays) + 1


def whole_window(arrays: CaseArrays, length: int) -> int:
    """Periods over which a measure's harm is counted (`programs.branch.horizon`). [period]"""
    return max(arrays.sender_horizon, length + arrays.refill_periods + longest_lead(arrays))


def starts_of(standard: Standard, measure_start: int | None, n_calendar: int) -> range:
    """Starts at which a standard is to hold. [period]"""
    last = n_calendar - 1 if standard.last < 0 else min(standard.last, n_calendar - 1)
    if measure_start is not None:
        is_inside = standard.first <= measure_start <= last
        return range(measure_start, measure_start + int(is_inside))
    return range(standard.first, last + 1)


def supplying(arrays: CaseArrays, goods: IntArray) -> BoolArray:
    """Goods from which others are made, and these. (G,)"""
    activities = arrays.activities
    is_needed = np.zeros(len(arrays.goods), dtype=np.bool_)
    is_needed[goods] = True
    for _round in range(len(arrays.goods)):
        for k, output in enumerate(activities.outputs):
            if output >= 0 and is_needed[output]:
                inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
                is_needed[activities.input_goods[inputs]] = True
    return is_needed


def branch_shape(
    arrays: CaseArrays, name: str, standard: Standard, *, start: int, n: int
) -> BranchShape:
    """Blocks of a branch; a window of `n` periods as far as the arrays reach."""
    n = min(n, arrays.n_periods - start)
    layout = make_layout(arrays, start, n, has_reserve=False)
    uses = uses_of(standard, arrays)
    is_needed = supplying(arrays, arrays.use_goods[uses])
    outputs = arrays.activities.outputs
    is_supply = (arrays.activities.kinds != ActivityKind.EXPORT) & is_needed[outputs]
    return BranchShape(
        name=f"{name}_{start}",
        standard_name=name,
        standard=standard,
        start=start,
        layout=layout,
        uses=uses,
        goods=np.flatnonzero(is_needed).astype(np.int64),
        lots=np.flatnonzero(is_needed[arrays.lot_goods]).astype(np.int64),
        orders=np.flatnonzero(is_supply).astype(np.int64),
    )


def kept_goods(shape: BranchShape, goods: IntArray) -> IntArray:
    """Those of some goods that a branch keeps."""
    return goods[np.isin(goods, shape.goods)]


def kept_columns(shape: BranchShape) -> list[tuple[str, IntArray]]:
    """Items of each block of columns that a branch keeps."""
    return [("order", shape.orders), ("lot", shape.lots), ("fresh", shape.goods)]


def kept_rows(shape: BranchShape) -> list[tuple[str, IntArray]]:
    """Items of each block of rows that a branch keeps."""
    layout, activities = shape.layout, shape.layout.arrays.activities
    of_goods = {
        kind: np.flatnonzero(np.isin(goods, shape.goods)).astype(np.int64)
        for kind, goods in (
            ("fresh_stock", layout.mixed),
            ("shelf_life", layout.perishable),
            ("storage", layout.limited),
        )
    }
    shared = np.unique(activities.shared[shape.orders])
    lines = np.unique(activities.lines[shape.orders])
    return [
        ("stock", shape.lots),
        ("fresh_stock", of_goods["fresh_stock"]),
        ("balance", shape.goods),
        ("shelf_life", of_goods["shelf_life"]),
        ("shared_capacity", shared[shared >= 0]),
        ("line", lines[lines >= 0]),
        ("storage", of_goods["storage"]),
    ]


def branch_parts(shape: BranchShape) -> tuple[Parts, Parts]:
    """Blocks of columns and of rows of a branch."""
    layout, end = shape.layout, f"_{shape.name}"
    arrays, start = layout.arrays, layout.start

    def kept(block_items: tuple[str, ...], items: IntArray) -> tuple[str, ...]:
        return tuple(block_items[i] for i in items)

    columns: Parts = [
        (kind + end, kept(layout.column(kind).items, items), start, layout.n)
        for kind, items in kept_columns(shape)
    ]
    rows: Parts = [
        (kind + end, kept(layout.row(kind).items, items), start, layout.n)
        for kind, items in kept_rows(shape)
    ]
    lots, goods = kept(arrays.lots, shape.lots), kept(arrays.goods, shape.goods)
    columns += [
        ("missed" + end, kept(arrays.uses, shape.uses), start, layout.n),
        ("found_lot" + end, lots, start, 1),
        ("found_fresh" + end, goods, start, 1),
    ]
    rows += [
        ("left_lot" + end, lots, start, 1),
        ("left_fresh" + end, goods, start, 1),
        ("customary" + end, goods, start, 1),
    ]
    return columns, rows


@dataclass(frozen=True, slots=True)
class Setting:
    """A branch in a draw."""

    shape: BranchShape
    written: Written
    measure: MeasureArrays
    """The standard's measure in the draw."""
    places: Places

    @property
    def layout(self) -> Layout:
        """The layout with the draw's arrays."""
        return replace(self.shape.layout, arrays=self.written.arrays)

    @property
    def run(self) -> MeasureRun:
        """The measure for the standard's length."""
        return MeasureRun(self.measure, self.shape.standard.length)

    @property
    def wanted(self) -> FloatArray:
        """Part of the demand that is to be met. (uses, n) [unit/period]"""
        demand = demand_path(self.layout, self.run)[self.shape.uses]
        return share_of(self.shape.standard) * demand

    def column(self, kind: str) -> Block:
        """Block of the branch's columns of a kind."""
        return self.places.column(f"{kind}_{self.shape.name}")

    def row(self, kind: str) -> Block:
        """Block of the branch's rows of a kind."""
        return self.places.row(f"{kind}_{self.shape.name}")


def add_branch(setting: Setting, entries: Entries) -> None:
    """Entries of a branch's matrix in a draw, those that lead to the trunk included."""
    shape, layout = setting.shape, setting.layout
    columns = np.concatenate([layout.column(k).indices[i].ravel() for k, i in kept_columns(shape)])
    rows = np.concatenate([layout.row(k).indices[i].ravel() for k, i in kept_rows(shape)])
    part = supply_matrix(layout)[:, columns].tocsr()[rows].tocoo()
    entries.add(
        part.row.astype(np.int64) + setting.row("stock").offset,
        part.col.astype(np.int64) + setting.column("order").offset,
        part.data,
    )
    of_uses = np.searchsorted(shape.goods, layout.arrays.use_goods[shape.uses])
    entries.add(setting.row("balance").indices[of_uses], setting.column("missed").indices, 1.0)
    _add_found(setting, entries)
    _add_left(setting, entries)
    if shape.start > 0:
        Transit(setting).add(entries)


def _add_found(setting: Setting, entries: Entries) -> None:
    """(M9)"""
    shape, places = setting.shape, setting.places
    lot = setting.column("found_lot").indices[:, 0]
    fresh = setting.column("found_fresh").indices[:, 0]
    left_lot = setting.row("left_lot").indices[:, 0]
    left_fresh = setting.row("left_fresh").indices[:, 0]
    customary = setting.row("customary").indices[:, 0]
    of_lots = np.searchsorted(shape.goods, shape.layout.arrays.lot_goods[shape.lots])
    entries.add(left_lot, lot, 1.0)
    entries.add(left_fresh, fresh, 1.0)
    entries.add(customary, fresh, 1.0)
    entries.add(customary[of_lots], lot, 1.0)
    if shape.start > 0:
        before = shape.start - 1
        entries.add(left_lot, places.column("lot").indices[shape.lots, before], -1.0)
        entries.add(left_fresh, places.column("fresh").indices[shape.goods, before], -1.0)


def _add_left(setting: Setting, entries: Entries) -> None:
    """What a measure leaves of the stocks that are found, in the first period (L1, L2)."""
    shape, arrays, measure = setting.shape, setting.written.arrays, setting.measure
    lot = setting.column("found_lot").indices[:, 0]
    fresh = setting.column("found_fresh").indices[:, 0]
    kept_lot = (arrays.lot_retention[:, shape.start] * measure.lot_kept)[shape.lots]
    kept_fresh = (arrays.retention * measure.fresh_kept)[shape.goods]
    of_lots = np.searchsorted(shape.goods, arrays.lot_goods[shape.lots])
    entries.add(setting.row("stock").indices[:, 0], lot, -kept_lot)
    balance = setting.row("balance").indices[:, 0]
    entries.add(balance, fresh, kept_fresh)
    entries.add(balance[of_lots], lot, kept_lot)
    at = np.searchsorted(shape.goods, kept_goods(shape, shape.layout.mixed))
    entries.add(setting.row("fresh_stock").indices[:, 0], fresh[at], -kept_fresh[at])


@dataclass(frozen=True, slots=True)
class Transit:
    """What the trunk has ordered before the start; what came before it stands in the bounds."""

    setting: Setting

    def add(self, entries: Entries) -> None:
        """Arrivals in the window, and past inflow that shelf lives still count."""
        arrays = self.setting.written.arrays
        for k in self.setting.shape.orders:
            lead = int(arrays.activities.lead_times[k])
            good = int(arrays.activities.outputs[k])
            if lead:
                self._add_arrivals(int(k), good, lead, entries)
            if arrays.shelf_life[good] > 0:
                self._add_past(int(k), good, lead, entries)

    def _columns(self, k: int, arrivals: IntArray, lead: int) -> IntArray:
        """Columns of the trunk that arrive in periods of the calendar."""
        orders: IntArray = self.setting.places.column("order").indices[k]
        return orders[arrivals - lead].astype(np.int64)

    def _add_arrivals(self, k: int, good: int, lead: int, entries: Entries) -> None:
        setting, shape = self.setting, self.setting.shape
        periods = np.arange(max(lead - shape.start, 0), lead, dtype=np.int64)
        columns = self._columns(k, shape.start + periods, lead)
        periods = periods + int(setting.measure.transit_late[k])
        is_inside = periods < shape.layout.n
        columns, periods = columns[is_inside], periods[is_inside]
        kept = float(setting.measure.transit_kept[k])
        row = np.searchsorted(shape.goods, good)
        entries.add(setting.row("balance").indices[row, periods], columns, kept)
        mixed = kept_goods(shape, shape.layout.mixed)
        if good in mixed:
            rows = setting.row("fresh_stock").indices[np.searchsorted(mixed, good)]
            entries.add(rows[periods], columns, -kept)
        if setting.written.arrays.shelf_life[good] > 0:
            _Inflow(setting, good, columns, periods, kept).into(entries)

    def _add_past(self, k: int, good: int, lead: int, entries: Entries) -> None:
        """Inflow before the start; the first period of the calendar has none before it."""
        setting, start = self.setting, self.setting.shape.start
        life = int(setting.written.arrays.shelf_life[good])
        arrivals = np.arange(max(start - life + 1, lead), start, dtype=np.int64)
        columns = self._columns(k, arrivals, lead)
        kept = float(setting.measure.fresh_kept[good])
        _Inflow(setting, good, columns, arrivals - start, kept).into(entries)


@dataclass(frozen=True, slots=True)
class _Inflow:
    """Inflow of each period supports fresh stock until its shelf life is over."""

    setting: Setting
    good: int
    columns: IntArray
    periods: IntArray
    """Of the arrivals, from the start on; negative before it."""
    kept: float

    def into(self, entries: Entries) -> None:
        """Add the entries of the shelf life rows."""
        shape, arrays = self.setting.shape, self.setting.written.arrays
        perishable = kept_goods(shape, shape.layout.perishable)
        rows = self.setting.row("shelf_life").indices[np.searchsorted(perishable, self.good)]
        for age in range(int(arrays.shelf_life[self.good])):
            at = self.periods + age
            is_inside = (at >= 0) & (at < shape.layout.n)
            factor = -self.kept * float(arrays.retention[self.good] ** age)
            entries.add(rows[at[is_inside]], self.columns[is_inside], factor)
