"""A table into a case: read, set against what stands there, shown, and written when it is taken."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path

from derbes.case.quantity import Calendar
from derbes.casefile.edit import changed_texts, write_changes
from derbes.casefile.entries import Path as CasePath
from derbes.casefile.entries import Plain, dotted, find
from derbes.casefile.files import main_file
from derbes.casefile.reader import Examine, Read, read_files
from derbes.errors import CaseError, Problem, TableError
from derbes.files import write_atomically
from derbes.language import _, ngettext
from derbes.results.imports import NumberChange, TableImport
from derbes.tables.bring import bring_dated
from derbes.tables.kept import (
    DATED,
    GAPS,
    STOCKS,
    TableMap,
    map_text,
    name_of,
    read_map,
    unlisted,
)
from derbes.tables.layout import chosen_sheet, frame_of
from derbes.tables.lists import bring_list
from derbes.tables.mapping import ACROSS, completed, told_map
from derbes.tables.readings import TableReading
from derbes.tables.sheets import Sheet, TableFile, read_table_file

GRADES = ("A", "B", "C", "D")
_KEYS = frozenset({"value", "series", "range", "source", "grade", "why", "unit"})
"""Keys by which a number is told from a series in short."""
_DROPPED = ("range", "distribution")


def import_into_case(
    table: Path,
    case: Path,
    told: TableMap,
    *,
    take: Callable[[TableImport], bool],
    mapping: str = "",
    name: str = "",
    unit: str = "",
    date: str = "",
    examine: Examine | None = None,
) -> TableImport:
    """As `import_table`; `told` goes before what is kept, `examine` as in `read_files`."""
    read = read_files(case, examine)
    if read.case is None or read.problems:
        raise CaseError(str(case), read.problems)
    file, source = read_table_file(table), str(table)
    _check(told, source, name=name, date=date)
    kept, before, base = _kept(table, case, name, file, is_open=not (name or mapping))
    told = _over(base, told, mapping, source)
    frame = frame_of(chosen_sheet(file, told.sheet), source, told.cells)
    rows = [one for one in told.columns.values() if frame.named(one) is None]
    frame = frame.with_totals([*rows, *told.where.values(), *told.items])
    found = replace(completed(told, frame, read.case, source), sheet=frame.sheet.name)
    if found.facts and found.kind != STOCKS:
        what = _('facts are made of stocks, and this table is read as "{kind}"')
        fix = _("write facts=no, or kind=stocks")
        raise TableError(source, [Problem("map", what.format(kind=found.kind), fix=fix)])
    reading = TableReading(found, frame, read.case, kept.stem, file.path.name, unit)
    if found.kind in DATED:
        bring_dated(reading)
    else:
        bring_list(reading)
    if reading.problems:
        raise TableError(source, reading.problems)
    if unit:
        found = replace(found, units={**found.units, "value": unit})
    changes, shown = _changes(reading, read)
    result = TableImport(
        str(case), source, frame.sheet.name, found.kind, tuple(shown), found.columns, found.items,
        (*file.notes, *_hidden(frame.sheet), *frame.left_out, *reading.notes), str(kept),
        is_guessed=not before,
    )  # fmt: skip
    if not shown:
        return result
    title = f"{frame.title[:80].strip()} ({file.path.name})" if frame.title else file.path.name
    sheet = _("sheet {name}; ").format(name=frame.sheet.name) if frame.sheet.name else ""
    changes["documents", reading.source] = {
        "title": title, "date": date or file.day, "note": f"{sheet}SHA-256 {file.digest}"
    }  # fmt: skip
    problems = read_files(case, examine, changed_texts(case, changes)).problems
    _refuse_what_breaks(problems, source, reading.holes)
    if not take(result):
        return result
    text = map_text(found, table.name, case.name, before)
    if text != before:
        write_atomically(kept, text)
    try:
        write_changes(case, changes, examine)
    except BaseException:
        if before:
            write_atomically(kept, before)
        else:
            kept.unlink(missing_ok=True)
        raise
    return replace(result, written=True)


def _hidden(sheet: Sheet) -> list[str]:
    """What Excel does not show of a sheet and is read all the same."""
    if not sheet.hidden:
        return []
    text = ngettext(
        "{places} is hidden in the workbook, and is read like the rest; if it should not count, "
        "delete it there.",
        "{places} are hidden in the workbook, and are read like the rest; if they should not "
        "count, delete them there.",
        len(sheet.hidden),
    )
    return [text.format(places=", ".join(sheet.hidden))]


def _check(told: TableMap, source: str, *, name: str, date: str) -> None:
    known = {"decimal": ("comma", "point"), "dates": ("dmy", "mdy"), "grade": GRADES, "gaps": GAPS}
    problems = []
    for option, words in known.items():
        if word := getattr(told, option):
            problems += unlisted(option, word, words)
    if date and not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", date):
        what = _('"{word}" is no date').format(word=date)
        problems.append(Problem("date", what, fix=_('write it as in "2026-01-15"')))
    if name and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        what = _('"{word}" cannot be an id').format(word=name)
        problems.append(Problem("name", what, fix=_("use Latin letters, digits and _")))
    if problems:
        raise TableError(source, problems)


def _kept(
    table: Path, case: Path, name: str, file: TableFile, *, is_open: bool
) -> tuple[Path, str, TableMap]:
    """Where the mapping of a table is kept, its text before, and what it says.

    A table of another name is read as one that is kept when no other fits it: all columns and
    the sheet that the mapping names are there.
    """
    main = main_file(case)
    folder = main.parent / ("imports" if case.is_dir() else f"{main.stem}.imports")
    place = folder / f"{name or name_of(table)}.yaml"
    if is_open and not place.exists() and folder.is_dir():
        fitting = [one for one in sorted(folder.glob("*.yaml")) if _fits(one, file)]
        place = fitting[0] if len(fitting) == 1 else place
    if not place.exists():
        return place, "", TableMap()
    return place, place.read_text(encoding="utf-8"), read_map(place)


def _fits(kept: Path, file: TableFile) -> bool:
    try:
        found = read_map(kept)
        frame = frame_of(chosen_sheet(file, found.sheet), "", found.cells)
    except TableError:
        return False
    return bool(found.columns) and all(
        frame.named(heading) is not None
        for heading in (*found.columns.values(), *found.where)
        if heading != ACROSS
    )


def _over(base: TableMap, told: TableMap, mapping: str, source: str) -> TableMap:
    """What is kept with what is told over it."""
    given = {one.name: value for one in fields(told) if (value := getattr(told, one.name))}
    if told.sheet and told.sheet != base.sheet and not told.cells:
        given["cells"] = ""
    return told_map(mapping, replace(base, **given), source)


def _changes(reading: TableReading, read: Read) -> tuple[dict[CasePath, Plain], list[NumberChange]]:
    """What is to stand in the file, and the numbers of it that differ."""
    changes: dict[CasePath, Plain] = {}
    shown: list[NumberChange] = []
    for where, value in reading.values.items():
        node = find(read.tree.root, where)
        before = node.plain if node is not None else None
        wanted = _merged(before, value, reading.case.calendar)
        told = list(differing(dotted(where), before, wanted))
        if where[0] == "facts":  # of a fact its number is shown
            told = [one for one in told if one.path.endswith(".amount")] or told[:1]
        if told:
            changes[where] = wanted
            shown += told
    return changes, shown


def _merged(before: Plain, value: Plain, calendar: Calendar) -> Plain:
    """What stands at a number with what a table tells; months that it does not tell stay."""
    if not isinstance(value, dict) or not ({"value", "series"} & value.keys()):
        return value
    old = _entries(before)
    if "series" not in value:
        return {**{key: old[key] for key in ("label",) if key in old}, **value}
    series = value["series"]
    if not isinstance(series, dict):
        return value
    kept: dict[str, Plain] = {}
    unit = str(old.get("unit") or "")
    months = old.get("series")
    if isinstance(months, dict):
        kept = {month: _with_unit_of(one, unit) for month, one in months.items()}
    elif before is not None and all(calendar.index_of(month) > 0 for month in series):
        first = {key: one for key, one in old.items() if key not in {"label", "after"}}
        kept = {calendar.label(0): first or before}
    told = {calendar.index_of(month) for month in series}
    kept = {month: one for month, one in kept.items() if calendar.index_of(month) not in told}
    same_unit = not unit or unit == value.get("unit")
    if same_unit and isinstance(months, dict):
        kept = {month: months[month] for month in kept}
    merged = dict(sorted({**kept, **series}.items()))
    rest: dict[str, Plain] = {key: old[key] for key in ("label", "after") if key in old}
    return {**rest, **value, "series": merged}


def _entries(plain: Plain) -> dict[str, Plain]:
    """A number that is written as a mapping, as its keys; a series in short, written out."""
    entries = dict(plain) if isinstance(plain, dict) else {}
    return {"series": entries} if entries and not _KEYS & entries.keys() else entries


def _with_unit_of(one: Plain, unit: str) -> Plain:
    """A month of a series in the unit of the whole, written out."""
    if isinstance(one, dict) and "value" in one:
        return {**one, "value": _with_unit_of(one["value"], unit)}
    is_bare = isinstance(one, str) and not re.search(r"[^\W\d_]|[%$€£₸₽=]", one)
    return f"{one} {unit}" if unit and is_bare and isinstance(one, str) else one


def differing(path: str, before: Plain, after: Plain) -> Iterator[NumberChange]:
    """Numbers that differ, each with its path; what is said about them is not one."""
    if isinstance(after, dict) and ({"value", "series"} & after.keys()):
        old, new = _numbers(before), _numbers(after)
        if "series" in after and "" in old:
            held = old.pop("")  # one number was that of every month
            old |= {key: held for key in new if key[1:5].isdecimal()}
        for key in dict.fromkeys((*new, *old)):
            if old.get(key, "") != new.get(key, ""):
                yield NumberChange(f"{path}{key}", old.get(key, ""), new.get(key, ""))
    elif isinstance(after, dict):
        known = before if isinstance(before, dict) else {}
        for key, below in after.items():
            yield from differing(f"{path}.{key}", known.get(key), below)
    elif before != after:
        yield NumberChange(path, _text(before), _text(after))


def _text(plain: Plain) -> str:
    if isinstance(plain, list):
        return f"[{', '.join(_text(one) for one in plain)}]"
    if isinstance(plain, dict):
        return ", ".join(f"{key}: {_text(one)}" for key, one in plain.items())
    return plain or ""


def _numbers(plain: Plain) -> dict[str, str]:
    """Numbers of a quantity in words: below which key → the number with its unit."""
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        return {"": _text(plain)}
    entries = _entries(plain)
    unit = str(entries.get("unit") or "")
    found = {}
    if "value" in entries:
        found[""] = _text(_with_unit_of(entries["value"], unit))
    series = entries.get("series")
    for month, one in series.items() if isinstance(series, dict) else ():
        value = one.get("value") if isinstance(one, dict) else one
        found[f".{month}"] = _text(_with_unit_of(value, unit))
    return found | {f".{key}": _text(entries[key]) for key in _DROPPED if key in entries}


def _refuse_what_breaks(
    problems: Iterable[Problem], source: str, holes: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse changes with which the case would have problems, each told by its path."""
    told = []
    for one in problems:
        path, _series, month = one.where.rpartition(".series.")
        if month in holes.get(path, ()):
            what = _("the table does not know {months}").format(months=", ".join(holes[path]))
            fix = _(
                "fill them in, or say what holds then: --gaps hold (as the month before) or "
                "--gaps line (a straight line between those that are known)"
            )
            told.append(Problem(path, what, fix=fix))
        else:
            told.append(Problem(one.where, one.what, fix=one.fix, file=one.file))
    if told:
        raise TableError(source, list(dict.fromkeys(told)))
