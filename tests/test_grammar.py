"""The language of formulas and statements: one parse for both, and Python as the second opinion."""

import ast
import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.quantity import Quantity
from derbes.casefile.formulas import read_formula
from derbes.grammar import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    MOST_POWER,
    MOST_SIGNS,
    ExpressionError,
    Node,
    parse,
    refused,
)
from derbes.statements.expressions import names_of, read_expression
from derbes.statements.terms import Missing
from derbes.statements.worlds import evaluate
from tests.statements.ledgers import talk, world_of

CASE = talk()
NAMES, WORLD = names_of(CASE), world_of(CASE)


def seen(node: Node):
    """A tree without places."""
    return (node.kind, node.text, tuple(map(seen, node.parts)))


ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not"}


def python(node: ast.AST):  # noqa: PLR0911 - one for each kind of node
    """The same tree, as Python reads the text."""
    match node:
        case ast.Constant(value=str() as text):
            return ("text", f'"{text}"', ())
        case ast.Constant(value=number):
            return ("amount", repr(number), ())
        case ast.Name(id=name):
            return ("name", name, ())
        case ast.BinOp():
            return (ARITHMETIC[type(node.op)], "", (python(node.left), python(node.right)))
        case ast.UnaryOp():
            return (UNARY[type(node.op)], "", (python(node.operand),))
        case ast.BoolOp():
            word = "and" if isinstance(node.op, ast.And) else "or"
            return (word, "", tuple(map(python, node.values)))
        case ast.Compare():
            signs = " ".join(SIGNS[type(op)] for op in node.ops)
            return ("compare", signs, tuple(map(python, [node.left, *node.comparators])))
        case ast.Call():
            named = tuple(("given", one.arg, (python(one.value),)) for one in node.keywords)
            return ("call", node.func.id, (*map(python, node.args), *named))
        case ast.GeneratorExp():
            (loop,) = node.generators
            parts = (node.elt, loop.target, loop.iter, *loop.ifs)
            return ("loop", "", tuple(map(python, parts)))
    raise AssertionError(ast.dump(node))


atoms = st.sampled_from(["1", "2.5", "40", "a", "tubes", "max_2", '"12 month"'])
numbers = st.recursive(
    atoms,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["+", "-", "*", "/", " - ", " / "]), below).map("".join),
        below.map(lambda one: f"({one})"),
        below.map(lambda one: f"-{one}"),
        below.map(lambda one: f"+ {one}"),
        st.tuples(atoms, st.integers(1, 4)).map(lambda t: f"{t[0]}**{t[1]}"),
        st.tuples(below, below).map(lambda t: f"min({t[0]}, {t[1]})"),
    ),
    max_leaves=12,
)
truths = st.recursive(
    st.lists(numbers, min_size=2, max_size=3).flatmap(
        lambda sides: st.sampled_from(sorted(SIGNS.values())).map(lambda sign: sign.join(sides))
    ),
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from([" and ", " or "]), below).map("".join),
        below.map(lambda one: f"({one})"),
        below.map(lambda one: f"not {one}"),
        below.map(lambda one: f"all({one} for x in goods)"),
        st.tuples(below, below).map(lambda t: f"count({t[0]} for x in goods if {t[1]})"),
        st.tuples(below, atoms).map(lambda t: f"f({t[1]}, at={t[0]})"),
    ),
    max_leaves=6,
)


@given(truths)
def test_a_statement_is_read_as_python_reads_it(text):
    assert seen(parse(text)) == python(ast.parse(text, mode="eval").body)


@given(numbers)
def test_both_uses_have_one_parse(text):
    assert parse(text) == parse(text, is_formula=True)


@given(numbers, st.sampled_from([" ", "  ", "\n", " # said so\n"]))
def test_space_says_nothing(text, space):
    spread = space.join(text.split(" ")) if '"' not in text else text
    assert seen(parse(f"({spread}{space})")) == seen(parse(text))


VALUES = {"a": 3.0, "b": 0.25, "c": 7.0}
sums = st.recursive(
    st.sampled_from([*VALUES, "2", "0.5", "1.25"]),
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from("+-*/"), below).map(lambda t: f"({' '.join(t)})"),
        st.tuples(st.sampled_from(["min", "max"]), below, below).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(below, st.integers(-MOST_POWER, MOST_POWER)).map(lambda t: f"({t[0]}) ** {t[1]}"),
        below.map(lambda one: f"-{one}"),
    ),
    max_leaves=8,
)


def plain(name: str) -> Quantity:
    if name not in VALUES:
        raise refused(name)
    return Quantity(VALUES[name], path=name)


@given(sums)
def test_both_uses_give_what_python_gives(text):
    written = text
    for name, value in VALUES.items():
        written = written.replace(name, str(value)) if name != "a" else written
    written = written.replace("m3.0x", "max").replace("a", "3.0").replace("m3.0x", "max")
    formula, _powers, _words = read_formula(text, plain)
    try:
        wanted = float(eval(written))
        steps = formula.value(VALUES.__getitem__)
    except (ZeroDivisionError, OverflowError):
        return
    assert steps == pytest.approx(wanted, rel=1e-12, abs=1e-300)
    if not 1e-12 < abs(wanted) < 1e12:
        return
    found = evaluate(read_expression(f"{written} == {wanted!r}", NAMES), WORLD)
    assert found is True or isinstance(found, Missing)


@given(sums)
def test_one_draw_is_what_many_give(text):
    formula, _powers, _words = read_formula(text, plain)
    many = {name: np.array([value, value + 1.0]) for name, value in VALUES.items()}
    with suppress(ZeroDivisionError), np.errstate(all="ignore"):
        one = formula.value(VALUES.__getitem__)
        assert np.ravel(formula.value(many.__getitem__))[0] == one or math.isnan(one)


TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            *("a", "1", "12 month", "2026-01", '"5 t"', "and", "or", "not", "for", "in", "if"),
            *("(", ")", ",", "+", "-", "*", "/", "**", "<", "<=", "==", "=", "uses.x.y-z", "#"),
            *("all", "goods", "min", "\n", '"', "'", ".", "[", "£", "ё", "\ud800"),
        ]
    ),
    max_size=25,
).map(" ".join)


@given(TEXTS, st.booleans())
def test_any_text_is_read_or_refused_at_a_place_of_it(text, is_formula):
    try:
        node = parse(text, is_formula=is_formula)
    except ExpressionError as error:
        (problem,) = error.findings
        assert problem.what
        assert 1 <= problem.column <= len(text) + 1
        return
    assert 0 <= node.start < node.end <= len(text)


@pytest.mark.parametrize("is_formula", [False, True])
@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("1 + ", "expected a number or a name, but it ends here", 5),
        ("1 + * 2", 'expected a number or a name, got "*"', 5),
        ("(1 + 2", 'expected ")", but it ends here', 7),
        ("1 + 2)", 'expected an operator, got ")"', 6),
        ("1 2", '"2" stands where an operator should', 3),
        ("a = 2", '"=" has no meaning here', 3),
        ("a [0]", '"[0]" has no meaning here', 3),
        (" ", "the expression is empty", 1),
        ("(" * 40 + "1", f"more than {MOST_DEPTH} brackets inside one another", 33),
        ("-" * 300 + "1", f"more than {MOST_SIGNS} signs inside one another", 100),
        ("1" * 2_001, f"an expression of {MOST_CHARACTERS + 1} characters is too long", 1),
    ],
)
def test_what_is_no_text_of_the_language_is_told_alike(text, what, column, is_formula):
    with pytest.raises(ExpressionError) as error:
        parse(text, is_formula=is_formula)
    (problem,) = error.value.findings
    assert (problem.what, problem.column) == (what, column)


@pytest.mark.parametrize("is_formula", [False, True])
@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("1,5 * a", 'write "1.5"'),
        ("min(a, 1,5)", 'write "1, 5" or "1.5"'),
        ("min(2 * 1,5, a)", 'write "1, 5" or "1.5"'),
        ("max(1,250 t, a)", 'write "1, 250 t" or "1.250 t"'),
        ("a ^ 2", 'write "**"'),
        ("a × 2", 'write "*"'),
        ("min(a; 2)", 'write ","'),
    ],
)
def test_what_people_write_otherwise_is_told_as_it_is_to_be_written(text, fix, is_formula):
    """A comma with no space around it may be one of decimals, in a call too."""
    with pytest.raises(ExpressionError) as error:
        parse(text, is_formula=is_formula)
    (problem,) = error.value.findings
    assert problem.fix == fix


def test_a_comma_with_a_space_parts_numbers():
    assert seen(parse("min(1, 5)")) == seen(parse("min(1 , 5)")) == seen(parse("min(1 ,5)"))
    assert seen(parse("min(a,5)")) == seen(parse("min(a, 5)"))


def test_dates_and_words_are_of_statements_alone():
    assert parse("2000-10").kind == "date"
    assert parse("2000-10", is_formula=True).kind == "-"
    assert parse("1 in", is_formula=True).text == "1 in"


def test_every_problem_of_a_formula_is_told_at_once():
    with pytest.raises(ExpressionError) as error:
        read_formula("a + x * sqrt(b) - 3 t", plain)
    assert [(one.what, one.column) for one in error.value.findings] == [
        ("x", 5),
        ('"sqrt" is no function of formulas', 9),
    ]


def test_a_long_chain_is_read_and_computed():
    text = " + ".join(["1"] * MOST_SIGNS)
    assert evaluate(read_expression(f"{text} == {MOST_SIGNS}", NAMES), WORLD) is True
    formula, _powers, _words = read_formula(text, plain)
    assert formula.value(VALUES.__getitem__) == MOST_SIGNS
