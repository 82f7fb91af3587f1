"""Variants: named changes, made on the tree before it is built."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from derbes.casefile.findings import Finding
from derbes.casefile.schema.document import SECTIONS, HeaderEntry
from derbes.casefile.tree.nodes import Items, Mark, Node, Path, Plain, Table, Text, find, key_place
from derbes.errors import did_you_mean
from derbes.language import _

FIXED = frozenset({"derbes", "name", "include", "calendar"})
"""Keys at the top that a variant cannot change: results of variants stand side by side."""

TAG = "tag:"


@dataclass(slots=True)
class Changed:
    """The tree of a variant, and where its changes stand in the file."""

    root: Table
    origins: dict[Path, Path] = field(default_factory=dict)
    """Path in the variant's case → path in the file."""
    changes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    line: int = 0
    """Line of the variant."""

    def origin(self, path: Path) -> Path | None:
        """Path in the file of something that the variant changed; None when it did not."""
        for n_steps in range(len(path), 0, -1):
            above = self.origins.get(path[:n_steps])
            if above is not None:
                return (*above, *path[n_steps:])
        return None


def change(root: Table, entries: Mapping[str, Any], name: str) -> Changed:
    """The tree after the changes of a variant.

    Args:
        root: Tree of the case as written.
        entries: Variant → its entry.
        name: Variant.
    """
    changed = Changed(root, line=key_place(root, ("variants", name)).line)
    chain = _chain(entries, name)
    if chain is None:
        changed.findings.append(
            Finding(
                ("variants", name, "include_from"),
                _('"{name}" starts from itself').format(name=name),
                _("take include_from out of one of the two"),
            )
        )
        return changed
    for one in chain:
        if one != name:
            changed.changes.append(_("as {variant}").format(variant=one))
        _make(changed, root, one, entries[one], is_own=one == name)
    return changed


def _chain(entries: Mapping[str, Any], name: str) -> list[str] | None:
    """Variants from the first to be made to the named one; None when they go in a circle."""
    chain = [name]
    while entries[chain[0]].include_from in entries:
        before = entries[chain[0]].include_from
        if before in chain:
            return None
        chain.insert(0, before)
    return chain


def _make(changed: Changed, file: Table, name: str, entry: Any, *, is_own: bool) -> None:
    """Make one variant's own changes; only the named one tells its findings."""
    before = len(changed.findings)
    words: list[str] = []
    for position, pattern in enumerate(entry.remove):
        _remove(changed, ("variants", name, "remove", position), pattern)
        words.append(_("without {element}").format(element=pattern))
    for section, elements in entry.add.items():
        for element_id in elements:
            _add(changed, file, name, (section, element_id))
            words.append(_("with {element}").format(element=f"{section}.{element_id}"))
    for where in entry.set:
        path = ("variants", name, "set", where)
        _set(changed, file, path)
        words.append(f"{where}: {_in_words(_plain(find(file, path)))}")
    if is_own:
        changed.changes += words
    else:
        del changed.findings[before:]


def _remove(changed: Changed, place: Path, pattern: str) -> None:
    removed = list(_selected(changed.root, pattern))
    if not removed:
        changed.findings.append(Finding(place, *_nothing_removed(changed.root, pattern)))
    for section, element_id in removed:
        table = changed.root.entries[section]
        if isinstance(table, Table):
            kept = {key: node for key, node in table.entries.items() if key != element_id}
            _put(changed, (section,), Table(kept, table.mark, table.keys), None)


def _selected(root: Table, pattern: str) -> Iterator[tuple[str, str]]:
    """(section, id) of the elements that a pattern selects."""
    for section, element_id, node in _elements(root):
        if pattern.startswith(TAG):
            if pattern.removeprefix(TAG).strip() in _tags(node):
                yield section, element_id
        elif fnmatchcase(f"{section}.{element_id}", pattern):
            yield section, element_id


def _tags(node: Node) -> list[Plain]:
    plain = _plain(find(node, ("tags",)))
    return plain if isinstance(plain, list) else []


def _elements(root: Table) -> list[tuple[str, str, Node]]:
    return [
        (section, element_id, node)
        for section in SECTIONS
        if section != "variants" and isinstance(table := root.entries.get(section), Table)
        for element_id, node in table.entries.items()
    ]


def _nothing_removed(root: Table, pattern: str) -> tuple[str, str]:
    if pattern.startswith(TAG):
        tag = pattern.removeprefix(TAG).strip()
        known = {str(word) for _section, _id, node in _elements(root) for word in _tags(node)}
        return _('no element has the tag "{tag}"').format(tag=tag), did_you_mean(tag, known)
    names = [f"{section}.{element_id}" for section, element_id, _node in _elements(root)]
    return (
        _('"{word}" is not an element of this case').format(word=pattern),
        did_you_mean(pattern, names),
    )


def _add(changed: Changed, file: Table, name: str, path: tuple[str, str]) -> None:
    origin = ("variants", name, "add", *path)
    section, element_id = path
    if section not in SECTIONS or section == "variants":
        changed.findings.append(
            Finding(
                origin[:-1],
                _('"{section}" is not a section that a variant can add to').format(section=section),
                did_you_mean(section, set(SECTIONS) - {"variants"}),
                at_key=True,
            )
        )
        return
    if find(changed.root, path) is not None:
        changed.findings.append(
            Finding(
                origin,
                _("{element} is already in the case").format(element=f"{section}.{element_id}"),
                _("change it with set, or choose another id"),
                at_key=True,
            )
        )
        return
    node = find(file, origin)
    parent = find(file, origin[:-1])
    if node is not None and isinstance(parent, Table):
        table = find(changed.root, (section,))
        if not isinstance(table, Table):
            _put(changed, (section,), Table({}, node.mark), node.mark)
        _put(changed, path, node, parent.keys[element_id])
        changed.origins[path] = origin


def _set(changed: Changed, file: Table, origin: Path) -> None:
    path = _target(changed.root, str(origin[-1]))
    node = find(file, origin)
    parent = find(file, origin[:-1])
    if isinstance(path, Finding):
        changed.findings.append(Finding(origin, path.what, path.fix, at_key=True))
    elif node is not None and isinstance(parent, Table):
        _put(changed, path, node, parent.keys[str(origin[-1])])
        changed.origins[path] = origin


def _target(root: Table, where: str) -> Path | Finding:
    """The path that `set` names, or what is wrong with it."""
    steps = where.split(".")
    top = steps[0]
    if top in FIXED or top == "variants" or where in {"currency", "currency.base"}:
        return Finding((), _('a variant cannot change "{key}"').format(key=where), _("take it out"))
    if top not in SECTIONS:
        if top in HeaderEntry.model_fields:
            return _inside(root, steps)
        known = (set(HeaderEntry.model_fields) | set(SECTIONS)) - FIXED - {"variants"}
        return Finding(
            (),
            _('"{where}" leads nowhere in this case').format(where=where),
            did_you_mean(top, known),
        )
    if len(steps) < 3 or find(root, tuple(steps[:2])) is None:
        names = [f"{section}.{element_id}" for section, element_id, _node in _elements(root)]
        fix = did_you_mean(".".join(steps[:2]), names)
        if len(steps) < 3:
            fix = _("name a key of an element, as in goods.alum.reserve")
        return Finding((), _('"{where}" leads nowhere in this case').format(where=where), fix)
    return _inside(root, steps)


def _inside(root: Table, steps: list[str]) -> Path | Finding:
    """The path below the top; all but its last step must exist."""
    path: list[str | int] = []
    node: Node | None = root
    for step in steps[:-1]:
        key: str | int = int(step) if isinstance(node, Items) and step.isdecimal() else step
        path.append(key)
        node = find(node, (key,)) if node is not None else None
        if node is None or isinstance(node, Text):
            shown = ".".join(steps[: len(path)])
            what = (
                _('"{where}" leads nowhere in this case').format(where=".".join(steps))
                if node is None
                else _('"{where}" is a single value').format(where=shown)
            )
            return Finding((), what, _('set "{where}" as a whole').format(where=shown))
    last: str | int = steps[-1]
    if isinstance(node, Items):
        if not steps[-1].isdecimal() or int(steps[-1]) >= len(node.items):
            return Finding(
                (), _('"{where}" leads nowhere in this case').format(where=".".join(steps)), ""
            )
        last = int(steps[-1])
    return (*path, last)


def _put(changed: Changed, path: Path, node: Node, key: Mark | None) -> None:
    """Hang a node at a path of the variant's tree; what the file holds stays as it is."""
    changed.root = _with(changed.root, path, node, key)


def _with(above: Node, path: Path, node: Node, key: Mark | None) -> Any:
    step, below = path[0], path[1:]
    if isinstance(above, Items):
        items = list(above.items)
        items[int(step)] = _with(items[int(step)], below, node, key) if below else node
        return Items(items, above.mark, above.in_flow)
    if isinstance(above, Text):
        return above
    name = str(step)
    entries, keys = dict(above.entries), dict(above.keys)
    entries[name] = _with(entries[name], below, node, key) if below else node
    if not below and key is not None:
        keys[name] = key
    return Table(entries, above.mark, keys, above.in_flow)


def _plain(node: Node | None) -> Plain:
    return node.plain if node is not None else None


def _in_words(plain: Plain) -> str:
    """A value as a list of changes shows it."""
    if isinstance(plain, dict):
        value = plain.get("value")
        if isinstance(value, str):
            return value
        return ", ".join(f"{key}: {_in_words(below)}" for key, below in plain.items())
    if isinstance(plain, list):
        return ", ".join(_in_words(item) for item in plain)
    return plain or ""
