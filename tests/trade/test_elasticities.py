"""Elasticities of sectors: the same as one for all where all are alike, and what is refused."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.cli.trade import upstream_text
from derbes.errors import RequestError
from derbes.trade.upstream import upstream
from tests.trade.io_tables import FINAL, FLOWS, full_table, reduced
from tests.trade.test_upstream import inputs_matrix

HEAD = "sector,sigma,epsilon,short_sigma\n"


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "mine.csv") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("make", [full_table, lambda: reduced(full_table())])
def test_sectors_that_are_alike_are_as_one(make, file) -> None:
    same = file(HEAD + "B06,2..6,3..8,0.2..0.5\nC19,2..6,3..8,0.2..0.5\n")
    asked = {"sigma": "2..6", "epsilon": "3..8", "short_sigma": "0.2..0.5"}
    one = upstream("KAZ", "RUS", table=make(), **asked)
    other = upstream("KAZ", "RUS", table=make(), sigma="9", epsilon="2", elasticities=same)
    assert other.by_sector == ("sigma", "epsilon", "short_sigma")
    losses = [(row.probability, row.direct, row.with_loop) for row in one.exposure.losses]
    assert [(r.probability, r.direct, r.with_loop) for r in other.exposure.losses] == losses
    assert {row.sigma for row in other.exposure.losses} == {None}
    assert other.sectors == one.sectors
    assert other.asymmetry == pytest.approx(one.asymmetry)
    of_sectors = [row for row in one.gains if row.kind != "one_sector"]
    found = [row for row in other.gains if row.kind != "one_sector"]
    assert [(row.kind, row.gains) for row in found] == [(r.kind, r.gains) for r in of_sectors]
    assert [row.at for row in found if row.kind != "with_loop"] == ["lowest", "highest"]


def test_u7_gains_with_an_elasticity_of_each_sector_by_hand(file) -> None:
    table = full_table()
    spent = FLOWS[:, :2].sum(axis=1) + FINAL[:, 0]
    oil, fuel = spent[0] / (spent[0] + spent[2]), spent[1] / spent[[1, 3, 4]].sum()
    final = np.array([FINAL[[0, 2], 0].sum(), FINAL[[1, 3, 4], 0].sum()])
    parts = final / final.sum()
    mine = file("sector;epsilon\nB06;10\nManufacture of coke and refined petroleum products;4\n")
    rows = {row.kind: row for row in upstream("KAZ", "RUS", table=table, elasticities=mine).gains}
    expected = 1 - oil ** (parts[0] / 10) * fuel ** (parts[1] / 4)
    assert rows["by_sector"].gains == pytest.approx(expected)
    assert rows["by_sector"].epsilon is None
    assert rows["one_sector"].epsilon == 5.0


def test_u9_losses_with_a_sigma_of_each_sector_by_hand(file) -> None:
    """Of one buyer's own purchases: Σ a_J (−ln(1 − w_J)) / (σ_J − 1)."""
    table, sigmas = full_table(), {0: 3.0, 1: 5.0}
    mine = file("sector,sigma\nB06,3\nC19,5\n")
    (row,) = upstream("KAZ", "RUS", table=table, elasticities=mine).exposure.losses
    inputs, rise = inputs_matrix(table), 0.0
    made = np.where(table.country == table.countries.index("KAZ"), table.output, 0.0)
    for q, weight in enumerate(made / made.sum()):
        for sector, sigma in sigmas.items():
            bought = inputs[table.sector == sector, q]
            hostile = (table.country == table.countries.index("RUS"))[table.sector == sector]
            if weight and bought.sum():
                left = 1 - bought[hostile].sum() / bought.sum()
                rise += weight * bought.sum() * -np.log(left) / (sigma - 1)
    assert np.log1p(row.direct) == pytest.approx(rise)
    assert row.probability is None


@given(st.floats(1.5, 8), st.floats(1.5, 8), st.floats(0.1, 3))
@settings(max_examples=20, deadline=None)
def test_a_sector_whose_sellers_are_easier_to_replace_never_costs_more(one, other, more) -> None:
    table = reduced(full_table())
    losses = []
    with TemporaryDirectory() as folder:
        for sigma in (one, one + more):
            path = Path(folder) / "mine.csv"
            text = f"sector,sigma\nB06,{sigma:.6f}\nC19,{other:.6f}\n"
            path.write_text(text, encoding="utf-8")
            (row,) = upstream("KAZ", "RUS", table=table, elasticities=str(path)).exposure.losses
            losses.append(row.with_loop)
    assert losses[1] <= losses[0]


def test_what_the_table_does_not_say_has_the_value_of_the_option(file) -> None:
    empty = file(HEAD + "B06,,,\n")
    one = upstream("KAZ", "RUS", table=full_table(), sigma="3")
    other = upstream("KAZ", "RUS", table=full_table(), sigma="3", elasticities=empty)
    assert [row.direct for row in other.exposure.losses] == [
        row.direct for row in one.exposure.losses
    ]


def test_the_text_says_that_sectors_have_their_own(file) -> None:
    mine = file("sector,sigma,epsilon\nB06,2..4,3..8\n")
    told = upstream_text(upstream("KAZ", "RUS", table=full_table(), elasticities=mine), 5)
    assert "by sector, lowest" in told
    assert "at the middle of the elasticities of sectors." in told
    assert f"Sectors have their own elasticities as far as {mine} says (sigma, epsilon)" in told


def refusal(path: str) -> str:
    with pytest.raises(RequestError) as caught:
        upstream("KAZ", "RUS", table=full_table(), elasticities=path)
    return str(caught.value)


def test_everything_wrong_with_the_table_is_told_at_once(file) -> None:
    path = file(HEAD + "B6,3,5,0.2\nC19,0.5,five,\nC19,4,2..1,0\n")
    assert refusal(path) == (
        "small: 6 problems\n"
        '  - mine.csv, line 2: "B6" is no sector of this table\n'
        '    fix: did you mean "B06"?\n'
        '  - mine.csv, line 3: "0.5" is not above 1: where sellers can hardly take each other\'s '
        "place, this loss is without bound\n"
        "    fix: write a range such as 2..6; for the months before others step in there are "
        "--short-sigma, and derbes leverage, which counts stocks\n"
        '  - mine.csv, line 3: "five" is no number and no range\n'
        "    fix: write one number above 0, or a range such as 2..6\n"
        '  - mine.csv, line 4: "C19" stands in line 3 already\n'
        "    fix: keep one of the two\n"
        '  - mine.csv, line 4: "2..1" ends below where it begins\n'
        "    fix: write 1..2\n"
        '  - mine.csv, line 4: "0" is not above 0\n'
        "    fix: write one number above 0, or a range such as 0.1..0.9"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "does not say which sector has which elasticity"),
        ("sector,label\nB06,oil\n", 'has a column "label"'),
        ("sigma\n3\n", "does not say which sector has which elasticity"),
        ("sector,sigma,sigma\nB06,3,4\n", "has a column twice"),
        ("sector,sigma\nB06\n", "mine.csv, line 2: it has 1 cell, and the first line 2"),
    ],
)
def test_a_table_without_its_columns_is_refused(text, what, file) -> None:
    assert what in refusal(file(text))


def test_a_file_that_is_not_there_is_refused(tmp_path) -> None:
    assert "cannot be read as text" in refusal(str(tmp_path / "nowhere.csv"))
    (tmp_path / "bytes.csv").write_bytes(b"sector,sigma\n\xff\xfe")
    assert "cannot be read as text" in refusal(str(tmp_path / "bytes.csv"))
