"""Verdicts for other programs."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from derbes import api
from derbes.case.ledger import Statement
from derbes.results.records import record_of, to_json
from derbes.results.supply import Provenance
from derbes.statements.verdicts import (
    COLUMNS,
    RATINGS,
    claim_reviews,
    statement_sheet,
    statement_table,
)
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
        "url": "#B",
        "datePublished": "2026-03-01",
        "claimReviewed": "=Строят",
        "inLanguage": "ru",
        "author": {"@type": "Organization", "name": f"derbes {VERSION}"},
        "itemReviewed": {
            "@type": "Claim",
            "text": "=Строят",
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
    "Claim": WORK | {"appearance", "text"},
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


DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
SHOWN = {"holds": 5, "likely": 4, "open": 3, "unlikely": 2, "fails": 1}


def collected(document, page=""):
    """What keeps a collector of fact checks from taking a document: nothing, if it is right.

    After the page on fact checks for Google Search: claim, rating and address are required, a
    claim has at most 75 characters, a rating has words, and a number lies between its ends.
    """
    found = []
    for review in json.loads(document)["@graph"]:
        name, claim = review["identifier"], review.get("claimReviewed", "")
        if not 1 <= len(claim) <= 75 or claim != " ".join(claim.split()):
            found.append((name, "claimReviewed", claim))
        if not review["url"].startswith(f"{page}#") or len(review["url"]) == len(page) + 1:
            found.append((name, "url", review["url"]))
        rating = review["reviewRating"]
        numbers = [rating.get(key) for key in ("worstRating", "ratingValue", "bestRating")]
        if not rating["alternateName"] or "_" in rating["alternateName"]:
            found.append((name, "alternateName", rating))
        if numbers != [None] * 3 and not (
            all(type(number) is int for number in numbers)
            and 1 <= numbers[0] <= numbers[1] <= numbers[2]
        ):
            found.append((name, "ratingValue", rating))
        item = review["itemReviewed"]
        dates = [review["datePublished"], item.get("datePublished", review["datePublished"])]
        found += [(name, "datePublished", date) for date in dates if not DAY.fullmatch(date)]
        if not review["author"]["name"] or not item["author"]["name"]:
            found.append((name, "author", item))
        if not item["text"].startswith(claim.removesuffix(" …")):
            found.append((name, "text", item["text"]))
        address = item.get("appearance", {}).get("url", "https://")
        if not address.startswith(("https://", "http://")):
            found.append((name, "appearance", address))
    addresses = [review["url"] for review in json.loads(document)["@graph"]]
    return found + [("", "url", url) for url in addresses if addresses.count(url) > 1]


@pytest.mark.parametrize("page", ["", "https://example.org/brief.html"])
def test_collectors_take_what_is_exported(page):
    whole = (
        "It is said at such length, with so many turns on the way, that nobody who collects "
        "claims would have the room to show the whole of what is claimed."
    )
    long = {"en": whole}
    one = Statement("long", by="home", says=long, document="report", holds_if="1 < 2")
    due = Statement("not yet", by="home", due="2030-12-31", yes_if="attested(rumor)")
    case = replace(talk(), statements={"long": one, "not yet": due, **talk().statements})
    table = statement_table(verdicts(case), day("2026-03-01"), MADE)
    document = claim_reviews(case, table, "en", page)
    assert collected(document, page) == []
    first, second = json.loads(document)["@graph"][:2]
    assert first["claimReviewed"] == (
        "It is said at such length, with so many turns on the way, that nobody who …"
    )
    assert first["itemReviewed"]["text"] == long["en"]
    assert (second["url"], second["claimReviewed"]) == (f"{page}#not%20yet", "not yet")
    assert second["reviewRating"] == {"@type": "Rating", "alternateName": "not due"}


def test_collectors_take_the_whole_ledger_of_the_example():
    """What is said, without the expressions, so that no program is solved here."""
    case = api.read_case("cases/aspan")
    nothing = dict.fromkeys(("holds_if", "yes_if", "no_if", "condition", "void_if"), "")
    said = {name: replace(one, **nothing) for name, one in case.statements.items()}
    case = replace(case, statements=said, contrasts={}, tensions={}, double_standards={})
    table = statement_table(verdicts(case, draws=1), day("2026-03-01"), MADE)
    for language in ("en", "ru", "kk"):
        assert collected(claim_reviews(case, table, language)) == []
    assert SHOWN == RATINGS


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
    record = record_of(_table())
    assert json.loads(to_json(record))["statements"][0]["id"] == "A"
    assert {"statements", "contrasts", "contradictions", "modality_drift", "double_standards",
            "tensions"} <= set(record)  # fmt: skip
    wanted = {"id", "by", "holder", "said", "modality", "polarity", "stance", "target", "verdict",
              "share", "standard_error", "reason", "flips_at", "due"}  # fmt: skip
    assert wanted <= set(record["statements"][0])
