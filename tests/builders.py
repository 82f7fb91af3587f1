"""Compiled cases built by hand, for tests of what works on arrays.

    arrays = build_arrays(
        goods={"good": {"reserve": 600}},
        suppliers={"sender": {"good": "good", "price": 10, "capacity": 200}},
        uses={"use": {"good": "good", "demand": 100}},
        lots={"stock": {"good": "good", "quantity": 600}},
    )
    cut = build_measure(arrays, availability={"sender": 0})
    state = build_state(arrays)

A path (capacity, price, demand, ...) is a number or a sequence, whose last value goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derbes.case.quantity import Calendar, FloatArray
from derbes.model.arrays import (
    Activities,
    ActivityKind,
    CaseArrays,
    MeasureArrays,
    State,
    far,
    open_share,
)
from derbes.model.compile import flow_sizes

Entry = Mapping[str, Any]
Entries = Mapping[str, Entry]

ESSENTIAL_FIRST = ("essential", "deferrable", "reserve", "money")
RESERVE_FIRST = ("essential", "reserve", "deferrable", "money")


def path(value: float | Sequence[float], n_periods: int) -> FloatArray:
    """A value for each period; the last of a sequence goes on. (T,)"""
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    return values[np.minimum(np.arange(n_periods), len(values) - 1)]


def _paths(entries: Sequence[Entry], key: str, n_periods: int, default: float) -> FloatArray:
    rows = [path(entry.get(key, default), n_periods) for entry in entries]
    return np.array(rows, dtype=np.float64).reshape(len(rows), n_periods)


def _array(entries: Sequence[Entry], key: str, default: float) -> FloatArray:
    return np.array([entry.get(key, default) for entry in entries], dtype=np.float64)


def _ints(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def build_arrays(
    *,
    goods: Entries,
    uses: Entries,
    suppliers: Entries | None = None,
    recipes: Entries | None = None,
    exports: Entries | None = None,
    plants: Entries | None = None,
    lines: Entries | None = None,
    pools: Mapping[str, float | Sequence[float]] | None = None,
    pool_least: Mapping[str, float | Sequence[float]] | None = None,
    lots: Entries | None = None,
    n_periods: int = 60,
    refill_periods: int = 6,
    priorities: tuple[str, ...] = ESSENTIAL_FIRST,
) -> CaseArrays:
    """A compiled case.

    Args:
        goods: reserve, storage_limit, storage_cost, retention, shelf_life.
        uses: good, demand, tier ("essential"), crisis_demand, weight, shortage_cost.
        suppliers: good, price, capacity, lead (0), transport (0), actor (own name), pool,
            available (1), margin_share, on_order (arrivals of orders before the start),
            at_least (0), no more than the capacity.
        recipes: output, inputs (good -> amount), cost, capacity (inf), lead (0), plant, line,
            hours.
        exports: good, price, capacity, actor.
        plants: opening (0): recipes have no capacity before it; ramp (0).
        lines: hours, plant; closed before the plant opens.
        pools: Shared capacity by name.
        pool_least: What is taken at least of it.
        lots: good, quantity, retention (1).
        n_periods: T, of the calendar too.
        refill_periods: Periods in which a reserve comes back.
        priorities: Rank of tiers, reserve and money.
    """
    plants = plants or {}
    openings = {
        name: open_share(int(entry.get("opening", 0)), int(entry.get("ramp", 0)), n_periods)
        for name, entry in plants.items()
    }
    names = list(goods)
    lots, lines = lots or {}, lines or {}
    activities = _Rows(names, list(plants), list(lines), list(pools or {}), n_periods)
    for name, entry in (suppliers or {}).items():
        activities.add_supplier(name, entry)
    for name, entry in (recipes or {}).items():
        activities.add_recipe(name, entry, openings)
    for name, entry in (exports or {}).items():
        activities.add_export(name, entry)
    of_goods, of_uses, of_lots = list(goods.values()), list(uses.values()), list(lots.values())
    demand = _paths(of_uses, "demand", n_periods, 0.0)
    reserve = _paths(of_goods, "reserve", n_periods, 0.0)
    stacked = activities.stacked()
    crisis = [{"demand": entry.get("crisis_demand", entry.get("demand", 0.0))} for entry in of_uses]
    lot_retention = _paths(of_lots, "retention", n_periods, 1.0)
    if of_lots:
        lot_retention[:, 0] = 1.0
    calendar = Calendar(2026, 1, n_periods)
    last, behind = lot_retention[:, -1], far(calendar) - n_periods
    crisis_demand = _paths(crisis, "demand", n_periods, 0.0)
    use_goods = _ints([names.index(entry["good"]) for entry in of_uses])
    needs = {"demand": demand, "crisis_demand": crisis_demand, "use_goods": use_goods}
    return CaseArrays(
        calendar=calendar,
        n_periods=n_periods,
        goods=tuple(names),
        units=("t",) * len(names),
        lots=tuple(lots),
        uses=tuple(uses),
        lines=tuple(lines),
        plants=tuple(plants),
        activities=stacked,
        flow_size=flow_sizes(stacked, reserve, needs),
        reserve=reserve,
        storage_limit=_paths(of_goods, "storage_limit", n_periods, np.inf),
        storage_cost=_paths(of_goods, "storage_cost", n_periods, 0.0),
        retention=_array(of_goods, "retention", 1.0),
        shelf_life=_ints([entry.get("shelf_life", 0) for entry in of_goods]),
        lot_goods=_ints([names.index(entry["good"]) for entry in of_lots]),
        lot_stock=_array(of_lots, "quantity", 0.0),
        lot_retention=lot_retention,
        lot_behind=lot_retention[:, :0],
        lot_lasts=last * (1.0 - last**behind) / np.where(last < 1.0, 1.0 - last, 1.0)
        + np.where(last < 1.0, 0.0, behind),
        lot_ends=np.where(
            (lot_retention == 0).any(axis=1), (lot_retention == 0).argmax(axis=1), far(calendar)
        ),
        use_goods=use_goods,
        use_essential=np.array(
            [entry.get("tier", "essential") == "essential" for entry in of_uses], dtype=np.bool_
        ),
        use_weight=_array(of_uses, "weight", 1.0),
        unmet_units=("t", "t"),
        demand=demand,
        crisis_demand=crisis_demand,
        shortage_cost=_array(of_uses, "shortage_cost", np.nan),
        line_hours=np.array(
            [
                _opened(path(e["hours"], n_periods), openings.get(e.get("plant", "")))
                for e in lines.values()
            ]
        ).reshape(len(lines), n_periods),
        line_plants=_ints([_place(list(plants), e.get("plant", "")) for e in lines.values()]),
        shared_capacity=np.array([path(v, n_periods) for v in (pools or {}).values()]).reshape(
            len(pools or {}), n_periods
        ),
        shared_least=np.array(
            [path((pool_least or {}).get(name, 0.0), n_periods) for name in pools or {}]
        ).reshape(len(pools or {}), n_periods),
        plant_open_share=np.array(list(openings.values())).reshape(len(plants), n_periods),
        plant_opening=_ints([entry.get("opening", 0) for entry in plants.values()]),
        plant_ramp=_ints([entry.get("ramp", 0) for entry in plants.values()]),
        discount=np.ones(n_periods),
        refill_periods=refill_periods,
        sender_horizon=36,
        priorities=priorities,
    )


def _place(names: list[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _opened(values: FloatArray, share: FloatArray | None) -> FloatArray:
    if share is None:
        return values
    return np.where(share > 0, values * np.where(share > 0, share, 1.0), 0.0)


class _Rows:
    """Activities while they are being collected."""

    def __init__(
        self, goods: list[str], plants: list[str], lines: list[str], pools: list[str], n: int
    ) -> None:
        self.goods, self.plants, self.lines, self.pools, self.n = goods, plants, lines, pools, n
        self.rows: list[dict[str, Any]] = []

    def _add(self, name: str, kind: ActivityKind, entry: Entry, **more: Any) -> None:
        row = {
            "name": name,
            "kind": int(kind),
            "actor": entry.get("actor", name),
            "lead": entry.get("lead", 0),
            "capacity": path(entry.get("capacity", np.inf), self.n),
            "least": path(entry.get("at_least", 0.0), self.n),
            "available": entry.get("available", 1.0),
            "price": np.zeros(self.n),
            "margin": entry.get("margin_share", np.nan),
            "line": _place(self.lines, entry.get("line", "")),
            "hours": entry.get("hours", 0.0),
            "pool": _place(self.pools, entry.get("pool", "")),
            "plant": _place(self.plants, entry.get("plant", "")),
            "on_order": entry.get("on_order", ()),
            "inputs": {},
        }
        self.rows.append(row | more)

    def add_supplier(self, name: str, entry: Entry) -> None:
        price = path(entry.get("price", 0.0), self.n)
        self._add(
            name,
            ActivityKind.PURCHASE,
            entry,
            element=f"suppliers.{name}",
            output=self.goods.index(entry["good"]),
            price=price,
            cost=price * (1.0 + entry.get("transport", 0.0)),
        )

    def add_recipe(self, name: str, entry: Entry, openings: Mapping[str, FloatArray]) -> None:
        full = path(entry.get("capacity", np.inf), self.n)
        self._add(
            name,
            ActivityKind.RECIPE,
            entry,
            element=f"recipes.{name}",
            output=self.goods.index(entry["output"]),
            cost=path(entry.get("cost", 0.0), self.n),
            capacity=_opened(full, openings.get(entry.get("plant", ""))),
            inputs=entry.get("inputs", {}),
        )

    def add_export(self, name: str, entry: Entry) -> None:
        self._add(
            name,
            ActivityKind.EXPORT,
            entry,
            element=f"exports.{name}",
            output=-1,
            cost=-path(entry.get("price", 0.0), self.n),
            inputs={entry["good"]: 1.0},
        )

    def _table(self, key: str) -> FloatArray:
        return np.array([row[key] for row in self.rows], dtype=np.float64).reshape(
            len(self.rows), self.n
        )

    def _column(self, key: str) -> Any:
        return _ints([row[key] for row in self.rows])

    def _on_order(self) -> FloatArray:
        longest = max((row["lead"] for row in self.rows), default=0)
        found = np.full((len(self.rows), longest), np.nan)
        for row, line in zip(self.rows, found, strict=True):
            line[row["lead"] :] = 0.0
            said = row["on_order"][: row["lead"]]
            line[: len(said)] = said
            if not row["available"]:
                line[:] = 0.0
        return found

    def stacked(self) -> Activities:
        inputs = [(good, amount) for row in self.rows for good, amount in row["inputs"].items()]
        return Activities(
            names=tuple(row["name"] for row in self.rows),
            elements=tuple(row["element"] for row in self.rows),
            routes=("",) * len(self.rows),
            actors=tuple(row["actor"] for row in self.rows),
            kinds=self._column("kind"),
            outputs=self._column("output"),
            lead_times=self._column("lead"),
            capacity=self._table("capacity"),
            least=self._table("least"),
            base_availability=np.array([row["available"] for row in self.rows], dtype=np.float64),
            unit_cost=self._table("cost"),
            price=self._table("price"),
            margin_share=np.array([row["margin"] for row in self.rows], dtype=np.float64),
            lines=self._column("line"),
            hours=np.array([row["hours"] for row in self.rows], dtype=np.float64),
            shared=self._column("pool"),
            input_starts=_ints(
                [0, *np.cumsum([len(row["inputs"]) for row in self.rows], dtype=np.int64)]
            ),
            input_goods=_ints([self.goods.index(good) for good, _ in inputs]),
            input_amounts=np.array([amount for _, amount in inputs], dtype=np.float64),
            plants=self._column("plant"),
            on_order=self._on_order(),
        )


def build_measure(
    arrays: CaseArrays,
    *,
    availability: Mapping[str, float] | None = None,
    cost_factor: Mapping[str, float] | None = None,
    demand_factor: Mapping[str, float] | None = None,
    crisis: bool = False,
    transit_kept: Mapping[str, float] | None = None,
    transit_late: Mapping[str, int] | None = None,
    lot_kept: Mapping[str, float] | None = None,
    fresh_kept: Mapping[str, float] | None = None,
    plant_delay: Mapping[str, int] | None = None,
) -> MeasureArrays:
    """A measure; what is not named stays as in calm."""
    names = arrays.activities.names

    def factors(values: Mapping[str, float] | None, of: Sequence[str]) -> FloatArray:
        return np.array([(values or {}).get(name, 1.0) for name in of], dtype=np.float64)

    base = arrays.activities.base_availability
    changed = availability or {}
    return MeasureArrays(
        name="measure",
        sender="",
        lengths=(12,),
        start=None,
        availability=np.array(
            [changed.get(name, base[k]) for k, name in enumerate(names)], dtype=np.float64
        ),
        cost_factor=factors(cost_factor, names),
        demand_factor=factors(demand_factor, arrays.uses),
        crisis=crisis,
        transit_kept=factors(transit_kept, names),
        transit_late=_ints([(transit_late or {}).get(name, 0) for name in names]),
        lot_kept=factors(lot_kept, arrays.lots),
        fresh_kept=factors(fresh_kept, arrays.goods),
        plant_delay=_ints([(plant_delay or {}).get(name, 0) for name in arrays.plants]),
    )


def build_state(
    arrays: CaseArrays,
    *,
    lots: Mapping[str, float] | None = None,
    fresh: Mapping[str, float] | None = None,
    past_inflow: Mapping[str, Sequence[float]] | None = None,
    transit: Mapping[str, Sequence[float]] | None = None,
) -> State:
    """What is there before the start; lots are as at the first period unless named.

    Args:
        arrays: The case.
        lots: Stock of lots.
        fresh: Fresh stock of goods.
        past_inflow: Inflow of a good one period before the start, two before, ...; missing:
            all of its fresh stock came in the period before.
        transit: Arrivals of an activity in the first period, the second, ...
    """
    names = arrays.activities.names
    fresh, transit, past = fresh or {}, transit or {}, past_inflow or {}
    known = {good: past.get(good, (amount,)) for good, amount in fresh.items()}
    depth = max([int(arrays.shelf_life.max(initial=0)), *(len(v) for v in known.values())])
    width = max([int(arrays.activities.lead_times.max(initial=0)), *map(len, transit.values())])
    inflow = np.zeros((len(arrays.goods), depth))
    for good, values in known.items():
        inflow[arrays.goods.index(good), : len(values)] = values
    due = np.zeros((len(names), width))
    for name, values in transit.items():
        due[names.index(name), : len(values)] = values
    return State(
        lots=np.array(
            [(lots or {}).get(name, arrays.lot_stock[i]) for i, name in enumerate(arrays.lots)],
            dtype=np.float64,
        ),
        fresh=np.array([fresh.get(good, 0.0) for good in arrays.goods], dtype=np.float64),
        past_inflow=inflow,
        transit=due,
    )


def worked_arrays(number: int, n_periods: int = 80) -> CaseArrays:
    """E1, E2 or E3: one good, a sender with 200 a month at 10, another with 40 at 25."""
    goods: dict[str, Entry] = {"good": {"reserve": 600.0}}
    suppliers: dict[str, Entry] = {
        "sender": {"good": "good", "price": 10.0, "capacity": 200.0, "margin_share": 0.4},
        "other": {"good": "good", "price": 25.0, "capacity": 40.0},
    }
    plants: dict[str, Entry] = {}
    recipes: dict[str, Entry] = {}
    if number == 2:
        goods["component"] = {}
        suppliers["component"] = {
            "good": "component",
            "price": 8.0,
            "capacity": 200.0,
            "actor": "sender",
        }
        recipes["make"] = {
            "output": "good",
            "inputs": {"component": 1.0},
            "capacity": 100.0,
            "cost": 1.0,
        }
    if number == 3:
        plants["plant"] = {"opening": 24}
        recipes["make"] = {"output": "good", "capacity": 100.0, "cost": 12.0, "plant": "plant"}
    return build_arrays(
        goods=goods,
        uses={"use": {"good": "good", "demand": 100.0, "shortage_cost": 1000.0}},
        suppliers=suppliers,
        recipes=recipes,
        plants=plants,
        lots={"stock": {"good": "good", "quantity": 600.0}},
        n_periods=n_periods,
    )


def sender_cut(arrays: CaseArrays) -> MeasureArrays:
    """The embargo of the worked examples: nothing from the actor `sender`."""
    activities = arrays.activities
    mine = [n for n, a in zip(activities.names, activities.actors, strict=True) if a == "sender"]
    return build_measure(arrays, availability=dict.fromkeys(mine, 0.0))
