from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import pytest

import derbes.cli.commands  # noqa: F401 - loaded in English, whichever test comes first
from derbes import api
from derbes.cli import main
from tests.api.examples import cover_result, leverage_result, town_case


@dataclass
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class Computed:
    """Stands for the computation behind the verbs: notes what it was asked."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def note(self, verb: str, answer: object):
        @wraps(getattr(api, verb))
        def verb_of_the_workflow(_case: object, **options: Any) -> object:
            options.pop("progress")
            self.calls.append((verb, options))
            return answer

        return verb_of_the_workflow


@pytest.fixture
def run(capsys):
    """Run a command line in this process."""

    def command(*words: str) -> Answer:
        code = main(words)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return command


@pytest.fixture
def computed(monkeypatch) -> Computed:
    """The verbs, with a small case and known results."""
    stand_in = Computed()
    monkeypatch.setattr(api, "read_case", lambda path: town_case())
    monkeypatch.setattr(api, "problems_and_notes", lambda path: ((), ()))
    monkeypatch.setattr(api, "schema", lambda case: {"title": case.name if case else "any"})
    monkeypatch.setattr(api, "show", lambda case, where: f"{case.name} {where}".strip())
    monkeypatch.setattr(api, "cover", stand_in.note("cover", cover_result()))
    monkeypatch.setattr(api, "leverage", stand_in.note("leverage", leverage_result()))
    monkeypatch.setattr(api, "brief", stand_in.note("brief", "<!doctype html>ң"))
    return stand_in
