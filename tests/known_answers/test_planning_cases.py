"""Planning problems of textbooks, written as case files with the documentation alone."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.optimize import linprog

from derbes import api
from derbes.results.plan import Plan

CLOSE = 1e-6
"""How near to the known answer, as a part."""


def solved(folder: Path, *, periods: int = 1, step: str = "year", **sections: Any) -> Plan:
    head = {
        "derbes": 1,
        "name": "known",
        "calendar": {"first": "2026-01", "periods": periods, "step": step},
        "currency": {"base": "USD"},
        "target": "home",
        "actors": {"home": {}, "world": {}},
    }
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump({**head, **sections}, sort_keys=False), encoding="utf-8")
    return api.plan(api.read_case(str(path)), gap=0.0, has_frontier=False)


def near(value: float) -> Any:
    return pytest.approx(value, rel=CLOSE, abs=CLOSE)


# The newsvendor: papers cost 2 each, one that is missing 7; demand is discrete.

DEMAND = ((60, 0.1), (80, 0.2), (100, 0.3), (120, 0.25), (140, 0.15))
PAPER, MISSED = 2.0, 7.0


def papers_cost(n: float, demand: Sequence[tuple[float, float]] = DEMAND) -> float:
    return PAPER * n + MISSED * sum(p * max(0.0, d - n) for d, p in demand)


def test_the_newsvendor_orders_the_critical_quantile(tmp_path):
    distribution = {
        "kind": "discrete",
        "values": [d for d, _p in DEMAND],
        "weights": [p for _d, p in DEMAND],
    }
    plan = solved(
        tmp_path,
        goods={"paper": {"unit": "piece"}},
        uses={
            "sales": {
                "good": "paper",
                "demand": {"value": "100 piece/year", "distribution": distribution},
                "shortage_cost": f"{MISSED} USD/piece",
            }
        },
        plants={"stand": {"actor": "home", "opening": "2026-01"}},
        recipes={"order": {"output": "paper", "plant": "stand", "capacity": "1 piece/year"}},
        options={
            "papers": {
                "kind": "build",
                "element": "plants.stand",
                "size": {"from": 0, "to": 200},
                "capital_by_size": f"{PAPER} USD",
            }
        },
    )
    ratio, reached = (MISSED - PAPER) / MISSED, list(itertools.accumulate(p for _d, p in DEMAND))
    quantile = next(d for (d, _p), below in zip(DEMAND, reached, strict=True) if below >= ratio)
    mean = sum(p * d for d, p in DEMAND)
    assert [choice.size for choice in plan.plan] == [near(quantile)]
    assert plan.cost == near(papers_cost(quantile))
    assert plan.evpi == near(papers_cost(quantile) - PAPER * mean)
    assert plan.vss == near(papers_cost(mean) - papers_cost(quantile))
    assert plan.vss > 1.0, "the mean is not the quantile, or the test shows nothing"


# Wagner and Whitin 1958: twelve months, holding costs 1 a month; the best costs 864.

NEED = (69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56)
SET_UP = (85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))


def in_month_alone(t: int) -> dict[str, object]:
    steps = {MONTHS[0]: 0, MONTHS[t]: sum(NEED)}
    steps |= {MONTHS[t + 1]: 0} if t + 1 < len(MONTHS) else {}
    return {"series": steps, "unit": "piece/month"}


def test_lot_sizes_of_wagner_and_whitin(tmp_path):
    plan = solved(
        tmp_path,
        periods=12,
        step="month",
        goods={"part": {"unit": "piece", "storage_cost": "1 USD/piece/month"}},
        uses={
            "need": {
                "good": "part",
                "demand": {
                    "series": dict(zip(MONTHS, NEED, strict=True)),
                    "unit": "piece/month",
                },
            }
        },
        suppliers={
            f"lot{t}": {"actor": "world", "good": "part", "price": 0, "capacity": in_month_alone(t)}
            for t in range(12)
        },
        options={
            f"set_up{t}": {
                "kind": "contract",
                "element": f"suppliers.lot{t}",
                "dates": [MONTHS[t]],
                "capital": f"{cost} USD",
            }
            for t, cost in enumerate(SET_UP)
        },
    )
    assert plan.cost == near(864.0)
    assert plan.bound == near(864.0)


# Which sites to open before demand is known, with weight on bad futures: by trying all.

OPENING, ROOM, MISSING = (300.0, 420.0, 350.0), (80.0, 120.0, 100.0), (14.0, 16.0, 15.0)
WAY = ((2.0, 4.0, 5.0), (3.0, 1.0, 6.0), (5.0, 4.0, 2.0))
FUTURES = ((0.2, (30, 50, 40)), (0.5, (50, 60, 55)), (0.3, (80, 40, 90)))
Future = tuple[float, tuple[float, ...]]


def recourse(opened: Sequence[int], demand: Sequence[float]) -> float:
    cost = [*itertools.chain(*WAY), *MISSING]
    from_site = [[float(k // 3 == i) if k < 9 else 0.0 for k in range(12)] for i in range(3)]
    to_use = [[float(k % 3 == j) for k in range(12)] for j in range(3)]
    room = [ROOM[i] * opened[i] for i in range(3)]
    return float(linprog(cost, A_ub=from_site, b_ub=room, A_eq=to_use, b_eq=demand).fun)


def weighed_cost(opened: Sequence[int], futures: Sequence[Future], weight: float) -> float:
    costs = [(p, recourse(opened, demand)) for p, demand in futures]
    mean = sum(p * cost for p, cost in costs)
    level = 0.7
    tail = min(
        eta + sum(p * max(0.0, cost - eta) for p, cost in costs) / (1 - level) for _p, eta in costs
    )
    fixed = sum(cost * is_open for cost, is_open in zip(OPENING, opened, strict=True))
    return fixed + (1 - weight) * mean + weight * tail


def best_of(futures: Sequence[Future], weight: float = 0.0) -> tuple[float, tuple[int, ...]]:
    sets = itertools.product((0, 1), repeat=3)
    return min((weighed_cost(opened, futures, weight), opened) for opened in sets)


def sites(folder: Path, **more: Any) -> Plan:
    return solved(
        folder,
        goods={f"g{j}": {"unit": "t"} for j in range(3)},
        uses={
            f"u{j}": {
                "good": f"g{j}",
                "demand": f"{FUTURES[1][1][j]} t/year",
                "shortage_cost": f"{MISSING[j]} USD/t",
            }
            for j in range(3)
        },
        plants={
            f"p{i}": {
                "actor": "home",
                "opening": "2026-01",
                "lines": {"out": f"{ROOM[i]} hour/year"},
            }
            for i in range(3)
        },
        recipes={
            f"way{i}{j}": {
                "output": f"g{j}",
                "plant": f"p{i}",
                "line": "out",
                "hours": "1 hour/t",
                "cost": f"{WAY[i][j]} USD/t",
            }
            for i in range(3)
            for j in range(3)
        },
        options={
            f"open{i}": {"kind": "build", "element": f"plants.p{i}", "capital": f"{OPENING[i]} USD"}
            for i in range(3)
        },
        scenarios={
            f"s{k}": {
                "probability": p,
                "set": {f"uses.u{j}.demand": f"{demand[j]} t/year" for j in range(3)},
            }
            for k, (p, demand) in enumerate(FUTURES)
        },
        **more,
    )


def opened_by(plan: Plan) -> tuple[int, ...]:
    chosen = {choice.option for choice in plan.plan}
    return tuple(int(f"open{i}" in chosen) for i in range(3))


def test_sites_are_opened_as_by_trying_all_sets(tmp_path):
    plan = sites(tmp_path)
    best, opened = best_of(FUTURES)
    known = sum(p * best_of([(1.0, demand)])[0] for p, demand in FUTURES)
    mean = tuple(sum(p * demand[j] for p, demand in FUTURES) for j in range(3))
    for_mean = best_of([(1.0, mean)])[1]
    assert opened_by(plan) == opened
    assert plan.cost == near(best)
    assert plan.evpi == near(best - known)
    assert plan.vss == near(weighed_cost(for_mean, FUTURES, 0.0) - best)


def test_sites_with_weight_on_the_tail(tmp_path):
    plan = sites(tmp_path, risk={"weight": 0.5, "level": 0.7})
    best, opened = best_of(FUTURES, weight=0.5)
    assert (plan.cost, opened_by(plan)) == (near(best), opened)


# What a month of security costs where sizes are continuous: a shadow price, by hand.


def test_a_month_more_costs_what_it_takes_from_the_store():
    case = api.read_case("cases/waterworks.yaml")
    plan = api.plan(case, standards=("a_year",), lengths=(10, 11, 12), gap=0.0, has_more=False)
    taken, store_and_alum = 100 - 40, 200 + 300
    prices = [point.cost_of_a_month for point in plan.frontier]
    assert prices == [None, near(taken * store_and_alum), near(taken * store_and_alum)]
