"""What options, limits, standards, budget and the uncertain parts of a case file mean."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.entities import quantities
from derbes.case.options import Option, OptionKind, Risk
from derbes.case.quantity import Calendar, Grade, Quantity
from derbes.case.uncertainty import Correlation, ReferenceProject
from derbes.casefile import read_case
from derbes.casefile.checks_plan import payments_of
from tests.casefile.writing import PLANNED, SMALL, broken, told
from tests.oracles.rewriting import rewrite_value


@pytest.fixture
def read(tmp_path):
    def _read(text=PLANNED):
        path = tmp_path / "case.yaml"
        path.write_text(text, encoding="utf-8")
        return read_case(path)

    return _read


def test_option_with_every_key(read):
    option = read().options["second_works"]
    assert (option.kind, option.element) == (OptionKind.BUILD, "plants.second")
    assert option.label == {"en": "A second works"}
    assert (option.sizes, option.smallest, option.largest) == ((0.5, 1.0, 2.0), 0.5, 2.0)
    assert option.dates == (0, 6)
    assert option.lead_time.value == 18.0
    assert option.capital == Quantity(
        5e7,
        "USD",
        low=4e7,
        high=7e7,
        grade=Grade.ASSUMPTION,
        source="census",
        path="options.second_works.capital",
        written="50 million USD",
        line=79,
    )
    assert (option.capital_by_size.value, option.capital_by_size.unit) == (1e7, "USD")
    assert (option.running.value, option.running.unit) == (1e5, "USD/month")
    assert option.running_by_size.value == pytest.approx(1000.0)
    assert (option.foreign_share.value, option.take_or_pay) == (0.4, None)
    assert (option.excludes, option.requires, option.committed) == ((), (), False)


def test_option_with_no_more_than_it_needs(read):
    option = read(broken(", capital: 3 million USD}", "}", PLANNED)).options["press_recipe"]
    assert (option.sizes, option.dates) == ((1.0,), (0,))
    assert (option.capital, option.lead_time, option.committed) == (None, None, True)


def test_missing_cost_is_none_and_told(read):
    case = read(broken(", capital: 3 million USD}", ", capital: missing}", PLANNED))
    assert case.options["press_recipe"].capital is None
    assert case.missing == ("options.press_recipe.capital",)


@pytest.mark.parametrize(
    ("written", "sizes", "ends"),
    [
        ("2", (2.0,), (2.0, 2.0)),
        ("50 %", (0.5,), (0.5, 0.5)),
        ("[0.5, 1, 2]", (0.5, 1.0, 2.0), (0.5, 2.0)),
        ("{steps: [1, 3]}", (1.0, 3.0), (1.0, 3.0)),
        ("{to: 3}", (), (0.0, 3.0)),
        ("{from: 0.5, to: 3}", (), (0.5, 3.0)),
    ],
)
def test_sizes(read, written, sizes, ends):
    option = read(broken("[0.5, 1, 2]", written, PLANNED)).options["second_works"]
    assert (option.sizes, (option.smallest, option.largest)) == (sizes, ends)


def test_sizes_have_the_unit_of_their_kind(read):
    text = broken("size: [200 t, 400]", "size: [200000 kg, 400]", PLANNED)
    options = read(text).options
    assert options["bigger_store"].sizes == (200.0, 400.0)
    assert options["works_earlier"].sizes == (3.0, 6.0)
    assert (options["mine_bought"].smallest, options["mine_bought"].largest) == (0.0, 0.6)


def test_payments_by_size_have_the_unit_of_the_size(read):
    options = read().options
    assert options["bigger_store"].capital_by_size.unit == "USD/t"
    assert options["works_earlier"].capital_by_size.unit == "USD/month"
    assert options["more_press"].capital_by_size.unit == "USD"
    text = broken("capital_by_size: 12 USD/t", "running_by_size: 1.2 USD/t/year", PLANNED)
    running = read(text).options["bigger_store"].running_by_size
    assert (running.value, running.unit) == (pytest.approx(0.1), "USD/t/month")


@pytest.mark.parametrize(
    ("written", "dates"),
    [
        ("2026-03", (2,)),
        ("[2026-03, 2026-05]", (2, 4)),
        ("{from: 2028-09}", (32, 33, 34, 35)),
        ("{from: 2028-09, every: 2 month}", (32, 34)),
        ("{to: 2026-03}", (0, 1, 2)),
        ("{every: 1 year}", (0, 12, 24)),
        ("{from: 2026-02, to: 2026-09, every: 3}", (1, 4, 7)),
    ],
)
def test_dates(read, written, dates):
    text = broken("dates: [2026-01, 2026-07]", f"dates: {written}", PLANNED)
    assert read(text).options["second_works"].dates == dates


def test_dates_by_quarter(read):
    text = broken("periods: 36}", "periods: 12, step: quarter}", PLANNED)
    case = read(text)
    assert case.options["south_contract"].dates == (1, 3, 5, 7)
    assert case.options["works_earlier"].sizes == (3.0, 6.0)
    assert (case.standards["year_without_north"].length, case.standards["calm"].last) == (4, -1)


def test_contract(read):
    option = read().options["south_contract"]
    assert (option.take_or_pay.value, option.excludes, option.requires) == (
        0.8,
        ("mine_bought",),
        ("bigger_store",),
    )


def test_limits(read):
    limits = read().limits
    land, few = limits["land"], limits["few"]
    assert {name: weight.value for name, weight in land.options.items()} == {
        "second_works": 1.0,
        "more_press": 0.5,
    }
    assert (land.at_most.value, land.at_least, land.counts) == (2.0, None, False)
    assert few.options == {"second_works": Quantity(1.0), "south_contract": Quantity(1.0)}
    assert (few.at_most.value, few.counts) == (1.0, True)


def test_limit_of_one_option(read):
    text = broken("options: [second_works, south_contract]", "options: second_works", PLANNED)
    assert read(text).limits["few"].options == {"second_works": Quantity(1.0)}


def test_standards(read):
    standards = read().standards
    year, calm = standards["year_without_north"], standards["calm"]
    assert (year.uses, year.measure, year.length) == ((), "embargo", 12)
    assert (year.first, year.last) == (12, 29)
    assert (year.share.value, year.in_draws.value) == (0.95, 0.9)
    assert (calm.uses, calm.measure, calm.length) == (("treatment",), "", 0)
    assert (calm.first, calm.last, calm.share, calm.in_draws) == (0, -1, None, None)


def test_one_use_of_a_standard_needs_no_brackets(read):
    text = broken("uses: [treatment]", "uses: treatment", PLANNED)
    assert read(text).standards["calm"].uses == ("treatment",)


def test_budget_and_risk(read):
    case = read()
    assert case.budget.total.value == 9e7
    assert {year: most.value for year, most in case.budget.by_year.items()} == {
        2026: 6e7,
        2027: 5e7,
    }
    assert (case.budget.foreign_total.value, case.budget.at_line) == (3e7, 102)
    assert case.budget.foreign_by_year[2026].path == "budget.foreign_by_year.2026"
    assert case.risk == Risk(weight=0.3, level=0.9)


def test_without_budget_and_risk(read):
    case = read(SMALL)
    assert (case.budget, case.risk, case.correlations) == (None, Risk(), ())


def test_correlations(read):
    pair = ("suppliers.south_alum.price", "suppliers.south_alum.capacity")
    assert read().correlations == (Correlation(pair, -0.7, {"": "One mine."}, 112),)


def test_reference_class(read):
    projects = read().reference_classes["water_plants"].projects
    assert projects == (
        ReferenceProject({"": "First works"}, 31.0, True, "tonnage"),
        ReferenceProject({"": "Second works"}, 21.0, False, "census"),
    )


@pytest.mark.parametrize(
    ("planned", "achieved", "overrun"),
    [
        ("2012-06", "2012-06", 0.0),
        ("2012-06", "2011-12", -6.0),
        ("2012-06-01", "2012-07", 1.0),
        ("2012-06-01", "2012-07-16", 1 + 15 / 30.4375),
    ],
)
def test_overrun(read, planned, achieved, overrun):
    text = broken(
        "planned: 2012-06, achieved: 2015-01",
        f"planned: {planned}, achieved: {achieved}",
        PLANNED,
    )
    project = read(text).reference_classes["water_plants"].projects[0]
    assert project.overrun == pytest.approx(overrun)


def test_delay_from_a_reference_class(read):
    delay = read().plants["second"].delay
    assert (delay.distribution, delay.reference, delay.parameters) == (
        "reference",
        "water_plants",
        (),
    )
    assert (delay.value, delay.low, delay.high, delay.has_range) == (0.0, None, None, True)


def test_opening_from_a_reference_class(read):
    old = "    opening: 2026-01\n    delay: {value: 0, distribution: {reference: water_plants}}\n"
    new = (
        "    opening: {value: 2026-05, distribution: {reference: water_plants}, grade: B,"
        " why: As like ones.}\n"
    )
    plant = read(broken(old, new, PLANNED)).plants["second"]
    assert plant.opening == 4
    assert plant.delay == Quantity(
        0.0,
        "month",
        distribution="reference",
        reference="water_plants",
        grade=Grade.PUBLISHED,
        why={"": "As like ones."},
        path="plants.second.opening",
        written="2026-05",
        line=46,
    )


@pytest.mark.parametrize("written", ["5 %/year", "0.05", "0.05/year", "0.05 1/year", "5 %"])
def test_rate_of_a_hazard(read, written):
    hazard = read(broken("rate: 5 %/year", f"rate: {written}", PLANNED)).hazards["cut_off"]
    assert (hazard.rate.value, hazard.rate.unit) == (pytest.approx(0.05), "1/year")
    assert (hazard.measure, hazard.length.value, hazard.length.low) == ("embargo", 12.0, 3.0)


def test_numbers_of_the_plan_are_inputs(read):
    paths = {one.path for one in quantities(read())}
    assert {
        "options.second_works.capital",
        "limits.land.options.more_press",
        "standards.year_without_north.share",
        "budget.by_year.2027",
        "hazards.cut_off.length",
    } <= paths
    assert not [path for path in paths if path.startswith(("scenarios.", "limits.few.options"))]


@pytest.mark.parametrize(
    ("where", "text", "line"),
    [
        ("options.second_works.size.1", "1.5", "    size: [0.5, 1.5, 2]"),
        ("options.more_press.size.to", "4", "size: {from: 0.5, to: 4}"),
        ("budget.by_year.2027", "80 million USD", "2027: 80 million USD}"),
        ("scenarios.dry.probability", "0.334", "probability: 0.334"),
        ("correlations.0.rank", "0.5", "rank: 0.5"),
        ("reference_classes.water_plants.projects.0.achieved", "2016-01", "achieved: 2016-01"),
        ("options.second_works.capital", "60 million USD", "{value: 60 million USD, range"),
    ],
)
def test_values_of_the_plan_are_rewritten(tmp_path, where, text, line):
    path = tmp_path / "case.yaml"
    path.write_text(PLANNED, encoding="utf-8")
    rewrite_value(path, where, text)
    after = path.read_text(encoding="utf-8")
    pairs = zip(PLANNED.splitlines(), after.splitlines(), strict=True)
    (changed,) = [new for old, new in pairs if old != new]
    assert line in changed
    assert read_case(path).options


def test_sections_in_files_of_their_own(tmp_path):
    head, tail = PLANNED[: PLANNED.index("options:\n")], PLANNED[PLANNED.index("options:\n") :]
    (tmp_path / "case.yaml").write_text(f"{head}include: [plan.yaml]\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(tail, encoding="utf-8")
    case = read_case(tmp_path)
    assert case.budget.total.value == 9e7
    assert next(iter(case.options)) == "second_works"
    assert case.correlations[0].rank == -0.7


YEARLY = Option(
    "x",
    sizes=(2.0, 3.0),
    lead_time=Quantity(6.0, "month"),
    capital=Quantity(600.0, "USD"),
    capital_by_size=Quantity(300.0, "USD"),
    running=Quantity(10.0, "USD/month"),
    running_by_size=Quantity(1.0, "USD/month"),
)


@pytest.mark.parametrize(
    ("calendar", "date", "paid"),
    [
        # 1,200 over six months from October on, then 12 a month from April to December
        (Calendar(2026, 1, 24), 9, {2026: 600.0, 2027: 600.0 + 9 * 12.0}),
        # what is due after the calendar does not count
        (Calendar(2026, 1, 12), 9, {2026: 600.0}),
        # two quarters of 600, then 36 a quarter
        (Calendar(2026, 1, 8, 3), 3, {2026: 600.0, 2027: 600.0 + 3 * 36.0}),
    ],
)
def test_payments_of_an_option(calendar, date, paid):
    assert payments_of(YEARLY, date, calendar) == pytest.approx(paid)


@given(
    calendar=st.builds(
        Calendar,
        first_year=st.just(2026),
        first_month=st.integers(1, 12),
        n_periods=st.integers(1, 40),
        step=st.sampled_from([1, 3, 12]),
    ),
    date=st.integers(0, 39),
    lead=st.integers(0, 30),
)
def test_payments_agree_with_those_of_each_period(calendar, date, lead):
    option = replace(YEARLY, lead_time=Quantity(float(lead), "month"))
    n_built = calendar.periods(lead)
    slow = {calendar.month_of(period)[0]: 0.0 for period in range(calendar.n_periods)}
    for period in range(date, calendar.n_periods):
        year = calendar.month_of(period)[0]
        slow[year] += 1200.0 / max(n_built, 1) if period < date + max(n_built, 1) else 0.0
        slow[year] += 12.0 * calendar.step if period >= date + n_built else 0.0
    assert payments_of(option, date, calendar) == pytest.approx(slow)


def test_what_is_committed_is_paid_at_the_exchange_rate_of_its_date():
    """Money of the option is worth a half from the second year on."""
    halved = {
        name: replace(
            getattr(YEARLY, name),
            steps=((0, (value := getattr(YEARLY, name).value)), (12, value / 2)),
        )
        for name in ("capital", "capital_by_size", "running", "running_by_size")
    }
    option, calendar = replace(YEARLY, **halved), Calendar(2026, 1, 24)
    assert payments_of(option, 13, calendar) == pytest.approx({2026: 0.0, 2027: 600.0 + 5 * 6.0})
    assert payments_of(option, 2, calendar) == pytest.approx({2026: 1200.0 + 4 * 12.0, 2027: 72.0})
    assert payments_of(option, 10, calendar) == pytest.approx({2026: 400.0, 2027: 400.0 + 8 * 6.0})


def test_budget_may_be_what_is_committed(tmp_path):
    text = broken("total: 90 million USD", "total: 3 million USD", PLANNED)
    assert told(tmp_path, text) == ""


def with_chance(variant="gone", tag="ready"):
    """The small case with a chance that a variant brings."""
    ready = "{actor: south, good: alum, price: 5 USD/t, capacity: 9 t/month, tags: [ready]}"
    gone = f"variants:\n  gone: {{add: {{suppliers: {{ready: {ready}}}}}}}\n"
    chance = f"chances:\n  switch: {{variant: {variant}, tag: {tag}, cost: 3 million USD}}\n"
    return broken("variants:\n", gone) + chance


def test_a_chance_names_a_variant_and_what_is_there_only_for_it(read):
    chance = read(with_chance()).chances["switch"]
    assert (chance.variant, chance.tag) == ("gone", "ready")
    assert (chance.cost.value, chance.cost.path) == (3e6, "chances.switch.cost")


def test_a_tag_that_nothing_in_the_variant_bears_is_a_problem(tmp_path):
    said = told(tmp_path, with_chance(tag="redy"))
    assert 'no recipe, export or supplier of variant "gone" has the tag "redy"' in said
    assert 'did you mean "ready"?' in said
    said = told(tmp_path, with_chance(tag="home"))
    assert "chances.switch.tag" in said


def test_a_chance_of_an_unknown_variant_is_a_problem(tmp_path):
    assert "chances.switch.variant" in told(tmp_path, with_chance(variant="gon"))


def test_standing_cost_and_life_are_read_in_months(read):
    text = broken(
        "    opening: 2027-01\n",
        "    opening: 2027-01\n    standing_cost: 12 million USD/year\n    life: 20 year\n",
    )
    plant = read(text).plants["works"]
    assert plant.standing_cost.value == pytest.approx(1e6)
    assert plant.life.value == 240.0


def test_a_plant_of_no_life_and_a_standing_cost_below_nothing_are_problems(tmp_path):
    text = broken(
        "    opening: 2027-01\n",
        "    opening: 2027-01\n    standing_cost: -1 USD/month\n    life: 0 year\n",
    )
    said = told(tmp_path, text)
    assert "plants.works.standing_cost" in said
    assert "plants.works.life" in said
