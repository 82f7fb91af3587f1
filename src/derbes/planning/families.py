"""Families of branches: starts of one standard whose branches have one matrix, moved on.

Paths from which the bounds of a draw's branches are cut out, for every start at once.

A branch at start s has in its period j the bounds of the period s + j: those of the
measure while it runs, those of calm after it. So two paths of each element, `during` and
`after`, hold the bounds of all starts (M9), (M10); what options add are paths too (M5).
Paths begin with a period before the calendar in which there is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from derbes.case.options import Standard
from derbes.case.quantity import FloatArray
from derbes.lp.program import IntArray, stack_blocks
from derbes.model.arrays import CaseArrays, MeasureArrays, MeasureRun
from derbes.planning.contingencies import (
    BranchShape,
    Setting,
    add_branch,
    add_branch_prices,
    branch_parts,
    branch_shape,
    kept_rows,
    short_window,
    usual_sizes_of,
    whole_window,
    write_branch,
)
from derbes.planning.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    SPARED,
    Effect,
    Places,
    Vectors,
    Written,
    column_effects,
    share_of,
    uses_of,
)
from derbes.planning.first_stage import EXCUSE, FirstStage
from derbes.planning.problem import PlanProblem, all_starts
from derbes.supply.bounds import demand_path, order_limits, shared_left, shared_limits
from derbes.supply.network import Entries, Layout, longest_lead, make_layout

KINDS = ("order", "missed", "balance", "line", "shared", "storage", "customary", "lot")
"""Elements with a path: capacity of an activity, what a use may miss, demand for a good, hours
of a line, a shared capacity, a storage limit, stock that may be found, a lot at the start."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Where the paths of each kind of element begin."""

    first: Mapping[str, int]
    n: int

    @staticmethod
    def of(arrays: CaseArrays) -> "Elements":
        """Elements of a case."""
        n_goods = len(arrays.goods)
        sizes = (
            len(arrays.activities.names),
            len(arrays.uses),
            n_goods,
            len(arrays.lines),
            len(arrays.shared_capacity),
            n_goods,
            n_goods,
            len(arrays.lots),
        )
        ends = np.cumsum(sizes)
        begins = np.concatenate([[0], ends[:-1]])
        return Elements(dict(zip(KINDS, begins.tolist(), strict=True)), int(ends[-1]))


@dataclass(frozen=True, slots=True)
class Moves:
    """What first-stage columns add to the paths of a standard's branches."""

    columns: IntArray
    """(moves,)"""
    elements: IntArray
    """(moves,)"""
    paths: FloatArray
    """At a factor of 1. (moves, 1 + T)"""
    during: FloatArray
    """Factor while the measure runs. (moves,)"""
    after: FloatArray
    """Factor after it. (moves,)"""


@dataclass(frozen=True, slots=True)
class Table:
    """Paths of the branches of one standard in a draw."""

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
    written: Written,
    measures: Mapping[str, MeasureArrays],
    *,
    customary: FloatArray,
    draw: int,
) -> dict[str, Table]:
    """Paths of the branches of each standard that has a measure, in a draw.

    Args:
        first: The first stage.
        standards: The standards.
        written: The arrays of the draw.
        measures: The measure of each standard in the draw.
        customary: Stock that is customary. (G, n) [unit]
        draw: The draw.
    """
    effects = [
        (j, effect)
        for j, column in enumerate(first.columns)
        for effect in column_effects(written, column)
    ]
    found: dict[str, Table] = {}
    for name, measure in measures.items():
        paths = _Paths(written, measure, standards[name])
        excuses = [
            j
            for j, column in enumerate(first.columns)
            if column.kind == EXCUSE and column.draw == draw and column.standard == name
        ]
        found[name] = paths.table(customary, paths.moves(effects, excuses))
    return found


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths of a draw under one measure."""

    written: Written
    measure: MeasureArrays
    standard: Standard

    @property
    def _arrays(self) -> CaseArrays:
        return self.written.arrays

    def _run(self, length: int) -> MeasureRun:
        """The measure for so long; what opens later under it is cut out elsewhere."""
        in_time = np.zeros_like(self.measure.plant_delay)
        return MeasureRun(replace(self.measure, plant_delay=in_time), length)

    def _wanted(self, layout: Layout, run: MeasureRun) -> FloatArray:
        """Part of the demand of the standard's uses that is to be met. (U, T)"""
        wanted = np.zeros((len(self._arrays.uses), layout.n))
        uses = uses_of(self.standard, self._arrays)
        wanted[uses] = share_of(self.standard) * demand_path(layout, run)[uses]
        return wanted

    def _at(self, length: int, customary: FloatArray) -> FloatArray:
        """Paths if the measure ran for so long. (elements, 1 + T)"""
        arrays, n = self._arrays, self._arrays.n_periods
        layout = make_layout(arrays, 0, n, has_reserve=False)
        run = self._run(length)
        wanted = self._wanted(layout, run)
        of_goods = np.zeros((len(arrays.goods), n))
        np.add.at(of_goods, arrays.use_goods, wanted)
        first_lots = np.zeros((len(arrays.lots), n))
        first_lots[:, 0] = arrays.lot_stock
        stock = np.zeros((len(arrays.goods), n))
        stock[:, : customary.shape[1]] = customary
        parts = {
            "order": order_limits(layout, run),
            "missed": wanted,
            "balance": of_goods,
            "line": arrays.line_hours[:, :n],
            "shared": shared_limits(layout, run),
            "storage": arrays.storage_limit[:, :n],
            "customary": np.maximum(stock, arrays.reserve[:, :n]),
            "lot": first_lots,
        }
        paths = np.concatenate([parts[kind] for kind in KINDS])
        return np.concatenate([np.zeros((len(paths), 1)), paths], axis=1)

    def table(self, customary: FloatArray, moves: Moves) -> Table:
        """All paths, with what the first stage adds."""
        after, during = self._at(0, customary), self._at(self._arrays.n_periods, customary)
        differing = np.flatnonzero((after != during).any(axis=1)).astype(np.int64)
        return Table(after, differing, during[differing], moves)

    def moves(self, effects: Sequence[tuple[int, Effect]], excuses: Sequence[int]) -> Moves:
        """What the first stage adds (M5); what excuses take from the demand (M10)."""
        found = [(j, *self._move(effect)) for j, effect in effects if self._counts(effect)]
        if excuses:
            found += self._excused(excuses)
        n = self._arrays.n_periods
        paths = np.zeros((len(found), 1 + n))
        for m, (_j, _element, path, _during, _after) in enumerate(found):
            paths[m, 1:] = path[:n]
        return Moves(
            columns=np.array([one[0] for one in found], dtype=np.int64),
            elements=np.array([one[1] for one in found], dtype=np.int64),
            paths=paths,
            during=np.array([one[3] for one in found], dtype=np.float64),
            after=np.array([one[4] for one in found], dtype=np.float64),
        )

    def _counts(self, effect: Effect) -> bool:
        return effect.kind in (CAPACITY, SPARED, SHARED, HOURS, RESERVE)

    def _move(self, effect: Effect) -> tuple[int, FloatArray, float, float]:
        """Element, path, and its factors during and after the measure."""
        first, k = Elements.of(self._arrays).first, effect.row
        activities = self._arrays.activities
        during = float(self.measure.availability[k]) if effect.kind in (CAPACITY, SPARED) else 1.0
        if effect.kind == CAPACITY:
            base = float(activities.base_availability[k])
            return first["order"] + k, effect.path, during, base
        if effect.kind == SPARED:
            taken = float(activities.base_availability[k]) - during
            path = effect.path[: self._arrays.n_periods] * activities.capacity[k]
            return first["order"] + k, path, taken, 0.0
        if effect.kind == SHARED:
            left = float(shared_left(self._arrays, self.measure)[k])
            return first["shared"] + k, effect.path, left, 1.0
        kind = {HOURS: "line", RESERVE: "customary"}[effect.kind]
        return first[kind] + k, effect.path, 1.0, 1.0

    def _excused(self, excuses: Sequence[int]) -> list[tuple[int, int, FloatArray, float, float]]:
        arrays, first = self._arrays, Elements.of(self._arrays).first["balance"]
        layout = make_layout(arrays, 0, arrays.n_periods, has_reserve=False)
        found = []
        for length, factors in ((arrays.n_periods, (1.0, 0.0)), (0, (0.0, 1.0))):
            wanted = self._wanted(layout, self._run(length))
            for use in uses_of(self.standard, arrays):
                element = first + int(arrays.use_goods[use])
                found += [(j, element, -wanted[use], *factors) for j in excuses]
        return found


@dataclass(frozen=True, slots=True)
class Grid:
    """Where each bound of a branch is cut out of the paths."""

    elements: IntArray
    """(bounds,)"""
    offsets: IntArray
    """Period of the path, counted from the start. (bounds,)"""
    is_after: IntArray
    """1: the measure is over. (bounds,)"""
    positions: IntArray
    """Place among lower bounds of rows, upper bounds of rows, upper bounds of columns."""


@dataclass(frozen=True, slots=True)
class Family:
    """Starts of one standard whose branches have one matrix."""

    standard: str
    starts: IntArray
    """(S,) [period]"""
    is_long: bool
    """Whether its branches are followed until the stocks are back."""
    matrix: sparse.csc_matrix
    """Rows and columns of a branch. (rows, columns)"""
    cost: FloatArray
    """Worth of what falls short. (columns,) [money/unit]"""
    usual: FloatArray
    """What is usual of each column, as a power of two. (columns,)"""
    link: sparse.csc_matrix
    """Factors of the trunk's columns at the first start, those that there are. (rows, linked)"""
    linked: IntArray
    """Those columns of the trunk; at a later start, so much further on."""
    still: FloatArray
    """Bounds that are the same everywhere; the others are cut out. (bounds,)"""
    grid: Grid

    @property
    def n_rows(self) -> int:
        """Rows of a branch."""
        return int(self.matrix.shape[0])

    def bounds(self, paths: FloatArray, which: IntArray) -> FloatArray:
        """Bounds of branches, without what the trunk gives. (which, bounds)

        Args:
            paths: Paths during and after the measure. (2, elements, 1 + T)
            which: Starts, by position.
        """
        grid = self.grid
        found = np.tile(self.still, (len(which), 1))
        when = np.maximum(self.starts[which, None] + grid.offsets[None, :] + 1, 0)
        cut = paths[grid.is_after[None, :], grid.elements[None, :], when]
        m = self.n_rows
        found[:, grid.positions] = cut
        np.maximum(found[:, 2 * m :], 0.0, out=found[:, 2 * m :])
        return found

    def windows(self, trunk: FloatArray) -> FloatArray:
        """Columns of the trunk that are linked to the branch at each start. (S, linked)"""
        shifts = self.starts - self.starts[0]
        found: FloatArray = trunk[self.linked[None, :] + shifts[:, None]]
        return found

    def moved(self, bounds: FloatArray, windows: FloatArray) -> FloatArray:
        """Bounds of branches, with what the trunk gives taken off. (S, bounds)"""
        given = np.asarray((self.link @ windows.T).T, dtype=np.float64)
        m, found = self.n_rows, bounds.copy()
        found[:, :m] -= given
        found[:, m : 2 * m] -= given
        return found


class BranchBounds:
    """Bounds of the branches of a draw at a point of the first stage, as they are asked for."""

    def __init__(
        self, families: Sequence[Family], tables: Mapping[str, Table], values: FloatArray
    ) -> None:
        self._families, self._tables, self._values = families, tables, values
        self._paths: dict[str, FloatArray] = {}
        self._known: dict[int, FloatArray] = {}

    def of(self, f: int) -> FloatArray:
        """Bounds of a family, without what the trunk gives. (S, bounds)"""
        if f not in self._known:
            family = self._families[f]
            name = family.standard
            if name not in self._paths:
                self._paths[name] = self._tables[name].at(self._values)
            every = np.arange(len(family.starts))
            self._known[f] = family.bounds(self._paths[name], every)
        return self._known[f]


def make_families(
    problem: PlanProblem, written: Written, measures: Mapping[str, MeasureArrays]
) -> tuple[Family, ...]:
    """Families of all starts at which a standard is to hold, in a draw.

    Args:
        problem: The problem.
        written: Arrays of the draw.
        measures: The measure of each standard in the draw.
    """
    found: list[Family] = []
    for name, measure in measures.items():
        for is_long in (False, True):
            for starts, shape in _alike(
                problem, written.arrays, name, measure.plant_delay, is_long=is_long
            ):
                family = _family(problem, written, measure, shape)
                found.append(replace(family, starts=starts, is_long=is_long))
    return tuple(found)


def _alike(
    problem: PlanProblem, drawn: CaseArrays, name: str, delay: IntArray, *, is_long: bool
) -> list[tuple[IntArray, BranchShape]]:
    """Runs of starts whose matrix is that of the first of them, moved on: nothing has an edge.

    It has one where the first periods of the calendar are so near that goods come that
    were ordered before it, where the arrays end, where other goods have a storage limit,
    where old lots age in another way, and where a plant that may be delayed has opened.
    """
    arrays, standard = problem.second.trunk.layout.arrays, problem.case.standards[name]
    n = (whole_window if is_long else short_window)(arrays, standard.length)
    earliest = max(int(drawn.shelf_life.max(initial=0)) + longest_lead(drawn), 1)
    found: list[tuple[list[int], bytes]] = []
    for start in all_starts(problem, name):
        window = slice(start, start + min(n, arrays.n_periods - start))
        limited = np.isfinite(arrays.storage_limit[:, window]).any(axis=1)
        ages = drawn.lot_retention[:, window]
        to_come = (drawn.plant_opening > start) & (delay > 0)
        key = b"%d" % ages.shape[1] + limited.tobytes() + ages.tobytes() + to_come.tobytes()
        if found and found[-1][1] == key and found[-1][0][0] >= earliest:
            found[-1][0].append(start)
        else:
            found.append(([start], key))
    return [
        (
            np.array(starts, dtype=np.int64),
            branch_shape(arrays, name, standard, start=starts[0], n=n),
        )
        for starts, _key in found
    ]


def _family(
    problem: PlanProblem, written: Written, measure: MeasureArrays, shape: BranchShape
) -> Family:
    layout = problem.second.trunk.layout
    trunk = [(b.kind, b.items, b.first_period, b.n_periods) for b in layout.columns]
    columns, rows = branch_parts(shape)
    places = Places(stack_blocks([*trunk, *columns]), stack_blocks(rows))
    setting = Setting(shape, written, measure, places)
    entries = Entries()
    add_branch(setting, entries)
    whole = entries.matrix(places.n_rows, places.n_columns)
    hard = np.zeros(places.n_columns)
    add_branch_prices(shape, places, hard)
    link = whole[:, : layout.n_columns]
    linked = np.flatnonzero(np.diff(link.indptr)).astype(np.int64)
    return Family(
        standard=shape.standard_name,
        is_long=True,
        starts=np.array([shape.start], dtype=np.int64),
        matrix=whole[:, layout.n_columns :].tocsc(),
        cost=hard[layout.n_columns :],
        usual=usual_sizes_of(places, problem.second.trunk)[layout.n_columns :],
        link=link[:, linked].tocsc(),
        linked=linked,
        still=_still(setting, layout.n_columns),
        grid=_Cutting(setting, layout.n_columns).grid(),
    )


def _still(setting: Setting, n_trunk: int) -> FloatArray:
    """Bounds of a branch; those that move are overwritten wherever they are used."""
    vectors = Vectors.free(setting.places)
    arrays = setting.written.arrays
    write_branch(setting, np.zeros((len(arrays.goods), arrays.n_periods)), vectors)
    return np.concatenate([vectors.row_lower, vectors.row_upper, vectors.col_upper[n_trunk:]])


@dataclass(frozen=True, slots=True)
class _Cutting:
    """How the bounds of a branch are cut out of paths."""

    setting: Setting
    n_trunk: int

    def grid(self) -> Grid:
        """Every bound that moves with the start, the draw or the first stage."""
        parts = [*self._of_columns(), *self._of_rows(), *self._of_found()]
        elements, offsets, is_after, positions = (
            np.concatenate([np.asarray(part[i]).ravel() for part in parts]).astype(np.int64)
            for i in range(4)
        )
        return Grid(elements, offsets, is_after, positions)

    def _whole(
        self, kind: str, items: IntArray, positions: IntArray, delays: IntArray | None = None
    ) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Elements of which every period of the window is cut out. (items, n) each"""
        shape, arrays = self.setting.shape, self.setting.written.arrays
        n, length = shape.layout.n, shape.standard.length
        after = np.arange(n) >= length
        late = np.zeros(len(items), dtype=np.int64) if delays is None else delays
        offsets = np.arange(n) - late[:, None]
        elements = Elements.of(arrays).first[kind] + items[:, None] + 0 * offsets
        return elements, offsets, after + 0 * offsets, positions

    def _delays(self, plants: IntArray) -> IntArray:
        """By how much the measure delays the opening of each element's plant. [period]"""
        setting = self.setting
        to_come = setting.written.arrays.plant_opening > setting.shape.start
        delay = np.where(to_come, setting.measure.plant_delay, 0)
        found = np.zeros(len(plants), dtype=np.int64)
        found[plants >= 0] = delay[plants[plants >= 0]]
        return found

    def _of_columns(self) -> list[tuple[IntArray, IntArray, IntArray, IntArray]]:
        setting, shape = self.setting, self.setting.shape
        behind = 2 * setting.places.n_rows - self.n_trunk
        activities = setting.written.arrays.activities
        is_line_alone = np.isinf(activities.capacity[shape.orders, 0])
        delays = np.where(is_line_alone, 0, self._delays(activities.plants[shape.orders]))
        orders = setting.column("order").indices + behind
        missed = setting.column("missed").indices + behind
        return [
            self._whole("order", shape.orders, orders, delays),
            self._whole("missed", shape.uses, missed),
        ]

    def _of_rows(self) -> list[tuple[IntArray, IntArray, IntArray, IntArray]]:
        setting, shape = self.setting, self.setting.shape
        arrays, m = setting.written.arrays, setting.places.n_rows
        kept = dict(kept_rows(shape))
        goods = np.unique(arrays.use_goods[shape.uses]).astype(np.int64)
        demand = setting.row("balance").indices[np.searchsorted(shape.goods, goods)]
        delays = self._delays(arrays.line_plants[kept["line"]])
        limited = shape.layout.limited
        stored = limited[kept["storage"]]
        return [
            self._whole("balance", goods, demand),
            self._whole("line", kept["line"], setting.row("line").indices + m, delays),
            self._whole(
                "shared", kept["shared_capacity"], setting.row("shared_capacity").indices + m
            ),
            self._whole("storage", stored, setting.row("storage").indices + m),
        ]

    def _of_found(self) -> list[tuple[IntArray, IntArray, IntArray, IntArray]]:
        """(M9): what is customary before the start; at the first period, the lots."""
        setting, shape = self.setting, self.setting.shape
        first, m = Elements.of(setting.written.arrays).first, setting.places.n_rows
        if shape.start == 0:
            kind, items, row, offset = "lot", shape.lots, "left_lot", 0
        else:
            kind, items, row, offset = "customary", shape.goods, "customary", -1
        same = np.full(len(items), offset, dtype=np.int64)
        rows = setting.row(row).indices[:, 0] + m
        return [(first[kind] + items, same, 0 * same, rows)]
