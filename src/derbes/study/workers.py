"""Many independent tasks on the cores of this machine."""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Progress = Callable[[int, int, str], None]
"""Called with tasks done, tasks in all, and what is being done."""


def make_pool(n_workers: int) -> ProcessPoolExecutor:
    """Processes of our own; when the user stops the program, they end and say nothing."""
    return ProcessPoolExecutor(n_workers, initializer=_end_quietly)


def _end_quietly() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    n_workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    what: str = "",
) -> list[Result]:
    """Results in the order of the tasks, whichever worker finished first.

    Args:
        function: A module-level function of one task.
        tasks: What to do; each is sent to a worker whole.
        n_workers: Processes to use when no executor is given; 1: none.
        executor: Any `concurrent.futures` executor to use instead.
        progress: Called after each task.
        what: What is being done, for the progress.
    """
    if executor is not None:
        return _on_executor(function, tasks, executor, progress=progress, what=what)
    if n_workers <= 1 or len(tasks) <= 1:
        results = []
        for done, task in enumerate(tasks, start=1):
            results.append(function(task))
            if progress:
                progress(done, len(tasks), what)
        return results
    pool = make_pool(min(n_workers, len(tasks)))
    try:
        found = _on_executor(function, tasks, pool, progress=progress, what=what)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()  # nothing is left to do; a pool still closing when Python ends would complain
    return found


def _on_executor(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    executor: Executor,
    *,
    progress: Progress | None,
    what: str,
) -> list[Result]:
    futures = [executor.submit(function, task) for task in tasks]
    for done, _future in enumerate(as_completed(futures), start=1):
        if progress:
            progress(done, len(tasks), what)
    return [future.result() for future in futures]
