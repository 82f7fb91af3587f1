"""What an import keeps, counts, leaves out and refuses; and what an interrupted one leaves."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from derbes.errors import DataError, OutputError, RequestError
from derbes.trade import store as of_store
from derbes.trade.store import MANIFEST, dataset_of, datasets, import_trade, read_dataset
from tests.trade.tables import (
    BACI_ROWS,
    COMTRADE_HEAD,
    COMTRADE_ROWS,
    OLD_HEAD,
    OLD_ROWS,
    baci,
    table,
)

Row = tuple[int, ...]


def rows_of(folder: Path) -> list[Row]:
    """Year, month, exporter, importer, product, flow, value [USD], weight [g] of a dataset."""
    data = read_dataset(folder)
    found: list[Row] = []
    for name in dict.fromkeys(one.file for one in data.files):
        columns = parquet.read_table(folder / name).to_pydict()
        found += zip(*(columns[key] for key in ("t", "m", "i", "j", "k", "f", "v", "q")))  # noqa: B905
    return found


def test_baci_as_its_publisher_ships_it(tmp_path: Path) -> None:
    found = import_trade([baci(tmp_path)], tmp_path / "store")
    assert (found.dataset, found.made_of) == ("baci-hs92-202301", "BACI HS92 202301")
    assert found.years == found.all_years == (2021,)
    assert found.counts == {
        "kept": 8, "cut": 0, "without_weight": 2, "zero_weight": 1, "restored_code": 0,
    }  # fmt: skip
    rows = rows_of(Path(found.folder))
    assert (2021, 0, 643, 440, 271121, 0, 1_000_000, 4_000_000_000) in rows
    assert (2021, 0, 579, 276, 271121, 0, 3_000_000, None) in rows
    assert (2021, 0, 156, 440, 10121, 0, 7_000, None) in rows, "a zero beside a value is missing"
    assert [row[4] for row in rows] == sorted(row[4] for row in rows)


def test_the_same_rows_compressed_as_parquet_and_with_semicolons(tmp_path: Path) -> None:
    plain = import_trade([baci(tmp_path)], tmp_path / "store", id_="plain")
    packed = tmp_path / "BACI_HS92_Y2021_V202301.csv.gz"
    packed.write_bytes(gzip.compress(baci(tmp_path).read_bytes()))
    local = tmp_path / "BACI_HS92_V202301_local.csv"
    text = baci(tmp_path).read_text().replace(",", ";").replace(".", ",")
    local.write_text(f"\ufeff{text}", encoding="utf-8")
    whole = tmp_path / "BACI_HS92_V202301.parquet"
    cells = [row.split(",") for row in BACI_ROWS]
    kinds = (int, int, int, int, float, lambda cell: None if "NA" in cell else float(cell))
    columns = [[kind(cell) for cell in column] for kind, column in zip(kinds, zip(*cells))]  # noqa: B905
    parquet.write_table(pa.table(dict(zip("tijkvq", columns, strict=True))), whole)
    for path in (packed, local, whole):
        other = import_trade([path], tmp_path / "store", id_="other")
        assert rows_of(Path(other.folder)) == rows_of(Path(plain.folder)), path.name
    assert other.counts["restored_code"] == 1, "as a number the code has no leading zero"


def test_comtrade_keeps_flows_and_leaves_sums_out(tmp_path: Path) -> None:
    path = table(tmp_path, "comtrade.csv", COMTRADE_HEAD, COMTRADE_ROWS)
    found = import_trade([path], tmp_path / "store")
    assert found.made_of == "UN Comtrade HS17"
    assert found.counts == {
        "kept": 4, "world": 1, "levels": 2, "parts": 1, "other_flows": 1, "cut": 0,
        "without_weight": 1, "zero_weight": 1, "restored_code": 0,
    }  # fmt: skip
    assert sorted(rows_of(Path(found.folder))) == [
        (2022, 0, 643, 398, 271121, 1, 900_000, 3_000_000_000),
        (2022, 0, 643, 398, 271121, 2, 750_000, 2_800_000_000),
        (2022, 0, 643, 398, 271121, 3, 20_000, 100_000_000),
        (2022, 0, 899, 398, 271121, 1, 5_000, None),
    ]
    assert read_dataset(Path(found.folder)).flows == (1, 2, 3)


def test_the_older_shape_of_comtrade_by_month(tmp_path: Path) -> None:
    path = table(tmp_path, "old.csv", OLD_HEAD, OLD_ROWS)
    found = import_trade([path], tmp_path / "store")
    assert found.made_of == "UN Comtrade HS12"
    assert {(row[1], row[5], row[6]) for row in rows_of(Path(found.folder))} == {
        (1, 1, 500), (2, 1, 250), (1, 3, 3),
    }  # fmt: skip
    assert read_dataset(Path(found.folder)).is_monthly


def test_a_table_of_ones_own_by_a_mapping(tmp_path: Path) -> None:
    rows = (
        "2020,Russian Federation,KAZ,2711.21,1.5,2",
        "2020,DE,Kazakhstan,010121,0.5,",
        "2020,World,KAZ,271121,9,9",
    )
    path = table(tmp_path, "own.csv", "Year,From,To,HS,Value,Net", (rows[1], rows[2]))
    mapping = (
        "year=Year, exporter=From, importer=To, product=HS, value=Value [million USD], "
        "weight=Net [kt]"
    )
    found = import_trade(
        [path], tmp_path / "store", mapping=mapping, classification="HS17", id_="own"
    )
    assert rows_of(Path(found.folder)) == [(2020, 0, 276, 398, 10121, 0, 500_000, None)]
    assert found.counts["world"] == 1


def test_what_is_wrong_with_a_mapping_is_said_at_once(tmp_path: Path) -> None:
    path = table(tmp_path, "own.csv", "Year,From,To,HS,Value,Net", ("2020,RUS,KAZ,271121,1,2",))
    with pytest.raises(RequestError) as refused:
        import_trade(
            [path],
            tmp_path / "store",
            mapping="year=Yaer, exporter=From, imprter=To, product=HS, value=Value, "
            "weight=Net [lb]",
        )
    assert str(refused.value) == (
        f"{path}: 5 problems\n"
        '  - year: there is no column "Yaer"\n'
        '    fix: did you mean "Year"?\n'
        '  - map: "imprter=To" tells no part of a row\n'
        '    fix: did you mean "importer"?\n'
        "  - value: the unit of the value is not told\n"
        "    fix: write it in brackets behind the column: value=Value [USD] or [1000 USD] or "
        "[million USD]\n"
        '  - weight: "lb" is no unit of a weight\n'
        "    fix: write it in brackets behind the column: weight=Net [kg] or [t] or [kt]\n"
        "  - importer: the mapping does not tell the importer\n"
        "    fix: add importer=COLUMN; the columns are: Year, From, To, HS, Value, Net"
    )


def test_broken_rows_are_counted_shown_and_set_aside(tmp_path: Path) -> None:
    many = tuple(f"2021,643,{j},271121,1.0,2.0" for j in range(4, 104))
    broken = ("2021,643,440,271121", "2021,643,440,271121,-5.0,1.0", "2021,xx,440,27112,x,1.0")
    found = import_trade([baci(tmp_path, (*many, *broken))], tmp_path / "store")
    assert found.counts["kept"] == 100
    assert {key: found.counts[key] for key in ("cut", "negative_value", "unknown_exporter")} == {
        "cut": 1, "negative_value": 1, "unknown_exporter": 1,
    }  # fmt: skip
    name = "BACI_HS92_Y2021_V202301.csv"
    assert found.broken == (
        f"{name}, line 102: too few or too many cells: 2021,643,440,271121",
        f"{name}, line 103: a value below zero: 2021, 643, 440, 271121, -5000.0",
        f"{name}, line 104: unknown exporter: 2021, xx, 440, 27112",
    )


REFUSED = {
    "not there": (
        None,
        "{path}: there is no such file, or it is a pipe or a device. Fix: check the path.",
    ),
    "empty": ("", "{path}: is empty. Fix: download it again."),
    "one cell": (
        "a single line\n1\n",
        '{path}: its first line is one cell, "a single line". Fix: save it as CSV with a comma, a '
        "semicolon or a tab between cells, and with a heading.",
    ),
    "unknown": (
        "year,value\n2020,1\n",
        '{path}: the columns are "year", "value"; neither BACI (t, i, j, k, v, q) nor UN Comtrade '
        "(reporterCode, partnerCode, cmdCode, flowCode, refYear, primaryValue). Fix: tell them "
        'with --map "year=COLUMN, exporter=COLUMN, importer=COLUMN, product=COLUMN, '
        'value=COLUMN [1000 USD], weight=COLUMN [t]".',
    ),
    "twice": (
        "t,i,j,k,v,q\n2021,643,440,271121,1,2\n2021,643,440,271121,3,4\n2021,643,428,271121,3,4\n",
        "{name}: 1 rows stand more than once, first that of line 2: 2021, 643, 440, 271121, 1000.0."
        " Fix: keep one of each.",
    ),
    "nothing of use": (
        "t,i,j,k,v,q\n2021,643,440,27,1,2\n",
        "{name}: holds no row of trade that can be used.\n"
        "  - {name}, line 2: no product code of six digits: 2021, 643, 440, 27, 1000.0",
    ),
    "mostly broken": (
        "t,i,j,k,v,q\n2021,643,440,271121,1,2\n2021,643,428,271121,,4\n",
        "{name}: 1 of 2 rows are broken, more than 5%. Fix: see whether it was cut off or edited, "
        "and download it again.\n"
        "  - {name}, line 3: no value: 2021, 643, 428, 271121",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_used_leaves_the_store_as_it_was(kind: str, tmp_path: Path) -> None:
    before = import_trade([baci(tmp_path)], tmp_path / "store")
    content, message = REFUSED[kind]
    path = tmp_path / "bad" / "BACI_HS92_Y2022_V202301.csv"
    path.parent.mkdir()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    kept = {one: one.read_bytes() for one in Path(before.folder).iterdir()}
    with pytest.raises(DataError) as refused:
        import_trade([path], tmp_path / "store")
    assert str(refused.value) == message.format(path=path, name=path.name)
    assert {one: one.read_bytes() for one in Path(before.folder).iterdir()} == kept


def test_a_parquet_file_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS92_V202301.parquet"
    parquet.write_table(pa.table({name: [1] for name in "tijkvq"}), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError) as refused:
        import_trade([path], tmp_path / "store")
    assert str(refused.value) == f"{path}: is no whole Parquet file. Fix: download it again."


def test_files_of_two_kinds_releases_or_revisions_are_refused(tmp_path: Path) -> None:
    first = baci(tmp_path)
    newer = baci(tmp_path, BACI_ROWS, "BACI_HS92_Y2022_V202401.csv")
    other = baci(tmp_path, BACI_ROWS, "BACI_HS17_Y2022_V202301.csv")
    comtrade = table(tmp_path, "c.csv", COMTRADE_HEAD, COMTRADE_ROWS)
    told = []
    for paths in ((first, newer), (first, other), (first, comtrade), (first, first)):
        with pytest.raises(DataError) as refused:
            import_trade(paths, tmp_path / "store")
        told.append(str(refused.value))
    assert told == [
        "The files tell more than one release: 202301, 202401. Fix: import one after the other.",
        "The files tell more than one revision of the HS: HS17, HS92. Fix: import one after the "
        "other.",
        "BACI and UN Comtrade cannot be one dataset. Fix: import them one after the other.",
        f"{first.name} and {first.name} tell the same trade of 2021 (what stands twice: 8; first: "
        "seller China, buyer Lithuania, product 010121). Fix: keep each in one of them.",
    ]
    assert list(datasets(tmp_path / "store")) == [of_store.SELECTION]


def test_files_of_one_year_are_one_dataset_where_each_tells_its_own(tmp_path: Path) -> None:
    whole, halves, store = baci(tmp_path), [], tmp_path / "store"
    for at in range(len(BACI_ROWS)):
        name = f"part{at}_BACI_HS92_Y2021_V202301.csv"
        halves.append(baci(tmp_path, BACI_ROWS[at : at + 1], name))
    import_trade([whole], store / "one")
    found = import_trade(halves, store / "many")
    assert (found.years, found.all_years) == ((2021,), (2021,))
    one, many = (sorted(rows_of(next((store / name).glob("baci*")))) for name in ("one", "many"))
    assert one == many
    again = import_trade(halves[:1], store / "many")
    assert again.replaced == tuple(
        f"2021: rows of {half.name} that were there are replaced (1). To have both, give both "
        "files at once."
        for half in halves[1:]
    )


def test_a_year_in_one_file_and_its_months_in_another_are_refused(tmp_path: Path) -> None:
    row = "C,{},2022,{},398,,M,643,,0,H5,271121,C00,0,10,10"
    rows = [row.format(*when) for when in (("A", 52), ("M", 1))]
    files = [table(tmp_path, f"c{at}.csv", COMTRADE_HEAD, (row,)) for at, row in enumerate(rows)]
    with pytest.raises(DataError) as refused:
        import_trade(files, tmp_path / "store")
    assert str(refused.value) == (
        "c0.csv and c1.csv tell the same trade of 2022 (what stands twice: 1; first: seller "
        "Russian Federation, buyer Kazakhstan, product 271121). Fix: keep each in one of them."
    )


def test_another_release_does_not_go_into_a_dataset(tmp_path: Path) -> None:
    import_trade([baci(tmp_path)], tmp_path / "store", id_="gas")
    newer = baci(tmp_path, BACI_ROWS, "BACI_HS92_Y2021_V202401.csv")
    with pytest.raises(DataError) as refused:
        import_trade([newer], tmp_path / "store", id_="gas")
    assert str(refused.value) == (
        'The dataset "gas" holds BACI HS92 202301, and this is BACI HS92 202401. Fix: leave --name '
        "out, or give another."
    )


def test_a_release_in_other_words_does_not_go_into_a_dataset(tmp_path: Path) -> None:
    file, store = baci(tmp_path), tmp_path / "store"
    import_trade([file], store, id_="gas", classification="HS92", vintage="of 2023")
    with pytest.raises(DataError, match='The dataset "gas" holds'):
        import_trade([file], store, id_="gas", classification="HS92 of", vintage="2023")


def test_a_year_brought_anew_replaces_the_old_and_others_stay(tmp_path: Path) -> None:
    store = tmp_path / "store"
    import_trade([baci(tmp_path)], store)
    other = tuple(row.replace("2021", "2022", 1) for row in BACI_ROWS)
    import_trade([baci(tmp_path, other, "BACI_HS92_Y2022_V202301.csv")], store)
    found = import_trade([baci(tmp_path, BACI_ROWS[:2])], store)
    assert (found.years, found.all_years) == ((2021,), (2021, 2022))
    folder = Path(found.folder)
    assert len([row for row in rows_of(folder) if row[0] == 2021]) == 2
    assert len(list(folder.glob("*.parquet"))) == 2, "files of no manifest are cleared"


@pytest.mark.parametrize("at", ["between two years", "before the manifest"])
def test_an_import_that_is_stopped_leaves_the_old_store_whole(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = import_trade([baci(tmp_path)], tmp_path / "store")
    folder = Path(before.folder)
    kept = {one.name: one.read_bytes() for one in folder.iterdir()}
    write = of_store._Staged.write

    def stop(*_words: object) -> None:
        raise KeyboardInterrupt

    def write_one(self: of_store._Staged, place: Path) -> Iterator[of_store.YearFile]:
        yield next(iter(write(self, place)))
        raise KeyboardInterrupt

    if at == "before the manifest":
        monkeypatch.setattr(of_store, "_write_manifest", stop)
    else:
        monkeypatch.setattr(of_store._Staged, "write", write_one)
    rows = (BACI_ROWS[0], BACI_ROWS[0].replace("2021", "2020", 1))
    with pytest.raises(KeyboardInterrupt):
        import_trade([baci(tmp_path, rows)], tmp_path / "store")
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == kept


def test_files_that_a_dead_import_left_are_cleared_by_the_next(tmp_path: Path) -> None:
    folder = Path(import_trade([baci(tmp_path)], tmp_path / "store").folder)
    (folder / "trade-1999-dead.parquet").write_bytes(b"half")
    (folder / "staged-1.parquet").write_bytes(b"half")
    import_trade([baci(tmp_path)], tmp_path / "store")
    assert len(list(folder.iterdir())) == 2


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        import_trade([baci(tmp_path)], tmp_path / "store")


@pytest.mark.parametrize("most", [512, 4096])
def test_a_full_disk_leaves_the_old_store_whole(most: int, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = import_trade([baci(tmp_path)], tmp_path / "store")
    folder = Path(before.folder)
    kept = {one.name: one.read_bytes() for one in folder.iterdir()}
    rows = tuple(f"2020,643,440,{code:06d},{code}.123,{code}.7" for code in range(10000, 13000))
    path = baci(tmp_path, rows, "BACI_HS92_Y2020_V202301.csv")
    words = ("-m", "derbes", "import", str(path), "--store", str(tmp_path / "store"))
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("cannot be written: the disk is full. Fix: free space there") == 1
    assert str(tmp_path / "store") in done.stderr
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == kept


@pytest.mark.parametrize("damage", ["garbage", "file gone", "other format"])
def test_a_dataset_that_was_damaged_says_so(damage: str, tmp_path: Path) -> None:
    folder = Path(import_trade([baci(tmp_path)], tmp_path / "store").folder)
    if damage == "garbage":
        (folder / MANIFEST).write_text("{", encoding="utf-8")
    elif damage == "file gone":
        next(folder.glob("*.parquet")).unlink()
    else:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        (folder / MANIFEST).write_text(json.dumps(record | {"format": 99}), encoding="utf-8")
    with pytest.raises(DataError, match=r"Fix: delete the folder and import it again\.$"):
        datasets(tmp_path / "store")


def test_what_comes_with_the_package_is_whole() -> None:
    found = datasets(Path("nowhere"))[of_store.SELECTION]
    assert found.years == tuple(range(1995, 2025))
    counts = [one.n_rows for one in found.files]
    assert parquet.read_metadata(found.folder / found.files[0].file).num_rows == sum(counts)
    assert "Etalab" in found.license


OWN = (
    "year=Year, month=Month, exporter=From, importer=To, product=HS, value=Value [USD], "
    "weight=Net [t]"
)


def own_table(folder: Path, *rows: str) -> Path:
    """A table of ones own: a row of these among forty that nothing is wrong with."""
    fine = (f"2019,0,RUS,KAZ,{270100 + n},5,1" for n in range(40))
    return table(folder, "own.csv", "Year,Month,From,To,HS,Value,Net", (*rows, *fine))


@pytest.mark.parametrize(
    ("row", "fate"),
    [
        ("2022,0,RUS,KAZ,271121,nan,1", "no_value"),
        ("2022,0,RUS,KAZ,271121,inf,1", "too_large"),
        ("2022,0,RUS,KAZ,271121,1e18,1", "too_large"),
        ("2022,0,RUS,KAZ,271121,-1e25,1", "negative_value"),
        ("2022,0,RUS,KAZ,271121,5,inf", "too_large"),
        ("2022,0,RUS,KAZ,271121,5,1e25", "too_large"),
        ('2022,0,RUS,KAZ,271121,5,"1,234.5"', "no_weight"),
        ("2022,0,RUS,KAZ,271121,5,1 234", "no_weight"),
        ("2022.6,0,RUS,KAZ,271121,5,1", "no_year"),
        ("2022,1.5,RUS,KAZ,271121,5,1", "no_month"),
        ("2022,0,5001,KAZ,271121,5,1", "unknown_exporter"),
        ("2022,0,RUS,-5,271121,5,1", "unknown_importer"),
        ("2022,0,36.6,KAZ,271121,5,1", "unknown_exporter"),
        ("2022,0,RUS,KAZ,27112,5,1", "no_product"),
        ("2022,0,RUS,KAZ,33411,5,1", "no_product"),
    ],
)
def test_what_is_no_number_of_its_kind_is_set_aside(row: str, fate: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    path = own_table(tmp_path, row)
    found = import_trade([path], store, mapping=OWN, classification="HS17", id_="own")
    assert (found.counts["kept"], found.counts[fate]) == (40, 1)
    assert found.broken[0].startswith("own.csv, line 2: ")


@pytest.mark.parametrize("mark", ["", "NA", "nan", "н/д", "…", "-", "0", "4e-7"])
def test_a_weight_that_is_said_to_be_missing_is_missing(mark: str, tmp_path: Path) -> None:
    path = own_table(tmp_path, f"2022.0,0.0,643.0,KAZ,271121,5,{mark}")
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert (2022, 0, 643, 398, 271121, 0, 5, None) in rows_of(Path(found.folder))


def test_thousands_apart_by_thin_spaces_beside_decimal_commas(tmp_path: Path) -> None:
    rows = ("2022;0;RUS;KAZ;271121;1\u202f234\u2009567,5;9\u00a0876,5",)
    path = table(tmp_path, "own.csv", "Year;Month;From;To;HS;Value;Net", rows)
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert rows_of(Path(found.folder)) == [(2022, 0, 643, 398, 271121, 0, 1_234_568, 9_876_500_000)]


@pytest.mark.parametrize("code", ["10121", "30890", "30910", "90111"])
def test_a_leading_zero_that_was_lost_is_restored(code: str, tmp_path: Path) -> None:
    path = own_table(tmp_path, f"2022,0,RUS,KAZ,{code},5,1")
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert found.counts["restored_code"] == 1
    assert int(code) in {row[4] for row in rows_of(Path(found.folder))}


def test_a_year_beside_its_own_months_is_refused(tmp_path: Path) -> None:
    rows = ("2022,0,RUS,KAZ,271121,30,1", "2022,1,RUS,KAZ,271121,20,1",
            "2022,2,RUS,KAZ,271121,10,1", "2022,1,UZB,KAZ,271121,10,1")  # fmt: skip
    path = own_table(tmp_path, *rows)
    with pytest.raises(DataError) as refused:
        import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert str(refused.value) == (
        "own.csv: whole years stand beside their own months (rows: 1), first in line 2: 2022, RUS, "
        "KAZ, 271121, 30.0. Fix: keep the years or the months; together they count twice."
    )


def test_rows_that_stand_twice_are_shown_by_the_first_of_them(tmp_path: Path) -> None:
    rows = ("2022,0,UZB,KAZ,271121,9,1", "2022,0,RUS,KAZ,271121,7,1",
            "2022,0,RUS,KAZ,271121,5,1", "2022,0,UZB,KAZ,271121,1,1")  # fmt: skip
    path = own_table(tmp_path, *rows)
    with pytest.raises(DataError, match=r"2 rows .* line 2: 2022, UZB, KAZ, 271121, 9\.0\."):
        import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")


def test_a_point_in_a_column_of_decimal_commas_is_not_guessed(tmp_path: Path) -> None:
    fine = (f"2019;0;RUS;KAZ;{270100 + n};{n + 1},5;1.5" for n in range(40))
    rows = ("2022;0;RUS;KAZ;271121;1.234;1.5", *fine)
    path = table(tmp_path, "own.csv", "Year;Month;From;To;HS;Value;Net", rows)
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert (found.counts["kept"], found.counts["no_value"]) == (40, 1)
    assert {row[7] for row in rows_of(Path(found.folder))} == {1_500_000}, "points alone are read"


def test_sums_over_the_eu_stand_beside_its_members_and_are_left_out(tmp_path: Path) -> None:
    rows = tuple(
        f"C,A,2022,52,{reporter},,M,{partner},,0,H5,271121,C00,0,10,10"
        for reporter, partner in ((398, 97), (398, 276), (97, 398), (276, 398), (398, 975))
    )
    path = table(tmp_path, "comtrade.csv", COMTRADE_HEAD, rows)
    found = import_trade([path], tmp_path / "store")
    assert (found.counts["kept"], found.counts["world"]) == (2, 3)


def test_the_newest_dataset_is_the_one_that_was_imported_last(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for id_ in ("second", "first", "third", "first"):
        import_trade([baci(tmp_path)], store, id_=id_)
        assert dataset_of(store).id == id_


def test_rows_of_another_file_that_are_replaced_are_said_to_be(tmp_path: Path) -> None:
    store = tmp_path / "store"
    row = "C,A,2022,52,{},,M,643,,0,H5,271121,C00,0,10,10"
    paths = [
        table(tmp_path, name, COMTRADE_HEAD, (row.format(reporter),))
        for name, reporter in (("kaz.csv", 398), ("chn.csv", 156))
    ]
    assert import_trade([paths[0]], store).replaced == ()
    assert import_trade([paths[0]], store).replaced == (), "the same file anew"
    assert import_trade([paths[1]], store).replaced == (
        "2022: rows of kaz.csv that were there are replaced (1). To have both, give both files at "
        "once.",
    )


def test_countries_and_their_sum_are_known_in_three_languages(tmp_path: Path) -> None:
    rows = ("2022;0;Россия;Казахстан;2711.21;1 234,5;7", "2022;0;Қытай;Қазақстан;271121.0;5;x",
            "2022;0;Весь мир;Казахстан;271121;1239,5;7", "2022;0;Итого;Казахстан;271121;1;7",
            "2022;0;Königreich;Казахстан;271121;1;7")  # fmt: skip
    fine = (f"2022;0;Узбекистан;Казахстан;{270100 + n};1;1" for n in range(40))
    path = table(tmp_path, "own.csv", "Year;Month;From;To;HS;Value;Net", (*rows, *fine))
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    counts = (found.counts["kept"], found.counts["world"], found.counts["unknown_exporter"])
    assert counts == (42, 2, 1)


def test_a_value_that_is_no_number_is_shown_as_it_stands(tmp_path: Path) -> None:
    path = own_table(tmp_path, '2022,0,RUS,KAZ,271121,"1,234.5",1', "2022,0,UZB,KAZ,271121,9,1")
    found = import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")
    assert found.broken == ("own.csv, line 2: no value: 2022, RUS, KAZ, 271121, 1,234.5",)


@pytest.mark.parametrize("twin", ["Value", "value"])
def test_a_column_that_stands_twice_is_refused(twin: str, tmp_path: Path) -> None:
    head = f"Year,Month,From,To,HS,Value,Net,{twin}"
    path = table(tmp_path, "own.csv", head, ("2022,0,RUS,KAZ,271121,1,1,2",))
    with pytest.raises(DataError, match='more than one column is called "Value"'):
        import_trade([path], tmp_path / "store", mapping=OWN, classification="HS17", id_="own")


def test_a_heading_may_hold_a_comma(tmp_path: Path) -> None:
    head = 'Year,Month,From,To,HS,"Value, CIF",Net'
    path = table(tmp_path, "own.csv", head, ("2022,0,RUS,KAZ,271121,1,1",))
    mapping = OWN.replace("value=Value", "value=Value, CIF")
    found = import_trade([path], tmp_path / "store", mapping=mapping, classification="HS17")
    assert found.counts["kept"] == 1
