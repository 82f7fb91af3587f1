"""The tutorial notebook: its cells run, and what its texts say is what they answer."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "tutorial" / "notebook.ipynb"
NOTEBOOK = json.loads(PLACE.read_text(encoding="utf-8"))
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def _answer(cell: str, names: dict) -> object:
    """What a cell answers: its last line, as a notebook shows it."""
    *before, last = ast.parse(cell).body
    exec(compile(ast.Module(before, []), str(PLACE), "exec"), names)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), str(PLACE), "exec"), names)
        return None
    return eval(compile(ast.Expression(last.value), str(PLACE), "eval"), names)


@pytest.fixture(scope="module")
def answers():
    patch = pytest.MonkeyPatch()
    patch.chdir(PLACE.parent)
    names: dict = {}
    found = {cell: _answer(cell, names) for cell in CELLS}
    patch.undo()
    return found


def _of(answers: dict, part: str) -> object:
    return next(answer for cell, answer in answers.items() if part in cell)


def test_it_is_a_notebook_without_outputs():
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in NOTEBOOK["cells"]}) == len(NOTEBOOK["cells"])
    for cell in NOTEBOOK["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_what_the_texts_say_is_what_the_cells_answer(answers):
    text = " ".join("".join(cell["source"]) for cell in NOTEBOOK["cells"])
    assert "drinks for **10 months**, and has the means to disinfect for 18" in text
    assert _of(answers, "by_use[") == pytest.approx((10, 18))
    assert "from **March 2027** on" in text
    ends = _of(answers, 'ends[["variant"')
    dates = dict(zip(zip(ends["variant"], ends["use"], strict=True), ends["date"], strict=True))
    assert dates["base", "all_essential"] == "2027-03"
    assert dates["no_plant", "all_essential"] is None
    assert _of(answers, "attrs[") == ("t", "USD")
    assert _of(answers, "longer =") == pytest.approx(11)
    assert "drinks **11 months**" in text
    planned, bare = _of(answers, "aspan").values()
    assert "about **72 months** with it, about **8 and a half** without" in text
    assert (round(planned), round(2 * bare) / 2) == (72, 8.5)


def test_tables_and_charts_show_themselves(answers):
    assert _of(answers, "cover = ")._repr_html_().startswith("<table>")
    assert "March" not in _of(answers, 'tables()["ends"]')._repr_html_()
    assert _of(answers, "api.chart(")._repr_svg_().startswith("<svg")
    assert "coverage" in _of(answers, "api.charts(")
    pivot = _of(answers, "pivot(")
    assert list(pivot.columns) == ["base", "no_plant"]
    assert (pivot["no_plant"] >= pivot["base"]).all()


def test_the_documents_lead_to_it():
    for page in (ROOT / "README.md", ROOT / "docs" / "index.md"):
        assert re.search(
            r"\]\((docs/)?tutorial/notebook\.ipynb\)", page.read_text(encoding="utf-8")
        )
