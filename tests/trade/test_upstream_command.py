"""`derbes upstream` as a user meets it."""

import json
from pathlib import Path

import pytest

from derbes import api
from derbes.cli import main
from derbes.cli.trade import upstream_text
from tests.trade.io_tables import full_table, reduced
from tests.trade.test_inputoutput import oecd


def run(capsys, *words):
    """Exit code, output and error output of a command."""
    code = main(words)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_text_of_a_reduced_table_in_whole():
    answer = api.upstream("KAZ", "RUS", table=reduced(full_table()), tiers=2, sigma="3")
    expected = Path(__file__).with_name("upstream.txt").read_text(encoding="utf-8")
    assert upstream_text(answer, 10) + "\n" == expected


def test_the_text_of_a_full_table(tmp_path, capsys):
    path = oecd(tmp_path)
    words = ("--importer", "KAZ", "--sender", "RUS", "--table", str(path), "--buyer", "B06")
    code, out, _err = run(capsys, "upstream", *words)
    assert code == 0
    assert out.startswith(
        "Inputs of Kazakhstan from Russian Federation, Extraction of crude petroleum and natural "
        "gas, 2019\nDirect: 42.9 % of what its producers buy as inputs (30 of 70 million USD)."
    )
    assert f"Table: OECD ICIO ({path}), 2019; 3 countries, 2 sectors; full: each" in out
    for kind in ("one sector", "by sector", "by sector, goods made of goods"):
        assert f"\n{kind}  " in out
    assert "mean mix" not in out


def test_the_table_of_the_package_says_what_it_is(capsys):
    code, out, _err = run(capsys, "upstream", "--importer", "KAZ", "--sender", "RUS")
    assert code == 0
    assert out.startswith("Inputs of Kazakhstan from Russian Federation, 2022\n")
    for words in (
        "Table: OECD ICIO, release 2025, reduced (icio2022), 2022; 80 countries, 50 sectors;",
        "License: OECD, CC BY 4.0.",
        "mean mix of its country",
        "Not told: who buys goods for final use",
        "Manufacture of coke and refined petroleum products",
        "39 more rows are in the JSON, or with --limit.",
    ):
        assert words in out


def test_json_holds_every_sector_and_no_rounding(tmp_path, capsys):
    words = ("upstream", "--importer", "KAZ", "--sender", "RUS", "--json", "--limit", "1")
    code, out, _err = run(capsys, *words)
    found = json.loads(out)
    assert (code, found["source"]["file"], len(found["sectors"])) == (0, "icio2022", 49)
    answer = api.upstream("KAZ", "RUS")
    assert found["exposure"]["direct_share"] == answer.exposure.direct_share
    place = tmp_path / "answer.json"
    assert run(capsys, *words, "--out", str(place)) == (0, "", "")
    assert json.loads(place.read_text(encoding="utf-8")) == found


def test_what_is_wrong_ends_with_two(tmp_path, capsys):
    code, out, err = run(capsys, "upstream", "--importer", "KAX", "--sender", "RUS")
    assert (code, out) == (2, "")
    assert err == (
        'icio2022: 1 problem\n  - --importer: "KAX" is no country\n    fix: did you mean "KAZ"?\n'
    )
    code, out, err = run(capsys, "upstream", "--importer", "KAZ", "--sender", "UZB", "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["where"] == "--sender"
    place = str(tmp_path / "none")
    code, out, err = run(
        capsys, "upstream", "--importer", "KAZ", "--sender", "RUS", "--table", place
    )
    assert (code, out, err) == (2, "", f"{place}: there is no such file.\n")


@pytest.mark.parametrize("missing", ["--importer", "--sender"])
def test_both_sides_must_be_named(capsys, missing):
    other = {"--importer": "--sender", "--sender": "--importer"}[missing]
    code, out, err = run(capsys, "upstream", other, "RUS")
    assert (code, out) == (2, "")
    assert f"Missing option '{missing}'" in err
