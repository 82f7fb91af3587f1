"""Quantities of both sides' losses: leverage, its parts, the premium, unmet demand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from derbes.analysis.leverage import shortfall_by_use
from derbes.results.supply import LeverageRow
from derbes.statements.quantities.asked import Asked, measure_asked, period_of
from derbes.statements.quantities.worlds import DrawWorld, VariantWorld
from derbes.statements.terms import Missing, Value
from derbes.supply.survival import NOTHING

OPTIMAL = "optimal"
SETTLED = 1e-9
"""A loss of less than this part of the sender's, or of a month's turnover, is none."""


def loss_row(world: DrawWorld, asked: Asked, *, has_premium: bool = False) -> LeverageRow | Missing:
    """The row of the surface of losses that is asked about."""
    one = world.of(asked)
    measure, start = measure_asked(one.case, asked), period_of(one.case, asked.day("at"))
    if isinstance(measure, Missing):
        return measure
    if isinstance(start, Missing):
        return start
    rows = _rows(one, measure, start, has_premium=has_premium)
    bound = str(asked.given.get("bound", OPTIMAL))
    found = next((row for row in rows if row.bound == bound), None)
    return Missing((f"measures.{measure[0]}.start",)) if found is None else found


def _rows(
    one: VariantWorld, measure: tuple[str, int], start: int, *, has_premium: bool
) -> tuple[LeverageRow, ...]:
    """Rows by both rules; those with the premium serve all."""
    has_premium = has_premium or one.has(("losses", measure, start, True))
    return one.once(
        ("losses", measure, start, has_premium),
        lambda: one.losses(*measure, start, has_premium=has_premium),
    )


def _figure(row: LeverageRow | Missing, name: str) -> Value:
    if isinstance(row, Missing):
        return row
    found = getattr(row, name)
    return Missing(row.missing or (name,)) if found is None else float(found)


def _money(world: DrawWorld, asked: Asked, name: str) -> Value:
    """A figure in money; what is there by rounding alone is none."""
    found = _figure(loss_row(world, asked), name)
    is_none = isinstance(found, float) and abs(found) <= SETTLED * world.of(asked).turnover
    return 0.0 if is_none else found


def target_loss(world: DrawWorld, asked: Asked) -> Value:
    """What a measure costs the target. [money]"""
    return _money(world, asked, "target_loss")


def sender_cost(world: DrawWorld, asked: Asked) -> Value:
    """Margin that the sender loses. [money]"""
    return _money(world, asked, f"sender_cost_{asked.text('buyer')}")


def leverage(world: DrawWorld, asked: Asked) -> Value:
    """Leverage ratio: what the target loses for each unit that the sender loses."""
    loss, cost = target_loss(world, asked), sender_cost(world, asked)
    if isinstance(loss, float) and isinstance(cost, float):
        return ratio(loss, cost)
    return loss if isinstance(loss, Missing) else cost


def ratio(loss: float, cost: float) -> float:
    """Loss over cost: 0 where nothing is lost, without bound where only the target loses.

    Examples:
        >>> ratio(6.0, 3.0), ratio(0.0, 0.0), ratio(6.0, 0.0)
        (2.0, 0.0, inf)
    """
    if loss <= SETTLED * abs(cost) or loss <= 0.0:
        return 0.0
    return loss / cost if cost > 0.0 else math.inf


def premium(world: DrawWorld, asked: Asked) -> Value:
    """Price rise that costs the target as much as being cut off, as a share of the price."""
    row = loss_row(world, asked, has_premium=True)
    if not isinstance(row, Missing) and row.premium_unbounded:
        return math.inf
    return _figure(row, "premium")


def deepest_shortfall(world: DrawWorld, asked: Asked) -> Value:
    """Largest share of a use's demand that a measure leaves unmet beyond calm in one period."""
    row, use = loss_row(world, asked), asked.text("use")
    if isinstance(row, Missing) or not use:
        return _figure(row, "deepest_shortfall")
    found = _by_use(world, asked, row)
    return found[use].deepest if use in found else Missing((f"uses.{use}",))


def reserve_used(world: DrawWorld, asked: Asked) -> Value:
    """Largest part of a reserve that is not held in one period."""
    return _figure(loss_row(world, asked), "reserve_used")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a measure does to one use."""

    net: float
    """Unmet demand that it adds. [unit]"""
    gross: float
    """All unmet demand. [unit]"""
    deepest: float
    """Largest share of its demand that the measure takes in one period, 0-1."""


def _by_use(world: DrawWorld, asked: Asked, row: LeverageRow) -> Mapping[str, Shortfall]:
    """What is asked about, use by use."""
    one = world.of(asked)
    calendar = one.case.calendar
    start, length = calendar.index_of(row.start), row.length // calendar.step

    def computed() -> dict[str, Shortfall]:
        window, run, unmet, without = one.unmet(row.measure, length, start, row.bound)
        arrays = one.study.arrays
        size = NOTHING * arrays.flow_size[arrays.use_goods]
        totals = [(path).sum(axis=1) for path in (unmet - without, unmet)]
        net, gross = (np.where(np.abs(x) > size, x, 0.0) for x in totals)
        deepest = shortfall_by_use(window, run, unmet, without)
        deepest = np.where(deepest > NOTHING, np.minimum(deepest, 1.0), 0.0)
        return {
            use: Shortfall(*map(float, figures))
            for use, *figures in zip(arrays.uses, net, gross, deepest, strict=True)
        }

    return one.once(("by use", row.measure, start, length, row.bound), computed)


def unmet(world: DrawWorld, asked: Asked) -> Value:
    """Unmet demand of a tier, or of one use, that a measure adds; gross with calm's. [unit]"""
    row, use = loss_row(world, asked), asked.text("use")
    if isinstance(row, Missing):
        return row
    found = _by_use(world, asked, row)
    if use and use not in found:
        return Missing((f"uses.{use}",))
    case = world.of(asked).case
    mine = [use] if use else [u for u in found if case.uses[u].tier.value == asked.text("tier")]
    is_gross = asked.flag("gross")
    return sum((found[u].gross if is_gross else found[u].net) for u in mine) + 0.0
