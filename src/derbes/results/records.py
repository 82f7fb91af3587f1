"""Results as plain records, and records as JSON: the contract that scripts rely on."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from derbes.harmless import in_json
from derbes.language import Worded
from derbes.results.supply import Cover, Leverage

Record = dict[str, Any]


def record_of(result: Any) -> Record:
    """Fields of a result by name, in their order, and those of the results in it.

    Rows of cover and leverage stand under `results`, their units under `units`.
    """
    record: Record = _plain(result)
    if isinstance(result, Cover):
        return {"results": record["rows"], "provenance": record["provenance"]}
    if isinstance(result, Leverage):
        units = {"money": result.currency, "unmet": result.unit}
        made = {"units": units, "provenance": record["provenance"]}
        told = {name: record[name] for name in ("ends", "levers", "goods")}
        return {"results": record["rows"], **told, **made}
    return record


def to_json(record: Mapping[str, Any]) -> str:
    """A record as JSON text: letters as they are, what cannot be seen escaped, no NaN."""
    return in_json(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))


def _plain(cell: Any) -> Any:
    """What JSON can hold; what is missing is null, and so is a number that is not finite."""
    if dataclasses.is_dataclass(cell):
        return {one.name: _plain(getattr(cell, one.name)) for one in dataclasses.fields(cell)}
    if isinstance(cell, Mapping):
        return {str(key): _plain(value) for key, value in cell.items()}
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return [_plain(part) for part in cell]
    if isinstance(cell, Worded):
        return str(cell)
    return cell if not isinstance(cell, float) or math.isfinite(cell) else None
