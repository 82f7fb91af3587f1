"""A case as the sheets that would be written for it: rows of cells that know their path.

Made from the tree of the files and from nothing that was computed but the values of formulas,
so that what a person changed can be told from what stands there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from derbes.case import forms
from derbes.case.entities import Case, quantities
from derbes.case.quantity import Quantity
from derbes.casefile.entries import SHORT, Path, Plain, dotted, keys_of
from derbes.workbook.layout import Field, SheetColumn, SheetLayout, layouts
from derbes.workbook.spelling import (
    Cell,
    Computed,
    KnownNumber,
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

    def shown(self, path: Path) -> KnownNumber:
        """What is known of a number."""
        found = self.numbers.get(dotted(path))
        return KnownNumber() if found is None else KnownNumber(found.value, found.unit, found.path)


def expanded(model: type, plain: Plain) -> dict[str, Plain]:
    """An element with what is written in short written out, so that each key has its place."""
    entries = dict(plain) if isinstance(plain, dict) else {}
    for key in keys_of(model).values():
        form, given = key.form, entries.get(key.key)
        if isinstance(form, forms.PartForm):
            short, is_list = SHORT.get(form.of, ("", False))
            if is_list and isinstance(given, str | list):
                entries[key.key] = {short: [given] if isinstance(given, str) else given}
    return entries


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
        yield Row((), (), _cells(made, layout.fields, _top(made.root), ()))
        return
    for key, path, plain, leads in _held(made, layout):
        cells = dict(zip((one.heading for one in layout.leads), leads, strict=True))
        yield Row(key, path, {**cells, **_cells(made, layout.fields, plain, path)})


def _top(root: Mapping[str, Plain]) -> dict[str, Plain]:
    return expanded(Case, dict(root))


def _held(made: _Case, layout: SheetLayout) -> Iterator[tuple[Key, Path, Plain, tuple[Cell, ...]]]:
    """Each thing that is a row: its key, path, what it is, and what its first columns say."""
    if layout.kind == "elements":
        section = below(made.root, layout.path)
        for name, plain in section.items() if isinstance(section, dict) else ():
            yield (name,), (*layout.path, name), plain, (name,)
        return
    if not layout.has_parent:
        for key, path, plain, leads in _many(layout, layout.path, below(made.root, layout.path)):
            yield key, path, plain, leads
        return
    section = below(made.root, layout.path[:1])
    for name, element in section.items() if isinstance(section, dict) else ():
        path = (layout.path[0], name, *layout.path[1:])
        for key, where, plain, leads in _many(layout, path, below(element, layout.path[1:])):
            yield (name, *key), where, plain, (name, *leads)


def _many(
    layout: SheetLayout, path: Path, plain: Plain
) -> Iterator[tuple[Key, Path, Plain, tuple[Cell, ...]]]:
    """The rows of one list or mapping."""
    if layout.kind == "list":
        items = [plain] if isinstance(plain, dict) else plain
        for at, item in enumerate(items if isinstance(items, list) else ()):
            where = path if isinstance(plain, dict) else (*path, at)
            yield (str(at + 1),), where, item, (float(at + 1),)
        return
    if isinstance(plain, str | list):  # names alone
        for name in [plain] if isinstance(plain, str) else plain:
            if isinstance(name, str):
                yield (name,), (*path, name), None, (name,)
        return
    for name, item in plain.items() if isinstance(plain, dict) else ():
        if layout.kind == "map":
            yield (name,), (*path, name), item, (name,)
            continue
        for id_, element in item.items() if isinstance(item, dict) else ():
            keys = element if isinstance(element, dict) and element else {BARE: None}
            for key, one in keys.items():
                yield (name, id_, key), (*path, name, id_, key), one, (name, id_, key)


def _cells(made: _Case, fields: tuple[Field, ...], plain: Plain, path: Path) -> dict[str, Cell]:
    """The cells of a row but for those that tell it from others."""
    cells: dict[str, Cell] = {}
    for one in fields:
        cells |= field_cells(one, _at(plain, one), (*path, *one.path), made.shown)
        if one.kind == "number":
            where = (*path, *one.path)
            if "series" in apart(_at(plain, one)).entries:
                made.series[dotted(where)] = where
    return {name: cell for name, cell in cells.items() if cell is not None}


def _at(plain: Plain, one: Field) -> Plain:
    """What an element says under a key, written out; without a key, all of it."""
    if (
        len(one.path) == 2
        and isinstance(plain, dict)
        and not isinstance(plain.get(one.path[0]), dict)
    ):
        given = plain.get(one.path[0])
        is_first = one.path[1] in {"steps", "months"}
        return ([given] if isinstance(given, str) else given) if is_first else None
    return below(plain, one.path)


def field_cells(one: Field, plain: Plain, path: Path, shown: object) -> dict[str, Cell]:
    """The cells of one key.

    Args:
        one: The key.
        plain: What the file says under it.
        path: Where.
        shown: Path → what is known of the number there.
    """
    if plain is None:
        return {}
    if one.kind == "label":
        return label_cells(one.columns, plain)
    if one.kind == "text":
        return {one.columns[0].heading: text_cell(one.form, plain)}
    known = shown(path) if callable(shown) else KnownNumber()
    return number_cells(one, plain, known)


def _series_table(made: _Case, layout: SheetLayout) -> Table:
    """Numbers by date, a column a month."""
    rows, months = [], set()
    for name, path in made.series.items():
        entries, _style = apart(below(made.root, path))
        series = entries["series"]
        by_month = series if isinstance(series, dict) else {}
        shown = made.shown(path)
        unit = _unit_of(by_month, entries.get("unit"), shown)
        cells: dict[str, Cell] = {"path": name, "unit": unit or None}
        after = entries.get("after")
        cells["after"] = after if isinstance(after, str) else None
        for month, plain in by_month.items():
            cells[month] = _month_cell(plain, unit, f"{name}.{month}", made)
        months |= set(by_month)
        rows.append(Row((name,), path, {key: c for key, c in cells.items() if c is not None}))
    across = tuple(SheetColumn(month, "month", forms.NUMBER) for month in sorted(months))
    return Table(layout, tuple(rows), (*layout.columns, *across))


def _unit_of(by_month: Mapping[str, Plain], named: Plain, shown: KnownNumber) -> str:
    """Unit of a row of months: the one that all have that name one, else that of plain numbers."""
    if isinstance(named, str):
        return named
    units = {
        found[1]
        for plain in by_month.values()
        if isinstance(plain, str) and (found := split(plain))
    }
    return units.pop() if len(units) == 1 and units != {""} else shown.unit or ""


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
        series = apart(below(made.root, path)).entries["series"]
        for month, plain in series.items() if isinstance(series, dict) else ():
            if isinstance(plain, dict):
                shown = made.shown(path)
                known = made.numbers.get(f"{name}.{month}")
                shown = replace(shown, value=known.value if known else 0.0)
                cells = number_cells(number, plain, shown)
                key = f"{name}.{month}"
                yield Row((key,), (*path, "series", month), {"path": key, **cells})
