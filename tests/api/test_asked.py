from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes import api
from derbes.case.quantity import Step
from derbes.case.request import Request
from derbes.errors import RequestError
from derbes.request import request_of
from tests.api.examples import town_case


def test_without_words_the_case_as_written_and_a_start_each_quarter():
    assert request_of(town_case()) == Request(
        variants=("base",), measures=(), starts=(0, 3, 6, 9, 12, 15, 18, 21), lengths=()
    )


def test_all_stands_for_the_case_as_written_and_every_variant():
    assert request_of(town_case(), variants=("all",)).variants == ("base", "no_plant")


def test_names_twice_count_once_in_the_order_of_asking():
    asked = request_of(
        town_case(), variants=("no_plant", "base", "no_plant"), measures=("surge", "surge")
    )
    assert asked.variants == ("no_plant", "base")
    assert asked.measures == ("surge",)


@pytest.mark.parametrize(
    ("step", "every", "starts"),
    [
        (Step.MONTH, "month", tuple(range(24))),
        (Step.MONTH, "year", (0, 12)),
        (Step.QUARTER, "month", tuple(range(24))),
        (Step.QUARTER, "quarter", tuple(range(24))),
        (Step.QUARTER, "year", (0, 4, 8, 12, 16, 20)),
        (Step.YEAR, "quarter", tuple(range(24))),
    ],
)
def test_starts_lie_as_far_apart_as_asked_but_not_closer_than_a_period(step, every, starts):
    assert request_of(town_case(step), starts=every).starts == starts


def test_a_month_must_begin_its_period():
    assert request_of(town_case(Step.QUARTER), starts="2026-04").starts == (1,)
    with pytest.raises(RequestError, match="2026-05 begins no quarter of this case") as error:
        request_of(town_case(Step.QUARTER), starts="2026-05")
    assert error.value.problems[0].fix == "choose 2026-04"


def test_starts_are_sorted_and_counted_once():
    asked = request_of(town_case(), starts=["2027-01", "2026-02", "2027-01"])
    assert asked.starts == (1, 12)


def test_lengths_are_whole_periods():
    assert request_of(town_case(Step.QUARTER), lengths=[12, 6]).lengths == (2, 4)
    with pytest.raises(RequestError) as error:
        request_of(town_case(Step.QUARTER), lengths=[12, 5])
    assert [(one.what, one.fix) for one in error.value.problems] == [
        ("5 months are no whole periods of this case", "choose a multiple of 3 months")
    ]


@given(st.integers(1, 24), st.sampled_from(list(Step)))
def test_every_start_lies_in_the_calendar(n_periods, step):
    case = town_case(step, n_periods)
    for every in ("month", "quarter", "year"):
        starts = request_of(case, starts=every).starts
        assert starts[0] == 0
        assert all(0 <= start < n_periods for start in starts)


def test_everything_that_the_case_does_not_have_is_named_at_once():
    with pytest.raises(RequestError) as caught:
        request_of(
            town_case(),
            variants=["no_plnt"],
            measures=["embarg", "embargo"],
            starts=["2031-01", "2026-13"],
            lengths=[0, 12, 600],
        )
    assert str(caught.value) == (
        "town.yaml: 6 problems\n"
        '  - variant: "no_plnt" is not a variant of this case\n'
        '    fix: did you mean "no_plant"?\n'
        '  - measure: "embarg" is not a measure of this case\n'
        '    fix: did you mean "embargo"?\n'
        "  - start: 2031-01 is outside the calendar of this case\n"
        "    fix: choose a month from 2026-01 to 2027-12\n"
        '  - start: "2026-13" is not a month\n'
        "    fix: write year and month, e.g. 2026-01; for one in each quarter: --every quarter\n"
        "  - length: a measure cannot last 0 months\n"
        "    fix: choose a length from 1 to 24 months\n"
        "  - length: a measure cannot last 600 months\n"
        "    fix: choose a length from 1 to 24 months"
    )


@pytest.mark.parametrize("n_workers", [0, -1, 2000])
@pytest.mark.parametrize(
    "ask",
    [
        partial(api.brief, town_case()),
        partial(api.chart, town_case(), "cover"),
        partial(api.cover, town_case()),
        partial(api.draft, "KAZ", "271121"),
        partial(api.leverage, town_case()),
        partial(api.plan, town_case()),
        partial(api.screen, "KAZ"),
        partial(api.statements, town_case()),
        partial(api.stress, town_case()),
    ],
    ids=lambda ask: ask.func.__name__,
)
def test_every_verb_refuses_a_number_of_processes_that_cannot_be(ask, n_workers):
    with pytest.raises(RequestError) as error:
        ask(n_workers=n_workers)
    problem = next(one for one in error.value.problems if one.where == "workers")
    assert problem.what == f"{n_workers:,} is not possible here"
    assert problem.fix == "choose a number from 1 to 1,024"
