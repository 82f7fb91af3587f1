"""What a cap on sellers says in a case file, and what is refused of it."""

from pathlib import Path

import pytest

from derbes import api
from derbes.case.options import USE, Standard
from derbes.case.quantity import Quantity
from derbes.casefile import read_case
from derbes.errors import CaseError
from tests.casefile.writing import PLANNED, broken, told

WATERWORKS = Path("cases/waterworks.yaml")


@pytest.fixture
def case_with(tmp_path):
    def write(*caps: str):
        path = tmp_path / "case.yaml"
        text = WATERWORKS.read_text(encoding="utf-8")
        path.write_text(text + "".join(f"\n  {cap}" for cap in caps) + "\n", encoding="utf-8")
        return path

    return write


def test_a_cap_with_every_key(case_with) -> None:
    path = case_with(
        "bloc: {good: alum, at_most: 65 %, sellers: [northland, southport_alum], part_of: use, "
        "from: 2027-01, to: 2029-12, in_draws: 90 %}",
        "each: {good: chlorine, at_most: 0.5}",
        "one: {good: chlorine, at_most: 1, sellers: northland}",
    )
    assert api.check(path) == ()
    standards = read_case(path).standards
    bloc = standards["bloc"]
    assert (bloc.good, bloc.sellers, bloc.part_of) == ("alum", ("northland", "southport_alum"), USE)
    assert (bloc.first, bloc.last, bloc.is_cap) == (12, 47, True)
    assert isinstance(bloc.at_most, Quantity)
    assert bloc.at_most.value == 0.65
    assert (standards["each"].sellers, standards["each"].part_of) == ((), "")
    assert standards["one"].sellers == ("northland",)
    assert not Standard("year", measure="embargo").is_cap


def refused(path) -> list[str]:
    """What is wrong with a case, line by line."""
    with pytest.raises(CaseError) as caught:
        read_case(path)
    return [f"{one.where}: {one.what} ({one.fix})" for one in caught.value.problems]


def test_everything_that_is_wrong_with_caps_is_told_at_once(case_with) -> None:
    path = case_with(
        "empty: {at_most: 5 %, sellers: northland}",
        "mixed: {good: clay, at_most: 3 %, measure: embargo, length: 3, uses: [pools], share: 0.5}",
        "unsaid: {good: alum, sellers: [northland]}",
        "above: {good: alum, at_most: 120 %}",
        "unknown: {good: allum, at_most: 20 %, sellers: [northlnd]}",
        "all: {good: alum, at_most: 20 %, part_of: demand}",
    )
    taken = "(take it out, or write a standard of its own for it)"
    name_it = "(name the good whose sellers are capped, or take the key out)"
    assert refused(path) == [
        f'standards.empty.at_most: "at_most" says nothing without a good {name_it}',
        f'standards.empty.sellers: "sellers" says nothing without a good {name_it}',
        *(
            f'standards.mixed.{key}: "{key}" says nothing of a cap on the sellers of "clay" {taken}'
            for key in ("measure", "length", "uses", "share")
        ),
        'standards.unsaid: the cap does not say which part of "alum" a seller may have '
        '(add "at_most: 50 %")',
        'standards.above.at_most: expected at most 1, got "120 %" ()',
        'standards.unknown.good: "allum" is not a good of this case (did you mean "alum"?)',
        'standards.unknown.sellers.0: "northlnd" is not an actor or supplier of this case '
        '(did you mean "northland" or "northland_alum"?)',
        'standards.all.part_of: expected one of purchases, use, got "demand" ()',
    ]


def test_sellers_that_cannot_be_capped_are_named(case_with) -> None:
    path = case_with(
        "clays: {good: clay, at_most: 20 %}",
        "wrong: {good: alum, at_most: 20 %, sellers: [northland, town, southport_chlorine]}",
    )
    known = "northland, northland_alum, southport, southport_alum"
    assert refused(path) == [
        'standards.clays.good: nobody abroad sells "clay", so that the cap says nothing '
        "(add a supplier of it, or take the standard out)",
        f'standards.wrong.sellers.1: "town" sells no "alum" from abroad (known: {known})',
        'standards.wrong.sellers.2: "southport_chlorine" sells no "alum" from abroad '
        '(did you mean "southport_alum" or "southport"?)',
    ]


def test_a_cap_that_is_missing_is_refused(case_with) -> None:
    """It has no value to fall back upon: without it there is no standard."""
    (text,) = refused(case_with("cap: {good: alum, at_most: missing}"))
    assert text.startswith("standards.cap: the cap does not say which part")


def test_the_keys_of_a_cap_stand_with_its_line(tmp_path) -> None:
    assert "standards:" in PLANNED
    text = broken("standards:", "standards:\n  cap: {at_most: 5 %}", PLANNED)
    assert 'standards.cap.at_most: "at_most" says nothing without a good' in told(tmp_path, text)
