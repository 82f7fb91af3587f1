"""Who does the work: this process, processes of this machine, or a Dask cluster.

The only module that knows Dask. A task is done the same way wherever it runs. A worker of
this machine that dies is replaced, and its task is done again.
"""

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import re
import resource
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, TypeVar, cast

from derbes.errors import (
    DerbesError,
    MissingExtraError,
    Problem,
    RequestError,
    count_problems,
    said_by_system,
)
from derbes.language import _, language, use_language

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


_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")
STOPS = tuple(getattr(signal, name) for name in _STOPS if hasattr(signal, name))
"""Signals that ask a program to end."""
MOST_DEATHS = 5
"""Workers that may die before it is no accident any more."""
_TO_END = 1.0
"""How long an idle worker may take to end, before it is made to. [s]"""
_LOOK = 0.5
"""How often a worker looks whether its parent lives. [s]"""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    """A process, and the way to talk to it."""

    process: BaseProcess
    line: Connection
    kept: set[str] = field(default_factory=set)
    """Names of what it keeps for the next task that needs it."""


class WorkersLostError(DerbesError, BrokenExecutor):
    """Workers keep dying."""


class Workers(Executor):
    """Processes of our own, which end with this one, however it ends, without a word.

    No thread attends to them: whoever asks for a result does, so that nothing is left to be
    closed when the program ends. A worker that dies is replaced, and its task is done again.
    A task that needs what a worker keeps waits for that worker, so that no two keep the same.

    Args:
        n_workers: How many.
        known: Arguments to come, each alone. Forked processes have them from the start, so that
            they are named by their places: to write and read a case takes longer than some tasks.
    """

    def __init__(self, n_workers: int, known: Sequence[Any] = ()) -> None:
        self._n_workers = n_workers
        self._is_forked = multiprocessing.get_start_method() == "fork"
        self._known = tuple(known) if self._is_forked else ()
        self._places = {id(one): place for place, one in enumerate(self._known)}
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, _Awaited] = {}
        self._waiting: deque[_Awaited] = deque()
        self._deaths = 0
        self._packed: tuple[Any, bytes] = (None, b"")

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":
        """Put a task behind those that wait; it is begun when a result is asked for."""
        future = _Awaited(self, (function, args, named))
        self._waiting.append(future)
        return future

    def finished(self, futures: Iterable["Future[Any]"]) -> Iterator["Future[Any]"]:
        """The futures, each once it is done.

        Raises:
            WorkersLostError: Workers keep dying.
        """
        wanted = set(futures)
        while wanted:
            done = {future for future in wanted if future.done()}
            yield from done
            wanted -= done
            if wanted and not done:
                self._attend()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as any executor
        """End all workers, also those that are busy."""
        for future in (*self._waiting, *self._busy.values()):
            future.cancel()
        self._waiting.clear()
        for worker in self._busy:
            worker.process.kill()
        for worker in self._idle:
            with contextlib.suppress(OSError):
                worker.line.send_bytes(b"")
        until = time.monotonic() + _TO_END
        for worker in (*self._busy, *self._idle):
            worker.process.join(max(0.0, until - time.monotonic()))
            worker.process.kill()
            worker.process.join(_TO_END)
            worker.line.close()
        self._busy.clear()
        self._idle.clear()

    def _attend(self) -> None:
        """Hand out what waits, then take at least one result in."""
        self._waiting = deque(one for one in self._waiting if not one.cancelled())
        n = len(self._idle) + len(self._busy)
        for _worker in range(n, min(self._n_workers, n + len(self._waiting) - len(self._idle))):
            self._idle.append(self._started())
        self._hand_out()
        ends: dict[Any, _Worker] = {worker.line: worker for worker in self._busy}
        for line in wait(list(ends)) if ends else ():
            worker = ends[line]
            try:
                reply = worker.line.recv_bytes()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            future = self._busy.pop(worker)
            self._idle.append(worker)
            self._hand_out()
            _settle(future, reply)

    def _hand_out(self) -> None:
        """Give each idle worker the first task that waits and needs no other worker."""
        for worker in self._idle[::-1]:
            others = (one.kept for one in (*self._idle, *self._busy) if one is not worker)
            elsewhere = set[str]().union(*others)
            future = next((one for one in self._waiting if one.needs not in elsewhere), None)
            if future is not None:
                self._waiting.remove(future)
                self._idle.remove(worker)
                self._send(worker, future)

    def _send(self, worker: _Worker, future: "_Awaited") -> None:
        function, args, named = future.task
        try:
            if self._packed[0] is not function:
                self._packed = (function, _pickled(function))
            held = {
                n: self._places[id(one)] for n, one in enumerate(args) if id(one) in self._places
            }
            sent = [None if n in held else one for n, one in enumerate(args)]
            message = _pickled((self._packed[1], held, sent, named))
        except Exception as error:  # noqa: BLE001 - whatever a task does when it is written
            future.set_exception(error)
            self._idle.append(worker)
            return
        self._busy[worker] = future
        if future.needs:
            worker.kept.add(future.needs)
        try:
            worker.line.send_bytes(message)
        except OSError:
            self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        """Put the task of a worker that has died first in the line."""
        self._waiting.appendleft(self._busy.pop(worker))
        worker.process.kill()
        worker.process.join(_TO_END)
        worker.line.close()
        self._deaths += 1
        if self._deaths > MOST_DEATHS:
            what = _("{n} processes of this run were ended from outside, as for want of memory.")
            fix = _("Fix: share the work among fewer with --workers, or ask for less.")
            raise WorkersLostError(f"{what.format(n=self._deaths)} {fix}")

    def _started(self) -> _Worker:
        """A new worker; no signal reaches it before it knows what to do with one."""
        here, there = multiprocessing.Pipe()
        others = [here, *(worker.line for worker in (*self._idle, *self._busy))]
        told: dict[str, Any] = {"others": others if self._is_forked else [], "known": self._known}
        with signals_held() as mask:
            told |= {"mask": mask, "spoken": language()}
            process = multiprocessing.Process(target=_work, args=(there,), kwargs=told, daemon=True)
            process.start()
        there.close()
        return _Worker(process, here)


class _Awaited(Future[Any]):
    """A future whose workers are attended to by whoever waits for it."""

    def __init__(self, workers: Workers, task: tuple[Any, Any, Any]) -> None:
        super().__init__()
        self._workers = workers
        self.task = task
        """A function, its arguments, and those by name."""
        self.needs = ""
        """Name of what its worker keeps for it; empty: nothing."""

    def result(self, timeout: float | None = None) -> Any:
        """What the task gave; time to wait is not counted."""
        for _done in self._workers.finished([self]):
            pass
        return super().result(timeout)


_WARNED: dict[Any, int] = {}
"""What workers were warned of: it is told once, not by each."""


def _pickled(thing: Any) -> bytes:
    return bytes(ForkingPickler.dumps(thing, pickle.HIGHEST_PROTOCOL))


def _settle(future: Future[Any], reply: bytes) -> None:
    """What a worker has answered; what it was warned of is told here, as if done here."""
    if future.cancelled():
        return
    try:
        is_result, found, told = pickle.loads(reply)  # noqa: S301 - of our own process
    except Exception as error:  # noqa: BLE001 - whatever an exception does when it is read
        future.set_exception(error)
        return
    for message, category, place, line in told:
        warnings.warn_explicit(message, category, place, line, registry=_WARNED)
    if is_result:
        future.set_result(found)
    else:
        future.set_exception(found)


@contextlib.contextmanager
def signals_held() -> Iterator[set[int]]:
    """Signals that ask to end wait until the block is left; gives those that waited before."""
    if not hasattr(signal, "pthread_sigmask"):
        yield set()
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield {int(one) for one in mask}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _work(
    line: Connection,
    *,
    others: Sequence[Connection],
    known: Sequence[Any],
    mask: set[int],
    spoken: str,
) -> None:
    """What a worker does: one task after the other, until it is told to end."""
    use_language(spoken)
    for other in others:
        other.close()
    _end_quietly(mask)
    end_with_parent()
    packed, function = b"", None
    while True:
        try:
            message = line.recv_bytes()
        except (EOFError, OSError):
            return
        if not message:
            return
        with warnings.catch_warnings(record=True) as caught:
            try:
                wanted, held, sent, named = pickle.loads(message)  # noqa: S301 - of our own process
                if wanted != packed:
                    function, packed = pickle.loads(wanted), wanted  # noqa: S301 - as above
                args = [known[held[n]] if n in held else one for n, one in enumerate(sent)]
                reply: tuple[bool, Any] = (True, cast("Any", function)(*args, **named))
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is
                error.add_note(f"In a process of this run:\n{traceback.format_exc()}")
                reply = (False, error)
        told = [(one.message, one.category, one.filename, one.lineno) for one in caught]
        try:
            answer = _pickled((*reply, told))
        except Exception as error:  # noqa: BLE001 - whatever a result does when it is written
            answer = _pickled((False, TypeError(f"a result cannot be sent: {error!r}"), []))
        try:
            line.send_bytes(answer)
        except OSError:
            return


def _end_quietly(mask: set[int]) -> None:
    """Signals end a worker without a word; those that the program ignores, it ignores too."""
    for one in STOPS:
        if signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def end_with_parent() -> None:
    """This process ends when the one that started it does, however that ends.

    On Linux the kernel sees to it, also in the middle of a long call. Elsewhere, and where the
    kernel refuses, a thread does, as soon as a call lets other threads run.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    is_server = multiprocessing.get_start_method() == "forkserver"
    starter = os.getppid() if is_server else parent.pid
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=partial(_watch, parent.sentinel, starter), daemon=True).start()


def _watch(sentinel: int, starter: int | None) -> None:
    # A forked process holds the other end of its own sentinel, and of those of others, so that
    # only who the parent is tells; a process started anew sees the sentinel.
    while sys.platform == "win32" or os.getppid() == starter:
        if wait([sentinel], timeout=_LOOK):
            break
    os._exit(1)


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
    with Crew(min(n_workers, len(tasks)), executor, known=tasks) as crew:
        return crew.do(function, tasks, progress=progress, what=what)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Numpy's algebra keeps to one thread until the block is left.

    A long sum then has the same last digit on a machine with two cores and with sixty. Threads
    that wait for the next sum do not sleep, and take the cores from what shares the work.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only where something is computed

    with threadpool_limits(1, user_api="blas"):
        yield


def _alone(function: Callable[[Task], Result], task: Task) -> Result:
    """What a function makes of a task, in a process of somebody else."""
    with one_thread():
        return function(task)


class Crew:
    """Who does tasks: this process, processes of its own, or any executor.

    While it is there, the algebra keeps to one thread, here and wherever a task is done.

    Args:
        n_workers: Processes of its own where no executor is given; 1: none.
        executor: Any `concurrent.futures` executor to use instead.
        known: Tasks that are known when it begins.
    """

    def __init__(
        self,
        n_workers: int = 1,
        executor: Executor | None = None,
        *,
        known: Sequence[Any] = (),
    ) -> None:
        self._n_workers = n_workers
        self._executor = executor
        self._known = known
        self._threads = contextlib.ExitStack()
        self.shares_files = executor is None and n_workers > 1
        """Whether there are processes of its own, which read this machine's files."""

    @property
    def is_here(self) -> bool:
        """Whether this process does the work."""
        return self._executor is None and not self.shares_files

    def __enter__(self) -> "Crew":
        self._threads.enter_context(one_thread())
        if self.shares_files:
            self._executor = Workers(self._n_workers, self._known)
        return self

    def __exit__(self, *_error: object) -> None:
        if self.shares_files and self._executor is not None:
            self._executor.shutdown()
        self._threads.close()

    def do(
        self,
        function: Callable[[Any], Result],
        tasks: Sequence[Any],
        *,
        progress: Progress | None = None,
        what: str = "",
        needs: Sequence[str] = (),
    ) -> list[Result]:
        """Results in the order of the tasks; arguments as of `run_tasks`.

        Processes of its own keep what is named in `needs`, one for each task: a task goes to
        the process that has had one of that name before.

        Raises:
            BrokenExecutor: An executor that was given broke.
            WorkersLostError: Workers keep dying.
        """
        if self._executor is None:
            results = []
            for done, task in enumerate(tasks, start=1):
                results.append(function(task))
                if progress:
                    progress(done, len(tasks), what)
            return results
        work = partial(_alone, function)
        futures = [self._executor.submit(work, task) for task in tasks]
        own = self._executor if isinstance(self._executor, Workers) else None
        for future, name in zip(futures, needs if own else (), strict=False):
            cast("_Awaited", future).needs = name
        completed = own.finished if own else as_completed
        try:
            for done, future in enumerate(completed(futures), start=1):
                if future.exception() is not None:
                    break
                if progress:
                    progress(done, len(tasks), what)
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()


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


LEAST_SPACE = 1000 * 1000 * 1000
"""Address space without which libraries of linear algebra hang or die while they load. [byte]"""


def refuse_small_space() -> None:
    """Refuse to compute where the system allows too little memory even to load the libraries.

    Raises:
        RequestError: Says how much is allowed, and how much is needed.
    """
    allowed, _most = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < LEAST_SPACE:
        what = _("{allowed:,} MB may be taken, and libraries need {least:,} MB to load")
        what = what.format(allowed=allowed // 10**6, least=LEAST_SPACE // 10**6)
        fix = _("allow more: ulimit -v {least}").format(least=LEAST_SPACE // 1000)
        raise RequestError("derbes", [Problem("memory", what, fix=fix)])


def worker_problems(n_workers: int) -> list[Problem]:
    """What is wrong with a number of processes."""
    return count_problems(("workers", n_workers, 1, MOST_WORKERS))


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
    with Workers(n) if n > 1 else contextlib.nullcontext() as pool:
        yield pool


@contextlib.contextmanager
def _cluster(scheme: str, place: tuple[str, int], source: str) -> Iterator[Executor]:
    try:
        import distributed  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        text = _(
            'A Dask cluster needs the "cluster" extra. Fix: pip install "derbes[cluster]", '
            "or leave the address out to use the cores of this machine."
        )
        raise MissingExtraError(text) from error
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
        raise _nobody(address, source, said_by_system(error)) from error


def _nobody(address: str, source: str, reason: str) -> DerbesError:
    what = _("no Dask scheduler answers at {address} within {seconds:.0f} s: {reason}")
    what = what.format(address=address, seconds=PATIENCE, reason=reason)
    fix = _("start one with: dask scheduler; or leave --executor out")
    return RequestError(source, [Problem("executor", what, fix=fix)])
