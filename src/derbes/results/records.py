"""Results as plain records, and records as JSON: the contract that scripts rely on."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.results.supply import Cover, Leverage, Provenance

Record = dict[str, Any]


def cover_records(cover: Cover) -> Record:
    """Cover as `{results: [...], provenance: {...}}`."""
    return {
        "results": [_record(row) for row in cover.rows],
        "provenance": _record(cover.provenance),
    }


def leverage_records(leverage: Leverage) -> Record:
    """Leverage as `{results: [...], ends: [...], units: {...}, provenance: {...}}`."""
    return {
        "results": [_record(row) for row in leverage.rows],
        "ends": [_record(end) for end in leverage.ends],
        "units": {"money": leverage.currency, "unmet": leverage.unit},
        "provenance": _record(leverage.provenance),
    }


def plan_records(plan: Plan) -> Record:
    """A plan as `{plan: [...], cost, bound, gap, feasible, clash: [...], ...}`."""
    return _deep_record(plan)


def stress_records(stress: Stress) -> Record:
    """Answers over draws as `{draws, seed, answers: [...], p_ended: [...], ...}`."""
    return _deep_record(stress)


def statements_records(table: StatementTable) -> Record:
    """A ledger as `{as_of, statements: [...], contrasts: [...], ..., provenance: {...}}`."""
    return _deep_record(table)


def provenance_record(provenance: Provenance) -> Record:
    """Provenance as a record."""
    return _record(provenance)


def quantity_records(quantities: Iterable[Any]) -> list[Record]:
    """Numbers of a case, with range, grade, source and why."""
    return [_record(quantity) for quantity in quantities]


def to_json(record: Mapping[str, Any]) -> str:
    """A record as JSON text: UTF-8 letters as they are, numbers in full, no NaN."""
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def _record(row: Any) -> Record:
    """Fields of a result by name, in their order; what is missing is null."""
    return {field.name: _plain(getattr(row, field.name)) for field in dataclasses.fields(row)}


def _deep_record(row: Any) -> Record:
    """Fields of a result by name, and those of the results in it."""
    return {field.name: _deep(getattr(row, field.name)) for field in dataclasses.fields(row)}


def _deep(cell: object) -> object:
    if dataclasses.is_dataclass(cell):
        return _deep_record(cell)
    if isinstance(cell, Mapping):
        return {str(key): _deep(value) for key, value in cell.items()}
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return [_deep(part) for part in cell]
    return _plain(cell)


def _plain(cell: object) -> object:
    """What JSON can hold: a number that is not finite is missing."""
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return [_plain(part) for part in cell]
    return cell
