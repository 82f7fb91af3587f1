"""A case as plain text: whole texts."""

import pytest

from derbes.casefile import display, read_case
from derbes.errors import RequestError
from tests.casefile.writing import PLANNED, SMALL, broken


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


@pytest.fixture
def planned(tmp_path):
    path = tmp_path / "planned.yaml"
    path.write_text(PLANNED, encoding="utf-8")
    return read_case(path)


def test_overview_of_a_plan(planned):
    shown = _shown(planned)
    assert shown.endswith(
        """
variants (2): no_works, late
options (7): second_works, more_press, works_earlier, bigger_store, south_contract, \
press_recipe, mine_bought
limits (2): land, few
standards (2): year_without_north, calm
scenarios (2): dry, wet
reference_classes (1): water_plants
hazards (1): cut_off
facts (1): tonnage
documents (1): census
budget.total: 90 000 000 USD
  written: "90 million USD", line 103
budget.by_year.2026: 60 000 000 USD
  written: "60 million USD", line 104
budget.by_year.2027: 50 000 000 USD
  written: "50 million USD", line 104
budget.foreign_total: 30 000 000 USD
  written: "30 million USD", line 105
budget.foreign_by_year.2026: 25 000 000 USD
  written: "25 million USD", line 106
risk.weight: 0.3
risk.level: 0.9
correlations.0.between: suppliers.south_alum.price, suppliers.south_alum.capacity
correlations.0.rank: -0.7
correlations.0.why: One mine."""
    )


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (
            "options.bigger_store",
            """\
options.bigger_store
  kind: reserve
  element: goods.alum
  size: 200 t, 400 t
  dates: 2026-01
  capital_by_size: 12 USD/t
    written: "12 USD/t", line 86
  committed: no""",
        ),
        (
            "options.south_contract",
            """\
options.south_contract
  kind: contract
  element: suppliers.south_alum
  size: 1
  dates: 2026-04, 2026-10, 2027-04, 2027-10
  take_or_pay: 0.8
    written: "80 %", line 91
  excludes: mine_bought
  requires: bigger_store
  committed: no""",
        ),
        ("options.works_earlier.size", "options.works_earlier.size: 3 month, 6 month"),
        ("options.more_press.size", "options.more_press.size: 0.5 to 3"),
        (
            "limits.few",
            """\
limits.few
  options.second_works: 1
    not given: the default
  options.south_contract: 1
    not given: the default
  at_most: 1
    written: "1", line 98
  counts: yes""",
        ),
        (
            "standards.year_without_north",
            """\
standards.year_without_north
  uses: essential
  measure: embargo
  length: 12 month
  from: 2027-01
  to: 2028-06
  share: 0.95
    written: "95 %", line 100
  in_draws: 0.9
    written: "90 %", line 100""",
        ),
        (
            "standards.calm",
            """\
standards.calm
  uses: treatment
  from: 2026-01
  to: 2028-12""",
        ),
        ("standards.calm.to", "standards.calm.to: 2028-12"),
        (
            "scenarios.dry",
            """\
scenarios.dry  Dry years
  probability: 0.333556
  changes: uses.treatment.demand: 130 t/month""",
        ),
        (
            "reference_classes.water_plants",
            """\
reference_classes.water_plants
  projects.0.name: First works
  projects.0.overrun: 31
  projects.0.finished: yes
  projects.0.source: tonnage
  projects.1.name: Second works
  projects.1.overrun: 21
  projects.1.finished: no
  projects.1.source: census""",
        ),
        (
            "hazards.cut_off.rate",
            'hazards.cut_off.rate: 0.05/year\n  written: "5 %/year", line 119',
        ),
        (
            "plants.second.delay",
            'plants.second.delay: 0 month, reference water_plants\n  written: "0", line 47',
        ),
        ("risk", "risk.weight: 0.3\nrisk.level: 0.9"),
    ],
)
def test_parts_of_a_plan(planned, where, text):
    assert _shown(planned, where) == text


def test_parts_that_are_not_there(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert _shown(read_case(path), "budget") == "budget: none"
    assert _shown(read_case(path), "correlations") == "correlations: none"


def test_many_dates_are_shown_by_their_ends(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        broken("dates: [2026-01, 2026-07]", "dates: {from: 2026-02}", PLANNED), encoding="utf-8"
    )
    assert _shown(read_case(path), "options.second_works.dates") == (
        "options.second_works.dates: 2026-02, 2026-03, … 2028-12: 35 dates"
    )


def test_small_case_is_shown_whole(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(SMALL, encoding="utf-8")
    small = read_case(path)
    for section in ("actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants"):
        for name in getattr(small, section):
            assert display(small, f"{section}.{name}").startswith(f"{section}.{name}")
