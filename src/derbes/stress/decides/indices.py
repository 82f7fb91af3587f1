"""Sobol indices of the inputs that matter, and PAWN of all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws import values_at
from derbes.results.stress import Influence
from derbes.stress.decides.oneway import Center, Evaluate
from derbes.stress.decides.salib import (
    PAWN_PARTS,
    Indices,
    pawn_indices,
    saltelli_points,
    sobol_indices,
)

SCENARIO = "scenario"
"""Stands among the inputs for the choice of a scenario."""
N_BASE = 256
"""Base points of Saltelli's design."""
PAWN_DRAWS = 2048
"""Draws from which PAWN is computed."""
LEAST_FOR_PAWN = 10 * PAWN_PARTS
"""Draws below which PAWN is chance: ten in each part of an input's range."""


def indices(
    evaluate: Callable[[FloatArray], FloatArray], n_axes: int, *, n_base: int, seed: int
) -> list[Indices | None]:
    """Sobol indices of each answer of a function on the unit cube.

    First-order and total indices by Saltelli's design (Saltelli et al. 2010), through SALib.

    Args:
        evaluate: Points → answers. (N, D) → (N, A)
        n_axes: D.
        n_base: Base points, a power of 2; N = n_base (D + 2).
        seed: Seed.
    """
    answers = evaluate(saltelli_points(n_axes, n_base, seed))
    return [sobol_indices(answers[:, a], n_axes, seed) for a in range(answers.shape[1])]


@dataclass(frozen=True, slots=True)
class Shares:
    """From points of the cube over the kept inputs to draws of the case."""

    case: Case
    center: Center
    kept: tuple[int, ...]

    @property
    def n_axes(self) -> int:
        """Axes: the kept inputs, after one for the scenario where there are any."""
        return len(self.kept) + bool(self.case.scenarios)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        own = tuple(self.center.paths[d] for d in self.kept)
        return (SCENARIO, *own) if self.case.scenarios else own

    def draws(self, cube: FloatArray) -> Draws:
        """Kept inputs by their quantile functions, each by itself; the others central.

        Indices are about independent inputs, so rank correlations are left aside here.
        """
        paths = [self.center.paths[d] for d in self.kept]
        names, drawn = values_at(replace(self.case, correlations=()), paths, cube)
        values = np.full((len(cube), len(self.center.paths)), np.nan)
        values[:, list(self.kept)] = drawn
        weights = np.full(len(cube), 1.0 / len(cube))
        return Draws(self.center.paths, values, weights, names)


def influences(
    shares: Shares,
    answers: Sequence[str],
    evaluate: Evaluate,
    *,
    given: tuple[Draws, FloatArray],
    seed: int,
) -> tuple[Influence, ...]:
    """Indices of each answer, the most influential input first.

    Args:
        shares: The inputs that are kept.
        answers: Names, as `evaluate` orders them. (A,)
        evaluate: From draws to answers.
        given: Draws over all inputs, and their answers, for PAWN. (N, A)
        seed: Seed of the design.
    """
    found: list[Indices | None] = [None] * len(answers)
    if shares.n_axes:
        found = indices(
            lambda cube: evaluate(shares.draws(cube)), shares.n_axes, n_base=N_BASE, seed=seed
        )
    pawn = _pawn(*given)
    told: list[Influence] = []
    for a, answer in enumerate(answers):
        own = [_influence(answer, shares, found[a], name) for name in shares.names]
        rest = [Influence(answer, path, None, None, None) for path in pawn]
        known = {one.input for one in own}
        rows = [*own, *(one for one in rest if one.input not in known)]
        rows = [replace(one, pawn=_known(pawn[one.input][a])) for one in rows if one.input in pawn]
        told += sorted(rows, key=_rank)
    return tuple(told)


def _rank(one: Influence) -> tuple[float, float, str]:
    total = -1.0 if one.total is None else one.total
    return -total, -(one.pawn or 0.0), one.input


def _influence(answer: str, shares: Shares, found: Indices | None, name: str) -> Influence:
    if found is None:
        return Influence(answer, name, None, None, None)
    axis = shares.names.index(name)
    return Influence(
        answer=answer,
        input=name,
        first=float(found.first[axis]),
        total=float(found.total[axis]),
        pawn=None,
        first_confidence=float(found.first_confidence[axis]),
        total_confidence=float(found.total_confidence[axis]),
    )


def _known(index: float) -> float | None:
    return None if np.isnan(index) else float(index)


def _pawn(draws: Draws, answers: FloatArray) -> dict[str, FloatArray]:
    """PAWN indices by input, the choice of a scenario among them. Input → (A,)

    nan where there are too few draws to tell.
    """
    names, columns = list(draws.inputs), draws.values[:PAWN_DRAWS]
    if draws.scenarios:
        order = {name: float(i) for i, name in enumerate(dict.fromkeys(sorted(draws.scenarios)))}
        which = np.array([order[name] for name in draws.scenarios[:PAWN_DRAWS]])
        names, columns = [SCENARIO, *names], np.column_stack([which, columns])
    if len(columns) < LEAST_FOR_PAWN:
        return {name: np.full(answers.shape[1], np.nan) for name in names}
    known = np.where(np.isnan(columns), np.nanmin(columns, axis=0, initial=0.0) - 1.0, columns)
    by_answer = [pawn_indices(known, answers[:PAWN_DRAWS, a]) for a in range(answers.shape[1])]
    table = np.array(by_answer).reshape(answers.shape[1], len(names))
    return {name: table[:, column] for column, name in enumerate(names)}
