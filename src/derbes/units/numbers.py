"""Numbers as people write them in English, Russian and Kazakh."""

import math
import re
from dataclasses import dataclass

from derbes.language import _
from derbes.units.refusal import UnitError

SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "))
"""Spaces that stand between thousands, to the plain one."""

GROUP_SPACE = "\u202f"
"""Narrow space that cannot break, between thousands."""

COMMA_LANGUAGES = frozenset({"ru", "kk"})
"""Languages with a decimal comma."""

LARGEST = 1e18
"""No quantity of a case is larger; beyond it a slip of the keyboard is likelier."""

_NUMBER = re.compile(
    r"""(?P<sign>[+\-−]?)\s?
        (?P<whole>[0-9]{1,3}(?:[ '_][0-9]{3})+(?![0-9])|[0-9]+|(?=[.,][0-9]))
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
    digits = _plain_digits(match["whole"], match["parts"], rest, text)
    number = float(f"{digits}e{match['power'] or 0}")
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise UnitError(
            _('"{text}" is not a possible number: it is too large').format(text=text),
            _("check the digits"),
        )
    return Leading(-number if match["sign"] in {"-", "−"} else number, rest)


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
    """The refusal of a text that holds no number."""
    return UnitError(
        _('"{text}" is not a number').format(text=text),
        _('write it as in "1500", "1 500" or "1.5"'),
    )


def _split(text: str, mark: str) -> tuple[str, str]:
    left, _mark, right = text.partition(mark)
    return left, right


def _grouped(digits: str) -> str:
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return GROUP_SPACE.join(groups)


def _plain_digits(whole: str, parts: str, rest: str, text: str) -> str:
    """Digits with a point for the decimals; refuses what can be read in two ways."""
    digits = re.sub(r"[ '_]", "", whole)
    marks = [mark for mark in parts if mark in ".,"]
    groups = re.split(r"[.,]", parts)[1:]
    if not marks:
        return digits
    if len(marks) == 1:
        if marks[0] == "," and _could_be_thousands(whole, groups[0]):
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
            thousands=f"{digits}{group}{unit}", decimal=f"{digits}.{group}{unit}"
        ),
    )
