"""Conventions that decide answers, each by a small case whose answer follows by hand."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.analysis.accounts import lacking_at_the_end, missing_at_the_end
from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import (
    Actor,
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
    Use,
)
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.model.compile import compile_case
from derbes.results.supply import ALL_ESSENTIAL
from derbes.supply.baseline import past_flows, solve_calm
from derbes.supply.disruption import make_window
from tests.analysis.asked import ends_of, row_of
from tests.analysis.cover_asked import cover_of
from tests.small_cases import one_good, worked_example
from tests.supply.solved import baseline_of, calm_of, changed, example

Q = Quantity
BOUNDS = pytest.mark.parametrize("bound", ["optimal", "myopic"])


def seasonal(values: list[float], years: int) -> Quantity:
    """A series that says the same months each year."""
    path = values * years
    return Q(path[0], steps=tuple(enumerate(path)))


# Before the calendar


def with_lead_time(stock: float, lead: float):
    """E1 whose sender delivers after some months, and what is on the way arrives."""
    case = example(in_transit=InTransit.DELIVERED)
    case = changed(case, "suppliers", "from_sender", lead_time=Q(lead))
    return changed(case, "stockpiles", "stock", quantity=Q(stock))


@pytest.mark.parametrize(("lead", "stock"), [(3.0, 600.0), (3.0, 900.0), (6.0, 1200.0)])
def test_what_lies_in_store_does_not_thin_what_is_on_the_way(lead, stock):
    """For `lead` months 100 still arrive and the other sends 40 that are stored; then 60 a
    month are missing: lead + (stock + 40 lead) / 60."""
    row = cover_of(with_lead_time(stock, lead))["use"]
    assert row.time_to_survive == pytest.approx(lead + (stock + 40 * lead) / 60)


def test_line_hours_limit_what_was_made_before_the_calendar():
    """70 hours make 70 in two months' time; 100 are used, so 30 are short from the first
    month on, and not only from the third."""
    case = one_good(stock=0.0, capacity=0.0)
    case = replace(
        case,
        plants={"shop": Plant("shop", actor="home", opening=-9, lines={"bench": Q(70.0)})},
        recipes={
            "make": Recipe(
                "make", output="good", plant="shop", line="bench", hours=Q(1.0),
                capacity=Q(500.0), lead_time=Q(2.0),
            )
        },
    )  # fmt: skip
    np.testing.assert_allclose(calm_of(case).unmet[0], 30.0, atol=1e-6)


def test_a_capacity_that_routes_share_limits_what_is_on_the_way():
    """80 by either route together, not 80 by each."""
    case = one_good(stock=0.0, capacity=80.0)
    case = changed(case, "suppliers", "seller", routes=("rail", "sea"), lead_time=Q(2.0))
    routes = {name: Route(name) for name in ("rail", "sea")}
    arrays = compile_case(replace(case, routes=routes))
    np.testing.assert_allclose(past_flows(arrays).sum(axis=0), 80.0)


def test_inputs_limit_what_was_made_before_the_calendar():
    """30 parts a month are sold, so 30 goods were made, whatever the plant could do."""
    case = one_good(stock=0.0, capacity=0.0)
    make = Recipe(
        "make", output="good", inputs={"part": Q(1.0)}, capacity=Q(500.0), lead_time=Q(1.0)
    )
    part = Supplier("part", actor="other", good="part", price=Q(1.0), capacity=Q(30.0))
    case = replace(
        case,
        goods={**case.goods, "part": Good("part", unit="t")},
        suppliers={"part": part},
        recipes={"make": make},
    )
    arrays = compile_case(case)
    assert past_flows(arrays)[1].tolist() == pytest.approx([30.0])


def test_the_cheapest_at_the_prices_of_the_first_month_is_on_the_way():
    """The other is cheaper in the first month, the sender ever after; both need two months:
    the other's 40 are on the way, and 60 of the sender's 100."""
    case = changed(worked_example(1), "suppliers", "from_sender", lead_time=Q(2.0),
                   price=Q(30.0, steps=((0, 30.0), (1, 10.0))))  # fmt: skip
    arrays = compile_case(changed(case, "suppliers", "from_other", lead_time=Q(2.0)))
    assert past_flows(arrays).tolist() == [pytest.approx([60.0] * 2), pytest.approx([40.0] * 2)]


def test_what_the_case_says_is_on_order_arrives_and_no_more():
    """20, 70 and nothing of the sender's in three months, and 40 a month of the other's: 600
    and 90 carry the 60 a month that are missing."""
    case = with_lead_time(600.0, 3.0)
    on_order = Q(20.0, steps=((0, 20.0), (1, 70.0), (2, 0.0)))
    case = changed(case, "suppliers", "from_sender", on_order=on_order)
    arrays = compile_case(case)
    assert past_flows(arrays)[0].tolist() == pytest.approx([20.0, 70.0, 0.0])
    row = cover_of(case)["use"]
    assert row.time_to_survive == pytest.approx((600 + 20 + 70) / 60)


def test_of_two_that_cost_the_same_who_earns_less_is_on_the_way_whatever_else_is_bought():
    """Beside a good that is worth a billion times as much."""
    case = worked_example(1)
    for name, months, margin in (("from_sender", 3.0, 0.5), ("from_other", 2.0, 0.1)):
        numbers = {"lead_time": Q(months), "margin_share": Q(margin)}
        case = changed(case, "suppliers", name, price=Q(10.0), capacity=Q(300.0), **numbers)
    use = replace(case.uses["use"], id="gem", good="gem")
    seller = replace(case.suppliers["from_other"], id="gem", good="gem", price=Q(1e10),
                     capacity=Q(200.0))  # fmt: skip
    more = replace(
        case,
        goods={**case.goods, "gem": Good("gem", unit="t")},
        uses={**case.uses, "gem": use},
        suppliers={**case.suppliers, "gem": seller},
    )
    alone, beside = (past_flows(compile_case(one)) for one in (case, more))
    np.testing.assert_allclose(alone, [[0.0, 0.0, 0.0], [100.0, 100.0, 0.0]])
    np.testing.assert_allclose(beside[:2], alone)


@pytest.mark.parametrize("ways", [("rail",), ("rail", "sea")])
def test_what_is_on_order_of_alike_sellers_arrives_however_little_they_can_sell(ways):
    """Ten a month of each of two, who have nothing more to sell in the first month."""
    case = replace(one_good(stock=0.0), routes={"rail": Route("rail"), "sea": Route("sea")})
    one = replace(
        case.suppliers["seller"],
        lead_time=Q(2.0),
        capacity=Q(0.0, steps=((0, 0.0), (1, 50.0))),
        on_order=Q(10.0),
        routes=ways,
    )
    arrays = compile_case(replace(case, suppliers={"one": one, "two": replace(one, id="two")}))
    assert past_flows(arrays).sum(axis=0).tolist() == pytest.approx([20.0, 20.0])


# Behind the calendar


def test_an_answer_does_not_hang_on_the_month_in_which_the_calendar_ends():
    """Use of 50 and of 150 by half-years, 110 are sold: the stock that carries the winter is
    6 x 40 = 240 at the end of summer, and none at the end of winter. From the first month of
    winter on 240 last 240 / 150 of it, whichever season the file ends with."""
    found = []
    for n in (24, 30):
        case = one_good(stock=0.0, capacity=110.0, n_periods=n)
        months = [50.0] * 6 + [150.0] * 6
        path = (months * 3)[:n]
        demand = Q(50.0, steps=tuple(enumerate(path)))
        calm = calm_of(changed(case, "uses", "use", demand=demand))
        found.append(calm.fresh[0, [5, 11, 17, 23, 29]])
        np.testing.assert_allclose(calm.unmet[0, :n], 0.0, atol=1e-6)
        row = cover_of(changed(case, "uses", "use", demand=demand), 18)["use"]
        assert row.time_to_survive == pytest.approx(240 / 150)
    np.testing.assert_allclose(found[0], [240, 0, 240, 0, 240], atol=1e-6)
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)


@pytest.mark.parametrize(
    ("series", "calendar", "last"),
    [("", "", [50.0, 150.0]), ("hold", "", [150.0, 150.0]), ("", "hold", [150.0, 150.0]),
     ("repeat", "hold", [50.0, 150.0])],
)  # fmt: skip
def test_how_a_series_goes_on_is_said_by_itself_before_the_calendar(series, calendar, last):
    """Two years that are alike: months 24 and 30 are the first of each half-year."""
    case = one_good(n_periods=24)
    demand = replace(seasonal([50.0] * 6 + [150.0] * 6, 2), after=series)
    case = changed(case, "uses", "use", demand=demand)
    case = replace(case, calendar=replace(case.calendar, after=calendar))
    assert compile_case(case).demand[0, [24, 30]].tolist() == last


@pytest.mark.parametrize(
    ("after", "first", "tenth"), [("", 120.0, 120.0), ("repeat", 10.0, 100.0)], ids=str
)
def test_a_year_alone_repeats_only_where_the_case_says_so(after, first, tenth):
    """10, 20, ..., 120 in the twelve months that the calendar has."""
    case = one_good(n_periods=12)
    demand = replace(seasonal([10.0 * (m + 1) for m in range(12)], 1), after=after)
    arrays = compile_case(changed(case, "uses", "use", demand=demand))
    assert arrays.demand[0, [12, 21]].tolist() == [first, tenth]


def test_years_that_differ_by_one_factor_repeat_the_last():
    """A tenth more each year: the year behind the calendar is as the last."""
    months = [50.0, 80.0, *[60.0] * 10]
    path = [*months, *[1.1 * m for m in months]]
    case = one_good(n_periods=24)
    case = changed(case, "uses", "use", demand=Q(50.0, steps=tuple(enumerate(path))))
    assert compile_case(case).demand[0, [24, 25, 26]] == pytest.approx([55.0, 88.0, 66.0])


def test_a_harvest_is_carried_over_and_a_small_seller_is_blamed_for_what_he_sells():
    """600 in each of two months of the year serve 100 a month, and 5 are sold besides: a
    month without him leaves nothing unmet at any start."""
    case = one_good(stock=0.0, n_periods=36)
    fields = Supplier(
        "fields", actor="home", good="good", price=Q(9.0),
        capacity=seasonal([600.0, 600.0, *[0.0] * 10], 3),
    )  # fmt: skip
    case = replace(case, suppliers={"fields": fields, "seller": case.suppliers["seller"]})
    case = changed(case, "suppliers", "seller", capacity=Q(5.0), price=Q(20.0))
    case = changed(case, "uses", "use", shortage_cost=Q(900.0))
    for start in (0, 11, 23, 35):
        assert row_of(case, start, 1).unmet_essential == 0.0


# Over which months


@pytest.mark.parametrize("lengths", [(3,), (3, 6), (1, 3, 40)])
def test_losses_are_counted_over_months_that_no_other_length_moves(lengths):
    """A lot of 600 that keeps for ever is drawn by 180, and what refills it halves in a
    year: 180 (1 - 0.5^(1/12)) are bought at 10 each month from then on. The count ends after
    the sender's 36 months, and says what goes on."""
    case = changed(worked_example(1), "goods", "good", survival=Survival(half_life=Q(12.0)))
    request = Request(starts=(6,), lengths=lengths)
    rows, _ends = leverage_surface(case, request)
    found = next(r for r in rows if (r.length, r.bound) == (3, "optimal"))
    alone = row_of(case, 6, 3)
    assert found.window == alone.window == 36
    assert found.target_loss == pytest.approx(alone.target_loss)
    assert found.leverage_ratio == pytest.approx(alone.leverage_ratio)
    assert not found.rejoined
    assert found.unrestored == pytest.approx(1800.0), "by age: as much lies there as in calm"
    assert found.loss_per_month_after == pytest.approx(1800 * (1 - 0.5 ** (1 / 12)), rel=1e-6)


def test_as_much_stock_but_older_is_missing_at_the_end():
    """800 that can be used for six months are held. Bought a month sooner than in calm, as
    much lies there at the end, which can be used for a month less."""
    case = one_good(stock=0.0, capacity=700.0, n_periods=48)
    shelf = Good("good", unit="t", reserve=Q(800.0), survival=Survival(shelf_life=Q(6.0)))
    case = replace(case, stockpiles={}, goods={"good": shelf})
    calm = calm_of(changed(case, "uses", "use", demand=Q(0.0)))
    window = make_window(calm, 24, 18)
    layout, columns = window.layout, baseline_of(window).columns.copy()
    assert missing_at_the_end(window, window.program, columns).tolist() == [0.0]
    orders, fresh = (layout.column(kind).of(columns)[0] for kind in ("order", "fresh"))
    last = int(np.flatnonzero(orders > 1.0)[-1])
    moved = float(orders[last])
    orders[last], orders[last - 1] = 0.0, orders[last - 1] + moved
    fresh[last - 1] += moved
    lacks = lacking_at_the_end(window, window.program, columns)
    assert lacks["behind"].max() == pytest.approx(0.0, abs=1e-6)
    assert missing_at_the_end(window, window.program, columns) == pytest.approx([moved])


@pytest.mark.parametrize(
    ("horizon", "refill", "lead", "length", "window"),
    [
        (36.0, 6.0, 0.0, 12, 36),
        (6.0, 6.0, 0.0, 12, 18),
        (6.0, 9.0, 4.0, 3, 16),
        (20.0, 1.0, 0.0, 30, 31),
    ],
)
def test_the_horizon_is_the_senders_or_the_way_back(horizon, refill, lead, length, window):
    case = replace(worked_example(1), sender_horizon=Q(horizon), refill_time=Q(refill))
    case = changed(case, "suppliers", "from_other", lead_time=Q(lead))
    assert row_of(case, 3, length).window == window


# Net of calm


@BOUNDS
def test_what_is_short_anyway_is_no_harm(bound):
    """80 and 5 are sold of 100 that are wanted: 15 are short each month, and a month without
    the second takes 5 more. Those cost 900 each, less the 30 that are saved."""
    case = one_good(stock=0.0, capacity=80.0, n_periods=24)
    case = replace(case, actors={**case.actors, "second": Actor("second", margin_share=Q(0.5))})
    second = Supplier("second", actor="second", good="good", price=Q(30.0), capacity=Q(5.0))
    case = replace(case, suppliers={**case.suppliers, "second": second})
    case = changed(case, "uses", "use", shortage_cost=Q(900.0))
    stop = Measure("stop", sender="second", hits=(Hit(actor="second"),), lengths=(1,))
    row = row_of(replace(case, measures={"stop": stop}), 7, 1, measure="stop", bound=bound)
    assert row.unmet_essential == pytest.approx(5.0)
    assert row.unmet_essential_gross == pytest.approx(36 * 15 + 5)
    assert row.deepest_shortfall == pytest.approx(0.05)
    assert row.target_loss == pytest.approx(5 * (900 - 30))
    assert (
        cover_of(replace(case, measures={"stop": stop}), 7)["use"].short_in_calm_from == "2026-08"
    )


def test_a_measure_that_leaves_a_shortage_as_it_is_is_survived_and_ends_at_once():
    """15 are short anyway, from the first day, for nothing is in store; who sells another
    good that nobody uses has no leverage."""
    case = one_good(stock=0.0, capacity=85.0)
    idle = Supplier("idle", actor="other", good="other_good", price=Q(1.0), capacity=Q(9.0))
    case = replace(
        case,
        goods={**case.goods, "other_good": Good("other_good", unit="t")},
        suppliers={**case.suppliers, "idle": idle},
        measures={"cut": Measure("cut", sender="other", hits=(Hit(actor="other"),), lengths=(3,))},
    )
    assert ends_of(case, starts=(0,))["use"].date == "2026-01"
    row = cover_of(case, 4)["use"]
    assert row.survives_length
    assert (row.time_to_survive, row.short_in_calm_from) == (pytest.approx(0.0), "2026-05")


@pytest.mark.parametrize("share", [0.0, None], ids=["nothing is cut", "nobody is hit"])
def test_a_measure_that_takes_nothing_costs_nobody_anything(share):
    """Exactly: two ways to the same course leave no difference by rounding."""
    of_cut = {"share": Q(0.0)} if share == 0.0 else {"hits": (Hit(good="component"),)}
    case = replace(worked_example(3), discount_rate=Q(0.07))
    case = changed(case, "goods", "good", storage_cost=Q(0.3))
    case = replace(case, goods={**case.goods, "component": Good("component", unit="t")})
    row = row_of(changed(case, "measures", "cut", **of_cut), 13, 12)
    assert row.takes_nothing
    assert (row.target_loss, row.sender_cost_returning) == (0.0, 0.0)
    assert (row.unmet_essential, row.deepest_shortfall, row.deepest_use) == (0.0, 0.0, "")


# Delays of an opening


def opening_later(by: float, *, length: int = 3):
    """A plant of 60 opens in month 3, the other sells 40, 100 are used and nothing is stored."""
    case = one_good(stock=0.0, capacity=40.0, n_periods=36)
    late = Measure(
        "cut", kind=MeasureKind.DELAY, hits=(Hit(element="plants.mill"),), by=Q(by),
        lengths=(length,),
    )  # fmt: skip
    return replace(
        case,
        plants={"mill": Plant("mill", actor="home", opening=3)},
        recipes={"make": Recipe("make", output="good", plant="mill", capacity=Q(60.0))},
        measures={"cut": late},
    )


@pytest.mark.parametrize("length", [1, 3, 20])
@pytest.mark.parametrize("by", [1.0, 12.0])
def test_an_opening_comes_later_by_as_much_as_is_said_whatever_the_length(by, length):
    """60 a month for each month of delay; the first three months lack them anyway."""
    row = row_of(opening_later(by, length=length), 0, length)
    assert row.unmet_essential == pytest.approx(60 * by)
    assert row.unmet_essential_gross == pytest.approx(60 * (3 + by))


@pytest.mark.parametrize("more", [0, 12])
def test_an_opening_behind_the_calendar_is_followed_wherever_the_calendar_ends(more):
    """It opens late by itself, two months behind 24; six more months lack 60 each."""
    case = replace(opening_later(6.0), sender_horizon=Q(1.0))
    plant = replace(case.plants["mill"], opening=23, delay=Q(3.0))
    calendar = replace(case.calendar, n_periods=24 + more)
    row = row_of(replace(case, calendar=calendar, plants={"mill": plant}), 22, 3)
    assert row.unmet_essential == pytest.approx(6 * 60.0)


@pytest.mark.parametrize("start", [3, 4, 20])
def test_what_is_open_is_not_opened_later(start):
    assert row_of(opening_later(12.0), start, 3).unmet_essential == 0.0


# Shares


def test_the_deepest_shortfall_is_of_the_demand_that_goes_unmet():
    """60 of 100; a crisis would want 300, but the measure is none."""
    case = changed(example(), "uses", "use", crisis_demand=Q(300.0))
    row = row_of(case, 24, 12)
    assert row.deepest_shortfall == pytest.approx(0.6)


@pytest.mark.parametrize("weight", [1e-3, 1.0, 1e3])
def test_the_deepest_shortfall_is_that_of_a_use_whatever_it_weighs(weight):
    """All heat is cut, all light is served: heat lacks everything, not a part of a sum."""
    case = one_good(stock=0.0, demand=100.0)
    lamp = Supplier("lamp", actor="home", good="light", price=Q(1.0), capacity=Q(2e4))
    case = replace(
        case,
        goods={**case.goods, "light": Good("light", unit="MWh")},
        uses={
            **case.uses,
            "lamps": Use("lamps", good="light", demand=Q(1e4), weight=Q(weight)),
        },
        suppliers={**case.suppliers, "lamp": lamp},
    )
    case = changed(case, "uses", "use", weight=Q(1.0))
    row = row_of(case, 6, 3)
    assert (row.deepest_shortfall, row.deepest_use) == (pytest.approx(1.0), "use")
    assert row.unmet_essential == pytest.approx(300.0)
    assert row.unmet_unit == "weighted units"


def test_a_flow_that_falls_short_with_nothing_in_store_lasts_no_time():
    """A door lets 99 a month out of a full barn of 10,000, and 100 are wanted."""
    case = one_good(stock=0.0)
    out = Recipe("out", output="good", inputs={"grain": Q(1.0)}, capacity=Q(99.0))
    case = replace(
        case,
        goods={**case.goods, "grain": Good("grain", unit="t")},
        stockpiles={"barn": Stockpile("barn", good="grain", quantity=Q(1e4))},
        recipes={"out": out},
    )
    row = cover_of(case)["use"]
    assert row.time_to_survive == pytest.approx(0.0, abs=1e-9)
    assert not row.survives_length


def test_hours_that_fall_short_last_no_time_though_inputs_lie_in_store():
    """A line makes 40 of 100 that are wanted, of parts for years."""
    case = one_good(stock=0.0)
    make = Recipe(
        "make", output="good", inputs={"part": Q(1.0)}, plant="shop", line="bench", hours=Q(2.0),
        capacity=Q(500.0),
    )  # fmt: skip
    case = replace(
        case,
        goods={**case.goods, "part": Good("part", unit="t")},
        plants={"shop": Plant("shop", actor="home", opening=-9, lines={"bench": Q(80.0)})},
        stockpiles={"heap": Stockpile("heap", good="part", quantity=Q(1e5))},
        recipes={"make": make},
    )
    assert cover_of(case)["use"].time_to_survive == pytest.approx(0.0, abs=1e-9)


def test_the_worst_use_decides_how_much_of_a_month_counts():
    """Two goods take 120 a month of an input of which 100 come: short at once. A third lies
    in store for more than a year, and does not lengthen that."""
    case = one_good(stock=1000.0, demand=80.0, capacity=100.0)
    goods = {name: Good(name, unit="t") for name in ("input", "left", "right")}
    uses = {name: Use(name, good=name, demand=Q(60.0)) for name in ("left", "right")}
    input_ = Supplier("input", actor="other", good="input", price=Q(1.0), capacity=Q(100.0))
    recipes = {
        name: Recipe(name, output=name, inputs={"input": Q(1.0)}, capacity=Q(100.0))
        for name in ("left", "right")
    }
    case = replace(
        case,
        goods={**case.goods, **goods},
        uses={**case.uses, **uses},
        suppliers={**case.suppliers, "input": input_},
        recipes=recipes,
    )
    rows = cover_of(case)
    assert rows[ALL_ESSENTIAL].time_to_survive == pytest.approx(0.0, abs=1e-9)
    assert rows["use"].time_to_survive == pytest.approx(1000 / 80)


# First expired, first out


@pytest.mark.parametrize(
    "order", [("new", "old", "dead"), ("dead", "old", "new"), ("old", "new", "dead")]
)
def test_lots_are_drawn_by_what_is_left_of_their_life(order):
    """50 a month. The dead lot is over before it begins; 200 are good for three months, so
    150 of them are used; 400 are good for twelve, and eight months use them up: 3 + 8."""
    life = Q(24.0)
    lots = {
        "dead": Stockpile("dead", good="good", quantity=Q(300.0),
                          survival=Survival(shelf_life=life, age=Q(24.0))),
        "old": Stockpile("old", good="good", quantity=Q(200.0),
                         survival=Survival(shelf_life=life, age=Q(21.0))),
        "new": Stockpile("new", good="good", quantity=Q(400.0),
                         survival=Survival(shelf_life=life, age=Q(12.0))),
    }  # fmt: skip
    case = one_good(demand=50.0, capacity=100.0)
    row = cover_of(replace(case, stockpiles={name: lots[name] for name in order}))["use"]
    assert row.time_to_survive == pytest.approx(11.0)
    assert row.time_to_survive_myopic == pytest.approx(11.0)
    assert row.days_of_cover == pytest.approx(11 * 30.4375)


def test_cover_looks_at_the_demand_to_come_and_not_at_the_first_month():
    """900 for 400, 100, 300, 500: three months and 100 of 500; the sellers send nothing."""
    case = one_good(stock=900.0, capacity=0.0, n_periods=4)
    demand = Q(400.0, steps=tuple(enumerate([400.0, 100.0, 300.0, 500.0])))
    row = cover_of(changed(case, "uses", "use", demand=demand))["use"]
    assert row.days_of_cover == pytest.approx((3 + 100 / 500) * 30.4375)
    assert not row.days_of_cover_infinite


# What is alike


def test_sellers_alike_share_in_proportion_to_what_they_can_sell():
    """120 wanted of 90, 60 and 30 at one price: two thirds of each, whoever stands first."""
    found = []
    for names in (("big", "mid", "low"), ("low", "big", "mid")):
        case = one_good(stock=0.0, demand=120.0)
        capacity = {"big": 90.0, "mid": 60.0, "low": 30.0}
        sellers = {
            name: Supplier(
                name, actor="other", good="good", price=Q(7.0), capacity=Q(capacity[name])
            )
            for name in names
        }
        arrays = compile_case(replace(case, suppliers=sellers))
        calm = solve_calm(arrays)
        found.append(dict(zip(arrays.activities.names, calm.orders[:, 3], strict=True)))
    assert found[0] == pytest.approx({"big": 60.0, "mid": 40.0, "low": 20.0})
    assert found[1] == pytest.approx(found[0])


# Weights


def two_goods(unit: str, amount: float, second: str):
    """40 t of ore a month, and another good of some unit, each from the sender alone."""
    case = one_good(stock=0.0, demand=40.0)
    more = Supplier("more", actor="sender", good="more", price=Q(1.0), capacity=Q(1e9))
    return replace(
        case,
        goods={**case.goods, "more": Good("more", unit=unit)},
        uses={**case.uses, second: Use(second, good="more", demand=Q(amount))},
        suppliers={**case.suppliers, "more": more},
    )


def test_tonnes_and_kilograms_add_up_by_mass():
    """40 t and 5,000 kg a month for two months: 90 t."""
    row = row_of(two_goods("kg", 5000.0, "second"), 3, 2)
    assert row.unmet_essential == pytest.approx(2 * 45.0)
    assert row.unmet_unit == "t"


@pytest.mark.parametrize("amount", [1e-3, 7.0, 1e6])
def test_tonnes_and_megawatt_hours_add_up_by_months_of_use(amount):
    """Two months of each go unmet, however much a month of it is."""
    row = row_of(two_goods("MWh", amount, "second"), 3, 2)
    assert row.unmet_essential == pytest.approx(2 * 2.0)
    assert row.unmet_unit == "months of use"


# Idle stock


def with_a_heap(**heap):
    """Imports at 10 serve 100 a month; a furnace makes as much of a heap of 1,200, at 30."""
    case = one_good(stock=0.0, capacity=150.0)
    return replace(
        case,
        goods={**case.goods, "coal": Good("coal", unit="t")},
        stockpiles={"heap": Stockpile("heap", good="coal", quantity=Q(1200.0), **heap)},
        recipes={
            "burn": Recipe(
                "burn", output="good", inputs={"coal": Q(1.0)}, capacity=Q(100.0), cost=Q(30.0)
            )
        },
    )


@pytest.mark.parametrize("start", [0, 7, 30])
def test_what_calm_does_not_use_still_lies_there(start):
    """Twelve months of it, whenever the sender stops selling."""
    row = cover_of(with_a_heap(), start)["use"]
    assert row.time_to_survive == pytest.approx(12.0)
    assert row.time_to_survive_myopic == pytest.approx(12.0)


def test_idle_stock_ages_as_it_lies():
    """Half of it is left after a year, and what is burnt later has aged by then."""
    case = with_a_heap(survival=Survival(half_life=Q(12.0)))
    calm = calm_of(case)
    assert calm.lots[0, [0, 12, 24]] == pytest.approx([1200.0, 600.0, 300.0])


def test_what_finds_no_room_is_given_up():
    case = with_a_heap()
    limit = Q(1200.0, steps=((0, 1200.0), (5, 700.0)))
    calm = calm_of(changed(case, "goods", "coal", storage_limit=limit))
    assert calm.lots[0, [4, 5, 20]] == pytest.approx([1200.0, 700.0, 700.0])
