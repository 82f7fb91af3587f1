"""The tornado: what each input alone does to an answer."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import tornado
from derbes.brief.charts.style import NARROW, WIDE, Row, wrapped
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Figure, Table, figure_cell, words
from derbes.brief.sections.uncertainty.words import (
    END,
    grade_of,
    in_unit,
    input_words,
    is_opening,
    kind_words,
    opening_label,
    spoken,
    value_words,
    words_of,
)
from derbes.brief.sections.wording import decimal_year
from derbes.language import _
from derbes.results.stress import Bar, Stress

_BARS = 12
"""Bars of a tornado; the table has all."""


def tornado_figures(contents: BriefContents, stress: Stress) -> tuple[Figure, ...]:
    """A tornado for each answer that any input moves."""
    answers = dict.fromkeys(bar.answer for bar in stress.tornado if _swing(bar) > 0)
    return tuple(
        _figure(contents, stress, answer, f"tornado-{place}")
        for place, answer in enumerate(answers, 1)
    )


def _swing(bar: Bar) -> float:
    return max(bar.answer_at_low, bar.answer_at_high, bar.answer_central) - min(
        bar.answer_at_low, bar.answer_at_high, bar.answer_central
    )


def _figure(contents: BriefContents, stress: Stress, answer: str, id_: str) -> Figure:
    bars = sorted((b for b in stress.tornado if b.answer == answer), key=_swing, reverse=True)
    first = bars[0]
    unit = _unit(stress, answer)
    ends = sorted((first.answer_at_low, first.answer_at_high))
    finding = _("{input} moves it most: from {low} to {high}").format(
        input=input_words(contents, first.input),
        low=_answer_words(contents, answer, ends[0], unit),
        high=_answer_words(contents, answer, ends[1], unit),
    )
    looks = _("one input at a time, the others central; red: its low end, blue: its high")
    shown = [bar for bar in bars[:_BARS] if _swing(bar) > 0]
    return Figure(
        id=id_,
        title=finding,
        subtitle=" · ".join((words_of(contents, answer), looks)),
        description=_("Bars around the central answer, the widest first. {finding}").format(
            finding=finding
        ),
        wide=_spec(contents, shown, unit, WIDE),
        narrow=_spec(contents, shown, unit, NARROW),
        table=_table(contents, bars, unit),
    )


def _unit(stress: Stress, answer: str) -> str:
    return next((one.unit for one in stress.answers if one.name == answer), "")


def _answer_words(contents: BriefContents, answer: str, value: float, unit: str) -> str:
    """A value of an answer; of an end, its month."""
    if spoken(answer).kind != END:
        return in_unit(value, unit)
    calendar = contents.case.calendar
    period = round(value / calendar.step)
    if period >= calendar.n_periods:
        return _("after {month}").format(month=fmt.date(calendar.label(calendar.n_periods - 1)))
    return fmt.date(calendar.label(period))


def _on_axis(contents: BriefContents, bar: Bar, value: float) -> float:
    """A value of an answer on its axis; an end as a year."""
    if spoken(bar.answer).kind != END:
        return value
    calendar = contents.case.calendar
    return decimal_year(calendar.label(round(value / calendar.step)))


def _spec(contents: BriefContents, bars: list[Bar], unit: str, width: int) -> Row:
    letters = 20 if width == NARROW else 34
    rows: list[Row] = [
        {
            "label": wrapped(_label(contents, bar), letters),
            "at_low": _on_axis(contents, bar, bar.answer_at_low),
            "at_high": _on_axis(contents, bar, bar.answer_at_high),
            "low_words": _end_words(contents, bar, bar.low, bar.answer_at_low),
            "high_words": _end_words(contents, bar, bar.high, bar.answer_at_high),
        }
        for bar in bars
    ]
    told = spoken(bars[0].answer)
    name = kind_words(told.kind)
    names = {"x": f"{name} [{fmt.unit_name(unit)}]" if unit and unit != "share" else name}
    center = _on_axis(contents, bars[0], bars[0].answer_central)
    return tornado(rows, width=width, names=names, center=center, is_years=told.kind == END)


def _label(contents: BriefContents, bar: Bar) -> str:
    """An input with its unit, so that bars need bare numbers."""
    name = input_words(contents, bar.input)
    if is_opening(bar.input) or bar.unit in ("", "share"):
        return name
    return f"{name} [{fmt.unit_name(bar.unit)}]"


def _end_words(contents: BriefContents, bar: Bar, end: float, answer: float) -> str:
    """The end of the input's range, where the answer differs from the central one."""
    if answer == bar.answer_central:
        return ""
    if is_opening(bar.input):
        return opening_label(contents, bar.input, end)
    return fmt.share(end) if bar.unit == "share" else fmt.number(end)


def _table(contents: BriefContents, bars: list[Bar], unit: str) -> Table:
    head = (_("input"), _("grade"), _("low"), _("central"), _("high"), _("answer at low"),
            _("answer at high"))  # fmt: skip
    rows = tuple(
        (
            words(input_words(contents, bar.input)),
            words(grade_of(contents, bar.input)),
            *(_input_cell(contents, bar.input, v) for v in (bar.low, bar.central, bar.high)),
            *(
                figure_cell(v, _answer_words(contents, bar.answer, v, unit))
                for v in (bar.answer_at_low, bar.answer_at_high)
            ),
        )
        for bar in bars
    )
    return Table(_("One input at a time"), head, rows)


def _input_cell(contents: BriefContents, path: str, value: float) -> Cell:
    return Cell(value_words(contents, path, value), value, is_number=not is_opening(path))
