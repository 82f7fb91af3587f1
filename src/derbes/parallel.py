"""Who does the work: this process, processes of this machine, or a Dask cluster.

The only module that knows Dask. A task is done the same way wherever it runs. A worker of
this machine that dies is replaced, and its task is done again.
"""

import contextlib
import os
import re
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from derbes.errors import DerbesError, MissingExtraError, Problem, RequestError
from derbes.language import _

Task = TypeVar("Task")
Result = TypeVar("Result")
Progress = Callable[[int, int, str], None]
"""Called with how much is done, out of how much, and of what."""
GAP = 1e-3
"""How far a plan may be from the best, as a part of the cost above that without any threat."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Who does the work, how exact, how long, where it is kept, and who is told; of any verb."""

    n_workers: int = 1
    executor: Executor | str | None = None
    """Any of `concurrent.futures`; or words for one that is still to be opened."""
    progress: Progress | None = None
    gap: float = GAP
    time_limit: float | None = None
    """For everything together; None: as long as it takes. [s]"""
    store: Path | None = None
    """File in which what was found is kept."""
    resume: bool = False
    """Whether to go on from it."""

    @property
    def pool(self) -> Executor | None:
        """The executor, once it is open; None: this process, or processes of its own."""
        return None if isinstance(self.executor, str) else self.executor

    def tell(self, done: int, total: int, what: str) -> None:
        """Say how far the work is."""
        if self.progress:
            self.progress(done, total, what)


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
    with Crew(min(n_workers, len(tasks)), executor) as crew:
        return crew.do(function, tasks, progress=progress, what=what)


MOST_DEATHS = 5
"""Workers that may die before it is no accident any more."""


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
        # A pool that is still closing when Python ends would complain, so it is waited for.
        if self._is_own and self._executor is not None:
            self._executor.shutdown(wait=error[0] is None, cancel_futures=True)

    def do(
        self,
        function: Callable[[Any], Result],
        tasks: Sequence[Any],
        *,
        progress: Progress | None = None,
        what: str = "",
    ) -> list[Result]:
        """Results in the order of the tasks; arguments as of `run_tasks`.

        Raises:
            BrokenExecutor: An executor that was given broke, or workers keep dying.
        """
        results: dict[int, Result] = {}
        if self._executor is None:
            for i, task in enumerate(tasks):
                results[i] = function(task)
                if progress:
                    progress(i + 1, len(tasks), what)
        while self._executor is not None and len(results) < len(tasks):
            waiting: dict[Future[Result], int] = {}
            try:
                for i, task in enumerate(tasks):
                    if i not in results:
                        waiting[self._executor.submit(function, task)] = i
                if progress:
                    for done, _future in enumerate(as_completed(waiting), start=len(results) + 1):
                        progress(done, len(tasks), what)
                for future, i in waiting.items():
                    results[i] = future.result()
            except BrokenExecutor:
                self._deaths += 1
                if not self._is_own or self._deaths > MOST_DEATHS:
                    raise
                kept = [one for one in waiting if one.done() and one.exception() is None]
                results |= {waiting[one]: one.result() for one in kept}
                self._executor.shutdown(wait=False, cancel_futures=True)
                self._executor = make_pool(self._n_workers)
        return [results[i] for i in range(len(tasks))]


LOCAL = "local"
PATIENCE = 10.0
"""How long an address may take to answer. [s]"""
_ADDRESS = re.compile(r"(?:(?P<scheme>dask|tcp|tls)://)(?P<host>[^\s:/]+):(?P<port>\d{1,5})/?")
_MOST_PORTS = 65535


MOST_WORKERS = 1024
"""Processes of this machine that share the work, at most."""


MIB = 1 << 20
PART = 0.5
"""Part of the memory of the machine that answers may take."""


def memory_limit() -> int:
    """Memory that answers may take: half of the machine's, or what the system allows. [byte]"""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    allowed, _most = resource.getrlimit(resource.RLIMIT_AS)
    return int(PART * (physical if allowed == resource.RLIM_INFINITY else min(physical, allowed)))


def executor_problems(executor: Executor | str | None) -> list[Problem]:
    """What is wrong with the words for an executor."""
    if not isinstance(executor, str) or executor in ("", LOCAL):
        return []
    found = _ADDRESS.fullmatch(executor)
    is_number = executor.isdecimal() and 1 <= int(executor) <= MOST_WORKERS
    if is_number or (found and 1 <= int(found["port"]) <= _MOST_PORTS):
        return []
    what = _('"{text}" names no executor').format(text=executor)
    fix = _("write local, a number of processes, or an address such as dask://host:8786")
    if executor.isdecimal():
        what = _("{text} processes are not possible").format(text=executor)
        fix = _("choose a number from {least:,} to {most:,}").format(least=1, most=MOST_WORKERS)
    return [Problem("executor", what, fix=fix)]


def is_address(text: str) -> bool:
    """Whether the words are the address of a cluster."""
    return _ADDRESS.fullmatch(text) is not None


def workers_of(text: str, n_workers: int) -> int:
    """Processes of this machine that the words ask for; a bare number counts."""
    return int(text) if text.isdecimal() else n_workers


@contextlib.contextmanager
def opened_executor(
    text: Executor | str, *, source: str, n_workers: int = 1
) -> Iterator[Executor | None]:
    """The executor that words name, closed afterwards; None: this process does the work.

    Args:
        text: `local`, a number of processes, or the address of a Dask scheduler. An executor
            that is given is handed on, and left open.
        source: The case, for the message.
        n_workers: Processes where the words say `local`.

    Raises:
        RequestError: The words name no executor, or nobody answers at the address.
        MissingExtraError: An address is given, and Dask is not installed.
    """
    if not isinstance(text, str):
        yield text
        return
    problems = executor_problems(text)
    if problems:
        raise RequestError(source, problems)
    found = _ADDRESS.fullmatch(text)
    if found:
        with _cluster(found["scheme"], (found["host"], int(found["port"])), source) as executor:
            yield executor
        return
    n = workers_of(text, n_workers)
    if n <= 1:
        yield None
        return
    pool = make_pool(n)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _cluster(scheme: str, place: tuple[str, int], source: str) -> Iterator[Executor]:
    try:
        import distributed  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingExtraError(
            _(
                'A Dask cluster needs the "cluster" extra. Fix: pip install "derbes[cluster]", '
                "or leave the address out to use the cores of this machine."
            )
        ) from error
    address = f"{'tcp' if scheme == 'dask' else scheme}://{place[0]}:{place[1]}"
    _knock(place, address, source, speaks_first=scheme != "tls")
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _nobody(address, source, str(error)) from error
    try:
        yield client.get_executor()
    finally:
        client.close(timeout=PATIENCE)


def _knock(place: tuple[str, int], address: str, source: str, *, speaks_first: bool) -> None:
    """Ask whether a scheduler listens at all, before a client waits without end for one.

    A scheduler greets whoever connects; somebody else at the address stays silent.
    """
    try:
        with socket.create_connection(place, timeout=PATIENCE) as knock:
            if speaks_first and not knock.recv(1):
                raise _nobody(address, source, _("the connection was closed"))
    except OSError as error:
        raise _nobody(address, source, error.strerror or str(error)) from error


def _nobody(address: str, source: str, reason: str) -> DerbesError:
    problem = Problem(
        where="executor",
        what=_("no Dask scheduler answers at {address} within {seconds:.0f} s: {reason}").format(
            address=address, seconds=PATIENCE, reason=reason
        ),
        fix=_("start one with: dask scheduler; or leave --executor out"),
    )
    return RequestError(source, [problem])
