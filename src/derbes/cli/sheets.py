"""Answers as files of tables, by what the name of the place ends in, and tables of the edges."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.entities import Case
from derbes.case.quantity import Note, Quantity
from derbes.cli.options import Decorator, option
from derbes.cli.output import note, stoppable
from derbes.cli.places import EXCEL, SHEET, promised_tables
from derbes.errors import Problem, did_you_mean
from derbes.files import write_bytes_atomically
from derbes.language import _
from derbes.request import STRESS_SOLVED
from derbes.results.books import NAMES, tables_of
from derbes.results.tables import Column, ResultTable, table_of


def _noted(context: click.Context, _option: click.Parameter, name: str) -> None:
    """Note which table is wanted, before anything is computed."""
    known = NAMES[str(context.command.name)]
    name = "_".join(name.split())
    if name and name not in known:
        text = _('there is no table "{name}"; {fix}')
        raise click.BadParameter(text.format(name=name, fix=did_you_mean(name, known)))
    context.meta[SHEET] = name


sheet_option: Decorator = option(
    "--sheet",
    _(
        "Table that --out FILE.csv or FILE.parquet holds, or the only one of FILE.xlsx. Without "
        "it: the main one, and of .xlsx all."
    ),
    "TABLE",
    default="",
    expose_value=False,
    callback=_noted,
)


def tell_tables(
    tables: Sequence[ResultTable],
    out: str,
    result: Any = None,
    *,
    main: str = "",
    has_mark: bool = False,
) -> None:
    """Write tables into a file whose name says of which kind it is.

    Args:
        tables: All of an answer, the main one first.
        out: The file.
        result: What they are of.
        main: Table that is the main one instead.
        has_mark: Whether a CSV begins with a byte-order mark.

    Raises:
        OutputError: The file cannot be written, or holds too few rows.
    """
    from derbes.workbook.results import content_of  # noqa: PLC0415 - loads what a table needs

    wanted = click.get_current_context().meta.get(SHEET, "")
    chosen = sorted(tables, key=lambda table: table.name != (wanted or main))
    if wanted:
        chosen = chosen[:1]
    content = content_of(
        Path(out).suffix.casefold(),
        chosen,
        result,
        made_on=datetime.now(UTC).date(),
        has_mark=has_mark,
    )
    write_bytes_atomically(Path(out), content)
    note(_("Written: {out}").format(out=out))
    others = [table.name for table in tables if table.rows and table.name != chosen[0].name]
    if others and promised_tables(out) != EXCEL:
        text = _("It holds the table {name}; --sheet picks another: {others}. .xlsx holds all.")
        note(text.format(name=chosen[0].name, others=", ".join(others)))


def tell_result(
    result: Any, out: str, then: str = "", *, main: str = "", has_mark: bool = False
) -> None:
    """Write the tables of a result, and say what comes next; arguments as of `tell_tables`."""
    tell_tables(tables_of(result), out, result, main=main, has_mark=has_mark)
    if then:
        note(then)


def case_answers(case: Case, *, draws: int, seed: int, n_workers: int) -> list[Any]:
    """What the workbook of a case says of it: cover, leverage, the plan, and answers over draws.

    Args:
        case: The case.
        draws: Of its uncertain inputs; 0 or 1: nothing is asked over draws.
        seed: Of the draws.
        n_workers: Processes.
    """
    from derbes.draws.inputs import uncertain_inputs  # noqa: PLC0415 - as above

    found: list[Any] = []
    with stoppable(None) as progress:
        if case.measures:
            found.append(api.cover(case, progress=progress, n_workers=n_workers))
            found.append(api.leverage(case, progress=progress, n_workers=n_workers))
        if case.options and case.standards:
            found.append(api.plan(case, progress=progress, n_workers=n_workers))
        is_drawn = uncertain_inputs(case) or case.scenarios or case.hazards
        if case.measures and is_drawn and draws > 1:
            most: Any = {"draws": draws, "solved": min(draws, STRESS_SOLVED), "seed": seed}
            found.append(api.stress(case, progress=progress, n_workers=n_workers, **most))
    return found


# Tables of the edges


def check_tables(problems: Iterable[Problem], notes: Iterable[Note]) -> tuple[ResultTable, ...]:
    """What is wrong with a case, and what is made of what it leaves open."""
    line, where = Column(_("line"), "line"), Column(_("where"), "where")
    what, fix = Column(_("what"), "what"), Column(_("fix"), "fix")
    wrong = (Column(_("file"), "file"), line, Column(_("column"), "column"), where, what, fix)
    return (
        table_of("problems", _("Problems"), Problem, problems, *wrong),
        table_of("notes", _("Notes"), Note, notes, line, where, what, fix),
    )


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """A number of a series, from one date on."""

    path: str
    date: str
    value: float
    unit: str


def input_tables(case: Case, numbers: Sequence[Quantity]) -> tuple[ResultTable, ...]:
    """Every number of a case, and of series each step."""
    columns = (
        Column(_("path"), "path"),
        Column(_("value"), "value"),
        Column(_("unit"), "unit"),
        Column(_("low"), "low"),
        Column(_("high"), "high"),
        Column(_("distribution"), "distribution"),
        Column(_("grade"), "grade"),
        Column(_("source"), "source"),
        Column(_("why"), "why"),
        Column(_("as written"), "written"),
        Column(_("line"), "line"),
    )
    steps = (
        Column(_("path"), "path"),
        Column(_("from"), "date", is_date=True),
        Column(_("value"), "value"),
        Column(_("unit"), "unit"),
    )
    return (
        table_of("inputs", _("Numbers of the case"), Quantity, numbers, *columns),
        table_of("steps", _("Series by date"), SeriesStep, _steps(case, numbers), *steps),
    )


def _steps(case: Case, numbers: Iterable[Quantity]) -> Iterator[SeriesStep]:
    for number in numbers:
        for period, value in number.steps:
            yield SeriesStep(number.path, case.calendar.label(period), value, number.unit)
