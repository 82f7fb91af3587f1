"""A person's workbook as cells: read safely, with the formulas and the looks that matter.

Calamine reads what the cells hold. Which of them hold a formula, which Excel shows as per cent
and which is an error, only the parts of the file themselves say; they are read beside it. What
could run, lead elsewhere or grow without end is refused before anything is read. Rows and columns
of a sheet may have been moved; both are known by their words, and what has no word is refused.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from derbes.errors import DataError, did_you_mean, said_by_system
from derbes.language import _
from derbes.tables import sheets
from derbes.tables.cells import CellError, moment_of
from derbes.workbook.layout import NUMBER, SheetColumn, SheetLayout
from derbes.workbook.making import ABOUT, BEFORE, TOP_COLUMNS, top_lines
from derbes.workbook.sheets import Key
from derbes.workbook.spelling import Cell, Live, amount, bare, figures

MOST_BYTES = 100_000_000
MOST_PARTS = 5_000
MISSING_ERROR = "#N/A"
_LOOKED_AT = 20
"""Rows from the top in which the headings are looked for."""

Refuse = Callable[[str, str, str], None]
"""Notes that a cell cannot be taken: which, what is wrong, how to mend it."""


class Fault(NamedTuple):
    """An error of Excel that a cell holds, such as `#REF!`; or a formula without a value."""

    text: str


Found = Cell | Fault


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of a person's book; rows and columns are counted from 0."""

    name: str
    rows: list[list[Found]]

    def place(self, row: int, column: int) -> str:
        """A cell as a person finds it."""
        return f"{self.name}!{sheets.column_letters(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class PersonBook:
    """A workbook that somebody worked in."""

    source: str
    grids: Mapping[str, Grid]
    about: Mapping[str, str]
    """What it says of itself; empty: it was not made by this program, or is no longer whole."""
    before: Mapping[tuple[str, tuple[str, ...], str], tuple[Cell, str]]
    """Sheet, key of a row and heading → what was written there, and the formula if one was."""


class _Mark(NamedTuple):
    """What the parts of a file say of a cell."""

    formula: str | None
    error: str
    is_percent: bool
    has_value: bool


_Marks = Mapping[tuple[int, int], _Mark]
"""By row and column, from 0."""


def read_book(path: Path) -> PersonBook:
    """All sheets of a workbook.

    Raises:
        DataError: It is no such file, cannot be trusted, or is cut off.
    """
    content = _content(path)
    with _opened(path, content) as archive:
        marks = _marks(path, archive)
    file = sheets.read_table_file(path)
    grids = {}
    for sheet in file.sheets:
        rows: list[list[Found]] = [list(row) for row in sheet.rows]
        _apply(marks.get(sheet.name, {}), rows)
        for first_row, column, last_row, _last in sheet.merged:
            for row in range(first_row + 1, min(last_row + 1, len(rows))):
                rows[row][column] = rows[first_row][column]
        grids[sheet.name] = Grid(sheet.name, rows)
    return PersonBook(str(path), grids, _told(grids), _remembered(grids))


def _unusable(path: Path, reason: str, fix: str = "") -> DataError:
    return sheets.unusable(_("{file}: cannot be read as a workbook: {reason}."), path, reason, fix)


def _content(path: Path) -> bytes:
    as_xlsx = _("save it as an Excel workbook, .xlsx")
    kind = path.suffix.casefold()
    if kind in {".xlsm", ".xltm", ".xlam"}:
        raise _unusable(path, _("it can hold macros, and none are taken"), as_xlsx)
    try:
        if not path.is_file() and path.exists():
            raise _unusable(path, _("this is not a file"), _("name the workbook"))
        if path.stat().st_size > MOST_BYTES:
            what = _("it is larger than {n} million bytes").format(n=MOST_BYTES // 1_000_000)
            raise _unusable(path, what)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise _unusable(path, said_by_system(error), _("check the path")) from error
    if kind != ".xlsx":
        raise _unusable(path, _("its name does not end in .xlsx"), as_xlsx)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        what = _("it is locked by a password, or of an old format")
        raise _unusable(path, what, _("save it as .xlsx without a password"))
    if not content.startswith(b"PK"):
        raise _unusable(path, _("it is no Excel workbook"), as_xlsx)
    return content


def _opened(path: Path, content: bytes) -> zipfile.ZipFile:
    """The archive, once nothing in it runs, leads elsewhere or is too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except sheets.BROKEN_BOOK as error:
        raise _cut_off(path, error) from error
    parts = archive.infolist()
    names = [one.filename.casefold() for one in parts]
    total = sum(one.file_size for one in parts)
    what, fix = "", _("save it as an Excel workbook, .xlsx")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        what = _("it holds macros, and none are taken")
    elif any("/externallinks/" in name for name in names):
        what = _("it takes numbers from other workbooks")
        fix = _("break its links in Excel (Data, Edit Links), or paste the numbers as values")
    elif total > sheets.MOST_UNPACKED or len(parts) > MOST_PARTS:
        what = _("unpacked it is larger than {n} million bytes")
        what = what.format(n=sheets.MOST_UNPACKED // 1_000_000)
        fix = _("see whether this is the right file")
    elif len(set(names)) < len(names):
        what = _("a part of it stands twice")
    if what:
        archive.close()
        raise _unusable(path, what, fix)
    return archive


def _cut_off(path: Path, error: Exception) -> DataError:
    fix = _("open it in Excel and save it anew; it may be cut off")
    return _unusable(path, said_by_system(error) or type(error).__name__, fix)


def _marks(path: Path, archive: zipfile.ZipFile) -> dict[str, _Marks]:
    """Name of a sheet → what the file says of its cells."""
    try:
        for one in archive.infolist():  # all of it is unpacked once, so that no size is a lie
            sheets.book_part(archive, one.filename)
        percents = _percent_styles(archive)
        return {
            name: _sheet_marks(sheets.book_part(archive, part), percents)
            for name, part in sheets.sheet_parts(archive)
        }
    except sheets.BROKEN_BOOK as error:
        raise _cut_off(path, error) from error


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the styles that show a number as per cent."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = ET.fromstring(sheets.book_part(archive, "xl/styles.xml"))  # noqa: S314
    shown = {
        one.get("numFmtId", "")
        for one in root.iterfind(".//{*}numFmt")
        if "%" in re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
    } | {"9", "10"}  # built in
    styles = enumerate(root.iterfind("{*}cellXfs/*"))
    return {str(n) for n, one in styles if one.get("numFmtId") in shown}


_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _sheet_marks(content: bytes, percents: set[str]) -> _Marks:
    marks = {}
    for _event, one in ET.iterparse(io.BytesIO(content)):  # noqa: S314
        tag = sheets.local_name(one.tag)
        if tag == "row":
            one.clear()
        match = _PLACE.fullmatch(one.get("r", "")) if tag == "c" else None
        if match is None:
            continue
        parts = {sheets.local_name(below.tag): below for below in one}
        value = parts["v"].text if "v" in parts else None
        kind = one.get("t", "n")
        formula = (parts["f"].text or "") if "f" in parts else None
        error = (value or "#ERROR") if kind == "e" else ""
        is_percent = kind == "n" and one.get("s") in percents and bool(value)
        if formula is not None or error or is_percent:
            at = (int(match[2]) - 1, sheets.column_number(match[1]))
            marks[at] = _Mark(formula, error, is_percent, bool(value) or kind == "str")
    return marks


def _apply(marks: _Marks, rows: list[list[Found]]) -> None:
    """Put what cells are where calamine says something else."""
    for (row, column), mark in marks.items():
        if row >= len(rows):
            continue
        if column >= len(rows[row]):
            if mark.formula is None or mark.has_value:
                continue
            rows[row].extend([None] * (column + 1 - len(rows[row])))
        value: Any = mark.error or (rows[row][column] if mark.has_value else None)
        if mark.has_value and value is None:  # an empty text, as =IF(A1>0,A1,"") gives
            value = ""
        elif mark.is_percent and isinstance(value, float):
            value = amount(value * 100, "%")
        if mark.formula is not None:
            value = Live(value, mark.formula)
        elif mark.error:
            value = Fault(mark.error)
        rows[row][column] = value


def _told(grids: Mapping[str, Grid]) -> dict[str, str]:
    rows = grids[ABOUT].rows if ABOUT in grids else []
    pairs = [row[:2] for row in rows if len(row) > 1]
    return {str(name): "" if told is None else str(told) for name, told in pairs}


def _remembered(
    grids: Mapping[str, Grid],
) -> dict[tuple[str, tuple[str, ...], str], tuple[Cell, str]]:
    """The cells as they were written."""
    found: dict[tuple[str, tuple[str, ...], str], tuple[Cell, str]] = {}
    for row in grids[BEFORE].rows if BEFORE in grids else ():
        sheet, key, heading, value, formula = [*row, None, None, None, None, None][:5]
        try:
            told = json.loads(str(key))
        except ValueError:
            continue
        names = tuple(map(str, told)) if isinstance(told, list) else ()
        cell = None if isinstance(value, Fault) else value
        found[str(sheet), names, str(heading)] = (cell, "" if formula is None else str(formula))
    return found


# The rows of a sheet, by what they are about


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a person's sheet."""

    key: Key
    cells: Mapping[str, Found]
    places: Mapping[str, str]
    """Heading → cell as a person finds it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a person's sheet."""

    layout: SheetLayout
    headings: frozenset[str]
    lines: tuple[Line, ...]
    months: tuple[str, ...] = ()
    """Headings that are months, of the sheet of series."""


def lines_of(layout: SheetLayout, grid: Grid, base: Iterable[Key], refuse: Refuse) -> Lines | None:
    """The rows of a sheet; None where it has none.

    Args:
        layout: What the sheet holds.
        grid: Its cells.
        base: Keys of the rows that were written into it.
        refuse: Told of each cell that cannot be taken.
    """
    reading = _SheetReading(layout, grid, tuple(base), refuse)
    if not reading.find_headings():
        return None
    reading.refuse_unknown()
    is_top, columns = layout.kind == "top", reading.columns
    found = tuple(reading.top() if is_top else reading.rows())
    headings = (one.heading for one in layout.columns) if is_top else iter(columns)
    months = tuple(word for word in columns if reading.is_month(word))
    return Lines(layout, frozenset(headings), found, months)


@dataclass(slots=True)
class _SheetReading:
    layout: SheetLayout
    grid: Grid
    base: tuple[Key, ...]
    refuse: Refuse
    columns: dict[str, int] = field(default_factory=dict)
    """Heading → column, from 0."""
    first: int = 0
    """Row behind the headings, from 0."""

    def known(self) -> set[str]:
        """Headings that the sheet may have."""
        words = {one.heading for one in self.layout.columns}
        return {"key", *TOP_COLUMNS} if self.layout.kind == "top" else words

    def is_month(self, word: str) -> bool:
        return self.layout.kind == "series" and re.match(r"[0-9]", word) is not None

    def find_headings(self) -> bool:
        """Look for the row of headings; whether there is one, with all that tells rows apart."""
        leads, known = [one.heading for one in _leads_of(self.layout)], self.known()
        enough = min(2, len(known))
        for at, row in enumerate(self.grid.rows[:_LOOKED_AT]):
            words = [_heading(cell, self.layout) for cell in row]
            if leads[0] not in words or len(known & set(words)) < enough:
                continue
            self.take_headings(at, words)
            gone = [one for one in leads if one not in self.columns]
            for heading in gone:
                what = _('the column "{heading}" is gone').format(heading=heading)
                fix = _("write the workbook anew, or put it back")
                self.refuse(self.grid.place(at, 0), what, fix)
            return not gone
        if any(held(cell) is not None for row in self.grid.rows for cell in row):
            fix = _("write the workbook anew, or put the row back")
            self.refuse(f"{self.grid.name}!A1", _("the row of headings is gone"), fix)
        return False

    def take_headings(self, at: int, words: list[str]) -> None:
        self.first = at + 1
        for column, word in enumerate(words):
            if word in self.columns:
                what = _('the heading "{word}" stands twice').format(word=word)
                self.refuse(self.grid.place(at, column), what, _("take one of the two out"))
            elif word:
                self.columns[word] = column

    def refuse_unknown(self) -> None:
        """Refuse columns that hold something and mean nothing."""
        known = self.known()
        words = [_heading(cell, self.layout) for cell in self.grid.rows[self.first - 1]]
        rows = self.grid.rows[self.first :]
        used = {n for row in rows for n, cell in enumerate(row) if held(cell) is not None}
        for column in sorted(used):
            word = words[column] if column < len(words) else ""
            if word in known or self.is_month(word):
                continue
            what, fix = _("this column has no heading"), ""
            if word:
                what = _('"{word}" is not a heading of this sheet').format(word=word)
                fix = did_you_mean(word, known)
            fix = fix or _("take the column out, or move it to a sheet of your own")
            self.refuse(self.grid.place(self.first - 1, column), what, fix)

    def cells(self, number: int) -> dict[str, Found]:
        row = self.grid.rows[number]
        return {name: row[n] if n < len(row) else None for name, n in self.columns.items()}

    def top(self) -> Iterator[Line]:
        """The top of the file, which has a row for each key, as one row."""
        where = {key: parts for one in self.layout.fields for key, parts in top_lines(one)}
        cells: dict[str, Found] = {}
        places: dict[str, str] = {}
        for number in range(self.first, len(self.grid.rows)):
            row = self.cells(number)
            name = _named(held(row.pop("key", None)))
            parts = where.get(name, {})
            for part, cell in row.items():
                place = self.grid.place(number, self.columns[part])
                if part in parts:
                    cells[parts[part]], places[parts[part]] = cell, place
                elif part not in TOP_COLUMNS or held(cell) is None:
                    continue
                elif parts:
                    what = _('"{name}" takes no "{word}"').format(name=name, word=part)
                    self.refuse(place, what, _("mend the cell, or empty it"))
                else:
                    what = _('the row has no "{heading}"').format(heading="key")
                    fix = _("give it one, or delete the whole row")
                    if name:
                        what = _('"{key}" is no key of the top of a case').format(key=name)
                        fix = did_you_mean(name, where)
                    self.refuse(self.grid.place(number, self.columns["key"]), what, fix)
        yield Line((), cells, places)

    def rows(self) -> Iterator[Line]:
        """Rows that hold something, each with its key."""
        leads = [one.heading for one in _leads_of(self.layout)]
        own = {one.heading for one in self.layout.leads}
        seen: dict[Key, int] = {}
        last: dict[Key, int] = {}
        for number in range(self.first, len(self.grid.rows)):
            cells = self.cells(number)
            names = tuple(_named(held(cells.get(one))) for one in leads)
            told = (cell for name, cell in cells.items() if name not in own)
            if not any(names) and all(held(cell) is None for cell in told):
                continue
            places = {name: self.grid.place(number, n) for name, n in self.columns.items()}
            key = self.in_list(names, cells, last) if self.layout.kind == "list" else names
            if not all(key):
                lacking = leads[[bool(one) for one in names].index(False)]
                what = _('the row has no "{heading}"').format(heading=lacking)
                self.refuse(places[lacking], what, _("give it one, or delete the whole row"))
            elif key in seen:
                what = _("this stands in row {row} too").format(row=seen[key] + 1)
                fix = _("give one of the two another name")
                if self.layout.kind == "list":
                    fix = _("leave it empty for a new row")
                self.refuse(places.get(NUMBER, places[leads[-1]]), what, fix)
            else:
                seen[key] = number
                yield Line(key, cells, places)

    def in_list(
        self, names: tuple[str, ...], cells: Mapping[str, Found], last: dict[Key, int]
    ) -> Key:
        """The key of a row of a list; a new one stands behind the others."""
        parent = names[:1] if self.layout.has_parent else ()
        if not all(parent):
            return ("", "")
        known = (
            int(key[-1]) for key in self.base if key and key[:-1] == parent and key[-1].isdecimal()
        )
        last.setdefault(parent, max(known, default=0))
        given = _named(held(cells.get(NUMBER))) or str(last[parent] + 1)
        if given.isdecimal():
            last[parent] = max(last[parent], int(given))
        return (*parent, given)


def _leads_of(layout: SheetLayout) -> tuple[SheetColumn, ...]:
    """Columns that a row must fill to be known; of a list its parent alone."""
    is_list = layout.kind == "list" and layout.has_parent
    return layout.leads[:1] if is_list else layout.leads


def held(cell: Found) -> object:
    """What a cell holds, an error as its text; None: nothing."""
    return cell.text if isinstance(cell, Fault) else bare(cell)


def _named(value: object) -> str:
    """What a cell names; empty: nothing."""
    if value is None:
        return ""
    return figures(value) if isinstance(value, float) else str(value).strip()


def _heading(cell: Found, layout: SheetLayout) -> str:
    """A heading; of a month that Excel has made a day, the month."""
    value = bare(cell) if not isinstance(cell, Fault) else None
    if value is None:
        return ""
    if layout.kind != "series" or value in {one.heading for one in layout.columns}:
        return _named(value)
    try:
        found = moment_of(value, is_date_column=True)
    except CellError:
        return _named(value)
    return found._replace(day=0, months=1).label if found.day == 1 else found.label
