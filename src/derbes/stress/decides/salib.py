"""Sensitivity indices. The only module that knows SALib."""

import warnings
from dataclasses import dataclass

import numpy as np
from SALib.analyze import pawn as pawn_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from derbes.case.quantity import FloatArray

PAWN_PARTS = 10
"""Parts of equal probability into which an input's range is cut."""


@dataclass(frozen=True, slots=True)
class Indices:
    """Sobol indices of one answer. (D,) each."""

    first: FloatArray
    total: FloatArray
    first_confidence: FloatArray
    total_confidence: FloatArray


def _problem(n_axes: int) -> dict[str, object]:
    names = [f"x{axis}" for axis in range(n_axes)]
    return {"num_vars": n_axes, "names": names, "bounds": [[0.0, 1.0]] * n_axes}


def saltelli_points(n_axes: int, n_base: int, seed: int) -> FloatArray:
    """Points of Saltelli's design in the unit cube. (n_base (D + 2), D) [share]

    Args:
        n_axes: D.
        n_base: A power of 2.
        seed: Seed of the scrambling.
    """
    points = sobol_sample.sample(
        _problem(n_axes), n_base, calc_second_order=False, scramble=True, seed=seed
    )
    return np.asarray(points, dtype=np.float64)


def sobol_indices(answers: FloatArray, n_axes: int, seed: int) -> Indices | None:
    """First-order and total indices of one answer at Saltelli's points, with 95 % intervals.

    None: the answer never varies.

    Args:
        answers: At the points of `saltelli_points`. (n_base (D + 2),)
        n_axes: D.
        seed: Seed of the resampling behind the intervals.
    """
    if np.ptp(answers) <= 0.0:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a resample in which nothing varies
        found = sobol_analysis.analyze(
            _problem(n_axes), answers, calc_second_order=False, seed=seed + 1
        )
    arrays = (
        np.asarray(found[key], dtype=np.float64) for key in ("S1", "ST", "S1_conf", "ST_conf")
    )
    return Indices(*arrays)


def pawn_indices(inputs: FloatArray, answers: FloatArray) -> FloatArray:
    """Median PAWN index of each input on given draws (Pianosi and Wagener 2018). (D,)

    0 for an answer or an input that never varies.

    Args:
        inputs: (N, D)
        answers: (N,)
    """
    found = np.zeros(inputs.shape[1])
    varies = np.flatnonzero(np.ptp(inputs, axis=0) > 0.0)
    if np.ptp(answers) <= 0.0 or not len(varies):
        return found
    places = np.argsort(np.argsort(inputs[:, varies], axis=0, kind="stable"), axis=0)
    told = pawn_analysis.analyze(
        _problem(len(varies)), (places + 0.5) / len(inputs), answers, S=PAWN_PARTS
    )
    found[varies] = told["median"]
    return found
