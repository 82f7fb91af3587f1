"""What is said, run against what is known: expressions, verdicts, queries, signaling.

This package imports only what reading expressions takes, so that checking a case loads no
solver; verdicts are in `table`.
"""

from derbes.statements.expressions import problems_of
from derbes.statements.expressions.entries import entries_of, ledger_problems, read_ledger

__all__ = ["entries_of", "ledger_problems", "problems_of", "read_ledger"]
