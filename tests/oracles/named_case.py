"""A case, its calm plan and a measure by name, for the second statement of the policy."""

from collections.abc import Callable, Iterable, Mapping

from derbes.case.quantity import FloatArray
from derbes.model.arrays import ActivityKind, CaseArrays, MeasureArrays
from derbes.simulation import CalmPath

Amounts = dict[str, float]


def at(path: FloatArray, t: int) -> float:
    """A path goes on as it ends."""
    return float(path[min(t, len(path) - 1)])


def total(amounts: Mapping[str, float], names: Iterable[str]) -> float:
    return sum(amounts.get(name, 0.0) for name in names)


def by_name(names: Iterable[str], value: Callable[[int], float]) -> Amounts:
    return {name: float(value(i)) for i, name in enumerate(names)}


class NamedCase:
    """A case, its calm plan and a measure."""

    def __init__(self, calm: CalmPath, measure: MeasureArrays | None, start: int) -> None:
        self.a = arrays = calm.arrays
        self.calm, self.start, of = calm, start, arrays.activities
        self.measure = None if measure is None or is_calm(arrays, measure) else measure
        self.runs = False
        """Whether the measure runs today."""
        self.year = 12 // int(arrays.calendar.step)
        self.shelf = {g: int(arrays.shelf_life[i]) for i, g in enumerate(arrays.goods)}
        self.rho = by_name(arrays.goods, lambda i: arrays.retention[i])
        self.size = by_name(arrays.goods, lambda i: arrays.flow_size[i])
        self.weight = by_name(arrays.uses, lambda i: arrays.use_weight[i])
        self.lots_of = {
            good: [lot for lot, g in zip(arrays.lots, arrays.lot_goods, strict=True) if g == i]
            for i, good in enumerate(arrays.goods)
        }
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

    def capacity(self, k: str, t: int) -> float:
        """What today's measures leave of it."""
        i, of = self.row[k], self.a.activities
        part = float((self.measure if self.runs else of).availability[i]
                     if self.runs else of.base_availability[i])  # fmt: skip
        part *= self.open_part(int(of.plants[i]), t)
        return at(of.capacity[i], t) * part if part > 0.0 else 0.0

    def open_part(self, plant: int, t: int) -> float:
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
        return min(max(0.0, at(self.calm.orders[self.row[k]], t)), self.capacity(k, t))

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
        return max(
            0.0,
            at(self.calm.fresh[self.goods.index(g)], t)
            + sum(at(self.calm.lots[self.a.lots.index(lot)], t) for lot in self.lots_of[g]),
        )

    def reserve(self, g: str, t: int) -> float:
        """R"""
        return min(at(self.a.reserve[self.goods.index(g)], t), self.path(g, t))

    def limit(self, g: str, t: int) -> float:
        return at(self.a.storage_limit[self.goods.index(g)], t)

    def losses(self, g: str, t: int) -> tuple[float, float]:
        """What the plan's stock loses beyond rho, and what the plan gives up."""
        t = min(t, self.a.n_periods - 1)
        flow = -sum(float(self.a.demand[i, t] - self.calm.unmet[i, t])
                    for i, u in enumerate(self.a.uses) if self.use_good[u] == g)  # fmt: skip
        for k, i in self.row.items():
            flow -= self.inputs[k].get(g, 0.0) * float(self.calm.orders[i, t])
            if self.output[k] == g:
                ordered = t - self.lead[k]
                before = self.calm.opening.shape[1] + ordered
                flow += float(self.calm.orders[i, ordered] if ordered >= 0
                              else self.calm.opening[i, before])  # fmt: skip
        fresh = float(self.calm.fresh[self.goods.index(g), t - 1]) if t else 0.0
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
        flow = -sum(
            demand[u] * part[u]
            for u in self.a.uses
            if self.use_good[u] == g and (u in self.first or not of_first)
        )
        for k in self.makes:
            flow -= self.inputs[k].get(g, 0.0) * self.planned(k, t)
            if self.output[k] == g and not self.lead[k]:
                flow += self.planned(k, t)
        return flow


def is_calm(a: CaseArrays, hit: MeasureArrays) -> bool:
    ones = (hit.cost_factor, hit.demand_factor, hit.transit_kept, hit.lot_kept, hit.fresh_kept)
    return (
        all(one == 1.0 for factors in ones for one in factors)
        and list(hit.availability) == list(a.activities.base_availability)
        and not (any(hit.transit_late) or any(hit.plant_delay))
        and not (hit.crisis and (a.crisis_demand != a.demand).any())
    )
