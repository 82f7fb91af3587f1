"""What choices cost when they are made, and what a plan pays, by year and by what it is for.

Purchases, recipes and storage are paid in the calm course of each future, options as they
are decided, plants that the case builds anyway as the case says; nothing is discounted.
What unmet demand costs is harm, not a payment, and is left out. Sellers other than the
target are abroad; income from exports lowers all payments and not those abroad.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice, Option, OptionKind, optional_elements
from derbes.case.quantity import FloatArray
from derbes.model.arrays import ActivityKind, CaseArrays
from derbes.model.compile import effect_period
from derbes.planning.base_course import paid_abroad
from derbes.planning.effects import (
    TAKEN,
    DrawArrays,
    column_effects,
    contract_activities,
    draw_arrays,
    taken_contracts,
)
from derbes.planning.first_stage import (
    STEP,
    FirstColumn,
    discounted,
    foreign_share,
    payments,
)
from derbes.planning.problem import (
    CONTRACTS,
    EXPORTS,
    ITEMS,
    PURCHASES,
    RECIPES,
    SHORTAGE,
    START,
    STORAGE,
    CalmCourse,
    PlanProblem,
    PlanSolution,
    Prices,
    base_alone,
    make_problem,
    weighed,
    without_standards,
)
from derbes.planning.scenarios import RecourseSolver
from derbes.planning.separation import make_groups
from derbes.planning.solving import nothing_decided, option_words, unit_of
from derbes.results.plan import FOREIGN, AccountRow, Outlay, PlanChoice
from derbes.supply.baseline import CalmSolution, arrivals_by_period, orders_before
from derbes.supply.network import Layout, unit_values
from derbes.supply.objective import stock_values

FIRM = Prices(hard=START.hard * 1e3, soft=START.soft * 1e2)
"""Prices where nothing but supply is left to decide: what can be met is met."""


def columns_of(problem: PlanProblem, choices: Sequence[Choice] | FloatArray) -> FloatArray:
    """First-stage columns of choices."""
    if isinstance(choices, np.ndarray):
        return choices
    return problem.first.values(tuple(choices))


def course_of(
    problem: PlanProblem,
    choices: Sequence[Choice] | FloatArray,
    draw: int = 0,
    *,
    prices: Prices = FIRM,
) -> CalmCourse:
    """What happens in calm under fixed choices, in one draw; standards are met at all starts.

    Of all courses that cost the least it is the one with the least stock over time, each
    good at its unit value, so that nothing is bought before it is needed and what is paid
    in a year does not hang on how a solver breaks ties.

    Args:
        problem: The problem.
        choices: What is chosen, or the first-stage columns.
        draw: The draw.
        prices: Prices of what falls short; those of a plan give the course that it costs.
    """
    values = columns_of(problem, choices)
    alone = replace(base_alone(problem), futures=problem.futures.chosen([draw]))
    group = make_groups(alone, draw)[0]
    layout, program = group.stage.base.layout, group.draws[0]
    written = draw_arrays(problem.futures.case_of(draw), problem.n_periods)
    second = RecourseSolver(group, prices)
    columns = second.least_stock(0, values, _holding(layout, written, len(program.money)))
    orders = layout.column("order").of(columns)
    bought, money, _years = paid_abroad(written, layout.n)
    when = np.arange(layout.n) + written.arrays.activities.lead_times[bought, None]
    abroad = np.zeros(layout.n)
    inside = when < layout.n
    np.add.at(abroad, when[inside], (money * orders[bought])[inside])
    return CalmCourse(
        orders=orders,
        opening=orders_before(written.arrays),
        lots=layout.column("lot").of(columns),
        fresh=layout.column("fresh").of(columns),
        unmet=layout.column("unmet").of(columns),
        money=_by_period(layout, program.money, columns),
        abroad=abroad,
        items=_items(layout, written, program.money * columns),
        options=float(program.option_cost @ values),
    )


def _holding(layout: Layout, written: DrawArrays, n_columns: int) -> FloatArray:
    """What counts as stock: each good at its unit value, by column and period. (columns,)"""
    arrays, costs = written.arrays, np.zeros(n_columns)
    worth = unit_values(arrays)
    own = costs[: layout.n_columns]
    of_lots, of_fresh = stock_values(arrays, layout.start, worth)
    layout.column("lot").of(own)[:] = of_lots[:, None]
    layout.column("fresh").of(own)[:] = of_fresh[:, None]
    return costs / max(float(worth.max(initial=0.0)), 1e-300)


def _items(layout: Layout, written: DrawArrays, paid: FloatArray) -> dict[str, float]:
    """Discounted money of supply by what it is for. [money]"""
    own = paid[: layout.n_columns]
    kinds = written.arrays.activities.kinds
    flows = layout.column("order").of(own).sum(axis=1)
    found = {
        PURCHASES: flows[kinds == ActivityKind.PURCHASE].sum(),
        RECIPES: flows[kinds == ActivityKind.RECIPE].sum(),
        EXPORTS: flows[kinds == ActivityKind.EXPORT].sum(),
        STORAGE: layout.column("lot").of(own).sum() + layout.column("fresh").of(own).sum(),
        SHORTAGE: layout.column("unmet").of(own).sum(),
        CONTRACTS: paid[layout.n_columns :].sum(),
    }
    return {name: float(money) for name, money in found.items()}


def _by_period(layout: Layout, prices: FloatArray, columns: FloatArray) -> FloatArray:
    """Discounted money of the base course, by period of the order or stock. (n,) [money]"""
    paid = prices[: layout.n_columns] * columns[: layout.n_columns]
    money = np.zeros(layout.n)
    for kind in ("order", "lot", "fresh", "unmet"):
        money += layout.column(kind).of(paid).sum(axis=0)
    return money


def paid_for(case: Case, choice: Choice) -> FloatArray:
    """What is paid for a choice, by period, not discounted. (H,) [money]"""
    option = case.options[choice.option]
    return payments(case, option, choice.date, fixed=1.0, size=choice.size)


def least_payment(case: Case, option: Option) -> float:
    """The least that choosing an option can cost in all, over its dates and sizes. [money]"""
    size = min(option.sizes, default=option.smallest)
    dates = [date for date in option.dates if 0 <= date < case.calendar.n_periods]
    return min(
        (float(paid_for(case, Choice(option.id, date, size)).sum()) for date in dates), default=0.0
    )


def by_year(case: Case, paid: FloatArray) -> dict[int, float]:
    """Sums of payments by period over the years, also those behind the calendar. [money]"""
    sums: dict[int, float] = {}
    for period, amount in enumerate(paid):
        year = case.calendar.month_of(period)[0]
        sums[year] = sums.get(year, 0.0) + float(amount)
    return sums


def abroad_share(case: Case, choice: Choice) -> float:
    """Part of what is paid for a choice that goes abroad."""
    return foreign_share(case.options[choice.option])


def choices_in_words(case: Case, choices: Sequence[Choice]) -> tuple[PlanChoice, ...]:
    """The choices of a plan as a reader wants them, in the order of their dates."""
    ordered = sorted(choices, key=lambda choice: (choice.date, choice.option))
    return tuple(_in_words(case, choice) for choice in ordered)


def _in_words(case: Case, choice: Choice) -> PlanChoice:
    option, calendar = case.options[choice.option], case.calendar
    paid = paid_for(case, choice)
    effect = effect_period(case, option, choice.date)
    years = {year: amount for year, amount in by_year(case, paid).items() if amount}
    share = abroad_share(case, choice)
    return PlanChoice(
        option=choice.option,
        what=option_words(case, option, choice.size),
        date=calendar.label(choice.date),
        size=choice.size,
        unit=unit_of(case, option),
        cost=discounted(case, paid),
        effect=calendar.label(effect) if effect < calendar.n_periods else None,
        paid=years,
        paid_abroad={year: share * amount for year, amount in years.items()} if share else {},
    )


UNDER_WAY, IN_STORE = BESIDE = ("under_way", "in_store")
"""Told beside the cost, as no part of it."""
NOTHING = 1e-9
"""Part of the largest payment up to which one is rounding noise."""


Paid = dict[int, FloatArray]
"""Year → what is paid in all, and of it abroad. (2,) [money]"""


@dataclass(frozen=True, slots=True)
class _Supply:
    """What supply in calm costs."""

    paid: Paid
    """Expected over the draws, not discounted."""
    items: Mapping[str, float]
    """The same by what it is for, discounted; options beyond their mean cost among it. [money]"""
    draws: FloatArray
    """Their sum in each draw. (N,) [money]"""
    beside: Mapping[str, float]
    """What is told beside the cost, discounted. [money]"""


def accounts_of(
    problem: PlanProblem, solution: PlanSolution, *, told: Callable[[], object]
) -> tuple[tuple[Outlay, ...], tuple[AccountRow, ...]]:
    """Payments by year and currency, and the parts of the cost.

    Without the project is the variant that the case names for it (`without_project`),
    else the case itself, without any option.

    Args:
        problem: The problem.
        solution: The plan.
        told: Called before each future; may raise when there is no time left.
    """
    case = problem.case
    otherwise_case = _without_project(case)
    bare = make_problem(nothing_decided(otherwise_case), draws=problem.futures.draws)
    anyway, options = _anyway(case), _options(case, solution.choices)
    supply = _supply(problem, solution.choices, told, solution.prices)
    with_plan = _added(supply.paid, anyway, options)
    without = _added(_supply(bare, (), told, FIRM).paid, _anyway(otherwise_case))
    noise = NOTHING * max((abs(float(paid[0])) for paid in with_plan.values()), default=0.0)

    def amount(paid: Paid, year: int, part: int) -> float:
        """Payments of a year, without rounding noise."""
        found = float(paid[year][part]) if year in paid else 0.0
        return 0.0 if abs(found) <= noise else found

    knows, knows_without = _knows_abroad(case), _knows_abroad(otherwise_case)
    outlay = tuple(
        Outlay(
            year=year,
            currency=currency,
            amount=amount(with_plan, year, part) if knows or not part else None,
            without_project=amount(without, year, part) if knows_without or not part else None,
            options=amount(options, year, part),
        )
        for year in sorted({*with_plan, *without})
        for part, currency in enumerate((case.currency, FOREIGN))
    )
    return outlay, _account(problem, solution, supply, told)


def _account(
    problem: PlanProblem, solution: PlanSolution, supply: _Supply, told: Callable[[], object]
) -> tuple[AccountRow, ...]:
    """The parts of the cost of a plan, beside those of the cheapest course without standards."""
    mine = _parts(problem, solution.choices, supply)
    other: dict[str, float] | None = None
    if solution.no_threat_choices is not None:
        calm, chosen = without_standards(problem), solution.no_threat_choices
        other = _parts(calm, chosen, _supply(calm, chosen, told, solution.no_threat_prices))
    whole = abs(solution.cost)
    rows = (
        AccountRow(
            item, float(amount), None if other is None else float(other[item]), item not in BESIDE
        )
        for item, amount in mine.items()
    )
    return tuple(
        row
        for row in rows
        if max(abs(row.with_plan), abs(row.without_standards or 0.0)) > NOTHING * whole
    )


def _parts(problem: PlanProblem, choices: Sequence[Choice], supply: _Supply) -> dict[str, float]:
    """What each part of the cost comes to. [money]"""
    values = problem.first.values(tuple(choices))
    weights = problem.weights
    beyond_mean = supply.items["options"]
    tail = weighed(supply.draws, weights, problem.risk) - float(weights @ supply.draws)
    return {
        "options": float(problem.first.cost @ values) + beyond_mean,
        **{item: supply.items[item] for item in ITEMS},
        "tail": tail,
        **supply.beside,
    }


def _added(*parts: Paid) -> Paid:
    """Sums of payments, year by year."""
    sums: Paid = {}
    for part in parts:
        for year, paid in part.items():
            sums[year] = sums.get(year, np.zeros(2)) + paid
    return sums


def _options(case: Case, choices: Sequence[Choice]) -> Paid:
    """Capital and running cost of what is chosen; years in which nothing is paid are left out."""
    return _added(
        *(
            {year: amount * np.array([1.0, abroad_share(case, choice)])}
            for choice in choices
            for year, amount in by_year(case, paid_for(case, choice)).items()
            if amount
        )
    )


def _knows_abroad(case: Case) -> bool:
    """Whether no part that is paid abroad is known to be unknown."""
    return not any(path.endswith(".foreign_share") for path in case.missing)


def _without_project(case: Case) -> Case:
    variant = case.variants.get(case.without_project)
    return case if variant is None or variant.case is None else variant.case


def _anyway(case: Case) -> Paid:
    """Capital of the plants that the case builds without any option."""
    optional = optional_elements(case.options)
    paid: Paid = {}
    for name, plant in case.plants.items():
        for payment in plant.capital if f"plants.{name}" not in optional else ():
            year = case.calendar.month_of(payment.period)[0]
            share = payment.foreign_share.value if payment.foreign_share else 0.0
            amount = payment.amount.value * np.array([1.0, share])
            paid[year] = paid.get(year, np.zeros(2)) + amount
    return paid


# Supply in calm


def _supply(
    problem: PlanProblem, choices: Sequence[Choice], told: Callable[[], object], prices: Prices
) -> _Supply:
    """What supply costs, expected over the futures, at a plan's prices of what falls short."""
    case = problem.case
    n = case.calendar.n_periods
    everything, abroad = np.zeros(n), np.zeros(n)
    items, draws = dict.fromkeys((*ITEMS, "options"), 0.0), []
    beside = dict.fromkeys(BESIDE, 0.0)
    for draw, weight in enumerate(problem.weights):
        told()
        written = draw_arrays(problem.futures.case_of(draw), problem.n_periods)
        course = course_of(problem, choices, draw, prices=prices)
        own = {**course.items, "options": course.options}
        draws.append(sum(own.values()))
        items = {item: amount + weight * own[item] for item, amount in items.items()}
        beside[UNDER_WAY] += weight * _under_way(written.arrays, course)
        beside[IN_STORE] += weight * _in_store(written.arrays, course)
        bought, from_abroad = _purchases(written, course)
        idle, idle_abroad = _idle(written, course, choices)
        held = _storage(written.arrays, course)
        everything += weight * (bought + idle + held)
        abroad += weight * (from_abroad + idle_abroad)
    of_abroad = by_year(case, abroad)
    paid = {y: np.array([amount, of_abroad[y]]) for y, amount in by_year(case, everything).items()}
    return _Supply(paid, items, np.array(draws), beside)


def _under_way(arrays: CaseArrays, course: CalmCourse) -> float:
    """What is paid, on arrival, for what was ordered before the calendar. [money]"""
    arriving = _arriving(arrays, replace(course, orders=np.zeros_like(course.orders)))
    n = arriving.shape[1]
    return float((arriving * arrays.activities.unit_cost[:, :n] * arrays.discount[:n]).sum())


def _in_store(arrays: CaseArrays, course: CalmCourse) -> float:
    """Worth of what is in store at the end of the calendar, by what it then costs. [money]"""
    last = course.fresh.shape[1] - 1
    held = course.fresh[:, last].copy()
    np.add.at(held, arrays.lot_goods, course.lots[:, last])
    return float(held @ unit_values(arrays, last) * arrays.discount[last])


def _is_abroad(written: DrawArrays) -> FloatArray:
    """1 for purchases from others than the target. (K,)"""
    activities, target = written.arrays.activities, written.case.target
    return np.array(
        [
            float(element.startswith("suppliers.") and actor != target)
            for element, actor in zip(activities.elements, activities.actors, strict=True)
        ]
    )


def _purchases(written: DrawArrays, course: CalmCourse) -> tuple[FloatArray, FloatArray]:
    """What is paid at arrival, and to sellers abroad. (n,), (n,) [money]"""
    arriving = _arriving(written.arrays, course)
    paid = arriving * written.arrays.activities.unit_cost[:, : arriving.shape[1]]
    return paid.sum(axis=0), _is_abroad(written) @ paid


def _arriving(arrays: CaseArrays, course: CalmCourse) -> FloatArray:
    """Deliveries and output by period. (K, n) [unit]"""
    calm = CalmSolution(
        arrays=arrays,
        orders=course.orders,
        opening=course.opening,
        lots=course.lots,
        fresh=course.fresh,
        unmet=course.unmet,
        certificate=0.0,
    )
    return arrivals_by_period(calm)


def _storage(arrays: CaseArrays, course: CalmCourse) -> FloatArray:
    """What holding stocks costs. (n,) [money]"""
    held = course.fresh.copy()
    np.add.at(held, arrays.lot_goods, course.lots)
    return np.asarray((arrays.storage_cost[:, : held.shape[1]] * held).sum(axis=0))


def _idle(
    written: DrawArrays, course: CalmCourse, choices: Sequence[Choice]
) -> tuple[FloatArray, FloatArray]:
    """What is paid for contracted goods that are not taken. (n,), (n,) [money]"""
    n, elements = course.orders.shape[1], taken_contracts(written.case)
    owed = np.zeros((len(elements), n))
    for choice in choices:
        if written.case.options[choice.option].kind is OptionKind.CONTRACT:
            column = FirstColumn(STEP, choice.option, choice.date, choice.size)
            for effect in column_effects(written, column):
                if effect.kind == TAKEN:
                    owed[effect.row] += effect.path[:n]
    paid, abroad = np.zeros(n), np.zeros(n)
    is_abroad = _is_abroad(written)
    for row, element in enumerate(elements):
        found = contract_activities(written, element)
        taken = course.orders[found].sum(axis=0)
        price = written.arrays.activities.price[found[0], :n]
        idle = np.maximum(owed[row] - taken, 0.0) * price
        paid += idle
        abroad += is_abroad[found[0]] * idle
    return paid, abroad
