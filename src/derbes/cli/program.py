"""Running the command line: what ends it, and with which exit code."""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence

import click

from derbes.cli import INTERRUPTED
from derbes.cli.answers import tell_error
from derbes.cli.commands import derbes
from derbes.errors import DerbesError, OutputError
from derbes.files import unwritable
from derbes.language import _

USER_ERROR = 2
"""Something that the user can repair."""
PIPE_CLOSED = 141
"""The reader of the output went away, as a shell counts it."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name; None: those it was called with.

    Returns:
        Exit code: 0, or 2 for what the user can repair.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(words)
        sys.stdout.flush()
    except OSError as error:
        _abandon_output()
        if error.errno == errno.EPIPE:
            return PIPE_CLOSED
        tell_error(OutputError(unwritable(_("the output"), error)), as_json=False)
        return USER_ERROR
    return code


def _run(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return derbes.main(args=words, prog_name="derbes", standalone_mode=False) or 0
    except click.Abort:
        return INTERRUPTED
    except SystemExit:
        # In this mode click ends the program by itself only when the output is closed.
        return PIPE_CLOSED
    except click.ClickException as error:
        error.show()
        if as_json:
            tell_error(DerbesError(error.format_message()), as_json=True, is_told=True)
        return error.exit_code
    except DerbesError as error:
        tell_error(error, as_json=as_json)
        return USER_ERROR


def _abandon_output() -> None:
    """Let nothing more be written, so that closing the output cannot fail again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
