"""The texts of the source can be collected and translated."""

import re

import pytest
from babel.messages.catalog import Catalog

from tools.messages import template


def _texts(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template()


def test_texts_of_code_and_templates_are_collected(source):
    texts = {text for id_ in _texts(source) for text in (id_ if isinstance(id_, tuple) else (id_,))}
    assert {"Data as a table", "missing", "{n} months", "did you mean {offers}?"} <= texts


def test_texts_name_what_is_put_in(source):
    """A translator cannot place what has no name."""
    texts = [id_ for id_ in _texts(source) if isinstance(id_, str)]
    assert [text for text in texts if re.search(r"\{\d*\}|%[sd]", text)] == []
