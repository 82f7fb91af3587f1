"""What a measure selects: every key of a hit must match, any of several hits is enough."""

import numpy as np
import pytest

from derbes.case.entities import Hit, MeasureKind
from derbes.case.quantity import Quantity
from tests.model.world import compiled, measure

NORTH = {"north_rail", "north_sea"}

SELECTED = [
    (Hit(actor="sender"), {*NORTH, "finish"}),
    (Hit(actor="other"), {"east", "abroad"}),
    (Hit(actor="home"), {"make", "handmade"}),
    (Hit(via="transit"), {"north_rail"}),
    (Hit(route="sea"), {"north_sea"}),
    (Hit(good="good"), {*NORTH, "abroad"}),
    (Hit(good="part"), {"east"}),
    (Hit(tag="bloc"), {*NORTH, "finish"}),
    (Hit(tag="raw"), {"east"}),
    (Hit(tag="cheap"), NORTH),
    (Hit(tag="long"), {"north_sea"}),
    (Hit(tag="state_owned"), {"make"}),
    (Hit(tag="craft"), {"handmade"}),
    (Hit(tag="ally"), {"abroad"}),
    (Hit(element="suppliers.north"), NORTH),
    (Hit(element="routes.rail"), {"north_rail"}),
    (Hit(element="recipes.make"), {"make"}),
    (Hit(element="plants.joint"), {"finish"}),
    (Hit(element="exports.abroad"), {"abroad"}),
    (Hit(actor="sender", good="good"), {*NORTH, "finish"}),
    (Hit(actor="sender", good="part"), set()),
    (Hit(actor="sender", route="rail"), {"north_rail"}),
    (Hit(actor="other", via="transit"), set()),
    (Hit(good="good", tag="long"), {"north_sea"}),
    (Hit(actor="home", element="plants.joint"), set()),
]


@pytest.mark.parametrize(("hit", "names"), SELECTED, ids=[str(hit) for hit, _ in SELECTED])
def test_activities_that_a_hit_selects(hit, names):
    arrays, act = compiled(measure(MeasureKind.EMBARGO, hit))
    cut = {n for n, a in zip(arrays.activities.names, act.availability, strict=True) if a == 0.0}
    assert cut == names


def test_several_hits_add_up():
    hits = Hit(route="sea"), Hit(element="recipes.make")
    arrays, act = compiled(measure(MeasureKind.EMBARGO, *hits))
    cut = {n for n, a in zip(arrays.activities.names, act.availability, strict=True) if a == 0.0}
    assert cut == {"north_sea", "make"}


@pytest.mark.parametrize(
    ("hit", "uses"),
    [
        (Hit(), ["need", "wish"]),
        (Hit(actor="home"), ["need", "wish"]),
        (Hit(actor="sender"), []),
        (Hit(good="good"), ["need"]),
        (Hit(tag="drill"), ["wish"]),
        (Hit(tag="raw"), ["wish"]),
        (Hit(element="uses.need"), ["need"]),
        (Hit(good="part", via="transit"), []),
    ],
    ids=str,
)
def test_uses_that_a_surge_selects(hit, uses):
    arrays, act = compiled(measure(MeasureKind.DEMAND_SURGE, hit, by=Quantity(0.5)))
    assert [u for u, f in zip(arrays.uses, act.demand_factor, strict=True) if f == 1.5] == uses
    assert set(act.demand_factor) <= {1.0, 1.5}


@pytest.mark.parametrize(
    ("hit", "lots", "fresh"),
    [
        (Hit(tag="depot_north"), ["depot"], []),
        (Hit(element="stockpiles.heap"), ["heap"], []),
        (Hit(element="goods.good"), [], ["good"]),
        (Hit(good="good"), ["depot"], ["good"]),
        (Hit(tag="raw"), ["heap"], ["part"]),
        (Hit(actor="home"), ["depot", "heap"], []),
        (Hit(actor="home", good="part"), ["heap"], ["part"]),
        (Hit(actor="sender", good="part"), [], []),
    ],
    ids=str,
)
def test_stocks_that_a_loss_selects(hit, lots, fresh):
    arrays, act = compiled(measure(MeasureKind.STOCKPILE_LOSS, hit))
    assert [lot for lot, k in zip(arrays.lots, act.lot_kept, strict=True) if k == 0.0] == lots
    assert [g for g, k in zip(arrays.goods, act.fresh_kept, strict=True) if k == 0.0] == fresh


@pytest.mark.parametrize(
    ("hit", "plants"),
    [
        (Hit(actor="sender"), ["joint"]),
        (Hit(tag="bloc"), ["joint"]),
        (Hit(tag="state_owned"), ["mill"]),
        (Hit(element="plants.mill"), ["mill"]),
        (Hit(good="good"), []),
        (Hit(actor="home", route="rail"), []),
    ],
    ids=str,
)
def test_plants_that_a_delay_selects(hit, plants):
    arrays, act = compiled(measure(MeasureKind.DELAY, hit, by=Quantity(2.0)))
    assert [p for p, d in zip(arrays.plants, act.plant_delay, strict=True) if d] == plants
    assert np.all(act.lot_kept == 1.0)
