"""Loops over plain arrays, one idea a file, compiled by one shim.

`NUMBA_DISABLE_JIT=1` runs the same code as plain Python.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["compiled"]


def compiled(function: F) -> F:
    """The function compiled to machine code, kept on disk for later processes."""
    dispatcher = numba.njit(cache=True, error_model="numpy", forceinline=True)(function)
    if hasattr(dispatcher, "stats"):
        _forget_outdated(Path(str(dispatcher.stats.cache_path)), function)
    return cast("F", dispatcher)


def _forget_outdated(folder: Path, function: Callable[..., Any]) -> None:
    """Drop machine code that is older than any kernel.

    The compiler looks only at the file of the function itself, but what it keeps
    holds the functions of other files that it calls.
    """
    newest = max(source.stat().st_mtime for source in Path(__file__).parent.glob("*.py"))
    stem = Path(function.__code__.co_filename).stem
    for index in folder.glob(f"{stem}.{function.__qualname__}-*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)
