"""The language of what a user reads.

Every text for a user goes through `_` or `ngettext`; the catalogs lie in
`derbes/locale`. English is the language of the source texts, so a missing
catalog or entry falls back to them.
"""

import gettext
from functools import lru_cache
from pathlib import Path

_CURRENT = ["en"]


@lru_cache(maxsize=8)
def _catalog(language: str) -> gettext.NullTranslations:
    folder = Path(__file__).parent / "locale"
    return gettext.translation("derbes", folder, languages=[language], fallback=True)


def use_language(language: str) -> None:
    """Use a language (`en`, `ru`, `kk`) for all texts from here on."""
    _CURRENT[0] = language


def language() -> str:
    """Code of the language in use."""
    return _CURRENT[0]


def _(text: str) -> str:
    """The text in the language in use."""
    return _catalog(_CURRENT[0]).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of a text that fits the number `n`, in the language in use."""
    return _catalog(_CURRENT[0]).ngettext(one, many, n)


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalog, English first."""
    folder = Path(__file__).parent / "locale"
    return ("en", *sorted({p.parts[-3] for p in folder.glob("*/LC_MESSAGES/derbes.mo")} - {"en"}))
