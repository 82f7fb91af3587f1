"""The unit in which a good is counted decides no verdict and changes no value."""

import math
from dataclasses import replace

import pytest

from derbes.case.entities import Case, Good, Recipe, Stockpile, Supplier, Tier, Use
from derbes.case.quantity import Quantity
from tests.small_cases import worked_example
from tests.statements.ledgers import numbers_of, value_of

Q = Quantity
FACTORS = (1e-9, 1e-4, 1e5, 1e9)


def heat_and_light() -> Case:
    """Heat goes short, light is served; a component is used up in making the good of light."""
    base = worked_example(2)
    goods = {**base.goods, "gas": Good("gas", unit="kcm")}
    return replace(
        base,
        goods=goods,
        uses={
            **base.uses,
            "heat": Use("heat", good="gas", demand=Q(10.0), shortage_cost=Q(200.0)),
            "spare": Use(
                "spare", good="gas", tier=Tier.DEFERRABLE, demand=Q(2.0), shortage_cost=Q(50.0)
            ),
        },
        suppliers={
            **base.suppliers,
            "gas_from_sender": Supplier(
                "gas_from_sender", actor="sender", good="gas", price=Q(3.0), capacity=Q(11.0)
            ),
        },
        stockpiles={**base.stockpiles, "tank": Stockpile("tank", good="gas", quantity=Q(25.0))},
    )


def times(quantity: Quantity | None, factor: float) -> Quantity | None:
    return None if quantity is None else replace(quantity, value=quantity.value * factor)


def counted_in(case: Case, good: str, factor: float) -> Case:
    """The case with a good counted in a unit of which it has `factor` times as many."""

    def use(one: Use) -> Use:
        if one.good != good:
            return one
        return replace(
            one,
            demand=times(one.demand, factor),
            shortage_cost=times(one.shortage_cost, 1.0 / factor),
        )

    def supplier(one: Supplier) -> Supplier:
        if one.good != good:
            return one
        price, capacity = times(one.price, 1.0 / factor), times(one.capacity, factor)
        return replace(one, price=price, capacity=capacity)

    def recipe(one: Recipe) -> Recipe:
        inputs = {
            name: times(amount, factor) if name == good else amount
            for name, amount in one.inputs.items()
        }
        if one.output != good:
            return replace(one, inputs=inputs)
        inputs = {name: times(amount, 1.0 / factor) for name, amount in inputs.items()}
        cost, capacity = times(one.cost, 1.0 / factor), times(one.capacity, factor)
        return replace(one, inputs=inputs, cost=cost, capacity=capacity)

    def pile(one: Stockpile) -> Stockpile:
        return replace(one, quantity=times(one.quantity, factor)) if one.good == good else one

    held = case.goods[good]
    return replace(
        case,
        goods={**case.goods, good: replace(held, reserve=times(held.reserve, factor))},
        uses={name: use(one) for name, one in case.uses.items()},
        suppliers={name: supplier(one) for name, one in case.suppliers.items()},
        recipes={name: recipe(one) for name, one in case.recipes.items()},
        stockpiles={name: pile(one) for name, one in case.stockpiles.items()},
    )


AMOUNTS = (
    ("gas", "stock(gas, 2026-02)"),
    ("gas", "stock(gas, 2026-01)"),
    ("gas", "bought(gas, 2026-01, 2027-12)"),
    ("gas", "unmet_in_calm(heat, 2026-01, 2029-12)"),
    ("gas", "unmet_in_calm(spare, 2026-01, 2029-12)"),
    ("gas", "unmet(sender, 2027-01, months=6, use=heat)"),
    ("gas", "unmet(sender, 2027-01, months=6, use=spare, gross=true)"),
    ("gas", "demand(heat, 2026-01)"),
    ("good", "made(good, 2026-01, 2026-12)"),
    ("component", "bought(component, 2026-01, 2026-12)"),
)
"""Good in whose unit an amount is, and the amount."""
PURE = (
    "import_share(sender, 2027-06)",
    "import_share(sender, 2027-06, good=gas)",
    "import_share(sender, 2027-06, use=use, upstream=true)",
    "share_made_at_home(good, 2027-06)",
    "cover(gas, 2026-01)",
    "cover(use, 2026-01)",
    "deepest_shortfall(sender, 2027-01, months=6)",
    "deepest_shortfall(sender, 2027-01, months=6, use=use)",
    "time_to_survive(sender, 2026-01)",
    "paid(sender, 2026-01, 2027-12)",
    "target_loss(sender, 2027-01, months=6)",
    "sender_cost(sender, 2027-01, months=6)",
)
"""Times, shares and money: no good's unit is in them."""


@pytest.mark.parametrize("good", ["good", "component", "gas"])
@pytest.mark.parametrize("factor", FACTORS)
def test_the_unit_of_a_good_changes_no_value(good, factor):
    case = heat_and_light()
    other = counted_in(case, good, factor)
    here, there = numbers_of(case), numbers_of(other)
    for own, text in AMOUNTS:
        expected = number(here, text) * (factor if own == good else 1.0)
        assert math.isclose(number(there, text), expected, rel_tol=1e-6, abs_tol=0.0), text
    for text in PURE:
        assert math.isclose(number(there, text), number(here, text), rel_tol=1e-6), text


def number(world, text):
    found = world(text)
    assert isinstance(found, float), (text, found)
    return found


def test_the_case_has_something_of_everything():
    """Nothing above is 0 by chance: what is 0 has no unit."""
    world = numbers_of(heat_and_light())
    nothing = {text for _good, text in AMOUNTS if number(world, text) == 0.0}
    assert nothing == {"unmet_in_calm(heat, 2026-01, 2029-12)"}
    assert number(world, "import_share(sender, 2027-06)") == 1.0
    assert number(world, "deepest_shortfall(sender, 2027-01, months=6)") == 1.0


def test_a_verdict_is_the_same_in_any_unit():
    """The share of home output by kilogram, gram or megatonne."""
    case = worked_example(3)
    for factor in (1.0, *FACTORS):
        there = counted_in(case, "good", factor)
        assert value_of(there, "share_made_at_home(good, 2029-01) == 0") is True
        assert value_of(there, "import_share(sender, 2027-01) > 0.99") is True


def test_calm_that_is_short_is_no_harm_of_the_measure():
    """12 a month are wanted and 11 sold: once the tank is empty the spare use lacks 1 a month."""
    case = heat_and_light()
    ask = "unmet(sender, 2029-01, months=3, use={use}{more})"
    world = numbers_of(case)
    spare = number(world, ask.format(use="spare", more=""))
    gross = number(world, ask.format(use="spare", more=", gross=true"))
    heat = number(world, ask.format(use="heat", more=""))
    assert heat == pytest.approx(30.0)
    assert spare == pytest.approx(3.0)  # 2 a month, of which 1 is short anyway
    assert gross > spare + 30.0  # and 1 a month for as long as is counted
    tier = number(world, "unmet(sender, 2029-01, months=3, tier=deferrable)")
    assert tier == pytest.approx(spare)


def test_the_deepest_shortfall_is_that_of_the_worst_use_or_of_the_one_named():
    world = numbers_of(heat_and_light())
    ask = "deepest_shortfall(sender, 2029-01, months=3{use})"
    worst = number(world, ask.format(use=""))
    each = [number(world, ask.format(use=f", use={use}")) for use in ("heat", "use")]
    assert worst == max(each) == 1.0
    assert each[1] < 1.0
    assert number(world, ask.format(use=", use=spare")) == pytest.approx(0.5)


def test_cover_runs_forward_and_counts_nothing_that_expires():
    base = worked_example(1)
    rising = Quantity(100.0, steps=((0, 100.0), (2, 200.0)))
    case = replace(base, uses={"use": replace(base.uses["use"], demand=rising)})
    assert value_of(case, "abs(cover(good, 2026-01) - 4) < 0.000001") is True
    none = replace(base, uses={"use": replace(base.uses["use"], demand=Q(0.0))})
    assert value_of(none, "cover(good, 2026-01) > 1") is not True
