"""Order, names and the parts in which a thing is written carry no meaning."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest

from derbes.analysis.cover import actor_shares
from derbes.analysis.leverage import leverage_rows
from derbes.case.entities import (
    Actor,
    Case,
    Good,
    Hit,
    Measure,
    Recipe,
    Route,
    Supplier,
    Tier,
    Use,
)
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.draws.study import make_studies
from tests.oracles.plain_case import Plain
from tests.properties.figures import (
    SECTIONS,
    asked,
    changed,
    figures,
    law,
    renamed,
    sizes_of,
    times,
    unlike,
)
from tests.small_cases import worked_example


def names_no_element(case: Case) -> bool:
    """Whether no measure singles out one element."""
    return not any(hit.element for m in case.measures.values() for hit in m.hits)


def has_one_recipe_on_a_line(case: Case) -> bool:
    on_line = [recipe for recipe in case.recipes.values() if recipe.line]
    return len(on_line) == 1 and on_line[0].capacity is None and names_no_element(case)


@law()
def test_every_mapping_turned_round(seed: int) -> None:
    case, start = asked(seed)
    before, after = figures(case, start), figures(renamed(case, {}), start)
    assert unlike(before, after, sizes_of(case)) == []


def with_equal_costs(case: Case) -> Case:
    """Every source of a good costs the same: over a route, directly, made out of nothing."""
    values = Plain(case, case.calendar.n_periods).value
    scale = {name: 2.0 ** round(math.log2(values[name] or 1.0)) for name in case.goods}

    def sold(one: Supplier) -> Mapping[str, Any]:
        return {"price": Quantity(scale[one.good] * (1.0 if one.routes else 1.25))}

    def made(one: Recipe) -> Mapping[str, Any]:
        return {} if one.inputs else {"cost": Quantity(scale[one.output] * 1.25)}

    case = changed(case, "routes", lambda _one: {"cost_share": Quantity(0.25)})
    return changed(changed(case, "suppliers", sold), "recipes", made)


@law(lambda case: len(case.suppliers) > 1)
def test_sources_that_cost_the_same_turned_round(seed: int) -> None:
    case, start = asked(seed)
    case = with_equal_costs(case)
    before, after = figures(case, start), figures(renamed(case, {}), start)
    assert unlike(before, after, sizes_of(case), leave=("binding",)) == []


EQUAL = {
    "dear_for_the_way": (("near", 10.0, "", 0.2, 200), ("far", 5.0, "rail", 0.2, 200)),
    "dear_for_the_margin": (
        ("far", 5.0, "rail", 0.4, 40),
        ("near", 10.0, "", 0.2, 40),
        ("large", 8.0, "road", 0.2, 80),
    ),
    "in_a_stop": (
        ("rail", 5.0, "rail", 0.4, 80),
        ("near", 10.0, "", 0.4, 200),
        ("small", 10.0, "", 0.2, 40),
        ("late", 8.0, "sea", 0.4, 40),
    ),
}
"""Sellers whose goods cost 10 on arrival: name, price, route, margin, capacity."""


@pytest.mark.parametrize("sellers", EQUAL.values(), ids=EQUAL)
def test_who_sells_at_one_cost_does_not_hang_on_the_order(sellers: tuple[Any, ...]) -> None:
    def sold(name: str, price: float, route: str, margin: float, capacity: float) -> Supplier:
        return Supplier(
            name,
            actor=name,
            good="good",
            price=Quantity(price),
            capacity=Quantity(capacity),
            margin_share=Quantity(margin),
            routes=(route,) if route else (),
        )

    names = [one[0] for one in sellers]
    case = replace(
        worked_example(1, n_periods=48, stock=100.0),
        goods={"good": Good("good", unit="t", reserve=Quantity(300.0))},
        actors={name: Actor(name) for name in ("home", *names)},
        routes={
            "rail": Route("rail", cost_share=Quantity(1.0)),
            "road": Route("road", cost_share=Quantity(0.25)),
            "sea": Route("sea", cost_share=Quantity(0.25), lead_time=Quantity(2.0)),
        },
        suppliers={one[0]: sold(*one) for one in sellers},
        measures={n: Measure(n, sender=n, hits=(Hit(actor=n),), lengths=(3,)) for n in names},
    )
    before, after = figures(case, (0,)), figures(renamed(case, {}), (0,))
    assert unlike(before, after, sizes_of(case)) == []


@law()
def test_every_id_renamed(seed: int) -> None:
    case, start = asked(seed)
    ids = [*chain.from_iterable(getattr(case, section) for section in SECTIONS), "line"]
    names = {name: f"z{len(ids) - i}" for i, name in enumerate(sorted(set(ids)))}
    names |= {actor: f"a{i}" for i, actor in enumerate(sorted(case.actors, reverse=True))}
    other = renamed(case, names, turned=False)

    def key(name: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(part, part) for part in name)

    before = figures(case, start)
    before = {
        name: renamed(value, names) if isinstance(value, (str, tuple)) else value
        for name, value in before.items()
    }
    before = {n: tuple(sorted(v)) if isinstance(v, tuple) else v for n, v in before.items()}
    after = figures(other, start)
    after = {n: tuple(sorted(v)) if isinstance(v, tuple) else v for n, v in after.items()}
    assert unlike(before, after, sizes_of(case), key=key) == []


def has_a_habit_by_several_ways(case: Case) -> bool:
    return any(len(s.routes) > 1 and s.at_least is not None for s in case.suppliers.values())


@law(has_a_habit_by_several_ways)
def test_which_of_two_alike_sellers_stops_is_all_one(seed: int) -> None:
    """Halves of a seller of whom something must be taken, by several routes, of two actors."""
    case, start = asked(seed)
    first = next(s for s in case.suppliers.values() if len(s.routes) > 1 and s.at_least)
    share = first.margin_share or case.actors[first.actor].margin_share
    halves = {
        name: replace(
            first,
            id=name,
            actor=name,
            margin_share=share,
            capacity=times(first.capacity, 0.5),
            at_least=times(first.at_least, 0.5),
            on_order=times(first.on_order, 0.5),
        )
        for name in ("one", "other_one")
    }
    rest = {name: one for name, one in case.suppliers.items() if name != first.id}
    actors = case.actors | {name: Actor(name) for name in halves}
    case = replace(case, actors=actors, suppliers={**rest, **halves})
    found = []
    for name in halves:
        cut = Measure("cut", sender=name, hits=(Hit(actor=name),), lengths=(3,))
        stopped = replace(case, measures={"cut": cut})
        found.append(figures(stopped, start, premium=False))
    assert unlike(*found, sizes_of(case)) == []


@pytest.mark.parametrize("part", [0.5, 0.25])
@law(names_no_element)
def test_a_seller_in_parts(seed: int, part: float) -> None:
    case, start = asked(seed)
    first = next(iter(case.suppliers.values()))
    halves = {
        first.id: replace(
            first,
            capacity=times(first.capacity, part),
            at_least=times(first.at_least, part),
            on_order=times(first.on_order, part),
        ),
        "rest": replace(
            first,
            id="rest",
            capacity=times(first.capacity, 1 - part),
            at_least=times(first.at_least, 1 - part),
            on_order=times(first.on_order, 1 - part),
        ),
    }
    split = replace(case, suppliers={**case.suppliers, **halves})
    assert unlike(figures(case, start), figures(split, start), sizes_of(case)) == []


@law(lambda case: bool(case.stockpiles) and names_no_element(case))
def test_a_lot_in_parts(seed: int) -> None:
    case, start = asked(seed)
    first = next(iter(case.stockpiles.values()))
    halves = {
        first.id: replace(first, quantity=times(first.quantity, 0.5)),
        "rest": replace(first, id="rest", quantity=times(first.quantity, 0.5)),
    }
    split = replace(case, stockpiles={**case.stockpiles, **halves})
    assert unlike(figures(case, start), figures(split, start), sizes_of(case)) == []


@law(has_one_recipe_on_a_line)
def test_a_line_in_parts(seed: int) -> None:
    """Two lines of half the hours, on which the same can be made: where one recipe runs."""
    case, start = asked(seed)
    on_line = [r for r in case.recipes.values() if r.line]
    recipe, plant = on_line[0], case.plants["p"]
    lines = {"line": times(plant.lines["line"], 0.5), "more": times(plant.lines["line"], 0.5)}
    split = replace(
        case,
        plants={"p": replace(plant, lines=lines)},
        recipes={**case.recipes, "twin": replace(recipe, id="twin", line="more")},
    )
    assert unlike(figures(case, start), figures(split, start), sizes_of(case)) == []


@law()
def test_a_seller_who_has_nothing_to_sell_changes_nothing(seed: int) -> None:
    """However little it asks for it: what cannot be had is no measure of what a good is worth."""
    case, start = asked(seed)
    sellers = {
        f"empty_{good}": Supplier(
            f"empty_{good}", actor="third", good=good, price=Quantity(1e-9), capacity=Quantity(0.0)
        )
        for good in case.goods
    }
    more = replace(case, suppliers={**sellers, **case.suppliers})
    assert unlike(figures(case, start), figures(more, start), sizes_of(case)) == []


@law()
def test_what_nobody_uses_changes_nothing(seed: int) -> None:
    case, start = asked(seed)
    other = Good("unused", unit="t")
    seller = Supplier(
        "unused_seller", actor="third", good="unused", price=Quantity(7.0), capacity=Quantity(1e7)
    )
    more = replace(
        case,
        goods={"unused": other, **case.goods},
        suppliers={"unused_seller": seller, **case.suppliers},
    )
    assert unlike(figures(case, start), figures(more, start), sizes_of(case)) == []


@law(lambda case: all(use.tier is Tier.ESSENTIAL for use in case.uses.values()))
def test_an_independent_good_changes_no_figure_of_the_others(seed: int) -> None:
    """A deferrable use of something else, always served, worth 10^8 times as much."""
    case, start = asked(seed)
    far = Good("far", unit="t")
    use = Use("far_use", good="far", tier=Tier.DEFERRABLE, demand=Quantity(5.0))
    price = Quantity(1e8 * 10.0)
    seller = Supplier("far_seller", actor="third", good="far", price=price, capacity=Quantity(10.0))
    more = replace(
        case,
        goods={**case.goods, "far": far},
        uses={**case.uses, "far_use": use},
        suppliers={**case.suppliers, "far_seller": seller},
    )
    names = ("unmet_essential", "deepest_shortfall", "time_to_survive", "days_of_cover")
    before, after = figures(case, start, premium=False), figures(more, start, premium=False)
    assert unlike(before, after, sizes_of(case), only=names) == []


@pytest.mark.parametrize("seed", [1007, 1011, 1017, 1047])
def test_nothing_of_what_is_cheap_is_lost_beside_what_is_dear(seed: int) -> None:
    """What a period of the other good is worth is a hundred thousand times the whole case."""
    case, start = asked(seed)
    sizes = sizes_of(case)
    use = Use("far_use", good="far", tier=Tier.DEFERRABLE, demand=Quantity(1.0))
    price = Quantity(1e5 * sizes.money)
    seller = Supplier("far_seller", actor="afar", good="far", price=price, capacity=Quantity(2.0))
    more = replace(
        case,
        actors={**case.actors, "afar": Actor("afar")},
        goods={**case.goods, "far": Good("far", unit="t")},
        uses={**case.uses, "far_use": use},
        suppliers={**case.suppliers, "far_seller": seller},
    )
    before, after = figures(case, start, premium=False), figures(more, start, premium=False)
    names = {*chain.from_iterable(before)} - {"unmet_deferrable", "unmet_deferrable_gross"}
    assert unlike(before, after, sizes, only=tuple(names)) == []


@law()
def test_a_measure_that_takes_nothing_does_nothing(seed: int) -> None:
    case, start = asked(seed)
    nothing = changed(
        case, "measures", lambda m: {"share": Quantity(0.0), "kind": "embargo", "crisis": False}
    )
    size = sizes_of(case)
    for name, value in figures(nothing, start, premium=False).items():
        if name[0] == "leverage" and name[-1] in ("unmet_essential", "unmet_deferrable"):
            assert abs(value) <= 1e-6 * size.unmet, name
        if name[0] == "leverage" and name[-1] in ("target_loss", "sender_cost_returning"):
            assert value is None or name[5] == "myopic" or abs(value) <= 1e-6 * size.money, name
        if name[-1] == "deepest_shortfall":
            assert value <= 1e-6, name


def has_a_plant(case: Case) -> bool:
    return any(recipe.plant for recipe in case.recipes.values()) and not case.exports


@law(has_a_plant)
def test_who_stands_behind_nothing_takes_nothing_by_a_stop(seed: int) -> None:
    """One who sells nothing, and owns the plant or not: without a share there is no harm."""
    case, start = asked(seed)
    case = changed(case, "suppliers", lambda _one: {"actor": "other"})
    stop = Measure("cut", sender="sender", hits=(Hit(actor="sender"),), lengths=(3,))
    case = replace(case, measures={"cut": stop})
    for owner in ("sender", "third"):
        one = changed(case, "plants", lambda _one, owner=owner: {"actor": owner})
        request = Request(starts=start, lengths=(3,))
        (study,) = make_studies(one, request)
        (row, _rule) = leverage_rows([study], request, has_premium=False)
        months = slice(start[0], start[0] + row.window // one.calendar.step)
        shares = actor_shares(study).get("sender", np.zeros((1, months.stop)))[:, months]
        if months.stop <= one.calendar.n_periods and not np.nan_to_num(shares).any():
            assert row.unmet_essential == 0.0
            assert row.target_loss in (None, 0.0)
