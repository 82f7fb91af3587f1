"""Ways to the figures of trade that are timed: each runs, on a small table."""

import pytest

from benchmarks.trade import WAYS, make, run_way

OURS = [way for way in WAYS if way not in ("spark", "unlike") and "pandas" not in way]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trade") / "store"
    make(folder, 2000, 1)
    return folder


@pytest.mark.parametrize("way", OURS)
def test_a_way_runs(store, way):
    assert run_way(way, store)["cpu"] > 0
