"""What a user reads when an expression cannot be used: whole texts."""

from dataclasses import replace

import pytest

from derbes.case.ledger import Statement
from derbes.errors import CaseError
from derbes.statements import ledger_problems, read_ledger
from derbes.statements.expressions import names_of
from tests.statements.ledgers import problems_of, talk, with_ledger

CASE = talk()

MESSAGES = [
    (
        "leverage(sendr, 2026-01) > 1",
        """\
"sendr" is no actor or measure of this case
      0 | leverage(sendr, 2026-01) > 1
        |          ^^^^^
    fix: did you mean "sender"?""",
    ),
    (
        "leverage(sender, 2046-01) > 1",
        """\
2046-01 is outside the calendar of this case
      0 | leverage(sender, 2046-01) > 1
        |                  ^^^^^^^
    fix: choose a month from 2026-01 to 2030-12""",
    ),
    (
        "leverage(sender, 2026) > 1",
        """\
this is not a month
      0 | leverage(sender, 2026) > 1
        |                  ^^^^
    fix: write a month, e.g. 2026-01""",
    ),
    (
        "unmet(sender, 2026-01, tier=deferrable) > 1 t",
        """\
no use of this case is deferrable
      0 | unmet(sender, 2026-01, tier=deferrable) > 1 t
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    fix: name a use with use=""",
    ),
    (
        "leverage(sender) > 1",
        """\
"at" is missing here: month
      0 | leverage(sender) > 1
        | ^^^^^^^^^^^^^^^^""",
    ),
    (
        "leverage(sender, 2026-01, lenght=3) > 1",
        """\
"leverage" takes no "lenght"
      0 | leverage(sender, 2026-01, lenght=3) > 1
        |                           ^^^^^^^^
    fix: known: at, bound, buyer, measure, months, sender, variant""",
    ),
    (
        "levrage(sender, 2026-01) > 1",
        """\
"levrage" is no quantity
      0 | levrage(sender, 2026-01) > 1
        | ^^^^^^^
    fix: did you mean "leverage"?""",
    ),
    (
        "leverage > 1",
        """\
"leverage" is a quantity: say of what
      0 | leverage > 1
        | ^^^^^^^^
    fix: write leverage(sender, at, months=…, measure=…, bound=optimal, buyer=returning, \
variant=base)""",
    ),
    (
        "cots > 1",
        """\
"cots" is no fact of this case
      0 | cots > 1
        | ^^^^
    fix: did you mean "cost"?""",
    ),
    (
        'stock(good, 2026-01) > "12 month"',
        """\
">" stands between t and month, which do not fit
      0 | stock(good, 2026-01) > "12 month"
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    fix: write both in one kind of unit, or divide one by what makes it the other""",
    ),
    (
        'stock(good, 2026-01) > "5 t/month"',
        """\
">" stands between t and t/month, which do not fit
      0 | stock(good, 2026-01) > "5 t/month"
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    fix: multiply what is in t/month by a time, as in * "6 month\"""",
    ),
    (
        'cost > "1 bn EUR"',
        """\
the case has no rate for the money of this amount
      0 | cost > "1 bn EUR"
        |        ^^^^^^^^^^
    fix: write it in USD, or add a rate to currency.rates""",
    ),
    (
        'verdict(possible) == "hold"',
        """\
"hold" is not among the words that this can be
      0 | verdict(possible) == "hold"
        |                      ^^^^^^
    fix: did you mean "holds"?""",
    ),
    (
        "verdict(possible) < 1",
        """\
a word cannot be compared with a number
      0 | verdict(possible) < 1
        | ^^^^^^^^^^^^^^^^^^^^^""",
    ),
    (
        "stock(good, 2026-01) = 5",
        """\
"=" has no meaning here
      0 | stock(good, 2026-01) = 5
        |                      ^
    fix: two values are compared with ==""",
    ),
    (
        "cost > 1 and (",
        """\
expected a number or a name, but it ends here
      0 | cost > 1 and (
        |               ^""",
    ),
    ("   ", "the expression is empty\n      0 |    \n        | ^"),
    (
        "cost.real > 1",
        """\
"cost.real" is the path of no number of this case
      0 | cost.real > 1
        | ^^^^^^^^^
    fix: known: facts.cost.amount""",
    ),
    (
        "2 ** 9 > 1",
        """\
a power must be a whole number of at most 4
      0 | 2 ** 9 > 1
        |      ^""",
    ),
    (
        "2026-02-31 > 2026-01",
        """\
"2026-02-31" is not a date
      0 | 2026-02-31 > 2026-01
        | ^^^^^^^^^^""",
    ),
    (
        "all(stock(x, 2026-01) > 1 for x in plants)",
        """\
"x" stands for a plant, not for a good
      0 | all(stock(x, 2026-01) > 1 for x in plants)
        |           ^""",
    ),
    (
        "all(cost > 1 for cost in goods)",
        """\
"cost" means something else already
      0 | all(cost > 1 for cost in goods)
        |                  ^^^^
    fix: choose another name for the loop""",
    ),
    (
        'input("suppliers.from_other.prise") > 1',
        """\
"suppliers.from_other.prise" is the path of no number of this case
      0 | input("suppliers.from_other.prise") > 1
        |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    fix: known: facts.cost.amount""",
    ),
]


@pytest.mark.parametrize(("text", "message"), MESSAGES, ids=[text for text, _ in MESSAGES])
def test_message(text, message):
    (problem,) = problems_of(text, names_of(CASE))
    assert str(problem) == message


def test_every_problem_is_told_at_once():
    found = problems_of("leverage(x, 2026-01) > 1 and stock(y, 2026-01) > z", names_of(CASE))
    assert [problem.what for problem in found] == [
        '"x" is no actor or measure of this case',
        '"y" is no good of this case',
        '"z" is no fact of this case',
    ]


def test_a_long_expression_is_shown_around_the_place():
    text = " and ".join(["1 < 2"] * 30) + " and stok > 1"
    (problem,) = problems_of(text, names_of(CASE))
    assert len(problem.excerpt) == 96
    shown = problem.excerpt[problem.column - 1 : problem.column - 1 + problem.length]
    assert shown == "stok"


def test_a_ledger_tells_its_lines():
    case = replace(
        with_ledger(CASE, A="levrage(1) > 1", B="1 < 2"),
        expressions={"statements.A.holds_if": 17},
        source="talk.yaml",
    )
    with pytest.raises(CaseError) as error:
        read_ledger(case)
    assert str(error.value) == (
        "talk.yaml: 1 problem\n"
        '  - line 17, statements.A.holds_if: "levrage" is no quantity\n'
        "     17 | levrage(1) > 1\n"
        "        | ^^^^^^^\n"
        '    fix: did you mean "leverage"?'
    )


def test_entries_that_hang_on_themselves_are_refused():
    case = with_ledger(CASE, A="holds(B)", B="not holds(A)", C="holds(A)")
    assert [(p.where, p.what) for p in ledger_problems(case)] == [
        ("statements.A.holds_if", '"A" hangs on itself'),
        ("statements.B.holds_if", '"B" hangs on itself'),
    ]


def test_a_case_without_a_ledger_has_no_problems():
    assert ledger_problems(replace(CASE, statements={})) == ()
    kept = replace(CASE, statements={"A": Statement("A", by="home")})
    assert ledger_problems(kept) == ()
