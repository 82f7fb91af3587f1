"""How large an expression may be, so that none takes long to refuse or to compute."""

from collections.abc import Mapping

MOST_CHARACTERS = 2000
MOST_DEPTH = 32
"""Brackets, signs and operators inside one another."""
MOST_NODES = 400
MOST_POWER = 4
"""Whole powers, with either sign."""
LARGEST = 1e18
"""Largest number, written or computed on the way."""
MOST_MEMBERS = 1000
"""Members of a set."""
MOST_LOOPS = 2
"""Sets inside one another."""
MOST_STEPS = 100_000
"""Steps of one evaluation."""

LIMITS: Mapping[str, float] = {
    "characters": MOST_CHARACTERS,
    "parts inside one another": MOST_DEPTH,
    "parts in all": MOST_NODES,
    "power, with either sign": MOST_POWER,
    "number, written or on the way": int(LARGEST),
    "members of a set": MOST_MEMBERS,
    "sets inside one another": MOST_LOOPS,
    "steps of an evaluation": MOST_STEPS,
}
"""The limits, as the reference page names them."""
