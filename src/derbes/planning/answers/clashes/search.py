"""How far a wish must give way: the least amount, or the first step, that is enough."""

from collections.abc import Callable

AMOUNT_TOLERANCE = 1e-4
"""Of the distance between what is asked for and what is enough."""
_LONGEST_DOUBLING = 60


def first_that_holds(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first whole number from `first` to `last` that holds; None: not even the last.

    What holds for one number holds for all after it, so intervals are halved.

    Examples:
        >>> first_that_holds(lambda n: n >= 7, 1, 12), first_that_holds(lambda n: n > 12, 1, 12)
        (7, None)
    """
    if first > last or not holds(last):
        return None
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def least_amount(
    enough: Callable[[float], float | None], asked: float, *, used: float | None
) -> float:
    """The least amount from `asked` on that is enough; a round one where it will do.

    Args:
        enough: What of an amount is used when it is enough (the amount itself when that is
            not known); None when it is not enough. More than enough is enough.
        asked: An amount that is not enough.
        used: What is used when there is no limit; None: not known.

    Examples:
        Plants of 10, 25 and 40; at least 22 is needed, 12 is asked for.

        >>> plants = (10.0, 25.0, 40.0)
        >>> def enough(amount):
        ...     fitting = [plant for plant in plants if 22 <= plant <= amount]
        ...     return max(fitting, default=None)
        >>> least_amount(enough, 12.0, used=40.0)
        25.0
    """
    high = _doubled(enough, asked) if used is None else used
    low = asked
    is_snapped = used is not None
    while abs(high - low) > AMOUNT_TOLERANCE * max(abs(high - asked), abs(asked) * 1e-9):
        step = AMOUNT_TOLERANCE if is_snapped else 0.5
        middle = high - step * (high - low)
        found = enough(middle)
        if found is None:
            low = middle
            is_snapped = False
        else:
            is_snapped = abs(found - middle) > AMOUNT_TOLERANCE * abs(high - asked)
            high = found if abs(found - asked) < abs(high - asked) else middle
    round_one = float(f"{high:.3e}")
    is_between = min(low, high) < round_one < max(low, high)
    return round_one if is_between and enough(round_one) is not None else high


def _doubled(enough: Callable[[float], float | None], asked: float) -> float:
    """An amount that is enough, found by doubling."""
    step = abs(asked) or 1.0
    for _attempt in range(_LONGEST_DOUBLING):
        found = enough(asked + step)
        if found is not None:
            return found
        step *= 2
    raise OverflowError("no amount is enough")
