"""Formulas: a number of a case as arithmetic over other numbers of it.

What was read of a formula is a small tree that gives the number again for other numbers of its
parents, or for arrays of them, one for each draw; nothing of Python's own is evaluated.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

SIGN = "="
"""What a formula begins with."""
Number = Any
"""A number, or an array with one for each draw."""
Tree = tuple[Any, ...]
"""`("#", number)`, `("@", path, factor)`, or an operator and its parts; numbers are in the first
units of their kinds."""


def power(base: Number, exponent: float) -> Number:
    """A whole power, multiplied out."""
    n = int(exponent)
    found = reduce(operator.mul, [base] * abs(n), 1.0) if n != 1 else base
    return 1.0 / found if n < 0 else found


MADE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": power,
    "min": np.minimum,
    "max": np.maximum,
}
"""What operators give, in formulas and in statements."""
_BY_NOTHING = "it divides by something that may be 0"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read."""

    text: str
    """As it is written, without the sign in front."""
    tree: Tree
    parents: tuple[str, ...]
    """Paths of the numbers that it names, in the order of the text."""

    def value(self, of: Callable[[str], Number]) -> Number:
        """What it gives, in its own unit. () or (N,)

        Args:
            of: Path of a parent → its number, or one for each draw. [base unit]
        """
        return _evaluated(self.tree, of)

    def span(self, of: Callable[[str], tuple[float, float]]) -> tuple[float, float]:
        """Ends between which it lies while its parents stay in their ranges.

        By interval arithmetic: exact where each parent stands in it once, wider otherwise.

        Args:
            of: Path of a parent → ends of its range. [base unit]

        Raises:
            ZeroDivisionError: It may divide by 0.
        """
        return _interval(self.tree, of)

    def scaled(self, factor: float) -> "Formula":
        """The same in another unit."""
        return self if factor == 1.0 else replace(self, tree=("*", self.tree, ("#", factor)))


def has_formula(plain: object) -> bool:
    """Whether a formula stands anywhere in what a file holds."""
    if isinstance(plain, str):
        return plain.lstrip().startswith(SIGN)
    if isinstance(plain, Mapping):
        return any(has_formula(one) for one in plain.values())
    return isinstance(plain, list) and any(has_formula(one) for one in plain)


def _evaluated(tree: Tree, of: Callable[[str], Number]) -> Number:
    match tree:
        case ("#", number):
            return number
        case ("@", path, factor):
            return of(path) * factor
        case (sign, left, right):
            return MADE[sign](_evaluated(left, of), _evaluated(right, of))
    msg = f"no formula: {tree}"
    raise ValueError(msg)


def _interval(tree: Tree, of: Callable[[str], tuple[float, float]]) -> tuple[float, float]:
    match tree:
        case ("#", number):
            return number, number
        case ("@", path, factor):
            low, high = of(path)
            return low * factor, high * factor
        case ("**", base, ("#", exponent)):
            a, n = _interval(base, of), abs(int(exponent))
            ends = [power(end, n) for end in a]
            crosses = n and n % 2 == 0 and a[0] < 0 < a[1]
            low, high = (0.0 if crosses else min(ends)), max(ends)
            if exponent >= 0:
                return low, high
            if low <= 0 <= high:
                raise ZeroDivisionError(_BY_NOTHING)
            return 1.0 / high, 1.0 / low
        case (sign, left, right):
            a, b = _interval(left, of), _interval(right, of)
            if sign == "/" and b[0] <= 0 <= b[1]:
                raise ZeroDivisionError(_BY_NOTHING)
            if sign == "-":
                return a[0] - b[1], a[1] - b[0]
            ends = [float(MADE[sign](x, y)) for x in a for y in b]
            return min(ends), max(ends)
    msg = f"no formula: {tree}"
    raise ValueError(msg)
