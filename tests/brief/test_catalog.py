"""The catalogs of texts hold what the source says."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tools.messages import LOCALE, template

LANGUAGES = sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/derbes.po"))


def _catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _texts(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template()


def test_the_template_is_not_stale(source):
    assert _texts(_catalog(LOCALE / "derbes.pot")) == _texts(source), "run tools/messages.py"


def test_there_is_an_english_catalog():
    assert "en" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_not_stale(source, language):
    path = LOCALE / language / "LC_MESSAGES" / "derbes.po"
    assert _texts(_catalog(path)) == _texts(source), "run tools/messages.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalog_says_what_the_written_one_does(language):
    written = _catalog(LOCALE / language / "LC_MESSAGES" / "derbes.po")
    compiled = gettext.translation("derbes", LOCALE, languages=[language])
    said = {m.id: m.string or m.id for m in written if m.id and isinstance(m.id, str)}
    assert {text: compiled.gettext(text) for text in said} == said
    for one, many in (m.id for m in written if isinstance(m.id, tuple)):
        forms = {compiled.ngettext(one, many, n) for n in range(12)}
        assert forms == {s for s in (written[one].string or (one, many)) if s} or forms == {
            one,
            many,
        }


def test_texts_of_code_and_templates_are_collected(source):
    texts = {text for id_ in _texts(source) for text in (id_ if isinstance(id_, tuple) else (id_,))}
    assert {"Download CSV", "missing", "{n} months", "did you mean {offers}?"} <= texts


def test_texts_name_what_is_put_in(source):
    """A translator cannot place what has no name."""
    texts = [id_ for id_ in _texts(source) if isinstance(id_, str)]
    assert [text for text in texts if re.search(r"\{\d*\}|%[sd]", text)] == []
