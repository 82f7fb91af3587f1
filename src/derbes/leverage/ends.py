"""When it ends: the first date from which a measure leaves nothing essential unmet.

Ends are judged on a grid of their own, one start a quarter or finer, whatever starts are
asked for; behind the last start that is not survived, every period is looked at.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from derbes.case.request import Request
from derbes.language import _
from derbes.leverage.outcomes import Outcome, Pair, Starts, outcomes_of
from derbes.results.cover import ALL_ESSENTIAL
from derbes.results.leverage import LeverageEnd
from derbes.study import Progress, Study, run_tasks

QUARTER = 3
"""Length of a quarter. [month]"""
CHUNKS_A_WORKER = 2
"""Chunks of starts per worker and variant."""
Key = tuple[str, str, int]
"""Variant, measure, length."""


def by_key(outcomes: Iterable[Outcome]) -> dict[Key, list[Outcome]]:
    """Outcomes by variant, measure and length, each sorted by start."""
    groups: dict[Key, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.variant, outcome.measure, outcome.length), []).append(outcome)
    return {key: sorted(group, key=lambda o: o.start) for key, group in groups.items()}


def _uses(group: Sequence[Outcome], essential: Sequence[str]) -> list[str]:
    return [ALL_ESSENTIAL, *essential] if group else []


def _is_short(outcome: Outcome, use: str) -> bool:
    return bool(outcome.short_uses) if use == ALL_ESSENTIAL else use in outcome.short_uses


def last_short(group: Sequence[Outcome], use: str) -> int | None:
    """Position of the last start at which a use goes short; None: never."""
    short = [i for i, outcome in enumerate(group) if _is_short(outcome, use)]
    return short[-1] if short else None


def starts_behind(group: Sequence[Outcome], essential: Sequence[str]) -> set[int]:
    """Starts not looked at behind the last that is not survived. [period]"""
    wanted: set[int] = set()
    for use in _uses(group, essential):
        last = last_short(group, use)
        first = group[0].start if last is None else group[last].start + 1
        wanted |= set(range(first, group[-1].start))
    return wanted - {outcome.start for outcome in group}


def leverage_ends(
    studies: Sequence[Study],
    request: Request,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[LeverageEnd, ...]:
    """The end of each measure and length, overall and by use.

    A measure that has a fixed start has no end.

    Args:
        studies: Variants with the measures that are asked for.
        request: Its starts make the grid finer; its lengths replace the measures' own.
        n_workers: Processes.
        progress: Called as starts are done.
    """
    tasks = [
        Starts(study, tuple(int(s) for s in part), request.lengths)
        for study in studies
        for part in _parts(_grid(study, request.starts), CHUNKS_A_WORKER * n_workers)
    ]
    what = _("ends")
    found = run_tasks(outcomes_of, tasks, n_workers=n_workers, progress=progress, what=what)
    groups = by_key(outcome for part in found for outcome in part)
    behind = [
        task
        for study in studies
        for task in _behind(study, request, groups, CHUNKS_A_WORKER * n_workers)
    ]
    more = run_tasks(outcomes_of, behind, n_workers=n_workers, progress=progress, what=what)
    groups = by_key(outcome for part in [*found, *more] for outcome in part)
    return tuple(end for study in studies for end in _ends_of(study, groups))


def _grid(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts on which ends are judged. [period]"""
    every = max(1, QUARTER // study.arrays.calendar.step)
    last = study.arrays.n_calendar - 1
    return sorted({*range(0, study.arrays.n_calendar, every), last, *starts})


def _parts(starts: Sequence[int], count: int) -> list[list[int]]:
    parts = np.array_split(np.array(starts), min(len(starts), count))
    return [part.tolist() for part in parts]


def _behind(
    study: Study, request: Request, groups: dict[Key, list[Outcome]], n_parts: int
) -> list[Starts]:
    """Tasks for the starts behind the last of the grid that goes short."""
    essential = _essential(study)
    asked: dict[int, set[Pair]] = {}
    for (variant, measure, length), group in groups.items():
        if variant == study.variant:
            for start in starts_behind(group, essential):
                asked.setdefault(start, set()).add((measure, length))
    alike: dict[frozenset[Pair], list[int]] = {}
    for start in sorted(asked):
        alike.setdefault(frozenset(asked[start]), []).append(start)
    return [
        Starts(study, tuple(part), request.lengths, pairs)
        for pairs, starts in alike.items()
        for part in _parts(starts, n_parts)
    ]


def _essential(study: Study) -> list[str]:
    arrays = study.arrays
    return [arrays.uses[u] for u in np.flatnonzero(arrays.use_essential)]


def _ends_of(study: Study, groups: dict[Key, list[Outcome]]) -> list[LeverageEnd]:
    fixed = {measure.name for measure in study.measures if measure.start is not None}
    return [
        _end(study, group, use, length)
        for (variant, measure, length), group in groups.items()
        if variant == study.variant and measure not in fixed
        for use in _uses(group, _essential(study))
    ]


def _end(study: Study, group: Sequence[Outcome], use: str, length: int) -> LeverageEnd:
    calendar = study.arrays.calendar
    last = last_short(group, use)
    if last is None:
        date: str | None = calendar.label(group[0].start)
    elif last + 1 < len(group):
        date = calendar.label(group[last + 1].start)
    else:
        date = None
    found = group[last] if last is not None else None
    grid = [outcome for outcome in group if outcome.is_on_grid]
    survived = sum(not _is_short(outcome, use) for outcome in grid)
    return LeverageEnd(
        variant=study.variant,
        measure=group[0].measure,
        length=length * calendar.step,
        use=use,
        date=date,
        binding=found.binding[use] if found else (),
        binding_sellers=found.binding_sellers[use] if found else (),
        n_starts_survived=survived,
        n_starts=len(grid),
        known_until=calendar.label(group[-1].start),
    )
