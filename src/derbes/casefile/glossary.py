"""The words of the field in three languages, as `terms.yaml` has them."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from derbes.casefile.files import compose
from derbes.errors import Problem, RequestError, did_you_mean, look_alike
from derbes.language import _

LANGUAGES = ("en", "ru", "kk")
"""Languages in which each term is told."""
TRANSLATED = LANGUAGES[1:]
"""Those that English is translated into."""


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A word of the field."""

    id: str
    words: Mapping[str, str]
    """Language → the term, as it stands in a table."""
    also: tuple[str, ...]
    """Other English forms than the plural."""
    stems: Mapping[str, tuple[str, ...]]
    """Language that is translated into → beginnings of words by which the term is known."""
    is_strict: bool
    """Whether its translation has to stand wherever the English term stands."""
    source: str
    """Where the Russian and the Kazakh word was seen: a name of `glossary_sources`."""
    check: tuple[str, ...]
    """Languages in which somebody who grew up with it should look at the term."""
    about: Mapping[str, str]
    """Language → what it means here."""


@cache
def glossary() -> Mapping[str, GlossaryTerm]:
    """Every term by its id, in the order of the file."""
    return {
        name: GlossaryTerm(
            id=name,
            words={language: given[language] for language in LANGUAGES},
            also=tuple(given.get("also", ())),
            stems={language: tuple(given["stems"][language]) for language in TRANSLATED},
            is_strict=given.get("strict") == "true",
            source=given["source"],
            check=tuple(given.get("check", ())),
            about=given["about"],
        )
        for name, given in _read()["terms"].items()
    }


def glossary_sources() -> Mapping[str, Mapping[str, str]]:
    """Where words were seen: name → `title`, and `url` where there is one."""
    return _read()["sources"]


def terms_named(word: str) -> tuple[GlossaryTerm, ...]:
    """Terms that a word of any language stands for, or an id; mostly one.

    Where no term is called so, those of several words of which it is one. Capitals make no
    difference, nor do the plural in English and how the words of a term are joined.

    Raises:
        RequestError: No term is called so; offers the nearest.
    """
    forms: dict[str, list[GlossaryTerm]] = {}
    for term in glossary().values():
        called = (term.id, *term.words.values(), *english_forms(term))
        for form in dict.fromkeys(map(_bare, called)):
            forms.setdefault(form, []).append(term)
    asked = _bare(word)
    found = forms.get(asked) or list(
        {term.id: term for form, terms in forms.items() if asked in form.split() for term in terms
         }.values()
    )  # fmt: skip
    if not found:
        close = difflib.get_close_matches(asked, forms, n=9, cutoff=0.7)
        near = list({forms[form][0].id: form for form in reversed(close)}.values())[-2:]
        fix = look_alike(asked, forms) or (did_you_mean(asked, near) if near else "")
        what = _('"{word}" is no term of derbes').format(word=word)
        fix = fix or _("derbes explain lists all terms")
        raise RequestError("derbes", [Problem("word", what, fix=fix)])
    return tuple(found)


def english_forms(term: GlossaryTerm) -> tuple[str, ...]:
    """How a term may stand in an English text: as it is, in other forms, and their plurals."""
    words = (term.words["en"], *term.also)
    return (*words, *(plural(word) for word in words))


def plural(word: str) -> str:
    """The regular plural of an English word, or of the last one of several.

    Examples:
        >>> plural("stockpile"), plural("policy"), plural("day"), plural("loss")
        ('stockpiles', 'policies', 'days', 'losses')
    """
    if re.search(r"[^aeiou]y\Z", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(?:s|x|z|ch|sh)\Z", word) else f"{word}s"


def _bare(word: str) -> str:
    return " ".join(re.split(r"[\s_-]+", word.casefold().replace("ё", "е").strip(" \"'«».,")))


@cache
def _read() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    text = files("derbes.casefile").joinpath("terms.yaml").read_text(encoding="utf-8")
    root, findings, _n_values = compose(text, 0)
    if root is None or findings:
        raise ValueError(f"terms.yaml: {findings}")
    # its shape is tested
    return cast(Mapping[str, Mapping[str, dict[str, Any]]], root.plain)
