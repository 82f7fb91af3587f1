"""The commands of the README in three languages run, one after the other, and say what it says."""

import re
import shlex
from pathlib import Path

import pytest

from derbes import api
from derbes.cli import main
from tests.workbook.books import Edited

ROOT = Path(__file__).parents[1]
PAGES = {"en": "README.md", "ru": "README.ru.md", "kk": "README.kk.md"}
ELSEWHERE = ("demo", "new", "plan", "stress", "statements", "screen", "draft")
"""Verbs whose lines take long or ask; each has tests of its own, of `demo` in the wheel too."""


def _text(lang: str) -> str:
    return (ROOT / PAGES[lang]).read_text(encoding="utf-8")


def _case_text(lang: str) -> str:
    (text,) = re.findall(r"```yaml\n(.*?)```", _text(lang), flags=re.DOTALL)
    return text


def _commands(lang: str) -> list[str]:
    """Lines of commands, without what is said of them."""
    lines = re.findall(r"^    (\S.*)$", _text(lang), flags=re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for line in lines]


def _blocks(lang: str) -> dict[str, str]:
    """Command → what it is said to print."""
    return dict(re.findall(r"```text\n\$ derbes (.*)\n((?s:.*?))```", _text(lang)))


def _run(capsys, command: str, lang: str) -> str:
    code = main([*shlex.split(command), "--lang", lang])
    said = capsys.readouterr()
    assert (code, said.err) == (0, ""), command
    return said.out


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_is_what_happens(lang, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("alum.yaml").write_text(_case_text(lang), encoding="utf-8")
    told = _blocks(lang)
    ours = [line for line in _commands(lang) if line.startswith("derbes ")]
    tried = [line for line in ours if line.split()[1] not in ELSEWHERE]
    verbs = [line.split()[1] for line in tried]
    assert verbs == ["check", "cover", "leverage", "brief", "excel", "import-excel", "brief"]
    said_of = {}
    for line in tried:
        command = line.removeprefix("derbes ")
        if command == "brief alum.yaml":
            continue  # the same with draws, which takes longer
        if command.split()[0] in {"cover", "leverage"}:
            command += " --start 2026-01"  # the same from more dates, which takes longer
        if command.startswith("import-excel"):
            book = Edited.of(Path("alum.xlsx"))
            book.put("stockpiles", "store", "quantity", 900)
            book.put("stockpiles", "store", "quantity high", 1000)
            book.save(Path("alum.xlsx"))
        said_of[command] = _run(capsys, command, lang)
        assert told.get(command, "") in said_of[command], command
    assert f'<html lang="{lang}">' in Path("alum.html").read_text(encoding="utf-8")
    assert told.keys() <= said_of.keys()
    changed = api.read_case("alum.yaml").stockpiles["store"].quantity
    assert (changed.value, changed.low, changed.high) == (900, 500, 1000)


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_the_pages_in_other_languages_say_the_same(lang, tmp_path):
    """The same commands, the same case but for its name and one reason, the same numbers."""
    assert set(_commands(lang)) <= set(_commands("en"))
    said = [_case_text(one).splitlines() for one in ("en", lang)]
    differing = [mine.split()[0] for mine, other in zip(*said, strict=True) if mine != other]
    assert differing == ["name:", "stockpiles:"]
    for number in ("126 000", "2 400", "52,5", "16,5", "4 800", "0,5"):
        assert number in _text(lang)
    for link in PAGES.values():
        assert (link == PAGES[lang]) != (f"]({link})" in _text(lang))
