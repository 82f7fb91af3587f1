"""The policy: time of one branch."""

import statistics
import time
from collections.abc import Sequence

from benchmarks.rows import Row
from benchmarks.setting import Cut, Setting, one_core, sample_cuts
from derbes.case.arrays import State
from derbes.programs.calm import state_at
from derbes.simulation import simulate_branch

N_PERIODS = 31
"""Periods of a branch: as many as the window of the longest cut-off."""


def measure_kernel(setting: Setting, *, quick: bool) -> list[Row]:
    """Time of one branch; a node is one good in one month."""
    cuts = sample_cuts(setting, 200 if quick else 2000)
    states = {cut.start: state_at(setting.calm, cut.start) for cut in cuts}
    with one_core():
        time_branches(setting, cuts[:1], states)
        whole = statistics.median(time_branches(setting, cuts, states))
    nodes = len(setting.arrays.goods) * N_PERIODS
    note = f"median of {len(cuts):,} branches of {N_PERIODS} months, one core"
    return [
        Row("policy, whole branch", 1e6 * whole, "µs", note=note),
        Row("policy, goods x months", nodes / whole, "a second"),
    ]


def time_branches(setting: Setting, cuts: Sequence[Cut], states: dict[int, State]) -> list[float]:
    """Wall time of each branch as the surface asks for it. [s]"""
    times = []
    for cut in cuts:
        begun = time.perf_counter()
        simulate_branch(
            setting.calm,
            setting.measures[cut.measure],
            states[cut.start],
            start=cut.start,
            length=cut.length,
            n_periods=N_PERIODS,
        )
        times.append(time.perf_counter() - begun)
    return times
