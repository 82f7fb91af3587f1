"""The public facts of the ASPAN case: sources, shares, sums and languages."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from derbes.casefile import read_case
from derbes.draws.study import variant_case
from derbes.model.compile import compile_case
from derbes.supply.baseline import arrivals_by_period, solve_calm

FOLDER = Path(__file__).parents[2] / "cases" / "aspan"
HEADER = yaml.load((FOLDER / "case.yaml").read_text("utf-8"), yaml.BaseLoader)
FILES = ("case.yaml", *HEADER["include"])
ELEMENTS = (
    "actors",
    "goods",
    "uses",
    "stockpiles",
    "routes",
    "suppliers",
    "plants",
    "recipes",
    "measures",
    "variants",
    "options",
    "standards",
    "reference_classes",
    "hazards",
    "facts",
)
EXACT = ("hours", "delay")
"""Keys assumed without a range: exact by definition of a line or of a variant."""


def _read() -> dict[str, Any]:
    merged = dict(HEADER)
    for name in HEADER["include"]:
        for section, elements in yaml.load(
            (FOLDER / name).read_text("utf-8"), yaml.BaseLoader
        ).items():
            if isinstance(elements, list):
                merged[section] = [*merged.get(section, []), *elements]
            else:
                merged[section] = merged.get(section, {}) | elements
    return merged


CASE = _read()


def _mappings(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, below in node.items():
            yield from _mappings(below, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for position, below in enumerate(node):
            yield from _mappings(below, f"{path}[{position}]")


def _quantities() -> dict[str, dict[str, Any]]:
    return {path: node for path, node in _mappings(CASE) if "value" in node or "series" in node}


def _shares() -> dict[tuple[str, str], float]:
    """(sector, origin) → share of what Kazakhstan's industries used. [1]"""
    total: dict[str, float] = defaultdict(float)
    used: dict[tuple[str, str], float] = {}
    with (FOLDER / "data" / "icio2022_kazakhstan_inputs.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["dest"] == "KAZ"
            used[row["sector"], row["origin"]] = float(row["usd_mn"])
            total[row["sector"]] += float(row["usd_mn"])
    return {key: amount / total[key[0]] for key, amount in used.items()}


SHARES = {
    "icio_steel_domestic": ("C24A", "KAZ"),
    "icio_steel_russia": ("C24A", "RUS"),
    "icio_metal_products_russia": ("C25", "RUS"),
    "icio_chemicals_domestic": ("C20", "KAZ"),
    "icio_chemicals_russia": ("C20", "RUS"),
    "icio_textiles_domestic": ("C13T15", "KAZ"),
    "icio_textiles_russia": ("C13T15", "RUS"),
    "icio_agriculture_domestic": ("A01", "KAZ"),
}


def _percent(text: str) -> float:
    return float(text.removesuffix(" %")) / 100


def test_every_input_output_share_is_recomputed_here() -> None:
    assert set(SHARES) == {name for name in CASE["facts"] if name.startswith("icio_")}


@pytest.mark.parametrize("fact", SHARES)
def test_share_follows_from_the_table_beside_the_case(fact: str) -> None:
    written = _percent(CASE["facts"][fact]["amount"]["value"])
    assert written == pytest.approx(_shares()[SHARES[fact]], abs=0.0005)


@pytest.mark.parametrize("good", ["metal", "cotton", "chemicals"])
def test_imported_raw_splits_the_need_by_the_shares(good: str) -> None:
    sector = {"metal": "C24A", "cotton": "C13T15", "chemicals": "C20"}[good]
    variant = CASE["variants"]["imported_raw"]
    home = float(variant["set"][f"suppliers.domestic_{good}.capacity"]["value"])
    russia = float(variant["add"]["suppliers"][f"russia_{good}"]["capacity"]["value"])
    others = float(variant["add"]["suppliers"][f"others_{good}"]["capacity"]["value"])
    need = home + russia + others
    shares = _shares()
    assert home / need == pytest.approx(shares[sector, "KAZ"], abs=0.001)
    assert russia / need == pytest.approx(shares[sector, "RUS"], abs=0.001)


def test_capital_adds_up_to_the_published_cost() -> None:
    plants = read_case(FOLDER).plants.values()
    paid = sum(payment.amount.value for plant in plants for payment in plant.capital)
    assert f"{paid / 1e9:g} billion USD" == CASE["facts"]["programme_cost"]["amount"]
    assert str(len(CASE["plants"])) == CASE["facts"]["plants_number"]["amount"]


def test_no_id_stands_in_two_files() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name in FILES:
        content = yaml.load((FOLDER / name).read_text("utf-8"), yaml.BaseLoader)
        for section in set(content) & {*ELEMENTS, "documents"}:
            for element in content[section]:
                assert (section, element) not in seen, (section, element, name)
                seen[section, element] = name


@pytest.mark.parametrize("fact", CASE["facts"])
def test_fact_has_document_and_grade(fact: str) -> None:
    entry = CASE["facts"][fact]
    assert entry["document"] in CASE["documents"]
    assert entry["grade"] in {"A", "B", "C"}
    assert entry["date"]
    assert all(text.endswith(".") for text in entry["says"].values())


@pytest.mark.parametrize("document", CASE["documents"])
def test_document_has_an_address_and_is_used(document: str) -> None:
    entry = CASE["documents"][document]
    assert entry["address"].startswith(("https://", "http://"))
    assert entry["title"]
    assert entry["publisher"]
    used = {fact["document"] for fact in CASE["facts"].values()}
    used |= {quantity.get("source", "") for quantity in _quantities().values()}
    assert document in used


@pytest.mark.parametrize(("path", "quantity"), _quantities().items(), ids=_quantities())
def test_quantity_says_how_good_it_is(path: str, quantity: dict[str, Any]) -> None:
    assert all(text.endswith(".") for text in quantity["why"].values())
    if quantity.get("value", "").startswith("="):
        assert "grade" not in quantity
        return
    assert quantity["grade"] in {"A", "B", "C", "D"}
    if "source" in quantity:
        assert quantity["source"] in {**CASE["facts"], **CASE["documents"]}
    if quantity["grade"] == "D" and "series" not in quantity:
        assert {"range", "distribution"} & set(quantity) or path.rsplit(".", 1)[-1] in EXACT


def _with_added() -> dict[str, dict[str, Any]]:
    found = {
        f"{section}.{name}": CASE[section][name] for section in ELEMENTS for name in CASE[section]
    }
    for variant, entry in CASE["variants"].items():
        for section, elements in entry.get("add", {}).items():
            found |= {f"{variant}: {section}.{name}": elements[name] for name in elements}
    return found


@pytest.mark.parametrize("entry", _with_added().values(), ids=_with_added())
def test_element_is_named_in_three_languages(entry: dict[str, Any]) -> None:
    assert {"en", "ru", "kk"} <= set(entry["label"])
    assert all(text.strip() for text in entry["label"].values())


def test_60_and_155_mm_are_only_in_the_variant_that_says_so() -> None:
    base = {section: CASE[section] for section in ELEMENTS if section not in {"variants", "facts"}}
    assert not [path for path, _ in _mappings(base) if path.endswith(("_60", "_155"))]
    users = {
        name
        for name, entry in CASE["variants"].items()
        if "round_155" in entry.get("add", {}).get("goods", {})
    }
    assert users == {"nato_standard"}


def test_components_come_from_russia_and_from_serbia_where_a_fact_names_it() -> None:
    for name in ("bodies_only", "imported_components"):
        sellers = CASE["variants"][name]["add"]["suppliers"].values()
        others = [seller for seller in sellers if seller["actor"] != "russia"]
        assert {seller["actor"] for seller in others} == {"serbia"}
        assert {seller["capacity"]["source"] for seller in others} == {"serbian_framework"}
        assert {seller["good"] for seller in sellers} == {
            "charge_mortar",
            "charge_howitzer",
            "fuze_mortar",
            "fuze_artillery",
            "explosive",
        }


@pytest.mark.parametrize("variant", ["base", "no_project"])
def test_purchases_go_on_from_the_first_year(variant: str) -> None:
    """Each year buys no less than habit asks for, and training goes on before money is saved."""
    case = variant_case(read_case(FOLDER), variant)
    calm = solve_calm(compile_case(case))
    arrays, activities = calm.arrays, calm.arrays.activities
    bought = arrivals_by_period(calm)
    for k in np.flatnonzero(activities.least[:, 0] > 0):
        assert activities.actors[k] == "russia"
        lead, size = int(activities.lead_times[k]), arrays.flow_size[activities.outputs[k]]
        least = activities.least[k, : 48 - lead]
        assert np.all(least > 0), "until the last plant is to open"
        assert np.all(bought[k, lead:48] >= least - 1e-6 * size)
    assert (activities.least[:, 60] > 0).any() == (variant == "no_project")
    size = arrays.flow_size[arrays.use_goods][:, None]
    assert np.all(calm.unmet[:, : arrays.n_calendar] <= 1e-6 * size)


def test_what_habit_rests_on_is_a_guess_that_says_so() -> None:
    """Russia's part is its share of arms imports; how much is bought is of grade D."""
    case = read_case(FOLDER)
    assert case.assumptions["habit_part"].grade == "D"
    for name in ("russia_152", "russia_122", "russia_120", "russia_82"):
        least = case.suppliers[name].at_least
        assert least is not None
        assert least.formula is not None
        assert least.unit == ""
        parents = {"assumptions.habit_part", "facts.sipri_russia_share_2020_24.amount"}
        assert set(least.formula.parents) == parents
