"""An error that nobody foresaw ends in one message, and in a report without the case."""

import json
import re
from concurrent.futures.process import BrokenProcessPool

import pytest

import derbes.cli.commands  # noqa: F401 - it looks at the verbs before they are planted
from derbes import api, cli
from derbes.errors import DerbesError, at_work, work_of
from tests.casefile.writing import SMALL

SECRET = "secret_words"
AGAIN = (
    "Fix: give the same command with --report FILE, which writes what is needed to mend it and "
    "nothing of the case.\n"
)


@pytest.fixture
def case(tmp_path, monkeypatch):
    """A case whose names are secret, and the net spread."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cli.NET, "")
    text = SMALL.replace("alum", SECRET)
    (tmp_path / f"{SECRET}.yaml").write_text(text, encoding="utf-8")
    return f"{SECRET}.yaml"


def _broken(error: BaseException, *work: str):
    def verb(*_arguments: object, **_options: object) -> None:
        with at_work(*work):
            raise error

    return verb


def test_it_is_told_in_one_message_with_what_was_at_work(run, case, monkeypatch):
    monkeypatch.setattr(api, "cover", _broken(KeyError(SECRET), "variant base", "start 2026-01"))
    answer = run("cover", case)
    assert (answer.code, answer.out) == (70, "")
    assert re.fullmatch(
        r"derbes cover: KeyError, at variant base, at start 2026-01 \(derbes/cli/commands.py, "
        r"line \d+\): an error of derbes that nobody foresaw\. " + re.escape(AGAIN),
        answer.err,
    )
    answer = run("cover", case, "--json")
    assert answer.code == 70
    assert json.loads(answer.out) == {"error": answer.err.rstrip("\n")}


@pytest.mark.parametrize(
    "error", [MemoryError(SECRET), BrokenProcessPool(SECRET)], ids=["memory", "workers"]
)
def test_too_little_memory_says_what_needs_less(run, case, monkeypatch, error):
    monkeypatch.setattr(api, "stress", _broken(error))
    answer = run("stress", case)
    assert (answer.code, answer.out) == (70, "")
    assert re.fullmatch(
        rf"derbes stress: {type(error).__name__} \(derbes/cli/commands.py, line \d+\): the memory "
        r"does not suffice\. Less is needed with fewer --draws, --solved, --start, --measure or "
        r"--variant, a shorter --length, or --workers 1\. " + re.escape(AGAIN),
        answer.err,
    )


def test_endless_depth_is_told_in_short(run, case, monkeypatch, tmp_path):
    def deep(case: object, where: str) -> str:
        return deep(case, where)

    monkeypatch.setattr(api, "show", deep)
    answer = run("show", case, "--report", "report.txt")
    assert (answer.code, answer.out) == (70, "")
    assert answer.err.startswith("derbes show: RecursionError")
    assert answer.err.count("\n") == 1
    lines = (tmp_path / "report.txt").read_text().splitlines()
    assert len(lines) < 100
    assert any(re.fullmatch(r"  \(\d+ more\)", line) for line in lines)


def test_an_error_of_the_system_says_why(run, case, monkeypatch):
    monkeypatch.setattr(api, "cover", _broken(OSError(24, SECRET, SECRET)))
    assert run("cover", case).err.startswith("derbes cover: OSError, Too many open files (")


def test_a_report_says_where_and_nothing_of_the_case(run, case, monkeypatch, tmp_path):
    def broken(*_arguments: object, **_options: object) -> None:
        try:
            {}[SECRET]
        except KeyError as error:
            raise ValueError(SECRET) from error

    monkeypatch.setattr(api, "plan", broken)
    words = ["--standard", SECRET, "--budget", f"5 {SECRET}", "--draws", "8", "--no-more"]
    words += ["--length", "6", "--length", "12", "--out", f"{SECRET}.txt", "--report", "report"]
    answer = run("plan", case, *words)
    assert (answer.code, answer.out) == (70, "")
    assert answer.err.endswith(
        " A report without anything of the case stands in report; send it to the makers.\n"
    )
    report = (tmp_path / "report").read_text()
    assert SECRET not in report
    assert str(tmp_path) not in report
    assert report.startswith(
        "derbes report\n\n"
        "command: derbes plan CASE --standard NAME --budget AMOUNT --draws 8 --length 6 "
        "--length 12 --no-more --out FILE --report FILE\n"
        "error: ValueError\n"
        "version: "
    )
    assert re.search(r"^python: 3\.\d+", report, flags=re.MULTILINE)
    assert re.search(r"^platform: \w+", report, flags=re.MULTILINE)
    assert re.search(r"^  numpy: \d+\.\d+", report, flags=re.MULTILINE)
    first, second = report.split("\ntraceback of ")[1:]
    assert first.startswith("KeyError, innermost last:\n  (elsewhere):")
    assert second.startswith("ValueError, innermost last:\n  derbes/cli/__init__.py:")
    assert re.search(r"^  derbes/cli/commands\.py:\d+ in plan$", second, flags=re.MULTILINE)
    assert run("plan", case, *words).code == 70  # a later report replaces an earlier one


def test_a_worker_tells_where_it_happened(run, case, monkeypatch, tmp_path):
    def broken(*_arguments: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("derbes.analysis.cover.StartCover.__init__", broken)
    answer = run("cover", case, "--workers", "2", "--report", "report")
    assert answer.code == 70
    assert re.match(
        r"derbes cover: KeyError, at start 20\d\d-\d\d \(derbes/analysis/cover\.py, line ",
        answer.err,
    )
    report = (tmp_path / "report").read_text()
    assert "in cover_chunk\n" in report
    assert SECRET not in report


def test_an_element_of_the_case_is_named(run, case, monkeypatch):
    def broken(filled: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("derbes.casefile.draft.make_element", broken)
    answer = run("check", case)
    assert answer.code == 70
    assert re.match(r"derbes check: KeyError, at \w+\.\w+ \(derbes/casefile/draft\.py", answer.err)


def test_a_report_that_cannot_be_written_is_said(run, case, monkeypatch, tmp_path):
    def broken(*_arguments: object, **_options: object) -> None:
        (tmp_path / "report").mkdir()
        raise KeyError(SECRET)

    monkeypatch.setattr(api, "cover", broken)
    answer = run("cover", case, "--report", "report")
    assert answer.code == 70
    assert "report: cannot be written: Is a directory." in answer.err


def test_when_even_the_report_fails_there_is_a_message(run, case, monkeypatch):
    monkeypatch.setattr(api, "cover", _broken(KeyError(SECRET)))
    monkeypatch.setattr("derbes.cli.unforeseen.unforeseen", _broken(MemoryError()))
    answer = run("cover", case)
    assert (answer.code, answer.out) == (70, "")
    assert answer.err == "derbes: KeyError: an error of derbes that nobody foresaw.\n"


def test_what_was_at_work_stands_on_the_error_the_widest_first():
    def work(error: Exception) -> tuple[str, ...]:
        with pytest.raises(type(error)) as caught, at_work("variant base"):  # noqa: SIM117
            with at_work("start 2026-01", "measure embargo"):
                raise error
        return work_of(caught.value)

    assert work(KeyError()) == ("variant base", "start 2026-01", "measure embargo")
    assert work(DerbesError()) == ()
