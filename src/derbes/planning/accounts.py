"""What choices cost when they are made, and what a plan pays, by year and by what it is for.

Purchases, recipes and storage are paid in the calm course of each future, options as they
are decided, plants that the case builds anyway as the case says; nothing is discounted.
What unmet demand costs is harm, not a payment, and is left out. Sellers other than the
target are abroad; income from exports lowers all payments and not those abroad. Of plants that
are built anyway it is told what they cost, what is left of them and how far calm uses them.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derbes.case.entities import Case, Plant
from derbes.case.options import USE, Choice, Limit, Option, OptionKind, Standard, optional_elements
from derbes.case.quantity import FloatArray, Quantity
from derbes.language import (
    Worded,
    _,
    in_a_row,
    language,
    ngettext,
    percent,
    spelled,
    text_of,
    worded,
)
from derbes.model.arrays import ActivityKind, CaseArrays
from derbes.model.compile import opening_period
from derbes.planning.base_course import holding_costs, part_at_most
from derbes.planning.effects import (
    TAKEN,
    DrawArrays,
    column_effects,
    contract_activities,
    decided_arrays,
    taken_contracts,
)
from derbes.planning.first_stage import (
    STEP,
    FirstColumn,
    choice_cost,
    discount_at,
    discounted,
    foreign_share,
    left_of,
    payments,
    works_from,
)
from derbes.planning.problem import (
    LACKING,
    START,
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
from derbes.results.money import PlantAccount
from derbes.results.plan import FOREIGN, NOISE, AccountRow, Outlay, PlanChoice, SupplyRow
from derbes.spelling import month_of
from derbes.supply.baseline import CalmSolution, arrivals_by_period, orders_before
from derbes.supply.network import unit_values
from derbes.units import format_unit


def plants_anyway(case: Case) -> tuple[Plant, ...]:
    """Plants that a case has without any option."""
    optional = optional_elements(case.options)
    return tuple(one for name, one in case.plants.items() if f"plants.{name}" not in optional)


def standing_by_period(case: Case, plant: Plant) -> FloatArray:
    """What a plant costs while it is open, whatever it makes. (n,) [money]"""
    n = case.calendar.n_periods
    paid = np.zeros(n)
    if plant.standing_cost is not None:
        opening = max(0, int(opening_period(plant, case.calendar)))
        by_period = float(case.calendar.step) * plant.standing_cost.over(n)
        paid[opening:] = by_period[opening:]
    return paid


def left_in_plants(case: Case, plants: Sequence[Plant]) -> float:
    """What is left of plants at the end of the calendar, discounted. [money]

    A straight line over the life of each plant, from its opening on; plants without a life
    leave nothing.
    """
    left: float = 0
    for plant in plants:
        opening = int(opening_period(plant, case.calendar))
        capital = sum(payment.amount.value for payment in plant.capital)
        part = left_of(plant.life, opening, case.calendar)
        left += part * capital * discount_at(case, case.calendar.n_periods)
    return left


def cost_of_plants(case: Case) -> float:
    """Capital and standing cost of plants that are built anyway, discounted. [money]"""
    plants = plants_anyway(case)
    standing = sum(discounted(case, standing_by_period(case, one)) for one in plants)
    capital = sum(
        payment.amount.value * discount_at(case, payment.period)
        for plant in plants
        for payment in plant.capital
    )
    return float(capital + standing)


def hours_of(written: DrawArrays, orders: FloatArray, choices: Sequence[Choice]) -> FloatArray:
    """Hours that lines run in calm, and those that they could. (2, R, n) [hour/period]"""
    change = decided_arrays(written.case, choices, written)
    n, activities = orders.shape[1], written.arrays.activities
    arrays = written.arrays if change is None else change(written.arrays)
    used = np.zeros((len(arrays.lines), n))
    runs = activities.lines >= 0
    np.add.at(used, activities.lines[runs], activities.hours[runs, None] * orders[runs])
    return np.stack([used, arrays.line_hours[:, :n]])


def plant_accounts(case: Case, written: DrawArrays, hours: FloatArray) -> tuple[PlantAccount, ...]:
    """Each plant that is built anyway: what it costs, what is left, how far calm uses it.

    Args:
        case: The case.
        written: Arrays of any draw: they say which lines are of which plant.
        hours: As of `hours_of`, expected over draws. (2, R, n) [hour/period]
    """
    calendar, found = case.calendar, []
    years = np.array([calendar.month_of(t)[0] for t in range(calendar.n_periods)])
    n = calendar.n_periods
    for plant in plants_anyway(case):
        own = written.arrays.line_plants == written.arrays.plants.index(plant.id)
        used, could = hours[:, own, :n].sum(axis=1)
        by_year = {
            int(year): float(used[years == year].sum() / could[years == year].sum())
            for year in dict.fromkeys(years.tolist())
            if could[years == year].sum() > 0
        }
        found.append(
            PlantAccount(
                plant=plant.id,
                capital=float(sum(payment.amount.value for payment in plant.capital)),
                standing=float(standing_by_period(case, plant).sum()),
                left=left_in_plants(case, (plant,)),
                used=by_year,
                used_in_all=float(used.sum() / could.sum()) if could.sum() > 0 else None,
            )
        )
    return tuple(found)


PURCHASES, RECIPES, EXPORTS = "purchases", "recipes", "exports"
STORAGE, SHORTAGE, CONTRACTS = "storage", "shortage", "contracts"
ITEMS = (PURCHASES, RECIPES, EXPORTS, STORAGE, SHORTAGE, CONTRACTS)
"""What money of supply is for; contracts: what is paid for and not taken."""

FIRM = Prices(hard=START.hard * 1e3, soft=START.soft * 1e2)
"""Prices where nothing but supply is left to decide: what can be met is met."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CalmCourse(CalmSolution):
    """What happens in calm under a plan, in one draw."""

    written: DrawArrays
    items: Mapping[str, float]
    """Discounted money of supply by what it is for; they add to all of it. [money]"""
    options: float
    """What options cost in this draw beyond the mean. [money]"""


def course_of(
    problem: PlanProblem,
    choices: Sequence[Choice] | FloatArray,
    draw: int = 0,
    *,
    prices: Prices = FIRM,
) -> CalmCourse:
    """What happens in calm under choices or first-stage columns; standards are met at all starts.

    Of all courses that cost the least it is the one with the least stock over time, each
    good at its unit value, so that nothing is bought before it is needed and what is paid
    in a year does not hang on how a solver breaks ties. At the prices of a plan it is the
    course that the plan costs.
    """
    values = choices if isinstance(choices, np.ndarray) else problem.first.values(tuple(choices))
    future = problem.futures.chosen([draw])
    stocks = problem.operating_stock[draw : draw + 1]
    alone = replace(base_alone(problem), futures=future, operating_stock=stocks)
    group = make_groups(alone, draw)[0]
    layout, program = group.stage.base.layout, group.draws[0]
    written = future.written(0)
    worth = unit_values(written.arrays)
    holding = holding_costs(layout, written.arrays, worth / max(float(worth.max()), 1e-300))
    columns = RecourseSolver(group, prices).least_stock(0, values, holding)
    paid, kinds = program.money * columns, written.arrays.activities.kinds
    flows = layout.column("order").of(paid).sum(axis=1)
    items = {
        PURCHASES: flows[kinds == ActivityKind.PURCHASE].sum(),
        RECIPES: flows[kinds == ActivityKind.RECIPE].sum(),
        EXPORTS: flows[kinds == ActivityKind.EXPORT].sum(),
        STORAGE: sum(layout.column(kind).of(paid).sum() for kind in ("lot", "fresh")),
        SHORTAGE: layout.column("unmet").of(paid).sum(),
        CONTRACTS: paid[layout.n_columns :].sum(),
    }
    return CalmCourse(
        arrays=written.arrays,
        orders=layout.column("order").of(columns),
        opening=orders_before(written.arrays),
        lots=layout.column("lot").of(columns),
        fresh=layout.column("fresh").of(columns),
        unmet=layout.column("unmet").of(columns),
        certificate=0.0,
        written=written,
        items={name: float(money) for name, money in items.items()},
        options=float(program.option_cost @ values),
    )


# Names, amounts and times in sentences about plans


_DIGITS = 4
_NOISE = 1e-6
"""Of the last digit that counts: a number that is round but for the solver stays so."""


def name_of(case: Case, section: str, id_: str) -> str:
    """Name of an element for a reader."""
    element = getattr(case, section).get(id_)
    return Worded(text_of, element.label if element is not None else {}, id_)


def number_words(value: float, unit: str = "") -> str:
    """A number with at most four digits that count, in millions where it is large.

    Examples:
        >>> number_words(26_400_000, "USD"), number_words(1234.5678), number_words(0.25, "t")
        ('26.4 million USD', '1,235', '0.25 t')
    """
    word = ""
    for scale, name in ((1e9, _("billion")), (1e6, _("million"))):
        if abs(value) >= scale * (1 - 10**-_DIGITS):
            value, word = value / scale, name
            break
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    digits = f"{value:,.{decimals}f}" if value else "0"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return " ".join(part for part in (spelled(digits), word, unit) if part)


def rounded_away(value: float, *, up: bool) -> float:
    """A number with four digits that count, never less (`up`) or never more than it was.

    Examples:
        >>> rounded_away(26.40001, up=True), rounded_away(26.40001, up=False)
        (26.41, 26.4)
    """
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    steps = value / unit
    whole = math.ceil(steps - _NOISE) if up else math.floor(steps + _NOISE)
    return round(whole * unit, 12)


def months_words(months: float) -> str:
    """A time in months.

    Examples:
        >>> months_words(1), months_words(12)
        ('1 month', '12 months')
    """
    whole = round(months)
    return ngettext("{n} month", "{n} months", whole).format(n=spelled(f"{months:g}"))


def share_words(share: float) -> str:
    """A share as percent.

    Examples:
        >>> share_words(0.95), share_words(0.9667)
        ('95%', '96.67%')
    """
    return percent(f"{share * 100:.4g}")


def unit_of(case: Case, option: Option) -> str:
    """Unit of an option's size; empty: multiples of the element as written."""
    if option.kind is OptionKind.RESERVE:
        return case.goods[option.element.split(".", 1)[1]].unit
    if option.kind is OptionKind.BRING_FORWARD:
        return "month"
    return "share" if option.kind is OptionKind.BUY_OUT else ""


def option_words(case: Case, option: Option, size: float) -> str:
    """What an option does at a size, e.g. `hold 300 t more in reserve: Alum`."""
    name = name_of(case, *option.element.split(".", 1))
    amount = Worded(_size_words, size, unit_of(case, option))
    share = Worded(share_words, size)
    words = {
        OptionKind.BUILD: worded("build {name}", name=name),
        OptionKind.ENLARGE: worded("enlarge {name} by {share}", name=name, share=share),
        OptionKind.BRING_FORWARD: worded(
            "open {name} {months} earlier", name=name, months=Worded(months_words, size)
        ),
        OptionKind.RESERVE: worded(
            "hold {amount} more in reserve: {name}", name=name, amount=amount
        ),
        OptionKind.CONTRACT: worded("contract {name}", name=name),
        OptionKind.CONVERT: worded("convert to {name}", name=name),
        OptionKind.BUY_OUT: worded("buy {share} of {name} out", name=name, share=share),
    }[option.kind]
    multiplies = option.kind in (OptionKind.BUILD, OptionKind.CONTRACT, OptionKind.CONVERT)
    if multiplies and (size != 1 or option.sizes != (1.0,)):
        return worded("{words}, size {size}", words=words, size=amount)
    return words


def _size_words(size: float, unit: str) -> str:
    whole = round(size) if size == round(size) else 2
    counted = {  # what is counted has a plural
        "piece": ngettext("piece", "pieces", whole),
        "round": ngettext("round", "rounds", whole),
    }
    return number_words(size, counted.get(unit) or format_unit(unit, language()))


def standard_words(case: Case, standard: Standard) -> Worded:
    """A standard in a sentence."""
    if standard.is_cap:
        return cap_words(case, standard)
    names = [name_of(case, "uses", use) for use in standard.uses]
    uses = in_a_row(names) if names else worded("essential uses")
    first = Worded(month_of, case.calendar.label(standard.first))
    if not standard.measure:
        return worded("{uses}: demand in calm is met from {month} on", uses=uses, month=first)
    values = {
        "uses": uses,
        "measure": name_of(case, "measures", standard.measure),
        "length": Worded(months_words, standard.length * case.calendar.step),
        "month": first,
    }
    if standard.share is None:
        return worded('{uses}: "{measure}" of {length} is survived from {month} on', **values)
    return worded(
        '{uses}: "{measure}" of {length} is survived from {month} on, to {share}',
        **values,
        share=Worded(share_words, standard.share.value),
    )


def cap_words(case: Case, standard: Standard) -> Worded:
    """A cap on sellers in a sentence."""
    sellers = in_a_row(
        name_of(case, "actors" if one in case.actors else "suppliers", one)
        for one in standard.sellers
    )
    values = {
        "good": name_of(case, "goods", standard.good),
        "share": Worded(share_words, part_at_most(standard)),
        "month": Worded(month_of, case.calendar.label(standard.first)),
    }
    is_of_use = standard.part_of == USE
    if not standard.sellers:
        if is_of_use:
            return worded(
                "{good}: at most {share} of the use is bought from one seller from {month} on",
                **values,
            )
        return worded(
            "{good}: at most {share} of the purchases are from one seller from {month} on", **values
        )
    values["sellers"] = sellers
    if is_of_use:
        return worded(
            "{good}: at most {share} of the use is bought from {sellers} from {month} on", **values
        )
    return worded(
        "{good}: at most {share} of the purchases are from {sellers} from {month} on", **values
    )


# What is decided


def nothing_decided(case: Case) -> Case:
    """The case without any standard, budget or rule, in which no option may be chosen."""
    options = {
        name: replace(option, committed=False, excludes=(), requires=())
        for name, option in case.options.items()
    }
    return replace(
        case, options=options, limits=closed_limits(case.options), standards={}, budget=None
    )


def closed_limits(options: Iterable[str]) -> dict[str, Limit]:
    """Limits that close options."""
    return {f"closed_{name}": at_most({name: 1.0}, 0) for name in options}


def at_most(weights: dict[str, float], most: int) -> Limit:
    """A limit of how many options may be chosen, each with a weight."""
    return Limit(
        id="",
        options={name: Quantity(value=weight) for name, weight in weights.items()},
        at_most=Quantity(value=float(most)),
        counts=True,
    )


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


def choices_in_words(case: Case, choices: Sequence[Choice]) -> tuple[PlanChoice, ...]:
    """The choices of a plan as a reader wants them, in the order of their dates.

    One of no size does nothing, and is told only where something is paid for it.
    """
    found, calendar = [], case.calendar
    for choice in sorted(choices, key=lambda choice: (choice.date, choice.option)):
        option, paid = case.options[choice.option], paid_for(case, choice)
        if choice.size <= 0.0 and not paid.any():
            continue
        effect = works_from(case, option, choice)
        years = {year: amount for year, amount in by_year(case, paid).items() if amount}
        share = foreign_share(option)
        found.append(
            PlanChoice(
                option=choice.option,
                what=option_words(case, option, choice.size),
                date=calendar.label(choice.date),
                size=choice.size,
                unit=unit_of(case, option),
                cost=choice_cost(case, option, choice.date, fixed=1.0, size=choice.size),
                effect=calendar.label(effect) if effect < calendar.n_periods else None,
                paid=years,
                paid_abroad={y: share * amount for y, amount in years.items()} if share else {},
            )
        )
    return tuple(found)


UNDER_WAY, IN_STORE, PLANTS, LEFT = BESIDE = ("under_way", "in_store", "plants", "left")
"""Told beside the cost, as no part of it."""
NOTHING = 1e-9
"""Part of the largest payment up to which one is rounding noise."""


Paid = dict[int, FloatArray]
"""Year → what is paid in all, and of it abroad. (2,) [money]"""


def accounts_of(
    problem: PlanProblem, solution: PlanSolution, *, told: Callable[[], object]
) -> dict[str, Any]:
    """Payments by year, the parts of the cost, plants and supply in calm, by field of a plan.

    Without the project is the variant that the case names for it (`without_project`),
    else the case itself, without any option.

    `told` is called before each future; it may raise when there is no time left.
    """
    case = problem.case
    variant = case.variants.get(case.without_project)
    otherwise_case = case if variant is None else variant.case or case
    bare = make_problem(nothing_decided(otherwise_case), draws=problem.futures.draws)

    def for_options(one: Case) -> Paid:
        return _added(  # years in which nothing is paid are left out
            *(
                {year: amount * np.array([1.0, foreign_share(one.options[choice.option])])}
                for choice in solution.choices
                for year, amount in by_year(one, paid_for(one, choice)).items()
                if amount
            )
        )

    options = _expected(problem, for_options)
    mine = _supply(problem, solution.choices, told, solution.prices)
    with_plan = _added(mine.paid, _expected(problem, paid_anyway), options)
    without = _added(_supply(bare, (), told, FIRM).paid, _expected(bare, paid_anyway))
    noise = NOTHING * max((abs(float(paid[0])) for paid in with_plan.values()), default=0.0)

    def amount(paid: Paid, year: int, part: int) -> float:
        """Payments of a year, without rounding noise."""
        found = float(paid[year][part]) if year in paid else 0.0
        return 0.0 if abs(found) <= noise else found

    knows, knows_without = knows_abroad(case), knows_abroad(otherwise_case)
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
    # the parts of the cost, beside those of the cheapest course without standards
    calm, chosen = without_standards(problem), solution.no_threat_choices
    other = _supply(calm, chosen, told, solution.no_threat_prices)
    is_alike = (chosen, solution.no_threat_prices) == (solution.choices, solution.prices)
    least = other if is_alike else _supply(calm, solution.choices, told, solution.prices)
    precaution = sum(mine.parts[one] - least.parts[one] for one in mine.parts if one not in BESIDE)
    is_some = precaution > NOISE * abs(solution.cost)
    supply = (
        SupplyRow(element, unit_of_supply(mine.written, element), amount, least.flows[element])
        for element, amount in mine.flows.items()
        if abs(amount - least.flows[element]) > LACKING * max(amount, least.flows[element])
    )
    account = tuple(
        AccountRow(item, float(amount), float(other.parts[item]), item not in BESIDE)
        for item, amount in mine.parts.items()
        if max(abs(float(amount)), abs(float(other.parts[item]))) > NOTHING * abs(solution.cost)
    )
    return {
        "outlay": outlay,
        "account": account,
        "plants": plant_accounts(case, mine.written, mine.hours),
        "precaution": precaution if is_some else 0.0,
        "supply": tuple(supply) if is_some else (),
    }


def _added(*parts: Paid) -> Paid:
    """Sums of payments, year by year."""
    sums: Paid = {}
    for part in parts:
        for year, paid in part.items():
            sums[year] = sums.get(year, np.zeros(2)) + paid
    return sums


def _expected(problem: PlanProblem, paid: Callable[[Case], Paid]) -> Paid:
    """What is paid in the futures, by their weights."""
    weighted = zip(problem.weights, problem.futures.cases, strict=True)
    return _added(*({y: p * amount for y, amount in paid(one).items()} for p, one in weighted))


def knows_abroad(case: Case) -> bool:
    """Whether no part that is paid abroad is known to be unknown."""
    return not any(path.endswith(".foreign_share") for path in case.missing)


def paid_anyway(case: Case) -> Paid:
    """Capital and standing cost of the plants that the case builds without any option."""
    paid: Paid = {}
    for plant in plants_anyway(case):
        standing = by_year(case, standing_by_period(case, plant))
        at_home = {year: np.array([amount, 0.0]) for year, amount in standing.items() if amount}
        paid = _added(paid, at_home)
        for payment in plant.capital:
            year = case.calendar.month_of(payment.period)[0]
            share = payment.foreign_share.value if payment.foreign_share else 0.0
            amount = payment.amount.value * np.array([1.0, share])
            paid[year] = paid.get(year, np.zeros(2)) + amount
    return paid


# Supply in calm


@dataclass(frozen=True, slots=True)
class _Supply:
    """Supply in calm over the futures, expected."""

    paid: Paid
    """Not discounted."""
    parts: Mapping[str, float]
    """What each part of the cost comes to, discounted, and what is told beside it. [money]"""
    hours: FloatArray
    """Of `hours_of`."""
    written: DrawArrays
    """Arrays of the last future."""
    flows: Mapping[str, float]
    """What is ordered over the calendar, by element. [unit]"""


def _supply(
    problem: PlanProblem, choices: Sequence[Choice], told: Callable[[], object], prices: Prices
) -> _Supply:
    """What supply in calm costs, over the futures, at a plan's prices of what falls short."""
    case, paid = problem.case, np.zeros((2, problem.case.calendar.n_periods))
    items, draws = dict.fromkeys((*ITEMS, "options"), 0.0), []
    beside = dict.fromkeys(BESIDE, 0.0)
    hours: FloatArray | float = 0.0
    flows = dict.fromkeys(problem.second.base.layout.arrays.activities.elements, 0.0)
    for draw, weight in enumerate(problem.weights):
        told()
        course = course_of(problem, choices, draw, prices=prices)
        own = {**course.items, "options": course.options}
        draws.append(sum(own.values()))
        items = {item: amount + weight * own[item] for item, amount in items.items()}
        arrays, held = course.arrays, course.fresh.copy()
        np.add.at(held, arrays.lot_goods, course.lots)
        # what is paid, on arrival, for what was ordered before the calendar
        came = arrivals_by_period(replace(course, orders=np.zeros_like(course.orders)))
        n = came.shape[1]
        paid_then = came * arrays.activities.unit_cost[:, :n] * arrays.discount[:n]
        beside[UNDER_WAY] += weight * float(paid_then.sum())
        # what is in store at the end of the calendar, by what it then costs
        last = held.shape[1] - 1
        worth = unit_values(arrays, last) * arrays.discount[last]
        beside[IN_STORE] += weight * float(held[:, last] @ worth)
        future = course.written.case
        beside[PLANTS] += weight * cost_of_plants(future)
        beside[LEFT] -= weight * left_in_plants(future, plants_anyway(future))
        hours = hours + weight * hours_of(course.written, course.orders, choices)
        ordered = weight * course.orders.sum(axis=1)
        for element, amount in zip(arrays.activities.elements, ordered.tolist(), strict=True):
            flows[element] += amount
        paid += weight * (paid_on_arrival(course) + _idle(course, choices))
        paid[0] += weight * (arrays.storage_cost[:, : paid.shape[1]] * held).sum(0)
    everything, abroad = (by_year(case, one) for one in paid)
    both = {year: np.array([amount, abroad[year]]) for year, amount in everything.items()}
    costs, values = np.array(draws), problem.first.values(tuple(choices))
    options = float(problem.first.cost @ values) + items.pop("options")
    tail = weighed(costs, problem.weights, problem.case.risk) - float(problem.weights @ costs)
    parts = {"options": options, **items, "tail": tail, **beside}
    return _Supply(both, parts, np.asarray(hours), course.written, flows)


def unit_of_supply(written: DrawArrays, element: str) -> str:
    """Unit in which an element's amounts are counted: that of what it delivers or sells."""
    section, name = element.split(".", 1)
    entry = getattr(written.case, section)[name]
    return written.case.goods[entry.output if section == "recipes" else entry.good].unit


def sellers_abroad(case: Case, arrays: CaseArrays) -> FloatArray:
    """1 for purchases from others than the target. (K,)"""
    activities, target = arrays.activities, case.target
    return np.array(
        [
            float(element.startswith("suppliers.") and actor != target)
            for element, actor in zip(activities.elements, activities.actors, strict=True)
        ]
    )


def paid_on_arrival(course: CalmCourse) -> FloatArray:
    """What is paid for deliveries and output, in all and to sellers abroad. (2, n) [money]"""
    arriving = arrivals_by_period(course)
    paid = arriving * course.arrays.activities.unit_cost[:, : arriving.shape[1]]
    return np.stack([paid.sum(axis=0), sellers_abroad(course.written.case, course.arrays) @ paid])


def _idle(course: CalmCourse, choices: Sequence[Choice]) -> FloatArray:
    """What is paid for contracted goods that are not taken, in all and abroad. (2, n) [money]"""
    written, n = course.written, course.orders.shape[1]
    elements = taken_contracts(written.case)
    owed = np.zeros((len(elements), n))
    for choice in choices:
        if written.case.options[choice.option].kind is OptionKind.CONTRACT:
            column = FirstColumn(STEP, choice.option, choice.date, choice.size)
            for effect in column_effects(written, column):
                if effect.kind == TAKEN:
                    owed[effect.row] += effect.path[:n]
    paid, is_abroad = np.zeros((2, n)), sellers_abroad(written.case, course.arrays)
    for row, element in enumerate(elements):
        found = contract_activities(written, element)
        taken = course.orders[found].sum(axis=0)
        idle = np.maximum(owed[row] - taken, 0.0) * course.arrays.activities.price[found[0], :n]
        paid += np.outer([1.0, is_abroad[found[0]]], idle)
    return paid
