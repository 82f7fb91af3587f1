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
_MADE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": np.minimum,
    "max": np.maximum,
}


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
        case ("**", base, power):
            return reduce(operator.mul, [_evaluated(base, of)] * power)
        case (sign, left, right):
            return _MADE[sign](_evaluated(left, of), _evaluated(right, of))
    msg = f"no formula: {tree}"
    raise ValueError(msg)


def _interval(tree: Tree, of: Callable[[str], tuple[float, float]]) -> tuple[float, float]:
    match tree:
        case ("#", number):
            return number, number
        case ("@", path, factor):
            low, high = of(path)
            return low * factor, high * factor
        case ("**", base, power):
            a = _interval(base, of)
            ends = [reduce(operator.mul, [end] * power) for end in a]
            crosses = power % 2 == 0 and a[0] < 0 < a[1]
            return (0.0 if crosses else min(ends)), max(ends)
        case (sign, left, right):
            a, b = _interval(left, of), _interval(right, of)
            if sign == "/" and b[0] <= 0 <= b[1]:
                raise ZeroDivisionError("it divides by something that may be 0")
            if sign == "-":
                return a[0] - b[1], a[1] - b[0]
            ends = [float(_MADE[sign](x, y)) for x in a for y in b]
            return min(ends), max(ends)
    msg = f"no formula: {tree}"
    raise ValueError(msg)
