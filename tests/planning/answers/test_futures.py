"""Which futures a plan is made for."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.case.quantity import Quantity
from derbes.case.uncertainty import Correlation
from derbes.errors import RequestError
from derbes.planning.answers import MOST_LISTED, futures_of

CASES = Path(__file__).parent / "cases"


def _with_demand(case, use, *pairs):
    """A case whose demand for a use is discrete: value and weight, one after the other."""
    number = Quantity(
        pairs[0], path=f"uses.{use}.demand", distribution="discrete", parameters=pairs
    )
    return replace(case, uses={**case.uses, use: replace(case.uses[use], demand=number)})


@pytest.fixture(scope="module")
def lands():
    return api.read_case(CASES / "lands.yaml")


def test_a_discrete_demand_is_planned_for_like_scenarios(lands):
    """LandS3 with its three demands as a distribution instead of scenarios."""
    first = next(iter(lands.uses))
    case = _with_demand(replace(lands, scenarios={}), first, 3 / 12, 0.3, 5 / 12, 0.4, 7 / 12, 0.3)
    plan = api.plan(case, has_frontier=False, has_more=False)
    assert plan.cost == pytest.approx(381.853333)
    assert (plan.draws, plan.seed) == (3, None)


def test_every_combination_stands_with_its_probability(lands):
    one, other = list(lands.uses)[:2]
    case = _with_demand(replace(lands, scenarios={}), one, 3.0, 0.25, 5.0, 0.75)
    draws = futures_of(_with_demand(case, other, 1.0, 0.5, 2.0, 0.5), None, seed=1)
    assert draws is not None
    assert sorted(draws.weights) == pytest.approx([0.125, 0.125, 0.375, 0.375])


def test_scenarios_multiply_with_discrete_inputs(lands, tmp_path):
    text = (CASES / "lands.yaml").read_text(encoding="utf-8")
    certain = "tier: essential, demand: 3 MWh/year"
    assert text.count(certain) == 1
    drawn = (
        "tier: essential, demand: {value: 3, unit: MWh/year, "
        "distribution: {kind: discrete, values: [2, 4], weights: [0.5, 0.5]}}"
    )
    path = tmp_path / "lands.yaml"
    path.write_text(text.replace(certain, drawn), encoding="utf-8")
    draws = futures_of(api.read_case(path), None, seed=1)
    assert draws is not None
    assert len(draws.weights) == 2 * len(lands.scenarios)
    assert sorted(draws.weights) == pytest.approx([0.15, 0.15, 0.15, 0.15, 0.2, 0.2])


def _listing(n):
    return tuple(number for value in range(1, n + 1) for number in (float(value), 1.0 / n))


@pytest.mark.parametrize("n", [1280, MOST_LISTED])
def test_a_list_is_taken_whole(lands, n):
    case = _with_demand(replace(lands, scenarios={}), next(iter(lands.uses)), *_listing(n))
    draws = futures_of(case, None, seed=1)
    assert draws is not None
    assert len(draws.weights) == n
    assert draws.weights.sum() == pytest.approx(1.0)


def test_a_list_that_is_too_long_is_refused(lands):
    bare = replace(lands, scenarios={}, source="lands.yaml")
    many = _with_demand(bare, next(iter(bare.uses)), *_listing(MOST_LISTED + 1))
    with pytest.raises(RequestError) as error:
        futures_of(many, None, seed=1)
    assert str(error.value) == (
        "lands.yaml: 1 problem\n"
        "  - draws: the case lists 20001 futures,"
        " more than the 20000 that are planned for at once\n"
        "    fix: ask for draws of them with --draws, such as --draws 200"
    )


def test_inputs_that_are_tied_are_not_listed_as_if_they_were_not(lands):
    one, other = list(lands.uses)[:2]
    case = _with_demand(replace(lands, scenarios={}), one, 3.0, 0.5, 5.0, 0.5)
    case = _with_demand(case, other, 1.0, 0.5, 2.0, 0.5)
    tie = Correlation((f"uses.{one}.demand", f"uses.{other}.demand"), 0.9)
    with pytest.raises(RequestError) as error:
        futures_of(replace(case, correlations=(tie,), source="lands.yaml"), None, seed=1)
    assert str(error.value) == (
        "lands.yaml: 1 problem\n"
        "  - draws: the case lists values of inputs that it correlates:"
        f" uses.{one}.demand, uses.{other}.demand\n"
        "    fix: ask for draws of them with --draws, such as --draws 200"
    )


def test_without_any_list_there_are_central_values(lands):
    assert futures_of(replace(lands, scenarios={}), None, seed=1) is None
