"""What a workbook brings back: nothing that nobody changed, and all that it holds."""

import dataclasses
import re
import zipfile
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from random import Random

import numpy as np
import pytest

from derbes import api
from derbes.case.entities import Case
from derbes.casefile.edit import with_change
from derbes.casefile.reader import read_files
from derbes.language import use_language
from derbes.workbook.changes import changes_of
from derbes.workbook.making import book_of
from derbes.workbook.reading import read_book
from derbes.workbook.sheets import tables_of
from tests.casefile.writing import BOTH, SMALL
from tests.workbook.books import EVERYTHING, Edited, written
from tests.workbook.trees import meant, tree

ROOT = Path(__file__).parents[2]
CASES = sorted([
    *ROOT.glob("cases/*.yaml"), *(ROOT / "cases").glob("*/case.yaml"),
    *ROOT.glob("tests/draws/*.yaml"), ROOT / "tests/casefile/examples/planned.yaml",
    ROOT / "tests/casefile/examples/ledger.yaml",
])  # fmt: skip


_OF_THE_FILE = frozenset({"written", "line", "at_line"})
_OF_THE_CASE = frozenset({"source", "files", "hash", "notes", "expressions"})


def as_read(path: Path) -> object:
    """What a file says as a case, to be compared."""
    read = read_files(path)
    assert read.case is not None, read.problems
    return _plain(read.case)


def _plain(part: object) -> object:  # noqa: PLR0911 - one for each kind
    """A value as tuples of names and numbers."""
    if isinstance(part, Enum):
        return part.value
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        without = _OF_THE_FILE | (_OF_THE_CASE if isinstance(part, Case) else frozenset())
        names = [one.name for one in dataclasses.fields(part) if one.name not in without]
        return (type(part).__name__, *((name, _plain(getattr(part, name))) for name in names))
    if isinstance(part, Mapping) and all(isinstance(text, str) for text in part.values()):
        return tuple(sorted((str(key), text) for key, text in part.items()))  # texts by language
    if isinstance(part, Mapping):
        return tuple((_plain(key), _plain(one)) for key, one in part.items())
    if isinstance(part, list | tuple):
        return tuple(_plain(one) for one in part)
    if isinstance(part, np.ndarray):
        return tuple(part.ravel().tolist())
    if isinstance(part, float):
        return float(f"{part:.12g}")
    return part if isinstance(part, str | int | bool | None) else repr(part)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks of all cases, each made once."""
    folder = tmp_path_factory.mktemp("books")
    return {case: written(case, folder / f"{n}.xlsx") for n, case in enumerate(CASES)}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_nobody_changed_changes_nothing(case, books, tmp_path):
    before = {file: file.read_bytes() for file in case.parent.rglob("*.yaml")}
    asked = []
    for book in (books[case], Edited.of(books[case]).save(tmp_path / "other.xlsx")):
        found = api.import_excel(book, case, take=lambda one: asked.append(one) or True)
        assert (found.changes, found.deleted, found.notes, found.written) == ((), (), (), False)
    assert not asked
    assert {file: file.read_bytes() for file in case.parent.rglob("*.yaml")} == before


@pytest.mark.parametrize(
    "case",
    [one for one in CASES if EVERYTHING or one.parent.name != "aspan"],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_a_workbook_alone_makes_the_same_case(case, books, tmp_path):
    made = api.import_excel(books[case], tmp_path / "new.yaml")
    assert made.is_new
    assert made.written
    assert as_read(tmp_path / "new.yaml") == as_read(case)


@pytest.mark.parametrize("text", [SMALL, BOTH.replace("[paper, census]", "[census]")])
def test_spellings_of_small_cases_survive(text, tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text(text, encoding="utf-8")
    book = written(case, tmp_path / "book.xlsx")
    assert not api.import_excel(book, case).written
    assert case.read_text(encoding="utf-8") == text
    api.import_excel(book, tmp_path / "new.yaml")
    assert as_read(tmp_path / "new.yaml") == as_read(case)


def brought_back(root, place):
    """What a workbook of a tree says, alone."""
    place.write_bytes(book_of(root, None, ""))
    found = changes_of(read_book(place), {}, tables_of({}, None), is_new=True)
    assert found.problems == []
    plain = {"derbes": "1"}
    for where, one in found.wanted.items():
        if one is not None:
            plain = with_change(plain, where, one)
    return plain


@pytest.mark.parametrize("seed", range(100 if EVERYTHING else 6))
def test_every_key_in_every_spelling_has_its_cell(seed, tmp_path):
    root = tree(Random(seed), keys=0.3 if seed % 3 else 0.9)
    assert meant(brought_back(root, tmp_path / "book.xlsx")) == meant(root)


def test_the_law_can_fail(tmp_path):
    root = tree(Random(1))
    other = with_change(root, ("calendar", "periods"), "98")
    assert meant(brought_back(root, tmp_path / "book.xlsx")) != meant(other)


def test_comments_stay_in_the_file(tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text(SMALL.replace("goods:", "# kept by hand\ngoods:"), encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    name = next(iter(read_files(case).case.goods))
    book.put("goods", name, "label ru", "Новое имя")
    assert api.import_excel(book.save(tmp_path / "book.xlsx"), case).written
    text = case.read_text(encoding="utf-8")
    assert "# kept by hand\ngoods:" in text
    assert "Новое имя" in text


def test_what_a_sheet_holds_has_all_its_lines_on_the_first(tmp_path):
    """In Russian a long one ran into the next."""
    use_language("ru")
    place = written(ROOT / "cases/waterworks.yaml", tmp_path / "book.xlsx")
    rows = Edited.of(place).cells["Прочтите"]
    line = next(n for n, row in enumerate(rows, 1) if row and row[0] == "measures.hits")
    with zipfile.ZipFile(place) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(rf'<row r="{line}"[^>]* ht="30"', sheet)
