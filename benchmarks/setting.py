"""The network made ready, and cut-offs of it to be timed."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.network import LENGTHS, STARTS, benchmark_case
from derbes.case.entities import Case
from derbes.model.arrays import CaseArrays, MeasureArrays
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import CalmSolution, solve_calm

SEED = 7
STDOUT = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """The benchmark network, compiled and with its calm plan."""

    case: Case
    arrays: CaseArrays
    calm: CalmSolution
    measures: tuple[MeasureArrays, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """One point of the surface."""

    measure: int
    """Position among the measures."""
    start: int
    """[period]"""
    length: int
    """[period]"""


def make_setting() -> Setting:
    """Compile the network and solve its calm plan."""
    case = benchmark_case()
    arrays = compile_case(case, max(LENGTHS))
    measures = tuple(compile_measure(case, arrays, name) for name in case.measures)
    return Setting(case, arrays, solve_calm(arrays), measures)


def sample_cuts(setting: Setting, n_cuts: int) -> list[Cut]:
    """Different cut-offs drawn evenly from the surface; the same every time."""
    n_all = len(setting.measures) * len(STARTS) * len(LENGTHS)
    drawn = np.random.default_rng(SEED).choice(n_all, size=n_cuts, replace=False)
    shape = (len(setting.measures), len(STARTS), len(LENGTHS))
    places = np.array(np.unravel_index(drawn, shape)).T.tolist()
    return [Cut(m, STARTS[start], LENGTHS[length]) for m, start, length in places]


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core while inside."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what peers print and warn off the terminal while inside."""
    sys.stdout.flush()
    kept = os.dup(STDOUT)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, STDOUT)
        os.close(nowhere)
        os.close(kept)
