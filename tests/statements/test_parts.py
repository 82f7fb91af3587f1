"""A drawn case is the same whether all of it is looked through or its numbered part."""

from pathlib import Path

import pytest

from derbes.casefile import read_case
from derbes.draws.inputs import drawn_case, inputs_by_path, with_values
from derbes.draws.study import variant_case
from derbes.statements.ledger import read_ledger
from derbes.statements.of_case import NUMBERED, number_of, part_with
from derbes.statements.sampling import Sampling, make_futures
from derbes.statements.worlds import changing

ROOT = Path(__file__).parents[2]
CASES = [ROOT / "cases" / "aspan", ROOT / "tests" / "draws" / "every_key.yaml"]


@pytest.fixture(name="case", scope="module", params=CASES, ids=lambda path: path.stem)
def _case(request):
    return read_case(request.param)


def test_every_draw_of_every_variant(case):
    futures = make_futures(read_ledger(case), 4, Sampling(4))
    for variant, draws in futures.draws.items():
        for row in range(futures.n):
            whole = drawn_case(variant_case(case, variant), draws, row)
            found = futures.case_of(variant, row)
            assert found == whole
            for section in NUMBERED:
                assert list(getattr(found, section)) == list(getattr(whole, section))


def test_every_number_alone(case):
    known = inputs_by_path(case)
    for path, quantity in known.items():
        assert number_of(case, path) == quantity
        if not quantity.path.startswith("currency.") and not quantity.steps:
            value = quantity.value * 1.5 + 1.0
            assert changing(case, (path,)).at({path: value}) == with_values(case, {path: value})


def test_a_part_holds_little_else(case):
    path = next(path for path in inputs_by_path(case) if path.startswith("suppliers."))
    part = part_with(case, (path,))
    assert list(part.suppliers) == [path.split(".")[1]]
    assert not part.goods
    assert not part.statements
    assert number_of(case, "suppliers.nobody.price") is None
