"""How a table is read into a case, and the file beside the case that keeps it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from derbes.casefile.edit import in_block, respelled
from derbes.casefile.entries import MappingNode, Plain
from derbes.casefile.files import compose
from derbes.drafting import in_latin_letters
from derbes.errors import Problem, TableError, did_you_mean
from derbes.language import _
from derbes.tables.cells import moment_or_none

SERIES, HISTORY, STOCKS, SUPPLIERS, PRICES, BILL = KINDS = (
    "series", "history", "stocks", "suppliers", "prices", "bill",
)  # fmt: skip
"""What a table can hold: any series by date, consumption, stocks, or a list of suppliers, of
prices, or of what a thing is made of."""
HOLD, LINE = GAPS = ("hold", "line")
"""How months that are not known may be filled: as the month before, or on a straight line."""
YES = "yes"
DATED = frozenset({SERIES, HISTORY, STOCKS})


@dataclass(frozen=True, slots=True)
class TableMap:
    """How a table is read into a case."""

    kind: str = ""
    sheet: str = ""
    cells: str = ""
    """Range of the sheet that holds the table."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Part of a row, or path of the case → heading."""
    items: Mapping[str, str] = field(default_factory=dict)
    """What a row is called → path of the case, or id."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Heading → what must stand below it."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Part of a row, or path → unit, where the table tells none."""
    decimal: str = ""
    dates: str = ""
    at: str = ""
    """Of stocks: the month whose figure is taken."""
    gaps: str = ""
    """How months that the table does not know are filled: `hold` or `line`; empty: they are not."""
    grade: str = ""
    facts: str = ""
    """Of stocks: `yes`, where each month becomes a dated fact besides."""


def name_of(table: Path) -> str:
    """The id that a table gives its mapping and its document: its name without dates.

    Examples:
        >>> name_of(Path("Stock 2026-02.xlsx")), name_of(Path("AGSI_2026_03_01.csv.gz"))
        ('stock', 'agsi')
    """
    stem = table.name.split(".")[0] if table.name.endswith(".gz") else table.stem
    words = [word for word in re.split(r"[^a-z0-9]+", in_latin_letters(stem.casefold())) if word]
    kept = [word for word in words if not word.isdigit() and not moment_or_none(word)]
    found = "_".join(kept or words) or "table"
    return found if found[0].isalpha() else f"table_{found}"


def read_map(path: Path) -> TableMap:
    """A mapping that is kept.

    Raises:
        TableError: It says what cannot be.
    """
    root, findings, _n = compose(path.read_text(encoding="utf-8"), 0)
    problems = [
        Problem("", one.what, one.mark.line if one.mark else 0, fix=one.fix) for one in findings
    ]
    told: dict[str, Any] = {}
    known = [one.name for one in fields(TableMap)]
    entries: Mapping[str, Any] = root.plain if isinstance(root, MappingNode) else {}  # type: ignore[assignment]
    for name, value in entries.items():
        line = root.keys[name].line if isinstance(root, MappingNode) else 0
        is_table = name in {"columns", "items", "where", "units"}
        if name not in known:
            problems.append(Problem(name, _("unknown key"), line, fix=did_you_mean(name, known)))
        elif is_table != isinstance(value, dict):
            what = _("expected keys with values") if is_table else _("expected one value")
            problems.append(Problem(name, what, line))
        else:
            told[name] = {k: str(v) for k, v in value.items()} if is_table else str(value)
    if told.get("kind", SERIES) not in KINDS:
        problems.append(no_kind("kind", told["kind"]))
    if told.get("facts", YES) != YES:
        what = _('"{word}" is not one of: {words}').format(word=told["facts"], words=YES)
        problems.append(Problem("facts", what, fix=_("take the key out where none are wanted")))
    if problems:
        raise TableError(str(path), problems)
    return TableMap(**told)


def no_kind(where: str, kind: str) -> Problem:
    """What is wrong where a kind of table is none."""
    what = _('"{kind}" is no kind of table').format(kind=kind)
    return Problem(where, what, fix=did_you_mean(kind, KINDS))


def unlisted(where: str, word: str, words: Sequence[str]) -> list[Problem]:
    """What is wrong where a word is none of those that may stand there."""
    if word in words:
        return []
    what = _('"{word}" is not one of: {words}').format(word=word, words=", ".join(words))
    return [Problem(where, what, fix=did_you_mean(word, words))]


def map_text(found: TableMap, table: str, case: str, before: str = "") -> str:
    """A mapping as it is kept; what stands there before keeps its comments."""
    given: dict[str, Plain] = {
        one.name: dict(value) if isinstance(value, Mapping) else value
        for one in fields(found)
        if (value := getattr(found, one.name))
    }
    again = respelled(before, given) if before else None
    if again is not None:
        return again
    head = _(
        "# How derbes reads {table} into {case}. Change it where it is wrong, and import again:"
    )
    command = f"#   derbes import {table} --case {case}"
    return "\n".join([head.format(table=table, case=case), command, *in_block(given), ""])
