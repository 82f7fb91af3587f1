"""A case as plain numbers by period, read from its entities alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from derbes.case.entities import (
    Case,
    Hit,
    InTransit,
    Measure,
    MeasureKind,
    Supplier,
    Survival,
    Tier,
)
from derbes.case.quantity import Quantity
from tests.oracles.linear import Floats

FAR_MONTHS = 2400
"""Over so many months from the first on it is judged what lasts longer."""
KINDS_OF_UNIT = {
    "mg": ("mass", 1e-9), "g": ("mass", 1e-6), "kg": ("mass", 1e-3), "t": ("mass", 1.0),
    "kt": ("mass", 1e3), "Mt": ("mass", 1e6), "kWh": ("energy", 1e-3), "MWh": ("energy", 1.0),
    "GWh": ("energy", 1e3), "piece": ("count", 1.0), "round": ("count", 1.0), "m3": ("volume", 1.0),
}  # fmt: skip
"""Units of the goods of random cases; any other word is of a kind of its own."""


@dataclass(slots=True)
class Work:
    """Something that is done period by period: buying, making or selling."""

    name: str
    element: str
    kind: str
    """`buy`, `make` or `sell`."""
    actor: str
    good: str
    """What comes out; of a sale, what goes."""
    lead: int
    """From order to arrival. [period]"""
    limit: Floats
    """Most by period of the order, plant open or not left aside. (T,) [unit/period]"""
    cost: Floats
    """(T,) [money/unit]"""
    price: Floats
    """Part of the cost that the seller gets. (T,) [money/unit]"""
    margin: float | None = None
    needs: Mapping[str, float] = field(default_factory=dict)
    """Good → amount for one unit."""
    plant: str = ""
    line: str = ""
    hours: float = 0.0
    seller: str = ""
    """Supplier whose capacity its routes share."""
    route: str = ""


@dataclass(slots=True)
class Effect:
    """What measures that run together do."""

    left: list[float]
    """Part of the limit of each work that is left while they run."""
    rise: list[float]
    """Rise of its cost while they run, as a share."""
    late: list[int]
    """By how much its deliveries come later while they run. [period]"""
    way_left: list[float]
    """Part of what is on the way that still comes."""
    demand: dict[str, float]
    """Use → factor while they run."""
    crisis: bool
    lots: dict[str, float]
    """Lot → part that is left."""
    fresh: dict[str, float]
    """Good → part that is left of what was bought or made since the calendar began."""
    openings: dict[str, int]
    """Plant → periods by which an opening still to come moves."""
    sender: str = ""


class Plain:
    """A case over `n` periods: the calendar and a tail behind it."""

    def __init__(self, case: Case, n: int) -> None:
        self.case, self.n = case, n
        self.step = int(case.calendar.step)
        self.goods = list(case.goods)
        self.uses = list(case.uses)
        self.lots = list(case.stockpiles)
        self.essential = {u: case.uses[u].tier is Tier.ESSENTIAL for u in self.uses}
        self.has_seasons = False
        """Whether anything goes up and down in each year behind the calendar."""
        self.demand = {u: self.path(case.uses[u].demand) * self.step for u in self.uses}
        self.crisis = {
            u: self.path(case.uses[u].crisis_demand or case.uses[u].demand) * self.step
            for u in self.uses
        }
        self.shortage_cost = {
            u: (None if (cost := case.uses[u].shortage_cost) is None else cost.value)
            for u in self.uses
        }
        self.reserve = {g: self.path(case.goods[g].reserve) for g in self.goods}
        self.room = {g: self.path(case.goods[g].storage_limit, np.inf) for g in self.goods}
        self.storage_cost = {
            g: self.path(case.goods[g].storage_cost) * self.step for g in self.goods
        }
        self.keeps = {g: self._kept(case.goods[g].survival) for g in self.goods}
        self.life = {g: self._life(case.goods[g].survival) for g in self.goods}
        self.far = max(n, FAR_MONTHS // self.step)
        self.lot_keeps_far = {x: self._lot_kept(case.stockpiles[x].survival) for x in self.lots}
        self.lot_keeps = {x: path[:n] for x, path in self.lot_keeps_far.items()}
        self.lot_stock = {x: _value(case.stockpiles[x].quantity) for x in self.lots}
        self.least = {s.id: self._least(s) for s in case.suppliers.values()}
        self.works = [*self._buys(), *self._makes(), *self._sells()]
        self.lead = max([work.lead for work in self.works], default=0)
        yearly = _value(case.discount_rate)
        self.worth = (1.0 + yearly) ** (-np.arange(n) * self.step / 12.0)
        self.refill = max(1, self.periods(case.refill_time, 6.0))
        self.sender_horizon = self.periods(case.sender_horizon, 36.0)
        self.weights = self._weights()
        self.size = self._sizes()
        self.value = self._values()

    def periods(self, time: Quantity | None, default: float = 0.0) -> int:
        """Whole periods of a time in months; a part counts as one."""
        months = default if time is None else time.value
        return int(np.ceil(round(months, 9) / self.step - 1e-12))

    def path(self, quantity: Quantity | None, default: float = 0.0) -> Floats:
        """Values by period; behind the calendar as convention 5 says. (n,)"""
        if quantity is None:
            return np.full(self.n, default)
        known = self.case.calendar.n_periods
        if quantity.steps:
            known = max(known, quantity.steps[-1][0] + 1)
        values = []
        for t in range(max(self.n, known)):
            now = quantity.value
            for since, value in quantity.steps:
                if since <= t or since <= 0:
                    now = value
            values.append(now)
        year = 12 // self.step
        after = quantity.after or self.case.calendar.after
        repeats = after == "repeat" and known >= year
        if not after and known >= 2 * year:
            last, before = (
                np.array(values[known - year : known]),
                np.array(values[known - 2 * year : known - year]),
            )
            factor = last.sum() / before.sum() if before.sum() else 1.0
            repeats = bool(
                np.allclose(last, before * factor, rtol=1e-9, atol=1e-9 * abs(last).max())
            )
        self.has_seasons |= repeats and len(set(values[known - year : known])) > 1
        for t in range(known, self.n):
            values[t] = values[t - year] if repeats else values[known - 1]
        return np.array(values[: self.n], dtype=np.float64)

    def _kept(self, survival: Survival) -> float:
        return 1.0 if survival.half_life is None else 0.5 ** (self.step / survival.half_life.value)

    def _life(self, survival: Survival) -> int:
        """Periods at whose end fresh stock may still lie there; 0: no limit."""
        if survival.shelf_life is None:
            return 0
        return max(1, int(survival.shelf_life.value // self.step))

    def _lot_kept(self, survival: Survival) -> Floats:
        """Part of a lot that comes over from the period before; the first finds all. (far,)"""
        kept = np.full(self.far, self._kept(survival))
        age = _value(survival.age)
        if survival.table:
            ages, shares = zip(*survival.table, strict=True)
            left = [float(np.interp(age + self.step * t, ages, shares)) for t in range(self.far)]
            kept = np.array([1.0] + [b / a if a > 0 else 0.0 for a, b in pairwise(left)])
        kept[0] = 1.0
        if survival.shelf_life is not None:
            usable = max(0, int((survival.shelf_life.value - age) // self.step))
            kept[usable:] = 0.0
        return kept

    def open_share(self, plant: str, moved: int = 0, start: int = 0) -> Floats:
        """Part of a plant that is open; an opening behind `start` is moved. (n,)"""
        if not plant:
            return np.ones(self.n)
        entry = self.case.plants[plant]
        opening = entry.opening + self.periods(entry.delay)
        if opening > start:
            opening += moved
        ramp = self.periods(entry.ramp)
        return np.clip((np.arange(self.n) - opening + 1) / (ramp + 1), 0.0, 1.0)

    def opening(self, plant: str) -> int:
        """Period of opening, its own delay included."""
        entry = self.case.plants[plant]
        return entry.opening + self.periods(entry.delay)

    def hours(self, plant: str, line: str) -> Floats:
        """Hours of a line when its plant is wholly open. (n,) [hour/period]"""
        return self.path(self.case.plants[plant].lines[line]) * self.step

    def _least(self, supplier: Supplier) -> Floats:
        """What is bought of a supplier at least, whatever it has. (n,) [unit/period]"""
        if supplier.at_least is None:
            return np.zeros(self.n)
        least = self.path(supplier.at_least)
        if supplier.at_least.unit:
            least = least * self.step
        else:
            uses = [u for u in self.uses if self.case.uses[u].good == supplier.good]
            least = least * sum((self.demand[u] for u in uses), np.zeros(self.n))
        if supplier.at_least_until is not None:
            least[supplier.at_least_until :] = 0.0
        return least

    def _buys(self) -> list[Work]:
        made = []
        for supplier in self.case.suppliers.values():
            margin = supplier.margin_share or self.case.actors[supplier.actor].margin_share
            price = self.path(supplier.price)
            for route in supplier.routes or ("",):
                way = self.case.routes.get(route)
                months = _value(supplier.lead_time) + (_value(way.lead_time) if way else 0.0)
                made.append(
                    Work(
                        name=f"{supplier.id} {route}",
                        element=f"suppliers.{supplier.id}",
                        kind="buy",
                        actor=supplier.actor,
                        good=supplier.good,
                        lead=self.periods(Quantity(months)),
                        limit=self.path(supplier.capacity)
                        * self.step
                        * (self.path(way.carried_share, 1.0) if way else 1.0),
                        cost=price * (1.0 + (self.path(way.cost_share) if way else 0.0)),
                        price=price,
                        margin=margin.value if margin else None,
                        seller=supplier.id,
                        route=route,
                    )
                )
        return made

    def _makes(self) -> list[Work]:
        return [
            Work(
                name=recipe.id,
                element=f"recipes.{recipe.id}",
                kind="make",
                actor=self.case.plants[recipe.plant].actor if recipe.plant else self.case.target,
                good=recipe.output,
                lead=self.periods(recipe.lead_time),
                limit=np.minimum(
                    self.path(recipe.capacity, np.inf) * self.step,
                    self.hours(recipe.plant, recipe.line) / _value(recipe.hours)
                    if recipe.line
                    else np.inf,
                ),
                cost=self.path(recipe.cost),
                price=np.zeros(self.n),
                needs={good: amount.value for good, amount in recipe.inputs.items()},
                plant=recipe.plant,
                line=recipe.line,
                hours=_value(recipe.hours),
            )
            for recipe in self.case.recipes.values()
        ]

    def _sells(self) -> list[Work]:
        return [
            Work(
                name=export.id,
                element=f"exports.{export.id}",
                kind="sell",
                actor=export.actor,
                good=export.good,
                lead=0,
                limit=self.path(export.capacity) * self.step,
                cost=-self.path(export.price),
                price=np.zeros(self.n),
            )
            for export in self.case.exports.values()
        ]

    def _weights(self) -> dict[str, float]:
        """Weight of a unit of each use among those of its tier."""
        found = {}
        for is_essential in (True, False):
            mine = [u for u in self.uses if self.essential[u] == is_essential]
            kinds, factors, mean = {}, {}, {}
            for u in mine:
                unit = self.case.goods[self.case.uses[u].good].unit
                kinds[u], factors[u] = KINDS_OF_UNIT.get(unit, (unit, 1.0))
                calendar = self.case.calendar.n_periods
                mean[u] = float(self.demand[u][:calendar].mean()) / self.step
            told_in = max((mean[u] * factors[u], factors[u]) for u in mine)[1] if mine else 1.0
            for u in mine:
                own = self.case.uses[u].weight
                if own is not None:
                    found[u] = own.value
                elif len(set(kinds.values())) == 1:
                    found[u] = factors[u] / told_in
                else:
                    good = self.case.uses[u].good
                    monthly = sum(mean[v] for v in mine if self.case.uses[v].good == good)
                    found[u] = 1.0 / monthly if monthly > 0 else 1.0
        return found

    def _sizes(self) -> dict[str, float]:
        """What a period needs of each good, for scaling alone."""
        direct = dict.fromkeys(self.goods, 0.0)
        for u in self.uses:
            good = self.case.uses[u].good
            direct[good] += float(max(self.demand[u].max(), self.crisis[u].max()))
        need = dict(direct)
        for _ in self.goods:
            more = dict(direct)
            for work in self.works:
                for good, amount in work.needs.items():
                    more[good] += amount * need[work.good]
            need = more
        for g in self.goods:
            if need[g] == 0:
                seen = [float(self.reserve[g].max())]
                seen += [self.lot_stock[x] for x in self.lots if self.case.stockpiles[x].good == g]
                seen += [float(w.limit.max()) for w in self.works if w.good == g]
                need[g] = max([x for x in seen if np.isfinite(x)], default=0.0) or 1.0
        return need

    def _values(self) -> dict[str, float]:
        """Cheapest way to get one unit, inputs included. [money/unit]"""
        found = dict.fromkeys(self.goods, np.inf)
        for _ in self.goods:
            for work in self.works:
                if work.kind != "sell":
                    cost = work.cost[0] + sum(a * found[g] for g, a in work.needs.items())
                    found[work.good] = min(found[work.good], cost)
        for g in self.goods:
            if not (np.isfinite(found[g]) and found[g] > 0):
                found[g] = self._worth(g, found)
        flows = max((v * self.size[g] for g, v in found.items()), default=0.0) or 1.0
        return {g: v if v > 0 else flows / self.size[g] for g, v in found.items()}

    def _worth(self, good: str, known: dict[str, float]) -> float:
        """What a good is worth that nobody sells or makes: by its products and its uses."""
        worth = [0.0]
        worth += [self.shortage_cost[u] or 0.0 for u in self.uses if self.case.uses[u].good == good]
        for work in self.works:
            if work.needs.get(good, 0.0) > 0:
                product = known[work.good]
                if not (np.isfinite(product) and product > 0):
                    product = self._worth(work.good, known)
                worth.append(product / work.needs[good])
        return max(worth)

    def together(self, measure: Measure) -> list[Measure]:
        """The measure and all that run at the same time."""
        found: list[Measure] = []
        waiting = [measure]
        while waiting:
            one = waiting.pop()
            if one.id not in [other.id for other in found]:
                found.append(one)
                waiting += [self.case.measures[name] for name in one.together_with]
        return found

    def effect(self, name: str, *, only_demand: bool = False) -> Effect:
        """What a measure does; with its demand alone for what would be without it."""
        measure = self.case.measures[name]
        found = Effect(
            left=[1.0] * len(self.works),
            rise=[0.0] * len(self.works),
            late=[0] * len(self.works),
            way_left=[1.0] * len(self.works),
            demand=dict.fromkeys(self.uses, 1.0),
            crisis=False,
            lots=dict.fromkeys(self.lots, 1.0),
            fresh=dict.fromkeys(self.goods, 1.0),
            openings=dict.fromkeys(self.case.plants, 0),
            sender=measure.sender,
        )
        for one in self.together(measure):
            found.crisis |= one.crisis
            if one.kind is MeasureKind.DEMAND_SURGE:
                for u in self.uses:
                    if self._hits(one, "uses", u):
                        found.demand[u] *= 1.0 + _value(one.by)
            elif not only_demand:
                self._strike(one, found)
        return found

    def _strike(self, measure: Measure, found: Effect) -> None:
        left = 1.0 - (1.0 if measure.share is None else measure.share.value)
        if measure.kind is MeasureKind.STOCKPILE_LOSS:
            for lot in self.lots:
                found.lots[lot] *= left if self._hits(measure, "stockpiles", lot) else 1.0
            for good in self.goods:
                found.fresh[good] *= left if self._hits(measure, "goods", good) else 1.0
            return
        hit = [
            k
            for k, work in enumerate(self.works)
            if any(self._hits_work(one, work) for one in measure.hits)
        ]
        if measure.kind is MeasureKind.DELAY:
            by = self.periods(measure.by)
            for plant in self.case.plants:
                found.openings[plant] += by if self._hits(measure, "plants", plant) else 0
            for k in hit:
                found.late[k] += by if self.works[k].kind == "buy" else 0
        elif measure.kind is MeasureKind.PRICE_RISE:
            for k in hit:
                found.rise[k] = (1.0 + found.rise[k]) * (1.0 + _value(measure.by)) - 1.0
        else:
            for k in hit:
                found.left[k] *= left
                found.way_left[k] *= left if measure.in_transit is InTransit.LOST else 1.0

    def _hits_work(self, hit: Hit, work: Work) -> bool:
        case = self.case
        element = work.element.split(".")[1]
        if work.kind == "buy":
            supplier = case.suppliers[element]
            if supplier.is_spared:
                return False
            way = case.routes.get(work.route)
            tags = {*supplier.tags, *case.actors[work.actor].tags, *case.goods[work.good].tags}
            tags |= set(way.tags if way else ())
            return (
                hit.actor in ("", work.actor)
                and (not hit.via or (way is not None and hit.via in way.via))
                and hit.route in ("", work.route)
                and hit.good in ("", work.good)
                and (not hit.tag or hit.tag in tags)
                and hit.element in ("", work.element, f"routes.{work.route}")
            )
        if hit.via or hit.route:
            return False
        if work.kind == "make":
            if not (hit.actor or hit.tag or hit.element):
                return False
            recipe = case.recipes[element]
            tags = {*recipe.tags, *(case.plants[work.plant].tags if work.plant else ())}
            tags |= set(case.actors[work.actor].tags)
            places = ("", work.element, f"plants.{work.plant}")
        else:
            export = case.exports[element]
            tags = {*export.tags, *case.actors[work.actor].tags, *case.goods[work.good].tags}
            places = ("", work.element)
        return (
            hit.actor in ("", work.actor)
            and hit.good in ("", work.good)
            and (not hit.tag or hit.tag in tags)
            and hit.element in places
        )

    def _hits(self, measure: Measure, section: str, name: str) -> bool:
        """Whether a measure selects a use, a lot, fresh stock of a good, or a plant."""
        case = self.case
        for hit in measure.hits:
            if hit.via or hit.route:
                continue
            named = f"{section}.{name}"
            if section == "plants":
                plant = case.plants[name]
                chosen = bool(hit.actor or hit.tag or hit.element) and not hit.good
                owner, good = plant.actor, ""
                tags = {*plant.tags, *case.actors[plant.actor].tags}
            elif section == "goods":
                chosen = bool(hit.good or hit.tag or hit.element)
                owner, good, tags = case.target, name, set(case.goods[name].tags)
            else:
                entry = case.uses[name] if section == "uses" else case.stockpiles[name]
                chosen, owner, good = True, case.target, entry.good
                tags = {*entry.tags, *case.goods[entry.good].tags}
            if (
                chosen
                and hit.actor in ("", owner)
                and hit.good in ("", good)
                and (not hit.tag or hit.tag in tags)
                and hit.element in ("", named)
            ):
                return True
        return False


def _value(quantity: Quantity | None) -> float:
    return 0.0 if quantity is None else quantity.value
