"""Answers over draws as text for people: numbers first, then what decides them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derbes.language import _, ngettext
from derbes.results.display import Column, grouped, shown, text_table
from derbes.results.stress import Answer, Bar, EndedBy, Fan, HazardRisk, Influence, Stress

MOST_INPUTS = 8
"""Inputs that are shown for an answer; all of them are in the JSON."""
_PLACES = ("first", "second", "third", "fourth", "fifth")
"""Columns of a row, one for each length; lengths beyond are in the JSON."""


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
    yield from _answers([a for a in stress.answers if a.unit != "share" and a.date])
    yield from _fans(stress)
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


def _answers(answers: Sequence[Answer]) -> Iterator[str]:
    """A table for each number that is asked for, a line for each date."""
    tables: dict[tuple[str, ...], list[Answer]] = {}
    for answer in answers:
        kind = answer.name.partition("(")[0]
        key = (kind, answer.unit, answer.measure, _months(answer.length), answer.variant)
        tables.setdefault((*key, answer.bound), []).append(answer)
    columns = (
        Column("name", _("date")),
        Column("first", _("mean")),
        Column("second", _("standard error")),
        Column("third", "5 %"),
        Column("fourth", "50 %"),
        Column("fifth", "95 %"),
    )
    for (kind, unit, *about), rows in tables.items():
        title = f"{kind} [{unit}]" if unit else kind
        told = ", ".join(part for part in (*about, _draws_words(rows)) if part)
        yield f"{title}: {told}\n{text_table(columns, [_row(answer) for answer in rows])}"


def _months(length: int | None) -> str:
    if length is None:
        return ""
    return ngettext("{n} month", "{n} months", length).format(n=length)


def _draws_words(answers: Sequence[Answer]) -> str:
    """How many draws stand behind numbers, and how many would halve their errors."""
    n = max(answer.n_draws + answer.n_without for answer in answers)
    draws = ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)
    halve = max((answer.draws_to_halve or 0 for answer in answers), default=0)
    if halve:
        draws = _("{draws} ({n:,} would halve the errors)").format(draws=draws, n=halve)
    lost = max(answer.n_without for answer in answers)
    if lost:
        draws = _("{draws}, up to {n:,} of them without a value, so none is averaged").format(
            draws=draws, n=lost
        )
    unbounded = max(answer.n_unbounded for answer in answers)
    if unbounded:
        draws = _("{draws}, without bound in up to {n:,} of them").format(draws=draws, n=unbounded)
    return draws


def _row(answer: Answer) -> _Row:
    quantiles = [_up_to(answer, answer.quantiles.get(percent)) for percent in ("5", "50", "95")]
    mean = _at_least(answer.mean, is_bound=bool(answer.capped_share))
    return _Row(answer.date or "–", answer.unit, mean, answer.standard_error, *quantiles)


def _up_to(answer: Answer | Fan, value: float | None) -> object:
    """A value; where nothing beyond is looked at, that it is at least so much."""
    cap = answer.capped_at
    return _at_least(value, is_bound=cap is not None and value is not None and value >= cap)


def _at_least(value: float | None, *, is_bound: bool) -> object:
    return f"≥ {shown(value)}" if is_bound and value is not None else value


def _fans(stress: Stress) -> Iterator[str]:
    """Fans that no table of answers shows, a line for each January or first date."""
    told = {answer.name.partition("(")[0] for answer in stress.answers}
    columns = (
        Column("name", _("date")),
        Column("first", _("mean")),
        Column("second", "5 %"),
        Column("third", "50 %"),
        Column("fourth", "95 %"),
        Column("fifth", _("central")),
    )
    for fan in (one for one in stress.fans if one.name not in told):
        about = (fan.measure, _months(fan.length), fan.variant, fan.bound)
        draws = ngettext("{n:,} draw", "{n:,} draws", fan.n_draws).format(n=fan.n_draws)
        title = f"{fan.name} [{fan.unit}]" if fan.unit else fan.name
        rows = [
            _Row(
                date,
                first=_at_least(
                    fan.mean[at], is_bound=bool(fan.capped_share and fan.capped_share[at])
                ),
                second=_up_to(fan, fan.quantiles["5"][at]),
                third=_up_to(fan, fan.quantiles["50"][at]),
                fourth=_up_to(fan, fan.quantiles["95"][at]),
                fifth=_up_to(fan, fan.central[at]),
            )
            for at, date in enumerate(fan.dates)
            if at == 0 or date.endswith("-01")
        ]
        yield f"{title}: {', '.join(p for p in (*about, draws) if p)}\n{text_table(columns, rows)}"


def _curves(stress: Stress) -> Iterator[str]:
    """Probability that it has ended: a line for each date, a column for each length."""
    fields = ("variant", "measure", "bound")
    for (variant, measure, bound), rows in grouped(stress.p_ended, fields=fields).items():
        lengths = sorted({row.length for row in rows})[: len(_PLACES)]
        columns = [Column("name", _("date"))]
        columns += [
            Column(place, _months(length)) for place, length in zip(_PLACES, lengths, strict=False)
        ]
        n = max(row.n_draws for row in rows)
        draws = ngettext("{n:,} draw", "{n:,} draws", n).format(n=n)
        title = _(
            "Leverage has ended: {variant}, {measure}, {bound}, {draws}; probability ± its "
            "standard error, by length of the measure"
        ).format(variant=variant, measure=measure, bound=bound, draws=draws)
        yield f"{title}\n{text_table(columns, list(_dates(rows, lengths)))}"


def _dates(rows: Sequence[EndedBy], lengths: Sequence[int]) -> Iterator[_Row]:
    known = {(row.date, row.length): row for row in rows}
    for date in dict.fromkeys(row.date for row in rows):
        cells = [known.get((date, length)) for length in lengths]
        told = [None if one is None else f"{one.p:.2f} ± {one.standard_error:.2f}" for one in cells]
        yield _Row(date, "", *told)


def _hazards(stress: Stress, risk: HazardRisk) -> str:
    money, unmet = stress.units.get("money", ""), stress.units.get("unmet", "")
    worst = _("mean of the worst {share:.0%}").format(share=risk.tail_share)
    p_ever = risk.p_short_by[-1] if risk.p_short_by else None
    errors = {
        answer.name.partition("(")[0]: answer.standard_error
        for answer in stress.answers
        if answer.question == "hazards" and answer.variant == risk.variant
    }
    numbers = (
        ("goes_short", _("essential demand ever goes short"), _("share"), p_ever, None),
        ("unmet_essential", _("unmet essential demand"), unmet, risk.expected_unmet,
         risk.cvar_unmet),
        ("target_loss", _("loss, discounted"), money, risk.expected_loss, risk.cvar_loss),
    )  # fmt: skip
    rows = [_Row(name, unit, mean, errors.get(kind), tail)
            for kind, name, unit, mean, tail in numbers]  # fmt: skip
    columns = (
        Column("name", _("hazards: {names}").format(names=", ".join(risk.hazards))),
        Column("unit", _("unit")),
        Column("first", _("mean")),
        Column("second", _("standard error")),
        Column("third", worst),
    )
    return f"{risk.variant}, {risk.dates[0]} – {risk.dates[-1]}\n{text_table(columns, rows)}"


def _deciding(stress: Stress) -> Iterator[str]:
    """The inputs that move each answer most, with their swing where it is known."""
    swings = {(bar.answer, bar.input): bar for bar in stress.tornado}
    for (answer,), rows in grouped(stress.sensitivity, fields=("answer",)).items():
        shown_rows = [_decided(one, swings.get((one.answer, one.input))) for one in rows]
        unit = next((bar.answer_unit for bar in stress.tornado if bar.answer == answer), "")
        columns = (
            Column(
                "name",
                _("what decides {answer} (PAWN: {n:,} draws)").format(
                    answer=answer, n=stress.draws_deciding
                ),
            ),
            Column("first", _("first order (95 %)")),
            Column("second", _("total (95 %)")),
            Column("third", "PAWN"),
            Column("fourth", _("at low"), unit),
            Column("fifth", _("at high"), unit),
        )
        yield text_table(columns, shown_rows[:MOST_INPUTS])


def _decided(one: Influence, bar: Bar | None) -> _Row:
    return _Row(
        one.input,
        first=_plus_minus(one.first, one.first_confidence),
        second=_plus_minus(one.total, one.total_confidence),
        third=one.pawn,
        fourth=None if bar is None else bar.answer_at_low,
        fifth=None if bar is None else bar.answer_at_high,
    )


def _plus_minus(index: float | None, half_width: float | None) -> str | None:
    """An index with the half width of its 95 % interval."""
    return None if index is None else f"{index:.2f} ± {half_width or 0.0:.2f}"


def _tipping(stress: Stress) -> str:
    lines = [f"  {one.says}" for one in stress.tipping]
    title = _("Where a verdict flips, all else at its central value")
    return "\n".join([title, *lines]) if lines else ""
