from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.errors import DataError, RequestError
from derbes.trade.inputoutput import table_of
from derbes.trade.upstream import (
    all_tiers,
    ends_with,
    held_upstream,
    next_tier,
    tiers_of,
    upstream,
)
from tests.oracles.input_output import inputs_matrix, paths_of
from tests.trade.io_tables import FINAL, FLOWS, SELLERS, full_table, random_table, reduced

seeds = st.integers(0, 10**6)
few = settings(max_examples=25, deadline=None)


def tables(seed):
    """A full table and its reduced form, with what a country makes, as parts of its sum."""
    rng = np.random.default_rng(seed)
    full = random_table(rng)
    made = np.where(full.country == 0, full.output, 0.0)
    return (full, reduced(full)), made / made.sum()


@few
@given(seeds)
def test_u1_inputs_are_flows_over_output(seed):
    (full, less), made = tables(seed)
    flows = full.mix * full.bought
    assert next_tier(full, made) == pytest.approx((flows / full.output) @ made)
    assert next_tier(less, made) == pytest.approx(inputs_matrix(less) @ made)
    # Of a whole country both tables tell the same first tier.
    assert next_tier(less, made) == pytest.approx(next_tier(full, made))


def test_u2_tiers_are_sums_over_paths():
    full = full_table()
    for table in (full, reduced(full)):
        made = np.array([0.4, 0.6, 0.0, 0.0, 0.0])
        inputs = inputs_matrix(table)
        for tier, found in enumerate(tiers_of(table, made, 4), 1):
            expected = [paths_of(inputs, made, seller, tier) for seller in range(5)]
            assert found == pytest.approx(expected)


@few
@given(seeds)
def test_u3_the_series_comes_to_the_inverse(seed):
    both, made = tables(seed)
    for table in both:
        dense = np.linalg.inv(np.eye(len(made)) - inputs_matrix(table)) - np.eye(len(made))
        assert all_tiers(table, [made])[0] == pytest.approx(dense @ made)
        assert sum(tiers_of(table, made, 400)) == pytest.approx(all_tiers(table, [made])[0])


@few
@given(seeds)
def test_u4_routes_and_the_direct_ones_are_all(seed):
    both, made = tables(seed)
    for table in both:
        of_sender = table.country == 1
        dense = np.linalg.inv(np.eye(len(made)) - inputs_matrix(table)) - np.eye(len(made))
        held = held_upstream(table, of_sender)
        assert held == pytest.approx(dense[of_sender].sum(axis=0))
        first = next_tier(table, made)
        everything = all_tiers(table, [made])[0][of_sender].sum()
        assert first[of_sender].sum() + first @ held == pytest.approx(everything)


@few
@given(seeds)
def test_u5_what_a_good_is_worth_ends_somewhere(seed):
    both, made = tables(seed)
    for table in both:
        ends = ends_with(table, made, all_tiers(table, [made])[0])
        assert ends.sum() == pytest.approx(1.0)
        assert (ends >= 0).all()


def test_the_series_comes_to_the_inverse_in_the_table_of_the_package():
    table = table_of()
    place = table.countries.index("KAZ")
    made = np.where(table.country == place, table.output, 0.0)
    made /= made.sum()
    everything = all_tiers(table, [made])[0]
    assert sum(tiers_of(table, made, 200)) == pytest.approx(everything, rel=1e-9)
    assert ends_with(table, made, everything).sum() == pytest.approx(1.0)


# The answer


def test_the_first_tier_of_a_small_table():
    answer = upstream("KAZ", "RUS", table=full_table())
    one = answer.exposure
    # Kazakhstan's two sectors buy 40 and 30 of Russia, out of 160.
    assert (one.direct_value, one.inputs) == (pytest.approx(70.0), pytest.approx(160.0))
    assert one.direct_share == pytest.approx(70 / 160)
    # Russia sells 70 to Kazakhstan and 50 to Belarus.
    assert one.sold_share == pytest.approx(70 / 120)
    by_sector = {row.sector: row for row in answer.sectors}
    assert by_sector["B06"].direct_share == pytest.approx(40 / 80)
    assert by_sector["C19"].direct_share == pytest.approx(30 / 80)
    # Both buy 80 of oil; value added is 220 − 160. What is worth more than all income counts as 1.
    assert by_sector["B06"].use == pytest.approx(80)
    assert by_sector["B06"].income_share == pytest.approx(80 / 60)
    assert by_sector["B06"].short_high == pytest.approx(0.5)
    assert by_sector["B06"].label == "Extraction of crude petroleum and natural gas"


def test_tiers_routes_and_sectors_add_up():
    for table in (full_table(), reduced(full_table())):
        answer = upstream("KAZ", "RUS", table=table, tiers=60)
        total = answer.total_per_100
        assert sum(tier.per_100 for tier in answer.tiers) == pytest.approx(total)
        assert answer.tiers[-1].so_far == pytest.approx(1.0)
        routes = sum(route.per_100 for route in answer.routes)
        assert routes + answer.tiers[0].per_100 == pytest.approx(total)
        assert sum(row.per_100 for row in answer.sectors) == pytest.approx(total)


def test_belarus_hands_russian_oil_on():
    flows = FLOWS.copy()
    flows[2:4, :2] = 0.0
    answer = upstream("KAZ", "RUS", table=full_table(flows))
    assert answer.exposure.direct_share == 0.0
    assert answer.exposure.total_share > 0.1
    assert answer.routes[0].country == "BLR"


def test_one_sector_that_buys_in_a_full_table():
    answer = upstream("KAZ", "RUS", table=full_table(), buyer="B06")
    assert answer.exposure.direct_share == pytest.approx(30 / 70)
    assert answer.exposure.losses[0].direct > 0


def test_a_group_is_one_side():
    # Of the union's members this table has three; the others are named.
    with pytest.raises(RequestError, match="KAZ would depend on itself"):
        upstream("EAEU", "KAZ", table=full_table())
    answer = upstream("EAEU", "China", table=table_of())
    assert (answer.exposure.target, answer.absent) == ("EAEU", ("ARM", "KGZ"))
    table = table_of()
    places = [table.countries.index(one) for one in ("BLR", "KAZ", "RUS")]
    flows = table.mix * table.bought
    bought = flows[table.country == table.countries.index("CHN")][:, places].sum()
    assert answer.exposure.direct_value == pytest.approx(bought, rel=1e-3)


@pytest.mark.parametrize("word", ["KAZ", "kaz", "KZ", "398", "Kazakhstan"])
def test_a_country_has_several_names(word):
    assert upstream(word, "RUS").exposure.target == "KAZ"


def test_the_table_of_the_package_holds_what_the_oecd_tells():
    table = table_of()
    assert (len(table.countries), len(table.sectors), table.about.year) == (80, 50, "2022")
    flows = table.mix * table.bought
    seller = table.sectors.index("A01") * 80 + table.countries.index("AGO")
    assert flows[seller, table.countries.index("AGO")] == pytest.approx(6269.69)
    assert table.output[seller] == pytest.approx(12599.041)
    assert table.cost_share[seller] == pytest.approx(0.41083)
    assert (flows > 0).sum() == 182450


# Losses and gains


def own_loss(table, target, hostile, sigma):
    """Rise of the cost of output: price indices of CES, made anew until they rest."""
    inputs = inputs_matrix(table)
    n = len(table.output)
    share = np.where(table.country == target, table.output, 0.0)
    share /= share.sum()
    price = np.zeros(n)
    for _round in range(500):
        risen = np.zeros(n)
        for q in range(n):
            if table.country[q] != target:
                continue
            for k in range(len(table.sectors)):
                of_k = table.sector == k
                spent = inputs[of_k, q].sum()
                left = np.where(hostile, 0.0, inputs[:, q])[of_k]
                if spent <= 0:
                    continue
                risen[q] += spent * np.log(left.sum() / spent) / (1 - sigma)
                risen[q] += spent * (left / left.sum()) @ price[of_k]
        price = risen
    return share @ price


@pytest.mark.parametrize("make", [full_table, lambda: reduced(full_table())])
def test_losses_are_those_of_price_indices_made_anew(make):
    table = make()
    hostile = table.country == table.countries.index("RUS")
    target = table.countries.index("KAZ")
    (row,) = upstream("KAZ", "RUS", table=table, sigma="3").exposure.losses
    assert np.log1p(row.with_loop) == pytest.approx(own_loss(table, target, hostile, 3.0))
    assert row.direct < row.with_loop


def test_a_range_of_sigma_gives_a_range_with_its_ends_at_its_ends():
    losses = upstream("KAZ", "RUS", sigma="2..6").exposure.losses
    assert [(row.probability, row.sigma) for row in losses] == [
        (0.0, 6.0), (0.05, 5.8), (0.5, 4.0), (0.95, 2.2), (1.0, 2.0),
    ]  # fmt: skip
    for end, place in (("6", 0), ("2", -1)):
        (row,) = upstream("KAZ", "RUS", sigma=end).exposure.losses
        assert (row.direct, row.with_loop) == (losses[place].direct, losses[place].with_loop)
    assert sorted(row.direct for row in losses) == [row.direct for row in losses]


def test_quantiles_are_those_of_draws():
    losses = upstream("KAZ", "RUS", sigma="2..6").exposure.losses
    at_two = np.log1p(losses[-1].direct)
    draws = np.expm1(at_two / (np.random.default_rng(3).uniform(2, 6, 200_000) - 1))
    for row in losses[1:-1]:
        assert np.quantile(draws, row.probability) == pytest.approx(row.direct, rel=0.01)


def test_what_only_the_sender_sells_is_told_apart():
    flows = FLOWS.copy()
    flows[[0, 2], 1] = 0.0, 70.0
    flows[:, 0] = [10.0, 20.0, 0.0, 30.0, 10.0]
    table = full_table(flows)
    one = upstream("KAZ", "RUS", table=table).exposure
    assert one.sole_share == pytest.approx(70 / 160)
    assert np.isfinite(one.losses[-1].with_loop)


def test_the_asymmetry_is_one_over_that_of_the_other_way():
    there, back = upstream("KAZ", "RUS"), upstream("RUS", "KAZ")
    assert there.asymmetry == pytest.approx(1 / back.asymmetry)
    assert there.back == back.exposure
    at = upstream("KAZ", "RUS", sigma="9").exposure.losses[0]
    other = upstream("KAZ", "RUS", sigma="9").back.losses[0]
    ratio = np.log1p(at.with_loop) / np.log1p(other.with_loop)
    assert ratio == pytest.approx(there.asymmetry)


def test_a_country_that_sells_nothing_costs_nothing():
    flows = FLOWS.copy()
    flows[4, :2] = flows[4, 2:4] = 0.0
    answer = upstream("KAZ", "BLR", table=full_table(flows))
    assert answer.exposure.losses[-1].with_loop == 0.0
    assert (answer.total_per_100, answer.exposure.direct_share) == (0.0, 0.0)
    assert answer.sectors == ()


def test_gains_of_a_full_table_by_hand():
    table = full_table()
    spent = FLOWS[:, :2].sum(axis=1) + FINAL[:, 0]
    own = spent[:2].sum() / spent.sum()
    rows = {row.kind: row for row in upstream("KAZ", "RUS", table=table).gains}
    assert rows["one_sector"].own_share == pytest.approx(own)
    assert rows["one_sector"].gains == pytest.approx(1 - own**0.2)
    oil, fuel = spent[0] / (spent[0] + spent[2]), spent[1] / spent[[1, 3, 4]].sum()
    final = np.array([FINAL[[0, 2], 0].sum(), FINAL[[1, 3, 4], 0].sum()])
    parts = final / final.sum()
    by_sector = 1 - oil ** (parts[0] / 5) * fuel ** (parts[1] / 5)
    assert rows["by_sector"].gains == pytest.approx(by_sector)
    assert rows["with_loop"].gains > by_sector


def test_gains_of_inputs_alone_are_the_loss_of_all_others():
    table = reduced(full_table())
    (row,) = upstream("KAZ", "RUS", table=table).gains
    hostile = table.country != table.countries.index("KAZ")
    rise = own_loss(table, table.countries.index("KAZ"), hostile, 6.0)
    assert (row.kind, row.gains) == ("of_inputs", pytest.approx(1 - np.exp(-rise)))


def test_what_is_not_made_at_home_is_left_out_and_named():
    flows, final = FLOWS.copy(), FINAL.copy()
    flows[1], final[1] = 0.0, 0.0
    flows[:, 1] = 0.0
    table = full_table(flows)
    # A refinery that stands still: what is left of its row is final use by others alone.
    answer = upstream("KAZ", "RUS", table=replace(table, final=final))
    assert answer.without_own == ("Manufacture of coke and refined petroleum products",)
    assert 0 < answer.without_own_share < 1
    assert all(0 < row.gains < 1 for row in answer.gains)


def test_short_run_losses_by_hand():
    rows = {row.sector: row for row in upstream("KAZ", "RUS", short_sigma="0.1..0.9").sectors}
    table = table_of()
    place = table.countries.index("KAZ")
    bought = table.mix[:, place] * table.bought[place]
    of_fuel = table.sector == table.sectors.index("C19")
    used, sold = (
        bought[of_fuel].sum(),
        bought[of_fuel & (table.country == table.countries.index("RUS"))],
    )
    made = table.output[table.country == place].sum()
    spent = (table.output * table.cost_share)[table.country == place].sum()
    share, left = used / (made - spent), 1 - sold[0] / used
    row = rows["C19"]
    assert row.income_share == pytest.approx(share, rel=1e-3)
    assert row.short_first == pytest.approx(-share * np.log(left), rel=1e-3)
    assert row.short_high == pytest.approx(
        1 - (share * left**-9.0 + 1 - share) ** (-1 / 9), rel=1e-3
    )
    # At the middle, 0.5, r is −1.
    after = share / left / (share / left + 1 - share)
    assert row.short_second == pytest.approx(-(share + after) / 2 * np.log(left), rel=1e-3)


def test_short_run_losses_are_ordered():
    for row in upstream("KAZ", "RUS").sectors:
        assert row.short_low <= row.short_high + 1e-15
        assert row.short_first <= row.short_second + 1e-15


def test_a_target_without_inputs_is_told():
    flows = FLOWS.copy()
    flows[:, 4] = 0.0
    with pytest.raises(DataError, match="small: Belarus buys no inputs in this table"):
        upstream("BLR", "RUS", table=full_table(flows))


# Requests


def refusal(*sides, **more):
    with pytest.raises(RequestError) as caught:
        upstream(*sides, **more)
    return str(caught.value)


def test_everything_wrong_with_a_request_is_told_at_once():
    assert refusal("KAX", "Uzbekistan", buyer="B06", tiers=0, sigma="1..3", epsilon="five",
                   short_sigma="0.9..0.1").startswith(
        'icio2022: 7 problems\n'
        '  - --importer: "KAX" is no country\n'
        '    fix: did you mean "KAZ"?\n'
        '  - --sender: "Uzbekistan" is not told apart in this table, which holds 80 countries\n'
        '    fix: name one of AGO, ARE, ARG,'
    )  # fmt: skip
    assert refusal("KAZ", "RUS", buyer="B06", tiers=0, sigma="1..3", epsilon="five",
                   short_sigma="0.9..0.1") == (
        'icio2022: 5 problems\n'
        '  - --buyer: this table tells what countries buy, not what their sectors do\n'
        '    fix: leave it out, or give a full table with --table\n'
        '  - --tiers: 0 tiers, and they are from 1 to 100\n'
        '    fix: write 5\n'
        '  - --sigma: "1..3" is not above 1: where sellers can hardly take each other\'s place, '
        'this loss is without bound\n'
        '    fix: write a range such as 2..6; for the months before others step in there are '
        '--short-sigma, and derbes leverage, which counts stocks\n'
        '  - --epsilon: "five" is no number and no range\n'
        '    fix: write one number above 0, or a range such as 2..6\n'
        '  - --short-sigma: "0.9..0.1" ends below where it begins\n'
        '    fix: write 0.1..0.9'
    )  # fmt: skip


def test_a_country_does_not_depend_on_itself():
    assert refusal("KAZ", "Kazakhstan") == (
        "icio2022: 1 problem\n"
        "  - --sender: KAZ would depend on itself\n"
        "    fix: name another country"
    )


def test_letters_that_only_look_latin_are_named():
    assert refusal("КAZ", "RUS").endswith('write "KAZ" in Latin letters: the "К" in it is Cyrillic')
    assert '"ROW" is not told apart in this table' in refusal("KAZ", "ROW")


def test_a_loss_without_bound_is_no_error():
    (row,) = upstream("KAZ", "RUS", sigma="1.00001").exposure.losses
    assert row.with_loop == np.inf


def test_a_sector_is_one_of_the_table():
    assert refusal("KAZ", "RUS", table=full_table(), buyer="B6") == (
        'small: 1 problem\n  - --buyer: "B6" is no sector of this table\n'
        '    fix: did you mean "B06"?'
    )


@pytest.mark.parametrize("text", ["", "2..", "..6", "2-6", "nan", "-3", "2..6..9", "1e3"])
def test_what_is_no_range_is_refused(text):
    assert "is no number and no range" in refusal("KAZ", "RUS", sigma=text)


def test_sellers_of_the_small_table_are_those_of_three_countries():
    assert full_table().countries == tuple(dict.fromkeys(country for country, _one in SELLERS))
