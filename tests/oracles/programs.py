"""Plain programs of a case over a window: stocks by age, reserves, the end, money."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from tests.oracles.linear import Floats, Ints, Level, Linear
from tests.oracles.plain_case import Effect, Plain


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
    """What the start finds after the measure has struck."""
    effect: Effect | None
    length: int
    part: Floats
    """Part of each period that is looked at: less than 1 only for the last. (n,)"""
    share: int = -1
    """Column of the last period's part, where it is to be found."""
    linear: Linear = field(default_factory=Linear)
    most: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """(works, n)"""
    order: Ints = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """(works, n)"""
    arrives: Ints = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """Period of the window in which an order arrives. (works, n)"""
    demand: dict[str, Floats] = field(default_factory=dict)
    unmet: dict[str, Ints] = field(default_factory=dict)
    lots: dict[str, Ints] = field(default_factory=dict)
    fresh: dict[str, Ints] = field(default_factory=dict)
    """(ages, n)"""
    short: dict[str, Ints] = field(default_factory=dict)
    behind: list[tuple[str, Ints]] = field(default_factory=list)
    """Good and columns of what the end lacks."""

    @property
    def periods(self) -> slice:
        """Its periods in those of the case."""
        return slice(self.start, self.start + self.n)

    def at_most(self, columns: Ints, most: Floats) -> None:
        """Columns of the last period at most a part of it as large as the share."""
        for column, limit in zip(np.ravel(columns), np.ravel(most), strict=True):
            if np.isfinite(limit):
                row = self.linear.rows([-np.inf], 0.0)
                self.linear.add(row, column, 1.0)
                self.linear.add(row, self.share, -limit)


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
    window = Window(plain, start, n, struck(state, effect), effect, length, np.ones(n))
    if last_share == "column":
        window.share = int(window.linear.columns([1.0], 1.0)[0])
        window.part[-1] = 0.0
    else:
        window.part[-1] = float(last_share)
    _add_orders(window)
    _add_lines(window)
    _add_routes(window)
    _add_unmet(window)
    for good in plain.goods:
        _add_good(window, good)
    return window


def _add_orders(window: Window) -> None:
    plain, n = window.plain, window.n
    works, effect, part = plain.works, window.effect, window.part
    window.most = most = limits(plain, window.start, n, effect, window.length)
    upper = np.multiply(most, part, out=most.copy(), where=np.isfinite(most))
    if window.share >= 0:
        upper[:, -1] = np.where(most[:, -1] > 0, np.inf, 0.0)
    sizes = np.array([plain.size[work.good] for work in works])
    window.order = window.linear.columns(upper, sizes[:, None] if works else 1.0)
    if window.share >= 0:
        window.at_most(window.order[:, -1], most[:, -1])
    runs = np.arange(n) < window.length
    window.arrives = np.array(
        [
            np.arange(n) + work.lead + np.where(runs, effect.late[k] if effect else 0, 0)
            for k, work in enumerate(works)
        ],
        dtype=np.int64,
    ).reshape(len(works), n)


def _add_lines(window: Window) -> None:
    """Hours of each line (L4)."""
    plain, linear = window.plain, window.linear
    for plant, entry in plain.case.plants.items():
        moved = window.effect.openings[plant] if window.effect else 0
        is_open = plain.open_share(plant, moved, window.start)[window.periods]
        for line in entry.lines:
            hours = plain.hours(plant, line)[window.periods] * is_open
            mine = [k for k, w in enumerate(plain.works) if (w.plant, w.line) == (plant, line)]
            if window.effect and mine:
                hours[: window.length] *= max(window.effect.left[k] for k in mine)
            rows = linear.rows(-np.inf, hours * window.part)
            for k in mine:
                linear.add(rows, window.order[k], plain.works[k].hours)
            if window.share >= 0:
                linear.add(rows[-1], window.share, -hours[-1])


def _add_routes(window: Window) -> None:
    """What the routes of a seller share; a measure on all of them takes from it too.

    What must be bought of it is bought as far as it is there (L9); of a last period whose part
    is looked for it decides nothing, since what is too much is given up.
    """
    plain, linear = window.plain, window.linear
    for supplier in plain.case.suppliers.values():
        mine = [k for k, work in enumerate(plain.works) if work.seller == supplier.id]
        whole = plain.path(supplier.capacity)[window.periods] * plain.step
        if window.effect:
            left = max(window.effect.left[k] for k in mine)
            whole = np.where(np.arange(window.n) < window.length, whole * left, whole)
        least = np.minimum(plain.least[supplier.id][window.periods], whole)
        least = np.minimum(least, window.most[mine].sum(axis=0)) * window.part
        if least.any() and window.share < 0:
            bought = linear.rows(least, np.inf)
            for k in mine:
                linear.add(bought, window.order[k], 1.0)
        if len(mine) < 2:
            continue
        rows = linear.rows(-np.inf, whole * window.part)
        for k in mine:
            linear.add(rows, window.order[k], 1.0)
        if window.share >= 0:
            linear.add(rows[-1], window.share, -whole[-1])


def _add_unmet(window: Window) -> None:
    """Unmet demand (L5)."""
    plain, n = window.plain, window.n
    window.demand = demand_of(plain, window.start, n, window.effect, window.length)
    for u, demand in window.demand.items():
        size = plain.size[plain.case.uses[u].good]
        most = demand if window.share >= 0 else demand * window.part
        window.unmet[u] = window.linear.columns(most, size)
        if window.share >= 0:
            window.at_most(window.unmet[u][-1:], demand[-1:])


def _add_good(window: Window, good: str) -> None:
    """Stocks, balance and room of a good (L1, L2, L6)."""
    plain, n, linear = window.plain, window.n, window.linear
    known, wanted = np.zeros(n), np.zeros(n)
    for k, work in enumerate(plain.works):
        if work.kind != "sell" and work.good == good:
            arrivals = window.state.way[k][:n]
            known[: len(arrivals)] += arrivals
    for u, demand in window.demand.items():
        if plain.case.uses[u].good == good:
            wanted += demand
    at_hand = np.zeros(n)
    at_hand[0] = _at_hand(window, good)
    balance = linear.rows((wanted - known) * window.part - at_hand, np.inf)
    if window.share >= 0:
        linear.add(balance[-1], window.share, known[-1] - wanted[-1])
    for u, columns in window.unmet.items():
        if plain.case.uses[u].good == good:
            linear.add(balance, columns, 1.0)
    grows = _add_fresh(window, good, balance, known)
    _add_flows(window, good, balance, grows)
    for lot in plain.lots:
        if plain.case.stockpiles[lot].good == good:
            _add_lot(window, lot, balance)
    room = plain.room[good][window.periods]
    if np.isfinite(room).any():
        linear.add(linear.rows(-np.inf, room), stocks_of(window, good), 1.0)


def _at_hand(window: Window, good: str) -> float:
    """What of a good lies there when the window begins. [unit]"""
    plain, state = window.plain, window.state
    return float(plain.keeps[good] * state.fresh[good].sum()) + sum(
        plain.lot_keeps[lot][window.start] * amount
        for lot, amount in state.lots.items()
        if plain.case.stockpiles[lot].good == good
    )


def _add_fresh(window: Window, good: str, balance: Ints, known: Floats) -> Ints:
    """Fresh stock, by age where it expires; the rows by which it grows. (n,)"""
    plain, n, linear = window.plain, window.n, window.linear
    keeps, life, had = plain.keeps[good], plain.life[good], window.state.fresh[good]
    upper = np.full((max(life, 1), n), np.inf)
    first = np.zeros(n)
    if life:
        upper[1:, 0] = keeps * had[: life - 1]
    else:
        first[0] = keeps * had.sum()
    window.fresh[good] = held = linear.columns(upper, plain.size[good])
    linear.add(balance, held, -1.0)
    linear.add(balance[1:], held[:, :-1], keeps)
    grows = linear.rows(-np.inf, known * window.part + first)
    linear.add(grows, held[0], 1.0)
    if not life:
        linear.add(grows[1:], held[0, :-1], -keeps)
    elif life > 1 and n > 1:
        rows = linear.rows(np.full((life - 1, n - 1), -np.inf), 0.0)
        linear.add(rows, held[1:, 1:], 1.0)
        linear.add(rows, held[:-1, :-1], -keeps)
    return grows


def _add_flows(window: Window, good: str, balance: Ints, grows: Ints) -> None:
    """What works bring of a good and what they take of it."""
    linear, last = window.linear, window.n - 1
    for k, work in enumerate(window.plain.works):
        if good in work.needs:
            linear.add(balance, window.order[k], -work.needs[good])
        if work.good != good:
            continue
        if work.kind == "sell":
            linear.add(balance, window.order[k], -1.0)
            continue
        inside = np.flatnonzero(window.arrives[k] <= last)
        when, columns = window.arrives[k, inside], window.order[k, inside]
        earlier = (when == last) & (inside < last)
        came = np.ones(len(inside))
        if window.share >= 0:
            # What was ordered before is counted as that part of it that comes in the share.
            window.at_most(columns[earlier], window.most[k, inside[earlier]])
        else:
            came[earlier] = window.part[-1]
        linear.add(balance[when], columns, came)
        linear.add(grows[when], columns, -came)


def _add_lot(window: Window, lot: str, balance: Ints) -> None:
    """An old lot, drawn or given up."""
    plain, n, linear = window.plain, window.n, window.linear
    size = plain.size[plain.case.stockpiles[lot].good]
    keeps = plain.lot_keeps[lot][window.periods]
    upper = np.full(n, np.inf)
    upper[0] = keeps[0] * window.state.lots[lot]
    window.lots[lot] = held = linear.columns(upper, size)
    linear.add(balance, held, -1.0)
    linear.add(balance[1:], held[:-1], keeps[1:])
    rows = linear.rows(np.full(n - 1, -np.inf), 0.0)
    linear.add(rows, held[1:], 1.0)
    linear.add(rows, held[:-1], -keeps[1:])


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
    left = plain.far - 1 - last
    found = []
    for x in plain.lots:
        if plain.case.stockpiles[x].good == good:
            path = np.cumprod(plain.lot_keeps_far[x][last + 1 :])
            found.append(Kind(x, 0, float(path.sum())))
    keeps, life = plain.keeps[good], plain.life[good]
    for age in range(max(life, 1)):
        periods = min(left, life - age) if life else left
        found.append(Kind("", age, float((keeps ** np.arange(1, periods + 1)).sum())))
    return sorted(found, key=lambda kind: -kind.lasts)


class Calm(Protocol):
    """What the end of a window is compared with."""

    def stock(self, good: str, kind: Kind, last: int) -> float:
        """Stock of one kind at the end of a period."""

    def due(self, good: str, last: int, depth: int) -> Floats:
        """Arrivals behind a period that were ordered no later than in it. (depth,)"""


def with_end(window: Window, calm: Calm) -> None:
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
            near = 1e-9 * (1.0 + kind.lasts)
            if following is not None and abs(following.lasts - kind.lasts) < near:
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
    """What makes the calm plan one plan: least stock, bought late, oldest drawn first.

    Of stocks that last alike an old lot comes before what came in since.
    """
    plain, n = window.plain, window.n
    stock, old, late = (window.linear.nothing() for _ in range(3))
    for g in plain.goods:
        value = plain.value[g]
        stock[stocks_of(window, g)] = value
        for t in range(n):
            kinds = kinds_of(plain, g, window.start + t)
            for place, kind in enumerate(kinds):
                column = window.lots[kind.name] if kind.name else window.fresh[g][kind.age]
                near = 1e-9 * (1.0 + kind.lasts)
                ties = [i for i, one in enumerate(kinds) if abs(one.lasts - kind.lasts) < near]
                old[column[t]] = value * (min(ties or [place]) + (0.5 if kind.name else 0.0))
    for k, work in enumerate(plain.works):
        late[window.order[k]] = plain.value[work.good] * (n - np.arange(n)) / n
    return [Level("stock", stock), Level("late", late), Level("oldest", old)]
