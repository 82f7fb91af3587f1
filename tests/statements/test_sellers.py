"""Indicators of trade in the calm plan, each beside a sum over what the plan buys and makes."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from derbes.analysis.cover import calm_plan_of
from derbes.case.entities import Case, Export, Plant, Recipe
from derbes.case.options import Standard
from derbes.case.quantity import Quantity
from derbes.draws.study import Study
from derbes.model.compile import compile_case
from derbes.statements.terms import Missing, Value
from derbes.supply.baseline import solve_calm
from derbes.trade import indicators
from tests.planning.generated import small_case
from tests.small_cases import one_good
from tests.statements.ledgers import numbers_of, value_of

Q = Quantity

SEEDS = (0, 1, 2, 5)


def traded(seed: int) -> Case:
    """A case with three sellers of two goods, one of which sells both, and with a buyer."""
    case = small_case(seed)
    far = replace(case.suppliers["far"], actor="other", at_least=Q(0.4))
    near = replace(far, id="near", actor="near", price=Q(3.0), capacity=Q(10.0), at_least=Q(0.7))
    shells = replace(case.suppliers["shells"], at_least=Q(0.5))
    own = replace(shells, id="own", actor="home", capacity=Q(2.0), at_least=Q(1.0))
    suppliers = {"far": far, "near": near, "shells": shells, "own": own}
    actors = {**case.actors, "near": replace(case.actors["other"], id="near")}
    sold = Export("sold", good="body", price=Q(30.0), capacity=Q(1.5))
    return replace(
        case,
        actors=actors,
        options={},
        standards={},
        suppliers={**case.suppliers, **suppliers},
        exports={"sold": sold},
    )


def sums(case: Case, good: str, month: int) -> tuple[dict[str, float], float, float]:
    """Of a year up to a month: purchases by actor, output at home, exports."""
    arrays = compile_case(case)
    plan = calm_plan_of(Study("base", case, arrays, solve_calm(arrays), ()))
    within = range(max(0, month - 11), month + 1)
    by_actor: dict[str, float] = {}
    for name, one in case.suppliers.items():
        if one.good == good:
            came = sum(plan.purchases[name][t] for t in within)
            by_actor[one.actor] = by_actor.get(one.actor, 0.0) + came
    made = sum(
        plan.output[name][t]
        for name, one in case.recipes.items()
        if one.output == good
        for t in within
    )
    made += by_actor.pop(case.target, 0.0)
    sold = sum(
        plan.exports[name][t]
        for name, one in case.exports.items()
        if one.good == good
        for t in within
    )
    return {actor: came for actor, came in by_actor.items() if came > 1e-9}, made, sold


@pytest.mark.parametrize("seed", SEEDS)
def test_t1_t2_and_t13_of_the_calm_plan_are_those_of_sums_over_it(seed: int) -> None:
    case = traded(seed)
    number = numbers_of(case)
    of_tiers = {}
    for good in ("body", "shell"):
        for month, word in ((5, "2026-06"), (13, "2027-02")):
            by_actor, made, sold = sums(case, good, month)
            total = sum(by_actor.values())
            shares = {actor: came / total for actor, came in by_actor.items()}
            hhi = sum(share**2 for share in shares.values())
            of_tiers[good, word] = hhi
            for actor, share in shares.items():
                told = number(f"seller_share({actor}, {good}, {word})")
                assert told == pytest.approx(share, rel=1e-6)
            assert number(f"n_sellers_in_calm({good}, {word})") == len(shares)
            found = number(f"largest_seller_share({good}, {word})")
            assert found == pytest.approx(max(shares.values()), rel=1e-6)
            assert number(f"seller_concentration({good}, {word})") == pytest.approx(hhi, rel=1e-6)
            reliance = (total - sold) / (made + total - sold)
            assert number(f"import_reliance({good}, {word})") == pytest.approx(reliance, rel=1e-6)
    for word in ("2026-06", "2027-02"):
        found = number(f"seller_concentration(shell, {word}, upstream=true)")
        worst = max(of_tiers[good, word] for good in ("body", "shell"))
        assert found == pytest.approx(worst, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_laws_of_concentration(seed: int) -> None:
    """1/n <= HHI <= the largest share <= sqrt(HHI), and shares add to 1."""
    case = traded(seed)
    number = numbers_of(case)

    def figure(text: str) -> float:
        found: Value = number(text)
        assert isinstance(found, float)
        return found

    for good in ("body", "shell"):
        at = f"{good}, 2026-12"
        hhi, most = figure(f"seller_concentration({at})"), figure(f"largest_seller_share({at})")
        assert 1 / figure(f"n_sellers_in_calm({at})") <= hhi * (1 + 1e-9)
        assert hhi <= most * (1 + 1e-9)
        assert most <= math.sqrt(hhi) * (1 + 1e-9)
        shares = [figure(f"seller_share({actor}, {at})") for actor in case.actors]
        assert sum(shares) == pytest.approx(1.0)
        assert figure(f"seller_share(home, {at})") == 0.0
    assert figure("seller_concentration(shell, 2026-12, upstream=true)") >= hhi


def test_the_formula_is_the_one_of_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement of each formula: another one in `trade` changes what a case says."""
    number = numbers_of(traded(0))
    before = number("seller_concentration(body, 2026-12)")
    formula = indicators.concentration
    monkeypatch.setattr(indicators, "concentration", lambda s, t: 0.5 * formula(s, t))
    after = numbers_of(traded(0))("seller_concentration(body, 2026-12)")
    assert isinstance(before, float)
    assert after == pytest.approx(0.5 * before)


def test_where_nothing_is_bought_it_is_missing() -> None:
    case = traded(0)
    case = replace(case, suppliers={}, uses={"need": case.uses["need"]})
    number = numbers_of(case)
    for text in ("seller_share(other, body, 2026-12)", "seller_concentration(body, 2026-12)"):
        found = number(text)
        assert isinstance(found, Missing)
        assert found.keys == ("bought (body, 2026-12)",)
    assert number("n_sellers_in_calm(body, 2026-12)") == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cap_is_met_where_no_seller_has_more_than_its_part(seed: int) -> None:
    """Just above the largest seller's part it holds, just below it does not.

    Of fourteen months the last two count with the year.
    """
    case, good = traded(seed), "body"
    arrays = compile_case(case)
    plan = calm_plan_of(Study("base", case, arrays, solve_calm(arrays), ()))
    sold: dict[str, float] = {}
    for name, one in case.suppliers.items():
        if one.good == good and one.actor != case.target:
            sold[one.actor] = sold.get(one.actor, 0.0) + sum(plan.purchases[name])
    most = max(sold.values()) / sum(sold.values())
    for factor, truth in ((1.001, True), (0.999, False)):
        cap = Standard("cap", good=good, at_most=Q(factor * most, path="standards.cap.at_most"))
        assert value_of(replace(case, standards={"cap": cap}), "meets(cap)") is truth
    bloc = Standard("cap", good=good, at_most=Q(0.999), sellers=("sender", "other", "near"))
    assert value_of(replace(case, standards={"cap": bloc}), "meets(cap)") is False


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("actor", ["sender", "other"])
def test_t15_residual_dependence_is_what_a_program_of_our_own_says(seed: int, actor: str) -> None:
    """Shells of 2026: from others, and from bodies that others or the forge give."""
    case = traded(seed)
    forge = replace(case.recipes["forge"], capacity=Q(5.0))
    near = replace(case.suppliers["near"], capacity=Q(1.0))
    case = replace(
        case,
        recipes={**case.recipes, "forge": forge},
        suppliers={**case.suppliers, "near": near},
    )
    number = numbers_of(case)

    def year(quantity: Q | None) -> float:
        return 12.0 * (0.0 if quantity is None else quantity.value)

    need = sum(year(use.demand) for use in case.uses.values())
    names = [name for name, one in case.suppliers.items() if one.actor != actor]
    names += case.recipes
    most, shells, bodies, hours = [], [], [], {"first": [], "second": [], "later": []}
    for name in names:
        supplier, recipe = case.suppliers.get(name), case.recipes.get(name)
        most.append(year(supplier.capacity if supplier else recipe and recipe.capacity) or 1e9)
        good = supplier.good if supplier else recipe.output if recipe else ""
        shells.append(float(good == "shell"))
        bodies.append((-1.0 if good == "body" else 0.0) + (1.0 if recipe and recipe.inputs else 0))
        for plant, row in hours.items():
            row.append(float(recipe is not None and recipe.plant == plant))
    arrays = compile_case(case)
    room = {
        plant: float(arrays.line_hours[line, :12].sum())
        for line, plant in enumerate(arrays.plants[p] for p in arrays.line_plants)
    }
    found = linprog(
        -np.array(shells),
        A_ub=np.array([shells, bodies, *hours.values()]),
        b_ub=[need, 0.0, *(room[plant] for plant in hours)],
        bounds=[(0.0, one) for one in most],
    )
    expected = max(0.0, need + found.fun) / need
    told = number(f"residual_dependence({actor}, shell, 2026-12)")
    assert told == pytest.approx(expected, abs=1e-6)
    assert actor != "sender" or expected > 0.01


def test_t15_klaipeda() -> None:
    """Lithuania needs 3.27 bcm; a terminal of 4.0 leaves nothing, one of 2.73 a sixth."""
    base = one_good(n_periods=12)
    (seller,) = base.suppliers.values()
    other = replace(seller, id="terminal", actor="other", price=Q(12.0))
    for capacity, residual in ((4.0, 0.0), (2.73, 0.54 / 3.27)):
        case = replace(
            base,
            uses={"use": replace(base.uses["use"], demand=Q(3.27 / 12))},
            suppliers={
                seller.id: replace(seller, capacity=Q(1.0)),
                other.id: replace(other, capacity=Q(capacity / 12)),
            },
        )
        number = numbers_of(case)
        found = number(f"residual_dependence({seller.actor}, good, 2026-12)")
        assert found == pytest.approx(residual, abs=1e-9)
        assert indicators.residual(3.27, capacity) == pytest.approx(residual)


@pytest.mark.parametrize(("owner", "residual"), [("home", 0.0), ("sender", 0.7), ("other", 0.0)])
def test_t15_a_plant_is_no_way_without_who_owns_it(owner: str, residual: float) -> None:
    """100 a month: 30 from another seller, and 90 that a plant makes."""
    case = one_good(n_periods=12, capacity=50.0)
    (seller,) = case.suppliers.values()
    other = replace(seller, id="spare", actor="other", capacity=Q(30.0))
    case = replace(
        case,
        suppliers={seller.id: seller, other.id: other},
        plants={"mill": Plant("mill", actor=owner)},
        recipes={"make": Recipe("make", output="good", plant="mill", capacity=Q(90.0))},
    )
    found = numbers_of(case)("residual_dependence(sender, good, 2026-12)")
    assert found == pytest.approx(residual, abs=1e-9)
