"""The second stage of a draw with branches at all starts, none of which stands in it.

The trunk alone is several times smaller than the trunk with its branches; prices found in
a branch of one draw at one start are a valid cut at all starts in all draws.
"""

from derbes.planning.decomposition.everywhere.cuts import BranchCut
from derbes.planning.decomposition.everywhere.everyone import Everyone
from derbes.planning.decomposition.everywhere.known import Group, Known, Part, make_groups
from derbes.planning.decomposition.everywhere.rows import Stances
from derbes.planning.decomposition.everywhere.second import (
    LONG,
    NEVER,
    NOWHERE,
    ONCE,
    SHORT,
    Answer,
    NestedSecond,
)

__all__ = [
    "LONG",
    "NEVER",
    "NOWHERE",
    "ONCE",
    "SHORT",
    "Answer",
    "BranchCut",
    "Everyone",
    "Group",
    "Known",
    "NestedSecond",
    "Part",
    "Stances",
    "make_groups",
]
