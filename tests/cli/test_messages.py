import json

import pytest

from derbes import api
from derbes.errors import CaseError, Problem, SolveError
from tests.casefile.writing import SMALL

PROBLEM = Problem(
    where="suppliers.north.good",
    what='"allum" is not a good of this case',
    line=9,
    fix='did you mean "alum"?',
)
UNUSABLE = (
    "town.yaml: 1 problem\n"
    '  - line 9, suppliers.north.good: "allum" is not a good of this case\n'
    '    fix: did you mean "alum"?\n'
)


def _raise(error):
    def verb(*_arguments, **_options):
        raise error

    return verb


@pytest.fixture
def unusable(monkeypatch):
    monkeypatch.setattr(api, "read_case", _raise(CaseError("town.yaml", [PROBLEM])))


def test_check_says_each_problem(run, monkeypatch):
    monkeypatch.setattr(api, "problems_and_notes", lambda path: ((PROBLEM,), ()))
    answer = run("check", "town.yaml")
    assert (answer.code, answer.out, answer.err) == (2, "", UNUSABLE)


@pytest.mark.parametrize("verb", ["cover", "leverage", "brief", "show", "schema"])
def test_a_case_that_cannot_be_used(run, unusable, verb):
    answer = run(verb, "town.yaml")
    assert (answer.code, answer.out, answer.err) == (2, "", UNUSABLE)


@pytest.mark.parametrize("verb", ["cover", "leverage", "brief", "show", "schema"])
def test_a_case_that_cannot_be_used_as_json(run, unusable, verb):
    answer = run(verb, "town.yaml", "--json")
    assert (answer.code, answer.err) == (2, UNUSABLE)
    assert json.loads(answer.out)["problems"][0]["what"] == '"allum" is not a good of this case'


def test_a_case_without_measures_is_asked_for_no_harm(run, tmp_path):
    path = tmp_path / "town.yaml"
    start, end = SMALL.index("measures:\n"), SMALL.index("variants:\n")
    path.write_text(SMALL[:start] + SMALL[end:], encoding="utf-8")
    answer = run("leverage", str(path))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"{path}: 1 problem\n"
        "  - measures: this case has no measures, so there is no harm to tell of\n"
        "    fix: write under measures what may happen; derbes check shows an example\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--start", "2026-02"),
            "start: 2026-02 begins no quarter of this case\n    fix: choose 2026-01\n",
        ),
        (
            ("--length", "5"),
            "length: 5 months are no whole periods of this case\n"
            "    fix: choose a multiple of 3 months\n",
        ),
    ],
)
def test_what_is_asked_within_a_quarter(run, tmp_path, words, message):
    path = tmp_path / "town.yaml"
    text = SMALL.replace("periods: 36", "periods: 12, step: quarter")
    path.write_text(text, encoding="utf-8")
    answer = run("cover", str(path), *words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"{path}: 1 problem\n  - {message}"


def test_a_program_without_an_answer(run, computed, monkeypatch):
    text = "rows that cannot hold together: storage_limit(alum,3)"
    monkeypatch.setattr(api, "cover", _raise(SolveError(text)))
    answer = run("cover", "town.yaml", "--json")
    assert (answer.code, answer.err) == (2, f"{text}\n")
    assert json.loads(answer.out) == {"error": text}


def test_a_measure_that_the_case_does_not_have(run, computed):
    answer = run("leverage", "town.yaml", "--measure", "embarg")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        'town.yaml: 1 problem\n  - measure: "embarg" is not a measure of this case\n'
        '    fix: did you mean "embargo"?\n'
    )


def test_an_option_that_does_not_exist(run, computed):
    answer = run("cover", "town.yaml", "--mesure", "embargo")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "Usage: derbes cover [OPTIONS] CASE\n"
        "Try 'derbes cover --help' for help.\n"
        "\n"
        "Error: No such option '--mesure'. Did you mean '--measure'?\n"
    )


def test_a_case_that_is_not_named_as_json(run, computed):
    answer = run("cover", "--json")
    assert answer.code == 2
    assert json.loads(answer.out) == {"error": "Missing argument 'CASE'."}


def test_a_place_that_cannot_be_written_to(run, computed, tmp_path):
    answer = run("brief", "town.yaml", "--out", str(tmp_path))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "town.yaml: 1 problem\n"
        f'  - out: "{tmp_path}" cannot be written: Is a directory\n'
        "    fix: choose another place with --out, or free space and check permissions\n"
    )


def test_ctrl_c_is_quiet(run, computed, monkeypatch):
    monkeypatch.setattr(api, "cover", _raise(KeyboardInterrupt()))
    answer = run("cover", "town.yaml")
    assert (answer.code, answer.out, answer.err.strip()) == (130, "", "")


def test_a_mistake_of_the_program_is_not_hidden(run, computed, monkeypatch):
    monkeypatch.setattr(api, "cover", _raise(KeyError("use")))
    with pytest.raises(KeyError):
        run("cover", "town.yaml")
