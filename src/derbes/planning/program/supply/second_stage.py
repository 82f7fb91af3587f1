r"""The second stage: a trunk and its branches, one matrix for all draws.

A draw is a vector of bounds and money; what is decided first moves bounds only (M5):

(M11) matrix y >= row_lower + R x, matrix y <= row_upper + R' x, 0 <= y <= col_upper + U x

A draw whose numbers stand in the matrix (ageing, lead times, inputs, line time, prices
under a ceiling on payments abroad) has a matrix of its own.

Symbols: x first stage, y second stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.arrays import MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.planning.program.decisions.stage import EXCUSE, FirstStage
from derbes.planning.program.supply import branch_bounds, branches, trunk, worth
from derbes.planning.program.supply.branches import BranchShape
from derbes.planning.program.supply.effects import Effect, Written, column_effects
from derbes.planning.program.supply.places import Places, Reach, Vectors
from derbes.planning.program.supply.trunk import TrunkShape
from derbes.programs.layout import Entries
from derbes.programs.solver.statement import IntArray, stack_blocks


@dataclass(frozen=True, slots=True)
class SecondStage:
    """What all draws have in common."""

    trunk: TrunkShape
    branches: tuple[BranchShape, ...]
    places: Places
    hard: FloatArray
    """Worth of what must not fall short, by column. (columns,) [money/unit]"""
    soft: FloatArray
    """Worth of what falls short last. (columns,) [money/unit]"""
    standards: Mapping[str, IntArray]
    """Standard → columns in which it falls short; `calm` and `foreign currency` too."""
    usual: FloatArray
    """What is usual of each column, as a power of two. (columns,)"""
    deferred: IntArray
    """Columns of deferrable demand that goes unmet without a cost of being short."""


@dataclass(frozen=True, slots=True)
class DrawProgram:
    """One draw's second stage."""

    draw: int
    weight: float
    matrix: sparse.csc_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    col_upper: FloatArray
    money: FloatArray
    """Discounted money of every column. (columns,) [money/unit]"""
    reach: sparse.csr_matrix
    """Change of each bound for each first-stage column: lower of rows, upper of rows,
    upper of columns. (bounds, first-stage columns)"""
    option_cost: FloatArray
    """What the options cost in the draw beyond the mean. (first-stage columns,) [money]"""

    def bounds(self, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower and upper bounds of the rows, upper bounds of the columns at a point (M11)."""
        change = np.asarray(self.reach @ values, dtype=np.float64)
        m = len(self.row_lower)
        upper = np.maximum(self.col_upper + change[2 * m :], 0.0)
        return self.row_lower + change[:m], self.row_upper + change[m : 2 * m], upper


def make_second_stage(trunk_shape: TrunkShape, shapes: tuple[BranchShape, ...]) -> SecondStage:
    """Blocks and prices of a trunk with branches."""
    columns, rows = trunk.trunk_parts(trunk_shape)
    for shape in shapes:
        more_columns, more_rows = branches.branch_parts(shape)
        columns += more_columns
        rows += more_rows
    places = Places(stack_blocks(columns), stack_blocks(rows))
    hard, soft = np.zeros(places.n_columns), np.zeros(places.n_columns)
    worth.add_trunk_prices(trunk_shape, places, hard, soft)
    for shape in shapes:
        branch_bounds.add_branch_prices(shape, places, hard)
    arrays = trunk_shape.layout.arrays
    unmet = places.column("unmet").indices
    is_free = np.isnan(arrays.shortage_cost)
    return SecondStage(
        trunk=trunk_shape,
        branches=shapes,
        places=places,
        hard=hard,
        soft=soft,
        standards=_lacking(trunk_shape, shapes, places),
        usual=worth.usual_sizes_of(places, trunk_shape),
        deferred=unmet[is_free & ~arrays.use_essential].ravel(),
    )


def _lacking(
    trunk_shape: TrunkShape, shapes: tuple[BranchShape, ...], places: Places
) -> dict[str, IntArray]:
    arrays = trunk_shape.layout.arrays
    is_hard = np.isnan(arrays.shortage_cost) & arrays.use_essential
    found = {
        "calm": places.column("unmet").indices[is_hard].ravel(),
        "foreign currency": places.column("excess").indices.ravel(),
    }
    for name, _standard in trunk_shape.standards:
        found[name] = places.column(f"miss_{name}").indices.ravel()
    for shape in shapes:
        columns = places.column(f"missed_{shape.name}").indices.ravel()
        before = found.get(shape.standard_name, np.zeros(0, dtype=np.int64))
        found[shape.standard_name] = np.concatenate([before, columns])
    return {name: columns for name, columns in found.items() if len(columns)}


def matrix_key(
    written: Written, stage: SecondStage, measures: Mapping[str, MeasureArrays]
) -> bytes:
    """Everything of a draw that stands in the matrix."""
    arrays = written.arrays
    activities = arrays.activities
    parts = [
        arrays.retention,
        arrays.lot_retention,
        arrays.shelf_life,
        activities.lead_times,
        activities.hours,
        activities.input_amounts,
    ]
    if stage.trunk.ceilings:
        parts.append(activities.unit_cost)
    for measure in measures.values():
        parts += [measure.transit_kept, measure.transit_late, measure.lot_kept, measure.fresh_kept]
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def draw_matrix(
    stage: SecondStage, written: Written, measures: Mapping[str, MeasureArrays]
) -> sparse.csc_matrix:
    """The matrix of a draw."""
    entries = Entries()
    trunk.add_trunk(stage.trunk, written, stage.places, entries)
    for shape in stage.branches:
        measure = measures[shape.standard_name]
        branches.add_branch(branches.Setting(shape, written, measure, stage.places), entries)
    return entries.matrix(stage.places.n_rows, stage.places.n_columns)


def draw_vectors(
    stage: SecondStage,
    written: Written,
    measures: Mapping[str, MeasureArrays],
    customary: FloatArray,
) -> Vectors:
    """Bounds and money of a draw.

    Args:
        stage: Blocks.
        written: The arrays of the draw.
        measures: Measure of each standard in the draw.
        customary: Stock that is customary. (G, n) [unit]
    """
    vectors = Vectors.free(stage.places)
    trunk.write_trunk(stage.trunk, written, stage.places, vectors)
    for shape in stage.branches:
        setting = branches.Setting(shape, written, measures[shape.standard_name], stage.places)
        branch_bounds.write_branch(setting, customary, vectors)
    return vectors


def draw_reach(
    stage: SecondStage,
    first: FirstStage,
    written: Written,
    measures: Mapping[str, MeasureArrays],
    *,
    draw: int,
) -> sparse.csr_matrix:
    """What first-stage columns add to the bounds of a draw (M5)."""
    reach = Reach(stage.places)
    effects: list[tuple[int, Effect]] = [
        (j, effect)
        for j, column in enumerate(first.columns)
        for effect in column_effects(written, column)
    ]
    excuses = {
        column.standard: j
        for j, column in enumerate(first.columns)
        if column.kind == EXCUSE and column.draw == draw
    }
    trunk.reach_trunk(stage.trunk, written, effects, reach)
    trunk.reach_ceilings(stage.trunk, first, written, reach)
    trunk.reach_excuses(stage.trunk, written, excuses, reach)
    for shape in stage.branches:
        setting = branches.Setting(shape, written, measures[shape.standard_name], stage.places)
        branch_bounds.reach_branch(setting, effects, reach)
        if shape.standard_name in excuses:
            branch_bounds.reach_excuse(setting, excuses[shape.standard_name], reach)
    return reach.matrix(first.n_columns)
