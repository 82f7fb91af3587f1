"""Rows and columns that a workbook hides: they are read like the others, and that is told.

The reader of cells does not say what is hidden, so the sheets of an `.xlsx` are looked through a
second time for the marks alone; other kinds of workbooks are not.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from xml.etree import ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK, _PARTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MARK = b"hidden="
_TRUE = ("1", "true")
_UNTOLD = (
    zipfile.BadZipFile, zlib.error, LookupError, ET.ParseError, ValueError, RuntimeError, OSError,
)  # fmt: skip
"""What a part that is damaged, locked or too large raises: the reader of cells says it better."""
MOST_COLUMNS = 16_384
Hidden = tuple[frozenset[int], frozenset[int]]
"""Rows and columns, from 0."""
NOTHING: Hidden = (frozenset(), frozenset())


def hidden_in(content: bytes, most_bytes: int) -> Mapping[str, Hidden]:
    """Sheets that hide rows or columns, by name; empty where the file does not tell.

    Args:
        content: Of the workbook.
        most_bytes: Of a part of it that is looked through.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = {
                one.get("Id"): one.get("Target", "").removeprefix("/").removeprefix("xl/")
                for one in _tree(book, _PARTS, most_bytes)
            }
            sheets = _tree(book, _WORKBOOK, most_bytes).iter(f"{_MAIN}sheet")
            places = {sheet.get("name", ""): f"xl/{parts[sheet.get(_ID)]}" for sheet in sheets}
            found = {
                name: _hidden(_part(book, place, most_bytes)) for name, place in places.items()
            }
    except _UNTOLD:
        return {}
    return {name: one for name, one in found.items() if any(one)}


def _part(book: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """A part of a workbook, unless it is too large, or declares entities that could swell."""
    if book.getinfo(name).file_size > most_bytes:
        raise ValueError(name)
    part = book.read(name)
    if b"<!DOCTYPE" in part:
        raise ValueError(name)
    return part


def _tree(book: zipfile.ZipFile, name: str, most_bytes: int) -> ET.Element:
    return ET.fromstring(_part(book, name, most_bytes))  # noqa: S314 - no entities


def _hidden(part: bytes) -> Hidden:
    """Rows and columns that a sheet marks."""
    rows: set[int] = set()
    columns: set[int] = set()
    if _MARK not in part:
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


def spans(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Whole numbers as first and last of those that follow each other.

    Examples:
        >>> list(spans([4, 2, 3, 9]))
        [(2, 4), (9, 9)]
    """
    for _gap, run in groupby(enumerate(sorted(places)), key=lambda one: one[1] - one[0]):
        found = [place for _index, place in run]
        yield found[0], found[-1]
