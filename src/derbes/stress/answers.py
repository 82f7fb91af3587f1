"""Questions over draws: fans, what decides, tipping values.

All that is asked over draws: from a case to its answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.draws.inputs import shared_inputs
from derbes.draws.sampling import describe
from derbes.draws.study import variant_case
from derbes.language import _
from derbes.results.stress import Fan, Stress
from derbes.results.supply import Provenance
from derbes.stress.columns import bare, cut_numbers, solved_case
from derbes.stress.computed import (
    WEIGHT,
    Kept,
    Saver,
    StressOptions,
    World,
    central_draws,
    check_memory,
    compute,
    first_draws,
    is_listed,
    memory_limit,
    origin_of,
    read_store,
    rule_of,
    struck_of,
)
from derbes.stress.paths import (
    N_PATHS,
    column_fans,
    cover_fan,
    hazard_answers,
    hazard_convergence,
    hazard_risk,
)
from derbes.stress.request import (
    DECIDES,
    FANS,
    HAZARDS,
    TIPPING,
    Asked,
    Column,
    rule_columns,
    solved_columns,
)
from derbes.stress.sensitivity import PAWN_DRAWS, Decided, Subject, what_decides, what_tips
from derbes.stress.summary import Told, answers_of, convergence_of, curves_of, unmet_unit


@dataclass(frozen=True, slots=True)
class Solved:
    """A variant with all its columns, and its center."""

    world: World
    kept: Kept
    by_rule: Told
    best: Told | None
    """Over the draws that were solved; None: none was."""


def stress_case(
    case: Case,
    asked: Asked,
    provenance: Provenance,
    *,
    effort: StressOptions | None = None,
    limit: int | None = None,
) -> Stress:
    """What holds over draws of the uncertain inputs, and what decides it.

    The same seed gives the same answers, bit for bit, on any number of workers.

    Args:
        case: The case.
        asked: What is asked, checked against the case.
        provenance: What makes a result of this case.
        effort: Who does the work; None: this process alone.
        limit: Memory that may be taken; None: half of the machine's. [byte]

    Raises:
        RequestError: Memory will not hold the answers.
        DataError: The store was made of something else.
        SolveError: A program has no usable answer.
    """
    effort = effort or StressOptions()
    worlds = _worlds(case, asked)
    paths = worlds[0].paths
    _check(case, asked, worlds, memory_limit() if limit is None else limit)
    origin = origin_of(case, asked, paths)
    held = read_store(effort.store, origin) if effort.store else {}
    saver = Saver(effort.store, origin, held)
    solved = [_of_world(world, asked, effort, saver) for world in worlds]
    decided = _decided(worlds[0], asked, effort)
    n_draws = max(one.kept.n_draws for one in solved)
    n_solved = max(one.kept.n_solved for one in solved)
    return replace(
        _told(case, asked, solved, effort),
        draws=n_draws,
        draws_solved=min(n_solved, asked.n_solved),
        draws_deciding=min(n_draws, PAWN_DRAWS),
        sensitivity=decided.sensitivity,
        tipping=decided.tipping,
        tornado=decided.tornado,
        screened_out=decided.screened_out,
        provenance=replace(provenance, n_draws=n_draws, seed=asked.seed),
        notes=_notes(case, asked, worlds),
    )


def _worlds(case: Case, asked: Asked) -> list[World]:
    cases = {name: variant_case(case, name) for name in asked.variants}
    paths = shared_inputs(list(cases.values()))
    return [World(name, one, paths) for name, one in cases.items()]


def _check(case: Case, asked: Asked, worlds: Sequence[World], limit: int) -> None:
    n_uses = len(case.uses) if asked.asks(HAZARDS) else 0
    check_memory(
        case.source or case.name,
        asked.n_draws,
        limit=limit,
        n_inputs=len(worlds[0].paths),
        n_columns=len(rule_columns(asked)) + len(solved_columns(asked)) + n_uses + 4,
        n_variants=len(worlds),
    )


def _of_world(world: World, asked: Asked, effort: StressOptions, saver: Saver) -> Solved:
    asked = _only_here(world, asked)
    kept = compute(world, asked, effort, saver)
    rule = rule_of(world, asked, effort)
    columns = rule_columns(asked)
    center = central_draws(world.case, world.paths)
    central = cut_numbers(rule, center, columns)[0]
    exact = is_listed(world, asked)
    by_rule = _columns(world, kept, columns, (kept.n_draws, central, exact))
    best = None
    if kept.n_solved and asked.n_solved:
        columns = solved_columns(asked)
        numbers = solved_case(asked, bare(world.case))
        central = np.array([numbers[column] for column in columns])
        n = min(kept.n_solved, asked.n_solved)
        best = _columns(world, kept, columns, (n, central, exact and n == kept.n_draws))
    return Solved(world, kept, by_rule, best)


def _only_here(world: World, asked: Asked) -> Asked:
    """What is asked, without the measures that a variant does not have."""
    here = tuple(one for one in asked.targets if one.measure in world.case.measures)
    return replace(asked, targets=here)


def _columns(
    world: World,
    kept: Kept,
    columns: Sequence[Column],
    about: tuple[int, FloatArray, bool],
) -> Told:
    n, central, exact = about
    values = [kept.columns[column.name(world.case.calendar)][:n] for column in columns]
    return Told(
        case=world.case,
        variant=world.variant,
        columns=tuple(columns),
        numbers=np.array(values).reshape(len(columns), n).T,
        weights=kept.columns[WEIGHT][:n],
        central=central,
        exact=exact,
    )


def _decided(world: World, asked: Asked, effort: StressOptions) -> Decided:
    """What decides, in the first variant, about the first measure."""
    asked = _only_here(world, asked)
    has_inputs = bool(world.paths) or bool(world.case.scenarios)
    if not has_inputs or not asked.targets or not asked.asks(DECIDES, TIPPING):
        return Decided()
    about = Subject(world.case, asked.targets[0], world.variant, effort.n_workers)
    few = first_draws(world, asked, PAWN_DRAWS)
    found = Decided()
    if asked.asks(DECIDES):
        effort.tell(0, 0, _("what decides"))
        found = what_decides(about, few, seed=asked.seed)
    if asked.asks(TIPPING):
        effort.tell(0, 0, _("tipping values"))
        found = replace(found, tipping=what_tips(about, few).tipping)
    return found


def _told(case: Case, asked: Asked, solved: Sequence[Solved], effort: StressOptions) -> Stress:
    """Everything but what decides."""
    tables = [table for one in solved for table in (one.best, one.by_rule) if table is not None]
    answers = [(table, answers_of(asked, table)) for table in tables]
    struck = {one.world.variant: (one, struck_of(one.kept)) for one in solved}
    hazards = {name: pair for name, pair in struck.items() if pair[1] is not None}
    from_hazards = [
        answer
        for name, (one, found) in hazards.items()
        if found is not None
        for answer in hazard_answers(one.world.case, found, name, exact=one.by_rule.exact)
    ]
    return Stress(
        draws=0,
        seed=asked.seed,
        answers=(*(answer for _table, own in answers for answer in own), *from_hazards),
        p_ended=tuple(
            row for table in tables for target in asked.targets for row in curves_of(table, target)
        ),
        sensitivity=(),
        tipping=(),
        provenance=Provenance("", "", "", ""),
        method="all" if solved[0].by_rule.exact else asked.method,
        hazards=tuple(
            hazard_risk(one.world.case, found, name)
            for name, (one, found) in hazards.items()
            if found is not None
        ),
        fans=tuple(fan for one in solved for fan in _fans(one, asked, effort)),
        convergence=(
            *(row for table, own in answers for row in convergence_of(table, own)),
            *(
                row
                for name, (one, found) in hazards.items()
                if found is not None
                for row in hazard_convergence(found, name, exact=one.by_rule.exact)
            ),
        ),
        inputs=describe(solved[0].world.case),
        units={"money": case.currency, "unmet": unmet_unit(case)},
    )


def _fans(one: Solved, asked: Asked, effort: StressOptions) -> list[Fan]:
    """Fans of cover, time to survive and leverage of one variant."""
    if not asked.asks(FANS):
        return []
    world = one.world
    center = central_draws(world.case, world.paths)
    rule = rule_of(world, asked, effort)
    fans = [cover_fan(rule, first_draws(world, asked, N_PATHS), center, world.variant)]
    for table in (one.best, one.by_rule):
        if table is not None:
            fans += [fan for target in asked.targets for fan in column_fans(table, target)]
    return fans


def _notes(case: Case, asked: Asked, worlds: Sequence[World]) -> tuple[str, ...]:
    """What a reader must know of how the numbers came about."""
    notes = []
    if not worlds[0].paths and not case.scenarios:
        notes.append(
            _("No input of this case has a range, a distribution or a scenario: there is one draw.")
        )
    elif is_listed(worlds[0], asked):
        notes.append(_("Every combination of values was computed: nothing is left to chance."))
    if case.correlations and asked.asks(DECIDES):
        notes.append(
            _("Sobol indices leave rank correlations aside; draws, PAWN and all answers do not.")
        )
    if case.rates and any(rate.has_range for rate in case.rates.values()):
        notes.append(
            _("Exchange rates are not drawn: prices were converted when the case was read.")
        )
    return tuple(notes)
