"""What a brief says of the ways, of plants, currency and chances."""

from dataclasses import replace

import pytest

from derbes.brief import render_brief
from derbes.brief.planning import buys_words, money_section, programme_card, ways_table
from derbes.case.options import Standard
from derbes.case.quantity import Quantity
from derbes.language import use_language
from derbes.request import provenance_of
from derbes.results.money import (
    CHEAPEST,
    NOTHING,
    PROGRAMME,
    ChanceWorth,
    Estimate,
    PlantAccount,
    Way,
    Ways,
    YearSaved,
)
from tests.brief.planned import invented_plan
from tests.brief.reading import page_one, part, text_of

WAYS = Ways(
    ways=(
        Way(PROGRAMME, "base", (), 1425e6, 580e6, met=True, cost_of_security=0.0,
            loss=Estimate(111e6, 5e6), saved=Estimate(32e6, 2.4e6), p_short=Estimate(0.16, 0.02)),
        Way(CHEAPEST, "bare", ("hold more",), 237e6, 223e6, met=True, cost_of_security=22.8e6,
            loss=Estimate(139e6, 6e6), saved=Estimate(4e6, 1e6), p_short=Estimate(0.2, 0.02)),
        Way(NOTHING, "bare", (), 211e6, None, met=False,
            loss=Estimate(143e6, 6e6), p_short=Estimate(0.26, 0.02)),
    ),
    first="2026-01", last="2035-12", met_from="2031-01", price_year=2025, draws=512, seed=1,
    saved_abroad=(
        YearSaved(2035, 37e6, 33e6, {"5": -1e6, "95": 53e6}),
        YearSaved(None, -120e6, -300e6, {"5": -596e6, "95": -82e6}),
    ),
    draws_solved=16,
    chances=(
        ChanceWorth("second", "switch", 40e6, 50e6, 0.8),
        ChanceWorth("never", "switch", 60e6, 50e6, None),
        ChanceWorth("exports", "allowed", 0.0, 20e6, 0.0),
        ChanceWorth("blind", "allowed", 1.0, None, None),
    ),
)  # fmt: skip
WORKS = PlantAccount("works", 250e6, 101e6, 39e6, {2034: 0.4, 2035: 0.445}, 0.377)


@pytest.fixture(scope="module")
def told(contents):
    use_language("en")
    return replace(contents, plan=invented_plan(ways=WAYS, plants=(WORKS,), draws=1, seed=None))


def _plain(text):
    return text.replace("\u00a0", " ")


def test_money_is_discounted_only_where_the_case_has_a_rate(told):
    assert "discounted" in render_brief(told)
    bare = replace(told.leverage.provenance, discount_rate=None)
    plan = replace(told.plan, provenance=bare)
    leverage = replace(told.leverage, provenance=bare)
    assert "iscount" not in render_brief(replace(told, plan=plan, leverage=leverage))


@pytest.mark.parametrize(
    ("rate", "known"),
    [
        (None, None),
        (Quantity(0.0, "1/year"), None),
        (Quantity(0.0, "1/year", low=0.0, high=0.1), 0.0),
        (Quantity(0.05, "1/year"), 0.05),
    ],
)
def test_a_result_says_at_which_rate_money_is_discounted(contents, rate, known):
    assert provenance_of(replace(contents.case, discount_rate=rate)).discount_rate == known


def test_page_one_tells_three_ways_with_dates_and_errors(told):
    said = _plain(text_of(page_one(render_brief(told))))
    assert "What it costs and what it buys, January 2026 to December 2035" in said
    for words in (
        "To December 2035 the plan costs 1.21 billion USD more than doing nothing (payments, "
        "not discounted) and avoids 32 ± 2.4 million USD of expected loss by chance events "
        "(discounted). Without it the same standard costs 26 million USD more than doing nothing "
        "and avoids 4 ± 1 million USD of expected loss by chance events (discounted).",
        "standard met, from January 2031",
        "111 ± 5 million USD",
        "16% ± 2%",
        "prices of 2025",
        "512 draws",
    ):
        assert words in said, words
    assert "Cost of security" not in said


def test_a_way_that_costs_nothing_more_is_not_dearer_by_nothing(told):
    """A plan was said to cost 0 USD more than doing nothing."""
    nothing = WAYS.ways[2]
    ways = (replace(WAYS.ways[0], outlay=nothing.outlay), WAYS.ways[1], nothing)
    words = buys_words(replace(told, plan=replace(told.plan, ways=replace(WAYS, ways=ways))))
    assert words.startswith("To December 2035 the plan costs as much as doing nothing (payments")


def test_every_number_of_the_table_is_one_of_the_result(told):
    rows = ways_table(told).rows
    for row, way in zip(rows, WAYS.ways, strict=True):
        assert [row[1].raw, row[2].raw] == [way.outlay, way.abroad]
        assert [row[4].raw, row[5].raw] == [way.loss.mean, way.p_short.mean]
    assert [row[3].text for row in rows] == ["yes", "yes", "no"]
    assert rows[2][2].text == "missing"


def test_a_way_that_meets_no_standard_is_not_said_to_meet_it(told):
    """Its row was called "the standard is met as well", with "no" beside it."""
    none = Way(CHEAPEST, "bare", (), None, None, met=False)
    ways = replace(WAYS, ways=(WAYS.ways[0], none, WAYS.ways[2]))
    row = ways_table(replace(told, plan=replace(told.plan, ways=ways))).rows[1]
    assert [one.text for one in row][::3] == [
        "Without it: no choice meets the same standard", "no",
    ]  # fmt: skip


def test_standards_of_several_months_have_no_one_month(told):
    standards = {str(n): Standard(str(n), first=n) for n in (0, 12)}
    case = replace(told.case, standards=standards)
    assert ways_table(replace(told, case=case)).head[3] == "standards met, each from its month on"


def test_without_draws_no_loss_is_told(told):
    ways = tuple(replace(one, loss=None, saved=None, p_short=None) for one in WAYS.ways)
    plan = replace(told.plan, ways=replace(WAYS, ways=ways, draws=0))
    central = replace(told, plan=plan)
    assert len(ways_table(central).head) == 4
    assert "expected loss" not in buys_words(central)


def test_without_ways_the_card_is_that_of_the_plan(contents):
    plain = replace(contents, plan=invented_plan())
    assert programme_card(plain) is ways_table(plain) is money_section(plain) is None
    assert buys_words(plain) == ""


def test_the_card_says_what_is_paid_in_each_way(told):
    _label, value, words = programme_card(told)
    assert _plain(value) == "1.43 billion USD"
    assert "the same standard without it: 237 million USD; doing nothing: 211 million USD" in (
        _plain(words)
    )


def test_money_is_one_table_of_plants_currency_and_chances(told):
    said = _plain(text_of(part(render_brief(told), "money")))
    for words in (
        "38% of its hours used in calm (2035: 44%)",
        "capital 250 million USD and standing cost 101 million USD, paid; 39 million USD left at "
        "the end, discounted",
        "Currency saved in 2035",
        "37 million USD",
        "nine of ten from -596 to -82 million USD",
        "pays from a probability of 80% on",
        "costs 40 million USD in any case, saves 50 million USD if it comes, discounted; worth -15 "
        "million USD at 50%; not counted",
        "pays at no probability",
        "saved or earned if it came, discounted; not counted",
        "a shortage of it has no price",
    ):
        assert words in said, words
    section = money_section(told)
    assert len(section.tables) == 1
    assert len(section.tables[0].rows) == 7


def test_a_plant_of_which_nothing_is_written_has_no_row_of_zeros(contents):
    bare = PlantAccount("bare", 0.0, 0.0, 0.0, {}, None)
    empty = replace(contents, plan=invented_plan(plants=(bare,), draws=1, seed=None))
    assert money_section(empty) is None
    closed = replace(bare, capital=5e6)
    known = replace(contents, plan=invented_plan(plants=(closed,), draws=1, seed=None))
    assert "no line of it opens, or none is written" in text_of(part(render_brief(known), "money"))


def test_payments_over_scenarios_are_not_those_of_central_values(told):
    """The card called the mean over the scenarios of a case central values."""
    some = replace(told, plan=replace(told.plan, draws=3))
    assert "3 scenarios" in programme_card(some)[2]
    assert "3 scenarios" in ways_table(some).caption
    assert "central values" in programme_card(told)[2]


def test_no_loss_that_is_avoided_is_none(told):
    """It was told as 0 ± 0 of expected loss."""
    first, *others = WAYS.ways
    none = replace(WAYS, ways=(replace(first, saved=Estimate(0.0, 0.0)), *others))
    words = buys_words(replace(told, plan=replace(told.plan, ways=none)))
    assert "avoids no expected loss by chance events that can be told from none" in words
