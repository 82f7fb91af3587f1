"""The answer in a sentence: at which starts the main measure is survived, and at worst what."""

from itertools import groupby, pairwise

from derbes.brief import format as fmt
from derbes.brief.contents import (
    MYOPIC,
    OPTIMAL,
    BriefContents,
    Focus,
    cover_row,
    end_of,
    harm_of,
    is_all_net,
    leverage_row,
)
from derbes.brief.sections.wording import amount_words, calm_words, survived
from derbes.language import _
from derbes.results.supply import LeverageRow


def verdict_of(contents: BriefContents, focus: Focus) -> str:
    """Whether essential uses hold, from when to when not, and what goes unmet at worst."""
    found = short_by_start(contents, focus)
    if not found:
        return _from_cover(contents, focus)
    if all(row.takes_nothing for row in _rows(contents, focus, OPTIMAL)):
        return _("It takes nothing away that is used in calm, whenever it comes.")
    months = sorted(found)
    first, length = fmt.date(months[0]), fmt.months(focus.length)
    worst = unmet_words(contents, focus, focus.worst)
    if not any(found.values()):
        if len(months) == 1:
            return _("Yes if it came in {now}: essential uses hold for the whole {length}.").format(
                now=first, length=length
            )
        return _("Yes whenever it comes: essential uses hold for the whole {length}.").format(
            length=length
        )
    if len(months) == 1:
        return _("No if it came in {now}: {units} of essential demand would go unmet.").format(
            now=first, units=worst
        )
    names = {"now": first, "month": fmt.date(focus.worst), "units": worst}
    return _over_time(found, months, names)


def _over_time(found: dict[str, bool], months: list[str], names: dict[str, str]) -> str:
    """The verdict on several starts, some of which leave demand unmet."""
    if all(found.values()):
        return _(
            "No whenever it comes: at worst ({month}) {units} of essential demand would go unmet."
        ).format(**names)
    runs = [list(run) for is_short, run in groupby(months, key=found.__getitem__) if is_short]
    begins, ends = runs[0][0], runs[-1][-1]
    dates = {**names, "begins": fmt.date(begins), "ends": fmt.date(ends)}
    if len(runs) > 1:
        return _(
            "Not always: if it came between {begins} and {ends}, essential demand could go unmet, "
            "at worst ({month}) {units}."
        ).format(**dates)
    if begins == months[0]:
        return _(
            "No if it came by {ends}: at worst ({month}) {units} of essential demand would go "
            "unmet. Yes if it came later."
        ).format(**dates)
    if ends == months[-1]:
        return _(
            "Yes if it came in {now}; no from {begins} on: at worst ({month}) {units} of "
            "essential demand would go unmet."
        ).format(**dates)
    if begins == ends:
        return _(
            "Yes if it came in {now}; no in {begins}: {units} of essential demand would go unmet."
        ).format(**dates)
    return _(
        "Yes if it came in {now}; no from {begins} to {ends}: at worst ({month}) {units} of "
        "essential demand would go unmet."
    ).format(**dates)


def _from_cover(contents: BriefContents, focus: Focus) -> str:
    """The verdict on the first start, where no surface was computed."""
    if not contents.case.measures:
        return _("Nothing is asked of this case yet: it has no measure.")
    row = cover_row(contents, focus, variant=focus.variant, start=focus.start)
    if row is None:
        return _("No answer: no measure was computed.")
    length = fmt.months(focus.length)
    if row.survives_length:
        return _("Yes if it came in {now}: essential uses hold for the whole {length}.").format(
            now=fmt.date(focus.start), length=length
        )
    return _("No if it came in {now}: essential uses hold for {time} of {length}.").format(
        now=fmt.date(focus.start), time=survived(row), length=length
    )


def short_by_start(contents: BriefContents, focus: Focus) -> dict[str, bool]:
    """Start → whether the measure leaves more essential demand unmet than calm does.

    To the starts of the surface come those that were looked at to date its edges.
    """
    found = {row.start: harm_of(row) > 0 for row in _rows(contents, focus, OPTIMAL)}
    if not found:
        return {}
    edge = {row.start: harm_of(row) > 0 for row in contents.edge if row.bound == OPTIMAL}
    found = edge | found
    return found | _known_by_end(contents, focus, found)


def _known_by_end(contents: BriefContents, focus: Focus, found: dict[str, bool]) -> dict[str, bool]:
    """What the date of the end says of starts between the last short one and the next."""
    end = end_of(contents, focus, variant=focus.variant)
    last = max((month for month, is_short in found.items() if is_short), default="")
    after = min((month for month in found if month > last), default="")
    if not last or not after or end is None or end.date is None:
        return {}
    if not last < end.date <= after:
        return {}
    calendar = contents.case.calendar
    return {calendar.label(calendar.index_of(end.date) - 1): True, end.date: False}


def _rows(contents: BriefContents, focus: Focus, bound: str) -> list[LeverageRow]:
    """The surface of page one: the main measure and length in the case as written."""
    wanted = (focus.variant, focus.measure, focus.length, bound)
    return [
        row
        for row in contents.leverage.rows
        if (row.variant, row.measure, row.length, row.bound) == wanted
    ]


def edge_of(contents: BriefContents, focus: Focus) -> tuple[int, ...]:
    """Starts between the surface's last survived one and its first short one. [period]

    Empty when the first start is short, or none is.
    """
    calendar = contents.case.calendar
    found = short_by_start(contents, focus)
    for before, after in pairwise(sorted(found)):
        if found[after] and not found[before]:
            return tuple(range(calendar.index_of(before) + 1, calendar.index_of(after)))
    return ()


def unmet_words(contents: BriefContents, focus: Focus, start: str) -> str:
    """Unmet essential demand from a start.

    A range where both its ends are bounds, else what the best response leaves unmet.
    """
    best, rule = _both(contents, focus, start)
    least = harm_of(best) if best else 0.0
    most = harm_of(rule) if rule else least
    text = amount_words(contents, least)
    is_bound = best is not None and "unmet_essential" in best.bounds
    if is_bound and fmt.number(least) != fmt.number(most):
        text = _("at least {amount}").format(amount=text)
        if rule is not None and "unmet_essential" in rule.bounds:
            text = fmt.span(fmt.number(least), amount_words(contents, most))
    if best is not None and least and not is_all_net(best):
        return _("{amount} more").format(amount=text)
    return text


def _both(
    contents: BriefContents, focus: Focus, start: str
) -> tuple[LeverageRow | None, LeverageRow | None]:
    """The row of page one under the best response, and under the simple rule."""
    best, rule = (
        leverage_row(contents, focus, variant=focus.variant, start=start, bound=bound)
        for bound in (OPTIMAL, MYOPIC)
    )
    return best, rule


def more_words(contents: BriefContents, focus: Focus) -> str:
    """What the verdict leaves out: the simple rule, what is short in calm, what takes nothing."""
    best, rule = _both(contents, focus, focus.worst)
    return " ".join(
        part
        for part in (
            _by_the_rule(contents, focus, best, rule),
            _in_calm(contents, focus, best),
        )
        if part
    )


def _by_the_rule(
    contents: BriefContents, focus: Focus, best: LeverageRow | None, rule: LeverageRow | None
) -> str:
    """What the simple rule leaves unmet, where the verdict does not say it."""
    if not focus.harm:
        rows = [row for row in _rows(contents, focus, MYOPIC) if harm_of(row) > 0]
        worst = max(rows, key=harm_of, default=None)
        if worst is None:
            return ""
        return _("By the simple rule up to {units} would go unmet ({month}).").format(
            units=amount_words(contents, harm_of(worst)), month=fmt.date(worst.start)
        )
    if best is None or rule is None or _is_enclosed(best, rule):
        return ""
    least, most = harm_of(best), harm_of(rule)
    if fmt.number(least) == fmt.number(most):
        return ""
    return _("By the simple rule it would be {units}.").format(units=amount_words(contents, most))


def _is_enclosed(best: LeverageRow, rule: LeverageRow) -> bool:
    return "unmet_essential" in best.bounds and "unmet_essential" in rule.bounds


def _in_calm(contents: BriefContents, focus: Focus, best: LeverageRow | None) -> str:
    """What is short without the measure, which is none of its harm."""
    start = focus.shown
    row = cover_row(contents, focus, variant=focus.variant, start=start)
    if calm_words(row):
        text = _("Essential demand is {short}; that is no harm of the measure.")
        parts = [text.format(short=calm_words(row))]
    else:
        parts = []
    gross = best.unmet_essential_gross if best else 0.0
    if best is not None and focus.harm and not is_all_net(best):
        text = _("With what is unmet in calm, {units} would go unmet in the {time} counted.")
        time = fmt.months(best.window)
        parts.append(text.format(units=amount_words(contents, gross), time=time))
    return " ".join(parts)
