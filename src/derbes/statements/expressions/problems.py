"""What is wrong in expressions, as problems of a case file."""

from derbes.case.entities import Case
from derbes.errors import Problem
from derbes.statements.expressions.names import Names, names_of
from derbes.statements.expressions.reading import read_expression
from derbes.statements.expressions.spelling import ExpressionError, Finding

WIDEST = 96
"""Characters of an expression that a message shows."""


def problems_of(expression: str, case: Case) -> tuple[Problem, ...]:
    """Every problem of an expression, each with a caret; none when it can be used.

    Args:
        expression: As written.
        case: The case that it is about.
    """
    return expression_problems(expression, names_of(case))


def expression_problems(
    expression: str, names: Names, *, where: str = "", line: int = 0
) -> tuple[Problem, ...]:
    """The same for a place in a case file; columns count within the expression."""
    try:
        read_expression(expression, names)
    except ExpressionError as error:
        return tuple(_problem(expression, one, where, line) for one in error.findings)
    return ()


def _problem(expression: str, finding: Finding, where: str, line: int) -> Problem:
    text = " ".join(expression[: WIDEST * 50].splitlines())
    column, shown = finding.column, text
    if len(text) > WIDEST:
        start = max(0, min(column - 1 - WIDEST // 2, len(text) - WIDEST))
        shown, column = text[start : start + WIDEST], column - start
    length = max(1, min(finding.length, len(shown) - column + 1))
    return Problem(
        where=where,
        what=finding.what,
        line=line,
        column=min(column, len(shown) + 1),
        length=length,
        fix=finding.fix,
        excerpt=shown,
    )
