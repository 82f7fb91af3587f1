"""Texts in the language in use, with numbers, dates and cases as it has them."""

import subprocess
import sys

import pytest
from babel import Locale

from derbes import language as texts
from derbes.language import Declined, Translation, _, system_language, text_of, use_language
from derbes.spelling import counted, country_name, day_of, listed, money_name, month_of

_BACK, _FRONT = "аоұыуя", "әөүіеи"
_HARD = "бвгғдкқпстфхцчшщ"
"""Letters behind which a Kazakh ending begins hard; of these months none ends in ж or з."""


def _kazakh(word: str, case: str) -> str:
    """A Kazakh noun in a case, by vowel harmony and the letter that it ends in."""
    vowel = next(letter for letter in reversed(word) if letter in _BACK + _FRONT)
    is_back, last = vowel in _BACK, word[-1]
    is_hard, is_nasal, is_voiced = last in _HARD, last in "мнң", last in "жз"
    a, y = ("а", "ы") if is_back else ("е", "і")
    n_of = "т" if is_hard else "н" if is_nasal or last in _BACK + _FRONT else "д"
    first = {
        "gen": n_of + y + ("ң"),
        "dat": ("қ" if is_back else "к") if is_hard else ("ғ" if is_back else "г"),
        "acc": n_of + y,
        "ins": ("п" if is_hard else "б" if is_voiced else "м") + "ен",
        "loc": ("т" if is_hard else "д") + a,
        "abl": ("т" if is_hard else "н" if is_nasal else "д") + a + "н",
    }
    ending = first[case]
    if case == "gen":
        ending = n_of + y + "ң"
    if case == "acc" and is_nasal:
        ending = "д" + y
    if case == "dat":
        ending += a
    return word + ending


def test_russian_months_in_the_genitive_are_those_of_the_cldr():
    use_language("ru")
    known = Locale.parse("ru").months["format"]["wide"]
    for month in range(1, 13):
        label = f"2030-{month:02d}"
        assert f"{month_of(label):gen}" == f"{known[month]} 2030 года"


@pytest.mark.parametrize("case", texts.FORMS)
def test_kazakh_months_follow_vowel_harmony(case):
    use_language("kk")
    for month in range(1, 13):
        label = f"2030-{month:02d}"
        word = Locale.parse("kk").months["format"]["wide"][month].lower()
        assert f"{month_of(label)}" == f"2030 ж. {word}"
        assert f"{month_of(label):{case}}" == f"2030 жылғы {_kazakh(word, case)}"


def test_dates_within_russian_sentences():
    use_language("ru")
    text = Translation("с {first:gen} по {last:acc}; в {first:loc}; на {day:acc}")
    day = day_of("2025", 12, 17)
    assert text.format(first=month_of("2030-03"), last=month_of("2031-08"), day=day) == (
        "с марта 2030 года по август 2031 года; в марте 2030 года; на 17 декабря 2025 года"
    )
    assert str(day) == "17 декабря 2025"


@pytest.mark.parametrize(
    ("n", "genitive"),
    [(1, "1 месяца"), (2, "2 месяцев"), (11, "11 месяцев"), (21, "21 месяца"), (4.5, "4,5 месяца")],
)
def test_times_in_the_genitive(n, genitive):
    use_language("ru")
    text = f"{n} …".replace(".", ",")
    assert f"{counted(n, 'month', text):gen}".replace("\u00a0", " ") == genitive


def test_an_empty_text_has_no_translation():
    """A unit that a table does not tell is no head of a catalog."""
    use_language("ru")
    assert _("") == ""


def test_a_text_without_cases_stands_as_it_is():
    text = Translation("с {plain:gen}, {known:gen}, {other:dat}, {n:,} и {x:.2f}")
    use_language("ru")
    assert text.format(
        plain="a", known=Declined("б", {"gen": "в"}), other=Declined("г"), n=12345, x=1.5
    ) == ("с a, в, г, 12\u00a0345 и 1,50")


def test_a_label_says_when_it_is_in_another_language():
    label = {"en": "Russia", "ru": "Россия", "ru_gen": "России"}
    use_language("kk")
    assert text_of(label) == "Russia [en]"
    use_language("ru")
    assert (str(text_of(label)), f"{text_of(label):gen}") == ("Россия", "России")
    assert text_of({"": "Norway"}) == "Norway"
    assert text_of({}, "north_sea") == "north sea"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "kk_KZ", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANGUAGE": "de:kk:ru", "LANG": "ru_RU"}, "kk"),
        ({"LANG": "xx_YY"}, "en"),
        ({"LC_MESSAGES": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_language_of_the_system(monkeypatch, variables, code):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert system_language() == code


def test_lists_money_and_countries():
    assert listed(["a", "b", "c"]) == "a, b and c"
    use_language("ru")
    assert listed(["а", "б", "в"], "or") == "а, б или в"
    assert (money_name("USD", 1), money_name("USD", 5)) == ("доллар США", "долларов США")
    assert country_name("KZ", "Kazakhstan") == "Казахстан"
    assert country_name("Q9", "Nowhere") == "Nowhere"


@pytest.mark.parametrize(
    ("words", "variables", "begins"),
    [
        (["--help"], {"LANG": "ru_RU.UTF-8"}, "Использование: "),
        (["--lang", "kk", "--help"], {"LANG": "ru_RU.UTF-8"}, "Қолданылуы: "),
        (["cover", "--lang=ru", "--help"], {"LANG": "C"}, "Использование: "),
        (["check", "--help"], {"LANG": "no_such"}, "Usage: "),
        (["check", "--help"], {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}, "Usage: "),
    ],
)
def test_help_in_the_language_of_option_or_system(words, variables, begins):
    environment = {"PATH": "/usr/bin", "PYTHONPATH": ":".join(sys.path), **variables}
    ran = subprocess.run(
        [sys.executable, "-m", "derbes", *words],
        capture_output=True,
        check=True,
        env=environment,
        encoding="utf-8",
    )
    assert ran.stdout.startswith(begins)


def test_a_terminal_that_knows_no_cyrillic_is_told_all_the_same():
    environment = {
        "PATH": "/usr/bin",
        "PYTHONPATH": ":".join(sys.path),
        "PYTHONIOENCODING": "ascii",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "derbes", "check", "--lang", "ru", "нет.yaml"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert ran.stderr.strip()
