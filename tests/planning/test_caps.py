"""Caps on sellers: closed forms, laws over random cases, two ways to each plan."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from derbes.case.entities import Actor, Case, Export, Good, Supplier, Use
from derbes.case.options import USE, Option, OptionKind, Standard
from derbes.case.quantity import Calendar, FloatArray, Quantity
from derbes.parallel import RunOptions
from derbes.planning import optimum as solve
from derbes.planning.accounts import course_of, standard_words
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import Clock, make_problem
from derbes.planning.solving import conflict_of, solver_of
from derbes.supply.baseline import arrivals_by_period
from tests.oracles.plans import solve_extensive
from tests.planning.generated import small_case

Q = Quantity
GAP = 1e-6


def market(
    prices: dict[str, float], *, n_periods: int = 24, capacity: float = 1_000.0, **changes: object
) -> Case:
    """One good that sellers offer at their prices; 100 t a month are needed."""
    case = Case(
        name="market",
        calendar=Calendar(2026, 1, n_periods),
        currency="USD",
        target="home",
        discount_rate=Q(0.0),
        actors={name: Actor(name) for name in ("home", *prices)},
        goods={"gas": Good("gas", unit="t", reserve=Q(0.0), storage_cost=Q(50.0))},
        uses={"heat": Use("heat", good="gas", demand=Q(100.0))},
        suppliers={
            f"by_{name}": Supplier(
                f"by_{name}", actor=name, good="gas", price=Q(price), capacity=Q(capacity)
            )
            for name, price in prices.items()
        },
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def capped(case: Case, at_most: float, **changes: object) -> Case:
    """The case with a cap on its good, beside the standards that it has."""
    cap = Standard("cap", good="gas", at_most=Q(at_most))
    cap = replace(cap, **changes)  # type: ignore[arg-type]
    return replace(case, standards={**case.standards, "cap": cap})


def cheapest(prices: list[float], at_most: float) -> float:
    """Cheapest year of a market: the cheapest sellers first, each up to its part."""
    left, paid = 1.0, 0.0
    for price in sorted(prices):
        part = min(at_most, left)
        left, paid = left - part, paid + part * price
    assert left < 1e-9
    return paid * 1_200.0


@pytest.mark.parametrize("at_most", [1.0, 0.8, 0.5, 0.4])
def test_m16_a_market_under_a_cap_is_shared_out_from_the_cheapest_on(at_most: float) -> None:
    prices = {"near": 2.0, "far": 3.0, "farther": 7.0}
    plan = solve_plan(make_problem(capped(market(prices), at_most)), gap=GAP)
    assert plan.feasible
    assert plan.cost == pytest.approx(2 * cheapest([*prices.values()], at_most))
    assert plan.no_threat_cost == pytest.approx(2 * 1_200 * 2.0)


@pytest.mark.parametrize(
    ("changes", "cost"),
    [
        ({"sellers": ("near",)}, 12 * (50 * 2 + 50 * 3)),
        ({"sellers": ("near", "far")}, 12 * (50 * 2 + 50 * 7)),
        ({"sellers": ("by_near", "far")}, 12 * (50 * 2 + 50 * 7)),
        ({"sellers": ("farther",)}, 12 * 100 * 2),
        ({"first": 6}, 6 * 100 * 2 + 6 * (50 * 2 + 50 * 3)),
        ({"first": 6, "last": 8}, 9 * 100 * 2 + 3 * (50 * 2 + 50 * 3)),
    ],
)
def test_a_cap_is_on_a_bloc_and_from_a_date_on(changes: dict[str, object], cost: float) -> None:
    case = market({"near": 2.0, "far": 3.0, "farther": 7.0}, n_periods=12)
    plan = solve_plan(make_problem(capped(case, 0.5, **changes)), gap=GAP)
    assert plan.feasible
    assert plan.cost == pytest.approx(cost)


def test_a_part_of_use_counts_what_is_made_and_not_what_is_sold() -> None:
    """Own 20 t a month at 9, exports of 10 t at 8: use is 100; near may sell 60 % of it."""
    case = market({"near": 2.0, "far": 3.0, "home": 9.0}, n_periods=12)
    own = replace(case.suppliers["by_home"], capacity=Q(20.0), at_least=Q(1.0))
    case = replace(
        case,
        actors={**case.actors, "buyer": Actor("buyer")},
        suppliers={**case.suppliers, "by_home": own},
        exports={"sold": Export("sold", good="gas", actor="buyer", price=Q(8.0), capacity=Q(10.0))},
    )
    by_month = {
        # 110 t come in, 20 of them from home: near 0.6 * 90 of purchases, 0.6 * 100 of use
        "purchases": 54 * 2 + 36 * 3 + 20 * 9 - 10 * 8,
        USE: 60 * 2 + 30 * 3 + 20 * 9 - 10 * 8,
    }
    for part_of, cost in by_month.items():
        plan = solve_plan(make_problem(capped(case, 0.6, part_of=part_of)), gap=GAP)
        assert plan.feasible
        assert plan.cost == pytest.approx(12 * cost)


def test_a_cap_that_one_seller_cannot_meet_falls_short_by_what_is_over() -> None:
    """Two sellers, of whom the second has 20 t a month: the first is 30 t over its half."""
    case = market({"near": 2.0, "far": 3.0}, n_periods=12)
    few = replace(case.suppliers["by_far"], capacity=Q(20.0))
    case = replace(case, suppliers={**case.suppliers, "by_far": few})
    plan = solve_plan(make_problem(capped(case, 0.5)), gap=GAP)
    assert not plan.feasible
    assert plan.shortfalls == {"cap": pytest.approx(12 * 30.0)}
    assert solve_plan(make_problem(capped(case, 0.8)), gap=GAP).feasible


def test_a_contract_is_chosen_where_only_it_meets_the_cap() -> None:
    """Beside brute force: each set of contracts, and the cheapest market under it."""
    case = market({"near": 2.0, "far": 3.0, "farther": 7.0, "last": 5.0}, n_periods=12)
    options = {
        f"sign_{name}": Option(
            f"sign_{name}",
            kind=OptionKind.CONTRACT,
            element=f"suppliers.by_{name}",
            capital=Q(capital),
        )
        for name, capital in (("far", 900.0), ("farther", 10.0), ("last", 700.0))
    }
    case = replace(case, options=options)
    price = {"near": 2.0, "far": 3.0, "farther": 7.0, "last": 5.0}
    capital = {"far": 900.0, "farther": 10.0, "last": 700.0}
    for at_most in (0.9, 0.6, 0.5, 0.34):
        costs = [
            cheapest([2.0, *(price[name] for name in signed)], at_most)
            + sum(capital[name] for name in signed)
            for chosen in product((False, True), repeat=3)
            for signed in [[n for n, is_one in zip(capital, chosen, strict=True) if is_one]]
            if (1 + len(signed)) * at_most >= 1
        ]
        plan = solve_plan(make_problem(capped(case, at_most)), gap=GAP)
        assert plan.feasible
        assert plan.cost == pytest.approx(min(costs))


def test_goods_on_the_way_count_when_they_arrive() -> None:
    """A lead time of two months: the orders of the calendar are those of ten, and so is the cap."""
    case = market({"near": 2.0, "far": 3.0}, n_periods=12)
    late = replace(case.suppliers["by_near"], lead_time=Q(2.0))
    late_case = replace(case, suppliers={**case.suppliers, "by_near": late})
    for one in (case, late_case):
        problem = make_problem(capped(one, 0.5))
        plan = solve_plan(problem, gap=GAP)
        assert plan.feasible
        shares = shares_of(problem, plan.choices)
        assert shares["near", 0] <= 0.5 + 1e-7


def shares_of(problem, choices, draw: int = 0) -> dict[tuple[str, int], float]:
    """Part of each actor abroad in the purchases of a year, by another way than the program's."""
    cap = problem.case.standards["cap"]
    course = course_of(problem, choices, draw)
    came, written = arrivals_by_period(course), course.written
    activities = written.arrays.activities
    n = came.shape[1]
    starts = [*range(cap.first, n - 11, 12)] or [cap.first]
    found: dict[tuple[str, int], float] = {}
    for year, start in enumerate(starts):
        end = n if year == len(starts) - 1 else starts[year + 1]
        sold: dict[str, float] = {}
        for k, element in enumerate(activities.elements):
            section, name = element.split(".", 1)
            supplier = written.case.suppliers.get(name) if section == "suppliers" else None
            if supplier is not None and (supplier.good, supplier.actor == "home") == (
                cap.good,
                False,
            ):
                sold[supplier.actor] = sold.get(supplier.actor, 0.0) + came[k, start:end].sum()
        total = sum(sold.values())
        found |= {(actor, year): one / total if total else 0.0 for actor, one in sold.items()}
    return found


def together(problem, monkeypatch):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 10**9)
    return solve_plan(problem, gap=GAP)


def apart(problem, monkeypatch):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 0)
    return solve_plan(problem, gap=GAP)


def with_cap(case: Case, at_most: float, **changes: object) -> Case:
    """A small case whose bodies come from no seller to more than a part."""
    far = replace(case.suppliers["far"], capacity=Q(40.0))
    cap = Standard("cap", good="body", at_most=Q(at_most))
    cap = replace(cap, **changes)  # type: ignore[arg-type]
    return replace(
        case,
        suppliers={**case.suppliers, "far": far},
        scenarios={
            name: replace(one, case=replace(one.case, suppliers={**one.case.suppliers, "far": far}))
            for name, one in case.scenarios.items()
        },
        standards={**case.standards, "cap": cap},
    )


@pytest.mark.parametrize(
    ("seed", "n_scenarios", "changes"),
    [(0, 1, {}), (2, 3, {}), (5, 3, {"part_of": USE}), (3, 2, {"sellers": ("sender",)})],
)
def test_each_draw_apart_agrees_with_the_extensive_form(seed, n_scenarios, changes, monkeypatch):
    problem = make_problem(with_cap(small_case(seed, n_scenarios=n_scenarios), 0.6, **changes))
    one, other = together(problem, monkeypatch), apart(problem, monkeypatch)
    assert one.feasible
    assert other.feasible
    above = one.cost - one.no_threat_cost
    assert above > 0.0
    assert other.cost == pytest.approx(one.cost, abs=2e-5 * above)
    assert other.bound <= one.cost + 2e-5 * above
    assert solve_extensive(problem).cost == pytest.approx(one.cost, abs=2e-5 * above)


@pytest.mark.parametrize("seed", range(4))
def test_laws_of_a_cap(seed: int) -> None:
    """It holds in every draw, costs no less than none, more where it is stricter, else nothing."""
    case = small_case(seed, n_scenarios=1 + seed % 2)
    case = replace(case, standards={})
    costs = []
    for at_most in (1.0, 0.9, 0.7, 0.5):
        problem = make_problem(with_cap(case, at_most))
        plan = solve_plan(problem, gap=GAP)
        assert plan.feasible
        costs.append(plan.cost)
        for draw in range(problem.n_draws):
            shares = shares_of(problem, plan.choices, draw)
            assert max(shares.values()) <= at_most + 1e-6
    bare = with_cap(case, 1.0)
    free = solve_plan(make_problem(replace(bare, standards={})), gap=GAP).cost
    assert costs[0] == pytest.approx(free, rel=1e-6)
    rounding = 1e-6 * abs(free)
    assert all(more >= less - rounding for less, more in pairwise(costs))
    assert costs[-1] > free + rounding


def test_a_cap_may_be_passed_in_the_draws_that_it_excuses() -> None:
    """Far is dear in one future of three: the cap excuses that one, and costs less."""
    case = small_case(6, n_scenarios=3)
    case = with_cap(replace(case, standards={}), 0.5)
    least = min(one.probability for one in case.scenarios.values())
    strict = solve_plan(make_problem(case), gap=GAP)
    cap = case.standards["cap"]

    def excusing(share: float) -> float:
        some = replace(case, standards={"cap": replace(cap, in_draws=Q(share))})
        plan = solve_plan(make_problem(some), gap=GAP)
        assert plan.feasible
        return plan.cost

    free = strict.no_threat_cost
    rounding = 1e-6 * abs(free)
    assert free + rounding < excusing(1.0 - least) < strict.cost - rounding
    assert excusing(1.0) == pytest.approx(strict.cost, rel=1e-6)
    assert excusing(1e-9) == pytest.approx(free, rel=1e-6)


def _is_served_from_stock(capacity: FloatArray, at_most: float, first: int) -> bool:
    """Whether 100 t a month for 18 months can be had, what is bought before the cap stored."""
    n, months = len(capacity), 18
    bought = np.kron(np.tri(months), np.ones((1, n)))  # up to each month
    capped = np.arange(months) >= first
    rows = np.kron(capped, np.eye(n)) - at_most * np.kron(capped, np.ones((n, n)))
    found = linprog(
        np.zeros(n * months),
        A_ub=np.vstack([-bought, rows]),
        b_ub=[*(-100.0 * np.arange(1, months + 1)), *np.zeros(n)],
        bounds=[(0.0, most) for _month in range(months) for most in capacity],
    )
    return bool(found.success)


@given(
    prices=st.lists(st.integers(1, 9).map(float), min_size=2, max_size=4),
    capacities=st.lists(st.integers(40, 200).map(float), min_size=4, max_size=4),
    at_most=st.integers(25, 100).map(lambda n: n / 100),
    first=st.integers(0, 15),
)
@example(prices=[1.0, 1.0], capacities=[40.0, 61.0, 40.0, 40.0], at_most=0.58, first=15)
@settings(max_examples=25, deadline=None)
def test_random_markets_cost_what_a_program_of_our_own_says(prices, capacities, at_most, first):
    """One month is as the other, so that a year and a row of it for each seller are enough."""
    names = [f"s{i}" for i in range(len(prices))]
    case = market(dict(zip(names, prices, strict=True)), n_periods=18)
    suppliers = {
        f"by_{name}": replace(case.suppliers[f"by_{name}"], capacity=Q(most))
        for name, most in zip(names, capacities, strict=False)
    }
    case = replace(case, suppliers=suppliers)
    plan = solve_plan(make_problem(capped(case, at_most, first=first)), gap=GAP)
    n, most = len(prices), np.array(capacities[: len(prices)])
    bounds = list(zip(np.zeros(n), most, strict=True))
    free = linprog(prices, A_eq=np.ones((1, n)), b_eq=[100.0], bounds=bounds)
    rows = np.eye(n) - at_most
    under = linprog(
        prices, A_ub=rows, b_ub=np.zeros(n), A_eq=np.ones((1, n)), b_eq=[100.0], bounds=bounds
    )
    if not free.success:
        return
    assert plan.feasible == _is_served_from_stock(most, at_most, first)
    if under.success:
        assert plan.cost == pytest.approx(first * free.fun + (18 - first) * under.fun, rel=1e-6)


def test_a_cap_that_clashes_is_told_with_how_far_it_would_have_to_rise() -> None:
    """Far has 20 t of 100 t a month: near has 80 %, so a cap of 55.5 % must rise by 25 steps.

    Nothing spoils, so that beginning a month later is a cure too: near sells before.
    """
    case = market({"near": 2.0, "far": 3.0}, n_periods=12)
    few = replace(case.suppliers["by_far"], capacity=Q(20.0))
    case = replace(case, suppliers={**case.suppliers, "by_far": few})
    case = capped(case, 0.555)
    (wish,) = conflict_of(case, solver_of(None, RunOptions(), Clock.of(None)))
    assert wish.wish == "standards.cap"
    cure, later = wish.cures
    assert (later.now, later.then, later.unit) == ("2026-01", "2026-02", "month")
    assert (cure.now, cure.then, cure.unit) == (0.555, pytest.approx(0.805), "share")
    assert wish.what == (
        "gas: at most 55.5% of the purchases are from one seller from January 2026 on. "
        "Least relaxation: the cap can be 80.5% instead of 55.5%, or the standard can hold from "
        "February 2026 on instead of January 2026."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "gas: at most 40% of the purchases are from one seller from March 2026 on"),
        (
            {"part_of": USE},
            "gas: at most 40% of the use is bought from one seller from March 2026 on",
        ),
        (
            {"sellers": ("near", "by_far")},
            "gas: at most 40% of the purchases are from near, by far from March 2026 on",
        ),
        (
            {"sellers": ("near",), "part_of": USE},
            "gas: at most 40% of the use is bought from near from March 2026 on",
        ),
    ],
)
def test_a_cap_in_words(changes: dict[str, object], words: str) -> None:
    case = capped(market({"near": 2.0, "far": 3.0}), 0.4, first=2, **changes)
    assert standard_words(case, case.standards["cap"]) == words


def test_a_draw_that_is_excused_may_buy_all_that_a_contract_opens() -> None:
    """Near is there by contract alone: what the cap lets pass counts what is chosen too."""
    case = market({"near": 2.0, "far": 3.0}, n_periods=12)
    sign = Option("sign", kind=OptionKind.CONTRACT, element="suppliers.by_near", capital=Q(1.0))
    case = capped(replace(case, options={"sign": sign}), 0.5, in_draws=Q(1e-9))
    plan = solve_plan(make_problem(case), gap=GAP)
    assert plan.feasible
    assert plan.cost == pytest.approx(12 * 100 * 2 + 1)
