"""What a case file means: values, units, ranges, series, money, defaults."""

import hashlib
import subprocess
import sys
import time

import numpy as np
import pytest

from derbes.case import forms
from derbes.case.entities import Hit, InTransit, MeasureKind, Tier
from derbes.case.quantity import Grade, Quantity, Step
from derbes.casefile import read_case
from derbes.casefile.display import display
from derbes.casefile.entries import keys_of
from derbes.draws.sampling import LEAST_SHARE, quantile_function
from derbes.errors import CaseError
from derbes.language import use_language
from tests.casefile.writing import SMALL, broken, check_case
from tools.case_file import models


@pytest.fixture
def read(tmp_path):
    def _read(text):
        path = tmp_path / "case.yaml"
        path.write_text(text, encoding="utf-8")
        return read_case(path)

    return _read


def _price(read, written):
    return read(broken("price: 10 USD/t", f"price: {written}")).suppliers["north_alum"].price


def test_small_case(read):
    case = read(SMALL)
    assert (case.name, case.currency, case.target) == ("Small (invented)", "USD", "town")
    assert (case.calendar.n_periods, case.calendar.step) == (36, Step.MONTH)
    assert case.actors["town"].tags == ("home",)
    assert case.actors["north"].margin_share.value == 0.4
    assert case.goods["alum"].unit == "t"
    assert case.uses["treatment"].tier is Tier.ESSENTIAL
    assert case.uses["treatment"].shortage_cost.unit == "USD/t"
    assert case.stockpiles["store"].survival.half_life.value == 120.0
    assert case.routes["rail"].via == ("south",)
    assert case.suppliers["north_alum"].routes == ("rail",)
    assert case.plants["works"].opening == 12
    assert case.plants["mill"].opening == -7
    assert case.plants["works"].lines["press"].unit == "hour/month"
    assert case.recipes["alum_from_ore"].inputs["ore"].value == 5.0
    assert case.recipes["alum_from_ore"].line == "press"
    assert case.facts["tonnage"].says == {"": "A town of this size uses a hundred tonnes."}
    assert case.documents["census"].date == "2025"
    assert case.hash == hashlib.sha256(SMALL.encode()).hexdigest()
    assert case.missing == ()


def test_measure(read):
    text = broken("hits: {actor: north}", "hits: [{actor: north}, {via: south, good: alum}]")
    text = broken(
        "    lengths: [6, 12]\n",
        "    lengths: [6, 1 year]\n    start: 2027-03\n"
        "    in_transit: delivered\n    crisis: yes\n",
        text,
    )
    measure = read(text).measures["embargo"]
    assert measure.kind is MeasureKind.EMBARGO
    assert measure.hits == (Hit(actor="north"), Hit(via="south", good="alum"))
    assert (measure.lengths, measure.start) == ((6, 12), 14)
    assert (measure.in_transit, measure.crisis) == (InTransit.DELIVERED, True)


def test_defaults_have_no_path(read):
    case = read(SMALL)
    assert case.refill_time == Quantity(6.0, "month")
    assert case.sender_horizon == Quantity(36.0, "month")
    assert case.discount_rate == Quantity(0.0, "1/year")
    assert case.priorities == ("essential", "deferrable", "reserve", "money")
    assert case.suppliers["ore_mine"].lead_time is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12.0),
        ("12 USD/t", 12.0),
        ("0.012 USD/kg", 12.0),
        ("6000 KZT/t", 12.0),
        ("6 тенге/кг", 12.0),
        ("{value: 12, unit: USD/t}", 12.0),
        ("{value: 6, unit: KZT/kg}", 12.0),
        ("{value: 12 USD/t, unit: KZT/t}", 12.0),
    ],
)
def test_price_in_base_units(read, written, value):
    price = _price(read, written)
    assert price.value == pytest.approx(value, rel=1e-12)
    assert (price.unit, price.steps) == ("USD/t", ())


def test_whole_quantity(read):
    price = _price(
        read,
        "{value: 12 USD/t, range: [10, 0.02 USD/kg], distribution: pert, grade: B,"
        " source: tonnage, why: As sold.}",
    )
    assert price == Quantity(
        value=12.0,
        unit="USD/t",
        low=10.0,
        high=20.0,
        distribution="pert",
        grade=Grade.PUBLISHED,
        source="tonnage",
        why={"": "As sold."},
        path="suppliers.north_alum.price",
        written="12 USD/t",
        line=33,
    )


def test_plain_ends_are_in_the_unit_of_the_value(read):
    price = _price(read, "{value: 6000 KZT/t, range: [5000, 7000]}")
    assert (price.low, price.high) == (10.0, 14.0)


@pytest.mark.parametrize(
    ("distribution", "parameters", "ends"),
    [
        (
            "{kind: discrete, values: [10, 20], weights: [75 %, 0.25]}",
            (10, 0.75, 20, 0.25),
            (10, 20),
        ),
        ("{kind: empirical, values: [14, 9, 11]}", (14, 9, 11), (9, 14)),
    ],
)
def test_observed_distribution(read, distribution, parameters, ends):
    price = _price(read, f"{{value: 12, distribution: {distribution}}}")
    assert price.parameters == parameters
    assert (price.low, price.high) == ends


def test_lognormal_has_its_quantiles(read):
    price = _price(read, "{value: 12, range: [8, 20], distribution: lognormal}")
    assert (price.distribution, price.parameters) == ("lognormal", (8.0, 20.0))


def test_a_share_is_a_share_in_every_draw(read):
    """A lognormal is drawn beyond the ends of its range; what is at most 1 may not be."""
    shares = np.array([LEAST_SHARE, 1.0 - LEAST_SHARE])
    for low, high, is_refused in ((0.01, 0.05, False), (0.1, 0.25, False), (0.3, 0.9, True)):
        written = f"{{value: {low}, range: [{low}, {high}], distribution: lognormal}}"
        text = broken("margin_share: 40 %", f"margin_share: {written}")
        if is_refused:
            with pytest.raises(CaseError, match="expected at most 1") as error:
                read(text)
            (problem,) = error.value.problems
            assert problem.where == "actors.north.margin_share.range"
            assert problem.fix == (
                "a lognormal is drawn beyond its range too: choose pert, or narrow the range"
            )
        else:
            share = read(text).actors["north"].margin_share
            assert quantile_function(share, {})(shares).max() <= 1.0


@pytest.mark.parametrize(
    "written",
    [
        "{2025-06: 8, 2027-01: 12}",
        "{series: {2027-01: 12, 2025-06: 8}}",
        "{value: {2025-06: 8 USD/t, 2027-01: 12}}",
    ],
)
def test_series_by_month(read, written):
    price = _price(read, written)
    assert price.steps == ((-7, 8.0), (12, 12.0))
    assert price.value == 8.0
    assert price.over(14).tolist() == [8.0] * 12 + [12.0] * 2


def test_dated_rate_makes_a_series(read):
    text = broken("rates: {KZT: 0.002}", "rates: {KZT: {2025-01: 0.002, 2027-01: 0.001}}")
    text = broken("price: 10 USD/t", "price: {2026-01: 5000 KZT/t, 2027-07: 8000 KZT/t}", text)
    price = read(text).suppliers["north_alum"].price
    assert price.over(19).tolist() == [10.0] * 12 + [5.0] * 6 + [8.0]
    constant = _constant_in_tenge(read, text)
    assert constant.over(13).tolist() == [10.0] * 12 + [5.0]


def test_what_is_paid_once_counts_at_the_rate_of_its_date(read):
    text = broken("rates: {KZT: 0.002}", "rates: {KZT: {2025-01: 0.002, 2027-01: 0.001}}")
    paid = "\n".join(
        f"      - {{date: {date}, amount: {{value: 5000 KZT, range: [4000 KZT, 8000 KZT]}}}}"
        for date in ("2025-06", "2026-12", "2027-01", "2028-05")
    )
    text = broken("    opening: 2027-01\n", f"    opening: 2027-01\n    capital:\n{paid}\n", text)
    text += "budget: {by_year: {2026: 5000 KZT, 2027: 5000 KZT, 2028: 5000 KZT}}\n"
    case = read(text)
    amounts = [one.amount for one in case.plants["works"].capital]
    assert [one.value for one in amounts] == [10.0, 10.0, 5.0, 5.0]
    assert [(one.low, one.high) for one in amounts] == [(8.0, 16.0)] * 2 + [(4.0, 8.0)] * 2
    assert {year: one.value for year, one in case.budget.by_year.items()} == {
        2026: 10.0, 2027: 5.0, 2028: 5.0,
    }  # fmt: skip


def _constant_in_tenge(read, text):
    old = "price: {2026-01: 5000 KZT/t, 2027-07: 8000 KZT/t}"
    return read(broken(old, "price: 5000 KZT/t", text)).suppliers["north_alum"].price


def test_missing_is_none_and_told(read):
    case = read(broken("shortage_cost: 1000 USD/t", "shortage_cost: missing"))
    assert case.uses["treatment"].shortage_cost is None
    assert case.missing == ("uses.treatment.shortage_cost",)


def test_schema_decides_what_a_text_is(read):
    text = broken("  south: {}", "  south: {label: NO, tags: [on, y]}")
    text = broken("title: Census", "title: 010121", text)
    case = read(text)
    assert case.actors["south"].label == {"": "NO"}
    assert case.actors["south"].tags == ("on", "y")
    assert case.documents["census"].title == {"": "010121"}


def test_range_of_an_opening_becomes_the_delay(read):
    old = "opening: 2027-01\n    lines: {press: 600 hour/month}"
    new = (
        "opening: {value: 2027-01, range: [2026-10, 2028-07], grade: B, why: Says so.}\n"
        "    lines: {press: 600 hour/month}"
    )
    plant = read(broken(old, new)).plants["works"]
    assert plant.opening == 12
    assert (plant.delay.value, plant.delay.low, plant.delay.high) == (0.0, -3.0, 18.0)
    assert (plant.delay.path, plant.delay.grade) == ("plants.works.opening", Grade.PUBLISHED)
    late = read(broken(old, new + "\n    delay: {value: 4, range: [2, 6]}")).plants["works"]
    assert (late.delay.value, late.delay.low, late.delay.high) == (4.0, -1.0, 24.0)


def test_capital_of_a_plant(read):
    capital = "capital: [{date: 2025-01, amount: 1.5 million USD, foreign_share: 60 %}]"
    plant = read(broken("opening: 2027-01", f"opening: 2027-01\n    {capital}")).plants["works"]
    (payment,) = plant.capital
    assert (payment.period, payment.amount.value, payment.foreign_share.value) == (-12, 1.5e6, 0.6)


def test_survival_table(read):
    text = broken("half_life: 10 year", "survival_table: [[0, 1], [10 year, 50 %]]\n    age: 24")
    survival = read(text).stockpiles["store"].survival
    assert survival.table == ((0.0, 1.0), (120.0, 0.5))
    assert survival.age.value == 24.0


def test_quarters_and_years(read):
    text = broken("periods: 36}", "periods: 12, step: quarter}")
    case = read(text)
    assert case.measures["embargo"].lengths == (2, 4)
    assert case.plants["works"].opening == 4


def test_discount_is_a_share_a_year(read):
    for written, value in (("5 %", 0.05), ("0.05", 0.05), ("1 %/month", 0.12), ("5%/year", 0.05)):
        case = read(broken("target: town", f"target: town\ndiscount_rate: {written}"))
        assert case.discount_rate.value == pytest.approx(value)
        assert case.discount_rate.unit == "1/year"


def test_rate_with_its_unit(read):
    for written in ("0.002", "0.002 USD", "0.002 USD/KZT"):
        rate = read(broken("rates: {KZT: 0.002}", f"rates: {{KZT: {written}}}")).rates["KZT"]
        assert (rate.value, rate.unit) == (0.002, "USD/KZT")


def test_own_unit_of_a_good(read):
    text = broken("ore: {unit: kg}", "ore: {unit: wagon}")
    text = broken(
        "price: 1 USD/kg, capacity: 900 kg/month", "price: 1, capacity: 9 wagons/month", text
    )
    text = broken("inputs: {ore: 5 kg}", "inputs: {ore: 5 wagon/t}", text)
    case = read(text)
    assert case.suppliers["ore_mine"].capacity.unit == "wagon/month"
    assert (case.recipes["alum_from_ore"].inputs["ore"].value) == 5.0


def test_amount_of_a_fact_keeps_its_unit(read):
    for written, value, unit in (
        ("1 billion USD", 1e9, "USD"),
        ("12 guns/brigade", 12.0, "guns/brigade"),
        ("15 %", 0.15, ""),
        ("{value: 12, range: [10, 20], unit: kg}", 12.0, "kg"),
    ):
        fact = read(broken("tonnage: {", f"tonnage: {{amount: {written}, ")).facts["tonnage"]
        assert (fact.amount.value, fact.amount.unit) == (value, unit)


def test_note_in_the_language_in_use(read):
    text = broken("  south: {}", "  south: {note: {en: Far, ru: Далеко}}")
    case = read(text)
    assert case.actors["south"].note == {"en": "Far", "ru": "Далеко"}
    told = {}
    for code in ("en", "ru", "kk"):
        use_language(code)
        told[code] = display(case, "actors.south").splitlines()[1]
    assert told == {"en": "  Far", "ru": "  Далеко", "kk": "  Far [en]"}


def test_what_a_reader_is_told_may_be_written_in_any_language():
    """What stays one text is an id, a word that is looked up, an address or an expression."""
    keys = [(model, key) for model in models() for key in keys_of(model).values()]
    texts = {key.key for _model, key in keys if isinstance(key.form, forms.LabelForm)}
    assert texts == {
        "label", "name", "note", "question", "why", "yes", "no", "void", "missing", "look", "says",
        "phrase", "untestable", "title", "publisher", "licence",
    }  # fmt: skip
    plain = {
        f"{model.__name__}.{key.key}"
        for model, key in keys
        if key.form in (forms.TEXT, forms.WORDS, forms.GIVEN)
    }
    assert plain == {
        "Document.address", "Good.unit", "Hit.tag", "Statement.cue", "WrittenQuantity.unit",
    }  # fmt: skip


def test_a_form_of_a_language_is_read_and_one_that_is_none_refused(read):
    text = broken("  south: {}", "  south: {label: {ru: Юг, ru_gen: Юга, en: South}}")
    assert read(text).actors["south"].label == {"ru": "Юг", "ru_gen": "Юга", "en": "South"}


def test_texts_by_language_reach_every_reader(read):
    text = broken("  south: {}", "  south: {label: {en: The south, ru: Юг}}")
    text = text.replace("title: Census", "title: {en: Census, ru: Перепись}")
    case = read(text)
    use_language("ru")
    assert display(case, "documents.census").splitlines()[1] == "  title: Перепись"
    use_language("kk")
    assert display(case, "documents.census").splitlines()[1] == "  title: Census [en]"


def test_windows_line_ends(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert read_case(path).goods["alum"].reserve.line == 15


def test_order_of_elements_stays(read):
    assert list(read(SMALL).suppliers) == ["north_alum", "ore_mine"]


def test_anchors_are_read(read):
    text = broken("reserve: 600 t ", "reserve: &stock 600 t ")
    text = broken("quantity: 600 t", "quantity: *stock", text)
    assert read(text).stockpiles["store"].quantity.value == 600.0


def _large(n_suppliers):
    rows = "".join(
        f"  north_{n}:\n    actor: north\n    good: alum\n    price: {n + 1} USD/t\n"
        "    capacity: {value: 5 t/month, range: [1, 6]}\n"
        for n in range(n_suppliers)
    )
    return broken("suppliers:\n", f"suppliers:\n{rows}")


def test_25_000_lines_are_read_in_seconds(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(_large(5000), encoding="utf-8")
    start = time.process_time()
    assert check_case(path) == ()
    assert time.process_time() - start < 6.0


def test_25_000_wrong_lines_are_told_in_seconds(tmp_path):
    path = tmp_path / "case.yaml"
    text = _large(5000).replace(
        "    actor: north\n    good: alum\n    price", "    actor: nroth\n    good: alum\n    price"
    )
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    problems = check_case(path)
    assert time.process_time() - start < 10.0
    assert len(problems) == 5001
    assert {problem.what for problem in problems} == {'"nroth" is not an actor of this case'}


def test_reading_loads_no_heavy_package():
    code = (
        "import sys; before = set(sys.modules);"  # a peer's .pth file may load some at the start
        "import derbes.casefile;"
        "heavy = {'highspy', 'numba', 'scipy', 'pandas', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
