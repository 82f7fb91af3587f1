"""Numbers and units as people write them: the table of what must be read, and the laws."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from derbes.unit_names import SYMBOLS, spellings
from derbes.units import (
    UnitError,
    convert,
    convertible,
    format_amount,
    format_number,
    format_unit,
    own_unit,
    parse_amount,
    parse_number,
    parse_unit,
)

OWN = frozenset({"vehicle", "TEU"})

READ = [
    # written, number, unit
    ("1,5 t", 1.5, "t"),
    ("1 500 t", 1500.0, "t"),
    ("1\u00a0500\u202f000 t", 1500000.0, "t"),
    ("0,15 t", 0.15, "t"),
    ("1 000 t", 1000.0, "t"),
    ("1.200", 1.2, ""),
    ("1.2000 t", 1.2, "t"),
    ("1.234e3 t", 1234.0, "t"),
    ("1,200,000 t", 1200000.0, "t"),
    ("1.200.000 t", 1200000.0, "t"),
    ("1,200.5 t", 1200.5, "t"),
    ("1.200,5 t", 1200.5, "t"),
    ("1 234,567 t", 1234.567, "t"),
    ("1'000'000 t", 1000000.0, "t"),
    ("1’234,5 t", 1234.5, "t"),
    ("1\u2009234.5 t", 1234.5, "t"),
    ("1\u202f234,5 t", 1234.5, "t"),
    ("1\u3000234 t", 1234.0, "t"),
    ("\u200e1\u200b234 t", 1234.0, "t"),
    ("1.234,5 t", 1234.5, "t"),
    ("0,6 тыс. т", 600.0, "t"),
    ("0,6 тыс.т", 600.0, "t"),
    ("2 mln t", 2e6, "t"),
    ("2 mlrd t", 2e9, "t"),
    ("2 млн. тонн", 2e6, "t"),
    ("3 миллиона м3", 3e6, "m3"),
    ("1,5 млрд. долл. США", 1.5e9, "USD"),
    ("5 тыс. куб. м", 5000.0, "m3"),
    ("1e3 t", 1000.0, "t"),
    ("–4 month", -4.0, "month"),
    ("‑4 month", -4.0, "month"),
    ("315 MWh/hour", 315.0, "MWh/hour"),
    ("-2.5e3 t", -2500.0, "t"),
    ("−4 month", -4.0, "month"),
    (".5 t", 0.5, "t"),
    ("5 pcs", 5.0, "piece"),
    ("5 шт.", 5.0, "piece"),
    ("5 дана", 5.0, "piece"),
    ("12 снарядов", 12.0, "round"),
    ("12 выстрелов", 12.0, "round"),
    ("120 т/мес.", 120.0, "t/month"),
    ("120 т в месяц", 120.0, "t/month"),
    ("120 т айына", 120.0, "t/month"),
    ("120 tonnes per month", 120.0, "t/month"),
    ("120 tonnes a year", 120.0, "t/year"),
    ("12 тыс. снарядов в год", 12000.0, "round/year"),
    ("3 месяцев", 3.0, "month"),
    ("4 ай", 4.0, "month"),
    ("1,5 млн тенге", 1500000.0, "KZT"),
    ("2 мың теңге", 2000.0, "KZT"),
    ("2 млрд. рублей", 2e9, "RUB"),
    ("15 тыс. сом/т", 15_000.0, "KGS/t"),
    ("15000 сум", 15_000.0, "UZS"),
    ("$1 bn", 1e9, "USD"),
    ("$1", 1.0, "USD"),
    ("₸500", 500.0, "KZT"),
    ("100 million USD", 1e8, "USD"),
    ("USD 100 million/year", 1e8, "USD/year"),
    ("10 USD/t", 10.0, "USD/t"),
    ("10 доллар за тонну", 10.0, "USD/t"),
    ("1 USD/t/month", 1.0, "USD/t/month"),
    ("1 USD/(t*month)", 1.0, "USD/t/month"),
    ("70 round/month", 70.0, "round/month"),
    ("0.01 hour/round", 0.01, "hour/round"),
    ("15 %", 15.0, "%"),
    ("15%", 15.0, "%"),
    ("5 пайыз", 5.0, "%"),
    ("1/year", 1.0, "1/year"),
    ("5 кВт·ч", 5.0, "kWh"),
    ("5 куб. м", 5.0, "m3"),
    ("7 vehicle/month", 7.0, "vehicle/month"),
    ("7 USD/(vehicle*month)", 7.0, "USD/vehicle/month"),
    ("7 vehicles", 7.0, "vehicle"),
    ("7 TEU", 7.0, "TEU"),
]

REFUSED = [
    # written, what, fix
    (
        "1,200 t",
        '"1,200 t" can be read as 1200 or as 1.200',
        'write "1200 t" or "1.2000 t"',
    ),
    (
        "1.200 t",
        '"1.200 t" can be read as 1200 or as 1.200',
        'write "1200 t" or "1.2000 t"',
    ),
    (
        "-12.345 тыс. т",
        '"-12.345 тыс. т" can be read as 12345 or as 12.345',
        'write "12345 тыс. т" or "12.3450 тыс. т"',
    ),
    ("1,200", '"1,200" can be read as 1200 or as 1.200', 'write "1200" or "1.2000"'),
    ("300 ton", '"ton" can mean several units', 'say "t"'),
    ("3 m", '"m" can mean several units', 'say "month" or "m3" or "million"'),
    ("3 MT", '"MT" can mean several units', 'say "t" or "Mt"'),
    ("315 MW", '"MW" is not a unit here', "write it so: 1 MW is 1 MWh/hour"),
    ("315 МВт", '"МВт" is not a unit here', "write it so: 1 МВт is 1 MWh/hour"),
    ("5 bcm", '"bcm" is not a unit here', "write it so: 1 bcm is 1 billion m3"),
    ("5 Mtoe", '"Mtoe" is not a unit here', "write it so: 1 Mtoe is 11.63 TWh"),
    (
        "5 МWh",
        'unknown unit "МWh"',
        'write "MWh" in Latin letters: the "М" in it is Cyrillic',
    ),
    ("5 USD t", 'unknown unit "USD t"', 'write "USD/t"'),
    (
        "5 t/",
        "a unit is missing before or behind a / or *",
        'write it as in "USD/t"',
    ),
    (
        "$600 t",
        '"$600 t" is counted in "$" and in "t"',
        'write "600 t", or for a price "600 USD/t"',
    ),
    ("600 t [1]", '"600 t [1]" ends in the mark of a footnote', 'write "600 t"'),
    ("600 t*", '"600 t*" ends in the mark of a footnote', 'write "600 t"'),
    ("600 t²", '"600 t²" ends in the mark of a footnote', 'write "600 t"'),
    ("6OO t", '"6OO t" has a letter among its digits', 'write "600 t"'),
    ("l00 t", '"l00 t" has a letter among its digits', 'write "100 t"'),
    ("2×10^6 t", '"2×10^6 t" is not a number', 'write "2e6 t"'),
    *(
        (text, f'"{text}" is not a number', 'write "missing" for what is known to be unknown')
        for text in ("n/a", "#N/A", "..", "…", "-", "—", "?", "н/д", "нет", "NaN", "#ЗНАЧ!")
    ),
    (
        "1000-1200 t",
        '"1000-1200 t" is a range, not one number',
        'write the likeliest value and its range, "{value: 1100 t, range: [1000 t, 1200 t]}"',
    ),
    (
        "от 1000 до 1200 т",
        '"от 1000 до 1200 т" is a range, not one number',
        'write the likeliest value and its range, "{value: 1100 т, range: [1000 т, 1200 т]}"',
    ),
    (
        "600 ± 50 t",
        '"600 ± 50 t" is a range, not one number',
        'write the likeliest value and its range, "{value: 600 t, range: [550 t, 650 t]}"',
    ),
    (
        "~600 t",
        '"~600 t" says how much only about',
        'write the likeliest value and its range, "{value: 600 t, range: [low, high]}"',
    ),
    ("2026-01", '"2026-01" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1½ t", '"1½ t" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1/3", '"1/3" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("(600) t", '"(600) t" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1 234'567", '"1 234\'567" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("600. t", '"600. t" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("5 tonns", 'unknown unit "tonns"', 'did you mean "tonnes" or "tonne"?'),
    ("10 usd", 'unknown unit "usd"', 'did you mean "USD"?'),
    (
        "5 zork",
        'unknown unit "zork"',
        'known are "t", "m3", "MWh", "piece", "month", "USD" and others',
    ),
    ("1e400", '"1e400" is not a possible number: it is too large', "check the digits"),
    ("9e17 млрд t", '"9e17 млрд t" is not a possible number: it is too large', "check the digits"),
    ("-.inf", '"-.inf" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1 50 t", '"1 50 t" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("12345 678", '"12345 678" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1.5.2", '"1.5.2" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("1 200.300.400", '"1 200.300.400" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
    ("", '"" is not a number', 'write it as in "1500", "1 500" or "1.5"'),
]


@pytest.mark.parametrize(("written", "number", "unit"), READ)
def test_reads(written, number, unit):
    amount = parse_amount(written, OWN)
    assert amount.number == pytest.approx(number, rel=1e-15)
    assert (amount.unit.name if amount.unit else "") == unit


@pytest.mark.parametrize(("written", "what", "fix"), REFUSED)
def test_refuses(written, what, fix):
    with pytest.raises(UnitError) as refusal:
        parse_amount(written, OWN)
    assert (refusal.value.what, refusal.value.fix) == (what, fix)


def test_plain_number_has_no_unit():
    assert parse_amount("12,5").unit is None


@pytest.mark.parametrize(
    ("number", "unit", "to", "result"),
    [
        (57.0, "%", "", 0.57),
        (1.0, "year", "month", 12.0),
        (1.0, "quarter", "month", 3.0),
        (30.4375, "day", "month", 1.0),
        (730.5, "hour", "month", 1.0),
        (20.0, "hour/day", "hour/month", 608.75),
        (600.0, "kg", "t", 0.6),
        (1200.0, "round/year", "round/month", 100.0),
        (2.0, "USD/kg", "USD/t", 2000.0),
        (1.0, "GWh", "MWh", 1000.0),
    ],
)
def test_converts(number, unit, to, result):
    source, target = parse_unit(unit), parse_unit(to) if to else parse_unit("share")
    assert convert(number, source, target) == pytest.approx(result, rel=1e-12)


def test_does_not_mix_kinds():
    assert not convertible(parse_unit("kg"), parse_unit("m3"))
    assert not convertible(parse_unit("USD/t"), parse_unit("KZT/t"))
    assert not convertible(parse_unit("t/month"), parse_unit("t"))
    assert convertible(parse_unit("piece"), parse_unit("round"))


@pytest.mark.parametrize(
    ("word", "name"), [("т", "t"), ("дана", "piece"), ("vehicle", "vehicle"), ("MWh", "MWh")]
)
def test_unit_of_a_good(word, name):
    assert own_unit(word).name == name


@pytest.mark.parametrize("word", ["t/month", "ton", "вагон", "two words", "", " ", "1"])
def test_refused_unit_of_a_good(word):
    with pytest.raises(UnitError):
        own_unit(word)


@pytest.mark.parametrize(
    ("number", "language", "text"),
    [
        (1234567.25, "en", "1 234 567.25"),
        (1234567.25, "ru", "1 234 567,25"),
        (1.234, "en", "1.234"),
        (1.234, "ru", "1,2340"),
        (0.125, "kk", "0,125"),
        (-4.0, "en", "-4"),
        (1e22, "en", "1e22"),
    ],
)
def test_formats(number, language, text):
    assert format_number(number, language).replace("\u202f", " ") == text


def test_formats_units():
    assert format_unit("USD/t/month", "ru") == "USD/т/мес."
    assert format_unit("vehicle/year", "kk") == "vehicle/жыл"


numbers = st.floats(min_value=-1e17, max_value=1e17, allow_nan=False)
languages = st.sampled_from(["en", "ru", "kk"])
units = st.sampled_from(
    ["t", "round/month", "USD/t", "USD/t/month", "hour/round", "%", "1/year", "vehicle/month"]
)


@given(numbers, languages)
@example(1.234, "ru")
@example(123.456, "kk")
@example(-0.0, "en")
def test_number_comes_back(number, language):
    assert parse_number(format_number(number, language)) == number


@given(numbers, units, languages)
def test_amount_comes_back(number, unit, language):
    amount = parse_amount(format_amount(number, unit, language), OWN)
    assert amount.number == number
    assert amount.unit == parse_unit(unit, OWN)


@given(st.text(max_size=30) | st.from_regex(r"[-0-9., eE+]{1,12} ?[a-zтм%/$ .*]{0,8}"))
def test_any_text_is_read_or_refused(text):
    try:
        amount = parse_amount(text)
    except UnitError:
        return
    assert math.isfinite(amount.number)


@given(numbers, st.sampled_from([("t", "kg"), ("year", "month"), ("%", "share"), ("kWh", "GJ")]))
def test_there_and_back(number, pair):
    unit, to = parse_unit(pair[0]), parse_unit(pair[1])
    back = convert(convert(number, unit, to), to, unit)
    assert back == pytest.approx(number, rel=1e-12, abs=1e-300)


def _slips(word: str) -> set[str]:
    """Every text that one slip of the keyboard makes of a word."""
    letters = "eMто"
    cut = [word[:at] + word[at + 1 :] for at in range(len(word))]
    changed = [word[:at] + one + word[at + 1 :] for at in range(len(word)) for one in letters]
    more = [word[:at] + one + word[at:] for at in range(len(word) + 1) for one in letters]
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    return {*cut, *changed, *more, *swapped} - {word, ""}


@pytest.mark.parametrize("word", sorted({*spellings()} - {*SYMBOLS}))
def test_a_hint_never_crosses_dimensions(word):
    powers = parse_unit(word).powers
    for slip in sorted(_slips(word)):
        try:
            parse_unit(slip)
        except UnitError as refusal:
            if not refusal.fix.startswith("did you mean"):
                continue
            offered = re.findall(r'"([^"]+)"', refusal.fix)
            assert [parse_unit(one).powers for one in offered] == [powers] * len(offered), slip


def test_a_hint_is_given_where_only_one_unit_is_near():
    with pytest.raises(UnitError) as refusal:
        parse_unit("kilogrm")
    assert refusal.value.fix == 'did you mean "kilogram" or "kilograms"?'


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        (
            "thousand m3",
            'write a unit, as in "t", or a word of your own in Latin letters, as in "thousand_m3"',
        ),
        (
            "вагон",
            'write a unit, as in "t", or a word of your own in Latin letters,'
            ' as in "thousand_pieces"',
        ),
    ],
)
def test_a_good_may_be_counted_in_a_word_of_its_own(word, fix):
    with pytest.raises(UnitError) as refusal:
        own_unit(word)
    assert (refusal.value.what, refusal.value.fix) == (f'unknown unit "{word}"', fix)


@given(
    st.integers(0, 10**9),
    st.text("0123456789", max_size=5),
    st.sampled_from(
        [*[(t, d) for t in ("", " ", "'", "\u00a0", "\u2009") for d in ".,"], ",.", ".,"]
    ),
    st.sampled_from(["", "-", "\u2212", "\u2013"]),
)
def test_a_pasted_number_is_read_right_or_refused(whole, decimals, marks, sign):
    """However thousands and decimals are marked, no number is read as another."""
    thousands, decimal = marks
    text = sign + f"{whole:,}".replace(",", thousands) + (decimal + decimals if decimals else "")
    right = float(f"{'-' if sign else ''}{whole}.{decimals or 0}")
    try:
        found = parse_amount(f"{text} t").number
    except UnitError:
        found = None
    is_open = re.fullmatch(r"\D?[1-9]\d{0,2}[.,]\d{3}", text) is not None
    assert found == (None if is_open else right)


def test_each_refusal_is_made_anew():
    refusals = []
    for _turn in range(2):
        with pytest.raises(UnitError) as refusal:
            parse_unit("tonns")
        refusals.append(refusal.value)
    assert refusals[0] is not refusals[1]
