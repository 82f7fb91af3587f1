"""A case as plain text: whole texts."""

import pytest

from derbes.casefile import display, read_case
from derbes.errors import RequestError
from tests.casefile.writing import SMALL, broken


@pytest.fixture
def case(tmp_path):
    text = broken(
        "price: 10 USD/t",
        "price: {value: 10 USD/t, range: [8, 12], distribution: pert, grade: B, source: census,"
        " why: As sold.}",
    )
    text = broken("demand: 100 t/month", "demand: {2026-01: 100, 2027-01: 1200.5}", text)
    text = broken("shortage_cost: 1000 USD/t", "shortage_cost: missing", text)
    text = broken(
        "opening: 2027-01", "opening: 2027-01\n    capital: [{date: 2026-02, amount: 5}]", text
    )
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return read_case(path)


def _shown(case, where=""):
    return display(case, where).replace("\u202f", " ")


def test_overview(case):
    assert (
        _shown(case)
        == """\
Small (invented)

calendar: 2026-01 to 2028-12, 36 periods, by month
currency: USD
target: town
priorities: essential, deferrable, reserve, money
discount_rate: 0/year
  not given: the default
refill_time: 6 month
  not given: the default
sender_horizon: 36 month
  not given: the default

actors (3): town, north, south
goods (2): alum, ore
uses (1): treatment
stockpiles (1): store
routes (1): rail
suppliers (2): north_alum, ore_mine
plants (2): works, mill
recipes (1): alum_from_ore
measures (1): embargo
variants (2): no_works, late
facts (1): tonnage
documents (1): census
known to be missing: uses.treatment.shortage_cost"""
    )


def test_element_with_origin(case):
    assert (
        _shown(case, "suppliers.north_alum")
        == """\
suppliers.north_alum
  actor: north
  good: alum
  price: 10 USD/t (range 8 USD/t to 12 USD/t), pert
    grade: B
    source: census
    why: As sold.
    written: "10 USD/t", line 33
  capacity: 200 t/month
    written: "200 t/month", line 34
  routes: rail"""
    )


def test_series_and_missing(case):
    assert (
        _shown(case, "uses.treatment")
        == """\
uses.treatment
  good: alum
  tier: essential
  demand: by month: 2026-01 100 t/month; 2027-01 1 200.5 t/month
    written: "2026-01: 100, 2027-01: 1200.5", line 20
  shortage_cost: missing"""
    )


def test_plant(case):
    assert (
        _shown(case, "plants.works")
        == """\
plants.works
  actor: town
  opening: 2027-01
  lines.press: 600 hour/month
    written: "600 hour/month", line 42
  capital.0.period: 2026-02
  capital.0.amount: 5 USD
    written: "5", line 41"""
    )


def test_recipe_shows_its_line(case):
    assert "  line: press\n" in _shown(case, "recipes.alum_from_ore")


def test_measure(case):
    assert (
        _shown(case, "measures.embargo")
        == """\
measures.embargo
  kind: embargo
  sender: north
  hits.0.actor: north
  lengths: 6 month, 12 month
  in_transit: lost
  crisis: no"""
    )


def test_section(case):
    assert _shown(case, "variants") == "variants.no_works\nvariants.late"
    assert _shown(case, "exports") == "exports: none"


def test_numbers(case):
    assert _shown(case, "suppliers.north_alum.price").splitlines()[0] == (
        "suppliers.north_alum.price: 10 USD/t (range 8 USD/t to 12 USD/t), pert"
    )
    assert _shown(case, "stockpiles.store.half_life").splitlines()[0] == (
        "stockpiles.store.half_life: 120 month"
    )
    assert _shown(case, "plants.works.lines.press").splitlines()[0] == (
        "plants.works.lines.press: 600 hour/month"
    )
    assert _shown(case, "uses.treatment.shortage_cost") == "uses.treatment.shortage_cost: missing"
    assert _shown(case, "refill_time").splitlines()[0] == "refill_time: 6 month"
    assert _shown(case, "currency").splitlines()[:2] == ["USD", "rates.KZT: 0.002 USD/KZT"]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("suplliers", '"suplliers" leads nowhere in this case\n    fix: did you mean "suppliers"?'),
        (
            "suppliers.north",
            '"suppliers.north" leads nowhere in this case\n'
            '    fix: did you mean "suppliers.north_alum" or "suppliers.ore_mine"?',
        ),
        (
            "suppliers.north_alum.prise",
            '"suppliers.north_alum.prise" leads nowhere in this case\n'
            '    fix: did you mean "suppliers.north_alum.price" or "suppliers.north_alum.routes"?',
        ),
    ],
)
def test_leads_nowhere(case, where, message):
    with pytest.raises(RequestError) as error:
        display(case, where)
    assert str(error.value.problems[0]) == f"{where}: {message}"


def test_small_case_is_shown_whole(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")
    small = read_case(path)
    for section in ("actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants"):
        for name in getattr(small, section):
            assert display(small, f"{section}.{name}").startswith(f"{section}.{name}")
