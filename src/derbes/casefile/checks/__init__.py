"""What must hold between the elements of a case, one function each."""

from derbes.casefile.checks.run import check_draft

__all__ = ["check_draft"]
