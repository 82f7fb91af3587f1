"""What the ledger of the ASPAN case comes to at central values, as its page says."""

from pathlib import Path

import pytest

from derbes.case.entities import Case
from derbes.casefile import read_case
from derbes.draws.study import variant_case
from derbes.statements.ledger import read_ledger
from derbes.statements.terms import Ledger, Missing, Value, day_of
from derbes.statements.worlds import World, evaluate

FOLDER = Path(__file__).parents[2] / "cases" / "aspan"
HOLDS = ("C58", "F13", "T02", "F16", "T03", "T17", "C59", "T27", "C65", "L11")
FAILS = ("C33", "T01", "C19", "T10", "C45", "T12", "T26", "C04", "C54", "E01", "E17", "E20", "E21")
RAISED = ("G01", "G02", "G03", "G04", "G05", "G06", "G07", "G08", "G09", "G10")
SILENCE = "facts.announcements_without_justification"


@pytest.fixture(scope="module", name="case")
def _case() -> Case:
    return read_case(FOLDER)


@pytest.fixture(scope="module", name="world")
def _world(case: Case) -> World:
    as_of = day_of("2026-03-01")
    assert as_of is not None
    return World(read_ledger(case), as_of, lambda name: (variant_case(case, name), {}))


def _truth(world: World, name: str, key: str = "holds_if") -> Value:
    ledger: Ledger = world.ledger
    return evaluate(ledger.parts[name, key], world)


@pytest.mark.parametrize("name", HOLDS)
def test_holds_at_central_values(world: World, name: str) -> None:
    assert _truth(world, name) is True


@pytest.mark.parametrize("name", FAILS)
def test_fails_at_central_values(world: World, name: str) -> None:
    assert _truth(world, name) is False


@pytest.mark.parametrize("name", RAISED)
def test_tension_is_raised(world: World, name: str) -> None:
    assert _truth(world, name) is True


@pytest.mark.parametrize(
    ("name", "comes"),
    [("PR01", True), ("PR02", True), ("PR08", True), ("PR09", False), ("PR10", True)],
)
def test_what_the_model_forecasts(world: World, name: str, comes: bool) -> None:
    assert _truth(world, name, "yes_if") is comes
    assert _truth(world, name, "no_if") is not comes


def test_what_hangs_on_the_silence_names_what_is_missing(world: World) -> None:
    assert _truth(world, "PR13", "condition") == Missing((SILENCE,))


def test_complete_rounds_come_once_the_fourth_plant_may_open(case: Case, world: World) -> None:
    # PR09 by hand: rounds need ASPAN-4, whose first output is planned for 2030-01
    assert str(case.calendar.label(case.plants["aspan_4"].opening)) == "2030-01"
    assert _truth(world, "PR09", "no_if") is True
    assert _truth(world, "T17") is True


def test_operators_reading_of_raw_materials_fails_in_the_other_one(case: Case) -> None:
    as_of = day_of("2026-03-01")
    assert as_of is not None
    other = World(
        read_ledger(case),
        as_of,
        lambda name: (variant_case(case, name), {}),
        base="imported_raw",
    )
    # home chemicals are 2 percent of need there, by the input-output table
    assert _truth(other, "F16") is False
