"""What the commands answer: text or JSON, on the screen or into a file.

Where a command writes: never over what it reads, nor under a name of another kind. While it
works, a line tells how far it is; only on a terminal, only when it takes long.
"""

import contextlib
import shlex
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, TextIO

import click

from derbes.api import Progress
from derbes.case.entities import Case
from derbes.case.quantity import Note
from derbes.errors import CaseError, Problem, RequestError, TableError
from derbes.files import write_atomically
from derbes.language import _, ngettext
from derbes.results.records import to_json

STANDARD_OUTPUT = "-"


def tell(text: str, out: str = STANDARD_OUTPUT) -> None:
    """Print a text, or write it into a file."""
    if out == STANDARD_OUTPUT:
        click.echo(text)
    else:
        write_atomically(Path(out), text if text.endswith("\n") else text + "\n")


def next_line(command: str, path: str) -> str:
    """The closing line: the next command, ready to copy."""
    return _("Next: {command}").format(command=f"derbes {command} {shlex.quote(path)}")


def tell_json(record: Mapping[str, Any], out: str = STANDARD_OUTPUT) -> None:
    """Print a record as JSON, or write it into a file."""
    tell(to_json(record), out)


def tell_error(error: Exception, *, as_json: bool, is_told: bool = False) -> None:
    """Say what went wrong on the error output; as JSON on the output too, when asked.

    Args:
        error: What went wrong.
        as_json: Whether JSON was asked for.
        is_told: Whether the text has already been shown.
    """
    if not is_told:
        click.echo(str(error), file=sys.stderr)
    if not as_json:
        return
    if isinstance(error, CaseError | RequestError | TableError):
        tell_json(problems_record(error.problems))
    else:
        tell_json({"error": str(error)})


def problems_record(problems: Iterable[Problem]) -> dict[str, Any]:
    """Problems of a case file as `{problems: [...]}`."""
    fields = ("file", "line", "column", "where", "what", "fix")
    return {"problems": [{one: getattr(problem, one) for one in fields} for problem in problems]}


def notes_text(notes: Iterable[Note]) -> str:
    """Notes on a case as a list for the screen."""
    lines = [str(Problem(note.where, note.what, note.line, fix=note.fix)) for note in notes]
    n = len(lines)
    head = ngettext("{n} note on what is made of it:", "{n} notes on what is made of it:", n)
    return "\n".join([head.format(n=n), *(f"  - {line}" for line in lines)])


def notes_record(notes: Iterable[Note]) -> dict[str, Any]:
    """Notes on a case as `{notes: [...]}`."""
    fields = ("line", "where", "what", "fix")
    return {"notes": [{one: getattr(note, one) for one in fields} for note in notes]}


TEXT, JSON, HTML, CSV, PARQUET = "text", "JSON", "HTML", "CSV", "Parquet"
"""What can be written into a file."""

KINDS: Mapping[str, str] = {
    ".json": JSON,
    ".jsonld": JSON,
    ".html": HTML,
    ".htm": HTML,
    ".csv": CSV,
    ".parquet": PARQUET,
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods"), "Excel"),
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf"), "Word"),
    **dict.fromkeys((".pptx", ".ppt", ".odp"), "PowerPoint"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"), "a picture"),
    ".tsv": "TSV",
    ".pdf": "PDF",
    ".zip": "a zip archive",
}
"""What the end of a name promises."""


def check_places(case: Case | None, kind: str, out: str, **kept: str | Path | None) -> None:
    """Refuse, before anything is computed, what would be written in the wrong place.

    Args:
        case: What is read; None: nothing.
        kind: What is written to `out`.
        out: File, or the screen.
        **kept: Option → other file that is kept; of a `store` what is written is Parquet.

    Raises:
        RequestError: Names everything that is wrong.
    """
    places = {"out": out if out not in ("", STANDARD_OUTPUT) else None, **kept}
    named = {option: Path(place) for option, place in places.items() if place}
    read = [Path(file) for file in case.files] if case is not None else []
    kinds = {"out": kind, "store": PARQUET}
    problems = [
        problem
        for option, place in named.items()
        for problem in (
            *_over_the_case(option, place, read),
            *(_of_another_kind(option, place, kinds[option]) if option in kinds else ()),
        )
    ]
    for (option, place), (other, taken) in combinations(named.items(), 2):
        if _is_same(place, taken):
            what = _('"{place}" is written by --{other} already').format(place=place, other=other)
            problems.append(Problem(option, what, fix=_("name two files")))
    if problems:
        source = (case.source or case.name) if case is not None else "derbes"
        raise RequestError(source, problems)


def _over_the_case(option: str, place: Path, read: Iterable[Path]) -> list[Problem]:
    for file in read:
        if _is_same(place, file):
            what = _('"{place}" is a file of the case, and would be written over')
            fix = _("name another file with --{option}").format(option=option)
            return [Problem(option, what.format(place=place), fix=fix)]
    return []


def _of_another_kind(option: str, place: Path, kind: str) -> list[Problem]:
    promised = KINDS.get(place.suffix.casefold(), kind)
    if promised == kind:
        return []
    fix = {
        TEXT: _("end the name in .txt, or ask for --json"),
        JSON: _("end the name in .json"),
        HTML: _("end the name in .html; a browser prints the page to PDF"),
        CSV: _("end the name in .csv"),
        PARQUET: _("end the name in .parquet"),
    }[kind]
    what = _('"{place}" promises {promised}, and this writes {kind}').format(
        place=place, promised=promised, kind=kind
    )
    return [Problem(option, what, fix=fix)]


def _is_same(place: Path, other: Path) -> bool:
    """Whether two names lead to one file; what is no regular file can be written to twice."""
    try:
        if place.exists() and other.exists():
            return place.is_file() and place.samefile(other)
        return place.resolve() == other.resolve()
    except OSError:
        return False


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
            self._terminal.write(_ERASE_LINE)
            self._terminal.flush()

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
                self._terminal.write(_ERASE_LINE + words)
                self._terminal.flush()
                self._is_shown = True


def progress_text(done: int, total: int, what: str, seconds: float, *, step: float) -> str:
    """How far the work is, in one line, with the time that the rest of a step may take.

    Args:
        done: Parts of the step that are done.
        total: Parts of the step; 0: not known.
        what: Name of the step.
        seconds: Since the work began.
        step: Seconds that the parts done have taken.
    """
    if not total:
        return _("{what} … {seconds:.0f} s").format(what=what or _("working"), seconds=seconds)
    text = _("{what}: {done} of {total} … {seconds:.0f} s")
    left = step * (total - done) / done if done else 0.0
    if left >= 1.0:
        text = _("{what}: {done} of {total} … {seconds:.0f} s, some {left:.0f} s left of this step")
    return text.format(what=what, done=done, total=total, seconds=seconds, left=left)


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
