"""The history of verdicts: a file that only grows, one line for each verdict."""

import json
from collections.abc import Iterable
from pathlib import Path

from derbes.errors import DataError
from derbes.files import write_atomically
from derbes.language import _
from derbes.results.statements import EntryRow, StatementTable

KEYS = (
    "id",
    "verdict",
    "share",
    "standard_error",
    "as_of",
    "case_hash",
    "seed",
    "draws",
    "version",
)
"""Keys of a line."""
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
        dict(
            zip(
                KEYS,
                (
                    row.id,
                    row.verdict,
                    row.share,
                    row.standard_error,
                    table.as_of,
                    made.case_hash,
                    made.seed,
                    row.n_draws,
                    made.version,
                ),
                strict=True,
            )
        )
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


def changed_verdicts(history: Iterable[Line]) -> tuple[tuple[Line, Line], ...]:
    """Each line whose verdict differs from the one before on the same entry, and that one."""
    last: dict[object, Line] = {}
    found = []
    for line in history:
        before = last.get(line["id"])
        if before is not None and before["verdict"] != line["verdict"]:
            found.append((before, line))
        last[line["id"]] = line
    return tuple(found)
