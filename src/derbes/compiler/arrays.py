"""Case → CaseArrays."""

from typing import Any

import numpy as np

from derbes.case.arrays import CaseArrays
from derbes.case.entities import Case, Tier, Use
from derbes.case.quantity import FloatArray, Quantity
from derbes.compiler import horizon, plants, stocks
from derbes.compiler.activities import compile_activities


def _rows(paths: list[FloatArray], n_periods: int) -> FloatArray:
    return np.array(paths, dtype=np.float64).reshape(len(paths), n_periods)


def _over(quantity: Quantity | None, n_periods: int, default: float = 0.0) -> FloatArray:
    return np.full(n_periods, default) if quantity is None else quantity.over(n_periods)


def _discount(case: Case, n_periods: int) -> FloatArray:
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(n_periods) * case.calendar.step / 12.0
    return np.asarray((1.0 + yearly) ** -years, dtype=np.float64)


def _demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return _over(use.demand, n_periods) * case.calendar.step


def _crisis_demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return _over(use.crisis_demand or use.demand, n_periods) * case.calendar.step


def _line_hours(case: Case, open_shares: FloatArray, n_periods: int) -> FloatArray:
    hours = [
        quantity.over(n_periods) * case.calendar.step * open_shares[p]
        for p, plant in enumerate(case.plants.values())
        for quantity in plant.lines.values()
    ]
    return _rows(hours, n_periods)


def _goods(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis G."""
    calendar, goods = case.calendar, list(case.goods.values())
    return {
        "goods": tuple(case.goods),
        "units": tuple(good.unit for good in goods),
        "reserve": _rows([_over(good.reserve, n) for good in goods], n),
        "storage_limit": _rows([_over(good.storage_limit, n, np.inf) for good in goods], n),
        "storage_cost": _rows([_over(g.storage_cost, n) * calendar.step for g in goods], n),
        "retention": np.array([stocks.period_retention(g.survival, calendar) for g in goods]),
        "shelf_life": np.array(
            [stocks.shelf_life_periods(g.survival, calendar) for g in goods], dtype=np.int64
        ),
    }


def _lots(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis L."""
    position = {good: g for g, good in enumerate(case.goods)}
    lots = list(case.stockpiles.values())
    ageing = [stocks.lot_retention(lot.survival, case.calendar, n) for lot in lots]
    return {
        "lots": tuple(case.stockpiles),
        "lot_goods": np.array([position[lot.good] for lot in lots], dtype=np.int64),
        "lot_stock": np.array([lot.quantity.value if lot.quantity else 0.0 for lot in lots]),
        "lot_retention": _rows(ageing, n),
    }


def _uses(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis U."""
    position = {good: g for g, good in enumerate(case.goods)}
    uses = list(case.uses.values())
    shortage = [use.shortage_cost.value if use.shortage_cost else np.nan for use in uses]
    return {
        "uses": tuple(case.uses),
        "use_goods": np.array([position[use.good] for use in uses], dtype=np.int64),
        "use_essential": np.array([use.tier is Tier.ESSENTIAL for use in uses], dtype=np.bool_),
        "use_weight": np.array([use.weight.value if use.weight else 1.0 for use in uses]),
        "demand": _rows([_demand(case, use, n) for use in uses], n),
        "crisis_demand": _rows([_crisis_demand(case, use, n) for use in uses], n),
        "shortage_cost": np.array(shortage, dtype=np.float64),
    }


def _plants(case: Case, n: int, open_shares: FloatArray) -> dict[str, Any]:
    """Arrays on axes P and R."""
    lines = plants.line_index(case)
    position = {plant: p for p, plant in enumerate(case.plants)}
    openings = [plants.opening_period(plant, case.calendar) for plant in case.plants.values()]
    return {
        "plants": tuple(case.plants),
        "lines": tuple(f"{plant}_{line}" for plant, line in lines),
        "line_hours": _line_hours(case, open_shares, n),
        "line_plants": np.array([position[plant] for plant, _ in lines], dtype=np.int64),
        "plant_open_share": open_shares,
        "plant_opening": np.array(openings, dtype=np.int64),
    }


def compile_case(case: Case, longest_length: int = 0, *, least_periods: int = 0) -> CaseArrays:
    """The arrays of a case, over its calendar and the tail behind it.

    Args:
        case: A checked case.
        longest_length: Longest measure to be looked at beyond those that the case
            names. [period]
        least_periods: Least length of the arrays, so that those of several draws are as
            long. [period]
    """
    n = max(case.calendar.n_periods + horizon.tail_periods(case, longest_length), least_periods)
    open_shares = plants.plant_open_shares(case, n)
    activities, shared_capacity = compile_activities(case, n, open_shares)
    return CaseArrays(
        calendar=case.calendar,
        n_periods=n,
        activities=activities,
        shared_capacity=shared_capacity,
        discount=_discount(case, n),
        refill_periods=horizon.refill_periods(case),
        sender_horizon=horizon.sender_horizon(case),
        priorities=case.priorities,
        **_goods(case, n),
        **_lots(case, n),
        **_uses(case, n),
        **_plants(case, n, open_shares),
    )
