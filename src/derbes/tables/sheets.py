"""Files of tables: CSV, Excel and Parquet as sheets of cells that know their place.

Cells are what the file holds: texts, numbers, dates; an empty one is None. Nothing is guessed
here but the delimiter and the letters of a CSV.
"""

import csv
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from itertools import groupby
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

from derbes.errors import DataError, said_by_system
from derbes.language import _
from derbes.sql import parquet

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TRUE = ("1", "true")
BROKEN_BOOK = (
    zipfile.BadZipFile, zlib.error, ET.ParseError, LookupError, ValueError, OSError, EOFError,
    RuntimeError,
)  # fmt: skip
"""What comes of a damaged workbook when its parts are read."""
MOST_COLUMNS = 16_384
Hidden = tuple[frozenset[int], frozenset[int]]
"""Rows and columns, from 0."""
NOTHING: Hidden = (frozenset(), frozenset())


Looked = TypeVar("Looked")
"""What is found in the part of a sheet."""


class OpenFormula(str):
    """A formula of a workbook that has no value yet, as programs other than Excel write it."""

    __slots__ = ()


class SharedNumber(str):
    """A number in cells of several rows or columns that are merged into one."""

    __slots__ = ()


Cell = str | float | bool | date | None
"""What a cell holds."""

MOST_BYTES = 200_000_000
MOST_UNPACKED = 400_000_000
"""Bytes of all parts of a workbook together, unpacked."""
MOST_CELLS = 20_000_000
DELIMITERS = ",;\t|"
_LOOKED_AT = 60
"""Lines of a CSV that show its delimiter."""
EXCEL = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
CSVS = frozenset({".csv", ".tsv", ".txt"})
_CYRILLIC = re.compile("[А-Яа-яЁё]{3}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file; all rows are of one length."""

    name: str
    """As the workbook calls it; empty for a file without sheets."""
    rows: list[list[Cell]]
    lines: list[int]
    """Line or row of the file that each row stands in, from 1."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row and column and last row and column of cells that are one, from 0."""
    delimiter: str = ""
    """Of a CSV."""
    lengths: tuple[int, ...] = ()
    """Of a CSV: cells of each row as they are in the file."""
    hidden: tuple[str, ...] = ()
    """Rows and columns with numbers that Excel does not show, as in `Stock!5:9`; they are read."""

    def place(self, row: int, column: int) -> str:
        """A cell as a person finds it: `Stock!B7`, or line and column of a text."""
        if self.name:
            return f"{self.name}!{column_letters(column)}{self.lines[row]}"
        return _("line {line}, column {column}").format(line=self.lines[row], column=column + 1)


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of tables."""

    path: Path
    sheets: tuple[Sheet, ...]
    digest: str
    """SHA-256."""
    day: str
    """Day on which the file was last changed."""
    hidden: tuple[str, ...] = ()
    """Sheets that Excel does not show; they are read only when named."""
    notes: tuple[str, ...] = ()


def column_letters(column: int) -> str:
    """The letters of a column, counted from 0.

    Examples:
        >>> column_letters(0), column_letters(27)
        ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column, from 0, of its letters."""
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters.upper(), 0) - 1


def read_table_file(path: Path) -> TableFile:
    """All sheets of a file.

    Raises:
        DataError: There is no such file, it is no table, or it is cut off.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            what = _("it is larger than {n} million bytes").format(n=MOST_BYTES // 1_000_000)
            raise _unusable(path, what)
        content = path.read_bytes()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    except OSError as error:
        raise _unusable(path, said_by_system(error), _("check the path")) from error
    digest = hashlib.sha256(content).hexdigest()
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        content, suffixes = _unpacked(path, content), suffixes[:-1]
    kind = suffixes[-1] if suffixes else ""
    if not content:
        raise _unusable(path, _("it is empty"), _("see whether it is the right file"))
    if content.startswith(b"PAR1") or kind == ".parquet":
        sheets, hidden, notes = _parquet(path, content)
    elif kind in EXCEL or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheets, hidden, notes = _excel(path, content)
    elif kind in CSVS:
        sheets, hidden, notes = _csv(path, content)
    else:
        fix = _("save it as .csv, .xlsx or .parquet")
        raise _unusable(path, _("its name does not end as that of a table"), fix)
    return TableFile(path, sheets, digest, changed, hidden, notes)


def unusable(text: str, path: Path, reason: str, fix: str) -> DataError:
    """The error of a file that cannot be read, in a sentence with `file` and `reason`."""
    head = text.format(file=path, reason=reason.rstrip("."))
    return DataError(f"{head} " + _("Fix: {fix}.").format(fix=fix) if fix else head)


def _unusable(path: Path, reason: str, fix: str = "") -> DataError:
    return unusable(_("{file}: cannot be read as a table: {reason}."), path, reason, fix)


def _unpacked(path: Path, content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            found = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _unusable(path, str(error), _("download it again; it may be cut off")) from error
    if len(found) > MOST_BYTES:
        what = _("unpacked it is larger than {n} million bytes")
        raise _unusable(path, what.format(n=MOST_BYTES // 1_000_000))
    return found


def _whole(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    width = max((len(row) for row in rows), default=0)
    return [
        [*(None if cell == "" else cell for cell in row), *[None] * (width - len(row))]
        for row in rows
    ]


Found = tuple[tuple[Sheet, ...], tuple[str, ...], tuple[str, ...]]


def _excel(path: Path, content: bytes) -> Found:
    import python_calamine as calamine  # noqa: PLC0415 - only where there is an Excel file

    _refuse_far(path, content)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets, hidden = [], []
        unseen, formulas = hidden_in(content), _by_sheet(content, _formulas)
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise _unusable(path, _('the sheet "{name}" is too large').format(name=about.name))
            rows = sheet.to_python(skip_empty_area=False)
            merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
            cells = _whole([[_plain(cell) for cell in row] for row in rows])
            _put_formulas(cells, formulas.get(about.name, {}))
            lines = list(range(1, len(cells) + 1))
            places = tuple(_hidden_places(about.name, cells, unseen.get(about.name, NOTHING)))
            sheets.append(Sheet(about.name, cells, lines, merged, hidden=places))
            if about.visible != calamine.SheetVisibleEnum.Visible:
                hidden.append(about.name)
    except calamine.PasswordError as error:
        raise _unusable(path, _("it is locked by a password"), _("save it without one")) from error
    except calamine.CalamineError as error:
        fix = _("open it in Excel and save it anew; it may be cut off")
        raise _unusable(path, str(error), fix) from error
    return tuple(sheets), tuple(hidden), ()


def _refuse_far(path: Path, content: bytes) -> None:
    """Refuse a sheet with a cell so far out that no memory holds all that lies before it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [name for name in book.namelist() if "worksheets/" in name.casefold()]
            reached = [(part, *_farthest(book_part(book, part, MOST_BYTES))) for part in parts]
    except BROKEN_BOOK:  # as in `_by_sheet`
        return
    called = _names_of_parts(content)
    for part, row, column in reached:
        if row * column > MOST_CELLS:
            place = f"{column_letters(column - 1)}{row}"
            what = _('the sheet "{name}" is too large: it goes to {place}')
            what = what.format(name=called.get(part, part), place=place)
            fix = _("delete what stands there by mistake, or copy the table into a new workbook")
            raise _unusable(path, what, fix)


def _names_of_parts(content: bytes) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return {part: name for name, part in sheet_parts(book)}
    except BROKEN_BOOK:
        return {}


def _put_formulas(rows: list[list[Cell]], formulas: Mapping[tuple[int, int], OpenFormula]) -> None:
    """Put formulas into the cells that the reader takes for empty, or leaves out at the edges."""
    height = max((len(rows), *(row + 1 for row, _column in formulas)))
    width = max((len(rows[0]) if rows else 0, *(column + 1 for _row, column in formulas)))
    rows += [[] for _row in range(height - len(rows))]
    for row in rows:
        row.extend([None] * (width - len(row)))
    for (at, column), formula in formulas.items():
        rows[at][column] = formula


def _hidden_places(name: str, rows: list[list[Cell]], hidden: Hidden) -> Iterator[str]:
    """Rows and columns that are hidden and hold a number, as a person finds them."""

    def holds(cells: Iterable[Cell]) -> bool:
        return any(isinstance(cell, float) for cell in cells)

    for first, last in spans(row for row in hidden[0] if row < len(rows) and holds(rows[row])):
        yield f"{name}!{first + 1}:{last + 1}"
    width = len(rows[0]) if rows else 0
    columns = [at for at in hidden[1] if at < width and holds(row[at] for row in rows)]
    for first, last in spans(columns):
        yield f"{name}!{column_letters(first)}:{column_letters(last)}"


def _plain(cell: object) -> Cell:
    """A cell as we know it; a date at midnight is a day."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == datetime.min.time() else cell
    if isinstance(cell, str | bool | date):
        return cell
    return float(cell) if isinstance(cell, int | float) else str(cell)


def _parquet(path: Path, content: bytes) -> Found:
    try:
        found = parquet.rows_read(content, MOST_CELLS)
    except DataError as error:
        raise _unusable(path, str(error), _("write it anew; it may be cut off")) from error
    if found is None:
        raise _unusable(path, _("it is too large"), _("select the rows that the case needs"))
    names, held, notes = found
    cells = ([None if cell is None else _plain(cell) for cell in row] for row in held)
    rows: list[list[Cell]] = [list(names), *cells]
    return (Sheet("", _whole(rows), list(range(len(rows)))),), (), tuple(notes)


def _csv(path: Path, content: bytes) -> Found:
    text, note = _decoded(path, content)
    sample = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    delimiter = _delimiter(sample)
    if not delimiter:
        fix = _("save it with a comma, a semicolon or a tab between cells")
        what = _('its lines are one cell each, as in "{line}"')
        raise _unusable(path, what.format(line=(sample or [""])[0][:60]), fix)
    rows: list[list[Cell]] = []
    lines, before = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        fix = _("look for a quote that is not closed; the file may be cut off")
        reason = _("line {line}: {reason}").format(line=before + 1, reason=said_by_system(error))
        raise _unusable(path, reason, fix) from error
    sheet = Sheet("", _whole(rows), lines, (), delimiter, tuple(len(row) for row in rows))
    return (sheet,), (), ((note,) if note else ())


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text of a CSV, and what was assumed of its letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = content.decode("cp1251", errors="replace")
        if not _CYRILLIC.search(text):
            raise _unusable(path, _("its letters are not UTF-8"), _("save it as UTF-8")) from error
        return text, _("read as Windows-1251, not UTF-8")
    if "\x00" in text:
        raise _unusable(path, _("it is not a text"), _("save it as .csv or .xlsx"))
    return text, ""


def _delimiter(sample: Sequence[str]) -> str:
    """The sign that cuts most lines into as many cells as each other; empty: none does.

    Of signs that cut as many lines alike, a comma is the last: it stands within numbers and
    headings too.
    """
    best, found = (0, False, 0), ""
    for sign in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(sample, delimiter=sign))
        alike = ((times, sign != ",", n) for n, times in counts.items() if n > 1)
        most = max(alike, default=best)
        if most > best:
            best, found = most, sign
    return found


# Rows and columns that a workbook hides, which the reader of cells does not say


def hidden_in(content: bytes) -> Mapping[str, Hidden]:
    """Sheets that hide rows or columns, by name; empty where the file does not tell."""
    return {name: one for name, one in _by_sheet(content, _hidden).items() if any(one)}


def _by_sheet(content: bytes, look: Callable[[bytes], Looked]) -> dict[str, Looked]:
    """What the part of each sheet says; empty where the file is no `.xlsx`, or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = sheet_parts(book)
            return {name: look(book_part(book, part, MOST_BYTES)) for name, part in parts}
    except BROKEN_BOOK:  # damaged, locked or too large: the reader of cells says it better
        return {}


def book_part(book: zipfile.ZipFile, name: str, most: int = MOST_UNPACKED) -> bytes:
    """A part of a workbook, of so many bytes at most.

    Raises:
        ValueError: It is too large, or declares entities that could swell.
    """
    with book.open(name) as file:
        part = file.read(most + 1)
    if len(part) > most or b"<!DOCTYPE" in part:
        raise ValueError(_("it holds what no workbook holds"))
    return part


def local_name(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def sheet_parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names of the sheets of a workbook, each with the part of the file that holds it."""
    root, relations = (
        ET.fromstring(book_part(book, name))  # noqa: S314 - no entities
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    )
    links = {one.get("Id", ""): one.get("Target", "") for one in relations}
    names = set(book.namelist())
    for one in root.iterfind(".//{*}sheet"):
        target = next((v for k, v in one.attrib.items() if local_name(k) == "id" and k != "id"), "")
        part = links.get(target, "").removeprefix("/")
        part = part if part.startswith("xl/") else f"xl/{part}"
        if part in names:
            yield one.get("name", ""), part


def _hidden(part: bytes) -> Hidden:
    """Rows and columns that a sheet marks."""
    rows: set[int] = set()
    columns: set[int] = set()
    if b"hidden=" not in part:
        return NOTHING
    row = -1
    for _event, one in ET.iterparse(io.BytesIO(part)):  # noqa: S314 - no entities
        if one.tag == f"{_MAIN}row":
            row = int(one.get("r", row + 2)) - 1
            if one.get("hidden") in _TRUE:
                rows.add(row)
            one.clear()
        elif one.tag == f"{_MAIN}col" and one.get("hidden") in _TRUE:
            last = min(int(one.get("max", "0")), MOST_COLUMNS)
            columns |= set(range(int(one.get("min", "1")) - 1, last))
    return frozenset(rows), frozenset(columns)


_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CELL_PLACE = re.compile(rb"""\sr=["']\$?([A-Z]*)\$?([0-9]+)["']""")


def _formulas(part: bytes) -> dict[tuple[int, int], OpenFormula]:
    """Formulas without a value, by row and column, from 0."""
    found: dict[tuple[int, int], OpenFormula] = {}
    if b"<f" not in part:
        return found
    for _event, one in ET.iterparse(io.BytesIO(part)):  # noqa: S314 - no entities
        if one.tag == f"{_MAIN}row":
            one.clear()
        match = _PLACE.fullmatch(one.get("r", "")) if one.tag == f"{_MAIN}c" else None
        if match is None or one.get("t", "n") != "n":
            continue
        formula = one.findtext(f"{_MAIN}f")
        if formula is not None and not one.findtext(f"{_MAIN}v"):
            found[int(match[2]) - 1, column_number(match[1])] = OpenFormula(f"={formula}")
    return found


def _farthest(part: bytes) -> tuple[int, int]:
    """Last row and last column of a sheet that have a cell, from 1; 0: none says where it is."""
    row, columns = 0, set[bytes]()
    for place in _CELL_PLACE.finditer(part):
        row = max(row, int(place[2]))
        columns.add(place[1])
    return row, max((column_number(one.decode()) + 1 for one in columns), default=0)


def spans(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Whole numbers as first and last of those that follow each other.

    Examples:
        >>> list(spans([4, 2, 3, 9]))
        [(2, 4), (9, 9)]
    """
    for _gap, run in groupby(enumerate(sorted(places)), key=lambda one: one[1] - one[0]):
        found = [place for _index, place in run]
        yield found[0], found[-1]
