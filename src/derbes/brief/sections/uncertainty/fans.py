"""Fans by date, and every headline number with its error."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import fan_panels
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.uncertainty.words import (
    about,
    bound_words,
    in_unit,
    made_by,
    words_of,
)
from derbes.brief.sections.wording import decimal_year
from derbes.language import _
from derbes.results.stress import Answer, Fan, Stress

_BANDS = ("5", "25", "50", "75", "95")


def fans_section(contents: BriefContents, stress: Stress) -> Section | None:
    """How wide the answers are, by date."""
    if not stress.answers and not stress.fans:
        return None
    figures = tuple(
        _figure(contents, stress, name)
        for name in dict.fromkeys(fan.name for fan in stress.fans)
        if any(_points(fan) for fan in stress.fans if fan.name == name)
    )
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
        figures,
        (_answers_table(contents, stress),) if stress.answers else (),
    )


def _points(fan: Fan) -> list[int]:
    """Dates at which every band has a value."""
    return [
        at
        for at in range(len(fan.dates))
        if all(fan.quantiles[band][at] is not None for band in _BANDS)
    ]


def _figure(contents: BriefContents, stress: Stress, name: str) -> Figure:
    fans = [fan for fan in stress.fans if fan.name == name and _points(fan)]
    first = fans[0]
    bounds = {fan.bound: fan.n_draws for fan in fans}
    parts = [_unit_words(first), about(contents, first.measure, first.length),
             *(made_by(stress, bound, n) for bound, n in bounds.items())]  # fmt: skip
    finding = _finding(first)
    return Figure(
        id=f"fan-{name.replace('_', '-')}",
        title=finding,
        subtitle=" · ".join(part for part in parts if part),
        description=_(
            "Bands of the draws by date, a panel per variant and response. {finding}"
        ).format(finding=finding),
        wide=_spec(contents, fans, WIDE),
        narrow=_spec(contents, fans, NARROW),
        table=_table(contents, fans),
    )


def _panel(contents: BriefContents, fan: Fan) -> str:
    parts = (name_of(contents.case, "variants", fan.variant), bound_words(fan.bound))
    return ", ".join(part for part in parts if part)


def _name(fan: Fan) -> str:
    told = {"cover": _("Cover: how long stock lasts"), "leverage_ratio": _("Leverage ratio"),
            "time_to_survive": _("Time to survive")}  # fmt: skip
    return told.get(fan.name, fan.name.replace("_", " "))


def _unit_words(fan: Fan) -> str:
    name = _name(fan)
    return f"{name} [{fmt.unit_name(fan.unit)}]" if fan.unit else name


def _finding(fan: Fan) -> str:
    at = _points(fan)[0]
    low, high = fan.quantiles["5"][at], fan.quantiles["95"][at]
    return _("{name}, {month}: nine draws of ten lie between {low} and {high}").format(
        name=_name(fan) if not fan.bound else f"{_name(fan)}, {bound_words(fan.bound)}",
        month=fmt.date(fan.dates[at]),
        low=in_unit(low, fan.unit),
        high=in_unit(high, fan.unit),
    )


def _spec(contents: BriefContents, fans: list[Fan], width: int) -> Row:
    rows: list[Row] = []
    for fan in fans:
        panel = _panel(contents, fan)
        for at in _points(fan):
            bands = {f"p{band}": fan.quantiles[band][at] for band in _BANDS}
            rows.append(
                {"panel": panel, "year": decimal_year(fan.dates[at]), **bands,
                 "central": fan.central[at]}
            )  # fmt: skip
    years = [row["year"] for row in rows]
    order = list(dict.fromkeys(row["panel"] for row in rows))
    return fan_panels(rows, width=width, years=(min(years), max(years)), order=order)


def _table(contents: BriefContents, fans: list[Fan]) -> Table:
    head = (_("variant"), _("response"), _("date"), "5 %", "25 %", "50 %", "75 %", "95 %",
            _("mean"), _("central values"))  # fmt: skip
    rows = tuple(
        (
            words(name_of(contents.case, "variants", fan.variant)),
            words(bound_words(fan.bound)),
            month_cell(fan.dates[at]),
            *(_fan_cell(fan, fan.quantiles[band][at]) for band in _BANDS),
            _fan_cell(fan, fan.mean[at], is_bound=bool(fan.capped_share and fan.capped_share[at])),
            _fan_cell(fan, fan.central[at]),
        )
        for fan in fans
        for at in range(len(fan.dates))
    )
    return Table(_unit_words(fans[0]), head, rows)


def _fan_cell(fan: Fan, value: float | None, *, is_bound: bool = False) -> Cell:
    """A value of a fan; at the end of what is looked at, that it is at least so much."""
    cell = figure_cell(value)
    cap = fan.capped_at
    if value is not None and (is_bound or (cap is not None and value >= cap)):
        return figure_cell(value, _("at least {time}").format(time=cell.text))
    return cell


def _answers_table(contents: BriefContents, stress: Stress) -> Table:
    """The answers about the first date, and those about no date; all dates are in the fans."""
    first = min((answer.date for answer in stress.answers if answer.date), default="")
    shown = [answer for answer in stress.answers if answer.date in ("", first)]
    head = (_("answer"), _("mean"), _("standard error"), "5 %", "50 %", "95 %", _("draws"),
            _("draws for half the error"))  # fmt: skip
    rows = tuple(_answer_row(contents, answer) for answer in shown)
    seed = _("seed {seed}").format(seed=stress.seed)
    return Table(_("Answers over draws ({seed})").format(seed=seed), head, rows)


def _answer_row(contents: BriefContents, answer: Answer) -> tuple[Cell, ...]:
    divisor, unit = _scale(contents, answer)

    def cell(value: float | None, *, is_bound: bool = False) -> Cell:
        if value is None:
            return words(_("without bound")) if answer.n_unbounded else figure_cell(None)
        text = _bounded(answer, value, divisor, is_bound=is_bound)
        return figure_cell(value, text)

    error, halve = answer.standard_error, answer.draws_to_halve
    name = words_of(contents, answer.name)
    return (
        words(f"{name} [{unit}]" if unit else name),
        cell(answer.mean, is_bound=bool(answer.capped_share)),
        figure_cell(error, None if error is None else _error(answer, error, divisor)),
        *(
            words("–") if answer.unit == "share" else cell(answer.quantiles.get(band))
            for band in ("5", "50", "95")
        ),
        _draws_cell(answer),
        figure_cell(halve) if halve else words("–"),
    )


def _draws_cell(answer: Answer) -> Cell:
    """Draws behind an answer, and how many of them have no value."""
    n = answer.n_draws + answer.n_without
    if not answer.n_without:
        return figure_cell(n)
    text = _("{n}, {lost} without a value").format(
        n=fmt.number(n), lost=fmt.number(answer.n_without)
    )
    return figure_cell(n, text)


def _scale(contents: BriefContents, answer: Answer) -> tuple[float, str]:
    """What numbers of an answer are divided by, and the unit that they are then in."""
    if answer.unit == "share":
        return 1.0, ""
    if answer.unit != contents.case.currency:
        return 1.0, fmt.unit_name(answer.unit) if answer.unit else ""
    largest = max((abs(v) for v in answer.quantiles.values()), default=abs(answer.mean or 0.0))
    divisor, scale = fmt.money_scale(largest)
    return divisor, " ".join(part for part in (scale, answer.unit) if part)


def _plain(answer: Answer, value: float, divisor: float) -> str:
    if answer.unit == "share":
        return fmt.share(value)
    if answer.unit == "month":
        return fmt.month_count(value)
    return fmt.number(value / divisor)


def _error(answer: Answer, value: float, divisor: float) -> str:
    return fmt.share(value) if answer.unit == "share" else fmt.number(value / divisor, 2)


def _bounded(answer: Answer, value: float, divisor: float, *, is_bound: bool) -> str:
    """A value; at the end of what is looked at, that it is at least so much."""
    text = _plain(answer, value, divisor)
    is_bound = is_bound or (answer.capped_at is not None and value >= answer.capped_at)
    return _("at least {time}").format(time=text) if is_bound else text
