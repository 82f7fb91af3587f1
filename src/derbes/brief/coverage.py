"""How long essential uses are met: coverage curves and days of cover."""

from functools import partial
from typing import Any

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import (
    NOTHING,
    OPTIMAL,
    BriefContents,
    calm_words,
    in_worst,
    period_words,
    survived,
)
from derbes.brief.layout import Cell, Figure, Section, table_of
from derbes.case.entities import essential_uses
from derbes.case.request import BASE
from derbes.language import _, ngettext
from derbes.results.supply import Branch
from derbes.results.tables import Column

_A_MONTH = 365.25 / 12
"""[day]"""
_AFTER = 4
"""Months shown after the last that matters."""

# What is served after a cut-off


def _bound_names() -> dict[str, str]:
    """What the responses are called, calm beside them."""
    calm = _("calm, without the measure")
    return {"optimal": _("best response"), "myopic": _("simple rule"), "calm": calm}


def coverage_chart(
    rows: list[vega.Row], *, width: int, marks: list[tuple[float, str]]
) -> vega.Spec:
    """Served share by month since the start, one line per response.

    Args:
        rows: `month` since the start, `served` share, `bound` (words of the response, or of calm).
        width: Width of the whole. [px]
        marks: (month, words) of vertical lines.
    """
    limit, is_narrow = max(row["month"] for row in rows), width == vega.NARROW
    ticks, months = 6 if is_narrow else 12, _("months since the measure began")
    lines = _served_lines(rows, width=width, n_ticks=ticks, title=months, strokeWidth=2.5)
    lines["data"] = vega.values(rows)
    layers = [lines, *vega.mark_lines(marks, limit, width=width)]
    return vega.chart(width, layers, height=170 if is_narrow else 110)


def _served_lines(
    rows: list[vega.Row], *, width: int, n_ticks: int, title: str | None = None, **look: Any
) -> vega.Spec:
    colors = {"optimal": vega.BLUE, "myopic": vega.RED, "calm": vega.GRAY}
    dashes = {"optimal": [1, 0], "myopic": [6, 4], "calm": [2, 2]}
    drawn = {row["bound"] for row in rows}
    names = {bound: name for bound, name in _bound_names().items() if name in drawn}
    legend: vega.Spec = {"symbolType": "stroke", "symbolSize": 500, "symbolStrokeWidth": 2.5}
    legend |= {"direction": "vertical" if width == vega.NARROW else "horizontal", "offset": 8}
    scale = {"domain": [0, max(row["month"] for row in rows)], "nice": False}
    ticks = {"grid": False, "tickCount": n_ticks}
    encoding = {
        "x": vega.numbers("month", title=title, scale=scale, form="d", **ticks),
        "y": vega.numbers("served", scale={"domain": [0, 1.0]}, form=".0%", tickCount=4),
        "color": vega.by_kind("bound", {names[one]: colors[one] for one in names}, legend),
        "strokeDash": vega.by_kind("bound", {names[one]: dashes[one] for one in names}, legend),
    }
    return vega.layer("line", encoding, interpolate="step-after", **look)


def coverage_figure(contents: BriefContents) -> Figure | None:
    """Coverage of essential uses after the main measure starts, under both responses.

    From the start that leaves the most unmet; where none leaves any, from the first.
    """
    found, uses = contents.courses(contents.focus.shown), essential_uses(contents.case)
    if not found:
        return None
    n, names = _n_shown(contents, found), _bound_names()
    paths = {branch.bound: _path(contents, branch)[:n] for branch in found}
    shares = _calm_shares(contents, contents.focus.variant, contents.focus.shown)
    known = (shares[use] for use in uses if use in shares)
    calm = tuple(min(month) for month in zip(*known, strict=True))[:n]
    drawn = {**paths, "calm": calm if min(calm, default=1.0) < 1 - NOTHING else ()}
    rows = [row for bound, path in drawn.items()
            for row in _step_rows(contents, path, bound=names[bound])]  # fmt: skip
    if not rows:
        return None
    marks = _marks(contents, max(row["month"] for row in rows))
    unit = _("Served share of essential demand")
    if len(uses) > 1:
        unit = _("Served share of the worst essential use")

    def served(row: tuple[int, str], *, bound: str) -> Cell:
        path, t = paths.get(bound, ()), row[0]
        return Cell.share(path[t] if t < len(path) else None)

    columns = (
        Column(period_words(contents.case), lambda row: Cell.month(row[1])),
        Column(_("served, best response"), partial(served, bound="optimal")),
        Column(_("served, simple rule"), partial(served, bound="myopic")),
    )
    caption = _("{unit}, by date").format(unit=unit)
    return Figure(
        "coverage",
        contents.as_written(_coverage_finding(contents, found[0])),
        under=contents.under(unit, when=start_words(contents)),
        description=_("Step lines over the months since the measure began. {finding}"),
        spec=lambda width: coverage_chart(rows, width=width, marks=marks),
        table=table_of(caption, columns, enumerate(found[0].months[:n])),
    )


def _path(contents: BriefContents, branch: Branch) -> tuple[float, ...]:
    """Served share of the essential use that is served worst in each period. (T,)"""
    uses = essential_uses(contents.case_of(branch.variant))
    paths = (branch.served_share[use] for use in uses if use in branch.served_share)
    return tuple(min(shares) for shares in zip(*paths, strict=True))


def start_words(contents: BriefContents) -> str:
    """The start that is drawn, and that it is the worst where another is the first."""
    text = _("from {month}, the worst start")
    if contents.focus.shown == contents.focus.start:
        text = _("from {month}")
    elif contents.stress is not None:
        text = _("from {month}, the worst start as written")
    return text.format(month=fmt.date(contents.focus.shown))


def _coverage_finding(contents: BriefContents, branch: Branch) -> str:
    path = _path(contents, branch)
    length, step = fmt.months(contents.focus.length), contents.case.calendar.step
    full = next((t for t, served in enumerate(path) if served < 1 - NOTHING), None)
    if full is None:
        text = _("All essential demand is served for the {length} of the measure")
        return text.format(length=length)
    row = contents.cover_row(start=contents.focus.shown)
    short, worst = calm_words(row), _at_worst(contents, branch, min(path))
    time = survived(row) if row and not row.survives_length else fmt.months(full * step)
    text = _("Essential demand is served in full for {time} of {length}; {worst}")
    if short and full == 0:
        text = _("Essential demand is {short}; {worst}")
    elif time == fmt.months(0):
        text = _("Essential demand goes short at once; {worst}")
    return text.format(short=short, time=time, length=length, worst=worst)


def _at_worst(contents: BriefContents, branch: Branch, least: float) -> str:
    row = contents.leverage_row(variant=branch.variant, start=branch.start, bound=branch.bound)
    own, share = essential_uses(contents.case_of(branch.variant)), branch.served_share
    use = min((use for use in own if share.get(use)), key=lambda use: min(share[use]), default="")
    if row and min(share.get(row.deepest_use, ()), default=1.0) <= least + NOTHING:
        use = row.deepest_use
    text = _("{in_worst} {share} of it is served")
    if len(own) > 1:
        text = _("{in_worst} {share} of it is served ({use})")
    name, worst = contents.name("uses", use), in_worst(contents.case)
    text = text.format(in_worst=worst, share=fmt.share(least), use=name)
    if row is None or abs(1 - least - row.deepest_shortfall) <= NOTHING:
        return text
    return _("{served}; what the measure takes at worst: {share}").format(
        served=text, share=fmt.share(row.deepest_shortfall)
    )


def _marks(contents: BriefContents, limit: float) -> list[tuple[float, str]]:
    """The end of the measure, and the first plant that opens while it is shown."""
    marks = [(float(contents.focus.length), _("the measure ends"))]
    calm, calendar = contents.calm.get(contents.focus.variant), contents.case.calendar
    first = calendar.index_of(contents.focus.shown)
    for plant, opening in (calm.plant_openings if calm else {}).items():
        month = (calendar.index_of(opening) - first) * calendar.step if opening else 0
        if 0 < month < limit:
            name = contents.name("plants", plant)
            marks.append((float(month), _("planned: {plant}").format(plant=name)))
    return sorted(marks)[:3]


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


def _step_rows(contents: BriefContents, path: tuple[float, ...], **more: str) -> list[vega.Row]:
    """Turns of a step line; the last value is held to the end of its period."""
    held, step = ([*path, path[-1]] if path else []), contents.case.calendar.step
    rows = ({"month": t * step, "served": share, **more} for t, share in enumerate(held))
    return vega.turns(rows, "served")


def _n_shown(contents: BriefContents, branches: list[Branch]) -> int:
    """Periods up to some months after the measure and the last demand that it leaves unmet."""
    step = contents.case.calendar.step
    last = max(branch.length // step for branch in branches)
    for branch in branches:
        calm = _calm_shares(contents, branch.variant, branch.start)
        for use, path in branch.served_share.items():
            pairs = enumerate(zip(path, [*calm.get(use, ()), *[1.0] * len(path)], strict=False))
            short = [t for t, (share, calmly) in pairs if share < calmly - NOTHING]
            last = max([last, *(t + 1 for t in short)])
    return int(last) + max(1, _AFTER // step)


# By use, by start, by variant


def coverage_section(contents: BriefContents) -> Section:
    """Coverage by use and by start."""
    shown = tuple(filter(None, (_by_use(contents), _by_start(contents))))
    text = _(
        "The best response knows how long the measure lasts; the simple rule buys and draws stock "
        "without looking ahead. Which totals of theirs are bounds stands in the section on both."
    )
    drawn = _("These are curves of central values; page one shows how far draws lie apart.")
    drawn = drawn if contents.stress is not None else ""
    text = fmt.joined(text, _worst_by_variant(contents), drawn, by=" ")
    if not shown:
        text = _(
            "No curve is drawn: no course of the main measure was computed, or no use is essential."
        )
    return Section("coverage-curves", _("What is served after the measure begins"), (text,), shown)


def _worst_by_variant(contents: BriefContents) -> str:
    """What the worst period serves in each variant, from least to most; empty for one alone."""
    least = [
        min(_path(contents, branch), default=1.0)
        for variant in contents.variants
        for branch in contents.courses(contents.focus.shown, variant)
        if branch.bound == OPTIMAL
    ]
    if len(least) < 2:
        return ""
    low, high = fmt.share(min(least)), fmt.share(max(least))
    text = _("{start}, {shares} of essential demand is served {in_worst} in every variant.")
    if low != high:
        text = _("{start}, {shares} of essential demand is served {in_worst}, by variant.")
    if len(essential_uses(contents.case)) > 1:
        text = _(
            "{start}, over all variants {shares} of the worst essential use is served {in_worst}."
        )
    start, shares, worst = start_words(contents), fmt.span(low, high), in_worst(contents.case)
    return text.format(start=start[:1].upper() + start[1:], shares=shares, in_worst=worst)


def _by_use(contents: BriefContents) -> Figure | None:
    found = contents.courses(contents.focus.shown)
    if not found:
        return None
    n = _n_shown(contents, found)
    drawn = [
        (use, branch.bound, branch.served_share.get(use, ())[:n])
        for use in contents.case.uses
        for branch in found
    ]
    if not any(path for _use, _bound, path in drawn):
        return None
    short = [
        use
        for use, bound, path in drawn
        if bound == OPTIMAL and min(path, default=1.0) < 1 - NOTHING
    ]
    own = essential_uses(contents.case)
    n_own, n_others = len(own), len(contents.case.uses) - len(own)
    n_essential = sum(use in own for use in short)
    text = _("{essential} of {n} essential uses go short; others short: {deferrable} of {others}")
    if not short:
        text = _("No use goes short")
    elif not n_others:
        text = _("The one use goes short") if n_own == 1 else _("{essential} of {n} uses go short")
    elif not n_essential:
        text = _("No essential use goes short; others short: {deferrable} of {others}")
    elif n_own == 1:
        text = _("The one essential use goes short; others short: {deferrable} of {others}")
    title = text.format(
        essential=n_essential, n=n_own, deferrable=len(short) - n_essential, others=n_others
    )
    panels = [(contents.name("uses", use), bound, path) for use, bound, path in drawn]
    return _panels(contents, panels, id_="coverage-by-use", title=contents.as_written(title))


def _by_start(contents: BriefContents) -> Figure | None:
    """One panel per start, where there are several; in the title what its worst period serves."""
    starts = sorted({*contents.focus.milestones, contents.focus.worst})
    found = [(start, branch) for start in starts for branch in contents.courses(start)]
    if not found:
        return None
    n = _n_shown(contents, [branch for _start, branch in found])
    drawn = [
        (str(fmt.date(start)), branch.bound, _path(contents, branch)[:n]) for start, branch in found
    ]
    least = [min(path) for _panel, bound, path in drawn if bound == OPTIMAL and path]
    if len(least) < 2:
        return None
    text = _("From each start {shares} of essential demand is served {in_worst}")
    if len(essential_uses(contents.case)) > 1:
        text = _("From each start {shares} of the worst essential use is served {in_worst}")
    shares = fmt.span(fmt.share(min(least)), fmt.share(max(least)))
    title = contents.as_written(text).format(shares=shares, in_worst=in_worst(contents.case))
    return _panels(contents, drawn, id_="coverage-by-start", title=title)


def _panels(
    contents: BriefContents,
    drawn: list[tuple[str, str, tuple[float, ...]]],
    *,
    id_: str,
    title: str,
) -> Figure:
    """Served share by month of (panel, bound, path); a line where the measure ends."""
    names = _bound_names()
    rows = [
        row
        for panel, bound, path in drawn
        for row in _step_rows(contents, path, bound=names[bound], panel=panel)
    ]
    order = list(dict.fromkeys(row["panel"] for row in rows))

    def spec(width: int) -> vega.Spec:
        at_end = {"x": {"datum": float(contents.focus.length), "type": "quantitative"}}
        rule = vega.layer("rule", at_end, color=vega.GRAY, strokeDash=[4, 4])
        rule["data"] = vega.values([{}])
        lines = _served_lines(rows, width=width, n_ticks=4, strokeWidth=2)
        return vega.panels(rows, [rule, lines], width=width, height=70, order=order)

    when = "" if id_.endswith("start") else start_words(contents)
    unit = _("Served share by {months}").format(months=_("months since the measure began"))
    columns = (
        Column(_("panel"), "panel"),
        Column(_("response"), "bound"),
        Column(_("months since start"), "month"),
        Column(_("served share"), lambda row: Cell.share(row["served"])),
    )
    return Figure(
        id_,
        title,
        under=contents.under(unit, when=when, variant=BASE),
        description=_("Step lines, a panel each for what is compared. {finding}"),
        spec=spec,
        table=table_of(title, columns, rows),
    )


# Days of cover


def bars_against_rule(rows: list[vega.Row], *, width: int) -> vega.Spec:
    """One bar per `label` of length `value`, a tick at `rule`, `words` beside both.

    Args:
        rows: `label`, `value` or None, `rule` or None, `words`, `end` (where the words start).
        width: Width of the whole. [px]
    """
    limit = max([row["end"] for row in rows] or [1.0]) or 1.0
    room = max([1.1, *(_room(row, limit, width) for row in rows)])
    scale = {"domain": [0, limit * room], "nice": False}
    title = _("days; the thick red tick is the reserve rule")
    x, y = vega.numbers(title=title, scale=scale, tickCount=5), vega.lanes("label")

    def at(field: str) -> vega.Spec:
        return {"x": {**x, "field": field}, "y": y}

    words = at("end") | {"text": {"field": "words"}}
    layers = [
        vega.layer("bar", at("value"), color=vega.BLUE, height={"band": 0.55}),
        vega.layer("tick", at("rule"), color=vega.RED, thickness=3, height={"band": 0.9}),
        vega.layer("text", words, align="left", dx=6, color=vega.INK),
    ]
    return vega.chart(width, layers, data=vega.values(rows), height={"step": 38})


def _room(row: vega.Row, limit: float, width: int) -> float:
    """Length of the axis, in longest bars, that leaves room for a row's words."""
    label = max(len(line) for line in row["label"].split(vega.LINE_BREAK))
    plot = width - vega.LETTER * (label + 2)
    words = vega.LETTER * (len(row["words"]) + 1)
    return float(row["end"] / limit / max(0.2, 1 - words / plot))


def cover_section(contents: BriefContents) -> Section:
    """Days of cover of each use against the reserve rule."""
    rows, title = _cover_rows(contents), _("Days of cover")
    if not rows:
        return Section("days-of-cover", title, (_("No cover was computed."),))

    def days(row: vega.Row, *, field: str, text: str) -> Cell:
        return Cell.figure(row[field], row[text], unit=_("day"))

    def spec(width: int) -> vega.Spec:
        letters = 24 if width == vega.WIDE else 18
        bars = [{**row, "label": vega.wrapped(row["name"], letters)} for row in rows]
        return bars_against_rule(bars, width=width)

    columns = (
        Column(_("use"), "name"),
        Column(_("days of cover"), partial(days, field="value", text="text")),
        Column(_("reserve rule, days"), partial(days, field="rule", text="rule_text")),
    )
    unit = _("Days that the stock lasts at calm use without any delivery")
    figure = Figure(
        "days-of-cover-chart",
        _cover_finding(rows),
        under=contents.under(unit, about="", when=fmt.date(contents.focus.start)),
        description=_("One bar per use, with a tick at the reserve rule. {finding}"),
        spec=spec,
        table=table_of(_("Days of cover and the reserve rule"), columns, rows),
    )
    text = _(
        "Days of cover say how long the stock at hand meets calm demand without any delivery, "
        "without what expires on the way. The reserve rule is the reserve that the case asks for, "
        "run against the same demand."
    )
    crisis = _("Demand rises with the measure, so that the stock then lasts for fewer days.")
    text = fmt.joined(text, crisis if contents.raises_demand else "", by=" ")
    told = _("{use}: {short}.")
    short = (told.format(use=row["name"], short=row["short"]) for row in rows if row["short"])
    return Section("days-of-cover", title, (text, *short), (figure,))


def _cover_rows(contents: BriefContents) -> list[vega.Row]:
    rows, told = [], _("{days} (rule: {rule})")
    for use in contents.case.uses:
        found = contents.cover_row(start=contents.focus.start, use=use)
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
                "words": text if rule is None else told.format(days=text, rule=rule_text),
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


def _cover_finding(rows: list[vega.Row]) -> str:
    known = [row for row in rows if row["value"] is not None and row["rule"] is not None]
    n_below = sum(row["value"] < row["rule"] * (1 - NOTHING) for row in known)
    if n_below:
        return ngettext(
            "{n} of {total} uses holds less than the reserve rule asks",
            "{n} of {total} uses hold less than the reserve rule asks",
            n_below,
        ).format(n=n_below, total=len(known))
    if known:
        return _("At calm use every stock lasts for at least as long as its reserve rule asks")
    least = min((row["value"] for row in rows if row["value"] is not None), default=None)
    if least is not None:
        return _("The shortest cover is {days}").format(days=fmt.days(least))
    if all(row["is_endless"] for row in rows):
        return _("The stock of no use runs out")
    return _("Days of cover are missing")
