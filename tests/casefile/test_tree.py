"""The tree: places of texts, paths with dots, and the slower reader."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from derbes.casefile import files as composing
from derbes.casefile.entries import dotted, find, resolve
from derbes.casefile.files import compose, foreign_signs
from tests.casefile.writing import SMALL
from tests.oracles.rewriting import texts


def _places(text):
    root, findings, _n = compose(text, 0)
    assert findings == []
    return [(path, node.text, node.style, node.mark) for path, node in texts(root)]


def test_every_text_stands_where_its_mark_says():
    for path, text, style, mark in _places(SMALL):
        assert SMALL[mark.start : mark.end] == text, path
        line = SMALL.splitlines()[mark.line - 1]
        assert line[mark.column - 1 :].startswith(text)
        assert style == ""


def test_the_slower_reader_sees_the_same(monkeypatch):
    fast = _places(SMALL)
    monkeypatch.setattr(composing, "_Loader", yaml.SafeLoader)
    assert _places(SMALL) == fast


def test_every_path_is_found_again():
    root, _findings, _n = compose(SMALL, 0)
    for path, node in texts(root):
        assert resolve(root, dotted(path)) == path
        assert find(root, path) is node


def test_path_that_leads_nowhere():
    root, _findings, _n = compose(SMALL, 0)
    for where in ("goods.alum.x", "measures.embargo.lengths.7", "name.x", "x"):
        assert resolve(root, where) is None


def _stands_in_files(text):
    return not foreign_signs(text, 0)


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12
    ).filter(_stands_in_files)
)
def test_quoted_text_comes_back(text):
    quoted = "'" + text.replace("'", "''") + "'"
    written = f"ключ: {quoted}  # конец\nk: 1\n"
    root, findings, _n = compose(written, 0)
    assert findings == []
    node = find(root, ("ключ",))
    assert node.text == text or "\u2028" in text or "\u2029" in text
    assert written[node.mark.start : node.mark.end] == quoted
