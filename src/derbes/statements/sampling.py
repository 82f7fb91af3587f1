"""Draws of every variant that expressions name, and the truth of every expression in each.

What needs no program is computed in many draws, what needs one in few: the first of the
same sequence, so that all expressions share their draws. Where the draws disagree, inputs and
variants are looked for that turn an expression over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from derbes.case.entities import Case, is_opening
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_values, inputs_by_path, shared_inputs, with_followers
from derbes.draws.sampling import draws_together, probability
from derbes.draws.study import variant_case
from derbes.errors import SolveError, at_work
from derbes.language import _
from derbes.links import in_order
from derbes.model.numbers import Values, with_formulas
from derbes.parallel import Progress, run_tasks
from derbes.results.statements import Flip
from derbes.statements.ledger import is_cheap, is_fixed, needs_verdicts
from derbes.statements.of_case import number_of
from derbes.statements.terms import Day, Ledger, Missing, Term, Value, calls_in, links_of
from derbes.statements.worlds import Model, World, evaluate
from derbes.supply.baseline import CalmStart

CHEAP_DRAWS = 256
"""Draws for expressions that need no program."""
STARTS_PAY = 3
"""Draws from which on a calm plan at central values, to start from, saves time."""
CHUNKS_A_WORKER = 4
FALSE, TRUE, MISSING = 0, 1, -1
Part = tuple[str, str]
"""Entry and key of an expression."""
Codes = npt.NDArray[np.int8]
Given = TypeVar("Given")
Found = TypeVar("Found")
HALVINGS = 7
"""Steps of the bisection: the tipping value is known to a 128th of the distance."""
Evaluated = tuple[Codes, list[dict[str, None]]]
"""Codes of parts in some draws (rows, parts), and of each part the keys that are missing."""
Side = tuple[Quantity, float, Mapping[Part, bool]]
"""An input, the end of its range, and the truth of each expression at the center."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many futures are drawn, and which."""

    n_draws: int
    """For expressions that need a program; others get at least `CHEAP_DRAWS`. One: the case at
    its central values, for all."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class StatementDraws:
    """Draws of every variant that expressions name; rows belong together."""

    case: Case
    draws: Mapping[str, Draws]
    followed: Mapping[str, Draws]
    """The same with what follows from inputs by formulas."""

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.draws[BASE].weights)

    def draw(self, row: int, variant: str) -> tuple[Case, Values]:
        """A variant in one draw: its scenario, and the numbers of the row."""
        return drawn_values(variant_case(self.case, variant), self.followed[variant], row)


def variants_in(nodes: Iterable[Term]) -> tuple[str, ...]:
    """The case as written, and the variants that expressions name."""
    calls = (given.get("variant") for node in nodes for _entry, given in calls_in(node))
    return tuple(dict.fromkeys((BASE, *(str(variant) for variant in calls if variant is not None))))


def make_futures(ledger: Ledger, n: int, sampling: Sampling) -> StatementDraws:
    """Draws for the variants of a ledger, with one set of inputs; one alone is central."""
    case = ledger.case
    cases = {name: variant_case(case, name) for name in variants_in(ledger.parts.values())}
    inputs = shared_inputs(tuple(cases.values()))
    if n == 1 or not (inputs or case.scenarios):
        central = Draws((), np.zeros((1, 0)), np.ones(1), seed=sampling.seed, method="all")
        alone = dict.fromkeys(cases, central)
        return StatementDraws(case, alone, alone)
    together = draws_together([*cases.values()], n, seed=sampling.seed)
    draws = dict(zip(cases, together, strict=True))
    followed = {name: with_followers(one, draws[name]) for name, one in cases.items()}
    return StatementDraws(case, draws, followed)


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
    """Whether the draws are all there are, or none changes it, so that a share has no error."""

    def where(self, condition: "Truths | None") -> "Truths":
        """The same in those draws alone in which a condition is true; None: in all."""
        if condition is None:
            return self
        n = min(len(self.codes), len(condition.codes))
        counts = condition.codes[:n] == TRUE
        weights = self.weights[:n][counts]
        return replace(self, codes=self.codes[:n][counts], weights=weights / weights.sum())

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
        known = self.codes != MISSING
        if not self.weights[known].sum() > 0:
            return None
        holds = self.codes[known] == TRUE
        return probability(holds, self.weights[known], exact=self.is_exact)[1]


def truths_in(world: World, parts: Iterable[Part]) -> dict[Part, Value]:
    """Truth of parts in a world."""
    found = {}
    for part in parts:
        with at_work(".".join(part)):
            found[part] = evaluate(world.ledger.parts[part], world.on_day_of(part[0]))
    return found


def _evaluated(
    rows: Sequence[int], *, world: World, futures: StatementDraws, parts: Sequence[Part]
) -> Evaluated:
    """Parts in some draws; all else is as in a world."""
    codes = np.full((len(rows), len(parts)), MISSING, dtype=np.int8)
    keys: list[dict[str, None]] = [{} for _part in parts]
    for at, row in enumerate(rows):
        drawn = replace(world, draw=partial(futures.draw, row), models={})
        for p, value in enumerate(truths_in(drawn, parts).values()):
            if isinstance(value, Missing):
                keys[p].update(dict.fromkeys(value.keys))
            else:
                codes[at, p] = TRUE if value is True else FALSE
    return codes, keys


def _at_center(case: Case, values: Values, variant: str) -> tuple[Case, Values]:
    """A variant at its central values, but for some numbers of the case.

    What the variant states otherwise is a number of its own, and stays as it is there.
    """
    changed = variant_case(case, variant)
    if changed is not case:
        values = {path: x for path, x in values.items() if _is_shared(case, changed, path)}
    return changed, with_formulas(changed, values)


def _is_shared(case: Case, changed: Case, path: str) -> bool:
    """Whether a variant leaves a number as the case has it."""
    one, other = (number_of(each, path) for each in (case, changed))
    what = attrgetter("value", "low", "high", "distribution", "parameters", "steps", "formula")
    return one is not None and other is not None and what(one) == what(other)


def _kept_center(center: World) -> World:
    """The center with its calm plans as starts for others; the case comes first of all variants.

    It keeps where all else stands that is solved in it. What has no optimum there has no start,
    which is a help and no more.
    """
    kept = replace(center, starts={}, keeps_starts=True, models={})
    for name in variants_in(node for node in kept.ledger.parts.values() if not is_cheap(node)):
        with suppress(SolveError):
            kept.starts[name] = kept.model(name).study.calm.start
    return kept


@dataclass(slots=True)
class Sampler:
    """Evaluates parts of a ledger over draws and around their center; keeps the draws."""

    ledger: Ledger
    as_of: Day
    sampling: Sampling
    n_workers: int = 1
    progress: Progress | None = None
    settled: dict[str, tuple[float | None, str]] = field(default_factory=dict)
    """Entry → share and verdict, as far as they are known; whoever judges adds to it."""
    _futures: dict[int, StatementDraws] = field(default_factory=dict)
    _kept: World | None = None
    """The center whose programs are kept as starts for others."""

    def _run(
        self, work: Callable[[Given], Found], tasks: Sequence[Given], what: str
    ) -> list[Found]:
        return run_tasks(work, tasks, n_workers=self.n_workers, progress=self.progress, what=what)

    def futures(self, n: int) -> StatementDraws:
        """So many draws, made once."""
        if n not in self._futures:
            self._futures[n] = make_futures(self.ledger, n, self.sampling)
        return self._futures[n]

    def center(self, *, has_starts: bool = True, has_programs: bool = False) -> World:
        """The world at central values; with starts for calm plans, and for what leaves them.

        Those are for worlds like it: of a draw, its own calm plan lies nearer to what leaves it
        than the same does at the center.
        """
        draw = partial(_at_center, self.ledger.case, {})
        center = World(self.ledger, self.as_of, draw, self.settled)
        if not has_starts:
            return center
        self._kept = self._kept or _kept_center(center)
        for part, node in self.ledger.parts.items() if has_programs else ():
            if not is_cheap(node):
                with suppress(SolveError):
                    truths_in(self._kept, [part])  # what is known there is not solved again
        starts: dict[str, CalmStart] = self._kept.starts
        if not has_programs:
            starts = {name: replace(start, behind=None) for name, start in starts.items()}
        return replace(center, starts=starts)

    def truths(self, parts: Iterable[Part]) -> dict[Part, Truths]:
        """Truth of parts over the draws: many for what is cheap, few for the rest."""
        nodes = {part: [*self.ledger.behind(part).values()] for part in parts}
        cheap = [part for part, own in nodes.items() if all(map(is_cheap, own))]
        dear = [part for part in nodes if part not in cheap]
        few, has_scenarios = self.sampling.n_draws, bool(self.ledger.case.scenarios)
        many = self.futures(1 if few == 1 else max(few, CHEAP_DRAWS))
        drawn = many.draws[BASE].inputs
        same = [] if has_scenarios else cheap
        fixed = [part for part in same if all(is_fixed(one, drawn) for one in nodes[part])]
        world = self.center(has_starts=False)
        codes, keys = _evaluated((0,), world=world, futures=many, parts=fixed)
        found = _gathered(fixed, many, [(np.repeat(codes, many.n, axis=0), keys)])
        found = {part: replace(truths, is_exact=True) for part, truths in found.items()}
        found |= self._over([part for part in cheap if part not in found], many, world)
        if dear:
            futures = self.futures(few)
            found |= self._over(dear, futures, self.center(has_starts=futures.n >= STARTS_PAY))
        return found

    def _over(
        self, parts: Sequence[Part], futures: StatementDraws, world: World
    ) -> dict[Part, Truths]:
        if not parts:
            return {}
        n_tasks = 1 if self.n_workers == 1 else CHUNKS_A_WORKER * self.n_workers
        groups = np.array_split(np.arange(futures.n), min(futures.n, max(n_tasks, futures.n // 8)))
        work = partial(_evaluated, world=world, futures=futures, parts=parts)
        rows = [tuple(map(int, group)) for group in groups]
        return _gathered(parts, futures, self._run(work, rows, _("statements")))

    def variants_that_flip(
        self, parts: Sequence[Part]
    ) -> tuple[dict[Part, tuple[str, ...]], Mapping[Part, Value]]:
        """Variants that turn each expression over in place of the case, and its truth for the case.

        All at central values.
        """
        names = (BASE, *self.ledger.case.variants)
        groups = np.array_split(np.array(names), min(len(names), self.n_workers))
        work = partial(_in_variants, world=self.center(has_programs=True), parts=parts)
        found = self._run(work, [tuple(map(str, group)) for group in groups], _("variants"))
        written, *others = [truths for group in found for truths in group]
        return {
            part: tuple(
                name
                for name, truths in zip(names[1:], others, strict=True)
                if {truths[part], written[part]} == {True, False}
            )
            for part in parts
        }, written

    def flips(
        self, truths: Mapping[Part, Truths], at_center: Mapping[Part, Value], most: int
    ) -> dict[Part, tuple[Flip, ...]]:
        """Where expressions turn over, each by the inputs that tell most."""
        known = inputs_by_path(self.ledger.case)
        asked = [
            (part, path, end)
            for part, own in truths.items()
            for path, ends in telling_inputs(own, self.futures(len(own.codes)), known, most)
            for end in ends
        ]
        sides: dict[tuple[str, float], dict[Part, bool]] = {}
        for part, path, end in asked:
            if isinstance(truth := at_center[part], bool):
                sides.setdefault((path, end), {})[part] = truth
        tasks = [(known[path], end, own) for (path, end), own in sides.items()]
        n_groups = 1 if self.n_workers == 1 else CHUNKS_A_WORKER * self.n_workers
        work = partial(_turnings, world=self.center(has_programs=True))
        groups = [tasks[first::n_groups] for first in range(min(n_groups, len(tasks)))]
        found = self._run(work, groups, _("tipping values"))
        turns = {side: flips for group in found for side, flips in group}
        flips: dict[Part, tuple[Flip, ...]] = {}
        for part, path, end in asked:
            if flip := turns.get((path, end), {}).get(part):
                flips[part] = (*flips.get(part, ()), flip)
        return flips


def _gathered(
    parts: Sequence[Part], futures: StatementDraws, found: Sequence[Evaluated]
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
    nodes: dict[str, list[Term]] = {}
    for (name, _key), node in ledger.parts.items():
        nodes.setdefault(name, []).append(node)
    links = {name: [link for node in own for link in links_of(node)] for name, own in nodes.items()}
    known: dict[str, int] = {}
    for name in in_order(links):
        known[name] = max(
            max((known.get(link, 0) for link in links_of(node)), default=0) + needs_verdicts(node)
            for node in nodes[name]
        )
    levels = sorted({known[name] for name, _key in ledger.parts})
    return [[part for part in ledger.parts if known[part[0]] == level] for level in levels]


# An input is tried where the draws disagree, those first whose values differ most between the draws
# in which the expression is true and those in which it is false. All others stay at their central
# values; between that of the input and the end of its range the tipping value is bisected.


def telling_inputs(
    truths: Truths, futures: StatementDraws, known: Mapping[str, Quantity], most: int
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Inputs that may turn an expression, the most telling first, and how far each reaches."""
    is_true, is_false = truths.codes == TRUE, truths.codes == FALSE
    if not is_true.any() or not is_false.any():
        return
    draws = futures.draws[BASE]
    distance = _distances(draws.values, truths.weights * is_true, truths.weights * is_false)
    order = [int(at) for at in np.argsort(-distance, kind="stable")]
    for at in [at for at in order if draws.inputs[at] in known and distance[at] > 0][:most]:
        column = draws.values[:, at]
        yield draws.inputs[at], (float(np.nanmin(column)), float(np.nanmax(column)))


def _distances(values: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """How far apart the mean ranks of two groups of draws are, by input. (D,)"""
    ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
    least = np.nanmin(values, axis=0, initial=np.inf)
    is_same = (np.nanmax(values, axis=0, initial=-np.inf) <= least) | np.isnan(values).any(axis=0)
    means = [weights @ ranks / weights.sum() for weights in (first, second)]
    return np.where(is_same, 0.0, np.abs(means[0] - means[1]))


def _turnings(
    sides: Sequence[Side], *, world: World
) -> list[tuple[tuple[str, float], dict[Part, Flip]]]:
    """Flips by input and end; what is solved at the center serves all sides."""
    center = replace(world, models={})
    return [((side[0].path, side[1]), _flips_on(side, center)) for side in sides]


def _flips_on(side: Side, center: World) -> dict[Part, Flip]:
    """The values at which expressions turn between the central value of an input and an end."""
    number, end, at_center = side
    case, monthly = center.ledger.case, center.ledger.case.calendar.monthly

    def truths(value: float, parts: Iterable[Part]) -> dict[Part, Value]:
        draw = partial(_at_center, case, {number.path: value})
        return truths_in(replace(center, draw=draw, models={}, center=center), parts)

    at_end = truths(end, at_center)
    between = {
        part: (number.value, end)
        for part, truth in at_center.items()
        if isinstance(at_end[part], bool) and at_end[part] != truth
    }
    for _step in range(HALVINGS if between else 0):
        # half of each stretch, the one in which its expression turns; equal middles share a world
        by_middle: dict[float, list[Part]] = {}
        for part, (same, other) in between.items():
            by_middle.setdefault((same + other) / 2, []).append(part)
        for middle, parts in by_middle.items():
            for part, truth in truths(middle, parts).items():
                same, other = between[part]
                is_same = truth == at_center[part]
                between[part] = (middle, other) if is_same else (same, middle)
    where, is_whole = "above" if end > number.value else "below", is_opening(number.path)
    turn = partial(Flip, input=number.path, unit=number.unit, direction=where, central=number.value)
    return {  # an opening is a month: it turns behind the last on its lower side
        part: turn(value=float(monthly.periods(same) - (where == "below")))
        if is_whole
        else turn(value=(same + other) / 2)
        for part, (same, other) in between.items()
    }


def _in_variants(
    names: Sequence[str], *, world: World, parts: Sequence[Part]
) -> list[dict[Part, Value]]:
    """Truths with each variant in place of the case as written; what is known of one serves all."""
    models: dict[str, Model] = {}
    return [truths_in(replace(world, base=name, models=models), parts) for name in names]
