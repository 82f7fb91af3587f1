"""The second stage of a draw without its branches in it: a trunk with cuts for them.

This is what makes many draws possible: the trunk alone is several times smaller than the
trunk with its branches, and prices found in a branch of one draw are a valid cut in all.
"""

from derbes.planning.decomposition.nested.cuts import BranchCut
from derbes.planning.decomposition.nested.everyone import Everyone
from derbes.planning.decomposition.nested.known import Known
from derbes.planning.decomposition.nested.second import Answer, NestedSecond, Stances

__all__ = ["Answer", "BranchCut", "Everyone", "Known", "NestedSecond", "Stances"]
