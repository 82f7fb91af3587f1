"""What the commands answer: text, JSON or files of tables, on the screen or into a file.

While a command works, a line tells how far it is; only on a terminal, only when it takes long.
"""

import contextlib
import shlex
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from derbes.api import Progress
from derbes.cli.places import EXCEL, JSON, SHEET, STANDARD_OUTPUT, TEXT, promised_tables
from derbes.cli.stopping import if_stopped
from derbes.files import write_atomically, write_bytes_atomically
from derbes.harmless import in_line, whole
from derbes.language import _
from derbes.parallel import refuse_small_space
from derbes.results.books import tables_of
from derbes.results.records import record_of, to_json
from derbes.results.tables import ResultTable


def tell(text: str, out: str = STANDARD_OUTPUT, kind: str = TEXT) -> None:
    """Answer a text, or write it into a file."""
    if out == STANDARD_OUTPUT:
        outlet = click.get_current_context().find_root().obj
        outlet.answer.write(f"{whole(text)}\n")
        outlet.is_document = outlet.is_document or kind != TEXT
    else:
        write_atomically(Path(out), whole(text if text.endswith("\n") else text + "\n"))


def tell_json(record: Mapping[str, Any], out: str = STANDARD_OUTPUT) -> None:
    """Answer a record as JSON, or write it into a file."""
    tell(to_json(record), out, JSON)


def note(text: str) -> None:
    """Say beside the answer what was done; no loss where the output is closed."""
    if not click.get_current_context().find_root().obj.is_closed:
        tell(text)


def next_line(command: str, path: str) -> str:
    """The closing line: the next command, ready to copy."""
    return _("Next: {command}").format(command=f"derbes {command} {shlex.quote(path)}")


def answer(
    result: Any,
    text: Callable[[Any], str],
    then: str = "",
    *,
    as_json: bool,
    out: str,
    main: str = "",
    has_mark: bool = False,
) -> None:
    """A result as JSON, as tables as of `tell_tables`, or as text that closes with what is next."""
    if as_json:
        tell_json(record_of(result), out)
    elif promised_tables(out):
        tell_tables(tables_of(result), out, result, main=main, has_mark=has_mark)
        if then:
            note(then)
    else:
        tell("\n\n".join(filter(None, [text(result), then])), out)


def tell_tables(
    tables: Sequence[ResultTable],
    out: str,
    result: Any = None,
    *,
    main: str = "",
    has_mark: bool = False,
) -> None:
    """Write tables of a result, the main one first, into a file, by what its name ends in.

    Another may be the `main` one instead, and a CSV may begin with a byte-order mark.

    Raises:
        OutputError: The file cannot be written, or holds too few rows.
    """
    from derbes.workbook.results import content_of  # noqa: PLC0415 - loads what a table needs

    wanted = click.get_current_context().meta.get(SHEET, "")
    chosen = sorted(tables, key=lambda table: table.name != (wanted or main))
    if wanted:
        chosen = chosen[:1]
    kind, today = Path(out).suffix.casefold(), datetime.now(UTC).date()
    content = content_of(kind, chosen, result, made_on=today, has_mark=has_mark)
    write_bytes_atomically(Path(out), content)
    note(_("Written: {out}").format(out=out))
    others = [table.name for table in tables if table.rows and table.name != chosen[0].name]
    if others and promised_tables(out) != EXCEL:
        text = _("It holds the table {name}; --sheet picks another: {others}. .xlsx holds all.")
        note(text.format(name=chosen[0].name, others=", ".join(others)))


# Progress


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
        self._begun = self._told = self._step = time.monotonic()
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
            self._show(_ERASE_LINE)

    def tell(self, done: int, total: int, what: str) -> None:
        """Note how much is done, out of how much, and of what; a step begins with what ends."""
        if (total, what) != self._state[1:]:
            self._step = self._told
        self._told, self._state = time.monotonic(), (done, total, what)

    def _redraw(self) -> None:
        while not self._stop.wait(_TICK):
            now = time.monotonic()
            if now - self._begun >= self._silent_for:
                words = progress_text(*self._state, now - self._begun, step=self._told - self._step)
                self._show(_ERASE_LINE + in_line(words))
                self._is_shown = True

    def _show(self, text: str) -> None:
        """Write to the terminal, as long as it is there."""
        with contextlib.suppress(OSError, ValueError):
            self._terminal.write(text)
            self._terminal.flush()


def progress_text(done: int, total: int, what: str, seconds: float, *, step: float) -> str:
    """How far the work is, in one line, with the time that the rest of a step may take.

    Of `total` parts of a step (0: not known) `done` are done, which took `step` seconds.
    """
    if not total:
        return _("{what} … {seconds:.0f} s").format(what=what or _("working"), seconds=seconds)
    text = _("{what}: {done} of {total} … {seconds:.0f} s")
    left = step * (total - done) / done if done else 0.0
    if left >= 1.0:
        text = _("{what}: {done} of {total} … {seconds:.0f} s, some {left:.0f} s left of this step")
    return text.format(what=what, done=done, total=total, seconds=seconds, left=left)


@contextlib.contextmanager
def progress_on_terminal(need: str = "") -> Iterator[Progress | None]:
    """A way to tell progress: a line on a terminal, none elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with ProgressLine(sys.stderr) as line:
        line.tell(0, 0, need)
        yield line.tell


@contextlib.contextmanager
def stoppable(
    kept: Path | None, *, resume: str = "", keep: str = "", need: str = ""
) -> Iterator[Progress]:
    """Progress on a terminal; when stopped, what was reached and how to go on.

    Args:
        kept: File in which the work is kept, where it is.
        resume: Option that goes on with it.
        keep: Option that would keep the work; empty: none does.
        need: What the work needs, shown until its first part is done.

    Raises:
        RequestError: The system allows too little memory to begin.
    """
    refuse_small_space()
    reached: list[str] = []
    before = _stamp(kept)

    def words() -> Iterator[str]:
        return stopped_lines(reached, kept, resume, keep, is_new=_stamp(kept) != before)

    with if_stopped(words), plain_warnings(), progress_on_terminal(need) as shown:

        def told(done: int, total: int, what: str) -> None:
            reached[:] = [what]
            if shown:
                shown(done, total, what)

        yield told


@contextlib.contextmanager
def plain_warnings() -> Iterator[None]:
    """Say in words, and once, that compiled code could not be kept; other warnings as usual."""
    usual, told = warnings.showwarning, set()
    texts = {
        "unkept": _(
            "Compiled code cannot be kept in {place}: {reason}. The run goes on; the next one "
            "compiles anew. Fix: free space there, or let NUMBA_CACHE_DIR name another folder."
        ),
        "damaged": _("Compiled code kept in {place} was damaged and is compiled anew."),
    }

    def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
        if category.__name__ != "CacheWarning":
            usual(message, category, *where, **more)
            return
        what, where_it_is = str(message).split(" ", 1)
        place, _colon, reason = where_it_is.rpartition(": ")
        if what not in told:
            told.add(what)
            begin = _ERASE_LINE if sys.stderr.isatty() else ""
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write(begin + texts[what].format(place=place, reason=reason) + "\n")

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = usual


def _stamp(file: Path | None) -> tuple[int, int] | None:
    """What changes when a file is written anew; None where there is none."""
    try:
        about = file.stat() if file is not None else None
    except OSError:
        return None
    return None if about is None else (about.st_ino, about.st_mtime_ns)


def stopped_lines(
    reached: list[str], kept: Path | None, resume: str, keep: str, *, is_new: bool
) -> Iterator[str]:
    """What was reached when work was stopped, and how to go on with what is kept."""
    yield from (_("Stopped at {what}.").format(what=what) for what in reached if what)
    if kept is None:
        if reached or keep:
            yield _("Nothing of it is kept: the same command begins anew.")
        if keep:
            yield _("With {option} the work is kept as it goes on.").format(option=keep)
        return
    text = _("Nothing was kept in {file} yet: the same command begins anew.")
    if is_new:
        text = _("It is kept in {file}; to go on, add {resume} to the same command.")
    elif kept.exists():
        text = _("{file} is as it was before; to go on from it, add {resume}.")
    yield text.format(file=kept, resume=resume)
