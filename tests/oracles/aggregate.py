"""Time to survive of a whole network at once, without a calendar.

The longest time t, taken as one period, in which stock, purchases up to capacity t and
recipes up to capacity t and line hours t cover use t (Simchi-Levi and others, Interfaces
45(5), 2015). Lead times, ageing and openings are left out, so where supply does not grow it
is never shorter than the time to survive by periods, and equal to it for one good with
constant supply.
"""

from collections.abc import Sequence

import numpy as np

from derbes.case.entities import Case
from tests.oracles.linear import Level, Linear
from tests.oracles.plain_case import Plain

LONGEST = 1e5
"""Periods that count as for ever."""


def aggregate_time_to_survive(case: Case, uses: Sequence[str], measure: str = "") -> float:
    """Upper bound of the time in which uses are met together; inf: no end. [period]

    Args:
        case: The case, as it is in its first period.
        uses: Uses that must be met together; no other is served.
        measure: The measure that takes away from the first period on; empty: none.
    """
    plain = Plain(case, 1)
    left = plain.effect(measure).left if measure else [1.0] * len(plain.works)
    linear = Linear()
    time = linear.columns([LONGEST], 1.0)[0]
    made = linear.columns(
        [0.0 if work.kind == "sell" else np.inf for work in plain.works],
        [plain.size[work.good] for work in plain.works],
    )
    for k, work in enumerate(plain.works):
        most = work.limit[0] * plain.open_share(work.plant)[0]
        if np.isfinite(most):
            row = linear.rows([-np.inf], 0.0)
            linear.add(row, made[k], 1.0)
            linear.add(row, time, -most * left[k])
    for plant, entry in case.plants.items():
        for line in entry.lines:
            row = linear.rows([-np.inf], 0.0)
            hours = plain.hours(plant, line)[0] * plain.open_share(plant)[0]
            linear.add(row, time, -hours)
            for k, work in enumerate(plain.works):
                if (work.plant, work.line) == (plant, line):
                    linear.add(row, made[k], work.hours)
    for good in plain.goods:
        lots = [x for x in plain.lots if case.stockpiles[x].good == good]
        row = linear.rows([-sum(plain.lot_stock[x] for x in lots)], np.inf)
        wanted = sum(plain.demand[u][0] for u in uses if case.uses[u].good == good)
        linear.add(row, time, -wanted)
        for k, work in enumerate(plain.works):
            if work.good == good:
                linear.add(row, made[k], -1.0 if work.kind == "sell" else 1.0)
            if good in work.needs:
                linear.add(row, made[k], -work.needs[good])
    costs = linear.nothing()
    costs[time] = -1.0
    point, _values = linear.minimize([Level("time", costs)])
    return float("inf") if point[time] >= LONGEST * (1 - 1e-9) else float(point[time])
