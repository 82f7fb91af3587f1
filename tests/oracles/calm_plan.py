"""The calm plan and what was on the way before it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from derbes.case.entities import Case
from tests.oracles.linear import Floats, Ints, Level, Linear
from tests.oracles.plain_case import Plain
from tests.oracles.programs import (
    Kind,
    State,
    kinds_of,
    levels_above_money,
    limits,
    money_of,
    stocks_of,
    tidy_levels,
    with_reserve,
    written,
)

IDLE = 1e-7
"""Part of a usual period's need of a good up to which nothing of it is given up."""


class CalmPlan:
    """The calm plan from the first period to the end of the tail."""

    def __init__(self, case: Case, n: int) -> None:
        self.plain = plain = Plain(case, n)
        self.is_one_way = True
        way = self._way_before()
        first = State(
            dict(plain.lot_stock),
            {g: np.zeros(max(plain.life[g], 1)) for g in plain.goods},
            way,
        )
        self.first = first
        self.window = window = written(plain, first, 0, n)
        with_reserve(window, plain.reserve, None)
        levels = levels_above_money(window)
        levels.append(Level("money", money_of(window, None, 0)))
        levels += tidy_levels(window)
        self.point, self.values = window.linear.minimize(levels)
        self.idle: dict[int, float] = {}
        for good in plain.goods:
            self.idle |= self._idle(good)

    def _idle(self, good: str) -> dict[int, float]:
        """What the plan gives up of a good for nothing and has room for: it stays (L1).

        By column of the stock. What lasts longest of old lots is put back first, then what
        came in since.
        """
        plain, window, n = self.plain, self.window, self.plain.n
        if plain.storage_cost[good].any():
            return {}
        spare = np.maximum(self._spare(good), 0.0)
        spare[spare <= IDLE * plain.size[good]] = 0.0
        if not spare.any():
            return {}
        kinds = [k for k in kinds_of(plain, good, 0) if k.name or not plain.life[good]]
        kinds.sort(key=lambda kind: not kind.name)
        if not kinds:
            return {}
        linear = Linear()
        room = linear.rows(-np.inf, np.maximum(plain.room[good] - self._needed(good), 0.0))
        balance = linear.rows(-np.inf, spare)
        found, levels = {}, []
        for kind in kinds:
            column = window.lots[kind.name] if kind.name else window.fresh[good][0]
            keeps = plain.lot_keeps[kind.name] if kind.name else np.full(n, plain.keeps[good])
            held = self.point[column]
            first = plain.lot_stock[kind.name] if kind.name else 0.0
            came = np.append(keeps[0] * first, keeps[1:] * held[:-1])
            if not kind.name:
                came += self._came(good)
            drawn = np.maximum(came - held, 0.0)
            back = linear.columns(np.full(n, np.inf), plain.size[good])
            added = linear.columns(drawn, plain.size[good])
            linear.add(balance, added, 1.0)
            rows = linear.rows(-np.inf, np.zeros(n))
            linear.add(rows, back, 1.0)
            linear.add(rows, added, -1.0)
            linear.add(rows[1:], back[:-1], -keeps[1:])
            linear.add(room, back, 1.0)
            found[kind] = (column, back)
        for _column, back in found.values():
            costs = linear.nothing()
            costs[back] = -1.0
            levels.append(Level("stays", costs))
        point, _values = linear.minimize(levels)
        return {
            int(c): max(0.0, float(point[b]))
            for column, back in found.values()
            for c, b in zip(column, back, strict=True)
        }

    def _spare(self, good: str) -> Floats:
        """What comes of a good beyond what is used and kept. (n,)"""
        plain, window = self.plain, self.window
        left = self._came(good)
        for k, work in enumerate(plain.works):
            if work.good == good and work.kind == "sell":
                left -= self.orders[k]
            if good in work.needs:
                left -= work.needs[good] * self.orders[k]
        for u in plain.uses:
            if plain.case.uses[u].good == good:
                left -= plain.demand[u] - self.unmet(u)
        for x, column in window.lots.items():
            if plain.case.stockpiles[x].good == good:
                held, keeps = self.point[column], plain.lot_keeps[x]
                left += np.append(plain.lot_stock[x] * keeps[0], keeps[1:] * held[:-1]) - held
        for column in window.fresh[good]:
            held = self.point[column]
            left += np.append(0.0, plain.keeps[good] * held[:-1]) - held
        return left

    def _came(self, good: str) -> Floats:
        """What comes of a good, whenever it was ordered. (n,)"""
        found = np.zeros(self.plain.n)
        for k, work in enumerate(self.plain.works):
            if work.good == good and work.kind != "sell":
                found += self.arrivals(k)
        return found

    def _needed(self, good: str) -> Floats:
        """All stock of a good that somebody uses, at the end of each period. (n,)"""
        return np.asarray(self.point[stocks_of(self.window, good)].sum(axis=0))

    def _lying(self, column: int) -> float:
        """What lies there of a stock, used later or not."""
        return max(0.0, float(self.point[column])) + self.idle.get(int(column), 0.0)

    def _way_before(self) -> list[Floats]:
        """What was ordered before the calendar, by period of arrival (convention 5)."""
        plain = self.plain
        way = [np.zeros(work.lead) for work in plain.works]
        given = {}
        for k, work in enumerate(plain.works):
            supplier = plain.case.suppliers.get(work.seller)
            if supplier is not None and supplier.on_order is not None:
                is_first = work.route == (supplier.routes or ("",))[0]
                flow = plain.path(supplier.on_order) * plain.step * float(is_first)
                given[k] = flow
        for t in range(plain.lead):
            flow, is_one = _static_flow(plain, t, given)
            self.is_one_way &= is_one
            for k, work in enumerate(plain.works):
                if t < work.lead:
                    way[k][t] = flow[k]
        return way

    @cached_property
    def orders(self) -> Floats:
        """(works, n)"""
        return np.maximum(self.point[self.window.order], 0.0)

    def unmet(self, use: str) -> Floats:
        """(n,)"""
        return np.maximum(self.point[self.window.unmet[use]], 0.0)

    def held(self, good: str) -> Floats:
        """All stock of a good at the end of each period. (n,)"""
        columns = stocks_of(self.window, good)
        idle = np.array([[self.idle.get(int(c), 0.0) for c in row] for row in columns])
        return np.asarray((self.point[columns] + idle).sum(axis=0))

    def stock(self, good: str, kind: Kind, last: int) -> float:
        """Stock of one kind at the end of a period that is used later: what is idle is not."""
        window = self.window
        column = window.lots[kind.name] if kind.name else window.fresh[good][kind.age]
        return max(0.0, float(self.point[column[last]]))

    def arrivals(self, k: int) -> Floats:
        """Arrivals of a work by period, whatever it was ordered. (n,)"""
        plain = self.plain
        lead = plain.works[k].lead
        return (
            np.concatenate([self.first.way[k], self.orders[k]])[: plain.n]
            if lead
            else self.orders[k]
        )

    def due(self, good: str, last: int, depth: int) -> Floats:
        """Arrivals behind a period that were ordered no later than in it. (depth,)"""
        found = np.zeros(depth)
        for k, work in enumerate(self.plain.works):
            if work.kind != "sell" and work.good == good and work.lead:
                later = self.arrivals(k)[last + 1 : last + 1 + work.lead][:depth]
                found[: len(later)] += later
        return found

    def state(self, start: int) -> State:
        """What a measure finds that begins in a period."""
        if start == 0:
            return self.first
        window, last = self.window, start - 1
        way = [
            self.arrivals(k)[start : start + work.lead] for k, work in enumerate(self.plain.works)
        ]
        return State(
            {x: self._lying(c[last]) for x, c in window.lots.items()},
            {
                g: np.array([self._lying(one) for one in c[:, last]])
                for g, c in window.fresh.items()
            },
            way,
        )

    def is_unique(self, starts: Sequence[int]) -> bool:
        """Whether every calm plan that is as good has the same states at the starts.

        Stocks of one good that age alike are one, unless a measure tells lots apart.
        """
        random = np.random.default_rng(5)
        window = self.window
        costs = window.linear.nothing()
        sizes = np.concatenate(window.linear._size)
        apart = any(
            hit.element.startswith("stockpiles.")
            for m in self.plain.case.measures.values()
            for hit in m.hits
        )
        for start in starts:
            for g in self.plain.goods if start else ():
                weight, lasts = 1.0, np.nan
                for kind in kinds_of(self.plain, g, start - 1):
                    if apart or not abs(kind.lasts - lasts) < 1e-9 * (1.0 + lasts):
                        weight, lasts = random.uniform(0.5, 1.5), kind.lasts
                    columns = window.lots[kind.name] if kind.name else window.fresh[g][kind.age]
                    costs[columns[start - 1]] += weight / sizes[columns[start - 1]]
            for k, work in enumerate(self.plain.works):
                where = window.order[k, max(0, start - work.lead) : start]
                costs[where] += random.uniform(0.5, 1.5, where.size) / sizes[where]
        low, high = window.linear.extent(costs)
        return high - low <= 1e-6 * max(1.0, abs(high))


def _static_flow(plain: Plain, t: int, given: dict[int, Floats]) -> tuple[Floats, bool]:
    """Flows that would serve the calm use of a period if nothing took time, cheapest.

    Limits are those of the first period. Also whether they are the only ones.
    """
    linear, works = Linear(), plain.works
    most = limits(plain, 0, 1, None, 0)[:, 0]
    most[[work.kind == "sell" for work in works]] = 0.0
    for k, path in given.items():
        if t < works[k].lead:
            most[k] = path[t]
    sizes = [plain.size[work.good] for work in works]
    flow = linear.columns(most, sizes if works else 1.0)
    for k in given:
        if t < works[k].lead:
            linear.add(linear.rows([most[k]], most[k]), flow[k], 1.0)
    unmet = {
        u: int(linear.columns([plain.demand[u][t]], plain.size[plain.case.uses[u].good])[0])
        for u in plain.uses
    }
    for good in plain.goods:
        _static_balance(plain, linear, good, t, flow, unmet)
    _static_limits(plain, linear, flow, given)
    _static_least(plain, linear, flow, most, [k for k in given if t < works[k].lead])
    levels = []
    for priority in plain.case.priorities:
        if priority in ("essential", "deferrable"):
            cost = linear.nothing()
            for u, column in unmet.items():
                if plain.essential[u] == (priority == "essential"):
                    cost[column] = plain.weights[u]
            levels.append(Level(priority, cost))
    cost = linear.nothing()
    cost[flow] = [work.cost[0] for work in works]
    point, _values = linear.minimize([*levels, Level("money", cost)])
    random = np.random.default_rng(3)
    asked = linear.nothing()
    for k, work in enumerate(works):
        if work.lead > t:
            asked[flow[k]] = random.uniform(0.5, 1.5) / plain.size[work.good]
    low, high = linear.extent(asked)
    return np.maximum(point[flow], 0.0), high - low <= 1e-7 * max(1.0, abs(high))


def _static_balance(
    plain: Plain, linear: Linear, good: str, t: int, flow: Ints, unmet: dict[str, int]
) -> None:
    """What comes of a good serves what is used and made of it."""
    mine = [u for u in plain.uses if plain.case.uses[u].good == good]
    row = linear.rows([sum(plain.demand[u][t] for u in mine)], np.inf)
    for u in mine:
        linear.add(row, unmet[u], 1.0)
    for k, work in enumerate(plain.works):
        if work.kind != "sell" and work.good == good:
            linear.add(row, flow[k], 1.0)
        if good in work.needs:
            linear.add(row, flow[k], -work.needs[good])


def _static_least(plain: Plain, linear: Linear, flow: Ints, most: Floats, given: list[int]) -> None:
    """What must be bought of a seller, unless the case says what is on order."""
    for supplier in plain.case.suppliers.values():
        mine = [k for k, work in enumerate(plain.works) if work.seller == supplier.id]
        if not set(mine) & set(given):
            there = min(plain.path(supplier.capacity)[0] * plain.step, float(most[mine].sum()))
            least = min(plain.least[supplier.id][0], there)
            linear.add(linear.rows([least], np.inf), flow[mine], 1.0)


def _static_limits(plain: Plain, linear: Linear, flow: Ints, given: dict[int, Floats]) -> None:
    """Hours of lines and what routes share, as in the first period."""
    works = plain.works
    for plant, entry in plain.case.plants.items():
        for line in entry.lines:
            row = linear.rows([-np.inf], plain.hours(plant, line)[0] * plain.open_share(plant)[0])
            for k, work in enumerate(works):
                if (work.plant, work.line) == (plant, line):
                    linear.add(row, flow[k], work.hours)
    for supplier in plain.case.suppliers.values():
        mine = [k for k, work in enumerate(works) if work.seller == supplier.id]
        if len(mine) > 1 and not any(k in given for k in mine):
            row = linear.rows([-np.inf], plain.path(supplier.capacity)[0] * plain.step)
            linear.add(row, flow[mine], 1.0)
