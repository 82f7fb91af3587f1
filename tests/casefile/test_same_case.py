"""The same case written otherwise: as a variant, in several files, without what is missing.

What is compared is the whole case, but for where in a file something stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any

from derbes.case.entities import Case
from derbes.casefile.entries import SECTIONS
from derbes.casefile.reader import Read, read_files
from tests.fuzz.writing import (
    TEXTS,
    Path_,
    Tree,
    at,
    donors,
    dumped,
    loaded,
    nodes,
    put,
    value,
    without,
)

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


def in_order(plain: Any) -> Any:
    """What is held by names, in their order."""
    if isinstance(plain, tuple):
        return tuple(in_order(one) for one in plain)
    if not isinstance(plain, list):
        return plain
    below = [in_order(one) for one in plain]
    is_by_name = all(isinstance(one, tuple) for one in plain)
    return sorted(below, key=lambda one: str(one[0])) if is_by_name else below


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
    rng, tried, unlike = Random(4), 0, []
    for tree in TREES.values():
        for path in rng.sample(list(numbers(tree)), 50):
            found = read(tmp_path, put(tree, path, "missing")).case
            where = ".".join(map(str, path))
            other = read(tmp_path, without(tree, path)).case
            if found is None or found.missing != (where,) or other is None:
                continue
            tried += 1
            both = [plainly(one, PLACES | {"missing"}) for one in (found, other)]
            unlike += [where] if both[0] != both[1] else []
    assert tried > 20
    assert unlike == []


FIXED = {"derbes", "name", "include", "calendar", "variants", "scenarios"}
"""Keys at the top that no variant changes, or that a tree of these tests does without."""
ODD = (
    *("missing", "= 3 * 2", "1 year", "50 %", "5", "0.5", "2026-01", "2027-03-01", "alum", "ore"),
    *({"2026-01": "10", "2027-01": "20"}, {"value": "10", "range": ["5", "20"]}, ["6", "1 year"]),
)


def somewhere(rng: Random) -> tuple[Tree, Path_, Tree]:
    """A case, a path in it that a variant may change, and what may stand there instead."""
    tree = TREES[rng.choice(list(TREES))]
    is_deep = {"calendar": 9, "currency": 2}.get
    paths = [
        path
        for path, node in nodes(tree)
        if path and path[0] not in FIXED and path[:2] != ("currency", "base")
        if len(path) > is_deep(str(path[0]), 2) or isinstance(node, str)
    ]
    path = rng.choice(paths)
    same = donors().get(str(path[-1]), [at(tree, path)])
    return tree, path, rng.choice((rng.choice(same), rng.choice(ODD), value(rng)))


def test_a_variant_is_the_case_with_its_changes_written_in(tmp_path: Path) -> None:
    """It can be used where that can, and is that, whatever it sets."""
    rng, n_used = Random(5), 0
    for _turn in range(120):
        tree, path, new = somewhere(rng)
        if new is None:
            continue  # told otherwise in a list than in a mapping
        written = read(tmp_path, put(tree, path, new))
        changes = {"set": {".".join(map(str, path)): new}}
        found = read(tmp_path, {**tree, "variants": {"other": changes}})
        may_lapse = any(
            "hits nothing" in one.what for one in written.problems
        )  # as by what is gone
        assert may_lapse or bool(found.problems) == bool(written.problems), (path, new)
        if found.case and written.case:
            n_used += 1
            other = found.case.variants["other"].case
            assert plainly(other) == plainly(written.case), (path, new)
    assert n_used > 25


def test_a_variant_may_take_elements_away_and_add_them_again(tmp_path: Path) -> None:
    for tree in TREES.values():
        whole = read(tmp_path, tree).case
        for section in ("uses", "stockpiles", "suppliers", "recipes", "standards"):
            if section not in tree:
                continue
            again = {"remove": [f"{section}.*"], "add": {section: tree[section]}}
            case = read(tmp_path, {**tree, "variants": {"again": again}}).case
            assert plainly(case.variants["again"].case) == plainly(whole), section


def test_a_case_in_several_files_is_the_case_in_one(tmp_path: Path) -> None:
    """Sections apart, and elements of one section in several files, and files of files."""
    rng = Random(6)
    for tree in TREES.values():
        whole = read(tmp_path, tree).case
        for _turn in range(4):
            files = [{}, {}, {}]
            main = {}
            for key, node in tree.items():
                if key == "derbes":
                    main[key] = node
                elif isinstance(node, dict) and key in SECTIONS:
                    for name, below in node.items():  # in order, so that elements keep theirs
                        rng.choice(files).setdefault(key, {})[name] = below
                else:
                    rng.choice([main, *files])[key] = node
            main["include"] = ["one.yaml", "three.yaml"]
            files[0]["include"] = ["two.yaml"]
            for name, file in zip(("one", "two", "three"), files, strict=True):
                (tmp_path / f"{name}.yaml").write_text(dumped(file), encoding="utf-8")
            found = read(tmp_path, main)
            assert found.problems == ()
            assert in_order(plainly(found.case)) == in_order(plainly(whole))
