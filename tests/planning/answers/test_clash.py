"""Why a request is impossible: an irreducible conflict, and the least relaxation of each part."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.options import Choice, Limit, Standard
from derbes.case.quantity import Calendar, Step
from derbes.planning.problem import PlanSolution, TimeIsOver
from derbes.planning.solving import (
    conflict_of,
    first_that_holds,
    irreducible_conflict,
    least_amount,
    requirements_of,
    used_of,
    with_amount,
    without,
)
from tests.planning.answers.toy import Listed, budget, number, option, standard, town


def _paths(case):
    return [wish.path for wish in irreducible_conflict(case, Listed())]


def test_a_budget_and_a_standard_clash_in_the_words_of_the_case():
    case = town(
        option("works", 9, 26.4e6, lead_time=number(12)), budget=budget(by_year={2026: 20e6})
    )
    year, wish = conflict_of(case, Listed())
    assert (year.wish, year.unit) == ("budget.by_year.2026", "USD")
    assert year.least_relaxation == pytest.approx(6.4e6)
    assert year.what == (
        "the budget for 2026: 20 million USD. Least relaxation: the budget for 2026 must rise "
        "from 20 million USD to 26.4 million USD."
    )
    assert (wish.wish, wish.least_relaxation, wish.unit) == ("standards.a_year", 9.0, "month")
    assert wish.what == (
        'essential uses: "Embargo" of 12 months is survived from January 2028 on. Least '
        "relaxation: the standard can hold for 3 months instead of 12 months."
    )


def test_a_standard_by_quarter_gives_way_in_months():
    quarters = Calendar(2026, 1, 20, Step.QUARTER)
    asked = standard(length=4, first=8)
    (wish,) = conflict_of(town(calendar=quarters, standards={"a_year": asked}), Listed())
    assert [(cure.now, cure.then, cure.least_relaxation) for cure in wish.cures] == [(12, 9, 3)]
    assert wish.what.endswith("the standard can hold for 9 months instead of 12 months.")


def test_a_standard_can_begin_later():
    works = option("works", 9, 10.0, lead_time=number(30))
    (wish,) = conflict_of(town(works), Listed())
    assert [(cure.now, cure.then, cure.unit) for cure in wish.cures] == [
        (12.0, 3.0, "month"),
        ("2028-01", "2028-07", "month"),
    ]
    assert wish.cures[1].what == "the standard can hold from July 2028 on instead of January 2028"
    assert wish.cures[1].least_relaxation == 6


def test_the_share_gives_way_where_neither_length_nor_date_can():
    """A month at least is asked for; what is held is enough for three quarters of four."""
    alone = Standard("calm", uses=("treatment",), length=4, first=24, last=24, share=number(0.8))
    case = town(standards={"calm": alone})
    (wish,) = conflict_of(case, Listed())
    assert wish.what == (
        "Drinking water: demand in calm is met from January 2028 on. Least relaxation: the "
        "standard can hold to 75% of the demand instead of 80%."
    )
    assert (wish.least_relaxation, wish.unit) == (pytest.approx(0.05), "share")


def test_the_share_that_is_asked_for_stands_in_the_words():
    case = town(standards={"a_year": standard(share=number(0.8))})
    (wish,) = conflict_of(case, Listed())
    assert wish.what.startswith(
        'essential uses: "Embargo" of 12 months is survived from January 2028 on, to 80%. '
    )


def test_the_cheapest_way_to_a_total_decides_how_far_it_must_rise():
    case = town(option("dear", 9, 90.0), option("cheap", 9, 50.0), budget=budget(total=30.0))
    total, _standard = conflict_of(case, Listed())
    assert total.least_relaxation == pytest.approx(20.0)
    assert total.cures[0].then == pytest.approx(50.0)


def test_what_is_paid_for_counts_though_it_has_no_size():
    any_size = option("any", 1, 1.0, sizes=(), largest=1.0, committed=True, capital=number(40.0))
    case = town(any_size, option("works", 9, 50.0), budget=budget(total=60.0))
    chosen = (Choice("any", 0, 0.0), Choice("works", 0, 9.0))
    plan = PlanSolution(feasible=True, cost=1090.0, choices=chosen)
    total = next(one for one in requirements_of(case) if one.name == "total")
    assert used_of(case, total, plan) == pytest.approx(90.0)


def test_payments_abroad_have_ceilings_of_their_own():
    works = option("works", 9, 50.0, foreign_share=number(0.4))
    case = town(works, budget=replace(budget(), foreign_total=number(5.0)))
    total, _standard = conflict_of(case, Listed())
    assert total.wish == "budget.foreign_total"
    assert total.cures[0].what == (
        "the ceiling on payments abroad in all must rise from 5 USD to 20 USD"
    )
    yearly = town(works, budget=budget(foreign_by_year={2026: 5.0}))
    year, _standard = conflict_of(yearly, Listed())
    assert year.wish == "budget.foreign_by_year.2026"
    assert year.least_relaxation == pytest.approx(15.0, rel=1e-3)


def test_options_that_exclude_each_other_and_are_both_committed():
    case = town(
        option("one", 9, 10.0, committed=True, excludes=("two",), label={"en": "One"}),
        option("two", 9, 10.0, committed=True, label={"en": "Two"}),
    )
    told = conflict_of(case, Listed())
    assert [wish.what for wish in told] == [
        "One and Two exclude each other. Least relaxation: that One and Two exclude each other "
        "must be given up.",
        "One is committed. Least relaxation: that One is committed must be given up.",
        "Two is committed. Least relaxation: that Two is committed must be given up.",
    ]
    assert [wish.least_relaxation for wish in told] == [None, None, None]


def test_what_an_option_requires_can_be_too_much():
    case = town(
        option("works", 9, 10.0, requires=("mine",)),
        option("mine", 1, 100.0, label={"en": "The mine"}),
        budget=budget(total=50.0),
    )
    paths = _paths(case)
    assert paths == ["options.works.requires", "budget.total", "standards.a_year"]


def test_limits_say_by_how_much():
    case = town(
        option("one", 5, 10.0),
        option("two", 5, 10.0),
        limits={"land": Limit("land", options={"one": number(2), "two": number(2)},
                              at_most=number(12.0), label={"en": "Land"})},
    )  # fmt: skip
    land, _standard = conflict_of(case, Listed())
    assert land.what == (
        "Land: at most 12. Least relaxation: the limit of Land must rise from 12 to 20."
    )
    least = town(
        option("one", 5, 10.0),
        limits={"much": Limit("much", options={"one": number(1)}, at_least=number(7.0))},
        standards={},
    )
    (much,) = conflict_of(least, Listed())
    assert much.what == (
        "much: at least 7. Least relaxation: the limit of much must fall from 7 to 5."
    )


def test_a_wish_that_cures_nothing_alone_says_so():
    case = town(
        option("works", 9, 50.0),
        budget=budget(total=10.0),
        standards={"a_year": standard(), "too_long": standard(length=40)},
    )
    told = {wish.wish: wish for wish in conflict_of(case, Listed())}
    assert set(told) == {"standards.too_long"}
    assert told["standards.too_long"].least_relaxation is None
    assert told["standards.too_long"].what.endswith("No relaxation of this wish alone was found.")


def test_without_any_wish_it_can_be_impossible_too():
    def never(case, *, is_rough=False):
        return PlanSolution(feasible=False)

    (wish,) = conflict_of(town(option("works", 9, 50.0)), never)
    assert (wish.wish, wish.least_relaxation) == ("uses", None)
    assert wish.what == (
        "Demand in calm (Drinking water) cannot be met whatever is chosen: write more supply, "
        "more options, or what a unit of unmet demand costs (shortage_cost)."
    )


def test_time_that_ends_leaves_the_clash_without_its_cures():
    case = town(option("works", 9, 50.0), budget=budget(total=10.0))
    listed, n_filter = Listed(), len(requirements_of(case))

    def hurried(case, *, is_rough=False):
        if len(listed.asked) >= n_filter:
            raise TimeIsOver
        return listed(case, is_rough=is_rough)

    told = conflict_of(case, hurried)
    assert [(wish.wish, wish.least_relaxation) for wish in told] == [
        ("budget.total", None),
        ("standards.a_year", None),
    ]


@st.composite
def impossible_cases(draw):
    """Small cases whose request is impossible."""
    options = [
        option(
            f"o{i}",
            draw(st.integers(1, 6)),
            draw(st.integers(1, 50)),
            dates=tuple(sorted(draw(st.sets(st.sampled_from([0, 12, 24]), min_size=1)))),
            foreign_share=number(draw(st.sampled_from([0.0, 0.5]))),
            committed=draw(st.booleans()),
            excludes=("o0",) if i and draw(st.booleans()) else (),
        )
        for i in range(draw(st.integers(1, 3)))
    ]
    return town(
        *options,
        budget=budget(draw(st.integers(0, 60)), by_year={2026: draw(st.integers(0, 40))}),
        standards={"a_year": standard(length=draw(st.integers(4, 20)))},
    )


@settings(max_examples=60, deadline=None)
@given(impossible_cases())
def test_the_clash_is_smallest(case):
    solve = Listed()
    if solve(case).feasible:
        return
    clash = irreducible_conflict(case, solve)
    everything = requirements_of(case)

    def possible(kept):
        changed = case
        for wish in everything:
            if wish not in kept:
                changed = without(changed, wish)
        return solve(changed).feasible

    assert not possible(clash)
    for fewer in combinations(clash, max(len(clash) - 1, 0)):
        assert possible(fewer)


@settings(max_examples=40, deadline=None)
@given(impossible_cases())
def test_a_cure_of_an_amount_cures_and_less_does_not(case):
    solve = Listed()
    if solve(case).feasible:
        return
    wishes = {wish.path: wish for wish in requirements_of(case)}
    for told in conflict_of(case, solve):
        for cure in told.cures:
            if told.wish.startswith("budget"):
                wish = wishes[told.wish]
                assert solve(with_amount(case, wish, cure.then)).feasible
                less = cure.then - 2e-3 * (cure.then - cure.now)
                assert not solve(with_amount(case, wish, less)).feasible


def test_halving_finds_the_first():
    for first in range(1, 20):
        assert first_that_holds(lambda n, first=first: n >= first, 1, 19) == first
    assert first_that_holds(lambda n: True, 5, 4) is None


@pytest.mark.parametrize("needed", [12.5, 100.0, 1e6 + 1])
def test_a_least_amount_without_knowing_what_is_used(needed):
    found = least_amount(lambda x: x if x >= needed else None, 10.0, used=None)
    assert needed <= found <= needed + 1e-3 * (needed - 10.0)


def test_no_amount_may_be_enough():
    with pytest.raises(OverflowError):
        least_amount(lambda x: None, 10.0, used=None)
