"""A branch of a plan: a standard's measure strikes by surprise, and its uses are to be met.

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

What it is worth that nothing falls short: weights of shortfalls beside each other.

Demand with a cost of being short has no other price. A unit counts as much as the good is
worth; payments above a ceiling count as money.

Bounds of a branch in a draw, and how far the first stage reaches into them.

The measure bends what options add as it bends everything else: what it closes stays
closed, plants that it delays open later (M5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.options import Standard
from derbes.case.quantity import FloatArray
from derbes.lp.program import Block, IntArray, power_of_two
from derbes.model.arrays import (
    ActivityKind,
    BoolArray,
    CaseArrays,
    MeasureArrays,
    MeasureRun,
    State,
)
from derbes.planning.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    SPARED,
    Effect,
    Places,
    Reach,
    TrunkShape,
    Vectors,
    Written,
    share_of,
    uses_of,
)
from derbes.supply.baseline import first_state
from derbes.supply.bounds import demand_path, shared_left, window_bounds
from derbes.supply.network import Entries, Layout, Parts, longest_lead, make_layout, supply_matrix


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


SOFT = 20.0
"""Price of what falls short last, in units of its worth, to begin with."""
SHORT_MOST, SHORT_LEAST = 0.2, 0.1
"""Price of a reserve that is short for one period, beside the price of deferrable demand:
more than the good is worth, so that a reserve is not sold out at the end of the calendar."""
SHORT_ABOVE = 1.6
"""The same where the reserve ranks before deferrable demand."""
SHORT_FOR = 12.0
"""Periods of a short reserve that weigh less than a unit of demand with a cost of being short."""


def worth_of_uses(layout: Layout) -> FloatArray:
    """What a unit that a use lacks is worth: its good, more or less by weight. (U,) [money/unit]

    The weight counts beside those of the other uses of the good, so that the unit does not.
    """
    arrays = layout.arrays
    weight, goods = arrays.use_weight, arrays.use_goods
    n_goods = len(arrays.goods)
    uses = np.maximum(np.bincount(goods, minlength=n_goods), 1)
    mean = np.bincount(goods, weight, minlength=n_goods) / uses
    beside = np.divide(weight, mean[goods], out=np.ones_like(weight), where=mean[goods] > 0)
    return np.asarray(beside * layout.values[goods], dtype=np.float64)


def add_trunk_prices(shape: TrunkShape, places: Places, hard: FloatArray, soft: FloatArray) -> None:
    """Price of what must not fall short, and of what falls short last, by column.

    Demand with a cost of being short has no other price. A unit counts as much as the
    good is worth; payments above a ceiling count as money.
    """
    arrays, layout = shape.layout.arrays, shape.layout
    worth = worth_of_uses(layout)
    is_free = np.isnan(arrays.shortage_cost)
    essential = np.where(is_free & arrays.use_essential, worth, 0.0)
    deferrable = np.where(is_free & ~arrays.use_essential, worth, 0.0)
    places.column("unmet").of(hard)[:] = essential[:, None]
    places.column("unmet").of(soft)[:] = deferrable[:, None]
    held = layout.values[layout.reserved] * reserve_prices(shape)
    places.column("short").of(soft)[:] = held[:, None]
    places.column("excess").of(hard)[:] = 1.0
    for name, standard in shape.standards:
        places.column(f"miss_{name}").of(hard)[:] = worth[uses_of(standard, arrays)][:, None]


def reserve_prices(shape: TrunkShape) -> FloatArray:
    """Price of a reserve that is short for a period, in its worth and the price of what is last.

    Demand that ranks before the reserve is not given up to fill it sooner: where it has a
    cost of being short, the price of the reserve is held below it. (reserved goods,)
    """
    arrays, values = shape.layout.arrays, shape.layout.values
    ranks = {name: rank for rank, name in enumerate(arrays.priorities)}
    is_first = ranks.get("reserve", 9) < ranks.get("deferrable", 9)
    before = arrays.use_essential if is_first else np.ones(len(arrays.uses), dtype=np.bool_)
    costs = np.where(before, arrays.shortage_cost, np.nan)
    prices = np.full(len(shape.layout.reserved), SHORT_ABOVE if is_first else SHORT_MOST)
    for position, good in enumerate(shape.layout.reserved):
        dependent = [
            float(costs[u]) / values[good]
            for u, used in enumerate(arrays.use_goods)
            if np.isfinite(costs[u]) and supplying(arrays, np.array([used]))[good]
        ]
        if dependent:
            most = min(dependent) / SHORT_FOR / SOFT
            prices[position] = min(prices[position], max(most, SHORT_LEAST))
    return prices


def usual_sizes_of(places: Places, shape: TrunkShape) -> FloatArray:
    """What is usual of each column of a second stage, as powers of two. (columns,)

    That of the good that is bought, held or lacks; money counts as the dearest flow.
    """
    layout, arrays = shape.layout, shape.layout.arrays
    own = layout.sizes.columns
    of_orders = layout.column("order").of(own)[:, 0]
    orders = dict(zip(arrays.activities.names, of_orders, strict=True))
    goods = dict(zip(arrays.goods, arrays.flow_size, strict=True))
    lots = dict(zip(arrays.lots, arrays.flow_size[arrays.lot_goods], strict=True))
    uses = dict(zip(arrays.uses, arrays.flow_size[arrays.use_goods], strict=True))
    elements = (element.split(".", 1)[1] for element in arrays.activities.elements)
    sellers = dict(zip(elements, of_orders, strict=True))
    money = float((layout.values * arrays.flow_size).max(initial=0.0)) or 1.0
    by_kind: dict[str, Mapping[str, float]] = {
        "order": orders,
        "lot": lots,
        "fresh": goods,
        "short": goods,
        "refill": goods,
        "unmet": uses,
        "miss": uses,
        "missed": uses,
        "idle": sellers,
        "found_lot": lots,
        "found_fresh": goods,
    }
    sizes = np.full(places.n_columns, power_of_two(money))
    for block in places.columns:
        words = block.kind.split("_")
        kind = "_".join(words[:2]) if words[0] == "found" else words[0]
        if kind in by_kind:
            block.of(sizes)[:] = np.array([by_kind[kind][item] for item in block.items])[:, None]
    return sizes


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
