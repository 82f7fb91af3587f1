"""Tables into a case: shapes as they come, and what stands in the file afterwards."""

import gzip
import hashlib
import time
from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

from derbes import api
from derbes.casefile.files import compose
from derbes.errors import TableError
from tests.tables.shapes import CASE, case_in, changes_of, csv_in, looked_at
from tests.tables.workbooks import Percent, write_workbook


def _plain(path):
    return compose(path.read_text(encoding="utf-8"), 0)[0].plain


MONTHS = [f"{2023 + n // 12}-{n % 12 + 1:02d}" for n in range(36)]
USED = [100 + (10 if n % 12 in {5, 6, 7} else 0) + [2, -4, 2][n // 12] for n in range(36)]


def test_consumption_becomes_demand_and_every_other_byte_stays(tmp_path):
    case = case_in(tmp_path)
    rows = "".join(f"{month};{used};\n" for month, used in zip(MONTHS, USED, strict=True))
    table = csv_in(tmp_path, "Month;Consumption of alum (t);Out of stock\n" + rows)
    changed = changes_of(table, case)
    # 100 in nine months, 110 in three of summer; the years are 2, -4 and 2 away
    assert changed["uses.treatment.demand.2026-06"] == ("100 t/month", "110 t/month")
    demand = api.read_case(case).uses["treatment"].demand
    assert demand.over(24)[[0, 6, 13, 19]] == pytest.approx([100, 110, 100, 110])
    assert (demand.low, demand.high) == pytest.approx(
        (100 * (1230 - 48) / 1230, 100 * (1230 + 24) / 1230), rel=1e-3
    )
    assert demand.grade == "C"
    assert demand.source == "table"
    text = case.read_text(encoding="utf-8")
    for line in CASE.splitlines():
        assert line in text or line == "    demand: 100 t/month   # a guess"
    assert "    demand:   # a guess\n      series:\n" in text
    assert text.startswith("# A town and its alum; invented.\nderbes: 1\n")


def test_a_part_with_three_decimals_is_not_written_as_thousands(tmp_path):
    case = case_in(tmp_path)
    used = [one * (0.037 if 12 <= n < 24 else 1) for n, one in enumerate(USED)]
    rows = "".join(f"{m},{one:.4f}\n" for m, one in zip(MONTHS, used, strict=True))
    changes_of(csv_in(tmp_path, "Month,Consumption of alum (t)\n" + rows), case)
    assert _plain(case)["uses"]["treatment"]["demand"]["range"][0] == "5.1420 %"
    demand = api.read_case(case).uses["treatment"].demand
    assert demand.low == pytest.approx(0.05142 * demand.value)


@pytest.mark.parametrize("above", ["", "As reported, by month;\n"])
def test_a_comma_within_numbers_and_headings_is_no_delimiter_beside_a_semicolon(tmp_path, above):
    """Every line has as many commas as semicolons, and is cut by the semicolon."""
    rows = "".join(
        f"{month};{used + 0.5:.1f}\n".replace(".", ",")
        for month, used in zip(MONTHS, USED, strict=True)
    )
    table = csv_in(tmp_path, f"{above}Month;Consumption of alum, t\n{rows}")
    changed = changes_of(table, case_in(tmp_path))
    assert changed["uses.treatment.demand.2026-06"] == ("100 t/month", "110.5 t/month")


def test_months_of_stock_out_are_left_out(tmp_path):
    case = case_in(tmp_path)
    used = [5 if n in {3, 20} else used for n, used in enumerate(USED)]
    rows = [f"{m},{u},{'yes' if u == 5 else ''}" for m, u in zip(MONTHS, used, strict=True)]
    table = csv_in(tmp_path, "\n".join(["Month,Consumption of alum (t),Stock-out", *rows]))
    changes_of(table, case)
    found = _plain(case)["uses"]["treatment"]["demand"]
    assert "2 periods of stock-out left out" in found["why"]
    assert min(float(one) for one in found["series"].values()) > 97


def test_a_short_history_gives_one_number_and_no_range(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(
        tmp_path, "Month,Consumption of alum (t)\n2025-10,90\n2025-11,100\n2025-12,110\n"
    )
    assert changes_of(table, case) == {}
    table = csv_in(
        tmp_path, "Month,Consumption of alum (t)\n2025-10,80\n2025-11,100\n2025-12,n/a\n"
    )
    assert changes_of(table, case) == {"uses.treatment.demand": ("100 t/month", "90 t/month")}


def test_stocks_by_month_give_the_stock_at_the_beginning_of_the_calendar(tmp_path):
    case = case_in(tmp_path)
    rows = [
        ["Monthly stocks", None, None],
        [None, "Closing stock (t)", None],
        ["Month", "Alum", "Chlorine"],
        [date(2025, 11, 1), 540.0, 80.0],
        [date(2025, 12, 1), 580.0, "n/a"],
        [date(2026, 1, 1), 560.0, 70.0],
    ]
    table = write_workbook(tmp_path / "stocks 2026-01.xlsx", {"Stock": rows})
    changed = changes_of(table, case, date="2026-02-03")
    assert changed == {
        "stockpiles.alum_store.quantity": ("600 t", "580 t"),
        "stockpiles.alum_store.quantity.range": ("[500, 700]", ""),
    }
    found = _plain(case)
    assert found["stockpiles"]["alum_store"]["quantity"]["value"] == "580 t"
    assert found["stockpiles"]["chlorine_store"]["quantity"] == "90 t"  # n/a in December: it stays
    assert found["documents"]["stocks"]["date"] == "2026-02-03"
    assert hashlib.sha256(table.read_bytes()).hexdigest() in found["documents"]["stocks"]["note"]


def test_stocks_of_the_first_of_each_month_are_of_that_day(tmp_path):
    """As `на 01.01.2026` says: the day with which the calendar begins, not a month before."""
    case = case_in(tmp_path)
    told = "stockpiles.alum_store.quantity=Остаток коагулянта"
    text = "Дата;Остаток коагулянта, т\n01.11.2025;540\n01.12.2025;580\n01.01.2026;560\n"
    changed = changes_of(csv_in(tmp_path, text, "stock.csv"), case, mapping=told)
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "560 t")
    found = _plain(case)["stockpiles"]["alum_store"]["quantity"]
    assert found["why"] == "stock of 2026-01-01, line 4, column 2 of stock.csv"


def test_what_is_of_others_is_no_opening_stock(tmp_path):
    """The Kazakh for others begins as the one for a beginning does."""
    case = case_in(tmp_path)
    told = "stockpiles.alum_store.quantity=Басқа қоймалардағы қор"
    text = "Ай;Басқа қоймалардағы қор, т\n2025-12;580\n2026-01;560\n"
    changed = changes_of(csv_in(tmp_path, text, "stock.csv"), case, mapping=told)
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "580 t")


def test_a_title_stands_above_an_empty_row_too(tmp_path):
    case = case_in(tmp_path)
    rows = [["Запасы на начало месяца, т"], [], ["Месяц", "Коагулянт"]]
    rows += [[date(2025, 12, 1), 580.0], [date(2026, 1, 1), 560.0]]
    table = write_workbook(tmp_path / "stock.xlsx", {"S": rows})
    assert changes_of(table, case)["stockpiles.alum_store.quantity"] == ("600 t", "560 t")


YEAR_AND_MONTH = """\
Год;Месяц;Расход коагулянта, т;Примечание
2025;Январь;100;
2025;Февраль;110;
2025;Март;120;* склад был пуст
2026;Январь;130;
2026;Февраль;140;
2026;Март;150;
"""


def test_a_month_may_have_its_year_in_a_column_of_its_own(tmp_path):
    case = case_in(tmp_path)
    mapping = "uses.treatment.demand=Расход коагулянта, kind=series"
    changes_of(csv_in(tmp_path, YEAR_AND_MONTH), case, mapping=mapping)
    assert api.read_case(case).uses["treatment"].demand.over(3) == pytest.approx([130, 140, 150])
    text = "Год;янв;фев;мар\n2026;131;141;151\n"
    mapping = "uses.treatment.demand=Год [t], kind=series"
    changes_of(csv_in(tmp_path, text, "grid.csv"), case, mapping=mapping)
    assert api.read_case(case).uses["treatment"].demand.over(3) == pytest.approx([131, 141, 151])


def test_a_column_of_notes_does_not_say_what_a_row_is_about(tmp_path):
    """The one row with a note was the year, and its month's use that of the year."""
    other = "  disinfection: {good: chlorine, demand: 10 t/month}\n"
    case = case_in(tmp_path, CASE.replace(other, ""))
    text = "Год;Неделя;Расход коагулянта, т;Примечание\n2025;1;100;\n2025;2;99;* мало\n2025;3;98;\n"
    with pytest.raises(TableError, match="is told twice for 2025"):
        looked_at(csv_in(tmp_path, text), case, mapping="kind=history")


def test_quarters_over_columns_with_the_year_in_words_behind_them(tmp_path):
    """`2025 год` was cut to a number, which it is not."""
    case = case_in(tmp_path)
    rows = ["Показатель;I кв. 2025;II кв. 2025;III кв. 2025;IV кв. 2025;2025 год"]
    table = csv_in(tmp_path, "\n".join([*rows, "Alum;300;330;360;390;1390"]))
    with pytest.raises(TableError, match="is told twice for 2025-01, first in line 2, column 6"):
        looked_at(table, case, mapping="uses.treatment.demand=Alum", unit="t")
    table = csv_in(tmp_path, f"{rows[0].rpartition(';')[0]}\nAlum;300;330;360;390\n")
    changed = changes_of(table, case, mapping="uses.treatment.demand=Alum", unit="t")
    assert changed["uses.treatment.demand.2025-10"][1] == "130 t/month"


def test_a_year_behind_the_unit_of_a_title_is_no_unit(tmp_path):
    case = case_in(tmp_path)
    for title, amount in (("Қорлар, тонна, 2025 жыл", 580), ("Единица измерения: тыс. кг", 590)):
        rows = [[title, None], ["Ай", "Коагулянт"], ["желтоқсан 2025 ж.", float(amount)]]
        table = write_workbook(tmp_path / "stock.xlsx", {"S": rows})
        changes_of(table, case, mapping="stockpiles.alum_store.quantity=Коагулянт")
        assert api.read_case(case).stockpiles["alum_store"].quantity.value == amount


def test_units_in_a_column_tell_no_rows_apart(tmp_path):
    case = case_in(tmp_path)
    text = "Дата;Склад;Запас;Ед. изм.\n31.12.2025;alum_store;580 тыс.;кг\n"
    text += "31.12.2025;chlorine_store;70;т\n"
    assert changes_of(csv_in(tmp_path, text), case, mapping="kind=stocks") == {
        "stockpiles.alum_store.quantity": ("600 t", "580000 kg"),
        "stockpiles.alum_store.quantity.range": ("[500, 700]", ""),
        "stockpiles.chlorine_store.quantity": ("90 t", "70 t"),
    }
    with pytest.raises(TableError, match="a thousand or a million stands twice"):
        looked_at(csv_in(tmp_path, text.replace(";кг", ";тыс. кг")), case, mapping="kind=stocks")


def test_a_column_that_is_not_found_is_asked_for_and_not_its_cell(tmp_path):
    text = "Наименование поставщика;Наименование товара;Страна;Цена, USD/т;Макс. в месяц, т\n"
    table = csv_in(tmp_path, f"{text}Восток;Коагулянт;Восточная страна;310;12\n")
    case = case_in(tmp_path)
    with pytest.raises(TableError) as refused:
        looked_at(table, case, mapping="kind=suppliers")
    (problem,) = refused.value.problems
    assert problem.what.startswith("Восток is new to the case, and nothing can be computed without")
    assert problem.fix.startswith('say which: --map "capacity=HEADING"; the headings are: Наименов')
    changed = changes_of(table, case, mapping="kind=suppliers, capacity=Макс. в месяц")
    assert changed["suppliers.vostok_alum.capacity"] == ("", "12 t/month")


def test_a_cell_with_a_unit_of_its_own_is_told_by_its_place(tmp_path):
    table = csv_in(tmp_path, "Month,Consumption of alum (t)\n2025-10,80\n2025-11,120 %\n")
    with pytest.raises(TableError) as refused:
        looked_at(table, case_in(tmp_path))
    (problem,) = refused.value.problems
    assert (problem.where, problem.what) == (
        "line 3, column 2", 'it is counted in "t/month", and in the table in "%"',
    )  # fmt: skip


def test_a_slip_in_the_name_of_a_seller_is_offered(tmp_path):
    text = "Supplier,Price (USD/t)\nnorth_allum,310\nsouth_chlorine,720\ncoal,90\n"
    notes = looked_at(csv_in(tmp_path, text), case_in(tmp_path)).notes
    left_out = "is nothing that the case buys; left out"
    assert f'line 2, column 1: "north_allum" {left_out}; did you mean "north_alum"?' in notes
    assert f'line 4, column 1: "coal" {left_out}.' in notes


def test_stocks_by_month_become_dated_facts_where_that_is_asked(tmp_path):
    case = case_in(tmp_path)
    text = "Month,Alum stock (t)\n2025-10,410\n2025-11,n/a\n2025-12,580\n"
    changed = changes_of(csv_in(tmp_path, text, "stock.csv"), case, mapping="facts=yes")
    assert changed == {
        "stockpiles.alum_store.quantity": ("600 t", "580 t"),
        "stockpiles.alum_store.quantity.range": ("[500, 700]", ""),
        "facts.alum_store_2025_10.amount": ("", "410 t"),
        "facts.alum_store_2025_12.amount": ("", "580 t"),
    }
    facts = api.read_case(case).facts
    told = facts["alum_store_2025_10"]
    assert (told.amount.value, told.date, told.document, told.grade) == (
        410,
        "2025-10",
        "stock",
        "B",
    )
    assert "alum_store_2025_11" not in facts, "what is missing is no fact"
    # the next file, with its mapping: a line for what is new, and one for what was revised
    text = "Month,Alum stock (t)\n2025-10,415\n2025-12,580\n2026-01,560\n"
    changed = changes_of(csv_in(tmp_path, text, "stock.csv"), case)
    assert changed == {
        "facts.alum_store_2025_10.amount": ("410 t", "415 t"),
        "facts.alum_store_2026_01.amount": ("", "560 t"),
    }
    assert changes_of(csv_in(tmp_path, text, "stock.csv"), case) == {}
    said = (
        "alum_store_2025_12 - alum_store_2025_10 > 150 t and date_of(alum_store_2026_01) < 2026-02"
    )
    text = case.read_text(encoding="utf-8")
    text += f"statements:\n  S: {{says: so, by: town, modality: fact, holds_if: '{said}'}}\n"
    case.write_text(text, encoding="utf-8")
    (row,) = api.statements(api.read_case(case), draws=1).statements
    assert row.verdict == "holds"


def test_stocks_of_a_year_and_of_its_last_month_must_agree(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Period,Stock (t)\n2025,480\n2025-12,500\n2026-01,510\n")
    with pytest.raises(TableError, match="is told twice for 2025-12, first in line 2"):
        changes_of(table, case, mapping="stockpiles.alum_store.quantity=Stock (t), kind=stocks")
    table = csv_in(tmp_path, "Period,Stock (t)\n2025,500\n2025-12,500\n2026-01,510\n")
    changed = changes_of(
        table, case, mapping="stockpiles.alum_store.quantity=Stock (t), kind=stocks"
    )
    assert changed["stockpiles.alum_store.quantity"][1] == "500 t"


def test_only_stocks_become_facts(tmp_path):
    case = case_in(tmp_path)
    text = "Month,Consumption of alum (t)\n2025-10,90\n2025-11,100\n2025-12,110\n"
    with pytest.raises(TableError) as refused:
        changes_of(csv_in(tmp_path, text), case, mapping="facts=yes")
    assert str(refused.value).endswith(
        'map: facts are made of stocks, and this table is read as "history"\n'
        "    fix: write facts=no, or kind=stocks"
    )
    with pytest.raises(TableError) as refused:
        changes_of(csv_in(tmp_path, text), case, mapping="facts=maybe")
    assert 'map: "maybe" is not one of: yes, no' in str(refused.value)


def test_the_next_file_updates_the_case_in_one_command_and_one_line(tmp_path):
    case = case_in(tmp_path)
    first = csv_in(tmp_path, "Date;Alum stock (t)\n31.12.2025;580,5\n", "stock 2026-01.csv")
    assert changes_of(first, case)["stockpiles.alum_store.quantity"] == ("600 t", "580.5 t")
    kept = tmp_path / "town.imports" / "stock.yaml"
    kept.write_text(kept.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    before = case.read_bytes()
    second = csv_in(
        tmp_path, "Date;Alum stock (t)\n31.12.2025;575\n31.01.2026;560\n", "stock 2026-02.csv"
    )
    assert changes_of(second, case) == {"stockpiles.alum_store.quantity": ("580.5 t", "575 t")}
    assert kept.read_text(encoding="utf-8").endswith("# mine\n")
    again = case.read_bytes()
    assert again != before
    assert changes_of(second, case) == {}
    assert case.read_bytes() == again


def test_a_file_of_any_name_is_read_by_the_mapping_that_fits_it(tmp_path):
    case = case_in(tmp_path)
    one = csv_in(tmp_path, "Day,On hand (t)\n2025-12-31,580\n", "x.csv")
    changes_of(one, case, mapping="stockpiles.alum_store.quantity=On hand")
    other = csv_in(tmp_path, "Day,On hand (t)\n2025-12-31,500\n", "erp export.csv")
    assert changes_of(other, case) == {"stockpiles.alum_store.quantity": ("580 t", "500 t")}
    assert [path.name for path in (tmp_path / "town.imports").iterdir()] == ["x.yaml"]


def test_nothing_is_written_without_a_yes(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,580\n")
    found = looked_at(table, case)
    assert found.changes
    assert not found.written
    assert case.read_text(encoding="utf-8") == CASE
    assert not (tmp_path / "town.imports").exists()


def test_a_series_of_prices_with_headings_over_several_rows(tmp_path):
    """As the World Bank has them: titles, names, units in brackets, `…`, months as 1960M01."""
    case = case_in(tmp_path)
    rows = [
        ["Commodity prices (invented)"], ["monthly, nominal US dollars"], [],
        [None, "Chlorine, spot", "Alum, Northland **"],
        [None, "($/mt)", "($/mt)"],
        ["2025M11", 690.0, "…"],
        ["2025M12", 700.0, 310.0],
        ["2026M01", "…", 320.0],
        ["2026M02", 710.0, 330.0],
        [], ["** since 2025 only"],
    ]  # fmt: skip
    table = write_workbook(tmp_path / "prices.xlsx", {"About": [["Notes"]], "Monthly": rows})
    told = "suppliers.north_alum.price=Alum, Northland **"
    told += ", suppliers.south_chlorine.price=Chlorine, spot"
    with pytest.raises(TableError, match="does not know 2026-01"):
        looked_at(table, case, mapping=told)
    changed = changes_of(table, case, mapping=told, gaps="line")
    assert changed == {
        "suppliers.north_alum.price.2026-01": ("300 USD/t", "320 USD/t"),
        "suppliers.north_alum.price.2026-02": ("300 USD/t", "330 USD/t"),
        "suppliers.south_chlorine.price.2026-01": ("700 USD/t", "705 USD/t"),
        "suppliers.south_chlorine.price.2026-02": ("700 USD/t", "710 USD/t"),
    }
    series = _plain(case)["suppliers"]["south_chlorine"]["price"]["series"]
    assert series["2026-01"] == {
        "value": "705",
        "grade": "D",
        "why": "not in the table; on a straight line",
    }


def test_a_long_table_of_a_statistical_office(tmp_path):
    """As Eurostat has them: a column for each dimension, flags behind numbers, `:` for missing."""
    case = case_in(tmp_path)
    rows = ["geo,unit,nrg_bal,TIME_PERIOD,OBS_VALUE"]
    for month, value in (("2026-01", "12.5 p"), ("2026-02", ":"), ("2026-03", "14.0 e")):
        rows += [
            f"North,T,SUP,{month},{value}",
            f"South,T,SUP,{month},99.5",
            f"North,KT,SUP,{month},0.0125",
        ]
    table = tmp_path / "nrg_m.csv.gz"
    table.write_bytes(gzip.compress("\n".join(rows).encode()))
    with pytest.raises(TableError) as caught:
        looked_at(table, case)
    assert "geo: North, South" in str(caught.value)
    told = "uses.treatment.demand=OBS_VALUE [t], where geo=North, where unit=T, kind=series"
    changed = changes_of(table, case, mapping=told, gaps="hold")
    assert changed == {
        "uses.treatment.demand.2026-01": ("100 t/month", "12.5 t/month"),
        "uses.treatment.demand.2026-02": ("100 t/month", "12.5 t/month"),
        "uses.treatment.demand.2026-03": ("100 t/month", "14 t/month"),
    }


def test_a_wide_table_with_months_over_columns(tmp_path):
    """As the IEA has them: flows in rows, months over columns under merged years, footnotes."""
    case = case_in(tmp_path)
    rows = [
        ["Oil data (invented), kt"],
        ["Product", 2025, None, 2026, None, None],
        [None, "Nov", "Dec", "Jan", "Feb", "Total"],
        ["Alum", 0.09, 0.1, 0.11, "x", 0.3],
        ["Chlorine", 0.01, 0.01, 0.012, 0.013, 0.045],
        ["Total", 0.1, 0.11, 0.122, "x", 0.3],
        ["x: not told"],
    ]
    table = write_workbook(tmp_path / "iea.xlsx", {"Data": rows}, merged=["B2:C2", "D2:E2"])
    changed = changes_of(
        table,
        case,
        unit="kt",
        mapping="kind=series, uses.treatment.demand=Alum, uses.disinfection.demand=Chlorine",
    )
    assert changed["uses.treatment.demand.2026-01"] == ("100 t/month", "0.11 kt/month")
    assert changed["uses.disinfection.demand.2026-02"] == ("10 t/month", "0.013 kt/month")
    demand = api.read_case(case).uses
    assert demand["treatment"].demand.over(3)[0] == pytest.approx(110)
    assert demand["disinfection"].demand.over(3)[:2] == pytest.approx([12, 13])


def test_months_without_a_year_are_no_dates(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Use (t),Jan,Feb,Mar\nUse,100,110,120\n")
    with pytest.raises(TableError, match='"Jan" is no date'):
        changes_of(table, case, mapping="uses.treatment.demand=Use, kind=series")


def test_a_balance_sheet_by_year(tmp_path):
    """As the FAO has them: items and elements in rows, years over columns, 1000 t."""
    case = case_in(tmp_path)
    rows = ["Item,Element,Unit,2019,2020,2021,2022"]
    rows += [
        "Alum,Production,1000 t,0.1,0.1,0.1,0.1",
        "Alum,Domestic supply quantity,1000 t,1.2,1.32,1.44,1.56",
    ]
    table = csv_in(tmp_path, "\n".join(rows), "FAOSTAT_data.csv")
    told = "kind=history, item=Item, uses.treatment.demand=Alum"
    told += ", where Element=Domestic supply quantity"
    changes_of(table, case, mapping=told)
    # 120 t more a year: 1,560 t in 2022 is 2,040 in 2026, a twelfth of it a month; four years were
    # seen, so the line ends four years behind them
    demand = api.read_case(case).uses["treatment"].demand
    assert demand.over(24)[[0, 11, 12, 23]] == pytest.approx([170, 170, 170, 170])


def test_stocks_by_day(tmp_path):
    """As AGSI has them: gas days, TWh and per cent."""
    text = CASE.replace("unit: t, label: {en: Alum", "unit: MWh, label: {en: Alum").replace(
        " t/month   #", " MWh/month   #"
    )
    text = text.replace("600 t", "600 MWh").replace(
        "300 USD/t, capacity: 240 t", "300 USD/MWh, capacity: 240 MWh"
    )
    text = text.replace("clay: 2 t}, capacity: 5 t", "clay: 2 t}, capacity: 5 MWh")
    case = case_in(tmp_path, text)
    rows = ["Name;Status;Gas Day Start;Gas in storage (TWh);Full (%)"]
    rows += [
        f"Alum;E;{day};{level};{full}"
        for day, level, full in (("2025-12-31", "0,0012", "61,2"), ("2026-01-02", "0,0011", "60,9"))
    ]
    table = csv_in(tmp_path, "\n".join(rows), "StorageData.csv")
    changed = changes_of(table, case)
    assert changed["stockpiles.alum_store.quantity"] == ("600 MWh", "0.0012 TWh")
    rows.append("Alum;E;2026-01-01;0,0013;61,3")
    csv_in(tmp_path, "\n".join(rows), "StorageData.csv")
    assert changes_of(table, case) == {}  # the evening before, not the evening of the first day


def test_a_case_in_a_folder_keeps_its_mappings_in_it(tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    head, tail = CASE.split("uses:\n")
    (folder / "case.yaml").write_bytes(f"{head}include: [uses.yaml]\n".encode())
    (folder / "uses.yaml").write_bytes(f"uses:\n{tail}".replace("\n", "\r\n").encode())
    table = csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,580\n", "stock.csv")
    changes_of(table, folder)
    assert (folder / "imports" / "stock.yaml").exists()
    text = (folder / "uses.yaml").read_bytes().decode()
    assert "\n" not in text.replace("\r\n", "")
    assert "      value: 580 t\r\n" in text
    assert api.read_case(folder).stockpiles["alum_store"].quantity.value == 580


def test_a_shortage_list_is_marks_of_stock_out(tmp_path):
    """As agencies list medicines in shortage: consumption, and a mark or days without stock."""
    case = case_in(tmp_path)
    rows = [
        f"{m},Alum,{u},{12 if n == 7 else 0}"
        for n, (m, u) in enumerate(zip(MONTHS, USED, strict=True))
    ]
    table = write_workbook(
        tmp_path / "list.xlsx",
        {"2025": [["Month", "Product", "Issued (t)", "Stock-out (days)"], *[
            [a, b, float(c), float(d)] for a, b, c, d in (row.split(",") for row in rows)
        ]]},
    )  # fmt: skip
    changes_of(table, case)
    assert "1 period of stock-out left out" in _plain(case)["uses"]["treatment"]["demand"]["why"]


def test_a_stock_list_of_a_company_in_russian(tmp_path):
    """As 1C has them: merged headings, thousands apart, totals, units in a column of their own."""
    case = case_in(tmp_path)
    rows = [
        ["Ведомость по товарам на складах"],
        ["Период: декабрь 2025 г."], [],
        ["Номенклатура", "Ед. изм.", "Остаток на конец, т", None],
        ["Номенклатура", "Ед. изм.", "ноябрь 2025", "декабрь 2025"],
        ["Коагулянт", "т", "1 040,5", "1\u00a0020,25"],
        ["Хлор", "т", "-", "95,0"],
        ["Итого", None, "1 040,5", "1 115,25"],
    ]  # fmt: skip
    table = write_workbook(
        tmp_path / "Остатки.xlsx", {"Лист1": rows}, merged=["A4:A5", "B4:B5", "C4:D4"]
    )
    changed = changes_of(table, case)
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "1020.25 t")
    assert changed["stockpiles.chlorine_store.quantity"] == ("90 t", "95 t")
    assert (tmp_path / "town.imports" / "ostatki.yaml").exists()


def test_a_row_that_adds_up_others_is_read_where_it_is_named(tmp_path):
    """Left out else: it would count twice. Where a column has its name, the column is meant."""
    case, path = case_in(tmp_path), "uses.treatment.demand"
    rows = "Товар;янв 2026;фев 2026\nГород;40;41\nЗавод;60;62\n{};100;103\n"
    for total in ("Итого", "Итого, т", "Всего по городу", "Total", "Барлығы"):
        table = csv_in(tmp_path, rows.format(total), "use.csv")
        found = looked_at(table, case, mapping=f"{path}={total} [t], kind=series")
        assert [one.new for one in found.changes] == ["103 t/month"]
        assert not [note for note in found.notes if "left out" in note]
        found = looked_at(table, case, mapping=f"{path}=Завод [t], kind=series")
        assert [one.new for one in found.changes] == ["60 t/month", "62 t/month"]
        assert f'line 4, column 1: "{total}" adds up other rows, left out' in found.notes
    table = csv_in(tmp_path, "Месяц;Город;Итого\nянв 2026;40;100\nфев 2026;41;103\nИтого;81;203\n")
    found = looked_at(table, case, mapping=f"{path}=Итого [t], kind=series")
    assert [one.new for one in found.changes] == ["103 t/month"]
    assert 'line 4, column 1: "Итого" adds up other rows, left out' in found.notes


def test_a_row_that_is_not_there_is_told_as_such(tmp_path):
    table = csv_in(tmp_path, "Товар;янв 2026;фев 2026\nГород, т;40;41\nИтого, т;40;41\n")
    for word, meant in (("Гоород, т", "Город, т"), ("Итого", "итого, т")):
        with pytest.raises(TableError, match=f'no column or row "{word}"') as error:
            api.import_table(table, case_in(tmp_path), mapping=f"uses.treatment.demand={word}")
        assert error.value.problems[0].fix == f'did you mean "{meant}"?'


def test_a_day_as_the_heading_of_the_numbers_is_the_day_of_all_of_them(tmp_path):
    """What the message on a date that stands in a title alone says to write."""
    rows = ["Запас;", "Товар;31.12.2025", "Коагулянт;580 т", "Хлор;88 т"]
    changed = changes_of(csv_in(tmp_path, "\n".join(rows)), case_in(tmp_path))
    assert changed["stockpiles.alum_store.quantity"] == ("600 t", "580 t")
    assert changed["stockpiles.chlorine_store.quantity"] == ("90 t", "88 t")


def test_suppliers_are_renewed_and_put_in(tmp_path):
    case = case_in(tmp_path)
    rows = [
        "Supplier,Good,Country,Price (USD/t),Capacity (t/month),Lead time (month)",
        "north_alum,Alum,north,310,230,1",
        'Eastern Works,Alum,Eastland,"350",60,2',
    ]
    changed = changes_of(csv_in(tmp_path, "\n".join(rows), "sellers.csv"), case)
    assert changed["suppliers.north_alum.price"] == ("300 USD/t", "310 USD/t")
    assert changed["suppliers.eastern_works_alum.price"] == ("", "350 USD/t")
    assert changed["suppliers.north_alum.lead_time"] == ("", "1 month")
    found = api.read_case(case)
    assert found.suppliers["eastern_works_alum"].actor == "eastland"
    assert found.suppliers["eastern_works_alum"].capacity.value == 60


def test_the_decimal_mark_is_that_of_numbers_with_long_units_too(tmp_path):
    case = case_in(tmp_path)
    head = "Supplier;Good;Capacity\n"
    table = csv_in(tmp_path, f"{head}north_alum;Alum;1,200 thousand t/year\n", "sellers.csv")
    with pytest.raises(TableError, match=r"can be read as 1200 thousand t/year or as 1\.200 tho"):
        changes_of(table, case)
    table = csv_in(tmp_path, f"{head}north_alum;Alum;1,2 thousand t/year\n", "sellers.csv")
    assert changes_of(table, case)["suppliers.north_alum.capacity"][1] == "1200 t/year"


def test_a_price_list(tmp_path):
    case = case_in(tmp_path)
    rows = ["Товар;Цена, EUR/т", "Коагулянт;280,50", "Хлор;650", "Соль;20"]
    found = api.import_table(csv_in(tmp_path, "\n".join(rows), "prices.csv"), case)
    assert {(one.path, one.new) for one in found.changes} == {
        ("suppliers.north_alum.price", "280.5 EUR/t"),
        ("suppliers.south_chlorine.price", "650 EUR/t"),
    }
    assert any("Соль" in note for note in found.notes)


def test_a_bill_of_materials(tmp_path):
    case = case_in(tmp_path)
    rows = [
        ["Output", "Component", "Qty per", "UoM"],
        ["alum", "clay", 2.2, "t"],
        ["alum", "chlorine", 15.0, "kg"],
    ]
    changed = changes_of(write_workbook(tmp_path / "bom.xlsx", {"BOM": rows}), case)
    assert changed == {
        "recipes.alum_from_clay.inputs.clay": ("2 t", "2.2 t"),
        "recipes.alum_from_clay.inputs.chlorine": ("", "15 kg"),
    }
    assert api.read_case(case).recipes["alum_from_clay"].inputs["chlorine"].value == pytest.approx(
        0.015
    )


@pytest.mark.parametrize(
    "table",
    [
        "Продукт;Сырьё;Норма, кг/т\nalum;clay;2100\n",
        "Продукция;Сырьё;Норма расхода;Ед. изм.\nalum;clay;2100;кг/т\n",
        "Өнім;Шикізат;Шығын нормасы\nalum;clay;2100 кг/т\n",
        "Изделие;Компонент;Удельный расход, кг/т\nalum;clay;2 100\n",
    ],
)
def test_a_norm_of_consumption_is_so_much_for_a_unit_of_the_output(tmp_path, table):
    """A number that could be a year stands in a column of amounts, and is none."""
    case = case_in(tmp_path)
    changed = changes_of(csv_in(tmp_path, table, "norms.csv"), case)
    assert changed == {"recipes.alum_from_clay.inputs.clay": ("2 t", "2100 kg/t")}
    inputs = api.read_case(case).recipes["alum_from_clay"].inputs
    assert inputs["clay"].value == pytest.approx(2.1)


def test_parquet(tmp_path):
    case = case_in(tmp_path)
    table = tmp_path / "use.parquet"
    days = [date(2025, 12, 31), date(2026, 1, 31)]
    parquet.write_table(pa.table({"date": days, "alum stock (t)": [580.0, None]}), table)
    assert changes_of(table, case)["stockpiles.alum_store.quantity"] == ("600 t", "580 t")


def test_a_month_that_is_not_known_is_filled_by_a_later_file(tmp_path):
    case = case_in(tmp_path)
    told = "uses.treatment.demand=Use (t), kind=series"
    one = csv_in(tmp_path, "Month,Use (t)\n2026-01,100\n2026-03,110\n")
    assert "uses.treatment.demand.2026-03" in changes_of(one, case, mapping=told, gaps="hold")
    two = csv_in(tmp_path, "Month,Use (t)\n2026-02,105\n2026-03,110\n2026-04,112\n")
    assert changes_of(two, case) == {
        "uses.treatment.demand.2026-02": ("100 t/month", "105 t/month"),
        "uses.treatment.demand.2026-04": ("", "112 t/month"),
    }
    series = _plain(case)["uses"]["treatment"]["demand"]["series"]
    assert series == {"2026-01": "100", "2026-02": "105", "2026-03": "110", "2026-04": "112"}


@pytest.mark.parametrize(
    ("rows", "holes"),
    [
        ("Q1 2026,300\nQ2 2026,330\nQ4 2026,360\n", ["2026-07"]),
        ("Q1 2026,300\nQ2 2026,330\nQ3 2026,-\nQ4 2026,360\n", ["2026-07"]),
        ("Q1 2026,300\nQ4 2026,360\n", ["2026-04", "2026-07"]),
        ("2025,1200\n2027,1440\n", ["2026-01"]),
        ("Q1 2026,300\nQ2 2026,330\nQ3 2026,345\n", []),
    ],
)
def test_a_quarter_or_year_that_is_not_told_is_not_the_one_before(tmp_path, rows, holes):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, f"Time,Use (t)\n{rows}")
    told = "uses.treatment.demand=Use (t), kind=series"
    if holes:
        with pytest.raises(TableError, match=f"does not know {', '.join(holes)}"):
            changes_of(table, case, mapping=told)
    changed = changes_of(table, case, mapping=told, gaps="line")
    assert {f"uses.treatment.demand.{month}" for month in holes} <= changed.keys()
    if holes == ["2026-07"]:
        assert changed["uses.treatment.demand.2026-07"] == ("100 t/month", "115 t/month")
    if len(holes) == 2 and rows.startswith("Q"):
        series = _plain_series(changed)
        assert series == ["106.6666667 t/month", "113.3333333 t/month", "120 t/month"]


def _plain_series(changed):
    """Numbers by month that were put in, in order."""
    return [new for path, (_old, new) in sorted(changed.items()) if ".demand.2026-" in path]


@pytest.mark.parametrize(
    ("rows", "time"),
    [
        ("2026-01,100\n2026-02,110\n2026,1860\n", "2026-01"),
        ("2026-01,100\nQ1 2026,330\n2026-02,110\n", "2026-01"),
        ("2026,1200\nQ1 2027,300\n2027-02,110\n", "2027-02"),
        ("2026-01-05,3\n2026-01,90\n", "2026-01-05"),
    ],
)
def test_a_month_and_its_year_are_told_twice(tmp_path, rows, time):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, f"Time,Use (t)\n{rows}")
    told = "uses.treatment.demand=Use (t), kind=series"
    with pytest.raises(TableError, match=f"is told twice for {time}, first in line"):
        changes_of(table, case, mapping=told)


def test_months_and_later_years_are_each_told_once(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Time,Use (t)\n2026-11,100\n2026-12,110\n2027,1440\n")
    changed = changes_of(table, case, mapping="uses.treatment.demand=Use (t), kind=series")
    assert changed["uses.treatment.demand.2027-01"][1] == "120 t/month"


def test_years_of_two_digits_are_of_the_century_that_they_were_in(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Month,Use (t)\nJan-98,100\nFeb-98,101\nMar-98,102\n")
    with pytest.raises(TableError, match="the table ends in 1998-03"):
        changes_of(table, case, mapping="uses.treatment.demand=Use (t), kind=series")


def test_a_series_that_may_be_missing_is_written_missing(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Month,Cost (USD/t/month)\n2026-01,1\n2026-03,2\n")
    changed = changes_of(table, case, mapping="goods.alum.storage_cost=Cost")
    assert changed["goods.alum.storage_cost.2026-02"] == ("", "missing")


@pytest.mark.parametrize(
    ("path", "heading", "cells", "unit", "number"),
    [
        ("currency.rates.EUR", "EUR", ["1.05", "1.15"], "USD/EUR", 1.05),
        ("suppliers.north_alum.on_order", "On order", ["30", "0"], "t", 30),
        ("suppliers.north_alum.capacity", "Capacity (kt/year)", ["1.2", "2.4"], "", 100),
        ("goods.alum.reserve", "Reserve (t)", ["500", "600"], "", 500),
        ("routes.rail.cost_share", "Freight", ["5 %", "6 %"], "", 0.05),
    ],
)
def test_any_number_that_can_change_over_time(tmp_path, path, heading, cells, unit, number):
    text = CASE.replace("suppliers:\n", "routes:\n  rail: {via: [south]}\nsuppliers:\n")
    text = text.replace("capacity: 240 t/month", "capacity: 240 t/month, lead_time: 2 month")
    case = case_in(tmp_path, text)
    rows = [f"2026-{n + 1:02d};{cell}" for n, cell in enumerate(cells)]
    table = csv_in(tmp_path, "\n".join([f"Month;{heading}", *rows]))
    name = heading.split(" (")[0]
    changed = changes_of(table, case, mapping=f"{path}={name}", unit=unit)
    assert set(changed) >= {f"{path}.2026-02"}
    read = {one.path: one for one in api.inputs(api.read_case(case))}
    assert read[path].value == pytest.approx(number)
    assert (read[path].source, read[path].grade) == ("table", "B")


def test_per_cent_cells_of_excel_are_shares(tmp_path):
    case = case_in(tmp_path, CASE.replace("suppliers:\n", "routes:\n  rail: {}\nsuppliers:\n"))
    rows = [["Month", "Duty"], [date(2026, 1, 1), Percent(0.05)], [date(2026, 2, 1), Percent(0.1)]]
    table = write_workbook(tmp_path / "x.xlsx", {"A": rows})
    with pytest.raises(TableError, match='say it: --unit "share"'):
        looked_at(table, case, mapping="routes.rail.cost_share=Duty")
    changed = changes_of(table, case, mapping="routes.rail.cost_share=Duty [share]")
    assert changed["routes.rail.cost_share.2026-02"] == ("", "0.1 share")


def test_what_cannot_change_over_time_is_refused(tmp_path):
    case = case_in(tmp_path)
    table = csv_in(tmp_path, "Month,Margin\n2026-01,5 %\n2026-02,6 %\n")
    with pytest.raises(TableError, match="cannot change over time"):
        changes_of(table, case, mapping="actors.north.margin_share=Margin")


def test_many_rows_take_no_longer_than_their_number(tmp_path):
    """Fifty thousand rows: a list that is looked through for each row would take minutes."""
    case = case_in(tmp_path)
    rows = [f"{month};P{n};{n}" for n in range(1500) for month in MONTHS]
    rows += [f"{month};Alum;{used}" for month, used in zip(MONTHS, USED, strict=True)]
    table = csv_in(tmp_path, "\n".join(["Month;Product;Use (t)", *rows]))
    begun = time.monotonic()
    found = looked_at(table, case, mapping="uses.treatment.demand=Alum")
    assert time.monotonic() - begun < 15
    assert (found.kind, found.items) == ("history", {"Alum": "uses.treatment.demand"})


def test_days_that_do_not_fill_a_month_are_not_taken_for_one(tmp_path):
    case = case_in(tmp_path)
    days = [f"2026-01-{day:02d},2" for day in range(1, 32)]
    days += [f"2026-02-{day:02d},2" for day in range(1, 20)]
    table = csv_in(tmp_path, "\n".join(["Day,Use (t)", *days]))
    told = "kind=series, uses.treatment.demand=Use"
    assert changes_of(table, case, mapping=told) == {
        "uses.treatment.demand.2026-01": ("100 t/month", "62 t/month")
    }
    csv_in(tmp_path, "\n".join(["Day,Use (t)", *days[31:]]))
    with pytest.raises(TableError, match="do not fill a period"):
        looked_at(table, case)
    rates = csv_in(tmp_path, "\n".join(["Day,Use (t/day)", *days[31:]]), "rates.csv")
    changed = changes_of(rates, case, mapping=told)
    assert changed["uses.treatment.demand.2026-02"] == ("", "2 t/day")


def test_a_seller_that_may_be_two_suppliers_is_refused(tmp_path):
    second = "  north_more: {actor: north, good: alum, price: 310 USD/t, capacity: 9 t/month}\n"
    case = case_in(tmp_path, CASE.replace("recipes:\n", f"{second}recipes:\n"))
    rows = ["Supplier,Good,Price (USD/t),Capacity (t/month)", "Northland,Alum,5,5"]
    with pytest.raises(TableError) as caught:
        changes_of(csv_in(tmp_path, "\n".join(rows)), case)
    assert str(caught.value).endswith(
        '1 problem\n  - line 2, column 1: "Northland" may be north_alum or north_more\n'
        "    fix: call it by its id"
    )
