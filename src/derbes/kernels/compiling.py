"""The shim between the kernels and their compiler; nothing else imports it.

Without the compiler (`NUMBA_DISABLE_JIT=1`) the same functions run as plain Python.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config as _config
from numba.core import cgutils as _cgutils
from numba.core import imputils as _imputils
from numba.core import types as _types
from numba.core.typing import templates as _templates
from numba.extending import intrinsic as _intrinsic
from numba.extending import models as _models
from numba.extending import overload as _overload
from numba.extending import register_model as _register_model
from numba.np import arrayobj as _arrayobj

F = TypeVar("F", bound=Callable[..., Any])

arrays: Any = _arrayobj
cgutils: Any = _cgutils
config: Any = _config
imputils: Any = _imputils
intrinsic: Any = _intrinsic
ir: Any = cgutils.ir
models: Any = _models
overload: Any = _overload
register_model: Any = _register_model
templates: Any = _templates
types: Any = _types
"""What teaches the compiler new types; it comes without types of its own."""
IS_COMPILED = not config.DISABLE_JIT


def compiled(function: F) -> F:
    """The function compiled into those that call it, kept on disk for later processes."""
    return _compiled(function, inline=True)


def called(function: F) -> F:
    """As `compiled`, but it stands once in machine code however many call it."""
    return _compiled(function, inline=False)


def _compiled(function: F, *, inline: bool) -> F:
    make = numba.njit(cache=True, error_model="numpy", forceinline=inline, nogil=True)
    dispatcher = make(function)
    if hasattr(dispatcher, "stats"):
        forget_outdated(Path(str(dispatcher.stats.cache_path)), function)
    return cast("F", dispatcher)


def forget_outdated(folder: Path, function: Callable[..., Any]) -> None:
    """Drop machine code that is older than any kernel.

    The compiler looks only at the file of the function itself, but what it keeps
    holds the functions of other files that it calls.
    """
    newest = max(source.stat().st_mtime for source in Path(__file__).parent.rglob("*.py"))
    stem = Path(function.__code__.co_filename).stem
    for index in folder.glob(f"{stem}.{function.__qualname__}-*.nbi"):
        with suppress(FileNotFoundError):  # another process has dropped it
            if index.stat().st_mtime < newest:
                index.unlink()
