"""A plan's tables add up, and its outlay is that of one course among those of equal cost."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes import api
from derbes.case.options import Option, OptionKind
from derbes.case.quantity import Quantity
from derbes.cli.tables import plan_text
from derbes.language import use_language
from derbes.planning.accounts import course_of, number_words, option_words
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import make_problem
from derbes.planning.scenarios import LONG, RecourseSolver
from derbes.supply.objective import stock_values
from tests.planning.generated import small_case
from tests.small_cases import worked_example

Q = Quantity
ROOT = Path(__file__).parents[2]

EXACT = 1e-9
"""Part of a cost up to which two sums of it are one."""


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 3]))
def test_the_account_adds_up_to_both_costs(seed, n_scenarios):
    case = small_case(seed, n_scenarios=n_scenarios)
    plan = api.plan(case, has_frontier=False, has_more=False)
    if plan.cost is None:
        assert plan.account == ()
        return
    total = plan.account_total
    assert total.with_plan == pytest.approx(plan.cost, rel=EXACT)
    assert total.without_standards == pytest.approx(plan.no_threat_cost, rel=EXACT)
    assert total.more == pytest.approx(plan.cost_of_security, abs=2 * EXACT * plan.cost)
    counted = [row.item for row in plan.account if row.counts]
    assert len(counted) == len(set(counted))
    chosen = sum(choice.cost for choice in plan.plan)
    options = [row.with_plan for row in plan.account if row.item == "options"]
    assert sum(options) == pytest.approx(chosen, abs=EXACT * plan.cost)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_outlay_is_the_sum_of_its_years_and_holds_what_options_cost(seed):
    plan = api.plan(small_case(seed), has_frontier=False, has_more=False)
    if plan.cost is None:
        return
    everything, abroad = plan.outlay_total
    assert everything.amount == pytest.approx(sum(row.amount for row, _ in plan.outlay_by_year))
    assert abroad.amount == pytest.approx(sum(row.amount for _, row in plan.outlay_by_year))
    paid = sum(sum(choice.paid.values()) for choice in plan.plan)
    assert everything.options == pytest.approx(paid, abs=1e-6)


@pytest.mark.parametrize("by", ["committed", "required"])
def test_what_is_paid_for_is_told_though_it_has_no_size(by):
    """Having the contract costs 500, whatever its size; nobody needs a dear seller."""
    contract = Option(
        "contract", kind=OptionKind.CONTRACT, element="suppliers.from_other", sizes=(),
        largest=2.0, capital=Q(500.0), capital_by_size=Q(1.0), committed=by == "committed",
    )  # fmt: skip
    hold = Option(
        "hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(10.0,), committed=True,
        requires=("contract",) if by == "required" else (),
    )  # fmt: skip
    case = replace(worked_example(1), options={"contract": contract, "hold": hold})
    plan = api.plan(case, has_frontier=False, has_more=False)
    assert [(choice.option, choice.size) for choice in plan.plan] == [
        ("contract", 0.0), ("hold", 10.0)
    ]  # fmt: skip
    assert plan.plan[0].cost == plan.plan[0].paid[2026] == pytest.approx(500.0)
    assert {row.item: row.with_plan for row in plan.account}["options"] == pytest.approx(500.0)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_no_course_of_that_cost_holds_less(seed, n_scenarios):
    problem = make_problem(small_case(seed, n_scenarios=n_scenarios))
    plan = solve_plan(problem)
    if not plan.feasible:
        return
    calm, costs = RecourseSolver.least_stock, []
    for draw in range(problem.n_draws):
        least = course_of(problem, plan.choices, draw, prices=plan.prices)
        RecourseSolver.least_stock = _any_course
        try:
            other = course_of(problem, plan.choices, draw, prices=plan.prices)
        finally:
            RecourseSolver.least_stock = calm
        costs.append(sum(least.items.values()) + least.options)
        assert sum(least.items.values()) == pytest.approx(sum(other.items.values()), rel=EXACT)
        worth = problem.second.base.layout.values
        assert _held(least, worth, problem) <= _held(other, worth, problem) * (1.0 + 1e-7) + 1e-7
    np.testing.assert_allclose(costs, plan.evaluation.draw_costs, rtol=EXACT)


def _any_course(second, position, values, _holding):
    return second.solve(position, values, depth=LONG).columns


def _held(course, worth, problem):
    arrays = problem.second.base.layout.arrays
    of_lots, of_fresh = stock_values(arrays, 0, worth)
    return float(of_lots @ course.lots.sum(axis=1) + of_fresh @ course.fresh.sum(axis=1))


def test_what_is_paid_does_not_go_up_and_down_between_alike_years():
    """Nothing changes in the waterworks from 2028 on, nor does what it pays."""
    plan = api.plan(api.read_case("cases/waterworks.yaml"), has_frontier=False)
    paid = {row.year: (row.amount, row.without_project) for row, _abroad in plan.outlay_by_year}
    assert paid[2028] == pytest.approx(paid[2029])
    assert paid[2028] == pytest.approx(paid[2030])
    assert paid[2026][1] == pytest.approx(paid[2027][1])
    text = plan_text(plan)
    assert re.search(r"^total +– +– +– +80,800$", text, re.MULTILINE)
    assert "Together they cost 136,800 USD." in text
    rows = {row.item: (row.with_plan, row.without_standards) for row in plan.account}
    assert rows["options"] == pytest.approx((80_800, 0))
    filled = 120 * 300 + 40 * 500
    assert rows["purchases"][0] - rows["purchases"][1] == pytest.approx(filled)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ["1,235 USD", "0.25 t"]), ("ru", ["1\xa0235 USD", "0,25 t"])]
)
def test_a_number_in_words_is_spelled_as_the_language_does(language, expected):
    use_language(language)
    assert [number_words(1234.5678, "USD"), number_words(0.25, "t")] == expected


def test_what_an_option_does_is_told_with_its_unit_in_the_language_in_use():
    option = Option("more", kind=OptionKind.RESERVE, element="goods.alum", sizes=(120.0,))
    case = api.read_case(ROOT / "cases" / "waterworks.yaml")
    words = option_words(case, option, 120.0)
    assert str(words) == "hold 120 t more in reserve: Alum"
    use_language("ru")
    assert str(words.make(*words.given)) == "держать в резерве ещё 120 т: Коагулянт"
