"""Equilibria of a signaling game. The only module that knows the game-theory library.

Nash equilibria of the normal form by the Lemke-Howson algorithm from every label (with
nashpy), and every pair of pure plans; of these, the perfect Bayesian ones. Lemke-Howson need
not find all mixed equilibria, and where plans tie it finds one of a family.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from nashpy.linalg import TableauLex, create_col_tableau, create_row_tableau

from derbes.case.quantity import FloatArray
from derbes.statements.signaling.game import Game, NormalForm, Profile, normal_form, profile_of
from derbes.statements.signaling.rationality import is_perfect_bayesian

ALIKE = 4
"""Digits to which chances are compared when the same equilibrium is found twice."""
MOST_PIVOTS = 200
"""Steps of one search, far more than any of these games takes."""
ROUNDING = 1e-11
"""Entries of a tableau below this are rounding."""
_CHANCE = 1e-6


def perfect_bayesian_equilibria(game: Game) -> tuple[Profile, ...]:
    """Perfect Bayesian equilibria of a game with two types, pure ones first."""
    form = normal_form(scaled(game))
    found: dict[tuple[float, ...], Profile] = {}
    for mixed in (*_pure(form), *_mixed(form)):
        profile = profile_of(game, form, mixed)
        if is_perfect_bayesian(scaled(game), profile):
            key = tuple(np.round(np.concatenate([p.ravel() for p in _both(profile)]), ALIKE))
            found.setdefault(key, profile)
    return tuple(found.values())


def scaled(game: Game) -> Game:
    """The game with payoffs of about 1, so that tolerances mean the same in every game."""
    sizes = [max(float(np.abs(one).max()), 1e-300) for one in (game.speaker, game.listener)]
    return Game(
        game.types,
        game.messages,
        game.actions,
        game.prior,
        game.speaker / sizes[0],
        game.listener / sizes[1],
    )


def _both(profile: Profile) -> tuple[FloatArray, FloatArray]:
    return profile.speaker, profile.listener


def _pure(form: NormalForm) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Pairs of plans from which neither side gains by another."""
    best_said = form.speaker >= form.speaker.max(axis=0) - 1e-12
    best_done = form.listener >= form.listener.max(axis=1)[:, None] - 1e-12
    for i, j in np.argwhere(best_said & best_done):
        yield np.eye(form.speaker.shape[0])[i], np.eye(form.speaker.shape[1])[j]


def _mixed(form: NormalForm) -> Iterator[tuple[FloatArray, FloatArray]]:
    """What Lemke-Howson finds from each label."""
    if min(form.speaker.shape) < 2:
        return
    for label in range(sum(form.speaker.shape)):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = _from_label(form, label)
        if found is not None:
            yield found


def _from_label(form: NormalForm, label: int) -> tuple[FloatArray, FloatArray] | None:
    """The end of the path from one label; None where it does not end in an equilibrium."""
    columns = _Scaled(create_col_tableau(form.speaker, lexicographic=False))
    rows = _Scaled(create_row_tableau(form.listener, lexicographic=False))
    turns = (rows, columns) if label in rows.non_basic_variables else (columns, rows)
    entering = label
    for turn in range(MOST_PIVOTS):
        try:
            entering = turns[turn % 2].pivot_and_drop_label(entering)
        except (ValueError, IndexError):
            return None
        if columns.non_basic_variables | rows.non_basic_variables == columns.labels:
            first = np.asarray(rows.to_strategy(columns.non_basic_variables), dtype=np.float64)
            second = np.asarray(columns.to_strategy(rows.non_basic_variables), dtype=np.float64)
            sizes = form.speaker.shape
            is_found = _is_strategy(first, sizes[0]) and _is_strategy(second, sizes[1])
            return (first, second) if is_found else None
    return None


class _Scaled(TableauLex):  # type: ignore[misc]
    """A tableau whose rows keep their size.

    Those of the library grow with every pivot until they are no numbers any more, and its
    search then never ends.
    """

    def __init__(self, other: Any) -> None:
        super().__init__(np.array(other._tableau, dtype=np.float64))  # noqa: SLF001 - no other way to it

    def _apply_pivot(self, pivot_col: int, pivot_row: int, applying_row: int) -> None:
        row, pivot = self._tableau[applying_row], self._tableau[pivot_row]
        changed = row - pivot * (row[pivot_col] / pivot[pivot_col])
        changed[np.abs(changed) < ROUNDING] = 0.0
        self._tableau[applying_row] = changed


def _is_strategy(chances: FloatArray, n: int) -> bool:
    """Whether an answer is a strategy at all: in degenerate games it may not be."""
    if len(chances) != n or not np.all(np.isfinite(chances)):
        return False
    return bool(chances.min() >= -_CHANCE and abs(chances.sum() - 1.0) <= _CHANCE)
