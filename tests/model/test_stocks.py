"""Ageing of stocks: closed forms by half-life, shelf life and table."""

import numpy as np
import pytest

from derbes.case.entities import Survival
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.model.numbers import lot_retention, period_retention, shelf_life_periods

Q = Quantity

MONTHLY = Calendar(2026, 1, 12)
QUARTERLY = Calendar(2026, 1, 12, Step.QUARTER)


def left(survival: Survival, calendar: Calendar = MONTHLY, n: int = 12) -> np.ndarray:
    """Share of a lot that is left at each period."""
    return np.cumprod(lot_retention(survival, calendar, n))


@pytest.mark.parametrize(("calendar", "periods"), [(MONTHLY, 6), (QUARTERLY, 2)])
def test_half_is_left_after_a_half_life(calendar, periods):
    survival = Survival(half_life=Q(6.0))
    assert period_retention(survival, calendar) ** periods == pytest.approx(0.5)
    shares = left(survival, calendar)
    assert shares[0] == 1.0
    assert shares[periods] == pytest.approx(0.5)
    assert shares[periods + 1] == pytest.approx(0.5 ** ((periods + 1) / periods))


def test_nothing_ages_without_a_curve():
    assert period_retention(Survival(), MONTHLY) == 1.0
    assert np.all(lot_retention(Survival(), MONTHLY, 12) == 1.0)
    assert shelf_life_periods(Survival(), MONTHLY) == 0


@pytest.mark.parametrize(
    ("life", "age", "periods"), [(5.0, 0.0, 5), (10.0, 6.0, 4), (10.0, 9.5, 0), (3.0, 7.0, 0)]
)
def test_a_lot_is_there_until_its_shelf_life_is_over(life, age, periods):
    shares = left(Survival(shelf_life=Q(life), age=Q(age)))
    assert shares.tolist() == [1.0] * periods + [0.0] * (12 - periods)


@pytest.mark.parametrize(
    ("life", "calendar", "periods"),
    [(4.0, MONTHLY, 4), (4.9, MONTHLY, 4), (7.0, QUARTERLY, 2), (1.0, QUARTERLY, 1)],
)
def test_whole_periods_of_a_shelf_life(life, calendar, periods):
    """What lasts less than a period can be used in the period that it comes in."""
    assert shelf_life_periods(Survival(shelf_life=Q(life)), calendar) == periods


def test_half_life_and_shelf_life_together():
    shares = left(Survival(half_life=Q(2.0), shelf_life=Q(4.0)))
    assert shares[2] == pytest.approx(0.5)
    assert shares[3] == pytest.approx(0.5**1.5)
    assert np.all(shares[4:] == 0.0)


@pytest.mark.parametrize("calendar", [MONTHLY, QUARTERLY])
@pytest.mark.parametrize("age", [0.0, 2.5, 6.0])
def test_a_table_is_read_from_the_age_on(calendar, age):
    table = ((0.0, 1.0), (4.0, 0.8), (10.0, 0.2), (12.0, 0.1))
    shares = left(Survival(table=table, age=Q(age)), calendar)
    ages = age + int(calendar.step) * np.arange(12)
    points = np.interp(ages, *np.array(table).T)
    np.testing.assert_allclose(shares, points / points[0])


def test_a_table_that_reaches_zero_stays_there():
    shares = left(Survival(table=((0.0, 1.0), (3.0, 0.0))))
    np.testing.assert_allclose(shares[:4], [1.0, 2 / 3, 1 / 3, 0.0], atol=1e-12)
    assert np.all(shares[3:] <= 1e-12)
