"""Results as text for people, one table for each variant and measure."""

from collections.abc import Sequence
from typing import Any

from derbes.language import _
from derbes.results.display import (
    Column,
    cover_columns,
    end_columns,
    grouped,
    leverage_columns,
    text_table,
)
from derbes.results.supply import Cover, Leverage, LeverageRow

_SETTING = ("variant", "measure")
_ONLY_IN_JSON = {"unmet_deferrable", "sender_cost_lost"}
"""Left out of the screen, which is narrow."""


FAR = 0.5
"""Part of a use's demand in its worst month by which two responses lie far apart."""


def cover_text(cover: Cover) -> str:
    """Cover as tables; how long something lasts is the same for each length of a measure."""
    columns = [column for column in cover_columns() if column.field != "length"]
    once = {(row.variant, row.measure, row.start, row.use): row for row in reversed(cover.rows)}
    return "\n\n".join(_by_setting(columns, [*reversed(once.values())]))


def leverage_text(leverage: Leverage) -> str:
    """The surface as tables, and when leverage ends."""
    columns = [
        column
        for column in leverage_columns(leverage.currency, leverage.unit)
        if column.field not in _ONLY_IN_JSON
    ]
    ends = text_table(end_columns(), leverage.ends)
    title = _("When leverage ends")
    tables = [*_by_setting(columns, leverage.rows), f"{title}\n{ends}"]
    return "\n\n".join([*tables, *_remarks(leverage.rows)])


def _remarks(rows: Sequence[LeverageRow]) -> list[str]:
    """What the figures are, and why some are missing."""
    remarks = []
    if any(row.bounds for row in rows):
        remarks.append(_("≥ and ≤ stand before what is a bound of the harm; every other figure is "
                         "what that response comes to."))  # fmt: skip
    if any(row.unmet_essential_gross > row.unmet_essential for row in rows):
        remarks.append(_("Unmet demand and losses are what the measure adds to calm."))
    for (variant, measure), group in grouped(rows, fields=_SETTING).items():
        n = sum(row.takes_nothing for row in group)
        if n:
            text = _("{variant}, {measure}: takes nothing away in {n} of {total} rows.")
            remarks.append(text.format(variant=variant, measure=measure, n=n, total=len(group)))
    if any((row.sender_cost_returning or 0.0) < 0 for row in rows):
        remarks.append(_("A sender cost below zero: the sender earns by it, since the buyer buys "
                         "back more from it, or dearer, than it could not buy."))  # fmt: skip
    apart = far_apart(rows)
    if apart:
        remarks.append(_("Best response and rule lie far apart from {starts}: see whether the best "
                         "response rests on what nobody could foresee, or a number on a wrong "
                         "unit.").format(starts=", ".join(apart)))  # fmt: skip
    lacking = dict.fromkeys(path for row in rows for path in row.missing)
    remarks += [_("Missing: {path}").format(path=path) for path in lacking]
    return ["\n".join(remarks)] if remarks else []


def far_apart(rows: Sequence[LeverageRow]) -> list[str]:
    """Starts at which one response leaves half a month's use more unmet than the other."""
    deepest: dict[tuple[str, str, int, str], dict[str, float]] = {}
    for row in rows:
        key = (row.variant, row.measure, row.length, row.start)
        deepest.setdefault(key, {})[row.bound] = row.deepest_shortfall
    return list(
        dict.fromkeys(
            start
            for (_variant, _measure, _length, start), found in deepest.items()
            if found.get("myopic", 0.0) - found.get("optimal", 0.0) >= FAR
        )
    )


def _by_setting(columns: Sequence[Column], rows: Sequence[Any]) -> list[str]:
    return [
        _("{variant}, {measure}").format(variant=variant, measure=measure)
        + "\n"
        + text_table(columns, group)
        for (variant, measure), group in grouped(rows, fields=_SETTING).items()
    ]
