"""Results as tables for people: aligned text, and HTML for a notebook.

A column has a heading, a unit and what it shows of a row: a field, under the name that
it has in JSON too, or a function of the row. Screen, notebook and brief render the same
columns.
"""

import math
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import Any, NamedTuple, get_args, get_type_hints

from derbes.errors import MissingExtraError
from derbes.harmless import in_html, in_line
from derbes.language import _, language, ngettext, percent, spelled
from derbes.units import format_unit

MISSING = "–"
MONTHS_FROM = "months from "
"""Unit of an end, before the month from which it is counted."""
_GAP = "  "
_DIGITS = 4
_ROUNDING = 1e-6


Value = str | int | Callable[[Any], Any]
"""Field of a row, place in it, or a function of it."""


def field_of(row: Any, value: Value) -> Any:
    """What a row holds in a field or at a place, or what is computed of it."""
    if isinstance(value, int):
        return row[value]
    return at_path(row, value) if isinstance(value, str) else value(row)


def at_path(row: Any, path: str) -> Any:
    """What a row holds at a path such as `quantiles.5`; None where the way ends before.

    Examples:
        >>> at_path({"loss": {"mean": 2.0}}, "loss.mean"), at_path({"loss": None}, "loss.mean")
        (2.0, None)
    """
    for name in path.split("."):
        if row is None:
            return None
        row = row.get(name) if isinstance(row, Mapping) else getattr(row, name)
    return row


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    heading: str
    value: Value
    """What it shows of a row."""
    unit: str = ""
    absent: str | Callable[[Any], str] = MISSING
    """What stands for None, by row: missing, never, or no end in sight."""
    tells: Value | None = None
    """Whether a row has something to tell here; a column without any such row is left out."""
    words: Callable[[Any, str], str] | None = None
    """What becomes of the text of a row; None: nothing."""
    exact: str = ""
    """Where JSON has what `value` rounds, scales or words, as `quantiles.5`; empty: in the
    field of `value`."""
    exact_unit: str = ""
    """Unit of it; empty: `unit`."""
    is_date: bool = False
    """Whether it holds days, months or years, as ISO has them."""

    @property
    def path(self) -> str:
        """Where JSON has it within a row; empty: nowhere, the column is for the eye alone."""
        return self.exact or (self.value if isinstance(self.value, str) else "")

    @property
    def unit_words(self) -> str:
        """The unit in the language in use; as it is where that has no other word for it."""
        return unit_words(self.unit)

    @property
    def plain_unit(self) -> str:
        """The unit of what JSON has, the same in every language."""
        unit = self.exact_unit or self.unit
        return str(getattr(unit, "english", unit))

    @property
    def titled(self) -> str:
        """Heading and unit in one."""
        return f"{self.heading} [{self.unit_words}]" if self.unit else self.heading

    def cell(self, row: Any) -> str:
        """What a row shows in this column; a figure that is a bound shows of which side."""
        content = field_of(row, self.value)
        if content is None:
            text = self.absent if isinstance(self.absent, str) else self.absent(row)
        else:
            text = shown(content)
            sign = row.bound_sign(self.value) if hasattr(row, "bound_sign") else ""
            text = f"{sign} {text}" if sign else text
        return self.words(row, text) if self.words else text


def columns(unit: str = "", /, *, is_date: bool = False, **headings: str) -> tuple[Column, ...]:
    """Columns that show fields as they are, all in one unit: field → heading.

    Examples:
        >>> [one.titled for one in columns("USD", cost="cost", gain="saved if it comes")]
        ['cost [USD]', 'saved if it comes [USD]']
    """
    return tuple(Column(text, name, unit, is_date=is_date) for name, text in headings.items())


def tier_units(unit: str) -> tuple[str, str]:
    """Units of unmet essential and unmet deferrable demand, from `t` or `t / MWh`.

    Examples:
        >>> tier_units("t"), tier_units("t / months of use")
        (('t', 't'), ('t', 'months of use'))
    """
    parts = unit.split(" / ")
    return parts[0], parts[-1]


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


def evidence_words(kind: str) -> str:
    """A kind of evidence for a reader."""
    return {
        "model": _("tested by the model"),
        "arithmetic": _("arithmetic over facts"),
        "attested": _("attested by others"),
        "said": _("said by the same"),
        "definition": _("by definition"),
    }.get(kind, kind)


def evidence_column() -> Column:
    """A column of kinds of evidence, in the words of `evidence_words`."""
    return Column(_("evidence"), lambda row: evidence_words(row.evidence), exact="evidence")


def response_words(bound: str) -> str:
    """A response for a reader, in full."""
    return {"optimal": _("best response"), "myopic": _("simple rule")}.get(bound, bound)


def unit_words(unit: str) -> str:
    """A unit in the language in use; of an end that is counted from a month, too."""
    counted, _from, month = unit.partition(MONTHS_FROM)
    if month and not counted:
        return _("months from {month}").format(month=month)
    sums = {"weighted units": _("weighted units"), "months of use": _("months of use")}
    return sums.get(unit) or format_unit(unit, language())


def response_column() -> Column:
    """A column of responses, in the words of `response_words`."""
    return Column(_("response"), lambda row: response_words(row.bound), exact="bound")


def modality_words(modality: str) -> str:
    """A modality for a reader."""
    return {
        "possibility": _("possibility"),
        "capability": _("capability"),
        "intention": _("intention"),
        "decision": _("decision"),
        "fact": _("fact"),
        "prediction": _("prediction"),
        "evaluation": _("evaluation"),
        "cause": _("cause"),
        "norm": _("norm"),
        "hypothesis": _("hypothesis"),
        "question": _("question"),
        "perception": _("perception"),
    }.get(modality, modality)


def modality_column() -> Column:
    """A column of modalities, in the words of `modality_words`."""
    return Column(_("modality"), lambda row: modality_words(row.modality), exact="modality")


def verdict_column() -> Column:
    """A column of verdicts, in the words of `verdict_words`."""
    return Column(_("verdict"), lambda row: verdict_words(row.verdict), exact="verdict")


def _cost_column(heading: str, field: str, currency: str) -> Column:
    """A column of costs; one below zero is a gain, and says so."""

    def words(row: Any, text: str) -> str:
        gains = (getattr(row, field) or 0.0) < 0.0
        return _("{cost} (gains)").format(cost=text) if gains else text

    return Column(heading, field, currency, words=words)


def setting_columns() -> tuple[Column, ...]:
    """What a row is about, where rows of several stand in one table."""
    return columns(variant=_("variant"), measure=_("measure"))


def cover_columns() -> tuple[Column, ...]:
    """What is shown of a row of cover; the rule survives on only where the best response does."""

    def survives_on(row: Any) -> str:
        return f"≥ {shown(row.survives_at_least)}"

    def survives_on_too(row: Any) -> str:
        return survives_on(row) if row.time_to_survive is None else MISSING

    def no_end(row: Any) -> str:
        return _("no end") if row.days_of_cover_infinite else MISSING

    short = "short_in_calm_from"
    return (
        Column(_("start"), "start", is_date=True),
        Column(_("length"), "length", _("month")),
        Column(_("use"), "use"),
        Column(_("time to survive"), "time_to_survive", _("month"), survives_on),
        Column(_("the same, simple rule"), "time_to_survive_myopic", _("month"), survives_on_too),
        Column(_("days of cover"), "days_of_cover", _("day"), no_end),
        Column(_("short in calm from"), short, tells=short, is_date=True),
        *columns(binding=_("binding"), binding_sellers=_("sold by")),
    )


def leverage_columns(currency: str, unit: str) -> tuple[Column, ...]:
    """What is shown of a row of leverage."""
    unit, other = tier_units(unit)
    a_month, after = f"{currency}/month", "loss_per_month_after"

    def is_more_than_net(row: Any) -> bool:
        """Whether calm is short too, so that gross and net differ."""
        gross = row.unmet_essential_gross
        return bool(gross - row.unmet_essential > _ROUNDING * gross)

    responses = {"optimal": _("best"), "myopic": _("rule")}

    def no_premium(row: Any) -> str:
        return _("any") if row.premium_unbounded else MISSING

    return (
        Column(_("start"), "start", is_date=True),
        Column(_("length"), "length", _("month")),
        Column(_("response"), lambda row: responses.get(row.bound, row.bound), exact="bound"),
        Column(_("unmet essential"), "unmet_essential", unit),
        Column(_("with calm's"), "unmet_essential_gross", unit, tells=is_more_than_net),
        Column(_("unmet deferrable"), "unmet_deferrable", other),
        Column(_("deepest shortfall"), "deepest_shortfall", _("share")),
        Column(_("of"), "deepest_use", tells="deepest_use"),
        Column(_("target loss"), "target_loss", currency),
        Column(_("not restored"), "unrestored", currency, tells="unrestored"),
        Column(_("loss a month after"), after, a_month, tells=after),
        _cost_column(_("sender cost, returning"), "sender_cost_returning", currency),
        _cost_column(_("sender cost, lost"), "sender_cost_lost", currency),
        Column(_("leverage ratio"), "leverage_ratio"),
        Column(_("premium"), "premium", _("share of price"), no_premium),
    )


def end_columns() -> tuple[Column, ...]:
    """What is shown of the end of leverage."""
    return (
        *setting_columns(),
        Column(_("length"), "length", _("month")),
        Column(_("use"), "use"),
        Column(_("ends"), "date", absent=_("not within the calendar"), is_date=True),
        *columns(binding=_("binding"), binding_sellers=_("sold by")),
    )


def shown(cell: object) -> str:
    """A cell as text: four digits that count, thousands apart, a dash where missing.

    Examples:
        >>> shown(126000.0), shown(0.0123456), shown(None), shown(("a", "b"))
        ('126,000', '0.01235', '–', 'a, b')
    """
    if cell is None or cell != cell:  # noqa: PLR0124 - only nan differs from itself
        return MISSING
    if isinstance(cell, bool):
        cell = _("yes") if cell else _("no")
    if isinstance(cell, str):
        return str(cell) or MISSING
    if isinstance(cell, int):
        return spelled(f"{cell:,}")
    if isinstance(cell, float):
        digits = ".0f" if abs(cell) >= 10**_DIGITS else f".{_DIGITS}g"
        return spelled(f"{cell or 0.0:,{digits}}")
    if isinstance(cell, Sequence):
        return ", ".join(shown(part) for part in cell) or MISSING
    return str(cell)


def grouped(rows: Sequence[Any], *, by: Sequence[str]) -> dict[tuple[str, ...], list[Any]]:
    """Rows by the values of some fields, in their first order."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(shown(getattr(row, field)) for field in by), []).append(row)
    return groups


def columns_of(rows: Sequence[Any]) -> dict[str, Any]:
    """Rows as columns for a data frame of any library: field, as in JSON, → array. (N,)

    Of numbers what is missing is NaN; texts, lists of them, and yes or no are objects.
    """
    import numpy as np  # noqa: PLC0415 - a table as text needs none

    def column(cells: list[Any]) -> Any:
        kinds = {type(cell) for cell in cells} - {type(None)}
        if kinds and kinds <= {int, float}:
            return np.array([math.nan if cell is None else cell for cell in cells])
        return np.fromiter(cells, dtype=object, count=len(cells))

    names = [field.name for field in fields(rows[0])] if rows else []
    return {name: column([getattr(row, name) for row in rows]) for name in names}


def text_table(columns: Sequence[Column], rows: Sequence[Any]) -> str:
    """An aligned table: headings, units, rows; numbers to the right."""
    columns = telling(columns, rows)
    lines = [[in_line(column.heading) for column in columns]]
    if any(column.unit for column in columns):
        units = (f"[{column.unit_words}]" if column.unit else "" for column in columns)
        lines.append([*map(in_line, units)])
    lines += [[in_line(column.cell(row)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    pads = [str.rjust if _has_numbers(column, rows) else str.ljust for column in columns]
    aligned = (
        _GAP.join(pad(cell, width) for cell, width, pad in zip(line, widths, pads, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in aligned)


def html_table(columns: Sequence[Column], rows: Sequence[Any], caption: str) -> str:
    """The table as HTML, for a notebook."""
    columns = telling(columns, rows)
    head = "".join(f'<th scope="col">{in_html(column.titled)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{in_html(column.cell(row))}</td>" for column in columns) + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{in_html(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def telling(columns: Sequence[Column], rows: Sequence[Any]) -> list[Column]:
    """Columns in which any row has something to tell; all where there is no row."""
    return [
        column
        for column in columns
        if not rows or column.tells is None or any(field_of(row, column.tells) for row in rows)
    ]


def _has_numbers(column: Column, rows: Sequence[Any]) -> bool:
    cells = (field_of(row, column.value) for row in rows)
    return any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)


Exact = str | int | float | bool | None
"""What a cell of a table for machines holds."""


@dataclass(frozen=True, slots=True)
class ResultTable:
    """One table of a result, whole."""

    name: str
    """Word by which it is asked for."""
    title: str
    columns: tuple[Column, ...]
    """Those that have a `path`."""
    rows: Sequence[Any]
    record: type
    """Class of the rows."""

    def cells(self, row: Any) -> list[Exact]:
        """A row as JSON has it; lists as one text."""
        return [exact(at_path(row, column.path)) for column in self.columns]

    def kind(self, column: Column) -> type:
        """`float`, `int`, `bool` or `str`, whatever the rows hold."""
        return kind_of(self.record, column.path)

    @property
    def head(self) -> list[str]:
        """Names of the columns as JSON has them, with units."""
        return [
            f"{column.path} [{column.plain_unit}]" if column.plain_unit else column.path
            for column in self.columns
        ]

    @property
    def fields(self) -> dict[str, tuple[type, str, list[Any]]]:
        """Name as JSON has it → kind, unit and cells of a column; None is missing."""
        lines = [self.cells(row) for row in self.rows]
        return {
            column.path: (self.kind(column), column.plain_unit, cells)
            for n, column in enumerate(self.columns)
            for cells in [[line[n] for line in lines]]
        }

    def to_pandas(self) -> Any:
        """A data frame of pandas; units stand in its `attrs["units"]`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - only for who wants one
        except ImportError as error:
            what = _("A data frame of pandas needs pandas, which is not installed.")
            fix = _(
                "Fix: pip install pandas; or take the table with polars.DataFrame or duckdb, "
                "which read it as it is."
            )
            raise MissingExtraError(f"{what} {fix}") from error
        held = {float: "float64", int: "Int64", bool: "boolean", str: "object"}
        whole = {int: "int64", bool: "bool"}
        frame = pd.DataFrame(
            {
                name: pd.Series(
                    cells, dtype=held[kind] if None in cells else whole.get(kind, held[kind])
                )
                for name, (kind, _unit, cells) in self.fields.items()
            }
        )
        frame.attrs["units"] = {name: unit for name, (_k, unit, _c) in self.fields.items() if unit}
        return frame

    def arrays(self, names: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
        """Columns under other names for the table engine, and which of them are texts. (N,)

        What is missing is masked, or of a text None.
        """
        import numpy as np  # noqa: PLC0415 - a table as text needs none

        found: dict[str, Any] = {}
        texts = []
        for name, (kind, _unit, cells) in zip(names, self.fields.values(), strict=True):
            if kind is str:
                texts.append(name)
                # No encoding has all that a file's name may hold: of that a question mark is left.
                words = [
                    c if c is None else str(c).encode("utf-8", "replace").decode() for c in cells
                ]
                found[name] = np.array(words, dtype=object)
            else:
                full: Any = np.array([kind(cell or 0) for cell in cells], dtype=kind)
                found[name] = np.ma.masked_array(full, [cell is None for cell in cells])
        return found, texts

    def __arrow_c_stream__(self, _requested_schema: Any = None) -> Any:
        """The table for Polars, DuckDB, pyarrow and whatever else takes Arrow."""
        from derbes.sql.parquet import streamed  # noqa: PLC0415 - few want it

        return streamed(*self.arrays([column.path for column in self.columns]))

    def _repr_html_(self) -> str:
        """The table in a notebook: its first rows, and how many more there are."""
        shown_rows = self.rows[:MOST_SHOWN]
        page = html_table(self.columns, shown_rows, self.title)
        n = len(self.rows) - len(shown_rows)
        more = ngettext("{n:,} more row is in it.", "{n:,} more rows are in it.", n)
        return f"{page}<p>{in_html(more.format(n=n))}</p>" if n else page


MOST_SHOWN = 100
"""Rows of a table that a notebook shows."""


def exact(content: Any) -> Exact:
    """What JSON has in a field as one cell; a number that is not finite is missing.

    Examples:
        >>> exact(("a", "b")), exact(float("nan")), exact(False), exact("")
        ('a, b', None, False, None)
    """
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if content is None or isinstance(content, bool | int):
        return content
    if isinstance(content, str):
        return content or None
    if isinstance(content, Mapping):
        return "; ".join(f"{name}: {exact(one)}" for name, one in content.items()) or None
    return ", ".join(str(exact(one)) for one in content) or None


def kind_of(record: type, path: str) -> type:
    """What a field of a record holds: `float`, `int`, `bool` or `str`, by its annotation."""
    found: Any = record
    for name in path.split("."):
        found = _bare(get_type_hints(found)[name] if is_dataclass(found) else get_args(found)[1])
    return found if found in (float, int, bool) else str


def _bare(annotation: Any) -> Any:
    """An annotation without `None`; of a number or a word, the word."""
    if isinstance(annotation, types.UnionType):
        left = [one for one in get_args(annotation) if one is not types.NoneType]
        return _bare(left[0]) if len(left) == 1 else str
    return annotation


class Head(NamedTuple):
    """Marks a field of a record with how tables head it."""

    heading: str
    unit: str = ""
    """A word for it, such as `money`, or the unit itself, as in `headed`."""
    is_date: bool = False
    words: Callable[[str], str] | None = None
    """What a reader sees of a word that JSON has; None: the word."""


def headed(record: type, names: str, **units: str) -> tuple[Column, ...]:
    """Columns that show fields as they are, as the fields are marked.

    Args:
        record: Class of the rows.
        names: Its fields, with spaces between.
        **units: Word for a unit → the unit.
    """
    hints, found = get_type_hints(record, include_extras=True), []
    for name in names.split():
        (head,) = hints[name].__metadata__
        unit = units.get(head.unit, _(head.unit) if head.unit else "")
        field, exact = (
            (partial(_worded_field, name, head.words), name) if head.words else (name, "")
        )
        found.append(Column(_(head.heading), field, unit, exact=exact, is_date=head.is_date))
    return tuple(found)


def _worded_field(name: str, words: Callable[[str], str], row: Any) -> str:
    return words(at_path(row, name))


def met_words(*, met: bool | None) -> str | None:
    """Whether standards are met; None: not known."""
    return None if met is None else _("yes") if met else _("no")


def table_of(
    name: str, title: str, record: type, rows: Iterable[Any], *shown: Column | str, **units: str
) -> ResultTable:
    """A table of those columns that JSON has; fields may stand by their names, as in `headed`."""
    parts = (headed(record, one, **units) if isinstance(one, str) else (one,) for one in shown)
    held = tuple(column for part in parts for column in part if column.path)
    return ResultTable(name, title, held, tuple(rows), record)


def quantile_columns(
    unit: str, bands: Iterable[str] = ("5", "25", "50", "75", "95")
) -> list[Column]:
    """A column for each of some quantiles."""
    return [Column(percent(band), f"quantiles.{band}", unit) for band in bands]
