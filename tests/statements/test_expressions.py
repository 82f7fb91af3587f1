"""What expressions say, on a case whose numbers are known."""

from dataclasses import replace

import pytest

from derbes.case.entities import CapitalPayment, Export, Plant, Tier, Use
from derbes.case.ledger import Document, Fact, Statement
from derbes.case.options import Option, OptionKind, Standard
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.grammar import ExpressionError
from derbes.statements.expressions import names_of, read_expression
from derbes.statements.terms import Missing
from tests.small_cases import one_good, worked_example
from tests.statements.ledgers import numbers_of, problems_of, talk, value_of, with_variant

E1, E3 = worked_example(1), talk()

TRUE = [
    "1 < 2 <= 2 < 3",
    "not (2 < 1)",
    "true and not false",
    "2 ** 3 == 8 and 2 ** -1 == 0.5",
    "-3 + 5 == 2 and 7 - 2 * 3 == 1 and (7 - 2) * 3 == 15",
    "min(3, 1, 2) == 1 and max(3, 1, 2) == 3 and abs(-2) == 2",
    '"1 year" == "12 month"',
    '"50 %" == 0.5',
    "2035-01 < 2035-02",
    "2035-01-31 <= 2035-01",
    "not (2035-01-31 < 2035-01)",
    "2035-01 == 2035-01-15",
    "2035 - 10 == 2025",
    "as_of == 2026-03-01",
    "months_between(2026-01, 2027-01) == 12",
    "months_between(2026-01, 2026-03) >= 2",
    "months_between(2027-01, 2026-01) == -12",
    "months_between(2026-01-15, 2026-02-15) == 1 month",
    "0 < months_between(2026-01-31, 2026-02) < 0.1",
    "months_between(2026-03-01, 2026-03-31) < 1",
    "count(g for g in goods) == 1",
    "all(stock(g, 2026-01) > 0 for g in goods)",
    "any(sells(a, good, 2026-01) for a in actors)",
    "count(a for a in actors if sells(a, good, 2026-01)) == 2",
    "sum(demand(u, 2026-01) for u in uses) == 100",
    "max(price(s, 2026-01) for s in suppliers) == 25",
    "all(plant_open(plant, m) for m in months(2028-01, 2028-12, every=3))",
    "not any(plant_open(plant, m) for m in months(2027-01, 2027-12))",
    "all(price(s, 2026-01) > 5 * price(t, 2026-01) or true for s in suppliers)".replace(
        "price(t, 2026-01)", "price(from_sender, 2026-01)"
    ),
    'fact(cost) == "1 bn USD" and cost >= "900 mln USD"',
    'stock(good, 2026-01) >= "0.5 kt"',
    "stock(good, 2026-01) / 0.6 kt == 1 and 0.6 kt / stock(good, 2026-01) == 100 %",
    "0.6 kt / demand(use, 2026-01) == 6 and 600 / demand(use, 2026-01) == 6",
    "price(good, 2026-01) * 0.6 kt == 6000 and 0.6 kt * price(good, 2026-01) == 6000 USD",
    "demand(use, 2026-01) * 1 year == 1200 and 500 kg / 1 t < 51 %",
    'modality(possible) == "possibility" and not denied(possible)',
    "denied(denied) and same_side(possible, denied) and not same_side(possible, decided)",
    'stance(decided, "plant") == -1 and held_by(decided, paper)',
    "date_of(possible) == 2026-01-10 and date_of(denied) == 2026-02",
    'exists(plant) and not exists("nowhere")',
    "attested(cost) and not attested(rumor) and not attested(guess)",
    "attested(guess, grade=D)",
    "count(s for s in statements_of(home)) == 3",
    "all(held_by(s, home) for s in statements_of(home))",
    "count(s for s in statements_of(home) if denied(s)) == 1",
    "count(s for s in statements_of(sender)) == 0",
    "stock(good, 2026-01) >= 0.5 kt and 1 year == 12 month and cost == 1 bn USD",
    "facts.cost.amount == cost and 2 * facts.cost.amount > 1.9 bn USD # so much\n",
    "min(facts.cost.amount, 2 bn USD) - 900 million USD == 0.1 bn USD",
    "count(m for m in measures_of(home)) == 0 and count(m for m in measures_of(sender)) == 1",
]


@pytest.mark.parametrize("text", TRUE)
def test_these_are_true(text):
    assert value_of(E3, text) is True


@pytest.mark.parametrize("text", TRUE)
def test_their_negation_is_false(text):
    assert value_of(E3, f"not ({text})") is False


KNOWN = [
    ("time_to_survive(sender, 2026-01)", 10.0),  # 600 / (100 - 40)
    ("unmet(sender, 2026-01, months=12)", 120.0),
    ("deepest_shortfall(sender, 2026-01, months=12)", 0.6),
    ("target_loss(sender, 2028-01, months=12)", 126_000.0),
    ("sender_cost(sender, 2028-01, months=12)", 2_400.0),
    ("sender_cost(sender, 2028-01, months=12, buyer=lost)", 14_400.0),
    ("leverage(sender, 2028-01, months=12)", 52.5),
    ("premium(sender, 2028-01, months=12)", 16.5),
    ("cover(good, 2026-01)", 6.0),
    ("cover(use, 2026-01)", 6.0),
    ("stock(good, 2027-01)", 600.0),
    ("price(good, 2026-01)", 10.0),
    ("n_sellers(good, 2026-01)", 2.0),
    ("import_share(sender, 2027-06)", 1.0),
    ("share_made_at_home(good, 2027-06)", 0.0),
    ("bought(good, 2026-01, 2026-12)", 1_200.0),
    ("paid(sender, 2026-01, 2026-12)", 12_000.0),
    ("outlay(2026-01, 2026-12)", 12_000.0),
    ("foreign_outlay(2026-01, 2026-12)", 12_000.0),
    ("made(good, 2026-01, 2026-12)", 0.0),
    ("unmet_in_calm(use, 2026-01, 2030-12)", 0.0),
    ('input("suppliers.from_other.capacity")', 40.0),
]


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize(
    "text",
    [
        "bought(good, 2026-05, 2026-05) == 100",
        "bought(good, 2026-02, 2027-01) == 1200 and bought(good, 2026-12, 2027-01) == 200",
        "paid(sender, 2026-11, 2027-02) == 4000 and outlay(2026-11, 2027-02) == 4000",
        "foreign_outlay(2026-06, 2026-06) == 1000 and exported(good, 2026-01, 2026-02) == 0",
    ],
)
def test_a_part_of_a_period_counts_in_part(step, text):
    """E1 buys 100 a month at 10, in whatever periods the calendar counts."""
    for first in (1, 12):
        calendar = Calendar(2026 - (first > 1), first, 36 // step, step)
        assert value_of(replace(E1, calendar=calendar), text) is True


def test_outlay_holds_what_open_plants_cost_whatever_they_make():
    """20 a month from 2026-04 on, 30 from 2027-01 on; a delay of a quarter is waited for."""
    case = worked_example(1)
    cost = Quantity(20.0, steps=((0, 20.0), (12, 30.0)))
    plant = Plant("works", actor="home", opening=0, delay=Quantity(3.0), standing_cost=cost)
    value = numbers_of(replace(case, plants={"works": plant}))
    assert value("outlay(2026-01, 2026-12)") == pytest.approx(12_000.0 + 9 * 20.0)
    assert value("outlay(2026-12, 2027-02)") == pytest.approx(3_000.0 + 20.0 + 2 * 30.0)
    assert value("foreign_outlay(2026-01, 2026-12)") == pytest.approx(12_000.0)


@pytest.mark.parametrize(("text", "number"), KNOWN)
def test_worked_example_1(text, number):
    """E1 of the design; see its table for each number."""
    case = _with_paths(E1)
    assert value_of(case, f"abs({text} - {number}) <= 0.000001 * (1 + {number})") is True


def _with_paths(case):
    one = case.suppliers["from_other"]
    priced = replace(
        one, capacity=Quantity(40.0, unit="t/month", path="suppliers.from_other.capacity")
    )
    return replace(case, suppliers={**case.suppliers, "from_other": priced})


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("ends(sender, months=12) == 2027-03", True),  # month 14 of the design
        ("ended(sender, 2027-03, months=12)", True),
        ("ended(sender, 2027-02, months=12)", False),
        ("survives(sender, 2027-03, months=12)", True),
        ("survives(sender, 2027-02, months=12)", False),
        ("leverage(sender, 2028-01, months=12) < 1", True),
        ("opening(plant) == 2028-01", True),
        ("plant_open(plant, 2027-12)", False),
        ("makes(plant, good)", True),
        ("has_home_source(good, 2027-12)", False),
        ("has_home_source(good, 2028-01)", True),
        ("capacity(good, 2028-06) == 100", True),
        ("capacity(good, 2027-06) == 0", True),
        ("import_share(sender, 2030-12) == 1", True),
        ("credible(sender, 2026-01)", True),
        ("credible(sender, 2028-01)", False),
    ],
)
def test_worked_example_3(text, truth):
    assert value_of(E3, text) is truth


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("exists(plant)", True),
        ("plant_open(plant, 2030-12)", False),
        ("opening(plant) > 2030-12", True),
        ("capacity(good, 2030-12) == 0", True),
        ("has_home_source(good, 2030-12)", False),
        ("sells(other, good, 2026-01)", False),
        ("n_sellers(good, 2026-01) == 1", True),
        ("price(good, 2026-01) == 10", True),
        ("capacity(from_other, 2026-01) == 0", True),
    ],
)
def test_what_only_an_option_opens_is_not_there_yet(text, truth):
    options = {
        "works": Option("works", element="plants.plant"),
        "deal": Option("deal", kind=OptionKind.CONTRACT, element="suppliers.from_other"),
    }
    assert value_of(replace(E3, options=options), text) is truth


def test_binding_component_counts_upstream():
    """E2: what is made at home of the sender's component depends on it wholly."""
    case = worked_example(2)
    assert value_of(case, "import_share(sender, 2027-01, use=use) == 1") is True
    assert value_of(case, "import_share(sender, 2027-01, good=good, upstream=false) == 0") is True
    assert value_of(case, "share_made_at_home(good, 2027-01) == 1") is True
    assert value_of(case, "needs(good, component) and not needs(component, good)") is True
    assert value_of(case, "count(g for g in raw_inputs_of(good)) == 1") is True


def test_uses_count_by_demand_in_the_share_of_an_actor():
    """The sender sells all of 100 t of one good, nobody of it 300 t of another: a quarter."""
    case = worked_example(1)
    second = replace(case.goods["good"], id="second", reserve=None)
    bought = replace(
        case.suppliers["from_other"], id="more", good="second", capacity=Quantity(300.0)
    )
    use = replace(case.uses["use"], id="more", good="second", demand=Quantity(300.0))
    case = replace(
        case,
        goods={**case.goods, "second": second},
        suppliers={**case.suppliers, "more": bought},
        uses={**case.uses, "more": use},
    )
    for upstream in ("true", "false"):
        text = f"abs(import_share(sender, 2027-01, upstream={upstream}) - 0.25) < 0.000001"
        assert value_of(case, text) is True


def test_a_plant_that_the_sender_owns_is_no_source_without_the_sender():
    """E3 with a plant of the sender's, of inputs from home: he can stop it all the same."""
    case = worked_example(3)
    plant = replace(case.plants["plant"], actor="sender", opening=0)
    recipe = replace(case.recipes["make"], cost=Quantity(1.0))
    case = replace(case, plants={"plant": plant}, recipes={"make": recipe})
    assert value_of(case, "made(good, 2027-01, 2027-12) == 1200") is True
    assert value_of(case, "import_share(sender, 2027-12) == 1") is True
    assert value_of(case, "residual_dependence(sender, good, 2027-12) > 0") is True
    assert value_of(case, "import_share(sender, 2027-12, upstream=false) == 0") is True
    assert value_of(case, "share_made_at_home(good, 2027-12) == 1") is True


def test_a_variant_answers_in_place_of_the_case():
    case = with_variant(E1, "with_plant", worked_example(3))
    assert value_of(case, "exists(plant, variant=with_plant) and not exists(plant)") is True
    assert value_of(case, "ends(sender, variant=with_plant) < ends(sender)") is True
    assert value_of(case, "opening(plant) > 2100-01") is True


def test_what_is_met_for_as_long_as_is_looked_at_is_known_from_below():
    case = one_good(stock=100_000.0, n_periods=12)
    assert value_of(case, "time_to_survive(sender, 2026-01) > 20") is True
    assert value_of(case, "2 * time_to_survive(sender, 2026-01) <= 20") is False
    assert isinstance(value_of(case, "time_to_survive(sender, 2026-01) > 1000"), Missing)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("suppliers.from_other.capacity", 'input("suppliers.from_other.capacity")'),
        ("old_stock / 2", 'input("assumptions.old_stock") / 2'),
    ],
)
def test_numbers_stand_by_path_and_assumptions_by_name_as_in_a_formula(text, other):
    case = _with_paths(E1)
    case = replace(
        case, assumptions={"old_stock": Quantity(7.0, "t", path="assumptions.old_stock")}
    )
    names = names_of(case)
    assert read_expression(f"{text} > 1", names) == read_expression(f"{other} > 1", names)
    assert value_of(case, f"{text} > 3") is True


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("blank > 1", ("facts.blank.amount",)),
        ("indicator(loudness) > 1", ("facts.loudness",)),
        ("date_of(blank) > 2026-01", ("facts.blank.date",)),
        ("attested(blank)", ("facts.blank.grade",)),
        ("1 / 0 > 1", ("a division by zero",)),
        ('stance(possible, "nothing") == 1', ("statements.possible.stance.nothing",)),
        ("blank > 1 and indicator(x) > 0", ("facts.blank.amount", "facts.x")),
        ("capital() > 1", ("plants.plant.capital",)),
    ],
)
def test_what_is_missing_is_named(text, keys):
    assert value_of(E3, text) == Missing(keys)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("blank > 1 and false", False),
        ("false and blank > 1", False),
        ("blank > 1 or true", True),
        ("not (blank > 1 and false)", True),
        ("all(fact(f) > 1 for f in facts if false)", True),
        ("any(blank > 1 or true for g in goods)", True),
    ],
)
def test_the_rest_may_decide(text, truth):
    assert value_of(E3, text) is truth


def test_a_shortage_cost_that_is_missing_leaves_no_leverage():
    use = replace(E1.uses["use"], shortage_cost=None)
    case = replace(E1, uses={"use": use})
    assert value_of(case, "leverage(sender, 2026-01, months=12) > 1") == Missing(
        ("uses.use.shortage_cost",)
    )


def test_money_is_exchanged():
    case = replace(E3, rates={"EUR": Quantity(1.5)})
    assert value_of(case, 'cost == "1.5 bn USD" / 1.5 and "1 EUR" == "1.5 USD"') is True
    assert value_of(case, 'price(good, 2026-01) == "10 USD/t"') is True


def test_a_loss_without_cost_is_without_bound():
    case = replace(
        E1, actors={**E1.actors, "sender": replace(E1.actors["sender"], margin_share=Quantity(0.0))}
    )
    assert value_of(case, "leverage(sender, 2026-01) > 1000000") is True


@pytest.mark.parametrize("text", ["1 == 1", "cover(good, 2026-01) > 1"])
def test_good_expressions_have_no_problems(text):
    assert problems_of(text, names_of(E3)) == ()


def test_an_expression_must_be_true_or_false():
    with pytest.raises(ExpressionError, match="this is a number, not true or false"):
        read_expression("1 + 1", names_of(E3))


def test_a_tier_that_only_a_variant_has_is_counted_in_its_unit():
    wish = Use("wish", good="good", tier=Tier.DEFERRABLE, demand=Quantity(1.0))
    case = with_variant(E1, "more", replace(E1, uses={**E1.uses, "wish": wish}))
    said = "unmet(sender, 2026-01, tier=deferrable, variant=more) < 1 t"
    assert read_expression(said, names_of(case))
    with pytest.raises(ExpressionError, match="no use of this case is deferrable"):
        read_expression(said.replace(", variant=more", ""), names_of(E1))


# Quantities and sets that nothing above asks about, by hand


def _whole():
    """E2 with an export, an option, a crisis, tags, a standard and a deferrable use."""
    base = worked_example(2)
    buyer = Export(
        "buyer", actor="other", good="good", price=Quantity(50.0), capacity=Quantity(7.0)
    )
    crisis = replace(base.uses["use"], crisis_demand=Quantity(130.0))
    paid = CapitalPayment(3, Quantity(500.0), Quantity(0.4))
    return replace(
        base,
        goods={**base.goods, "good": replace(base.goods["good"], tags=("dear",))},
        uses={
            "use": crisis,
            "wish": Use("wish", good="good", tier=Tier.DEFERRABLE, demand=Quantity(1.0)),
        },
        plants={"plant": replace(base.plants["plant"], capital=(paid,))},
        exports={"buyer": buyer},
        standards={"year": Standard("year", measure="cut", length=12, first=0)},
        documents={"report": Document("report", date="2026-01-10")},
        facts={"known": Fact("known", document="report", grade="A", tags=("new",))},
    )


@pytest.mark.parametrize(
    "text",
    [
        'all(stock_trend(g, 2026-02, 2026-12) == 0 for g in goods_tagged("dear"))',
        "capital(plant) == 500 and capital(foreign=true) == 200",
        "needs(good, component) and not needs(component, good)",
        "demand(use, 2026-01, crisis=true) == 130",
        'all(exported(g, 2026-01, 2026-01) == 7 for g in goods_tagged("dear"))',
        "reserve_used(sender, 2026-01, months=12) == 1",
        "not meets(year) and not all(meets(s) for s in standards)",
        "count(u for u in essential_uses) == 1 and count(u for u in uses) == 2",
        "count(a for a in sellers) == 2",
        "count(r for r in recipes if capacity(r, 2026-01) == 100) == 1",
        "count(p for p in plants) == 1 and count(m for m in measures) == 1",
        "count(f for f in facts if attested(f)) == 1",
        'count(f for f in facts_tagged("new")) == 1',
        'count(f for f in facts_tagged("old")) == 0',
        "count(s for s in statements) == 0",
        "all(needs(good, g) for g in inputs_of(good)) and count(g for g in inputs_of(good)) == 1",
        "count(g for g in raw_inputs_of(good)) == 1",
        "count(g for g in raw_inputs_of(component)) == 0",
    ],
)
def test_what_the_reference_offers(text):
    assert value_of(_whole(), text) is True


def test_a_statement_is_held_by_its_holder_not_by_who_utters_it():
    case = talk()
    told = Statement("told", by="paper", holder="home")
    case = replace(case, statements={**case.statements, "told": told})
    assert value_of(case, "count(s for s in statements_of(home)) == 4") is True
    assert value_of(case, "count(s for s in statements_of(paper)) == 1") is True
    assert value_of(case, "held_by(told, home) and not held_by(told, paper)") is True
