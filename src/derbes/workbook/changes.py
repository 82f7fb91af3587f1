"""What a person changed in a workbook: paths of the case, and what is to stand there.

A cell is compared with what was written into it, which the book itself remembers. What was left
alone changes nothing, also where the case has moved on meanwhile; what both changed is refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derbes.case import forms
from derbes.case.entities import Case
from derbes.casefile.edit import with_change
from derbes.casefile.entries import SECTIONS, Path, Plain, dotted, keys_of
from derbes.errors import Problem, did_you_mean
from derbes.language import _
from derbes.workbook.layout import NUMBER, PARENT, Field, layouts
from derbes.workbook.lines import Line, Lines, held, lines_of
from derbes.workbook.making import shown_value
from derbes.workbook.reading import MISSING_ERROR, Fault, Found, PersonBook
from derbes.workbook.sheets import BARE, Key, Row, Table, below
from derbes.workbook.spelling import (
    Both,
    Cell,
    Cells,
    Computed,
    Live,
    SpellingError,
    amount,
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
        base = comparing.base.get(layout.name, {})
        lines = lines_of(layout, grid, base, comparing.refuse)
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
        lengths = {one.name: 0 if one.kind == "top" else len(one.leads) for one in layouts()}
        for (sheet, key, heading), (cell, formula) in () if is_new else book.before.items():
            if lengths.get(sheet) != len(key):
                continue  # somebody worked on what the book remembers
            value = cell if not formula else Computed(cell if isinstance(cell, float) else 0.0, "")
            self.base.setdefault(sheet, {}).setdefault(key, {})[heading] = value
            if formula:
                self.formulas[sheet, key, heading] = formula

    def refuse(self, place: str, what: str, fix: str = "") -> None:
        """Note that a cell cannot be taken."""
        problem = Problem(place, what, fix=fix)
        if problem not in self.found.problems:
            self.found.problems.append(problem)

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
            whole: dict[str, Plain] = {}
            if now is not None:
                whole[key] = [now] if isinstance(now, str) else now
            if given is not None:
                whole[last] = given
            self.found.put(above, whole or None)
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
        unit = bare(now.get(_heading_of(one, "unit")))
        entries = apart(plain).entries
        words = entries.get("value")
        has_own = isinstance(words, str) and (parts := split(words)) is not None and bool(parts[1])
        implied = (
            unit if isinstance(unit, str) and not has_own else "" if now and not unit else None
        )
        return number_plain(one, Both(book, now), plain, implied)

    def clean(self, line: Line, name: str, base: Cell, one: Field) -> Cell:
        """A cell without what Excel says of errors; a formula that has no value is refused."""
        cell = line.cells.get(name)
        if isinstance(base, Computed) and isinstance(cell, Live | Fault):
            return cell if isinstance(cell, Live) else Live(None, "")
        is_value = name == _heading_of(one, "value")
        formula = _heading_of(one, "formula")
        if isinstance(cell, Live) and is_value and held(line.cells.get(formula)) is not None:
            return cell  # the formula beside it says what it is
        value, error = _without_error(cell)
        if error == MISSING_ERROR:
            note = _("{place}: {error} is read as missing")
            self.found.notes.append(note.format(place=line.places[name], error=error))
            return forms.MISSING if is_value else None
        if error:
            what = _("this is an error of Excel, {error}").format(error=error)
            self.refuse(line.places[name], what, _("mend the cell, or empty it"))
            return base
        if isinstance(cell, Live) and value is None:
            what = _("this formula has no value yet")
            self.refuse(line.places[name], what, _("open the workbook in Excel and save it"))
            return base
        return value

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
        (one,) = lines.layout.fields
        plain = below(self.root, path)
        is_names = isinstance(plain, str | list)
        present = self.tables[lines.layout.name].by_key
        n_above = 1 if lines.layout.has_parent else 0
        names = [plain] if isinstance(plain, str) else plain if isinstance(plain, list) else ()
        whole: Plain = {str(name): "1" for name in names} if is_names else plain
        before = whole
        for line in rows:
            steps = line.key[n_above:]
            self.found.places[dotted((*path, *steps))] = line.places[lines.layout.leads[-1].heading]
            self.note_places(one, line, (*path, *steps))
            given = self.field(lines, line, one, None if is_names else below(plain, steps))
            if steps[-1] == BARE:
                whole = whole if below(plain, steps[:-1]) else with_change(whole, steps[:-1], {})
            elif not isinstance(given, _Same):
                whole = with_change(whole, steps, given)
            elif line.key not in present and line.key not in base:
                whole = with_change(whole, steps, "1" if lines.layout.as_list else {})
        kept = {line.key for line in rows}
        for key in base:
            if key not in kept and key in present:
                self.found.deleted.append((*path, *key[n_above:]))
                whole = _without(whole, key[n_above:])
        if whole == before:
            return
        left = whole
        is_list = lines.layout.as_list and (is_names or plain is None)
        if is_list and isinstance(left, dict) and all(one == "1" for one in left.values()):
            left = list(left)
        self.found.put(path, left or None)

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
            for month in lines.months:
                for name in (f"{where}.series.{month}", f"{where}.{month}"):
                    self.found.places[name] = line.places[month]
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
        wanted = ("unit", "after", *lines.months)
        names = [name for name in wanted if name in lines.headings]
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
                series[month] = amount(value, unit if attaches else "")
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


def _without(plain: Plain, path: tuple[str, ...]) -> Plain:
    """A tree without what stands at a path, and without what then holds nothing."""
    left = with_change(plain, path[:-1] if path[-1] == BARE else path, None)
    for n in range(len(path) - 1, 0, -1):
        if below(left, path[:n]) == {}:
            left = with_change(left, path[:n], None)
    return left


def _given(plain: Plain, one: Field) -> Plain:
    """What an element says under a key."""
    if len(one.path) == 2:
        held = below(plain, one.path[:1])
        if held is not None and not isinstance(held, dict):
            listed: Plain = [held] if isinstance(held, str) else held
            return listed if one.path[1] in {"steps", "months"} else None
    return below(plain, one.path)


def _renamed(line: Line, name: str) -> Line:
    return Line((name,), line.cells, line.places)


def _cell(cell: Found) -> Cell:
    return None if isinstance(cell, Fault) else cell


def _as_written(cell: Cell) -> Cell:
    """A cell of the present case as a book could hold it."""
    return Live(cell.value, "") if isinstance(cell, Computed) else shown_value(cell)


def _without_error(cell: Found) -> tuple[Cell, str]:
    """What a cell holds, a formula as its value; and the error of Excel that it holds instead."""
    if isinstance(cell, Fault):
        return None, cell.text
    value = bare(cell)
    is_error = isinstance(cell, Live) and isinstance(value, str) and _ERROR.fullmatch(value)
    return (None, str(value)) if is_error else (value, "")


_ERROR = re.compile(r"#[A-Z0-9/!?]+")


def _heading_of(one: Field, part: str) -> str:
    return next((column.heading for column in one.columns if column.part == part), "")


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
