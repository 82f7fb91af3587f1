"""Files are written whole or not at all, and never over what is read.

Where a run writes is looked at before it begins (`place_problems`).
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from derbes.errors import OutputError, Problem, said_by_system
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
    write_bytes_atomically(path, text.encode("utf-8", "backslashreplace"))


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """As `write_atomically`, of a file that is not a text.

    Raises:
        OutputError: There is no space, no permission or no such place.
    """
    try:
        found = _found(path)
        if found and not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            path.write_bytes(content)
        else:
            _write_beside(Path(os.path.realpath(path)), content)
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
    what = _("{place}: cannot be written: {reason}.")
    fix = _("Fix: choose another place with --out, or free space and check permissions.")
    return f"{what.format(place=place, reason=said_by_system(error))} {fix}"


def _found(path: Path) -> os.stat_result | None:
    """What is at a place, links followed; None: nothing yet.

    Raises:
        OSError: The way there is closed, or a link leads to itself.
    """
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _write_beside(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = new_part(path, path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
        else:
            umask = os.umask(0)
            os.umask(umask)
            mode = _READABLE & ~umask
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        released(temporary)


# Where a run writes

Identity = tuple[object, ...]
_OF_THE_CASE = ""


def place_problems(
    read: Iterable[Path | str],
    written: Mapping[str, Path | str | None],
    folders: Mapping[str, Path | str | None] | None = None,
    *,
    streams: Iterable[str] = (),
) -> list[Problem]:
    """What is wrong with the places that a run writes to, found before it begins.

    A file is told from others by what it is and not by its name: links and other spellings
    lead to the same. Each place is tried, and left as it was.

    Args:
        read: Files that the run reads.
        written: Option → file; None or empty: none.
        folders: Option → folder that tables are written into.
        streams: Options that may also name a pipe, a terminal or a device.
    """
    taken = {identity(Path(file)): _OF_THE_CASE for file in read}
    problems = []
    for option, word in written.items():
        if word:
            place = Path(word)
            problems += _taken_problems(option, place, taken) or _closed_problems(
                option, place, may_be_stream=option in streams
            )
            taken.setdefault(identity(place), option)
    for option, word in (folders or {}).items():
        if word:
            folder = Path(word)
            try:
                within = sorted(folder.glob("*.csv"))
            except OSError:
                within = []
            found = [one for place in within for one in _taken_problems(option, place, taken)]
            problems += found or _closed_problems(option, folder, folder / "table.csv")
    return problems


def identity(place: Path) -> Identity:
    """What tells a file from all others, whatever its name; of none yet, its full name.

    What is no regular file (a device) is like no other: it can be written to twice.
    """
    try:
        found = place.stat()
    except (OSError, ValueError):
        return (os.path.realpath(place),)
    return identity_of(found)


def identity_of(found: os.stat_result) -> Identity:
    """The identity of what was found at a place, or behind a descriptor."""
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else (object(),)


_CASE_BEGINS = re.compile(rb"""(?:\A\s*\{\s*|^)["']?derbes["']?[ \t]*:""", re.MULTILINE)
_HEAD = 65_536
"""Bytes within which a case says that it is one."""


def _taken_problems(option: str, place: Path, taken: Mapping[Identity, str]) -> list[Problem]:
    """What a place is already: a file that is read, or written, or a case anyhow."""
    other = taken.get(identity(place))
    if other:
        what = _('"{place}" is written by --{other} already').format(place=place, other=other)
        return [Problem(option, what, fix=_("name two files"))]
    if other == _OF_THE_CASE:
        what = _('"{place}" is a file of the case, and would be written over')
    elif _is_case(place):
        what = _('"{place}" is a case, and would be written over')
    else:
        return []
    fix = _("name another file with --{option}")
    return [Problem(option, what.format(place=place), fix=fix.format(option=option))]


def _is_case(place: Path) -> bool:
    try:
        if not place.is_file():
            return False
        with place.open("rb") as file:
            return _CASE_BEGINS.search(file.read(_HEAD)) is not None
    except (OSError, ValueError):
        return False


def _closed_problems(
    option: str, shown: Path, place: Path | None = None, *, may_be_stream: bool = False
) -> list[Problem]:
    try:
        reason = _tried(place or shown, may_be_stream=may_be_stream)
    except OSError as error:
        reason = said_by_system(error)
    except ValueError as error:
        reason = str(error)
    if not reason:
        return []
    what = _('"{place}" cannot be written: {reason}').format(place=shown, reason=reason)
    fix = _("choose another place with --{option}, or free space and check permissions")
    return [Problem(option, what, fix=fix.format(option=option))]


def _tried(path: Path, *, may_be_stream: bool) -> str:
    """Write a byte beside a place, as if it were written to, and take it away again.

    Returns:
        Why it cannot be written to; empty: it can.

    Raises:
        OSError: It cannot be written to.
    """
    found = _found(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        is_folder = stat.S_ISDIR(found.st_mode)
        if not is_folder and not may_be_stream:
            return _("it is no file but a pipe, a terminal or a device")
        if not is_folder and os.access(path, os.W_OK):
            return ""
        code = errno.EISDIR if is_folder else errno.EACCES
        raise OSError(code, os.strerror(code))
    place = Path(os.path.realpath(path))
    folder = next(one for one in place.parents if _found(one) is not None)
    handle, temporary = new_part(place, folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"\n")
    finally:
        temporary.unlink(missing_ok=True)
        released(temporary)
    return ""
