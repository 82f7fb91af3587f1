"""One thing to try: files, the places around them, and command lines run among them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

CASE = "case.yaml"
"""The file that most trials are about."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is laid out in an empty folder, and what is run there, until something refuses."""

    level: str
    steps: tuple[tuple[str, ...], ...] = ()
    """Command lines, one after another."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → text; bytes that are no UTF-8 stand as surrogates."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Path → `folder`, `fifo`, what a link leads to, or `compiled SEED`: damaged compiled loops."""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """Variables that are set or taken out; with any, a step is a program of its own."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """`memory` or `size` of a file [byte], `closed` descriptor."""
    kept: tuple[str, ...] = ()
    """Files that a step may write over."""
    longest: float = 10.0
    """Time that it may take. [s]"""
    n_inputs: int = 1
    """Inputs that it holds: a file may hold many expressions."""


def bytes_of(text: str) -> bytes:
    """What is written into a file of a trial."""
    return text.encode("utf-8", "surrogateescape")


def text_of(content: bytes) -> str:
    """Bytes as a trial holds them."""
    return content.decode("utf-8", "surrogateescape")


def written(trial: Trial, showed: str) -> str:
    """A trial as a file of the corpus, with what it showed."""
    fields = {name: value for name, value in asdict(trial).items() if value not in ((), {}, 1, 10)}
    return json.dumps({"showed": showed, **fields}, indent=1) + "\n"


def read(path: Path) -> tuple[Trial, str]:
    """A trial of the corpus, and what it showed."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    showed = fields.pop("showed")
    fields["steps"] = tuple(tuple(words) for words in fields.get("steps", ()))
    return replace(Trial(fields["level"]), **fields), showed
