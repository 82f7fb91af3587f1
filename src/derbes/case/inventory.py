"""Every number that a case holds, in the order of the case."""

import dataclasses
from collections.abc import Iterator, Mapping

from derbes.case.entities import Case, Scenario, Variant
from derbes.case.ledger import Checked
from derbes.case.quantity import Quantity


def quantities(case: Case, where: str = "") -> tuple[Quantity, ...]:
    """Quantities of the case as written, variants and scenarios not counted.

    Args:
        case: The case.
        where: Path of an element, e.g. `suppliers.north`; empty for the whole case.

    Returns:
        The quantities at or below the path; what is a default of the format is left out.
    """
    found = (quantity for quantity in _walk(case) if quantity.path)
    return tuple(quantity for quantity in found if _is_at(quantity.path, where))


def _is_at(path: str, where: str) -> bool:
    return not where or path == where or path.startswith((f"{where}.", f"{where}["))


def _walk(part: object) -> Iterator[Quantity]:
    if isinstance(part, Quantity):
        yield part
        yield from (month.quantity for month in part.months)
    elif part is None or isinstance(part, str | float | Variant | Scenario | Checked):
        return  # no number of its own, nor in what is said
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from _walk(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _walk(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _walk(inner)
