"""Parquet by the table engine, against pyarrow, which is no part of the program."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy
from pyarrow import parquet as by_pyarrow

from derbes.errors import DataError
from derbes.sql import parquet

MOST = 1000
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def _content(table):
    sink = pa.BufferOutputStream()
    by_pyarrow.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def test_cells_are_those_that_pyarrow_reads():
    table = pa.table(
        {
            "день": [date(2026, 1, 1), None],
            "at": [datetime(2026, 1, 1, 5, 30), None],
            "at (ns)": pa.array([datetime(2026, 1, 1, 5, 30), None], pa.timestamp("ns")),
            "n": [1, None],
            "use [t]": [580.5, None],
            'a "word"': ["Алматы", None],
            "is": [True, None],
            "exact": [Decimal("1.50"), None],
            "small": pa.array([7, None], pa.uint8()),
        }
    )
    names, rows, notes = parquet.rows_read(_content(table), MOST)
    assert names == table.column_names
    assert rows == [list(row.values()) for row in table.to_pylist()]
    assert notes == []


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_time_stands_on_the_clock_that_pandas_has_written(unit):
    column = pa.array([MIDNIGHT, None], pa.timestamp(unit, tz="Asia/Almaty"))
    told = {"columns": [{"field_name": "at", "metadata": {"timezone": "Asia/Almaty"}}]}
    table = pa.table({"at": column}).replace_schema_metadata({"pandas": json.dumps(told)})
    _names, rows, notes = parquet.rows_read(_content(table), MOST)
    assert rows == [[datetime(2026, 3, 1, 5)], [None]]  # five hours before Greenwich
    assert rows[0][0] == table.to_pylist()[0]["at"].replace(tzinfo=None)
    assert notes == []


UNKNOWN = {"columns": [{"field_name": "at", "metadata": {"timezone": "Moon/Sea"}}]}


@pytest.mark.parametrize("told", ["", "[]", '{"columns": [{"metadata": 3}]}', json.dumps(UNKNOWN)])
def test_a_time_of_no_known_clock_is_in_utc_and_that_is_said(told):
    column = pa.array([MIDNIGHT], pa.timestamp("us", tz="UTC"))
    table = pa.table({"at": column}).replace_schema_metadata({"pandas": told})
    _names, rows, notes = parquet.rows_read(_content(table), MOST)
    assert rows == [[datetime(2026, 3, 1)]]
    assert notes == ['times in the column "at" are read in UTC']


def test_too_many_cells_are_not_read():
    assert parquet.rows_read(_content(pa.table({"n": range(11), "m": range(11)})), 21) is None


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all"])
def test_what_is_no_parquet_is_said(content):
    with pytest.raises(DataError):
        parquet.rows_read(content, MOST)


@given(
    of_numpy.arrays(np.float64, st.integers(1, 20), elements=st.floats(allow_nan=True)),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)
def test_what_is_written_any_reader_finds(numbers, text):
    words = np.full(len(numbers), text, object)
    content = parquet.written({"n": numbers, "word": words}, {"it's": text})
    table = by_pyarrow.read_table(pa.BufferReader(content))
    found = table.column("n").to_numpy(zero_copy_only=False)
    np.testing.assert_array_equal(found, numbers)
    assert table.column("n").null_count == np.isnan(numbers).sum()
    assert set(table.column("word").to_pylist()) == {text}
    assert table.schema.metadata[b"it's"].decode() == text


def test_columns_alike_but_for_case_keep_their_own_numbers():
    content = parquet.written({"a": np.array([1.0, 2.0]), "A": np.array([3.0, 4.0])}, {})
    table = by_pyarrow.read_table(pa.BufferReader(content))
    assert [column.to_pylist() for column in table.columns] == [[1.0, 2.0], [3.0, 4.0]]
