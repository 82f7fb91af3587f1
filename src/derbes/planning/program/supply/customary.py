"""The stock that is customary: what the trunk holds when nothing is chosen or asked for.

A branch finds no more of a good than this or its reserve (M9). Money decides, and where it
is indifferent the smallest stock, oldest drawn first, what nobody uses left where it is, as
in the calm plan.
"""

from collections.abc import Sequence

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage
from derbes.programs.calm import with_idle_stock
from derbes.programs.objective import STOCK_WEIGHT, stock_values
from derbes.programs.solver.highs import Session
from derbes.programs.solver.statement import LinearProgram, Sizes

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
