"""Who can hurt whom, by how much, for how long, at what own cost; and when it ends."""

from derbes.leverage.ends import leverage_ends
from derbes.leverage.surface import leverage_rows, leverage_surface
from derbes.leverage.trajectories import branch_of, calm_plan_of

__all__ = ["branch_of", "calm_plan_of", "leverage_ends", "leverage_rows", "leverage_surface"]
