"""What sections are made of: tables, figures and the sections themselves."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from derbes.brief import format as fmt
from derbes.results.tables import Column, field_of

Raw = str | float | int | None
_LONG_WORD = 16
"""Letters from which on a word may be broken in a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: what a reader sees, and what the CSV holds."""

    text: str
    raw: Raw
    is_number: bool = False
    link: str = ""

    @property
    def look(self) -> str:
        """Class of the cell: numbers, and texts whose long words may be broken."""
        is_long = any(len(word) > _LONG_WORD for word in self.text.split())
        return " ".join(name for name, holds in (("n", self.is_number), ("b", is_long)) if holds)


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table with a caption and one heading per column."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def csv(self) -> str:
        """The table as CSV, numbers unrounded, missing values empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows([_csv_value(cell.raw) for cell in row] for row in self.rows)
        return out.getvalue()

    @property
    def csv_address(self) -> str:
        """The CSV as a data address for a link."""
        return "data:text/csv;charset=utf-8," + quote(self.csv, safe="")


def _csv_value(raw: Raw) -> str:
    """What the CSV holds; no spreadsheet takes a text for a formula."""
    if isinstance(raw, float):
        return f"{raw:.9g}"
    if isinstance(raw, str) and raw[:1] in {"=", "+", "-", "@"}:
        return f"'{raw}"
    return "" if raw is None else str(raw)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: its finding as title, its specification by width, its table."""

    id: str
    title: str
    """What the chart shows, in a sentence."""
    under: Sequence[str]
    """Unit, date, variant and draws, of which what is empty is left out."""
    description: str
    """Alternative text; `{finding}` in it is the title."""
    spec: Callable[[int], dict[str, Any]]
    """Width of the whole [px] → specification."""
    table: PageTable

    @property
    def subtitle(self) -> str:
        """Line under the title."""
        return " · ".join(part for part in self.under if part)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, figures and tables in this order."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[PageTable, ...] = ()
    code: tuple[str, ...] = ()
    """Commands, each to be copied."""


def words(text: str, link: str = "") -> Cell:
    """A cell of text; only addresses of the web become links."""
    safe = link if link.startswith(("https://", "http://")) else ""
    return Cell(text, text, link=safe)


def figure_cell(value: float | None, text: str | None = None, *, why: Sequence[str] = ()) -> Cell:
    """A cell with a number; None without a text is shown as missing, with the keys it lacks."""
    if value is None:
        return Cell(fmt.missing(why) if text is None else text, None, is_number=True)
    return Cell(fmt.number(value) if text is None else text, value, is_number=True)


def month_cell(label: str | None, otherwise: str = "") -> Cell:
    """A cell with a month; the CSV holds it in ISO form."""
    if label is None:
        return Cell(otherwise or fmt.missing(), None)
    return Cell(fmt.date(label), label)


def share_cell(part: float | None) -> Cell:
    """A cell with a share as percent."""
    return figure_cell(part, None if part is None else fmt.share(part))


def table_of(caption: str, columns: Iterable[Column], rows: Iterable[Any]) -> PageTable:
    """Rows in declared columns: a text as words, a number or nothing as a figure."""
    columns = tuple(columns)

    def cell(row: Any, column: Column) -> Cell:
        content = field_of(row, column.value)
        if isinstance(content, Cell):
            return content
        return words(content) if isinstance(content, str) else figure_cell(content)

    return PageTable(
        caption,
        tuple(column.titled for column in columns),
        tuple(tuple(cell(row, column) for column in columns) for row in rows),
    )
