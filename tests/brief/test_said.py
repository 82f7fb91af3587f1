"""What a brief says of the ledger."""

from dataclasses import replace

import pytest

from derbes.brief import render_brief
from derbes.brief.contents import focus_of
from derbes.brief.page import sections_of
from tests.brief.invented_ledger import invented_ledger
from tests.brief.reading import part, text_of


@pytest.fixture(scope="module")
def page(contents):
    return render_brief(replace(contents, statements=invented_ledger()))


def test_without_a_ledger_a_brief_has_no_section_on_it(contents):
    ids = {section.id for section in sections_of(contents, focus_of(contents))}
    assert not ids & {"statements", "patterns", "signaling", "untested"}


def test_a_statement_stands_with_its_verdict_check_and_flip(page):
    text = text_of(part(page, "statements"))
    assert "3 statements of 5 could be tested" in text
    assert "Of what could be tested, 1 hold, 1 fail, 1 lie between" in text
    assert ", told by author" in text
    assert "What C1 says · «сила и мера» · P1.2" in text
    assert "stock(alum, 2026-01) > 0" in text
    assert "goods.alum.reserve below 410" in text
    assert "in no_plants" in text
    assert "not: prediction" in text
    assert "64 draws, seed 7; as of 22 November 2026" in text


def test_what_cannot_be_tested_says_why(page):
    text = text_of(part(page, "untested"))
    assert "nobody counts it; missing: needs goods.salt.price" in text
    assert "not due" in text


def test_patterns_are_told_for_every_side(page):
    text = text_of(part(page, "patterns"))
    expected = ("C1 / C2", "across sides", "fact («неизбежно»)", "raised", "not this but that",
                "one act, two yardsticks", "found among the judgements",
                "few levers, much dependence", "less leverage")  # fmt: skip
    for told in expected:
        assert told in text, told


def test_a_threat_is_told_by_year(page):
    text = text_of(part(page, "signaling"))
    assert "A cut-off pays the sender in most draws at 3 of 6 starts, last in January 2028" in text
    assert "cost of face" in text


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
