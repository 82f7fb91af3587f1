"""What stands on a sheet of a person's book: its headings, and rows by what they are about.

Rows and columns may have been moved; both are known by their words. What has no word is refused
with its cell.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from derbes.errors import did_you_mean
from derbes.language import _
from derbes.tables.cells import CellError, moment_of
from derbes.workbook.layout import NUMBER, SheetColumn, SheetLayout
from derbes.workbook.making import TOP_COLUMNS, top_lines
from derbes.workbook.reading import Fault, Found, Grid
from derbes.workbook.sheets import Key
from derbes.workbook.spelling import bare, figures

_LOOKED_AT = 20
"""Rows from the top in which the headings are looked for."""

Refuse = Callable[[str, str, str], None]
"""Notes that a cell cannot be taken: which, what is wrong, how to mend it."""


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
    reading = _Sheet(layout, grid, tuple(base), refuse)
    if not reading.find_headings():
        return None
    reading.refuse_unknown()
    found = tuple(reading.top() if layout.kind == "top" else reading.rows())
    headings = frozenset(reading.columns)
    if layout.kind == "top":
        headings = frozenset(one.heading for one in layout.columns)
    months = tuple(word for word in reading.columns if reading.is_month(word))
    return Lines(layout, headings, found, months)


class _Sheet:
    """A sheet while it is read."""

    def __init__(
        self, layout: SheetLayout, grid: Grid, base: tuple[Key, ...], refuse: Refuse
    ) -> None:
        self.layout, self.grid, self.base, self.refuse = layout, grid, base, refuse
        self.columns: dict[str, int] = {}
        """Heading → column, from 0."""
        self.first = 0
        """Row behind the headings, from 0."""

    def known(self) -> set[str]:
        """Headings that the sheet may have."""
        words = {one.heading for one in self.layout.columns}
        return {"key", *TOP_COLUMNS} if self.layout.kind == "top" else words

    def is_month(self, word: str) -> bool:
        return self.layout.kind == "series" and re.match(r"[0-9]", word) is not None

    def find_headings(self) -> bool:
        """Look for the row of headings; whether there is one."""
        leads, known = leads_of(self.layout), self.known()
        enough = min(2, len(known))
        for at, row in enumerate(self.grid.rows[:_LOOKED_AT]):
            words = [_heading(cell, self.layout) for cell in row]
            if leads[0].heading in words and len(known & set(words)) >= enough:
                self._take_headings(at, words)
                return self._has_leads(at)
        if any(held(cell) is not None for row in self.grid.rows for cell in row):
            what = _("the row of headings is gone")
            fix = _("write the workbook anew, or put the row back")
            self.refuse(f"{self.grid.name}!A1", what, fix)
        return False

    def _take_headings(self, at: int, words: list[str]) -> None:
        self.first = at + 1
        for column, word in enumerate(words):
            if word in self.columns:
                what = _('the heading "{word}" stands twice').format(word=word)
                self.refuse(self.grid.place(at, column), what, _("take one of the two out"))
            elif word:
                self.columns[word] = column

    def _has_leads(self, at: int) -> bool:
        """Whether every column is there without which no row can be told from others."""
        gone = [one.heading for one in leads_of(self.layout) if one.heading not in self.columns]
        for heading in gone:
            what = _('the column "{heading}" is gone').format(heading=heading)
            fix = _("write the workbook anew, or put it back")
            self.refuse(self.grid.place(at, 0), what, fix)
        return not gone

    def refuse_unknown(self) -> None:
        """Refuse columns that hold something and mean nothing."""
        known, rows = self.known(), self.grid.rows[self.first :]
        for word, column in self.columns.items():
            if word in known or self.is_month(word):
                continue
            if any(column < len(row) and held(row[column]) is not None for row in rows):
                what = _('"{word}" is not a heading of this sheet').format(word=word)
                near = did_you_mean(word, known)
                fix = near or _("take the column out, or move it to a sheet of your own")
                self.refuse(self.grid.place(self.first - 1, column), what, fix)

    def cells(self, number: int) -> dict[str, Found]:
        """Heading → cell of a row."""
        row = self.grid.rows[number]
        return {name: row[n] if n < len(row) else None for name, n in self.columns.items()}

    def top(self) -> Iterator[Line]:
        """The top of the file, which has a row for each key, as one row."""
        where = {key: parts for one in self.layout.fields for key, parts in top_lines(one)}
        cells: dict[str, Found] = {}
        places: dict[str, str] = {}
        for number in range(self.first, len(self.grid.rows)):
            row = self.cells(number)
            name = named(held(row.pop("key", None)))
            if not name:
                continue
            if name not in where:
                if any(held(cell) is not None for cell in row.values()):
                    what = _('"{key}" is no key of the top of a case').format(key=name)
                    place = self.grid.place(number, self.columns["key"])
                    self.refuse(place, what, did_you_mean(name, where))
                continue
            for part, heading in where[name].items():
                if part in row:
                    cells[heading] = row[part]
                    places[heading] = self.grid.place(number, self.columns[part])
        yield Line((), cells, places)

    def rows(self) -> Iterator[Line]:
        """Rows that hold something, each with its key."""
        leads = [one.heading for one in leads_of(self.layout)]
        own = {one.heading for one in self.layout.leads}
        seen: dict[Key, int] = {}
        last: dict[Key, int] = {}
        for number in range(self.first, len(self.grid.rows)):
            cells = self.cells(number)
            names = tuple(named(held(cells.get(one))) for one in leads)
            told = (cell for name, cell in cells.items() if name not in own)
            if not any(names) and all(held(cell) is None for cell in told):
                continue
            places = {name: self.grid.place(number, n) for name, n in self.columns.items()}
            key = self._in_list(names, cells, last) if self.layout.kind == "list" else names
            if not all(key):
                lacking = leads[[bool(one) for one in names].index(False)]
                what = _('the row has no "{heading}"').format(heading=lacking)
                self.refuse(places[lacking], what, _("give it one, or delete the whole row"))
            elif key in seen:
                what = _("this stands in row {row} too").format(row=seen[key] + 1)
                self.refuse(places[leads[-1]], what, _("give one of the two another name"))
            else:
                seen[key] = number
                yield Line(key, cells, places)

    def _in_list(
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
        given = named(held(cells.get(NUMBER)))
        if given:
            last[parent] = max(last[parent], int(given)) if given.isdecimal() else last[parent]
            return (*parent, given)
        last[parent] += 1
        return (*parent, str(last[parent]))


def leads_of(layout: SheetLayout) -> tuple[SheetColumn, ...]:
    """Columns that a row must fill to be known; of a list its parent alone."""
    is_list = layout.kind == "list" and layout.has_parent
    return layout.leads[:1] if is_list else layout.leads


def held(cell: Found) -> object:
    """What a cell holds, an error as its text; None: nothing."""
    return cell.text if isinstance(cell, Fault) else bare(cell)


def named(value: object) -> str:
    """What a cell names; empty: nothing."""
    if value is None:
        return ""
    return figures(value) if isinstance(value, float) else str(value).strip()


def _heading(cell: Found, layout: SheetLayout) -> str:
    """A heading; of a month that Excel has made a day, the month."""
    value = bare(cell) if not isinstance(cell, Fault) else None
    if value is None:
        return ""
    if layout.kind != "series" or (isinstance(value, str) and not value[:1].isdigit()):
        return named(value)
    try:
        found = moment_of(value, is_date_column=True)
    except CellError:
        return named(value)
    return found._replace(day=0, months=1).label if found.day == 1 else found.label
