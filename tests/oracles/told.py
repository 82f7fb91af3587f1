"""A case as the text of a case file, so that a small one can be shown and read again."""

from dataclasses import fields
from typing import Any

from derbes.case.entities import Case, Survival
from derbes.case.quantity import Calendar, Quantity, Step

UNWRITTEN = ("id", "label", "note", "tags", "at_line", "is_spared", "opening_written")
UNWRITTEN_OF_PLANTS = ("opening_grade", "opening_source", "opening_why", "capital")


def _quantity(quantity: Quantity, calendar: Calendar) -> str:
    if not quantity.steps:
        return repr(float(quantity.value))
    parts = ", ".join(f"{calendar.label(t)}: {float(value)!r}" for t, value in quantity.steps)
    after = f", after: {quantity.after}" if quantity.after else ""
    return f"{{series: {{{parts}}}{after}}}"


def _written(value: Any, calendar: Calendar) -> str:
    if isinstance(value, Quantity):
        return _quantity(value, calendar)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_written(part, calendar) for part in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_written(v, calendar)}" for k, v in value.items()) + "}"
    if hasattr(value, "__dataclass_fields__"):
        return _entry(value, calendar)
    return str(value.value if hasattr(value, "value") else value)


def _entry(value: Any, calendar: Calendar) -> str:
    parts = []
    for f in fields(value):
        entry = getattr(value, f.name)
        if f.name in (*UNWRITTEN, *UNWRITTEN_OF_PLANTS) or entry in (None, "", (), {}):
            continue
        if isinstance(entry, Survival):
            text = _entry(entry, calendar)[1:-1].replace("table:", "survival_table:")
            parts += [text] if text else []
            continue
        if f.name == "kind" and entry == "state":
            continue
        if f.name == "crisis" and not entry:
            continue
        if f.name in ("opening", "at_least_until"):
            parts.append(f"{f.name}: {calendar.label(entry)}")
            continue
        if f.name == "at_least" and not entry.unit:
            parts.append(f"at_least: {100.0 * entry.value!r} %")
            continue
        if f.name == "lengths":
            entry = tuple(n * int(calendar.step) for n in entry)
        parts.append(f"{f.name}: {_written(entry, calendar)}")
    return "{" + ", ".join(parts) + "}"


def as_yaml(case: Case) -> str:
    """The case as the text of a file."""
    calendar = case.calendar
    step = {Step.MONTH: "month", Step.QUARTER: "quarter", Step.YEAR: "year"}[calendar.step]
    lines = [
        "derbes: 1",
        f"name: {case.name}",
        f"calendar: {{first: {calendar.label(0)}, periods: {calendar.n_periods}, step: {step}"
        + (f", after: {calendar.after}}}" if calendar.after else "}"),
        f"currency: {{base: {case.currency}}}",
        f"target: {case.target}",
        f"priorities: {_written(case.priorities, calendar)}",
    ]
    for name in ("discount_rate", "refill_time", "sender_horizon"):
        quantity = getattr(case, name)
        if quantity is not None:
            lines.append(f"{name}: {_quantity(quantity, calendar)}")
    for section in (
        "actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants", "recipes",
        "exports", "measures",
    ):  # fmt: skip
        entries = getattr(case, section)
        if entries:
            lines.append(f"{section}:")
            lines += [f"  {name}: {_entry(e, calendar)}" for name, e in entries.items()]
    return "\n".join(lines) + "\n"
