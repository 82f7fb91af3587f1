"""A workbook back into its case: read, set against what stands there, shown, and written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from derbes.case.entities import Case
from derbes.casefile.edit import changed_texts, in_block, with_change, write_changes
from derbes.casefile.entries import SECTIONS, Plain, dotted, find, keys_of
from derbes.casefile.entries import Path as CasePath
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
from derbes.workbook.sheets import tables_of
from derbes.workbook.writing import Book

SHOWN = 200
"""Characters of a text that a list of changes shows."""


def book_content(
    case: Path | None, examine: Examine | None = None, more: Callable[[Book], None] | None = None
) -> bytes:
    """The workbook of a case, as a file; without a case an empty one, to begin one in.

    Args:
        case: Case file, or folder of a case.
        examine: As in `check_case`.
        more: As in `book_of`.

    Raises:
        CaseError: The case has problems.
    """
    if case is None:
        return book_of({}, None, "")
    read = _read(case, examine)
    names = [source.name or source.path.name for source in read.tree.sources]
    return book_of(read.tree.root.plain, read.case, read.tree.hash, names, more=more)


def import_book(
    book: Path, case: Path, *, take: Callable[[BookImport], bool], examine: Examine | None = None
) -> BookImport:
    """Bring what was changed in a workbook into its case, or begin a case with it.

    Args:
        book: The workbook.
        case: Case file, or folder of a case; a new one is made.
        take: Asked, with what would change, whether to write it.
        examine: As in `check_case`.

    Raises:
        CaseError: The case has problems; it is as it was.
        TableError: The workbook cannot be taken; holds every problem, cell by cell.
        DataError: The file is no workbook, or of another case.
        OutputError: A file cannot be written; all are as they were.
    """
    target = main_file(case)
    person = read_book(book)
    _refuse_foreign(person)
    if not target.exists():
        return _begin(person, _new_file(case), take, examine)
    read = _read(case, examine)
    if read.case is None:
        raise CaseError(str(case), read.problems)
    _refuse_other_case(person, read.case)
    tables = tables_of(read.tree.root.plain, read.case)
    changes = changes_of(person, read.tree.root.plain, tables, is_new=False)
    _refuse_problems(person, changes)
    wanted = {
        where: plain for where, plain in changes.wanted.items() if _plain(read, where) != plain
    }
    shown = [
        one
        for where, plain in wanted.items()
        for one in _shown(dotted(where), _plain(read, where), plain)
    ]
    notes = (*person.notes, *changes.notes, *_age(person, read.tree.hash))
    deleted = tuple(dotted(path) for path in changes.deleted)
    result = BookImport(str(case), str(book), tuple(shown), deleted, notes)
    if not wanted:
        return result
    problems = read_files(case, examine, changed_texts(case, wanted)).problems
    _refuse_what_breaks(person, changes, problems)
    if not take(result):
        return result
    files = write_changes(case, wanted, examine)
    return replace(result, written=True, files=tuple(str(one) for one in files))


def _read(case: Path, examine: Examine | None) -> Read:
    read = read_files(case, examine)
    if read.case is None or read.problems:
        raise CaseError(str(case), read.problems)
    return read


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
    """Refuse a workbook of another case."""
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
    name = book.about.get("name", "")
    raise DataError(
        what.format(file=book.source, name=name, case=case.source, other=case.name, fix=fix)
    )


def _age(book: PersonBook, digest: str) -> Iterator[str]:
    """What is said of a workbook that is older than its case."""
    if book.about.get("digest") != digest:
        told = _(
            "the case has changed since this workbook was written on {date}; what you changed in "
            "it is set against the case as it is now"
        )
        yield told.format(date=book.about.get("date", ""))


def _refuse_problems(book: PersonBook, changes: Changes) -> None:
    if changes.problems:
        raise TableError(book.source, changes.problems)


def _plain(read: Read, where: CasePath) -> Plain:
    """What the case says at a path."""
    node = find(read.tree.root, where)
    return node.plain if node is not None else None


def _shown(where: str, before: Plain, after: Plain) -> Iterator[NumberChange]:
    """What differs at a path: numbers, and what is said of them, each in short."""
    told = [*differing(where, before, after)]
    if isinstance(after, dict) and {"value", "series"} & after.keys():
        old = before if isinstance(before, dict) else {}
        for key in dict.fromkeys((*old, *after)):
            if key not in _AS_NUMBERS and not re.match("[0-9]", key):
                told += differing(f"{where}.{key}", old.get(key), after.get(key))
    elif isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        told = [
            one
            for key in dict.fromkeys((*after, *old))
            for one in _shown(f"{where}.{key}", old.get(key), after.get(key))
        ]
    for one in told:
        if one.old != one.new:
            yield NumberChange(one.path, _short(one.old), _short(one.new))


_AS_NUMBERS = frozenset({"value", "series", "unit", "range", "distribution"})
"""Keys that are told with the number itself."""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"


def _refuse_what_breaks(book: PersonBook, changes: Changes, problems: tuple[Problem, ...]) -> None:
    """Refuse changes with which the case would have problems, each told by its cell."""
    told = [Problem(place_of(changes.places, one.where), one.what, fix=one.fix) for one in problems]
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


def _new_file(case: Path) -> Path:
    """The file that a new case is written into."""
    is_file = case.suffix.casefold() in {".yaml", ".yml"}
    return case if is_file and not case.is_dir() else case / MAIN


def _begin(
    book: PersonBook, file: Path, take: Callable[[BookImport], bool], examine: Examine | None
) -> BookImport:
    """Make a case of all that a workbook holds."""
    changes = changes_of(book, {}, tables_of({}, None), is_new=True)
    _refuse_problems(book, changes)
    root: Plain = {"derbes": "1"}
    for where, plain in changes.wanted.items():
        if plain is not None:
            root = with_change(root, where, plain)
    text = case_text(root)
    problems = _problems_of(file, text, examine)
    _refuse_what_breaks(book, changes, problems)
    shown = [
        one
        for key, plain in (root.items() if isinstance(root, dict) else ())
        for one in _shown(key, None, plain)
    ]
    result = BookImport(str(file), book.source, tuple(shown), (), tuple(changes.notes), is_new=True)
    if not shown or not take(result):
        return result
    write_atomically(file, text)
    return replace(result, written=True, files=(str(file),))


def case_text(root: Plain) -> str:
    """A case as the text of one file, its keys in the order of the reference page."""
    entries = root if isinstance(root, dict) else {}
    order = [*keys_of(Case), *SECTIONS]
    known = {key: entries[key] for key in order if key in entries}
    return "\n".join(in_block({**known, **entries})) + "\n"


def _problems_of(file: Path, text: str, examine: Examine | None) -> tuple[Problem, ...]:
    """What is wrong with a text as a case file, which is not yet there."""
    return read_files(file, examine, {file.resolve(): text}).problems
