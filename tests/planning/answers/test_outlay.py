"""What is paid by year, and what of it goes abroad; every number by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.case.entities import CapitalPayment, Plant, Scenario, Variant
from derbes.case.options import Option, Standard
from derbes.case.quantity import Quantity
from derbes.planning.accounts import accounts_of, nothing_decided
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import TimeIsOver, make_problem
from tests.small_cases import worked_example

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def contract():
    return api.read_case(CASES / "contract.yaml")


def _rows(case):
    plan = api.plan(case, has_frontier=False, has_more=False)
    return {(row.year, row.currency): row for row in plan.outlay}


def test_a_contract_is_paid_for_whether_it_is_taken_or_not(contract):
    """20 t a month are owed at 200 USD, ten are used; without it 10 t come from North at 100.

    What North has on the way when the calendar begins comes, and is paid for, in two months.
    """
    rows = _rows(contract)
    assert list(rows) == [(2026, "USD"), (2026, "foreign"), (2027, "USD"), (2027, "foreign")]
    assert rows[2026, "USD"].amount == pytest.approx(12 * 20 * 200 + 1200 + 2 * 10 * 100)
    assert rows[2026, "foreign"].amount == pytest.approx(12 * 20 * 200 + 600 + 2 * 10 * 100)
    assert rows[2027, "USD"].amount == pytest.approx(12 * 20 * 200)
    assert (rows[2026, "USD"].options, rows[2026, "foreign"].options) == (1200, 600)
    for year in (2026, 2027):
        for currency in ("USD", "foreign"):
            assert rows[year, currency].without_project == pytest.approx(12 * 10 * 100)


def test_sellers_of_the_target_are_not_abroad(contract):
    own = replace(contract.suppliers["north_alum"], actor="town")
    case = replace(contract, suppliers={**contract.suppliers, "north_alum": own})
    row = _rows(case)[2027, "foreign"]
    assert row.without_project == 0.0
    assert row.amount == pytest.approx(12 * 20 * 200)


def test_plants_that_are_built_anyway_are_paid_with_and_without(contract):
    payment = CapitalPayment(13, Quantity(5000.0, "USD"), Quantity(0.4))
    works = Plant("works", actor="town", opening=20, capital=(payment,))
    before, after = _rows(contract), _rows(replace(contract, plants={"works": works}))
    for (year, currency), row in after.items():
        more = {(2027, "USD"): 5000.0, (2027, "foreign"): 2000.0}.get((year, currency), 0.0)
        old = before[year, currency]
        assert row.amount - old.amount == pytest.approx(more)
        assert row.without_project - old.without_project == pytest.approx(more)


def test_the_course_without_the_project_is_that_of_its_variant(contract):
    """The variant does not build the works: what they cost is the difference."""
    payment = CapitalPayment(13, Quantity(5000.0, "USD"), Quantity(0.4))
    works = Plant("works", actor="town", opening=20, capital=(payment,))
    idle = Variant("idle", case=contract)
    case = replace(contract, plants={"works": works}, variants={"idle": idle})
    beside_itself = _rows(case)
    beside_idle = _rows(replace(case, without_project="idle"))
    for key, row in beside_idle.items():
        paid = {(2027, "USD"): 5000.0, (2027, "foreign"): 2000.0}.get(key, 0.0)
        assert row.amount == beside_itself[key].amount
        assert row.without_project == pytest.approx(beside_itself[key].without_project - paid)


def test_a_part_abroad_that_is_missing_is_not_nothing(contract):
    payment = CapitalPayment(13, Quantity(5000.0, "USD"))
    works = Plant("works", actor="town", opening=20, capital=(payment,))
    missing = ("plants.works.capital[0].foreign_share",)
    rows = _rows(replace(contract, plants={"works": works}, missing=missing))
    assert rows[2027, "foreign"].amount is None
    assert rows[2027, "foreign"].without_project is None
    assert rows[2027, "USD"].amount == pytest.approx(12 * 20 * 200 + 5000)


def test_scenarios_are_weighed():
    """Without a field the farmer buys 200 t of wheat and 240 t of corn in every scenario."""
    plan = api.plan(api.read_case(CASES / "farmer.yaml"), has_more=False)
    everything, abroad = plan.outlay
    assert everything.amount == pytest.approx(plan.cost)
    assert everything.options == pytest.approx(170 * 150 + 80 * 230 + 250 * 260)
    assert everything.without_project == pytest.approx(200 * 238 + 240 * 210)
    assert abroad.without_project == pytest.approx(200 * 238 + 240 * 210)


def test_what_is_paid_for_plants_and_options_is_weighed_over_the_futures(contract):
    """Both works stand for 24 months, or for 18 where they are late, at 10 and 30 a month."""
    works = Plant("works", actor="town", standing_cost=Quantity(10.0))
    second = replace(works, id="second", standing_cost=Quantity(30.0))
    built = Option("built", element="plants.second", capital=Quantity(100.0), committed=True)
    options = {**contract.options, "built": built}
    case = replace(contract, plants={"works": works, "second": second}, options=options)
    late = {name: replace(one, delay=Quantity(6.0)) for name, one in case.plants.items()}
    futures = {"planned": (0.25, case), "late": (0.75, replace(case, plants=late))}
    scenarios = {name: Scenario(name, probability=p, case=of) for name, (p, of) in futures.items()}
    plan = api.plan(replace(case, scenarios=scenarios), has_frontier=False, has_more=False)
    months, before = 0.25 * 24 + 0.75 * 18, _rows(contract)
    assert plan.outlay_total[0].options == pytest.approx(1200 + 100 + months * 30)
    more = plan.outlay_total[0].amount - sum(
        row.amount for row in before.values() if row.currency == "USD"
    )
    assert more == pytest.approx(100 + months * 40)
    found = {row.item: row.with_plan for row in plan.account}
    assert found["plants"] == pytest.approx(months * 10)
    assert found["options"] == pytest.approx(1200 + 100 + months * 30)


def test_nothing_decided_leaves_no_wish(contract):
    bare = nothing_decided(contract)
    assert (bare.standards, bare.budget) == ({}, None)
    assert not any(option.committed for option in bare.options.values())
    assert solve_plan(make_problem(bare)).choices == ()


def test_time_that_is_over_stops_it(contract):
    problem = make_problem(contract)

    def over():
        raise TimeIsOver

    with pytest.raises(TimeIsOver):
        accounts_of(problem, solve_plan(problem), told=over)


def test_supply_that_is_run_dearer_for_a_standard_is_told_as_part_of_the_plan():
    """What is under way from afar is all that a stop finds: it is ordered ahead each month."""
    case = worked_example(1, n_periods=12, stock=0.0)
    far = replace(case.suppliers["from_other"], lead_time=Quantity(1.0), capacity=Quantity(100.0))
    goods = {"good": replace(case.goods["good"], reserve=None)}
    standards = {"month": Standard("month", measure="cut", length=1, first=1)}
    suppliers = {**case.suppliers, "from_other": far}
    case = replace(case, goods=goods, suppliers=suppliers, standards=standards)
    problem = make_problem(case)
    told = accounts_of(problem, solve_plan(problem), told=lambda: None)
    assert told["precaution"] == pytest.approx(11 * 100 * (25.0 - 10.0))
    found = {row.element: (row.with_plan, row.cheapest) for row in told["supply"]}
    assert found == {
        "suppliers.from_sender": (pytest.approx(100.0), pytest.approx(1200.0)),
        "suppliers.from_other": (pytest.approx(1100.0), pytest.approx(0.0)),
    }
    bare = make_problem(replace(case, standards={}))
    nothing = accounts_of(bare, solve_plan(bare), told=lambda: None)
    assert (nothing["precaution"], nothing["supply"]) == (0.0, ())
