"""Branches by the myopic rule: an upper bound on the harm of a measure."""

from derbes.simulation.branch import BranchRun, simulate, simulate_branch
from derbes.simulation.feasibility import feasibility_residual
from derbes.simulation.network import Structure, structure_of

__all__ = [
    "BranchRun",
    "Structure",
    "feasibility_residual",
    "simulate",
    "simulate_branch",
    "structure_of",
]
