"""What can go wrong in a way that a user can repair.

DerbesError
├── CaseError           the case file says something that cannot be used
├── DataError           a data source does not hold what was asked of it
├── OutputError         a file cannot be written
├── RequestError        what was asked for is not in the case
├── SolveError          a program has no usable answer
└── MissingExtraError   an optional dependency is not installed
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from derbes.language import _, ngettext
from derbes.spelling import look_alike


class DerbesError(Exception):
    """Base of all errors that a user can cause and repair."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a case file, with its place and what to do about it."""

    where: str
    """Path inside the case, e.g. `suppliers.north.good`; empty for the whole file."""
    what: str
    """What was found and what was expected, in one sentence."""
    line: int = 0
    """Line in the file, from 1; 0 when unknown."""
    column: int = 0
    """Column in the line, from 1; 0 when unknown."""
    fix: str = ""
    """What the reader can do about it."""
    excerpt: str = ""
    """The line itself, when known."""
    length: int = 1
    """Characters that the caret underlines."""
    file: str = ""
    """File of a case in several files; empty for the one that was named."""

    def __str__(self) -> str:
        """The problem as a list entry, with the line and a caret under the place."""
        place = [self.file] if self.file else []
        if self.line:
            place.append(_("line {line}").format(line=self.line))
        if self.where:
            place.append(self.where)
        head = ", ".join(place)
        lines = [f"{head}: {self.what}" if head else self.what]
        if self.excerpt and self.column:
            gutter = f"{self.line:>7} | "
            lines.append(gutter + self.excerpt)
            lines.append(
                " " * (len(gutter) - 2) + "| " + " " * (self.column - 1) + "^" * self.length
            )
        if self.fix:
            lines.append("    " + _("fix: {fix}").format(fix=self.fix))
        return "\n".join(lines)


def _listing(source: str, problems: Sequence[Problem]) -> str:
    n = len(problems)
    head = f"{source}: " + ngettext("{n} problem", "{n} problems", n).format(n=n)
    return "\n".join([head, *(f"  - {problem}" for problem in problems)])


class CaseError(DerbesError):
    """The case file says something that cannot be used; holds every problem."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.where)))
        super().__init__(_listing(source, self.problems))


class RequestError(DerbesError):
    """What was asked for is not in the case; holds every problem, in the order of asking."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(_listing(source, self.problems))


class DataError(DerbesError):
    """A data source does not hold what was asked of it."""


class OutputError(DerbesError):
    """A file cannot be written; nothing was left half-written."""


class SolveError(DerbesError):
    """A program has no usable answer; says which rows cannot hold together."""


class MissingExtraError(DerbesError):
    """An optional dependency is not installed; says how to install it."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A fix that offers the nearest known names, or lists them when none is near."""
    names = sorted(known)
    latin = look_alike(word, names)
    if latin:
        return latin
    near = difflib.get_close_matches(word, names, n=2, cutoff=0.6)
    if near:
        offers = _(" or ").join(f'"{name}"' for name in near)
        return _("did you mean {offers}?").format(offers=offers)
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return _("known: {names}").format(names=shown)
