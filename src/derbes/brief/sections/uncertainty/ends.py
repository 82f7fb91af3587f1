"""The probability that leverage has ended, by date."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import probability_lines
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.uncertainty.words import OPTIMAL, about, bound_words, made_by
from derbes.brief.sections.wording import decimal_year
from derbes.language import _
from derbes.results.stress import EndedBy, Stress

LIKELY = 0.5


def ends_section(contents: BriefContents, stress: Stress) -> Section | None:
    """P(leverage ended by date), a line per variant and bound, for the main length."""
    if not stress.p_ended:
        return None
    length = _shown_length(contents, stress)
    points = [point for point in stress.p_ended if point.length == length]
    measure = points[0].measure
    finding = _finding(points)
    draws = {point.bound: point.n_draws for point in points}
    figure = Figure(
        id="ended-curve",
        title=finding,
        subtitle=" · ".join(
            part
            for part in (
                _("Share of the draws"),
                about(contents, measure, length),
                *(made_by(stress, bound, n) for bound, n in draws.items()),
            )
            if part
        ),
        description=_("Lines of probability by date. {finding}").format(finding=finding),
        wide=_spec(contents, points, WIDE),
        narrow=_spec(contents, points, NARROW),
        table=_table(contents, stress),
    )
    text = _(
        "Leverage has ended by a date when no start from that date on leaves essential demand "
        "unmet. With the best response the probability is an upper bound, with the simple rule a "
        "lower one; the truth lies between."
    )
    return Section("ended", _("When it ends, and how sure that is"), (text,), (figure,))


def _shown_length(contents: BriefContents, stress: Stress) -> int:
    lengths = sorted({point.length for point in stress.p_ended})
    main = contents.case.main_length * contents.case.calendar.step
    return main if main in lengths else lengths[-1]


def _lines(points: list[EndedBy]) -> dict[tuple[str, str], list[EndedBy]]:
    lines: dict[tuple[str, str], list[EndedBy]] = {}
    for point in points:
        lines.setdefault((point.variant, point.bound), []).append(point)
    return lines


def _finding(points: list[EndedBy]) -> str:
    base = [p for (variant, bound), line in _lines(points).items() for p in line
            if variant == "base" and bound in (OPTIMAL, "")] or points  # fmt: skip
    likely = [point for point in base if point.p >= LIKELY]
    last = base[-1]
    if not likely:
        return _("In no more than {share} of the draws has leverage ended by {month}").format(
            share=fmt.share(max(point.p for point in base)), month=fmt.date(last.date)
        )
    first = likely[0]
    text = _(
        "In half of the draws leverage has ended by {month}; by {last} in {share} ({response}, "
        "standard error {error})"
    )
    return text.format(
        month=fmt.date(first.date),
        last=fmt.date(last.date),
        share=fmt.share(last.p),
        response=bound_words(last.bound),
        error=fmt.share(last.standard_error),
    )


def _line_words(contents: BriefContents, variant: str, bound: str) -> str:
    name = name_of(contents.case, "variants", variant)
    return f"{name}, {bound_words(bound)}" if bound else name


def _spec(contents: BriefContents, points: list[EndedBy], width: int) -> Row:
    rows: list[Row] = []
    order: list[str] = []
    for (variant, bound), line in _lines(points).items():
        told = _line_words(contents, variant, bound)
        order.append(told)
        rows += [{"line": told, "year": decimal_year(p.date), "p": p.p} for p in line]
    years = [row["year"] for row in rows]
    return probability_lines(rows, width=width, years=(min(years), max(years)), order=order)


def _table(contents: BriefContents, stress: Stress) -> Table:
    head = (_("variant"), _("length [month]"), _("date"), _("response"), _("share of the draws"),
            _("standard error"), _("draws"))  # fmt: skip
    rows = tuple(
        (
            words(name_of(contents.case, "variants", point.variant)),
            figure_cell(point.length),
            month_cell(point.date),
            words(bound_words(point.bound)),
            figure_cell(point.p, fmt.share(point.p)),
            figure_cell(point.standard_error),
            figure_cell(point.n_draws),
        )
        for point in stress.p_ended
    )
    return Table(_("Probability that leverage has ended"), head, rows)
