"""Who loses what: both sides' losses, the surface, and both bounds."""

import math

from derbes.brief import format as fmt
from derbes.brief.charts.heat import surface_panels
from derbes.brief.charts.losses import losses_panels
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import (
    MYOPIC,
    OPTIMAL,
    BriefContents,
    Focus,
    harm_of,
    leverage_row,
    main_measure,
    name_of,
    variants_of,
)
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.wording import (
    amount_words,
    decimal_year,
    measure_words,
    under,
    unit_words,
)
from derbes.case.entities import Case, Measure, MeasureKind
from derbes.language import _, ngettext
from derbes.results.leverage import LeverageRow

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
        return Section("losses", title, (text,), (), (_losses_table(contents, rows),))
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
        table=_losses_table(contents, rows),
    )  # fmt: skip
    text = _(
        "Above the dashed line the target loses more than the sender. A buyer who returns and "
        "refills buys most of the lost sales back; a buyer who never returns does not."
    )
    return Section("losses", title, (text, _baseline_words(contents, focus)), (figure,))


def _baseline_words(contents: BriefContents, focus: Focus) -> str:
    """What the target's loss from the main measure is counted beside."""
    if raises_demand(contents.case, main_measure(contents.case, focus)):
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


def _losses_table(contents: BriefContents, rows: list[LeverageRow]) -> Table:
    head = (
        _("variant"),
        _("start"),
        _("target's loss, {currency}").format(currency=contents.case.currency),
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
            figure_cell(row.target_loss),
            figure_cell(row.sender_cost_returning),
            figure_cell(row.sender_cost_lost),
            ratio_cell(row.leverage_ratio, row.sender_cost_returning, row.target_loss),
            ratio_cell(row.leverage_ratio_lost, row.sender_cost_lost, row.target_loss),
            premium_cell(row),
        )
        for row in rows
    )
    return Table(_("Losses of both sides"), head, body)


def ratio_cell(ratio: float | None, cost: float | None, loss: float | None) -> Cell:
    """A leverage ratio; without one although both losses are known, the reason."""
    if ratio is None and cost is not None and loss is not None:
        return Cell(_("no ratio: the sender loses nothing"), None)
    return figure_cell(ratio)


def premium_cell(row: LeverageRow) -> Cell:
    """The premium; that there is none is said with its reason."""
    if row.premium is None and row.premium_unbounded:
        return Cell(_("no limit: {reason}").format(reason=no_premium_words()), None)
    text = None if row.premium is None else fmt.percent_rise(row.premium)
    return figure_cell(row.premium, text)


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
    unit = unit_words(contents.case)
    figure = Figure(
        id="surface-map",
        title=finding,
        subtitle=under(contents, focus, about="", when=_measure_name(contents, focus),
                       unit=_("Unmet essential demand, {unit}").format(unit=unit)),
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
    harmless = sum(harm_of(contents.case, row) == 0 for row in own)
    worst = max(own, key=lambda row: row.unmet_essential)
    if harm_of(contents.case, worst) == 0:
        return _("No start and length leaves essential demand unmet")
    return _(
        "{n} of {total} cut-offs leave nothing essential unmet; the worst, from {month}, {units}"
    ).format(
        n=fmt.number(harmless),
        total=fmt.number(len(own)),
        month=fmt.date(worst.start),
        units=amount_words(contents.case, worst.unmet_essential),
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
                "harm": harm_of(contents.case, row),
            }
        )
    unit = unit_words(contents.case)
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
    by_key = {(row.variant, row.start, row.length): row.unmet_essential for row in rows}
    keys = list(dict.fromkeys((row.variant, row.start) for row in rows))
    body = tuple(
        (
            words(name_of(contents.case, "variants", variant)),
            month_cell(start),
            *(figure_cell(by_key.get((variant, start, length))) for length in lengths),
        )
        for variant, start in keys
    )
    head = (_("variant"), _("start"), *(fmt.months(length) for length in lengths))
    return Table(_("Unmet essential demand by start and length"), head, body)


def bounds_section(contents: BriefContents, focus: Focus) -> Section:
    """Both bounds of the harm, at the starts of the comparison."""
    rows = []
    for variant in variants_of(contents):
        for start in sorted({*focus.milestones, focus.worst}):
            best = leverage_row(contents, focus, variant=variant, start=start)
            rule = leverage_row(contents, focus, variant=variant, start=start, bound=MYOPIC)
            if best is None and rule is None:
                continue
            rows.append(
                (
                    words(name_of(contents.case, "variants", variant)),
                    month_cell(start),
                    *_pair(best, rule, "unmet_essential"),
                    *_pair(best, rule, "unmet_deferrable"),
                    *_pair(best, rule, "deepest_shortfall"),
                )
            )
    head = (
        _("variant"),
        _("start"),
        _("unmet essential, at least"),
        _("unmet essential, at most"),
        _("unmet deferrable, best response"),
        _("unmet deferrable, simple rule"),
        _("deepest month, at least"),
        _("deepest month, at most"),
    )
    caption = _("{measure}: both bounds, in {unit}").format(
        measure=measure_words(contents, focus), unit=unit_words(contents.case)
    )
    text = _(
        "The best response knows how long the measure lasts, so the harm is at least this. The "
        "simple rule does not look ahead, so a careful user does no worse."
    )
    tables = (Table(caption, head, tuple(rows)),) if rows else ()
    return Section("bounds", _("Both bounds"), (text,), (), tables)


def _pair(best: LeverageRow | None, rule: LeverageRow | None, field: str) -> tuple[Cell, Cell]:
    cells = []
    for row in (best, rule):
        amount = getattr(row, field) if row else None
        text = fmt.share(amount) if field == "deepest_shortfall" and amount is not None else None
        cells.append(figure_cell(amount, text))
    return cells[0], cells[1]
