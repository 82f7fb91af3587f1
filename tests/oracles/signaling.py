"""What else is known of equilibria of a signaling game, beside what the package computes."""

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.statements.signaling import SILENT, TINY, Game, Profile, belief_after


def is_intuitive(game: Game, profile: Profile) -> bool:
    """Whether an equilibrium passes the intuitive criterion (Cho and Kreps 1987)."""
    values = np.einsum("tma,ma->tm", game.speaker, profile.listener)
    now = (profile.speaker * values).sum(axis=1)
    for message in range(values.shape[1]):
        if belief_after(game, profile, message) is not None:
            continue
        if _breaks(game, message, now):
            return False
    return True


def _breaks(game: Game, message: int, now: FloatArray) -> bool:
    """Whether one type alone could gain by an unsent message, and would if believed."""
    most = game.speaker[:, message].max(axis=1)
    could = most > now + TINY
    if could.sum() != 1:
        return False
    alone = int(np.flatnonzero(could)[0])
    answers = game.listener[alone, message]
    best = np.flatnonzero(answers >= answers.max() - TINY)
    return bool(game.speaker[alone, message, best].min() > now[alone] + TINY)


def reading(message: int, belief: float) -> str:
    """What the sender reads into a message at a belief in dependence."""
    if belief < 0.5:
        return "lost_levers"
    return "weakness" if message == SILENT else "dependence"
