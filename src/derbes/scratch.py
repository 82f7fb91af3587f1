"""What a run leaves lying for a moment, and who takes it away.

Files under a temporary name and folders are removed by the run that made them, however it
ends, or by a later run where it was killed. Each is locked as long as its run lives: a lock
ends with the run that holds it, also in another container, and no number of a process is
taken for that of another. Where the file system or the platform has no such locks, nothing
of others is touched.
"""

import atexit
import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FOLDER = "derbes_run_"
_PART = ".part"
_RANDOM = "[a-z0-9_]{8}"
"""What the library puts into temporary names."""
_held: dict[Path, tuple[int, int]] = {}
"""What is lying about → the process that made it, and the lock."""
_cleared: set[str] = set()
"""Names under which the remains of others have been looked for."""


def new_part(path: Path, folder: Path) -> tuple[int, Path]:
    """A new file in a folder under a name made from that of `path`, open, and where it lies.

    What a run that is dead has left for the same path is removed. Once the file is in its
    place, or not wanted any more, it is `released`.

    Raises:
        OSError: It cannot be made.
    """
    prefix = f".{path.name}."
    _clear(folder, prefix, _PART)
    while True:
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=_PART, dir=folder)
        if _is_locked(handle) and os.fstat(handle).st_nlink:
            _held[Path(name)] = (os.getpid(), os.dup(handle))
            return handle, Path(name)
        os.close(handle)  # another run took it for one that is left


def released(temporary: Path) -> None:
    """The file is no longer this run's to remove."""
    _pid, lock = _held.pop(temporary, (0, -1))
    if lock >= 0:
        os.close(lock)


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """A folder of this run's own, removed with all in it when the block is left.

    Raises:
        OSError: It cannot be made.
    """
    place = Path(tempfile.gettempdir())
    _clear(place, _FOLDER, "")
    folder, lock = _locked_folder(place)
    _held[folder] = (os.getpid(), lock)
    try:
        yield folder
    finally:
        _remove(folder)


def _locked_folder(place: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=place))
        if fcntl is None:
            return folder, -1
        with contextlib.suppress(FileNotFoundError):  # another run took it for one that is left
            lock = os.open(folder, os.O_RDONLY)
            if _is_locked(lock) and folder.exists():
                return folder, lock
            os.close(lock)


def remove_temporary() -> None:
    """Remove all that this process has left lying, as it ends."""
    for place, (pid, _lock) in list(_held.items()):
        if pid == os.getpid():
            _remove(place)


atexit.register(remove_temporary)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)
    released(place)


def _is_locked(handle: int) -> bool:
    """Lock it for this run; whether no other has it. Where there are no locks, none has."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _clear(folder: Path, prefix: str, suffix: str) -> None:
    """Remove what dead runs of this user have left under such names, once."""
    if fcntl is None or (key := f"{folder}{os.sep}{prefix}{suffix}") in _cleared:
        return
    _cleared.add(key)
    name = re.compile(re.escape(prefix) + _RANDOM + re.escape(suffix))
    with contextlib.suppress(OSError):
        for place in folder.iterdir():
            if name.fullmatch(place.name):
                _clear_one(place, is_folder=not suffix)


def _clear_one(place: Path, *, is_folder: bool) -> None:
    way = os.O_RDONLY if is_folder else os.O_RDWR
    try:
        handle = os.open(place, way | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        about = os.fstat(handle)
        is_kind = stat.S_ISDIR if is_folder else stat.S_ISREG
        if about.st_uid != os.geteuid() or not is_kind(about.st_mode):
            return
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_folder:
            for part in place.glob(f"*{_PART}"):
                _remove(part)
            place.rmdir()
        else:
            place.unlink()
    except OSError:
        return
    finally:
        os.close(handle)
