"""The files of a case: bytes decoded to text, YAML to a tree, and the trees put together.

The only module that imports the YAML reader.
"""

import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import yaml

from derbes.casefile.entries import MEND, Finding, Items, MappingNode, Mark, Node, Path, Text
from derbes.errors import said_by_system
from derbes.language import _, ngettext

MAX_DEPTH = 30
"""Levels of nesting; a case needs about eight."""

MAX_REPEATED = 50_000
"""Nodes that all repetitions by `*name` together may stand for."""

MOST_VALUES = 150_000
"""Values of one case, lists and mappings among them: some 30,000 suppliers."""


_SIGNS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_FOREIGN_SIGNS = re.compile(f"[{_SIGNS}]")
"""Signs that a screen, a page or a sheet obeys and does not show: they stand in no file."""
_WRITTEN_SIGNS = re.compile(f"[\r\x85\ud800-\udfff{_SIGNS}]")
"""Those that no text may hold that is written with a backslash; as ends of lines some may stand
in a file."""
_NAMES = ("NULL", *("",) * 6, "BELL", "BACKSPACE", "", "", "", "FORM FEED", "CARRIAGE RETURN")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _RefusedError(Exception):
    """The text cannot be made a tree at all."""

    def __init__(self, what: str, fix: str, mark: Mark, /, **words: Any) -> None:
        self.finding = Finding.of((), what, fix, mark=mark, **words)
        super().__init__(what)


def compose(
    text: str, file: int, most: int = MOST_VALUES
) -> tuple[Node | None, list[Finding], int]:
    """The tree of a YAML text, and what is wrong with it.

    Args:
        text: Whole text of a file.
        file: Number that the marks carry.
        most: Values that it may hold.

    Returns:
        The tree, None when there is none to be had; the findings; and how many values it holds.
    """
    findings = foreign_signs(text, file)
    if findings:
        return None, findings, 0
    composing = _Composing(file, text, most)
    root = None
    try:
        for event in composing.events:
            if isinstance(event, yaml.NodeEvent):
                root, _size = composing.node(event, ())
    except _RefusedError as refused:
        return None, [*composing.findings, refused.finding], composing.n_values
    return root, composing.findings, composing.n_values


_TOP = re.compile(r"^(?=[A-Za-z_]+:)", re.MULTILINE)
_ANCHOR = re.compile(r"(?:^|[\s\[{,])[&*][A-Za-z0-9_]")
_MOST_CUT = 1_000_000
"""Characters of a text that is cut where it is no YAML."""


def compose_parts(text: str, file: int) -> tuple[MappingNode | None, list[Finding]]:
    """What can be read of a text that is no YAML: its top keys one by one.

    None: that does not show where it is wrong.
    """
    starts = [match.start() for match in _TOP.finditer(text)]
    is_odd = foreign_signs(text, file) or _ANCHOR.search(text)  # a part may repeat of another
    if len(text) > _MOST_CUT or is_odd or not starts:
        return None, []
    found, findings, wrong = MappingNode({}, _NOWHERE), list[Finding](), list[Finding]()
    for start, end in pairwise([*starts, len(text)]):
        part = _NOT_AN_END.sub(" ", text[:start]) + text[start:end]
        root, told, _n = compose(part, file)
        if not isinstance(root, MappingNode):
            wrong += told
            continue
        findings += told
        for key, node in root.entries.items():
            found.entries.setdefault(key, node)
            found.keys.setdefault(key, root.keys[key])
    return (found if wrong else None), [*wrong, *findings]


def foreign_signs(text: str, file: int) -> list[Finding]:
    """The signs of a file that cannot stand in a text, each with its place and name."""
    found = []
    line, begins = 1, 0
    for match in _FOREIGN_SIGNS.finditer(text):
        at = match.start()
        ends = [end.end() for end in _ENDS.finditer(text, begins, at)]
        line, begins = line + len(ends), max(ends, default=begins)
        mark = Mark(file, line, at - begins + 1, at, at + 1)
        found.append(Finding.of((), *_refused_sign(match[0]), mark=mark))
    return found


_NOT_AN_END = re.compile("[^\n\r\x85\u2028\u2029]")
_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Ends of lines, as YAML has them."""


def shown_line(line: str) -> str:
    """A line of a file as a screen can show it, sign by sign."""
    return _FOREIGN_SIGNS.sub(MEND, line).replace("\t", " ")


def _refused_sign(sign: str) -> tuple[str, str]:
    code = ord(sign)
    given = {0x1B: "ESCAPE", 0x7F: "DELETE", **dict(enumerate(_NAMES))}.get(code)
    name = given or unicodedata.name(sign, _("a control character"))
    what = _("the sign U+{code:04X} ({name}) cannot stand in a text")
    return what.format(code=code, name=name), _("take it out")


def _events(text: str, file: int) -> Iterator[Any]:
    n_documents = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    what = _("a second document starts here; a case file holds one")
                    raise _RefusedError(what, _("take the line --- out"), _mark(event, file))
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, file) from error
    except yaml.YAMLError as error:
        what, fix = _("this is not YAML: {reason}"), _("see whether this is the right file")
        reason = next(iter(str(error).splitlines()), "")
        raise _RefusedError(what, fix, Mark(file, 0, 0, 0, 0), reason=reason) from error


def _syntax_error(error: yaml.MarkedYAMLError, file: int) -> _RefusedError:
    reason = error.problem or error.context or ""
    at = error.problem_mark or error.context_mark
    what = _(reason) if reason else ""  # of what is known in `tools.messages`
    if "unexpected end of stream" in reason and error.context and error.context_mark:
        at = error.context_mark  # an open quote, say
        what = f"{_(error.context)}, {what}"
    fix = _fix_of(reason)
    if "could not find expected ':'" in reason and error.context_mark:
        at = error.context_mark  # the line that has none, not the one behind it
        fix = _("write a colon and a space behind the key; see the quotes and brackets above it")
    line, column, index = (at.line + 1, at.column + 1, at.index) if at else (0, 0, 0)
    what = _("this is not YAML: {reason}").format(reason=what)
    return _RefusedError(what, fix, Mark(file, line, column, index, index + 1))


def _fix_of(said: str) -> str:
    if "cannot start any token" in said or "tab character" in said:
        return _("indent with spaces, not tabs; put a text that begins with @, ` or % in quotes")
    if "mapping values are not allowed" in said:
        return _(
            "put a text that holds a colon in quotes; see that the key begins its line and a colon "
            "stands behind it"
        )
    if "undefined alias" in said:
        return _("put a text that begins with * in quotes")
    return _("look at indents, quotes and brackets here and in the line above")


def _mark(event: Any, file: int) -> Mark:
    at, end = event.start_mark, event.end_mark
    return Mark(file, at.line + 1, at.column + 1, at.index, end.index, at.line == end.line)


_ENDS_IN_DIGIT = re.compile(r"[+-]?[0-9][0-9 ']*$")
_COLON = re.compile(r"\s*:")
_BEGINS_WITH_DIGIT = re.compile(r"[0-9]+(?![0-9.])")


class _Composing:
    """The nodes of one file, from its events."""

    def __init__(self, file: int, text: str, most: int) -> None:
        self.file = file
        self.most = most
        self.text = text
        self.events = _events(text, file)
        self.findings: list[Finding] = []
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        """Nodes that may be repeated, with their sizes; None while one is still open."""
        self.repeated = 0
        self.n_values = 0
        self.end = 0
        """Characters before the end of what was read last."""

    def node(self, event: Any, path: Path, *, is_key: bool = False) -> tuple[Node, int]:
        """The node that begins with an event, and of how many it consists."""
        mark = _mark(event, self.file)
        self.end = mark.end
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(str(event.anchor), mark, is_key=is_key)
        if event.tag and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            fix = _("take it out; each key knows what its value means")
            self.refuse(path, _('"{tag}" is not used in case files'), fix, mark, tag=tag)
        self.n_values += not is_key
        if self.n_values > self.most:
            what = _("the case holds more than {n:,} values")
            fix = _(
                "add rows up that a measure hits alike, such as the small suppliers of one country"
            )
            raise _RefusedError(what, fix, mark, n=MOST_VALUES)
        found: Node
        if isinstance(event, yaml.ScalarEvent):
            found, size = Text(event.value, mark, event.style or ""), 1
            if event.style == '"' and (sign := _WRITTEN_SIGNS.search(event.value)):
                self.refuse(path[:-1] if is_key else path, *_refused_sign(sign[0]), mark)
                found.text = _WRITTEN_SIGNS.sub(MEND, event.value)
        else:
            if is_key:
                what = _("a key must be a text, not a list or mapping")
                raise _RefusedError(what, _("put braces that belong to a text in quotes"), mark)
            if len(path) >= MAX_DEPTH:
                fix = _("see whether this is the right file")
                raise _RefusedError(_("more than {n} levels of nesting"), fix, mark, n=MAX_DEPTH)
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
            node.ends.append(self.end)
            total += size
        if in_flow:
            self.end = _mark(event, self.file).end
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
                node.ends[key] = self.end
                continue
            what = _('the key "{key}" is given twice, first in line {line}')
            what = what.format(key=key, line=node.keys[key].line)
            self.refuse((*path, key), what, _("keep one of the two"), written.mark)
        if in_flow:
            self.end = _mark(event, self.file).end
            self._mend_cut_keys(path, node)
        return node, total

    def _repeated(self, name: str, mark: Mark, *, is_key: bool) -> tuple[Node, int]:
        node, size = self.anchors.get(name, (None, 0))
        if node is None:
            what = _('"*{name}" repeats something that is not written before it').format(name=name)
            raise _RefusedError(what, _("put a text that begins with * in quotes"), mark)
        self.repeated += size
        if self.repeated > MAX_REPEATED:
            what = _("repetitions by * stand for more than {n} values")
            fix = _("write the values out, or take repetitions of repetitions away")
            raise _RefusedError(what, fix, mark, n=MAX_REPEATED)
        if is_key:
            what = _("a key must be written out, not repeated by *")
            raise _RefusedError(what, _("write the key out"), mark)
        return node, size

    def refuse(self, path: Path, what: str, fix: str, mark: Mark, /, **words: Any) -> None:
        """Note that something cannot be used; `words` go into both texts."""
        self.findings.append(Finding.of(path, what, fix, mark=mark, **words))

    def _mend_cut_keys(self, path: Path, node: MappingNode) -> None:
        """Refuse numbers whose decimal comma YAML has taken for its own, and put them together.

        What follows the comma has become a key without a colon.
        """
        for (key, before), (cut, after) in pairwise(list(node.entries.items())):
            mark = node.keys[cut]
            is_key = bool(_COLON.match(self.text, mark.end)) or not isinstance(after, Text)
            if not is_key and isinstance(before, Text) and self._is_cut(before, Text(cut, mark)):
                self._put_together((*path, key), before, mark)
                del node.entries[cut], node.keys[cut], node.ends[cut]

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
                del node.items[position + 1], node.ends[position]

    def _is_cut(self, before: Text, after: Text) -> bool:
        return (
            not (before.style or after.style)
            and self.text[before.mark.end : after.mark.start] == ","
            and _ENDS_IN_DIGIT.match(before.text) is not None
            and _BEGINS_WITH_DIGIT.match(after.text) is not None
        )

    def _put_together(self, path: Path, first: Text, last: Mark) -> None:
        first.mark = first.mark._replace(end=last.end, one_line=True)
        first.text, first.style = self.text[first.mark.start : last.end], '"'
        what = _('"{text}" is cut in two at its comma')
        fix, point = _("quote it or write a point: {point}"), first.text.replace(",", ".", 1)
        self.refuse(path, what, fix, first.mark, text=first.text, point=point)

    def _refuse_tight_list(self, path: Path, node: Items) -> None:
        mark = node.items[0].mark._replace(end=node.items[-1].mark.end, one_line=True)
        whole, n = self.text[mark.start : mark.end], len(node.items)
        what = ngettext(
            '"[{text}]" can be read as {n} value, or as numbers with a decimal comma',
            '"[{text}]" can be read as {n} values, or as numbers with a decimal comma',
            n,
        )
        fix = _("a number with a decimal comma: quote it or write a point; values: [{apart}]")
        self.refuse(path, what, fix, mark, text=whole, n=n, apart=whole.replace(",", ", "))


MEGABYTE = 1_000_000
MOST_MEGABYTES = 32
"""Of all files of a case together, unless `ALLOWANCE` says otherwise."""
ALLOWANCE = "DERBES_CASE_MB"
"""Variable of the environment that allows larger cases."""
MOST_FILES = 1000
"""Files of one case."""

_CYRILLIC = re.compile("[а-яё]{3}", re.IGNORECASE)


def most_bytes() -> int:
    """How large all files of a case may be together. [byte]"""
    given = os.environ.get(ALLOWANCE, "")
    return MEGABYTE * (int(given) if given.isdecimal() else MOST_MEGABYTES)


def decode(path: FilePath, left: int) -> str | Finding:
    """The text of a file, or what keeps it from being read as one.

    What is no file, as a pipe or a device, is neither waited for nor read.

    It may be `left` large. [byte]
    """
    content = b""
    try:
        other = other_than_file(path.stat().st_mode)
        if not other:  # a socket cannot even be opened
            place = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(place, "rb") as file:
                other = other_than_file(os.fstat(place).st_mode)
                content = b"" if other else file.read(left + 1)
    except (OSError, ValueError) as error:
        return _unreadable(error)
    if other:
        return Finding((), other, _("name a file, such as case.yaml"))
    if len(content) > left:
        n = most_bytes() // MEGABYTE
        what = _("a case may be {n} MB large, all its files together, and this one is more")
        fix = _("see whether this is the right file; {name}={more} before the command allows more")
        return Finding.of((), what, fix, n=n, name=ALLOWANCE, more=2 * n)
    if foreign := _foreign(content):
        return Finding((), *foreign)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = _("this is not UTF-8 text: see line {line}")
        if _CYRILLIC.search(content.decode("cp1251", errors="replace")):
            what = _("this is not UTF-8 text; line {line} looks like Windows-1251")
        line = content.count(b"\n", 0, error.start) + 1
        return Finding.of((), what, _("save the file as UTF-8"), line=line)


def other_than_file(mode: int) -> str:
    """What stands where a file is wanted, as a message says it; empty: a file."""
    kinds = (
        (stat.S_ISDIR, _("this is a folder, not a file")),
        (stat.S_ISFIFO, _("this is a pipe, not a file")),
        (stat.S_ISSOCK, _("this is a socket, not a file")),
        (lambda _mode: not stat.S_ISREG(mode), _("this is a device, not a file")),
    )
    return next((what for is_it, what in kinds if is_it(mode)), "")


def _unreadable(error: OSError | ValueError) -> Finding:
    known = {
        errno.ENOENT: (_("there is no such file"), _("check the path")),
        errno.ENOTDIR: (_("there is no such file"), _("check the path")),
        errno.EACCES: (_("the file may not be read"), _("check its permissions")),
        errno.ELOOP: (_("this is a link that leads back to itself"), _("name the file itself")),
        errno.ENAMETOOLONG: (_("no file has so long a name"), _("check the path")),
    }
    what = _("the file cannot be read: {reason}").format(reason=said_by_system(error))
    return Finding((), *known.get(getattr(error, "errno", None) or 0, (what, "")))


_HEAD = 1000
"""Bytes of which one zero in twenty gives away that a file is no text."""


def _foreign(content: bytes) -> tuple[str, str] | None:
    """What the bytes give away about another format, and how to repair it."""
    is_zip, is_office = (content.startswith(one) for one in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    is_binary = content.count(0, 0, _HEAD) * 20 > len(content[:_HEAD])
    name_it = _("name the case file, a text that ends in .yaml")
    formats = (
        (is_zip and b"xl/" in content, _("this is an Excel workbook, not YAML"), name_it),
        (is_zip, _("this is a zip archive, not YAML"), name_it),
        (is_office, _("this is an old Office document, not YAML"), name_it),
        (content.startswith(b"%PDF"), _("this is a PDF, not YAML"), name_it),
        (is_utf_16, _("this is UTF-16 text, not UTF-8"), _("save the file as UTF-8")),
        (is_binary, _("this is not a text file"), name_it),
    )
    return next(((what, fix) for is_it, what, fix in formats if is_it), None)


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
    lines: list[str]
    """Lines without their ends."""


@dataclass(slots=True)
class Tree:
    """All files of a case as one mapping."""

    root: MappingNode = field(default_factory=lambda: MappingNode({}, _NOWHERE))
    sources: list[Source] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_readable: bool = True
    """Whether the first file is a mapping at all."""
    is_whole: bool = True
    """Whether every file could be read, and as a whole."""

    @property
    def hash(self) -> str:
        """SHA-256 over the texts of all files, in the order of reading."""
        return hashlib.sha256("".join(one.text for one in self.sources).encode()).hexdigest()


def main_file(path: FilePath) -> FilePath:
    """The file that a case is read from: the path itself, or its `case.yaml`."""
    is_folder = os.path.isdir(path)  # noqa: PTH112 - of a name that is too long it says no
    return path / MAIN if is_folder else path


def read_tree(
    path: FilePath, sections: frozenset[str], instead: Mapping[FilePath, str] | None = None
) -> Tree:
    """The tree of a case with everything that it includes.

    Args:
        path: File, or folder with a `case.yaml`.
        sections: Top keys whose entries may come from several files.
        instead: File, resolved → text that is read in place of it.
    """
    tree = Tree()
    main = main_file(path)
    if main is not path and not os.path.lexists(main):
        fix = _("name the case file itself, or call it {name}")
        tree.findings.append(Finding.of((), _("this folder holds no {name}"), fix, name=MAIN))
        tree.is_readable = False
        return tree
    reading = _Reading(tree, main.parent, sections, instead or {})
    root = reading.read(main, "")
    if root is not None:
        tree.root = MappingNode(dict(root.entries), root.mark, dict(root.keys))
        reading.include(root, main.parent)
    return tree


@dataclass(slots=True)
class _Reading:
    """Reads files of one case into its tree."""

    tree: Tree
    folder: FilePath
    sections: frozenset[str]
    instead: Mapping[FilePath, str]
    done: set[str] = field(default_factory=set)
    bytes_left: int = field(default_factory=most_bytes)
    values_left: int = field(default_factory=lambda: MOST_VALUES)

    def read(self, path: FilePath, name: str, asked: Finding | None = None) -> MappingNode | None:
        """The tree of one file; findings say why there is none.

        Args:
            path: File.
            name: How findings call it.
            asked: The place that asked for it, when another file did.
        """
        self.done.add(os.path.realpath(path))
        given = self.instead.get(FilePath(os.path.realpath(path)))
        text = decode(path, self.bytes_left) if given is None else given
        node = None
        if isinstance(text, Finding):
            if asked is not None:
                text = replace(asked, what=f'"{name}": {text.what}', fix=text.fix)
            findings = [text]
        else:
            number = len(self.tree.sources)
            self.tree.sources.append(Source(path, name, text, _ENDS.split(text)))
            node, findings, n_values = compose(text, number, self.values_left)
            self.values_left -= n_values
            self.bytes_left -= len(text.encode())
            if findings and node is None and (cut := compose_parts(text, number))[0] is not None:
                node, findings = cut
                self.tree.is_whole = False
            if not findings and not isinstance(node, MappingNode):
                findings = [_no_mapping(node, number)]
        self.tree.findings += findings
        if isinstance(node, MappingNode):
            return node
        self.tree.is_whole = False
        self.tree.is_readable = asked is not None
        return None

    def include(self, root: MappingNode, folder: FilePath) -> None:
        """Read what a file includes and merge it in, and what that includes, before the next."""
        above = os.path.realpath(self.folder)
        waiting = [*reversed(self._included(root, folder))]
        while waiting:
            asked, name, path = waiting.pop()
            real = os.path.realpath(path)
            what = ""
            if os.path.commonpath([above, real]) != above:
                what = _('"{name}" lies outside the folder of the case')
            elif real in self.done:
                what = _('"{name}" is included twice')
            fix = _("include files beside the case or below it, each once")
            if len(self.done) >= MOST_FILES:
                what = _('with "{name}" the case has more than {n:,} files')
                fix = _("put several of them into one")
                waiting.clear()
            if what:
                self.tree.is_whole &= real in self.done
                what = what.format(name=name, n=MOST_FILES)
                self.tree.findings.append(replace(asked, what=what, fix=fix))
                continue
            below = self.read(path, FilePath(real).relative_to(above).as_posix(), asked)
            if below is not None:
                for key, node in below.entries.items():
                    self._merge(self.tree.root, (key,), node, below.keys[key])
                waiting += reversed(self._included(below, path.parent))

    def _included(self, root: MappingNode, folder: FilePath) -> list[tuple[Finding, str, FilePath]]:
        """What a file includes: its place, name and path."""
        listed = root.entries.get("include")
        if listed is not None and not isinstance(listed, Items) and listed.plain is not None:
            self.tree.is_whole = False
            what, fix = _('"{key}" is no list of files'), _("put it in square brackets")
            told = Finding.of((), what, fix, key="include", mark=root.keys["include"])
            if listed.mark.file:  # of the first the schema says so
                self.tree.findings.append(replace(told, where="include"))
        return [
            (Finding(("include", position), "", mark=item.mark), item.text, folder / item.text)
            for position, item in enumerate(listed.items if isinstance(listed, Items) else [])
            if isinstance(item, Text) and item.text.strip()  # else the schema says so
        ]

    def _merge(self, into: MappingNode, path: tuple[str, ...], node: Node, mark: Mark) -> None:
        """Put a key of a file into the tree; sections are put together from several files."""
        key, is_top = path[-1], len(path) == 1
        present = into.entries.get(key)
        is_same = key == "derbes" and present is not None and present.plain == node.plain
        if is_top and (key == "include" or is_same):
            return
        if present is None or (is_top and isinstance(present, Text) and present.plain is None):
            into.entries[key] = node
            into.keys[key] = mark
        elif (
            is_top
            and key in self.sections
            and isinstance(present, MappingNode)
            and isinstance(node, MappingNode)
        ):
            merged = MappingNode(dict(present.entries), present.mark, dict(present.keys))
            into.entries[key] = merged
            for name, below in node.entries.items():
                self._merge(merged, (key, name), below, node.keys[name])
        elif not (is_top and isinstance(node, Text) and node.plain is None):
            first = into.keys[key]
            source = self.tree.sources[first.file]
            where, name = ".".join(path), source.name or source.path.name
            what = _("{where} is already given in {file}, line {line}")
            what = what.format(where=where, file=name, line=first.line)
            fix = _("keep one of the two")
            self.tree.findings.append(Finding((), what, fix, mark=mark, where=where))


def _no_mapping(node: Node | None, file: int) -> Finding:
    if node is None or (isinstance(node, Text) and node.plain is None):
        what, fix = _("the file is empty"), _('a case file begins with "derbes: 1" and a name')
        return Finding((), what, fix, mark=Mark(file, 0, 0, 0, 0))
    what = _("expected keys with values, as in name: Waterworks")
    return Finding((), what, _("see whether this is the right file"), mark=node.mark)
