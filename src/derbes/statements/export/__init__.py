"""Verdicts for other programs: ClaimReview and a spreadsheet."""

from derbes.statements.export.claimreview import claim_reviews, in_language
from derbes.statements.export.sheet import statement_sheet

__all__ = ["claim_reviews", "in_language", "statement_sheet"]
