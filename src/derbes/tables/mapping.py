"""Which column of a table is what in a case: told, kept beside the case, or guessed.

A guess goes by headings, by names of elements in the case, and by units that fit. What fits in
two ways is refused with the ways.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from derbes.case import forms
from derbes.case.entities import Case
from derbes.case.quantity import Element
from derbes.casefile.entries import SECTIONS, keys_of
from derbes.errors import Problem, TableError, did_you_mean
from derbes.language import _
from derbes.spelling import listed
from derbes.tables import kept
from derbes.tables.cells import MISSING_MARKS, is_number, moment_or_none, part_alone
from derbes.tables.layout import (
    OF_STOCKS,
    FoundTable,
    Heading,
    full,
    is_unit,
    plain,
    split_unit,
    unit_amount,
)
from derbes.units import Unit, UnitError, parse_unit

ACROSS = "across"
"""In the place of a column for dates: they stand in the headings."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "month", "period", "time", "time_period", "gas day", "gas day start", "year",
             "quarter", "дата", "месяц", "период", "год", "квартал", "день", "күні", "ай", "жыл",
             "кезең", "тоқсан"),
    "year": ("year", "год", "жыл"),
    "day": ("day", "день", "күн"),
    "stockout": ("stock-out", "stockout", "out of stock", "stock out", "нет в наличии", "дефицит",
                 "тапшылық"),
    "history": ("consumption", "demand", "use", "usage", "issued", "issues", "sales",
                "inland demand", "gross inland deliveries", "inland consumption",
                "потребление", "расход", "спрос",
                "отпущено", "реализация", "тұтыну", "сұраныс", "шығыс"),
    "stocks": ("stock", "stocks", "closing stock", "closing stocks", "opening stock", "inventory",
               "on hand", "stock level", "gas in storage", "storage", "запас", "запасы", "остаток",
               "остатки", "қор", "қалдық"),
    "supplier": ("supplier", "vendor", "seller", "поставщик", "наименование поставщика", "продавец",
                 "жеткізуші"),
    "actor": ("country", "actor", "owner", "страна", "ел"),
    "good": ("good", "goods", "product", "material", "item", "article", "commodity", "товар",
             "продукт", "материал", "наименование", "наименование товара", "номенклатура", "тауар",
             "өнім", "материалы"),
    "price": ("price", "unit price", "unit cost", "цена", "стоимость", "баға", "бағасы"),
    "capacity": ("capacity", "max supply", "available", "мощность", "объем поставок",
                 "объем поставки", "қуат", "қуаты"),
    "lead_time": ("lead time", "delivery time", "срок поставки", "срок", "жеткізу мерзімі"),
    "output": ("output", "parent", "assembly", "finished product", "finished good", "изделие",
               "готовая продукция", "продукция", "дайын өнім"),
    "input": ("input", "component", "part", "ingredient", "компонент", "сырье", "комплектующее",
              "құрамдас", "шикізат"),
    "amount": ("qty per", "quantity per", "quantity", "qty", "amount", "норма", "удельный расход",
               "количество", "шығын нормасы", "мөлшері", "саны"),
    "unit": ("unit", "units", "uom", "unit of measure", "ед", "ед. изм", "единица",
             "единица измерения", "өлшем бірлігі", "бірлік"),
    "value": ("value", "obs_value", "amount", "quantity", "qty", "значение", "количество", "мәні",
              "саны"),
    "item": ("item", "product", "good", "material", "commodity", "series", "flow", "element",
             "товар", "продукт", "материал", "наименование", "показатель", "тауар", "көрсеткіш"),
}  # fmt: skip
"""What a column may be → how headings call it."""
_TAILS = re.compile(r"[^\w\s]+")

_COUNTED = ("amount", "price", "capacity")
"""Columns of numbers, which are no years however they look."""
LOOKED_AT = 400
"""Rows that show what a column holds."""
LISTS: Mapping[str, tuple[str, ...]] = {
    kept.SUPPLIERS: ("supplier", "good", "actor", "price", "capacity", "lead_time", "unit"),
    kept.PRICES: ("supplier", "good", "price", "unit"),
    kept.BILL: ("output", "input", "amount", "unit"),
}
"""Columns that each list can have."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    kept.SUPPLIERS: ("supplier",),
    kept.PRICES: ("price",),
    kept.BILL: ("output", "input", "amount"),
}


_PAIR = re.compile(r",\s*(?=(?:where\s+)?[^,=]+=)")
_WITH_UNIT = re.compile(r"(.*?)\s*\[([^\[\]]*)\]\s*")


def told_map(text: str, base: kept.TableMap, source: str) -> kept.TableMap:
    """A mapping with what `--map` tells put over it.

    Args:
        text: `date=Month, uses.town.demand=Use [t], where country=Austria`.
        base: What is known before.
        source: File, for messages.

    Raises:
        TableError: It tells no columns.
    """
    columns, where, units, items = map(dict, (base.columns, base.where, base.units, base.items))
    settings, problems, told = {"kind": base.kind, "facts": base.facts}, list[Problem](), set()
    for pair in filter(None, (one.strip() for one in _PAIR.split(text))):
        part, is_pair, value = (word.strip() for word in pair.partition("="))
        if not is_pair or not part or not value:
            what = _('"{pair}" tells no column').format(pair=pair)
            problems.append(Problem("map", what, fix=_('write "PART=HEADING", as in "date=Month"')))
        elif part in settings:
            settings[part] = _setting(part, value, problems)
        elif part.startswith("where "):
            where[part.removeprefix("where ").strip()] = value
        else:
            if match := _WITH_UNIT.fullmatch(value):
                value, units[part] = match[1], match[2]
            if part not in WORDS and "." not in part:
                what = _('"{part}" is no part of a row, and no path of a case').format(part=part)
                problems.append(Problem("map", what, fix=did_you_mean(part, WORDS)))
            columns[part] = value
            told.add(part)
    if problems:
        raise TableError(source, problems)
    if any("." in part for part in told):  # what goes where is told anew
        columns = {part: one for part, one in columns.items() if "." not in part or part in told}
        items = {}
    return replace(base, **settings, columns=columns, where=where, units=units, items=items)


def _setting(part: str, value: str, problems: list[Problem]) -> str:
    """The kind of a table, or whether its stocks become facts; what is wrong with it is told."""
    if part == "kind":
        if value not in kept.KINDS:
            problems.append(kept.no_kind("map", value))
        return value
    problems += kept.unlisted("map", value, (kept.YES, "no"))
    return kept.YES if value == kept.YES else ""


class TableTarget(NamedTuple):
    """A number of a case that a table may tell."""

    path: str
    unit: str
    """Unit that it is counted in."""
    names: tuple[str, ...]


_WHERE: Mapping[str, tuple[tuple[str, str], ...]] = {
    kept.HISTORY: (("uses", "demand"),),
    kept.STOCKS: (("stockpiles", "quantity"),),
    kept.SERIES: (("suppliers", "price"), ("suppliers", "capacity"), ("uses", "demand")),
}


def targets(case: Case, kind: str) -> list[TableTarget]:
    """Numbers that a table with dates may tell."""
    return [
        TableTarget(
            f"{section}.{name}.{key}", unit_of(case, section, name, key), names_of(case, one)
        )
        for section, key in _WHERE[kind]
        for name, one in getattr(case, section).items()
    ]


def names_of(case: Case, one: Element) -> tuple[str, ...]:
    """What an element is called, and its good and actor."""
    names = [one.id, *one.label.values()]
    for section, key in (("goods", "good"), ("actors", "actor")):
        if name := getattr(one, key, ""):
            other = getattr(case, section).get(name)
            names += [name, *(other.label.values() if other else ())]
    return tuple(names)


def form_at(section: str, key: str) -> forms.InUnit | None:
    """How a key of an element is written, where it is a number."""
    found = keys_of(SECTIONS[section]).get(key) if section in SECTIONS else None
    return found.form if found is not None and isinstance(found.form, forms.InUnit) else None


def unit_of(case: Case, section: str, name: str, key: str) -> str:
    """The unit that a number of a case is counted in."""
    form = form_at(section, key)
    if form is None:
        return ""
    element = getattr(case, section).get(name)
    good = getattr(element, "good", "") or getattr(element, "output", "") or name
    unit = case.goods[good].unit if good in case.goods else ""
    return form.unit.format(good=unit, money=case.currency, input=unit, currency="", any="")


def own_units(case: Case) -> frozenset[str]:
    """Words that the goods of a case are counted in."""
    return frozenset(good.unit for good in case.goods.values())


def measures_same(unit: Unit, target: Unit, *, per_row: bool) -> bool:
    """Whether a unit fits; currencies count as one, and amounts of a row as a flow."""

    def kinds(one: Unit, *, without_time: bool = False) -> dict[str, int]:
        money = dict(one.currencies)
        found: dict[str, int] = {}
        for kind, power in one.powers:
            if not (without_time and kind == "time"):
                name = "money" if kind in money else kind
                found[name] = found.get(name, 0) + power
        return found

    fits = kinds(unit) == kinds(target)
    return fits or (per_row and kinds(unit) == kinds(target, without_time=True))


def score(text: str, names: Iterable[str]) -> int:
    """How well a text names an element: 3 the same, 2 the same words among others, 0 not."""

    def words(one: str) -> str:
        return " ".join(_TAILS.sub(" ", plain(one.replace("_", " "))).split())

    wanted, best = words(text), 0
    for name in names:
        known = words(name)
        if known and wanted == known:
            return 3
        if known and wanted and (f" {known} " in f" {wanted} " or f" {wanted} " in f" {known} "):
            best = 2
    return best


def is_called(heading: Heading, role: str) -> bool:
    """Whether a heading is one of the words for a part of a row."""
    text = plain(heading.text)
    return any(text == word or text.startswith((f"{word} ", f"{word},")) for word in WORDS[role])


def mentions(heading: Heading, role: str) -> bool:
    """Whether a heading has one of the words for a part of a row among others."""
    text = f" {plain(heading.text)} "
    return any(f" {word} " in text for word in WORDS[role]) and not is_called(heading, "stockout")


def role_of(frame: FoundTable, role: str, taken: Sequence[Heading] = ()) -> Heading | None:
    """The first column that is called so: by the whole heading before by its beginning."""
    free = [one for one in frame.headings if one not in taken and one.moment is None]
    exact = [one for one in free if plain(one.text) in WORDS[role]]
    return next(iter([*exact, *(one for one in free if is_called(one, role))]), None)


def _share(frame: FoundTable, heading: Heading, test: Any) -> float:
    cells = [frame.cell(row, heading) for row in frame.rows[:LOOKED_AT]]
    filled = [one for one in cells if one is not None and str(one).casefold() not in MISSING_MARKS]
    return sum(bool(test(one)) for one in filled) / len(filled) if filled else 0.0


def _is_full(frame: FoundTable, heading: Heading) -> bool:
    """Whether most rows have something in a column; else it holds notes."""
    return sum(frame.cell(row, heading) is not None for row in frame.rows) * 2 > len(frame.rows)


def is_numeric(frame: FoundTable, heading: Heading) -> bool:
    """Whether most of a column is numbers."""
    return _share(frame, heading, is_number) > 0.5


def completed(found: kept.TableMap, frame: FoundTable, case: Case, source: str) -> kept.TableMap:
    """A mapping with what it does not tell guessed.

    Raises:
        TableError: Nothing fits, or several things do; or it tells columns that are not there.
    """
    problems = list(_absent(found, frame))
    if problems:
        raise TableError(source, problems)
    has_paths = any("." in part for part in found.columns) or bool(found.items)
    if not found.kind:
        kind = _kind_of_paths(found, frame) if has_paths else _kind(frame, found, source)
        found = replace(found, kind=kind)
    if found.kind in LISTS and not has_paths:
        return _list_map(found, frame, source)
    return _dated_map(found, frame, case, source)


def _absent(found: kept.TableMap, frame: FoundTable) -> Iterator[Problem]:
    known, items = [full(one) for one in frame.headings], item_texts(frame, found)
    told = [
        (part, heading)
        for part, heading in found.columns.items()
        if heading != ACROSS and not ("." in part and plain(heading) in items)
    ]
    told += [("where", heading) for heading in found.where]
    for part, heading in told:
        if frame.named(heading) is None:
            what, names = _('there is no column "{name}"'), known
            if "." in part and items:
                what, names = (
                    _('there is no column or row "{name}"'),
                    [*known, *items.values(), *frame.totals],
                )
            yield Problem(part, what.format(name=heading), fix=did_you_mean(heading, names))


def item_texts(frame: FoundTable, found: kept.TableMap) -> dict[str, str]:
    """What rows are called, as compared → as written; empty where no column says it."""
    heading = _item_column(frame, found)
    if heading is None:
        return {}
    texts = [str(cell) for row in frame.rows if (cell := frame.cell(row, heading)) is not None]
    return {plain(text): text for text in dict.fromkeys(texts)}


def _item_column(frame: FoundTable, found: kept.TableMap) -> Heading | None:
    """The column that says what a row is about: told, called so, else the first text."""
    if (told := frame.named(found.columns.get("item", ""))) is not None:
        return told
    named = role_of(frame, "item")
    if named is not None and not is_numeric(frame, named):
        return named
    free = (
        one
        for one in _untaken(found, frame)
        if not one.is_time
        and not is_numeric(frame, one)
        and _is_full(frame, one)
        and not is_called(one, "date")
        and not is_called(one, "unit")
        and _share(frame, one, moment_or_none) <= 0.5
    )
    return next(free, None)


def _untaken(found: kept.TableMap, frame: FoundTable) -> list[Heading]:
    """Columns of which the mapping says nothing."""
    told = {frame.named(heading) for heading in (*found.columns.values(), *found.where)}
    return [one for one in frame.headings if one not in told]


def _kind_of_paths(found: kept.TableMap, frame: FoundTable) -> str:
    """What a table holds, by the numbers that it is to tell."""
    keys = {part.split(".")[-1] for part in (*found.columns, *found.items.values()) if "." in part}
    if keys == {"quantity"}:
        return kept.STOCKS
    told = [frame.named(heading) for part, heading in found.columns.items() if "." in part]
    of_rows = bool(found.items) or None in told
    headings = frame.headings if of_rows else [one for one in told if one is not None]
    is_history = keys == {"demand"} and any(mentions(one, kept.HISTORY) for one in headings)
    return kept.HISTORY if is_history else kept.SERIES


def _kind(frame: FoundTable, found: kept.TableMap, source: str) -> str:
    """What a table holds, by its headings; refused where they name two things."""
    has = {role for role in WORDS if role_of(frame, role) is not None} | set(found.columns)
    has_dates = date_column(frame, found) is not None or is_across(frame)
    if not has_dates and "input" in has and has & {"output", "good"}:
        return kept.BILL
    if not has_dates and "supplier" in has and has & {"capacity", "lead_time"}:
        return kept.SUPPLIERS
    if not has_dates and "price" in has:
        return kept.PRICES
    mentioned = {
        kind: [full(one) for one in frame.headings if mentions(one, kind)]
        for kind in (kept.HISTORY, kept.STOCKS)
    }
    named = {kind: headings[0] for kind, headings in mentioned.items() if headings}
    if len(named) > 1:
        what = _('"{use}" is a history of consumption, "{stock}" are stocks')
        what = what.format(use=named[kept.HISTORY], stock=named[kept.STOCKS])
        fix = _('say which is wanted: --map "kind=history" or --map "kind=stocks"')
        raise TableError(source, [Problem(frame.sheet.name, what, fix=fix)])
    if named:
        return next(iter(named))
    if any(word in plain(frame.title) for word in OF_STOCKS):
        return kept.STOCKS
    return kept.SERIES


def is_across(frame: FoundTable) -> bool:
    """Whether times stand in the headings."""
    return sum(one.is_time for one in frame.headings) > 1


def date_column(frame: FoundTable, found: kept.TableMap) -> Heading | None:
    """The column of dates: told, called so, or the first that holds them."""
    told = frame.named(found.columns.get("date", ""))
    if told is not None:
        return told
    free = [one for one in frame.headings if not one.is_time]
    called = [one for one in free if is_called(one, "date")]
    called.sort(key=lambda one: is_called(one, "year"))  # a month says more than its year

    def is_dated(cell: Any) -> bool:  # so that no amount is taken for a time
        return not isinstance(cell, float) and moment_or_none(cell) is not None

    counts = [one for one in free if one.unit or any(is_called(one, role) for role in _COUNTED)]
    first = (one for one in free if one not in counts and _share(frame, one, is_dated) > 0.5)
    return next(iter([*called, *first]), None)


def _list_map(found: kept.TableMap, frame: FoundTable, source: str) -> kept.TableMap:
    columns = dict(found.columns)
    taken = [one for heading in columns.values() if (one := frame.named(heading)) is not None]
    for role in LISTS[found.kind]:
        if role not in columns and (heading := role_of(frame, role, taken)) is not None:
            columns[role] = full(heading)
            taken.append(heading)
    made = role_of(frame, "good", taken)  # of a bill: what is made is what else is called so
    if found.kind == kept.BILL and "output" not in columns and made is not None:
        columns["output"] = full(made)
    problems = [untold(role, frame) for role in NEEDED[found.kind] if role not in columns]
    if problems:
        raise TableError(source, problems)
    return replace(found, columns=columns)


def untold(role: str, frame: FoundTable) -> Problem:
    """What is wrong where no column is found for a part, and how to name one."""
    what = _("no column is found for the {part}").format(part=role)
    fix = _('say which: --map "{part}=HEADING"; the headings are: {known}')
    if role == "date":
        fix = _(
            'say which: --map "date=HEADING"; where none holds dates, write the day or month as '
            "the heading of the numbers, such as 2026-10-31; the headings are: {known}"
        )
    known = ", ".join(full(one) for one in frame.headings[:12])
    return Problem(role, what, fix=fix.format(part=role, known=known))


def _dated_map(found: kept.TableMap, frame: FoundTable, case: Case, source: str) -> kept.TableMap:
    columns = dict(found.columns)
    if "date" not in columns:
        if is_across(frame):
            columns["date"] = ACROSS
        elif (heading := date_column(frame, found)) is not None:
            columns["date"] = full(heading)
        elif any(one.moment is not None for one in frame.headings):
            columns["date"] = ACROSS
        else:
            raise TableError(source, [untold("date", frame)])
    date, year = frame.named(columns["date"]), role_of(frame, "year")
    parts_alone = _share(frame, date, part_alone) > 0.5 if date else is_across(frame)
    if "year" not in columns and year is not None and year != date and parts_alone:
        columns["year"] = full(year)
        day = next((one for one in frame.headings if plain(one.text) in WORDS["day"]), date)
        if day is not None and day != date:
            columns.setdefault("day", full(day))
    stockout = role_of(frame, "stockout")
    if found.kind == kept.HISTORY and "stockout" not in columns and stockout is not None:
        columns["stockout"] = full(stockout)
    unit = role_of(frame, "unit")
    if "unit" not in columns and unit is not None and _share(frame, unit, is_unit) > 0.5:
        columns["unit"] = full(unit)
    found = replace(found, columns=columns)
    is_told = bool(found.items) or any("." in part for part in columns)
    found = _with_items(found, frame) if is_told else _assigned(found, frame, case, source)
    _selected(found, frame, source)
    return found


def _with_items(found: kept.TableMap, frame: FoundTable) -> kept.TableMap:
    """A mapping in which paths that were told by what rows are called stand among items."""
    texts = item_texts(frame, found)
    moved = {
        texts[plain(heading)]: part
        for part, heading in found.columns.items()
        if "." in part and frame.named(heading) is None and plain(heading) in texts
    }
    if not moved and not found.items:
        return found
    parts = set(moved.values())
    columns = {part: heading for part, heading in found.columns.items() if part not in parts}
    item = _item_column(frame, found)
    if item is not None:
        columns["item"] = full(item)
    return _with_value(replace(found, columns=columns, items={**found.items, **moved}), frame)


def _with_value(found: kept.TableMap, frame: FoundTable) -> kept.TableMap:
    """With the column of numbers, where items stand in rows."""
    if found.columns["date"] == ACROSS or "value" in found.columns:
        return found
    told = {frame.named(heading) for heading in found.columns.values()}
    free = [one for one in frame.headings if one not in told and is_numeric(frame, one)]
    roles = {"value", found.kind} & WORDS.keys()
    named = [one for one in free if any(is_called(one, role) for role in roles)]
    heading = next(iter([*named, *free]), None)
    if heading is None:
        return found
    return replace(found, columns={**found.columns, "value": full(heading)})


def _assigned(found: kept.TableMap, frame: FoundTable, case: Case, source: str) -> kept.TableMap:
    """Columns, or what rows are called, put to numbers of the case."""
    known = targets(case, found.kind)
    item, texts = _item_column(frame, found), list(item_texts(frame, found).values())
    is_across = found.columns["date"] == ACROSS
    by_item = is_across or (item is not None and _has_rows_apart(found, frame))
    if by_item:
        _refuse_mixed(found, frame, source)
        heading = frame.named(_with_value(found, frame).columns.get("value", ""))
        given = {text: (heading.unit if heading else "") or split_unit(text)[1] for text in texts}
    else:
        free = [one for one in _untaken(found, frame) if is_numeric(frame, one)]
        called = [one for one in free if found.kind in WORDS and mentions(one, found.kind)]
        given = {full(one): one.unit for one in called or free}
    picked, open_ones = _matches(given, known, case, found)
    if not picked and not open_ones and len(given) == len(texts) == 1:
        again, more = _matches(dict(zip(texts, given.values(), strict=True)), known, case, found)
        picked = dict(zip(given, again.values(), strict=False))
        open_ones = dict(zip(given, more.values(), strict=False))
    if open_ones or not picked:
        raise TableError(source, _undecided(given, open_ones, known, frame, by_item=by_item))
    if not by_item:
        by_path = {path: text for text, path in picked.items()}
        return replace(found, columns={**found.columns, **by_path})
    columns = {**found.columns, **({"item": full(item)} if item is not None else {})}
    return _with_value(replace(found, columns=columns, items=picked), frame)


def _matches(
    given: Mapping[str, str], known: Sequence[TableTarget], case: Case, found: kept.TableMap
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Text → path where one fits; and those where several do."""
    picked: dict[str, str] = {}
    open_ones: dict[str, list[str]] = {}
    for text, unit in given.items():
        measure = unit or found.units.get("value", "")
        fitting = [one for one in known if _fits(measure, one, case)]
        scores = {one.path: score(text, one.names) for one in fitting}
        best = max(scores.values(), default=0)
        paths = [path for path, value in scores.items() if value == best and best]
        if len(paths) == 1:
            picked[text] = paths[0]
        elif paths:
            open_ones[text] = paths
        if len(given) == len(fitting) == 1 and not paths:
            picked[text] = fitting[0].path
    names = {one.path: one.names for one in known}
    for path in [path for path, n in Counter(picked.values()).items() if n > 1]:
        texts = [text for text, one in picked.items() if one == path]
        exact = [text for text in texts if score(text, names[path]) == 3]
        for text in texts:
            if exact != [text]:
                del picked[text]
                if not exact:
                    open_ones[text] = [path]
    return picked, open_ones


def _fits(unit: str, target: TableTarget, case: Case) -> bool:
    """Whether a unit, where one is told, measures what a number of the case does."""
    if not unit:
        return True
    own = own_units(case)
    try:
        given, wanted = unit_amount(unit, own).unit, parse_unit(target.unit, own)
    except UnitError:
        return False
    is_flow = target.unit.endswith("/month")
    return given is not None and measures_same(given, wanted, per_row=is_flow)


def _undecided(
    given: Mapping[str, str],
    open_ones: Mapping[str, list[str]],
    known: Sequence[TableTarget],
    frame: FoundTable,
    *,
    by_item: bool,
) -> list[Problem]:
    """What keeps columns or rows from being put to numbers, with the ways to say it."""
    if open_ones:
        found = []
        for text, paths in open_ones.items():
            what = _('"{text}" may be {paths}').format(text=text, paths=listed(paths, "or"))
            if len(paths) == 1:
                others = (one for one, ways in open_ones.items() if ways == paths and one != text)
                what = _('"{text}" and "{other}" may both be {path}')
                what = what.format(text=text, other=next(others, ""), path=paths[0])
            found.append(Problem(frame.sheet.name, what, fix=f'--map "{paths[0]}={text}"'))
        return found
    if not known:
        what = _("the case has nothing that such a table can tell; add the element first")
        return [Problem("", what)]
    texts = list(given)
    what = _("no column fits a number of the case by its name and unit; they are: {names}")
    if by_item:
        what = _("no row fits a number of the case by its name and unit; they are: {names}")
    shown = ", ".join(f'"{text}"' for text in texts[:8]) + (", …" if len(texts) > 8 else "")
    ways = [f'--map "{one.path}={(*texts, full(frame.headings[0]))[0]}"' for one in known[:6]]
    fix = _("say which: {ways}").format(ways=listed(ways, "or"))
    return [Problem(frame.sheet.name, what.format(names=shown or _("none")), fix=fix)]


def _refuse_mixed(found: kept.TableMap, frame: FoundTable, source: str) -> None:
    """Refuse rows of one time that differ in more than what they are called."""
    rows = [row for row in frame.rows if selects(found, frame, row)]
    dates, unit = frame.named(found.columns["date"]), frame.named(found.columns.get("unit", ""))
    about = _item_column(frame, found)
    if unit is not None and about is not None:  # each thing in its own unit tells no rows apart
        units = {(str(frame.cell(row, about)), str(frame.cell(row, unit))) for row in rows}
        unit = None if len(units) > len({thing for thing, _unit in units}) else unit
    apart: dict[str, list[str]] = {}
    for one in frame.headings:
        if one == dates or one.is_time or is_numeric(frame, one):
            continue
        if not _is_full(frame, one) or one == unit:
            continue
        texts = {str(cell): None for row in rows if (cell := frame.cell(row, one)) is not None}
        if len(texts) > 1:
            apart[full(one)] = list(texts)
    item = frame.named(found.columns.get("item", ""))
    told = {name: texts for name, texts in apart.items() if item is None or name != full(item)}
    if len(told) < 2 - (item is not None) or found.columns["date"] == ACROSS:
        return
    first = list(told.items())[:5]
    shown = "; ".join(f"{name}: {', '.join(texts[:4])}, …" for name, texts in first)
    what = _("rows of one time differ in more than one column: {columns}").format(columns=shown)
    way = ", ".join(f"where {name}={texts[0]}" for name, texts in first)
    fix = _('choose rows: --map "{way}"').format(way=way)
    raise TableError(source, [Problem("", what, fix=fix)])


def _has_rows_apart(found: kept.TableMap, frame: FoundTable) -> bool:
    """Whether several rows speak of one time, so that another column tells them apart."""
    heading, year = (frame.named(found.columns.get(part, "")) for part in ("date", "year"))
    rows = [row for row in frame.rows if selects(found, frame, row)]
    parts = [one for one in (heading, year) if one] if heading else []
    times = [tuple(str(frame.cell(row, one)) for one in parts) for row in rows if parts]
    return len(set(times)) < len(times)


def selects(found: kept.TableMap, frame: FoundTable, row: int) -> bool:
    """Whether a row is one of those that `where` asks for."""
    for name, wanted in found.where.items():
        heading = frame.named(name)
        cell = frame.cell(row, heading) if heading is not None else None
        if plain(str(cell if cell is not None else "")) != plain(wanted):
            return False
    return True


def _selected(found: kept.TableMap, frame: FoundTable, source: str) -> None:
    """Refuse conditions that no row meets."""
    if found.where and not any(selects(found, frame, row) for row in frame.rows):
        problems = []
        for name, wanted in found.where.items():
            heading = frame.named(name)
            texts = {str(frame.cell(row, heading)) for row in frame.rows} if heading else set()
            if plain(wanted) not in {plain(text) for text in texts}:
                what = _('"{name}" is nowhere "{text}"').format(name=name, text=wanted)
                problems.append(Problem("where", what, fix=did_you_mean(wanted, texts)))
        raise TableError(source, problems or [Problem("where", _("no row meets all conditions"))])
