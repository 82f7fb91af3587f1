"""Inputs that vary together: a Gaussian copula with the rank correlations of the case."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Correlation
from derbes.errors import CaseError, Problem
from derbes.language import _

ROUNDING = 1e-9
"""A pivot that is negative by less is 0."""


def normal_correlation(rank: float) -> float:
    """Correlation of two normal scores whose rank correlation is given.

    r = 2 sin(pi rank / 6) (Pearson 1907, of Spearman's rank correlation).

    Examples:
        >>> round(normal_correlation(0.5), 4)
        0.5176
    """
    return min(1.0, max(-1.0, 2.0 * float(np.sin(np.pi * rank / 6.0))))


def factor(case: Case, names: Sequence[str]) -> FloatArray | None:
    """Lower triangle by which independent normal scores become correlated ones.

    Args:
        case: Its `correlations` between two of the names count.
        names: Paths of inputs, or hazards. (D,)

    Returns:
        (D, D); None when all are independent.

    Raises:
        CaseError: The correlations cannot hold together.
    """
    place = {name: position for position, name in enumerate(names)}
    stated = [c for c in case.correlations if set(c.between) <= set(place) and c.rank != 0.0]
    if not stated:
        return None
    found = _triangle(_matrix(stated, place))
    if found is None:
        raise CaseError(case.source or case.name, [_clash(stated, place)])
    return found


def _matrix(
    stated: Sequence[Correlation], place: Mapping[str, int], share: float = 1.0
) -> FloatArray:
    """Correlations of the normal scores, each rank taken by a share. (D, D)"""
    matrix = np.eye(len(place))
    for one in stated:
        first, second = (place[name] for name in one.between)
        matrix[first, second] = matrix[second, first] = normal_correlation(share * one.rank)
    return matrix


def _triangle(matrix: FloatArray) -> FloatArray | None:
    """Cholesky's factor, also of a matrix that is only semi-definite; None when it is neither."""
    n = len(matrix)
    lower = np.zeros_like(matrix)
    for column in range(n):
        pivot = matrix[column, column] - lower[column, :column] @ lower[column, :column]
        rest = matrix[column + 1 :, column] - lower[column + 1 :, :column] @ lower[column, :column]
        if pivot < -ROUNDING or (
            pivot < ROUNDING and np.abs(rest).max(initial=0.0) > ROUNDING**0.5
        ):
            return None
        if pivot >= ROUNDING:
            lower[column, column] = np.sqrt(pivot)
            lower[column + 1 :, column] = rest / lower[column, column]
    return lower


def _clash(stated: Sequence[Correlation], place: Mapping[str, int]) -> Problem:
    """What is wrong with correlations that cannot hold together, and how far they may go."""
    percents = (percent / 100.0 for percent in range(99, -1, -1))
    share = next(s for s in percents if _triangle(_matrix(stated, place, s)) is not None)
    names = sorted({name for one in stated for name in one.between})
    what = _("the rank correlations of {names} cannot hold together").format(names=", ".join(names))
    fix = _("weaken them all to {share:.0%} of what they are, or take one out").format(share=share)
    return Problem(where="correlations", what=what, fix=fix, line=stated[0].at_line)


def correlated(shares: FloatArray, lower: FloatArray | None) -> FloatArray:
    """Shares that vary together; each column stays uniform. (N, D)"""
    if lower is None:
        return shares
    is_tied = np.tril(lower, -1) != 0.0
    tied = np.flatnonzero(is_tied.any(axis=0) | is_tied.any(axis=1))
    together = shares.copy()
    together[:, tied] = ndtr(ndtri(shares[:, tied]) @ lower[np.ix_(tied, tied)].T)
    return together
