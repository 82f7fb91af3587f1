import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.language import use_language
from derbes.results.supply import CoverRow, LeverageEnd, LeverageRow
from derbes.results.tables import (
    Column,
    cover_columns,
    end_columns,
    grouped,
    leverage_columns,
    setting_columns,
    shown,
    text_table,
)
from tests.api.examples import (
    cover_result,
    cover_row,
    leverage_end,
    leverage_result,
    leverage_row,
)


def _names(row_class) -> set[str]:
    return {field.name for field in dataclasses.fields(row_class)}


def test_columns_show_fields_that_exist():
    def fields(columns) -> set[str]:
        return {c.value for c in (*setting_columns(), *columns) if isinstance(c.value, str)}

    assert fields(cover_columns()) <= _names(CoverRow)
    assert fields(leverage_columns("USD", "t")) <= _names(LeverageRow)
    assert fields(end_columns()) <= _names(LeverageEnd)


def test_a_table_of_cover():
    rows = [
        cover_row(),
        cover_row(
            start="2027-01",
            time_to_survive=None,
            survives_at_least=23.0,
            binding=(),
            time_to_survive_myopic=None,
        ),
        cover_row(
            use="all_essential",
            time_to_survive=9.25,
            days_of_cover=None,
            time_to_survive_myopic=None,
        ),
    ]
    assert text_table(cover_columns(), rows) == (
        "start     length  use            time to survive  the same, simple rule  days of cover"
        "  binding  sold by\n"
        "         [month]                         [month]                [month]          [day]\n"
        "2026-01       12  treatment                   10                    9.5          182.6"
        "  alum     northland\n"
        "2027-01       12  treatment                 ≥ 23                   ≥ 23          182.6"
        "  –        northland\n"
        "2026-01       12  all_essential             9.25                      –              –"
        "  alum     northland"
    )


def test_a_table_of_ends_says_how_far_it_looks():
    rows = [leverage_end(), leverage_end(variant="no_plant", date="2028-03", binding=())]
    assert text_table(end_columns(), rows) == (
        "variant   measure   length  use            ends                     binding  sold by\n"
        "                   [month]\n"
        "base      embargo       12  all_essential  not within the calendar  alum     northland\n"
        "no_plant  embargo       12  all_essential  2028-03                  –        northland"
    )


def test_a_premium_without_bound_is_not_a_missing_one():
    column = leverage_columns("USD", "t")[-1]
    assert column.cell(leverage_row(premium=None, premium_unbounded=True)) == "any"
    assert column.cell(leverage_row(premium=None)) == "–"
    assert column.cell(leverage_row()) == "16.5"


def test_a_notebook_shows_tables():
    page = cover_result(cover_row(use="<b>"))._repr_html_()
    assert "<td>&lt;b&gt;</td>" in page
    assert '<th scope="col">time to survive [month]</th>' in page
    page = leverage_result()._repr_html_()
    assert "<td>126,000</td>" in page
    assert '<th scope="col">target loss [USD]</th>' in page
    assert page.count("<table>") == 2


def test_rows_are_columns_for_a_data_frame():
    table = cover_result(cover_row(), cover_row(use="rinsing", time_to_survive=None, binding=()))
    columns = table.columns()
    assert list(columns) == [field.name for field in dataclasses.fields(CoverRow)]
    np.testing.assert_array_equal(columns["time_to_survive"], [10.0, math.nan])
    assert columns["length"].dtype.kind == "i"
    assert list(columns["binding"]) == [("alum",), ()]
    assert list(columns["survives_length"]) == [cover_row().survives_length] * 2
    unmet = leverage_result().columns()["unmet_essential"]
    np.testing.assert_array_equal(unmet, [leverage_row().unmet_essential])
    assert cover_result().columns().keys() == columns.keys()


def test_rows_are_grouped_in_their_first_order():
    rows = [leverage_row(variant="b"), leverage_row(variant="a"), leverage_row(variant="b")]
    groups = grouped(rows, by=("variant", "measure"))
    assert list(groups) == [("b", "embargo"), ("a", "embargo")]
    assert [len(group) for group in groups.values()] == [2, 1]


def test_cells_as_text():
    cells = (0.0, 12345.6, 0.6, 3, True, math.nan, ())
    assert [shown(cell) for cell in cells] == ["0", "12,346", "0.6", "3", "yes", "–", "–"]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_shown_number_is_near_the_number(number):
    assert math.isclose(float(shown(number).replace(",", "")), number, rel_tol=5e-4)


def test_a_cost_below_zero_says_that_it_is_a_gain():
    row = dataclasses.replace(leverage_row(), sender_cost_returning=-1200.0)
    text = text_table(leverage_columns("USD", "t"), [row])
    assert "-1,200 (gains)" in text
    assert "(gains)" not in text_table(leverage_columns("USD", "t"), [leverage_row()])


def test_a_figure_that_is_a_bound_shows_of_which_side():
    unmet = next(c for c in leverage_columns("USD", "t") if c.value == "unmet_essential")
    bounds = ("unmet_essential",)
    assert unmet.cell(leverage_row(bounds=bounds)) == "≥ 120"
    assert unmet.cell(leverage_row(bound="myopic", bounds=bounds)) == "≤ 120"
    assert unmet.cell(leverage_row()) == "120"
    response = next(c for c in leverage_columns("USD", "t") if c.heading == "response")
    assert [response.cell(leverage_row(bound=b)) for b in ("optimal", "myopic")] == ["best", "rule"]


def test_a_column_without_anything_to_tell_is_left_out():
    def head(*rows: LeverageRow) -> str:
        return text_table(leverage_columns("USD", "t"), rows).splitlines()[0]

    rare = ("with calm's", "not restored", "loss a month after", " of ")
    assert not any(words in head(leverage_row()) for words in rare)
    telling = leverage_row(
        unmet_essential_gross=150.0, deepest_use="water", unrestored=5.0, loss_per_month_after=2.0
    )
    assert all(words in head(leverage_row(), telling) for words in rare)


def test_units_of_both_tiers_where_they_differ():
    columns = {c.value: c.unit for c in leverage_columns("USD", "t / months of use")}
    assert columns["unmet_essential"] == "t"
    assert columns["unmet_deferrable"] == "months of use"


def test_cover_without_end_is_not_a_missing_one():
    days = next(c for c in cover_columns() if c.value == "days_of_cover")
    assert days.cell(cover_row(days_of_cover=None, days_of_cover_infinite=True)) == "no end"
    assert days.cell(cover_row(days_of_cover=None)) == "–"
    rows = [cover_row(), cover_row(short_in_calm_from="2026-03")]
    assert "short in calm from" in text_table(cover_columns(), rows)
    assert "short in calm from" not in text_table(cover_columns(), rows[:1])


@pytest.mark.parametrize(
    ("bound", "unmet", "loss", "told"),
    [
        ("optimal", 120.0, 0.0, ["≥ 120", "≥ 0"]),
        ("optimal", 0.0, -5.0, ["0", "≥ -5"]),
        ("myopic", 0.0, 0.0, ["≤ 0", "≤ 0"]),
    ],
)
def test_that_no_less_than_nothing_lacks_is_no_bound(bound, unmet, loss, told):
    row = leverage_row(
        bound=bound, unmet_essential=unmet, target_loss=loss,
        bounds=("unmet_essential", "target_loss"),
    )  # fmt: skip
    columns = {one.value: one for one in leverage_columns("USD", "t")}
    assert [columns[name].cell(row) for name in row.bounds] == told


def test_sums_of_unlike_uses_are_told_in_the_language_in_use():
    use_language("ru")
    try:
        assert Column("unmet", "x", "months of use").titled == "unmet [месяцы потребления]"
    finally:
        use_language("en")
