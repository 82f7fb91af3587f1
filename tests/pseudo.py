"""A catalog that puts every text in brackets: what no translation reaches stands outside."""

import gettext
import re

from derbes import language

_LEFT, _RIGHT = "\u27e6", "\u27e7"
_INNERMOST = re.compile(f"{_LEFT}[^{_LEFT}{_RIGHT}]*{_RIGHT}")
_NO_WORDS = re.compile(r"`[^`]*`|<[^>]*>|https?://\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Wrapped(gettext.NullTranslations):
    """Every text in brackets."""

    def __init__(self):
        super().__init__()
        self.asked = set()

    def gettext(self, message):
        self.asked.add(message)
        return f"{_LEFT}{message}{_RIGHT}"

    def ngettext(self, msgid1, msgid2, n):
        self.asked.add(msgid1)
        return f"{_LEFT}{msgid1 if n == 1 else msgid2}{_RIGHT}"


def wrapped_by(monkeypatch, code):
    """Use a language whose catalog wraps every text; the texts that are asked for."""
    catalog = Wrapped()
    monkeypatch.setattr(language, "_catalog", lambda _code: catalog)
    language.use_language(code)
    return catalog.asked


def outside(text):
    """What of a text stands outside all brackets."""
    while (shorter := _INNERMOST.sub(" ", text)) != text:
        text = shorter
    return text.strip()


def words_outside(text):
    """Words outside all brackets: no code, tag, address, number or single letter."""
    return _WORD.findall(_NO_WORDS.sub(" ", outside(text)))
