"""Tables of results for data frames: what is handed over is what JSON says."""

import ctypes
import gc
import subprocess
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.errors import MissingExtraError, RequestError
from derbes.results import arrow
from derbes.results.arrow import ArrowColumn, stream_of
from derbes.results.books import Tabled, tables_of
from derbes.results.imports import NumberChange
from derbes.results.records import record_of
from derbes.results.tables import MOST_SHOWN, Column, exact, table_of
from tests.api.examples import cover_result, leverage_result


class Stream:
    """Columns as anything that tells of itself by Arrow."""

    def __init__(self, fields, n_rows):
        self.fields, self.n_rows = fields, n_rows

    def __arrow_c_stream__(self, requested_schema=None):
        return stream_of(self.fields, self.n_rows)


CELLS = {
    float: st.floats(allow_nan=False),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    str: st.text(st.characters(exclude_categories=["Cs"])),
}


@st.composite
def columns(draw):
    n = draw(st.integers(0, 20))
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=5))
    return [
        ArrowColumn(f"c{at}", kind, draw(st.lists(st.none() | CELLS[kind], min_size=n, max_size=n)))
        for at, kind in enumerate(kinds)
    ], n


@settings(max_examples=40)
@given(columns())
def test_whatever_stands_in_a_table_is_read_by_others(told):
    fields, n = told
    cells = {field.name: list(field.cells) for field in fields}
    assert pa.table(Stream(fields, n)).to_pydict() == cells
    assert pl.DataFrame(Stream(fields, n)).to_dict(as_series=False) == cells
    stream = Stream(fields, n)
    assert duckdb.sql("select * from stream").fetchall() == list(zip(*cells.values(), strict=True))
    del stream
    if arrow._kept:
        gc.collect()
    assert not arrow._kept


def test_what_a_reader_takes_over_stays_until_it_is_done():
    fields = [ArrowColumn("a", float, [1.0, None]), ArrowColumn("b", str, ["ң", "x"])]
    part = pa.table(Stream(fields, 2)).select(["b"])
    gc.collect()
    assert part.to_pydict() == {"b": ["ң", "x"]}
    assert arrow._kept
    del part
    gc.collect()
    assert not arrow._kept


def test_a_capsule_that_nobody_reads_leaves_nothing():
    capsule = stream_of([ArrowColumn("a", int, [1])], 1)
    assert arrow._kept
    name = ctypes.pythonapi.PyCapsule_GetName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    assert name(capsule) == b"arrow_array_stream"
    del capsule
    assert not arrow._kept


def test_what_arrow_cannot_hold_is_an_error_before_anybody_reads():
    with pytest.raises(OverflowError):
        stream_of([ArrowColumn("a", int, [2**70])], 1)
    assert not arrow._kept


def test_units_come_along():
    told = [ArrowColumn("a", float, [1.0], "t"), ArrowColumn("b", int, [1])]
    schema = pa.table(Stream(told, 1)).schema
    assert schema.field("a").metadata == {b"unit": b"t"}
    assert schema.field("b").metadata is None


def test_a_program_that_ends_with_a_table_ends_well():
    code = (
        "import pyarrow as pa, polars as pl\n"
        "from tests.api.examples import leverage_result\n"
        "kept = [pa.table(leverage_result()), pl.DataFrame(leverage_result())]\n"
        "capsule = leverage_result().__arrow_c_stream__()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("result", [cover_result(), leverage_result()], ids=["cover", "leverage"])
def test_a_data_frame_holds_what_json_holds(result):
    rows = record_of(result)["results"]
    frame = result.to_pandas()
    assert len(frame) == len(pl.DataFrame(result)) == len(rows)
    assert set(frame.columns) == set(rows[0])
    for found, wanted, other in zip(
        frame.to_dict("records"), rows, pl.DataFrame(result).to_dicts(), strict=True
    ):
        for name, cell in wanted.items():
            assert (None if pd.isna(found[name]) else found[name]) == exact(cell)
            assert other[name] == exact(cell)


def test_types_of_pandas_hold_what_is_missing():
    frame = leverage_result().to_pandas()
    assert frame["length"].dtype == "int64"
    assert frame["unmet_essential"].dtype == "float64"
    assert frame["rejoined"].dtype == "bool"
    assert frame.attrs["units"]["unmet_essential"] == "t"
    assert str(leverage_result().to_pandas("ends").columns[0]) == "variant"


def test_an_unknown_table_is_told_with_the_nearest():
    with pytest.raises(RequestError, match='"end" is no table of this result') as error:
        leverage_result().to_pandas("end")
    assert 'did you mean "ends"?' in str(error.value)


def test_without_pandas_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError) as error:
        cover_result().to_pandas()
    assert str(error.value) == (
        "A data frame of pandas needs pandas, which is not installed. Fix: pip install pandas; or "
        "take the table with polars.DataFrame or duckdb, which read it as it is."
    )
    assert len(pl.DataFrame(cover_result())) == len(cover_result().rows)


def test_every_result_with_tables_tells_them():
    own = [one for one in tables_of.registry if one.__module__.startswith("derbes.results")]
    assert len(own) >= 10
    assert all(issubclass(one, Tabled) for one in own)


def test_a_notebook_shows_the_first_rows_of_a_long_table():
    n = MOST_SHOWN + 7
    changes = tuple(NumberChange(f"goods.a{at}", "1", "2") for at in range(n))
    columns = (Column("path", "path"), Column("before", "old"), Column("after", "new"))
    table = table_of("changes", "Changes", NumberChange, changes, *columns)
    page = table._repr_html_()
    assert page.count("<tr>") == MOST_SHOWN + 1
    assert "7 more rows are in it." in page


def test_a_table_of_a_result_shows_itself():
    page = leverage_result().tables()["ends"]._repr_html_()
    assert page.startswith("<table><caption>When leverage ends")
