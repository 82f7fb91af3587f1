"""Answers over draws as text for people: numbers first, then what decides them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derbes.language import _, ngettext
from derbes.results.display import Column, grouped, text_table
from derbes.results.stress import Answer, Bar, HazardRisk, Influence, Stress

MOST_INPUTS = 8
"""Inputs that are shown for an answer; all of them are in the JSON."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table for the screen: texts, and numbers that are to stand at the right."""

    name: str
    unit: str = ""
    first: object = None
    second: object = None
    third: object = None
    fourth: object = None
    fifth: object = None


def stress_text(stress: Stress) -> str:
    """What holds over draws, and what decides it."""
    return "\n\n".join(part for part in _parts(stress) if part)


def _parts(stress: Stress) -> Iterator[str]:
    yield _head(stress)
    yield _answers([answer for answer in stress.answers if answer.unit != "share"])
    yield from _curves(stress)
    for risk in stress.hazards:
        yield _hazards(stress, risk)
    yield from _deciding(stress)
    yield _tipping(stress)
    yield "\n".join(stress.notes)


def _head(stress: Stress) -> str:
    draws = ngettext("{n:,} draw", "{n:,} draws", stress.draws).format(n=stress.draws)
    head = _("{draws}, seed {seed}, method {method}").format(
        draws=draws, seed=stress.seed, method=stress.method
    )
    if not stress.draws_solved:
        return head
    solved = ngettext(
        "{n:,} of them solved for the best response",
        "{n:,} of them solved for the best response",
        stress.draws_solved,
    ).format(n=stress.draws_solved)
    return f"{head}; {solved}"


def _answers(answers: Sequence[Answer]) -> str:
    columns = (
        Column("name", _("answer")),
        Column("unit", _("unit")),
        Column("first", _("mean")),
        Column("second", _("standard error")),
        Column("third", "5 %"),
        Column("fourth", "50 %"),
        Column("fifth", "95 %"),
    )
    rows = [
        _Row(
            answer.name,
            answer.unit,
            answer.mean,
            answer.standard_error,
            answer.quantiles.get("5"),
            answer.quantiles.get("50"),
            answer.quantiles.get("95"),
        )
        for answer in answers
    ]
    return text_table(columns, rows) if rows else ""


def _curves(stress: Stress) -> Iterator[str]:
    """Probability that it has ended, by date; one line for each date."""
    columns = (
        Column("date", _("date")),
        Column("p", _("probability")),
        Column("standard_error", _("standard error")),
    )
    fields = ("variant", "measure", "length", "bound")
    for (variant, measure, length, bound), rows in grouped(stress.p_ended, fields=fields).items():
        title = _("Leverage has ended: {variant}, {measure}, {length} months, {bound}").format(
            variant=variant, measure=measure, length=length, bound=bound
        )
        yield f"{title}\n{text_table(columns, rows)}"


def _hazards(stress: Stress, risk: HazardRisk) -> str:
    money, unmet = stress.units.get("money", ""), stress.units.get("unmet", "")
    worst = _("mean of the worst {share:.0%}").format(share=risk.tail_share)
    p_ever = risk.p_short_by[-1] if risk.p_short_by else None
    rows = [
        _Row(_("essential demand ever goes short"), _("share"), p_ever),
        _Row(_("unmet essential demand"), unmet, risk.expected_unmet, risk.cvar_unmet),
        _Row(_("loss"), money, risk.expected_loss, risk.cvar_loss),
    ]
    columns = (
        Column("name", _("hazards: {names}").format(names=", ".join(risk.hazards))),
        Column("unit", _("unit")),
        Column("first", _("mean")),
        Column("second", worst),
    )
    return f"{risk.variant}\n{text_table(columns, rows)}"


def _deciding(stress: Stress) -> Iterator[str]:
    """The inputs that move each answer most, with their swing where it is known."""
    swings = {(bar.answer, bar.input): bar for bar in stress.tornado}
    for (answer,), rows in grouped(stress.sensitivity, fields=("answer",)).items():
        shown_rows = [_decided(one, swings.get((one.answer, one.input))) for one in rows]
        columns = (
            Column("name", _("what decides {answer}").format(answer=answer)),
            Column("first", _("first order")),
            Column("second", _("total")),
            Column("third", "PAWN"),
            Column("fourth", _("at low")),
            Column("fifth", _("at high")),
        )
        yield text_table(columns, shown_rows[:MOST_INPUTS])


def _decided(one: Influence, bar: Bar | None) -> _Row:
    return _Row(
        one.input,
        first=one.first,
        second=one.total,
        third=one.pawn,
        fourth=None if bar is None else bar.answer_at_low,
        fifth=None if bar is None else bar.answer_at_high,
    )


def _tipping(stress: Stress) -> str:
    lines = [f"  {one.says}" for one in stress.tipping]
    title = _("Where a verdict flips, all else at its central value")
    return "\n".join([title, *lines]) if lines else ""
