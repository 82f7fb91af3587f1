"""The book of a case: its sheets, what explains them, and what a later reading needs to know."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from derbes.case import forms
from derbes.case.entities import Case, quantities
from derbes.case.quantity import Quantity
from derbes.casefile.entries import SECTIONS, Plain, dotted
from derbes.casefile.reference import translated, written_as
from derbes.language import _, text_of
from derbes.tables.sheets import column_letters
from derbes.units import UnitError, convert, parse_unit
from derbes.version import VERSION
from derbes.workbook.formulas import excel_formula, name_of
from derbes.workbook.layout import (
    BASICS,
    DETAILS,
    LABEL,
    LANGUAGES,
    MONTHS,
    SERIES,
    TOP,
    Field,
    SheetColumn,
    SheetLayout,
)
from derbes.workbook.sheets import Row, Table, tables_of
from derbes.workbook.spelling import Cell, Computed, bare
from derbes.workbook.writing import MOST_CHARACTERS, Book, Page, quoted, sheet_name

ABOUT = "_derbes"
"""Hidden sheet that tells of which case a book is."""
BEFORE = "_before"
"""Hidden sheet with the cells as they were written."""
LISTS = "_lists"
"""Hidden sheet with words to choose from."""
FORMAT = "1"
"""Version of all this."""
TITLE, TOLD, HEADINGS, FIRST = range(4)
"""Rows of a sheet, from 0: its name, what it is, the headings, and the first of its own."""
MOST_LINES = 12
"""Of a row; what is longer is cut off in sight, and not in the cell."""
FITTING = 400.0
"""Width of a sheet that is printed on one page. [character]"""
COLORED = 20
"""Empty rows of a new book that look as if to be filled; a case's own has fewer."""
SPARE = 300
"""Empty rows below the last in which lists to choose from are offered too."""
_WIDEST_VALUE = 60.0
"""Width of the values at the top of a case, which are its texts."""
_WIDE = {"why": 60.0, "note": 60.0, "formula": 44.0, "says": 60.0, "id": 24.0, "parent": 24.0,
         "path": 40.0, "name": 30.0, "holds_if": 44.0, "title": 40.0, "address": 40.0,
         "untestable": 44.0, "remove": 40.0, "at": 24.0, "source": 24.0,
         "document": 24.0}  # fmt: skip
"""Width of columns by the last word of their heading."""
TOP_COLUMNS = (*BASICS, *DETAILS)


class CellPlace(NamedTuple):
    """Where a cell stands in the book."""

    sheet: str
    row: int
    column: int

    @property
    def absolute(self) -> str:
        """As a formula writes it."""
        return f"{quoted(self.sheet)}!${column_letters(self.column)}${self.row + 1}"


@dataclass(slots=True)
class _Making:
    """A book while it is made."""

    book: Book
    tables: Mapping[str, Table]
    lines: Mapping[str, list[tuple[Row, dict[str, Cell]]]]
    """Rows of each sheet as they stand on it."""
    numbers: Mapping[str, Quantity]
    title: str
    footer: str
    places: dict[str, CellPlace] = field(default_factory=dict)
    """Path of a number → its cell."""
    named: dict[str, str] = field(default_factory=dict)
    """Path of a number → how formulas call it."""
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Words to choose from → the cells that hold them."""
    formulas: dict[str, str] = field(default_factory=dict)
    """Path of a computed cell → its formula, as it was written."""
    units: dict[str, Cell] = field(default_factory=dict)
    """Path of a number → the unit that its row shows."""


def book_of(
    root: Plain,
    case: Case | None,
    digest: str,
    files: Iterable[str] = (),
    *,
    more: Callable[[Book], None] | None = None,
) -> bytes:
    """The workbook of a case, as a file.

    Args:
        root: The tree of its files.
        case: What was read of it; None: an empty book, to begin a case in.
        digest: SHA-256 of its files.
        files: Their names.
        more: Adds sheets behind those of the case, which are read back by nobody.
    """
    tables = tables_of(root, case)
    title = text_of(case.label, case.name) if case is not None else _("a new case")
    today = datetime.now(UTC).date().isoformat()
    footer = _("derbes {version}, written {date}").format(version=VERSION, date=today)
    if digest:
        footer = f"{footer}, {digest[:12]}"
    book = Book(title=title, subject=_("Inputs of a derbes case"))
    numbers = {one.path: one for one in quantities(case)} if case is not None else {}
    rows = {name: list(_sheet_rows(table)) for name, table in tables.items()}
    made = _Making(book, tables, rows, numbers, title, footer)
    shown = [one for one in tables if tables[one].rows] if case is not None else list(tables)
    hidden = [one for one in tables if one not in shown]
    first = book.page(sheet_name(_("Read me"), {one.casefold() for one in tables}))
    pages = {one: book.page(one) for one in (*shown, *hidden)}
    lists = book.page(LISTS)
    _note_places(made)
    _offer(made, lists, case)
    for table in tables.values():
        _sheet(made, pages[table.layout.name], table, is_new=case is None)
    for one in hidden:
        pages[one].hide()
    lists.hide(wholly=True)
    about = {
        "format": FORMAT, "name": case.name if case is not None else "", "digest": digest,
        "date": today, "version": VERSION, "kind": "case" if case is not None else "new",
    }  # fmt: skip
    page = book.page(ABOUT)
    for at, pair in enumerate(about.items()):
        page.row(at, pair, "text")
    page.hide(wholly=True)
    _remember(book.page(BEFORE), tables, made.formulas)
    _explain(made, first, {**about, "files": ", ".join(files)}, shown)
    if more is not None:
        more(book)
    return book.content()


def _remember(page: Page, tables: Mapping[str, Table], formulas: Mapping[str, str]) -> None:
    """The cells as they are written, for a reading after the case has changed."""
    at = 0
    for table in tables.values():
        for row in table.rows:
            for heading, cell in row.cells.items():
                key = json.dumps(row.key, ensure_ascii=False)
                page.row(at, (table.layout.name, key, heading), "text")
                value = shown_value(cell)
                page.write(at, 3, value, "text" if isinstance(value, str) else "")
                if isinstance(cell, Computed):
                    page.write(at, 4, formulas[cell.path], "text")
                at += 1
    page.hide(wholly=True)


# Where numbers stand, and what formulas call them


def _sheet_rows(table: Table) -> Iterator[tuple[Row, dict[str, Cell]]]:
    """Rows as they stand on the sheet, heading → cell; the top of the file has one for each key."""
    if table.layout.kind != "top":
        yield from ((row, dict(row.cells)) for row in table.rows)
        return
    (row,) = table.rows
    for one in table.layout.fields:
        for key, columns in top_lines(one):
            cells = {part: row.cells.get(heading) for part, heading in columns.items()}
            yield row, {"key": key, **{k: cell for k, cell in cells.items() if cell is not None}}


def top_lines(one: Field) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a key at the top: what the row is called, and column of the sheet → heading."""
    if one.kind == "number":
        yield one.name, one.headings
        return
    yield from ((column.heading, {"value": column.heading}) for column in one.columns)


def sheet_columns(table: Table) -> tuple[SheetColumn, ...]:
    """Columns as they stand on the sheet."""
    if table.layout.kind != "top":
        return table.columns
    number = next(one for one in table.layout.fields if one.kind == "number")
    by_part = {one.part: one for one in number.columns}
    columns = [by_part[part]._replace(heading=part, about="") for part in TOP_COLUMNS]
    return (*table.layout.leads, columns[0]._replace(form=forms.TEXT), *columns[1:])


def _note_places(made: _Making) -> None:
    """Note in which cell each number stands, which needs no cell to be written."""
    for table in made.tables.values():
        at = {column.heading: n for n, column in enumerate(sheet_columns(table))}
        for line, (row, cells) in enumerate(made.lines[table.layout.name], FIRST):
            for path, heading, unit in _numbers_of(table, row, cells):
                made.places.setdefault(path, CellPlace(table.layout.name, line, at[heading]))
                made.units.setdefault(path, cells.get(unit))


def _numbers_of(
    table: Table, row: Row, cells: Mapping[str, Cell]
) -> Iterator[tuple[str, str, str]]:
    """Paths of the numbers in a row of a sheet, with the headings of their value and unit."""
    kind = table.layout.kind
    if kind in {"top", MONTHS}:
        name = str(cells["key"]).replace(" ", ".") if kind == "top" else row.key[0]
        yield name, "value", "unit"
    elif kind == SERIES:
        for column in table.columns:
            if column.part == "month" and column.heading in cells:
                yield f"{row.key[0]}@{column.heading}", column.heading, "unit"
    else:
        for one in table.layout.fields:
            heading = one.headings
            if one.kind == "number" and heading["value"] in cells:
                yield dotted((*row.path, *one.path)), heading["value"], heading["unit"]


def _call(made: _Making, path: str) -> str:
    """How a formula calls a number, in its base unit; the name is made when it is first needed."""
    if path in made.named:
        return made.named[path]
    number, place = made.numbers[path], made.places.get(path)
    if place is None:
        return repr(number.value)
    cell, meaning = _cell_at(made, place), _found(made, place)
    if not isinstance(cell, Computed):
        unit = made.units.get(path)
        factor = _factor(number, cell, unit)
        if factor is None:
            return repr(number.value)
        if isinstance(unit, str):
            beside = _found(made, place._replace(column=place.column + 1))
            meaning = f'IF({beside}="{unit.replace(chr(34), chr(34) * 2)}",{meaning},NA())'
        meaning = _times(meaning, factor)
    name = name_of(path)
    found = name if made.book.define(name, f"={meaning}") else f"({meaning})"
    made.named[path] = found
    return found


def _cell_at(made: _Making, place: CellPlace) -> Cell:
    _row, cells = made.lines[place.sheet][place.row - FIRST]
    return cells.get(sheet_columns(made.tables[place.sheet])[place.column].heading)


def _found(made: _Making, place: CellPlace) -> str:
    """A cell of a row that is looked up by its id, so that rows may be sorted."""
    layout, lines = made.tables[place.sheet].layout, made.lines[place.sheet]
    if len(layout.leads) != 1 or layout.kind == "list":
        return place.absolute
    last = FIRST + len(lines) + SPARE
    sheet, column = quoted(layout.name), column_letters(place.column)
    _row, cells = lines[place.row - FIRST]
    key = str(cells[layout.leads[0].heading]).replace('"', '""')
    ids = f"{sheet}!$A${FIRST + 1}:$A${last}"
    return f'INDEX({sheet}!${column}${FIRST + 1}:${column}${last},MATCH("{key}",{ids},0))'


def _factor(number: Quantity, cell: Cell, unit: Cell) -> float | None:
    """What the number of a cell is multiplied by to be in the base unit; None: it is not known."""
    value = bare(cell)
    if not isinstance(value, float):
        return None
    if value:
        return number.value / value if number.value != value else 1.0
    words = bare(unit)
    if not isinstance(words, str) or words == number.unit:
        return 1.0
    own = frozenset(word for word in (number.unit, words) if word.isidentifier())
    try:
        return convert(1.0, parse_unit(words, own), parse_unit(number.unit or "%", own))
    except (UnitError, ValueError):
        return None


# Words to choose from


def _offer(made: _Making, page: Page, case: Case | None) -> None:
    """Write down the words to choose from that no sheet has in one column."""
    ids = {name: sorted(getattr(case, name)) for name in SECTIONS} if case is not None else {}
    units = {
        cell
        for lines in made.lines.values()
        for _row, cells in lines
        for heading, cell in cells.items()
        if heading.rpartition(" ")[2] == "unit" and isinstance(cell, str)
    }
    wanted: dict[tuple[str, ...], list[str]] = {("units",): sorted(units)}
    for table in made.tables.values():
        for column in table.columns:
            match column.form:
                case forms.TextForm(sections=sections) if len(sections) > 1:
                    wanted[sections] = [one for name in sections for one in ids.get(name, ())]
                case forms.TextForm(of_any=True):
                    wanted["any",] = [f"{name}.{one}" for name in ids for one in ids[name]]
    for at, (key, words) in enumerate(wanted.items()):
        page.row(0, (" ".join(key),), column=at)
        for line, word in enumerate(words, 1):
            page.write(line, at, word, "text")
        if words:
            column_name = column_letters(at)
            area = f"${column_name}$2:${column_name}${len(words) + 1}"
            made.lists[key] = f"={quoted(LISTS)}!{area}"


def _choices(made: _Making, column: SheetColumn) -> tuple[str, ...] | str:
    """What may be chosen in a column: words, or the cells that hold them; empty: anything."""
    form = column.form
    if isinstance(form, forms.WordForm):
        return form.words
    if isinstance(form, forms.FlagForm):
        return ("true", "false")
    if not isinstance(form, forms.TextForm):
        return ()
    if column.part == "unit" or form.of_any:
        return made.lists.get(("any",) if form.of_any else ("units",), "")
    if len(form.sections) == 1 and form.sections[0] in made.tables:
        last = FIRST + len(made.tables[form.sections[0]].rows) + SPARE
        return f"={quoted(form.sections[0])}!$A${FIRST + 1}:$A${last}"
    return made.lists.get(form.sections, "") if form.sections else ()


# One sheet


def _sheet(made: _Making, page: Page, table: Table, *, is_new: bool) -> None:
    layout, columns = table.layout, sheet_columns(table)
    title, lines = f"{made.title}: {layout.name}", made.lines[layout.name]
    page.write(TITLE, 0, title, "title")
    page.write(TOLD, 0, _told_of(layout), "quiet")
    used = {heading for _row, cells in lines for heading in cells}
    heights = [1] * len(lines)
    n_free = COLORED if is_new else COLORED // 5
    total = 0.0
    for at, column in enumerate(columns):
        is_lead = at < len(layout.leads)
        is_shown = (
            column.heading in used or is_lead or _is_basic(table, column, used, is_new=is_new)
        )
        heading_look = "heading detail" if column.is_detail else "heading"
        page.write(HEADINGS, at, column.heading, heading_look)
        if column.about and (column.part in {"", "value", "formula", "more"} or is_lead):
            page.comment(HEADINGS, at, _comment(column))
        width = _width(column)
        if layout.kind == "top" and column.part in {"", "value"} and not is_lead:
            width = max(width, _WIDEST_VALUE)
        total += width if is_shown else 0.0
        look = "number" if _is_numeric(column) else "text"
        page.width(at, at, width, look=look, is_folded=not is_shown)
        if choices := _choices(made, column):
            page.choose((FIRST, at, FIRST + len(lines) + SPARE, at), choices)
        for line, (_row, cells) in enumerate(lines):
            cell = cells.get(column.heading)
            if is_shown or cell is not None:
                _put(made, page, (FIRST + line, at), cell, look="id" if is_lead else look)
                heights[line] = max(heights[line], _lines_of(cell, width))
        if is_shown and layout.kind != "top":
            for line in range(FIRST + len(lines), FIRST + len(lines) + n_free):
                _put(made, page, (line, at), None, look="id" if is_lead else look)
    for line, n in enumerate(heights):
        if n > 1:
            page.height(FIRST + line, min(n, MOST_LINES))
    page.headed(HEADINGS, (HEADINGS + len(lines), len(columns) - 1), len(layout.leads))
    last = (HEADINGS + max(len(lines), 1), len(columns) - 1)
    n_leads = len(layout.leads) if total > FITTING else 0
    page.print_as(title, made.footer, last, n_leads=n_leads)


def _put(made: _Making, page: Page, at: tuple[int, int], cell: Cell, *, look: str) -> None:
    if isinstance(cell, Computed):
        made.formulas[cell.path] = formula = _formula(made, cell)
        page.compute(*at, formula, cell.value, look="number computed")
        return
    value = shown_value(cell)
    if look == "id":
        look = "id input" if value is None else look
    else:
        is_number = isinstance(value, float) or (value is None and look == "number")
        look = "number input" if is_number else "text input"
    page.write(*at, value, look)


def _lines_of(cell: Cell, width: float) -> int:
    """Lines that a text takes in a column of a width in characters."""
    value = bare(cell)
    if not isinstance(value, str):
        return 1
    return sum(1 + int(len(part) / (0.95 * width)) for part in value.split("\n"))


def _comment(column: SheetColumn) -> str:
    form, about = column.form, translated(column.about)
    told_of = forms.InUnit | forms.TextForm | forms.WholeForm | forms.ListForm | forms.ShareForm
    if not isinstance(form, told_of):
        return about
    how = _("Written as: {form}").format(form=written_as(form).replace("`", ""))
    return f"{about}\n{how}"


def _is_numeric(column: SheetColumn) -> bool:
    numeric = forms.InUnit | forms.WholeForm | forms.ShareForm | forms.AnyForm
    in_number = column.part in {"low", "high", "value", "month"}
    return in_number or (column.part == "" and isinstance(column.form, numeric))


def _is_basic(table: Table, column: SheetColumn, used: set[str], *, is_new: bool) -> bool:
    """Whether a column that holds nothing is in sight all the same."""
    if table.layout.kind == "top":
        return not column.is_detail
    one = next((f for f in table.layout.fields if column in f.columns), None)
    if one is None:
        return True
    if one.kind == "label" or column.part.startswith(LABEL):
        return column.heading.startswith("label ")
    if is_new or not table.rows:
        return not column.is_detail
    is_used = any(part.heading in used for part in one.columns)
    return one.is_needed or (is_used and not column.is_detail)


def _width(column: SheetColumn) -> float:
    last = column.heading.rpartition(" ")[2]
    if isinstance(column.form, forms.InUnit) or column.part in {"low", "high", "month"}:
        return 13.0
    if column.part in LANGUAGES or column.part.startswith(LABEL):
        return 30.0 if column.heading.startswith("label") else 45.0
    return _WIDE.get(last, _WIDE.get(column.heading, 15.0))


def shown_value(cell: Cell) -> str | float | bool | date | None:
    """What a cell can hold of a value; a text that is too long stands in the file alone."""
    value = bare(cell)
    is_long = isinstance(value, str) and len(value) > MOST_CHARACTERS
    return _("(too long for a cell; it stands in the case file)") if is_long else value


def _formula(made: _Making, cell: Computed) -> str:
    number = made.numbers.get(cell.path)
    if number is None:
        return f"={cell.value!r}"
    if number.formula is not None:
        return excel_formula(number.formula.tree, lambda path: _call(made, path), cell.value)
    in_series = [place for path, place in made.places.items() if path.startswith(f"{cell.path}@")]
    month = made.places.get(cell.path)
    if in_series and number.steps:
        return _of_first_month(made, number, in_series)
    if month is not None and made.tables[month.sheet].layout.kind == "months":
        return f"={month.absolute}"
    return f"={cell.value!r}"


def _of_first_month(made: _Making, number: Quantity, cells: list[CellPlace]) -> str:
    """The value of a series in the first period: the cell that holds it, in the base unit."""
    first = [n for n, (at, _value) in enumerate(number.steps) if at <= 0] or [0]
    place = cells[min(first[-1], len(cells) - 1)]
    cell = bare(_cell_at(made, place))
    if not isinstance(cell, float) or not cell:
        return f"={number.value!r}"
    return f"={_times(place.absolute, number.value / cell if cell != number.value else 1.0)}"


def _times(text: str, factor: float) -> str:
    return f"{text}*{factor!r}" if factor != 1.0 else text


# The first sheet


def _told_of(layout: SheetLayout) -> str:
    if layout.name == TOP:
        return _("What stands at the top of the case: one row for each key.")
    return translated(layout.about)


def _explain(made: _Making, page: Page, about: Mapping[str, str], shown: Sequence[str]) -> None:
    """The first sheet: what this is, how to work in it, and how to bring it back."""
    page.width(0, 0, 26.0)
    page.width(1, 1, 100.0)
    page.color("#35506b")
    page.write(0, 0, made.title, "title")
    at = 2
    for text in _how():
        page.merge(at, 0, 1, text=text, look="wrap text")
        page.height(at, 1 + len(text) // 115)
        at += 1
    for look, value, told in (
        ("text input", _("yellow"), _("for you to change")),
        ("text computed", _("grey"), _("follows from other cells; change those, or its formula")),
    ):
        at += 1
        page.write(at, 0, value, look)
        page.write(at, 1, told)
    at += 2
    for name, value in {
        _("Case"): about["name"] or _("a new case"),
        _("Files"): about["files"],
        _("Written"): about["date"],
        _("By"): f"derbes {VERSION}",
        _("Digest of the case"): about["digest"],
    }.items():
        if value:
            page.write(at, 0, name, "bold")
            page.write(at, 1, value, "text")
            page.height(at, 1 + len(value) // 95)
            at += 1
    at += 1
    page.write(at, 0, _("Sheets"), "bold")
    for name in shown:
        at += 1
        page.link(at, 0, f"{quoted(name)}!A1", name)
        told = _told_of(made.tables[name].layout)
        page.write(at, 1, told, "text quiet")
        page.height(at, _lines_of(told, 100.0))
    hidden = [name for name in made.tables if name not in shown]
    if hidden:
        at += 2
        text = _(
            "Sheets of what this case does not have are hidden; right-click on any sheet's name "
            "and choose Unhide to begin one: {names}."
        ).format(names=", ".join(hidden))
        page.merge(at, 0, 1, text=text, look="about")
        page.height(at, 1 + len(text) // 115)
    page.print_as(made.title, made.footer, (at, 1), is_wide=False)


def _how() -> tuple[str, ...]:
    return (
        _(
            "This workbook holds all that a derbes case is made of: the numbers, where they come "
            "from, and what else is said. Change what you know better, and bring it back."
        ),
        _(
            "To bring it back: derbes import-excel THIS_BOOK.xlsx --case CASE. It shows each "
            "number that changes before anything is written; what you did not touch stays as it "
            "is, to the byte."
        ),
        _(
            "A row is an element; a new row at the end is a new element, with an id in Latin "
            "letters. A row that you delete is asked about. The headings tell one column from "
            "another: leave them as they are. Point at a heading to see what it means."
        ),
        _(
            "A number takes several columns: value, unit, low and high (what is thought possible), "
            "grade (A official, B published, C derived, D assumed), source, why. Columns that hold "
            "nothing are folded away: the plus above the sheet shows them."
        ),
        _(
            'Numbers by date stand on the sheet "series", a column a month. Several words in one '
            "cell are parted by a semicolon. What stands in braces or brackets is YAML: keep them "
            "as they are."
        ),
        _(
            "An empty cell says that nothing is known or given; it is never zero. To say that a "
            "number is known to be unknown, write: missing."
        ),
    )
