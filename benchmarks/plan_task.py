"""One way to the plan, in a process of its own: `python -m benchmarks.plan_task NAME JSON OUT`."""

import importlib
import json
import math
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.plan_extensive import Starts, scenario_programs, solve_extensive_form
from benchmarks.plan_network import plan_case, plan_draws
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import OPTIMAL, make_problem

GAP = 1e-3
"""Of the cost above the no-threat cost."""
SPARE = 0.9
"""Part of the time that a solver may take; the rest is for reading what it found."""
Found = dict[str, Any]


def solve_derbes(_out: Path, *, n_draws: int, n_workers: int, limit: float) -> Found:
    """Our decomposition."""
    begun = time.perf_counter()
    case = plan_case()
    problem = make_problem(case, draws=plan_draws(case, n_draws))
    stated = time.perf_counter() - begun
    plan = solve_plan(problem, gap=GAP, time_limit=SPARE * limit - stated, n_workers=n_workers)
    above = plan.cost - plan.no_threat_cost
    return {
        "is_done": plan.status == OPTIMAL,
        "condition": plan.status,
        "cost": plan.cost,
        "bound": plan.bound,
        "gap": plan.gap,
        "above": above if plan.feasible and math.isfinite(above) else None,
        "iterations": plan.iterations,
        "starts": {name: list(found) for name, found in plan.starts.items()},
        "stated": stated,
    }


def solve_highs(_out: Path, *, n_draws: int, limit: float, gap: float, starts: Starts) -> Found:
    """HiGHS on our extensive form."""
    return solve_extensive_form(n_draws, starts, limit=SPARE * limit, gap=gap)


def solve_pypsa(_out: Path, *, n_draws: int, limit: float) -> Found:
    """PyPSA's stochastic mode on the nearest problem that it can state."""
    plan_pypsa = importlib.import_module("benchmarks.plan_pypsa")
    begun = time.perf_counter()
    case = plan_case()
    network = plan_pypsa.state_plan(case, plan_draws(case, n_draws))
    stated = time.perf_counter() - begun
    condition, cost = plan_pypsa.solve_plan(network, SPARE * limit - stated)
    is_done = condition == "optimal"
    return {
        "is_done": is_done,
        "condition": condition,
        "cost": cost if is_done else None,
        "stated": stated,
    }


def solve_mpisppy(out: Path, *, n_draws: int, limit: float, enough: float, starts: Starts) -> Found:
    """mpi-sppy's L-shaped method on our scenario programs."""
    plan_mpisppy = importlib.import_module("benchmarks.plan_mpisppy")
    watch = plan_mpisppy.Watch(time.perf_counter(), SPARE * limit, enough, out)
    programs = scenario_programs(n_draws, starts)
    weights = dict.fromkeys(programs, 1.0 / n_draws)
    found: Found = plan_mpisppy.solve_l_shaped(programs.__getitem__, weights, watch)
    return found


TASKS: dict[str, Callable[..., Found]] = {
    "derbes": solve_derbes,
    "highs": solve_highs,
    "pypsa": solve_pypsa,
    "mpi-sppy": solve_mpisppy,
}


def main() -> None:
    """Do the task that the command line names and write down what was found."""
    name, asked, out = sys.argv[1:]
    path = Path(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begun = time.perf_counter()
        found = TASKS[name](path, **json.loads(asked))
    found.setdefault("seconds", time.perf_counter() - begun)
    path.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
