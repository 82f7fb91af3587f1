import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.trade import indicators as of

shares = st.floats(0.01, 0.99)


@given(shares, st.floats(0.5, 20))
def test_u6_gains_are_the_dearer_of_a_price_index(own, elasticity):
    # Second way: without trade the price of what is bought rises by the index of CES at σ = 1 + ε.
    index = own ** (1 / -elasticity)
    assert of.gains_from_trade(own, elasticity) == pytest.approx(1 - 1 / index, rel=1e-12)


@given(shares, shares, st.floats(1, 10))
def test_u7_one_sector_is_the_plain_formula(own, other, elasticity):
    one = of.gains_by_sector(np.array([own]), np.array([1.0]), elasticity)
    two = of.gains_by_sector(np.array([own, other]), np.array([0.3, 0.7]), elasticity)
    parts = 1 - of.gains_from_trade(np.array([own, other]), elasticity)
    assert one == pytest.approx(float(of.gains_from_trade(own, elasticity)), rel=1e-9)
    assert two == pytest.approx(1 - parts[0] ** 0.3 * parts[1] ** 0.7, rel=1e-9)


def test_u7_nothing_bought_counts_nothing_and_nothing_own_all():
    assert of.gains_by_sector(np.array([0.9, 0.0]), np.array([1.0, 0.0]), 5) == pytest.approx(
        float(of.gains_from_trade(0.9, 5))
    )
    assert of.gains_by_sector(np.array([0.9, 0.0]), np.array([0.9, 0.1]), 5) == 1.0


@given(shares, st.floats(0, 0.9), st.floats(1, 10))
def test_u8_one_sector_with_its_loop_is_a_closed_form(own, inputs, elasticity):
    # 1 − λ^(1 / (ε (1 − a))), Costinot and Rodríguez-Clare 2014.
    found = of.gains_with_loop(np.array([own]), np.array([1.0]), elasticity, np.array([[inputs]]))
    assert found == pytest.approx(1 - own ** (1 / (elasticity * (1 - inputs))), rel=1e-9)


def test_u8_prices_rise_round_by_round():
    # Second way: what is dearer makes dearer what is made of it, again and again.
    own, spending = np.array([0.9, 0.6, 0.8]), np.array([0.5, 0.2, 0.3])
    inputs = np.array([[0.1, 0.2, 0.0], [0.3, 0.1, 0.2], [0.0, 0.1, 0.4]])
    dearer = -np.log(own) / np.array([5.0, 3.0, 8.0])
    price = np.zeros(3)
    for _round in range(400):
        price = inputs.T @ (price + dearer)
    expected = 1 - np.exp(-(spending @ (price + dearer)))
    found = of.gains_with_loop(own, spending, np.array([5.0, 3.0, 8.0]), inputs)
    assert found == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(0.1, 5), min_size=2, max_size=6), st.floats(1.1, 9))
def test_u9_the_loss_is_that_of_a_price_index_without_the_seller(weights, sigma):
    # Second way: P = (Σ b p^(1−σ))^(1/(1−σ)) with prices of 1; the share of a seller is b.
    parts = np.array(weights) / sum(weights)
    before, after = parts.sum() ** (1 / (1 - sigma)), parts[1:].sum() ** (1 / (1 - sigma))
    assert of.loss_of_sellers(parts[0], sigma) == pytest.approx(np.log(after / before), rel=1e-9)


def test_u9_nothing_hostile_loses_nothing_and_all_of_it_all():
    assert of.loss_of_sellers(0.0, 3.0) == 0.0
    assert of.loss_of_sellers(1.0, 3.0) == np.inf


@given(shares, shares, st.floats(1.01, 9), st.floats(0.01, 5))
def test_u9_more_of_it_costs_more_and_easier_exchange_less(one, other, sigma, more):
    low, high = sorted((one, other))
    assert of.loss_of_sellers(low, sigma) <= of.loss_of_sellers(high, sigma)
    assert of.loss_of_sellers(low, sigma + more) <= of.loss_of_sellers(low, sigma)


def test_u10_own_goods_rise_round_by_round():
    own_inputs = np.array([[0.2, 0.1], [0.3, 0.4]])
    dearer, price = np.array([0.1, 0.02]), np.zeros(2)
    for _round in range(300):
        price = dearer + own_inputs.T @ price
    assert of.with_own_loop(dearer, own_inputs) == pytest.approx(price)


@given(shares, shares)
def test_u11_ends_are_those_of_other_functions(share, left):
    nearly = of.output_left(share, left, 1 + 1e-7)
    assert of.output_left(share, left, 1.0) == pytest.approx(left**share, rel=1e-12)
    assert nearly == pytest.approx(left**share, rel=1e-4)
    # Nothing stands in for it: output falls as the input does. Perfect exchange: by its part.
    assert of.output_left(share, left, 1e-4) == pytest.approx(left, rel=1e-2)
    assert of.output_left(share, left, 1e9) == pytest.approx(1 - share * (1 - left), rel=1e-6)


@given(st.floats(0.01, 0.5), st.floats(0.3, 0.99), st.floats(0.1, 0.95))
def test_u12_the_share_is_the_slope_of_the_output(share, left, sigma):
    step = 1e-6
    rise = np.log(of.output_left(share, left * np.exp(step), sigma)) - np.log(
        of.output_left(share, left * np.exp(-step), sigma)
    )
    assert of.share_after(share, left, sigma) == pytest.approx(rise / (2 * step), rel=1e-4)


def test_u12_nothing_left_takes_all():
    assert of.share_after(0.01, 1e-300, 0.05) == pytest.approx(1.0)


@given(st.floats(0.01, 0.3), st.floats(0.3, 1.5))
def test_u13_second_order_misses_the_exact_by_the_third(share, sigma):
    def missed(cut):
        after = of.share_after(share, 1 - cut, sigma + 1e-9)
        exact = np.log(of.output_left(share, 1 - cut, sigma + 1e-9))
        return abs(of.second_order(share, after, np.log(1 - cut)) - exact)

    # Of a small change the mean of shares is exact up to the third order.
    assert missed(0.01) <= missed(0.02) / 4 + 1e-12


def test_u13_cobb_douglas_is_hulten_exactly():
    first = of.second_order(0.2, 0.2, np.log(0.6))
    assert first == pytest.approx(np.log(float(of.output_left(0.2, 0.6, 1.0))))


def test_u14_asymmetry_is_one_over_the_other_way():
    assert of.asymmetry(0.2, 0.05) == pytest.approx(1 / of.asymmetry(0.05, 0.2))
    assert of.asymmetry(0.2, 0.0) is None
