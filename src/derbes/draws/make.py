"""Draws of the uncertain inputs of a case."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.correlations import correlated, factor
from derbes.draws.inputs import inputs_by_path, is_uncertain, scenario_cases, shared_inputs
from derbes.draws.quantiles import Support, quantile_function, support
from derbes.draws.sequences import METHODS, points
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _

ALL = "all"
"""Every combination of values, each with its probability."""


def make_draws(
    case: Case,
    n: int | None = None,
    *,
    seed: int = 1,
    method: str = "sobol",
    inputs: Sequence[str] | None = None,
    first: int = 0,
) -> Draws:
    """Values of the uncertain inputs, and the scenario, of each of n futures.

    Where every input has a few values only, and there are no more combinations than n,
    each combination stands once with its probability (method `all`); so it does when n is
    None. Otherwise shares of a sequence of points are turned into values by each input's
    quantile function, tied by a Gaussian copula where the case states rank correlations;
    scenarios are stratified by their probabilities. A scenario's own number, range or
    distribution replaces that of the case.

    Args:
        case: A case, or a variant's.
        n: Futures; None: every combination.
        seed: Seed of the sequence.
        method: `sobol`, `latin`, `random`, or `all` to insist on every combination.
        inputs: Paths to draw, where several cases share their columns; None: those of the
            case and its scenarios. A number that is certain here stands as it is; nan stands
            for one that this case does not have.
        first: Position of the first row in the sequence, to make a run in blocks.

    Raises:
        RequestError: No draws, no such method, or more combinations than can be listed.
        CaseError: Rank correlations that cannot hold together.
    """
    _check(case, n, method)
    paths = shared_inputs([case]) if inputs is None else tuple(inputs)
    worlds = _worlds(case, paths)
    if method in (ALL, "sobol") and first == 0:
        listed = _listed(case, paths, worlds, n)
        if listed is not None:
            return Draws(paths, *listed, seed=seed, method=ALL)
    if n is None or method == ALL:
        raise RequestError(case.source or case.name, [_not_countable(n)])
    has_scenarios = bool(case.scenarios)
    cube = points(n, has_scenarios + len(paths), seed=seed, method=method, first=first)
    names, values = values_at(case, paths, cube, worlds=worlds)
    weights = np.full(n, 1.0 / n)
    return Draws(paths, values, weights, names, seed=seed, method=method, first=first)


def _check(case: Case, n: int | None, method: str) -> None:
    problems = []
    if n is not None and n < 1:
        what = _("{n} draws give no answer").format(n=n)
        problems.append(Problem("draws", what, fix=_("ask for one draw or more")))
    if method not in (*METHODS, ALL):
        what = _('"{method}" is not a way to draw').format(method=method)
        problems.append(Problem("method", what, fix=did_you_mean(method, (*METHODS, ALL))))
    if problems:
        raise RequestError(case.source or case.name, problems)


def _not_countable(n: int | None) -> Problem:
    what = _("the inputs have more combinations of values than can be listed")
    if n is not None:
        what = _("the inputs have more than {n} combinations of values").format(n=n)
    return Problem("draws", what, fix=_("give a number of draws, and the method sobol"))


World = Mapping[str, Quantity]
"""The numbers of a scenario by path."""


def _worlds(case: Case, paths: Sequence[str]) -> dict[str, World]:
    wanted = set(paths)
    return {
        name: {path: q for path, q in inputs_by_path(one).items() if path in wanted}
        for name, one in scenario_cases(case).items()
    }


def values_at(
    case: Case,
    paths: Sequence[str],
    cube: FloatArray,
    *,
    worlds: Mapping[str, World] | None = None,
) -> tuple[tuple[str, ...], FloatArray]:
    """Scenario of each row of points, and the values of the inputs. (N,), (N, D)

    Args:
        case: The case.
        paths: Inputs.
        cube: One axis for the scenario, where the case has any, then one for each input.
            (N, axes) [share]
        worlds: The numbers of each scenario, when they are at hand.
    """
    worlds = worlds or _worlds(case, paths)
    shares = correlated(cube[:, len(cube[0]) - len(paths) :], factor(case, paths))
    if not case.scenarios:
        return (), _of_world(case, paths, worlds[""], shares)
    reached = np.cumsum([one.probability for one in case.scenarios.values()])
    which = np.searchsorted(reached / reached[-1], cube[:, 0], side="left")
    values = np.empty_like(shares)
    for position, name in enumerate(case.scenarios):
        rows = which == position
        values[rows] = _of_world(case, paths, worlds[name], shares[rows])
    names = list(case.scenarios)
    return tuple(names[position] for position in which), values


def _of_world(case: Case, paths: Sequence[str], world: World, shares: FloatArray) -> FloatArray:
    values = np.full(shares.shape, np.nan)
    for column, path in enumerate(paths):
        if path in world:
            at = quantile_function(world[path], case.reference_classes)
            values[:, column] = at(shares[:, column])
    return values


def _listed(
    case: Case, paths: Sequence[str], worlds: Mapping[str, World], n: int | None
) -> tuple[FloatArray, FloatArray, tuple[str, ...]] | None:
    """Every combination with its probability; None when there are too many, or ties."""
    if n_combinations(case, paths) > (MOST_LISTED if n is None else n):
        return None
    total = sum(one.probability for one in case.scenarios.values())
    rows = [
        (name, weight * (case.scenarios[name].probability / total if name else 1.0), values)
        for name, world in worlds.items()
        for weight, values in _combinations(_supports(case, paths, world) or [])
    ]
    values = np.array([row[2] for row in rows], dtype=np.float64).reshape(len(rows), len(paths))
    names = tuple(row[0] for row in rows) if case.scenarios else ()
    return values, np.array([row[1] for row in rows]), names


MOST_LISTED = 1_000_000
"""Most combinations that are listed when no number of draws is given."""


def n_combinations(case: Case, inputs: Sequence[str] | None = None) -> float:
    """Combinations of values that the inputs of a case and its scenarios can take.

    inf where an input has a range, or where rank correlations tie the inputs.

    Args:
        case: The case.
        inputs: Paths; None: those of the case and its scenarios.
    """
    paths = shared_inputs([case]) if inputs is None else tuple(inputs)
    if factor(case, paths) is not None:
        return float("inf")
    worlds = [_supports(case, paths, world) for world in _worlds(case, paths).values()]
    if any(own is None for own in worlds):
        return float("inf")
    return float(sum(_size(own) for own in worlds if own is not None))


def _size(supports: Sequence[Support]) -> float:
    return float(np.prod([float(len(one.values)) for one in supports]))


def _supports(case: Case, paths: Sequence[str], world: World) -> list[Support] | None:
    """The values of each input; None where one has infinitely many."""
    found = [_support(case, path, world) for path in paths]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


def _support(case: Case, path: str, world: World) -> Support | None:
    if path not in world:
        return Support(np.array([np.nan]), np.ones(1))
    if not is_uncertain(world[path]):
        return Support(np.array([world[path].value]), np.ones(1))
    return support(world[path], case.reference_classes)


def _combinations(supports: Sequence[Support]) -> Iterator[tuple[float, tuple[float, ...]]]:
    for one in product(*(zip(s.values, s.weights, strict=True) for s in supports)):
        weight = float(np.prod([weight for _value, weight in one]))
        yield weight, tuple(float(value) for value, _weight in one)
