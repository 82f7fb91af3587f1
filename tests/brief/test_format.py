import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.brief import format as fmt
from derbes.language import use_language
from derbes.spelling import NO_BREAK, chart_signs


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "1,234,567.5"), ("ru", "1\u00a0234\u00a0567,5"), ("kk", "1\u00a0234\u00a0567,5")],
)
def test_numbers_are_spelled_as_the_language_does(language, text):
    use_language(language)
    assert fmt.exact(1234567.5) == text


def test_a_sign_does_not_follow_the_dash_of_a_range():
    use_language("ru")
    assert fmt.span("-1,37", "-1,35") == "-1,37 – -1,35"
    assert fmt.span("1,35", "1,37") == "1,35–1,37"


@pytest.mark.parametrize(("language", "text"), [("en", "12%"), ("ru", "12\u00a0%")])
def test_percent_is_spelled_as_the_language_does(language, text):
    use_language(language)
    assert fmt.share(0.12) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1e-9, "0%"),
        (0.0049, "under 1%"),
        (0.009, "under 1%"),
        (0.01, "1%"),
        (0.5, "50%"),
        (0.999, "over 99%"),
        (1.0, "100%"),
        (1.4, "140%"),
        (-0.2, "-20%"),
    ],
)
def test_a_share_is_not_rounded_to_none_or_all(share, text):
    assert fmt.share(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 months"),
        (1, "1 month"),
        (1.05, "1 month"),
        (1.5, "1.5 months"),
        (9.9999999, "10 months"),
        (11.999, "11.9 months"),
        (144, "144 months"),
    ],
)
def test_months_are_rounded_down(value, text):
    assert fmt.months(value).replace("\u00a0", " ") == text


@given(st.floats(0, 1e5))
def test_no_time_is_claimed_that_was_not_reached(value):
    shown = float(fmt.months(value).split("\u00a0")[0].replace(",", ""))
    assert value - 0.1 - 1e-6 <= shown <= value + 1e-6


@given(st.floats(-1e15, 1e15).filter(lambda x: abs(x) > 1e-6 or x == 0))
def test_a_number_keeps_three_digits(value):
    shown = float(fmt.number(value).replace(",", ""))
    assert math.isclose(shown, value, rel_tol=5.01e-3, abs_tol=0)
    assert fmt.number(value) != "-0"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 USD"),
        (-2400, "-2,400 USD"),
        (126_000, "126,000 USD"),
        (400e6, "400 million USD"),
        (1.049e9, "1.05 billion USD"),
    ],
)
def test_money_has_a_scale(amount, text):
    assert fmt.money(amount, "USD").replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("2027-07", "July 2027"),
        ("2025-12-17", "17 December 2025"),
        ("2027", "2027"),
        ("", ""),
        ("autumn 2025", "autumn 2025"),
        ("2027-13", "2027-13"),
    ],
)
def test_dates_in_words(label, text):
    assert fmt.date(label) == text


@pytest.mark.parametrize(
    ("paths", "text"),
    [
        ((), "missing"),
        (("uses.a.shortage_cost",), "missing: needs uses.a.shortage_cost"),
        (("a.x", "b.x", "c.x"), "missing: needs a.x and 2 more"),
    ],
)
def test_what_is_missing_is_named(paths, text):
    assert fmt.missing(paths) == text


@pytest.mark.parametrize(
    ("rise", "text"),
    [(0.25, "25%"), (9.9, "990%"), (10.0, "10 times the price"), (16.5, "16.5 times the price")],
)
def test_a_price_rise(rise, text):
    assert fmt.percent_rise(rise) == text


def test_days_are_rounded_down():
    assert fmt.days(182.99) == "182\u00a0days"
    assert fmt.days(1.2) == "1\u00a0day"


def test_numbers_without_end_are_words():
    assert fmt.number(math.inf) == "no limit"
    assert fmt.number(math.nan) == "missing"


def test_charts_write_numbers_as_the_texts_do():
    use_language("kk")
    spelled = chart_signs()
    assert (spelled["decimal"], spelled["thousands"]) == (",", "\u00a0")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "year", "1 год"),
        (5, "year", "5 лет"),
        (2.5, "year", "2,5 года"),
        (21, "tube", "21 ствол"),
        (300, "round/tube", "300 выстрелов/ствол"),
        (60, "round/tube/year", "60 выстрелов/ствол/год"),
    ],
)
def test_what_is_counted_has_the_ending_of_its_number_in_every_part_of_a_unit(value, unit, text):
    use_language("ru")
    assert fmt.quantity(value, unit).replace("\u00a0", " ") == text


@pytest.mark.parametrize(("value", "name"), [(-847_100.4, "долларов"), (1.004, "доллар")])
def test_a_currency_has_the_ending_of_the_number_as_shown(value, name):
    use_language("ru")
    assert fmt.money(value, "USD").split("\u00a0")[-1] == f"{name} США"


def test_units_of_sums_agree_with_the_number_that_is_shown():
    assert fmt.quantity(1, "months of use").replace(NO_BREAK, " ") == "1 month of use"
    assert fmt.quantity(200.3, "months of use").replace(NO_BREAK, " ") == "200 months of use"
    use_language("ru")
    told = [fmt.quantity(n, "months of use") for n in (1, 2, 200.3, 21.0004, 1.5)]
    assert [one.replace(NO_BREAK, " ") for one in told] == [
        "1 месяц потребления",
        "2 месяца потребления",
        "200 месяцев потребления",
        "21 месяц потребления",
        "1,5 месяца потребления",
    ]


def test_of_many_names_a_sentence_lists_the_first():
    names = [f"good {n}" for n in range(40)]
    assert fmt.first_of(names[:7]) == ", ".join(names[:7])
    assert fmt.first_of(names) == "good 0, good 1, good 2, good 3, good 4, good 5 and 34 more"


def test_a_range_below_zero_and_a_year_alone_read_in_every_language():
    """No dash close to a minus, no year without its word, no unit of two above many."""
    use_language("ru")
    try:
        assert fmt.span("-0,21", "19") == "-0,21 – 19"
        assert fmt.span("-742", "-19") == "-742 – -19"
        assert fmt.span("5", "19") == "5–19"
        assert f"{fmt.date('2024'):acc}" == "2024 год"
        assert fmt.unit_name("round") == "выстрелов"
        use_language("kk")
        assert f"{fmt.date('2024'):dat} дейін" == "2024 жылға дейін"
    finally:
        use_language("en")
    assert fmt.date("2024") == "2024"
