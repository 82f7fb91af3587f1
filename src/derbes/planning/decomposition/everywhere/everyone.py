"""All draws at a point, part by part, with the cuts that are known of branches.

A task holds all that its answer depends on: point, prices, cuts, bases. So the answer is
the same whoever does it, and a task whose worker died is done again.
"""

import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.cuts import BranchCut
from derbes.planning.decomposition.everywhere.known import Group
from derbes.planning.decomposition.everywhere.rows import Stances
from derbes.planning.decomposition.everywhere.second import (
    LONG,
    NOWHERE,
    ONCE,
    Answer,
    NestedSecond,
)
from derbes.planning.decomposition.everywhere.sent import Sent, cut_up, forget, opened, send
from derbes.planning.decomposition.subproblem import Cut, Outcome
from derbes.planning.program.prices import Prices
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.second_stage import DrawProgram

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
