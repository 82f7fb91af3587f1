"""The engine's numbers a second time: plain programs over the whole horizon.

Written from the manual alone, for small cases. Stock that spoils is held by age, levels are
solved one after the other, nothing is cut into windows, and where a figure of an optimum is
not unique its least and its most are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from derbes.case.entities import Case, MeasureKind
from tests.oracles.calm_plan import CalmPlan
from tests.oracles.linear import Floats, Level
from tests.oracles.plain_case import FAR_MONTHS, Effect, Plain
from tests.oracles.programs import (
    Span,
    State,
    Window,
    levels_above_money,
    money_of,
    tier_level,
    way_money,
    with_end,
    with_reserve,
    written,
)

NOTHING = 1e-7
"""Part of the size of a thing that counts as nothing."""
LARGEST_RISE = 100.0
"""Largest premium that is looked for, as a share of the price."""
LEAST_SHARE = 1e-4
"""Share of a broken period below which it counts for nothing, as the manual says."""
DAYS_A_MONTH = 30.4375
LONGEST = 48
"""Length of a branch that the calm plan has room for, whatever is asked. [month]"""
BEHIND = 24
"""Months of the calm plan behind that."""
FAR = 1200
"""Periods after which a stock that is still there never ends."""


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
        """Least that goes short of some uses, by weight, when they are served first."""
        window = written(
            self.plain,
            self.calm.state(start),
            start,
            n,
            effect=effect,
            length=length,
        )
        costs = window.linear.nothing()
        heaviest = max(self.plain.weights[u] * self._size_of(u) for u in uses)
        for u in uses:
            costs[window.unmet[u]] = self.plain.weights[u] / heaviest
        _point, values = window.linear.minimize([Level("unmet", costs)])
        return values["unmet"]

    def _size_of(self, use: str) -> float:
        """Largest demand of a use in a period. [unit]"""
        plain = self.plain
        return float(max(plain.demand[use].max(), plain.crisis[use].max())) or 1.0

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
        size = {u: self._size_of(u) for u in uses}

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
        share = self.broken_share(state, start, low, effect, uses)
        return low + (share if share >= LEAST_SHARE else 0.0)

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
                costs[window.unmet[u]] = 1.0 / self._size_of(u)
            _point, values = window.linear.minimize([Level("unmet", costs)])
            is_met = values["unmet"] <= 1e-9
            low, high = (middle, high) if is_met else (low, middle)
        return low

    def days_of_cover(self, start: int, good: str) -> float | None:
        """Days that the stock at a start lasts without any delivery; None: nothing is used.

        Forward over calm use, what expires first first; infinite where it never ends.
        """
        plain = self._far
        wanted = sum(
            (plain.demand[u] for u in plain.uses if self.case.uses[u].good == good),
            np.zeros(plain.n),
        )
        state = self.calm.state(start)
        piles = [
            (state.lots[x], plain.lot_keeps_far[x][start:])
            for x in plain.lots
            if self.case.stockpiles[x].good == good
        ]
        keeps, life = plain.keeps[good], plain.life[good]
        for age, amount in enumerate(state.fresh[good]):
            kept = np.full(plain.far - start, keeps)
            if life:
                kept[life - age :] = 0.0
            piles.append((float(amount), kept))
        left = np.array([amount for amount, _keep in piles])
        judged = FAR_MONTHS // plain.step - start
        lasts = [float(np.cumprod(keep[:judged]).sum()) for _amount, keep in piles]
        order = sorted(range(len(piles)), key=lasts.__getitem__)
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
