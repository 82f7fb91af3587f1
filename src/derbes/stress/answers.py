"""All that is asked over draws: from a case to its answers."""

from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import DECIDES, FANS, HAZARDS, TIPPING, Request
from derbes.draws.inputs import shared_inputs
from derbes.draws.sampling import describe
from derbes.draws.study import variant_case
from derbes.language import _
from derbes.parallel import RunOptions
from derbes.results.stress import Answer, Convergence, EndedBy, Fan, HazardRisk, Stress
from derbes.results.supply import Provenance
from derbes.stress.columns import (
    Column,
    DrawnVariant,
    rule_columns,
    solved_columns,
    targets_of,
    unmet_unit,
)
from derbes.stress.outcomes import Rule, bare, disruption_numbers, solved_row
from derbes.stress.sensitivity import PAWN_DRAWS, Subject, what_decides, what_tips
from derbes.stress.summary import (
    N_PATHS,
    AnswerTable,
    answers_of,
    column_fans,
    convergence_of,
    cover_fan,
    curves_of,
    hazard_risk,
    hazard_table,
)
from derbes.stress.table import (
    WEIGHT,
    Saver,
    VariantTable,
    central_draws,
    check_memory,
    compute,
    first_draws,
    hazards_of,
    is_listed,
    memory_limit,
    origin_of,
)


def stress_case(
    case: Case,
    request: Request,
    provenance: Provenance,
    *,
    options: RunOptions | None = None,
    limit: int | None = None,
) -> Stress:
    """What holds over draws of the uncertain inputs, and what decides it.

    The same seed gives the same answers, bit for bit, on any number of workers.

    Args:
        case: The case.
        request: What is asked, checked against the case.
        provenance: What makes a result of this case.
        options: Who does the work; None: this process alone.
        limit: Memory that may be taken; None: half of the machine's. [byte]

    Raises:
        RequestError: Memory will not hold the answers.
        DataError: The store was made of something else.
        SolveError: A program has no usable answer.
    """
    options = options or RunOptions()
    targets = targets_of(case, request)
    cases = {name: variant_case(case, name) for name in request.variants}
    paths = shared_inputs(list(cases.values()))
    variants = [
        DrawnVariant(
            name, one, paths, request, tuple(t for t in targets if t.measure in one.measures)
        )
        for name, one in cases.items()
    ]
    n_columns = len(rule_columns(request, targets)) + len(solved_columns(request, targets))
    check_memory(
        case.source or case.name,
        request.draws,
        limit=memory_limit() if limit is None else limit,
        n_inputs=len(paths),
        n_columns=n_columns + (len(case.uses) if request.asks(HAZARDS) else 0) + 4,
        n_variants=len(variants),
    )
    saver = Saver(options.store, origin_of(case, request, targets, paths))
    n_draws, n_solved = 0, 0
    tables: list[AnswerTable] = []
    by_hazards: list[AnswerTable] = []
    risks: list[HazardRisk] = []
    fans: list[Fan] = []
    curves: list[EndedBy] = []
    for variant in variants:
        measures = [target.measure for target in variant.targets]
        measures += [hazard.measure for hazard in variant.case.hazards.values()]
        rule = Rule(variant.case, tuple(dict.fromkeys(measures)), options.n_workers)
        kept = compute(variant, rule, options, saver)
        n_draws, n_solved = max(n_draws, kept.n_draws), max(n_solved, kept.n_solved)
        own = _tables(variant, rule, kept)
        tables += own
        curves += [row for table in own for one in targets for row in curves_of(table, one)]
        found = hazards_of(kept)
        if found is not None:
            exact = is_listed(variant)
            by_hazards.append(hazard_table(variant.case, found, variant.variant, exact=exact))
            risks.append(hazard_risk(variant.case, found, variant.variant))
        if request.asks(FANS):
            few = first_draws(variant, N_PATHS)
            fans.append(cover_fan(rule, few, central_draws(variant), variant.variant))
            fans += [fan for table in own for one in targets for fan in column_fans(table, one)]
    answers: list[Answer] = []
    convergence: list[Convergence] = []
    for table in (*tables, *by_hazards):
        told = [one for one in answers_of(table) if request.asks(one.question)]
        answers += told
        convergence += convergence_of(table, told)
    stress = Stress(
        draws=n_draws,
        seed=request.seed,
        answers=tuple(answers),
        p_ended=tuple(curves),
        sensitivity=(),
        tipping=(),
        provenance=replace(provenance, n_draws=n_draws, seed=request.seed),
        method="all" if is_listed(variants[0]) else request.method,
        draws_solved=min(n_solved, request.solved),
        draws_deciding=min(n_draws, PAWN_DRAWS),
        hazards=tuple(risks),
        fans=tuple(fans),
        convergence=tuple(convergence),
        inputs=describe(variants[0].case),
        notes=_notes(case, variants[0]),
        units={"money": case.currency, "unmet": unmet_unit(case)},
    )
    return _with_what_decides(stress, variants[0], options)


def _tables(variant: DrawnVariant, rule: Rule, kept: VariantTable) -> list[AnswerTable]:
    """The columns by programs, where any draw was solved, then those by the rule."""
    request, exact = variant.request, is_listed(variant)

    def table(
        columns: tuple[Column, ...], central: FloatArray, n: int, *, exact: bool
    ) -> AnswerTable:
        values = [kept.columns[column.name(variant.case.calendar)][:n] for column in columns]
        return AnswerTable(
            case=variant.case,
            variant=variant.variant,
            columns=columns,
            numbers=np.array(values).reshape(len(columns), n).T,
            weights=kept.columns[WEIGHT][:n],
            central=central,
            exact=exact,
        )

    by_rule = variant.rule_columns
    central = disruption_numbers(rule, central_draws(variant), by_rule)[0]
    tables = [table(by_rule, central, kept.n_draws, exact=exact)]
    n = min(kept.n_solved, request.solved)
    if n:
        central = solved_row((request, variant.targets, bare(variant.case)))
        exact = exact and n == kept.n_draws
        tables.insert(0, table(variant.solved_columns, central, n, exact=exact))
    return tables


def _with_what_decides(stress: Stress, variant: DrawnVariant, options: RunOptions) -> Stress:
    """The answers with what decides, in the first variant, about the first measure."""
    request, case = variant.request, variant.case
    has_inputs = bool(variant.paths) or bool(case.scenarios)
    if not has_inputs or not variant.targets or not request.asks(DECIDES, TIPPING):
        return stress
    measures = (variant.targets[0].measure,)
    subject = Subject(variant, Rule(case, measures, options.n_workers))
    few = first_draws(variant, PAWN_DRAWS)
    if request.asks(DECIDES):
        options.tell(0, 0, _("what decides"))
        tornado, sensitivity, screened = what_decides(subject, few, seed=request.seed)
        stress = replace(stress, tornado=tornado, sensitivity=sensitivity, screened_out=screened)
    if request.asks(TIPPING):
        options.tell(0, 0, _("tipping values"))
        stress = replace(stress, tipping=what_tips(subject, few))
    return stress


def _notes(case: Case, variant: DrawnVariant) -> tuple[str, ...]:
    """What a reader must know of how the numbers came about."""
    notes = []
    if not variant.paths and not case.scenarios:
        notes.append(
            _("No input of this case has a range, a distribution or a scenario: there is one draw.")
        )
    elif is_listed(variant):
        notes.append(_("Every combination of values was computed: nothing is left to chance."))
    if case.correlations and variant.request.asks(DECIDES):
        notes.append(
            _("Sobol indices leave rank correlations aside; draws, PAWN and all answers do not.")
        )
    if case.rates and any(rate.has_range for rate in case.rates.values()):
        notes.append(
            _("Exchange rates are not drawn: prices were converted when the case was read.")
        )
    return tuple(notes)
