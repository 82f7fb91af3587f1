"""Tables into a case on the command line: what changes, and whether it is wanted."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli import NOT_WRITTEN
from derbes.cli.output import next_line, tell, tell_json
from derbes.cli.places import JSON, TEXT, check_places, promised_tables
from derbes.cli.sheets import tell_result
from derbes.language import _, ngettext
from derbes.results.imports import NumberChange, TableImport
from derbes.results.records import record_of

MOST_NOTES = 12
WIDEST_PATH = 60


def refuse_without_case(into: Mapping[str, Any]) -> None:
    """Refuse options that go with `--case` alone."""
    given = [f"--{name}" for name, value in into.items() if value]
    if given:
        what = _("{options}: for a table into a case. Fix: add --case CASE.")
        raise click.UsageError(what.format(options=", ".join(given)))


def import_into_case(
    paths: Sequence[str],
    into: Mapping[str, Any],
    asked: Mapping[str, Any],
    *,
    as_json: bool,
    out: str,
) -> int:
    """Bring a table into a case; the exit code."""
    if len(paths) > 1:
        what = _("one table at a time goes into a case; these are {n}.")
        raise click.UsageError(what.format(n=len(paths)))
    foreign = [name for name in ("classification", "vintage", "license", "store") if asked[name]]
    if foreign:
        what = _("{options}: for the store of trade data, not for a case.")
        raise click.UsageError(what.format(options=", ".join(f"--{name}" for name in foreign)))
    case = str(into["case"])
    words = {name: value for name, value in into.items() if name not in {"case", "yes"}}
    read = (*paths, *api.read_case(case).files)
    check_places(read, JSON if as_json else TEXT)
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not as_json

    def take(found: TableImport) -> bool:
        if into["yes"] or not asks:
            return bool(into["yes"])
        click.echo(import_text(found), err=True)
        question = ngettext("Write {n} number?", "Write {n} numbers?", len(found.changes))
        return click.confirm(question.format(n=len(found.changes)), default=False, err=True)

    found = api.import_table(
        paths[0], case, take=take, mapping=asked["mapping"], name=asked["name"], **words
    )
    is_open = bool(found.changes) and not found.written
    if as_json:
        tell_json(record_of(found), out)
    elif promised_tables(out):
        tell_result(found, out, _ending(found, case))
    else:
        tell("\n".join([import_text(found), "", _ending(found, case)]), out)
    if is_open:
        click.echo(_("Not written. To write it, add --yes to the same command."), err=True)
    return NOT_WRITTEN if is_open else 0


def _ending(found: TableImport, case: str) -> str:
    if not found.changes:
        return _("The case already has these numbers; nothing is written.")
    if not found.written:
        return _("Nothing is written yet.")
    written = _("Written: {out}").format(out=f"{found.case}, {found.mapping}")
    return f"{written}\n{next_line('check', case)}"


def import_text(found: TableImport) -> str:
    """How a table is read, and one line for each number that changes."""
    place = f"{Path(found.table).name}, {found.sheet}" if found.sheet else Path(found.table).name
    kept = _("guessed; it is kept in {file}") if found.is_guessed else _("as in {file}")
    head = _("{table} as {kind}, {kept}:").format(
        table=place, kind=found.kind, kept=kept.format(file=found.mapping)
    )
    lines = [head, *(f"  {part} = {heading}" for part, heading in found.columns.items())]
    lines += [f"  {path} = {text}" for text, path in found.items.items()]
    notes = list(found.notes[:MOST_NOTES])
    if len(found.notes) > MOST_NOTES:
        notes.append(_("and {n} more notes, in the JSON").format(n=len(found.notes) - MOST_NOTES))
    lines += [f"  - {note}" for note in notes]
    return "\n".join([*lines, *change_lines(found.changes)])


def change_lines(changes: Sequence[NumberChange]) -> list[str]:
    """One line for each number that changes, under how many they are."""
    n = len(changes)
    if not n:
        return []
    head = ngettext("{n} number changes:", "{n} numbers change:", n).format(n=n)
    width = min(max(len(one.path) for one in changes), WIDEST_PATH)
    return [head, *(f"  {one.path:<{width}}  {_change(one)}" for one in changes)]


def _change(one: NumberChange) -> str:
    none = _("(none)")
    return f"{one.old or none} → {one.new or none}"
