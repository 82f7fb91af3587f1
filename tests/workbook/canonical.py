"""A case without the ways in which it is written, so that two can be compared."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import numpy as np

from derbes.case.entities import Case
from derbes.casefile.reader import read_files

_OF_THE_FILE = frozenset({"written", "line", "at_line"})
_OF_THE_CASE = frozenset({"source", "files", "hash", "notes", "expressions"})


def as_read(path: Path) -> object:
    """What a file says as a case, to be compared."""
    read = read_files(path)
    assert read.case is not None, read.problems
    return plain(read.case)


def plain(part: object) -> object:  # noqa: PLR0911 - one for each kind
    """A value as tuples of names and numbers."""
    if isinstance(part, Enum):
        return part.value
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        without = _OF_THE_FILE | (_OF_THE_CASE if isinstance(part, Case) else frozenset())
        names = [one.name for one in dataclasses.fields(part) if one.name not in without]
        return (type(part).__name__, *((name, plain(getattr(part, name))) for name in names))
    if isinstance(part, Mapping) and all(isinstance(text, str) for text in part.values()):
        return tuple(sorted((str(key), text) for key, text in part.items()))  # texts by language
    if isinstance(part, Mapping):
        return tuple((plain(key), plain(one)) for key, one in part.items())
    if isinstance(part, list | tuple):
        return tuple(plain(one) for one in part)
    if isinstance(part, np.ndarray):
        return tuple(part.ravel().tolist())
    if isinstance(part, float):
        return float(f"{part:.12g}")
    return part if isinstance(part, str | int | bool | None) else repr(part)
