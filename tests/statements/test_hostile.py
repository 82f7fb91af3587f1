"""Expressions that mean harm are refused, and soon."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.grammar import ExpressionError
from derbes.statements.expressions import names_of, read_expression
from derbes.statements.terms import Missing
from derbes.statements.worlds import evaluate
from tests.statements.ledgers import problems_of, talk, world_of

CASE = talk()
NAMES = names_of(CASE)
SOON = 2.0
"""Far above what any of them takes, far below what any could. [s]"""

HOSTILE = {
    "attribute": "().__class__.__bases__[0].__subclasses__() == 1",
    "import": "__import__('os').system('true') == 0",
    "builtin": "eval('1') == 1",
    "open": "open('/etc/passwd') == 1",
    "power": "9 ** 9 ** 9 > 1",
    "big power": "2 ** 99999999 > 1",
    "big number": "9" * 1500 + " > 1",
    "float": "1e400 > 1",
    "brackets": "(" * 1000 + "1" + ")" * 1000,
    "lists": "[" * 1900,
    "not": "not " * 450 + "true",
    "minus": "-" * 1900 + "1 > 0",
    "sum": "+".join(["1"] * 900) + " > 1",
    "megabyte": "x" * 1_000_000,
    "megabyte of brackets": "(" * 1_000_000,
    "megabyte of quotes": '"' * 1_000_000,
    "nul": "1 < 2\0",
    "lambda": "(lambda: 1)() == 1",
    "walrus": "(x := 1) == 1",
    "comprehension": "[g for g in goods] == 1",
    "format": "f'{1:9999999}' == 1",
    "text times": "'a' * 999999999 == 1",
    "nested loops": "all(all(all(true for c in goods) for b in goods) for a in goods)",
    "months": "all(true for m in months(1000-01, 9999-12))",
    "starred": "max(*goods) > 1",
    "keywords": "leverage(**goods) > 1",
    "await": "await goods == 1",
    "yield": "(yield 1) == 1",
    "subscript": "goods[0] == 1",
    "conditional": "(1 if true else 2) == 1",
    "bytes": "b'a' == 1",
    "complex": "1j == 1",
    "ellipsis": "... == 1",
    "tuple": "(1, 2) == 1",
    "is": "1 is 1",
    "in": "1 in goods",
    "shift": "1 << 99999 > 1",
    "wide call": "\uff45val('1') == 1",
    "letters of another alphabet": "st\u043e\u0441k(good, 2026-01) > 1",
    "wide digit": "\uff11 < 2",
    "raised digit": "2\u00b2 > 1",
    "right to left": "\u202e1 < 2",
    "byte-order mark": "\ufeff1 < 2",
    "half of a character": "\ud800 < 1",
    "comments": "#a" * 900 + "\n[",
    "numbers": "1 t " * 500,
    "long unit": '"' + "1" * 500 + ' t" == 1',
    "product": "1e308 * 1e308 > 1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_soon(text):
    begun = time.monotonic()
    problems = problems_of(text, NAMES)
    assert time.monotonic() - begun < SOON
    assert problems
    assert all(len(str(problem)) < 1000 for problem in problems)


def test_what_grows_on_the_way_is_missing():
    text = "(" + " * ".join(["999999999 ** 2"] * 4) + ") > 1"
    assert evaluate(read_expression(text, NAMES), world_of(CASE)) == Missing(
        ("a number that is too large",)
    )


WORDS = st.sampled_from(
    [
        "leverage", "stock", "good", "sender", "plant", "use", "cost", "all", "any", "count", "for",
        "in", "if", "else", "goods", "months", "2026-01", "2027-13", "12", "0.5", "1e9", '"12 t"',
        '"', "'", "(", ")", "[", "]", "{", "}", ",", ".", "+", "-", "*", "/", "**", "<", "<=",
        "==", "!=", "=", "and", "or", "not", "true", "lambda", ":", ":=", "x", "as_of", "\n", "#",
        "\\", ";", "@", "£", "ё", "%", "None", "is",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    """Nothing but an `ExpressionError` ever comes out of reading."""
    try:
        node = read_expression(text, NAMES)
    except ExpressionError as error:
        findings = error.findings
    else:
        assert isinstance(evaluate(node, world_of(CASE)), bool | Missing)
        return
    assert findings
    assert all(finding.column >= 1 for finding in findings)
