"""Texts of a case in the language of a run, in text and in JSON; keys and ids stay."""

import json
import re

import pytest

from derbes.casefile.entries import SECTIONS
from tests.casefile.writing import LEDGER, PLANNED, SMALL, broken
from tests.pseudo import outside, words_outside, wrapped_by

WHY = "demand: {value: 100 t/month, why: {en: As sold., ru: Как продано.}}"


@pytest.fixture
def path(tmp_path):
    text = broken("demand: 100 t/month", WHY)
    text = text.replace("title: Census", "title: {ru: Перепись}")
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path / "case.yaml")


@pytest.mark.parametrize(
    ("code", "why", "title"),
    [
        ("en", "As sold.", "Перепись [ru]"),
        ("ru", "Как продано.", "Перепись"),
        ("kk", "As sold. [en]", "Перепись [ru]"),
    ],
)
def test_a_reason_is_one_text_in_json_and_on_the_screen(run, path, code, why, title):
    record = json.loads(run("show", path, "--json", "--lang", code).out)
    assert why in [one["why"] for one in record["inputs"]]
    assert all(isinstance(one["why"], str) for one in record["inputs"])
    assert title in run("show", path, "documents.census", "--lang", code).out


def test_descriptions_of_the_schema_come_in_the_language_of_the_run(run, monkeypatch):
    wrapped_by(monkeypatch, "ru")
    schema = json.loads(run("schema", "--lang", "ru").out)
    assert schema["description"] == "⟦A case file.⟧"
    assert outside(schema["properties"]["goods"]["description"]) == ""


CODES = {
    "all",
    "base",
    "essential",
    "optimal",
    "myopic",
    "month",
    "USD",
    "PAWN",
    "scenario",
    "time",
    "to",
    "survive",
    "leverage",
    "ratio",
    "target",
    "loss",
    "sender",
    "cost",
    "capital",
    "unmet",
    "cover",
    "stress",
    "discount",
    "rate",
    "refill",
    "horizon",
    "год",
    "мес",
}
"""Ids of answers and responses, units, keys of a case file that is silent, a method's name."""

VERBS = (
    ("check", SMALL),
    ("show", LEDGER),
    ("cover --start 2026-01", SMALL),
    ("leverage --start 2026-01", SMALL),
    ("statements --draws 2 --query coverage", LEDGER),
    ("stress --draws 4 --start 2026-01", PLANNED),
)


@pytest.mark.parametrize(("words", "text"), VERBS, ids=[one[0].split()[0] for one in VERBS])
def test_an_answer_holds_no_word_but_of_the_case_that_no_translation_reaches(
    run, tmp_path, monkeypatch, words, text
):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    wrapped_by(monkeypatch, "ru")
    verb, *options = words.split()
    found = run(verb, str(path), *options, "--lang", "ru")
    assert found.code == 0, found.err
    sections = {word for one in SECTIONS for word in one.split("_")}
    own = set(re.findall(r"[^\W\d_]+", text + str(path))) | sections | CODES
    assert "⟦" in found.out
    assert set(words_outside(found.out)) - own == set()
