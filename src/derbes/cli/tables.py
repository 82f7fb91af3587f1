"""Results as text for people, one table for each variant and measure."""

from collections.abc import Sequence
from typing import Any

from derbes.language import _
from derbes.results.cover import Cover
from derbes.results.display import (
    Column,
    cover_columns,
    end_columns,
    grouped,
    leverage_columns,
    text_table,
)
from derbes.results.leverage import Leverage

_SETTING = ("variant", "measure")
_ONLY_IN_JSON = {"unmet_deferrable", "sender_cost_lost"}
"""Left out of the screen, which is narrow."""


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
    parts = [*_by_setting(columns, leverage.rows), f"{title}\n{ends}"]
    missing = dict.fromkeys(path for row in leverage.rows for path in row.missing)
    if missing:
        parts.append(
            _("Not computed, because it is missing: {paths}").format(paths=", ".join(missing))
        )
    return "\n\n".join(parts)


def _by_setting(columns: Sequence[Column], rows: Sequence[Any]) -> list[str]:
    return [
        _("{variant}, {measure}").format(variant=variant, measure=measure or _("no measure"))
        + "\n"
        + text_table(columns, group)
        for (variant, measure), group in grouped(rows, fields=_SETTING).items()
    ]
