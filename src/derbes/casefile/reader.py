"""A case file to a case, or every problem at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from derbes.case.entities import Case
from derbes.case.quantity import Note
from derbes.casefile.checks import check_draft
from derbes.casefile.draft import Memory, build_draft
from derbes.casefile.entries import SECTIONS
from derbes.casefile.files import Tree, read_tree
from derbes.casefile.nodes import Finding, Table, dotted, key_place, place, resolve, shown
from derbes.casefile.notes import notes_of
from derbes.casefile.variants import Base, alternatives_of
from derbes.errors import CaseError, Problem

Examine = Callable[[Case], Iterable[Problem]]
"""Looks for problems that only other packages can see, such as in expressions."""

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


def check_case(path: FilePath, examine: Examine | None = None) -> tuple[Problem, ...]:
    """Every problem of a case file, in file order; empty when there is none.

    Args:
        path: File, or folder with a `case.yaml`.
        examine: What looks for more problems in a case that has none so far; what it
            finds is put where its path stands.
    """
    read = read_files(path)
    if read.case is None or examine is None:
        return read.problems
    return _in_order([_located(read.tree, problem) for problem in examine(read.case)])


def read_files(path: FilePath) -> Read:
    """Read a case."""
    tree = read_tree(path, frozenset(SECTIONS))
    if not tree.is_readable:
        return Read(_in_order(_problems(tree, tree.root, tree.findings)), None, tree)
    base = Base(tree.root, build_draft(tree.root, memory := Memory()), memory)
    base.tell([*base.draft.findings, *check_draft(base.draft)])
    found = alternatives_of(base)
    problems = _problems(tree, tree.root, [*tree.findings, *base.findings, *found.findings])
    problems = list(dict.fromkeys(problems))
    if problems:
        return Read(_in_order(problems), None, tree)
    notes = _problems(tree, tree.root, notes_of(base.draft))
    case = found.case_with(str(path), tree.hash)
    files = tuple(str(source.path) for source in tree.sources)
    told = tuple(Note(one.where, one.what, one.fix, one.line) for one in _in_order(notes))
    return Read((), replace(case, notes=told, files=files), tree)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return CaseError("", problems).problems


def _located(tree: Tree, problem: Problem) -> Problem:
    """A problem put where its path stands in the files; an excerpt of its own stays."""
    path = resolve(tree.root, problem.where)
    if not path:
        return problem
    lines = [source.lines for source in tree.sources]
    found = _problem(tree, tree.root, lines, Finding(path, problem.what, problem.fix))
    if not problem.excerpt:
        return found
    return replace(problem, line=problem.line or found.line, file=found.file)


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
