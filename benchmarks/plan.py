"""The cheapest plan over many draws: our decomposition beside other ways to it.

Each run is a process of its own with a time limit. The peers are given the starts of the
measures that our plan turned out to need; ours has found them, and checked all others.
"""

from collections.abc import Mapping
from typing import Any

from benchmarks.plan_process import Run, run_alone
from benchmarks.rows import Row, faster, within

PLAN = "plan"
SIZES = (50, 100, 200)
"""Draws that are aimed at."""
LARGEST_LIMIT, LARGEST_MEMORY = 200.0, 1000.0
"""Most that the largest may take on two cores [s], and hold [MB]."""
N_WORKERS = 2
LIMIT, OWN_LIMIT = 300.0, 600.0
"""Most that a peer, and ours, may take for one size. [s]"""
PEER_SIZES = (1, 10, 50, 100, 200)
"""Draws that peers are given, as long as they are done in time."""
QUICK_SIZES, QUICK_LIMIT = (2,), 60.0
PEERS = {
    "highs": "HiGHS, extensive form",
    "pypsa": "PyPSA, stochastic mode",
    "mpi-sppy": "mpi-sppy, L-shaped",
}
EASIER = "an easier problem: no start months, no fixed cost, one foreseen cut-off a draw; "
"""What PyPSA's stochastic mode leaves out of ours."""
GAP = 1e-3
Found = Mapping[str, Any]


def measure_plan(*, quick: bool) -> list[Row]:
    """Our runs by number of draws, then each peer up to the largest that it does in time."""
    rows: list[Row] = []
    own: dict[int, Run] = {}
    for n_draws in QUICK_SIZES if quick else SIZES:
        own[n_draws] = _own(n_draws, quick=quick)
        rows += _own_rows(n_draws, own[n_draws])
    for peer in PEERS:
        rows += _peer_rows(peer, own, quick=quick)
    return rows


def _own(n_draws: int, *, quick: bool) -> Run:
    limit = QUICK_LIMIT if quick else OWN_LIMIT
    return run_alone("derbes", limit=limit, n_draws=n_draws, n_workers=N_WORKERS)


def _own_rows(n_draws: int, run: Run) -> list[Row]:
    """Wall time, processor time and memory of our run."""
    name = f"{PLAN}, {n_draws} draws"
    if not run.found:
        return [Row(name, None, "s", note=run.trouble)]
    note = _own_note(run.found)
    if n_draws < max(SIZES):
        wall = Row(name, run.wall, "s", note=note)
        memory = Row(f"{name}, memory", run.memory, "MB")
    else:
        wall = within(name, run.wall, "s", limit=LARGEST_LIMIT, note=note)
        memory = within(f"{name}, memory", run.memory, "MB", limit=LARGEST_MEMORY)
    return [wall, Row(f"{name}, processor time", run.cpu, "s"), memory]


def _own_note(found: Found) -> str:
    starts = sum(len(one) for one in found["starts"].values())
    above = "no plan" if found["above"] is None else f"gap {100 * found['gap']:.2g} %"
    parts = [
        f"{found['condition']}, {above} of {found['above'] or 0:,.0f} above the no-threat cost",
        f"{found['iterations']} iterations, {starts} branches a draw",
        f"stating {found['stated']:.1f} s",
    ]
    return "; ".join(parts)


def _peer_rows(peer: str, own: dict[int, Run], *, quick: bool) -> list[Row]:
    """A peer at growing sizes until one is not done in time."""
    rows: list[Row] = []
    for n_draws in QUICK_SIZES if quick else PEER_SIZES:
        if n_draws not in own:
            own[n_draws] = _own(n_draws, quick=quick)
        ours = own[n_draws]
        asked = _asked(peer, ours.found)
        if asked is None:
            return [*rows, _not_run(peer, n_draws, ours)]
        limit = QUICK_LIMIT if quick else LIMIT
        run = run_alone(peer, limit=limit, n_draws=n_draws, **asked)
        rows.append(_beside(peer, n_draws, ours, run))
        if not run.found.get("is_done"):
            break
    return rows


def _asked(peer: str, found: Found) -> dict[str, Any] | None:
    """What a peer is told beside draws and time; None: we found no plan to measure it by."""
    if peer == "pypsa":
        return {}
    if not found or found["above"] is None:
        return None
    above = found["above"]
    if peer == "highs":
        return {"starts": found["starts"], "gap": GAP * above / found["cost"]}
    return {"starts": found["starts"], "enough": found["cost"] - GAP * above}


def _not_run(peer: str, n_draws: int, ours: Run) -> Row:
    note = f"not run, as we found no plan in time: {ours.trouble or ours.found['condition']}"
    return Row(f"{PLAN}, {n_draws} draws", None, "s", PEERS[peer], note=note)


def _beside(peer: str, n_draws: int, ours: Run, run: Run) -> Row:
    """Our wall time beside a peer's; at least the limit where it was not done."""
    name = f"{PLAN}, {n_draws} draws"
    if not run.found and run.wall < QUICK_LIMIT / 2:
        return Row(name, ours.wall, "s", PEERS[peer], note=run.trouble)
    note = (EASIER if peer == "pypsa" else "") + _peer_note(run)
    return faster(name, ours.wall, "s", peer=PEERS[peer], peer_value=run.wall, note=note)


def _peer_note(run: Run) -> str:
    parts = []
    if not run.found.get("is_done"):
        parts.append("not done, the ratio is at least this")
    if run.trouble:
        parts.append(run.trouble)
    for key, words in (("cost", "cost"), ("bound", "bound"), ("iterations", "iterations")):
        if run.found.get(key) is not None:
            parts.append(f"{words} {run.found[key]:,.0f}")
    parts.append(f"processor {run.cpu:,.0f} s, {run.memory:,.0f} MB")
    return "; ".join(parts)
