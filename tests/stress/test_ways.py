"""The programme, the cheapest other way and doing nothing: each figure by a second way."""

from dataclasses import replace

import numpy as np
import pytest

from derbes import api
from derbes.case.entities import Variant
from derbes.case.options import Choice, Option, OptionKind, Standard
from derbes.case.quantity import Quantity
from derbes.case.uncertainty import Draws
from derbes.model.compile import compile_case
from derbes.planning.accounts import paid_for
from derbes.planning.effects import decided_arrays, shields
from derbes.results.money import CHEAPEST, NOTHING, PROGRAMME
from derbes.results.plan import FOREIGN
from derbes.stress.outcomes import Rule, simulate_hazards
from derbes.stress.ways import abroad_by_year, ways_of
from tests.draws.uncertain import hazard, named, uncertain_example, with_hazards
from tests.small_cases import worked_example

RESERVE = Option(
    "store",
    kind=OptionKind.RESERVE,
    element="goods.good",
    sizes=(),
    smallest=0.0,
    largest=2000.0,
    dates=(0,),
    capital_by_size=Quantity(2.0),
    foreign_share=Quantity(0.25),
)
YEAR = Standard("year", uses=("use",), measure="cut", length=12, first=18, last=20)


def two_worlds(base=None):
    """A case whose own supply meets the standard, and its variant without it, which needs stock."""
    base = base or named(worked_example(1, n_periods=36))
    bare = replace(
        with_hazards(base, hazard("cut", 0.3, 14.0)),
        options={"store": RESERVE},
        standards={"year": YEAR},
    )
    other = bare.suppliers["from_other"]
    rich = replace(other, capacity=replace(other.capacity, value=75.0))
    whole = replace(bare, suppliers={**bare.suppliers, "from_other": rich})
    return replace(
        whole, variants={"bare": Variant("bare", case=bare)}, without_project="bare"
    ), bare


@pytest.fixture(scope="module")
def found():
    case, bare = two_worlds()
    return case, bare, api.plan(case, has_frontier=False)


def test_what_each_way_pays_is_what_its_plan_pays_by_year(found):
    case, _bare, plan = found
    beside = api.plan(case, variant="bare", has_frontier=False, has_more=False)
    for name, rows, field in (
        (PROGRAMME, plan.outlay, "amount"),
        (CHEAPEST, beside.outlay, "amount"),
        (NOTHING, plan.outlay, "without_project"),
    ):
        way = plan.ways.way(name)
        whole = sum(getattr(row, field) for row in rows if row.currency != FOREIGN)
        abroad = sum(getattr(row, field) for row in rows if row.currency == FOREIGN)
        assert (way.outlay, way.abroad) == (pytest.approx(whole), pytest.approx(abroad))


def test_a_plan_that_decides_nothing_pays_abroad_what_the_calm_plan_pays(found):
    case, bare, plan = found
    assert plan.ways.way(PROGRAMME).plan == ()
    for name, one in ((PROGRAMME, case), (NOTHING, bare)):
        paid = abroad_by_year(one).sum()
        assert paid > 0.0
        assert plan.ways.way(name).abroad == pytest.approx(paid)


def test_the_same_standard_costs_what_is_held_for_it(found):
    """A year without the sender lacks 60 t a month and 600 t are there: 120 t more are bought.

    At once, beside the 100 t that are used: 100 t of them from the sender, whose 200 t are then
    sold out, and 20 t from the other.
    """
    case, bare, plan = found
    way = plan.ways.way(CHEAPEST)
    (choice,) = api.plan(bare, has_frontier=False, has_more=False).plan
    assert choice.size == pytest.approx(120.0)
    paid = paid_for(bare, Choice("store", 0, choice.size)).sum()
    goods = 100.0 * 10.0 + 20.0 * 25.0
    assert paid == pytest.approx(240.0)
    assert way.cost_of_security == pytest.approx(paid + goods)
    assert (plan.ways.way(PROGRAMME).met, way.met, plan.ways.way(NOTHING).met) == (
        True,
        True,
        False,
    )
    assert plan.ways.met_from == case.calendar.label(18)


def test_losses_are_over_the_same_futures_and_the_difference_has_its_own_error(found):
    """The same futures again, run one way after the other and compared future by future."""
    case, bare, plan = found
    ways = plan.ways
    drawn = Draws((), np.zeros((ways.draws, 0)), np.ones(ways.draws) / ways.draws)
    loss = {}
    (choice,) = api.plan(bare, has_frontier=False, has_more=False).plan
    held = replace(bare.goods["good"], reserve=Quantity(600.0 + choice.size))
    richer = replace(bare, goods={"good": held}, options={})
    for name, one in ((PROGRAMME, case), (CHEAPEST, richer), (NOTHING, bare)):
        loss[name] = simulate_hazards(Rule(one, ("cut",)), drawn, seed=ways.seed)
    n = ways.draws
    for name, outcome in loss.items():
        way = ways.way(name)
        assert way.loss.mean == pytest.approx(outcome.loss.mean())
        assert way.loss.standard_error == pytest.approx(outcome.loss.std(ddof=1) / np.sqrt(n))
        assert way.p_short.mean == pytest.approx((outcome.first_short >= 0).mean())
    saved = loss[NOTHING].loss - loss[PROGRAMME].loss
    assert ways.way(PROGRAMME).saved.mean == pytest.approx(saved.mean())
    assert ways.way(PROGRAMME).saved.standard_error == pytest.approx(saved.std(ddof=1) / np.sqrt(n))
    assert ways.way(NOTHING).saved is None
    assert ways.way(PROGRAMME).saved.mean > ways.way(CHEAPEST).saved.mean > 0


def test_without_draws_losses_are_not_told(found):
    case, _bare, plan = found
    ways = ways_of(case, {"base": plan}, draws=0)
    assert ways.draws == 0
    assert [one.way for one in ways.ways] == [PROGRAMME, NOTHING]
    assert all(one.loss is one.saved is one.p_short is None for one in ways.ways)


def test_a_reserve_that_is_chosen_is_a_reserve_that_is_written():
    case = replace(uncertain_example(), options={"store": RESERVE})
    change = decided_arrays(case, (Choice("store", 5, 250.0),))
    reserve = Quantity(600.0, steps=((0, 600.0), (5, 850.0)))
    written = replace(case, goods={"good": replace(case.goods["good"], reserve=reserve)})
    np.testing.assert_allclose(change(compile_case(case)).reserve, compile_case(written).reserve)


def test_a_contract_that_is_chosen_is_a_seller_who_is_there():
    option = Option("more", kind=OptionKind.CONTRACT, element="suppliers.from_other", dates=(0,))
    case = replace(uncertain_example(), options={"more": option})
    change = decided_arrays(case, (Choice("more", 0, 1.0),))
    there = compile_case(replace(case, options={}))
    closed = compile_case(case)
    assert closed.activities.capacity[1].max() == 0.0
    np.testing.assert_allclose(change(closed).activities.capacity, there.activities.capacity)


def test_nothing_decided_changes_nothing_and_a_seller_bought_out_is_no_change_of_arrays():
    option = Option("own", kind=OptionKind.BUY_OUT, element="suppliers.from_sender")
    case = replace(uncertain_example(), options={"own": option})
    assert decided_arrays(case, ()) is None
    assert shields(case, (Choice("own", 0, 1.0),))
    assert not shields(case, ())


def test_with_uncertain_inputs_every_way_meets_the_same_draws():
    """Two ways that are the same case lose the same in every future: the difference is nothing."""
    _case, bare = two_worlds(uncertain_example())
    same = replace(bare, variants={"bare": Variant("bare", case=bare)}, without_project="bare")
    plan = api.plan(bare, has_frontier=False, has_more=False)
    nothing = replace(plan, plan=())
    ways = ways_of(same, {"base": nothing, "bare": plan}, draws=64)
    assert ways.way(PROGRAMME).saved.mean == 0.0
    assert ways.way(PROGRAMME).saved.standard_error == 0.0
    assert ways.way(CHEAPEST).loss.mean <= ways.way(NOTHING).loss.mean
