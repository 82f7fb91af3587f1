"""Entries that say the same, and verdicts on them that do not fit together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.ledger import Contrast, Fact, Statement, StatementKind
from derbes.case.quantity import Quantity
from derbes.statements.agreement import Normal, leaves_room, misfits_of, opposed
from derbes.statements.expressions import names_of, read_expression
from derbes.statements.ledger import read_ledger
from derbes.statements.worlds import evaluate
from tests.small_cases import worked_example
from tests.statements.ledgers import talk, with_ledger, with_variant, world_of

CASE = with_variant(talk(), "with_plant", worked_example(3))
NAMES = names_of(CASE)
LEDGER = read_ledger(CASE)


def form(text, names=NAMES, ledger=LEDGER):
    return Normal(ledger).truth(read_expression(text, names))


SAME = [
    ("cost > 1 bn USD", "900 million USD + 100 million USD < fact(cost)"),
    ("2 * cost <= 4 bn USD", "not (cost > 2 bn USD)"),
    ("-cost < -5", "cost > 5"),
    ("stock(good, 2026-01) >= 0.5 kt", "500 <= stock(good, at=2026-01, old=false)"),
    ("stock(good, 2026-01) >= 0.5 kt", "0.5 kt <= stock(good, 2026-01)"),
    ("leverage(sender, 2028-01) > 1", "leverage(cut, 2028-01) > 1"),
    ("leverage(sender, 2028-01) > 1", "1 < leverage(sender, 2028-01, measure=cut)"),
    (
        "target_loss(sender, 2026-01, months=12) > target_loss(sender, 2028-01, months=12)",
        "0 > target_loss(sender, 2028-01, months=1 year) - target_loss(sender, 2026-01, months=12)",
    ),
    ("cost * cover(good, 2026-01) > 1", "cover(good, 2026-01) * cost > 1"),
    ("cost / 2 / cover(good, 2026-01) > 1", "0.5 * cost / cover(good, 2026-01) > 1"),
    ("(cost - 1) ** 2 > 0", "cost * cost - 2 * cost * 1 USD + 1 > 0"),
    (
        "cost < 2 and plant_open(plant, 2026-01)",
        "not (cost >= 2 or not plant_open(plant, 2026-01))",
    ),
    ("attested(cost) and attested(guess)", "attested(guess) and attested(cost, grade=B)"),
    ("not (attested(cost) or attested(guess))", "not attested(guess) and not attested(cost)"),
    ("1 < cost < 2", "cost > 1 and 2 > cost"),
    ("all(stock(g, 2026-01) > 1 for g in goods)", "stock(good, 2026-01) > 1"),
    (
        "any(sells(x, good, 2026-01) for x in actors)",
        "any(sells(y, good, 2026-01) for y in actors)",
    ),
    ("min(cost, 2) > 1", "min(2, cost) > 1"),
    ("opening(plant) <= 2028-01", "2028-01 >= opening(plant)"),
    ('verdict(possible) == "holds"', '"holds" == verdict(possible)'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_say_the_same(one, other):
    assert form(one) == form(other)
    assert form(f"not ({one})") == opposed(form(other)) != form(one)
    assert opposed(opposed(form(one))) == form(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cost > 1", "cost >= 1"),
        ("cost > 1", "cost > 2"),
        ("attested(cost)", "attested(guess)"),
        ("attested(cost)", "attested(cost, grade=D)"),
        ("leverage(sender, 2028-01) > 1", "leverage(sender, 2028-02) > 1"),
        ("exists(plant)", "exists(plant, variant=with_plant)"),
        ("opening(plant) <= 2028-01", "opening(plant) < 2028-01"),
        ("cost - 1 > 0 and attested(cost)", "cost > 1 or attested(cost)"),
    ],
)
def test_these_do_not(one, other):
    assert form(one) != form(other)


ROOM = [
    ("cost <= 1", "cost >= 2", False),
    ("cost < 1", "cost >= 1", False),
    ("cost <= 1", "cost >= 1", True),
    ("2 * cost <= 1 bn USD", "cost > 0.6 bn USD", False),
    ("cost == 1", "cost == 2", False),
    ("cost == 1", "cost != 1", False),
    ("cost == 1", "1 < cost", False),
    ("cost > 1", "stock(good, 2026-01) < 0", True),
    ("opening(plant) <= 2028-01", "opening(plant) >= 2028-06", False),
    ("opening(plant) <= 2028-01", "opening(plant) > 2028-01-15", True),
    ("date_of(cost) <= 2026-01", "date_of(cost) >= 2026-06", True),
    ("date_of(cost) <= 2026-01", "date_of(cost) >= 2028-06", False),
    ('verdict(possible) == "holds"', 'verdict(possible) == "fails"', False),
    ("attested(cost)", "not attested(cost)", False),
    ("attested(cost)", "attested(guess)", True),
]


@pytest.mark.parametrize(("one", "other", "room"), ROOM)
def test_bounds_of_one_thing_leave_room_or_none(one, other, room):
    assert leaves_room(form(one), form(other)) is room
    assert leaves_room(form(other), form(one)) is room


numbers = st.recursive(
    st.sampled_from(["a", "b", "c", "1", "2", "0.5"]),
    lambda below: st.tuples(below, st.sampled_from("+-*"), below).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=4,
)
truths = st.recursive(
    st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join),
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["and", "or"]), below).map(lambda t: f"({' '.join(t)})"),
        below.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)


def counted(values):
    """A case with three facts, and its world."""
    facts = {
        name: Fact(name, amount=Quantity(value, path=f"facts.{name}.amount"), document="report")
        for name, value in zip("abc", values, strict=True)
    }
    case = replace(CASE, facts=facts, statements={})
    return names_of(case), world_of(case)


WORLDS = [counted(values) for values in ((1.0, 2.0, 3.0), (-1.0, 0.5, 2.0), (0.0, -2.0, 1.0))]


@given(truths, truths)
def test_what_has_one_form_is_true_together(one, other):
    names, _world = WORLDS[0]
    first, second = (read_expression(text, names) for text in (one, other))
    forms = [Normal(LEDGER).truth(term) for term in (first, second)]
    for _names, world in WORLDS:
        values = [evaluate(term, world) for term in (first, second)]
        if forms[0] == forms[1]:
            assert values[0] == values[1]
        if forms[0] == opposed(forms[1]):
            assert values[0] != values[1]
        if not leaves_room(*forms):
            assert not all(values)


@given(truths, st.randoms(use_true_random=False))
def test_turning_an_expression_about_leaves_its_form(text, random):
    """Sides exchanged, operands exchanged, the same added to both sides, doubly denied."""
    names, _world = WORLDS[0]

    def turned(term):
        parts = [turned(part) for part in term.parts]
        mirror = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        if term.does in {"and", "or", "+", "*"} and random.random() < 0.5:
            parts.reverse()
        elif term.does in {*mirror, "==", "!="} and random.random() < 0.5:
            return replace(term, does=mirror.get(term.does, term.does), parts=(parts[1], parts[0]))
        return replace(term, parts=tuple(parts))

    term = read_expression(text, names)
    assert Normal(LEDGER).truth(turned(term)) == Normal(LEDGER).truth(term)


def found(case, **verdicts):
    rows = misfits_of(read_ledger(case), {"possible": "untestable", **verdicts})
    return [(one.kind, one.statements, one.verdicts) for one in rows]


def test_the_same_holds_and_fails():
    case = with_ledger(CASE, A="cost > 1", B="1 < cost", C="attested(cost)")
    assert found(case, A="holds", B="fails", C="holds") == [
        ("same", ("A", "B"), ("holds", "fails"))
    ]
    assert found(case, A="holds", B="likely", C="fails") == []


def test_both_hold_though_they_say_the_opposite():
    case = with_ledger(CASE, A="cost > 1", B="cost <= 1", C="not (cost <= 1)")
    assert found(case, A="holds", B="holds", C="holds") == [
        ("opposite", ("A", "B", "C"), ("holds", "holds", "holds"))
    ]
    assert found(case, A="holds", B="fails", C="holds") == []
    assert found(case, A="fails", B="holds", C="fails") == []


def test_what_is_to_come_by_another_day_is_another_claim():
    """Too late for the first day, in time for the second: both verdicts are right."""
    made = {
        name: Statement(name, by="home", kind=StatementKind.PREDICTION, due=due, yes_if=text)
        for name, due, text in (
            ("A", "2026-03-31", "attested(cost)"),
            ("B", "2026-12-31", "attested(cost)"),
            ("C", "2026-12-31", "not attested(cost)"),
        )
    }
    case = with_ledger(replace(CASE, statements={**CASE.statements, **made}), D="not holds(A)")
    assert found(case, A="fails", B="holds", C="fails", D="holds") == []
    torn = found(case, A="holds", B="holds", C="holds", D="holds")
    assert [names for _kind, names, _said in torn] == [("A", "D"), ("B", "C")]


def test_tested_beside_untested():
    case = with_ledger(CASE, A="attested(cost)", B="attested(cost)", C="not attested(cost)")
    assert found(case, A="holds", B="not_due", C="fails") == [
        ("untested", ("A", "B", "C"), ("holds", "not_due", "fails"))
    ]
    assert found(case, A="void", B="expired", C="untestable") == []


def test_a_whole_that_holds_tests_its_parts():
    case = with_ledger(CASE, A="attested(cost) and cost > 1", B="attested(cost)", C="cost < 0")
    assert found(case, A="holds", B="untestable", C="not_due") == [
        ("untested", ("A", "B", "C"), ("holds", "untestable", "not_due"))
    ]
    assert found(case, A="fails", B="untestable", C="not_due") == []


def test_bounds_that_leave_no_room():
    case = with_ledger(CASE, A="cost <= 1", B="cost >= 2 and attested(cost)", C="cost > 1.5")
    assert found(case, A="holds", B="holds") == [("bounds", ("A", "B"), ("holds", "holds"))]
    assert found(case, A="holds", C="fails") == []
    assert found(case, A="fails", C="fails") == []


def test_the_ledger_may_say_that_two_are_the_same():
    case = with_ledger(CASE, A="cost > 1")
    same = Statement("same", by="home", untestable={"": "words alone"}, same_as=("A",))
    case = replace(case, statements={**case.statements, "same": same})
    assert found(case, A="holds", same="untestable") == [
        ("untested", ("A", "same"), ("holds", "untestable"))
    ]
    assert found(case, A="untestable", same="not_due") == []


def test_what_holds_only_because_its_condition_does_not():
    case = with_ledger(CASE, A="cost > 1", B="cost > 2", C="not holds(A) or holds(B)")
    assert found(case, A="fails", B="fails", C="holds") == [
        ("vacuous", ("A", "C"), ("fails", "holds"))
    ]
    assert found(case, A="holds", B="holds", C="holds") == []


def test_a_thesis_and_its_causes():
    case = with_ledger(CASE, A="cost > 1", B="attested(cost)")
    thesis = Statement(
        "T", by="home", cause=("A", "heat"), effect=("B",), holds_if="cost < 9 bn USD"
    )
    case = replace(case, statements={**case.statements, "T": thesis})
    assert found(case, A="fails", B="holds", T="holds") == [
        ("vacuous", ("A", "T"), ("fails", "holds"))
    ]
    assert found(case, A="holds", B="fails", T="holds") == [
        ("contrast", ("A", "B", "T"), ("holds", "fails", "holds"))
    ]
    assert found(case, A="holds", B="holds", T="holds") == []
    assert found(case, A="fails", B="holds", T="open") == []


def test_a_contrast_and_its_sides():
    case = with_ledger(CASE, A="cost > 1", B="cover(good, 2026-01) > 2")
    contrast = Contrast("X", between=("A", "B"), holds_if="attested(cost)")
    case = replace(case, contrasts={"X": contrast})
    assert found(case, A="holds", B="holds", X="fails") == [
        ("contrast", ("A", "B", "X"), ("holds", "holds", "fails"))
    ]
    assert found(case, A="holds", B="fails", X="holds")[0][0] == "contrast"
    assert found(case, A="holds", B="holds", X="holds") == []


def test_an_entry_is_what_it_holds_by():
    case = with_ledger(CASE, A="cost > 1", B="holds(A)", C="holds(B) and attested(cost)")
    ledger = read_ledger(case)
    forms = [Normal(ledger).truth(ledger.parts[name, "holds_if"]) for name in "ABC"]
    assert forms[0] == forms[1]
    assert forms[2] == form("attested(cost) and cost > 1")
