"""What a person changed in a workbook: paths of the case, and what is to stand there.

A cell is compared with what was written into it, which the book itself remembers. What was left
alone changes nothing, also where the case has moved on meanwhile; what both changed is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from derbes.case import forms
from derbes.case.entities import Case
from derbes.casefile.edit import with_change
from derbes.casefile.entries import SECTIONS, Path, Plain, dotted, keys_of
from derbes.errors import Problem, did_you_mean
from derbes.language import _
from derbes.tables.cells import CellError, moment_of
from derbes.workbook.layout import NUMBER, PARENT, Column, Field, Layout, layouts
from derbes.workbook.making import shown_value, top_lines
from derbes.workbook.reading import MISSING_ERROR, Fault, Found, Grid, PersonBook
from derbes.workbook.sheets import Key, Row, Table, below
from derbes.workbook.spelling import (
    Cell,
    Cells,
    Computed,
    Live,
    SpellingError,
    apart,
    bare,
    figures,
    label_plain,
    number_plain,
    same,
    split,
    text_plain,
    together,
)

_LOOKED_AT = 20
"""Rows from the top in which the headings are looked for."""


@dataclass(slots=True)
class Changes:
    """What is to change, and all that is wrong with it."""

    wanted: dict[Path, Plain] = field(default_factory=dict)
    """Path → what is to stand there; None: nothing."""
    deleted: list[Path] = field(default_factory=list)
    """What has no row any more."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Dotted path → the cell in which it stands."""

    def put(self, path: Path, plain: Plain) -> None:
        """Note what is to stand at a path, within what was noted for a path above it."""
        for n in range(len(path) - 1, 0, -1):
            if path[:n] in self.wanted:
                above = self.wanted[path[:n]]
                self.wanted[path[:n]] = with_change(above, path[n:], plain)
                return
        self.wanted[path] = plain

    def at(self, root: Plain, path: Path) -> Plain:
        """What will stand at a path."""
        for n in range(len(path), 0, -1):
            if path[:n] in self.wanted:
                return below(self.wanted[path[:n]], path[n:])
        return below(root, path)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a person's sheet."""

    number: int
    """Row of the sheet, from 0."""
    key: Key
    cells: dict[str, Found]
    places: Mapping[str, str]
    """Heading → cell as a person finds it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a person's sheet."""

    layout: Layout
    headings: frozenset[str]
    lines: tuple[Line, ...]
    columns: tuple[Column, ...] = ()
    """Of the sheet of series, its months."""


def changes_of(
    book: PersonBook, root: Plain, tables: Mapping[str, Table], *, is_new: bool
) -> Changes:
    """What a person changed.

    Args:
        book: The workbook.
        root: The tree of the case as it is now.
        tables: The sheets that would be written for it now.
        is_new: Whether all of the book is to become a case, and not what differs.
    """
    comparing = _Comparing(book, root, tables, is_new)
    for layout in layouts():
        grid = book.grids.get(layout.name)
        if grid is None:
            if not is_new and any(at[0] == layout.name for at in book.before):
                note = _('the sheet "{name}" is not there; what it held stays as it is')
                comparing.found.notes.append(note.format(name=layout.name))
            continue
        lines = comparing.lines_of(layout, grid)
        if lines is not None:
            comparing.compare(lines)
    return comparing.found


class _Comparing:
    """The book, the case, and what differs."""

    def __init__(
        self,
        book: PersonBook,
        root: Plain,
        tables: Mapping[str, Table],
        is_new: bool,  # noqa: FBT001
    ) -> None:
        self.root, self.tables, self.is_new = root, tables, is_new
        self.found = Changes()
        self.base: dict[str, dict[Key, dict[str, Cell]]] = {}
        self.formulas: dict[tuple[str, Key, str], str] = {}
        for (sheet, key, heading), (cell, formula) in () if is_new else book.before.items():
            value = cell if not formula else Computed(cell if isinstance(cell, float) else 0.0, "")
            self.base.setdefault(sheet, {}).setdefault(key, {})[heading] = value
            if formula:
                self.formulas[sheet, key, heading] = formula

    # What stands on a sheet

    def refuse(self, place: str, what: str, fix: str = "") -> None:
        """Note that a cell cannot be taken."""
        problem = Problem(place, what, fix=fix)
        if problem not in self.found.problems:
            self.found.problems.append(problem)

    def lines_of(self, layout: Layout, grid: Grid) -> Lines | None:
        """The rows of a sheet by their headings; None, with a problem, where it has none."""
        leads = [one.heading for one in _leads(layout)]
        known = {one.heading for one in layout.columns} | set(_TOP_HEADINGS)
        for at, row in enumerate(grid.rows[:_LOOKED_AT]):
            words = [_heading(cell, layout) for cell in row]
            if leads[0] in words and len(known & set(words)) > min(1, len(known) - 1):
                break
        else:
            if any(bare_of(cell) is not None for row in grid.rows for cell in row):
                what = _("the row of headings is gone")
                self.refuse(f"{grid.name}!A1", what, _("write the workbook anew, or put it back"))
            return None
        columns: dict[str, int] = {}
        for column, word in enumerate(words):
            if word in columns:
                what = _('the heading "{word}" stands twice').format(word=word)
                self.refuse(grid.place(at, column), what, _("take one of the two out"))
            elif word:
                columns[word] = column
        self._tell_unknown(layout, grid, columns, at)
        found = (
            self._top_line(layout, grid, columns, at)
            if layout.kind == "top"
            else self._lines(layout, grid, columns, at)
        )
        months = tuple(
            Column(word, "month", forms.NUMBER)
            for word in columns
            if layout.kind == "series" and re.match(r"[0-9]", word)
        )
        headings = frozenset(columns)
        if layout.kind == "top":
            headings = frozenset(one.heading for one in layout.columns)
        return Lines(layout, headings, tuple(found), months)

    def _tell_unknown(
        self, layout: Layout, grid: Grid, columns: Mapping[str, int], at: int
    ) -> None:
        known = {one.heading for one in layout.columns}
        if layout.kind == "top":
            known |= set(_TOP_HEADINGS)
        for word, column in columns.items():
            is_month = layout.kind == "series" and re.match(r"[0-9]", word)
            rows = grid.rows[at + 1 :]
            holds = any(column < len(row) and bare_of(row[column]) is not None for row in rows)
            if word not in known and not is_month and holds:
                what = _('"{word}" is not a heading of this sheet').format(word=word)
                fix = did_you_mean(word, known) or _(
                    "take the column out, or move it to a sheet of your own"
                )
                self.refuse(grid.place(at, column), what, fix)

    def _top_line(
        self, layout: Layout, grid: Grid, columns: Mapping[str, int], at: int
    ) -> Iterator[Line]:
        """The top of the file as one row."""
        where = {key: parts for one in layout.fields for key, parts in top_lines(one)}
        cells: dict[str, Found] = {}
        places: dict[str, str] = {}
        for number in range(at + 1, len(grid.rows)):
            row = grid.rows[number]
            by_heading = {name: row[n] if n < len(row) else None for name, n in columns.items()}
            name = bare_of(by_heading.pop("key", None))
            if name is None:
                continue
            if name not in where:
                if any(bare_of(cell) is not None for cell in by_heading.values()):
                    what = _('"{key}" is no key of the top of a case').format(key=name)
                    self.refuse(grid.place(number, 0), what, did_you_mean(str(name), where))
                continue
            for part, heading in where[str(name)].items():
                if part in by_heading:
                    cells[heading] = by_heading[part]
                    places[heading] = grid.place(number, columns[part])
        yield Line(at, (), cells, places)

    def _lines(
        self, layout: Layout, grid: Grid, columns: Mapping[str, int], at: int
    ) -> Iterator[Line]:
        leads = [one.heading for one in _leads(layout)]
        seen: dict[Key, int] = {}
        counted: dict[str, int] = {}
        for number in range(at + 1, len(grid.rows)):
            row = grid.rows[number]
            cells = {name: row[n] if n < len(row) else None for name, n in columns.items()}
            told = {name: cell for name, cell in cells.items() if name not in _LEADS}
            names = [_as_id(bare_of(cells.get(one))) for one in leads]
            if not any(names) and all(bare_of(cell) is None for cell in told.values()):
                continue
            places = {name: grid.place(number, n) for name, n in columns.items()}
            if layout.kind == "list":
                key = self._place_in_list(layout, names, cells, counted)
            else:
                key = tuple(names)
            if not all(key):
                lacking = leads[[bool(one) for one in names].index(False)]
                what = _('the row has no "{heading}"').format(heading=lacking)
                fix = _("give it one, or delete the whole row")
                self.refuse(places[lacking], what, fix)
                continue
            if key in seen:
                what = _("this stands in row {row} too").format(row=seen[key] + 1)
                self.refuse(places[leads[-1]], what, _("give one of the two another name"))
                continue
            seen[key] = number
            yield Line(number, key, cells, places)

    def _place_in_list(
        self, layout: Layout, names: list[str], cells: Mapping[str, Found], counted: dict[str, int]
    ) -> Key:
        """The key of a row of a list; a new one stands behind the others."""
        parent = names[0] if layout.has_parent else ""
        before = (parent,) if layout.has_parent else ()
        known = [key for key in self.base.get(layout.name, {}) if key[:-1] == before]
        counted.setdefault(parent, max((int(key[-1]) for key in known), default=0))
        given = _as_id(bare_of(cells.get(NUMBER)))
        if given:
            if given.isdecimal():
                counted[parent] = max(counted[parent], int(given))
            return (*before, given)
        if layout.has_parent and not parent:
            return ("", "")
        counted[parent] += 1
        return (*before, str(counted[parent]))

    # What differs

    def compare(self, lines: Lines) -> None:
        """Compare a sheet with what was written, and note what is to change."""
        layout = lines.layout
        if layout.kind == "top":
            for line in lines.lines:
                self.row(lines, line, (), self.root)
        elif layout.kind == "series":
            self.series(lines)
        elif layout.kind == "months":
            self.months(lines)
        elif layout.kind == "elements":
            self.elements(lines)
        else:
            self.parts(lines)

    def elements(self, lines: Lines) -> None:
        """Compare elements: those that stay, those that come, those that go."""
        layout = lines.layout
        base, present = self.base.get(layout.name, {}), self.tables[layout.name].by_key
        kept = set()
        for line in lines.lines:
            kept.add(line.key)
            path = (*layout.path, line.key[0])
            self.found.places[dotted(path)] = line.places[layout.leads[0].heading]
            if line.key in present or line.key not in base:
                if line.key not in present:
                    self.found.put(path, {})
                self.row(lines, line, path, below(self.root, path))
            elif self.differs(lines, line):
                what = _("the case no longer has {path}, which this row changes")
                place = line.places[layout.leads[0].heading]
                fix = _("write the workbook anew, and give the row another id to add it")
                self.refuse(place, what.format(path=dotted(path)), fix)
        for key in base:
            if key not in kept and key in present:
                path = (*layout.path, key[0])
                self.found.deleted.append(path)
                self.found.put(path, None)

    def differs(self, lines: Lines, line: Line) -> bool:
        """Whether anything in a row is not as it was written."""
        base = self.base_of(lines, line)
        names = [one.heading for one in lines.layout.columns if one.heading in lines.headings]
        return any(not same(_cell(line.cells.get(name)), base.get(name)) for name in names)

    def base_of(self, lines: Lines, line: Line) -> Cells:
        """What was written into a row."""
        return self.base.get(lines.layout.name, {}).get(line.key, {})

    def now_of(self, lines: Lines, line: Line) -> Cells:
        """What would be written into a row now."""
        row = self.tables[lines.layout.name].by_key.get(line.key)
        return row.cells if row is not None else {}

    def row(self, lines: Lines, line: Line, path: Path, plain: Plain) -> None:
        """Compare the keys of an element."""
        for one in lines.layout.fields:
            given = self.field(lines, line, one, _given(plain, one))
            self.note_places(one, line, (*path, *one.path))
            if not isinstance(given, _Same):
                self.put_key(path, one, given)

    def put_key(self, path: Path, one: Field, given: Plain) -> None:
        """Note what a key is to say, in the spelling that its element has for it."""
        if len(one.path) < 2:
            self.found.put((*path, *one.path), given)
            return
        above, last = (*path, *one.path[:-1]), one.path[-1]
        now = self.found.at(self.root, above)
        is_short = last in {"steps", "months"} and (now is None or not isinstance(now, dict))
        if is_short:
            alone = isinstance(now, str) and isinstance(given, list) and len(given) == 1
            self.found.put(above, given[0] if alone and isinstance(given, list) else given)
            return
        if not isinstance(now, dict):
            key = "steps" if one.path[0] == "size" else "months"
            held = {} if now is None else {key: [now] if isinstance(now, str) else now}
            self.found.put(above, {**held, last: given} if given is not None else held or None)
        else:
            left = with_change(now, (last,), given)
            self.found.put(above, left or None)

    def field(self, lines: Lines, line: Line, one: Field, plain: Plain) -> "Plain | _Same":
        """What a key is to say; `_SAME`: what it says."""
        base, now = self.base_of(lines, line), self.now_of(lines, line)
        headings = [c.heading for c in one.columns if c.heading in lines.headings]
        book = {name: self.clean(line, name, base.get(name), one) for name in headings}
        touched = [name for name in headings if not same(book[name], base.get(name))]
        self._look_at_formulas(lines, line, headings, book)
        if not touched or all(same(book[name], now.get(name)) for name in touched):
            return _SAME
        for name in touched:
            if not same(_as_written(now.get(name)), base.get(name)):
                what = _("the case says {now} here since this workbook was written")
                fix = _("write the workbook anew and make the change there")
                self.refuse(line.places[name], what.format(now=_in_words(now.get(name))), fix)
                return _SAME
        merged: dict[str, Cell] = dict(now)
        merged.update({name: book[name] for name in touched})
        if not now:
            merged = {name: book.get(name) for name in headings}
        try:
            return self.spelled(one, merged, now, plain)
        except SpellingError as error:
            place = line.places.get(error.heading) or line.places[touched[0]]
            self.refuse(place, error.what, error.fix)
            return _SAME

    def spelled(self, one: Field, book: Cells, now: Cells, plain: Plain) -> Plain:
        """What the cells of a key mean."""
        if one.kind == "label":
            return label_plain(one.columns, book, plain)
        if one.kind == "text":
            return text_plain(one, book.get(one.columns[0].heading), plain)
        unit = bare(now.get(_unit_heading(one)))
        entries = apart(plain).entries
        words = entries.get("value")
        has_own = isinstance(words, str) and (parts := split(words)) is not None and bool(parts[1])
        implied = (
            unit if isinstance(unit, str) and not has_own else "" if now and not unit else None
        )
        return number_plain(one, book, now, plain, implied)

    def clean(self, line: Line, name: str, base: Cell, one: Field) -> Cell:
        """A cell without what Excel says of errors; a formula that has no value is refused."""
        cell = line.cells.get(name)
        if isinstance(base, Computed) and isinstance(cell, Live | Fault):
            return cell if isinstance(cell, Live) else Live(None, "")
        text = cell.text if isinstance(cell, Fault) else ""
        if isinstance(cell, Live):
            held = cell.value
            is_ours = one.kind in {"number", "any"} and bool(
                bare_of(line.cells.get(_formula_heading(one)))
            )
            if is_ours and name == _value_heading(one):
                return cell
            if held is None:
                what = _("this formula has no value yet")
                self.refuse(line.places[name], what, _("open the workbook in Excel and save it"))
                return base
            text = held if isinstance(held, str) and held.startswith("#") and held.isupper() else ""
            cell = held if not text else cell
        if not text:
            return cell if not isinstance(cell, Fault) else None
        if text == MISSING_ERROR:
            is_value = one.kind == "number" and name == _value_heading(one)
            note = _("{place}: {error} is read as missing").format(
                place=line.places[name], error=text
            )
            self.found.notes.append(note)
            return forms.MISSING if is_value else None
        what = _("this is an error of Excel, {error}").format(error=text)
        self.refuse(line.places[name], what, _("mend the cell, or empty it"))
        return base

    def _look_at_formulas(
        self, lines: Lines, line: Line, headings: Iterable[str], book: Cells
    ) -> None:
        """Refuse a formula of Excel that was changed in place of that of the case."""
        for name in headings:
            written = self.formulas.get((lines.layout.name, line.key, name), "")
            cell = book.get(name)
            if not (written and isinstance(cell, Live) and cell.formula) or "!" in written:
                continue
            if _normal(cell.formula) != _normal(written):
                what = _("the formula of this cell was changed in Excel")
                fix = _('change the formula of the case, in the column "{heading}"')
                heading = f"{name} formula" if name != "value" else "formula"
                self.refuse(line.places[name], what, fix.format(heading=heading))

    def note_places(self, one: Field, line: Line, path: Path) -> None:
        """Note in which cells a key stands, so that what is wrong with it is told there."""
        where = dotted(path)
        for column in one.columns:
            place = line.places.get(column.heading)
            if place is None:
                continue
            part = column.part
            names = {
                "": ("",), "value": ("", ".value"), "low": (".range", ".range.0"),
                "high": (".range.1",), "formula": (),
            }.get(part, (f".{part.removeprefix('label:')}",))  # fmt: skip
            for name in names:
                if name or not (one.kind == "label" and where in self.found.places):
                    self.found.places.setdefault(f"{where}{name}".lstrip("."), place)

    # Lists and mappings within elements

    def parts(self, lines: Lines) -> None:
        """Compare rows that belong to elements: payments, inputs, what a variant sets."""
        layout = lines.layout
        by_parent: dict[str, list[Line]] = {}
        for line in lines.lines:
            by_parent.setdefault(line.key[0] if layout.has_parent else "", []).append(line)
        base = self.base.get(layout.name, {})
        names = [*by_parent, *(key[0] if layout.has_parent else "" for key in base)]
        for name in dict.fromkeys(names):
            path = (layout.path[0], name, *layout.path[1:]) if layout.has_parent else layout.path
            above = path[:2] if layout.has_parent else ()
            if above and above in self.found.deleted:
                continue
            if above and self.found.at(self.root, above) is None:
                self._refuse_orphans(lines, by_parent.get(name, []), above)
                continue
            known = {
                key: cells for key, cells in base.items() if not layout.has_parent or key[0] == name
            }
            if layout.kind == "list":
                self.list_rows(lines, by_parent.get(name, []), path, known)
            else:
                self.map_rows(lines, by_parent.get(name, []), path, known)

    def _refuse_orphans(self, lines: Lines, rows: list[Line], above: Path) -> None:
        names = [key[0] for key in self.tables[str(above[0])].by_key]
        for line in rows:
            if self.base_of(lines, line) and not self.differs(lines, line):
                continue
            what = _('"{name}" is not one of {section}').format(name=above[1], section=above[0])
            self.refuse(line.places[PARENT], what, did_you_mean(str(above[1]), names))

    def list_rows(
        self, lines: Lines, rows: list[Line], path: Path, base: Mapping[Key, object]
    ) -> None:
        """Compare the items of one list."""
        layout = lines.layout
        plain = below(self.root, path)
        before = [plain] if isinstance(plain, dict) else plain if isinstance(plain, list) else []
        present = self.tables[layout.name].by_key
        items: dict[int, Plain] = {at + 1: item for at, item in enumerate(before)}
        is_changed = False
        for line in rows:
            if not line.key[-1].isdecimal():
                what = _('"{word}" is no place in a list').format(word=line.key[-1])
                self.refuse(line.places[NUMBER], what, _("leave it empty for a new row"))
                continue
            at = int(line.key[-1])
            where = path if isinstance(plain, dict) else (*path, at - 1)
            item, was = items.get(at), items.get(at)
            for one in layout.fields:
                self.note_places(one, line, (*where, *one.path))
                given = self.field(lines, line, one, below(was, one.path))
                if not isinstance(given, _Same):
                    item = with_change(item if item is not None else {}, one.path, given)
                    is_changed = True
            self.found.places[dotted(where)] = line.places.get(
                layout.fields[0].columns[0].heading, ""
            )
            if item is not None:
                items[at] = item
        kept = {line.key for line in rows}
        gone = [key for key in base if key not in kept and key in present]
        for key in gone:
            items.pop(int(key[-1]), None)
            self.found.deleted.append((*path, int(key[-1]) - 1))
        if is_changed or gone:
            left = [items[at] for at in sorted(items)]
            alone = isinstance(plain, dict) and len(left) == 1
            self.found.put(path, left[0] if alone else left or None)

    def map_rows(
        self, lines: Lines, rows: list[Line], path: Path, base: Mapping[Key, object]
    ) -> None:
        """Compare the entries of one mapping."""
        layout = lines.layout
        (one,) = layout.fields
        plain = below(self.root, path)
        is_names = isinstance(plain, str | list)
        present = self.tables[layout.name].by_key
        n_leads = 1 if layout.has_parent else 0
        named: dict[str, Plain] = {}
        if is_names:
            named = {
                str(name): "1" for name in ([plain] if isinstance(plain, str) else plain or ())
            }
        is_changed = False
        for line in rows:
            where = (*path, *line.key[n_leads:])
            self.found.places[dotted(where)] = line.places[layout.leads[-1].heading]
            self.note_places(one, line, where)
            now = below(self.root, where) if not is_names else None
            given = self.field(lines, line, one, now)
            is_known = line.key in present
            if isinstance(given, _Same) and (is_known or line.key in base):
                continue
            is_changed = True
            value = None if isinstance(given, _Same) else given
            if is_names or self.is_bare(layout, rows):
                named[line.key[-1]] = value if value is not None else "1"
                is_names = True
            else:
                self.found.put(where, value if value is not None else {})
        kept = {line.key for line in rows}
        gone = [key for key in base if key not in kept and key in present]
        for key in gone:
            self.found.deleted.append((*path, *key[n_leads:]))
            named.pop(key[-1], None)
            if not is_names:
                self.found.put((*path, *key[n_leads:]), None)
        if is_names and (is_changed or gone):
            alone = all(value == "1" for value in named.values())
            self.found.put(path, (list(named) if alone else named) or None)
        elif gone and not self.found.at(self.root, path):
            self.found.put(path, None)
        elif gone and layout.kind == "add":
            self._without_empty(path)

    def _without_empty(self, path: Path) -> None:
        """Take out elements, and sections, of which every key is gone."""
        sections = self.found.at(self.root, path)
        for section, elements in list(sections.items()) if isinstance(sections, dict) else ():
            for name, keys in list(elements.items()) if isinstance(elements, dict) else ():
                if not keys:
                    self.found.put((*path, section, name), None)
            if not self.found.at(self.root, (*path, section)):
                self.found.put((*path, section), None)
        if not self.found.at(self.root, path):
            self.found.put(path, None)

    def is_bare(self, layout: Layout, rows: list[Line]) -> bool:
        """Whether rows of a mapping that may be a list of names hold names alone."""
        if (layout.path[0], layout.path[-1]) != ("limits", "options"):
            return False
        headings = [column.heading for column in layout.fields[0].columns]
        return all(bare_of(line.cells.get(name)) is None for line in rows for name in headings)

    # Numbers by date

    def series(self, lines: Lines) -> None:
        """Compare numbers by date."""
        layout = lines.layout
        base, present = self.base.get(layout.name, {}), self.tables[layout.name].by_key
        for line in lines.lines:
            path = self.path_of(line, present.get(line.key))
            if path is None:
                continue
            where = dotted(path)
            for one in lines.columns:
                self.found.places[f"{where}.series.{one.heading}"] = line.places[one.heading]
                self.found.places[f"{where}.{one.heading}"] = line.places[one.heading]
            self.series_row(lines, line, path)
        kept = {line.key for line in lines.lines}
        for key in base:
            row = present.get(key)
            if key in kept or row is None:
                continue
            plain = self.found.at(self.root, row.path)
            if "series" in apart(plain).entries:
                self.found.deleted.append(row.path)
                self.found.put(row.path, None)

    def path_of(self, line: Line, row: Row | None) -> Path | None:
        """The path that a row of series names; None, with a problem, where it leads nowhere."""
        if row is not None:
            return row.path
        steps: list[str | int] = [
            int(one) if one.isdecimal() and at > 2 else one
            for at, one in enumerate(line.key[0].split("."))
        ]
        n_above = 2 if steps[0] in SECTIONS else 1
        above = tuple(steps[:n_above])
        is_top = n_above == 1 and steps[0] in keys_of(Case)
        if not is_top and self.found.at(self.root, above) is None:
            what = _('"{path}" leads nowhere in this case').format(path=line.key[0])
            self.refuse(line.places["path"], what, _("write it as in uses.water.demand"))
            return None
        return tuple(steps)

    def series_row(self, lines: Lines, line: Line, path: Path) -> None:
        """Compare one number by date."""
        base, now = self.base_of(lines, line), self.now_of(lines, line)
        whole = Field(path=(), kind="series", form=forms.NUMBER, columns=())
        names = [name for name in ("unit", "after") if name in lines.headings]
        names += [one.heading for one in lines.columns]
        book = {name: self.clean(line, name, base.get(name), whole) for name in names}
        touched = [
            name
            for name in names
            if not isinstance(book[name], Live)
            and not same(book[name], base.get(name))
            and not same(book[name], now.get(name))
        ]
        if not touched:
            return
        for name in touched:
            if not same(now.get(name), base.get(name)):
                what = _("the case says {now} here since this workbook was written")
                fix = _("write the workbook anew and make the change there")
                self.refuse(line.places[name], what.format(now=_in_words(now.get(name))), fix)
                return
        self.take_months(book, now, touched, path)

    def take_months(self, book: Cells, now: Cells, touched: list[str], path: Path) -> None:
        """Put the months that were touched into a number."""
        entries, style = apart(self.found.at(self.root, path))
        held = entries.get("series")
        series: dict[str, Plain] = dict(held) if isinstance(held, dict) else {}
        unit = bare(book.get("unit"))
        unit = unit if isinstance(unit, str) else ""
        named = entries.get("unit")
        if "unit" in touched and (named is not None or not series):
            entries["unit"], named = unit or None, unit or None
        after = bare(book.get("after"))
        if "after" in touched:
            entries["after"] = str(after) if after is not None else None
        implied = bare(now.get("unit")) if named is None else unit
        has_own = any(
            isinstance(one, str) and (p := split(one)) and p[1] for one in series.values()
        )
        attaches = bool(unit) and named is None and (has_own or unit != implied)
        months = [name for name in touched if name not in {"unit", "after"}]
        if "unit" in touched and attaches:
            months = [name for name in book if re.match(r"[0-9]", name)]
        for month in months:
            value = bare(book[month])
            if value is None:
                series.pop(month, None)
            elif isinstance(value, float):
                series[month] = f"{figures(value)} {unit}" if attaches else figures(value)
            else:
                series[month] = str(value)
        entries["series"] = dict(sorted(series.items())) if series else None
        if series:
            entries.pop("value", None)
        self.found.put(path, together(entries, style if style != "short" else ""))

    def months(self, lines: Lines) -> None:
        """Compare months that say more than their value."""
        layout = lines.layout
        (one,) = layout.fields
        base, present = self.base.get(layout.name, {}), self.tables[layout.name].by_key
        for line in lines.lines:
            name, _dot, month = line.key[0].rpartition(".")
            known = present.get(line.key)
            path = known.path[:-2] if known else self.path_of(_renamed(line, name), None)
            if path is None:
                continue
            entries, style = apart(self.found.at(self.root, path))
            held = entries.get("series")
            series = dict(held) if isinstance(held, dict) else {}
            self.note_places(one, line, (*path, "series", month))
            given = self.field(lines, line, one, series.get(month) if known else None)
            if isinstance(given, _Same):
                continue
            series[month] = given
            entries["series"] = dict(sorted(series.items()))
            entries.pop("value", None)
            self.found.put(path, together(entries, style))
        kept = {line.key for line in lines.lines}
        for key in base:
            row = present.get(key)
            if key not in kept and row is not None:
                self.drop_month(row)

    def drop_month(self, row: Row) -> None:
        """Take a month out of a number by date."""
        path, month = row.path[:-2], str(row.path[-1])
        entries, style = apart(self.found.at(self.root, path))
        series = entries.get("series")
        if isinstance(series, dict) and month in series:
            entries["series"] = {name: one for name, one in series.items() if name != month}
            self.found.deleted.append(row.path)
            self.found.put(path, together(entries, style))


class _Same:
    """Stands for what was not touched."""


_SAME = _Same()
_LEADS = frozenset({"id", PARENT, "name", NUMBER, "path", "section", "key"})
_TOP_HEADINGS = ("key", "value", "unit", "low", "high", "formula", "distribution", "grade",
                 "source", "why", "more")  # fmt: skip


def _leads(layout: Layout) -> tuple[Column, ...]:
    """Columns that a row must fill to be known; of a list its parent alone."""
    if layout.kind == "list" and layout.has_parent:
        return layout.leads[:1]
    return layout.leads


def _given(plain: Plain, one: Field) -> Plain:
    """What an element says under a key."""
    if len(one.path) == 2:
        held = below(plain, one.path[:1])
        if held is not None and not isinstance(held, dict):
            listed: Plain = [held] if isinstance(held, str) else held
            return listed if one.path[1] in {"steps", "months"} else None
    return below(plain, one.path)


def _renamed(line: Line, name: str) -> Line:
    return Line(line.number, (name,), line.cells, line.places)


def _cell(cell: Found) -> Cell:
    return None if isinstance(cell, Fault) else cell


def bare_of(cell: Found) -> str | float | bool | object | None:
    """What a cell holds, an error as its text."""
    return cell.text if isinstance(cell, Fault) else bare(cell)


def _as_written(cell: Cell) -> Cell:
    """A cell of the present case as a book could hold it."""
    return Live(cell.value, "") if isinstance(cell, Computed) else shown_value(cell)


def _as_id(value: object) -> str:
    """What a cell names."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    return figures(value) if isinstance(value, float) else str(value).strip()


def _heading(cell: Found, layout: Layout) -> str:
    """A heading; of a month that Excel has made a day, the month."""
    value = bare_of(cell)
    if value is None:
        return ""
    if layout.kind == "series" and not (isinstance(value, str) and not value[:1].isdigit()):
        try:
            label = moment_of(value, is_date_column=True).label  # type: ignore[arg-type]
        except CellError:
            return str(value)
        return label[:7] if label.endswith("-01") and len(label) == 10 else label
    return str(value).strip()


def _value_heading(one: Field) -> str:
    return next((c.heading for c in one.columns if c.part == "value"), "")


def _unit_heading(one: Field) -> str:
    return next((c.heading for c in one.columns if c.part == "unit"), "")


def _formula_heading(one: Field) -> str:
    return next((c.heading for c in one.columns if c.part == "formula"), "")


def _in_words(cell: Cell) -> str:
    value = bare(cell)
    if value is None:
        return _("nothing")
    return figures(value) if isinstance(value, float) else f'"{value}"'


def _normal(formula: str) -> str:
    """A formula without what programs write in different ways."""
    text = formula.lstrip("=").replace(" ", "").replace("$", "").replace("'", "")
    text = re.sub(r"(?<![A-Za-z0-9_.])[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?", _rounded, text)
    return text.replace("(", "").replace(")", "").casefold()


def _rounded(found: re.Match[str]) -> str:
    try:
        return f"{float(found[0]):.10g}"
    except ValueError:
        return found[0]
