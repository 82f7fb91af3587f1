"""Questions to a ledger as a whole."""

from derbes.statements.queries.contradictions import contradictions_of
from derbes.statements.queries.coverage import coverage_of
from derbes.statements.queries.double_standards import double_standards_of, is_same
from derbes.statements.queries.drift import modality_drift
from derbes.statements.queries.theses import theses_of

__all__ = [
    "contradictions_of",
    "coverage_of",
    "double_standards_of",
    "is_same",
    "modality_drift",
    "theses_of",
]
