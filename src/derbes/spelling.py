"""Words that are nearly others: slips of the keyboard, and letters that only look Latin."""

import difflib
from collections.abc import Iterable

from derbes.language import _

_LATIN = str.maketrans(
    "АВЕКМНОРСТХаеорсухіІјЈѕЅԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxiIjJsSqwhABEZHIKMNOPTYXo"
)
"""Cyrillic and Greek letters that look like Latin ones."""


def look_alike(word: str, known: Iterable[str]) -> str:
    """A fix that names the letters of another alphabet by which a word misses a known one.

    Empty when the word in Latin letters is not known either.
    """
    latin = in_latin(word)
    if latin == word or latin not in known:
        return ""
    return _('write "{word}" in Latin letters: {letters}').format(
        word=latin, letters=foreign_letters(word)
    )


def in_latin(word: str) -> str:
    """A word with Latin letters in place of those that only look so."""
    return word.translate(_LATIN)


def foreign_letters(word: str) -> str:
    """The letters of a word that only look Latin, e.g. `the "о" in it is Cyrillic`; or empty."""
    letters = dict.fromkeys(sign for sign in word if sign.translate(_LATIN) != sign)
    if not letters:
        return ""
    alphabet = _("Greek") if min(letters) < "\u0400" else _("Cyrillic")
    shown = ", ".join(f'"{letter}"' for letter in letters)
    return _("the {letters} in it is {alphabet}").format(letters=shown, alphabet=alphabet)


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
