"""Lists of suppliers, of prices, and of what a thing is made of, as changes of a case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derbes.case.entities import Case
from derbes.case.forms import MISSING
from derbes.case.quantity import Element
from derbes.casefile.entries import Plain
from derbes.drafting import id_of
from derbes.errors import Problem, did_you_mean
from derbes.language import _
from derbes.spelling import listed as one_of
from derbes.tables.bring import words
from derbes.tables.cells import CellError, is_missing, is_number
from derbes.tables.kept import BILL, SUPPLIERS, TableMap
from derbes.tables.layout import FoundTable, Heading
from derbes.tables.mapping import names_of, score, selects
from derbes.tables.readings import PER_MONTH, About, Brought, decimal_of, measured
from derbes.tables.sheets import Cell


@dataclass(slots=True)
class _Listing:
    """One list while it is read."""

    found: TableMap
    frame: FoundTable
    case: Case
    about: About
    unit: str
    made: Brought = field(default_factory=Brought)
    decimal: str = ""

    def heading(self, role: str) -> Heading | None:
        return self.frame.named(self.found.columns.get(role, ""))

    def text(self, row: int, role: str) -> str:
        """What a cell says; empty: nothing, or that it is not known."""
        heading = self.heading(role)
        cell = self.frame.cell(row, heading) if heading is not None else None
        return "" if is_missing(cell) else " ".join(str(cell).split())

    def place(self, row: int, role: str) -> str:
        heading = self.heading(role)
        return self.frame.place(row, heading) if heading is not None else ""

    def refuse(self, place: str, what: str, fix: str = "") -> None:
        problem = Problem(place, what, fix=fix)
        if problem not in self.made.problems:
            self.made.problems.append(problem)

    def amount(self, row: int, role: str, target: str) -> Plain:
        """The number of a cell with what it says of itself; None: not known, or refused.

        Args:
            row: Row of the sheet.
            role: Part of the row.
            target: Unit that the number is counted in; an amount without a time is one a month.
        """
        heading = self.heading(role)
        if heading is None:
            return None
        units, place = self.found.units, self.frame.place(row, heading)
        told = units.get(role) or heading.unit or self.text(row, "unit") or self.unit
        if len(told) == len("USD") and "/" in target and not target.endswith(PER_MONTH):
            told = f"{told}/{target.partition('/')[2]}"  # a price told by its money alone
        cell = self.frame.cell(row, heading)
        try:
            found = measured(self.case, cell, target, told=told, decimal=self.decimal)
        except CellError as error:
            place = "" if error.of_table else place
            self.refuse(place, f"{role}: {error.what}" if error.of_table else error.what, error.fix)
            return None
        if found is None or found.unit is None:
            return None
        is_flow = target.endswith(PER_MONTH)
        has_time = any(kind == "time" for kind, _power in found.unit.powers)
        name = found.unit.name if has_time or not is_flow else f"{found.unit.name}{PER_MONTH}"
        why = _("{place} of {file}").format(place=place, file=self.about.file)
        about = self.about
        return {
            "value": words(found.number, name),
            "source": about.source,
            "grade": about.grade,
            "why": why,
        }

    def element(self, row: int, role: str, section: str) -> str:
        """The id of an element that a cell names; empty, with a problem, where it names none."""
        text = self.text(row, role)
        known: Mapping[str, Element] = getattr(self.case, section)
        found = _named(text, {name: (one.id, *one.label.values()) for name, one in known.items()})
        if len(found) == 1:
            return found[0]
        what = _('"{text}" is not among the {section} of the case').format(
            text=text, section=section
        )
        fix = did_you_mean(text, known)
        if found:
            what = _('"{text}" may be {ways}').format(text=text, ways=one_of(found, "or"))
            fix = _("call it by its id, or put its label right")
        elif not text:
            what = _("the cell is empty")
        self.refuse(self.place(row, role), what, fix or _("add it to the case first"))
        return ""


def _named(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Ids of what a text names best."""
    scores = {name: score(text, ways) for name, ways in names.items()}
    best = max(scores.values(), default=0)
    return [name for name, value in scores.items() if value == best] if best and text else []


def listed(
    found: TableMap, frame: FoundTable, case: Case, about: About, *, unit: str = ""
) -> Brought:
    """What a list tells of a case.

    Args:
        found: Mapping; nothing of it is guessed any more.
        frame: Table.
        case: Case as it is.
        about: Source and grade.
        unit: Unit of numbers for which the table tells none.
    """
    listing = _Listing(found, frame, case, about, unit)
    listing.decimal, problems = decimal_of(found, _numbers(found, frame))
    if problems:
        listing.made.problems += problems
        return listing.made
    seen: dict[tuple[str, ...], str] = {}
    for row in frame.rows:
        if not selects(found, frame, row):
            continue
        key = {BILL: _ingredient, SUPPLIERS: _supplier}.get(found.kind, _price)(listing, row)
        place = frame.place(row, frame.headings[0])
        if key and key in seen:
            listing.refuse(
                place,
                _("{what} is told twice, first in {place}").format(
                    what=".".join(key), place=seen[key]
                ),
                _("take one of the rows out"),
            )
        elif key:
            seen[key] = place
    if not seen and not listing.made.problems:
        listing.refuse("", _("no row holds a number of those that are asked for"))
    return listing.made


def _numbers(found: TableMap, frame: FoundTable) -> Iterator[tuple[str, Cell]]:
    for role in ("price", "capacity", "lead_time", "amount"):
        heading = frame.named(found.columns.get(role, ""))
        if heading is not None:
            cells = ((frame.place(row, heading), frame.cell(row, heading)) for row in frame.rows)
            yield from (one for one in cells if is_number(one[1]))


def _good(listing: _Listing, row: int) -> str:
    """The good of a row; of a case with one alone, that."""
    goods = list(listing.case.goods)
    if listing.heading("good") is None and len(goods) == 1:
        return goods[0]
    if listing.heading("good") is None:
        what = _("no column says which good is sold, and the case has several")
        listing.refuse("", what, _('say which column does: --map "good=HEADING"'))
        return ""
    return listing.element(row, "good", "goods")


def _sellers(listing: _Listing, text: str, good: str) -> list[str]:
    """Suppliers of a good that a text names, by their own names before those of their actors."""
    offers = {
        name: one for name, one in listing.case.suppliers.items() if not good or one.good == good
    }
    own = _named(text, {name: (one.id, *one.label.values()) for name, one in offers.items()})
    exact = [name for name in own if score(text, (name, *offers[name].label.values())) == 3]
    if exact:
        return exact
    by_actor = [
        name for name, one in offers.items()
        if score(text, [n for n in names_of(listing.case, one) if n not in {one.good}]) == 3
    ]  # fmt: skip
    return by_actor or own


def _supplier(listing: _Listing, row: int) -> tuple[str, ...]:
    """One seller: a supplier that there is gets new numbers, another one is put in."""
    text, good = listing.text(row, "supplier"), _good(listing, row)
    if not text:
        listing.refuse(listing.place(row, "supplier"), _("the cell is empty"))
    if not text or not good:
        return ()
    case, unit = listing.case, listing.case.goods[good].unit
    told = {
        "price": listing.amount(row, "price", f"{case.currency}/{unit}"),
        "capacity": listing.amount(row, "capacity", f"{unit}/month"),
        "lead_time": listing.amount(row, "lead_time", "month"),
    }
    known = listing.found.items.get(text) or next(iter(_one(listing, row, text, good)), "")
    if known in case.suppliers:
        for key, value in told.items():
            if value is not None:
                listing.made.values["suppliers", known, key] = value
        return known, good
    if known == "?":
        return ()
    actor_text = listing.text(row, "actor") or text
    actors = {name: (one.id, *one.label.values()) for name, one in case.actors.items()}
    found = [name for name in _named(actor_text, actors) if score(actor_text, actors[name]) == 3]
    actor = found[0] if len(found) == 1 else id_of(actor_text)
    if actor not in case.actors and ("actors", actor) not in listing.made.values:
        listing.made.values["actors", actor] = {"label": actor_text}
    name = known or id_of(text if len(case.goods) == 1 else f"{text}_{good}")
    listing.made.values["suppliers", name] = {
        "actor": actor,
        "good": good,
        "label": text,
        "price": told["price"] if told["price"] is not None else MISSING,
        "capacity": told["capacity"] if told["capacity"] is not None else MISSING,
        **({"lead_time": told["lead_time"]} if told["lead_time"] is not None else {}),
    }
    return name, good


def _one(listing: _Listing, row: int, text: str, good: str) -> list[str]:
    found = _sellers(listing, text, good)
    if len(found) > 1:
        what = _('"{text}" may be {ways}').format(text=text, ways=one_of(found, "or"))
        listing.refuse(listing.place(row, "supplier"), what, _("call it by its id"))
        return ["?"]
    return found


def _price(listing: _Listing, row: int) -> tuple[str, ...]:
    """A price of what a row names: a supplier, or the only supplier of a good."""
    case = listing.case
    text = listing.text(row, "supplier") or listing.text(row, "good")
    place = listing.place(row, "supplier") or listing.place(row, "good")
    has_goods = listing.heading("good") is not None
    names = {name: (one.id, *one.label.values()) for name, one in case.goods.items()}
    found = _named(listing.text(row, "good"), names) if has_goods else []
    good = found[0] if len(found) == 1 else ""
    sellers = [name for name, one in case.suppliers.items() if good and one.good == good]
    if listing.heading("supplier") is not None:
        sellers = _sellers(listing, text, good) if good or not has_goods else []
    known = listing.found.items.get(text)
    sellers = [known] if known else sellers
    if not sellers:
        listing.made.notes.append(
            _('{place}: "{text}" is nothing that the case buys; left out.').format(
                place=place, text=text
            )
        )
        return ()
    if len(sellers) > 1:
        what = _('"{text}" may be {ways}').format(text=text, ways=one_of(sellers, "or"))
        listing.refuse(place, what, _("add a column with the supplier"))
        return ()
    name = sellers[0]
    unit = case.goods[case.suppliers[name].good].unit
    value = listing.amount(row, "price", f"{case.currency}/{unit}")
    if value is None:
        return ()
    listing.made.values["suppliers", name, "price"] = value
    return (name,)


def _ingredient(listing: _Listing, row: int) -> tuple[str, ...]:
    """One line of a bill of materials: an input of the recipe that makes the output."""
    case = listing.case
    output, given = listing.element(row, "output", "goods"), listing.element(row, "input", "goods")
    if not output or not given:
        return ()
    recipes = [name for name, one in case.recipes.items() if one.output == output]
    if len(recipes) > 1:
        what = _("several recipes make {good}: {names}").format(
            good=output, names=", ".join(recipes)
        )
        listing.refuse(listing.place(row, "output"), what, _("change their inputs in the file"))
        return ()
    value = listing.amount(row, "amount", case.goods[given].unit)
    if value is None:
        return ()
    name = recipes[0] if recipes else f"{output}_made"
    made = listing.made.values
    if recipes:
        made["recipes", name, "inputs", given] = value
    else:
        recipe = made.setdefault(
            ("recipes", name), {"output": output, "inputs": {}, "capacity": MISSING}
        )
        inputs = recipe["inputs"] if isinstance(recipe, dict) else None
        if isinstance(inputs, dict):
            inputs[given] = value
    return output, given
