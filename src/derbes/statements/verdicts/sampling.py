"""Truth of every expression of a ledger, draw by draw.

What needs no program is computed in many draws, what needs one in few: the first of the
same sequence, so that all expressions share their draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws import drawn_case, make_draws, shared_inputs
from derbes.language import _
from derbes.statements.expressions.entries import is_cheap, links_of, needs_verdicts
from derbes.statements.quantities import COMPUTED_BY, DrawWorld, Ledger, Settled
from derbes.statements.terms.evaluation import evaluate
from derbes.statements.terms.tree import Constant, Node, calls_in
from derbes.statements.terms.values import Day, Missing
from derbes.study import Progress, run_tasks, variant_case

CHEAP_DRAWS = 256
"""Draws for expressions that need no program."""
CHUNKS_A_WORKER = 4
FALSE, TRUE, MISSING = 0, 1, -1
Part = tuple[str, str]
"""Entry and key of an expression."""
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many futures are drawn, and which."""

    n_draws: int
    """For expressions that need a program; others get at least `CHEAP_DRAWS`."""
    seed: int = 1
    method: str = "sobol"


@dataclass(frozen=True, slots=True)
class Truths:
    """An expression over the draws."""

    codes: Codes
    """`TRUE`, `FALSE` or `MISSING` in each draw. (N,)"""
    weights: FloatArray
    """They add to 1. (N,)"""
    missing: tuple[str, ...]
    """Keys that are missing in some draw."""
    is_exact: bool = False
    """Whether the draws are all there are, so that a share has no error."""

    @property
    def share(self) -> float | None:
        """Part of the draws in which it is true, of those in which it is known, 0-1."""
        known = float(self.weights[self.codes != MISSING].sum())
        return float(self.weights[self.codes == TRUE].sum()) / known if known > 0 else None

    @property
    def missing_share(self) -> float:
        """Part of the draws in which it is missing, 0-1."""
        return float(self.weights[self.codes == MISSING].sum())

    @property
    def standard_error(self) -> float | None:
        """Of the share, as if draws were independent."""
        share = self.share
        if share is None:
            return None
        weights = self.weights[self.codes != MISSING]
        spread = float((weights**2).sum()) / float(weights.sum()) ** 2
        error = np.sqrt(max(0.0, share * (1.0 - share)) * spread)
        return 0.0 if self.is_exact else float(error)


@dataclass(frozen=True, slots=True)
class Futures:
    """Draws of every variant that expressions name; rows belong together."""

    case: Case
    draws: Mapping[str, Draws]

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.draws[BASE].weights)

    def case_of(self, variant: str, row: int) -> Case:
        """A variant in one draw."""
        return drawn_case(variant_case(self.case, variant), self.draws[variant], row)


def variants_of(ledger: Ledger) -> tuple[str, ...]:
    """The case as written, and the variants that expressions name."""
    named = (
        str(argument.value)
        for node in ledger.parts.values()
        for call in calls_in(node)
        for parameter, argument in zip(call.entry.parameters, call.arguments, strict=True)
        if parameter.name == "variant" and isinstance(argument, Constant)
    )
    return tuple(dict.fromkeys((BASE, *named)))


def make_futures(ledger: Ledger, n: int, sampling: Sampling) -> Futures:
    """Draws for the variants of a ledger, with one set of inputs."""
    case = ledger.case
    cases = {name: variant_case(case, name) for name in variants_of(ledger)}
    inputs = shared_inputs(tuple(cases.values()))
    if not inputs and not case.scenarios:
        return Futures(case, {name: _central(sampling) for name in cases})
    draws = {
        name: make_draws(one, n, seed=sampling.seed, method=sampling.method, inputs=inputs)
        for name, one in cases.items()
    }
    return Futures(case, draws)


def _central(sampling: Sampling) -> Draws:
    """One draw, where nothing is uncertain."""
    return Draws((), np.zeros((1, 0)), np.ones(1), seed=sampling.seed, method="all")


@dataclass(frozen=True, slots=True)
class _Task:
    """Some draws for one worker."""

    ledger: Ledger
    futures: Futures
    parts: tuple[Part, ...]
    rows: tuple[int, ...]
    as_of: Day
    settled: Mapping[str, Settled]


def _evaluated(task: _Task) -> tuple[Codes, list[dict[str, None]]]:
    """Codes of the parts in the rows, and the keys that are missing. (rows, parts)"""
    codes = np.full((len(task.rows), len(task.parts)), MISSING, dtype=np.int8)
    keys: list[dict[str, None]] = [{} for _part in task.parts]
    for at, row in enumerate(task.rows):
        world = world_of(
            task.ledger,
            task.as_of,
            cases=dict.fromkeys(task.futures.draws, (task.futures, row)),
            settled=task.settled,
        )
        for p, part in enumerate(task.parts):
            value = evaluate(task.ledger.parts[part], world)
            if isinstance(value, Missing):
                keys[p].update(dict.fromkeys(value.keys))
            else:
                codes[at, p] = TRUE if value is True else FALSE
    return codes, keys


def world_of(
    ledger: Ledger,
    as_of: Day,
    *,
    cases: Mapping[str, tuple[Futures, int]],
    settled: Mapping[str, Settled],
) -> DrawWorld:
    """The world of one draw; variants are drawn when first asked."""

    @cache
    def variant(name: str) -> Case:
        futures, row = cases[name]
        return futures.case_of(name, row)

    return DrawWorld(variant(BASE), ledger, as_of, COMPUTED_BY, settled=settled, variants=variant)


@dataclass(slots=True)
class Sampler:
    """Evaluates parts of a ledger over draws; keeps the draws."""

    ledger: Ledger
    as_of: Day
    sampling: Sampling
    n_workers: int = 1
    progress: Progress | None = None
    _futures: dict[int, Futures] = field(default_factory=dict)

    def futures(self, n: int) -> Futures:
        """So many draws, made once."""
        if n not in self._futures:
            self._futures[n] = make_futures(self.ledger, n, self.sampling)
        return self._futures[n]

    def truths(self, parts: Iterable[Part], settled: Mapping[str, Settled]) -> dict[Part, Truths]:
        """Truth of parts over the draws: many for what is cheap, few for the rest."""
        asked = tuple(parts)
        cheap = [part for part in asked if self.is_cheap(part[0], self.ledger.parts[part])]
        dear = [part for part in asked if part not in cheap]
        few = self.sampling.n_draws
        return {
            **self._over(tuple(cheap), max(few, CHEAP_DRAWS), settled),
            **self._over(tuple(dear), few, settled),
        }

    def is_cheap(self, name: str, node: Node) -> bool:
        """Whether an expression, and all that it hangs on, needs no program."""
        seen: set[str] = {name}
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if not is_cheap(one):
                return False
            new = [link for link in links_of(one) if link not in seen]
            seen.update(new)
            waiting += [self.ledger.checks[link] for link in new if link in self.ledger.checks]
        return True

    def _over(
        self, parts: tuple[Part, ...], n: int, settled: Mapping[str, Settled]
    ) -> dict[Part, Truths]:
        if not parts:
            return {}
        futures = self.futures(n)
        n_tasks = 1 if self.n_workers == 1 else CHUNKS_A_WORKER * self.n_workers
        groups = np.array_split(np.arange(futures.n), min(futures.n, max(n_tasks, futures.n // 8)))
        tasks = [
            _Task(self.ledger, futures, parts, tuple(int(i) for i in rows), self.as_of, settled)
            for rows in groups
        ]
        found = run_tasks(
            _evaluated,
            tasks,
            n_workers=self.n_workers,
            progress=self.progress,
            what=_("statements"),
        )
        return _gathered(parts, futures, found)


def _gathered(
    parts: Sequence[Part], futures: Futures, found: Sequence[tuple[Codes, list[dict[str, None]]]]
) -> dict[Part, Truths]:
    draws = futures.draws[BASE]
    codes = np.concatenate([part for part, _keys in found])
    return {
        part: Truths(
            codes=codes[:, p],
            weights=draws.weights,
            missing=tuple(dict.fromkeys(key for _codes, keys in found for key in keys[p])),
            is_exact=draws.method == "all",
        )
        for p, part in enumerate(parts)
    }


def levels_of(ledger: Ledger) -> list[list[Part]]:
    """Parts in the order in which they can be computed.

    What asks for verdicts comes after the entries that it asks about.
    """
    known: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in known:
            known[name] = 0
            nodes = [node for (entry, _key), node in ledger.parts.items() if entry == name]
            known[name] = max((of_node(node) for node in nodes), default=0)
        return known[name]

    def of_node(node: Node) -> int:
        links = [level(link) for link in links_of(node)]
        return max(links, default=0) + int(needs_verdicts(node))

    found: dict[int, list[Part]] = {}
    for part in ledger.parts:
        found.setdefault(level(part[0]), []).append(part)
    return [found[at] for at in sorted(found)]
