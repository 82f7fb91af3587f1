"""The texts of the cases stand in the languages of their readers, and say the same numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.translations import alphabet_faults

CASES = Path(__file__).parents[2] / "cases"
READY = [
    *sorted(path.relative_to(CASES).as_posix() for path in (CASES / "aspan").glob("*.yaml")),
    "waterworks.yaml",
]
"""Files whose texts are complete; extended by those of `aspan/statements` as they come."""

TEXTS = (
    "label",
    "question",
    "note",
    "why",
    "says",
    "title",
    "publisher",
    "name",
    "missing",
    "look",
)
ON_PAGE_ONE = ("label", "question", "name", "missing", "look")
"""Keys of these texts have Kazakh too, and so have the notes of what the reader is asked about."""
NOTED = (
    "actors",
    "routes",
    "goods",
    "measures",
    "levers",
    "standards",
    "chances",
    "variants",
    "reference_classes",
)
KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
NUMBER = re.compile(r"\d[\d\u00a0\u202f]*(?: \d{3}\b)*(?:[.,]\d+)*")

Text = tuple[tuple[str, ...], Any]


def _found(tree: Any, path: tuple[str, ...] = ()) -> Iterator[Text]:
    """Path and value of everything that a reader of the case reads."""
    if isinstance(tree, list):
        for position, item in enumerate(tree):
            yield from _found(item, (*path, str(position)))
    elif isinstance(tree, dict):
        for key, below in tree.items():
            is_heading = key == "name" and not path
            if key in TEXTS and not is_heading:
                yield (*path, key), below
            else:
                yield from _found(below, (*path, key))


def _texts(name: str) -> list[Text]:
    return list(_found(yaml.load((CASES / name).read_text("utf-8"), yaml.BaseLoader)))


def _translated(name: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Path, English text and its translation."""
    for path, value in _texts(name):
        if isinstance(value, dict) and language in value:
            yield ".".join(path), value["en"], value[language]


def _is_on_page_one(path: tuple[str, ...]) -> bool:
    if path[-1] in ON_PAGE_ONE:
        return True
    return path[-1] == "note" and (len(path) == 1 or path[0] in NOTED) and "add" not in path


@pytest.mark.parametrize("name", READY)
def test_a_reader_of_russian_reads_every_text(name: str) -> None:
    known = [".".join(path) for path, value in _texts(name) if _has(value, path, "en", "ru")]
    assert known == [".".join(path) for path, _value in _texts(name)]
    assert known


def _has(value: Any, path: tuple[str, ...], *languages: str) -> bool:
    is_proper_name = path[-1] == "publisher" and isinstance(value, str)
    return is_proper_name or (isinstance(value, dict) and all(map(value.get, languages)))


@pytest.mark.parametrize("name", READY)
def test_a_reader_of_kazakh_reads_labels_and_what_page_one_shows(name: str) -> None:
    short = [one for one in _texts(name) if _is_on_page_one(one[0])]
    lacking = [".".join(path) for path, value in short if not _has(value, path, "kk")]
    assert not lacking


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", READY)
def test_no_word_is_of_two_alphabets(name: str, language: str) -> None:
    mixed = [
        (path, fault)
        for path, english, text in _translated(name, language)
        for fault in alphabet_faults(english, text)
        if "mixes" in fault
    ]
    assert not mixed


@pytest.mark.parametrize("name", READY)
def test_kazakh_is_written_in_its_own_letters(name: str) -> None:
    """A long text without one of them is Russian, or typed without them."""
    texts = [(path, text) for path, _english, text in _translated(name, "kk") if len(text) > 30]
    assert [one for one in texts if not KAZAKH.search(one[1])] == []


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", READY)
def test_words_and_quotes_are_those_of_the_language(name: str, language: str) -> None:
    told = [
        (path, text)
        for path, _english, text in _translated(name, language)
        if re.search(r'"|\b(?:в|вы)воз|энергетических материал|контракт|компоненттер', text.lower())
    ]
    assert not told


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", READY)
def test_a_translation_says_the_same_numbers(name: str, language: str) -> None:
    differing = [
        (path, sorted(_numbers(english) ^ _numbers(text)))
        for path, english, text in _translated(name, language)
        if _numbers(english) != _numbers(text)
    ]
    assert not differing


def _numbers(text: str) -> set[str]:
    """Numbers of a text, as plain digits with a point; those that other languages say in words
    left out.
    """
    text = text.replace("plants 2 to 4", "")
    text = re.sub(r"\b(\d\d)(\d\d)[-–](\d\d)\b", r"\1\2-\1\3", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return {re.sub(r"\s", "", one).replace(",", ".") for one in NUMBER.findall(text)}


@pytest.mark.parametrize("name", ["aspan/actors.yaml", "aspan/voices.yaml", "waterworks.yaml"])
def test_actors_are_declined_in_russian(name: str) -> None:
    """Names in capitals alone, ОДКБ, and those of sites stay as they are."""
    labels = [value for path, value in _texts(name) if path[0] == "actors" and path[-1] == "label"]
    bare = [
        label["ru"]
        for label in labels
        if re.search("[а-яё]", label["ru"]) and not {"ru_gen", "ru_dat", "ru_ins"} <= set(label)
    ]
    assert labels
    assert not bare


def test_a_round_is_called_by_one_word() -> None:
    """A shell is a part of a round in both languages, and the label of a round does not say it."""
    labels = [
        value
        for name in READY
        for path, value in _texts(name)
        if path[-1] == "label" and re.search(r"\bmm rounds?\b", value["en"])
    ]
    assert len(labels) >= 20
    told = [f"{one['ru']} / {one['kk']}" for one in labels]
    other = re.compile(r"снаряд|мина\b")
    assert [text for text in told if other.search(text) or "выстрел" not in text] == []
    assert [one["kk"] for one in labels if not re.search(r"\b(?:оқ|оғы)", one["kk"])] == []
