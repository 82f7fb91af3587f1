"""What each month of security costs."""

from derbes.brief import format as fmt
from derbes.brief.charts.plans import frontier_chart
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, words
from derbes.brief.sections.planning.words import beyond_noise, made_of
from derbes.language import _
from derbes.results.plan import FrontierPoint, Plan


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
