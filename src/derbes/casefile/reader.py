"""A case file to a case, or every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from derbes.case.entities import Case, Variant
from derbes.casefile.build.draft import Draft, Memory, build_draft
from derbes.casefile.build.element import text_of
from derbes.casefile.checks import check_draft
from derbes.casefile.findings import Finding
from derbes.casefile.schema.document import SECTIONS
from derbes.casefile.tree.files import Tree, read_tree
from derbes.casefile.tree.nodes import Table, dotted, key_place, place, shown
from derbes.casefile.variants import Changed, change
from derbes.errors import CaseError, Problem
from derbes.language import _

MAX_EXCERPT = 160
"""Characters of a line that a problem shows."""


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


def check_case(path: FilePath) -> tuple[Problem, ...]:
    """Every problem of a case file, in file order; empty when there is none."""
    return read_files(path).problems


def read_files(path: FilePath, instead: Mapping[FilePath, str] | None = None) -> Read:
    """Read a case; texts in `instead` stand for what lies in files, by resolved path."""
    tree = read_tree(path, frozenset(SECTIONS), instead)
    if not tree.is_readable:
        return Read(_in_order(_problems(tree, tree.root, tree.findings)), None, tree)
    memory = Memory()
    draft = build_draft(tree.root, memory)
    found = [*draft.findings, *check_draft(draft)]
    before = {(one.path, one.what) for one in found}
    findings = [*tree.findings, *found]
    problems = _problems(tree, tree.root, findings)
    variants: dict[str, Variant] = {}
    for name, entry in _variant_entries(draft).items():
        changed = change(tree.root, _variant_entries(draft), name)
        variant_draft = build_draft(changed.root, memory)
        problems += _problems(tree, tree.root, changed.findings)
        if not changed.findings:
            found = [*variant_draft.findings, *check_draft(variant_draft, draft)]
            new = [one for one in found if (one.path, one.what) not in before]
            moved = [_moved(variant_draft.root, one, changed, name) for one in new]
            problems += _problems(tree, tree.root, moved)
        whole = replace(variant_draft.case, variants={}, source=str(path), hash=tree.hash)
        variants[name] = _variant(name, entry, whole, changed)
    problems = list(dict.fromkeys(problems))
    if problems:
        return Read(_in_order(problems), None, tree)
    case = replace(draft.case, variants=variants, source=str(path), hash=tree.hash)
    return Read((), case, tree)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return CaseError("", problems).problems


def _variant_entries(draft: Draft) -> dict[str, Any]:
    return {
        name: built.entry
        for name, built in draft.elements["variants"].items()
        if built.entry is not None
    }


def _variant(name: str, entry: Any, case: Case, changed: Changed) -> Variant:
    return Variant(
        id=name,
        label=entry.label,
        note=text_of(entry.note),
        tags=tuple(entry.tags),
        at_line=changed.line,
        case=case,
        changes=tuple(changed.changes),
    )


def _moved(root: Table, finding: Finding, changed: Changed, name: str) -> Finding:
    """A finding of a variant's case, put where the variant stands in the file."""
    origin = changed.origin(finding.path)
    if origin is not None:
        return replace(finding, path=origin)
    where = dotted(shown(root, finding.path))
    return Finding(
        ("variants", name),
        _("in this variant {where}: {what}").format(where=where, what=finding.what),
        finding.fix,
        at_key=True,
    )


def _problems(tree: Tree, root: Table, findings: list[Finding]) -> list[Problem]:
    lines = [source.lines for source in tree.sources]
    return [_problem(tree, root, lines, finding) for finding in findings]


def _problem(tree: Tree, root: Table, lines: list[list[str]], finding: Finding) -> Problem:
    mark = finding.mark
    if mark is None and finding.path:
        mark = key_place(root, finding.path) if finding.at_key else place(root, finding.path)
    where = finding.where or dotted(shown(root, finding.path))
    if mark is None or not tree.sources:
        return Problem(where, finding.what, fix=finding.fix)
    texts = lines[mark.file]
    line = texts[mark.line - 1] if 0 < mark.line <= len(texts) else ""
    fits = mark.column <= MAX_EXCERPT
    excerpt = line[:MAX_EXCERPT].replace("\t", " ") if fits else ""
    length = mark.end - mark.start if mark.one_line else len(line.rstrip()) - mark.column + 1
    return Problem(
        where,
        finding.what,
        line=mark.line,
        column=mark.column,
        fix=finding.fix,
        excerpt=excerpt.rstrip(),
        length=max(1, min(length, len(excerpt.rstrip()) - mark.column + 1)),
        file=tree.sources[mark.file].name,
    )
