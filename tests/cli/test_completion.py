"""Completion by the shell: what it offers, and that bash takes it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from derbes.cli.commands import derbes
from derbes.cli.completion import ASKS, IDS, SHELLS
from tests.casefile.writing import SMALL


@pytest.fixture
def offered(run, monkeypatch, tmp_path):
    """What is offered for the last word of a line, in a folder with a case."""
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(SMALL, encoding="utf-8")

    def offers(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv(ASKS, "bash_complete")
        answer = run()
        assert (answer.code, answer.err) == (0, "")
        return answer.out.split()

    return offers


def test_commands_and_options_are_offered(offered):
    assert offered("derbes le") == ["plain,leverage"]
    assert offered("derbes leverage case.yaml --sta") == ["plain,--start"]
    assert set(offered("derbes leverage case.yaml --every ")) == {
        "plain,month",
        "plain,quarter",
        "plain,year",
    }


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("derbes cover case.yaml --measure ", ["embargo"]),
        ("derbes cover case.yaml --measure x", []),
        ("derbes cover --measure embargo case.yaml --variant n", ["no_works"]),
        ("derbes cover case.yaml --variant ", ["base", "all", "no_works", "late"]),
        ("derbes show case.yaml uses.", ["uses.treatment"]),
        ("derbes cover nowhere.yaml --measure ", []),
        ("derbes cover --measure ", []),
    ],
)
def test_ids_of_the_case_are_offered(offered, line, ids):
    assert offered(line) == [f"plain,{one}" for one in ids]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("derbes check ca", "file,ca"),
        ("derbes brief case.yaml --out a", "file,a"),
        ("derbes brief case.yaml --tables a", "dir,a"),
        ("derbes import table.csv --case c", "file,c"),
        ("derbes new a", "file,a"),
    ],
)
def test_files_are_left_to_the_shell(offered, line, kind):
    assert offered(line) == [kind]


def test_every_command_on_a_case_completes_it():
    for command in derbes.commands.values():
        for one in command.params:
            if one.name in IDS and any(other.name == "path" for other in command.params):
                assert type(one.type).__name__ == "IdOfCase"
            if isinstance(one, click.Argument) and one.name in {"path", "paths"}:
                assert type(one.type).__name__ == "CaseFile"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_of_the_shell(run, shell):
    answer = run("completion", shell)
    assert (answer.code, answer.err) == (0, "")
    assert f"{ASKS}={shell}_complete" in answer.out
    program = shutil.which(shell)
    if program:
        checked = subprocess.run([program, "-n"], input=answer.out, text=True, capture_output=True,
                                 check=False)  # fmt: skip
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_completes_a_line(run, tmp_path, monkeypatch):
    """The script itself, in a shell, calls the program and takes what it answers."""
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(SMALL, encoding="utf-8")
    program = tmp_path / "derbes"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m derbes "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    asks = (
        f"{run('completion', 'bash').out}\n"
        "COMP_WORDS=(derbes cover case.yaml --measure em); COMP_CWORD=4\n"
        '_derbes_completion derbes em --measure; echo "${COMPREPLY[@]}"\n'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash"], input=asks, text=True, capture_output=True, check=False,
                          env={**os.environ, "PATH": path})  # fmt: skip
    assert done.stdout == "embargo\n"


def test_a_shell_that_is_not_known_is_refused(run):
    assert run("completion", "tcsh").code == 2
