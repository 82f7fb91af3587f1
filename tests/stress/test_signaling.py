"""In which years a cut-off pays, over the draws that are solved: by two ways, and as told."""

from dataclasses import replace

import numpy as np
import pytest

from derbes import api
from derbes.brief import BriefContents
from derbes.brief import format as fmt
from derbes.brief.statements import talk_words
from derbes.case.entities import Case
from derbes.pages import brief_contents
from derbes.results.records import record_of
from derbes.results.statements import Signaling
from derbes.results.stress import Stress
from derbes.statements.ledger import read_ledger
from derbes.statements.of_model import Stakes, cut_off_value
from derbes.statements.sampling import Sampling
from derbes.statements.signaling import drawn_parameters, signaling_of, signaling_of_losses
from derbes.stress.columns import BothLosses
from tests.draws.uncertain import uncertain_example
from tests.statements.ledgers import day, with_ledger

N, SEED = 6, 3


@pytest.fixture(scope="module")
def case() -> Case:
    return uncertain_example(3)


@pytest.fixture(scope="module")
def stress(case: Case) -> Stress:
    return api.stress(case, questions=("leverage",), draws=N, solved=N, seed=SEED)


def game_of(stress: Stress) -> Signaling:
    assert stress.signaling is not None
    return stress.signaling


def test_it_is_what_the_query_of_the_ledger_says_over_the_same_draws(case, stress):
    ledger = read_ledger(with_ledger(case, A="1 < 2"))
    asked = signaling_of(ledger, day("2026-01"), Sampling(N, SEED))
    assert asked is not None
    for one, other in zip(asked.years, game_of(stress).years, strict=True):
        for name in ("credible", "rhetoric", "explaining_matters", "pooling", "separating"):
            shares = [getattr(year, f"{name}_share") for year in (one, other)]
            assert shares[0] == pytest.approx(shares[1])
        assert (one.start, one.threshold) == (other.start, pytest.approx(other.threshold))
    assert {year.n_draws for year in game_of(stress).years} == {N}


def test_shares_are_those_of_the_closed_form_over_the_losses():
    """A cut-off pays where g L > (1 - q) C + q C_lost, draw by draw with its parameters."""
    rng = np.random.default_rng(5)
    loss, cost, lost = (rng.uniform(0.0, 10.0, (40, 3)) for _one in range(3))
    weights = rng.uniform(0.5, 1.0, 40)
    losses = BothLosses("cut", 12, ("2026-01", "2027-01", "2028-01"), loss, cost, lost, weights, 9)
    pays = np.zeros((40, 3))
    for row in range(40):
        drawn = drawn_parameters(np.random.default_rng((9, row)))
        chance = drawn["lost_buyer_share"]
        own = (1.0 - chance) * cost[row] + chance * lost[row]
        pays[row] = drawn["gain_share"] * loss[row] > own
        assert [
            cut_off_value(Stakes(*one), drawn) > 0
            for one in zip(loss[row], cost[row], lost[row], strict=True)
        ] == pays[row].astype(bool).tolist()
    told = signaling_of_losses(losses).years
    shares = weights @ pays / weights.sum()
    assert [year.credible_share for year in told] == pytest.approx(shares.tolist())
    talk = weights @ ((pays[:, :1] == 0) & (pays == 0)) / weights.sum()
    assert [year.rhetoric_share for year in told] == pytest.approx(talk.tolist())


def test_where_a_loss_is_missing_no_share_is_told():
    loss = np.array([[1.0, np.nan], [2.0, 3.0]])
    one = np.ones((2, 2))
    losses = BothLosses("cut", 12, ("2026-01", "2027-01"), loss, one, one, np.ones(2), 1)
    first, second = signaling_of_losses(losses).years
    assert (first.credible_share is None, first.n_without) == (False, 0)
    assert (second.credible_share, second.n_without) == (None, 1)


def test_an_accident_has_no_game(case):
    cut = replace(case.measures["cut"], sender="")
    case = replace(case, measures={"cut": cut})
    found = api.stress(case, questions=("leverage",), draws=2, solved=2)
    assert found.signaling is None


def test_what_was_not_asked_is_not_played(case):
    assert api.stress(case, questions=("survive",), draws=2, solved=2).signaling is None
    assert api.stress(case, questions=("leverage",), draws=2, solved=0).signaling is None


def test_json_has_it(stress):
    told = record_of(stress)["signaling"]
    assert [year["start"] for year in told["years"]] == [y.start for y in game_of(stress).years]
    assert set(told["parameters"]) >= {"prior", "gain_share"}


def test_the_cost_of_a_lost_buyer_is_an_answer_that_is_named_as_an_expression(stress):
    names = [one.name for one in stress.answers if "buyer=lost" in one.name]
    assert names[0] == "sender_cost(cut, 2026-01, months=12, bound=optimal, buyer=lost)"


def made(case: Case, **options: int) -> BriefContents:
    request = api.request_of(case, starts="year")
    return brief_contents(case, replace(request, **options))


def test_page_one_tells_what_stress_of_the_same_seed_tells(case, stress):
    contents = made(case, draws=N, seed=SEED)
    assert contents.talk == game_of(stress)
    first, last = game_of(stress).years[0], game_of(stress).years[-1]
    words = talk_words(contents)
    for year in (first, last):
        assert fmt.share(year.credible_share or 0.0) in words
    assert words.startswith(f"Begun in {fmt.date(first.start)} the measure would gain")
    assert f"of {N} draws" in words


def test_without_draws_the_page_tells_what_the_query_tells_at_central_values(case):
    contents = made(case, draws=1)
    ledger = read_ledger(with_ledger(case, A="1 < 2"))
    asked = signaling_of(ledger, day("2026-01"), Sampling(1))
    assert asked is not None
    assert contents.stress is None
    assert contents.talk is not None
    assert [year.credible_share for year in contents.talk.years] == [
        year.credible_share for year in asked.years
    ]
    assert talk_words(contents).startswith("At central values the measure would pay")
