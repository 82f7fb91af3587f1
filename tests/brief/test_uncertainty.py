"""What a brief says of results over draws."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief.drawing import WIDE
from derbes.brief.page import sections_of
from derbes.brief.uncertainty import fans_section, words_of
from tests.brief.invented_stress import hazards, invented_stress
from tests.brief.reading import part, picture_texts, pictures, text_of


@pytest.fixture(scope="module")
def stressed(contents: BriefContents) -> BriefContents:
    case = replace(contents.case, hazards=hazards(contents.case))
    return replace(contents, case=case, stress=invented_stress(case))


@pytest.fixture(scope="module")
def page(stressed: BriefContents) -> str:
    return render_brief(stressed)


def test_without_draws_a_brief_has_no_section_on_them(contents):
    ids = {section.id for section in sections_of(contents)}
    assert not ids & {"draws", "ended", "hazards", "deciding", "drawn"}


def test_with_draws_it_has_every_section(stressed):
    ids = {section.id for section in sections_of(stressed)}
    assert {"draws", "ended", "hazards", "deciding", "drawn"} <= ids


def test_the_headline_names_spread_draws_and_seed(page):
    text = text_of(part(page, "draws"))
    assert "January 2026: nine draws of ten lie between 0.6 months and 1.9 months" in text
    assert "64 draws, seed 7" in text
    assert "at least 48 |" in text, "what is cut off must not pass for a value"
    assert "192" in text, "how many draws would halve the error"


def test_the_end_is_told_with_its_probability(page):
    text = text_of(part(page, "ended"))
    assert "In half of the draws leverage has ended by January 2031" in text
    assert "(best response, standard error 2%)" in text
    assert "best response: 64 draws, seed 7 · simple rule: 64 draws, seed 7" in text
    assert "embargo" in text.lower()


def test_hazards_are_told_with_losses_and_tail(page):
    text = text_of(part(page, "hazards"))
    assert "By January 2035 essential demand has gone short in 30% of the futures" in text
    assert "The worst 5% of the futures lose 4 million USD on average" in text


def test_the_input_that_decides_comes_first_with_its_grade(page):
    text = text_of(part(page, "deciding"))
    assert "Rinsing: demand moves it most: from 6.6 months to 15 months" in text
    assert "above 71.5 t/month" in text
    assert "nowhere in its range" in text
    assert "2 inputs were left out" in text


NAMES = {
    "ended(embargo, 2030-01, months=12, bound=myopic)":
        "leverage has ended, Embargo by Northland, 12 months, by January 2030, simple rule",
    "end(embargo, months=12, bound=optimal, variant=no_plants)":
        "end of leverage, Embargo by Northland, 12 months, nothing is built, best response",
    "target_loss(hazards, bound=myopic)": "target's loss, with hazards, simple rule",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_told_in_words(stressed, name):
    assert words_of(stressed, name).replace("\u00a0", " ") == NAMES[name]


def test_both_responses_have_a_panel_of_their_own(stressed):
    """Two bounds in one panel would draw one line through the points of both."""
    best, rule = (replace(fan, bound=bound) for fan in stressed.stress.fans[1:]
                  for bound in ("optimal", "myopic"))  # fmt: skip
    both = replace(stressed, stress=replace(stressed.stress, fans=(best, rule)))
    section = fans_section(both, both.stress)
    rows = section.figures[0].spec(WIDE)["data"]["values"]
    by_panel = {}
    for row in rows:
        by_panel.setdefault(row["panel"], []).append(row["year"])
    assert len(by_panel) == 2
    assert all(years == sorted(set(years)) for years in by_panel.values())


def test_an_input_says_what_it_rests_on(page):
    text = text_of(part(page, "drawn"))
    assert "PERT, from the range" in text
    assert "judgment" in text
    assert "5 projects, 2 of them unfinished" in text


def test_charts_over_draws_are_labelled_with_years_and_shares(page):
    drawn = [set(picture_texts(picture)) for picture in pictures(part(page, "ended"))]
    assert drawn
    assert all({"2030", "100%", "0%"} <= texts for texts in drawn)
