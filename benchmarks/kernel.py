"""The myopic rule: time of one branch as a whole, and of its compiled part alone."""

import statistics
import time
from collections.abc import Sequence

from benchmarks.rows import Row
from benchmarks.setting import Cut, Setting, one_core, sample_cuts
from derbes.case.arrays import State
from derbes.kernels.myopic import run
from derbes.programs.calm import state_at
from derbes.simulation import simulate_branch
from derbes.simulation.conditions import measure_courses
from derbes.simulation.network import Structure, structure_of
from derbes.simulation.setup import Prepared, Span, found_state, prepare

N_PERIODS = 31
"""Periods of a branch: as many as the window of the longest cut-off."""


def measure_kernel(setting: Setting, *, quick: bool) -> list[Row]:
    """Time of one branch; a node is one good in one month."""
    cuts = sample_cuts(setting, 200 if quick else 2000)
    states = {cut.start: state_at(setting.calm, cut.start) for cut in cuts}
    with one_core():
        time_kernel(setting, cuts[:1], states)
        alone = statistics.median(time_kernel(setting, cuts, states))
        whole = statistics.median(time_branches(setting, cuts, states))
    nodes = len(setting.arrays.goods) * N_PERIODS
    note = f"median of {len(cuts):,} branches of {N_PERIODS} months, one core"
    return [
        Row("myopic rule, compiled part of a branch", 1e6 * alone, "µs", note=note),
        Row("myopic rule, goods x months, compiled part", nodes / alone, "a second"),
        Row("myopic rule, whole branch", 1e6 * whole, "µs", note="conditions, rule, path"),
    ]


def time_branches(setting: Setting, cuts: Sequence[Cut], states: dict[int, State]) -> list[float]:
    """Wall time of each branch as the surface asks for it. [s]"""
    times = []
    for cut in cuts:
        begun = time.perf_counter()
        simulate_branch(
            setting.arrays,
            setting.measures[cut.measure],
            states[cut.start],
            start=cut.start,
            length=cut.length,
            n_periods=N_PERIODS,
        )
        times.append(time.perf_counter() - begun)
    return times


def time_kernel(setting: Setting, cuts: Sequence[Cut], states: dict[int, State]) -> list[float]:
    """Wall time of the compiled part of each branch. [s]"""
    structure = structure_of(setting.arrays)
    times = []
    for cut in cuts:
        branch = _prepared(setting, structure, cut, states[cut.start]).branch
        begun = time.perf_counter()
        run(branch)
        times.append(time.perf_counter() - begun)
    return times


def _prepared(setting: Setting, structure: Structure, cut: Cut, state: State) -> Prepared:
    """A branch ready for the rule."""
    measure = setting.measures[cut.measure]
    span = Span(cut.start, cut.length, N_PERIODS, structure.longest_lead)
    courses = measure_courses(
        setting.arrays,
        measure,
        start=cut.start,
        length=cut.length,
        n_periods=N_PERIODS + structure.longest_lead,
    )
    found = found_state(measure, state, span)
    return prepare(structure, measure, found, courses=courses, span=span)
