"""How a run ends that is stopped from outside, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "waterworks.yaml"
PROGRAM = """
import hashlib, multiprocessing, sys, time
from derbes import api, parallel, scratch
from derbes.cli import main
from derbes.cli.commands import derbes

def begun():
    open("../begun", "a").close()

def long_task(task):
    begun()
    time.sleep(60)

def fake(case, progress=None, **words):
    if progress:
        progress(1, 4, "surface")
    way = sys.argv[1]
    if way == "deaf":
        scratch.new_part(scratch.Path("out.html"), scratch.Path.cwd())
        begun()
        hashlib.pbkdf2_hmac("sha256", b"a", b"b", 100_000_000)
    if way == "swallowed":
        begun()
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(60)
    if way == "shared":
        with scratch.new_folder() as folder:
            parallel.run_tasks(long_task, [1, 2], n_workers=2)
    if way == "short":
        begun()
        time.sleep(1.5)
    return api.__dict__["problems"](case)

api.cover = api.brief = api.stress = api.statements = fake
if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def start(tmp_path):
    """Start a run and wait until it is at work; it ends with the test at the latest."""
    started = []

    def run(way: str, *words: str, ignored: tuple[int, ...] = ()) -> subprocess.Popen:
        def begin() -> None:
            for one in ignored:
                signal.signal(one, signal.SIG_IGN)

        (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
        (tmp_path / "work").mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "program.py"), way, *words],
            cwd=tmp_path / "work",
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "src"),
                "TMPDIR": str(tmp_path / "work"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=begin,  # noqa: PLW1509 - what the caller ignores is inherited
            start_new_session=True,
        )
        started.append(process)
        until = time.monotonic() + 60
        while not (tmp_path / "begun").exists() and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.02)
        assert (tmp_path / "begun").exists()
        return process

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()


NOTHING_KEPT = "Stopped at surface.\nNothing of it is kept: the same command begins anew.\n"


@pytest.mark.parametrize(
    ("way", "number", "code"),
    [
        ("shared", 15, 143),
        ("shared", 2, 130),
        ("shared", 1, 129),
        ("deaf", 15, 143),
        ("swallowed", 2, 130),
    ],
)
def test_a_stop_says_what_is_kept_and_leaves_nothing(start, tmp_path, way, number, code):
    run = start(way, "cover", str(CASE))
    begun = time.monotonic()
    run.send_signal(number)
    _out, err = run.communicate(timeout=30)
    assert (run.returncode, err.strip("\n") + "\n") == (code, NOTHING_KEPT)
    assert time.monotonic() - begun < 10
    assert list((tmp_path / "work").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_a_stop_of_the_whole_group_is_said_once(start):
    run = start("shared", "cover", str(CASE))
    os.killpg(run.pid, signal.SIGINT)
    os.killpg(run.pid, signal.SIGINT)
    _out, err = run.communicate(timeout=30)
    assert (run.returncode, err.strip("\n") + "\n") == (130, NOTHING_KEPT)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("brief",), "Nothing of it is kept: the same command begins anew.\n"),
        (("statements",), "Nothing of it is kept: the same command begins anew.\n"),
        (
            ("stress",),
            "Nothing of it is kept: the same command begins anew.\n"
            "With --store FILE the work is kept as it goes on.\n",
        ),
        (
            ("stress", "--store", "draws.parquet"),
            "Nothing was kept in draws.parquet yet: the same command begins anew.\n",
        ),
    ],
)
def test_long_verbs_say_what_is_not_kept(start, words, said):
    run = start("shared", words[0], str(CASE), *words[1:])
    run.send_signal(signal.SIGTERM)
    _out, err = run.communicate(timeout=30)
    assert (run.returncode, err.strip("\n") + "\n") == (143, f"Stopped at surface.\n{said}")


def test_what_was_kept_before_is_not_said_to_be_of_this_run(start, tmp_path):
    kept = tmp_path / "draws.parquet"
    kept.write_text("earlier", encoding="utf-8")
    run = start("shared", "stress", str(CASE), "--store", str(kept))
    run.send_signal(signal.SIGTERM)
    _out, err = run.communicate(timeout=30)
    assert err.strip("\n") + "\n" == (
        f"Stopped at surface.\n{kept} is as it was before; to go on from it, add --resume.\n"
    )


@pytest.mark.parametrize("number", [1, 2, 15])
def test_what_the_caller_ignores_is_ignored(start, number):
    run = start("short", "cover", str(CASE), ignored=(number,))
    run.send_signal(number)
    _out, err = run.communicate(timeout=20)
    assert "Stopped" not in err
    assert run.returncode not in (129, 130, 143)  # the fake answer is none: it fails on that


def test_a_terminal_that_is_gone_is_no_error(start):
    run = start("shared", "cover", str(CASE))
    run.stderr.close()
    run.send_signal(signal.SIGHUP)
    assert run.wait(timeout=30) == 129


ENDING = """
import atexit, sys, time
from derbes import scratch
from derbes.cli import main

def end():
    open("ending", "a").close()
    time.sleep(1)

atexit.register(end)
sys.argv[1:] = ["--version"]
folder = scratch.new_folder()
folder.__enter__()
sys.exit(main())
"""


def test_ctrl_c_after_the_answer_changes_nothing(tmp_path):
    """While Python ends: all is said, the code is that of the answer, and nothing is left."""
    (tmp_path / "work").mkdir()
    run = subprocess.Popen(
        [sys.executable, "-c", ENDING],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(tmp_path / "work")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "ending").exists():
        assert run.poll() is None
        time.sleep(0.01)
    assert len(list((tmp_path / "work").iterdir())) == 1
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)
    assert (run.returncode, out.split()[0], err) == (0, "derbes", "")
    assert list((tmp_path / "work").iterdir()) == []
