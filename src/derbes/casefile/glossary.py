"""The words of the field in three languages, as `terms.yaml` has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from derbes.casefile.files import compose

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
    sources: Mapping[str, Mapping[str, str]] = _read()["sources"]
    return sources


@cache
def _read() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    text = files("derbes.casefile").joinpath("terms.yaml").read_text(encoding="utf-8")
    root, findings, _n_values = compose(text, 0)
    if root is None or findings:
        raise ValueError(f"terms.yaml: {findings}")
    plain: Any = root.plain  # its shape is tested
    return cast(Mapping[str, Mapping[str, dict[str, Any]]], plain)
