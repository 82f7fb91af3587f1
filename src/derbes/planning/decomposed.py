"""Plans over many draws: in one program, or each draw apart, and the starts that are needed.

`solve_plan` finds the cheapest plan: by the extensive form where it is small, else by
decomposition, at prices of what falls short that rise until nothing does that need not, on
any number of workers with the same answer.

A small program stands with the contingencies of few starts. Its plan is looked at with the
contingencies of all; where that costs more, the starts that are to blame join the program.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from derbes.parallel import Crew
from derbes.planning.benders import (
    BendersRun,
    BendersState,
    Cuts,
    Outcome,
    Record,
    RootProblem,
    is_met,
    key_of,
    load,
    save,
    search,
)
from derbes.planning.extensive import (
    MOST_RAISES,
    Point,
    cheapest,
    lacking,
    no_threat,
    nothing_allowed,
    plan_solution,
    point_solution,
    raised_prices,
    relative_gap,
)
from derbes.planning.first_stage import INDICATOR
from derbes.planning.problem import (
    START,
    Clock,
    Evaluation,
    PlanProblem,
    PlanSolution,
    Prices,
    base_alone,
    part_of,
    stated,
    with_contingencies,
    without_standards,
)
from derbes.planning.scenarios import LONG, NEVER, NOWHERE, ONCE, SHORT, Scenarios

CALM_GAP = 1e-5
"""Gap of the no-threat cost, as part of it."""
LEAST_GAP = 1e-4
"""Gap of the least that falls short, as part of it."""
N_PILOT, LEAST_DRAWS = 8, 32
"""Draws of a pilot, and of a problem that is worth one."""
PILOT_GAP, PILOT_TIME = 20.0, 0.1
"""Gap of a pilot beside that of the problem, and part of the time that it may take."""
SHORT_PART = 0.01
"""Part of the gap by which long contingencies may cost more than short ones unnoticed."""
LEAST_DEFERRED = 1e-4
"""Price of what is deferred, beside what must not fall short, where the least is sought."""

Progress = Callable[[float, float, float, int], None]
"""Called with the best cost, the bound, the gap and the iteration."""


@dataclass(frozen=True, slots=True)
class CalmPlans:
    """Cheapest plans without standards, each found once for all questions that share it.

    What differs in the standards alone has the same one, so that each point of a frontier
    begins with the cuts of its base courses (M13), which hold at any length.
    """

    together: dict[str, Point] = field(default_factory=dict)
    """By the extensive form."""
    apart: dict[str, Record] = field(default_factory=dict)
    """By decomposition, with the cuts."""


def _calm_key(problem: PlanProblem) -> str:
    """What tells a plan without standards from others; indicators of standards are columns."""
    return f"{key_of(without_standards(problem))} {problem.first.column_names}"


@dataclass(frozen=True, slots=True)
class Settings:
    """How far, how long and by whom."""

    gap: float
    clock: Clock
    crew: Crew
    keep: Callable[[Record], None]
    """Called with all that is known, after every iteration."""
    progress: Progress | None
    calm: CalmPlans
    is_calm: bool = False
    """Whether standards are left aside."""


@dataclass(frozen=True, slots=True)
class _Best:
    """The best point at prices that are high enough."""

    record: Record
    figures: Evaluation
    starts: Mapping[str, tuple[int, ...]]
    """Starts that have a price in some draw. [period]"""
    is_proved: bool
    """Whether every contingency of every draw was looked at; else more may be lacking."""

    @property
    def is_feasible(self) -> bool:
        return self.is_proved and lacking(self.figures) == 0.0


def solve_apart(problem: PlanProblem, record: Record, settings: Settings) -> PlanSolution:
    """The cheapest plan by decomposition."""
    clock, problem = settings.clock, base_alone(problem)
    with Scenarios(settings.crew, problem, clock.until) as scenarios:
        if record.reference is None:
            key, known = _calm_key(problem), settings.calm.apart
            if key not in known:
                best = _calm(scenarios, record, replace(settings, gap=CALM_GAP))
                if best is None:
                    return nothing_allowed(problem, clock)
                state, calm = best.record.state, (best.record.state.best, best.record.prices)
                record = replace(
                    best.record, reference=best.figures.cost, calm=calm, state=state.again()
                )
                if not clock.is_over:
                    known[key] = record
            record = replace(known.get(key, record), key=record.key)
        record = _piloted(scenarios, record, settings)
        best = _at_right_prices(scenarios, record, settings)
    if best is None:
        return nothing_allowed(problem, clock)
    return _solution(problem, best, settings)


def _calm(scenarios: Scenarios, record: Record, settings: Settings) -> _Best | None:
    """The cheapest point without standards.

    Where they are met in contingencies alone, the draws need not be stated again.
    """
    if not scenarios.problem.second.base.standards:
        return _at_right_prices(scenarios, record, replace(settings, is_calm=True))
    calm = base_alone(without_standards(scenarios.problem))
    with Scenarios(settings.crew, calm, settings.clock.until) as alone:
        return _at_right_prices(alone, record, settings)


def _piloted(scenarios: Scenarios, record: Record, settings: Settings) -> Record:
    """A point to begin with and cuts of contingencies, from the same problem in some of its draws.

    Only where to begin is taken from it, so that it need not be near: every draw is
    looked at afterwards.
    """
    problem = scenarios.problem
    n, n_pilot = problem.n_draws, N_PILOT
    has_indicators = any(column.kind == INDICATOR for column in problem.first.columns)
    if not np.isnan(record.state.best).all() or has_indicators or n < LEAST_DRAWS:
        return record
    pilot = part_of(problem, [i * n // n_pilot for i in range(n_pilot)])
    begun = replace(record, state=BendersState.begin(problem.first.n_columns))
    clock = settings.clock
    short = clock if clock.limit is None else replace(clock, limit=PILOT_TIME * clock.limit)
    alone = replace(
        settings,
        gap=PILOT_GAP * settings.gap,
        clock=short,
        keep=lambda _record: None,
        progress=None,
    )
    with Scenarios(settings.crew, pilot, short.until) as few:
        best = _at_right_prices(few, begun, alone)
        scenarios.cuts.update(few.cuts)
    if best is None or np.isnan(best.record.state.best).any():
        return record
    stability_center = best.record.state.best
    state = replace(record.state, stability_center=stability_center, center_priced=np.inf)
    return replace(record, state=state, prices=best.record.prices)


def _at_right_prices(scenarios: Scenarios, record: Record, settings: Settings) -> _Best | None:
    """The best point at prices that are high enough; None: nothing may be chosen."""
    least: _Best | None = None
    best: _Best | None = None
    for _raise in range(MOST_RAISES):
        best = _searched(scenarios, record, settings)
        if best is None:
            return None
        record = best.record
        if is_met(best.figures) or settings.clock.is_over:
            return best
        least = least or _least(scenarios, record, settings)
        if least is None:
            return best
        raised = raised_prices(record.prices, best.figures, least.figures)
        if raised is None:
            return best
        record = replace(record, state=record.state.again(), prices=raised)
        settings.keep(record)
    if least is None or best is None or lacking(best.figures) <= lacking(least.figures):
        return best
    return least


def _searched(scenarios: Scenarios, record: Record, settings: Settings) -> _Best | None:
    """The best point with its contingencies followed to the end; None: nothing may be chosen.

    The search looks at short contingencies. Where the best point turns out to cost more with
    long ones, what was learned of them stays, and the search goes on. The best point is
    proved even where time is over: a plan that may fall short at some start is none.
    """
    run = _run_of(scenarios, record, settings)
    state, depth = record.state, NEVER if settings.is_calm else LONG
    while True:
        found = search(run, state)
        if found is None:
            return None
        has_best = bool(np.isfinite(found.best_priced))
        outcomes = scenarios.at(found.best, record.prices, depth=depth, is_timed=not has_best)
        best = _best(run, replace(record, state=found), outcomes)
        dearer = best.figures.penalized - found.best_priced
        if dearer <= SHORT_PART * run.allowed(found) or run.clock.is_over:
            return best
        state = replace(found, best_priced=best.figures.penalized)
        if run.is_done(state):
            return replace(best, record=replace(record, state=state))


def _best(run: BendersRun, record: Record, outcomes: list[Outcome]) -> _Best:
    found: dict[str, set[int]] = {name: set() for name in run.problem.case.standards}
    for outcome in outcomes:
        for name, start in outcome.binding:
            found[name].add(start)
    starts = {name: tuple(sorted(one)) for name, one in found.items() if one}
    is_proved = all(outcome.is_exact for outcome in outcomes)
    return _Best(record, run.figures(record.state.best, outcomes), starts, is_proved)


def _run_of(scenarios: Scenarios, record: Record, settings: Settings) -> BendersRun:
    """A search for the best point at the prices of a record; of the least where money has none."""
    problem, prices, is_least = scenarios.problem, record.prices, record.prices.money == 0.0

    def keep(state: BendersState) -> None:
        if not is_least:
            settings.keep(replace(record, state=state))

    def tell(state: BendersState) -> None:
        if settings.progress and record.reference is not None and not is_least:
            gap = relative_gap(state.best_priced, state.bound, record.reference)
            settings.progress(state.best_priced, state.bound, gap, state.iteration)

    how = (NEVER,) if settings.is_calm else (NOWHERE, ONCE, SHORT)
    return BendersRun(
        problem=problem,
        root=RootProblem(problem.first, problem.weights, problem.risk, counts_money=not is_least),
        looks=tuple(partial(scenarios.at, prices=prices, depth=depth) for depth in how),
        prices=prices,
        gap=LEAST_GAP if is_least else settings.gap,
        reference=np.nan if record.reference is None or is_least else record.reference,
        clock=settings.clock,
        tell=tell,
        keep=keep,
    )


def _least(scenarios: Scenarios, record: Record, settings: Settings) -> _Best | None:
    """The point at which the least falls short, whatever it costs; None: time was over."""
    n, n_columns = scenarios.problem.n_draws, scenarios.problem.first.n_columns
    begun = replace(
        BendersState.begin(n_columns),
        cuts=Cuts.floor(n, n_columns),
        ages=np.zeros(n),
        stability_center=np.zeros(n_columns),
    )
    prices = Prices(hard=1.0, soft=LEAST_DEFERRED, money=0.0)
    best = _searched(scenarios, replace(record, state=begun, prices=prices), settings)
    if best is None or settings.clock.is_over:
        return None
    state = replace(record.state.again(), best=best.record.state.best, bound=record.state.bound)
    return replace(best, record=replace(record, state=state))


def _solution(problem: PlanProblem, best: _Best, settings: Settings) -> PlanSolution:
    figures, state = best.figures, best.record.state
    reference = figures.cost if best.record.reference is None else best.record.reference
    found = plan_solution(
        problem,
        state.best,
        figures,
        bound=state.bound,
        reference=reference,
        prices=best.record.prices,
        calm=best.record.calm,
        is_feasible=best.is_feasible,
        is_late=settings.clock.is_over or not best.is_proved,
    )
    seconds = settings.clock.seconds
    return replace(found, iterations=state.iteration, starts=best.starts, seconds=seconds)


DEARER = 1e-7
"""Part by which a plan may cost more at all starts than at those it was made for."""


def missing_starts(
    scenarios: Scenarios, problem: PlanProblem, point: Point
) -> set[tuple[str, int]]:
    """Standards and starts that make a plan dearer, and for which it was not made.

    Raises:
        SolveError: A program has no optimum.
    """
    outcomes = scenarios.at(point.values, START)
    weights = problem.weights
    before, after = (
        float(weights @ [figures.money for figures in one])
        for one in (point.drawn, [outcome.figures for outcome in outcomes])
    )
    is_short = any(max(o.figures.violations.values(), default=0.0) > 0.0 for o in outcomes)
    if not is_short and after <= before + DEARER * max(1.0, abs(before)):
        return set()
    found = {one for outcome in outcomes for one in outcome.binding}
    return {
        (name, start)
        for name, start in found
        if start not in problem.starts.get(name, ()) or (name, start) not in problem.long_windows
    }


def joined(problem: PlanProblem, missing: set[tuple[str, int]]) -> PlanProblem:
    """The problem with the contingencies of more starts, followed until the stocks are back."""
    starts: Mapping[str, set[int]] = {name: set(found) for name, found in problem.starts.items()}
    for name, start in missing:
        starts[name].add(start)
    found = {name: tuple(sorted(one)) for name, one in starts.items()}
    return with_contingencies(problem, found, problem.long_windows | missing)


MOST_TOGETHER = 40_000
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
    calm: CalmPlans | None = None,
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
        calm: Plans without standards that are known; what is found is added.

    Raises:
        RequestError: The checkpoint is of another case or request.
        SolveError: The program is unbounded.
    """
    clock = Clock.of(time_limit)
    record = Record(key_of(problem), BendersState.begin(problem.first.n_columns))
    if resume and checkpoint is not None:
        record = load(checkpoint, problem)

    def keep(known: Record) -> None:
        if checkpoint is not None:
            save(checkpoint, known)

    with Crew(n_workers, executor) as crew:
        settings = Settings(gap, clock, crew, keep, progress, calm or CalmPlans())
        if problem.n_columns > MOST_TOGETHER:
            return solve_apart(problem, record, settings)
        keep(record)
        with Scenarios(crew, base_alone(problem), clock.until) as scenarios:
            return _solve_together(stated(problem), scenarios, settings)


def _solve_together(problem: PlanProblem, scenarios: Scenarios, settings: Settings) -> PlanSolution:
    """The cheapest plan by the extensive form."""
    clock = settings.clock
    key, known = _calm_key(problem), settings.calm.together
    calm = known[key] if key in known else no_threat(problem, clock)
    if calm is None:
        return nothing_allowed(problem, clock)
    if not clock.is_over:
        known[key] = calm
    reference = calm.figures.cost
    while True:
        found = cheapest(problem, reference, clock, gap=settings.gap)
        if found is None:
            return nothing_allowed(problem, clock)
        if settings.progress:
            figures, bound = found.figures, found.bound
            gap = relative_gap(figures.penalized, bound, reference)
            settings.progress(figures.penalized, bound, gap, 1)
        if not found.is_feasible or clock.is_over:
            break
        missing = missing_starts(scenarios, problem, found)
        if not missing:
            break
        problem = joined(problem, missing)
    return point_solution(problem, found, calm, clock)
