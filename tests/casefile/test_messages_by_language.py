"""Every message example in Russian and Kazakh: the same problems, and no English left."""

from pathlib import Path

import pytest

from derbes.language import use_language
from tests.casefile.test_messages import EXAMPLES, FOREIGN, _written
from tests.casefile.writing import SMALL, broken, check_case, told
from tests.in_translation import TRANSLATED, faults, in_each_language

SYNTAX = (
    "a: [1, 2\nb: 3\n",
    "a: {b: 1\nc: 2\n",
    "a: b: c\n",
    "- a\nb: c\n",
    "a: 'open\n",
    "a: @b\n",
    "\ta: b\n",
    "a: |\n\tb\n",
    'a: "\\q"\n',
    'a: "\\xZZ"\n',
    "a:\n  b: 1\n c: 2\n",
    "? a\n? - b\n  c: d\n",
    "%YAML 9.9.9\n---\na: b\n",
    "%YAML 1.1\n%YAML 1.1\n---\na: b\n",
    "%FOO\na: b\n",
    "a: !<tag b\n",
    "a: !x!y b\n",
    "a: |0\n  b\n",
    "a: |99\n  b\n",
    "a: &\n",
    "a: *\n",
    "a: b\n---\n",
    "[a, b]: c\n]",
    "a: - b\n",
    "a: ? b\n",
)
"""Texts that are no YAML, each for a reason of its own."""


def _whole(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return "\n".join(str(problem) for problem in check_case(path))


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Name → the case and what is told of it, by language."""
    folder = tmp_path_factory.mktemp("cases")
    found = {}
    for name, text, old, new, message in _written():
        case = broken(old, new, text)
        found[name] = (case, {"en": message})
        for code in TRANSLATED:
            use_language(code)
            found[name][1][code] = told(folder, case)
    return found


def test_every_example(examples):
    wrong = [
        f"{name}: {fault}"
        for name, (case, messages) in examples.items()
        for fault in faults(messages, case)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_no_case_file(tmp_path):
    path = tmp_path / "case.yaml"
    contents = [content for _name, content, _message in FOREIGN]
    contents += [text.encode() for text in SYNTAX]
    wrong = []
    for content in contents:
        messages = in_each_language(lambda content=content: _whole(path, content))
        assert messages["en"]
        given = content.decode("utf-8", "replace") + "BELL"  # Unicode names its signs in English
        wrong += [f"{content!r}: {fault}" for fault in faults(messages, given)]
    assert not wrong, "\n".join(wrong)


def test_many_problems_at_once(tmp_path):
    text = broken("demand: 100 t/month", "demand: lots")
    text = broken("routes: [rail]", "routes: [rial]", text)
    text = broken("half_life: 10 year", "half_live: 10 year", text)
    messages = in_each_language(lambda: told(tmp_path, text))
    assert list(faults(messages, text)) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_whole_messages(tmp_path, code):
    """A dozen, one of each kind, as a user reads them."""
    cases = {name: broken(old, new, text) for name, text, old, new, _message in _written()}
    blocks = (EXAMPLES / f"problems.{code}.txt").read_text(encoding="utf-8").split("=== ")[1:]
    assert len(blocks) >= 12
    use_language(code)
    for block in blocks:
        name, _end, message = block.partition("\n")
        assert told(tmp_path, cases[name]) == message.rstrip("\n"), name


def test_a_key_in_letters_that_only_look_latin_is_not_missing_too(tmp_path):
    """What a slip stands for is known in every language."""
    text = SMALL.replace("    price: 10", "    рrice: 10").replace("uses:\n", "usses:\n")
    messages = in_each_language(lambda: told(tmp_path, text))
    counts = {code: message.count(" | ") for code, message in messages.items()}
    assert len(set(counts.values())) == 1, messages
