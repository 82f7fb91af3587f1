"""A person's workbook as cells: read safely, with the formulas and the looks that matter.

Calamine reads what the cells hold. Which of them hold a formula, which Excel shows as per cent
and which is an error, only the parts of the file themselves say; they are read beside it. What
could run, lead elsewhere or grow without end is refused before anything is read.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from derbes.errors import DataError, said_by_system
from derbes.language import _
from derbes.tables.sheets import column_letters, read_table_file
from derbes.workbook.making import ABOUT, BEFORE
from derbes.workbook.spelling import Cell, Live, amount

MOST_BYTES = 100_000_000
MOST_UNPACKED = 400_000_000
"""Bytes of all parts of a book together, unpacked."""
MOST_PARTS = 5_000
MISSING_ERROR = "#N/A"


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
        return f"{self.name}!{column_letters(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class PersonBook:
    """A workbook that somebody worked in."""

    source: str
    grids: Mapping[str, Grid]
    about: Mapping[str, str]
    """What it says of itself; empty: it was not made by this program, or is no longer whole."""
    before: Mapping[tuple[str, tuple[str, ...], str], tuple[Cell, str]]
    """Sheet, key of a row and heading → what was written there, and the formula if one was."""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Marks:
    """What the parts of a file say of the cells of a sheet."""

    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    valueless: set[tuple[int, int]] = field(default_factory=set)


def read_book(path: Path) -> PersonBook:
    """All sheets of a workbook.

    Raises:
        DataError: It is no such file, cannot be trusted, or is cut off.
    """
    content = _content(path)
    with _opened(path, content) as archive:
        marks = _marks(path, archive)
    file = read_table_file(path)
    grids = {}
    for sheet in file.sheets:
        rows: list[list[Found]] = [list(row) for row in sheet.rows]
        known = marks.get(sheet.name, _Marks())
        for row, column, cell in _marked(rows, known):
            rows[row][column] = cell
        for first_row, column, last_row, _last in sheet.merged:
            for row in range(first_row + 1, min(last_row + 1, len(rows))):
                rows[row][column] = rows[first_row][column]
        grids[sheet.name] = Grid(sheet.name, rows)
    return PersonBook(str(path), grids, _told(grids), _remembered(grids))


def _unusable(path: Path, reason: str, fix: str = "") -> DataError:
    head = _("{file}: cannot be read as a workbook: {reason}.").format(
        file=path, reason=reason.rstrip(".")
    )
    return DataError(f"{head} " + _("Fix: {fix}.").format(fix=fix) if fix else head)


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
    except _BROKEN as error:
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
    elif total > MOST_UNPACKED or len(parts) > MOST_PARTS:
        what = _("unpacked it is larger than {n} million bytes").format(
            n=MOST_UNPACKED // 1_000_000
        )
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


_BROKEN = (
    zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, ValueError, OSError, EOFError,
    NotImplementedError, RuntimeError, IndexError,
)  # fmt: skip
_BUILT_IN_PERCENT = frozenset({"9", "10"})
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _marks(path: Path, archive: zipfile.ZipFile) -> dict[str, _Marks]:
    """Name of a sheet → what the file says of its cells."""
    try:
        for one in archive.infolist():  # all of it is unpacked once, so that no size is a lie
            _part(archive, one.filename)
        percents = _percent_styles(archive)
        return {
            name: _sheet_marks(_part(archive, part), percents)
            for name, part in _sheet_parts(archive)
        }
    except _BROKEN as error:
        raise _cut_off(path, error) from error


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(MOST_UNPACKED + 1)
    head = content[:2000].lower()
    if b"<!doctype" in head or b"<!entity" in content[:100_000].lower():
        raise ValueError(_("it holds what no workbook holds"))
    return content


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = {
        one.get("Id", ""): one.get("Target", "")
        for one in ET.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    names = set(archive.namelist())
    for one in ET.fromstring(_part(archive, "xl/workbook.xml")).iter():  # noqa: S314
        if _local(one.tag) != "sheet":
            continue
        target = next((v for k, v in one.attrib.items() if _local(k) == "id" and k != "id"), "")
        part = links.get(target, "").removeprefix("/")
        part = part if part.startswith("xl/") else f"xl/{part}"
        if part in names:
            yield one.get("name", ""), part


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the styles that show a number as per cent."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = ET.fromstring(_part(archive, "xl/styles.xml"))  # noqa: S314
    shown = {
        one.get("numFmtId", "")
        for one in root.iter()
        if _local(one.tag) == "numFmt"
        and "%" in re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
    } | _BUILT_IN_PERCENT
    found = set()
    for group in root:
        if _local(group.tag) == "cellXfs":
            found = {str(n) for n, one in enumerate(group) if one.get("numFmtId") in shown}
    return found


_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _sheet_marks(content: bytes, percents: set[str]) -> _Marks:
    marks = _Marks()
    for _event, one in ET.iterparse(io.BytesIO(content)):  # noqa: S314
        tag = _local(one.tag)
        if tag == "row":
            one.clear()
        if tag != "c":
            continue
        match = _PLACE.fullmatch(one.get("r", ""))
        if match is None:
            continue
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        at = (int(match[2]) - 1, column - 1)
        parts = {_local(below.tag): below for below in one}
        value = parts["v"].text if "v" in parts else None
        kind = one.get("t", "n")
        if "f" in parts:
            marks.formulas[at] = parts["f"].text or ""
            if not value:
                marks.valueless.add(at)
        if kind == "e":
            marks.errors[at] = value or "#ERROR"
        elif kind == "n" and one.get("s") in percents and value:
            marks.percents.add(at)
    return marks


def _marked(rows: list[list[Found]], marks: _Marks) -> Iterator[tuple[int, int, Found]]:
    """Cells that are something else than calamine says: row, column, and what."""
    marked = {*marks.formulas, *marks.percents, *marks.errors}
    for at in marked:
        row, column = at
        is_there = row < len(rows) and column < len(rows[row])
        value: Any = rows[row][column] if is_there else None
        if not is_there:
            if at in marks.valueless and row < len(rows):
                rows[row].extend([None] * (column + 1 - len(rows[row])))
            else:
                continue
        if at in marks.percents and isinstance(value, float):
            value = amount(value * 100, "%")
        if at in marks.errors:
            value = marks.errors[at]
        if at in marks.formulas:
            yield row, column, Live(value, marks.formulas[at])
        elif at in marks.errors:
            yield row, column, Fault(marks.errors[at])
        else:
            yield row, column, value


def _told(grids: Mapping[str, Grid]) -> dict[str, str]:
    """What a book says of itself."""
    grid = grids.get(ABOUT)
    pairs = [row[:2] for row in grid.rows if len(row) > 1] if grid else []
    return {str(name): "" if told is None else str(told) for name, told in pairs}


def _remembered(
    grids: Mapping[str, Grid],
) -> dict[tuple[str, tuple[str, ...], str], tuple[Cell, str]]:
    """The cells as they were written."""
    grid = grids.get(BEFORE)
    found: dict[tuple[str, tuple[str, ...], str], tuple[Cell, str]] = {}
    for row in grid.rows if grid else ():
        sheet, key, heading, value, formula = [*row, None, None, None, None, None][:5]
        try:
            told = json.loads(str(key))
        except ValueError:
            continue
        names = tuple(map(str, told)) if isinstance(told, list) else ()
        cell = None if isinstance(value, Fault) else value
        found[str(sheet), names, str(heading)] = (cell, "" if formula is None else str(formula))
    return found
