"""What a brief tells beside cover and leverage, and when."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from derbes import api
from derbes.analysis.cover import cover_chunk, cover_chunks, cover_table
from derbes.case.request import Request
from derbes.draws.study import make_studies
from derbes.errors import RequestError
from derbes.pages import plans_told, statements_told, stress_told
from derbes.parallel import RunOptions
from tests.statements.ledgers import talk, with_ledger

ALONE = RunOptions()
WATERWORKS = Path(__file__).parents[2] / "cases" / "waterworks.yaml"


@pytest.fixture(scope="module")
def town():
    case = api.read_case(WATERWORKS)
    return replace(case, standards={"a_year": case.standards["a_year"]})


def test_the_case_and_the_variant_without_the_project_are_planned_for(town):
    plans, cover = plans_told(
        replace(town, without_project="no_plant"), Request(("base", *town.variants)), ALONE
    )
    assert cover == []
    assert list(plans) == ["base", "no_plant"]
    assert plans["base"].value_of_waiting
    alone = api.plan(town, variant="no_plant", has_frontier=False, has_more=False)
    assert plans["no_plant"].cost == alone.cost
    assert plans["no_plant"].cost_of_security == pytest.approx(alone.cost - alone.no_threat_cost)
    assert any(point.cost is not None for point in plans["no_plant"].frontier)


def test_cover_is_told_beside_plans_as_it_is_alone(town):
    bare, request = replace(town, options={}), Request(("base",), starts=(0, 9), lengths=(3,))
    studies = make_studies(bare, request)
    chunks = cover_chunks(request, studies, only_essential=True)
    beside = [partial(cover_chunk, chunk) for chunk in chunks]
    plans, found = plans_told(bare, request, ALONE, beside)
    rows = tuple(row for rows in found for row in rows)
    assert not plans
    assert rows
    assert rows == cover_table(bare, request, only_essential=True)


def test_nothing_is_planned_where_a_cost_is_missing(town):
    unknown = replace(town, missing=("options.chlorine_works.capital",))
    assert plans_told(unknown, Request(), ALONE) == ({}, [])


def test_nothing_is_planned_without_options_or_standards(town):
    assert plans_told(replace(town, options={}), Request(), ALONE) == ({}, [])
    assert plans_told(replace(town, standards={}), Request(), ALONE) == ({}, [])


def test_one_draw_says_nothing_on_how_sure_it_is(town):
    assert stress_told(town, Request(), ALONE) is None


def test_draws_say_how_sure_it_is(town):
    stress = stress_told(town, Request(draws=8), ALONE)
    assert stress is not None
    assert stress.draws == 8
    assert stress.answers
    assert stress.p_ended


def test_a_ledger_is_judged_and_a_case_without_one_is_not(town):
    assert statements_told(town, Request(), ALONE) is None
    table = statements_told(with_ledger(talk(), sure="1 < 2"), Request(), ALONE)
    assert table is not None
    assert table.provenance.n_draws == 1
    assert {row.id: row.verdict for row in table.statements}["sure"] == "holds"


def test_nothing_is_drawn_where_nothing_is_uncertain(town):
    assert stress_told(town, Request(), ALONE) is None
    certain = replace(town, plants={}, recipes={})
    assert stress_told(certain, Request(draws=8), ALONE) is None


def test_draws_are_of_the_measure_and_the_lengths_that_are_asked_for(town):
    asked = Request(measures=("embargo",), lengths=(6,), draws=8)
    stress = stress_told(town, asked, ALONE)
    assert stress is not None
    assert {point.length for point in stress.p_ended} == {6}
    assert (stress.draws, stress.draws_solved) == (8, 8)


def test_a_brief_over_fewer_than_no_draws_is_refused(town):
    with pytest.raises(RequestError) as refused:
        api.brief(town, draws=-1)
    (problem,) = refused.value.problems
    assert (problem.where, problem.what, problem.fix) == (
        "draws",
        "-1 is not possible here",
        "choose a number from 0 to 100,000",
    )
