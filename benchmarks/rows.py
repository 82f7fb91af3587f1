"""What a measurement says: rows of a table, and of a JSON file."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

Outcome = TypeVar("Outcome")
Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement of derbes and what it is held against."""

    name: str
    value: float | None
    """Of derbes."""
    unit: str
    peer: str = ""
    """Other way to the same number, or the time that is wanted; empty: none."""
    peer_value: float | None = None
    """None: the peer is not installed, or nothing to measure it by."""
    ratio: float | None = None
    """Above 1 where derbes is better."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """Time that a call took. [s]"""

    cpu: float
    wall: float


def timed(
    call: Callable[Given, Outcome], *args: Given.args, **kwargs: Given.kwargs
) -> tuple[Outcome, Spent]:
    """What a call returns, and the time that this process spent on it."""
    cpu, wall = time.process_time(), time.perf_counter()
    outcome = call(*args, **kwargs)
    return outcome, Spent(time.process_time() - cpu, time.perf_counter() - wall)


def faster(name: str, value: float, unit: str, *, peer: str, peer_value: float, note: str) -> Row:
    """A row in which less is better."""
    return Row(name, value, unit, peer, peer_value, peer_value / value, note)


def within(name: str, value: float, unit: str, *, limit: float, note: str = "") -> Row:
    """A row that is held against the most that is wanted."""
    return Row(name, value, unit, "at most", limit, limit / value if value else None, note)


def write_json(rows: Sequence[Row], path: Path) -> None:
    """Write the rows; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def as_table(rows: Sequence[Row]) -> str:
    """The rows as text, columns aligned."""
    head = ("measurement", "derbes", "unit", "beside", "its value", "ratio", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in (1, 4, 5) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    figures = (_figure(row.value), row.unit, row.peer, _figure(row.peer_value), _figure(row.ratio))
    return (row.name, *figures, row.note)


def _figure(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
