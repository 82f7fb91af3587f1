"""What statements, contrasts, double standards and tensions of a case file mean."""

from dataclasses import replace

import pytest

from derbes.case.ledger import (
    Contrast,
    DoubleStandard,
    Judgement,
    Modality,
    Stance,
    StatementKind,
    Tension,
)
from derbes.casefile import display, read_case
from derbes.errors import Problem
from derbes.statements import ledger_problems
from tests.casefile.writing import LEDGER, PLANNED, broken, check_case
from tests.oracles.rewriting import rewrite_value


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(LEDGER, encoding="utf-8")
    return path


def test_statement(path):
    statement = read_case(path).statements["C01"]
    assert (statement.kind, statement.modality) == (StatementKind.CLAIM, Modality.PERCEPTION)
    assert (statement.by, statement.holder) == ("paper", "north")
    assert statement.reporters == ("paper", "column")
    assert (statement.document, statement.place, statement.said) == (
        "column",
        "P2.1",
        "2025-12-24",
    )
    assert (statement.denied, statement.cue) == (True, "вероятно")
    assert statement.phrase == {"ru": "повод для тревоги"}
    assert statement.says == {"": "The works are a threat."}
    assert statement.stances == (Stance("works", -1), Stance("town", -1), Stance("alum", 0))
    assert statement.judgements == (
        Judgement("own_alum", "town", -1, "word"),
        Judgement("own_alum", "north", 1, "deed"),
    )
    assert (statement.retells, statement.untestable) == (("F01",), {"": "What somebody feels."})
    assert statement.at_line == 76


def test_thesis_and_fact(path):
    statements = read_case(path).statements
    assert statements["T01"].cause == ("F01", "own_alum")
    assert statements["T01"].effect == ("fewer_levers",)
    assert statements["F01"].holds_if == 'cover(treatment, 2026-01) >= "6 month"'
    assert statements["F01"].expires == "2026-12"
    assert statements["F01"].says["ru"] == "Квасцов на полгода."


def test_prediction(path):
    statement = read_case(path).statements["P01"]
    assert (statement.due, statement.probability) == ("2027-12-31", 0.9)
    assert (statement.condition, statement.yes_if) == (
        "exists(works)",
        "plant_open(works, 2027-01)",
    )
    assert statement.no_if == "not plant_open(works, 2027-12)"
    assert statement.void_if == "not exists(works)"
    assert statement.resolution == {
        "yes": {"": "A first delivery."},
        "no": {"": "None."},
        "void": {"": "The works are sold."},
    }


def test_contrast_double_standard_and_tension(path):
    case = read_case(path)
    assert case.contrasts["X01"] == Contrast(
        "X01",
        at_line=116,
        says={"": "Not a threat, but alum."},
        document="column",
        place="P2.1",
        untestable={"": "A matter of words."},
        by="paper",
        between=("C01", "T01"),
    )
    assert case.double_standards["D01"] == DoubleStandard(
        "D01",
        at_line=118,
        says={"": "Own alum is right in the north and wrong in the town."},
        document="column",
        place="P2.1",
        untestable={"": "Word against deed."},
        judge="north",
        act="own_alum",
        statements=("C01",),
    )
    assert case.tensions["G01"] == Tension(
        "G01",
        at_line=120,
        says={"": "A threat, and yet half a year is nothing."},
        document="column",
        holds_if="holds(F01) and holds(C01)",
        statements=("C01", "X01"),
    )


@pytest.mark.parametrize(
    ("written", "sign"),
    [
        *[(word, 1) for word in ("+", "for", "plus", "1", "+1")],
        *[(word, 0) for word in ("0", "neutral")],
        *[(word, -1) for word in ("-", "−", "against", "minus", "-1")],
    ],
)
def test_signs(path, written, sign):
    path.write_text(broken("{works: -, town", f"{{works: {written}, town", LEDGER))
    assert read_case(path).statements["C01"].stances[0] == Stance("works", sign)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("column", ("column", "")),
        ("column P19.2", ("column", "P19.2")),
        ("column  page 3, line 5", ("column", "page 3, line 5")),
    ],
)
def test_document_and_place(path, written, at):
    path.write_text(broken("    at: column P1.2\n", f"    at: {written}\n", LEDGER))
    statement = read_case(path).statements["F01"]
    assert (statement.document, statement.place) == at


@pytest.mark.parametrize("written", ["2024", "2024-02", "2024-02-29"])
def test_dates(path, written):
    path.write_text(broken("said: 2025-12-24", f"said: {written}", LEDGER))
    assert read_case(path).statements["C01"].said == written


def test_a_claim_may_predict(path):
    text = broken("    kind: prediction\n", "", LEDGER)
    path.write_text(text)
    statement = read_case(path).statements["P01"]
    assert (statement.kind, statement.due) == (StatementKind.CLAIM, "2027-12-31")


def test_what_would_refute_a_prediction_decides_it_alone(path):
    text = broken("    yes_if: plant_open(works, 2027-01)\n", "", LEDGER)
    words = "    resolution: {yes: A first delivery., no: None., void: The works are sold.}\n"
    path.write_text(broken(words, "", text))
    assert read_case(path).statements["P01"].no_if == "not plant_open(works, 2027-12)"


def test_every_expression_has_its_line(path):
    lines = LEDGER.splitlines()
    expressions = read_case(path).expressions
    assert list(expressions) == [
        "statements.F01.holds_if",
        "statements.T01.holds_if",
        "statements.P01.condition",
        "statements.P01.yes_if",
        "statements.P01.no_if",
        "statements.P01.void_if",
        "tensions.G01.holds_if",
    ]
    for where, line in expressions.items():
        assert f"{where.split('.')[-1]}: " in lines[line - 1]


def test_a_case_without_ledger_has_no_expressions(path):
    path.write_text(PLANNED, encoding="utf-8")
    assert read_case(path).expressions == {}


def test_problems_of_other_packages_get_their_place(path):
    def examine(case):
        assert case.statements["T01"]
        yield Problem("statements.P01.condition", "no such quantity", fix="see the list")
        yield Problem("statements.F01.holds_if", "broken", excerpt="cover(", column=6)
        yield Problem("", "of the whole case")

    assert [str(problem) for problem in check_case(path, examine)] == [
        "of the whole case",
        """\
line 74, statements.F01.holds_if: broken
     74 | cover(
        |      ^""",
        """\
line 108, statements.P01.condition: no such quantity
    108 |     condition: exists(works)
        |                ^^^^^^^^^^^^^
    fix: see the list""",
    ]


def test_places_in_included_files(tmp_path):
    at = LEDGER.index("statements:\n")
    (tmp_path / "case.yaml").write_text(f"{LEDGER[:at]}include: [said.yaml]\n", encoding="utf-8")
    (tmp_path / "said.yaml").write_text(LEDGER[at:], encoding="utf-8")
    (problem,) = check_case(
        tmp_path, lambda _case: [Problem("tensions.G01.holds_if", "no such quantity")]
    )
    assert (problem.file, problem.line) == (
        "said.yaml",
        read_case(tmp_path).expressions["tensions.G01.holds_if"],
    )
    assert problem.excerpt.endswith("holds_if: holds(F01) and holds(C01)}")
    own = Problem("tensions.G01.holds_if", "broken", line=6, excerpt="holds(", column=6)
    (problem,) = check_case(tmp_path, lambda _case: [own])
    assert problem == replace(own, file="said.yaml")


def test_a_case_on_whose_top_all_rests_is_not_examined(path):
    path.write_text(broken("periods: 36", "periods: many", LEDGER), encoding="utf-8")

    def examine(_case):
        pytest.fail("months are not known")

    (problem,) = check_case(path, examine)
    assert problem.where == "calendar.periods"


SLIP = ("leverage(north, 2028-01", "leverage(nroth, 2028-01")
BESIDE = [
    ("price: 10 USD/t", "prise: 10 USD/t"),
    ("due: 2027-12-31", "due: 2027-12-32"),
    ("opening: 2027-01", "opening: soon"),
    ("shortage_cost: 1000 USD/t", "shortage_cost: 1000 USD/kgg"),
]
"""Slips on which the expression with another slip does not rest."""


@pytest.mark.parametrize("beside", BESIDE)
def test_an_expression_is_told_beside_what_else_is_wrong(path, beside):
    path.write_text(broken(*SLIP, broken(*beside, LEDGER)), encoding="utf-8")
    told = [problem.where for problem in check_case(path, ledger_problems)]
    assert "statements.T01.holds_if" in told
    assert len(told) == 2


UNDER = [
    ("    opening: 2027-01\n", "    opening: soon\n"),
    ("  works:\n    actor: town", "  wоrks:\n    actor: town"),  # a Cyrillic letter
    ("plants:\n", "palnts:\n"),
    ("    half_life: 10 year", "    half_live: 10 year"),
]
"""Slips under expressions that are right."""


@pytest.mark.parametrize("slip", UNDER)
def test_an_expression_is_not_told_for_what_it_rests_on(path, slip):
    path.write_text(broken(*slip, LEDGER), encoding="utf-8")
    told = [problem.where for problem in check_case(path, ledger_problems)]
    assert told
    assert not [one for one in told if one.startswith("statements.") and "_if" in one]


def test_paths_that_a_statement_says_again_stand_in_the_case(path):
    more = "retells: [F01]\n    restates: [stores.x, goods.alum.unit, uses.treatment.demnad, goods]"
    path.write_text(broken("retells: [F01]", more, LEDGER))
    found = check_case(path, ledger_problems)
    what = '"{}" is the path of no input of this case'
    assert [(one.where, one.what) for one in found] == [
        ("statements.C01.restates.0", what.format("stores.x")),
        ("statements.C01.restates.2", what.format("uses.treatment.demnad")),
        ("statements.C01.restates.3", what.format("goods")),
    ]
    assert found[1].fix.startswith('did you mean "uses.treatment.demand"')
    assert found[1].excerpt[found[1].column - 1 :].startswith("uses.treatment.demnad")
    path.write_text(broken("retells: [F01]", "restates: [uses.treatment.demand]", LEDGER))
    assert check_case(path, ledger_problems) == ()


def test_a_sound_case_has_no_problem_under_examination(path):
    assert check_case(path, lambda _case: ()) == ()


def test_words_of_the_ledger_are_rewritten(path):
    rewrite_value(path, "statements.T01.holds_if", "leverage(north, 2028-01) < 1")
    assert read_case(path).statements["T01"].holds_if == "leverage(north, 2028-01) < 1"
    rewrite_value(path, "statements.C01.stance.works", "for")
    assert read_case(path).statements["C01"].stances[0] == Stance("works", 1)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (
            "statements.C01",
            """\
statements.C01
  says: The works are a threat.
  at: column P2.1
  untestable: What somebody feels.
  kind: claim
  by: paper
  holder: north
  reporters: paper, column
  said: 2025-12-24
  modality: perception
  denied: yes
  cue: вероятно
  phrase.ru: повод для тревоги
  stance.works: against
  stance.town: against
  stance.alum: neutral
  judges.0.act: own_alum
  judges.0.of: town
  judges.0.sign: against
  judges.0.shown_by: word
  judges.1.act: own_alum
  judges.1.of: north
  judges.1.sign: for
  judges.1.shown_by: deed
  retells: F01""",
        ),
        (
            "statements.P01",
            """\
statements.P01
  says: The works open in time.
  at: column P4.1
  kind: prediction
  by: paper
  modality: prediction
  condition: exists(works)
  due: 2027-12-31
  yes_if: plant_open(works, 2027-01)
  no_if: not plant_open(works, 2027-12)
  void_if: not exists(works)
  resolution.yes: A first delivery.
  resolution.no: None.
  resolution.void: The works are sold.
  probability: 0.9""",
        ),
        (
            "statements.C01.stance",
            """\
statements.C01.stance.works: against
statements.C01.stance.town: against
statements.C01.stance.alum: neutral""",
        ),
        ("statements.C01.at", "statements.C01.at: column P2.1"),
        ("tensions", "tensions.G01"),
    ],
)
def test_ledger_is_shown(path, where, text):
    assert display(read_case(path), where) == text
