"""Scenarios: futures that exclude each other, on the case and on its variants."""

import pytest

from derbes.casefile import read_case
from tests.casefile.writing import PLANNED, broken, told


@pytest.fixture
def read(tmp_path):
    def _read(text=PLANNED):
        path = tmp_path / "case.yaml"
        path.write_text(text, encoding="utf-8")
        return read_case(path)

    return _read


def _with(scenarios, text=PLANNED):
    head, tail = text.split("scenarios:\n")[0], text[text.index("correlations:\n") :]
    return f"{head}scenarios:\n{scenarios}{tail}"


def test_probabilities_are_rescaled(read):
    case = read()
    total = 1 / 3 + 0.666
    assert {name: one.probability for name, one in case.scenarios.items()} == {
        "dry": pytest.approx(1 / 3 / total, rel=1e-15),
        "wet": pytest.approx(0.666 / total, rel=1e-15),
    }
    assert sum(one.probability for one in case.scenarios.values()) == pytest.approx(1, abs=1e-15)


def test_scenario_has_its_case(read):
    case = read()
    dry = case.scenarios["dry"]
    assert dry.label == {"": "Dry years"}
    assert dry.at_line == 109
    assert dry.changes == ("uses.treatment.demand: 130 t/month",)
    assert (dry.case.uses["treatment"].demand.value, dry.case.hash) == (130.0, case.hash)
    assert (dry.case.variants, dry.case.scenarios) == ({}, {})
    assert case.uses["treatment"].demand.value == 100.0
    assert dry.case.options == case.options
    assert case.scenarios["wet"].case.uses == case.uses


def test_an_impossible_scenario_is_one(read):
    case = read(_with("  sure: {probability: 1}\n  never: {probability: 0}\n"))
    assert [one.probability for one in case.scenarios.values()] == [1.0, 0.0]


def test_scenario_from_a_scenario_and_from_a_variant(read):
    case = read(
        _with(
            "  dry: {probability: 50 %, set: {uses.treatment.demand: 130 t/month}}\n"
            "  dry_and_late: {probability: 30 %, include_from: dry,"
            " set: {suppliers.ore_mine.price: 2}}\n"
            "  late: {probability: 20 %, include_from: late}\n",
        ).replace("  late: {probability", "  slow: {probability")
    )
    both = case.scenarios["dry_and_late"]
    assert both.changes == ("as dry", "suppliers.ore_mine.price: 2")
    assert both.case.uses["treatment"].demand.value == 130.0
    slow = case.scenarios["slow"]
    assert (slow.changes, slow.case.plants["works"].delay.value) == (("as late",), 24.0)


def test_variant_has_the_scenarios_on_top(read):
    case = read()
    late = case.variants["late"].case
    assert late.variants == {}
    dry = late.scenarios["dry"].case
    assert (dry.uses["treatment"].demand.value, dry.plants["works"].delay.value) == (130.0, 24.0)
    assert late.scenarios["dry"].probability == case.scenarios["dry"].probability
    assert case.scenarios["dry"].case.plants["works"].delay is None


def test_what_a_variant_took_away_no_scenario_changes(read):
    case = read(
        _with(
            "  small: {probability: 40 %, set: {recipes.alum_from_ore.hours: 1 hour/t},"
            " remove: [stockpiles.store]}\n"
            "  other: {probability: 60 %}\n"
        )
    )
    bare = case.variants["no_works"].case.scenarios["small"].case
    assert (bare.recipes, bare.stockpiles) == ({}, {})
    assert case.scenarios["small"].case.recipes["alum_from_ore"].hours.value == 1.0


def test_variant_changes_probabilities(read):
    text = broken(
        "set: {plants.works.delay: 24 month}",
        "set: {scenarios.dry.probability: 0.5, scenarios.wet.probability: 0.5}",
        PLANNED,
    )
    late = read(text).variants["late"].case
    assert [one.probability for one in late.scenarios.values()] == [0.5, 0.5]


def test_variant_without_scenarios(read):
    text = broken("set: {plants.works.delay: 24 month}", "remove: [scenarios.*]", PLANNED)
    assert read(text).variants["late"].case.scenarios == {}


def test_correlations_of_what_a_variant_took_away_fall_away(read):
    text = broken(
        "options.press_recipe, limits.land",
        "options.press_recipe, options.south_contract, limits.few,"
        " suppliers.south_alum, limits.land",
        PLANNED,
    )
    case = read(text)
    assert len(case.correlations) == 1
    assert case.variants["no_works"].case.correlations == ()
    assert case.variants["late"].case.correlations == case.correlations


def test_problem_of_a_variant_with_a_scenario(tmp_path):
    added = "add: {suppliers: {third: {actor: south, good: alum, price: 5, capacity: 3}}}"
    text = broken("set: {plants.works.delay: 24 month}", added, PLANNED)
    text = broken("set: {uses.treatment.demand: 130 t/month}", added, text)
    assert (
        told(tmp_path, text)
        == """\
line 65, variants.late: in this variant with scenario "dry", scenarios.dry.add.suppliers.third: \
suppliers.third is already in the case
     65 |   late:
        |   ^^^^
    fix: change it with set, or choose another id"""
    )


def test_circle_of_scenarios(tmp_path):
    text = _with(
        "  a: {probability: 0.5, include_from: b}\n  b: {probability: 0.5, include_from: a}\n"
    )
    assert (
        told(tmp_path, text)
        == """\
line 109, scenarios.a.include_from: "a" starts from itself
    109 |   a: {probability: 0.5, include_from: b}
        |                                       ^
    fix: take include_from out of one of the two
line 110, scenarios.b.include_from: "b" starts from itself
    110 |   b: {probability: 0.5, include_from: a}
        |                                       ^
    fix: take include_from out of one of the two"""
    )
