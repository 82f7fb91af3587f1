import json
import os
from dataclasses import replace
from pathlib import Path

from derbes import api
from derbes.case.quantity import Note
from derbes.errors import Problem
from derbes.request import BRIEF_DRAWS
from derbes.version import VERSION
from tests.api.examples import cover_result, cover_row, leverage_result, leverage_row

DEFAULTS = {
    "variants": ("base",),
    "measures": (),
    "starts": "quarter",
    "lengths": (),
    "n_workers": len(os.sched_getaffinity(0)),
}


def test_check_says_that_all_is_well_and_what_comes_next(run, computed):
    answer = run("check", "my case.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "my case.yaml: no problems.\nNext: derbes cover 'my case.yaml'\n"


def test_check_as_json_without_problems(run, computed):
    answer = run("check", "town.yaml", "--json")
    assert answer.code == 0
    assert json.loads(answer.out) == {"problems": [], "notes": []}


def test_check_says_what_is_made_of_what_the_case_leaves_open(run, computed, monkeypatch):
    note = Note("suppliers.north.lead_time", "45 days count as 2 months", "write months", 7)
    monkeypatch.setattr(api, "problems_and_notes", lambda path: ((), (note,)))
    answer = run("check", "town.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "town.yaml: no problems.\n"
        "1 note on what is made of it:\n"
        "  - line 7, suppliers.north.lead_time: 45 days count as 2 months\n"
        "    fix: write months\n"
        "Next: derbes cover town.yaml\n"
    )
    answer = run("check", "town.yaml", "--json")
    assert json.loads(answer.out)["notes"] == [
        {
            "line": 7,
            "where": "suppliers.north.lead_time",
            "what": "45 days count as 2 months",
            "fix": "write months",
        }
    ]


def test_check_as_json_lists_the_problems(run, monkeypatch):
    problem = Problem(where="goods.alum", what="unknown key", line=6, column=5, fix="remove it")
    monkeypatch.setattr(api, "problems_and_notes", lambda path: ((problem,), ()))
    answer = run("check", "town.yaml", "--json")
    assert answer.code == 2
    assert answer.err == ""
    assert json.loads(answer.out) == {
        "problems": [
            {
                "file": "",
                "line": 6,
                "column": 5,
                "where": "goods.alum",
                "what": "unknown key",
                "fix": "remove it",
            }
        ],
        "notes": [],
    }


def test_cover_shows_a_table_for_each_variant_and_measure(run, computed):
    answer = run("cover", "town.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "as planned, embargo\n"
        "start    use        time to survive  the same, simple rule  days of cover  binding  sold "
        "by\n"
        "                            [month]                [month]          [day]\n"
        "2026-01  treatment               10                    9.5          182.6  alum     "
        "northland\n"
        "\n"
        "Next: derbes leverage town.yaml\n"
    )
    assert computed.calls == [("cover", DEFAULTS)]


def test_cover_shows_once_what_is_the_same_for_each_length(run, computed, monkeypatch):
    rows = [
        cover_row(start=start, length=length)
        for start in ("2026-01", "2027-01")
        for length in (6, 12)
    ]
    monkeypatch.setattr(api, "cover", lambda case, **options: cover_result(*rows))
    lines = run("cover", "town.yaml").out.splitlines()
    assert [line.split()[0] for line in lines[3:5]] == ["2026-01", "2027-01"]
    assert lines[5] == ""
    record = json.loads(run("cover", "town.yaml", "--json").out)
    assert [row["length"] for row in record["results"]] == [6, 12, 6, 12]


def test_cover_of_a_case_without_measures(run, computed, monkeypatch):
    case = replace(api.read_case("town.yaml"), measures={})
    monkeypatch.setattr(api, "read_case", lambda path: case)
    found = cover_result(cover_row(measure=""))
    monkeypatch.setattr(api, "cover", computed.note("cover", found))
    lines = run("cover", "town.yaml").out.splitlines()
    assert (lines[0], lines[-1]) == ("as planned", "Next: derbes check town.yaml")


def test_leverage_shows_the_surface_and_the_end(run, computed):
    answer = run("leverage", "town.yaml")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "as planned, embargo"
    words = "2026-01 12 best 120 0.6 126,000 2,400 52.5 16.5"
    assert lines[3].split() == words.split(" ")
    assert lines[5] == "When leverage ends"
    words = "as planned embargo 12 all essential uses not within the calendar alum northland"
    assert lines[8].split() == words.split(" ")
    assert lines[-1] == "Next: derbes brief town.yaml"
    assert computed.calls == [("leverage", DEFAULTS)]


def test_leverage_that_no_end_is_known_of_has_no_table_of_ends(run, computed, monkeypatch):
    """From one start alone its headings stood there, and nothing below them."""
    found = replace(leverage_result(leverage_row()), ends=())
    monkeypatch.setattr(api, "leverage", lambda case, **options: found)
    assert "When leverage ends" not in run("leverage", "town.yaml").out


def test_leverage_says_what_its_figures_are(run, computed, monkeypatch):
    rows = (
        leverage_row(bounds=("unmet_essential",), unmet_essential_gross=150.0),
        leverage_row(bound="myopic", takes_nothing=True, sender_cost_returning=-9.0),
        leverage_row(target_loss=None, missing=("uses.treatment.shortage_cost",)),
    )
    monkeypatch.setattr(api, "leverage", lambda case, **options: leverage_result(*rows))
    lines = run("leverage", "town.yaml").out.splitlines()
    assert lines[-7:-2] == [
        "≥ and ≤ stand before what is a bound of the harm; every other figure is what that "
        "response comes to.",
        "Unmet demand and losses are what the measure adds to calm.",
        "as planned, embargo: takes nothing away in 1 of 3 rows.",
        "A sender cost below zero: the sender earns by it, since the buyer buys back more from it, "
        "or dearer, than it could not buy.",
        "Missing: uses.treatment.shortage_cost",
    ]


def test_leverage_says_where_its_responses_lie_far_apart(run, computed, monkeypatch):
    rows = [
        leverage_row(start=start, bound=bound, deepest_shortfall=deepest)
        for start, found in (("2026-01", (0.1, 0.4)), ("2026-02", (0.0, 0.5)), ("2026-03", (1, 1)))
        for bound, deepest in zip(("optimal", "myopic"), found, strict=True)
    ]
    monkeypatch.setattr(api, "leverage", lambda case, **options: leverage_result(*rows))
    assert run("leverage", "town.yaml").out.splitlines()[-3] == (
        "Best response and rule lie far apart from 2026-02: see whether the best response rests on "
        "what nobody could foresee, or a number on a wrong unit."
    )


def test_options_reach_the_verb(run, computed):
    words = ["--variant", "all", "--measure", "embargo", "--measure", "surge"]
    words += ["--start", "2026-05", "--length", "6", "--length", "12", "--workers", "3"]
    run("leverage", "town.yaml", *words)
    run("leverage", "town.yaml", "--every", "year")
    assert computed.calls == [
        (
            "leverage",
            {
                "variants": ("all",),
                "measures": ("embargo", "surge"),
                "starts": ("2026-05",),
                "lengths": (6, 12),
                "n_workers": 3,
            },
        ),
        ("leverage", {**DEFAULTS, "starts": "year"}),
    ]


def test_results_as_json(run, computed):
    cover = json.loads(run("cover", "town.yaml", "--json").out)
    assert cover["results"][0]["time_to_survive"] == 10.0
    leverage = json.loads(run("leverage", "town.yaml", "--json").out)
    assert leverage["results"][0]["leverage_ratio"] == 52.5
    assert leverage["ends"][0]["date"] is None


def test_an_answer_goes_into_a_file(run, computed, tmp_path):
    answer = run("cover", "town.yaml", "--json", "--out", str(tmp_path / "cover.json"))
    assert answer.out == ""
    assert json.loads((tmp_path / "cover.json").read_text())["results"]


def test_brief_is_named_after_the_case(run, computed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run("brief", "cases/town.yaml")
    assert (
        answer.out == "Written: town.html, 1 KB\nNext: open it in a browser; it needs no network.\n"
    )
    assert Path("town.html").read_text(encoding="utf-8") == "<!doctype html>ң\n"
    asked = {**DEFAULTS, "variants": ("all",), "draws": BRIEF_DRAWS, "seed": 1, "tables": ""}
    asked |= {"page_one": False, "languages": ()}
    assert computed.calls == [("brief", asked)]


def test_brief_in_several_languages_is_asked_once_and_never_as_a_pdf(run, computed, tmp_path):
    out = str(tmp_path / "brief.html")
    answer = run("brief", "town.yaml", "--languages", "kk, en,kk", "--out", out, "--json")
    assert json.loads(answer.out)["languages"] == ["kk", "en"]
    assert [asked["languages"] for _name, asked in computed.calls] == [("kk", "en")]
    answer = run("brief", "town.yaml", "--languages", "kk,en", "--out", f"{out}.pdf")
    assert (answer.code, len(computed.calls)) == (2, 1)
    assert answer.err == (
        "town.yaml: 1 problem\n"
        "  - languages: a PDF is in one language: nothing in it can be switched\n"
        "    fix: name one of kk, en, or end the name of the page in .html\n"
    )


def test_brief_as_json_says_what_was_written(run, computed, tmp_path):
    out = str(tmp_path / "brief.html")
    record = json.loads(run("brief", "town.yaml", "--out", out, "--json").out)
    assert record["file"] == out
    assert record["bytes"] == len("<!doctype html>ң\n".encode())
    assert record["languages"] == ["en"]
    assert record["provenance"]["case_hash"] == "ab12"


def test_brief_goes_to_the_screen_when_asked(run, computed):
    assert run("brief", "town.yaml", "--out", "-").out == "<!doctype html>ң\n"


def test_schema_with_and_without_a_case(run, computed):
    assert json.loads(run("schema").out) == {"title": "any"}
    assert json.loads(run("schema", "town.yaml").out) == {"title": "Town"}


def test_show_a_case_and_an_element(run, computed):
    assert run("show", "town.yaml").out == "Town\n\nNext: derbes check town.yaml\n"
    assert run("show", "town.yaml", "goods.alum").out.startswith("Town goods.alum\n")


def test_show_as_json_gives_the_numbers(run, computed):
    record = json.loads(run("show", "town.yaml", "goods.alum", "--json").out)
    assert record["where"] == "goods.alum"
    assert [number["path"] for number in record["inputs"]] == ["goods.alum.reserve"]
    assert record["missing"] == []


def test_version(run):
    assert run("--version").out == f"derbes {VERSION}\n"


def test_help_names_every_verb(run):
    out = run("--help").out
    for verb in ("brief", "check", "cover", "leverage", "schema", "show"):
        assert f"\n  {verb} " in out
