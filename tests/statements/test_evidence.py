"""What kind of evidence a verdict rests on, the same for whichever side it helps."""

from dataclasses import replace

import pytest

from derbes.case.entities import Case
from derbes.case.ledger import Fact, Statement
from derbes.results.statements import EVIDENCE
from derbes.statements.ledger import evidence_of, read_ledger, who_says
from derbes.statements.queries import coverage_of
from tests.statements.ledgers import talk, verdicts, with_ledger


def told(by: str, document: str = "report") -> Fact:
    return Fact("word", by=by, document=document, grade="B")


def case_with(by: str, **expressions: str) -> Case:
    case = talk()
    case = replace(case, statements={}, facts={**case.facts, "word": told(by)})
    return with_ledger(case, **expressions)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ('cost > "1 USD"', "arithmetic"),
        ("date_of(rumor) > date_of(report)", "arithmetic"),
        ("attested(word)", "attested"),
        ("attested(rumor)", "attested"),
        ("exists(home)", "definition"),
        ("survives(sender, 2026-01, months=3)", "model"),
        ("survives(sender, 2026-01, months=3) and attested(word)", "attested"),
        ('survives(sender, 2026-01, months=3) or cost > "1 USD"', "arithmetic"),
        ('cost > "1 USD" and exists(home)', "definition"),
    ],
)
def test_a_verdict_is_as_strong_as_the_weakest_part_of_its_expression(expression, kind):
    case = case_with("sender", claim=expression)
    assert evidence_of(read_ledger(case), case.statements["claim"], "holds_if") == kind


def test_what_its_own_holder_says_is_said_and_not_shown():
    parts = {"claim": "attested(word)", "other": 'cost > "1 USD" and attested(word)'}
    found = verdicts(case_with("home", **parts, third="exists(home) and attested(word)"))
    for name in ("claim", "other", "third"):
        assert found.judged[name].verdict == "untestable"
        assert found.judged[name].reason == "said, not shown: home says so"


def test_what_another_says_is_attested_with_who():
    case = case_with("paper", claim="attested(word)", rumored="attested(rumor)")
    ledger = read_ledger(case)
    assert verdicts(case).judged["claim"].verdict == "holds"
    assert who_says(ledger, case.statements["claim"], "holds_if") == ("paper",)
    assert who_says(ledger, case.statements["rumored"], "holds_if") == ()


def test_each_who_says_it_is_told_once_and_a_document_by_its_publisher():
    case = case_with("paper", claim="attested(word) and attested(rumor) and attested(word)")
    report = replace(case.documents["report"], publisher={"": "An agency"})
    case = replace(case, documents={"report": report})
    ledger = read_ledger(case)
    assert who_says(ledger, case.statements["claim"], "holds_if") == ("paper", "An agency")
    assert who_says(ledger, case.statements["claim"], "fails_if") == ()


def test_an_entry_that_hangs_on_another_is_no_stronger_than_it():
    case = case_with("sender", first="attested(word)", second="holds(first)")
    assert evidence_of(read_ledger(case), case.statements["second"], "holds_if") == "attested"
    assert verdicts(case).judged["second"].verdict == "holds"


def test_a_word_that_is_not_shown_settles_nothing_that_hangs_on_it():
    case = case_with("home", first="attested(word)", second="holds(first)")
    assert verdicts(case).judged["second"].verdict == "untestable"


@pytest.mark.parametrize("text", ["holds(first)", "all(holds(s) for s in statements_of(home))"])
def test_what_is_said_and_not_shown_is_no_better_in_the_mouth_of_another(text):
    case = case_with("home", first="attested(word)")
    second = Statement("second", by="sender", holds_if=text)
    case = replace(case, statements={**case.statements, "second": second})
    found = verdicts(case).judged["second"]
    assert (found.verdict, found.reason) == ("untestable", "said, not shown: home says so")


def test_a_loop_over_facts_is_as_naming_each_of_them():
    case = case_with("home", claim='all(attested(f) for f in facts_tagged("own"))')
    case = replace(case, facts={**case.facts, "word": replace(told("home"), tags=("own",))})
    found = verdicts(case)
    assert found.judged["claim"].reason == "said, not shown: home says so"
    assert "word" not in coverage_of(found.ledger, {}).facts_unmentioned


def test_an_input_that_is_said_again_is_so_by_definition():
    case = case_with("sender", claim="survives(sender, 2026-01, months=3)")
    again = replace(case.statements["claim"], restates=("facts.cost.amount",))
    case = replace(case, statements={"claim": again})
    assert evidence_of(read_ledger(case), again, "holds_if") == "definition"


@pytest.mark.parametrize("expression", ["attested(word)", "not attested(word)", "attested(rumor)"])
@pytest.mark.parametrize("sides", [("home", "sender"), ("sender", "home"), ("paper", "author")])
def test_sides_that_change_places_change_no_rule(expression, sides):
    one, other = sides
    outcomes = []
    for holder, speaker in ((one, one), (one, other), (other, other), (other, one)):
        case = replace(
            talk(),
            statements={"claim": Statement("claim", by=holder, holds_if=expression)},
        )
        case = replace(case, facts={**case.facts, "word": told(speaker)})
        found = verdicts(case)
        kind = evidence_of(found.ledger, case.statements["claim"], "holds_if")
        outcomes.append((kind, found.judged["claim"].verdict))
    assert outcomes[0] == outcomes[2]
    assert outcomes[1] == outcomes[3]
    assert all(kind in EVIDENCE for kind, _verdict in outcomes)
