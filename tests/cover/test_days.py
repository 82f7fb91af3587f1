"""Days of cover and the IEA's rule by hand."""

import pytest

from derbes.cover import days_of_cover, iea_days_of_imports


@pytest.mark.parametrize(
    ("stock", "use", "days"), [(100.0, 100.0, 30.4375), (0.0, 5.0, 0.0), (1200.0, 100.0, 365.25)]
)
def test_a_stock_divided_by_use(stock, use, days):
    assert days_of_cover(stock, use) == pytest.approx(days)


@pytest.mark.parametrize("use", [0.0, -3.0])
def test_without_use_there_is_no_number_of_days(use):
    assert days_of_cover(100.0, use) is None


def test_the_rule_counts_nine_tenths_of_the_stock():
    """365 Mt of crude in a year are 1 x 0.96 a day; 100 Mt of it last 90 days."""
    assert iea_days_of_imports(365.0, 0.0, 100.0, 0.0) == pytest.approx(90.0)
    assert iea_days_of_imports(0.0, 365.0, 0.0, 100.0) == pytest.approx(90.0)
    assert iea_days_of_imports(366.0, 0.0, 100.0, 0.0, days=366.0) == pytest.approx(90.0)


def test_crude_and_products_weigh_differently():
    found = iea_days_of_imports(365.0, 0.0, 0.0, 100.0)
    assert found == pytest.approx(90.0 * 1.065 / 0.96)
