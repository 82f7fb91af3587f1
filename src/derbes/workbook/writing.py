"""A workbook as it is written: sheets of cells with looks, lists to choose from, charts.

The only module that knows XlsxWriter. A book is made anew in memory and written whole. A text is
never a formula: what is computed is told as such, with the value that the program has for it.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from derbes.harmless import visible
from derbes.language import _

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
"""Of one cell."""
LONGEST_NAME = 31
"""Characters of the name of a sheet."""
LINE_HEIGHT = 15.0
"""Of a line of text. [point]"""
_A3, _A4 = 8, 9
MOST_CHOICES = 255
"""Characters of a list that is written into a cell's rule; a longer one needs a range."""

Value = str | float | int | bool | date | None
"""What a cell is given; None: nothing, though it has a look."""

INK, QUIET, LINE = "#1f2933", "#6b7280", "#d9dde3"
INPUT_COLOR = "#fff7db"
"""Ground of a cell that is for a person to change."""
COMPUTED_COLOR = "#eef1f5"
"""Ground of a cell that follows from others."""
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": INK},
    "about": {"font_color": QUIET, "text_wrap": True, "valign": "top"},
    "heading": {"bold": True, "font_color": "#ffffff", "bg_color": "#35506b", "valign": "vcenter",
                "text_wrap": True, "border": 1, "border_color": LINE},
    "detail": {"bold": False, "bg_color": "#5f7a95"},
    "text": {"num_format": 49, "valign": "top", "text_wrap": True},
    "number": {"num_format": "General", "valign": "top"},
    **{f"digits{n}": {"num_format": f"#,##0.{'0' * n}".rstrip(".")} for n in range(5)},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "month": {"num_format": "yyyy-mm"},
    "flag": {"num_format": '"TRUE";"TRUE";"FALSE"', "align": "left"},
    "flat": {"text_wrap": False},
    "literal": {"quote_prefix": True},
    "input": {"bg_color": INPUT_COLOR, "border": 1, "border_color": LINE},
    "computed": {"bg_color": COMPUTED_COLOR, "border": 1, "border_color": LINE},
    "id": {"bold": True, "num_format": 49, "valign": "top", "text_wrap": True},
    "wrap": {"text_wrap": True},
    "bold": {"bold": True},
    "quiet": {"font_color": QUIET, "italic": True},
    "link": {"font_color": "#1d4ed8", "underline": 1},
}  # fmt: skip
"""Word → what it does to a cell; a look is several of them, later ones before earlier."""


class ToTheBit(float):
    """A number that is written with all its digits; XlsxWriter alone would keep 16 of 17."""

    def __format__(self, _spec: str) -> str:
        """The shortest text that reads back as the same number."""
        return repr(float(self))


class Page:
    """One sheet of a book; rows and columns are counted from 0."""

    def __init__(self, book: "Book", name: str, sheet: Any) -> None:
        self._book, self.name, self._sheet = book, name, sheet

    def write(self, row: int, column: int, value: Value, look: str = "") -> None:
        """A cell: a text stays a text, a number a number, a day a day."""
        shape = self._book.shape(look)
        if value is None:
            self._sheet.write_blank(row, column, None, shape)
        elif isinstance(value, bool):
            self._sheet.write_boolean(row, column, value, shape)
        elif isinstance(value, int | float):
            self._sheet.write_number(row, column, ToTheBit(value), shape)
        elif isinstance(value, date):
            moment = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
            self._sheet.write_datetime(row, column, moment, shape)
        else:
            self._sheet.write_string(row, column, visible(value)[:MOST_CHARACTERS], shape)

    def row(self, row: int, values: Iterable[Value], look: str = "", *, column: int = 0) -> None:
        """Cells beside one another."""
        for at, value in enumerate(values, column):
            self.write(row, at, value, look)

    def compute(
        self, row: int, column: int, formula: str, value: float | str, *, look: str = "computed"
    ) -> None:
        """A live formula, as Excel writes it in English, with the value that it now has."""
        self._sheet.write_formula(row, column, formula, self._book.shape(look), value)

    def link(self, row: int, column: int, target: str, text: str) -> None:
        """A link to a cell of this book, e.g. `'plants'!A1`."""
        shape = self._book.shape("link")
        self._sheet.write_url(row, column, f"internal:{target}", shape, visible(text))

    def comment(self, row: int, column: int, text: str) -> None:
        """A note that shows when a person points at the cell."""
        lines = sum(1 + len(line) // 45 for line in text.splitlines())
        options = {"x_scale": 2.4, "y_scale": max(0.5, min(0.26 * lines, 4.0)), "font_size": 9}
        self._sheet.write_comment(row, column, visible(text)[:MOST_CHARACTERS], options)

    def merge(self, row: int, first: int, last: int, *, text: str, look: str = "") -> None:
        """A text over several columns."""
        self._sheet.merge_range(row, first, row, last, visible(text), self._book.shape(look))

    def height(self, row: int, lines: int) -> None:
        """Height of a row. [line of text]"""
        self._sheet.set_row(row, LINE_HEIGHT * lines)

    def width(
        self, first: int, last: int, width: float, *, look: str = "", is_folded: bool = False
    ) -> None:
        """Width of columns, which may be folded away behind a plus. [character]"""
        options = {"level": int(is_folded), "hidden": is_folded}
        self._sheet.set_column(first, last, width, self._book.shape(look), options)

    def choose(self, area: tuple[int, int, int, int], choices: Sequence[str] | str) -> None:
        """Let a person choose in these cells; other words are warned of, and taken.

        Args:
            area: First row and column, last row and column.
            choices: Words, together at most 255 characters, or a range such as `=goods!$A$4:$A$9`.
        """
        source = choices if isinstance(choices, str) else list(choices)
        if isinstance(source, list):
            n_signs = len(",".join(source))
            if not n_signs or n_signs > MOST_CHOICES or any("," in word for word in source):
                return
        rule = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": "derbes",
            "error_message": _("This is not one of the list. Take it all the same?"),
        }
        self._sheet.data_validation(*area, rule)

    def headed(self, row: int, area: tuple[int, int], n_leads: int = 0) -> None:
        """Headings that stay in sight, have arrows to filter by and stand on each printed page.

        Args:
            row: Of the headings.
            area: Last row and last column below them.
            n_leads: First columns that stay in sight too.
        """
        self._sheet.freeze_panes(row + 1, n_leads)
        self._sheet.repeat_rows(row)
        self._sheet.autofilter(row, 0, max(area[0], row), area[1])
        self.height(row, 2)

    def hide(self, *, wholly: bool = False) -> None:
        """Keep the sheet out of sight; wholly: it cannot be shown by hand either."""
        if wholly:
            self._sheet.very_hidden()
        else:
            self._sheet.hide()

    def color(self, color: str) -> None:
        """Color of the tab."""
        self._sheet.set_tab_color(color)

    def print_as(
        self,
        header: str,
        footer: str,
        area: tuple[int, int],
        *,
        n_leads: int = 0,
        is_wide: bool = True,
    ) -> None:
        """How it is printed, with a line above and below each page.

        Args:
            header: Line above.
            footer: Line below; the number of the page stands beside it.
            area: Last row and last column.
            n_leads: First columns that stand on each page, where the sheet is too wide for one;
                0: it is made to fit.
            is_wide: Whether on A3 across, and not on A4 upright.
        """
        self._sheet.set_paper(_A3 if is_wide else _A4)
        self._sheet.print_area(0, 0, *area)
        if is_wide:
            self._sheet.set_landscape()
        if n_leads:
            self._sheet.repeat_columns(0, n_leads - 1)
            self._sheet.set_print_scale(60)
        else:
            self._sheet.fit_to_pages(1, 0)
        self._sheet.set_header(f"&L{_printed(header)}"[:255])
        self._sheet.set_footer(f"&L{_printed(footer)}&R&P / &N"[:255])

    def chart(self, row: int, column: int, kind: Mapping[str, Any], **parts: Any) -> None:
        """A native chart whose upper left corner lies in a cell.

        Args:
            row: Of the corner.
            column: Of the corner.
            kind: As XlsxWriter's `add_chart` takes it, e.g. `{"type": "line"}`.
            **parts: `series`: a list of series; `title`, `x_axis`, `y_axis`, `legend`, `size`: as
                XlsxWriter's `set_title` and the others take them.
        """
        chart = self._book.new_chart(dict(kind))
        for series in parts.pop("series", ()):
            chart.add_series(series)
        for name, options in parts.items():
            told = dict(options)
            if isinstance(named := options.get("name"), str):
                # XlsxWriter would take `=[x.xlsx]a!B1` for a reference to a cell elsewhere.
                told["name"] = re.sub(r"!(?=\$?[A-Z])", "! ", visible(named))
            getattr(chart, f"set_{name}")(told)
        self._sheet.insert_chart(row, column, chart)


def _printed(text: str) -> str:
    """A text as a header of a printed page."""
    return visible(text).replace("&", "&&").replace("\n", " ")[:100]


class Book:
    """A new workbook; nothing lies on the disk before it is written whole."""

    def __init__(self, *, title: str = "", subject: str = "") -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415 - only where a book is written

        self._content = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self._book = Workbook(self._content, options)
        about = {"title": visible(title), "subject": visible(subject)}
        self._book.set_properties({**about, "created": datetime(2000, 1, 1)})
        self._book.set_calc_mode("auto")
        self._shapes: dict[str, Any] = {}
        self._names: set[str] = set()
        self._defined: set[str] = set()

    def page(self, name: str) -> Page:
        """A new sheet; a name that cannot be one, or stands already, is made one."""
        found = sheet_name(name, self._names)
        self._names.add(found.casefold())
        return Page(self, found, self._book.add_worksheet(found))

    def define(self, name: str, meaning: str) -> bool:
        """Name a cell, or what is found in one; False: the name is another's already."""
        if name.casefold() in self._defined:
            return False
        self._defined.add(name.casefold())
        self._book.define_name(name, meaning)
        return True

    def shape(self, look: str) -> Any:
        """The format of a look, made once."""
        if look not in self._shapes:
            shape: dict[str, Any] = {}
            for word in look.split():
                shape |= LOOKS[word]
            self._shapes[look] = self._book.add_format({"font_name": "Calibri", **shape})
        return self._shapes[look]

    def new_chart(self, kind: Mapping[str, Any]) -> Any:
        """A chart of this book, still nowhere."""
        return self._book.add_chart(kind)

    def content(self) -> bytes:
        """The file; nothing can be written behind it."""
        self._book.close()
        return self._content.getvalue()


def sheet_name(text: str, taken: Iterable[str] = ()) -> str:
    """A name for a sheet, made of any text, such as an id, and none that is taken.

    Those are in small letters.

    Examples:
        >>> sheet_name("plants/capital"), sheet_name("uses", {"uses"}), sheet_name("'x'")
        ('plants_capital', 'uses-2', 'x')
    """
    plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in visible(text)).strip("' ")
    base = plain[:LONGEST_NAME] or "_"
    found, n, known = base, 1, set(taken)
    while found.casefold() in known or found.casefold() == "history":
        n += 1
        found = f"{base[: LONGEST_NAME - len(str(n)) - 1]}-{n}"
    return found


def quoted(sheet: str) -> str:
    """The name of a sheet as a formula writes it."""
    return "'" + sheet.replace("'", "''") + "'"
