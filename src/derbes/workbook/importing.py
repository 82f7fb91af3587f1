"""A workbook back into its case: read, set against what stands there, shown, and written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from derbes.case.entities import Case
from derbes.casefile.edit import changed_texts, in_block, with_change, write_changes
from derbes.casefile.entries import SECTIONS, Plain, dotted, keys_of
from derbes.casefile.files import MAIN, main_file
from derbes.casefile.reader import Examine, Read, read_files
from derbes.errors import CaseError, DataError, Problem, TableError
from derbes.files import write_atomically
from derbes.language import _
from derbes.results.imports import BookImport, NumberChange
from derbes.tables.importing import differing
from derbes.workbook.changes import Changes, changes_of
from derbes.workbook.making import FORMAT, book_of
from derbes.workbook.reading import PersonBook, read_book
from derbes.workbook.sheets import below, tables_of
from derbes.workbook.writing import Book

SHOWN = 200
"""Characters of a text that a list of changes shows."""


def book_content(
    case: Path | None, examine: Examine | None = None, more: Callable[[Book], None] | None = None
) -> bytes:
    """As `excel`; `more` adds sheets behind those of the case."""
    if case is None:
        return book_of({}, None, "")
    read, known = _read(case, examine)
    names = [source.name or source.path.name for source in read.tree.sources]
    return book_of(read.tree.root.plain, known, read.tree.hash, names, more=more)


def import_book(
    book: Path, case: Path, *, take: Callable[[BookImport], bool], examine: Examine | None = None
) -> BookImport:
    """As `import_excel`; a case that is not there is begun with the workbook."""
    target, person = main_file(case), read_book(book)
    _refuse_foreign(person)
    if not target.exists():
        return _begin(person, case, take, examine)
    read, known = _read(case, examine)
    _refuse_other_case(person, known)
    root = read.tree.root.plain
    changes = changes_of(person, root, tables_of(root, known), is_new=False)
    differ = {
        where: (before, plain)
        for where, plain in changes.wanted.items()
        if (before := below(root, where)) != plain
    }
    shown = [one for where, both in differ.items() for one in _shown(dotted(where), *both)]
    notes = [*changes.notes]
    if person.about.get("digest") != read.tree.hash:
        note = _(
            "the case has changed since this workbook was written on {date}; what you changed in "
            "it is set against the case as it is now"
        )
        notes.append(note.format(date=person.about.get("date", "")))
    deleted = tuple(dotted(path) for path in changes.deleted)
    result = BookImport(str(case), str(book), tuple(shown), deleted, tuple(notes))
    wanted = {where: plain for where, (_before, plain) in differ.items()}
    problems = read_files(case, examine, changed_texts(case, wanted)).problems if differ else ()
    _refuse_what_breaks(person, changes, problems)
    if not differ or not take(result):
        return result
    files = write_changes(case, wanted, examine)
    return replace(result, written=True, files=tuple(str(one) for one in files))


def _read(case: Path, examine: Examine | None) -> tuple[Read, Case]:
    read = read_files(case, examine)
    if read.case is None or read.problems:
        raise CaseError(str(case), read.problems)
    return read, read.case


def _refuse_foreign(book: PersonBook) -> None:
    """Refuse a workbook that was not made by this program, or is no longer whole."""
    if not book.about:
        what = _("{file}: this workbook was not made by derbes excel. Fix: {fix}.")
        fix = _("make one with derbes excel; for a table of your own use derbes import --case")
        raise DataError(what.format(file=book.source, fix=fix))
    if book.about.get("format") != FORMAT:
        what = _(
            "{file}: this workbook was made by another version of derbes, {version}. Fix: {fix}."
        )
        fix = _("make it anew with derbes excel")
        version = book.about.get("version", "")
        raise DataError(what.format(file=book.source, version=version, fix=fix))


def _refuse_other_case(book: PersonBook, case: Case) -> None:
    if book.about.get("kind") == "new":
        what = _("{file}: this workbook begins a case, and {case} is there already. Fix: {fix}.")
        fix = _("name a new file or folder with --case")
    elif book.about.get("name") != case.name:
        what = _(
            '{file}: this workbook is of the case "{name}", and {case} is "{other}". Fix: {fix}.'
        )
        fix = _("name its own case with --case, or make a workbook of this one with derbes excel")
    elif not book.before:
        what = _("{file}: this workbook no longer knows what was written into it. Fix: {fix}.")
        fix = _("make it anew with derbes excel and repeat the changes there")
    else:
        return
    names = {"name": book.about.get("name", ""), "case": case.source, "other": case.name}
    raise DataError(what.format(file=book.source, fix=fix, **names))


def _shown(where: str, before: Plain, after: Plain) -> Iterator[NumberChange]:
    """What differs at a path: numbers, and what is said of them, each in short."""
    told = [*differing(where, before, after)]
    old = before if isinstance(before, dict) else {}
    if isinstance(after, dict) and {"value", "series"} & after.keys():
        for key in dict.fromkeys((*old, *after)):
            if key not in _AS_NUMBERS and not re.match("[0-9]", key):
                told += differing(f"{where}.{key}", old.get(key), after.get(key))
    elif isinstance(after, dict):
        keys = dict.fromkeys((*after, *old))
        told = [one for k in keys for one in _shown(f"{where}.{k}", old.get(k), after.get(k))]
    for one in told:
        if one.old != one.new:
            yield NumberChange(one.path, _short(one.old), _short(one.new))


_AS_NUMBERS = frozenset({"value", "series", "unit", "range", "distribution"})
"""Keys that are told with the number itself."""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"


def _refuse_what_breaks(book: PersonBook, changes: Changes, problems: tuple[Problem, ...]) -> None:
    """Refuse cells that cannot be read, and changes with which the case would have problems.

    What follows from a cell that cannot be read is not told.
    """
    unread = {one.where for one in changes.problems}
    told = [Problem(place_of(changes.places, one.where), one.what, fix=one.fix) for one in problems]
    told = [*changes.problems, *(one for one in told if one.where not in unread)]
    if told:
        raise TableError(book.source, list(dict.fromkeys(told)))


def place_of(places: Mapping[str, str], where: str) -> str:
    """The cell that shows a path, or the nearest above it; the path itself where none does."""
    steps = where.split(".")
    for n in range(len(steps), 0, -1):
        found = places.get(".".join(steps[:n]))
        if found:
            rest = ".".join(steps[n:])
            is_within = n < len(steps) and n <= 2
            return f"{found} ({rest})" if is_within else found
    return where


# A new case


def _begin(
    book: PersonBook, case: Path, take: Callable[[BookImport], bool], examine: Examine | None
) -> BookImport:
    is_file = case.suffix.casefold() in {".yaml", ".yml"} and not case.is_dir()
    file = case if is_file else case / MAIN
    changes = changes_of(book, {}, tables_of({}, None), is_new=True)
    root: Plain = {"derbes": "1"}
    for where, plain in changes.wanted.items():
        if plain is not None:
            root = with_change(root, where, plain)
    entries = root if isinstance(root, dict) else {}
    order = dict.fromkeys((*keys_of(Case), *SECTIONS, *entries))  # as on the reference page
    text = "\n".join(in_block({key: entries[key] for key in order if key in entries})) + "\n"
    _refuse_what_breaks(book, changes, read_files(file, examine, {file.resolve(): text}).problems)
    shown = [one for key, plain in entries.items() for one in _shown(key, None, plain)]
    result = BookImport(str(file), book.source, tuple(shown), (), tuple(changes.notes), is_new=True)
    if not shown or not take(result):
        return result
    write_atomically(file, text)
    return replace(result, written=True, files=(str(file),))
