"""A case file to a case, or every problem in it at once; variants and scenarios beside it.

Those are named changes, made on the tree before it is built.
"""

import contextlib
import gc
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path as FilePath
from typing import Any

from derbes.case.entities import Case
from derbes.case.ledger import LEDGER
from derbes.case.quantity import Note
from derbes.casefile.checks import check_draft
from derbes.casefile.checks_plan import tags_of_chances
from derbes.casefile.doubts import DOUBTS
from derbes.casefile.draft import CaseDraft, Memory, build_draft, with_meant_ids, with_meant_keys
from derbes.casefile.entries import (
    SECTIONS,
    Finding,
    Items,
    MappingNode,
    Mark,
    Node,
    Path,
    Plain,
    Text,
    dotted,
    find,
    key_place,
    keys_of,
    place,
    resolve,
    shown,
)
from derbes.casefile.files import Tree, read_tree, shown_line
from derbes.casefile.notes import NOTES
from derbes.errors import CaseError, Problem, in_latin, offers
from derbes.language import Worded, _, text_of, worded

FIXED = frozenset({"derbes", "name", "include", "calendar"})
"""Keys at the top that no change can touch: results of variants stand side by side."""

UNTOUCHED: Mapping[str, frozenset[str]] = {
    "variants": frozenset({"variants"}),
    "scenarios": frozenset(
        {"variants", "scenarios", "options", "limits", "standards", "budget", "risk"}
        | {"correlations", "reference_classes", "hazards", "chances", "levers"}
        | {"statements", "contrasts", "double_standards", "tensions"}
    ),
}
"""Keys that a variant, or a scenario, cannot change: a plan is one for all scenarios."""

Place = tuple[str, str]
"""Section and id of a variant or scenario."""

Elements = list[tuple[str, str, Node]]
"""Section, id and node of elements."""

_CHANGERS = ("variants", "scenarios")

TAG = "tag:"


@dataclass(slots=True)
class WrittenAlternative:
    """The case as written, or what a variant or scenario makes of it."""

    root: MappingNode
    """The tree after the changes."""
    file: MappingNode
    """The tree before them; what it holds is hung in."""
    written: MappingNode
    """The tree of the case as written."""
    section: str = ""
    """`variants` or `scenarios`; empty for the case as written."""
    origins: dict[Path, Path] = field(default_factory=dict)
    """Path in the changed case → path in the file."""
    changes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with the changes, where it stands in the file."""
    draft: CaseDraft = field(init=False)
    """What the tree makes, once it is changed."""
    found: list[Finding] = field(default_factory=list)
    """What is wrong with its case, and not with that as written; paths are those of its case."""
    scenarios: dict[str, "WrittenAlternative"] = field(default_factory=dict)
    variants: dict[str, "WrittenAlternative"] = field(default_factory=dict)
    offer: Callable[[str, Iterable[str]], str] = field(default_factory=offers)

    def origin(self, path: Path) -> Path | None:
        """Path in the file of something that was changed, or a part of it; None when it was not."""
        above = (path[:n_steps] for n_steps in range(len(path), 0, -1))
        nearest = next((one for one in above if one in self.origins), None)
        if nearest is not None:
            return (*self.origins[nearest], *path[len(nearest) :])
        below = (at for one, at in self.origins.items() if one[: len(path)] == path)
        return next(below, None) if len(path) > 1 else None

    def refuse(self, path: Path, what: str, fix: str = "", /, **words: Any) -> None:
        """Note what is wrong with the changes; `words` go into both texts."""
        self.findings.append(Finding.of(path, what, fix, **words))


def alternative(
    before: WrittenAlternative, place: Place, memory: Memory, *, written: WrittenAlternative
) -> WrittenAlternative:
    """What a variant or scenario makes of a case.

    Args:
        before: The case that it changes.
        place: Its section and id.
        memory: What was built before.
        written: The case as written: what a variant took away of it, a scenario cannot
            change, and what is wrong with it is told already.
    """
    after = WrittenAlternative(before.root, before.root, written.root, place[0])
    entries = dict(before.draft.entries(*_CHANGERS))
    chain = _chain(entries, place)
    if chain is None:
        fix = _("take include_from out of one of the two")
        after.refuse((*place, "include_from"), _('"{name}" starts from itself'), fix, name=place[1])
    for one in chain or (place,):
        if one != place:
            after.changes.append(worded("as {variant}", variant=one[1]))
        _make(after, one, entries[one], is_own=one == place)
    is_whole = all(one.path[2] != "add" for one in after.findings)
    after.draft = build_draft(after.root, memory if is_whole else Memory(), is_whole=is_whole)
    told = {(one.path, one.what) for one in written.found}
    checked = check_draft(after.draft, written.draft, is_changed=not after.findings)
    for finding in (*after.draft.findings, *checked):
        may_follow = finding.lapses or after.findings  # from what is gone, or a change not made
        if (finding.path, finding.what) not in told:
            after.found += [finding] if not may_follow or after.origin(finding.path) else []
    return after


def _chain(entries: Mapping[Place, Any], place: Place) -> list[Place] | None:
    """Changes from the first to be made to the named ones; None when they go in a circle.

    What a variant or scenario starts from is one of its own section, else a variant.
    """
    chain: list[Place] = []
    before: Place | None = place
    while before is not None:
        if before in chain:
            return None
        chain.insert(0, before)
        name = entries[before].include_from
        known = ((before[0], name), ("variants", name))
        before = next((one for one in known if one in entries), None)
    return chain


def _make(changed: WrittenAlternative, place: Place, entry: Any, *, is_own: bool) -> None:
    """Make one variant's own changes; only the named one tells its findings."""
    before = len(changed.findings)
    words: list[str] = []
    for position, pattern in enumerate(entry.remove):
        _remove(changed, (*place, "remove", position), pattern)
        words.append(worded("without {element}", element=pattern))
    for section, elements in entry.add.items():
        for element_id in elements:
            _add(changed, (*place, "add", section, element_id))
            words.append(worded("with {element}", element=f"{section}.{element_id}"))
    for where in entry.set:
        path = (*place, "set", where)
        _set(changed, path)
        words.append(Worded(_set_in_words, where, _plain(find(changed.file, path))))
    if is_own:
        changed.changes += words
    else:
        del changed.findings[before:]


def _remove(changed: WrittenAlternative, place: Path, pattern: str) -> None:
    removed = _selected(changed.root, changed.section, pattern)
    section = changed.root.entries.get(pattern.partition(".")[0])
    is_known = bool(removed or _selected(changed.written, changed.section, pattern))
    if not is_known and isinstance(section, MappingNode | None):
        changed.refuse(place, *_nothing_removed(changed, pattern))
    for name, element_id, _node in removed:
        table = changed.root.entries[name]
        if isinstance(table, MappingNode):
            kept = {key: node for key, node in table.entries.items() if key != element_id}
            left = MappingNode(kept, table.mark, table.keys)
            changed.root = _with(changed.root, (name,), left, None)


def _selected(root: MappingNode, kind: str, pattern: str) -> Elements:
    """Elements that a variant or scenario can change, and that a pattern, or a tag, selects."""
    if pattern.startswith(TAG):
        tag = pattern.removeprefix(TAG).strip()
        return [one for one in _elements(root, kind) if tag in _tags(one)]
    if any(sign in pattern for sign in "*?["):
        return [one for one in _elements(root, kind) if fnmatchcase(".".join(one[:2]), pattern)]
    section, _dot, element_id = pattern.partition(".")
    node = find(root, (section, element_id)) if section in SECTIONS else None
    is_open = node is not None and section not in UNTOUCHED[kind]
    return [(section, element_id, node)] if is_open and node is not None else []


def _tags(element: tuple[str, str, Node]) -> list[Plain]:
    plain = _plain(find(element[2], ("tags",)))
    return plain if isinstance(plain, list) else []


def _elements(root: MappingNode, kind: str) -> Elements:
    return [
        (section, element_id, node)
        for section in SECTIONS
        if section not in UNTOUCHED[kind]
        and isinstance(table := root.entries.get(section), MappingNode)
        for element_id, node in table.entries.items()
    ]


def _nothing_removed(changed: WrittenAlternative, pattern: str) -> tuple[str, str]:
    elements = _elements(changed.written, changed.section)
    if pattern.startswith(TAG):
        tag = pattern.removeprefix(TAG).strip()
        known = {str(word) for one in elements for word in _tags(one)}
        return _('no element has the tag "{tag}"').format(tag=tag), changed.offer(tag, known)
    what = _('"{word}" is not an element of this case').format(word=pattern)
    return what, changed.offer(pattern, (".".join(one[:2]) for one in elements))


def _add(changed: WrittenAlternative, origin: Path) -> None:
    section, element_id = map(str, origin[-2:])
    path, node = (section, element_id), find(changed.file, origin)
    known = set(SECTIONS) - UNTOUCHED[changed.section]
    if section not in known:
        what = _('"{section}" is not a section that a scenario can add to')
        if changed.section == "variants":
            what = _('"{section}" is not a section that a variant can add to')
        fix = changed.offer(section, known)
        changed.refuse(origin[:-1], what, fix, section=section, at_key=True)
    elif find(changed.root, path) is not None:
        what = _("{element} is already in the case")
        fix = _("change it with set, or choose another id")
        changed.refuse(origin, what, fix, element=dotted(path), at_key=True)
    elif node is not None:
        if not isinstance(find(changed.root, (section,)), MappingNode):
            changed.root = _with(changed.root, (section,), MappingNode({}, node.mark), node.mark)
        _hang(changed, path, origin)


def _set(changed: WrittenAlternative, origin: Path) -> None:
    where = str(origin[-1])
    element = tuple(where.split(".")[:2])
    path = _target(changed, where)
    if not isinstance(path, Finding):
        _hang(changed, path, origin)
    elif find(changed.root, element) is not None or not find(changed.written, element):
        # else a variant took away what a scenario changes
        changed.findings.append(replace(path, path=origin, at_key=True))


def _target(changed: WrittenAlternative, where: str) -> Path | Finding:
    """The path that `set` names, or what is wrong with it."""
    root, kind = changed.root, changed.section
    steps = where.split(".")
    top = steps[0]
    untouched = FIXED | UNTOUCHED[kind]
    if top in untouched or where in {"currency", "currency.base"}:
        what = _('a scenario cannot change "{key}"')
        if kind == "variants":
            what = _('a variant cannot change "{key}"')
        return Finding.of((), what, _("take it out"), key=where)
    is_element = top in SECTIONS and len(steps) > 2 and find(root, tuple(steps[:2])) is not None
    if top in keys_of(Case) or is_element:
        return _inside(root, steps)
    if top not in SECTIONS:
        meant = [f"{one[0]}.{where}" for one in _elements(root, kind) if one[1] == top]
        known = (set(keys_of(Case)) | set(SECTIONS)) - untouched
        fix = changed.offer(where, meant) if meant else changed.offer(top, known)
    elif len(steps) < 3:
        fix = _("name a key of an element, as in goods.alum.reserve")
    else:
        names = (".".join(one[:2]) for one in _elements(root, kind))
        fix = changed.offer(".".join(steps[:2]), names)
    return _nowhere(where, fix)


def _nowhere(where: str, fix: str) -> Finding:
    return Finding((), _('"{where}" leads nowhere in this case').format(where=where), fix)


def _inside(root: MappingNode, steps: list[str]) -> Path | Finding:
    """The path below the top; all but its last step must exist."""
    path: list[str | int] = []
    node: Node | None = root
    for step in steps[:-1]:
        path.append(int(step) if isinstance(node, Items) and step.isdecimal() else step)
        node = find(root, tuple(path))
        if node is None or isinstance(node, Text):
            here = ".".join(steps[: len(path)])
            fix = _('set "{where}" as a whole').format(where=here)
            what = _('"{where}" is a single value').format(where=here)
            return _nowhere(".".join(steps), fix) if node is None else Finding((), what, fix)
    if not isinstance(node, Items):
        return (*path, steps[-1])
    if not steps[-1].isdecimal() or int(steps[-1]) >= len(node.items):
        return _nowhere(".".join(steps), "")
    return (*path, int(steps[-1]))


def _hang(changed: WrittenAlternative, path: Path, origin: Path) -> None:
    """Hang what stands in the file at a path of the variant's tree; the file stays as it is."""
    node, parent = find(changed.file, origin), find(changed.file, origin[:-1])
    if node is not None and isinstance(parent, MappingNode):
        changed.root = _with(changed.root, path, node, parent.keys[str(origin[-1])])
        changed.origins[path] = origin


def _with(above: Node, path: Path, node: Node, key: Mark | None) -> Any:
    """A tree with another node at a path; what is on the way is copied."""
    step, below = path[0], path[1:]
    if isinstance(above, Items):
        items = list(above.items)
        items[int(step)] = _with(items[int(step)], below, node, key) if below else node
        return Items(items, above.mark)
    if isinstance(above, Text):
        return above
    name = str(step)
    entries, keys = dict(above.entries), dict(above.keys)
    entries[name] = _with(entries[name], below, node, key) if below else node
    if not below and key is not None:
        keys[name] = key
    return MappingNode(entries, above.mark, keys)


def _plain(node: Node | None) -> Plain:
    return node.plain if node is not None else None


def _set_in_words(where: str, plain: Plain) -> str:
    return f"{where}: {_in_words(plain)}"


def _in_words(plain: Plain, key: str = "") -> str:
    if isinstance(plain, dict):
        words = {name: _in_words(below, name) for name, below in plain.items()}
        if key == "why":
            return text_of(words)
        value = plain.get("value")
        listed = (f"{name}: {text}" for name, text in words.items())
        return value if isinstance(value, str) else ", ".join(listed)
    if isinstance(plain, list):
        return ", ".join(_in_words(item) for item in plain)
    return plain or ""


def _in_the_file(one: WrittenAlternative, place: Place) -> list[Finding]:
    """What is wrong with a variant or scenario, where it stands in the file."""
    what = _("in this scenario {where}: {what}")
    if place[0] == "variants":
        what = _("in this variant {where}: {what}")
    findings = list(one.findings)
    for finding in one.found:
        origin, where = one.origin(finding.path), dotted(shown(one.root, finding.path))
        if origin is None:
            told = what.format(where=where, what=finding.what)
            findings.append(Finding(place, told, finding.fix, at_key=True))
        else:
            findings.append(replace(finding, path=origin))
    return findings


def _crossed(variant: str, scenario: str, one: WrittenAlternative) -> Iterator[Finding]:
    for finding in (*one.findings, *one.found):
        what = _('in this variant with scenario "{scenario}", {where}: {what}')
        where = dotted(shown(one.root, finding.path))
        what = what.format(scenario=scenario, where=where, what=finding.what)
        yield Finding(("variants", variant), what, finding.fix, at_key=True)


def _finished(one: WrittenAlternative, source: str, digest: str) -> Case:
    """The case of a draft with its scenarios, and the correlations whose inputs it has.

    Nothing is wrong with it. The probabilities of the scenarios are rescaled so that they add to 1.
    The digest is the SHA-256 of its text.
    """
    case = one.draft.case
    uncertain = {f"hazards.{name}" for name in case.hazards}
    if case.correlations:
        uncertain |= {quantity.path for quantity in one.draft.quantities if quantity.has_range}
    total = math.fsum(scenario.probability for scenario in case.scenarios.values())
    shares = {
        name: replace(scenario, probability=scenario.probability / total)
        for name, scenario in case.scenarios.items()
    }

    def finished(elements: Mapping[str, Any], after: Mapping[str, WrittenAlternative]) -> Any:
        return {
            name: replace(
                elements[name], case=_finished(below, source, digest), changes=tuple(below.changes)
            )
            for name, below in after.items()
        }

    kept = tuple(pair for pair in case.correlations if uncertain.issuperset(pair.between))
    return replace(
        case,
        variants=finished(case.variants, one.variants),
        scenarios=finished(shares, one.scenarios),
        source=source,
        hash=digest,
        correlations=kept,
    )


Examine = Callable[[Case], Iterable[Problem]]
"""Looks for problems that only other packages can see, such as in expressions."""

MAX_EXCERPT = 160
"""Characters of a line that a problem shows."""

MAX_WORDS = 1000
"""Characters that say where or what a problem is, or how to mend it."""


@dataclass(frozen=True, slots=True)
class Read:
    """What came out of reading: the problems, and the case when there are none."""

    problems: tuple[Problem, ...]
    case: Case | None
    tree: Tree


def read_case(path: FilePath) -> Case:
    """The case in a file, or in the `case.yaml` of a folder.

    Raises:
        CaseError: The file cannot be used; holds every problem with its line.
    """
    read = read_files(path)
    if read.case is None:
        raise CaseError(str(path), read.problems)
    return read.case


@contextlib.contextmanager
def _kept_in_memory() -> Iterator[None]:
    """Look for no garbage: what is read is kept, and looking takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_kept_in_memory()
def read_files(
    path: FilePath, examine: Examine | None = None, instead: Mapping[FilePath, str] | None = None
) -> Read:
    """Read a case with every problem of it, in file order.

    Args:
        path: File, or folder with a `case.yaml`.
        examine: What looks for more problems in a case that has none so far; what it
            finds is put where its path stands.
        instead: File, resolved → text that is read in place of it.
    """
    tree = read_tree(path, frozenset(SECTIONS), instead)
    if not tree.is_readable:
        return Read(_in_order(tree, tree.findings), None, tree)
    is_included = "include" in tree.root.entries
    tree.root, told = with_meant_ids(with_meant_keys(tree.root))
    tree.findings += told
    tree.is_whole &= is_included or "include" not in tree.root.entries
    memory = Memory()
    base = WrittenAlternative(tree.root, tree.root, tree.root)
    base.draft = build_draft(tree.root, memory, is_whole=tree.is_whole)
    base.found = [*base.draft.findings, *check_draft(base.draft)]
    findings = [*tree.findings, *base.found]
    if not tree.is_whole:
        return Read(_in_order(tree, findings), None, tree)
    for section, kept in (("scenarios", base.scenarios), ("variants", base.variants)):
        for at, _entry in base.draft.entries(section):
            kept[at[1]] = one = alternative(base, at, memory, written=base)
            findings += _in_the_file(one, at)
    drafts = {name: one.draft for name, one in base.variants.items()}
    findings += tags_of_chances(base.draft, drafts)
    if len(findings) == len(tree.findings):  # else scenarios of variants say it all again
        for name, variant in base.variants.items():
            for at, _entry in variant.draft.entries("scenarios"):
                variant.scenarios[at[1]] = one = alternative(variant, at, memory, written=base)
                findings += _crossed(name, at[1], one)
    if findings:
        problems = [*_in_order(tree, findings)]
        if examine:
            problems += _examined_beside(tree, base, findings, examine)
        return Read(CaseError("", problems).problems, None, tree)
    notes = _in_order(tree, [finding for note in (*NOTES, *DOUBTS) for finding in note(base.draft)])
    case = replace(
        _finished(base, str(path), tree.hash),
        notes=tuple(Note(one.where, one.what, one.fix, one.line) for one in notes),
        files=tuple(str(source.path) for source in tree.sources),
    )
    more = [_located(tree, problem) for problem in (examine(case) if examine else ())]
    return Read(CaseError("", more).problems, case, tree)


_ASIDE = frozenset({"name", "label", "note", "question", "budget", "risk", "correlations"})
"""Keys at the top that no expression rests on."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BY_SETS = frozenset({"for", "tier"})
"""Words of an expression about elements that it does not name."""


def _examined_beside(
    tree: Tree, base: WrittenAlternative, findings: Iterable[Finding], examine: Examine
) -> Iterator[Problem]:
    """Problems of expressions that rest on nothing in which something else is wrong."""
    tops = {str(one.path[0]) for one in findings if one.path} - _ASIDE
    if base.draft.unreadable or not tops <= SECTIONS.keys() - {*_CHANGERS}:
        return
    wrong = {in_latin(str(one.path[1])) for one in findings if len(one.path) > 1}
    named = {
        (name, reference.word)
        for elements in base.draft.elements.values()
        for name, one in elements.items()
        for reference in one.references
    }
    while more := {name for name, word in named if word in wrong} - wrong:
        wrong |= more
    if tops - {*LEDGER, "facts", "documents"}:
        wrong |= _BY_SETS
    variants = {
        name: replace(one, case=base.variants[name].draft.case)
        for name, one in base.draft.case.variants.items()
    }
    case = replace(base.draft.case, variants=variants)
    for problem in examine(case):
        path = resolve(tree.root, problem.where)
        node = find(tree.root, path) if path else None
        if isinstance(node, Text) and wrong.isdisjoint(_NAME.findall(node.text)):
            yield _located(tree, problem)


def _located(tree: Tree, problem: Problem) -> Problem:
    """A problem put where its path stands in the files; an excerpt of its own stays."""
    path = resolve(tree.root, problem.where)
    if not path:
        return problem
    found = _problem(tree, Finding(path, problem.what, problem.fix))
    if not problem.excerpt:
        return found
    return replace(problem, line=problem.line or found.line, file=found.file)


def _in_order(tree: Tree, findings: list[Finding]) -> tuple[Problem, ...]:
    """Findings as problems, each once, in the order of the files."""
    return CaseError("", [*dict.fromkeys(_problem(tree, one) for one in findings)]).problems


def _problem(tree: Tree, finding: Finding) -> Problem:
    root, mark = tree.root, finding.mark
    if mark is None and finding.path:
        mark = key_place(root, finding.path) if finding.at_key else place(root, finding.path)
    where = _shortened(finding.where or dotted(shown(root, finding.path)))
    what, fix = _shortened(finding.what), _shortened(finding.fix)
    if mark is None or not tree.sources:
        return Problem(where, what, fix=fix)
    source = tree.sources[mark.file]
    line = source.lines[mark.line - 1] if 0 < mark.line <= len(source.lines) else ""
    text, first, n = finding.part
    at = line.find(text, mark.column - 1) if n else -1
    column, length = mark.column, mark.end - mark.start
    if at >= 0:
        column, length = at + 1 + first, n
    elif not mark.one_line:
        length = len(line.rstrip()) - column + 1
    excerpt = shown_line(line[:MAX_EXCERPT]) if column <= MAX_EXCERPT else ""
    return Problem(
        where,
        what,
        line=mark.line,
        column=column,
        fix=fix,
        excerpt=excerpt.rstrip(),
        length=max(1, min(length, len(excerpt.rstrip()) - column + 1)),
        file=source.name,
    )


def _shortened(text: str) -> str:
    """A text without its middle, where words of a file make it too long to be read."""
    half = MAX_WORDS // 2
    return text if len(text) <= MAX_WORDS else f"{text[:half]} … {text[-half:]}"
