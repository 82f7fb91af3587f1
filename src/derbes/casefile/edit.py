"""Changes to the files of a case that leave every other byte as it is.

What is wanted is told as a tree without places. Where the text says the same it stays, with its
comments, its order, its quotes and its line ends; where it does not, as little of it is written
anew as can be. What comes out is read again, and must be what was wanted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path as FilePath
from typing import NamedTuple

from derbes.casefile.entries import (
    SECTIONS,
    Items,
    MappingNode,
    Node,
    Path,
    Plain,
    Text,
    dotted,
    find,
)
from derbes.casefile.files import Tree, compose, read_tree
from derbes.casefile.reader import Examine, read_files
from derbes.errors import CaseError, OutputError, Problem
from derbes.files import write_bytes_atomically
from derbes.language import _

WIDEST = 100
"""Characters of a line up to which a list or a mapping is written in brackets."""
_INDENT = "  "
_MARK = b"\xef\xbb\xbf"


class Span(NamedTuple):
    """Characters of a text, and what is to stand in their place."""

    start: int
    end: int
    text: str


def write_changes(
    path: FilePath, changes: Mapping[Path, Plain], examine: Examine | None = None
) -> tuple[FilePath, ...]:
    """Change a case: every file that is touched is written whole, or none is.

    Args:
        path: File, or folder with a `case.yaml`.
        changes: Path → what is to stand there; None takes it away. What is above a path that
            there is not yet is made; a new section stands at the end of the main file.
        examine: As in `read_files`.

    Returns:
        The files that were written.

    Raises:
        CaseError: The case has problems, would have them, or cannot be changed so.
        OutputError: A file cannot be written; all are as they were.
    """
    texts = changed_texts(path, changes)
    problems = read_files(path, examine, texts).problems
    if problems:
        raise CaseError(str(path), problems)
    before = {file: file.read_bytes() for file in texts}
    written: list[FilePath] = []
    try:
        for file, text in texts.items():
            mark = _MARK if before[file].startswith(_MARK) else b""
            write_bytes_atomically(file, mark + text.encode("utf-8"))
            written.append(file)
    except OutputError:
        for file in written:
            write_bytes_atomically(file, before[file])
        raise
    return tuple(written)


def changed_texts(path: FilePath, changes: Mapping[Path, Plain]) -> dict[FilePath, str]:
    """File, resolved → its text with the changes; of those alone that change.

    Raises:
        CaseError: The files cannot be read, or cannot be changed so.
    """
    tree = read_tree(path, frozenset(SECTIONS))
    if tree.findings or not tree.is_readable:
        raise CaseError(str(path), read_files(path).problems)
    roots = [compose(source.text, 0)[0] for source in tree.sources]
    wanted: list[Plain] = [root.plain if root is not None else {} for root in roots]
    touched: dict[int, list[Path]] = {}
    for where, value in changes.items():
        number = _file_of(tree, roots, where)
        touched.setdefault(number, []).append(where)
        wanted[number] = with_change(wanted[number], where, value)
    found = {}
    for number, paths in touched.items():
        source, plain = tree.sources[number], wanted[number]
        text = respelled(source.text, plain if isinstance(plain, dict) else {})
        if text is None:  # more would change than was asked
            what = _("this cannot be changed without changing more of the file")
            fix = _("change it in an editor; see whether it is repeated by * or &")
            nodes = [(dotted(where), find(tree.root, where)) for where in paths]
            places = [(where, node.mark.line if node else 0) for where, node in nodes]
            problem = partial(Problem, what=what, fix=fix, file=source.name)
            raise CaseError(str(path), [problem(where, line=line) for where, line in places])
        if text != source.text:
            found[source.path.resolve()] = text
    return found


def _file_of(tree: Tree, roots: Sequence[Node | None], where: Path) -> int:
    """Number of the file in which a path stands, or the nearest above it; else of the main one.

    Of several files that hold the nearest, the last: it is where the section ends.
    """
    for length in range(len(where), 0, -1):
        holding = [
            number
            for number, root in enumerate(roots)
            if root is not None and find(root, where[:length]) is not None
        ]
        if holding:
            node = find(tree.root, where)
            return node.mark.file if node is not None and length == len(where) else holding[-1]
    return 0


def with_change(plain: Plain, where: Path, value: Plain) -> Plain:
    """A tree with another value at a path, or with none there.

    Examples:
        >>> with_change({"a": {"b": "1"}}, ("a", "c"), "2")
        {'a': {'b': '1', 'c': '2'}}
        >>> with_change({"a": {"b": "1"}}, ("a", "b"), None)
        {'a': {}}
    """
    if not where:
        return value
    step, below = where[0], where[1:]
    if isinstance(plain, list) and isinstance(step, int):
        items = list(plain)
        found = with_change(items[step] if step < len(items) else None, below, value)
        items[step : step + 1] = [] if found is None and not below else [found]
        return items
    entries = dict(plain) if isinstance(plain, dict) else {}
    if value is None and not below:
        entries.pop(str(step), None)
    elif value is not None or str(step) in entries:
        entries[str(step)] = with_change(entries.get(str(step)), below, value)
    return entries


def respelled(text: str, wanted: Mapping[str, Plain]) -> str | None:
    r"""A text that reads as is wanted, changed where it reads otherwise and nowhere else.

    New keys stand behind the others. None: it cannot be had, as where a value that is repeated
    by `*` is to differ in one place.

    Examples:
        >>> respelled("a: 1  # one\nb: {c: 2}\n", {"a": "5", "b": {"c": "2", "d": "3"}})
        'a: 5  # one\nb: {c: 2, d: 3}\n'
    """
    root, findings, _n = compose(text, 0)
    if findings or not isinstance(root, MappingNode):
        return None
    spans = sorted(_Spelling(text).mapping(root, wanted), key=lambda span: (span.start, span.end))
    parts, at = [], 0
    for span in spans:
        if span.start < at:
            return None
        parts += [text[at : span.start], span.text]
        at = span.end
    changed = "".join([*parts, text[at:]])
    again, wrong, _n = compose(changed, 0)
    return changed if again is not None and not wrong and again.plain == wanted else None


class _Slot(NamedTuple):
    start: int
    """Behind the colon of its key, or where an item begins."""
    end: int
    indent: int
    """Of the keys above it."""
    in_flow: bool
    is_value: bool
    """Whether a key stands before it, and not the dash of an item."""


class _Spelling:
    """The text of a file, and how what is new in it is spelled."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def node(self, node: Node, wanted: Plain, slot: _Slot) -> Iterator[Span]:
        """What changes so that a node reads as is wanted."""
        if node.plain == wanted:
            return
        match node, wanted:
            case MappingNode(), dict() if _stays(node, wanted, slot):
                yield from self.mapping(node, wanted)
            case Items(), list() if 0 < len(node.items) <= len(wanted):
                yield from self.items(node, wanted)
            case Text(), str() if node.style not in {"|", ">"}:
                lead = " " if slot.start == node.mark.start and slot.is_value else ""
                yield Span(node.mark.start, node.mark.end, lead + spelled(wanted, node.style))
            case _:
                yield from self.anew(node, wanted, slot)

    def mapping(self, node: MappingNode, wanted: Mapping[str, Plain]) -> Iterator[Span]:
        """What changes in a mapping: values, keys that go, keys that come."""
        names = list(node.entries)
        indent = min(mark.column for mark in node.keys.values()) - 1 if names else 0
        for place, name in enumerate(names):
            if name in wanted:
                slot = self.slot(node, name, indent)
                yield from self.node(node.entries[name], wanted[name], slot)
            else:
                yield self.without(node, names, place)
        new = {name: value for name, value in wanted.items() if name not in node.entries}
        if not new:
            return
        if node.in_flow:
            end = node.ends[names[-1]]
            yield Span(end, end, f", {self.wrapped(new, end)[1:-1]}")
        else:
            yield self.lines_behind(node.ends[names[-1]], list(in_block(new, indent)))

    def items(self, node: Items, wanted: Sequence[Plain]) -> Iterator[Span]:
        """What changes in a list that keeps its items, or gets more of them."""
        for place, item in enumerate(node.items):
            slot = _Slot(item.mark.start, node.ends[place], 0, node.in_flow, is_value=False)
            if not node.in_flow:
                slot = slot._replace(indent=item.mark.column - 1)
            yield from self.node(item, wanted[place], slot)
        new = list(wanted[len(node.items) :])
        if new and node.in_flow:
            yield Span(node.ends[-1], node.ends[-1], f", {self.wrapped(new, node.ends[-1])[1:-1]}")
        elif new:
            dash = self.text.rfind("-", 0, node.items[0].mark.start)
            lead = " " * (dash - self.text.rfind("\n", 0, dash) - 1)
            yield self.lines_behind(node.ends[-1], [f"{lead}- {in_flow(value)}" for value in new])

    def slot(self, node: MappingNode, name: str, indent: int) -> _Slot:
        """Where the value of a key stands."""
        behind = node.keys[name].end
        rest = self.text[behind : node.ends[name]]
        colon = len(rest) - len(rest.lstrip()) + 1 if rest.lstrip()[:1] == ":" else 0
        return _Slot(behind + colon, node.ends[name], indent, node.in_flow, is_value=True)

    def anew(self, node: Node, wanted: Plain, slot: _Slot) -> Iterator[Span]:
        """A value of another kind in the place of a node."""
        inline = self.wrapped(wanted, node.mark.start) if slot.in_flow else in_flow(wanted)
        is_block = isinstance(node, MappingNode | Items) and not node.in_flow
        end = self.trimmed(slot.end)
        fits = slot.in_flow or not slot.is_value or not isinstance(wanted, dict | list)
        if fits or not wanted or slot.indent + len(inline) <= WIDEST:
            if is_block and slot.is_value:
                yield Span(slot.start, slot.start, f" {inline}")
                yield Span(self.line_start(node.mark.start), self.behind_line(end), "")
            else:
                lead = " " if slot.is_value and node.mark.start == slot.start else ""
                yield Span(node.mark.start, max(end, node.mark.start), lead + inline)
            return
        lines = self.line_end.join(in_block(wanted, slot.indent + len(_INDENT)))
        if is_block:
            yield Span(self.line_start(node.mark.start), end, lines)
        else:
            yield Span(slot.start, max(end, slot.start), "")
            last = self.text.find("\n", max(end, slot.start))
            last = len(self.text) if last < 0 else last - (self.text[last - 1 : last] == "\r")
            yield Span(last, last, self.line_end + lines)

    def wrapped(self, value: Plain, at: int) -> str:
        """A list or mapping in brackets, over several lines where one would be too long.

        Before it stand `at` characters; what is one value stays as it is.
        """
        line = self.text[self.line_start(at) : at]
        indent = len(line) - len(line.lstrip()) + 2 * len(_INDENT)
        if len(inline := in_flow(value)) <= WIDEST or not isinstance(value, dict | list):
            return inline
        lines, width = [""], len(line)
        for piece in _pieces(value):
            if lines[-1] and width + len(piece) > WIDEST:
                lines.append("")
                width = indent
            lines[-1] += f" {piece}" if lines[-1] else piece
            width += len(piece) + 1
        return f"{self.line_end}{' ' * indent}".join(lines)

    def without(self, node: MappingNode, names: Sequence[str], place: int) -> Span:
        """What goes with a key."""
        start, end = node.keys[names[place]].start, node.ends[names[place]]
        following = node.keys[names[place + 1]].start if place + 1 < len(names) else None
        if node.in_flow:
            if following is not None:
                return Span(start, following, "")
            return Span(node.ends[names[place - 1]] if place else start, end, "")
        first = self.line_start(start)
        if self.text[first:start].strip() and following is not None:
            return Span(start, following, "")  # the first key behind the dash of an item
        return Span(first, self.behind_line(self.trimmed(end)), "")

    def lines_behind(self, end: int, lines: Sequence[str]) -> Span:
        """New lines behind that in which something ends."""
        at, block = self.behind_line(self.trimmed(end)), self.line_end.join(lines)
        if at == len(self.text) and not self.text.endswith("\n"):
            return Span(at, at, self.line_end + block)
        return Span(at, at, block + self.line_end)

    def trimmed(self, end: int) -> int:
        """The end without the empty lines that a block of text takes in."""
        return len(self.text[:end].rstrip()) if self.text[end - 1 : end].isspace() else end

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def behind_line(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1


def _stays(node: MappingNode, wanted: Mapping[str, Plain], slot: _Slot) -> bool:
    """Whether a mapping keeps one of its keys; behind the dash of an item, the first."""
    kept = [name in wanted for name in node.entries]
    return any(kept if node.in_flow or slot.is_value else kept[:1])


def in_flow(value: Plain) -> str:
    """A value in one line.

    Examples:
        >>> in_flow({"value": "1,5 t", "range": ["1", "2"]})
        "{value: '1,5 t', range: [1, 2]}"
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spelled(k)}: {in_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_flow(one) for one in value) + "]"
    return "~" if value is None else spelled(value)


def _pieces(value: Plain, lead: str = "", tail: str = "") -> Iterator[str]:
    """A value in brackets, cut where a line may end."""
    if not isinstance(value, dict | list) or len(in_flow(value)) <= WIDEST // 2:
        yield f"{lead}{in_flow(value)}{tail}"
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    pairs = value.items() if isinstance(value, dict) else (("", one) for one in value)
    entries = [(f"{spelled(name)}: " if name else "", below) for name, below in pairs]
    for place, (name, below) in enumerate(entries):
        is_last = place + 1 == len(entries)
        before = f"{lead}{opening}" if place == 0 else ""
        yield from _pieces(below, f"{before}{name}", f"{closing}{tail}" if is_last else ",")


def in_block(value: Plain, indent: int = 0) -> Iterator[str]:
    """Lines of a mapping or a list; what is short stands in brackets."""
    lead = " " * indent
    if isinstance(value, list):
        yield from (f"{lead}- {in_flow(one)}" for one in value)
        return
    for name, below in value.items() if isinstance(value, dict) else ():
        inline = f"{lead}{spelled(name)}: {in_flow(below)}"
        is_short = not isinstance(below, dict | list) or not below or len(inline) <= WIDEST
        if is_short:
            yield inline
        else:
            yield f"{lead}{spelled(name)}:"
            yield from in_block(below, indent + len(_INDENT))


@lru_cache(maxsize=4096)
def spelled(text: str, style: str = "") -> str:
    """A text as YAML, plain where that is read as the same, else in quotes.

    Args:
        text: What is to be read.
        style: Quotes that stood there before.
    """
    single = "'" + text.replace("'", "''") + "'"
    double = '"' + "".join(_ESCAPES.get(sign, sign) for sign in text) + '"'
    ways = {"'": (single, double), '"': (double,)}.get(style, (text, single, double))
    return next((way for way in ways if _is_read_as(way, text)), double)


_ESCAPES: Mapping[str, str] = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    "\n": "\\n",
    "\t": "\\t",
    "\u2028": "\\L",
    "\u2029": "\\P",
    "\ufeff": "\\ufeff",
}


def _is_read_as(way: str, text: str) -> bool:
    """Whether a spelling is one line and reads as a text wherever it may stand."""
    if "\n" in way or "\r" in way:
        return False
    frames: tuple[tuple[str, Callable[[str], Plain]], ...] = (
        ("k: {}", lambda one: {"k": one}),
        ("{{k: {}, l: 1}}", lambda one: {"k": one, "l": "1"}),
        ("[{}, 1]", lambda one: [one, "1"]),
        ("{}: 1", lambda one: {one: "1"}),
    )
    for frame, meant in frames:
        root, findings, _n = compose(frame.format(way), 0)
        if findings or root is None or root.plain != meant(text):
            return False
    return True
