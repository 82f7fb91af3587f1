"""The verbs on trade as a user meets them: texts in whole, JSON, and what is refused."""

import json
from pathlib import Path

import pytest

from derbes.cli import main
from tests.trade.tables import BACI_ROWS, baci


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and error output of a command."""
    code = main(words)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_import_says_what_became_of_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    code, out, _err = run(capsys, "import", str(baci(tmp_path)), "--store", store)
    assert code == 0
    assert out == (
        "baci-hs92-202301: BACI HS92 202301, 2021.\n"
        "             8 rows kept\n"
        "             2 of these without a weight\n"
        "             1 of these with weight zero beside a value, which is no weight\n"
        f"The dataset holds 2021, in {store}/baci-hs92-202301.\n"
        "License: Etalab Open Licence 2.0; cite CEPII, BACI (Gaulier and Zignago 2010).\n"
        "\n"
        "Next: derbes screen --importer KAZ\n"
    )
    code, out, _err = run(capsys, "import", str(baci(tmp_path)), "--store", store, "--json")
    assert json.loads(out)["counts"]["kept"] == len(BACI_ROWS)


def test_screen_of_all_products_and_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    run(capsys, "import", str(baci(tmp_path)), "--store", store)
    words = ("screen", "--importer", "LTU", "--sender", "RUS", "--years", "1", "--store", store)
    code, out, _err = run(capsys, *words)
    assert code == 0
    assert "Imports of LTU by product in 2021, most dependent first" in out
    assert "Data: baci-hs92-202301 (BACI, HS92, 202301; reports of both sides reconciled)." in out
    code, out, _err = run(capsys, *words, "--product", "271121", "--beside", "LVA")
    assert "271121: Petroleum gases and other gaseous hydrocarbons" in out
    assert "Unit values beside others" in out
    assert "How far use relies on imports is not told: production is not in trade data" in out
    code, out, _err = run(capsys, *words, "--json")
    row = next(row for row in json.loads(out)["rows"] if row["product"] == "271121")
    assert (row["imports"], row["sender_share"], row["weight"]) == (1_250_000, 0.8, 5000)


def test_sellers_are_those_of_the_last_year(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("screen", "--importer", "KAZ", "--product", "271121")
    years = [row["year"] for row in json.loads(run(capsys, *words, "--json")[1])["rows"]]
    assert len(set(years)) > 1
    assert f"Sellers in {max(years)}; below" in run(capsys, *words)[1]


def test_arms_are_told_to_be_what_was_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("2021,643,398,930690,1000.000,40.000",)
    store = str(tmp_path / "store")
    run(capsys, "import", str(baci(tmp_path, rows)), "--store", store)
    _code, out, _err = run(capsys, "screen", "--importer", "KAZ", "--store", store)
    assert "Russia's customs file them under a secret code" in out


def test_draft_writes_a_case_that_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "gas.yaml"
    words = ("draft", "--importer", "KAZ", "--product", "271121", "--sender", "RUS")
    code, out, _err = run(capsys, *words, "--out", str(case))
    assert (code, out) == (0, f"Written: {case}\nNext: derbes check {case}\n")
    assert run(capsys, "check", str(case))[0] == 0
    assert run(capsys, *words, "--out", str(case))[2] == (
        f'derbes: 1 problem\n  - out: "{case}" is a case, and would be written over\n'
        "    fix: name another file with --out\n"
    )
    assert run(capsys, *words)[1] == case.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("screen", "--importer", "Kazakstan"),
            "baci-selection: 1 problem\n"
            '  - importer: "Kazakstan" is no country and no group\n'
            '    fix: did you mean "Kazakhstan"?\n',
        ),
        (
            ("import", "nowhere.csv"),
            "nowhere.csv: there is no such file, or it is a pipe or a device. "
            "Fix: check the path.\n",
        ),
    ],
)
def test_what_is_refused_ends_with_code_two(
    words: tuple[str, ...],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DERBES_STORE", str(tmp_path / "store"))
    assert run(capsys, *words) == (2, "", message)
