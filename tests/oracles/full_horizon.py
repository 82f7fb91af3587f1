"""The engine's numbers a second time: plain programs over the whole horizon.

Written from the manual alone, for small cases. Stock that spoils is held by age, levels are
solved one after the other, nothing is cut into windows, and where a figure of an optimum is
not unique its least and its most are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from derbes.case.entities import Case, Measure, MeasureKind
from tests.oracles.linear import Floats, Ints, Level, Linear
from tests.oracles.plain_case import Effect, Plain, Work

NOTHING = 1e-7
"""Part of the size of a thing that counts as nothing."""
LARGEST_RISE = 100.0
"""Largest premium that is looked for, as a share of the price."""
DAYS_A_MONTH = 30.4375
LONGEST = 48
"""Length of a branch that the calm plan has room for, whatever is asked. [month]"""
BEHIND = 24
"""Months of the calm plan behind that."""
FAR = 1200
"""Periods after which a stock that is still there never ends."""


@dataclass(frozen=True, slots=True)
class State:
    """What a start finds."""

    lots: dict[str, float]
    fresh: dict[str, Floats]
    """Stock at the end of the period before: one number, or by age where it expires."""
    way: list[Floats]
    """Arrivals of each work by period from the start on, ordered before it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A least and a most; alike where a figure is unique."""

    low: float
    high: float

    def holds(self, value: float, room: float) -> bool:
        """Whether a value lies inside."""
        return self.low - room <= value <= self.high + room


@dataclass(slots=True)
class Window:
    """A program over some periods, and where its columns stand."""

    plain: Plain
    start: int
    n: int
    state: State
    linear: Linear
    order: Ints
    """(works, n)"""
    arrives: Ints
    """Period of the window in which an order arrives. (works, n)"""
    unmet: dict[str, Ints]
    demand: dict[str, Floats]
    lots: dict[str, Ints]
    fresh: dict[str, Ints]
    """(ages, n)"""
    short: dict[str, Ints] = field(default_factory=dict)
    behind: list[tuple[str, Ints]] = field(default_factory=list)
    """Good and columns of what the end lacks."""
    share: int = -1


def struck(state: State, effect: Effect | None) -> State:
    """What a measure leaves of a state."""
    if effect is None:
        return state
    way = []
    for k, arrivals in enumerate(state.way):
        left = arrivals * effect.way_left[k]
        way.append(np.concatenate([np.zeros(effect.late[k]), left]))
    return State(
        {x: amount * effect.lots[x] for x, amount in state.lots.items()},
        {g: amount * effect.fresh[g] for g, amount in state.fresh.items()},
        way,
    )


def limits(plain: Plain, start: int, n: int, effect: Effect | None, length: int) -> Floats:
    """Most of each work by period of the order. (works, n)"""
    found = np.zeros((len(plain.works), n))
    runs = np.arange(n) < length
    for k, work in enumerate(plain.works):
        moved = effect.openings[work.plant] if effect and work.plant else 0
        is_open = plain.open_share(work.plant, moved, start)[start : start + n]
        left = np.where(runs, effect.left[k], 1.0) if effect else np.ones(n)
        part = is_open * left
        full = work.limit[start : start + n]
        found[k] = np.where(
            part > 0, np.where(part > 0, full, 0.0) * np.where(part > 0, part, 1.0), 0.0
        )
    return found


def demand_of(
    plain: Plain, start: int, n: int, effect: Effect | None, length: int
) -> dict[str, Floats]:
    """Demand of each use by period. (n,)"""
    found = {}
    for u in plain.uses:
        path = plain.demand[u][start : start + n].copy()
        if effect:
            during = plain.crisis[u] if effect.crisis else plain.demand[u]
            k = min(length, n)
            path[:k] = during[start : start + k] * effect.demand[u]
        found[u] = path
    return found


def written(
    plain: Plain,
    state: State,
    start: int,
    n: int,
    *,
    effect: Effect | None = None,
    length: int = 0,
    last_share: float | str = 1.0,
) -> Window:
    """(L1) to (L6) over a window.

    Args:
        plain: The case.
        state: What the start finds, before the measure strikes.
        start: First period.
        n: Periods.
        effect: The measure.
        length: For how many periods it runs.
        last_share: Part of the last period that is looked at: its flows and its demands
            are this part of a period's. `column`: as large as can be.
    """
    linear = Linear()
    found = struck(state, effect)
    works = plain.works
    part = np.ones(n)
    share = -1
    if last_share == "column":
        share = int(linear.columns([1.0], 1.0)[0])
        part[-1] = 0.0
    else:
        part[-1] = float(last_share)
    sizes = np.array([plain.size[work.good] for work in works])
    most = limits(plain, start, n, effect, length)
    order = linear.columns(
        np.where(part > 0, most * np.where(part > 0, part, 1.0), np.where(most > 0, np.inf, 0.0))
        if share >= 0
        else most * np.where(np.isfinite(most), part, 1.0),
        sizes[:, None] if works else 1.0,
    )
    if share >= 0:
        for k in range(len(works)):
            if np.isfinite(most[k, -1]) and most[k, -1] > 0:
                row = linear.rows([-np.inf], 0.0)
                linear.add(row, order[k, -1], 1.0)
                linear.add(row, share, -most[k, -1])
    runs = np.arange(n) < length
    arrives = np.array(
        [
            np.arange(n) + work.lead + np.where(runs, effect.late[k] if effect else 0, 0)
            for k, work in enumerate(works)
        ],
        dtype=np.int64,
    ).reshape(len(works), n)

    # Lines and what routes share.
    for plant, entry in plain.case.plants.items():
        moved = effect.openings[plant] if effect else 0
        is_open = plain.open_share(plant, moved, start)[start : start + n]
        for line in entry.lines:
            hours = plain.hours(plant, line)[start : start + n] * is_open
            rows = linear.rows(-np.inf, hours * part)
            for k, work in enumerate(works):
                if (work.plant, work.line) == (plant, line):
                    linear.add(rows, order[k], work.hours)
            if share >= 0:
                linear.add(rows[-1], share, -hours[-1])
    for supplier in plain.case.suppliers.values():
        mine = [k for k, work in enumerate(works) if work.seller == supplier.id]
        if len(mine) > 1:
            whole = plain.path(supplier.capacity)[start : start + n] * plain.step
            left = np.ones(n)
            if effect:
                left[runs] = max(effect.left[k] for k in mine)
            rows = linear.rows(-np.inf, whole * left * part)
            for k in mine:
                linear.add(rows, order[k], 1.0)
            if share >= 0:
                linear.add(rows[-1], share, -whole[-1] * left[-1])

    demand = demand_of(plain, start, n, effect, length)
    unmet = {}
    for u in plain.uses:
        most_short = demand[u] * (np.ones(n) if share >= 0 else part)
        unmet[u] = linear.columns(most_short, plain.size[plain.case.uses[u].good])
        if share >= 0:
            row = linear.rows([-np.inf], 0.0)
            linear.add(row, unmet[u][-1], 1.0)
            linear.add(row, share, -demand[u][-1])
    lots: dict[str, Ints] = {}
    fresh: dict[str, Ints] = {}
    stays = part.copy()
    for g in plain.goods:
        size, keeps, life = plain.size[g], plain.keeps[g], plain.life[g]
        known = np.zeros(n)
        for k, work in enumerate(works):
            if work.kind != "sell" and work.good == g:
                arrivals = found.way[k][:n]
                known[: len(arrivals)] += arrivals
        wanted = np.zeros(n)
        for u in plain.uses:
            if plain.case.uses[u].good == g:
                wanted += demand[u]
        ages = max(life, 1)
        had = found.fresh[g]
        at_hand = np.zeros(n)
        at_hand[0] += keeps * had.sum()
        balance = linear.rows((wanted - known) * part - at_hand, np.inf)
        if share >= 0:
            linear.add(balance[-1], share, known[-1] - wanted[-1])
        for u in plain.uses:
            if plain.case.uses[u].good == g:
                linear.add(balance, unmet[u], 1.0)

        # Fresh stock: by age where it expires.
        upper = np.full((ages, n), np.inf)
        if life:
            for age in range(1, ages):
                upper[age, 0] = keeps * had[age - 1]
        held = linear.columns(upper, size)
        fresh[g] = held
        linear.add(balance, held, -1.0)
        linear.add(balance[1:], held[:, :-1], keeps)
        first = np.zeros(n)
        if not life:
            first[0] = keeps * had.sum()
        grows = linear.rows(-np.inf, known * stays + first)
        linear.add(grows, held[0], 1.0)
        if life:
            if ages > 1 and n > 1:
                rows = linear.rows(np.full((ages - 1, n - 1), -np.inf), 0.0)
                linear.add(rows, held[1:, 1:], 1.0)
                linear.add(rows, held[:-1, :-1], -keeps)
        else:
            linear.add(grows[1:], held[0, :-1], -keeps)
        for k, work in enumerate(works):
            if work.kind == "sell":
                if work.good == g:
                    linear.add(balance, order[k], -1.0)
                continue
            if g in work.needs:
                linear.add(balance, order[k], -work.needs[g])
            if work.good != g:
                continue
            inside = np.flatnonzero(arrives[k] < n)
            when = arrives[k, inside]
            came = np.where((when == n - 1) & (arrives[k, inside] > inside), part[-1], 1.0)
            if share >= 0:
                came = np.where(when == n - 1, 1.0, came)
            linear.add(balance[when], order[k, inside], came)
            linear.add(grows[when], order[k, inside], -came)
            if share >= 0:
                # Orders that arrive in the last period are counted as that part of them.
                for t in inside[(when == n - 1) & (inside < n - 1)]:
                    if np.isfinite(most[k, t]):
                        row = linear.rows([-np.inf], 0.0)
                        linear.add(row, order[k, t], 1.0)
                        linear.add(row, share, -most[k, t])

        # Old lots.
        for x in plain.lots:
            if plain.case.stockpiles[x].good != g:
                continue
            keep = plain.lot_keeps[x][start : start + n]
            there = keep[0] * found.lots[x]
            above = np.full(n, np.inf)
            above[0] = there
            lots[x] = linear.columns(above, size)
            linear.add(balance, lots[x], -1.0)
            linear.add(balance[1:], lots[x][:-1], keep[1:])
            row = linear.rows([there], there)
            linear.add(row, linear_one(linear, there, size), 1.0)
            linear.add(balance[:1], linear.n_columns - 1, 1.0)
            rows = linear.rows(np.full(n - 1, -np.inf), 0.0)
            linear.add(rows, lots[x][1:], 1.0)
            linear.add(rows, lots[x][:-1], -keep[1:])
        stocks = [fresh[g]] + [lots[x][None, :] for x in lots if plain.case.stockpiles[x].good == g]
        room = plain.room[g][start : start + n]
        if np.isfinite(room).any():
            rows = linear.rows(-np.inf, room)
            linear.add(rows, np.concatenate(stocks), 1.0)
    return Window(
        plain, start, n, found, linear, order, arrives, unmet, demand, lots, fresh, share=share
    )


def linear_one(linear: Linear, amount: float, size: float) -> Ints:
    """A column that stands for a known amount."""
    return linear.columns([max(amount, 0.0)], size)


def stocks_of(window: Window, good: str) -> Ints:
    """Columns of all stock of a good. (kinds, n)"""
    lots = [
        columns[None, :]
        for x, columns in window.lots.items()
        if window.plain.case.stockpiles[x].good == good
    ]
    return np.concatenate([window.fresh[good], *lots])


def with_reserve(window: Window, target: dict[str, Floats], length: int | None) -> None:
    """(L7): reserves short of their targets, and what may be missing after a measure.

    Args:
        window: The program.
        target: Good → stock to be held. (n,)
        length: Periods of the measure; None: calm.
    """
    linear, plain, n = window.linear, window.plain, window.n
    for g in plain.goods:
        if not target[g].any():
            continue
        size = max(plain.size[g], float(target[g].max()))
        window.short[g] = short = linear.columns(np.full(n, np.inf), size)
        rows = linear.rows(target[g], np.inf)
        linear.add(rows, short, 1.0)
        linear.add(rows, stocks_of(window, g), 1.0)
        if length is None:
            continue
        after = np.arange(n) - length + 1
        part = np.where(after > 0, np.maximum(0.0, 1.0 - after / plain.refill), 0.0)
        missing = linear.columns(target[g] * part, size)
        linear.add(rows, missing, 1.0)
        steps = linear.rows(np.full(n - 1, -np.inf), 0.0)
        linear.add(steps, missing[1:], 1.0)
        linear.add(steps, missing[:-1], -1.0)
        linear.add(steps, short[:-1], -1.0)


@dataclass(frozen=True, slots=True)
class Kind:
    """Stock of one age at the end of a window."""

    name: str
    """Lot, or empty for fresh stock."""
    age: int
    lasts: float
    """Sum over later periods of what is left of one unit."""


def kinds_of(plain: Plain, good: str, last: int) -> list[Kind]:
    """Stocks of a good at the end of a period, the longest lasting first."""
    left = plain.n - 1 - last
    found = []
    for x in plain.lots:
        if plain.case.stockpiles[x].good == good:
            path = np.cumprod(plain.lot_keeps[x][last + 1 :])
            found.append(Kind(x, 0, float(path.sum())))
    keeps, life = plain.keeps[good], plain.life[good]
    for age in range(max(life, 1)):
        periods = min(left, life - age) if life else left
        found.append(Kind("", age, float((keeps ** np.arange(1, periods + 1)).sum())))
    return sorted(found, key=lambda kind: -kind.lasts)


def with_end(window: Window, calm: "CalmPlan") -> None:
    """(L8): the end is no lower than the calm plan, by amount, by age and by arrival."""
    linear, plain, n = window.linear, window.plain, window.n
    last = window.start + n - 1
    depth = max([int(w.max()) - n + 1 for w in window.arrives if len(w)], default=0)
    depth = max([depth, plain.lead, *(len(way) - n for way in window.state.way), 0])
    for g in plain.goods:
        size = plain.size[g]
        kinds = kinds_of(plain, g, last)
        so_far: list[int] = []
        there = 0.0
        for place, kind in enumerate(kinds):
            column = window.lots[kind.name] if kind.name else window.fresh[g][kind.age]
            so_far.append(int(column[-1]))
            there += calm.stock(g, kind, last)
            following = kinds[place + 1] if place + 1 < len(kinds) else None
            if following is not None and abs(following.lasts - kind.lasts) < 1e-9:
                continue
            row = linear.rows([there], np.inf)
            lacks = linear.columns([np.inf], size)
            linear.add(row, np.array(so_far), 1.0)
            linear.add(row, lacks, 1.0)
            window.behind.append((g, lacks))
        due = calm.due(g, last, depth)
        known = np.zeros(depth)
        for k, work in enumerate(plain.works):
            if work.kind != "sell" and work.good == g:
                later = window.state.way[k][n : n + depth]
                known[: len(later)] += later
        rows = linear.rows(due - known, np.inf)
        lacks = linear.columns(np.full(depth, np.inf), size)
        linear.add(rows, lacks, 1.0)
        window.behind.append((g, lacks))
        for k, work in enumerate(plain.works):
            if work.kind != "sell" and work.good == g:
                later = np.flatnonzero(window.arrives[k] >= n)
                linear.add(rows[window.arrives[k, later] - n], window.order[k, later], 1.0)


def tier_level(window: Window, *, essential: bool, early: bool) -> Floats:
    """Weighted unmet demand of a tier; `early`: less for what is short later."""
    costs = window.linear.nothing()
    for u, columns in window.unmet.items():
        if window.plain.essential[u] == essential:
            weight = window.plain.weights[u]
            costs[columns] = weight * (
                (window.n - np.arange(window.n)) / window.n if early else 1.0
            )
    return costs


def money_of(window: Window, effect: Effect | None, length: int, rise: float = 0.0) -> Floats:
    """Discounted money of every column at the window's start.

    Args:
        window: The program.
        effect: The measure.
        length: How long it runs.
        rise: Rise of the price of what the sender sells and the measure cuts, for its length.
    """
    plain, start, n = window.plain, window.start, window.n
    costs = window.linear.nothing()
    worth = plain.worth / plain.worth[start]
    runs = np.arange(n) < length
    for k, work in enumerate(plain.works):
        paid = start + (window.arrives[k] if work.kind == "buy" else np.arange(n))
        paid = np.minimum(paid, plain.n - 1)
        factor = np.ones(n)
        if effect:
            factor[runs] += effect.rise[k]
        costs[window.order[k]] = work.cost[paid] * worth[paid] * factor
    now = worth[start : start + n]
    for g in plain.goods:
        costs[stocks_of(window, g)] = plain.storage_cost[g][start : start + n] * now
    for u, columns in window.unmet.items():
        costs[columns] = (plain.shortage_cost[u] or 0.0) * now
    return costs


def way_money(window: Window) -> float:
    """What is paid for goods that were on the way, on arrival. [money]"""
    plain, start = window.plain, window.start
    worth = plain.worth / plain.worth[start]
    total = 0.0
    for k, work in enumerate(plain.works):
        if work.kind == "buy":
            for j, amount in enumerate(window.state.way[k]):
                t = min(start + j, plain.n - 1)
                total += amount * work.cost[t] * worth[t]
    return total


def levels_above_money(window: Window) -> list[Level]:
    """Levels in the order of the case, money left out."""
    found = []
    for priority in window.plain.case.priorities:
        if priority in ("essential", "deferrable"):
            is_essential = priority == "essential"
            for early in (False, True):
                costs = tier_level(window, essential=is_essential, early=early)
                found.append(Level(priority + ("_early" if early else ""), costs))
        elif priority == "reserve":
            costs = window.linear.nothing()
            for g, columns in window.short.items():
                costs[columns] = window.plain.value[g]
            found.append(Level("reserve", costs))
    if window.behind:
        costs = window.linear.nothing()
        for g, columns in window.behind:
            costs[columns] = window.plain.value[g]
        found.append(Level("way_back", costs))
    return found


def tidy_levels(window: Window) -> list[Level]:
    """What makes the calm plan one plan: least stock, oldest drawn first, bought late."""
    plain, n = window.plain, window.n
    stock, old, late = (window.linear.nothing() for _ in range(3))
    for g in plain.goods:
        value = plain.value[g]
        stock[stocks_of(window, g)] = value
        for t in range(n):
            kinds = kinds_of(plain, g, window.start + t)
            for place, kind in enumerate(kinds):
                column = window.lots[kind.name] if kind.name else window.fresh[g][kind.age]
                ties = [i for i, one in enumerate(kinds) if abs(one.lasts - kind.lasts) < 1e-9]
                old[column[t]] = value * min(ties or [place])
    for k, work in enumerate(plain.works):
        late[window.order[k]] = plain.value[work.good] * (n - np.arange(n)) / n
    return [Level("stock", stock), Level("oldest", old), Level("late", late)]


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
        return np.asarray(self.point[stocks_of(self.window, good)].sum(axis=0))

    def stock(self, good: str, kind: Kind, last: int) -> float:
        """Stock of one kind at the end of a period."""
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
            {x: max(0.0, float(self.point[c[last]])) for x, c in window.lots.items()},
            {g: np.maximum(self.point[c[:, last]], 0.0) for g, c in window.fresh.items()},
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
                    if apart or not abs(kind.lasts - lasts) < 1e-9:
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
    linear = Linear()
    works = plain.works
    most = limits(plain, 0, 1, None, 0)[:, 0]
    costs = np.zeros(len(works))
    for k, work in enumerate(works):
        if work.kind == "sell":
            most[k] = 0.0
        costs[k] = work.cost[0]
        if k in given and t < work.lead:
            most[k] = given[k][t]
    flow = linear.columns(most, [plain.size[work.good] for work in works] if works else 1.0)
    for k in given:
        if t < works[k].lead:
            row = linear.rows([most[k]], most[k])
            linear.add(row, flow[k], 1.0)
    unmet = {
        u: int(linear.columns([plain.demand[u][t]], plain.size[plain.case.uses[u].good])[0])
        for u in plain.uses
    }
    for g in plain.goods:
        wanted = sum(plain.demand[u][t] for u in plain.uses if plain.case.uses[u].good == g)
        row = linear.rows([wanted], np.inf)
        for u in plain.uses:
            if plain.case.uses[u].good == g:
                linear.add(row, unmet[u], 1.0)
        for k, work in enumerate(works):
            if work.kind != "sell" and work.good == g:
                linear.add(row, flow[k], 1.0)
            if g in work.needs:
                linear.add(row, flow[k], -work.needs[g])
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
            for k in mine:
                linear.add(row, flow[k], 1.0)
    levels = []
    for priority in plain.case.priorities:
        if priority in ("essential", "deferrable"):
            cost = linear.nothing()
            for u, column in unmet.items():
                if plain.essential[u] == (priority == "essential"):
                    cost[column] = plain.weights[u]
            levels.append(Level(priority, cost))
    cost = linear.nothing()
    cost[flow] = costs
    levels.append(Level("money", cost))
    point, _values = linear.minimize(levels)
    random = np.random.default_rng(3)
    asked = linear.nothing()
    for k, work in enumerate(works):
        if work.lead > t:
            asked[flow[k]] = random.uniform(0.5, 1.5) / plain.size[work.good]
    low, high = linear.extent(asked)
    return np.maximum(point[flow], 0.0), high - low <= 1e-7 * max(1.0, abs(high))


@dataclass(frozen=True, slots=True)
class Course:
    """One branch, solved."""

    window: Window
    point: Floats
    values: dict[str, float]
    """Value of each level."""
    money: float
    """Discounted to the start, goods on the way included."""
    effect: Effect | None
    length: int

    def unmet_span(self, use: str, period: int) -> Span:
        """Unmet demand of a use in a period over all optima."""
        costs = self.window.linear.nothing()
        costs[self.window.unmet[use][period]] = 1.0
        return Span(*self.window.linear.extent(costs))

    def unmet_is_one(self) -> bool:
        """Whether unmet essential demand is the same in every optimum."""
        random = np.random.default_rng(7)
        costs = self.window.linear.nothing()
        for u, columns in self.window.unmet.items():
            if self.window.plain.essential[u]:
                size = self.window.plain.size[self.window.plain.case.uses[u].good]
                costs[columns] = random.uniform(0.5, 1.5, columns.size) / size
        low, high = self.window.linear.extent(costs)
        return high - low <= 1e-7 * max(1.0, abs(high))

    def unmet(self, use: str) -> Floats:
        """(n,)"""
        return np.maximum(self.point[self.window.unmet[use]], 0.0)

    def sales(self, actor: str, *, behind: bool = True) -> Span:
        """Margin of an actor on what arrives from the window's orders and on the way.

        Args:
            actor: The seller.
            behind: Whether what arrives behind the window counts too.
        """
        window, plain = self.window, self.window.plain
        worth = plain.worth / plain.worth[window.start]
        costs = window.linear.nothing()
        fixed = 0.0
        for k, work in enumerate(plain.works):
            if work.kind != "buy" or work.actor != actor:
                continue
            margin = work.margin or 0.0
            for t in range(window.n):
                when = int(window.arrives[k, t])
                period = min(window.start + when, plain.n - 1)
                share = margin
                if self.effect and t < self.length:
                    share += self.effect.rise[k]
                if behind or when < window.n:
                    costs[window.order[k, t]] = share * work.price[period] * worth[period]
            for j, amount in enumerate(window.state.way[k]):
                period = min(window.start + j, plain.n - 1)
                fixed += margin * work.price[period] * worth[period] * amount
        low, high = window.linear.extent(costs)
        return Span(low + fixed, high + fixed)


@dataclass(frozen=True, slots=True)
class Losses:
    """What one measure of one length does from one start on."""

    window: int
    """[period]"""
    unmet_essential: float
    unmet_deferrable: float
    unmet_essential_gross: float
    unmet_deferrable_gross: float
    deepest: float | None
    """Net, by use; None: not the same in every optimum."""
    deepest_uses: tuple[str, ...]
    target_loss: float | None
    sender_returning: Span | None
    sender_lost: Span | None
    unrestored: float
    premium: float | None
    premium_unbounded: bool
    size: float
    """What passes through the target's books in the window. [money]"""
    exposed: float
    """What is paid for what the measure cuts while it runs, without it. [money]"""


def _turnover(course: Course) -> float:
    """All that is paid and earned, and the cost of being short. [money]"""
    costs = money_of(course.window, course.effect, course.length)
    return float(np.abs(costs * course.point).sum() + way_money(course.window))


class Oracle:
    """All answers about a case."""

    def __init__(self, case: Case, *, longest: int = 0, behind: int = 0) -> None:
        self.case = case
        lengths = [n for m in case.measures.values() for n in m.lengths]
        probe = Plain(case, case.calendar.n_periods)
        longest = max([*lengths, longest, 1])
        self.calm = CalmPlan(case, case.calendar.n_periods + (behind or self._tail(probe, longest)))
        self.plain = self.calm.plain
        self._targets = {
            g: np.minimum(self.plain.reserve[g], self.calm.held(g)) for g in self.plain.goods
        }

    def _tail(self, plain: Plain, longest: int) -> int:
        """Periods of the calm plan behind the calendar: a long branch and some years."""
        delays = [
            plain.periods(m.by) for m in self.case.measures.values() if m.kind is MeasureKind.DELAY
        ]
        ramps = [plain.periods(entry.ramp) for entry in self.case.plants.values()] if delays else []
        longest += max(delays, default=0) + max(ramps, default=0)
        branch = max(longest, LONGEST // plain.step) + plain.refill + plain.lead
        return max(branch, plain.sender_horizon) + BEHIND // plain.step + 1

    def _horizon(self, plain: Plain, name: str, start: int, length: int) -> int:
        effect = plain.effect(name)
        late = [
            w.lead + by
            for w, by, left in zip(plain.works, effect.late, effect.left, strict=True)
            if left > 0
        ]
        lead = max([plain.lead, *late])
        needed = length + plain.refill
        opening = 0
        for plant, moved in effect.openings.items():
            if moved and plain.opening(plant) > start:
                ramp = plain.periods(self.case.plants[plant].ramp)
                opening = max(opening, plain.opening(plant) - start + moved + ramp)
        behind = opening + plain.refill + lead if opening else 0
        return max(plain.sender_horizon, needed + lead, behind)

    def horizon(self, name: str, start: int, length: int) -> int:
        """Periods over which a branch is counted."""
        return min(self._horizon(self.plain, name, start, length), self.plain.n - start)

    def course(
        self, start: int, n: int, effect: Effect | None, length: int, *, rise: float | None = None
    ) -> Course:
        """The best course from a start on, with or without a measure."""
        window = written(self.plain, self.calm.state(start), start, n, effect=effect, length=length)
        target = {g: path[start : start + n] for g, path in self._targets.items()}
        with_reserve(window, target, length if effect else None)
        with_end(window, self.calm)
        levels = levels_above_money(window)
        costs = money_of(window, effect, length)
        levels.append(Level("money", costs))
        point, values = window.linear.minimize(levels)
        return Course(window, point, values, values["money"] + way_money(window), effect, length)

    def without(self, name: str) -> Effect | None:
        """What of a measure is there without it: its demand; None: nothing.

        Where demand is all that a measure brings, that is the measure.
        """
        whole, alone = self.plain.effect(name), self.plain.effect(name, only_demand=True)
        brings = any(f != 1.0 for f in alone.demand.values())
        brings |= alone.crisis and any(
            not np.array_equal(self.plain.demand[u], self.plain.crisis[u]) for u in self.plain.uses
        )
        if not brings or replace(whole, sender="") == replace(alone, sender=""):
            return None
        return alone

    def losses(
        self, name: str, start: int, length: int, *, window: int = 0, has_premium: bool = False
    ) -> Losses:
        """Losses of both sides."""
        plain = self.plain
        n = window or self.horizon(name, start, length)
        effect, alone = plain.effect(name), self.without(name)
        hit = self.course(start, n, effect, length)
        base = self.course(start, n, alone, length)
        loss = hit.money - base.money
        premium, unbounded = None, False
        sender = effect.sender
        cut = [
            k
            for k, w in enumerate(plain.works)
            if w.kind == "buy" and w.actor == sender and effect.left[k] < 1.0
        ]
        if has_premium and cut:
            premium, unbounded = self._premium(start, n, alone, length, cut, loss, base)
        deepest, uses = self._deepest(hit, base)
        sells = [w for w in plain.works if w.kind == "buy" and w.actor == sender]
        returning = lost = None
        if sender and sells and all(w.margin is not None for w in sells):
            before, after = base.sales(sender), hit.sales(sender)
            returning = Span(before.low - after.high, before.high - after.low)
            lost = base.sales(sender, behind=False)
        unpriced = any(
            plain.shortage_cost[u] is None
            and hit.unmet(u).sum() > NOTHING * plain.size[plain.case.uses[u].good]
            for u in plain.uses
        )
        return Losses(
            window=n,
            unmet_essential=hit.values.get("essential", 0.0) - base.values.get("essential", 0.0),
            unmet_deferrable=hit.values.get("deferrable", 0.0) - base.values.get("deferrable", 0.0),
            unmet_essential_gross=hit.values.get("essential", 0.0),
            unmet_deferrable_gross=hit.values.get("deferrable", 0.0),
            deepest=deepest,
            deepest_uses=uses,
            target_loss=None if unpriced else loss,
            sender_returning=returning,
            sender_lost=lost,
            unrestored=hit.values.get("way_back", 0.0),
            premium=premium,
            premium_unbounded=unbounded,
            size=_turnover(base) + _turnover(hit),
            exposed=float(
                money_of(base.window, alone, length)[base.window.order[cut, :length]].ravel()
                @ base.point[base.window.order[cut, :length]].ravel()
            )
            if cut
            else 0.0,
        )

    def _deepest(self, hit: Course, base: Course) -> tuple[float | None, tuple[str, ...]]:
        if not (hit.unmet_is_one() and base.unmet_is_one()):
            return None, ()
        worst: dict[str, float] = {}
        for u in self.plain.uses:
            if self.plain.essential[u]:
                more = hit.unmet(u) - base.unmet(u)
                demand = hit.window.demand[u]
                share = np.divide(more, demand, out=np.zeros_like(more), where=demand > 0)
                worst[u] = float(share.max(initial=0.0))
        deepest = max(worst.values(), default=0.0)
        if deepest <= NOTHING:
            return 0.0, ()
        return deepest, tuple(u for u, share in worst.items() if share >= deepest - 1e-6)

    def _premium(
        self,
        start: int,
        n: int,
        alone: Effect | None,
        length: int,
        cut: list[int],
        loss: float,
        base: Course,
    ) -> tuple[float | None, bool]:
        """Smallest rise at which paying costs as much as being cut off, by bisection."""
        plain = self.plain
        if loss <= 1e-9 * max(1.0, abs(base.money)):
            return 0.0, False
        window = written(plain, self.calm.state(start), start, n, effect=alone, length=length)
        target = {g: path[start : start + n] for g, path in self._targets.items()}
        with_reserve(window, target, length if alone else None)
        with_end(window, self.calm)
        window.linear.minimize(levels_above_money(window))
        costs = money_of(window, alone, length)
        exposed = window.linear.nothing()
        for k in cut:
            exposed[window.order[k, :length]] = costs[window.order[k, :length]]
        before = base.values["money"]

        def more(rise: float) -> float:
            asked = costs + rise * exposed
            return float(asked @ window.linear._run(asked)) - before

        if more(LARGEST_RISE) < loss - 1e-9 * max(1.0, abs(loss), abs(before)):
            return None, True
        low, high = 0.0, LARGEST_RISE
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (
                (low, middle) if more(middle) >= loss - 1e-10 * abs(before) else (middle, high)
            )
            if high - low <= 1e-9 * high:
                break
        return high, False

    def least_unmet(
        self, effect: Effect | None, start: int, length: int, uses: Sequence[str], n: int
    ) -> float:
        """Least that goes short of some uses when they are served before all others."""
        window = written(
            self.plain,
            self.calm.state(start),
            start,
            n,
            effect=effect,
            length=length,
        )
        costs = window.linear.nothing()
        for u in uses:
            costs[window.unmet[u]] = 1.0 / self.plain.size[self.case.uses[u].good]
        _point, values = window.linear.minimize([Level("unmet", costs)])
        return values["unmet"]

    def survives(self, name: str, start: int, length: int, uses: Sequence[str]) -> bool:
        """Whether a measure leaves nothing of some uses unmet that is met without it."""
        n = self.horizon(name, start, length)
        least = [
            self.least_unmet(effect, start, length, uses, n)
            for effect in (self.plain.effect(name), self.without(name))
        ]
        return least[0] - least[1] <= NOTHING * n

    def time_to_survive(
        self, name: str, start: int, uses: Sequence[str], most: int = 48
    ) -> float | None:
        """Periods in which uses are met while a measure goes on; None: `most` and more."""
        plain, n = self.plain, min(most, self.plain.n - start)
        effect, state = plain.effect(name), self.calm.state(start)
        window = written(plain, state, start, n, effect=effect, length=n)
        late = window.linear.nothing()
        size = {u: plain.size[self.case.uses[u].good] for u in uses}

        def met(periods: int) -> bool:
            costs = late.copy()
            for u in uses:
                costs[window.unmet[u][:periods]] = 1.0 / size[u]
            return float(costs @ window.linear._run(costs)) <= NOTHING

        window.linear._load()
        if met(n):
            return None
        low, high = 0, n
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if met(middle) else (low, middle)
        return low + self.broken_share(state, start, low, effect, uses)

    def broken_share(
        self, state: State, start: int, broken: int, effect: Effect, uses: Sequence[str]
    ) -> float:
        """Part of a broken period until the first of the uses runs out (convention 3)."""
        plain = self.plain
        takes_time = any(w.lead and (w.needs or w.line) for w in plain.works)
        shares_time = any(
            w.lead and sum(o.seller == w.seller for o in plain.works) > 1
            for w in plain.works
            if w.seller
        )
        if not (takes_time or shares_time):
            window = written(
                plain,
                state,
                start,
                broken + 1,
                effect=effect,
                length=broken + 1,
                last_share="column",
            )
            costs = window.linear.nothing()
            costs[window.share] = -1.0
            for u in uses:
                window.linear.bound(window.unmet[u], np.zeros(broken + 1))
            point, _values = window.linear.minimize([Level("share", costs)])
            return float(point[window.share])
        low, high = 0.0, 1.0
        for _ in range(26):
            middle = 0.5 * (low + high)
            window = written(
                plain, state, start, broken + 1, effect=effect, length=broken + 1, last_share=middle
            )
            costs = window.linear.nothing()
            for u in uses:
                costs[window.unmet[u]] = 1.0 / plain.size[self.case.uses[u].good]
            _point, values = window.linear.minimize([Level("unmet", costs)])
            is_met = values["unmet"] <= 1e-9
            low, high = (middle, high) if is_met else (low, middle)
        return low

    def days_of_cover(self, start: int, good: str) -> float | None:
        """Days that the stock at a start lasts without any delivery; None: nothing is used.

        Forward over calm use, what expires first first; infinite where it never ends.
        """
        plain, last = self._far, start + FAR
        wanted = sum(
            (plain.demand[u] for u in plain.uses if self.case.uses[u].good == good),
            np.zeros(plain.n),
        )
        state = self.calm.state(start)
        piles: list[tuple[float, Floats]] = []
        for x in plain.lots:
            if self.case.stockpiles[x].good == good:
                piles.append((state.lots[x], plain.lot_keeps[x][start:last]))
        keeps, life = plain.keeps[good], plain.life[good]
        for age, amount in enumerate(state.fresh[good]):
            kept = np.full(FAR, keeps)
            if life:
                kept[life - age :] = 0.0
            piles.append((float(amount), kept))
        left = np.array([amount for amount, _keep in piles])
        order = sorted(range(len(piles)), key=lambda i: float(np.cumprod(piles[i][1]).sum()))
        for t in range(FAR):
            left = left * np.array([keep[t] for _amount, keep in piles])
            need, there = float(wanted[start + t]), float(left.sum())
            if need > 0 and there < need * (1 - 1e-9):
                return (t + there / need) * plain.step * DAYS_A_MONTH
            for i in order:
                taken = min(left[i], need)
                left[i] -= taken
                need -= taken
        return float("inf")

    @cached_property
    def _far(self) -> Plain:
        return Plain(self.case, self.case.calendar.n_periods + FAR)

    def ends(
        self, name: str, length: int, starts: Sequence[int]
    ) -> tuple[int | None, dict[int, float]]:
        """First start from which on nothing essential is short that calm has (None: never)."""
        short = {start: self.net_essential(name, start, length) for start in starts}
        last = [s for s, net in short.items() if net > 1e-6]
        if not last:
            return starts[0], short
        later = [s for s in starts if s > last[-1]]
        return (later[0] if later else None), short

    def net_essential(self, name: str, start: int, length: int) -> float:
        """Essential demand that goes unmet beyond what is short without the measure."""
        n = self.horizon(name, start, length)
        values = []
        for effect in (self.plain.effect(name), self.without(name)):
            window = written(
                self.plain, self.calm.state(start), start, n, effect=effect, length=length
            )
            costs = tier_level(window, essential=True, early=False)
            _point, found = window.linear.minimize([Level("essential", costs)])
            values.append(found["essential"])
        size = max(
            [
                self.plain.weights[u] * float(self.plain.demand[u].max())
                for u in self.plain.uses
                if self.plain.essential[u]
            ],
            default=1.0,
        )
        return (values[0] - values[1]) / (size or 1.0)


__all__ = ["CalmPlan", "Losses", "Measure", "Oracle", "Span", "Work"]
