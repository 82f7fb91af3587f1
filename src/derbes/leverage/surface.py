"""The surface measure x start x length x variant, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.language import _
from derbes.leverage.ends import leverage_ends
from derbes.leverage.points import Kept, StartSolver, wanted_points
from derbes.leverage.premium import PriceRise
from derbes.leverage.rows import branch_rows
from derbes.results.leverage import LeverageEnd, LeverageRow
from derbes.study import Progress, Study, make_studies, narrowed, run_tasks

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


def solve_chunk(chunk: Chunk) -> list[LeverageRow]:
    """Rows of all points of a chunk, by both rules."""
    rows: list[LeverageRow] = []
    kept: Kept = {}
    for start in chunk.starts:
        wanted = wanted_points(chunk.study.measures, chunk.lengths, start)
        if not wanted:
            continue
        solver = StartSolver(chunk.study.calm, start, kept)
        prices: dict[int, PriceRise] | None = {} if chunk.has_premium else None
        for run in wanted:
            rows += branch_rows(chunk.study, solver, run, prices)
    return rows


def all_starts(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts to look at: those asked for and those that measures fix."""
    fixed = [measure.start for measure in study.measures if measure.start is not None]
    inside = list(starts or range(study.arrays.n_calendar))
    return sorted({*inside, *(s for s in fixed if 0 <= s < study.arrays.n_calendar)})


def leverage_rows(
    studies: Sequence[Study],
    request: Request,
    *,
    has_premium: bool = True,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[LeverageRow, ...]:
    """Rows of the surface by both rules.

    Args:
        studies: Variants.
        request: Measures, starts and lengths.
        has_premium: Whether the premium is wanted; it takes several solves a point.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    tasks = []
    for study in (narrowed(study, request.measures) for study in studies):
        starts = all_starts(study, request.starts)
        parts = np.array_split(np.array(starts), min(len(starts), CHUNKS_A_WORKER * n_workers))
        tasks += [
            Chunk(study, tuple(int(s) for s in part), request.lengths, has_premium)
            for part in parts
        ]
    what = _("cut-offs")
    found = run_tasks(solve_chunk, tasks, n_workers=n_workers, progress=progress, what=what)
    return tuple(row for part in found for row in part)


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
    rows = leverage_rows(
        studies, request, has_premium=has_premium, n_workers=n_workers, progress=progress
    )
    mine = [narrowed(study, request.measures) for study in studies]
    return rows, leverage_ends(mine, request, n_workers=n_workers, progress=progress)
