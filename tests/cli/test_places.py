"""What is read is never written over, and no file is named as what it is not."""

import pytest

from tests.casefile.writing import SMALL

OVER = "is a file of the case, and would be written over"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A case in two files, and two more names for the second."""
    monkeypatch.chdir(tmp_path)
    parts = SMALL.split("measures:\n")
    (tmp_path / "case.yaml").write_text(
        parts[0].replace("target: town\n", "target: town\ninclude: [acts.yaml]\n"), encoding="utf-8"
    )
    (tmp_path / "acts.yaml").write_text("measures:\n" + parts[1], encoding="utf-8")
    (tmp_path / "soft.yaml").symlink_to("acts.yaml")
    (tmp_path / "hard.yaml").hardlink_to(tmp_path / "acts.yaml")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "option", "place"),
    [
        (("show", "case.yaml", "--out", "case.yaml"), "out", "case.yaml"),
        (("show", ".", "--out", "case.yaml"), "out", "case.yaml"),
        (("schema", "case.yaml", "--out", "acts.yaml"), "out", "acts.yaml"),
        (("cover", "case.yaml", "--out", "soft.yaml"), "out", "soft.yaml"),
        (("leverage", "case.yaml", "--out", "hard.yaml"), "out", "hard.yaml"),
        (("brief", "case.yaml", "--out", "case.yaml"), "out", "case.yaml"),
        (("plan", "case.yaml", "--checkpoint", "acts.yaml"), "checkpoint", "acts.yaml"),
        (("plan", "case.yaml", "--resume", "acts.yaml"), "checkpoint", "acts.yaml"),
        (("statements", "case.yaml", "--record", "soft.yaml"), "record", "soft.yaml"),
    ],
)
def test_a_case_is_not_written_over(run, folder, words, option, place):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"{words[1]}: 1 problem\n"
        f'  - {option}: "{place}" {OVER}\n'
        f"    fix: name another file with --{option}\n"
    )
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("cover", "case.yaml", "--out", "a.xlsx"),
            '  - out: "a.xlsx" promises Excel, and this writes text\n'
            "    fix: end the name in .txt, or ask for --json\n",
        ),
        (
            ("leverage", "case.yaml", "--out", "a.CSV"),
            '  - out: "a.CSV" promises CSV, and this writes text\n'
            "    fix: end the name in .txt, or ask for --json\n",
        ),
        (
            ("show", "case.yaml", "--out", "a.json"),
            '  - out: "a.json" promises JSON, and this writes text\n'
            "    fix: end the name in .txt, or ask for --json\n",
        ),
        (
            ("brief", "case.yaml", "--out", "a.pdf"),
            '  - out: "a.pdf" promises PDF, and this writes HTML\n'
            "    fix: end the name in .html; a browser prints the page to PDF\n",
        ),
        (
            ("brief", "case.yaml", "--out", "a.png"),
            '  - out: "a.png" promises a picture, and this writes HTML\n'
            "    fix: end the name in .html; a browser prints the page to PDF\n",
        ),
        (
            ("schema", "case.yaml", "--out", "a.docx"),
            '  - out: "a.docx" promises Word, and this writes JSON\n'
            "    fix: end the name in .json\n",
        ),
        (
            ("stress", "case.yaml", "--store", "a.csv"),
            '  - store: "a.csv" promises CSV, and this writes Parquet\n'
            "    fix: end the name in .parquet\n",
        ),
        (
            ("statements", "case.yaml", "--export", "claimreview", "--out", "a.csv"),
            '  - out: "a.csv" promises CSV, and this writes JSON\n    fix: end the name in .json\n',
        ),
        (
            ("statements", "case.yaml", "--record", "a", "--out", "a"),
            '  - out: "a" is written by --record already\n    fix: name two files\n',
        ),
    ],
)
def test_a_name_says_what_is_written(run, folder, words, message):
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"case.yaml: 1 problem\n{message}"


def test_a_name_that_promises_nothing_is_free(run, folder):
    assert run("show", "case.yaml", "--out", "seen").code == 0
    assert run("show", "case.yaml", "--out", "seen.log").code == 0
    assert run("show", "case.yaml", "--json", "--out", "seen.json").code == 0
    assert run("show", "case.yaml", "--out", "/dev/null").code == 0
