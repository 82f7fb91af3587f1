"""Formulas of a case as live formulas of Excel: names of numbers, each worth its base unit."""

import re
from collections.abc import Callable

from derbes.case.quantity import Tree

LONGEST = 8000
"""Characters of a formula; Excel takes 8192."""
DEEPEST = 60
"""Brackets within brackets; Excel takes 64."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.]")
_AS_WORD = {"min": "MIN", "max": "MAX"}


def name_of(path: str) -> str:
    """The name by which formulas of a book call a number.

    Examples:
        >>> name_of("assumptions.tubes_152"), name_of("uses.water.demand.2026-07")
        ('assumptions.tubes_152', 'uses.water.demand.2026_07')
    """
    return _NOT_IN_NAMES.sub("_", path)[:250]


def excel_formula(tree: Tree, of: Callable[[str], str], value: float) -> str:
    """A formula as Excel writes it; the number alone where Excel cannot hold it.

    Args:
        tree: As `Formula.tree`.
        of: Path of a parent → its number in its base unit, as Excel writes it.
        value: What it gives now.

    Examples:
        >>> excel_formula(("*", ("@", "a.b", 2.0), ("#", 3.0)), lambda path: path, 6.0)
        '=a.b*6'
        >>> excel_formula(("-", ("#", 1.0), ("-", ("@", "a", 1.0), ("#", -2.0))), str, 0.0)
        '=1-(a-(-2))'
    """
    text = f"={_written(tree, of)[0]}"
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return text if len(text) <= LONGEST and deepest <= DEEPEST else f"={plain(value)}"


def plain(number: float) -> str:
    """A number in a formula."""
    text = repr(float(number)).removesuffix(".0")
    return f"({text})" if number < 0 else text


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_LEAF = 4


def _factors(tree: Tree) -> tuple[float, list[Tree]]:
    """A product as a number and all else that is multiplied."""
    match tree:
        case ("#", number):
            return number, []
        case ("@", path, factor):
            return factor, [("@", path, 1.0)]
        case ("*", left, right):
            (one, some), (other, more) = _factors(left), _factors(right)
            return one * other, [*some, *more]
    return 1.0, [tree]


def _product(tree: Tree, of: Callable[[str], str]) -> tuple[str, int]:
    """A product, its numbers multiplied out: units turned there and back leave nothing."""
    number, parts = _factors(tree)
    number = float(f"{number:.15g}")
    written = [_written(one, of) for one in parts]
    texts = [text if rank >= _RANK["*"] else f"({text})" for text, rank in written]
    if number != 1.0 or not texts:
        texts.append(plain(number))
    alone = written[0][1] if len(texts) == 1 and written else _LEAF
    return "*".join(texts), _RANK["*"] if len(texts) > 1 else alone


def _written(tree: Tree, of: Callable[[str], str]) -> tuple[str, int]:
    """A part of a formula, and how tightly it binds."""
    match tree:
        case ("#", number):
            return plain(number), _LEAF
        case ("@", path, 1.0):
            return of(path), _LEAF
        case ("@" | "*", *_rest):
            return _product(tree, of)
        case (("min" | "max") as sign, *parts):
            return f"{_AS_WORD[sign]}({','.join(_written(one, of)[0] for one in parts)})", _LEAF
        case (sign, left, right):
            rank = _RANK[sign]
            first, first_rank = _written(left, of)
            second, second_rank = _written(right, of)
            if first_rank < rank or (sign == "**" and first_rank <= rank):
                first = f"({first})"
            if second_rank < rank or (second_rank == rank and sign != "+"):
                second = f"({second})"
            return f"{first}{'^' if sign == '**' else sign}{second}", rank
    raise ValueError(f"no formula: {tree}")
