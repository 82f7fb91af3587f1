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
from derbes.workbook.layout import NUMBER, PARENT, Field, SheetLayout, layouts
from derbes.workbook.making import shown_value
from derbes.workbook.reading import (
    MISSING_ERROR,
    Fault,
    Found,
    Line,
    Lines,
    PersonBook,
    held,
    lines_of,
)
from derbes.workbook.sheets import BARE, Key, Row, Table, at_key, below
from derbes.workbook.spelling import (
    Cell,
    Cells,
    Computed,
    Live,
    SpellingError,
    apart,
    bare,
    figures,
    in_unit,
    label_plain,
    number_plain,
    own_unit,
    same,
    text_plain,
    together,
    worded,
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
                self.wanted[path[:n]] = with_change(self.wanted[path[:n]], path[n:], plain)
                return
        self.wanted[path] = plain

    def at(self, root: Plain, path: Path) -> Plain:
        """What will stand at a path."""
        for n in range(len(path), 0, -1):
            if path[:n] in self.wanted:
                return below(self.wanted[path[:n]], path[n:])
        return below(root, path)

    def refuse(self, place: str, what: str, fix: str = "") -> None:
        """Note that a cell cannot be taken."""
        problem = Problem(place, what, fix=fix)
        if problem not in self.problems:
            self.problems.append(problem)


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
    found = Changes()
    lengths = {one.name: 0 if one.kind == "top" else len(one.leads) for one in layouts()}
    base: dict[str, dict[Key, dict[str, Cell]]] = {name: {} for name in lengths}
    formulas: dict[tuple[str, Key, str], str] = {}
    for (sheet, key, heading), (cell, formula) in () if is_new else book.before.items():
        if lengths.get(sheet) != len(key):
            continue  # somebody worked on what the book remembers
        value = cell if not formula else Computed(cell if isinstance(cell, float) else 0.0, "")
        base[sheet].setdefault(key, {})[heading] = value
        if formula:
            formulas[sheet, key, heading] = formula
    titled = _titled(book, lengths)
    for layout in layouts():
        name, grid = layout.name, book.grids.get(layout.name)
        for other in titled.get(name, ()):
            if grid is None:
                what = _('this is the sheet "{name}" under another name').format(name=name)
                found.refuse(f"{other}!A1", what, _('call it "{name}" again').format(name=name))
            else:
                note = _('the sheet "{other}" is a copy of "{name}", and is not read')
                found.notes.append(note.format(other=other, name=name))
        if grid is None:
            if name not in titled and not is_new and any(at[0] == name for at in book.before):
                note = _('the sheet "{name}" is not there; what it held stays as it is')
                found.notes.append(note.format(name=name))
            continue
        lines = lines_of(layout, grid, base[name], found.refuse)
        if lines is not None:
            _Comparing(found, root, tables, lines, base[name], formulas).compare()
    return found


def _titled(book: PersonBook, known: Iterable[str]) -> dict[str, list[str]]:
    """Name of a sheet → sheets with its title that are called otherwise: renamed, or copies."""
    found: dict[str, list[str]] = {}
    for other, grid in book.grids.items():
        title = grid.rows[0][0] if grid.rows and grid.rows[0] else ""
        _case, colon, name = str(title).rpartition(": ")
        if colon and other not in known and name in known:
            found.setdefault(name, []).append(other)
    return found


@dataclass(slots=True)
class _Comparing:
    """A sheet of the book, what was written into it, the case, and what differs."""

    found: Changes
    root: Plain
    tables: Mapping[str, Table]
    lines: Lines
    base: Mapping[Key, Cells]
    """Key of a row → what was written into it."""
    formulas: Mapping[tuple[str, Key, str], str]
    layout: SheetLayout = field(init=False)
    present: Mapping[Key, Row] = field(init=False)
    """Key of a row → what would be written now."""

    def __post_init__(self) -> None:
        self.layout = self.lines.layout
        self.present = self.tables[self.layout.name].by_key

    def compare(self) -> None:
        match self.layout.kind:
            case "top":
                for line in self.lines.lines:
                    self.row(line, (), self.root)
            case "series":
                self.series()
            case "months":
                self.months()
            case "elements":
                self.elements()
            case _:
                self.parts()

    def gone(self, parent: str = "") -> list[Row]:
        """Rows that were written, are still in the case, and stand on the sheet no more."""
        kept = {line.key for line in self.lines.lines}
        return [
            self.present[key]
            for key in self.base
            if key not in kept and key in self.present and (not parent or key[0] == parent)
        ]

    def elements(self) -> None:
        """Compare elements: those that stay, those that come, those that go."""
        for line in self.lines.lines:
            path, place = (*self.layout.path, *line.key), line.places[self.layout.leads[0].heading]
            self.found.places[dotted(path)] = place
            if line.key in self.present or line.key not in self.base:
                if line.key not in self.present:
                    self.found.put(path, {})
                self.row(line, path, below(self.root, path))
            elif self.differs(line):
                what = _("the case no longer has {path}, which this row changes")
                fix = _("write the workbook anew, and give the row another id to add it")
                self.found.refuse(place, what.format(path=dotted(path)), fix)
        for row in self.gone():
            self.found.deleted.append(row.path)
            self.found.put(row.path, None)

    def differs(self, line: Line) -> bool:
        """Whether anything in a row is not as it was written."""
        base = self.base.get(line.key, {})
        names = [one.heading for one in self.layout.columns if one.heading in self.lines.headings]
        return any(not same(_cell(line.cells.get(name)), base.get(name)) for name in names)

    def now_of(self, line: Line) -> Cells:
        """What would be written into a row now."""
        row = self.present.get(line.key)
        return row.cells if row is not None else {}

    def row(self, line: Line, path: Path, plain: Plain) -> None:
        for one in self.layout.fields:
            given = self.field(line, one, at_key(plain, one))
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
        if last in {"steps", "months"} and not isinstance(now, dict):
            is_alone = isinstance(now, str) and isinstance(given, list) and len(given) == 1
            self.found.put(above, given[0] if is_alone and isinstance(given, list) else given)
            return
        if now is not None and not isinstance(now, dict):
            key = "steps" if one.path[0] == "size" else "months"
            now = {key: [now] if isinstance(now, str) else now}
        self.found.put(above, with_change(now, (last,), given) or None)

    def field(self, line: Line, one: Field, plain: Plain) -> "Plain | _Same":
        """What a key is to say; `_SAME`: what it says."""
        base, now = self.base.get(line.key, {}), self.now_of(line)
        headings = [c.heading for c in one.columns if c.heading in self.lines.headings]
        book = {name: self.clean(line, name, base.get(name), one) for name in headings}
        touched = [name for name in headings if not same(book[name], base.get(name))]
        self.look_at_formulas(line, book)
        if not touched or all(same(book[name], now.get(name)) for name in touched):
            return _SAME
        for name in touched:
            cell = now.get(name)
            if not same(cell if isinstance(cell, Computed) else shown_value(cell), base.get(name)):
                self.refuse_moved(line, name, now)
                return _SAME
        merged = {**now, **{name: book[name] for name in touched}} if now else book
        try:
            return _spelled(one, merged, now, plain)
        except SpellingError as error:
            place = line.places.get(error.heading) or line.places[touched[0]]
            self.found.refuse(place, error.what, error.fix)
            return _SAME

    def refuse_moved(self, line: Line, name: str, now: Cells) -> None:
        what = _("the case says {now} here since this workbook was written")
        fix = _("write the workbook anew and make the change there")
        self.found.refuse(line.places[name], what.format(now=_in_words(now.get(name))), fix)

    def clean(self, line: Line, name: str, base: Cell, one: Field) -> Cell:
        """A cell without what Excel says of errors; a formula that has no value is refused."""
        cell = line.cells.get(name)
        if isinstance(base, Computed) and isinstance(cell, Live | Fault):
            return cell if isinstance(cell, Live) else Live(None, "")
        is_value = name == one.headings.get("value", "")
        formula = one.headings.get("formula", "")
        if isinstance(cell, Live) and is_value and held(line.cells.get(formula)) is not None:
            return cell  # the formula beside it says what it is
        value = cell.text if isinstance(cell, Fault) else bare(cell)
        is_text = isinstance(cell, Live) and isinstance(value, str)
        is_error = isinstance(cell, Fault) or (is_text and _ERROR.fullmatch(str(value)))
        if is_error and value == MISSING_ERROR:
            note = _("{place}: {error} is read as missing")
            self.found.notes.append(note.format(place=line.places[name], error=value))
            return forms.MISSING if is_value else None
        if is_error:
            what = _("this is an error of Excel, {error}").format(error=value)
            self.found.refuse(line.places[name], what, _("mend the cell, or empty it"))
            return base
        if isinstance(cell, Live) and cell.value is None:
            what = _("this formula has no value yet")
            self.found.refuse(line.places[name], what, _("open the workbook in Excel and save it"))
            return base
        return value

    def look_at_formulas(self, line: Line, book: Cells) -> None:
        """Refuse a formula of Excel that was changed in place of that of the case."""
        for name, cell in book.items():
            written = self.formulas.get((self.layout.name, line.key, name), "")
            if not (written and isinstance(cell, Live) and cell.formula) or "!" in written:
                continue
            if _normal(cell.formula) != _normal(written):
                what = _("the formula of this cell was changed in Excel")
                fix = _('change the formula of the case, in the column "{heading}"')
                heading = f"{name} formula" if name != "value" else "formula"
                self.found.refuse(line.places[name], what, fix.format(heading=heading))

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

    def parts(self) -> None:
        """Compare rows that belong to elements: payments, inputs, what a variant sets."""
        layout, has_parent = self.layout, self.layout.has_parent
        by_parent: dict[str, list[Line]] = {}
        for line in self.lines.lines:
            by_parent.setdefault(line.key[0] if has_parent else "", []).append(line)
        names = [*by_parent, *(key[0] if has_parent else "" for key in self.base)]
        for name in dict.fromkeys(names):
            rows, path = by_parent.get(name, []), layout.path
            if has_parent:
                above, path = (path[0], name), (path[0], name, *path[1:])
                if above in self.found.deleted:
                    continue
                if self.found.at(self.root, above) is None:
                    self.refuse_orphans(rows, above)
                    continue
            if layout.kind == "list":
                self.list_rows(rows, path, name)
            else:
                self.map_rows(rows, path, name)

    def refuse_orphans(self, rows: list[Line], above: tuple[str, str]) -> None:
        names = [key[0] for key in self.tables[above[0]].by_key]
        for line in rows:
            if self.base.get(line.key) and not self.differs(line):
                continue
            what = _('"{name}" is not one of {section}').format(name=above[1], section=above[0])
            self.found.refuse(line.places[PARENT], what, did_you_mean(above[1], names))

    def list_rows(self, rows: list[Line], path: Path, parent: str) -> None:
        plain = below(self.root, path)
        before = [plain] if isinstance(plain, dict) else plain if isinstance(plain, list) else []
        items: dict[int, Plain] = {at + 1: item for at, item in enumerate(before)}
        is_changed = False
        for line in rows:
            if not line.key[-1].isdecimal():
                what = _('"{word}" is no place in a list').format(word=line.key[-1])
                self.found.refuse(line.places[NUMBER], what, _("leave it empty for a new row"))
                continue
            at = int(line.key[-1])
            where = path if isinstance(plain, dict) else (*path, at - 1)
            item, was = items.get(at), items.get(at)
            for one in self.layout.fields:
                self.note_places(one, line, (*where, *one.path))
                given = self.field(line, one, below(was, one.path))
                if not isinstance(given, _Same):
                    item = with_change(item if item is not None else {}, one.path, given)
                    is_changed = True
            first = self.layout.fields[0].columns[0].heading
            self.found.places[dotted(where)] = line.places.get(first, "")
            if item is not None:
                items[at] = item
        gone = self.gone(parent)
        for row in gone:
            items.pop(int(row.key[-1]), None)
            self.found.deleted.append((*path, int(row.key[-1]) - 1))
        if is_changed or gone:
            left = [items[at] for at in sorted(items)]
            alone = isinstance(plain, dict) and len(left) == 1
            self.found.put(path, left[0] if alone else left or None)

    def map_rows(self, rows: list[Line], path: Path, parent: str) -> None:
        layout, (one,) = self.layout, self.layout.fields
        plain = below(self.root, path)
        names = [plain] if isinstance(plain, str) else plain if isinstance(plain, list) else None
        is_names, n_above = names is not None, int(layout.has_parent)
        whole: Plain = plain if names is None else {str(name): "1" for name in names}
        before = whole
        for line in rows:
            steps = line.key[n_above:]
            self.found.places[dotted((*path, *steps))] = line.places[layout.leads[-1].heading]
            self.note_places(one, line, (*path, *steps))
            given = self.field(line, one, None if is_names else below(plain, steps))
            if steps[-1] == BARE:
                whole = whole if below(plain, steps[:-1]) else with_change(whole, steps[:-1], {})
            elif not isinstance(given, _Same):
                whole = with_change(whole, steps, given)
            elif line.key not in self.present and line.key not in self.base:
                whole = with_change(whole, steps, "1" if layout.as_list else {})
        for row in self.gone(parent):
            self.found.deleted.append((*path, *row.key[n_above:]))
            whole = _without(whole, row.key[n_above:])
        if whole == before:
            return
        is_list = layout.as_list and (is_names or plain is None)
        if is_list and isinstance(whole, dict) and all(one == "1" for one in whole.values()):
            whole = list(whole)
        self.found.put(path, whole or None)

    # Numbers by date

    def series(self) -> None:
        for line in self.lines.lines:
            path = self.path_of(line.key[0], line)
            if path is None:
                continue
            where = dotted(path)
            self.found.places.setdefault(where, line.places["path"])
            for heading, place in line.places.items():
                for name in (f"{where}.series.{heading}", f"{where}.{heading}"):
                    self.found.places[name] = place
            self.series_row(line, path)
        for row in self.gone():
            if "series" in apart(self.found.at(self.root, row.path)).entries:
                self.found.deleted.append(row.path)
                self.found.put(row.path, None)

    def path_of(self, name: str, line: Line) -> Path | None:
        """The path of a number that a row names; None, with a problem, where it leads nowhere."""
        row = self.present.get(line.key)
        if row is not None:
            return row.path
        steps: list[str | int] = [
            int(one) if one.isdecimal() and at > 2 else one
            for at, one in enumerate(name.split("."))
        ]
        n_above = 2 if steps[0] in SECTIONS else 1
        above = tuple(steps[:n_above])
        is_top = n_above == 1 and steps[0] in keys_of(Case)
        if not is_top and self.found.at(self.root, above) is None:
            what = _('"{path}" leads nowhere in this case').format(path=name)
            self.found.refuse(line.places["path"], what, _("write it as in uses.water.demand"))
            return None
        return tuple(steps)

    def series_row(self, line: Line, path: Path) -> None:
        base, now = self.base.get(line.key, {}), self.now_of(line)
        whole = Field(path=(), kind="series", form=forms.NUMBER, columns=())
        wanted = ("unit", "after", *self.lines.months)
        names = [name for name in wanted if name in self.lines.headings]
        book = {name: self.clean(line, name, base.get(name), whole) for name in names}
        touched = [
            name
            for name, cell in book.items()
            if not isinstance(cell, Live)
            and not same(cell, base.get(name))
            and not same(cell, now.get(name))
        ]
        moved = [name for name in touched if not same(now.get(name), base.get(name))]
        if moved:
            self.refuse_moved(line, moved[0], now)
        elif touched:
            try:
                self.take_months(book, now, touched, path)
            except SpellingError as error:
                self.found.refuse(line.places[error.heading], error.what, error.fix)

    def take_months(self, book: Cells, now: Cells, touched: list[str], path: Path) -> None:
        """Put the months that were touched into a number."""
        entries, style, series = self.by_month(path)
        unit, after = (bare(book.get(name)) for name in ("unit", "after"))
        unit, after = (None if one is None else worded(one) for one in (unit, after))
        named = entries.get("unit")
        if "unit" in touched and (named is not None or not series):
            entries["unit"], named = unit, unit
        if "after" in touched:
            entries["after"] = after
        implied = bare(now.get("unit")) if named is None else unit
        has_own = any(own_unit({"value": one}) for one in series.values())
        attaches = bool(unit) and named is None and (has_own or unit != implied)
        months = [name for name in touched if name not in {"unit", "after"}]
        if "unit" in touched and (attaches or has_own):
            months = [n for n in self.lines.months if not isinstance(book[n], Live)]
        for month in months:
            value = bare(book[month])
            if value is None:
                series.pop(month, None)
            else:
                series[month] = in_unit(value, unit or "", month, attaches=attaches)
        self.put_months(path, entries, style if style != "short" else "", series)

    def by_month(self, path: Path) -> tuple[dict[str, Plain], str, dict[str, Plain]]:
        """A number as its keys, how it was spelled, and its months."""
        entries, style = apart(self.found.at(self.root, path))
        series = entries.get("series")
        return entries, style, dict(series) if isinstance(series, dict) else {}

    def put_months(
        self, path: Path, entries: dict[str, Plain], style: str, series: dict[str, Plain]
    ) -> None:
        """Note what a number by date is to say; one that has no month left keeps its value."""
        entries["series"] = dict(sorted(series.items())) if series else None
        if series:
            entries.pop("value", None)
        self.found.put(path, together(entries, style))

    def months(self) -> None:
        """Compare months that say more than their value."""
        (one,) = self.layout.fields
        for line in self.lines.lines:
            name, _dot, month = line.key[0].rpartition(".")
            is_known = line.key in self.present
            path = self.path_of(name, line)
            if path is None:
                continue
            path = path[:-2] if is_known else path
            entries, style, series = self.by_month(path)
            self.note_places(one, line, (*path, "series", month))
            given = self.field(line, one, series.get(month) if is_known else None)
            if not isinstance(given, _Same):
                self.put_months(path, entries, style, {**series, month: given})
        for row in self.gone():
            path, month = row.path[:-2], str(row.path[-1])
            entries, style, series = self.by_month(path)
            if month in series:
                del series[month]
                self.found.deleted.append(row.path)
                self.found.put(path, together({**entries, "series": series}, style))


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


def _spelled(one: Field, book: Cells, now: Cells, plain: Plain) -> Plain:
    if one.kind == "label":
        return label_plain(one.columns, book, plain)
    if one.kind == "text":
        return text_plain(one, book.get(one.columns[0].heading), plain)
    unit = bare(now.get(one.headings.get("unit", "")))
    is_implied = isinstance(unit, str) and not own_unit(apart(plain).entries)
    implied = str(unit) if is_implied else "" if now and not unit else None
    return number_plain(one, book, now, plain, unit=implied)


def _cell(cell: Found) -> Cell:
    return None if isinstance(cell, Fault) else cell


_ERROR = re.compile(r"#[A-Z0-9/!?]+")


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
    except ValueError:  # 1.2.3
        return found[0]
