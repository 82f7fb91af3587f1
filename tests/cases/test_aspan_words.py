"""Words of the statements in the ASPAN case, in three languages: none lost, none false."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.translations import alphabet_faults, term_faults

FOLDER = Path(__file__).parents[2] / "cases" / "aspan" / "statements"
FREE = ("note", "untestable")
OTHERWISE = {
    "ru": "claim|fact|statement|measure|standard|headline|range|baseline",
    "kk": "fact|threat|partner|measure|standard|headline|range",
}
"""Terms of the glossary that the ledger uses in another sense too: a standard of armament, a
headline of a newspaper, a threat that is seen."""
KEPT = re.compile(r"\d+|\b[a-z]+_\w+|\b[A-Z]+\d+\b")
"""What a translation keeps: numbers, names of facts, variants and entries."""


def _entries() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for entries in yaml.load(path.read_text("utf-8"), yaml.BaseLoader).values():
            yield from entries.items()


ENTRIES = dict(_entries())
TEXTS = [
    (name, key, written)
    for name, entry in ENTRIES.items()
    for key, written in (
        *((key, entry[key]) for key in ("says", *FREE) if key in entry),
        *entry.get("resolution", {}).items(),
    )
]
TRANSLATED = [
    (f"{name} {key} {language}", texts["en"], texts[language], language)
    for name, key, texts in TEXTS
    if isinstance(texts, dict)
    for language in ("ru", "kk")
    if language in texts
]


def test_every_text_stands_in_english_and_russian_and_what_is_said_in_kazakh():
    for name, key, texts in TEXTS:
        assert isinstance(texts, dict), (name, key)
        assert {"en", "ru", *(["kk"] if key == "says" else [])} <= set(texts), (name, key)
        assert all(text[-1] in ".?" for text in texts.values()), (name, key)
        assert len(set(texts.values())) == len(texts), (name, key)
    assert len(TEXTS) > 500


def test_letters_and_quotation_marks_are_those_of_the_language():
    for where, english, text, _language in TRANSLATED:
        assert not list(alphabet_faults(english, text)), where
        assert '"' not in text, where
        assert not re.search(r"\b(ввоз|вывоз)", text, re.IGNORECASE), where


def test_no_number_and_no_name_of_an_entry_is_lost_or_added():
    for where, english, text, _language in TRANSLATED:
        assert set(KEPT.findall(english)) == set(KEPT.findall(text)), where


def test_terms_are_those_of_the_glossary():
    for where, english, text, language in TRANSLATED:
        elsewhere = re.compile(rf'"(?:{OTHERWISE[language]})" is ')
        told = term_faults(english, text, language)
        assert not [fault for fault in told if not elsewhere.match(fault)], where


SAID = (
    ("ru", "C14 N24 PR14", "предательств", "измен"),
    ("ru", "C18 C12", "союзник", "предател|измен"),
    ("ru", "C58 N26", "меньше, чем", "нечем"),
    ("ru", "C23", "только", "лишь себе"),
    ("ru", "F29", "обязательств", "долг"),
    ("ru", "E07 C61", "[Сс]оюзничеств", r"союз\b"),
    ("ru", "L04 L05 L06 L07", "омпонент", r"\bчаст"),
    ("ru", "F12 L14", "стрелков", "винтов|пистолет"),
    ("ru", "PR29 C05", "Украин", None),
    ("ru", "E38", "энергонасыщенн", "энергетическ"),
    ("ru", "C07 F21 E14 T09", "Партнёрств[ое] во имя мира", None),
    ("ru", "F13 L01 L02 T02", "[Бб]оеспособност", None),
    ("ru", "F28 F27", "подтвердил", "одобрил"),
    ("ru", "C24 F31", "оправдыва", "извин"),
    ("ru", "C26", "ни на кого не направлен", "[Мм]ы не против"),
    ("ru", "C34", "офицер", "протокол"),
    ("ru", "C57 X22", "читают|принимают", None),
    ("ru", "PR24 X21", "НАТО и Запад", None),
    ("ru", "E36", "потребовал", "прос"),
    ("ru", "N22", "[Яя]рлык", "[Рр]амк|[Рр]амок"),
    ("ru", "C45 T12 T27", "[Сс]обственное производство", "[Сс]вой|[Сс]воё"),
    ("ru", "C60 X26", "идейно", None),
    ("kk", "C46 X13 D06", "бәсең", "үнсіз|үндеме"),
    ("kk", "C30 N22", "айдар", "жапсырма"),
    ("kk", "C12 C18", "одақтас", None),
    ("kk", "T24 C62", "мүшелік", None),
    ("kk", "L04 F03 N10 X07", "[Аа]ртиллериялық оқ", "снаряд"),
    ("kk", "F06 PR02", "миномет минас", None),
    ("kk", "E38", "энергияға қаныққан", "энергетикалық"),
    ("kk", "C07 F21 E14 T09", "Бейбітшілік жолындағы әріптестік", None),
    ("kk", "F13 L01 L02 T02", "[Жж]ауынгерлік қабілет", None),
    ("kk", "C26", "ешкімге бағытталмаған", r"[Ққ]арсы емеспіз"),
    ("kk", "PR24 X21", "НАТО мен Батыс", None),
    ("kk", "C52 X15 D07", "байбалам", None),
    ("en", "C19 X08", "secur", "secures industry"),
    ("en", "T13", "member", "loyal"),
    ("en", "E36", "demanded", "asked for"),
)
"""Language, entries, what has to stand in what they say, what must not."""


@pytest.mark.parametrize(("language", "names", "stands", "never"), SAID)
def test_a_word_that_was_once_wrong_is_right(language, names, stands, never):
    for name in names.split():
        said = ENTRIES[name]["says"][language]
        assert re.search(stands, said), name
        assert never is None or not re.search(never, said), name


def test_what_predictions_hang_on_is_told_and_not_a_letter():
    for name, entry in ENTRIES.items():
        if name.startswith("PR") and "condition" in entry:
            assert "stops explaining itself" in entry["says"]["en"]
            assert "перестанет объясняться" in entry["says"]["ru"]
            assert "түсіндіруді қойған" in entry["says"]["kk"]
    assert not [name for name, _key, texts in TEXTS if re.search(r"\bK\b", texts["en"])]
