"""Workbooks of cases, edited as a person would and saved as another program would."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from derbes import api
from derbes.workbook.making import ABOUT, BEFORE
from derbes.workbook.reading import Fault, Grid, read_book
from derbes.workbook.spelling import Live
from derbes.workbook.writing import Book

EVERYTHING = os.environ.get("DERBES_WORKBOOK") == "all"
"""Whether what takes longer is tried too, as `make workbook` asks for."""
Cells = dict[str, list[list]]


def written(case: Path | str | None, place: Path) -> Path:
    """The workbook of a case."""
    place.write_bytes(api.excel(case))
    return place


@dataclass
class Edited:
    """A workbook whose cells can be changed; sheets and rows by what they are called."""

    cells: Cells
    percents: set[tuple[str, int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, place: Path) -> "Edited":
        """A workbook as it lies there."""
        grids = read_book(place).grids
        return cls({name: [list(row) for row in grid.rows] for name, grid in grids.items()})

    def headings(self, sheet: str) -> tuple[int, list]:
        """Row of the headings, and they."""
        leads = {"id", "parent", "key", "path", "n"}
        rows = self.cells[sheet]
        at = next(n for n, row in enumerate(rows[:10]) if row and row[0] in leads)
        return at, rows[at]

    def row(self, sheet: str, *names: object) -> int:
        """Row that begins with these words."""
        return next(
            n for n, row in enumerate(self.cells[sheet]) if tuple(row[: len(names)]) == names
        )

    def at(self, sheet: str, names: tuple | str, heading: str) -> tuple[int, int]:
        """Row and column of a cell."""
        names = names if isinstance(names, tuple) else (names,)
        return self.row(sheet, *names), self.headings(sheet)[1].index(heading)

    def put(self, sheet: str, names: tuple | str, heading: str, value: object) -> str:
        """Change a cell; where it stands, as `uses!C4`."""
        row, column = self.at(sheet, names, heading)
        self.cells[sheet][row][column] = value
        return Grid(sheet, []).place(row, column)

    def get(self, sheet: str, names: tuple | str, heading: str) -> object:
        """What a cell holds."""
        row, column = self.at(sheet, names, heading)
        return self.cells[sheet][row][column]

    def add(self, sheet: str, **cells: object) -> int:
        """A new row behind the others; `_` stands for a space in a heading. Its number."""
        _at, headings = self.headings(sheet)
        row = [None] * len(headings)
        for name, value in cells.items():
            row[headings.index(name.replace("__", " "))] = value
        self.cells[sheet].append(row)
        return len(self.cells[sheet])

    def delete(self, sheet: str, *names: object) -> None:
        """Delete a row."""
        del self.cells[sheet][self.row(sheet, *names)]

    def save(self, place: Path) -> Path:
        """Write it as a program writes that knows nothing of the first one."""
        book = Book()
        for name, rows in self.cells.items():
            page = book.page(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    is_percent = (name, row, column) in self.percents
                    _write(page, row, column, cell, is_percent=is_percent)
            if name in {ABOUT, BEFORE}:
                page.hide()
        place.write_bytes(book.content())
        return place


def _write(page, row, column, cell, *, is_percent=False) -> None:
    if isinstance(cell, Live):
        value = 0.0 if cell.value is None else cell.value
        page.compute(row, column, f"={cell.formula}", value)
    elif isinstance(cell, Fault):
        page.compute(row, column, "=NA()", cell.text)
    elif cell is not None:
        kind = "percent" if is_percent else ""
        page.write(row, column, cell, kind or ("date" if hasattr(cell, "isoformat") else ""))
