"""Parts of a problem on their way to a worker, and what a worker keeps of them.

Processes of our own read a part from a file, others get it with the task; each states the
draws of a part once and keeps them. What is kept is a function of the part alone.
"""

import itertools
import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derbes.planning.decomposition.everywhere.known import Group, Part, make_groups
from derbes.planning.program.problem import PlanProblem

N_PARTS = 8
"""Parts of the draws; a few for each of the workers that are usual."""
MOST_KEPT = 16
"""Parts that a worker keeps: those of a program with standards and one without."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A part as a task names it."""

    key: str
    part: Part | None = None
    """In this process."""
    path: str = ""
    """Where processes of this machine read it."""
    data: bytes = b""
    """With the task."""


_OPEN: OrderedDict[str, tuple[Group, ...]] = OrderedDict()


def cut_up(problem: PlanProblem) -> list[Part]:
    """The draws in parts, by position; how many does not depend on the workers."""
    n = problem.n_draws
    n_parts = min(N_PARTS, n)
    edges = [n * i // n_parts for i in range(n_parts + 1)]
    return [
        Part(replace(problem, futures=problem.futures.part(begin, end), programs=()), begin)
        for begin, end in itertools.pairwise(edges)
    ]


def send(parts: Sequence[Part], name: str, folder: Path | None, *, is_here: bool) -> list[Sent]:
    """Parts as tasks name them.

    Args:
        parts: The parts.
        name: A name that no other list of parts has.
        folder: Where files can be put that all workers read; None: the data goes along.
        is_here: Whether this process does the work.
    """
    sent = []
    for i, part in enumerate(parts):
        key = f"{name}_{i}"
        if is_here:
            sent.append(Sent(key, part=part))
            continue
        data = pickle.dumps(part, protocol=pickle.HIGHEST_PROTOCOL)
        if folder is None:
            sent.append(Sent(key, data=data))
        else:
            path = folder / f"{key}.part"
            path.write_bytes(data)
            sent.append(Sent(key, path=str(path)))
    return sent


def opened(sent: Sent) -> tuple[Group, ...]:
    """The draws of a part, stated; kept for the next task."""
    if sent.key in _OPEN:
        _OPEN.move_to_end(sent.key)
        return _OPEN[sent.key]
    part = sent.part
    if part is None:
        data = sent.data or Path(sent.path).read_bytes()
        part = pickle.loads(data)  # noqa: S301 - made by `send` of the same program
    _OPEN[sent.key] = make_groups(part)
    while len(_OPEN) > MOST_KEPT:
        _OPEN.popitem(last=False)
    return _OPEN[sent.key]


def forget(sent: Sequence[Sent]) -> None:
    """Drop what this process keeps of parts."""
    for one in sent:
        _OPEN.pop(one.key, None)
