import pytest

from derbes.draws.sampling import make_draws
from derbes.errors import CaseError, RequestError
from tests.draws.uncertain import DEMAND, OTHER, STOCK, correlated, uncertain_example

ASKED = {
    "every combination of a range": (
        {"n": 100, "method": "all"},
        """\
E1: 1 problem
  - draws: the inputs have more than 100 combinations of values
    fix: give a number of draws, and the method sobol""",
    ),
    "a range without a number of draws": (
        {},
        """\
E1: 1 problem
  - draws: the inputs have more combinations of values than can be listed
    fix: give a number of draws, and the method sobol""",
    ),
}


@pytest.mark.parametrize(("asked", "text"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_drawn(asked, text):
    with pytest.raises(RequestError) as caught:
        make_draws(uncertain_example(), **asked)
    assert str(caught.value) == text


def test_correlations_that_cannot_hold_together():
    case = correlated(uncertain_example(), STOCK, OTHER, 0.9)
    case = correlated(case, OTHER, DEMAND, 0.9)
    case = correlated(case, STOCK, DEMAND, -0.9)
    with pytest.raises(CaseError) as caught:
        make_draws(case, 8)
    assert str(caught.value) == (
        """\
E1: 1 problem
  - line 7, correlations: the rank correlations of stockpiles.stock.quantity, \
suppliers.from_other.capacity, uses.use.demand cannot hold together
    fix: weaken them all to 53% of what they are, or take one out"""
    )
    for share, works in ((0.53, True), (0.54, False)):
        weaker = uncertain_example()
        for one in case.correlations:
            weaker = correlated(weaker, *one.between, one.rank * share)
        if works:
            assert make_draws(weaker, 8).values.shape == (8, 3)
        else:
            with pytest.raises(CaseError):
                make_draws(weaker, 8)
