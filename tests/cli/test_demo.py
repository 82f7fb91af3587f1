"""`derbes demo`: what it writes is a case that holds, and nothing of the user's is lost."""

import re
from functools import wraps
from itertools import pairwise
from pathlib import Path

import pytest

import derbes.kernels.policy  # noqa: F401 - compiled from here on, whatever a demo would choose
from derbes import api
from derbes.cli import beginning
from derbes.language import in_language
from tests.test_readme import _case_text

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A brief that takes no time, in an empty folder."""
    asked = {}

    @wraps(api.brief)
    def brief(case, **words):
        asked.update(words, case=case)
        return "<!doctype html>ң"

    monkeypatch.setattr(api, "brief", brief)
    monkeypatch.chdir(tmp_path)
    return asked


def test_a_case_with_notes_and_its_brief_in_three_lines(run, quick):
    answer = run("demo", "--workers", "1")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "Written: derbes-demo/alum.yaml, an invented case to read and to change.",
        "Checked: no problems; goods: 1, uses: 1, suppliers: 2, measures: 1.",
        "Written: derbes-demo/alum.html, its brief: open it in a browser; it needs no network.",
        "Next: derbes check derbes-demo/alum.yaml",
    ]
    assert Path("derbes-demo/alum.html").read_text(encoding="utf-8") == "<!doctype html>ң\n"
    assert sorted(quick) == ["case", "draws", "n_workers", "progress"]
    assert quick["draws"] == beginning.DRAWS


def test_the_next_command_says_that_all_is_well_with_the_case(run, quick):
    *_lines, then = run("demo").out.splitlines()
    answer = run(*then.removeprefix("Next: derbes ").split())
    assert answer.code == 0
    assert "alum.yaml: no problems." in answer.out


def test_every_part_has_a_note_and_the_rest_is_the_case_that_is_shipped(run, quick):
    run("demo")
    lines = Path("derbes-demo/alum.yaml").read_text(encoding="utf-8").splitlines()
    shipped = (ROOT / "cases" / "alum.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == shipped
    noted = {b.partition(":")[0] for a, b in pairwise(lines) if a[:1] == "#"}
    assert set(beginning.notes_by_key()) == noted - {""} - {one for one in noted if one[:1] == "#"}


def test_the_small_case_is_that_of_the_readme(tmp_path):
    """Its numbers are the same; it has labels, and a question, beside them."""
    other = tmp_path / "alum.yaml"
    other.write_text(_case_text(), encoding="utf-8")

    def numbers(path):
        return {
            one.path: (one.value, one.low, one.high, one.grade, in_language(one.why, "en"))
            for one in api.inputs(api.read_case(path))
        }

    assert numbers(ROOT / "cases" / "alum.yaml") == numbers(other)


@pytest.mark.parametrize("case", ["waterworks", "aspan"])
def test_other_cases_are_written_as_they_are(run, quick, case):
    answer = run("demo", "--case", case, "--out", "here")
    assert answer.code == 0
    place = beginning.CASES[case]
    assert answer.out.endswith(f"Next: derbes brief here/{place}\n")
    shipped = ROOT / "cases" / place
    for one in [shipped] if shipped.is_file() else shipped.rglob("*"):
        if one.is_file():
            found = Path("here") / one.relative_to(ROOT / "cases")
            assert found.read_bytes() == one.read_bytes()
    assert "case" not in quick


def test_once_more_changes_nothing(run, quick):
    first = run("demo")
    before = {one: one.stat().st_mtime_ns for one in Path("derbes-demo").iterdir()}
    assert run("demo") == first
    assert {one: one.stat().st_mtime_ns for one in Path("derbes-demo").iterdir()} == before


@pytest.mark.parametrize("name", ["alum.yaml", "alum.html"])
def test_what_the_user_has_changed_is_not_replaced(run, quick, name):
    run("demo")
    place = Path("derbes-demo", name)
    place.write_text(place.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    answer = run("demo")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "derbes: 1 problem\n"
        f'  - out: "derbes-demo/{name}" is there already, and is another than would be written\n'
        "    fix: name another folder with --out, or delete it first\n"
    )
    assert place.read_text(encoding="utf-8").endswith("# mine\n")


def test_a_folder_that_is_a_file_is_refused(run, quick):
    Path("derbes-demo").write_text("mine", encoding="utf-8")
    answer = run("demo")
    assert answer.code == 2
    assert "derbes-demo" in answer.err
    assert Path("derbes-demo").read_text(encoding="utf-8") == "mine"


def test_the_brief_of_the_demo_tells_the_answer(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("demo", "--workers", "1").code == 0
    page = Path("derbes-demo/alum.html").read_text(encoding="utf-8")
    assert "If all goes as written: 10 months" in re.sub(r"<[^>]*>", "", page).replace("\xa0", " ")
