"""Any table at all: it is read or refused in words, and the case is usable or as it was."""

import csv
import io
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derbes import api
from derbes.errors import DerbesError
from tests.tables.shapes import CASE, case_in
from tests.tables.workbooks import write_workbook

WORDS = [
    *["Date", "Month", "Alum", "Alum stock (t)", "Stock", "Consumption (t)", "Price (USD/t)"],
    *["Supplier", "Good", "Capacity", "Output", "Component", "Qty per", "Unit", "t", "kt"],
    *["north_alum", "Total", "n/a", ":", "2025-12-31", "2026-01", "Jan 2026", "03/04/2026"],
    *["1,200", "1,5", "57 %", "12 kt", "-5", "yes", "2024", "янв 2025", "clay", "Country"],
    *["a note, with a comma", "{x}", "= 1 + 1", "*", "", "chlorine"],
]
cells = st.one_of(
    st.sampled_from(WORDS),
    st.none(),
    st.floats(-10, 3000, allow_nan=False).map(lambda x: round(x, 2)),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
)
headings = st.lists(st.sampled_from(WORDS[:16]), min_size=1, max_size=4, unique=True)


@st.composite
def grids(draw):
    """Mostly headings over columns of like cells; now and then anything."""
    head = draw(headings)
    columns = [
        draw(st.sampled_from([
            st.dates(date(2025, 10, 1), date(2026, 3, 1)),
            st.sampled_from(["2025-11", "2025-12", "2026-01", "2026-02"]),
            st.floats(0, 900).map(lambda x: round(x, 1)),
            st.sampled_from(["alum", "chlorine", "clay", "north_alum", "t", "yes", "n/a"]),
            cells,
        ]))
        for _one in head
    ]  # fmt: skip
    rows = [[draw(column) for column in columns] for _row in range(draw(st.integers(1, 5)))]
    for _more in range(draw(st.integers(0, 2))):
        rows.insert(draw(st.integers(0, len(rows))), draw(st.lists(cells, max_size=4)))
    return [head, *rows]


def _text(grid, delimiter):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(grid)
    return file.getvalue()


@given(grids(), st.sampled_from([",", ";", "xlsx"]), st.sampled_from(["", "t", "USD/t", "kt"]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_is_read_or_refused(tmp_path, grid, form, unit):
    case = case_in(tmp_path)
    for kept in (tmp_path / "town.imports").glob("*"):
        kept.unlink()
    table = tmp_path / ("t.xlsx" if form == "xlsx" else "t.csv")
    if form == "xlsx":
        write_workbook(table, {"S": grid})
    else:
        table.write_text(_text(grid, form), encoding="utf-8")
    try:
        found = api.import_table(table, case, unit=unit)
    except DerbesError:
        assert case.read_text(encoding="utf-8") == CASE
        return
    assert api.check(case) == ()
    assert found.written == bool(found.changes)
    again = api.import_table(table, case, unit=unit)
    assert again.changes == ()
