"""The worked example of the guide, run."""

import re
import shutil
from pathlib import Path

from derbes import api
from derbes.cli import main
from derbes.tables.kept import KINDS
from derbes.tables.mapping import WORDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "how-to" / "bring-in-tables.md").read_text(encoding="utf-8")
MONTHS = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
USED = {
    2024: [98, 101.5, 12, 102, 104, 108, 110.5, 109, 104, 101, 99.5, 98.5],
    2025: [100.5, 103, 102.5, 103.5, 106, 110, 113, 111.5, 106.5, 104, 101, 100.5],
}


def _table(folder: Path) -> Path:
    lines = ["Month;Consumption of alum (t);Out of stock"]
    for year, used in USED.items():
        for month, amount in zip(MONTHS, used, strict=True):
            number = f"{amount:.1f}".replace(".", ",")
            lines.append(f"{month} {year};{number};{'yes' if amount == 12 else ''}")
    table = folder / "use.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def _told(folder: Path, monkeypatch, capsys, *more: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    told = "uses.treatment.demand=Consumption of alum"
    code = main(["import", "use.csv", "--case", "waterworks.yaml", "--map", told, *more])
    return code, capsys.readouterr().out


def test_what_the_guide_shows_is_what_is_told(tmp_path, monkeypatch, capsys):
    table = _table(tmp_path)
    first = table.read_text(encoding="utf-8").splitlines()[:5]
    assert "\n".join(f"    {line}" for line in first) in GUIDE
    shutil.copy(ROOT / "cases" / "waterworks.yaml", tmp_path)
    code, out = _told(tmp_path, monkeypatch, capsys)
    assert code == 1
    lines = r"^ {7}use\.csv as history.*?(?=^ {9}\.\.\.)"
    shown = re.search(lines, GUIDE, re.MULTILINE | re.DOTALL)
    assert shown is not None
    lines = [line.removeprefix(" " * 7) for line in shown[0].splitlines()]
    assert out.splitlines()[: len(lines)] == lines
    assert _told(tmp_path, monkeypatch, capsys, "--yes")[0] == 0
    assert _told(tmp_path, monkeypatch, capsys)[0] == 0
    demand = api.read_case(tmp_path / "waterworks.yaml").uses["treatment"].demand
    assert demand.grade == "C"
    assert api.check(tmp_path / "waterworks.yaml") == ()


def test_every_kind_of_the_code_is_in_the_guide():
    rows = re.findall(r"^\| `(\w+)` \|", GUIDE, flags=re.MULTILINE)
    assert sorted(rows) == sorted(KINDS)
    named = set(re.findall(r"`(\w+)`", GUIDE))
    assert {role for role in WORDS if role not in KINDS} <= named
