"""Draws of the uncertain inputs of a case, and how each input is drawn.

Points in the unit cube (Sobol, Latin hypercube, random) become shares that vary together by
a Gaussian copula with the rank correlations of the case, and shares become values by the
quantile function of each input.

The delay of a project may be drawn from how late others like it were. Finished projects say
how late they were; an unfinished one says only that it is later than it is so far. With n(t)
the projects known to be at least t late and d(t) those finished exactly t late, the share
that is later than t is

    S(t) = product over s <= t of (1 - d(s) / n(s))

(Kaplan and Meier 1958). Where the latest of all is unfinished, the share that is left
stands at its lateness so far (Efron 1967): a lower bound, and said so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from operator import attrgetter
from typing import Any

import numpy as np
from scipy.special import betaincinv, betaln, ndtr, ndtri

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.request import ALL_DRAWS, DRAW_METHODS
from derbes.case.uncertainty import Correlation, Draws, ReferenceClass, ReferenceProject
from derbes.draws.inputs import (
    inputs_by_path,
    is_uncertain,
    scenario_cases,
    shared_inputs,
    uncertain_inputs,
)
from derbes.errors import CaseError, Problem, RequestError
from derbes.language import Worded, _, text_of
from derbes.results.supply import DrawnInput

World = Mapping[str, Quantity]
"""The numbers of a scenario by path."""
MOST_POINTS = 2**30
"""Points of a sequence before it repeats itself."""
MOST_LISTED = 1_000_000
"""Most combinations that are listed when no number of draws is given."""
PERCENTS = (5, 50, 95)
ROUNDING = 1e-12
"""What sums of shares may miss 1 by."""
LEAST_SHARE = 1e-10
"""Shares nearer to 0 or 1 are moved here: a lognormal has no value at 1."""
_NORMAL_95 = float(ndtri(0.95))
_PEAK = 4.0
"""Weight of the peak of a PERT beside its ends (Malcolm, Roseboom, Clark and Fazar 1959)."""
_KNOTS = np.linspace(-6.6, 6.6, 529)
"""Standard normal scores; between them the spline of a PERT is exact to 1e-10."""

Quantile = Callable[[FloatArray], FloatArray]
PIVOT_ROUNDING = 1e-9
"""A pivot that is negative by less is 0."""


def factor(case: Case, names: Sequence[str]) -> FloatArray | None:
    """Lower triangle by which independent normal scores become correlated ones. (D, D)

    Of inputs by their paths, or of hazards; None when all are independent.

    Raises:
        CaseError: The correlations cannot hold together.
    """
    place = {name: position for position, name in enumerate(names)}
    stated = [c for c in case.correlations if set(c.between) <= set(place) and c.rank != 0.0]
    if not stated:
        return None
    found = _triangle(stated, place)
    if found is not None:
        return found
    percents = (percent / 100.0 for percent in range(99, -1, -1))
    share = next(s for s in percents if _triangle(stated, place, s) is not None)
    tied = ", ".join(sorted({name for one in stated for name in one.between}))
    what = _("the rank correlations of {names} cannot hold together").format(names=tied)
    fix = _("weaken them all to {share:.0%} of what they are, or take one out").format(share=share)
    clash = Problem(where="correlations", what=what, fix=fix, line=stated[0].at_line)
    raise CaseError(case.source or case.name, [clash])


def _triangle(
    stated: Sequence[Correlation], place: Mapping[str, int], share: float = 1.0
) -> FloatArray | None:
    """Cholesky's factor of the correlations of normal scores, each rank taken by a share. (D, D)

    r = 2 sin(pi rank / 6) (Pearson 1907, of Spearman's rank correlation). Their matrix may be only
    semi-definite; None when it is neither.
    """
    n = len(place)
    matrix, lower = np.eye(n), np.zeros((n, n))
    for one in stated:
        first, second = (place[name] for name in one.between)
        score = min(1.0, max(-1.0, 2.0 * float(np.sin(np.pi * (share * one.rank) / 6.0))))
        matrix[first, second] = matrix[second, first] = score
    for column in range(n):
        pivot = matrix[column, column] - lower[column, :column] @ lower[column, :column]
        rest = matrix[column + 1 :, column] - lower[column + 1 :, :column] @ lower[column, :column]
        if pivot < -PIVOT_ROUNDING or (
            pivot < PIVOT_ROUNDING and np.abs(rest).max(initial=0.0) > PIVOT_ROUNDING**0.5
        ):
            return None
        if pivot >= PIVOT_ROUNDING:
            lower[column, column] = np.sqrt(pivot)
            lower[column + 1 :, column] = rest / lower[column, column]
    return lower


def correlated(shares: FloatArray, lower: FloatArray | None) -> FloatArray:
    """Shares that vary together; each column stays uniform. (N, D)"""
    if lower is None:
        return shares
    is_tied = np.tril(lower, -1) != 0.0
    tied = np.flatnonzero(is_tied.any(axis=0) | is_tied.any(axis=1))
    together = shares.copy()
    together[:, tied] = ndtr(ndtri(shares[:, tied]) @ lower[np.ix_(tied, tied)].T)
    return together


@dataclass(frozen=True, slots=True)
class Support:
    """A distribution that stands on a few values."""

    values: FloatArray
    """Rising. (V,)"""
    weights: FloatArray
    """They add to 1. (V,)"""

    def at(self, shares: FloatArray) -> FloatArray:
        """The least value whose weight and that of all below reaches the share."""
        reached = np.cumsum(self.weights)
        reached[-1] = 1.0
        return self.values[np.searchsorted(reached, shares, side="left")]


@dataclass(frozen=True, slots=True)
class Overruns(Support):
    """How late projects of a class are. [month]"""

    n_projects: int
    n_unfinished: int
    open_share: float
    """Weight that stands at the lateness so far of an unfinished project."""


def overruns(projects: Sequence[ReferenceProject]) -> Overruns:
    """The distribution that a class of projects gives; ValueError: there is no project.

    Examples:
        Two finished 6 and 18 months late, one still unfinished at 12:

        >>> done = [ReferenceProject({}, months) for months in (6.0, 18.0)]
        >>> found = overruns([*done, ReferenceProject({}, 12.0, finished=False)])
        >>> found.values.tolist(), found.weights.round(3).tolist()
        ([6.0, 18.0], [0.333, 0.667])
    """
    if not projects:
        raise ValueError("a reference class without projects has no distribution")
    late = np.array([project.overrun for project in projects])
    is_finished = np.array([project.finished for project in projects])
    values = np.unique(late[is_finished])
    weights, left = np.empty(len(values)), 1.0
    for position, overrun in enumerate(values):
        finished = np.count_nonzero(is_finished & (late == overrun))
        weights[position] = left * finished / np.count_nonzero(late >= overrun)
        left -= weights[position]
    open_share = left if left > ROUNDING else 0.0
    if open_share and late.max() in values:
        weights[-1] += open_share
    elif open_share:
        values = np.append(values, late.max())
        weights = np.append(weights, open_share)
    n_unfinished = int(np.count_nonzero(~is_finished))
    return Overruns(values, weights / weights.sum(), len(projects), n_unfinished, float(open_share))


def support(quantity: Quantity, classes: Mapping[str, ReferenceClass]) -> Support | None:
    """The values that a number can take, each with a weight; None: infinitely many."""
    kind, parameters = quantity.distribution, np.array(quantity.parameters)
    if not is_uncertain(quantity):
        return Support(np.array([quantity.value]), np.ones(1))
    if kind == "reference":
        return overruns(classes[quantity.reference].projects)
    if kind == "discrete":
        values, weights = parameters[::2], parameters[1::2]
    elif kind == "empirical":
        values, weights = parameters, np.full(len(parameters), 1.0 / len(parameters))
    else:
        return None
    distinct, place = np.unique(values[weights > 0], return_inverse=True)
    together = np.bincount(place, weights[weights > 0])
    return Support(distinct, together / together.sum())


def quantile_function(quantity: Quantity, classes: Mapping[str, ReferenceClass]) -> Quantile:
    """The value of a number at a share of the draws; vectorized.

    A range without a distribution is a PERT with its peak at the value: the ends are
    what is thought possible, the value what is thought likeliest. `lognormal` has the
    ends of its range as 5 % and 95 % points; `empirical`, `discrete` and a reference
    class step from value to value. KeyError: that class does not exist.
    """
    steps = support(quantity, classes)
    if steps is not None:
        return steps.at
    low, high = float(quantity.low or 0.0), float(quantity.high or 0.0)
    if quantity.distribution == "uniform":
        return lambda shares: low + (high - low) * shares
    if quantity.distribution == "lognormal":
        return _lognormal(*quantity.parameters)
    peak = min(max(quantity.value, low), high)
    if quantity.distribution == "triangular":
        return _triangular(low, peak, high)
    # beta on the range with a = 1 + 4 (peak - low) / (high - low), a + b = 6
    unit = _unit_pert(1.0 + _PEAK * (peak - low) / (high - low))
    return lambda shares: low + (high - low) * unit(ndtri(shares))


def _lognormal(low: float, high: float) -> Quantile:
    """The logarithm is normal: 5 % of the draws lie below `low`, 5 % above `high`."""
    mean = 0.5 * (np.log(low) + np.log(high))
    deviation = (np.log(high) - np.log(low)) / (2.0 * _NORMAL_95)
    return lambda shares: np.exp(mean + deviation * ndtri(shares))


def _triangular(low: float, peak: float, high: float) -> Quantile:
    width, left = high - low, (peak - low) / (high - low)

    def at(shares: FloatArray) -> FloatArray:
        rising = low + width * np.sqrt(shares * left)
        falling = high - width * np.sqrt((1.0 - shares) * (1.0 - left))
        return np.where(shares < left, rising, falling)

    return at


@lru_cache(maxsize=1024)
def _unit_pert(first: float) -> Quantile:
    """PERT on 0 to 1 by standard normal score: betaincinv, its slope known, between knots."""
    from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415 - draws alone pay for it

    second = 2.0 + _PEAK - first
    at_knots = betaincinv(first, second, ndtr(_KNOTS))
    inside = np.clip(at_knots, np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
    logarithm = (first - 1.0) * np.log(inside) + (second - 1.0) * np.log1p(-inside)
    density = np.exp(logarithm - betaln(first, second))
    normal = np.exp(-0.5 * _KNOTS**2) / np.sqrt(2.0 * np.pi)
    spline = CubicHermiteSpline(_KNOTS, at_knots, normal / density)
    return lambda scores: np.clip(spline(np.clip(scores, _KNOTS[0], _KNOTS[-1])), 0.0, 1.0)


def points(n: int, n_axes: int, *, seed: int, method: str, first: int = 0) -> FloatArray:
    """Rows `first` to `first + n` of a sequence of points. (n, axes)

    `sobol`: scrambled (Owen 1998), and `random`: a row depends on the seed and its place
    alone, so a run can be extended or cut into blocks. `latin`: every axis is cut into n
    equal parts with one point each, so all n rows must be made together.

    Raises:
        ValueError: No such method, or rows of a Latin hypercube from the middle.
    """
    if method not in DRAW_METHODS or method == ALL_DRAWS:
        raise ValueError(method)
    if n_axes == 0:
        return np.empty((n, 0))
    from scipy.stats import qmc  # noqa: PLC0415 - draws alone pay for it

    found: FloatArray
    if method == "sobol":
        sequence = qmc.Sobol(n_axes, scramble=True, rng=np.random.default_rng(seed))
        if first:
            found = sequence.fast_forward(first).random(n)
        else:  # a power of two, whose points are balanced
            found = sequence.random_base2(max(n - 1, 0).bit_length())[:n]
    elif method == "random":
        bits = np.random.PCG64(seed)
        bits.advance(first * n_axes)
        found = np.random.Generator(bits).random((n, n_axes))
    elif first:
        raise ValueError("a Latin hypercube has no later rows")
    else:
        found = qmc.LatinHypercube(n_axes, rng=np.random.default_rng(seed)).random(n)
    return np.clip(found, LEAST_SHARE, 1.0 - LEAST_SHARE)


def make_draws(
    case: Case,
    n: int | None = None,
    *,
    seed: int = 1,
    method: str = "sobol",
    inputs: Sequence[str] | None = None,
    first: int = 0,
    lists: bool = True,
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
        lists: Whether combinations that are few may be listed; not where something beside the
            inputs is left to chance.

    Raises:
        RequestError: More combinations than can be listed.
        CaseError: Rank correlations that cannot hold together.
    """
    paths = shared_inputs([case]) if inputs is None else tuple(inputs)
    worlds = _worlds(case, paths)
    if method in (ALL_DRAWS, "sobol") and first == 0 and lists:
        listed = _listed(case, paths, worlds, n)
        if listed is not None:
            return Draws(paths, *listed, seed=seed, method=ALL_DRAWS)
    if n is None or method == ALL_DRAWS:
        what = _("the inputs have more combinations of values than can be listed")
        if n is not None:
            what = _("the inputs have more than {n} combinations of values").format(n=n)
        fix = _("give a number of draws, and the method sobol")
        raise RequestError(case.source or case.name, [Problem("draws", what, fix=fix)])
    cube = points(n, bool(case.scenarios) + len(paths), seed=seed, method=method, first=first)
    names, values = values_at(case, paths, cube, worlds=worlds)
    return Draws(paths, values, np.full(n, 1.0 / n), names, seed=seed, method=method, first=first)


def draws_together(cases: Sequence[Case], n: int, *, seed: int, lists: bool = True) -> list[Draws]:
    """Draws of several variants over the inputs of all, in which a row is one future.

    Each variant is at the same shares of its own distributions. Combinations are listed only
    where those of all variants stand side by side, as many with the same probabilities: a
    number that one variant fixes has fewer values there than in another.
    """
    make = partial(make_draws, n=n, seed=seed, inputs=shared_inputs(cases))
    found = [make(one, lists=lists) for one in cases]
    is_alike = all(
        (one.method, one.scenarios) == (found[0].method, found[0].scenarios)
        and len(one.weights) == len(found[0].weights)
        and np.allclose(one.weights, found[0].weights, rtol=0.0, atol=ROUNDING)
        for one in found[1:]
    )
    return found if is_alike else [make(one, lists=False) for one in cases]


def _worlds(case: Case, paths: Sequence[str]) -> dict[str, World]:
    wanted = set(paths)
    return {
        name: {path: q for path, q in inputs_by_path(one).items() if path in wanted}
        for name, one in scenario_cases(case).items()
    }


def _possible(case: Case, worlds: Mapping[str, World]) -> dict[str, World]:
    """Those whose scenario has a probability: what cannot come is not listed."""
    scenarios = case.scenarios
    return {n: world for n, world in worlds.items() if not n or scenarios[n].probability > 0}


def values_at(
    case: Case, paths: Sequence[str], cube: FloatArray, *, worlds: Mapping[str, World] | None = None
) -> tuple[tuple[str, ...], FloatArray]:
    """Scenario of each row of points, and the values of the inputs. (N,), (N, D)

    The cube has one axis for the scenario, where the case has any, then one for each input, in
    alphabetical order: where an input or a scenario stands in the case says nothing.
    (N, axes) [share] The numbers of each scenario may be at hand.
    """
    worlds = worlds or _worlds(case, paths)
    order, shares = np.argsort(paths), np.empty((len(cube), len(paths)))
    lower = factor(case, [paths[place] for place in order])
    shares[:, order] = correlated(cube[:, len(cube[0]) - len(paths) :], lower)
    if not case.scenarios:
        return (), _of_world(case, paths, worlds[""], shares)
    scenarios = sorted(case.scenarios)
    reached = np.cumsum([case.scenarios[name].probability for name in scenarios])
    which = np.searchsorted(reached / reached[-1], cube[:, 0], side="left")
    values = np.empty_like(shares)
    for position, name in enumerate(scenarios):
        rows = which == position
        values[rows] = _of_world(case, paths, worlds[name], shares[rows])
    return tuple(scenarios[position] for position in which), values


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
    rows, order = [], np.argsort(paths)
    inputs = [paths[place] for place in order]
    for name, world in sorted(_possible(case, worlds).items()):
        chance = case.scenarios[name].probability / total if name else 1.0
        parts = _supports(case, inputs, world) or ()
        pairs = (zip(s.values, s.weights, strict=True) for s in parts)
        for one in product(*pairs):
            weight = float(np.prod([weight for _value, weight in one]))
            rows.append((name, weight * chance, [value for value, _weight in one]))
    values = np.empty((len(rows), len(paths)))
    values[:, order] = np.array([row[2] for row in rows]).reshape(values.shape)
    names = tuple(row[0] for row in rows) if case.scenarios else ()
    return values, np.array([row[1] for row in rows]), names


def n_combinations(case: Case, paths: Sequence[str]) -> float:
    """Combinations of values that inputs of a case and its scenarios can take.

    inf where an input has a range, or where rank correlations tie the inputs.
    """
    if factor(case, paths) is not None:
        return float("inf")
    total = 0.0
    for world in _possible(case, _worlds(case, paths)).values():
        own = _supports(case, paths, world)
        total += np.inf if own is None else float(np.prod([float(len(v.values)) for v in own]))
    return total


def _supports(case: Case, paths: Sequence[str], world: World) -> list[Support] | None:
    """The values of each input; None where one has infinitely many."""
    nothing = Support(np.array([np.nan]), np.ones(1))
    classes = case.reference_classes
    found = [support(world[path], classes) if path in world else nothing for path in paths]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


_AS_WRITTEN = ("path", "unit", "value", "low", "high", "reference")
_DRAWN_BY = attrgetter("path", "value", "low", "high", "distribution", "parameters", "reference")


def describe(case: Case) -> tuple[DrawnInput, ...]:
    """How each uncertain input of a case is drawn, in the order of the case.

    Once for each way in which scenarios draw it.
    """
    tied: dict[str, dict[str, float]] = {}
    for one in case.correlations:
        for here, there in (one.between, one.between[::-1]):
            tied.setdefault(here, {})[there] = one.rank
    worlds, paths = scenario_cases(case), shared_inputs([case])
    ways: dict[Any, tuple[Quantity, list[str]]] = {}
    for name, world in worlds.items():
        for quantity in uncertain_inputs(world):
            ways.setdefault(_DRAWN_BY(quantity), (quantity, []))[1].append(name)
    told, shares = [], np.array(PERCENTS) / 100.0
    for quantity, names in sorted(ways.values(), key=lambda way: paths.index(way[0].path)):
        ends = quantile_function(quantity, case.reference_classes)(shares)
        late = None
        if quantity.distribution == "reference":
            late = overruns(case.reference_classes[quantity.reference].projects)
        n_rows = len(quantity.parameters) if quantity.distribution == "empirical" else None
        told.append(
            DrawnInput(
                **{name: getattr(quantity, name) for name in _AS_WRITTEN},
                distribution=quantity.distribution or "pert",
                is_stated=bool(quantity.distribution),
                quantiles={str(p): float(end) for p, end in zip(PERCENTS, ends, strict=True)},
                n_rows=late.n_projects if late else n_rows,
                n_unfinished=late.n_unfinished if late else None,
                open_share=late.open_share if late else None,
                correlated=tied.get(quantity.path, {}),
                grade=str(quantity.grade),
                why=Worded(text_of, quantity.why),
                scenarios=() if len(names) == len(worlds) else tuple(names),
            )
        )
    return tuple(told)


def probability(
    holds: FloatArray, weights: FloatArray, *, exact: bool = False
) -> tuple[float, float]:
    """Share of the draws in which something holds, and its standard error.

    The error is that of the beta distribution that n draws leave after Jeffreys' prior, so
    that it is not 0 where a thing held in all draws or in none.

    Args:
        holds: 1 or 0. (N,)
        weights: (N,)
        exact: Whether the draws are all that can happen.

    Examples:
        >>> p, error = probability(np.array([1.0, 1.0, 0.0, 1.0]), np.ones(4) / 4)
        >>> p, round(error, 3)
        (0.75, 0.187)
    """
    share = weights / weights.sum()
    p = float(weights[holds > 0.5].sum() / weights.sum())
    if exact:
        return p, 0.0
    n = 1.0 / float(share @ share)
    first, second = n * p + 0.5, n * (1.0 - p) + 0.5
    total = first + second
    return p, float(np.sqrt(first * second / (total**2 * (total + 1.0))))
