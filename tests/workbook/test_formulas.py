"""Formulas of a workbook give what the program gives: by hand, and in LibreOffice."""

from pathlib import Path
from random import Random

import pytest

from derbes import api
from derbes.case.entities import quantities
from derbes.casefile.reader import read_files
from derbes.workbook.formulas import excel_formula
from derbes.workbook.reading import read_book
from derbes.workbook.sheets import tables_of
from derbes.workbook.spelling import Computed, Live
from tests.workbook.books import EVERYTHING, Edited, written
from tests.workbook.office import saved_by_office

ROOT = Path(__file__).parents[2]
FORMULAS = """\
derbes: 1
name: Formulas
calendar: {first: 2026-01, periods: 24}
currency: {base: USD, rates: {EUR: 1.1}}
discount_rate: 5 %
target: town
assumptions:
  tubes: {value: 120 tube, range: [100 tube, 150 tube]}
  firing: 60 round/tube/year
  part: 33 %
  none: 0 round/month
  dear: {value: 2, range: [1, 3]}
actors: {town: {}, north: {}}
goods:
  round: {unit: round, reserve: = 8 month * uses.ready.demand}
uses:
  ready:
    good: round
    demand: = tubes * firing * part + none
    shortage_cost: = 3 * suppliers.far.price
  later:
    good: round
    demand: = max(uses.ready.demand / 2 - 5 round/month, none)
    shortage_cost: 5 USD/round
suppliers:
  near: {actor: town, good: round, price: 900 EUR/round, capacity: {2026-01: 100, 2027-01: 120}}
  far:
    actor: north
    good: round
    price: = suppliers.near.price * dear ** 2 / (1 + discount_rate * 1 year)
    capacity: = 2 * (uses.ready.demand + uses.later.demand)
plants:
  works: {actor: town, opening: 2027-01, lines: {press: = uses.ready.demand * 0.5 hour/round}}
recipes:
  make: {output: round, plant: works, line: press, hours: = 30 hour/round / tubes * 1 tube}
measures:
  stop: {kind: embargo, sender: north, hits: {actor: north}, lengths: [6]}
"""


@pytest.fixture
def case(tmp_path):
    place = tmp_path / "case.yaml"
    place.write_text(FORMULAS, encoding="utf-8")
    return place


def _with_wrong_values(book: Path, place: Path) -> Path:
    """The same book with each cached value of a formula put out, so that none can be kept."""
    edited = Edited.of(book)
    for rows in edited.cells.values():
        for row in rows:
            for at, cell in enumerate(row):
                if isinstance(cell, Live):
                    row[at] = Live(-12345.0, cell.formula)
    return edited.save(place)


def computed(case: Path, book: Path):
    """Each computed cell: where it is, what the program has, what the workbook has."""
    read = read_files(case)
    edited = Edited.of(book)
    for name, table in tables_of(read.tree.root.plain, read.case).items():
        if table.layout.kind in {"top", "series", "list", "months"}:
            continue
        for row in table.rows:
            for heading, cell in row.cells.items():
                if isinstance(cell, Computed):
                    yield cell.path, cell.value, edited.get(name, row.key, heading)


def test_libreoffice_computes_what_the_program_computes(case, tmp_path):
    book = written(case, tmp_path / "book.xlsx")
    saved = saved_by_office(book, tmp_path)
    found = list(computed(case, saved))
    assert len(found) == 9
    for path, value, cell in found:
        assert isinstance(cell, Live), path
        assert cell.value == pytest.approx(value, rel=1e-9), path
    unchanged = api.import_excel(saved, case)
    assert (unchanged.changes, unchanged.deleted, unchanged.notes) == ((), (), ())
    assert case.read_text(encoding="utf-8") == FORMULAS


@pytest.mark.skipif(not EVERYTHING, reason="make workbook")
def test_libreoffice_computes_aspan(tmp_path):
    case = ROOT / "cases" / "aspan"
    saved = saved_by_office(written(case, tmp_path / "book.xlsx"), tmp_path)
    found = list(computed(case, saved))
    assert len(found) > 100
    for path, value, cell in found:
        assert cell.value == pytest.approx(value, rel=1e-9), path
    assert not api.import_excel(saved, case).written


def test_a_workbook_that_libreoffice_saved_changes_nothing(case):
    saved = Path(__file__).parent / "saved_by_libreoffice.xlsx"
    found = api.import_excel(saved, case)
    assert (found.changes, found.deleted, found.notes) == ((), (), ())
    assert case.read_text(encoding="utf-8") == FORMULAS


def test_every_formula_is_live_and_has_its_value(case, tmp_path):
    read = read_files(case)
    numbers = {one.path: one for one in quantities(read.case)}
    for path, value, cell in computed(case, written(case, tmp_path / "book.xlsx")):
        assert isinstance(cell, Live)
        assert (cell.value, value) == (pytest.approx(numbers[path].value), numbers[path].value)
        assert not cell.formula.replace(".", "").isdigit(), path


def test_a_changed_unit_shows_no_number():
    """The name of a number looks at the unit of its row (read in the file, not computed)."""
    import zipfile  # noqa: PLC0415 - here alone

    saved = Path(__file__).parent / "saved_by_libreoffice.xlsx"
    with zipfile.ZipFile(saved) as archive:
        text = archive.read("xl/workbook.xml").decode()
    assert "assumptions.tubes" in text
    assert "NA()" in text


class _Numbers(dict):
    """Names as Python sees them in a formula of Excel."""

    def __missing__(self, name):
        return {"MIN": min, "MAX": max}[name]


@pytest.mark.parametrize("seed", range(60))
def test_a_formula_means_what_its_tree_means(seed):
    rng = Random(seed)
    tree = _tree(rng, 4)
    values = {"a": rng.uniform(0.5, 3), "b": rng.uniform(0.5, 3), "c": -rng.uniform(0.5, 3)}
    text = excel_formula(tree, lambda path: path, 0.0)
    found = eval(text[1:].replace("^", "**"), {}, _Numbers(values))
    wanted = _value(tree, values)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def _tree(rng: Random, depth: int):
    if depth == 0 or rng.random() < 0.2:
        number = rng.choice((0.5, 2.0, -1.5, 1000.0, 1 / 12))
        return rng.choice((("#", number), ("@", rng.choice("abc"), rng.choice((1.0, 0.001, 12.0)))))
    sign = rng.choice(("+", "-", "*", "*", "/", "min", "max", "**"))
    if sign == "**":
        return (sign, ("@", rng.choice("ab"), 1.0), ("#", rng.choice((2.0, 3.0, -1.0))))
    return (sign, _tree(rng, depth - 1), _tree(rng, depth - 1))


def _value(tree, values):
    match tree:
        case ("#", number):
            return number
        case ("@", name, factor):
            return values[name] * factor
        case (sign, left, right):
            one, other = _value(left, values), _value(right, values)
            ways = {"+": one + other, "-": one - other, "*": one * other, "min": min(one, other),
                    "max": max(one, other)}  # fmt: skip
            if sign == "/":
                return one / (other or 1e-300)
            return one**other if sign == "**" else ways[sign]


def test_names_can_be_read(case, tmp_path):
    grid = read_book(written(case, tmp_path / "book.xlsx")).grids["uses"]
    formulas = {cell.formula for row in grid.rows for cell in row if isinstance(cell, Live)}
    assert "assumptions.tubes*assumptions.firing*assumptions.part*0.0833333333333333" in {
        one.partition("+")[0] for one in formulas
    }
