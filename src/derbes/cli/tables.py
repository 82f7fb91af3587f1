"""Results as text for people: supply and leverage, plans, answers over draws, ledgers.

Numbers come first, then what they rest on; what the screen leaves out is in the JSON.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from derbes.harmless import in_line
from derbes.language import _, ngettext, percent, spelled
from derbes.results.money import Ways, way_columns
from derbes.results.plan import (
    FrontierPoint,
    Plan,
    account_columns,
    account_title,
    least_short_title,
    outlay_title,
    standard_columns,
    status_words,
    supply_columns,
    supply_title,
)
from derbes.results.statements import (
    SpeakerScore,
    StatementRow,
    StatementTable,
    ThesisEdge,
    kind_words,
    statement_columns,
)
from derbes.results.stress import (
    Answer,
    Bar,
    EndedBy,
    FanPoint,
    HazardRisk,
    Influence,
    Stress,
    no_index_words,
    points_of,
    quantity_of,
)
from derbes.results.supply import Cover, Leverage, LeverageRow
from derbes.results.tables import (
    MISSING,
    Column,
    columns,
    cover_columns,
    end_columns,
    grouped,
    leverage_columns,
    modality_words,
    response_words,
    shown,
    text_table,
    unit_words,
    verdict_words,
)

FAR = 0.5
"""Part of a use's demand in its worst month by which two responses lie far apart."""
MOST_INPUTS = 8
"""Inputs that are shown for an answer; all of them are in the JSON."""
MOST_LENGTHS = 5
"""Lengths that are shown of a curve; those beyond are in the JSON."""
WIDEST = 60
"""Characters of a reason that the screen shows."""
_SETTING = ("variant", "measure")
_ONLY_IN_JSON = {"unmet_deferrable", "sender_cost_lost"}
"""Left out of the screen, which is narrow."""


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _titled(title: str, columns: Sequence[Column], rows: Sequence[Any]) -> str:
    """A table under its title; nothing where it has no row."""
    return f"{title}\n{text_table(columns, rows)}" if rows else ""


def _places(headings: Iterable[str]) -> list[Column]:
    """Columns of rows that are plain tuples."""
    return [Column(heading, place) for place, heading in enumerate(headings)]


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


# Cover and leverage


def cover_text(cover: Cover) -> str:
    """Cover as tables; how long something lasts is the same for each length of a measure."""
    columns = [column for column in cover_columns() if column.value != "length"]
    once = {(row.variant, row.measure, row.start, row.use): row for row in reversed(cover.rows)}
    return _paragraphs(_by_setting(columns, [*reversed(once.values())]))


def leverage_text(leverage: Leverage) -> str:
    """The surface as tables, and when leverage ends."""
    whole = leverage_columns(leverage.currency, leverage.unit)
    columns = [column for column in whole if column.value not in _ONLY_IN_JSON]
    ends = _titled(_("When leverage ends"), end_columns(), leverage.ends)
    told = [*_by_setting(columns, leverage.rows), ends, _levers(leverage), _remarks(leverage.rows)]
    return _paragraphs(told)


def _levers(leverage: Leverage) -> str:
    """Which levers are counted, by which measures, and which are not."""
    if not leverage.levers:
        goods = _("Counted: {goods} alone; the case names no levers.")
        return goods.format(goods=", ".join(leverage.goods)) if leverage.goods else ""
    lines = [_("Levers; what is counted at once is run together, never added up")]
    for one in leverage.levers:
        text = _("{lever} of {sender}: not counted; missing: {missing}; look in {look}")
        if one.measures:
            text = _("{lever} of {sender}: counted by {measure}")
        others = _("{measures}, not asked for").format(measures=", ".join(one.measures))
        about = {"lever": one.label, "sender": one.sender, "measure": one.measure or others}
        lines.append(in_line(text.format(**about, missing=one.missing, look=one.look)))
    return "\n".join(lines)


def _remarks(rows: Sequence[LeverageRow]) -> str:
    """What the figures are, and why some are missing."""
    remarks = []
    if any(row.bounds for row in rows):
        remarks.append(_("≥ and ≤ stand before what is a bound of the harm; every other figure is "
                         "what that response comes to."))  # fmt: skip
    if any(row.unmet_essential_gross > row.unmet_essential for row in rows):
        remarks.append(_("Unmet demand and losses are what the measure adds to calm."))
    for (variant, measure), group in grouped(rows, by=_SETTING).items():
        if n := sum(row.takes_nothing for row in group):
            text = _("{variant}, {measure}: takes nothing away in {n} of {total} rows.")
            remarks.append(text.format(variant=variant, measure=measure, n=n, total=len(group)))
    if any((row.sender_cost_returning or 0.0) < 0 for row in rows):
        remarks.append(_("A sender cost below zero: the sender earns by it, since the buyer buys "
                         "back more from it, or dearer, than it could not buy."))  # fmt: skip
    if apart := far_apart(rows):
        remarks.append(_("Best response and rule lie far apart from {starts}: see whether the best "
                         "response rests on what nobody could foresee, or a number on a wrong "
                         "unit.").format(starts=", ".join(apart)))  # fmt: skip
    lacking = dict.fromkeys(path for row in rows for path in row.missing)
    for path in lacking:
        sells = path.startswith("actors.") and path.count(".") == 1
        text = _("Missing: {path}, which sells nothing here") if sells else _("Missing: {path}")
        remarks.append(text.format(path=path))
    return "\n".join(remarks)


def far_apart(rows: Sequence[LeverageRow]) -> list[str]:
    """Starts at which one response leaves half a month's use more unmet than the other."""
    deepest: dict[tuple[str, str, int, str], dict[str, float]] = {}
    for row in rows:
        key = (row.variant, row.measure, row.length, row.start)
        deepest.setdefault(key, {})[row.bound] = row.deepest_shortfall
    far = (
        start
        for (*_point, start), found in deepest.items()
        if found.get("myopic", 0.0) - found.get("optimal", 0.0) >= FAR
    )
    return [*dict.fromkeys(far)]


def _by_setting(columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[str]:
    for (variant, measure), group in grouped(rows, by=_SETTING).items():
        title = _("{variant}, {measure}").format(variant=variant, measure=measure)
        yield _titled(variant if measure == MISSING else title, columns, group)


# Plans


def plan_text(plan: Plan) -> str:
    """A plan, what it costs, what it stands on and what comes close."""
    return _paragraphs(_plan_parts(plan))


def _plan_parts(plan: Plan) -> Iterator[str]:
    money = plan.currency
    yield "\n".join(_plan_head(plan))
    yield _clash(plan)
    if plan.cost is not None:
        yield _choices(plan)
        yield plan.precaution_words(partial(_money, plan))
        yield _titled(supply_title(), supply_columns(), plan.supply)
    yield _titled(account_title(plan), account_columns(money), plan.account_lines)
    title = least_short_title() if plan.feasible is False else _("Standards")
    yield _titled(title, standard_columns(money), plan.standards)
    yield plan.standards_words(partial(_money, plan))

    def plan_of(point: FrontierPoint) -> str:
        options = _listed(choice.option for choice in point.plan) or MISSING
        longer = _("{plan} (as cheap for longer)") if point.dominated else "{plan}"
        return "" if point.cost is None else longer.format(plan=options)

    frontier = (
        Column(_("survived"), lambda point: _months(point.months)),
        Column(_("supply and options"), "cost", money, lambda point: _("impossible")
               if point.feasible is False else _("not computed")),
        *columns(money, cost_of_a_month=_("a month more")),
        Column(_("plan"), plan_of),
    )  # fmt: skip
    yield _titled(_("Frontier"), frontier, plan.frontier)
    outlay = (
        Column(_("year"), 0),
        Column(_("with the plan"), lambda row: row[1].amount, money),
        Column(_("without"), lambda row: row[1].without_project, money),
        Column(_("abroad, with"), lambda row: row[2] and row[2].amount, money),
        Column(_("abroad, without"), lambda row: row[2] and row[2].without_project, money),
    )
    yield _titled(outlay_title(plan), outlay, plan.outlay_lines)
    if plan.ways is not None:
        yield _ways(plan, plan.ways)
    waiting = (
        Column(_("decided later by"),
               lambda row: ngettext("{n} year", "{n} years", row.years).format(n=row.years)),
        Column(_("cost"), "cost", money, _("impossible")),
        Column(_("dearer by"), "cost_of_waiting", money),
    )  # fmt: skip
    yield _titled(_("Waiting"), waiting, plan.value_of_waiting)
    above = _("more, of the cost of security") if plan.standards else _("more")
    alternatives = (
        Column(_("options"), lambda row: _listed(one.option for one in row.plan) or _("none")),
        Column(_("cost"), "cost", money),
        Column(above, lambda row: percent(f"{row.above * 100:.2g}")),
    )
    yield _titled(_("Other plans that cost little more"), alternatives, plan.alternatives)
    yield _information(plan)
    if plan.not_computed:
        yield _("Not computed: {answers}").format(answers=", ".join(plan.not_computed))


def _ways(plan: Plan, ways: Ways) -> str:
    """The programme beside other ways, with dates, prices and futures of the numbers."""
    title = _("What it costs and what it buys, {first} to {last}")
    title = title.format(first=ways.first, last=ways.last)
    is_discounted = bool(plan.provenance.discounted)
    if is_discounted:
        title = _listed((title, _("payments not discounted")))
    if ways.draws:
        about = _("losses by the rule over {n} draws with hazards, seed {seed}")
        if is_discounted:
            about = _("losses discounted, by the rule over {n} draws with hazards, seed {seed}")
        title = f"{title}; {about.format(n=ways.draws, seed=ways.seed)}"
    return _titled(title, way_columns(ways, plan.currency), ways.ways)


def _money(plan: Plan, amount: float | None) -> str:
    return shown(amount) if amount is None else f"{shown(float(amount))} {plan.currency}"


def _plan_head(plan: Plan) -> Iterator[str]:
    """Variant and futures of a plan, what it costs, and what is proven of that."""
    futures = _("central values")
    if plan.draws != 1:
        futures = ngettext("{n} draw", "{n} draws", plan.draws).format(n=plan.draws)
        if plan.seed is not None:
            futures = _("{draws}, seed {seed}").format(draws=futures, seed=plan.seed)
    yield _("Variant: {variant}; {futures}").format(variant=plan.variant, futures=futures)
    if plan.feasible is False:
        yield _("Impossible: no choice meets all that is asked.")
        return
    if plan.cost is None:
        yield _("No plan was found within the time limit.")
        return
    gap = shown(None) if plan.gap is None else percent(f"{round(plan.gap * 100, 4):.4g}")
    text = _("Cost: {cost}; proven: no plan costs less than {bound} (gap {gap}; {status})")
    cost, bound = _money(plan, plan.cost), _money(plan, plan.bound)
    yield text.format(cost=cost, bound=bound, gap=gap, status=status_words(plan.status))
    if plan.standards and plan.cost_of_security is not None:
        text = _("Without any standard: {cost}; the standards cost {above}")
        above = _money(plan, plan.cost_of_security)
        yield text.format(cost=_money(plan, plan.no_threat_cost), above=above)


def _clash(plan: Plan) -> str:
    if not plan.clash:
        return ""
    head = _("These wishes cannot hold together; relaxing one of them is enough:")
    if len(plan.clash) == 1:
        head = _("This wish cannot hold:")
    return "\n".join([head, *(f"  - {wish.wish}: {wish.what}" for wish in plan.clash)])


def _choices(plan: Plan) -> str:
    if not plan.plan:
        enough = _("Plan: nothing; what is there is enough.")
        return _("Plan: nothing is built or held.") if plan.precaution else enough
    *about, cost = _places((_("what"), _("option"), _("decided"), _("works from"), _("cost")))
    rows = [(one.what, one.option, one.date, one.effect, one.cost) for one in plan.plan]
    total = (_("total"), "", "", "", sum(choice.cost for choice in plan.plan))
    return _titled(_("Plan"), [*about, replace(cost, unit=plan.currency)], [*rows, total])


def _information(plan: Plan) -> str:
    """What knowing and planning for futures is worth, or why it has no value."""
    if plan.draws <= 1 or plan.cost is None:
        return ""
    evpi = _("Knowing the future would be worth {evpi} (EVPI).")
    if plan.evpi is None:
        evpi = _(
            "What knowing the future would be worth (EVPI) has no value here: a standard may "
            "fail in some draws, or some future has no plan of its own."
        )
    vss = _("Planning for all futures instead of mean values saves {vss} (VSS).")
    if plan.vss is None:
        vss = _(
            "The plan for mean values fails in some future, so planning for all of them is "
            "worth more than any sum (VSS)."
        )
    worth = {"evpi": _money(plan, plan.evpi), "vss": _money(plan, plan.vss)}
    told = {"evpi": evpi, "vss": vss}
    return "\n".join(
        text.format(**worth) for name, text in told.items() if name not in plan.not_computed
    )


# Answers over draws


def _draws(n: int) -> str:
    return ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)


def stress_text(stress: Stress) -> str:
    """What holds over draws, and what decides it."""
    return _paragraphs(_stress_parts(stress))


def _stress_parts(stress: Stress) -> Iterator[str]:
    yield _stress_head(stress)
    yield from _answers([a for a in stress.answers if a.unit != "share" and a.date])
    yield from _fans(stress)
    yield from _curves(stress)
    yield from (_hazards(stress, risk) for risk in stress.hazards)
    yield from _deciding(stress)
    for title, is_flip in (
        (_("Where a verdict flips, all else at its central value"), True),
        (_("Where a verdict is open, all else as drawn"), False),
    ):
        told = [one.says for one in stress.tipping if (one.value is not None) == is_flip]
        yield "\n  ".join([title, *told] if told else [])
    yield "\n".join(map(str, stress.notes))


def _stress_head(stress: Stress) -> str:
    head, n = _("{draws}, seed {seed}, method {method}"), stress.draws_solved
    head = head.format(draws=_draws(stress.draws), seed=stress.seed, method=stress.method)
    if not n:
        return head
    solved = ngettext(
        "{n:,} of them solved for the best response",
        "{n:,} of them solved for the best response",
        n,
    )
    return f"{head}; {solved.format(n=n)}"


def _answers(answers: Sequence[Answer]) -> Iterator[str]:
    """A table for each number that is asked for, a line for each date."""
    tables: dict[tuple[str, ...], list[Answer]] = {}
    for answer in answers:
        title = quantity_of(answer.name, answer.unit).titled
        key = (title, answer.measure, _months(answer.length), answer.variant)
        tables.setdefault((*key, response_words(answer.bound)), []).append(answer)

    by_date = _by_date(Column(_("standard error"), "standard_error"))
    for (title, *about), rows in tables.items():
        head = f"{title}: {_listed((*about, _draws_words(rows)))}"
        is_known = any(row.mean is not None or row.quantiles for row in rows)
        yield _titled(head, by_date, rows) if is_known else head


def _by_date(*errors: Column) -> tuple[Column, ...]:
    """Columns of answers, or of points of a fan; the errors of the mean stand behind it."""

    def quantile(one: Answer | FanPoint, *, band: str) -> object:
        return _up_to(one, one.quantiles.get(band))

    return (
        Column(_("date"), "date"),
        Column(_("mean"), lambda one: _at_least(one.mean, is_bound=bool(one.capped_share))),
        *errors,
        *(Column(percent(band), partial(quantile, band=band)) for band in ("5", "50", "95")),
    )


def _months(n: int | None) -> str:
    return "" if n is None else ngettext("{n} month", "{n} months", n).format(n=n)


def _draws_words(answers: Sequence[Answer]) -> str:
    """How many draws stand behind numbers, and how many would halve their errors."""
    draws = _draws(max(answer.n_draws + answer.n_without for answer in answers))
    more = {
        "draws_to_halve": _("{draws} ({n:,} would halve the errors)"),
        "n_without": _("{draws}, up to {n:,} of them without a value, so none is averaged"),
        "n_unbounded": _("{draws}, without bound in up to {n:,} of them"),
    }
    for name, text in more.items():
        if n := max(getattr(answer, name) or 0 for answer in answers):
            draws = text.format(draws=draws, n=n)
    return draws


def _up_to(answer: Answer | FanPoint | Bar, value: float | None) -> object:
    """A value; where nothing beyond is looked at, that it is at least so much."""
    cap = answer.capped_at
    return _at_least(value, is_bound=cap is not None and value is not None and value >= cap)


def _at_least(value: float | None, *, is_bound: bool) -> object:
    return f"≥ {shown(value)}" if is_bound and value is not None else value


def _fans(stress: Stress) -> Iterator[str]:
    """Fans that no table of answers shows, a line for each date; of cover, the first of a year."""
    told = {answer.name.partition("(")[0] for answer in stress.answers}
    columns = (*_by_date(), Column(_("central"), lambda one: _up_to(one, one.central)))
    for fan in (one for one in stress.fans if one.name not in told):
        title = quantity_of(fan.name, fan.unit).titled
        bound, draws = response_words(fan.bound), _draws(fan.n_draws)
        about = (fan.measure, _months(fan.length), fan.variant, bound, draws)
        by = len("2026" if fan.name == "cover" else "2026-01")
        rows = {one.date[:by]: one for one in reversed([*points_of(fan)])}
        yield _titled(f"{title}: {_listed(about)}", columns, [*rows.values()][::-1])


def _curves(stress: Stress) -> Iterator[str]:
    """Probability that it has ended: a line for each date, a column for each length."""
    by = ("variant", "measure", "bound")
    for (variant, measure, bound), rows in grouped(stress.p_ended, by=by).items():
        known = {(row.date, row.length): row for row in rows}
        columns = [Column(_("date"), str)]
        columns += [
            Column(_months(length), partial(_p_ended, known, length=length))
            for length in sorted({row.length for row in rows})[:MOST_LENGTHS]
        ]
        title = _(
            "Leverage has ended: {variant}, {measure}, {bound}, {draws}; probability ± its "
            "standard error, by length of the measure"
        )
        draws = _draws(max(row.n_draws for row in rows))
        title = title.format(
            variant=variant, measure=measure, bound=response_words(bound), draws=draws
        )
        yield _titled(title, columns, [*dict.fromkeys(row.date for row in rows)])


def _p_ended(known: Mapping[tuple[str, int], EndedBy], date: str, *, length: int) -> str | None:
    one = known.get((date, length))
    return None if one is None else _plus_minus(one.p, one.standard_error)


def _hazards(stress: Stress, risk: HazardRisk) -> str:
    money, unmet = (unit_words(stress.units.get(kind, "")) for kind in ("money", "unmet"))
    told = {
        answer.name.partition("(")[0]: answer
        for answer in stress.answers
        if answer.question == "hazards" and answer.variant == risk.variant
    }
    errors = {kind: answer.standard_error for kind, answer in told.items()}
    p_ever = told["goes_short"].mean if "goes_short" in told else None
    rows = (
        (_("essential demand ever goes short"), _("share"), p_ever, errors.get("goes_short"), None),
        (_("unmet essential demand"), unmet, risk.expected_unmet, errors.get("unmet_essential"),
         risk.cvar_unmet),
        (_listed((_("loss"), stress.provenance.discounted)), money, risk.expected_loss,
         errors.get("target_loss"), risk.cvar_loss),
    )  # fmt: skip
    what = _("hazards: {names}").format(names=", ".join(risk.hazards))
    worst = _("mean of the worst {share:.0%}").format(share=risk.tail_share)
    title = f"{risk.variant}, {risk.dates[0]} – {risk.last}, {_draws(risk.n_draws)}"
    heads = (what, _("unit"), _("mean"), _("standard error"), worst)
    lacking = [_("Missing: {path}").format(path=path) for path in risk.missing]
    return "\n".join([_titled(title, _places(heads), rows), *lacking])


def _deciding(stress: Stress) -> Iterator[str]:
    """The inputs that move each answer most, with their swing where it is known."""
    swings = {(bar.answer, bar.input): bar for bar in stress.tornado}

    def swing(one: Influence, field: str) -> object:
        bar = swings.get((one.answer, one.input))
        return None if bar is None else _up_to(bar, getattr(bar, field))

    for answer, rows in stress.indices.items():
        if not rows:
            continue
        unit = next((bar.answer_unit for bar in stress.tornado if bar.answer == answer), "")
        title = _("what decides {answer}").format(answer=answer)
        has_pawn = any(one.pawn is not None for one in rows)
        if has_pawn:
            title = _("{caption} (PAWN: {draws})").format(
                caption=title, draws=_draws(stress.draws_deciding)
            )
        columns = [
            Column(_("input"), "input"),
            Column(
                _("first order (95 %)"), lambda one: _plus_minus(one.first, one.first_confidence)
            ),
            Column(_("total (95 %)"), lambda one: _plus_minus(one.total, one.total_confidence)),
            *([Column("PAWN", "pawn")] if has_pawn else []),
            Column(_("at low"), partial(swing, field="answer_at_low"), unit),
            Column(_("at high"), partial(swing, field="answer_at_high"), unit),
        ]
        yield _titled(title, columns, rows[:MOST_INPUTS])
    yield from no_index_words(answer for answer, rows in stress.indices.items() if not rows)


def _plus_minus(index: float | None, half_width: float | None) -> str | None:
    """An index with the half width of its 95 % interval."""
    if index is None:
        return None
    return spelled(f"{round(index, 2) or 0.0:.2f} ± {half_width or 0.0:.2f}")


# Ledgers


def statements_text(table: StatementTable, query: str) -> str:
    """All statements, or the answer to a query."""
    head = _("As of {date}, {draws}").format(date=table.as_of, draws=table.draws_words())
    answer = _ANSWERS.get(query, partial(_shown, name=query))
    return f"{head}\n\n{answer(table)}"


_SHOWN = {
    "contradictions": "kind statements holders same_side about",
    "modality_drift": "id passed_on_by also source source_modality modality change in_what",
    "double_standards": "id judge act kind is_found verdict judgements",
    "tensions": "id raised verdict share statements",
    "unsaid": "side subject n_statements said_by",
    "statements": "id holder probability due outcome verdict share",
    "scores": "speaker n_predictions n_due n_resolved n_early n_open n_void n_expired brier",
    "calibration": "low high n mean_probability share_true n_undecided n_early n_open",
}
"""Table of a ledger → those of its columns that the screen has room for; of statements those
that foretell something."""


def _shown(table: StatementTable, name: str, **words: Callable[[Any, str], str]) -> str:
    """A table of a ledger for the screen; what becomes of the text of some of its columns."""
    in_words, of_kind = partial(_in_words, of=modality_words), partial(_in_words, of=kind_words)
    words = {"modality": in_words, "source_modality": in_words, **words}
    words |= dict.fromkeys(("change", "in_what", "kind"), of_kind)
    whole = table.tables()[name]
    known = {column.path: column for column in whole.columns}
    fitting = [replace(known[path], words=words.get(path)) for path in _SHOWN[name].split()]
    rows = whole.rows
    if name == "statements":
        rows = tuple(row for row in rows if row.probability is not None)
    return text_table(fitting, rows)


def _in_words(_row: Any, text: str, *, of: Callable[[str], str]) -> str:
    return of(text)


def _overview(table: StatementTable) -> str:
    def short(row: StatementRow, _text: str) -> str:
        reason = str(row.reason)
        return reason if len(reason) <= WIDEST else reason[: WIDEST - 2] + " …"

    *columns, reason = statement_columns()
    columns.append(replace(reason, words=short))
    counts = Counter(row.verdict for row in table.statements)
    told = [", ".join(f"{n} {verdict_words(word)}" for word, n in counts.items())]
    told += [table.evidence_tally(), *filter(None, [table.predictions.words()])]
    parts = [text_table(columns, table.statements), "\n".join(told)]
    torn = [f"{one.pairs}: {one.words}" for one in table.misfits]
    turning = [line for row in table.statements for line in _flip_lines(row)]
    if torn:
        parts.append("\n".join([_("Verdicts that do not fit together"), *torn]))
    if turning:
        parts.append("\n".join([_("Verdicts that turn over"), *turning]))
    return _paragraphs(parts)


def _flip_lines(row: StatementRow) -> list[str]:
    """Where a verdict turns over, a line each."""
    words = {
        "above": _("{id}: {input} above {value} (now {central})"),
        "below": _("{id}: {input} below {value} (now {central})"),
    }
    lines = []
    for one in row.flips_at:
        value = f"{shown(one.value)} {unit_words(one.unit)}".strip()
        text = words[one.direction]
        lines.append(
            text.format(id=row.id, input=one.input, value=value, central=shown(one.central))
        )
    if row.flips_in:
        lines.append(
            _("{id}: in the variants: {variants}").format(
                id=row.id, variants=", ".join(row.flips_in)
            )
        )
    return lines


def _misfits(table: StatementTable) -> str:
    head = columns(pairs=_("entries"), words=_("what does not fit"), about=_("about"))
    return text_table(head, table.misfits)


def _coverage(table: StatementTable) -> str:
    coverage = table.coverage
    tested, facts = _("{n} of {all} entries are tested over draws."), coverage.facts_unmentioned
    names = ngettext(
        "{n} fact that no expression names: {facts}",
        "{n} facts that no expression names: {facts}",
        len(facts),
    )
    head = [tested.format(n=coverage.n_tested, all=coverage.n_entries)]
    head += [names.format(n=len(facts), facts=", ".join(facts)), ""]
    return "\n".join([*head, _shown(table, "unsaid")])


def _theses(table: StatementTable) -> str:
    def line(edge: ThesisEdge) -> str:
        share = "" if edge.share is None else " " + percent(f"{100 * edge.share:.0f}")
        words = f"{edge.id}: {verdict_words(edge.verdict)}{share}"
        return f"{edge.cause} → {edge.effect}   [{words}]"

    return "\n".join(map(line, table.theses.edges))


def _predictions(table: StatementTable) -> str:
    def outcome(row: StatementRow, text: str) -> str:
        return _("{outcome}, early").format(outcome=text) if row.decided_early else text

    def score(row: SpeakerScore, text: str) -> str:
        if row.n_due == row.n_resolved:
            return text
        told = _("{score} (all that is due: {low} to {high})")
        return told.format(score=text, low=shown(row.brier_low), high=shown(row.brier_high))

    parts = [_shown(table, "statements", outcome=outcome), table.predictions.words()]
    parts += [_shown(table, "scores", brier=score)]
    parts += [_shown(table, "calibration")] if table.predictions.calibration else []
    return "\n\n".join(parts)


def _signaling(table: StatementTable) -> str:
    if table.signaling is None:
        return _("No measure of this case has a sender.")
    by_year = columns(
        start=_("start"),
        credible_share=_("credible"),
        rhetoric_share=_("only talk"),
        threshold=_("belief needed"),
        explaining_matters_share=_("words matter"),
        pooling_share=_("pooling"),
        separating_share=_("separating"),
    )
    return text_table(by_year, table.signaling.years)


_ANSWERS: Mapping[str, Callable[[StatementTable], str]] = {
    "": _overview,
    "drift": partial(_shown, name="modality_drift"),
    "misfits": _misfits,
    "coverage": _coverage,
    "theses": _theses,
    "predictions": _predictions,
    "signaling": _signaling,
}
"""Query → what answers it, where that is not the table of its name."""
