"""The signaling game: does a cut-off pay, and does explaining oneself change anything."""

from derbes.statements.signaling.equilibria import perfect_bayesian_equilibria
from derbes.statements.signaling.game import Game, Profile
from derbes.statements.signaling.years import signaling_of

__all__ = ["Game", "Profile", "perfect_bayesian_equilibria", "signaling_of"]
