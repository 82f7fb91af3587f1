"""A case as the sheets that would be written for it: rows of cells that know their path.

Made from the tree of the files and from nothing that was computed but the values of formulas,
so that what a person changed can be told from what stands there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from derbes.case import forms
from derbes.case.entities import Case, quantities
from derbes.case.quantity import Quantity
from derbes.casefile.entries import Path, Plain, dotted
from derbes.workbook.layout import Field, SheetColumn, SheetLayout, layouts
from derbes.workbook.spelling import (
    Cell,
    Computed,
    apart,
    label_cells,
    number_cells,
    split,
    text_cell,
)

BARE = "*"
"""Stands for the key of an element of which nothing is said."""
Key = tuple[str, ...]
"""What tells a row from the others of its sheet: an id; parent and name, or parent and place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, before it is written."""

    key: Key
    path: Path
    """Of what the row holds; empty: the top of the file."""
    cells: Mapping[str, Cell]
    """Heading → cell; what is empty is left out."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its rows."""

    layout: SheetLayout
    rows: tuple[Row, ...]
    columns: tuple[SheetColumn, ...]
    """Those of the layout; of the sheet of series also its months."""

    @property
    def by_key(self) -> dict[Key, Row]:
        """Key → row."""
        return {row.key: row for row in self.rows}


@dataclass(slots=True)
class _Case:
    """The tree of a case, and what the program knows of its numbers."""

    root: dict[str, Plain]
    numbers: Mapping[str, Quantity]
    series: dict[str, Path] = field(default_factory=dict)
    """Path of each number by date."""


def below(plain: Plain, path: Path) -> Plain:
    """What stands at a path of a tree without places; None: nothing."""
    for step in path:
        if isinstance(plain, dict):
            plain = plain.get(str(step))
        elif isinstance(plain, list) and isinstance(step, int) and step < len(plain):
            plain = plain[step]
        else:
            return None
    return plain


def tables_of(root: Plain, case: Case | None) -> dict[str, Table]:
    """Name of a sheet → the sheet, in order; also of sections that the case does not have.

    Args:
        root: The tree of its files.
        case: What was read of it; None: nothing is known of its numbers.
    """
    numbers = {one.path: one for one in quantities(case)} if case is not None else {}
    made = _Case(root if isinstance(root, dict) else {}, numbers)
    found = {}
    for layout in layouts():
        if layout.kind == "series":
            table = _series_table(made, layout)
        elif layout.kind == "months":
            table = Table(layout, tuple(_month_rows(made, layout)), layout.columns)
        else:
            table = Table(layout, tuple(_rows(made, layout)), layout.columns)
        found[layout.name] = table
    return found


def _rows(made: _Case, layout: SheetLayout) -> Iterator[Row]:
    if layout.kind == "top":
        yield Row((), (), _cells(made, layout.fields, made.root, ()))
        return
    above: list[tuple[Key, Path, Plain]] = [((), layout.path, below(made.root, layout.path))]
    if layout.has_parent:
        section, *within = layout.path
        elements = made.root.get(section)
        above = [
            ((name,), (section, name, *within), below(one, tuple(within)))
            for name, one in (elements.items() if isinstance(elements, dict) else ())
        ]
    headings = [one.heading for one in layout.leads]
    for names, path, held in above:
        for key, where, plain in _many(layout.kind, path, held):
            leads: list[Cell] = [*names, *key]
            if layout.kind == "list":
                leads[-1] = float(key[-1])
            cells = dict(zip(headings, leads, strict=True))
            cells |= _cells(made, layout.fields, plain, where)
            yield Row((*names, *key), where, cells)


def _many(kind: str, path: Path, plain: Plain) -> Iterator[tuple[Key, Path, Plain]]:
    """The rows of one section, list or mapping: key, path, and what is there."""
    if kind == "list":
        items = [plain] if isinstance(plain, dict) else plain
        for at, item in enumerate(items if isinstance(items, list) else ()):
            yield (str(at + 1),), path if isinstance(plain, dict) else (*path, at), item
        return
    if isinstance(plain, str | list):  # names alone
        names = [plain] if isinstance(plain, str) else plain
        plain = {name: None for name in names if isinstance(name, str)}
    for name, item in plain.items() if isinstance(plain, dict) else ():
        if kind != "add":
            yield (name,), (*path, name), item
            continue
        for id_, element in item.items() if isinstance(item, dict) else ():
            keys = element if isinstance(element, dict) and element else {BARE: None}
            for key, one in keys.items():
                yield (name, id_, key), (*path, name, id_, key), one


def _cells(made: _Case, fields: tuple[Field, ...], plain: Plain, path: Path) -> dict[str, Cell]:
    """The cells of a row but for those that tell it from others."""
    cells: dict[str, Cell] = {}
    for one in fields:
        told, where = at_key(plain, one), (*path, *one.path)
        if told is None:
            continue
        if one.kind == "label":
            cells |= label_cells(one.columns, told)
        elif one.kind == "text":
            cells[one.columns[0].heading] = text_cell(one.form, told)
        else:
            cells |= number_cells(one, told, made.numbers.get(dotted(where)))
            if one.kind == "number" and "series" in apart(told).entries:
                made.series[dotted(where)] = where
    return {name: cell for name, cell in cells.items() if cell is not None}


def at_key(plain: Plain, one: Field) -> Plain:
    """What an element says under a key, in short or at length; without a key, all of it."""
    if len(one.path) == 2:
        held = below(plain, one.path[:1])
        if held is not None and not isinstance(held, dict):
            listed: Plain = [held] if isinstance(held, str) else held
            return listed if one.path[1] in {"steps", "months"} else None
    return below(plain, one.path)


def _series_table(made: _Case, layout: SheetLayout) -> Table:
    """Numbers by date, a column a month."""
    rows, months = [], set()
    for name, path in made.series.items():
        entries, by_month = apart(below(made.root, path)).entries, _by_month(made, path)
        unit = _unit_of(by_month, entries.get("unit"), made.numbers.get(name))
        after = entries.get("after")
        cells: dict[str, Cell] = {"path": name, "unit": unit or None}
        cells["after"] = after if isinstance(after, str) else None
        for month, plain in by_month.items():
            cells[month] = _month_cell(plain, unit, f"{name}.{month}", made)
        months |= set(by_month)
        rows.append(Row((name,), path, {key: c for key, c in cells.items() if c is not None}))
    across = tuple(SheetColumn(month, "month", forms.NUMBER) for month in sorted(months))
    return Table(layout, tuple(rows), (*layout.columns, *across))


def _by_month(made: _Case, path: Path) -> Mapping[str, Plain]:
    series = apart(below(made.root, path)).entries["series"]
    return series if isinstance(series, dict) else {}


def _unit_of(by_month: Mapping[str, Plain], named: Plain, known: Quantity | None) -> str:
    """Unit of a row of months: the one that all have that name one, else that of plain numbers."""
    if isinstance(named, str):
        return named
    units = {
        found[1]
        for plain in by_month.values()
        if isinstance(plain, str) and (found := split(plain))
    }
    return units.pop() if len(units) == 1 and units != {""} else known.unit if known else ""


def _month_cell(plain: Plain, unit: str, path: str, made: _Case) -> Cell:
    if isinstance(plain, dict):
        value = plain.get("value")
        found = split(value) if isinstance(value, str) else None
        known = made.numbers.get(path)
        number = known.value if known else found[0] if found else 0.0
        return Computed(number, path)
    if not isinstance(plain, str):
        return None
    found = split(plain)
    return found[0] if found and found[1] in {"", unit} else plain


def _month_rows(made: _Case, layout: SheetLayout) -> Iterator[Row]:
    (number,) = layout.fields
    for name, path in made.series.items():
        whole = made.numbers.get(name)
        for month, plain in _by_month(made, path).items():
            if isinstance(plain, dict):
                key = f"{name}.{month}"
                known = made.numbers.get(key)
                shown = whole and replace(whole, value=known.value if known else 0.0)
                cells = number_cells(number, plain, shown)
                yield Row((key,), (*path, "series", month), {"path": key, **cells})
