"""Plans found and costed the plain way: all draws in one program, choices that are fixed."""

from collections.abc import Sequence
from concurrent.futures import Executor

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.parallel import Crew
from derbes.planning.accounts import FIRM, columns_of
from derbes.planning.extensive import cheapest, no_threat, nothing_allowed, point_solution
from derbes.planning.problem import (
    Clock,
    Evaluation,
    PlanProblem,
    PlanSolution,
    base_alone,
    evaluation,
    stated,
)
from derbes.planning.root import solve_draws
from derbes.planning.scenarios import Scenarios


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
    values = columns_of(problem, choices)
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
        return nothing_allowed(problem, clock)
    found = cheapest(problem, calm.figures.cost, clock, gap=gap)
    if found is None:
        return nothing_allowed(problem, clock)
    return point_solution(problem, found, calm, clock)
