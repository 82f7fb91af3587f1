"""Changes to a case file: what was wanted is read, and every other byte is as it was."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.casefile import edit, read_case
from derbes.casefile.edit import changed_texts, respelled, with_change, write_changes
from derbes.casefile.entries import Items, MappingNode, Node, Text, find
from derbes.casefile.files import compose
from derbes.errors import CaseError, OutputError
from tests.casefile.writing import PLANNED, SMALL

WATERWORKS = (Path(__file__).parents[2] / "cases" / "waterworks.yaml").read_text(encoding="utf-8")
TEXTS = [SMALL, PLANNED, WATERWORKS, SMALL.replace("\n", "\r\n"), SMALL.rstrip("\n")]


@cache
def _root(text: str) -> MappingNode:
    root, findings, _n = compose(text, 0)
    assert isinstance(root, MappingNode)
    assert not findings
    return root


def _common(one: str, other: str) -> int:
    """Signs with which both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _paths(node: Node, above=()):
    """Every path of a tree."""
    if isinstance(node, MappingNode):
        for key, below in node.entries.items():
            yield (*above, key)
            yield from _paths(below, (*above, key))
    elif isinstance(node, Items):
        for place, below in enumerate(node.items):
            yield (*above, place)
            yield from _paths(below, (*above, place))


def _kept(old: str, new: str) -> int:
    """Bytes of the old text that stand before and behind the one place that differs."""
    before = _common(old, new)
    rest = min(len(old), len(new)) - before
    behind = _common(old[::-1], new[::-1])
    return before + min(behind, rest)


def _changed(text: str, path, value) -> str:
    found = respelled(text, with_change(_root(text).plain, path, value))
    assert found is not None, (path, value)
    assert _root(found).plain == with_change(_root(text).plain, path, value)
    return found


PATHS = {text: list(_paths(_root(text))) for text in TEXTS}
words = st.text(
    st.sampled_from("abc 012,.:#'\"-{}[]&*!|>%@`\\тү\n\té"), min_size=1, max_size=12
).filter(lambda text: text.strip() == text)
leaves = st.one_of(words, st.sampled_from(["12 t/month", "2026-01", "1,5 t", "missing", "yes"]))
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).map(lambda key: f"new_{key}")
values = st.recursive(
    leaves,
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(keys, below, max_size=12)),
    max_leaves=30,
)


@st.composite
def places(draw):
    text = draw(st.sampled_from(TEXTS))
    return text, draw(st.sampled_from(PATHS[text]))


@given(places(), leaves)
@settings(max_examples=50, deadline=None)
def test_a_value_is_set_and_every_other_byte_stays(at, value):
    text, path = at
    node = find(_root(text), path)
    if not isinstance(node, Text):
        return
    new = _changed(text, path, value)
    assert _kept(text, new) >= len(text) - (node.mark.end - node.mark.start)
    assert _root(_changed(new, path, node.plain)).plain == _root(text).plain


@given(places(), values)
@settings(max_examples=50, deadline=None)
def test_any_value_takes_the_place_of_any_other(at, value):
    text, path = at
    new = _changed(text, path, value)
    lines = set(new.splitlines())
    mark = find(_root(text), path).mark
    for number, line in enumerate(text.splitlines(), 1):
        if number < mark.line - 1 and "[" not in line:
            assert line in lines


@given(places(), keys, values)
@settings(max_examples=50, deadline=None)
def test_an_element_is_put_in_and_taken_out_again(at, key, value):
    text, path = at
    node = find(_root(text), path)
    if not isinstance(node, MappingNode) or not node.entries:
        return
    new = _changed(text, (*path, key), value)
    assert _kept(text, new) == len(text)
    assert _changed(new, (*path, key), None) == text + ("\n" if _no_end(text, new) else "")


def _no_end(text: str, new: str) -> bool:
    """Whether an element was put behind a last line without an end."""
    return not text.endswith("\n") and _common(text, new) == len(text)


@given(places())
@settings(max_examples=50, deadline=None)
def test_an_element_is_taken_out_in_one_piece(at):
    text, path = at
    above = find(_root(text), path[:-1]) if path[:-1] else _root(text)
    if not isinstance(above, MappingNode) or len(above.entries) < 2:
        return
    new = _changed(text, path, None)
    assert _kept(text, new) == len(new)


HOSTILE = """\
# at the top
derbes:   1   # one
name: "Quoted: # no comment"   # kept
goods:   # all of them

  # of the first
  a:
    unit: t     # here
    reserve: |
      a block
      of text

  b: {unit: t,   # in braces
      reserve: 3 t,
     }   # end
list:
- one
-   two   # second
- {x: 1}
empty:
last: 'it''s'
# at the end
"""


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("derbes",), "2", "derbes:   1   # one", "derbes:   2   # one"),
        (("name",), 'a "b"', '"Quoted: # no comment"', '"a \\"b\\""'),
        (("last",), "x", "'it''s'", "'x'"),
        (("goods", "b", "c"), "1", "3 t,\n", "3 t, c: 1,\n"),
        (("goods", "b", "unit"), None, "unit: t,   # in braces\n      reserve", "reserve"),
        (("goods", "b", "reserve"), None, ",   # in braces\n      reserve: 3 t", ""),
        (("empty",), "here", "empty:\n", "empty: here\n"),
        (("empty",), {"a": "1"}, "empty:\n", "empty: {a: 1}\n"),
        (("list", 1), "2", "-   two   #", "-   2   #"),
        (("list", 3), "4", "- {x: 1}\n", "- {x: 1}\n- 4\n"),
        (("goods", "a", "unit"), "kg", "unit: t     # here", "unit: kg     # here"),
        (("goods", "a", "more"), "1", "of text\n\n", "of text\n    more: 1\n\n"),
        (("goods", "a", "reserve"), "3 t", "|\n      a block\n      of text\n", "3 t\n"),
        (("goods", "c"), {}, "     }   # end\n", "     }   # end\n  c: {}\n"),
        (("new",), "1", "last: 'it''s'\n", "last: 'it''s'\nnew: 1\n"),
    ],
)
def test_what_stands_around_a_change_stays(path, value, old, new):
    assert HOSTILE.count(old) == 1
    assert _changed(HOSTILE, path, value) == HOSTILE.replace(old, new)


def test_a_long_value_goes_below_its_key_and_the_comment_stays_with_the_key():
    series = {f"20{year}-{month:02}": "100" for year in (26, 27) for month in range(1, 13)}
    text = "uses:\n  a:\n    demand: 100 t/month  # as measured\n    good: b\n"
    new = _changed(text, ("uses", "a", "demand"), {"series": series, "unit": "t/month"})
    assert new.startswith(
        "uses:\n  a:\n    demand:  # as measured\n      series:\n        2026-01: 100\n"
    )
    assert new.endswith("        2027-12: 100\n      unit: t/month\n    good: b\n")


def test_what_is_repeated_is_not_changed_in_one_place_alone():
    text = "a: &x {b: 1}\nc: *x\nd: 2\n"
    plain = _root(text).plain
    assert respelled(text, with_change(plain, ("c", "b"), "5")) is None
    assert respelled(text, with_change(plain, ("a", "b"), "5")) is None
    assert respelled(text, with_change(plain, ("d",), "5")) == "a: &x {b: 1}\nc: *x\nd: 5\n"
    end = "a: &x {b: 1}\nc: *x\n"
    assert respelled(end, with_change(_root(end).plain, ("d",), "5")) == end + "d: 5\n"


def test_a_case_of_several_files_is_changed_where_the_value_stands(tmp_path):
    head, tail = SMALL.split("suppliers:")
    (tmp_path / "case.yaml").write_bytes(f"{head}include: [sellers.yaml]\n".encode())
    sellers = b"\xef\xbb\xbf" + f"suppliers:{tail}".replace("\n", "\r\n").encode()
    (tmp_path / "sellers.yaml").write_bytes(sellers)
    written = write_changes(
        tmp_path,
        {
            ("suppliers", "north_alum", "price"): "12 USD/t",
            ("suppliers", "ore_mine", "lead_time"): "1 month",
            ("goods", "alum", "reserve"): "500 t",
        },
    )
    assert {path.name for path in written} == {"case.yaml", "sellers.yaml"}
    case = read_case(tmp_path)
    assert case.suppliers["north_alum"].price.value == 12
    assert case.suppliers["ore_mine"].lead_time.value == 1
    assert (tmp_path / "sellers.yaml").read_bytes() == sellers.replace(
        b"10 USD/t", b"12 USD/t"
    ).replace(b"900 kg/month}", b"900 kg/month, lead_time: 1 month}")
    assert b"reserve: 500 t   # as the rule says" in (tmp_path / "case.yaml").read_bytes()


def test_a_change_that_would_break_the_case_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(SMALL, encoding="utf-8")
    with pytest.raises(CaseError, match=r"suppliers\.north_alum\.price"):
        write_changes(path, {("suppliers", "north_alum", "price"): "12 kg"})
    assert path.read_text(encoding="utf-8") == SMALL


def test_a_case_that_has_problems_is_not_changed(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(SMALL.replace("target: town", "target: twon"), encoding="utf-8")
    with pytest.raises(CaseError, match="twon"):
        write_changes(path, {("suppliers", "north_alum", "price"): "12 USD/t"})


def test_files_are_all_as_they_were_where_one_cannot_be_written(tmp_path, monkeypatch):
    head, tail = SMALL.split("suppliers:")
    (tmp_path / "case.yaml").write_text(f"{head}include: [s.yaml]\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text(f"suppliers:{tail}", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    real = edit.write_bytes_atomically

    def full(path, content):
        if path.name == "s.yaml":
            raise OutputError("no space left")
        real(path, content)

    monkeypatch.setattr(edit, "write_bytes_atomically", full)
    changes = {("goods", "alum", "reserve"): "1 t", ("suppliers", "north_alum", "price"): "1 USD/t"}
    with pytest.raises(OutputError):
        write_changes(tmp_path, changes)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nothing_is_written_where_nothing_changes(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert changed_texts(path, {("goods", "alum", "reserve"): "600 t"}) == {}
