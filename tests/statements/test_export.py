"""Verdicts for other programs."""

import csv
import io
import json
from dataclasses import replace

from derbes.case.ledger import Statement
from derbes.results.provenance import Provenance
from derbes.results.records import statements_records, to_json
from derbes.statements.export import claim_reviews, statement_sheet
from derbes.statements.export.sheet import COLUMNS
from derbes.statements.table import statement_table
from derbes.version import VERSION
from tests.statements.ledgers import day, talk, two_capacities, verdicts, with_ledger

MADE = Provenance("", "", "", "")


def _case():
    case = with_ledger(two_capacities(), A="time_to_survive(sender, 2026-01) > 10.5")
    said = Statement(
        "B", by="author", holder="home", document="report", place="P1.2", said="2026-02-11",
        says={"en": "It is built.", "ru": "=Строят"}, phrase={"ru": "уже строится"},
        holds_if="stock(good, 2026-01) > 1",
    )  # fmt: skip
    other = talk()
    return replace(
        case,
        actors=other.actors,
        documents=other.documents,
        statements={**case.statements, "B": said},
    )


def _table(flips=1):
    return statement_table(verdicts(_case(), flips=flips), day("2026-03-01"), MADE)


def test_claim_review():
    graph = json.loads(claim_reviews(_case(), _table(), "ru"))
    assert graph["@context"] == "https://schema.org"
    review = graph["@graph"][1]
    assert review == {
        "@type": "ClaimReview",
        "identifier": "B",
        "datePublished": "2026-03-01",
        "claimReviewed": "=Строят",
        "inLanguage": "ru",
        "author": {"@type": "Organization", "name": f"derbes {VERSION}"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "author"},
            "keywords": [
                {"@type": "DefinedTerm", "termCode": "holder", "name": "home"},
                {"@type": "DefinedTerm", "termCode": "modality", "name": "fact"},
                {"@type": "DefinedTerm", "termCode": "polarity", "name": "affirmed"},
                {
                    "@type": "DefinedTerm",
                    "termCode": "expression",
                    "name": "stock(good, 2026-01) > 1",
                },
                {"@type": "DefinedTerm", "termCode": "share", "name": "1.0"},
            ],
            "datePublished": "2026-02-11",
            "appearance": {
                "@type": "CreativeWork",
                "name": "A report",
                "datePublished": "2026-02-10",
                "url": "https://example.org/r",
            },
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "holds",
            "ratingValue": 5,
            "bestRating": 5,
            "worstRating": 1,
        },
        "reviewBody": "",
    }


THING = {"@type", "name", "url", "identifier"}
WORK = THING | {"author", "datePublished", "inLanguage", "publisher", "keywords"}
VOCABULARY = {
    "ClaimReview": WORK | {"claimReviewed", "itemReviewed", "reviewRating", "reviewBody"},
    "Claim": WORK | {"appearance"},
    "CreativeWork": WORK,
    "Rating": THING | {"alternateName", "ratingValue", "bestRating", "worstRating"},
    "DefinedTerm": THING | {"termCode"},
    "Person": THING,
    "Organization": THING,
}
"""Properties that schema.org gives to these types, as far as they are used (schema.org, v29)."""


def _nodes(part):
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        yield from (node for inner in part for node in _nodes(inner))


def test_every_property_is_one_that_its_type_has():
    graph = json.loads(claim_reviews(_case(), _table(), "en"))["@graph"]
    nodes = list(_nodes(graph))
    assert {node["@type"] for node in nodes} <= set(VOCABULARY)
    for node in nodes:
        assert set(node) <= VOCABULARY[node["@type"]], node


def test_what_is_not_rated_has_no_number():
    case = talk()
    table = statement_table(verdicts(case), day("2026-03-01"), MADE)
    graph = json.loads(claim_reviews(case, table, "en"))["@graph"]
    assert graph[0]["reviewRating"] == {"@type": "Rating", "alternateName": "untestable"}


def test_sheet():
    text = statement_sheet(_table(), "ru", has_mark=True)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    row = dict(zip(COLUMNS, rows[2], strict=True))
    assert (row["id"], row["verdict"], row["share"], row["phrase"]) == (
        "B", "holds", "1.0", "уже строится",
    )  # fmt: skip
    assert row["says"] == "'=Строят"
    turning = dict(zip(COLUMNS, rows[1], strict=True))["flips_at"]
    assert turning.startswith("suppliers.from_other.capacity above 42.")
    assert not statement_sheet(_table(0), "en").startswith("\ufeff")


def test_json_holds_the_contract():
    record = statements_records(_table())
    assert json.loads(to_json(record))["statements"][0]["id"] == "A"
    assert {"statements", "contrasts", "contradictions", "modality_drift", "double_standards",
            "tensions"} <= set(record)  # fmt: skip
    wanted = {"id", "by", "holder", "said", "modality", "polarity", "stance", "target", "verdict",
              "share", "standard_error", "reason", "flips_at", "due"}  # fmt: skip
    assert wanted <= set(record["statements"][0])
