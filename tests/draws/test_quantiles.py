import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from derbes.case.quantity import Quantity
from derbes.draws.sampling import quantile_function, support
from tests.draws.uncertain import CLASS

SHARES = np.linspace(0.0005, 0.9995, 1000)
NONE: dict[str, object] = {}


def at(quantity, shares=SHARES):
    return quantile_function(quantity, {"plants": CLASS})(np.asarray(shares))


def test_a_uniform_range_has_the_quantiles_of_the_library():
    found = at(Quantity(3.0, low=2.0, high=7.0, distribution="uniform"))
    np.testing.assert_allclose(found, stats.uniform(2.0, 5.0).ppf(SHARES), rtol=1e-12)


@pytest.mark.parametrize("peak", [2.0, 3.5, 7.0])
def test_a_triangle_has_the_quantiles_of_the_library(peak):
    found = at(Quantity(peak, low=2.0, high=7.0, distribution="triangular"))
    known = stats.triang((peak - 2.0) / 5.0, loc=2.0, scale=5.0).ppf(SHARES)
    np.testing.assert_allclose(found, known, rtol=1e-12)


@pytest.mark.parametrize("peak", [2.0, 2.01, 3.5, 6.9, 7.0])
@pytest.mark.parametrize("distribution", ["pert", ""])
def test_a_pert_is_a_beta_also_where_only_a_range_is_given(peak, distribution):
    found = at(Quantity(peak, low=2.0, high=7.0, distribution=distribution))
    first = 1.0 + 4.0 * (peak - 2.0) / 5.0
    known = stats.beta(first, 6.0 - first, loc=2.0, scale=5.0).ppf(SHARES)
    np.testing.assert_allclose(found, known, atol=5e-9)


@given(st.floats(0.0, 1.0), st.floats(1e-10, 1.0 - 1e-10))
def test_a_pert_stays_within_its_range_and_has_its_mean(peak, share):
    quantity = Quantity(peak, low=0.0, high=1.0, distribution="pert")
    assert 0.0 <= at(quantity, [share])[0] <= 1.0
    middle = (np.arange(20000) + 0.5) / 20000
    assert at(quantity, middle).mean() == pytest.approx((4.0 * peak + 1.0) / 6.0, abs=1e-4)


def test_a_lognormal_has_the_ends_of_its_range_as_its_5_and_95_percent_points():
    quantity = Quantity(3.0, low=2.0, high=8.0, distribution="lognormal", parameters=(2.0, 8.0))
    np.testing.assert_allclose(at(quantity, [0.05, 0.5, 0.95]), [2.0, 4.0, 8.0], rtol=1e-12)
    deviation = np.log(4.0) / (2.0 * stats.norm.ppf(0.95))
    known = stats.lognorm(deviation, scale=4.0).ppf(SHARES)
    np.testing.assert_allclose(at(quantity), known, rtol=1e-10)


def test_observed_values_come_as_often_as_they_were_observed():
    quantity = Quantity(
        5.0, low=1.0, high=9.0, distribution="empirical", parameters=(9.0, 1.0, 1.0, 5.0)
    )
    found = at(quantity, (np.arange(400) + 0.5) / 400)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [1.0, 5.0, 9.0]
    assert counts.tolist() == [200, 100, 100]


def test_discrete_values_come_by_their_weights_whatever_their_order():
    quantity = Quantity(
        5.0, low=1.0, high=9.0, distribution="discrete", parameters=(9.0, 0.1, 1.0, 0.6, 5.0, 0.3)
    )
    found = at(quantity, (np.arange(1000) + 0.5) / 1000)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [1.0, 5.0, 9.0]
    assert counts.tolist() == [600, 300, 100]


def test_a_reference_class_steps_through_its_overruns():
    quantity = Quantity(0.0, distribution="reference", reference="plants")
    assert at(quantity, [0.01, 0.33, 0.34, 0.99]).tolist() == [6.0, 6.0, 18.0, 18.0]


def test_a_number_without_a_range_is_its_value():
    assert at(Quantity(4.0), [0.1, 0.9]).tolist() == [4.0, 4.0]
    assert at(Quantity(4.0, low=4.0, high=4.0), [0.1, 0.9]).tolist() == [4.0, 4.0]


def test_a_range_has_no_few_values():
    assert support(Quantity(4.0, low=3.0, high=5.0), {}) is None


def test_an_unknown_reference_class_is_the_programmers_mistake():
    with pytest.raises(KeyError):
        quantile_function(Quantity(0.0, distribution="reference", reference="bridges"), {})


ranges = st.tuples(st.floats(-50.0, 50.0), st.floats(0.01, 50.0), st.floats(0.01, 50.0))


@given(
    ranges,
    st.floats(0.0, 50.0),
    st.floats(0.0, 50.0),
    st.sampled_from(["uniform", "triangular", "pert"]),
)
def test_a_wider_range_never_narrows_what_lies_between_its_5_and_95_percent_points(
    about, more_below, more_above, distribution
):
    value, below, above = about
    narrow = Quantity(value, low=value - below, high=value + above, distribution=distribution)
    wide = Quantity(
        value,
        low=value - below - more_below,
        high=value + above + more_above,
        distribution=distribution,
    )
    low, high = at(narrow, [0.05, 0.95])
    wide_low, wide_high = at(wide, [0.05, 0.95])
    assert wide_high - wide_low >= high - low - 1e-6
