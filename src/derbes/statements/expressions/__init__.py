"""Expressions: a small safe language in the syntax of Python."""

from derbes.statements.expressions.names import Names, names_of
from derbes.statements.expressions.problems import expression_problems, problems_of
from derbes.statements.expressions.reading import read_expression
from derbes.statements.expressions.spelling import ExpressionError

__all__ = [
    "ExpressionError",
    "Names",
    "expression_problems",
    "names_of",
    "problems_of",
    "read_expression",
]
