"""Contingencies of a plan: a standard's measure strikes by surprise, and its uses are to be met.

The equations are (L1) to (L6) over a window that starts in the base course's state; there
is no money in a contingency. To them come

(M9) What a contingency finds: found[l] <= w[l,s-1], and of each good no more than is
customary or held as a reserve: sum of found[l] <= max(customary[g,s-1], reserve[g,s-1]) +
reserves that are chosen. What is left of it by the measure, goods in transit included,
starts (L1) and (L2). What the base course holds beyond that, for a start that it should not
foresee, does not count.
(M10) The standard: short[u,t] + supply >= share * demand[u,t] for its uses, in every period
of the window; short is not allowed, unless the draw is excused.

Symbols: l lot or fresh stock, g good, s start, w stock at the end of a period.

Starts of one standard whose contingencies have one matrix, moved on, are a family. Its
bounds are gathered from paths: at start s the bounds in period j are those of the period
s + j, those of the measure while it runs, those of calm after it. So two paths of each
element, `during` and `after`, hold the bounds of all starts; what options add are paths too
(M5), bent by the measure: what it closes stays closed, plants that it delays open later.
Paths begin with a period before the calendar in which there is nothing. The extensive form
stacks families at some starts, decomposition proves them at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from derbes.case.options import Standard
from derbes.case.quantity import FloatArray
from derbes.lp.program import IntArray, row_sizes, stack_blocks
from derbes.model.arrays import ActivityKind, CaseArrays, MeasureArrays, MeasureRun, State
from derbes.planning.base_course import (
    BaseCourse,
    share_of,
    supplying,
    uses_of,
    usual_sizes_of,
    worth_of_uses,
)
from derbes.planning.effects import (
    BoundTemplate,
    DrawArrays,
    Gathered,
    Move,
    Moves,
    all_effects,
    first_elements,
    gather_template,
    late_elements,
    option_moves,
)
from derbes.planning.first_stage import FirstStage, chance_indicators
from derbes.supply.bounds import (
    demand_path,
    line_limits,
    order_limits,
    shared_limits,
    window_bounds,
)
from derbes.supply.network import (
    BlockIndex,
    Entries,
    Layout,
    Parts,
    longest_lead,
    make_layout,
    supply_matrix,
)


@dataclass(frozen=True, slots=True)
class ContingencyShape:
    """What the contingencies of one standard and start have in common in all draws."""

    standard_name: str
    standard: Standard
    start: int
    is_long: bool
    """Whether it is followed until the stocks are back."""
    layout: Layout
    uses: IntArray
    goods: IntArray
    """Goods from which the uses are supplied, inputs of inputs included."""
    lots: IntArray
    orders: IntArray
    """Activities that supply them."""
    kept_rows: Mapping[str, IntArray]
    """Items of each block of the window's rows that are kept."""
    index: BlockIndex
    """Its own columns and rows."""

    @property
    def kept_columns(self) -> dict[str, IntArray]:
        """Items of each block of the window's columns that are kept."""
        return {"order": self.orders, "lot": self.lots, "fresh": self.goods}

    def kept_goods(self, goods: IntArray) -> IntArray:
        """Those of some goods that are kept."""
        return goods[np.isin(goods, self.goods)]


Delayed = Sequence[tuple[int, int]]
"""Openings that a measure may delay: period, and time until all is open behind it. [period]"""


def window_length(arrays: CaseArrays, length: int, *, lead: int, is_long: bool) -> int:
    """Periods that a contingency is followed; `lead` as in `Aftermath.leads`. [period]

    Short: those in which a measure and the gap that it leaves in deliveries show. Long:
    those over which a measure's harm is counted (`supply.disruption.horizon`), but for
    openings that it delays.
    """
    if not is_long:
        return length + lead + 1
    return max(arrays.sender_horizon, length + arrays.refill_periods + lead)


def window_at(
    arrays: CaseArrays, length: int, *, start: int, lead: int, is_long: bool, delayed: Delayed = ()
) -> int:
    """The same at a start, with the openings to come that the measure may delay. [period]"""
    n = window_length(arrays, length, lead=lead, is_long=is_long)
    if is_long:
        aftermath = arrays.refill_periods + lead
        to_come = [opening - start + time for opening, time in delayed if opening > start]
        n = max([n, *(one + aftermath for one in to_come)])
    return min(n, arrays.n_periods - start)


def contingency_shape(
    arrays: CaseArrays,
    name: str,
    standard: Standard,
    *,
    start: int,
    lead: int,
    is_long: bool,
    delayed: Delayed = (),
) -> ContingencyShape:
    """Blocks of a contingency; its window reaches as far as the arrays do."""
    n = window_at(arrays, standard.length, start=start, lead=lead, is_long=is_long, delayed=delayed)
    layout = make_layout(arrays, start, n, has_reserve=False)
    uses, activities = uses_of(standard, arrays), arrays.activities
    is_needed = supplying(arrays, arrays.use_goods[uses])
    is_supply = (activities.kinds != ActivityKind.EXPORT) & is_needed[activities.outputs]
    goods, lots, orders = (
        np.flatnonzero(kept).astype(np.int64)
        for kept in (is_needed, is_needed[arrays.lot_goods], is_supply)
    )
    fresh_stock, shelf_life, storage = (
        np.flatnonzero(is_needed[of_rows]).astype(np.int64)
        for of_rows in (layout.mixed, layout.perishable, layout.limited)
    )
    shared, lines = np.unique(activities.shared[orders]), np.unique(activities.lines[orders])
    kept_rows = {
        "stock": lots,
        "fresh_stock": fresh_stock,
        "balance": goods,
        "shelf_life": shelf_life,
        "shared_capacity": shared[shared >= 0],
        "line": lines[lines >= 0],
        "storage": storage,
    }

    def named(items: Sequence[str], which: IntArray) -> tuple[str, ...]:
        return tuple(items[i] for i in which)

    of_goods, of_lots = named(arrays.goods, goods), named(arrays.lots, lots)
    columns: Parts = [
        *(
            (kind, named(layout.column(kind).items, items), start, layout.n)
            for kind, items in (("order", orders), ("lot", lots), ("fresh", goods))
        ),
        ("missed", named(arrays.uses, uses), start, layout.n),
        *(("found_lot", of_lots, start, 1), ("found_fresh", of_goods, start, 1)),
    ]
    rows: Parts = [
        (kind, named(layout.row(kind).items, items), start, layout.n)
        for kind, items in kept_rows.items()
    ]
    ends = (("left_lot", of_lots), ("left_fresh", of_goods), ("customary", of_goods))
    rows += [(kind, items, start, 1) for kind, items in ends]
    index = BlockIndex(stack_blocks(columns), stack_blocks(rows))
    return ContingencyShape(
        name, standard, start, is_long, layout, uses, goods, lots, orders, kept_rows, index
    )


# The matrix


def _matrices(
    shape: ContingencyShape, written: DrawArrays, measure: MeasureArrays, base: Layout
) -> tuple[sparse.csc_matrix, sparse.csc_matrix]:
    """Entries of a contingency's own columns, and of the base course's columns, in its rows."""
    index, arrays = shape.index, written.arrays
    layout = replace(shape.layout, arrays=arrays)
    own, link = Entries(), Entries()
    link.add(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 0.0)
    columns, rows = (
        np.concatenate([block(kind).indices[items].ravel() for kind, items in kept.items()])
        for block, kept in ((layout.column, shape.kept_columns), (layout.row, shape.kept_rows))
    )
    part = supply_matrix(layout)[:, columns].tocsr()[rows].tocoo()
    own.add(part.row.astype(np.int64), part.col.astype(np.int64), part.data)
    of_uses = np.searchsorted(shape.goods, arrays.use_goods[shape.uses])
    own.add(index.row("balance").indices[of_uses], index.column("missed").indices, 1.0)
    # stocks that are found (M9), and what the measure leaves of them (L1, L2)
    lot, fresh = (index.column(kind).indices[:, 0] for kind in ("found_lot", "found_fresh"))
    left_lot, left_fresh, customary, stock, fresh_stock, balance = (
        index.row(kind).indices[:, 0]
        for kind in ("left_lot", "left_fresh", "customary", "stock", "fresh_stock", "balance")
    )
    of_lots = np.searchsorted(shape.goods, arrays.lot_goods[shape.lots])
    own.add(left_lot, lot, 1.0)
    own.add(left_fresh, fresh, 1.0)
    own.add(customary, fresh, 1.0)
    own.add(customary[of_lots], lot, 1.0)
    kept_lot = (arrays.lot_retention[:, shape.start] * measure.lot_kept)[shape.lots]
    kept_fresh = (arrays.retention * measure.fresh_kept)[shape.goods]
    own.add(stock, lot, -kept_lot)
    own.add(balance, fresh, kept_fresh)
    own.add(balance[of_lots], lot, kept_lot)
    at = np.searchsorted(shape.goods, shape.kept_goods(layout.mixed))
    own.add(fresh_stock, fresh[at], -kept_fresh[at])
    if shape.start > 0:
        before = shape.start - 1
        link.add(left_lot, base.column("lot").indices[shape.lots, before], -1.0)
        link.add(left_fresh, base.column("fresh").indices[shape.goods, before], -1.0)
        orders = base.column("order").indices
        _add_transit(shape, arrays, measure, orders=orders, link=link)
    m = index.n_rows
    return own.matrix(m, index.n_columns), link.matrix(m, base.n_columns)


def _add_transit(
    shape: ContingencyShape,
    arrays: CaseArrays,
    measure: MeasureArrays,
    *,
    orders: IntArray,
    link: Entries,
) -> None:
    """What the base course has ordered before the start; what came before it is in the bounds.

    Arrivals in the window, and past inflow that shelf lives still count; the first period of
    the calendar has none before it.
    """
    start, n, index = shape.start, shape.layout.n, shape.index
    mixed, perishable = map(shape.kept_goods, (shape.layout.mixed, shape.layout.perishable))

    def support(good: int, columns: IntArray, periods: IntArray, kept: float) -> None:
        """Inflow of each period supports fresh stock until its shelf life is over."""
        rows = index.row("shelf_life").indices[np.searchsorted(perishable, good)]
        for age in range(int(arrays.shelf_life[good])):
            at = periods + age
            is_inside = (at >= 0) & (at < n)
            factor = -kept * float(arrays.retention[good] ** age)
            link.add(rows[at[is_inside]], columns[is_inside], factor)

    for k in shape.orders:
        lead, good = int(arrays.activities.lead_times[k]), int(arrays.activities.outputs[k])
        life = int(arrays.shelf_life[good])
        if lead:
            periods = np.arange(max(lead - start, 0), lead, dtype=np.int64)
            columns = orders[k, start + periods - lead].astype(np.int64)
            periods = periods + int(measure.transit_late[k])
            is_inside = periods < n
            columns, periods = columns[is_inside], periods[is_inside]
            kept = float(measure.transit_kept[k])
            row = np.searchsorted(shape.goods, good)
            link.add(index.row("balance").indices[row, periods], columns, kept)
            if good in mixed:
                rows = index.row("fresh_stock").indices[np.searchsorted(mixed, good)]
                link.add(rows[periods], columns, -kept)
            if life > 0:
                support(good, columns, periods, kept)
        if life > 0:
            arrivals = np.arange(max(start - life + 1, lead), start, dtype=np.int64)
            columns = orders[k, arrivals - lead].astype(np.int64)
            support(good, columns, arrivals - start, float(measure.fresh_kept[good]))


# Paths


@dataclass(frozen=True, slots=True)
class ContingencyPaths:
    """Paths of the contingencies of one standard in a draw."""

    after: FloatArray
    """(elements, 1 + T)"""
    differing: IntArray
    """Elements whose path is another while the measure runs."""
    during: FloatArray
    """Theirs. (differing, 1 + T)"""
    moves: Moves

    def at(self, values: FloatArray) -> FloatArray:
        """Paths at a point of the first stage: during and after. (2, elements, 1 + T)"""
        both = np.stack([self.after, self.after])
        both[0, self.differing] = self.during
        for m in np.flatnonzero(values[self.moves.columns]):
            element, path = self.moves.elements[m], self.moves.paths[m]
            value = values[self.moves.columns[m]]
            both[0, element] += value * self.moves.during[m] * path
            both[1, element] += value * self.moves.after[m] * path
        return both


def make_tables(
    first: FirstStage,
    standards: Mapping[str, Standard],
    written: DrawArrays,
    measures: Mapping[str, MeasureArrays],
    *,
    operating_stock: FloatArray,
    draw: int,
) -> dict[str, ContingencyPaths]:
    """Paths of the contingencies of each standard that has a measure, in a draw.

    `operating_stock` is the stock that is customary. (G, n) [unit]
    """
    effects, indicators = all_effects(first, written), chance_indicators(first, draw)
    arrays, n = written.arrays, written.arrays.n_periods
    layout = make_layout(arrays, 0, n, has_reserve=False)
    stock = np.zeros((len(arrays.goods), n))
    stock[:, : operating_stock.shape[1]] = operating_stock
    first_lots = np.zeros((len(arrays.lots), n))
    first_lots[:, 0] = arrays.lot_stock
    first_good, tables = first_elements(arrays)["balance"], dict[str, ContingencyPaths]()
    for name, measure in measures.items():
        in_time = replace(measure, plant_delay=np.zeros_like(measure.plant_delay))
        uses, found, exempted = uses_of(standards[name], arrays), [], list[Move]()
        for length, factors in ((n, (1.0, 0.0)), (0, (0.0, 1.0))):
            run = MeasureRun(in_time, length)  # what opens later is gathered from earlier periods
            wanted = np.zeros((len(arrays.uses), n))
            wanted[uses] = share_of(standards[name]) * demand_path(layout, run)[uses]
            of_goods = np.zeros((len(arrays.goods), n))
            np.add.at(of_goods, arrays.use_goods, wanted)
            paths = (
                order_limits(layout, run),
                wanted,
                of_goods,
                line_limits(layout, run),
                shared_limits(layout, run),
                arrays.storage_limit[:, :n],
                np.maximum(stock, arrays.reserve[:, :n]),
                first_lots,
            )
            # behind them what options open of plants that the measure delays
            rows = (0, len(late_elements(written, measure)))
            found.append(np.pad(np.concatenate(paths), (rows, (1, 0))))
            if name in indicators:  # (M10)
                exempted += [
                    (indicators[name], first_good + int(arrays.use_goods[u]), -wanted[u], *factors)
                    for u in uses
                ]
        during, after = found
        differing = np.flatnonzero((after != during).any(axis=1)).astype(np.int64)
        moves = option_moves(written, effects, measure, exempted)
        after = _kept(after, [one.after for one in tables.values()])
        opened = _kept(moves.paths, [one.moves.paths for one in tables.values()])
        moves = replace(moves, paths=opened)
        tables[name] = ContingencyPaths(after, differing, during[differing], moves)
    return tables


def _kept(paths: FloatArray, known: Sequence[FloatArray]) -> FloatArray:
    """Those of another standard, where they are the same, so that they are kept once."""
    return next((one for one in known if np.array_equal(one, paths)), paths)


def _gathered(
    shape: ContingencyShape, written: DrawArrays, measure: MeasureArrays
) -> Iterator[Gathered]:
    """Every bound of a contingency that moves with the start, the draw or the first stage."""
    arrays, index, start = written.arrays, shape.index, shape.start
    m, first, kept = index.n_rows, first_elements(arrays), shape.kept_rows
    activities, periods = arrays.activities, np.arange(shape.layout.n)
    is_after = (periods >= shape.standard.length).astype(np.int64)
    delay = np.where(arrays.plant_opening > start, measure.plant_delay, 0)

    def whole(
        kind: str, items: IntArray, positions: IntArray, plants: IntArray | None = None
    ) -> Gathered:
        """Every period of the window; later by as much as the measure delays a plant."""
        late = np.zeros(len(items), dtype=np.int64)
        if plants is not None:
            late[plants >= 0] = delay[plants[plants >= 0]]
        return first[kind] + items[:, None], periods - late[:, None], is_after, positions

    is_line_alone = np.isinf(activities.capacity[shape.orders, 0])
    plants = np.where(is_line_alone, -1, activities.plants[shape.orders])
    yield whole("order", shape.orders, index.column("order").indices + 2 * m, plants)
    yield whole("missed", shape.uses, index.column("missed").indices + 2 * m)
    goods = np.unique(arrays.use_goods[shape.uses]).astype(np.int64)
    demand = index.row("balance").indices[np.searchsorted(shape.goods, goods)]
    yield whole("balance", goods, demand)
    lines = kept["line"]
    yield whole("line", lines, index.row("line").indices + m, arrays.line_plants[lines])
    shared = kept["shared_capacity"]
    yield whole("shared", shared, index.row("shared_capacity").indices + m)
    stored = shape.layout.limited[kept["storage"]]
    yield whole("storage", stored, index.row("storage").indices + m)
    # what options open of plants that the measure delays, each opening by itself
    limits = {
        int(first["order"] + k): at + 2 * m
        for k, at in zip(shape.orders, index.column("order").indices, strict=True)
    }
    limits |= {
        int(first["line"] + r): at + m
        for r, at in zip(lines, index.row("line").indices, strict=True)
    }
    of_plants = {int(first["order"] + k): int(p) for k, p in enumerate(activities.plants)}
    of_plants |= {int(first["line"] + r): int(p) for r, p in enumerate(arrays.line_plants)}
    for (element, opening), further in late_elements(written, measure).items():
        if element in limits:
            is_to_come = opening > start
            late = int(measure.plant_delay[of_plants[element]]) if is_to_come else 0
            yield np.array([further]), periods - late, is_after, limits[element]
    # (M9): what is customary before the start; at the first period, the lots
    kind, items, row, offset = "customary", shape.goods, "customary", np.array([-1])
    if start == 0:
        kind, items, row, offset = "lot", shape.lots, "left_lot", np.array([0])
    yield first[kind] + items, offset, 0, index.row(row).indices[:, 0] + m


def _fixed_bounds(
    shape: ContingencyShape, written: DrawArrays, measure: MeasureArrays, template: BoundTemplate
) -> FloatArray:
    """Bounds to which those from paths are added: what was ordered before the calendar."""
    arrays, index = written.arrays, shape.index
    layout, run = replace(shape.layout, arrays=arrays), MeasureRun(measure, shape.standard.length)
    bounds = window_bounds(layout, _ordered_before(written, shape.start), run)
    lower, upper = np.full(index.n_rows, -np.inf), np.full(index.n_rows, np.inf)
    for kind, items in shape.kept_rows.items():
        index.row(kind).of(lower)[:] = layout.row(kind).of(bounds.row_lower)[items]
        index.row(kind).of(upper)[:] = layout.row(kind).of(bounds.row_upper)[items]
    # Nothing has to be taken: beyond what is needed it would be given up (L9).
    index.row("shared_capacity").of(lower)[:] = -np.inf
    demand = np.zeros((len(arrays.goods), layout.n))
    np.add.at(demand, arrays.use_goods, demand_path(layout, run))
    index.row("balance").of(lower)[:] -= demand[shape.goods]
    index.row("left_lot").of(upper)[:] = 0.0
    index.row("left_fresh").of(upper)[:] = 0.0
    fixed = np.concatenate([lower, upper, np.full(index.n_columns, np.inf)])
    fixed[template.positions[template.positions >= index.n_rows]] = 0.0
    return fixed


def _ordered_before(written: DrawArrays, start: int) -> State:
    """What was ordered before the calendar and is still to come, or to be used, at a start."""
    arrays = written.arrays
    n_goods, n_activities = len(arrays.goods), len(arrays.activities.names)
    width, life = longest_lead(arrays) + 1, int(arrays.shelf_life.max(initial=1))
    first, past = np.zeros((n_activities, start + width)), np.zeros((n_goods, life))
    known = written.first.transit[:, : start + width]
    first[:, : known.shape[1]] = known
    for k, good in enumerate(arrays.activities.outputs):
        came = first[k, max(start - life, 0) : start][::-1]
        if good >= 0:
            past[good, : len(came)] += came
    return State(
        lots=np.zeros(len(arrays.lots)),
        fresh=np.zeros(n_goods),
        past_inflow=past,
        transit=first[:, start:],
    )


# Families


@dataclass(frozen=True, slots=True)
class Family:
    """Starts of one standard whose contingencies have one matrix."""

    standard: str
    starts: IntArray
    """(S,) [period]"""
    is_long: bool
    """Whether its contingencies are followed until the stocks are back."""
    matrix: sparse.csc_matrix
    """Rows and columns of a contingency. (rows, columns)"""
    cost: FloatArray
    """Worth of what falls short. (columns,) [money/unit]"""
    usual: FloatArray
    """What is usual of each column, as a power of two. (columns,)"""
    usual_rows: FloatArray
    """The same of each row. (rows,)"""
    link: sparse.csc_matrix
    """Factors of the base course's columns at the first start, those that there are.
    (rows, linked)"""
    linked: IntArray
    """Those columns of the base course; at a later start, so much further on."""
    n_uses: int
    """Uses of which it counts what they miss; their columns stand one after the other."""
    fixed_bounds: FloatArray
    """Bounds that are the same everywhere; what is gathered is added. (bounds,)"""
    template: BoundTemplate

    @property
    def dearest(self) -> int:
        """The column of which what is usual is worth most, of all that may fall short."""
        return int((self.cost * self.usual).argmax())

    @property
    def worth(self) -> float:
        """What that is worth. [money]"""
        return float(self.cost[self.dearest] * self.usual[self.dearest])

    @property
    def n_rows(self) -> int:
        """Rows of a contingency."""
        return int(self.matrix.shape[0])

    def bounds(self, paths: FloatArray, which: IntArray) -> FloatArray:
        """Bounds of contingencies, without what the base course gives. (which, bounds)

        Args:
            paths: Paths during and after the measure. (2, elements, 1 + T)
            which: Starts, by position.
        """
        template = self.template
        found = np.tile(self.fixed_bounds, (len(which), 1))
        when = np.maximum(self.starts[which, None] + template.offsets[None, :] + 1, 0)
        given = paths[template.is_after, template.elements, when]
        if template.is_shared:
            np.add.at(found.T, template.positions, given.T)
        else:
            found[:, template.positions] += given
        closed = found[:, 2 * self.n_rows :]
        np.maximum(closed, 0.0, out=closed)
        return found

    def windows(self, base: FloatArray) -> FloatArray:
        """Columns of the base course that are linked at each start. (S, linked)"""
        shifts = self.starts - self.starts[0]
        found: FloatArray = base[self.linked[None, :] + shifts[:, None]]
        return found

    def moved(self, bounds: FloatArray, windows: FloatArray) -> FloatArray:
        """Bounds of contingencies, with what the base course gives taken off. (S, bounds)"""
        given = np.asarray((self.link @ windows.T).T, dtype=np.float64)
        m, found = self.n_rows, bounds.copy()
        found[:, :m] -= given
        found[:, m : 2 * m] -= given
        return found


def make_families(
    base: BaseCourse,
    standards: Mapping[str, Standard],
    starts: Mapping[tuple[str, bool], Sequence[int]],
    *,
    written: DrawArrays,
    measures: Mapping[str, MeasureArrays],
) -> tuple[Family, ...]:
    """Families of the starts of a standard's short or long contingencies, in a draw.

    Starts join while the matrix is that of the first of them, moved on: nothing has an edge.
    It has one where the first periods of the calendar are so near that goods come that
    were ordered before it, where the arrays end, where other goods have a storage limit,
    where old lots age in another way, and where a plant that may be delayed has opened.
    """
    arrays, drawn = base.layout.arrays, written.arrays
    earliest = max(int(drawn.shelf_life.max(initial=0)) + longest_lead(drawn), 1)
    families: list[Family] = []
    for (name, is_long), wanted in starts.items():
        standard, measure = standards[name], measures[name]
        delayed, lead = base.aftermath.delayed[name], base.aftermath.leads[name]
        opened = np.array([opening for _element, opening in late_elements(written, measure)])
        found: list[tuple[list[int], bytes]] = []
        for start in wanted:
            n = window_at(
                arrays, standard.length, start=start, lead=lead, is_long=is_long, delayed=delayed
            )
            window = slice(start, start + n)
            limited = np.isfinite(arrays.storage_limit[:, window]).any(axis=1)
            ages = drawn.lot_retention[:, window]
            to_come = (drawn.plant_opening > start) & (measure.plant_delay > 0)
            key = b"%d" % ages.shape[1] + limited.tobytes() + ages.tobytes()
            key += to_come.tobytes()
            key += (opened > start).tobytes()
            if found and found[-1][1] == key and found[-1][0][0] >= earliest:
                found[-1][0].append(start)
            else:
                found.append(([start], key))
        for alike, _key in found:
            shape = contingency_shape(
                arrays,
                name,
                standard,
                start=alike[0],
                lead=lead,
                is_long=is_long,
                delayed=delayed,
            )
            index = shape.index
            matrix, link = _matrices(shape, written, measure, base.layout)
            linked = np.flatnonzero(np.diff(link.indptr)).astype(np.int64)
            template = gather_template(list(_gathered(shape, written, measure)))
            cost = np.zeros(index.n_columns)
            worth = worth_of_uses(shape.layout)[shape.uses]
            index.column("missed").of(cost)[:] = worth[:, None]
            usual = usual_sizes_of(index, base)
            family = Family(
                standard=name,
                starts=np.array(alike, dtype=np.int64),
                is_long=is_long,
                matrix=matrix,
                cost=cost,
                usual=usual,
                usual_rows=row_sizes(matrix, usual),
                link=link[:, linked].tocsc(),
                linked=linked,
                n_uses=int((worth > 0).sum()),
                fixed_bounds=_fixed_bounds(shape, written, measure, template),
                template=template,
            )
            families.append(family)
    return tuple(families)
