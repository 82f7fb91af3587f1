"""The signaling game: does a cut-off pay, and does explaining oneself change anything.

One side knows its type and speaks, the other hears and acts. Axes: T = 2 types, M messages, A
actions. A strategy of the speaker gives each type a chance of each message; one of the listener
gives each message a chance of each action.

A profile of strategies is a perfect Bayesian equilibrium where every type's messages are best
against the listener's strategy; after each message that is sent, the listener's actions are best
for the belief that Bayes' rule gives; after each that is not, there is some belief for which they
are (Fudenberg and Tirole 1991, for games in which the speaker moves once). Candidates are the Nash
equilibria of the normal form by the Lemke-Howson algorithm from every label, and
every pair of pure plans. Lemke-Howson need not find all mixed equilibria, and where plans tie it
finds one of a family.

The game of the episode: the target of a measure is of one of two types: dependent, as on the
first day of the case, or as it stands in the year looked at. It explains, keeps silent, or acts
without explaining. The sender of the measure hears, and talks, threatens or cuts off. With L the
target's loss and C the sender's cost of a cut-off, both from the leverage results:

    sender:  talk 0; threaten g k L - h C; cut off g L - C
    target:  talk 0; threatened - k L; cut off - L; explaining costs e, acting costs the
             dependent type b and gives the other a, all as shares of the dependent type's L

So a cut-off pays only if g L > C: where the leverage ratio L / C is above 1 / g. With v the
value g L - C for each type, it pays from the belief in dependence v_free / (v_free - v_dep) on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

import numpy as np

from derbes.case.entities import Case, main_measure
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.request import BASE
from derbes.language import _
from derbes.parallel import Progress, run_tasks
from derbes.results.statements import Signaling, SignalingYear
from derbes.results.supply import LeverageRow
from derbes.statements.of_case import length_of
from derbes.statements.of_model import (
    PARAMETERS,
    Stakes,
    Start,
    central_parameters,
    cut_off_value,
    losses_of,
    stakes_in,
)
from derbes.statements.pivoting import equilibria
from derbes.statements.sampling import Sampling, StatementDraws, make_futures
from derbes.statements.terms import Day, Ledger, Missing, Unknown
from derbes.statements.worlds import World, label_day
from derbes.stress.columns import BothLosses


@dataclass(frozen=True, slots=True)
class Game:
    """A signaling game of two types."""

    types: tuple[str, ...]
    messages: tuple[str, ...]
    actions: tuple[str, ...]
    prior: FloatArray
    """Chance of each type; they add to 1. (T,)"""
    speaker: FloatArray
    """What the speaker gets. (T, M, A)"""
    listener: FloatArray
    """What the listener gets. (T, M, A)"""


@dataclass(frozen=True, slots=True)
class Profile:
    """A strategy of each side."""

    speaker: FloatArray
    """(T, M)"""
    listener: FloatArray
    """(M, A)"""


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A game as two matrices over plans made before the type is known."""

    speaker_plans: tuple[tuple[int, ...], ...]
    """Message of each type."""
    listener_plans: tuple[tuple[int, ...], ...]
    """Action after each message."""
    speaker: FloatArray
    """Expected over types. (speaker plans, listener plans)"""
    listener: FloatArray


def normal_form(game: Game) -> NormalForm:
    """The game before types are known (Harsanyi 1967), without actions that never pay.

    An action that is best after a message for no belief at all is left out of the
    listener's plans; no sequential equilibrium takes it.
    """
    n_types, n_messages, _n_actions = game.speaker.shape
    speaker_plans = tuple(product(range(n_messages), repeat=n_types))
    choices = [useful_actions(game, m) for m in range(n_messages)]
    listener_plans = tuple(product(*choices))
    shape = (len(speaker_plans), len(listener_plans))
    first, second = np.zeros(shape), np.zeros(shape)
    for i, said in enumerate(speaker_plans):
        for j, done in enumerate(listener_plans):
            for t, m in enumerate(said):
                first[i, j] += game.prior[t] * game.speaker[t, m, done[m]]
                second[i, j] += game.prior[t] * game.listener[t, m, done[m]]
    return NormalForm(speaker_plans, listener_plans, first, second)


def useful_actions(game: Game, message: int) -> tuple[int, ...]:
    """Actions that are best after a message for some belief."""
    n_actions = game.listener.shape[2]
    return tuple(a for a in range(n_actions) if best_beliefs(game, message, a) is not None)


SMALL = 1e-9
"""Gains of less than this, of payoffs scaled to about 1, are rounding."""


def best_beliefs(game: Game, message: int, action: int) -> tuple[float, float] | None:
    """Beliefs in the first of two types for which an action is best; None: there are none.

    Those b with b * first + (1 - b) * second >= 0 for the gains over all other actions.
    """
    low, high = 0.0, 1.0
    gains = game.listener[:, message, action, None] - game.listener[:, message, :]
    for first, second in gains.T:
        slope = first - second
        if abs(slope) <= SMALL:
            if second < -SMALL:
                return None
        elif slope > 0:
            low = max(low, float(-second / slope))
        else:
            high = min(high, float(-second / slope))
    return (low, high) if low <= high + SMALL else None


def profile_of(game: Game, form: NormalForm, mixed: tuple[FloatArray, FloatArray]) -> Profile:
    """Chances of plans as chances of messages and actions."""
    speaker, listener = np.zeros(game.speaker.shape[:2]), np.zeros(game.listener.shape[1:])
    for chance, said in zip(mixed[0], form.speaker_plans, strict=True):
        for t, m in enumerate(said):
            speaker[t, m] += chance
    for chance, done in zip(mixed[1], form.listener_plans, strict=True):
        for m, a in enumerate(done):
            listener[m, a] += chance
    return Profile(speaker, listener)


TINY = 1e-6
"""Chances and gains of less than this count as none."""


def is_perfect_bayesian(game: Game, profile: Profile) -> bool:
    """Whether a profile is a perfect Bayesian equilibrium.

    No type could gain by another message, and what is done after each is best for some belief.
    """
    values = message_values(game, profile)
    sent = (profile.speaker * values).sum(axis=1)
    return bool(np.all(sent >= values.max(axis=1) - TINY)) and all(
        belief_interval(game, profile, m) is not None for m in range(len(game.messages))
    )


def message_values(game: Game, profile: Profile) -> FloatArray:
    """What each message gives each type. (T, M)"""
    return np.asarray(np.einsum("tma,ma->tm", game.speaker, profile.listener), dtype=np.float64)


def belief_after(game: Game, profile: Profile, message: int) -> float | None:
    """Belief in the first type after a message, by Bayes' rule; None: it is never sent."""
    chances = game.prior * profile.speaker[:, message]
    total = float(chances.sum())
    return float(chances[0]) / total if total > TINY else None


def belief_interval(game: Game, profile: Profile, message: int) -> tuple[float, float] | None:
    """Beliefs in the first type for which what is done after a message is best; None: none."""
    low, high = 0.0, 1.0
    for action in np.flatnonzero(profile.listener[message] > TINY):
        found = best_beliefs(game, message, int(action))
        if found is None:
            return None
        low, high = max(low, found[0]), min(high, found[1])
    belief = belief_after(game, profile, message)
    if belief is None:
        return (low, high) if low <= high + TINY else None
    return (belief, belief) if low - TINY <= belief <= high + TINY else None


def is_pooling(profile: Profile) -> bool:
    """Whether all types say the same."""
    return bool(np.allclose(profile.speaker, profile.speaker[0], atol=1e-4))


def is_separating(profile: Profile) -> bool:
    """Whether no two types ever say the same, so that what is said tells the type."""
    sent = profile.speaker > TINY
    return not bool((sent.sum(axis=0) > 1).any())


ALIKE = 4
"""Digits to which chances are compared when the same equilibrium is found twice."""


def perfect_bayesian_equilibria(game: Game) -> tuple[Profile, ...]:
    """Perfect Bayesian equilibria, pure ones first."""
    game = scaled(game)
    form = normal_form(game)
    found: dict[tuple[float, ...], Profile] = {}
    for mixed in (*_pure(form), *equilibria(form.speaker, form.listener)):
        profile = profile_of(game, form, mixed)
        if is_perfect_bayesian(game, profile):
            chances = np.concatenate([profile.speaker.ravel(), profile.listener.ravel()])
            key = tuple(np.round(chances, ALIKE))
            found.setdefault(key, profile)
    return tuple(found.values())


def scaled(game: Game) -> Game:
    """The game with payoffs of about 1, so that tolerances mean the same in every game."""
    speaker, listener = (
        one / max(float(np.abs(one).max()), 1e-300) for one in (game.speaker, game.listener)
    )
    return replace(game, speaker=speaker, listener=listener)


def _pure(form: NormalForm) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Pairs of plans from which neither side gains by another."""
    best_said = form.speaker >= form.speaker.max(axis=0) - 1e-12
    best_done = form.listener >= form.listener.max(axis=1)[:, None] - 1e-12
    for i, j in np.argwhere(best_said & best_done):
        yield np.eye(form.speaker.shape[0])[i], np.eye(form.speaker.shape[1])[j]


TYPES = ("dependent", "free")
MESSAGES = ("explain", "silent", "act")
ACTIONS = ("talk", "threaten", "cut_off")
EXPLAIN, SILENT, ACT = 0, 1, 2
TALK, THREATEN, CUT_OFF = 0, 1, 2


def drawn_parameters(rng: np.random.Generator) -> dict[str, float]:
    """One draw of the parameters, each uniform over its range."""
    return {name: float(rng.uniform(low, high)) for name, (low, _c, high) in PARAMETERS.items()}


def episode(dependent: Stakes, free: Stakes, parameters: Mapping[str, float]) -> Game:
    """The game between the target and the sender of a measure."""
    speaker = np.zeros((len(TYPES), len(MESSAGES), len(ACTIONS)))
    listener = np.zeros_like(speaker)
    gain, effect = parameters["gain_share"], parameters["threat_effect_share"]
    for t, one in enumerate((dependent, free)):
        harm, cost = one.target_loss, one.cost(parameters)
        threat = gain * effect * harm - parameters["threat_cost_share"] * cost
        speaker[t] = [0.0, -effect * harm, -harm]
        listener[t] = [0.0, threat, cut_off_value(one, parameters)]
    size = max(dependent.target_loss, free.target_loss, 0.0)
    speaker[:, EXPLAIN] -= parameters["explain_cost_share"] * size
    speaker[0, ACT] -= parameters["bluff_cost_share"] * size
    speaker[1, ACT] += parameters["act_gain_share"] * size
    prior = np.array([parameters["prior"], 1.0 - parameters["prior"]])
    return Game(TYPES, MESSAGES, ACTIONS, prior, speaker, listener)


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
class GameOfYear:
    """The game of one draw and year."""

    is_credible: bool
    is_rhetoric: bool
    matters: bool
    pools: bool
    separates: bool
    threshold: float


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
    draw = partial(
        _draw,
        ledger=ledger,
        futures=futures,
        starts=starts,
        measure=measure,
        length=length,
        as_of=as_of,
    )
    rows, what = range(futures.n), _("signaling")
    stakes = run_tasks(draw, rows, n_workers=n_workers, progress=progress, what=what)
    return signaling_over(
        stakes,
        futures.draws[BASE].weights,
        measure=measure,
        length=length * case.calendar.step,
        starts=[case.calendar.label(start) for start in starts],
        seed=sampling.seed,
    )


def signaling_of_losses(losses: BothLosses, *, n_workers: int = 1) -> Signaling:
    """The game from losses that are known already, such as those over draws.

    The parameters of a draw hang on the seed and its place alone, so that the same draws
    give the same answer here and in `signaling_of`.
    """
    lacking = Missing(())
    arrays = (losses.target_loss, losses.sender_cost, losses.sender_cost_lost)
    stakes = [
        [
            lacking if np.isnan(one).any() else Stakes(*map(float, one))
            for one in np.column_stack([part[row] for part in arrays])
        ]
        for row in range(len(losses.weights))
    ]
    return signaling_over(
        stakes,
        losses.weights,
        measure=losses.measure,
        length=losses.length,
        starts=losses.starts,
        seed=losses.seed,
        n_workers=n_workers,
    )


def signaling_of_rows(rows: Sequence[LeverageRow]) -> Signaling:
    """The game at central values, from rows of one measure and length, by start."""
    return signaling_over(
        [[_known(partial(stakes_in, row)) for row in rows]],
        np.ones(1),
        measure=rows[0].measure,
        length=rows[0].length,
        starts=[row.start for row in rows],
        seed=0,
    )


def signaling_over(
    stakes: Sequence[Sequence[Stakes | Missing]],
    weights: FloatArray,
    *,
    measure: str,
    length: int,
    starts: Sequence[str],
    seed: int,
    n_workers: int = 1,
) -> Signaling:
    """The game of every draw and start; parameters are drawn too, unless there is one draw alone.

    Args:
        stakes: What a cut-off costs both sides, by draw and start.
        weights: Of the draws. (N,)
        measure: The cut-off.
        length: Its length. [month]
        starts: ISO months.
        seed: Seed of the draws.
        n_workers: Processes.
    """
    play = partial(_played, seed=seed, is_central=len(stakes) == 1)
    tasks = list(enumerate(stakes))
    by_draw = run_tasks(play, tasks, n_workers=n_workers, what=_("signaling"))
    years = tuple(
        _year(start, measure, length, answers=[draw[y] for draw in by_draw], weights=weights)
        for y, start in enumerate(starts)
    )
    return Signaling(years=years, parameters=PARAMETERS)


def _played(
    task: tuple[int, Sequence[Stakes | Missing]], *, seed: int, is_central: bool
) -> list[GameOfYear | Missing]:
    """The game of every start in one draw; the dependent type is the target of the first."""
    row, stakes = task
    rng = np.random.default_rng((seed, row))
    parameters = central_parameters() if is_central else drawn_parameters(rng)
    first = stakes[0]
    if isinstance(first, Missing):
        return [first for _now in stakes]
    return [now if isinstance(now, Missing) else answer(first, now, parameters) for now in stakes]


def _measure(case: Case) -> str:
    """The main measure, where it has a sender; else the first that has one."""
    main = main_measure(case)
    names = [main, *case.measures] if main else []
    return next((name for name in names if case.measures[name].sender), "")


def _draw(
    row: int,
    *,
    ledger: Ledger,
    futures: StatementDraws,
    starts: Sequence[int],
    measure: str,
    length: int,
    as_of: Day,
) -> list[Stakes | Missing]:
    """What a cut-off costs both sides in every year of one draw."""
    variant = World(ledger, as_of, partial(futures.draw, row)).variant(BASE)
    months = float(length * variant.case.calendar.step)

    def stakes(start: int) -> Stakes:
        at = label_day(variant.case, start)
        cut = Start(sender=measure, at=at, months=months, measure=measure)
        return stakes_in(losses_of(variant, cut))

    return [_known(partial(stakes, start)) for start in starts]


def _known(stakes: Callable[[], Stakes]) -> Stakes | Missing:
    """What a cut-off costs both sides, or what is missing."""
    try:
        return stakes()
    except Unknown as unknown:
        return unknown.missing


def answer(first: Stakes, now: Stakes, parameters: Mapping[str, float]) -> GameOfYear:
    """What the game says where the target is either as on the first day or as it is now."""
    dependent, free = cut_off_value(first, parameters), cut_off_value(now, parameters)
    equilibria = perfect_bayesian_equilibria(episode(first, now, parameters))
    return GameOfYear(
        is_credible=free > 0,
        is_rhetoric=dependent <= 0 and free <= 0,
        matters=any(_hangs_on_words(profile) for profile in equilibria),
        pools=any(is_pooling(profile) for profile in equilibria),
        separates=any(is_separating(profile) for profile in equilibria),
        threshold=belief_threshold(dependent, free),
    )


@lru_cache(maxsize=256)
def beliefs_after(
    dependent: Stakes, free: Stakes
) -> tuple[dict[str, tuple[float, float] | None], ...]:
    """Message → belief in dependence after it, from and to, in each equilibrium of the game.

    At central parameters; None: no belief makes what is done after it best.
    """
    game = scaled(episode(dependent, free, central_parameters()))
    return tuple(
        {said: belief_interval(game, profile, m) for m, said in enumerate(MESSAGES)}
        for profile in perfect_bayesian_equilibria(game)
    )


def belief_threshold(dependent: float, free: float) -> float:
    """Belief in dependence from which a cut-off pays; 0: always, inf: never.

    Args:
        dependent: Value of a cut-off against the dependent type. [money]
        free: Value against the other. [money]

    Examples:
        >>> belief_threshold(3.0, -1.0), belief_threshold(2.0, 1.0), belief_threshold(-1.0, -2.0)
        (0.25, 0.0, inf)
    """
    if dependent > 0 and free > 0:
        return 0.0
    if dependent <= 0:
        return float("inf") if free <= 0 else 0.0
    return -free / (dependent - free)


def _hangs_on_words(profile: Profile) -> bool:
    """Whether what the listener does differs between messages."""
    return bool(np.abs(profile.listener - profile.listener[0]).max() > TINY)


def _year(
    start: str,
    measure: str,
    length: int,
    *,
    answers: Sequence[GameOfYear | Missing],
    weights: FloatArray,
) -> SignalingYear:
    lost = [one for one in answers if isinstance(one, Missing)]
    known = [one for one in answers if isinstance(one, GameOfYear)]
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
