"""How sure: what holds over the draws, and what decides it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import OPTIMAL, BriefContents, decimal_year, draws_and_seed
from derbes.brief.layout import Cell, Figure, PageTable, Section, table_of
from derbes.case.entities import is_opening, opening_month
from derbes.language import _, ngettext, percent, text_of
from derbes.results.stress import Answer, EndedBy, Fan, HazardRisk, Stress
from derbes.results.supply import DrawnInput
from derbes.results.tables import MISSING, Column

ENDED, END = "ended", "end"
"""Answers about a date: whether leverage has ended by it, and the date itself."""
_PALE = 0.18
"""Opacity of the outer band of a fan; the inner one lies on it."""
_BANDS = ("5", "25", "50", "75", "95")
LIKELY = 0.5


def made_by(stress: Stress, bound: str, n: int) -> str:
    """The response that is supposed, and how many draws stand behind it, or listed scenarios."""
    draws = draws_and_seed(n, None if stress.method == "all" else stress.seed)
    return f"{bound_words(bound)}: {draws}" if bound else draws


def bound_words(bound: str) -> str:
    """Which response a number supposes."""
    if bound == OPTIMAL:
        return _("best response")
    return _("simple rule") if bound else ""


def about(contents: BriefContents, measure: str, length: int | None) -> str:
    """A measure and its length."""
    name = contents.name("measures", measure) if measure else ""
    return fmt.joined(name, fmt.months(length) if length else "")


def kind_of(name: str) -> str:
    """What an answer is, by its name: `ended(embargo, 2030-01, months=12)` is `ended`."""
    return name.partition("(")[0]


def words_of(contents: BriefContents, name: str) -> str:
    """An answer for a reader, by its name: what, of which measure, from when, how answered."""
    kind, inside = kind_of(name), name.partition("(")[2].rstrip(")")
    parts = [part.strip() for part in inside.split(",") if part.strip()]
    measure, date = (*(part for part in parts if "=" not in part), "", "")[:2]
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    months, variant = named.get("months", ""), named.get("variant", "base")
    of = about(contents, measure, int(months) if months.isdigit() else None)
    when = _("by {month}") if kind == ENDED else _("start {month}")
    return fmt.joined(
        kind_words(kind),
        _("with hazards") if measure == "hazards" else of,
        when.format(month=fmt.date(date)) if date else "",
        contents.name("variants", variant) if variant != "base" else "",
        _("buyer never returns") if named.get("buyer") == "lost" else "",
        bound_words(named.get("bound", "")),
    )


def kind_words(kind: str) -> str:
    """What an answer is, without what it is about."""
    return {
        "time_to_survive": _("time to survive"),
        "unmet_essential": _("unmet essential demand"),
        "survives": _("the measure is survived"),
        "ended": _("leverage has ended"),
        END: _("end of leverage"),
        "leverage_ratio": _("leverage ratio"),
        "target_loss": _("target's loss"),
        "sender_cost": _("sender's cost"),
        "cover": _("cover"),
        "goes_short": _("essential demand goes short"),
    }.get(kind, kind.replace("_", " "))


def in_unit(value: float | None, unit: str) -> str:
    """A number with its unit as a reader sees it."""
    if value is None:
        return fmt.missing()
    if unit == "month":
        return fmt.months(value)
    return fmt.share(value) if unit == "share" else fmt.quantity(value, unit)


def at_least(text: str, value: float | None, cap: float | None, *, is_bound: bool = False) -> str:
    """A value in words; at the end of what is looked at, or as a bound, that it is at least that.

    Args:
        text: The value in words.
        value: The value; None: nothing is at least that.
        cap: The end of what is looked at; None: there is none.
        is_bound: Whether it is one in any case.
    """
    if value is None:
        return text
    is_at_end = cap is not None and value >= cap
    return _("at least {time}").format(time=text) if is_bound or is_at_end else text


def input_words(contents: BriefContents, path: str) -> str:
    """An input for a reader: its own name, else its element's and its key."""
    if path == "scenario":
        return _("which scenario comes")
    known = contents.inputs.get(path)
    if known is not None and known.label:
        return text_of(known.label, path)
    section, *steps = path.split(".")
    if not steps:
        return fmt.key_words([section], str)
    element = f"{section}.{steps[0]}"
    name = contents.element(element)
    if section == "actors" and len(steps) == 1:
        return _("what {actor} sells").format(actor=name)
    if len(steps) == 1 or name == element:
        return path.replace("_", " ")
    key = fmt.key_words(steps[1:], partial(contents.name, "goods"))
    return f"{name}: {key}"


def missing_words(contents: BriefContents, paths: Sequence[str]) -> str:
    """The word for what is missing, with the first inputs that it lacks, by their names."""
    return fmt.missing([input_words(contents, path) for path in paths])


def value_words(contents: BriefContents, path: str, value: float, side: str = "") -> str:
    """A value of an input with its unit; of an opening, the month (of `opening_month`)."""
    if is_opening(path):
        return fmt.date(opening_month(contents.case, path, value, side=side))
    known = contents.inputs.get(path)
    return in_unit(value, known.unit if known else "")


def grade_of(contents: BriefContents, path: str) -> str:
    """Grade of an input; empty when it has none."""
    known = contents.inputs.get(path)
    return known.grade.value if known else ""


def fans_section(contents: BriefContents, stress: Stress) -> Section | None:
    """How wide the answers are, by date."""
    if not stress.answers and not stress.fans:
        return None
    names = dict.fromkeys(fan.name for fan in stress.fans if len(_points(fan)) > 1)
    text = _(
        "Each draw gives every uncertain input a value from its range or distribution. The dark "
        "band holds half of the draws, the pale one nine tenths; the line is the middle draw, the "
        "dashed line the central values. The standard error says how well the mean is known, "
        "given the ranges; it says nothing about whether the ranges are right."
    )
    return Section(
        "draws",
        _("How sure: the answers over draws"),
        (text, *stress.notes),
        tuple(_fan_figure(contents, stress, name) for name in names),
        (_answers_table(contents, stress),) if stress.answers else (),
    )


def _points(fan: Fan) -> list[int]:
    values = zip(*(fan.quantiles[band] for band in _BANDS), strict=True)
    return [at for at, bands in enumerate(values) if None not in bands]


def _fan_figure(contents: BriefContents, stress: Stress, name: str) -> Figure:
    fans = [fan for fan in stress.fans if fan.name == name and _points(fan)]
    drawn = [fan for fan in fans if len(_points(fan)) > 1]
    first, bounds = drawn[0], {fan.bound: fan.n_draws for fan in fans}
    points = _points(first)
    at = next((p for p in points if first.quantiles["5"][p] != first.quantiles["95"][p]), points[0])
    ends = (first.quantiles[band][at] for band in ("5", "95"))
    low, high = (at_least(in_unit(end, first.unit), end, first.capped_at) for end in ends)
    finding = _("{name}, {month}: {span} in nine draws of ten").format(
        name=fmt.joined(_name(first), bound_words(first.bound)),
        month=fmt.date(first.dates[at]),
        span=fmt.span(low, high),
    )

    def spec(width: int) -> vega.Spec:
        rows, layers = _bands(contents, drawn, width)
        order = list(dict.fromkeys(row["panel"] for row in rows))
        return vega.panels(rows, layers, width=width, height=130, order=order)

    return Figure(
        f"fan-{name.replace('_', '-')}",
        finding,
        under=(
            _unit_words(first),
            about(contents, first.measure, first.length),
            *(made_by(stress, bound, n) for bound, n in bounds.items()),
        ),
        description=_("Bands of the draws by date, a panel per variant and response. {finding}"),
        spec=spec,
        table=_fan_table(contents, fans),
    )


def _fan_table(contents: BriefContents, fans: list[Fan]) -> PageTable:
    def cell(row: tuple[Fan, int], *, of: str) -> Cell:
        fan, at = row
        path = fan.quantiles[of] if of in _BANDS else getattr(fan, of)
        is_bound = of == "mean" and bool(fan.capped_share and fan.capped_share[at])
        value, unit = path[at], fmt.unit_name(fan.unit) if fan.unit != "1" else ""
        if value is None and any(fan.n_unbounded[at : at + 1]):
            return Cell.words(_("without bound"))
        told = None if value is None or fan.unit != "month" else fmt.month_count(value)
        cell = Cell.figure(value, told, unit=unit)
        text = at_least(cell.text, value, fan.capped_at, is_bound=is_bound)
        return replace(cell, text=text)

    columns = (
        Column(_("variant"), lambda row: contents.name("variants", row[0].variant)),
        Column(_("response"), lambda row: bound_words(row[0].bound)),
        Column(_("date"), lambda row: Cell.month(row[0].dates[row[1]])),
        *(Column(percent(band), partial(cell, of=band)) for band in _BANDS),
        Column(_("mean"), partial(cell, of="mean")),
        Column(_("central values"), partial(cell, of="central")),
    )
    rows = ((fan, at) for fan in fans for at in range(len(fan.dates)))
    return table_of(_unit_words(fans[0]), columns, rows)


def survival_figure(contents: BriefContents) -> Figure | None:
    """How long demand is met by start, over the draws, beside the length; None without draws."""
    focus, stress = contents.focus, contents.stress
    about_it = ("time_to_survive", focus.variant, focus.measure)
    fans = [
        fan
        for fan in (stress.fans if stress else ())
        if (fan.name, fan.variant, fan.measure) == about_it and len(_points(fan)) > 1
    ]
    if stress is None or not fans:
        return None
    fan = min(fans, key=lambda fan: fan.bound != OPTIMAL)
    middle = [fan.quantiles["50"][at] or 0.0 for at in _points(fan)]
    n_short, length = sum(value < focus.length for value in middle), fmt.months(focus.length)
    text = _("At {n} of {total} starts half of the draws or more do not last {length}")
    if not n_short:
        text = _("From each of {total} starts half of the draws or more last {length}")

    def spec(width: int) -> vega.Spec:
        rows, layers = _bands(contents, [fan], width, mark=float(focus.length))
        y = {key: value for key, value in layers[0]["encoding"]["y"].items() if key != "field"}
        at = {"y": {**y, "datum": float(focus.length)}}
        layers.append(vega.layer("rule", at, color=vega.RED, strokeDash=[2, 2], strokeWidth=1.5))
        return vega.chart(width, layers, data=vega.values(rows), height=90)

    return Figure(
        "survival",
        fmt.told(text, n=n_short, total=len(middle), length=length),
        under=(
            _("Months for which all essential demand is met, by the start of the measure"),
            contents.name("measures", focus.measure),
            made_by(stress, fan.bound, fan.n_draws),
            _("line: the middle draw; dark band: half of them; pale: nine of ten; dashed: if all "
              "goes as written; red: {length}").format(length=length),
            _("the highest value stands for at least that") if _reaches_cap(fan) else "",
        ),
        description=_("Bands of the draws by start, with a line at the length. {finding}"),
        spec=spec,
        table=_fan_table(contents, [fan]),
    )  # fmt: skip


def _reaches_cap(fan: Fan) -> bool:
    """Whether any value that is drawn stands at the end of what is looked at."""
    cap = fan.capped_at
    told = (value for path in (*fan.quantiles.values(), fan.central) for value in path)
    return cap is not None and any(value is not None and value >= cap for value in told)


def _name(fan: Fan) -> str:
    told = {"cover": _("Cover: how long stock lasts"), "leverage_ratio": _("Leverage ratio"),
            "time_to_survive": _("Time to survive")}  # fmt: skip
    return told.get(fan.name, fan.name.replace("_", " "))


def _unit_words(fan: Fan) -> str:
    name = _name(fan)
    return f"{name} [{fmt.unit_name(fan.unit)}]" if fan.unit else name


def _bands(
    contents: BriefContents, fans: list[Fan], width: int, mark: float = 0.0
) -> tuple[list[vega.Row], list[vega.Spec]]:
    """Rows and layers: bands of the draws, the middle one as a line, the central case dashed.

    The scale holds them, 0 and what else is marked on it.
    """
    n_variants = len({fan.variant for fan in fans})
    rows: list[vega.Row] = [
        {
            "panel": fmt.joined(
                contents.name("variants", fan.variant) if n_variants > 1 else "",
                bound_words(fan.bound),
            ),
            "year": decimal_year(fan.dates[at]),
            **{f"p{band}": fan.quantiles[band][at] for band in _BANDS},
            "central": fan.central[at],
        }
        for fan in fans
        for at in _points(fan)
    ]
    x = {**vega.years_of(rows, width=width), "field": "year"}
    ends = [row[key] for row in rows for key in ("p5", "p95", "central") if row[key] is not None]
    scale = {"domain": [min(0.0, *ends), max(mark, *ends)], "nice": True}
    y = vega.numbers(scale=scale, tickCount=5)

    def drawn(kind: str, field: str, other: str = "", **look: Any) -> vega.Spec:
        ends = {"x": x, "y": {**y, "field": field}, **({"y2": {"field": other}} if other else {})}
        return vega.layer(kind, ends, **look)

    return rows, [
        drawn("area", "p5", "p95", color=vega.BLUE, opacity=_PALE),
        drawn("area", "p25", "p75", color=vega.BLUE, opacity=_PALE),
        drawn("line", "p50", strokeWidth=2, color=vega.BLUE),
        drawn("line", "central", strokeWidth=1.5, color=vega.INK, strokeDash=[5, 4]),
    ]


def _answers_table(contents: BriefContents, stress: Stress) -> PageTable:
    """The answers about the first date, and those about no date; all dates are in the fans."""
    first = min((answer.date for answer in stress.answers if answer.date), default="")

    def name(answer: Answer) -> Cell:
        unit, text = _scale(contents, answer)[1], words_of(contents, answer.name)
        return Cell(f"{text} [{unit}]" if unit else text, text)

    def number(answer: Answer, value: float | None, *, is_bound: bool = False) -> Cell:
        if value is None:
            return Cell.words(_("without bound")) if answer.is_unbounded else Cell.figure(None)
        text = fmt.number(value / _scale(contents, answer)[0])
        if answer.unit in ("share", "month"):
            text = fmt.share(value) if answer.unit == "share" else fmt.month_count(value)
        text = at_least(text, value, answer.capped_at, is_bound=is_bound)
        return Cell.figure(value, text, unit=fmt.unit_name(answer.unit))

    def error(answer: Answer) -> Cell:
        value = answer.standard_error
        if value is None:
            return Cell.words(MISSING) if answer.is_unbounded else Cell.figure(None)
        text = fmt.number(value / _scale(contents, answer)[0], 2)
        text = fmt.share(value) if answer.unit == "share" else text
        return Cell.figure(value, text, unit=fmt.unit_name(answer.unit))

    def quantile(answer: Answer, *, band: str) -> Cell:
        is_share = answer.unit == "share"
        return Cell.words(MISSING) if is_share else number(answer, answer.quantiles.get(band))

    def draws(answer: Answer) -> Cell:
        n = answer.n_draws + answer.n_without
        if not answer.n_without:
            return Cell.figure(n)
        text = _("{n}, {lost} without a value")
        return Cell.figure(n, fmt.told(text, n=n, lost=answer.n_without))

    columns = (
        Column(_("answer"), name),
        Column(_("mean"), lambda one: number(one, one.mean, is_bound=bool(one.capped_share))),
        Column(_("standard error"), error),
        *(Column(percent(band), partial(quantile, band=band)) for band in ("5", "50", "95")),
        Column(_("draws"), draws),
        Column(_("draws that halve the error"), lambda one: one.draws_to_halve or MISSING),
    )
    seed = _("seed {seed}").format(seed=stress.seed)
    shown = [answer for answer in stress.answers if answer.date in ("", first)]
    return table_of(_("Answers over draws ({seed})").format(seed=seed), columns, shown)


def _scale(contents: BriefContents, answer: Answer) -> tuple[float, str]:
    """What numbers of an answer are divided by, and the unit that they are then in."""
    if answer.unit == "share":
        return 1.0, ""
    if answer.unit != contents.case.currency:
        return 1.0, fmt.unit_name(answer.unit) if answer.unit else ""
    largest = max((abs(v) for v in answer.quantiles.values()), default=abs(answer.mean or 0.0))
    divisor, scale = fmt.money_scale(largest)
    return divisor, fmt.joined(scale, answer.unit, by=" ")


def ends_section(contents: BriefContents, stress: Stress) -> Section | None:
    """P(leverage ended by date), a line per variant and bound, for the main length."""
    if not stress.p_ended:
        return None
    lengths = sorted({point.length for point in stress.p_ended})
    main = contents.case.main_length * contents.case.calendar.step
    length = main if main in lengths else lengths[-1]
    points = [point for point in stress.p_ended if point.length == length]
    draws = {point.bound: point.n_draws for point in points}
    lines: dict[tuple[str, str], list[EndedBy]] = {}
    for point in points:
        lines.setdefault((point.variant, point.bound), []).append(point)

    def spec(width: int) -> vega.Spec:
        rows = [
            {
                "line": fmt.joined(contents.name("variants", variant), bound_words(bound)),
                "year": decimal_year(point.date),
                "p": point.p,
            }
            for (variant, bound), line in lines.items()
            for point in line
        ]
        return vega.probability_lines(rows, width=width)

    columns = (
        Column(_("variant"), lambda point: contents.name("variants", point.variant)),
        Column(_("length"), "length", _("month")),
        Column(_("date"), lambda point: Cell.month(point.date)),
        Column(_("response"), lambda point: bound_words(point.bound)),
        Column(_("share of the draws"), lambda point: Cell.share(point.p)),
        Column(_("standard error"), lambda point: Cell.share(point.standard_error)),
        Column(_("draws"), "n_draws"),
    )
    own = [one for one in points if one.variant == "base" and one.bound in (OPTIMAL, "")] or points
    likely, last = next((one for one in own if one.p >= LIKELY), None), own[-1]
    most = max(one.p for one in own)
    finding = _("In no more than {share} of the draws has leverage ended by {month}")
    if not most:
        finding = _("In none of the draws has leverage ended by {month}")
    finding = finding.format(share=fmt.share(most), month=fmt.date(last.date))
    if likely:
        finding = _(
            "By {month} leverage has ended in {first} of the draws, by {last} in {share} "
            "({response}, standard error {error})"
        )
        if likely.p == last.p:
            finding = _(
                "By {month} leverage has ended in {share} of the draws ({response}, standard error "
                "{error})"
            )
        finding = finding.format(
            month=fmt.date(likely.date),
            first=fmt.share(likely.p),
            last=fmt.date(last.date),
            share=fmt.share(last.p),
            response=bound_words(last.bound),
            error=fmt.share(last.standard_error),
        )
    figure = Figure(
        "ended-curve",
        finding,
        under=(
            _("Share of the draws"),
            about(contents, points[0].measure, length),
            *(made_by(stress, bound, n) for bound, n in draws.items()),
        ),
        description=_("Lines of probability by date. {finding}"),
        spec=spec,
        table=table_of(_("Probability that leverage has ended"), columns, stress.p_ended),
    )
    text = _(
        "Leverage has ended by a date when no start from that date on leaves essential demand "
        "unmet. The best response starts from the calm plan of its own draw, the simple rule from "
        "the plan for central values: from the same stocks the first ends no later than the "
        "second, from different ones it may."
    )
    return Section("ended", _("When it ends, and how sure that is"), (text,), (figure,))


def hazards_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Probability of going short by date, and losses exceeded."""
    if not stress.hazards:
        return None
    first = stress.hazards[0]
    figures = [_short_figure(contents, stress)]
    if len({loss for loss, _share in first.exceedance}) > 1:
        figures.append(_exceedance(contents, stress, first))
    text = _(
        "Measures come at random with the yearly rates of the case and last as long as their "
        "distributions say. The rates are assumptions; compare what they change, not the last "
        "digit of a probability."
    )
    counted = _(
        "What goes short without any measure counts in these chances; losses and unmet demand are "
        "beyond what calm has. What begins within the calendar may leave demand short behind its "
        "end, which counts in what ever goes short, and not by date."
    )
    text = fmt.joined(text, counted, by=" ")
    ways = contents.plan.ways if contents.plan else None
    if ways is not None and ways.draws and ways.draws != first.n_draws:
        beside = _("Page one tells the same of {n} futures; these here are {here}.")
        text = fmt.joined(text, fmt.told(beside, n=ways.draws, here=first.n_draws), by=" ")
    tables = (_risk_table(contents, stress),)
    return Section("hazards", _("If measures come at random"), (text,), tuple(figures), tables)


def _short_figure(contents: BriefContents, stress: Stress) -> Figure:
    first = stress.hazards[0]
    text = _("By {month} essential demand has gone short in {share} of the futures")
    if not first.p_short_by[-1]:
        text = _("By {month} essential demand has gone short in none of {n} futures")
    month, share = fmt.date(first.last), fmt.share(first.p_short_by[-1])
    hazards = dict.fromkeys(contents.case.hazards[one].measure for one in first.hazards)
    rows: list[vega.Row] = []
    for risk in stress.hazards:
        name = contents.name("variants", risk.variant)
        lines = (
            (_("{variant}: has gone short by then"), risk.p_short_by),
            (_("{variant}: goes short then"), risk.p_short),
        )
        for line, path in lines:
            rows += [{"line": line.format(variant=name), "year": decimal_year(date), "p": p}
                     for date, p in zip(risk.dates, path, strict=True)]  # fmt: skip
    columns = (
        Column(_("variant"), 0),
        Column(_("period"), lambda row: Cell.month(row[1])),
        Column(_("goes short"), lambda row: Cell.share(row[2])),
        Column(_("has gone short by then"), lambda row: Cell.share(row[3])),
    )
    periods = (
        (contents.name("variants", risk.variant), *period)
        for risk in stress.hazards
        for period in zip(risk.dates, risk.p_short, risk.p_short_by, strict=True)
    )
    caption = _("Share of the futures in which essential demand goes short")
    measures = contents.names("measures", hazards)
    return Figure(
        "hazard-curve",
        fmt.told(text, month=month, share=share, n=first.n_draws),
        under=(_("Share of the futures"), measures, draws_and_seed(first.n_draws, stress.seed)),
        description=_("Lines of probability by date. {finding}"),
        spec=lambda width: vega.probability_lines(rows, width=width),
        table=table_of(caption, columns, periods),
    )


def _exceedance(contents: BriefContents, stress: Stress, risk: HazardRisk) -> Figure:
    currency = contents.case.currency
    is_money = risk.exceedance_unit == currency
    largest = max(loss for loss, _share in risk.exceedance)
    divisor, scale = fmt.money_scale(largest) if is_money else (1.0, "")
    unit = fmt.joined(scale, fmt.unit_name(risk.exceedance_unit), by=" ")
    name = _("Loss [{unit}]") if is_money else _("Unmet essential demand [{unit}]")
    name = name.format(unit=unit)
    points = ({"loss": loss / divisor, "share": share} for loss, share in risk.exceedance)
    rows = vega.turns(points, "share")

    def spec(width: int) -> vega.Spec:
        scale, ticks = {"domainMin": 0, "nice": False}, 4 if width == vega.NARROW else 7
        place = {
            "x": vega.numbers("loss", title=name, scale=scale, tickCount=ticks, grid=False),
            "y": vega.numbers("share", scale={"domainMin": 0}, form=".0%", tickCount=5),
        }
        return vega.chart(width, [vega.steps(place, _PALE)], data=vega.values(rows), height=130)

    tail = in_unit(risk.cvar_unmet, risk.exceedance_unit)
    if is_money and risk.cvar_loss is not None:
        tail = fmt.money(risk.cvar_loss, currency)
    more = Column(_("share of the futures with more"), lambda row: Cell.share(row[1]))
    columns = (Column(name, 0), more)
    return Figure(
        "exceedance-curve",
        _("The worst {tail} of the futures lose {loss} on average").format(
            tail=fmt.share(risk.tail_share), loss=tail
        ),
        under=(
            _("Share of the futures that lose more"),
            _("variant: {name}").format(name=contents.name("variants", risk.variant)),
            draws_and_seed(risk.n_draws, stress.seed),
        ),
        description=_("Share of the futures above each loss. {finding}"),
        spec=spec,
        table=table_of(name, columns, risk.exceedance),
    )


def _risk_table(contents: BriefContents, stress: Stress) -> PageTable:
    first = stress.hazards[0]
    unit = fmt.unit_name(stress.units.get("unmet", ""))
    unmet = _("unmet essential demand [{unit}]").format(unit=unit)
    worst = _("worst {tail}").format(tail=fmt.share(first.tail_share))

    def cost(risk: HazardRisk, *, field: str) -> Cell:
        value: float | None = getattr(risk, field)
        money, lacks = contents.case.currency, missing_words(contents, risk.missing)
        return Cell.figure(value, lacks if value is None else fmt.money(value, money))

    def by_use(risk: HazardRisk) -> str:
        shares = risk.use.items()
        return "; ".join(f"{contents.name('uses', use)}: {fmt.share(p)}" for use, p in shares)

    columns = (
        Column(_("variant"), lambda risk: contents.name("variants", risk.variant)),
        Column(_("loss, mean"), partial(cost, field="expected_loss")),
        Column(_("loss, {worst}").format(worst=worst), partial(cost, field="cvar_loss")),
        Column(_("{unmet}, mean").format(unmet=unmet), "expected_unmet"),
        Column(_("{unmet}, {worst}").format(unmet=unmet, worst=worst), "cvar_unmet"),
        Column(_("share that ever goes short, by use"), by_use),
    )
    made = draws_and_seed(first.n_draws, stress.seed)
    caption = _("What hazards cost, {first} to {last} ({made})").format(
        first=fmt.date(first.dates[0]),
        last=fmt.date(first.last),
        made=fmt.joined(stress.provenance.discounted, made),
    )
    return table_of(caption, columns, stress.hazards)


def drawn_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Distribution of each input, with how many observations stand behind it."""
    if not stress.inputs:
        return None

    def quantile(one: DrawnInput, *, band: str) -> Cell:
        value = one.quantiles[band]
        if is_opening(one.path):
            return Cell.figure(value, value_words(contents, one.path, value), unit=_("month"))
        return Cell.figure(value, fmt.quantity(value, one.unit), unit=fmt.unit_name(one.unit))

    def rests_on(one: DrawnInput) -> str:
        n = one.n_rows
        if n is None:
            return _("judgment")
        if not one.reference:
            return fmt.told(ngettext("{n} observed value", "{n} observed values", n), n=n)
        text = fmt.told(ngettext("{n} project", "{n} projects", n), n=n)
        if one.n_unfinished:
            unfinished = _("{projects}, {n} of them unfinished")
            text = fmt.told(unfinished, projects=text, n=one.n_unfinished)
        return text

    def distribution(one: DrawnInput) -> str:
        words = fmt.distribution_words(one.distribution)
        if one.is_stated:
            return words
        return _("{distribution}, from the range").format(distribution=words)

    def name(one: DrawnInput) -> str:
        words = input_words(contents, one.path)
        names = contents.names("scenarios", one.scenarios) if one.scenarios else ""
        return f"{words} ({names})" if names else words

    columns = (
        Column(_("input"), name),
        Column(_("grade"), "grade"),
        Column(_("distribution"), distribution),
        *(Column(percent(band), partial(quantile, band=band)) for band in ("5", "50", "95")),
        Column(_("rests on"), rests_on),
    )
    text = _(
        "An input with only a range is drawn from a PERT distribution: its value the likeliest, "
        "the ends of its range what is thought possible."
    )
    table = table_of(_("How inputs were drawn"), columns, stress.inputs)
    return Section("drawn", _("How inputs were drawn"), (text,), (), (table.folded,))
