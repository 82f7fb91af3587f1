"""What a plan answers: the plan in words, what security, time and knowing cost.

The frontier: the cheapest plan for each length of the standards. Every point is a plan of
its own, so nothing is assumed about the shape between points: with sizes in steps the
frontier has jumps, and it need not be convex. Other plans that come close, and what waiting
and each standard cost, are plans of cases that differ a little.

EVPI, the expected value of perfect information: the cost of the plan, less what it would
cost if each future were known before anything is decided. VSS, the value of the stochastic
solution: what the plan for mean values costs over all futures, less the cost of the plan
(Birge 1982). With weight on the tail, costs of futures are weighed as the plan weighs them;
neither can be negative, since the weighing never prefers what costs more in every future.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import MONTHS_A_YEAR, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import uncertain_inputs
from derbes.draws.sampling import make_draws
from derbes.errors import Problem, RequestError
from derbes.language import _
from derbes.parallel import Progress, RunOptions
from derbes.planning.accounts import accounts_of, choices_in_words, number_words
from derbes.planning.optimum import KnownPlans, solve_plan
from derbes.planning.problem import (
    TIME_LIMIT,
    Clock,
    PlanProblem,
    PlanSolution,
    TimeIsOver,
    make_problem,
    weighed,
)
from derbes.planning.recourse import PlanFutures
from derbes.planning.solving import (
    PlanRequest,
    Solve,
    closed_years,
    conflict_of,
    dearer_by,
    decided_later,
    decided_so,
    mean_case,
    solver_of,
    without_set,
)
from derbes.results.plan import Alternative, FrontierPoint, Plan, StandardCost, Waiting
from derbes.results.supply import Provenance

Told = Callable[[int, int], None]
"""Called with how much is done, out of how much."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What all answers are computed from, and what became of them."""

    request: PlanRequest
    effort: RunOptions
    problem: PlanProblem
    solution: PlanSolution
    clock: Clock
    not_computed: list[str] = field(default_factory=list)

    def in_time(self, name: str, compute: Callable[[], Any], otherwise: Any) -> Any:
        """An answer, or what stands in its place when there is no time for it."""
        try:
            return compute()
        except TimeIsOver:
            self.not_computed.append(name)
            return otherwise

    def tell(self, what: str) -> None:
        """Say what is being computed."""
        self.steps(what)(0, 0)

    def steps(self, what: str) -> Told:
        """Say how much of it is done."""

        def told(done: int, total: int) -> None:
            if self.effort.progress:
                self.effort.progress(done, total, what)

        return told


def plan_of(request: PlanRequest, effort: RunOptions, provenance: Provenance) -> Plan:
    """The cheapest programme that meets the standards, with all that is asked about it.

    The time limit is for everything together: the plan comes first, other answers are
    found while time is left, and those that are not are named.

    Raises:
        RequestError: What is asked for cannot be decided.
        DataError: The checkpoint is none, or of another case.
        SolveError: A program has no usable answer.
    """
    case, draws, clock = request.case, request.draws, Clock.of(effort.time_limit)
    plans = KnownPlans()
    problem = make_problem(case, draws=draws, calm_short=plans.calm_short)
    solution = solve_plan(
        problem,
        gap=effort.gap,
        time_limit=effort.time_limit,
        n_workers=effort.n_workers,
        executor=effort.pool,
        checkpoint=effort.store,
        resume=effort.resume,
        progress=_bounds_told(effort.progress, case.currency),
        plans=plans,
    )
    work, is_feasible = _Work(request, effort, problem, solution, clock), solution.feasible
    solve = solver_of(
        draws, effort, clock, plans=plans, known=(case, solution) if is_feasible else None
    )
    is_known = is_feasible or solution.status != TIME_LIMIT
    clash: tuple[Any, ...] = ()
    if is_known and not is_feasible:
        clash = work.in_time("clash", lambda: conflict_of(case, solve), ())
    answers = dict.fromkeys(
        ("frontier", "outlay", "account", "value_of_waiting", "alternatives"), ()
    )
    more: dict[str, Any] = {**answers, "evpi": None, "vss": None}
    if is_feasible:
        more |= _more(work, solve)
    else:
        more["standards"] = standard_costs(case, solve, solution, None)
    seed = draws.seed if draws is not None and draws.method != "all" else None
    return Plan(
        plan=choices_in_words(case, solution.choices) if not clash else (),
        cost=_finite(solution.cost) if is_feasible else None,
        bound=_finite(solution.bound) if is_feasible or not is_known else None,
        gap=_finite(solution.gap) if is_feasible else None,
        feasible=is_feasible if is_known else None,
        clash=clash,
        no_threat_cost=_finite(solution.no_threat_cost),
        status=solution.status,
        not_computed=tuple(work.not_computed),
        draws=problem.n_draws,
        seed=seed,
        currency=case.currency,
        variant=request.variant,
        provenance=replace(provenance, n_draws=problem.n_draws, seed=seed or 0),
        **more,
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


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


def _more(work: _Work, solve: Solve) -> dict[str, Any]:
    """What is asked about a plan that exists, by field of the result."""
    case, request, best = work.request.case, work.request, work.solution
    reference = best.no_threat_cost
    work.tell(_("outlay"))
    found: dict[str, Any] = work.in_time(
        "outlay", lambda: accounts_of(work.problem, work.solution, told=work.clock.left), {}
    )
    if request.has_frontier:
        lengths = lengths_of(case, request.lengths)
        points = frontier_of(case, solve, lengths, best=best, told=work.steps(_("frontier")))
        found["frontier"] = points
    if not request.has_frontier or any(point.feasible is None for point in points):
        work.not_computed.append("frontier")
    if not request.has_more:
        work.not_computed.extend(("cost_of_it", "value_of_waiting", "alternatives", "evpi", "vss"))
        found["standards"] = tuple(
            StandardCost(name, met=name not in best.shortfalls, cost_of_it=None)
            for name in case.standards
        )
        return found
    work.tell(_("costs of standards"))
    found["standards"] = standard_costs(case, solve, best, reference)
    if any(row.cost_of_it is None for row in found["standards"]):
        work.not_computed.append("cost_of_it")
    found["value_of_waiting"] = work.in_time(
        "value_of_waiting", lambda: waiting_costs(case, solve, best), ()
    )
    work.tell(_("other plans"))
    found["alternatives"] = work.in_time(
        "alternatives", lambda: alternatives_of(case, solve, best, reference), ()
    )
    futures = work.problem.futures
    if len(futures) <= 1:  # of one future nothing is to be known
        return found
    alone, told = solver_of(None, work.effort, work.clock), work.steps(_("futures known before"))
    found["evpi"] = work.in_time("evpi", lambda: evpi_of(best, futures, alone, told=told), None)
    work.tell(_("plan for mean values"))
    found["vss"] = work.in_time("vss", lambda: vss_of(best, futures, solve, alone), None)
    return found


# What security, waiting and information cost


MONTHS = (1, 2, 3, 6, 9, 12, 18, 24)
"""Lengths of the standards at the points, unless others are asked for. [month]"""
SAME = 1e-9
"""Costs this close, as a part, are the same."""


def is_same(low: float, high: float) -> bool:
    """Whether a cost is no more than another, but for rounding."""
    return high - low <= SAME * max(abs(low), abs(high), 1.0)


def with_length(case: Case, months: int) -> Case:
    """The case whose standards against a measure last so many months."""
    length = case.calendar.periods(months)
    standards = {
        name: replace(standard, length=length) if standard.measure else standard
        for name, standard in case.standards.items()
    }
    return replace(case, standards=standards)


def lengths_of(case: Case, asked: Sequence[int]) -> tuple[int, ...]:
    """Lengths of the frontier's points: those asked for, else the usual and the case's own.

    Whole periods of the case alone; none when no standard is against a measure. [month]
    """
    step = int(case.calendar.step)
    own = {s.length * step for s in case.standards.values() if s.measure}
    if not own:
        return ()
    wanted = set(asked) or own | set(MONTHS)
    longest = case.calendar.n_periods * step
    return tuple(sorted(m for m in wanted if 0 < m <= longest and m % step == 0))


def frontier_of(
    case: Case,
    solve: Solve,
    lengths: Sequence[int],
    *,
    best: PlanSolution | None = None,
    told: Told | None = None,
) -> tuple[FrontierPoint, ...]:
    """The cheapest plan for each length; points for which no time was left have no cost.

    A plan that survives longer survives shorter too, so what is impossible is impossible
    for longer, and between two lengths of one cost every length has that cost: the plan of
    the longer one serves it. Such points are not searched for again, nor, where the plan of the
    case (`best`) costs as much as that of no threat, those that ask for no more than the case.
    """
    ordered, least = sorted(set(lengths)), 0
    if best is not None and is_same(best.no_threat_cost, best.cost):
        own = [one.length for one in case.standards.values() if one.measure]
        least = min(own, default=0) * int(case.calendar.step)
    points: dict[int, FrontierPoint] = {}

    def point(months: int) -> FrontierPoint:
        if months not in points:
            points[months] = FrontierPoint(months, cost=None)
            with suppress(TimeIsOver):
                found = solve(case if months <= least else with_length(case, months))
                points[months] = FrontierPoint(months, cost=None, feasible=False)
                if found.feasible:
                    plan = choices_in_words(case, found.choices)
                    points[months] = FrontierPoint(
                        months, found.cost, bound=found.bound, feasible=True, plan=plan
                    )
            if told:
                told(len(points), len(ordered))
        return points[months]

    def fill(first: int, last: int) -> None:
        low = point(ordered[first])
        if low.feasible is False:
            points.update({m: replace(low, months=m) for m in ordered[first + 1 : last + 1]})
            return
        high, between = point(ordered[last]), ordered[first + 1 : last]
        is_flat = low.feasible is None and high.feasible is None
        if low.cost is not None and high.cost is not None:
            is_flat = is_same(low.cost, high.cost)
        if is_flat:  # so all lengths between have the answer of the longer one
            points.update({m: replace(high, months=m) for m in between})
        elif between:
            middle = (first + last) // 2
            fill(first, middle)
            fill(middle, last)

    if ordered:
        fill(0, len(ordered) - 1)
    return marked([points[months] for months in ordered])


def marked(points: Sequence[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """The points, each with what a month costs that it survives longer than the one before.

    The cost has steps where options have, so this is an average between two points and no
    derivative: what a shadow price would say of the next month alone need not hold for two.
    Those are marked for which another survives longer at no higher cost.
    """
    found, known = [], [(one.months, one.cost) for one in points if one.cost is not None]
    for before, point in zip((None, *points), points, strict=False):
        month, cost = point.cost_of_a_month, point.cost
        if before is not None and before.cost is not None and cost is not None:
            month = dearer_by(cost, before.cost) / (point.months - before.months)
        is_dominated = cost is not None and any(
            months > point.months and is_same(cost, other) for months, other in known
        )
        found.append(replace(point, cost_of_a_month=month, dominated=is_dominated))
    return tuple(found)


def evpi_of(
    best: PlanSolution, futures: PlanFutures, solve_alone: Solve, *, told: Told | None = None
) -> float | None:
    """Expected value of perfect information. [money]

    None where it has no meaning: with a standard that may fail in some futures, the plan
    decides in which, and a future that is known is no longer one of several; or where some
    future has no plan of its own.

    Raises:
        TimeIsOver: There was no time for all futures.
    """
    parts = (standard.in_draws for standard in futures.case.standards.values())
    if any(part is not None and part.value < 1.0 for part in parts):
        return None
    costs = np.zeros(len(futures))
    for i in range(len(futures)):
        found = solve_alone(known_future(futures, i))
        if not found.feasible:
            return None
        costs[i] = found.cost
        if told:
            told(i + 1, len(futures))
    return dearer_by(best.cost, weighed(costs, futures.weights, futures.case.risk))


def vss_of(
    best: PlanSolution, futures: PlanFutures, solve: Solve, solve_alone: Solve
) -> float | None:
    """Value of the stochastic solution. [money]

    None where the plan for mean values does not exist, or fails in some future: then it
    is worth more than any sum.

    Raises:
        TimeIsOver: There was no time.
    """
    cases = [known_future(futures, i) for i in range(len(futures))]
    plan = solve_alone(mean_case(cases, [float(weight) for weight in futures.weights]))
    if not plan.feasible:
        return None
    everywhere = solve(decided_so(futures.case, plan.decided))
    return dearer_by(everywhere.cost, best.cost) if everywhere.feasible else None


def known_future(futures: PlanFutures, i: int) -> Case:
    """The case of one future, as if it were certain, with the requirements of the request."""
    case, asked = futures.cases[i], futures.case
    return replace(
        case, standards=asked.standards, budget=asked.budget, limits=asked.limits, scenarios={}
    )


CLOSE = 0.02
"""Plans that cost this part more, of the cost above that without any threat, come close."""
MOST_ALTERNATIVES = 5


def standard_costs(
    case: Case, solve: Solve, best: PlanSolution, no_threat: float | None
) -> tuple[StandardCost, ...]:
    """Each standard with its cost: that of the plan, less that of the best plan without it.

    One of several standards may cost nothing, because another asks for as much. A plan for
    which there was no time leaves the cost missing.
    The cheapest cost without any standard (`no_threat`) is that without the only one.
    """
    rows = []
    is_known = best.feasible or (best.status != TIME_LIMIT and bool(best.shortfalls))
    for name in case.standards:
        cost = no_threat if best.feasible else None
        if best.feasible and len(case.standards) > 1:
            kept = {other: s for other, s in case.standards.items() if other != name}
            try:
                found = solve(replace(case, standards=kept))
                cost = found.cost if found.feasible else None
            except TimeIsOver:
                cost = None
        above = None if cost is None else dearer_by(best.cost, cost)
        short = best.shortfalls.get(name, 0.0)
        row = StandardCost(name, short <= 0 if is_known else None, above)
        if is_known and case.standards[name].is_cap:
            row = replace(row, excess=short)
        elif is_known:
            row = replace(row, shortfall=short * float(case.calendar.step))
        rows.append(row)
    return tuple(rows)


def waiting_costs(case: Case, solve: Solve, best: PlanSolution) -> tuple[Waiting, ...]:
    """What it costs to decide 1, 2, 3 or 5 years later, as far as options have such dates.

    Raises:
        TimeIsOver: There was no time for all of them.
    """
    rows = []
    for years in closed_years(case):
        first = years * MONTHS_A_YEAR // int(case.calendar.step)
        # what closes no date of the plan leaves it the cheapest
        is_left = all(
            one.date >= first or case.options[one.option].committed for one in best.choices
        )
        found = solve(case if is_left else decided_later(case, years))
        if found.feasible:
            rows.append(Waiting(years, found.cost, dearer_by(found.cost, best.cost)))
        else:
            rows.append(Waiting(years, None, None))
    return tuple(rows)


def alternatives_of(
    case: Case, solve: Solve, best: PlanSolution, no_threat: float | None
) -> tuple[Alternative, ...]:
    """Plans with another set of options that cost little more, cheapest first.

    Little is a part of the cost above that without any threat; of the whole cost where no
    standard is asked for. None where security costs nothing.

    Raises:
        TimeIsOver: There was no time for all of them.
    """
    scale = abs(best.cost)
    if case.standards:
        scale = 0.0 if no_threat is None else dearer_by(best.cost, no_threat)
    if not scale:
        return ()
    rows: list[Alternative] = []
    chosen = {choice.option for choice in best.decided}
    changed = case
    while len(rows) < MOST_ALTERNATIVES:
        changed = without_set(changed, chosen, len(rows))
        found = solve(changed)
        if not found.feasible or found.cost - best.cost > CLOSE * scale:
            break
        above = dearer_by(found.cost, best.cost) / scale
        rows.append(Alternative(found.cost, above, choices_in_words(case, found.choices)))
        chosen = {choice.option for choice in found.decided}
    return tuple(rows)


MOST_LISTED = 20_000
"""Most futures that a case lists which are planned for without being asked."""
DISCRETE = "discrete"


def futures_of(case: Case, n: int | None, *, seed: int) -> Draws | None:
    """Draws of the uncertain inputs; None: one future of central values.

    Without a number of draws, the futures are those that the case lists with their
    probabilities: its scenarios, and every combination of its discrete distributions, all
    else at central values.

    Raises:
        RequestError: The case lists more than `MOST_LISTED`, or correlates what it lists.
    """
    if n is not None:
        return make_draws(case, n, seed=seed)
    problems = listing_problems(case)
    if problems:
        raise RequestError(case.source or case.name, problems)
    listed = discrete_inputs(case)
    if listed:
        return make_draws(case, None, seed=seed, inputs=tuple(one.path for one in listed))
    if not case.scenarios:
        return None
    weights = np.array([scenario.probability for scenario in case.scenarios.values()])
    return Draws(
        inputs=(),
        values=np.zeros((len(weights), 0)),
        weights=weights / weights.sum(),
        scenarios=tuple(case.scenarios),
        seed=seed,
        method="all",
    )


def discrete_inputs(case: Case) -> list[Quantity]:
    """Inputs whose values a case lists."""
    return [one for one in uncertain_inputs(case) if one.distribution == DISCRETE]


def listing_problems(case: Case) -> list[Problem]:
    """Why the futures that a case lists cannot be planned for as a whole; empty: they can."""
    few = discrete_inputs(case)
    n = prod(len(one.parameters) // 2 for one in few) * max(1, len(case.scenarios))
    tied = {path for pair in case.correlations for path in pair.between}
    tied &= {one.path for one in few}
    fix = _("ask for draws of them with --draws, such as --draws 200")
    if n > MOST_LISTED:
        what = _("the case lists {n} futures, more than the {most} that are planned for at once")
        return [Problem("draws", what.format(n=n, most=MOST_LISTED), fix=fix)]
    if tied:
        what = _("the case lists values of inputs that it correlates: {names}")
        return [Problem("draws", what.format(names=", ".join(sorted(tied))), fix=fix)]
    return []
