"""Lanes without a compiler: a row is a numpy array, or a truth value for each of its numbers."""

from typing import Any

import numpy as np

from derbes.kernels.layout import Floats

LANES = 16
"""Numbers in a row; `derbes.kernels.lanes` says why so many."""


def each(value: float) -> Any:
    """The same number in each lane."""
    return np.full(LANES, float(value))


def row(table: Floats, at: int) -> Any:
    """A row of a table."""
    return table[at].copy()


def put(table: Floats, at: int, value: Any) -> None:
    """Write a row of a table."""
    table[at] = value


def cells(table: Floats, at: Any) -> Any:
    """The number of each lane from a row of its own."""
    return table[at.astype(np.int64), np.arange(LANES)]


def put_cells(table: Floats, at: Any, value: Any) -> None:
    """Write the number of each lane into a row of its own."""
    table[at.astype(np.int64), np.arange(LANES)] = value


def path_cells(paths: Floats, path: int, at: Any) -> Any:
    """A path that all futures share, for each lane at a place of its own."""
    return paths[path, at.astype(np.int64)].copy()


def choose(mask: Any, yes: Any, no: Any) -> Any:
    """Lane by lane one row or another."""
    return np.where(mask, yes, no)


def some(mask: Any) -> bool:
    """Whether it is true in some lane."""
    return bool(mask.any())
