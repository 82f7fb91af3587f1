"""Which input decides: the tornado, the tipping values, the indices."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Section, Table, figure_cell, words
from derbes.brief.sections.uncertainty.tornado import tornado_figures
from derbes.brief.sections.uncertainty.words import (
    grade_of,
    input_words,
    is_opening,
    value_words,
    words_of,
)
from derbes.brief.sections.wording import draws_and_seed
from derbes.language import _, ngettext
from derbes.results.stress import Stress, TippingValue

MOST_INPUTS = 12
"""Inputs of an answer whose indices are shown; all are in the answers of `stress`."""


def deciding_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Tornado, tipping values and sensitivity indices."""
    if not (stress.tornado or stress.tipping or stress.sensitivity):
        return None
    figures = tornado_figures(contents, stress)
    verdicts = dict.fromkeys(tip.answer for tip in stress.tipping)
    answers = dict.fromkeys(one.answer for one in stress.sensitivity)
    tables = [_tipping_table(contents, stress, verdict) for verdict in verdicts]
    tables += [_indices_table(contents, stress, answer) for answer in answers]
    text = _(
        "A tornado moves one input at a time over its range, all others at their central values. "
        "A tipping value is where a yes becomes a no. A total index near 0 says that learning an "
        "input would not narrow the answer; a large one says what to find out first. A dash stands "
        "where there are too few draws to tell, or nothing to tell."
    )
    return Section("deciding", _("What decides the answer"), (text, *_screened(contents, stress)),
                   figures, tuple(tables))  # fmt: skip


def _screened(contents: BriefContents, stress: Stress) -> tuple[str, ...]:
    """What was left out, answers of which as much was left out in one sentence."""
    alike: dict[tuple[int, str], list[str]] = {}
    for left in stress.screened_out:
        key = (left.n_inputs, fmt.share(left.share_of_largest))
        alike.setdefault(key, []).append(words_of(contents, left.answer))
    told = []
    for (n, share), answers in alike.items():
        text = ngettext(
            "{n} input was left out of the indices, since alone it moves the answer by {share} of "
            "the largest swing: {answers}.",
            "{n} inputs were left out of the indices, since alone none of them moves the answer "
            "by more than {share} of the largest swing: {answers}.",
            n,
        )
        told.append(text.format(n=fmt.number(n), share=share, answers="; ".join(answers)))
    return tuple(told)


def _tipping_table(contents: BriefContents, stress: Stress, verdict: str) -> Table:
    head = (_("input"), _("grade"), _("flips"), _("holds in half of the draws at"))
    tips = [tip for tip in stress.tipping if tip.answer == verdict]
    rows = []
    for tip in tips:
        over = tip.value_over_draws
        cells: tuple[Cell, ...] = (
            words(input_words(contents, tip.input)),
            words(grade_of(contents, tip.input)),
            Cell(_flip_words(contents, tip), tip.value),
            words("–") if over is None else Cell(value_words(contents, tip.input, over), over),
        )
        rows.append(cells)
    told = _("holds at central values") if tips[0].central_answer else _("fails at central values")
    caption = _("Tipping values: {verdict}; {told} ({draws})").format(
        verdict=words_of(contents, verdict), told=told, draws=_draws(stress)
    )
    return Table(caption, head, tuple(rows))


def _flip_words(contents: BriefContents, tip: TippingValue) -> str:
    """Where it flips; an opening before or after a month, all else below or above a number."""
    if tip.value is None:
        return _("nowhere in its range")
    told = value_words(contents, tip.input, tip.value)
    is_below = tip.direction == "below"
    if is_opening(tip.input):
        text = _("before {month}") if is_below else _("after {month}")
        return text.format(month=told)
    text = _("below {value}") if is_below else _("above {value}")
    return text.format(value=told)


def _draws(stress: Stress) -> str:
    """The draws that PAWN and tipping values over draws are from: the first of all."""
    return draws_and_seed(stress.draws_deciding or stress.draws, stress.seed)


def _index_cell(index: float | None, half_width: float | None) -> Cell:
    """An index, with the half width of its 95 % interval where it has one."""
    if index is None:
        return words("–")
    text = fmt.number(index, 2)
    if half_width is not None:
        text = f"{text} ± {fmt.number(half_width, 2)}"
    return figure_cell(index, text)


def _indices_table(contents: BriefContents, stress: Stress, answer: str) -> Table:
    """The inputs with the largest indices of an answer."""
    own = [one for one in stress.sensitivity if one.answer == answer]
    own.sort(key=lambda one: (-(one.total or 0.0), -(one.pawn or 0.0)))
    head = (_("input"), _("first-order index ± 95 %"), _("total index ± 95 %"), _("PAWN index"))
    rows = tuple(
        (
            words(input_words(contents, one.input)),
            _index_cell(one.first, one.first_confidence),
            _index_cell(one.total, one.total_confidence),
            _index_cell(one.pawn, None),
        )
        for one in own[:MOST_INPUTS]
    )
    caption = _("Sensitivity, the largest indices: {answer} (PAWN: {draws})").format(
        answer=words_of(contents, answer), draws=_draws(stress)
    )
    return Table(caption, head, rows)
