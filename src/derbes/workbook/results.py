"""Results as files of tables: a workbook with charts, CSV and Parquet.

All three hold the numbers of the JSON, unrounded; what is missing is an empty cell. A chart
stands on a sheet of its own with the numbers that it draws, so that filters move none of them.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from derbes.case.entities import Case
from derbes.errors import OutputError
from derbes.harmless import BYTE_ORDER_MARK, in_sheet, sheet
from derbes.language import _, ngettext
from derbes.results.books import tables_of
from derbes.results.imports import BookImport, TableImport
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.results.tables import Column, ResultTable, exact, field_of
from derbes.results.trade import ProductSheet, Screen
from derbes.results.upstream import Upstream
from derbes.sql import parquet
from derbes.workbook.charts import Drawing, drawings_of
from derbes.workbook.writing import MOST_ROWS, Book, Page, Value

XLSX, CSV, PARQUET = ".xlsx", ".csv", ".parquet"
SUFFIXES = (XLSX, CSV, PARQUET)
"""What the name of a file of tables ends in."""
HEADINGS = 3
"""Row of the headings of a table, counted from 0: above stand title and head."""
CHART_ROWS = 20
"""Rows that a chart covers."""
_CHART_COLUMNS = 7
"""Columns that a chart covers at most."""
_ON_A_PAGE = 16
"""Columns that can still be read when all of them stand on one page."""
_DECIMALS = 4
_WIDEST, _NARROWEST = 44, 9
_LOOKED_AT = 200
"""Rows by which the width of a column goes."""
_HASH = 12
"""Signs of the hash of a case that tell it from others."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_DAY = len("2027-07-01")
_EARLIEST = 1900
"""First year of which a spreadsheet knows."""


def content_of(
    suffix: str,
    tables: Sequence[ResultTable],
    result: Any = None,
    *,
    made_on: date,
    has_mark: bool = False,
) -> bytes:
    """A file of tables; of CSV and Parquet it holds the first.

    Args:
        suffix: One of `SUFFIXES`.
        tables: Those that are wanted, the main one first.
        result: What they are of, for the head and the charts.
        made_on: The day of making.
        has_mark: Whether a CSV begins with a byte-order mark.

    Raises:
        OutputError: A workbook does not hold so many rows.
    """
    if suffix == CSV:
        return ((BYTE_ORDER_MARK if has_mark else "") + csv_of(tables[0])).encode()
    if suffix == PARQUET:
        return parquet_of(tables[0], _about_of(result, made_on))
    names, head = {table.name for table in tables}, head_of(result, made_on)
    drawings = [one for one in drawings_of(result) if one.table in names]
    book = Book(title=tables[0].title, subject=head)
    _add_results(book, tables, drawings, head)
    return book.content()


# Heads


def head_of(result: Any, made_on: date) -> str:
    """What a result is of and what made it, in one line: case, variant, draws, seed, day."""
    pairs = [*_subject(result), *_making(result)]
    pairs.append((_("made on"), made_on.isoformat()))
    return "; ".join(f"{name}: {text}" for name, text in pairs if text)


def _subject(result: Any) -> list[tuple[str, str]]:
    if isinstance(result, Case):
        return [(_("case"), result.name), (_("hash of the case"), result.hash[:_HASH])]
    if isinstance(result, str | TableImport | BookImport):
        return [(_("case"), result if isinstance(result, str) else result.case)]
    if isinstance(result, Screen | ProductSheet):
        source = result.source
        return [
            (_("buyer"), result.buyer),
            (_("sender"), result.sender),
            (_("data"), ", ".join(filter(None, (source.dataset, source.source, source.vintage)))),
            (_("license"), source.license),
        ]
    if isinstance(result, Upstream):
        return [
            (_("target"), result.exposure.target_name),
            (_("sender"), result.exposure.sender_name),
            (_("table"), f"{result.source.source} ({result.source.file})"),
            (_("year"), result.source.year),
            (_("license"), result.source.license),
        ]
    made = getattr(result, "provenance", None)
    if made is None:
        return []
    day = result.as_of if isinstance(result, StatementTable) else ""
    variants = ", ".join(_variants(result))
    return [(_("case"), made.case_name), (_("variant"), variants), (_("as of"), day)]


def _variants(result: Any) -> tuple[str, ...]:
    if isinstance(result, Plan):
        return (result.variant,)
    rows: Sequence[Any] = getattr(result, "rows", ())
    if isinstance(result, Stress):
        rows = (*result.answers, *result.p_ended)
    return tuple(dict.fromkeys(row.variant for row in rows))


def _making(result: Any) -> list[tuple[str, str]]:
    made = getattr(result, "provenance", None)
    if made is None:
        return []
    n, seed = _drawn(result)
    draws = _("central values") if n <= 1 else ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)
    return [
        (_("draws"), draws),
        (_("seed"), _("none drawn") if n <= 1 or seed is None else str(seed)),
        ("derbes", made.version),
        (_("hash of the case"), made.case_hash[:_HASH]),
    ]


def _drawn(result: Any) -> tuple[int, int | None]:
    """How many draws stand behind a result, and their seed."""
    if isinstance(result, Stress | Plan):
        return result.draws, result.seed
    return result.provenance.n_draws, result.provenance.seed


def _about_of(result: Any, made_on: date) -> dict[str, str]:
    """What a Parquet file says of itself, by key."""
    told: dict[str, object] = {"made_on": made_on.isoformat()}
    if hasattr(result, "provenance"):
        n, seed = _drawn(result)
        told |= {**asdict(result.provenance), "n_draws": n, "seed": seed}
        told["variants"] = _variants(result)
    elif isinstance(result, Screen | ProductSheet | Upstream):
        told["source"] = asdict(result.source)
    return {"derbes": json.dumps(told, ensure_ascii=False)}


# CSV and Parquet


def csv_of(table: ResultTable) -> str:
    """A table as comma-separated text, as JSON has its cells; no text of it is computed."""
    return sheet(
        [table.head, *(table.cells(row) for row in table.rows)],
        lambda cell: str(cell).lower() if isinstance(cell, bool) else repr(cell),
    )


def parquet_of(table: ResultTable, about: dict[str, str]) -> bytes:
    """A table as a Parquet file; each column has its type also where nothing stands in it."""
    columns, texts = table.arrays(table.head)
    return parquet.written(columns, about, texts)


# Workbooks


def _add_results(
    book: Book, tables: Sequence[ResultTable], drawings: Sequence[Drawing], head: str
) -> None:
    """Sheets of a result: each chart with its numbers, then each table that has rows, or is main.

    Raises:
        OutputError: A sheet does not hold so many rows.
    """
    for drawing in drawings:
        _add_drawing(book, drawing, head)
    for place, table in enumerate(tables):
        if table.rows or not place:
            _add_table(book, table, head)


def _add_table(book: Book, table: ResultTable, head: str) -> None:
    """A sheet with a whole table: headings with units, kept in sight, and filters."""
    if len(table.rows) + HEADINGS + 1 > MOST_ROWS:
        what = _(
            'The table "{name}" has {n:,} rows; a sheet of a workbook holds {most:,}. '
            "Fix: write it as .parquet or .csv."
        )
        most = MOST_ROWS - HEADINGS - 1
        raise OutputError(what.format(name=table.name, n=len(table.rows), most=most))
    page = _page(book, table.name, table.title, head)
    area = (HEADINGS + len(table.rows), len(table.columns) - 1)
    page.print_as(table.title, head, area, n_leads=3 if area[1] >= _ON_A_PAGE else 0)
    for place, (column, heading) in enumerate(zip(table.columns, _headings(table), strict=True)):
        cells = [_cell_of(table, column, row) for row in table.rows]
        look = _look(column, cells)
        page.write(HEADINGS, place, heading, "heading")
        for at, cell in enumerate(cells, HEADINGS + 1):
            page.write(at, place, cell, _kept_text(cell, look))
        page.width(place, place, _width(heading, cells))
    page.headed(HEADINGS, area)


def _page(book: Book, name: str, title: str, head: str) -> Page:
    page = book.page(name)
    page.write(0, 0, title, "title")
    page.write(1, 0, head, "quiet")
    return page


def _headings(table: ResultTable) -> list[str]:
    """Headings with units, no two alike."""
    known: set[str] = set()
    found = []
    for column in table.columns:
        heading = replace(column, unit=column.exact_unit or column.unit).titled
        if heading.casefold() in known:
            heading = f"{heading} ({column.path})"
        known.add(heading.casefold())
        found.append(heading)
    return found


def _cell_of(table: ResultTable, column: Column, row: Any) -> Value:
    """A cell of a workbook: a number as JSON has it, a word as readers do, a date as a date."""
    if table.kind(column) is str:
        shown = exact(field_of(row, column.value))
        return as_date(shown) if column.is_date and isinstance(shown, str) else shown
    return exact(field_of(row, column.path))


def as_date(text: str) -> Value:
    """An ISO month or day as a day; what is none, or lies before 1900, stays a text.

    Examples:
        >>> as_date("2027-07"), as_date("2027-07-15"), as_date("soon")
        (datetime.date(2027, 7, 1), datetime.date(2027, 7, 15), 'soon')
    """
    if not _ISO.fullmatch(text):
        return text
    try:
        day = date.fromisoformat(f"{text}-01"[:_DAY])
    except ValueError:
        return text
    return day if day.year > _EARLIEST else text


def _look(column: Column, cells: Sequence[Value]) -> str:
    if column.is_date:
        days = [cell for cell in cells if isinstance(cell, date)]
        return "date month" if all(day.day == 1 for day in days) else "date"
    if any(isinstance(cell, bool) for cell in cells):
        return "flag"
    if numbers := [cell for cell in cells if isinstance(cell, float)]:
        return _digits(numbers)
    return "number" if any(isinstance(cell, int) for cell in cells) else "text flat"


def _digits(numbers: Sequence[float]) -> str:
    """How numbers look: with decimals enough for two digits of the smallest, none for whole ones.

    What would need more than four decimals stays as it is.
    """
    broken = [abs(one) for one in numbers if one != round(one)]
    decimals = max(1, 1 - math.floor(math.log10(min(broken)))) if broken else 0
    return f"number digits{decimals}" if decimals <= _DECIMALS else "number"


def _kept_text(cell: Value, look: str) -> str:
    """The look of a cell; a text that would be a formula if typed anew stays a text."""
    if not isinstance(cell, str):
        return look
    return "text flat literal" if in_sheet(cell) != cell else "text flat"


def _width(heading: str, cells: Sequence[Value]) -> float:
    seen = [f"{one:,.9g}" if isinstance(one, float) else one for one in cells[:_LOOKED_AT]]
    longest = max((len(str(one)) for one in seen if one is not None), default=0)
    words = max(len(word) for word in heading.split())
    return float(min(_WIDEST, max(_NARROWEST, longest + 2, words + 4, len(heading) // 2 + 4)))


def _add_drawing(book: Book, drawing: Drawing, head: str) -> None:
    """A sheet with a chart above the numbers that it draws."""
    page = _page(book, drawing.name, drawing.title, head)
    page.write(2, 0, drawing.caption, "quiet")
    first, last = HEADINGS + CHART_ROWS + 1, HEADINGS + CHART_ROWS + len(drawing.across)
    last_column = max(_CHART_COLUMNS, len(drawing.series))
    page.print_as(drawing.title, head, (last, last_column))
    page.row(first - 1, [drawing.across_title, *drawing.series], "heading")
    page.height(first - 1, 2)
    across = [as_date(str(one)) if drawing.is_dated else one for one in drawing.across]
    lines = (
        [cell if isinstance(cell, date) else exact(cell) for cell in line]
        for line in drawing.series.values()
    )
    columns: list[Sequence[Value]] = [across, *lines]
    for place, cells in enumerate(columns):
        look = _digits([cell for cell in cells if isinstance(cell, float)])
        for at, cell in enumerate(cells, first):
            is_day = isinstance(cell, date)
            page.write(at, place, cell, "date month" if is_day else _kept_text(cell, look))
    page.width(0, 0, _width(drawing.across_title, across))
    page.width(1, last_column, 16.0)
    for place, name in enumerate(drawing.series, 1):
        page.width(place, place, max(16.0, min(float(_WIDEST), len(name) + 4.0)))
    series = [
        {
            "name": [page.name, first - 1, place],
            "categories": [page.name, first, 0, last, 0],
            "values": [page.name, first, place, last, place],
            **drawing.look_of(place - 1),
        }
        for place, _name in enumerate(drawing.series, 1)
    ]
    page.chart(HEADINGS, 0, drawing.form, series=series, **drawing.parts())


def case_results(book: Book, results: Sequence[Any], *, made_on: date) -> None:
    """Result sheets of the workbook of a case: a chart with its numbers for each question.

    Args:
        book: The book; sheets are added behind those that it has.
        results: Of cover, leverage, a plan and of questions over draws; those that there are.
        made_on: The day of making.
    """
    for result in results:
        drawings = drawings_of(result)
        drawn = {drawing.table for drawing in drawings}
        main, *others = tables_of(result)
        tables = [main, *(table for table in others if table.name in drawn)]
        _add_results(book, tables, drawings, head_of(result, made_on))
