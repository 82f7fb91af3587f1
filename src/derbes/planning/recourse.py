"""The second stage: a trunk and its branches, one matrix for all draws.

A draw is a vector of bounds and money; what is decided first moves bounds only (M5):

(M11) matrix y >= row_lower + R x, matrix y <= row_upper + R' x, 0 <= y <= col_upper + U x

A draw whose numbers stand in the matrix (ageing, lead times, inputs, line time, prices
under a ceiling on payments abroad) has a matrix of its own.

Symbols: x first stage, y second stage.

The stock that is customary: what the trunk holds when nothing is chosen or asked for.

A branch finds no more of a good than this or its reserve (M9). Money decides, and where it
is indifferent the smallest stock, oldest drawn first, what nobody uses left where it is, as
in the calm plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import Session
from derbes.lp.program import IntArray, LinearProgram, Sizes, stack_blocks
from derbes.model.arrays import MeasureArrays
from derbes.planning.contingencies import (
    BranchShape,
    Setting,
    add_branch,
    add_branch_prices,
    add_trunk_prices,
    branch_parts,
    reach_branch,
    reach_excuse,
    usual_sizes_of,
    write_branch,
)
from derbes.planning.effects import (
    Effect,
    Places,
    Reach,
    TrunkShape,
    Vectors,
    Written,
    add_trunk,
    column_effects,
    reach_ceilings,
    reach_excuses,
    reach_trunk,
    trunk_parts,
    write_trunk,
)
from derbes.planning.first_stage import EXCUSE, FirstStage
from derbes.supply.baseline import with_idle_stock
from derbes.supply.network import Entries
from derbes.supply.objective import STOCK_WEIGHT, stock_values


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
    columns, rows = trunk_parts(trunk_shape)
    for shape in shapes:
        more_columns, more_rows = branch_parts(shape)
        columns += more_columns
        rows += more_rows
    places = Places(stack_blocks(columns), stack_blocks(rows))
    hard, soft = np.zeros(places.n_columns), np.zeros(places.n_columns)
    add_trunk_prices(trunk_shape, places, hard, soft)
    for shape in shapes:
        add_branch_prices(shape, places, hard)
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
        usual=usual_sizes_of(places, trunk_shape),
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
    add_trunk(stage.trunk, written, stage.places, entries)
    for shape in stage.branches:
        measure = measures[shape.standard_name]
        add_branch(Setting(shape, written, measure, stage.places), entries)
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
    write_trunk(stage.trunk, written, stage.places, vectors)
    for shape in stage.branches:
        setting = Setting(shape, written, measures[shape.standard_name], stage.places)
        write_branch(setting, customary, vectors)
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
    reach_trunk(stage.trunk, written, effects, reach)
    reach_ceilings(stage.trunk, first, written, reach)
    reach_excuses(stage.trunk, written, excuses, reach)
    for shape in stage.branches:
        setting = Setting(shape, written, measures[shape.standard_name], stage.places)
        reach_branch(setting, effects, reach)
        if shape.standard_name in excuses:
            reach_excuse(setting, excuses[shape.standard_name], reach)
    return reach.matrix(first.n_columns)


PRICE = 100.0
"""Price of what falls short, in units of its worth: demand before reserves before money."""


def as_program(
    stage: SecondStage, draw: DrawProgram, costs: FloatArray, values: FloatArray
) -> LinearProgram:
    """A draw's second stage at a point of the first, with one level of cost."""
    row_lower, row_upper, col_upper = draw.bounds(values)
    return LinearProgram(
        name="second stage",
        levels=("cost",),
        level_costs=costs[None, :],
        weights=np.ones(1),
        matrix=draw.matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        col_lower=np.zeros(len(col_upper)),
        col_upper=col_upper,
        columns=stage.places.columns,
        rows=stage.places.rows,
        sizes=Sizes(stage.usual, np.zeros(0)),
    )


def _tidy(stage: SecondStage) -> FloatArray:
    layout, places = stage.trunk.layout, stage.places
    costs = np.zeros(places.n_columns)
    of_lots, of_fresh = stock_values(layout.arrays, layout.start, layout.values)
    places.column("lot").of(costs)[:] = STOCK_WEIGHT * of_lots[:, None]
    places.column("fresh").of(costs)[:] = STOCK_WEIGHT * of_fresh[:, None]
    return costs


def customary_stocks(stage: SecondStage, draws: Sequence[DrawProgram]) -> list[FloatArray]:
    """Stock of each good at the end of each period, draw by draw. (G, n) [unit]

    Args:
        stage: A trunk without branches.
        draws: Its draws.

    Raises:
        SolveError: A trunk has no optimum.
    """
    shape, places = stage.trunk.layout, stage.places
    extra = PRICE * (stage.hard + stage.soft) + _tidy(stage)
    stocks = []
    session: Session | None = None
    for draw in draws:
        nothing = np.zeros(draw.reach.shape[1])
        program = as_program(stage, draw, draw.money + extra, nothing)
        if session is None or session.program.matrix is not draw.matrix:
            session = Session(program)
        else:
            session.set_column_bounds(program.col_lower, program.col_upper)
            session.set_row_bounds(program.row_lower, program.row_upper)
            session.set_costs(program.cost)
        columns = session.run()
        balance = places.row("balance")
        lots, fresh = with_idle_stock(
            shape,
            balance.of(draw.matrix @ columns) - balance.of(program.row_lower),
            places.row("stock").of(program.row_upper)[:, 0],
            lots=places.column("lot").of(columns),
            fresh=places.column("fresh").of(columns),
        )
        stock = fresh
        np.add.at(stock, shape.arrays.lot_goods, lots)
        stocks.append(stock)
    return stocks
