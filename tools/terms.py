"""The page of terms of the reference, from the file that holds them.

python -m tools.terms > docs/reference/terms.md
"""

import sys
from collections.abc import Iterator

from derbes.casefile.glossary import LANGUAGES, TRANSLATED, GlossaryTerm, glossary, glossary_sources

_HEAD = """# Terms

The words of derbes in English, Russian and Kazakh, each with what it means here. This page is made
from `src/derbes/casefile/terms.yaml` by `make schema`; `derbes explain WORD` tells one of them. A
term marked * is strict: where the English word stands in a text of derbes, the translation has to
have the word of this table. What is counted how: [names and units](names.md),
[equations](equations.md).
"""
_NAMES = {"en": "English", "ru": "Russian", "kk": "Kazakh"}


def terms_page() -> str:
    """The page, whole."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    terms = sorted(glossary().values(), key=lambda term: term.words["en"].casefold())
    yield _HEAD
    yield "| " + " | ".join(_NAMES[language] for language in LANGUAGES) + " |"
    yield "| --- | --- | --- |"
    yield from (_row(term) for term in terms)
    yield "\n## For a native reader\n"
    yield (
        "Nobody who grew up with the language has looked at these yet. No definition in Kazakh has"
        " been read by one either."
    )
    for language in TRANSLATED:
        told = [term for term in terms if language in term.check]
        yield f"\n**{_NAMES[language]}**, {len(told)} of {len(terms)}: " + "; ".join(
            f"{term.words[language]} ({term.words['en']})" for term in told
        )
    yield "\n## Where the words were seen\n"
    yield "| Russian or Kazakh word of | seen in |"
    yield "| --- | --- |"
    for name, source in glossary_sources().items():
        seen = [term.words["en"] for term in terms if term.source == name]
        title = f"[{source['title']}]({source['url']})" if "url" in source else source["title"]
        listed = f"the other {len(seen)}" if name == "usage" else ", ".join(seen)
        yield f"| {listed} | {title} |"


def _row(term: GlossaryTerm) -> str:
    mark = " *" if term.is_strict else ""
    cells = (f"**{term.words[one]}**{mark}. {term.about[one]}" for one in LANGUAGES)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(terms_page())
