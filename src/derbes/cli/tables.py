"""Results as text for people, one table for each variant and measure.

A ledger with its verdicts as text for people, and the answers to its queries.

A plan as text for people: the answer first, then tables.

Answers over draws as text for people: numbers first, then what decides them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derbes.language import _, ngettext
from derbes.results.plan import (
    Alternative,
    FrontierPoint,
    Plan,
    StandardCost,
    Waiting,
    account_words,
)
from derbes.results.statements import SpeakerScore, StatementRow, StatementTable, statement_columns
from derbes.results.stress import Answer, Bar, EndedBy, Fan, HazardRisk, Influence, Stress
from derbes.results.supply import Cover, Leverage, LeverageRow
from derbes.results.tables import (
    Column,
    VerdictColumn,
    cover_columns,
    end_columns,
    grouped,
    leverage_columns,
    shown,
    text_table,
    verdict_words,
)

_SETTING = ("variant", "measure")
_ONLY_IN_JSON = {"unmet_deferrable", "sender_cost_lost"}
"""Left out of the screen, which is narrow."""


FAR = 0.5
"""Part of a use's demand in its worst month by which two responses lie far apart."""


def cover_text(cover: Cover) -> str:
    """Cover as tables; how long something lasts is the same for each length of a measure."""
    columns = [column for column in cover_columns() if column.field != "length"]
    once = {(row.variant, row.measure, row.start, row.use): row for row in reversed(cover.rows)}
    return "\n\n".join(_by_setting(columns, [*reversed(once.values())]))


def leverage_text(leverage: Leverage) -> str:
    """The surface as tables, and when leverage ends."""
    columns = [
        column
        for column in leverage_columns(leverage.currency, leverage.unit)
        if column.field not in _ONLY_IN_JSON
    ]
    ends = text_table(end_columns(), leverage.ends)
    title = _("When leverage ends")
    tables = [*_by_setting(columns, leverage.rows), f"{title}\n{ends}"]
    return "\n\n".join([*tables, *_remarks(leverage.rows)])


def _remarks(rows: Sequence[LeverageRow]) -> list[str]:
    """What the figures are, and why some are missing."""
    remarks = []
    if any(row.bounds for row in rows):
        remarks.append(_("≥ and ≤ stand before what is a bound of the harm; every other figure is "
                         "what that response comes to."))  # fmt: skip
    if any(row.unmet_essential_gross > row.unmet_essential for row in rows):
        remarks.append(_("Unmet demand and losses are what the measure adds to calm."))
    for (variant, measure), group in grouped(rows, fields=_SETTING).items():
        n = sum(row.takes_nothing for row in group)
        if n:
            text = _("{variant}, {measure}: takes nothing away in {n} of {total} rows.")
            remarks.append(text.format(variant=variant, measure=measure, n=n, total=len(group)))
    if any((row.sender_cost_returning or 0.0) < 0 for row in rows):
        remarks.append(_("A sender cost below zero: the sender earns by it, since the buyer buys "
                         "back more from it, or dearer, than it could not buy."))  # fmt: skip
    apart = far_apart(rows)
    if apart:
        remarks.append(_("Best response and rule lie far apart from {starts}: see whether the best "
                         "response rests on what nobody could foresee, or a number on a wrong "
                         "unit.").format(starts=", ".join(apart)))  # fmt: skip
    lacking = dict.fromkeys(path for row in rows for path in row.missing)
    remarks += [_("Missing: {path}").format(path=path) for path in lacking]
    return ["\n".join(remarks)] if remarks else []


def far_apart(rows: Sequence[LeverageRow]) -> list[str]:
    """Starts at which one response leaves half a month's use more unmet than the other."""
    deepest: dict[tuple[str, str, int, str], dict[str, float]] = {}
    for row in rows:
        key = (row.variant, row.measure, row.length, row.start)
        deepest.setdefault(key, {})[row.bound] = row.deepest_shortfall
    return list(
        dict.fromkeys(
            start
            for (_variant, _measure, _length, start), found in deepest.items()
            if found.get("myopic", 0.0) - found.get("optimal", 0.0) >= FAR
        )
    )


def _by_setting(columns: Sequence[Column], rows: Sequence[Any]) -> list[str]:
    return [
        _("{variant}, {measure}").format(variant=variant, measure=measure)
        + "\n"
        + text_table(columns, group)
        for (variant, measure), group in grouped(rows, fields=_SETTING).items()
    ]


WIDEST = 60
"""Characters of a reason that the screen shows."""


def statements_text(table: StatementTable, query: str) -> str:
    """All statements, or the answer to a query."""
    head = _("As of {date}, {draws}").format(date=table.as_of, draws=table.draws_words())
    body = _ANSWERS[query](table) if query else _overview(table)
    return f"{head}\n\n{body}"


def _overview(table: StatementTable) -> str:
    columns = [column for column in statement_columns() if column.field != "reason"]
    columns.append(_Short("reason", _("reason")))
    counts: dict[str, int] = {}
    for row in table.statements:
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    tally = ", ".join(f"{n} {verdict_words(word)}" for word, n in counts.items())
    scored = table.predictions.words()
    told = f"{tally}\n{scored}" if scored else tally
    return f"{text_table(columns, table.statements)}\n\n{told}{_turning(table)}"


class _Short(Column):
    """A column that cuts long texts."""

    def cell(self, row: Any) -> str:
        """What a row shows in this column, not longer than a line."""
        text = str(getattr(row, self.field))
        return text if len(text) <= WIDEST else text[: WIDEST - 2] + " …"


class _Outcome(Column):
    """Outcomes; of what was decided before its day, that it was."""

    def cell(self, row: StatementRow) -> str:
        """The outcome of a prediction."""
        text = Column.cell(self, row)
        return _("{outcome}, early").format(outcome=text) if row.decided_early else text


class _Brier(Column):
    """Mean scores; where something due is undecided, from what to what they may come."""

    def cell(self, row: SpeakerScore) -> str:
        """The score of a speaker."""
        text = Column.cell(self, row)
        if row.n_due == row.n_resolved:
            return text
        low, high = shown(row.brier_low), shown(row.brier_high)
        return _("{score} (all that is due: {low} to {high})").format(
            score=text, low=low, high=high
        )


def _turning(table: StatementTable) -> str:
    """Where verdicts turn over, a line each."""
    lines = [line for row in table.statements for line in _flip_lines(row)]
    return "\n\n" + _("Verdicts that turn over") + "\n" + "\n".join(lines) if lines else ""


def _flip_lines(row: StatementRow) -> list[str]:
    words = {
        "above": _("{id}: {input} above {value:.4g} {unit} (now {central:.4g})"),
        "below": _("{id}: {input} below {value:.4g} {unit} (now {central:.4g})"),
    }
    lines = [
        words[flip.direction].format(
            id=row.id, input=flip.input, value=flip.value, unit=flip.unit, central=flip.central
        )
        for flip in row.flips_at
    ]
    if row.flips_in:
        text = _("{id}: in {variants}").format(id=row.id, variants=", ".join(row.flips_in))
        lines.append(text)
    return lines


def _contradictions(table: StatementTable) -> str:
    columns = (
        Column("kind", _("kind")),
        Column("statements", _("statements")),
        Column("holders", _("holders")),
        Column("same_side", _("same side")),
        Column("about", _("about")),
    )
    return text_table(columns, table.contradictions)


def _drift(table: StatementTable) -> str:
    columns = (
        Column("id", _("retelling")),
        Column("by", _("by")),
        Column("source", _("of")),
        Column("source_modality", _("said as")),
        Column("modality", _("retold as")),
        Column("change", _("change")),
        Column("in_what", _("in")),
    )
    return text_table(columns, table.modality_drift)


def _double_standards(table: StatementTable) -> str:
    columns = (
        Column("id", _("id")),
        Column("judge", _("judge")),
        Column("act", _("act")),
        Column("kind", _("kind")),
        Column("is_found", _("shown")),
        VerdictColumn("verdict", _("verdict")),
        Column("judgements", _("judgements")),
    )
    return text_table(columns, table.double_standards)


def _tensions(table: StatementTable) -> str:
    columns = (
        Column("id", _("id")),
        Column("raised", _("raised")),
        VerdictColumn("verdict", _("verdict")),
        Column("share", _("share of draws")),
        Column("statements", _("statements")),
    )
    return text_table(columns, table.tensions)


def _coverage(table: StatementTable) -> str:
    coverage = table.coverage
    tested = _("{n} of {all} entries are tested over draws.").format(
        n=coverage.n_tested, all=coverage.n_entries
    )
    n = len(coverage.facts_unmentioned)
    facts = ngettext(
        "{n} fact that no expression names: {facts}",
        "{n} facts that no expression names: {facts}",
        n,
    ).format(n=n, facts=", ".join(coverage.facts_unmentioned))
    columns = (
        Column("side", _("side")),
        Column("subject", _("never speaks of")),
        Column("said_by", _("who does")),
    )
    return f"{tested}\n{facts}\n\n{text_table(columns, coverage.unsaid)}"


def _theses(table: StatementTable) -> str:
    lines = []
    for edge in table.theses.edges:
        share = "" if edge.share is None else f" {edge.share:.0%}"
        lines.append(
            f"{edge.cause} → {edge.effect}   [{edge.id}: {verdict_words(edge.verdict)}{share}]"
        )
    return "\n".join(lines)


def _predictions(table: StatementTable) -> str:
    scores = (
        Column("speaker", _("holder")),
        Column("n_predictions", _("predictions")),
        Column("n_due", _("due")),
        Column("n_resolved", _("of them scored")),
        Column("n_early", _("decided early")),
        Column("n_open", _("open")),
        Column("n_void", _("void")),
        Column("n_expired", _("expired")),
        _Brier("brier", _("Brier score")),
    )
    bins = (
        Column("low", _("from")),
        Column("high", _("to")),
        Column("n", _("scored")),
        Column("mean_probability", _("claimed")),
        Column("share_true", _("came true")),
        Column("n_undecided", _("due, undecided")),
        Column("n_early", _("decided early")),
        Column("n_open", _("open")),
    )
    dated = [row for row in table.statements if row.probability is not None]
    rows = (
        Column("id", _("id")),
        Column("holder", _("holder")),
        Column("probability", _("claimed")),
        Column("due", _("due")),
        _Outcome("outcome", _("outcome")),
        VerdictColumn("verdict", _("verdict")),
        Column("share", _("share of draws")),
    )
    parts = [text_table(rows, dated), table.predictions.words()]
    parts.append(text_table(scores, table.predictions.scores))
    if table.predictions.calibration:
        parts.append(text_table(bins, table.predictions.calibration))
    return "\n\n".join(parts)


def _signaling(table: StatementTable) -> str:
    if table.signaling is None:
        return _("No measure of this case has a sender.")
    columns = (
        Column("start", _("start")),
        Column("credible_share", _("credible")),
        Column("rhetoric_share", _("only talk")),
        Column("threshold", _("belief needed")),
        Column("explaining_matters_share", _("words matter")),
        Column("pooling_share", _("pooling")),
        Column("separating_share", _("separating")),
    )
    return text_table(columns, table.signaling.years)


_ANSWERS: Mapping[str, Callable[[StatementTable], str]] = {
    "contradictions": _contradictions,
    "drift": _drift,
    "double_standards": _double_standards,
    "tensions": _tensions,
    "coverage": _coverage,
    "theses": _theses,
    "predictions": _predictions,
    "signaling": _signaling,
}


@dataclass(frozen=True, slots=True)
class _PlanRow:
    """A row of a table for the screen: texts, and numbers that are to stand at the right."""

    name: str
    first: object = None
    second: object = None
    third: object = None
    fourth: object = None


def plan_text(plan: Plan) -> str:
    """A plan, what it costs, what it stands on and what comes close."""
    return "\n\n".join(part for part in _plan_parts(plan) if part)


def _plan_parts(plan: Plan) -> Iterator[str]:
    yield _plan_head(plan)
    yield _clash(plan)
    if plan.cost is not None:
        yield _choices(plan)
    standards = [_standard(row) for row in plan.standards]
    yield _table(_("Where the cost comes from, discounted"), _account_columns(plan), _account(plan))
    yield _table(_standards_title(plan), _standard_columns(plan), standards)
    yield plan.standards_words(lambda amount: _money(plan, amount))
    yield _table(_("Frontier"), _frontier_columns(plan), [_point(p) for p in plan.frontier])
    yield _table(_("Outlay by year, not discounted"), _outlay_columns(plan), _outlays(plan))
    yield _table(_("Waiting"), _waiting_columns(plan), [_waiting(w) for w in plan.value_of_waiting])
    yield _table(
        _("Other plans that cost little more"),
        _alternative_columns(plan),
        [_alternative(a) for a in plan.alternatives],
    )
    yield _information(plan)
    if plan.not_computed:
        yield _("Not computed: {answers}").format(answers=", ".join(plan.not_computed))


def _table(title: str, columns: tuple[Column, ...], rows: list[_PlanRow]) -> str:
    return f"{title}\n{text_table(columns, rows)}" if rows else ""


def _money(plan: Plan, amount: float | None) -> str:
    return shown(amount) if amount is None else f"{shown(float(amount))} {plan.currency}"


# The answer


def _plan_head(plan: Plan) -> str:
    lines = [
        _("Variant: {variant}; {futures}").format(variant=plan.variant, futures=_futures(plan))
    ]
    if plan.feasible is False:
        lines.append(_("Impossible: no choice meets all that is asked."))
    elif plan.cost is None:
        lines.append(_("No plan was found within the time limit."))
    else:
        lines += _cost_lines(plan)
    return "\n".join(lines)


def _futures(plan: Plan) -> str:
    if plan.draws == 1:
        return _("central values")
    text = ngettext("{n} draw", "{n} draws", plan.draws).format(n=plan.draws)
    return text if plan.seed is None else _("{draws}, seed {seed}").format(
        draws=text, seed=plan.seed
    )  # fmt: skip


def _cost_lines(plan: Plan) -> Iterator[str]:
    yield _("Cost: {cost}; proven: no plan costs less than {bound} (gap {gap}; {status})").format(
        cost=_money(plan, plan.cost),
        bound=_money(plan, plan.bound),
        gap=shown(None) if plan.gap is None else f"{plan.gap * 100:.2g}%",
        status=_status(plan),
    )
    if plan.standards and plan.cost_of_security is not None:
        yield _("Without any standard: {cost}; the standards cost {above}").format(
            cost=_money(plan, plan.no_threat_cost), above=_money(plan, plan.cost_of_security)
        )


def _status(plan: Plan) -> str:
    return {
        "optimal": _("within the gap asked for"),
        "time limit": _("stopped at the time limit"),
        "infeasible": _("impossible"),
    }.get(plan.status, plan.status)


def _clash(plan: Plan) -> str:
    if not plan.clash:
        return ""
    lines = [_("These wishes cannot hold together; relaxing one of them is enough:")]
    if len(plan.clash) == 1:
        lines = [_("This wish cannot hold:")]
    return "\n".join([*lines, *(f"  - {wish.wish}: {wish.what}" for wish in plan.clash)])


# Tables


def _choices(plan: Plan) -> str:
    if not plan.plan:
        return _("Plan: nothing; what is there is enough.")
    columns = (
        Column("name", _("what")),
        Column("first", _("option")),
        Column("second", _("decided")),
        Column("third", _("works from")),
        Column("fourth", _("cost"), plan.currency),
    )
    rows = [
        _PlanRow(choice.what, choice.option, choice.date, choice.effect, choice.cost)
        for choice in plan.plan
    ]
    rows.append(_PlanRow(_("total"), "", "", "", sum(choice.cost for choice in plan.plan)))
    return _table(_("Plan"), columns, rows)


def _account_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("for")),
        Column("first", _("with the plan"), plan.currency),
        Column("second", _("without any standard"), plan.currency),
        Column("third", _("more"), plan.currency),
    )


def _account(plan: Plan) -> list[_PlanRow]:
    """Rows that count, their total, then what is told beside them."""
    total = plan.account_total
    if total is None:
        return []
    rows = [row for row in plan.account if row.counts]
    beside = [row for row in plan.account if not row.counts]
    return [
        _PlanRow(account_words(row.item), row.with_plan, row.without_standards, row.more)
        for row in (*rows, total, *beside)
    ]


def _standards_title(plan: Plan) -> str:
    if plan.feasible is False:
        return _("Standards, in the plan that falls short least")
    return _("Standards")


def _standard_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("standard")),
        Column("first", _("met")),
        Column("second", _("what it costs"), plan.currency),
    )


def _standard(row: StandardCost) -> _PlanRow:
    return _PlanRow(row.standard, _("yes") if row.met else _("no"), row.cost_of_it)


def _frontier_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("survived")),
        Column("first", _("cost"), plan.currency, absent=lambda row: str(row.fourth)),
        Column("second", _("a month more"), plan.currency, absent=lambda _row: "–"),
        Column("third", _("plan")),
    )


def _point(point: FrontierPoint) -> _PlanRow:
    months = ngettext("{n} month", "{n} months", point.months).format(n=point.months)
    options = ", ".join(choice.option for choice in point.plan) or "–"
    if point.dominated:
        options = _("{plan} (as cheap for longer)").format(plan=options)
    why = _("impossible") if point.feasible is False else _("not computed")
    shown_plan = options if point.cost is not None else ""
    return _PlanRow(months, point.cost, point.cost_of_a_month, shown_plan, why)


def _outlay_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("year")),
        Column("first", _("with the plan"), plan.currency),
        Column("second", _("without"), plan.currency),
        Column("third", _("abroad, with"), plan.currency),
        Column("fourth", _("abroad, without"), plan.currency),
    )


def _outlays(plan: Plan) -> list[_PlanRow]:
    total = plan.outlay_total
    named = [(str(row.year), row, abroad) for row, abroad in plan.outlay_by_year]
    if total is not None:
        named.append((_("total"), *total))
    return [
        _PlanRow(
            name,
            row.amount,
            row.without_project,
            abroad.amount if abroad else None,
            abroad.without_project if abroad else None,
        )
        for name, row, abroad in named
    ]


def _waiting_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("decided later by")),
        Column("first", _("cost"), plan.currency, absent=lambda _row: _("impossible")),
        Column("second", _("dearer by"), plan.currency),
    )


def _waiting(row: Waiting) -> _PlanRow:
    years = ngettext("{n} year", "{n} years", row.years).format(n=row.years)
    return _PlanRow(years, row.cost, row.cost_of_waiting)


def _alternative_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("options")),
        Column("first", _("cost"), plan.currency),
        Column("second", _("more, of the cost of security") if plan.standards else _("more")),
    )


def _alternative(row: Alternative) -> _PlanRow:
    options = ", ".join(choice.option for choice in row.plan) or _("none")
    return _PlanRow(options, row.cost, f"{row.above * 100:.2g}%")


def _information(plan: Plan) -> str:
    """What knowing and planning for futures is worth, or why it has no value."""
    if plan.draws <= 1 or plan.cost is None:
        return ""
    lines = []
    if plan.evpi is not None:
        lines.append(
            _("Knowing the future would be worth {evpi} (EVPI).").format(
                evpi=_money(plan, plan.evpi)
            )
        )
    elif "evpi" not in plan.not_computed:
        lines.append(
            _(
                "What knowing the future would be worth (EVPI) has no value here: a standard may "
                "fail in some draws, or some future has no plan of its own."
            )
        )
    if plan.vss is not None:
        lines.append(
            _("Planning for all futures instead of mean values saves {vss} (VSS).").format(
                vss=_money(plan, plan.vss)
            )
        )
    elif "vss" not in plan.not_computed:
        lines.append(
            _(
                "The plan for mean values fails in some future, so planning for all of them is "
                "worth more than any sum (VSS)."
            )
        )
    return "\n".join(lines)


MOST_INPUTS = 8
"""Inputs that are shown for an answer; all of them are in the JSON."""
_PLACES = ("first", "second", "third", "fourth", "fifth")
"""Columns of a row, one for each length; lengths beyond are in the JSON."""


@dataclass(frozen=True, slots=True)
class _StressRow:
    """A row of a table for the screen: texts, and numbers that are to stand at the right."""

    name: str
    unit: str = ""
    first: object = None
    second: object = None
    third: object = None
    fourth: object = None
    fifth: object = None


def stress_text(stress: Stress) -> str:
    """What holds over draws, and what decides it."""
    return "\n\n".join(part for part in _stress_parts(stress) if part)


def _stress_parts(stress: Stress) -> Iterator[str]:
    yield _stress_head(stress)
    yield from _answers([a for a in stress.answers if a.unit != "share" and a.date])
    yield from _fans(stress)
    yield from _curves(stress)
    for risk in stress.hazards:
        yield _hazards(stress, risk)
    yield from _deciding(stress)
    yield _tipping(stress)
    yield "\n".join(stress.notes)


def _stress_head(stress: Stress) -> str:
    draws = ngettext("{n:,} draw", "{n:,} draws", stress.draws).format(n=stress.draws)
    head = _("{draws}, seed {seed}, method {method}").format(
        draws=draws, seed=stress.seed, method=stress.method
    )
    if not stress.draws_solved:
        return head
    solved = ngettext(
        "{n:,} of them solved for the best response",
        "{n:,} of them solved for the best response",
        stress.draws_solved,
    ).format(n=stress.draws_solved)
    return f"{head}; {solved}"


def _answers(answers: Sequence[Answer]) -> Iterator[str]:
    """A table for each number that is asked for, a line for each date."""
    tables: dict[tuple[str, ...], list[Answer]] = {}
    for answer in answers:
        kind = answer.name.partition("(")[0]
        key = (kind, answer.unit, answer.measure, _months(answer.length), answer.variant)
        tables.setdefault((*key, answer.bound), []).append(answer)
    columns = (
        Column("name", _("date")),
        Column("first", _("mean")),
        Column("second", _("standard error")),
        Column("third", "5 %"),
        Column("fourth", "50 %"),
        Column("fifth", "95 %"),
    )
    for (kind, unit, *about), rows in tables.items():
        title = f"{kind} [{unit}]" if unit else kind
        told = ", ".join(part for part in (*about, _draws_words(rows)) if part)
        yield f"{title}: {told}\n{text_table(columns, [_row(answer) for answer in rows])}"


def _months(length: int | None) -> str:
    if length is None:
        return ""
    return ngettext("{n} month", "{n} months", length).format(n=length)


def _draws_words(answers: Sequence[Answer]) -> str:
    """How many draws stand behind numbers, and how many would halve their errors."""
    n = max(answer.n_draws + answer.n_without for answer in answers)
    draws = ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)
    halve = max((answer.draws_to_halve or 0 for answer in answers), default=0)
    if halve:
        draws = _("{draws} ({n:,} would halve the errors)").format(draws=draws, n=halve)
    lost = max(answer.n_without for answer in answers)
    if lost:
        draws = _("{draws}, up to {n:,} of them without a value, so none is averaged").format(
            draws=draws, n=lost
        )
    unbounded = max(answer.n_unbounded for answer in answers)
    if unbounded:
        draws = _("{draws}, without bound in up to {n:,} of them").format(draws=draws, n=unbounded)
    return draws


def _row(answer: Answer) -> _StressRow:
    quantiles = [_up_to(answer, answer.quantiles.get(percent)) for percent in ("5", "50", "95")]
    mean = _at_least(answer.mean, is_bound=bool(answer.capped_share))
    return _StressRow(answer.date or "–", answer.unit, mean, answer.standard_error, *quantiles)


def _up_to(answer: Answer | Fan, value: float | None) -> object:
    """A value; where nothing beyond is looked at, that it is at least so much."""
    cap = answer.capped_at
    return _at_least(value, is_bound=cap is not None and value is not None and value >= cap)


def _at_least(value: float | None, *, is_bound: bool) -> object:
    return f"≥ {shown(value)}" if is_bound and value is not None else value


def _fans(stress: Stress) -> Iterator[str]:
    """Fans that no table of answers shows, a line for each January or first date."""
    told = {answer.name.partition("(")[0] for answer in stress.answers}
    columns = (
        Column("name", _("date")),
        Column("first", _("mean")),
        Column("second", "5 %"),
        Column("third", "50 %"),
        Column("fourth", "95 %"),
        Column("fifth", _("central")),
    )
    for fan in (one for one in stress.fans if one.name not in told):
        about = (fan.measure, _months(fan.length), fan.variant, fan.bound)
        draws = ngettext("{n:,} draw", "{n:,} draws", fan.n_draws).format(n=fan.n_draws)
        title = f"{fan.name} [{fan.unit}]" if fan.unit else fan.name
        rows = [
            _StressRow(
                date,
                first=_at_least(
                    fan.mean[at], is_bound=bool(fan.capped_share and fan.capped_share[at])
                ),
                second=_up_to(fan, fan.quantiles["5"][at]),
                third=_up_to(fan, fan.quantiles["50"][at]),
                fourth=_up_to(fan, fan.quantiles["95"][at]),
                fifth=_up_to(fan, fan.central[at]),
            )
            for at, date in enumerate(fan.dates)
            if at == 0 or date.endswith("-01")
        ]
        yield f"{title}: {', '.join(p for p in (*about, draws) if p)}\n{text_table(columns, rows)}"


def _curves(stress: Stress) -> Iterator[str]:
    """Probability that it has ended: a line for each date, a column for each length."""
    fields = ("variant", "measure", "bound")
    for (variant, measure, bound), rows in grouped(stress.p_ended, fields=fields).items():
        lengths = sorted({row.length for row in rows})[: len(_PLACES)]
        columns = [Column("name", _("date"))]
        columns += [
            Column(place, _months(length)) for place, length in zip(_PLACES, lengths, strict=False)
        ]
        n = max(row.n_draws for row in rows)
        draws = ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)
        title = _(
            "Leverage has ended: {variant}, {measure}, {bound}, {draws}; probability ± its "
            "standard error, by length of the measure"
        ).format(variant=variant, measure=measure, bound=bound, draws=draws)
        yield f"{title}\n{text_table(columns, list(_dates(rows, lengths)))}"


def _dates(rows: Sequence[EndedBy], lengths: Sequence[int]) -> Iterator[_StressRow]:
    known = {(row.date, row.length): row for row in rows}
    for date in dict.fromkeys(row.date for row in rows):
        cells = [known.get((date, length)) for length in lengths]
        told = [None if one is None else f"{one.p:.2f} ± {one.standard_error:.2f}" for one in cells]
        yield _StressRow(date, "", *told)


def _hazards(stress: Stress, risk: HazardRisk) -> str:
    money, unmet = stress.units.get("money", ""), stress.units.get("unmet", "")
    worst = _("mean of the worst {share:.0%}").format(share=risk.tail_share)
    p_ever = risk.p_short_by[-1] if risk.p_short_by else None
    errors = {
        answer.name.partition("(")[0]: answer.standard_error
        for answer in stress.answers
        if answer.question == "hazards" and answer.variant == risk.variant
    }
    numbers = (
        ("goes_short", _("essential demand ever goes short"), _("share"), p_ever, None),
        ("unmet_essential", _("unmet essential demand"), unmet, risk.expected_unmet,
         risk.cvar_unmet),
        ("target_loss", _("loss, discounted"), money, risk.expected_loss, risk.cvar_loss),
    )  # fmt: skip
    rows = [_StressRow(name, unit, mean, errors.get(kind), tail)
            for kind, name, unit, mean, tail in numbers]  # fmt: skip
    columns = (
        Column("name", _("hazards: {names}").format(names=", ".join(risk.hazards))),
        Column("unit", _("unit")),
        Column("first", _("mean")),
        Column("second", _("standard error")),
        Column("third", worst),
    )
    return f"{risk.variant}, {risk.dates[0]} – {risk.dates[-1]}\n{text_table(columns, rows)}"


def _deciding(stress: Stress) -> Iterator[str]:
    """The inputs that move each answer most, with their swing where it is known."""
    swings = {(bar.answer, bar.input): bar for bar in stress.tornado}
    for (answer,), rows in grouped(stress.sensitivity, fields=("answer",)).items():
        shown_rows = [_decided(one, swings.get((one.answer, one.input))) for one in rows]
        unit = next((bar.answer_unit for bar in stress.tornado if bar.answer == answer), "")
        columns = (
            Column(
                "name",
                _("what decides {answer} (PAWN: {n:,} draws)").format(
                    answer=answer, n=stress.draws_deciding
                ),
            ),
            Column("first", _("first order (95 %)")),
            Column("second", _("total (95 %)")),
            Column("third", "PAWN"),
            Column("fourth", _("at low"), unit),
            Column("fifth", _("at high"), unit),
        )
        yield text_table(columns, shown_rows[:MOST_INPUTS])


def _decided(one: Influence, bar: Bar | None) -> _StressRow:
    return _StressRow(
        one.input,
        first=_plus_minus(one.first, one.first_confidence),
        second=_plus_minus(one.total, one.total_confidence),
        third=one.pawn,
        fourth=None if bar is None else bar.answer_at_low,
        fifth=None if bar is None else bar.answer_at_high,
    )


def _plus_minus(index: float | None, half_width: float | None) -> str | None:
    """An index with the half width of its 95 % interval."""
    return None if index is None else f"{index:.2f} ± {half_width or 0.0:.2f}"


def _tipping(stress: Stress) -> str:
    lines = [f"  {one.says}" for one in stress.tipping]
    title = _("Where a verdict flips, all else at its central value")
    return "\n".join([title, *lines]) if lines else ""
