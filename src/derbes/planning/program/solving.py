"""The extensive form solved: prices are raised until nothing falls short that need not."""

import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.program.decisions.stage import FirstStage
from derbes.planning.program.extensive import extensive_form
from derbes.planning.program.figures import DrawFigures, draw_figures, evaluation
from derbes.planning.program.prices import LEAST, START, Prices
from derbes.planning.program.problem import PlanProblem, stated, without_standards
from derbes.planning.program.solution import (
    INFEASIBLE,
    OPTIMAL,
    TIME_LIMIT,
    Evaluation,
    PlanSolution,
)
from derbes.programs.solver.highs import solve_mixed
from derbes.programs.solver.mixed import MixedAnswer, MixedSettings

RAISE = 16.0
"""By how much prices are raised."""
MOST_RAISES = 6
LEAST_MORE = 1e-6
"""Part by which a shortfall may exceed the least one and still count as it."""
EXACT = 1e-9
"""Relative gap of programs that are solved to the end."""
SMALL = 20_000
"""Columns up to which the extensive form is always solved to the end."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit."""

    begun: float
    limit: float | None

    @staticmethod
    def start(limit: float | None) -> "Clock":
        """A clock that starts now."""
        return Clock(time.monotonic(), limit)

    @property
    def seconds(self) -> float:
        """Time since the start. [second]"""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float | None:
        """Time that is left; None: there is no limit. [second]"""
        return None if self.limit is None else max(self.limit - self.seconds, 0.0)

    @property
    def until(self) -> float:
        """Moment at which no time is left. [second since the epoch]"""
        return np.inf if self.left is None else time.time() + self.left

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.limit is not None and self.seconds >= self.limit


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the program with its figures."""

    values: FloatArray
    """First-stage columns."""
    drawn: tuple[DrawFigures, ...]
    """Figures of each draw."""
    figures: Evaluation
    bound: float
    """On the cost with prices. [money]"""
    is_in_time: bool
    prices: Prices


def relative_gap(cost: float, bound: float, no_threat_cost: float) -> float:
    """(cost - bound) as part of the cost above the no-threat cost.

    Where nothing is above it, as part of the size of the cost.
    """
    difference = max(cost - bound, 0.0)
    if difference == 0.0:
        return 0.0
    above = cost - no_threat_cost
    whole = above if above > EXACT * max(1.0, abs(cost)) else abs(cost)
    return difference / whole if whole > 0 else np.inf


def lacking(figures: Evaluation) -> float:
    """All that must not fall short, over draws. [unit]"""
    return float(sum(lack.sum() for lack in figures.shortfalls.values()))


def solve_point(problem: PlanProblem, prices: Prices, clock: Clock, *, gap: float) -> Point | None:
    """The optimum of the extensive form at some prices; None: nothing may be chosen at all.

    Args:
        problem: The problem.
        prices: Prices of what falls short.
        clock: The time that is left.
        gap: Absolute gap. [money]

    Raises:
        SolveError: The program is unbounded.
    """
    form = extensive_form(problem, prices)
    settings = MixedSettings(absolute_gap=gap, relative_gap=EXACT, time_limit=clock.left)
    answer = solve_mixed(form.program, form.is_whole, form.column_scale, settings)
    if answer.columns is None:
        return None
    return _point(problem, prices, answer, form.offsets)


def _point(
    problem: PlanProblem, prices: Prices, answer: MixedAnswer, offsets: tuple[int, ...]
) -> Point:
    columns = answer.columns
    if columns is None:
        raise ValueError("no point was found")
    values = np.clip(columns[: problem.first.n_columns], 0.0, 1.0)
    drawn = tuple(columns[begin:end] for begin, end in pairwise(offsets))
    figures = [
        draw_figures(
            problem.second, draw, y, options=float(draw.option_cost @ values), prices=prices
        )
        for draw, y in zip(problem.programs, drawn, strict=True)
    ]
    of_plan = evaluation(problem, values, figures, prices)
    return Point(values, tuple(figures), of_plan, answer.bound, answer.is_in_time, prices)


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
    clock = Clock.start(time_limit)
    problem = stated(problem)
    calm = no_threat(problem, clock)
    if calm is None:
        return nothing_allowed(problem, clock)
    found = cheapest(problem, calm.figures.cost, clock, gap=gap)
    if found is None:
        return nothing_allowed(problem, clock)
    return plan_solution(problem, found, calm, clock)


def no_threat(problem: PlanProblem, clock: Clock) -> Point | None:
    """The cheapest plan without standards; None: nothing may be chosen."""
    found = at_right_prices(stated(without_standards(problem)), clock)
    return None if found is None else found.point


def cheapest(problem: PlanProblem, reference: float, clock: Clock, *, gap: float) -> "Found | None":
    """The cheapest plan at prices that are high enough; None: nothing may be chosen.

    Args:
        problem: The problem.
        reference: The no-threat cost. [money]
        clock: The time that is left.
        gap: Gap as part of the cost above the no-threat cost.
    """
    allowed = 0.0
    if gap > 0.0 and problem.n_columns > SMALL:
        relaxed = replace(problem, first=_relaxed(problem.first))
        point = solve_point(relaxed, START, clock, gap=0.0)
        allowed = gap * max(point.figures.penalized - reference, 0.0) if point else 0.0
    return at_right_prices(problem, clock, gap=allowed)


def _relaxed(first: FirstStage) -> FirstStage:
    return replace(first, is_whole=np.zeros(first.n_columns, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Found:
    """A point, and whether nothing falls short that must not."""

    point: Point
    is_feasible: bool


def at_right_prices(problem: PlanProblem, clock: Clock, *, gap: float = 0.0) -> Found | None:
    """The optimum at prices that are high enough.

    What falls short at some prices is compared with the least that can (`LEAST`); while
    it is more, the prices are raised.

    Args:
        problem: The problem.
        clock: The time that is left.
        gap: Absolute gap. [money]
    """
    prices, least = START, None
    point = solve_point(problem, prices, clock, gap=gap)
    for _raise in range(MOST_RAISES):
        if point is None:
            return None
        is_met = lacking(point.figures) == 0.0 and not point.figures.deferred.any()
        if is_met or clock.is_over:
            break
        least = least or solve_point(problem, LEAST, clock, gap=0.0)
        raised = None if least is None else raised_prices(prices, point.figures, least.figures)
        if raised is None:
            break
        prices = raised
        higher = solve_point(problem, prices, clock, gap=gap)
        point = point if higher is None else higher
    return None if point is None else Found(point, lacking(point.figures) == 0.0)


def raised_prices(prices: Prices, figures: Evaluation, least: Evaluation) -> Prices | None:
    """Higher prices of what falls short more than it must; None: nothing does.

    Args:
        prices: Prices in force.
        figures: Figures of the optimum at these prices.
        least: Figures of the point at which the least falls short.
    """
    is_hard_low = lacking(figures) > lacking(least) * (1.0 + LEAST_MORE)
    fewest = float(least.weights @ least.deferred)
    deferred = float(figures.weights @ figures.deferred)
    is_soft_low = deferred > fewest * (1.0 + LEAST_MORE) + LEAST_MORE
    if not is_hard_low and not is_soft_low:
        return None
    hard = prices.hard * (RAISE if is_hard_low else 1.0)
    return replace(prices, hard=hard, soft=prices.soft * (RAISE if is_soft_low else 1.0))


def plan_solution(problem: PlanProblem, found: Found, calm: Point, clock: Clock) -> PlanSolution:
    """A point as a plan.

    Args:
        problem: The problem.
        found: The point.
        calm: The cheapest plan without standards.
        clock: Time since the start.
    """
    point, is_feasible, reference = found.point, found.is_feasible, calm.figures.cost
    figures = point.figures
    priced = figures.penalized - figures.cost
    bound = min(point.bound - priced, figures.cost)
    status = OPTIMAL if point.is_in_time else TIME_LIMIT
    return PlanSolution(
        choices=problem.first.choices(point.values),
        columns=point.values,
        cost=figures.cost,
        bound=bound,
        gap=relative_gap(figures.cost, bound, reference),
        no_threat_cost=reference,
        no_threat_choices=problem.first.choices(calm.values),
        prices=point.prices,
        no_threat_prices=calm.prices,
        feasible=is_feasible,
        shortfalls=worst_shortfalls(figures),
        status=status if is_feasible or not point.is_in_time else INFEASIBLE,
        evaluation=figures,
        iterations=1,
        starts=problem.starts,
        seconds=clock.seconds,
    )


def worst_shortfalls(figures: Evaluation) -> dict[str, float]:
    """What each standard lacks in the worst draw; only what lacks. [unit]"""
    worst = {name: float(lack.max(initial=0.0)) for name, lack in figures.shortfalls.items()}
    return {name: lack for name, lack in worst.items() if lack > 0.0}


def nothing_allowed(problem: PlanProblem, clock: Clock) -> PlanSolution:
    """No choice is allowed: rules, limits, budget and what is committed clash."""
    return PlanSolution(
        choices=(),
        columns=np.zeros(0),
        cost=np.nan,
        bound=np.nan,
        gap=np.nan,
        no_threat_cost=np.nan,
        no_threat_choices=None,
        prices=START,
        no_threat_prices=START,
        feasible=False,
        shortfalls={},
        status=TIME_LIMIT if clock.is_over else INFEASIBLE,
        evaluation=None,
        iterations=0,
        starts=problem.starts,
        seconds=clock.seconds,
    )
