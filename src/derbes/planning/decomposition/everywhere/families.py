"""Families of branches: starts of one standard whose branches have one matrix, moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from derbes.case.arrays import CaseArrays, MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.tables import Elements, Table
from derbes.planning.program.problem import PlanProblem, all_starts
from derbes.planning.program.supply.branch_bounds import add_branch_prices, write_branch
from derbes.planning.program.supply.branches import (
    BranchShape,
    Setting,
    add_branch,
    branch_parts,
    branch_shape,
    kept_rows,
    short_window,
    whole_window,
)
from derbes.planning.program.supply.effects import Written
from derbes.planning.program.supply.places import Places, Vectors
from derbes.planning.program.supply.worth import usual_sizes_of
from derbes.programs.layout import Entries, longest_lead
from derbes.programs.solver.statement import IntArray, stack_blocks


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
