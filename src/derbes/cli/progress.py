"""A line that tells how far long work is; only on a terminal, only when it takes long."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from derbes.api import Progress
from derbes.language import _

SILENT_FOR = 2.0
"""Work that is shorter is not talked about. [s]"""
_TICK = 0.25
_ERASE_LINE = "\r\033[K"


class ProgressLine:
    """The last line of a terminal, held while work goes on.

    A thread redraws it, so that it shows also while one step takes long.
    """

    def __init__(self, terminal: TextIO, silent_for: float = SILENT_FOR) -> None:
        self._terminal = terminal
        self._silent_for = silent_for
        self._begun = time.monotonic()
        self._state = (0, 0, "")
        self._is_shown = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._redraw, daemon=True)

    def __enter__(self) -> "ProgressLine":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._is_shown:
            self._terminal.write(_ERASE_LINE)
            self._terminal.flush()

    def tell(self, done: int, total: int, what: str) -> None:
        """Note how much is done, out of how much, and of what."""
        self._state = (done, total, what)

    def _redraw(self) -> None:
        while not self._stop.wait(_TICK):
            seconds = time.monotonic() - self._begun
            if seconds >= self._silent_for:
                self._terminal.write(_ERASE_LINE + progress_text(*self._state, seconds))
                self._terminal.flush()
                self._is_shown = True


def progress_text(done: int, total: int, what: str, seconds: float) -> str:
    """How far the work is, in one line."""
    if not total:
        return _("{what} … {seconds:.0f} s").format(what=what or _("working"), seconds=seconds)
    return _("{what}: {done} of {total} … {seconds:.0f} s").format(
        what=what, done=done, total=total, seconds=seconds
    )


@contextlib.contextmanager
def progress_on_terminal() -> Iterator[Progress | None]:
    """A way to tell progress: a line on a terminal, none elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with ProgressLine(sys.stderr) as line:
        yield line.tell


@contextlib.contextmanager
def stoppable(kept: Path | None, *, resume: str) -> Iterator[Progress]:
    """Progress on a terminal; on Ctrl-C, what was reached and how to go on.

    Args:
        kept: File in which the work is kept, where it is.
        resume: Option that goes on with it.
    """
    reached: list[str] = []
    try:
        with progress_on_terminal() as shown:

            def told(done: int, total: int, what: str) -> None:
                reached[:] = [what]
                if shown:
                    shown(done, total, what)

            yield told
    except KeyboardInterrupt:
        sys.stderr.writelines(f"{line}\n" for line in stopped_lines(reached, kept, resume))
        raise


def stopped_lines(reached: list[str], kept: Path | None, resume: str) -> Iterator[str]:
    """What was reached when work was stopped, and how to go on with what is kept."""
    yield from (_("Stopped at {what}.").format(what=what) for what in reached if what)
    if kept is not None and kept.exists():
        yield _("It is kept in {file}; to go on, add {resume} to the same command.").format(
            file=kept, resume=resume
        )
