"""The words of the field on the command line, each in three languages."""

import textwrap
from collections.abc import Sequence

import click

from derbes.casefile.glossary import (
    LANGUAGES,
    GlossaryTerm,
    glossary,
    glossary_sources,
    terms_named,
)
from derbes.cli.options import Verb, answer_options
from derbes.cli.output import tell, tell_json
from derbes.cli.places import check_places
from derbes.language import _, language
from derbes.results.records import record_of

NAMES = {"en": "English", "ru": "русский", "kk": "қазақша"}
"""What each language calls itself."""
WIDTH = 88
"""Signs of a line of what is told."""


@click.command(cls=Verb)
@click.argument("words", metavar="[WORD]", nargs=-1)
@answer_options
def explain(words: tuple[str, ...], *, as_json: bool, out: str) -> None:
    """Say what a word of derbes means, in three languages; without a word, list all.

    The word may be English, Russian or Kazakh, or an id of the JSON.
    """
    check_places()
    found = terms_named(" ".join(words)) if words else tuple(glossary().values())
    if as_json:
        tell_json({"terms": record_of(found), "sources": record_of(glossary_sources())}, out)
    else:
        tell("\n\n".join(map(term_text, found)) if words else list_text(found), out)


def _order() -> tuple[str, ...]:
    """All languages, the user's own first."""
    return tuple(sorted(LANGUAGES, key=lambda one: one != language()))


def term_text(term: GlossaryTerm) -> str:
    """A term with what it means, the user's language first."""
    width = max(map(len, NAMES.values())) + 2
    lines = []
    for one in _order():
        lines.append(f"{NAMES[one]:<{width}}{term.words[one]}")
        margin = " " * width
        lines += textwrap.wrap(
            term.about[one], WIDTH, initial_indent=margin, subsequent_indent=margin
        )
    if term.check:
        text = _("No native reader has looked at it yet in: {languages}")
        lines.append(text.format(languages=", ".join(NAMES[one] for one in term.check)))
    return "\n".join(lines)


def list_text(terms: Sequence[GlossaryTerm]) -> str:
    """All terms in columns, a language each."""
    order = _order()
    rows = sorted(
        (tuple(term.words[one] for one in order) for term in terms),
        key=lambda row: row[0].casefold().replace("ё", "е"),
    )
    rows = [tuple(NAMES[one] for one in order), *rows]
    widths = [max(len(row[place]) for row in rows) + 2 for place in range(len(order) - 1)]
    return "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        for row in rows
    )
