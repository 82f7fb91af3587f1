"""A hundred changes at random come back, each as it was made, and nothing else with them."""

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import pytest

from derbes import api
from derbes.case.entities import quantities
from derbes.casefile.reader import read_files
from derbes.workbook.sheets import tables_of
from derbes.workbook.spelling import figures
from tests.workbook.books import EVERYTHING, Edited, written

ROOT = Path(__file__).parents[2]
CASES = {"waterworks": ROOT / "cases/waterworks.yaml", "aspan": ROOT / "cases/aspan"}
ENDS = ("low", "value", "high")


@dataclass
class Wish:
    """What a person wants to differ, and how it should read then."""

    book: Edited
    numbers: dict[str, dict[str, object]] = field(default_factory=dict)
    """Path of a number → attribute → what it should be."""
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    new: dict[tuple[str, str], str] = field(default_factory=dict)
    """Section and id → label of a new element."""
    deleted: set[tuple[str, str]] = field(default_factory=set)


def _constants(read):
    """Numbers that stand in a row of their section: path, sheet, id, what headings begin with."""
    for name, table in tables_of(read.tree.root.plain, read.case).items():
        if table.layout.kind != "elements" and name != "assumptions":
            continue
        for row in table.rows:
            for one in table.layout.fields:
                heading = {column.part: column.heading for column in one.columns}
                value = row.cells.get(heading.get("value", ""))
                if one.kind == "number" and isinstance(value, float):
                    path = ".".join(map(str, (*row.path, *one.path)))
                    yield path, name, row.key[0], heading, dict(row.cells)


def _change_number(rng: Random, wish: Wish, found, case) -> None:
    path, sheet, id_, heading, cells = found
    number, wanted = case[path], {}
    value = cells[heading["value"]]
    kind = rng.choice(("value", "range", "grade", "why", "text"))
    factor = number.value / value if value else 1.0
    low, high = cells.get(heading["low"]), cells.get(heading["high"])
    if kind in {"value", "text"}:
        ends = [one if isinstance(one, float) else value for one in (low, high)]
        new = float(figures(round(rng.uniform(*sorted(ends)), 4)))
        new = new or value
        typed = f"{figures(new).replace('.', ',')}0" if kind == "text" and new % 1 else new
        wish.book.put(sheet, id_, heading["value"], typed)
        wanted["value"] = new * factor
    elif kind == "range" and isinstance(low, float) and isinstance(high, float) and low:
        new = float(figures(round((low + min(value, high)) / 2, 5)))
        wish.book.put(sheet, id_, heading["low"], new)
        wanted["low"] = new * factor
    elif kind == "why":
        wanted["why"] = f'Так измерено: {rng.randint(0, 999)}, "по-новому" # {rng.random():.3f}'
        wish.book.put(sheet, id_, heading["why"], wanted["why"])
    else:
        wanted["grade"] = rng.choice(sorted({"A", "B", "C", "D"} - {str(number.grade)}))
        wish.book.put(sheet, id_, heading["grade"], wanted["grade"])
    wish.numbers[path] = wanted


def _change_label(rng: Random, wish: Wish, section: str, id_: str) -> None:
    text = f"Имя № {rng.randint(0, 9999)}: «ә, ғ, қ»"
    wish.book.put(section, id_, "label kk", text)
    wish.labels[section, id_] = text


def _add(rng: Random, wish: Wish, like: str) -> None:
    n = rng.randint(0, 10**6)
    label = f"Новый источник {n}"
    cells = {"id": f"new_{n}", "label__ru": label, "title": f"Отчёт, {n}: «сводка»",
             "date": rng.choice(("2026-05", date(2026, 5, 17), "2026"))}  # fmt: skip
    wish.book.add(like, **cells)
    wish.new[like, cells["id"]] = label


def wish_of(rng: Random, read, book: Edited, n: int) -> Wish:
    """Changes at random that a case can stand."""
    wish = Wish(book)
    case = {one.path: one for one in quantities(read.case)}
    numbers = [one for one in _constants(read) if one[0] in case]
    rng.shuffle(numbers)
    labelled = [
        (section, id_)
        for section in ("goods", "uses", "suppliers", "actors", "measures")
        for id_ in getattr(read.case, section)
    ]
    rng.shuffle(labelled)
    for _one in range(n):
        kind = rng.choice(("number", "number", "number", "label", "new"))
        if kind == "number" and numbers:
            _change_number(rng, wish, numbers.pop(), case)
        elif kind == "label" and labelled:
            _change_label(rng, wish, *labelled.pop())
        elif "documents" in book.cells:
            _add(rng, wish, "documents")
    return wish


def _delete_unused(rng: Random, wish: Wish, read, text: str) -> None:
    """Delete documents that nothing names."""
    unused = [one for one in read.case.documents if text.count(one) == 1]
    for name in rng.sample(unused, min(3, len(unused))):
        wish.book.delete("documents", name)
        wish.deleted.add(("documents", name))


def _copied(case: Path, folder: Path) -> Path:
    if case.is_dir():
        return Path(shutil.copytree(case, folder / case.name))
    return Path(shutil.copy(case, folder / case.name))


@pytest.mark.parametrize(
    ("name", "seed"),
    [("waterworks", seed) for seed in range(20 if EVERYTHING else 2)]
    + [("aspan", seed) for seed in range(5 if EVERYTHING else 0)],
)
def test_a_hundred_changes_come_back_and_nothing_else(name, seed, tmp_path):
    rng, case = Random(seed), _copied(CASES[name], tmp_path)
    before = read_files(case)
    texts = {file: file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.yaml")}
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    wish = wish_of(rng, before, book, 100)
    _delete_unused(rng, wish, before, "\n".join(texts.values()))
    made = api.import_excel(wish.book.save(tmp_path / "edited.xlsx"), case)
    assert made.written
    after = read_files(case)

    old = {one.path: one for one in quantities(before.case)}
    new = {one.path: one for one in quantities(after.case)}
    assert old.keys() == new.keys()
    for path, number in new.items():
        if number.formula is not None and path not in wish.numbers:
            continue  # it follows from others that changed
        for attribute in ("value", "low", "high", "grade", "why", "source", "steps", "unit"):
            wanted = wish.numbers.get(path, {}).get(attribute, getattr(old[path], attribute))
            found = getattr(number, attribute)
            if attribute == "why" and isinstance(wanted, str):
                wanted = {"": wanted}
            if isinstance(wanted, float):
                assert found == pytest.approx(wanted, rel=1e-12), (path, attribute)
            else:
                assert found == wanted, (path, attribute)
    _only_the_wished(wish, before.case, after.case)
    _few_lines(wish, texts, tmp_path)


def _only_the_wished(wish: Wish, before, after) -> None:
    for section in ("goods", "uses", "suppliers", "actors", "measures", "documents", "plants"):
        old, new = getattr(before, section), getattr(after, section)
        added = {name for kind, name in wish.new if kind == section}
        gone = {name for kind, name in wish.deleted if kind == section}
        assert set(new) == (set(old) | added) - gone, section
        for name in set(old) - gone:
            wanted = dict(old[name].label)
            if (section, name) in wish.labels:
                wanted["kk"] = wish.labels[section, name]
            assert dict(new[name].label) == wanted, name
        assert {new[name].label["ru"] for name in added} == {
            label for (kind, _name), label in wish.new.items() if kind == section
        }


def _few_lines(wish: Wish, texts: dict[Path, str], folder: Path) -> None:
    """No more lines go than changes were made, and every comment is still there."""
    n = len(wish.numbers) + len(wish.labels) + len(wish.deleted)
    gone = 0
    for file in folder.rglob("*.yaml"):
        after = file.read_text(encoding="utf-8")
        lines = after.splitlines()
        old = texts[file].splitlines()
        gone += sum(line not in lines for line in old)
        comments = [line for line in old if line.lstrip().startswith("#")]
        assert all(line in lines for line in comments)
    assert gone <= 4 * n


def test_two_who_change_other_cells_both_get_their_way(tmp_path):
    case = _copied(CASES["waterworks"], tmp_path)
    book = written(case, tmp_path / "book.xlsx")
    one, other = Edited.of(book), Edited.of(book)
    one.put("uses", "treatment", "demand", 110.0)
    other.put("uses", "pools", "demand", 25.0)
    api.import_excel(one.save(tmp_path / "one.xlsx"), case)
    found = api.import_excel(other.save(tmp_path / "other.xlsx"), case)
    assert "the case has changed since this workbook was written" in found.notes[0]
    read = read_files(case).case
    assert (read.uses["treatment"].demand.value, read.uses["pools"].demand.value) == (110, 25)
    again = api.import_excel(tmp_path / "one.xlsx", case)
    assert (again.changes, again.written) == ((), False)


def test_rows_and_columns_may_be_moved(tmp_path):
    case = _copied(CASES["waterworks"], tmp_path)
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    for name, rows in book.cells.items():
        if not name.startswith("_") and name != "Read me":
            at, _headings = book.headings(name)
            book.cells[name] = [*rows[:at], rows[at], *reversed(rows[at + 1 :])]
            book.cells[name] = [list(reversed(row)) for row in book.cells[name]]
    before = case.read_bytes()
    found = api.import_excel(book.save(tmp_path / "book.xlsx"), case)
    assert (found.changes, found.deleted) == ((), ())
    assert case.read_bytes() == before
