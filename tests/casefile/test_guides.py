"""The pieces of YAML in the guides are read as they stand there."""

import re
import textwrap
from pathlib import Path

from derbes.casefile import read_case
from tests.casefile.writing import SMALL, told

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"

TOWN = SMALL + "  yearbook: {title: Yearbook}\n"
SOUTH = "suppliers:\n  south: {actor: south, good: alum, capacity: {value: 40, range: [30, 50]},\n"


def _pieces(guide):
    """Indented blocks that are YAML, each as a text of its own."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^ {7}.*\n)+", text, flags=re.MULTILINE)
    return [textwrap.dedent(block) for block in blocks if ":" in block]


def _read(folder, pieces):
    for number, piece in enumerate(pieces):
        (folder / f"piece{number}.yaml").write_text(piece, encoding="utf-8")
    names = ", ".join(f"piece{number}.yaml" for number in range(len(pieces)))
    assert told(folder, f"{TOWN}include: [{names}]\n") == ""
    return read_case(folder)


def test_options_and_standards(tmp_path):
    case = _read(tmp_path, _pieces("plan-options.md"))
    assert case.options["build_second"].dates == (0, 6, 12, 18)
    assert case.standards["year_alone"].first == 24


def test_ranges_delays_and_futures(tmp_path):
    price, *pieces = _pieces("say-how-sure.md")
    case = _read(tmp_path, [f"{SOUTH}    {price.strip()}}}\n", *pieces])
    assert case.suppliers["south"].price.distribution == "pert"
    assert case.plants["new_works"].delay.reference == "water_plants"
    assert [round(one.probability, 9) for one in case.scenarios.values()] == [
        round(1 / 3, 9),
        round(2 / 3, 9),
    ]
    assert case.correlations[0].rank == -0.7


def test_budget_and_limit_within_the_text(tmp_path):
    text = (GUIDES / "plan-options.md").read_text(encoding="utf-8")
    budget, land = re.findall(r"`((?:budget|land): \{[^`]+)`", text)[::-1]
    third = "options:\n  build_third: {kind: enlarge, element: plants.mill}\n"
    pieces = [*_pieces("plan-options.md"), f"{budget}\n", third, f"limits:\n  {land}\n"]
    case = _read(tmp_path, pieces)
    assert (case.budget.total.value, case.limits["land"].at_most.value) == (9e7, 2.0)
