"""`derbes plan`: what it shows, what it hands over, and what it refuses."""

import json
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.case.entities import Case
from derbes.case.options import Budget, Option, OptionKind, Standard
from derbes.case.quantity import Quantity
from derbes.cli.tables import plan_text
from derbes.results.plan import FrontierPoint
from tests.api.examples import town_case
from tests.brief.planned import impossible_plan, invented_plan

DEFAULTS = {
    "variant": "base",
    "standards": (),
    "budget": None,
    "draws": None,
    "seed": 1,
    "lengths": (),
    "has_frontier": True,
    "has_more": True,
    "gap": 0.001,
    "time_limit": None,
    "checkpoint": None,
    "resume": False,
    "executor": "local",
    "n_workers": len(os.sched_getaffinity(0)),
}


PLAN_TEXT = """\
Variant: as planned; 50 draws, seed 7
Cost: 131,500,000 USD; proven: no plan costs less than 131,400,000 USD \
(gap 0.32%; within the gap asked for)
Without any standard: 100,000,000 USD; the standards cost 31,500,000 USD

Plan
what                                        option  decided  works from        cost
                                                                              [USD]
hold 300 t more in reserve: Softening salt  store   2026-01  2026-01      1,500,000
build Alum works, size 2                    works   2027-01  2028-07     30,000,000
total                                       –       –        –           31,500,000

Where the cost comes from, discounted
for                                                with the plan  without any standard        more
                                                           [USD]                 [USD]       [USD]
options: capital and running                          31,500,000                     0  31,500,000
goods bought, transport included                     104,000,000           102,000,000   2,000,000
sales abroad                                          -4,000,000            -2,000,000  -2,000,000
total                                                131,500,000           100,000,000  31,500,000
not counted: worth of what is in store at the end      3,000,000             1,000,000   2,000,000

Standards
standard  met  what it costs
                       [USD]
a year    yes     31,500,000

Frontier
survived   supply and options  a month more  plan
                        [USD]         [USD]
3 months          100,000,000             –  –
6 months          101,500,000       500,000  store (as cheap for longer)
9 months          101,500,000             0  store
12 months         131,500,000    10,000,000  store, works
24 months          impossible             –  –

Outlay by year, not discounted
year   with the plan     without  abroad, with  abroad, without
               [USD]       [USD]         [USD]            [USD]
2026      21,500,000  20,000,000    20,000,000       20,000,000
2027      40,000,000  20,000,000    28,000,000       20,000,000
2028      12,000,000  20,000,000     2,000,000       20,000,000
total     73,500,000  60,000,000    50,000,000       60,000,000

Waiting
decided later by         cost  dearer by
                        [USD]      [USD]
1 year            133,500,000  2,000,000
2 years            impossible          –

Other plans that cost little more
options         cost  more, of the cost of security
               [USD]
works    131,800,000  0.95%

Knowing the future would be worth 2,500,000 USD (EVPI).
Planning for all futures instead of mean values saves 500,000 USD (VSS).

Next: derbes brief town.yaml
"""


def decided_town() -> Case:
    """The town, with a reserve that may be held and a year that is to be survived."""
    store = Option(
        id="store",
        kind=OptionKind.RESERVE,
        element="goods.alum",
        sizes=(300.0,),
        capital=Quantity(12e6, "USD"),
        committed=True,
    )
    return replace(
        town_case(),
        options={"store": store},
        standards={"a_year": Standard("a_year", measure="embargo", length=12)},
        rates={"EUR": Quantity(1.1, "USD")},
    )


@pytest.fixture
def planned(computed, monkeypatch):
    """The verb with a known answer."""
    monkeypatch.setattr(api, "plan", computed.note("plan", invented_plan()))
    return computed


@pytest.fixture
def town(monkeypatch):
    """The verb itself, on a town that may decide."""
    monkeypatch.setattr(api, "read_case", lambda path: decided_town())


def test_a_plan_in_words_and_tables(run, planned):
    answer = run("plan", "town.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert planned.calls == [("plan", DEFAULTS)]
    assert answer.out == PLAN_TEXT


def test_nothing_is_called_discounted_where_the_case_has_no_rate():
    plan = invented_plan()
    bare = replace(plan, provenance=replace(plan.provenance, discount_rate=None))
    assert plan_text(bare) == plan_text(plan).replace(", not discounted", "").replace(
        ", discounted", ""
    )


def test_an_impossible_request_names_the_clash_and_its_cures(run, computed, monkeypatch):
    monkeypatch.setattr(api, "plan", computed.note("plan", impossible_plan()))
    answer = run("plan", "town.yaml")
    assert answer.code == 0
    assert answer.out == (
        "Variant: as planned; 50 draws, seed 7\n"
        "Impossible: no choice meets all that is asked.\n"
        "\n"
        "These wishes cannot hold together; relaxing one of them is enough:\n"
        "  - budget.by_year.2027: the budget for 2027: 15 million USD. Least relaxation: the "
        "budget for 2027 must rise from 15 million USD to 20 million USD.\n"
        '  - standards.a_year: essential uses: "Embargo by Northland" of 12 months is survived '
        "from January 2031 on. Least relaxation: the standard can hold for 9 months instead of 12 "
        "months.\n"
        "\n"
        "Standards, in the plan that falls short least\n"
        "standard  met\n"
        "a year    no\n"
        "\n"
        "Next: derbes brief town.yaml\n"
    )


@pytest.mark.parametrize(("gap", "shown"), [(1e-15, "0%"), (0.00316, "0.316%"), (3.5, "350%")])
def test_a_gap_that_is_rounding_is_none(gap, shown, run, computed, monkeypatch):
    monkeypatch.setattr(api, "plan", computed.note("plan", invented_plan(gap=gap)))
    assert f"(gap {shown};" in run("plan", "town.yaml").out


def test_what_was_found_at_a_time_limit_is_shown_with_its_gap(run, computed, monkeypatch):
    plan = invented_plan(
        status="time limit", gap=0.25, frontier=(FrontierPoint(12, None),), draws=1, seed=None,
        not_computed=("frontier", "evpi"), evpi=None, vss=None,
    )  # fmt: skip
    monkeypatch.setattr(api, "plan", computed.note("plan", plan))
    out = run("plan", "town.yaml").out
    assert out.startswith(
        "Variant: as planned; central values\n"
        "Cost: 131,500,000 USD; proven: no plan costs less than 131,400,000 USD (gap 25%; stopped "
        "at the time limit)\n"
    )
    assert "12 months  not computed        –             –\n" in out
    assert "\nNot computed: frontier, evpi\n" in out


def test_why_knowing_and_planning_have_no_value(run, computed, monkeypatch):
    monkeypatch.setattr(api, "plan", computed.note("plan", invented_plan(evpi=None, vss=None)))
    out = run("plan", "town.yaml").out
    assert "(EVPI) has no value here: a standard may fail in some draws" in out
    assert "worth more than any sum (VSS)" in out


@pytest.mark.parametrize("draws", [0, 1])
def test_without_draws_nothing_is_said_of_what_knowing_is_worth(run, computed, monkeypatch, draws):
    for evpi, vss in ((None, None), (2.5e6, 0.5e6)):
        plan = invented_plan(draws=draws, evpi=evpi, vss=vss)
        monkeypatch.setattr(api, "plan", computed.note("plan", plan))
        out = run("plan", "town.yaml").out
        assert "(EVPI)" not in out
        assert "(VSS)" not in out


def test_to_go_on_from_one_file_and_to_keep_in_another_is_refused(run, planned):
    answer = run("plan", "town.yaml", "--resume", "one", "--checkpoint", "two")
    assert (answer.code, answer.out, planned.calls) == (2, "", [])
    assert answer.err.endswith(
        "Error: --resume keeps the search in the file that it goes on from: one. "
        "Leave --checkpoint out, or copy the file first.\n"
    )


def test_ctrl_c_says_what_was_reached_and_how_to_go_on(run, computed, monkeypatch, tmp_path):
    place = tmp_path / "search"

    def stopped(*_args, progress, **_words):
        place.write_text("state", encoding="utf-8")
        progress(3, 0, "plan, step 3: costs 7 USD, none under 5 USD, gap 40.00%")
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "plan", stopped)
    answer = run("plan", "town.yaml", "--checkpoint", str(place))
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.strip() == (
        "Stopped at plan, step 3: costs 7 USD, none under 5 USD, gap 40.00%.\n"
        f"It is kept in {place}; to go on, add --resume {place} to the same command."
    )


def test_no_plan_within_the_time_limit(run, computed, monkeypatch):
    plan = invented_plan(
        plan=(), cost=None, gap=None, feasible=None, status="time limit", frontier=(),
        outlay=(), account=(),
        evpi=None, vss=None, value_of_waiting=(), alternatives=(), standards=(),
    )  # fmt: skip
    monkeypatch.setattr(api, "plan", computed.note("plan", plan))
    assert run("plan", "town.yaml").out == (
        "Variant: as planned; 50 draws, seed 7\n"
        "No plan was found within the time limit.\n"
        "\n"
        "Next: derbes brief town.yaml\n"
    )


def test_a_plan_as_json_has_the_fields_of_the_contract(run, planned):
    record = json.loads(run("plan", "town.yaml", "--json").out)
    assert {"option", "what", "date", "size", "unit", "cost"} <= set(record["plan"][0])
    assert record["frontier"][-1]["cost"] is None
    assert record["outlay"][1] == {
        "year": 2026,
        "currency": "foreign",
        "amount": 20e6,
        "without_project": 20e6,
        "options": 0.0,
    }
    assert record["standards"][0]["cost_of_it"] == 31.5e6
    assert (record["evpi"], record["vss"], record["gap"]) == (2.5e6, 0.5e6, 0.0032)
    assert record["plan"][1]["paid"] == {"2027": 20e6, "2028": 10e6}


def test_a_clash_as_json(run, computed, monkeypatch):
    monkeypatch.setattr(api, "plan", computed.note("plan", impossible_plan()))
    record = json.loads(run("plan", "town.yaml", "--json").out)
    assert (record["feasible"], record["cost"], record["bound"]) == (False, None, None)
    budget, standard = record["clash"]
    assert (budget["wish"], budget["least_relaxation"], budget["unit"]) == (
        "budget.by_year.2027",
        5e6,
        "USD",
    )
    assert standard["cures"][0]["then"] == 9.0


def test_options_of_plans_reach_the_verb(run, planned):
    words = ["--variant", "no_plant", "--standard", "a_year", "--standard", "half"]
    words += ["--budget", "9 million USD", "--draws", "20", "--seed", "4", "--length", "6"]
    words += ["--no-frontier", "--no-more", "--gap", "0.01", "--time-limit", "30"]
    words += ["--executor", "2", "--workers", "3", "--checkpoint", "kept.json"]
    run("plan", "town.yaml", *words)
    run("plan", "town.yaml", "--resume", "kept.json")
    assert planned.calls == [
        (
            "plan",
            {
                "variant": "no_plant",
                "standards": ("a_year", "half"),
                "budget": "9 million USD",
                "draws": 20,
                "seed": 4,
                "lengths": (6,),
                "has_frontier": False,
                "has_more": False,
                "gap": 0.01,
                "time_limit": 30.0,
                "executor": "2",
                "n_workers": 3,
                "checkpoint": Path("kept.json"),
                "resume": False,
            },
        ),
        ("plan", {**DEFAULTS, "checkpoint": Path("kept.json"), "resume": True}),
    ]


REFUSED = [
    (
        ["--standard", "ayear"],
        '  - standard: "ayear" is not a standard of this case\n    fix: did you mean "a_year"?\n',
    ),
    (
        ["--variant", "no_plan"],
        '  - variant: "no_plan" is not a variant of this case\n    fix: did you mean "no_plant"?\n',
    ),
    (
        ["--gap", "0", "--time-limit", "60"],
        "  - gap: a gap of 0 with a time limit: the last bit of proof takes any time\n"
        "    fix: allow a gap such as 0.001, or leave the time limit out\n",
    ),
    (
        ["--gap", "-0.5"],
        "  - gap: -0.5 is not a gap\n    fix: write a share from 0 to 1, such as 0.001\n",
    ),
    (
        ["--gap", "nan"],
        "  - gap: nan is not a gap\n    fix: write a share from 0 to 1, such as 0.001\n",
    ),
    (
        ["--time-limit", "0"],
        "  - time-limit: 0 s is not a time limit\n"
        "    fix: write the seconds that the answer may take, such as 60\n",
    ),
    (
        ["--draws", "0"],
        "  - draws: 0 is not possible here\n    fix: choose a number from 1 to 100,000\n",
    ),
    (
        ["--budget", "5 million USD"],
        "  - budget: a budget of 5 million USD is below the 12 million USD that are committed: "
        "store\n"
        "    fix: raise the budget, or take committed from an option\n",
    ),
    (
        ["--budget", "5 million EUR"],
        "  - budget: a budget of 5.5 million USD is below the 12 million USD that are committed: "
        "store\n"
        "    fix: raise the budget, or take committed from an option\n",
    ),
    (
        ["--budget", "5 t"],
        '  - budget: "5 t" is not an amount of money that this case knows\n'
        "    fix: write it in USD, such as 900 million USD\n",
    ),
    (
        ["--budget=-5 USD"],
        "  - budget: a budget of -5 USD is below nothing\n    fix: write an amount of 0 or more\n",
    ),
    (
        ["--length", "60"],
        "  - length: a measure cannot last 60 months\n"
        "    fix: choose a length from 1 to 24 months\n",
    ),
    (
        ["--executor", "cluster"],
        '  - executor: "cluster" names no executor\n'
        "    fix: write local, a number of processes, or an address such as dask://host:8786\n",
    ),
]


@pytest.mark.parametrize(("words", "problem"), REFUSED, ids=lambda part: " ".join(part)[:24])
def test_what_cannot_be_asked_for(run, town, words, problem):
    answer = run("plan", "town.yaml", *words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"town.yaml: 1 problem\n{problem}"


def test_every_problem_of_a_request_at_once(run, town):
    answer = run("plan", "town.yaml", "--standard", "x", "--draws", "-1", "--gap", "2")
    assert answer.err.splitlines()[0] == "town.yaml: 3 problems"


def test_a_budget_that_is_no_number(run, town):
    answer = run("plan", "town.yaml", "--budget", "much")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("town.yaml: 1 problem\n  - budget: ")


def test_a_gap_that_is_no_number(run, town):
    answer = run("plan", "town.yaml", "--gap", "small")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "Usage: derbes plan [OPTIONS] CASE\n"
        "Try 'derbes plan --help' for help.\n"
        "\n"
        "Error: Invalid value for '--gap': 'small' is not a valid float.\n"
    )


def test_a_case_without_options(run, computed):
    answer = run("plan", "town.yaml")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "town.yaml: 1 problem\n"
        "  - options: this case has no options, so there is nothing to decide\n"
        "    fix: write under options what could be built, held or contracted, and what it costs\n"
    )


def test_a_standard_in_a_case_without_any(run, monkeypatch):
    case = replace(decided_town(), standards={})
    monkeypatch.setattr(api, "read_case", lambda path: case)
    assert run("plan", "town.yaml", "--standard", "a_year").err == (
        "town.yaml: 1 problem\n"
        '  - standard: "a_year" is not a standard of this case\n'
        "    fix: write it under standards in the case file\n"
    )


def test_the_budget_of_the_case_is_below_what_is_committed(run, monkeypatch):
    case = replace(decided_town(), budget=Budget(total=Quantity(1e6, "USD")))
    monkeypatch.setattr(api, "read_case", lambda path: case)
    assert run("plan", "town.yaml").err == (
        "town.yaml: 1 problem\n"
        "  - budget: a budget of 1 million USD is below the 12 million USD that are committed: "
        "store\n"
        "    fix: raise the budget, or take committed from an option\n"
    )


def test_a_budget_of_just_what_is_committed_is_enough(run, monkeypatch):
    case = replace(decided_town(), budget=Budget(total=Quantity(12e6, "USD")))
    monkeypatch.setattr(api, "read_case", lambda path: case)
    said = run("plan", "town.yaml", "--no-frontier", "--no-more")
    assert (said.code, said.err) == (0, "")
    assert "Impossible: no choice meets all that is asked." in said.out, "nobody sells"


def test_a_cluster_that_does_not_answer(run, town):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = run("plan", "town.yaml", "--executor", f"dask://127.0.0.1:{port}")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "town.yaml: 1 problem\n"
        f"  - executor: no Dask scheduler answers at tcp://127.0.0.1:{port} within 10 s: "
        "Connection refused\n"
        "    fix: start one with: dask scheduler; or leave --executor out\n"
    )


def test_somebody_else_at_the_address_of_a_cluster(run, town, monkeypatch):
    monkeypatch.setattr("derbes.parallel.PATIENCE", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        answer = run("plan", "town.yaml", "--executor", f"tcp://127.0.0.1:{port}")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "town.yaml: 1 problem\n"
        f"  - executor: no Dask scheduler answers at tcp://127.0.0.1:{port} within 1 s: timed out\n"
        "    fix: start one with: dask scheduler; or leave --executor out\n"
    )


def test_a_cluster_without_its_extra(run, town, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = run("plan", "town.yaml", "--executor", "dask://localhost:8786")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        'A Dask cluster needs the "cluster" extra. Fix: pip install "derbes[cluster]", '
        "or leave the address out to use the cores of this machine.\n"
    )


def test_a_gap_of_rounding_is_none():
    """It was told as 1.4e-14%."""
    assert "(gap 0%;" in plan_text(invented_plan(gap=1.4e-16))
