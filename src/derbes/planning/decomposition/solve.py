"""The verb: the cheapest plan, whichever way it is found."""

from concurrent.futures import Executor
from pathlib import Path

from derbes.planning.decomposition.apart import Progress, Settings, solve_apart
from derbes.planning.decomposition.benders import State
from derbes.planning.decomposition.checkpoint import Record, key_of, load, save
from derbes.planning.decomposition.crew import Crew
from derbes.planning.decomposition.everywhere import Everyone
from derbes.planning.decomposition.starts import joined, missing_starts
from derbes.planning.program.problem import PlanProblem, stated, trunk_alone
from derbes.planning.program.solution import PlanSolution
from derbes.planning.program.solving import (
    Clock,
    cheapest,
    no_threat,
    nothing_allowed,
    plan_solution,
    relative_gap,
)

MOST_TOGETHER = 20_000
"""Columns up to which all draws are solved in one program."""


def solve_plan(
    problem: PlanProblem,
    *,
    gap: float = 1e-3,
    time_limit: float | None = None,
    n_workers: int = 1,
    executor: Executor | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> PlanSolution:
    """The cheapest plan that meets its standards at every start, in every draw that counts.

    Args:
        problem: The problem.
        gap: Gap as part of the cost above the no-threat cost.
        time_limit: Then the best plan that was found, with its gap. [second]
        n_workers: Processes, when no executor is given.
        executor: Any `concurrent.futures` executor to use instead.
        checkpoint: File in which what is known is kept after every iteration.
        resume: Whether to go on from the checkpoint.
        progress: Called after every iteration.

    Raises:
        RequestError: The checkpoint is of another case or request.
        SolveError: The program is unbounded.
    """
    clock = Clock.start(time_limit)
    record = Record(key_of(problem), State.begin(problem.first.n_columns))
    if resume and checkpoint is not None:
        record = load(checkpoint, problem)

    def keep(known: Record) -> None:
        if checkpoint is not None:
            save(checkpoint, known)

    with Crew(n_workers, executor) as crew:
        settings = Settings(gap, clock, crew, keep, progress)
        if problem.n_columns > MOST_TOGETHER:
            return solve_apart(problem, record, settings)
        keep(record)
        with Everyone(crew, trunk_alone(problem), clock.until) as everyone:
            return _solve_together(stated(problem), everyone, settings)


def _solve_together(problem: PlanProblem, everyone: Everyone, settings: Settings) -> PlanSolution:
    """The cheapest plan by the extensive form."""
    clock = settings.clock
    calm = no_threat(problem, clock)
    if calm is None:
        return nothing_allowed(problem, clock)
    reference = calm.figures.cost
    while True:
        found = cheapest(problem, reference, clock, gap=settings.gap)
        if found is None:
            return nothing_allowed(problem, clock)
        if settings.progress:
            figures, bound = found.point.figures, found.point.bound
            gap = relative_gap(figures.penalized, bound, reference)
            settings.progress(figures.penalized, bound, gap, 1)
        if not found.is_feasible or clock.is_over:
            break
        missing = missing_starts(everyone, problem, found.point)
        if not missing:
            break
        problem = joined(problem, missing)
    return plan_solution(problem, found, calm, clock)
