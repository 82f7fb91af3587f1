"""`derbes statements`, on the guide's own example."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.cli.tables import statements_text
from derbes.language import use_language
from derbes.results.statements import Flip

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-statement.md"
WATERWORKS = ROOT / "cases" / "waterworks.yaml"
QUICK = ("--workers", "1", "--draws", "4")


@pytest.fixture
def path(tmp_path):
    """The case of the guide: the example and what a reader adds to it."""
    (added,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "mytown.yaml"
    file.write_text(WATERWORKS.read_text(encoding="utf-8") + added, encoding="utf-8")
    return str(file)


def test_the_guide_gives_the_verdicts_that_it_says(run, path):
    assert run("check", path).code == 0
    record = json.loads(run("statements", path, *QUICK, "--json").out)
    first, second = record["statements"]
    assert (first["id"], first["verdict"], first["share"]) == ("W01", "holds", 1.0)
    assert (second["id"], second["verdict"], second["probability"]) == ("W02", "likely", 0.1)
    assert second["outcome"] is None
    assert second["flips_at"][0]["input"] == "plants.alum_works.opening"
    assert record["as_of"] == "2026-02-03"
    assert record["provenance"]["n_draws"] == 4


def test_the_table(run, path):
    answer = run("statements", path, *QUICK, "--flips", "0")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "As of 2026-02-03, 4 draws where programs are solved, 256 elsewhere, seed 1"
    assert lines[2].split("  ")[0] == "id"
    assert re.match(r"W01 +The town +capability +holds +tested by the model +1 +0\.1225 ", lines[3])
    assert "1 holds, 1 likely" in lines
    assert lines[-1] == f"Next: derbes brief {path}"


def test_words_and_numbers_of_the_table_are_in_the_language_in_use(path):
    """Modalities as well as verdicts, and where one turns over in plain digits with its unit."""
    found = api.statements(api.read_case(path), draws=4, flips=0)
    flip = Flip("stockpiles.alum_store.quantity", 188_001.4, "t", "above", 0.0)
    first, *others = found.statements
    found = replace(found, statements=(replace(first, flips_at=(flip,)), *others))
    assert "W01: stockpiles.alum_store.quantity above 188,001 t (now 0)" in statements_text(
        found, ""
    )
    use_language("ru")
    try:
        told = statements_text(found, "").replace("\u00a0", " ")
    finally:
        use_language("en")
    assert re.search(r"^W01 +town +способность +верно ", told, re.MULTILINE)
    assert "W01: «stockpiles.alum_store.quantity» выше 188 001 т (сейчас 0)" in told


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_workers(run, path):
    words = ("statements", path, "--draws", "4", "--json")
    one, two = (run(*words, "--workers", n).out for n in ("1", "2"))
    assert one == two
    assert run(*words, "--workers", "1", "--seed", "2").out != one


def test_what_is_chosen(run, path):
    for words, ids in (
        (("--by", "town"), ["W01"]),
        (("--verdict", "likely"), ["W02"]),
        (("--by", "town", "--verdict", "fails"), []),
    ):
        answer = run("statements", path, *QUICK, "--flips", "0", "--json", *words)
        assert [row["id"] for row in json.loads(answer.out)["statements"]] == ids


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("contradictions", "kind  statements  holders  same side  about"),
        ("tensions", "id  raised  verdict  share of draws  statements"),
        ("coverage", "2 of 2 entries are tested over draws."),
        ("predictions", "0 of 1 prediction is due and scored; 1 open."),
        (
            "predictions",
            "from   to  scored  claimed  came true  due, undecided  decided early  open",
        ),
    ],
)
def test_queries(run, path, query, line):
    answer = run("statements", path, *QUICK, "--flips", "0", "--query", query)
    assert answer.code == 0
    assert line in [text.rstrip() for text in answer.out.splitlines()]


@pytest.mark.parametrize("query", ["drift", "misfits", "double_standards", "theses"])
def test_a_query_without_anything_to_show(run, path, query):
    answer = run("statements", path, *QUICK, "--flips", "0", "--query", query)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("word", ["signaling", "signalling"])
def test_signaling(run, path, word):
    answer = run(
        "statements", path, "--workers", "1", "--draws", "2", "--flips", "0", "--query", word
    )
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[2].startswith("start    credible  only talk  belief needed  words matter")
    assert [line.split()[0] for line in lines[3:8]] == [
        "2026-01", "2027-01", "2028-01", "2029-01", "2030-01",
    ]  # fmt: skip


def test_history(run, path, tmp_path):
    file = tmp_path / "verdicts.jsonl"
    for _turn in range(2):
        answer = run("statements", path, *QUICK, "--flips", "0", "--record", str(file))
        assert answer.out.splitlines()[-1] == "Recorded: 2 verdicts in verdicts.jsonl"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 4


def test_export(run, path, tmp_path):
    words = ("statements", path, *QUICK, "--flips", "0", "--export")
    rows = list(csv.reader(io.StringIO(run(*words, "csv").out)))
    assert [row[0] for row in rows[:3]] == ["id", "W01", "W02"]
    out = tmp_path / "review.json"
    assert run(*words, "claimreview", "--out", str(out)).code == 0
    graph = json.loads(out.read_text(encoding="utf-8"))["@graph"]
    assert [review["reviewRating"]["alternateName"] for review in graph] == ["holds", "likely"]
    marked = tmp_path / "sheet.csv"
    run(*words, "csv", "--mark", "--out", str(marked))
    assert marked.read_bytes().startswith(b'\xef\xbb\xbf"id"')


def test_what_is_asked_for_must_be_there(run, path):
    answer = run(
        "statements", path, "--by", "twon", "--verdict", "hold", "--draws", "0", "--flips", "-1",
        "--as-of", "yesterday",
    )  # fmt: skip
    assert answer.code == 2
    assert answer.err == (
        f"{path}: 5 problems\n"
        '  - by: "twon" is not an actor of this case\n'
        '    fix: did you mean "town"?\n'
        '  - verdict: "hold" is not a verdict\n'
        '    fix: did you mean "holds"?\n'
        "  - draws: 0 is not possible here\n"
        "    fix: choose a number from 1 to 100,000\n"
        "  - flips: -1 is not possible here\n"
        "    fix: choose a number from 0 to 100\n"
        '  - as_of: "yesterday" is not a date\n'
        "    fix: write a date such as 2026-03-01\n"
    )


def test_a_case_without_statements_says_so(run):
    answer = run("statements", str(WATERWORKS), *QUICK)
    assert answer.code == 2
    assert answer.err == (
        f"{WATERWORKS}: 1 problem\n"
        "  - statements: this case has no statements\n"
        "    fix: add a section `statements`; see docs/how-to/add-a-statement.md\n"
    )


def test_check_tells_of_expressions_with_their_lines(run, path):
    file = Path(path)
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "time_to_survive(northland", "time_to_survive(nort"
        ),
        encoding="utf-8",
    )
    answer = run("check", path)
    assert answer.code == 2
    number = file.read_text(encoding="utf-8").splitlines().index(
        "    holds_if: time_to_survive(nort, 2026-02, use=treatment) >= 9"
    )  # fmt: skip
    assert answer.err == (
        f"{path}: 1 problem\n"
        f"  - line {number + 1}, statements.W01.holds_if: "
        '"nort" is no actor or measure of this case\n'
        f"{number + 1:>7} | time_to_survive(nort, 2026-02, use=treatment) >= 9\n"
        "        |                 ^^^^\n"
        '    fix: did you mean "northland"?\n'
    )


def test_the_verb_answers_as_the_command(path):
    case = api.read_case(path)
    table = api.statements(case, draws=8, flips=0)
    assert [row.verdict for row in table.statements] == ["holds", "likely"]
    assert "W01" in table._repr_html_()
    assert api.export_statements(case, table, "csv").startswith('"id","kind"')
