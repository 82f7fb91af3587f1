"""Studies of variants: the right case, measures and length of tail."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Hit, Measure, Variant
from derbes.case.quantity import Quantity
from derbes.case.request import BASE, Request
from derbes.draws.study import longest_length, make_studies, narrowed, variant_case
from tests.small_cases import worked_example


def case():
    """E1 with a second measure, and two variants: without a sender, and one unread."""
    made = worked_example(1)
    short = Measure("short", sender="other", hits=(Hit(actor="other"),), lengths=(3,))
    made = replace(made, measures={**made.measures, "short": short})
    alone = replace(
        made,
        suppliers={"from_other": made.suppliers["from_other"]},
        measures={"short": short},
    )
    variants = {"alone": Variant("alone", case=alone), "unread": Variant("unread")}
    return replace(made, variants=variants)


def test_the_base_is_the_case_as_written():
    made = case()
    assert variant_case(made, BASE) is made
    assert variant_case(made, "alone").suppliers.keys() == {"from_other"}


@pytest.mark.parametrize(
    ("variant", "message"), [("unread", "variant unread has no case"), ("nobody", "nobody")]
)
def test_a_variant_that_cannot_be_studied(variant, message):
    with pytest.raises(KeyError, match=message):
        variant_case(case(), variant)


@pytest.mark.parametrize(
    ("lengths", "longest"), [((), 12), ((6,), 12), ((18, 2), 18), ((60, 2), 60)]
)
def test_the_tail_fits_the_longest_measure(lengths, longest):
    """Four years or more, with 6 months of refill, and two years and a month behind them."""
    request = Request(lengths=lengths)
    assert longest_length(case(), request) == longest
    study = make_studies(case(), request)[0]
    assert study.arrays.n_periods == 60 + max(longest, 48) + 6 + 25
    assert longest_length(replace(case(), measures={}), Request()) == 1


@pytest.mark.parametrize("n_workers", [1, 2])
def test_one_study_for_each_variant_in_the_order_asked(n_workers):
    request = Request(variants=("alone", BASE))
    seen: list[tuple[int, int, str]] = []
    studies = make_studies(
        case(), request, n_workers=n_workers, progress=lambda *now: seen.append(now)
    )
    assert [study.variant for study in studies] == ["alone", BASE]
    assert [len(study.arrays.activities.names) for study in studies] == [1, 2]
    assert [tuple(m.name for m in study.measures) for study in studies] == [
        ("short",), ("cut", "short"),
    ]  # fmt: skip
    assert seen == [(1, 2, "calm plans"), (2, 2, "calm plans")]
    assert studies[0].calm.unmet.sum() > 0.0
    assert studies[1].calm.unmet.sum() == pytest.approx(0.0, abs=1e-6)


def test_variants_asked_for_by_name_come_before_the_requests():
    studies = make_studies(case(), Request(), variants=("alone",))
    assert [study.variant for study in studies] == ["alone"]


def test_only_the_measures_that_are_asked_for():
    """A measure that a variant does not have is not looked at there."""
    request = Request(variants=("alone", BASE), measures=("cut",))
    studies = make_studies(case(), request)
    assert [tuple(m.name for m in study.measures) for study in studies] == [(), ("cut",)]
    whole = make_studies(case(), Request())[0]
    assert narrowed(whole, ()) is whole
    assert [m.name for m in narrowed(whole, ("short",)).measures] == ["short"]


def test_a_study_holds_the_calm_plan_of_its_own_case():
    dearer = case()
    dearer = replace(
        dearer,
        suppliers={
            **dearer.suppliers,
            "from_sender": replace(dearer.suppliers["from_sender"], price=Quantity(30.0)),
        },
    )
    study = make_studies(dearer, Request())[0]
    assert study.calm.arrays is study.arrays
    np.testing.assert_allclose(study.calm.orders[1, 1:20], 40.0)
