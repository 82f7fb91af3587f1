"""Whether a start is survived: what a measure adds to the least that goes short.

The program is that of survival, (L1) to (L6), over the horizon of the measure: least unmet
essential demand is the first level of a branch's objective, so nothing else has to be
solved to know the date of an end.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import MeasureRun
from derbes.leverage.points import wanted_points
from derbes.programs.branch import horizon
from derbes.programs.chokepoint import NOTHING, binding_goods, cut_sellers, shelves
from derbes.programs.survive import SurvivalProgram, net_unmet
from derbes.results.cover import ALL_ESSENTIAL
from derbes.study import Study

Pair = tuple[str, int]
"""Measure and length [period]."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a start is survived, use by use, and what binds where it is not."""

    variant: str
    measure: str
    length: int
    """[period]"""
    start: int
    is_on_grid: bool
    """False: looked at only to find the date of the end."""
    short_uses: tuple[str, ...]
    """Essential uses that go short."""
    binding: Mapping[str, tuple[str, ...]]
    """Use, or `all_essential` → goods that bind when it first goes short."""
    binding_sellers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Starts:
    """Starts of one variant for one worker."""

    study: Study
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    """[period] Empty: each measure's own."""
    only: frozenset[Pair] = frozenset()
    """Measures and lengths that are looked at just to find the date; empty: all."""


def outcomes_of(asked: Starts) -> list[Outcome]:
    """Outcomes of all measures and lengths at the starts."""
    found: list[Outcome] = []
    before: dict[int, SurvivalProgram] = {}
    for start in asked.starts:
        programs: dict[int, SurvivalProgram] = {}
        for run in wanted_points(asked.study.measures, asked.lengths, start):
            if asked.only and (not run.measure or (run.measure.name, run.length) not in asked.only):
                continue
            n = horizon(asked.study.arrays, run, start)
            if n not in programs:
                programs[n] = SurvivalProgram(asked.study.calm, start, n, before.get(n))
                before[n] = programs[n]
            found.append(outcome_of(asked, programs[n], run))
    return found


def outcome_of(asked: Starts, program: SurvivalProgram, run: MeasureRun) -> Outcome:
    """The outcome of one measure and length in the program of its start."""
    study, layout = asked.study, program.layout
    arrays = study.arrays
    net = net_unmet(program, run, arrays.use_essential)
    short = np.flatnonzero(net.short)
    goods: dict[str, list[int]] = {}
    if len(short):
        left = shelves(layout, net.solved.columns, net.solved.row_upper, run)
        size = NOTHING * arrays.flow_size[arrays.use_goods][:, None]
        more = net.added > size
        for u in short:
            broken = int(np.flatnonzero(more[u])[0])
            goods[arrays.uses[u]] = binding_goods(left, int(arrays.use_goods[u]), broken)
        first = int(np.flatnonzero(more[short].any(axis=0))[0])
        now = [arrays.uses[u] for u in short if more[u, first]]
        goods[ALL_ESSENTIAL] = sorted({good for use in now for good in goods[use]})
    return Outcome(
        variant=study.variant,
        measure=run.measure.name if run.measure else "",
        length=run.length,
        start=layout.start,
        is_on_grid=not asked.only,
        short_uses=tuple(arrays.uses[u] for u in short),
        binding={use: tuple(arrays.goods[g] for g in found) for use, found in goods.items()},
        binding_sellers={
            use: tuple(cut_sellers(layout, found, run)) for use, found in goods.items()
        },
    )
