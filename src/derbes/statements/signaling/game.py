"""Finite signaling games: one side knows its type and speaks, the other hears and acts.

Axes: T types, M messages, A actions. A strategy of the speaker gives each type a chance of
each message; one of the listener gives each message a chance of each action.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from derbes.case.quantity import FloatArray


@dataclass(frozen=True, slots=True)
class Game:
    """A signaling game."""

    types: tuple[str, ...]
    messages: tuple[str, ...]
    actions: tuple[str, ...]
    prior: FloatArray
    """Chance of each type; they add to 1. (T,)"""
    speaker: FloatArray
    """What the speaker gets. (T, M, A)"""
    listener: FloatArray
    """What the listener gets. (T, M, A)"""


@dataclass(frozen=True, slots=True)
class Profile:
    """A strategy of each side."""

    speaker: FloatArray
    """(T, M)"""
    listener: FloatArray
    """(M, A)"""


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A game as two matrices over plans made before the type is known."""

    speaker_plans: tuple[tuple[int, ...], ...]
    """Message of each type."""
    listener_plans: tuple[tuple[int, ...], ...]
    """Action after each message."""
    speaker: FloatArray
    """Expected over types. (speaker plans, listener plans)"""
    listener: FloatArray


def normal_form(game: Game) -> NormalForm:
    """The game before types are known (Harsanyi 1967), without actions that never pay.

    An action that is best after a message for no belief at all is left out of the
    listener's plans; no sequential equilibrium takes it.
    """
    n_types, n_messages, _n_actions = game.speaker.shape
    speaker_plans = tuple(product(range(n_messages), repeat=n_types))
    choices = [useful_actions(game, m) for m in range(n_messages)]
    listener_plans = tuple(product(*choices))
    shape = (len(speaker_plans), len(listener_plans))
    first, second = np.zeros(shape), np.zeros(shape)
    for i, said in enumerate(speaker_plans):
        for j, done in enumerate(listener_plans):
            for t, m in enumerate(said):
                first[i, j] += game.prior[t] * game.speaker[t, m, done[m]]
                second[i, j] += game.prior[t] * game.listener[t, m, done[m]]
    return NormalForm(speaker_plans, listener_plans, first, second)


def useful_actions(game: Game, message: int) -> tuple[int, ...]:
    """Actions that are best after a message for some belief."""
    n_actions = game.listener.shape[2]
    return tuple(a for a in range(n_actions) if _beliefs_for(game, message, a) is not None)


def _beliefs_for(game: Game, message: int, action: int) -> tuple[float, float] | None:
    """Beliefs in the first of two types for which an action is best; None: there are none.

    With more than two types only beliefs that are sure of one type, and the prior, are
    looked at.
    """
    gains = game.listener[:, message, action, None] - game.listener[:, message, :]
    if len(game.types) == 2:
        return _interval(gains[0], gains[1])
    beliefs = [*np.eye(len(game.types)), game.prior]
    fits = any(bool(np.all(belief @ gains >= -SMALL)) for belief in beliefs)
    return (0.0, 1.0) if fits else None


SMALL = 1e-9
"""Gains of less than this, of payoffs scaled to about 1, are rounding."""


def _interval(first: FloatArray, second: FloatArray) -> tuple[float, float] | None:
    """Beliefs b with b * first + (1 - b) * second >= 0 for all alternatives."""
    low, high = 0.0, 1.0
    for one, other in zip(first, second, strict=True):
        slope = one - other
        if abs(slope) <= SMALL:
            if other < -SMALL:
                return None
        elif slope > 0:
            low = max(low, float(-other / slope))
        else:
            high = min(high, float(-other / slope))
    return (low, high) if low <= high + SMALL else None


def best_beliefs(game: Game, message: int, action: int) -> tuple[float, float] | None:
    """Beliefs in the first type for which an action is best after a message; None: none."""
    return _beliefs_for(game, message, action)


def profile_of(game: Game, form: NormalForm, mixed: tuple[FloatArray, FloatArray]) -> Profile:
    """Chances of plans as chances of messages and actions."""
    speaker, listener = np.zeros(game.speaker.shape[:2]), np.zeros(game.listener.shape[1:])
    for chance, said in zip(mixed[0], form.speaker_plans, strict=True):
        for t, m in enumerate(said):
            speaker[t, m] += chance
    for chance, done in zip(mixed[1], form.listener_plans, strict=True):
        for m, a in enumerate(done):
            listener[m, a] += chance
    return Profile(speaker, listener)
