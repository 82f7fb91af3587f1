"""The plan that is timed, and the processes in which ways to it are timed."""

import json

import numpy as np
import pytest

from benchmarks import plan_task
from benchmarks.plan_network import NEW_PLANTS, START_MONTHS, plan_case, plan_draws
from benchmarks.plan_process import run_alone
from derbes.draws.inputs import drawn_case
from derbes.model.compile import compile_case


def test_the_case_has_what_is_measured():
    case = plan_case()
    kinds = [option.kind.value for option in case.options.values()]
    assert kinds.count("build") == len(NEW_PLANTS) == 4
    assert kinds.count("reserve") == 6
    assert len(START_MONTHS) == 10
    assert all(not option.sizes for option in case.options.values())
    assert case.calendar.n_periods == 120


def test_fewer_draws_are_the_first_of_more():
    case = plan_case()
    few, many = plan_draws(case, 3), plan_draws(case, 10)
    assert np.array_equal(few.values, many.values[:3])
    assert few.weights == pytest.approx([1 / 3] * 3)


def test_a_draw_changes_demand_capacity_price_and_delay():
    case = plan_case()
    central, drawn = (compile_case(one) for one in (case, drawn_case(case, plan_draws(case, 2), 1)))
    assert not np.allclose(central.demand, drawn.demand)
    assert not np.allclose(central.activities.unit_cost, drawn.activities.unit_cost)
    assert not np.array_equal(central.activities.capacity, drawn.activities.capacity)
    delays = [drawn_case(case, plan_draws(case, 1), 0).plants[name].delay for name in NEW_PLANTS]
    assert any(delay is not None and delay.value > 0 for delay in delays)


def test_a_process_that_takes_too_long_is_killed():
    run = run_alone("pypsa", limit=0.2, n_draws=1)
    assert run.trouble == "nothing within 0 s"
    assert not run.found
    assert run.wall < 10.0


def test_a_process_that_fails_says_why():
    run = run_alone("nobody", limit=60.0)
    assert run.trouble == "ended with 1: KeyError: 'nobody'"


def test_a_task_writes_down_what_it_found(tmp_path, monkeypatch):
    out = tmp_path / "found.json"
    monkeypatch.setitem(plan_task.TASKS, "two", lambda _out, *, limit: {"cost": 2.0 * limit})
    monkeypatch.setattr("sys.argv", ["plan_task", "two", '{"limit": 3.0}', str(out)])
    plan_task.main()
    found = json.loads(out.read_text("utf-8"))
    assert found["cost"] == 6.0
    assert found["seconds"] >= 0.0
