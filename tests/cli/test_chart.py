"""`derbes chart`: one chart of the brief, into a file of the kind that its name asks for."""

import csv
import json
import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from derbes import api
from tests.casefile.writing import BOTH, SMALL

WATERWORKS = str(Path(__file__).parents[2] / "cases" / "waterworks.yaml")


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.yaml").write_text(SMALL, encoding="utf-8")
    return "case.yaml"


def test_the_list_computes_nothing_and_names_what_can_be_asked(run, case, monkeypatch):
    monkeypatch.setattr("derbes.pages.brief_contents", None)
    answer = run("chart", WATERWORKS, "--list")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[-1] == f"Next: derbes chart {WATERWORKS} survival"
    names = [line.split()[0] for line in lines[:-2]]
    assert {"coverage", "plan-chart", "tornado-1", "surface-map"} <= set(names)
    assert not {"verdicts-chart", "hazard-curve"} & set(names)
    found = json.loads(run("chart", WATERWORKS, "--json").out)["charts"]
    assert [one["name"] for one in found] == names
    assert all(one["title"] for one in found)


def test_one_chart_in_each_kind(run, case):
    for end in ("svg", "png", "csv", "json"):
        answer = run("chart", case, "coverage", "--out", f"new/c.{end}", "--workers", "1")
        assert answer == type(answer)(0, f"Written: new/c.{end}\n", "")
    ET.parse("new/c.svg")
    assert Path("new/c.png").read_bytes().startswith(b"\x89PNG")
    head, *rows = csv.reader(Path("new/c.csv").read_text(encoding="utf-8").splitlines())
    assert head[1] == "served, best response [share]"
    assert len(rows) > 3
    assert json.loads(Path("new/c.json").read_text(encoding="utf-8"))["usermeta"]


def test_pixels_by_inch(run, case):
    sizes = []
    for ppi in ("96", "192"):
        assert run("chart", case, "coverage", "--ppi", ppi, "--out", "c.png").code == 0
        sizes.append(struct.unpack(">II", Path("c.png").read_bytes()[16:24]))
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_without_a_file_it_is_named_after_the_chart(run, case):
    record = json.loads(run("chart", case, "sellers-map", "--json").out)
    assert record["file"] == "sellers-map.svg"
    assert record["bytes"] == Path("sellers-map.svg").stat().st_size
    assert "derbes" in record["foot"]
    assert run("chart", case, "sellers-map", "--out", "-").out.startswith("<svg ")


def test_what_it_draws_is_what_the_brief_draws(run, case):
    page = api.brief(api.read_case(case), draws=0)
    found = api.chart(api.read_case(case), "coverage")
    assert f"<h2>{found.title}</h2>" in page
    assert found.subtitle in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("coverge",),
            'name: "coverge" is no chart of this case\n'
            '    fix: did you mean "coverage" or "coverage-by-use"?',
        ),
        (
            ("plan-chart",),
            'name: "plan-chart" is no chart of this case\n    fix: did you mean ',
        ),
        (
            ("coverage", "--out", "c.pdf"),
            'out: "c.pdf" promises PDF, and this writes SVG\n'
            "    fix: end the name in .svg, .png, .csv or .json",
        ),
        (
            ("coverage", "--variant", "bse"),
            "bse",
        ),
    ],
)
def test_what_it_says_of_what_it_cannot_do(run, case, words, message):
    answer = run("chart", case, *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert not list(Path().glob("*.svg"))


def test_a_chart_that_has_nothing_to_show_says_so(run, case):
    answer = run("chart", case, "coverage-by-start", "--start", "2026-01")
    assert (answer.code, answer.out) == (2, "")
    assert "has nothing to show of this case, as it is asked" in answer.err


def test_only_what_is_needed_is_computed(run, tmp_path, monkeypatch):
    place = tmp_path / "case.yaml"
    place.write_text(BOTH.replace("[paper, census]", "[census]"), encoding="utf-8")

    def never(*_words, **_more):
        raise AssertionError("computed for nothing")

    for name in ("stress_answers", "plan_answers", "statement_answers"):
        monkeypatch.setattr(f"derbes.pages.{name}", never)
    assert run("chart", str(place), "surface-map", "--out", str(tmp_path / "m.csv")).code == 0


def test_a_pdf_needs_a_browser_before_the_work_begins(run, computed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERBES_CHROMIUM", "/no/where")
    answer = run("brief", "town.yaml", "--out", "a.pdf")
    assert (answer.code, answer.out, computed.calls) == (2, "", [])
    assert answer.err.startswith("DERBES_CHROMIUM names /no/where, where no browser is. Fix: ")


def test_a_browser_that_fails_leaves_the_file_that_was_there(run, computed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fails").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "fails").chmod(0o755)
    monkeypatch.setenv("DERBES_CHROMIUM", str(tmp_path / "fails"))
    Path("a.pdf").write_bytes(b"old")
    answer = run("brief", "town.yaml", "--out", "a.pdf")
    assert (answer.code, answer.out) == (2, "")
    assert "has printed nothing" in answer.err
    assert Path("a.pdf").read_bytes() == b"old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.pdf", "fails"]


def test_a_pdf_is_what_the_browser_prints(run, computed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api, "printed", lambda page, on_one_sheet: f"{page}{on_one_sheet}".encode())
    monkeypatch.setattr("derbes.cli.brief.find_browser", lambda: "")
    answer = run("brief", "town.yaml", "--page-one", "--out", "a.PDF")
    assert re.fullmatch(r"Written: a\.PDF, \d+ KB\n", answer.out)
    assert Path("a.PDF").read_bytes() == "<!doctype html>ңTrue".encode()
    assert computed.calls[0][1]["page_one"] is True
