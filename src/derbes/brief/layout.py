"""Sections, figures and tables, of which a brief is made, and the cells of its tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derbes.brief import format as fmt
from derbes.harmless import in_style, sheet
from derbes.language import _, ngettext
from derbes.results.tables import Column, field_of, telling

Raw = str | float | int | None
_NARROW_COLUMNS = 4
"""Columns of a table that fits into half the width of paper."""
_MOST_BESIDE = 40
"""Rows of the table beside a chart; those of a longer one stand in its CSV alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: what a reader sees, and what the CSV holds."""

    text: str
    raw: Raw
    link: str = ""
    unit: str = ""
    """Of what the CSV holds; empty: none, or the heading says it."""

    @classmethod
    def words(cls, text: str, link: str = "") -> "Cell":
        """A cell of text; only addresses of the web become links."""
        is_safe = link.startswith(("https://", "http://"))
        return cls(str(text), str(text), link=link if is_safe else "")

    @classmethod
    def figure(
        cls,
        value: float | None,
        text: str | None = None,
        *,
        unit: str = "",
    ) -> "Cell":
        """A cell with a number; None without a text is shown as missing."""
        if text is None:
            text = fmt.missing() if value is None else fmt.number(value)
        return cls(text, value, unit=unit)

    @classmethod
    def month(cls, label: str | None, otherwise: str = "") -> "Cell":
        """A cell with a month; the CSV holds it in ISO form."""
        return cls((otherwise or fmt.missing()) if label is None else fmt.date(label), label)

    @classmethod
    def share(cls, part: float | None) -> "Cell":
        """A cell with a share as percent."""
        return cls.figure(part, None if part is None else fmt.share(part), unit=_("share"))


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table with a caption and one heading per column.

    Paper has the rows that decide something, the screen all of them: open, or folded by
    group. What paper leaves out is counted on it.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decides: tuple[bool, ...] | None = None
    """Row by row, whether it stands on paper; None: all do."""
    groups: tuple[str, ...] = ()
    """Row by row, the heading under which it is folded; empty: nothing is."""

    @property
    def folded(self) -> "PageTable":
        """The table as one fold, which paper leaves out."""
        n = len(self.rows)
        return replace(self, decides=(False,) * n, groups=(self.caption,) * n)

    @property
    def marked(self) -> tuple[tuple[bool, tuple[Cell, ...]], ...]:
        """Rows that stand open, each with whether paper has it too."""
        decides = self.decides or (True,) * len(self.rows)
        pairs = tuple(zip(decides, self.rows, strict=True))
        return tuple(pair for pair in pairs if pair[0]) if self.groups else pairs

    @property
    def folds(self) -> dict[str, list[tuple[bool, tuple[Cell, ...]]]]:
        """Heading → all rows under it, in the order of the rows, marked as such that stand."""
        folds: dict[str, list[tuple[bool, tuple[Cell, ...]]]] = {}
        for group, row in zip(self.groups, self.rows, strict=bool(self.groups)):
            folds.setdefault(group, []).append((True, row))
        return folds

    @property
    def open_caption(self) -> str:
        """The caption of what stands open."""
        if not self.groups:
            return self.caption
        return _("{caption}: what decides").format(caption=self.caption)

    @property
    def is_long(self) -> bool:
        """Whether beside a chart only the CSV holds the rows."""
        return len(self.rows) > _MOST_BESIDE

    @property
    def is_broad(self) -> bool:
        """Whether it takes the whole width of paper, which holds two columns."""
        return len(self.head) > _NARROW_COLUMNS

    @property
    def labels(self) -> str:
        """Headings as variables of a style, for screens on which cells stand below each other."""
        return ";".join(f"--c{n}:'{in_style(name)}'" for n, name in enumerate(self.head, 1))

    @property
    def left_out(self) -> str:
        """How many rows paper leaves out, and where they are; empty where it has all."""
        n, total = sum(self.decides or ()), len(self.rows)
        if self.decides is None or n == total:
            return ""
        text = _("On paper {n} of {total} rows; the page on screen has all.")
        if not n:
            text = ngettext(
                "{caption}: {total} row, on screen only.",
                "{caption}: {total} rows, on screen only.",
                total,
            )
        return fmt.told(text, caption=self.caption, n=n, total=total)

    @property
    def csv(self) -> str:
        """The table as CSV, numbers unrounded, missing values empty."""
        return sheet(self.raw, lambda raw: f"{raw:.9g}" if isinstance(raw, float) else str(raw))

    @property
    def raw(self) -> list[list[Raw]]:
        """Headings with their units, and what the CSV holds of each row.

        Where the numbers of a column differ in unit, a column beside it tells each.
        """
        columns: list[list[Raw]] = []
        for n, name in enumerate(self.head):
            cells = [row[n] for row in self.rows]
            units = {cell.unit for cell in cells} - {""}
            is_told = len(units) == 1 and "[" not in name
            head = f"{name} [{min(units)}]" if is_told else name
            columns.append([head, *(cell.raw for cell in cells)])
            if len(units) > 1:
                head = _("unit of {column}").format(column=name)
                columns.append([head, *(cell.unit or None for cell in cells)])
        return [list(line) for line in zip(*columns, strict=True)]

    @property
    def elsewhere(self) -> str:
        """Where the rows are that the page does not have."""
        text = _("The data, {n} rows, come as CSV with --tables: see how to reproduce this page.")
        return fmt.told(text, n=len(self.rows))


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: its finding as title, its specification by width, its table."""

    id: str
    title: str
    """What the chart shows, in a sentence."""
    under: Sequence[str]
    """Unit, date, variant and draws, of which what is empty is left out."""
    description: str
    """Alternative text; `{finding}` in it is the title."""
    spec: Callable[[int], dict[str, Any]]
    """Width of the whole [px] → specification."""
    table: PageTable

    @property
    def subtitle(self) -> str:
        """Line under the title."""
        return " · ".join(part for part in self.under if part)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, figures and tables in this order."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[PageTable, ...] = ()
    code: tuple[str, ...] = ()
    """Commands, each to be copied."""


def table_of(
    caption: str,
    columns: Iterable[Column],
    rows: Iterable[Any],
    *,
    decides: Callable[[Any], bool] | None = None,
    group: Callable[[Any], str] | None = None,
    unit: str = "",
) -> PageTable:
    """Rows in declared columns: a text as words, a number or nothing as a figure.

    Args:
        caption: Words above it.
        columns: Heading and value of each column.
        rows: What it is about.
        decides: Whether a row stands on paper; None: all do, or none of a folded table.
        group: Heading under which a row is folded; None: the table stands open.
        unit: Of plain numbers, where no heading tells it.
    """
    rows = tuple(rows)
    columns = telling(tuple(columns), rows)

    def cell(row: Any, column: Column) -> Cell:
        content = field_of(row, column.value)
        if isinstance(content, Cell):
            return content
        return Cell.words(content) if isinstance(content, str) else Cell.figure(content, unit=unit)

    if group and not decides:
        on_paper: tuple[bool, ...] | None = (False,) * len(rows)
    else:
        on_paper = tuple(map(decides, rows)) if decides else None
    return PageTable(
        caption,
        tuple(column.titled for column in columns),
        tuple(tuple(cell(row, column) for column in columns) for row in rows),
        on_paper,
        tuple(map(group, rows)) if group else (),
    )
