"""Many draws solved apart: prices and starts around Benders' decomposition."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.benders import Search, State, search
from derbes.planning.decomposition.checkpoint import Record
from derbes.planning.decomposition.chunks import Crew
from derbes.planning.decomposition.master import Cuts, Master
from derbes.planning.decomposition.nested import Everyone
from derbes.planning.decomposition.starts import find_failing, joined
from derbes.planning.decomposition.subproblem import Outcome
from derbes.planning.program.decisions.stage import EXCUSE
from derbes.planning.program.prices import Prices
from derbes.planning.program.problem import (
    PlanProblem,
    part_of,
    with_branches,
    without_standards,
)
from derbes.planning.program.solution import (
    INFEASIBLE,
    OPTIMAL,
    TIME_LIMIT,
    Evaluation,
    PlanSolution,
)
from derbes.planning.program.solving import (
    MOST_RAISES,
    Clock,
    lacking,
    nothing_allowed,
    raised_prices,
    relative_gap,
    worst_shortfalls,
)

CALM_GAP = 1e-6
"""Gap of the no-threat cost, as part of it."""
LEAST_GAP = 1e-4
"""Gap of the least that falls short, as part of it."""
N_PILOT, LEAST_DRAWS = 8, 32
"""Draws of a pilot, and of a problem that is worth one."""
PILOT_GAP, PILOT_TIME = 5.0, 0.25
"""Gap of a pilot beside that of the problem, and part of the time that it may take."""
LEAST_DEFERRED = 1e-4
"""Price of what is deferred, beside what must not fall short, where the least is sought."""

Progress = Callable[[float, float, float, int], None]
"""Called with the best cost, the bound, the gap and the iteration."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How far, how long and by whom."""

    gap: float
    clock: Clock
    crew: Crew
    keep: Callable[[Record], None]
    """Called with all that is known, after every iteration."""
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class _Best:
    """The best point at prices that are high enough."""

    record: Record
    figures: Evaluation
    trunks: tuple[FloatArray, ...]

    @property
    def is_feasible(self) -> bool:
        return lacking(self.figures) == 0.0


def solve_apart(problem: PlanProblem, record: Record, settings: Settings) -> PlanSolution:
    """The cheapest plan by decomposition.

    Args:
        problem: The problem.
        record: What is known to begin with.
        settings: How far, how long and by whom.
    """
    clock = settings.clock
    if record.reference is None:
        calm = without_standards(problem)
        best = _at_right_prices(calm, record, replace(settings, gap=CALM_GAP))
        if best is None:
            return nothing_allowed(problem, clock)
        record = replace(best.record, reference=best.figures.cost, state=best.record.state.again())
    record = _piloted(problem, record, settings)
    problem, best = _at_all_starts(problem, record, settings)
    if best is None:
        return nothing_allowed(problem, clock)
    return _solution(problem, best, settings)


def _piloted(problem: PlanProblem, record: Record, settings: Settings) -> Record:
    """Starts and a point to begin with, from the same problem in some of its draws.

    Only where to begin is taken from it, so that it need not be near: every draw is
    looked at, and every start checked, afterwards.
    """
    n, n_pilot = problem.n_draws, N_PILOT
    has_excuses = any(column.kind == EXCUSE for column in problem.first.columns)
    if record.starts is not None or has_excuses or n < LEAST_DRAWS:
        return record
    pilot = part_of(problem, [i * n // n_pilot for i in range(n_pilot)])
    begun = replace(record, state=State.begin(problem.first.n_columns))
    clock = settings.clock
    short = clock if clock.limit is None else replace(clock, limit=PILOT_TIME * clock.limit)
    alone = replace(
        settings, gap=PILOT_GAP * settings.gap, clock=short, keep=_keep_nothing, progress=None
    )
    pilot, best = _at_all_starts(pilot, begun, alone)
    if best is None or np.isnan(best.record.state.best).any():
        return replace(record, starts=pilot.starts, long_windows=pilot.long_windows)
    return replace(
        record,
        state=replace(record.state, middle=best.record.state.best, middle_priced=np.inf),
        prices=best.record.prices,
        starts=pilot.starts,
        long_windows=pilot.long_windows,
    )


def _keep_nothing(_record: Record) -> None:
    """What a pilot finds is kept when it is done."""


def _at_all_starts(
    problem: PlanProblem, record: Record, settings: Settings
) -> tuple[PlanProblem, _Best | None]:
    """The best point that meets its standards at every start, and the program with them."""
    if record.starts is not None:
        problem = with_branches(problem, record.starts, record.long_windows)
    while True:
        best = _at_right_prices(problem, record, settings)
        if best is None or not best.is_feasible or settings.clock.is_over:
            return problem, best
        values = best.record.state.best
        failing = find_failing(settings.crew, problem, values, best.trunks)
        if not failing:
            return problem, best
        problem = joined(problem, failing)
        record = replace(
            best.record,
            state=replace(best.record.state.again(), bound=best.record.state.bound, middle=values),
            starts=problem.starts,
            long_windows=problem.long_windows,
        )
        settings.keep(record)


def _at_right_prices(problem: PlanProblem, record: Record, settings: Settings) -> _Best | None:
    """The best point at prices that are high enough; None: nothing may be chosen."""
    with Everyone(settings.crew, problem) as everyone:
        return _with_everyone(everyone, record, settings)


def _with_everyone(everyone: Everyone, record: Record, settings: Settings) -> _Best | None:
    least: _Best | None = None
    for _raise in range(MOST_RAISES):
        hunt = _hunt(everyone, record, settings)
        state = search(hunt, record.state)
        if state is None:
            return None
        record = replace(record, state=state)
        outcomes = everyone.at(state.best, record.prices, wants_trunk=True)
        best = _best(hunt, record, outcomes)
        if _is_met(best.figures) or settings.clock.is_over:
            return best
        least = least or _least(everyone, record, settings)
        if least is None:
            return best
        raised = raised_prices(record.prices, best.figures, least.figures)
        if raised is None:
            return best
        record = replace(record, state=state.again(), prices=raised)
        settings.keep(record)
    if least is None or lacking(best.figures) <= lacking(least.figures):
        return best
    return least


def _is_met(figures: Evaluation) -> bool:
    return lacking(figures) == 0.0 and not figures.deferred.any()


def _best(hunt: Search, record: Record, outcomes: list[Outcome]) -> _Best:
    trunks = tuple(outcome.trunk for outcome in outcomes if outcome.trunk is not None)
    return _Best(record, hunt.figures(record.state.best, outcomes), trunks)


def _hunt(everyone: Everyone, record: Record, settings: Settings) -> Search:
    problem = everyone.problem

    def evaluate(values: FloatArray, is_close: bool) -> list[Outcome]:  # noqa: FBT001
        return everyone.at(values, record.prices, is_close=is_close)

    def keep(state: State) -> None:
        settings.keep(replace(record, state=state))

    def tell(state: State) -> None:
        if settings.progress and record.reference is not None:
            gap = relative_gap(state.best_priced, state.bound, record.reference)
            settings.progress(state.best_priced, state.bound, gap, state.iteration)

    return Search(
        problem=problem,
        master=Master(problem.first, problem.weights, problem.risk),
        evaluate=evaluate,
        prices=record.prices,
        gap=settings.gap,
        reference=np.nan if record.reference is None else record.reference,
        clock=settings.clock,
        tell=tell,
        keep=keep,
    )


def _least(everyone: Everyone, record: Record, settings: Settings) -> _Best | None:
    """The point at which the least falls short, whatever it costs; None: time was over."""
    prices = Prices(hard=1.0, soft=LEAST_DEFERRED, money=0.0)
    problem = everyone.problem

    def evaluate(values: FloatArray, is_close: bool) -> list[Outcome]:  # noqa: FBT001
        return everyone.at(values, prices, is_close=is_close)

    hunt = Search(
        problem=problem,
        master=Master(problem.first, problem.weights, problem.risk, counts_money=False),
        evaluate=evaluate,
        prices=prices,
        gap=LEAST_GAP,
        reference=np.nan,
        clock=settings.clock,
        tell=_nothing,
        keep=_nothing,
    )
    n, n_columns = problem.n_draws, problem.first.n_columns
    floor = Cuts(np.arange(n), np.zeros(n), np.zeros((n, n_columns)))
    begun = State.begin(n_columns)
    state = search(hunt, replace(begun, cuts=floor, ages=np.zeros(n), middle=np.zeros(n_columns)))
    if state is None or settings.clock.is_over:
        return None
    found = replace(record.state.again(), best=state.best, bound=record.state.bound)
    outcomes = everyone.at(state.best, prices, wants_trunk=True)
    return _best(hunt, replace(record, state=found), outcomes)


def _nothing(_state: State) -> None:
    """Nobody is told."""


def _solution(problem: PlanProblem, best: _Best, settings: Settings) -> PlanSolution:
    figures, state = best.figures, best.record.state
    bound = min(state.bound - (figures.penalized - figures.cost), figures.cost)
    reference = figures.cost if best.record.reference is None else best.record.reference
    is_late = settings.clock.is_over
    status = TIME_LIMIT if is_late else OPTIMAL if best.is_feasible else INFEASIBLE
    return PlanSolution(
        choices=problem.first.choices(state.best),
        columns=state.best,
        cost=figures.cost,
        bound=bound,
        gap=relative_gap(figures.cost, bound, reference),
        no_threat_cost=reference,
        feasible=best.is_feasible,
        shortfalls=worst_shortfalls(figures),
        status=status,
        evaluation=figures,
        iterations=state.iteration,
        starts=problem.starts,
        seconds=settings.clock.seconds,
    )
