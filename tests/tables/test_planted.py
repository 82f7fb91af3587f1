"""Numbers planted in tables of every habit are read as themselves, or the table is refused."""

import csv
import io
from calendar import monthrange
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derbes import api
from derbes.errors import DerbesError
from tests.tables.shapes import case_in
from tests.tables.workbooks import write_workbook

MONTHS = [(2026, month) for month in range(1, 13)]
RU = ["январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август"]
RU += ["сентябрь", "октябрь", "ноябрь", "декабрь"]
DATES = {
    "iso": lambda y, m: f"{y}-{m:02d}",
    "m": lambda y, m: f"{y}M{m:02d}",
    "day": lambda y, m: f"{y}-{m:02d}-01",
    "dotted": lambda y, m: f"01.{m:02d}.{y}",
    "russian": lambda y, m: f"{RU[m - 1]} {y} г.",
    "english": lambda y, m: f"{date(y, m, 1):%b %Y}",
    "slashed": lambda y, m: f"{monthrange(y, m)[1]}/{m:02d}/{y}",
}
TITLES = [[], ["Consumption of the town"], ["Report (invented)", "of 2026"]]
NOTES = [[], ["* estimated"], ["Source: the works", "p: provisional"]]


def _number(value, decimal, between):
    whole, _point, part = f"{value:.2f}".partition(".")
    return f"{int(whole):,}".replace(",", between) + decimal + part


@st.composite
def habits(draw):
    decimal = draw(st.sampled_from([".", ","]))
    return {
        "decimal": decimal,
        "between": draw(st.sampled_from(["", " ", "'", "," if decimal == "." else "."])),
        "date": draw(st.sampled_from(sorted(DATES))),
        "delimiter": draw(st.sampled_from([";", "\t"])),
        "title": draw(st.sampled_from(TITLES)),
        "notes": draw(st.sampled_from(NOTES)),
        "total": draw(st.booleans()),
        "wide": draw(st.booleans()),
        "unit": draw(st.sampled_from([("t", 1), ("kg", 1e-3), ("тыс. т", 1e3), ("kt", 1e3)])),
        "form": draw(st.sampled_from(["csv", "text", "excel"])),
        "missing": draw(st.sampled_from(["", ":", "n/a", "-"])),
        "order": draw(st.permutations(range(12))),
    }


def _rows(values, habit):
    name, unit = "Alum", habit["unit"][0]
    shown = [
        habit["missing"] if value is None
        else value if habit["form"] == "excel"
        else _number(value, habit["decimal"], habit["between"])
        for value in values
    ]  # fmt: skip
    dates = [
        date(y, m, 1) if habit["form"] == "excel" else DATES[habit["date"]](y, m) for y, m in MONTHS
    ]
    if habit["wide"]:
        rows = [["Product", *dates], [name, *shown]]
    else:
        pairs = [[dates[n], shown[n]] for n in habit["order"]]
        rows = [["Month", f"{name} used ({unit})"], *pairs]
    if habit["total"]:
        rows.append(["Total", *["1"] * (len(rows[0]) - 1)])
    above = [[line] for line in habit["title"]] + ([[]] if habit["title"] else [])
    return [*above, *rows, *([[]] if habit["notes"] else []), *([line] for line in habit["notes"])]


@given(
    st.lists(st.one_of(st.none(), st.integers(1, 99_999_999)), min_size=12, max_size=12), habits()
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_planted_numbers_are_read_as_themselves(tmp_path, cents, habit):
    cents = [cents[0] or 100, *cents[1:-1], cents[-1] or 100]
    values = [None if one is None else one / 100 for one in cents]
    case = case_in(tmp_path)
    for kept in (tmp_path / "town.imports").glob("*"):
        kept.unlink()
    rows = _rows(values, habit)
    if habit["form"] == "csv":
        file = io.StringIO()
        csv.writer(file, delimiter=habit["delimiter"]).writerows(rows)
        table = tmp_path / "t.csv"
        table.write_text(file.getvalue(), encoding="utf-8")
    else:
        table = write_workbook(tmp_path / "t.xlsx", {"S": rows})
    told = "Alum" if habit["wide"] else "Alum used"
    api.import_table(
        table, case, mapping=f"kind=series, uses.treatment.demand={told}",
        unit=habit["unit"][0] if habit["wide"] else "", gaps="hold",
    )  # fmt: skip
    found = api.read_case(case).uses["treatment"].demand.over(12)
    before = values[0]
    for n, value in enumerate(values):
        before = before if value is None else value
        assert found[n] == pytest.approx(before * habit["unit"][1], rel=1e-9), (n, rows)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 999), st.integers(0, 999))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_can_be_read_in_two_ways_is_never_written(tmp_path, day, month, whole, part):
    case = case_in(tmp_path)
    before = case.read_bytes()
    table = tmp_path / "t.csv"
    table.write_text(f"Date;Alum stock (t)\n2025-12-31;{whole},{part:03d}\n", encoding="utf-8")
    with pytest.raises(DerbesError, match="--decimal"):
        api.import_table(table, case)
    if day != month:
        table.write_text(f"Date;Alum stock (t)\n{day:02d}/{month:02d}/2026;5\n", encoding="utf-8")
        with pytest.raises(DerbesError, match="--dates"):
            api.import_table(table, case)
    assert case.read_bytes() == before
