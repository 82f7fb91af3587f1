"""Which input decides: the tornado, the tipping values, the indices."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import tornado
from derbes.brief.charts.style import NARROW, WIDE, Row, wrapped
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, words
from derbes.brief.sections.uncertainty.words import (
    draws_words,
    grade_of,
    in_unit,
    input_words,
    words_of,
)
from derbes.language import _, ngettext
from derbes.results.stress import Bar, Stress

_BARS = 12
"""Bars of a tornado; the table has all."""


def deciding_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Tornado, tipping values and sensitivity indices."""
    if not (stress.tornado or stress.tipping or stress.sensitivity):
        return None
    figures = tuple(
        _tornado_figure(contents, stress, answer)
        for answer in dict.fromkeys(bar.answer for bar in stress.tornado)
        if any(_swing(bar) > 0 for bar in stress.tornado if bar.answer == answer)
    )
    tables = [_tipping_table(contents, stress)] if stress.tipping else []
    tables += [_indices_table(contents, stress)] if stress.sensitivity else []
    text = _(
        "A tornado moves one input at a time over its range, all others at their central values. "
        "A tipping value is where a yes becomes a no. A total index near 0 says that learning an "
        "input would not narrow the answer; a large one says what to find out first."
    )
    return Section("deciding", _("What decides the answer"), (text, *_screened(contents, stress)),
                   figures, tuple(tables))  # fmt: skip


def _screened(contents: BriefContents, stress: Stress) -> tuple[str, ...]:
    told = []
    for left in stress.screened_out:
        text = ngettext(
            "For {answer}, {n} input was left out of the indices: alone it moves it by "
            "{share} of the largest swing.",
            "For {answer}, {n} inputs were left out of the indices: the most that one of them "
            "alone moves it is {share} of the largest swing.",
            left.n_inputs,
        )
        answer = words_of(contents, stress, left.answer)
        told.append(text.format(answer=answer, n=fmt.number(left.n_inputs),
                                share=fmt.share(left.share_of_largest)))  # fmt: skip
    return tuple(told)


def _swing(bar: Bar) -> float:
    return max(bar.answer_at_low, bar.answer_at_high, bar.answer_central) - min(
        bar.answer_at_low, bar.answer_at_high, bar.answer_central
    )


def _tornado_figure(contents: BriefContents, stress: Stress, answer: str) -> Figure:
    bars = sorted((b for b in stress.tornado if b.answer == answer), key=_swing, reverse=True)
    first = bars[0]
    name = words_of(contents, stress, answer)
    unit = next((a.unit for a in stress.answers if a.name == answer), "")
    finding = _("{input} moves it most: from {low} to {high}").format(
        input=input_words(contents, first.input),
        low=in_unit(min(first.answer_at_low, first.answer_at_high), unit),
        high=in_unit(max(first.answer_at_low, first.answer_at_high), unit),
    )
    shown = [bar for bar in bars[:_BARS] if _swing(bar) > 0]
    axis = f"{name} [{fmt.unit_name(unit)}]" if unit and unit != "share" else name
    return Figure(
        id=f"tornado-{_place(stress, answer)}",
        title=finding,
        subtitle=" · ".join((name, _("one input at a time; red: its low end, blue: its high"))),
        description=_("Bars around the central answer, the widest first. {finding}").format(
            finding=finding
        ),
        wide=_tornado_spec(contents, shown, axis, WIDE),
        narrow=_tornado_spec(contents, shown, axis, NARROW),
        table=_tornado_table(contents, bars, unit),
    )


def _place(stress: Stress, answer: str) -> int:
    return list(dict.fromkeys(bar.answer for bar in stress.tornado)).index(answer) + 1


def _tornado_spec(contents: BriefContents, bars: list[Bar], axis: str, width: int) -> Row:
    letters = 20 if width == NARROW else 34
    rows: list[Row] = [
        {
            "label": wrapped(input_words(contents, bar.input), letters),
            "at_low": bar.answer_at_low,
            "at_high": bar.answer_at_high,
            "low_words": _end_words(bar, bar.low, bar.answer_at_low),
            "high_words": _end_words(bar, bar.high, bar.answer_at_high),
        }
        for bar in bars
    ]
    return tornado(rows, width=width, names={"x": axis}, center=bars[0].answer_central)


def _end_words(bar: Bar, end: float, answer: float) -> str:
    """The end of the input's range, where the answer differs from the central one."""
    return "" if answer == bar.answer_central else fmt.number(end)


def _tornado_table(contents: BriefContents, bars: list[Bar], unit: str) -> Table:
    head = (_("input"), _("grade"), _("low"), _("central"), _("high"), _("answer at low"),
            _("answer at high"))  # fmt: skip
    rows = tuple(
        (
            words(input_words(contents, bar.input)),
            words(grade_of(contents, bar.input)),
            *(figure_cell(v, fmt.quantity(v, bar.unit)) for v in (bar.low, bar.central, bar.high)),
            *(figure_cell(v, in_unit(v, unit)) for v in (bar.answer_at_low, bar.answer_at_high)),
        )
        for bar in bars
    )
    return Table(_("One input at a time"), head, rows)


def _tipping_table(contents: BriefContents, stress: Stress) -> Table:
    head = (_("verdict"), _("holds now"), _("input"), _("grade"), _("flips"), _("over draws"))
    rows = []
    for tip in stress.tipping:
        over = tip.value_over_draws
        cells: tuple[Cell, ...] = (
            words(words_of(contents, stress, tip.answer)),
            words(_("yes") if tip.central_answer else _("no")),
            words(input_words(contents, tip.input)),
            words(grade_of(contents, tip.input)),
            Cell(_flip_words(tip.value, tip.shown or in_unit(tip.value, tip.unit), tip.direction),
                 tip.value),
            Cell("" if over is None else in_unit(over, tip.unit), over, is_number=True),
        )  # fmt: skip
        rows.append(cells)
    caption = _("Tipping values ({draws})").format(draws=draws_words(stress))
    return Table(caption, head, tuple(rows))


def _flip_words(value: float | None, shown: str, direction: str) -> str:
    if value is None:
        return _("nowhere in its range")
    if direction == "below":
        return _("below {value}").format(value=shown)
    return _("above {value}").format(value=shown)


def _indices_table(contents: BriefContents, stress: Stress) -> Table:
    head = (_("answer"), _("input"), _("first-order index"), _("total index"), _("PAWN index"))
    ranked = sorted(
        stress.sensitivity,
        key=lambda one: (one.answer, -(one.total or 0.0), -(one.pawn or 0.0)),
    )
    rows = tuple(
        (
            words(words_of(contents, stress, one.answer)),
            words(input_words(contents, one.input)),
            *(
                words("") if index is None else figure_cell(index, fmt.number(index, 2))
                for index in (one.first, one.total, one.pawn)
            ),
        )
        for one in ranked
    )
    caption = _("Sensitivity indices ({draws})").format(draws=draws_words(stress))
    return Table(caption, head, rows)
