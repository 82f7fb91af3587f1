"""A case in several files: merged, checked, told apart."""

import hashlib
import re

import pytest

from derbes.casefile import read_case
from tests.casefile.writing import BOTH, SMALL, broken, check_case

GOODS = """\
goods:
  alum:
    unit: t
    reserve: 600 t   # as the rule says
  ore: {unit: kg}
"""


def _split(folder, goods=GOODS, include="include: [goods.yaml]\n"):
    main = broken(GOODS, include)
    (folder / "case.yaml").write_text(main, encoding="utf-8")
    (folder / "goods.yaml").write_text(goods, encoding="utf-8")
    return main


def _told(folder):
    return "\n".join(str(problem) for problem in check_case(folder))


def test_merged_case_is_the_case_in_one_file(tmp_path):
    main = _split(tmp_path)
    case = read_case(tmp_path)
    (tmp_path / "whole.yaml").write_text(SMALL, encoding="utf-8")
    whole = read_case(tmp_path / "whole.yaml")
    assert list(case.goods) == ["alum", "ore"]
    assert case.goods["alum"].reserve.value == whole.goods["alum"].reserve.value == 600.0
    assert case.goods["alum"].at_line == 2
    assert case.hash == hashlib.sha256((main + GOODS).encode()).hexdigest()
    assert case.source == str(tmp_path)


def test_problem_names_its_file(tmp_path):
    _split(tmp_path, GOODS.replace("unit: t", "unit: ton"))
    assert (
        _told(tmp_path)
        == """\
goods.yaml, line 3, goods.alum.unit: "ton" can mean several units
      3 |     unit: ton
        |           ^^^
    fix: say "t\""""
    )


def test_id_given_in_two_files(tmp_path):
    _split(tmp_path)
    (tmp_path / "more.yaml").write_text("goods:\n  ore: {unit: t}\n", encoding="utf-8")
    main = (tmp_path / "case.yaml").read_text(encoding="utf-8")
    (tmp_path / "case.yaml").write_text(
        main.replace("[goods.yaml]", "[goods.yaml, more.yaml]"), encoding="utf-8"
    )
    assert (
        _told(tmp_path)
        == """\
more.yaml, line 2, goods.ore: goods.ore is already given in goods.yaml, line 5
      2 |   ore: {unit: t}
        |   ^^^
    fix: keep one of the two"""
    )


def test_key_given_in_two_files(tmp_path):
    _split(tmp_path, GOODS + "target: north\n")
    assert (
        _told(tmp_path)
        == """\
goods.yaml, line 6, target: target is already given in case.yaml, line 7
      6 | target: north
        | ^^^^^^
    fix: keep one of the two"""
    )


def test_missing_include(tmp_path):
    _split(tmp_path, include="include: [good.yaml]\n")
    assert (
        _told(tmp_path)
        == """\
line 12, include.0: "good.yaml": there is no such file
     12 | include: [good.yaml]
        |           ^^^^^^^^^
    fix: check the path"""
    )


def test_include_outside_the_folder(tmp_path):
    _split(tmp_path, include="include: [../goods.yaml, goods.yaml]\n")
    assert (
        _told(tmp_path)
        == """\
line 12, include.0: "../goods.yaml" lies outside the folder of the case
     12 | include: [../goods.yaml, goods.yaml]
        |           ^^^^^^^^^^^^^
    fix: include files beside the case or below it, each once"""
    )


def test_include_twice(tmp_path):
    _split(tmp_path, include="include: [goods.yaml, goods.yaml]\n")
    assert (
        _told(tmp_path)
        == """\
line 12, include.1: "goods.yaml" is included twice
     12 | include: [goods.yaml, goods.yaml]
        |                       ^^^^^^^^^^
    fix: include files beside the case or below it, each once"""
    )


def test_include_in_a_circle_ends(tmp_path):
    _split(tmp_path, GOODS + "include: [case.yaml]\n")
    assert _told(tmp_path).splitlines()[0] == (
        'goods.yaml, line 6, include.0: "case.yaml" is included twice'
    )


def test_broken_include_hides_its_consequences(tmp_path):
    _split(tmp_path, GOODS + "  - x\n")
    assert (
        _told(tmp_path)
        == """\
goods.yaml, line 6: this is not YAML: did not find expected key
      6 |   - x
        |   ^
    fix: look at indents, quotes and brackets here and in the line above"""
    )


def test_file_of_a_subfolder(tmp_path):
    _split(tmp_path, include="include: [parts/goods.yaml]\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "goods.yaml").rename(tmp_path / "parts" / "goods.yaml")
    assert list(read_case(tmp_path / "case.yaml").goods) == ["alum", "ore"]


def test_include_that_is_a_folder(tmp_path):
    _split(tmp_path, include="include: [parts, goods.yaml]\n")
    (tmp_path / "parts").mkdir()
    assert _told(tmp_path).splitlines()[0] == (
        'line 12, include.0: "parts": this is a folder, not a file'
    )


SPLIT = ("goods", "uses", "suppliers", "plants", "measures", "actors", "facts")


@pytest.mark.parametrize("section", SPLIT)
def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(tmp_path, section):
    """And nothing follows from what stands in it."""
    whole = BOTH.replace("[paper, census]", "[census]")
    parts = re.split(r"(?m)^(?=[a-z_]+:)", whole)
    own = next(part for part in parts if part.startswith(f"{section}:"))
    text = "".join(part for part in parts if part != own)
    place = tmp_path / "case.yaml"
    place.write_text(f"include: [part.yaml]\n{text}", encoding="utf-8")
    (tmp_path / "part.yaml").write_text(own, encoding="utf-8")
    assert check_case(place) == ()
    (tmp_path / "part.yaml").write_text(own + '  x: {label: "}\n', encoding="utf-8")
    (alone,) = check_case(place)
    assert alone.file == "part.yaml"
    slip = broken("    half_life: 10 year", "    half_live: 10 year", text)
    place.write_text(f"include: [part.yaml]\n{slip}", encoding="utf-8")
    assert [one.where for one in check_case(place)] == ["stockpiles.store.half_live", ""]


@pytest.mark.parametrize(
    ("include", "what"),
    [
        ("include: goods.yaml\n", 'expected a list, got "goods.yaml"'),
        ("include: [../goods.yaml]\n", '"../goods.yaml" lies outside the folder of the case'),
        ("include: [godos.yaml]\n", '"godos.yaml": there is no such file'),
    ],
)
def test_nothing_follows_from_what_is_not_included(tmp_path, include, what):
    _split(tmp_path, include=include)
    assert [problem.what for problem in check_case(tmp_path)] == [what]


def test_what_a_file_of_files_includes_is_a_list(tmp_path):
    _split(tmp_path, GOODS + "include: more.yaml\n")
    (problem,) = check_case(tmp_path)
    assert (problem.file, problem.what) == ("goods.yaml", '"include" is no list of files')


def test_every_file_is_of_the_same_version(tmp_path):
    _split(tmp_path, "derbes: 1\n" + GOODS)
    assert _told(tmp_path) == ""
    _split(tmp_path, "derbes: 2\n" + GOODS)
    (problem,) = check_case(tmp_path)
    assert (problem.file, problem.where) == ("goods.yaml", "derbes")
