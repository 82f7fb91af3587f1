"""How far the engine and the plain statement agree over random cases.

python -m tests.oracles.agreement --cases 2000 --seed 0
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.errors import DerbesError
from derbes.results.supply import ALL_ESSENTIAL, CoverRow, LeverageEnd, LeverageRow
from tests.oracles.full_horizon import Oracle, Span
from tests.properties.random_cases import random_case

ROOM = 1e-6
"""Relative difference that counts as none."""
ENDS_EVERY = 4
"""One case in so many is asked for ends too: they need every start."""
FIELDS = (
    "unmet_essential",
    "unmet_deferrable",
    "unmet_essential_gross",
    "unmet_deferrable_gross",
    "deepest_shortfall",
    "target_loss",
    "sender_cost_returning",
    "sender_cost_lost",
    "premium",
    "window",
    "time_to_survive",
    "survives_length",
    "days_of_cover",
    "ends",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, both ways."""

    seed: int
    field: str
    where: str
    engine: object
    oracle: object
    agrees: bool
    is_unique: bool
    """Whether the calm plan that it starts from is one plan."""


@dataclass(slots=True)
class Asked:
    """What of a case is compared."""

    seed: int
    case: Case
    starts: tuple[int, ...]
    has_ends: bool = False
    has_premium: bool = True
    lengths: tuple[int, ...] = ()
    found: list[Compared] = field(default_factory=list)


def asked_of(seed: int) -> Asked:
    """The random case of a number, and starts of it."""
    case = random_case(seed)
    n = case.calendar.n_periods
    random = np.random.default_rng([seed, 1])
    starts = tuple(sorted({0, int(random.integers(1, n)), int(random.integers(1, n))}))
    return Asked(seed, case, starts, has_ends=seed % ENDS_EVERY == 0)


def is_near(one: object, other: object, size: float) -> bool:
    """Whether two figures are one, within rounding; None and infinity only alike."""
    if isinstance(other, Span):
        return isinstance(one, (int, float)) and other.holds(float(one), ROOM * size)
    if one is None or other is None or isinstance(one, (bool, str)) or isinstance(other, bool):
        return one == other
    first, second = float(one), float(other)  # type: ignore[arg-type]
    if np.isinf(first) or np.isinf(second):
        return first == second
    return abs(first - second) <= ROOM * max(size, abs(first), abs(second))


def compare(asked: Asked) -> list[Compared]:
    """All figures of a case, both ways."""
    oracle = Oracle(asked.case, longest=max(asked.lengths, default=0))
    is_unique = oracle.calm.is_one_way and oracle.calm.is_unique(asked.starts)
    request = Request(starts=asked.starts, lengths=asked.lengths)

    def tell(name: str, where: str, engine: object, other: object, size: float = 1.0) -> None:
        near = is_near(engine, other, size)
        asked.found.append(Compared(asked.seed, name, where, engine, other, near, is_unique))

    try:
        cover = cover_table(asked.case, request)
        rows, ends = leverage_surface(asked.case, request, has_premium=asked.has_premium)
    except DerbesError as error:
        tell("error", "", str(error), "an answer")
        return asked.found
    for row in cover:
        _compare_cover(oracle, row, tell)
    for row in rows:
        if row.bound == "optimal":
            _compare_losses(oracle, row, asked.has_premium, tell)
    if asked.has_ends:
        for end in ends:
            if end.use == ALL_ESSENTIAL:
                _compare_end(oracle, end, tell)
    return asked.found


def _compare_cover(oracle: Oracle, row: CoverRow, tell) -> None:
    plain, step = oracle.plain, oracle.plain.step
    start = oracle.case.calendar.index_of(row.start)
    uses = [u for u in plain.uses if plain.essential[u]] if row.use == ALL_ESSENTIAL else [row.use]
    where = f"{row.measure} {start} {row.use}"
    if uses:
        periods = oracle.time_to_survive(row.measure, start, uses)
        months = None if periods is None else periods * step
        if row.time_to_survive is None and months is not None:
            is_beyond = months >= row.survives_at_least * (1 - ROOM)
            months = None if is_beyond else months
        if months is None and row.time_to_survive is not None:
            months = None if row.time_to_survive <= 48 * step else row.time_to_survive
        tell("time_to_survive", where, row.time_to_survive, months)
        if row.use == ALL_ESSENTIAL:
            survives = oracle.survives(row.measure, start, row.length // step, uses)
            tell("survives_length", where, row.survives_length, survives)
    days = [oracle.days_of_cover(start, oracle.case.uses[u].good) for u in uses]
    least = min([x for x in days if x is not None], default=None)
    engine = float("inf") if row.days_of_cover_infinite else row.days_of_cover
    tell("days_of_cover", where, engine, least)


def _compare_losses(oracle: Oracle, row: LeverageRow, has_premium: bool, tell) -> None:
    plain, step = oracle.plain, oracle.plain.step
    start, length = oracle.case.calendar.index_of(row.start), row.length // step
    where = f"{row.measure} {start} {row.length}"
    n = oracle.horizon(row.measure, start, length)
    tell("window", where, row.window, n * step)
    right = oracle.losses(
        row.measure, start, length, window=row.window // step, has_premium=has_premium
    )
    demand = {
        tier: sum(
            plain.weights[u] * float(plain.demand[u].max()) * n
            for u in plain.uses
            if plain.essential[u] == tier
        )
        for tier in (True, False)
    }
    tell("unmet_essential", where, row.unmet_essential, right.unmet_essential, demand[True])
    tell("unmet_deferrable", where, row.unmet_deferrable, right.unmet_deferrable, demand[False])
    gross = (right.unmet_essential_gross, right.unmet_deferrable_gross)
    tell("unmet_essential_gross", where, row.unmet_essential_gross, gross[0], demand[True])
    tell("unmet_deferrable_gross", where, row.unmet_deferrable_gross, gross[1], demand[False])
    if right.deepest is not None:
        tell("deepest_shortfall", where, row.deepest_shortfall, right.deepest)
    size = right.size
    if row.target_loss is not None and right.target_loss is not None:
        tell("target_loss", where, row.target_loss, right.target_loss, size)
        is_told = row.premium is not None or row.premium_unbounded
        if has_premium and is_told and (right.premium is not None or right.premium_unbounded):
            engine = float("inf") if row.premium_unbounded else row.premium
            premium = float("inf") if right.premium_unbounded else right.premium
            tell("premium", where, engine, premium, 1e3 * max(1.0, size / (right.exposed or 1.0)))
    if row.sender_cost_returning is not None and right.sender_returning is not None:
        tell(
            "sender_cost_returning", where, row.sender_cost_returning, right.sender_returning, size
        )
        tell("sender_cost_lost", where, row.sender_cost_lost, right.sender_lost, size)


def _compare_end(oracle: Oracle, end: LeverageEnd, tell) -> None:
    plain = oracle.plain
    if not any(plain.essential.values()):
        return
    n = oracle.case.calendar.n_periods
    starts = range(n + 12 // plain.step if plain.has_seasons else n)
    first, _short = oracle.ends(end.measure, end.length // plain.step, starts)
    date = None if first is None or first >= n else oracle.case.calendar.label(first)
    tell("ends", f"{end.measure} {end.length}", end.date, date)


def _of_seed(seed: int) -> list[Compared]:
    asked = asked_of(seed)
    try:
        return compare(asked)
    except (
        ArithmeticError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        text = f"{type(error).__name__}: {error}"
        return [Compared(seed, "error", "", text[:200], "an answer", agrees=False, is_unique=True)]


def agreement(seeds: Iterable[int], n_workers: int = 2) -> Iterator[Compared]:
    """Figures of many random cases."""
    with ProcessPoolExecutor(n_workers) as pool:
        for found in pool.map(_of_seed, seeds, chunksize=8):
            yield from found


@dataclass(slots=True)
class Summary:
    """How many figures agree, and how many were compared."""

    total: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    ambiguous: Counter[str] = field(default_factory=Counter)
    """Figures that differ where the calm plan that they start from is not one plan."""
    unlike: list[Compared] = field(default_factory=list)

    def add(self, one: Compared) -> None:
        """Count a figure."""
        if one.agrees or one.is_unique:
            self.total[one.field] += 1
            self.agreed[one.field] += one.agrees
        else:
            self.ambiguous[one.field] += 1
        if not one.agrees and one.is_unique:
            self.unlike.append(one)


def summary(seeds: Iterable[int], n_workers: int = 2) -> Summary:
    """Figures of many random cases, counted."""
    found = Summary()
    for one in agreement(seeds, n_workers):
        found.add(one)
    return found


def main() -> None:
    """Print how many figures agree, and those that do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=10, help="of each figure that differs")
    asked = parser.parse_args()
    began = time.perf_counter()
    found = summary(range(asked.seed, asked.seed + asked.cases), asked.workers)
    shown: Counter[str] = Counter()
    for one in found.unlike:
        shown[one.field] += 1
        if shown[one.field] <= asked.show:
            where = f"seed {one.seed} {one.field} ({one.where})"
            sys.stdout.write(f"{where}: engine {one.engine}, plain {one.oracle}\n")
    for name in [*FIELDS, "error"]:
        if found.total[name]:
            line = f"{name:24s} {found.agreed[name]:7d} of {found.total[name]:7d} agree"
            if found.ambiguous[name]:
                line += f", {found.ambiguous[name]} from a calm plan that is not one"
            sys.stdout.write(line + "\n")
    sys.stdout.write(f"{asked.cases} cases in {time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
