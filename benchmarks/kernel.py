"""The policy: time of one branch, and of a million futures."""

import os
import statistics
import time
from collections.abc import Sequence

from benchmarks.futures import MILLION, events_alone, run_futures
from benchmarks.rows import Row
from benchmarks.setting import Cut, Setting, one_core, sample_cuts
from derbes.draws.study import prepare_futures
from derbes.model.arrays import MeasureRun, State
from derbes.simulation import simulate_branch
from derbes.supply.baseline import state_at
from derbes.supply.disruption import horizon

N_FUTURES, N_QUICK = 65_536, 16_384


def measure_kernel(setting: Setting, *, quick: bool) -> list[Row]:
    """Time of one branch, by goods and months too, and of futures scaled to a million."""
    cuts = sample_cuts(setting, 200 if quick else 2000)
    states = {cut.start: state_at(setting.calm, cut.start) for cut in cuts}
    periods = [_horizon(setting, cut) for cut in cuts]
    with one_core():
        time_branches(setting, cuts[:1], states)
        whole = statistics.median(time_branches(setting, cuts, states))
    n_periods = statistics.median(periods)
    nodes = len(setting.arrays.goods) * n_periods
    note = f"median of {len(cuts):,} branches of {n_periods:.0f} months, one core"
    return [
        Row("policy, whole branch", 1e6 * whole, "µs", note=note),
        Row("policy, goods x months", nodes / whole, "a second"),
        *_futures(setting, N_QUICK if quick else N_FUTURES),
    ]


def _horizon(setting: Setting, cut: Cut) -> int:
    run = MeasureRun(setting.measures[cut.measure], cut.length)
    return horizon(setting.arrays, run, cut.start)


def time_branches(setting: Setting, cuts: Sequence[Cut], states: dict[int, State]) -> list[float]:
    """Wall time of each branch as the surface asks for it. [s]"""
    times = []
    for cut in cuts:
        n_periods = _horizon(setting, cut)
        begun = time.perf_counter()
        simulate_branch(
            setting.calm,
            setting.measures[cut.measure],
            states[cut.start],
            start=cut.start,
            length=cut.length,
            n_periods=n_periods,
        )
        times.append(time.perf_counter() - begun)
    return times


def _futures(setting: Setting, n: int) -> list[Row]:
    """Time of a future that differs from others in its measures, and of a million of them."""
    model = prepare_futures(setting.case)
    cores = len(os.sched_getaffinity(0))
    run_futures(model, events_alone(model), 1024, cores)
    ran = run_futures(model, events_alone(model), n, cores)
    what = f"{model.n_periods} months, up to three measures"
    told = f"wall time, {cores} threads, scaled from {n:,} futures"
    return [
        Row("policy, a future and core", 1e6 * ran.cpu / n, "µs", note=what),
        Row("policy, a million futures", ran.wall * MILLION / n, "s", note=told),
    ]
