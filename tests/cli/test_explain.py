"""`derbes explain`: a word in any language, its meaning in three."""

import json

import pytest

from derbes.casefile.glossary import glossary
from derbes.cli.commands import term_text
from derbes.language import use_language

LEAD_TIME = """\
English  lead time
         The time from an order to its delivery.
русский  срок поставки
         Время от заказа до поступления товара.
қазақша  жеткізу мерзімі
         Тапсырыстан тауар келгенге дейінгі уақыт.
No native reader has looked at it yet in: қазақша
"""


@pytest.mark.parametrize(
    "words", [("lead", "time"), ("Lead-time",), ("lead_time",), ("срок", "поставки"),
              ("ЖЕТКІЗУ мерзімі",), ("lead times",)],
)  # fmt: skip
def test_a_word_is_told_in_three_languages(run, words):
    answer = run("explain", *words)
    assert (answer.code, answer.out, answer.err) == (0, LEAD_TIME, "")


def test_the_language_of_the_user_comes_first():
    try:
        use_language("ru")
        lines = term_text(glossary()["lead_time"]).splitlines()
    finally:
        use_language("en")
    assert [line.split()[0] for line in lines[:6:2]] == ["русский", "English", "қазақша"]


def test_a_term_that_nobody_has_looked_at_says_so(run):
    assert run("explain", "leverage").out.endswith(
        "No native reader has looked at it yet in: русский, қазақша\n"
    )


def test_a_word_of_two_terms_tells_both(run):
    terms = run("explain", "запас").out.split("\n\n")
    assert [term.split("\n")[0].split()[1] for term in terms] == ["stockpile", "stock"]


def test_without_a_word_every_term_is_listed(run):
    lines = run("explain").out.splitlines()
    assert len(lines) == len(glossary()) + 1
    assert lines[0].split() == ["English", "русский", "қазақша"]
    assert all(len(line.split("  ")) >= 3 for line in lines)


def test_json_has_every_field_and_the_sources(run):
    record = json.loads(run("explain", "reserve", "--json").out)
    (term,) = record["terms"]
    assert term["words"] == {"en": "reserve", "ru": "резерв", "kk": "резерв"}
    assert term["source"] in record["sources"]
    assert len(json.loads(run("explain", "--json").out)["terms"]) == len(glossary())


def test_an_unknown_word_is_met_with_the_nearest(run):
    answer = run("explain", "levarage")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "derbes: 1 problem\n"
        '  - word: "levarage" is no term of derbes\n'
        '    fix: did you mean "leverage"?\n'
    )


def test_it_writes_into_a_file(run, tmp_path):
    place = tmp_path / "terms.txt"
    assert run("explain", "lead", "time", "--out", str(place)).code == 0
    assert place.read_text(encoding="utf-8") == LEAD_TIME
