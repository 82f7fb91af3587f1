r"""One draw at a point of the first stage: its cost, and the cut that it gives.

(M13) theta[i] >= value + slope (x - point), from the prices of the rows and columns at the
optimum: slope = R' lower prices + R'' upper prices + U' column prices (M11). The cut holds
for any prices with the right signs, so it is computed again from the program alone, and its
value at the point must be the optimum; a draw where it is not is solved again cold.

Draws of one chunk are solved one after the other in one session, each from the basis of
the one before, so that the answer does not depend on who solves the chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.program.figures import DrawFigures, draw_figures
from derbes.planning.program.prices import Prices, second_costs
from derbes.planning.program.supply.customary import as_program
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage
from derbes.programs.solver.highs import Session
from derbes.programs.solver.statement import LinearProgram

WEAK_DUALITY = 1e-6
"""Relative distance between the two sides of an optimum that counts as none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound of a draw's cost from below: at least `at_zero` + `slope` x."""

    draw: int
    at_zero: float
    """[money]"""
    slope: FloatArray
    """(first-stage columns,) [money]"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draw at a point."""

    cut: Cut
    figures: DrawFigures
    is_exact: bool = True
    """Whether this is the draw's cost; else it is no more than it."""
    binding: tuple[tuple[str, int], ...] = ()
    """Standards and starts whose branches have a price. [period]"""


def cut_of(
    draw: DrawProgram, program: LinearProgram, duals: FloatArray, *, options: FloatArray
) -> Cut:
    """The cut that row prices give, whatever they are (M13).

    Args:
        draw: The draw.
        program: Its program at the point, for the costs.
        duals: Prices of the rows. (rows,)
        options: What options cost in the draw beyond the mean. (columns,) [money]
    """
    lower = np.where(np.isfinite(draw.row_lower), np.maximum(duals, 0.0), 0.0)
    upper = np.where(np.isfinite(draw.row_upper), np.minimum(duals, 0.0), 0.0)
    reduced = program.cost - draw.matrix.T @ (lower + upper)
    columns = np.minimum(reduced, 0.0)
    bounded = np.isfinite(draw.col_upper)
    prices = np.concatenate([lower, upper, np.where(bounded, columns, 0.0)])
    at_zero = (
        lower[lower > 0] @ draw.row_lower[lower > 0]
        + upper[upper < 0] @ draw.row_upper[upper < 0]
        + columns[bounded] @ draw.col_upper[bounded]
    )
    slope = np.asarray(draw.reach.T @ prices, dtype=np.float64)
    return Cut(draw.draw, float(at_zero), slope + options)


def solve_draws(
    stage: SecondStage,
    draws: Sequence[DrawProgram],
    values: FloatArray,
    *,
    prices: Prices,
) -> list[Outcome]:
    """Draws at a point, one after the other in one session.

    Args:
        stage: Blocks and worths.
        draws: The draws.
        values: First-stage columns.
        prices: Prices of what falls short.

    Raises:
        SolveError: A draw has no optimum.
    """
    outcomes = []
    session: Session | None = None
    for draw in draws:
        program = as_program(stage, draw, second_costs(stage, draw, prices), values)
        if session is None or session.program.matrix is not draw.matrix:
            session = Session(program)
        else:
            session.set_column_bounds(program.col_lower, program.col_upper)
            session.set_row_bounds(program.row_lower, program.row_upper)
            session.set_costs(program.cost)
        at = _At(stage, session, program, draw, _Point(values, prices))
        outcomes.append(at.outcome())
    return outcomes


@dataclass(frozen=True, slots=True)
class _Point:
    """A point of the first stage, with prices."""

    values: FloatArray
    prices: Prices


@dataclass(frozen=True, slots=True)
class _At:
    """A draw's program in the solver, at a point."""

    stage: SecondStage
    session: Session
    program: LinearProgram
    draw: DrawProgram
    point: _Point

    @property
    def options(self) -> FloatArray:
        """What options cost in the draw beyond the mean. (columns,) [money]"""
        return self.point.prices.money * self.draw.option_cost

    def outcome(self) -> Outcome:
        """The optimum with its proof; solved again cold where the proof fails."""
        columns, cut = self._solved()
        if not self._is_proven(columns, cut):
            self.session.forget()
            columns, cut = self._solved()
        options = float(self.draw.option_cost @ self.point.values)
        figures = draw_figures(
            self.stage, self.draw, columns, options=options, prices=self.point.prices
        )
        return Outcome(cut, figures)

    def _solved(self) -> tuple[FloatArray, Cut]:
        columns = np.maximum(self.session.run(), 0.0)
        duals = self.session.row_duals()
        return columns, cut_of(self.draw, self.program, duals, options=self.options)

    def _is_proven(self, columns: FloatArray, cut: Cut) -> bool:
        values = self.point.values
        priced = float(self.program.cost @ columns) + float(self.options @ values)
        difference = abs(priced - cut.at_zero - float(cut.slope @ values))
        return difference <= WEAK_DUALITY * max(1.0, abs(priced))
