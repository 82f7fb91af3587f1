"""Talk and threat: the sentence of page one and the chart of the annex."""

from dataclasses import replace
from itertools import pairwise

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief import format as fmt
from derbes.brief.statements import talk_section, talk_words
from derbes.case.entities import MeasureKind
from derbes.results.statements import Signaling
from tests.brief.invented import invented_contents
from tests.brief.invented_ledger import invented_talk
from tests.brief.reading import page_one, part, text_of

ASSUMED = "This is a small game over assumed parameters (grade D), no forecast."


@pytest.fixture(scope="module")
def contents() -> BriefContents:
    return replace(invented_contents(), talk=invented_talk())


def central(contents: BriefContents, *pays: bool) -> BriefContents:
    """The game of central values, which pays in some years."""
    years = zip(invented_talk().years, pays, strict=False)
    told = tuple(
        replace(year, credible_share=float(one), rhetoric_share=float(not one), n_draws=1)
        for year, one in years
    )
    return replace(contents, talk=Signaling(told, invented_talk().parameters))


def test_page_one_says_in_how_many_draws_a_stop_pays_and_what_words_are_worth(contents):
    told = (
        "Begun in January 2026 the measure would gain Northland more than it costs in 100% of 64 "
        "draws, begun in January 2031 in 0%. A threat of it would be mere talk, whatever is "
        "believed, in 0% (January 2026) and 100% (January 2031). What Town says would change what "
        "Northland does in at most 10% of them. "
    )
    assert talk_words(contents) == told + ASSUMED
    page = text_of(page_one(render_brief(contents)))
    assert f"{told}{ASSUMED} Threat or talk" in page


def test_words_that_change_nothing_are_given_no_share(contents):
    years = tuple(replace(year, explaining_matters_share=0.0) for year in contents.talk.years)
    words = talk_words(replace(contents, talk=replace(contents.talk, years=years)))
    assert "What Town says would change what Northland does in none of them." in words


def test_the_year_in_which_it_pays_most_often_is_said_where_it_is_another(contents):
    first, second, *others = invented_talk().years
    talk = replace(contents.talk, years=(replace(first, credible_share=0.5), second, *others))
    assert "The most is 80%, in January 2027." in talk_words(replace(contents, talk=talk))


def test_one_year_alone_is_told_alone(contents):
    talk = replace(contents.talk, years=contents.talk.years[:1])
    assert talk_words(replace(contents, talk=talk)).startswith(
        "Begun in January 2026 the measure would gain Northland more than it costs in 100% of 64 "
        "draws. A threat of it would be mere talk, whatever is believed, in 0%."
    )


@pytest.mark.parametrize(
    ("pays", "told"),
    [
        ((False, True, False), " if it begins in January 2027, and at no other of 3 yearly starts"),
        ((False, False), " at none of 2 yearly starts from January 2026 to January 2027."),
        ((True,), ", begun in January 2026."),
        ((True, True), " at each of 2 yearly starts from January 2026 to January 2027."),
    ],
)
def test_central_values_say_that_they_are_central(contents, pays, told):
    words = talk_words(central(contents, *pays))
    assert words.startswith(f"At central values the measure would pay Northland itself{told}")
    assert words.endswith(ASSUMED)
    section = talk_section(central(contents, *pays))
    assert section is not None
    assert not section.figures
    table = section.tables[0]
    assert [row[1].text for row in table.rows] == ["yes" if one else "no" for one in pays]
    assert "draws" not in table.head, "a share of one draw is none"
    assert table.decides == (True, *(one != before for before, one in pairwise(pays)))


def test_one_start_at_which_it_does_not_pay_is_told_without_a_count(contents):
    told = "At central values the measure would not pay Northland itself, begun in January 2026."
    assert talk_words(central(contents, False)).startswith(told)


def test_the_annex_says_what_a_cut_off_is_where_the_measure_is_none(contents):
    said = 'A cut-off is here the measure: "Embargo by Northland".'
    assert said not in text_of(part(render_brief(contents), "signaling"))
    rise = replace(contents.case.measures["embargo"], kind=MeasureKind.PRICE_RISE)
    measures = {**contents.case.measures, "embargo": rise}
    dearer = replace(contents, case=replace(contents.case, measures=measures))
    assert said in text_of(part(render_brief(dearer), "signaling"))


def test_the_annex_has_the_years_their_parameters_and_their_limits(contents):
    text = text_of(part(render_brief(contents), "signaling"))
    pays = "A cut-off pays the sender in half of the draws or more at 3 of 6 starts, last in "
    assert f"{pays}January 2028" in text
    assert "cost of face" in text
    assert "Its limits: money is all that counts" in text


def test_half_of_the_draws_are_not_most_of_them(contents):
    years = tuple(
        replace(year, credible_share=0.5, rhetoric_share=0.1, n_draws=8)
        for year in contents.talk.years
    )
    game = replace(contents.talk, years=years)
    title = talk_section(replace(contents, talk=game)).figures[0].title
    assert title == "At every start a cut-off would pay the sender in half of the draws or more"
    rarely = replace(game, years=tuple(replace(year, credible_share=0.4) for year in years))
    title = talk_section(replace(contents, talk=rarely)).figures[0].title
    assert title == "At no start does a cut-off pay the sender in half of the draws or more"


def test_a_threshold_above_one_is_never(contents):
    years = tuple(replace(year, threshold=1.5) for year in contents.talk.years)
    section = talk_section(replace(contents, talk=replace(contents.talk, years=years)))
    assert section is not None
    assert section.figures[0].table.rows[0][4].text == "never"


def test_where_losses_are_missing_it_says_so_and_has_no_section(contents):
    years = tuple(replace(year, credible_share=None) for year in contents.talk.years)
    bare = replace(contents, talk=replace(contents.talk, years=years))
    assert talk_section(bare) is None
    told = "Whether the measure would pay Northland itself is not known: losses are missing."
    assert talk_words(bare) == told
    assert "#signaling" not in render_brief(bare)


def test_an_accident_has_neither():
    contents = invented_contents()
    assert (talk_words(contents), talk_section(contents)) == ("", None)


def test_years_that_lack_losses_are_named(contents):
    """They were left out of the table and of its counts without a word."""
    first, second, *rest = contents.talk.years
    lost = replace(second, credible_share=None, rhetoric_share=None, explaining_matters_share=None)
    game = replace(contents.talk, years=(first, lost, *rest))
    said = talk_section(replace(contents, talk=game)).paragraphs[-1]
    assert said == f"Left out, since losses are missing: {fmt.date(second.start)}."
