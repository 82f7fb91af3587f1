"""Limits of what a case file may hold: times, numbers, years, signs, ids, sizes."""

import gc
import math
import os
import socket
import time
from itertools import count

import pytest

from derbes.case import forms
from derbes.case.entities import Case
from derbes.case.quantity import Calendar
from derbes.casefile import files, read_case
from derbes.casefile.build import Filled
from derbes.casefile.entries import SECTIONS, Entry, MappingNode, Mark, _value, keys_of
from derbes.casefile.quantities import CaseUnits
from derbes.errors import MOST_OFFERS, MOST_SHOWN, CaseError, offers
from derbes.links import circles
from derbes.units import LARGEST, SMALLEST
from tests.casefile.writing import BOTH, SMALL, broken, check_case, told

CASE = BOTH.replace("[paper, census]", "[census]")
NOWHERE = MappingNode({}, Mark(0, 0, 0, 0, 0))


def _forms(model, seen):
    """Every key of a class and of the classes below it, with each form in its form."""
    if model in seen:
        return
    seen.add(model)
    for key in keys_of(model).values():
        waiting = [key.form]
        while waiting:
            form = waiting.pop()
            yield model, key.key, form
            if isinstance(form, forms.ListForm | forms.MapForm):
                waiting.append(form.item)
            if isinstance(form, forms.PartForm):
                yield from _forms(form.of, seen)


SEEN: set[type] = set()
ALL = [
    one
    for model in (Case, *SECTIONS.values(), forms.WrittenQuantity)
    for one in _forms(model, SEEN)
]
"""Class, key and form of everything that a file may hold."""
QUANTITIES = [one for one in ALL if isinstance(one[2], forms.InUnit)]
HOSTILE = ("1000000000", "1" + "0" * 18, "1e21", "1e308", "1e400", "-1e21", "nan", "inf", "1e-30")
UNITS = CaseUnits(Calendar(2026, 1, 36), "USD", {"alum": "t"})


def _read(model, key, form, text):
    """The number that a text is read as, and what is wrong with it."""
    findings = []
    entry = _value(form, text, (key,), findings)
    kind = next(iter(getattr(keys_of(model).get("kind"), "form", forms.WordForm(("",))).words))
    element = Entry(model, {"kind": "delay" if form.unit == "{by}" else kind})
    filled = Filled(element, NOWHERE, (), UNITS, "alum", findings, [])
    given = "EUR" if key == "rates" else "alum"
    return filled.quantity(entry, form, (key, given)), findings


@pytest.mark.parametrize(
    ("model", "key", "form"), QUANTITIES, ids=[f"{m.__name__}.{key}" for m, key, _f in QUANTITIES]
)
def test_every_quantity_is_refused_or_has_a_size_that_can_be_counted_with(model, key, form):
    for text in HOSTILE:
        number, findings = _read(model, key, form, text)
        assert (number is None) == bool(findings), text
        if number is not None:
            most = forms.MOST_MONTHS if number.unit == "month" else LARGEST
            assert SMALLEST <= abs(number.value) <= most, text


@pytest.mark.parametrize("form", [one for one in ALL if one[2].__class__ is forms.WholeForm])
def test_every_count_has_limits(form):
    _model, _key, limits = form
    assert limits.least < limits.most <= 10_000
    for text in ("1" + "0" * 18, str(limits.most + 1), str(limits.least - 1), "nan", "1e3", "٣"):
        findings = []
        _value(limits, text, ("x",), findings)
        assert findings, text


PLACES = {
    "value": ("demand: 100 t/month", "demand: {value: @}"),
    "range": ("demand: 100 t/month", "demand: {value: 5, range: [0, @]}"),
    "values": (
        "demand: 100 t/month",
        "demand: {value: 5, distribution: {kind: empirical, values: [5, @]}}",
    ),
    "weights": (
        "demand: 100 t/month",
        "demand: {value: 5, distribution: {kind: discrete, values: [5], weights: [@]}}",
    ),
    "survival_table": ("half_life: 10 year", "survival_table: [[0, 1], [@, 50 %]]"),
    "lengths": ("lengths: [6, 12]", "lengths: [@]"),
    "main_length": ("target: town", "target: town\nmain_length: @"),
    "steps": ("size: [0.5, 1, 2]", "size: [@]"),
    "from": ("size: {from: 0.5, to: 3}", "size: {from: @, to: 4}"),
    "to": ("size: {from: 0.5, to: 3}", "size: {to: @}"),
    "length": ("length: 12 month", "length: @"),
    "every": ("every: 6 month", "every: @"),
}
"""Key that is read as a number where it stands → a piece of the case, and one that holds it."""


def test_every_number_that_is_a_text_has_a_place():
    numbers = (forms.NUMBER, forms.MONTHS)
    assert {key for _model, key, form in ALL if any(form is one for one in numbers)} == set(PLACES)


@pytest.mark.parametrize("key", PLACES)
def test_every_number_that_is_a_text_has_limits(tmp_path, key):
    old, new = PLACES[key]
    assert old in CASE, "the case has changed"
    begun = time.process_time()
    for number in HOSTILE[2:]:
        assert told(tmp_path, CASE.replace(old, new.replace("@", number), 1)), number
    assert time.process_time() - begun < 5


def test_what_limits_say(tmp_path):
    assert told(tmp_path, broken("lead_time: 1 month", "lead_time: 1e9 month")) == (
        'line 28, routes.rail.lead_time: expected at most 1 200 month, got "1e9 month"\n'
        "     28 |   rail: {via: [south], lead_time: 1e9 month}\n"
        "        |                                   ^^^^^^^^^"
    )
    assert told(tmp_path, broken("demand: 100 t/month", "demand: 1e17 million t/month")) == (
        'line 20, uses.treatment.demand: "1e17 million t/month" is not a possible number:'
        " it is too large\n"
        "     20 |     demand: 1e17 million t/month\n"
        "        |             ^^^^^^^^^^^^^^^^^^^^\n"
        "    fix: check the digits"
    )
    text = broken("unit: t\n    reserve: 600 t ", "unit: g\n    reserve: 1e17 t ")
    assert told(tmp_path, text).startswith(
        'line 15, goods.alum.reserve: expected at most 1e18 g, got "1e17 t"'
    )
    assert told(tmp_path, broken("demand: 100 t/month", "demand: 1e-30 t/month")) == (
        "line 20, uses.treatment.demand: expected 0 or at least 1e-18 t/month,"
        ' got "1e-30 t/month"\n'
        "     20 |     demand: 1e-30 t/month\n"
        "        |             ^^^^^^^^^^^^^"
    )
    text = broken("demand: 100 t/month", "demand: = 1e18 t/month * 1e18 * 1e18")
    assert told(tmp_path, text).splitlines()[0] == (
        "line 20, uses.treatment.demand: expected at most 1e18 t/month,"
        ' got "= 1e18 t/month * 1e18 * 1e18"'
    )
    powers = " * ".join(["1e18"] * 20)
    text = broken("demand: 100 t/month", f"demand: = {powers} t/month - {powers} t/month")
    assert "this is more than can be counted with" in told(tmp_path, text)


def test_calendar_of_more_than_the_most_months(tmp_path):
    text = broken("periods: 36}", "periods: 101, step: year}").replace("[6, 12]", "[12]")
    assert told(tmp_path, text) == (
        "line 3, calendar.periods: the calendar is 1212 months long, and 1200 are the most\n"
        "      3 | calendar: {first: 2026-01, periods: 101, step: year}\n"
        "        |                                     ^^^\n"
        "    fix: write at most 100 periods"
    )
    assert told(tmp_path, text.replace("periods: 101", "periods: 100")) == ""


MONTH = 'fix: write it as in "2027-07"'
YEAR = "fix: choose a year from 1000 to 2999"


@pytest.mark.parametrize(
    ("month", "fix"),
    [
        ("2026-xx", MONTH),
        ("2026-00", MONTH),
        ("2026-13", MONTH),
        ("26-01", MONTH),
        ("0000-01", YEAR),
        ("0999-12", YEAR),
        ("3000-01", YEAR),
        ("9999-12", YEAR),
        ("12026-01", YEAR),
        ("-2026-01", YEAR),
    ],
)
@pytest.mark.parametrize("old", ["first: 2026-01", "opening: 2027-01"])
def test_months_that_are_none(tmp_path, old, month, fix):
    found = told(tmp_path, SMALL.replace(old, f"{old.partition(':')[0]}: {month}", 1))
    assert f'expected a month, got "{month}"' in found
    assert fix in found


def test_month_of_a_series_that_is_none(tmp_path):
    for demand in ("{2026-xx: 10}", "{series: {2026-xx: 10}}", "{value: {2026-xx: 10}}"):
        found = told(tmp_path, broken("demand: 100 t/month", f"demand: {demand}"))
        assert 'expected a month, got "2026-xx"\n' in found
        assert MONTH in found


@pytest.mark.parametrize("day", ["2025-02-30", "2025-13", "2025-00-01", "2025-01-00", "9999-01-01"])
def test_days_that_are_none(tmp_path, day):
    assert f'expected a date, got "{day}"' in told(tmp_path, broken("date: 2025", f"date: {day}"))


# Ids, and nothing where something must stand


@pytest.mark.parametrize("empty", ['""', "''", '"  "'])
@pytest.mark.parametrize(
    "old",
    [
        "target: town",
        "good: alum",
        "via: [south]",
        "routes: [rail]",
        "actor: north",
        "sender: north",
        "plant: works",
        "output: alum",
        "document: census",
        "hits: {actor: north}",
        "remove: [plants.works, recipes.alum_from_ore]",
    ],
)
def test_no_reference_is_empty(tmp_path, old, empty):
    key, value = old.split(": ", 1)
    new = {"[": f"[{empty}]", "{": f"{{actor: {empty}}}"}.get(value[0], empty)
    assert "the text is empty" in told(tmp_path, SMALL.replace(old, f"{key}: {new}", 1))


def test_no_id_is_empty(tmp_path):
    assert told(tmp_path, broken("  south: {}\n", '  south: {}\n  "": {}\n')) == (
        'line 12, actors.: expected an id, got ""\n'
        '     12 |   "": {}\n'
        "        |   ^^\n"
        "    fix: use Latin letters, digits and _, a letter first; the label may be any text"
    )
    assert told(tmp_path, broken("target: town", "target: ''")) == (
        "line 7, target: the text is empty\n"
        "      7 | target: ''\n"
        "        | ^^^^^^\n"
        "    fix: name one, or take it out"
    )


def test_an_end_of_line_belongs_to_no_id(tmp_path):
    assert "expected an id" in told(
        tmp_path, broken("  south: {}\n", '  south: {}\n  "east\\n": {}\n')
    )


def test_items_without_a_value_leave_the_places_of_others_alone(tmp_path):
    assert told(tmp_path, broken("tags: [home]", "tags: [~, bad tag]")) == (
        'line 9, actors.town.tags.0: an item of "tags" has no value\n'
        "      9 |   town: {tags: [~, bad tag]}\n"
        "        |                 ^\n"
        "    fix: give it one, or take it out\n"
        'line 9, actors.town.tags.1: expected an id, got "bad tag"\n'
        "      9 |   town: {tags: [~, bad tag]}\n"
        "        |                    ^^^^^^^\n"
        "    fix: use Latin letters, digits and _, a letter first; the label may be any text"
    )
    for old in ("hits: {actor: north}", "lengths: [6, 12]", "routes: [rail]"):
        assert "has no value" in told(tmp_path, broken(old, f"{old.partition(':')[0]}:\n    -"))


# Signs

REFUSED = [
    *range(9), 11, 12, *range(14, 32), 127, *range(0x80, 0x85), *range(0x86, 0xA0),
    *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF,
]  # fmt: skip


@pytest.mark.parametrize("code", REFUSED, ids=lambda code: f"{code:04X}")
def test_signs_that_cannot_stand_in_a_text(tmp_path, code):
    raw = told(tmp_path, broken("Small (invented)", f"a{chr(code)}b"))
    assert raw.startswith(f"line 2: the sign U+{code:04X} (")
    assert raw.endswith(
        ") cannot stand in a text\n"
        "      2 | name: a\ufffdb\n"
        "        |        ^\n"
        "    fix: take it out"
    )
    escaped = told(tmp_path, broken("Small (invented)", f'"a\\u{code:04x}b"'))
    if "not YAML" not in escaped:
        assert escaped.startswith(f"line 2, name: the sign U+{code:04X} (")
    assert chr(code) not in raw + escaped


def test_names_of_signs(tmp_path):
    names = {"\\a": "BELL", "\\e": "ESCAPE", "\\0": "NULL", "\\r": "CARRIAGE RETURN",
             "\\u202e": "RIGHT-TO-LEFT OVERRIDE", "\\x7f": "DELETE", "\\N": "a control character",
             "\\x01": "a control character"}  # fmt: skip
    for written, name in names.items():
        found = told(tmp_path, broken("Small (invented)", f'"a{written}b"'))
        assert f"({name}) cannot stand in a text\n" in found
    assert told(tmp_path, broken("Small (invented)", '"a\\tb\\nc"')) == ""


def test_a_sign_in_an_id(tmp_path):
    found = told(tmp_path, broken("  south: {}\n", '  south: {}\n  "so\\e[31mth": {}\n'))
    assert found == (
        "line 12, actors: the sign U+001B (ESCAPE) cannot stand in a text\n"
        '     12 |   "so\\e[31mth": {}\n'
        "        |   ^^^^^^^^^^^^\n"
        "    fix: take it out"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_the_line_of_a_sign_is_counted_by_any_ends(tmp_path, end):
    path = tmp_path / "case.yaml"
    path.write_bytes(f"derbes: 1{end}{end}name: a\x07b{end}note: \x07".encode())
    assert [(one.line, one.column) for one in check_case(path)] == [(3, 8), (4, 7)]


# Files


def _whole(path):
    return "\n".join(str(problem) for problem in check_case(path))


def test_only_files_are_read(tmp_path):
    pipe, place = tmp_path / "pipe", tmp_path / "socket"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(place))
    fix = "\n    fix: name a file, such as case.yaml"
    assert _whole(pipe) == f"this is a pipe, not a file{fix}"
    assert _whole(place) == f"this is a socket, not a file{fix}"
    for name in ("zero", "null", "urandom", "full"):
        assert _whole(tmp_path.__class__("/dev") / name) == f"this is a device, not a file{fix}"
    for name in ("../etc", ".", "pipe", "socket", "loop"):
        (tmp_path / "case.yaml").write_text(broken("target:", f"include: [{name}]\ntarget:"))
        if not (tmp_path / "loop").is_symlink():
            (tmp_path / "loop").symlink_to("loop")
        assert check_case(tmp_path)


def test_links_that_turn_in_a_circle(tmp_path):
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    text = "this is a link that leads back to itself\n    fix: name the file itself"
    assert _whole(tmp_path / "a.yaml") == text
    (tmp_path / "case.yaml").write_text(SMALL + "include: [a.yaml]\n", encoding="utf-8")
    assert _whole(tmp_path) == (
        'line 65, include.0: "a.yaml": this is a link that leads back to itself\n'
        "     65 | include: [a.yaml]\n"
        "        |           ^^^^^^\n"
        "    fix: name the file itself"
    )


def test_names_that_are_too_long_or_hold_nothing(tmp_path):
    assert _whole(tmp_path / ("x" * 5000)) == "no file has so long a name\n    fix: check the path"
    for name, said in (('""', "the text is empty"), ('"a\\0b"', "(NULL) cannot stand in a text")):
        (tmp_path / "case.yaml").write_text(f"{SMALL}include: [{name}]\n", encoding="utf-8")
        assert said in _whole(tmp_path)


def test_many_includes(tmp_path):
    (tmp_path / "case.yaml").write_text(SMALL + "include: [f1.yaml]\n", encoding="utf-8")
    for n in range(1, 1500):
        text = f"actors: {{a{n}: {{}}}}\ninclude: [f{n + 1}.yaml]\n"
        (tmp_path / f"f{n}.yaml").write_text(text, encoding="utf-8")
    assert _whole(tmp_path) == (
        'f999.yaml, line 2, include.0: with "f1000.yaml" the case has more than 1,000 files\n'
        "      2 | include: [f1000.yaml]\n"
        "        |           ^^^^^^^^^^\n"
        "    fix: put several of them into one"
    )
    (tmp_path / "f999.yaml").write_text("actors: {last: {}}\n", encoding="utf-8")
    assert list(read_case(tmp_path).actors)[-2:] == ["a998", "last"]


def test_an_include_is_read_before_the_next(tmp_path):
    (tmp_path / "case.yaml").write_text(SMALL + "include: [a.yaml, c.yaml]\n", encoding="utf-8")
    for name, more in (("a", "include: [b.yaml]\n"), ("b", ""), ("c", "")):
        text = f"actors: {{{name}: {{}}}}\n{more}"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert list(read_case(tmp_path).actors)[-3:] == ["a", "b", "c"]


def test_all_files_together_have_a_size(tmp_path, monkeypatch):
    monkeypatch.setenv(files.ALLOWANCE, "1")
    (tmp_path / "case.yaml").write_text(SMALL + "include: [a.yaml]\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text("#" * 999_000, encoding="utf-8")
    assert _whole(tmp_path) == (
        'line 65, include.0: "a.yaml": a case may be 1 MB large, all its files together,'
        " and this one is more\n"
        "     65 | include: [a.yaml]\n"
        "        |           ^^^^^^\n"
        "    fix: see whether this is the right file;"
        " DERBES_CASE_MB=2 before the command allows more"
    )
    monkeypatch.setenv(files.ALLOWANCE, "2")
    assert "the file is empty" in _whole(tmp_path)


def test_a_case_of_many_values_says_to_add_rows_up(tmp_path, monkeypatch):
    text = broken("  south: {}\n", "".join(f"  a{n}: {{}}\n" for n in range(300)))
    monkeypatch.setattr(files, "MOST_VALUES", 200)
    assert told(tmp_path, text) == (
        "line 194: the case holds more than 200 values\n"
        "    194 |   a183: {}\n"
        "        |         ^\n"
        "    fix: add rows up that a measure hits alike, such as the small suppliers of one country"
    )


# What is in a file many times


def test_at_most_fifty_problems_are_shown(tmp_path):
    path = tmp_path / "case.yaml"
    bad = ", ".join(f"'b {n}'" for n in range(2000))
    path.write_text(broken("tags: [home]", f"tags: [{bad}]"), encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_case(path)
    lines = str(error.value).splitlines()
    assert len(error.value.problems) == 2000
    assert lines[0] == f"{path}: 2,000 problems"
    assert lines[-1] == "  - and 1,950 more"
    assert sum(line.startswith("  - ") for line in lines) == MOST_SHOWN + 1


def _with(piece, n):
    return "".join(piece.format(n=n, next=n + 1) for n in range(n))


MANY = {
    "sound sellers": lambda n: broken(
        "  ore_mine:",
        _with("  s{n}: {{actor: north, good: alum, price: 1, capacity: 1}}\n", n) + "  ore_mine:",
    ),
    "nothing": lambda n: broken("tags: [home]", f"tags: [{', '.join(['~'] * n)}]"),
    "bad ids": lambda n: broken("  south: {}\n", "  south: {}\n" + _with("  a-{n}: {{}}\n", n)),
    "unknown keys": lambda n: broken("  south: {}", "  south:\n" + _with("    l{n}: x\n", n)),
    "unknown references": lambda n: broken(
        "  ore_mine:", _with("  s{n}: {{actor: nrt{n}, good: alu, price: 1, capacity: 1}}\n", n)
        + "  ore_mine:",
    ),
    "tags": lambda n: broken(
        "hits: {actor: north}", f"hits: [{_with('{{tag: nort{n}}}, ', n)}]"
    ).replace("tags: [home]", f"tags: [{_with('north{n}, ', n)}]"),
    "formulas": lambda n: SMALL + "assumptions:\n" + _with("  a{n}: = b{n} * 2\n", n),
    "own units": lambda n: SMALL + "assumptions:\n" + _with("  a{n}: 5 u{n}/week\n", n),
    "removed": lambda n: broken("remove: [plants.works,", f"remove: [{_with('plants.x{n}, ', n)}"),
    "together": lambda n: broken(
        "variants:", _with("  m{n}: {{kind: embargo, hits: {{actor: north}}, lengths: [6],"
        " together_with: [m{next}]}}\n", n) + "variants:",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
def test_many_entries_take_no_more_than_their_number(tmp_path, name):
    path, took = tmp_path / "case.yaml", []
    for n in (300, 1200):
        path.write_text(MANY[name](n), encoding="utf-8")
        begun = time.process_time()
        check_case(path)
        took.append(time.process_time() - begun)
    assert took[1] < 10 * took[0] + 0.1  # four times as many; the square would be sixteen


def test_first_slips_are_helped():
    offer = offers()
    found = [offer("alun", ["alum"]) for _slip in range(MOST_OFFERS + 5)]
    assert set(found[:MOST_OFFERS]) == {'did you mean "alum"?'}
    assert set(found[MOST_OFFERS:]) == {""}


def test_long_words_are_shortened(tmp_path):
    found = told(tmp_path, broken("demand: 100 t/month", f"demand: {'9' * 100_000} t"))
    assert len(found) < 2000
    assert "an amount of 100002 characters is too long" in found


def test_looking_for_garbage_goes_on_afterwards(tmp_path):
    told(tmp_path, SMALL)
    assert gc.isenabled()
    gc.disable()
    try:
        told(tmp_path, SMALL)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_circles():
    after = {
        "a": "b",
        "b": "ca",
        "c": "d",
        "d": "",
        "e": "e",
        "f": "a",
        "x": "yz",
        "y": "z",
        "z": "x",
    }
    assert [*circles(after)] == [["a", "b"], ["e"], ["x", "z"], ["y", "z", "x"]]
    far = {str(n): [str(n + 1)] for n in range(20_000)}
    begun = time.process_time()
    assert [*circles(far)] == []
    assert [len(way) for way in circles(far | {"20000": ["0"]})] == [20_001]
    assert time.process_time() - begun < 20


def _comes_back(after, name):
    """The same by following every way."""
    seen, waiting = set(), list(after[name])
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += after.get(one, ())
    return name in seen


def test_circles_by_following_every_way():
    numbers = count(7)
    for size in range(1, 9):
        for _turn in range(20):
            after = {
                str(a): [str(b) for b in range(size + 1) if math.sin(next(numbers) ** 2) > 0.6]
                for a in range(size)
            }
            ways = [*circles(after)]
            within = {name for way in ways for name in way}
            assert within == {name for name in after if _comes_back(after, name)}
            for way in ways:
                steps = zip(way, [*way[1:], way[0]], strict=True)
                assert all(step in after[one] for one, step in steps)
