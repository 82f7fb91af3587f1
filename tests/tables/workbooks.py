"""Workbooks as Excel writes them, out of plain rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from xlsxwriter import Workbook


class Percent(float):
    """A number that Excel shows as per cent."""


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence]],
    *,
    merged: Sequence[str] = (),
    hidden_columns: Sequence[int] = (),
    hidden_rows: Sequence[int] = (),
    hidden_sheets: Sequence[str] = (),
) -> Path:
    """A workbook of sheets of rows; what is merged or hidden is so in every sheet."""
    with Workbook(path) as book:
        day, percent = book.add_format({"num_format": 14}), book.add_format({"num_format": 9})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for area in merged:
                sheet.merge_range(area, "")
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    elif cell is not None:
                        look = percent if isinstance(cell, Percent) else None
                        sheet.write(row, column, cell, look)
            for row in hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
            for column in hidden_columns:
                sheet.set_column(column, column, None, None, {"hidden": True})
            (sheet.hide if name in hidden_sheets else sheet.activate)()
    return path
