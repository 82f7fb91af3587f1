"""Many futures of a case by the myopic rule, side by side on all cores."""

from derbes.simulation.futures.model import FuturesModel
from derbes.simulation.futures.run import Futures, memory_needed, simulate_futures

__all__ = ["Futures", "FuturesModel", "memory_needed", "simulate_futures"]
