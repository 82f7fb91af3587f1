"""All draws at a point, chunk by chunk, with the cuts that are known of branches.

A task holds all that its answer depends on: point, prices, cuts, bases. So the answer is
the same whoever does it, and a task whose worker died is done again.
"""

import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.nested.cuts import BranchCut
from derbes.planning.decomposition.nested.second import Answer, NestedSecond, Stances
from derbes.planning.decomposition.nested.sent import Group, Sent, cut_up, opened, send
from derbes.planning.decomposition.subproblem import Cut, Outcome
from derbes.planning.program.figures import draw_figures
from derbes.planning.program.prices import Prices
from derbes.planning.program.problem import PlanProblem
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage

ONE_IN = 8
"""One in so many draws is looked at closely where a bound is all that is asked for."""
Cuts = Mapping[str, Sequence[BranchCut]]
"""Digest of a matrix → cuts of its branches."""


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk at a point."""

    sent: Sent
    values: FloatArray
    prices: Prices
    cuts: Cuts
    stances: tuple[Stances | None, ...]
    """Of each group of the chunk; empty: none yet."""
    turn: int
    """Draws at this place in every `ONE_IN` are looked at closely; -1: all are."""
    wants_trunk: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What a task gives."""

    outcomes: tuple[Outcome, ...]
    cuts: Cuts
    """Those that are new."""
    stances: tuple[Stances | None, ...]


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
    """The draws of a chunk at a point."""
    groups = opened(task.sent)
    outcomes: dict[int, Outcome] = {}
    cuts: dict[str, list[BranchCut]] = {}
    stances: list[Stances | None] = []
    for g, group in enumerate(groups):
        begun = task.stances[g] if task.stances else None
        second = NestedSecond(group.known, task.prices, task.cuts.get(group.matrix, ()), begun)
        outcomes.update(_at_point(task, group, second))
        cuts[group.matrix] = second.new
        stances.append(second.stances)
    return Done(tuple(outcomes[i] for i in sorted(outcomes)), cuts, tuple(stances))


def _at_point(task: Task, group: Group, second: NestedSecond) -> dict[int, Outcome]:
    found = {}
    for place, position in enumerate(group.positions):
        draw = group.known.draws[place]
        is_close = task.turn < 0 or draw.draw % ONE_IN == task.turn
        look = range(second.n_branches) if is_close else ()
        answer = second.solve(place, task.values, look)
        found[position] = as_outcome(group.known.stage, draw, answer, task)
    return found


def as_outcome(stage: SecondStage, draw: DrawProgram, answer: Answer, task: Task) -> Outcome:
    """An answer as the master takes it."""
    options = float(draw.option_cost @ task.values)
    at_zero = answer.value - float(answer.slope @ task.values)
    n_trunk = stage.trunk.layout.n_columns
    return Outcome(
        cut=Cut(draw.draw, at_zero, answer.slope),
        figures=draw_figures(stage, draw, answer.columns, options=options, prices=task.prices),
        trunk=answer.columns[:n_trunk].copy() if task.wants_trunk else None,
        is_exact=answer.is_exact,
    )


@dataclass(slots=True)
class Everyone:
    """All draws of a problem, and what was found out about their branches."""

    crew: Doing
    problem: PlanProblem
    cuts: dict[str, list[BranchCut]] = field(default_factory=dict)
    _sent: list[Sent] = field(default_factory=list)
    _stances: list[tuple[Stances | None, ...]] = field(default_factory=list)
    _folder: "tempfile.TemporaryDirectory[str] | None" = None
    _turn: int = 0

    def __enter__(self) -> "Everyone":
        if self.crew.shares_files and not self.crew.is_here:
            self._folder = tempfile.TemporaryDirectory(prefix="derbes_")
        folder = Path(self._folder.name) if self._folder else None
        name = uuid.uuid4().hex
        chunks = cut_up(self.problem)
        self._sent = send(chunks, name, folder, is_here=self.crew.is_here)
        self._stances = [() for _sent in self._sent]
        return self

    def __exit__(self, *_error: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def at(
        self,
        values: FloatArray,
        prices: Prices,
        *,
        is_close: bool = True,
        wants_trunk: bool = False,
    ) -> list[Outcome]:
        """All draws at a point, by draw.

        Args:
            values: First-stage columns.
            prices: Prices of what falls short.
            is_close: Whether every branch is looked at; else outcomes are lower bounds.
            wants_trunk: Whether the columns of the trunk are to be returned.
        """
        turn = -1 if is_close else self._turn
        self._turn = (self._turn + 1) % ONE_IN
        known = {matrix: tuple(cuts) for matrix, cuts in self.cuts.items()}
        tasks = [
            Task(sent, values, prices, known, stances, turn, wants_trunk)
            for sent, stances in zip(self._sent, self._stances, strict=True)
        ]
        done = self.crew.do(do_task, tasks)
        self._stances = [one.stances for one in done]
        self._learn(done)
        return [outcome for one in done for outcome in one.outcomes]

    def _learn(self, done: Sequence[Done]) -> None:
        """Add what is new, once, in the order of the chunks."""
        for one in done:
            for matrix, cuts in one.cuts.items():
                kept = self.cuts.setdefault(matrix, [])
                keys = {cut.key for cut in kept}
                kept += [cut for cut in cuts if cut.key not in keys]
