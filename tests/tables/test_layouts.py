"""Tables as statistical offices lay them out: each number at its own time, or a refusal."""

import random

import pytest
from xlsxwriter import Workbook

from derbes import api
from derbes.errors import DerbesError
from tests.tables.shapes import case_in, changes_of, csv_in, looked_at
from tests.tables.workbooks import write_workbook

ALUM = "kind=series, uses.treatment.demand=Коагулянт"
NAMES = [
    ["янв", "фев", "март"],
    ["қаңтар", "ақпан", "наурыз"],
    ["I кв.", "II кв.", "III кв."],
    ["1-тоқсан", "2-тоқсан", "3-тоқсан"],
    ["Q1", "Q2", "Q3"],
]
YEARS = ["{}", "{} год", "{} г.", "{} жыл"]


def _grid(rng: random.Random) -> tuple[list[list], dict[int, float]]:
    """A table of two years, and the demand of each month of the calendar that it tells."""
    names, year = rng.choice(NAMES), rng.choice(YEARS)
    months = 3 if "1" in names[0] or "I" in names[0] else 1
    stub = rng.choice([None, "Показатель"])
    values = {(y, n): float(rng.randint(1, 9999)) for y in (2026, 2027) for n in range(3)}
    demand = {
        (y - 2026) * 12 + n * months + month: value / months
        for (y, n), value in values.items()
        for month in range(months)
    }
    shape = rng.choice(["years over parts", "parts over years", "years down", "columns"])
    if shape == "years down":
        rows = [["Год", *names], *([year.format(y), *(values[y, n] for n in range(3))]
                                   for y in (2026, 2027))]  # fmt: skip
        return rows, demand
    if shape == "columns":
        heading = "Квартал" if months == 3 else "Месяц"
        parts = rng.choice([names, ["1", "2", "3"]])
        rows = [[year.format(y), parts[n], value] for (y, n), value in values.items()]
        return [["Год", heading, "Коагулянт"], *rows], demand
    order = sorted(values) if shape == "years over parts" else sorted(values, key=lambda k: k[::-1])
    above = [year.format(y) if shape == "years over parts" else names[n] for y, n in order]
    below = [names[n] if shape == "years over parts" else year.format(y) for y, n in order]
    thinned = [None if n and one == above[n - 1] else one for n, one in enumerate(above)]
    rows = [[stub, *thinned], [rng.choice([None, stub]), *below]]
    if rng.random() < 0.4:
        rows.append(["А", *(float(n + 1) for n in range(len(order)))])
    return [*rows, ["Коагулянт", *(values[one] for one in order)]], demand


@pytest.mark.parametrize("seed", range(40))
def test_years_and_their_months_or_quarters_however_they_stand(seed, tmp_path):
    rows, demand = _grid(random.Random(seed))
    case = case_in(tmp_path)
    told = "Год" if rows[0][0] == "Год" and "Коагулянт" not in rows[0] else "Коагулянт"
    table = write_workbook(tmp_path / "t.xlsx", {"S": [["Потребление, т"], *rows]})
    mapping = f"kind=series, uses.treatment.demand={told}"
    api.import_table(table, case, mapping=mapping, unit="t", gaps="hold")
    found = api.read_case(case).uses["treatment"].demand.over(24)
    assert {at: pytest.approx(value) for at, value in demand.items()} == {
        at: found[at] for at in demand
    }, rows


def test_one_year_over_its_months_is_no_number_of_a_year(tmp_path):
    text = ";2026 год;;\n;январь;февраль;март\nКоагулянт;90;120;150\n"
    changed = changes_of(csv_in(tmp_path, text), case_in(tmp_path), mapping=ALUM, unit="t")
    assert changed["uses.treatment.demand.2026-01"] == ("100 t/month", "90 t/month")
    assert changed["uses.treatment.demand.2026-03"] == ("100 t/month", "150 t/month")


def test_numbers_below_no_heading_are_refused_and_others_that_are_left_out_are_told(tmp_path):
    case = case_in(tmp_path)
    with pytest.raises(DerbesError) as refused:
        looked_at(csv_in(tmp_path, "Показатель;2026;;2027\nКоагулянт;90;120;150\n"), case,
                  mapping=ALUM, unit="t")  # fmt: skip
    assert str(refused.value).endswith(
        "table.csv: 1 problem\n"
        "  - line 1, column 3: numbers stand below no heading, beside times that have one\n"
        "    fix: write the time above each column"
    )
    text = "Показатель;2026;2027*;2027 (план);2027 к 2026, %\nКоагулянт;1200;2400;60;120\n"
    found = looked_at(csv_in(tmp_path, text), case, mapping=ALUM, unit="t")
    assert [one.new for one in found.changes] == ["200 t/month"], "the first year is as it was"
    assert found.notes[:2] == (
        "line 1, column 4: no time stands above the numbers, left out",
        "line 1, column 5: no time stands above the numbers, left out",
    )


@pytest.mark.parametrize("total", [360.0, 361.0])
def test_sums_among_their_parts_are_left_out_and_what_is_no_sum_is_refused(total, tmp_path):
    rows = [["Период", "Коагулянт"], ["янв 2026", 90.0], ["фев 2026", 120.0], ["март 2026", 150.0],
            ["I кв. 2026", total], ["апр 2026", 80.0]]  # fmt: skip
    table = write_workbook(tmp_path / "t.xlsx", {"S": rows})
    if total == 361:
        with pytest.raises(DerbesError, match="told twice for 2026-01, first in S!B5"):
            looked_at(table, case_in(tmp_path), mapping=ALUM, unit="t")
        return
    found = looked_at(table, case_in(tmp_path), mapping=ALUM, unit="t")
    assert [one.new.split()[0] for one in found.changes] == ["90", "120", "150", "80"]
    assert found.notes[0] == (
        "uses.treatment.demand: 2026-01 (S!B5): sums of months or quarters that stand beside them, "
        "left out."
    )


@pytest.mark.parametrize("unit", ["'000 t", "000 tonnes", "THS_T", "KTONS"])
def test_thousands_as_statistical_offices_write_them(unit, tmp_path):
    table = csv_in(tmp_path, f"Month;Alum ({unit})\n2026-01;10\n2026-02;20\n")
    changes_of(table, case_in(tmp_path), mapping="kind=series, uses.treatment.demand=Alum")
    demand = api.read_case(tmp_path / "town.yaml").uses["treatment"].demand
    assert list(demand.over(2)) == [10_000, 20_000]


def test_a_unit_that_counts_nothing_makes_no_zeros(tmp_path):
    table = csv_in(tmp_path, "Month;Alum\n2026-01;10\n2026-02;20\n")
    mapping = "kind=series, uses.treatment.demand=Alum"
    with pytest.raises(DerbesError, match='"0 t" counts nothing'):
        looked_at(table, case_in(tmp_path), mapping=mapping, unit="0 t")


def test_what_is_wrong_behind_digits_is_told_of_the_whole_cell(tmp_path):
    cells = ["10*", "12-15", "10-", "#REF!", "#ЗНАЧ!", ": c"]
    rows = "".join(f"2026-0{n};{cell}\n" for n, cell in enumerate(cells, 1))
    with pytest.raises(DerbesError) as refused:
        looked_at(csv_in(tmp_path, f"Month;Alum (t)\n{rows}"), case_in(tmp_path),
                  mapping="kind=series, uses.treatment.demand=Alum")  # fmt: skip
    assert str(refused.value).endswith("""table.csv: 5 problems
  - line 2, column 2: "10*" ends in the mark of a footnote
    fix: write "10"
  - line 3, column 2: "12-15" is a range, not one number
    fix: write the likeliest value and its range, "{value: 13.5, range: [12, 15]}"
  - line 4, column 2: "10-" is not a number
    fix: write a number, or leave the cell empty where none is known
  - line 5, column 2: this is an error of Excel, #REF!
    fix: mend the cell, or empty it
  - line 6, column 2: this is an error of Excel, #ЗНАЧ!
    fix: mend the cell, or empty it""")


def test_a_number_in_merged_cells_is_none_of_any_of_them(tmp_path):
    rows = [["Month", "Alum (t)"], ["2026-01", 90.0], ["2026-02", None], ["2026-03", 150.0]]
    table = write_workbook(tmp_path / "t.xlsx", {"S": rows}, merged=["B2:B3"])
    with pytest.raises(DerbesError) as refused:
        looked_at(table, case_in(tmp_path), mapping="kind=series, uses.treatment.demand=Alum")
    assert str(refused.value).endswith("""t.xlsx: 2 problems
  - S!B2: 90.0 stands in cells that are merged, and whose it is is not told
    fix: part the cells, and write each its own
  - S!B3: 90.0 stands in cells that are merged, and whose it is is not told
    fix: part the cells, and write each its own""")


@pytest.mark.parametrize(
    ("row", "taken"), [("Запасы на начало года", "590 t"), ("Запасы на конец года", "580 t")]
)
def test_a_stock_is_of_the_time_that_its_row_says(row, taken, tmp_path):
    text = "Показатель;2025;2026\nЗапасы на начало года;570;590\nЗапасы на конец года;580;600\n"
    mapping = f"kind=stocks, stockpiles.alum_store.quantity={row}"
    changed = changes_of(csv_in(tmp_path, text), case_in(tmp_path), mapping=mapping, unit="t")
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", taken)


@pytest.mark.parametrize(
    "text",
    [
        "Остатки, т;;\nНаименование;на 01.01.2026;на 01.02.2026\nКоагулянт;580;590\n",
        "Наименование;Остаток на 01.01.2026, т\nКоагулянт;580\n",
        "Store;Stock as of 31 Dec 2025 (t)\nalum_store;580\n",
        "Дата;Остаток, т\nна 1 января 2026 г.;580\nна 1 февраля 2026 г.;590\n",
    ],
)
def test_stocks_as_of_a_day(text, tmp_path):
    told = text.splitlines()[-1].partition(";")[0]
    told = "Остаток" if told.startswith("на") else told
    mapping = f"kind=stocks, stockpiles.alum_store.quantity={told}"
    changed = changes_of(csv_in(tmp_path, text), case_in(tmp_path), mapping=mapping)
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "580 t")


def test_a_month_whose_days_are_not_all_told_is_named(tmp_path):
    days = [f"2026-01-{day:02d};2\n" for day in range(1, 32)] + ["2026-02-01;2\n"]
    table = csv_in(tmp_path, "Date;Alum (t)\n" + "".join(days))
    mapping = "kind=series, uses.treatment.demand=Alum"
    found = looked_at(table, case_in(tmp_path), mapping=mapping)
    assert [one.new for one in found.changes] == ["62 t/month"]
    assert found.notes[0] == (
        "uses.treatment.demand: months that are not whole are left out: 2026-02."
    )


def test_what_is_no_stock_takes_none(tmp_path):
    table = csv_in(tmp_path, "Date;Alum (t)\n2025-12-31;5\n")
    with pytest.raises(DerbesError) as refused:
        looked_at(table, case_in(tmp_path),
                  mapping="kind=stocks, facts=yes, uses.treatment.demand=Alum")  # fmt: skip
    assert str(refused.value).endswith(
        "  - uses.treatment.demand: uses.treatment.demand is not a stock\n"
        "    fix: for what changes over time: --map kind=series"
    )


@pytest.mark.parametrize("stray", [(1_048_575, 16_383), (1_048_575, 25)])
def test_a_stray_cell_at_the_end_of_a_sheet_takes_no_memory(stray, tmp_path):
    """The reader of cells asks for all that lies before it, and the program is gone."""
    table = tmp_path / "t.xlsx"
    with Workbook(table) as book:
        sheet = book.add_worksheet("Запас")
        sheet.write_row(0, 0, ["Month", "Alum (t)"])
        sheet.write(*stray, "x")
    place = "XFD1048576" if stray[1] > 25 else "Z1048576"
    with pytest.raises(DerbesError, match=f'"Запас" is too large: it goes to {place}'):
        looked_at(table, case_in(tmp_path))
    with pytest.raises(DerbesError, match=f'"Запас" is too large: it goes to {place}'):
        api.import_excel(table, case_in(tmp_path))


@pytest.mark.parametrize(
    ("heading", "told"),
    [("Объем поставок в год (кт)", "12 kt/year"), ("Max supply per month (kt)", "12 kt/month"),
     ("Қуаты, тәулігіне (т)", "12 t/day"), ("Capacity (kt/year)", "12 kt/year")],
)  # fmt: skip
def test_what_a_seller_can_supply_is_for_the_time_that_is_told(heading, told, tmp_path):
    table = csv_in(tmp_path, f"Supplier;Good;{heading}\nnorth_alum;alum;12\n")
    changed = changes_of(table, case_in(tmp_path), mapping="kind=suppliers")
    assert changed["suppliers.north_alum.capacity"] == ("240 t/month", told)


def test_a_capacity_for_no_time_is_not_taken_for_one_of_a_month(tmp_path):
    table = csv_in(tmp_path, "Supplier;Good;Capacity (kt)\nnorth_alum;alum;12\n")
    with pytest.raises(DerbesError) as refused:
        looked_at(table, case_in(tmp_path), mapping="kind=suppliers")
    assert str(refused.value).endswith(
        "table.csv: 1 problem\n  - capacity: the table does not tell in what time that is\n"
        '    fix: say it: --map "capacity=Capacity [kt/year]", or what it is'
    )


@pytest.mark.parametrize("kind", ["series", "history"])
@pytest.mark.parametrize(("step", "day"), [(12, "01-01"), (12, "12-31")])
def test_a_day_that_stands_for_a_year_is_not_taken_for_a_month(kind, step, day, tmp_path):
    rows = "".join(f"{year}-{day};1200\n" for year in range(2023, 2027))
    table = csv_in(tmp_path, f"Date;Alum (t)\n{rows}")
    with pytest.raises(DerbesError) as refused:
        looked_at(table, case_in(tmp_path), mapping=f"kind={kind}, uses.treatment.demand=Alum",
                  gaps="hold")  # fmt: skip
    assert str(refused.value).endswith(
        f"uses.treatment.demand: its days are {step} months apart, and it is not told of what time "
        'each row is\n    fix: write it as a month, a quarter or a year, as in "2026-01", "2026Q1" '
        'or "2026"'
    )


def test_year_month_and_day_in_columns_of_their_own(tmp_path):
    text = "Year;Month;Day;Alum stock (t)\n2025;11;1;570\n2025;12;1;580\n2026;1;1;590\n"
    mapping = "stockpiles.alum_store.quantity=Alum stock"
    changed = changes_of(csv_in(tmp_path, text), case_in(tmp_path), mapping=mapping)
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "590 t")


def test_the_unit_of_a_row_goes_before_that_of_the_title(tmp_path):
    text = "Расход, млн т;;\nПоказатель;2026;2027\nКоагулянт, тыс. т;12;24\nХлор, USD/т;5;6\n"
    mapping = "uses.treatment.demand=Коагулянт, тыс. т, kind=series"
    changes_of(csv_in(tmp_path, text), case_in(tmp_path), mapping=mapping)
    demand = api.read_case(tmp_path / "town.yaml").uses["treatment"].demand
    assert (demand.over(24)[0], demand.over(24)[12]) == (1000, 2000)


@pytest.mark.parametrize(
    ("unit", "price", "told"),
    [("thousand t", "5000", "5 USD/t"), ("kg", "5", "5 USD/kg"), ("", "5", "5 USD/t"),
     ("thousand t", "5 USD/t", "5 USD/t")],
)  # fmt: skip
def test_a_price_in_money_alone_is_for_what_its_row_counts_in(unit, price, told, tmp_path):
    table = csv_in(tmp_path, f"Supplier;Good;Unit;Price (USD)\nnorth_alum;alum;{unit};{price}\n")
    changed = changes_of(table, case_in(tmp_path))
    assert changed["suppliers.north_alum.price"] == ("300 USD/t", told)
