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

The game of the episode: the target of a measure is of one of two types: as on the first day of
the case, or as it stands in the year looked at. The one against which a cut-off brings its sender
more is the dependent one, the other is free. It explains, keeps silent, or acts without
explaining. The sender of the measure hears, and talks, threatens or cuts off. With L the target's
loss and C the sender's cost of a cut-off, both from the leverage results:

    sender:  talk 0; threaten g k L - h C; cut off g L - C
    target:  talk 0; threatened - k L; cut off - L; explaining costs e, acting costs the
             dependent type b and gives the free one a, all as shares of the larger L of both
             types

So a cut-off pays only if g L > C: where the leverage ratio L / C is above 1 / g. With v the
value g L - C for each type, it pays from the belief in dependence v_free / (v_free - v_dep) on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

import numpy as np
import numpy.typing as npt

from derbes.case.entities import main_measure
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.request import BASE
from derbes.language import _
from derbes.parallel import Progress, run_tasks
from derbes.results.statements import Signaling, SignalingYear
from derbes.results.supply import LeverageRow
from derbes.statements import of_model
from derbes.statements.of_case import length_of
from derbes.statements.of_model import Stakes, Start, central_parameters, cut_off_value
from derbes.statements.sampling import Sampling, StatementDraws, make_futures
from derbes.statements.terms import Day, Ledger, Missing, Unknown
from derbes.statements.worlds import World, label_day
from derbes.stress.columns import BothLosses

MESSAGES = ("explain", "silent", "act")
EXPLAIN, SILENT, ACT = 0, 1, 2
TALK, THREATEN, CUT_OFF = 0, 1, 2
LARGEST_THRESHOLD = 1.5
"""Thresholds above 1 mean never; they are told as this."""
_COUNTED = ("credible", "rhetoric", "explaining_matters", "pooling", "separating")
MOST_PIVOTS = 200
"""Steps of one search, far more than any of these games takes."""
ROUNDING = 1e-11
"""Entries of a tableau below this are rounding."""
SMALL = 1e-9
"""Gains of less than this, of payoffs scaled to about 1, are rounding."""
ALIKE = 4
"""Digits to which chances are compared when the same equilibrium is found twice."""
TINY = 1e-6
"""Chances and gains of less than this count as none."""
Plans = npt.NDArray[np.int64]
"""Plans made before the type is known: the message of each type, or the action after each
message."""
Mixed = tuple[FloatArray, FloatArray]
"""Chance of each plan of the speaker, and of the listener."""


@dataclass(frozen=True, slots=True)
class Game:
    """A signaling game of two types."""

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


def normal_form(game: Game) -> tuple[Plans, Plans, FloatArray, FloatArray]:
    """The game before types are known (Harsanyi 1967), without actions that never pay.

    An action that is best after a message for no belief at all is left out of the
    listener's plans; no sequential equilibrium takes it.

    Returns:
        Plans of the speaker and of the listener; what each of both gets, expected over types.
        (P, T), (Q, M), (P, Q), (P, Q)
    """
    n_types, n_messages, _n_actions = game.speaker.shape
    said = np.array(list(product(range(n_messages), repeat=n_types)))
    done = np.array(list(product(*(useful_actions(game, m) for m in range(n_messages)))))

    def expected(payoffs: FloatArray) -> FloatArray:
        each = (payoffs[t, m[:, None], done[:, m].T] for t, m in enumerate(said.T))
        return np.asarray(sum(p * got for p, got in zip(game.prior, each, strict=True)))

    return said, done, expected(game.speaker), expected(game.listener)


def useful_actions(game: Game, message: int) -> list[int]:
    """Actions that are best after a message for some belief."""
    return [a for a in range(game.listener.shape[2]) if best_beliefs(game, message, a) is not None]


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


def is_perfect_bayesian(game: Game, profile: Profile) -> bool:
    """Whether a profile is a perfect Bayesian equilibrium.

    No type could gain by another message, and what is done after each is best for some belief.
    """
    values = np.einsum("tma,ma->tm", game.speaker, profile.listener)
    sent = (profile.speaker * values).sum(axis=1)
    return bool(np.all(sent >= values.max(axis=1) - TINY)) and all(
        belief_interval(game, profile, m) is not None for m in range(values.shape[1])
    )


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
    return not bool(((profile.speaker > TINY).sum(axis=0) > 1).any())


def perfect_bayesian_equilibria(game: Game) -> tuple[Profile, ...]:
    """Perfect Bayesian equilibria, pure ones first."""
    game = scaled(game)
    _n_types, n_messages, n_actions = game.speaker.shape
    said, done, speaker, listener = normal_form(game)
    found: dict[tuple[float, ...], Profile] = {}
    for mixed in (*_pure(speaker, listener), *equilibria(speaker, listener)):
        profile = Profile(_chances(said, mixed[0], n_messages), _chances(done, mixed[1], n_actions))
        if is_perfect_bayesian(game, profile):
            chances = np.concatenate([profile.speaker.ravel(), profile.listener.ravel()])
            found.setdefault(tuple(np.round(chances, ALIKE)), profile)
    return tuple(found.values())


def scaled(game: Game) -> Game:
    """The game with payoffs of about 1, so that tolerances mean the same in every game."""
    speaker, listener = (
        one / max(float(np.abs(one).max()), 1e-300) for one in (game.speaker, game.listener)
    )
    return replace(game, speaker=speaker, listener=listener)


def _chances(plans: Plans, chances: FloatArray, n: int) -> FloatArray:
    """Chances of plans as chances of each of n messages or actions."""
    found = np.zeros((plans.shape[1], n))
    np.add.at(found, (np.arange(len(found)), plans), chances[:, None])
    return found


def _pure(speaker: FloatArray, listener: FloatArray) -> Iterator[Mixed]:
    """Pairs of plans from which neither side gains by another."""
    best_said = speaker >= speaker.max(axis=0) - 1e-12
    best_done = listener >= listener.max(axis=1)[:, None] - 1e-12
    for i, j in np.argwhere(best_said & best_done):
        yield np.eye(len(speaker))[i], np.eye(speaker.shape[1])[j]


# Equilibria of two matrices by complementary pivoting (Lemke and Howson 1964).
#
# Each side's tableau says `payoffs * other's plan + slack = 1` with payoffs above 0: its labels
# are the plans of both sides, those of the first before those of the second. A path begins by
# letting one label in, and ends where every label is outside one of the two bases. Ties are
# broken as if the slacks differed by something small, so that no path runs in a circle.


@dataclass(slots=True)
class Tableau:
    """One side's program on its way."""

    rows: FloatArray
    """Columns by label, and last the right side. (plans of one side, labels + 1)"""
    basis: list[int]
    """Label of each row."""
    slack: range
    """Labels of the first basis."""

    def let_in(self, label: int) -> int | None:
        """Bring a label into the basis; the one that leaves it, None: no row bounds it."""
        with np.errstate(all="ignore"):
            ratios = self.rows[:, label] / self.rows[:, -1]
            ratios[np.isnan(ratios)] = -np.inf
            ties = ratios == ratios.max()
            row = int(np.argmax(ratios))
            if ties.sum() > 1:
                smaller = self.rows[:, self.slack] / self.rows[:, label, None]
                smaller[np.isnan(smaller)] = -np.inf
                smaller[~ties] = -np.inf
                row = int(np.lexsort(np.flipud(smaller.T))[-1])
        pivot = self.rows[row].copy()
        if not pivot[label] > ROUNDING:
            return None
        changed = self.rows - (self.rows[:, label] / pivot[label])[:, None] * pivot
        changed[np.abs(changed) < ROUNDING] = 0.0
        changed[row] = pivot
        self.rows = changed
        left, self.basis[row] = self.basis[row], label
        return left

    def chances(self, labels: range) -> FloatArray | None:
        """The plan over these labels; None: it is none."""
        found = np.zeros(len(labels))
        for row, label in enumerate(self.basis):
            if label in labels:
                found[label - labels.start] = self.rows[row, -1] / self.rows[row, label]
        total = float(sum(found))
        if not (np.isfinite(total) and total > 0):
            return None
        found /= total
        return found if found.min() >= -TINY else None


def equilibria(first: FloatArray, second: FloatArray) -> Iterator[Mixed]:
    """Nash equilibria, one for each label whose path ends in one; the same one may come again.

    Of what each side gets, by plans of the first and of the second. (m, n)
    """
    for label in range(sum(first.shape) if min(first.shape) > 1 else 0):
        found = _end_of_path(first, second, label)
        if found is not None:
            yield found


def _end_of_path(first: FloatArray, second: FloatArray, label: int) -> Mixed | None:
    m, n = first.shape
    own, others = range(m), range(m, m + n)
    of_first = Tableau(np.hstack([np.eye(m), _positive(first), np.ones((m, 1))]), [*own], own)
    of_second = Tableau(
        np.hstack([_positive(second.T), np.eye(n), np.ones((n, 1))]), [*others], others
    )
    turns = (of_second, of_first) if label < m else (of_first, of_second)
    entering = label
    for turn in range(MOST_PIVOTS):
        left = turns[turn % 2].let_in(entering)
        if left is None:
            return None
        if left == label:
            plans = of_second.chances(own), of_first.chances(others)
            return None if plans[0] is None or plans[1] is None else (plans[0], plans[1])
        entering = left
    return None


def _positive(payoffs: FloatArray) -> FloatArray:
    """Payoffs, all of them above 0; a constant changes no equilibrium."""
    least = float(payoffs.min())
    return payoffs + abs(least) + 1.0 if least <= 0 else payoffs


# The game of the episode.


def drawn_parameters(rng: np.random.Generator) -> dict[str, float]:
    """One draw of the parameters, each uniform over its range."""
    return {
        name: float(rng.uniform(low, high)) for name, (low, _c, high) in of_model.PARAMETERS.items()
    }


def episode(first: Stakes, now: Stakes, parameters: Mapping[str, float]) -> Game:
    """The game between the target and the sender of a measure, the dependent type first."""
    speaker, listener = np.zeros((2, 2, 3, 3))
    gain, effect = parameters["gain_share"], parameters["threat_effect_share"]
    value = partial(cut_off_value, parameters=parameters)
    for t, one in enumerate(sorted((first, now), key=value, reverse=True)):
        harm, cost = one.target_loss, one.cost(parameters)
        threat = gain * effect * harm - parameters["threat_cost_share"] * cost
        speaker[t] = [0.0, -effect * harm, -harm]
        listener[t] = [0.0, threat, cut_off_value(one, parameters)]
    size = max(first.target_loss, now.target_loss, 0.0)
    speaker[:, EXPLAIN] -= parameters["explain_cost_share"] * size
    speaker[0, ACT] -= parameters["bluff_cost_share"] * size
    speaker[1, ACT] += parameters["act_gain_share"] * size
    return Game(np.array([parameters["prior"], 1.0 - parameters["prior"]]), speaker, listener)


@dataclass(frozen=True, slots=True)
class GameOfYear:
    """The game of one draw and year."""

    credible: bool
    rhetoric: bool
    explaining_matters: bool
    pooling: bool
    separating: bool
    threshold: float


def signaling_of(
    ledger: Ledger,
    as_of: Day,
    sampling: Sampling,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Signaling | None:
    """The game of a ledger's case in the first month of each year; None: no measure has a sender.

    The parameters are drawn beside the inputs.
    """
    case = ledger.case
    main = main_measure(case)
    names = [main, *case.measures] if main else []
    measure = next((name for name in names if case.measures[name].sender), "")
    if not measure:
        return None
    length, step = length_of(case, measure, None), case.calendar.step
    starts = range(0, case.calendar.n_periods, MONTHS_A_YEAR // step)
    cut = partial(Start, sender=measure, months=float(length * step), measure=measure)
    cuts = [cut(at=label_day(case, start)) for start in starts]
    futures = make_futures(ledger, sampling.n_draws, sampling)
    draw = partial(_stakes_of_draw, ledger=ledger, futures=futures, cuts=cuts, as_of=as_of)
    rows, what = range(futures.n), _("signaling")
    stakes = run_tasks(draw, rows, n_workers=n_workers, progress=progress, what=what)
    dates, weights = [case.calendar.label(start) for start in starts], futures.draws[BASE].weights
    return signaling_over(stakes, weights, (measure, length * step), dates, seed=sampling.seed)


def _stakes_of_draw(
    row: int, *, ledger: Ledger, futures: StatementDraws, cuts: Sequence[Start], as_of: Day
) -> list[Stakes | Missing]:
    """What a cut-off costs both sides in every year of one draw."""
    variant = World(ledger, as_of, partial(futures.draw, row)).variant(BASE)
    return [_known(of_model.stakes_of, variant, cut) for cut in cuts]


def _known(stakes: Callable[..., Stakes], *about: object) -> Stakes | Missing:
    """What a cut-off costs both sides, or what is missing."""
    try:
        return stakes(*about)
    except Unknown as unknown:
        return unknown.missing


def signaling_of_losses(losses: BothLosses, *, n_workers: int = 1) -> Signaling:
    """The game from losses that are known already, such as those over draws.

    The parameters of a draw hang on the seed and its place alone, so that the same draws
    give the same answer here and in `signaling_of`.
    """
    figures = np.stack([losses.target_loss, losses.sender_cost, losses.sender_cost_lost], axis=-1)
    stakes = [
        [Missing(()) if np.isnan(one).any() else Stakes(*map(float, one)) for one in row]
        for row in figures
    ]
    run, weights, seed = (losses.measure, losses.length), losses.weights, losses.seed
    return signaling_over(stakes, weights, run, losses.starts, seed=seed, n_workers=n_workers)


def signaling_of_rows(rows: Sequence[LeverageRow]) -> Signaling:
    """The game at central values, from rows of one measure and length, by start."""
    stakes = [[_known(of_model.stakes_in, row) for row in rows]]
    run, dates = (rows[0].measure, rows[0].length), [row.start for row in rows]
    return signaling_over(stakes, np.ones(1), run, dates, seed=0)


def signaling_over(
    stakes: Sequence[Sequence[Stakes | Missing]],
    weights: FloatArray,
    run: tuple[str, int],
    starts: Sequence[str],
    *,
    seed: int,
    n_workers: int = 1,
) -> Signaling:
    """The game of every draw and start; parameters are drawn too, unless there is one draw alone.

    Stakes are by draw and start, weights those of the draws (N,), starts are ISO months; a run is
    a measure and its length. [month]
    """
    play = partial(_played, seed=seed, is_central=len(stakes) == 1)
    by_draw = run_tasks(play, list(enumerate(stakes)), n_workers=n_workers, what=_("signaling"))
    years = tuple(
        _year(start, run, [draw[at] for draw in by_draw], weights)
        for at, start in enumerate(starts)
    )
    return Signaling(years=years, parameters=of_model.PARAMETERS)


def _played(
    task: tuple[int, Sequence[Stakes | Missing]], *, seed: int, is_central: bool
) -> list[GameOfYear | Missing]:
    """The game of every start in one draw."""
    row, stakes = task
    rng = np.random.default_rng((seed, row))
    parameters = central_parameters() if is_central else drawn_parameters(rng)
    first = stakes[0]
    if isinstance(first, Missing):
        return [first for _now in stakes]
    return [now if isinstance(now, Missing) else answer(first, now, parameters) for now in stakes]


def answer(first: Stakes, now: Stakes, parameters: Mapping[str, float]) -> GameOfYear:
    """What the game says where the target is either as on the first day or as it is now."""
    values = cut_off_value(first, parameters), cut_off_value(now, parameters)
    found = perfect_bayesian_equilibria(episode(first, now, parameters))
    done = [profile.listener for profile in found]
    return GameOfYear(
        credible=values[1] > 0,
        rhetoric=max(values) <= 0,
        explaining_matters=any(float(np.abs(one - one[0]).max()) > TINY for one in done),
        pooling=any(map(is_pooling, found)),
        separating=any(map(is_separating, found)),
        threshold=belief_threshold(max(values), min(values)),
    )


@lru_cache(maxsize=256)
def beliefs_after(first: Stakes, now: Stakes) -> tuple[dict[str, tuple[float, float] | None], ...]:
    """Message → belief in dependence after it, from and to, in each equilibrium of the game.

    At central parameters; None: no belief makes what is done after it best.
    """
    game = scaled(episode(first, now, central_parameters()))
    return tuple(
        {said: belief_interval(game, profile, m) for m, said in enumerate(MESSAGES)}
        for profile in perfect_bayesian_equilibria(game)
    )


def belief_threshold(dependent: float, free: float) -> float:
    """Belief in dependence from which a cut-off pays; 0: always, inf: never.

    By the value of a cut-off against either type. [money]

    Examples:
        >>> belief_threshold(3.0, -1.0), belief_threshold(2.0, 1.0), belief_threshold(-1.0, -2.0)
        (0.25, 0.0, inf)
    """
    if dependent <= 0:
        return float("inf")
    return max(-free, 0.0) / (dependent + max(-free, 0.0))


def _year(
    start: str, run: tuple[str, int], answers: Sequence[GameOfYear | Missing], weights: FloatArray
) -> SignalingYear:
    lost = [one for one in answers if isinstance(one, Missing)]
    known = [one for one in answers if isinstance(one, GameOfYear)]
    keys = (*(f"{name}_share" for name in _COUNTED), "threshold")
    told: dict[str, float | None] = dict.fromkeys(keys)
    if not lost:  # the draws that have an answer are no sample of all
        for name in _COUNTED:
            held = np.array([float(getattr(one, name)) for one in known])
            told[f"{name}_share"] = float(weights @ held / weights.sum())
        needed = np.array([min(one.threshold, LARGEST_THRESHOLD) for one in known])
        order = np.argsort(needed, kind="stable")
        reached = np.cumsum(weights[order]) / weights.sum()
        told["threshold"] = float(needed[order][np.searchsorted(reached, 0.5 - 1e-12)])
    missing = tuple(dict.fromkeys(key for one in lost for key in one.keys))
    measure, length = run
    return SignalingYear(
        start=start,
        measure=measure,
        length=length,
        n_draws=len(answers),
        n_without=len(lost),
        missing=missing,
        **told,
    )
