"""The levers of the ASPAN case: what is counted, and what is named as missing without a figure."""

from pathlib import Path

import yaml

from derbes import api
from derbes.case.entities import at_once, quantities
from derbes.language import use_language
from derbes.request import lever_counts

FOLDER = Path(__file__).parents[2] / "cases" / "aspan"
WRITTEN = yaml.safe_load((FOLDER / "levers.yaml").read_text(encoding="utf-8"))["levers"]
COUNTED = {"ammunition": ("embargo",), "ammunition_transit": ("transit_closure",)}


def test_ammunition_and_its_transit_are_counted_and_nothing_else():
    case = api.read_case(FOLDER)
    assert {one.id: one.measures for one in case.levers.values() if one.measures} == COUNTED
    assert at_once(case.levers) == {"russia": ("embargo", "transit_closure")}
    assert {one.sender for one in case.levers.values()} == {"russia"}


def test_what_is_missing_holds_no_number_of_the_case():
    case = api.read_case(FOLDER)
    missing = [one for one in case.levers.values() if not one.measures]
    assert {one.id for one in missing} >= {"oil_transit", "gas", "electricity", "fuel", "food"}
    assert all(one.lacks and one.look for one in missing)
    assert not [one.path for one in quantities(case) if one.path.startswith("levers.")]


def test_every_text_stands_in_three_languages_and_they_differ():
    for lever in WRITTEN.values():
        for key in ("label", "missing", "look"):
            if key in lever:
                assert list(lever[key]) == ["en", "ru", "kk"]
    case = api.read_case(FOLDER)
    for code in ("ru", "kk"):
        use_language(code)
        try:
            told = {one.lever: one.missing for one in lever_counts(case, ())}
        finally:
            use_language("en")
        assert told["gas"] == WRITTEN["gas"]["missing"][code]
