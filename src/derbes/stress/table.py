"""The long table of draws and answers: computed in blocks, kept in a store, handed on.

Whether memory will suffice is said before anything is computed.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import ALL_DRAWS, HAZARDS, LATIN, Request
from derbes.case.uncertainty import Draws
from derbes.draws.sampling import ROUNDING, make_draws, n_combinations
from derbes.errors import DataError, Problem, RequestError
from derbes.files import write_bytes_atomically
from derbes.language import _
from derbes.parallel import MIB, RunOptions
from derbes.sql import parquet
from derbes.stress.columns import DrawnVariant, Target
from derbes.stress.outcomes import (
    HazardOutcome,
    Rule,
    disruption_numbers,
    rows_of,
    simulate_hazards,
    solve_draws,
)
from derbes.supply.baseline import CalmStart
from derbes.version import VERSION

NUMBER = 8
"""Size of a number. [byte]"""
BLOCK = 16384
"""Draws that are run at once."""
KEPT = 4096
"""Draws whose inputs are kept, for what is computed from given draws."""


def memory_needed(n_draws: int, *, n_inputs: int, n_columns: int, n_variants: int) -> int:
    """Memory that answers over draws take. [byte]

    All columns of all draws are kept, and what a sort of one of them takes; of the inputs,
    those of a block and of the first draws.
    """
    rows = n_draws * (n_columns * n_variants + 4)
    inputs = min(n_draws, BLOCK + KEPT) * 3 * (n_inputs + 1)
    return NUMBER * (rows + inputs)


def check_memory(source: str, n_draws: int, *, limit: int, **sizes: int) -> None:
    """Refuse what memory [byte] will not hold, with the number of draws that it would.

    Raises:
        RequestError: The answers would not fit.
    """
    needed = memory_needed(n_draws, **sizes)
    if needed <= limit:
        return
    fits = bisect_right(range(n_draws), limit, key=lambda n: memory_needed(n, **sizes)) - 1
    what = _("{n:,} draws need {needed:,} MiB of memory, and {limit:,} MiB may be taken")
    what = what.format(n=n_draws, needed=-(-needed // MIB), limit=limit // MIB)
    fix = _("ask for at most {fits:,} draws, fewer variants or fewer questions").format(fits=fits)
    raise RequestError(source, [Problem("draws", what, fix=fix)])


FORMAT = 4
"""Of stores, and of how draws come about: rises where those of a seed become others, or what is
asked of each."""
KEY = "derbes"
"""Key of the file's metadata under which everything about it stands."""
VARIANT = "variant"


Origin = Mapping[str, int | str]
"""What made a store; equal origins give equal draws."""


@dataclass(frozen=True, slots=True)
class VariantTable:
    """Columns of one variant, by name; nan where a draw has not been computed. (N,)"""

    columns: Mapping[str, FloatArray]
    n_solved: int
    """Rows from the first on that were solved as programs."""
    p_short: tuple[float, ...] = ()
    """Number of futures short in each period."""

    @property
    def n_draws(self) -> int:
        """Rows."""
        return len(next(iter(self.columns.values()), ()))


def write_store(path: Path, origin: Origin, kept: Mapping[str, VariantTable]) -> None:
    """Write all draws of all variants into one file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    sizes = [one.n_draws for one in kept.values()]
    held: dict[str, Any] = {VARIANT: np.repeat(np.array(list(kept), dtype=object), sizes)}
    held |= {name: _as_kept(column) for name, column in _joined(kept.values()).items()}
    about = {name: {"n_solved": one.n_solved, "p_short": one.p_short} for name, one in kept.items()}
    told: dict[str, Any] = {"format": FORMAT, "origin": dict(origin), "variants": about}
    told["columns"] = list(held)
    told["digest"] = _digest(held, told)
    write_bytes_atomically(path, parquet.written(held, {KEY: json.dumps(told)}))


def _joined(tables: Iterable[VariantTable]) -> dict[str, FloatArray]:
    """Columns of several tables one below the other; nan where a table has none. (N,) each"""
    parts = list(tables)
    return {
        name: np.concatenate([one.columns.get(name, np.full(one.n_draws, np.nan)) for one in parts])
        for name in dict.fromkeys(name for one in parts for name in one.columns)
    }


def _as_kept(column: FloatArray) -> FloatArray:
    """Numbers as they come back: one kind of nan, and one of zero."""
    return np.where(np.isnan(column), np.nan, column + 0.0)


def _digest(held: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """What changes with any number of a store, and with anything said about it."""
    digest = hashlib.sha256(json.dumps(told).encode())
    digest.update(json.dumps([list(held), list(held[VARIANT])]).encode())
    for name, column in held.items():
        if name != VARIANT:
            digest.update(_as_kept(column).tobytes())
    return digest.hexdigest()


_UNREADABLE = (
    DataError, OSError, LookupError, ValueError, TypeError, AttributeError, MemoryError,
    RecursionError,
)  # fmt: skip
"""What comes of reading a file that is no store."""


def read_store(path: Path, origin: Origin) -> dict[str, VariantTable]:
    """What a store holds, for what is asked now; empty where there is no file.

    Raises:
        DataError: It is no store or a damaged one, or it was made of another case, seed or
            question.
    """
    if not path.exists():
        return {}
    try:
        held, about = parquet.numbers_read(path)
        told = json.loads(about[KEY])
        # Names alike but for case are one to the engine, and come back as others.
        held = dict(zip(told.get("columns", held), held.values(), strict=True))
        is_whole = told.pop("digest") == _digest(held, told)
    except _UNREADABLE as error:
        what = _("{path}: is no store of draws. Fix: choose another file.")
        raise DataError(what.format(path=path)) from error
    if not is_whole:
        what = _(
            "{path}: is damaged: it is not as it was written. Fix: choose another file, or begin "
            "anew without it."
        )
        raise DataError(what.format(path=path))
    known, wanted = (
        {**one, "format": form}
        for one, form in ((told["origin"], told.get("format")), (origin, FORMAT))
    )
    words = {
        "case_name": _("case"),
        "case_hash": _("hash of the case"),
        "seed": _("seed"),
        "method": _("method"),
        "version": _("version of derbes"),
        "format": _("way to draw and to store"),
        "questions": _("questions"),
    }
    text = _('{what} "{found}" instead of "{wanted}"')
    differ = [
        text.format(what=word, found=known.get(field), wanted=wanted[field])
        for field, word in words.items()
        if known.get(field) != wanted[field]
    ]
    if differ:
        what = _(
            "{path}: holds draws of something else: {differ}. Fix: choose another file, or ask as "
            "before."
        )
        raise DataError(what.format(path=path, differ="; ".join(differ)))
    found, variant = {}, np.array(held[VARIANT])
    for name, one in told["variants"].items():
        own = variant == name
        columns = {key: column[own] for key, column in held.items() if key != VARIANT}
        found[name] = VariantTable(columns, int(one["n_solved"]), tuple(one["p_short"]))
    return found


WEIGHT, LOSS, UNMET, FIRST_SHORT, SHORT = "weight", "loss", "unmet", "first_short", "short"
"""Names of columns beside those of the answers; `short` is followed by the use."""
SAVE_EVERY = 8
"""Draws solved for each worker before they are saved."""


def origin_of(
    case: Case, request: Request, targets: Sequence[Target], paths: Sequence[str]
) -> Origin:
    """What the draws of a run depend on, but for how many there are."""
    parts = [astuple(target) for target in targets]
    return {
        "case_hash": case.hash,
        "case_name": case.name,
        "seed": request.seed,
        "method": request.method,
        "version": VERSION,
        "questions": repr((parts, sorted(request.questions), request.variants, tuple(paths))),
    }


def is_listed(variant: DrawnVariant) -> bool:
    """Whether the draws are every combination of values, so that nothing is left to chance."""
    if variant.request.method not in ("sobol", ALL_DRAWS):
        return False
    return n_combinations(variant.case, variant.paths) <= variant.request.draws


def _holds_listed(kept: VariantTable, variant: DrawnVariant) -> bool:
    """Whether the rows of a store are combinations, whose weights add to 1, and no sequence.

    Neither goes on where the other ends.
    """
    if WEIGHT not in kept.columns:
        return is_listed(variant)
    is_whole = kept.n_draws == n_combinations(variant.case, variant.paths)
    return is_whole and abs(float(kept.columns[WEIGHT].sum()) - 1.0) < ROUNDING


def first_draws(variant: DrawnVariant, n: int) -> Draws:
    """The first n of the draws, or all where there are fewer.

    Combinations that are listed stand in an order that the seed has shuffled: in the order of
    their values the first of them would be those of the first scenario.
    """
    request, listed = variant.request, is_listed(variant)
    is_whole = request.method in (LATIN, ALL_DRAWS) or listed
    drawn = make_draws(
        variant.case,
        request.draws if is_whole else min(n, request.draws),
        seed=request.seed,
        method="sobol" if request.method == ALL_DRAWS else request.method,
        inputs=variant.paths,
    )
    if not is_whole:
        return drawn
    order = np.arange(len(drawn.weights))
    if listed:
        order = np.random.default_rng(request.seed).permutation(order)
    return rows_of(drawn, order[:n])


def blocks(variant: DrawnVariant, first: int = 0) -> Iterator[Draws]:
    """The draws from a row on, in blocks; `first` of each is its place among all.

    Draws that are alike weigh 1 each, so that a run can grow.
    """
    request = variant.request
    if request.method == LATIN or is_listed(variant):
        whole = first_draws(variant, request.draws)
        if first < len(whole.weights):
            yield replace(rows_of(whole, np.arange(first, len(whole.weights))), first=first)
        return
    seed, method, paths = request.seed, request.method, variant.paths
    while first < request.draws:
        n = min(BLOCK - first % BLOCK, request.draws - first)
        drawn = make_draws(variant.case, n, seed=seed, method=method, inputs=paths, first=first)
        yield replace(drawn, weights=np.ones(n))
        first += n


class Saver:
    """Writes the store as variants grow; without a place it keeps nothing.

    A run of fewer draws than the store holds takes from it and leaves it as it is.
    """

    def __init__(self, path: Path | None, origin: Origin) -> None:
        self._path = path
        self._origin = origin
        self.held = read_store(path, origin) if path else {}

    def keep(self, variant: str, kept: VariantTable) -> None:
        """Keep what is known of a variant."""
        before = self.held.get(variant)
        if before is None or kept.n_draws >= before.n_draws:
            self.held[variant] = kept
            if self._path is not None:
                write_store(self._path, self._origin, self.held)


def compute(
    variant: DrawnVariant,
    rule: Rule,
    options: RunOptions,
    saver: Saver,
    *,
    near: CalmStart | None = None,
) -> VariantTable:
    """All columns of a variant over the draws, going on from what is kept.

    The first draws are solved as programs too, a few at a time, each time saved; all start from
    one calm plan.
    """
    request, columns, calendar = variant.request, variant.solved_columns, variant.case.calendar
    before = saver.held.get(variant.variant, VariantTable({}, 0))
    if _holds_listed(before, variant) != is_listed(variant):
        before = VariantTable({}, 0)
    has_more = before.n_draws > request.draws
    kept = VariantTable({}, 0) if has_more else before
    for draws in blocks(variant, kept.n_draws):
        kept = _appended(kept, _block(variant, rule, draws))
        saver.keep(variant.variant, kept)
        options.tell(kept.n_draws, request.draws, _("draws"))
    names = [column.name(calendar) for column in columns]
    n_known = min(before.n_solved, kept.n_draws)
    if has_more and n_known and set(names) <= set(before.columns):
        known = np.column_stack([before.columns[name][:n_known] for name in names])
        kept = _with_solved(kept, names, known)
    wanted = min(request.solved, kept.n_draws) if columns else 0
    while kept.n_solved < wanted:
        n = min(wanted - kept.n_solved, SAVE_EVERY * max(1, options.n_workers))
        draws = first_draws(variant, kept.n_solved + n)
        draws = rows_of(draws, np.arange(kept.n_solved, kept.n_solved + n))
        kept = _with_solved(kept, names, solve_draws(variant, draws, options, near=near))
        saver.keep(variant.variant, kept)
        options.tell(kept.n_solved, wanted, _("draws solved"))
    return kept


def _block(variant: DrawnVariant, rule: Rule, draws: Draws) -> VariantTable:
    columns, n = variant.rule_columns, len(draws.weights)
    found: dict[str, FloatArray] = {WEIGHT: draws.weights}
    for column, values in zip(columns, disruption_numbers(rule, draws, columns).T, strict=True):
        found[column.name(variant.case.calendar)] = values
    p_short: tuple[float, ...] = ()
    if variant.request.asks(HAZARDS) and variant.case.hazards and not is_listed(variant):
        hit = simulate_hazards(rule, draws, seed=variant.request.seed)
        found |= {LOSS: hit.loss, UNMET: hit.unmet, FIRST_SHORT: hit.first_short.astype(np.float64)}
        found |= {f"{SHORT} {use}": hit.short_uses[:, place] for place, use in enumerate(hit.uses)}
        p_short = tuple(float(p) for p in hit.p_short)
    shown = max(0, min(n, KEPT - draws.first))
    for place, path in enumerate(draws.inputs):
        found[f"input {path}"] = np.full(n, np.nan)
        found[f"input {path}"][:shown] = draws.values[:shown, place]
    return VariantTable(found, 0, p_short)


def _appended(kept: VariantTable, more: VariantTable) -> VariantTable:
    if not kept.columns:
        return more
    p_short = tuple(map(sum, zip(kept.p_short, more.p_short, strict=True)))
    return VariantTable(_joined([kept, more]), kept.n_solved, p_short)


def _with_solved(kept: VariantTable, names: Sequence[str], numbers: FloatArray) -> VariantTable:
    found = dict(kept.columns)
    rows = slice(kept.n_solved, kept.n_solved + len(numbers))
    for name, values in zip(names, numbers.T, strict=True):
        found[name] = found.get(name, np.full(kept.n_draws, np.nan)).copy()
        found[name][rows] = values
    return replace(kept, columns=found, n_solved=rows.stop)


def hazards_of(variant: DrawnVariant, rule: Rule, kept: VariantTable) -> HazardOutcome | None:
    """What hazards did, from what was kept; None where nobody asked.

    When a measure comes is left to chance also where the inputs are listed: there hazards strike
    futures of their own, as many as were asked for.
    """
    request, case = variant.request, variant.case
    if not (request.asks(HAZARDS) and case.hazards):
        return None
    if LOSS not in kept.columns:
        few = make_draws(case, request.draws, seed=request.seed, inputs=variant.paths, lists=False)
        return simulate_hazards(rule, few, seed=request.seed)
    uses = tuple(name.split(" ", 1)[1] for name in kept.columns if name.startswith(f"{SHORT} "))
    return HazardOutcome(
        loss=kept.columns[LOSS],
        unmet=kept.columns[UNMET],
        first_short=kept.columns[FIRST_SHORT].astype(np.int64),
        short_uses=np.column_stack([kept.columns[f"{SHORT} {use}"] for use in uses]),
        uses=uses,
        p_short=np.array(kept.p_short),
        weights=kept.columns[WEIGHT],
    )
