"""The page of quantities is what the source says, and every quantity can be computed."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from derbes.case.ledger import Modality
from derbes.language import languages, use_language
from derbes.request import QUERIES
from derbes.results import statements as results
from derbes.statements import verdicts as judging
from derbes.statements.expressions import SUMMARIES
from derbes.statements.of_case import MODALITY_WORDS, VERDICT_WORDS
from derbes.statements.terms import QUANTITIES, SETS, Gives
from tools.quantities import page_of, quantities_page

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", [code for code in languages() if page_of(code).exists()])
def test_the_page_is_not_stale(code):
    use_language(code)
    assert page_of(code).read_text(encoding="utf-8") == quantities_page(), "run make schema"


def test_a_quantity_is_called_as_its_function_is():
    for name, entry in QUANTITIES.items():
        assert entry.function.__name__.rstrip("_") == entry.name == name
        assert entry.says == " ".join(entry.function.__doc__.split())
        assert (entry.gives is Gives.WORD) == bool(entry.words), name


def test_names_are_said_once():
    names = [entry.name for entry in (*QUANTITIES.values(), *SETS.values())] + list(SUMMARIES)
    assert len(names) == len(set(names))


def test_signatures_are_python():
    for entry in QUANTITIES.values():
        ast.parse(entry.signature.replace("…", "None"), mode="eval")


def test_words_are_those_of_the_ledger():
    assert {modality.value for modality in Modality} == set(MODALITY_WORDS)
    words = (judging.HOLDS, judging.LIKELY, judging.OPEN, judging.UNLIKELY, judging.FAILS,
             judging.UNTESTABLE, judging.NOT_DUE, judging.VOID, judging.EXPIRED)  # fmt: skip
    assert words == VERDICT_WORDS


def test_every_field_of_a_result_is_documented():
    text = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_]+)`", text)) | set(re.findall(r'"([a-z_]+)":', text))
    classes = [one for one in vars(results).values() if dataclasses.is_dataclass(one)]
    mine = [one for one in classes if one.__module__ == results.__name__]
    fields = {field.name for one in mine for field in dataclasses.fields(one)}
    assert fields - documented == set()


def test_every_query_is_documented():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert [query for query in QUERIES if f"`{query}`" not in text] == []


def test_every_quantity_and_set_is_tried_on_known_numbers():
    """What stands in no test can say anything."""
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parent.glob("*.py")
        if path.name != Path(__file__).name
    )
    names = (*(rf"\b{name}\(" for name in QUANTITIES), *(rf" in {name}\b" for name in SETS))
    assert [name for name in names if not re.search(name, said)] == []
