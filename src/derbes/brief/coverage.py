"""How long essential uses are met: coverage curves and days of cover."""

from derbes.brief import format as fmt
from derbes.brief.charts import bars_against_rule, coverage_chart, coverage_panels
from derbes.brief.contents import (
    NOTHING,
    OPTIMAL,
    BriefContents,
    Figure,
    PageTable,
    Section,
    both_branches,
    calm_words,
    case_of,
    cover_row,
    figure_cell,
    leverage_row,
    month_cell,
    served_path,
    share_cell,
    survived,
    table_of,
    under,
    variants_of,
    worst_use,
)
from derbes.brief.drawing import WIDE, Row, Spec, wrapped
from derbes.case.entities import essential_uses
from derbes.case.request import BASE
from derbes.language import _, ngettext
from derbes.results.supply import Branch
from derbes.results.tables import Column

_A_MONTH = 365.25 / 12
"""[day]"""
_AFTER = 4
"""Months shown after the last that matters."""


def bound_names() -> dict[str, str]:
    """What the responses are called, calm beside them, and the axis of a coverage curve."""
    return {
        "optimal": _("best response"),
        "myopic": _("simple rule"),
        "calm": _("calm, without the measure"),
        "x": _("months since the measure began"),
    }


def coverage_figure(contents: BriefContents) -> Figure | None:
    """Coverage of essential uses after the main measure starts, under both responses.

    From the start that leaves the most unmet; where none leaves any, from the first.
    """
    best, rule = both_branches(contents, contents.focus.shown)
    if best is None and rule is None:
        return None
    names = bound_names()
    rows = _served_rows(contents, (best, rule), names)
    if not rows:
        return None
    marks = _marks(contents, max(row["month"] for row in rows))
    unit = _("Served share of essential demand")
    if len(essential_uses(contents.case)) > 1:
        unit = _("Served share of the worst essential use")
    return Figure(
        "coverage",
        _coverage_finding(contents, best or rule),
        under=under(contents, unit, when=start_words(contents)),
        description=_("Step lines over the months since the measure began. {finding}"),
        spec=lambda width: coverage_chart(rows, width=width, marks=marks, names=names),
        table=_served_table(contents, (best, rule)),
    )


def start_words(contents: BriefContents) -> str:
    """The start that is drawn, and that it is the worst where another is the first."""
    month = fmt.date(contents.focus.shown)
    if contents.focus.shown == contents.focus.start:
        return _("from {month}").format(month=month)
    return _("from {month}, the worst start").format(month=month)


def _coverage_finding(contents: BriefContents, branch: Branch | None) -> str:
    """How long demand is served in full, and how deep the worst month is."""
    if branch is None:
        return _("Coverage of essential uses after the measure begins")
    path = served_path(branch, case_of(contents, branch.variant))
    length, step = fmt.months(contents.focus.length), contents.case.calendar.step
    full = next((t for t, served in enumerate(path) if served < 1 - NOTHING), None)
    if full is None:
        return _("All essential demand is served for the {length} of the measure").format(
            length=length
        )
    row = cover_row(contents, start=contents.focus.shown)
    words_of_worst = _worst_month(contents, branch, min(path))
    if calm_words(row) and full == 0:
        return _("Essential demand is {short}; {worst}").format(
            short=calm_words(row), worst=words_of_worst
        )
    time = survived(row) if row and not row.survives_length else fmt.months(full * step)
    if time == fmt.months(0):
        return _("Essential demand goes short at once; {worst}").format(worst=words_of_worst)
    return _("Essential demand is served in full for {time} of {length}; {worst}").format(
        time=time, length=length, worst=words_of_worst
    )


def _worst_month(contents: BriefContents, branch: Branch, least: float) -> str:
    """The least that is served of any essential use, of which, and what of it is calm's."""
    case = case_of(contents, branch.variant)
    row = leverage_row(contents, variant=branch.variant, start=branch.start, bound=branch.bound)
    use = worst_use(branch, case)
    told = row.deepest_use if row else ""
    if min(branch.served_share.get(told, ()), default=1.0) <= least + NOTHING:
        use = told
    name = contents.name("uses", use)
    text = _("in the worst month, {share} of it").format(share=fmt.share(least))
    if len(essential_uses(case)) > 1:
        text = _("in the worst month, {share} of it ({use})").format(
            share=fmt.share(least), use=name
        )
    taken = row.deepest_shortfall if row else 1.0
    if row is None or abs(1 - least - taken) <= NOTHING:
        return text
    return _("{served}; what the measure takes in its worst month: {share}").format(
        served=text, share=fmt.share(taken)
    )


def _marks(contents: BriefContents, limit: float) -> list[tuple[float, str]]:
    """The end of the measure, and the first plant that opens while it is shown."""
    marks = [(float(contents.focus.length), _("the measure ends"))]
    calm = contents.calm.get(contents.focus.variant)
    step = contents.case.calendar.step
    first = contents.case.calendar.index_of(contents.focus.shown)
    for plant, opening in (calm.plant_openings if calm else {}).items():
        if opening is None:
            continue
        month = (contents.case.calendar.index_of(opening) - first) * step
        if 0 < month < limit:
            name = contents.name("plants", plant)
            marks.append((float(month), _("planned: {plant}").format(plant=name)))
    return sorted(marks)[:3]


def _served_rows(
    contents: BriefContents,
    branches: tuple[Branch | None, Branch | None],
    names: dict[str, str],
) -> list[Row]:
    found = [branch for branch in branches if branch is not None]
    n, step = _n_shown(contents, found), contents.case.calendar.step
    rows: list[Row] = []
    for branch in found:
        path = served_path(branch, case_of(contents, branch.variant))[:n]
        rows += _step_rows(path, step, {"bound": names[branch.bound]})
    calm = _calm_path(contents)[:n]
    if min(calm, default=1.0) < 1 - NOTHING:
        rows += _step_rows(calm, step, {"bound": names["calm"]})
    return rows


def _calm_path(contents: BriefContents) -> tuple[float, ...]:
    """Served share of the worst essential use in calm, from the start that is drawn on. (T,)"""
    shares = _calm_shares(contents, contents.focus.variant, contents.focus.shown)
    paths = [shares[use] for use in essential_uses(contents.case) if use in shares]
    return tuple(min(month) for month in zip(*paths, strict=True))


def _calm_shares(contents: BriefContents, variant: str, start: str) -> dict[str, tuple[float, ...]]:
    """Use → served share in calm, from a month to the end of the calendar. (T,)"""
    calm = contents.calm.get(variant)
    if calm is None:
        return {}
    first = contents.case.calendar.index_of(start)
    return {
        use: tuple(
            1 - unmet / demand if demand > 0 else 1.0
            for demand, unmet in zip(path[first:], calm.unmet[use][first:], strict=True)
        )
        for use, path in calm.demand.items()
    }


def _step_rows(path: tuple[float, ...], step: int, more: Row) -> list[Row]:
    """Points of a step line; the last value is held to the end of its period."""
    held = [*path, path[-1]] if path else []
    return [{"month": t * step, "served": share, **more} for t, share in enumerate(held)]


def _n_shown(contents: BriefContents, branches: list[Branch]) -> int:
    """Periods up to some months after the measure and the last demand that it leaves unmet."""
    step = contents.case.calendar.step
    last = max(branch.length // step for branch in branches)
    for branch in branches:
        calm = _calm_shares(contents, branch.variant, branch.start)
        for use, path in branch.served_share.items():
            without = [*calm.get(use, ()), *[1.0] * len(path)]
            pairs = enumerate(zip(path, without, strict=False))
            short = [t for t, (share, calmly) in pairs if share < calmly - NOTHING]
            last = max([last, *(t + 1 for t in short)])
    return int(last) + max(1, _AFTER // step)


def _served_table(
    contents: BriefContents, branches: tuple[Branch | None, Branch | None]
) -> PageTable:
    shown = [branch for branch in branches if branch is not None]
    paths = [
        served_path(branch, case_of(contents, branch.variant)) if branch is not None else ()
        for branch in branches
    ]
    months = shown[0].months[: _n_shown(contents, shown)]
    columns = (
        Column(_("month"), lambda row: month_cell(row[0])),
        Column(_("served, best response"), lambda row: share_cell(row[1])),
        Column(_("served, simple rule"), lambda row: share_cell(row[2])),
    )
    rows = (
        (month, *(path[t] if t < len(path) else None for path in paths))
        for t, month in enumerate(months)
    )
    return table_of(_("Served share of essential demand by month"), columns, rows)


def coverage_section(contents: BriefContents) -> Section:
    """Coverage by use and by variant."""
    figures = (make(contents) for make in (_by_use, _by_start, _by_variant))
    shown = tuple(figure for figure in figures if figure is not None)
    text = _(
        "The best response knows how long the measure lasts; the simple rule buys and draws stock "
        "without looking ahead. Month by month neither bounds the other: which totals are bounds "
        "stands in the section on both responses."
    )
    none = _("No course of the main measure was computed, so no curve is drawn.")
    title = _("How long essential uses hold")
    return Section("coverage-curves", title, (text if shown else none,), shown)


def _panels(
    contents: BriefContents, rows: list[Row], *, id_: str, title: str, variant: str
) -> Figure:
    order = list(dict.fromkeys(row["panel"] for row in rows))
    when = "" if id_.endswith("start") else start_words(contents)
    end, names = float(contents.focus.length), bound_names()
    columns = (
        Column(_("panel"), lambda row: row["panel"]),
        Column(_("response"), lambda row: row["bound"]),
        Column(_("months since start"), lambda row: row["month"]),
        Column(_("served share"), lambda row: share_cell(row["served"])),
    )
    description = _("Step lines in {n} panels, two lines each. {finding}")
    return Figure(
        id_,
        title,
        under=under(contents, _("Served share"), when=when, variant=variant),
        description=description.replace("{n}", str(len(order))),
        spec=lambda width: coverage_panels(rows, width=width, end=end, names=names, order=order),
        table=table_of(title, columns, rows),
    )


def _by_use(contents: BriefContents) -> Figure | None:
    found = [b for b in both_branches(contents, contents.focus.shown) if b is not None]
    if not found:
        return None
    names, step, n = bound_names(), contents.case.calendar.step, _n_shown(contents, found)
    rows: list[Row] = []
    short = set()
    for use in contents.case.uses:
        for branch in found:
            path = branch.served_share.get(use, ())[:n]
            more = {"bound": names[branch.bound], "panel": contents.name("uses", use)}
            rows += _step_rows(path, step, more)
            if branch.bound == OPTIMAL and min(path, default=1.0) < 1 - NOTHING:
                short.add(use)
    if not rows:
        return None
    title = ngettext(
        "{n} of {total} uses goes short even with the best response",
        "{n} of {total} uses go short even with the best response",
        len(short),
    ).format(n=len(short), total=len(contents.case.uses))
    return _panels(contents, rows, id_="coverage-by-use", title=title, variant=BASE)


def _by_start(contents: BriefContents) -> Figure | None:
    """The same measure from other starts, in the case as written."""
    groups = {
        fmt.date(start): both_branches(contents, start)
        for start in sorted({*contents.focus.milestones, contents.focus.worst})
    }
    title = _("In the worst month {shares} of essential demand is served, by start")
    return _grouped(contents, groups, id_="coverage-by-start", title=title, variant=BASE)


def _by_variant(contents: BriefContents) -> Figure | None:
    """The measure from the start that page one draws, in every variant."""
    groups = {
        contents.name("variants", variant): both_branches(contents, contents.focus.shown, variant)
        for variant in variants_of(contents)
    }
    title = _("In the worst month {shares} of essential demand is served, by variant")
    return _grouped(contents, groups, id_="coverage-by-variant", title=title, variant="")


def _grouped(
    contents: BriefContents,
    groups: dict[str, tuple[Branch | None, Branch | None]],
    *,
    id_: str,
    title: str,
    variant: str,
) -> Figure | None:
    """One panel per group, where there are several; in the title what its worst month serves."""
    found = [branch for pair in groups.values() for branch in pair if branch is not None]
    if not found:
        return None
    names, step, n = bound_names(), contents.case.calendar.step, _n_shown(contents, found)
    rows: list[Row] = []
    deepest: dict[str, float] = {}
    for panel, pair in groups.items():
        for branch in (branch for branch in pair if branch is not None):
            path = served_path(branch, case_of(contents, branch.variant))[:n]
            rows += _step_rows(path, step, {"bound": names[branch.bound], "panel": panel})
            if branch.bound == OPTIMAL:
                deepest[panel] = min(path, default=1.0)
    if len(deepest) < 2:
        return None
    least, most = min(deepest.values()), max(deepest.values())
    shares = fmt.span(fmt.share(least), fmt.share(most))
    return _panels(contents, rows, id_=id_, title=title.format(shares=shares), variant=variant)


def cover_section(contents: BriefContents) -> Section:
    """Days of cover of each use against the reserve rule."""
    rows = _cover_rows(contents)
    if not rows:
        none = _("No cover was computed.")
        return Section("days-of-cover", _("Days of cover"), (none,))
    short = tuple(
        _("{use}: {short}.").format(use=row["name"], short=row["short"])
        for row in rows
        if row["short"]
    )
    columns = (
        Column(_("use"), lambda row: row["name"]),
        Column(_("days of cover"), lambda row: figure_cell(row["value"], row["text"])),
        Column(_("reserve rule, days"), lambda row: figure_cell(row["rule"], row["rule_text"])),
    )

    def spec(width: int) -> Spec:
        letters = 24 if width == WIDE else 14
        bars = [{**row, "label": wrapped(row["name"], letters)} for row in rows]
        names = {"x": _("days; the thick red tick is the reserve rule")}
        return bars_against_rule(bars, width=width, names=names)

    unit, when = _("Days that the stock lasts without any delivery"), fmt.date(contents.focus.start)
    figure = Figure(
        "days-of-cover-chart",
        _cover_finding(rows),
        under=under(contents, unit, about="", when=when),
        description=_("One bar per use, with a tick at the reserve rule. {finding}"),
        spec=spec,
        table=table_of(_("Days of cover and the reserve rule"), columns, rows),
    )
    text = _(
        "Days of cover say how long the stock at hand meets the demand to come without any "
        "delivery, without what expires on the way. The reserve rule is the reserve that the case "
        "asks for, run against the same demand."
    )
    return Section("days-of-cover", _("Days of cover"), (text, *short), (figure,))


def _cover_rows(contents: BriefContents) -> list[Row]:
    rows = []
    for use in contents.case.uses:
        found = cover_row(contents, start=contents.focus.start, use=use)
        if found is None:
            continue
        value, rule = found.days_of_cover, _rule_days(contents, use)
        text = fmt.missing() if value is None else fmt.days(value)
        if found.days_of_cover_infinite:
            text = _("does not run out")
        rule_text = _("no rule") if rule is None else fmt.days(rule)
        rows.append(
            {
                "name": contents.name("uses", use),
                "value": value,
                "rule": rule,
                "text": text,
                "short": calm_words(found),
                "is_endless": found.days_of_cover_infinite,
                "rule_text": rule_text,
                "end": max(value or 0.0, rule or 0.0),
                "words": _("{days} (rule: {rule})").format(days=text, rule=rule_text),
            }
        )
    return rows


def _rule_days(contents: BriefContents, use: str) -> float | None:
    """How long the reserve of the first start meets the calm demand of its good. [day]

    Behind the calendar its last demand goes on. None: there is no rule, or it never ends.
    """
    calm = contents.calm.get(contents.focus.variant)
    good = contents.case.uses[use].good
    if calm is None or not any(calm.reserve.get(good, ())):
        return None
    period = contents.case.calendar.index_of(contents.focus.start)
    same = [id_ for id_, other in contents.case.uses.items() if other.good == good]
    paths = [calm.demand[id_][period:] for id_ in same if id_ in calm.demand]
    last, left, days = 0.0, calm.reserve[good][period], 0.0
    a_period = contents.case.calendar.step * _A_MONTH
    for demand in map(sum, zip(*paths, strict=True)):
        if demand > left:
            return days + left / demand * a_period
        left, days, last = left - demand, days + a_period, demand
    return days + left / last * a_period if days and last > 0 else None


def _cover_finding(rows: list[Row]) -> str:
    known = [row for row in rows if row["value"] is not None and row["rule"] is not None]
    if not known:
        least = min((row["value"] for row in rows if row["value"] is not None), default=None)
        if least is None and all(row["is_endless"] for row in rows):
            return _("The stock of no use runs out")
        if least is None:
            return _("Days of cover are missing")
        return _("The shortest cover is {days}").format(days=fmt.days(least))
    below = [row for row in known if row["value"] < row["rule"] * (1 - NOTHING)]
    if not below:
        return _("Every use with a reserve rule is covered for at least that long")
    return ngettext(
        "{n} of {total} uses holds less than the reserve rule asks",
        "{n} of {total} uses hold less than the reserve rule asks",
        len(below),
    ).format(n=len(below), total=len(known))
