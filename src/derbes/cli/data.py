"""Verbs about data: trade data, tables and workbooks brought in, what they say, a case of them."""

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.entities import Case
from derbes.cli import DONE, NOT_WRITTEN
from derbes.cli.options import (
    Verb,
    answer_options,
    language_option,
    option,
    options_of,
    out_option,
    sheet_option,
    with_options,
    workers_option,
)
from derbes.cli.output import answer, next_line, note, stoppable, tell
from derbes.cli.places import CASE, EXCEL, HTML, STANDARD_OUTPUT, check_places
from derbes.cli.trade import imported_text, screen_text, upstream_text
from derbes.errors import Problem, RequestError
from derbes.files import write_bytes_atomically
from derbes.harmless import file_name
from derbes.language import _, ngettext
from derbes.request import STRESS_SOLVED, brief_problems
from derbes.results.imports import BookImport, NumberChange, TableImport

MOST_ROWS = 1_000_000
"""Rows that a screen is asked for at most."""


OF_TABLE = {
    "--sheet NAME": _("Sheet of a workbook. Without it: the only one with a table."),
    "--cells RANGE": _("Cells of the table, e.g. A5:F40, where a sheet holds several."),
    "--unit UNIT": _("Unit of numbers for which the table tells none."),
    "--grade GRADE": _("Grade of the numbers: A, B, C or D. Without it: as kept, else B."),
    "--date DAY": _("Date of the table. Without it: when the file was last changed."),
    "--decimal MARK": _("comma or point, where the numbers do not show it."),
    "--dates ORDER": _("dmy or mdy, where the dates do not show it."),
    "--gaps RULE": _("Months that the table does not know: hold the one before, or line."),
    "--at TIME": _("Time whose stock is taken. Without it: the calendar's beginning."),
}
"""How a table that goes into a case is read."""
INTO_CASE = ("case", "yes", *(one.split()[0].removeprefix("--") for one in OF_TABLE))
"""Options of `import` that go with `--case`."""
into_case_options = with_options(
    option("--case", _("Case that a table goes into; then --map tells columns and paths, e.g. "
           "'date=Month, uses.town.demand=Use [t], where area=North'."), "CASE", default=""),
    option("--yes", _("Write what changes without asking."), is_flag=True),
    options_of(api.import_table, OF_TABLE),
)  # fmt: skip


@click.command(name="import", cls=Verb)
@click.argument("paths", metavar="TABLE...", nargs=-1, required=True)
@options_of(
    api.import_trade,
    {
        "--name ID": _("Id of the dataset. Without it: source, classification and vintage."),
        "--map mapping COLUMNS": _(
            "Columns of a table that is neither BACI nor Comtrade, e.g. 'year=Year, "
            "exporter=From, importer=To, product=HS, value=Value [1000 USD], weight=Net [t]'."
        ),
        "--classification REVISION": _("Revision of the HS, e.g. HS92, where no file tells it."),
        "--vintage RELEASE": _("Release of the data, e.g. 202501, where no file name tells it."),
        "--license TEXT": _("What the data may be used for."),
        "--store STORE": _("Folder of the store of trade data."),
    },
)
@into_case_options
@answer_options
@click.pass_context
def import_(
    context: click.Context, /, paths: tuple[str, ...], *, as_json: bool, out: str, **asked: Any
) -> None:
    """Bring trade data into the store, or with --case a table into a case.

    Trade data are BACI, UN Comtrade, or a table with named columns. Into a case come CSV, Excel
    and Parquet: a series by date, consumption, stocks, suppliers, prices, a bill of materials.
    """
    into = {name: asked.pop(name) for name in INTO_CASE}
    if into["case"]:
        context.exit(import_into_case(paths, into, asked, as_json=as_json, out=out))
    if given := [f"--{name}" for name, value in into.items() if value]:
        what = _("{options}: for a table into a case. Fix: add --case CASE.")
        raise click.UsageError(what.format(options=", ".join(given)))
    check_places(paths)
    found = api.import_trade(paths, **asked)
    then = _("Next: {command}").format(command="derbes screen --importer KAZ")
    answer(found, imported_text, then, as_json=as_json, out=out)


@click.command(cls=Verb)
@options_of(
    api.screen,
    {
        "--importer BUYER": _("Country, group (EU, EU27, EAEU), or all."),
        "--sender SELLER": _("Who may cut off."),
        "--product products HS": _(
            "Product, or its first digits; may be given more than once. One of six digits: all "
            "that is known of it. Without it: all products."
        ),
        "--inside GROUP": _("Group whose sellers count as own."),
        "--beside BUYER": _("Buyer whose unit values are compared; may be given more than once."),
        "--year YEAR": _("Last year. Without it: the last of the data."),
        "--years n_years N": _("Years up to it."),
        "--production TONNES": _("Own production in the last year, for the reliance on imports."),
        "--dataset ID": _("Dataset. Without it: the newest of the store."),
        "--store STORE": _("Folder of the store of trade data."),
        "--engine ADDRESS": _(
            "Who makes the sums: an address of Ibis, e.g. pyspark:// or polars://. "
            "Without it: this process."
        ),
    },
)
@option("--limit", _("Rows that the screen shows; all are in the JSON."), "N", default=30,
        type=click.IntRange(1, MOST_ROWS))  # fmt: skip
@workers_option
@sheet_option
@answer_options
def screen(*, as_json: bool, out: str, limit: int, **asked: Any) -> None:
    """Say how dependent a buyer is on few sellers, by product, out of the trade data."""
    check_places()
    answer(api.screen(**asked), partial(screen_text, limit=limit), as_json=as_json, out=out)


@click.command(cls=Verb)
@options_of(
    api.upstream,
    {
        "--importer TARGET": _("Country or group (EU, EU27, EAEU) that makes goods of inputs."),
        "--sender SELLER": _("Country or group that may cut off."),
        "--buyer SECTOR": _("Sector that buys, of a full table. Without it: all, by output."),
        "--tiers N": _("Tiers told one by one."),
        "--sigma RANGE": _("Elasticity between sellers of a good, e.g. 4 or 2..6."),
        "--epsilon RANGE": _("Elasticity of trade, for the gains from it, e.g. 5 or 3..8."),
        "--short-sigma RANGE": _("Elasticity between a good and all else, within months."),
        "--elasticities TABLE": _(
            "A CSV with elasticities of sectors: columns sector, sigma, epsilon, short_sigma."
        ),
        "--table TABLE": _(
            "Another table: a CSV of the OECD's ICIO, or a folder saved by pymrio. "
            "Without it: that of the package, OECD 2022."
        ),
    },
)
@option("--limit", _("Sectors that the screen shows; all are in the JSON."), "N", default=10,
        type=click.IntRange(1, MOST_ROWS))  # fmt: skip
@sheet_option
@answer_options
def upstream(*, as_json: bool, out: str, limit: int, **asked: Any) -> None:
    """Say how much of what a country makes comes from a sender, tier by tier, and its worth."""
    check_places(tuple(asked[name] for name in ("table", "elasticities") if asked[name]))
    answer(api.upstream(**asked), partial(upstream_text, limit=limit), as_json=as_json, out=out)


@click.command(cls=Verb)
@options_of(
    api.draft,
    {
        "--importer BUYER": _("Country or group that buys; the target of the case."),
        "--product HS": _("HS code of six digits."),
        "--sender SELLER": _("Who may cut off."),
        "--first MONTH": _("First month of the calendar. Without it: January after the data."),
        "--year YEAR": _("Last year looked at. Without it: the last of the data."),
        "--years n_years N": _("Years up to it, whose variation gives ranges."),
        "--dataset ID": _("Dataset. Without it: the newest of the store."),
        "--store STORE": _("Folder of the store of trade data."),
    },
)
@option("--brief page", _("Write the brief on the draft too; goes with --out."), "FILE")
@out_option
@workers_option
@language_option
def draft(*, out: str, page: str | None, n_workers: int, **asked: Any) -> None:
    """Write a case out of trade data: what they know, all else marked missing."""
    if page and out == STANDARD_OUTPUT:
        raise click.UsageError(_("--brief needs a file for the case. Fix: add --out CASE.yaml."))
    check_places((), CASE)
    if out != STANDARD_OUTPUT and Path(out).exists():
        what = _('"{place}" is there already, and a draft takes no file\'s place').format(place=out)
        fix = _("name another file with --out, or delete it first")
        raise RequestError("derbes", [Problem("out", what, fix=fix)])
    tell(api.draft(n_workers=n_workers, **asked), out)
    if out == STANDARD_OUTPUT:
        return
    note(_("Written: {out}").format(out=out))
    if page:
        case = api.read_case(out)
        with stoppable(None) as progress:
            progress(0, 0, _("the brief"))
            tell(api.brief(case, n_workers=n_workers, progress=progress), page, HTML)
        note(_("Written: {out}").format(out=page))
    note(next_line("check", out))


# Tables into a case

MOST_NOTES = 12
WIDEST_PATH = 60


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
    foreign = ("classification", "vintage", "license", "store")
    if given := [f"--{name}" for name in foreign if asked[name]]:
        what = _("{options}: for the store of trade data, not for a case.")
        raise click.UsageError(what.format(options=", ".join(given)))
    words = {**into, "mapping": asked["mapping"], "name": asked["name"]}
    case, yes = str(words.pop("case")), words.pop("yes")
    check_places((*paths, *api.read_case(case).files))

    def questions(found: TableImport) -> Iterator[str]:
        n = len(found.changes)
        yield ngettext("Write {n} number?", "Write {n} numbers?", n).format(n=n)

    take = _taking(import_text, questions, yes=yes, as_json=as_json)
    found = api.import_table(paths[0], case, take=take, **words)
    written = _("Written: {out}").format(out=f"{found.case}, {found.mapping}")
    then = f"{written}\n{next_line('check', case)}"
    if not found.changes:
        then = _("The case already has these numbers; nothing is written.")
    return _brought(found, import_text, then, as_json=as_json, out=out)


def _taking(
    text: Callable[[Any], str],
    questions: Callable[[Any], Iterator[str]],
    *,
    yes: bool,
    as_json: bool,
) -> Callable[[Any], bool]:
    """Whether what is found is written: as `--yes` says, else as a person on a terminal does."""
    is_asked = sys.stdin.isatty() and sys.stderr.isatty() and not as_json

    def take(found: Any) -> bool:
        if yes or not is_asked:
            return yes
        click.echo(text(found), err=True)
        return all(click.confirm(one, default=False, err=True) for one in questions(found))

    return take


def _brought(
    found: TableImport | BookImport,
    text: Callable[[Any], str],
    then: str,
    *,
    as_json: bool,
    out: str,
) -> int:
    """Answer what an import changes, and what comes then if it is written; the exit code."""
    has_changes = bool(found.changes or getattr(found, "deleted", ()))
    is_open = has_changes and not found.written
    then = _("Nothing is written yet.") if is_open else then
    answer(found, text, then, as_json=as_json, out=out)
    if is_open:
        click.echo(_("Not written. To write it, add --yes to the same command."), err=True)
    return NOT_WRITTEN if is_open else DONE


def import_text(found: TableImport) -> str:
    """How a table is read, and one line for each number that changes."""
    place = f"{Path(found.table).name}, {found.sheet}" if found.sheet else Path(found.table).name
    kept = (
        _("guessed; kept in {file} when it is written") if found.is_guessed else _("as in {file}")
    )
    head, kept = _("{table} as {kind}, {kept}:"), kept.format(file=found.mapping)
    lines = [head.format(table=place, kind=found.kind, kept=kept)]
    lines += [f"  {part} = {heading}" for part, heading in found.columns.items()]
    lines += [f"  {path} = {text}" for text, path in found.items.items()]
    notes = list(found.notes[:MOST_NOTES])
    if len(found.notes) > MOST_NOTES:
        notes.append(_("and {n} more notes, in the JSON").format(n=len(found.notes) - MOST_NOTES))
    lines += [f"  - {note}" for note in notes]
    return "\n".join([*lines, *change_lines(found.changes)])


def change_lines(changes: Sequence[NumberChange]) -> list[str]:
    """One line for each number that changes, under how many they are."""
    if not changes:
        return []
    n, none = len(changes), _("(none)")
    head = ngettext("{n} number changes:", "{n} numbers change:", n).format(n=n)
    width = min(max(len(one.path) for one in changes), WIDEST_PATH)
    told = (f"{one.path:<{width}}  {one.old or none} → {one.new or none}" for one in changes)
    return [head, *(f"  {line}" for line in told)]


# Workbooks


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
@option("--out", _("Workbook to write. Without it: the name of the case, .xlsx."), "FILE")
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
    if wrong := brief_problems(asked["draws"], asked["seed"]):
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
) -> None:
    """Bring back into a case what was changed in a workbook that excel has made.

    Shows each number that changes before anything is written; all else stays to the byte.
    """
    place = Path(case)
    is_there = (place / "case.yaml" if place.is_dir() else place).exists()
    check_places((book, *(api.read_case(case).files if is_there else ())), source=case)
    take = _taking(book_text, _book_questions, yes=yes, as_json=as_json)
    found = api.import_excel(book, case, take=take)
    written = _("Written: {out}").format(out=", ".join(found.files))
    anew = _("To go on in Excel, make the workbook anew with derbes excel.")
    then = f"{written}\n{anew}\n{next_line('check', found.case)}"
    if not found.changes and not found.deleted:
        then = _("The workbook changes nothing; nothing is written.")
    context.exit(_brought(found, book_text, then, as_json=as_json, out=out))


def _book_questions(found: BookImport) -> Iterator[str]:
    if n := len(found.deleted):
        yield ngettext("Delete {n} row's element?", "Delete {n} rows' elements?", n).format(n=n)
    n = len(found.changes)
    yield ngettext("Write {n} change?", "Write {n} changes?", n).format(n=n)


def book_text(found: BookImport) -> str:
    """What a workbook changes, one line for each number."""
    head = _("{book}, a new case {case}:") if found.is_new else _("{book}, into {case}:")
    lines = [head.format(book=Path(found.book).name, case=found.case)]
    lines += [f"  - {one}" for one in found.notes[:MOST_NOTES]]
    n = len(found.notes) - MOST_NOTES
    if n > 0:
        lines.append(ngettext("  - and {n} more note", "  - and {n} more notes", n).format(n=n))
    if n := len(found.deleted):
        told = ngettext("{n} has no row any more and goes:", "{n} have no row any more and go:", n)
        lines += [told.format(n=n), *(f"  {path}" for path in found.deleted)]
    return "\n".join([*lines, *change_lines(found.changes)])


def case_answers(case: Case, *, draws: int, seed: int, n_workers: int) -> list[Any]:
    """What the workbook of a case says of it: cover, leverage, the plan, and answers over draws.

    With 0 draws, or 1, nothing is asked over them.
    """
    from derbes.draws.inputs import uncertain_inputs  # noqa: PLC0415 - loads what draws need

    found: list[Any] = []
    with stoppable(None) as progress:
        if case.measures:
            found.append(api.cover(case, progress=progress, n_workers=n_workers))
            found.append(api.leverage(case, progress=progress, n_workers=n_workers))
        if case.options and case.standards:
            found.append(api.plan(case, progress=progress, n_workers=n_workers))
        is_drawn = uncertain_inputs(case) or case.scenarios or case.hazards
        if case.measures and is_drawn and draws > 1:
            stress = partial(api.stress, progress=progress, n_workers=n_workers)
            found.append(stress(case, draws=draws, solved=min(draws, STRESS_SOLVED), seed=seed))
    return found
