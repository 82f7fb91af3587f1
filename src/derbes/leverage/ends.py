"""When it ends: the first date from which a measure leaves nothing essential unmet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.programs.branch import BranchSolution
from derbes.programs.chokepoint import NOTHING, binding_goods, cut_sellers, first_broken, shelves
from derbes.results.cover import ALL_ESSENTIAL
from derbes.results.leverage import LeverageEnd
from derbes.study import Study


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
    binding: tuple[str, ...]
    binding_sellers: tuple[str, ...]


Key = tuple[str, str, int]
"""Variant, measure, length."""


def outcome_of(study: Study, branch: BranchSolution, *, is_on_grid: bool) -> Outcome:
    """The outcome of one branch, from its optimum."""
    arrays, layout = study.arrays, branch.window.layout
    unmet = branch.block("unmet")
    wanted = np.flatnonzero(arrays.use_essential)
    part = slice(layout.start, layout.start + layout.n)
    size = NOTHING * max(float(arrays.demand[wanted, part].max(initial=0.0)), 1e-300)
    short = [u for u in wanted if unmet[u].max(initial=0.0) > size]
    binding: list[int] = []
    if short:
        left = shelves(
            layout,
            branch.solution.columns,
            branch.solution.row_upper,
            branch.run,
        )
        broken = first_broken(unmet[short], arrays.demand[short][:, part])
        if broken is not None:
            now_short = [u for u in short if unmet[u, broken] > size]
            goods = [binding_goods(left, int(arrays.use_goods[u]), broken) for u in now_short]
            binding = sorted({good for found in goods for good in found})
    return Outcome(
        variant=study.variant,
        measure=branch.run.measure.name if branch.run.measure else "",
        length=branch.run.length,
        start=layout.start,
        is_on_grid=is_on_grid,
        short_uses=tuple(arrays.uses[u] for u in short),
        binding=tuple(arrays.goods[g] for g in binding),
        binding_sellers=tuple(cut_sellers(layout, binding, branch.run)),
    )


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


def starts_between(group: Sequence[Outcome], essential: Sequence[str]) -> set[int]:
    """Starts not looked at between the last that is not survived and the next. [period]"""
    wanted: set[int] = set()
    for use in _uses(group, essential):
        last = last_short(group, use)
        if last is not None and last + 1 < len(group):
            wanted |= set(range(group[last].start + 1, group[last + 1].start))
    return wanted


def find_ends(case: Case, study: Study, groups: dict[Key, list[Outcome]]) -> list[LeverageEnd]:
    """The end of each measure and length of a variant, overall and by use.

    A measure that has a fixed start has no end.
    """
    arrays = study.arrays
    essential = [arrays.uses[u] for u in np.flatnonzero(arrays.use_essential)]
    ends = []
    for (variant, measure, length), group in groups.items():
        if variant != study.variant or case.measures[measure].start is not None:
            continue
        ends += [_end(study, group, use, length) for use in _uses(group, essential)]
    return ends


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
        binding=found.binding if found else (),
        binding_sellers=found.binding_sellers if found else (),
        n_starts_survived=survived,
        n_starts=len(grid),
    )
