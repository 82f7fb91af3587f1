"""Who loses what: both sides' losses, the surface, both responses and the variants side by side."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import (
    NOTHING,
    OPTIMAL,
    BriefContents,
    bounded,
    calm_words,
    decimal_year,
    harm_of,
    in_worst,
    is_all_net,
    survived,
)
from derbes.brief.layout import Cell, Figure, PageTable, Section, table_of
from derbes.brief.uncertainty import missing_words
from derbes.case.entities import essential_uses
from derbes.language import _, text_of
from derbes.results.supply import ALL_ESSENTIAL, CoverRow, LeverageEnd, LeverageRow, LeverCount
from derbes.results.tables import Column
from derbes.spelling import NO_BREAK

_WIDE_SPAN = 50.0
"""Largest over smallest loss from which on both axes are logarithmic."""


def losses_section(contents: BriefContents) -> Section:
    """Losses of target and sender, against the line on which they are equal."""
    title, levers = _("Who loses more"), levers_table(contents)
    main = [row for row in _drawn_rows(contents) if row.length == contents.focus.length]
    latest = sorted(main, key=lambda row: row.start, reverse=True)
    firsts = {(row.variant, row.start[:4]): row for row in latest}
    rows = sorted(firsts.values(), key=lambda r: (contents.variants.index(r.variant), r.start))
    known = [row for row in rows if row.target_loss is not None]
    table = _losses_table(contents, rows)
    if not any(map(_costs, known)):
        paths = tuple(dict.fromkeys(path for row in rows for path in row.missing))
        text = _("Losses in money are {missing}. Unmet demand below is not affected.")
        if known:
            text = _("The sender's cost is {missing}. Unmet demand below is not affected.")
        elif any(map(_costs, rows)):
            text = _("The target's loss is {missing}. Unmet demand below is not affected.")
        text = text.format(missing=missing_words(contents, paths))
        return Section("losses", title, (text,), (), (table, *levers))
    largest = max(abs(number) for row in known for number in [row.target_loss or 0.0, *_costs(row)])
    scale, scale_words = fmt.money_scale(largest)
    unit = fmt.joined(scale_words, contents.case.currency, by=NO_BREAK)
    up = _("Up: target's loss; to the right: sender's cost, {unit}").format(unit=unit)
    up = fmt.joined(up, contents.prices)
    figure = Figure(
        "losses-chart",
        _losses_finding(contents, known),
        under=contents.under(up, when=_("first start of each year"), variant=""),
        description=_("Points in one panel per variant, with the line of equal losses. {finding}"),
        spec=partial(_losses_spec, contents, known, scale),
        table=table,
    )
    return Section("losses", title, tuple(_losses_texts(contents, rows)), (figure,), levers)


def levers_words(contents: BriefContents) -> str:
    """Which levers of each sender are counted and what they do at once, and which are not."""
    levers, told = contents.leverage.levers, []
    for sender in dict.fromkeys(one.sender for one in levers):
        own = [one for one in levers if one.sender == sender]
        counted = "; ".join(
            f"{one.label} ({contents.names('measures', one.measures)})"
            for one in own
            if one.lever and one.measures
        )
        lacking = "; ".join(str(one.label) for one in own if not one.measures)
        text = _("Levers of {sender}. Counted: {counted}.")
        missing = _("Not counted, no data in the case (where to look: annex): {levers}.")
        told += [
            text.format(sender=contents.name("actors", sender), counted=counted or _("none")),
            next((_at_once(contents, one) for one in own if not one.lever), ""),
            missing.format(levers=lacking) if lacking else "",
        ]
    return fmt.joined(*told, by=" ")


def lever_row(contents: BriefContents, one: LeverCount) -> LeverageRow | None:
    """What a lever comes to from the first start, at the length of page one where it has that."""
    focus = contents.focus
    about = {"variant": None, "bound": OPTIMAL, "measure": one.measure, "start": focus.start}
    rows = contents.rows_about(contents.leverage.rows, **about)
    return min(rows, key=lambda row: row.length != focus.length, default=None)


def _at_once(contents: BriefContents, one: LeverCount) -> str:
    row = lever_row(contents, one)
    if row is None:
        return _("What they do at once was not computed.")
    text = _(
        "All at once for {length} from {month}, if all goes as written: leverage ratio {ratio}."
    )
    if harm_of(row):
        text = _(
            "All at once for {length} from {month}, if all goes as written: leverage ratio "
            "{ratio}, {units} of essential demand unmet."
        )
    return text.format(
        length=fmt.months(row.length),
        month=fmt.date(row.start),
        ratio=ratio_cell(row).text,
        units=contents.amount_words(harm_of(row)),
    )


def levers_table(contents: BriefContents) -> tuple[PageTable, ...]:
    """Every lever with what it comes to, or what is missing and where to look; none without."""
    if not contents.leverage.levers:
        return ()

    def figure(one: LeverCount, *, of: Callable[[LeverageRow], Cell]) -> Cell:
        row = lever_row(contents, one)
        if row is not None:
            return of(row)
        return Cell.figure(None, _("not computed") if one.measures else _("not counted"))

    def ratio(row: LeverageRow) -> Cell:
        return Cell(_("takes nothing away"), None) if row.takes_nothing else ratio_cell(row)

    def unmet(row: LeverageRow) -> Cell:
        text = contents.amount_words(harm_of(row))
        return Cell.figure(harm_of(row), text, unit=contents.unit_words())

    def length(one: LeverCount) -> str:
        row = lever_row(contents, one)
        return fmt.months(row.length) if row is not None else ""

    columns = (
        Column(_("lever"), "label"),
        Column(_("sender"), lambda one: contents.name("actors", one.sender)),
        Column(_("counted by"), lambda one: contents.names("measures", one.measures)),
        Column(_("length"), length),
        Column(_("leverage ratio"), partial(figure, of=ratio)),
        Column(_("unmet essential"), partial(figure, of=unmet)),
        Column(_("missing"), "missing"),
        Column(_("where to look"), "look"),
    )
    caption = _("Levers of a measure begun in {month}, central values; all at once is run together")
    month = fmt.date(contents.focus.start)
    return (table_of(caption.format(month=month), columns, contents.leverage.levers),)


def _losses_texts(contents: BriefContents, rows: list[LeverageRow]) -> Iterator[str]:
    """What the chart shows, what the loss is counted beside and what it does not count."""
    yield _(
        "Above the dashed line the target loses more than the sender. A buyer who returns and "
        "refills buys most of the lost sales back; a buyer who never returns does not."
    )
    if contents.raises_demand:
        yield _(
            "The loss is counted beside a crisis of the same demand in which nothing is cut off: "
            "what the crisis itself costs is nobody's leverage."
        )
    else:
        yield _("The loss is counted beside the calm plan.")
    if any(map(_tells_after, rows)):
        yield _(
            "No part of the loss is what stocks still lack when the count ends, at the cheapest "
            "replacement, nor what each later month goes on to cost; both stand beside it in the "
            "table."
        )
    if any(earns(cost, row.target_loss) for row in rows for cost in _costs(row)):
        yield _(
            "A sender's cost below zero means that it earns by the measure: over the months that "
            "are counted the buyer pays it a larger margin than without the measure, because it "
            "buys back more than it could not buy, or at a higher price."
        )


def _tells_after(row: LeverageRow) -> bool:
    least = NOTHING * abs(row.target_loss or 0.0)
    return abs(row.unrestored) > least or abs(row.loss_per_month_after) > least


def _drawn_rows(contents: BriefContents) -> list[LeverageRow]:
    """Rows of the main measure under the best response, of the variants that charts draw."""
    main = (contents.focus.measure, OPTIMAL)
    rows = (row for row in contents.leverage.rows if row.variant in contents.charted)
    return [row for row in rows if (row.measure, row.bound) == main]


def _costs(row: LeverageRow) -> list[float]:
    return [cost for cost in (row.sender_cost_returning, row.sender_cost_lost) if cost is not None]


def _losses_finding(contents: BriefContents, rows: list[LeverageRow]) -> str:
    hurt: dict[str, list[bool]] = {}
    for row in rows:
        if row.target_loss is not None and row.sender_cost_returning is not None:
            is_hurt = row.target_loss < row.sender_cost_returning
            hurt.setdefault(row.variant, []).append(is_hurt)
    if not hurt:
        return _("Losses of target and sender")
    text = _("{variant} {n} of {total}")
    counts = "; ".join(
        fmt.told(text, variant=contents.name("variants", variant), n=sum(own), total=len(own))
        for variant, own in hurt.items()
    )
    text = _("Starts from which the sender loses more than the target, if the buyer returns: {n}")
    return text.format(n=counts)


def _losses_spec(
    contents: BriefContents, rows: list[LeverageRow], scale: float, width: int
) -> vega.Spec:
    """Target's loss against sender's cost, a panel per variant, with the 45-degree line."""
    kinds = (_("buyer returns"), _("buyer never returns"))
    points: list[vega.Row] = [
        {
            "panel": contents.name("variants", row.variant),
            "cost": cost / scale,
            "loss": (row.target_loss or 0.0) / scale,
            "kind": kind,
            "start": row.start,
        }
        for row in rows
        for kind, cost in zip(kinds, (row.sender_cost_returning, row.sender_cost_lost), strict=True)
        if cost is not None
    ]
    amounts = [point[key] for point in points for key in ("cost", "loss")]
    is_log = min(amounts) > 0 and max(amounts) / min(amounts) > _WIDE_SPAN
    order = list(dict.fromkeys(point["panel"] for point in points))
    points = _first_and_last(_unlike(points), kinds[1], is_log=is_log)
    low, high = _limits(points, is_log=is_log)
    axis: vega.Spec = {"domain": [low, high], "nice": False, "clamp": True}
    axis |= {"type": "log"} if is_log else {}
    x = vega.numbers(scale=axis, tickCount=4, gridColor="#eeeeee")
    place = {"x": {**x, "field": "cost"}, "y": {**x, "field": "loss"}}
    equal = {"x": {**x, "datum": low}, "y": {**x, "datum": low}}
    equal |= {"x2": {"datum": high}, "y2": {"datum": high}}
    look = {"align": "center", "dy": -11, "color": vega.INK, "fontSize": 11}
    outline = {"stroke": "white", "strokeWidth": 4}
    told = {**place, "text": {"field": "words"}}
    marks = {**place, **vega.color_and_shape(kinds, (vega.RED, vega.BLUE), ("circle", "square"))}
    layers = [
        vega.layer("rule", equal, color=vega.GRAY, strokeDash=[5, 4]),
        vega.layer("point", marks, filled=True, size=55, opacity=0.85),
        vega.layer("text", told, "datum.words !== ''", **look, **outline),
    ]
    height = 130 if vega.columns_of(width, order) > 1 else 230
    return vega.panels(points, layers, width=width, height=height, order=order)


def _unlike(points: list[vega.Row]) -> list[vega.Row]:
    """Points without those that would be drawn on an earlier one."""
    seen: dict[tuple[str, ...], vega.Row] = {}
    for point in points:
        place = (f"{point['cost']:.3g}", f"{point['loss']:.3g}")
        seen.setdefault((point["panel"], point["kind"], *place), point)
    return list(seen.values())


def _first_and_last(points: list[vega.Row], kind: str, *, is_log: bool) -> list[vega.Row]:
    """Years beside the first point of each panel, and the last where it lies apart."""

    def place(point: vega.Row) -> list[float]:
        return [math.log(point[key]) if is_log else point[key] for key in ("cost", "loss")]

    ends: dict[str, list[vega.Row]] = {}
    for point in sorted((p for p in points if p["kind"] == kind), key=lambda p: str(p["start"])):
        ends.setdefault(point["panel"], []).append(point)
    amounts = [amount for point in points for amount in place(point)]
    span = max(amounts) - min(amounts) or 1.0
    named = []
    for panel, own in ends.items():
        apart = max(abs(a - b) for a, b in zip(place(own[0]), place(own[-1]), strict=True))
        shown = [own[0], own[-1]] if apart > 0.2 * span else [own[0]]
        named += [(kind, panel, point["start"]) for point in shown]
    return [
        {**p, "words": p["start"][:4] if (p["kind"], p["panel"], p["start"]) in named else ""}
        for p in points
    ]


def _limits(points: list[vega.Row], *, is_log: bool) -> tuple[float, float]:
    """Ends of both axes, the same for both, so that the diagonal is one of 45 degrees."""
    amounts = [point[key] for point in points for key in ("cost", "loss")]
    low, high = min(amounts), max(amounts)
    if is_log:
        return low / 2, high * 3
    room = 0.12 * (high - min(low, 0.0)) or 1.0
    return min(low, 0.0) - (room if low < 0 else 0.0), high + room


def _losses_table(contents: BriefContents, rows: list[LeverageRow]) -> PageTable:
    money, own = contents.case.currency, contents.focus.variant

    def loss(row: LeverageRow) -> Cell:
        if row.target_loss is None:
            return Cell.figure(None)
        text = bounded(row, "target_loss", fmt.number(row.target_loss))
        return Cell.figure(row.target_loss, text)

    def cost(row: LeverageRow, *, field: str) -> Cell:
        amount, text = getattr(row, field), None
        if amount is not None and earns(amount, row.target_loss):
            text = fmt.told(_("{cost}: earns"), cost=amount)
        return Cell.figure(amount, text, unit=money)

    columns = [
        Column(_("variant"), lambda row: contents.name("variants", row.variant)),
        Column(_("start"), lambda row: Cell.month(row.start)),
        Column(_("target's loss, {currency}").format(currency=money), loss),
        Column(_("stocks lack at the end"), "unrestored"),
        Column(_("loss of each later month"), "loss_per_month_after"),
        Column(_("sender's cost, buyer returns"), partial(cost, field="sender_cost_returning")),
        Column(_("sender's cost, buyer never returns"), partial(cost, field="sender_cost_lost")),
        Column(_("leverage ratio, returns"), ratio_cell),
        Column(_("leverage ratio, never returns"), partial(ratio_cell, is_lost=True)),
        Column(_("premium"), lambda row: premium_cell(contents, row, is_asked=row.variant == own)),
    ]
    if not any(map(_tells_after, rows)):
        del columns[3:5]
    return table_of(_("Losses of both sides"), columns, rows, unit=money)


def ratio_cell(row: LeverageRow, *, is_lost: bool = False) -> Cell:
    """A leverage ratio; without one although both losses are known, the reason.

    Args:
        row: Losses from one measure.
        is_lost: Whether of a buyer who never returns.
    """
    ratio, cost = row.leverage_ratio, row.sender_cost_returning
    if is_lost:
        ratio, cost = row.leverage_ratio_lost, row.sender_cost_lost
    if ratio is None and cost is not None and row.target_loss is not None:
        reason = no_ratio_words(cost, row.target_loss)
        return Cell(_("no ratio: {reason}").format(reason=reason), None)
    return Cell.figure(ratio)


def earns(cost: float, loss: float | None) -> bool:
    """Whether a sender's cost is below zero, and not by rounding alone."""
    return cost < -NOTHING * max(abs(loss or 0.0), 1.0)


def no_ratio_words(cost: float | None, loss: float | None) -> str:
    """Why losses that are known have no ratio."""
    if cost is None:
        return fmt.missing()
    return _("the sender earns by it") if earns(cost, loss) else _("the sender loses nothing")


def premium_cell(contents: BriefContents, row: LeverageRow, *, is_asked: bool) -> Cell:
    """The premium; that there is none is said with its reason.

    Args:
        contents: What is told.
        row: Losses from one measure.
        is_asked: Whether the premium was computed for it.
    """
    if row.premium is not None:
        return Cell.figure(row.premium, fmt.percent_rise(row.premium), unit=_("share of price"))
    if row.premium_unbounded:
        return Cell(_("no limit: {reason}").format(reason=no_premium_words()), None)
    return Cell(no_figure_words(contents, row, is_asked=is_asked), None)


def no_figure_words(contents: BriefContents, row: LeverageRow, *, is_asked: bool) -> str:
    """Why a row has no premium: an input is missing, no seller asks it, or nobody asked."""
    if row.missing:
        return missing_words(contents, row.missing)
    return _("no seller could ask one") if is_asked else _("not computed")


def no_premium_words() -> str:
    """Why a premium has no limit."""
    return _("even 100 times the price is better than the measure")


def surface_section(contents: BriefContents) -> Section:
    """Unmet essential demand by start and length, per variant."""
    title, rows = _("Harm by start and length"), _drawn_rows(contents)
    if not rows:
        return Section("surface", title, (_("No surface was computed."),))
    own = [row for row in rows if row.variant == contents.focus.variant] or rows
    worst = max(own, key=harm_of)
    finding = _("No start and length leaves essential demand unmet")
    if harm_of(worst):
        finding = _(
            "{n} of {total} starts and lengths leave nothing essential unmet; the most is "
            "{units}, by {length} from {month}"
        )
    finding = fmt.told(
        finding,
        length=fmt.months(worst.length),
        n=sum(harm_of(row) == 0 for row in own),
        total=len(own),
        month=fmt.date(worst.start),
        units=contents.amount_words(harm_of(worst)),
    )
    unit = _("Unmet essential demand by start and length, best response, {unit}").format(
        unit=contents.unit_words()
    )
    about = contents.name("measures", contents.focus.measure)
    figure = Figure(
        "surface-map",
        contents.as_written(finding),
        under=contents.under(unit, about=about, variant=""),
        description=_("Heat maps of start by length, one per variant. {finding}"),
        spec=partial(_surface_spec, contents, rows),
        table=_surface_table(contents, rows),
    )
    text = _(
        "Pale blue: nothing essential is unmet. The darker the red, the more is. A diamond marks "
        "the first start from which on nothing is unmet."
    )
    text = fmt.joined(text, contents.charted_words(), by=" ")
    return Section("surface", title, (text,), (figure,))


def _surface_spec(contents: BriefContents, rows: list[LeverageRow], width: int) -> vega.Spec:
    """Harm by start and length, one panel per variant; a diamond where it ends."""
    after = _year_ends(rows, contents.case.calendar.step / 12)

    def place(row: LeverageRow | LeverageEnd, kind: str, **more: float) -> vega.Row:
        panel, length = contents.name("variants", row.variant), fmt.months(row.length)
        return {"panel": panel, "length": length, "months": row.length, "kind": kind, **more}

    data: list[vega.Row] = []
    for row in sorted(rows, key=lambda r: (contents.variants.index(r.variant), r.length, r.start)):
        year, end = decimal_year(row.start), after[row.variant, row.start]
        cell = place(row, "cell", year=year, year_end=end, harm=_seen(harm_of(row)))
        if data and data[-1] == {**cell, "year": data[-1]["year"], "year_end": year}:
            data[-1]["year_end"] = end
        else:
            data.append(cell)
    order = list(dict.fromkeys(cell["panel"] for cell in data))
    about = (contents.focus.measure, ALL_ESSENTIAL)
    data += [
        place(end, "end", end=decimal_year(end.date))
        for end in contents.leverage.ends
        if (end.measure, end.use) == about and end.date and end.variant in contents.charted
    ]
    x = vega.numbers(scale={"zero": False, "nice": False}, form="d", tickCount=4, grid=False)
    by_length = {"field": "months", "order": "ascending"}
    y = {"field": "length", "type": "ordinal", "sort": by_length, "title": None}
    cell = {"x": {**x, "field": "year"}, "x2": {"field": "year_end"}, "y": y}
    at_end = {"x": {**x, "field": "end"}, "y": y, "color": {"value": vega.INK}}
    top = _seen(max(map(harm_of, rows), default=0.0)) or 1.0
    legend = {"orient": "bottom", "gradientLength": 220, "format": ",~r", "tickCount": 4}
    unmet = _("unmet, {unit}").format(unit=contents.unit_words())
    harm = {"field": "harm", "type": "quantitative", "title": unmet, "legend": legend}
    harm["scale"] = {"domain": [0, top], "range": ["#fbeee8", "#e58b6b", "#6e1607"]}
    is_cell, diamond = "datum.kind === 'cell'", {"shape": "diamond", "filled": True, "size": 90}
    layers = [
        vega.layer("rect", cell, f"{is_cell} && datum.harm === 0", color="#e4ecf3", stroke=None),
        vega.layer("rect", {**cell, "color": harm}, f"{is_cell} && datum.harm > 0", stroke=None),
        vega.layer("point", at_end, "datum.kind === 'end'", opacity=1, **diamond),
    ]
    return vega.panels(data, layers, width=width, height={"step": 18}, order=order, labels=80)


def _seen(harm: float) -> float:
    """A harm as its color tells it: cells that differ by a solver's last digits are one."""
    return float(f"{harm:.6g}")


def _year_ends(rows: list[LeverageRow], gap: float) -> dict[tuple[str, str], float]:
    """(variant, start) → next start of the variant; the last column is as wide as the one before.

    One that stands alone is as wide as the gap. [year]
    """
    ends: dict[tuple[str, str], float] = {}
    for variant in {row.variant for row in rows}:
        starts = sorted({row.start for row in rows if row.variant == variant})
        years = [decimal_year(start) for start in starts]
        last = years[-1] + (years[-1] - years[-2] if len(years) > 1 else gap)
        ends |= {(variant, s): end for s, end in zip(starts, [*years[1:], last], strict=True)}
    return ends


def _surface_table(contents: BriefContents, rows: list[LeverageRow]) -> PageTable:
    by_key = {(row.variant, row.start, row.length): row for row in rows}
    unit = contents.unit_words()

    def unmet(key: tuple[str, str], *, length: int) -> Cell:
        row = by_key.get((*key, length))
        if row is None:
            return Cell(_("not asked for"), None)
        text = _("takes nothing away") if row.takes_nothing else fmt.number(harm_of(row))
        return Cell.figure(row.unmet_essential, text, unit=unit)

    columns = (
        Column(_("variant"), lambda key: contents.name("variants", key[0])),
        Column(_("start"), lambda key: Cell.month(key[1])),
        *(
            Column(fmt.months(length), partial(unmet, length=length))
            for length in sorted({row.length for row in rows})
        ),
    )
    keys = dict.fromkeys((row.variant, row.start) for row in rows)
    return table_of(_("Unmet essential demand by start and length"), columns, keys)


def bounds_section(contents: BriefContents) -> Section:
    """Both responses side by side, at the starts of the comparison."""
    title = _("Best response and simple rule")
    starts = sorted({*contents.focus.milestones, contents.focus.worst})
    asked = ((variant, start) for variant in contents.variants for start in starts)
    rows = ((variant, start, *contents.responses(start, variant)) for variant, start in asked)
    found = [row for row in rows if row[2] is not None or row[3] is not None]
    if not found:
        return Section("bounds", title, (_("No surface was computed."),))
    unit, deferrable = contents.unit_words(), contents.unit_words(essential=False)
    names = {
        "unmet_essential": _("unmet essential, {unit}").format(unit=unit),
        "unmet_essential_gross": _("the same with calm's"),
        "unmet_deferrable": _("unmet deferrable, {unit}").format(unit=deferrable),
        "deepest_shortfall": _("unmet {in_worst}").format(in_worst=in_worst(contents.case)),
        "target_loss": _("target's loss"),
    }
    if all(is_all_net(one) for row in found for one in row[2:] if one is not None):
        del names["unmet_essential_gross"]
    both = ((2, _("{figure}, best response")), (3, _("{figure}, simple rule")))
    columns = [
        Column(_("variant"), lambda row: contents.name("variants", row[0])),
        Column(_("start"), lambda row: Cell.month(row[1])),
        *(
            Column(heading.format(figure=name), partial(_compared, contents, place, field))
            for field, name in names.items()
            for place, heading in both
        ),
    ]
    caption = _("{measure}: both responses, central values")
    caption = caption.format(measure=contents.measure_words())
    text = _(
        "The best response knows how long the measure lasts and keeps its aims in their order; the "
        "simple rule does not look ahead. A figure is a bound of the harm only where ≥ or ≤ stands "
        "before it: the harm cannot be less, or a user who is no worse than the rule bears no "
        "more. Every other figure is what that response comes to."
    )
    table = table_of(caption, columns, found, decides=lambda row: row[0] == contents.focus.variant)
    return Section("bounds", title, (text,), (), (table,))


def _compared(contents: BriefContents, place: int, field: str, found: Any) -> Cell:
    row: LeverageRow | None = found[place]
    amount = getattr(row, field) if row else None
    if row is None or amount is None:
        return Cell(missing_words(contents, row.missing if row else ()), None)
    text, unit = fmt.number(amount), ""
    if field == "unmet_essential_gross":
        unit = contents.unit_words()
    if field == "target_loss":
        text, unit = fmt.money(amount, contents.case.currency), contents.case.currency
    if field == "deepest_shortfall":
        text, unit = fmt.share(amount), _("share")
        if row.deepest_use and len(essential_uses(contents.case)) > 1:
            text = f"{text} ({contents.name('uses', row.deepest_use)})"
    return Cell.figure(amount, bounded(row, field, text), unit=unit)


def variants_section(contents: BriefContents) -> Section:
    """Comparison of all variants, and what each changes."""
    columns = (
        Column(_("variant"), lambda row: contents.name("variants", row[0])),
        Column(_("note"), lambda row: text_of(row[1].note)),
        Column(_("what it changes"), lambda row: "; ".join(map(str, row[1].changes))),
    )
    changes = table_of(_("What each variant changes"), columns, contents.case.variants.items())
    tables = (comparison(contents), *([changes.folded] if changes.rows else []))
    text = _(
        "Met for: the months in which all essential demand would be met, however long the measure "
        "lasts. Leverage ends when no later start leaves any unmet: in {month} where none does."
    ).format(month=fmt.date(contents.focus.start))
    return Section("variants", _("Variants side by side"), (text,), (), tables)


def comparison(contents: BriefContents) -> PageTable:
    """Time to survive at the milestones, the end, and what binds until then, per variant."""
    never = _("not by {month}").format(month=contents.last_month)

    def survival(variant: str, *, start: str) -> Cell:
        row = contents.cover_row(variant=variant, start=start)
        if row is None:
            return Cell.figure(None)
        text = fmt.joined(survived(row), calm_words(row))
        return Cell.figure(row.time_to_survive, text, unit=_("month"))

    def end(variant: str) -> Cell:
        found = contents.end_row(variant=variant)
        return Cell.month(found.date, never) if found else Cell(fmt.missing(), None)

    def binding(variant: str, row: LeverageEnd | CoverRow | None) -> Cell:
        return Cell.words(contents.binding_words(row, variant)) if row else Cell.figure(None)

    def first(variant: str) -> Cell:
        return binding(variant, contents.cover_row(variant=variant, start=contents.focus.start))

    def ratio(variant: str) -> Cell:
        row = contents.leverage_row(variant=variant, start=contents.focus.start)
        return ratio_cell(row) if row else Cell(fmt.missing(), None)

    at_first, met = fmt.date(contents.focus.start), _("met for, from {month}")
    columns = [
        Column(_("variant"), lambda variant: contents.name("variants", variant)),
        *(
            Column(met.format(month=fmt.date(start)), partial(survival, start=start))
            for start in contents.focus.milestones
        ),
        Column(_("leverage ends"), end),
        Column(_("runs out until then"), lambda one: binding(one, contents.end_row(variant=one))),
        Column(_("runs out first, from {month}").format(month=at_first), first),
        Column(_("leverage ratio, {month}").format(month=at_first), ratio),
    ]
    caption = _("Variants: {measure}, central values").format(measure=contents.measure_words())
    return table_of(caption, columns, contents.variants)
