"""What a plan tells while it is being looked for, and how its workers end."""

import signal

import pytest

from derbes.parallel import Workers
from derbes.planning.answers import _bounds_told


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ((7e6, 5e6, 0.4, 3), "plan, step 3: costs 7 million USD, none under 5 million USD, "),
        ((float("inf"), 5e6, float("nan"), 6), "plan, step 6: none found yet, none under 5 "),
        ((float("inf"), -float("inf"), float("nan"), 1), "plan, step 1: none found yet, none "),
    ],
)
def test_a_search_tells_what_it_has_and_never_what_is_not_a_number(figures, words):
    told = []
    tell = _bounds_told(lambda *one: told.append(one), "USD")
    tell(*figures)
    assert told[0][:2] == (figures[3], 0)
    assert told[0][2].startswith(words)
    assert "nan" not in told[0][2]


def test_workers_end_quietly_when_the_user_stops_the_program():
    with Workers(1) as pool:
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_DFL
