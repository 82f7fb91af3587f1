"""What is wrong with a translation, as far as a program can tell.

    for fault in catalog_faults(catalog, "ru", exceptions): ...

A text and its translation agree in their placeholders; no word of Cyrillic letters holds a Latin
one, nor is a Latin word there that the English does not have; and every strict term of the
glossary that stands in the English stands in the translation by one of its stems.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from derbes.casefile.glossary import english_forms, glossary
from derbes.language import FORMS

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CASE = re.compile(rf":(?:{'|'.join(FORMS)})\}}")
"""A translation may ask a value for its case."""
_ESCAPED = re.compile(r"\{\{|\}\}")
_QUOTED = re.compile(r"`[^`]+`|\"[^\"]+\"|'[^']+'|“[^”]+”|«[^»]+»")
_OPTION = re.compile(r"--[a-z][a-z-]*|\bderbes [a-z-]+|\bhttps?://\S+|\b\w+(?:\.\w+)+")
"""What stays as it is in every language: options, commands, addresses, paths and file names."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")


def catalog_faults(
    entries: Iterable[Any], language: str, exceptions: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with a catalog: a fault a line, with the text that it is in.

    Args:
        entries: What has `id` and `string`, both a text or the texts of one and of many; a
            catalog of Babel is one.
        language: `ru` or `kk`.
        exceptions: English text → why its translation may do without a term of the glossary.
            One that is not needed is a fault too.
    """
    needed = set()
    for entry in entries:
        english, translation = _texts(entry.id), _texts(entry.string)
        if not any(english):
            continue  # the head of the catalog
        name = english[0]
        for fault in text_faults(english, translation, language):
            yield f"{name!r}: {fault}"
        terms = [fault for one in translation for fault in term_faults(english[-1], one, language)]
        needed |= {name} if terms else set()
        if name not in exceptions:
            yield from (f"{name!r}: {fault}" for fault in dict.fromkeys(terms))
    yield from (
        f"{name!r}: the exception is not needed" for name in exceptions if name not in needed
    )


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def text_faults(english: Sequence[str], translation: Sequence[str], language: str) -> Iterator[str]:
    """Faults of an entry apart from its terms; several texts are the forms of a plural."""
    n_forms = N_FORMS[language] if len(english) > 1 else 1
    if len(translation) != n_forms:
        yield f"{len(translation)} forms, and {language} has {n_forms} here"
    for one in translation:
        if not one.strip():
            yield "not translated"
            continue
        yield from placeholder_faults(english, one)
        yield from alphabet_faults(" ".join(english), one)


N_FORMS = {"ru": 3, "kk": 2}
"""Forms of a plural, as gettext counts them."""


def placeholder_faults(english: Sequence[str], translation: str) -> Iterator[str]:
    """Placeholders that a translation has lost, or has and the English has not.

    Several English texts are the forms of a plural: what all of them have must be there, and what
    none of them has must not.
    """
    translation = _CASE.sub("}", translation)
    *given, found = (
        set(_PLACEHOLDER.findall(_ESCAPED.sub("", text))) for text in (*english, translation)
    )
    lost, added = set.intersection(*given) - found, found - set.union(*given)
    yield from (f"lost {{{name}}}" for name in sorted(lost))
    yield from (f"added {{{name}}}" for name in sorted(added))
    *wanted, bare = (_loose_braces(text) for text in (*english, translation))
    if bare and bare not in wanted:  # a text that takes no values may hold them
        yield "a brace that is no placeholder"


def _loose_braces(text: str) -> str:
    return re.sub(r"[^{}]", "", _PLACEHOLDER.sub("", _ESCAPED.sub("", text)))


def alphabet_faults(english: str, translation: str) -> Iterator[str]:
    """Words of two alphabets, and Latin words that the English does not have."""
    known = {part.casefold() for word in _WORD.findall(english) for part in _parts(word)}
    for word in _WORD.findall(_PLACEHOLDER.sub(" ", translation)):
        for part in _parts(word):
            if not _LATIN.search(part):
                continue
            if _CYRILLIC.search(part):
                foreign = "".join(dict.fromkeys(_LATIN.findall(part)))
                yield f'"{part}" mixes alphabets: {foreign} is Latin'
            elif part.casefold() not in known:
                yield f'"{part}" is in Latin letters and not in the English'


def _parts(word: str) -> list[str]:
    return re.split(r"['’-]", word)


def term_faults(english: str, translation: str, language: str) -> Iterator[str]:
    """Strict terms of the English, longest first, that the translation says otherwise."""
    words = _words_of(translation)
    for name in terms_in(english, translation):
        term = glossary()[name]
        is_kept = any(form.casefold() in words for form in english_forms(term))  # a key, say
        if not term.is_strict or is_kept:
            continue
        if not any(_has(words, stem) for stem in term.stems[language]):
            yield f'"{term.words["en"]}" is "{term.words[language]}" in the glossary'


def terms_in(english: str, translation: str = "") -> list[str]:
    """Ids of the terms of an English text, by their longest form, each once.

    What is quoted and stands in the translation as it is (keys, commands) holds no term.
    """
    kept = [quoted for quoted in _QUOTED.findall(english) if quoted[1:-1] in translation]
    for quoted in kept:
        english = english.replace(quoted, " ")
    bare = _OPTION.sub(" ", _PLACEHOLDER.sub(" ", english))
    forms, pattern = _forms()
    found = (" ".join(form.casefold().split()) for form in pattern.findall(bare))
    return list(dict.fromkeys(forms[form] for form in found))


@cache
def _forms() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """English form in small letters → id of its term, and what finds them."""
    forms: dict[str, str] = {}
    for term in glossary().values():
        for form in english_forms(term):
            forms.setdefault(form.casefold(), term.id)
    longest = sorted(forms, key=len, reverse=True)
    one_of = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest)
    return forms, re.compile(rf"(?<![\w-])(?:{one_of})(?![\w-])", re.IGNORECASE)


def _words_of(text: str) -> set[str]:
    """Words of a text, compounds also by their parts, as stems are compared with them."""
    found = re.findall(r"\w+(?:-\w+)*", _plain(text))
    return {*found, *(part for word in found for part in word.split("-"))}


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _has(words: set[str], stem: str) -> bool:
    """Whether every word of a stem begins a word of the text, or is one where `=` says so."""
    return all(
        _plain(part[1:]) in words
        if part.startswith("=")
        else any(word.startswith(_plain(part)) for word in words)
        for part in stem.split()
    )
