"""Elasticities: one for all sectors as a number or a range, and others by sector from a table.

The table is a CSV with a column `sector`, by code or name of the input-output table, and one or
more of `sigma`, `epsilon` and `short_sigma`, each cell as the option of that name: `4` or `2..6`.
What it does not say has the value of the option. Values are the user's: none are shipped.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from derbes.errors import Problem, did_you_mean
from derbes.language import _, ngettext

Floats = npt.NDArray[np.float64]
Ends = tuple[float, float]
"""Lowest and highest."""
SIGMA, EPSILON, SHORT_SIGMA = KINDS = ("sigma", "epsilon", "short_sigma")
ABOVE = {SIGMA: 1.0, EPSILON: 0.0, SHORT_SIGMA: 0.0}
"""What each must be above."""
SECTOR = "sector"
OPTION = "--elasticities"
MOST_BYTES = 1_000_000
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_RANGE = re.compile(rf"\s*{_NUMBER}\s*(?:\.\.\s*{_NUMBER}\s*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Elasticity:
    """One elasticity of all sectors."""

    ends: Ends
    """Of sectors that have none of their own."""
    low: Floats
    """By sector. (S,)"""
    high: Floats
    """(S,)"""
    is_by_sector: bool = False
    """Whether the table names it."""

    @property
    def is_one(self) -> bool:
        """Whether no sector has a range."""
        return bool(np.all(self.low == self.high))

    def at(self, part: float) -> Floats:
        """Each at the same part of its range, from the highest (0) to the lowest (1). (S,)"""
        return np.asarray(self.high - part * (self.high - self.low), dtype=np.float64)


def range_of(text: str, kind: str, where: str, problems: list[Problem]) -> Ends:
    """`4` or `2..6` as lowest and highest of a kind; what is wrong with it is told."""
    above = ABOVE[kind]
    fix = _("write one number above {above}, or a range such as 2..6").format(above=f"{above:g}")
    if kind == SHORT_SIGMA:
        fix = _("write one number above 0, or a range such as 0.1..0.9")
    found = _RANGE.fullmatch(str(text))
    ends = [float(end) for end in found.groups() if end] if found else []
    if not ends:
        what = _('"{text}" is no number and no range').format(text=text)
    elif ends[0] > ends[-1]:
        what = _('"{text}" ends below where it begins').format(text=text)
        fix = _("write {low}..{high}").format(low=f"{ends[-1]:g}", high=f"{ends[0]:g}")
    elif ends[0] <= above:
        what = _('"{text}" is not above {above}').format(text=text, above=f"{above:g}")
        if kind == SIGMA:
            what = _(
                '"{text}" is not above 1: where sellers can hardly take each other\'s place, this '
                "loss is without bound"
            ).format(text=text)
            fix = _(
                "write a range such as 2..6; for the months before others step in there are "
                "--short-sigma, and derbes leverage, which counts stocks"
            )
    else:
        return ends[0], ends[-1]
    problems.append(Problem(where, what, fix=fix))
    return (math.nan, math.nan)


def elasticities_of(
    file: str,
    asked: Mapping[str, Ends],
    sectors: Sequence[str],
    labels: Sequence[str],
    *,
    problems: list[Problem],
) -> dict[str, Elasticity]:
    """By kind: ends of an option, and what a table says of sectors by code or name. (S,)"""
    n = len(sectors)
    low, high = ({kind: np.full(n, ends[side]) for kind, ends in asked.items()} for side in (0, 1))
    rows = _rows_of(file, problems) if file else []
    named = [kind for kind in KINDS if rows and kind in rows[0][1]]
    places = {name.casefold(): s for s, name in reversed([*enumerate(labels)])}
    places |= {name.casefold(): s for s, name in enumerate(sectors)}
    seen: dict[int, int] = {}
    for line, row in rows:
        place = places.get(row[SECTOR].casefold())
        where = _("{file}, line {line}").format(file=Path(file).name, line=line)
        if place is None:
            what = _('"{word}" is no sector of this table').format(word=row[SECTOR])
            fix = did_you_mean(row[SECTOR], [*sectors, *labels])
            problems.append(Problem(where, what, fix=fix))
            continue
        if place in seen:
            what = _('"{word}" stands in line {line} already')
            what = what.format(word=row[SECTOR], line=seen[place])
            problems.append(Problem(where, what, fix=_("keep one of the two")))
        seen[place] = line
        for kind in named:
            if row[kind]:
                low[kind][place], high[kind][place] = range_of(row[kind], kind, where, problems)
    return {
        kind: Elasticity(ends, low[kind], high[kind], is_by_sector=kind in named)
        for kind, ends in asked.items()
    }


def _rows_of(file: str, problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    """Line and cells by column, of lines that say something."""
    try:
        if Path(file).stat().st_size > MOST_BYTES:
            what = _("{file} is larger than a table of sectors can be").format(file=file)
            problems.append(Problem(OPTION, what, fix=_("name a CSV with a row for each sector")))
            return []
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        what = _("{file} cannot be read as text").format(file=file)
        problems.append(Problem(OPTION, what, fix=_("name a CSV in UTF-8 that is there")))
        return []
    head, *_more = text.splitlines() or [""]
    comma = ";" if ";" in head else "\t" if "\t" in head else ","
    lines = list(csv.reader(io.StringIO(text), delimiter=comma))
    columns = [cell.strip().casefold().replace(" ", "_") for cell in lines[0]] if lines else []
    known, found = (SECTOR, *KINDS), len(problems)
    for column in columns:
        if column not in known:
            what = _('{file} has a column "{word}"').format(file=file, word=column)
            problems.append(Problem(OPTION, what, fix=did_you_mean(column, known)))
    if SECTOR not in columns or not {*KINDS}.intersection(columns):
        what = _("{file} does not say which sector has which elasticity").format(file=file)
        fix = _("write a first line such as: sector,sigma,epsilon")
        problems.append(Problem(OPTION, what, fix=fix))
    if len(set(columns)) < len(columns):
        what = _("{file} has a column twice").format(file=file)
        problems.append(Problem(OPTION, what, fix=_("keep one of the two")))
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            if len(cells) != len(columns):
                where = _("{file}, line {line}").format(file=Path(file).name, line=number)
                what = ngettext(
                    "it has {n} cell, and the first line {columns}",
                    "it has {n} cells, and the first line {columns}",
                    len(cells),
                ).format(n=len(cells), columns=len(columns))
                problems.append(Problem(where, what, fix=_("write as many as there are columns")))
            rows.append((number, dict(zip(columns, (c.strip() for c in cells), strict=False))))
    return rows if len(problems) == found else []
