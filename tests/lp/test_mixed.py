"""Programs with whole columns against every choice tried, whether the point is held or not."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from derbes.lp import highs
from derbes.lp.highs import MixedSettings, solve_mixed
from derbes.lp.program import LinearProgram, stack_blocks

N, DEMAND, SHORT = 6, 100.0, 40.0
"""Plants to build, what they are built for, and the cost of a unit that is missing."""
SETTINGS = {"to_the_end": MixedSettings(), "within_a_gap": MixedSettings(relative_gap=0.3)}


def numbers(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost of building, cost of a unit, capacity. (N,) each"""
    rng = np.random.default_rng(seed)
    return rng.uniform(50, 500, N), rng.uniform(1, 20, N), rng.uniform(10, 45, N)


def plants(seed: int) -> LinearProgram:
    """Which to build (N columns), what each makes (N), and what is missing."""
    fixed, unit, capacity = numbers(seed)
    makes = np.concatenate([np.zeros(N), np.ones(N + 1)])
    within = np.hstack([-np.diag(capacity), np.eye(N), np.zeros((N, 1))])
    return LinearProgram(
        name="plants",
        levels=("money",),
        level_costs=np.concatenate([fixed, unit, [SHORT]])[None, :],
        weights=np.ones(1),
        matrix=sparse.csc_matrix(np.vstack([makes, within])),
        row_lower=np.concatenate([[DEMAND], np.full(N, -np.inf)]),
        row_upper=np.concatenate([[np.inf], np.zeros(N)]),
        col_lower=np.zeros(2 * N + 1),
        col_upper=np.concatenate([np.ones(N), np.full(N + 1, np.inf)]),
        columns=stack_blocks([("plant", ("all",), 0, 2 * N + 1)]),
        rows=stack_blocks([("row", ("all",), 0, N + 1)]),
    )


def least_cost(seed: int) -> float:
    """Every choice, each with its plants run in order of their unit cost."""
    fixed, unit, capacity = numbers(seed)
    costs = []
    for built in product((0.0, 1.0), repeat=N):
        left, cost = DEMAND, float(fixed @ built)
        for i in np.argsort(unit):
            made = min(left, capacity[i] * built[i])
            left, cost = left - made, cost + unit[i] * made
        costs.append(cost + SHORT * left)
    return min(costs)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", SETTINGS)
def test_a_point_is_whole_and_as_good_as_its_gap_says(seed, way, monkeypatch):
    held, program, is_whole = [], plants(seed), np.arange(2 * N + 1) < N
    hold = highs._held

    def noted(*given):
        held.append(given)
        return hold(*given)

    monkeypatch.setattr(highs, "_held", noted)
    found = solve_mixed(program, is_whole, np.ones(2 * N + 1), SETTINGS[way])
    assert np.array_equal(found.columns[:N], np.round(found.columns[:N]))
    activity = program.matrix @ found.columns
    assert np.all(activity >= program.row_lower - 1e-6)
    assert np.all(activity <= program.row_upper + 1e-6)
    best, cost = least_cost(seed), float(program.cost @ found.columns)
    assert found.bound <= best * (1 + 1e-9) <= cost * (1 + 2e-9)
    assert cost <= best * (1 + SETTINGS[way].relative_gap + 1e-9)
    assert held or cost == pytest.approx(found.bound, rel=1e-9)


def test_only_a_point_that_is_whole_and_proved_is_not_held(monkeypatch):
    is_whole, held = np.arange(2 * N + 1) < N, []

    def noted(_solver, columns, _is_whole):
        held[-1] = True
        return columns

    monkeypatch.setattr(highs, "_held", noted)
    for settings in SETTINGS.values():
        for seed in range(12):
            held.append(False)
            solve_mixed(plants(seed), is_whole, np.ones(2 * N + 1), settings)
    assert not all(held[:12])
    assert any(held[12:])
