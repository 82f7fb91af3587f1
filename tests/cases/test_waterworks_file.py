"""The invented case of README and tutorial: short, labelled as invented, fit for arithmetic."""

from pathlib import Path

import yaml

FILE = Path(__file__).parents[2] / "cases" / "waterworks.yaml"
TEXT = FILE.read_text("utf-8")
CASE = yaml.load(TEXT, yaml.BaseLoader)


def _amount(text: str) -> float:
    return float(text.split(maxsplit=1)[0])


def test_case_is_short_and_says_that_it_is_invented() -> None:
    assert len(TEXT.splitlines()) <= 55
    assert "invented" in TEXT.splitlines()[0]
    assert "(invented)" in CASE["name"]
    assert "(вымышленный пример)" in CASE["label"]["ru"]
    assert "(ойдан шығарылған мысал)" in CASE["label"]["kk"]


def test_numbers_are_those_of_the_tutorial() -> None:
    """600 / (100 - 40) = 10 months of alum, 90 / (10 - 5) = 18 months of chlorine."""
    months = {}
    for use in ("treatment", "disinfection"):
        good = CASE["uses"][use]["good"]
        held = sum(_amount(p["quantity"]) for p in CASE["stockpiles"].values() if p["good"] == good)
        other = sum(
            _amount(s["capacity"])
            for s in CASE["suppliers"].values()
            if s["good"] == good and s["actor"] != CASE["measures"]["embargo"]["sender"]
        )
        months[good] = held / (_amount(CASE["uses"][use]["demand"]) - other)
    assert months == {"alum": 10.0, "chlorine": 18.0}
