"""What words are read as in the signaling game: quantities against the game itself."""

import numpy as np
import pytest

from derbes.statements.of_model import Stakes, _settled, central_parameters, cut_off_value
from derbes.statements.signaling import (
    ACT,
    EXPLAIN,
    SILENT,
    belief_after,
    episode,
    perfect_bayesian_equilibria,
    scaled,
)
from derbes.statements.terms import Missing, Unknown
from tests.small_cases import worked_example
from tests.statements.ledgers import numbers_of, value_of

AT = {"2026-01": 0, "2028-01": 24}
WORDS = {"explain": EXPLAIN, "silent": SILENT, "act": ACT}
E3 = worked_example(3)
number = numbers_of(E3)


def value(text: str):
    return value_of(E3, text)


def stakes(at: str) -> Stakes:
    names = ("target_loss", "sender_cost", "sender_cost")
    more = ("", "", ", buyer=lost")
    figures = [
        number(f"{name}(sender, {at}, months=12{other})")
        for name, other in zip(names, more, strict=True)
    ]
    return Stakes(*map(float, figures))


@pytest.mark.parametrize("at", AT)
def test_only_talk_is_that_neither_type_is_worth_a_cut_off(at):
    parameters = central_parameters()
    values = [cut_off_value(stakes(one), parameters) for one in ("2026-01", at)]
    assert value(f"only_talk(sender, {at}, months=12)") is all(one <= 0 for one in values)
    if at == "2028-01":
        assert value(f"credible(sender, {at}, months=12)") is (values[1] > 0)


@pytest.mark.parametrize("at", AT)
@pytest.mark.parametrize("said", WORDS)
def test_what_is_read_into_words_is_by_bayes_rule_where_they_are_said(at, said):
    """Second way: beliefs by Bayes' rule in each equilibrium in which the words are said."""
    parameters = central_parameters()
    game = episode(stakes("2026-01"), stakes(at), parameters)
    found = perfect_bayesian_equilibria(game)
    after = [belief_after(scaled(game), one, WORDS[said]) for one in found]
    dependent = value(f"read_as_dependent(sender, {at}, months=12, said={said})")
    free = value(f"read_as_free(sender, {at}, months=12, said={said})")
    known = [one for one in after if one is not None]
    prior = parameters["prior"]
    if len(known) == len(after):
        assert dependent is all(one > prior + 1e-6 for one in known)
        assert free is all(one < prior - 1e-6 for one in known)
    if dependent is True:
        assert all(one > prior for one in known)
        assert free is False
    if free is True:
        assert all(one < prior for one in known)
        assert dependent is False


def test_words_matter_where_what_is_done_hangs_on_them():
    for at in AT:
        game = episode(stakes("2026-01"), stakes(at), central_parameters())
        apart = [
            np.abs(one.listener - one.listener[0]).max() > 1e-6
            for one in perfect_bayesian_equilibria(game)
        ]
        assert value(f"words_matter(sender, {at}, months=12)") is any(apart)


def test_the_reading_could_come_out_otherwise():
    """What an explanation is read as hangs on the stakes: open in E3 on the first day, when a
    cut-off pays against both types, and a sign of lost levers once the plant is there, when it
    pays against a dependent target alone."""
    first = value("read_as_free(sender, 2026-01, months=12, said=explain)")
    assert isinstance(first, Missing)
    assert value("read_as_free(sender, 2028-01, months=12, said=explain)") is True
    assert value("read_as_dependent(sender, 2028-01, months=12, said=explain)") is False


def test_what_some_equilibrium_leaves_open_is_not_known():
    assert _settled([(True, False), (True, False)]) is True
    assert _settled([(True, False), (False, True)]) is False
    with pytest.raises(Unknown):
        _settled([(True, False), (False, False)])
    with pytest.raises(Unknown):
        _settled([])
    assert not isinstance(value("only_talk(sender, 2028-01, months=12)"), Missing)
