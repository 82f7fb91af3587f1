"""What standards and time cost, and which other plans come close."""

from dataclasses import replace

import pytest

from derbes.planning.answers import alternatives_of, standard_costs, waiting_costs
from derbes.planning.problem import TIME_LIMIT, PlanSolution, TimeIsOver
from derbes.planning.solving import closed_years, decided_later, without_set
from derbes.results.plan import standard_columns
from tests.planning.answers.toy import (
    CALM_COST,
    Listed,
    all_choices,
    may,
    number,
    option,
    standard,
    town,
)

SMALL, LARGE = option("small", 4, 40), option("large", 9, 70)


def _late(case, *, is_rough=False):
    raise TimeIsOver


def test_the_only_standard_costs_what_lies_above_no_threat():
    case, solve = town(SMALL, LARGE), Listed()
    best = solve(case)
    (row,) = standard_costs(case, solve, best, CALM_COST)
    assert (row.standard, row.met, row.cost_of_it) == ("a_year", True, 70.0)
    assert len(solve.asked) == 1


def test_each_of_several_costs_what_the_plan_saves_without_it():
    standards = {"short": standard(length=6), "long": standard(length=12)}
    case = town(SMALL, LARGE, standards=standards)
    rows = standard_costs(case, Listed(), Listed()(case), CALM_COST)
    assert {row.standard: row.cost_of_it for row in rows} == {"short": 0.0, "long": 30.0}


def test_a_standard_that_is_not_met_costs_nothing_that_is_known():
    case = town(SMALL)
    (row,) = standard_costs(case, Listed(), Listed()(case), CALM_COST)
    assert (row.met, row.cost_of_it, row.shortfall) == (False, None, 1.0)


def test_whether_a_standard_is_met_is_not_known_where_no_plan_was_found_in_time():
    case = town(SMALL)
    late = PlanSolution(feasible=False, status=TIME_LIMIT)
    (row,) = standard_costs(case, Listed(), late, None)
    assert (row.met, row.cost_of_it, row.shortfall) == (None, None, None)
    (column,) = (one for one in standard_columns("USD") if one.exact == "met")
    assert [column.value(replace(row, met=met)) for met in (None, False, True)] == [
        None,
        "no",
        "yes",
    ]


def test_costs_for_which_there_was_no_time_are_missing():
    standards = {"short": standard(length=6), "long": standard(length=12)}
    case = town(SMALL, LARGE, standards=standards)
    rows = standard_costs(case, _late, Listed()(case), CALM_COST)
    assert [row.cost_of_it for row in rows] == [None, None]


def test_waiting_closes_the_early_dates():
    early = option("early", 9, 10.0, dates=(0, 12, 30))
    case = replace(town(early, discount_rate=number(0.1)))
    assert closed_years(case) == (1, 2)
    best = Listed()(case)
    assert best.decided[0].date == 12
    solve = Listed()
    one, two = waiting_costs(case, solve, best)
    assert [asked == case for asked in solve.asked] == [True, False]
    assert (one.years, one.cost_of_waiting) == (1, 0.0)
    assert (two.years, two.cost, two.cost_of_waiting) == (2, None, None)


def test_an_option_without_later_dates_stays_closed():
    case = town(option("now", 9, 10.0), option("later", 9, 30.0, dates=(0, 12)))
    later = decided_later(case, 1)
    assert set(later.options) == {"now", "later"}
    found = Listed()(later)
    assert [(c.option, c.date) for c in found.decided] == [("later", 12)]
    (row,) = waiting_costs(case, Listed(), Listed()(case))
    assert (row.years, row.cost_of_waiting) == (1, 20.0)


def test_what_is_committed_is_not_put_off():
    case = town(option("now", 9, 10.0, committed=True, dates=(0, 12)))
    assert closed_years(case) == ()
    assert decided_later(case, 1).options == case.options


def test_plans_of_another_kind_within_two_percent():
    case = town(
        option("a", 9, 1000.0), option("b", 9, 1010.0), option("c", 9, 1019.0),
        option("d", 9, 1021.0),
    )  # fmt: skip
    best = Listed()(case)
    rows = alternatives_of(case, Listed(), best, CALM_COST)
    assert [tuple(choice.option for choice in row.plan) for row in rows] == [("b",), ("c",)]
    assert [row.above for row in rows] == pytest.approx([0.01, 0.019])


def test_where_security_costs_nothing_no_other_plan_comes_close():
    case = town(SMALL, LARGE, standards={"a_month": standard(length=1)})
    solve = Listed()
    best = solve(case)
    assert alternatives_of(case, solve, best, CALM_COST) == ()
    assert len(solve.asked) == 1


def test_without_standards_the_whole_cost_counts():
    case = town(option("a", 9, 10.0), option("b", 9, 25.0), standards={})
    rows = alternatives_of(case, Listed(), Listed()(case), CALM_COST)
    assert [tuple(choice.option for choice in row.plan) for row in rows] == [("a",)]
    assert rows[0].above == pytest.approx(10 / CALM_COST)


def test_at_most_five_other_plans():
    case = town(*(option(f"o{i}", 9, 1000.0 + i) for i in range(8)))
    rows = alternatives_of(case, Listed(), Listed()(case), CALM_COST)
    assert [row.plan[0].option for row in rows] == ["o1", "o2", "o3", "o4", "o5"]


def test_a_set_is_excluded_but_its_parts_and_more_than_it_are_not():
    case = town(option("a", 9, 10.0), option("b", 9, 10.0))
    changed = without_set(case, {"a"}, 0)
    found = {tuple(c.option for c in _plan) for _plan in _allowed(changed)}
    assert found == {(), ("b",), ("a", "b")}
    assert {tuple(c.option for c in p) for p in _allowed(without_set(case, set(), 0))} == {
        ("a",),
        ("b",),
        ("a", "b"),
    }


def _allowed(case):
    return [choices for choices in all_choices(case) if may(case, choices)]


def test_no_time_is_passed_on():
    case = town(SMALL, LARGE)
    with pytest.raises(TimeIsOver):
        alternatives_of(case, _late, Listed()(case), CALM_COST)
    early = town(option("early", 9, 10.0, dates=(0, 12)))
    with pytest.raises(TimeIsOver):
        waiting_costs(early, _late, Listed()(early))
