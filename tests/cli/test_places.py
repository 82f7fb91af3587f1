"""What is read is never written over, and no file is named as what it is not."""

import os
from pathlib import Path

import click
import pytest

from derbes import api
from derbes.cli.commands import derbes
from derbes.cli.places import Place
from derbes.errors import RequestError
from tests.api.examples import cover_result
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
            ("cover", "case.yaml", "--out", "a.xls"),
            '  - out: "a.xls" promises an old workbook, and this writes text\n'
            "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n",
        ),
        (
            ("leverage", "case.yaml", "--out", "a.ODS"),
            '  - out: "a.ODS" promises OpenDocument, and this writes text\n'
            "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n",
        ),
        (
            ("cover", "case.yaml", "--out", "a.tabel"),
            '  - out: "a.tabel" ends in ".tabel", which says of no file what it is\n'
            "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n",
        ),
        (
            ("leverage", "case.yaml", "--sheet", "ends", "--out", "a.txt"),
            "  - sheet: a table is picked for a file of tables, and this writes text\n"
            "    fix: end the name of --out in .csv, .parquet or .xlsx\n",
        ),
        (
            ("show", "case.yaml", "--out", "a.json"),
            '  - out: "a.json" promises JSON, and this writes text\n'
            "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n",
        ),
        (
            ("cover", "case.yaml", "--out", "a.pdf"),
            '  - out: "a.pdf" promises PDF, and this writes text\n'
            "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n",
        ),
        (
            ("brief", "case.yaml", "--out", "a.png"),
            '  - out: "a.png" promises PNG, and this writes HTML\n'
            "    fix: end the name in .html; a brief may also end in .pdf\n",
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
    assert run("schema", "--out", "any.schema").code == 0


WITHOUT_CASE = {
    "demo": ("--case", "waterworks"),
    "import": ("table.csv",),
    "screen": ("--importer", "KAZ"),
    "draft": ("--importer", "KAZ", "--product", "271121", "--out", "new.yaml"),
    "upstream": ("--importer", "KAZ", "--sender", "RUS"),
    "completion": ("bash",),
    "explain": (),
    "new": ("new.yaml",),
    "import-excel": ("book.xlsx", "--case", "case.yaml"),
}
"""Verbs that read no case → what they are asked."""
PLACES = [
    (name, option)
    for name, command in derbes.commands.items()
    for option in command.params
    if isinstance(option.type, Place) and isinstance(option, click.Option)
]
WITHOUT_OUT = {"new"}
"""`check` says what is wrong, and `new` is told its file without an option (test_new.py)."""


def test_whatever_is_written_to_is_a_place():
    for name, command in derbes.commands.items():
        named = {one.name for one in command.params if one.metavar in ("FILE", "FOLDER")}
        assert named == {one.name for verb, one in PLACES if verb == name}, name
        assert "report" in named
        assert ("out" in named) is (name not in WITHOUT_OUT)


@pytest.mark.parametrize(
    "place", ["case.yaml", "acts.yaml", "soft.yaml", "hard.yaml", "./x/../case.yaml"]
)
@pytest.mark.parametrize(
    ("verb", "option"), PLACES, ids=[f"{verb}-{one.name}" for verb, one in PLACES]
)
def test_no_option_of_any_command_writes_over_what_is_read(run, folder, verb, option, place):
    (folder / "x").mkdir()
    before = _bytes(folder)
    if option.type.is_folder:
        written = "waterworks.yaml" if verb == "demo" else "cover.csv"
        (folder / "x" / written).symlink_to(folder / place)
        place = "x"
    answer = run(verb, *WITHOUT_CASE.get(verb, ("case.yaml",)), option.opts[0], place)
    assert (answer.code, answer.out) == (2, "")
    assert f"  - {'checkpoint' if option.name == 'resume' else option.name}: " in answer.err
    assert _bytes(folder) == before


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.mark.parametrize("name", ["other", "other.json", "other.txt"])
def test_another_case_is_not_written_over_either(run, folder, name):
    (folder / name).write_text(f"# of last year\n{SMALL}", encoding="utf-8")
    answer = run("schema", "--out", name)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f'derbes: 1 problem\n  - out: "{name}" is a case, and would be written over\n'
        "    fix: name another file with --out\n"
    )
    assert "derbes: 1" in (folder / name).read_text(encoding="utf-8")


def test_a_new_file_is_not_named_as_a_case(run, folder):
    answer = run("schema", "--out", "new.yml")
    assert answer.err == (
        'derbes: 1 problem\n  - out: "new.yml" promises a case, and this writes JSON\n'
        "    fix: end the name in .json\n"
    )


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("x", "Is a directory"),
        ("case.yaml/seen", "Not a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("loop/seen", "Too many levels of symbolic links"),
        ("n" * 300, "File name too long"),
        ("n" * 250, "File name too long"),
    ],
)
@pytest.mark.parametrize(
    ("verb", "option"),
    [("cover", "out"), ("plan", "checkpoint"), ("stress", "store"), ("statements", "record")],
)
def test_a_place_is_tried_before_the_work(run, folder, monkeypatch, verb, option, place, reason):
    (folder / "x").mkdir()
    (folder / "loop").symlink_to("loop")
    monkeypatch.setattr(api, verb, _never)
    before = sorted(folder.iterdir())
    answer = run(verb, "case.yaml", f"--{option}", place)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f'case.yaml: 1 problem\n  - {option}: "{place}" cannot be written: {reason}\n'
        f"    fix: choose another place with --{option}, or free space and check permissions\n"
    )
    assert sorted(folder.iterdir()) == before


def _never(*_case: object, **_options: object) -> None:
    raise AssertionError("the work has begun")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_what_is_read_again_is_a_file(run, folder, monkeypatch):
    monkeypatch.setattr(api, "statements", _never)
    os.mkfifo(folder / "pipe")
    for place in ("/dev/full", "/dev/null", "pipe"):
        answer = run("statements", "case.yaml", "--record", place)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err == (
            f'case.yaml: 1 problem\n  - record: "{place}" cannot be written: '
            "it is no file but a pipe, a terminal or a device\n"
            "    fix: choose another place with --record, or free space and check permissions\n"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_found_before_the_work(run, folder, monkeypatch):
    monkeypatch.setattr(api, "cover", _never)
    (folder / "locked").mkdir(mode=0o500)
    answer = run("cover", "case.yaml", "--out", "locked/new/seen")
    assert "cannot be written: Permission denied" in answer.err


def test_a_history_is_read_before_the_work(run, folder, monkeypatch):
    monkeypatch.setattr(api, "statements", _never)
    (folder / "old").write_text("no verdict\n")
    answer = run("statements", "case.yaml", "--record", "old")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "old: line 1 is no verdict of a history. "
        "Fix: name another file with --record, or take the line out.\n"
    )


@pytest.mark.parametrize("verb", ["cover", "leverage", "brief", "plan", "stress", "statements"])
def test_a_place_has_a_name(run, folder, monkeypatch, verb):
    answer = run(verb, "case.yaml", "--out", "")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith(
        "Error: Invalid value for '--out': a place has a name, and this is empty\n"
    )


def test_all_that_is_wrong_with_places_is_told_at_once(run, folder):
    answer = run("stress", "case.yaml", "--store", "acts.yaml", "--out", "a.xlsx", "--report", ".")
    assert answer.err == (
        "derbes: 1 problem\n"
        '  - report: "." cannot be written: Is a directory\n'
        "    fix: choose another place with --report, or free space and check permissions\n"
    )
    answer = run("stress", "case.yaml", "--store", "acts.yaml", "--out", "a.xls")
    assert answer.err == (
        "case.yaml: 2 problems\n"
        f'  - store: "acts.yaml" {OVER}\n'
        "    fix: name another file with --store\n"
        '  - out: "a.xls" promises an old workbook, and this writes text\n'
        "    fix: end the name in .txt, .xlsx, .csv or .parquet, or in .json with --json\n"
    )


@pytest.mark.parametrize("name", ["new", "soft-new"])
def test_two_options_do_not_name_one_file(run, folder, name):
    (folder / "soft-new").symlink_to("new")
    for options in (("--out", "--report"), ("--record", "--out"), ("--record", "--report")):
        answer = run("statements", "case.yaml", options[0], "new", options[1], name)
        assert (answer.code, answer.out) == (2, "")
        assert "already\n    fix: name two files\n" in answer.err
        assert not (folder / "new").exists()


def test_a_report_replaces_nothing_but_a_report(run, folder):
    (folder / "kept").write_text("mine")
    answer = run("check", "case.yaml", "--report", "kept")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        'derbes: 1 problem\n  - report: "kept" is there already, and is no report\n'
        "    fix: name another file with --report\n"
    )
    (folder / "kept").write_text("derbes report\n\nof last time")
    assert run("check", "case.yaml", "--report", "kept").code == 0
    assert (folder / "kept").read_text() == "derbes report\n\nof last time"


def test_functions_refuse_to_write_over_the_case_too(folder):
    case = api.read_case("case.yaml")
    (folder / "cover.csv").symlink_to("case.yaml")
    before = _bytes(folder)
    for verb, words in (
        (api.plan, {"checkpoint": Path("soft.yaml")}),
        (api.stress, {"store": "hard.yaml", "resume": True}),
        (api.brief, {"tables": "."}),
    ):
        with pytest.raises(RequestError, match="is a file of the case, and would be written over"):
            verb(case, **words)
    assert _bytes(folder) == before


def test_a_pipe_may_take_the_answer(run, folder, computed, monkeypatch):
    monkeypatch.setattr(api, "cover", lambda case, **options: cover_result())
    reading, writing = os.pipe()
    try:
        assert run("cover", "case.yaml", "--out", f"/dev/fd/{writing}").code == 0
        assert os.read(reading, 100_000).startswith(b"as planned, embargo\n")
    finally:
        os.close(reading)
        os.close(writing)


def test_the_output_by_its_name_as_a_file_is_the_output(run, folder):
    plain = run("show", "case.yaml")
    assert run("show", "case.yaml", "--out", "/dev/stdout") == plain
