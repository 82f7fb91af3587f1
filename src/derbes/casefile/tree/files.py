"""The files of a case: read, decoded, put together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from derbes.casefile.findings import Finding
from derbes.casefile.tree.compose import compose
from derbes.casefile.tree.decode import decode
from derbes.casefile.tree.nodes import Items, Mark, Node, Table, Text
from derbes.language import _

MAIN = "case.yaml"
"""File that a folder is read from."""

_NOWHERE = Mark(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a case."""

    path: Path
    name: str
    """Path from the folder of the case; empty for the file that was named."""
    text: str

    @property
    def lines(self) -> list[str]:
        """Lines without their ends."""
        return self.text.splitlines()


@dataclass(slots=True)
class Tree:
    """All files of a case as one mapping."""

    root: Table = field(default_factory=lambda: Table({}, _NOWHERE))
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


def main_file(path: Path) -> Path:
    """The file that a case is read from: the path itself, or its `case.yaml`."""
    return path / MAIN if path.is_dir() else path


def read_tree(
    path: Path, sections: frozenset[str], instead: Mapping[Path, str] | None = None
) -> Tree:
    """The tree of a case with everything that it includes.

    Args:
        path: File, or folder with a `case.yaml`.
        sections: Top keys whose entries may come from several files.
        instead: Texts to be used in place of what lies in a file, by resolved path.
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
    reading = _Reading(tree, main.parent, sections, instead or {})
    root = reading.read(main, "")
    if isinstance(root, Table):
        tree.root = Table(dict(root.entries), root.mark, dict(root.keys))
        reading.include(root, main.parent)
    else:
        tree.is_readable = False
    return tree


@dataclass(slots=True)
class _Reading:
    """Reads files of one case into its tree."""

    tree: Tree
    folder: Path
    sections: frozenset[str]
    instead: Mapping[Path, str]
    done: set[Path] = field(default_factory=set)

    def read(self, path: Path, name: str, asked: Finding | None = None) -> Node | None:
        """The tree of one file; findings say why there is none.

        Args:
            path: File.
            name: How findings call it.
            asked: The place that asked for it, when another file did.
        """
        self.done.add(path.resolve())
        text = self.instead.get(path.resolve())
        if text is None:
            decoded = decode(path)
            if isinstance(decoded, Finding):
                self.tree.findings.append(_asked_for(decoded, asked, name))
                return None
            text = decoded
        number = len(self.tree.sources)
        self.tree.sources.append(Source(path, name, text))
        node, findings = compose(text, number)
        self.tree.findings += findings
        if not findings and not isinstance(node, Table):
            self.tree.findings.append(_no_mapping(node, number))
        return node

    def include(self, root: Table, folder: Path) -> None:
        """Read what a file includes and merge it in."""
        listed = root.entries.get("include")
        for position, item in enumerate(listed.items if isinstance(listed, Items) else []):
            if not isinstance(item, Text) or not item.text:
                continue  # the schema says so
            asked = Finding(("include", position), "", mark=item.mark)
            path = folder / item.text
            if not path.resolve().is_relative_to(self.folder.resolve()):
                self._refuse(asked, _('"{name}" lies outside the folder of the case'), item.text)
            elif path.resolve() in self.done:
                self._refuse(asked, _('"{name}" is included twice'), item.text)
            else:
                self._merge_file(path, asked)

    def _merge_file(self, path: Path, asked: Finding) -> None:
        name = path.resolve().relative_to(self.folder.resolve()).as_posix()
        root = self.read(path, name, asked)
        if not isinstance(root, Table):
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
        elif key in self.sections and isinstance(present, Table) and isinstance(node, Table):
            top.entries[key] = self._merged(key, present, node)
        elif not (isinstance(node, Text) and node.plain is None):
            self._given_twice(key, mark, top.keys[key])

    def _merged(self, section: str, present: Table, more: Table) -> Table:
        merged = Table(dict(present.entries), present.mark, dict(present.keys))
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

    def _refuse(self, asked: Finding, what: str, name: str) -> None:
        self.tree.findings.append(
            Finding(
                asked.path,
                what.format(name=name),
                _("include files beside the case or below it, each once"),
                mark=asked.mark,
            )
        )


def _asked_for(finding: Finding, asked: Finding | None, name: str) -> Finding:
    if asked is None:
        return finding
    return Finding(asked.path, f'"{name}": {finding.what}', finding.fix, mark=asked.mark)


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
