"""Which profiles are perfect Bayesian equilibria, checked without a solver.

Every type's messages are best against the listener's strategy; after each message that is
sent, the listener's actions are best for the belief that Bayes' rule gives; after each that
is not, there is some belief for which they are (Fudenberg and Tirole 1991, for games in
which the speaker moves once). The intuitive criterion (Cho and Kreps 1987) asks further that
no type could gain by a message that every other type would be foolish to send.
"""

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.statements.signaling.game import Game, Profile, best_beliefs

TINY = 1e-6
"""Chances and gains of less than this count as none."""


def is_perfect_bayesian(game: Game, profile: Profile) -> bool:
    """Whether a profile is a perfect Bayesian equilibrium of a game with two types."""
    return speaks_best(game, profile) and all(
        belief_interval(game, profile, m) is not None for m in range(len(game.messages))
    )


def message_values(game: Game, profile: Profile) -> FloatArray:
    """What each message gives each type. (T, M)"""
    return np.asarray(np.einsum("tma,ma->tm", game.speaker, profile.listener), dtype=np.float64)


def speaks_best(game: Game, profile: Profile) -> bool:
    """Whether no type could gain by another message."""
    values = message_values(game, profile)
    best = values.max(axis=1)
    sent = (profile.speaker * values).sum(axis=1)
    return bool(np.all(sent >= best - TINY))


def belief_after(game: Game, profile: Profile, message: int) -> float | None:
    """Belief in the first type after a message, by Bayes' rule; None: it is never sent."""
    chances = game.prior * profile.speaker[:, message]
    total = float(chances.sum())
    return float(chances[0]) / total if total > TINY else None


def belief_interval(game: Game, profile: Profile, message: int) -> tuple[float, float] | None:
    """Beliefs in the first type for which what is done after a message is best; None: none."""
    low, high = 0.0, 1.0
    for action in np.flatnonzero(profile.listener[message] > TINY):
        found = best_beliefs(game, message, int(action))
        if found is None:
            return None
        low, high = max(low, found[0]), min(high, found[1])
    belief = belief_after(game, profile, message)
    if belief is not None:
        is_in = low - TINY <= belief <= high + TINY
        return (belief, belief) if is_in else None
    return (low, high) if low <= high + TINY else None


def is_intuitive(game: Game, profile: Profile) -> bool:
    """Whether an equilibrium passes the intuitive criterion."""
    values = message_values(game, profile)
    now = (profile.speaker * values).sum(axis=1)
    for message in range(len(game.messages)):
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


def is_pooling(profile: Profile) -> bool:
    """Whether all types say the same."""
    return bool(np.allclose(profile.speaker, profile.speaker[0], atol=1e-4))


def is_separating(profile: Profile) -> bool:
    """Whether no two types ever say the same, so that what is said tells the type."""
    sent = profile.speaker > TINY
    return not bool((sent.sum(axis=0) > 1).any())
