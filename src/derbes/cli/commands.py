"""One command per verb: options in, an answer out; and what ends the program, with which code."""

import io
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.entities import Case
from derbes.case.quantity import Note, Quantity
from derbes.case.request import DRAW_METHODS, QUESTIONS
from derbes.casefile.glossary import (
    LANGUAGES,
    GlossaryTerm,
    glossary,
    glossary_sources,
    terms_named,
)
from derbes.cli import REPAIRABLE, options
from derbes.cli.beginning import demo, new
from derbes.cli.brief import brief, chart
from derbes.cli.completion import completable, complete, completion
from derbes.cli.data import draft, excel, import_, import_excel, screen, upstream
from derbes.cli.output import answer, next_line, note, stoppable, tell, tell_json, tell_tables
from derbes.cli.places import CSV, JSON, STANDARD_OUTPUT, check_places, opened, promised_tables
from derbes.cli.streams import Outlet
from derbes.cli.tables import cover_text, leverage_text, plan_text, statements_text, stress_text
from derbes.errors import CaseError, DerbesError, Problem, RequestError, TableError
from derbes.language import _, language, ngettext, text_of
from derbes.request import FORMATS, QUERIES
from derbes.results.records import Record, record_of
from derbes.results.tables import ResultTable, columns, table_of
from derbes.version import VERSION


@click.group(
    name="derbes", cls=options.Verbs, context_settings={"help_option_names": ["-h", "--help"]}
)
@options.language_option
@click.version_option(VERSION, prog_name="derbes", message="%(prog)s %(version)s")
def derbes() -> None:
    """How long a supply holds, how much leverage a seller has, and when it ends."""


@derbes.command()
@options.case_argument
@options.sheet_option
@options.answer_options
@click.pass_context
def check(context: click.Context, path: str, *, as_json: bool, out: str) -> None:
    """Say every problem of a case file with its line and fix, and what it leaves open."""
    check_places((path, str(Path(path, "case.yaml"))))
    problems, notes = api.problems_and_notes(path)
    if as_json:
        record = {**problems_record(problems), "notes": _fields(notes, "line where what fix")}
        tell_json(record, out)
        context.exit(2 if problems else 0)
    if promised_tables(out):
        tell_tables(check_tables(problems, notes), out, path)
    if problems:
        raise CaseError(path, problems)
    if not promised_tables(out):
        told = [_("{path}: no problems.").format(path=path)]
        told += [notes_text(notes)] if notes else []
        tell("\n".join([*told, next_line("cover", path)]), out)


def error_record(error: DerbesError) -> dict[str, Any]:
    """What went wrong, for those who read JSON."""
    if isinstance(error, CaseError | RequestError | TableError):
        return problems_record(error.problems)
    return {"error": str(error)}


def problems_record(problems: Iterable[Problem]) -> dict[str, Any]:
    """Problems of a case file as `{problems: [...]}`."""
    return {"problems": _fields(problems, "file line column where what fix")}


def _fields(records: Iterable[Any], names: str) -> list[Record]:
    return [{name: getattr(one, name) for name in names.split()} for one in records]


def notes_text(notes: Iterable[Note]) -> str:
    """Notes on a case as a list for the screen."""
    lines = [str(Problem(note.where, note.what, note.line, fix=note.fix)) for note in notes]
    n = len(lines)
    head = ngettext("{n} note on what is made of it:", "{n} notes on what is made of it:", n)
    return "\n".join([head.format(n=n), *(f"  - {line}" for line in lines)])


def check_tables(problems: Iterable[Problem], notes: Iterable[Note]) -> tuple[ResultTable, ...]:
    """What is wrong with a case, and what is made of what it leaves open."""
    file, line, column = columns(file=_("file"), line=_("line"), column=_("column"))
    where, what, fix = columns(where=_("where"), what=_("what"), fix=_("fix"))
    wrong = (file, line, column, where, what, fix)
    return (
        table_of("problems", _("Problems"), Problem, problems, *wrong),
        table_of("notes", _("Notes"), Note, notes, line, where, what, fix),
    )


@derbes.command()
@options.case_argument
@options.surface_options(api.cover)
@options.workers_option
@options.answer_options
def cover(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say how long essential uses are met when a measure starts."""
    case = opened(path)
    words = options.words_of(asked)
    with stoppable(None, need=options.needed(case, words)) as progress:
        table = api.cover(case, progress=progress, **words)
    then = next_line("leverage" if case.measures else "check", path)
    answer(table, for_reader(cover_text, case), then, as_json=as_json, out=out)


@derbes.command()
@options.case_argument
@options.surface_options(api.leverage)
@options.workers_option
@options.sheet_option
@options.answer_options
def leverage(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what measures cost target and sender, and when leverage ends."""
    case = opened(path)
    words = options.words_of(asked)
    with stoppable(None, need=options.needed(case, words)) as progress:
        surface = api.leverage(case, progress=progress, **words)
    told = for_reader(leverage_text, case)
    answer(surface, told, next_line("brief", path), as_json=as_json, out=out)


@derbes.command()
@options.case_argument
@options.options_of(
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
        **options.SEED,
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
@options.option("--checkpoint", _("Keep the state of the search in a file."), "FILE")
@options.option("--resume", _("Go on from the state in a file, and keep it there."), "FILE")
@options.executor_options
@options.sheet_option
@options.answer_options
def plan(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Find the cheapest programme that meets the standards."""
    checkpoint, resume = asked.pop("checkpoint"), asked.pop("resume")
    if checkpoint and resume and Path(checkpoint) != Path(resume):
        text = _("--resume keeps the search in the file that it goes on from: {file}. ")
        fix = _("Leave --checkpoint out, or copy the file first.")
        raise click.UsageError(text.format(file=resume) + fix)
    place = Path(resume or checkpoint) if resume or checkpoint else None
    case = opened(path, checkpoint=place, resume=None)
    with stoppable(place, resume=f"--resume {place}", keep="--checkpoint FILE") as progress:
        found = api.plan(
            case, progress=progress, checkpoint=place, resume=resume is not None, **asked
        )
    told = for_reader(plan_text, case)
    answer(found, told, next_line("brief", path), as_json=as_json, out=out)


@derbes.command()
@options.case_argument
@options.surface_options(
    api.stress,
    measures=_("Measure of the case; may be given more than once. Without it: the main one."),
    starts=_("Date of the answers, e.g. 2028-01; may be given more than once."),
    apart=_("Without --start: how far dates lie apart."),
)
@options.options_of(
    api.stress,
    {
        "--question questions NAME": _(
            "{names}; may be given more than once. Without it: all that apply."
        ).format(names=", ".join(QUESTIONS)),
        **options.DRAWS,
        "--solved N": _("The first of them, whose best response is found too; 0: none."),
        **options.SEED,
        "--method NAME": _("How draws are made: {names}.").format(names=", ".join(DRAW_METHODS)),
    },
)
@options.option("--store", _("Keep the answers of every draw in a Parquet file."), "FILE")
@options.option(
    "--resume", _("Go on with the store, for more draws if wanted; none is repeated."), is_flag=True
)
@options.executor_options
@options.sheet_option
@options.answer_options
def stress(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what holds over draws of the uncertain inputs, and what decides it."""
    case, store = opened(path), asked["store"]
    kept = Path(store) if store else None
    with stoppable(kept, resume="--resume", keep="--store FILE") as progress:
        found = api.stress(case, progress=progress, **options.words_of(asked))
    told = for_reader(stress_text, case)
    answer(found, told, next_line("brief", path), as_json=as_json, out=out)


def for_reader(text: Callable[[Any], str], case: Case) -> Callable[[Any], str]:
    """A text of a result, in which elements of the case have their names."""

    def told(result: Any) -> str:
        from derbes.cli.naming import named  # noqa: PLC0415 - loads what a brief needs

        return text(named(result, case))

    return told


SIGNALING = "signaling"
_SPELLINGS = {"signalling": SIGNALING}
QUERY_TABLES = {"drift": "modality_drift", "coverage": "unsaid", "predictions": "scores"}
"""Query → its table, where that is called otherwise."""


@derbes.command()
@options.case_argument
@options.options_of(
    api.statements,
    {"--by ACTOR": _("Whose statements to show; may be given more than once. Without it: all.")},
)
@options.option(
    "--verdict verdicts",
    _("Verdict to show, e.g. fails; may be given more than once. Without it: all."),
    "VERDICT",
    multiple=True,
    callback=lambda _context, _option, names: tuple("_".join(one.split()) for one in names),
)
@options.option(
    "--query",
    _("A question to the ledger as a whole: {queries}.").format(queries=", ".join(QUERIES)),
    "QUERY",
    default="",
    type=click.Choice(["", *QUERIES, *_SPELLINGS]),
    callback=lambda _context, _option, name: _SPELLINGS.get(name, name),
    show_choices=False,
)
@options.options_of(
    api.statements,
    {
        **options.DRAWS,
        **options.SEED,
        "--as-of as_of DATE": _("Day asked about. Without it: the last that the case knows of."),
        "--flips N": _("Inputs to try for each verdict; 0: none, and no variants."),
    },
)
@options.option("--record", _("Add the verdicts to a history, which only grows."), "FILE")
@options.option(
    "--export form",
    _("Verdicts for other programs: schema.org ClaimReview, or a spreadsheet."),
    type=click.Choice(FORMATS),
)
@options.option(
    "--url page",
    _("Of a claimreview: address of the page on which the reviews will stand."),
    "ADDRESS",
    default="",
)
@options.option(
    "--mark/--no-mark has_mark",
    _("Whether a csv begins with a byte-order mark, which Excel wants."),
    default=False,
    show_default=True,
)
@options.workers_option
@options.sheet_option
@options.answer_options
def statements(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Run what is said against what is known: a verdict on every statement."""
    names = ("record", "form", "page", "has_mark", "query")
    record, form, page, has_mark, query = map(asked.pop, names)
    kind = {"csv": CSV, "claimreview": JSON}.get(form, "")
    case = opened(path, kind)
    if record:
        api.recorded(record)
    with stoppable(None) as progress:
        progress(0, 0, _("verdicts"))
        table = api.statements(case, progress=progress, has_signaling=query == SIGNALING, **asked)
    n_lines = api.record_verdicts(record, table) if record else 0
    if form:
        tell(api.export_statements(case, table, form, page=page, has_mark=has_mark), out, kind)
    else:
        told = for_reader(partial(statements_text, query=query), case)
        main = QUERY_TABLES.get(query, query)
        then = next_line("brief", path)
        answer(table, told, then, as_json=as_json, out=out, main=main, has_mark=has_mark)
    if record and (out != STANDARD_OUTPUT or not (form or as_json)):
        note(_("Recorded: {n} verdicts in {file}").format(n=n_lines, file=Path(record).name))


@derbes.command()
@click.argument("path", metavar="[CASE]", default="")
@options.out_option
@options.option("--json as_json", _("No effect: a schema is JSON."), is_flag=True)
@options.language_option
def schema(path: str, *, out: str, as_json: bool) -> None:  # noqa: ARG001 - one set of options
    """Write the JSON Schema of case files; with a case, its own ids are offered."""
    case = opened(path, JSON) if path else None
    if case is None:
        check_places(kind=JSON)
    tell_json(api.schema(case), out)


@derbes.command()
@options.case_argument
@click.argument("where", metavar="[ELEMENT]", default="")
@options.sheet_option
@options.answer_options
def show(path: str, where: str, *, out: str, as_json: bool) -> None:
    """Show a case, or one element of it, e.g. suppliers.north."""
    case = opened(path)
    text = api.show(case, where)
    if as_json:
        numbers = [number_record(number) for number in api.inputs(case, where)]
        tell_json({"where": where, "text": text, "inputs": numbers, "missing": case.missing}, out)
    elif promised_tables(out):
        tell_tables(input_tables(case, api.inputs(case, where)), out, case)
    else:
        tell(f"{text}\n\n{next_line('check', path)}", out)


def number_record(number: Quantity) -> Record:
    """A number of a case as JSON; its reason is in the language in use."""
    record = record_of(number) | {"why": str(text_of(number.why))}
    for month, known in zip(record["months"], number.months, strict=True):
        month[-1]["why"] = str(text_of(known.quantity.why))
    return record


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """A number of a series, from one date on."""

    path: str
    date: str
    value: float
    unit: str


def input_tables(case: Case, numbers: Sequence[Quantity]) -> tuple[ResultTable, ...]:
    """Every number of a case, and of series each step."""
    path, value, unit = columns(path=_("path"), value=_("value"), unit=_("unit"))
    about = columns(
        low=_("low"),
        high=_("high"),
        distribution=_("distribution"),
        grade=_("grade"),
        source=_("source"),
        why=_("why"),
        written=_("as written"),
        line=_("line"),
    )
    steps = (path, *columns(is_date=True, date=_("from")), value, unit)
    rows = (
        SeriesStep(number.path, case.calendar.label(period), amount, number.unit)
        for number in numbers
        for period, amount in number.steps
    )
    return (
        table_of("inputs", _("Numbers of the case"), Quantity, numbers, path, value, unit, *about),
        table_of("steps", _("Series by date"), SeriesStep, rows, *steps),
    )


LANGUAGE_NAMES = {"en": "English", "ru": "русский", "kk": "қазақша"}
"""What each language calls itself."""
TERM_WIDTH = 88
"""Signs of a line of what is told."""


@derbes.command()
@click.argument("words", metavar="[WORD]", nargs=-1)
@options.answer_options
def explain(words: tuple[str, ...], *, as_json: bool, out: str) -> None:
    """Say what a word of derbes means, in three languages; without a word, list all.

    The word may be English, Russian or Kazakh, or an id of the JSON.
    """
    check_places()
    found = terms_named(" ".join(words)) if words else tuple(glossary().values())
    if as_json:
        tell_json({"terms": record_of(found), "sources": record_of(glossary_sources())}, out)
    else:
        tell("\n\n".join(map(term_text, found)) if words else list_text(found), out)


def _order() -> tuple[str, ...]:
    """All languages, the user's own first."""
    return tuple(sorted(LANGUAGES, key=lambda one: one != language()))


def term_text(term: GlossaryTerm) -> str:
    """A term with what it means, the user's language first."""
    width = max(map(len, LANGUAGE_NAMES.values())) + 2
    lines = []
    for one in _order():
        lines.append(f"{LANGUAGE_NAMES[one]:<{width}}{term.words[one]}")
        lines += [" " * width + line for line in textwrap.wrap(term.about[one], TERM_WIDTH - width)]
    if term.check:
        text = _("No native reader has looked at it yet in: {languages}")
        lines.append(text.format(languages=", ".join(LANGUAGE_NAMES[one] for one in term.check)))
    return "\n".join(lines)


def list_text(terms: Sequence[GlossaryTerm]) -> str:
    """All terms in columns, a language each."""
    order = _order()
    rows = sorted(
        (tuple(term.words[one] for one in order) for term in terms),
        key=lambda row: row[0].casefold().replace("ё", "е"),
    )
    rows = [tuple(LANGUAGE_NAMES[one] for one in order), *rows]
    widths = [max(len(row[place]) for row in rows) + 2 for place in range(len(order) - 1)]
    return "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        for row in rows
    )


ELSEWHERE = (brief, chart, import_, screen, upstream, draft, excel, import_excel, demo, new)
"""Commands that stand in files of their own."""
for _verb in (*ELSEWHERE, completion):
    derbes.add_command(_verb)
completable(derbes)


def run(words: list[str], outlet: Outlet) -> int:
    """Run one command; the exit code: 0, or 2 for what the user can repair."""
    as_json = "--json" in words
    if complete(derbes, outlet):
        return 0
    try:
        with derbes.make_context("derbes", words, obj=outlet) as context:
            derbes.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        outlet.fail(
            told.getvalue().rstrip("\n"), {"error": error.format_message()} if as_json else None
        )
        return error.exit_code
    except DerbesError as error:
        outlet.fail(str(error), error_record(error) if as_json else None)
        return REPAIRABLE
    return 0
