"""The answer in a sentence: at which starts the main measure is survived, and at worst what."""

from itertools import groupby, pairwise

from derbes.brief import format as fmt
from derbes.brief.contents import (
    MYOPIC,
    OPTIMAL,
    BriefContents,
    Focus,
    beyond_noise,
    cover_row,
    end_of,
    essential_uses,
    harm_of,
    leverage_row,
)
from derbes.brief.sections.wording import amount_words, survived
from derbes.language import _
from derbes.results.leverage import LeverageRow


def verdict_of(contents: BriefContents, focus: Focus) -> str:
    """Whether essential uses hold, from when to when not, and what goes unmet at worst."""
    found = short_by_start(contents, focus)
    if not found:
        return _from_cover(contents, focus)
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
    """Start → whether it leaves essential demand unmet, in the case as written.

    To the starts of the surface come those that were looked at to date its edges.
    """
    found = {row.start: harm_of(contents.case, row) > 0 for row in _rows(contents, focus, OPTIMAL)}
    if not found:
        return {}
    uses = essential_uses(contents.case)
    wanted = (focus.variant, focus.measure, focus.length, OPTIMAL)
    for branch in contents.branches:
        its = (branch.variant, branch.measure, branch.length, branch.bound)
        if its == wanted and branch.start not in found:
            unmet = sum(sum(branch.unmet.get(use, ())) for use in uses)
            found[branch.start] = beyond_noise(contents.case, unmet) > 0
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
    """Unmet essential demand from a start: by the best response, to by the simple rule."""
    best, rule = (
        leverage_row(contents, focus, variant=focus.variant, start=start, bound=bound)
        for bound in (OPTIMAL, MYOPIC)
    )
    least = harm_of(contents.case, best) if best else 0.0
    most = harm_of(contents.case, rule) if rule else least
    low, high = fmt.number(least), fmt.number(most)
    if low == high:
        return amount_words(contents.case, least)
    return fmt.span(low, amount_words(contents.case, most))


def rule_of_thumb(contents: BriefContents, focus: Focus) -> str:
    """What the simple rule would leave unmet where the best response leaves nothing."""
    if focus.harm:
        return ""
    rows = _rows(contents, focus, MYOPIC)
    worst = max(rows, key=lambda row: row.unmet_essential, default=None)
    if worst is None or harm_of(contents.case, worst) <= 0:
        return ""
    return _("By the simple rule up to {units} would go unmet ({month}).").format(
        units=amount_words(contents.case, worst.unmet_essential),
        month=fmt.date(worst.start),
    )
