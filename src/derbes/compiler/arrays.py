"""Case → CaseArrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from derbes.case.arrays import Activities, CaseArrays
from derbes.case.entities import Case, Tier, Use
from derbes.case.quantity import FloatArray
from derbes.compiler import horizon, plants, stocks
from derbes.compiler.activities import compile_activities
from derbes.compiler.horizon import months, over
from derbes.units import ONE, Unit, own_unit


def _rows(paths: list[FloatArray], n_periods: int) -> FloatArray:
    return np.array(paths, dtype=np.float64).reshape(len(paths), n_periods)


def _discount(case: Case, n_periods: int) -> FloatArray:
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(n_periods) * case.calendar.step / 12.0
    return np.asarray((1.0 + yearly) ** -years, dtype=np.float64)


def _demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return over(case, use.demand, n_periods) * case.calendar.step


def _crisis_demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return over(case, use.crisis_demand or use.demand, n_periods) * case.calendar.step


def _line_hours(case: Case, open_shares: FloatArray, n_periods: int) -> FloatArray:
    hours = [
        quantity.over(n_periods, case.calendar) * case.calendar.step * open_shares[p]
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
        "reserve": _rows([over(case, good.reserve, n) for good in goods], n),
        "storage_limit": _rows([over(case, good.storage_limit, n, np.inf) for good in goods], n),
        "storage_cost": _rows([over(case, g.storage_cost, n) * calendar.step for g in goods], n),
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


def use_weights(case: Case) -> tuple[FloatArray, dict[Tier, str]]:
    """Weight of a unit of each use, and in what the unmet demand of a tier is counted. (U,)

    Where a use has none, the uses of its tier count alike by amount when their goods are
    counted in units of one kind (tonne and kilogram), else by months of their good's use.
    """
    weights = {name: use.weight.value for name, use in case.uses.items() if use.weight}
    told: dict[Tier, str] = {}
    for tier in Tier:
        uses = {name: use for name, use in case.uses.items() if use.tier is tier}
        units = {name: _unit(case.goods[use.good].unit) for name, use in uses.items()}
        n = case.calendar.n_periods
        demand = {name: over(case, use.demand, n).mean() for name, use in uses.items()}
        largest = max(
            uses, key=lambda u: (demand[u] * units[u].factor, units[u].factor), default=""
        )
        is_one_kind = len({unit.powers for unit in units.values()}) <= 1
        for name, use in uses.items():
            if name in weights:
                continue
            if is_one_kind:
                weights[name] = units[name].factor / units[largest].factor
            else:
                monthly = sum(demand[other] for other in uses if uses[other].good == use.good)
                weights[name] = 1.0 / monthly if monthly > 0 else 1.0
        is_plain = all(use.weight is None for use in uses.values())
        unlike = "months of use" if is_plain else "weighted units"
        told[tier] = units[largest].name if uses and is_one_kind and is_plain else unlike
        if not uses:
            told[tier] = ""
    return np.array([weights[name] for name in case.uses], dtype=np.float64), told


def _unit(word: str) -> Unit:
    return own_unit(word) if word else ONE


def _uses(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis U."""
    weights, units = use_weights(case)
    position = {good: g for g, good in enumerate(case.goods)}
    uses = list(case.uses.values())
    shortage = [use.shortage_cost.value if use.shortage_cost else np.nan for use in uses]
    return {
        "uses": tuple(case.uses),
        "use_goods": np.array([position[use.good] for use in uses], dtype=np.int64),
        "use_essential": np.array([use.tier is Tier.ESSENTIAL for use in uses], dtype=np.bool_),
        "use_weight": weights,
        "unmet_units": (units[Tier.ESSENTIAL], units[Tier.DEFERRABLE]),
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
        "plant_ramp": np.array(
            [case.calendar.periods(months(p.ramp)) for p in case.plants.values()], dtype=np.int64
        ),
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
    goods, uses = _goods(case, n), _uses(case, n)
    return CaseArrays(
        calendar=case.calendar,
        n_periods=n,
        activities=activities,
        flow_size=flow_sizes(activities, goods["reserve"], uses),
        shared_capacity=shared_capacity,
        discount=_discount(case, n),
        refill_periods=horizon.refill_periods(case),
        sender_horizon=horizon.sender_horizon(case),
        priorities=case.priorities,
        **goods,
        **_lots(case, n),
        **uses,
        **_plants(case, n, open_shares),
    )


def flow_sizes(activities: Activities, reserve: FloatArray, uses: Mapping[str, Any]) -> FloatArray:
    """What a usual period needs of each good: its uses, and what others are made of it. (G,)

    Powers of two, so that nothing is rounded by them. A good that nothing needs is as large
    as what is bought, sold or held of it.
    """
    direct = np.zeros(len(reserve))
    most = np.maximum(uses["demand"], uses["crisis_demand"]).max(axis=1, initial=0.0)
    np.add.at(direct, uses["use_goods"], most)
    need = direct
    makes = [k for k, output in enumerate(activities.outputs) if output >= 0]
    for _round in range(len(reserve)):
        before, need = need, direct.copy()
        for k in makes:
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            amounts = activities.input_amounts[inputs] * before[activities.outputs[k]]
            np.add.at(need, activities.input_goods[inputs], amounts)
    moved = reserve.max(axis=1, initial=0.0)
    for k, output in enumerate(activities.outputs):
        most_of_k = activities.capacity[k][np.isfinite(activities.capacity[k])].max(initial=0.0)
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        for good in (output,) if output >= 0 else activities.input_goods[inputs]:
            moved[good] = max(moved[good], most_of_k)
    size = np.where(need > 0, need, np.where(moved > 0, moved, 1.0))
    return np.asarray(2.0 ** np.round(np.log2(size)), dtype=np.float64)
