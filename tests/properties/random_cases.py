"""Random cases of every kind that a user may bring, from a number; and as a strategy.

`random_case(seed)` is fast and the same on every machine, so thousands can be tried and any
of them told by its number. Each trait comes alone or with others; a case has few elements,
so that an independent statement of it is solved in a moment.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from derbes.case.entities import (
    Actor,
    Case,
    Export,
    Good,
    Hit,
    InTransit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.quantity import Calendar, Quantity, Step

Q = Quantity
UNITS = ("t", "kg", "piece", "MWh", "vial", "kcm")


@dataclass(slots=True)
class Traits:
    """What a case is about; the chance of each."""

    scales: float = 0.2
    """Goods in units 10^-9 to 10^9 times as large."""
    seasons: float = 0.3
    steps_by_date: float = 0.2
    ageing: float = 0.45
    chain: float = 0.5
    leads: float = 0.5
    routes: float = 0.25
    exports: float = 0.15
    weights: float = 0.2
    storage: float = 0.25
    discount: float = 0.4
    on_order: float = 0.25
    coarse: float = 0.15
    priorities: float = 0.3
    ties: float = 0.15
    """Sellers with equal prices."""
    worthless: float = 0.15
    """Uses worth less than their good."""
    habits: float = 0.25
    """Something must be taken of a seller."""


class _Maker:
    """Draws one case."""

    def __init__(self, seed: int, traits: Traits) -> None:
        self.rng = np.random.default_rng(seed)
        self.habit = np.random.default_rng([seed, 2])
        self.traits = traits
        self.step = Step.MONTH
        if self.chance(traits.coarse):
            self.step = Step.QUARTER if self.chance(0.6) else Step.YEAR
        self.n = {1: self.whole(12, 30), 3: self.whole(6, 14), 12: self.whole(3, 7)}[int(self.step)]
        self.year = 12 // int(self.step)
        n_goods = self.whole(1, 3)
        self.scale = {
            f"g{i}": 10.0 ** self.whole(-9, 9) if self.chance(traits.scales) else 1.0
            for i in range(n_goods)
        }
        self.goods = list(self.scale)
        self.size = float(self.whole(20, 200))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        """A number of three digits, so that ties are rare and sums stay readable."""
        return float(f"{self.rng.uniform(low, high):.3g}")

    def pick(self, values: Any) -> Any:
        return values[self.whole(0, len(values) - 1)]

    def time(self, low: int, high: int) -> Quantity:
        """A time in whole periods, or now and then a part of one. [month]"""
        months = float(self.whole(low, high) * int(self.step))
        if int(self.step) > 1 and self.chance(0.3):
            months = max(0.0, months - 1.0)
        return Q(months)

    def flow(self, good: str, low: float, high: float) -> Quantity:
        """An amount a month: constant, with seasons, or changing by date. [unit/month]"""
        level = self.size * self.scale[good]
        value = self.number(low, high) * level
        if self.year > 1 and self.chance(self.traits.seasons):
            high_part = self.whole(1, self.year - 1)
            swing = self.number(0.0, 0.9) if self.chance(0.8) else 0.0
            phase = self.whole(0, self.year - 1)
            growth = 1.0 if self.chance(0.7) else self.number(0.8, 1.25)
            steps = []
            for t in range(self.n):
                is_high = (t + phase) % self.year < high_part
                factor = (1.0 + swing if is_high else 1.0 - swing) * growth ** (t // self.year)
                steps.append((t, value * factor))
            return Quantity(steps[0][1], steps=tuple(steps), after=self.after())
        if self.chance(self.traits.steps_by_date):
            dates = sorted({0, *(self.whole(1, self.n - 1) for _ in range(self.whole(1, 2)))})
            steps = [(t, value * self.number(0.3, 1.6)) for t in dates]
            return Quantity(steps[0][1], steps=tuple(steps), after=self.after())
        return Q(value)

    def harvest(self, good: str) -> Quantity:
        """All of a year's amount in a few periods. [unit/month]"""
        length = self.whole(1, max(1, self.year // 4))
        value = self.number(0.8, 1.4) * self.size * self.scale[good] * self.year / length
        first = self.whole(0, self.year - 1)
        steps = tuple(
            (t, value if (t + first) % self.year < length else 0.0) for t in range(self.n)
        )
        return Quantity(steps[0][1], steps=steps)

    def after(self) -> str:
        return self.pick(("", "", "", "", "repeat", "hold"))

    def ageing(self, *, of_lot: bool) -> Survival:
        if not self.chance(self.traits.ageing):
            return Survival()
        kind = self.whole(0, 2 if of_lot else 1)
        if kind == 0:
            return Survival(half_life=Q(float(self.whole(3, 40) * int(self.step))))
        life = self.whole(2, 10)
        if not of_lot:
            return Survival(shelf_life=Q(float(self.whole(1, 8) * int(self.step))))
        if kind == 1:
            age = self.whole(0, life)
            return Survival(
                shelf_life=Q(float(life * int(self.step))), age=Q(float(age * int(self.step)))
            )
        ages = np.arange(0, 4) * self.whole(2, 6) * int(self.step)
        shares = [1.0, self.number(0.7, 1.0), self.number(0.3, 0.7), self.pick((0.0, 0.2))]
        return Survival(
            table=tuple(zip(ages.astype(float).tolist(), shares, strict=True)),
            age=Q(float(self.whole(0, 3))),
        )

    def price(self, good: str, low: float, high: float) -> Quantity:
        value = self.number(low, high) / self.scale[good]
        if self.chance(0.1):
            date = self.whole(1, self.n - 1)
            return Quantity(value, steps=((0, value), (date, value * self.number(0.7, 1.4))))
        return Q(value)

    def make(self) -> Case:
        self.chain = [
            (before, after)
            for before, after in zip(self.goods, self.goods[1:], strict=False)
            if self.chance(self.traits.chain)
        ]
        self.fed = {after for _, after in self.chain}
        routes = self._routes()
        plants, recipes = self._plants()
        suppliers = self._suppliers(routes)
        lots = self._lots()
        measures = self._measures(suppliers, routes, plants, lots)
        priorities = ["essential", "deferrable", "reserve"]
        if self.chance(self.traits.priorities):
            self.rng.shuffle(priorities)
        case = Case(
            name="random",
            calendar=Calendar(
                2026, self.whole(1, 12) if self.step is Step.MONTH else 1, self.n, self.step
            ),
            currency="USD",
            target="home",
            discount_rate=Q(self.number(0.01, 0.2)) if self.chance(self.traits.discount) else None,
            refill_time=self.time(0, 6),
            sender_horizon=self.time(4, 12),
            priorities=(*priorities, "money"),
            actors={
                "sender": Actor("sender", margin_share=Q(self.number(0.05, 0.9))),
                "other": Actor("other", margin_share=Q(0.2)),
                "third": Actor("third"),
                "home": Actor("home"),
            },
            goods=self._goods(),
            uses=self._uses(),
            stockpiles=lots,
            routes=routes,
            suppliers=suppliers,
            plants=plants,
            recipes=recipes,
            exports=self._exports(),
            measures=measures,
        )
        return replace(case, suppliers=self._habits(case))

    def _goods(self) -> dict[str, Good]:
        made = {}
        for g in self.goods:
            level = self.size * self.scale[g] * int(self.step)
            reserve = None
            if self.chance(0.5):
                reserve = Q(self.number(0.2, 6.0) * level)
                if self.chance(0.1):
                    later = self.whole(1, self.n - 1)
                    steps = ((0, reserve.value), (later, reserve.value * self.number(0.0, 2.0)))
                    reserve = Quantity(reserve.value, steps=steps)
            has_limit = self.chance(self.traits.storage)
            has_cost = self.chance(self.traits.storage)
            made[g] = Good(
                g,
                unit=self.pick(UNITS),
                reserve=reserve,
                storage_limit=Q(self.number(0.5, 8.0) * level) if has_limit else None,
                storage_cost=Q(self.number(0.01, 2.0) / self.scale[g]) if has_cost else None,
                survival=self.ageing(of_lot=False),
            )
        return made

    def _uses(self) -> dict[str, Use]:
        made = {}
        has_weights = self.chance(self.traits.weights)
        for i in range(self.whole(1, 3)):
            good = self.goods[-1] if i == 0 else self.pick(self.goods)
            cost: Quantity | None = Q(self.number(100, 2000) / self.scale[good])
            if self.chance(self.traits.worthless):
                cost = Q(self.number(0.5, 8.0) / self.scale[good])
            if self.chance(0.15):
                cost = None
            made[f"u{i}"] = Use(
                f"u{i}",
                good=good,
                tier=Tier.DEFERRABLE if i and self.chance(0.5) else Tier.ESSENTIAL,
                demand=self.flow(good, 0.2, 1.1),
                crisis_demand=self.flow(good, 0.2, 2.5) if self.chance(0.3) else None,
                shortage_cost=cost,
                weight=Q(self.number(0.1, 10.0) / self.scale[good]) if has_weights else None,
            )
        return made

    def _lots(self) -> dict[str, Stockpile]:
        made = {}
        for i in range(self.whole(0, 3)):
            good = self.pick(self.goods)
            level = self.size * self.scale[good] * int(self.step)
            made[f"l{i}"] = Stockpile(
                f"l{i}",
                good=good,
                quantity=Q(self.number(0.0, 6.0) * level),
                survival=self.ageing(of_lot=True),
            )
        return made

    def _routes(self) -> dict[str, Route]:
        if not self.chance(self.traits.routes):
            return {}
        return {
            f"r{i}": Route(
                f"r{i}",
                via=(self.pick(("sender", "other", "third")),),
                lead_time=self.time(0, 2) if self.chance(0.5) else None,
                cost_share=Q(self.number(0.01, 0.5)) if self.chance(0.7) else None,
            )
            for i in range(self.whole(1, 3))
        }

    def _suppliers(self, routes: dict[str, Route]) -> dict[str, Supplier]:
        made: dict[str, Supplier] = {}
        bought: set[str] = set()
        count = self.whole(1, 4)
        for i in range(count):
            good = self.goods[0] if i == 0 else self.pick(self.goods)
            unfed = [g for g in self.goods if g not in self.fed and g not in bought]
            if i and unfed:
                good = unfed[0]
            bought.add(good)
            price = self.price(good, 4.0, 30.0)
            same = [s for s in made.values() if s.good == good]
            if same and self.chance(self.traits.ties):
                price = same[0].price  # type: ignore[assignment]
            is_harvest = self.year > 1 and self.chance(0.08)
            lead = self.time(0, 3) if self.chance(self.traits.leads) else None
            ways = [r for r in routes if self.chance(0.6)]
            on_order = None
            if lead is not None and lead.value and self.chance(self.traits.on_order):
                on_order = self.flow(good, 0.0, 1.0)
            made[f"s{i}"] = Supplier(
                f"s{i}",
                actor="sender"
                if i == 0 and self.chance(0.85)
                else self.pick(("sender", "other", "third")),
                good=good,
                price=price,
                capacity=self.harvest(good)
                if is_harvest
                else self.flow(good, 0.3, 3.5 if i == 0 else 1.5),
                lead_time=lead,
                routes=tuple(ways),
                margin_share=Q(self.number(0.05, 0.9)) if self.chance(0.9) else None,
                on_order=on_order,
            )
        return made

    def _habits(self, case: Case) -> dict[str, Supplier]:
        """Sellers of whom something must be taken: a part of what they have, or of the demand.

        From numbers of their own, so that the rest of a case is as it is without.
        """
        of, found = self.habit, dict(case.suppliers)
        for name, seller in case.suppliers.items():
            capacity = seller.capacity
            if of.random() >= self.traits.habits or capacity is None:
                continue
            part = float(f"{of.uniform(0.0, 1.0):.3g}")
            steps = tuple((t, part * value) for t, value in capacity.steps)
            least = replace(capacity, value=part * capacity.value, steps=steps, unit="unit/month")
            asked = [use.demand for use in case.uses.values() if use.good == seller.good]
            demand = sum((one.over(self.n) for one in asked if one), np.zeros(self.n))
            fits = demand.any() and bool(np.all(part * demand <= capacity.over(self.n)))
            if of.random() < 0.6 and fits:
                least = Quantity(part, unit="")
            until = int(of.integers(1, self.n)) if of.random() < 0.3 else None
            found[name] = replace(seller, at_least=least, at_least_until=until)
        return found

    def _plants(self) -> tuple[dict[str, Plant], dict[str, Recipe]]:
        if not self.chain and self.chance(0.6):
            return {}, {}
        has_line = self.chance(0.5)
        hours = float(self.whole(50, 400))
        plant = Plant(
            "p",
            actor=self.pick(("home", "home", "third", "sender")),
            opening=self.whole(-6, self.n - 1),
            delay=self.time(0, 3) if self.chance(0.2) else None,
            ramp=self.time(0, 4) if self.chance(0.4) else None,
            lines={"line": Q(hours)} if has_line else {},
        )
        recipes: dict[str, Recipe] = {}

        def add(name: str, output: str, inputs: dict[str, Quantity]) -> None:
            on_line = has_line and self.chance(0.6)
            level = self.size * self.scale[output]
            has_plant = on_line or self.chance(0.7)
            recipes[name] = Recipe(
                name,
                output=output,
                inputs=inputs,
                plant="p" if has_plant else "",
                line="line" if on_line else "",
                hours=Q(self.number(0.3, 3.0) * hours / level) if on_line else None,
                capacity=None if on_line and self.chance(0.5) else self.flow(output, 0.3, 2.0),
                cost=Q(self.number(0.5, 12.0) / self.scale[output]),
                lead_time=self.time(0, 2) if self.chance(self.traits.leads / 2) else None,
            )

        for before, after in self.chain:
            amount = self.number(0.2, 3.0) * self.scale[before] / self.scale[after]
            inputs = {before: Q(amount)}
            third = [g for g in self.goods if g not in (before, after) and g < after]
            if third and self.chance(0.2):
                more = self.pick(third)
                inputs[more] = Q(self.number(0.2, 2.0) * self.scale[more] / self.scale[after])
            add(f"make_{after}", after, inputs)
        if not self.chain or self.chance(0.2):
            add("own", self.pick(self.goods), {})
        return {"p": plant}, recipes

    def _exports(self) -> dict[str, Export]:
        if not self.chance(self.traits.exports):
            return {}
        good = self.pick(self.goods)
        return {
            "x": Export(
                "x",
                actor=self.pick(("sender", "other")),
                good=good,
                price=self.price(good, 5.0, 40.0),
                capacity=self.flow(good, 0.1, 0.8),
            )
        }

    def _hits(self, suppliers: dict[str, Supplier], routes: dict[str, Route]) -> tuple[Hit, ...]:
        kind = self.whole(0, 9)
        if kind == 0 and routes:
            return (Hit(route=self.pick(list(routes))),)
        if kind == 1 and routes:
            return (Hit(via="sender"),)
        if kind == 2:
            return (Hit(element=f"suppliers.{self.pick(list(suppliers))}"),)
        if kind == 3:
            return (Hit(actor="sender", good=self.pick(self.goods)),)
        if kind == 4:
            return (Hit(actor="sender"), Hit(actor="third"))
        return (Hit(actor="sender"),)

    def _aimed(
        self,
        kind: MeasureKind,
        hits: tuple[Hit, ...],
        suppliers: dict[str, Supplier],
        routes: dict[str, Route],
        plants: dict[str, Plant],
        lots: dict[str, Stockpile],
    ) -> tuple[tuple[Hit, ...], Quantity | None]:
        """What a measure of a kind hits, and by how much it raises or delays."""
        by = None
        if kind is MeasureKind.PRICE_RISE:
            buys = [h for h in hits if h.element or h.route or h.via] or [
                Hit(element=f"suppliers.{self.pick(list(suppliers))}")
            ]
            hits, by = tuple(buys), Q(self.number(0.05, 2.0))
        elif kind is MeasureKind.DELAY:
            by = Q(float(self.whole(1, 3) * int(self.step)))
            if plants and self.chance(0.5):
                hits = (Hit(element="plants.p"),)
        elif kind is MeasureKind.DEMAND_SURGE:
            hits, by = (Hit(good=self.pick(self.goods)),), Q(self.number(0.1, 1.0))
        elif kind is MeasureKind.STOCKPILE_LOSS:
            hits = (Hit(good=self.pick(self.goods)),)
            if lots and self.chance(0.4):
                hits = (Hit(element=f"stockpiles.{self.pick(list(lots))}"),)
        elif kind is MeasureKind.ROUTE_CLOSURE and routes:
            hits = (Hit(route=self.pick(list(routes))),)
        elif self.chance(0.05):
            hits = (Hit(element="suppliers.s0", good=self.goods[-1], actor="nobody"),)
        return hits, by

    def _measures(
        self,
        suppliers: dict[str, Supplier],
        routes: dict[str, Route],
        plants: dict[str, Plant],
        lots: dict[str, Stockpile],
    ) -> dict[str, Measure]:
        kinds = [MeasureKind.EMBARGO] * 5 + list(MeasureKind)
        made: dict[str, Measure] = {}
        count = 2 if self.chance(0.25) else 1
        for i in range(count):
            kind = self.pick(kinds)
            hits = self._hits(suppliers, routes)
            share = None
            if kind is MeasureKind.QUOTA or self.chance(0.3):
                share = Q(self.number(0.0, 1.0))
            hits, by = self._aimed(kind, hits, suppliers, routes, plants, lots)
            name = ("cut", "second")[i]
            made[name] = Measure(
                name,
                kind=kind,
                sender="sender",
                hits=hits,
                share=share,
                by=by,
                lengths=(self.whole(1, 9 if self.step is Step.MONTH else 4),),
                in_transit=self.pick((InTransit.LOST, InTransit.DELIVERED)),
                crisis=self.chance(0.25),
            )
        if count == 2 and self.chance(0.6):
            made["cut"] = replace(made["cut"], together_with=("second",))
        return made


def random_case(seed: int, traits: Traits | None = None) -> Case:
    """The random case of a number."""
    return _Maker(seed, traits or Traits()).make()


def cases_of_every_kind(traits: Traits | None = None) -> st.SearchStrategy[Case]:
    """Random cases as a strategy; a failure is told by the number of its case."""
    return st.integers(0, 10**6).map(lambda seed: random_case(seed, traits))
