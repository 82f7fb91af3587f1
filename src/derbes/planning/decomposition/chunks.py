"""Draws in chunks, each solved by whoever is free: the answer is the same bit for bit.

Chunks are cut by position, their number does not depend on the workers, and a chunk is
solved the same way wherever it runs. A worker that dies is replaced, and its chunk is
solved again.
"""

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.subproblem import Outcome, solve_draws
from derbes.planning.program.prices import Prices
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage

N_CHUNKS = 8
"""Chunks of draws; a few for each of the workers that are usual."""
MOST_DEATHS = 5
"""Workers that may die before it is no accident any more."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some draws with what all have in common."""

    stage: SecondStage
    draws: tuple[DrawProgram, ...]


def cut_up(problem: PlanProblem) -> list[bytes]:
    """The draws in chunks, each as it is sent to a worker."""
    n, programs = problem.n_draws, problem.programs
    n_chunks = min(N_CHUNKS, n)
    edges = [n * i // n_chunks for i in range(n_chunks + 1)]
    return [
        pickle.dumps(Chunk(problem.second, programs[begin:end]), protocol=pickle.HIGHEST_PROTOCOL)
        for begin, end in pairwise(edges)
    ]


def solve_chunk(
    task: tuple[bytes, FloatArray, Prices, bool],
) -> list[Outcome]:
    """The draws of a chunk at a point."""
    sent, values, prices, wants_trunk = task
    chunk: Chunk = pickle.loads(sent)  # noqa: S301 - made by `cut_up` of the same program
    return solve_draws(chunk.stage, chunk.draws, values, prices=prices, wants_trunk=wants_trunk)


class Crew:
    """Who solves the chunks: this process, processes of its own, or any executor."""

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
            self._executor = ProcessPoolExecutor(self._n_workers)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_own and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

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
        self._executor = ProcessPoolExecutor(self._n_workers)


def solve_all(
    crew: Crew,
    chunks: Sequence[bytes],
    values: FloatArray,
    *,
    prices: Prices,
    wants_trunk: bool = False,
) -> list[Outcome]:
    """All draws at a point, by draw."""
    tasks = [(sent, values, prices, wants_trunk) for sent in chunks]
    return [outcome for part in crew.do(solve_chunk, tasks) for outcome in part]
