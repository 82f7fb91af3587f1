"""Levers on page one and in the annex: which are counted, at once, and which are missing."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents
from derbes.brief.headline import counted_words
from derbes.brief.leverage import levers_table, levers_words, losses_section
from derbes.case.entities import Lever
from derbes.request import lever_counts
from tests.brief.invented import invented_contents

AT_ONCE = "embargo+closure"


@pytest.fixture(scope="module")
def levered() -> BriefContents:
    """The invented town with a second measure, as bad again, that runs beside the first."""
    contents = invented_contents()
    case, rows = contents.case, contents.leverage.rows
    closure = replace(case.measures["embargo"], id="closure", label={"": "Closed line"})
    levers = {
        "salts": Lever("salts", {"": "Salts"}, sender="northland", measures=("embargo",)),
        "line": Lever("line", {"": "The line"}, sender="northland", measures=("closure",)),
        "gas": Lever(
            "gas",
            {"": "Gas"},
            sender="northland",
            lacks={"": "Gas by month"},
            look={"": "A table (2711)"},
        ),
    }
    case = replace(case, measures={**case.measures, "closure": closure}, levers=levers)
    mine = [row for row in rows if row.measure == "embargo"]
    rows += tuple(replace(row, measure=AT_ONCE, leverage_ratio=7.0) for row in mine)
    counts = lever_counts(case, {row.measure for row in rows})
    return replace(
        contents, case=case, leverage=replace(contents.leverage, rows=rows, levers=counts)
    )


def test_page_one_says_what_is_counted_at_once_and_what_is_not(levered):
    assert levers_words(levered).replace("\u00a0", " ") == (
        "Levers of Northland. Counted: Salts (Embargo by Northland); The line (Closed line). All "
        "at once for 12 months from January 2026, if all goes as written: leverage ratio 7, 240 t "
        "of essential demand unmet. Not counted, no data in the case (where to look: annex): Gas."
    )


def test_the_ratio_of_one_lever_says_that_it_counts_that_one(levered):
    assert counted_words(levered) == "Counted: Salts alone, no other lever of Northland."
    plain = replace(levered, leverage=replace(levered.leverage, levers=()))
    assert counted_words(plain).startswith("Counted: “Alum, ready”, Softening salt alone")
    assert levers_words(plain) == ""
    assert levers_table(plain) == ()


def test_page_one_counts_the_goods_that_the_answer_counts(levered):
    goods = ("salt", "bauxite")
    plain = replace(levered, leverage=replace(levered.leverage, levers=(), goods=goods))
    assert (
        counted_words(plain)
        == "Counted: Softening salt, Bauxite alone, no other lever of Northland."
    )


def test_what_was_not_computed_at_once_is_said_to_be_so(levered):
    rows = tuple(row for row in levered.leverage.rows if row.measure != AT_ONCE)
    counts = lever_counts(levered.case, {row.measure for row in rows})
    bare = replace(levered, leverage=replace(levered.leverage, rows=rows, levers=counts))
    assert "What they do at once was not computed." in levers_words(bare)


def test_the_annex_has_every_lever_with_what_is_missing(levered):
    table = losses_section(levered).tables[-1]
    told = [[cell.text for cell in row] for row in table.rows]
    assert [row[0] for row in told] == ["Salts", "The line", "Gas", "all counted levers at once"]
    assert told[1][3:5] == ["", "not computed"]
    assert told[2][2:] == ["", "", "not counted", "not counted", "Gas by month", "A table (2711)"]
    assert [cell.replace("\u00a0", " ") for cell in told[3][3:5]] == ["12 months", "7"]


def test_a_lever_without_the_length_of_page_one_says_which_it_tells(levered):
    """An amount that goes unmet is nothing without how long the measure lasts."""
    rows = tuple(
        replace(row, length=6) if row.measure == AT_ONCE else row for row in levered.leverage.rows
    )
    short = replace(levered, leverage=replace(levered.leverage, rows=rows))
    assert "All at once for 6 months from January" in levers_words(short).replace("\u00a0", " ")
    told = [cell.text.replace("\u00a0", " ") for cell in levers_table(short)[0].rows[-1]]
    assert told[3] == "6 months"


def test_where_nothing_is_counted_it_says_none(levered):
    gas = tuple(one for one in levered.leverage.levers if one.lever == "gas")
    bare = replace(levered, leverage=replace(levered.leverage, levers=gas))
    assert levers_words(bare).startswith("Levers of Northland. Counted: none. Not counted")
