"""The second stage of a draw with branches at all starts, none of which stands in it.

The trunk alone is several times smaller than the trunk with its branches; prices found in
a branch of one draw at one start are a valid cut at all starts in all draws.

All draws at a point, part by part, with the cuts that are known of branches.

A task holds all that its answer depends on: point, prices, cuts, bases. So the answer is
the same whoever does it, and a task whose worker died is done again.

Parts of a problem on their way to a worker, and what a worker keeps of them.

Processes of our own read a part from a file, others get it with the task; each states the
draws of a part once and keeps them. What is kept is a function of the part alone.
"""

import itertools
import pickle
import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.problem import PlanProblem, Prices
from derbes.planning.recourse import DrawProgram
from derbes.planning.recourse_solver import LONG, NOWHERE, ONCE, Answer, NestedSecond
from derbes.planning.root import Cut, Outcome
from derbes.planning.scenario_groups import Group, Part, Stances, make_groups
from derbes.planning.separation import BranchCut

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


ONE_IN = 8
"""One in so many draws is looked at closely where a bound is all that is asked for."""
IDLE_FOR = 6
"""Points for which a cut is kept that counts nowhere."""
Cuts = Mapping[str, Sequence[BranchCut]]
"""Digest of a matrix → cuts of its branches."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part at a point."""

    sent: Sent
    values: FloatArray
    prices: Prices
    cuts: Cuts
    stances: tuple[Stances | None, ...]
    """Of each group of the part; empty: none yet."""
    look: int
    """How closely branches are looked at."""
    turn: int
    """Draws at this place in every `ONE_IN` are looked at more closely."""
    until: float
    """Moment after which no new cuts are looked for. [second since the epoch]"""


@dataclass(frozen=True, slots=True)
class Done:
    """What a task gives."""

    outcomes: tuple[Outcome, ...]
    cuts: Cuts
    """Those that are new."""
    stances: tuple[Stances | None, ...]

    @property
    def used(self) -> set[bytes]:
        """Keys of the cuts that count in some draw."""
        return {
            stances.rows[r][0].key
            for stances in self.stances
            if stances is not None
            for ages in stances.ages
            for r in ages
        }


class Doing(Protocol):
    """Who does tasks."""

    @property
    def is_here(self) -> bool:
        """Whether this process does them."""

    @property
    def shares_files(self) -> bool:
        """Whether whoever does them reads this machine's files."""

    def do(self, function: Callable[[Any], Done], tasks: Sequence[Any]) -> list[Done]:
        """Results in the order of the tasks."""


def do_task(task: Task) -> Done:
    """The draws of a part at a point."""
    groups = opened(task.sent)
    outcomes: dict[int, Outcome] = {}
    cuts: dict[str, list[BranchCut]] = {}
    stances: list[Stances | None] = []
    for g, group in enumerate(groups):
        begun = task.stances[g] if task.stances else None
        second = NestedSecond(group.known, task.prices, task.cuts.get(group.matrix, ()), begun)
        outcomes.update(_at_point(task, group, second))
        cuts.setdefault(group.matrix, []).extend(second.new)
        stances.append(second.stances)
    return Done(tuple(outcomes[i] for i in sorted(outcomes)), cuts, tuple(stances))


def _at_point(task: Task, group: Group, second: NestedSecond) -> dict[int, Outcome]:
    found = {}
    for place, position in enumerate(group.positions):
        draw = group.known.draws[place].program
        is_in_turn = draw.draw % ONE_IN == task.turn
        look = ONCE if is_in_turn and task.look == NOWHERE else task.look
        answer = second.solve(place, task.values, look=look, until=task.until)
        found[position] = as_outcome(draw, answer, task)
    return found


def as_outcome(draw: DrawProgram, answer: Answer, task: Task) -> Outcome:
    """An answer as the master takes it."""
    at_zero = answer.value - float(answer.slope @ task.values)
    return Outcome(
        cut=Cut(draw.draw, at_zero, answer.slope),
        figures=answer.figures,
        is_exact=answer.is_exact,
        binding=answer.binding,
    )


@dataclass(slots=True)
class Everyone:
    """All draws of a problem, and what was found out about their branches."""

    crew: Doing
    problem: PlanProblem
    until: float = np.inf
    """Moment after which no new cuts are looked for. [second since the epoch]"""
    cuts: dict[str, list[BranchCut]] = field(default_factory=dict)
    _sent: list[Sent] = field(default_factory=list)
    _stances: list[tuple[Stances | None, ...]] = field(default_factory=list)
    _folder: "tempfile.TemporaryDirectory[str] | None" = None
    _turn: int = 0
    _idle: dict[bytes, int] = field(default_factory=dict)
    """Cut → points at which it has counted nowhere since it last did."""

    def __enter__(self) -> "Everyone":
        if self.crew.shares_files and not self.crew.is_here:
            self._folder = tempfile.TemporaryDirectory(prefix="derbes_")
        folder = Path(self._folder.name) if self._folder else None
        name = uuid.uuid4().hex
        self._sent = send(cut_up(self.problem), name, folder, is_here=self.crew.is_here)
        self._stances = [() for _sent in self._sent]
        return self

    def __exit__(self, *_error: object) -> None:
        forget(self._sent)
        if self._folder is not None:
            self._folder.cleanup()

    def at(
        self,
        values: FloatArray,
        prices: Prices,
        *,
        look: int = LONG,
        is_timed: bool = True,
    ) -> list[Outcome]:
        """All draws at a point, by draw.

        Args:
            values: First-stage columns.
            prices: Prices of what falls short.
            look: How closely branches are looked at: `NOWHERE` for a bound from below.
            is_timed: Whether no new cuts are looked for once time is over.
        """
        self._turn = (self._turn + 1) % ONE_IN
        until = self.until if is_timed else np.inf
        known = {matrix: tuple(cuts) for matrix, cuts in self.cuts.items()}
        tasks = [
            Task(sent, values, prices, known, stances, look, self._turn, until)
            for sent, stances in zip(self._sent, self._stances, strict=True)
        ]
        done = self.crew.do(do_task, tasks)
        self._stances = [one.stances for one in done]
        self._learn(done)
        return [outcome for one in done for outcome in one.outcomes]

    def _learn(self, done: Sequence[Done]) -> None:
        """Add what is new, once, in the order of the parts; drop what counts nowhere."""
        used = set[bytes]().union(*(one.used for one in done))
        for key in self._idle:
            self._idle[key] += 1
        self._idle.update(dict.fromkeys(used, 0))
        for one in done:
            for matrix, cuts in one.cuts.items():
                kept = {cut.key: cut for cut in (*self.cuts.get(matrix, ()), *cuts)}
                self._idle.update(dict.fromkeys((c.key for c in cuts if c.key not in used), 0))
                self.cuts[matrix] = list(kept.values())
        for matrix, found in self.cuts.items():
            self.cuts[matrix] = [c for c in found if self._idle.get(c.key, 0) <= IDLE_FOR]
