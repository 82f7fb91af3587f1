"""Tables of results for data frames: what is handed over is what JSON says."""

import dataclasses
import gc
import subprocess
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derbes.errors import MissingExtraError, RequestError
from derbes.language import use_language
from derbes.results import plan, statements, stress, trade, upstream
from derbes.results.books import Tabled, tables_of
from derbes.results.imports import NumberChange
from derbes.results.records import record_of
from derbes.results.tables import MOST_SHOWN, Column, exact, table_of
from tests.api.examples import cover_result, leverage_result
from tests.results.made_up import OF_VERB, results

CELLS = {
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    str: st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
}


@st.composite
def tables(draw):
    n = draw(st.integers(0, 20))
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=5))
    record = dataclasses.make_dataclass("Row", [(f"c{at}", kind) for at, kind in enumerate(kinds)])
    cells = (st.tuples(*(st.none() | CELLS[kind] for kind in kinds))) if n else st.nothing()
    rows = [record(*draw(cells)) for _row in range(n)]
    columns = (Column(f"column {at}", f"c{at}", "t") for at in range(len(kinds)))
    return table_of("rows", "Rows", record, rows, *columns)


@settings(max_examples=40, deadline=None)
@given(held=tables())
def test_whatever_stands_in_a_table_is_read_by_others(held):
    cells = {name: cells for name, (_kind, _unit, cells) in held.fields.items()}
    assert pa.table(held).to_pydict() == cells
    assert pl.DataFrame(held).to_dict(as_series=False) == cells
    assert duckdb.sql("select * from held").fetchall() == list(zip(*cells.values(), strict=True))


def test_a_column_keeps_its_kind_where_nothing_stands_in_it():
    kinds = {"a": float, "b": int, "c": bool, "d": str}
    record = dataclasses.make_dataclass("Row", list(kinds.items()))
    columns = [Column(name, name) for name in kinds]
    for rows in ([], [record(None, None, None, None)]):
        schema = pa.table(table_of("rows", "Rows", record, rows, *columns)).schema
        assert schema.types == [pa.float64(), pa.int64(), pa.bool_(), pa.string()]


def test_a_capsule_waits_for_who_reads_it():
    capsule = leverage_result().__arrow_c_stream__()
    gc.collect()

    class Held:
        def __arrow_c_stream__(self, requested_schema=None):
            return capsule

    assert pa.table(Held()).num_rows == len(leverage_result().rows)


def test_what_arrow_cannot_hold_is_an_error_before_anybody_reads():
    record = dataclasses.make_dataclass("Row", [("a", int)])
    with pytest.raises(OverflowError):
        table_of("rows", "Rows", record, [record(2**70)], Column("a", "a")).__arrow_c_stream__()


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
    rooms = {one.__module__ for one in own}
    assert rooms >= {one.__name__ for one in (plan, statements, stress, trade, upstream)}
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


def test_columns_alike_but_for_case_stay_apart():
    record = dataclasses.make_dataclass("Row", [("a", str), ("A", str), ("b", int), ("B", int)])
    columns = [Column(name, name) for name in ("a", "A", "b", "B")]
    held = pa.table(table_of("rows", "Rows", record, [record("x", "y", 1, 2)], *columns))
    assert [column.to_pylist() for column in held.columns] == [["x"], ["y"], [1], [2]]
    assert held.column_names == ["a", "A", "b", "B"]


def test_a_text_that_no_encoding_has_is_handed_over_with_a_mark():
    table = table_of("rows", "Rows", NumberChange, [NumberChange("a\udcff.csv", "", "2")], "path")
    assert pa.table(table).to_pydict() == {"path": ["a?.csv"]}


@pytest.mark.parametrize("kind", [*OF_VERB])
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)  # a whole ledger is large
@given(data=st.data())
def test_columns_for_machines_are_called_the_same_in_every_language(kind, data):
    """A script that reads `time_to_survive [month]` does so on every machine; readers' titles
    and units are another matter."""
    found = data.draw(results(kind))

    def heads(code: str) -> list[list[str]]:
        use_language(code)
        try:
            return [table.head for table in tables_of(found)]
        finally:
            use_language("en")

    assert heads("ru") == heads("kk") == heads("en")


def test_a_reader_sees_units_in_the_language_in_use():
    use_language("ru")
    try:
        column = Column("цена", "price", "USD/t")
        assert (column.titled, column.plain_unit) == ("цена [USD/т]", "USD/t")
    finally:
        use_language("en")
