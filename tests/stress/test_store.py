import contextlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from derbes.errors import DataError, OutputError
from derbes.sql import parquet
from derbes.stress import table
from derbes.stress.table import VariantTable, read_store, write_store

ORIGIN = {
    "case_hash": "abc",
    "case_name": "E1",
    "seed": 1,
    "method": "sobol",
    "version": "0.1",
    "questions": "all",
}
BASE = VariantTable({"weight": np.ones(3), "time": np.array([1.0, np.nan, 3.0])}, 2, (0.0, 2.0))
BARE = VariantTable({"weight": np.ones(2), "loss": np.array([5.0, 6.0])}, 0)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "draws.parquet"
    write_store(path, ORIGIN, {"base": BASE, "bare": BARE})
    found = read_store(path, ORIGIN)
    assert list(found) == ["base", "bare"]
    np.testing.assert_array_equal(found["base"].columns["time"], BASE.columns["time"])
    np.testing.assert_array_equal(found["bare"].columns["loss"], [5.0, 6.0])
    assert np.isnan(found["bare"].columns["time"]).all()
    assert (found["base"].n_solved, found["base"].p_short, found["base"].n_draws) == (
        2,
        (0.0, 2.0),
        3,
    )


def test_columns_alike_but_for_case_keep_their_own_draws(tmp_path):
    path = tmp_path / "draws.parquet"
    columns = {"short of use": np.array([1.0, 2.0]), "short of Use": np.array([3.0, np.nan])}
    write_store(path, ORIGIN, {"base": VariantTable(columns, 2)})
    found = read_store(path, ORIGIN)["base"].columns
    assert list(found) == list(columns)
    for name, column in columns.items():
        np.testing.assert_array_equal(found[name], column)


def test_the_same_draws_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_store(tmp_path / name, ORIGIN, {"base": BASE})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_any_reader_of_parquet_finds_the_columns_and_what_made_them(tmp_path):
    path = tmp_path / "draws.parquet"
    write_store(path, ORIGIN, {"base": BASE})
    table = pq.read_table(path)
    assert table.column_names == ["variant", "weight", "time"]
    assert table.column("time").null_count == 1
    told = table.schema.metadata[b"derbes"].decode()
    assert all(word in told for word in ("abc", "sobol", '"seed": 1', "0.1"))


def test_no_file_is_an_empty_store(tmp_path):
    assert read_store(tmp_path / "nothing.parquet", ORIGIN) == {}


def test_a_store_of_something_else_is_refused(tmp_path):
    path = tmp_path / "draws.parquet"
    write_store(path, ORIGIN, {"base": BASE})
    with pytest.raises(DataError) as caught:
        read_store(path, {**ORIGIN, "case_hash": "xyz", "seed": 2})
    assert str(caught.value) == (
        f'{path}: holds draws of something else: hash of the case "abc" instead of "xyz"; '
        'seed "1" instead of "2". Fix: choose another file, or ask as before.'
    )


def test_a_store_of_draws_that_came_about_otherwise_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "draws.parquet"
    with monkeypatch.context() as before:
        before.setattr(table, "FORMAT", 2)
        write_store(path, ORIGIN, {"base": BASE})
        assert _same(read_store(path, ORIGIN), {"base": BASE})
    with pytest.raises(DataError, match='way to draw and to store "2" instead of "4"'):
        read_store(path, ORIGIN)


@pytest.mark.parametrize("content", [b"", b"no parquet at all", "plain"])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    path = tmp_path / "draws.parquet"
    if content == "plain":
        pq.write_table(pa.table({"x": [1]}), path)
    else:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_store(path, ORIGIN)
    assert str(caught.value) == f"{path}: is no store of draws. Fix: choose another file."


def _same(one, other):
    return one.keys() == other.keys() and all(
        (one[name].n_solved, one[name].p_short) == (other[name].n_solved, other[name].p_short)
        and all(
            np.array_equal(column, other[name].columns[key], equal_nan=True)
            for key, column in one[name].columns.items()
        )
        for name in one
    )


def test_a_changed_byte_never_changes_a_number(tmp_path, monkeypatch):
    path = tmp_path / "draws.parquet"
    write_store(path, ORIGIN, {"base": BASE, "bare": BARE})
    content, whole = path.read_bytes(), read_store(path, ORIGIN)
    refused = set()
    with parquet.opened_engine() as engine:  # one for all, which costs a tenth of the time
        monkeypatch.setattr(parquet, "opened_engine", lambda: contextlib.nullcontext(engine))
        _change_each_byte(path, content, whole, refused)
        path.write_bytes(content)
        assert _same(read_store(path, ORIGIN), whole)  # the engine has outlived all of it
    assert {"is no store of draws", "is damaged: it is not as it was written"} <= refused


def _change_each_byte(path, content, whole, refused):
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x11
        path.write_bytes(changed)
        try:
            found = read_store(path, ORIGIN)
        except DataError as error:
            refused.add(str(error).removeprefix(f"{path}: ").split(".")[0])
        else:
            assert _same(found, whole), place


def test_the_name_of_a_folder_adds_no_column(tmp_path):
    path = tmp_path / "loss=5" / "draws.parquet"
    write_store(path, ORIGIN, {"base": BASE})
    assert read_store(path, ORIGIN)["base"].columns.keys() == BASE.columns.keys()


@pytest.mark.parametrize("name", ["a[b]*?.parquet", "it's ~ {x}.parquet", "запас.parquet"])
def test_a_name_is_no_pattern(tmp_path, name):
    write_store(tmp_path / "b.parquet", ORIGIN, {"bare": BARE})
    write_store(tmp_path / name, ORIGIN, {"base": BASE})
    assert list(read_store(tmp_path / name, ORIGIN)) == ["base"]


@pytest.mark.parametrize("number", [-0.0, np.inf, -np.inf, 5e-324, 1.7976931348623157e308, 0.1])
def test_every_number_comes_back(tmp_path, number):
    path = tmp_path / "draws.parquet"
    one = VariantTable({"weight": np.array([number, -number, np.copysign(np.nan, -1.0)])}, 0)
    write_store(path, ORIGIN, {"base": one})
    np.testing.assert_array_equal(
        read_store(path, ORIGIN)["base"].columns["weight"], one.columns["weight"]
    )


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_store(Path(tmp_path / "file" / "draws.parquet"), ORIGIN, {"base": BASE})
