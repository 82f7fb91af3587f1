"""Why a request is impossible, and the least that makes it possible."""

from derbes.planning.answers.clashes.clash import clash_of

__all__ = ["clash_of"]
