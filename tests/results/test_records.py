import json
import math

from derbes.results.records import record_of, to_json
from tests.api.examples import (
    cover_result,
    cover_row,
    leverage_end,
    leverage_result,
    leverage_row,
    town_case,
)


def _as_read(record):
    return json.loads(to_json(record))


def test_cover_holds_the_fields_that_scripts_rely_on():
    record = _as_read(record_of(cover_result()))
    (row,) = record["results"]
    promised = (
        "variant",
        "measure",
        "start",
        "length",
        "use",
        "time_to_survive",
        "days_of_cover",
        "binding",
    )
    assert [row[name] for name in promised] == [
        "base",
        "embargo",
        "2026-01",
        12,
        "treatment",
        10.0,
        182.625,
        ["alum"],
    ]
    assert record["provenance"] == {
        "case_name": "Town",
        "case_hash": "ab12",
        "version": "0.1.0",
        "solver": "HiGHS 1.15.1",
        "n_draws": 1,
        "seed": 0,
        "command": "",
        "discount_rate": None,
    }


def test_leverage_holds_the_fields_that_scripts_rely_on():
    record = _as_read(record_of(leverage_result()))
    (row,), (end,) = record["results"], record["ends"]
    promised = {
        "variant": "base",
        "measure": "embargo",
        "start": "2026-01",
        "length": 12,
        "unmet_essential": 120.0,
        "unmet_deferrable": 0.0,
        "deepest_shortfall": 0.6,
        "target_loss": 126000.0,
        "sender_cost_returning": 2400.0,
        "sender_cost_lost": 14400.0,
        "leverage_ratio": 52.5,
        "premium": 16.5,
        "bound": "optimal",
    }
    assert {name: row[name] for name in promised} == promised
    promised_end = {
        "variant": "base",
        "measure": "embargo",
        "length": 12,
        "date": None,
        "binding": ["alum"],
    }
    assert {name: end[name] for name in promised_end} == promised_end
    assert record["units"] == {"money": "USD", "unmet": "t"}


def test_what_is_missing_or_not_a_number_is_null():
    row = leverage_row(target_loss=None, certificate=math.nan, premium=math.inf)
    (read,) = _as_read(record_of(leverage_result(row)))["results"]
    assert read["target_loss"] is None
    assert read["certificate"] is None
    assert read["premium"] is None


def test_numbers_come_back_in_full():
    row = cover_row(time_to_survive=10 / 3, days_of_cover=0.1 + 0.2)
    (read,) = _as_read(record_of(cover_result(row)))["results"]
    assert read["time_to_survive"] == 10 / 3
    assert read["days_of_cover"] == 0.1 + 0.2


def test_a_dated_end_is_a_month():
    ends = (leverage_end(date="2028-03", binding=()),)
    (read,) = _as_read(record_of(leverage_result(ends=ends)))["ends"]
    assert read["date"] == "2028-03"


def test_letters_stay_letters():
    assert to_json({"why": "қор"}) == '{\n  "why": "қор"\n}'


def test_a_number_of_a_case_keeps_the_users_own_words():
    record = record_of(town_case().uses["treatment"].demand)
    assert record["path"] == "uses.treatment.demand"
    assert (record["value"], record["unit"], record["written"]) == (100, "t/month", "100 t/month")
