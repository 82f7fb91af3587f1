"""A case out of answers: valid whatever was answered, and its numbers are those that were told."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes import api
from derbes.drafting import case_of_answers, id_of, questions
from derbes.errors import RequestError
from derbes.language import use_language

TOLD = {
    "buyer": "Kazakhstan",
    "good": "diesel",
    "seller": "Russia 70 %, China 30 %",
    "use": "100 t/month",
    "price": "700 USD/t",
    "stock": "250 t",
    "until": "2030",
}


def case_of(folder: Path, within: str = "20 %", **told: str):
    """The case of answers, read back; it has no problem."""
    path = folder / "case.yaml"
    text = case_of_answers({**TOLD, **told}, first="2026-12", within=within)
    path.write_text(text + "\n", encoding="utf-8")
    assert api.check(path) == ()
    return api.read_case(path)


def numbers_of(case):
    return {one.path: one for one in api.inputs(case)}


def test_numbers_are_those_that_were_told(tmp_path):
    case = case_of(tmp_path)
    numbers = numbers_of(case)
    demand = numbers["uses.need.demand"]
    assert (demand.value, demand.low, demand.high) == (100.0, 80.0, 120.0)
    stock = numbers["stockpiles.held.quantity"]
    assert (stock.value, stock.low, stock.high) == (250.0, 200.0, 300.0)
    capacity = numbers["suppliers.russia.capacity"]
    assert (capacity.value, capacity.low, capacity.high) == (84.0, 70.0, 98.0)
    assert numbers["suppliers.china.price"].value == 700.0
    assert case.calendar.n_periods == 49
    assert case.measures["stop"].sender == "russia"
    for one in numbers.values():
        if one.value is not None and one.path.split(".")[0] in {"uses", "stockpiles", "suppliers"}:
            assert one.grade.value == "D"
            assert one.why
            assert one.low is not None


def test_it_holds_as_long_as_by_hand(tmp_path):
    """Nothing but the stock and what China can sell: 250 / (100 - 30) months."""
    case = case_of(tmp_path, within="0 %")
    cover = api.cover(case, measures=["stop_of_a_year"], starts=["2026-12"])
    assert cover.rows[0].time_to_survive == pytest.approx(250 / (100 - 30), rel=1e-6)
    leverage = api.leverage(case, measures=["stop_of_a_year"], starts=["2026-12"])
    row = leverage.rows[0]
    assert row.unmet_essential == pytest.approx(12 * 70 - 250)


def test_what_is_not_known_is_missing_or_a_range_from_the_careful_end(tmp_path):
    case = case_of(tmp_path, stock="unknown")
    looked_for = {"uses.need.shortage_cost", "suppliers.russia.lead_time"}
    assert looked_for | {"actors.russia.margin_share"} <= set(case.missing)
    stock = numbers_of(case)["stockpiles.held.quantity"]
    assert (stock.value, stock.low, stock.high, stock.grade.value) == (0.0, 0.0, 300.0, "D")
    assert stock.why[""].startswith("not known: counted from none, the careful end, up to 3 months")
    text = case_of_answers({**TOLD, "stock": "?"}, first="2026-12")
    assert all("  # " in line for line in text.splitlines() if "missing" in line and line[0] == " "
               and "all_else" not in line)  # fmt: skip
    zero = numbers_of(case_of(tmp_path, stock="0"))
    assert (zero["stockpiles.held.quantity"].value, zero["stockpiles.held.quantity"].high) == (
        0,
        None,
    )


@pytest.mark.parametrize(
    ("told", "path", "value"),
    [
        ({"stock": "3 months"}, "stockpiles.held.quantity", 300.0),
        ({"use": "1200 t/year", "stock": "6 мес"}, "stockpiles.held.quantity", 600.0),
        ({"use": "1,5 тыс. т/мес"}, "uses.need.demand", 1500.0),
        ({"use": "12345.678 t/month"}, "uses.need.demand", 12345.678),
        ({"use": "1.2345 t/month"}, "uses.need.demand", 1.2345),
        ({"use": "500 shell/month", "price": "900 USD/shell", "stock": "4000 shell"},
         "stockpiles.held.quantity", 4000.0),
        ({"price": "0.7 USD/kg"}, "suppliers.russia.price", 700.0),
        ({"seller": "Russia"}, "suppliers.russia.capacity", 120.0),
        ({"seller": "Russia 60,5 %; China"}, "suppliers.china.capacity", 39.5 * 1.2),
        ({"seller": "A 33.3 %, B 33.3 %, C 33.3 %"}, "suppliers.a.capacity", 40.0),
    ],
)  # fmt: skip
def test_answers_are_read_as_a_person_writes_them(tmp_path, told, path, value):
    assert numbers_of(case_of(tmp_path, **told))[path].value == pytest.approx(value, rel=1e-3)


def test_money_is_counted_as_the_price_was_told(tmp_path):
    assert case_of(tmp_path, price="350 тыс. тенге/т").currency == "KZT"


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"buyer": " "}, "buyer: nothing is written"),
        ({"good": "12"}, 'good: "12" is no name'),
        ({"good": "a\x1bb"}, 'good: "a\\u001bb" is no name'),
        ({"seller": "Russia 70 %, China 20 %"}, "seller: the parts of all sellers add up to 100 %,"
         " each above 0; these to 90 %"),
        ({"seller": "Russia 100 %, China"}, "seller: nothing is left for China"),
        ({"seller": "Russia, China"}, "seller: it is not said what part each of Russia, China"),
        ({"seller": "Russia 0 %, China 100 %"}, "seller: the parts of all sellers add up"),
        ({"seller": "Russia 50 %, russia 50 %"}, 'seller: "Russia" is named twice'),
        ({"seller": "Kazakhstan"}, 'seller: "Kazakhstan" buys and sells'),
        ({"use": "100 t"}, 'use: "100 t" says no amount for a time'),
        ({"use": "0 t/month"}, "use: nothing is used"),
        ({"use": "-5 t/month"}, 'use: "-5 t/month" is below 0'),
        ({"use": "1,200 t/month"}, 'use: "1,200 t/month" can be read as 1200 or as 1.200'),
        ({"price": "unknown"}, "price: nothing can be computed without a price"),
        ({"price": "700 USD/m3"}, 'price: "700 USD/m3" is no price of a t'),
        ({"price": "700 t"}, 'price: "700 t" is no price'),
        ({"stock": "-1 t"}, 'stock: "-1 t" is below 0'),
        ({"stock": "5 m3"}, 'stock: "5 m3" is no amount in t'),
        ({"until": "2026"}, "until: from 2026-12 to 2026-12 are 1 months"),
        ({"until": "soon"}, 'until: "soon" is no month'),
    ],
)  # fmt: skip
def test_a_bad_answer_is_refused_with_its_reason(told, what):
    with pytest.raises(RequestError) as refused:
        case_of_answers({**TOLD, **told}, first="2026-12")
    assert f"derbes: 1 problem\n  - {what}" in str(refused.value)
    assert refused.value.problems[0].fix


@pytest.mark.parametrize(
    "until",
    ["декабрь 2030", "декабря 2030 года", "до декабря 2030 г.", "желтоқсан 2030",
     "2030 жылғы желтоқсанға дейін", "December 2030", "Dec. 2030", "12.2030", "2030/12", "2030 год",
     "2030 жыл"],
)  # fmt: skip
def test_the_last_month_is_told_as_people_write_months(tmp_path, until):
    assert case_of(tmp_path, until=until).calendar.end == "2030-12"


@pytest.mark.parametrize("until", ["декабр 1", "13.2030", "ма 2030", "2030-13", "месяц 2030"])
def test_what_is_no_month_is_taken_for_none(until):
    with pytest.raises(RequestError, match=f'"{until}" is no month'):
        case_of_answers({**TOLD, "until": until}, first="2026-12")


def test_reasons_are_told_in_the_words_of_who_answered(tmp_path):
    """No time that was told in weeks comes back as a long fraction of months."""
    use_language("ru")
    try:
        case = case_of(tmp_path, use="120,5 т/мес", stock=" 3  недели")
    finally:
        use_language("en")
    held = numbers_of(case)["stockpiles.held.quantity"]
    assert held.value == pytest.approx(120.5 * 21 / 30.4375, rel=1e-3)
    assert held.why[""] == "указано время, на которое его хватает: 3 недели"
    why = numbers_of(case)["suppliers.russia.capacity"].why[""]
    assert why.replace("\u00a0", " ").startswith("догадка: сейчас продаёт 84,35 т/мес.,")


@pytest.mark.parametrize("use", ["120 тыс. флаконов/мес", "5 флаконов в месяц"])
def test_what_is_counted_in_a_word_of_another_alphabet_has_a_way_to_be_told(use):
    with pytest.raises(RequestError) as refused:
        case_of_answers({**TOLD, "use": use}, first="2026-12")
    problem = refused.value.problems[0]
    assert problem.what == 'unknown unit "флаконов"'
    assert '"100 piece/month"' in problem.fix
    assert '"100 vial/month"' in problem.fix


def test_everything_wrong_is_told_at_once():
    with pytest.raises(RequestError) as refused:
        case_of_answers({"buyer": "", "use": "much"}, first="2026-13", within="120 %")
    assert [one.where for one in refused.value.problems] == ["first", "within"]
    with pytest.raises(RequestError) as refused:
        case_of_answers({**TOLD, "buyer": "", "use": "much", "until": "x"}, first="2026-12")
    assert [one.where for one in refused.value.problems] == ["buyer", "use", "until"]


_names = st.text(st.characters(blacklist_categories=("C",)), min_size=1, max_size=40).filter(
    lambda text: any(sign.isalpha() for sign in text) and not re.search(r"[,;%\n]", text)
)


@given(
    buyer=_names,
    good=_names,
    sellers=st.lists(
        _names, min_size=1, max_size=4, unique_by=lambda one: tuple(one.casefold().split())
    ),
    use=st.floats(1e-3, 1e9),
    stock=st.one_of(st.none(), st.floats(0, 1e9)),
    within=st.integers(0, 99),
)
def test_whatever_is_answered_the_case_is_valid(
    tmp_path_factory, buyer, good, sellers, use, stock, within
):
    if " ".join(buyer.split()).casefold() in {" ".join(one.split()).casefold() for one in sellers}:
        buyer += "x"
    share = 100 / len(sellers)
    told = {
        "buyer": buyer,
        "good": good,
        "seller": "; ".join(f"{one} {share:.6f} %" for one in sellers),
        "use": f"{use:.4f} t/month",
        "stock": "unknown" if stock is None else f"{stock:.4f} t",
    }
    case = case_of(tmp_path_factory.mktemp("new"), within=f"{within} %", **told)
    assert len(case.suppliers) == len(sellers)
    assert case.name.endswith(" ".join(good.split()))
    value = numbers_of(case)["uses.need.demand"].value
    assert value == pytest.approx(float(f"{use:.4f}"), rel=1e-9)


def test_an_id_is_spelled_in_latin_letters():
    assert [id_of(word) for word in ("Қазақстан", "Côte d'Ivoire", "7UP")] == [
        "qazaqstan",
        "c_te_d_ivoire",
        "n_7up",
    ]


def test_defaults_are_answers_that_pass():
    asked = {one.name: one for one in questions("2026-12")}
    known = {}
    for name, one in asked.items():
        known[name] = one.read(one.default or TOLD[name], known)
    assert known["stock"] is None
    assert known["until"] == 49
