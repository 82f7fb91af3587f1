"""Laws that hold for every plan."""

from dataclasses import replace
from itertools import pairwise

import pytest

from derbes.analysis.cover import cover_table
from derbes.case.entities import Hit, Measure, MeasureKind, Scenario
from derbes.case.options import Budget, Choice, Limit, Option, OptionKind, Risk, Standard
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.planning.accounts import accounts_of
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import all_starts, base_alone, make_problem, with_contingencies
from derbes.results.supply import ALL_ESSENTIAL
from tests.known_answers.test_plans import farmer, lands
from tests.oracles.chosen_case import chosen_case
from tests.oracles.plans import evaluate, solve_extensive
from tests.planning.generated import random_plan, small_case, with_budget, with_times
from tests.small_cases import worked_example

Q = Quantity
ROUNDING = 1e-6


def cost(case):
    plan = solve_plan(make_problem(case), gap=1e-6)
    return plan.cost if plan.feasible else float("inf")


@pytest.mark.parametrize("seed", [0, 3])
def test_more_budget_never_costs_more(seed):
    case = small_case(seed)
    costs = [cost(with_budget(case, total)) for total in (0.0, 40.0, 100.0, 400.0)]
    assert costs[0] > costs[-1]
    for less, more in pairwise(costs):
        assert more <= less * (1 + ROUNDING)


@pytest.mark.parametrize("seed", [2, 7])
def test_a_stricter_standard_never_costs_less(seed):
    case = small_case(seed)
    year = case.standards["year"]

    def asking(**changes):
        return cost(replace(case, standards={"year": replace(year, **changes)}))

    by_length = [asking(length=length) for length in (1, 2, 4)]
    by_share = [asking(share=Q(share)) for share in (0.5, 0.8, 1.0)]
    by_first = [asking(first=first) for first in (11, 8, 5)]
    for costs in (by_length, by_share, by_first):
        assert costs[0] < costs[-1] or costs is by_first
        for easier, stricter in pairwise(costs):
            assert stricter >= easier * (1 - ROUNDING)


@pytest.mark.parametrize(("largest", "is_enough"), [(100.0, False), (130.0, True)])
def test_an_option_of_any_size_is_chosen_once_whatever_its_dates(largest, is_enough):
    """A year takes 720 and 600 are held: twice 100 would do."""
    option = Option(
        "more",
        kind=OptionKind.RESERVE,
        element="goods.good",
        sizes=(),
        largest=largest,
        dates=(0, 6),
        capital_by_size=Q(1.0),
    )
    year = Standard("year", measure="cut", length=12, first=24, last=24)
    case = replace(worked_example(1), options={"more": option}, standards={"year": year})
    plan = solve_plan(make_problem(case))
    assert (plan.feasible, len(plan.choices)) == (is_enough, 1)


@pytest.mark.parametrize("case", [farmer(), lands()], ids=["farmer", "lands"])
def test_knowing_the_future_never_costs_more(case):
    problem = make_problem(case)
    plan = solve_extensive(problem)
    known = 0.0
    for scenario in case.scenarios.values():
        alone = replace(scenario.case, scenarios={})
        known += scenario.probability * solve_extensive(make_problem(alone)).cost
    assert known <= plan.cost + ROUNDING
    mean = solve_extensive(make_problem(replace(case, scenarios={})))
    assert evaluate(problem, mean.choices).cost >= plan.cost - ROUNDING


def test_farmer_knowing_and_planning_for_all():
    """EVPI 7,015.56 and VSS 1,150 (Birge and Louveaux)."""
    case = farmer()
    problem = make_problem(case)
    plan = solve_extensive(problem)
    alone = [replace(one.case, scenarios={}) for one in case.scenarios.values()]
    known = sum(solve_extensive(make_problem(one)).cost for one in alone) / 3
    assert plan.cost - known == pytest.approx(7_015.56, abs=5e-3)
    mean = solve_extensive(make_problem(replace(case, scenarios={})))
    expected = evaluate(problem, mean.choices).cost
    assert expected == pytest.approx(-107_240.0, abs=5e-4)
    assert expected - plan.cost == pytest.approx(1_150.0, abs=5e-4)


def test_what_cannot_be_met_is_told_with_the_least_that_lacks():
    case = replace(small_case(0), options={})
    plan = solve_plan(make_problem(case))
    assert not plan.feasible
    assert plan.status == "infeasible"
    assert set(plan.shortfalls) == {"year"}
    more = replace(case.standards["year"], share=Q(0.5))
    less = solve_plan(make_problem(replace(case, standards={"year": more})))
    assert less.shortfalls.get("year", 0.0) < plan.shortfalls["year"]


def test_choices_that_clash_allow_no_plan():
    case = small_case(0)
    both = {name: replace(case.options[name], committed=True) for name in ("build", "enlarge")}
    plan = solve_plan(make_problem(replace(case, options=case.options | both)))
    assert (plan.feasible, plan.status, plan.choices) == (False, "infeasible", ())
    assert plan.evaluation is None


def test_a_standard_that_may_fail_in_a_draw_never_costs_more():
    case = small_case(6, n_scenarios=3)
    least = min(one.probability for one in case.scenarios.values())
    year = replace(case.standards["year"], in_draws=Q(1.0 - least))
    strict = cost(case)
    exempted = cost(replace(case, standards=case.standards | {"year": year}))
    assert exempted <= strict * (1 + ROUNDING)


def test_m1_to_m4_rules_hold_in_a_plan():
    case = small_case(2)
    limit = Limit("few", options={n: Q(1.0) for n in case.options}, at_most=Q(1.0), counts=True)
    requires = replace(case.options["forging"], requires=("ships",))
    case = replace(case, limits={"few": limit}, options=case.options | {"forging": requires})
    plan = solve_plan(make_problem(case))
    assert len(plan.choices) <= 1
    assert "forging" not in {choice.option for choice in plan.choices}


def rule(name, problem):
    return next(
        (row, line)
        for row, line in zip(problem.first.rows, problem.first.matrix.toarray(), strict=True)
        if row.name == name
    )


def test_m1_one_choice_of_a_date_and_a_part_of_its_largest_size():
    problem = make_problem(replace(small_case(0), standards={}))
    row, line = rule("one_choice build", problem)
    names = [column.name for column in problem.first.columns]
    kinds = [column.kind for column in problem.first.columns]
    assert row.upper == 1.0
    assert [(names[j], kinds[j]) for j in line.nonzero()[0]] == [
        ("build_0", "chosen"),
        ("build_3", "chosen"),
    ]
    _row, least = rule("least_part build", problem)
    assert sorted(least[least != 0]) == pytest.approx([-1.0, 0.1])


def test_m2_excludes_and_requires():
    case = small_case(0)
    late = replace(case.options["build"], requires=("ships",), excludes=("hold",))
    ships = replace(case.options["ships"], dates=(0, 3))
    options = case.options | {"build": late, "ships": ships}
    problem = make_problem(replace(case, options=options, standards={}))
    row, _line = rule("option build excludes hold", problem)
    assert row.upper == 1.0
    by_date = [
        line
        for row, line in zip(problem.first.rows, problem.first.matrix.toarray(), strict=True)
        if row.name == "option build requires ships"
    ]
    columns = problem.first.columns
    assert len(by_date) == 2
    first = {columns[j].name: v for j, v in enumerate(by_date[0]) if v}
    assert first == {"build_0": 1.0, "ships_0_1": -1.0}
    second = {columns[j].name: v for j, v in enumerate(by_date[1]) if v}
    assert second == {"build_0": 1.0, "build_3": 1.0, "ships_0_1": -1.0, "ships_3_1": -1.0}


def test_m3_limits_weigh_sizes_or_count_choices():
    case = small_case(0)
    sizes = Limit("sizes", options={"build": Q(2.0), "enlarge": Q(1.0)}, at_most=Q(3.0))
    counts = replace(sizes, id="counts", counts=True, at_least=Q(1.0))
    problem = make_problem(replace(case, limits={"sizes": sizes, "counts": counts}, standards={}))
    columns = problem.first.columns
    _row, line = rule("limit sizes", problem)
    assert {columns[j].name: float(v) for j, v in enumerate(line) if v} == {
        "build_0_part": 4.0,
        "build_3_part": 4.0,
        "enlarge_1_0p25": 0.25,
        "enlarge_1_0p5": 0.5,
    }
    row, line = rule("limit counts", problem)
    assert (row.lower, row.upper) == (1.0, 3.0)
    assert sorted(line[line != 0]) == [1.0, 1.0, 2.0, 2.0]


def test_m4_budgets_count_what_is_paid_in_their_year():
    case = small_case(0)
    budget = Budget(total=Q(500.0), by_year={2027: Q(10.0)}, foreign_total=Q(70.0))
    problem = make_problem(replace(case, budget=budget, standards={}))
    build = case.options["build"]
    values = problem.first.values((Choice("build", 3, 2.0),))
    capital = build.capital.value + 2.0 * build.capital_by_size.value
    months = 14 - 5
    _row, line = rule("budget", problem)
    assert line @ values == pytest.approx(capital + months * build.running.value)
    _row, line = rule("budget 2027", problem)
    assert line @ values == pytest.approx(2 * build.running.value)
    _row, line = rule("foreign_total", problem)
    assert line @ values == pytest.approx(0.5 * (capital + months * build.running.value))


def test_starts_that_were_left_out_hold_too():
    case = small_case(3)
    problem = make_problem(case)
    plan = solve_plan(with_contingencies(problem, {"year": (13,), "peak": (13,)}))
    dense = with_contingencies(problem, {"year": range(5, 14), "peak": range(4, 14)})
    assert plan.cost == pytest.approx(solve_extensive(dense).cost, rel=1e-7)
    assert len(plan.starts["year"]) < 9


@pytest.mark.parametrize("seed", [0, 3, 7])
def test_what_is_planned_over_draws_costs_no_less_than_in_each_of_them_alone(seed):
    """Times differ in each: lead times, refill, horizon, when a plant opens and how fast."""
    case = replace(with_times(small_case(seed, n_scenarios=3), seed), risk=Risk())
    plan = solve_plan(make_problem(case), gap=1e-7)
    alone = 0.0
    for one in case.scenarios.values():
        asked = replace(one.case, scenarios={}, standards=case.standards)
        found = evaluate(base_alone(make_problem(asked)), plan.choices)
        assert found.is_feasible
        alone += one.probability * found.cost
    assert plan.cost >= alone * (1 - ROUNDING)


@pytest.mark.parametrize("names", [("soon", "late"), ("late", "soon")])
@pytest.mark.parametrize("lead", [0.0, 1.0])
def test_an_opening_that_one_draw_alone_may_be_late_with(names, lead):
    """Another draw's plant opens early, and its lead time is the longest: in month 19 a delay of
    six months takes 600 t, of which 200 can be bought before and 1 a month far away."""
    cases = {"soon": opening_in(2, lead), "late": opening_in(20, 0.0)}
    scenarios = {name: Scenario(name, probability=0.5, case=cases[name]) for name in names}
    plan = solve_plan(make_problem(replace(cases["soon"], scenarios=scenarios)))
    (choice,) = plan.choices
    assert choice.size == pytest.approx(600.0 - 200.0 - 7.0)


def opening_in(month, lead):
    """100 t a month: from one who sells until a plant opens, then from the plant."""
    case, q = worked_example(3, n_periods=36), Quantity
    seller = replace(case.suppliers["from_other"], price=q(10.0))
    until = replace(seller, capacity=q(300.0, steps=((0, 300.0), (month, 0.0))))
    far = replace(seller, id="far", price=q(50.0), capacity=q(1.0), lead_time=q(lead))
    late = Measure(
        "late", kind=MeasureKind.DELAY, hits=(Hit(element="plants.plant"),), by=q(6.0), lengths=(1,)
    )
    return replace(
        case,
        refill_time=q(1.0),
        sender_horizon=q(6.0),
        goods={"good": replace(case.goods["good"], reserve=None)},
        stockpiles={},
        suppliers={"from_other": until, "far": far},
        plants={"plant": replace(case.plants["plant"], opening=month)},
        recipes={"make": replace(case.recipes["make"], cost=q(5.0))},
        measures={"late": late},
        options={
            "hold": Option(
                "hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(), dates=(0,),
                largest=2000.0, capital_by_size=q(1.0),
            )
        },
        standards={"hold_out": Standard("hold_out", measure="late", length=1, first=3)},
    )  # fmt: skip


@pytest.mark.parametrize("seed", [510, 511, 518, 525, 531, 538, 556, 576])
def test_what_is_chosen_holds_in_a_case_that_has_it_unless_supply_is_run_so(seed):
    """Choices made real and asked for cover: the plan of the case is then the calm plan."""
    case = random_plan(seed)
    problem = make_problem(case)
    plan = solve_plan(problem)
    assert plan.feasible
    runs_dearer = accounts_of(problem, plan, told=lambda: None)["precaution"] > 0.0
    starts, length = tuple(all_starts(problem, "s")), case.standards["s"].length
    rows = cover_table(chosen_case(case, plan.choices), Request(starts=starts, lengths=(length,)))
    asked = case.standards["s"].measure
    holds = [
        one.survives_length for one in rows if (one.use, one.measure) == (ALL_ESSENTIAL, asked)
    ]
    assert all(holds) != runs_dearer
