"""An answer does not depend on what else is asked in the same run."""

from dataclasses import replace

import pytest

from derbes.case.entities import Hit, Measure, MeasureKind, Variant
from derbes.case.quantity import Quantity
from tests.properties.figures import asked, figures, law, sizes_of, unlike
from tests.properties.random_cases import random_case


@law()
def test_other_lengths(seed: int) -> None:
    case, start = asked(seed)
    own = case.measures["cut"].lengths
    alone = figures(case, start, measures=("cut",), lengths=own)
    more = figures(case, start, measures=("cut",), lengths=(*own, own[0] + 2, own[0] + 13))
    assert unlike(alone, more, sizes_of(case)) == []


@law()
def test_other_starts(seed: int) -> None:
    case, start = asked(seed)
    alone = figures(case, start, measures=("cut",))
    more = figures(case, tuple({0, *start, case.calendar.n_periods - 1}), measures=("cut",))
    assert unlike(alone, more, sizes_of(case)) == []


@law()
@pytest.mark.parametrize("kind", [MeasureKind.QUOTA, MeasureKind.DELAY])
def test_another_measure_in_the_case(seed: int, kind: MeasureKind) -> None:
    case, start = asked(seed)
    by = Quantity(4.0 * case.calendar.step) if kind is MeasureKind.DELAY else None
    other = Measure(
        "another",
        kind=kind,
        sender="other",
        hits=(Hit(actor="other"),),
        share=Quantity(0.5),
        by=by,
        lengths=(11,),
    )
    more = replace(case, measures={"another": other, **case.measures})
    assert unlike(figures(case, start), figures(more, start), sizes_of(case)) == []


@law()
def test_a_variant_beside_it(seed: int) -> None:
    case, start = asked(seed)
    other = replace(random_case(seed + 1), calendar=case.calendar, variants={})
    more = replace(case, variants={"other": Variant("other", case=other)})
    alone = figures(case, start, measures=("cut",))
    both = figures(more, start, measures=("cut",), variants=("base", "other"))
    assert unlike(alone, both, sizes_of(case)) == []
