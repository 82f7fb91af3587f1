"""Numbers as people write them in English, Russian and Kazakh."""

import math
import re
from dataclasses import dataclass

from derbes.language import _
from derbes.units.refusal import UnitError

_SPACE_SIGNS = (
    "\t\u00a0" + "".join(chr(code) for code in range(0x2000, 0x200B)) + "\u202f\u205f\u3000"
)
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
SPACES = str.maketrans(dict.fromkeys(_SPACE_SIGNS, " ") | dict.fromkeys(_INVISIBLE, ""))
"""Spaces that stand between thousands, to the plain one; what takes no place, to nothing."""

MINUS_SIGNS = "-\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
"""Signs that people write for a minus: hyphens, dashes, the minus itself."""

UNKNOWN = frozenset(
    {"n/a", "n.a.", "na", "n/d", "nan", "#nan", "none", "null", "nil", "unknown", "tbd", "tba"}
    | {"#n/a", "#value!", "#ref!", "#div/0!", "#name?", "#null!", "#num!"}
    | {"н/д", "нд", "н.д.", "#н/д", "нет", "неизвестно", "жоқ", "белгісіз"}
    | {"#знач!", "#ссылка!", "#дел/0!", "#имя?"}
    | {"?", "??", "???", "-", "--", "–", "—", "−", ".", "..", "...", "…", ":", "x"}
)
"""What tables show where a number is not known."""

_LETTERS_FOR_DIGITS = str.maketrans(
    {**dict.fromkeys("OoОоD", "0"), **dict.fromkeys("lI|ІЇ", "1"), **dict.fromkeys("Зз", "3")}
)
"""Letters that are taken for digits when a number is copied."""

GROUP_SPACE = "\u202f"
"""Narrow space that cannot break, between thousands."""

COMMA_LANGUAGES = frozenset({"ru", "kk"})
"""Languages with a decimal comma."""

LARGEST = 1e18
"""No quantity of a case is larger; beyond it a slip of the keyboard is likelier."""

_NUMBER = re.compile(
    rf"""(?P<sign>[+{re.escape(MINUS_SIGNS)}]?)\s?
        (?P<whole>[0-9]{{1,3}}(?:(?P<mark>[ '’ʼ_])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)(?![0-9])
            |[0-9]+|(?=[.,][0-9]))
        (?P<parts>(?:[.,][0-9]+)*)
        (?:[eE](?P<power>[+-]?[0-9]+))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Leading:
    """The number with which a text begins, and the rest of the text."""

    number: float
    rest: str


def leading_number(text: str) -> Leading:
    """The number with which a text begins; spaces must already be plain ones.

    Raises:
        UnitError: There is none, it can be read in two ways, or it is not finite.
    """
    match = _NUMBER.match(text)
    if match is None:
        raise not_a_number(text)
    rest = text[match.end() :]
    if rest[:1].isdigit() or re.match(r"\s*[0-9.,]", rest):
        raise not_a_number(text)
    digits = _plain_digits(match, rest, text)
    number = float(f"{digits}e{match['power'] or 0}")
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise UnitError(
            _('"{text}" is not a possible number: it is too large').format(text=text),
            _("check the digits"),
        )
    is_negative = bool(match["sign"]) and match["sign"] in MINUS_SIGNS
    return Leading(-number if is_negative else number, rest)


def parse_number(text: str) -> float:
    """A number alone, without unit.

    Raises:
        UnitError: The text is not a number, or can be read in two ways.

    Examples:
        >>> parse_number("1 500"), parse_number("1,5"), parse_number("1.200,5")
        (1500.0, 1.5, 1200.5)
    """
    plain = text.translate(SPACES).strip()
    found = leading_number(plain)
    if found.rest.strip():
        raise not_a_number(text.strip())
    return found.number


def format_number(number: float, language: str = "en") -> str:
    """A number in full, with thousands apart; `parse_number` gives it back.

    Examples:
        >>> format_number(1234567.25, "ru").replace(GROUP_SPACE, " ")
        '1 234 567,25'
    """
    shortest = repr(float(number))
    sign = "-" if shortest.startswith("-") else ""
    mantissa, power = _split(shortest.lstrip("-"), "e")
    whole, fraction = _split(mantissa, ".")
    fraction = "" if fraction == "0" else fraction
    grouped = _grouped(whole)
    comma = language in COMMA_LANGUAGES
    if comma and len(fraction) == 3 and grouped == whole and whole != "0":
        fraction += "0"  # 1,234 could be read as a thousand
    decimals = ("," if comma else ".") + fraction if fraction else ""
    return f"{sign}{grouped}{decimals}" + (f"e{int(power)}" if power else "")


def not_a_number(text: str) -> UnitError:
    """The refusal of a text that holds no number, or more than one."""
    return misread(text) or UnitError(
        _('"{text}" is not a number').format(text=text),
        _('write it as in "1500", "1 500" or "1.5"'),
    )


_ONE = r"[0-9](?:[0-9 .,']*[0-9])?"
_TWO = re.compile(
    rf"(?:from |between |от |с )?({_ONE})\s*(\D*?)\s*"
    r"(?:[-‐‑‒–—−]|…|\.\.\.?|to|and|до|по|и)\s*"
    rf"({_ONE})\s*(\D*)"
)
_ABOUT = re.compile(
    rf"(?:[~≈∼<>≤≥]=?|ca?\.?|approx\.?|about|circa|around|over|under|up to|more than|less than"
    rf"|около|ок\.?|примерно|порядка|более|менее|свыше|до|шамамен)\s*({_ONE}(?:\s*\D.*)?)",
    re.IGNORECASE,
)
_GIVE_OR_TAKE = re.compile(rf"({_ONE})\s*(\D*?)\s*(?:±|\+/-|\+-)\s*({_ONE})\s*(\D*)")
_POWER_OF_TEN = re.compile(rf"({_ONE})\s*[×x*·∙⋅]\s*10\s*\^?\s*([0-9⁰¹²³⁴⁵⁶⁷⁸⁹]+)(.*)")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_FOOTNOTE = re.compile(r"(.*[^\s¹²³⁰⁴-⁹*†‡])\s*(?:\[[^\[\]]*\]|\([^()]{1,3}\)|[¹²³⁰⁴-⁹*†‡]+)")


def misread(text: str) -> UnitError | None:
    """What a text that is not one number was meant to be, when that shows; None: it does not."""
    plain = text.translate(SPACES).strip()
    if plain.casefold() in UNKNOWN:
        return UnitError(
            _('"{text}" is not a number').format(text=text),
            _('write "missing" for what is known to be unknown'),
        )
    return _several_numbers(plain, text) or _spoilt_number(plain, text)


def _several_numbers(plain: str, text: str) -> UnitError | None:
    """A range, an inexact number, or one with its error."""
    if (two := _TWO.fullmatch(plain)) and (low := _value(two[1])) < (high := _value(two[3])):
        what, ends = _('"{text}" is a range, not one number'), (low, high)
        unit, middle = two[4] or two[2], (low + high) / 2
    elif error := _GIVE_OR_TAKE.fullmatch(plain):
        what, middle, by = (
            _('"{text}" is a range, not one number'),
            _value(error[1]),
            _value(error[3]),
        )
        unit, ends = error[4] or error[2], (middle - by, middle + by)
    elif about := _ABOUT.fullmatch(plain):
        return UnitError(
            _('"{text}" says how much only about').format(text=text),
            _(
                'write the likeliest value and its range, "{{value: {value}, range: [low, high]}}"'
            ).format(value=about[1]),
        )
    else:
        return None
    if not all(math.isfinite(one) for one in (middle, *ends)):
        return None
    shown = [
        f"{format_number(one)} {unit}".strip().replace(GROUP_SPACE, "") for one in (middle, *ends)
    ]
    return UnitError(
        what.format(text=text),
        _(
            'write the likeliest value and its range, "{{value: {value}, range: [{low}, {high}]}}"'
        ).format(value=shown[0], low=shown[1], high=shown[2]),
    )


def _spoilt_number(plain: str, text: str) -> UnitError | None:
    """A number with a footnote, with letters for digits, or with a written power of ten."""
    head, space, tail = plain.partition(" ")
    digits = head.translate(_LETTERS_FOR_DIGITS)
    if note := _FOOTNOTE.fullmatch(plain):
        what, right = _('"{text}" ends in the mark of a footnote'), note[1]
    elif power := _POWER_OF_TEN.fullmatch(plain):
        what = _('"{text}" is not a number')
        right = f"{power[1]}e{power[2].translate(_RAISED)}{power[3]}"
    elif digits != head and any(sign.isdigit() for sign in head):
        what, right = _('"{text}" has a letter among its digits'), digits + space + tail
    else:
        return None
    if not _reads(right):
        return None
    return UnitError(what.format(text=text), _('write "{text}"').format(text=right))


def _reads(text: str) -> bool:
    """Whether a text begins with a number and goes on with no digit."""
    found = _NUMBER.match(text)
    return found is not None and not any(sign.isdigit() for sign in text[found.end() :][:1])


def _value(text: str) -> float:
    try:
        return parse_number(text)
    except UnitError:
        return math.nan


def _split(text: str, mark: str) -> tuple[str, str]:
    left, _mark, right = text.partition(mark)
    return left, right


def _grouped(digits: str) -> str:
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return GROUP_SPACE.join(groups)


def _plain_digits(match: re.Match[str], rest: str, text: str) -> str:
    """Digits with a point for the decimals; refuses what can be read in two ways.

    Three digits behind one mark are decimals or thousands, and nothing says which: both
    marks are refused before a unit. A number alone with a point is one of YAML's, typed by
    a program.
    """
    whole, parts = match["whole"], match["parts"]
    digits = re.sub(r"[ '’ʼ_]", "", whole)
    marks = [mark for mark in parts if mark in ".,"]
    groups = re.split(r"[.,]", parts)[1:]
    if not marks:
        return digits
    if len(marks) == 1:
        is_plain = bool(match["power"]) or (marks[0] == "." and not rest.strip())
        if not is_plain and _could_be_thousands(whole, groups[0]):
            raise _ambiguous(text, digits, groups[0], rest)
        return f"{digits or '0'}.{groups[0]}"
    if whole != digits:
        raise not_a_number(text)
    return _several_marks(digits, marks, groups, text)


def _could_be_thousands(whole: str, group: str) -> bool:
    return len(group) == 3 and whole.isdigit() and len(whole) <= 3 and not whole.startswith("0")


def _several_marks(digits: str, marks: list[str], groups: list[str], text: str) -> str:
    """`1,234,567`, `1,234.5` or `1.234,5`."""
    has_decimals = marks[-1] != marks[0]
    inner = groups[:-1] if has_decimals else groups
    one_mark = len(set(marks[: len(inner)])) == 1
    well_grouped = all(len(group) == 3 for group in inner) and 1 <= len(digits) <= 3
    if not (one_mark and well_grouped):
        raise not_a_number(text)
    joined = digits + "".join(inner)
    return f"{joined}.{groups[-1]}" if has_decimals else joined


def _ambiguous(text: str, digits: str, group: str, rest: str) -> UnitError:
    unit = f" {rest.strip()}" if rest.strip() else ""
    return UnitError(
        _('"{text}" can be read as {thousands} or as {decimal}').format(
            text=text, thousands=f"{digits}{group}", decimal=f"{digits}.{group}"
        ),
        _('write "{thousands}" or "{decimal}"').format(
            thousands=f"{digits}{group}{unit}", decimal=f"{digits}.{group}0{unit}"
        ),
    )
