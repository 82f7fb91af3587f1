"""`derbes new`: asked on a terminal, told by options; never over a file, never half a case."""

import io
import sys

import pytest

from derbes import api
from derbes.cli.beginning import ask_all
from derbes.drafting import questions
from derbes.errors import RequestError

TOLD = {
    "buyer": "Kazakhstan",
    "good": "diesel",
    "seller": "Russia 70 %, China 30 %",
    "use": "100 t/month",
    "price": "700 USD/t",
    "stock": "",
    "until": "",
}
OPTIONS = [word for name, text in TOLD.items() if text for word in (f"--{name}", text)]


class Terminal(io.StringIO):
    """Lines of somebody who answers."""

    def isatty(self):
        return True


def test_a_script_gets_a_case_that_answers_at_once(run, tmp_path):
    place = tmp_path / "diesel.yaml"
    answer = run("new", str(place), *OPTIONS, "--stock", "250 t", "--first", "2026-12")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"Written: {place}\nNext: derbes check {place}\n"
    assert run("check", str(place)).out.startswith(f"{place}: no problems.")
    for verb in ("cover", "leverage"):
        told = run(verb, str(place), "--start", "2026-12", "--measure", "stop", "--length", "6")
        assert told.code == 0
        assert "2026-12" in told.out
    case = api.read_case(place)
    assert case.calendar.n_periods == 49
    assert place.read_text(encoding="utf-8").count("\n# ") >= 8  # a remark a section


def test_settings_go_into_the_case(run):
    answer = run("new", "-", *OPTIONS, "--within", "10 %", "--grade", "B", "--why", 'said "so"')
    assert "      range: [90, 110]\n      grade: B\n" in answer.out
    assert r'why: "said \"so\""' in answer.out


def test_without_a_terminal_every_answer_that_lacks_is_named(run, tmp_path):
    answer = run("new", str(tmp_path / "a.yaml"), "--good", "diesel")
    assert answer.code == 2
    lacking = [line.split(":")[0].strip(" -") for line in answer.err.splitlines() if " - " in line]
    assert lacking == ["buyer", "seller", "use", "price"]
    assert "fix: add --buyer: Who buys? (such as: Kazakhstan)" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_new_case_takes_no_file_s_place(run, tmp_path):
    place = tmp_path / "a.yaml"
    place.write_text("mine", encoding="utf-8")
    answer = run("new", str(place), *OPTIONS)
    assert (answer.code, place.read_text(encoding="utf-8")) == (2, "mine")
    assert f'CASE: "{place}" is there already' in answer.err
    assert run("new", str(tmp_path / "a.xlsx"), *OPTIONS).code == 2
    link = tmp_path / "b.yaml"
    link.symlink_to(place)
    assert run("new", str(link), *OPTIONS).code == 2
    assert run("new", str(tmp_path), *OPTIONS).code == 2
    assert {one.name for one in tmp_path.iterdir()} == {"a.yaml", "b.yaml"}
    assert place.read_text(encoding="utf-8") == "mine"


def test_another_case_is_not_written_over(run, tmp_path):
    place = tmp_path / "a.yaml"
    assert run("new", str(place), *OPTIONS).code == 0
    before = place.read_bytes()
    answer = run("new", str(place), *OPTIONS, "--within", "10 %")
    assert (answer.code, place.read_bytes()) == (2, before)
    assert "    fix: name another file, or delete it first\n" in answer.err


def test_a_bad_option_is_refused_and_nothing_is_written(run, tmp_path):
    answer = run("new", str(tmp_path / "a.yaml"), *OPTIONS, "--use", "100 t")
    assert answer.code == 2
    assert '  - use: "100 t" says no amount for a time\n' in answer.err
    assert list(tmp_path.iterdir()) == []
    for name, word in (("first", "soon"), ("within", "200 %")):
        answer = run("new", str(tmp_path / "a.yaml"), *OPTIONS, f"--{name}", word)
        assert (answer.code, f"  - {name}: " in answer.err) == (2, True)


def test_a_terminal_is_asked_and_asked_again(run, tmp_path, monkeypatch):
    lines = ["Kazakhstan", "", "diesel", "Russia", "100 t", "100 t/month", "700 USD/t", "", "2031"]
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(lines) + "\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    place = tmp_path / "a.yaml"
    answer = run("new", str(place), "--first", "2026-12")
    assert answer.code == 0
    assert answer.err == (
        "Who buys? (such as: Kazakhstan): "
        "What is bought? (one good, such as natural gas):   nothing is written\n"
        "  fix: write a name; any language will do\n"
        "What is bought? (one good, such as natural gas): "
        "From whom? Who may stop comes first (such as: Russia 70 %, China 30 %): "
        'How much of it is used? (such as: 100 t/month):   "100 t" says no amount for a time\n'
        '  fix: write an amount for a time, as in "100 t/month"\n'
        "How much of it is used? (such as: 100 t/month): "
        "What does it cost? (such as: 300 USD/t): "
        "How much lies in store? (such as: 250 t, or 3 months) [unknown]: "
        "Until which month does the question matter? [2030-12]: "
    )
    assert api.check(place) == ()
    assert api.read_case(place).calendar.n_periods == 61


def test_the_terminal_is_not_asked_what_an_option_has_told():
    said = []
    lines = iter(["some\n", "250 t\n"])
    told = TOLD | {"stock": "5 m3", "until": "2030"}
    answers = ask_all(questions("2026-12"), told, lambda: next(lines), said.append)
    assert answers == told | {"stock": "250 t"}
    assert len([text for text in said if "lies in store" in text]) == 2
    assert not [text for text in said if "Who buys" in text]


def test_an_input_that_ends_early_is_said():
    with pytest.raises(RequestError) as refused:
        ask_all(questions("2026-12"), dict.fromkeys(TOLD, ""), lambda: "", lambda _text: None)
    assert refused.value.problems[0].where == "buyer"
    assert refused.value.problems[0].fix == "answer it with --buyer"
