"""A programme beside the cheapest way to the same standards and beside doing nothing.

All ways meet the same draws and the same hazards (common random numbers), so what one saves
against another is told with the error of the difference, future by future.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import shared_inputs
from derbes.draws.sampling import make_draws
from derbes.draws.study import variant_case
from derbes.parallel import RunOptions
from derbes.planning.accounts import knows_abroad, nothing_decided
from derbes.planning.chances import chances_of
from derbes.planning.currency import abroad_by_year, abroad_over_draws, years_of
from derbes.planning.decided import decided_arrays, shields
from derbes.planning.first_stage import residual_value
from derbes.planning.optimum import solve_plan
from derbes.planning.plants import left_in_plants
from derbes.planning.problem import make_problem
from derbes.results.money import CHEAPEST, NOTHING, PROGRAMME, Estimate, Way, Ways, YearSaved
from derbes.results.plan import Plan
from derbes.stress.answers import probability, spread
from derbes.stress.outcomes import HazardOutcome, Rule, simulate_hazards

WAYS_DRAWS = 512
"""Futures over which losses by hazards are compared: by the rule alone, so that many are quick."""

CURRENCY_DRAWS = 16
"""The first of them, in which calm is planned with the project and without."""


@dataclass(frozen=True, slots=True)
class _Course:
    """A way, as a case with what is decided in it."""

    way: str
    variant: str
    case: Case
    plan: Plan | None
    """None: nothing is decided."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        index = self.case.calendar.index_of
        decided = self.plan.plan if self.plan else ()
        return tuple(Choice(one.option, index(one.date), one.size) for one in decided)


def ways_of(
    case: Case,
    plans: Mapping[str, Plan],
    *,
    draws: int = WAYS_DRAWS,
    seed: int = 1,
    futures: Draws | None = None,
    options: RunOptions | None = None,
) -> Ways:
    """The ways beside each other: costs by the plans, losses by the rule over draws.

    Args:
        case: The case as written, with the standards that are asked for.
        plans: Of the case as written, and of its variant without the project where it names
            one, each with its outlay.
        draws: Futures with hazards; 0: losses are not told.
        seed: Of the draws and of the hazards.
        futures: Those that the plans were made for; None: central values, or the scenarios.
        options: Who does the work; None: this process alone.
    """
    options = options or RunOptions()
    without = case.without_project or BASE
    bare = replace(variant_case(case, without), standards=case.standards, budget=case.budget)
    courses = [_Course(PROGRAMME, BASE, case, plans[BASE])]
    if without in plans and without != BASE:
        courses.append(_Course(CHEAPEST, without, bare, plans[without]))
    courses.append(_Course(NOTHING, without, bare, None))
    ways = [_way(one, plans[BASE], futures) for one in courses]
    strikes = bool(case.hazards) and draws > 0
    if strikes:
        found = _hazards(courses, draws=draws, seed=seed, n_threads=options.n_workers)
        ways = [_with_losses(way, found, way.way) for way in ways]
    calendar = case.calendar
    saved = currency_saved(case, bare, draws, seed=seed, options=options) if draws else ()
    firsts = [standard.first for standard in case.standards.values()]
    return Ways(
        ways=tuple(ways),
        first=calendar.label(0),
        last=calendar.label(calendar.n_periods - 1),
        met_from=calendar.label(min(firsts)) if firsts else "",
        price_year=case.price_year or None,
        draws=draws if strikes else 0,
        seed=seed,
        saved_abroad=saved,
        draws_solved=min(draws, CURRENCY_DRAWS) if saved else 0,
        chances=chances_of(case),
    )


def currency_saved(
    case: Case, without: Case, draws: int, *, seed: int, options: RunOptions
) -> tuple[YearSaved, ...]:
    """Currency saved by year against the case without its project, last of all over all years.

    Empty where that is the same case, or where a part that is paid abroad is missing.
    """
    if not case.without_project or not (knows_abroad(case) and knows_abroad(without)):
        return ()
    paths = shared_inputs([case, without])
    drawn = make_draws(case, min(draws, CURRENCY_DRAWS), seed=seed, inputs=paths)
    mine, other = abroad_over_draws(case, without, drawn, options)
    central = abroad_by_year(without) - abroad_by_year(case)
    saved = np.column_stack([other - mine, (other - mine).sum(axis=1)])
    at_center = [*central.tolist(), float(central.sum())]
    seen = [spread(column, drawn.weights) for column in saved.T]
    return tuple(
        YearSaved(year, middle, one.mean or 0.0, one.quantiles)
        for year, middle, one in zip((*years_of(case), None), at_center, seen, strict=True)
    )


def _way(course: _Course, programme: Plan, futures: Draws | None) -> Way:
    """What a way costs, and whether it meets the standards."""
    plan, total = course.plan, (course.plan or programme).outlay_total
    amounts: tuple[float | None, float | None] = (None, None)
    if total is not None and plan is not None:
        amounts = (total[0].amount, total[1].amount)
    elif total is not None:
        amounts = (total[0].without_project, total[1].without_project)
    return Way(
        way=course.way,
        variant=course.variant,
        plan=tuple(one.what for one in plan.plan) if plan else (),
        outlay=amounts[0],
        abroad=amounts[1],
        met=plan.feasible if plan else _is_met(course.case, futures),
        cost_of_security=plan.cost_of_security if plan else None,
        left=_left_of(course),
    )


def _left_of(course: _Course) -> float:
    """What is left of plants and of what is chosen at the end, discounted. [money]"""
    case = course.case
    return left_in_plants(case) + sum(
        residual_value(case, case.options[one.option], one.date, fixed=1.0, size=one.size)
        for one in course.choices
    )


def _is_met(case: Case, futures: Draws | None) -> bool | None:
    """Whether a case meets its standards with nothing decided."""
    closed = replace(nothing_decided(case), standards=case.standards)
    return solve_plan(make_problem(closed, draws=futures)).feasible if case.standards else None


def _hazards(
    courses: Sequence[_Course], *, draws: int, seed: int, n_threads: int
) -> dict[str, HazardOutcome]:
    """What hazards do in each way, over the same futures; a way that shields is left out."""
    paths = shared_inputs([one.case for one in courses])
    found = {}
    for one in courses:
        feasible = one.plan is None or one.plan.cost is not None
        if not feasible or shields(one.case, one.choices):
            continue
        drawn = make_draws(one.case, draws, seed=seed, inputs=paths)
        if len(drawn.weights) < draws:  # inputs that are listed; hazards are left to chance
            drawn = make_draws(one.case, draws, seed=seed, method="random", inputs=paths)
        measures = tuple(dict.fromkeys(hazard.measure for hazard in one.case.hazards.values()))
        change = decided_arrays(one.case, one.choices)
        rule = Rule(one.case, measures, n_threads, change)
        found[one.way] = simulate_hazards(rule, drawn, seed=seed)
    return found


def _with_losses(way: Way, found: Mapping[str, HazardOutcome], name: str) -> Way:
    """A way with what hazards do in it, and what it saves against doing nothing."""
    if name not in found:
        return way
    own, nothing = found[name], found[NOTHING]
    is_short = (own.first_short >= 0).astype(np.float64)
    return replace(
        way,
        loss=_estimate(own.loss, own.weights),
        saved=None if name == NOTHING else _estimate(nothing.loss - own.loss, own.weights),
        p_short=Estimate(*probability(is_short, own.weights)),
    )


def _estimate(values: FloatArray, weights: FloatArray) -> Estimate | None:
    """Mean and its error; None: it has no value in some future."""
    seen = spread(values, weights)
    if seen.mean is None or seen.standard_error is None:
        return None
    return Estimate(seen.mean, seen.standard_error)
