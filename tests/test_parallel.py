"""Workers: they end with their parent, their pool is closed at once, signals are inherited."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from derbes import parallel
from derbes.errors import (
    CaseError,
    DataError,
    DerbesError,
    MissingExtraError,
    OutputError,
    Problem,
    RequestError,
    SolveError,
    TableError,
)
from derbes.grammar import ExpressionError
from derbes.parallel import Crew, Workers, WorkersLostError, opened_executor, run_tasks

ROOT = Path(__file__).parents[1]
SOON = 2.0
"""How long a worker may live after its parent. [s]"""
PARENT = """
import ctypes, os, sys, time
from derbes import parallel

def write(place):
    with open(place, "a") as file:
        file.write(f"{os.getpid()}\\n")

def sleeping(place):
    write(place)
    time.sleep(60)

def in_a_long_call(place):
    write(place)
    ctypes.PyDLL(None).sleep(60)  # lets no other thread run

class Refused:
    def __init__(self, name):
        raise OSError("no such library")

if __name__ == "__main__":
    place, task, way = sys.argv[1:]
    if way == "without the kernel":
        ctypes.CDLL = Refused
    if way == "by number":
        with parallel.opened_executor("2", source="x") as executor:
            parallel.run_tasks(globals()[task], [place] * 2, executor=executor)
    else:
        parallel.run_tasks(globals()[task], [place] * 2, n_workers=2)
"""


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait_for(condition, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the kernel of Linux")
@pytest.mark.parametrize(
    ("task", "way"),
    [
        ("sleeping", "as usual"),
        ("in_a_long_call", "as usual"),
        ("sleeping", "by number"),
        ("sleeping", "without the kernel"),
    ],
)
def test_workers_end_with_a_parent_that_is_killed(tmp_path, task, way):
    place, script = tmp_path / "pids", tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script), str(place), task, way],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )

    def pids() -> list[int]:
        return [int(line) for line in place.read_text().split()] if place.exists() else []

    try:
        assert _wait_for(lambda: len(pids()) == 2, 20)
        assert all(_is_alive(pid) for pid in pids())
    finally:
        parent.kill()
        parent.wait()
    assert _wait_for(lambda: not any(_is_alive(pid) for pid in pids()), SOON)


def _handler(_task: object) -> dict[str, str]:
    return {one.name: str(signal.getsignal(one)) for one in parallel.STOPS}


def test_signals_that_the_program_ignores_are_ignored_by_its_workers():
    usual = _handler(None)
    before = {one: signal.signal(one, signal.SIG_IGN) for one in parallel.STOPS}
    try:
        ignored = run_tasks(_handler, [1, 2], n_workers=2)
    finally:
        for one, old in before.items():
            signal.signal(one, old)
    assert ignored == [dict.fromkeys(usual, str(signal.SIG_IGN))] * 2
    signal.signal(signal.SIGTERM, lambda *_of_no_concern: None)
    try:
        heard = run_tasks(_handler, [1, 2], n_workers=2)
    finally:
        signal.signal(signal.SIGTERM, before[signal.SIGTERM])
    assert heard == [dict.fromkeys(usual, str(signal.SIG_DFL))] * 2


def _double(task: int) -> int:
    return 2 * task


def _fails_or_sleeps(task: int) -> int:
    if task == 0:
        raise ValueError("no zero")
    time.sleep(60)
    return task


def test_nothing_attends_to_a_pool_and_nothing_is_left_of_it():
    threads = threading.active_count()
    with opened_executor("2", source="x") as executor:
        assert run_tasks(_double, [1, 2, 3], executor=executor) == [2, 4, 6]
        assert list(executor.map(_double, range(5))) == [0, 2, 4, 6, 8]
        assert threading.active_count() == threads
        assert len(multiprocessing.active_children()) == 2
    assert multiprocessing.active_children() == []


def test_an_error_ends_workers_that_have_more_to_do():
    begun = time.monotonic()
    with pytest.raises(ValueError, match="no zero") as failed:
        run_tasks(_fails_or_sleeps, [0, 1, 2, 3], n_workers=2)
    assert multiprocessing.active_children() == []
    assert time.monotonic() - begun < 10
    assert "_fails_or_sleeps" in failed.value.__notes__[0]


def test_a_stop_by_the_user_ends_workers_that_have_more_to_do():
    def stop(_done, _total, _what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Workers(2) as pool:
        run_tasks(_stays_at_two, [1, 2], executor=pool, progress=stop)
    assert multiprocessing.active_children() == []


def _stays_at_two(task: int) -> int:
    if task == 2:
        time.sleep(60)
    return task


def _dies(_task: int) -> None:
    os._exit(1)


def test_workers_that_keep_dying_are_no_accident():
    with pytest.raises(WorkersLostError) as lost:
        run_tasks(_dies, [1, 2], n_workers=2)
    assert str(lost.value) == (
        "6 processes of this run were ended from outside, as for want of memory. "
        "Fix: share the work among fewer with --workers, or ask for less."
    )


def _warns(task: int) -> int:
    warnings.warn("old", stacklevel=1)
    return task


def test_what_each_worker_warns_of_is_told_once():
    parallel._WARNED.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        assert run_tasks(_warns, list(range(6)), n_workers=2) == list(range(6))
    assert [str(one.message) for one in caught] == ["old"]


PROBLEMS = [Problem("uses.water", "no unit", line=3, fix="write one"), Problem("goods", "none")]
ERRORS: list[DerbesError] = [
    *(kind("case.yaml", PROBLEMS) for kind in (CaseError, RequestError, TableError)),
    *(kind("what and fix") for kind in (DataError, OutputError, SolveError, MissingExtraError)),
    ExpressionError(*PROBLEMS),
    WorkersLostError("they keep dying"),
]
"""One of each kind that a user can cause."""


def _raises(n: int) -> None:
    raise ERRORS[n]


@pytest.mark.parametrize("n", range(len(ERRORS)), ids=[type(one).__name__ for one in ERRORS])
def test_an_error_of_a_worker_is_the_same_here(n):
    def kinds(base: type) -> set[type]:
        return {base}.union(*(kinds(one) for one in base.__subclasses__()))

    mine = {one for one in kinds(DerbesError) if one.__module__.startswith("derbes.")}
    base = {DerbesError, *(one for one in mine if one.__name__.startswith("_"))}
    assert mine - base == {type(one) for one in ERRORS}
    with pytest.raises(DerbesError) as found:
        run_tasks(_raises, [n, n], n_workers=2)
    error, sent = found.value, ERRORS[n]
    assert (type(error), str(error)) == (type(sent), str(sent))
    for name, what in vars(sent).items():
        assert getattr(error, name) == what
    assert "In a process of this run" in error.__notes__[0]


def _unsendable(_task: int) -> object:
    return lambda: None


def test_what_cannot_be_sent_is_an_error_of_its_task():
    with Crew(2) as crew:
        with pytest.raises(TypeError, match="a result cannot be sent"):
            crew.do(_unsendable, [1, 2])
        with pytest.raises(Exception, match="pickle"):
            crew.do(_double, [1, lambda: None])
        with pytest.raises(Exception, match="pickle"):  # and nobody waits for what nobody does
            crew.do(_double, [lambda: None] * 4)
        assert crew.do(_double, [1, 2, 3]) == [2, 4, 6]


KEPT: set[str] = set()


def _keeps(name: str) -> tuple[int, list[str]]:
    KEPT.add(name)
    return os.getpid(), sorted(KEPT)


def test_a_task_goes_to_the_worker_that_keeps_what_it_needs():
    names = [f"part {number}" for number in range(5)]
    with Crew(2) as crew:
        rounds = [crew.do(_keeps, names, needs=names) for _round in range(6)]
    assert len({tuple(worker for worker, _kept in done) for done in rounds}) == 1
    kept = dict(kept for done in rounds for kept in done)
    assert len(kept) == 2
    assert sorted(name for held in kept.values() for name in held) == names


def _keeps_or_dies(task: tuple[str, Path]) -> int:
    name, place = task
    if name == "part 1" and place.exists():
        place.unlink()
        os._exit(1)
    return os.getpid()


def test_what_a_worker_kept_that_died_goes_to_another(tmp_path):
    names = [f"part {number}" for number in range(4)]
    tasks = [(name, tmp_path / "not_yet") for name in names]
    with Crew(2) as crew:
        before = crew.do(_keeps_or_dies, tasks, needs=names)
        (tmp_path / "not_yet").touch()
        after = crew.do(_keeps_or_dies, tasks, needs=names)
    assert before[1] not in after


def _threads(_task: object) -> int:
    return max(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")


def test_algebra_keeps_to_one_thread_while_something_is_computed_and_not_after():
    with threadpool_limits(4, user_api="blas"), ThreadPoolExecutor(1) as theirs:
        before = _threads(None)
        for n_workers, executor in ((1, None), (2, None), (1, theirs)):
            with Crew(n_workers, executor) as crew:
                assert [_threads(None), *crew.do(_threads, range(3))] == [1, 1, 1, 1]
            assert _threads(None) == before
    assert before > 1


def test_algebra_of_a_worker_of_somebody_else_keeps_to_one_thread():
    code = """
import numpy
from concurrent.futures import ProcessPoolExecutor
from derbes.parallel import run_tasks
from tests.test_parallel import _threads

if __name__ == "__main__":
    with ProcessPoolExecutor(1) as theirs:
        print(theirs.submit(_threads, 0).result() > 1, run_tasks(_threads, [0], executor=theirs))
"""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "4", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "True [1]\n"


class Unsent:
    """A task that cannot be written for another process."""

    number = 7

    def __reduce__(self) -> Any:
        raise AssertionError("a forked worker has its tasks from the start")


def number_of(task: Unsent) -> int:
    return task.number


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="tasks are sent")
def test_forked_workers_are_sent_no_task() -> None:
    assert run_tasks(number_of, [Unsent() for _ in range(3)], n_workers=2) == [7, 7, 7]
