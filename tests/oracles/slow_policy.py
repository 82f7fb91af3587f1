"""The policy a second time: its equations (S1) to (S8) and (S10), with names, dicts and loops.

It follows `docs/reference/equations.md` alone. The fresh stock of a good lies in batches by the
period in which they came in, what is on the way by activity and period; nothing is kept from
one period to the next but these and the old lots.
"""

from dataclasses import dataclass, field
from math import inf

from derbes.case.quantity import FloatArray
from derbes.model.arrays import MeasureArrays, State, far
from derbes.simulation import CalmPath
from tests.oracles.named_case import Amounts, NamedCase, at, by_name, total

ROUNDING = 1e-9


@dataclass
class Found:
    """What the policy does, a dict by name for each period."""

    orders: list[Amounts] = field(default_factory=list)
    lots: list[Amounts] = field(default_factory=list)
    fresh: list[Amounts] = field(default_factory=list)
    unmet: list[Amounts] = field(default_factory=list)


def follow_slowly(
    calm: CalmPath,
    measure: MeasureArrays | None,
    state: State,
    *,
    start: int,
    length: int,
    n_periods: int,
) -> Found:
    """A branch by the policy; arguments as in `derbes.simulation.simulate_branch`."""
    one = _Target(NamedCase(calm, measure, start), state, length)
    for t in range(start, start + n_periods):
        one.live_through(t)
    return one.found


class _Target:
    """One target in one branch."""

    def __init__(self, n: NamedCase, state: State, length: int) -> None:
        self.n, self.a, self.calm, self.found = n, n.a, n.calm, Found()
        self.ends = n.start + length if n.measure else n.start
        self.lots = by_name(self.a.lots, lambda i: state.lots[i])
        self.batches = {
            g: self._batches(g, float(state.fresh[i]), state.past_inflow[i])
            for i, g in enumerate(n.goods)
        }
        self.coming = {(k, n.start + j): float(amount) for k, i in n.row.items()
                       for j, amount in enumerate(state.transit[i])}  # fmt: skip
        if n.measure:
            self._strike(n.measure)

    def _batches(self, g: str, left: float, past: FloatArray) -> dict[int, float]:
        """What is fresh is the youngest that came in; the rest is as old as it may be."""
        if not self.n.shelf[g]:
            return {self.n.start - 1: left}
        found = {}
        for age in range(self.n.shelf[g]):
            came = float(past[age]) * self.n.rho[g] ** age if age < len(past) else 0.0
            found[self.n.start - 1 - age] = min(left, came)
            left -= found[self.n.start - 1 - age]
        found[self.n.start - self.n.shelf[g]] += left
        return found

    def _strike(self, hit: MeasureArrays) -> None:
        for i, lot in enumerate(self.lots):
            self.lots[lot] *= float(hit.lot_kept[i])
        for i, g in enumerate(self.n.goods):
            self.batches[g] = {t: b * float(hit.fresh_kept[i]) for t, b in self.batches[g].items()}
        coming = self.coming
        self.coming = {}
        for (k, t), amount in coming.items():
            when = t + int(hit.transit_late[self.n.row[k]])
            kept = amount * float(hit.transit_kept[self.n.row[k]])
            self.coming[k, when] = self.coming.get((k, when), 0.0) + kept

    def due(self, g: str, t: int) -> float:
        return sum(self.coming.get((k, t), 0.0) for k in self.n.sources[g])

    # A period.

    def live_through(self, t: int) -> None:
        """One period, (S1) at its beginning."""
        n, self.t = self.n, t
        n.runs, calm = t < self.ends, n.measure is None
        before = self._stocks()
        for i, lot in enumerate(self.lots):
            self.lots[lot] *= float(self.a.lot_retention[i, t])
        for g in n.goods:
            self.batches[g] = {day: b * self.n.rho[g] for day, b in self.batches[g].items()}
            self.batches[g][t] = max(0.0, self.due(g, t))
        self.stock, self.opened = self._stocks(), self._stocks()
        self.left = {k: self.n.capacity(k, t) for k in n.makes}
        self.own = {k: self.n.planned(k, t) for k in n.makes}
        self.orders = dict.fromkeys(n.makes, 0.0)
        self.hours_left = {r: at(self.a.line_hours[r], t)
                           * self.n.open_part(int(self.a.line_plants[r]), t) * self._line_part(r)
                           for r in range(len(self.a.lines))}  # fmt: skip
        self.pool_left = {}
        for q in range(len(self.a.shared_capacity)):
            part = max(float(self.n.measure.availability[n.row[k]])
                       for k in n.makes if n.pool[k] == q) if self.n.runs else 1.0  # fmt: skip
            self.pool_left[q] = at(self.a.shared_capacity[q], t) * part
        self.can = self._most({}, self.left)
        self._price()
        self._take()
        if calm:
            for g in n.goods:
                self.stock[g] = max(0.0, self.stock[g] - self.n.losses(g, t)[1])
        self._aim(before)
        self._turns()
        unmet = self.n.demand(t)
        self.found.unmet.append({u: max(0.0, unmet[u] - self.served[u]) for u in unmet})
        self._order_ahead()
        self.found.orders.append(self.orders)
        for g in n.goods:
            self._close(g)
        self.found.lots.append(dict(self.lots))
        self.found.fresh.append({g: sum(self.batches[g].values()) for g in n.goods})

    def _line_part(self, line: int) -> float:
        """What today's measures leave of a line (L4)."""
        mine = [i for i in self.n.row.values() if self.a.activities.lines[i] == line]
        left = [float(self.n.measure.availability[i]) for i in mine] if self.n.runs else []
        return max(left, default=1.0)

    def _stocks(self) -> Amounts:
        return {g: sum(self.batches[g].values()) + total(self.lots, self.n.lots_of[g])
                for g in self.n.goods}  # fmt: skip

    def _back(self, ahead: int) -> float:
        """1 - j / tau: the part of a reserve that may still be missing."""
        if self.n.runs or not self.n.measure:
            return 0.0
        return max(0.0, 1.0 - (self.t - self.ends + 1 + ahead) / self.a.refill_periods)

    def _aim(self, before: Amounts) -> None:
        """(S2), (S3)"""
        self.aim, self.floor, self.kept = {}, {}, {}
        for g in self.n.goods:
            reserve, path = self.n.reserve(g, self.t), self.n.path(g, self.t)
            missing = 0.0
            if self.t > self.n.start:
                missing = max(0.0, self.n.reserve(g, self.t - 1) - before[g])
            missing = min(reserve * self._back(0), missing)
            aim, kept = path - missing, reserve - missing
            self.kept[g] = kept if self.n.reserve_rank == 0 else 0.0
            self.aim[g], self.floor[g] = aim, kept if self.n.reserve_rank < 2 else 0.0
            if g in self.n.needed:
                self.floor[g] = aim if self.n.reserve_rank < 2 else min(aim, path - reserve)
                if self.n.runs:
                    need = self._will_need(g, 0, spare=True)
                    self.aim[g] = max(aim, min(self.n.limit(g, self.t), need))
                    self.floor[g] = max(aim, need, self._will_need(g, 0, spare=False))

    def _will_need(self, g: str, first: int, *, spare: bool) -> float:
        """(S10)"""
        last = min(self.n.year, first + self.n.shelf[g]) if self.n.shelf[g] else self.n.year
        short, most = 0.0, 0.0
        for day in range(self.t + first + 1, self.t + last + 1):
            short -= self.due(g, day) + self.n.net(g, day, of_first=True)
            for k in self.n.sources[g]:
                ordered = day - self.n.lead[k]
                if ordered == self.t:
                    short -= self.own[k]
                if ordered > self.t:
                    planned = self.n.planned(k, ordered)
                    if self.n.lead[k]:
                        short -= planned
                    if spare:
                        short -= max(0.0, self._possible(k, ordered) - planned)
            most = max(most, short)
        if spare and last == self.n.year and short > ROUNDING * self.n.size[g]:
            most = max(most, self.stock[g] + short)
        return most

    def _possible(self, k: str, t: int) -> float:
        """What an activity could do in a period to come."""
        most = self.n.capacity(k, t)
        return min(most, self.can[k]) if self.n.inputs[k] or self.n.line[k] >= 0 else most

    def _price(self) -> None:
        """Unit costs, inputs included."""
        self.price, cheapest = {}, {}
        for g in reversed(self.n.from_final):
            for k in self.n.sources[g]:
                paid = self.t + (self.n.lead[k] if k in self.n.bought else 0)
                cost = at(self.a.activities.unit_cost[self.n.row[k]], paid)
                if self.n.runs:
                    cost *= float(self.n.measure.cost_factor[self.n.row[k]])
                if k not in self.n.turns_back:
                    cost += sum(part * cheapest[i] for i, part in self.n.inputs[k].items())
                self.price[k] = cost
            open_ = [k for k in self.n.sources[g] if self.n.capacity(k, self.t) > 0.0]
            costs = [self.price[k] for k in open_ or self.n.sources[g]]
            cheapest[g] = min(costs, default=0.0)

    def _take(self) -> None:
        """(S11)"""
        n = self.n
        for k in n.makes:
            if n.pool[k] < 0:
                self._place(k, min(at(self.a.activities.least[n.row[k]], self.t), self.left[k]))
        for q in self.pool_left:
            routes = [k for k in n.makes if n.pool[k] == q]
            lacking = at(self.a.shared_least[q], self.t)
            chosen = self._share({k: self.own[k] for k in routes}, lacking, {})
            for group in self._by_price(routes):
                room = {k: max(0.0, self.left[k] - chosen.get(k, 0.0)) for k in group}
                more = self._share(room, lacking - sum(chosen.values()), chosen)
                chosen |= {k: chosen.get(k, 0.0) + level for k, level in more.items()}
            for k, level in chosen.items():
                self._place(k, level)

    def _most(self, usable: Amounts, left: Amounts) -> Amounts:
        """(S4)"""
        most, of_good = {}, {}
        for g in reversed(self.n.from_final):
            for k in self.n.sources[g]:
                bounds = [left[k]]
                if self.n.pool[k] >= 0:
                    bounds.append(self.pool_left[self.n.pool[k]])
                if self.n.line[k] >= 0 and self.n.hours[k] > 0.0:
                    bounds.append(self.hours_left[self.n.line[k]] / self.n.hours[k])
                bounds += [of_good.get(i, 0.0) / part
                           for i, part in self.n.inputs[k].items() if part > 0.0]  # fmt: skip
                most[k] = min(bounds)
            of_good[g] = usable.get(g, 0.0) + total(most, self.n.sources[g])
        return most

    def _turns(self) -> None:
        n = self.n
        self.served = dict.fromkeys(self.a.uses, 0.0)
        second = set(self.a.uses) - n.first
        if n.reserve_rank == 0:
            self._fill(self.kept, base=self.kept, ordering=False)
        self._serve(n.first, base=self.kept, beyond=False)
        to = {g: min(self.aim[g], self.floor[g]) for g in n.goods}
        self._fill(to, base=self.kept if n.runs else self.floor, ordering=True)
        if n.runs:
            self._serve(n.first, base=self.floor, beyond=True)
        self._serve(second, base=self.floor, beyond=False)
        self._fill(self.aim, base=self.aim, ordering=False)
        if not n.runs:
            self._serve(n.first, base=self.aim, beyond=True)
        self._serve(second, base=self.aim, beyond=True)
        self._settle({}, base=self.aim, takes={k: self.own[k] for k in n.exports}, spare=False)

    def _serve(self, uses: set[str], *, base: Amounts, beyond: bool) -> None:
        part, demand = self.n.served_in_plan(self.t), self.n.demand(self.t)
        claims = {u: demand[u] * (1.0 - part[u] if beyond else part[u]) for u in uses}
        want = dict.fromkeys(self.n.goods, 0.0)
        for u in uses:
            want[self.n.use_good[u]] += claims[u]
        got = self._settle(want, base=base)
        weight = self.n.weight
        for u in uses:
            rivals = [v for v in uses if self.n.use_good[v] == self.n.use_good[u]]
            alike = [v for v in rivals if abs(weight[v] - weight[u]) <= ROUNDING * weight[u]]
            heavier = [v for v in rivals if weight[v] > weight[u] and v not in alike]
            wanted = total(claims, alike)
            if wanted > 0.0:
                there = max(0.0, got[self.n.use_good[u]] - total(claims, heavier))
                self.served[u] += claims[u] * min(1.0, there / wanted)

    def _fill(self, to: Amounts, *, base: Amounts, ordering: bool) -> None:
        takes, base = {}, dict(base)
        for k in self.n.makes:
            g = self.n.output[k]
            if k in self.n.bought or not g:
                continue
            if self.n.lead[k]:
                takes[k] = self.own[k] if ordering else 0.0
            elif k in self.n.turns_back:
                lacking = to[g] + self._expiring(g) - self.stock[g]
                lacking = min(lacking, self.own[k] if ordering else self.left[k])
                if lacking > ROUNDING * self.n.size[g]:
                    takes[k], base[g] = lacking, inf
        self._settle({}, base=base, fill=to, takes=takes)

    def _expiring(self, g: str) -> float:
        """Of the stock what cannot be kept to the end of the period; it is drawn first."""
        oldest = self.batches[g].get(self.t - self.n.shelf[g], 0.0) if self.n.shelf[g] else 0.0
        return max(0.0, oldest - max(0.0, self.opened[g] - self.stock[g]))

    def _settle(
        self,
        want: Amounts,
        *,
        base: Amounts,
        fill: Amounts | None = None,
        takes: Amounts | None = None,
        spare: bool = True,
    ) -> Amounts:
        """(S4) to (S6): one turn; what is served by good."""
        n, want, takes = self.n, dict.fromkeys(self.n.goods, 0.0) | want, dict(takes or {})
        served = dict.fromkeys(n.goods, 0.0)
        for _ in range(3):
            usable, claims = {}, dict(want)
            for g in n.goods:
                stock = max(0.0, self.stock[g])
                usable[g] = max(0.0, stock - base[g], min(stock, self._expiring(g)))
            for k, level in takes.items():
                for i, part in n.inputs[k].items():
                    claims[i] += part * level
            chosen = self._plan(claims, usable, fill, takes, spare=spare)
            granted = {}
            for r in self.hours_left:
                runs = [(k, x) for k, x in (*chosen.items(), *takes.items()) if n.line[k] == r]
                granted[r] = _part(sum(n.hours[k] * x for k, x in runs), self.hours_left[r])
            cut = False
            for g in reversed(n.from_final):
                made = 0.0
                for k in [k for k in n.sources[g] if k in chosen]:
                    level = self._run(k, chosen[k], granted)
                    made, cut = made + level, cut or level < chosen[k]
                granted[g] = _part(claims[g], usable[g] + made)
                got = want[g] * granted[g]
                self.stock[g] -= got
                served[g] += got
                want[g] -= got
            for k in takes:
                level = self._run(k, takes[k], granted)
                takes[k], cut = takes[k] - level, cut or level < takes[k]
            if not cut:
                break
        return served

    def _plan(
        self, claims: Amounts, usable: Amounts, fill: Amounts | None, takes: Amounts, *, spare: bool
    ) -> Amounts:
        """(S5): what is made and bought; its inputs join the claims."""
        n = self.n
        now = {k: 0.0 if n.lead[k] or k in n.turns_back else self.left[k] for k in n.makes}
        most, chosen = self._most(usable, now), {}
        for g in n.from_final:
            lacking = claims[g] - usable[g]
            if fill is not None:
                lacking = max(lacking, claims[g] + fill[g] - self.stock[g] + self._expiring(g))
            lacking -= sum(takes.get(k, 0.0) for k in n.sources[g]
                           if k in n.turns_back and not n.lead[k])  # fmt: skip
            for k, level in self._choose(g, lacking, most, spare=spare).items():
                chosen[k] = level
                for i, part in n.inputs[k].items():
                    claims[i] += part * level
        return chosen

    def _run(self, k: str, level: float, granted: dict) -> float:
        """(S6)"""
        needs = [*self.n.inputs[k], *([self.n.line[k]] if self.n.line[k] >= 0 else [])]
        level *= min([1.0, *(granted[one] for one in needs)])
        self._place(k, level)
        return level

    def _choose(self, g: str, lacking: float, most: Amounts, *, spare: bool) -> Amounts:
        """(S5): first what the plan makes and buys, then the cheapest."""
        sources = self.n.sources[g]
        chosen = dict.fromkeys(sources, 0.0)

        def choose(room: Amounts) -> None:
            nonlocal lacking
            for k, level in self._share(room, lacking, chosen).items():
                chosen[k] += level
                lacking -= level

        choose({k: min(self.own[k], most[k]) for k in sources})
        for group in self._by_price(sources) if spare else []:
            choose({k: max(0.0, most[k] - chosen[k]) for k in group})
        return {k: level for k, level in chosen.items() if level > 0.0}

    def _by_price(self, sources: list[str]) -> list[list[str]]:
        groups: list[list[str]] = []
        for k in sorted(sources, key=lambda k: self.price[k]):
            lowest = self.price[groups[-1][0]] if groups else inf
            if groups and self.price[k] <= lowest + ROUNDING * abs(lowest):
                groups[-1].append(k)
            else:
                groups.append([k])
        return groups

    def _share(self, room: Amounts, lacking: float, chosen: Amounts) -> Amounts:
        """In proportion to what sources have; those of one seller have its capacity."""
        room = dict(room)
        for q, left in self.pool_left.items():
            own = [k for k in room if self.n.pool[k] == q]
            there = max(0.0, left - sum(chosen[k] for k in chosen if self.n.pool[k] == q))
            part = _part(total(room, own), there)
            room |= {k: room[k] * part for k in own if part < 1.0}
        whole = sum(room.values())
        if lacking <= 0.0 or whole <= 0.0:
            return {}
        if whole == inf:
            endless = [k for k in room if room[k] == inf]
            return {k: lacking / len(endless) for k in endless}
        return {k: level * min(1.0, lacking / whole) for k, level in room.items()}

    def _place(self, k: str, level: float) -> None:
        n, g = self.n, self.n.output[k]
        self.orders[k] += level
        self.left[k] = max(0.0, self.left[k] - level)
        self.own[k] = max(0.0, self.own[k] - level)
        if n.line[k] >= 0:
            self.hours_left[n.line[k]] = max(0.0, self.hours_left[n.line[k]] - n.hours[k] * level)
        if n.pool[k] >= 0:
            self.pool_left[n.pool[k]] = max(0.0, self.pool_left[n.pool[k]] - level)
        for i, part in n.inputs[k].items():
            self.stock[i] -= part * level
        if g and n.lead[k]:
            when = self.t + n.lead[k]
            self.coming[k, when] = self.coming.get((k, when), 0.0) + level
        elif g:
            self.stock[g] += level
            self.opened[g] += level
            self.batches[g][self.t] += level

    def _order_ahead(self) -> None:
        """(S7)"""
        n, t = self.n, self.t
        more_use = dict.fromkeys(n.goods, 0.0)
        for k in n.makes if n.runs else []:
            more = self.orders[k] - n.planned(k, t)
            for i, part in n.inputs[k].items() if n.output[k] and more > 0.0 else []:
                more_use[i] += part * more
        for g in n.from_final:
            there = max(0.0, self.stock[g] - self._expiring(g))
            missing, missed = max(0.0, n.reserve(g, t) - self.stock[g]), 0.0
            for lead in range(1, max([n.lead[k] for k in n.sources[g]], default=0) + 1):
                day, now = t + lead, [k for k in n.sources[g] if n.lead[k] == lead]
                own = self._share({k: self.own[k] for k in now if k in n.bought}, inf, {})
                there = n.rho[g] * there + self.due(g, day) + n.net(g, day)
                there += sum(own.values()) - n.losses(g, day)[0] - more_use[g]
                there += sum(n.planned(k, day - n.lead[k])
                             for k in n.sources[g] if 0 < n.lead[k] < lead)  # fmt: skip
                if now:
                    may_miss = min(n.reserve(g, day) * self._back(lead), missing)
                    aim = n.path(g, day) - may_miss
                    if n.runs and g in n.needed:
                        need = self._will_need(g, lead, spare=True)
                        aim = max(aim, min(n.limit(g, day), need))
                    too_much = min(max(0.0, there - aim), sum(own.values()))
                    for k in own:
                        self._place(k, own[k] * (1.0 - too_much / (sum(own.values()) or 1.0)))
                        self.own[k] = 0.0
                    there += self._order_more(g, now, aim - there, missed) - too_much
                missed += max(0.0, -there)
                there = max(0.0, there)

    def _order_more(self, g: str, now: list[str], gap: float, missed: float) -> float:
        """From the cheapest; what cheaper ones can bring later is left to them."""
        n, more = self.n, 0.0
        for group in self._by_price(now):
            later = sum(
                max(0.0, self._possible(k, day) - at(self.calm.orders[n.row[k]], day))
                for k in n.sources[g]
                if n.lead[k] < n.lead[now[0]]
                and self.price[k] * (1.0 + ROUNDING) < self.price[group[0]]
                for day in range(self.t + 1, self.t + n.lead[now[0]] - n.lead[k] + 1)
            )
            room = {k: self._room(k) for k in group}
            lacking = gap - more - max(0.0, later - missed)
            for k, level in self._share(room, lacking, {}).items():
                goes = min(level, self._room(k))
                self._place(k, goes)
                more += goes
        return more

    def _room(self, k: str) -> float:
        n = self.n
        room = [self.left[k]]
        if n.pool[k] >= 0:
            others = sum(self.own[o] for o in n.makes if n.pool[o] == n.pool[k] and n.lead[o])
            room.append(max(0.0, self.pool_left[n.pool[k]] - others))
        if n.line[k] >= 0 and n.hours[k] > 0.0:
            room.append(self.hours_left[n.line[k]] / n.hours[k])
        base = self.kept if n.runs and n.output[k] in n.needed else self.aim
        room += [max(0.0, self.stock[i] - base[i]) / part
                 for i, part in n.inputs[k].items() if part > 0.0]  # fmt: skip
        return min(room)

    def _close(self, g: str) -> None:
        """(S8)"""
        amount = self.opened[g] - min(max(0.0, self.stock[g]), self.n.limit(g, self.t))
        if self.n.measure is None:
            for lot in self.n.lots_of[g]:
                goes = self.lots[lot] - max(0.0, at(self.calm.lots[self.a.lots.index(lot)], self.t))
                goes = min(max(0.0, goes), max(0.0, amount))
                self.lots[lot] -= goes
                amount -= goes
            amount = self._draw_batches(g, amount, inf)
        for ends, lots, lasting in self._lots_in_order(g):
            fresh_lasts = self._fresh_lasts(g)
            if self.n.shelf[g]:
                amount = self._draw_batches(g, amount, ends)
            elif ends == inf and lasting > fresh_lasts * (1.0 + ROUNDING):
                amount = self._draw_batches(g, amount, inf)
            part = 1.0 - _part(total(self.lots, lots), amount) if amount > 0.0 else 1.0
            amount -= total(self.lots, lots) * (1.0 - part)
            self.lots |= {lot: self.lots[lot] * part for lot in lots}
        self._draw_batches(g, amount, inf)
        if self.n.shelf[g]:
            self.batches[g] = {day: b for day, b in self.batches[g].items()
                               if day + self.n.shelf[g] > self.t}  # fmt: skip

    def _lots_in_order(self, g: str) -> list[tuple[float, list[str], float]]:
        """Groups of lots that age alike, what expires first and lasts least first."""
        kinds = []
        for lot in self.n.lots_of[g]:
            i, left, lasts = self.a.lots.index(lot), 1.0, 0.0
            for part in self.a.lot_retention[i, self.n.start + 1 :]:
                left *= float(part)
                lasts += left
            never = self.a.lot_ends[i] >= far(self.a.calendar)
            ends = inf if never else max(int(self.a.lot_ends[i]), self.n.start) - 1
            kinds.append((ends, lasts + left * float(self.a.lot_lasts[i]), lot))
        groups: list[tuple[float, list[str], float]] = []
        for ends, lasting, lot in sorted(kinds):
            if groups and groups[-1][0] == ends and lasting <= groups[-1][2] * (1.0 + ROUNDING):
                groups[-1][1].append(lot)
            else:
                groups.append((ends, [lot], lasting))
        return groups

    def _fresh_lasts(self, g: str) -> float:
        """How long a unit of fresh stock lasts, as the lots are compared with it."""
        left, lasts = 1.0, 0.0
        for _period in range(self.n.start + 1, far(self.a.calendar)):
            left *= self.n.rho[g]
            lasts += left
        return lasts

    def _draw_batches(self, g: str, amount: float, until: float) -> float:
        """The oldest first, those that can be used until a period at the latest."""
        for day in sorted(self.batches[g]):
            if not self.n.shelf[g] or day + self.n.shelf[g] <= until:
                goes = min(max(0.0, amount), self.batches[g][day])
                self.batches[g][day] -= goes
                amount -= goes
        return amount


def _part(wanted: float, there: float) -> float:
    return min(1.0, max(0.0, there) / wanted) if wanted > 0.0 else 1.0
