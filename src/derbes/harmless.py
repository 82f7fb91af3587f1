r"""Text made harmless for the place where it is shown: one function for each surface.

Names and words of a case come from whoever wrote it, and paths from whoever called. None of
them moves the cursor of a terminal, turns letters around, is run by a spreadsheet, ends a
script of a page, or leads out of a folder. What cannot be seen is shown as it would be
written: `\u202e`.
"""

import csv
import hashlib
import html
import io
import re
import unicodedata
from collections.abc import Callable, Container, Iterable

_UNSEEN = (
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufff9-\\ufffb\\ufffe\\uffff\\ud800-\\udfff\\U000e0000-\\U000e007f"
)
"""Controls, marks of direction, signs without width, separators of lines, halves of signs."""
_NOT_SHOWN = re.compile(f"[{_UNSEEN}\\ufeff]|\\r(?!\\n)")
"""What is shown as it is written; line ends and tabs are left."""
BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that a file which it begins is UTF-8."""
_LAYOUT = str.maketrans("\t\n\r", "   ")


def visible(text: str) -> str:
    r"""A text for a terminal, a page or a file: what cannot be seen is written out.

    Examples:
        >>> print(visible("a\x1b[31m\u202eb"))
        a\u001b[31m\u202eb
    """
    return _NOT_SHOWN.sub(_written, text)


def in_letters_of(encoding: str, text: str) -> str:
    """A text for a terminal of few letters: for each that it lacks, the nearest that it has.

    What has none near is left as it is, and so are words of two alphabets, which nobody means.

    Examples:
        >>> in_letters_of("ascii", "«Қор» — 5"), in_letters_of("cp1251", "Қор жоқ")
        ('"Kor" - 5', 'Кор жок')
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return _WORD_OR_SIGN.sub(lambda found: _nearest(found[0], encoding), text)
    return text


def _nearest(word: str, encoding: str) -> str:
    if not word.isascii() and _LATIN.search(word):
        return word
    return "".join(_nearest_sign(sign, encoding) for sign in word)


def _nearest_sign(sign: str, encoding: str) -> str:
    small = sign.lower()
    russian = _RUSSIAN.get(small, small)
    nears = (russian, _TRANSLITERATED.get(russian, ""))
    for near in (sign, *(one.capitalize() if sign.isupper() else one for one in nears)):
        if near and near.encode(encoding, "ignore").decode(encoding) == near:
            return near
    return sign


_WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]|\s")
_LATIN = re.compile("[A-Za-z]")
_RUSSIAN = dict(zip("әғқңөұүһі", "агкноуухи", strict=True))
"""Kazakh letters, and the Russian ones nearest to them."""
_PAIRS = "ё=e ж=zh ц=ts ч=ch ш=sh щ=shch ю=yu я=ya ъ=' ь=' …=... ×=x ≤=<= ≥=>= →=-> ←=<- №=No ₸=KZT"
_TRANSLITERATED = {
    **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhye", strict=True)),
    **dict(pair.split("=", 1) for pair in _PAIRS.split()),
    **dict.fromkeys("«»“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("–—−‑", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009", " "),
}
"""Letters and signs in those that every terminal has."""


def whole(document: str) -> str:
    """The same of a document, which may begin with a byte-order mark."""
    begins = document.startswith(BYTE_ORDER_MARK)
    return document[:begins] + visible(document[begins:])


def _written(found: re.Match[str]) -> str:
    """A sign as JSON writes it too, in halves where it needs two."""
    code = ord(found[0])
    halves = [code] if code < 0x10000 else [0xD800 + (code - 0x10000 >> 10), 0xDC00 + code % 0x400]
    return "".join(f"\\u{half:04x}" for half in halves)


def in_line(text: str) -> str:
    r"""A text that stays within its line: a cell of a table, a part of a message.

    A text is shown as its signs are, one after the other, so that a caret can point into it.

    Examples:
        >>> in_line("a\nb\tc\r"), in_line("a") + in_line("\n") == in_line("a\n")
        ('a b c ', True)
    """
    return visible(text.translate(_LAYOUT))


def in_html(text: str) -> str:
    """A text as content or attribute of a page."""
    return html.escape(visible(text))


def in_style(text: str) -> str:
    r"""A text between single quotes in a style.

    Examples:
        >>> print(in_style("it's\nred"))
        it\'s red
    """
    return in_line(text).replace("\\", "\\\\").replace("'", "\\'")


_ENDS_A_SCRIPT = re.compile("<(?=[/!]|script)", re.IGNORECASE)


def in_json(written: str) -> str:
    r"""A JSON text, which says the same, safe on a terminal and within a script of a page.

    Examples:
        >>> print(in_json('["</script>\x7f"]'))
        ["\u003c/script>\u007f"]
    """
    return visible(_ENDS_A_SCRIPT.sub(r"\\u003c", written))


# Tables for spreadsheets.

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b"
_FORMULA = re.compile(f"(?:\\A|(?<=;))(?=[\\s'\"]*[{_SIGNS}].)", re.DOTALL)
"""Where a formula may begin: at the start of a cell, and behind what parts cells elsewhere."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def in_sheet(text: str) -> str:
    """A text that a spreadsheet takes for a text: none is computed.

    Examples:
        >>> in_sheet("=1+1"), in_sheet("+"), in_sheet("-5"), in_sheet(" @A1"), in_sheet("a;=1")
        ("'=1+1", '+', '-5', "' @A1", "a;'=1")
    """
    text = visible(text).replace("\t", " ")
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub("'", text)


def sheet(
    rows: Iterable[Iterable[object]],
    number: Callable[[object], str] = repr,
    *,
    is_quoted: bool = False,
    end: str = "\n",
) -> str:
    """Rows as comma-separated text, headings first; what is None is empty.

    Args:
        rows: Cells; texts are made harmless, numbers stay numbers.
        number: How what is no text is written.
        is_quoted: Whether every cell stands in quotes.
        end: End of a line.
    """
    out = io.StringIO()
    writer = csv.writer(
        out, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL, lineterminator=end
    )
    for row in rows:
        writer.writerow(
            "" if cell is None else in_sheet(cell) if isinstance(cell, str) else number(cell)
            for cell in row
        )
    return out.getvalue()


# Names of files.

LONGEST_NAME = 120
"""Bytes of a name of a file, its ending and what is added to it not counted."""
_NO_NAME = re.compile(r"[^\w.-]")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|\Z)", re.I)
"""What Windows takes for a device, whatever its ending."""


def file_name(text: str, taken: Container[str] = ()) -> str:
    """A name for a file in a folder, made of any text: it leads nowhere else, on any system.

    Names that are taken are in small letters.

    Examples:
        >>> file_name("../a b"), file_name("CON"), file_name(""), file_name("A", {"a"})
        ('a_b', '_CON', '_', 'A-2')
    """
    name = _NO_NAME.sub("_", unicodedata.normalize("NFC", text)).lstrip(".-_").rstrip(".")
    if len(name.encode()) > LONGEST_NAME:
        mark = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
        name = f"{name.encode()[:LONGEST_NAME].decode(errors='ignore')}-{mark}"
    if not name or _DEVICES.match(name):
        name = f"_{name}"
    n, found = 1, name
    while found.casefold() in taken:
        n += 1
        found = f"{name}-{n}"
    return found
