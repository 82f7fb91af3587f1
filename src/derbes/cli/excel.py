"""Workbooks on the command line: a case out of the program, and what was changed back into it."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli import DONE, NOT_WRITTEN
from derbes.cli.imports import change_lines
from derbes.cli.options import (
    Verb,
    answer_options,
    language_option,
    option,
    options_of,
    workers_option,
)
from derbes.cli.output import next_line, note, tell, tell_json
from derbes.cli.places import (
    EXCEL,
    JSON,
    STANDARD_OUTPUT,
    TEXT,
    Place,
    check_places,
    promised_tables,
)
from derbes.cli.sheets import case_answers, tell_result
from derbes.errors import Problem, RequestError
from derbes.files import write_bytes_atomically
from derbes.harmless import file_name
from derbes.language import _, ngettext
from derbes.request import brief_problems
from derbes.results.imports import BookImport
from derbes.results.records import record_of

MOST_NOTES = 12


@click.command(cls=Verb)
@click.argument("path", metavar="[CASE]", required=False)
@option("--new is_new", _("An empty workbook, to begin a case in."), is_flag=True)
@option(
    "--results has_results",
    _("Add sheets with cover, leverage, its end, the plan and what decides, each with a chart."),
    is_flag=True,
)
@options_of(
    api.stress,
    {
        "--draws N": _("With --results: draws of the uncertain inputs; 0: central values alone."),
        "--seed N": _("With --results: seed of the draws."),
    },
)
@workers_option
@option(
    "--out", _("Workbook to write. Without it: the name of the case, .xlsx."), "FILE", type=Place()
)
@language_option
def excel(
    *, path: str | None, is_new: bool, has_results: bool, out: str | None, **asked: Any
) -> None:
    """Write a case as an Excel workbook to work in: a sheet a section, inputs colored.

    import-excel brings back what was changed in it.
    """
    if bool(path) == is_new:
        raise click.UsageError(_("name a case, or begin a new one with --new."))
    if out == STANDARD_OUTPUT:
        raise click.UsageError(_("a workbook needs a file. Fix: name one with --out BOOK.xlsx."))
    if is_new and has_results:
        raise click.UsageError(_("--results are of a case; an empty workbook has none."))
    wrong = brief_problems(asked["draws"], asked["seed"])
    if wrong:
        raise RequestError(path or "derbes", wrong)
    case = api.read_case(path) if path else None
    out = out or f"{file_name(Path(path).resolve().stem if path else 'case')}.xlsx"
    check_places(case.files if case else (), EXCEL, source=path or "derbes", out=out)
    what = ""
    if Path(out).suffix.casefold() != ".xlsx":
        what = _('"{place}" does not end in .xlsx').format(place=out)
        fix = _("end the name in .xlsx")
    elif Path(out).exists():
        what = _('"{place}" is there already, and somebody may have worked in it')
        what, fix = what.format(place=out), _("name another file with --out, or delete it first")
    if what:
        raise RequestError(path or "derbes", [Problem("out", what, fix=fix)])
    results = case_answers(case, **asked) if case and has_results else ()
    write_bytes_atomically(Path(out), api.excel(path, results=results))
    note(_("Written: {out}").format(out=out))
    command = f"derbes import-excel {shlex.quote(out)} --case {shlex.quote(path or 'CASE.yaml')}"
    note(_("Next: {command}").format(command=command))


@click.command(name="import-excel", cls=Verb)
@click.argument("book", metavar="BOOK")
@option(
    "--case", _("Case that the workbook is of; a new name begins a case."), "CASE", required=True
)
@option("--yes", _("Write what changes, and delete what has no row, without asking."), is_flag=True)
@answer_options
@click.pass_context
def import_excel(
    context: click.Context, /, book: str, case: str, *, yes: bool, as_json: bool, out: str
) -> None:  # fmt: skip
    """Bring back into a case what was changed in a workbook that excel has made.

    Shows each number that changes before anything is written; all else stays to the byte.
    """
    known = api.read_case(case).files if _is_there(case) else ()
    check_places((book, *known), JSON if as_json else TEXT, source=case)
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not as_json

    def take(found: BookImport) -> bool:
        return yes or (asks and _asked(found))

    found = api.import_excel(book, case, take=take)
    is_open = not found.written and bool(found.changes or found.deleted)
    if as_json:
        tell_json(record_of(found), out)
    elif promised_tables(out):
        tell_result(found, out, _ending(found))
    else:
        tell("\n".join([book_text(found), "", _ending(found)]), out)
    if is_open:
        click.echo(_("Not written. To write it, add --yes to the same command."), err=True)
    context.exit(NOT_WRITTEN if is_open else DONE)


def _is_there(case: str) -> bool:
    place = Path(case)
    return (place / "case.yaml").exists() if place.is_dir() else place.exists()


def _asked(found: BookImport) -> bool:
    """Whether a person wants what would change, and what would be deleted."""
    click.echo(book_text(found), err=True)
    n = len(found.deleted)
    if n:
        question = ngettext("Delete {n} row's element?", "Delete {n} rows' elements?", n)
        if not click.confirm(question.format(n=n), default=False, err=True):
            return False
    n = len(found.changes)
    question = ngettext("Write {n} change?", "Write {n} changes?", n)
    return click.confirm(question.format(n=n), default=False, err=True)


def book_text(found: BookImport) -> str:
    """What a workbook changes, one line for each number."""
    head = _("{book}, into {case}:")
    if found.is_new:
        head = _("{book}, a new case {case}:")
    lines = [head.format(book=Path(found.book).name, case=found.case)]
    lines += [f"  - {one}" for one in found.notes[:MOST_NOTES]]
    n = len(found.notes) - MOST_NOTES
    if n > 0:
        lines.append(ngettext("  - and {n} more note", "  - and {n} more notes", n).format(n=n))
    n = len(found.deleted)
    if n:
        told = ngettext("{n} has no row any more and goes:", "{n} have no row any more and go:", n)
        lines += [told.format(n=n), *(f"  {path}" for path in found.deleted)]
    return "\n".join([*lines, *change_lines(found.changes)])


def _ending(found: BookImport) -> str:
    if not found.changes and not found.deleted:
        return _("The workbook changes nothing; nothing is written.")
    if not found.written:
        return _("Nothing is written yet.")
    written = _("Written: {out}").format(out=", ".join(found.files))
    anew = _("To go on in Excel, make the workbook anew with derbes excel.")
    return f"{written}\n{anew}\n{next_line('check', found.case)}"


EXCEL_VERBS = (excel, import_excel)
"""Commands of this file, in the order in which the help lists them."""
