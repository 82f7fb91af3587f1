"""What hazards do over the calendar: going short, and what it costs."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import exceedance_curve, probability_lines
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents, name_of, names_of
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.uncertainty.words import draws_words, in_unit
from derbes.brief.sections.wording import decimal_year
from derbes.language import _
from derbes.results.stress import HazardRisk, Stress


def hazards_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Probability of going short by date, and losses exceeded."""
    if not stress.hazards:
        return None
    figures = [_short_figure(contents, stress)]
    figures += [_exceedance(contents, stress, risk) for risk in stress.hazards[:1]
                if len(risk.exceedance) > 1]  # fmt: skip
    text = _(
        "Measures come at random with the yearly rates of the case and last as long as their "
        "distributions say. The rates are assumptions; compare what they change, not the last "
        "digit of a probability."
    )
    return Section("hazards", _("If measures come at random"), (text,), tuple(figures),
                   (_risk_table(contents, stress),))  # fmt: skip


def _short_figure(contents: BriefContents, stress: Stress) -> Figure:
    first = stress.hazards[0]
    finding = _("By {month} essential demand has gone short in {share} of the futures").format(
        month=fmt.date(first.dates[-1]), share=fmt.share(first.p_short_by[-1])
    )
    hazards = names_of(contents.case, "measures",
                       tuple(dict.fromkeys(contents.case.hazards[one].measure
                                           for one in first.hazards)))  # fmt: skip
    rows: list[Row] = []
    order: list[str] = []
    for risk in stress.hazards:
        name = name_of(contents.case, "variants", risk.variant)
        lines = (
            (_("{variant}: by then"), risk.p_short_by),
            (_("{variant}: that period"), risk.p_short),
        )
        for told, path in lines:
            line = told.format(variant=name)
            order.append(line)
            rows += [{"line": line, "year": decimal_year(date), "p": p}
                     for date, p in zip(risk.dates, path, strict=True)]  # fmt: skip
    years = (min(row["year"] for row in rows), max(row["year"] for row in rows))
    subtitle = (_("Share of the futures"), hazards, draws_words(stress))
    return Figure(
        id="hazard-curve",
        title=finding,
        subtitle=" · ".join(part for part in subtitle if part),
        description=_("Lines of probability by date. {finding}").format(finding=finding),
        wide=probability_lines(rows, width=WIDE, years=years, order=order),
        narrow=probability_lines(rows, width=NARROW, years=years, order=order),
        table=_short_table(contents, stress),
    )


def _short_table(contents: BriefContents, stress: Stress) -> Table:
    head = (_("variant"), _("period"), _("goes short"), _("has gone short by then"))
    rows = tuple(
        (
            words(name_of(contents.case, "variants", risk.variant)),
            month_cell(date),
            figure_cell(p, fmt.share(p)),
            figure_cell(by, fmt.share(by)),
        )
        for risk in stress.hazards
        for date, p, by in zip(risk.dates, risk.p_short, risk.p_short_by, strict=True)
    )
    return Table(_("Share of the futures in which essential demand goes short"), head, rows)


def _exceedance(contents: BriefContents, stress: Stress, risk: HazardRisk) -> Figure:
    largest = max(loss for loss, _share in risk.exceedance)
    is_money = risk.exceedance_unit == contents.case.currency
    divisor, scale = fmt.money_scale(largest) if is_money else (1.0, "")
    unit = " ".join(part for part in (scale, fmt.unit_name(risk.exceedance_unit)) if part)
    what = _("Loss") if is_money else _("Unmet essential demand")
    rows = [{"loss": loss / divisor, "share": share} for loss, share in risk.exceedance]
    name = f"{what} [{unit}]"
    finding = _("The worst {tail} of the futures lose {loss} on average").format(
        tail=fmt.share(risk.tail_share), loss=_tail_words(contents, risk)
    )
    variant = name_of(contents.case, "variants", risk.variant)
    return Figure(
        id="exceedance-curve",
        title=finding,
        subtitle=" · ".join(
            (
                _("Share of the futures that lose more"),
                _("variant: {name}").format(name=variant),
                draws_words(stress),
            )
        ),
        description=_("Share of the futures above each loss. {finding}").format(finding=finding),
        wide=exceedance_curve(rows, width=WIDE, name=name),
        narrow=exceedance_curve(rows, width=NARROW, name=name),
        table=Table(
            name,
            (name, _("share of the futures with more")),
            tuple((figure_cell(loss), figure_cell(share)) for loss, share in risk.exceedance),
        ),
    )


def _tail_words(contents: BriefContents, risk: HazardRisk) -> str:
    if risk.exceedance_unit == contents.case.currency and risk.cvar_loss is not None:
        return fmt.money(risk.cvar_loss, contents.case.currency)
    return in_unit(risk.cvar_unmet, risk.exceedance_unit)


def _risk_table(contents: BriefContents, stress: Stress) -> Table:
    first, currency = stress.hazards[0], contents.case.currency
    unit = stress.units.get("unmet", "")
    unmet = _("unmet essential demand [{unit}]").format(unit=fmt.unit_name(unit))
    worst = _("worst {tail}").format(tail=fmt.share(first.tail_share))
    head = (_("variant"), _("loss, mean"), _("loss, {worst}").format(worst=worst),
            _("{unmet}, mean").format(unmet=unmet), _("{unmet}, {worst}").format(
                unmet=unmet, worst=worst),
            _("share that ever goes short, by use"))  # fmt: skip

    def cost(value: float | None, risk: HazardRisk) -> Cell:
        text = None if value is None else fmt.money(value, currency)
        return figure_cell(value, text, why=risk.missing)

    rows = tuple(
        (
            words(name_of(contents.case, "variants", risk.variant)),
            cost(risk.expected_loss, risk),
            cost(risk.cvar_loss, risk),
            figure_cell(risk.expected_unmet),
            figure_cell(risk.cvar_unmet),
            words(
                "; ".join(
                    f"{name_of(contents.case, 'uses', use)}: {fmt.share(p)}"
                    for use, p in risk.use.items()
                )
            ),
        )
        for risk in stress.hazards
    )
    caption = _("What hazards cost, {first} to {last}, losses discounted ({draws})").format(
        first=fmt.date(first.dates[0]), last=fmt.date(first.dates[-1]), draws=draws_words(stress)
    )
    return Table(caption, head, rows)
