"""What is paid when, and where to."""

from derbes.brief import format as fmt
from derbes.brief.charts.plans import outlay_panels
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, words
from derbes.brief.sections.planning.words import made_of
from derbes.language import _
from derbes.results.plan import FOREIGN, NOISE, Plan


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
    name = name_of(contents.case, "variants", variant)
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
