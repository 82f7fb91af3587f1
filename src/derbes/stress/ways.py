"""A programme beside the cheapest way to the same standards and beside doing nothing.

All ways meet the same draws and the same hazards (common random numbers), so what one saves
against another is told with the error of the difference, future by future. Beside them stand
what is paid abroad in calm with the project and without it, year by year, and the worth of
being ready for what may come: with probability p that is p times the gain less the cost, so it
pays from p = cost / gain on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_case
from derbes.draws.sampling import draws_together, probability
from derbes.draws.study import variant_case
from derbes.language import _
from derbes.model.compile import compile_case
from derbes.parallel import RunOptions, run_tasks
from derbes.planning.accounts import (
    by_year,
    course_of,
    knows_abroad,
    left_in_plants,
    nothing_decided,
    paid_anyway,
    plants_anyway,
    sellers_abroad,
)
from derbes.planning.effects import decided_arrays, shields
from derbes.planning.first_stage import residual_value
from derbes.planning.optimum import KnownPlans, solve_plan
from derbes.planning.problem import lacking, make_problem
from derbes.results import money
from derbes.results.plan import Plan
from derbes.stress.answers import spread
from derbes.stress.outcomes import HazardOutcome, Rule, simulate_hazards
from derbes.supply.baseline import CalmStart, arrivals_by_period, calm_start, solve_calm


def unready(case: Case, tag: str) -> Case:
    """The case without the recipes, exports and suppliers that bear a tag."""
    kept: dict[str, Any] = {
        section: {id_: one for id_, one in getattr(case, section).items() if tag not in one.tags}
        for section in ("recipes", "exports", "suppliers")
    }
    return replace(case, **kept)


def calm_cost(case: Case) -> float | None:
    """What supply in calm costs with nothing decided, shortage included, discounted. [money]

    None where something goes short that has no price.
    """
    closed = nothing_decided(replace(case, scenarios={}))
    course = course_of(make_problem(closed), ())
    blind, unmet = np.isnan(course.arrays.shortage_cost), course.unmet
    asked = course.arrays.demand[:, : unmet.shape[1]]
    short, *_more = lacking(unmet[blind], asked[blind], asked[blind])
    return None if short > 0.0 else sum(course.items.values())


def chances_of(case: Case, options: RunOptions | None = None) -> tuple[money.ChanceWorth, ...]:
    """What each chance of a case would save if it came, and from which probability on it pays.

    At central values; without `options` in this process alone.
    """
    options, cases = options or RunOptions(), list[Case]()
    for chance in case.chances.values():
        come = variant_case(case, chance.variant)
        cases += [come, unready(come, chance.tag)]
    costs = run_tasks(calm_cost, cases, n_workers=options.n_workers, executor=options.pool)
    rows = []
    pairs = zip(case.chances.items(), costs[::2], costs[1::2], strict=True)
    for (name, chance), with_it, without in pairs:
        gain = None if with_it is None or without is None else without - with_it
        cost = chance.cost.value if chance.cost else 0.0
        pays = cost / gain if gain is not None and gain > 0 and cost <= gain else None
        rows.append(money.ChanceWorth(name, chance.variant, cost=cost, gain=gain, break_even=pays))
    return tuple(rows)


def years_of(case: Case) -> tuple[int, ...]:
    """Years of the calendar."""
    calendar = case.calendar
    return tuple(dict.fromkeys(calendar.month_of(t)[0] for t in range(calendar.n_periods)))


def abroad_by_year(case: Case, near: CalmStart | None = None) -> FloatArray:
    """What sellers abroad get in calm, for goods on arrival and for plants. (Y,) [money]

    Uses are served in the order of the case's priorities. The part of plants is that of the
    capital of those that are built without any option. The solver starts from a calm plan of the
    same elements that is near.
    """
    arrays, n = compile_case(case), case.calendar.n_periods
    calm = solve_calm(arrays, near)
    paid = arrivals_by_period(calm)[:, :n] * arrays.activities.unit_cost[:, :n]
    goods = by_year(case, sellers_abroad(case, arrays) @ paid)
    plants, nothing = paid_anyway(case), np.zeros(2)
    return np.array([goods.get(y, 0.0) + plants.get(y, nothing)[1] for y in years_of(case)])


def _both(task: Sequence[tuple[Case, CalmStart]]) -> FloatArray:
    """What is paid abroad with the project and without. (2, Y) [money]"""
    return np.array([abroad_by_year(case, near) for case, near in task])


def abroad_over_draws(
    cases: Sequence[Case], draws: Sequence[Draws], options: RunOptions
) -> tuple[FloatArray, FloatArray]:
    """What is paid abroad with the project and without it, each in its own draws. (N, Y) [money]

    Rows of both belong together; what a variant fixes stays as it is.

    Raises:
        SolveError: A calm plan has no optimum.
    """
    slim = [replace(one, variants={}, documents={}, statements={}) for one in cases]
    near = [calm_start(compile_case(one)) for one in slim]
    tasks = [
        [
            (drawn_case(one, own, i), start)
            for one, own, start in zip(slim, draws, near, strict=True)
        ]
        for i in range(len(draws[0].weights))
    ]
    found: Sequence[FloatArray] = run_tasks(
        _both,
        tasks,
        n_workers=options.n_workers,
        executor=options.pool,
        progress=options.progress,
        what=_("payments abroad"),
    )
    both = np.array(found)
    return both[:, 0], both[:, 1]


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
) -> money.Ways:
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
    courses = [_Course(money.PROGRAMME, BASE, case, plans[BASE])]
    if without in plans and without != BASE:
        courses.append(_Course(money.CHEAPEST, without, bare, plans[without]))
    courses.append(_Course(money.NOTHING, without, bare, None))
    strikes = bool(case.hazards) and draws > 0
    found = dict[str, HazardOutcome]()
    if strikes:
        found = _hazards(courses, draws=draws, seed=seed, n_threads=options.n_workers)
    calendar = case.calendar
    saved = currency_saved(case, bare, draws, seed=seed, options=options) if draws else ()
    firsts = [standard.first for standard in case.standards.values()]
    return money.Ways(
        ways=tuple(_way(one, plans[BASE], futures, found) for one in courses),
        first=calendar.label(0),
        last=calendar.end,
        met_from=calendar.label(min(firsts)) if firsts else "",
        price_year=case.price_year or None,
        draws=draws if strikes else 0,
        seed=seed,
        saved_abroad=saved,
        draws_solved=min(draws, CURRENCY_DRAWS) if saved else 0,
        chances=chances_of(case, options),
    )


def currency_saved(
    case: Case, without: Case, draws: int, *, seed: int, options: RunOptions
) -> tuple[money.YearSaved, ...]:
    """Currency saved by year against the case without its project, last of all over all years.

    Empty where that is the same case, or where a part that is paid abroad is missing.
    """
    if not case.without_project or not (knows_abroad(case) and knows_abroad(without)):
        return ()
    drawn = draws_together([case, without], min(draws, CURRENCY_DRAWS), seed=seed)
    mine, other = abroad_over_draws((case, without), drawn, options)
    central = abroad_by_year(without) - abroad_by_year(case)
    saved = np.column_stack([other - mine, (other - mine).sum(axis=1)])
    at_center = [*central.tolist(), float(central.sum())]
    seen = [spread(column, drawn[0].weights) for column in saved.T]
    return tuple(
        money.YearSaved(year, middle, one.mean or 0.0, one.quantiles)
        for year, middle, one in zip((*years_of(case), None), at_center, seen, strict=True)
    )


def _way(
    course: _Course, programme: Plan, futures: Draws | None, found: Mapping[str, HazardOutcome]
) -> money.Way:
    """What a way costs, whether it meets the standards, what hazards do in it (`found`)."""
    case, plan, total = course.case, course.plan, (course.plan or programme).outlay_total
    met, paid = plan.feasible if plan else None, total or (None, None)
    if plan is None and case.standards:
        closed = replace(nothing_decided(case), standards=case.standards)
        plans = KnownPlans(is_asked=False)
        met = solve_plan(make_problem(closed, draws=futures), plans=plans).feasible
    # what is left of plants and of what is chosen at the end, discounted
    left = left_in_plants(case, plants_anyway(case)) + sum(
        residual_value(case, case.options[one.option], one.date, fixed=1.0, size=one.size)
        for one in course.choices
    )
    amount, abroad = (
        None if one is None else one.amount if plan else one.without_project for one in paid
    )
    way = money.Way(
        way=course.way,
        variant=course.variant,
        plan=tuple(one.what for one in plan.plan) if plan else (),
        outlay=amount,
        abroad=abroad,
        met=met,
        cost_of_security=plan.cost_of_security if plan else None,
        left=left,
    )
    if course.way not in found:
        return way
    own, nothing = found[course.way], found[money.NOTHING]
    is_short = (own.first_short >= 0).astype(np.float64)
    return replace(
        way,
        loss=_estimate(own.loss, own.weights),
        saved=None
        if course.way == money.NOTHING
        else _estimate(nothing.loss - own.loss, own.weights),
        p_short=money.Estimate(*probability(is_short, own.weights)),
    )


def _hazards(
    courses: Sequence[_Course], *, draws: int, seed: int, n_threads: int
) -> dict[str, HazardOutcome]:
    """What hazards do in each way, over the same futures; a way that shields is left out."""
    drawn = draws_together([one.case for one in courses], draws, seed=seed, lists=False)
    found = {}
    for one, own in zip(courses, drawn, strict=True):
        feasible = one.plan is None or one.plan.cost is not None
        if not feasible or shields(one.case, one.choices):
            continue
        measures = tuple(dict.fromkeys(hazard.measure for hazard in one.case.hazards.values()))
        change = decided_arrays(one.case, one.choices)
        rule = Rule(one.case, measures, n_threads, change)
        found[one.way] = simulate_hazards(rule, own, seed=seed)
    return found


def _estimate(values: FloatArray, weights: FloatArray) -> money.Estimate | None:
    """Mean and its error; None: it has no value in some future."""
    seen = spread(values, weights)
    if seen.mean is None or seen.standard_error is None:
        return None
    return money.Estimate(seen.mean, seen.standard_error)
