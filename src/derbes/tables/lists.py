"""Lists of suppliers, of prices, and of what a thing is made of, as changes of a case."""

from collections.abc import Iterator, Mapping, Sequence

from derbes.case.quantity import Element
from derbes.casefile.entries import Plain
from derbes.drafting import id_of
from derbes.errors import did_you_mean, either, offered
from derbes.language import _
from derbes.spelling import listed as one_of
from derbes.tables.cells import CellError, is_missing
from derbes.tables.kept import BILL, SUPPLIERS
from derbes.tables.layout import Heading, plain, unit_amount
from derbes.tables.mapping import names_of, own_units, score, selects, untold
from derbes.tables.readings import PER_MONTH, TableReading, words
from derbes.tables.sheets import Cell
from derbes.units import UnitError

_TIMES: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "daily", "сут", "день", "күн", "тәулі"),
    "month": ("month", "мес", "ай"),
    "year": ("year", "annual", "год", "жыл"),
}
"""Unit of time → beginnings of words by which a heading says that a number is for one."""


def bring_list(reading: TableReading) -> None:
    """Read what a list tells of a case."""
    found, frame = reading.found, reading.frame
    reading.settle_decimal(_numbers(reading))
    if reading.problems:
        return
    seen: dict[tuple[str, ...], str] = {}
    for row in frame.rows:
        if not selects(found, frame, row):
            continue
        key = {BILL: _ingredient, SUPPLIERS: _supplier}.get(found.kind, _price)(reading, row)
        place = frame.place(row, frame.headings[0])
        if key and key in seen:
            what = _("{what} is told twice, first in {place}")
            what = what.format(what=".".join(key), place=seen[key])
            reading.refuse(place, what, _("take one of the rows out"))
        elif key:
            seen[key] = place
    if not seen and not reading.problems:
        reading.refuse("", _("no row holds a number of those that are asked for"))


def _numbers(reading: TableReading) -> Iterator[tuple[str, Cell]]:
    frame = reading.frame
    for role in ("price", "capacity", "lead_time", "amount"):
        heading = _heading(reading, role)
        if heading is not None:
            yield from ((frame.place(row, heading), frame.cell(row, heading)) for row in frame.rows)


def _heading(reading: TableReading, role: str) -> Heading | None:
    return reading.frame.named(reading.found.columns.get(role, ""))


def _text(reading: TableReading, row: int, role: str) -> str:
    """What a cell says; empty: nothing, or that it is not known."""
    heading = _heading(reading, role)
    cell = reading.frame.cell(row, heading) if heading is not None else None
    return "" if is_missing(cell) else " ".join(str(cell).split())


def _place(reading: TableReading, row: int, role: str) -> str:
    heading = _heading(reading, role)
    return reading.frame.place(row, heading) if heading is not None else ""


def _amount(reading: TableReading, row: int, role: str, target: str, *, also: str = "") -> Plain:
    """The number of a cell with what it says of itself; None: not known, or refused.

    Where the unit that it is counted in, the `target`, has a time, an amount without is a month's.
    In another that counts as it, `also`, it is written as it is told.
    """
    heading = _heading(reading, role)
    if heading is None:
        return None
    units, place = reading.found.units, reading.frame.place(row, heading)
    of_row = _text(reading, row, "unit")
    told = units.get(role) or heading.unit or of_row or reading.unit
    try:
        if "/" in target and not target.endswith(PER_MONTH) and _is_money(told):
            # a price told by its money alone: for what the row counts in, or the case
            counted = of_row if of_row and of_row != told else target.partition("/")[2]
            each = unit_amount(counted, own_units(reading.case))
            part = "" if each.number == 1 else f"{1 / each.number:.12g} "
            told = f"{part}{told}/{each.unit.name if each.unit else counted}"
        found = reading.measured(reading.frame.cell(row, heading), target, told=told, also=also)
    except UnitError as error:
        reading.refuse(_place(reading, row, "unit"), error.what, error.fix)
        return None
    except CellError as error:
        if error.of_table:
            reading.refuse("", f"{role}: {error.what}", error.fix)
        else:
            reading.refuse(place, error.what, error.fix)
        return None
    if found is None or found.unit is None:
        return None
    name = found.unit.name
    if target.endswith(PER_MONTH) and "time" not in dict(found.unit.powers):
        spoken = plain(heading.text).split()
        times = [
            time for time, begins in _TIMES.items() if any(one.startswith(begins) for one in spoken)
        ]
        name += f"/{times[0]}" if len(times) == 1 else ""
    if target.endswith(PER_MONTH) and "/" not in name:
        what = _("{part}: the table does not tell in what time that is")
        fix = _('say it: --map "{part}={heading} [{unit}/year]", or what it is')
        fix = fix.format(part=role, heading=heading.text, unit=name)
        reading.refuse("", what.format(part=role), fix)
        return None
    why = _("{place} of {file}").format(place=place, file=reading.file)
    return reading.told({"value": words(found.number, name)}, why)


def _is_money(told: str) -> bool:
    try:
        unit = unit_amount(told).unit if told else None
    except UnitError:
        return False
    return unit is not None and bool(unit.currencies) and len(unit.powers) == 1


def _element(reading: TableReading, row: int, role: str, section: str) -> str:
    """The id of an element that a cell names; empty, with a problem, where it names none."""
    text, place = _text(reading, row, role), _place(reading, row, role)
    known: Mapping[str, Element] = getattr(reading.case, section)
    found = _named(text, known)
    if len(found) == 1:
        return found[0]
    if found:
        reading.refuse(place, _may_be(text, found), _("call it by its id, or put its label right"))
        return ""
    what = _('"{text}" is not among the {section} of the case')
    what = what.format(text=text, section=section) if text else _("the cell is empty")
    reading.refuse(place, what, did_you_mean(text, known) or _("add it to the case first"))
    return ""


def _may_be(text: str, ways: Sequence[str]) -> str:
    return _('"{text}" may be {ways}').format(text=text, ways=one_of(ways, "or"))


def _ways(one: Element) -> tuple[str, ...]:
    return (one.id, *one.label.values())


def _named(text: str, elements: Mapping[str, Element]) -> list[str]:
    """Ids of what a text names best."""
    scores = {name: score(text, _ways(one)) for name, one in elements.items()}
    best = max(scores.values(), default=0)
    return [name for name, value in scores.items() if value == best] if best and text else []


def _good(reading: TableReading, row: int) -> str:
    """The good of a row; of a case with one alone, that."""
    goods = list(reading.case.goods)
    if _heading(reading, "good") is not None:
        return _element(reading, row, "good", "goods")
    if len(goods) == 1:
        return goods[0]
    what = _("no column says which good is sold, and the case has several")
    reading.refuse("", what, _('say which column does: --map "good=HEADING"'))
    return ""


def _sellers(reading: TableReading, text: str, good: str) -> list[str]:
    """Suppliers of a good that a text names, by their own names before those of their actors."""
    suppliers = reading.case.suppliers
    offers = {name: one for name, one in suppliers.items() if not good or one.good == good}
    own = _named(text, offers)
    exact = [name for name in own if score(text, (name, *offers[name].label.values())) == 3]
    if exact:
        return exact
    by_actor = [
        name for name, one in offers.items()
        if score(text, [n for n in names_of(reading.case, one) if n not in {one.good}]) == 3
    ]  # fmt: skip
    return by_actor or own


def _supplier(reading: TableReading, row: int) -> tuple[str, ...]:
    """One seller: a supplier that there is gets new numbers, another one is put in."""
    text, good = _text(reading, row, "supplier"), _good(reading, row)
    if not text:
        reading.refuse(_place(reading, row, "supplier"), _("the cell is empty"))
    if not text or not good:
        return ()
    case, unit, n_refused = reading.case, reading.case.goods[good].unit, len(reading.problems)
    told = {
        "price": _amount(reading, row, "price", f"{case.currency}/{unit}"),
        "capacity": _amount(reading, row, "capacity", f"{unit}/month"),
        "lead_time": _amount(reading, row, "lead_time", "month"),
    }
    known = reading.found.items.get(text, "")
    if not known:
        sellers = _sellers(reading, text, good)
        if len(sellers) > 1:
            place = _place(reading, row, "supplier")
            reading.refuse(place, _may_be(text, sellers), _("call it by its id"))
            return ()
        known = next(iter(sellers), "")
    if known in case.suppliers:
        for key, value in told.items():
            if value is not None:
                reading.values["suppliers", known, key] = value
        return known, good
    for key in ("price", "capacity"):
        if told[key] is None and len(reading.problems) == n_refused:
            what = _("{supplier} is new to the case, and nothing can be computed without its {key}")
            place = _place(reading, row, key) or _place(reading, row, "supplier")
            fix = _("fill it in, or take the row out")
            if _heading(reading, key) is None:
                fix = untold(key, reading.frame).fix
            reading.refuse(place, what.format(supplier=text, key=key), fix)
    actor_text = _text(reading, row, "actor") or text
    found = [
        name for name in _named(actor_text, case.actors)
        if score(actor_text, _ways(case.actors[name])) == 3
    ]  # fmt: skip
    actor = found[0] if len(found) == 1 else id_of(actor_text)
    if actor not in case.actors and ("actors", actor) not in reading.values:
        reading.values["actors", actor] = {"label": actor_text}
    name = known or id_of(text if len(case.goods) == 1 else f"{text}_{good}")
    reading.values["suppliers", name] = {
        "actor": actor,
        "good": good,
        "label": text,
        **{key: value for key, value in told.items() if value is not None},
    }
    return name, good


def _price(reading: TableReading, row: int) -> tuple[str, ...]:
    """A price of what a row names: a supplier, or the only supplier of a good."""
    case = reading.case
    text = _text(reading, row, "supplier") or _text(reading, row, "good")
    place = _place(reading, row, "supplier") or _place(reading, row, "good")
    has_goods = _heading(reading, "good") is not None
    found = _named(_text(reading, row, "good"), case.goods) if has_goods else []
    good = found[0] if len(found) == 1 else ""
    sellers = [name for name, one in case.suppliers.items() if good and one.good == good]
    if _heading(reading, "supplier") is not None:
        sellers = _sellers(reading, text, good) if good or not has_goods else []
    known = reading.found.items.get(text)
    sellers = [known] if known else sellers
    if not sellers:
        note = _('{place}: "{text}" is nothing that the case buys; left out.')
        note = note.format(place=place, text=text)
        if near := offered(text, (way for one in case.suppliers.values() for way in _ways(one))):
            note = f"{note[:-1]}; {_('did you mean {offers}?').format(offers=either(near))}"
        reading.notes.append(note)
        return ()
    if len(sellers) > 1:
        reading.refuse(place, _may_be(text, sellers), _("add a column with the supplier"))
        return ()
    name = sellers[0]
    unit = case.goods[case.suppliers[name].good].unit
    value = _amount(reading, row, "price", f"{case.currency}/{unit}")
    if value is None:
        return ()
    reading.values["suppliers", name, "price"] = value
    return (name,)


def _ingredient(reading: TableReading, row: int) -> tuple[str, ...]:
    """One line of a bill of materials: an input of the recipe that makes the output."""
    case = reading.case
    output = _element(reading, row, "output", "goods")
    given = _element(reading, row, "input", "goods")
    if not output or not given:
        return ()
    recipes = [name for name, one in case.recipes.items() if one.output == output]
    if len(recipes) != 1:
        what, fix = _("several recipes make {good}: {names}"), _("change their inputs in the file")
        if not recipes:
            what = _("no recipe of the case makes {good}")
            fix = _("write it into the case first, with its capacity or with a plant and a line")
        what = what.format(good=output, names=", ".join(recipes))
        reading.refuse(_place(reading, row, "output"), what, fix)
        return ()
    unit, of_output = case.goods[given].unit, case.goods[output].unit
    value = _amount(reading, row, "amount", unit, also=f"{unit}/{of_output}")
    if value is None:
        return ()
    reading.values["recipes", recipes[0], "inputs", given] = value
    return output, given
