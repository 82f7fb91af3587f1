import gzip
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from derbes.errors import DataError, MissingExtraError
from derbes.trade.inputoutput import table_of, table_of_arrays
from derbes.trade.upstream import upstream
from tests.trade.io_tables import FINAL, FLOWS, SELLERS, USERS, full_table

OUTPUT = FLOWS.sum(axis=1) + FINAL.sum(axis=1)


def oecd(folder, *, rows=None, name="2019_SML.csv"):
    """A table as the OECD ships it."""
    labels = ["_".join(seller) for seller in SELLERS]
    heading = ["V1", *labels, *(f"{user}_HFCE" for user in USERS), "OUT"]
    lines = [",".join(heading)]
    for label, sold, used, made in zip(labels, FLOWS, FINAL, OUTPUT, strict=True):
        lines.append(",".join([label, *(f"{one:g}" for one in (*sold, *used, made))]))
    added = OUTPUT - FLOWS.sum(axis=0)
    lines += [",".join(["VA", *(f"{one:g}" for one in added), "0", "0", "0", "0"])]
    lines += [",".join(["OUT", *(f"{one:g}" for one in OUTPUT), "0", "0", "0", "0"])]
    path = folder / name
    path.write_text("\n".join(rows(lines) if rows else lines) + "\n", encoding="utf-8")
    return path


def saved(folder, *, flows=FLOWS, final=FINAL, sellers=SELLERS):
    """A system as pymrio saves it as text."""
    folder.mkdir(exist_ok=True)

    def write(name, first, second, table):
        heads = ["region\t\t" + "\t".join(one for one, _other in first),
                 f"{second}\t\t" + "\t".join(other for _one, other in first),
                 ]  # fmt: skip
        rows = ["\t".join([*seller, *(f"{one:g}" for one in row)])
                for seller, row in zip(sellers, table, strict=True)]  # fmt: skip
        (folder / f"{name}.txt").write_text("\n".join([*heads, *rows]) + "\n", encoding="utf-8")

    write("Z", SELLERS, "sector", flows)
    write("Y", [(user, "households") for user in USERS], "category", final)
    rows = ["region\tsector\tunit", *("\t".join([*seller, "M.EUR"]) for seller in sellers)]
    (folder / "unit.txt").write_text("\n".join(rows), encoding="utf-8")
    about = {"name": "EXIOBASE", "version": "3.8", "description": None}
    (folder / "metadata.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def same(table):
    full = full_table()
    for name in ("mix", "bought", "output", "cost_share", "final"):
        assert getattr(table, name) == pytest.approx(getattr(full, name)), name
    assert (table.countries, table.sectors) == (full.countries, full.sectors)
    return table.about


def refusal(place):
    with pytest.raises(DataError) as caught:
        table_of(place)
    return str(caught.value)


# Ways to give a table


def test_a_table_of_the_oecd(tmp_path):
    path = oecd(tmp_path)
    about = same(table_of(path))
    assert (about.source, about.year, about.unit) == ("OECD ICIO", "2019", "million USD")
    packed = tmp_path / "ICIO2021_2018.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert same(table_of(str(packed))).year == "2018"


def test_a_folder_of_pymrio(tmp_path):
    about = same(table_of(saved(tmp_path / "IOT_2015_ixi")))
    assert (about.source, about.year, about.unit) == ("EXIOBASE, 3.8", "2015", "million EUR")


class Frame:
    """What a data frame has that is looked at."""

    def __init__(self, table, index, columns):
        self.index, self.columns, self._table = index, columns, table

    def __array__(self, dtype=None, copy=None):
        return np.array(self._table, dtype=dtype)


def test_a_system_of_pymrio():
    system = SimpleNamespace(
        Z=Frame(FLOWS, SELLERS, SELLERS),
        Y=Frame(FINAL, SELLERS, [(user, "households") for user in USERS]),
        unit=Frame([["M.EUR"]] * 5, SELLERS, ["unit"]),
        meta=SimpleNamespace(name="WIOD"),
    )
    about = same(table_of(system))
    assert (about.source, about.unit) == ("WIOD", "million EUR")


def test_pymrio_itself(tmp_path):
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    system.save_all(tmp_path / "text", table_format="txt")
    system.save_all(tmp_path / "parquet", table_format="parquet")
    tables = [table_of(one) for one in (system, tmp_path / "text", tmp_path / "parquet")]
    for table in tables:
        assert table.mix == pytest.approx(tables[0].mix)
        assert table.final == pytest.approx(tables[0].final)
        assert table.about.unit == "million USD"
    made = np.zeros(len(tables[0].output))
    made[0] = 1.0
    system.calc_system()
    answer = upstream("reg1", "reg2", table=tables[0], buyer="food", tiers=60)
    inverse = np.asarray(system.L) - np.eye(len(made))
    of_sender = np.array([region == "reg2" for region, _sector in system.L.index])
    assert answer.total_per_100 == pytest.approx(100 * (inverse @ made)[of_sender].sum())


def test_without_pymrio_its_other_formats_are_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymrio", None)
    (tmp_path / "file_parameters.json").write_text("{}", encoding="utf-8")
    with pytest.raises(MissingExtraError) as caught:
        table_of(tmp_path)
    assert str(caught.value) == (
        f'{tmp_path}: a table that pymrio did not save as text needs the "io" extra. Fix: pip '
        'install "derbes[io]", or save it with save_all(folder, table_format="txt").'
    )


# What is wrong with a table


def test_nothing_is_there(tmp_path):
    assert refusal(tmp_path / "none.csv") == f"{tmp_path / 'none.csv'}: there is no such file."
    assert refusal(tmp_path) == (
        f"{tmp_path}: no table is in this folder. Fix: give a CSV of the OECD's ICIO, or a folder "
        "in which pymrio has saved a table: pymrio.parse_…(…).save_all(folder, "
        'table_format="txt").'
    )


def test_another_kind_of_table(tmp_path):
    path = tmp_path / "trade.csv"
    path.write_text("t,i,j,k,v,q\n2021,643,440,271121,1,4\n", encoding="utf-8")
    assert refusal(path) == (
        f"{path}: 1 problem\n"
        "  - no row and column stand for a sector of a country, such as KAZ_B06\n"
        "    fix: give a CSV of the OECD's ICIO, or a folder in which pymrio has saved a table "
        "(save_all)"
    )
    path.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    assert refusal(path).startswith(f"{path}: 1 problem\n  - it cannot be read as CSV (")


def test_rows_that_are_cut_off(tmp_path):
    path = oecd(tmp_path, rows=lambda lines: lines[:4])
    assert refusal(path) == (
        f"{path}: 1 problem\n"
        '  - rows: "RUS_C19", "BLR_C19", "BLR_HFCE" are columns without a row\n'
        "    fix: the table is cut off: take it anew from its source"
    )


@pytest.mark.parametrize("kept", [2, 3, 4, 5])
def test_a_table_cut_after_any_row_is_refused(tmp_path, kept):
    path = oecd(tmp_path, rows=lambda lines: lines[:kept])
    assert "are columns without a row" in refusal(path)


def test_a_line_that_ends_in_the_middle(tmp_path):
    path = oecd(tmp_path, rows=lambda lines: [*lines[:5], lines[5][:12]])
    assert refusal(path) == (
        f"{path}: 2 problems\n"
        "  - line 6, BLR_C19: 3 cells under 10 headings\n"
        "    fix: the table is cut off: take it anew from its source\n"
        '  - rows: "BLR_C19", "BLR_HFCE" are columns without a row\n'
        "    fix: the table is cut off: take it anew from its source"
    )


def test_a_packed_file_that_ends_in_the_middle(tmp_path):
    path = tmp_path / "2019_SML.csv.gz"
    path.write_bytes(gzip.compress(oecd(tmp_path).read_bytes())[:-20])
    assert refusal(path) == (
        f"{path}: 1 problem\n"
        "  - it ends in the middle\n"
        "    fix: the table is cut off: take it anew from its source"
    )


def test_cells_that_are_no_numbers(tmp_path):
    path = oecd(
        tmp_path, rows=lambda lines: [lines[0], lines[1].replace(",30,", ",n/a,"), *lines[2:]]
    )
    assert refusal(path) == (
        f"{path}: 1 problem\n"
        '  - line 2, KAZ_B06: "n/a" is no number\n'
        "    fix: write plain numbers with a decimal point, and 0 where nothing is sold"
    )


def test_flows_below_zero_and_inputs_above_output(tmp_path):
    flows = FLOWS.copy()
    flows[0, 3], flows[4, 0] = -5.0, 400.0
    assert refusal(saved(tmp_path / "x", flows=flows)) == (
        f"{tmp_path / 'x'}: 2 problems\n"
        "  - KAZ B06 → RUS C19: a flow below zero, -5\n"
        "    fix: inputs are never below zero; changes of stocks belong to final use\n"
        "  - KAZ B06: inputs of 460 are above an output of 90\n"
        "    fix: value added would be below zero: is it a column of this table, in the same unit?"
    )


def test_many_problems_of_a_kind_are_counted(tmp_path):
    text = refusal(saved(tmp_path / "x", flows=-FLOWS))
    assert text.count("a flow below zero") == 8
    assert f"  - {np.count_nonzero(FLOWS) - 8} more of this kind" in text


def test_missing_numbers_are_not_zero():
    flows, final = FLOWS.copy(), FINAL.copy()
    flows[0, 1] = np.nan
    for one, two, place in ((flows, FINAL, "KAZ B06 → KAZ C19"),
                            (FLOWS, np.where(final == 100, np.nan, final),
                             "RUS B06 → final use")):  # fmt: skip
        with pytest.raises(DataError) as caught:
            table_of_arrays(SELLERS, one, two, USERS)
        assert str(caught.value) == (
            f"arrays: 1 problem\n  - {place}: no number\n"
            "    fix: write 0 where nothing is sold; leave no cell empty"
        )
    with pytest.raises(DataError, match="KAZ B06 → output: no number"):
        table_of_arrays(SELLERS, FLOWS, FINAL, USERS, output=np.full(5, np.nan))


def test_a_column_of_final_use_that_is_missing(tmp_path):
    path = oecd(tmp_path)
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(",".join(line[:6] + line[7:]) for line in lines), encoding="utf-8")
    assert refusal(path) == (
        f"{path}: 1 problem\n"
        "  - KAZ: sales to everybody are 90, and output is 220\n"
        "    fix: columns are missing, or stand twice: take the table anew from its source"
    )


def test_a_column_that_stands_twice(tmp_path):
    path = oecd(tmp_path)
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    name = head.split(",")[1]
    again = [f"{head},{name}", *(f"{row},0" for row in rows)]
    path.write_text("\n".join(again), encoding="utf-8")
    assert f'"{name}" stand more than once' in refusal(path)


def test_arrays_that_do_not_fit():
    with pytest.raises(DataError) as caught:
        table_of_arrays([*SELLERS[:4], SELLERS[0]], FLOWS[:, :4], FINAL[:4], (*USERS[:2], "CHN"),
                        output=OUTPUT[:3])  # fmt: skip
    assert str(caught.value) == (
        "arrays: 5 problems\n"
        '  - rows: "KAZ B06" stand more than once\n'
        "    fix: keep one row of each\n"
        "  - flows: 5 sellers need 5 × 5 flows, and there are 5 × 4\n"
        "    fix: the table is cut off: take it anew from its source\n"
        "  - final use: 5 sellers and 3 columns of final use do not fit 4 × 3\n"
        "    fix: the table is cut off: take it anew from its source\n"
        '  - final use: "CHN" use goods and sell none\n'
        "    fix: the table is cut off: take it anew from its source\n"
        "  - output: 5 sellers, and output of 3\n"
        "    fix: the table is cut off: take it anew from its source"
    )


def test_a_folder_of_pymrio_that_is_cut_off(tmp_path):
    place = saved(tmp_path / "x")
    (place / "Y.txt").unlink()
    assert refusal(place) == (
        f"{place}: 1 problem\n  - Y: there is no Y.txt\n"
        "    fix: the table is cut off: take it anew from its source"
    )
    place = saved(tmp_path / "x")
    lines = (place / "Z.txt").read_text(encoding="utf-8").splitlines()
    (place / "Z.txt").write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert refusal(place) == (
        f"{place}: 1 problem\n"
        '  - Z, Y: rows and columns are not the same: "BLR C19"\n'
        "    fix: the table is cut off: take it anew from its source"
    )
