"""The myopic rule once more, in plain Python over names: slow, and written to be read.

It shares no code with the kernels or with `derbes.simulation`; its results must be
the same to the last digits.
"""

from dataclasses import dataclass, field
from math import inf

from derbes.case.arrays import ActivityKind, CaseArrays, MeasureArrays, State

NEAR = 1e-12
ROUNDS = 2
CUTS = 3


@dataclass
class Source:
    """A purchase, a recipe or an export."""

    name: str
    place: int
    kind: int
    good: str | None
    lead: int
    inputs: dict[str, float]
    line: int
    hours: float
    pool: int
    plant: int


@dataclass
class Day:
    """What is left of a period, and what was done in it."""

    capacity: dict[str, float]
    hours: list[float]
    pools: list[float]
    ranked: dict[str, list[Source]]
    stock: dict[str, float]
    opening: dict[str, float]
    old: dict[str, float]
    spoiling: dict[str, float]
    hold: dict[str, float]
    lacking: dict[str, float] = field(default_factory=dict)
    usual: dict[str, float] = field(default_factory=dict)
    dear: set[str] = field(default_factory=set)
    arrived: dict[str, float] = field(default_factory=dict)
    level: dict[str, float] = field(default_factory=dict)


def enough(wanted: float, there: float) -> float:
    """Part of what is wanted that is there."""
    there = max(0.0, there)
    return 1.0 if wanted <= there * (1 + NEAR) else there / wanted


class SlowRule:
    """One branch."""

    def __init__(
        self,
        arrays: CaseArrays,
        measure: MeasureArrays | None,
        state: State,
        start: int,
        length: int,
        n_periods: int,
    ) -> None:
        self.arrays, self.measure, self.start, self.n = arrays, measure, start, n_periods
        self.length = length if measure is not None else 0
        a = arrays.activities
        self.sources = [
            Source(
                name=a.names[k],
                place=k,
                kind=int(a.kinds[k]),
                good=arrays.goods[a.outputs[k]] if a.outputs[k] >= 0 else None,
                lead=int(a.lead_times[k]),
                inputs={
                    arrays.goods[a.input_goods[i]]: float(a.input_amounts[i])
                    for i in range(a.input_starts[k], a.input_starts[k + 1])
                },
                line=int(a.lines[k]),
                hours=float(a.hours[k]),
                pool=int(a.shared[k]),
                plant=int(a.plants[k]),
            )
            for k in range(len(a.names))
        ]
        self.makers = {g: [s for s in self.sources if s.good == g] for g in arrays.goods}
        self.buyers = {
            g: [s for s in self.sources if s.kind == ActivityKind.EXPORT and g in s.inputs]
            for g in arrays.goods
        }
        self.layers = self._layers()
        self.goods = [good for layer in self.layers for good in layer]
        self.guarded = self._guarded()
        self.longest_lead = max([0, *(s.lead for s in self.sources)])
        ranks = list(arrays.priorities)
        self.reserve_first = ranks.index("reserve") < ranks.index("deferrable")
        self._find(state)
        self.long_run: dict[tuple[int, bool], tuple[dict[str, float], dict[str, float]]] = {}
        self.path: dict[str, list[dict[str, float]]] = {
            key: [] for key in ("level", "fresh", "lots", "essential", "deferrable")
        }

    # -- structure ---------------------------------------------------------------------

    def _layers(self) -> list[list[str]]:
        """Goods by the longest way to a good that nothing is made from, that way first."""

        def steps(good: str) -> int:
            into = {s.good for s in self.sources if s.good and good in s.inputs}
            return max((steps(other) + 1 for other in into), default=0)

        height = {good: steps(good) for good in self.arrays.goods}
        return [
            [good for good in self.arrays.goods if height[good] == h]
            for h in range(max(height.values()), -1, -1)
        ]

    def _guarded(self) -> set[str]:
        m, arrays = self.measure, self.arrays
        if m is None:
            return set()
        hit = set()
        for s in self.sources:
            k = s.place
            frozen = s.plant >= 0 and m.frozen_plants[s.plant]
            less = m.availability[k] < arrays.activities.base_availability[k]
            if s.good and (less or frozen or m.transit_kept[k] < 1 or m.transit_late[k] > 0):
                hit.add(s.good)
        hit |= {arrays.goods[g] for lot, g in enumerate(arrays.lot_goods) if m.lot_kept[lot] < 1}
        hit |= {g for i, g in enumerate(arrays.goods) if m.fresh_kept[i] < 1}
        for u, g in enumerate(arrays.use_goods):
            crisis = arrays.crisis_demand[u] if m.crisis else arrays.demand[u]
            if any(crisis * m.demand_factor[u] > arrays.demand[u]):
                hit.add(arrays.goods[g])
        for good in self.goods:
            if any(raw in hit for s in self.makers[good] for raw in s.inputs):
                hit.add(good)
        essential = {
            arrays.goods[g]
            for g, e in zip(arrays.use_goods, arrays.use_essential, strict=True)
            if e
        }
        return self._with_inputs(hit) & self._with_inputs(essential)

    def _with_inputs(self, goods: set[str]) -> set[str]:
        found = set(goods)
        for good in reversed(self.goods):
            if good in found:
                for source in self.makers[good]:
                    found |= set(source.inputs)
        return found

    # -- what holds ----------------------------------------------------------------------

    def _at(self, path, t: int) -> float:
        return float(path[min(t, len(path) - 1)])

    def capacity(self, s: Source, tau: int, running: bool) -> float:
        a = self.arrays.activities
        part = float(a.base_availability[s.place])
        if running:
            part = float(self.measure.availability[s.place])
        at = self._plant_time(s.plant, tau, running)
        return 0.0 if at < 0 or part == 0 else self._at(a.capacity[s.place], at) * part

    def line_hours(self, line: int, tau: int, running: bool) -> float:
        at = self._plant_time(int(self.arrays.line_plants[line]), tau, running)
        return 0.0 if at < 0 else self._at(self.arrays.line_hours[line], at)

    def _plant_time(self, plant: int, tau: int, running: bool) -> int:
        t = self.start + tau
        if self.measure is None or plant < 0 or not self.measure.frozen_plants[plant]:
            return t
        return self.start - 1 if running else max(self.start - 1, t - self.length)

    def cost(self, s: Source, tau: int, running: bool) -> float:
        wait = s.lead if s.kind == ActivityKind.PURCHASE else 0
        cost = self._at(self.arrays.activities.unit_cost[s.place], self.start + tau + wait)
        return cost * float(self.measure.cost_factor[s.place]) if running else cost

    def demand(self, use: int, tau: int, running: bool) -> float:
        if not running:
            return self._at(self.arrays.demand[use], self.start + tau)
        path = self.arrays.crisis_demand if self.measure.crisis else self.arrays.demand
        return self._at(path[use], self.start + tau) * float(self.measure.demand_factor[use])

    def demand_of(self, good: str, tau: int, running: bool, essential: bool) -> float:
        arrays = self.arrays
        return sum(
            self.demand(u, tau, running)
            for u in range(len(arrays.uses))
            if arrays.goods[arrays.use_goods[u]] == good and arrays.use_essential[u] == essential
        )

    def reserve(self, good: str, tau: int) -> float:
        return self._at(self.arrays.reserve[self.arrays.goods.index(good)], self.start + tau)

    def target(self, good: str, tau: int) -> float:
        after = tau - self.length + 1
        if self.length == 0 or after <= 0:
            return self.reserve(good, tau)
        return self.reserve(good, tau) * min(1.0, after / self.arrays.refill_periods)

    def limit(self, good: str, tau: int) -> float:
        return self._at(self.arrays.storage_limit[self.arrays.goods.index(good)], self.start + tau)

    # -- costs ---------------------------------------------------------------------------

    def ranking(
        self, tau: int, running: bool
    ) -> tuple[dict[str, list[Source]], dict[str, float], set[str]]:
        """Sources by cost; what buyers abroad seek where it pays; sources too dear for them."""
        price: dict[str, float] = {}
        ranked: dict[str, list[Source]] = {}
        sought: dict[str, float] = {}
        self.takes: dict[str, float] = {}
        dear: set[str] = set()
        for good in self.goods:
            costs = {}
            for s in self.makers[good]:
                costs[s.name] = self.cost(s, tau, running) + sum(
                    amount * price[raw] for raw, amount in s.inputs.items()
                )
            ranked[good] = sorted(self.makers[good], key=lambda s: costs[s.name])
            is_open = [costs[s.name] for s in ranked[good] if self.capacity(s, tau, running) > 0]
            price[good] = min(is_open, default=inf) if costs else 0.0
            paying = [b for b in self.buyers[good] if -self.cost(b, tau, running) > price[good]]
            for buyer in paying:
                self.takes[buyer.name] = self.capacity(buyer, tau, running)
            sought[good] = sum(self.takes[b.name] for b in paying)
            if self.buyers[good]:
                best = max((-self.cost(b, tau, running) for b in paying), default=-inf)
                dear |= {name for name, cost in costs.items() if cost >= best}
        return ranked, sought, dear

    # -- the state -----------------------------------------------------------------------

    def _find(self, state: State) -> None:
        arrays, m = self.arrays, self.measure
        lot_kept = m.lot_kept if m else [1.0] * len(state.lots)
        kept = m.fresh_kept if m else [1.0] * len(state.fresh)
        self.lots = [float(v) * float(part) for v, part in zip(state.lots, lot_kept, strict=True)]
        self.fresh = {g: float(state.fresh[i]) * float(kept[i]) for i, g in enumerate(arrays.goods)}
        self.inflow = {
            g: {-1 - j: float(v) * float(kept[i]) for j, v in enumerate(state.past_inflow[i])}
            for i, g in enumerate(arrays.goods)
        }
        self.due: dict[tuple[str, int], float] = {}
        for s in self.sources:
            for j, amount in enumerate(state.transit[s.place]):
                late = int(m.transit_late[s.place]) if m else 0
                part = float(m.transit_kept[s.place]) if m else 1.0
                if s.good:
                    self._add_due(s.good, j + late, float(amount) * part)

    def _add_due(self, good: str, tau: int, amount: float) -> None:
        self.due[good, tau] = self.due.get((good, tau), 0.0) + amount

    def lots_of(self, good: str) -> list[int]:
        arrays = self.arrays
        mine = [i for i, g in enumerate(arrays.lot_goods) if arrays.goods[g] == good]
        return sorted(mine, key=lambda i: float(arrays.lot_retention[i, self.start :].prod()))

    def retention(self, good: str) -> float:
        return float(self.arrays.retention[self.arrays.goods.index(good)])

    def young(self, good: str, tau: int, from_age: int) -> float:
        """Inflow within the shelf life, from an age on, as far as it is left."""
        life = int(self.arrays.shelf_life[self.arrays.goods.index(good)])
        return sum(
            self.inflow[good].get(tau - age, 0.0) * self.retention(good) ** age
            for age in range(from_age, life)
        )

    # -- one phase -----------------------------------------------------------------------

    def settle(
        self,
        day: Day,
        tau: int,
        *,
        direct: dict[str, float],
        floor: dict[str, float],
        goal: dict[str, float],
        ordering: bool = False,
        selling: bool = False,
    ) -> dict[str, float]:
        """Serve, restore or sell; what was served of each good."""
        direct = dict(direct)
        served = dict.fromkeys(self.goods, 0.0)
        usable, refill = self.survey(day, floor, goal)
        short = any(refill[g] > 0 or enough(direct[g], usable[g]) < 1 for g in self.goods)
        if not short and not ordering:
            for g in self.goods:
                served[g] = min(direct[g], usable[g])
                day.stock[g] -= served[g]
            return served
        for _ in range(ROUNDS):
            most = self.limits(day, usable, selling)
            plan, claims = self.plan(day, usable, refill, direct, most, ordering)
            cuts = 0
            if self.is_idle(day, plan, usable, direct):
                break
            while cuts < CUTS and self.cut(day, usable, plan, claims, most):
                plan, claims = self.plan(day, usable, refill, direct, most, ordering)
                cuts += 1
            self.execute(day, tau, usable, plan, claims, direct, served)
            usable, refill = self.survey(day, floor, goal)
            short = any(refill[g] > 0 or enough(direct[g], usable[g]) < 1 for g in self.goods)
            if cuts == 0 or not short:
                break
        return served

    def is_idle(self, day: Day, plan, usable, direct) -> bool:
        """Whether nothing can be made, ordered or served."""
        if any(level > 0 for level in plan.values()):
            return False
        return not any(min(direct[g], usable[g]) > 0 for g in self.goods)

    def survey(self, day: Day, floor, goal) -> tuple[dict[str, float], dict[str, float]]:
        usable, refill = {}, {}
        for g in self.goods:
            stock = max(0.0, day.stock[g])
            spoiling = 0.0
            if day.spoiling[g] > 0:
                drawn = day.opening[g] + day.arrived[g] - stock
                spoiling = max(0.0, day.spoiling[g] - max(0.0, drawn - day.old[g]))
            usable[g] = max(0.0, stock - floor[g], min(stock, spoiling))
            missing = goal[g] - stock + spoiling if goal[g] > 0 else 0.0
            refill[g] = missing if missing > NEAR * goal[g] else 0.0
        return usable, refill

    def limits(self, day: Day, usable: dict[str, float], selling: bool) -> dict[str, float]:
        most: dict[str, float] = {}
        reach: dict[str, float] = {}
        for g in self.goods:
            reach[g] = usable[g]
            for s in day.ranked[g]:
                bounds = [day.capacity[s.name]]
                if selling and s.name in day.dear:
                    bounds.append(0.0)
                if s.pool >= 0:
                    bounds.append(day.pools[s.pool])
                if s.line >= 0 and s.hours > 0:
                    bounds.append(day.hours[s.line] / s.hours)
                bounds += [reach[raw] / amount for raw, amount in s.inputs.items()]
                most[s.name] = min(bounds)
                if s.lead == 0:
                    reach[g] += most[s.name]
        return most

    def plan(self, day: Day, usable, refill, direct, most, ordering: bool):
        plan: dict[str, float] = {}
        claims = dict(direct)
        before = [0.0] * len(day.hours)
        for layer in reversed(self.layers):
            for cuts in range(CUTS + 1):
                pooled = [0.0] * len(day.pools)
                for g in layer:
                    lacking = refill[g] + max(0.0, claims[g] - usable[g])
                    self.plan_good(day, plan, most, pooled, g, lacking, ordering)
                planned = self.hours_planned(plan, layer)
                parts = [
                    enough(p, left - b)
                    for p, left, b in zip(planned, day.hours, before, strict=True)
                ]
                if cuts == CUTS or min(parts, default=1.0) >= 1:
                    break
                for s in self.makers_of(layer):
                    if s.line >= 0 and parts[s.line] < 1:
                        most[s.name] = plan[s.name] * parts[s.line]
            before = [b + p for b, p in zip(before, planned, strict=True)]
            for s in self.makers_of(layer):
                for raw, amount in s.inputs.items():
                    claims[raw] += amount * plan[s.name]
        return plan, claims

    def makers_of(self, layer: list[str]) -> list[Source]:
        return [s for g in layer for s in self.makers[g]]

    def hours_planned(self, plan, layer: list[str]) -> list[float]:
        hours = [0.0] * len(self.arrays.lines)
        for s in self.makers_of(layer):
            if s.line >= 0:
                hours[s.line] += s.hours * plan[s.name]
        return hours

    def plan_good(self, day, plan, most, pooled, good, lacking, ordering) -> None:
        for rank, s in enumerate(day.ranked[good]):
            wanted = lacking
            if s.lead > 0:
                wanted = self.order_ahead(day, plan, good, rank) if ordering else 0.0
            level = min(wanted, most[s.name])
            if level > 0 and s.pool >= 0:
                level = max(0.0, min(level, day.pools[s.pool] - pooled[s.pool]))
                pooled[s.pool] += level
            plan[s.name] = level
            if s.lead == 0:
                lacking -= level

    def order_ahead(self, day: Day, plan, good: str, rank: int) -> float:
        s = day.ranked[good][rank]
        order = day.lacking.get(s.name, 0.0) - day.level[s.name]
        for other in day.ranked[good][:rank]:
            if other.lead <= s.lead:
                ahead = day.level[other.name] + plan[other.name] - day.usual[other.name]
                order -= max(0.0, ahead)
        return max(0.0, order)

    def line_parts(self, day: Day, plan) -> list[float]:
        planned = self.hours_planned(plan, self.goods)
        return [enough(p, left) for p, left in zip(planned, day.hours, strict=True)]

    def cut(self, day: Day, usable, plan, claims, most) -> bool:
        there = {
            g: usable[g] + sum(plan[s.name] for s in day.ranked[g] if s.lead == 0)
            for g in self.goods
        }
        parts = {g: enough(claims[g], there[g]) for g in self.goods}
        makers = self.makers_of(self.goods)
        claimed = {raw for s in makers if plan[s.name] > 0 for raw in s.inputs}
        final: list[str] = []
        for layer in reversed(self.layers):
            final += layer
            if any(parts[g] < 1 for g in layer if g in claimed):
                for s in makers:
                    part = min([1.0, *(parts[raw] for raw in s.inputs if raw in final)])
                    if part < 1:
                        most[s.name] = plan[s.name] * part
                return True
        return False

    def execute(self, day: Day, tau: int, usable, plan, claims, direct, served) -> None:
        lines = self.line_parts(day, plan)
        parts: dict[str, float] = {}
        for g in self.goods:
            made = 0.0
            for s in day.ranked[g]:
                if plan[s.name] <= 0:
                    continue
                part = min([1.0, *(parts[raw] for raw in s.inputs)])
                if s.line >= 0:
                    part = min(part, lines[s.line])
                level = plan[s.name] * part
                day.level[s.name] += level
                day.capacity[s.name] = max(0.0, day.capacity[s.name] - level)
                if s.line >= 0:
                    day.hours[s.line] = max(0.0, day.hours[s.line] - s.hours * level)
                if s.pool >= 0:
                    day.pools[s.pool] = max(0.0, day.pools[s.pool] - level)
                for raw, amount in s.inputs.items():
                    day.stock[raw] -= amount * level
                if s.lead == 0:
                    made += level
                else:
                    self._add_due(g, tau + s.lead, level)
            parts[g] = enough(claims[g], usable[g] + made)
            given = direct[g] * parts[g]
            day.arrived[g] += made
            day.stock[g] += made - given
            direct[g] -= given
            served[g] += given

    # -- the long run --------------------------------------------------------------------

    def steady(self, tau: int, running: bool) -> tuple[dict[str, float], dict[str, float]]:
        """Levels and use of a period that has no stock and no lead times."""
        if (tau, running) not in self.long_run:
            self.long_run[tau, running] = self._steady(tau, running)
        return self.long_run[tau, running]

    def _steady(self, tau: int, running: bool) -> tuple[dict[str, float], dict[str, float]]:
        ranked, sought, dear = self.ranking(tau, running)
        leads = {s.name: s.lead for s in self.sources}
        for s in self.sources:
            s.lead = 0
        zero = dict.fromkeys(self.goods, 0.0)
        day = self._day(tau, running, ranked, dear)
        use = {
            g: self.demand_of(g, tau, running, True) + self.demand_of(g, tau, running, False)
            for g in self.goods
        }
        self.settle(day, tau, direct=use, floor=zero, goal=zero)
        sold = self.settle(day, tau, direct=sought, floor=zero, goal=zero, selling=True)
        for s in self.sources:
            s.lead = leads[s.name]
        for g in self.goods:
            use[g] += sold[g]
        for s in self.sources:
            for raw, amount in s.inputs.items():
                if s.kind != ActivityKind.EXPORT:
                    use[raw] += amount * day.level[s.name]
        return day.level, use

    def expected(self, s: Source, tau: int, running: bool, ranked) -> float:
        wanted = sum(self.steady(i, running)[1][s.good] for i in range(tau, tau + s.lead + 1))
        for other in ranked[s.good]:
            if other.name == s.name:
                break
            for i in range(tau, tau + s.lead - other.lead + 1):
                wanted -= self.steady(i, running)[0][other.name]
        return max(0.0, wanted)

    # -- a period ------------------------------------------------------------------------

    def _day(self, tau: int, running: bool, ranked, dear) -> Day:
        zero = dict.fromkeys(self.goods, 0.0)
        arrays = self.arrays
        return Day(
            capacity={s.name: self.capacity(s, tau, running) for s in self.sources},
            hours=[self.line_hours(r, tau, running) for r in range(len(arrays.lines))],
            pools=[self._at(path, self.start + tau) for path in arrays.shared_capacity],
            ranked=ranked,
            stock=dict(zero),
            opening=dict(zero),
            old=dict(zero),
            spoiling=dict(zero),
            hold=dict(zero),
            dear=dear,
            arrived=dict(zero),
            level={s.name: 0.0 for s in self.sources},
        )

    def hold(self, day: Day, good: str, tau: int, arrival: int) -> float:
        in_hand = max(0.0, day.opening[good] - day.spoiling[good])
        if tau < self.length:
            aim = self.reserve(good, arrival)
            if good in self.guarded:
                aim = max(aim, in_hand)
        else:
            aim = self.target(good, arrival)
            if self.length > 0:
                aim = max(aim, min(self.reserve(good, tau), in_hand))
        return min(aim, self.limit(good, arrival))

    def open(self, tau: int) -> tuple[Day, dict[str, float], bool]:
        running = tau < self.length
        ranked, sought, dear = self.ranking(tau, running)
        day = self._day(tau, running, ranked, dear)
        for g in self.goods:
            for i in self.lots_of(g):
                self.lots[i] *= self._at(self.arrays.lot_retention[i], self.start + tau)
                day.old[g] += self.lots[i]
            fresh = self.retention(g) * self.fresh[g]
            if self.arrays.shelf_life[self.arrays.goods.index(g)] > 0:
                day.spoiling[g] = max(0.0, fresh - self.young(g, tau, 1))
            day.opening[g] = day.old[g] + fresh
            day.arrived[g] = self.due.get((g, tau), 0.0)
            day.stock[g] = day.opening[g] + day.arrived[g]
            day.hold[g] = self.hold(day, g, tau, tau)
        asked = False
        if self.longest_lead:
            day.usual = self.steady(tau, running)[0]
        for s in self.sources:
            if s.good and s.lead > 0 and day.capacity[s.name] > 0:
                g, expected = s.good, self.expected(s, tau, running, ranked)
                use, left = expected / (s.lead + 1), day.opening[g]
                for j in range(tau, tau + s.lead):
                    left = max(0.0, left + self.due.get((g, j), 0.0) - use)
                lacking = self.hold(day, g, tau, tau + s.lead) + use - left
                lacking -= self.due.get((g, tau + s.lead), 0.0)
                lacking += s.lead * (1 - self.retention(g)) * (day.opening[g] - day.old[g])
                day.lacking[s.name] = lacking
                asked = asked or lacking > NEAR * expected
        return day, sought, asked

    def close(self, day: Day, tau: int) -> None:
        for g in self.goods:
            most = self.limit(g, tau)
            before = day.opening[g] + day.arrived[g]
            used = before - max(0.0, day.stock[g])
            fresh = before - day.old[g] - max(0.0, used - day.old[g])
            if self.arrays.shelf_life[self.arrays.goods.index(g)] > 0:
                self.inflow[g][tau] = day.arrived[g]
                fresh = min(fresh, self.young(g, tau, 0))
            self.fresh[g] = max(0.0, min(fresh, most))
            drawn = max(used, day.old[g] + self.fresh[g] - most)
            for i in self.lots_of(g):
                part = max(0.0, min(drawn, self.lots[i]))
                self.lots[i] -= part
                drawn -= part
        self.path["level"].append(dict(day.level))
        self.path["fresh"].append(dict(self.fresh))
        self.path["lots"].append(dict(zip(self.arrays.lots, self.lots, strict=True)))

    def step(self, tau: int) -> None:
        running = tau < self.length
        day, sought, asked = self.open(tau)
        zero = dict.fromkeys(self.goods, 0.0)
        essential = {g: self.demand_of(g, tau, running, True) for g in self.goods}
        deferrable = {g: self.demand_of(g, tau, running, False) for g in self.goods}
        holds = dict(day.hold)
        served = self.settle(day, tau, direct=essential, floor=zero, goal=zero)
        self.path["essential"].append(served)
        if running or self.reserve_first:
            self.settle(day, tau, direct=zero, floor=holds, goal=holds, ordering=asked)
        if running:
            kept = {g: min(day.opening[g], holds[g]) * (g in self.guarded) for g in self.goods}
            self.settle(day, tau, direct=zero, floor=zero, goal=kept)
        floor = {g: self.target(g, tau) if self.reserve_first else 0.0 for g in self.goods}
        if running:
            floor |= {g: holds[g] for g in self.guarded}
        self.path["deferrable"].append(
            self.settle(day, tau, direct=deferrable, floor=floor, goal=zero)
        )
        still = asked and not (running or self.reserve_first)
        self.settle(day, tau, direct=zero, floor=holds, goal=holds, ordering=still)
        if any(sought.values()):
            self.ranking(tau, running)
            sold = self.settle(day, tau, direct=sought, floor=holds, goal=zero, selling=True)
            for g in self.goods:
                for buyer in self.buyers[g]:
                    takes = self.takes.get(buyer.name, 0.0)
                    if takes > 0:
                        day.level[buyer.name] = takes * sold[g] / sought[g]
        self.close(day, tau)

    def run(self) -> dict[str, list[dict[str, float]]]:
        """Levels, stocks and served demand of each period."""
        for tau in range(self.n):
            self.step(tau)
        return self.path
