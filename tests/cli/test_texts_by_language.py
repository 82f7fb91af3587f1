"""Texts of a case in the language of a run, in text and in JSON; keys and ids stay."""

import json

import pytest

from tests.casefile.writing import broken
from tests.pseudo import outside, wrapped_by

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
