"""The draws of every variant: computed in blocks, kept in a store, handed on.

Whether memory will suffice, said before anything is computed.

Answers of every draw in a Parquet file. The only module that knows pyarrow.
"""

import io
import json
import os
import resource
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import inputs_by_path
from derbes.draws.sampling import make_draws, n_combinations
from derbes.errors import DataError, Problem, RequestError
from derbes.files import write_bytes_atomically
from derbes.language import _
from derbes.parallel import Progress
from derbes.stress.columns import Rule, cut_numbers, rows_of, solve_draws
from derbes.stress.paths import Struck, strike
from derbes.stress.request import HAZARDS, Asked, Column, rule_columns, solved_columns
from derbes.version import VERSION

NUMBER = 8
"""Size of a number. [byte]"""
PART = 0.5
"""Part of the memory of the machine that answers may take."""
BLOCK = 16384
"""Draws that are run at once."""
KEPT = 4096
"""Draws whose inputs are kept, for what is computed from given draws."""
MIB = 1 << 20


def memory_limit() -> int:
    """Memory that answers may take: half of the machine's, or what the system allows. [byte]"""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    allowed, _most = resource.getrlimit(resource.RLIMIT_AS)
    return int(PART * (physical if allowed == resource.RLIM_INFINITY else min(physical, allowed)))


def memory_needed(n_draws: int, *, n_inputs: int, n_columns: int, n_variants: int) -> int:
    """Memory that answers over draws take. [byte]

    All columns of all draws are kept, and what a sort of one of them takes; of the inputs,
    those of a block and of the first draws.
    """
    rows = n_draws * (n_columns * n_variants + 4)
    inputs = min(n_draws, BLOCK + KEPT) * 3 * (n_inputs + 1)
    return NUMBER * (rows + inputs)


def check_memory(source: str, n_draws: int, *, limit: int, **sizes: int) -> None:
    """Refuse what memory will not hold, with the number of draws that it would.

    Args:
        source: The case, for the message.
        n_draws: Draws that are asked for.
        limit: Memory that may be taken. [byte]
        **sizes: As of `memory_needed`.

    Raises:
        RequestError: The answers would not fit.
    """
    needed = memory_needed(n_draws, **sizes)
    if needed <= limit:
        return
    fits = 0
    step = n_draws
    while step:
        if memory_needed(fits + step, **sizes) <= limit:
            fits += step
        else:
            step //= 2
    what = _("{n:,} draws need {needed:,} MiB of memory, and {limit:,} MiB may be taken").format(
        n=n_draws, needed=-(-needed // MIB), limit=limit // MIB
    )
    fix = _("ask for at most {fits:,} draws, fewer variants or fewer questions").format(fits=fits)
    raise RequestError(source, [Problem("draws", what, fix=fix)])


FORMAT = 1
KEY = b"derbes"
"""Key of the file's metadata under which everything about it stands."""
VARIANT = "variant"


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a store: equal origins give equal draws."""

    case_hash: str
    case_name: str
    seed: int
    method: str
    version: str
    questions: str
    """Everything else that the columns depend on, as a text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Columns of one variant, by name; nan where a draw has not been computed. (N,)"""

    columns: Mapping[str, FloatArray]
    n_solved: int
    """Rows from the first on that were solved as programs."""
    p_short: tuple[float, ...] = ()
    """Weighted number of futures short in each period."""

    @property
    def n_draws(self) -> int:
        """Rows."""
        return len(next(iter(self.columns.values()), ()))


def write_store(path: Path, origin: Origin, kept: Mapping[str, Kept]) -> None:
    """Write all draws of all variants into one file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    names = list(dict.fromkeys(name for one in kept.values() for name in one.columns))
    sizes = [one.n_draws for one in kept.values()]
    arrays: dict[str, pa.Array] = {
        VARIANT: pa.array([v for v, size in zip(kept, sizes, strict=True) for _row in range(size)])
    }
    for name in names:
        parts = [
            one.columns.get(name, np.full(size, np.nan))
            for one, size in zip(kept.values(), sizes, strict=True)
        ]
        arrays[name] = pa.array(np.concatenate(parts), from_pandas=True)
    told = {
        "format": FORMAT,
        "origin": {field: getattr(origin, field) for field in Origin.__slots__},
        "variants": {
            variant: {"n_solved": one.n_solved, "p_short": one.p_short}
            for variant, one in kept.items()
        },
    }
    table = pa.table(arrays).replace_schema_metadata({KEY: json.dumps(told).encode()})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_bytes_atomically(path, buffer.getvalue())


def read_store(path: Path, origin: Origin) -> dict[str, Kept]:
    """What a store holds, for what is asked now; empty where there is no file.

    Raises:
        DataError: It is no store, or it was made of another case, seed or question.
    """
    if not path.exists():
        return {}
    try:
        table = pq.read_table(path)
        told = json.loads((table.schema.metadata or {})[KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        what = _("{path}: is no store of draws.").format(path=path)
        raise DataError(f"{what} {_('Fix: choose another file.')}") from error
    _refuse_other(path, told, origin)
    variant = np.array(table.column(VARIANT).to_pylist())
    columns = {
        name: table.column(name).to_numpy(zero_copy_only=False)
        for name in table.column_names
        if name != VARIANT
    }
    return {
        name: Kept(
            columns={key: column[variant == name] for key, column in columns.items()},
            n_solved=int(about["n_solved"]),
            p_short=tuple(about["p_short"]),
        )
        for name, about in told["variants"].items()
    }


def _refuse_other(path: Path, told: Mapping[str, object], origin: Origin) -> None:
    """Refuse a store that answers something else, naming what differs."""
    found = told.get("origin")
    known = found if isinstance(found, dict) else {}
    differ = [
        _('{what} "{found}" instead of "{wanted}"').format(
            what=words, found=known.get(field), wanted=getattr(origin, field)
        )
        for field, words in _words().items()
        if known.get(field) != getattr(origin, field)
    ]
    if differ:
        what = _("{path}: holds draws of something else: {differ}.").format(
            path=path, differ="; ".join(differ)
        )
        raise DataError(f"{what} {_('Fix: choose another file, or ask as before.')}")


def _words() -> dict[str, str]:
    return {
        "case_name": _("case"),
        "case_hash": _("hash of the case"),
        "seed": _("seed"),
        "method": _("method"),
        "version": _("version of derbes"),
        "questions": _("questions"),
    }


ALL = "all"
WEIGHT, LOSS, UNMET, FIRST_SHORT, SHORT = "weight", "loss", "unmet", "first_short", "short"
"""Names of columns beside those of the answers; `short` is followed by the use."""
SAVE_EVERY = 8
"""Draws solved for each worker before they are saved."""


@dataclass(frozen=True, slots=True)
class StressOptions:
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


def compute(world: World, asked: Asked, effort: StressOptions, saver: Saver) -> Kept:
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


def _solved(world: World, asked: Asked, effort: StressOptions, *, kept: Kept, saver: Saver) -> Kept:
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


def rule_of(world: World, asked: Asked, effort: StressOptions) -> Rule:
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
