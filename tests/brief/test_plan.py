"""What a brief says about the plan."""

import re
from dataclasses import replace

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief.drawing import NARROW, WIDE, draw
from derbes.brief.page import sections_of
from derbes.brief.planning import plan_sections, plan_words
from derbes.language import use_language
from derbes.results.plan import StandardCost
from tests.brief.planned import WORKS, impossible_plan, invented_plan
from tests.brief.reading import page_one, part, text_of


@pytest.fixture(scope="module")
def planned(contents: BriefContents) -> BriefContents:
    return replace(contents, plan=invented_plan())


@pytest.fixture(scope="module")
def planned_page(planned: BriefContents) -> str:
    use_language("en")
    return render_brief(planned)


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_without_a_plan_there_is_no_section(contents):
    assert tuple(plan_sections(contents)) == ()
    ids = [section.id for section in sections_of(contents)]
    assert not {"plan", "frontier", "outlay"} & set(ids)


def test_the_sections_stand_behind_the_variants(planned):
    ids = [section.id for section in sections_of(planned)]
    at = ids.index("variants")
    assert ids[at + 1 : at + 4] == ["plan", "frontier", "outlay"]


def test_page_one_says_what_security_costs(planned_page):
    said = text_of(page_one(planned_page))
    words = (
        "cheapest programme that meets the standards, above supply without any; January 2026 to "
        "December 2035, discounted, 50 draws, seed 7"
    )
    assert f"Cost of security\n31.5 million USD\n{words}\n" in _plain(said)


def test_the_plan_is_told_in_words(planned_page):
    said = _plain(text_of(part(planned_page, "plan")))
    assert "The plan: 2 choices meet the standards for 31.5 million USD" in said
    assert (
        "Supply and options together cost 132 million USD, discounted at 5% a year. No plan costs "
        "less than 131 million USD. Without any standard the cheapest course costs 100 million USD."
    ) in said
    assert "To know the future before deciding would be worth 2.5 million USD." in said
    assert "A plan made for mean values alone would cost 500,000 USD more." in said
    assert "build Alum works, size 2 | January 2027 | July 2028 | 2 | 30 million USD" in said
    assert "| 2 years | impossible" in said


def test_the_frontier_names_what_cannot_be_reached(planned_page):
    said = _plain(text_of(part(planned_page, "frontier")))
    finding = (
        "as planned: to survive 3 months costs 0 USD more, 12 months 31.5 million USD more; 24 "
        "months cannot be reached"
    )
    assert finding in said
    assert "24 months | impossible |" in said
    assert "9 months | 1,500,000 | 0 | hold 300 t more in reserve: Softening salt" in said


def test_the_outlay_counts_what_is_saved_abroad(planned_page):
    said = _plain(text_of(part(planned_page, "outlay")))
    assert "From 2026 to 2028 the plan pays 10 million USD less abroad" in said
    assert "2027 | 40,000,000 | 20,000,000 | 20,000,000 | 28,000,000 | 20,000,000" in said


def test_a_plan_that_costs_currency_says_so(contents):
    rows = tuple(
        replace(row, amount=row.amount + 30e6) if row.currency == "foreign" else row
        for row in invented_plan().outlay
    )
    (_plan, _frontier, outlay) = plan_sections(
        replace(contents, plan=replace(invented_plan(), outlay=rows))
    )
    title = _plain(outlay.figures[0].title)
    assert title == "From 2026 to 2028 the plan pays 80 million USD more abroad"


def test_an_impossible_request_shows_the_clash(contents):
    page = render_brief(replace(contents, plan=impossible_plan()))
    said = _plain(text_of(part(page, "plan")))
    assert "The plan: Impossible: no choice meets all that is asked" in said
    assert "The wishes below cannot hold together; relaxing one of them is enough." in said
    assert "budget.by_year.2027 | the budget for 2027: 15 million USD. Least relaxation: " in said
    assert 'id="frontier"' not in page
    card = "Cost of security\nimpossible\nImpossible: no choice meets all that is asked\n"
    assert card in _plain(text_of(page_one(page)))


def test_a_single_wish_is_told_alone_and_no_cost_of_it_is_missing(contents):
    """Two wishes were spoken of where one stands, and a standard that fails lacked a cost."""
    plan = impossible_plan()
    one = replace(contents, plan=replace(plan, clash=plan.clash[1:]))
    said = _plain(text_of(part(render_brief(one), "plan")))
    assert "The wish below cannot hold; relax it." in said
    assert "What cannot hold" in said
    assert "together" not in said
    assert "Standards, in the plan that falls short least\n| standard | met\n| a year | no" in said
    assert "missing" not in said


def test_the_words_for_no_plan_and_for_nothing_to_do(contents):
    plan = invented_plan(cost=None, feasible=None, status="time limit")
    assert plan_words(contents, plan) == "No plan was found in the time that was given"
    nothing = invented_plan(plan=())
    said = plan_words(contents, nothing)
    assert said == "Nothing has to be added: what is there meets the standards"
    one = invented_plan(plan=(WORKS,))
    assert _plain(plan_words(contents, one)) == "1 choice meets the standards for 31.5 million USD"


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_every_chart_is_no_wider_than_its_place(planned, language):
    use_language(language)
    try:
        for section in plan_sections(planned):
            for figure in section.figures:
                for spec, limit in ((figure.spec(WIDE), WIDE), (figure.spec(NARROW), NARROW)):
                    drawn = draw(spec, id_="chart", title="t", description="d")
                    size = re.search(r'viewBox="0 0 (\d+)', drawn)
                    assert size is not None
                    assert int(size.group(1)) <= limit + 12, figure.id
    finally:
        use_language("en")


def test_scenarios_are_called_so(contents):
    plan = invented_plan(draws=3, seed=None)
    (section, *_others) = plan_sections(replace(contents, plan=plan))
    assert section.figures[0].subtitle.endswith("3 scenarios")
    central = invented_plan(draws=1, seed=None)
    (section, *_others) = plan_sections(replace(contents, plan=central))
    assert section.figures[0].subtitle.endswith("central values, no draws")


@pytest.mark.parametrize(
    ("costs", "is_said"), [((1e6,), False), ((1e6, 0.0), True), ((1e6, None), False)]
)
def test_that_costs_of_standards_need_not_add_up_is_said_where_there_are_two(costs, is_said):
    standards = tuple(
        StandardCost(f"s{n}", met=True, cost_of_it=one) for n, one in enumerate(costs)
    )
    said = invented_plan(standards=standards).standards_words(str)
    assert ("need not add up" in said) == is_said
