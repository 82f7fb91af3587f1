import re
from dataclasses import replace

from derbes.brief import BriefContents, render_brief
from derbes.brief.coverage import coverage_section
from derbes.language import text_of, use_language
from derbes.results.supply import Cover, Leverage
from tests.brief.reading import page_one
from tests.brief.reading import text_of as texts_of


def test_page_one_is_about_the_main_measure_from_the_first_start(contents):
    focus = contents.focus
    assert (focus.variant, focus.measure, focus.length) == ("base", "embargo", 12)
    assert focus.start == "2026-01"
    assert focus.milestones == ("2026-01", "2030-01", "2035-01")


def test_without_a_main_length_it_is_the_longest_of_a_year(contents):
    case = replace(contents.case, main_length=0, main_measure="not computed")
    focus = replace(contents, case=case).focus
    assert (focus.measure, focus.length) == ("embargo", 12)


def test_a_main_length_that_was_not_computed_gives_way(contents):
    rows = tuple(row for row in contents.leverage.rows if row.length == 24)
    some = replace(
        contents,
        leverage=replace(contents.leverage, rows=rows),
        cover=replace(contents.cover, rows=()),
    )
    assert some.focus.length == 24


def test_nothing_computed_is_no_measure(contents):
    made = contents.leverage.provenance
    empty = BriefContents(contents.case, Cover((), made), Leverage((), (), made), {}, ())
    focus = empty.focus
    assert (focus.measure, focus.length, focus.milestones) == ("", 0, ())
    assert empty.cover_row(variant="base", start=focus.start) is None
    assert empty.leverage_row(variant="base", start=focus.start) is None
    assert empty.end_row(variant="base") is None


def test_the_case_as_written_comes_first(contents):
    shuffled = tuple(reversed(contents.leverage.rows))
    some = replace(contents, leverage=replace(contents.leverage, rows=shuffled))
    assert some.variants[0] == "base"
    assert set(some.variants) == {"base", "no_plants", "two_years_late"}


def test_rows_are_found_by_all_their_keys(contents):
    row = contents.leverage_row(variant="no_plants", start="2030-01", bound="myopic")
    assert row is not None
    assert (row.variant, row.start, row.bound, row.length) == ("no_plants", "2030-01", "myopic", 12)


def test_a_label_speaks_the_language_in_use():
    label = {"en": "Water", "kk": "Су", "ru": "Вода"}
    use_language("kk")
    assert text_of(label, "water") == "Су"
    assert text_of({"en": "Water"}, "water") == "Water [en]"
    assert text_of({"": "H2O", "en": "Water"}, "water") == "H2O"
    assert text_of({"de": "Wasser"}, "water") == "Wasser [de]"
    assert text_of({}, "raw_water") == "raw water"


def test_an_unknown_id_is_shown_in_words(contents):
    assert contents.name("actors", "far_away_land") == "far away land"


def test_the_card_counts_the_starts_that_page_one_says_were_looked_at(contents):
    """The end is searched beyond them: 20 were looked at, and 16 of 21 survived."""
    ends = tuple(replace(end, n_starts=end.n_starts + 1) for end in contents.leverage.ends)
    more = replace(contents, leverage=replace(contents.leverage, ends=ends))
    said = texts_of(page_one(render_brief(more)))
    looked_at = re.search(r"Looked at: (\d+) starts", said).group(1)
    assert re.search(r"of (\d+) starts survived", said).group(1) == looked_at


def test_where_nothing_goes_short_it_is_said_in_words(contents):
    full = tuple(
        replace(one, served_share={use: (1.0,) * len(path) for use, path in
                                   one.served_share.items()})
        for one in contents.branches
    )  # fmt: skip
    figure = coverage_section(replace(contents, branches=full)).figures[0]
    assert figure.title == "No use goes short"
