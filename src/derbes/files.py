"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path

from derbes.errors import OutputError
from derbes.language import _
from derbes.scratch import new_part, released

_READABLE = 0o666


def write_atomically(path: Path, text: str) -> None:
    """Write a text under a temporary name beside `path`, then rename it.

    A reader sees the old file or the new one, never a part of it. Folders on the
    way are made. What is not a regular file (a pipe, a terminal) is written to
    directly. Line ends are written as they are in the text.

    Raises:
        OutputError: There is no space, no permission or no such place.
    """
    write_bytes_atomically(path, text.encode("utf-8"))


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """As `write_atomically`, of a file that is not a text.

    Raises:
        OutputError: There is no space, no permission or no such place.
    """
    path = path.resolve()
    try:
        if _is_stream(path):
            _write_directly(path, content)
        else:
            _write_beside(path, content)
    except OSError as error:
        raise OutputError(unwritable(str(path), error)) from error


def make_folder(path: Path) -> None:
    """Make a folder, and those on the way to it, where there is none.

    Raises:
        OutputError: There is no permission, or something else has its name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(unwritable(str(path), error)) from error


def unwritable(place: str, error: OSError) -> str:
    """The message for a place that cannot be written to."""
    head = _("{place}: cannot be written: {reason}.").format(
        place=place, reason=error.strerror or str(error)
    )
    fix = _("Fix: choose another place with --out, or free space and check permissions.")
    return f"{head} {fix}"


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _write_directly(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)


def _write_beside(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = new_part(path, path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode_for(path))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        released(temporary)


def _mode_for(path: Path) -> int:
    """Permissions of the file that is replaced, or those that a new file would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return _READABLE & ~umask
