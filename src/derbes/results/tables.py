"""Results as tables for people: aligned text, and HTML for a notebook.

A column names the field of the row that it shows, so that a heading, a JSON key
and an attribute are one word. The brief has its own tables; these are for a
first look.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derbes.language import _, language

MISSING = "–"
_GAP = "  "
_DIGITS = 4
_ROUNDING = 1e-6


def _missing(row: Any) -> str:  # noqa: ARG001 - one signature for all
    return MISSING


def _always(row: Any) -> bool:  # noqa: ARG001 - one signature for all
    return True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    field: str
    """Field of the row that it shows."""
    heading: str
    unit: str = ""
    absent: Callable[[Any], str] = _missing
    """What stands for None, by row: missing, never, or no end in sight."""
    tells: Callable[[Any], bool] = _always
    """Whether a row has something to tell here; a column without any such row is left out."""

    def cell(self, row: Any) -> str:
        """What a row shows in this column; a figure that is a bound shows of which side."""
        content = getattr(row, self.field)
        if content is None:
            return self.absent(row)
        if self.field not in getattr(row, "bounds", ()):
            return response_name(content) if self.field == "bound" else shown(content)
        return f"{'≥' if row.bound == 'optimal' else '≤'} {shown(content)}"


def _survives_on(row: Any) -> str:
    return f"≥ {shown(row.survives_at_least)}"


def _survives_on_too(row: Any) -> str:
    """The rule survives on only where the best response does; else its time is missing."""
    return _survives_on(row) if row.time_to_survive is None else MISSING


def _no_premium(row: Any) -> str:
    return _("any") if row.premium_unbounded else MISSING


def _no_end(row: Any) -> str:
    return _("no end") if row.days_of_cover_infinite else MISSING


def _has(field: str) -> Callable[[Any], bool]:
    """Whether a row holds something in a field that is mostly empty, or zero."""
    return lambda row: bool(getattr(row, field))


def _is_more_than_net(row: Any) -> bool:
    """Whether calm is short too, so that gross and net differ."""
    gross = row.unmet_essential_gross
    return bool(gross - row.unmet_essential > _ROUNDING * gross)


def _never(row: Any) -> str:  # noqa: ARG001 - one signature for all
    return _("never")


def tier_units(unit: str) -> tuple[str, str]:
    """Units of unmet essential and unmet deferrable demand, from `t` or `t / MWh`.

    Examples:
        >>> tier_units("t"), tier_units("t / months of use")
        (('t', 't'), ('t', 'months of use'))
    """
    parts = unit.split(" / ")
    return parts[0], parts[-1]


def response_name(bound: str) -> str:
    """What a response is called."""
    return {"optimal": _("best"), "myopic": _("rule")}.get(bound, bound)


class GainColumn(Column):
    """A column of costs; one below zero is a gain, and says so."""

    def cell(self, row: Any) -> str:
        """A cost, or what is gained."""
        amount = getattr(row, self.field)
        text = Column.cell(self, row)
        return text if amount is None or amount >= 0.0 else _("{cost} (gains)").format(cost=text)


def verdict_words(verdict: str) -> str:
    """A verdict for a reader; screen and brief say the same."""
    return {
        "holds": _("holds"),
        "likely": _("likely"),
        "open": _("open"),
        "unlikely": _("unlikely"),
        "fails": _("fails"),
        "untestable": _("untestable"),
        "not_due": _("not due"),
        "void": _("void"),
        "expired": _("expired"),
    }.get(verdict, verdict)


class VerdictColumn(Column):
    """A column of verdicts, in the words of `verdict_words`."""

    def cell(self, row: Any) -> str:
        """The verdict of a row."""
        return verdict_words(getattr(row, self.field))


def setting_columns() -> tuple[Column, ...]:
    """What a row is about, where rows of several stand in one table."""
    return (Column("variant", _("variant")), Column("measure", _("measure")))


def cover_columns() -> tuple[Column, ...]:
    """What is shown of a row of cover."""
    return (
        Column("start", _("start")),
        Column("length", _("length"), _("month")),
        Column("use", _("use")),
        Column("time_to_survive", _("time to survive"), _("month"), _survives_on),
        Column("time_to_survive_myopic", _("the same, myopic"), _("month"), _survives_on_too),
        Column("days_of_cover", _("days of cover"), _("day"), _no_end),
        Column("short_in_calm_from", _("short in calm from"), tells=_has("short_in_calm_from")),
        Column("binding", _("binding")),
        Column("binding_sellers", _("sold by")),
    )


def leverage_columns(currency: str, unit: str) -> tuple[Column, ...]:
    """What is shown of a row of leverage."""
    unit, other = tier_units(unit)
    return (
        Column("start", _("start")),
        Column("length", _("length"), _("month")),
        Column("bound", _("response")),
        Column("unmet_essential", _("unmet essential"), unit),
        Column("unmet_essential_gross", _("with calm's"), unit, tells=_is_more_than_net),
        Column("unmet_deferrable", _("unmet deferrable"), other),
        Column("deepest_shortfall", _("deepest shortfall"), _("share")),
        Column("deepest_use", _("of"), tells=_has("deepest_use")),
        Column("target_loss", _("target loss"), currency),
        Column("unrestored", _("not restored"), currency, tells=_has("unrestored")),
        Column(
            "loss_per_month_after",
            _("loss a month after"),
            _("{money}/month").format(money=currency),
            tells=_has("loss_per_month_after"),
        ),
        GainColumn("sender_cost_returning", _("sender cost, returning"), currency),
        GainColumn("sender_cost_lost", _("sender cost, lost"), currency),
        Column("leverage_ratio", _("leverage ratio")),
        Column("premium", _("premium"), _("share of price"), _no_premium),
    )


def end_columns() -> tuple[Column, ...]:
    """What is shown of the end of leverage."""
    return (
        Column("variant", _("variant")),
        Column("measure", _("measure")),
        Column("length", _("length"), _("month")),
        Column("use", _("use")),
        Column("date", _("ends"), absent=_never),
        Column("binding", _("binding")),
        Column("binding_sellers", _("sold by")),
    )


def text_of(label: Mapping[str, str], id_: str) -> str:
    """A label in the language in use, else in any, else the id in words."""
    for code in (language(), "", "en"):
        if label.get(code):
            return label[code]
    return next((text for text in label.values() if text), id_.replace("_", " "))


def shown(cell: object) -> str:
    """A cell as text: four digits that count, thousands apart, a dash where missing.

    Examples:
        >>> shown(126000.0), shown(0.0123456), shown(None), shown(("a", "b"))
        ('126,000', '0.01235', '–', 'a, b')
    """
    if cell is None or cell != cell:  # noqa: PLR0124 - only nan differs from itself
        return MISSING
    if isinstance(cell, bool | str):
        return str(cell) or MISSING
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, Sequence):
        return ", ".join(shown(part) for part in cell) or MISSING
    return str(cell)


def _number(number: float) -> str:
    if number == 0:
        return "0"
    if abs(number) >= 10**_DIGITS:
        return f"{number:,.0f}"
    return f"{number:,.{_DIGITS}g}"


def grouped(rows: Sequence[Any], *, fields: Sequence[str]) -> dict[tuple[str, ...], list[Any]]:
    """Rows by the values of some fields, in their first order."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(shown(getattr(row, field)) for field in fields), []).append(row)
    return groups


def text_table(columns: Sequence[Column], rows: Sequence[Any]) -> str:
    """An aligned table: headings, units, rows; numbers to the right."""
    columns = _told(columns, rows)
    cells = [[column.cell(row) for column in columns] for row in rows]
    head = [[column.heading for column in columns], [_unit(column) for column in columns]]
    lines = head + cells if any(column.unit for column in columns) else head[:1] + cells
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    pads = [_pad(column, rows) for column in columns]
    aligned = (
        _GAP.join(pad(cell, width) for cell, width, pad in zip(line, widths, pads, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in aligned)


def _told(columns: Sequence[Column], rows: Sequence[Any]) -> list[Column]:
    """Columns in which any row has something to tell; all where there is no row."""
    return [column for column in columns if not rows or any(map(column.tells, rows))]


def html_table(columns: Sequence[Column], rows: Sequence[Any], caption: str) -> str:
    """The table as HTML, for a notebook."""
    columns = _told(columns, rows)
    head = "".join(
        f'<th scope="col">{html.escape(f"{column.heading} {_unit(column)}".strip())}</th>'
        for column in columns
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(column.cell(row))}</td>" for column in columns)
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _unit(column: Column) -> str:
    return f"[{column.unit}]" if column.unit else ""


def _pad(column: Column, rows: Sequence[Any]) -> Callable[[str, int], str]:
    cells = (getattr(row, column.field) for row in rows)
    is_number = any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)
    return str.rjust if is_number else str.ljust
