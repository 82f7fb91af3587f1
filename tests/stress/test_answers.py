from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.entities import Good, Measure, Use, Variant
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.errors import DataError, RequestError
from derbes.parallel import RunOptions
from derbes.results.records import record_of, to_json
from derbes.results.supply import Provenance
from derbes.stress import answers, table
from derbes.stress.answers import stress_case
from derbes.stress.columns import DrawnVariant
from derbes.stress.table import first_draws, is_listed
from tests.analysis.asked import row_of
from tests.draws.uncertain import (
    DEMAND,
    OTHER,
    PRICE,
    STOCK,
    hazard,
    in_scenarios,
    named,
    ranged,
    uncertain_example,
    with_hazards,
    with_numbers,
)
from tests.small_cases import with_winter, worked_example

MADE = Provenance("E1", "hash", "0.0", "solver")


def asked_of(*questions, n_draws=24, n_solved=2, **more):
    about = {"measures": ("cut",), "lengths": (12,), "questions": questions}
    return Request(draws=n_draws, solved=n_solved, **about, **more)


def told(case, *questions, options=None, limit=None, **more):
    return stress_case(case, asked_of(*questions, **more), MADE, options=options, limit=limit)


def text(stress):
    return to_json(record_of(stress))


def by_name(stress):
    return {answer.name: answer for answer in stress.answers}


@pytest.fixture(scope="module")
def everything():
    base = uncertain_example(3, n_periods=36)
    case = with_hazards(base, hazard("cut", 0.05, 12.0, low=6.0, high=18.0))
    return told(case, "survive", "ended", "leverage", "hazards", "fans", "decides", "tipping")


def test_the_contract(everything):
    record = record_of(everything)
    assert list(record)[:6] == ["draws", "seed", "answers", "p_ended", "sensitivity", "tipping"]
    for key, fields in {
        "answers": {"name", "unit", "mean", "standard_error", "quantiles"},
        "p_ended": {"variant", "measure", "length", "date", "p"},
        "sensitivity": {"answer", "input", "first", "total", "pawn"},
        "tipping": {"answer", "input", "value", "unit", "direction"},
    }.items():
        assert record[key]
        assert all(fields <= set(row) for row in record[key])
    assert record["draws"] == 24
    assert record["draws_solved"] == 2
    assert record["draws_deciding"] == 24
    assert record["provenance"]["n_draws"] == 24
    assert all(
        list(a["quantiles"]) in ([], ["5", "25", "50", "75", "95"]) for a in record["answers"]
    )


def test_it_says_of_how_many_draws_what_decides_is_known(monkeypatch):
    monkeypatch.setattr(answers, "PAWN_DRAWS", 16)
    found = told(uncertain_example(1), "survive", "decides")
    assert (found.draws, found.draws_deciding) == (24, 16)


def test_every_headline_number_has_its_error_and_says_what_would_halve_it(everything):
    for answer in everything.answers:
        assert answer.standard_error is not None
        if answer.standard_error > 0.0:
            assert answer.draws_to_halve == 4 * (
                24
                if answer.bound == "myopic"
                and "leverage" not in answer.name
                and "target_loss(cut" not in answer.name
                else 2
            )
    means = {one.answer: one.mean for one in everything.convergence}
    assert (
        by_name(everything)["time_to_survive(cut, 2026-01, bound=myopic)"].mean
        == (means["time_to_survive(cut, 2026-01, bound=myopic)"][-1])
    )


def test_answers_about_hazards_settle_too(everything):
    last = {one.answer: (one.mean[-1], one.standard_error[-1]) for one in everything.convergence}
    about = [answer for answer in everything.answers if answer.question == "hazards"]
    assert about
    for answer in about:
        assert last[answer.name][0] == pytest.approx(answer.mean)


def test_names_of_answers_are_unique(everything):
    names = [answer.name for answer in everything.answers]
    assert len(names) == len(set(names))


def test_the_probability_that_it_has_ended_never_falls(everything):
    for bound in ("optimal", "myopic"):
        curve = [row.p for row in everything.p_ended if row.bound == bound]
        assert len(curve) == 3
        assert curve == sorted(curve)
    assert everything.p_ended[-1].p == 1.0


def test_the_best_response_ends_no_later_than_the_rule():
    case = uncertain_example(3, n_periods=36)
    found = told(case, "ended", n_draws=8, n_solved=8)
    best, rule = ([row.p for row in found.p_ended if row.bound == b] for b in ("optimal", "myopic"))
    assert all(p >= q for p, q in zip(best, rule, strict=True))


def test_fans_hold_their_center(everything):
    names = {(fan.name, fan.bound) for fan in everything.fans}
    assert names == {
        ("cover", "myopic"),
        ("time_to_survive", "optimal"),
        ("time_to_survive", "myopic"),
        ("leverage_ratio", "optimal"),
        ("leverage_ratio", "myopic"),
    }
    for fan in everything.fans:
        assert len(fan.dates) == len(fan.mean) == len(fan.central)
        rows = [fan.quantiles[p] for p in ("5", "25", "50", "75", "95")]
        assert all(a <= b for low, high in pairwise(rows) for a, b in zip(low, high, strict=True))
    cover = next(fan for fan in everything.fans if fan.name == "cover")
    assert cover.central[0] == 6.0
    assert cover.quantiles["5"][0] < 6.0 < cover.quantiles["95"][0]


def test_the_same_seed_gives_the_same_bytes_on_any_workers():
    case = uncertain_example(3, n_periods=24)
    asked = ("survive", "ended", "leverage", "fans")
    alone = text(told(case, *asked, n_draws=40, n_solved=4))
    assert text(told(case, *asked, n_draws=40, n_solved=4)) == alone
    for n_workers in (2, 3):
        options = RunOptions(n_workers=n_workers)
        assert text(told(case, *asked, n_draws=40, n_solved=4, options=options)) == alone
    with ThreadPoolExecutor(2) as pool:
        options = RunOptions(executor=pool)
        assert text(told(case, *asked, n_draws=40, n_solved=4, options=options)) == alone
    assert text(told(case, *asked, n_draws=40, n_solved=4, seed=2)) != alone


def test_a_run_that_is_extended_is_the_longer_run_and_repeats_no_draw(tmp_path, monkeypatch):
    case = with_hazards(uncertain_example(3, n_periods=24), hazard("cut", 0.02, 6.0))
    asked = ("survive", "ended", "leverage", "hazards")
    whole = text(told(case, *asked, n_draws=50, n_solved=4))
    store = RunOptions(store=tmp_path / "draws.parquet")
    told(case, *asked, n_draws=30, n_solved=2, options=store)

    drawn, solved = [], []
    disruption_numbers, solve_draws = table.disruption_numbers, table.solve_draws

    def watch_rule(rule, draws, columns):
        drawn.append(len(draws.weights))
        return disruption_numbers(rule, draws, columns)

    def watch_best(variant, draws, options, *, near):
        solved.append(len(draws.weights))
        return solve_draws(variant, draws, options, near=near)

    monkeypatch.setattr(table, "disruption_numbers", watch_rule)
    monkeypatch.setattr(table, "solve_draws", watch_best)
    assert text(told(case, *asked, n_draws=50, n_solved=4, options=store)) == whole
    assert (sum(drawn), sum(solved)) == (20, 2)
    drawn.clear()
    assert text(told(case, *asked, n_draws=50, n_solved=4, options=store)) == whole
    assert drawn == []
    written = pq.read_table(tmp_path / "draws.parquet")
    assert written.num_rows == 50
    assert f"input {STOCK}" in written.column_names


def test_what_hazards_do_in_scenarios_is_the_same_in_a_run_that_is_extended(tmp_path):
    base = with_hazards(uncertain_example(3, n_periods=24), hazard("cut", 0.4, 9.0))
    case = in_scenarios(base, one=(0.3, base), other=(0.7, base))
    store = RunOptions(store=tmp_path / "draws.parquet")
    for n in (33, 100):
        found = text(told(case, "hazards", n_draws=n, n_solved=0, options=store))
    assert found == text(told(case, "hazards", n_draws=100, n_solved=0))


def test_fewer_draws_than_a_store_holds_leave_it_as_it_is(tmp_path):
    case = uncertain_example(1, n_periods=24)
    store = RunOptions(store=tmp_path / "draws.parquet")
    told(case, "survive", n_draws=40, n_solved=2, options=store)
    before = (tmp_path / "draws.parquet").read_bytes()
    few = text(told(case, "survive", n_draws=16, n_solved=1))
    assert text(told(case, "survive", n_draws=16, n_solved=1, options=store)) == few
    assert (tmp_path / "draws.parquet").read_bytes() == before


def test_work_that_was_stopped_goes_on_where_it_was(tmp_path):
    case = uncertain_example(1, n_periods=24)
    place = tmp_path / "draws.parquet"

    def stop(done, _total, what):
        if what == "draws solved" and done >= 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        told(case, "survive", n_solved=10, options=RunOptions(store=place, progress=stop))
    assert place.exists()
    whole = text(told(case, "survive", n_solved=10))
    assert text(told(case, "survive", n_solved=10, options=RunOptions(store=place))) == whole


def test_a_store_of_another_case_is_refused(tmp_path):
    case = uncertain_example(1, n_periods=24)
    store = RunOptions(store=tmp_path / "draws.parquet")
    told(case, "survive", n_solved=0, options=store)
    with pytest.raises(DataError, match="hash of the case"):
        told(replace(case, hash="other"), "survive", n_solved=0, options=store)
    with pytest.raises(DataError, match="questions"):
        told(case, "ended", n_solved=0, options=store)


def test_memory_is_looked_at_before_anything_is_drawn():
    with pytest.raises(RequestError, match="ask for at most"):
        told(uncertain_example(1), "survive", n_draws=10**6, limit=2**22)


def test_a_case_without_uncertainty_has_one_draw_and_says_so():
    found = told(named(worked_example(1)), "survive", "decides", "tipping", n_solved=1)
    assert (found.draws, found.method) == (1, "all")
    assert found.notes == (
        "No input of this case has a range, a distribution or a scenario: there is one draw.",
    )
    answer = by_name(found)["time_to_survive(cut, 2026-01, bound=optimal)"]
    assert (answer.mean, answer.standard_error, answer.draws_to_halve) == (10.0, 0.0, None)
    assert (found.sensitivity, found.tipping, found.tornado) == ((), (), ())


def test_the_first_of_listed_draws_are_not_those_of_the_first_scenario():
    """What is solved is the first few: in the order of the file they would all be alike."""
    values = tuple(x for n in range(8) for x in (600.0 + n, 0.125))
    listed = Quantity(600.0, low=600.0, high=607.0, distribution="discrete", parameters=values)
    one = with_numbers(named(worked_example(1)), {STOCK: listed})
    case = in_scenarios(one, poor=(0.5, one), rich=(0.5, one))
    variant = DrawnVariant("base", case, (STOCK,), asked_of(n_draws=64))
    assert is_listed(variant)
    whole = first_draws(variant, 64)
    few = first_draws(variant, 6)
    np.testing.assert_array_equal(few.values, whole.values[:6])
    assert set(few.scenarios) == set(whole.scenarios)
    assert whole.weights.sum() == pytest.approx(1.0)
    assert sorted(zip(whole.scenarios, whole.values[:, 0], strict=True)) == sorted(
        set(zip(whole.scenarios, whole.values[:, 0], strict=True))
    )


def test_few_values_are_listed_and_their_answers_exact():
    coin = Quantity(
        600.0, low=300.0, high=600.0, distribution="discrete", parameters=(300.0, 0.25, 600.0, 0.75)
    )
    case = with_numbers(named(worked_example(1)), {STOCK: coin})
    found = told(case, "survive", "ended", n_solved=0)
    assert (found.draws, found.method) == (2, "all")
    answer = by_name(found)["time_to_survive(cut, 2026-01, bound=myopic)"]
    assert answer.mean == pytest.approx(0.25 * 5.0 + 0.75 * 10.0)
    assert answer.standard_error == 0.0
    assert found.notes[0].startswith("Every combination of values was computed")


def test_scenarios_weigh_by_their_probability():
    base = named(worked_example(1))
    poor = with_numbers(base, {STOCK: Quantity(300.0)})
    found = told(in_scenarios(base, usual=(0.8, base), poor=(0.2, poor)), "survive", n_solved=2)
    for bound in ("myopic", "optimal"):
        answer = by_name(found)[f"time_to_survive(cut, 2026-01, bound={bound})"]
        assert answer.mean == pytest.approx(0.8 * 10.0 + 0.2 * 5.0)


def test_variants_are_struck_by_the_same_draws():
    base = uncertain_example(1, n_periods=24)
    fuller = with_numbers(base, {STOCK: Quantity(900.0)})
    case = replace(base, variants={"fuller": Variant("fuller", case=fuller)})
    found = told(case, "survive", n_solved=0, n_draws=64, variants=("base", "fuller"))
    answers = by_name(found)
    better = answers["time_to_survive(cut, 2026-01, bound=myopic, variant=fuller)"]
    assert better.variant == "fuller"
    assert better.mean > answers["time_to_survive(cut, 2026-01, bound=myopic)"].mean
    alone = told(base, "survive", n_solved=0, n_draws=64)
    assert (
        by_name(alone)["time_to_survive(cut, 2026-01, bound=myopic)"]
        == (answers["time_to_survive(cut, 2026-01, bound=myopic)"])
    )


def test_a_variant_without_the_measure_has_no_answers():
    base = uncertain_example(1, n_periods=24)
    other = Measure("other", sender="sender", hits=base.measures["cut"].hits, lengths=(12,))
    case = replace(
        base, variants={"calm": Variant("calm", case=replace(base, measures={"other": other}))}
    )
    found = told(case, "survive", n_solved=0, variants=("base", "calm"))
    assert {answer.variant for answer in found.answers} == {"base"}


def test_a_measure_with_a_fixed_start_has_that_date_and_no_end():
    base = uncertain_example(1, n_periods=24)
    case = replace(base, measures={"cut": replace(base.measures["cut"], start=7)})
    found = told(case, "survive", "ended", n_solved=1)
    assert {answer.date for answer in found.answers} == {"2026-08"}
    assert found.p_ended == ()


def test_a_latin_hypercube_answers_too():
    found = told(uncertain_example(1), "survive", n_draws=64, n_solved=1, method="latin")
    assert (found.draws, found.method) == (64, "latin")


WIDER = st.tuples(st.sampled_from([STOCK, DEMAND, OTHER]), st.floats(0.0, 9.0), st.floats(0.0, 9.0))


def widened(case, wider):
    """The case before and after one of its ranges is widened."""
    path, below, above = wider
    section, name, key = path.split(".")
    quantity = getattr(getattr(case, section)[name], key)
    low = max(0.0, quantity.low - below)
    return case, with_numbers(case, {path: replace(quantity, low=low, high=quantity.high + above)})


def always_short():
    """E1 with so little stock that what goes short is linear in all inputs."""
    case = uncertain_example(1, n_periods=24)
    few = Quantity(20.0, "t", 10.0, 40.0)
    some = Quantity(20.0, "t/month", 10.0, 30.0, distribution="triangular")
    return with_numbers(case, {STOCK: few, OTHER: some})


@settings(max_examples=12)
@given(WIDER)
def test_widening_a_range_never_narrows_the_range_of_an_answer(wider):
    name = "unmet_essential(cut, 2026-01, months=12, bound=myopic)"
    one, two = (
        by_name(told(case, "survive", n_draws=2048, n_solved=0))[name].quantiles
        for case in widened(always_short(), wider)
    )
    assert two["95"] - two["5"] >= 0.99 * (one["95"] - one["5"])


@settings(max_examples=6)
@given(WIDER)
def test_widening_a_range_never_shortens_a_bar_of_the_tornado(wider):
    one, two = (
        {
            (bar.answer, bar.input): sorted((bar.answer_at_low, bar.answer_at_high))
            for bar in told(case, "decides", n_solved=0, n_draws=8).tornado
        }
        for case in widened(uncertain_example(1, n_periods=24), wider)
    )
    for key, (low, high) in one.items():
        assert two[key][0] <= low + 1e-9
        assert two[key][1] >= high - 1e-9


def test_one_input_more_is_one_input_more():
    base = uncertain_example(1, n_periods=24)
    more = with_numbers(base, {PRICE: Quantity(10.0, low=5.0, high=20.0)})
    assert [one.path for one in told(more, "survive", n_solved=0).inputs] == [
        DEMAND,
        STOCK,
        PRICE,
        OTHER,
    ]
    assert np.isfinite(
        by_name(told(more, "survive", n_solved=0))[
            "unmet_essential(cut, 2026-01, months=12, bound=myopic)"
        ].mean
    )


def test_hazards_are_left_to_chance_where_the_inputs_are_listed():
    """Without a range there is one draw, and still a future for each that was asked for."""
    case = with_hazards(named(worked_example(1, n_periods=36)), hazard("cut", 0.1, 12.0))
    found = told(case, "survive", "hazards", n_draws=2000, n_solved=0)
    short = by_name(found)["goes_short(hazards, bound=myopic)"]
    known = 1.0 - np.exp(-0.1 * 35.5 / 12.0)
    assert short.mean == pytest.approx(known, abs=0.03)
    assert short.standard_error == pytest.approx(np.sqrt(known * (1 - known) / 2000), rel=0.1)
    assert (found.draws, short.n_draws, found.hazards[0].n_draws) == (1, 2000, 2000)
    assert any("futures of their own" in str(note) for note in found.notes)


def test_a_store_of_few_draws_is_no_part_of_all_combinations(tmp_path):
    """Rows of a sequence do not stand among listed ones, nor the other way round."""
    seven = tuple(x for stock in range(300, 1000, 100) for x in (float(stock), 1 / 7))
    drawn = Quantity(600.0, "t", 300.0, 900.0, distribution="discrete", parameters=seven)
    case = with_numbers(named(worked_example(1, n_periods=24)), {STOCK: drawn})
    store = RunOptions(store=tmp_path / "draws.parquet")
    for n in (4, 100, 5, 7):
        alone = text(told(case, "survive", n_draws=n))
        assert text(told(case, "survive", n_draws=n, options=store)) == alone


def test_one_draw_says_nothing_of_its_error():
    found = told(uncertain_example(1), "survive", n_draws=8, n_solved=1)
    for answer in found.answers:
        alone = answer.n_draws == 1
        assert (answer.standard_error is None, answer.draws_to_halve is None) == (alone, alone)
    certain = told(named(worked_example(1)), "survive", n_draws=8, n_solved=1)
    assert {answer.standard_error for answer in certain.answers} == {0.0}


def test_a_measure_that_a_scenario_does_not_have_takes_nothing_there():
    """In half of the futures the cut cannot come: nothing is short, and it has ended."""
    base = named(worked_example(1, n_periods=24))
    case = in_scenarios(base, may=(0.5, base), cannot=(0.5, replace(base, measures={})))
    found = told(case, "survive", "ended", "leverage", n_draws=8, n_solved=8)
    at_start = {a.name: a for a in found.answers if a.date == "2026-01"}
    for bound in ("optimal", "myopic"):
        unmet = at_start[f"unmet_essential(cut, 2026-01, months=12, bound={bound})"]
        assert (unmet.mean, unmet.quantiles["5"]) == (pytest.approx(60.0), 0.0)
    assert {row.p for row in found.p_ended} == {0.5}


def test_a_start_that_a_scenario_or_another_variant_fixes_is_not_what_is_asked():
    base = uncertain_example(1, n_periods=24)
    fixed = replace(base, measures={"cut": replace(base.measures["cut"], start=18)})
    alone = told(base, "survive", "ended", "leverage", n_draws=4)
    scenarios = in_scenarios(base, one=(0.5, base), other=(0.5, fixed))
    variants = replace(base, variants={"late": Variant("late", case=fixed)})
    for case, more in ((scenarios, {}), (variants, {"variants": ("base", "late")})):
        found = told(case, "survive", "ended", "leverage", n_draws=4, **more)
        assert {one.name: one.central for one in found.answers}.items() >= {
            one.name: one.central for one in alone.answers
        }.items()


@pytest.mark.parametrize("starts", [(), (0,), (23,)], ids=str)
@pytest.mark.parametrize(
    ("case", "length"),
    [(with_winter(24), 3), (with_winter(24, months=(10, 11), cold=400.0), 1)],
    ids=("winter", "November"),
)
def test_whether_it_has_ended_looks_at_all_seasons(case, length, starts):
    """At January's starts alone a stop that is short each winter had ended in all draws."""
    stock = replace(case.stockpiles["stock"], quantity=ranged(STOCK, 300.0))
    case = replace(case, stockpiles={"stock": stock})
    found = stress_case(case, replace(asked_of("ended", starts=starts), lengths=(length,)), MADE)
    assert {(one.bound, one.p) for one in found.p_ended} == {("optimal", 0.0), ("myopic", 0.0)}
    dates = [case.calendar.label(start) for start in starts or (0, 12)]
    assert [one.date for one in found.p_ended if one.bound == "myopic"] == dates


def test_a_season_that_is_short_in_some_draws_alone_is_no_end_and_has_its_tipping_value():
    """By hand: others sell 82 to 130, 110 as written, and July takes 100, so that it is survived
    from 100 on, in 30 of 48 draws; at January's starts alone it had ended in all of them."""
    base = with_winter(24, months=(6, 7), cold=100.0)
    seller = replace(base.suppliers["seller"], id="from_other", actor="other")
    case = replace(
        base,
        goods={"good": Good("good", unit="t")},
        stockpiles={},
        suppliers={**base.suppliers, "from_other": seller},
    )
    path = "suppliers.from_other.capacity"
    free = ranged(path, 110.0, 82.0, 130.0, distribution="uniform")
    asked = replace(asked_of("ended", "tipping", n_draws=48), lengths=(3,))
    found = stress_case(with_numbers(case, {path: free}), asked, MADE)
    ended = [one.p for one in found.p_ended if one.bound == "myopic"]
    assert ended == [pytest.approx(30 / 48, abs=1 / 48)] * 2
    assert [(one.input, one.direction) for one in found.tipping] == [(path, "below")]
    assert found.tipping[0].value == pytest.approx(100.0, abs=1e-3)


def with_heat(unit, weight=None):
    """E3 and a second essential use, of a fuel that only the sender sells."""
    case = with_hazards(uncertain_example(3, n_periods=36), hazard("cut", 1.0, 12.0))
    heat = Use("heat", good="fuel", demand=ranged("uses.heat.demand", 10.0, 5.0, 20.0))
    fuel = replace(case.suppliers["from_sender"], id="fuel", good="fuel", price=Quantity(1.0))
    return replace(
        case,
        goods={**case.goods, "fuel": Good("fuel", unit=unit)},
        uses={**case.uses, "heat": replace(heat, weight=Quantity(weight) if weight else None)},
        suppliers={**case.suppliers, "fuel": fuel},
    )


@pytest.mark.parametrize(
    ("unit", "weight", "told_in"),
    [("MWh", None, "months of use"), ("kg", None, "t"), ("t", 3.0, "weighted units")],
)
def test_unmet_demand_of_unlike_uses_is_counted_as_leverage_counts_it(unit, weight, told_in):
    """By the rule amounts of several uses were added as they stand."""
    case = with_heat(unit, weight)
    found, row = told(case, "survive", "leverage", n_draws=8, n_solved=8), row_of(case, 0, 12)
    assert (found.units["unmet"], row.unmet_unit) == (told_in, told_in)
    rule, best = (by_name(found)[f"unmet_essential(cut, 2026-01, months=12, bound={bound})"]
                  for bound in ("myopic", "optimal"))  # fmt: skip
    assert rule.mean == pytest.approx(best.mean)
    assert rule.central == pytest.approx(row.unmet_essential)
    assert (rule.unit, best.unit) == (told_in, told_in)


def test_under_hazards_unmet_demand_counts_by_weight():
    one, three, five = (
        told(with_heat("t", weight), "hazards", n_draws=8).hazards[0].expected_unmet
        for weight in (1.0, 3.0, 5.0)
    )
    assert three > one > 0.0
    assert five - three == pytest.approx(three - one)
