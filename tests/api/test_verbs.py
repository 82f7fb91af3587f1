import sys
from importlib import metadata
from types import ModuleType

import pytest

from derbes import api
from derbes.errors import RequestError
from derbes.results.supply import Leverage
from derbes.version import VERSION
from tests.api.examples import leverage_end, leverage_row, town_case


@pytest.fixture
def surface(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Stands for the computation: notes what it is asked, answers one row."""
    calls: list[tuple] = []

    def leverage_surface(case, request, *, progress, n_workers):
        calls.append((case, request, n_workers))
        if progress:
            progress(1, 1, "surface")
        return (leverage_row(),), (leverage_end(),)

    package = ModuleType("derbes.analysis.leverage")
    package.leverage_surface = leverage_surface
    monkeypatch.setitem(sys.modules, "derbes.analysis.leverage", package)
    return calls


def test_leverage_hands_over_what_was_asked_and_says_what_made_the_result(surface):
    case = town_case()
    result = api.leverage(case, measures=["embargo"], starts="year", lengths=[6], n_workers=2)
    assert isinstance(result, Leverage)
    assert (result.rows, result.ends) == ((leverage_row(),), (leverage_end(),))
    assert (result.currency, result.unit) == ("USD", "t")
    asked = api.request_of(case, measures=["embargo"], starts="year", lengths=[6])
    assert surface == [(case, asked, 2)]


def test_leverage_refuses_before_it_computes(surface):
    with pytest.raises(RequestError):
        api.leverage(town_case(), measures=["nothing"])
    assert surface == []


def test_leverage_tells_how_far_it_is(surface):
    told = []
    api.leverage(town_case(), progress=lambda *state: told.append(state))
    assert told == [(1, 1, "surface")]


def test_a_result_says_what_made_it():
    provenance = api.provenance_of(town_case())
    assert provenance.case_name == "Town"
    assert provenance.case_hash == "ab12"
    assert provenance.version == VERSION
    assert provenance.solver == f"HiGHS {metadata.version('highspy')}"
    assert (provenance.n_draws, provenance.seed) == (1, 0)


def test_inputs_are_those_at_a_path():
    case = town_case()
    assert [number.path for number in api.inputs(case)] == [
        "goods.alum.reserve",
        "uses.treatment.demand",
    ]
    assert [number.value for number in api.inputs(case, "uses.treatment")] == [100]
    assert api.inputs(case, "uses.treat") == ()
