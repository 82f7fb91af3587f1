"""What draws, plans and statements are asked, answered: from a request to its result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.parallel import LOCAL, RunOptions, is_address, opened_executor, workers_of
from derbes.planning.answers import plan_of
from derbes.planning.solving import PlanRequest
from derbes.request import LEDGER_DRAWS, ledger_problems, provenance_of, refuse
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.statements.sampling import Sampling
from derbes.statements.terms import day_of
from derbes.statements.verdicts import latest_day, statement_table, verdicts_of
from derbes.stress.answers import stress_case
from derbes.stress.ways import ways_of


def stress_answers(case: Case, request: Request, options: RunOptions) -> Stress:
    """What is asked over draws of a case; both have been checked.

    Of a first measure that somebody imposes also in which years it pays.
    """
    from derbes.statements.signaling import signaling_of_losses  # noqa: PLC0415 - as in verbs

    place, source = options.executor or LOCAL, case.source or case.name
    measure = case.measures.get(request.measures[0]) if request.measures else None
    game = partial(signaling_of_losses, n_workers=options.n_workers)
    with opened_executor(place, source=source, n_workers=options.n_workers) as executor:
        return stress_case(
            case,
            request,
            provenance_of(case),
            options=replace(options, executor=executor),
            game=game if measure is not None and measure.sender else None,
        )


def plan_answers(case: Case, request: PlanRequest, options: RunOptions) -> Plan:
    """The plan of a case that is asked for, and what is asked about it; both were checked.

    Processes of this machine are started, and replaced when they die, where the work is
    shared out.
    """
    place, made = options.executor, provenance_of(case)
    if isinstance(place, str) and not is_address(place):
        n_workers = workers_of(place, options.n_workers)
        return plan_of(request, replace(options, executor=None, n_workers=n_workers), made)
    with opened_executor(place or LOCAL, source=case.source or case.name) as executor:
        return plan_of(request, replace(options, executor=executor), made)


def with_ways(
    plans: Mapping[str, Plan], request: PlanRequest, options: RunOptions, *, draws: int, seed: int
) -> Plan:
    """The plan of the case as written, beside other ways where there are any to compare.

    Args:
        plans: Of the case as written, and of its variant without the project where it names one.
        request: What was asked of the case as written.
        options: Who does the work.
        draws: Futures with hazards; 0: losses are not told.
        seed: Of them.
    """
    plan = plans[BASE]
    if plan.cost is None or not plan.outlay:
        return plan
    ways = ways_of(
        request.case, plans, draws=draws, seed=seed, futures=request.draws, options=options
    )
    return replace(plan, ways=ways)


def statement_answers(
    case: Case,
    options: RunOptions,
    *,
    by: Sequence[str] = (),
    verdicts: Sequence[str] = (),
    draws: int = LEDGER_DRAWS,
    seed: int = 1,
    as_of: str = "",
    flips: int = 3,
    has_signaling: bool = False,
) -> StatementTable:
    """The ledger of a case with its verdicts; arguments as of `api.statements`.

    Raises:
        RequestError: Something asked for is not in the case; names all of it.
        CaseError: Expressions that cannot be used.
    """
    n_workers, progress = options.n_workers, options.progress
    counts = {"draws": draws, "seed": seed, "flips": flips, "n_workers": n_workers}
    refuse(case, ledger_problems(case, by, verdicts, as_of, **counts))
    day, sampling = day_of(as_of) or latest_day(case), Sampling(draws, seed)
    found = verdicts_of(case, day, sampling, n_flips=flips, n_workers=n_workers, progress=progress)
    signaling = None
    if has_signaling:
        from derbes.statements.signaling import signaling_of  # noqa: PLC0415 - as in verbs

        signaling = signaling_of(
            found.ledger, day, sampling, n_workers=n_workers, progress=progress
        )
    made = replace(provenance_of(case), n_draws=draws, seed=seed)
    table = statement_table(found, day, made, signaling)
    shown = (
        row
        for row in table.statements
        if (not by or {row.holder, row.by} & {*by}) and (not verdicts or row.verdict in verdicts)
    )
    return replace(table, statements=tuple(shown))
