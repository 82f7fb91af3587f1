"""Chunks of draws on their way to a worker, and what a worker keeps of them.

Processes of our own read a chunk from a file, others get it with the task; each keeps what
it has opened, so that it is read once. What is kept is a function of the chunk alone.
"""

import hashlib
import itertools
import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from derbes.planning.decomposition.nested.known import Known
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage

N_CHUNKS = 8
"""Chunks of draws; a few for each of the workers that are usual."""
MOST_KEPT = 16
"""Chunks that a worker keeps open: those of a program with standards and one without."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some draws with what all have in common."""

    stage: SecondStage
    draws: tuple[DrawProgram, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Draws of a chunk that have one matrix."""

    matrix: str
    """Digest of the matrix: cuts are valid wherever it is the same."""
    positions: tuple[int, ...]
    """Positions in the chunk."""
    known: Known


@dataclass(frozen=True, slots=True)
class Sent:
    """A chunk as a task names it."""

    key: str
    chunk: Chunk | None = None
    """In this process."""
    path: str = ""
    """Where processes of this machine read it."""
    data: bytes = b""
    """With the task."""


_OPEN: OrderedDict[str, tuple[Group, ...]] = OrderedDict()


def cut_up(problem: PlanProblem) -> list[Chunk]:
    """The draws in chunks, by position; how many does not depend on the workers."""
    n, programs = problem.n_draws, problem.programs
    n_chunks = min(N_CHUNKS, n)
    edges = [n * i // n_chunks for i in range(n_chunks + 1)]
    return [Chunk(problem.second, programs[begin:end]) for begin, end in itertools.pairwise(edges)]


def send(chunks: Sequence[Chunk], name: str, folder: Path | None, *, is_here: bool) -> list[Sent]:
    """Chunks as tasks name them.

    Args:
        chunks: The chunks.
        name: A name that no other list of chunks has.
        folder: Where files can be put that all workers read; None: the data goes along.
        is_here: Whether this process does the work.
    """
    sent = []
    for i, chunk in enumerate(chunks):
        key = f"{name}_{i}"
        if is_here:
            sent.append(Sent(key, chunk=chunk))
            continue
        data = pickle.dumps(chunk, protocol=pickle.HIGHEST_PROTOCOL)
        if folder is None:
            sent.append(Sent(key, data=data))
        else:
            path = folder / f"{key}.chunk"
            path.write_bytes(data)
            sent.append(Sent(key, path=str(path)))
    return sent


def opened(sent: Sent) -> tuple[Group, ...]:
    """The groups of a chunk; kept for the next task."""
    if sent.key in _OPEN:
        _OPEN.move_to_end(sent.key)
        return _OPEN[sent.key]
    chunk = sent.chunk
    if chunk is None:
        data = sent.data or Path(sent.path).read_bytes()
        chunk = pickle.loads(data)  # noqa: S301 - made by `send` of the same program
    _OPEN[sent.key] = _groups(chunk)
    while len(_OPEN) > MOST_KEPT:
        _OPEN.popitem(last=False)
    return _OPEN[sent.key]


def _groups(chunk: Chunk) -> tuple[Group, ...]:
    found: dict[str, list[int]] = {}
    digests: dict[int, str] = {}
    for position, draw in enumerate(chunk.draws):
        mark = id(draw.matrix)
        if mark not in digests:
            digests[mark] = _digest(draw)
        found.setdefault(digests[mark], []).append(position)
    return tuple(
        Group(digest, tuple(where), Known(chunk.stage, [chunk.draws[i] for i in where]))
        for digest, where in found.items()
    )


def _digest(draw: DrawProgram) -> str:
    digest = hashlib.sha256()
    for part in (draw.matrix.indptr, draw.matrix.indices, draw.matrix.data):
        digest.update(part.tobytes())
    return digest.hexdigest()
