"""What a point of the program costs and lacks, told without penalties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.options import Risk
from derbes.case.quantity import FloatArray
from derbes.planning.program.prices import Prices, second_costs
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.solution import FOREIGN, Evaluation
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage

LACKING = 1e-6
"""Part of a quantity's scale up to which nothing is lacking: the solver's tolerance."""


def tail_mean(costs: FloatArray, weights: FloatArray, level: float) -> float:
    """Mean of the worst (1 - level) of the draws, CVaR. [money]

    Examples:
        >>> import numpy as np
        >>> tail_mean(np.array([1.0, 2.0, 5.0]), np.array([0.5, 0.25, 0.25]), 0.5)
        3.5
    """
    order = np.argsort(-costs, kind="stable")
    left = np.maximum(1.0 - level, float(weights[weights > 0].min()) * 1e-6)
    taken = np.diff(np.minimum(np.concatenate([[0.0], np.cumsum(weights[order])]), left))
    return float(taken @ costs[order] / taken.sum())


def weighed(costs: FloatArray, weights: FloatArray, risk: Risk) -> float:
    """(1 - w) mean + w tail of the draws. [money]"""
    mean = float(weights @ costs)
    if risk.weight == 0.0:
        return mean
    return (1.0 - risk.weight) * mean + risk.weight * tail_mean(costs, weights, risk.level)


@dataclass(frozen=True, slots=True)
class DrawFigures:
    """What a draw costs and lacks at a point."""

    money: float
    """Supply in calm, and the draw's own cost of options beyond the mean. [money]"""
    priced: float
    """The same with the price of what falls short. [money]"""
    lacks: Mapping[str, float]
    """Standard → what its uses lack; 0 up to the solver's tolerance. [unit]"""
    deferred: float
    """Deferrable demand that goes unmet in calm. [unit]"""


def draw_figures(
    stage: SecondStage, draw: DrawProgram, columns: FloatArray, *, options: float, prices: Prices
) -> DrawFigures:
    """Figures of a draw from its second-stage columns.

    Args:
        stage: Blocks and worths.
        draw: The draw.
        columns: Its second-stage columns.
        options: What options cost in the draw beyond the mean. [money]
        prices: Prices of what falls short.
    """
    costs = second_costs(stage, draw, prices)
    return DrawFigures(
        money=float(draw.money @ columns) + options,
        priced=float(costs @ columns) + prices.money * options,
        lacks={
            name: _lacking(name, columns[where], draw.col_upper[where])
            for name, where in stage.standards.items()
        },
        deferred=float(columns[stage.deferred].sum()),
    )


def evaluation(
    problem: PlanProblem, values: FloatArray, drawn: Sequence[DrawFigures], prices: Prices
) -> Evaluation:
    """Costs and shortfalls of a point.

    Args:
        problem: The problem.
        values: First-stage columns. (columns,)
        drawn: Figures of each draw.
        prices: Prices of what falls short.
    """
    weights, risk = problem.weights, problem.risk
    costs = np.array([one.money for one in drawn])
    shortfalls = {name: np.array([one.lacks[name] for one in drawn]) for name in drawn[0].lacks}
    for name, lacking in shortfalls.items():
        lacking[_excused(problem, values, name)] = 0.0
    option_cost = float(problem.first.cost @ values)
    return Evaluation(
        option_cost=option_cost,
        draw_costs=costs,
        weights=weights,
        expected_cost=float(weights @ costs),
        tail_cost=tail_mean(costs, weights, risk.level),
        cost=option_cost + weighed(costs, weights, risk),
        shortfalls=shortfalls,
        deferred=np.array([one.deferred for one in drawn]),
        penalized=prices.money * option_cost
        + weighed(np.array([one.priced for one in drawn]), weights, risk),
    )


def _excused(problem: PlanProblem, values: FloatArray, name: str) -> list[int]:
    """Draws in which a standard need not hold at a point."""
    return [
        column.draw
        for column, value in zip(problem.first.columns, values, strict=True)
        if column.standard == name and value > 0.5
    ]


def _lacking(name: str, lacking: FloatArray, demand: FloatArray) -> float:
    """What is lacking; nothing where it is no more than the solver's tolerance."""
    known = demand[np.isfinite(demand)]
    size = max(1.0, float(known.max(initial=0.0))) if name != FOREIGN else 1.0
    most = float(lacking.max(initial=0.0))
    return float(lacking.sum()) if most > LACKING * size else 0.0
