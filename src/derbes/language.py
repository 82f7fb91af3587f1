"""The language of what a user reads.

Every text for a user goes through `_` or `ngettext`; the catalogs lie in
`derbes/locale`. English is the language of the source texts, so a missing
catalog or entry falls back to them.

A translation may ask a value for one of its forms, `с {month:gen}`, where its language
bends words and English does not: a month knows its cases, a label those that the case
file gives. What has no such form stands as it is.
"""

import gettext
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "derbes"
FORMS = ("gen", "dat", "acc", "ins", "loc", "abl")
"""Cases that a translation may ask for: genitive, dative, accusative, instrumental, locative
(in Russian the prepositional case) and ablative."""

_CURRENT = ["en"]


class Declined(str):
    """A text with its forms in the cases of the language in use."""

    __slots__ = ("forms",)
    forms: Mapping[str, str]

    def __new__(cls, text: str, forms: Mapping[str, str] | None = None) -> "Declined":
        """A text as it stands alone, and case, one of `FORMS` → how it is written there."""
        made = super().__new__(cls, text)
        made.forms = forms or {}
        return made

    def __format__(self, spec: str) -> str:
        if spec in FORMS:
            return self.forms.get(spec, str(self))
        return format(str(self), spec)


@lru_cache(maxsize=8)
def locale_of(code: str) -> Any:
    """What the CLDR knows of a language, as Babel has it; of English where it knows none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - English needs none

    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@lru_cache(maxsize=8)
def _signs(code: str) -> tuple[str, str, str]:
    if code == "en":
        return ".", ",", "%"
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415 - as above

    locale = locale_of(code)
    behind = locale.percent_formats[None].suffix[0]
    return get_decimal_symbol(locale), get_group_symbol(locale), behind


def number_signs() -> tuple[str, str, str]:
    """Decimal point, sign between thousands, and what stands behind a percentage."""
    return _signs(_CURRENT[0])


def spelled(text: str) -> str:
    """A number in Python's English spelling as the language in use writes it.

    Examples:
        >>> spelled("12,345.6")
        '12,345.6'
    """
    point, comma, _percent = number_signs()
    if (point, comma) == (".", ","):
        return text
    return text.replace(",", "\0").replace(".", point).replace("\0", comma)


def percent(text: str, between: str = "") -> str:
    """A number in Python's English spelling as a percentage of the language in use.

    Args:
        text: The number.
        between: Stands between it and its sign in English; other languages have their own.
    """
    return spelled(text) + (f"{between}%" if _CURRENT[0] == "en" else number_signs()[2])


class Worded(str):
    """A text that is kept in a result, and made again in the language in use when it is shown.

    Shown is what passes `str`, `format` or a text in quotes; what compares or joins texts sees
    the one of the language in which it was made first.
    """

    __slots__ = ("given", "make")
    make: Callable[..., str]
    given: tuple[Any, ...]

    def __new__(cls, make: Callable[..., str], *given: Any) -> "Worded":
        """A text, which a function of a module makes in the language in use, of what is given."""
        made = super().__new__(cls, make(*given))
        made.make, made.given = make, given
        return made

    def __str__(self) -> str:
        return str(self.make(*self.given))

    def __format__(self, spec: str) -> str:
        made = self.make(*self.given)
        has_form = isinstance(made, Declined | Worded) or spec not in FORMS
        return format(made, spec if has_form else "")

    def __reduce__(self) -> tuple[Any, ...]:
        return Worded, (self.make, *self.given)


class _Filling(Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec in FORMS and not isinstance(value, Declined | Worded):
            return format(value)
        text = super().format_field(value, format_spec)
        if not format_spec or not isinstance(value, int | float):
            return text
        return percent(text[:-1]) if format_spec.endswith("%") else spelled(text)


class Translation(str):
    """A text of a catalog, whose values may be asked for a case.

    One that cannot hold the values that it is given (a slip in a catalog) gives way to the
    English text.
    """

    __slots__ = ("english",)
    english: str

    def __new__(cls, text: str, english: str = "") -> "Translation":
        """A translation of an English text."""
        made = super().__new__(cls, text)
        made.english = english or text
        return made

    def format(self, *args: Any, **values: Any) -> str:
        """The text with its values."""
        try:
            return _Filling().vformat(self, args, values)
        except (LookupError, ValueError, TypeError, AttributeError):
            return _Filling().vformat(self.english, args, values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Translation, (str(self), self.english)


@lru_cache(maxsize=8)
def _catalog(language: str) -> gettext.NullTranslations:
    """The texts of a language; none where its catalog is missing or damaged."""
    try:
        return gettext.translation(DOMAIN, LOCALE, languages=[language], fallback=True)
    except (OSError, ValueError, LookupError, struct.error, MemoryError):
        return gettext.NullTranslations()


def is_readable(language: str) -> bool:
    """Whether a language has a catalog that can be read; English needs none."""
    return isinstance(_catalog(language), gettext.GNUTranslations) or language == "en"


def use_language(language: str) -> None:
    """Use a language (`en`, `ru`, `kk`) for all texts from here on."""
    _CURRENT[0] = language


def language() -> str:
    """Code of the language in use."""
    return _CURRENT[0]


def _(text: str) -> str:
    """The text in the language in use; of nothing it is nothing, and not a catalog's head."""
    if _CURRENT[0] == "en" or not text:
        return text
    return Translation(_catalog(_CURRENT[0]).gettext(text), text)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of a text that fits the number `n`, in the language in use."""
    english = one if n == 1 else many
    if _CURRENT[0] == "en":
        return english
    return Translation(_catalog(_CURRENT[0]).ngettext(one, many, n), english)


def worded(text: str, **values: Any) -> Worded:
    """A text that is kept, with its values; among them may be others that are."""
    return Worded(_filled, text, values)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return _(text).format(**values) if values else _(text)


def in_a_row(parts: Iterable[str]) -> Worded:
    """Texts that are kept, in a row."""
    return Worded(_in_a_row, tuple(parts))


def _in_a_row(parts: tuple[str, ...]) -> str:
    return ", ".join(map(str, parts))


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalog, English first."""
    found = {path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return ("en", *sorted(found - {"en"}))


def in_every_language(text: str) -> dict[str, str]:
    """Language → a text that is kept; empty for one that stands as it is."""
    told: dict[str, str] = {}
    spoken = language()
    try:
        for code in languages() if isinstance(text, Worded) else ():
            use_language(code)
            told[code] = str(text)
    finally:
        use_language(spoken)
    return told


def system_language() -> str:
    """Language of the system, as POSIX names it; English where there is no catalog for it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        stated = os.environ.get(name, "")
        if stated:
            wished = (one.partition(".")[0].partition("_")[0] for one in stated.split(":"))
            return next((code for code in wished if code in languages()), "en")
    return "en"


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in English, else in whichever there is.

    Args:
        texts: Language → text; empty: language unknown. `ru_gen` is the genitive of `ru`.
        language: The one wished for.

    Examples:
        >>> in_language({"ru": "да", "en": "yes"}, "kk"), in_language({}, "en")
        ('yes', '')
    """
    return texts.get(_known_in(texts, language), "")


def text_of(texts: Mapping[str, str], otherwise: str = "") -> Declined:
    """A text of a case in the language in use; one in another language says so.

    Args:
        texts: Language → text, as `in_language` has it.
        otherwise: Id of what has no text; it stands in words.

    Examples:
        >>> text_of({"ru": "да"}), f"{text_of({'en': 'Russia', 'en_gen': 'of Russia'}):gen}"
        ('да [ru]', 'of Russia')
    """
    code = _known_in(texts, _CURRENT[0])
    if not texts.get(code):
        return Declined(otherwise.replace("_", " "))
    if code not in ("", _CURRENT[0]):
        return Declined(f"{texts[code]} [{code}]")
    forms = {case: texts[f"{code}_{case}"] for case in FORMS if texts.get(f"{code}_{case}")}
    return Declined(texts[code], forms)


def _known_in(texts: Mapping[str, str], language: str) -> str:
    """Language of the text that is taken."""
    for code in (language, "", "en", *texts):
        if texts.get(code) and "_" not in code:
            return code
    return ""
