"""What a brief says of results over draws."""

from dataclasses import replace
from itertools import product

import pytest

from derbes.brief import BriefContents, csv_tables, render_brief
from derbes.brief import format as fmt
from derbes.brief.deciding import decides_table, deciding_section, end_decides_words
from derbes.brief.drawing import WIDE
from derbes.brief.headline import by_date, end_dates, weak_window, worst_drawn
from derbes.brief.page import sections_of
from derbes.brief.uncertainty import (
    drawn_section,
    ends_section,
    fans_section,
    survival_figure,
    words_of,
)
from derbes.results.stress import Answer, Influence
from tests.brief.invented_stress import CAPACITY, DEMAND, PRICE, hazards, invented_stress
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
        "Embargo by Northland in January 2026: all essential demand is met for 10 months, the "
        "middle of 64 draws; in nine of ten draws for 4 to at least 48 months. It depends most on "
        "“Rinsing: demand”, “northland alum: capacity”. Half of the draws or "
        "more do not meet essential demand for 12 months. If all goes as written: 8.5 months; weak "
        "window up to March 2031"
    ) in said
    assert (
        "What would change the answer most: the time from January 2026, 10 months as written, when "
        "one number alone is moved over its range (best response)\n"
        "| input | grade | low | central | high | answer at low | answer at high\n"
        "| Rinsing: demand | D | 40 t/month | 60 t/month | 90 t/month | 15 months | 6.6 months\n"
        "| northland alum: capacity | | 10 t/month | 60 t/month | 90 t/month | 10 months | 10.4 "
        "months\n"
    ) in said
    assert "central values; nothing is known about how sure" not in said
    assert "If all goes as written that is so from April 2031 on." in said
    assert (
        "1 of the 2 numbers that were drawn is published (grade A or B); moved alone over its "
        "range it moves no answer."
    ) in said
    for word in ("Yes if", "seed 0"):
        assert word not in said


def test_page_one_names_what_the_end_depends_on(stressed):
    end = "end(embargo, months=12, bound=myopic)"
    told = (
        Influence(end, PRICE, 0.0, 0.01, 0.1),
        Influence(end, "scenario", 0.0, 1.0, 0.01, 0.01, 1.72),
        Influence(end, CAPACITY, 0.1, 0.2, 0.1, 0.05, 0.19),
        Influence(end, DEMAND, 0.3, 0.6, 0.1),
    )
    contents = replace(stressed, stress=replace(stressed.stress, sensitivity=told))
    words = (
        "When it ends depends most on “Rinsing: demand” (60%), “northland alum: capacity” (20%): "
        "in brackets the part of the spread in which each has a hand, simple rule."
    )
    assert end_decides_words(contents) == words
    assert words in text_of(page_one(render_brief(contents)))
    assert end_decides_words(stressed) == ""
    one = replace(stressed.stress, sensitivity=(Influence(end, DEMAND, 1.0, 1.01, 0.1),))
    assert "“Rinsing: demand” (100%)" in end_decides_words(replace(stressed, stress=one))


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
        "Leverage ratio: loss of Town over cost of Northland, if Town buys again afterwards; above "
        "1 Town loses more, below 0 it pays less than without the measure. Counted: “Alum, ready”, "
        "Softening salt alone, no other lever of Northland."
    ) in said
    assert (
        "When it ends, and who is hurt until then: the middle draw, in brackets where nine of ten "
        "lie (best response: 64 draws, seed 7)\n"
        "| if it begins in | essential demand is met for | share of draws in which leverage has "
        "ended by then | leverage ratio\n"
        "| January 2026 | 10 months (4 to at least 48 months) | 0% ± 2% | 2 (0.4 to 9)\n"
        "| January 2027 | missing | 0% ± 2% | missing\n"
        "| January 2028, the worst of these | 3 months (4 to at least 48 months) | 12% ± 2% | 3 "
        "(0.4 to 9)\n"
    ) in said


def with_medians(contents: BriefContents, *medians: float) -> BriefContents:
    """Times to survive over draws from each January on, these in the middle draw. [month]"""
    answers = tuple(
        Answer(f"time_to_survive(embargo, {2026 + at}-01, bound=optimal)", "month", 11.2, 0.13,
               {"5": 1.0, "50": median, "95": 48.0}, "survive", "base", "embargo", None,
               f"{2026 + at}-01", "optimal", 64, capped_at=48.0)
        for at, median in enumerate(medians)
    )  # fmt: skip
    return replace(contents, stress=replace(contents.stress, answers=answers))


def test_numbers_drawn_of_which_none_is_published_are_said_to_be_so(stressed):
    first = replace(stressed.stress.inputs[0], grade="D")
    for inputs, words in (
        ((first,), "The one number that was drawn is none of those published (grade A or B)."),
        ((first, replace(first, scenarios=("dry",))), "The one number that was drawn is none of"),
        (
            (first, replace(first, path="other")),
            "None of the 2 numbers that were drawn is published (grade A or B).",
        ),
    ):
        some = replace(stressed, stress=replace(stressed.stress, inputs=inputs))
        assert words in text_of(page_one(render_brief(some)))


def test_a_time_that_is_the_same_in_all_draws_is_told_once(stressed):
    some = with_medians(stressed, 20.0, 10.0)
    answers = tuple(
        replace(one, quantiles=dict.fromkeys(one.quantiles, one.quantiles["50"]))
        for one in some.stress.answers
    )
    some = replace(some, stress=replace(some.stress, answers=answers))
    said = text_of(page_one(render_brief(some)))
    assert "| January 2027, the worst of these | 10 months | " in said


def test_of_starts_that_are_alike_none_is_called_the_worst(stressed):
    """What stands about the first start already is not said again as that of the worst."""
    for medians in ((10.0, 10.0 + 1e-9, 10.0), (10.03, 10.0, 10.0)):
        some = with_medians(stressed, *medians)
        assert ", the worst of these |" not in text_of(page_one(render_brief(some)))


def test_where_no_number_alone_moves_the_answer_it_is_said(stressed):
    bars = tuple(
        replace(bar, answer_at_low=bar.answer_central, answer_at_high=bar.answer_central)
        for bar in stressed.stress.tornado
    )
    some = replace(stressed, stress=replace(stressed.stress, tornado=bars))
    said = text_of(page_one(render_brief(some)))
    assert "By the simple rule, in whole periods, no number alone moves it." in said
    assert "What would change the answer most" not in said


ALL_PATHS = [path for n in (2, 3, 4) for path in product((3.0, 11.9, 12.0, 48.0), repeat=n)]


def test_the_weak_window_is_where_the_middle_draw_falls_short(stressed):
    """Both its ends, and the earliest of the worst starts, found by looking at each year."""
    for medians in ALL_PATHS:
        said = weak_window(with_medians(stressed, *medians)).replace("\u00a0", " ")
        weak = [2026 + at for at, median in enumerate(medians) if median < 12]
        worst = 2026 + medians.index(min(medians))
        found = worst_drawn(with_medians(stressed, *medians))
        assert found == ("" if len(set(medians)) == 1 else f"{worst}-01")
        if not weak:
            starts = f"Begun at any of {len(medians)} starts, half of the draws or more meet"
            assert said.startswith(starts)
        elif len(weak) == len(medians):
            assert said.startswith("Whenever it begins, half of the draws or more do not meet")
        elif len(weak) == 1:
            assert said.startswith(f"Weak window in January {weak[0]}: ")
        elif len(weak) == weak[-1] - weak[0] + 1:
            assert said.startswith(f"Weak window from January {weak[0]} to January {weak[-1]}: ")
        else:
            ends = f"between January {weak[0]} and January {weak[-1]}: "
            assert said.startswith(f"Weak windows {ends}")


def test_the_picture_of_page_one_shows_the_draws_beside_the_length(stressed):
    """The times that are told, at the starts that are told; short ones are those below 12."""
    fan = stressed.stress.fans[0]
    scaled = {band: tuple(8 * v for v in path) for band, path in fan.quantiles.items()}
    fan = replace(fan, name="time_to_survive", quantiles=scaled, length=None, capped_at=48.0)
    rule = replace(fan, bound="myopic", quantiles=dict.fromkeys(scaled, scaled["5"]))
    some = replace(stressed, stress=replace(stressed.stress, fans=(rule, fan)))
    figure = survival_figure(some)
    rows = figure.spec(WIDE)["data"]["values"]
    assert [row["p50"] for row in rows] == list(scaled["50"])
    short = sum(value < 12 for value in scaled["50"])
    assert 0 < short < len(rows)
    assert figure.title.replace("\u00a0", " ") == (
        f"At {short} of {len(rows)} starts half of the draws or more do not last 12 months"
    )
    page = render_brief(some)
    assert 'id="survival"' in page_one(page)
    assert 'id="coverage"' not in page_one(page)
    assert {"survival", "coverage", "decides"} <= set(csv_tables(some))
    assert survival_figure(stressed) is None


@pytest.mark.parametrize("times", [0.25, 8.0])
def test_the_scale_of_times_reaches_the_length_that_is_marked_on_it(stressed, times):
    """A line drawn off its scale stands at no place that can be read."""
    fan = stressed.stress.fans[0]
    scaled = {band: tuple(times * v for v in path) for band, path in fan.quantiles.items()}
    fan = replace(fan, name="time_to_survive", quantiles=scaled, central=scaled["50"], length=None)
    figure = survival_figure(replace(stressed, stress=replace(stressed.stress, fans=(fan,))))
    layers = figure.spec(WIDE)["layer"]
    rules = [layer["encoding"] for layer in layers if layer["mark"]["type"] == "rule"]
    marked = [encoding["y"]["datum"] for encoding in rules]
    low, high = layers[0]["encoding"]["y"]["scale"]["domain"]
    assert marked == [stressed.focus.length]
    assert low == 0 <= marked[0] <= high
    assert high == max(marked[0], *scaled["95"])


def test_the_highest_value_is_said_to_be_a_bound_where_it_is_one(stressed):
    fan = replace(stressed.stress.fans[0], name="time_to_survive", length=None)
    highest = max(value for path in (*fan.quantiles.values(), fan.central) for value in path)
    bound = "the highest value stands for at least that"
    for cap, is_told in ((highest, True), (highest + 1.0, False), (None, False)):
        fans = (replace(fan, capped_at=cap),)
        figure = survival_figure(replace(stressed, stress=replace(stressed.stress, fans=fans)))
        assert (bound in figure.under) is is_told


def test_the_rule_is_told_beside_the_best_response_where_it_differs(stressed):
    points = tuple(
        replace(point, p=point.p / 2) if point.bound == "myopic" else point
        for point in stressed.stress.p_ended
    )
    some = replace(stressed, stress=replace(stressed.stress, p_ended=points))
    said = text_of(page_one(render_brief(some)))
    assert "| January 2031 | missing | 50% ± 2%; simple rule 25% | missing" in said


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
    assert "It depends most on “Salt a month”, " in said
    assert "| Salt a month | D | 40 t/month | 60 t/month | 90 t/month | 15 months" in said


def test_ends_that_are_shown_alike_are_told_once(stressed):
    fans = tuple(
        replace(fan, quantiles=dict.fromkeys(fan.quantiles, fan.quantiles["50"]))
        for fan in stressed.stress.fans
    )
    some = replace(stressed, stress=replace(stressed.stress, fans=fans))
    titles = [figure.title for figure in fans_section(some, some.stress).figures]
    assert any(title.endswith(" in nine draws of ten") for title in titles)
    assert not any("lie between" in title for title in titles)


def test_a_title_tells_the_highest_time_as_its_table_does(stressed):
    """48 months stood over a table that says at least 48."""
    fans = tuple(
        replace(fan, quantiles={band: (48.0,) * len(fan.dates) for band in fan.quantiles})
        for fan in stressed.stress.fans
        if fan.unit == "month"
    )
    capped = tuple(replace(fan, capped_at=48.0) for fan in fans)
    some = replace(stressed, stress=replace(stressed.stress, fans=capped))
    for figure in fans_section(some, some.stress).figures:
        assert ": at least 48 months in nine draws of ten" in figure.title.replace("\u00a0", " ")


def test_the_headline_names_spread_draws_and_seed(page):
    text = text_of(part(page, "draws"))
    assert "January 2026: 0.6 to 1.9 months in nine draws of ten" in text
    assert "64 draws, seed 7" in text
    assert "at least 48 |" in text, "what is cut off must not pass for a value"
    assert "192" in text, "how many draws would halve the error"


def test_the_end_is_told_with_its_probability(page):
    text = text_of(part(page, "ended"))
    assert "By January 2031 leverage has ended in 50% of the draws, by January 2035 in 100%" in text
    assert "(best response, standard error 2%)" in text
    assert "best response: 64 draws, seed 7 · simple rule: 64 draws, seed 7" in text
    assert "embargo" in text.lower()


def title_of_ends(stressed, p):
    """Where leverage has ended in so many of the draws, whatever the date."""
    ended = tuple(replace(one, p=p) for one in stressed.stress.p_ended)
    some = replace(stressed, stress=replace(stressed.stress, p_ended=ended))
    return ends_section(some, some.stress).figures[0].title


def test_an_end_that_is_as_sure_at_once_as_later_is_told_once(stressed):
    """In half of the draws was said of all of them, and of one date twice."""
    title = title_of_ends(stressed, 1.0)
    assert title.startswith("By January 2026 leverage has ended in 100% of the draws (best resp")


def test_a_ratio_without_bound_is_not_missing(stressed):
    """A sender that earns by the measure was said to lack an input."""
    about = stressed.focus
    ratio = Answer(
        "leverage_ratio(embargo, 2026-01)", "", None, None, {}, "leverage", about.variant,
        about.measure, about.length, about.start, "optimal", 64, n_unbounded=9,
    )  # fmt: skip
    kept = [one for one in stressed.stress.answers if "leverage_ratio" not in one.name]
    answers = (*kept, ratio)
    table = by_date(replace(stressed, stress=replace(stressed.stress, answers=answers)))
    assert table.rows[0][3].text == "without bound"


def test_an_opening_is_drawn_as_a_month(stressed):
    drawn = stressed.stress.inputs[0]
    late = replace(
        drawn, path="plants.alum_works.opening", unit="month",
        quantiles={"5": -3.5, "50": 0.0, "95": 6.8},
    )  # fmt: skip
    some = replace(stressed, stress=replace(stressed.stress, inputs=(late,)))
    row = drawn_section(some, some.stress).tables[0].rows[0]
    opening = stressed.case.plants["alum_works"].opening
    label = stressed.case.calendar.label
    assert [cell.text for cell in row[3:6]] == [fmt.date(label(opening + n)) for n in (-3, 0, 7)]
    assert row[3].raw == -3.5


def test_leverage_that_ends_in_no_draw_is_not_given_a_share(stressed):
    title = title_of_ends(stressed, 0.0)
    assert title.startswith("In none of the draws has leverage ended by ")


def test_hazards_are_told_with_losses_and_tail(page):
    text = text_of(part(page, "hazards"))
    assert "By December 2035 essential demand has gone short in 30% of the futures" in text
    assert "The worst 5% of the futures lose 4 million USD on average" in text


def test_what_decides_by_the_rule_is_said_to_be_in_whole_periods(stressed):
    """5 months by the rule stood beside 5.7 at the same central values."""
    bars = tuple(
        replace(one, answer=one.answer.replace("optimal", "myopic"))
        for one in stressed.stress.tornado
    )
    some = replace(stressed, stress=replace(stressed.stress, tornado=bars))
    assert decides_table(some).caption.endswith("(simple rule, in whole periods)")


def test_the_input_that_decides_comes_first_with_its_grade(page):
    text = text_of(part(page, "deciding"))
    assert "Time to survive: moved most by “Rinsing: demand”, from 6.6 months to 15 months" in text
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


def test_an_answer_without_any_index_has_a_sentence_and_no_table_of_dashes(stressed):
    untold = "time_to_survive(embargo, 2027-01, bound=myopic)"
    indices = (*stressed.stress.sensitivity, Influence(untold, DEMAND, None, None, None))
    stress = replace(stressed.stress, sensitivity=indices)
    section = deciding_section(replace(stressed, stress=stress), stress)
    captions = [table.caption for table in section.tables if "Sensitivity" in table.caption]
    assert len(captions) == 1
    assert "January 2026" in captions[0]
    assert section.paragraphs[-1].replace("\u00a0", " ") == (
        "No draw moves these answers, or too few do for an index: time to survive, Embargo by "
        "Northland, start January 2027, simple rule."
    )


def test_standard_errors_stand_in_the_unit_of_their_shares(stressed):
    (figure,) = ends_section(stressed, stressed.stress).figures
    errors = [row[5].text for row in figure.table.rows]
    assert errors
    assert all(text.endswith("%") for text in errors)


def test_a_time_of_a_table_is_rounded_as_that_of_a_sentence(stressed):
    """Down to a tenth, and the page says so; the CSV has it whole."""
    cover = fans_section(stressed, stressed.stress).figures[0].table
    assert [row[7].text for row in cover.rows[:3]] == ["1.9", "2.5", "3.1"]
    assert cover.rows[1][7].raw == pytest.approx(1.9 * 4 / 3)
    assert "A time in months is rounded down to a tenth" in text_of(render_brief(stressed))
