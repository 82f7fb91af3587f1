"""The figures of a case's answers side by side, so that laws can say what stays the same."""

import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import leverage_rows, leverage_surface
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.case.request import BASE, Request
from derbes.draws.study import make_studies
from derbes.results.supply import CoverRow, LeverageRow
from tests.oracles.plain_case import Plain
from tests.properties.random_cases import random_case

EXAMPLES = int(os.environ.get("DERBES_LAW_EXAMPLES", "4"))
"""Cases of each law; more by the environment: `DERBES_LAW_EXAMPLES=100 pytest ...`."""
ROOM = 1e-6
"""Relative difference that counts as none."""
UNMET = (
    "unmet_essential",
    "unmet_deferrable",
    "unmet_essential_gross",
    "unmet_deferrable_gross",
)
MONEY = ("target_loss", "sender_cost_returning", "sender_cost_lost", "unrestored")
PLAIN = ("deepest_shortfall", "reserve_used", "takes_nothing", "window")
TIMES = ("time_to_survive", "time_to_survive_myopic", "survives_length", "days_of_cover")

SECTIONS = ("goods", "uses", "stockpiles", "routes", "suppliers", "plants", "recipes", "exports")
"""Sections of a case whose ids are names that carry no meaning."""

Key = tuple[str, ...]


def law(fits: Callable[[Case], bool] = lambda _case: True) -> pytest.MarkDecorator:
    """A law over random cases, told by number: those from a number on that fit.

    Every law has its own cases.
    """

    def mark(test: Callable[..., None]) -> Any:
        seed, found = zlib.crc32(test.__name__.encode()) % 10**6, []
        while len(found) < EXAMPLES:
            if fits(random_case(seed)):
                found.append(seed)
            seed += 1
        return pytest.mark.parametrize("seed", found)(test)

    return mark  # type: ignore[return-value]


def asked(seed: int) -> tuple[Case, tuple[int, ...]]:
    """The case of a number and one start in its calendar."""
    case = random_case(seed)
    return case, (int(np.random.default_rng([seed, 2]).integers(0, case.calendar.n_periods)),)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a figure is compared with."""

    unmet: float
    """Weighted demand of a branch. [weighted unit]"""
    money: float
    """What that demand is worth. [money]"""


def sizes_of(case: Case) -> Sizes:
    """Sizes of the unmet demand and of the money of a case's branches."""
    plain = Plain(case, case.calendar.n_periods)
    most = max([plain.sender_horizon, *(n for m in case.measures.values() for n in m.lengths)])
    unmet = money = 0.0
    for u in plain.uses:
        demand = float(max(plain.demand[u].max(), plain.crisis[u].max())) * (most + plain.refill)
        unmet += plain.weights[u] * demand
        value = plain.value[case.uses[u].good]
        money += demand * max(value, plain.shortage_cost[u] or 0.0)
    for g in plain.goods:
        money += float(plain.reserve[g].max()) * plain.value[g]
    return Sizes(unmet or 1.0, money or 1.0)


def figures(
    case: Case,
    starts: Sequence[int],
    *,
    lengths: tuple[int, ...] = (),
    measures: tuple[str, ...] = (),
    variants: tuple[str, ...] = (BASE,),
    premium: bool = True,
) -> dict[Key, Any]:
    """Every figure of cover and leverage at some starts, by table, row and name."""
    request = Request(variants=variants, measures=measures, starts=tuple(starts), lengths=lengths)
    studies = make_studies(case, request)
    found: dict[Key, Any] = {}
    for row in cover_table(case, request, studies=studies):
        found |= _of_cover(row)
    for line in leverage_rows(studies, request, has_premium=premium):
        found |= _of_leverage(line)
    return found


def _of_cover(row: CoverRow) -> dict[Key, Any]:
    key = ("cover", row.variant, row.measure, row.start, str(row.length), row.use)
    return {(*key, name): getattr(row, name) for name in (*TIMES, "binding")}


def _of_leverage(row: LeverageRow) -> dict[Key, Any]:
    key = ("leverage", row.variant, row.measure, row.start, str(row.length), row.bound)
    names = (*UNMET, *MONEY, *PLAIN, "leverage_ratio", "premium", "premium_unbounded")
    return {(*key, name): getattr(row, name, None) for name in names}


def ends(case: Case, **asked: Any) -> dict[Key, Any]:
    """Dates of the ends by measure, length and use."""
    _rows, found = leverage_surface(case, Request(starts=(0,), **asked), has_premium=False)
    return {("end", e.measure, str(e.length), e.use): e.date for e in found}


def unlike(
    before: Mapping[Key, Any],
    after: Mapping[Key, Any],
    size: Sizes,
    *,
    unmet: float = 1.0,
    money: float = 1.0,
    only: Iterable[str] = (),
    leave: Iterable[str] = (),
    key: Callable[[Key], Key] = lambda key: key,
) -> list[str]:
    """Figures that differ, in words.

    Args:
        before: Figures of a case.
        after: Figures of the changed case.
        size: Sizes of the case before.
        unmet: What unmet demand is to be multiplied with to be that of the changed case.
        money: The same for money.
        only: Figures to look at; empty: all.
        leave: Figures that may differ.
        key: Key before → key after.
    """
    found = []
    for name, value in before.items():
        figure = name[-1]
        if (only and figure not in only) or figure in set(leave):
            continue
        other = after.get(key(name), "not there")
        factor, room = 1.0, ROOM
        if figure in UNMET:
            factor, room = unmet, ROOM * size.unmet * unmet
        elif figure in MONEY:
            factor, room = money, ROOM * size.money * money
        elif figure in ("leverage_ratio", "premium"):
            if not _is_steady(before, name, size):
                continue
            room = 1e-3
        if not _is_same(value, other, factor, room):
            found.append(f"{' '.join(name)}: {_times(value, factor)} and {other}")
    return found


def _is_steady(figures_: Mapping[Key, Any], name: Key, size: Sizes) -> bool:
    """Whether a ratio rests on amounts that are no rounding."""
    losses = (
        figures_.get((*name[:-1], "target_loss")),
        figures_.get((*name[:-1], "sender_cost_returning")),
    )
    return all(x is not None and abs(x) > 1e-3 * size.money for x in losses)


def _times(value: Any, factor: float) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value * factor if is_number else value


def _is_same(one: Any, other: Any, factor: float, room: float) -> bool:
    scaled = _times(one, factor)
    for value in (scaled, other):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return bool(scaled == other)
    if scaled == other:
        return True
    return bool(abs(scaled - other) <= room + ROOM * max(abs(scaled), abs(other)))


def times(quantity: Quantity | None, factor: float) -> Quantity | None:
    """A quantity times a factor; what is missing stays missing."""
    if quantity is None:
        return None
    steps = tuple((t, value * factor) for t, value in quantity.steps)
    return replace(quantity, value=quantity.value * factor, steps=steps)


def amount_times(quantity: Quantity | None, factor: float) -> Quantity | None:
    """What must be taken of a seller, where it is an amount, times a factor; a share stays."""
    return times(quantity, factor) if quantity and quantity.unit else quantity


def changed(case: Case, section: str, change: Callable[[Any], Mapping[str, Any]]) -> Case:
    """The case with fields of every element of a section replaced."""
    made = {
        name: replace(element, **change(element))
        for name, element in getattr(case, section).items()
    }
    return replace(case, **{section: made})


def renamed(value: Any, names: Mapping[str, str], *, turned: bool = True) -> Any:
    """A value with ids renamed everywhere, and every mapping in reverse order."""
    if isinstance(value, str):
        section, dot, rest = value.partition(".")
        is_path = bool(dot) and rest in names
        return f"{section}.{names[rest]}" if is_path else names.get(value, value)
    if isinstance(value, tuple):
        return tuple(renamed(part, names, turned=turned) for part in value)
    if isinstance(value, Mapping):
        pairs = [(renamed(k, names), renamed(v, names, turned=turned)) for k, v in value.items()]
        return dict(reversed(pairs) if turned else pairs)
    if is_dataclass(value) and not isinstance(value, (Quantity, type)):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        return replace(
            value,  # type: ignore[type-var]
            **{name: renamed(part, names, turned=turned) for name, part in parts.items()},
        )
    return value
