"""Where verdicts turn over: one input at a time over its range, and variants.

An input is tried where the draws disagree, those first whose values differ most between the
draws in which the expression is true and those in which it is false. All other inputs stay
at their central values; between the central value and the end of the range at which the
expression turns, the tipping value is found by bisection.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.draws import inputs_by_path, with_values
from derbes.language import _
from derbes.results.statements import Flip
from derbes.statements.quantities import COMPUTED_BY, DrawWorld, Ledger, Settled
from derbes.statements.terms.evaluation import evaluate
from derbes.statements.terms.values import Day, Value
from derbes.statements.verdicts.sampling import FALSE, TRUE, Futures, Part, Truths
from derbes.study import Progress, run_tasks, variant_case

HALVINGS = 7
"""Steps of the bisection: the tipping value is known to a 128th of the distance."""


@dataclass(frozen=True, slots=True)
class Central:
    """The case at central values, with some numbers changed."""

    ledger: Ledger
    as_of: Day
    settled: Mapping[str, Settled]

    def world(self, values: Mapping[str, float], base: str = BASE) -> DrawWorld:
        """The world with these numbers changed; `base` stands for the case as written."""
        case = self.ledger.case

        def variant(name: str) -> Case:
            return with_values(variant_case(case, name), values)

        return DrawWorld(
            with_values(case, values),
            self.ledger,
            self.as_of,
            COMPUTED_BY,
            settled=self.settled,
            variants=variant,
            base=base,
        )

    def truths(
        self, parts: Iterable[Part], values: Mapping[str, float], base: str = BASE
    ) -> dict[Part, Value]:
        """Truth of parts in one such world."""
        world = self.world(values, base)
        return {part: evaluate(self.ledger.parts[part], world) for part in parts}


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
class _Ends:
    """One input at one end of its range, for all expressions that ask."""

    central: Central
    input: str
    value: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """An expression that turns between two values of an input."""

    central: Central
    question: Question
    end: float
    truth: bool
    """Its truth at the central value."""


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
    at_centre = central.truths(parts, {})
    ends = _truth_at_ends(central, questions, effort)
    searches = [
        _Search(central, question, end, at_centre[question.part] is True)
        for question in questions
        for end in (question.low, question.high)
        if isinstance(at_centre[question.part], bool)
        and isinstance(ends[question.part, question.input, end], bool)
        and ends[question.part, question.input, end] != at_centre[question.part]
    ]
    found = run_tasks(
        _turning,
        searches,
        n_workers=effort.n_workers,
        progress=effort.progress,
        what=_("tipping values"),
    )
    flips: dict[Part, tuple[Flip, ...]] = {}
    for search, flip in zip(searches, found, strict=True):
        flips[search.question.part] = (*flips.get(search.question.part, ()), flip)
    return flips


def _truth_at_ends(
    central: Central, questions: Sequence[Question], effort: Effort
) -> dict[tuple[Part, str, float], Value]:
    """Truth of each expression at both ends of its inputs; each world made once."""
    asked: dict[tuple[str, float], list[Part]] = {}
    for question in questions:
        for end in (question.low, question.high):
            asked.setdefault((question.input, end), []).append(question.part)
    tasks = [_Ends(central, path, value, tuple(parts)) for (path, value), parts in asked.items()]
    found = run_tasks(
        _at_end, tasks, n_workers=effort.n_workers, progress=effort.progress, what=_("inputs")
    )
    return {
        (part, task.input, task.value): truth
        for task, truths in zip(tasks, found, strict=True)
        for part, truth in truths.items()
    }


def _at_end(task: _Ends) -> dict[Part, Value]:
    return task.central.truths(task.parts, {task.input: task.value})


def _turning(task: _Search) -> Flip:
    """The value at which an expression turns, by bisection."""
    question = task.question
    same, other = question.central, task.end
    for _step in range(HALVINGS):
        middle = (same + other) / 2
        truth = task.central.truths((question.part,), {question.input: middle})[question.part]
        if isinstance(truth, bool) and truth == task.truth:
            same = middle
        else:
            other = middle
    quantity = inputs_by_path(task.central.ledger.case)[question.input]
    return Flip(
        input=question.input,
        value=(same + other) / 2,
        unit=quantity.unit,
        direction="above" if other > same else "below",
        central=question.central,
    )


@dataclass(frozen=True, slots=True)
class _InVariant:
    """All expressions with a variant in place of the case as written."""

    central: Central
    parts: tuple[Part, ...]
    variant: str


def _in_variant(task: _InVariant) -> dict[Part, Value]:
    return task.central.truths(task.parts, {}, task.variant)


def variants_that_flip(
    central: Central, parts: Sequence[Part], effort: Effort
) -> dict[Part, tuple[str, ...]]:
    """Variants in whose place for the case as written each expression turns over."""
    names = (BASE, *central.ledger.case.variants)
    tasks = [_InVariant(central, tuple(parts), name) for name in names]
    found = run_tasks(
        _in_variant,
        tasks,
        n_workers=effort.n_workers,
        progress=effort.progress,
        what=_("variants"),
    )
    written = found[0]
    return {
        part: tuple(
            name
            for name, truths in zip(names[1:], found[1:], strict=True)
            if isinstance(truths[part], bool)
            and isinstance(written[part], bool)
            and truths[part] != written[part]
        )
        for part in parts
    }
