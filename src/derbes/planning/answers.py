"""What a plan answers: the plan in words, what security costs, why something is impossible.

The plan and everything that is asked about it, in one result.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from derbes.case.entities import Case
from derbes.language import _
from derbes.parallel import Progress, RunOptions
from derbes.planning.conflict import clash_of
from derbes.planning.costs import (
    alternatives_of,
    evpi_of,
    frontier_of,
    is_random,
    lengths_of,
    standard_costs,
    vss_of,
    waiting_costs,
)
from derbes.planning.decomposed import solve_plan
from derbes.planning.outlay import Accounts, accounts_of, choices_in_words
from derbes.planning.problem import TIME_LIMIT, PlanProblem, PlanSolution, make_problem
from derbes.planning.solving import (
    Clock,
    Found,
    PlanRequest,
    Solve,
    TimeIsOver,
    decided_in,
    found_of,
    number_words,
    solver_of,
)
from derbes.results.plan import Alternative, ClashWish, FrontierPoint, Plan, StandardCost, Waiting
from derbes.results.supply import Provenance

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Work:
    """What all answers are computed from, and what became of them."""

    request: PlanRequest
    effort: RunOptions
    problem: PlanProblem
    solution: PlanSolution
    clock: Clock
    not_computed: list[str] = field(default_factory=list)

    @property
    def case(self) -> Case:
        """The case with the wishes that were asked for."""
        return self.request.case

    @property
    def best(self) -> Found:
        """The plan."""
        return found_of(self.solution)

    @property
    def solve(self) -> Solve:
        """Finds plans over all futures."""
        return solver_of(self.request.draws, self.effort, self.clock)

    @property
    def solve_alone(self) -> Solve:
        """Finds plans of one future."""
        return solver_of(None, self.effort, self.clock)

    def in_time(self, name: str, compute: Callable[[], Answer], otherwise: Answer) -> Answer:
        """An answer, or what stands in its place when there is no time for it."""
        try:
            return compute()
        except TimeIsOver:
            self.not_computed.append(name)
            return otherwise


@dataclass(frozen=True, slots=True)
class _More:
    """What is asked about a plan that exists."""

    standards: tuple[StandardCost, ...]
    frontier: tuple[FrontierPoint, ...] = ()
    accounts: Accounts = field(default_factory=Accounts)
    evpi: float | None = None
    vss: float | None = None
    waiting: tuple[Waiting, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


def plan_of(request: PlanRequest, effort: RunOptions, provenance: Provenance) -> Plan:
    """The cheapest programme that meets the standards, with all that is asked about it.

    The time limit is for everything together: the plan comes first, other answers are
    found while time is left, and those that are not are named.

    Raises:
        RequestError: What is asked for cannot be decided.
        DataError: The checkpoint is none, or of another case.
        SolveError: A program has no usable answer.
    """
    clock = Clock.of(effort.time_limit)
    problem = make_problem(request.case, draws=request.draws)
    solution = solve_plan(
        problem,
        gap=effort.gap,
        time_limit=effort.time_limit,
        n_workers=effort.n_workers,
        executor=effort.pool,
        checkpoint=effort.store,
        resume=effort.resume,
        progress=_bounds_told(effort.progress, request.case.currency),
    )
    work = _Work(request, effort, problem, solution, clock)
    is_known = solution.feasible or solution.status != TIME_LIMIT
    clash: tuple[ClashWish, ...] = ()
    if is_known and not solution.feasible:
        clash = work.in_time("clash", lambda: clash_of(work.case, work.solve), ())
    more = _more(work) if solution.feasible else _nothing_more(work)
    return _told(work, more, clash, provenance)


def _bounds_told(
    progress: Progress | None, currency: str
) -> Callable[[float, float, float, int], None] | None:
    """Best cost, bound and gap as the words of the progress."""
    if progress is None:
        return None

    def tell(cost: float, bound: float, gap: float, iteration: int) -> None:
        least = number_words(bound, currency) if math.isfinite(bound) else "–"
        if math.isfinite(cost):
            what = _("plan, step {n}: costs {cost}, none under {bound}, gap {gap:.2%}").format(
                n=iteration, cost=number_words(cost, currency), bound=least, gap=gap
            )
        else:
            what = _("plan, step {n}: none found yet, none under {bound}").format(
                n=iteration, bound=least
            )
        progress(iteration, 0, what)

    return tell


# What is asked about the plan


def _nothing_more(work: _Work) -> _More:
    """Where there is no plan: standards are not met, and nothing else has an answer."""
    return _More(standards=standard_costs(work.case, work.solve, work.best, None))


def _more(work: _Work) -> _More:
    case, best, solve = work.case, work.best, work.solve
    reference = work.solution.no_threat_cost
    _tell(work, _("outlay"))
    paid = work.in_time(
        "outlay",
        lambda: accounts_of(work.problem, work.solution, told=work.clock.left),
        Accounts(),
    )
    frontier = _frontier(work) if work.request.has_frontier else _skipped(work, "frontier")
    if not work.request.has_more:
        _skipped(work, "cost_of_it", "value_of_waiting", "alternatives", "evpi", "vss")
        met = tuple(
            StandardCost(name, met=name not in best.shortfalls, cost_of_it=None)
            for name in case.standards
        )
        return _More(standards=met, frontier=frontier, accounts=paid)
    _tell(work, _("costs of standards"))
    standards = standard_costs(case, solve, best, reference)
    if any(row.cost_of_it is None for row in standards):
        work.not_computed.append("cost_of_it")
    waiting: tuple[Waiting, ...] = ()
    waiting = work.in_time("value_of_waiting", lambda: waiting_costs(case, solve, best), waiting)
    _tell(work, _("other plans"))
    others: tuple[Alternative, ...] = ()
    others = work.in_time(
        "alternatives", lambda: alternatives_of(case, solve, best, reference), others
    )
    evpi, vss = _knowing(work)
    return _More(standards, frontier, paid, evpi, vss, waiting, others)


def _frontier(work: _Work) -> tuple[FrontierPoint, ...]:
    lengths = lengths_of(work.case, work.request.lengths)
    points = frontier_of(work.case, work.solve, lengths, told=_steps(work, _("frontier")))
    if any(point.feasible is None for point in points):
        work.not_computed.append("frontier")
    return points


def _knowing(work: _Work) -> tuple[float | None, float | None]:
    """EVPI and VSS; of one future nothing is to be known."""
    futures = work.problem.futures
    if len(futures) <= 1:
        return None, None
    told = _steps(work, _("futures known before"))
    evpi = work.in_time(
        "evpi", lambda: evpi_of(work.best, futures, work.solve_alone, told=told), None
    )
    _tell(work, _("plan for mean values"))
    vss = work.in_time(
        "vss", lambda: vss_of(work.best, futures, work.solve, work.solve_alone), None
    )
    return evpi, vss


def _skipped(work: _Work, *names: str) -> tuple[FrontierPoint, ...]:
    work.not_computed.extend(names)
    return ()


def _tell(work: _Work, what: str) -> None:
    if work.effort.progress:
        work.effort.progress(0, 0, what)


def _steps(work: _Work, what: str) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        if work.effort.progress:
            work.effort.progress(done, total, what)

    return told


# The result


def _told(work: _Work, more: _More, clash: tuple[ClashWish, ...], provenance: Provenance) -> Plan:
    solution, request = work.solution, work.request
    is_known = solution.feasible or solution.status != TIME_LIMIT
    draws = request.draws
    seed = draws.seed if draws is not None and is_random(draws) else None
    n_draws = work.problem.n_draws
    return Plan(
        plan=choices_in_words(work.case, decided_in(solution)) if not clash else (),
        cost=_finite(solution.cost) if solution.feasible else None,
        bound=_finite(solution.bound) if solution.feasible or not is_known else None,
        gap=_finite(solution.gap) if solution.feasible else None,
        feasible=solution.feasible if is_known else None,
        clash=clash,
        standards=more.standards,
        frontier=more.frontier,
        outlay=more.accounts.outlay,
        account=more.accounts.account,
        evpi=more.evpi,
        vss=more.vss,
        no_threat_cost=_finite(solution.no_threat_cost),
        value_of_waiting=more.waiting,
        alternatives=more.alternatives,
        status=solution.status,
        not_computed=tuple(work.not_computed),
        draws=n_draws,
        seed=seed,
        currency=work.case.currency,
        variant=request.variant,
        provenance=replace(provenance, n_draws=n_draws, seed=seed or 0),
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
