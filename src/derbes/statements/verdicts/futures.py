"""Draws of every variant that expressions name, and the world of each draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import scenario_cases, shared_inputs
from derbes.draws.sampling import make_draws
from derbes.draws.study import variant_case
from derbes.errors import SolveError
from derbes.language import _
from derbes.model.compile import compile_case
from derbes.parallel import Progress, run_tasks
from derbes.statements.expressions.entries import is_cheap
from derbes.statements.quantities import COMPUTED_BY, DrawWorld, Ledger, Settled
from derbes.statements.quantities.parts import Changing, changing
from derbes.statements.terms.tree import Constant, Node, calls_in
from derbes.statements.terms.values import Day
from derbes.supply.baseline import CalmStart, calm_start


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many futures are drawn, and which."""

    n_draws: int
    """For expressions that need a program; others get at least `CHEAP_DRAWS`. One: the case at
    its central values, for all."""
    seed: int = 1
    method: str = "sobol"


@dataclass(frozen=True, slots=True)
class Futures:
    """Draws of every variant that expressions name; rows belong together."""

    case: Case
    draws: Mapping[str, Draws]
    cases: Mapping[tuple[str, str], Changing]
    """(variant, scenario) → the case whose numbers are drawn; without scenarios: empty."""
    starts: Mapping[str, CalmStart] = field(default_factory=dict)
    """Variant → its calm plan at central values, from which those of the draws start."""

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.draws[BASE].weights)

    def case_of(self, variant: str, row: int) -> Case:
        """A variant in one draw: its scenario, with the numbers of the row."""
        draws = self.draws[variant]
        is_one = (variant, "") in self.cases
        drawn = self.cases[variant, "" if is_one else draws.scenarios[row]]
        numbers = zip(draws.inputs, draws.values[row], strict=True)
        return drawn.at({path: float(value) for path, value in numbers if not np.isnan(value)})


def variants_in(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The case as written, and the variants that expressions name."""
    named = (
        str(argument.value)
        for node in nodes
        for call in calls_in(node)
        for parameter, argument in zip(call.entry.parameters, call.arguments, strict=True)
        if parameter.name == "variant" and isinstance(argument, Constant)
    )
    return tuple(dict.fromkeys((BASE, *named)))


def make_futures(ledger: Ledger, n: int, sampling: Sampling) -> Futures:
    """Draws for the variants of a ledger, with one set of inputs; one alone is central."""
    case = ledger.case
    cases = {name: variant_case(case, name) for name in variants_in(ledger.parts.values())}
    inputs = shared_inputs(tuple(cases.values()))
    if n == 1 or not (inputs or case.scenarios):
        draws = {name: _central(sampling) for name in cases}
        return Futures(case, draws, {(name, ""): changing(cases[name], ()) for name in cases})
    draws = {
        name: make_draws(one, n, seed=sampling.seed, method=sampling.method, inputs=inputs)
        for name, one in cases.items()
    }
    drawn = {
        (name, scenario): changing(inside, inputs)
        for name, one in cases.items()
        for scenario, inside in scenario_cases(one).items()
    }
    return Futures(case, draws, drawn)


def _central(sampling: Sampling) -> Draws:
    """The case as written, as the only draw."""
    return Draws((), np.zeros((1, 0)), np.ones(1), seed=sampling.seed, method="all")


def started(futures: Futures, starts: Mapping[str, CalmStart]) -> Futures:
    """The same draws, with calm plans to start from."""
    return replace(futures, starts=starts)


def calm_starts(
    ledger: Ledger, *, n_workers: int = 1, progress: Progress | None = None
) -> dict[str, CalmStart]:
    """Calm plans at central values of all variants whose programs expressions ask for.

    A start is a help and no more: a variant without one is left out.
    """
    names = variants_in(node for node in ledger.parts.values() if not is_cheap(node))
    tasks = [(variant_case(ledger.case, name), ledger.longest) for name in names]
    found = run_tasks(
        _start_of, tasks, n_workers=n_workers, progress=progress, what=_("calm plans")
    )
    return {name: one for name, one in zip(names, found, strict=True) if one is not None}


def _start_of(task: tuple[Case, int]) -> CalmStart | None:
    try:
        return calm_start(compile_case(*task))
    except SolveError:
        return None


def world_of(
    ledger: Ledger, as_of: Day, futures: Futures, row: int, *, settled: Mapping[str, Settled]
) -> DrawWorld:
    """The world of one draw; variants are drawn when first asked."""

    @cache
    def variant(name: str) -> Case:
        return futures.case_of(name, row)

    return DrawWorld(
        variant(BASE),
        ledger,
        as_of,
        COMPUTED_BY,
        settled=settled,
        variants=variant,
        starts=futures.starts,
    )
