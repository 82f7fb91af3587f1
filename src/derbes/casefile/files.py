"""YAML text to a tree; the only module that imports the YAML reader.

Bytes of a file as text, or why they are none.

The files of a case: read, decoded, put together.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import yaml

from derbes.casefile.entries import Finding, Items, MappingNode, Mark, Node, Path, Text
from derbes.language import _

MAX_DEPTH = 30
"""Levels of nesting; a case needs about eight."""

MAX_REPEATED = 50_000
"""Nodes that all repetitions by `*name` together may stand for."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _RefusedError(Exception):
    """The text cannot be made a tree at all."""

    def __init__(self, what: str, fix: str, mark: Mark) -> None:
        self.finding = Finding((), what, fix, mark=mark)
        super().__init__(what)


def compose(text: str, file: int) -> tuple[Node | None, list[Finding]]:
    """The tree of a YAML text, and what is wrong with it.

    Args:
        text: Whole text of a file.
        file: Number that the marks carry.

    Returns:
        The tree, None when there is none to be had, and the findings.
    """
    composing = _Composing(file, text)
    root = None
    try:
        for event in composing.events:
            if isinstance(event, yaml.NodeEvent):
                root, _size = composing.node(event, ())
    except _RefusedError as refused:
        return None, [*composing.findings, refused.finding]
    return root, composing.findings


def _events(text: str, file: int) -> Iterator[Any]:
    n_documents = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    raise _RefusedError(
                        _("a second document starts here; a case file holds one"),
                        _("take the line --- out"),
                        _mark(event, file),
                    )
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, file) from error
    except yaml.YAMLError as error:
        raise _RefusedError(
            _("this is not YAML: {reason}").format(reason=next(iter(str(error).splitlines()), "")),
            _("see whether this is the right file"),
            Mark(file, 0, 0, 0, 0),
        ) from error


def _syntax_error(error: yaml.MarkedYAMLError, file: int) -> _RefusedError:
    reason = error.problem or error.context or ""
    at = error.problem_mark or error.context_mark
    if "unexpected end of stream" in reason and error.context_mark:
        at, reason = error.context_mark, f"{error.context}, {reason}"  # an open quote, say
    line, column, index = (at.line + 1, at.column + 1, at.index) if at else (0, 0, 0)
    return _RefusedError(
        _("this is not YAML: {reason}").format(reason=reason),
        _syntax_fix(reason),
        Mark(file, line, column, index, index + 1),
    )


def _syntax_fix(reason: str) -> str:
    if "cannot start any token" in reason or "tab character" in reason:
        return _("indent with spaces, not tabs; put a text that begins with @, ` or % in quotes")
    if "mapping values are not allowed" in reason:
        return _("put a text that holds a colon in quotes; see that the key begins its line")
    if "undefined alias" in reason:
        return _("put a text that begins with * in quotes")
    return _("look at indents, quotes and brackets here and in the line above")


def _mark(event: Any, file: int) -> Mark:
    start, end = event.start_mark, event.end_mark
    return Mark(
        file, start.line + 1, start.column + 1, start.index, end.index, start.line == end.line
    )


_ENDS_IN_DIGIT = re.compile(r"[+-]?[0-9][0-9 ']*$")
_BEGINS_WITH_DIGIT = re.compile(r"[0-9]+(?![0-9.])")


class _Composing:
    """The nodes of one file, from its events."""

    def __init__(self, file: int, text: str) -> None:
        self.file = file
        self.text = text
        self.events = _events(text, file)
        self.findings: list[Finding] = []
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        """Nodes that may be repeated, with their sizes; None while one is still open."""
        self.repeated = 0

    def node(self, event: Any, path: Path, *, is_key: bool = False) -> tuple[Node, int]:
        """The node that begins with an event, and of how many it consists."""
        mark = _mark(event, self.file)
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(str(event.anchor), mark, is_key=is_key)
        if event.tag and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.refuse(
                path,
                _('"{tag}" is not used in case files').format(tag=tag),
                _("take it out; each key knows what its value means"),
                mark,
            )
        found: Node
        if isinstance(event, yaml.ScalarEvent):
            found, size = Text(event.value, mark, event.style or ""), 1
        else:
            if is_key:
                raise _RefusedError(
                    _("a key must be a text, not a list or mapping"),
                    _("put braces that belong to a text in quotes"),
                    mark,
                )
            if len(path) >= MAX_DEPTH:
                raise _RefusedError(
                    _("more than {n} levels of nesting").format(n=MAX_DEPTH),
                    _("see whether this is the right file"),
                    mark,
                )
            if event.anchor:
                self.anchors[event.anchor] = (None, 0)
            fill = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._list
            found, size = fill(path, mark, in_flow=bool(event.flow_style))
        if event.anchor and not is_key:
            self.anchors[event.anchor] = (found, size)
        return found, size

    def _list(self, path: Path, mark: Mark, *, in_flow: bool) -> tuple[Node, int]:
        node, total = Items([], mark, in_flow), 1
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item, size = self.node(event, (*path, len(node.items)))
            node.items.append(item)
            total += size
        if in_flow:
            self._mend_cut_items(path, node)
        return node, total

    def _mapping(self, path: Path, mark: Mark, *, in_flow: bool) -> tuple[Node, int]:
        node, total = MappingNode({}, mark, in_flow=in_flow), 1
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            written, _size = self.node(event, (*path, ""), is_key=True)
            key = written.text if isinstance(written, Text) else ""
            below, size = self.node(next(self.events), (*path, key))
            total += size
            if key not in node.entries:
                node.entries[key] = below
                node.keys[key] = written.mark
                continue
            what = _('the key "{key}" is given twice, first in line {line}')
            self.refuse(
                (*path, key),
                what.format(key=key, line=node.keys[key].line),
                _("keep one of the two"),
                written.mark,
            )
        if in_flow:
            self._mend_cut_keys(path, node)
        return node, total

    def _repeated(self, name: str, mark: Mark, *, is_key: bool) -> tuple[Node, int]:
        node, size = self.anchors.get(name, (None, 0))
        if node is None:
            raise _RefusedError(
                _('"*{name}" repeats something that is not written before it').format(name=name),
                _("put a text that begins with * in quotes"),
                mark,
            )
        self.repeated += size
        if self.repeated > MAX_REPEATED:
            raise _RefusedError(
                _("repetitions by * stand for more than {n} values").format(n=MAX_REPEATED),
                _("write the values out, or take repetitions of repetitions away"),
                mark,
            )
        if is_key:
            raise _RefusedError(
                _("a key must be written out, not repeated by *"), _("write the key out"), mark
            )
        return node, size

    def refuse(self, path: Path, what: str, fix: str, mark: Mark) -> None:
        """Note that something cannot be used."""
        self.findings.append(Finding(path, what, fix, mark=mark))

    def _mend_cut_keys(self, path: Path, node: MappingNode) -> None:
        """Refuse numbers whose decimal comma YAML has taken for its own, and put them together.

        What follows the comma has become a key without a colon.
        """
        for (key, before), (cut, after) in pairwise(list(node.entries.items())):
            mark = node.keys[cut]
            is_key = self.text[mark.end :].lstrip()[:1] == ":" or not isinstance(after, Text)
            if not is_key and isinstance(before, Text) and self._is_cut(before, Text(cut, mark)):
                self._put_together((*path, key), before, mark)
                del node.entries[cut], node.keys[cut]

    def _mend_cut_items(self, path: Path, node: Items) -> None:
        """The same in a list.

        Two whole numbers without a space between them are one such, when others of the list
        are parted by a space; where none is, nothing says what was meant.
        """
        texts = [item for item in node.items if isinstance(item, Text)]
        if len(texts) < len(node.items):
            return
        is_cut = [self._is_cut(one, other) for one, other in pairwise(texts)]
        if is_cut and all(is_cut):
            self._refuse_tight_list(path, node)
            return
        for position in reversed(range(len(is_cut))):
            if is_cut[position]:
                self._put_together((*path, position), texts[position], texts[position + 1].mark)
                del node.items[position + 1]

    def _is_cut(self, before: Text, after: Text) -> bool:
        between = self.text[before.mark.end : after.mark.start]
        return (
            not (before.style or after.style)
            and between == ","
            and _ENDS_IN_DIGIT.match(before.text) is not None
            and _BEGINS_WITH_DIGIT.match(after.text) is not None
        )

    def _put_together(self, path: Path, first: Text, last: Mark) -> None:
        first.mark = first.mark._replace(end=last.end, one_line=True)
        first.text, first.style = self.text[first.mark.start : last.end], '"'
        self.refuse(
            path,
            _('"{text}" is cut in two at its comma').format(text=first.text),
            _("quote it or write a point: {point}").format(point=first.text.replace(",", ".", 1)),
            first.mark,
        )

    def _refuse_tight_list(self, path: Path, node: Items) -> None:
        mark = node.items[0].mark._replace(end=node.items[-1].mark.end, one_line=True)
        whole = self.text[mark.start : mark.end]
        self.refuse(
            path,
            _('"[{text}]" can be read as {n} values, or as numbers with a decimal comma').format(
                text=whole, n=len(node.items)
            ),
            _("a number with a decimal comma: quote it or write a point; values: [{apart}]").format(
                apart=", ".join(whole.split(","))
            ),
            mark,
        )


MAX_BYTES = 20_000_000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_CYRILLIC = re.compile("[а-яё]{3}", re.IGNORECASE)


def decode(path: FilePath) -> str | Finding:
    """The text of a file, or what keeps it from being read as one."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Finding(
                (),
                _("the file is too large for a case: {n} million bytes").format(
                    n=size // 1_000_000
                ),
                _("see whether this is the right file"),
            )
        content = path.read_bytes()
    except OSError as error:
        return _unreadable(error)
    return _foreign(content) or _text(content)


def _unreadable(error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError):
        return Finding((), _("there is no such file"), _("check the path"))
    if isinstance(error, PermissionError):
        return Finding((), _("the file may not be read"), _("check its permissions"))
    if isinstance(error, IsADirectoryError):
        return Finding((), _("this is a folder, not a file"), _("name a file in it"))
    reason = error.strerror or str(error)
    return Finding((), _("the file cannot be read: {reason}").format(reason=reason))


def _foreign(content: bytes) -> Finding | None:
    """What the first bytes give away about another format."""
    if content.startswith(b"PK\x03\x04") and b"xl/" in content:
        return _not_yaml(_("this is an Excel workbook, not YAML"))
    if content.startswith(b"PK\x03\x04"):
        return _not_yaml(_("this is a zip archive, not YAML"))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _not_yaml(_("this is an old Office document, not YAML"))
    if content.startswith(b"%PDF"):
        return _not_yaml(_("this is a PDF, not YAML"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Finding((), _("this is UTF-16 text, not UTF-8"), _("save the file as UTF-8"))
    return None


def _not_yaml(what: str) -> Finding:
    return Finding((), what, _("name the case file, a text that ends in .yaml"))


def _text(content: bytes) -> str | Finding:
    if b"\x00" in content:
        return _not_yaml(_("this is not a text file"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _other_encoding(content, error.start)
    control = _CONTROL.search(text)
    if control is None:
        return text
    before = text[: control.start()]
    line = before.count("\n") + 1
    return Finding(
        (),
        _("a control character (code {code}) stands in line {line}").format(
            code=ord(control[0]), line=line
        ),
        _("delete it"),
    )


def _other_encoding(content: bytes, at: int) -> Finding:
    line = content.count(b"\n", 0, at) + 1
    if _CYRILLIC.search(content.decode("cp1251", errors="replace")):
        return Finding(
            (),
            _("this is not UTF-8 text; line {line} looks like Windows-1251").format(line=line),
            _("save the file as UTF-8"),
        )
    return Finding(
        (),
        _("this is not UTF-8 text: see line {line}").format(line=line),
        _("save the file as UTF-8"),
    )


MAIN = "case.yaml"
"""File that a folder is read from."""

_NOWHERE = Mark(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a case."""

    path: FilePath
    name: str
    """FilePath from the folder of the case; empty for the file that was named."""
    text: str

    @property
    def lines(self) -> list[str]:
        """Lines without their ends."""
        return self.text.splitlines()


@dataclass(slots=True)
class Tree:
    """All files of a case as one mapping."""

    root: MappingNode = field(default_factory=lambda: MappingNode({}, _NOWHERE))
    sources: list[Source] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_readable: bool = True
    """Whether every file is a mapping at all."""

    @property
    def hash(self) -> str:
        """SHA-256 over the texts of all files, in the order of reading."""
        digest = hashlib.sha256()
        for source in self.sources:
            digest.update(source.text.encode())
        return digest.hexdigest()


def main_file(path: FilePath) -> FilePath:
    """The file that a case is read from: the path itself, or its `case.yaml`."""
    return path / MAIN if path.is_dir() else path


def read_tree(path: FilePath, sections: frozenset[str]) -> Tree:
    """The tree of a case with everything that it includes.

    Args:
        path: File, or folder with a `case.yaml`.
        sections: Top keys whose entries may come from several files.
    """
    tree = Tree()
    main = main_file(path)
    if path.is_dir() and not main.exists():
        tree.is_readable = False
        tree.findings.append(
            Finding(
                (),
                _("this folder holds no {name}").format(name=MAIN),
                _("name the case file itself, or call it {name}").format(name=MAIN),
            )
        )
        return tree
    reading = _Reading(tree, main.parent, sections)
    root = reading.read(main, "")
    if isinstance(root, MappingNode):
        tree.root = MappingNode(dict(root.entries), root.mark, dict(root.keys))
        reading.include(root, main.parent)
    else:
        tree.is_readable = False
    return tree


@dataclass(slots=True)
class _Reading:
    """Reads files of one case into its tree."""

    tree: Tree
    folder: FilePath
    sections: frozenset[str]
    done: set[FilePath] = field(default_factory=set)

    def read(self, path: FilePath, name: str, asked: Finding | None = None) -> Node | None:
        """The tree of one file; findings say why there is none.

        Args:
            path: File.
            name: How findings call it.
            asked: The place that asked for it, when another file did.
        """
        self.done.add(path.resolve())
        text = decode(path)
        if isinstance(text, Finding):
            if asked is not None:
                what = f'"{name}": {text.what}'
                text = Finding(asked.path, what, text.fix, mark=asked.mark)
            self.tree.findings.append(text)
            return None
        number = len(self.tree.sources)
        self.tree.sources.append(Source(path, name, text))
        node, findings = compose(text, number)
        self.tree.findings += findings
        if not findings and not isinstance(node, MappingNode):
            self.tree.findings.append(_no_mapping(node, number))
        return node

    def include(self, root: MappingNode, folder: FilePath) -> None:
        """Read what a file includes and merge it in."""
        listed = root.entries.get("include")
        for position, item in enumerate(listed.items if isinstance(listed, Items) else []):
            if not isinstance(item, Text) or not item.text:
                continue  # the schema says so
            asked = Finding(("include", position), "", mark=item.mark)
            path = folder / item.text
            what = ""
            if not path.resolve().is_relative_to(self.folder.resolve()):
                what = _('"{name}" lies outside the folder of the case')
            elif path.resolve() in self.done:
                what = _('"{name}" is included twice')
            if what:
                fix = _("include files beside the case or below it, each once")
                self.tree.findings.append(
                    Finding(asked.path, what.format(name=item.text), fix, mark=asked.mark)
                )
            else:
                self._merge_file(path, asked)

    def _merge_file(self, path: FilePath, asked: Finding) -> None:
        name = path.resolve().relative_to(self.folder.resolve()).as_posix()
        root = self.read(path, name, asked)
        if not isinstance(root, MappingNode):
            self.tree.is_readable = False
            return
        for key, node in root.entries.items():
            self._merge(key, node, root.keys[key])
        self.include(root, path.parent)

    def _merge(self, key: str, node: Node, mark: Mark) -> None:
        top = self.tree.root
        present = top.entries.get(key)
        if key in {"include", "derbes"}:
            return
        if present is None or (isinstance(present, Text) and present.plain is None):
            top.entries[key] = node
            top.keys[key] = mark
        elif (
            key in self.sections
            and isinstance(present, MappingNode)
            and isinstance(node, MappingNode)
        ):
            top.entries[key] = self._merged(key, present, node)
        elif not (isinstance(node, Text) and node.plain is None):
            self._given_twice(key, mark, top.keys[key])

    def _merged(self, section: str, present: MappingNode, more: MappingNode) -> MappingNode:
        merged = MappingNode(dict(present.entries), present.mark, dict(present.keys))
        for name, node in more.entries.items():
            if name in merged.entries:
                self._given_twice(f"{section}.{name}", more.keys[name], merged.keys[name])
            else:
                merged.entries[name] = node
                merged.keys[name] = more.keys[name]
        return merged

    def _given_twice(self, where: str, mark: Mark, first: Mark) -> None:
        source = self.tree.sources[first.file]
        self.tree.findings.append(
            Finding(
                (),
                _("{where} is already given in {file}, line {line}").format(
                    where=where, file=source.name or source.path.name, line=first.line
                ),
                _("keep one of the two"),
                mark=mark,
                where=where,
            )
        )


def _no_mapping(node: Node | None, file: int) -> Finding:
    if node is None or (isinstance(node, Text) and node.plain is None):
        return Finding(
            (),
            _("the file is empty"),
            _('a case file begins with "derbes: 1" and a name'),
            mark=Mark(file, 0, 0, 0, 0),
        )
    return Finding(
        (),
        _("expected keys with values, as in name: Waterworks"),
        _("see whether this is the right file"),
        mark=node.mark,
    )
