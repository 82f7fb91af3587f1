"""The book of a case: its sheets, what explains them, and what a later reading needs to know."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from derbes.case import forms
from derbes.case.entities import Case, quantities
from derbes.case.quantity import Quantity
from derbes.casefile.entries import SECTIONS, Plain
from derbes.casefile.reference import written_as
from derbes.language import _, text_of
from derbes.units import UnitError, convert, parse_unit
from derbes.version import VERSION
from derbes.workbook.explaining import Explained, explain, told_of
from derbes.workbook.formulas import excel_formula, name_of
from derbes.workbook.layout import LABEL, LANGUAGES, SERIES, Field, SheetColumn
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
TOP_COLUMNS = (
    "value",
    "unit",
    "low",
    "high",
    "formula",
    "distribution",
    "grade",
    "source",
    "why",
    "more",
)


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell stands in the book."""

    sheet: str
    row: int
    column: int

    @property
    def absolute(self) -> str:
        """As a formula writes it."""
        return f"{quoted(self.sheet)}!${letters(self.column)}${self.row + 1}"


def letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    found, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        found = chr(65 + rest) + found
    return found


@dataclass(slots=True)
class _Making:
    """A book while it is made."""

    book: Book
    tables: Mapping[str, Table]
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
    name = case.name if case is not None else ""
    title = text_of(case.label, case.name) if case is not None else _("a new case")
    today = datetime.now(UTC).date().isoformat()
    footer = _("derbes {version}, written {date}").format(version=VERSION, date=today)
    if digest:
        footer = f"{footer}, {digest[:12]}"
    book = Book(title=title, subject=_("Inputs of a derbes case"))
    numbers = {one.path: one for one in quantities(case)} if case is not None else {}
    made = _Making(book, tables, numbers, title, footer)
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
        "format": FORMAT, "name": name, "digest": digest,
        "date": today, "version": VERSION, "kind": "case" if case is not None else "new",
    }  # fmt: skip
    page = book.page(ABOUT)
    for at, pair in enumerate(about.items()):
        page.row(at, pair, "text")
    page.hide(wholly=True)
    _remember(book.page(BEFORE), tables, made.formulas)
    explain(first, Explained(made.title, made.footer, about, shown, hidden, ", ".join(files)))
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


def sheet_rows(table: Table) -> Iterator[tuple[Row, dict[str, Cell]]]:
    """Rows as they stand on the sheet, heading → cell; the top of the file has one for each key."""
    if table.layout.kind != "top":
        for row in table.rows:
            yield row, dict(row.cells)
        return
    (row,) = table.rows
    for one in table.layout.fields:
        for key, columns in top_lines(one):
            cells = {part: row.cells.get(heading) for part, heading in columns.items()}
            yield row, {"key": key, **{k: cell for k, cell in cells.items() if cell is not None}}


def top_lines(one: Field) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a key at the top: what the row is called, and column of the sheet → heading."""
    if one.kind == "number":
        yield one.name, {column.part: column.heading for column in one.columns}
        return
    for column in one.columns:
        yield column.heading, {"value": column.heading}


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
        for line, (row, cells) in enumerate(sheet_rows(table), FIRST):
            for path, heading, unit in _numbers_of(table, row, cells):
                made.places.setdefault(path, CellPlace(table.layout.name, line, at[heading]))
                made.units.setdefault(path, cells.get(unit))


def _numbers_of(
    table: Table, row: Row, cells: Mapping[str, Cell]
) -> Iterator[tuple[str, str, str]]:
    """Paths of the numbers in a row of a sheet, with the headings of their value and unit."""
    above = ".".join(map(str, row.path))
    if table.layout.kind == "top":
        name = str(cells["key"]).replace(" ", ".")
        yield name, "value", "unit"
        return
    if table.layout.kind == SERIES:
        for column in table.columns:
            if column.part == "month" and column.heading in cells:
                yield f"{row.key[0]}@{column.heading}", column.heading, "unit"
        return
    if table.layout.kind == "months":
        yield row.key[0], "value", "unit"
        return
    for one in table.layout.fields:
        if one.kind == "number":
            heading = {column.part: column.heading for column in one.columns}
            if heading["value"] in cells:
                path = ".".join((above, *one.path)) if one.path else above
                yield path, heading["value"], heading["unit"]


def _call(made: _Making, path: str) -> str:
    """How a formula calls a number, in its base unit; the name is made when it is first needed."""
    if path in made.named:
        return made.named[path]
    number, place = made.numbers[path], made.places.get(path)
    if place is None:
        return repr(number.value)
    table = made.tables[place.sheet]
    cell = _cell_at(made, place)
    meaning = _found(table, place)
    if not isinstance(cell, Computed):
        factor = _factor(number, cell, made.units.get(path))
        if factor is None:
            return repr(number.value)
        unit = made.units.get(path)
        if isinstance(unit, str):
            beside = _found(table, CellPlace(place.sheet, place.row, place.column + 1))
            meaning = f'IF({beside}="{unit.replace(chr(34), chr(34) * 2)}",{meaning},NA())'
        if factor != 1.0:
            meaning = f"{meaning}*{factor!r}"
    name = name_of(path)
    found = name if made.book.define(name, f"={meaning}") else f"({meaning})"
    made.named[path] = found
    return found


def _cell_at(made: _Making, place: CellPlace) -> Cell:
    table = made.tables[place.sheet]
    _row, cells = list(sheet_rows(table))[place.row - FIRST]
    return cells.get(sheet_columns(table)[place.column].heading)


def _found(table: Table, place: CellPlace) -> str:
    """A cell of a row that is looked up by its id, so that rows may be sorted."""
    if len(table.layout.leads) != 1 or table.layout.kind == "list":
        return place.absolute
    last = FIRST + len(list(sheet_rows(table))) + SPARE
    sheet, column = quoted(table.layout.name), letters(place.column)
    _row, cells = list(sheet_rows(table))[place.row - FIRST]
    key = str(cells[table.layout.leads[0].heading]).replace('"', '""')
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
        for table in made.tables.values()
        for _row, cells in sheet_rows(table)
        for heading, cell in cells.items()
        if heading.rpartition(" ")[2] == "unit" and isinstance(cell, str)
    }
    wanted: dict[tuple[str, ...], list[str]] = {("units",): sorted(units)}
    for table in made.tables.values():
        for column in table.columns:
            form = column.form
            if isinstance(form, forms.TextForm) and len(form.sections) > 1:
                words = [one for section in form.sections for one in ids.get(section, ())]
                wanted[form.sections] = words
            elif isinstance(form, forms.TextForm) and form.of_any:
                every = [f"{section}.{one}" for section, names in ids.items() for one in names]
                wanted["any",] = every
    for at, (key, words) in enumerate(wanted.items()):
        page.row(0, (" ".join(key),), column=at)
        for line, word in enumerate(words, 1):
            page.write(line, at, word, "text")
        if words:
            area = f"${letters(at)}$2:${letters(at)}${len(words) + 1}"
            made.lists[key] = f"={quoted(LISTS)}!{area}"


def _choices(made: _Making, column: SheetColumn) -> tuple[str, ...] | str:
    """What may be chosen in a column: words, or the cells that hold them; empty: anything."""
    form = column.form
    if isinstance(form, forms.WordForm | forms.FlagForm):
        return form.words if isinstance(form, forms.WordForm) else ("true", "false")
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
    """Write one sheet."""
    layout, columns = table.layout, sheet_columns(table)
    page.write(TITLE, 0, f"{made.title}: {layout.name}", "title")
    page.write(TOLD, 0, told_of(layout.name, layout.about), "quiet")
    lines = list(sheet_rows(table))
    used = {heading for _row, cells in lines for heading in cells}
    heights = [1] * len(lines)
    n_free = COLORED if is_new else COLORED // 5
    total = 0.0
    for at, column in enumerate(columns):
        is_lead = at < len(layout.leads)
        is_shown = (
            column.heading in used or is_lead or _is_basic(table, column, used, is_new=is_new)
        )
        _head(page, at, column, is_lead=is_lead)
        width = _width(column)
        if layout.kind == "top" and column.part in {"", "value"} and not is_lead:
            width = max(width, _WIDEST_VALUE)
        total += width if is_shown else 0.0
        look = "number" if _is_numeric(column) else "text"
        page.width(at, at, width, look=look, level=int(not is_shown), is_hidden=not is_shown)
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
    page.freeze(FIRST, len(layout.leads))
    page.filter(HEADINGS, FIRST + len(lines) - 1, len(columns) - 1)
    page.height(HEADINGS, 2)
    last = (FIRST + max(len(lines), 1) - 1, len(columns) - 1)
    n_leads = len(layout.leads) if total > FITTING else 0
    page.print_as(f"{made.title}: {layout.name}", made.footer, last, n_leads=n_leads)


def _head(page: Page, at: int, column: SheetColumn, *, is_lead: bool) -> None:
    """Write a heading, and what it means."""
    look = "heading detail" if column.is_detail else "heading"
    page.write(HEADINGS, at, column.heading, look)
    if column.about and (column.part in {"", "value", "formula", "more"} or is_lead):
        page.comment(HEADINGS, at, _comment(column))


def _put(made: _Making, page: Page, at: tuple[int, int], cell: Cell, *, look: str) -> None:
    """Write one cell."""
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
    form = column.form
    about = " ".join(column.about.split())
    told = _(about)
    if isinstance(form, forms.AnyForm) or not isinstance(
        form, forms.InUnit | forms.TextForm | forms.WholeForm | forms.ListForm | forms.ShareForm
    ):
        return told
    how = _("Written as: {form}").format(form=written_as(form).replace("`", ""))
    return f"{told}\n{how}"


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
    if is_new or not table.rows:
        is_label = one.kind == "label" or column.part.startswith(LABEL)
        if is_label:
            return column.heading.startswith("label ")
        return not column.is_detail
    is_used = any(part.heading in used for part in one.columns)
    is_label = one.kind == "label" or column.part.startswith(LABEL)
    if is_label:
        return column.heading.startswith("label ")
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
    factor = number.value / cell if cell != number.value else 1.0
    return f"={place.absolute}" + (f"*{factor!r}" if factor != 1.0 else "")
