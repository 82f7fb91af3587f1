"""A plan as text for people: the answer first, then tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from derbes.language import _, ngettext
from derbes.results.display import Column, shown, text_table
from derbes.results.plan import (
    Alternative,
    FrontierPoint,
    Plan,
    StandardCost,
    Waiting,
    account_words,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table for the screen: texts, and numbers that are to stand at the right."""

    name: str
    first: object = None
    second: object = None
    third: object = None
    fourth: object = None


def plan_text(plan: Plan) -> str:
    """A plan, what it costs, what it stands on and what comes close."""
    return "\n\n".join(part for part in _parts(plan) if part)


def _parts(plan: Plan) -> Iterator[str]:
    yield _head(plan)
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


def _table(title: str, columns: tuple[Column, ...], rows: list[_Row]) -> str:
    return f"{title}\n{text_table(columns, rows)}" if rows else ""


def _money(plan: Plan, amount: float | None) -> str:
    return shown(amount) if amount is None else f"{shown(float(amount))} {plan.currency}"


# The answer


def _head(plan: Plan) -> str:
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
        _Row(choice.what, choice.option, choice.date, choice.effect, choice.cost)
        for choice in plan.plan
    ]
    rows.append(_Row(_("total"), "", "", "", sum(choice.cost for choice in plan.plan)))
    return _table(_("Plan"), columns, rows)


def _account_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("for")),
        Column("first", _("with the plan"), plan.currency),
        Column("second", _("without any standard"), plan.currency),
        Column("third", _("more"), plan.currency),
    )


def _account(plan: Plan) -> list[_Row]:
    """Rows that count, their total, then what is told beside them."""
    total = plan.account_total
    if total is None:
        return []
    rows = [row for row in plan.account if row.counts]
    beside = [row for row in plan.account if not row.counts]
    return [
        _Row(account_words(row.item), row.with_plan, row.without_standards, row.more)
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


def _standard(row: StandardCost) -> _Row:
    return _Row(row.standard, _("yes") if row.met else _("no"), row.cost_of_it)


def _frontier_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("survived")),
        Column("first", _("cost"), plan.currency, absent=lambda row: str(row.fourth)),
        Column("second", _("a month more"), plan.currency, absent=lambda _row: "–"),
        Column("third", _("plan")),
    )


def _point(point: FrontierPoint) -> _Row:
    months = ngettext("{n} month", "{n} months", point.months).format(n=point.months)
    options = ", ".join(choice.option for choice in point.plan) or "–"
    if point.dominated:
        options = _("{plan} (as cheap for longer)").format(plan=options)
    why = _("impossible") if point.feasible is False else _("not computed")
    shown_plan = options if point.cost is not None else ""
    return _Row(months, point.cost, point.cost_of_a_month, shown_plan, why)


def _outlay_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("year")),
        Column("first", _("with the plan"), plan.currency),
        Column("second", _("without"), plan.currency),
        Column("third", _("abroad, with"), plan.currency),
        Column("fourth", _("abroad, without"), plan.currency),
    )


def _outlays(plan: Plan) -> list[_Row]:
    total = plan.outlay_total
    named = [(str(row.year), row, abroad) for row, abroad in plan.outlay_by_year]
    if total is not None:
        named.append((_("total"), *total))
    return [
        _Row(
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


def _waiting(row: Waiting) -> _Row:
    years = ngettext("{n} year", "{n} years", row.years).format(n=row.years)
    return _Row(years, row.cost, row.cost_of_waiting)


def _alternative_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("name", _("options")),
        Column("first", _("cost"), plan.currency),
        Column("second", _("more, of the cost of security") if plan.standards else _("more")),
    )


def _alternative(row: Alternative) -> _Row:
    options = ", ".join(choice.option for choice in row.plan) or _("none")
    return _Row(options, row.cost, f"{row.above * 100:.2g}%")


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
