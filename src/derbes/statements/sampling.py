"""Draws of every variant that expressions name, and the truth of every expression in each.

What needs no program is computed in many draws, what needs one in few: the first of the
same sequence, so that all expressions share their draws.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_values, shared_inputs
from derbes.draws.sampling import make_draws
from derbes.draws.study import variant_case
from derbes.errors import SolveError
from derbes.language import _
from derbes.model.compile import compile_case
from derbes.model.numbers import Values
from derbes.parallel import Progress, run_tasks
from derbes.statements.ledger import is_cheap, is_fixed, links_of, needs_verdicts
from derbes.statements.terms import Ledger, Settled, Term, calls_in
from derbes.statements.values import Day, Missing, Value, day_of
from derbes.statements.worlds import World, evaluate
from derbes.supply.baseline import CalmStart, calm_start


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many futures are drawn, and which."""

    n_draws: int
    """For expressions that need a program; others get at least `CHEAP_DRAWS`. One: the case at
    its central values, for all."""
    seed: int = 1
    method: str = "sobol"


@dataclass(frozen=True, slots=True)
class StatementDraws:
    """Draws of every variant that expressions name; rows belong together."""

    case: Case
    draws: Mapping[str, Draws]
    starts: Mapping[str, CalmStart] = field(default_factory=dict)
    """Variant → its calm plan at central values, from which those of the draws start."""

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.draws[BASE].weights)

    def world(self, ledger: Ledger, as_of: Day, row: int, settled: Mapping[str, Settled]) -> World:
        """The world of one draw; variants are drawn when first asked."""

        def draw(variant: str) -> tuple[Case, Values]:
            return drawn_values(variant_case(self.case, variant), self.draws[variant], row)

        return World(ledger, as_of, draw, settled, starts=self.starts)


def variants_in(nodes: Iterable[Term]) -> tuple[str, ...]:
    """The case as written, and the variants that expressions name."""
    calls = (given.get("variant") for node in nodes for _entry, given in calls_in(node))
    named = (str(variant) for variant in calls if variant is not None)
    return tuple(dict.fromkeys((BASE, *named)))


def make_futures(ledger: Ledger, n: int, sampling: Sampling) -> StatementDraws:
    """Draws for the variants of a ledger, with one set of inputs; one alone is central."""
    case = ledger.case
    cases = {name: variant_case(case, name) for name in variants_in(ledger.parts.values())}
    inputs = shared_inputs(tuple(cases.values()))
    if n == 1 or not (inputs or case.scenarios):
        central = Draws((), np.zeros((1, 0)), np.ones(1), seed=sampling.seed, method="all")
        return StatementDraws(case, dict.fromkeys(cases, central))
    draws = {
        name: make_draws(one, n, seed=sampling.seed, method=sampling.method, inputs=inputs)
        for name, one in cases.items()
    }
    return StatementDraws(case, draws)


def calm_starts(
    ledger: Ledger, *, n_workers: int = 1, progress: Progress | None = None
) -> dict[str, CalmStart]:
    """Calm plans at central values of all variants whose programs expressions ask for.

    A start is a help and no more: a variant without one is left out.
    """
    names = variants_in(node for node in ledger.parts.values() if not is_cheap(node))
    tasks = [(variant_case(ledger.case, name), ledger.longest) for name in names]
    found = run_tasks(
        _start_of, tasks, n_workers=n_workers, progress=progress, what=_("calm plans")
    )
    return {name: one for name, one in zip(names, found, strict=True) if one is not None}


def _start_of(task: tuple[Case, int]) -> CalmStart | None:
    try:
        return calm_start(compile_case(*task))
    except SolveError:
        return None


CHEAP_DRAWS = 256
"""Draws for expressions that need no program."""
STARTS_PAY = 3
"""Draws from which on a calm plan at central values, to start from, saves time."""
CHUNKS_A_WORKER = 4
FALSE, TRUE, MISSING = 0, 1, -1
Part = tuple[str, str]
"""Entry and key of an expression."""
Codes = npt.NDArray[np.int8]


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


def day_of_part(ledger: Ledger, part: Part, as_of: Day) -> Day:
    """The day on which an expression is looked at: what decides a prediction, not after its day.

    Else what comes late would turn a prediction that failed into one that came true.
    """
    name, key = part
    entry = ledger.case.statements.get(name) if key in {"yes_if", "no_if"} else None
    due = day_of(entry.due) if entry is not None else None
    return as_of if due is None or as_of.last <= due.last else Day(due.last, due.last)


def truths_in(world: World, parts: Iterable[Part]) -> dict[Part, Value]:
    """Truth of parts in a world, each on its day."""
    days = {part: day_of_part(world.ledger, part, world.as_of) for part in parts}
    worlds = {day: world.on(day) for day in days.values()}
    return {part: evaluate(world.ledger.parts[part], worlds[day]) for part, day in days.items()}


def _evaluated(
    rows: Sequence[int],
    *,
    ledger: Ledger,
    futures: StatementDraws,
    parts: tuple[Part, ...],
    as_of: Day,
    settled: Mapping[str, Settled],
) -> tuple[Codes, list[dict[str, None]]]:
    """Codes of the parts in some draws, and the keys that are missing. (rows, parts)"""
    codes = np.full((len(rows), len(parts)), MISSING, dtype=np.int8)
    keys: list[dict[str, None]] = [{} for _part in parts]
    for at, row in enumerate(rows):
        world = futures.world(ledger, as_of, row, settled)
        for p, value in enumerate(truths_in(world, parts).values()):
            if isinstance(value, Missing):
                keys[p].update(dict.fromkeys(value.keys))
            else:
                codes[at, p] = TRUE if value is True else FALSE
    return codes, keys


@dataclass(slots=True)
class Sampler:
    """Evaluates parts of a ledger over draws; keeps the draws."""

    ledger: Ledger
    as_of: Day
    sampling: Sampling
    n_workers: int = 1
    progress: Progress | None = None
    _futures: dict[int, StatementDraws] = field(default_factory=dict)
    _starts: dict[str, CalmStart] | None = None

    def starts(self) -> Mapping[str, CalmStart]:
        """Calm plans at central values to start from, made once."""
        if self._starts is None:
            self._starts = calm_starts(
                self.ledger, n_workers=self.n_workers, progress=self.progress
            )
        return self._starts

    def futures(self, n: int) -> StatementDraws:
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
        many = self.futures(1 if few == 1 else max(few, CHEAP_DRAWS))
        fixed = [p for p in cheap if self.is_fixed(p[0], self.ledger.parts[p], many)]
        found = self._once(tuple(fixed), many, settled)
        found |= self._over(tuple(part for part in cheap if part not in found), many, settled)
        if dear:
            futures = self.futures(few)
            if futures.n >= STARTS_PAY:
                futures = replace(futures, starts=self.starts())
            found |= self._over(tuple(dear), futures, settled)
        return found

    def is_cheap(self, name: str, node: Term) -> bool:
        """Whether an expression, and all that it hangs on, needs no program."""
        return all(is_cheap(one) for one in self._hangs_on(name, node))

    def is_fixed(self, name: str, node: Term, futures: StatementDraws) -> bool:
        """Whether an expression, and all that it hangs on, is the same in all draws."""
        return not self.ledger.case.scenarios and all(
            is_fixed(one, futures.draws[BASE].inputs) for one in self._hangs_on(name, node)
        )

    def _hangs_on(self, name: str, node: Term) -> Iterator[Term]:
        """An expression, and those whose truth it names, at any distance."""
        seen: set[str] = {name}
        waiting = [node]
        while waiting:
            one = waiting.pop()
            yield one
            new = [link for link in links_of(one) if link not in seen]
            seen.update(new)
            waiting += [self.ledger.checks[link] for link in new if link in self.ledger.checks]

    def _once(
        self, parts: tuple[Part, ...], futures: StatementDraws, settled: Mapping[str, Settled]
    ) -> dict[Part, Truths]:
        """Truth of parts that no draw changes: looked at in the first."""
        codes, keys = self._evaluate(parts, futures, settled)((0,))
        return _gathered(parts, futures, [(np.repeat(codes, futures.n, axis=0), keys)])

    def _over(
        self, parts: tuple[Part, ...], futures: StatementDraws, settled: Mapping[str, Settled]
    ) -> dict[Part, Truths]:
        if not parts:
            return {}
        n_tasks = 1 if self.n_workers == 1 else CHUNKS_A_WORKER * self.n_workers
        groups = np.array_split(np.arange(futures.n), min(futures.n, max(n_tasks, futures.n // 8)))
        found = run_tasks(
            self._evaluate(parts, futures, settled),
            [tuple(map(int, rows)) for rows in groups],
            n_workers=self.n_workers,
            progress=self.progress,
            what=_("statements"),
        )
        return _gathered(parts, futures, found)

    def _evaluate(
        self, parts: tuple[Part, ...], futures: StatementDraws, settled: Mapping[str, Settled]
    ) -> Callable[[Sequence[int]], tuple[Codes, list[dict[str, None]]]]:
        return partial(
            _evaluated,
            ledger=self.ledger,
            futures=futures,
            parts=parts,
            as_of=self.as_of,
            settled=settled,
        )


def _gathered(
    parts: Sequence[Part],
    futures: StatementDraws,
    found: Sequence[tuple[Codes, list[dict[str, None]]]],
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

    def of_node(node: Term) -> int:
        links = [level(link) for link in links_of(node)]
        return max(links, default=0) + int(needs_verdicts(node))

    found: dict[int, list[Part]] = {}
    for part in ledger.parts:
        found.setdefault(level(part[0]), []).append(part)
    return [found[at] for at in sorted(found)]
