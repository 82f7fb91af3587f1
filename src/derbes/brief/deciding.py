"""What decides the answers over draws: the tornado, tipping values, indices."""

from collections.abc import Iterator
from functools import partial

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, decimal_year
from derbes.brief.layout import Cell, Figure, PageTable, Section, table_of
from derbes.brief.uncertainty import (
    END,
    at_least,
    bound_words,
    grade_of,
    in_unit,
    input_words,
    kind_of,
    kind_words,
    made_by,
    value_words,
    words_of,
)
from derbes.case.entities import is_opening
from derbes.language import _, ngettext, spelled
from derbes.results.stress import Bar, Influence, Stress, TippingValue, no_index_words
from derbes.results.tables import MISSING, Column

_BARS = 8
"""Bars of a tornado; the table has all."""
_BARS_PART = 0.58
"""Part of a tornado's width that is left for bars beside their labels."""
_MOST_ROOM = 0.8
"""Most of that for the words at the bars."""
LEAST_HAND = 0.05
"""Total index below which page one names no input."""
_MOST_NAMED, _MOST_DECIDING = 2, 3
"""Inputs that the answer of page one names, and those whose ends page one shows."""
_LEAST_INDEX = 0.05
"""An index from which on an input stands on paper."""
MOST_INPUTS = 12
"""Inputs of an answer whose indices are shown; all are in the answers of `stress`."""


def swing(bar: Bar) -> float:
    """How far the answer moves. [unit]"""
    answers = (bar.answer_at_low, bar.answer_at_high, bar.answer_central)
    return max(answers) - min(answers)


def _deciding_bars(contents: BriefContents) -> list[Bar]:
    bars = contents.stress.tornado if contents.stress else ()
    own = [bar for bar in bars if kind_of(bar.answer) == "time_to_survive" and swing(bar) > 0]
    return sorted(own, key=swing, reverse=True)


def decides_words(contents: BriefContents) -> str:
    """What the answer of page one depends on most; empty without draws."""
    stress, name = contents.stress, _("“{input}”")
    bars = _deciding_bars(contents)[:_MOST_NAMED]
    names = ", ".join(name.format(input=input_words(contents, bar.input)) for bar in bars)
    if names:
        return _("It depends most on {inputs}.").format(inputs=names)
    is_told = stress is not None and (stress.tornado or stress.screened_out)
    return _("By the simple rule, in whole periods, no number alone moves it.") if is_told else ""


def end_decides_words(contents: BriefContents) -> str:
    """What the date of the end depends on most; empty where no indices tell.

    None is named whose interval reaches down to nothing: where few draws have an end, an index may
    be anything.
    """
    indices = [
        (one.input, one.total or 0.0)
        for one in (contents.stress.sensitivity if contents.stress else ())
        if kind_of(one.answer) == END
        and (one.total or 0.0) > max(LEAST_HAND, one.total_confidence or 0.0)
    ]
    name = _("“{input}” ({share})")
    names = [
        name.format(input=input_words(contents, path), share=fmt.share(min(total, 1.0)))
        for path, total in sorted(indices, key=lambda one: -one[1])[:_MOST_DECIDING]
    ]
    text = _(
        "When it ends depends most on {inputs}: in brackets the part of the spread in which each "
        "has a hand, simple rule."
    )
    return text.format(inputs=", ".join(names)) if names else ""


def _tornado_figure(contents: BriefContents, stress: Stress, answer: str, id_: str) -> Figure:
    bars = sorted((b for b in stress.tornado if b.answer == answer), key=swing, reverse=True)
    first = bars[0]
    low, high = sorted((first.answer_at_low, first.answer_at_high))
    finding = _("{answer}: moved most by “{input}”, from {low} to {high}").format(
        answer=kind_words(kind_of(answer)).capitalize(),
        input=input_words(contents, first.input),
        low=_answer_words(contents, answer, low),
        high=_answer_words(contents, answer, high),
    )
    looks = _("one input at a time, the others central; red: its low end, blue: its high")
    shown = [bar for bar in bars[:_BARS] if swing(bar) > 0]
    return Figure(
        id_,
        finding,
        under=(words_of(contents, answer), looks),
        description=_("Bars around the central answer, the widest first. {finding}"),
        spec=partial(_tornado_spec, contents, shown),
        table=_tornado_table(contents, bars),
    )


def _unit_of(contents: BriefContents, answer: str) -> str:
    answers = contents.stress.answers if contents.stress else ()
    return next((one.unit for one in answers if one.name == answer), "")


def _answer_words(contents: BriefContents, answer: str, value: float) -> str:
    if kind_of(answer) != END:
        answers = contents.stress.answers if contents.stress else ()
        cap = {one.name: one.capped_at for one in answers}.get(answer)
        return at_least(in_unit(value, _unit_of(contents, answer)), value, cap)
    calendar = contents.case.calendar
    period = round(value / calendar.step)
    if period >= calendar.n_periods:
        return _("after {month}").format(month=contents.last_month)
    return fmt.date(calendar.label(period))


def _tornado_spec(contents: BriefContents, bars: list[Bar], width: int) -> vega.Spec:
    """One bar per input from the answer at its low end to that at its high end."""
    calendar = contents.case.calendar
    kind, unit = kind_of(bars[0].answer), _unit_of(contents, bars[0].answer)

    def on_axis(value: float) -> float:
        return value if kind != END else decimal_year(calendar.label(round(value / calendar.step)))

    def label(bar: Bar) -> str:
        name = input_words(contents, bar.input)
        if not is_opening(bar.input) and bar.unit not in ("", "share"):
            name = f"{name} [{fmt.unit_name(bar.unit)}]"
        return vega.wrapped(name, 24)

    def end_words(bar: Bar, end: float, answer: float) -> str:
        if answer == bar.answer_central:
            return ""
        if is_opening(bar.input):
            return value_words(contents, bar.input, end)
        return fmt.share(end) if bar.unit == "share" else fmt.number(end)

    rows: list[vega.Row] = [
        {
            "label": label(bar),
            "at_low": on_axis(bar.answer_at_low),
            "at_high": on_axis(bar.answer_at_high),
            "low_words": end_words(bar, bar.low, bar.answer_at_low),
            "high_words": end_words(bar, bar.high, bar.answer_at_high),
        }
        for bar in bars
    ]
    name = kind_words(kind)
    name = f"{name} [{fmt.unit_name(unit)}]" if unit and unit != "share" else name
    center = on_axis(bars[0].answer_central)
    scale = {"domain": _with_room(rows, center, width), "nice": False}
    ticks, form = 3 if width == vega.NARROW else 5, "d" if kind == END else ",~r"
    x = vega.numbers(title=name, scale=scale, form=form, tickCount=ticks)
    y = vega.lanes("label")
    layers: list[vega.Spec] = []
    for end, color in (("low", vega.RED), ("high", vega.BLUE)):
        place = {"x": {**x, "field": f"at_{end}"}, "y": y}
        bar = {**place, "x2": {"datum": center}}
        layers.append(vega.layer("bar", bar, color=color, height={"band": 0.5}))
        for test, align, dx in ((">", "left", 4), ("<=", "right", -4)):
            text = {**place, "text": {"field": f"{end}_words"}}
            look = {"align": align, "dx": dx, "color": vega.INK, "fontSize": 11}
            layers.append(vega.layer("text", text, f"datum.at_{end} {test} {center!r}", **look))
    layers.append(vega.layer("rule", {"x": {**x, "datum": center}}, color=vega.INK))
    height = vega.lane_height(rows, "label", least=20, line=vega.LINE, more=4)
    return vega.chart(width, layers, data=vega.values(rows), height=height)


def _with_room(rows: list[vega.Row], center: float, width: int) -> list[float]:
    """Ends of the axis, with room for the words on the sides on which there are any. [unit]"""
    ends = [(row[f"at_{end}"], len(row[f"{end}_words"])) for row in rows for end in ("low", "high")]
    places = [place for place, _letters in ends] + [center]
    low, high = min(places), max(places)
    letters = {
        is_right: max((n for place, n in ends if (place > center) == is_right), default=0)
        for is_right in (False, True)
    }
    left, right = (vega.LETTER * (n + 2) / (width * _BARS_PART) for n in letters.values())
    whole = (high - low or 1.0) / (1.0 - min(left + right, _MOST_ROOM))
    return [low - left * whole, high + right * whole]


def decides_table(contents: BriefContents) -> PageTable | None:
    """The inputs that move the time to survive most, with it at both their ends."""
    bars = _deciding_bars(contents)
    if not bars:
        return None
    first, response = bars[0], bound_words("optimal")
    if "optimal" not in first.answer:
        response = _("{response}, in whole periods").format(response=bound_words("myopic"))
    caption = _(
        "What would change the answer most: the time from {month}, {central} as written, when one "
        "number alone is moved over its range ({response})"
    ).format(
        month=fmt.date(contents.focus.start),
        central=_answer_words(contents, first.answer, first.answer_central),
        response=response,
    )
    return _tornado_table(contents, bars[:_MOST_DECIDING], caption)


def _tornado_table(contents: BriefContents, bars: list[Bar], caption: str = "") -> PageTable:
    drawn = contents.stress.inputs if contents.stress else ()
    units = {one.path: fmt.unit_name(one.unit) for one in drawn if one.unit and one.unit != "1"}

    def end(bar: Bar, *, field: str) -> Cell:
        value: float = getattr(bar, field)
        unit = fmt.unit_name("month") if is_opening(bar.input) else units.get(bar.input, "")
        return Cell(value_words(contents, bar.input, value), value, unit=unit)

    def answer(bar: Bar, *, field: str) -> Cell:
        value: float = getattr(bar, field)
        unit = "month" if kind_of(bar.answer) == END else _unit_of(contents, bar.answer)
        unit = fmt.unit_name(unit) if unit not in ("", "1") else ""
        return Cell.figure(value, _answer_words(contents, bar.answer, value), unit=unit)

    columns = (
        Column(_("input"), lambda bar: input_words(contents, bar.input)),
        Column(_("grade"), lambda bar: grade_of(contents, bar.input)),
        Column(_("low"), partial(end, field="low")),
        Column(_("central"), partial(end, field="central")),
        Column(_("high"), partial(end, field="high")),
        Column(_("answer at low"), partial(answer, field="answer_at_low")),
        Column(_("answer at high"), partial(answer, field="answer_at_high")),
    )
    return table_of(caption or _("One input at a time"), columns, bars)


def deciding_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Tornado, tipping values and sensitivity indices."""
    if not (stress.tornado or stress.tipping or stress.sensitivity):
        return None
    moved = dict.fromkeys(bar.answer for bar in stress.tornado if swing(bar) > 0)
    figures = (
        _tornado_figure(contents, stress, answer, f"tornado-{place}")
        for place, answer in enumerate(moved, 1)
    )
    verdicts = dict.fromkeys(tip.answer for tip in stress.tipping)
    tables = [_tipping_table(contents, stress, verdict) for verdict in verdicts]
    tables += [
        _indices_table(contents, stress, *told) for told in stress.indices.items() if told[1]
    ]
    text = _(
        "A tornado moves one input at a time over its range, all others at their central values. "
        "A tipping value is where a yes becomes a no. The first-order index is the "
        "share of the spread that an input explains alone, the total index what it explains with "
        "others; a total near 0 says that learning the input would not narrow the answer, a large "
        "one says what to find out first. A dash stands where there are too few draws to tell."
    )
    untold = (words_of(contents, answer) for answer, told in stress.indices.items() if not told)
    texts = (text, *_screened(contents, stress), *no_index_words(untold))
    return Section("deciding", _("What decides the answer"), texts, tuple(figures), tuple(tables))


def _screened(contents: BriefContents, stress: Stress) -> Iterator[str]:
    """What was left out, answers of which as much was left out in one sentence."""
    alike: dict[tuple[int, str], list[str]] = {}
    for left in stress.screened_out:
        key = (left.n_inputs, fmt.share(left.share_of_largest))
        alike.setdefault(key, []).append(words_of(contents, left.answer))
    for (n, share), answers in alike.items():
        text = ngettext(
            "{n} input alone does not move the answer and has no index: {answers}.",
            "{n} inputs alone do not move the answer and have no index: {answers}.",
            n,
        )
        if any(left.share_of_largest for left in stress.screened_out):
            text = ngettext(
                "{n} input was left out of the indices, since alone it moves the answer by {share} "
                "of the largest swing: {answers}.",
                "{n} inputs were left out of the indices, since alone none of them moves the "
                "answer by more than {share} of the largest swing: {answers}.",
                n,
            )
        yield fmt.told(text, n=n, share=share, answers="; ".join(answers))


def _tipping_table(contents: BriefContents, stress: Stress, verdict: str) -> PageTable:
    """Where inputs flip; an opening before or after a month, all else below or above a number."""

    def unit(tip: TippingValue) -> str:
        return _("month") if is_opening(tip.input) else fmt.unit_name(tip.unit)

    def turns(tip: TippingValue) -> Cell:
        if tip.value is None:
            return Cell(_("nowhere in its range"), None)
        is_below = tip.direction == "below"
        value = value_words(contents, tip.input, tip.value, tip.direction)
        text = _("below {value}") if is_below else _("above {value}")
        if is_opening(tip.input):
            text = _("before {month}") if is_below else _("after {month}")
        return Cell(text.format(value=value, month=value), tip.value, unit=unit(tip))

    def over(tip: TippingValue) -> Cell:
        value = tip.value_over_draws
        if value is None:
            return Cell.words(MISSING)
        return Cell(value_words(contents, tip.input, value), value, unit=unit(tip))

    tips = [tip for tip in stress.tipping if tip.answer == verdict]
    columns = [
        Column(_("input"), lambda tip: input_words(contents, tip.input)),
        Column(_("grade"), lambda tip: grade_of(contents, tip.input)),
        Column(_("turns"), turns),
    ]
    made = ""
    if any(tip.value_over_draws is not None for tip in tips):
        columns.append(Column(_("holds in half of the draws at"), over))
        made = f" ({_draws(stress)})"
    told = _("holds at central values") if tips[0].central_answer else _("fails at central values")
    caption = _("Tipping values: {verdict}; {told}{made}")
    caption = caption.format(verdict=words_of(contents, verdict), told=told, made=made)
    return table_of(caption, columns, tips)


def _draws(stress: Stress) -> str:
    """The draws that PAWN and tipping values over draws are from: the first of all."""
    return made_by(stress, "", stress.draws_deciding or stress.draws)


def _indices_table(
    contents: BriefContents, stress: Stress, answer: str, told: list[Influence]
) -> PageTable:
    """The inputs with the largest indices of an answer; on paper those worth a line."""

    def index(value: float | None, half: float | None = None) -> Cell:
        """An index, with the half width of its 95 % interval where it has one."""
        if value is None:
            return Cell.words("–")
        known = (value,) if half is None else (value, half)
        text = " ± ".join(f"{round(part, 2) or 0.0:.2f}" for part in known)
        return Cell.figure(value, spelled(text))

    def decides(one: Influence) -> bool:
        return max(one.first or 0.0, one.total or 0.0, one.pawn or 0.0) >= _LEAST_INDEX

    own = sorted(told, key=lambda one: (-(one.total or 0.0), -(one.pawn or 0.0)))
    columns = [
        Column(_("input"), lambda one: input_words(contents, one.input)),
        Column(_("first-order index ± 95 %"), lambda one: index(one.first, one.first_confidence)),
        Column(_("total index ± 95 %"), lambda one: index(one.total, one.total_confidence)),
    ]
    caption = _("Sensitivity, the largest indices: {answer}").format(
        answer=words_of(contents, answer)
    )
    if any(one.pawn is not None for one in own):
        columns.append(Column(_("PAWN index"), lambda one: index(one.pawn)))
        caption = _("{caption} (PAWN: {draws})").format(caption=caption, draws=_draws(stress))
    return table_of(caption, columns, own[:MOST_INPUTS], decides=decides)
