"""The L-shaped method of mpi-sppy on our scenario programs, HiGHS for root and sub-programs.

Each draw's program is that of our extensive form of this draw alone, column for column and
row for row, as a Pyomo model. One process: it has one rank without an MPI launcher.
It has no gap to stop at, so it is ended when its bound is as near to our cost as our gap asks.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
from mpisppy.opt.lshaped import LShapedMethod
from mpisppy.utils import sputils
from pyomo.core.expr.numeric_expr import LinearExpression

from benchmarks.plan_extensive import ScenarioProgram

SOLVER = "highs"
MOST_ITERATIONS = 10_000
TOLERANCE = 1e-3
"""Violation of a cut that counts as none; of rows in pieces and of costs in money."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What each iteration is held against, and where it is noted."""

    begun: float
    """By `time.perf_counter`. [s]"""
    limit: float
    """Longest that it may take. [s]"""
    enough: float
    """Bound that is good enough. [money]"""
    out: Path


class Stop:
    """Ends the method when its bound is good or its time over; notes each iteration."""

    def __init__(self, method: Any, watch: Watch) -> None:
        self._method = method
        self._watch = watch

    def convergence_value(self) -> None:
        """Note what has been found so far."""
        found = _found(self._method, self._watch, is_done=False)
        self._watch.out.write_text(json.dumps(found), encoding="utf-8")

    def is_converged(self) -> bool:
        """Whether the bound is good enough, or the time over."""
        is_over = time.perf_counter() - self._watch.begun > self._watch.limit
        return is_over or _bound(self._method) >= self._watch.enough


def solve_l_shaped(
    program_of: Callable[[str], ScenarioProgram],
    weights: Mapping[str, float],
    watch: Watch,
) -> dict[str, Any]:
    """Bound and cost found by the L-shaped method.

    Args:
        program_of: Program of a draw by its name.
        weights: Weight of each draw.
        watch: When it ends.
    """

    def creator(name: str) -> pyo.ConcreteModel:
        return state_model(program_of(name), weights[name])

    options = {
        "root_solver": SOLVER,
        "sp_solver": SOLVER,
        "max_iter": MOST_ITERATIONS,
        "tol": TOLERANCE,
        "valid_eta_lb": dict.fromkeys(weights, 0.0),
        "verbose": False,
    }
    method = LShapedMethod(options, list(weights), creator)
    method.lshaped_algorithm(converger=lambda one, *_ranks: Stop(one, watch))
    is_done = bool(getattr(method, "tree_solution_available", False))
    return _found(method, watch, is_done=is_done or _bound(method) >= watch.enough)


def _bound(method: Any) -> float:
    return float(method._LShaped_bound)  # noqa: SLF001 - it has no other name


def _found(method: Any, watch: Watch, *, is_done: bool) -> dict[str, Any]:
    return {
        "bound": _bound(method),
        "iterations": method.iter + 1,
        "is_done": is_done,
        "seconds": time.perf_counter() - watch.begun,
    }


def state_model(program: ScenarioProgram, weight: float) -> pyo.ConcreteModel:
    """A scenario's program as a Pyomo model; the first columns are the first stage."""
    model = pyo.ConcreteModel()
    n_first, n = program.n_first, len(program.cost)
    model.first = pyo.Var(range(n_first))
    model.second = pyo.Var(range(n - n_first))
    columns = [*model.first.values(), *model.second.values()]
    for column, low, high in zip(columns, program.col_lower, program.col_upper, strict=True):
        column.setlb(_finite(low))
        column.setub(_finite(high))
    for j in np.flatnonzero(program.is_integer):
        columns[j].domain = pyo.Integers
    model.rows = pyo.Constraint(range(program.matrix.shape[0]))
    by_row = program.matrix.tocsr()
    for i, (low, high) in enumerate(zip(program.row_lower, program.row_upper, strict=True)):
        part = slice(by_row.indptr[i], by_row.indptr[i + 1])
        if part.start < part.stop and (np.isfinite(low) or np.isfinite(high)):
            body = _linear(by_row.data[part], [columns[j] for j in by_row.indices[part]])
            model.rows[i] = body == low if low == high else (_finite(low), body, _finite(high))
    model.cost = pyo.Objective(expr=_linear(program.cost, columns))
    first_cost = _linear(program.cost[:n_first], columns[:n_first])
    sputils.attach_root_node(model, first_cost, [model.first])
    model._mpisppy_probability = weight  # noqa: SLF001 - mpi-sppy reads it under this name
    return model


def _linear(factors: Any, columns: list[Any]) -> LinearExpression:
    kept = np.flatnonzero(np.asarray(factors))
    return LinearExpression(
        constant=0.0,
        linear_coefs=[float(factors[j]) for j in kept],
        linear_vars=[columns[j] for j in kept],
    )


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None
