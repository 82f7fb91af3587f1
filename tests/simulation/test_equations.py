"""Each equation of the myopic rule by its number, on cases small enough for a pencil."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from derbes.case.arrays import CaseArrays, State
from derbes.case.entities import (
    Case,
    Export,
    Good,
    InTransit,
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
from derbes.case.quantity import Quantity
from derbes.compiler import compile_case, compile_measure
from derbes.programs.calm import solve_calm, state_at
from derbes.simulation import BranchRun, simulate_branch
from tests.programs.solved import changed
from tests.small_cases import one_good, worked_example

Q = Quantity
TOLERANCE = 1e-9
"""Rounding, on numbers of some hundreds."""


def seller(name: str, price: float, capacity: float, *, lead: float = 0.0, **keys: str) -> Supplier:
    """A supplier; of the good and by another than the sender, when not said otherwise."""
    of = {"actor": "other", "good": "good", **keys}
    return Supplier(name, price=Q(price), capacity=Q(capacity), lead_time=Q(lead), **of)


def sold_by(*sellers: Supplier, stock: float = 0.0, demand: float = 100.0) -> Case:
    """One good, one essential use, some suppliers."""
    case = one_good(stock=stock, demand=demand)
    return replace(case, suppliers={one.id: one for one in sellers})


def with_use(
    case: Case, demand: float, *, tier: Tier = Tier.DEFERRABLE, good: str = "good"
) -> Case:
    """A second use, named `other`."""
    return replace(
        case, uses={**case.uses, "other": Use("other", good=good, tier=tier, demand=Q(demand))}
    )


def makes(output: str, cost: float = 1.0, *, inputs: Mapping[str, float], **keys: object) -> Recipe:
    """A recipe, named after what it makes."""
    amounts = {good: Q(amount) for good, amount in inputs.items()}
    return Recipe(f"make_{output}", output=output, inputs=amounts, cost=Q(cost), **keys)  # type: ignore[arg-type]


def made_by(
    *recipes: Recipe,
    sellers: tuple[Supplier, ...],
    lots: Mapping[str, float] | None = None,
    hours: float = 0.0,
) -> Case:
    """Goods x, y and z, with an essential use of 0 a month each; made from p and q on one line."""
    goods = {name: Good(name, unit="t") for name in ("x", "y", "z", "p", "q")}
    return replace(
        one_good(),
        goods=goods,
        uses={name: Use(name, good=name, demand=Q(0.0)) for name in ("x", "y", "z")},
        stockpiles={g: Stockpile(g, good=g, quantity=Q(n)) for g, n in (lots or {}).items()},
        suppliers={one.id: one for one in sellers},
        plants={"plant": Plant("plant", actor="home", opening=0, lines={"line": Q(hours)})},
        recipes={one.id: one for one in recipes},
    )


def wanting(case: Case, **demand: float) -> Case:
    """The case with a demand for some goods."""
    uses = {name: replace(use, demand=Q(demand.get(name, 0.0))) for name, use in case.uses.items()}
    return replace(case, uses=uses)


def state_of(
    arrays: CaseArrays,
    *,
    fresh: float = 0.0,
    past: tuple[float, ...] = (),
    transit: Mapping[str, tuple[float, ...]] | None = None,
) -> State:
    """What the first month finds in calm; what is said of the first good is so instead."""
    state = state_at(solve_calm(arrays), 0)
    if fresh:
        state.fresh[0] = fresh
        state.past_inflow[0, : len(past)] = past
    if transit is None:
        return state
    coming = np.zeros_like(state.transit)
    for name, amounts in transit.items():
        coming[arrays.activities.names.index(name), : len(amounts)] = amounts
    return replace(state, transit=coming)


def run(case: Case, n: int, *, length: int = 0, **found: object) -> BranchRun:
    """n months by the rule; with a length the measure `cut` starts in the first."""
    arrays = compile_case(case)
    measure = compile_measure(case, arrays, "cut") if length else None
    state = state_of(arrays, **found)  # type: ignore[arg-type]
    return simulate_branch(arrays, measure, state, start=0, length=length, n_periods=n)


def level(case: Case, branch: BranchRun, name: str) -> list[float]:
    """Level of an activity by month."""
    return list(branch.levels[compile_case(case).activities.names.index(name)])


def assert_same(found: npt.ArrayLike, expected: npt.ArrayLike) -> None:
    """Equal but for rounding."""
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


# What is there


def test_s1_a_lot_ages_before_it_is_drawn():
    """1,000 that halve every month, 100 drawn: 900; 450 - 100; 175 - 100; 37.5 of 100."""
    case = one_good(stock=1000.0, capacity=0.0, survival={"half_life": Q(1.0)})
    branch = run(case, 4, length=4)
    assert_same(branch.lots, [[900.0, 350.0, 75.0, 0.0]])
    assert_same(branch.unmet, [[0.0, 0.0, 0.0, 62.5]])


def test_s1_fresh_stock_ages_and_what_is_on_the_way_joins_it_in_full():
    """400 that halve: 200 + 30 - 100 = 130; 65 + 20 - 100 is 15 short; then nothing comes."""
    case = sold_by(seller("far", 10.0, 30.0, lead=2.0, actor="sender"))
    case = changed(case, "goods", "good", survival=Survival(half_life=Q(1.0)))
    case = changed(case, "measures", "cut", in_transit=InTransit.DELIVERED)
    branch = run(case, 3, length=3, fresh=400.0, transit={"far": (30.0, 20.0)})
    assert_same(branch.fresh, [[130.0, 0.0, 0.0]])
    assert_same(branch.unmet, [[0.0, 15.0, 100.0]])


def test_s1_the_lot_that_will_lose_most_goes_first_and_fresh_stock_last():
    """100 a month: the perishing 100, then the lasting 150; 60 a month come in.

    Fresh: 60; 120; 120 + 60 - 50 = 130 when the lots are empty; 130 + 60 - 100 = 90.
    """
    case = sold_by(seller("near", 10.0, 200.0, actor="sender"), seller("other", 20.0, 60.0))
    perishing = Stockpile(
        "perishing", good="good", quantity=Q(100.0), survival=Survival(shelf_life=Q(6.0))
    )
    lasting = Stockpile("lasting", good="good", quantity=Q(150.0))
    case = replace(case, stockpiles={"lasting": lasting, "perishing": perishing})
    branch = run(case, 4, length=4)
    assert_same(branch.lots, [[150.0, 50.0, 0.0, 0.0], [0.0] * 4])
    assert_same(branch.fresh, [[60.0, 120.0, 130.0, 90.0]])


# What is to be held


def test_s2_a_reserve_is_drawn_under_a_measure_and_comes_back_in_equal_steps():
    """600 drawn by 100 - 40 a month last ten months of twelve; back by 600 / 6 a month."""
    case = worked_example(1)
    branch = run(case, 20, length=12)
    assert_same(branch.unmet[0], [0.0] * 10 + [60.0] * 2 + [0.0] * 8)
    stock = branch.lots[0] + branch.fresh[0]
    falls = [540.0 - 60.0 * month for month in range(10)]
    rises = [100.0, 200.0, 300.0, 400.0, 500.0, 600.0]
    assert_same(stock, [*falls, 0.0, 0.0, *rises, 600.0, 600.0])
    sender = level(case, branch, "from_sender")
    assert_same(sender[12:], [200.0] * 6 + [100.0] * 2)


def test_s2_what_is_left_after_a_measure_is_held_while_the_reserve_comes_back():
    """One month leaves 540 of 600: five months' use is bought anew, the sixth adds the 60."""
    case = worked_example(1)
    branch = run(case, 8, length=1)
    assert_same(branch.lots[0] + branch.fresh[0], [540.0] * 6 + [600.0] * 2)
    assert_same(level(case, branch, "from_sender"), [0.0] + [100.0] * 5 + [160.0, 100.0])


def test_s2_stock_of_a_threatened_good_is_for_essential_uses_while_the_measure_runs():
    """300 in stock, 60 a month to buy, 100 essential and 50 deferrable.

    In calm all 150 are drawn and nothing need be bought. Under the measure the 60
    only make up for what was drawn: 300 - 100 + 60 = 260, and 50 go unmet.
    """
    near, other = seller("near", 10.0, 200.0, actor="sender"), seller("other", 20.0, 60.0)
    case = with_use(sold_by(near, other, stock=300.0), 50.0)
    calm, cut = run(case, 1), run(case, 1, length=1)
    assert_same((calm.unmet[1, 0], calm.lots[0, 0], calm.fresh[0, 0]), (0.0, 150.0, 0.0))
    assert_same((cut.unmet[1, 0], cut.lots[0, 0], cut.fresh[0, 0]), (50.0, 200.0, 60.0))


def test_s2_no_more_is_held_than_can_be_stored():
    """A reserve of 600 where 250 can be stored: 100 used and 250 added."""
    case = sold_by(seller("near", 10.0, 1000.0))
    case = changed(case, "goods", "good", reserve=Q(600.0), storage_limit=Q(250.0))
    branch = run(case, 2)
    assert_same(level(case, branch, "near"), [350.0, 100.0])
    assert_same(branch.fresh, [[250.0, 250.0]])
    assert_same(branch.reserve_shortfall, [[350.0, 350.0]])


@pytest.mark.parametrize(
    ("second", "third", "unmet"), [("deferrable", "reserve", 0.0), ("reserve", "deferrable", 50.0)]
)
def test_s2_a_reserve_that_ranks_first_is_kept_from_deferrable_uses(second, third, unmet):
    """A reserve of 100, 20 of it drawn by an essential use, 50 wanted by a deferrable one."""
    case = with_use(one_good(stock=100.0, demand=20.0, capacity=0.0), 50.0)
    case = changed(case, "goods", "good", reserve=Q(100.0))
    case = replace(case, priorities=("essential", second, third, "money"))
    branch = run(case, 1)
    assert_same(list(branch.unmet[:, 0]), [0.0, unmet])
    assert_same(branch.lots[0, 0], 30.0 + unmet)


# What can be made at most


@pytest.mark.parametrize(
    ("capacity", "hours", "parts", "made"),
    [(50.0, 120.0, 300.0, 50.0), (80.0, 120.0, 300.0, 60.0), (80.0, 120.0, 90.0, 30.0)],
    ids=["capacity", "120 hours of 2 each", "90 parts of 3 each"],
)
def test_s3_a_recipe_makes_what_capacity_hours_and_inputs_allow(capacity, hours, parts, made):
    """The dearer supplier is left with the rest of 100."""
    recipe = makes(
        "x", inputs={"p": 3.0}, capacity=Q(capacity), plant="plant", line="line", hours=Q(2.0)
    )
    sellers = (seller("p", 1.0, parts, good="p"), seller("x", 90.0, 200.0, good="x"))
    case = wanting(made_by(recipe, sellers=sellers, hours=hours), x=100.0)
    branch = run(case, 1)
    assert_same(level(case, branch, "make_x"), [made])
    assert_same(level(case, branch, "p"), [3.0 * made])
    assert_same(level(case, branch, "x"), [100.0 - made])


def test_s3_routes_share_what_their_supplier_can_sell():
    """60 a month by rail and sea together: 50 for the essential use leave 10 for the other."""
    near = replace(seller("near", 10.0, 60.0), routes=("rail", "sea"))
    case = with_use(sold_by(near, demand=50.0), 50.0)
    case = replace(case, routes={"rail": Route("rail"), "sea": Route("sea", cost_share=Q(0.5))})
    branch = run(case, 1)
    assert_same(branch.unmet[:, 0], [0.0, 40.0])
    assert_same(branch.levels[:, 0], [60.0, 0.0])


def test_s3_inputs_that_two_recipes_want_count_for_each():
    """x from p and q, y from q; 20 p and 100 q a month for 100 x and 100 y.

    At most min(20, 100) x and 100 y; these claim 120 q, so each gets 100 / 120 of it.
    """
    recipes = makes("x", inputs={"p": 1.0, "q": 1.0}), makes("y", inputs={"q": 1.0})
    sellers = seller("p", 1.0, 20.0, good="p"), seller("q", 1.0, 100.0, good="q")
    branch = run(wanting(made_by(*recipes, sellers=sellers), x=100.0, y=100.0), 1)
    assert_same(branch.unmet[:, 0], [100.0 - 50.0 / 3, 50.0 / 3, 0.0])


def test_s3_hours_that_two_recipes_want_count_for_each():
    """100 hours for 300 x and 100 y: at most 100 of each, so half of that of each."""
    keys = {"plant": "plant", "line": "line", "hours": Q(1.0)}
    recipes = makes("x", inputs={}, **keys), makes("y", inputs={}, **keys)
    branch = run(wanting(made_by(*recipes, sellers=(), hours=100.0), x=300.0, y=100.0), 1)
    assert_same(branch.unmet[:, 0], [250.0, 50.0, 0.0])


# The plan


def test_s4_stock_goes_first_then_the_cheapest_source_then_the_next():
    """30 from stock, 60 at 10, 10 at 25; then 60 and 40, as the stock is gone."""
    case = sold_by(seller("dear", 25.0, 90.0), seller("cheap", 10.0, 60.0), stock=30.0)
    branch = run(case, 2)
    assert_same(level(case, branch, "cheap"), [60.0, 60.0])
    assert_same(level(case, branch, "dear"), [10.0, 40.0])
    assert_same(list(branch.lots[0]), [0.0, 0.0])


def test_s4_inputs_are_claimed_beside_what_is_used_as_it_is():
    """40 x of 2 p each and 15 p used as they are: 95, 25 of them in stock."""
    case = made_by(
        makes("x", inputs={"p": 2.0}),
        sellers=(seller("p", 1.0, 200.0, good="p"),),
        lots={"p": 25.0},
    )
    case = with_use(wanting(case, x=40.0), 15.0, tier=Tier.ESSENTIAL, good="p")
    branch = run(case, 1)
    assert_same(level(case, branch, "p"), [70.0])
    assert_same(branch.unmet.sum(), 0.0)


def test_s4_what_spoils_is_replaced_beforehand():
    """A reserve of 100 in its last month: 30 are used, the rest is lost, 100 are bought."""
    case = sold_by(seller("near", 10.0, 200.0), demand=30.0)
    keys = {"reserve": Q(100.0), "survival": Survival(shelf_life=Q(2.0))}
    case = changed(case, "goods", "good", **keys)
    branch = run(case, 1, fresh=100.0, past=(0.0, 100.0))
    assert_same(level(case, branch, "near"), [100.0])
    assert_same(branch.fresh[0, 0], 100.0)


# Orders ahead


def test_s5_orders_cover_the_use_until_they_come_but_for_stock_and_what_is_coming():
    """Two months of lead time: 3 x 100 - 50 in stock - 200 on the way, then 100 a month.

    The 50 are drawn first, so that 50 of what comes stay for two months.
    """
    case = sold_by(seller("far", 10.0, 500.0, lead=2.0), stock=50.0)
    branch = run(case, 4, transit={"far": (100.0, 100.0)})
    assert_same(level(case, branch, "far"), [50.0, 100.0, 100.0, 100.0])
    assert_same(branch.unmet.sum(), 0.0)
    assert_same(list(branch.fresh[0]), [50.0, 50.0, 0.0, 0.0])


def test_s5_what_comes_from_afar_when_the_order_does_counts_too():
    """One month of lead time: of next month's 100, 40 come from the source two months away."""
    near, far = seller("near", 10.0, 500.0, lead=1.0), seller("far", 25.0, 500.0, lead=2.0)
    case = sold_by(near, far)
    branch = run(case, 2, transit={"near": (100.0,), "far": (0.0, 40.0)})
    assert_same(level(case, branch, "near"), [60.0, 100.0])
    assert_same(level(case, branch, "far"), [0.0, 0.0])


def test_s5_use_that_goes_short_meanwhile_is_not_ordered_for():
    """250 come next month, too late for the first 100: 150 of them stay for a third month.

    So nothing is lacking two months ahead, then 50 of the fourth month's 100, then all
    of the fifth's.
    """
    case = sold_by(seller("far", 10.0, 500.0, lead=2.0))
    branch = run(case, 4, transit={"far": (0.0, 250.0)})
    assert_same(branch.unmet, [[100.0, 0.0, 0.0, 0.0]])
    assert_same(level(case, branch, "far"), [0.0, 50.0, 100.0, 100.0])


def test_s5_what_ages_until_they_come_is_ordered_too():
    """80 that halve leave 40: 300 - 40 - 200, and 2 x 0.5 x 40 for two months of ageing."""
    case = sold_by(seller("far", 10.0, 500.0, lead=2.0))
    case = changed(case, "goods", "good", survival=Survival(half_life=Q(1.0)))
    branch = run(case, 1, fresh=80.0, transit={"far": (100.0, 100.0)})
    assert_same(level(case, branch, "far"), [100.0])


def test_s5_what_a_cheaper_source_brings_beyond_its_usual_level_is_not_ordered_again():
    """A reserve of 40 is missing; the cheap 80 cover the use of 60 and half of it.

    So 40 - 20 are ordered from afar. A month later 20 + 20 are there for a use of 60,
    and the usual 60 bring the 40 back.
    """
    case = sold_by(seller("near", 10.0, 80.0), seller("far", 25.0, 100.0, lead=1.0), demand=60.0)
    case = changed(case, "goods", "good", reserve=Q(40.0))
    branch = run(case, 2, transit={})
    assert_same(level(case, branch, "near"), [80.0, 60.0])
    assert_same(level(case, branch, "far"), [20.0, 0.0])
    assert_same(list(branch.fresh[0]), [20.0, 40.0])


# Rationing and delivery


def test_s6_recipes_are_cut_in_proportion_and_the_rest_is_planned_again():
    """60 p for 60 x and 60 y: 30 of each, with 30 q; the 30 x that are left are bought."""
    recipes = makes("x", inputs={"p": 1.0, "q": 1.0}), makes("y", inputs={"p": 1.0})
    sellers = (
        seller("p", 1.0, 60.0, good="p"),
        seller("q", 1.0, 200.0, good="q"),
        seller("x", 90.0, 200.0, good="x"),
    )
    case = wanting(made_by(*recipes, sellers=sellers), x=60.0, y=60.0)
    branch = run(case, 1)
    made = [level(case, branch, name)[0] for name in ("make_x", "make_y", "q", "x")]
    assert_same(made, [30.0, 30.0, 30.0, 30.0])
    assert_same(branch.unmet[:, 0], [0.0, 30.0, 0.0])


def test_s6_what_a_cut_leaves_over_is_given_out_after_it():
    """x of p and q, y of q, z of p; 60 of each are wanted, 60 p and 100 q are there.

    Half of the p makes 30 x and 30 z. Of the q, 60 x and 60 y wanted 120, so that y is
    cut to 50; as x needs 30 only, 20 q are over, and 10 more y are made.
    """
    recipes = (
        makes("x", inputs={"p": 1.0, "q": 1.0}),
        makes("y", inputs={"q": 1.0}),
        makes("z", inputs={"p": 1.0}),
    )
    sellers = seller("p", 1.0, 60.0, good="p"), seller("q", 1.0, 100.0, good="q")
    branch = run(wanting(made_by(*recipes, sellers=sellers), x=60.0, y=60.0, z=60.0), 1)
    assert_same(branch.unmet[:, 0], [30.0, 0.0, 30.0])


def test_s6_hours_are_cut_in_proportion_to_what_is_planned_on_the_line():
    """90 hours are enough for 60 x of 1 hour or for 30 y of 3: for both they want 150.

    So 90 / 150 of the 60 and of the 30 are made, and the 24 x that are left are bought.
    """
    line = {"plant": "plant", "line": "line"}
    recipes = (
        makes("x", inputs={}, hours=Q(1.0), **line),
        makes("y", inputs={}, hours=Q(3.0), capacity=Q(40.0), **line),
    )
    case = made_by(*recipes, sellers=(seller("x", 90.0, 200.0, good="x"),), hours=90.0)
    case = wanting(case, x=60.0, y=40.0)
    branch = run(case, 1)
    made = [level(case, branch, name)[0] for name in ("make_x", "make_y", "x")]
    assert_same(made, [60.0 * 90 / 150, 30.0 * 90 / 150, 24.0])


def test_s7_uses_of_a_tier_share_what_is_there_and_essential_ones_come_first():
    """60 for essential uses of 90 and 30: half of each, nothing for the deferrable use."""
    case = with_use(sold_by(seller("near", 10.0, 60.0), demand=90.0), 30.0, tier=Tier.ESSENTIAL)
    late = Use("late", good="good", tier=Tier.DEFERRABLE, demand=Q(10.0))
    case = replace(case, uses={"late": late, **case.uses})
    branch = run(case, 1)
    assert_same(branch.unmet[:, 0], [10.0, 45.0, 15.0])


def test_s7_what_three_cuts_leave_over_claimed_is_shared_in_proportion():
    """60 p for 60 that are used as they are and for 60 x.

    Three cuts: 60 x 60 / 120 = 30, 30 x 60 / 90 = 20, 20 x 60 / 80 = 15. The 60 + 15
    that are then claimed get 60 / 75 each.
    """
    case = made_by(makes("x", inputs={"p": 1.0}), sellers=(seller("p", 1.0, 60.0, good="p"),))
    case = with_use(wanting(case, x=60.0), 60.0, tier=Tier.ESSENTIAL, good="p")
    branch = run(case, 1)
    assert_same(level(case, branch, "make_x"), [12.0])
    assert_same(branch.unmet[:, 0], [48.0, 0.0, 0.0, 12.0])


def test_s7_inputs_leave_the_stock_at_once_and_output_comes_after_its_lead_time():
    """One month to make an x of 2 p: two months' use of 15 less the 15 that come are started.

    That takes 30 of 100 p each month.
    """
    recipe = makes("x", inputs={"p": 2.0}, lead_time=Q(1.0))
    case = wanting(made_by(recipe, sellers=(), lots={"p": 100.0}), x=15.0)
    branch = run(case, 2, transit={"make_x": (15.0,)})
    assert_same(level(case, branch, "make_x"), [15.0, 15.0])
    assert_same(list(branch.lots[0]), [70.0, 40.0])
    assert_same(list(branch.arrivals[0]), [15.0, 15.0])
    assert_same(branch.unmet.sum(), 0.0)


# The end of a period


def test_s8_what_is_too_old_is_given_up():
    """Two months of shelf life: of 200 and 100 that came two months and one month ago.

    50 are used, the other 150 of the 200 are lost; then 50 of the 100 are.
    """
    case = one_good(demand=50.0, capacity=0.0)
    case = changed(case, "goods", "good", survival=Survival(shelf_life=Q(2.0)))
    branch = run(case, 3, fresh=300.0, past=(100.0, 200.0))
    assert_same(branch.fresh, [[100.0, 0.0, 0.0]])
    assert_same(branch.unmet, [[0.0, 0.0, 50.0]])


@pytest.mark.parametrize(
    ("most", "lot", "fresh"), [(170.0, 80.0, 80.0), (120.0, 40.0, 80.0), (50.0, 0.0, 50.0)]
)
def test_s8_what_cannot_be_stored_is_given_up_the_oldest_first(most, lot, fresh):
    """100 in a lot and 80 fresh, 20 used: 80 and 80 are to be stored."""
    case = one_good(stock=100.0, demand=20.0, capacity=0.0)
    case = changed(case, "goods", "good", storage_limit=Q(most))
    branch = run(case, 1, fresh=80.0)
    assert_same((branch.lots[0, 0], branch.fresh[0, 0]), (lot, fresh))


# The long run


def test_s9_a_dearer_source_covers_what_cheaper_ones_do_not():
    """60 a month come within one month, the rest within two: 300 - 2 x 60 less 140 coming."""
    case = sold_by(seller("near", 10.0, 60.0, lead=1.0), seller("far", 25.0, 500.0, lead=2.0))
    branch = run(case, 5, transit={"near": (60.0,), "far": (40.0, 40.0)})
    assert_same(level(case, branch, "near"), [60.0] * 5)
    assert_same(level(case, branch, "far"), [40.0] * 5)
    assert_same(branch.unmet.sum(), 0.0)


def test_s9_what_recipes_take_counts_as_use():
    """50 x of 2 p take 100 p a month, which are ordered a month before."""
    seller_of_p = seller("p", 1.0, 500.0, good="p", lead=1.0)
    case = made_by(makes("x", inputs={"p": 2.0}), sellers=(seller_of_p,))
    case = wanting(case, x=50.0)
    branch = run(case, 3, transit={"p": (100.0,)})
    assert_same(level(case, branch, "p"), [100.0] * 3)
    assert_same(branch.unmet.sum(), 0.0)


def test_s9_sources_that_the_measure_closes_are_not_counted_on():
    """The cheap source covers all in calm; closed, it leaves all to the one two months away."""
    near = seller("near", 10.0, 100.0, lead=1.0, actor="sender")
    case = sold_by(near, seller("far", 25.0, 500.0, lead=2.0))
    calm = run(case, 4, transit={"near": (100.0,)})
    assert_same(level(case, calm, "far"), [0.0] * 4)
    cut = run(case, 4, length=12, transit={"near": (100.0,)})
    assert_same(level(case, cut, "far"), [100.0] * 4)
    assert_same(cut.unmet, [[100.0, 100.0, 0.0, 0.0]])


# Which source is the cheapest


@pytest.mark.parametrize(("price", "made"), [(16.0, 0.0), (17.0, 0.0), (18.0, 100.0)])
def test_s10_a_recipe_costs_what_its_cheapest_inputs_cost_too(price, made):
    """1 + 2 x 8 = 17 to make, p at 8 or 20; at equal cost the first of the case is taken."""
    recipe = makes("x", inputs={"p": 2.0})
    sellers = (
        seller("x", price, 200.0, good="x"),
        seller("p_dear", 20.0, 300.0, good="p"),
        seller("p", 8.0, 300.0, good="p"),
    )
    case = wanting(made_by(recipe, sellers=sellers), x=100.0)
    branch = run(case, 1)
    assert_same(level(case, branch, "make_x"), [made])
    assert_same(level(case, branch, "x"), [100.0 - made])


@pytest.mark.parametrize(("sellers_of_p", "made"), [(0.0, 40.0), (None, 100.0)])
def test_s10_what_cannot_be_bought_any_more_comes_last(sellers_of_p, made):
    """x from 200 p in stock, or 60 x to buy: p whose seller is closed is spared, p that
    has no seller costs nothing."""
    recipe = makes("x", inputs={"p": 1.0})
    sellers = (seller("x", 90.0, 60.0, good="x"),)
    if sellers_of_p is not None:
        sellers += (seller("p", 1.0, sellers_of_p, good="p"),)
    case = wanting(made_by(recipe, sellers=sellers, lots={"p": 200.0}), x=100.0)
    branch = run(case, 1)
    assert_same(level(case, branch, "make_x"), [made])
    assert_same(branch.lots[0, 0], 200.0 - made)


def test_s10_a_price_that_a_measure_raises_counts_while_it_runs():
    """10 on 200 % makes 30, more than 25, for two months."""
    near, other = seller("near", 10.0, 200.0, actor="sender"), seller("other", 25.0, 200.0)
    case = changed(sold_by(near, other), "measures", "cut", kind=MeasureKind.PRICE_RISE, by=Q(2.0))
    branch = run(case, 3, length=2)
    assert_same(level(case, branch, "near"), [0.0, 0.0, 100.0])
    assert_same(level(case, branch, "other"), [100.0, 100.0, 0.0])


@pytest.mark.parametrize(
    ("price", "sold", "dear"), [(10.0, 0.0, 0.0), (12.0, 10.0, 0.0), (26.0, 30.0, 20.0)]
)
def test_s10_buyers_abroad_get_what_pays(price, sold, dear):
    """110 at 10 and 90 at 25, for a use of 100 and a buyer of 30."""
    case = sold_by(seller("cheap", 10.0, 110.0), seller("dear", 25.0, 90.0))
    buyer = Export("buyer", actor="other", good="good", price=Q(price), capacity=Q(30.0))
    case = replace(case, exports={"buyer": buyer})
    branch = run(case, 1)
    assert_same(level(case, branch, "buyer"), [sold])
    assert_same(level(case, branch, "dear"), [dear])


@pytest.mark.parametrize(("price", "sold"), [(10.0, 0.0), (11.0, 30.0)])
def test_s10_stock_is_not_sold_abroad_for_what_it_costs_to_buy(price, sold):
    """200 in stock, 100 used at home, a buyer of 30; the good can be bought at 10."""
    case = sold_by(seller("near", 10.0, 200.0), stock=200.0)
    buyer = Export("buyer", actor="other", good="good", price=Q(price), capacity=Q(30.0))
    branch = run(replace(case, exports={"buyer": buyer}), 1)
    assert_same(branch.lots[0, 0], 100.0 - sold)
