"""The surface measure x start x length x variant, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.language import _
from derbes.leverage.ends import Outcome, by_key, find_ends, outcome_of, starts_between
from derbes.leverage.points import Kept, StartSolver, wanted_points
from derbes.leverage.premium import PriceRise
from derbes.leverage.rows import branch_rows
from derbes.results.leverage import LeverageEnd, LeverageRow
from derbes.study import Progress, Study, make_studies, narrowed, run_tasks

QUARTER = 3
"""Length of a quarter. [month]"""
CHUNKS_A_WORKER = 4
"""Chunks of starts per worker and variant: enough to balance, few enough to send."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Starts of one variant for one worker."""

    study: Study
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    """[period] Empty: each measure's own."""
    has_premium: bool = False
    has_rows: bool = True
    """False: only whether demand goes unmet is wanted."""
    only: frozenset[tuple[str, int]] = frozenset()
    """Measures and lengths that are looked at just to find the date of an end; empty: all
    that are asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a chunk found."""

    rows: tuple[LeverageRow, ...]
    outcomes: tuple[Outcome, ...]


def solve_chunk(chunk: Chunk) -> Found:
    """All points of a chunk, by both rules."""
    rows: list[LeverageRow] = []
    outcomes: list[Outcome] = []
    kept: Kept = {}
    for start in chunk.starts:
        wanted = [
            run
            for run in wanted_points(chunk.study.measures, chunk.lengths, start)
            if not chunk.only or (run.measure and (run.measure.name, run.length) in chunk.only)
        ]
        if not wanted:
            continue
        longest = max(run.length for run in wanted)
        solver = StartSolver(chunk.study.calm, start, longest, kept)
        prices: dict[int, PriceRise] | None = {} if chunk.has_premium else None
        for run in wanted:
            branch = solver.solve(run)
            outcomes.append(outcome_of(chunk.study, branch, is_on_grid=not chunk.only))
            if chunk.has_rows:
                rows += branch_rows(chunk.study, branch, solver.baseline(branch), prices)
    return Found(tuple(rows), tuple(outcomes))


def all_starts(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts to look at: those asked for and those that measures fix."""
    fixed = [measure.start for measure in study.measures if measure.start is not None]
    inside = list(starts or range(study.arrays.n_calendar))
    return sorted({*inside, *(s for s in fixed if 0 <= s < study.arrays.n_calendar)})


def more_starts(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts beyond those asked for that the date of an end needs: one a quarter."""
    every = max(1, QUARTER // study.arrays.calendar.step)
    return sorted(set(range(0, study.arrays.n_calendar, every)) - set(starts))


def _chunks(chunk: Chunk, n_workers: int) -> list[Chunk]:
    """A chunk in as many parts as keep all workers busy."""
    count = min(len(chunk.starts), CHUNKS_A_WORKER * n_workers)
    if not count:
        return []
    parts = np.array_split(np.array(chunk.starts), count)
    return [replace(chunk, starts=tuple(int(s) for s in part)) for part in parts]


def leverage_surface(
    case: Case,
    request: Request,
    *,
    studies: Sequence[Study] = (),
    has_premium: bool = True,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]]:
    """Rows of the surface by both rules, and the ends.

    Args:
        case: The case.
        request: Variants, measures, starts and lengths.
        studies: Studies of the request's variants, when they are already made.
        has_premium: Whether the premium is wanted; it takes several solves a point.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    studies = studies or make_studies(case, request, n_workers=n_workers, progress=progress)
    studies = [narrowed(study, request.measures) for study in studies]
    tasks: list[Chunk] = []
    for study in studies:
        starts = tuple(all_starts(study, request.starts))
        asked = Chunk(study, starts, request.lengths, has_premium)
        more = Chunk(study, tuple(more_starts(study, starts)), request.lengths, has_rows=False)
        tasks += _chunks(asked, n_workers) + _chunks(more, n_workers)
    what = _("cut-offs")
    found = run_tasks(solve_chunk, tasks, n_workers=n_workers, progress=progress, what=what)
    outcomes = [outcome for part in found for outcome in part.outcomes]
    outcomes += _refined(studies, request, outcomes, n_workers)
    groups = by_key(outcomes)
    ends = [end for study in studies for end in find_ends(study.case, study, groups)]
    return tuple(row for part in found for row in part.rows), tuple(ends)


def _refined(
    studies: Sequence[Study], request: Request, outcomes: Sequence[Outcome], n_workers: int
) -> list[Outcome]:
    """Outcomes of the periods between the grid's last short start and the next."""
    tasks = []
    for study in studies:
        arrays = study.arrays
        essential = [arrays.uses[u] for u in np.flatnonzero(arrays.use_essential)]
        asked: dict[int, set[tuple[str, int]]] = {}
        for (variant, measure, length), group in by_key(outcomes).items():
            if variant == study.variant:
                for start in starts_between(group, essential):
                    asked.setdefault(start, set()).add((measure, length))
        tasks += [
            Chunk(study, (start,), request.lengths, has_rows=False, only=frozenset(asked[start]))
            for start in sorted(asked)
        ]
    found = run_tasks(solve_chunk, tasks, n_workers=n_workers)
    return [outcome for part in found for outcome in part.outcomes]
