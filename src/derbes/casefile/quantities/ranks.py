"""Rank correlations that several inputs can have together."""

import math
from collections.abc import Iterable, Mapping, Sequence

SINGULAR = 1e-10
"""A pivot that is smaller is taken for 0: the matrix is definite but for rounding."""

SCALE = 1000.0
"""The nearest rank that works is said in thousandths."""

Pair = tuple[str, str]
"""Two inputs."""

Links = Mapping[Pair, float]
"""Pair of inputs → rank correlation."""


def smallest_clash(links: Links) -> Links:
    """Ranks among a set of inputs that clash, but do not when any of the inputs is left out."""
    kept = sorted({name for pair in links for name in pair})
    for name in list(kept):
        fewer = _among(links, [one for one in kept if one != name])
        if not are_possible(fewer):
            kept.remove(name)
    return _among(links, kept)


def _among(links: Links, names: Sequence[str]) -> Links:
    return {pair: rank for pair, rank in links.items() if set(pair).issubset(names)}


def nearest_possible(links: Links, pair: Pair) -> float | None:
    """The rank of a pair nearest to the given one that can be true beside the others.

    None when there is none. The possible ranks are an interval, because the matrices
    without a negative direction are a convex set.
    """
    given = links[pair]
    grid = sorted((step / 100 for step in range(-100, 101)), key=lambda rank: abs(rank - given))
    works = next((rank for rank in grid if are_possible({**links, pair: rank})), None)
    if works is None:
        return None
    return _nearest(links, [pair], works=works, fails=given)


def nearest_in_common(links: Links, pairs: Sequence[Pair]) -> float:
    """The rank nearest to that of the first pair that all the pairs can have together.

    With 0 they can, if the other ranks are possible without them.
    """
    return _nearest(links, pairs, works=0.0, fails=links[pairs[0]])


def _nearest(links: Links, pairs: Iterable[Pair], *, works: float, fails: float) -> float:
    """Between a rank that works and one that fails, the last that works, rounded."""
    tried = list(pairs)
    toward = math.floor if works < fails else math.ceil
    for _step in range(40):
        middle = (works + fails) / 2
        if are_possible({**links, **dict.fromkeys(tried, middle)}):
            works = middle
        else:
            fails = middle
    rounded = float(toward(works * SCALE)) / SCALE
    return rounded if are_possible({**links, **dict.fromkeys(tried, rounded)}) else works


def are_possible(links: Links) -> bool:
    """Whether ranks can be those of inputs that are jointly normal after ranking.

    Spearman's rank r belongs to a correlation 2 sin(π r / 6) of normal variables
    (Pearson 1907); their matrix must have no negative direction.
    """
    names = sorted({name for pair in links for name in pair})
    at = {name: position for position, name in enumerate(names)}
    matrix = [[float(row == column) for column in range(len(names))] for row in range(len(names))]
    for (first, second), rank in links.items():
        normal = 2.0 * math.sin(math.pi * rank / 6.0)
        matrix[at[first]][at[second]] = matrix[at[second]][at[first]] = normal
    return is_semidefinite(matrix)


def is_semidefinite(matrix: Sequence[Sequence[float]]) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue, by elimination."""
    left = [list(row) for row in matrix]
    for pivot in range(len(left)):
        value = left[pivot][pivot]
        below = range(pivot + 1, len(left))
        if value < -SINGULAR:
            return False
        if value <= SINGULAR:
            if any(abs(left[row][pivot]) > math.sqrt(SINGULAR) for row in below):
                return False
            continue
        for row in below:
            factor = left[row][pivot] / value
            for column in range(pivot + 1, len(left)):
                left[row][column] -= factor * left[pivot][column]
    return True
