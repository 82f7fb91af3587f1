"""Variants: what they change, and that the case as written stays as it is."""

import pytest

from derbes.casefile import read_case
from tests.casefile.writing import SMALL, broken


@pytest.fixture
def read(tmp_path):
    def _read(variants):
        path = tmp_path / "case.yaml"
        head, tail = SMALL.split("variants:\n")[0], SMALL[SMALL.index("facts:\n") :]
        path.write_text(f"{head}variants:\n{variants}{tail}", encoding="utf-8")
        return read_case(path)

    return _read


def test_removed_elements(read):
    case = read("  bare: {label: {en: Nothing built}, remove: [plants.works, recipes.*]}\n")
    variant = case.variants["bare"]
    assert variant.label == {"en": "Nothing built"}
    assert (list(variant.case.plants), list(variant.case.recipes)) == (["mill"], [])
    assert (list(case.plants), list(case.recipes)) == (["works", "mill"], ["alum_from_ore"])
    assert variant.changes == ("without plants.works", "without recipes.*")
    assert variant.at_line == 57
    assert variant.case.hash == case.hash
    assert variant.case.variants == {}


def test_removed_by_tag(read):
    case = read(
        "  alone: {remove: ['tag:home'], set: {target: south}, add: {actors: {town: {}}}}\n"
    )
    assert case.variants["alone"].case.actors["town"].tags == ()
    assert case.variants["alone"].case.target == "south"


def test_set_values(read):
    case = read(
        "  late:\n"
        "    set:\n"
        "      plants.works.delay: 24 month\n"
        "      goods.alum.reserve: {value: 500 t, range: [400, 600]}\n"
        "      suppliers.north_alum.routes.0: rail\n"
        "      refill_time: 1 year\n"
        "      currency.rates.KZT: 0.003\n"
    )
    changed = case.variants["late"].case
    assert changed.plants["works"].delay.value == 24.0
    assert changed.plants["works"].delay.line == 59
    assert case.plants["works"].delay is None
    assert changed.goods["alum"].reserve.high == 600.0
    assert changed.refill_time.value == 12.0
    assert (changed.rates["KZT"].value, case.rates["KZT"].value) == (0.003, 0.002)
    assert case.variants["late"].changes == (
        "plants.works.delay: 24 month",
        "goods.alum.reserve: 500 t",
        "suppliers.north_alum.routes.0: rail",
        "refill_time: 1 year",
        "currency.rates.KZT: 0.003",
    )


def test_a_reason_is_told_in_one_language(read):
    why = "why: {en: A guess., ru: Догадка.}"
    series = f"{{series: {{2026-01: 1, 2027-01: 2}}, grade: D, {why}}}"
    case = read(f"  grown: {{set: {{uses.treatment.demand: {series}}}}}\n")
    assert case.variants["grown"].changes == (
        "uses.treatment.demand: series: 2026-01: 1, 2027-01: 2, grade: D, why: A guess.",
    )


def test_rate_of_a_variant_reaches_every_price(tmp_path):
    text = broken("price: 10 USD/t", "price: 5000 KZT/t")
    text = broken("set: {plants.works.delay: 24 month}", "set: {currency.rates.KZT: 0.004}", text)
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    case = read_case(path)
    assert case.suppliers["north_alum"].price.value == 10.0
    assert case.variants["late"].case.suppliers["north_alum"].price.value == 20.0


def test_value_inside_a_quantity(tmp_path):
    text = broken("price: 10 USD/t", "price: {value: 10 USD/t, grade: B}")
    text = broken(
        "set: {plants.works.delay: 24 month}",
        "set: {suppliers.north_alum.price.value: 12 USD/t}",
        text,
    )
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    price = read_case(path).variants["late"].case.suppliers["north_alum"].price
    assert (price.value, price.grade) == (12.0, "B")


def test_added_elements(read):
    case = read(
        "  second:\n"
        "    add:\n"
        "      suppliers:\n"
        "        south_alum: {actor: south, good: alum, price: 20, capacity: 40}\n"
        "      exports: {abroad: {actor: south, good: alum, price: 12, capacity: 3}}\n"
    )
    changed = case.variants["second"].case
    assert list(changed.suppliers) == ["north_alum", "ore_mine", "south_alum"]
    assert changed.exports["abroad"].price.value == 12.0
    assert case.exports == {}
    assert case.variants["second"].changes == (
        "with suppliers.south_alum",
        "with exports.abroad",
    )


def test_variant_from_a_variant(read):
    case = read(
        "  both: {include_from: late, remove: [stockpiles.store]}\n"
        "  late: {set: {plants.works.delay: 24 month}}\n"
    )
    changed = case.variants["both"].case
    assert (changed.plants["works"].delay.value, changed.stockpiles) == (24.0, {})
    assert case.variants["both"].changes == ("as late", "without stockpiles.store")
    assert "store" in case.variants["late"].case.stockpiles


def test_unchanged_elements_are_the_same(read):
    case = read("  late: {set: {plants.works.delay: 24 month}}\n")
    changed = case.variants["late"].case
    assert changed.suppliers["north_alum"] is case.suppliers["north_alum"]
    assert changed.plants["works"] is not case.plants["works"]


def test_measure_may_hit_what_a_variant_removed(read):
    case = read("  alone: {remove: [suppliers.north_alum]}\n")
    assert list(case.variants["alone"].case.measures) == ["embargo"]


def test_new_good_of_a_variant(read):
    case = read(
        "  lime:\n"
        "    add:\n"
        "      goods: {lime: {unit: bag}}\n"
        "      suppliers: {pit: {actor: south, good: lime, price: 2, capacity: 10 bags/month}}\n"
    )
    assert case.variants["lime"].case.suppliers["pit"].capacity.unit == "bag/month"
