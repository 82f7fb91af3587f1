"""What a brief says of cases unlike the usual: of few starts, of no essential use, of options."""

from dataclasses import replace

import pytest

from derbes.brief import render_brief
from derbes.brief.coverage import cover_section
from derbes.brief.dependence import chokepoint_section, sellers_section
from derbes.brief.headline import asked_words, quantile_words, weak_window
from derbes.brief.leverage import losses_section
from derbes.brief.uncertainty import fans_section, hazards_section
from derbes.case.entities import Tier
from derbes.case.options import Option, OptionKind
from derbes.results.stress import Answer
from tests.brief.invented_stress import DATES, hazards, invented_stress
from tests.brief.planned import impossible_plan
from tests.brief.reading import page_one, text_of


def with_case(contents, **changes):
    return replace(contents, case=replace(contents.case, **changes))


def with_uses(contents, **names):
    """The case with other names of its uses."""
    uses = contents.case.uses
    named = {id_: replace(uses[id_], label={"en": name}) for id_, name in names.items()}
    return with_case(contents, uses={**uses, **named})


@pytest.fixture
def drawn(contents):
    return replace(contents, stress=invented_stress(contents.case))


def test_a_case_without_an_essential_use_is_not_said_to_hold(contents):
    """The brief ended in an error, and page one told how long nothing at all is met."""
    uses = {id_: replace(use, tier=Tier.DEFERRABLE) for id_, use in contents.case.uses.items()}
    said = text_of(page_one(render_brief(with_case(contents, uses=uses))))
    assert "No use of this case is essential" in said
    for word in ("Essential:", "Time to survive", "Leverage ends", "survived"):
        assert word not in said


@pytest.mark.parametrize(
    ("washing", "rinsing", "told"),
    [
        ("Buses, pumps and boats", "Cars", "“Buses, pumps and boats”, Cars"),
        ("Rice", "Rice, seed", "Rice, “Rice, seed”"),
        ("Shells, large", "Shells, small", "Shells (large, small)"),
    ],
)
def test_names_in_a_list_stay_what_they_are(contents, washing, rinsing, told):
    """Buses were said to be pumps and boats, and rice to be seed alone."""
    assert f"Essential: {told}." in asked_words(with_uses(contents, washing=washing,
                                                          rinsing=rinsing))[-1]  # fmt: skip


def test_what_is_there_only_with_an_option_is_not_sold_or_made_yet(contents):
    """A seller whom only a contract brings was said to offer the good, and to sell 0 of it."""
    options = {
        "contract": Option("contract", kind=OptionKind.CONTRACT, element="suppliers.eastland_salt"),
        "works": Option("works", kind=OptionKind.BUILD, element="plants.salt_works"),
    }
    some = with_case(contents, options=options)
    map_of_goods = chokepoint_section(some).figures[0].table
    supply = {row[0].text: row[2].text for row in map_of_goods.rows}
    assert supply["Softening salt"] == "Northland"
    assert "Eastland" not in sellers_section(some).figures[0].table.head


@pytest.mark.parametrize(
    ("loss", "cost", "told"),
    [
        (None, None, "Losses in money are missing"),
        (None, 5.0, "The target's loss is missing"),
        (5.0, None, "The sender's cost is missing"),
    ],
)
def test_only_what_is_missing_is_said_to_be(contents, loss, cost, told):
    """Losses were said to be missing above a table that has those of one side."""
    rows = tuple(
        replace(row, target_loss=loss, sender_cost_returning=cost, sender_cost_lost=cost)
        for row in contents.leverage.rows
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=rows))
    assert losses_section(some).paragraphs[0].startswith(told)


def test_one_start_of_the_draws_speaks_for_no_other(drawn):
    """It was said to be so whenever the measure begins."""
    said = "Half of the draws or more do not meet essential demand for 12\u00a0months."
    assert weak_window(drawn).startswith(said)


def test_a_value_that_is_missing_in_some_draws_is_not_without_bound():
    ratio = Answer("leverage_ratio(embargo, 2026-01)", "", None, None, {}, n_unbounded=9)
    assert quantile_words(ratio, "50") == "without bound"
    assert quantile_words(replace(ratio, n_without=1), "50") == "missing"


def test_a_band_without_bound_is_not_missing(drawn):
    """Page one said without bound, and the annex missing."""
    fan = replace(drawn.stress.fans[0], name="leverage_ratio")
    open_ = (None,) + (1.0,) * (len(DATES) - 1)
    ends = {**fan.quantiles, "95": open_}
    fan = replace(fan, quantiles=ends, mean=open_, n_unbounded=(1,) + (0,) * (len(DATES) - 1))
    stress = replace(drawn.stress, fans=(fan,))
    table = fans_section(replace(drawn, stress=stress), stress).figures[0].table
    assert [cell.text for cell in table.rows[0][7:9]] == ["without bound", "without bound"]
    lost = replace(stress, fans=(replace(fan, n_unbounded=()),))
    table = fans_section(replace(drawn, stress=lost), lost).figures[0].table
    assert [cell.text for cell in table.rows[0][7:9]] == ["missing", "missing"]


def test_a_band_of_one_date_is_no_chart(drawn):
    fan = drawn.stress.fans[0]
    first = {
        "dates": fan.dates[:1], "quantiles": {p: path[:1] for p, path in fan.quantiles.items()},
        "mean": fan.mean[:1], "central": fan.central[:1],
    }  # fmt: skip
    stress = replace(drawn.stress, fans=(replace(fan, **first),))
    assert fans_section(replace(drawn, stress=stress), stress).figures == ()


def test_page_one_over_draws_says_that_no_plan_meets_what_is_asked(drawn):
    some = replace(drawn, plan=impossible_plan())
    said = text_of(render_brief(some, page_one=True))
    assert "Impossible: no choice meets all that is asked." in said


def test_an_end_that_one_start_cannot_tell_says_so(contents):
    start = contents.focus.start
    rows = tuple(row for row in contents.leverage.rows if row.start == start)
    some = replace(contents, leverage=replace(contents.leverage, rows=rows, ends=()))
    said = text_of(render_brief(some, page_one=True))
    assert "Leverage ends\nnot computed\none start alone was looked at" in said


def test_where_there_is_no_rule_none_is_told_beside_the_days(contents):
    calm = {name: replace(one, reserve={}) for name, one in contents.calm.items()}
    section = cover_section(replace(contents, calm=calm))
    spec = str(section.figures[0].spec(700))
    assert "no rule)" not in spec
    assert "days" in spec


def test_listed_scenarios_have_no_seed(drawn):
    """Three scenarios of a case were told as so many draws, and as drawn with a seed."""
    listed = replace(drawn, stress=replace(drawn.stress, method="all", draws=3))
    said = text_of(page_one(render_brief(listed)))
    assert "their spread over 3 scenarios;" in said
    assert "seed" not in said


def test_the_map_names_no_sender_who_does_not_sell_what_runs_out(contents):
    """Of a closed route the title said that the sender sells what its neighbor does."""
    title = chokepoint_section(contents).figures[0].title
    assert title.endswith("sold by Northland")
    cover = contents.cover
    rows = tuple(replace(row, binding_sellers=("westland",)) for row in cover.rows)
    ends = tuple(replace(row, binding_sellers=("westland",)) for row in contents.leverage.ends)
    others = replace(
        contents,
        cover=replace(cover, rows=rows),
        leverage=replace(contents.leverage, ends=ends),
    )
    assert "Northland" not in chokepoint_section(others).figures[0].title


def test_hazards_that_cost_nothing_have_no_chart_of_losses(contents):
    """It was an empty one, with a tick at 0."""
    case = replace(contents.case, hazards=hazards(contents.case))
    stress = invented_stress(case)
    one = replace(stress.hazards[0], exceedance=((0.0, 0.5), (0.0, 0.1)))
    some = replace(contents, case=case, stress=replace(stress, hazards=(one,)))
    assert len(hazards_section(some, some.stress).figures) == 1
