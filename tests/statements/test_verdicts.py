"""Verdicts over draws: shares, words, what is missing, what turns them over."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.entities import Scenario, opening_month
from derbes.case.ledger import Fact, Statement, StatementKind, Tension
from derbes.case.quantity import Quantity
from derbes.results.supply import Provenance
from derbes.statements.ledger import ledger_problems
from derbes.statements.sampling import FALSE, MISSING, TRUE, Sampler, Sampling, Truths
from derbes.statements.terms import Missing, compared
from derbes.statements.verdicts import (
    judge_truths,
    latest_day,
    statement_table,
    verdict_word,
    verdicts_of,
)
from derbes.statements.worlds import Model
from tests.small_cases import worked_example
from tests.statements.ledgers import (
    day,
    ranged,
    talk,
    two_capacities,
    value_of,
    verdicts,
    with_ledger,
    with_variant,
)

MADE = Provenance("", "", "", "")
whole = Model.losses


def test_share_of_a_closed_form():
    """It lasts 600 / (100 - c) months; with c uniform on 20 to 60, longer than 10 when c > 40."""
    case = with_ledger(two_capacities(), A="time_to_survive(sender, 2026-01) > 10")
    found = verdicts(case, draws=64).judged["A"]
    assert found.share == pytest.approx(0.5, abs=0.02)
    assert found.standard_error == pytest.approx(np.sqrt(0.25 / 66), rel=0.01)
    assert (found.verdict, found.n_draws) == ("open", 64)


def test_what_all_draws_agree_on_has_an_error_where_draws_could_change_it():
    """Of 64 draws the prior of Jeffreys leaves 64.5 and 0.5: an error of 1.1 %."""
    case = with_ledger(two_capacities(), A="time_to_survive(sender, 2026-01) > 1", B="1 < 2")
    judged = verdicts(case, draws=64).judged
    assert (judged["A"].share, judged["B"].share) == (1.0, 1.0)
    assert judged["A"].standard_error == pytest.approx(np.sqrt(64.5 * 0.5 / (65**2 * 66)))
    assert judged["B"].standard_error == 0.0


@pytest.mark.parametrize(
    ("months", "verdict"),
    [(7.4, "holds"), (8.6, "likely"), (10.0, "open"), (11.8, "unlikely"), (15.1, "fails")],
)
def test_words_for_shares(months, verdict):
    case = with_ledger(two_capacities(), A=f"time_to_survive(sender, 2026-01) > {months}")
    assert verdicts(case, draws=32).judged["A"].verdict == verdict


@pytest.mark.parametrize(
    ("share", "word"),
    [(1, "holds"), (0.95, "holds"), (0.94, "likely"), (0.67, "likely"), (2 / 3, "open"),
     (0.5, "open"), (1 / 3, "open"), (0.33, "unlikely"), (0.051, "unlikely"), (0.05, "fails"),
     (0, "fails")],
)  # fmt: skip
def test_edges_of_words(share, word):
    assert verdict_word(share) == word


@pytest.mark.parametrize(
    ("edge", "word"), [(19 / 20, "holds"), (2 / 3, "open"), (1 / 3, "open"), (1 / 20, "fails")]
)
def test_edges_of_words_are_those_of_counts(edge, word):
    """Forty of sixty are two thirds, 76 of 80 are 95 %, however the weights add up."""
    for n in range(20, 200):
        n_true = round(edge * n)
        if n_true == pytest.approx(edge * n):
            codes = np.repeat(np.array([TRUE, FALSE], dtype=np.int8), [n_true, n - n_true])
            share = Truths(codes, np.full(n, 1.0 / n), ()).share
            assert verdict_word(share) == word, (n_true, n)


@given(st.floats(0, 1))
def test_words_are_symmetric(share):
    turned = {"holds": "fails", "likely": "unlikely", "open": "open", "unlikely": "likely",
              "fails": "holds"}  # fmt: skip
    if min(abs(share - edge) for edge in (0.05, 1 / 3, 2 / 3, 0.95)) > 1e-9:
        assert verdict_word(1 - share) == turned[verdict_word(share)]


SIMPLE = st.sampled_from(
    [
        "time_to_survive(sender, 2026-01) > 10", 'input("suppliers.from_other.capacity") > 35',
        "stock(good, 2026-01) > 1", "capacity(from_other, 2026-06) < 50", "indicator(none) > 1",
        "1 < 2", "1 > 2",
    ]
)  # fmt: skip
EXPRESSIONS = st.recursive(
    SIMPLE,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda parts: f"({parts[0]}) {parts[1]} not ({parts[2]})"
    ),
    max_leaves=4,
)


def test_an_opening_turns_a_verdict_at_a_whole_month():
    """E3: ten months are bridged, so what begins in month 12 is survived up to an opening in 22."""
    path = "plants.plant.opening"
    case = worked_example(3)
    late = Quantity(0.0, "month", low=-9.0, high=10.0, path=path)
    case = replace(case, plants={"plant": replace(case.plants["plant"], delay=late)})
    texts = {
        "A": "survives(sender, 2027-01, months=12)",
        "B": "survives(sender, 2027-03, months=12)",
    }
    table = statement_table(verdicts(with_ledger(case, **texts), flips=1), day("2026-03"), MADE)
    turns = {row.id: row.flips_at[0] for row in table.statements if row.flips_at}
    assert {id_: (one.value, one.direction) for id_, one in turns.items()} == {
        "A": (-2.0, "below"), "B": (0.0, "above"),
    }  # fmt: skip
    months = {
        id_: opening_month(case, path, one.value, side=one.direction) for id_, one in turns.items()
    }
    assert months == {"A": "2027-12", "B": "2028-01"}


@settings(max_examples=25)
@given(EXPRESSIONS)
def test_an_expression_and_its_negation_add_to_one(text):
    case = with_ledger(two_capacities(), A=text, B=f"not ({text})")
    found = verdicts(case, draws=4).judged
    if found["A"].share is None:
        assert found["B"].share is None
    else:
        assert found["A"].share + found["B"].share == pytest.approx(1.0)
        assert found["A"].standard_error == pytest.approx(found["B"].standard_error)


def test_the_same_seed_gives_the_same_and_workers_do_not_matter():
    case = with_ledger(
        two_capacities(),
        A="time_to_survive(sender, 2026-01) > 9",
        B='verdict(A) == "likely"',
        C="leverage(sender, 2028-01, months=12) > 60",
    )
    case = with_variant(case, "built", worked_example(3))
    asked = (case, day("2026-03"), Sampling(16))
    found = [verdicts_of(*asked, n_flips=1, n_workers=n) for n in (1, 1, 2)]
    assert [one.judged for one in found] == [found[0].judged] * 3
    assert found[0].variants["C", "holds_if"] == ()
    rows = [statement_table(one, day("2026-03"), MADE) for one in found]
    assert rows == [rows[0]] * 3
    assert any(row.flips_at for row in rows[0].statements)


def test_what_asks_for_verdicts_comes_after_them():
    case = with_ledger(
        two_capacities(),
        C='verdict(B) == "holds"',
        B="share(A) > 0.4 and share(A) < 0.6",
        A="time_to_survive(sender, 2026-01) > 10",
    )
    found = verdicts(case, draws=16).judged
    assert [found[name].verdict for name in "ABC"] == ["open", "holds", "holds"]


def test_a_loop_over_entries_is_as_naming_each_of_them():
    """Truth in every draw, order of what hangs on what, and circles."""
    text = "time_to_survive(sender, 2026-01) > 10"
    case = with_ledger(two_capacities(), A=text, B=f"not ({text})")
    listed = "statements_of(home)"
    pairs = {
        "holds(A) and holds(B)": f"all(holds(s) for s in {listed})",
        "holds(A) and true": f"count(s for s in {listed} if holds(s)) == 1 and holds(A)",
        "share(A) + share(B) == 1": f"sum(share(s) for s in {listed}) == 1",
    }
    made = {
        f"{kind}{at}": Statement(f"{kind}{at}", by="sender", holds_if=written)
        for at, pair in enumerate(pairs.items())
        for kind, written in zip("NL", pair, strict=True)
    }
    found = verdicts(replace(case, statements={**case.statements, **made}), draws=16)
    for at in range(len(pairs)):
        named, looped = (found.judged[f"{kind}{at}"] for kind in "NL")
        assert (named.share, named.verdict) == (looped.share, looped.verdict)
    assert 0 < found.judged["L1"].share < 1
    case = with_ledger(case, own=f"any(holds(s) for s in {listed})")
    assert ["hangs on itself" in one.what for one in ledger_problems(case)] == [True]


def test_missing_makes_it_untestable_and_names_the_key():
    case = with_ledger(talk(), A="blank > 1", B="not (blank > 1)")
    found = verdicts(case).judged
    for name in "AB":
        assert found[name].verdict == "untestable"
        assert found[name].share is None
        assert found[name].reason == "missing: facts.blank.amount"
        assert found[name].missing == ("facts.blank.amount",)


@pytest.mark.parametrize(
    "text",
    [
        "attested(late)", "late > 0", "date_of(late) > 2020-01", "all(late > 0 for f in facts)",
        "holds(more)", 'modality(more) == "fact"', "held_by(more, home)", "same_side(more, home_)",
    ],
)  # fmt: skip
def test_what_only_a_variant_writes_is_refused_and_what_a_scenario_leaves_out_stays(text):
    made = {"home_": Statement("home_", by="home"), "more": Statement("more", by="home")}
    fact = Fact("late", amount=Quantity(1.0), document="report", grade="B")
    case = replace(talk(), statements={"home_": made["home_"]})
    more = replace(case, facts={**case.facts, "late": fact}, statements=made)
    (problem,) = ledger_problems(with_ledger(with_variant(case, "more", more), A=text))
    assert problem.what.startswith(('"late" is', '"more" is'))
    scenarios = {name: Scenario(name, probability=0.5, case=case) for name in "ab"}
    assert verdicts(with_ledger(replace(more, scenarios=scenarios), A=text)).judged["A"]


def test_missing_in_some_draws_may_leave_a_verdict():
    codes = np.array([TRUE] * 98 + [MISSING] * 2, dtype=np.int8)
    few = judge_truths(("A", "holds_if"), Truths(codes, np.full(100, 0.01), ("x.y",)))
    assert (few.verdict, few.share) == ("holds", 1.0)
    assert few.reason == "missing in 2% of the draws: x.y"
    codes = np.array([TRUE] * 90 + [MISSING] * 10, dtype=np.int8)
    many = judge_truths(("A", "holds_if"), Truths(codes, np.full(100, 0.01), ("x.y",)))
    assert (many.verdict, many.reason) == ("untestable", "missing: x.y")


def test_weights_count():
    truths = Truths(np.array([TRUE, FALSE], dtype=np.int8), np.array([0.9, 0.1]), (), is_exact=True)
    assert truths.share == pytest.approx(0.9)
    assert truths.standard_error == 0.0


def test_untestable_says_why():
    case = replace(
        talk(), statements={"A": Statement("A", by="home", untestable={"": "needs a corpus"})}
    )
    assert verdicts(case).judged["A"].reason == "needs a corpus"


@pytest.mark.parametrize(
    ("left", "right", "truths"),
    [
        (1.0, 1.0 + 1e-12, {"<=", ">=", "=="}),
        (-1e9, -1e9 - 1e-3, {"<=", ">=", "=="}),
        (1.0, 1.0 + 1e-6, {"<", "<=", "!="}),
        (0.0, 1e-12, {"<", "<=", "!="}),
        (np.inf, np.inf, {"<=", ">=", "=="}),
        (1e17, np.inf, {"<", "<=", "!="}),
    ],
)
def test_rounding_decides_no_comparison(left, right, truths):
    found = {o for o in ("<", "<=", ">", ">=", "==", "!=") if compared(o, left, right) is True}
    assert found == truths


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_comparison_and_its_opposite_never_agree(left, right):
    for one, other in (("<", ">="), (">", "<="), ("==", "!=")):
        assert compared(one, left, right) is not compared(other, left, right)


def test_what_no_draw_changes_is_looked_at_once():
    case = with_ledger(two_capacities(), A='exists("good")', B="price(good, 2026-01) == 10")
    case = with_ledger(case, C="capacity(from_other, 2026-01) > 40", D="holds(A) and holds(C)")
    found = verdicts(case, draws=16)
    shares = {name: found.judged[name].share for name in "ABCD"}
    assert (shares["A"], shares["B"]) == (1.0, 1.0)
    assert shares["C"] == shares["D"] == pytest.approx(0.5, abs=0.01)
    assert {len(found.truths[name, "holds_if"].codes) for name in "ABCD"} == {256}


def test_programs_that_start_near_the_center_give_the_same(monkeypatch):
    case = with_ledger(
        worked_example(3),
        A="leverage(sender, 2028-01, months=12) > 1",
        B="survives(sender, 2028-01, months=6)",
        C="time_to_survive(sender, 2027-01) > 4",
        D="unmet(sender, 2027-06, months=12) > 10 t",
    )
    demand = replace(case.uses["use"].demand, low=60.0, high=140.0, path="uses.use.demand")
    case = replace(case, uses={"use": replace(case.uses["use"], demand=demand)})
    near = verdicts(case, flips=2)
    kept = Sampler(near.ledger, day("2026-03-01"), Sampling(16)).center(has_programs=True).starts
    kinds = {kind.split()[0] for _n, (kind, *_key) in kept["base"].behind}
    assert kinds == {"branch", "survival"}
    center = Sampler.center
    monkeypatch.setattr(Sampler, "center", lambda self, **_: center(self, has_starts=False))
    alone = verdicts(case, flips=2)
    assert near.judged == alone.judged
    assert near.flips == alone.flips
    assert any(near.flips.values())


def test_what_is_known_at_the_center_serves_only_where_nothing_differs():
    case = worked_example(3)
    center = Model("base", case, {}, 12)
    same = Model("base", case, {"facts.cost.amount": 2.0}, 12)
    other = Model("base", case, {"suppliers.from_sender.price": 2.0}, 12)
    priced = replace(case.suppliers["from_sender"].price, path="suppliers.from_sender.price")
    assert same.is_as(center)
    sellers = {
        **case.suppliers,
        "from_sender": replace(case.suppliers["from_sender"], price=priced),
    }
    named = replace(case, suppliers=sellers)
    other, center = (Model("base", named, values, 12) for values in ({priced.path: 2.0}, {}))
    assert not other.is_as(center)
    assert center.is_as(center)
    cut = replace(named.measures["cut"], share=Quantity(0.5, path="measures.cut.share"))
    named = replace(named, measures={"cut": cut})
    half, most = (Model("base", named, values, 12) for values in ({}, {"measures.cut.share": 0.9}))
    assert not most.is_as(half)


def test_the_policy_is_run_only_for_its_own_bound():
    model = Model("base", worked_example(3), {}, 12)
    best = model.losses("cut", 12, 12, "optimal", has_premium=False)
    assert {key[4] for key in model.known if key[0] == "losses"} == {"optimal"}
    rule = model.losses("cut", 12, 12, "myopic", has_premium=False)
    whole_row = model.losses("cut", 12, 12, "optimal", has_premium=False)
    assert rule.bound == "myopic"
    assert replace(whole_row, bounds=()) == best
    assert whole_row.bounds


def test_a_loss_by_rounding_is_none(monkeypatch):
    case = worked_example(1)
    text = "leverage(sender, 2028-01, months=12)"
    assert value_of(case, f"{text} > 1") is True
    monkeypatch.setattr(
        Model,
        "losses",
        lambda self, *asked, **wish: replace(
            whole(self, *asked, **wish), target_loss=3e-8, sender_cost_returning=0.0
        ),
    )
    assert value_of(case, f"{text} == 0") is True


def test_a_measure_with_a_date_of_its_own_says_nothing_of_another():
    case = worked_example(1)
    dated = replace(case.measures["cut"], start=12)
    case = replace(case, measures={"cut": dated})
    for text in ("survives(cut, 2028-01, months=12)", "time_to_survive(cut, 2028-01) > 1",
                 "unmet(cut, 2028-01, months=12) > 1"):  # fmt: skip
        assert value_of(case, text) == Missing(("measures.cut.start",))
        assert isinstance(value_of(case, text.replace("2028", "2027")), bool)


def test_a_changed_fact_changes_the_verdict():
    case = with_ledger(talk(), A='cost <= "1 bn USD"')
    fact = case.facts["cost"]
    changed = replace(fact, amount=Quantity(1.1e9, unit="USD", path="facts.cost.amount"))
    later = replace(case, facts={**case.facts, "cost": changed})
    assert verdicts(case).judged["A"].verdict == "holds"
    assert verdicts(later).judged["A"].verdict == "fails"


def test_tipping_value_of_a_closed_form():
    """Ten and a half months: 600 / (100 - c) = 10.5 at c = 42.857."""
    case = with_ledger(two_capacities(), A="time_to_survive(sender, 2026-01) > 10.5")
    found = verdicts(case, draws=16, flips=2)
    (flip,) = found.flips["A", "holds_if"]
    assert (flip.input, flip.unit, flip.direction) == (
        "suppliers.from_other.capacity", "t/month", "above",
    )  # fmt: skip
    assert flip.value == pytest.approx(100 - 600 / 10.5, abs=20 / 128)
    assert flip.central == 40.0


def test_variants_that_turn_it_over():
    case = with_ledger(worked_example(1), A="ended(sender, 2028-01)")
    case = with_variant(with_variant(case, "built", worked_example(3)), "same", case)
    found = verdicts(case, flips=1)
    assert found.judged["A"].verdict == "fails"
    assert found.variants["A", "holds_if"] == ("built",)


def test_tensions_are_raised_where_they_hold():
    case = replace(
        with_ledger(two_capacities(), A="time_to_survive(sender, 2026-01) > 10"),
        tensions={
            "G1": Tension("G1", holds_if="holds(A) or not holds(A)", statements=("A",)),
            "G2": Tension("G2", holds_if="holds(A) and not holds(A)"),
            "G3": Tension("G3", untestable={"": "a trap for translators"}),
        },
    )
    table = statement_table(verdicts(case), day("2026-03"), MADE)
    assert [(row.id, row.raised) for row in table.tensions] == [
        ("G1", True), ("G2", False), ("G3", None),
    ]  # fmt: skip


# Predictions


def _prediction(**fields):
    made = Statement("P", by="author", kind=StatementKind.PREDICTION, **fields)
    case = talk()
    return replace(case, statements={**case.statements, "P": made})


def test_a_forecast_by_the_model_needs_no_due_date():
    found = verdicts(_prediction(due="2028-12-31", yes_if="opening(plant) <= 2028-12-31"))
    assert found.judged["P"].verdict == "holds"
    assert found.judged["P"].outcome is None


@pytest.mark.parametrize(
    ("as_of", "verdict", "outcome"),
    [("2026-03", "not_due", None), ("2026-06-15", "holds", "yes"), ("2028-01", "holds", "yes")],
)
def test_evidence_decides_a_prediction(as_of, verdict, outcome):
    case = _prediction(due="2027-12-31", yes_if="attested(rumor)")
    found = verdicts(case, as_of=as_of).judged["P"]
    assert (found.verdict, found.outcome) == (verdict, outcome)


def test_silence_decides_only_when_it_is_due():
    case = _prediction(due="2026-04-30", yes_if="attested(rumor)")
    before, after = (
        verdicts(case, as_of=when).judged["P"] for when in ("2026-04-30", "2026-05-01")
    )
    assert (before.verdict, before.outcome) == ("not_due", None)
    assert (after.verdict, after.outcome) == ("fails", "no")


def test_a_possibility_with_its_own_no_is_not_refuted_by_silence():
    case = _prediction(due="2026-04-30", yes_if="attested(rumor)", no_if="attested(guess)")
    found = verdicts(case, as_of="2026-05-01").judged["P"]
    assert (found.verdict, found.outcome) == ("untestable", None)
    assert found.reason == "due 2026-04-30, and nothing in the case decides it"


def test_no_is_decided_before_it_is_due():
    case = _prediction(due="2030-12-31", yes_if="false", no_if="attested(rumor)")
    found = verdicts(case, as_of="2026-07-01").judged["P"]
    assert (found.verdict, found.outcome) == ("fails", "no")


def test_what_comes_after_its_day_comes_too_late():
    """The rumor is of June: said to come by May, it failed, however long one waits."""
    case = _prediction(due="2026-05-31", yes_if="attested(rumor)")
    for as_of in ("2026-06-01", "2030-01-01"):
        found = verdicts(case, as_of=as_of).judged["P"]
        assert (found.verdict, found.outcome) == ("fails", "no")


def test_whoever_names_a_prediction_sees_it_as_on_its_day():
    """What comes too late for it comes too late for what hangs on it too, and voids nothing."""
    case = _prediction(due="2026-05-31", yes_if="attested(rumor)")
    found = verdicts(with_ledger(case, same="holds(P)"), as_of="2030-01-01").judged
    assert [found[name].verdict for name in ("P", "same")] == ["fails", "fails"]
    case = _prediction(due="2026-05-31", yes_if="attested(guess)", void_if="attested(rumor)")
    found = verdicts(case, as_of="2030-01-01").judged
    assert (found["P"].verdict, found["P"].outcome) == ("fails", "no")


@pytest.mark.parametrize(
    ("rules", "as_of", "verdict", "named"),
    [
        ({}, "2026-04-30", "not_due", "untestable"),
        ({}, "2026-05-01", "fails", "fails"),
        ({"due": ""}, "2026-05-01", "untestable", "untestable"),
        ({"no_if": "attested(rumor)"}, "2026-05-01", "untestable", "untestable"),
        ({"no_if": "attested(cost)"}, "2026-03-01", "fails", "fails"),
    ],
)
def test_silence_says_no_more_to_whoever_names_a_prediction(rules, as_of, verdict, named):
    case = _prediction(**({"due": "2026-04-30", "yes_if": "attested(guess)"} | rules))
    found = verdicts(with_ledger(case, same="holds(P)", other="not holds(P)"), as_of=as_of).judged
    opposite = "holds" if named == "fails" else named
    assert [found[one].verdict for one in ("P", "same", "other")] == [verdict, named, opposite]


@pytest.mark.parametrize(
    "more", [{"condition": "false"}, {"void_if": "attested(cost)"}, {"expires": "2026-01-31"}]
)
def test_what_is_void_or_expired_neither_holds_nor_fails_for_others(more):
    case = _prediction(due="2026-12-31", yes_if="attested(cost)", **more)
    found = verdicts(with_ledger(case, same="holds(P)", other="not holds(P)")).judged
    assert found["P"].verdict in {"void", "expired"}
    assert (found["same"].verdict, found["other"].verdict) == ("untestable", "untestable")


def test_a_prediction_of_a_prediction_with_one_day_comes_out_with_it():
    case = _prediction(due="2026-04-30", yes_if="attested(guess)")
    again = replace(case.statements["P"], id="R", yes_if="holds(P)")
    case = replace(case, statements={**case.statements, "R": again})
    for as_of, verdict in (("2026-04-30", "not_due"), ("2026-05-01", "fails")):
        assert verdicts(case, as_of=as_of).judged["R"].verdict == verdict


def test_a_prediction_may_hang_on_the_verdict_on_what_is_written():
    case = _prediction(due="2026-12-31", yes_if='verdict(F) == "holds"')
    found = verdicts(with_ledger(case, F="attested(cost)")).judged["P"]
    assert (found.verdict, found.outcome) == ("holds", "yes")


@pytest.mark.parametrize("yes_if", ["holds(F)", 'verdict(F) == "holds"', "share(F) > 0.5"])
def test_a_forecast_that_a_prediction_names_has_not_happened(yes_if):
    case = _prediction(due="2028-12-31", yes_if=yes_if)
    found = verdicts(with_ledger(case, F="opening(plant) <= 2028-12-31")).judged["P"]
    assert (found.verdict, found.outcome) == ("holds", None)


def test_silence_after_the_day_says_what_no_rule_says():
    """With `no_if` alone silence is yes, with both rules it decides nothing."""
    case = _prediction(due="2026-04-30", no_if="attested(rumor)")
    assert verdicts(case, as_of="2026-04-30").judged["P"].verdict == "not_due"
    found = verdicts(case, as_of="2026-07-01").judged["P"]
    assert (found.verdict, found.outcome, found.part) == ("holds", "yes", ("P", "no_if"))
    both = _prediction(due="2026-04-30", yes_if="attested(rumor)", no_if="attested(guess)")
    assert verdicts(both, as_of="2026-07-01").judged["P"].verdict == "untestable"


def test_a_condition_that_has_not_come_makes_it_void():
    case = _prediction(condition="attested(guess)", yes_if="attested(rumor)")
    found = verdicts(case, as_of="2026-07-01").judged["P"]
    assert (found.verdict, found.reason) == ("void", "its condition has not come")


def test_only_futures_in_which_its_condition_comes_count_for_a_prediction():
    """It lasts 600 / (100 - c) months, c uniform on 20 to 60: above 12 from c = 50 on, above 10
    from c = 40 on; so half of what is above 10 is above 12."""
    lasts, case = "time_to_survive(sender, 2026-01) > {}", two_capacities()
    made = Statement(
        "P", by="home", kind=StatementKind.PREDICTION,
        condition=lasts.format(10), yes_if=lasts.format(12),
    )  # fmt: skip
    judged = verdicts(replace(case, statements={"P": made}), draws=64).judged["P"]
    assert judged.share == pytest.approx(0.5, abs=0.05)
    assert 28 <= judged.n_draws <= 36


def test_a_condition_that_cannot_be_tested():
    case = _prediction(condition="indicator(silence) > 2", yes_if="attested(rumor)")
    found = verdicts(case).judged["P"]
    assert found.verdict == "untestable"
    assert found.reason == "its condition cannot be tested; missing: facts.silence"


def test_what_voids_it():
    case = _prediction(void_if="attested(cost)", yes_if="attested(rumor)")
    found = verdicts(case, as_of="2026-07-01").judged["P"]
    assert (found.verdict, found.outcome) == ("void", "void")


def test_a_fact_expires():
    made = Statement("S", by="home", holds_if="1 < 2", expires="2026-06-30")
    case = replace(talk(), statements={"S": made})
    assert verdicts(case, as_of="2026-06-30").judged["S"].verdict == "holds"
    assert verdicts(case, as_of="2026-07-01").judged["S"].verdict == "expired"


def test_the_day_asked_about_is_the_last_that_the_case_knows_of():
    assert str(latest_day(talk())) == "2026-06-01"
    assert str(latest_day(worked_example(1))) == "2026-01-31"


def test_rows_tell_what_was_asked():
    case = _prediction(due="2027-12-31", yes_if="attested(rumor)", cue="expected")
    table = statement_table(verdicts(case, as_of="2026-07-01"), day("2026-07-01"), MADE)
    row = next(row for row in table.statements if row.id == "P")
    assert (row.probability, row.outcome, row.brier, row.decided_early) == (0.75, "yes", None, True)
    assert (row.due, row.is_due, row.expression) == ("2027-12-31", False, "attested(rumor)")
    later = statement_table(verdicts(case, as_of="2028-01-01"), day("2028-01-01"), MADE)
    row = next(row for row in later.statements if row.id == "P")
    assert (row.outcome, row.brier, row.decided_early) == ("yes", pytest.approx(0.0625), False)
    decided = next(row for row in table.statements if row.id == "decided")
    assert (decided.stance, decided.target, decided.polarity) == ("-", "plant", "affirmed")
    assert dict(decided.stances) == {"plant": "-", "home": "-"}


def test_nothing_uncertain_is_one_draw():
    found = verdicts(with_ledger(worked_example(1), A="1 < 2"), draws=64)
    assert found.judged["A"].n_draws == 1
    assert found.judged["A"].standard_error == 0.0


def test_one_draw_is_the_case_at_its_central_values():
    case = with_ledger(
        two_capacities(low=0.0, high=41.0),
        A="time_to_survive(sender, 2026-01) == 10",
        B='input("suppliers.from_other.capacity") == 40',
    )
    found = verdicts(case, draws=1)
    told = [(found.judged[n].share, found.judged[n].n_draws) for n in "AB"]
    assert told == [(1.0, 1), (1.0, 1)]
    assert found.judged["A"].standard_error == 0.0


def test_series_are_drawn_too():
    demand = Quantity(
        100.0, low=80.0, high=120.0, steps=((0, 100.0), (6, 50.0)), path="uses.use.demand"
    )
    case = ranged(worked_example(1), "uses", "use", demand=demand)
    case = with_ledger(case, A="demand(use, 2026-01) == 2 * demand(use, 2026-12)")
    assert verdicts(case, draws=8).judged["A"].verdict == "holds"


def test_a_number_that_a_variant_fixes_is_compared_draw_by_draw():
    """Half of the draws have 20, half 60; the variant has 40 in each of them."""
    coin = Quantity(
        60.0, "t/month", 20.0, 60.0, distribution="discrete", parameters=(20.0, 0.5, 60.0, 0.5),
        path="suppliers.from_other.capacity",
    )  # fmt: skip
    case = ranged(worked_example(1), "suppliers", "from_other", capacity=coin)
    fixed = ranged(case, "suppliers", "from_other", capacity=replace(CERTAIN, value=40.0))
    less = "capacity(from_other, 2026-01, variant=fixed) < capacity(from_other, 2026-01)"
    found = verdicts(with_ledger(with_variant(case, "fixed", fixed), A=less), draws=32)
    judged = found.judged["A"]
    assert (judged.verdict, judged.n_draws) == ("open", 256)
    assert judged.share == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("own", ["certain", "ranged"])
def test_a_tipping_value_leaves_what_a_variant_states_as_it_is_there(own):
    """The variant's 30 stands; the case's 20 to 60, centrally 40, is above it down to 30."""
    case = two_capacities()
    number = replace(CERTAIN, value=30.0)
    if own == "ranged":
        number = replace(number, low=25.0, high=50.0)
    fixed = ranged(case, "suppliers", "from_other", capacity=number)
    less = "capacity(from_other, 2026-01, variant=fixed) < capacity(from_other, 2026-01)"
    found = verdicts(with_ledger(with_variant(case, "fixed", fixed), A=less), draws=32, flips=1)
    (flip,) = found.flips["A", "holds_if"]
    assert flip.value == pytest.approx(30.0, abs=20 / 2**7)
    assert (flip.direction, flip.central) == ("below", 40.0)


CERTAIN = Quantity(40.0, "t/month", path="suppliers.from_other.capacity")
