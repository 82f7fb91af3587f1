"""What the commands answer: text or JSON, on the screen or into a file."""

import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from derbes.case.quantity import Note
from derbes.errors import CaseError, Problem, RequestError
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
    if isinstance(error, CaseError | RequestError):
        tell_json(problems_record(error.problems))
    else:
        tell_json({"error": str(error)})


def problems_record(problems: Iterable[Problem]) -> dict[str, Any]:
    """Problems of a case file as `{problems: [...]}`."""
    return {
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "where": problem.where,
                "what": problem.what,
                "fix": problem.fix,
            }
            for problem in problems
        ]
    }


def notes_text(notes: Iterable[Note]) -> str:
    """Notes on a case as a list for the screen."""
    lines = [str(Problem(note.where, note.what, note.line, fix=note.fix)) for note in notes]
    n = len(lines)
    head = ngettext("{n} note on what is made of it:", "{n} notes on what is made of it:", n)
    return "\n".join([head.format(n=n), *(f"  - {line}" for line in lines)])


def notes_record(notes: Iterable[Note]) -> dict[str, Any]:
    """Notes on a case as `{notes: [...]}`."""
    return {
        "notes": [
            {"line": note.line, "where": note.where, "what": note.what, "fix": note.fix}
            for note in notes
        ]
    }
