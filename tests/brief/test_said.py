"""What a brief says of the ledger."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest

from derbes.brief import render_brief
from derbes.brief.drawing import NARROW, WIDE
from derbes.brief.page import sections_of
from derbes.brief.statements import _verdict_bars, telling_statements
from derbes.case.ledger import Document
from derbes.language import use_language
from derbes.results.statements import Contradiction, Flip
from tests.brief.invented_ledger import invented_ledger
from tests.brief.reading import page_one, part, text_of


@pytest.fixture(scope="module")
def page(contents):
    return render_brief(replace(contents, statements=invented_ledger()))


def test_without_a_ledger_a_brief_has_no_section_on_it(contents):
    ids = {section.id for section in sections_of(contents)}
    assert not ids & {"statements", "patterns", "signaling", "untested"}


def test_a_statement_stands_with_its_verdict_check_and_flip(page):
    text = text_of(part(page, "statements"))
    assert "3 statements of 5 could be tested" in text
    assert "Verdicts by any kind of evidence: holds 1, fails 1, between 1" in text
    assert ", told by author" in text
    assert "What C1 says · «сила и мера» · P1.2" in text
    assert "stock(alum, 2026-01)" not in text
    assert "Alum, ready: reserve below 410 t" in text
    assert "in the variants: nothing is built" in text
    assert "not: prediction" in text
    assert "64 draws, seed 7; as of 22 November 2026" in text


def test_what_cannot_be_tested_says_why(page):
    text = text_of(part(page, "untested"))
    assert "nobody counts it; missing: needs Softening salt: price" in text
    assert "not due" in text


def test_patterns_are_told_for_every_side(page):
    text = text_of(part(page, "patterns"))
    expected = ("C1 / C2", "across sides", "fact («неизбежно»)", "raised", "not this but that",
                "one act, two yardsticks", "found among the judgements",
                "few levers, much dependence", "less leverage")  # fmt: skip
    for told in expected:
        assert told in text, told


def test_numbers_of_a_chart_stand_only_where_they_fit():
    counts = {"northland": Counter(holds=90, fails=3), "author": Counter(untested=8)}
    contents = SimpleNamespace(name=lambda _section, id_: id_)
    for width, shown in ((WIDE, [90, 8]), (NARROW, [90])):
        rows = _verdict_bars(contents, counts, width)["data"]["values"]
        assert [row["n"] for row in rows if row["n"]] == shown
        assert [row["last"] - row["first"] for row in rows] == [90, 3, 8]


def test_an_opening_turns_in_a_month(contents):
    ledger = invented_ledger()
    flip = Flip("plants.alum_works.opening", 5.0, "month", "above", 0.0)
    rows = (replace(ledger.statements[0], flips_at=(flip,)), *ledger.statements[1:])
    page = render_brief(replace(contents, statements=replace(ledger, statements=rows)))
    # planned for period 72 of a calendar that begins in January 2026: five months later
    assert "Alum works: opening after June 2032" in text_of(part(page, "statements"))


def test_who_contradicts_whom_is_named_once(contents):
    one = Contradiction("K", "judgement", ("C1", "C2", "C3"), ("northland", "town", "northland"),
                        ("north", "home", "north"), same_side=False,
                        about="making_alum (northland)")  # fmt: skip
    two = replace(one, kind="expressions", about="attested(no_change)")
    ledger = replace(invented_ledger(), contradictions=(one, two))
    text = text_of(part(render_brief(replace(contents, statements=ledger)), "patterns"))
    assert text.count("Northland / Town |") == 2
    assert "making alum (Northland)" in text
    assert "What C1 says | " in text
    assert "attested(no_change)" not in text
    strange = replace(two, statements=("X1", "X2"))
    ledger = replace(invented_ledger(), contradictions=(strange, replace(one, kind="exclusive")))
    text = text_of(part(render_brief(replace(contents, statements=ledger)), "patterns"))
    assert "attested(no_change)" in text
    assert "«making_alum (northland)»" in text


def test_at_central_values_a_verdict_claims_no_share_of_draws(contents):
    ledger = invented_ledger()
    rows = tuple(replace(row, n_draws=1) for row in ledger.statements)
    made = replace(ledger.provenance, n_draws=1)
    central = replace(ledger, statements=rows, provenance=made)
    text = text_of(part(render_brief(replace(contents, statements=central)), "statements"))
    assert "All inputs are at their central values here" in text
    assert "share of the draws in which" not in text
    assert "100%" not in text
    assert "central values, no draws; as of 22 November 2026" in text


def test_page_one_counts_what_model_and_arithmetic_tested(contents):
    ledger = invented_ledger()
    kinds = ("model", "model", "attested", "", "")
    rows = tuple(
        replace(row, evidence=kind) for row, kind in zip(ledger.statements, kinds, strict=True)
    )
    told = replace(ledger, statements=rows)
    page = render_brief(replace(contents, statements=told))
    said = text_of(page_one(page))
    assert (
        "Statements, 5 in all: tested by the model: 1 hold, 1 fail; the others rest on reports, "
        "restate inputs or cannot be tested (64 draws, seed 7; as of"
    ) in said
    assert "By kind of evidence: tested by the model: 1 hold, 1 fail; attested by others: 0" in (
        text_of(part(page, "statements"))
    )


def test_no_others_are_spoken_of_where_all_were_tested(contents):
    ledger = invented_ledger()
    rows = tuple(replace(row, evidence="model") for row in ledger.statements)
    told = replace(contents, statements=replace(ledger, statements=rows))
    said = text_of(page_one(render_brief(told)))
    assert (
        "Statements, 5 in all: tested by the model: 1 hold, 1 fail (64 draws, seed 7; as of" in said
    )


def test_what_is_only_likely_is_not_counted_as_holding():
    row = replace(invented_ledger().statements[0], evidence="model")
    rows = (row, replace(row, verdict="likely"), replace(row, verdict="unlikely"))
    tally = replace(invented_ledger(), statements=rows).evidence_tally()
    assert tally == "tested by the model: 2 hold or are likely, 1 fail or are unlikely"


def test_page_one_lets_each_speaker_have_one_before_any_has_a_second(contents):
    ledger, (first, *_rest) = invented_ledger(), invented_ledger().statements

    def said(id_, holder, verdict, evidence, expression="made(alum) > 0"):
        return replace(first, id=id_, says={"en": id_}, holder=holder, verdict=verdict,
                       evidence=evidence, expression=expression)  # fmt: skip

    rows = (
        said("aside", "author", "fails", "model"),
        said("reported", "home", "holds", "attested"),
        said("counted", "town", "fails", "arithmetic"),
        said("answered", "author", "fails", "model", "survives(northland, 2026-01)"),
        said("kept", "author", "holds", "model"),
        said("again", "author", "holds", "model"),
        said("refused", "northland", "untestable", "model"),
        said("theirs", "northland", "open", "model"),
        said("last", "author", "likely", "model"),
        said("read", "moscow", "holds", "model", "read_as_dependent(northland, 2026-01)"),
    )  # what rests on the game stands with its note, further down
    table = telling_statements(contents, replace(ledger, statements=rows))
    assert [row[0].text for row in table.rows] == ["answered", "theirs", "counted", "kept"]
    assert "4 of 8" in table.caption
    assert telling_statements(contents, replace(ledger, statements=rows[1:2])) is None


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_original_stands_beside_what_is_said_with_its_document_and_place(contents, language):
    paper = Document("paper", title={"": "A leader"}, publisher={"": "The Town Post"})
    case = replace(contents.case, documents={**contents.case.documents, "paper": paper})
    use_language(language)
    filled = replace(contents, case=case, statements=invented_ledger())
    sections = {section.id: section for section in sections_of(filled)}
    for name in ("statements", "untested"):
        assert " · «сила и мера» · The Town Post, P1.2" in repr(sections[name].tables[0].rows)
