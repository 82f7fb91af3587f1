"""Where a command writes: never over what is read, nor under a name of another kind.

Every place is a `Place`, so that no option escapes what is looked at before the work begins.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from derbes import api
from derbes.case.entities import Case
from derbes.cli.streams import Outlet, closed
from derbes.errors import OutputError, Problem, RequestError
from derbes.files import identity, place_problems, unwritable
from derbes.language import _
from derbes.results.books import NAMES

STANDARD_OUTPUT = "-"
_OUTPUT_AS_FILE = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}


class Place(click.ParamType[str]):
    """A file, or a folder, that a command writes to."""

    name = "place"

    def __init__(self, *, is_folder: bool = False) -> None:
        self.is_folder = is_folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name of the place; that of the output itself as `-`."""
        if not value:
            self.fail(_("a place has a name, and this is empty"), param, ctx)
        return STANDARD_OUTPUT if value in _OUTPUT_AS_FILE else str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leave it to the shell, which knows its files."""
        return click.Path(file_okay=not self.is_folder).shell_complete(ctx, param, incomplete)


TEXT, JSON, HTML, CSV, PARQUET, CASE = "text", "JSON", "HTML", "CSV", "Parquet", "a case"
EXCEL, PDF, PNG, SVG = "Excel", "PDF", "PNG", "SVG"
HISTORY = "a history, a line of JSON each"
"""What can be written into a file."""

_ENDS = {
    JSON: ".json .jsonld",
    HTML: ".html .htm",
    CSV: ".csv",
    PARQUET: ".parquet",
    EXCEL: ".xlsx",
    TEXT: ".txt .log",
    CASE: ".yaml .yml",
    "an old workbook": ".xls .xlsm .xlsb",
    "OpenDocument": ".ods",
    "Word": ".docx .doc .odt .rtf",
    "PowerPoint": ".pptx .ppt .odp",
    "a picture": ".jpg .jpeg .gif .webp",
    PNG: ".png",
    SVG: ".svg",
    HISTORY: ".jsonl",
    "TSV": ".tsv",
    PDF: ".pdf",
    "a zip archive": ".zip",
}
KINDS = {"": TEXT} | {end: kind for kind, ends in _ENDS.items() for end in ends.split()}
"""What the end of a name promises."""


def _named(kind: str) -> str:
    """A kind of file, as the language in use calls it."""
    return {
        TEXT: _("text"),
        CASE: _("a case"),
        HISTORY: _("a history, a line of JSON each"),
        "an old workbook": _("an old workbook"),
        "a picture": _("a picture"),
        "a zip archive": _("a zip archive"),
    }.get(kind, kind)


TABLES = frozenset({EXCEL, CSV, PARQUET})
SHEET = "derbes.sheet"
"""Where a context notes which table is wanted."""


def promised_tables(out: str) -> str:
    """The kind of file of tables that the name of a place promises; empty: none."""
    kind = KINDS.get(Path(out).suffix.casefold(), "")
    return kind if kind in TABLES and out != STANDARD_OUTPUT else ""


def opened(path: str, kind: str = "", **instead: str | Path | None) -> Case:
    """The case that the command at work reads, once each place that it writes to is looked at.

    Args:
        path: File or folder of the case.
        kind: What is written to `out`; empty: a text, or with `--json` JSON.
        **instead: Option → place, where that is not as it was asked for.

    Raises:
        CaseError: The case cannot be used.
        RequestError: Something would be written in the wrong place; names all of it.
        OutputError: The answer is for an output that is closed.
    """
    case = api.read_case(path)
    check_places(case.files, kind, source=case.source or case.name, **instead)
    return case


def check_places(
    read: tuple[str, ...] = (),
    kind: str = "",
    *,
    source: str = "derbes",
    **instead: str | Path | None,
) -> None:
    """Refuse, before anything is computed, what would be written in the wrong place.

    Args:
        read: Files that are read.
        kind: What is written to `out`; empty: a text, or with `--json` JSON.
        source: Of what the messages tell.
        **instead: Option → place, where that is not as it was asked for.

    Raises:
        RequestError: Names everything that is wrong.
        OutputError: The answer is for an output that is closed.
    """
    context = click.get_current_context()
    outlet: Outlet = context.find_root().obj
    kind = kind or (JSON if context.params.get("as_json") else TEXT)
    asked = {**context.params, "report": outlet.report, **instead}
    written: dict[str, Any] = {}
    folders: dict[str, Any] = {}
    for one in context.command.params:
        if isinstance(one.type, Place):
            places = folders if one.type.is_folder else written
            places[str(one.name)] = asked.get(str(one.name))
    out = written.pop("out", STANDARD_OUTPUT)
    if out == STANDARD_OUTPUT and outlet.is_closed:
        raise OutputError(unwritable(_("the output"), closed()))
    written["out"] = None if out == STANDARD_OUTPUT else out
    problems = _output_problems(outlet, read, written)
    problems += place_problems(read, written, folders, streams=("out",))
    told = {problem.where for problem in problems}
    has_tables = kind in {TEXT, JSON} and context.command.name in NAMES
    if has_tables and kind == TEXT and written["out"]:
        kind = promised_tables(written["out"]) or kind
    kinds = {"out": kind, "store": PARQUET, "page": HTML, "record": HISTORY}
    for option, place in written.items():
        if place and option in kinds and option not in told:
            of_tables = has_tables and option == "out"
            problems += _of_another_kind(option, Path(place), kinds[option], is_of_tables=of_tables)
    if context.meta.get(SHEET) and kind not in TABLES:
        what = _("a table is picked for a file of tables, and this writes {kind}")
        fix = _("end the name of --out in .csv, .parquet or .xlsx")
        problems.append(Problem("sheet", what.format(kind=_named(kind)), fix=fix))
    if problems:
        raise RequestError(source, problems)


def _is_report(place: Path) -> bool:
    try:
        with place.open("rb") as file:
            return file.read(len(REPORT_BEGINS)) == REPORT_BEGINS.encode()
    except OSError:
        return False


def check_report() -> None:
    """Refuse a place for a report where anything else is; a crash may come before the case is read.

    Raises:
        RequestError: Says why it cannot stand there.
    """
    report = click.get_current_context().find_root().obj.report
    problems = place_problems((), {"report": report})
    if report and not problems and Path(report).exists() and not _is_report(Path(report)):
        what = _('"{place}" is there already, and is no report').format(place=report)
        problems = [Problem("report", what, fix=_("name another file with --report"))]
    if problems:
        raise RequestError("derbes", problems)


REPORT_BEGINS = "derbes report\n"
"""First line of each report, by which one is known again."""


def _output_problems(
    outlet: Outlet, read: Iterable[str], written: Mapping[str, str | None]
) -> list[Problem]:
    """Whether the shell has been told to put the answer into a file that is read or written."""
    named = dict.fromkeys(read, "")
    for option, place in written.items():
        if place:
            named.setdefault(place, option)
    for file, option in named.items():
        if identity(Path(file)) == outlet.identity:
            what = _('the output leads into "{file}", which is a file of the case')
            if option:
                what = _('the output leads into "{file}", which --{option} writes')
            what = what.format(file=file, option=option)
            return [Problem("out", what, fix=_("let the output lead into another file"))]
    return []


def _of_another_kind(option: str, place: Path, kind: str, *, is_of_tables: bool) -> list[Problem]:
    """What the end of a name promises, where that is not what is written."""
    suffix = place.suffix.casefold()
    promised = KINDS.get(suffix, "" if is_of_tables else kind)
    if promised == kind or (not suffix and promised == TEXT):
        return []
    fix = {
        TEXT: _("end the name in .txt, or ask for --json"),
        EXCEL: _("end the name in .xlsx"),
        JSON: _("end the name in .json"),
        HTML: _("end the name in .html; a brief may also end in .pdf"),
        CSV: _("end the name in .csv"),
        PARQUET: _("end the name in .parquet"),
        CASE: _("end the name in .yaml"),
        HISTORY: _("end the name in .jsonl"),
        SVG: _("end the name in .svg, .png, .csv or .json"),
    }[kind]
    if is_of_tables and kind == TEXT:
        fix = _("end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json")
    what = _('"{place}" promises {promised}, and this writes {kind}')
    if not promised:
        what = _('"{place}" ends in "{suffix}", which says of no file what it is')
    what = what.format(
        place=place, promised=_named(promised), kind=_named(kind), suffix=place.suffix
    )
    return [Problem(option, what, fix=fix)]
