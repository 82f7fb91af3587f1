"""The verb `plan`: what it hands over, who does the work, and what stops it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster

from derbes import api
from derbes.errors import CaseError, DataError, RequestError
from derbes.parallel import is_address, opened_executor, workers_of
from derbes.planning.problem import Clock, TimeIsOver

ROOT = Path(__file__).parents[2]
WATERWORKS = ROOT / "cases" / "waterworks.yaml"
FARMER = ROOT / "tests" / "planning" / "answers" / "cases" / "farmer.yaml"
BRIEFLY = {"has_frontier": False, "has_more": False}


@pytest.fixture(scope="module")
def town():
    return api.read_case(WATERWORKS)


@pytest.fixture(scope="module")
def farmer():
    return api.read_case(FARMER)


def test_a_variant_has_a_plan_of_its_own(town):
    """No works: alum lasts 600 / 60 months, so a year needs 120 t more whenever it starts."""
    plan = api.plan(town, variant="no_plant", standards=["a_year"], **BRIEFLY)
    assert plan.variant == "no_plant"
    assert [(c.option, round(c.size, 6)) for c in plan.plan] == [("alum_reserve", 120.0)]
    assert plan.no_threat_cost is not None
    assert plan.cost is not None
    assert plan.cost - plan.no_threat_cost == pytest.approx(60_000)


def test_an_option_whose_cost_is_missing_cannot_be_weighed(town):
    unknown = replace(town, missing=(*town.missing, "options.chlorine_works.capital"))
    with pytest.raises(RequestError) as refused:
        api.plan(unknown, **BRIEFLY)
    (problem,) = refused.value.problems
    assert (problem.where, problem.what, problem.fix) == (
        "options.chlorine_works.capital",
        "it is missing, so what the option costs is not known",
        "give a value with a range, grade D and a why, or take the option out",
    )


def test_answers_that_nobody_asked_for_are_named(town):
    plan = api.plan(town, standards=["a_year"], **BRIEFLY)
    assert plan.not_computed == (
        "frontier", "cost_of_it", "value_of_waiting", "alternatives", "evpi", "vss",
    )  # fmt: skip
    (row,) = plan.standards
    assert (row.met, row.cost_of_it) == (True, None)


def test_lengths_of_the_frontier_that_are_asked_for(town):
    plan = api.plan(town, standards=["a_year"], lengths=[11, 10], has_more=False)
    assert plan.no_threat_cost is not None
    above = [(p.months, p.cost - plan.no_threat_cost) for p in plan.frontier if p.cost is not None]
    assert above == [(10, pytest.approx(0, abs=1e-6)), (11, pytest.approx(60 * 500))]


def test_progress_tells_bounds_and_questions(town):
    told = []
    api.plan(town, standards=["a_year"], lengths=[12], progress=lambda *state: told.append(state))
    words = [what for _done, _total, what in told]
    assert any(w.startswith("plan, step 1: costs ") and "none under" in w for w in words)
    assert (1, 1, "frontier") in told
    assert {"outlay", "costs of standards", "other plans"} <= set(words)


def test_time_that_is_over_keeps_the_plan_and_names_the_rest(town, monkeypatch):
    plan = api.plan(town, standards=["a_year"], time_limit=1000.0, lengths=[12])
    assert plan.not_computed == ()

    def over(self):
        raise TimeIsOver

    monkeypatch.setattr(Clock, "left", over)
    plan = api.plan(town, standards=["a_year"], time_limit=1000.0, lengths=[12])
    assert [choice.option for choice in plan.plan] == ["alum_reserve"]
    assert plan.not_computed == ("outlay", "frontier", "value_of_waiting", "alternatives")
    assert [(p.months, p.cost, p.feasible) for p in plan.frontier] == [(12, None, None)]


def test_a_clock_runs_out():
    assert Clock.of(None).left() is None
    left = Clock.of(100.0).left()
    assert left is not None
    assert 99 < left <= 100
    with pytest.raises(TimeIsOver):
        Clock.of(0.0).left()


def test_any_executor_gives_the_same_plan(farmer):
    alone = api.plan(farmer, **BRIEFLY)
    with ThreadPoolExecutor(2) as threads:
        assert api.plan(farmer, executor=threads, **BRIEFLY) == alone
    assert api.plan(farmer, executor="2", **BRIEFLY) == alone


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_by_its_address(farmer):
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None,
        host="127.0.0.1", protocol="tcp",
    ) as cluster:  # fmt: skip
        address = cluster.scheduler_address.replace("tcp:", "dask:")
        assert is_address(address)
        with opened_executor(address, source="farmer") as executor:
            assert executor is not None
            assert list(executor.map(abs, [-1, 2, -3])) == [1, 2, 3]
        plan = api.plan(farmer, executor=address, **BRIEFLY)
    assert plan.cost == pytest.approx(-108390.0)


def test_words_for_processes():
    assert (workers_of("local", 3), workers_of("2", 3)) == (3, 2)
    with opened_executor("2", source="x") as executor:
        assert executor is not None
        assert list(executor.map(abs, [-1])) == [1]
    with opened_executor("local", source="x", n_workers=1) as executor:
        assert executor is None


def test_a_checkpoint_is_gone_on_from(farmer, town, tmp_path):
    kept = tmp_path / "kept.json"
    plan = api.plan(farmer, checkpoint=kept, **BRIEFLY)
    assert api.plan(farmer, checkpoint=kept, resume=True, **BRIEFLY) == plan
    with pytest.raises(DataError) as refused:
        api.plan(town, checkpoint=kept, resume=True, **BRIEFLY)
    assert str(refused.value) == (
        f"{kept}: cannot go on from it: it was written for another case, or with other draws, "
        "standards or budget. Fix: ask for the same again, or begin anew without the file."
    )


def test_what_is_no_checkpoint(farmer, tmp_path):
    missing = tmp_path / "missing.json"
    with pytest.raises(DataError) as refused:
        api.plan(farmer, checkpoint=missing, resume=True, **BRIEFLY)
    assert str(refused.value) == (
        f"{missing}: cannot go on from it: No such file or directory. Fix: name the file that "
        "--checkpoint wrote."
    )
    other = tmp_path / "other.json"
    other.write_text("no checkpoint", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        api.plan(farmer, checkpoint=other, resume=True, **BRIEFLY)
    assert str(refused.value) == (
        f"{other}: cannot go on from it: it is not a checkpoint of a plan. Fix: name the file "
        "that --checkpoint wrote."
    )
    with pytest.raises(RequestError) as refused:
        api.plan(farmer, resume=True, **BRIEFLY)
    assert str(refused.value).endswith(
        ": 1 problem\n  - resume: there is no checkpoint to go on from\n"
        "    fix: name the file that an earlier run wrote with --checkpoint"
    )


def test_a_standard_on_a_use_that_does_not_exist(tmp_path):
    text = WATERWORKS.read_text(encoding="utf-8")
    path = tmp_path / "town.yaml"
    path.write_text(text.replace("a_year: {measure", "a_year: {uses: [treatmnt], measure"), "utf-8")
    with pytest.raises(CaseError) as refused:
        api.read_case(path)
    (problem,) = refused.value.problems
    assert problem.where.startswith("standards.a_year.uses")
    assert '"treatmnt" is not a use of this case' in problem.what
    assert problem.fix == 'did you mean "treatment"?'
