"""Published numbers on what trade, or one seller, is worth; sources beside each."""

from pathlib import Path

import numpy as np
import pytest

from derbes.trade import indicators as of
from derbes.trade.inputoutput import TableOrigin, table_of_arrays
from derbes.trade.upstream import upstream
from tests.oracles.input_output import read_rdata

WIOD = Path(__file__).parents[3] / "shared" / "data" / "io" / "wiot_2008.RData"


@pytest.mark.parametrize(("elasticity", "per_cent"), [(10, 0.723), (5, 1.441)])
def test_gains_from_trade_of_the_united_states(elasticity, per_cent):
    # Arkolakis, Costinot and Rodríguez-Clare, AER 102(1), 2012: 0.7 and 1.4 percent at λ = 0.93.
    assert round(100 * float(of.gains_from_trade(0.93, elasticity)), 3) == per_cent


@pytest.mark.parametrize(("sigma", "loss"), [(1.76, 3.0297), (2, 2.3026), (5, 0.5756), (6, 0.4605)])
def test_a_hostile_share_of_nine_tenths(sigma, loss):
    # Exact CES, Feenstra 1994.
    assert round(float(of.loss_of_sellers(0.9, sigma)), 4) == loss


@pytest.mark.parametrize(("before", "after", "fall"), [(0.99, 0.9, 0.5), (0.95, 0.9, 0.23),
                                                       (0.9, 0.8, 0.3)])  # fmt: skip
def test_power_falls_fastest_near_the_whole(before, after, fall):
    # Clayton, Maggiori and Schreger, NBER w33309: nonlinear near control of the entire supply.
    loss = of.loss_of_sellers(np.array([before, after]), 4.0)
    assert round(1 - loss[1] / loss[0], 2) == fall


@pytest.mark.parametrize(("share", "left", "sigma", "per_cent"), [
    (0.0094, 0.70, 0.10, 2.217),
    (0.0098, 0.70, 0.10, 2.301),
    (0.012, 0.70, 0.10, 2.751),
    (0.04, 0.92, 0.04, 0.945),
    (0.04, 0.90, 0.04, 1.569),
    (0.04, 0.92, 0.90, 0.334),
])  # fmt: skip
def test_a_cut_of_energy_in_germany(share, left, sigma, per_cent):
    # Bachmann et al., ECONtribute Policy Brief 028, 2022: 2.2 to 2.3 percent of GNE for gas.
    assert round(100 * (1 - float(of.output_left(share, left, sigma))), 3) == per_cent


def test_losses_explode_where_nothing_stands_in():
    # The same at σ = 0.001: 7.7 percent.
    assert round(100 * (1 - float(of.output_left(0.04, 0.92, 0.001))), 1) == 7.7


def test_oil_in_1973_to_the_first_and_second_order():
    # Baqaee and Farhi, Econometrica 87(4), 2019: 0.23 and 0.61 percent.
    assert round(100 * of.second_order(0.018, 0.018, 0.13), 2) == 0.23
    assert round(100 * of.second_order(0.018, 0.076, 0.13), 2) == 0.61


@pytest.mark.parametrize(("left", "output"), [(0.7, -0.02768), (0.9, -0.00818), (1.1, 0.0074),
                                              (1.3, 0.02036)])  # fmt: skip
def test_the_first_order_of_oil(left, output):
    # Their oil sector with its Domar weight of 0.07761.
    assert of.second_order(0.07761, 0.07761, np.log(left)) == pytest.approx(output, abs=6e-6)


@pytest.fixture(scope="module")
def world():
    """The World Input-Output Table of 2008; it may not be shipped."""
    if not WIOD.exists():
        pytest.skip("the World Input-Output Table 2008 is not here")
    held = read_rdata(WIOD)["wiot_2008"]
    countries, industries = held["countries"], held["industries"]
    return table_of_arrays(
        [(country, industry) for country in countries for industry in industries],
        np.asarray(held["inter"], float),
        np.asarray(held["final"], float),
        [country for country in countries for _use in range(5)],
        output=np.asarray(held["output"], float),
        about=TableOrigin("wiot_2008", "WIOD 2013", "2008", unit="million USD"),
    )


def test_gains_from_trade_in_the_world_table_of_2008(world):
    # λ: own goods over all spending, on inputs and for final use, changes of stocks included.
    # Timmer et al. 2015; ε = 5.
    expected = {"AUS": 2.3, "BEL": 7.6, "DEU": 4.5, "FRA": 3.0, "JPN": 1.7, "USA": 1.8}
    found = {}
    for country in expected:
        place = world.countries.index(country)
        spent = world.mix @ (world.bought * (world.country == place)) + world.final[:, place]
        own = spent[world.country == place].sum() / spent.sum()
        found[country] = round(100 * float(of.gains_from_trade(own, 5)), 1)
    assert found == expected


def test_the_answer_tells_those_gains_and_its_tiers_add_up(world):
    answer = upstream("LTU", "RUS", table=world, buyer="c8", tiers=100)
    row = next(row for row in upstream("BEL", "DEU", table=world).gains if row.kind == "one_sector")
    assert round(100 * row.gains, 1) == 7.6
    # Refineries in Lithuania ran on Russian oil.
    assert answer.exposure.direct_share > 0.6
    assert sum(tier.per_100 for tier in answer.tiers) == pytest.approx(answer.total_per_100)
