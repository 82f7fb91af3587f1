"""Columns and rows of the supply programs, and the entries of their matrix.

One layout serves the calm plan, the branches and the survival programs: columns
and rows of a window of periods that starts in a given state.

Symbols: x level of an activity (`order`), w stock of a lot (`lot`) and of fresh
goods (`fresh`), n unmet demand (`unmet`), r reserve shortfall (`short`).

What a unit of each good is worth: the cheapest way to get one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.program import Block, IntArray, Sizes, power_of_two, stack_blocks
from derbes.model.arrays import ActivityKind, CaseArrays, lasting


def unit_values(arrays: CaseArrays, period: int = 0) -> FloatArray:
    """Cheapest cost of one unit in a period, inputs included. (G,) [money/unit]"""
    return _unit_values(arrays)[:, period]


@lru_cache(maxsize=4)
def _unit_values(arrays: CaseArrays) -> FloatArray:
    """Cheapest cost of one unit by period, inputs included. (G, T) [money/unit]

    Who never has any to sell is no way to a good. Recipes have no cycles, so the values settle
    after as many rounds as there are goods.
    """
    activities = arrays.activities
    values = np.full((len(arrays.goods), activities.unit_cost.shape[1]), np.inf)
    is_ever_open = (activities.capacity > 0).any(axis=1)
    makes = np.flatnonzero((activities.kinds != ActivityKind.EXPORT) & is_ever_open)
    for _round in range(len(arrays.goods)):
        before = values.copy()
        for k in makes:
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            cost = activities.unit_cost[k] + amounts @ values[goods]
            values[activities.outputs[k]] = np.minimum(values[activities.outputs[k]], cost)
        if np.array_equal(before, values):
            break
    return _otherwise(arrays, values)


def _otherwise(arrays: CaseArrays, values: FloatArray) -> FloatArray:
    """Values with those that no source gives: from what is made of it, or who needs it. (G, T)

    What a good is worth that can be neither bought nor made is what its products are worth
    for a unit of it, else the cost of being short of it, else as much as the dearest flow.
    """
    activities = arrays.activities
    known = np.isfinite(values) & (values > 0)
    found = np.where(known, values, 0.0)
    for u, good in enumerate(arrays.use_goods):
        if np.isfinite(arrays.shortage_cost[u]):
            more = np.maximum(found[good], arrays.shortage_cost[u])
            found[good] = np.where(known[good], found[good], more)
    for _round in range(len(arrays.goods)):
        before = found.copy()
        for k, output in enumerate(activities.outputs):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            if output < 0:
                continue
            for good in goods[amounts > 0]:
                amount = float(amounts[goods == good].sum())
                more = np.maximum(found[good], found[output] / amount)
                found[good] = np.where(known[good], found[good], more)
        if np.array_equal(before, found):
            break
    dearest = (found * arrays.flow_size[:, None]).max(axis=0, initial=0.0)
    dearest[dearest == 0] = 1.0
    return np.where(found > 0, found, dearest / arrays.flow_size[:, None])


Part = tuple[str, Sequence[str], int, int]
Parts = list[Part]
"""Blocks to be: kind, items, first period, periods."""


@dataclass(frozen=True)
class BlockIndex:
    """Blocks of columns and rows, found by their kind."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]

    @cached_property
    def _blocks(self) -> tuple[dict[str, Block], dict[str, Block]]:
        columns, rows = (
            {block.kind: block for block in reversed(blocks)}
            for blocks in (self.columns, self.rows)
        )
        return columns, rows

    def column(self, kind: str) -> Block:
        """Block of columns of a kind."""
        return self._blocks[0][kind]

    def row(self, kind: str) -> Block:
        """Block of rows of a kind."""
        return self._blocks[1][kind]

    def parts(self, end: str = "") -> tuple[Parts, Parts]:
        """Columns and rows as blocks to be, with something at the end of their kinds."""

        def of(blocks: Sequence[Block]) -> Parts:
            return [(b.kind + end, b.items, b.first_period, b.n_periods) for b in blocks]

        return of(self.columns), of(self.rows)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.columns[-1].offset + self.columns[-1].size

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.rows[-1].offset + self.rows[-1].size


@dataclass(frozen=True)
class Layout(BlockIndex):
    """Blocks of a window `[start, start + n)` of the arrays' periods."""

    arrays: CaseArrays
    start: int
    n: int
    has_reserve: bool
    """Whether reserves (L7) are in it."""
    has_end: bool
    """Whether the way back to the calm plan (L8) is in it."""
    column_goods: IntArray
    """Good of which each column is an amount. (columns,)"""
    sizes: Sizes
    """What is usual of each column and row: that of its good, or of its line."""
    reserved: IntArray
    """Goods with a reserve."""
    limited: IntArray
    """Goods with a storage limit."""
    perishable: IntArray
    """Goods with a shelf life."""
    mixed: IntArray
    """Goods that are held in old lots too."""
    values: FloatArray
    """What a unit of each good is worth at the start. (G,) [money/unit]"""

    def filled(self, **blocks: FloatArray) -> FloatArray:
        """Columns from blocks by kind, 0 elsewhere. (columns,)"""
        columns = np.zeros(self.n_columns)
        for kind, values in blocks.items():
            self.column(kind).of(columns)[:] = values
        return columns

    @property
    def columns_shape(self) -> tuple[tuple[str, int, int], ...]:
        """Kinds of columns with the number of items and periods of each."""
        return tuple((block.kind, len(block.items), block.n_periods) for block in self.columns)


def longest_lead(arrays: CaseArrays) -> int:
    """Longest time from order to arrival. [period]"""
    return int(arrays.activities.lead_times.max(initial=0))


@lru_cache(maxsize=16)
def make_layout(
    arrays: CaseArrays, start: int, n: int, *, has_reserve: bool, has_end: bool = False
) -> Layout:
    """Columns and rows of a window."""
    window, last = slice(start, start + n), start + n - 1
    reserved = np.flatnonzero((arrays.reserve[:, window] > 0).any(axis=1))
    limited = np.flatnonzero(np.isfinite(arrays.storage_limit[:, window]).any(axis=1))
    perishable, mixed = np.flatnonzero(arrays.shelf_life > 0), np.unique(arrays.lot_goods)
    size, of_goods = arrays.flow_size, np.arange(len(arrays.goods))
    of_activities, of_shared, of_lines = _usual_flows(arrays)
    nothing: IntArray = of_goods[:0]
    held = reserved if has_reserve else nothing
    ended = held if has_end else nothing

    def goods(
        kind: str, which: IntArray, first: int = start, periods: int = n, *, is_lot: bool = False
    ) -> tuple[Part, IntArray]:
        names, of = (arrays.lots, arrays.lot_goods) if is_lot else (arrays.goods, of_goods)
        return (kind, [names[i] for i in which], first, periods), of[which]

    def sized(
        *blocks: tuple[Part, IntArray],
    ) -> list[tuple[Part, FloatArray]]:
        return [(part, size[of]) for part, of in blocks]

    lots = np.arange(len(arrays.lots))
    lead, ages = longest_lead(arrays) + 1, max(int(arrays.shelf_life.max(initial=0)) - 1, 0)
    at_end = (of_goods, lots, perishable) if has_end else (nothing, nothing, nothing)
    columns = [
        (("order", arrays.activities.names, start, n), of_activities),
        goods("lot", lots, is_lot=True),
        goods("fresh", of_goods),
        (("unmet", arrays.uses, start, n), arrays.use_goods),
        goods("short", held),
        goods("refill", ended),
        goods("behind", at_end[0], last, lead),
        goods("younger", at_end[1], last, 1, is_lot=True),
        goods("staler", at_end[2], last, ages),
    ]
    shared = tuple(f"q{q}" for q in range(len(arrays.shared_capacity)))
    rows = [
        *sized(
            goods("stock", lots, is_lot=True),
            goods("fresh_stock", mixed),
            goods("balance", of_goods),
            goods("shelf_life", perishable),
        ),
        (("shared_capacity", shared, start, n), of_shared),
        (("line", arrays.lines, start, n), of_lines),
        *sized(
            goods("storage", limited),
            goods("reserve", held),
            goods("refill", ended),
            goods("calm_state", at_end[0], last, lead),
            goods("calm_age", at_end[1], last, 1, is_lot=True),
            goods("calm_freshness", at_end[2], last, ages),
            goods("calm_age_kept", at_end[1], last, 1, is_lot=True),
            goods("calm_freshness_kept", at_end[2], last, ages),
        ),
    ]
    column_goods = np.concatenate([np.repeat(of, part[3]) for part, of in columns])
    of_rows = np.concatenate([np.repeat(usual, part[3]) for part, usual in rows])
    return Layout(
        arrays=arrays,
        start=start,
        n=n,
        has_reserve=has_reserve,
        has_end=has_end,
        columns=stack_blocks([part for part, _usual in columns]),
        rows=stack_blocks([part for part, _usual in rows]),
        column_goods=column_goods,
        sizes=Sizes(size[column_goods], of_rows, cost=1.0),
        values=unit_values(arrays, start),
        reserved=reserved,
        limited=limited,
        perishable=perishable,
        mixed=mixed,
    )


@lru_cache(maxsize=4)
def _usual_flows(arrays: CaseArrays) -> tuple[IntArray, FloatArray, FloatArray]:
    """Good that an activity brings, or sells; what is usual of what is shared, and of lines.

    (K,), (Q,), (R,)
    """
    activities = arrays.activities
    first_inputs = [*activities.input_goods, 0]
    made_of = np.array([first_inputs[i] for i in activities.input_starts[:-1]], dtype=np.int64)
    goods = np.where(activities.outputs >= 0, activities.outputs, made_of)
    of_activities = arrays.flow_size[goods]
    of_shared = np.ones(len(arrays.shared_capacity))
    sharing = activities.shared >= 0
    of_shared[activities.shared[sharing]] = of_activities[sharing]
    of_lines = np.zeros(len(arrays.lines))
    on_line = activities.lines >= 0
    hours = activities.hours[on_line] * of_activities[on_line]
    np.maximum.at(of_lines, activities.lines[on_line], hours)
    return goods, of_shared, power_of_two(np.where(of_lines > 0, of_lines, 1.0))


class Entries:
    """Entries of a sparse matrix while they are being collected."""

    def __init__(self) -> None:
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._values: list[Any] = []

    def add(self, rows: IntArray, columns: IntArray, values: FloatArray | float) -> None:
        """Add entries; the three are broadcast against each other."""
        shape = np.broadcast(rows, columns, values).shape
        for kept, given in ((self._rows, rows), (self._columns, columns), (self._values, values)):
            spread = np.empty(shape, dtype=np.float64 if kept is self._values else np.int64)
            spread[...] = given
            kept.append(spread.ravel())

    def matrix(self, n_rows: int, n_columns: int) -> sparse.csc_matrix:
        """The matrix, entries at one place summed."""
        rows = np.concatenate(self._rows)
        columns = np.concatenate(self._columns)
        values = np.concatenate(self._values)
        keep = values != 0.0
        triplets = (values[keep], (rows[keep], columns[keep]))
        return sparse.coo_matrix(triplets, shape=(n_rows, n_columns)).tocsc()


def supply_matrix(layout: Layout) -> sparse.csc_matrix:
    """Entries of (L1) to (L8) for the columns of a window."""
    entries = Entries()
    _stocks(layout, entries)
    _activities(layout, entries)
    _capacities(layout, entries)
    _stock_sums(layout, entries)
    entries.add(
        layout.row("balance").indices[layout.arrays.use_goods], layout.column("unmet").indices, 1.0
    )
    return entries.matrix(layout.n_rows, layout.n_columns)


def _stocks(layout: Layout, entries: Entries) -> None:
    """(L1), and what stocks give to and take from the balance (L2)."""
    arrays, n = layout.arrays, layout.n
    window = slice(layout.start + 1, layout.start + n)
    balance, stock = layout.row("balance").indices, layout.row("stock").indices
    lot, fresh = layout.column("lot").indices, layout.column("fresh").indices
    retention = arrays.lot_retention[:, window]
    entries.add(stock, lot, 1.0)
    entries.add(stock[:, 1:], lot[:, :-1], -retention)
    entries.add(balance[arrays.lot_goods], lot, -1.0)
    entries.add(balance[arrays.lot_goods, 1:], lot[:, :-1], retention)
    entries.add(balance, fresh, -1.0)
    entries.add(balance[:, 1:], fresh[:, :-1], arrays.retention[:, None])
    rows = layout.row("fresh_stock").indices
    entries.add(rows, fresh[layout.mixed], 1.0)
    entries.add(rows[:, 1:], fresh[layout.mixed, :-1], -arrays.retention[layout.mixed, None])


def arrivals(layout: Layout, k: int) -> tuple[IntArray, IntArray]:
    """Columns of activity k that deliver, and the window's period of each arrival.

    The period counts from the window's start; it may lie behind its end.
    """
    lead = int(layout.arrays.activities.lead_times[k])
    return layout.column("order").indices[k], np.arange(layout.n, dtype=np.int64) + lead


def _activities(layout: Layout, entries: Entries) -> None:
    """What activities take from and give to the balance (L2) and the shelf life rows."""
    activities, balance = layout.arrays.activities, layout.row("balance").indices
    orders, outputs = layout.column("order").indices, activities.outputs
    taking = np.repeat(np.arange(len(outputs)), np.diff(activities.input_starts))
    amounts = activities.input_amounts[:, None]
    entries.add(balance[activities.input_goods], orders[taking], -amounts)
    periods = np.arange(layout.n) + activities.lead_times[:, None]
    gives = (periods < layout.n) & (outputs >= 0)[:, None]
    makers, _ordered = np.nonzero(gives)
    entries.add(balance[outputs[makers], periods[gives]], orders[gives], 1.0)
    mixes = gives & np.isin(outputs, layout.mixed)[:, None]
    makers, _ordered = np.nonzero(mixes)
    row = np.searchsorted(layout.mixed, outputs[makers])
    rows = layout.row("fresh_stock").indices[row, periods[mixes]]
    entries.add(rows, orders[mixes], -1.0)
    for k in np.flatnonzero((outputs >= 0) & (layout.arrays.shelf_life[outputs] > 0)):
        inside = gives[k]
        _shelf_inflow(
            layout, entries, int(outputs[k]), columns=orders[k, inside], periods=periods[k, inside]
        )
    if layout.row("calm_state").size:
        later = (periods >= layout.n) & (outputs >= 0)[:, None]
        makers, _ordered = np.nonzero(later)
        rows = layout.row("calm_state").indices[outputs[makers], periods[later] - layout.n + 1]
        entries.add(rows, orders[later], 1.0)


def _shelf_inflow(
    layout: Layout, entries: Entries, good: int, *, columns: IntArray, periods: IntArray
) -> None:
    """Inflow of period s supports fresh stock until its shelf life is over."""
    rows = layout.row("shelf_life").indices[np.searchsorted(layout.perishable, good)]
    for age in range(int(layout.arrays.shelf_life[good])):
        inside = periods + age < layout.n
        factor = float(layout.arrays.retention[good] ** age)
        entries.add(rows[periods[inside] + age], columns[inside], -factor)
    if layout.has_end:
        _fresh_at_the_end(layout, entries, good, columns=columns, periods=periods)


def _fresh_at_the_end(
    layout: Layout, entries: Entries, good: int, *, columns: IntArray, periods: IntArray
) -> None:
    """Inflow that can still be used for more than i periods behind the end (L8)."""
    rows = layout.row("calm_freshness").indices[np.searchsorted(layout.perishable, good)]
    age = layout.n - 1 - periods
    factor = layout.arrays.retention[good] ** age.astype(np.float64)
    for i in range(1, int(layout.arrays.shelf_life[good])):
        lasts = age < layout.arrays.shelf_life[good] - i
        entries.add(rows[i - 1], columns[lasts], factor[lasts])


def _capacities(layout: Layout, entries: Entries) -> None:
    """Shared capacities (L3) and line hours (L4)."""
    activities = layout.arrays.activities
    orders = layout.column("order").indices
    on_line = np.flatnonzero(activities.lines >= 0)
    if len(on_line):
        rows = layout.row("line").indices[activities.lines[on_line]]
        entries.add(rows, orders[on_line], activities.hours[on_line, None])
    sharing = np.flatnonzero(activities.shared >= 0)
    if len(sharing):
        rows = layout.row("shared_capacity").indices[activities.shared[sharing]]
        entries.add(rows, orders[sharing], 1.0)


def _stock_sums(layout: Layout, entries: Entries) -> None:
    """Sums of all stock of a good: shelf life, storage (L6), reserve (L7), end (L8)."""
    arrays = layout.arrays
    lot, fresh = layout.column("lot").indices, layout.column("fresh").indices
    entries.add(layout.row("shelf_life").indices, fresh[layout.perishable], 1.0)
    sums = [("storage", layout.limited)]
    if layout.has_reserve:
        sums.append(("reserve", layout.reserved))
    for kind, goods in sums:
        rows = layout.row(kind).indices
        entries.add(rows, fresh[goods], 1.0)
        for position, good in enumerate(goods):
            for one in np.flatnonzero(arrays.lot_goods == good):
                entries.add(rows[position], lot[one], 1.0)
    if layout.has_reserve:
        _refill(layout, entries)
    if layout.row("calm_state").size:
        rows = layout.row("calm_state").indices
        entries.add(rows[:, 0], fresh[:, -1], 1.0)
        entries.add(rows[arrays.lot_goods, 0], lot[:, -1], 1.0)
        entries.add(rows, layout.column("behind").indices, 1.0)
        _ages(layout, entries)
        for kind in ("calm_freshness", "calm_freshness_kept"):
            entries.add(layout.row(kind).indices, layout.column("staler").indices, 1.0)


def _refill(layout: Layout, entries: Entries) -> None:
    """Shortfall of the reserve (L7): what is missing, and what may be missing for a while.

    After a measure the reserve comes back in steps (`refill`), and never falls below
    what the measure left of it: what may be missing is no more than what was.
    """
    rows, short = layout.row("reserve").indices, layout.column("short").indices
    entries.add(rows, short, 1.0)
    if layout.column("refill").size:
        allowed = layout.column("refill").indices
        steps = layout.row("refill").indices
        entries.add(rows, allowed, 1.0)
        entries.add(steps, allowed, 1.0)
        entries.add(steps[:, 1:], allowed[:, :-1], -1.0)
        entries.add(steps[:, 1:], short[:, :-1], -1.0)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Stocks of a good that last longest behind a period, down to one of several steps."""

    lots: tuple[int, ...]
    ages: int
    """Ages of fresh stock among them, from the youngest on; -1: all of it, whatever its age."""


ALIKE = 1e-9
"""Relative difference of how long two stocks last that counts as none."""


@lru_cache(maxsize=64)
def longer_lasting(arrays: CaseArrays, last: int) -> tuple[Lasting, ...]:
    """What of each good lasts longest after a period, step by step; each stands at a lot. (L,)

    How long a stock lasts is what is left of a unit of it, summed over the periods behind.
    Stocks that last alike are one step; all of a good together is none, since (L8) holds
    for that anyway, so a lot may stand for nothing.
    """
    of_lots, of_fresh = lasting(arrays, last)
    found = [Lasting((), 0)] * len(arrays.lots)
    for good in np.unique(arrays.lot_goods):
        mine = np.flatnonzero(arrays.lot_goods == good)
        is_perishable = arrays.shelf_life[good] > 0
        ages = of_ages(arrays, int(good)) if is_perishable else of_fresh[good : good + 1]
        steps: list[float] = []
        for length in sorted({*of_lots[mine], *(() if is_perishable else ages)}, reverse=True):
            if not steps or length < steps[-1] * (1.0 - ALIKE):
                steps.append(float(length))
        for lot, step in zip(mine, steps if is_perishable else steps[:-1], strict=False):
            least = step * (1.0 - ALIKE)
            lots = tuple(int(one) for one in mine if of_lots[one] >= least)
            young = int((ages >= least).sum())
            found[lot] = Lasting(lots, young if is_perishable else -young)
    return tuple(found)


def of_ages(arrays: CaseArrays, good: int) -> FloatArray:
    """How long fresh stock of a good with a shelf life lasts, by its age. (A,) [period]"""
    life, kept = int(arrays.shelf_life[good]), float(arrays.retention[good])
    return np.cumsum(kept ** np.arange(1, life + 1))[::-1]


def lots_beside(arrays: CaseArrays, good: int, i: int, last: int) -> tuple[int, ...]:
    """Old lots that last no less than fresh stock that can be used for i more periods."""
    of_lots, _of_fresh = lasting(arrays, last)
    least = of_ages(arrays, good)[int(arrays.shelf_life[good]) - 1 - i] * (1.0 - ALIKE)
    mine = np.flatnonzero(arrays.lot_goods == good)
    return tuple(int(one) for one in mine if of_lots[one] >= least)


def _ages(layout: Layout, entries: Entries) -> None:
    """What is left at the end lasts no less than in the calm plan (L8).

    Of fresh stock that spoils, what is young is no more than what came in of late, nor than
    what is kept at all: a row for each.
    """
    arrays, last = layout.arrays, layout.start + layout.n - 1
    rows, kept = (layout.row(kind).indices[:, 0] for kind in ("calm_age", "calm_age_kept"))
    lot, fresh = layout.column("lot").indices, layout.column("fresh").indices
    for place, longer in enumerate(longer_lasting(arrays, last)):
        good, row = arrays.lot_goods[place], rows[place]
        both = [row, kept[place]] if longer.ages > 0 else [row]
        entries.add(np.array(both), layout.column("younger").indices[[place] * len(both), 0], 1.0)
        for one in longer.lots:
            entries.add(np.array(both), lot[[one] * len(both), -1], 1.0)
        if longer.ages:
            entries.add(np.array(both[-1:]), fresh[[good], -1], 1.0)
        if longer.ages > 0:
            for k in np.flatnonzero(arrays.activities.outputs == good):
                columns, periods = arrivals(layout, int(k))
                age = layout.n - 1 - periods
                is_young = (age >= 0) & (age < longer.ages)
                factor = arrays.retention[good] ** age[is_young].astype(np.float64)
                entries.add(np.full(is_young.sum(), row), columns[is_young], factor)
    for position, good in enumerate(layout.perishable):
        for i in range(1, int(arrays.shelf_life[good])):
            row = layout.row("calm_freshness").indices[position, i - 1]
            also = layout.row("calm_freshness_kept").indices[position, i - 1]
            entries.add(also, fresh[good, -1], 1.0)
            for one in lots_beside(arrays, int(good), i, last):
                entries.add(row, lot[one, -1], 1.0)
                entries.add(also, lot[one, -1], 1.0)


def has_same_matrix(one: Layout, other: Layout) -> bool:
    """Whether two windows of the same arrays have the same matrix.

    They have when they are as long and the same goods have reserves and limits, and the
    old lots age alike in both.
    """
    arrays = one.arrays
    if one is other:
        return True
    if arrays is not other.arrays or one.columns_shape != other.columns_shape:
        return False
    goods = ("reserved", "limited", "perishable", "mixed")
    if not all(np.array_equal(getattr(one, name), getattr(other, name)) for name in goods):
        return False
    ageing = [arrays.lot_retention[:, w.start + 1 : w.start + w.n] for w in (one, other)]
    if not np.array_equal(ageing[0], ageing[1]) or not one.has_end:
        return np.array_equal(ageing[0], ageing[1])
    lasting = [longer_lasting(arrays, w.start + w.n - 1) for w in (one, other)]
    return lasting[0] == lasting[1]
