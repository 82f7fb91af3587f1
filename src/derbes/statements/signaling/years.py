"""The signaling game over draws and years: when a cut-off is credible, when it is talk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case, main_measure
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.request import BASE
from derbes.language import _
from derbes.parallel import Progress, run_tasks
from derbes.results.statements import Signaling, SignalingYear
from derbes.statements.quantities import Ledger
from derbes.statements.quantities.asked import length_of
from derbes.statements.quantities.credibility import (
    PARAMETERS,
    Stakes,
    belief_threshold,
    central_parameters,
    cut_off_value,
    stakes_of,
)
from derbes.statements.signaling.episode import drawn_parameters, episode
from derbes.statements.signaling.equilibria import perfect_bayesian_equilibria
from derbes.statements.signaling.game import Profile
from derbes.statements.signaling.rationality import TINY, is_pooling, is_separating
from derbes.statements.terms.values import Day, Missing
from derbes.statements.verdicts.futures import Futures, Sampling, make_futures, world_of

LARGEST_THRESHOLD = 1.5
"""Thresholds above 1 mean never; they are told as this."""
_SHARES = {
    "credible_share": "is_credible",
    "rhetoric_share": "is_rhetoric",
    "explaining_matters_share": "matters",
    "pooling_share": "pools",
    "separating_share": "separates",
}
"""Share over draws → what is counted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The game of one draw and year."""

    is_credible: bool
    is_rhetoric: bool
    matters: bool
    pools: bool
    separates: bool
    threshold: float


@dataclass(frozen=True, slots=True)
class _Task:
    """All years of some draws."""

    ledger: Ledger
    futures: Futures
    rows: tuple[int, ...]
    starts: tuple[int, ...]
    measure: str
    length: int
    as_of: Day
    seed: int


def signaling_of(
    ledger: Ledger,
    as_of: Day,
    sampling: Sampling,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Signaling | None:
    """The game in the first month of each year; None where no measure has a sender.

    Args:
        ledger: The ledger, whose case it is about.
        as_of: The day asked about.
        sampling: Draws of the inputs; the parameters are drawn beside them.
        n_workers: Processes.
        progress: Called as draws are done.
    """
    case = ledger.case
    measure = _measure(case)
    if not measure:
        return None
    length = length_of(case, measure, None)
    step = MONTHS_A_YEAR // case.calendar.step
    starts = tuple(range(0, case.calendar.n_periods, step))
    futures = make_futures(ledger, sampling.n_draws, sampling)
    tasks = [
        _Task(ledger, futures, (row,), starts, measure, length, as_of, sampling.seed)
        for row in range(futures.n)
    ]
    what = _("signaling")
    found = run_tasks(_games, tasks, n_workers=n_workers, progress=progress, what=what)
    by_draw = [answers for part in found for answers in part]
    weights = futures.draws[BASE].weights
    years = tuple(
        _year(
            case.calendar.label(start),
            measure,
            length * case.calendar.step,
            answers=[draw[y] for draw in by_draw],
            weights=weights,
        )
        for y, start in enumerate(starts)
    )
    return Signaling(years=years, parameters=PARAMETERS)


def _measure(case: Case) -> str:
    """The main measure, where it has a sender; else the first that has one."""
    main = main_measure(case)
    names = [main, *case.measures] if main else []
    return next((name for name in names if case.measures[name].sender), "")


def _games(task: _Task) -> list[list[Answer | Missing]]:
    return [_draw(task, row) for row in task.rows]


def _draw(task: _Task, row: int) -> list[Answer | Missing]:
    """The game of every year in one draw."""
    world = world_of(task.ledger, task.as_of, task.futures, row, settled={})
    is_central = task.futures.n == 1
    rng = np.random.default_rng((task.seed, row))
    parameters = central_parameters() if is_central else drawn_parameters(rng)
    first = stakes_of(world, task.measure, task.starts[0], task.length)
    found: list[Answer | Missing] = []
    for start in task.starts:
        now = stakes_of(world, task.measure, start, task.length)
        if isinstance(first, Missing) or isinstance(now, Missing):
            found.append(first if isinstance(first, Missing) else now)  # type: ignore[arg-type]
        else:
            found.append(answer(first, now, parameters))
    return found


def answer(first: Stakes, now: Stakes, parameters: Mapping[str, float]) -> Answer:
    """What the game says where the target is either as on the first day or as it is now."""
    dependent, free = cut_off_value(first, parameters), cut_off_value(now, parameters)
    equilibria = perfect_bayesian_equilibria(episode(first, now, parameters))
    return Answer(
        is_credible=free > 0,
        is_rhetoric=dependent <= 0 and free <= 0,
        matters=any(_hangs_on_words(profile) for profile in equilibria),
        pools=any(is_pooling(profile) for profile in equilibria),
        separates=any(is_separating(profile) for profile in equilibria),
        threshold=belief_threshold(dependent, free),
    )


def _hangs_on_words(profile: Profile) -> bool:
    """Whether what the listener does differs between messages."""
    return bool(np.abs(profile.listener - profile.listener[0]).max() > TINY)


def _year(
    start: str,
    measure: str,
    length: int,
    *,
    answers: Sequence[Answer | Missing],
    weights: FloatArray,
) -> SignalingYear:
    lost = [one for one in answers if isinstance(one, Missing)]
    known = [one for one in answers if isinstance(one, Answer)]
    told: dict[str, float | None] = dict.fromkeys((*_SHARES, "threshold"))
    if not lost:  # the draws that have an answer are no sample of all
        each = {key: np.array([float(getattr(a, name)) for a in known])
                for key, name in _SHARES.items()}  # fmt: skip
        told = {key: float(weights @ held / weights.sum()) for key, held in each.items()}
        needed = np.array([min(a.threshold, LARGEST_THRESHOLD) for a in known])
        order = np.argsort(needed, kind="stable")
        reached = np.cumsum(weights[order]) / weights.sum()
        told["threshold"] = float(needed[order][np.searchsorted(reached, 0.5 - 1e-12)])
    return SignalingYear(
        start=start,
        measure=measure,
        length=length,
        n_draws=len(answers),
        n_without=len(lost),
        missing=tuple(dict.fromkeys(key for one in lost for key in one.keys)),
        **told,
    )
