"""The same questions on another engine: every answer is the same, to the bit and in its ties."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pytest

from derbes import api
from derbes.errors import DataError, MissingExtraError, RequestError
from derbes.results.records import record_of
from derbes.results.trade import EVERY
from derbes.trade.screen import Question, product_sheet, screen
from derbes.trade.store import import_trade
from tests.trade.tables import COMTRADE_HEAD, COMTRADE_ROWS, OLD_HEAD, OLD_ROWS, store_of, table
from tests.trade.test_commands import run
from tests.trade.test_screen import random_rows, stored

POLARS = "polars://"
KAZ = Question("KAZ", "RUS", last=2021)
SCREENS = {
    "a buyer": KAZ,
    "a group": replace(KAZ, buyer="EU"),
    "every buyer": replace(KAZ, buyer=EVERY),
    "every buyer, a group as one seller": replace(KAZ, buyer=EVERY, inside="EU", sender=""),
    "a buyer beside a group": replace(KAZ, inside="EU"),
    "some products": replace(KAZ, products=("27", "2805"), n_years=1),
}
SHEETS = {
    "a product": replace(KAZ, products=("271121",), beside=("DEU", "CHN")),
    "of a group": replace(KAZ, buyer="EU", products=("280530",)),
}


@pytest.mark.parametrize("seed", [1, 7, 23])
@pytest.mark.parametrize("asked", SCREENS)
def test_a_screen_is_the_same_to_the_bit(asked: str, seed: int, tmp_path: Path) -> None:
    _check_same(screen, stored(random_rows(seed), tmp_path), SCREENS[asked])


@pytest.mark.parametrize("asked", SHEETS)
def test_a_sheet_is_the_same_to_the_bit(asked: str, tmp_path: Path) -> None:
    _check_same(product_sheet, stored(random_rows(3), tmp_path), SHEETS[asked])


def test_months_and_mirrors_are_the_same(tmp_path: Path) -> None:
    paths = [table(tmp_path, "c.csv", COMTRADE_HEAD, COMTRADE_ROWS)]
    import_trade(paths, tmp_path / "store")
    question = Question("KAZ", "RUS", products=("271121",), n_years=1)
    found = _check_same(product_sheet, tmp_path / "store", question)
    assert found.mirrors
    for buyer in ("KAZ", EVERY):  # own exports as the buyer reports them, or as others do
        _check_same(screen, tmp_path / "store", Question(buyer, "RUS", n_years=1))
    monthly = tmp_path / "monthly"
    import_trade([table(tmp_path, "old.csv", OLD_HEAD, OLD_ROWS)], monthly)
    _check_same(product_sheet, monthly, replace(question, buyer="LTU"))


def test_the_data_of_the_package(tmp_path: Path) -> None:
    ours = api.screen("KAZ", sender="RUS", store=str(tmp_path))
    theirs = api.screen("KAZ", sender="RUS", store=str(tmp_path), engine=POLARS)
    assert record_of(theirs) == record_of(ours)


def test_equal_sellers_are_told_apart_by_rule_on_every_engine(tmp_path: Path) -> None:
    rows = tuple(f"2021,{i},398,271121,5.000,1.000" for i in (643, 156, 842))
    found = screen(store_of(tmp_path, rows), Question("KAZ"), engine=POLARS)
    assert [row.top for row in found.rows] == ["CHN"]


def test_squares_beyond_64_bits_are_whole(tmp_path: Path) -> None:
    rows = ("2021,643,398,271121,9000000000.001,1.000", "2021,156,398,271121,9000000000.000,1.000")
    _check_same(screen, store_of(tmp_path, rows), Question("KAZ"))


def test_a_connection_of_ones_own_is_left_as_it_was(tmp_path: Path) -> None:
    connection = ibis.polars.connect()
    store = stored(random_rows(5), tmp_path)
    theirs = screen(store, KAZ, engine=connection)
    assert record_of(theirs) == record_of(screen(store, KAZ))
    assert not [name for name in connection.list_tables() if name.startswith("derbes")]


def test_an_address_behind_which_there_is_no_engine(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r'(?s)"abacus://" opens no engine.*such as polars://'):
        screen(stored(random_rows(5), tmp_path), KAZ, engine="abacus://")


def test_files_that_the_engine_does_not_see(tmp_path: Path) -> None:
    store = stored(random_rows(5), tmp_path)
    next(store.rglob("*.parquet")).write_bytes(b"PAR1 cut off")
    with pytest.raises(DataError, match=r"polars cannot answer: \w"):
        screen(store, KAZ, engine=POLARS)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(MissingExtraError, match=r'pip install "derbes\[ibis\]"'):
        screen(stored(random_rows(5), tmp_path), KAZ, engine=POLARS)


def test_the_option_names_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("screen", "--importer", "KAZ", "--years", "1")
    _code, ours, _err = run(capsys, *words)
    code, theirs, _err = run(capsys, *words, "--engine", POLARS)
    assert (code, theirs) == (0, ours)
    code, _out, err = run(capsys, *words, "--engine", "abacus://")
    assert code == 2
    assert 'engine: "abacus://" opens no engine' in err


def _check_same(answer: Callable[..., Any], store: Path, question: Question) -> Any:
    """Check that both engines give one answer, which is returned."""
    ours, theirs = answer(store, question), answer(store, question, engine=POLARS)
    assert record_of(theirs) == record_of(ours)
    assert ours.rows
    return ours
