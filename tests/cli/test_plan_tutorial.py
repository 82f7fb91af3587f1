"""The tutorial from a case to a plan: every command runs, every number is what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest

from derbes import api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial" / "from-case-to-plan.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    derbes (.*)$", PAGE, flags=re.MULTILINE)


@pytest.fixture
def asked(run):
    """The answer to the command of the page that holds some words, as JSON."""

    def answer(words: str) -> dict:
        (command,) = [c for c in COMMANDS if c == words]
        parts = shlex.split(command.replace("cases/", f"{ROOT}/cases/"))
        told = run(*parts, "--json")
        assert (told.code, told.err) == (0, "")
        return json.loads(told.out)

    return answer


@pytest.fixture(scope="module")
def whole():
    """The plan of the whole case."""
    return api.plan(api.read_case(ROOT / "cases" / "waterworks.yaml"))


def test_the_page_has_these_commands():
    assert COMMANDS == [
        "check cases/waterworks.yaml",
        "plan cases/waterworks.yaml",
        "plan cases/waterworks.yaml --standard two_years --no-frontier",
        'plan cases/waterworks.yaml --budget "70000 USD" --no-frontier',
        "plan cases/waterworks.yaml --draws 4 --no-frontier",
        "brief cases/waterworks.yaml --out brief.html",
    ]


def test_the_case_can_be_used(asked):
    assert asked("check cases/waterworks.yaml") == {"problems": [], "notes": []}


def test_the_plan_is_two_stores(whole):
    chosen = {choice.option: (choice.size, choice.date, choice.effect) for choice in whole.plan}
    assert chosen == {
        "alum_reserve": (pytest.approx(120), "2026-01", "2026-07"),
        "chlorine_reserve": (40, "2027-01", "2027-07"),
    }
    assert {c.option: c.cost for c in whole.plan} == pytest.approx(
        {"alum_reserve": 24000, "chlorine_reserve": 56800}
    )
    assert whole.no_threat_cost == pytest.approx(2_244_000)
    assert whole.cost == pytest.approx(2_244_000 + 60_000 + 76_800)
    assert (whole.feasible, whole.status) == (True, "optimal")
    assert whole.gap == pytest.approx(0, abs=1e-9)
    costs = {row.standard: row.cost_of_it for row in whole.standards}
    assert costs == pytest.approx({"a_year": 60_000, "two_years": 76_800})


def test_the_frontier_of_the_page(whole):
    above = {point.months: point.cost - whole.no_threat_cost for point in whole.frontier}
    assert above[9] == pytest.approx(0, abs=1e-6)
    assert above[12] == pytest.approx(60_000)
    assert above[18] == pytest.approx(60_000)
    assert above[24] == pytest.approx(141_600)


def test_the_outlay_adds_up_to_the_cost(whole):
    """Nothing is discounted in this case, so payments and cost are one."""
    everything = [row for row in whole.outlay if row.currency == "USD"]
    assert sum(row.amount for row in everything) == pytest.approx(whole.cost)
    assert sum(row.without_project for row in everything) == pytest.approx(whole.no_threat_cost)
    assert sum(row.options for row in everything) == pytest.approx(24000 + 56800)
    abroad = [row for row in whole.outlay if row.currency == "foreign"]
    assert [row.year for row in abroad] == [2026, 2027, 2028, 2029, 2030]
    assert sum(row.amount for row in abroad) > sum(row.without_project for row in abroad)
    assert sum(row.options for row in abroad) == pytest.approx(56800 / 2)


def test_waiting_a_year_is_impossible(whole):
    (year,) = whole.value_of_waiting
    assert (year.years, year.cost, year.cost_of_waiting) == (1, None, None)


def test_one_standard_alone(asked):
    plan = asked("plan cases/waterworks.yaml --standard two_years --no-frontier")
    assert [choice["option"] for choice in plan["plan"]] == ["chlorine_reserve"]
    assert plan["cost"] - plan["no_threat_cost"] == pytest.approx(76_800)
    assert plan["value_of_waiting"][0]["cost_of_waiting"] == pytest.approx(0, abs=1e-6)
    assert plan["not_computed"] == ["frontier"]


def test_a_budget_that_is_too_small(asked):
    plan = asked('plan cases/waterworks.yaml --budget "70000 USD" --no-frontier')
    assert (plan["feasible"], plan["cost"]) == (False, None)
    clash = {wish["wish"]: wish for wish in plan["clash"]}
    assert list(clash) == ["budget.total", "standards.a_year", "standards.two_years"]
    assert clash["budget.total"]["least_relaxation"] == pytest.approx(10_800)
    assert clash["budget.total"]["what"] == (
        "the budget in all: 70,000 USD. Least relaxation: the budget in all must rise from "
        "70,000 USD to 80,800 USD."
    )
    assert clash["standards.two_years"]["cures"][0]["unit"] == "month"


def test_four_futures(asked):
    plan = asked("plan cases/waterworks.yaml --draws 4 --no-frontier")
    assert (plan["draws"], plan["seed"]) == (4, 1)
    assert plan["evpi"] > 0
    assert plan["vss"] >= 0
    assert plan["provenance"]["n_draws"] == 4


def test_the_brief_tells_the_plan(run, tmp_path):
    out = tmp_path / "brief.html"
    words = ["--every", "year", "--variant", "base", "--measure", "embargo", "--draws", "0"]
    words += ["--workers", "1"]
    answer = run("brief", f"{ROOT}/cases/waterworks.yaml", *words, "--out", str(out))
    assert (answer.code, answer.err) == (0, "")
    page = out.read_text(encoding="utf-8")
    for section in ("plan", "frontier", "outlay"):
        assert f'<section id="{section}">' in page
