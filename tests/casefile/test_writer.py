"""One value changed in its line; everything else stays byte for byte."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.casefile import read_case
from derbes.errors import CaseError, OutputError
from tests.casefile.writing import SMALL, broken
from tests.oracles.rewriting import rewrite_value


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def _changed_lines(before, after):
    assert len(before.splitlines()) == len(after.splitlines())
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [new for old, new in pairs if old != new]


@pytest.mark.parametrize(
    ("where", "text", "line"),
    [
        ("goods.alum.reserve", "500 t", "    reserve: 500 t   # as the rule says"),
        ("name", "Town: a case", "name: 'Town: a case'"),
        ("name", "it's", "name: it's"),
        ("name", "# 1", "name: '# 1'"),
        ("name", "null", "name: 'null'"),
        ("actors.north.margin_share", "0.3", "  north: {margin_share: 0.3}"),
        (
            "suppliers.ore_mine.price",
            "1,5 USD/kg",
            "  ore_mine: {actor: town, good: ore, price: '1,5 USD/kg', capacity: 900 kg/month}",
        ),
        ("calendar.periods", "48", "calendar: {first: 2026-01, periods: 48}"),
        ("measures.embargo.lengths.1", "18", "    lengths: [6, 18]"),
        (
            "variants.late.set.plants.works.delay",
            "12 month",
            "    set: {plants.works.delay: 12 month}",
        ),
    ],
)
def test_one_line_changes(path, where, text, line):
    rewrite_value(path, where, text)
    assert _changed_lines(SMALL, path.read_text(encoding="utf-8")) == [line]
    assert read_case(path).name
    assert list(path.parent.iterdir()) == [path]


def test_value_of_a_whole_quantity(path):
    path.write_text(broken("price: 10 USD/t", "price: {value: 10 USD/t, grade: B}"))
    rewrite_value(path, "suppliers.north_alum.price", "12 USD/t")
    assert read_case(path).suppliers["north_alum"].price.value == 12.0
    assert "price: {value: 12 USD/t, grade: B}" in path.read_text()


def test_quotes_stay(path):
    path.write_text(broken("name: Small (invented)", 'name: "Small"   # who'))
    rewrite_value(path, "name", 'the "new" one')
    assert 'name: "the \\"new\\" one"   # who' in path.read_text()


def test_value_of_an_included_file(tmp_path):
    goods = (
        "goods:\n  alum:\n    unit: t\n    reserve: 600 t   # as the rule says\n  ore: {unit: kg}\n"
    )
    (tmp_path / "case.yaml").write_text(broken(goods, "include: [goods.yaml]\n"))
    (tmp_path / "goods.yaml").write_text(goods)
    before = (tmp_path / "case.yaml").read_bytes()
    rewrite_value(tmp_path, "goods.alum.reserve", "700 t")
    assert (tmp_path / "case.yaml").read_bytes() == before
    assert read_case(tmp_path).goods["alum"].reserve.value == 700.0


def test_byte_order_mark_and_windows_line_ends_stay(path):
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    rewrite_value(path, "goods.alum.reserve", "500 t")
    expected = SMALL.replace("reserve: 600 t", "reserve: 500 t").replace("\n", "\r\n")
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_permissions_stay(path):
    path.chmod(0o640)
    rewrite_value(path, "goods.alum.reserve", "500 t")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("where", "text", "message"),
    [
        (
            "goods.alum.reserve",
            "500 USD",
            "line 15, goods.alum.reserve: expected"
            ' "t" or what can be turned into it, got "500 USD"\n'
            "     15 |     reserve: 500 USD   # as the rule says\n"
            "        |              ^^^^^^^\n"
            '    fix: write it as in "15 t"',
        ),
        (
            "goods.alum.reserv",
            "1",
            "goods.alum.reserv: there is no such value in the case\n"
            '    fix: did you mean "goods.alum.reserve" or "goods.alum.unit"?',
        ),
        (
            "goods.alum",
            "1",
            "goods.alum: this is not a single value\n    fix: name one of the keys below it",
        ),
        (
            "name",
            "a\nb",
            "name: the text does not fit into one line\n    fix: leave line breaks out",
        ),
    ],
)
def test_refused_change_leaves_the_file(path, where, text, message):
    with pytest.raises(CaseError) as error:
        rewrite_value(path, where, text)
    assert str(error.value.problems[0]) == message
    assert path.read_text(encoding="utf-8") == SMALL


def test_text_of_several_lines_is_refused(path):
    text = broken("name: Small (invented)", "name: |\n  Small\n  case")
    path.write_text(text)
    with pytest.raises(CaseError) as error:
        rewrite_value(path, "name", "x")
    assert str(error.value.problems[0]) == (
        "name: the value takes several lines\n    fix: change it in an editor"
    )
    assert path.read_text() == text


def test_repeated_value_is_refused(path):
    text = broken("reserve: 600 t ", "reserve: &stock 600 t ")
    text = broken("quantity: 600 t", "quantity: *stock", text)
    path.write_text(text)
    with pytest.raises(CaseError) as error:
        rewrite_value(path, "goods.alum.reserve", "500 t")
    assert str(error.value.problems[0]) == (
        "goods.alum.reserve: the value stands for several places of the case\n"
        "    fix: change it in an editor"
    )
    assert path.read_text() == text


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_failing_disk_leaves_the_file(path, monkeypatch, code):
    def fail(_file):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError) as error:
        rewrite_value(path, "goods.alum.reserve", "500 t")
    assert os.strerror(code) in str(error.value)
    assert path.read_text(encoding="utf-8") == SMALL
    assert list(path.parent.iterdir()) == [path]


@given(text=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_any_name_comes_back(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "case.yaml"
    path.write_text(SMALL, encoding="utf-8", newline="")
    try:
        rewrite_value(path, "name", text)
    except CaseError:
        assert path.read_bytes() == SMALL.encode()
    else:
        assert read_case(path).name == text
        before, after = SMALL.encode().split(b"\n"), path.read_bytes().split(b"\n")
        assert [old == new for old, new in zip(before, after, strict=True)].count(False) <= 1
