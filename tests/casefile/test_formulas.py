"""Numbers that follow from others: units, parents, grades, ranges, draws, and what is refused."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.api import inputs, read_case, show
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.casefile.draft import Memory
from derbes.casefile.formulas import MOST_BEHIND, read_formula
from derbes.casefile.reader import read_files
from derbes.draws.inputs import inputs_by_path, uncertain_inputs
from derbes.grammar import MOST_DEPTH, MOST_POWER, MOST_SIGNS, ExpressionError, refused
from derbes.model.numbers import with_formulas
from tests.casefile.writing import PLANNED, check_case
from tests.fuzz.writing import loaded, nodes

TEXT = """derbes: 1
name: Formulas
calendar: {first: 2026-01, periods: 24, step: month}
currency: {base: USD, price_year: 2026, rates: {EUR: 1.1}}
target: town
actors: {town: {}, north: {margin_share: 40 %}}
assumptions:
  tubes: {value: 150 tube, range: [100 tube, 200 tube], grade: D, why: none is published}
  rate: {value: 60 round/tube/year, range: [30 round/tube/year, 120 round/tube/year], grade: C}
  calm: = tubes * rate
  price: {value: 1000 EUR/round, grade: B}
goods:
  shell:
    unit: round
    reserve: {value: = 8 months * uses.ready.crisis_demand, range: [9000, 25000]}
uses:
  ready:
    {good: shell, tier: essential, demand: = calm / 3, crisis_demand: = tubes * 15 round/tube/month,
     shortage_cost: = price * 2}
stockpiles: {store: {good: shell, quantity: = tubes * 300 round/tube}}
suppliers:
  offer:
    {actor: north, good: shell, price: {value: = price + 500 USD/round, grade: D},
     capacity: "= 2 * max(calm, uses.ready.demand)"}
measures:
  embargo: {kind: embargo, sender: north, hits: {actor: north}, lengths: [12], crisis: true}
"""


@pytest.fixture
def written(tmp_path):
    """The case, or what is told of it, with a text in it changed."""

    def write(old: str = "", new: str = "") -> Case:
        assert old in TEXT
        path = tmp_path / "case.yaml"
        path.write_text(TEXT.replace(old, new, 1) if old else TEXT, encoding="utf-8")
        return read_case(path)

    return write


@pytest.fixture
def told(tmp_path):
    def tell(old: str, new: str) -> list[str]:
        assert old in TEXT
        path = tmp_path / "case.yaml"
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        return [f"{one.where}: {one.what}" for one in check_case(path, lambda _case: ())]

    return tell


def number(case: Case, path: str) -> Quantity:
    return inputs_by_path(case)[path]


@pytest.mark.parametrize(
    ("path", "value", "unit"),
    [
        ("assumptions.calm", 150 * 60 / 12, "round/month"),
        ("uses.ready.demand", 150 * 60 / 12 / 3, "round/month"),
        ("uses.ready.crisis_demand", 150 * 15, "round/month"),
        ("goods.shell.reserve", 8 * 150 * 15, "round"),
        ("stockpiles.store.quantity", 150 * 300, "round"),
        ("uses.ready.shortage_cost", 2 * 1000 * 1.1, "USD/round"),
        ("suppliers.offer.price", 1000 * 1.1 + 500, "USD/round"),
        ("suppliers.offer.capacity", 2 * 750, "round/month"),
    ],
)
def test_a_formula_gives_what_is_worked_out_by_hand(written, path, value, unit):
    found = number(written(), path)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.unit == unit


def test_a_number_is_as_good_as_the_worst_that_it_follows_from(written):
    case = written()
    assert number(case, "assumptions.calm").grade == "D"
    assert number(case, "uses.ready.shortage_cost").grade == "B"
    assert number(case, "suppliers.offer.price").grade == "D"
    case = written(
        "120 round/tube/year], grade: C}",
        "120 round/tube/year]}",
    )
    assert number(case, "assumptions.calm").grade == ""


def test_a_rate_turns_an_amount_as_writing_it_in_the_currency_does(written):
    case = written("{value: 1000 EUR/round, grade: B}", "= currency.rates.EUR * 1000 EUR/round")
    assert number(case, "assumptions.price").value == pytest.approx(1100.0, rel=1e-12)
    assert number(case, "suppliers.offer.price").value == pytest.approx(1600.0, rel=1e-12)


def test_its_range_is_what_the_ranges_of_its_parents_make(written):
    found = number(written(), "uses.ready.demand")
    assert (found.low, found.high) == pytest.approx((100 * 30 / 36, 200 * 120 / 36))
    fixed = number(written(), "uses.ready.shortage_cost")
    assert (fixed.low, fixed.high) == (None, None)


def test_children_of_drawn_parents_are_the_formula_of_them(written):
    case = written()
    tubes, rate = np.array([100.0, 130.0, 199.0]), np.array([31.0, 60.0, 111.0])
    values = with_formulas(case, {"assumptions.tubes": tubes, "assumptions.rate": rate})
    assert np.array_equal(values["assumptions.calm"], tubes * (rate * (1 / 12)))
    for i in range(3):
        one = with_formulas(
            case, {"assumptions.tubes": float(tubes[i]), "assumptions.rate": float(rate[i])}
        )
        assert all(one[path] == values[path][i] for path in one)
    assert set(values) == {
        *("assumptions.tubes", "assumptions.rate", "assumptions.calm"),
        *("uses.ready.demand", "uses.ready.crisis_demand", "goods.shell.reserve"),
        *("stockpiles.store.quantity", "suppliers.offer.capacity"),
    }


def test_a_number_that_is_drawn_itself_keeps_what_is_drawn(written):
    values = with_formulas(written(), {"assumptions.tubes": 100.0, "uses.ready.demand": 7.0})
    assert values["uses.ready.demand"] == 7.0
    assert values["stockpiles.store.quantity"] == 30_000.0


def test_a_variant_changes_what_follows(written):
    case = written("measures:", "variants: {more: {set: {assumptions.tubes: 300 tube}}}\nmeasures:")
    changed = case.variants["more"].case
    assert number(changed, "stockpiles.store.quantity").value == 90_000.0
    assert number(case, "stockpiles.store.quantity").value == 45_000.0


@pytest.mark.parametrize(
    "change",
    [
        "set: {assumptions.tubes: 300 tube}",
        "set: {assumptions.rate: 90 round/tube/year}",
        "set: {uses.ready.crisis_demand: 9 round/month}",
        "set: {assumptions.price: 7 USD/round}",
        "set: {currency.rates.EUR: 2}",
        "set: {stockpiles.store.quantity: 5 round}",
        "remove: [stockpiles.store]",
    ],
)
def test_a_variant_is_as_if_nothing_had_been_built_before(written, monkeypatch, change):
    text = f"variants: {{other: {{{change}}}}}\nmeasures:"
    found = inputs_by_path(written("measures:", text).variants["other"].case)
    monkeypatch.setattr(Memory, "is_usable", lambda _memory, _measures: False)
    anew = inputs_by_path(written("measures:", text).variants["other"].case)
    assert found == anew


def test_variants_of_a_large_case_are_as_if_nothing_had_been_built_before(monkeypatch):
    folder = Path(__file__).parents[2] / "cases" / "aspan"
    case = read_case(folder)
    monkeypatch.setattr(Memory, "is_usable", lambda _memory, _measures: False)
    anew = read_case(folder)
    for name, variant in case.variants.items():
        assert inputs_by_path(variant.case) == inputs_by_path(anew.variants[name].case)
        assert variant.case.formulas == anew.variants[name].case.formulas


def test_every_number_leads_to_its_formula_and_its_parents(written):
    lines = show(written(), "goods.shell.reserve").splitlines()
    assert [line.split(":")[0].strip() for line in lines if " = " in line or "tubes:" in line] == [
        "uses.ready.crisis_demand = tubes * 15 round/tube/month",
        "assumptions.tubes",
    ]


def test_assumptions_are_inputs_and_derived_numbers_are_not_drawn(written):
    case = written()
    assert [one.path for one in uncertain_inputs(case)] == ["assumptions.tubes", "assumptions.rate"]
    assert {"assumptions.tubes", "uses.ready.demand"} <= {one.path for one in inputs(case)}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "value: 150 tube",
            "value: = calm",
            "the formula comes back to itself: "
            "assumptions.calm → assumptions.tubes → assumptions.calm",
        ),
        ("= calm / 3", "= calms / 3", '"calms" is no number of this case'),
        (
            "= calm / 3",
            "= uses.ready.demand",
            "the formula comes back to itself: uses.ready.demand → uses.ready.demand",
        ),
        ("= calm / 3", "= calm * 2**100", "a power must be a whole number of at most 4"),
        (
            "= calm / 3",
            f"= calm * {'(' * 9}('1 t'/'1 t'*'1 t'){')**4' * 9}",
            "this gives a unit that counts nothing",
        ),
        ("= calm / 3", "= calm / (1e-300 ** 4)", "it divides by something that is, or may be, 0"),
        ("= calm / 3", "= calm * (1e-300 ** -4)", "it divides by something that is, or may be, 0"),
        (
            "= calm / 3",
            "= calm * 3 month",
            'expected "round/month" or what can be turned into it, '
            'got "= calm * 3 month, which gives round"',
        ),
        (
            "price + 500 USD/round",
            "price + 500 USD",
            '"+" stands between money/piece and money, which do not fit',
        ),
        ("= calm / 3", "= calm / 0", "it divides by something that is, or may be, 0"),
        ("= calm / 3", "= calm / (3", 'expected ")", but it ends here'),
        ("= calm / 3", "= calm 3", '"3" stands where an operator should'),
        ("= calm / 3", "= sqrt(calm)", '"sqrt" is no function of formulas'),
        (
            "= calm / 3",
            "= calm - 2000 round/month",
            'expected at least 0 round/month, got "= calm - 2000 round/month"',
        ),
        (
            "= calm / 3",
            "{series: {2026-01: 10, 2026-05: = calm}}",
            "a formula gives one whole number; it cannot stand in a range or a series",
        ),
        (
            "value: = 8 months",
            "distribution: uniform, value: = 8 months",
            "a number by a formula has no distribution of its own; it moves as its parents do",
        ),
    ],
)
def test_what_cannot_be_used_is_told_where_it_stands(told, old, new, what):
    assert [one.split(": ", 1)[1] for one in told(old, new)] == [what]


def test_what_follows_from_a_lognormal_is_within_its_limits_in_every_draw(told):
    """Within the range of the rate 1,000 are left and more; a draw can be seven times its end."""
    old = "grade: C}\n  calm: = tubes * rate"
    left = "calm: = 3000 round/month - tubes * rate"
    assert told(old, f"grade: C}}\n  {left}") == []
    found = told(old, f"grade: C, distribution: lognormal}}\n  {left}")
    assert found == ['uses.ready.demand: expected at least 0 round/month, got "= calm / 3"']


def test_every_problem_of_a_formula_is_told_under_its_part(tmp_path):
    path = tmp_path / "case.yaml"
    wrong = "= calms / 3 + root(tubes) * 2 t"
    path.write_text(TEXT.replace("= calm / 3", wrong, 1), encoding="utf-8")
    found = check_case(path, lambda _case: ())
    under = [one.excerpt[one.column - 1 : one.column - 1 + one.length] for one in found]
    assert under == ["calms", "root(tubes)"]
    assert [(one.what, one.fix) for one in found] == [
        ('"calms" is no number of this case', 'did you mean "calm"?'),
        ('"root" is no function of formulas', "there are min and max"),
    ]
    assert {(one.where, one.line) for one in found} == {("uses.ready.demand", 18)}


def test_a_path_that_leaves_the_case_is_told_with_the_nearest(tmp_path):
    path = tmp_path / "case.yaml"
    wrong = "= 8 months * uses.raedy.crisis_demand + uses.ready.crisis_demnad * 1 month"
    old = "= 8 months * uses.ready.crisis_demand"
    path.write_text(TEXT.replace(old, wrong, 1), encoding="utf-8")
    assert [one.fix for one in check_case(path, lambda _case: ())] == [
        'did you mean "uses.ready.crisis_demand"?',
        'did you mean "uses.ready.crisis_demand"?',
    ]


def test_units_that_do_not_fit_are_told_with_a_way_to_make_them(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(TEXT.replace("= calm / 3", "= calm + 5 round", 1), encoding="utf-8")
    (problem,) = check_case(path, lambda _case: ())
    assert problem.what == '"+" stands between piece/month and piece, which do not fit'
    assert problem.fix == 'multiply what is in piece/month by a time, as in * "6 month"'


def test_a_formula_that_leaves_the_range_beside_it_is_noted(written):
    case = written("range: [9000, 25000]", "range: [19000, 25000]")
    notes = [note.what for note in case.notes]
    assert (
        "its formula gives 18 000 round, "
        "outside the range of 19 000 round to 25 000 round beside it" in notes
    )
    assert not [note for note in written().notes if "beside it" in note.what]


RATE = "{2026-01: 1.1, 2026-07: 1.2}"


@pytest.mark.parametrize(
    ("old", "new", "noted"),
    [
        ("rates: {EUR: 1.1}", f"rates: {{EUR: {RATE}}}",
         {("uses.ready.shortage_cost", "currency.rates.EUR"),
          ("suppliers.offer.price", "currency.rates.EUR")}),
        ("{value: 60 round/tube/year, range: [30 round/tube/year, 120 round/tube/year], grade: C}",
         "{2026-01: 60 round/tube/year, 2026-02: 90 round/tube/year}",
         {("assumptions.calm", "assumptions.rate")}),
        ("{value: 60 round/tube/year, range: [30 round/tube/year, 120 round/tube/year], grade: C}",
         "{2026-01: 60 round/tube/year, 2026-07: 60 round/tube/year}", set()),
    ],
)  # fmt: skip
def test_a_formula_that_takes_one_month_of_what_changes_is_noted(written, old, new, noted):
    told = "its formula counts with the value of 2026-01 throughout, but {path} changes"
    found = {(one.where, one.what) for one in written(old, new).notes if "throughout" in one.what}
    assert found == {(where, told.format(path=path)) for where, path in noted}


def test_a_rate_that_changes_in_the_words_of_a_formula_is_noted(tmp_path):
    text = TEXT.replace("rates: {EUR: 1.1}", f"rates: {{EUR: {RATE}}}")
    path = tmp_path / "case.yaml"
    path.write_text(text.replace("= price * 2", "= 9000 EUR/round * 2"), encoding="utf-8")
    notes = [one.what for one in read_case(path).notes if "ready.shortage_cost" in one.where]
    assert notes == [
        "its formula counts with the value of 2026-01 throughout, but currency.rates.EUR changes"
    ]


def test_months_in_several_currencies_do_not_miss_a_rate_of_the_base(told):
    months = "price: {2026-01: 1000 EUR/round, 2026-07: 900 USD/round}"
    found = told("price: {value: 1000 EUR/round, grade: B}", months)
    assert (
        'assumptions.price.2026-07: expected "EUR/round" or what can be turned into it, '
        'got "900 USD/round"' in found
    )


NUMBERS = {"a": 3.0, "b": 0.25, "c": 7.0}
leaves = st.sampled_from([*NUMBERS, "2", "0.5", "4"])
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.tuples(st.sampled_from("+-*"), below, below).map(lambda t: f"({t[1]} {t[0]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), below, below).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(below, st.integers(1, MOST_POWER)).map(lambda t: f"({t[0]}) ** {t[1]}"),
        below.map(lambda one: f"-{one}"),
    ),
    max_leaves=8,
)


def plain(name: str) -> Quantity:
    if name not in NUMBERS:
        raise refused(name)
    return Quantity(NUMBERS[name], path=name)


@given(trees, st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_any_formula_is_worked_out_as_python_does_and_lies_in_its_span(text, shifts):
    formula, powers, _words = read_formula(text, plain)
    assert not powers
    python = eval(text, {"min": min, "max": max}, dict(NUMBERS))
    assert formula.value(NUMBERS.__getitem__) == pytest.approx(python)
    wide = {name: (value - 2.0, value + 2.0) for name, value in NUMBERS.items()}
    low, high = formula.span(wide.__getitem__)
    moved = {name: value + by for (name, value), by in zip(NUMBERS.items(), shifts, strict=True)}
    slip = 1e-9 * max(1.0, abs(low), abs(high))
    assert low - slip <= formula.value(moved.__getitem__) <= high + slip


@given(st.floats(0.001, 1000))
def test_a_formula_scales_with_its_unit(factor):
    formula, powers, _words = read_formula(f"{factor:.4f} t * 1000 / 2", plain)
    assert dict(powers) == {"mass": 1}
    assert formula.scaled(1e-3).value(NUMBERS.__getitem__) == pytest.approx(round(factor, 4) * 500)


def paths() -> list[str]:
    """A path of each kind that a case has: numbers, words, lists, elements and sections."""
    kinds = {}
    for path, _node in nodes(loaded(PLANNED)):
        kinds[tuple(step for at, step in enumerate(path) if at != 1)] = path
    return [".".join(map(str, path)) for path in kinds.values() if path]


def test_a_formula_that_names_no_number_is_told(tmp_path):
    """Whatever else stands under that path: what follows from it is there, or is refused."""
    case, silent = tmp_path / "case.yaml", []
    for path in paths():
        case.write_text(PLANNED.replace("{unit: kg}", f"{{unit: kg, reserve: = {path}}}"))
        found = read_files(case)
        silent += [path] if found.case and found.case.goods["ore"].reserve is None else []
    assert silent == []


@pytest.mark.parametrize(
    ("lacking", "told_of"),
    [
        ("missing", '"goods.ore.reserve" is missing: nothing follows from it'),
        ("{2026-01: missing, 2027-01: 5 kg}", '"goods.ore.reserve" is missing'),
        ("5 t/month", ""),
        ("[5 kg]", ""),
    ],
)
def test_nothing_follows_from_what_is_missing_or_refused(tmp_path, lacking, told_of):
    """Told where the formula stands; of a number that is refused, there and once."""
    case = tmp_path / "case.yaml"
    text = PLANNED.replace("{unit: kg}", f"{{unit: kg, reserve: {lacking}}}")
    case.write_text(text.replace("100 t/month", "= goods.ore.reserve / 1 month"))
    (problem,) = [one for one in read_files(case).problems if not one.where.startswith("variants")]
    assert problem.where == ("uses.treatment.demand" if told_of else "goods.ore.reserve")
    assert told_of in problem.what


def test_a_series_whose_first_value_is_missing_is_in_the_unit_of_its_others(told):
    found = told("assumptions:\n", "assumptions:\n  seen: {2026-01: missing, 2027-01: 5 round}\n")
    assert [one.partition(":")[0] for one in found] == ["assumptions.seen.2026-01"]


@given(st.text(max_size=40))
def test_no_text_does_worse_than_be_refused(text):
    with suppress(ExpressionError):
        read_formula(text, plain)


@given(st.lists(st.sampled_from(["(", "min(", "max(", "2 - (", "1 / (a + "]), min_size=1))
def test_brackets_of_any_kind_count_as_brackets(kinds):
    def of(depth: int) -> str:
        opened = (kinds * depth)[:depth]
        return "".join(opened) + "a" + ")" * depth

    formula, _powers, _words = read_formula(of(MOST_DEPTH), plain)
    assert formula.value(NUMBERS.__getitem__) < np.inf
    with pytest.raises(ExpressionError, match=f"more than {MOST_DEPTH} brackets"):
        read_formula(of(MOST_DEPTH + 1), plain)


@pytest.mark.parametrize("repeated", ["a + ", "a * ", "-", "a - (b) / ", "min(a, b) - ", "a**2 *"])
def test_a_formula_of_any_length_is_worked_out_or_refused(repeated):
    found = []
    for times in (1, 20, 70, 199, 450):
        with suppress(ExpressionError):
            formula, _powers, _words = read_formula(repeated * times + "a", plain)
            formula.span(lambda name: (NUMBERS[name], NUMBERS[name] + 1.0))
            found.append(formula.value(NUMBERS.__getitem__))
    assert 1 < len(found) < 5
    with pytest.raises(ExpressionError, match=f"more than {MOST_SIGNS} signs"):
        read_formula("-" * (MOST_SIGNS + 1) + "a", plain)


def test_powers_of_powers_have_their_span_at_once():
    text = "a"
    for _again in range(MOST_DEPTH):
        text = f"({text}) ** 2"
    formula, _powers, _words = read_formula(text, plain)
    assert formula.span(lambda _name: (-1.0, 1.0)) == (0.0, 1.0)


def test_the_greatest_of_many_is_worked_out(written):
    zeros = ", ".join(["0"] * 600)
    many = f'"= max({zeros}, 7) * 1 round/month"'
    assert written("= calm / 3", many).uses["ready"].demand.value == 7


@pytest.mark.parametrize("is_backwards", [False, True])
@pytest.mark.parametrize("n", [MOST_BEHIND - 1, MOST_BEHIND + 2, 400])
def test_formulas_stand_behind_one_another_only_so_far(told, n, is_backwards):
    """In whatever order they are written: answered, or told, and never too deep to be read."""
    links = [f"  a{at}: = a{at + 1} * 1\n" for at in range(n - 1)] + [f"  a{n - 1}: 6\n"]
    lines = "".join(reversed(links) if is_backwards else links)
    found = told("assumptions:\n", f"assumptions:\n{lines}")
    assert bool(found) is (n - 1 > MOST_BEHIND)
    assert all("more than 32 formulas stand one behind the other" in one for one in found)


def test_a_long_circle_of_formulas_is_told(told):
    n = 300
    lines = "".join(f"  a{at}: = a{(at + 1) % n} * 1\n" for at in range(n))
    assert told("assumptions:\n", f"assumptions:\n{lines}")
