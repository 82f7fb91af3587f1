"""Workers and checkpoints: the same answer whoever computes it, and nothing is lost."""

import json
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from derbes import parallel as crew
from derbes.errors import DataError
from derbes.planning import optimum as solve
from derbes.planning.benders import load
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import INFEASIBLE, TIME_LIMIT, base_alone, make_problem
from tests.oracles.plans import evaluate
from tests.planning.generated import small_case


@pytest.fixture(autouse=True)
def _always_apart(monkeypatch):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 0)


def problem(seed=3, n_scenarios=3):
    return make_problem(small_case(seed, n_scenarios=n_scenarios))


def is_same(one, other):
    return (
        one.cost == other.cost
        and one.bound == other.bound
        and one.choices == other.choices
        and one.iterations == other.iterations
        and np.array_equal(one.columns, other.columns)
        and np.array_equal(one.evaluation.draw_costs, other.evaluation.draw_costs)
    )


def test_the_answer_is_the_same_bit_for_bit_on_any_workers():
    alone = solve_plan(problem())
    assert is_same(alone, solve_plan(problem(), n_workers=2))
    with ThreadPoolExecutor(3) as threads:
        assert is_same(alone, solve_plan(problem(), executor=threads))


def _dies_once(task):
    marker = Path(task[0])
    if not marker.exists():
        marker.write_text("dead", encoding="utf-8")
        os._exit(1)
    return task[1] * 2


def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(tmp_path):
    tasks = [(str(tmp_path / "marker"), i) for i in range(6)]
    with crew.Crew(2) as hands:
        assert hands.do(_dies_once, tasks) == [0, 2, 4, 6, 8, 10]


def test_an_executor_of_others_that_breaks_is_not_replaced(tmp_path):
    tasks = [(str(tmp_path / "marker"), i) for i in range(2)]
    with (
        ProcessPoolExecutor(1) as executor,
        crew.Crew(executor=executor) as hands,
        pytest.raises(BrokenProcessPool),
    ):
        hands.do(_dies_once, tasks)


class Stopped(Exception):  # noqa: N818
    """The user has stopped the run."""


def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path):
    path = tmp_path / "plan.json"
    whole = solve_plan(problem())
    asked = {"checkpoint": path}

    def stop(*figures):
        if figures[3] >= whole.iterations // 2:
            raise Stopped

    with pytest.raises(Stopped):
        solve_plan(problem(), progress=stop, **asked)
    told = []
    resumed = solve_plan(problem(), resume=True, progress=lambda *f: told.append(f[3]), **asked)
    assert told[0] >= whole.iterations // 2
    above = whole.cost - whole.no_threat_cost
    assert {choice.option for choice in resumed.choices} == {c.option for c in whole.choices}
    assert abs(resumed.cost - whole.cost) <= 2e-3 * above


def test_a_finished_checkpoint_gives_its_plan_again(tmp_path):
    path = tmp_path / "plan.json"
    whole = solve_plan(problem(), checkpoint=path)
    again = solve_plan(problem(), checkpoint=path, resume=True)
    assert again.choices == whole.choices
    assert again.cost == pytest.approx(whole.cost, rel=1e-9)


def refusal(path):
    with pytest.raises(DataError) as refused:
        solve_plan(problem(), checkpoint=path, resume=True)
    return str(refused.value)


def test_a_checkpoint_of_another_case_is_refused(tmp_path):
    path = tmp_path / "plan.json"
    solve_plan(problem(seed=4), checkpoint=path)
    assert refusal(path) == (
        f"{path}: cannot go on from it: it was written for another case, or with other draws, "
        "standards or budget. Fix: ask for the same again, or begin anew without the file."
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "\0", "[" * 9999, json.dumps({"format": "another"})]
)
def test_what_is_no_checkpoint_is_refused(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    assert refusal(path) == (
        f"{path}: cannot go on from it: it is not a checkpoint of a plan. Fix: name the file that "
        "--checkpoint wrote."
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: text + "{}",
        lambda text: text.replace('"iteration": ', '"iteration": 1', 1),
        lambda text: text.replace("true", "null", 1).replace("100.0", "1e999"),
        lambda text: text.replace('"state"', '"stats"', 1),
        lambda text: text.splitlines()[0] + "\n",
        lambda text: text.replace(text[-100:-80], "A" * 20, 1),
    ],
)
def test_a_damaged_checkpoint_is_refused(tmp_path, damage):
    path = tmp_path / "plan.json"
    solve_plan(problem(), checkpoint=path)
    text = path.read_text(encoding="utf-8")
    path.write_text(damage(text), encoding="utf-8")
    assert damage(text) != text
    assert refusal(path) == (
        f"{path}: cannot go on from it: it is damaged: it is not as it was written. Fix: begin "
        "anew without the file, or take a copy from before it was changed."
    )


def test_a_checkpoint_that_is_missing_is_refused(tmp_path):
    path = tmp_path / "none.json"
    assert refusal(path) == (
        f"{path}: cannot go on from it: No such file or directory. Fix: name the file that "
        "--checkpoint wrote."
    )


def test_a_checkpoint_keeps_every_number(tmp_path):
    path = tmp_path / "plan.json"
    plan = solve_plan(problem(), checkpoint=path)
    record = load(path, problem())
    assert np.array_equal(record.state.best, plan.columns)
    assert record.reference == plan.no_threat_cost


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
@pytest.mark.parametrize("limit", [0.0, 0.3])
def test_a_plan_that_time_cut_short_is_called_one_only_if_it_holds_at_every_start(seed, limit):
    asked = make_problem(small_case(seed, n_scenarios=3))
    plan = solve_plan(asked, time_limit=limit)
    violations = evaluate(base_alone(asked), plan.columns).shortfalls
    if plan.feasible:
        assert all(not lack.any() for lack in violations.values())
    else:
        assert plan.status in (TIME_LIMIT, INFEASIBLE)
        assert plan.status == TIME_LIMIT or any(lack.any() for lack in violations.values())
