"""The policy a second time: its equations (S1) to (S8) and (S10), with names, dicts and loops.

It follows `docs/reference/equations.md` alone. The fresh stock of a good lies in batches by the
period in which they came in, what is on the way by activity and period; nothing is kept from
one period to the next but these and the old lots.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, prod

from derbes.case.arrays import ActivityKind, CaseArrays, MeasureArrays, State
from derbes.case.quantity import FloatArray
from derbes.simulation.plan import CalmPath

ROUNDING = 1e-9
Amounts = dict[str, float]


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
    one = _Target(calm, measure, state, start, length)
    for t in range(start, start + n_periods):
        one.live_through(t)
    return one.found


def at(path: FloatArray, t: int) -> float:
    """A path goes on as it ends."""
    return float(path[min(t, len(path) - 1)])


def total(amounts: Mapping[str, float], names: Iterable[str]) -> float:
    return sum(amounts.get(name, 0.0) for name in names)


def by_name(names: Iterable[str], value: Callable[[int], float]) -> Amounts:
    return {name: float(value(i)) for i, name in enumerate(names)}


class _Network:
    """Who makes what from what, by name."""

    def __init__(self, arrays: CaseArrays) -> None:
        of = arrays.activities
        self.goods, self.makes = arrays.goods, of.names
        self.row = {k: i for i, k in enumerate(of.names)}
        self.output = {k: arrays.goods[g] if (g := of.outputs[i]) >= 0 else ""
                       for k, i in self.row.items()}  # fmt: skip
        self.inputs = {
            k: {
                arrays.goods[of.input_goods[j]]: float(of.input_amounts[j])
                for j in range(of.input_starts[i], of.input_starts[i + 1])
            }
            for k, i in self.row.items()
        }
        self.lead = {k: int(of.lead_times[i]) for k, i in self.row.items()}
        self.bought = {k for k, i in self.row.items() if of.kinds[i] == ActivityKind.PURCHASE}
        self.exports = [k for k in self.makes if not self.output[k]]
        self.sources = {g: [k for k in self.makes if self.output[k] == g] for g in self.goods}
        self.line = {k: int(of.lines[i]) for k, i in self.row.items()}
        self.hours = {k: float(of.hours[i]) for k, i in self.row.items()}
        self.pool = {k: int(of.shared[i]) for k, i in self.row.items()}
        self.use_good = {u: arrays.goods[arrays.use_goods[i]] for i, u in enumerate(arrays.uses)}
        ranks = [one for one in arrays.priorities if one != "money"]
        essential_first = ranks.index("essential") < ranks.index("deferrable")
        self.first = {u for i, u in enumerate(arrays.uses)
                      if bool(arrays.use_essential[i]) == essential_first}  # fmt: skip
        self.reserve_rank = ranks.index("reserve")
        self.layer = self._layers()
        self.from_final = sorted(self.goods, key=lambda g: self.layer[g])
        self.turns_back = {
            k for k in self.makes if self.output[k]
            and any(self.layer[i] <= self.layer[self.output[k]] for i in self.inputs[k])
        }  # fmt: skip
        self.needed = {self.use_good[u] for u in self.first}
        for _ in self.goods:
            for k in self.makes:
                if self.output[k] in self.needed:
                    self.needed |= set(self.inputs[k])

    def _layers(self) -> dict[str, int]:
        """0: nothing is made of it; in a circle those that uses want come first."""
        goes_into: dict[str, set[str]] = {g: set() for g in self.goods}
        for k in self.makes:
            for g in self.inputs[k]:
                goes_into[g] |= {self.output[k]} - {"", g}
        layer: dict[str, int] = {}
        for depth in range(len(self.goods)):
            left = {g: len(goes_into[g] - set(layer)) for g in self.goods if g not in layer}
            ready = [g for g in left if left[g] == 0]
            ready = ready or [g for g in left if g in self.use_good.values()]
            ready = ready or [g for g in left if left[g] == min(left.values())]
            layer |= dict.fromkeys(ready, depth)
        return layer


class _Target:
    """One target in one branch."""

    def __init__(
        self,
        calm: CalmPath,
        measure: MeasureArrays | None,
        state: State,
        start: int,
        length: int,
    ) -> None:
        self.a, self.calm, self.found = calm.arrays, calm, Found()
        self.n = _Network(self.a)
        self.start = start
        self.measure = None if measure is None or _is_calm(self.a, measure) else measure
        self.ends = start + length if self.measure else start
        self.year = 12 // int(self.a.calendar.step)
        self.shelf = {g: int(self.a.shelf_life[i]) for i, g in enumerate(self.n.goods)}
        self.rho = by_name(self.n.goods, lambda i: self.a.retention[i])
        self.size = by_name(self.n.goods, lambda i: self.a.flow_size[i])
        self.lots = by_name(self.a.lots, lambda i: state.lots[i])
        self.lots_of = {g: [name for i, name in enumerate(self.a.lots) if self.a.lot_goods[i] == j]
                        for j, g in enumerate(self.n.goods)}  # fmt: skip
        self.batches = {
            g: self._batches(g, float(state.fresh[i]), state.past_inflow[i])
            for i, g in enumerate(self.n.goods)
        }
        self.coming = {(k, start + j): float(amount) for k, i in self.n.row.items()
                       for j, amount in enumerate(state.transit[i])}  # fmt: skip
        if self.measure:
            self._strike(self.measure)

    def _batches(self, g: str, left: float, past: FloatArray) -> dict[int, float]:
        """What is fresh is the youngest that came in; the rest is as old as it may be."""
        if not self.shelf[g]:
            return {self.start - 1: left}
        found = {}
        for age in range(self.shelf[g]):
            came = float(past[age]) * self.rho[g] ** age if age < len(past) else 0.0
            found[self.start - 1 - age] = min(left, came)
            left -= found[self.start - 1 - age]
        found[self.start - self.shelf[g]] += left
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

    # What is known of a period, and of the plan.

    def capacity(self, k: str, t: int) -> float:
        """What today's measures leave of it."""
        i, of = self.n.row[k], self.a.activities
        part = float((self.measure if self.runs else of).availability[i]
                     if self.runs else of.base_availability[i])  # fmt: skip
        part *= self._open_part(int(of.plants[i]), t)
        return at(of.capacity[i], t) * part if part > 0.0 else 0.0

    def _open_part(self, plant: int, t: int) -> float:
        """What a delay leaves of what is open by then."""
        if plant < 0 or not self.measure or self.a.plant_opening[plant] <= self.start:
            return 1.0
        opening, ramp = int(self.a.plant_opening[plant]), int(self.a.plant_ramp[plant])
        late = opening + int(self.measure.plant_delay[plant])
        is_open, was_open = (min(1.0, max(0.0, (t - day + 1) / (ramp + 1)))
                             for day in (late, opening))  # fmt: skip
        return is_open / was_open if was_open > 0.0 else 1.0

    def planned(self, k: str, t: int) -> float:
        """Orders of the plan for which there is capacity."""
        return min(max(0.0, at(self.calm.orders[self.n.row[k]], t)), self.capacity(k, t))

    def demand(self, t: int) -> Amounts:
        hit = self.measure if self.runs else None
        paths = self.a.crisis_demand if hit and hit.crisis else self.a.demand
        return by_name(
            self.a.uses, lambda i: at(paths[i], t) * (hit.demand_factor[i] if hit else 1.0)
        )

    def served_in_plan(self, t: int) -> Amounts:
        """Part of the demand that the plan serves."""
        def part(i: int) -> float:
            demand = at(self.a.demand[i], t)
            return 1.0 - min(1.0, max(0.0, at(self.calm.unmet[i], t) / demand)) if demand else 1.0
        return by_name(self.a.uses, part)  # fmt: skip

    def path(self, g: str, t: int) -> float:
        """W*"""
        return max(0.0, at(self.calm.fresh[self.n.goods.index(g)], t)
                   + sum(at(self.calm.lots[self.a.lots.index(lot)], t) for lot in self.lots_of[g]))

    def reserve(self, g: str, t: int) -> float:
        """R"""
        return min(at(self.a.reserve[self.n.goods.index(g)], t), self.path(g, t))

    def limit(self, g: str, t: int) -> float:
        return at(self.a.storage_limit[self.n.goods.index(g)], t)

    def losses(self, g: str, t: int) -> tuple[float, float]:
        """What the plan's stock loses beyond rho, and what the plan gives up."""
        t = min(t, self.a.n_periods - 1)
        flow = -sum(float(self.a.demand[i, t] - self.calm.unmet[i, t])
                    for i, u in enumerate(self.a.uses) if self.n.use_good[u] == g)  # fmt: skip
        for k, i in self.n.row.items():
            flow -= self.n.inputs[k].get(g, 0.0) * float(self.calm.orders[i, t])
            if self.n.output[k] == g:
                ordered = t - self.n.lead[k]
                before = self.calm.opening.shape[1] + ordered
                flow += float(self.calm.orders[i, ordered] if ordered >= 0
                              else self.calm.opening[i, before])  # fmt: skip
        fresh = float(self.calm.fresh[self.n.goods.index(g), t - 1]) if t else 0.0
        was, kept = fresh, self.rho[g] * fresh
        for lot in self.lots_of[g]:
            i = self.a.lots.index(lot)
            lay = float(self.calm.lots[i, t - 1] if t else self.a.lot_stock[i])
            was, kept = was + lay, kept + float(self.a.lot_retention[i, t]) * lay
        ends = self.path(g, t)
        return self.rho[g] * was + flow - ends, max(0.0, kept + flow - ends)

    def net(self, g: str, t: int, *, of_first: bool = False) -> float:
        """The plan's net flow without orders ahead; of the uses all, or the first tier."""
        demand, part = self.demand(t), self.served_in_plan(t)
        flow = -sum(demand[u] * part[u] for u in self.a.uses
                    if self.n.use_good[u] == g and (u in self.n.first or not of_first))
        for k in self.n.makes:
            flow -= self.n.inputs[k].get(g, 0.0) * self.planned(k, t)
            if self.n.output[k] == g and not self.n.lead[k]:
                flow += self.planned(k, t)
        return flow

    def due(self, g: str, t: int) -> float:
        return sum(self.coming.get((k, t), 0.0) for k in self.n.sources[g])

    # A period.

    def live_through(self, t: int) -> None:
        n, self.t, self.runs = self.n, t, t < self.ends
        calm = self.measure is None
        # (S1)
        before = self._stocks()
        for i, lot in enumerate(self.lots):
            self.lots[lot] *= float(self.a.lot_retention[i, t])
        for g in n.goods:
            self.batches[g] = {day: b * self.rho[g] for day, b in self.batches[g].items()}
            self.batches[g][t] = max(0.0, self.due(g, t))
        self.stock, self.opened = self._stocks(), self._stocks()
        if calm:
            for g in n.goods:
                self.stock[g] = max(0.0, self.stock[g] - self.losses(g, t)[1])
        self.left = {k: self.capacity(k, t) for k in n.makes}
        self.own = {k: self.planned(k, t) for k in n.makes}
        self.orders = dict.fromkeys(n.makes, 0.0)
        self.hours_left = {r: at(self.a.line_hours[r], t)
                           * self._open_part(int(self.a.line_plants[r]), t)
                           for r in range(len(self.a.lines))}  # fmt: skip
        self.pool_left = {}
        for q in range(len(self.a.shared_capacity)):
            part = max(float(self.measure.availability[n.row[k]])
                       for k in n.makes if n.pool[k] == q) if self.runs else 1.0  # fmt: skip
            self.pool_left[q] = at(self.a.shared_capacity[q], t) * part
        self.can = self._most({}, self.left, self.hours_left, self.pool_left)
        self._price()
        self._aim(before)
        self._turns()
        unmet = self.demand(t)
        self.found.unmet.append({u: max(0.0, unmet[u] - self.served[u]) for u in unmet})
        self._order_ahead()
        self.found.orders.append(self.orders)
        for g in n.goods:
            self._close(g)
        self.found.lots.append(dict(self.lots))
        self.found.fresh.append({g: sum(self.batches[g].values()) for g in n.goods})

    def _stocks(self) -> Amounts:
        return {g: sum(self.batches[g].values()) + total(self.lots, self.lots_of[g])
                for g in self.n.goods}  # fmt: skip

    def _back(self, ahead: int) -> float:
        """1 - j / tau: the part of a reserve that may still be missing."""
        if self.runs or not self.measure:
            return 0.0
        return max(0.0, 1.0 - (self.t - self.ends + 1 + ahead) / self.a.refill_periods)

    def _aim(self, before: Amounts) -> None:
        """(S2), (S3)"""
        self.aim, self.floor, self.kept = {}, {}, {}
        for g in self.n.goods:
            reserve, path = self.reserve(g, self.t), self.path(g, self.t)
            missing = 0.0
            if self.t > self.start:
                missing = max(0.0, self.reserve(g, self.t - 1) - before[g])
            missing = min(reserve * self._back(0), missing)
            aim, kept = path - missing, reserve - missing
            self.kept[g] = kept if self.n.reserve_rank == 0 else 0.0
            self.aim[g], self.floor[g] = aim, kept if self.n.reserve_rank < 2 else 0.0
            if g in self.n.needed:
                self.floor[g] = aim if self.n.reserve_rank < 2 else min(aim, path - reserve)
                if self.runs:
                    need = self._will_need(g, 0, spare=True)
                    self.aim[g] = max(aim, min(self.limit(g, self.t), need))
                    self.floor[g] = max(aim, need, self._will_need(g, 0, spare=False))

    def _will_need(self, g: str, first: int, *, spare: bool) -> float:
        """(S10)"""
        last = min(self.year, first + self.shelf[g]) if self.shelf[g] else self.year
        short, most = 0.0, 0.0
        for day in range(self.t + first + 1, self.t + last + 1):
            short -= self.due(g, day) + self.net(g, day, of_first=True)
            for k in self.n.sources[g]:
                ordered = day - self.n.lead[k]
                if ordered == self.t:
                    short -= self.own[k]
                if ordered > self.t:
                    planned = self.planned(k, ordered)
                    if self.n.lead[k]:
                        short -= planned
                    if spare:
                        short -= max(0.0, self._possible(k, ordered) - planned)
            most = max(most, short)
        if spare and last == self.year and short > ROUNDING * self.size[g]:
            most = max(most, self.stock[g] + short)
        return most

    def _possible(self, k: str, t: int) -> float:
        """What an activity could do in a period to come."""
        most = self.capacity(k, t)
        return min(most, self.can[k]) if self.n.inputs[k] or self.n.line[k] >= 0 else most

    def _price(self) -> None:
        """Unit costs, inputs included."""
        self.price, cheapest = {}, {}
        for g in reversed(self.n.from_final):
            for k in self.n.sources[g]:
                paid = self.t + (self.n.lead[k] if k in self.n.bought else 0)
                cost = at(self.a.activities.unit_cost[self.n.row[k]], paid)
                if self.runs:
                    cost *= float(self.measure.cost_factor[self.n.row[k]])
                if k not in self.n.turns_back:
                    cost += sum(part * cheapest[i] for i, part in self.n.inputs[k].items())
                self.price[k] = cost
            open_ = [k for k in self.n.sources[g] if self.capacity(k, self.t) > 0.0]
            costs = [self.price[k] for k in open_ or self.n.sources[g]]
            cheapest[g] = min(costs, default=0.0)

    def _most(self, usable: Amounts, left: Amounts, hours: Amounts, pools: Amounts) -> Amounts:
        """(S4)"""
        most, of_good = {}, {}
        for g in reversed(self.n.from_final):
            for k in self.n.sources[g]:
                bounds = [left[k]]
                if self.n.pool[k] >= 0:
                    bounds.append(pools[self.n.pool[k]])
                if self.n.line[k] >= 0 and self.n.hours[k] > 0.0:
                    bounds.append(hours[self.n.line[k]] / self.n.hours[k])
                bounds += [of_good.get(i, 0.0) / part
                           for i, part in self.n.inputs[k].items() if part > 0.0]  # fmt: skip
                most[k] = min(bounds)
            of_good[g] = usable.get(g, 0.0) + sum(
                most[k] for k in self.n.sources[g]
            )
        return most

    def _turns(self) -> None:
        n = self.n
        self.served = dict.fromkeys(self.a.uses, 0.0)
        second = set(self.a.uses) - n.first
        if n.reserve_rank == 0:
            self._fill(self.kept, base=self.kept, ordering=False)
        self._serve(n.first, base=self.kept, beyond=False)
        to = {g: min(self.aim[g], self.floor[g]) for g in n.goods}
        self._fill(to, base=self.kept if self.runs else self.floor, ordering=True)
        if self.runs:
            self._serve(n.first, base=self.floor, beyond=True)
        self._serve(second, base=self.floor, beyond=False)
        self._fill(self.aim, base=self.aim, ordering=False)
        if not self.runs:
            self._serve(n.first, base=self.aim, beyond=True)
        self._serve(second, base=self.aim, beyond=True)
        self._settle({}, base=self.aim, takes={k: self.own[k] for k in n.exports}, spare=False)

    def _serve(self, uses: set[str], *, base: Amounts, beyond: bool) -> None:
        part, demand = self.served_in_plan(self.t), self.demand(self.t)
        claims = {u: demand[u] * (1.0 - part[u] if beyond else part[u]) for u in uses}
        want = dict.fromkeys(self.n.goods, 0.0)
        for u in uses:
            want[self.n.use_good[u]] += claims[u]
        got = self._settle(want, base=base)
        weight = by_name(self.a.uses, lambda i: self.a.use_weight[i])
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
                if lacking > ROUNDING * self.size[g]:
                    takes[k], base[g] = lacking, inf
        self._settle({}, base=base, fill=to, takes=takes)

    def _expiring(self, g: str) -> float:
        """Of the stock what cannot be kept to the end of the period; it is drawn first."""
        oldest = self.batches[g].get(self.t - self.shelf[g], 0.0) if self.shelf[g] else 0.0
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
        n, want, takes = self.n, dict(want), dict(takes or {})
        served = dict.fromkeys(n.goods, 0.0)
        for _ in range(3):
            usable, claims, runs = {}, {}, dict(takes)
            for g in n.goods:
                stock = max(0.0, self.stock[g])
                usable[g] = max(0.0, stock - base[g], min(stock, self._expiring(g)))
                claims[g] = want.get(g, 0.0) + sum(
                    takes[k] * n.inputs[k].get(g, 0.0) for k in takes
                )
            now = {k: 0.0 if n.lead[k] or k in n.turns_back else self.left[k] for k in n.makes}
            most = self._most(usable, now, self.hours_left, self.pool_left)
            chosen: Amounts = {}
            for g in n.from_final:
                lacking = claims[g] - usable[g]
                if fill is not None:
                    keeps = self.stock[g] - self._expiring(g)
                    lacking = max(lacking, claims[g] + fill[g] - keeps)
                lacking -= sum(takes.get(k, 0.0) for k in n.sources[g]
                               if k in n.turns_back and not n.lead[k])  # fmt: skip
                for k, level in self._choose(g, lacking, most, spare=spare).items():
                    chosen[k] = level
                    for i, part in n.inputs[k].items():
                        claims[i] += part * level
            runs |= chosen
            granted, claimed = {}, dict.fromkeys(self.hours_left, 0.0)
            for k, level in runs.items():
                if n.line[k] >= 0:
                    claimed[n.line[k]] += n.hours[k] * level
            of_line = {r: _part(claimed[r], self.hours_left[r]) for r in claimed}
            cut = False

            def run(k: str, level: float, of_line: dict, granted: Amounts) -> float:
                parts = [granted[i] for i in n.inputs[k]]
                parts += [of_line[n.line[k]]] if n.line[k] >= 0 else []
                self._place(k, level * min([1.0, *parts]))
                return min([1.0, *parts])

            for g in reversed(n.from_final):
                made = 0.0
                for k in n.sources[g]:
                    if chosen.get(k, 0.0) > 0.0:
                        part = run(k, chosen[k], of_line, granted)
                        made, cut = made + part * chosen[k], cut or part < 1.0
                granted[g] = _part(claims[g], usable[g] + made)
                got = want.get(g, 0.0) * granted[g]
                self.stock[g] -= got
                served[g] += got
                want[g] = want.get(g, 0.0) - got
            for k, level in takes.items():
                part = run(k, level, of_line, granted)
                takes[k], cut = level * (1.0 - part), cut or (part < 1.0 and level > 0.0)
            if not cut:
                break
        return served

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
        for k in n.makes if self.runs else []:
            more = self.orders[k] - self.planned(k, t)
            for i, part in n.inputs[k].items() if n.output[k] and more > 0.0 else []:
                more_use[i] += part * more
        for g in n.from_final:
            there = max(0.0, self.stock[g] - self._expiring(g))
            missing, missed = max(0.0, self.reserve(g, t) - self.stock[g]), 0.0
            for lead in range(1, max([n.lead[k] for k in n.sources[g]], default=0) + 1):
                day, now = t + lead, [k for k in n.sources[g] if n.lead[k] == lead]
                own = self._share({k: self.own[k] for k in now if k in n.bought}, inf, {})
                there = self.rho[g] * there + self.due(g, day) + self.net(g, day)
                there += sum(own.values()) - self.losses(g, day)[0] - more_use[g]
                there += sum(self.planned(k, day - n.lead[k])
                             for k in n.sources[g] if 0 < n.lead[k] < lead)  # fmt: skip
                if now:
                    aim = self.path(g, day) - min(self.reserve(g, day) * self._back(lead), missing)
                    if self.runs and g in n.needed:
                        need = self._will_need(g, lead, spare=True)
                        aim = max(aim, min(self.limit(g, day), need))
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
                if n.lead[k] < n.lead[now[0]] and self._is_cheaper(k, group[0])
                for day in range(self.t + 1, self.t + n.lead[now[0]] - n.lead[k] + 1)
            )
            room = {k: self._room(k) for k in group}
            lacking = gap - more - max(0.0, later - missed)
            for k, level in self._share(room, lacking, {}).items():
                level = min(level, self._room(k))
                self._place(k, level)
                more += level
        return more

    def _is_cheaper(self, k: str, than: str) -> bool:
        return self.price[k] + ROUNDING * abs(self.price[k]) < self.price[than]

    def _room(self, k: str) -> float:
        n = self.n
        room = [self.left[k]]
        if n.pool[k] >= 0:
            others = sum(self.own[o] for o in n.makes if n.pool[o] == n.pool[k] and n.lead[o])
            room.append(max(0.0, self.pool_left[n.pool[k]] - others))
        if n.line[k] >= 0 and n.hours[k] > 0.0:
            room.append(self.hours_left[n.line[k]] / n.hours[k])
        base = self.kept if self.runs and n.output[k] in n.needed else self.aim
        room += [max(0.0, self.stock[i] - base[i]) / part
                 for i, part in n.inputs[k].items() if part > 0.0]  # fmt: skip
        return min(room)

    def _close(self, g: str) -> None:
        """(S8)"""
        amount = self.opened[g] - min(max(0.0, self.stock[g]), self.limit(g, self.t))
        if self.measure is None:
            for lot in self.lots_of[g]:
                goes = self.lots[lot] - max(0.0, at(self.calm.lots[self.a.lots.index(lot)], self.t))
                goes = min(max(0.0, goes), max(0.0, amount))
                self.lots[lot] -= goes
                amount -= goes
            amount = self._draw_batches(g, amount, inf)
        for ends, lots, lasting in self._lots_in_order(g):
            fresh_lasts = self.rho[g] ** (self.a.n_periods - self.start)
            if self.shelf[g]:
                amount = self._draw_batches(g, amount, ends)
            elif lasting > fresh_lasts * (1.0 + ROUNDING):
                amount = self._draw_batches(g, amount, inf)
            part = 1.0 - _part(total(self.lots, lots), amount) if amount > 0.0 else 1.0
            amount -= total(self.lots, lots) * (1.0 - part)
            self.lots |= {lot: self.lots[lot] * part for lot in lots}
        self._draw_batches(g, amount, inf)
        if self.shelf[g]:
            self.batches[g] = {day: b for day, b in self.batches[g].items()
                               if day + self.shelf[g] > self.t}  # fmt: skip

    def _lots_in_order(self, g: str) -> list[tuple[float, list[str], float]]:
        """Groups of lots that age alike, what expires first and loses most first."""
        kinds = []
        for lot in self.lots_of[g]:
            ageing = [float(part) for part in
                      self.a.lot_retention[self.a.lots.index(lot), self.start:]]  # fmt: skip
            ends = self.start + ageing.index(0.0) - 1 if 0.0 in ageing else inf
            kinds.append((ends, prod(ageing), lot))
        groups: list[tuple[float, list[str], float]] = []
        for ends, lasting, lot in sorted(kinds):
            if groups and groups[-1][0] == ends and lasting <= groups[-1][2] * (1.0 + ROUNDING):
                groups[-1][1].append(lot)
            else:
                groups.append((ends, [lot], lasting))
        return groups

    def _draw_batches(self, g: str, amount: float, until: float) -> float:
        """The oldest first, those that can be used until a period at the latest."""
        for day in sorted(self.batches[g]):
            if not self.shelf[g] or day + self.shelf[g] <= until:
                goes = min(max(0.0, amount), self.batches[g][day])
                self.batches[g][day] -= goes
                amount -= goes
        return amount


def _part(wanted: float, there: float) -> float:
    return min(1.0, max(0.0, there) / wanted) if wanted > 0.0 else 1.0


def _is_calm(a: CaseArrays, hit: MeasureArrays) -> bool:
    ones = (hit.cost_factor, hit.demand_factor, hit.transit_kept, hit.lot_kept, hit.fresh_kept)
    return (
        all(one == 1.0 for factors in ones for one in factors)
        and list(hit.availability) == list(a.activities.base_availability)
        and not (any(hit.transit_late) or any(hit.plant_delay))
        and not (hit.crisis and (a.crisis_demand != a.demand).any())
    )
