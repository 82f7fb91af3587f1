"""The whole surface on two processes, held against branches solved cold; and its growth."""

import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.network import LENGTHS, STARTS
from benchmarks.rows import Row, Spent, within
from benchmarks.setting import Cut, Setting, sample_cuts
from benchmarks.stated_anew import ColdAnswer, cold_answer
from derbes.analysis.leverage import OPTIMAL, leverage_surface
from derbes.analysis.responses import Kept, StartSolver
from derbes.case.request import BASE, Request
from derbes.draws.study import Study
from derbes.lp.lexicographic import CERTIFIED
from derbes.model.arrays import MeasureRun
from derbes.parallel import run_tasks
from derbes.results.supply import LeverageRow

N_PROCESSES = 2
SURFACE_LIMIT = 20.0
"""Most that the whole surface, as the verb gives it, may take on two cores. [s]"""
AGREED = 1e-6
"""Difference to a branch solved cold that counts as none, relative."""
CHUNK = 6
"""Starts that a process takes at a time."""
PARTS = (1 / 8, 1 / 4, 1 / 2, 1.0)


@dataclass(frozen=True, slots=True)
class Task:
    """Starts for one process."""

    setting: Setting
    starts: tuple[int, ...]


def solve_starts(task: Task) -> list[float]:
    """Certificates of the optimum of every cut-off of some starts."""
    setting = task.setting
    certificates = []
    kept: Kept = {}
    for start in task.starts:
        solver = StartSolver(setting.calm, start, kept)
        for measure in setting.measures:
            for length in LENGTHS:
                branch = solver.solve(MeasureRun(measure, length))
                certificates.append(branch.solution.certificate)
    return certificates


def _spread(starts: Sequence[int], part: float) -> tuple[int, ...]:
    """Part of the starts, spread evenly."""
    places = np.linspace(0, len(starts) - 1, max(1, round(part * len(starts)))).round()
    return tuple(starts[int(place)] for place in places)


def time_surface(setting: Setting, starts: Sequence[int]) -> tuple[list[float], Spent]:
    """Certificates of a surface solved on two processes, and the time of all processes."""
    chunks = [tuple(starts[i : i + CHUNK]) for i in range(0, len(starts), CHUNK)]
    tasks = [Task(setting, chunk) for chunk in chunks]
    cpu, wall = _used(), time.perf_counter()
    found = run_tasks(solve_starts, tasks, n_workers=N_PROCESSES)
    spent = Spent(_used() - cpu, time.perf_counter() - wall)
    return [one for part in found for one in part], spent


def _used() -> float:
    """Processor time of this process and of those that it has waited for. [s]"""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def measure_surface(setting: Setting, *, quick: bool) -> list[Row]:
    """The surface, its certificates, and a sample of it solved cold."""
    starts = _spread(STARTS, 1 / 8) if quick else tuple(STARTS)
    certificates, spent = time_surface(setting, starts)
    n = len(certificates)
    limit = SURFACE_LIMIT * n / (8 * len(STARTS) * len(LENGTHS))
    found, verb = _as_verb(setting, starts)
    points = {_cut_of(setting, row): row for row in found if row.bound == OPTIMAL}
    return [
        within(
            "surface, optimum of each point",
            spent.wall,
            "s",
            limit=limit,
            note=f"{n:,} cut-offs, {N_PROCESSES} processes, each with its certificate; "
            f"processor time {spent.cpu:.1f} s",
        ),
        within("surface, worst certificate", max(certificates), "relative", limit=CERTIFIED),
        within(
            "surface, as the verb gives it",
            verb.wall,
            "s",
            limit=limit,
            note=f"{len(found):,} rows: optimum and policy, both sides' losses, ends; no premium; "
            f"processor time {verb.cpu:.1f} s",
        ),
        *check_sample(setting, points, 20 if quick else 200),
    ]


def _as_verb(setting: Setting, starts: tuple[int, ...]) -> tuple[list[LeverageRow], Spent]:
    """Rows of the surface by optimum and policy, and the time of all processes."""
    study = Study(BASE, setting.case, setting.arrays, setting.calm, setting.measures)
    request = Request(starts=starts, lengths=LENGTHS)
    cpu, wall = _used(), time.perf_counter()
    rows, _ends = leverage_surface(
        setting.case, request, studies=[study], has_premium=False, n_workers=N_PROCESSES
    )
    return list(rows), Spent(_used() - cpu, time.perf_counter() - wall)


def _cut_of(setting: Setting, row: LeverageRow) -> Cut:
    names = [measure.name for measure in setting.measures]
    start = setting.arrays.calendar.index_of(row.start)
    return Cut(names.index(row.measure), start, row.length)


def check_sample(setting: Setting, points: Mapping[Cut, LeverageRow], n_sample: int) -> list[Row]:
    """Largest differences between some points and the same branches solved cold."""
    everywhere = sample_cuts(setting, len(setting.measures) * len(STARTS) * len(LENGTHS))
    rows = [(cut, points[cut]) for cut in everywhere if cut in points][:n_sample]
    month = _month_of_money(setting)
    demand = float(setting.arrays.demand[setting.arrays.use_essential].sum(axis=0).max())
    pairs = [(row, *_answer(setting, cut, row, month)) for cut, row in rows]
    losses = [
        abs((row.target_loss or 0.0) - cold.target_loss) / max(abs(cold.target_loss), month)
        for row, cold, _in_order in pairs
    ]
    unmet = [
        abs(row.unmet_essential - cold.unmet_essential) / max(cold.unmet_essential, demand)
        for row, cold, _in_order in pairs
    ]
    hurt = sum(cold.target_loss > AGREED * month for _row, cold, _in_order in pairs)
    short = sum(cold.unmet_essential > AGREED * demand for _row, cold, _in_order in pairs)
    ordered = sum(in_order for _row, _full, in_order in pairs)
    return [
        _difference(
            "target loss, largest difference",
            losses,
            f"{hurt} cost money; {ordered} needed the levels one by one",
        ),
        _difference("unmet essential, largest difference", unmet, f"{short} have some"),
    ]


def _difference(name: str, differences: list[float], note: str) -> Row:
    """A row about how far points are from the same branches solved cold."""
    worst = max(differences)
    apart = sum(one > AGREED for one in differences)
    return Row(
        name,
        worst,
        "relative",
        "solved cold, at most",
        AGREED,
        AGREED / max(worst, AGREED**2),
        f"{len(differences)} points, {apart} above {AGREED:g}; {note}",
    )


def _answer(setting: Setting, cut: Cut, row: LeverageRow, month: float) -> tuple[ColdAnswer, bool]:
    """The answer solved cold; level by level where the weights give another money."""
    cold = cold_answer(setting, cut)
    apart = abs(cold.target_loss - (row.target_loss or 0.0))
    if apart <= AGREED * max(abs(cold.target_loss), month):
        return cold, False
    return cold_answer(setting, cut, in_order=True), True


def _month_of_money(setting: Setting) -> float:
    """Calm money of an average month; differences are not looked at more finely. [money]"""
    arrays = setting.arrays
    spent = (arrays.activities.unit_cost * setting.calm.orders)[:, : arrays.n_calendar]
    return float(spent.sum() / arrays.n_calendar)


def measure_growth(setting: Setting, *, quick: bool) -> list[Row]:
    """Processor time per point of ever larger parts of the surface, and the slope."""
    parts = PARTS[:2] if quick else PARTS
    sizes, times = [], []
    for part in parts:
        points, spent = time_surface(setting, _spread(STARTS, part))
        sizes.append(len(points))
        times.append(spent.cpu)
    each = [1000.0 * cpu / size for cpu, size in zip(times, sizes, strict=True)]
    rows = [
        Row(
            f"growth, {size:,} cut-offs", per, "ms a point", "smallest part", each[0], each[0] / per
        )
        for size, per in zip(sizes, each, strict=True)
    ]
    slope = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
    note = "exponent of time over points; 1 is linear"
    return [*rows, Row("growth, exponent", slope, "", "linear", 1.0, 1.0 / slope, note)]
