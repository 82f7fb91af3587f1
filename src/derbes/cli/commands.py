"""One command per verb: options in, an answer out; and what ends the program, with which code."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.request import DRAW_METHODS, QUESTIONS
from derbes.cli import INTERRUPTED
from derbes.cli.options import (
    answer_options,
    case_argument,
    draws_option,
    executor_options,
    json_option,
    language_option,
    length_option,
    option,
    out_option,
    seed_option,
    surface_options,
    variant_option,
    workers_option,
)
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
    tell,
    tell_error,
    tell_json,
)
from derbes.cli.progress import progress_on_terminal, stoppable
from derbes.cli.tables import cover_text, leverage_text, plan_text, statements_text, stress_text
from derbes.errors import CaseError, DerbesError, OutputError
from derbes.files import unwritable
from derbes.language import _
from derbes.request import (
    FORMATS,
    LEDGER_DRAWS,
    QUERIES,
    STRESS_DRAWS,
    STRESS_SOLVED,
    made_by,
)
from derbes.results.records import (
    cover_records,
    leverage_records,
    plan_records,
    provenance_record,
    quantity_records,
    statements_records,
    stress_records,
)
from derbes.version import VERSION

Words = tuple[str, ...]


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
@variant_option("base")
@surface_options()
@workers_option
@answer_options
def cover(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say how long essential uses are met when a measure starts."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        table = api.cover(case, progress=progress, **_words(asked))
    then = next_line("leverage" if case.measures else "check", path)
    _answer(table, cover_records, cover_text, then, as_json=as_json, out=out)


@derbes.command()
@case_argument
@variant_option("base")
@surface_options()
@workers_option
@answer_options
def leverage(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what measures cost target and sender, and when leverage ends."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        surface = api.leverage(case, progress=progress, **_words(asked))
    then = next_line("brief", path)
    _answer(surface, leverage_records, leverage_text, then, as_json=as_json, out=out)


@derbes.command()
@case_argument
@option("--variant", _("Variant of the case."), "NAME", default="base")
@option(
    "--standard standards",
    _("Standard of the case; may be given more than once. Without it: all."),
    "NAME",
    multiple=True,
)
@option(
    "--budget",
    _("What options may cost in all, e.g. '900 million USD'; replaces the case's."),
    "AMOUNT",
)
@draws_option(None, _("Draws of the uncertain inputs. Without it: those that the case lists."))
@seed_option
@length_option(_("Months survived at a point of the frontier; may be given more than once."))
@option(
    "--frontier/--no-frontier has_frontier",
    _("Whether to compute the cost against the months survived."),
    default=True,
)
@option(
    "--more/--no-more has_more",
    _("Whether to compute costs of standards, of waiting, of not knowing; other plans."),
    default=True,
)
@option(
    "--gap",
    _("How far the plan may be from the best, of the cost above that without threat."),
    "SHARE",
    type=float,
    default=0.001,
)
@option("--time-limit", _("End after this time with what was found so far."), "SECONDS", type=float)
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
    _answer(found, plan_records, plan_text, next_line("brief", path), as_json=as_json, out=out)


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
@variant_option("base")
@surface_options(
    measures=_("Measure of the case; may be given more than once. Without it: the main one."),
    starts=_("Date of the answers, e.g. 2028-01; may be given more than once."),
    apart=_("Without --start: how far dates lie apart."),
    every="year",
)
@option(
    "--question questions",
    _("{names}; may be given more than once. Without it: all that apply.").format(
        names=", ".join(QUESTIONS)
    ),
    "NAME",
    multiple=True,
)
@draws_option(STRESS_DRAWS)
@option(
    "--solved",
    _("The first of them, whose best response is found too; 0: none."),
    "N",
    type=int,
    default=STRESS_SOLVED,
)
@seed_option
@option(
    "--method",
    _("How draws are made: {names}.").format(names=", ".join(DRAW_METHODS)),
    "NAME",
    default="sobol",
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
    _answer(found, stress_records, stress_text, next_line("brief", path), as_json=as_json, out=out)


SIGNALING = "signaling"
_SPELLINGS = {"signalling": SIGNALING}


def _ids(_context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> Any:
    """Verdicts as they are shown, or by their ids."""
    return tuple("_".join(name.split()) for name in names)


def _query(_context: click.Context, _option: click.Parameter, name: str) -> str:
    return _SPELLINGS.get(name, name)


@derbes.command()
@case_argument
@option(
    "--by",
    _("Whose statements to show; may be given more than once. Without it: all."),
    "ACTOR",
    multiple=True,
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
    callback=_query,
    show_choices=False,
)
@draws_option(LEDGER_DRAWS)
@seed_option
@option(
    "--as-of as_of",
    _("Day asked about. Without it: the last that the case knows of."),
    "DATE",
    default="",
)
@option(
    "--flips",
    _("Inputs to try for each verdict; 0: none, and no variants."),
    "N",
    type=int,
    default=3,
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
        tell_json(statements_records(table), out)
    else:
        tell(f"{statements_text(table, query)}\n\n{next_line('brief', path)}", out)
    if record and (out != STANDARD_OUTPUT or not (form or as_json)):
        tell(_("Recorded: {n} verdicts in {file}").format(n=n_lines, file=Path(record).name))


@derbes.command()
@case_argument
@variant_option("all")
@surface_options()
@workers_option
@draws_option(
    1, _("Draws of the uncertain inputs; 1: central values, and nothing on how sure they are.")
)
@seed_option
@option("--out", _("Without it: the case's name and .html."), "FILE", default="")
@json_option
@language_option
def brief(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Write the brief on a case: one HTML page that stands alone."""
    case = api.read_case(path)
    out = out or f"{Path(path).resolve().stem}.html"
    check_places(case, HTML, out)
    words = _words(asked)
    with progress_on_terminal() as progress:
        page = api.brief(case, progress=progress, **words)
    tell(page, out)
    if out == STANDARD_OUTPUT:
        return
    if as_json:
        words.pop("n_workers")
        provenance = provenance_record(made_by(case, "brief", **words))
        tell_json({"file": out, "bytes": Path(out).stat().st_size, "provenance": provenance})
    else:
        tell(_("Written: {out}").format(out=out))
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
        numbers = quantity_records(api.inputs(case, where))
        tell_json({"where": where, "text": text, "inputs": numbers, "missing": case.missing}, out)
    else:
        tell(f"{text}\n\n{next_line('check', path)}", out)


def _answer(
    result: Any,
    records: Callable[[Any], dict[str, Any]],
    text: Callable[[Any], str],
    then: str,
    *,
    as_json: bool,
    out: str,
) -> None:
    """A result as JSON, or as text that closes with what comes next."""
    if as_json:
        tell_json(records(result), out)
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
