"""Verdicts for other programs: ClaimReview, a spreadsheet, and a history."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from derbes.case.entities import Actor, Case, Document
from derbes.errors import DataError
from derbes.files import write_atomically
from derbes.language import _
from derbes.results.statements import EntryRow, StatementRow, StatementTable
from derbes.results.tables import verdict_words
from derbes.version import VERSION

# Verdicts as schema.org ClaimReview, in JSON-LD, for those who collect fact checks.
#
# ClaimReview has no place for modality, holder, expression and due date; they stand in
# `keywords` of the claim, as terms with a code. The rating runs from 1 (fails) to 5 (holds);
# a verdict that is none of these has a name and no number. What collectors ask for is there:
# a `url` of each review, and a claim of at most 75 characters; the whole of it stands in the
# `text` of the claim.

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


# Statements as comma-separated text for a spreadsheet.

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that what follows is UTF-8."""
COLUMNS = (
    "id",
    "kind",
    "by",
    "holder",
    "said",
    "modality",
    "polarity",
    "stance",
    "target",
    "says",
    "phrase",
    "document",
    "place",
    "expression",
    "verdict",
    "share",
    "standard_error",
    "n_draws",
    "reason",
    "due",
    "outcome",
    "probability",
    "brier",
    "flips_at",
    "flips_in",
)
_FORMULA = ("=", "@", "+", "-", "\t", "\r")


def statement_sheet(table: StatementTable, language: str, *, has_mark: bool = False) -> str:
    """All statements, one a line, every cell in quotes.

    Args:
        table: Verdicts.
        language: Of the texts, where the ledger has it.
        has_mark: Whether to begin with a byte-order mark, which Excel wants.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in table.statements:
        writer.writerow([_cell(row, column, language) for column in COLUMNS])
    return (BYTE_ORDER_MARK if has_mark else "") + out.getvalue()


def _cell(row: StatementRow, column: str, language: str) -> str:
    content = getattr(row, column)
    if content is None:
        return ""
    if column in {"says", "phrase"}:
        return harmless(in_language(content, language))
    if column == "flips_at":
        return "; ".join(
            f"{flip.input} {flip.direction} {flip.value:.6g} {flip.unit}".strip()
            for flip in content
        )
    if column == "flips_in":
        return ", ".join(content)
    return harmless(content) if isinstance(content, str) else repr(content)


def harmless(text: str) -> str:
    """A text that a spreadsheet takes for a text: none is computed.

    Examples:
        >>> harmless("=1+1"), harmless("+"), harmless("-5 %")
        ("'=1+1", '+', "'-5 %")
    """
    is_formula = text.startswith(_FORMULA) and len(text) > 1
    return f"'{text}" if is_formula else text


# The history of verdicts: a file that only grows, one line for each verdict.

KEYS = (
    "id", "verdict", "share", "standard_error", "as_of", "case_hash", "seed", "draws", "version",
)  # fmt: skip
"""Keys of a line of a history."""
Line = dict[str, object]


def history_lines(table: StatementTable) -> tuple[Line, ...]:
    """One line for each entry of a table."""
    made = table.provenance
    rows: Iterable[EntryRow] = (
        *table.statements,
        *table.contrasts,
        *(row for row in table.double_standards if row.is_declared),
        *table.tensions,
    )
    return tuple(
        {
            "id": row.id,
            "verdict": row.verdict,
            "share": row.share,
            "standard_error": row.standard_error,
            "as_of": table.as_of,
            "case_hash": made.case_hash,
            "seed": made.seed,
            "draws": row.n_draws,
            "version": made.version,
        }
        for row in rows
    )


def record_verdicts(path: Path, table: StatementTable) -> int:
    """Add the verdicts of a table to a history; what stands there stays.

    Returns:
        Lines added.

    Raises:
        DataError: The file is no history.
        OutputError: It cannot be written.
    """
    read_history(path)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = [json.dumps(line, ensure_ascii=False) for line in history_lines(table)]
    end = "" if not before or before.endswith("\n") else "\n"
    write_atomically(path, before + end + "".join(f"{line}\n" for line in lines))
    return len(lines)


def read_history(path: Path) -> tuple[Line, ...]:
    """All lines of a history, oldest first; none when there is no file yet.

    Raises:
        DataError: A line is not one of a history.
    """
    if not path.exists():
        return ()
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(_("{path}: cannot be read as text").format(path=path)) from error
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            record = None
        if not isinstance(record, dict) or not set(KEYS) <= set(record):
            what = _("{path}: line {number} is no verdict of a history.")
            fix = _("Fix: name another file with --record, or take the line out.")
            raise DataError(f"{what} {fix}".format(path=path, number=number))
        found.append(record)
    return tuple(found)
