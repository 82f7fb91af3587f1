"""Branches by the policy that follows the calm plan: an upper bound on the harm of a measure."""

from derbes.simulation.branch import BranchRun, CalmPath, PolicyPlan, plan_of, simulate_branch

__all__ = ["BranchRun", "CalmPath", "PolicyPlan", "plan_of", "simulate_branch"]
