"""A case out of trade data: what they know, and every other key marked missing.

A draft is a file that is valid as it stands. Each number has its range from the data's own
variation, its source and a reason; what data of trade cannot know is `missing`, with where to
look for it beside it.
"""

import re
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

from derbes.errors import DataError
from derbes.language import _
from derbes.results.trade import Dependence, ProductSheet, Seller
from derbes.trade.codes import GROUPS, areas, iso3, numbers_of

LEAST_SHARE = 0.01
"""Part of the imports below which sellers are put together."""
FULLEST_WEIGHT = 0.5
"""Part of the value that must have a weight; below it the good is counted by its value."""
LENGTHS = (1, 3, 6, 12)
"""Lengths of a stop; the last is the main one. [month]"""
YEARS = 10
"""Length of the calendar. [year]"""
STOCK_MONTHS = 3
"""Months of imports up to which stock is looked at, where nothing is known of it."""
_BY_VALUE = "kUSD"
_OWN = 3
"""Years whose mean is demand."""


class _Amounts(NamedTuple):
    """What a seller sold to the buyer, by year, and at which price, in the unit of the good."""

    id: str
    name: str
    sold: list[float]
    """[unit/year]"""
    price: float
    prices: list[float]
    """[USD/unit]"""
    exports: float | None
    """To everybody, in the last year. [unit/year]"""
    is_missing: bool
    """Whether weights are missing of it."""


def draft_case(sheet: ProductSheet, first: str = "") -> str:
    """A case file of one product, its buyer and its sellers.

    Args:
        sheet: What trade says of the product over years.
        first: First month of the calendar, such as 2026-01; empty: January after the data.

    Raises:
        DataError: No imports are recorded, or the sender sells none.
    """
    if not sheet.rows:
        text = _("{dataset} records no imports of {product} by {buyer} in these years.")
        raise DataError(text.format(
            dataset=sheet.source.dataset, product=sheet.product, buyer=sheet.buyer
        ))  # fmt: skip
    return "\n".join([*_lines(sheet, first or f"{sheet.rows[-1].year + 1}-01"), ""])


def _lines(sheet: ProductSheet, first: str) -> Iterator[str]:
    """The file, line by line."""
    last = sheet.rows[-1]
    by_weight = (last.weighed or 0.0) >= FULLEST_WEIGHT
    unit = "t" if by_weight else _BY_VALUE
    sellers = _sellers(sheet, by_weight=by_weight)
    buyer, sender = _id_of(sheet.buyer), _id_of(sheet.sender) if sheet.sender else ""
    if sender and sender not in {one.id for one in sellers}:
        text = _("{sender} sells no {product} to {buyer} in {year}: there is nothing to cut off.")
        raise DataError(text.format(
            sender=sheet.sender, product=sheet.product, buyer=sheet.buyer, year=last.year
        ))  # fmt: skip
    good = f"hs{sheet.product}"
    source = _source_id(sheet)
    yield from _head(sheet, first, unit)
    yield f"target: {buyer}"
    if sender:
        yield "main_measure: stop_of_a_year"
        yield f"main_length: {LENGTHS[-1]} month"
    yield from _actors(sheet, buyer, sellers)
    yield from _good(sheet, good, unit)
    yield from _demand(sheet, good, unit, source, first, by_weight=by_weight)
    yield from _stock(sheet, good, unit, by_weight=by_weight)
    yield "suppliers:"
    for one in sellers:
        yield from _supplier(one, good, unit, source, last.year)
    if sender:
        yield from _measures(sender, first)
        yield from _levers(sender, sheet)
    yield from _document(sheet, source)


def _id_of(word: str) -> str:
    """The id of an actor named by a country or a group."""
    numbers = numbers_of(word)
    name = areas()[numbers[0]].name if numbers and numbers[0] in areas() else word
    if word.upper() in GROUPS:
        name = word
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _name_of(word: str) -> str:
    numbers = numbers_of(word)
    if word.upper() in GROUPS:
        return GROUPS[word.upper()].name
    return areas()[numbers[0]].name if numbers else word


def _source_id(sheet: ProductSheet) -> str:
    return re.sub(r"[^a-z0-9]+", "_", sheet.source.dataset.casefold()).strip("_")


def _sellers(sheet: ProductSheet, *, by_weight: bool) -> list[_Amounts]:
    """Sellers of the last year, those with a small part put together."""
    sold = [one for one in sheet.sellers if one.value > 0]
    sender = iso3(numbers_of(sheet.sender)[0]) if numbers_of(sheet.sender) else ""
    large = [one for one in sold if one.share >= LEAST_SHARE or one.seller == sender]
    small = [one for one in sold if one not in large]
    if len(small) == 1:
        large, small = sold, []
    found = [_amounts(one, by_weight=by_weight) for one in large]
    if small:
        parts = [_amounts(one, by_weight=by_weight) for one in small]
        total = sum(part.sold[-1] for part in parts)
        mean = sum(part.price * part.sold[-1] for part in parts) / total if total else 0.0
        prices = [price for part in parts for price in part.prices]
        exports = [part.exports for part in parts if part.exports is not None]
        found.append(
            _Amounts("others", _("{n} other sellers").format(n=len(small)),
                     [sum(part.sold[-1] for part in parts), sum(max(part.sold) for part in parts)],
                     mean, prices, sum(exports) if exports else None, is_missing=False)
        )  # fmt: skip
    return [one for one in found if one.price > 0]


def _amounts(seller: Seller, *, by_weight: bool) -> _Amounts:
    """What a seller sold by year; by value where the good is counted so."""
    id_ = _id_of(seller.seller)
    if not by_weight:
        return _Amounts(id_, seller.name, [seller.value / 1e3], 1000.0, [1000.0],
                        seller.exports / 1e3, is_missing=False)  # fmt: skip
    weights = [weight for weight in seller.weights.values() if weight is not None]
    prices = [price for price in seller.unit_values.values() if price is not None]
    price = prices[-1] if prices else seller.unit_value or 0.0
    now = seller.weight if seller.weight is not None else (seller.value / price if price else 0.0)
    return _Amounts(id_, seller.name, [*weights, now] if not weights else weights, price,
                    prices or [price], seller.exports_weight,
                    is_missing=seller.weight is None)  # fmt: skip


def _head(sheet: ProductSheet, first: str, unit: str) -> Iterator[str]:
    last = sheet.rows[-1]
    yield _(
        "# A draft out of trade data: {buyer}, {product}. Numbers are those of {source};"
    ).format(buyer=_name_of(sheet.buyer), product=sheet.product, source=_made_of(sheet))
    yield _("# what they cannot know is written `missing`, with where to look beside it.")
    if unit == _BY_VALUE:
        yield _(
            "# Weights are missing of more than half of it, so it is counted by value: {unit} is "
            "what 1000 USD bought in {year}."
        ).format(unit=unit, year=last.year)
    for warning in sheet.source.warnings:
        yield f"# {warning}"
    yield "derbes: 1"
    yield f"name: {_quoted(_title(sheet))}"
    yield f"calendar: {{first: {first}, periods: {12 * YEARS}, step: month}}"
    yield f"currency: {{base: USD, price_year: {last.year}}}"


def _title(sheet: ProductSheet) -> str:
    label = sheet.label.split(":")[0] if sheet.label else f"HS {sheet.product}"
    return f"{_name_of(sheet.buyer)}: {label} ({sheet.product})"


def _made_of(sheet: ProductSheet) -> str:
    one = sheet.source
    return " ".join(filter(None, (one.source, one.classification, one.vintage)))


def _actors(sheet: ProductSheet, buyer: str, sellers: Sequence[_Amounts]) -> Iterator[str]:
    last = sheet.rows[-1]
    yield "actors:"
    yield f"  {buyer}: {{label: {_quoted(_name_of(sheet.buyer))}}}"
    for one in sellers:
        share = ""
        if sheet.sender and one.id == _id_of(sheet.sender) and last.target_share is not None:
            share = _("  # {buyer} takes {share} of what it exports of this").format(
                buyer=_name_of(sheet.buyer), share=_percent(last.target_share)
            )
        yield f"  {one.id}:{share}"
        yield f"    label: {_quoted(one.name)}"
        look = _("look in annual reports of its sellers, or in its costs of production")
        yield f"    margin_share: missing  # {look}"


def _good(sheet: ProductSheet, good: str, unit: str) -> Iterator[str]:
    yield "goods:"
    yield f"  {good}:"
    yield f"    unit: {unit}"
    if sheet.label:
        yield f"    label: {_quoted(sheet.label)}"


def _demand(
    sheet: ProductSheet, good: str, unit: str, source: str, first: str, *, by_weight: bool
) -> Iterator[str]:
    """Imports of the last years as demand; by month of the year where months are told."""
    rows = sheet.rows[-_OWN:]
    amounts = [_amount(row, by_weight=by_weight) for row in rows]
    mean = fmean(amounts) / 12
    why = _("mean of imports in {years}, lowest and highest year").format(years=_years(rows))
    look = _("own production and exports are not in it; look in the energy or supply balance")
    yield "uses:"
    yield "  imports:"
    yield f"    good: {good}"
    yield "    tier: essential"
    yield f"    # {look}"
    if sheet.season:
        yield "    demand:"
        yield "      series:"
        year = int(first[:4])
        begin = int(first[5:7]) - 1
        for step in range(24):
            month = (begin + step) % 12
            label = f"{year + (begin + step) // 12}-{month + 1:02d}"
            yield f"        {label}: {_number(mean * sheet.season[month])}"
        yield f"      unit: {unit}/month"
        yield "      after: repeat"
        yield f"      source: {source}"
        yield "      grade: C"
        yield f"      why: {_quoted(why + _('; season by months of whole years'))}"
    else:
        yield "    demand:"
        yield f"      value: {_number(mean)} {unit}/month"
        if len(set(amounts)) > 1:
            yield f"      range: [{_number(min(amounts) / 12)}, {_number(max(amounts) / 12)}]"
        yield f"      source: {source}"
        yield "      grade: C"
        yield f"      why: {_quoted(why)}"
    cost = _("what a tonne less costs those who use it; look in what they make of it")
    yield f"    shortage_cost: missing  # {cost}"


def _amount(row: Dependence, *, by_weight: bool) -> float:
    """Imports of a year in the unit of the good; what has no weight is scaled up by value."""
    if not by_weight:
        return row.imports / 1e3
    return (row.weight or 0.0) / (row.weighed or 1.0)


def _stock(sheet: ProductSheet, good: str, unit: str, *, by_weight: bool) -> Iterator[str]:
    """No stock, up to some months of imports: a bound, since nothing is known of it."""
    most = _amount(sheet.rows[-1], by_weight=by_weight) / 12 * STOCK_MONTHS
    why = _(
        "not in trade data: counted from none, the careful end, up to {n} months of imports"
    ).format(n=STOCK_MONTHS)
    yield "stockpiles:"
    yield "  held:"
    yield f"    good: {good}"
    look = _("look in storage reports, reserves by law, balance sheets of those who use it")
    yield f"    # {look}"
    yield "    quantity:"
    yield f"      value: 0 {unit}"
    yield f"      range: [0, {_number(most)}]"
    yield "      grade: D"
    yield f"      why: {_quoted(why)}"


def _supplier(one: _Amounts, good: str, unit: str, source: str, year: int) -> Iterator[str]:
    """An offer: price as unit value, capacity guessed from the largest year."""
    yield f"  {one.id}:"
    yield f"    actor: {one.id}"
    yield f"    good: {good}"
    yield "    price:"
    yield f"      value: {_number(one.price)} USD/{unit}"
    low, high = min([*one.prices, one.price]), max([*one.prices, one.price])
    if high > low:
        yield f"      range: [{_number(low)}, {_number(high)}]"
    yield f"      source: {source}"
    yield "      grade: C"
    why = _("unit value of imports in {year}; range over the years").format(year=year)
    yield f"      why: {_quoted(why)}"
    now, peak = one.sold[-1] / 12, max(one.sold) / 12
    most = max(peak, (one.exports or 0.0) / 12)
    yield "    capacity:"
    yield f"      value: {_number(peak)} {unit}/month"
    if most > now:
        yield f"      range: [{_number(now)}, {_number(most)}]"
    yield f"      source: {source}"
    yield "      grade: D"
    why = _(
        "a guess: its largest year here; at least what it sold in {year}, at most all that it "
        "exported to anybody"
    ).format(year=year)
    yield f"      why: {_quoted(why)}"
    look = _("look in contracts, or the time between order and delivery")
    yield f"    lead_time: missing  # {look}"


def _measures(sender: str, first: str) -> Iterator[str]:
    """A stop in peace, and one of a year, with a standard to survive it."""
    head = f"{{kind: embargo, sender: {sender}, hits: {{actor: {sender}}}"
    yield "measures:"
    for id_, lengths, label in (
        ("stop", LENGTHS[:-1], _("The seller stops selling for some months")),
        ("stop_of_a_year", LENGTHS[-1:], _("The seller stops selling for a year")),
    ):
        listed = ", ".join(str(n) for n in lengths)
        yield f"  {id_}: {head}, lengths: [{listed}], label: {_quoted(label)}}}"
    yield "standards:"
    label = _quoted(_("A stop of a year is survived"))
    yield (
        f"  a_year: {{measure: stop_of_a_year, length: {LENGTHS[-1]} month, from: {first}, "
        f"label: {label}}}"
    )


def _levers(sender: str, sheet: ProductSheet) -> Iterator[str]:
    """This good is counted; what else the sender could do is not, and where to look for it."""
    missing = _("other goods, transit, finance, labor")
    look = f"derbes screen --importer {sheet.buyer} --sender {sheet.sender}"
    this, other = _quoted(_("This good")), _quoted(_("All else"))
    yield "levers:"
    yield f"  this_good: {{sender: {sender}, measures: [stop, stop_of_a_year], label: {this}}}"
    yield (
        f"  all_else: {{sender: {sender}, missing: {_quoted(missing)}, look: {_quoted(look)}, "
        f"label: {other}}}"
    )


def _document(sheet: ProductSheet, source: str) -> Iterator[str]:
    yield "documents:"
    yield f"  {source}:"
    yield f"    title: {_quoted(_made_of(sheet))}"
    if sheet.source.license:
        yield f"    licence: {_quoted(sheet.source.license)}"


def _years(rows: Sequence[Dependence]) -> str:
    return ", ".join(str(row.year) for row in rows)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _number(value: float) -> str:
    """Four digits that count, as plain decimals; never three of them, which could be thousands."""
    text = f"{float(f'{value:.4g}'):.10f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _quoted(text: str) -> str:
    """A text in quotes, as YAML wants it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
