"""Who does tasks: this process, processes of its own, or any executor.

A task is done the same way wherever it runs. A worker that dies is replaced, and its
task is done again.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, TypeVar

from derbes.study.workers import make_pool

MOST_DEATHS = 5
"""Workers that may die before it is no accident any more."""
Result = TypeVar("Result")


class Crew:
    """Who does tasks: this process, processes of its own, or any executor."""

    def __init__(self, n_workers: int = 1, executor: Executor | None = None) -> None:
        self._n_workers = n_workers
        self._executor = executor
        self._is_own = executor is None and n_workers > 1
        self._deaths = 0

    @property
    def is_here(self) -> bool:
        """Whether this process does the work."""
        return self._executor is None and not self._is_own

    @property
    def shares_files(self) -> bool:
        """Whether the workers read this machine's files."""
        return self._is_own

    def __enter__(self) -> "Crew":
        if self._is_own:
            self._executor = make_pool(self._n_workers)
        return self

    def __exit__(self, *error: object) -> None:
        if self._is_own and self._executor is not None:
            self._executor.shutdown(wait=error[0] is None, cancel_futures=True)

    def do(self, function: Callable[[Any], Result], tasks: Sequence[Any]) -> list[Result]:
        """Results in the order of the tasks.

        Raises:
            BrokenExecutor: An executor that was given broke, or workers keep dying.
        """
        if self._executor is None:
            return [function(task) for task in tasks]
        futures: list[Future[Result] | None] = [None] * len(tasks)
        results: dict[int, Result] = {}
        while len(results) < len(tasks):
            try:
                for i, task in enumerate(tasks):
                    if i not in results:
                        futures[i] = self._executor.submit(function, task)
                for i, future in enumerate(futures):
                    if i not in results and future is not None:
                        results[i] = future.result()
            except BrokenExecutor:
                if not self._can_replace():
                    raise
                self._replace(futures, results)
        return [results[i] for i in range(len(tasks))]

    def _can_replace(self) -> bool:
        self._deaths += 1
        return self._is_own and self._deaths <= MOST_DEATHS

    def _replace(self, futures: list[Future[Result] | None], results: dict[int, Result]) -> None:
        """New processes for dead ones; what was done before is kept."""
        for i, future in enumerate(futures):
            if future is not None and future.done() and future.exception() is None:
                results[i] = future.result()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = make_pool(self._n_workers)
