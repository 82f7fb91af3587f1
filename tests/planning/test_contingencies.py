"""Base course and contingencies: the second way is the survival program."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import (
    Good,
    Hit,
    InTransit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Scenario,
    Stockpile,
    Survival,
    Tier,
)
from derbes.case.options import Budget, Choice, Option, OptionKind, Standard
from derbes.case.quantity import Quantity
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import LinearProgram
from derbes.model.arrays import MeasureRun, State
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.planning.accounts import course_of, paid_on_arrival
from derbes.planning.contingencies import window_length
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import make_problem, with_contingencies
from derbes.supply.baseline import first_state, solve_calm
from derbes.supply.bounds import window_bounds
from derbes.supply.disruption import found_state, horizon
from derbes.supply.network import longest_lead, make_layout, supply_matrix
from tests.oracles.chosen_case import chosen_case
from tests.oracles.plans import evaluate
from tests.planning.generated import small_case
from tests.properties.test_laws_units import in_unit
from tests.small_cases import worked_example
from tests.supply.solved import changed

Q = Quantity


def least_unmet(case, arrays, calm, start, standard):
    """Unmet demand of a standard's uses from the state that a plan's calm has reached."""
    measure = compile_measure(case, arrays, standard.measure)
    run = MeasureRun(measure, standard.length)
    n = horizon(arrays, run, start)
    layout = make_layout(arrays, start, n, has_reserve=False)
    bounds = window_bounds(layout, state_of(arrays, calm, start), run)
    names = standard.uses or tuple(
        u for u, e in zip(arrays.uses, arrays.use_essential, strict=True) if e
    )
    costs = np.zeros(layout.n_columns)
    for use in names:
        layout.column("unmet").of(costs)[arrays.uses.index(use)] = 1.0
    program = LinearProgram(
        name="second way", levels=("unmet",), level_costs=costs[None, :], weights=np.ones(1),
        matrix=supply_matrix(layout), row_lower=bounds.row_lower, row_upper=bounds.row_upper,
        col_lower=bounds.col_lower, col_upper=bounds.col_upper, columns=layout.columns,
        rows=layout.rows,
    )  # fmt: skip
    columns = solve_levels(program).columns
    unmet = layout.column("unmet").of(columns)
    wanted = layout.column("unmet").of(bounds.col_upper)
    share = 1.0 if standard.share is None else standard.share.value
    over = unmet - (1.0 - share) * wanted
    return max(float(over[arrays.uses.index(use)].max()) for use in names)


def state_of(arrays, calm, start):
    """Stocks and goods in transit of a base course; orders before the calendar are left out."""
    width = int(arrays.activities.lead_times.max()) + 1
    transit = np.zeros((len(arrays.activities.names), width))
    past = np.zeros((len(arrays.goods), int(arrays.shelf_life.max(initial=1))))
    for k, lead in enumerate(arrays.activities.lead_times):
        for t in range(start):
            arrives = t + int(lead)
            good = arrays.activities.outputs[k]
            if arrives >= start:
                transit[k, arrives - start] += calm.orders[k, t]
            elif good >= 0 and start - arrives <= past.shape[1]:
                past[good, start - arrives - 1] += calm.orders[k, t]
    return State(calm.lots[:, start - 1], calm.fresh[:, start - 1], past, transit)


@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_a_plan_survives_at_every_start_in_the_case_with_its_choices_made(seed):
    case = small_case(seed)
    problem = make_problem(case)
    plan = solve_plan(problem)
    assert plan.feasible
    assert plan.choices
    problem = with_contingencies(problem, plan.starts)
    calm = course_of(problem, plan.columns)
    made = chosen_case(case, plan.choices)
    arrays = compile_case(made, least_periods=problem.n_periods)
    calm = replace(calm, orders=for_activities(problem, arrays, calm.orders))
    for standard in case.standards.values():
        for start in range(standard.first, case.calendar.n_periods):
            assert least_unmet(made, arrays, calm, start, standard) <= 1e-5


def for_activities(problem, arrays, orders):
    """Orders of the plan program, for the activities of the case with the choices made.

    Of what is on the way from a supplier that was bought out, the plan counts nothing.
    """
    names = problem.second.base.layout.arrays.activities.names
    of = np.zeros((len(arrays.activities.names), orders.shape[1]))
    for k, name in enumerate(arrays.activities.names):
        if name in names:
            of[k] = orders[names.index(name)]
    return of


def holding(case, **more):
    """E1 with an option to hold more."""
    hold = Option(
        "hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(), largest=2000.0,
        capital_by_size=Q(1.0),
    )  # fmt: skip
    standards = {"year": Standard("year", measure="cut", length=12, first=12)}
    return replace(case, options={"hold": hold}, standards=standards, **more)


def test_m9_m10_what_is_lacking_is_held():
    """600 and 40 a month against 100 a month for a year: 120 lack."""
    plan = solve_plan(make_problem(holding(worked_example(1))))
    assert plan.choices == (Choice("hold", 0, pytest.approx(120.0)),)
    nothing = evaluate(make_problem(holding(worked_example(1))), ())
    assert nothing.shortfalls["year"] == pytest.approx([4 * 120.0])


def test_m9_a_stock_beyond_custom_and_reserve_does_not_count():
    """Without the option the base course may hoard as it likes: a start still finds 600 only."""
    case = replace(holding(worked_example(1)), options={})
    plan = solve_plan(make_problem(case))
    assert not plan.feasible
    assert plan.evaluation is not None
    assert plan.evaluation.shortfalls["year"].sum() == pytest.approx(48 * 120.0)  # starts
    assert plan.shortfalls["year"] == pytest.approx(1.2)  # months of demand at one start


def test_m10_a_share_asks_for_less():
    case = holding(worked_example(1))
    part = replace(case.standards["year"], share=Q(0.95))
    plan = solve_plan(make_problem(replace(case, standards={"year": part})))
    assert plan.choices == (Choice("hold", 0, pytest.approx(60.0)),)


def test_m6_a_contract_is_paid_for_whether_it_is_taken_or_not():
    """Dear goods under contract: 80 % of 10 a month are paid from the effect on."""
    case = worked_example(1)
    contract = Option(
        "contract", kind=OptionKind.CONTRACT, element="suppliers.from_other", committed=True,
        dates=(10,), sizes=(1.0,), take_or_pay=Q(0.8),
    )  # fmt: skip
    case = replace(case, options={"contract": contract})
    problem = make_problem(case)
    plan = solve_plan(problem)
    calm = course_of(problem, plan.columns)
    bought = problem.second.base.layout.arrays.activities.names.index("from_other")
    taken = calm.orders[bought]
    without = evaluate(problem, ()).cost
    owed = 0.8 * 40.0 * 50
    assert not taken[:10].any()
    # what is taken replaces goods at 10; what is idle is paid for too: taking is cheaper
    assert taken.sum() == pytest.approx(owed)
    assert plan.cost == pytest.approx(without + owed * (25.0 - 10.0))


def test_m7_a_ceiling_on_payments_abroad_bends_calm_purchases():
    """100 a month at 10 abroad is 12,000 a year; a home plant makes it dearer."""
    case = worked_example(3)
    open_plant = replace(case.plants["plant"], opening=0)
    full = replace(case.goods["good"], storage_limit=Q(600.0))
    case = replace(case, plants={"plant": open_plant}, goods={"good": full})
    assert solve_plan(make_problem(case)).cost == pytest.approx(60_000.0)
    budget = Budget(foreign_by_year={2027: Q(9_000.0)})
    problem = make_problem(replace(case, budget=budget))
    plan = solve_plan(problem)
    assert plan.feasible
    assert plan.cost == pytest.approx(60_000.0 + 300 * (12.0 - 10.0))
    assert paid_on_arrival(course_of(problem, plan.columns))[1, 12:24].sum() == pytest.approx(
        9_000.0
    )
    tight = Budget(foreign_by_year={2026: Q(0.0), 2027: Q(0.0)})
    uses = {"use": replace(case.uses["use"], shortage_cost=None)}
    later = {"plant": replace(open_plant, opening=12)}
    lacking = solve_plan(make_problem(replace(case, plants=later, budget=tight, uses=uses)))
    assert not lacking.feasible
    assert sum(lacking.shortfalls.values()) > 0.0


@pytest.mark.parametrize("shortage_cost", [70.0, 5.0])
def test_a_reserve_is_not_sold_out_at_the_end_of_the_calendar(shortage_cost):
    """The cheap seller has half of what is used; what lies in store would save 12 a unit."""
    case = worked_example(1)
    sellers = {
        "from_sender": replace(case.suppliers["from_sender"], price=Q(3.0), capacity=Q(50.0)),
        "from_other": replace(case.suppliers["from_other"], price=Q(12.0), capacity=Q(500.0)),
    }
    wish = replace(
        case.uses["use"], id="wish", tier=Tier.DEFERRABLE, demand=Q(10.0),
        shortage_cost=Q(shortage_cost),
    )  # fmt: skip
    case = replace(
        case,
        calendar=replace(case.calendar, n_periods=12),
        suppliers=sellers,
        uses={**case.uses, "wish": wish},
    )
    assert solve_plan(make_problem(case)).cost == pytest.approx(12 * (50 * 3.0 + 60 * 12.0))


def of_two_years():
    """A plant at home is open, at 12 a unit, and the store is full."""
    case = worked_example(3)
    return replace(
        case,
        plants={"plant": replace(case.plants["plant"], opening=0)},
        goods={"good": replace(case.goods["good"], storage_limit=Q(600.0))},
        calendar=replace(case.calendar, n_periods=24),
    )


def test_m7_what_was_ordered_before_the_calendar_is_paid_abroad_when_it_arrives():
    """Three months of 1,000 are under way, so 600 units are left of 9,000 in the first year."""
    case = of_two_years()
    late = replace(case.suppliers["from_sender"], lead_time=Q(3.0))
    budget = Budget(foreign_by_year={2026: Q(9_000.0)})
    case = replace(case, suppliers=case.suppliers | {"from_sender": late}, budget=budget)
    problem = make_problem(case)
    plan = solve_plan(problem)
    abroad = paid_on_arrival(course_of(problem, plan.columns))[1]
    assert abroad[:12].sum() == pytest.approx(9_000.0)
    assert abroad[12:].sum() == pytest.approx(12_000.0)


@pytest.mark.parametrize(("most", "feasible"), [(6_000.0, True), (5_900.0, False)])
def test_m7_what_a_contract_pays_for_is_paid_abroad_whether_it_is_taken_or_not(most, feasible):
    """20 a month at 25 are 6,000 a year."""
    case = of_two_years()
    deal = Option(
        "deal", kind=OptionKind.CONTRACT, element="suppliers.from_other", take_or_pay=Q(0.5),
        committed=True,
    )  # fmt: skip
    budget = Budget(foreign_by_year={2027: Q(most)})
    plan = solve_plan(make_problem(replace(case, options={"deal": deal}, budget=budget)))
    assert plan.feasible == feasible


def test_m8_a_standard_without_a_measure_asks_for_demand_in_calm():
    """Being short costs 20 a unit, a plant a million: only the standard makes anybody build."""
    case = worked_example(3)
    use = replace(case.uses["use"], shortage_cost=Q(20.0))
    good = replace(case.goods["good"], reserve=None)
    build = Option("build", kind=OptionKind.BUILD, element="plants.plant", capital=Q(1e6))
    case = replace(
        case, uses={"use": use}, goods={"good": good}, suppliers={}, options={"build": build}
    )
    case = changed(case, "plants", "plant", opening=0)
    assert solve_plan(make_problem(case)).cost == pytest.approx(20.0 * (6000 - 600))
    calm = Standard("calm_need", first=54, share=Q(0.5))
    asked = solve_plan(make_problem(replace(case, standards={"calm_need": calm})))
    assert asked.cost == pytest.approx(20.0 * (6000 - 600))
    more = replace(calm, first=50, share=Q(1.0))
    asked = solve_plan(make_problem(replace(case, standards={"calm_need": more})))
    assert asked.cost == pytest.approx(1e6 + 12.0 * (6000 - 600))


def test_demand_is_not_given_up_to_save_what_serves_it():
    """Being short costs 3 a unit, buying 10: all is bought, as in the calm plan."""
    case = worked_example(1)
    cheap = replace(case.uses["use"], shortage_cost=Q(3.0), tier=Tier.DEFERRABLE)
    good = replace(case.goods["good"], reserve=None)
    case = replace(case, uses={"use": cheap}, goods={"good": good})
    assert solve_plan(make_problem(case)).cost == pytest.approx(10.0 * (6000 - 600))
    calm = solve_calm(compile_case(case))
    assert calm.unmet.max() == pytest.approx(0.0, abs=1e-6)


def test_l7_a_reserve_is_not_sold_out_to_save_what_replaces_it_later():
    """The cheap seller, at 10, ends after 50 months; the other one asks 60."""
    case = worked_example(1)
    until = Quantity(100.0, steps=((0, 100.0), (50, 0.0)))
    sellers = {
        "from_sender": replace(case.suppliers["from_sender"], capacity=until),
        "from_other": replace(case.suppliers["from_other"], price=Q(60.0), capacity=Q(100.0)),
    }
    case = replace(case, suppliers=sellers)
    assert solve_plan(make_problem(case)).cost == pytest.approx(10.0 * 5000 + 60.0 * 1000)


def in_half_of_the_futures(case, dear):
    scenarios = {
        name: Scenario(name, probability=0.5, case=one)
        for name, one in {"as_it_is": case, "dear": dear}.items()
    }
    return replace(case, scenarios=scenarios)


def test_l7_a_reserve_is_not_sold_out_in_a_future_in_which_its_good_is_dear():
    """The cheap seller ends after 50 months; the other one asks 12, or 600 in half of them."""
    case = worked_example(1)
    until = Quantity(100.0, steps=((0, 100.0), (50, 0.0)))
    case = changed(case, "uses", "use", shortage_cost=Q(10000.0))
    case = changed(case, "suppliers", "from_sender", capacity=until)
    case = changed(case, "suppliers", "from_other", capacity=Q(100.0), price=Q(12.0))
    dear = changed(case, "suppliers", "from_other", price=Q(600.0))
    found = solve_plan(make_problem(in_half_of_the_futures(case, dear)))
    assert found.cost == pytest.approx(10.0 * 5000 + (12.0 + 600.0) / 2 * 1000)


def test_demand_is_not_given_up_in_a_future_in_which_what_serves_it_is_dear():
    """Being short costs 50 a unit; half of what is bought costs 25, or 500 in half of them."""
    case = changed(worked_example(1), "uses", "use", shortage_cost=Q(50.0))
    case = changed(case, "goods", "good", reserve=None)
    case = replace(case, stockpiles={})
    case = changed(case, "suppliers", "from_sender", capacity=Q(60.0))
    dear = changed(case, "suppliers", "from_other", price=Q(500.0))
    found = solve_plan(make_problem(in_half_of_the_futures(case, dear)))
    assert found.cost == pytest.approx(60 * (60 * 10.0 + 40 * (25.0 + 500.0) / 2))


@pytest.mark.parametrize("unit", [1.0, 1e4, 1e-4])
def test_l7_a_reserve_of_parts_is_not_used_up_to_save_what_is_dearer_than_they_are(unit):
    """600 parts at 8 are in reserve and 50 come a month; the good itself costs 100.

    However small the pieces are in which the good is counted.
    """
    case = worked_example(2)
    parts = replace(case.suppliers["component_from_sender"], capacity=Q(50.0))
    whole = replace(case.suppliers["from_sender"], price=Q(100.0))
    case = replace(
        case,
        uses={"use": replace(case.uses["use"], shortage_cost=Q(10000.0))},
        goods={
            "good": replace(case.goods["good"], reserve=None),
            "component": replace(case.goods["component"], reserve=Q(600.0)),
        },
        stockpiles={"parts": Stockpile("parts", good="component", quantity=Q(600.0))},
        suppliers={"component_from_sender": parts, "from_sender": whole},
    )
    case = in_unit(case, "good", unit)
    assert solve_plan(make_problem(case)).cost == pytest.approx(60 * 50 * (8.0 + 1.0 + 100.0))


def test_l9_the_base_course_buys_what_must_be_bought():
    """The dear seller is taken 30 a month for ten months, whatever it costs."""
    case = replace(worked_example(1), goods={"good": Good("good", unit="t")})
    dear = replace(
        case.suppliers["from_other"], at_least=Q(30.0, unit="t/month"), at_least_until=10
    )
    habit = replace(case, suppliers={**case.suppliers, "from_other": dear})
    plain, asked = (solve_plan(make_problem(one)) for one in (case, habit))
    assert asked.cost == pytest.approx(plain.cost + 300 * (25.0 - 10.0))
    problem = make_problem(habit)
    orders = course_of(problem, asked.columns).orders
    np.testing.assert_allclose(orders[1, :12], [30.0] * 10 + [0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize("size", [0.5, 1.0])
@pytest.mark.parametrize("routes", [(), ("rail",), ("rail", "sea")])
def test_m5_a_seller_that_is_bought_out_delivers_by_any_of_its_routes(routes, size):
    """Of 200 a month, half is as much as is needed; less than half is not."""
    case = replace(worked_example(1), goods={"good": Good("good", unit="t")}, stockpiles={})
    case = replace(case, routes={name: Route(name) for name in routes})
    case = changed(case, "suppliers", "from_sender", routes=routes)
    case = replace(case, suppliers={"from_sender": case.suppliers["from_sender"]})
    element = "suppliers.from_sender"
    own = Option("own", kind=OptionKind.BUY_OUT, element=element, sizes=(size,), capital=Q(7.0))
    standard = Standard("year", measure="cut", length=12, first=5)
    case = replace(case, options={"own": own}, standards={"year": standard})
    assert solve_plan(make_problem(case)).cost == pytest.approx(10.0 * 6000 + 7.0)
    less = replace(own, sizes=(0.9 * 0.5,))
    assert not solve_plan(make_problem(replace(case, options={"own": less}))).feasible


def with_late_plant(opening, *, start, peak=None, is_built=True):
    """One seller, who stops, and a plant of 100 a month, which is delayed by a year.

    An option builds it within half a year, whatever opening is written.
    """
    case = worked_example(1)
    demand = Quantity(100.0, steps=((0, 100.0), (peak, 300.0))) if peak else Q(100.0)
    late = Measure(
        "late", kind=MeasureKind.DELAY, hits=(Hit(element="plants.plant"),), by=Q(12.0),
        lengths=(12,), together_with=("cut",),
    )  # fmt: skip
    build = Option("build", element="plants.plant", lead_time=Q(6.0), committed=True)
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    standard = Standard("year", measure="late", length=1 if peak else 12, first=start, last=start)
    return replace(
        case,
        goods={"good": Good("good", unit="t", reserve=Q(100.0), storage_limit=Q(101.0))},
        stockpiles={"stock": Stockpile("stock", good="good", quantity=Q(100.0))},
        uses={"use": replace(case.uses["use"], demand=demand)},
        suppliers={"from_sender": case.suppliers["from_sender"]},
        plants={"plant": Plant("plant", actor="home", opening=opening)},
        recipes={"make": Recipe("make", output="good", plant="plant", capacity=Q(100.0))},
        measures={**case.measures, "late": late},
        options={"build": build} if is_built else {"hold": hold},
        standards={"year": standard},
        sender_horizon=Q(12.0),
    )


@pytest.mark.parametrize("opening", [0, 6, 12])
def test_what_an_option_builds_is_delayed_while_it_is_still_to_come(opening):
    """It opens in month 6: a stop from month 5 on finds 100 in store and no plant for a year."""
    before = solve_plan(make_problem(with_late_plant(opening, start=5)))
    assert before.shortfalls["year"] == pytest.approx(12 - 1)  # months of demand
    after = solve_plan(make_problem(with_late_plant(opening, start=9)))
    assert after.feasible


@pytest.mark.parametrize("is_built", [False, True])
def test_a_delayed_opening_is_followed_until_it_is_over(is_built):
    """A stop of a month in month 1; demand rises in month 15, and the plant comes in month 18.

    Three months lack 100 each, and 100 lie in store.
    """
    opening = 0 if is_built else 6
    case = with_late_plant(opening, start=1, peak=15, is_built=is_built)
    plan = solve_plan(make_problem(case))
    assert plan.evaluation is not None
    assert plan.evaluation.shortfalls["year"].sum() == pytest.approx(200.0, abs=1.5)


def test_m11_what_is_decided_first_moves_bounds_only():
    problem = make_problem(small_case(1, n_scenarios=3))
    assert len({id(draw.matrix) for draw in problem.programs}) == 1
    values = problem.first.values((Choice("enlarge", 1, 0.5), Choice("hold", 2, 40.0)))
    draw = problem.programs[0]
    before, after = draw.bounds(np.zeros_like(values)), draw.bounds(values)
    row = problem.second.index.row("reserve")
    shell = list(row.items).index("shell")
    raised = row.of(after[0])[shell] - row.of(before[0])[shell]
    assert raised == pytest.approx([0.0] * 3 + [40.0] * 11)
    line = problem.second.index.row("line")
    first = list(line.items).index("first_press")
    hours = line.of(after[1])[first] / line.of(before[1])[first]
    assert hours == pytest.approx([1.0] * 3 + [1.5] * 11)


def test_the_base_course_starts_as_the_calm_plan_does():
    case = small_case(0)
    arrays = compile_case(case)
    assert found_state(first_state(arrays), None).lots == pytest.approx(arrays.lot_stock)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sender_horizon", [1, 60])
def test_a_long_contingency_is_followed_as_long_as_harm_is_counted(seed, sender_horizon):
    case = small_case(seed, n_periods=120)
    asked = replace(
        case,
        sender_horizon=Quantity(float(sender_horizon * case.calendar.step)),
        refill_time=Quantity(float(9 * case.calendar.step)),
    )
    arrays = compile_case(asked)
    for length in (1, 4, 12):
        run = MeasureRun(None, length)
        lead = longest_lead(arrays)
        long = window_length(arrays, length, lead=lead, is_long=True)
        assert long == horizon(arrays, run, 0)
        assert window_length(arrays, length, lead=lead, is_long=False) <= long


def test_what_was_ordered_before_the_calendar_is_as_old_as_it_is():
    """100 come in month 2 and last for three months: they serve month 5 and not month 6.

    For month 6 another 50 are on the way, which a stop in month 5 destroys.
    """
    case = worked_example(1)
    demand = Quantity(0.0, steps=((0, 0.0), (5, 50.0), (7, 0.0)))
    on_order = Quantity(0.0, steps=((0, 0.0), (2, 100.0)))
    capacity = Quantity(0.0, steps=((0, 0.0), (3, 200.0)))
    reserve = Quantity(0.0, steps=((0, 0.0), (4, 100.0), (5, 0.0)))
    seller = replace(
        case.suppliers["from_sender"], lead_time=Q(3.0), on_order=on_order, capacity=capacity
    )
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    asked = replace(
        case,
        calendar=replace(case.calendar, n_periods=9),
        goods={
            "good": Good("good", unit="t", reserve=reserve, survival=Survival(shelf_life=Q(3.0)))
        },
        uses={"use": replace(case.uses["use"], demand=demand)},
        stockpiles={},
        suppliers={"from_sender": seller},
        options={"hold": hold},
        standards={"month": Standard("month", measure="cut", length=1, first=5, last=5)},
    )
    plan = solve_plan(make_problem(asked))
    assert not plan.feasible
    assert plan.evaluation is not None
    assert plan.evaluation.shortfalls["month"].sum() == pytest.approx(50.0)


@pytest.mark.parametrize("demands", [(20.0, 40.0), (40.0, 20.0)])
def test_each_draw_finds_what_it_has_ordered_before_the_calendar(demands):
    """What is on the way is what is used: 20 a month in one scenario, 40 in the other."""
    case = worked_example(1)
    sender, other = case.suppliers["from_sender"], case.suppliers["from_other"]
    later = Quantity(0.0, steps=((0, 0.0), (2, 40.0)))
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    asked = replace(
        case,
        calendar=replace(case.calendar, n_periods=6),
        goods={"good": Good("good", unit="t")},
        stockpiles={},
        suppliers={
            "from_sender": replace(sender, lead_time=Q(2.0)),
            "from_other": replace(other, capacity=later),
        },
        measures={"cut": replace(case.measures["cut"], in_transit=InTransit.DELIVERED)},
        options={"hold": hold},
        standards={"month": Standard("month", measure="cut", length=1, first=1, last=1)},
    )
    uses = [{"use": replace(case.uses["use"], demand=Q(demand))} for demand in demands]
    cases = [replace(asked, uses=one) for one in uses]
    both = {f"s{i}": Scenario(f"s{i}", probability=0.5, case=one) for i, one in enumerate(cases)}
    plan = solve_plan(make_problem(replace(asked, scenarios=both)))
    alone = [solve_plan(make_problem(one)).cost for one in cases]
    assert plan.feasible
    assert plan.cost == pytest.approx(sum(alone) / 2)


def test_a_measure_that_is_not_asked_about_makes_no_contingency_longer():
    """Deliveries of a third seller could be a year late; without that, nobody looks so far.

    Nobody sells any more from month 16 on, behind all that the standard asks about.
    """
    case = worked_example(1)
    sellers = {
        name: replace(one, capacity=Quantity(200.0, steps=((0, 200.0), (16, 0.0))))
        for name, one in case.suppliers.items()
    }
    sellers["third"] = replace(sellers["from_sender"], id="third", actor="other", capacity=Q(0.1))
    late = Measure(
        "late", kind=MeasureKind.DELAY, hits=(Hit(element="suppliers.third"),), by=Q(12.0),
        lengths=(1,),
    )  # fmt: skip
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    asked = replace(
        case,
        calendar=replace(case.calendar, n_periods=24),
        goods={"good": replace(case.goods["good"], storage_limit=Q(600.0))},
        suppliers=sellers,
        options={"hold": hold},
        standards={"month": Standard("month", measure="cut", length=1, first=10, last=10)},
        refill_time=Q(1.0),
        sender_horizon=Q(1.0),
    )
    beside = replace(asked, measures={**asked.measures, "late": late})
    alone, with_late = (solve_plan(make_problem(one)) for one in (asked, beside))
    assert alone.feasible
    assert with_late.feasible
    assert with_late.cost == pytest.approx(alone.cost)
