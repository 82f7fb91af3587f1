"""The plan: what to do, when and how big; what it costs; or what clashes."""

from derbes.brief import format as fmt
from derbes.brief.charts.plans import plan_timeline
from derbes.brief.charts.style import NARROW, WIDE, Row, wrapped
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.planning.words import made_of
from derbes.brief.sections.wording import decimal_year
from derbes.language import _, ngettext
from derbes.results.plan import Plan, PlanChoice, account_words


def plan_words(contents: BriefContents, plan: Plan) -> str:
    """The answer in a sentence."""
    money = contents.case.currency
    if plan.feasible is False:
        return _("Impossible: no choice meets all that is asked")
    if plan.cost is None:
        return _("No plan was found in the time that was given")
    if not plan.plan:
        return _("Nothing has to be done: what is there meets the standards")
    text = ngettext(
        "{n} choice meets the standards for {cost}", "{n} choices meet the standards for {cost}",
        len(plan.plan),
    )  # fmt: skip
    return text.format(n=len(plan.plan), cost=fmt.money(_above(plan), money))


def _above(plan: Plan) -> float:
    """Cost of the plan above that without any standard; the cost itself when not known."""
    cost = plan.cost or 0.0
    return cost if plan.no_threat_cost is None else cost - plan.no_threat_cost


def plan_section(contents: BriefContents, plan: Plan) -> Section:
    """What to do, when and how big; or what clashes."""
    figures = (_timeline(contents, plan),) if plan.plan else ()
    tables = [_choices_table(contents, plan)] if plan.plan else []
    if plan.account:
        tables.append(_account_table(contents, plan))
    if plan.clash:
        tables.append(_clash_table(plan))
    if plan.standards:
        tables.append(_standards_table(contents, plan))
    if plan.value_of_waiting:
        tables.append(_waiting_table(contents, plan))
    if plan.alternatives:
        tables.append(_alternatives_table(plan))
    title = _("The plan: {answer}").format(answer=plan_words(contents, plan))
    return Section("plan", title, tuple(_plan_texts(contents, plan)), figures, tuple(tables))


def _plan_texts(contents: BriefContents, plan: Plan) -> list[str]:
    money = contents.case.currency
    about = made_of(contents, plan)
    texts = [about[:1].upper() + about[1:] + "."]
    if plan.cost is not None and plan.bound is not None:
        texts.append(
            _(
                "Supply and options together cost {cost}, discounted; no plan costs less than "
                "{bound}. Without any standard the cheapest course costs {calm}."
            ).format(
                cost=fmt.money(plan.cost, money),
                bound=fmt.money(plan.bound, money),
                calm=fmt.missing()
                if plan.no_threat_cost is None
                else fmt.money(plan.no_threat_cost, money),
            )
        )
    if plan.status == "time limit":
        texts.append(_("The search ended at its time limit; a cheaper plan may exist."))
    if plan.clash:
        texts.append(_("The wishes below cannot hold together; relaxing one of them is enough."))
    together = plan.standards_words(lambda amount: fmt.money(amount, money))
    if together:
        texts.append(together)
    if plan.evpi is not None:
        texts.append(
            _("To know the future before deciding would be worth {evpi}.").format(
                evpi=fmt.money(plan.evpi, money)
            )
        )
    if plan.vss is not None:
        texts.append(
            _("A plan made for mean values alone would cost {vss} more.").format(
                vss=fmt.money(plan.vss, money)
            )
        )
    return texts


def _timeline(contents: BriefContents, plan: Plan) -> Figure:
    return Figure(
        id="plan-chart",
        title=_("What is decided when, and from when on it works"),
        subtitle=" · ".join(
            [_("dot: decision; thin: being made; thick: at work"), made_of(contents, plan)]
        ),
        description=_("One lane per choice, from its decision to the end of the calendar."),
        wide=_timeline_spec(contents, plan, WIDE),
        narrow=_timeline_spec(contents, plan, NARROW),
        table=_choices_table(contents, plan),
    )


def _timeline_spec(contents: BriefContents, plan: Plan, width: int) -> Row:
    calendar = contents.case.calendar
    end = decimal_year(calendar.label(calendar.n_periods))
    letters = 34 if width == WIDE else 14
    rows = [
        {
            "lane": wrapped(choice.what, letters),
            "decided": decimal_year(choice.date),
            "works": end if choice.effect is None else decimal_year(choice.effect),
            "end": end,
        }
        for choice in plan.plan
    ]
    return plan_timeline(rows, width=width, years=(decimal_year(calendar.label(0)), end))


def _choices_table(contents: BriefContents, plan: Plan) -> Table:
    money = contents.case.currency
    head = (_("what"), _("decided"), _("works from"), _("size"),
            _("cost, discounted [{currency}]").format(currency=money))  # fmt: skip
    cost = sum(choice.cost for choice in plan.plan)
    total = (words(_("total")), words(""), words(""), words(""), figure_cell(cost))
    return Table(_("The plan"), head, (*(_choice_row(c) for c in plan.plan), total))


def _account_table(contents: BriefContents, plan: Plan) -> Table:
    """Parts of the cost with the plan and without any standard, and their total."""
    money = contents.case.currency
    total = plan.account_total
    rows = [row for row in plan.account if row.counts]
    beside = [row for row in plan.account if not row.counts]
    head = (_("for"), _("with the plan [{currency}]").format(currency=money),
            _("without any standard [{currency}]").format(currency=money),
            _("more [{currency}]").format(currency=money))  # fmt: skip
    body = tuple(
        (
            words(account_words(row.item)),
            figure_cell(row.with_plan),
            figure_cell(row.without_standards),
            figure_cell(row.more),
        )
        for row in (*rows, *(() if total is None else (total,)), *beside)
    )
    return Table(_("Where the cost comes from, discounted"), head, body)


def _choice_row(choice: PlanChoice) -> tuple[Cell, ...]:
    size = fmt.quantity(choice.size, choice.unit or "1")
    if choice.unit == "share":
        size = fmt.share(choice.size)
    return (
        words(choice.what),
        month_cell(choice.date),
        month_cell(choice.effect, _("not within the calendar")),
        Cell(size, choice.size, is_number=True),
        figure_cell(choice.cost, fmt.number(choice.cost)),
    )


def _clash_table(plan: Plan) -> Table:
    rows = tuple((words(wish.wish), words(wish.what)) for wish in plan.clash)
    return Table(_("Wishes that cannot hold together"), (_("wish"), _("what")), rows)


def _standards_table(contents: BriefContents, plan: Plan) -> Table:
    money = contents.case.currency
    head = (_("standard"), _("met"), _("what it costs [{currency}]").format(currency=money))
    rows = tuple(
        (
            words(name_of(contents.case, "standards", row.standard)),
            words(_("yes") if row.met else _("no")),
            figure_cell(row.cost_of_it),
        )
        for row in plan.standards
    )
    return Table(_("What each standard costs"), head, rows)


def _waiting_table(contents: BriefContents, plan: Plan) -> Table:
    money = contents.case.currency
    head = (_("decided later by [year]"), _("dearer by [{currency}]").format(currency=money))
    rows = tuple(
        (
            Cell(fmt.number(row.years), row.years, is_number=True),
            Cell(_("impossible"), None, is_number=True)
            if row.cost_of_waiting is None
            else figure_cell(row.cost_of_waiting),
        )
        for row in plan.value_of_waiting
    )
    return Table(_("What it costs to wait"), head, rows)


def _alternatives_table(plan: Plan) -> Table:
    head = (_("choices"), _("dearer by, of the cost of security"))
    rows = tuple(
        (
            words("; ".join(choice.what for choice in row.plan) or _("nothing")),
            Cell(fmt.share(row.above), row.above, is_number=True),
        )
        for row in plan.alternatives
    )
    return Table(_("Other plans that cost little more"), head, rows)
