"""How what means nothing is to be written: months, currencies, languages, ids, words of the format.

What was meant is offered where it shows, in English, Russian and Kazakh.
"""

import re
from collections.abc import Sequence

from derbes.case import forms
from derbes.errors import did_you_mean, in_latin, in_latin_letters, offered
from derbes.language import FORMS, _, in_every_language, worded
from derbes.spelling import iso_month
from derbes.unit_names import CURRENCIES, loose_spellings, spellings

LANGUAGE = rf"[a-z]{{2,3}}(_({'|'.join(FORMS)}))?"
"""A language, or a case of it as in `ru_gen`, as a pattern."""
LANGUAGE_PATTERN = rf"^({LANGUAGE})?$"


def word_meant(text: str, words: Sequence[str]) -> str:
    """The word of the format that a text is in another language; empty: it is none."""
    from derbes.casefile.glossary import glossary  # noqa: PLC0415 - only where a word is wrong

    for word in words:
        term = glossary().get(word)
        names = [*in_every_language(worded(word)).values(), *(term.words.values() if term else ())]
        if text.casefold() in (name.casefold() for name in names):
            return word
    return ""


def how_to_write_month(text: str, otherwise: str = "") -> str:
    """How a month is to be written: as it is told; where that does not show, by an example."""
    if meant := iso_month(text):
        return _('write "{text}"').format(text=meant)
    example = f"{text}-07" if re.fullmatch(forms.YEARS, text) else "2027-07"
    return otherwise or _('write it as in "{example}"').format(example=example)


def how_to_name_language(text: str) -> str:
    """How a language is to be written, or a case of it."""
    of_language, sign, _case = text.partition("_")
    if sign and re.fullmatch(LANGUAGE, of_language):
        return did_you_mean(text, [f"{of_language}_{case}" for case in FORMS])
    return _('write it as in "en", "ru" or "kk"')


def how_to_name_currency(text: str) -> str:
    """The code of the currency that was meant, where that shows."""
    named = loose_spellings().get(text.casefold()) or spellings().get(text)
    code = named.name if named else text.upper()
    near = [code] if code in CURRENCIES else offered(code, CURRENCIES)
    return did_you_mean(code, near) if near else _('write it as in "USD"')


def how_to_name(text: str) -> str:
    """How an id is to be written; names the letters that only look Latin."""
    fix = in_latin_letters(text)
    if fix and re.match(forms.ID_PATTERN, in_latin(text)):
        return fix
    return _("use Latin letters, digits and _, a letter first; the label may be any text")


def is_run_on(key: str | int) -> bool:
    """Whether a key without a value is one with its value behind a colon and no space."""
    return isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9_-]+:[^\s/].*", key) is not None


def how_without_value(path: Sequence[str | int]) -> tuple[str, str]:
    """What is wrong with a key, or an item of a list, that has no value, and how to mend it."""
    key = path[-1]
    if isinstance(key, int):
        what = _('an item of "{key}" has no value')
        return what.format(key=path[-2]), _("give it one, or take it out")
    fix = _("give it one, or take the key out")
    if is_run_on(key):
        fix = _('write "{text}"').format(text=key.replace(":", ": ", 1))
    elif re.match(forms.MONTH_PATTERN, key):
        fix = _('give it one, or write "missing" where none is known')
    return _('"{key}" has no value').format(key=key), fix
