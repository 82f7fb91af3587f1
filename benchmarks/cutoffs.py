"""One surprise cut-off: derbes in its stride beside ways that state the program anew."""

import importlib
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.network import LENGTHS, STARTS
from benchmarks.rows import Row, Spent, faster, timed
from benchmarks.setting import Cut, Setting, one_core, quiet, sample_cuts
from benchmarks.stated_anew import solve_cold, state_branch
from derbes.analysis.responses import Kept, StartSolver
from derbes.model.arrays import MeasureRun

NAME = "surprise cut-off"
N_QUICK = 4
N_RAW, N_SLOW = 24, 8
SAME = 1e-9
"""Difference of optima that counts as none, relative."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Times of a peer on several cut-offs. [s]"""

    stating: tuple[Spent, ...]
    solving: tuple[Spent, ...]
    worst: float
    """Largest relative difference of its optimum to the same program's; nan: not the same."""

    @property
    def cpu(self) -> float:
        """Median time of stating and solving one cut-off. [ms]"""
        pairs = zip(self.stating, self.solving, strict=True)
        return 1000.0 * statistics.median(a.cpu + b.cpu for a, b in pairs)

    @property
    def note(self) -> str:
        """Where the time goes."""
        parts = [statistics.median(s.cpu for s in part) for part in (self.stating, self.solving)]
        pairs = zip(self.stating, self.solving, strict=True)
        wall = statistics.median(a.wall + b.wall for a, b in pairs)
        same = "" if self.worst != self.worst else f"; optimum the same to {self.worst:.0e}"
        return (
            f"{len(self.stating)} cut-offs; stating {1000 * parts[0]:,.0f}, solving "
            f"{1000 * parts[1]:,.0f}, wall {1000 * wall:,.0f} ms{same}"
        )


def measure_cutoffs(setting: Setting, *, quick: bool) -> list[Row]:
    """Median time of a point in derbes against each peer, all on one core."""
    with one_core():
        own, note = own_time(setting, STARTS[:N_QUICK] if quick else STARTS)
        raw = time_raw(setting, sample_cuts(setting, 4 if quick else N_RAW))
        rows = [_against(own, "HiGHS, rebuilt and cold", raw, note)]
        cuts = sample_cuts(setting, 2 if quick else N_SLOW)
        rows += [_beside(PEERS[name], setting, cuts, own) for name in PEERS]
    return rows


def own_time(setting: Setting, starts: Sequence[int]) -> tuple[float, str]:
    """Median over starts of the time per point, windows and certificates included. [ms]"""
    each, walls, solves = [], [], []
    kept: Kept = {}
    for start in starts:
        times, spent = timed(_solve_start, setting, start, kept)
        each.append(1000.0 * spent.cpu / len(times))
        walls.append(1000.0 * spent.wall / len(times))
        solves += [1000.0 * one.cpu for one in times]
    note = (
        f"{len(solves):,} points of {len(each)} starts in a row; a solve alone "
        f"{statistics.median(solves):.2f}, wall {statistics.median(walls):.2f} ms"
    )
    return statistics.median(each), note


def _solve_start(setting: Setting, start: int, kept: Kept) -> list[Spent]:
    solver = StartSolver(setting.calm, start, kept)
    return [
        timed(solver.solve, MeasureRun(measure, length))[1]
        for measure in setting.measures
        for length in LENGTHS
    ]


def time_raw(setting: Setting, cuts: Sequence[Cut]) -> Stated:
    """The same program through the interface of HiGHS."""
    stating, solving = [], []
    for cut in cuts:
        branch, stated = timed(state_branch, setting, cut)
        _columns, solved = timed(solve_cold, branch.program)
        stating.append(stated)
        solving.append(solved)
    return Stated(tuple(stating), tuple(solving), float("nan"))


def _time_linopy(setting: Setting, cuts: Sequence[Cut]) -> Stated:
    linopy_peer = importlib.import_module("benchmarks.linopy_peer")
    stating, solving, apart = [], [], []
    for cut in cuts:
        branch = state_branch(setting, cut)
        model, stated = timed(linopy_peer.state_model, branch)
        optimum, solved = timed(linopy_peer.solve_model, model)
        same = float(branch.program.cost @ solve_cold(branch.program))
        stating.append(stated)
        solving.append(solved)
        apart.append(abs(optimum - same) / abs(same))
    if max(apart) > SAME:
        raise ArithmeticError(f"linopy's optimum is not the same: {max(apart):.1e}")
    return Stated(tuple(stating), tuple(solving), max(apart))


def _time_pypsa(setting: Setting, cuts: Sequence[Cut]) -> Stated:
    pypsa_peer = importlib.import_module("benchmarks.pypsa_peer")
    stating, solving = [], []
    for cut in cuts:
        branch = state_branch(setting, cut)
        network, stated = timed(pypsa_peer.state_network, branch)
        _optimum, solved = timed(pypsa_peer.solve_network, network)
        stating.append(stated)
        solving.append(solved)
    return Stated(tuple(stating), tuple(solving), float("nan"))


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer that may not be installed."""

    package: str
    name: str
    left_out: str
    time: Callable[[Setting, Sequence[Cut]], Stated]


PEERS = {
    "linopy": Peer("linopy", "linopy, stated anew", "", _time_linopy),
    "pypsa": Peer(
        "pypsa",
        "PyPSA, stated anew",
        "without shelf life, refill steps, way back; ",
        _time_pypsa,
    ),
}


def _beside(peer: Peer, setting: Setting, cuts: Sequence[Cut], own: float) -> Row:
    """A row beside a peer; it says so when the peer cannot be imported."""
    try:
        importlib.import_module(peer.package)
    except ImportError as problem:
        return Row(NAME, own, "ms", peer.name, note=f"cannot be imported: {problem}")
    with quiet():
        stated = peer.time(setting, cuts)
    note = peer.left_out + stated.note
    return faster(NAME, own, "ms", peer=peer.name, peer_value=stated.cpu, note=note)


def _against(own: float, peer: str, stated: Stated, note: str) -> Row:
    return faster(NAME, own, "ms", peer=peer, peer_value=stated.cpu, note=f"{note}; {stated.note}")
