"""The law of expressions: a truth, what is missing with its reason, or a problem; never else."""

import time
from dataclasses import replace

import pytest

from derbes.case.quantity import Calendar, Step
from derbes.errors import CaseError
from derbes.grammar import MOST_DEPTH, ExpressionError
from derbes.links import in_order
from derbes.statements.expressions import names_of, read_expression
from derbes.statements.ledger import read_ledger
from derbes.statements.terms import MOST_MONTHS, MOST_NESTED, Missing
from derbes.statements.verdicts import UNTESTABLE
from derbes.statements.worlds import evaluate
from tests.small_cases import worked_example
from tests.statements.expressions_at_random import Writer
from tests.statements.ledgers import (
    Q,
    problems_of,
    talk,
    value_of,
    verdicts,
    with_ledger,
    with_variant,
    world_of,
)

LAWFUL = talk()
LAWFUL = with_variant(
    LAWFUL, "poor", replace(LAWFUL, exports={}, plants={}, recipes={}, options={})
)
N_RANDOM = 600
SOON = 20.0
"""Far above what any takes once the kernels are compiled. [s]"""


def outcome_of(text: str, world, names):
    """What comes of a text: problems, or a truth, or what is missing."""
    try:
        return evaluate(read_expression(text, names), world)
    except ExpressionError as error:
        return error


@pytest.mark.parametrize("case", [LAWFUL, worked_example(1)], ids=["talk", "plain"])
def test_any_expression_of_the_grammar_has_one_of_three_outcomes(case):
    names, world = names_of(case), world_of(case)
    found = []
    for seed in range(N_RANDOM):
        text = Writer(names, seed).truth()
        outcome = outcome_of(text, world, names)
        assert isinstance(outcome, bool | Missing | ExpressionError), text
        if isinstance(outcome, Missing):
            assert outcome.keys, text
            assert all(outcome.keys), text
        if isinstance(outcome, ExpressionError):
            assert outcome.findings, text
            assert all(one.what and one.column >= 1 for one in outcome.findings), text
        found.append(type(outcome))
    assert {*found} == {bool, Missing, ExpressionError}
    assert min(map(found.count, {*found})) > N_RANDOM / 60


DEEP = {
    "brackets": "(" * MOST_DEPTH + "true" + ")" * MOST_DEPTH,
    "logic": "(not (true and (false or " * 10 + "true" + "))) == (1 < 2)" * 10,
    "mixed": "(false or true and not " * MOST_DEPTH + "true" + ")" * MOST_DEPTH,
    "compared": "(false or true and not true == " * MOST_DEPTH + "true" + ")" * MOST_DEPTH,
    "sum": " + ".join(["1"] * 200) + " > 1",
    "min": "min(1, 2 + " * MOST_DEPTH + "1" + ")" * MOST_DEPTH + " > 1",
    "abs": "abs(1 - " * MOST_DEPTH + "1" + ")" * MOST_DEPTH + " > 1",
    "quantities": "import_share(home, 2026-01) + " * 30 + "1 > 1",
    "500 brackets": "(" * 500 + "true" + ")" * 500,
    "10,000 characters": "true and " * 1200 + "true",
    "power of powers": "(" * 20 + "cost" + ")**4" * 20 + " > 1",
    "power of a ratio": "(" * 20 + "'1 t'/'1 kg'" + ")**4" * 20 + " > 1",
    "units": "/".join(["'1 t'"] * 150) + " > 1",
    "many": "max(" + ", ".join(["1"] * 600) + ") > 1",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_what_is_deep_is_answered_or_refused_soon(text):
    begun = time.monotonic()
    assert isinstance(
        outcome_of(text, world_of(LAWFUL), names_of(LAWFUL)), bool | Missing | ExpressionError
    )
    assert time.monotonic() - begun < SOON


EXTREME = {
    "1e-300 ** -4 > 1": "a number that is too large",
    "1e-300 ** 4 > 0": "a number that is too small",
    "1e-300 * 1e-300 == 0": "a number that is too small",
    "1e18 ** 4 > 0": "a number that is too large",
    "sum(1e18 for g in goods_tagged('')) + 1e18 + 1e18 > 0": "a number that is too large",
    "0 / 0 == 0": "a division by zero",
    "1 / (cost - cost) > 1": "a division by zero",
    "0 ** -1 > 1": "a division by zero",
}


@pytest.mark.parametrize(("text", "reason"), EXTREME.items())
def test_what_no_number_can_be_is_missing_with_its_reason(text, reason):
    assert value_of(LAWFUL, text) == Missing((reason,))


@pytest.mark.parametrize(
    "text", ["1 > 1e-400", "(-2) ** 0.5 > 0", "1 < 10**100000", "1 < 1e999", ""]
)
def test_what_cannot_be_written_is_a_problem(text):
    assert problems_of(text, names_of(LAWFUL))


@pytest.mark.parametrize(
    "length", ["0", "1.5", "-1", "1e6", "1201", '"30 day"', "0.5", '"101 year"', "1 - 1"]
)
@pytest.mark.parametrize(
    "call",
    [
        "survives(sender, 2026-01, months={})",
        "all(true for m in months(2026-01, 2026-02, every={}))",
    ],
)
def test_a_length_is_whole_months_within_limits(call, length):
    (problem,) = problems_of(call.format(length), names_of(LAWFUL))
    assert "month" in str(problem)
    assert problem.length == len(length)


@pytest.mark.parametrize(
    ("length", "months"), [("1", 1), ('"1 year"', 12), ("1200", MOST_MONTHS), ('"100 year"', 1200)]
)
def test_a_length_within_them_is_read(length, months):
    term = read_expression(f"survives(sender, 2026-01, months={length})", names_of(LAWFUL))
    assert term.parts[2].written == months


def test_a_length_is_whole_periods_as_in_a_measure():
    """Seven months would be judged as nine, where the calendar counts in quarters."""
    names = names_of(replace(LAWFUL, calendar=Calendar(2026, 1, 12, Step.QUARTER)))
    (problem,) = problems_of("survives(sender, 2026-01, months=7)", names)
    assert problem.fix == "choose a multiple of 3 months"
    assert not problems_of("survives(sender, 2026-01, months=9)", names)
    assert not problems_of("all(true for m in months(2026-01, 2026-02, every=7))", names)


def chain(n: int, link: str = "holds({})", end: str = "cost > '1 USD'"):
    """Entries that each name the one before, the last of which names nothing."""
    links = {f"s{at}": link.format(f"s{at + 1}") for at in range(n)}
    return with_ledger(LAWFUL, **links, **{f"s{n}": end})


LINKS = ("holds({})", "verdict({}) == 'holds'", "share({}) > 0.5", "cost > '1 USD' and holds({})")


@pytest.mark.parametrize("link", LINKS)
def test_a_chain_that_is_too_long_is_one_problem(link):
    with pytest.raises(CaseError) as caught:
        read_ledger(chain(400, link))
    (problem,) = caught.value.problems
    assert "hangs on too many entries" in problem.what
    assert problem.fix


def test_entries_come_behind_those_that_they_name_else_as_they_are_written():
    names = [f"s{at}" for at in range(40)]
    links = {"top": reversed(names), **dict.fromkeys(names, ())}
    assert in_order(links) == [*names, "top"]
    assert in_order({"a": ["b"], "b": ["c", "c"], "c": [], "x": ["y"], "y": ["x"]}) == [*"cba"]
    assert in_order({"a": ["a"], "b": ["gone"]}) == ["b"]


@pytest.mark.parametrize("link", LINKS)
def test_the_longest_chain_that_is_read_is_answered(link):
    """No chain that is read is too deep to be judged: found by halving, at the very limit."""
    low, high = 1, 400
    while high - low > 1:
        middle = (low + high) // 2
        try:
            read_ledger(chain(middle, link))
        except CaseError:
            high = middle
        else:
            low = middle
    assert 20 < low < MOST_NESTED
    assert verdicts(chain(low, link), draws=1).judged["s0"].verdict == "holds"


def test_deep_entries_one_behind_the_other_are_answered_or_refused():
    """Entries that are deep themselves reach the limit sooner, and none breaks what evaluates."""
    deep = "(false or true and not " * 15 + "holds({})" + ")" * 15
    assert verdicts(chain(2, deep), draws=1).judged["s0"].verdict != UNTESTABLE
    with pytest.raises(CaseError, match="too many entries"):
        read_ledger(chain(6, deep))


def test_a_circle_of_many_is_told_at_each_of_them_soon():
    n = 2000
    links = {f"s{at}": f"holds(s{(at + 1) % n})" for at in range(n)}
    begun = time.monotonic()
    with pytest.raises(CaseError) as caught:
        read_ledger(with_ledger(LAWFUL, **links, outside="holds(s0)"))
    assert time.monotonic() - begun < SOON
    assert len(caught.value.problems) == n
    assert all("hangs on itself" in one.what for one in caught.value.problems)


def test_a_sale_of_nothing_is_nothing():
    assert value_of(LAWFUL, "exported(good, 2026-01, 2026-12) == 0") is True
    assert value_of(LAWFUL, "exported(good, 2026-12, 2026-01) == 0") is True


def test_a_number_without_bound_stays_one_and_makes_no_answer_of_nothing():
    sender = replace(LAWFUL.actors["sender"], margin_share=Q(0.0))
    free = replace(LAWFUL, actors={**LAWFUL.actors, "sender": sender})
    assert value_of(free, "leverage(sender, 2026-01) > 1e18") is True
    assert value_of(free, "-leverage(sender, 2026-01) < 0") is True
    missing = value_of(free, "leverage(sender, 2026-01) - leverage(sender, 2026-01) == 0")
    assert isinstance(missing, Missing)
    assert isinstance(value_of(free, "0 * leverage(sender, 2026-01) == 0"), Missing)
    assert value_of(free, "sum(leverage(x, 2026-01) for x in measures) > 1e18") is True
