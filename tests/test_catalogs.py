"""The catalogs in the package: whole, and harmless where one is damaged."""

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from derbes import language
from derbes.language import DOMAIN, LOCALE, Translation, _, ngettext, use_language
from tools.messages import compiled, template
from tools.translations import catalog_faults

CODES = ("kk", "ru")
_VERB = {
    "share": ("Line → hours", "Processes that share", "Fix: share the work"),
    "spread": (
        "Paid when it is chosen, whatever",
        "Paid when it is chosen, for each",
        "what is short for a part",
    ),
    "import": (
        "# How derbes reads {table}",
        "Fix: delete the folder",
        "{kinds} cannot be one dataset",
        "The files tell more than one",
    ),
    "draw": ("Who draws it", "The best response knows how long the measure lasts; the"),
    "claim": ("The simple rule follows the calm plan",),
    "measure": ("measures",),
}
_EITHER = {
    **{text: f"the verb {word}" for word, texts in _VERB.items() for text in texts},
    "Public administration and defence; compulsory social security": "not that of supply",
}
EXCEPTIONS = {
    "ru": {**_EITHER, "A measure comes as a surprise": "goods in transit are on their way"},
    "kk": {**_EITHER, "A plan chooses at most one date": "the verb share"},
}
"""Language → how a text begins → why it does without a term of the glossary."""


def _place(code: str) -> Path:
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def _catalog(code: str) -> Catalog:
    with _place(code).open("rb") as file:
        return read_po(file, locale=code)


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template()


def _strings(message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated(source, code):
    catalog = _catalog(code)
    found = {message.id: message for message in catalog if message.id}
    assert set(found) == {message.id for message in source if message.id}
    assert [one.id for one in found.values() if not all(map(str.strip, _strings(one)))] == []
    assert [one.id for one in catalog if one.fuzzy] == []
    assert list(catalog.obsolete) == []


@pytest.mark.parametrize("code", CODES)
def test_what_programs_read_is_made_of_what_people_read(code):
    made = compiled(_catalog(code))
    assert _place(code).with_suffix(".mo").read_bytes() == made


@pytest.mark.parametrize("code", CODES)
def test_translations_keep_placeholders_alphabets_and_terms(code):
    entries = [message for message in _catalog(code) if message.id]
    names = [one.id if isinstance(one.id, str) else one.id[0] for one in entries]
    exceptions = {
        name: why
        for begins, why in EXCEPTIONS[code].items()
        for name in [one for one in names if one.startswith(begins)] or [begins]
        if name == begins or begins != "measures"
    }
    faults = list(catalog_faults(entries, code, exceptions))
    assert not faults, "\n".join(faults)


# A damaged catalog


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Puts a catalog in place of that of Russian, which is then in use."""
    place = tmp_path / "ru" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(language, "LOCALE", tmp_path)

    def plant(content: bytes | None) -> None:
        place.unlink(missing_ok=True)
        if content is not None:
            place.write_bytes(content)
        language._catalog.cache_clear()
        use_language("ru")

    yield plant
    use_language("en")
    language._catalog.cache_clear()


def _made(*entries: tuple[str | tuple[str, str], str | tuple[str, ...]]) -> bytes:
    catalog = Catalog(locale="ru", fuzzy=False)
    for english, text in entries:
        catalog.add(english, text)
    return compiled(catalog)


TEXT = "{n} of {name}"


@pytest.mark.parametrize(
    "translation",
    [
        "{m} из {name}",
        "{n:zz} из {name}",
        "{n!x} из {name}",
        "{} из {name}",
        "{0} из {name}",
        "{n[5]} из {name}",
        "{n.real.nothing} из {name}",
        "{n из {name}",
        "n} из {name}",
        "{n:{m}} из {name}",
        "{name:,.0f} из {n}",
    ],
)
def test_a_translation_that_cannot_hold_its_values_gives_way_to_english(planted, translation):
    planted(_made((TEXT, translation)))
    assert _(TEXT).format(n=3, name="alum") == "3 of alum"
    assert isinstance(_(TEXT), Translation)


def test_so_does_one_of_a_plural(planted):
    forms = ("{k} цена", "{n} цены", "{n} цен")
    planted(_made((("{n} price", "{n} prices"), forms)))
    told = [ngettext("{n} price", "{n} prices", n).format(n=n) for n in (1, 2, 5)]
    assert told == ["1 price", "2 цены", "5 цен"]


@pytest.mark.parametrize("content", [None, b"", b"\0", b"\xde\x12\x04\x95", b"no catalog" * 50])
def test_without_a_catalog_texts_are_english(planted, content):
    planted(content)
    assert _(TEXT).format(n=3, name="alum") == "3 of alum"
    assert ngettext("one", "many", 2) == "many"


def test_whatever_becomes_of_a_catalog(planted):
    """Bytes changed, cut off, doubled at random: each text is in one of the two languages."""
    random_ = random.Random(7)
    entries = [(f"text {n} of {{name}}", f"текст {n} из {{name}}") for n in range(20)]
    entries.append((("{n} day", "{n} days"), ("{n} день", "{n} дня", "{n} дней")))
    whole = _made(*entries)
    for _round in range(300):
        content = bytearray(whole)
        for _slip in range(random_.randint(1, 6)):
            at = random_.randrange(len(content))
            match random_.randrange(3):
                case 0:
                    content[at] = random_.randrange(256)
                case 1:
                    del content[at : at + random_.randint(1, 40)]
                case _:
                    content[at:at] = content[: random_.randint(1, 40)]
        planted(bytes(content))
        for english, _russian in entries[:-1]:
            assert isinstance(_(english).format(name="alum"), str)
        assert ngettext("{n} day", "{n} days", 3).format(n=3)


@pytest.mark.parametrize("damage", ["cut", "zeros", "missing", "placeholders"])
def test_a_command_works_with_a_damaged_catalog(tmp_path, damage):
    """The whole package, with a catalog that is no good."""
    package = Path(language.__file__).parent
    copied = tmp_path / "derbes"
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    place = copied / "locale" / "ru" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    content = place.read_bytes()
    if damage == "placeholders":
        with place.open("rb") as file:
            catalog = read_mo(file)
        for message in catalog:
            texts = tuple(text.replace("{", "{no_such_") for text in _strings(message))
            if message.id:
                message.string = texts if isinstance(message.id, list | tuple) else texts[0]
        content = compiled(catalog)
    changed = {"cut": content[: len(content) // 2], "zeros": content[:28] + b"\0" * 5000}
    place.write_bytes(changed.get(damage, content))
    if damage == "missing":
        place.unlink()
    case = tmp_path / "case.yaml"
    case.write_text("derbes: 1\nname: x\nsupliers: {}\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "derbes", "check", str(case)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin",
            "PYTHONPATH": ":".join([str(tmp_path), *sys.path]),
            "LANG": "ru_RU.UTF-8",
            "DERBES_NET": "off",
        },
    )
    assert ran.returncode == 2, ran.stderr
    assert 'unknown key "supliers"' in ran.stderr


@pytest.mark.parametrize("code", CODES)
def test_forms_of_a_number_say_the_same(source, code):
    """One form stands for 1, 21 and 31 in Russian: what holds of one thing alone is no form of it.

    Texts of the library that reads commands are its own.
    """
    own = {
        message.id
        for message in source
        if isinstance(message.id, tuple)
        and any(place.startswith("derbes/") for place, _line in message.locations)
    }
    assert len(own) > 50
    for message in _catalog(code):
        if message.id in own:
            values = [{*re.findall(r"\{(\w+)", form)} for form in (*message.id, *message.string)]
            assert all(one == values[0] for one in values), message.id
