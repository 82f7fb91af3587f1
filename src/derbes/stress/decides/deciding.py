"""Tornado, indices and tipping values of the headline answers of a case."""

from dataclasses import dataclass

import numpy as np

from derbes.case.uncertainty import Draws
from derbes.results.stress import Bar, Influence, ScreenedOut, TippingValue
from derbes.stress.decides.about import Headlines, Subject, verdicts_of
from derbes.stress.decides.indices import PAWN_DRAWS, Shares, influences
from derbes.stress.decides.oneway import (
    bars,
    center_of,
    kept_inputs,
    screened_out,
    swings,
)
from derbes.stress.decides.tipping import tipping_values


@dataclass(frozen=True, slots=True)
class Decided:
    """What decides, as it is told."""

    tornado: tuple[Bar, ...] = ()
    sensitivity: tuple[Influence, ...] = ()
    screened_out: tuple[ScreenedOut, ...] = ()
    tipping: tuple[TippingValue, ...] = ()


def what_decides(subject: Subject, draws: Draws, *, seed: int) -> Decided:
    """Tornado, and indices of the inputs that it does not screen out.

    Args:
        subject: The variant and the measure.
        draws: For PAWN, over all inputs.
        seed: Seed of the design of the Sobol indices.
    """
    case, about = subject.case, Headlines(subject)
    names = about.names()
    found = swings(case, names, about.evaluate)
    kept = kept_inputs(found)
    few = _first(draws, PAWN_DRAWS)
    told = influences(
        Shares(case, found.center, tuple(kept)),
        names,
        about.evaluate,
        given=(few, about.evaluate(few)),
        seed=seed,
    )
    return Decided(bars(found, about.units()), told, screened_out(found, kept))


def what_tips(subject: Subject, draws: Draws) -> Decided:
    """Tipping values of the verdicts near the end at the center.

    Args:
        subject: The variant and the measure.
        draws: For the values at which half of the draws hold.
    """
    center = center_of(subject.case)
    middle = Headlines(subject).evaluate(center.draws(center.central[None, :]))[0]
    end = float(middle[-1]) / subject.case.calendar.step if subject.survives else None
    verdicts = verdicts_of(subject, end)
    few = _first(draws, PAWN_DRAWS)
    told = tipping_values(
        subject.case,
        verdicts.names(),
        verdicts.evaluate,
        given=(few, verdicts.evaluate(few)),
    )
    return Decided(tipping=told)


def _first(draws: Draws, n: int) -> Draws:
    rows = np.arange(min(n, len(draws.weights)))
    return Draws(
        draws.inputs,
        draws.values[rows],
        draws.weights[rows],
        draws.scenarios[: len(rows)],
        seed=draws.seed,
        method=draws.method,
        first=draws.first,
    )
