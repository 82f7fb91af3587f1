"""One value of a case file, changed in its line and nowhere else."""

import shutil
from collections.abc import Iterator
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory

from derbes.casefile.entries import Items, MappingNode, Node, Path, Text, find, resolve
from derbes.casefile.files import Tree, compose, main_file
from derbes.casefile.reader import Read, read_files
from derbes.errors import CaseError, Problem, did_you_mean
from derbes.files import write_atomically
from derbes.language import _

BYTE_ORDER_MARK = "\ufeff"


def rewrite_value(path: FilePath, where: str, text: str) -> None:
    """Give one value of a case another text; the rest of the file stays byte for byte.

    The case is read with the new text first; the file is replaced only when it has no
    problems.

    Args:
        path: File, or folder with a `case.yaml`.
        where: Path of the value, e.g. `goods.alum.reserve`; of a quantity with several
            keys it is its `value`.
        text: What is to stand there.

    Raises:
        CaseError: There is no such value, or the case would not be usable.
        OutputError: The file cannot be written; it is as it was.
    """
    tree = read_files(path).tree
    steps, node = _value_at(tree, where, str(path))
    source = tree.sources[node.mark.file]
    spelled = _spelled(node, text, where, str(path))
    start, end = node.mark.start, node.mark.end
    if source.text[start : start + 1] in {"&", "!"}:
        raise _several_places(str(path), where)
    if start == end and source.text[start - 1 : start] == ":":
        spelled = f" {spelled}"
    changed = source.text[:start] + spelled + source.text[end:]
    after = _read_with(path, source.path, changed)
    if after.problems:
        raise CaseError(str(path), after.problems)
    if _others(tree, steps) != _others(after.tree, steps):
        raise _several_places(str(path), where)
    mark = BYTE_ORDER_MARK if source.path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    write_atomically(source.path, mark + changed)


def _read_with(path: FilePath, file: FilePath, text: str) -> Read:
    """The case as it would be with another text in one of its files."""
    main = main_file(path)
    with TemporaryDirectory() as folder:
        copied = FilePath(folder) / "case"
        shutil.copytree(main.parent, copied)
        (copied / file.relative_to(main.parent)).write_bytes(text.encode())
        return read_files(copied / main.name)


def texts(node: Node, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """All texts below a node, with their paths."""
    if isinstance(node, Text):
        yield path, node
    elif isinstance(node, Items):
        for position, item in enumerate(node.items):
            yield from texts(item, (*path, position))
    else:
        for key, below in node.entries.items():
            yield from texts(below, (*path, key))


def _value_at(tree: Tree, where: str, source: str) -> tuple[Path, Text]:
    """The path and node of a single value."""
    steps = resolve(tree.root, where)
    node = find(tree.root, steps) if steps else None
    if isinstance(node, MappingNode) and "value" in node.entries and steps:
        steps, node = (*steps, "value"), node.entries["value"]
    if steps is None or node is None:
        known = [".".join(str(step) for step in path) for path, _node in texts(tree.root)]
        raise _refusal(
            source, where, _("there is no such value in the case"), did_you_mean(where, known)
        )
    if not isinstance(node, Text):
        raise _refusal(
            source, where, _("this is not a single value"), _("name one of the keys below it")
        )
    if not node.mark.one_line or node.style in {"|", ">"}:
        raise _refusal(
            source, where, _("the value takes several lines"), _("change it in an editor")
        )
    return steps, node


def _spelled(node: Text, text: str, where: str, source: str) -> str:
    """The text as YAML, with the quotes that stood there or that it needs."""
    quoted = "'" + text.replace("'", "''") + "'"
    doubled = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ways = {"'": (quoted,), '"': (doubled,)}.get(node.style, (text, quoted))
    for way in ways:
        if all(_stands(frame.format(way), text) for frame in ("k: {}", "{{k: {}, l: 1}}", "[{}]")):
            return way
    raise _refusal(
        source, where, _("the text does not fit into one line"), _("leave line breaks out")
    )


def _stands(yaml: str, text: str) -> bool:
    """Whether a piece of YAML holds a text and nothing else."""
    root, findings, _n = compose(yaml, 0)
    found = [node.plain for _path, node in texts(root)] if root is not None else []
    return not findings and found in ([text], [text, "1"]) and "\n" not in text


def _others(tree: Tree, steps: Path) -> list[tuple[Path, str]]:
    """All values but one; a value that is repeated by `*` shows in several places."""
    return [(path, node.text) for path, node in texts(tree.root) if path != steps]


def _several_places(source: str, where: str) -> CaseError:
    return _refusal(
        source,
        where,
        _("the value stands for several places of the case"),
        _("change it in an editor"),
    )


def _refusal(source: str, where: str, what: str, fix: str) -> CaseError:
    return CaseError(source, [Problem(where, what, fix=fix)])
