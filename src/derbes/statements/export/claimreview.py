"""Verdicts as schema.org ClaimReview, in JSON-LD, for those who collect fact checks.

ClaimReview has no place for modality, holder, expression and due date; they stand in
`keywords` of the claim, as terms with a code. The rating runs from 1 (fails) to 5 (holds);
a verdict that is none of these has a name and no number. What collectors ask for is there:
a `url` of each review, and a claim of at most 75 characters; the whole of it stands in the
`text` of the claim.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from derbes.case.entities import Actor, Case, Document
from derbes.results.statements import StatementRow, StatementTable
from derbes.results.tables import verdict_words
from derbes.version import VERSION

RATINGS: Mapping[str, int] = {"fails": 1, "unlikely": 2, "open": 3, "likely": 4, "holds": 5}
LONGEST_CLAIM = 75
"""Characters of a claim that collectors show."""
_MORE = " …"
_PEOPLE = ("person",)
_KEPT = ("holder", "modality", "polarity", "expression", "share", "due", "reason")


def claim_reviews(case: Case, table: StatementTable, language: str, page: str = "") -> str:
    """All statements as one JSON-LD document.

    Args:
        case: Its actors and documents.
        table: Verdicts.
        language: Of what is claimed, where the ledger has it.
        page: Address of the page on which the reviews will stand, each at its own anchor;
            empty: addresses are those of anchors in the page that the document is put into.
    """
    reviews = [_review(case, table, row, language=language, page=page) for row in table.statements]
    graph = {"@context": "https://schema.org", "@graph": reviews}
    return json.dumps(graph, ensure_ascii=False, indent=2, allow_nan=False)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in English, else in whichever there is.

    Examples:
        >>> in_language({"ru": "да", "en": "yes"}, "kk"), in_language({}, "en")
        ('yes', '')
    """
    for code in (language, "en", "", *texts):
        if texts.get(code):
            return texts[code]
    return ""


def shortened(text: str, longest: int = LONGEST_CLAIM) -> str:
    """A text of at most so many characters, cut between words where it can be.

    Examples:
        >>> shortened("It is built already", 12), shortened("Donaudampfschiff", 8)
        ('It is …', 'Donaud …')
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    room = longest - len(_MORE)
    whole, space, _rest = text[: room + 1].rpartition(" ")
    return (whole.rstrip(" ,;:–-") if space else text[:room]) + _MORE


def _review(
    case: Case, table: StatementTable, row: StatementRow, *, language: str, page: str
) -> dict[str, Any]:
    claimed = in_language(row.says, language) or in_language(row.phrase, language) or row.id
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": verdict_words(row.verdict)}
    if row.verdict in RATINGS:
        rating |= {"ratingValue": RATINGS[row.verdict], "bestRating": 5, "worstRating": 1}
    return {
        "@type": "ClaimReview",
        "identifier": row.id,
        "url": f"{page.partition('#')[0]}#{quote(row.id)}",
        "datePublished": table.as_of,
        "claimReviewed": shortened(claimed),
        "inLanguage": language,
        "author": {"@type": "Organization", "name": f"derbes {VERSION}"},
        "itemReviewed": {**_claim(case, row, language), "text": claimed},
        "reviewRating": rating,
        "reviewBody": row.reason,
    }


def _claim(case: Case, row: StatementRow, language: str) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "@type": "Claim",
        "author": _author(case.actors.get(row.by), row.by, language),
        "keywords": [
            {"@type": "DefinedTerm", "termCode": name, "name": f"{getattr(row, name)}"}
            for name in _KEPT
            if getattr(row, name) not in (None, "")
        ],
    }
    if row.said:
        claim["datePublished"] = row.said
    document = case.documents.get(row.document)
    if document is not None:
        claim["appearance"] = _work(document)
    return claim


def _author(actor: Actor | None, name: str, language: str) -> dict[str, str]:
    is_person = actor is not None and actor.kind in _PEOPLE
    shown = in_language(actor.label, language) if actor is not None else ""
    return {"@type": "Person" if is_person else "Organization", "name": shown or name}


def _work(document: Document) -> dict[str, str]:
    written = {
        "publisher": document.publisher,
        "datePublished": document.date,
        "url": document.address,
    }
    kept = {key: text for key, text in written.items() if text}
    return {"@type": "CreativeWork", "name": document.title or document.id, **kept}
