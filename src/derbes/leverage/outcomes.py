"""Whether a start is survived: the least that goes short of essential uses.

The program is that of survival, (L1) to (L6), with the measure's own length: least unmet
essential demand is the first level of a branch's objective, so nothing else has to be
solved to know the date of an end.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import MeasureRun
from derbes.leverage.points import wanted_points
from derbes.programs.branch import least_window
from derbes.programs.chokepoint import NOTHING, binding_goods, cut_sellers, shelves
from derbes.programs.survive import SurvivalProgram
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
    for start in asked.starts:
        wanted = [
            run
            for run in wanted_points(asked.study.measures, asked.lengths, start)
            if not asked.only or (run.measure and (run.measure.name, run.length) in asked.only)
        ]
        if wanted:
            calm = asked.study.calm
            n = least_window(calm, max(run.length for run in wanted))
            program = SurvivalProgram(calm, start, n)
            found += [outcome_of(asked, program, run) for run in wanted]
    return found


def outcome_of(asked: Starts, program: SurvivalProgram, run: MeasureRun) -> Outcome:
    """The outcome of one measure and length in the program of its start."""
    study, layout = asked.study, program.layout
    arrays = study.arrays
    solved = program.least_unmet(run, arrays.use_essential)
    unmet = layout.column("unmet").of(solved.columns)
    wanted = np.flatnonzero(arrays.use_essential)
    part = slice(layout.start, layout.start + layout.n)
    size = NOTHING * max(float(arrays.demand[wanted, part].max(initial=0.0)), 1e-300)
    short = [u for u in wanted if unmet[u].max(initial=0.0) > size]
    goods: dict[str, list[int]] = {}
    if short:
        left = shelves(layout, solved.columns, solved.row_upper, run)
        for u in short:
            broken = int(np.flatnonzero(unmet[u] > size)[0])
            goods[arrays.uses[u]] = binding_goods(left, int(arrays.use_goods[u]), broken)
        first = int(np.flatnonzero((unmet[short] > size).any(axis=0))[0])
        now = [arrays.uses[u] for u in short if unmet[u, first] > size]
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
