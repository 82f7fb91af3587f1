"""Tasks on one process, on several, and on an executor of one's own."""

import math
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future

import pytest

from derbes.parallel import run_tasks

TASKS = [81.0, 16.0, 4.0, 1.0]
ROOTS = [9.0, 4.0, 2.0, 1.0]


class LastFirst(Executor):
    """Finishes what was handed in last before what was handed in first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[float], Callable[[], float]]] = []
        self.finished: list[float] = []

    def submit(self, fn, /, *args, **kwargs):
        future: Future[float] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        if len(self.waiting) == len(TASKS):
            for one, call in reversed(self.waiting):
                answer = call()
                self.finished.append(answer)
                one.set_result(answer)
        return future


@pytest.mark.parametrize("n_workers", [1, 2])
def test_results_are_in_the_order_of_the_tasks(n_workers):
    assert run_tasks(math.sqrt, TASKS, n_workers=n_workers) == ROOTS


def test_results_of_an_executor_are_in_the_order_of_the_tasks():
    executor = LastFirst()
    assert run_tasks(math.sqrt, TASKS, executor=executor) == ROOTS
    assert executor.finished == ROOTS[::-1]


def _process(_task: int) -> int:
    return os.getpid()


@pytest.mark.parametrize(
    ("n_workers", "tasks", "here"), [(1, 3, True), (2, 1, True), (2, 3, False)]
)
def test_processes_are_only_started_where_they_help(n_workers, tasks, here):
    found = run_tasks(_process, range(tasks), n_workers=n_workers)
    assert len(found) == tasks
    assert ({*found} == {os.getpid()}) == here


@pytest.mark.parametrize("how", [{"n_workers": 1}, {"n_workers": 2}, {"executor": True}], ids=str)
def test_progress_counts_every_task(how):
    if "executor" in how:
        how = {"executor": LastFirst()}
    seen: list[tuple[int, int, str]] = []
    run_tasks(math.sqrt, TASKS, what="roots", progress=lambda *now: seen.append(now), **how)
    assert seen == [(done, 4, "roots") for done in (1, 2, 3, 4)]


@pytest.mark.parametrize("n_workers", [1, 2])
def test_an_error_in_a_task_is_not_swallowed(n_workers):
    with pytest.raises(ValueError, match="math domain error"):
        run_tasks(math.sqrt, [1.0, -1.0, 4.0], n_workers=n_workers)


def test_nothing_to_do():
    assert run_tasks(math.sqrt, [], n_workers=2) == []
