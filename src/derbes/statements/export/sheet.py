"""Statements as comma-separated text for a spreadsheet."""

import csv
import io

from derbes.results.statements import StatementRow, StatementTable
from derbes.statements.export.claimreview import in_language

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
