"""How a run is stopped from outside: it says what is kept, and is gone within moments.

Ctrl-C, SIGTERM and the end of the terminal (SIGHUP) are heard alike; what the caller ignores,
as for a job in the background or under nohup, stays ignored. A stop unwinds the program as
Ctrl-C does. Where it cannot, since a solver runs or since something has swallowed it, a thread
ends the program after a moment all the same.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps

PATIENCE = 1.0
"""How long the program may take to unwind, and after which Ctrl-C ends it at once. [s]"""
_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")
_BY_SIGNAL = 128
"""A shell counts what a signal has ended from here on."""

_heard: list[tuple[int, float]] = []
"""The signal that asked the program to end, and when; later ones change nothing."""
_words: list[Callable[[], Iterable[str]]] = []
"""What is to be said when the program is stopped, the innermost last."""


def heeding(main: Callable[[Sequence[str] | None], int]) -> Callable[..., int]:
    """The program, which ends in order when it is asked to; its code tells by which signal."""

    @wraps(main)
    def heeded(arguments: Sequence[str] | None = None) -> int:
        if threading.current_thread() is not threading.main_thread():
            return main(arguments)
        try:
            with _listening(is_program=arguments is None):
                code = main(arguments)
        except KeyboardInterrupt:
            code = _BY_SIGNAL + signal.SIGINT
        return _BY_SIGNAL + _heard[0][0] if code and _heard else code

    return heeded


@contextlib.contextmanager
def if_stopped(words: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Say these lines when the program is stopped within the block."""
    _words.append(words)
    try:
        yield
    except KeyboardInterrupt:
        tell_stopped()
        raise
    finally:
        if words in _words:
            _words.remove(words)


def tell_stopped() -> None:
    """Say what is to be said, once; a terminal that is gone is no error."""
    while _words:
        from derbes.harmless import in_line  # noqa: PLC0415 - most runs are not stopped

        lines = _words.pop()()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.writelines(f"{in_line(line)}\n" for line in lines)
            sys.stderr.flush()


@contextlib.contextmanager
def _listening(*, is_program: bool) -> Iterator[None]:
    numbers = [getattr(signal, name) for name in _STOPS if hasattr(signal, name)]
    heeded = [one for one in numbers if signal.getsignal(one) not in (signal.SIG_IGN, None)]
    _heard.clear()
    before = {one: signal.signal(one, _stop) for one in heeded}
    with _watched(heeded):
        try:
            yield
        finally:
            for one, handler in before.items():
                # While Python ends, the answer is out and the exit code is known: Ctrl-C comes too
                # late, and would keep what is temporary from being removed.
                ends = signal.SIG_IGN if one == signal.SIGINT else signal.SIG_DFL
                signal.signal(one, ends if is_program else handler)


def _stop(number: int, _frame: object) -> None:
    now = time.monotonic()
    if not _heard:
        _heard.append((number, now))
        raise KeyboardInterrupt
    if number == signal.SIGINT and now - _heard[0][1] > PATIENCE:
        _end_at_once()


@contextlib.contextmanager
def _watched(numbers: Sequence[int]) -> Iterator[None]:
    """A thread that hears signals while the program itself is deaf."""
    if os.name != "posix":
        yield
        return
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    is_over = threading.Event()
    thread = threading.Thread(target=_watch, args=(ear, set(numbers), is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        is_over.set()
        os.write(mouth, b"\0")
        thread.join(PATIENCE)
        os.close(mouth)
        os.close(ear)


def _watch(ear: int, numbers: set[int], is_over: threading.Event) -> None:
    while not is_over.is_set():
        asked = numbers.intersection(os.read(ear, 1))
        if asked and not is_over.wait(PATIENCE):
            if not _heard:
                _heard.append((asked.pop(), time.monotonic()))
            _end_at_once()


def _end_at_once() -> None:
    """Say what is kept, end the workers, remove what is temporary; wait for nothing else."""
    tell_stopped()
    if "multiprocessing" in sys.modules:
        import multiprocessing  # noqa: PLC0415 - only where it is loaded

        for worker in multiprocessing.active_children():
            worker.kill()
    if "derbes.scratch" in sys.modules:
        from derbes.scratch import remove_temporary  # noqa: PLC0415 - only where it is loaded

        remove_temporary()
    os._exit(_BY_SIGNAL + _heard[0][0])
