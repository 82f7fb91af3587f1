"""A message in three languages: what must be the same in all, and what must not be English."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from derbes.casefile.entries import SECTIONS, keys_of
from derbes.cli.commands import derbes
from derbes.language import LOCALE, use_language
from derbes.unit_names import spellings
from tools.case_file import models

TRANSLATED = ("ru", "kk")
NAMES = {"Excel", "Office", "Windows", "Waterworks", "zip"}
"""Names of others, and of the example that a message gives."""
_WORD = re.compile(r"[A-Za-z]+")
_EXCERPT = re.compile(r" +\d* \| ")
_QUOTED = re.compile(r'"([^"]*)"')
_COINED = re.compile(r"[A-Z0-9]\+?[A-Z0-9]+|\w*[A-Za-z]+_\w+|\.[a-z]+\b|--[a-z-]+ [a-z=]+\b")
"""Abbreviations, ids, endings of files, values of options: `YAML`, `my_id`, `--dates dmy`."""


def in_each_language(make: Callable[[], str]) -> dict[str, str]:
    """Language → what is told in it."""
    told = {}
    for code in ("en", *TRANSLATED):
        use_language(code)
        told[code] = make()
    use_language("en")
    return told


def faults(told: dict[str, str], given: str) -> Iterator[str]:
    """What is wrong with a message in Russian or Kazakh.

    Args:
        told: Language → the message, English among them.
        given: What the user wrote: the case, the table, the command line.
    """
    english = told["en"].splitlines()
    own = set(_WORD.findall(given)) | _known_words() | NAMES
    own |= {word for part in _quotes_and_coined(told["en"]) for word in _WORD.findall(part)}
    for code in TRANSLATED:
        lines = told[code].splitlines()
        if len(lines) != len(english):
            yield f"{code}: {len(lines)} lines, and {len(english)} in English:\n{told[code]}"
            continue
        for line, one in zip(lines, english, strict=True):
            if _EXCERPT.match(one) or _EXCERPT.match(line):
                if line != one:
                    yield f"{code}: {line!r} shows otherwise than {one!r}"
                continue
            if line == one and set(_WORD.findall(one)) - own:
                yield f"{code}: {line!r} is English"
            if left := [word for word in _WORD.findall(line) if word not in own]:
                yield f"{code}: {line!r} holds {', '.join(left)}"
            for word in _QUOTED.findall(one):
                if word in given and word not in line and word.replace(".", ",") not in line:
                    yield f"{code}: {line!r} does not hold the user's {word!r}"


def _quotes_and_coined(text: str) -> list[str]:
    return _QUOTED.findall(text) + _COINED.findall(text)


@cache
def _known_words() -> frozenset[str]:
    """Keys of a case, the words that stand as their values, units, and names of options."""
    words = set(SECTIONS) | set(spellings())
    for model in models():
        for name, key in keys_of(model).items():
            words |= {name, *getattr(key.form, "words", ())}
    for command in derbes.commands.values():
        words.add(command.name or "")
        for parameter in command.params:
            words |= {*parameter.opts, *map(str, getattr(parameter.type, "choices", ()))}
    words |= {path.name for path in LOCALE.iterdir()} | {"en", "derbes", "help", "true", "false"}
    return frozenset(part for word in words for part in _WORD.findall(word))
