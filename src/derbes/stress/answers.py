"""All that is asked over draws: from a case to its answers.

Numbers over draws are told as answers, curves, fans and risks, and how they settle.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import DECIDES, ENDED, FANS, HAZARDS, LEVERAGE, TIPPING, Request
from derbes.draws.inputs import shared_inputs
from derbes.draws.sampling import describe, probability
from derbes.draws.study import variant_case
from derbes.language import _, worded
from derbes.model.numbers import AS_WRITTEN
from derbes.parallel import RunOptions, memory_limit
from derbes.results.statements import Signaling
from derbes.results.stress import Answer, Convergence, EndedBy, Fan, HazardRisk, Stress
from derbes.results.supply import Provenance
from derbes.stress.columns import (
    GOES_SHORT,
    HAZARD_COLUMNS,
    LEVERAGE_RATIO,
    MYOPIC,
    OPTIMAL,
    SENDER_COST,
    SENDER_COST_LOST,
    SURVIVES,
    TARGET_LOSS,
    TIME_TO_SURVIVE,
    UNDATED,
    BothLosses,
    DrawColumn,
    DrawnVariant,
    Target,
    targets_of,
    unmet_unit,
)
from derbes.stress.outcomes import (
    HazardOutcome,
    Rule,
    bare,
    central_draws,
    central_start,
    disruption_numbers,
    ended_by,
    months_of_cover,
    solved_row,
    with_weakest_starts,
)
from derbes.stress.sensitivity import PAWN_DRAWS, Known, what_decides, what_tips
from derbes.stress.table import (
    WEIGHT,
    Saver,
    VariantTable,
    check_memory,
    compute,
    first_draws,
    hazards_of,
    is_listed,
    origin_of,
)
from derbes.supply.baseline import CalmStart

PERCENTS = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over all draws; over some of them, chosen by what came out, nothing is told."""

    mean: float | None
    """None: it has no value in some draw, or no bound."""
    standard_error: float | None
    """None also of one draw alone, which says nothing of how far others lie from it."""
    quantiles: dict[str, float]
    """Those that are finite; empty where it has no value in some draw."""
    n_draws: int
    n_without: int
    n_unbounded: int = 0


def spread(values: FloatArray, weights: FloatArray, *, exact: bool = False) -> Spread:
    """Weighted mean, its standard error, and quantiles.

    The standard error is that of independent draws, s sqrt(sum of squared weights), with s
    the weighted standard deviation; of a Sobol sequence it is an upper bound. nan stands
    for a draw without a value, inf for one in which it is without bound. Those that have a
    value are no sample of all: where one has none, there is neither mean nor quantile, and
    where one is unbounded, no mean.

    Args:
        values: (N,)
        weights: Of all draws. (N,)
        exact: Whether the draws are all that can happen, so that nothing is left to chance.
    """
    n_without = int(np.isnan(values).sum())
    n = len(values) - n_without
    if n_without or not n or weights.sum() <= 0:
        return Spread(None, None, {}, n, n_without, int(np.isinf(values).sum()))
    share = weights / weights.sum()
    at = weighted_quantiles(values, share, np.array(PERCENTS) / 100.0)
    quantiles = {str(p): float(q) for p, q in zip(PERCENTS, at, strict=True) if np.isfinite(q)}
    n_unbounded = int(np.isinf(values).sum())
    if n_unbounded:
        return Spread(None, None, quantiles, n, 0, n_unbounded)
    mean = float(share @ values)
    error: float | None = 0.0
    if n == 1 and not exact:
        error = None
    elif np.ptp(values) == 0.0:
        mean = float(values[0])
    elif not exact:
        n_effective = 1.0 / float(share @ share)
        variance = float(share @ (values - mean) ** 2)
        error = float(np.sqrt(variance / max(n_effective - 1.0, 1.0)))
    return Spread(mean, error, quantiles, n, 0)


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: FloatArray) -> FloatArray:
    """Least value whose weight and that of all below reaches each share.

    Examples:
        >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.05, 0.5, 0.95]))
        array([1., 2., 3.])
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    reached /= reached[-1]
    place = np.searchsorted(reached, shares - 1e-12, side="left")
    return np.asarray(values[order][place], dtype=np.float64)


def tail_mean(losses: FloatArray, weights: FloatArray, tail_share: float) -> float:
    """Mean of the worst `tail_share` of the draws, the last one counted in part.

    CVaR = least over z of z + mean of max(loss - z, 0) / tail share (Rockafellar and
    Uryasev 2000), at the z that reaches 1 - tail share.

    Examples:
        >>> tail_mean(np.array([0.0, 10.0, 20.0, 30.0]), np.ones(4) / 4, 0.5)
        25.0
    """
    share = weights / weights.sum()
    at = weighted_quantiles(losses, share, np.array([1.0 - tail_share]))[0]
    return float(at + share @ np.maximum(losses - at, 0.0) / tail_share)


LEAST_DRAWS = 16
"""Draws below which convergence says nothing."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Draws by answers of one variant, ready to be told."""

    case: Case
    variant: str
    columns: tuple[DrawColumn, ...]
    numbers: FloatArray
    """(N, C)"""
    weights: FloatArray
    """(N,)"""
    central: FloatArray
    """The columns with all inputs at their central values. (C,)"""
    exact: bool
    """Whether the draws are all that can happen."""

    def where(self, **wanted: object) -> list[int]:
        """Places of the columns of a kind, a measure, a bound, a length."""
        return [
            place
            for place, column in enumerate(self.columns)
            if all(getattr(column, name) == value for name, value in wanted.items())
        ]


def hazard_table(case: Case, found: HazardOutcome, variant: str) -> AnswerTable:
    """What hazards do, each over all futures: going short, unmet demand and loss."""
    numbers = np.array([found.first_short >= 0, found.unmet, found.loss]).T
    central = np.full(len(HAZARD_COLUMNS), np.nan)
    return AnswerTable(case, variant, HAZARD_COLUMNS, numbers, found.weights, central, exact=False)


def answers_of(table: AnswerTable) -> tuple[Answer, ...]:
    """An answer for each column that is a number; what ends is told as curves."""
    calendar, told = table.case.calendar, []
    for place, column in enumerate(table.columns):
        if column.kind == SURVIVES:
            continue
        values, is_dated = table.numbers[:, place], column.start != UNDATED
        if column.kind == GOES_SHORT:
            p, error = probability(values, table.weights, exact=table.exact)
            seen = Spread(p, error, {}, len(values), 0)
        else:
            seen = spread(values, table.weights, exact=table.exact)
        cap, center = column.cap(table.case), table.central[place]
        told.append(
            Answer(
                name=column.name(calendar, table.variant),
                unit=column.unit(table.case),
                **asdict(seen),
                question=column.question,
                variant=table.variant,
                measure=column.measure if is_dated else "",
                length=column.length * calendar.step if column.length else None,
                date=calendar.label(column.start) if is_dated else "",
                bound=column.bound,
                capped_at=cap,
                capped_share=None if cap is None else share_from(cap, values, table.weights),
                draws_to_halve=4 * len(values) if seen.standard_error else None,
                central=float(center) if np.isfinite(center) else None,
            )
        )
    return tuple(told)


def share_from(cap: float, values: FloatArray, weights: FloatArray) -> float:
    """Share of the draws that reach a value."""
    return float(weights[values >= cap].sum() / weights.sum())


def convergence_of(table: AnswerTable, answers: Sequence[Answer]) -> tuple[Convergence, ...]:
    """Means of answers over the first eighth, quarter, half and all of the draws.

    None of an answer with too few draws to say anything, or where nothing is left to chance.
    """
    n, told = len(table.weights), []
    if n < LEAST_DRAWS or table.exact:
        return ()
    names = [column.name(table.case.calendar, table.variant) for column in table.columns]
    counts = tuple(n // part for part in (8, 4, 2, 1))
    for answer in answers:
        values = table.numbers[:, names.index(answer.name)]
        seen = [spread(values[:count], table.weights[:count]) for count in counts]
        if all(one.mean is not None for one in seen):
            means = tuple(one.mean or 0.0 for one in seen)
            errors = tuple(one.standard_error or 0.0 for one in seen)
            told.append(Convergence(answer.name, counts, means, errors))
    return tuple(told)


def curves_of(table: AnswerTable, target: Target) -> tuple[EndedBy, ...]:
    """P(ended by date) of a measure, for each of its lengths."""
    calendar, rows, n = table.case.calendar, [], len(table.weights)
    for length in target.lengths:
        asked = {"kind": SURVIVES, "measure": target.measure, "length": length}
        places = [place for start in target.watched for place in table.where(**asked, start=start)]
        months, ended = length * calendar.step, ended_by(table.numbers[:, places])
        for start in target.starts if places else ():
            holds, bound = ended[:, target.watched.index(start)], table.columns[places[0]].bound
            about = table.variant, target.measure, months, calendar.label(start)
            chance = probability(holds, table.weights, exact=table.exact)
            rows.append(EndedBy(*about, *chance, bound, n))
    return tuple(rows)


# Fans

N_PATHS = 1000
"""Futures from which the fan of cover is drawn: the first of all."""


def column_fans(table: AnswerTable, target: Target) -> tuple[Fan, ...]:
    """Fans of what stands in columns by date: time to survive and the leverage ratio."""
    fans = []
    for kind, bound in (
        (TIME_TO_SURVIVE, MYOPIC),
        (TIME_TO_SURVIVE, OPTIMAL),
        (LEVERAGE_RATIO, OPTIMAL),
        (LEVERAGE_RATIO, MYOPIC),
    ):
        places = table.where(kind=kind, measure=target.measure, bound=bound)
        if not places:
            continue
        column, calendar = table.columns[places[0]], table.case.calendar
        values, cap = [table.numbers[:, place] for place in places], column.cap(table.case)
        reached = [] if cap is None else [share_from(cap, one, table.weights) for one in values]
        fan = _fan(
            values,
            table.weights,
            table.central[places],
            name=kind,
            variant=table.variant,
            unit=column.unit(table.case),
            dates=tuple(calendar.label(table.columns[place].start) for place in places),
            bound=bound,
            measure=target.measure,
            length=target.length * calendar.step if kind == LEVERAGE_RATIO else None,
            capped_at=cap,
            capped_share=tuple(reached),
        )
        fans.append(fan)
    return tuple(fans)


def _fan(
    values: Sequence[FloatArray], weights: FloatArray, central: FloatArray, **about: Any
) -> Fan:
    """Quantiles, mean and center of numbers by date; the rest as of `Fan`."""
    seen = [spread(one, weights) for one in values]
    return Fan(
        quantiles={str(p): tuple(one.quantiles.get(str(p)) for one in seen) for p in PERCENTS},
        mean=tuple(one.mean for one in seen),
        central=tuple(float(one) if np.isfinite(one) else None for one in central),
        n_draws=len(weights),
        n_unbounded=tuple(0 if one.n_without else one.n_unbounded for one in seen),
        **about,
    )


# Hazards

N_STEPS = 50
"""Points of a curve of exceedance."""


def hazard_risk(case: Case, found: HazardOutcome, variant: str) -> HazardRisk:
    """What hazards do over the calendar, in one table."""
    weights, n = found.weights / found.weights.sum(), case.calendar.n_periods
    is_short = (found.first_short >= 0) & (found.first_short < n)
    tail, has_price = round(1.0 - case.risk.level, 9), not np.isnan(found.loss).any()
    short_at = np.bincount(found.first_short[is_short], weights[is_short], n)
    unpriced = (use for use, one in case.uses.items() if one.shortage_cost is None)
    return HazardRisk(
        variant=variant,
        hazards=tuple(case.hazards),
        dates=case.calendar.labels,
        p_short=tuple(float(p) for p in found.p_short / len(found.weights)),
        p_short_by=tuple(float(p) for p in np.minimum(np.cumsum(short_at), 1.0)),
        use=dict(
            zip(found.uses, np.minimum(weights @ found.short_uses, 1.0).tolist(), strict=True)
        ),
        expected_loss=float(weights @ found.loss) if has_price else None,
        cvar_loss=tail_mean(found.loss, weights, tail) if has_price else None,
        expected_unmet=float(weights @ found.unmet),
        cvar_unmet=tail_mean(found.unmet, weights, tail),
        tail_share=tail,
        exceedance=_exceedance(found.loss if has_price else found.unmet, weights),
        exceedance_unit=case.currency if has_price else unmet_unit(case),
        missing=() if has_price else tuple(f"uses.{use}.shortage_cost" for use in unpriced),
        n_draws=len(weights),
        last=case.calendar.end,
    )


def _exceedance(losses: FloatArray, weights: FloatArray) -> tuple[tuple[float, float], ...]:
    """Points (x, share of the futures with more than x), over the range of what happens."""
    order = np.argsort(losses, kind="stable")
    values, reached = losses[order], np.cumsum(weights[order])
    points = np.linspace(values[0], values[-1], N_STEPS)
    at = np.searchsorted(values, points, side="right") - 1
    more = np.maximum(0.0, 1.0 - reached[at])
    return tuple((float(x), float(p)) for x, p in zip(points, more, strict=True))


def stress_case(
    case: Case,
    request: Request,
    provenance: Provenance,
    *,
    options: RunOptions | None = None,
    limit: int | None = None,
    game: Callable[[BothLosses], Signaling | None] | None = None,
) -> Stress:
    """What holds over draws of the uncertain inputs, and what decides it.

    The same seed gives the same answers, bit for bit, on any number of workers. `game` says of
    both sides' losses in which years a cut-off pays; `limit` is the memory that may be taken, else
    half of the machine's. [byte]

    Raises:
        RequestError: Memory will not hold the answers.
        DataError: The store was made of something else.
        SolveError: A program has no usable answer.
    """
    options = options or RunOptions()
    targets = targets_of(case, request)
    cases = {name: variant_case(case, name) for name in request.variants}
    paths = shared_inputs(list(cases.values()))
    variants = []
    for name, one in cases.items():
        own = tuple(target for target in targets if target.measure in one.measures)
        variants.append(DrawnVariant(name, one, paths, request, own))
    whole = DrawnVariant("", case, paths, request, targets)
    n_columns = len(whole.rule_columns) + len(whole.solved_columns)
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
    for at, asked in enumerate(variants):
        measures = [target.measure for target in asked.targets]
        measures += [hazard.measure for hazard in asked.case.hazards.values()]
        rule = Rule(asked.case, tuple(dict.fromkeys(measures)), options.n_workers)
        is_dated = request.asks(ENDED, DECIDES, TIPPING)
        variant = variants[at] = with_weakest_starts(asked, rule) if is_dated else asked
        near = central_start(variant) if variant.solved_columns else None
        kept = compute(variant, rule, options, saver, near=near)
        n_draws, n_solved = max(n_draws, kept.n_draws), max(n_solved, kept.n_solved)
        parts = _tables(variant, rule, kept, near)
        tables += parts
        curves += chain.from_iterable(curves_of(t, one) for t in parts for one in variant.targets)
        if (found := hazards_of(variant, rule, kept)) is not None:
            by_hazards.append(hazard_table(variant.case, found, variant.variant))
            risks.append(hazard_risk(variant.case, found, variant.variant))
        if request.asks(FANS):
            few = first_draws(variant, N_PATHS)
            about = {"name": "cover", "variant": variant.variant, "unit": "month"}
            middle = months_of_cover(rule, central_draws(variant))[0]
            months, dates = months_of_cover(rule, few), variant.case.calendar.labels
            fans.append(_fan([*months.T], few.weights, middle, dates=dates, bound=MYOPIC, **about))
            fans += [f for table in parts for one in targets for f in column_fans(table, one)]
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
        method="all" if all(map(is_listed, variants)) else request.method,
        draws_solved=min(n_solved, request.solved),
        draws_deciding=min(n_draws, PAWN_DRAWS),
        hazards=tuple(risks),
        fans=tuple(fans),
        convergence=tuple(convergence),
        inputs=describe(variants[0].case),
        notes=_notes(case, variants),
        units={"money": case.currency, "unmet": unmet_unit(case)},
        signaling=_played(tables, targets, request, game),
    )
    return _with_what_decides(stress, variants[0], tables, options)


def _tables(
    variant: DrawnVariant, rule: Rule, kept: VariantTable, near: CalmStart | None
) -> list[AnswerTable]:
    """The columns by programs, where any draw was solved, then those by the rule."""
    case, by_rule = variant.case, variant.rule_columns
    parts = [(by_rule, disruption_numbers(rule, central_draws(variant), by_rule)[0], kept.n_draws)]
    if n_solved := min(kept.n_solved, variant.request.solved):
        solved = solved_row((bare(variant), AS_WRITTEN, near))
        parts.insert(0, (variant.solved_columns, solved, n_solved))
    tables = []
    for columns, central, n in parts:
        values = [kept.columns[column.name(case.calendar)][:n] for column in columns]
        numbers, weights = np.array(values).reshape(len(columns), n).T, kept.columns[WEIGHT][:n]
        exact = n == kept.n_draws and is_listed(variant)
        tables.append(AnswerTable(case, variant.variant, columns, numbers, weights, central, exact))
    return tables


def _played(
    tables: Sequence[AnswerTable],
    targets: Sequence[Target],
    request: Request,
    game: Callable[[BothLosses], Signaling | None] | None,
) -> Signaling | None:
    """The game over the draws that are solved: of the first variant, about the first measure."""
    if game is None or not targets or not request.asks(LEVERAGE):
        return None
    table, target = tables[0], targets[0]
    columns = [
        table.where(kind=kind, measure=target.measure, length=target.length, bound=OPTIMAL)
        for kind in (TARGET_LOSS, SENDER_COST, SENDER_COST_LOST)
    ]
    if not columns[0]:
        return None
    calendar = table.case.calendar
    starts = tuple(calendar.label(table.columns[place].start) for place in columns[0])
    loss, back, lost = (table.numbers[:, places] for places in columns)
    length, weights = target.length * calendar.step, table.weights
    return game(BothLosses(target.measure, length, starts, loss, back, lost, weights, request.seed))


def _with_what_decides(
    stress: Stress, variant: DrawnVariant, tables: Sequence[AnswerTable], options: RunOptions
) -> Stress:
    """The answers with what decides, in the first variant, about the first measure."""
    request, case = variant.request, variant.case
    has_inputs = bool(variant.paths) or bool(case.scenarios)
    if not has_inputs or not variant.targets or not request.asks(DECIDES, TIPPING):
        return stress
    rule = Rule(case, (variant.targets[0].measure,), options.n_workers)
    few, by_rule = first_draws(variant, PAWN_DRAWS), variant.rule_columns
    own = next(one for one in tables if (one.variant, one.columns) == (variant.variant, by_rule))
    rows = own.numbers[: len(few.weights)].T
    # Draws that are listed stand in another order among the first.
    known = Known(few, {} if is_listed(variant) else dict(zip(by_rule, rows, strict=True)))
    if request.asks(DECIDES):
        options.tell(0, 0, _("what decides"))
        tornado, sensitivity, screened = what_decides(variant, rule, known)
        stress = replace(stress, tornado=tornado, sensitivity=sensitivity, screened_out=screened)
    if request.asks(TIPPING):
        options.tell(0, 0, _("tipping values"))
        stress = replace(stress, tipping=what_tips(variant, rule, known))
    return stress


def _notes(case: Case, variants: Sequence[DrawnVariant]) -> tuple[str, ...]:
    """What a reader must know of how the numbers came about."""
    variant = variants[0]
    has_inputs = bool(variant.paths) or bool(case.scenarios)
    is_all = all(map(is_listed, variants))
    strikes = variant.request.asks(HAZARDS) and any(one.case.hazards for one in variants)
    listed = worded("Every combination of values was computed: nothing is left to chance.")
    alone = worded(
        "No input of this case has a range, a distribution or a scenario: there is one draw."
    )
    chance = worded(
        "When hazards strike is left to chance all the same: what they do is told over futures of "
        "their own."
    )
    together = worded(
        "Inputs that move together do so in the draws, in PAWN and in all answers, not in the "
        "Sobol indices."
    )
    rates = worded("Exchange rates are not drawn: prices were converted when the case was read.")
    notes = (
        (alone, not has_inputs),
        (listed, has_inputs and is_all),
        (chance, strikes and is_all),
        (together, case.correlations and variant.request.asks(DECIDES)),
        (rates, any(rate.has_range for rate in case.rates.values())),
    )
    return tuple(note for note, holds in notes if holds)
