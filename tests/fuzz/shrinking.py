"""A trial that shows a fault, made as small as still shows it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import yaml

from tests.fuzz.trials import Trial
from tests.fuzz.writing import at, dumped, loaded, nodes, put, without

Shows = Callable[[Trial], bool]
"""Whether a trial still shows the fault."""


def shrunk(trial: Trial, shows: Shows, seconds: float = 30.0) -> Trial:
    """The smallest trial found in a time: fewer steps, words, files, variables, parts and signs."""
    end = time.monotonic() + seconds
    is_smaller = True
    while is_smaller and time.monotonic() < end:
        is_smaller = False
        for smaller in _smaller(trial):
            if time.monotonic() > end:
                break
            if shows(smaller):
                trial, is_smaller = smaller, True
                break
    for name in trial.files:
        trial = _shrunk_file(trial, name, shows, end)
    return trial


def _smaller(trial: Trial) -> Iterator[Trial]:
    for step in range(len(trial.steps)):
        if len(trial.steps) > 1:
            yield replace(trial, steps=trial.steps[:step] + trial.steps[step + 1 :])
        words = trial.steps[step]
        for n in (2, 1):
            for first in range(1, len(words) - n + 1):
                rest = (words[:first] + words[first + n :],)
                yield replace(trial, steps=trial.steps[:step] + rest + trial.steps[step + 1 :])
    for field in ("files", "places", "environment", "limits"):
        held = getattr(trial, field)
        for name in held:
            yield replace(trial, **{field: {one: held[one] for one in held if one != name}})


def _shrunk_file(trial: Trial, name: str, shows: Shows, end: float) -> Trial:
    def with_text(text: str) -> Trial:
        return replace(trial, files={**trial.files, name: text})

    text = trial.files[name]
    try:
        tree = loaded(text)
        is_tree = isinstance(tree, dict) and shows(with_text(dumped(tree)))
    except (yaml.YAMLError, ValueError, RecursionError):
        is_tree = False
    if is_tree:
        tree = _shrunk_tree(tree, lambda one: shows(with_text(dumped(one))), end)
        return with_text(dumped(tree))
    for parts_of in (lambda one: one.splitlines(keepends=True), list):
        parts = parts_of(text)
        if len(parts) < MOST_PARTS:
            text = "".join(_shrunk_list(parts, lambda kept: shows(with_text("".join(kept))), end))
    return with_text(text)


MOST_PARTS = 3000
"""Lines or signs that are left out one by one."""


def _shrunk_tree(tree: Any, shows: Callable[[Any], bool], end: float) -> Any:
    """A tree without what is not needed: the largest parts go first, then values are made plain."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        places = sorted((path for path, _node in nodes(tree) if path), key=len)
        gone: set[Any] = set()
        for path in reversed(places) if len(places) < 6 else places:
            if time.monotonic() > end:
                return tree
            if any(path[:n] in gone for n in range(1, len(path))) or isinstance(path[-1], int):
                continue
            if shows(one := without(tree, path)):
                tree, is_smaller = one, True
                gone.add(path)
    for path, node in list(nodes(tree)):
        if isinstance(node, list) and len(node) > 1 and time.monotonic() < end:
            kept = _shrunk_list(node, partial(_shows_with, shows, tree, path), end)
            tree = put(tree, path, kept)
    for path, node in list(nodes(tree)):
        if isinstance(node, str) and 3 < len(node) < 400 and time.monotonic() < end:
            try:
                at(tree, path)
            except (KeyError, IndexError, TypeError):
                continue
            kept = _shrunk_list(list(node), partial(_shows_with, shows, tree, path), end)
            tree = put(tree, path, "".join(kept))
    return tree


def _shows_with(shows: Callable[[Any], bool], tree: Any, path: Any, kept: list[Any]) -> bool:
    """Whether a tree with a shorter list or text at a path still shows the fault."""
    is_text = isinstance(at(tree, path), str)
    return shows(put(tree, path, "".join(kept) if is_text else kept))


def _shrunk_list(parts: list[Any], shows: Callable[[list[Any]], bool], end: float) -> list[Any]:
    """Delta debugging: halves are left out, then quarters, and so on to single parts."""
    size = max(1, len(parts) // 2)
    while True:
        first, was_smaller = 0, False
        while first < len(parts) and time.monotonic() < end:
            kept = parts[:first] + parts[first + size :]
            if kept and shows(kept):
                parts, was_smaller = kept, True
            else:
                first += size
        if time.monotonic() >= end or (size == 1 and not was_smaller):
            return parts
        size = max(1, size // 2) if not was_smaller or size > 1 else 1
