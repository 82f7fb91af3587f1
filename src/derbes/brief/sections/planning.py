"""Sections on the plan: what to do, what security costs, what is paid when.

Words and amounts that the sections on the plan share.

The plan: what to do, when and how big; what it costs; or what clashes.

The cheapest programme in each variant, side by side.

What each month of security costs.

What is paid when, and where to.
"""

from derbes.brief import format as fmt
from derbes.brief.charts import NARROW, WIDE, Row, wrapped
from derbes.brief.charts_draws import frontier_chart, outlay_panels, plan_timeline
from derbes.brief.contents import BriefContents, decimal_year, draws_and_seed
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.language import _, ngettext
from derbes.results.plan import FOREIGN, NOISE, FrontierPoint, Plan, PlanChoice, account_words


def made_of(contents: BriefContents, plan: Plan) -> str:
    """Variant and futures that a plan was made for."""
    name = contents.name("variants", plan.variant)
    variant = _("variant: {name}").format(name=name)
    return f"{variant} · {draws_and_seed(plan.draws, plan.seed)}"


def beyond_noise(plan: Plan, amount: float) -> float:
    """An amount, or 0 where it is rounding noise beside what the plan costs. [money]"""
    whole = abs(plan.cost or plan.no_threat_cost or 0.0)
    return 0.0 if abs(amount) <= NOISE * whole else amount


def plan_method() -> str:
    """How plans are found, with the numbers of the equations."""
    return _(
        "A plan chooses at most one date and size of every option (M1), keeps what excludes or "
        "requires what (M2), limits (M3) and budgets (M4), and changes what can be made, bought "
        "and held (M5). In every future the course in calm pays for what contracts owe (M6), "
        "keeps to ceilings on payments abroad (M7) and meets standards that name no measure "
        "(M8). From it branches start: each finds the stocks of that course, but none that were "
        "hoarded for it (M9), and must serve its uses while the measure runs and after (M10). "
        "Futures share one matrix and differ in bounds (M11). What is kept low is the expected "
        "cost, with weight on the worst futures where the case gives one (M12). Many futures are "
        "solved apart: prices found in a future (M13) and in its branches (M15) become cuts of "
        "one program of the choices (M14), whose optimum no plan can undercut."
    )


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
            words(contents.name("standards", row.standard)),
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


def frontier_plan(contents: BriefContents, plan: Plan) -> Plan:
    """The plan whose frontier is worth drawing: that of the variant whose security costs most."""
    priced = [one for one in (plan, *contents.plans.values()) if one.frontier]
    return max(priced, key=lambda one: one.cost_of_security or 0.0, default=plan)


def programmes_section(contents: BriefContents) -> Section:
    """What would have to be done in each variant, and what that costs."""
    currency = contents.case.currency
    head = (_("variant"), _("cheapest programme"),
            _("cost of security, discounted [{currency}]").format(currency=currency),
            _("supply and options, discounted [{currency}]").format(currency=currency))  # fmt: skip
    rows = tuple(_row(contents, name, plan) for name, plan in contents.plans.items())
    text = _(
        "The cost of security is what the programme costs above the cheapest course without any "
        "standard. Plants that a variant builds anyway are no part of it."
    )
    first = next(iter(contents.plans.values()))
    futures = draws_and_seed(first.draws, first.seed)
    table = Table(
        _("The cheapest programme in each variant ({futures})").format(futures=futures), head, rows
    )
    return Section("programmes", _("What it would take in each variant"), (text,), (), (table,))


def _row(contents: BriefContents, name: str, plan: Plan) -> tuple[Cell, ...]:
    above = plan.cost_of_security
    return (
        words(contents.name("variants", name)),
        words(_what(plan)),
        figure_cell(None if above is None else beyond_noise(plan, above)),
        figure_cell(plan.cost),
    )


def _what(plan: Plan) -> str:
    if plan.feasible is False:
        clash = "; ".join(wish.what for wish in plan.clash)
        return _("impossible: {clash}").format(clash=clash) if clash else _("impossible")
    if plan.cost is None:
        return fmt.missing()
    return "; ".join(choice.what for choice in plan.plan) or _("nothing: the standards are met")


def frontier_section(contents: BriefContents, plan: Plan) -> Section:
    """Cost against months survived, each point a plan."""
    figure = Figure(
        id="frontier-chart",
        title=_frontier_finding(contents, plan),
        subtitle=" · ".join(
            [
                _("Cost above that without any standard [{currency}]").format(
                    currency=contents.case.currency
                ),
                made_of(contents, plan),
            ]
        ),
        description=_("One point per length of the standards; each is a plan of its own."),
        wide=_frontier_spec(contents, plan, WIDE),
        narrow=_frontier_spec(contents, plan, NARROW),
        table=_frontier_table(contents, plan),
    )
    text = _(
        "Every point is a plan of its own, found for that length; nothing is assumed about the "
        "lengths between. A cross marks a length for which a plan that lasts longer costs no more."
    )
    return Section("frontier", _("What each month of security costs"), (text,), (figure,))


def _known(plan: Plan) -> list[tuple[FrontierPoint, float]]:
    """Points with their cost above that without any standard."""
    calm = plan.no_threat_cost or 0.0
    return [(point, point.cost - calm) for point in plan.frontier if point.cost is not None]


def _frontier_finding(contents: BriefContents, plan: Plan) -> str:
    known = _known(plan)
    money = contents.case.currency
    first, last = known[0], known[-1]
    text = _("{first} of security costs {cheap}, {last} costs {dear}").format(
        first=fmt.months(first[0].months),
        cheap=fmt.money(beyond_noise(plan, first[1]), money),
        last=fmt.months(last[0].months),
        dear=fmt.money(beyond_noise(plan, last[1]), money),
    )
    impossible = [point.months for point in plan.frontier if point.feasible is False]
    if not impossible:
        return text
    return _("{text}; {months} cannot be reached").format(
        text=text, months=fmt.months(min(impossible))
    )


def _frontier_spec(contents: BriefContents, plan: Plan, width: int) -> Row:
    known = _known(plan)
    divisor, scale = fmt.money_scale(max((abs(cost) for _point, cost in known), default=0.0))
    best, dominated = _("cheapest plan"), _("a plan that lasts longer costs no more")
    rows = [
        {
            "months": point.months,
            "cost": beyond_noise(plan, cost) / divisor,
            "kind": dominated if point.dominated else best,
        }
        for point, cost in known
    ]
    unit = " ".join(part for part in (scale, contents.case.currency) if part)
    names = {
        "x": _("Months survived"),
        "y": _("Cost [{unit}]").format(unit=unit),
        "best": best,
        "dominated": dominated,
    }
    return frontier_chart(rows, width=width, names=names)


def _frontier_table(contents: BriefContents, plan: Plan) -> Table:
    calm = plan.no_threat_cost
    rows = []
    for point in plan.frontier:
        months = Cell(fmt.months(point.months), point.months, is_number=True)
        what = "; ".join(choice.what for choice in point.plan) or _("nothing")
        if point.cost is None:
            why = _("impossible") if point.feasible is False else _("not computed")
            rows.append((months, Cell(why, None, is_number=True), words("–"), words("")))
            continue
        above = point.cost if calm is None else beyond_noise(plan, point.cost - calm)
        more = point.cost_of_a_month
        priced = words("–") if more is None else figure_cell(more)
        rows.append((months, figure_cell(above), priced, words(what)))
    money = contents.case.currency
    head = (_("survived"), _("cost [{currency}]").format(currency=money),
            _("a month more [{currency}]").format(currency=money), _("plan"))  # fmt: skip
    return Table(_("Cost of security by months survived"), head, tuple(rows))


def outlay_section(contents: BriefContents, plan: Plan) -> Section:
    """What is paid by year, with the plan and without, and the part that goes abroad."""
    figure = Figure(
        id="outlay-chart",
        title=_outlay_finding(contents, plan),
        subtitle=" · ".join(
            [
                _("Payments by year, not discounted [{currency}]").format(
                    currency=contents.case.currency
                ),
                made_of(contents, plan),
            ]
        ),
        description=_("Bars with and without the plan, for all payments and for those abroad."),
        wide=_outlay_spec(contents, plan, WIDE),
        narrow=_outlay_spec(contents, plan, NARROW),
        table=_outlay_table(contents, plan),
    )
    text = _(
        "Payments abroad are what sellers abroad get for goods, capital goods and imported "
        "inputs included. {without}"
    ).format(without=_without_words(contents))
    return Section("outlay", _("What is paid when, and where to"), (text,), (figure,))


def _without_words(contents: BriefContents) -> str:
    variant = contents.case.without_project
    if not variant:
        return _("Without the plan is the calm course of the case without any option.")
    name = contents.name("variants", variant)
    return _("Compared with the calm course of the variant: {name}.").format(name=name)


def _outlay_finding(contents: BriefContents, plan: Plan) -> str:
    money = contents.case.currency
    rows = [abroad for _row, abroad in plan.outlay_by_year if abroad is not None]
    known = [(r.amount, r.without_project) for r in rows
             if r.amount is not None and r.without_project is not None]  # fmt: skip
    if not known:
        return _("What is paid abroad is missing")
    saved = sum(without - amount for amount, without in known)
    if abs(saved) <= NOISE * sum(abs(amount) for amount, _without in known):
        return _("Nothing changes in what is paid abroad")
    text = (
        _("Over all years {amount} less are paid abroad")
        if saved > 0
        else _("Over all years {amount} more are paid abroad")
    )
    return text.format(amount=fmt.money(abs(saved), money))


def _outlay_spec(contents: BriefContents, plan: Plan, width: int) -> Row:
    divisor, scale = fmt.money_scale(
        max(
            (abs(v or 0.0) for row in plan.outlay for v in (row.amount, row.without_project)),
            default=0.0,
        )
    )
    unit = " ".join(part for part in (scale, contents.case.currency) if part)
    everything = _("All payments [{unit}]").format(unit=unit)
    abroad = _("Paid abroad [{unit}]").format(unit=unit)
    with_plan, without = _("with the plan"), _("without it")
    rows = [
        {
            "panel": abroad if row.currency == FOREIGN else everything,
            "year": str(row.year),
            "amount": amount / divisor,
            "kind": kind,
        }
        for row in plan.outlay
        for kind, amount in ((with_plan, row.amount), (without, row.without_project))
        if amount is not None
    ]
    names = {"with": with_plan, "without": without}
    return outlay_panels(rows, width=width, names=names, order=[everything, abroad])


def _outlay_table(contents: BriefContents, plan: Plan) -> Table:
    total = plan.outlay_total
    named = [(Cell(str(row.year), row.year), row, abroad) for row, abroad in plan.outlay_by_year]
    if total is not None:
        named.append((words(_("total")), *total))
    rows = tuple(
        (
            year,
            figure_cell(row.amount),
            figure_cell(row.options),
            figure_cell(row.without_project),
            figure_cell(abroad.amount if abroad else None),
            figure_cell(abroad.without_project if abroad else None),
        )
        for year, row, abroad in named
    )
    head = (_("year"), _("with the plan"), _("of it for options"), _("without it"),
            _("abroad, with"), _("abroad, without"))  # fmt: skip
    caption = _("Payments by year [{currency}]").format(currency=contents.case.currency)
    return Table(caption, head, rows)


def plan_sections(contents: BriefContents) -> tuple[Section, ...]:
    """The sections on the plan; none where nothing was to be decided."""
    plan = contents.plan
    if plan is None:
        return ()
    parts = [plan_section(contents, plan)]
    if len(contents.plans) > 1:
        parts.append(programmes_section(contents))
    told = frontier_plan(contents, plan)
    if any(point.cost is not None for point in told.frontier):
        parts.append(frontier_section(contents, told))
    if plan.outlay:
        parts.append(outlay_section(contents, plan))
    return tuple(parts)
