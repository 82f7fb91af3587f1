"""What a brief says of results over draws."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief.drawing import WIDE
from derbes.brief.headline import end_dates
from derbes.brief.page import sections_of
from derbes.brief.uncertainty import fans_section, words_of
from derbes.results.stress import Answer
from tests.brief.invented_stress import hazards, invented_stress
from tests.brief.reading import page_one, part, picture_texts, pictures, text_of


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


def test_page_one_answers_with_the_spread_and_what_decides_it(stressed):
    said = text_of(page_one(render_brief(stressed)))
    assert (
        "Embargo by Northland in January 2026: essential uses hold for 10 months in the middle of "
        "64 draws; in nine draws of ten for 4 months to at least 48 months. If all goes as "
        "written: weak window up to March 2031"
    ) in said
    assert (
        "What decides most, each moved alone (best response): Rinsing: demand, from 40 to 90 "
        "t/month: from 15 months to 6.6 months; northland alum: capacity, from 10 to 90 t/month: "
        "from 10 months to 10.4 months."
    ) in said
    assert "central values; nothing is known about how sure" not in said
    assert (
        "Time to survive\n10 months\nfrom January 2026, median; nine draws of ten: 4 months to at "
        "least 48 months; if all goes as written: 8.5 months\n"
    ) in said
    assert (
        "Leverage has ended\n0% by January 2027\n50% by January 2031; 100% by January 2035; if "
        "all goes as written: April 2031\n"
    ) in said
    assert "Published numbers\n1 of 2\n" in said
    assert "1 of the 2 numbers that were drawn is published (grade A or B)." in said
    for word in ("Yes if", "seed 0"):
        assert word not in said


def ratios(*dates: str, low: float = 0.4) -> tuple[Answer, ...]:
    """Leverage ratios by both responses, and times that are shortest at the second date."""
    told = []
    for at, date in enumerate(dates):
        quantiles = {"5": low, "50": 2.0 + at, "95": 9.0}
        for bound in ("myopic", "optimal"):
            spread = quantiles if bound == "optimal" else dict.fromkeys(quantiles, 99.0)
            told.append(
                Answer(f"leverage_ratio(embargo, {date}, months=12, bound={bound})", "", 3.0, 0.1,
                       spread, "leverage", "base", "embargo", 12, date, bound, 64)
            )  # fmt: skip
        months = {"5": 4.0, "50": 3.0 if at == 1 else 10.0, "95": 48.0}
        told.append(
            Answer(f"time_to_survive(embargo, {date}, bound=optimal)", "month", 11.2, 0.13, months,
                   "survive", "base", "embargo", None, date, "optimal", 64, capped_at=48.0)
        )  # fmt: skip
    return tuple(told)


def test_leverage_stands_at_the_first_the_worst_and_later_dates(stressed):
    dates = ("2026-01", "2028-01", "2031-01", "2035-01")
    some = replace(stressed, stress=replace(stressed.stress, answers=ratios(*dates)))
    said = text_of(page_one(render_brief(some)))
    assert (
        "Leverage ratio\n2\nin January 2026, median; nine draws of ten: 0.4 to 9; target's loss "
        "over sender's cost, buyer returns. Counted: Alum (ready), Softening salt alone, no other "
        "lever of Northland.\n"
    ) in said
    assert (
        "Over the draws the worst of the yearly starts is January 2028: 3 months, in nine draws of "
        "ten 4 months to at least 48 months."
    ) in said
    assert (
        "By date: median and where nine draws of ten lie; best response: 64 draws, seed 7\n"
        "| date | a stop from then holds for | leverage ratio then | leverage has ended by then\n"
        "| January 2026 | 10 months (4 months to at least 48 months) | 2 (0.4 to 9) | 0% ± 2%\n"
        "| January 2027 | missing | missing | 0% ± 2%\n"
        "| January 2028, the worst over draws | 3 months (4 months to at least 48 months) | 3 "
        "(0.4 to 9) | 12% ± 2%\n"
    ) in said
    lower = replace(some, stress=replace(stressed.stress, answers=ratios(*dates, low=-2.0)))
    said = text_of(page_one(render_brief(lower)))
    assert "Below zero the target pays less than without the measure." in said


def test_the_rule_is_told_beside_the_best_response_where_it_differs(stressed):
    points = tuple(
        replace(point, p=point.p / 2) if point.bound == "myopic" else point
        for point in stressed.stress.p_ended
    )
    some = replace(stressed, stress=replace(stressed.stress, p_ended=points))
    said = text_of(page_one(render_brief(some)))
    assert "| January 2031 | missing | missing | 50% ± 2%; simple rule 25%" in said


def test_the_end_is_told_at_three_dates(stressed):
    """As written, in half of the draws, and the last; others where these are the same."""
    point = stressed.stress.p_ended[0]

    def dates_of(ended_from: int, written: str | None) -> tuple[str, ...]:
        points = tuple(
            replace(point, length=12, date=f"{year}-01", p=float(year >= ended_from))
            for year in range(2026, 2042)
        )
        ends = tuple(replace(end, date=written) for end in stressed.leverage.ends)
        leverage = replace(stressed.leverage, ends=ends)
        stress = replace(stressed.stress, p_ended=points)
        return end_dates(replace(stressed, leverage=leverage, stress=stress))

    assert dates_of(2033, "2030-02") == ("2030-01", "2033-01", "2041-01")
    assert dates_of(2030, "2030-02") == ("2030-01", "2034-01", "2041-01")
    assert dates_of(2050, None) == ("2027-01", "2034-01", "2041-01")


def test_an_input_is_called_by_its_own_name(stressed):
    uses = stressed.case.uses
    demand = replace(uses["rinsing"].demand, label={"en": "Salt a month"})
    rinsing = replace(uses["rinsing"], demand=demand)
    case = replace(stressed.case, uses={**uses, "rinsing": rinsing})
    said = text_of(page_one(render_brief(replace(stressed, case=case))))
    assert "(best response): Salt a month, from 40 to 90 t/month: from 15 months" in said


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
