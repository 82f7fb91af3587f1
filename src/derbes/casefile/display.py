"""A case, a section, an element or a number as plain text, with what it follows from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from derbes.case.entities import Case, Survival, quantities
from derbes.case.forms import LabelForm
from derbes.case.ledger import Checked, Fact, Statement
from derbes.case.options import OPTION_TERMS, Option, Risk, Standard
from derbes.case.quantity import Calendar, Element, Quantity
from derbes.casefile.entries import SECTIONS, by_name
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _, language, text_of
from derbes.units import format_amount, format_number

HIDDEN = frozenset(
    {"id", "label", "note", "at_line", "case", "missing", "opening_written", "is_spared"}
)
"""Fields that are no keys of their own."""

SIGNS = {-1: "against", 0: "neutral", 1: "for"}

_SHOWN_AS = {"sizes": "size", "document": "at"}
"""Field that holds a key otherwise than it is written → the key."""

_OTHERWISE = (Option, Checked)
_ELSEWHERE = frozenset({"smallest", "largest", "place"})
"""Fields of such elements that another key shows."""


def spelled(case: Case, element: Element) -> Iterator[tuple[str, Any]]:
    """Key, as the file spells it, and value of everything that an element holds.

    Args:
        case: The case; it knows the units of goods.
        element: One of its elements.
    """
    model: type = type(element)
    keys = by_name(model)
    for field in fields(element):
        name = field.name
        if name not in HIDDEN and not (name in _ELSEWHERE and isinstance(element, _OTHERWISE)):
            key = keys[name].key if name in keys else _SHOWN_AS.get(name, name)
            yield key, _value(case, element, name)


def _value(case: Case, element: Element, name: str) -> Any:
    found = _in_language(element, name)
    match element, name:
        case Option(), "sizes":
            good = case.goods.get(element.element.removeprefix("goods."))
            unit = OPTION_TERMS[element.kind].size_unit.format(good=good.unit if good else "")
            ends = (element.smallest, element.largest)
            low, *more = (format_amount(one, unit, language()) for one in found or ends)
            several = _("{low} to {high}").format(low=low, high=more[-1] if more else low)
            found = ", ".join([low, *more]) if found else several
        case Standard(), "uses":
            found = found or "essential"
        case (Standard(), "length") | (Statement(), "denied"):
            found = found or None
        case Checked(), "document":
            found = f"{element.document} {element.place}".strip()
        case Statement(), "stances":
            found = {one.toward: SIGNS[one.sign] for one in found}
        case Statement(), "judgements":
            signed = [{**asdict(one), "sign": SIGNS[one.sign]} for one in found]
            found = {str(position): one for position, one in enumerate(signed)}
    return found


def _in_language(item: Any, name: str) -> Any:
    """What a field holds; a text for a reader in the language in use."""
    found = getattr(item, name)
    model: type = type(item)
    key = by_name(model).get(name)
    is_text = key is not None and isinstance(key.form, LabelForm)
    if name == "opening_why" or (is_text and (name not in _ORIGINALS or isinstance(item, Fact))):
        return text_of(found)
    if name == "resolution":
        return {outcome: text_of(words) for outcome, words in found.items()}
    return found


_ORIGINALS = ("says", "phrase")
"""Texts of the ledger that stand in every language they have: the original beside the others."""

TOP = ("discount_rate", "refill_time", "sender_horizon")
"""Quantities at the top of a case."""

AIMS = ("budget", "risk", "correlations")
"""What else stands at the top and has parts."""

MOST_DATES = 6
"""A longer list is shown by its ends."""

_PERIODS = frozenset({"opening", "start", "period", "from", "to"})
_LENGTHS = frozenset({"lengths", "length"})


def display(case: Case, where: str = "") -> str:
    """A case, a section, an element or a number as plain text.

    Args:
        case: The case.
        where: Path such as `suppliers`, `suppliers.north` or `suppliers.north.price`;
            empty: an overview.

    Raises:
        RequestError: The path leads nowhere.
    """
    if not where:
        return "\n".join(_overview(case))
    section, _sep, rest = where.partition(".")
    none = _("{section}: none").format(section=section)
    if section == "currency" or (section in (*TOP, *AIMS) and not rest):
        is_money = section == "currency"
        name = "rates" if is_money else section
        lines = list(_lines(name, getattr(case, name), case.calendar))
        return "\n".join([case.currency, *lines] if is_money else lines or [none])
    if section == "assumptions":
        return "\n".join(_assumptions(case, where, rest))
    if section not in SECTIONS:
        raise _nowhere(case, where, ["assumptions", *SECTIONS, *TOP, *AIMS, "currency"])
    elements: Mapping[str, Element] = getattr(case, section)
    if not rest:
        return "\n".join([_head(section, element) for element in elements.values()] or [none])
    element_id, _sep, key = rest.partition(".")
    if element_id not in elements:
        raise _nowhere(case, where, [f"{section}.{name}" for name in elements])
    element = elements[element_id]
    shown = _key(case, where, element, key) if key else _element(case, section, element)
    return "\n".join(shown)


def _assumptions(case: Case, where: str, name: str) -> Iterator[str]:
    """All assumptions, or one with what it follows from."""
    if name and name not in case.assumptions:
        raise _nowhere(case, where, [f"assumptions.{one}" for one in case.assumptions])
    if not case.assumptions:
        yield _("{section}: none").format(section="assumptions")
    for one in [name] if name else case.assumptions:
        found = case.assumptions[one]
        label = text_of(found.label)
        yield from ([label] if label and name else [])
        yield from _lines(f"assumptions.{one}", found, case.calendar)
        yield from _parents(case, found, "  ") if name else ()


def _parents(case: Case, quantity: Quantity, indent: str) -> Iterator[str]:
    """The numbers that one follows from by its formula, each with its own."""
    if quantity.formula is None:
        return
    numbers = {one.path: one for one in quantities(case)}
    yield _("{indent}from").format(indent=indent)
    for path in quantity.formula.parents:
        parent = numbers[path]
        grade = f", {parent.grade}" if parent.grade else ""
        how = f" = {parent.formula.text}" if parent.formula else ""
        yield f"{indent}  {path}{how}: {_number_in_words(parent, case.calendar)}{grade}"
        yield from _parents(case, parent, f"{indent}  ")


def _nowhere(case: Case, where: str, known: list[str]) -> RequestError:
    what = _('"{where}" leads nowhere in this case').format(where=where)
    problem = Problem(where, what, fix=did_you_mean(where, known))
    return RequestError(case.source or case.name, [problem])


def _overview(case: Case) -> Iterator[str]:
    calendar = case.calendar
    yield text_of(case.label) or case.name
    yield from filter(None, (text_of(case.question), text_of(case.note)))
    yield ""
    steps = {1: _("by month"), 3: _("by quarter"), 12: _("by year")}
    n, step = calendar.n_periods, steps[int(calendar.step)]
    row = _("calendar: {first} to {last}, {n} periods, {step}")
    yield row.format(first=calendar.label(0), last=calendar.label(n - 1), n=n, step=step)
    yield _("currency: {currency}").format(currency=case.currency)
    yield _("target: {target}").format(target=case.target)
    yield _("priorities: {priorities}").format(priorities=", ".join(case.priorities))
    for name in TOP:
        yield from _lines(name, getattr(case, name), calendar)
    yield ""
    for section in (*SECTIONS, "assumptions"):
        if names := list(getattr(case, section)):
            yield f"{section} ({len(names)}): {', '.join(names)}"
    for name in AIMS:
        if getattr(case, name) not in (None, (), Risk()):
            yield from _lines(name, getattr(case, name), calendar)
    if case.missing:
        yield _("known to be missing: {paths}").format(paths=", ".join(case.missing))


def _head(section: str, element: Element) -> str:
    label = text_of(element.label)
    return f"{section}.{element.id}" + (f"  {label}" if label else "")


def _element(case: Case, section: str, element: Element) -> Iterator[str]:
    yield _head(section, element)
    if element.note:
        yield f"  {text_of(element.note)}"
    for name, found in spelled(case, element):
        yield from (f"  {line}" for line in _lines(name, found, case.calendar))
    for path in case.missing:
        if path.startswith(f"{section}.{element.id}."):
            yield f"  {path.removeprefix(f'{section}.{element.id}.')}: {_('missing')}"


def _key(case: Case, where: str, element: Element, key: str) -> Iterator[str]:
    if where in case.missing:
        yield f"{where}: {_('missing')}"
        return
    found: Any = element
    shown = dict(spelled(case, element))
    for step in key.split("."):
        if found is element and step in shown:
            found = shown[step]
            continue
        survival = getattr(found, "survival", None)
        owner = survival if isinstance(survival, Survival) and hasattr(survival, step) else found
        below = owner.get(step) if isinstance(owner, Mapping) else getattr(owner, step, None)
        if below is None:
            raise _nowhere(case, where, [f"{where.removesuffix(key)}{name}" for name in shown])
        found = below
    lines = list(_lines(where, found, case.calendar))
    if isinstance(found, Quantity):
        lines += _parents(case, found, "  ")
    yield from lines or [f"{where}: {_('none')}"]


def _lines(name: str, found: Any, calendar: Calendar) -> Iterator[str]:
    """Lines that show one field; none when it is empty."""
    if found is None or found in ("", (), {}):
        return
    if isinstance(found, Quantity):
        yield f"{name}: {_number_in_words(found, calendar)}"
        yield from (f"  {line}" for line in _origin(found))
    elif isinstance(found, Mapping):
        for key, below in found.items():
            yield from _lines(f"{name}.{key}" if key else name, below, calendar)
    elif isinstance(found, Survival):
        for field in fields(found):
            yield from _lines(field.name, getattr(found, field.name), calendar)
    elif is_dataclass(found):
        yield from _parts(name, found, calendar)
    elif isinstance(found, tuple) and found and is_dataclass(found[0]):
        for position, item in enumerate(found):
            yield from _parts(f"{name}.{position}", item, calendar)
    else:
        yield f"{name}: {_plain(name, found, calendar)}"


def _parts(name: str, item: Any, calendar: Calendar) -> Iterator[str]:
    """Lines that show the fields of a value that is no element."""
    for field in fields(item):
        if field.name not in HIDDEN:
            yield from _lines(f"{name}.{field.name}", _in_language(item, field.name), calendar)


def _plain(name: str, found: Any, calendar: Calendar) -> str:
    last = name.rpartition(".")[2]
    if last in _PERIODS and isinstance(found, int):
        return calendar.label(found if found >= 0 or last != "to" else calendar.n_periods - 1)
    if last == "dates":
        months = [calendar.label(period) for period in found]
        if len(months) <= MOST_DATES:
            return ", ".join(months)
        text = _("{first}, {second}, … {last}: {n} dates")
        return text.format(first=months[0], second=months[1], last=months[-1], n=len(months))
    if last in _LENGTHS:
        lengths = found if isinstance(found, tuple) else (found,)
        return ", ".join(format_amount(n * calendar.step, "month", language()) for n in lengths)
    if isinstance(found, bool):
        found = _("yes") if found else _("no")
    if isinstance(found, tuple):
        points = (
            " → ".join(map("{:g}".format, one)) if isinstance(one, tuple) else one for one in found
        )
        return ", ".join(map(str, points))
    return format_number(round(found, 6), language()) if isinstance(found, float) else str(found)


def _number_in_words(quantity: Quantity, calendar: Calendar) -> str:
    def words(number: float) -> str:
        return format_amount(number, quantity.unit, language())

    text = words(quantity.value)
    if quantity.steps:
        spreads = {month.first: _spread(month.quantity, words) for month in quantity.months}
        steps = (
            f"{calendar.label(at)} {words(number)}{spreads.get(at, '')}"
            for at, number in quantity.steps
        )
        text = _("by month: {steps}").format(steps="; ".join(steps))
    return text + _spread(quantity, words)


def _spread(quantity: Quantity, words: Callable[[float], str]) -> str:
    text = ""
    if quantity.low is not None and quantity.high is not None:
        text = _(" (range {low} to {high})")
        if quantity.steps:
            text = _(" (the first: {low} to {high}, all in proportion)")
        text = text.format(low=words(quantity.low), high=words(quantity.high))
    if quantity.distribution:
        text += f", {quantity.distribution} {quantity.reference}".rstrip()
    return text


def _origin(quantity: Quantity) -> Iterator[str]:
    if not quantity.path:
        yield _("not given: the default")
        return
    if quantity.grade:
        yield _("grade: {grade}").format(grade=quantity.grade)
    if quantity.source:
        yield _("source: {source}").format(source=quantity.source)
    if quantity.why:
        yield _("why: {why}").format(why=text_of(quantity.why))
    if quantity.line:
        yield _('written: "{text}", line {line}').format(text=quantity.written, line=quantity.line)
