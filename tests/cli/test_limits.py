"""Numbers of the command line: each has its limits, and says them."""

import subprocess
import sys

import click
import pytest

from derbes import pages
from derbes.analysis import cover, leverage
from derbes.cli.commands import derbes
from tests.casefile.writing import BOTH

HOSTILE = ("1000000000", "1000000000000000000", "1" + "0" * 30, "1e308", "-1", "0", "nan", "inf")
WITHOUT_CASE = {
    "screen": ("--importer", "KAZ"),
    "draft": ("--importer", "KAZ", "--product", "271121"),
    "upstream": ("--importer", "KAZ", "--sender", "RUS"),
}
"""Verbs that read no case → what they are asked."""
NAMED = {"chart": ("coverage",)}
"""Verbs that ask for more than a case → what."""
NUMBERS = {"budget", "executor"}
"""Options that are texts, and hold a number."""
SEEDS = {"0", "1000000000", "1000000000000000000"}
TAKEN = {
    ("brief", "draws"): {"0"},
    ("brief", "seed"): SEEDS,
    ("chart", "draws"): {"0"},
    ("chart", "seed"): SEEDS,
    ("plan", "budget"): {"1000000000", "1000000000000000000"},
    ("plan", "gap"): {"0"},
    ("plan", "seed"): SEEDS,
    ("excel", "draws"): {"0"},
    ("excel", "seed"): SEEDS,
    ("screen", "production"): {"1000000000", "0"},
    ("statements", "flips"): {"0"},
    ("statements", "seed"): SEEDS,
    ("stress", "draws"): {"1000000000"},  # as far as they fit
    ("stress", "seed"): SEEDS,
    ("stress", "solved"): {"0", "1000000000", "1000000000000000000", "1" + "0" * 30},
}
"""Which of the hostile numbers an option takes; of one that is not named, none."""


def _numeric():
    return [
        (verb, one)
        for verb, command in derbes.commands.items()
        for one in command.params
        if isinstance(one, click.Option)
        and (isinstance(one.type, click.types.IntParamType | click.types.FloatParamType)
             or one.name in NUMBERS)
    ]  # fmt: skip


class AcceptedError(Exception):
    """The work would begin now."""


@pytest.fixture
def idle(monkeypatch, tmp_path):
    """A case, and verbs that stop where their work begins."""

    def begin(*_words, **_more):
        raise AcceptedError

    monkeypatch.setattr(cover, "cover_table", begin)
    monkeypatch.setattr(leverage, "leverage_surface", begin)
    monkeypatch.setattr(pages, "brief_contents", begin)
    for name in ("stress_case", "plan_of", "verdicts_of"):
        monkeypatch.setattr(f"derbes.answers.{name}", begin)
    for name in ("trade.screen.opened_engine", "trade.upstream.tiers_of"):
        monkeypatch.setattr(f"derbes.{name}", begin)
    path = tmp_path / "case.yaml"
    path.write_text(BOTH.replace("[paper, census]", "[census]"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("verb", "option"), _numeric(), ids=lambda one: getattr(one, "name", one))
def test_every_number_has_limits(run, idle, verb, option):
    taken = set()
    for number in HOSTILE:
        try:
            words = WITHOUT_CASE.get(verb, (str(idle), *NAMED.get(verb, ())))
            words = (str(idle), "--results", "--out", "new.xlsx") if verb == "excel" else words
            answer = run(verb, *words, option.opts[0], number)
        except AcceptedError:
            taken.add(number)
            continue
        assert answer.code == 2
        assert "Traceback" not in answer.err
        assert option.name.removesuffix("s").removeprefix("n_") in answer.err.replace("-", "_")
    assert taken == TAKEN.get((verb, option.name), set())


def test_every_option_that_takes_one_is_there():
    found = {(verb, one.name) for verb, one in _numeric()}
    assert found >= TAKEN.keys()


def test_what_a_limit_says(run, idle):
    path = str(idle)
    assert run("plan", path, "--draws", "1000000000", "--seed", "-1").err == (
        f"{path}: 2 problems\n"
        "  - draws: 1,000,000,000 is not possible here\n"
        "    fix: choose a number from 1 to 100,000\n"
        "  - seed: -1 is not possible here\n"
        "    fix: choose a number from 0 to 1,000,000,000,000,000,000\n"
    )
    assert run("plan", path, "--budget", "1e300").err == (
        f"{path}: 1 problem\n"
        '  - budget: "1e300" is not a possible number: it is too large\n'
        "    fix: check the digits\n"
    )
    assert run("plan", path, "--executor", "1000000").err == (
        f"{path}: 1 problem\n"
        "  - executor: 1000000 processes are not possible\n"
        "    fix: choose a number from 1 to 1,024\n"
    )


@pytest.mark.parametrize("verb", ["cover", "leverage", "brief", "plan", "stress", "statements"])
def test_too_little_memory_to_load_libraries_is_refused_at_once(verb, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(BOTH.replace("[paper, census]", "[census]"), encoding="utf-8")
    command = f"ulimit -v 500000; exec {sys.executable} -m derbes {verb} {path}"
    answer = subprocess.run(
        ["sh", "-c", command], check=False, capture_output=True, text=True, timeout=60
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == (
        "derbes: 1 problem\n"
        "  - memory: 512 MB may be taken, and libraries need 1,000 MB to load\n"
        "    fix: allow more: ulimit -v 1000000\n"
    )
