"""Whatever stands in a file, the reader gives a case or a list of problems."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.casefile import check_case, read_case
from derbes.errors import CaseError
from tests.casefile.writing import LEDGER, PLANNED

BOTH = PLANNED + LEDGER[LEDGER.index("statements:\n") :].replace("column", "census").replace(
    "by: paper", "by: town"
)
"""The case with a plan and a ledger."""

LINES = BOTH.splitlines()

PIECES = st.sampled_from(
    [
        *("", "~", "null", "missing", "-5", "1,200 t", "nan", "1e400", "2027-13", "NO", "010121"),
        *("[", "]", "{", "}", ":", "- x", "'", '"', "*a", "&a", "!!int 3", "|", "{value: 1}"),
        *("[1, 2]", "{2026-01: 5}", "{2026-01: 5, x: 1}", "15 %", "5 kg", "\t", "#", "<<: *a"),
        *("тонн", "{value: 5, range: [1]}", "{kind: pert}", "alum", "plants.works", "0", "---"),
        *("{from: 2, to: 1}", "{steps: 1}", "{reference: water_plants}", "1/0", "7/3", "[[1], a]"),
        *("{works: +}", "{act: x, of: town, sign: -}", "census P1", "[C01]", "2025-02-30"),
        *("[more_press, more_press]", "{2026: 5}", "hazards.cut_off", "{months: 2026-01}", "1e6"),
    ]
)


@st.composite
def mutated(draw):
    """The larger case with a few lines changed, dropped, doubled or moved."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        act = draw(st.sampled_from(["value", "drop", "double", "indent", "swap", "insert", "key"]))
        key, colon, _value = lines[at].partition(":")
        if act == "value":
            lines[at] = f"{key}{colon} {draw(PIECES)}"
        elif act == "drop":
            del lines[at]
        elif act == "double":
            lines.insert(at, lines[at])
        elif act == "indent":
            lines[at] = " " * draw(st.integers(0, 6)) + lines[at].strip()
        elif act == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif act == "insert":
            lines.insert(at, draw(PIECES))
        else:
            lines[at] = lines[at].replace(key.strip(), draw(st.sampled_from(WORDS)), 1)
        lines = lines or [""]
    return "\n".join(lines) + "\n"


WORDS = sorted({word.strip(" {}[],") for line in LINES for word in line.split(":")} - {""})


def _read(folder, content):
    path = folder / "case.yaml"
    path.write_bytes(content)
    problems = check_case(path)
    if not problems:
        assert read_case(path).name
        return
    with pytest.raises(CaseError) as error:
        read_case(path)
    assert error.value.problems == problems
    n_lines = len(re.split(b"\n|\r|\xc2\x85|\xe2\x80[\xa8\xa9]", content))
    for problem in problems:
        assert problem.what
        assert not problem.what.startswith("String should"), "no wording of our own"
        assert 0 <= problem.line <= n_lines + 1


@settings(max_examples=400)
@given(text=mutated())
def test_mutated_case(tmp_path_factory, text):
    _read(tmp_path_factory.mktemp("case", numbered=True), text.encode())


@given(text=st.text(max_size=200))
def test_any_text(tmp_path_factory, text):
    _read(tmp_path_factory.mktemp("case"), text.encode("utf-8", "surrogatepass"))


@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path_factory, content):
    _read(tmp_path_factory.mktemp("case"), content)


@given(
    value=st.recursive(
        PIECES, lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    ),
    key=st.sampled_from(WORDS),
)
def test_any_value_of_any_key(tmp_path_factory, key, value):
    _read(tmp_path_factory.mktemp("case"), f"{BOTH}{key}: {value}\n".encode())
