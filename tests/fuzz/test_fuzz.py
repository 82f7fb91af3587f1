"""A sample of what `make fuzz` tries, what broke once, and holes that the judge must see."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derbes.casefile import read_case
from derbes.errors import CaseError
from tests.casefile.writing import check_case
from tests.fuzz import performing
from tests.fuzz.__main__ import CORPUS
from tests.fuzz.performing import lay_out
from tests.fuzz.running import Child, trial_of
from tests.fuzz.shrinking import shrunk
from tests.fuzz.trials import CASE, Trial, bytes_of, read, text_of, written
from tests.fuzz.writing import ROOT, TEXTS, dumped, loaded

SEED = 14
LEVELS = ("tree", "text", "expressions", "formulas", "commands")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture
def child(folder):
    one = Child(folder / "child")
    yield one
    one.stop()


def test_a_sample_and_all_that_broke_once():
    # A program of its own: what has drawn a chart cannot be forked.
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--sample"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith(" trials, 0 faults\n")


def test_what_is_kept_says_what_it_showed():
    assert all(read(path)[1] for path in CORPUS.glob("*.json"))


@pytest.mark.parametrize("level", ["tree", "text"])
def test_the_reader_gives_a_case_or_the_problems(folder, level):
    for number in range(1000, 1050):
        trial = trial_of(SEED, level, number, folder)
        lay_out(trial, folder / "read")
        path = folder / "read" / CASE
        problems = check_case(path)
        if not problems:
            assert read_case(path).files
            continue
        with pytest.raises(CaseError) as error:
            read_case(path)
        assert error.value.problems == problems
        for problem in problems:
            assert problem.what
            content = bytes_of(trial.files[problem.file or CASE])
            n_lines = len(re.split(b"\n|\r|\xc2\x85|\xe2\x80[\xa8\xa9]", content))
            assert 0 <= problem.line <= n_lines + 1


def _raise(_words):
    return {}["nobody foresaw this"]


def _print_raw(_words):
    sys.stdout.write("\x1b[31mred")
    return 0


def _print_half(_words):
    sys.stdout.write('{"a": NaN}')
    return 0


def _say_nothing(_words):
    return 2


def _say_no_place(_words):
    os.write(2, b"something is wrong")
    return 2


def _leave(_words):
    Path("x.part").write_text("x")
    return 0


def _write_half(_words):
    Path("x.json").write_text('{"a": ')
    return 0


def _write_over(_words):
    Path(CASE).write_text("gone")
    return 0


def _eat(_words):
    return len(bytearray(1_500_000_000)) and 0


HOLES = {
    "exception KeyError": _raise,
    "raw control sign in stdout": _print_raw,
    "JSON that is none": _print_half,
    "no message": _say_nothing,
    "a message without place or fix": _say_no_place,
    "left behind": _leave,
    "half a file": _write_half,
    "written over": _write_over,
    "exit code 70": lambda _words: 70,
    "a crash (7)": lambda _words: os._exit(7),
    "a hang": lambda _words: time.sleep(60),
    "exception MemoryError": _eat,
}


@pytest.mark.parametrize("kind", HOLES)
def test_the_judge_sees_a_planted_hole(child, monkeypatch, kind):
    monkeypatch.setattr(performing, "main", HOLES[kind])
    words = ("check", CASE, "--json") if "JSON" in kind else ("check", CASE)
    faults = child.faults_of(Trial("tree", (words,), {CASE: "x"}, longest=0.5))
    assert [fault.kind for fault in faults] == [kind]


def test_a_fault_is_shrunk_to_what_shows_it():
    trial = Trial("tree", (("check", CASE, "--json"), ("show", CASE)), {CASE: TEXTS["small"]})

    def shows(one):
        return "half_life" in one.files.get(CASE, "") and one.steps[-1][0] == "show"

    least = shrunk(trial, shows)
    assert least.steps == (("show",),)
    assert dict(least.files) == {CASE: "stockpiles:\n  store:\n    half_life: r\n"}


def test_trials_are_the_same_at_every_run(folder):
    for level in LEVELS:
        assert trial_of(5, level, 3, folder) == trial_of(5, level, 3, folder)
    assert trial_of(5, "tree", 3, folder) != trial_of(6, "tree", 3, folder)


def test_a_trial_is_kept_with_every_byte(tmp_path):
    trial = Trial("text", (("check", CASE),), {CASE: text_of(b"\xff\x00a\xd1")}, {"a": "fifo"})
    path = tmp_path / "one.json"
    path.write_text(written(trial, "a fault"), encoding="utf-8")
    assert read(path) == (trial, "a fault")


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_written_again_is_the_same_tree(name):
    tree = loaded(TEXTS[name])
    assert loaded(dumped(tree)) == tree
