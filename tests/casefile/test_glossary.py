"""The terms of the field: each whole in three languages, known by its own stems, on one page."""

import re
from pathlib import Path

import pytest

from derbes.casefile.glossary import (
    LANGUAGES,
    TRANSLATED,
    english_forms,
    glossary,
    glossary_sources,
    plural,
    terms_named,
)
from derbes.errors import RequestError
from tools.terms import terms_page
from tools.translations import alphabet_faults, term_faults, terms_in

ROOT = Path(__file__).parents[2]
TERMS = glossary()


def test_the_page_of_terms_is_not_stale():
    committed = (ROOT / "docs" / "reference" / "terms.md").read_text(encoding="utf-8")
    assert committed == terms_page(), "run make schema"


def test_a_term_is_whole():
    for name, term in TERMS.items():
        assert re.fullmatch(r"[a-z][a-z_]*", name)
        assert set(term.about) == set(LANGUAGES), name
        assert all(term.words[one].strip() for one in LANGUAGES), name
        assert all(term.about[one].endswith(".") for one in LANGUAGES), name
        assert all(0 < len(term.about[one].split()) <= 40 for one in LANGUAGES), name
        assert term.source in glossary_sources()
        assert set(term.check) <= set(TRANSLATED)
        assert "kk" in term.check or term.source != "usage", name


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_term_is_known_by_its_own_stems(language):
    """The word of the table itself passes the test that texts must pass."""
    told = {
        name: list(term_faults(term.words["en"], term.words[language], language))
        for name, term in TERMS.items()
    }
    assert {name: faults for name, faults in told.items() if faults} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_strict_term_that_is_left_out_is_found(language):
    left_out = {"ru": "Здесь ничего такого", "kk": "Мұнда ондай ештеңе"}[language]
    for term in TERMS.values():
        text = f"Here are {plural(term.words['en'])} of it"
        said = f'"{term.words["en"]}" is "{term.words[language]}" in the glossary'
        told = list(term_faults(text, left_out, language))
        assert told == ([said] if term.is_strict else []), term.id
        assert list(term_faults(text, f"{left_out} {term.words[language]}", language)) == []


def test_no_latin_letter_hides_in_a_term_or_what_is_told_of_it():
    for term in TERMS.values():
        english = f"{term.words['en']} {term.about['en']}"
        for language in TRANSLATED:
            for text in (term.words[language], term.about[language], *term.stems[language]):
                assert list(alphabet_faults(english, text)) == [], term.id


def test_an_english_form_belongs_to_one_term():
    forms = [form.casefold() for t in TERMS.values() for form in (t.words["en"], *t.also)]
    assert sorted(forms) == sorted(set(forms))
    assert [name for name, t in TERMS.items() if terms_in(t.words["en"]) != [name]] == []


def test_a_word_of_another_language_names_few_terms():
    """So that `derbes explain` has one answer: what is told twice is meant so."""
    for language in TRANSLATED:
        words = [term.words[language] for term in TERMS.values()]
        twice = {word for word in words if words.count(word) > 1}
        assert twice <= {"запас", "қор", "нехватка"}


def test_every_key_that_a_brief_tells_of_has_its_term():
    """The words of the page of names, each with its term."""
    page = (ROOT / "docs" / "reference" / "names.md").read_text(encoding="utf-8")
    table = page.split("## Units")[0]
    names = re.findall(r"`(\w+(?: \w+)?)`", "".join(re.findall(r"^\| (.+?) \|", table, re.M)))
    known = {term.words["en"] for term in TERMS.values()}
    known |= {name.replace("_", " ") for name in TERMS}
    assert len(names) > 20
    assert {name.replace("_", " ") for name in names} - known == set()


def test_every_word_of_a_term_names_it():
    for name, term in TERMS.items():
        for word in (name, name.upper(), *term.words.values(), *english_forms(term)):
            assert term in terms_named(word), word
    assert [term.id for term in terms_named("запас")] == ["stockpile", "stock"]
    assert terms_named("Lead-time") == terms_named("«Срок поставки»") == (TERMS["lead_time"],)


def test_plurals():
    words = ("quota", "day", "policy", "loss", "match")
    assert [plural(word) for word in words] == ["quotas", "days", "policies", "losses", "matches"]


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        ("levrage", 'did you mean "leverage"'),
        ("спросом", 'did you mean "спрос"?'),
        ("эмбаргo", 'did you mean "эмбарго"'),
        ("xyzzy", "derbes explain lists all terms"),
        ("", "derbes explain lists all terms"),
    ],
)
def test_an_unknown_word_is_met_with_the_nearest(word, fix):
    with pytest.raises(RequestError) as refused:
        terms_named(word)
    assert refused.value.problems[0].fix.startswith(fix)
