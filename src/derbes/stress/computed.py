"""The draws of every variant: computed in blocks, kept in a store, handed on."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws import inputs_by_path, make_draws, n_combinations
from derbes.language import _
from derbes.stress.asked import HAZARDS, Asked, Column, rule_columns, solved_columns
from derbes.stress.columns.optimum import solve_draws
from derbes.stress.columns.rule import Rule, cut_numbers, rows_of
from derbes.stress.hazards import Struck, strike
from derbes.stress.memory import BLOCK, KEPT
from derbes.stress.store import Kept, Origin, write_store
from derbes.study import Progress
from derbes.version import VERSION

ALL = "all"
WEIGHT, LOSS, UNMET, FIRST_SHORT, SHORT = "weight", "loss", "unmet", "first_short", "short"
"""Names of columns beside those of the answers; `short` is followed by the use."""
SAVE_EVERY = 8
"""Draws solved for each worker before they are saved."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Who does the work, who is told how far it is, and where it is kept."""

    n_workers: int = 1
    executor: Executor | None = None
    progress: Progress | None = None
    store: Path | None = None

    def tell(self, done: int, total: int, what: str) -> None:
        """Say how far the work is."""
        if self.progress:
            self.progress(done, total, what)


@dataclass(frozen=True, slots=True)
class World:
    """A variant, and which of its inputs are drawn."""

    variant: str
    case: Case
    paths: tuple[str, ...]
    """Inputs of all variants, so that the same draws strike all of them."""


def origin_of(case: Case, asked: Asked, paths: Sequence[str]) -> Origin:
    """What the draws of a run depend on, but for how many there are."""
    parts = [astuple(target) for target in asked.targets]
    words = repr((parts, sorted(asked.questions), asked.variants, tuple(paths)))
    return Origin(
        case_hash=case.hash,
        case_name=case.name,
        seed=asked.seed,
        method=asked.method,
        version=VERSION,
        questions=words,
    )


def first_draws(world: World, asked: Asked, n: int) -> Draws:
    """The first n of the draws, or all where there are fewer.

    Combinations that are listed stand in an order that the seed has shuffled: in the order of
    their values the first of them would be those of the first scenario.
    """
    if asked.method in ("latin", ALL) or is_listed(world, asked):
        method = "sobol" if asked.method == ALL else asked.method
        whole = make_draws(
            world.case, asked.n_draws, seed=asked.seed, method=method, inputs=world.paths
        )
        order = np.arange(len(whole.weights))
        if is_listed(world, asked):
            order = np.random.default_rng(asked.seed).permutation(order)
        return rows_of(whole, order[:n])
    n = min(n, asked.n_draws)
    return make_draws(world.case, n, seed=asked.seed, method=asked.method, inputs=world.paths)


def is_listed(world: World, asked: Asked) -> bool:
    """Whether the draws are every combination of values, so that nothing is left to chance."""
    if asked.method not in ("sobol", ALL):
        return False
    return n_combinations(world.case, world.paths) <= asked.n_draws


def blocks(world: World, asked: Asked, first: int = 0) -> Iterator[Draws]:
    """The draws from a row on, in blocks; `first` of each is its place among all.

    Draws that are alike weigh 1 each, so that a run can grow.
    """
    if asked.method == "latin" or is_listed(world, asked):
        whole = first_draws(world, asked, asked.n_draws)
        if first < len(whole.weights):
            rest = rows_of(whole, np.arange(first, len(whole.weights)))
            yield replace(rest, first=first)
        return
    while first < asked.n_draws:
        n = min(BLOCK - first % BLOCK, asked.n_draws - first)
        drawn = make_draws(
            world.case, n, seed=asked.seed, method=asked.method, inputs=world.paths, first=first
        )
        yield replace(drawn, weights=np.ones(n))
        first += n


class Saver:
    """Writes the store as variants grow; without a place it keeps nothing.

    A run of fewer draws than the store holds takes from it and leaves it as it is.
    """

    def __init__(self, path: Path | None, origin: Origin, held: Mapping[str, Kept]) -> None:
        self._path = path
        self._origin = origin
        self._held = dict(held)

    def held(self, variant: str) -> Kept | None:
        """What is known of a variant."""
        return self._held.get(variant)

    def keep(self, variant: str, kept: Kept) -> None:
        """Keep what is known of a variant."""
        before = self._held.get(variant)
        if before is None or kept.n_draws >= before.n_draws:
            self._held[variant] = kept
            if self._path is not None:
                write_store(self._path, self._origin, self._held)


def compute(world: World, asked: Asked, effort: Effort, saver: Saver) -> Kept:
    """All columns of a variant over the draws, going on from what is kept."""
    before = saver.held(world.variant)
    has_more = before is not None and before.n_draws > asked.n_draws
    kept = Kept({}, 0) if before is None or has_more else before
    rule = rule_of(world, asked, effort)
    for draws in blocks(world, asked, kept.n_draws):
        kept = _appended(kept, _block(world, asked, rule, draws))
        saver.keep(world.variant, kept)
        effort.tell(kept.n_draws, asked.n_draws, _("draws"))
    if before is not None and has_more:
        kept = _with_solved_of(before, kept, world, asked)
    return _solved(world, asked, effort, kept=kept, saver=saver)


def _solved(world: World, asked: Asked, effort: Effort, *, kept: Kept, saver: Saver) -> Kept:
    """The first draws solved as programs too, a few at a time, each time saved."""
    columns = solved_columns(asked)
    wanted = min(asked.n_solved, kept.n_draws) if columns else 0
    while kept.n_solved < wanted:
        n = min(wanted - kept.n_solved, SAVE_EVERY * max(1, effort.n_workers))
        rows = np.arange(kept.n_solved, kept.n_solved + n)
        numbers = solve_draws(
            asked,
            world.case,
            rows_of(first_draws(world, asked, kept.n_solved + n), rows),
            n_workers=effort.n_workers,
            executor=effort.executor,
        )
        kept = _with_solved(kept, columns, world, numbers)
        saver.keep(world.variant, kept)
        effort.tell(kept.n_solved, wanted, _("draws solved"))
    return kept


def _with_solved_of(before: Kept, kept: Kept, world: World, asked: Asked) -> Kept:
    """The solved rows of a longer run, cut to this one."""
    columns = solved_columns(asked)
    n = min(before.n_solved, kept.n_draws)
    names = [column.name(world.case.calendar) for column in columns]
    if not n or not set(names) <= set(before.columns):
        return kept
    numbers = np.column_stack([before.columns[name][:n] for name in names])
    return _with_solved(kept, columns, world, numbers)


def rule_of(world: World, asked: Asked, effort: Effort) -> Rule:
    """The rule on a variant, with all measures that may strike."""
    names = [target.measure for target in asked.targets]
    names += [hazard.measure for hazard in world.case.hazards.values()]
    return Rule(world.case, tuple(dict.fromkeys(names)), world.paths, effort.n_workers)


def _block(world: World, asked: Asked, rule: Rule, draws: Draws) -> Kept:
    columns = rule_columns(asked)
    numbers = cut_numbers(rule, draws, columns)
    n = len(draws.weights)
    found: dict[str, FloatArray] = {WEIGHT: draws.weights}
    for column, values in zip(columns, numbers.T, strict=True):
        found[column.name(world.case.calendar)] = values
    p_short: tuple[float, ...] = ()
    if asked.asks(HAZARDS) and world.case.hazards:
        struck = strike(rule, draws, seed=asked.seed)
        found |= {LOSS: struck.loss, UNMET: struck.unmet}
        found[FIRST_SHORT] = struck.first_short.astype(np.float64)
        for place, use in enumerate(struck.uses):
            found[f"{SHORT} {use}"] = struck.short_uses[:, place]
        p_short = tuple(float(p) for p in struck.p_short)
    shown = max(0, min(n, KEPT - draws.first))
    for place, path in enumerate(draws.inputs):
        found[f"input {path}"] = np.full(n, np.nan)
        found[f"input {path}"][:shown] = draws.values[:shown, place]
    return Kept(found, 0, p_short)


def _appended(kept: Kept, more: Kept) -> Kept:
    if not kept.columns:
        return more
    names = list(dict.fromkeys((*kept.columns, *more.columns)))
    columns = {
        name: np.concatenate(
            [one.columns.get(name, np.full(one.n_draws, np.nan)) for one in (kept, more)]
        )
        for name in names
    }
    sums = [one.p_short for one in (kept, more) if one.p_short]
    p_short = tuple(float(p) for p in np.sum(sums, axis=0)) if sums else ()
    return Kept(columns, kept.n_solved, p_short)


def _with_solved(kept: Kept, columns: Sequence[Column], world: World, numbers: FloatArray) -> Kept:
    found = dict(kept.columns)
    rows = slice(kept.n_solved, kept.n_solved + len(numbers))
    for place, column in enumerate(columns):
        name = column.name(world.case.calendar)
        values = found.get(name, np.full(kept.n_draws, np.nan)).copy()
        values[rows] = numbers[:, place]
        found[name] = values
    return replace(kept, columns=found, n_solved=rows.stop)


def struck_of(kept: Kept) -> Struck | None:
    """What hazards did, from what was kept; None where nobody asked."""
    if LOSS not in kept.columns:
        return None
    uses = tuple(name.split(" ", 1)[1] for name in kept.columns if name.startswith(f"{SHORT} "))
    return Struck(
        loss=kept.columns[LOSS],
        unmet=kept.columns[UNMET],
        first_short=kept.columns[FIRST_SHORT].astype(np.int64),
        short_uses=np.column_stack([kept.columns[f"{SHORT} {use}"] for use in uses]),
        uses=uses,
        p_short=np.array(kept.p_short),
        weights=kept.columns[WEIGHT],
    )


def central_draws(case: Case, paths: Sequence[str]) -> Draws:
    """One row: every input at its central value, outside any scenario."""
    known = inputs_by_path(case)
    values = [[known[path].value if path in known else np.nan for path in paths]]
    return Draws(tuple(paths), np.array(values, dtype=np.float64).reshape(1, -1), np.ones(1))
