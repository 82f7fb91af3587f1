"""The ledger of the article in the ASPAN case: complete, checked, short in quotation."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from derbes.case.entities import Case
from derbes.casefile import read_case
from derbes.statements.expressions import Names, names_of
from tests.statements.ledgers import problems_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "cases" / "aspan"
REFERENCE = ROOT.parent / "shared" / "reference"
"""The article and its codings, where they lie beside a checkout; they are not shipped."""

COUNTS = {"F": 32, "N": 26, "C": 66, "T": 28, "PR": 30, "L": 14, "E": 39}
OTHERS = {"contrasts": ("X", 30), "double_standards": ("D", 8), "tensions": ("G", 16)}
KINDS = {
    "F": "fact",
    "N": "quantity",
    "C": "claim",
    "T": "thesis",
    "PR": "prediction",
    "L": "dependency",
    "E": "report",
}
CHECKS = ("holds_if", "condition", "yes_if", "no_if", "void_if")
BY_MODEL = (
    *(f"T{n:02d}" for n in (1, 2, 3, 4, 10, 12, 17, 22, 26, 27)),
    *("C45", "C58", "C65", "N25", "F13", "F14", "F15", "F16"),
    *(f"PR{n:02d}" for n in (1, 2, 8, 9, 10)),
    *("G04", "G07", "G09", "G10"),
)
"""Entries that numbers of the case or the model decide, not reports alone."""
BY_EVIDENCE = ("G01", "G02", "G03", "G05", "G06", "G08")
"""Tensions that the ledger itself, or what is attested, raises."""
MODEL = re.compile(
    r"\b(leverage|survives|time_to_survive|import_share|made|bought|stock_trend|opening|"
    r"plant_open|makes|capacity|has_home_source|outlay|foreign_outlay|credible|exists|demand|"
    r"deepest_shortfall|unmet|sells|holds)\("
)
LONGEST_PHRASE = 8
LONGEST_RUN = 6
"""Words in a row that a text may share with the article."""


def _read() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {"statements": {}, **{section: {} for section in OTHERS}}
    for path in sorted((FOLDER / "statements").glob("*.yaml")):
        for section, entries in yaml.load(path.read_text("utf-8"), yaml.BaseLoader).items():
            assert not set(entries) & set(found[section]), path
            found[section] |= entries
    return found


LEDGER = _read()
STATEMENTS = LEDGER["statements"]
ENTRIES = {name: entry for section in LEDGER.values() for name, entry in section.items()}


@pytest.fixture(scope="module", name="case")
def _case() -> Case:
    return read_case(FOLDER)


@pytest.fixture(scope="module", name="names")
def _names(case: Case) -> Names:
    return names_of(case)


def _range(letter: str, n: int) -> list[str]:
    return [f"{letter}{number:02d}" for number in range(1, n + 1)]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _texts(written: Any) -> Iterator[str]:
    """Every text of an entry, in every language."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, dict):
        for value in written.values():
            yield from _texts(value)


@pytest.mark.parametrize("letter", COUNTS)
def test_every_statement_of_the_ledger_is_there(letter: str) -> None:
    ids = [name for name in STATEMENTS if name.rstrip("0123456789") == letter]
    assert sorted(ids) == _range(letter, COUNTS[letter])
    assert {STATEMENTS[name]["kind"] for name in ids} == {KINDS[letter]}


@pytest.mark.parametrize("section", OTHERS)
def test_every_contrast_double_standard_and_tension_is_there(section: str) -> None:
    assert sorted(LEDGER[section]) == _range(*OTHERS[section])


def test_nothing_else_is_there() -> None:
    assert len(STATEMENTS) == sum(COUNTS.values())


def test_the_case_reads_all_of_it(case: Case) -> None:
    assert set(case.statements) == set(STATEMENTS)
    assert set(case.contrasts) == set(LEDGER["contrasts"])
    assert set(case.double_standards) == set(LEDGER["double_standards"])
    assert set(case.tensions) == set(LEDGER["tensions"])


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_has_a_check_or_says_why_there_is_none(name: str) -> None:
    entry = ENTRIES[name]
    has_check = any(entry.get(key) for key in (*CHECKS, "resolution"))
    assert has_check != bool(entry.get("untestable"))
    for text in entry.get("untestable", {}).values():
        assert text.endswith(".")


def test_reasons_are_not_all_the_same() -> None:
    reasons = [entry["untestable"] for entry in ENTRIES.values() if "untestable" in entry]
    for language in ("en", "ru"):
        assert len({texts[language] for texts in reasons}) > 2 * len(reasons) / 3


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_says_it_in_all_languages(name: str) -> None:
    says = ENTRIES[name]["says"]
    assert set(says) == {"en", "ru", "kk"}
    assert all(text.endswith((".", "?")) for text in says.values())
    assert len(set(says.values())) == len(says)


@pytest.mark.parametrize("name", STATEMENTS)
def test_phrase_is_short(name: str) -> None:
    phrases = STATEMENTS[name]["phrase"]
    assert phrases
    assert all(1 <= len(_words(text)) <= LONGEST_PHRASE for text in phrases.values())


@pytest.mark.parametrize("name", ENTRIES)
def test_expressions_parse(name: str, names: Names) -> None:
    for text in (ENTRIES[name][key] for key in CHECKS if key in ENTRIES[name]):
        assert problems_of(text, names) == ()


@pytest.mark.parametrize("name", BY_MODEL)
def test_the_model_tests_what_it_can(name: str) -> None:
    entry = ENTRIES[name]
    assert MODEL.search(entry.get("holds_if") or entry["yes_if"])


@pytest.mark.parametrize("name", BY_EVIDENCE)
def test_tension_is_raised_by_what_is_written(name: str) -> None:
    assert re.search(r"\b(attested|held_by|denied)\(", ENTRIES[name]["holds_if"])


def test_yes_and_no_of_a_prediction_are_not_the_same() -> None:
    for entry in STATEMENTS.values():
        if "yes_if" in entry:
            assert entry["yes_if"] != entry["no_if"]


def test_every_prediction_is_due_or_cannot_be_resolved() -> None:
    open_ended = {
        name
        for name, entry in STATEMENTS.items()
        if entry["kind"] == "prediction" and "due" not in entry
    }
    assert open_ended == {"PR24", "PR26"}
    assert all("Not resolvable" in STATEMENTS[name]["untestable"]["en"] for name in open_ended)


def test_what_hangs_on_the_silence_is_conditional() -> None:
    hanging = {name for name, entry in STATEMENTS.items() if "condition" in entry}
    assert hanging == {f"PR{n}" for n in (*range(11, 24), 25)} | {"C13", "C14"}
    assert "no sign by which it could be seen" in (
        FOLDER / "statements" / "predictions.yaml"
    ).read_text("utf-8")


def test_modality_is_kept_apart_where_the_ledger_says_so() -> None:
    assert STATEMENTS["F10"]["modality"] == "possibility"
    assert (STATEMENTS["F19"]["modality"], STATEMENTS["F19"]["denied"]) == ("decision", "true")
    assert STATEMENTS["E13"]["modality"] == "intention"
    assert STATEMENTS["C08"]["modality"] == "prediction"
    assert STATEMENTS["C08"]["retells"] == ["E13"]
    assert STATEMENTS["F28"]["retells"] == ["E08"]
    assert {STATEMENTS[name]["modality"] for name in ("E17", "E20", "E21", "E22")} == {"fact"}
    assert all("E10" in STATEMENTS[name]["retells"] for name in ("E17", "E20", "E21", "E22"))


def test_the_authors_aside_is_not_put_into_anothers_mouth() -> None:
    assert STATEMENTS["C40"]["by"] == "author"
    assert "holder" not in STATEMENTS["C40"]


def test_double_standards_cover_the_author_too() -> None:
    judges = {name: entry["judge"] for name, entry in LEDGER["double_standards"].items()}
    assert (judges["D07"], judges["D08"]) == ("author", "author")
    assert set(judges.values()) == {"moscow", "author"}


def test_last_summit_expires() -> None:
    assert STATEMENTS["F26"]["expires"] == "2026-11-11"


def test_speakers_on_a_side_carry_its_tag(case: Case) -> None:
    speakers = {one.by for one in case.statements.values()}
    speakers |= {one.holder for one in case.statements.values() if one.holder}
    sides = ("side_kazakhstan", "side_russia", "side_other")
    for name in speakers:
        assert len(set(case.actors[name].tags) & set(sides)) == 1, name


needs_reference = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the article does not lie beside this checkout"
)


@needs_reference
def test_no_long_run_of_the_article() -> None:
    article = _words((REFERENCE / "oped_ru.txt").read_text("utf-8"))
    n = LONGEST_RUN + 1
    runs = {tuple(article[i : i + n]) for i in range(len(article) - n + 1)}
    for name, entry in ENTRIES.items():
        for text in _texts(entry):
            words = _words(text)
            shared = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
            assert not runs & set(shared), (name, text)


@needs_reference
def test_phrases_and_cues_stand_where_the_ledger_says() -> None:
    text = (REFERENCE / "oped_ru.txt").read_text("utf-8")
    paragraphs = [line for line in text.split("\n") if line.strip()]
    for name, entry in STATEMENTS.items():
        place = re.fullmatch(r"oped P(\d+)\.\d+", entry["at"])
        if place:
            assert entry["phrase"]["ru"] in paragraphs[int(place[1]) - 1], name


@needs_reference
def test_places_agree_with_the_list() -> None:
    text = (REFERENCE / "oped_ledger.md").read_text("utf-8")
    rows = re.findall(r"^\| (F|C|T|PR|N)(\d\d) \|.*\| ([^|]*P\d[^|]*) \|$", text, re.MULTILINE)
    assert len(rows) == 32 + 66 + 28 + 30 + 26
    for letter, number, places in rows:
        at = re.fullmatch(r"oped P(\d+)\.(\d+)", ENTRIES[letter + number]["at"])
        assert at, letter + number
        paragraphs = [int(one) for one in re.findall(r"(?:P|–(?=\d+\.))(\d+)", places)]
        assert min(paragraphs) <= int(at[1]) <= max(paragraphs), letter + number


@needs_reference
def test_reports_are_those_of_the_episode(case: Case) -> None:
    with (REFERENCE / "oped_gold" / "aspan_episode_events.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COUNTS["E"]
    for row in rows:
        statement = case.statements[row["id"]]
        assert statement.said == row["date"], row["id"]
        address = case.documents[statement.document].address
        assert address.startswith(row["url"]) or row["url"].startswith(address), row["id"]
