"""What is said, run against what is known: expressions, verdicts, queries, signaling.

This package imports only what reading expressions takes, so that checking a case loads no
solver; draws and verdicts are in `sampling` and `verdicts`.
"""

from derbes.statements.ledger import entries_of, ledger_problems, read_ledger

__all__ = ["entries_of", "ledger_problems", "read_ledger"]
