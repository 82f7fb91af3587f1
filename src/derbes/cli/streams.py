"""The standard streams: what reaches the output is the answer, whole, and nothing else.

While a command works, descriptor 1 leads to the error output, and whatever a library or a
worker prints, compiled code too, stands there. The answer is kept until it is whole, and then
goes to the output itself until all of its bytes are written.
"""

import contextlib
import errno
import io
import json
import os
import select
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from derbes.cli import BROKEN_PIPE, REPAIRABLE
from derbes.files import Identity, identity_of, unwritable
from derbes.harmless import in_json, in_letters_of, visible
from derbes.language import _

_OUTPUT, _ERRORS = 1, 2


class Outlet:
    """Takes the answer of one command; what else is printed meanwhile is no part of it."""

    def __init__(self, shown: TextIO | None, output: int) -> None:
        self._shown = shown
        """Where a text would have been printed; None: it is closed."""
        self._output = output
        """Descriptor of the output itself."""
        self.answer = io.StringIO()
        """What the command answers, as far as it is known."""
        self.is_document = False
        """Whether that is JSON, HTML or CSV, which is UTF-8 whatever the output expects."""
        self.command: Any = None
        """What click knows of the command at work."""
        self.report: str | None = None
        """File for a report of what nobody foresaw."""

    @property
    def is_closed(self) -> bool:
        """Whether the program was started without an output."""
        return self._shown is None

    @property
    def identity(self) -> Identity:
        """The file that the output is."""
        return identity_of(os.fstat(self._output))

    def fail(self, text: str, record: Mapping[str, Any] | None) -> None:
        """Say what went wrong, and of it a record as JSON; nothing else is answered."""
        say(text)
        self.answer.seek(0)
        self.answer.truncate()
        if record is not None:
            self.answer.write(in_json(json.dumps(record, ensure_ascii=False, indent=2)) + "\n")
            self.is_document = True

    def deliver(self, code: int) -> int:
        """Write all of the answer to the output; the code of the command, unless that fails."""
        text = self.answer.getvalue()
        try:
            if text:
                self._write(text)
        except OSError as error:
            is_gone = error.errno == errno.EPIPE
            if not (code or is_gone):  # else it is said already, or nobody wants to know
                say(unwritable(_("the output"), error))
            return code or (BROKEN_PIPE if is_gone else REPAIRABLE)
        return code

    def _write(self, text: str) -> None:
        shown = self._shown
        if shown is None:
            raise closed()
        if _descriptor_of(shown) != _OUTPUT:  # somebody in this process takes it
            shown.write(text)
            shown.flush()
            return
        encoding = "utf-8" if self.is_document else shown.encoding
        if not self.is_document:
            text = in_letters_of(encoding, text)
        content = memoryview(text.encode(encoding, "backslashreplace"))
        with open(self._output, "wb", buffering=0, closefd=False) as raw:
            while content:
                n = raw.write(content)
                if n is None:  # it takes nothing at the moment
                    select.select([], [raw], [])
                content = content[n or 0 :]


@contextlib.contextmanager
def standard_streams(*, is_program: bool) -> Iterator[Outlet]:
    """Guard the output while a command works; all descriptors of streams are open.

    Args:
        is_program: Whether this process ends with the command; else all is put back.
    """
    shown, errors = sys.stdout, sys.stderr
    for stream in (shown, errors):
        _finish(stream)
    output = os.dup(_OUTPUT)
    os.dup2(_ERRORS, _OUTPUT)
    outlet = Outlet(shown, output)
    sys.stdout = outlet.answer
    sys.stderr = errors or os.fdopen(_ERRORS, "w", encoding="utf-8", closefd=False)
    try:
        yield outlet
    finally:
        _finish(sys.stderr)
        sys.stdout = shown
        if not is_program:
            sys.stderr = errors
            _empty_library()
            os.dup2(output, _OUTPUT)
        _finish(shown)
        os.close(output)


def closed() -> OSError:
    """The error of an output that the program was started without."""
    return OSError(errno.EBADF, _("it is closed"))


def say(text: str) -> None:
    """Write lines to the error output; where it takes nothing, nobody can be told."""
    try:
        shown = in_letters_of(sys.stderr.encoding or "utf-8", visible(text))
        sys.stderr.write(f"{shown}\n")
    except (OSError, ValueError):
        _abandon(sys.stderr)
    _finish(sys.stderr)


def _descriptor_of(stream: TextIO) -> int:
    try:
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return -1


def _finish(stream: TextIO | None) -> None:
    """Write out what a stream still holds; what it does not take is lost, without a word."""
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        _abandon(stream)


def _abandon(stream: TextIO | None) -> None:
    """Let nothing more be written, so that closing the stream cannot fail again."""
    if stream is not None and (descriptor := _descriptor_of(stream)) >= 0:
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)


def _empty_library() -> None:
    """Let the C library write out what compiled code has printed, before the output is back."""
    import ctypes  # noqa: PLC0415 - only where the process goes on

    with contextlib.suppress(OSError):
        ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
