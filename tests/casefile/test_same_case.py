"""The same case written otherwise: with a variant, in several files, with its defaults, as formulas.

What is compared is the whole case, but for where in a file something stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from derbes.case.entities import Case
from derbes.casefile.reader import Read, read_files
from tests.fuzz.writing import TEXTS, Path_, Tree, at, dumped, loaded, nodes, put, without

TREES = {name: loaded(TEXTS[name]) for name in ("planned", "every_key", "waterworks")}
for tree in TREES.values():
    tree.pop("variants", None)
PLACES = frozenset(
    {"line", "at_line", "expressions", "hash", "files", "notes", "variants", "changes"}
)
"""Attributes that say where something stands, or what else is in the file."""


def plainly(value: Any, leave: frozenset[str] = PLACES) -> Any:
    """What a value holds, without where it stands and what is left aside."""
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name not in leave]
        names = [one for one in names if not (isinstance(value, Case) and one == "source")]
        held = ((name, plainly(getattr(value, name), leave)) for name in names)
        return [type(value).__name__, *held]
    if isinstance(value, Mapping):
        return [(name, plainly(below, leave)) for name, below in value.items()]
    return [plainly(one, leave) for one in value] if isinstance(value, tuple | list) else value


def read(folder: Path, tree: Tree) -> Read:
    path = folder / "case.yaml"
    path.write_text(dumped(tree), encoding="utf-8")
    return read_files(path)


def numbers(tree: Tree) -> Iterator[Path_]:
    """Paths of all that may stand for a number: one value, or a mapping with one."""
    for path, node in nodes(tree):
        is_key = len(path) > 2 or (path and not isinstance(node, list))
        if is_key and not isinstance(path[-1], int) and (isinstance(node, str) or "value" in node):
            yield path


def test_what_is_missing_counts_as_if_the_key_were_not_there(tmp_path: Path) -> None:
    tried, unlike = 0, []
    for tree in TREES.values():
        for path in numbers(tree):
            found = read(tmp_path, put(tree, path, "missing")).case
            where = ".".join(map(str, path))
            other = read(tmp_path, without(tree, path)).case
            if found is None or found.missing != (where,) or other is None:
                continue
            tried += 1
            both = [plainly(one, PLACES | {"missing"}) for one in (found, other)]
            unlike += [where] if both[0] != both[1] else []
    assert tried > 50
    assert unlike == []
