"""What tells a bad translation: each fault planted, and found."""

from types import SimpleNamespace

import pytest

from tools.translations import (
    alphabet_faults,
    catalog_faults,
    placeholder_faults,
    term_faults,
    terms_in,
    text_faults,
)


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("The leverage ratio falls.", ["leverage_ratio"]),
        ("Leverage ends in March", ["end_of_leverage"]),
        ("two embargoes and a quota", ["embargo", "quota"]),
        ("policies, losses, currencies", ["policy", "loss", "currency"]),
        ("the target's loss, {currency}", ["target_loss"]),
        ("the target's stock", ["target", "stock"]),
        ("measured, unsold, pre-embargo", []),
        ("see {measure} or --measure, derbes leverage, stockpiles.store.quantity", []),
        ("shelf\nlife", ["shelf_life"]),
    ],
)
def test_terms_are_found_longest_first_and_as_whole_words(english, expected):
    assert terms_in(english) == expected


def test_what_is_quoted_and_kept_holds_no_term():
    english = 'write "measure: quota" there'
    assert terms_in(english, 'напишите там "measure: quota"') == []
    assert terms_in(english, 'напишите там "мера: квота"') == ["measure", "quota"]


@pytest.mark.parametrize(
    ("english", "translation", "language", "faults"),
    [
        ("The measure begins", "Мера начинается", "ru", 0),
        ("The measure begins", "Санкция начинается", "ru", 1),
        ("The measure begins", "Мерцание начинается", "ru", 1),
        ("The leverage ratio", "Соотношение потерь", "ru", 0),
        ("The leverage ratio", "Соотношение сил", "ru", 1),
        ("the partner", "страна-партнер", "ru", 0),
        ("imports and exports", "импорт и экспорт", "ru", 0),
        ("imports and exports", "ввоз и вывоз", "ru", 2),
        ("the measure", "шарамен", "kk", 0),
        ("the measure", "санкция", "kk", 1),
        ("they use the store", "хозяйничают", "ru", 0),
    ],
)
def test_a_strict_term_stands_by_one_of_its_stems(english, translation, language, faults):
    assert len(list(term_faults(english, translation, language))) == faults


def test_a_fault_of_a_term_names_both_words():
    told = list(term_faults("an embargo", "запрет", "ru"))
    assert told == ['"embargo" is "эмбарго" in the glossary']


@pytest.mark.parametrize(
    ("english", "translation", "faults"),
    [
        (["{n} of {total}"], "{n} из {total}", []),
        (["{n} of {total}"], "{total}: {n}", []),
        (["{n} of {total}"], "{n}", ["lost {total}"]),
        (["{n}"], "{n} {m}", ["added {m}"]),
        (["{n:,}"], "{n}", ["lost {n:,}", "added {n}"]),
        (["one day", "{n} days"], "{n} дней", []),
        (["one day", "{n} days"], "один день", []),
        (["one day", "{n} days"], "{k} дней", ["added {k}"]),
        (["a {name}"], "а {name", ["lost {name}", "a brace that is no placeholder"]),
        (['write "{{a: b}}"'], 'пишите "{{a: b}}"', []),
    ],
)
def test_placeholders_are_those_of_the_english(english, translation, faults):
    assert list(placeholder_faults(english, translation)) == faults


@pytest.mark.parametrize(
    ("english", "translation", "n_faults"),
    [
        ("by month", "по месяцам", 0),
        ("by month", "пo месяцам", 1),  # a Latin o
        ("by month", "c января", 1),  # a Latin c alone
        ("a CSV file", "CSV-файл", 0),
        ("a CSV file", "JSON-файл", 1),
        ("{name} says", "{name} говорит", 0),
        ("stock", "қoр", 1),
        ("SHA-256", "SHA-256 файла", 0),
    ],
)
def test_no_latin_letter_hides_in_a_translation(english, translation, n_faults):
    assert len(list(alphabet_faults(english, translation))) == n_faults


def test_forms_of_a_plural_are_as_many_as_the_language_has():
    english = ("{n} draw", "{n} draws")
    three = ("{n} прогон", "{n} прогона", "{n} прогонов")
    assert list(text_faults(english, three, "ru")) == []
    assert list(text_faults(english, three[:2], "ru")) == ["2 forms, and ru has 3 here"]
    assert list(text_faults(english, ("{n} сынақ", "{n} сынақ"), "kk")) == []
    assert list(text_faults(english, (*three[:2], ""), "ru")) == ["not translated"]


def _entry(english, translation):
    return SimpleNamespace(id=english, string=translation)


def test_a_catalog_is_told_fault_by_fault():
    entries = [
        _entry("", "Project-Id-Version: derbes"),
        _entry("A quota", "Квота"),
        _entry("An embargo", "Запрет"),
        _entry(("{n} measure", "{n} measures"), ("{n} мера", "{n} меры", "мер")),
        _entry("share the work", "поделить работу"),
    ]
    exceptions = {"share the work": "a verb", "A quota": "not needed"}
    assert list(catalog_faults(entries, "ru", exceptions)) == [
        """'An embargo': "embargo" is "эмбарго" in the glossary""",
        "'{n} measure': lost {n}",
        "'A quota': the exception is not needed",
    ]


@pytest.mark.parametrize(
    ("english", "translation", "n_faults"),
    [
        ("`a: {b: {c: d}}` stands", "`a: {b: {c: d}}` стоит", 0),
        ("`a: {b: {c: d}}` stands", "`a: {b: {c: d}` стоит", 1),
        ("{n} of {m}", "{n} из {m}}", 1),
    ],
)
def test_a_loose_brace_stands_where_the_english_has_it(english, translation, n_faults):
    faults = list(placeholder_faults([english], translation))
    assert len([one for one in faults if "brace" in one]) == n_faults
