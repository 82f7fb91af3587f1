"""YAML text to a tree; the only module that imports the YAML reader."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from derbes.casefile.findings import Finding
from derbes.casefile.tree.nodes import Items, Mark, Node, Path, Table, Text
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


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end is still to come."""

    node: Items | Table
    size: int = 1
    key: str | None = None
    key_mark: Mark | None = None
    anchor: str | None = None

    def step(self) -> str | int:
        return self.key or "" if isinstance(self.node, Table) else len(self.node.items)


@dataclass(slots=True)
class _Composing:
    """What is known while the events of one file come in."""

    file: int
    text: str
    findings: list[Finding] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node | None, int]] = field(default_factory=dict)
    repeated: int = 0
    root: Node | None = None

    @property
    def path(self) -> Path:
        return tuple(opened.step() for opened in self.stack)


def compose(text: str, file: int) -> tuple[Node | None, list[Finding]]:
    """The tree of a YAML text, and what is wrong with it.

    Args:
        text: Whole text of a file.
        file: Number that the marks carry.

    Returns:
        The tree, None when there is none to be had, and the findings.
    """
    state = _Composing(file, text)
    try:
        for event in _events(text, file):
            _take(state, event)
    except _RefusedError as refused:
        return None, [*state.findings, refused.finding]
    return state.root, state.findings


def _events(text: str, file: int) -> Iterator[Any]:
    loader = _Loader(text)
    n_documents = 0
    try:
        while loader.check_event():
            event = loader.get_event()
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
            _("this is not YAML: {reason}").format(reason=_first_line(str(error))),
            _("see whether this is the right file"),
            Mark(file, 0, 0, 0, 0),
        ) from error
    finally:
        loader.dispose()


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


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""


def _mark(event: Any, file: int) -> Mark:
    start, end = event.start_mark, event.end_mark
    return Mark(
        file, start.line + 1, start.column + 1, start.index, end.index, start.line == end.line
    )


def _take(state: _Composing, event: Any) -> None:
    if isinstance(event, yaml.ScalarEvent):
        _take_text(state, event)
    elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
        _open(state, event)
    elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
        opened = state.stack[-1]
        if opened.node.in_flow:
            _mend_cut_numbers(state, opened.node)
        state.stack.pop()
        _remember(state, opened.anchor, opened.node, opened.size)
        _put(state, opened.node, opened.size)
    elif isinstance(event, yaml.AliasEvent):
        _take_alias(state, event)


def _take_text(state: _Composing, event: Any) -> None:
    mark = _mark(event, state.file)
    _refuse_tag(state, event, mark)
    top = state.stack[-1] if state.stack else None
    if top is not None and isinstance(top.node, Table) and top.key_mark is None:
        top.key, top.key_mark = event.value, mark
        return
    node = Text(event.value, mark, event.style or "")
    _remember(state, event.anchor, node, 1)
    _put(state, node, 1)


def _open(state: _Composing, event: Any) -> None:
    mark = _mark(event, state.file)
    _refuse_tag(state, event, mark)
    top = state.stack[-1] if state.stack else None
    if top is not None and isinstance(top.node, Table) and top.key_mark is None:
        raise _RefusedError(
            _("a key must be a text, not a list or mapping"),
            _("put braces that belong to a text in quotes"),
            mark,
        )
    if len(state.stack) >= MAX_DEPTH:
        raise _RefusedError(
            _("more than {n} levels of nesting").format(n=MAX_DEPTH),
            _("see whether this is the right file"),
            mark,
        )
    is_table = isinstance(event, yaml.MappingStartEvent)
    in_flow = bool(event.flow_style)
    node = Table({}, mark, in_flow=in_flow) if is_table else Items([], mark, in_flow)
    if event.anchor:
        state.anchors[event.anchor] = (None, 0)
    state.stack.append(_Open(node, anchor=event.anchor))


def _take_alias(state: _Composing, event: Any) -> None:
    mark = _mark(event, state.file)
    node, size = state.anchors.get(event.anchor, (None, 0))
    if node is None:
        raise _RefusedError(
            _('"*{name}" repeats something that is not written before it').format(
                name=event.anchor
            ),
            _("put a text that begins with * in quotes"),
            mark,
        )
    state.repeated += size
    if state.repeated > MAX_REPEATED:
        raise _RefusedError(
            _("repetitions by * stand for more than {n} values").format(n=MAX_REPEATED),
            _("write the values out, or take repetitions of repetitions away"),
            mark,
        )
    top = state.stack[-1]
    if isinstance(top.node, Table) and top.key_mark is None:
        raise _RefusedError(
            _("a key must be written out, not repeated by *"), _("write the key out"), mark
        )
    _put(state, node, size)


def _remember(state: _Composing, anchor: str | None, node: Node, size: int) -> None:
    if anchor:
        state.anchors[anchor] = (node, size)


def _put(state: _Composing, node: Node, size: int) -> None:
    """Hang a finished node under what is open."""
    if not state.stack:
        state.root = node
        return
    top = state.stack[-1]
    top.size += size
    if isinstance(top.node, Items):
        top.node.items.append(node)
        return
    key, mark = top.key or "", top.key_mark or node.mark
    if key in top.node.entries:
        first = top.node.keys[key].line
        state.findings.append(
            Finding(
                state.path,
                _('the key "{key}" is given twice, first in line {line}').format(
                    key=key, line=first
                ),
                _("keep one of the two"),
                mark=mark,
            )
        )
    else:
        top.node.entries[key] = node
        top.node.keys[key] = mark
    top.key = top.key_mark = None


_ENDS_IN_DIGIT = re.compile(r"[+-]?[0-9][0-9 ']*$")
_BEGINS_WITH_DIGIT = re.compile(r"[0-9]+(?![0-9.])")


def _mend_cut_numbers(state: _Composing, node: Items | Table) -> None:
    """Refuse numbers whose decimal comma YAML has taken for its own, and put them together.

    In a list two whole numbers without a space between them are one such, when others of the
    list are parted by a space; where none is, nothing says what was meant. In a mapping what
    follows the comma has become a key without a colon.
    """
    path = state.path[:-1]
    if isinstance(node, Table):
        for (key, before), (cut, after) in pairwise(list(node.entries.items())):
            mark = node.keys[cut]
            is_key = state.text[mark.end :].lstrip()[:1] == ":" or not isinstance(after, Text)
            if not is_key and isinstance(before, Text) and _is_cut(state, before, Text(cut, mark)):
                _put_together(state, (*path, key), before, mark)
                del node.entries[cut], node.keys[cut]
        return
    texts = [item for item in node.items if isinstance(item, Text)]
    if len(texts) < len(node.items):
        return
    is_cut = [_is_cut(state, one, other) for one, other in pairwise(texts)]
    if is_cut and all(is_cut):
        _refuse_tight_list(state, path, node)
        return
    for position in reversed(range(len(is_cut))):
        if is_cut[position]:
            _put_together(state, (*path, position), texts[position], texts[position + 1].mark)
            del node.items[position + 1]


def _is_cut(state: _Composing, before: Text, after: Text) -> bool:
    between = state.text[before.mark.end : after.mark.start]
    return (
        not (before.style or after.style)
        and between == ","
        and _ENDS_IN_DIGIT.match(before.text) is not None
        and _BEGINS_WITH_DIGIT.match(after.text) is not None
    )


def _put_together(state: _Composing, path: Path, first: Text, last: Mark) -> None:
    mark = first.mark
    whole = state.text[mark.start : last.end]
    first.text, first.style = whole, '"'
    first.mark = Mark(mark.file, mark.line, mark.column, mark.start, last.end)
    state.findings.append(
        Finding(
            path,
            _('"{text}" is cut in two at its comma').format(text=whole),
            _("quote it or write a point: {point}").format(point=whole.replace(",", ".", 1)),
            mark=first.mark,
        )
    )


def _refuse_tight_list(state: _Composing, path: Path, node: Items) -> None:
    first, last = node.items[0].mark, node.items[-1].mark
    whole = state.text[first.start : last.end]
    state.findings.append(
        Finding(
            path,
            _('"[{text}]" can be read as {n} values, or as numbers with a decimal comma').format(
                text=whole, n=len(node.items)
            ),
            _("a number with a decimal comma: quote it or write a point; values: [{apart}]").format(
                apart=", ".join(whole.split(","))
            ),
            mark=Mark(first.file, first.line, first.column, first.start, last.end),
        )
    )


def _refuse_tag(state: _Composing, event: Any, mark: Mark) -> None:
    if event.tag and event.tag != "!":
        state.findings.append(
            Finding(
                state.path,
                _('"{tag}" is not used in case files').format(tag=_short_tag(event.tag)),
                _("take it out; each key knows what its value means"),
                mark=mark,
            )
        )


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
