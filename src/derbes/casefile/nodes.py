"""Nodes of the tree: texts, lists and mappings, each with its place in a file.

What is wrong, before it has a place in a file.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a tree."""

Plain = str | list["Plain"] | dict[str, "Plain"] | None
"""A tree without places: what the schema reads."""

LEFT_OUT = frozenset({"value", "series", "steps", "months"})
"""Keys that a short spelling leaves out: `price: 10` is `price: {value: 10}`."""

EMPTY_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
"""Unquoted texts that stand for nothing."""


class Mark(NamedTuple):
    """Where something stands: from `start` to `end` in a file."""

    file: int
    line: int
    """From 1."""
    column: int
    """From 1."""
    start: int
    """Characters before it in the file."""
    end: int
    one_line: bool = True


@dataclass(slots=True, eq=False)
class Text:
    """One value as it is written; the schema decides what it means."""

    text: str
    mark: Mark
    style: str = ""
    """Quote or block sign; empty for a plain text."""

    @property
    def plain(self) -> str | None:
        """The text; None where nothing is written."""
        return None if not self.style and self.text in EMPTY_WORDS else self.text


@dataclass(slots=True, eq=False)
class Items:
    """A list."""

    items: list["Node"]
    mark: Mark
    in_flow: bool = False
    _plain: Plain = None

    @property
    def plain(self) -> Plain:
        """The list without places."""
        if self._plain is None:
            self._plain = [item.plain for item in self.items]
        return self._plain


@dataclass(slots=True, eq=False)
class MappingNode:
    """A mapping; keys are texts and stand once."""

    entries: dict[str, "Node"]
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    in_flow: bool = False
    _plain: Plain = None

    @property
    def plain(self) -> Plain:
        """The mapping without places."""
        if self._plain is None:
            self._plain = {key: node.plain for key, node in self.entries.items()}
        return self._plain


Node = Text | Items | MappingNode


def child(node: Node | None, step: str | int) -> Node | None:
    """The node one step further down; None when there is none."""
    if isinstance(node, MappingNode):
        return node.entries.get(str(step))
    if isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    if isinstance(node, Items) and isinstance(step, str):
        named = (item for item in node.items if isinstance(item, Text) and item.text == step)
        return next(named, None)  # a list of ids that stands for a mapping by id
    return None


def find(node: Node, path: Path) -> Node | None:
    """The node at a path; None when there is none."""
    found: Node | None = node
    for step in path:
        found = child(found, step)
    return found


def place(node: Node, path: Path) -> Mark:
    """Where a path stands: its value, else its key, else what is nearest above."""
    mark = node.mark
    for step in path:
        below = child(node, step)
        if below is None:
            if _is_left_out(node, step):
                continue
            break
        mark = node.keys[str(step)] if isinstance(node, MappingNode) else below.mark
        node = below
    return node.mark if isinstance(node, Text) and node.text else mark


def shown(node: Node, path: Path) -> Path:
    """A path without the steps that the file leaves out."""
    steps: list[str | int] = []
    found: Node | None = node
    for step in path:
        below = child(found, step)
        if below is None and _is_left_out(found, step):
            continue
        steps.append(step)
        found = below
    return tuple(steps)


def _is_left_out(node: Node | None, step: str | int) -> bool:
    """Whether a short spelling leaves a step out: `value`, or the 0 of an only item."""
    return step in LEFT_OUT or (step == 0 and isinstance(node, MappingNode | Text))


def key_place(node: Node, path: Path) -> Mark:
    """Where the last key of a path stands."""
    above: Node | None = node
    for step in path[:-1]:
        below = child(above, step)
        above = above if below is None and _is_left_out(above, step) else below
    if isinstance(above, MappingNode) and path[-1] in above.keys:
        return above.keys[str(path[-1])]
    return place(node, path)


def resolve(node: Node, where: str) -> Path | None:
    """The path that a dotted text names; keys may hold dots themselves.

    None when it leads nowhere.
    """
    steps = where.split(".") if where else []
    path: list[str | int] = []
    while steps:
        step = _next_step(node, steps)
        if step is None:
            return None
        below = child(node, step)
        if below is None:
            return None
        steps = steps[str(step).count(".") + 1 :]
        path.append(step)
        node = below
    return tuple(path)


def dotted(path: Path) -> str:
    """A path as a text, e.g. `suppliers.north.routes.0`."""
    return ".".join(str(step) for step in path)


def _next_step(node: Node, steps: list[str]) -> str | int | None:
    if isinstance(node, Items):
        return int(steps[0]) if steps[0].isdecimal() else None
    if isinstance(node, MappingNode):
        for n_parts in range(len(steps), 0, -1):
            key = ".".join(steps[:n_parts])
            if key in node.entries:
                return key
    return None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at a path of a tree, or at a mark of a file."""

    path: Path
    what: str
    fix: str = ""
    at_key: bool = False
    """Whether the caret belongs under the key."""
    mark: Mark | None = None
    """Where it stands, when the path alone does not say it."""
    where: str = ""
    """Path to show, when it differs from `path`."""
