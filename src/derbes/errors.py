"""What can go wrong in a way that a user can repair, and words that are nearly others.

Slips of the keyboard, and letters that only look Latin, are told with the word that was meant.

DerbesError
├── CaseError           the case file says something that cannot be used
├── DataError           a data source does not hold what was asked of it
│   └── TableError      a table cannot be read into a case
├── OutputError         a file cannot be written
├── RequestError        what was asked for is not in the case
├── SolveError          a program has no usable answer
└── MissingExtraError   an optional dependency is not installed
"""

import contextlib
import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from derbes.harmless import in_line
from derbes.language import _, ngettext

_LATIN = str.maketrans(
    "АВЕКМНОРСТХаеорсухіІјЈѕЅԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxiIjJsSqwhABEZHIKMNOPTYXo"
)
"""Cyrillic and Greek letters that look like Latin ones."""


def look_alike(word: str, known: Iterable[str]) -> str:
    """A fix that names the letters of another alphabet by which a word misses a known one.

    Empty when the word in Latin letters is not known either.
    """
    latin = in_latin(word)
    return in_latin_letters(word) if latin != word and latin in known else ""


def in_latin(word: str) -> str:
    """A word with Latin letters in place of those that only look so."""
    return word.translate(_LATIN)


def in_latin_letters(word: str) -> str:
    """A fix for a word whose letters only look Latin; empty when there is no such letter."""
    letters = dict.fromkeys(sign for sign in word if in_latin(sign) != sign)
    if not letters:
        return ""
    fix = _('write "{word}" in Latin letters: the {letters} in it is Cyrillic')
    if min(letters) < "\u0400":
        fix = _('write "{word}" in Latin letters: the {letters} in it is Greek')
    return fix.format(word=in_latin(word), letters=", ".join(f'"{one}"' for one in letters))


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Known words that one slip of the keyboard (two in a long word) turns into a word.

    Nearest first. Capitals, dots and spaces make no difference.
    """
    slips = 1 if len(word) < LONG_WORD else 2
    bare = word.translate(_MARKS)
    letters = set(bare)
    near = [
        name
        for name in known
        if (other := name.translate(_MARKS)).casefold() == bare.casefold()
        or (
            abs(len(other) - len(bare)) <= slips
            and len(letters.symmetric_difference(other)) <= 2 * slips
            and _n_slips(bare, other) <= slips
        )
    ]
    return sorted(near, key=lambda name: (-difflib.SequenceMatcher(None, name, word).ratio(), name))


_SLIP = 0.8
"""Likeness of two words from which on one is read as a slip of the other."""


def slip_of(word: str, known: Iterable[str]) -> str:
    """The known word that a word is so near to that it is read as that; empty: none is."""
    near = difflib.get_close_matches(word, [*known], n=1, cutoff=_SLIP)
    return near[0] if near else ""


_MARKS = str.maketrans("", "", " .·*")
LONG_WORD = 4
"""A word with so many letters may hold two slips and still be known again."""


def _n_slips(word: str, other: str) -> int:
    """Letters to add, drop, change, or swap with their neighbour, to turn one into the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, sign in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == sign:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


class DerbesError(Exception):
    """Base of all errors that a user can cause and repair; each can be sent between processes."""

    def __reduce__(self) -> tuple[Any, ...]:
        """By its text, whatever it is made from; the rest of it follows."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


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
        line = _("line {line}").format(line=self.line) if self.line else ""
        head = ", ".join(filter(None, (self.file, line, self.where)))
        lines = [f"{head}: {self.what}" if head else self.what]
        if self.excerpt and self.column:
            gutter, at = f"{self.line:>7} | ", self.column - 1
            lines.append(gutter + self.excerpt)
            under = in_line(self.excerpt[at : at + self.length])
            carets = "^" * (len(under) + max(0, at + self.length - len(self.excerpt)))
            space = " " * len(in_line(self.excerpt[:at].ljust(at)))
            lines.append(" " * (len(gutter) - 2) + "| " + space + carets)
        if self.fix:
            lines.append("    " + _("fix: {fix}").format(fix=self.fix))
        return "\n".join(map(in_line, lines))


MOST_SHOWN = 50
"""Problems that are shown; of more the number."""


def _listing(source: str, problems: Sequence[Problem]) -> str:
    n = len(problems)
    head = f"{source}: " + ngettext("{n:,} problem", "{n:,} problems", n).format(n=n)
    more = [_("and {n:,} more").format(n=n - MOST_SHOWN)] if n > MOST_SHOWN else []
    return "\n".join([head, *(f"  - {one}" for one in [*problems[:MOST_SHOWN], *more])])


class _ProblemsError(DerbesError):
    """An error that holds every problem."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(_listing(in_line(source), self.problems))


class CaseError(_ProblemsError):
    """The case file says something that cannot be used; holds every problem."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        in_order = sorted(problems, key=lambda p: (p.file, p.line, p.column, p.where))
        super().__init__(source, in_order)


class RequestError(_ProblemsError):
    """What was asked for is not in the case; holds every problem, in the order of asking."""


class DataError(DerbesError):
    """A data source does not hold what was asked of it."""


class TableError(_ProblemsError, DataError):
    """A table cannot be read into a case; holds every problem, each with its cell."""


class OutputError(DerbesError):
    """A file cannot be written; nothing was left half-written."""


class SolveError(DerbesError):
    """A program has no usable answer; says which rows cannot hold together."""


class MissingExtraError(DerbesError):
    """An optional dependency is not installed; says how to install it."""


def offered(word: str, known: Iterable[str]) -> list[str]:
    """The known names that `did_you_mean` offers for a word; none when none is near."""
    names = sorted(known)
    if (latin := in_latin(word)) != word and latin in names:
        return [latin]
    behind = [one for one in names if one.endswith(f".{word}") or word.endswith(f".{one}")]
    return behind[:2] or difflib.get_close_matches(word, names, n=2, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A fix that offers the nearest known names, or lists them when none is near."""
    names = sorted(known)
    if latin := look_alike(word, names):
        return latin
    if near := offered(word, names):
        return _("did you mean {offers}?").format(offers=either(near))
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return _("known: {names}").format(names=shown)


def either(names: Iterable[str]) -> str:
    """Names in quotes, of which one is to be chosen: `"a" or "b"`."""
    return _(" or ").join(f'"{name}"' for name in names)


MOST_OFFERS = 100
"""Looking for near names takes time; of more slips of one kind no more are helped."""


def offers() -> Callable[[str, Iterable[str]], str]:
    """What offers the nearest known names, as `did_you_mean`, to the first slips of a file."""
    left = iter(range(MOST_OFFERS))
    return lambda word, known: "" if next(left, None) is None else did_you_mean(word, known)


def count_problems(*counts: tuple[str, float, float, float]) -> list[Problem]:
    """Counts that are out of their limits.

    Args:
        *counts: What is counted, how many are asked for, the least, and the most.
    """
    what = _("{number:,} is not possible here")
    fix = _("choose a number from {least:,} to {most:,}")
    return [
        Problem(where, what.format(number=number), fix=fix.format(least=least, most=most))
        for where, number, least, most in counts
        if not least <= number <= most
    ]


def said_by_system(error: Exception) -> str:
    """Why the system, or what reads a file, refuses; in the language in use where it is known.

    What is known stands in `tools.messages`.
    """
    said = str(getattr(error, "strerror", None) or error)
    return _(said) if said else said


# What nobody foresaw

_AT_WORK = "derbes_at_work"


@contextlib.contextmanager
def at_work(*what: str) -> Iterator[None]:
    """Note on an error that nobody foresaw what was at work, e.g. `start 2026-01`.

    The note stands on the error itself, so that it comes along from a worker.
    """
    try:
        yield
    except DerbesError:
        raise
    except Exception as error:
        vars(error).setdefault(_AT_WORK, [])[:0] = what
        raise


def work_of(error: BaseException) -> tuple[str, ...]:
    """What was at work when an error came up, the widest first, each once."""
    return tuple(dict.fromkeys(vars(error).get(_AT_WORK, ())))
