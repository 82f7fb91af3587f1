"""Where verdicts turn over: one input at a time over its range, and variants.

An input is tried where the draws disagree, those first whose values differ most between the
draws in which the expression is true and those in which it is false. All other inputs stay
at their central values; between the central value and the end of the range at which the
expression turns, the tipping value is found by bisection.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.draws.inputs import inputs_by_path
from derbes.draws.study import variant_case
from derbes.language import _
from derbes.parallel import Progress, run_tasks
from derbes.results.statements import Flip
from derbes.statements.quantities import COMPUTED_BY, DrawWorld, Ledger, Settled
from derbes.statements.quantities.parts import changing
from derbes.statements.quantities.worlds import VariantWorld
from derbes.statements.terms.evaluation import evaluate
from derbes.statements.terms.values import Day, Value
from derbes.statements.verdicts.futures import Futures
from derbes.statements.verdicts.sampling import FALSE, TRUE, Part, Truths, day_of_part
from derbes.supply.baseline import CalmStart

HALVINGS = 7
"""Steps of the bisection: the tipping value is known to a 128th of the distance."""


@dataclass(frozen=True, slots=True)
class Central:
    """The case at central values, with some numbers changed."""

    ledger: Ledger
    as_of: Day
    settled: Mapping[str, Settled]
    starts: Mapping[str, CalmStart] = field(default_factory=dict)
    """Variant → its calm plan, to start from."""

    def world(
        self,
        values: Mapping[str, float],
        base: str = BASE,
        known: dict[str, VariantWorld] | None = None,
    ) -> DrawWorld:
        """The world with these numbers changed.

        Args:
            values: Path → number.
            base: Variant that stands for the case as written.
            known: What is known of variants with the same numbers; it is added to.
        """
        case = self.ledger.case

        def variant(name: str) -> Case:
            return changing(variant_case(case, name), values).at(values)

        return DrawWorld(
            variant(BASE),
            self.ledger,
            self.as_of,
            COMPUTED_BY,
            settled=self.settled,
            variants=variant,
            base=base,
            starts=self.starts,
            worlds={} if known is None else known,
        )

    def truths(self, parts: Iterable[Part], world: DrawWorld) -> dict[Part, Value]:
        """Truth of parts in a world."""
        return {
            part: evaluate(
                self.ledger.parts[part], world.on(day_of_part(self.ledger, part, self.as_of))
            )
            for part in parts
        }


@dataclass(frozen=True, slots=True)
class Question:
    """An input that may turn an expression, and how far it reaches."""

    part: Part
    input: str
    central: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Who is told how far it is, and how many processes share the work."""

    n_workers: int = 1
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """One input on one side of its range, for all expressions that ask."""

    central: Central
    input: str
    written: float
    """Its central value."""
    end: float
    truths: Mapping[Part, bool]
    """Truth of each expression at the central value."""


def questions_of(part: Part, truths: Truths, futures: Futures, most: int) -> tuple[Question, ...]:
    """The inputs that may turn an expression, the most telling first."""
    is_true, is_false = truths.codes == TRUE, truths.codes == FALSE
    if not is_true.any() or not is_false.any():
        return ()
    draws = futures.draws[BASE]
    known = inputs_by_path(futures.case)
    distance = _distances(draws.values, truths.weights * is_true, truths.weights * is_false)
    found: list[Question] = []
    for at in np.argsort(-distance, kind="stable"):
        path = draws.inputs[int(at)]
        column = draws.values[:, int(at)]
        if path in known and distance[at] > 0 and len(found) < most:
            low, high = float(np.nanmin(column)), float(np.nanmax(column))
            found.append(Question(part, path, known[path].value, low, high))
    return tuple(found)


def _distances(values: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """How far apart the mean ranks of two groups of draws are, by input. (D,)"""
    ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
    constant = np.nanmax(values, axis=0, initial=-np.inf) <= np.nanmin(
        values, axis=0, initial=np.inf
    )
    means = [weights @ ranks / weights.sum() for weights in (first, second)]
    return np.where(constant | np.isnan(values).any(axis=0), 0.0, np.abs(means[0] - means[1]))


def flips_of(
    central: Central, questions: Sequence[Question], effort: Effort
) -> dict[Part, tuple[Flip, ...]]:
    """Where each expression turns over, in the order of its questions."""
    parts = tuple(dict.fromkeys(question.part for question in questions))
    at_center = central.truths(parts, central.world({}))
    asked: dict[tuple[str, float], dict[Part, bool]] = {}
    for one in questions:
        truth = at_center[one.part]
        for end in (one.low, one.high):
            if isinstance(truth, bool):
                asked.setdefault((one.input, end), {})[one.part] = truth
    written = {one.input: one.central for one in questions}
    tasks = [_Side(central, path, written[path], end, own) for (path, end), own in asked.items()]
    found = run_tasks(
        _turnings,
        tasks,
        n_workers=effort.n_workers,
        progress=effort.progress,
        what=_("tipping values"),
    )
    turns = {(t.input, t.end): flips for t, flips in zip(tasks, found, strict=True)}
    flips: dict[Part, tuple[Flip, ...]] = {}
    for one in questions:
        for end in (one.low, one.high):
            flip = turns.get((one.input, end), {}).get(one.part)
            if flip is not None:
                flips[one.part] = (*flips.get(one.part, ()), flip)
    return flips


def _turnings(task: _Side) -> dict[Part, Flip]:
    """The values at which expressions turn between the central value and the end."""
    at_end = _at(task, task.truths, task.end)
    between = {
        part: (task.written, task.end)
        for part, truth in task.truths.items()
        if isinstance(at_end[part], bool) and at_end[part] != truth
    }
    for _step in range(HALVINGS if between else 0):
        between = _halved(task, between)
    unit = inputs_by_path(task.central.ledger.case)[task.input].unit
    return {
        part: Flip(
            input=task.input,
            value=(same + other) / 2,
            unit=unit,
            direction="above" if other > same else "below",
            central=task.written,
        )
        for part, (same, other) in between.items()
    }


def _halved(
    task: _Side, between: Mapping[Part, tuple[float, float]]
) -> dict[Part, tuple[float, float]]:
    """Half of each stretch, the one in which its expression turns; equal middles share a world."""
    by_middle: dict[float, list[Part]] = {}
    for part, (same, other) in between.items():
        by_middle.setdefault((same + other) / 2, []).append(part)
    found = {}
    for middle, parts in by_middle.items():
        for part, truth in _at(task, parts, middle).items():
            same, other = between[part]
            found[part] = (middle, other) if truth == task.truths[part] else (same, middle)
    return found


def _at(task: _Side, parts: Iterable[Part], number: float) -> dict[Part, Value]:
    return task.central.truths(parts, task.central.world({task.input: number}))


@dataclass(frozen=True, slots=True)
class _InVariants:
    """All expressions with each of some variants in place of the case as written."""

    central: Central
    parts: tuple[Part, ...]
    variants: tuple[str, ...]


def _in_variants(task: _InVariants) -> list[dict[Part, Value]]:
    """Truths in one variant after the other; what is known of a variant serves all."""
    known: dict[str, VariantWorld] = {}
    return [
        task.central.truths(task.parts, task.central.world({}, name, known))
        for name in task.variants
    ]


def variants_that_flip(
    central: Central, parts: Sequence[Part], effort: Effort
) -> dict[Part, tuple[str, ...]]:
    """Variants in whose place for the case as written each expression turns over."""
    names = (BASE, *central.ledger.case.variants)
    groups = np.array_split(np.array(names), min(len(names), effort.n_workers))
    tasks = [_InVariants(central, tuple(parts), tuple(map(str, group))) for group in groups]
    found = run_tasks(
        _in_variants,
        tasks,
        n_workers=effort.n_workers,
        progress=effort.progress,
        what=_("variants"),
    )
    written, *others = [truths for group in found for truths in group]
    return {
        part: tuple(
            name
            for name, truths in zip(names[1:], others, strict=True)
            if isinstance(truths[part], bool)
            and isinstance(written[part], bool)
            and truths[part] != written[part]
        )
        for part in parts
    }
