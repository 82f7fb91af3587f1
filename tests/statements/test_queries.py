"""Questions to a ledger as a whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.entities import Actor
from derbes.case.ledger import (
    CUES,
    Contrast,
    DoubleStandard,
    Judgement,
    Modality,
    Stance,
    Statement,
    StatementKind,
    Tension,
    cue_probability,
)
from derbes.results.statements import StatementRow, Unsaid
from derbes.results.supply import Provenance
from derbes.statements.ledger import read_ledger
from derbes.statements.of_case import holder_of, side_of
from derbes.statements.queries import (
    brier_score,
    calibration_of,
    contradictions_of,
    double_standards_of,
    implied_probability,
    is_exclusive,
    modality_drift,
    scores_of,
)
from derbes.statements.verdicts import statement_table
from tests.statements.ledgers import day, talk, two_capacities, verdicts, with_ledger

MADE = Provenance("", "", "", "")
CASE = talk()


def _table(case, **asked):
    return statement_table(verdicts(case, **asked), day("2026-03"), MADE)


def _said(case, *statements, **fields):
    return replace(case, statements={one.id: one for one in statements}, **fields)


# Contradictions


def test_a_retelling_that_denies_is_a_contradiction():
    found = {one.id: one for one in contradictions_of(read_ledger(CASE), {})}
    one = found["denial_decided_denied"]
    assert (one.statements, one.holders) == (("decided", "denied"), ("paper", "home"))
    assert (one.sides, one.same_side) == (("side_sender", "side_home"), False)


def test_opposite_expressions_contradict_each_other():
    case = with_ledger(
        two_capacities(), A="stock(good, 2026-01) > 1", B="stock(good, 2026-01) <= 1", C="1 < 2"
    )
    (one,) = contradictions_of(read_ledger(case), {})
    assert (one.kind, one.statements, one.same_side) == ("expressions", ("A", "B"), True)


def test_expressions_that_never_hold_together_contradict_each_other():
    case = with_ledger(
        two_capacities(),
        A="time_to_survive(sender, 2026-01) > 10.5",
        B="time_to_survive(sender, 2026-01) < 9.5",
        C="time_to_survive(sender, 2026-01) > 7",
    )
    found = verdicts(case, draws=64)
    assert [one.statements for one in contradictions_of(found.ledger, found.truths)] == [("A", "B")]


def test_two_judges_of_one_act():
    found = [one for one in contradictions_of(read_ledger(CASE), {}) if one.kind == "judgement"]
    assert [(one.statements, one.about) for one in found] == [
        (("possible", "decided"), "build (home)")
    ]


def test_judges_of_one_act_are_told_once_across_and_once_for_a_side_at_odds():
    case = _said(
        CASE,
        _judged("A", "home", ("build", "home", 1)),
        _judged("B", "author", ("build", "home", -1)),
        _judged("C", "paper", ("build", "home", -1)),
        _judged("D", "sender", ("build", "home", 0)),
    )
    found = contradictions_of(read_ledger(case), {})
    assert [(one.id, one.same_side) for one in found] == [
        ("judgement_A_B", True), ("judgement_A_B_C", False),
    ]  # fmt: skip
    assert found[1].sides == ("side_home", "side_home", "side_sender")


def test_one_holder_for_and_against():
    case = _said(
        CASE,
        Statement("A", by="home", stances=(Stance("plant", 1),)),
        Statement("B", by="paper", holder="home", stances=(Stance("plant", -1),)),
        Statement("C", by="paper", stances=(Stance("plant", -1),)),
    )
    found = contradictions_of(read_ledger(case), {})
    assert [(one.kind, one.statements) for one in found] == [("stance", ("A", "B"))]


def test_a_word_that_excludes_beside_what_it_excludes():
    case = _said(
        CASE,
        Statement("A", by="home", cue="только", phrase={"ru": "только собственные нужды"}),
        Statement("B", by="home", phrase={"ru": "потенциальный экспорт"}),
        Statement("C", by="home"),
        tensions={"G1": Tension("G1", statements=("A", "B"))},
        contrasts={"X1": Contrast("X1", between=("B", "C"))},
    )
    (one,) = contradictions_of(read_ledger(case), {})
    assert (one.kind, one.statements, one.about) == ("exclusive", ("A", "B"), "только")


# Modality drift


def test_a_possibility_retold_as_a_decision_is_raised():
    found = {one.id: one for one in modality_drift(CASE)}
    one = found["decided"]
    assert (one.source, one.source_modality, one.modality) == (
        "possible",
        "possibility",
        "decision",
    )
    assert (one.change, one.in_what, one.steps) == ("raised", "modality", 4)
    assert (one.by, one.source_by) == ("paper", "home")


def test_a_denial_turns_and_a_stronger_cue_raises():
    found = {one.id: one for one in modality_drift(CASE)}
    assert found["denied"].change == "turned"
    one = found["certain"]
    assert (one.change, one.in_what, one.cue, one.source_cue) == (
        "raised", "strength", "inevitably", "expected",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Modality.CAPABILITY, Modality.FACT, "raised"),
        (Modality.FACT, Modality.QUESTION, "lowered"),
        (Modality.FACT, Modality.FACT, None),
        (Modality.EVALUATION, Modality.FACT, None),
    ],
)
def test_steps_of_modality(before, after, change):
    case = _said(
        CASE,
        Statement("A", by="home", modality=before),
        Statement("B", by="paper", modality=after, retells=("A",)),
    )
    assert [one.change for one in modality_drift(case)] == ([change] if change else [])


@pytest.mark.parametrize(
    ("by", "whose"), [(("home", "paper"), ("home", "paper")), (("", ""), ("sender", "author"))]
)
def test_a_drift_is_of_those_who_say_it_and_of_holders_where_nobody_is_named(by, whose):
    case = _said(
        CASE,
        Statement("A", by=by[0], holder="sender", modality=Modality.CAPABILITY),
        Statement("B", by=by[1], holder="author", modality=Modality.FACT, retells=("A",)),
    )
    (one,) = modality_drift(case)
    assert (one.source_by, one.by) == whose


# Double standards


def test_word_and_deed_of_two_actors():
    (one,) = double_standards_of(CASE)
    assert (one.judge, one.act, one.kind) == ("paper", "build", "actors")
    assert [str(said.words) for said in one.said] == [
        "decided: home - (word)",
        "decided: sender + (deed)",
    ]


def _judged(name, by, *judgements):
    return Statement(name, by=by, judgements=tuple(Judgement(*one) for one in judgements))


@pytest.mark.parametrize(
    ("judgements", "kinds"),
    [
        ([("a", "home", 1), ("a", "sender", -1)], ["actors"]),
        ([("a", "home", 1), ("a", "home", -1, "deed")], ["word_against_deed"]),
        ([("a", "home", 1), ("a", "home", -1)], ["yardsticks"]),
        ([("a", "home", 1), ("a", "home", 0)], []),
        ([("a", "home", 1), ("a", "sender", 1)], []),
        ([("a", "home", 1), ("b", "sender", -1)], []),
    ],
)
@pytest.mark.parametrize("judge", ["paper", "author", "home"])
def test_nobody_is_spared(judgements, kinds, judge):
    """The same judgements give the same finding whoever holds them, the author included."""
    case = _said(CASE, *(_judged(f"S{i}", judge, one) for i, one in enumerate(judgements)))
    assert [one.kind for one in double_standards_of(case)] == kinds
    assert {one.judge for one in double_standards_of(case)} <= {judge}


def test_a_side_may_show_what_no_actor_alone_does():
    case = _said(
        CASE, _judged("A", "paper", ("a", "home", -1)), _judged("B", "sender", ("a", "sender", 1))
    )
    (one,) = double_standards_of(case)
    assert (one.judge, one.kind) == ("side_sender", "actors")


def test_those_of_the_ledger_come_first_and_say_whether_they_are_shown():
    case = replace(
        CASE,
        double_standards={
            "D1": DoubleStandard("D1", judge="paper", act="build", untestable={"": "in words"}),
            "D2": DoubleStandard("D2", judge="author", act="speech", untestable={"": "in words"}),
        },
    )
    rows = _table(case).double_standards
    assert [(row.id, row.is_declared, row.is_found, row.kind) for row in rows] == [
        ("D1", True, True, "actors"), ("D2", True, False, ""),
    ]  # fmt: skip
    rows = _table(CASE).double_standards
    assert [(row.id, row.is_declared) for row in rows] == [("paper_build_actors", False)]


# Coverage, theses, predictions


def test_coverage():
    coverage = _table(CASE).coverage
    assert coverage.facts_unmentioned == ("cost", "rumor", "guess", "blank")
    assert (coverage.n_tested, coverage.n_entries) == (1, 5)
    (unsaid,) = coverage.unsaid
    held = sum(side_of(CASE, holder_of(one)) == "side_home" for one in CASE.statements.values())
    assert unsaid == Unsaid("side_home", "home", ("side_sender",), held)
    assert held > 0


def test_theses_are_arrows_with_verdicts():
    case = with_ledger(CASE, A="1 < 2")
    thesis = Statement(
        "T", by="author", kind=StatementKind.THESIS, cause=("A", "old stock"), effect=("decided",),
        holds_if="1 > 2",
    )  # fmt: skip
    graph = _table(replace(case, statements={**case.statements, "T": thesis})).theses
    assert graph.nodes == (("A", "holds"), ("decided", "untestable"), ("old stock", ""))
    assert [(e.id, e.cause, e.effect, e.verdict, e.share) for e in graph.edges] == [
        ("T", "A", "decided", "fails", 0.0), ("T", "old stock", "decided", "fails", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cue", "probability"),
    [("вряд ли", 0.1), ("Ожидается", 0.75), ("всё  равно", 0.95), ("сөзсіз", 0.95),
     ("possibly", 0.4), ("естественно", None)],
)  # fmt: skip
def test_cues(cue, probability):
    assert cue_probability(cue) == probability


def test_what_a_wording_implies():
    made = Statement("P", by="home", kind=StatementKind.PREDICTION)
    assert implied_probability(made) == 0.95
    assert implied_probability(replace(made, cue="вряд ли")) == 0.1
    assert implied_probability(replace(made, cue="вряд ли", probability=0.9)) == 0.9
    assert implied_probability(replace(made, cue="хм")) is None
    assert implied_probability(Statement("C", by="home", cue="вряд ли")) is None


def test_every_cue_of_the_table_is_documented():
    from pathlib import Path  # noqa: PLC0415 - only here

    page = Path(__file__).parents[2] / "docs" / "explanation" / "statements.md"
    text = page.read_text(encoding="utf-8")
    assert [cue for table in CUES.values() for cue in table if cue not in text] == []
    assert set(CUES) == {"ru", "kk", "en"}


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("Только свои нужды", True),
        ("толькотолько", False),
        ("тек қана өз", True),
        ("только около пяти", False),
        ("only about five", False),
        ("only", True),
    ],
)
def test_words_that_exclude(text, truth):
    assert is_exclusive(text) is truth


def _row(name, holder, probability, outcome, is_due=True, verdict="holds"):
    return StatementRow(
        id=name, says={}, document="", place="", expression="", verdict=verdict, share=None,
        standard_error=None, reason="", holder=holder, probability=probability, outcome=outcome,
        is_due=is_due, brier=brier_score(probability, outcome) if is_due else None,
    )  # fmt: skip


def test_scores_by_hand():
    rows = [
        _row("1", "a", 0.95, "yes"), _row("2", "a", 0.75, "no"), _row("3", "a", 0.95, "void"),
        _row("4", "a", 0.9, None, verdict="untestable"), _row("5", "b", 0.1, "no"),
        _row("6", "a", 0.4, "yes", is_due=False), _row("7", "a", 0.4, "yes", is_due=None),
        _row("8", "a", 0.4, None, is_due=False), _row("9", "a", 0.4, None, verdict="expired"),
    ]  # fmt: skip
    found = scores_of(rows)
    first, second = found.scores
    counts = (first.n_predictions, first.n_due, first.n_resolved, first.n_early, first.n_open,
              first.n_void, first.n_expired)  # fmt: skip
    assert counts == (8, 3, 2, 2, 1, 1, 1)
    assert (first.speaker, second.speaker, second.n_due) == ("a", "b", 1)
    resolved = 0.05**2 + 0.75**2
    assert first.brier == pytest.approx(resolved / 2)
    assert first.brier_low == pytest.approx((resolved + 0.01) / 3)
    assert first.brier_high == pytest.approx((resolved + 0.81) / 3)
    assert second.brier == second.brier_low == second.brier_high == pytest.approx(0.01)
    assert found.words() == (
        "3 of 9 predictions are due and scored; 1 due and undecided; 2 decided early, scored once "
        "the day is over; 1 open; 1 void; 1 expired."
    )


def test_what_came_early_is_not_scored_alone():
    """Ten at 10 %, one of which comes in May: a sample of what came is none of what was said."""
    early = [_row("1", "a", 0.1, "yes", is_due=False)]
    early += [_row(str(n), "a", 0.1, None, is_due=False) for n in range(2, 11)]
    found = scores_of(early)
    (one,), (bin_,) = found.scores, found.calibration
    assert (one.brier, one.brier_low, one.n_early, one.n_open) == (None, None, 1, 9)
    assert (bin_.n, bin_.mean_probability, bin_.share_true) == (0, None, None)
    assert (bin_.n_early, bin_.n_open) == (1, 9)
    late = [_row("1", "a", 0.1, "yes"), *(_row(str(n), "a", 0.1, "no") for n in range(2, 11))]
    found = scores_of(late)
    assert found.scores[0].brier == pytest.approx((0.81 + 9 * 0.01) / 10)
    assert found.calibration[0].share_true == pytest.approx(0.1)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from([None, "yes", "no", "void"]),
            st.sampled_from([None, False, True]),
            st.sampled_from(["holds", "untestable", "expired"]),
        ),
        max_size=12,
    )
)
def test_every_prediction_is_counted_once(drawn):
    rows = [
        _row(str(n), "a", p, outcome, due, verdict)
        for n, (p, outcome, due, verdict) in enumerate(drawn)
    ]
    found = scores_of(rows)
    for one in found.scores:
        parts = one.n_due + one.n_early + one.n_open + one.n_void + one.n_expired
        assert parts == one.n_predictions == len(rows)
        assert (one.brier is None) == (one.n_resolved == 0)
        if one.brier is not None and one.n_due == one.n_resolved:
            assert one.brier_low == one.brier == one.brier_high
    binned = sum(b.n + b.n_undecided + b.n_early + b.n_open for b in found.calibration)
    assert binned == sum(one.n_due + one.n_early + one.n_open for one in found.scores)


def test_calibration_by_hand():
    rows = [_row("1", "a", 0.9, "yes"), _row("2", "a", 1.0, "no"), _row("3", "a", 0.1, "no")]
    bins = calibration_of(rows)
    assert [(b.low, b.high, b.n, b.mean_probability, b.share_true) for b in bins] == [
        (0.0, 0.2, 1, 0.1, 0.0), (0.8, 1.0, 2, pytest.approx(0.95), 0.5),
    ]  # fmt: skip


def test_an_actor_without_a_tag_is_a_side_of_its_own():
    case = _said(
        replace(CASE, actors={**CASE.actors, "lone": Actor("lone")}),
        _judged("A", "lone", ("a", "home", 1)),
        _judged("B", "home", ("a", "home", -1)),
    )
    (one,) = contradictions_of(read_ledger(case), {})
    assert one.sides == ("lone", "side_home")


def test_entries_of_one_place_that_retell_one_source_are_one_drift_of_who_passed_it_on():
    source = Statement("source", by="sender", modality=Modality.INTENTION)
    again = Statement(
        "first", by="sender", reporters=("author",), document="report", place="P1",
        modality=Modality.PREDICTION, retells=("source",),
    )  # fmt: skip
    same = replace(again, id="second", modality=Modality.CAUSE)
    elsewhere = replace(again, id="third", place="P2")
    case = replace(talk(), statements={one.id: one for one in (source, again, same, elsewhere)})
    found = modality_drift(case)
    assert [(one.id, one.also, one.passed_on_by) for one in found] == [
        ("first", ("second",), "author"),
        ("third", (), "author"),
    ]


def test_statements_that_are_checked_alike_make_one_contradiction():
    case = with_ledger(
        replace(talk(), statements={}),
        one="attested(cost)",
        again="not not attested(cost)",
        other="not attested(cost)",
    )
    found = verdicts(case)
    rows = contradictions_of(found.ledger, found.truths)
    assert [one.statements for one in rows if one.kind == "expressions"] == [
        ("one", "again", "other")
    ]
