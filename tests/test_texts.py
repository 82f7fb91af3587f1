"""The texts of the source can be collected and translated."""

import ast
import re

import pytest
from babel.messages.catalog import Catalog

from tools import quantities
from tools.messages import ROOT, template


def _texts(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template()


def test_texts_of_code_and_templates_are_collected(source):
    texts = {text for id_ in _texts(source) for text in (id_ if isinstance(id_, tuple) else (id_,))}
    assert {"Data as a table", "missing", "{n} months", "did you mean {offers}?"} <= texts


def test_every_text_of_the_code_is_collected(source):
    """One inside another text in quotes is not: Python 3.11 shows no code in it."""
    texts = {text for id_ in _texts(source) for text in (id_ if isinstance(id_, tuple) else (id_,))}
    told = {
        (path.name, call.args[0].value)
        for path in (ROOT / "src").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "ngettext", "worded"}
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(told) > 1000
    assert {one for one in told if one[1] not in texts} == set()


def test_texts_name_what_is_put_in(source):
    """A translator cannot place what has no name."""
    texts = [id_ for id_ in _texts(source) if isinstance(id_, str)]
    assert [text for text in texts if re.search(r"\{\d*\}|%[sd]", text)] == []


def test_no_text_is_blank(source):
    """Blanks that join words are no text, though they stand inside a call."""
    texts = [text for id_ in _texts(source) for text in (id_ if isinstance(id_, tuple) else (id_,))]
    assert [text for text in texts if not text.strip()] == []


def test_the_page_of_quantities_is_collected(source):
    told = {*quantities.texts(), "Quantities of expressions", "one of {words}"}
    assert len(told) > 100
    assert told <= _texts(source)
