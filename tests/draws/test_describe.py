from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Plant
from derbes.case.quantity import Quantity
from derbes.draws.sampling import describe, make_draws
from tests.draws.uncertain import (
    CLASS,
    DEMAND,
    OTHER,
    PRICE,
    STOCK,
    correlated,
    in_scenarios,
    uncertain_example,
    with_numbers,
)


def by_path(case):
    return {one.path: one for one in describe(case)}


def test_a_range_alone_is_said_to_be_drawn_as_a_pert():
    found = by_path(uncertain_example())
    assert list(found) == [DEMAND, STOCK, OTHER]
    stock = found[STOCK]
    assert (stock.distribution, stock.is_stated, stock.n_rows) == ("pert", False, None)
    assert (found[DEMAND].distribution, found[DEMAND].is_stated) == ("uniform", True)
    assert found[DEMAND].quantiles == pytest.approx({"5": 82.5, "50": 105.0, "95": 127.5})


def test_quantiles_are_those_of_the_draws():
    case = uncertain_example()
    values = make_draws(case, 8192).values
    for column, one in enumerate(describe(case)):
        known = np.percentile(values[:, column], [5, 50, 95])
        np.testing.assert_allclose(list(one.quantiles.values()), known, rtol=3e-3)


def test_a_reference_class_says_on_how_many_projects_it_rests():
    delay = Quantity(
        0.0, "month", distribution="reference", reference="plants", path="plants.far.delay"
    )
    case = replace(
        uncertain_example(),
        plants={"far": Plant("far", actor="home", opening=3, delay=delay)},
        reference_classes={"plants": CLASS},
    )
    found = by_path(case)["plants.far.delay"]
    assert (found.n_rows, found.n_unfinished, found.open_share) == (3, 1, 0.0)
    assert found.quantiles == {"5": 6.0, "50": 18.0, "95": 18.0}
    assert found.reference == "plants"


def test_what_scenarios_draw_otherwise_stands_once_for_each_way():
    """Of the draws of each scenario, the ends and quantiles told of it are right."""
    case = uncertain_example()
    few = Quantity(300.0, "t", 200.0, 400.0, path=STOCK)
    dry = with_numbers(case, {STOCK: few, PRICE: Quantity(8.0, low=5.0, high=9.0)})
    sure = with_numbers(case, {STOCK: Quantity(500.0, "t")})
    drawn = in_scenarios(case, dry=(0.5, dry), calm=(0.25, case), sure=(0.25, sure))
    told = {(one.path, one.scenarios): (one.low, one.high) for one in describe(drawn)}
    assert told == {
        (DEMAND, ()): (80.0, 130.0),
        (STOCK, ("dry",)): (200.0, 400.0),
        (STOCK, ("calm",)): (300.0, 900.0),
        (OTHER, ()): (0.0, 60.0),
        (PRICE, ("dry",)): (5.0, 9.0),
    }
    draws = make_draws(drawn, 4096)
    assert {path for path, _names in told} == set(draws.inputs)
    for one in describe(drawn):
        of_it = [not one.scenarios or name in one.scenarios for name in draws.scenarios]
        known = np.percentile(draws.values[of_it, draws.inputs.index(one.path)], [5, 50, 95])
        np.testing.assert_allclose(list(one.quantiles.values()), known, rtol=2e-2)


def test_observed_values_say_how_many_they_are_and_ties_are_named():
    seen = Quantity(
        40.0, low=1.0, high=40.0, distribution="empirical", parameters=(1.0, 40.0, 40.0)
    )
    case = uncertain_example()
    other = replace(case.suppliers["from_other"], capacity=replace(seen, path=OTHER))
    case = replace(case, suppliers={**case.suppliers, "from_other": other})
    found = by_path(correlated(case, STOCK, OTHER, 0.4))
    assert found[OTHER].n_rows == 3
    assert found[OTHER].correlated == {STOCK: 0.4}
    assert found[STOCK].correlated == {OTHER: 0.4}
    assert found[DEMAND].correlated == {}
