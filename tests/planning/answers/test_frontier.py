"""Cost against months survived, each point a plan."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.quantity import Calendar, Step
from derbes.planning.answers import frontier_of, lengths_of, marked, with_length
from derbes.planning.problem import TimeIsOver
from derbes.results.plan import FrontierPoint
from tests.planning.answers.toy import CALM_COST, Listed, option, standard, town

CASE = town(option("small", 4, 40), option("large", 9, 70))


def test_each_point_is_the_cheapest_plan_of_its_length():
    points = frontier_of(CASE, Listed(), (3, 6, 9, 12, 16, 18))
    costs = [None if p.cost is None else p.cost - CALM_COST for p in points]
    assert costs == [0.0, 40.0, 70.0, 70.0, 110.0, None]
    plans = [tuple(choice.option for choice in point.plan) for point in points]
    assert plans == [(), ("small",), ("large",), ("large",), ("large", "small"), ()]


def test_a_month_more_is_priced_by_the_points_around_it():
    points = frontier_of(CASE, Listed(), (3, 6, 9, 12, 16, 18))
    assert [point.cost_of_a_month for point in points] == [None, 40 / 3, 10.0, 0.0, 10.0, None]


def test_a_point_is_dominated_when_longer_costs_no_more():
    points = frontier_of(CASE, Listed(), (3, 6, 9, 12, 16))
    assert [point.dominated for point in points] == [False, False, True, False, False]


def test_the_frontier_need_not_be_convex():
    points = frontier_of(CASE, Listed(), (4, 7, 12))
    costs = [point.cost for point in points]
    assert costs == [CALM_COST + 40, CALM_COST + 40, CALM_COST + 70]


def test_what_is_impossible_is_impossible_for_longer_too():
    solve = Listed()
    points = frontier_of(CASE, solve, (17, 18, 24))
    assert [point.feasible for point in points] == [False, False, False]
    assert len(solve.asked) == 1


def test_between_two_lengths_of_one_cost_nothing_is_searched():
    solve = Listed()
    points = frontier_of(CASE, solve, range(8, 13))
    assert [point.cost for point in points] == [CALM_COST + 70] * 5
    assert {tuple(choice.option for choice in point.plan) for point in points} == {("large",)}
    assert len(solve.asked) == 2


def test_where_security_costs_nothing_no_shorter_length_is_searched():
    case, solve = replace(CASE, standards={"a_season": standard(length=3)}), Listed()
    best = replace(solve(case), no_threat_cost=CALM_COST)
    points = frontier_of(case, solve, (1, 2, 3, 6), best=best)
    assert [point.cost - CALM_COST for point in points] == [0.0, 0.0, 0.0, 40.0]
    assert len([asked for asked in solve.asked if asked != case]) == 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 99)), min_size=1, max_size=3),
    st.sets(st.integers(1, 24), min_size=1, max_size=8),
)
def test_every_point_has_the_cost_of_a_search_of_its_own(options, lengths):
    case = town(*(option(f"o{i}", months, cost) for i, (months, cost) in enumerate(options)))
    found = {point.months: point.cost for point in frontier_of(case, Listed(), tuple(lengths))}
    for months in lengths:
        alone = Listed()(with_length(case, months))
        assert found[months] == (alone.cost if alone.feasible else None)


def test_points_without_time_have_no_cost_and_are_not_impossible():
    def late(case, *, is_rough=False):
        raise TimeIsOver

    (point,) = frontier_of(CASE, late, (6,))
    assert point == FrontierPoint(6, cost=None)
    assert point.feasible is None


def test_lengths_are_those_asked_for_or_the_usual_and_the_own():
    own = replace(CASE, standards={"a_year": standard(length=15)})
    assert lengths_of(own, ()) == (1, 2, 3, 6, 9, 12, 15, 18, 24)
    assert lengths_of(own, (12, 4, 12)) == (4, 12)


def test_lengths_are_whole_periods():
    quarters = replace(CASE, calendar=Calendar(2026, 1, 20, Step.QUARTER))
    assert lengths_of(quarters, (1, 3, 6, 61)) == (3, 6)
    assert with_length(quarters, 6).standards["a_year"].length == 2


def test_without_a_measure_there_is_no_frontier():
    calm = replace(CASE, standards={"calm": replace(standard(), measure="")})
    assert lengths_of(calm, ()) == ()
    assert with_length(calm, 6).standards == calm.standards


def test_marking_leaves_unknown_costs_alone():
    points = (FrontierPoint(1, None), FrontierPoint(2, 5.0), FrontierPoint(3, 5.0))
    assert [point.dominated for point in marked(points)] == [False, True, False]
