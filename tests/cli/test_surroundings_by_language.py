"""Locales that do not exist, terminals of few letters, a full disk, workers: in three languages."""

import multiprocessing
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from derbes import browser
from derbes.harmless import in_letters_of
from derbes.language import use_language
from tests.casefile.writing import SMALL
from tests.workbook.books import Edited

KAZAKH = SMALL.replace("south: {}", "south: {label: {kk: Оңтүстік, ru: Юг}}")
SLIP = KAZAKH.replace("routes: [rail]", "routes: [rial]")


def _run(folder: Path, words: str, *, before: str = "", **variables: str):
    """A command as a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": ":".join(sys.path),
        "DERBES_NET": "off",
        **variables,
    }
    command = f"{before}exec {shlex.quote(sys.executable)} -m derbes {words}"
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, check=False, cwd=folder, env=environment
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.yaml").write_text(KAZAKH, encoding="utf-8")
    (tmp_path / "slip.yaml").write_text(SLIP, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "begins"),
    [
        ({"LANG": "xx_YY.UTF-8"}, "slip.yaml: 1 problem\n"),
        ({"LANGUAGE": "xx:kk", "LANG": "xx"}, "slip.yaml: 1 қате\n"),
        ({"LANGUAGE": "xx", "LANG": "ru_RU.UTF-8"}, "slip.yaml: 1 problem\n"),
        ({"LC_ALL": "C"}, "slip.yaml: 1 problem\n"),
        ({"LC_ALL": "../../etc"}, "slip.yaml: 1 problem\n"),
        ({"LANG": "ru_RU.KOI8-R"}, "slip.yaml: 1 ошибка\n"),
    ],
)
def test_a_locale_that_does_not_exist(folder, variables, begins):
    ran = _run(folder, "check slip.yaml", **{"PYTHONIOENCODING": "utf-8", **variables})
    assert ran.returncode == 2
    assert ran.stderr.decode().startswith(begins)


def test_a_language_that_does_not_exist(folder):
    ran = _run(folder, "check slip.yaml --lang xx", LANGUAGE="ru", PYTHONIOENCODING="utf-8")
    assert ran.returncode == 2
    assert "'xx' — не из списка: 'en', 'kk', 'ru'" in ran.stderr.decode()


@pytest.mark.parametrize(
    ("encoding", "code", "first"),
    [
        ("ascii", "ru", "slip.yaml: 1 oshibka"),
        ("ascii", "kk", "slip.yaml: 1 kate"),
        ("cp1251", "ru", "slip.yaml: 1 ошибка"),
        ("cp1251", "kk", "slip.yaml: 1 кате"),
        ("koi8-r", "ru", "slip.yaml: 1 ошибка"),
    ],
)
def test_a_terminal_of_few_letters(folder, encoding, code, first):
    ran = _run(folder, f"check slip.yaml --lang {code}", PYTHONIOENCODING=encoding)
    told = ran.stderr.decode(encoding)
    assert (ran.returncode, told.splitlines()[0]) == (2, first)
    assert "routes: [rial]" in told
    assert "\\u" not in told
    answer = _run(folder, f"show small.yaml actors.south --lang {code}", PYTHONIOENCODING=encoding)
    assert answer.returncode == 0
    assert "\\u" not in answer.stdout.decode(encoding)


def test_what_is_written_is_utf_8_whatever_the_terminal(folder):
    variables = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    for words in ("--out shown.txt", "--json --out shown.json"):
        ran = _run(folder, f"show small.yaml actors.south --lang kk {words}", **variables)
        assert ran.returncode == 0, ran.stderr
    assert "Оңтүстік" in (folder / "shown.txt").read_text(encoding="utf-8")
    assert "Оңтүстік" in (folder / "shown.json").read_text(encoding="utf-8")
    piped = _run(folder, "show small.yaml actors.south --lang kk --json", **variables)
    assert "Оңтүстік" in piped.stdout.decode()


def test_letters_of_a_terminal():
    assert in_letters_of("utf-8", "Қор — «x»") == "Қор — «x»"
    assert in_letters_of("ascii", "Щука, ёж, ҮЙ → 5 ₸…") == "Shchuka, ezh, UI -> 5 KZT..."
    assert in_letters_of("cp1251", "Әже өзі «қайтты»") == "Аже озі «кайтты»"
    assert in_letters_of("ascii", "nоrth") == "nоrth"  # a word of two alphabets shows them
    every = "әғқңөұүһіАӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ«»—–…№"
    assert in_letters_of("ascii", every).isascii()
    assert in_letters_of("cp1251", every).encode("cp1251")


FULL = (
    ("excel small.yaml --out x.xlsx", "x.xlsx: {}"),
    ("demo --out made", "made/alum.yaml: {}"),
    ("brief small.yaml --draws 0 --out x.html", "x.html: {}"),
    (
        "new c.yaml --buyer A --good g --seller 'B 100 %' --use '100 t/month' --price '3 USD/t'"
        " --stock '200 t' --until 2030-12",
        "c.yaml: {}",
    ),
    ("schema --out x.json", "x.json: {}"),
)
REFUSED = {"ru": "не удалось записать: файл слишком велик.", "kk": "жазылмады: файл тым үлкен."}


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a shell")
@pytest.mark.parametrize(("words", "told"), FULL, ids=[one[0].split()[0] for one in FULL])
def test_a_full_disk(folder, words, told):
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    code = "ru" if words.startswith(("excel", "demo", "brief")) else "kk"
    ran = _run(
        folder,
        f"{words} --lang {code}",
        before="trap '' XFSZ; ulimit -f 2; ",
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONIOENCODING="utf-8",
        NUMBA_DISABLE_JIT="1",
    )
    err = ran.stderr.decode()
    assert ran.returncode == 2, err
    assert told.format(REFUSED[code]) in err
    left = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    assert left == before
    assert not (folder / "made").exists()


def test_a_full_disk_while_a_workbook_is_brought_in(folder):
    made = _run(folder, "excel small.yaml --out x.xlsx")
    assert made.returncode == 0, made.stderr
    book = Edited.of(folder / "x.xlsx")
    book.put("stockpiles", "store", "quantity", 700.0)
    book.save(folder / "x.xlsx")
    case = folder / "small.yaml"
    case.write_text(KAZAKH + "# " + "x" * 3000 + "\n", encoding="utf-8")
    before = case.read_bytes()
    ran = _run(
        folder,
        "import-excel x.xlsx --case small.yaml --yes --lang ru",
        before="trap '' XFSZ; ulimit -f 2; ",
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONIOENCODING="utf-8",
    )
    assert ran.returncode == 2, ran.stdout.decode()
    assert REFUSED["ru"] in ran.stderr.decode()
    assert case.read_bytes() == before
    assert {one.name for one in folder.iterdir()} == {"small.yaml", "slip.yaml", "x.xlsx"}


def test_a_full_disk_while_a_page_is_printed(monkeypatch):
    def full(*_given, **_options):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(browser, "find_browser", lambda: "chromium")
    monkeypatch.setattr(Path, "write_text", full)
    use_language("ru")
    with pytest.raises(browser.OutputError, match="на диске не осталось места"):
        browser.printed("<html></html>")


WORKER = """
import multiprocessing
from derbes.language import use_language
from derbes.parallel import Workers
from derbes.units import _

if __name__ == "__main__":
    multiprocessing.set_start_method({method!r}, force=True)
    use_language("kk")
    with Workers(2) as pool:
        print(pool.submit(_, "known: {{names}}").result())
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_speak_the_same_language(tmp_path, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    (tmp_path / "ask.py").write_text(WORKER.format(method=method), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "ask.py"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
    )
    assert ran.stdout.decode().strip() == "белгілілері: {names}", ran.stderr.decode()
