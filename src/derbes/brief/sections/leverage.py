"""Who loses what: both sides' losses, the surface, and both responses side by side."""

import math

from derbes.brief import format as fmt
from derbes.brief.charts.heat import surface_panels
from derbes.brief.charts.losses import losses_panels
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import (
    MYOPIC,
    NOTHING,
    OPTIMAL,
    BriefContents,
    Focus,
    harm_of,
    is_all_net,
    leverage_row,
    name_of,
    variants_of,
)
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.wording import (
    amount_words,
    bounded,
    decimal_year,
    measure_words,
    under,
    unit_words,
)
from derbes.case.entities import Case, Measure, MeasureKind, essential_uses
from derbes.language import _, ngettext
from derbes.results.supply import LeverageRow

_WIDE_SPAN = 50.0
"""Largest over smallest loss from which on both axes are logarithmic."""


def losses_section(contents: BriefContents, focus: Focus) -> Section:
    """Losses of target and sender, against the line on which they are equal."""
    title = _("Who loses more")
    rows = _main_rows(contents, focus)
    known = [row for row in rows if row.target_loss is not None]
    if not known or all(_costs(row) == [] for row in known):
        paths = tuple(dict.fromkeys(path for row in rows for path in row.missing))
        text = _("Losses in money are {missing}. Unmet demand below is not affected.").format(
            missing=fmt.missing(paths)
        )
        return Section("losses", title, (text,), (), (_losses_table(contents, focus, rows),))
    finding = _losses_finding(known)
    largest = max(abs(number) for row in known for number in [row.target_loss or 0.0, *_costs(row)])
    scale, scale_words = fmt.money_scale(largest)
    unit = fmt.NO_BREAK.join(part for part in (scale_words, contents.case.currency) if part)
    figure = Figure(
        id="losses-chart",
        title=finding,
        subtitle=under(contents, focus, unit=_("Up: target's loss, {unit}").format(unit=unit),
                       when=_("first start of each year")),
        description=_(
            "Points in one panel per variant, with the line of equal losses. {finding}"
        ).format(finding=finding),
        wide=_losses_spec(contents, known, scale, unit, width=WIDE),
        narrow=_losses_spec(contents, known, scale, unit, width=NARROW),
        table=_losses_table(contents, focus, rows),
    )  # fmt: skip
    text = _(
        "Above the dashed line the target loses more than the sender. A buyer who returns and "
        "refills buys most of the lost sales back; a buyer who never returns does not."
    )
    more = _after_words(rows) + _earning_words(rows)
    return Section("losses", title, (text, _baseline_words(contents, focus), *more), (figure,))


def _after_words(rows: list[LeverageRow]) -> tuple[str, ...]:
    """What the loss does not count, where there is any."""
    if not any(map(_tells_after, rows)):
        return ()
    return (
        _(
            "No part of the loss is what stocks still lack when the count ends, at the cheapest "
            "replacement, nor what each later month goes on to cost; both stand beside it in the "
            "table."
        ),
    )


def _tells_after(row: LeverageRow) -> bool:
    least = NOTHING * abs(row.target_loss or 0.0)
    return abs(row.unrestored) > least or abs(row.loss_per_month_after) > least


def _earning_words(rows: list[LeverageRow]) -> tuple[str, ...]:
    """Why a sender's cost is below zero, where one is."""
    if not any(earns(cost, row.target_loss) for row in rows for cost in _costs(row)):
        return ()
    return (
        _(
            "A sender's cost below zero means that it earns by the measure: over the months that "
            "are counted the buyer pays it a larger margin than without the measure, because it "
            "buys back more than it could not buy, or at a higher price."
        ),
    )


def _baseline_words(contents: BriefContents, focus: Focus) -> str:
    """What the target's loss from the main measure is counted beside."""
    if raises_demand(contents.case, contents.case.measures.get(focus.measure)):
        return _(
            "The loss is counted beside a crisis of the same demand in which nothing is cut off: "
            "what the crisis itself costs is nobody's leverage."
        )
    return _("The loss is counted beside the calm plan.")


def raises_demand(case: Case, measure: Measure | None) -> bool:
    """Whether demand differs from calm while a measure, or one together with it, runs."""
    if measure is None:
        return False
    together = (measure, *(case.measures[id_] for id_ in measure.together_with))
    in_crisis = any(part.crisis for part in together) and any(
        use.crisis_demand is not None for use in case.uses.values()
    )
    return in_crisis or any(part.kind is MeasureKind.DEMAND_SURGE for part in together)


def _main_rows(contents: BriefContents, focus: Focus) -> list[LeverageRow]:
    """Rows of the main measure and length, at the first start of each year."""
    firsts: dict[tuple[str, str], LeverageRow] = {}
    for row in sorted(contents.leverage.rows, key=lambda row: row.start):
        if (row.measure, row.length, row.bound) == (focus.measure, focus.length, OPTIMAL):
            firsts.setdefault((row.variant, row.start[:4]), row)
    order = {variant: n for n, variant in enumerate(variants_of(contents))}
    return sorted(firsts.values(), key=lambda row: (order[row.variant], row.start))


def _costs(row: LeverageRow) -> list[float]:
    both = (row.sender_cost_returning, row.sender_cost_lost)
    return [cost for cost in both if cost is not None]


def _losses_finding(rows: list[LeverageRow]) -> str:
    known = [r for r in rows if r.target_loss is not None and r.sender_cost_returning is not None]
    if not known:
        return _("Losses of target and sender")
    hurt = sum((r.target_loss or 0.0) < (r.sender_cost_returning or 0.0) for r in known)
    return ngettext(
        "With a returning buyer the sender loses more than the target in {n} of {total} cut-offs",
        "With a returning buyer the sender loses more than the target in {n} of {total} cut-offs",
        hurt,
    ).format(n=fmt.number(hurt), total=fmt.number(len(known)))


def _losses_spec(
    contents: BriefContents, rows: list[LeverageRow], scale: float, unit: str, *, width: int
) -> Row:
    kinds = {"returning": _("buyer returns"), "lost": _("buyer never returns")}
    points: list[Row] = []
    for row in rows:
        panel = name_of(contents.case, "variants", row.variant)
        costs = (row.sender_cost_returning, row.sender_cost_lost)
        for kind, cost in zip(kinds.values(), costs, strict=True):
            if cost is None:
                continue
            loss = (row.target_loss or 0.0) / scale
            points.append({"panel": panel, "cost": cost / scale, "loss": loss, "kind": kind,
                           "start": row.start})  # fmt: skip
    numbers = [point[key] for point in points for key in ("cost", "loss")]
    is_log = min(numbers) > 0 and max(numbers) / min(numbers) > _WIDE_SPAN
    order = list(dict.fromkeys(point["panel"] for point in points))
    names = {"x": _("sender's cost, {unit}").format(unit=unit), **kinds}
    labelled = _first_and_last(_unlike(points), kinds["lost"], is_log=is_log)
    return losses_panels(labelled, width=width, names=names, order=order, is_log=is_log)


def _unlike(points: list[Row]) -> list[Row]:
    """Points without those that would be drawn on an earlier one."""
    seen: dict[tuple[str, ...], Row] = {}
    for point in points:
        place = (f"{point['cost']:.3g}", f"{point['loss']:.3g}")
        seen.setdefault((point["panel"], point["kind"], *place), point)
    return list(seen.values())


def _first_and_last(points: list[Row], kind: str, *, is_log: bool) -> list[Row]:
    """Years beside the first point of each panel, and the last where it lies apart."""
    ends: dict[str, list[Row]] = {}
    for point in sorted((p for p in points if p["kind"] == kind), key=lambda p: str(p["start"])):
        ends.setdefault(point["panel"], []).append(point)
    numbers = [_on_axis(p[key], is_log=is_log) for p in points for key in ("cost", "loss")]
    span = max(numbers) - min(numbers) or 1.0
    named: list[tuple[str, str]] = []
    for panel, own in ends.items():
        named.append((panel, own[0]["start"]))
        apart = max(
            abs(_on_axis(own[0][key], is_log=is_log) - _on_axis(own[-1][key], is_log=is_log))
            for key in ("cost", "loss")
        )
        if apart > 0.2 * span:
            named.append((panel, own[-1]["start"]))
    return [
        {**p, "words": p["start"][:4] if p["kind"] == kind and (p["panel"], p["start"]) in named
         else ""}
        for p in points
    ]  # fmt: skip


def _on_axis(amount: float, *, is_log: bool) -> float:
    return math.log(amount) if is_log else amount


def _losses_table(contents: BriefContents, focus: Focus, rows: list[LeverageRow]) -> Table:
    is_after = any(map(_tells_after, rows))
    after = (_("stocks lack at the end"), _("loss of each later month")) if is_after else ()
    head = (
        _("variant"),
        _("start"),
        _("target's loss, {currency}").format(currency=contents.case.currency),
        *after,
        _("sender's cost, buyer returns"),
        _("sender's cost, buyer never returns"),
        _("leverage ratio, returns"),
        _("leverage ratio, never returns"),
        _("premium"),
    )
    body = tuple(
        (
            words(name_of(contents.case, "variants", row.variant)),
            month_cell(row.start),
            _loss_cell(row),
            *((figure_cell(row.unrestored), figure_cell(row.loss_per_month_after))
              if is_after else ()),
            _cost_cell(row.sender_cost_returning, row.target_loss),
            _cost_cell(row.sender_cost_lost, row.target_loss),
            ratio_cell(row.leverage_ratio, row.sender_cost_returning, row.target_loss),
            ratio_cell(row.leverage_ratio_lost, row.sender_cost_lost, row.target_loss),
            premium_cell(row, is_asked=row.variant == focus.variant),
        )
        for row in rows
    )  # fmt: skip
    return Table(_("Losses of both sides"), head, body)


def _loss_cell(row: LeverageRow) -> Cell:
    if row.target_loss is None:
        return figure_cell(None)
    text = bounded(row, "target_loss", fmt.number(row.target_loss))
    return figure_cell(row.target_loss, text)


def _cost_cell(cost: float | None, loss: float | None) -> Cell:
    if cost is None or not earns(cost, loss):
        return figure_cell(cost)
    return figure_cell(cost, _("{cost}: earns").format(cost=fmt.number(cost)))


def ratio_cell(ratio: float | None, cost: float | None, loss: float | None) -> Cell:
    """A leverage ratio; without one although both losses are known, the reason."""
    if ratio is None and cost is not None and loss is not None:
        reason = no_ratio_words(cost, loss)
        return Cell(_("no ratio: {reason}").format(reason=reason), None)
    return figure_cell(ratio)


def earns(cost: float, loss: float | None) -> bool:
    """Whether a sender's cost is below zero, and not by rounding alone."""
    return cost < -NOTHING * max(abs(loss or 0.0), 1.0)


def no_ratio_words(cost: float | None, loss: float | None) -> str:
    """Why losses that are known have no ratio."""
    if cost is None:
        return fmt.missing()
    if earns(cost, loss):
        return _("the sender earns by it")
    return _("the sender loses nothing")


def premium_cell(row: LeverageRow, *, is_asked: bool) -> Cell:
    """The premium; that there is none is said with its reason.

    Args:
        row: Losses from one measure.
        is_asked: Whether the premium was computed for it.
    """
    if row.premium is None and row.premium_unbounded:
        return Cell(_("no limit: {reason}").format(reason=no_premium_words()), None)
    if row.premium is None:
        return Cell(no_figure_words(row, is_asked=is_asked), None)
    return figure_cell(row.premium, fmt.percent_rise(row.premium))


def no_figure_words(row: LeverageRow, *, is_asked: bool) -> str:
    """Why a row has no premium: an input is missing, no seller asks it, or nobody asked."""
    if row.missing:
        return fmt.missing(row.missing)
    return _("no seller could ask one") if is_asked else _("not computed")


def no_premium_words() -> str:
    """Why a premium has no limit."""
    return _("even 100 times the price is better than the cut-off")


def surface_section(contents: BriefContents, focus: Focus) -> Section:
    """Unmet essential demand by start and length, per variant."""
    title = _("Harm by start and length")
    rows = [
        row
        for row in contents.leverage.rows
        if (row.measure, row.bound) == (focus.measure, OPTIMAL)
    ]
    if not rows:
        return Section("surface", title, (_("No surface was computed."),))
    finding = _surface_finding(contents, focus, rows)
    unit = unit_words(contents)
    figure = Figure(
        id="surface-map",
        title=finding,
        subtitle=under(contents, focus, about="", when=_measure_name(contents, focus),
                       unit=_("Unmet essential demand by the best response, {unit}").format(
                           unit=unit)),
        description=_("Heat maps of start by length, one per variant. {finding}").format(
            finding=finding
        ),
        wide=_surface_spec(contents, focus, rows, width=WIDE),
        narrow=_surface_spec(contents, focus, rows, width=NARROW),
        table=_surface_table(contents, rows),
    )  # fmt: skip
    text = _(
        "Pale blue: nothing essential is unmet. The darker the red, the more is. A diamond marks "
        "the first start from which on nothing is unmet."
    )
    return Section("surface", title, (text,), (figure,))


def _measure_name(contents: BriefContents, focus: Focus) -> str:
    return name_of(contents.case, "measures", focus.measure)


def _surface_finding(contents: BriefContents, focus: Focus, rows: list[LeverageRow]) -> str:
    own = [row for row in rows if row.variant == focus.variant] or rows
    harmless = sum(harm_of(row) == 0 for row in own)
    worst = max(own, key=harm_of)
    if harm_of(worst) == 0:
        return _("No start and length leaves essential demand unmet")
    return _(
        "{n} of {total} cut-offs leave nothing essential unmet; the worst, from {month}, {units}"
    ).format(
        n=fmt.number(harmless),
        total=fmt.number(len(own)),
        month=fmt.date(worst.start),
        units=amount_words(contents, harm_of(worst)),
    )


def _surface_spec(
    contents: BriefContents, focus: Focus, rows: list[LeverageRow], *, width: int
) -> Row:
    gap = contents.case.calendar.step / 12
    after = _year_ends(rows, gap)
    cells: list[Row] = []
    for row in rows:
        year = decimal_year(row.start)
        cells.append(
            {
                "panel": name_of(contents.case, "variants", row.variant),
                "year": year,
                "year_end": after[row.variant, row.start],
                "length": fmt.months(row.length),
                "months": row.length,
                "harm": harm_of(row),
            }
        )
    unit = unit_words(contents)
    names = {"x": _("start of the measure"), "color": _("unmet, {unit}").format(unit=unit)}
    order = list(dict.fromkeys(cell["panel"] for cell in cells))
    ends = _surface_ends(contents, focus)
    return surface_panels(cells, width=width, ends=ends, names=names, order=order)


def _year_ends(rows: list[LeverageRow], gap: float) -> dict[tuple[str, str], float]:
    """(variant, start) → the variant's next start; the last column is as wide as the one before.

    Args:
        rows: Starts of the surface.
        gap: Width of a column that stands alone. [year]
    """
    ends: dict[tuple[str, str], float] = {}
    for variant in {row.variant for row in rows}:
        starts = sorted({row.start for row in rows if row.variant == variant})
        years = [decimal_year(start) for start in starts]
        last = years[-1] + (years[-1] - years[-2] if len(years) > 1 else gap)
        ends |= {(variant, s): end for s, end in zip(starts, [*years[1:], last], strict=True)}
    return ends


def _surface_ends(contents: BriefContents, focus: Focus) -> list[Row]:
    return [
        {"panel": name_of(contents.case, "variants", end.variant), "end": decimal_year(end.date),
         "length": fmt.months(end.length), "months": end.length}
        for end in contents.leverage.ends
        if end.measure == focus.measure and end.date and end.use == "all_essential"
    ]  # fmt: skip


def _surface_table(contents: BriefContents, rows: list[LeverageRow]) -> Table:
    lengths = sorted({row.length for row in rows})
    by_key = {(row.variant, row.start, row.length): row for row in rows}
    keys = list(dict.fromkeys((row.variant, row.start) for row in rows))
    body = tuple(
        (
            words(name_of(contents.case, "variants", variant)),
            month_cell(start),
            *(_unmet_cell(by_key.get((variant, start, length))) for length in lengths),
        )
        for variant, start in keys
    )
    head = (_("variant"), _("start"), *(fmt.months(length) for length in lengths))
    return Table(_("Unmet essential demand by start and length"), head, body)


def _unmet_cell(row: LeverageRow | None) -> Cell:
    """What a cut-off leaves unmet; that it takes nothing away, or was not asked for."""
    if row is None:
        return Cell(_("not asked for"), None)
    if row.takes_nothing:
        return figure_cell(row.unmet_essential, _("takes nothing away"))
    return figure_cell(row.unmet_essential, fmt.number(harm_of(row)))


def bounds_section(contents: BriefContents, focus: Focus) -> Section:
    """Both responses side by side, at the starts of the comparison."""
    found = [
        (variant, start, best, rule)
        for variant in variants_of(contents)
        for start in sorted({*focus.milestones, focus.worst})
        for best, rule in [
            (
                leverage_row(contents, focus, variant=variant, start=start),
                leverage_row(contents, focus, variant=variant, start=start, bound=MYOPIC),
            )
        ]
        if best is not None or rule is not None
    ]
    title = _("Best response and simple rule")
    if not found:
        return Section("bounds", title, (_("No surface was computed."),))
    names = _compared_names(contents, [row for *_at, best, rule in found for row in (best, rule)])
    body = tuple(
        (
            words(name_of(contents.case, "variants", variant)),
            month_cell(start),
            *(_figure_of(contents, row, field) for field in names for row in (best, rule)),
        )
        for variant, start, best, rule in found
    )
    head = [_("variant"), _("start")]
    for name in names.values():
        head += [_("{figure}, best response").format(figure=name)]
        head += [_("{figure}, simple rule").format(figure=name)]
    caption = _("{measure}: both responses").format(measure=measure_words(contents, focus))
    text = _(
        "The best response knows how long the measure lasts and keeps its aims in their order; the "
        "simple rule does not look ahead. A figure is a bound of the harm only where ≥ or ≤ stands "
        "before it: the harm cannot be less, or a user who is no worse than the rule bears no "
        "more. Every other figure is what that response comes to."
    )
    return Section("bounds", title, (text,), (), (Table(caption, tuple(head), body),))


def _compared_names(contents: BriefContents, rows: list[LeverageRow | None]) -> dict[str, str]:
    """Figures of a row that are compared → what they are called."""
    known = [row for row in rows if row is not None]
    names = {
        "unmet_essential": _("unmet essential, {unit}").format(unit=unit_words(contents)),
        "unmet_essential_gross": _("the same with calm's"),
        "unmet_deferrable": _("unmet deferrable, {unit}").format(
            unit=unit_words(contents, essential=False)
        ),
        "deepest_shortfall": _("deepest month"),
        "target_loss": _("target's loss, {currency}").format(currency=contents.case.currency),
    }
    if all(is_all_net(row) for row in known):
        del names["unmet_essential_gross"]
    return names


def _figure_of(contents: BriefContents, row: LeverageRow | None, field: str) -> Cell:
    amount = getattr(row, field) if row else None
    if row is None or amount is None:
        return figure_cell(None, why=row.missing if row else ())
    text = fmt.number(amount)
    if field == "deepest_shortfall":
        text = fmt.share(amount)
        if row.deepest_use and len(essential_uses(contents.case)) > 1:
            text = f"{text} ({name_of(contents.case, 'uses', row.deepest_use)})"
    return figure_cell(amount, bounded(row, field, text))
