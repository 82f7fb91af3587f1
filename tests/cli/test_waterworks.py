"""The example case from file to brief, as the tutorial tells it."""

import json
from pathlib import Path

import pytest

CASE = str(Path(__file__).parents[2] / "cases" / "waterworks.yaml")


def test_the_case_has_no_problem(run):
    answer = run("check", CASE)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"{CASE}: no problems.\nNext: derbes cover {CASE}\n"


def test_how_long_it_holds(run):
    words = ["--measure", "embargo", "--start", "2026-01", "--length", "12", "--workers", "1"]
    answer = run("cover", CASE, *words, "--json")
    rows = {row["use"]: row for row in json.loads(answer.out)["results"]}
    assert rows["treatment"]["time_to_survive"] == pytest.approx(10)
    assert rows["treatment"]["binding"] == ["alum"]
    assert rows["treatment"]["binding_sellers"] == ["northland"]
    assert rows["disinfection"]["time_to_survive"] == pytest.approx(18)
    assert rows["all_essential"]["time_to_survive"] == pytest.approx(10)


def test_what_a_stop_costs_and_when_it_ends(run):
    words = ["--measure", "embargo", "--workers", "1"]
    record = json.loads(run("leverage", CASE, *words, "--json").out)
    unmet = {
        row["length"]: row["unmet_essential"]
        for row in record["results"]
        if row["bound"] == "optimal" and row["start"] == "2026-01"
    }
    assert unmet[6] == pytest.approx(0, abs=1e-6)
    assert unmet[12] == pytest.approx(120)
    ends = {end["length"]: end for end in record["ends"] if end["use"] == "all_essential"}
    assert ends[6]["date"] == "2026-01"
    assert ends[12]["date"] == "2027-03"
    assert ends[24]["date"] is None
    assert ends[24]["binding"] == ["chlorine"]


def test_the_brief_is_one_page_that_stands_alone(run, tmp_path):
    out = tmp_path / "brief.html"
    words = ["--every", "year", "--variant", "base", "--measure", "embargo", "--draws", "0"]
    words += ["--workers", "1"]
    answer = run("brief", CASE, *words, "--out", str(out))
    assert (answer.code, answer.err) == (0, "")
    page = out.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert 'src="http' not in page


def test_a_number_with_its_words(run):
    record = json.loads(run("show", CASE, "suppliers.southport_alum", "--json").out)
    written = {number["path"]: number["written"] for number in record["inputs"]}
    assert written["suppliers.southport_alum.price"] == "450 USD/t"
    assert written["suppliers.southport_alum.capacity"] == "40 t/month"


def test_an_element_that_is_not_there(run):
    answer = run("show", CASE, "suppliers.southprt_alum")
    assert (answer.code, answer.out) == (2, "")
    assert "southport_alum" in answer.err


def test_a_measure_that_is_not_there(run):
    answer = run("cover", CASE, "--measure", "embargos")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"{CASE}: 1 problem\n"
        '  - measure: "embargos" is not a measure of this case\n'
        '    fix: did you mean "embargo"?\n'
    )


def test_a_file_that_is_not_there(run, tmp_path):
    answer = run("check", str(tmp_path / "nothing.yaml"))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"{tmp_path / 'nothing.yaml'}: 1 problem\n")
