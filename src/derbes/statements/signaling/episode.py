"""The game of the episode: a state explains itself, keeps silent, or acts without explaining.

The target of a measure is of one of two types: dependent, as on the first day of the case,
or as it stands in the year looked at. It explains, keeps silent, or acts. The sender of the
measure hears, and talks, threatens or cuts off. With L the target's loss and C the sender's
cost of a cut-off, both from the leverage results:

    sender:  talk 0; threaten g k L - h C; cut off g L - C
    target:  talk 0; threatened - k L; cut off - L; explaining costs e, acting costs the
             dependent type b and gives the other a, all as shares of the dependent type's L

So a cut-off pays only if g L > C: where the leverage ratio L / C is above 1 / g. With v the
value g L - C for each type, it pays from the belief in dependence v_free / (v_free - v_dep)
on. What the sender reads follows from its belief: dependence after an explanation and
weakness after silence where it believes in dependence, lost levers where it does not.
"""

from collections.abc import Mapping

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.statements.quantities.credibility import PARAMETERS, Stakes, cut_off_value
from derbes.statements.signaling.game import Game

TYPES = ("dependent", "free")
MESSAGES = ("explain", "silent", "act")
ACTIONS = ("talk", "threaten", "cut_off")
EXPLAIN, SILENT, ACT = 0, 1, 2
TALK, THREATEN, CUT_OFF = 0, 1, 2


def drawn_parameters(rng: np.random.Generator) -> dict[str, float]:
    """One draw of the parameters, each uniform over its range."""
    return {name: float(rng.uniform(low, high)) for name, (low, _c, high) in PARAMETERS.items()}


def episode(dependent: Stakes, free: Stakes, parameters: Mapping[str, float]) -> Game:
    """The game between the target and the sender of a measure."""
    stakes = (dependent, free)
    speaker = np.zeros((len(TYPES), len(MESSAGES), len(ACTIONS)))
    listener = np.zeros_like(speaker)
    for t, one in enumerate(stakes):
        speaker[t] = _harm(one, parameters)[None, :]
        listener[t] = _gain(one, parameters)[None, :]
    size = max(dependent.target_loss, free.target_loss, 0.0)
    speaker[:, EXPLAIN] -= parameters["explain_cost_share"] * size
    speaker[0, ACT] -= parameters["bluff_cost_share"] * size
    speaker[1, ACT] += parameters["act_gain_share"] * size
    prior = np.array([parameters["prior"], 1.0 - parameters["prior"]])
    return Game(TYPES, MESSAGES, ACTIONS, prior, speaker, listener)


def _harm(stakes: Stakes, parameters: Mapping[str, float]) -> FloatArray:
    """What the target gets from each action. (A,) [money]"""
    return np.array(
        [0.0, -parameters["threat_effect_share"] * stakes.target_loss, -stakes.target_loss]
    )


def _gain(stakes: Stakes, parameters: Mapping[str, float]) -> FloatArray:
    """What the sender gets from each action. (A,) [money]"""
    gain = parameters["gain_share"]
    threat = gain * parameters["threat_effect_share"] * stakes.target_loss
    threat -= parameters["threat_cost_share"] * stakes.cost(parameters)
    return np.array([0.0, threat, cut_off_value(stakes, parameters)])


def reading(message: int, belief: float) -> str:
    """What the sender reads into a message at a belief in dependence."""
    if belief < 0.5:
        return "lost_levers"
    return "weakness" if message == SILENT else "dependence"
