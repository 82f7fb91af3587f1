"""The draws of a plan as programs: one matrix where it can be shared, equal arrays once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_case
from derbes.model.arrays import MeasureArrays
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.planning.effects import Written, write_out
from derbes.planning.first_stage import FirstStage, column_costs
from derbes.planning.recourse import (
    DrawProgram,
    SecondStage,
    draw_matrix,
    draw_reach,
    draw_vectors,
    matrix_key,
)


@dataclass(frozen=True, slots=True)
class Futures:
    """The futures that a plan has to stand: cases with weights."""

    case: Case
    draws: Draws | None
    scenarios: tuple[str, ...]
    """Scenarios that are the draws themselves, when there are no draws of inputs."""
    rows: tuple[int, ...]
    """Rows of the draws; those without weight are left out. (N,)"""
    weights: FloatArray
    """They add to 1. (N,)"""
    cases: tuple[Case, ...] = ()
    """The case in each future, once they have been made. (N,)"""

    def __len__(self) -> int:
        return len(self.weights)

    def case_of(self, i: int) -> Case:
        """The case in one future."""
        if self.cases:
            return self.cases[i]
        if self.draws is not None:
            return drawn_case(self.case, self.draws, self.rows[i])
        if not self.scenarios:
            return self.case
        found = self.case.scenarios[self.scenarios[i]].case
        return self.case if found is None else found

    def chosen(self, which: Sequence[int]) -> "Futures":
        """Some of the futures; their weights no longer add to 1."""
        return replace(
            self,
            scenarios=tuple(self.scenarios[i] for i in which if self.scenarios),
            rows=tuple(self.rows[i] for i in which),
            weights=self.weights[list(which)],
            cases=tuple(self.case_of(i) for i in which),
        )

    def part(self, begin: int, end: int) -> "Futures":
        """Some of the futures; their weights no longer add to 1."""
        where = slice(begin, end)
        return replace(
            self,
            draws=None if self.cases else self.draws,
            scenarios=self.scenarios[where],
            rows=self.rows[where],
            weights=self.weights[where],
            cases=self.cases[where],
        )


def futures(case: Case, draws: Draws | None) -> Futures:
    """Draws, or the scenarios of the case, or the case with its central values.

    The case of each is made once; what draws do not change they share.
    """
    found = _futures(case, draws)
    return replace(found, cases=tuple(found.case_of(i) for i in range(len(found))))


def _futures(case: Case, draws: Draws | None) -> Futures:
    if draws is not None:
        rows = tuple(int(i) for i in np.flatnonzero(draws.weights > 0))
        weights = draws.weights[list(rows)]
        return Futures(case, draws, (), rows, weights / weights.sum())
    likely = [name for name, one in case.scenarios.items() if one.probability > 0]
    if not likely:
        return Futures(case, None, (), (0,), np.ones(1))
    weights = np.array([case.scenarios[name].probability for name in likely])
    return Futures(case, None, tuple(likely), tuple(range(len(likely))), weights / weights.sum())


class _Shared:
    """Arrays that were seen before stand for those that are equal to them."""

    def __init__(self) -> None:
        self._seen: dict[bytes, object] = {}

    def vector(self, vector: FloatArray) -> FloatArray:
        """The same array for the same numbers."""
        found = self._seen.setdefault(vector.tobytes(), vector)
        assert isinstance(found, np.ndarray)  # noqa: S101 - the key is made of one
        return found

    def matrix(self, matrix: sparse.csr_matrix) -> sparse.csr_matrix:
        """The same matrix for the same entries."""
        key = matrix.indptr.tobytes() + matrix.indices.tobytes() + matrix.data.tobytes()
        return self._seen.setdefault(key, matrix)

    def made(self, key: bytes, make: Callable[[], sparse.csc_matrix]) -> sparse.csc_matrix:
        """What was made for the same key before."""
        if key not in self._seen:
            self._seen[key] = make()
        return self._seen[key]


def standard_measures(case: Case, written: Written) -> dict[str, MeasureArrays]:
    """The measure of each standard that has one, in a draw."""
    return {
        name: compile_measure(written.case, written.arrays, standard.measure)
        for name, standard in case.standards.items()
        if standard.measure
    }


def make_programs(
    future: Futures,
    first: FirstStage,
    stage: SecondStage,
    *,
    n_periods: int,
    customary: Mapping[int, FloatArray] | None = None,
    first_draw: int = 0,
) -> tuple[DrawProgram, ...]:
    """All draws as programs.

    Args:
        future: The futures.
        first: The first stage.
        stage: Blocks of the second.
        n_periods: T.
        customary: Stock that is customary in each draw; None: there are no branches.
        first_draw: Position of the first of them among all draws.
    """
    shared, programs = _Shared(), []
    costs = _option_costs(future, first)
    nothing = np.zeros((len(stage.trunk.layout.arrays.goods), stage.trunk.layout.n))
    for i, weight in enumerate(future.weights):
        written = write_out(future.case_of(i), n_periods)
        measures = standard_measures(future.case, written)
        stock = nothing if customary is None else customary[i]
        vectors = draw_vectors(stage, written, measures, stock)
        reach = draw_reach(stage, first, written, measures, draw=first_draw + i)
        key = matrix_key(written, stage, measures)
        programs.append(
            DrawProgram(
                draw=first_draw + i,
                weight=float(weight),
                matrix=shared.made(key, partial(draw_matrix, stage, written, measures)),
                row_lower=shared.vector(vectors.row_lower),
                row_upper=shared.vector(vectors.row_upper),
                col_upper=shared.vector(vectors.col_upper),
                money=shared.vector(vectors.money),
                reach=shared.matrix(reach),
                option_cost=shared.vector(costs[i]),
            )
        )
    return tuple(programs)


def _option_costs(future: Futures, first: FirstStage) -> FloatArray:
    """What options cost in each draw beyond the mean. (N, columns) [money]"""
    return np.asarray(_costs_in_draws(future, first) - first.cost, dtype=np.float64)


def _costs_in_draws(future: Futures, first: FirstStage) -> FloatArray:
    """What options cost in each draw; computed once for what is the same. (N, columns) [money]"""
    columns = list(first.columns)
    costs: list[FloatArray] = []
    before: Case | None = None
    for i in range(len(future)):
        case = future.case_of(i)
        is_same = before is not None and (
            case.options is before.options and case.discount_rate is before.discount_rate
        )
        costs.append(costs[-1] if is_same else column_costs(case, columns))
        before = case
    return np.array(costs)


def mean_option_costs(future: Futures, first: FirstStage) -> FirstStage:
    """The first stage with costs that are the mean over the draws."""
    costs = _costs_in_draws(future, first)
    return replace(first, cost=np.asarray(future.weights @ costs, dtype=np.float64))


def widest(future: Futures, n_periods: int) -> int:
    """The draw with the longest lead time, which shapes the blocks."""
    leads = [
        int(
            compile_case(future.case_of(i), least_periods=n_periods).activities.lead_times.max(
                initial=0
            )
        )
        for i in range(len(future))
    ]
    return int(np.argmax(leads))
