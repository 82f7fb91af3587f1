"""Quantities of the signaling game: whether a threat is only talk, and what words are read as.

The game is that of `derbes.statements.signaling`, at its central parameters: the target is
either as on the first day of the case, dependent, or as it stands when the measure starts.
They say what a sender who reasons would conclude, not what anybody does conclude.
"""

from dataclasses import replace

from derbes.language import _
from derbes.statements.of_model import (
    LEVERAGE,
    Stakes,
    Start,
    central_parameters,
    cut_off_value,
    losses_of,
    stakes_in,
)
from derbes.statements.terms import Said, Unknown, quantity
from derbes.statements.worlds import Model, label_day

SURE = 1e-6
"""Beliefs that lie closer to each other than this are the same."""


def _types(one: Model, cut: Start) -> tuple[Stakes, Stakes]:
    """What a cut-off costs both sides for the dependent type, and for the target as it is."""
    first = replace(cut, at=label_day(one.case, 0))
    return stakes_in(losses_of(one, first).row), stakes_in(losses_of(one, cut).row)


@quantity(LEVERAGE)
def only_talk(one: Model, cut: Start) -> bool:
    """Whether a threat is only talk: whatever the sender believes of the target, dependent as
    on the first day or as it stands, it loses more by a cut-off than it gains.
    """
    parameters = central_parameters()
    return all(cut_off_value(stakes, parameters) <= 0 for stakes in _types(one, cut))


@quantity(LEVERAGE)
def words_matter(one: Model, cut: Start) -> bool:
    """Whether what the sender does can hang on whether the target explains itself, keeps silent
    or acts: there is an equilibrium of the signaling game in which it does.
    """
    from derbes.statements.signaling import answer  # noqa: PLC0415 - loads the solver of games

    return answer(*_types(one, cut), central_parameters()).matters


@quantity(LEVERAGE)
def read_as_dependent(one: Model, cut: Start, *, said: Said = "silent") -> bool:
    """Whether a sender who reasons takes what the target says for dependence: in every
    equilibrium of the signaling game it believes more in it afterwards than before.
    Not known where an equilibrium leaves that belief open.
    """
    prior = central_parameters()["prior"]
    return _settled(
        [(low > prior + SURE, high <= prior + SURE) for low, high in _read(one, cut, said)]
    )


@quantity(LEVERAGE)
def read_as_free(one: Model, cut: Start, *, said: Said = "act") -> bool:
    """Whether a sender who reasons takes what the target says for lost levers: in every
    equilibrium of the signaling game it believes less in its dependence afterwards than
    before. Not known where an equilibrium leaves that belief open.
    """
    prior = central_parameters()["prior"]
    return _settled(
        [(high < prior - SURE, low >= prior - SURE) for low, high in _read(one, cut, said)]
    )


def _settled(each: list[tuple[bool, bool]]) -> bool:
    """Whether something holds in all equilibria; false where in one it cannot.

    Raises:
        Unknown: Some leave it open.
    """
    if any(cannot for _holds, cannot in each):
        return False
    if not each or not all(holds for holds, _cannot in each):
        raise Unknown(_("what is believed after words that are not said in an equilibrium"))
    return True


def _read(one: Model, cut: Start, said: str) -> list[tuple[float, float]]:
    """Beliefs in dependence after a message, in each equilibrium: from, to."""
    from derbes.statements.signaling import beliefs_after  # noqa: PLC0415 - loads the solver of games

    found = (after[said] for after in beliefs_after(*_types(one, cut)))
    return [between for between in found if between is not None]
