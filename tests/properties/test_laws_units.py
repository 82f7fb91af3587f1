"""No answer depends on the unit of a good, the size of all amounts, or the currency."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from derbes.api import read_case
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from tests.oracles.plain_case import Plain
from tests.properties.figures import (
    amount_times,
    asked,
    changed,
    figures,
    law,
    sizes_of,
    times,
    unlike,
)

FACTORS = [1e-9, 1e-5, 1e3, 1e9]


def weighed(case: Case) -> Case:
    """The case with every use's weight written out."""
    weights = Plain(case, case.calendar.n_periods).weights
    return changed(case, "uses", lambda use: {"weight": Quantity(weights[use.id])})


def in_unit(case: Case, good: str, factor: float) -> Case:
    """The case with a good counted in units of which `factor` make one of before."""

    def amounts(*names: str) -> Any:
        def change(entry: Any) -> dict[str, Any]:
            if getattr(entry, "good", entry.id) != good:
                return {}
            up = {name: times(getattr(entry, name), factor) for name in names}
            prices = ("price", "storage_cost", "shortage_cost", "weight")
            down = {n: times(getattr(entry, n), 1 / factor) for n in prices if hasattr(entry, n)}
            return up | down

        return change

    made = changed(case, "goods", amounts("reserve", "storage_limit"))
    made = changed(made, "uses", amounts("demand", "crisis_demand"))
    made = changed(made, "stockpiles", amounts("quantity"))
    made = changed(made, "suppliers", amounts("capacity", "on_order"))
    made = changed(
        made,
        "suppliers",
        lambda e: {"at_least": amount_times(e.at_least, factor if e.good == good else 1.0)},
    )
    made = changed(made, "exports", amounts("capacity"))

    def recipe(entry: Any) -> dict[str, Any]:
        inputs = {g: times(a, factor if g == good else 1.0) for g, a in entry.inputs.items()}
        if entry.output != good:
            return {"inputs": inputs}
        return {
            "inputs": {g: times(amount, 1 / factor) for g, amount in inputs.items()},
            "capacity": times(entry.capacity, factor),
            "hours": times(entry.hours, 1 / factor),
            "cost": times(entry.cost, 1 / factor),
        }

    return changed(made, "recipes", recipe)


def scaled(case: Case, factor: float) -> Case:
    """The case with all amounts times a factor; prices as they are."""
    made = changed(
        case,
        "goods",
        lambda e: {
            "reserve": times(e.reserve, factor),
            "storage_limit": times(e.storage_limit, factor),
        },
    )
    made = changed(
        made,
        "uses",
        lambda e: {
            "demand": times(e.demand, factor),
            "crisis_demand": times(e.crisis_demand, factor),
        },
    )
    made = changed(made, "stockpiles", lambda e: {"quantity": times(e.quantity, factor)})
    made = changed(
        made,
        "suppliers",
        lambda e: {
            "capacity": times(e.capacity, factor),
            "on_order": times(e.on_order, factor),
            "at_least": amount_times(e.at_least, factor),
        },
    )
    made = changed(made, "exports", lambda e: {"capacity": times(e.capacity, factor)})
    made = changed(made, "recipes", lambda e: {"capacity": times(e.capacity, factor)})
    lines = {
        name: replace(p, lines={line: times(hours, factor) for line, hours in p.lines.items()})
        for name, p in made.plants.items()
    }
    return replace(made, plants=lines)


def paid_in(case: Case, factor: float) -> Case:
    """The case with all money times a factor."""
    made = changed(case, "goods", lambda e: {"storage_cost": times(e.storage_cost, factor)})
    made = changed(made, "uses", lambda e: {"shortage_cost": times(e.shortage_cost, factor)})
    made = changed(made, "suppliers", lambda e: {"price": times(e.price, factor)})
    made = changed(made, "exports", lambda e: {"price": times(e.price, factor)})
    return changed(made, "recipes", lambda e: {"cost": times(e.cost, factor)})


@law()
@pytest.mark.parametrize("factor", FACTORS)
def test_the_unit_of_what_is_used(seed: int, factor: float) -> None:
    case, start = asked(seed)
    case = weighed(case)
    other = in_unit(case, list(case.goods)[-1], factor)
    assert unlike(figures(case, start), figures(other, start), sizes_of(case)) == []


@law(lambda case: len(case.recipes) > 0 and any(r.inputs for r in case.recipes.values()))
@pytest.mark.parametrize("factor", FACTORS)
def test_the_unit_of_a_component(seed: int, factor: float) -> None:
    case, start = asked(seed)
    case = weighed(case)
    component = next(good for r in case.recipes.values() for good in r.inputs)
    other = in_unit(case, component, factor)
    assert unlike(figures(case, start), figures(other, start), sizes_of(case)) == []


@law()
@pytest.mark.parametrize("factor", FACTORS)
def test_the_size_of_all_amounts(seed: int, factor: float) -> None:
    case, start = asked(seed)
    case = weighed(case)
    before, after = figures(case, start), figures(scaled(case, factor), start)
    assert unlike(before, after, sizes_of(case), unmet=factor, money=factor) == []


@law()
@pytest.mark.parametrize("factor", FACTORS)
def test_the_size_of_all_money(seed: int, factor: float) -> None:
    case, start = asked(seed)
    before, after = figures(case, start), figures(paid_in(case, factor), start)
    assert unlike(before, after, sizes_of(case), money=factor) == []


TWO_CURRENCIES = """derbes: 1
name: salt
calendar: {first: 2026-01, periods: 24}
currency: {base: BASE, rates: {OTHER: RATE}}
target: town
refill_time: 3
sender_horizon: 12
discount_rate: 5 %
actors: {town: {}, near: {margin_share: 30 %}, far: {margin_share: 10 %}}
goods: {salt: {unit: t, reserve: 30 t, storage_cost: 0.2 USD/t/month}}
uses: {roads: {good: salt, demand: 10 t/month, shortage_cost: 400 USD/t}}
stockpiles: {barn: {good: salt, quantity: 25 t}}
suppliers:
  a: {actor: near, good: salt, price: 30 EUR/t, capacity: 15 t/month, lead_time: 1}
  b: {actor: far, good: salt, price: 70 USD/t, capacity: 4 t/month}
measures: {cut: {kind: embargo, sender: near, hits: {actor: near}, lengths: [6]}}
"""


def test_the_currency_of_the_case(tmp_path: Path) -> None:
    """One euro is 1.25 dollars, whichever of them the case counts in."""
    found = []
    for base, other, rate in (("USD", "EUR", "1.25 USD/EUR"), ("EUR", "USD", "0.8 EUR/USD")):
        text = TWO_CURRENCIES.replace("BASE", base).replace("OTHER", other).replace("RATE", rate)
        path = tmp_path / f"{base}.yaml"
        path.write_text(text, encoding="utf-8")
        found.append(read_case(path))
    dollars, euros = found
    starts = (0, 5, 13)
    before, after = figures(dollars, starts), figures(euros, starts)
    assert unlike(before, after, sizes_of(dollars), money=0.8) == []
