"""Sections on the plan: what to do, what security costs and buys, what is paid when."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, decimal_year, draws_and_seed, prices_words
from derbes.brief.layout import Cell, Figure, PageTable, Section, table_of
from derbes.language import _, ngettext
from derbes.results import plan as results
from derbes.results.money import CHEAPEST, NOTHING, PROGRAMME, Estimate, Way, way_words
from derbes.results.tables import MISSING, Column, field_of, met_words
from derbes.spelling import NO_BREAK, money_name

_TELLS = 2.0
"""Standard errors from which on a mean is told from none."""
Row = tuple[str, str, str]
"""What it is, its amount, and what the amount is and rests on."""


def made_of(contents: BriefContents, plan: results.Plan) -> str:
    """Variant and futures that a plan was made for."""
    variant = _("variant: {name}").format(name=contents.name("variants", plan.variant))
    return f"{variant} · {draws_and_seed(plan.draws, plan.seed)}"


def futures_words(plan: results.Plan | None) -> str:
    """That amounts are those of central values, else of which futures they are the mean."""
    if plan is None or plan.draws <= 1:
        return _("central values")
    return draws_and_seed(plan.draws, plan.seed)


def beyond_noise(plan: results.Plan, amount: float) -> float:
    """An amount, or 0 where it is rounding noise beside what the plan costs. [money]"""
    is_told = abs(amount) > results.NOISE * abs(plan.cost or plan.no_threat_cost or 0.0)
    return amount if is_told else 0.0


def plan_method() -> str:
    """How plans are found, with the numbers of the equations."""
    return _(
        "A plan chooses at most one date and size of every option (M1), keeps what excludes or "
        "requires what (M2), limits (M3) and budgets (M4), and changes what can be made, bought "
        "and held (M5). In every future the course in calm pays for what contracts owe (M6), "
        "keeps to ceilings on payments abroad (M7) and meets standards that name no measure "
        "(M8); of some goods it buys no more than a part from one seller, where a standard says so "
        "(M16). From it branches start: each finds the stocks of that course, but none that were "
        "hoarded for it (M9), and must serve its uses while the measure runs and after (M10). "
        "Futures share one matrix and differ in bounds (M11). What is kept low is the expected "
        "cost, with weight on the worst futures where the case gives one (M12). Many futures are "
        "solved apart: prices found in a future (M13) and in its branches (M15) become cuts of "
        "one program of the choices (M14), whose optimum no plan can undercut."
    )


def plan_words(contents: BriefContents, plan: results.Plan) -> str:
    """The answer in a sentence."""
    if plan.feasible is False:
        return _("Impossible: no choice meets all that is asked")
    if plan.cost is None:
        return _("No plan was found in the time that was given")
    if not plan.plan:
        if not plan.precaution:
            return _("Nothing has to be added: what is there meets the standards")
        text = _("Nothing has to be built; supply that is run for {cost} more meets the standards")
        return text.format(cost=contents.money(plan.precaution))
    text = ngettext(
        "{n} choice meets the standards for {cost}", "{n} choices meet the standards for {cost}",
        len(plan.plan),
    )  # fmt: skip
    cost = contents.money(plan.cost - (plan.no_threat_cost or 0.0))
    return text.format(n=len(plan.plan), cost=cost)


def plan_section(contents: BriefContents, plan: results.Plan) -> Section:
    """What to do, when and how big; or what clashes."""
    choices = _choices_table(contents, plan)
    timeline = Figure(
        "plan-chart",
        _("What is decided when, and from when on it works"),
        under=(_("dot: decision; thin: being made; thick: at work"), made_of(contents, plan)),
        description=_("One lane per choice, from its decision to the end of the calendar."),
        spec=partial(_timeline_spec, contents, plan),
        table=choices,
    )
    return Section(
        "plan",
        _("The plan: {answer}").format(answer=plan_words(contents, plan)),
        tuple(_plan_texts(contents, plan)),
        (timeline,) if plan.plan else (),
        tuple(table for table in (choices, *_question_tables(contents, plan)) if table.rows),
    )


def _plan_texts(contents: BriefContents, plan: results.Plan) -> Iterator[str]:
    money = contents.money
    about = fmt.joined(made_of(contents, plan), contents.prices, by=" · ")
    yield about[:1].upper() + about[1:] + "."
    if plan.cost is not None and plan.bound is not None:
        text, rate = _("Supply and options together cost {cost}."), plan.provenance.discount_rate
        if rate is not None:
            text = _("Supply and options together cost {cost}, discounted at {rate} a year.")
        text = text.format(cost=money(plan.cost), rate=fmt.share(rate or 0.0))
        proven = _("No plan costs less.")
        if money(plan.bound) != money(plan.cost):
            proven = _("No plan costs less than {bound}.").format(bound=money(plan.bound))
        calm = _("Without any standard the cheapest course costs {calm}.")
        calm = calm.format(calm=money(plan.no_threat_cost))
        is_dearer = beyond_noise(plan, plan.cost - (plan.no_threat_cost or 0.0))
        yield fmt.joined(text, proven, calm if is_dearer else "", by=" ")
    if precaution := plan.precaution_words(money):
        yield precaution
    if plan.status == "time limit":
        yield _("The search ended at its time limit; a cheaper plan may exist.")
    if plan.status == "feasible" and plan.gap is not None:
        text = _("That is not proved to be the cheapest: the gap to what is proved is {gap}.")
        yield text.format(gap=fmt.share(plan.gap))
    if plan.clash:
        wishes = _("The wishes below cannot hold together; relaxing one of them is enough.")
        yield wishes if len(plan.clash) > 1 else _("The wish below cannot hold; relax it.")
    if together := plan.standards_words(money):
        yield together
    if plan.evpi is not None:
        text = _("To know the future before deciding would be worth {evpi}.")
        yield text.format(evpi=money(plan.evpi))
    if plan.vss is not None:
        text = _("A plan made for mean values alone would cost {vss} more.")
        yield text.format(vss=money(plan.vss))


def _timeline_spec(contents: BriefContents, plan: results.Plan, width: int) -> vega.Spec:
    """One lane per choice: a thin bar while it is being made, a thick one while it works."""
    calendar = contents.case.calendar
    end = decimal_year(calendar.label(calendar.n_periods))
    rows = [
        {
            "lane": vega.wrapped(str(choice.what), 18),
            "decided": decimal_year(choice.date),
            "works": end if choice.effect is None else decimal_year(choice.effect),
            "end": end,
        }
        for choice in plan.plan
    ]
    years = (decimal_year(calendar.label(0)), end)
    x, y = vega.time_axis(years, tickCount=5), vega.lanes("lane")

    def span(first: str, last: str) -> vega.Spec:
        return {"x": {**x, "field": first}, "x2": {"field": last}, "y": y}

    decided = {"x": {**x, "field": "decided"}, "y": y}
    layers = [
        vega.layer("bar", span("decided", "works"), color=vega.GRAY, height={"band": 0.18}),
        vega.layer("bar", span("works", "end"), color=vega.BLUE, height={"band": 0.5}),
        vega.layer("point", decided, filled=True, size=70, color=vega.INK, opacity=1),
    ]
    height = vega.lane_height(rows, "lane", least=34, line=vega.LINE, more=8)
    return vega.chart(width, layers, data=vega.values(rows), height=height)


def _choices_table(contents: BriefContents, plan: results.Plan) -> PageTable:
    money, never = contents.case.currency, _("not within the calendar")

    def size(choice: results.PlanChoice) -> Cell:
        if choice.unit == "share":
            return Cell.figure(choice.size, fmt.share(choice.size), unit=_("share"))
        unit = fmt.unit_name(choice.unit) if choice.unit else ""
        return Cell.figure(choice.size, fmt.quantity(choice.size, choice.unit or "1"), unit=unit)

    columns = (
        Column(_("what"), 0),
        Column(_("decided"), 1),
        Column(_("works from"), 2),
        Column(_("size"), 3),
        Column(fmt.joined(_("cost"), plan.provenance.discounted), 4, money),
    )
    rows = [
        (one.what, Cell.month(one.date), Cell.month(one.effect, never), size(one), one.cost)
        for one in plan.plan
    ]
    total = (_("total"), "", "", "", sum(choice.cost for choice in plan.plan))
    return table_of(_("The plan"), _in_money(columns, money), [*rows, total] if rows else ())


def _question_tables(contents: BriefContents, plan: results.Plan) -> Iterator[PageTable]:
    """What it is paid for, what clashes, what standards and waiting cost, what comes close."""
    money, discounted = contents.case.currency, plan.provenance.discounted
    account = fmt.joined(results.account_title(plan), contents.prices)
    yield table_of(account, _in_money(results.account_columns(money), money), plan.account_lines)
    yield table_of(results.supply_title(), results.supply_columns(contents.element), plan.supply)
    wish = Column(_("wish"), lambda row: contents.element(row.wish))
    wishes = (wish, Column(_("what"), "what"))
    clash = _("Wishes that cannot hold together") if len(plan.clash) > 1 else _("What cannot hold")
    yield table_of(clash, wishes, plan.clash)
    standards = results.standard_columns(money, partial(contents.name, "standards"))
    costs = fmt.joined(_("What each standard costs"), discounted)
    costs = results.least_short_title() if plan.feasible is False else costs
    yield table_of(costs, _in_money(standards, money), plan.standards)

    def dearer(row: results.Waiting) -> Cell:
        text = _("impossible") if row.cost_of_waiting is None else None
        return Cell.figure(row.cost_of_waiting, text)

    def later(row: results.Waiting) -> Cell:
        text = ngettext("{n} year", "{n} years", row.years).format(n=row.years)
        return Cell.figure(row.years, text, unit=_("year"))

    waiting = (Column(_("decided later by"), later), Column(_("dearer by"), dearer, money))
    if plan.plan:
        waits = fmt.joined(_("What it costs to wait"), discounted)
        yield table_of(waits, _in_money(waiting, money), plan.value_of_waiting)
    others = (
        Column(_("choices"), lambda row: _choices_words(row.plan) or _("nothing")),
        Column(_("dearer by, of the cost of security"), lambda row: Cell.share(row.above)),
    )
    yield table_of(_("Other plans that cost little more"), others, plan.alternatives)


def _in_money(columns: Iterable[Column], currency: str) -> Iterator[Column]:
    """Columns whose amounts of money are told in the scale that suits each."""

    def told(row: object, *, column: Column) -> Cell:
        found = field_of(row, column.value)
        amount = found.raw if isinstance(found, Cell) else found
        if isinstance(amount, float | int):
            return Cell.figure(amount, fmt.money(amount, currency), unit=currency)
        return found if isinstance(found, Cell) else Cell.figure(None)

    for column in columns:
        is_money = column.unit == currency
        shown = replace(column, value=partial(told, column=column), unit="")
        yield shown if is_money else column


def _choices_words(choices: Iterable[results.PlanChoice]) -> str:
    return "; ".join(str(choice.what) for choice in choices)


def programmes_section(contents: BriefContents) -> Section:
    """What would have to be done in each variant, and what that costs."""
    money, first = contents.case.currency, next(iter(contents.plans.values()))
    discounted = first.provenance.discounted

    def programme(row: tuple[str, results.Plan]) -> str:
        plan = row[1]
        if plan.feasible is False:
            clash = "; ".join(str(wish.what) for wish in plan.clash)
            return _("impossible: {clash}").format(clash=clash) if clash else _("impossible")
        if plan.cost is None:
            return fmt.missing()
        return _choices_words(plan.plan) or _("nothing: the standards are met")

    def above(row: tuple[str, results.Plan]) -> float | None:
        cost = row[1].cost_of_security
        return None if cost is None else beyond_noise(row[1], cost)

    columns = (
        Column(_("variant"), lambda row: contents.name("variants", row[0])),
        Column(_("cheapest programme"), programme),
        Column(fmt.joined(_("cost of security"), discounted), above, money),
        Column(fmt.joined(_("supply and options"), discounted), lambda row: row[1].cost, money),
    )
    text = _(
        "The cost of security is what the programme costs above the cheapest course without any "
        "standard. Plants that a variant builds anyway are no part of it."
    )
    caption = _("The cheapest programme in each variant ({futures})").format(
        futures=draws_and_seed(first.draws, first.seed)
    )
    tables = (table_of(caption, _in_money(columns, money), contents.plans.items()),)
    return Section("programmes", _("What it would take in each variant"), (text,), (), tables)


def frontier_section(contents: BriefContents, plan: results.Plan) -> Section:
    """Cost against months survived, each point a plan."""
    money, known = contents.case.currency, _known(plan)
    (first, cheap), (last, dear) = known[0], known[-1]
    finding = _("{variant}: to survive {first} costs {cheap} more, {last} {dear} more").format(
        variant=contents.name("variants", plan.variant),
        first=fmt.months(first.months),
        cheap=contents.money(beyond_noise(plan, cheap)),
        last=fmt.months(last.months),
        dear=contents.money(beyond_noise(plan, dear)),
    )
    impossible = [point.months for point in plan.frontier if point.feasible is False]
    if impossible:
        months = fmt.months(min(impossible))
        finding = _("{text}; {months} cannot be reached").format(text=finding, months=months)

    def above(point: results.FrontierPoint) -> Cell:
        if point.cost is None:
            why = _("impossible") if point.feasible is False else _("not computed")
            return Cell.figure(None, why)
        return Cell.figure(beyond_noise(plan, point.cost - (plan.no_threat_cost or 0.0)))

    def survived(point: results.FrontierPoint) -> Cell:
        return Cell.figure(point.months, fmt.months(point.months), unit=_("month"))

    def a_month(point: results.FrontierPoint) -> Cell:
        more = point.cost_of_a_month
        return Cell.figure(more, MISSING if point.cost is None or more is None else None)

    def what(point: results.FrontierPoint) -> str:
        return "" if point.cost is None else _choices_words(point.plan) or _("nothing")

    columns = (
        Column(_("survived"), survived),
        Column(_("cost"), above, money),
        Column(_("a month more"), a_month, money),
        Column(_("plan"), what),
    )
    unit = fmt.joined(_("Cost above that without any standard"), plan.provenance.discounted)
    unit = f"{unit} [{money}]"
    figure = Figure(
        "frontier-chart",
        finding,
        under=(fmt.joined(unit, contents.prices), made_of(contents, plan)),
        description=_("One point per length of the standards; each is a plan of its own."),
        spec=partial(_frontier_spec, contents, plan),
        table=table_of(_("Cost of security by months survived"), columns, plan.frontier),
    )
    text = _(
        "Every point is a plan of its own, found for that length; nothing is assumed about the "
        "lengths between. A cross marks a length for which a plan that lasts longer costs no more."
    )
    return Section("frontier", _("What each month of security costs"), (text,), (figure,))


def _known(plan: results.Plan) -> list[tuple[results.FrontierPoint, float]]:
    """Points with their cost above that without any standard. [money]"""
    calm = plan.no_threat_cost or 0.0
    return [(point, point.cost - calm) for point in plan.frontier if point.cost is not None]


def _frontier_spec(contents: BriefContents, plan: results.Plan, width: int) -> vega.Spec:
    """Each point a plan; the steps say no more than that a plan for longer serves shorter too."""
    known = _known(plan)
    divisor, scale = fmt.money_scale(max((abs(cost) for _point, cost in known), default=0.0))
    kinds = (_("cheapest plan"), _("a plan that lasts longer costs no more"))
    rows = [
        {
            "months": point.months,
            "cost": beyond_noise(plan, cost) / divisor,
            "kind": kinds[point.dominated],
        }
        for point, cost in known
    ]
    x_scale, ticks = {"domainMin": 0, "nice": False}, {"grid": False, "tickCount": 8}
    place = {
        "x": vega.numbers("months", title=_("Months survived"), scale=x_scale, form="d", **ticks),
        "y": vega.numbers("cost", scale={"zero": False}, tickCount=5),
    }
    points = {**place, **vega.color_and_shape(kinds, (vega.BLUE, vega.GRAY), ("circle", "cross"))}
    layers = [
        vega.layer("line", place, interpolate="step-before", color=vega.GRAY, strokeDash=[3, 3]),
        vega.layer("point", points, filled=True, size=90, opacity=1),
    ]
    unit = fmt.joined(scale, contents.case.currency, by=" ")
    above = vega.subject(_("Cost [{unit}]").format(unit=unit))
    return vega.chart(width, layers, data=vega.values(rows), height=140, title=above)


def outlay_section(contents: BriefContents, plan: results.Plan) -> Section:
    """What is paid by year, with the plan and without, and the part that goes abroad."""
    case = contents.case
    columns = (
        Column(_("year"), 0),
        Column(_("with the plan"), lambda row: row[1].amount),
        Column(_("of it for options"), lambda row: row[1].options),
        Column(_("without it"), lambda row: row[1].without_project),
        Column(_("abroad, with"), lambda row: row[2] and row[2].amount),
        Column(_("abroad, without"), lambda row: row[2] and row[2].without_project),
    )
    caption = _("Payments by year [{currency}]").format(currency=case.currency)
    paid = fmt.joined(_("Payments by year"), plan.provenance.not_discounted)
    figure = Figure(
        "outlay-chart",
        _outlay_finding(contents, plan),
        under=(fmt.joined(f"{paid} [{case.currency}]", contents.prices), made_of(contents, plan)),
        description=_("Bars with and without the plan, for all payments and for those abroad."),
        spec=partial(_outlay_spec, contents, plan),
        table=table_of(caption, columns, plan.outlay_lines, unit=case.currency),
    )
    without = _("Without the plan is the calm course of the case without any option.")
    if case.without_project:
        name = contents.name("variants", case.without_project)
        without = _("Compared with the calm course of the variant: {name}.").format(name=name)
    text = _(
        "Payments abroad are what sellers abroad get for goods, capital goods and imported "
        "inputs included. {without}"
    ).format(without=without)
    return Section("outlay", _("What is paid when, and where to"), (text,), (figure,))


def _outlay_finding(contents: BriefContents, plan: results.Plan) -> str:
    rows = [abroad for _row, abroad in plan.outlay_by_year if abroad is not None]
    known = [(r.amount, r.without_project) for r in rows
             if r.amount is not None and r.without_project is not None]  # fmt: skip
    if not known:
        return _("What is paid abroad is missing")
    saved = sum(without - amount for amount, without in known)
    if abs(saved) <= results.NOISE * sum(abs(amount) for amount, _without in known):
        return _("Nothing changes in what is paid abroad")
    text = _("From {years} the plan pays {amount} more abroad")
    if saved > 0:
        text = _("From {years} the plan pays {amount} less abroad")
    years = fmt.span(str(min(row.year for row in rows)), str(max(row.year for row in rows)))
    return text.format(amount=contents.money(abs(saved)), years=years)


def _outlay_spec(contents: BriefContents, plan: results.Plan, width: int) -> vega.Spec:
    paid = (v for row in plan.outlay for v in (row.amount, row.without_project))
    divisor, scale = fmt.money_scale(max((abs(v or 0.0) for v in paid), default=0.0))
    unit = fmt.joined(scale, contents.case.currency, by=" ")
    everything = _("All payments [{unit}]").format(unit=unit)
    abroad = _("Paid abroad [{unit}]").format(unit=unit)
    kinds = {_("with the plan"): vega.BLUE, _("without it"): vega.RED}
    rows = [
        {
            "panel": abroad if row.currency == results.FOREIGN else everything,
            "year": str(row.year),
            "amount": amount / divisor,
            "kind": kind,
        }
        for row in plan.outlay
        for kind, amount in zip(kinds, (row.amount, row.without_project), strict=True)
        if amount is not None
    ]
    n_years = len({row["year"] for row in rows})
    order = [everything, abroad]
    most = 1 if width == vega.NARROW else vega.columns_of(width, order)
    room = (width - 60) / most / max(1, n_years)
    every = max(1, round(4.5 * vega.LETTER / room + 0.5))
    place = f"round(datum.index * {max(1, n_years - 1)})"
    axis = {"labelAngle": 0, "labelExpr": f"{place} % {every} === 0 ? datum.label : ''",
            "labelOverlap": False, "ticks": False}  # fmt: skip
    bars = {
        "x": {"field": "year", "type": "ordinal", "title": None, "axis": axis},
        "xOffset": {"field": "kind", "sort": list(kinds)},
        "y": vega.numbers("amount", tickCount=4),
        "color": vega.by_kind("kind", kinds, {"direction": "vertical", "symbolSize": 80}),
    }
    layers = [vega.layer("bar", bars)]
    return vega.panels(rows, layers, width=width, height=110, order=order, most=most)


def plan_sections(contents: BriefContents) -> Iterator[Section]:
    """The sections on the plan; none where nothing was to be decided."""
    plan = contents.plan
    if plan is None:
        return
    yield plan_section(contents, plan)
    if len(contents.plans) > 1:
        yield programmes_section(contents)
    # The frontier of the variant whose security costs most is worth drawing.
    priced = [one for one in (plan, *contents.plans.values()) if one.frontier]
    told = max(priced, key=lambda one: one.cost_of_security or 0.0, default=plan)
    if any(point.cost is not None for point in told.frontier):
        yield frontier_section(contents, told)
    if plan.outlay:
        yield outlay_section(contents, plan)
    if money := money_section(contents):
        yield money


def _money_estimate(contents: BriefContents, found: Estimate | None) -> Cell:
    """A mean with its standard error, in the scale of the larger, to two digits of the error."""
    if found is None:
        return Cell.figure(None)
    divisor, scale = fmt.money_scale(max(abs(found.mean), found.standard_error))
    error = found.standard_error / divisor
    place = 1 - math.floor(math.log10(error)) if error else 3
    mean, error = (round(value, place) for value in (found.mean / divisor, error))
    text = f"{fmt.number(mean)} ± {fmt.number(error, 2)}"
    name = money_name(contents.case.currency, divisor if scale else mean)
    return Cell.figure(found.mean, fmt.joined(text, scale, name, by=NO_BREAK))


def _share_estimate(found: Estimate | None) -> Cell:
    if found is None:
        return Cell.figure(None)
    return Cell.figure(found.mean, f"{fmt.share(found.mean)} ± {fmt.share(found.standard_error)}")


def ways_table(contents: BriefContents) -> PageTable | None:
    """The ways by what they cost and what they buy; None where they were not computed."""
    ways, has_project = contents.ways, bool(contents.case.without_project)
    if ways is None:
        return None
    is_discounted = bool(contents.discounted)
    columns = [
        Column(_("way"), lambda way: way_words(way, has_project=has_project)),
        Column(_("paid in all"), lambda way: Cell.figure(way.outlay, contents.money(way.outlay))),
        Column(_("of it abroad"), lambda way: Cell.figure(way.abroad, contents.money(way.abroad))),
    ]
    if ways.met_from:
        asked = _("standard met, from {month}").format(month=fmt.date(ways.met_from))
        if len({one.first for one in contents.case.standards.values()}) > 1:
            asked = _("standards met, each from its month on")
        columns.append(Column(asked, lambda way: met_words(met=way.met) or fmt.missing()))
    losses = ""
    if ways.draws:
        loss, short = _("expected loss by chance events"), _("chance of ever going short")
        columns += [
            Column(loss, lambda way: _money_estimate(contents, way.loss)),
            Column(short, lambda way: _share_estimate(way.p_short)),
        ]
        text = _(
            "losses with shortage at its price, by the simple rule over {n} draws of inputs and "
            "events, ± standard error"
        )
        if is_discounted:
            text = _(
                "losses discounted, shortage at its price, by the simple rule over {n} draws of "
                "inputs and events, ± standard error"
            )
        losses = text.format(n=fmt.number(ways.draws))
    text = _("What it costs and what it buys, {first} to {last}").format(
        first=fmt.date(ways.first), last=fmt.date(ways.last)
    )
    paid = _("payments not discounted") if is_discounted else ""
    text = fmt.joined(text, paid, by="; ")
    caption = fmt.joined(text, prices_words(ways.price_year), futures_words(contents.plan))
    return table_of(fmt.joined(caption, losses, by="; "), columns, ways.ways)


def buys_words(contents: BriefContents) -> str:
    """What the programme costs and saves against doing nothing, and the cheapest other way."""
    ways, case = contents.ways, contents.case
    if ways is None:
        none = contents.plan if contents.stress is not None else None
        return f"{plan_words(contents, none)}." if none and none.feasible is False else ""
    mine, cheapest, nothing = (ways.way(name) for name in (PROGRAMME, CHEAPEST, NOTHING))
    told = []
    if mine and nothing and mine.outlay is not None and nothing.outlay is not None:
        more = mine.outlay - nothing.outlay
        text = _("To {last} {plan} costs {amount} more than doing nothing ({paid})")
        amount, last = contents.money(abs(more)), fmt.date(ways.last)
        if amount == contents.money(0.0):
            text = _("To {last} {plan} costs as much as doing nothing ({paid})")
        elif more < 0:
            text = _("To {last} {plan} costs {amount} less than doing nothing ({paid})")
        paid = fmt.joined(_("payments"), contents.not_discounted)
        plan = _("the programme") if case.without_project else _("the plan")
        words = text.format(last=last, plan=plan, amount=amount, paid=paid)
        told.append(_avoiding(contents, words, mine))
    if cheapest is not None:
        told.append(_cheapest_words(contents, cheapest, nothing))
    events = dict.fromkeys(hazard.measure for hazard in case.hazards.values())
    if told and ways.draws and events:
        text = _("Chance events, at the yearly rates that the case assumes: {events}.")
        told.append(text.format(events="; ".join(contents.name("measures", m) for m in events)))
    return fmt.joined(*told, by=" ")


def _avoiding(contents: BriefContents, words: str, way: Way) -> str:
    if way.saved is None:
        return f"{words}."
    text = _("{words} and avoids {saved} of expected loss by chance events{discounted}.")
    discounted, saved = contents.discounted, _money_estimate(contents, way.saved).text
    if abs(way.saved.mean) <= _TELLS * way.saved.standard_error:
        text = _(
            "{words} and avoids no expected loss by chance events that can be told from none "
            "({saved})."
        )
        saved = fmt.joined(saved, discounted)
    return text.format(
        words=words, saved=saved, discounted=f" ({discounted})" if discounted else ""
    )


def _cheapest_words(contents: BriefContents, way: Way, nothing: Way | None) -> str:
    if way.met is False:
        return _("Without it no choice meets the same standard.")
    if way.outlay is None or nothing is None or nothing.outlay is None:
        return ""
    if not way.plan:
        return _("Without it the same standard is met as well, at no cost.")
    more = way.outlay - nothing.outlay
    text = _("Without it the same standard costs {amount} more than doing nothing")
    if more < 0:
        text = _("Without it the same standard costs {amount} less than doing nothing")
    return _avoiding(contents, text.format(amount=contents.money(abs(more))), way)


def programme_card(contents: BriefContents) -> tuple[str, str, str] | None:
    """All that is paid under the programme, beside the other ways; None: not computed."""
    ways = contents.ways
    mine = ways.way(PROGRAMME) if ways else None
    if ways is None or mine is None or mine.outlay is None:
        return None
    text = _("all payments {first} to {last}").format(
        first=fmt.date(ways.first), last=fmt.date(ways.last)
    )
    text = fmt.joined(text, contents.not_discounted, futures_words(contents.plan))
    names = {CHEAPEST: _("the same standard without it"), NOTHING: _("doing nothing")}
    others = [
        _("{way}: {amount}").format(way=names[one.way], amount=contents.money(one.outlay))
        for one in ways.ways
        if one.way != PROGRAMME and one.outlay is not None
    ]
    label = _("Paid with the plan")
    if contents.case.without_project:
        label = _("Paid with the programme")
    return (label, contents.money(mine.outlay), fmt.joined(text, *others, by="; "))


# Behind page one


def money_section(contents: BriefContents) -> Section | None:
    """Plants, currency and chances in one table; None where nothing of it was computed."""
    rows = [*_plant_rows(contents), *_currency_rows(contents), *_chance_rows(contents)]
    if not rows:
        return None
    about = _("Plants, currency and chances, {first} to {last}").format(
        first=fmt.date(contents.case.calendar.label(0)), last=contents.last_month
    )
    caption = fmt.joined(about, contents.prices, _("central values unless said"))
    text = _(
        "What is left of a plant is its capital, in a straight line over its life from the opening "
        "on; standing cost is paid while it is open, whatever it makes. A chance counts in no "
        "cost: what is built for it is worth the probability times the gain, less its cost."
    )
    columns = (Column(_("what"), 0), Column(_("amount"), 1), Column(_("counted"), 2))
    return Section("money", _("Money"), (text,), (), (table_of(caption, columns, rows),))


def _plant_rows(contents: BriefContents) -> Iterator[Row]:
    for one in contents.plan.plants if contents.plan else ():
        if one.used_in_all is None and not (one.capital or one.standing):
            continue
        amount = _("no line of it opens, or none is written")
        if one.used_in_all is not None:
            amount = _("{share} of its hours used in calm").format(share=fmt.share(one.used_in_all))
            years = list(one.used)
            if years:
                amount = _("{words} ({last}: {share})").format(
                    words=amount, last=years[-1], share=fmt.share(one.used[years[-1]])
                )
        rests = _(
            "capital {capital} and standing cost {standing}, paid; {left} left at the end"
        ).format(
            capital=contents.money(one.capital),
            standing=contents.money(one.standing),
            left=contents.money(one.left),
        )
        yield contents.name("plants", one.plant), amount, fmt.joined(rests, contents.discounted)


def _currency_rows(contents: BriefContents) -> Iterator[Row]:
    ways = contents.ways
    if ways is None or not ways.saved_abroad:
        return
    *years, whole = ways.saved_abroad
    rests = _(
        "less paid abroad than in: {name} (below zero: more); over {n} draws nine of ten "
        "from {span}, mean {mean}"
    )
    for one in (years[-1], whole):
        what = _("Currency saved in {year}").format(year=one.year)
        if one.year is None:
            what = _("Currency saved over all years")
        low, high = (contents.money(one.quantiles.get(band, one.mean)) for band in ("5", "95"))
        words = fmt.told(
            rests,
            name=contents.name("variants", contents.case.without_project),
            n=ways.draws_solved,
            span=fmt.span(low, high),
            mean=contents.money(one.mean),
        )
        yield what, contents.money(one.central), fmt.joined(words, contents.not_discounted, by="; ")


def _chance_rows(contents: BriefContents) -> Iterator[Row]:
    for one in contents.ways.chances if contents.ways else ():
        what, gain = contents.name("chances", one.chance), contents.money(one.gain)
        if one.gain is None:
            yield what, gain, _("a shortage of it has no price")
            continue
        if not one.cost:
            words = fmt.joined(_("saved or earned if it came"), contents.discounted)
            yield what, gain, fmt.joined(words, _("not counted"), by="; ")
            continue
        amount = _("pays at no probability")
        if one.break_even is not None:
            amount = _("pays from a probability of {p} on").format(p=fmt.share(one.break_even))
        words = _("costs {cost} in any case, saves {gain} if it comes").format(
            cost=contents.money(one.cost), gain=gain
        )
        half = contents.money(one.worth(0.5) or 0.0)
        worth = _("worth {half} at {p}").format(half=half, p=fmt.share(0.5))
        words = fmt.joined(words, contents.discounted)
        yield what, amount, fmt.joined(words, worth, _("not counted"), by="; ")
