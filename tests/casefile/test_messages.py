"""What a user reads when something in a case is wrong: whole texts.

The files in `examples` hold, for each slip, the piece of a case that is replaced, what
it is replaced by, and the whole message.
"""

import json
import os
from pathlib import Path

import pytest

from derbes.casefile import read_case
from derbes.errors import CaseError
from tests.casefile.writing import LEDGER, PLANNED, SMALL, broken, check_case, told

EXAMPLES = Path(__file__).parent / "examples"
CASES = {"problems.txt": SMALL, "plan_problems.txt": PLANNED, "ledger_problems.txt": LEDGER}
"""File with slips → case in which they are made."""


def _written() -> list[tuple[str, str, str, str, str]]:
    return [
        (name, CASES[file], json.loads(old[4:]), json.loads(new[4:]), "\n".join(message))
        for file in CASES
        for block in (EXAMPLES / file).read_text(encoding="utf-8").split("=== ")[1:]
        for name, old, new, *message in [block.splitlines()]
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [one[1:] for one in _written()],
    ids=[one[0] for one in _written()],
)
def test_message(tmp_path, text, old, new, message):
    assert told(tmp_path, broken(old, new, text)) == message


@pytest.mark.parametrize("text", list(CASES.values()), ids=list(CASES))
def test_the_case_itself_has_no_problem(tmp_path, text):
    assert told(tmp_path, text) == ""


def test_all_problems_at_once_in_file_order(tmp_path):
    text = broken("demand: 100 t/month", "demand: lots")
    text = broken("routes: [rail]", "routes: [rial]", text)
    text = broken("opening: 2027-01", "opening: soon", text)
    text = broken("half_life: 10 year", "half_live: 10 year", text)
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_case(path)
    assert (
        str(error.value)
        == f"""\
{path}: 4 problems
  - line 20, uses.treatment.demand: "lots" is not a number
     20 |     demand: lots
        |             ^^^^
    fix: write it as in "1500", "1 500" or "1.5"
  - line 26, stockpiles.store.half_live: unknown key "half_live"
     26 |     half_live: 10 year
        |     ^^^^^^^^^
    fix: did you mean "half_life" or "shelf_life"?
  - line 35, suppliers.north_alum.routes.0: "rial" is not a route of this case
     35 |     routes: [rial]
        |              ^^^^
    fix: did you mean "rail"?
  - line 40, plants.works.opening: expected a month, got "soon"
     40 |     opening: soon
        |              ^^^^
    fix: write it as in "2027-07\""""
    )


BESIDE = [
    ("negative", "surge_hits"),
    ("hours_kind", "loss_hits"),
    ("amount_letters", "hits_nothing"),
    ("hours_kind", "unsold"),
    ("negative", "stock_above_limit"),
    ("hint_of_other_kind", "at_least_above_capacity"),
    ("nested_key_of_currency", "main_length"),
    ("unknown_top", "main_length"),
    ("rate_code_of_none", "target_as_sender"),
    ("version", "priorities_incomplete"),
    ("currency", "together_cycle"),
    ("rate0", "no_rate"),
    ("currency", "negative"),
    ("nested_key_of_currency", "lognormal"),
    ("calendar_after_misspelt", "series_date"),
    ("misspelt_section_of_element", "amount_letters"),
    ("misspelt_section_of_element", "hits_nothing"),
    ("size_word", "budget_total"),
    ("crisis", "element"),
    ("kindword", "element"),
]
"""Slips that used to hide others, and those."""


@pytest.mark.parametrize(("first", "second"), BESIDE)
def test_no_problem_waits_until_another_is_mended(tmp_path, first, second):
    """Two slips in one file are told as each alone, and nothing more is."""
    slips = {name: (text, old, new) for name, text, old, new, _message in _written()}
    (text, *one), (_text, *other) = slips[first], slips[second]
    path = tmp_path / "case.yaml"

    def problems(*made):
        changed = text
        for old, new in made:
            changed = broken(old, new, changed)
        path.write_text(changed, encoding="utf-8")
        return {(problem.where, problem.what) for problem in check_case(path)}

    assert problems(one, other) == problems(one) | problems(other)


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("lengths: [6, 12]", "lengths: [6, twelve]\n    crisis: maybe", ["lengths.1", "crisis"]),
        ("opening: 2025-06", "opening: 2040-01, tags: home", ["tags", "opening"]),
        (
            "half_life: 10 year",
            "survival_table: [[0, 1], [x, 2]]\n    tags: a",
            ["1.0", "1.1", "tags"],
        ),
        ("  town: {tags: [home]}", "  town: {tags: [home], kind: stat}", ["kind"]),
    ],
)
def test_two_slips_of_one_element_are_told_at_once(tmp_path, old, new, places):
    """And nothing that follows from one of them: a tag of an element with a slip is there."""
    path = tmp_path / "case.yaml"
    text = SMALL.replace("hits: {actor: north}", "hits: {tag: home}")
    path.write_text(broken(old, new, text), encoding="utf-8")
    found = [problem.where for problem in check_case(path)]
    assert len(found) == len(places)
    assert all(any(one.endswith(place) for one in found) for place in places)


@pytest.mark.parametrize(
    "name", ["north", "alum", "treatment", "rail", "works", "embargo", "census", "late"]
)
def test_an_id_with_letters_that_only_look_latin_is_told_once(tmp_path, name):
    """Where it stands, and not wherever it is named as it was meant."""
    told_of = told(tmp_path, broken(f"\n  {name}:", f"\n  {name.replace('a', 'а', 1)}:", PLANNED))
    other = told(tmp_path, broken(f"\n  {name}:", f"\n  {name.replace('o', 'о', 1)}:", PLANNED))
    assert told_of.count("fix: ") + other.count("fix: ") == len({"a", "o"} & {*name})


UNREADABLE = ("quotes", "colon", "tab", "twodocs", "listkey")


@pytest.mark.parametrize("unreadable", UNREADABLE)
@pytest.mark.parametrize("slip", ["bad_month", "unknown_key", "kindword", "hours_kind"])
def test_what_is_no_yaml_hides_nothing_below_other_keys_of_the_top(tmp_path, unreadable, slip):
    """And what stands with it is taken for missing nowhere."""
    slips = {name: (old, new) for name, text, old, new, _message in _written() if text is SMALL}
    path = tmp_path / "case.yaml"

    def problems(*names):
        changed = SMALL
        for name in names:
            changed = broken(*slips[name], changed)
        path.write_text(changed, encoding="utf-8")
        return {(problem.where, problem.what) for problem in check_case(path)}

    is_counted = slip == "hours_kind" and unreadable == "tab"  # in the unit of a good
    told = problems(unreadable) | (set() if is_counted else problems(slip))
    assert problems(unreadable, slip) == told


def _whole(path: Path) -> str:
    return "\n".join(str(problem) for problem in check_case(path))


FOREIGN = [
    # name, bytes, message
    (
        "empty",
        b"",
        'the file is empty\n    fix: a case file begins with "derbes: 1" and a name',
    ),
    (
        "only a comment",
        b"# nothing yet\n",
        'the file is empty\n    fix: a case file begins with "derbes: 1" and a name',
    ),
    (
        "Excel",
        b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml",
        "this is an Excel workbook, not YAML\n"
        "    fix: name the case file, a text that ends in .yaml",
    ),
    (
        "zip",
        b"PK\x03\x04\x14\x00\x06\x00readme.txt",
        "this is a zip archive, not YAML\n    fix: name the case file, a text that ends in .yaml",
    ),
    (
        "old Office",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "this is an old Office document, not YAML\n"
        "    fix: name the case file, a text that ends in .yaml",
    ),
    (
        "PDF",
        b"%PDF-1.7\n",
        "this is a PDF, not YAML\n    fix: name the case file, a text that ends in .yaml",
    ),
    (
        "binary",
        b"\x7fELF\x00\x00\x01",
        "this is not a text file\n    fix: name the case file, a text that ends in .yaml",
    ),
    (
        "UTF-16",
        "name: Водоканал".encode("utf-16"),
        "this is UTF-16 text, not UTF-8\n    fix: save the file as UTF-8",
    ),
    (
        "Windows-1251",
        "derbes: 1\nname: Водоканал\n".encode("cp1251"),
        "this is not UTF-8 text; line 2 looks like Windows-1251\n    fix: save the file as UTF-8",
    ),
    (
        "another encoding",
        b"derbes: 1\nname: caf\xe9\n",
        "this is not UTF-8 text: see line 2\n    fix: save the file as UTF-8",
    ),
    (
        "control character",
        b"derbes: 1\nname: a\x07b\n",
        "line 2: the sign U+0007 (BELL) cannot stand in a text\n"
        "      2 | name: a\N{REPLACEMENT CHARACTER}b\n"
        "        |        ^\n"
        "    fix: take it out",
    ),
    (
        "a list",
        b"- derbes: 1\n",
        "line 1: expected keys with values, as in name: Waterworks\n"
        "      1 | - derbes: 1\n"
        "        | ^\n"
        "    fix: see whether this is the right file",
    ),
    (
        "prose",
        b"Dear all, the case follows.\n",
        "line 1: expected keys with values, as in name: Waterworks\n"
        "      1 | Dear all, the case follows.\n"
        "        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "    fix: see whether this is the right file",
    ),
]


@pytest.mark.parametrize(
    ("content", "message"), [one[1:] for one in FOREIGN], ids=[one[0] for one in FOREIGN]
)
def test_not_a_case_file(tmp_path, content, message):
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    assert _whole(path) == message


def test_no_such_file(tmp_path):
    assert _whole(tmp_path / "nowhere.yaml") == "there is no such file\n    fix: check the path"


def test_folder_without_a_case(tmp_path):
    assert _whole(tmp_path) == (
        "this folder holds no case.yaml\n    fix: name the case file itself, or call it case.yaml"
    )


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")

    def refuse(*_how):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert _whole(path) == "the file may not be read\n    fix: check its permissions"


def test_failing_disk(tmp_path, monkeypatch):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")

    def fail(*_how):
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr(os, "open", fail)
    assert _whole(path) == "the file cannot be read: Input/output error"


def test_too_large(tmp_path):
    path = tmp_path / "case.yaml"
    with path.open("wb") as file:
        file.truncate(32_000_001)
    assert _whole(path) == (
        "a case may be 32 MB large, all its files together, and this one is more\n"
        "    fix: see whether this is the right file;"
        " DERBES_CASE_MB=64 before the command allows more"
    )


def test_repetitions_that_explode(tmp_path):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "case.yaml"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert (
        _whole(path).splitlines()[0] == "line 5: repetitions by * stand for more than 50000 values"
    )


def test_deep_nesting(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("a: " + "[" * 40 + "]" * 40, encoding="utf-8")
    assert (
        _whole(path)
        == f"""\
line 1: more than 30 levels of nesting
      1 | a: {"[" * 40}{"]" * 40}
        | {" " * 32}^
    fix: see whether this is the right file"""
    )


def test_byte_order_mark_is_no_problem(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert _whole(path) == ""
