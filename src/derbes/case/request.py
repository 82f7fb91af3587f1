"""What a user asks to be computed."""

from dataclasses import dataclass

BASE = "base"
"""Name of the case as written, among its variants."""

SURVIVE, ENDED, LEVERAGE = "survive", "ended", "leverage"
HAZARDS, FANS, DECIDES, TIPPING = "hazards", "fans", "decides", "tipping"
QUESTIONS = (SURVIVE, ENDED, LEVERAGE, HAZARDS, FANS, DECIDES, TIPPING)
"""Questions over draws, in the order in which they are answered."""

LATIN, ALL_DRAWS = "latin", "all"
DRAW_METHODS = ("sobol", LATIN, "random", ALL_DRAWS)
"""Ways to draw; `all`: every combination of values that the case lists."""


@dataclass(frozen=True, slots=True)
class Request:
    """Variants, measures, starts and lengths to look at, and draws to look at them over.

    The verbs check it against the case; below them nothing does again.
    """

    variants: tuple[str, ...] = (BASE,)
    measures: tuple[str, ...] = ()
    """Empty: all of the case."""
    starts: tuple[int, ...] = ()
    """[period] Empty: every period of the calendar; over draws: one a year."""
    lengths: tuple[int, ...] = ()
    """[period] Empty: the lengths that each measure names."""
    draws: int = 1
    """Draws of the uncertain inputs."""
    seed: int = 1
    method: str = "sobol"
    solved: int = 0
    """The first of the draws, which are solved as programs too."""
    questions: tuple[str, ...] = ()
    """Questions over draws."""

    def asks(self, *questions: str) -> bool:
        """Whether any of the questions over draws is asked."""
        return bool(set(questions) & set(self.questions))
