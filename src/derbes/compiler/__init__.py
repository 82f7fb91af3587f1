"""A case as arrays: pure functions from entities to numbers by period."""

from derbes.compiler.arrays import compile_case
from derbes.compiler.chosen import chosen_case
from derbes.compiler.measures import compile_measure

__all__ = ["chosen_case", "compile_case", "compile_measure"]
