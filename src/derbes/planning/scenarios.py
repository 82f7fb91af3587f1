"""All draws of a problem at a point, batch by batch, with the cuts that are known.

The base course alone is several times smaller than with its contingencies; prices found in
a contingency of one draw at one start are a valid cut at all starts in all draws.

A task holds all that its answer depends on: point, prices, cuts, bases. So the answer is
the same whoever does it, and a task whose worker died is done again. Processes of our own
read a batch of draws from a file, others get it with the task; each states it once and keeps
it. What is kept is a function of the batch alone.
"""

import itertools
import pickle
import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.parallel import Crew
from derbes.planning.problem import PlanProblem, Prices
from derbes.planning.recourse_solver import LONG, NOWHERE, ONCE, NestedSecond
from derbes.planning.root import Outcome
from derbes.planning.scenario_groups import ScenarioGroup, Stances, make_groups
from derbes.planning.separation import BranchCut

N_PARTS = 8
"""Batches of the draws; a few for each of the workers that are usual."""
MOST_KEPT = 16
"""Batches that a worker keeps: those of a program with standards and one without."""
ONE_IN = 8
"""One in so many draws is looked at closely where a bound is all that is asked for."""
IDLE_FOR = 6
"""Points for which a cut is kept that counts nowhere."""
Cuts = Mapping[str, Sequence[BranchCut]]
"""Digest of a matrix → cuts of its contingencies."""


@dataclass(frozen=True, slots=True)
class ScenarioBatch:
    """Some draws of a problem as a task names them; nothing of them is stated yet."""

    key: str
    first_draw: int
    """Position of the first of them among all draws."""
    problem: PlanProblem | Path | bytes
    """With these draws alone, in this process; where it is read; or as it goes with the task."""


_OPEN: OrderedDict[str, tuple[ScenarioGroup, ...]] = OrderedDict()


def opened(batch: ScenarioBatch) -> tuple[ScenarioGroup, ...]:
    """The draws of a batch, stated; kept for the next task."""
    if batch.key not in _OPEN:
        problem = batch.problem
        if isinstance(problem, Path):
            problem = problem.read_bytes()
        if isinstance(problem, bytes):
            problem = pickle.loads(problem)  # noqa: S301 - made by `Scenarios` of this program
        _OPEN[batch.key] = make_groups(problem, batch.first_draw)
        while len(_OPEN) > MOST_KEPT:
            _OPEN.popitem(last=False)
    _OPEN.move_to_end(batch.key)
    return _OPEN[batch.key]


@dataclass(frozen=True, slots=True)
class Task:
    """A batch at a point."""

    batch: ScenarioBatch
    values: FloatArray
    prices: Prices
    cuts: Cuts
    stances: tuple[Stances | None, ...]
    """Of each group of the batch; empty: none yet."""
    look: int
    """How closely contingencies are looked at."""
    turn: int
    """Draws at this place in every `ONE_IN` are looked at more closely."""
    until: float
    """Moment after which no new cuts are looked for. [second since the epoch]"""


Done = tuple[list[Outcome], Cuts, tuple[Stances | None, ...]]
"""Outcomes by draw, cuts that are new, and what is known of each group."""


def do_task(task: Task) -> Done:
    """The draws of a batch at a point."""
    outcomes: dict[int, Outcome] = {}
    cuts: dict[str, list[BranchCut]] = {}
    stances: list[Stances | None] = []
    for g, group in enumerate(opened(task.batch)):
        begun = task.stances[g] if task.stances else None
        second = NestedSecond(group, task.prices, task.cuts.get(group.matrix, ()), begun)
        for place, position in enumerate(group.positions):
            is_in_turn = group.draws[place].draw % ONE_IN == task.turn
            look = ONCE if is_in_turn and task.look == NOWHERE else task.look
            found = second.solve(place, task.values, look=look, until=task.until)
            outcomes[position] = replace(found, columns=np.zeros(0))
        cuts.setdefault(group.matrix, []).extend(second.new)
        stances.append(second.stances)
    return [outcomes[i] for i in sorted(outcomes)], cuts, tuple(stances)


@dataclass(slots=True)
class Scenarios:
    """All draws of a problem, and what was found out about their contingencies."""

    crew: Crew
    problem: PlanProblem
    until: float = np.inf
    """Moment after which no new cuts are looked for. [second since the epoch]"""
    cuts: dict[str, list[BranchCut]] = field(default_factory=dict)
    _batches: list[ScenarioBatch] = field(default_factory=list)
    _stances: list[tuple[Stances | None, ...]] = field(default_factory=list)
    _folder: "tempfile.TemporaryDirectory[str] | None" = None
    _turn: int = 0
    _idle: dict[bytes, int] = field(default_factory=dict)
    """Cut → points at which it has counted nowhere since it last did."""

    def __enter__(self) -> "Scenarios":
        """Cut the draws up; into how many batches does not depend on the workers."""
        if self.crew.shares_files and not self.crew.is_here:
            self._folder = tempfile.TemporaryDirectory(prefix="derbes_")
        name, n = uuid.uuid4().hex, self.problem.n_draws
        n_parts = min(N_PARTS, n)
        edges = itertools.pairwise(n * i // n_parts for i in range(n_parts + 1))
        for i, (begin, end) in enumerate(edges):
            futures, key = self.problem.futures.part(begin, end), f"{name}_{i}"
            problem: PlanProblem | Path | bytes
            problem = replace(self.problem, futures=futures, programs=())
            if not self.crew.is_here:
                problem = pickle.dumps(problem, protocol=pickle.HIGHEST_PROTOCOL)
            if self._folder is not None and isinstance(problem, bytes):
                path = Path(self._folder.name) / f"{key}.part"
                path.write_bytes(problem)
                problem = path
            self._batches.append(ScenarioBatch(key, begin, problem))
        self._stances = [() for _batch in self._batches]
        return self

    def __exit__(self, *_error: object) -> None:
        for batch in self._batches:
            _OPEN.pop(batch.key, None)
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
            look: How closely contingencies are looked at: `NOWHERE` for a bound from below.
            is_timed: Whether no new cuts are looked for once time is over.
        """
        self._turn = (self._turn + 1) % ONE_IN
        until = self.until if is_timed else np.inf
        known = {matrix: tuple(cuts) for matrix, cuts in self.cuts.items()}
        tasks = [
            Task(batch, values, prices, known, stances, look, self._turn, until)
            for batch, stances in zip(self._batches, self._stances, strict=True)
        ]
        done = self.crew.do(do_task, tasks)
        self._stances = [stances for _outcomes, _cuts, stances in done]
        self._learn([cuts for _outcomes, cuts, _stances in done])
        return [outcome for outcomes, _cuts, _stances in done for outcome in outcomes]

    def _learn(self, new: Sequence[Cuts]) -> None:
        """Add what is new, once, in the order of the batches; drop what counts nowhere."""
        used = {
            stances.rows[r][0].key
            for of_batch in self._stances
            for stances in of_batch
            if stances is not None
            for ages in stances.ages
            for r in ages
        }
        for key in self._idle:
            self._idle[key] += 1
        self._idle.update(dict.fromkeys(used, 0))
        for one in new:
            for matrix, cuts in one.items():
                kept = {cut.key: cut for cut in (*self.cuts.get(matrix, ()), *cuts)}
                self._idle.update(dict.fromkeys((c.key for c in cuts if c.key not in used), 0))
                self.cuts[matrix] = list(kept.values())
        for matrix, found in self.cuts.items():
            self.cuts[matrix] = [c for c in found if self._idle.get(c.key, 0) <= IDLE_FOR]
