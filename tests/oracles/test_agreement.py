"""A fixed sample of random cases: the engine agrees with the plain statement of each."""

import pytest

from tests.oracles.agreement import Asked, asked_of, compare

PREMIUM_AT_THE_EDGE = 768
"""At the price at which nothing more is bought, paying is just as bad as being cut off."""
KEPT_AT_THE_END = (538, 794, 823)
"""Young stock came in, but is not kept to the end: that is missing too."""
TIES = (96, 465, 602, 1325)
"""Calm plans of equal cost: least stock first, then late purchases, then the oldest stock."""
IDLE = (112, 418, 687)
"""What nobody uses stays where it is."""
ALIKE = 195
"""A lot and what came in since last alike, and more is bought than anybody uses."""
SAMPLE = [*range(40), ALIKE, PREMIUM_AT_THE_EDGE, *KEPT_AT_THE_END, *TIES, *IDLE]


def small(seed: int) -> Asked:
    """One start of a case."""
    asked = asked_of(seed)
    return Asked(seed, asked.case, asked.starts[-1:], has_ends=seed % 8 == 0)


@pytest.mark.parametrize("seed", SAMPLE)
def test_every_figure_agrees(seed: int) -> None:
    found = compare(small(seed))
    assert found
    unlike = [one for one in found if not one.agrees and one.is_unique]
    assert unlike == []


def test_the_sample_holds_what_it_should() -> None:
    """Shortages, losses, times to survive and more than one unit."""
    cases = [asked_of(seed).case for seed in SAMPLE]
    assert {m.kind for case in cases for m in case.measures.values()} >= {"embargo", "quota"}
    assert any(case.recipes for case in cases)
    assert any(case.routes for case in cases)
    assert any(s.lead_time and s.lead_time.value > 1 for c in cases for s in c.suppliers.values())
    assert any(g.survival.shelf_life for case in cases for g in case.goods.values())
