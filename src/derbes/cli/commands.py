"""One command per verb: options in, an answer out; and what ends the program, with which code."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, get_args

import click

from derbes import api
from derbes.case.request import DRAW_METHODS, QUESTIONS
from derbes.cli import INTERRUPTED
from derbes.cli.imports import import_into_case, refuse_without_case
from derbes.cli.output import (
    CSV,
    HTML,
    JSON,
    STANDARD_OUTPUT,
    TEXT,
    check_places,
    next_line,
    notes_record,
    notes_text,
    problems_record,
    progress_on_terminal,
    stoppable,
    tell,
    tell_error,
    tell_json,
)
from derbes.cli.tables import cover_text, leverage_text, plan_text, statements_text, stress_text
from derbes.cli.trade import imported_text, screen_text
from derbes.errors import CaseError, DerbesError, OutputError
from derbes.files import unwritable
from derbes.language import _, languages, use_language
from derbes.request import (
    EVERY_MONTHS,
    FORMATS,
    QUERIES,
    made_by,
)
from derbes.results.records import record_of
from derbes.version import VERSION

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def option(names: str, words: str, metavar: str | None = None, **more: Any) -> Decorator:
    """An option of a command; a default that says something is shown.

    Args:
        names: `--name`, and how the command calls its value where that differs.
        words: What it does.
        metavar: What stands for its value.
        **more: As click has it.
    """
    shows = more.get("default") not in (None, "", (), False)
    return click.option(
        *names.split(), metavar=metavar, help=words, **{"show_default": shows, **more}
    )


def with_options(*options: Decorator) -> Decorator:
    """Several options at once, in the order in which the help lists them."""

    def add(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return add


case_argument = click.argument("path", metavar="CASE")
"""The case file, or the folder of a case."""
language_option = option(
    "--lang",
    _("Language of all texts."),
    type=click.Choice(languages()),
    default="en",
    is_eager=True,
    expose_value=False,
    callback=lambda _context, _option, code: use_language(code),
)
json_option = option("--json as_json", _("Answer as JSON."), is_flag=True)
out_option = option(
    "--out",
    _("Write the answer into a file."),
    "FILE",
    default=STANDARD_OUTPUT,
    show_default=False,
)
answer_options = with_options(out_option, json_option, language_option)
"""How a command answers: `--out`, `--json`, `--lang`."""
workers_option = option(
    "--workers n_workers",
    _("Processes that share the work. Without it: one for each core."),
    "N",
    type=click.IntRange(min=1),
    default=len(os.sched_getaffinity(0))
    if hasattr(os, "sched_getaffinity")
    else os.cpu_count() or 1,
    show_default=False,
)
executor_options = with_options(
    option(
        "--executor",
        _("local, a number of processes, or a Dask cluster: dask://host:port."),
        "WHERE",
        default="local",
    ),
    workers_option,
)


def options_of(verb: Callable[..., Any], named: Mapping[str, str]) -> Decorator:
    """Options of a verb, whose types and defaults are those of its arguments.

    Args:
        verb: A function of `api`.
        named: `--name`, the argument where that differs and what stands for its value → what
            it does.
    """
    stated = signature(verb).parameters

    def one(spelled: str, words: str) -> Decorator:
        *names, value = spelled.split()
        names, metavar = (names, value) if value.isupper() else ([*names, value], None)
        argument = stated[names[-1].lstrip("-").replace("-", "_")]
        kind = (*get_args(argument.annotation), argument.annotation)[0]
        more = {"type": kind, "multiple": isinstance(argument.default, tuple)}
        more = {"is_flag": True} if kind is bool else more
        return option(" ".join(names), words, metavar, default=argument.default, **more)

    return with_options(*(one(*words) for words in named.items()))


DRAWS = {"--draws N": _("Draws of the uncertain inputs.")}
SEED = {"--seed N": _("Seed of the draws.")}


def surface_options(
    verb: Callable[..., Any],
    *,
    measures: str = _("Measure of the case; may be given more than once. Without it: all."),
    starts: str = _("Month in which measures start, e.g. 2028-01; may be given more than once."),
    apart: str = _("Without --start: how far starts lie apart."),
) -> Decorator:
    """`--variant`, `--measure`, `--length`, `--start`, `--every`.

    Args:
        verb: A function of `api`.
        measures: What `--measure` means to the command.
        starts: What `--start` means to it.
        apart: What `--every` means to it.
    """
    variants = _("Variant of the case; may be given more than once; base, or all.")
    lengths = _("Length of the measures. Without it: the lengths that the case names.")
    every = signature(verb).parameters["starts"].default
    return with_options(
        options_of(
            verb,
            {
                "--variant variants NAME": variants,
                "--measure measures NAME": measures,
                "--length lengths MONTHS": lengths,
            },
        ),
        option("--start starts", starts, "MONTH", multiple=True),
        option("--every", apart, type=click.Choice(list(EVERY_MONTHS)), default=every),
    )


@click.group(name="derbes", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="derbes", message="%(prog)s %(version)s")
def derbes() -> None:
    """How long a supply holds, how much leverage a seller has, and when it ends."""


@derbes.command()
@case_argument
@json_option
@language_option
@click.pass_context
def check(context: click.Context, path: str, *, as_json: bool) -> None:
    """Say every problem of a case file with its line and fix, and what it leaves open."""
    problems, notes = api.problems_and_notes(path)
    if as_json:
        tell_json({**problems_record(problems), **notes_record(notes)})
        context.exit(2 if problems else 0)
    if problems:
        raise CaseError(path, problems)
    tell(_("{path}: no problems.").format(path=path))
    if notes:
        tell(notes_text(notes))
    tell(next_line("cover", path))


@derbes.command()
@case_argument
@surface_options(api.cover)
@workers_option
@answer_options
def cover(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say how long essential uses are met when a measure starts."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        table = api.cover(case, progress=progress, **_words(asked))
    then = next_line("leverage" if case.measures else "check", path)
    _answer(table, cover_text, then, as_json=as_json, out=out)


@derbes.command()
@case_argument
@surface_options(api.leverage)
@workers_option
@answer_options
def leverage(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what measures cost target and sender, and when leverage ends."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        surface = api.leverage(case, progress=progress, **_words(asked))
    then = next_line("brief", path)
    _answer(surface, leverage_text, then, as_json=as_json, out=out)


@derbes.command()
@case_argument
@options_of(
    api.plan,
    {
        "--variant NAME": _("Variant of the case."),
        "--standard standards NAME": _(
            "Standard of the case; may be given more than once. Without it: all."
        ),
        "--budget AMOUNT": _(
            "What options may cost in all, e.g. '900 million USD'; replaces the case's."
        ),
        "--draws N": _("Draws of the uncertain inputs. Without it: those that the case lists."),
        **SEED,
        "--length lengths MONTHS": _(
            "Months survived at a point of the frontier; may be given more than once."
        ),
        "--frontier/--no-frontier has_frontier": _(
            "Whether to compute the cost against the months survived."
        ),
        "--more/--no-more has_more": _(
            "Whether to compute costs of standards, of waiting, of not knowing; other plans."
        ),
        "--gap SHARE": _(
            "How far the plan may be from the best, of the cost above that without threat."
        ),
        "--time-limit SECONDS": _("End after this time with what was found so far."),
    },
)
@option("--checkpoint", _("Keep the state of the search in a file."), "FILE")
@option("--resume", _("Go on from the state in a file, and keep it there."), "FILE")
@executor_options
@answer_options
def plan(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Find the cheapest programme that meets the standards."""
    words = _plan_words(asked)
    case = api.read_case(path)
    place = words["checkpoint"]
    check_places(case, JSON if as_json else TEXT, out, checkpoint=place)
    with stoppable(place, resume=f"--resume {place}") as progress:
        found = api.plan(case, progress=progress, **words)
    _answer(found, plan_text, next_line("brief", path), as_json=as_json, out=out)


def _plan_words(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verb names them: `--resume` is a checkpoint to go on from.

    Raises:
        click.UsageError: It is to be kept in one file, and to go on from another.
    """
    checkpoint, resume = asked.pop("checkpoint"), asked.pop("resume")
    if checkpoint and resume and Path(checkpoint) != Path(resume):
        text = _("--resume keeps the search in the file that it goes on from: {file}. ")
        fix = _("Leave --checkpoint out, or copy the file first.")
        raise click.UsageError(text.format(file=resume) + fix)
    place = resume or checkpoint
    return {
        **asked,
        "checkpoint": None if place is None else Path(place),
        "resume": resume is not None,
    }


@derbes.command()
@case_argument
@surface_options(
    api.stress,
    measures=_("Measure of the case; may be given more than once. Without it: the main one."),
    starts=_("Date of the answers, e.g. 2028-01; may be given more than once."),
    apart=_("Without --start: how far dates lie apart."),
)
@options_of(
    api.stress,
    {
        "--question questions NAME": _(
            "{names}; may be given more than once. Without it: all that apply."
        ).format(names=", ".join(QUESTIONS)),
        **DRAWS,
        "--solved N": _("The first of them, whose best response is found too; 0: none."),
        **SEED,
        "--method NAME": _("How draws are made: {names}.").format(names=", ".join(DRAW_METHODS)),
    },
)
@option("--store", _("Keep the answers of every draw in a Parquet file."), "FILE")
@option(
    "--resume", _("Go on with the store, for more draws if wanted; none is repeated."), is_flag=True
)
@executor_options
@answer_options
def stress(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what holds over draws of the uncertain inputs, and what decides it."""
    case = api.read_case(path)
    store = asked["store"]
    check_places(case, JSON if as_json else TEXT, out, store=store)
    with stoppable(Path(store) if store else None, resume="--resume") as progress:
        found = api.stress(case, progress=progress, **_words(asked))
    _answer(found, stress_text, next_line("brief", path), as_json=as_json, out=out)


SIGNALING = "signaling"
_SPELLINGS = {"signalling": SIGNALING}


def _ids(_context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> Any:
    """Verdicts as they are shown, or by their ids."""
    return tuple("_".join(name.split()) for name in names)


@derbes.command()
@case_argument
@options_of(
    api.statements,
    {"--by ACTOR": _("Whose statements to show; may be given more than once. Without it: all.")},
)
@option(
    "--verdict verdicts",
    _("Verdict to show, e.g. fails; may be given more than once. Without it: all."),
    "VERDICT",
    multiple=True,
    callback=_ids,
)
@option(
    "--query",
    _("A question to the ledger as a whole: {queries}.").format(queries=", ".join(QUERIES)),
    "QUERY",
    default="",
    type=click.Choice(["", *QUERIES, *_SPELLINGS]),
    callback=lambda _context, _option, name: _SPELLINGS.get(name, name),
    show_choices=False,
)
@options_of(
    api.statements,
    {
        **DRAWS,
        **SEED,
        "--as-of as_of DATE": _("Day asked about. Without it: the last that the case knows of."),
        "--flips N": _("Inputs to try for each verdict; 0: none, and no variants."),
    },
)
@option("--record", _("Add the verdicts to a history, which only grows."), "FILE", default="")
@option(
    "--export form",
    _("Verdicts for other programs: schema.org ClaimReview, or a spreadsheet."),
    type=click.Choice(FORMATS),
)
@option(
    "--url page",
    _("Of a claimreview: address of the page on which the reviews will stand."),
    "ADDRESS",
    default="",
)
@option(
    "--mark/--no-mark has_mark",
    _("Whether a csv begins with a byte-order mark, which Excel wants."),
    default=False,
    show_default=True,
)
@workers_option
@answer_options
def statements(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Run what is said against what is known: a verdict on every statement."""
    names = ("record", "form", "page", "has_mark")
    record, form, page, has_mark = (asked.pop(name) for name in names)
    query = asked.pop("query")
    case = api.read_case(path)
    kind = {"csv": CSV, "claimreview": JSON}.get(form, JSON if as_json else TEXT)
    check_places(case, kind, out, record=record)
    with progress_on_terminal() as progress:
        table = api.statements(case, progress=progress, has_signaling=query == SIGNALING, **asked)
    n_lines = api.record_verdicts(record, table) if record else 0
    if form:
        tell(api.export_statements(case, table, form, page=page, has_mark=has_mark), out)
    elif as_json:
        tell_json(record_of(table), out)
    else:
        tell(f"{statements_text(table, query)}\n\n{next_line('brief', path)}", out)
    if record and (out != STANDARD_OUTPUT or not (form or as_json)):
        tell(_("Recorded: {n} verdicts in {file}").format(n=n_lines, file=Path(record).name))


@derbes.command()
@case_argument
@surface_options(api.brief)
@workers_option
@options_of(
    api.brief,
    {
        "--draws N": _(
            "Draws of the uncertain inputs; 0: central values, and nothing on how sure they are."
        ),
        **SEED,
    },
)
@option("--out", _("Without it: the case's name and .html."), "FILE", default="")
@option(
    "--tables",
    _("Write every table and the data of every chart as CSV into a folder."),
    "FOLDER",
    default="",
)
@json_option
@language_option
def brief(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Write the brief on a case: one HTML page that stands alone."""
    case = api.read_case(path)
    out = out or f"{Path(path).resolve().stem}.html"
    check_places(case, HTML, out, tables=asked["tables"])
    words = _words(asked)
    with progress_on_terminal() as progress:
        page = api.brief(case, progress=progress, **words)
    tell(page, out)
    if out == STANDARD_OUTPUT:
        return
    if as_json:
        for name in ("n_workers", "tables"):
            words.pop(name)
        provenance = record_of(made_by(case, "brief", **words))
        tell_json({"file": out, "bytes": Path(out).stat().st_size, "provenance": provenance})
    else:
        tell(_("Written: {out}").format(out=out))
        if words["tables"]:
            tell(_("Written: {out}").format(out=f"{words['tables']}/*.csv"))
        tell(_("Next: open it in a browser; it needs no network."))


@derbes.command()
@click.argument("path", metavar="[CASE]", default="")
@out_option
@option("--json as_json", _("No effect: a schema is JSON."), is_flag=True)
@language_option
def schema(path: str, *, out: str, as_json: bool) -> None:  # noqa: ARG001 - one set of options
    """Write the JSON Schema of case files; with a case, its own ids are offered."""
    case = api.read_case(path) if path else None
    check_places(case, JSON, out)
    tell_json(api.schema(case), out)


@derbes.command()
@case_argument
@click.argument("where", metavar="[ELEMENT]", default="")
@answer_options
def show(path: str, where: str, *, out: str, as_json: bool) -> None:
    """Show a case, or one element of it, e.g. suppliers.north."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    text = api.show(case, where)
    if as_json:
        numbers = [record_of(number) for number in api.inputs(case, where)]
        tell_json({"where": where, "text": text, "inputs": numbers, "missing": case.missing}, out)
    else:
        tell(f"{text}\n\n{next_line('check', path)}", out)


INTO_CASE = (
    "case",
    "yes",
    "sheet",
    "cells",
    "unit",
    "grade",
    "date",
    "decimal",
    "dates",
    "gaps",
    "at",
)
"""Options of `import` that go with `--case`."""
into_case_options = with_options(
    option("--case", _("Case that a table goes into; then --map tells columns and paths, e.g. "
           "'date=Month, uses.town.demand=Use [t], where area=North'."), "CASE", default=""),
    option("--yes", _("Write what changes without asking."), is_flag=True),
    options_of(
        api.import_table,
        {
            "--sheet NAME": _("Sheet of a workbook. Without it: the only one with a table."),
            "--cells RANGE": _("Cells of the table, e.g. A5:F40, where a sheet holds several."),
            "--unit UNIT": _("Unit of numbers for which the table tells none."),
            "--grade GRADE": _("Grade of the numbers: A, B, C or D. Without it: as kept, else B."),
            "--date DAY": _("Date of the table. Without it: when the file was last changed."),
            "--decimal MARK": _("comma or point, where the numbers do not show it."),
            "--dates ORDER": _("dmy or mdy, where the dates do not show it."),
            "--gaps RULE": _("Months that the table does not know: hold the one before, or line."),
            "--at TIME": _("Time whose stock is taken. Without it: the calendar's beginning."),
        },
    ),
)  # fmt: skip


@derbes.command(name="import")
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
        "--store FOLDER": _("Folder of the store of trade data."),
    },
)
@into_case_options
@answer_options
def import_(paths: tuple[str, ...], *, as_json: bool, out: str, **asked: Any) -> int:
    """Bring trade data into the store, or with --case a table into a case.

    Trade data are BACI, UN Comtrade, or a table with named columns. Into a case come CSV, Excel
    and Parquet: a series by date, consumption, stocks, suppliers, prices, a bill of materials.
    """
    into = {name: asked.pop(name) for name in INTO_CASE}
    if into["case"]:
        return import_into_case(paths, into, asked, as_json=as_json, out=out)
    refuse_without_case(into)
    found = api.import_trade(paths, **asked)
    then = _("Next: {command}").format(command="derbes screen --importer KAZ")
    if as_json:
        tell_json(record_of(found), out)
    else:
        tell(f"{imported_text(found)}\n\n{then}", out)
    return 0


@derbes.command()
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
        "--store FOLDER": _("Folder of the store of trade data."),
    },
)
@option("--limit", _("Rows that the screen shows; all are in the JSON."), "N", default=30,
        type=click.IntRange(min=1))  # fmt: skip
@workers_option
@answer_options
def screen(*, as_json: bool, out: str, limit: int, **asked: Any) -> None:
    """Say how dependent a buyer is on few sellers, by product, out of the trade data."""
    found = api.screen(**asked)
    if as_json:
        tell_json(record_of(found), out)
    else:
        tell(screen_text(found, limit), out)


@derbes.command()
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
        "--store FOLDER": _("Folder of the store of trade data."),
    },
)
@option("--brief page", _("Write the brief on the draft too; goes with --out."), "FILE", default="")
@out_option
@workers_option
@language_option
def draft(*, out: str, page: str, n_workers: int, **asked: Any) -> None:
    """Write a case out of trade data: what they know, all else marked missing."""
    if page and out == STANDARD_OUTPUT:
        text = _("--brief needs a file for the case. Fix: add --out CASE.yaml.")
        raise click.UsageError(text)
    text = api.draft(n_workers=n_workers, **asked)
    tell(text, out)
    if out == STANDARD_OUTPUT:
        return
    tell(_("Written: {out}").format(out=out))
    if page:
        case = api.read_case(out)
        check_places(case, HTML, page)
        with progress_on_terminal() as progress:
            tell(api.brief(case, n_workers=n_workers, progress=progress), page)
        tell(_("Written: {out}").format(out=page))
    tell(next_line("check", out))


def _answer(result: Any, text: Callable[[Any], str], then: str, *, as_json: bool, out: str) -> None:
    """A result as JSON, or as text that closes with what comes next."""
    if as_json:
        tell_json(record_of(result), out)
    else:
        tell(f"{text(result)}\n\n{then}", out)


def _words(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verbs name them: `--every` counts where no start is given."""
    every = asked.pop("every")
    return {**asked, "starts": asked["starts"] or every}


USER_ERROR = 2
"""Something that the user can repair."""
PIPE_CLOSED = 141
"""The reader of the output went away, as a shell counts it."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name; None: those it was called with.

    Returns:
        Exit code: 0, or 2 for what the user can repair.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(words)
        sys.stdout.flush()
    except OSError as error:
        _abandon_output()
        if error.errno == errno.EPIPE:
            return PIPE_CLOSED
        tell_error(OutputError(unwritable(_("the output"), error)), as_json=False)
        return USER_ERROR
    return code


def _run(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return derbes.main(args=words, prog_name="derbes", standalone_mode=False) or 0
    except click.Abort:
        return INTERRUPTED
    except SystemExit:
        # In this mode click ends the program by itself only when the output is closed.
        return PIPE_CLOSED
    except click.ClickException as error:
        error.show()
        if as_json:
            tell_error(DerbesError(error.format_message()), as_json=True, is_told=True)
        return error.exit_code
    except DerbesError as error:
        tell_error(error, as_json=as_json)
        return USER_ERROR


def _abandon_output() -> None:
    """Let nothing more be written, so that closing the output cannot fail again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
