import pytest

from derbes.errors import RequestError
from derbes.parallel import memory_limit
from derbes.stress.table import check_memory, memory_needed

SIZES = {"n_inputs": 100, "n_columns": 50, "n_variants": 2}


def test_memory_grows_with_draws_columns_and_variants():
    assert memory_needed(2_000_000, **SIZES) > 1.9 * memory_needed(1_000_000, **SIZES)
    assert memory_needed(10**6, **SIZES) > 8 * 10**6 * 100


def test_what_will_not_fit_is_said_before_with_what_would():
    with pytest.raises(RequestError) as caught:
        check_memory("E1", 10**7, limit=2**30, **SIZES)
    assert str(caught.value) == (
        """\
E1: 1 problem
  - draws: 10,000,000 draws need 7,982 MiB of memory, and 1,024 MiB may be taken
    fix: ask for at most 1,230,887 draws, fewer variants or fewer questions"""
    )
    check_memory("E1", 1_230_887, limit=2**30, **SIZES)
    with pytest.raises(RequestError):
        check_memory("E1", 1_230_888, limit=2**30, **SIZES)


def test_the_limit_is_part_of_what_the_machine_has():
    assert 2**20 < memory_limit() < 2**46
