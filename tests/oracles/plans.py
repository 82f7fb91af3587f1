"""Plans found and costed the plain way: all draws in one program, choices that are fixed."""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.parallel import Crew
from derbes.planning.accounts import FIRM
from derbes.planning.optimum import cheapest, no_threat, plan_solution
from derbes.planning.problem import (
    Clock,
    Evaluation,
    PlanProblem,
    PlanSolution,
    Prices,
    base_alone,
    draw_figures,
    evaluation,
    second_costs,
    stated,
)
from derbes.planning.recourse import DrawProgram, SecondStage, in_sessions
from derbes.planning.scenarios import Outcome, Scenarios

WEAK_DUALITY = 1e-6
"""Relative distance between the two sides of an optimum that counts as none."""


def evaluate(
    problem: PlanProblem,
    choices: Sequence[Choice] | FloatArray,
    *,
    n_workers: int = 1,
    executor: Executor | None = None,
) -> Evaluation:
    """Cost and shortfalls of fixed choices in every draw.

    Standards are met at the program's starts, or at all where the program is not stated.

    Args:
        problem: The problem.
        choices: What is chosen, or the first-stage columns.
        n_workers: Processes, when no executor is given.
        executor: Any `concurrent.futures` executor to use instead.

    Raises:
        KeyError: A choice has no column: no such option, date or size.
    """
    is_values = isinstance(choices, np.ndarray)
    values = choices if is_values else problem.first.values(tuple(choices))
    if problem.programs:
        outcomes = solve_draws(problem.second, problem.programs, values, prices=FIRM)
    else:
        problem = base_alone(problem)
        with Crew(n_workers, executor) as crew, Scenarios(crew, problem) as scenarios:
            outcomes = scenarios.at(values, FIRM)
    return evaluation(problem, values, [outcome.figures for outcome in outcomes], FIRM)


def solve_extensive(
    problem: PlanProblem, *, gap: float = 0.0, time_limit: float | None = None
) -> PlanSolution:
    """The cheapest plan by the extensive form.

    Args:
        problem: The problem; its starts are taken as they are.
        gap: Gap as part of the cost above the no-threat cost; 0: to the end. Small
            programs are solved to the end anyway.
        time_limit: [second]

    Raises:
        SolveError: The program is unbounded, or time was over before any point was found.
    """
    clock = Clock.of(time_limit)
    problem = stated(problem)
    calm = no_threat(problem, clock)
    if calm is None:
        return plan_solution(problem, None, clock)
    reference, of_calm = calm.figures.cost, (calm.values, calm.prices)
    found = cheapest(problem, reference, clock, gap=gap)
    return plan_solution(problem, found, clock, reference=reference, calm=of_calm)


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
    programs = in_sessions(stage, draws, lambda draw: second_costs(stage, draw, prices), values)
    for draw, session, program in programs:
        options = float(draw.option_cost @ values)
        for is_last in (False, True):
            columns = np.maximum(session.run(), 0.0)
            at_zero, slope = _cut_of(draw, program.cost, session.row_duals())
            slope = slope + prices.money * draw.option_cost
            value = at_zero + float(slope @ values)
            priced = float(program.cost @ columns) + prices.money * options
            if is_last or abs(priced - value) <= WEAK_DUALITY * max(1.0, abs(priced)):
                break
            session.forget()
        figures = draw_figures(stage, draw, columns, options=options, prices=prices)
        outcomes.append(Outcome(draw.draw, value, at_zero, slope, figures, columns))
    return outcomes


def _cut_of(draw: DrawProgram, cost: FloatArray, duals: FloatArray) -> tuple[float, FloatArray]:
    """Value at zero and slope that row prices give, whatever they are (M13).

    Args:
        draw: The draw.
        cost: Of its columns. (columns,)
        duals: Prices of the rows. (rows,)
    """
    lower = np.where(np.isfinite(draw.row_lower), np.maximum(duals, 0.0), 0.0)
    upper = np.where(np.isfinite(draw.row_upper), np.minimum(duals, 0.0), 0.0)
    columns = np.minimum(cost - draw.matrix.T @ (lower + upper), 0.0)
    bounded = np.isfinite(draw.col_upper)
    prices = np.concatenate([lower, upper, np.where(bounded, columns, 0.0)])
    at_zero = (
        lower[lower > 0] @ draw.row_lower[lower > 0]
        + upper[upper < 0] @ draw.row_upper[upper < 0]
        + columns[bounded] @ draw.col_upper[bounded]
    )
    return float(at_zero), np.asarray(draw.reach.T @ prices, dtype=np.float64)
