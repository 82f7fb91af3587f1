"""What can only help never hurts, and nobody does better than the best response.

Gross, level by level in the order of the case, from the same state.
"""

from dataclasses import replace
from typing import Any

import pytest

from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import Case, MeasureKind, Supplier
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from tests.oracles.plain_case import Plain
from tests.properties.figures import (
    ROOM,
    Key,
    Sizes,
    asked,
    figures,
    law,
    sizes_of,
    times,
)
from tests.properties.random_cases import random_case

TAKES = (
    MeasureKind.EMBARGO,
    MeasureKind.QUOTA,
    MeasureKind.ROUTE_CLOSURE,
    MeasureKind.STOCKPILE_LOSS,
)
LEVELS = {"essential": "unmet_essential_gross", "deferrable": "unmet_deferrable_gross"}


def only_takes(case: Case) -> bool:
    """Whether its measures only take away: a delay may also bring what spoils in time."""
    return all(m.kind in TAKES for m in case.measures.values())


def worse(case: Case, better: dict[Key, Any], plain: dict[Key, Any], size: Sizes) -> list[str]:
    """Rows of the better case that are worse, level by level, and times that are shorter."""
    found = []
    for row in {name[:-1] for name in plain if name[0] == "leverage" and name[5] == "optimal"}:
        for priority in case.priorities:
            if priority not in LEVELS:
                break
            figure = LEVELS[priority]
            more = better[*row, figure] - plain[*row, figure]
            if more > ROOM * size.unmet:
                found.append(f"{' '.join(row)} {figure}: {more} more")
            if abs(more) > ROOM * size.unmet:
                break
    for name, months in plain.items():
        if name[-1] == "time_to_survive":
            longer = better[name]
            if longer is not None and (months is None or longer < months * (1 - ROOM) - ROOM):
                found.append(f"{' '.join(name)}: {longer} for {months}")
    return found


@law(lambda case: bool(case.stockpiles) and only_takes(case))
@pytest.mark.parametrize("more", [1.01, 2.0, 10.0])
def test_more_stock(seed: int, more: float) -> None:
    case = replace(random_case(seed), sender_horizon=Quantity(24.0))
    first = next(iter(case.stockpiles.values()))
    richer = replace(
        case,
        stockpiles={
            **case.stockpiles,
            first.id: replace(first, quantity=times(first.quantity, more)),
        },
    )
    before, after = figures(case, (0,), premium=False), figures(richer, (0,), premium=False)
    assert worse(case, after, before, sizes_of(richer)) == []


@law(only_takes)
def test_a_second_seller(seed: int) -> None:
    """Of each good, dear, and nobody's to cut off."""
    case = replace(random_case(seed), sender_horizon=Quantity(24.0))
    plain = Plain(case, 1)
    more = {
        f"more_{g}": Supplier(
            f"more_{g}",
            actor="home",
            good=g,
            price=Quantity(50.0 * plain.value[g]),
            capacity=Quantity(0.3 * plain.size[g]),
        )
        for g in case.goods
    }
    helped = replace(case, suppliers={**case.suppliers, **more})
    before, after = figures(case, (0,), premium=False), figures(helped, (0,), premium=False)
    assert worse(case, after, before, sizes_of(helped)) == []


@law(only_takes)
@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
def test_a_milder_measure(seed: int, part: float) -> None:
    case, start = asked(seed)
    milder = {
        name: replace(m, share=times(m.share or Quantity(1.0), part))
        for name, m in case.measures.items()
    }
    before = figures(case, start, premium=False)
    after = figures(replace(case, measures=milder), start, premium=False)
    assert worse(case, after, before, sizes_of(case)) == []


@law(only_takes)
def test_a_shorter_measure(seed: int) -> None:
    case, start = asked(seed)
    case = replace(case, sender_horizon=Quantity(60.0))
    size = sizes_of(case)
    found: list[str] = []
    before: dict[Key, Any] | None = None
    for length in (1, 3, 4, 7):
        rows = figures(case, start, lengths=(length,), premium=False)
        rows = {(*n[:4], "", *n[5:]): value for n, value in rows.items()}
        if before is not None:
            found += worse(case, before, rows, size)
        before = rows
    assert found == []


@law()
def test_the_rule_is_never_better_than_the_best_response(seed: int) -> None:
    case, start = asked(seed)
    size = sizes_of(case)
    found = figures(case, start, premium=False)
    for name, value in found.items():
        if (
            name[-1] == "time_to_survive_myopic"
            and found[*name[:-1], "time_to_survive"] is not None
        ):
            assert value is not None, name
            assert value <= found[*name[:-1], "time_to_survive"] + ROOM, name
    for row in {name[:-1] for name in found if name[0] == "leverage" and name[5] == "myopic"}:
        best = (*row[:5], "optimal")
        for priority in case.priorities:
            if priority not in LEVELS:
                break
            figure = LEVELS[priority]
            more = found[*row, figure] - found[*best, figure]
            assert more >= -ROOM * size.unmet, (row, figure)
            if more > ROOM * size.unmet:
                break


BOUNDED = (*LEVELS.values(), "unmet_essential", "unmet_deferrable", "target_loss")


@law()
def test_what_is_called_a_bound_is_one(seed: int) -> None:
    case, start = asked(seed)
    size = sizes_of(case)
    rows, _ends = leverage_surface(case, Request(starts=start), has_premium=False)
    by = {(r.measure, r.start, r.length, r.bound): r for r in rows}
    for (measure, at, length, bound), low in by.items():
        if bound != "optimal":
            continue
        high = by[measure, at, length, "myopic"]
        for figure in set(low.bounds) & set(high.bounds):
            below, above = getattr(low, figure), getattr(high, figure)
            assert below is not None, (measure, at, length, figure)
            assert above is not None, (measure, at, length, figure)
            room = ROOM * (size.money if figure == "target_loss" else size.unmet)
            assert above >= below - room, (measure, at, length, figure)
