"""A case out of trade data: what they know, and every other key marked missing.

A draft is a file that is valid as it stands. Each number has its range from the data's own
variation, its source and a reason; what data of trade cannot know is `missing`, with where to
look for it beside it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean
from typing import NamedTuple

from derbes.drafting import (
    Draft,
    DraftNumber,
    DraftSeller,
    digits,
    draft_text,
    id_of,
    month_problems,
    unknown_stock,
)
from derbes.errors import DataError, Problem
from derbes.language import Worded, _, percent, worded
from derbes.results.trade import Dependence, ProductSheet, Seller
from derbes.trade.codes import GROUPS, area_name, areas, iso3, numbers_of, product_of

LEAST_SHARE = 0.01
"""Part of the imports below which sellers are put together."""
FULLEST_WEIGHT = 0.5
"""Part of the value that must have a weight; below it the good is counted by its value."""
YEARS = 10
"""Length of the calendar. [year]"""
_BY_VALUE = "kUSD"
_OWN = 3
"""Years whose mean is demand."""


class _Amounts(NamedTuple):
    """What a seller sold to the buyer, by year, and at which price, in the unit of the good."""

    id: str
    name: str
    now: float
    """In the last year. [unit/year]"""
    peak: float
    """In its largest year. [unit/year]"""
    price: float
    prices: list[float]
    """[USD/unit]"""
    most: float
    """If it exported as much as in its largest year, and the buyer kept its part. [unit/year]"""


def draft_case(sheet: ProductSheet, first: str = "") -> str:
    """A case file of one product, its buyer and its sellers.

    Args:
        sheet: What trade says of the product over years.
        first: First month of the calendar, such as 2026-01; empty: January after the data.

    Raises:
        DataError: No imports are recorded, the sender sells none, or months of the last year are
            not told.
    """
    if not any(one.value for one in sheet.sellers):
        text = _(
            "{dataset} records no imports of {product} by {buyer} in {years}. Fix: ask about "
            "earlier years with --year, or begin the case with derbes new."
        )
        names = {"product": sheet.product, "buyer": sheet.buyer}
        years = ", ".join(map(str, [row.year for row in sheet.rows[-1:]] or sheet.absent))
        raise DataError(text.format(dataset=sheet.source.dataset, years=years, **names))
    last = sheet.rows[-1].year
    if last in sheet.partial:
        text = _(
            "{dataset} does not hold every month of {year}, so that its sums are not those of a "
            "year. Fix: draft from a whole year with --year, or import the other months; one "
            "without trade is told by a row of value 0."
        )
        raise DataError(text.format(dataset=sheet.source.dataset, year=last))
    return draft_text(_draft(sheet, first or f"{sheet.rows[-1].year + 1}-01"))


def draft_problems(buyer: str, product: str, first: str) -> list[Problem]:
    """What is wrong with the product of a draft, which is one, and with its first month."""
    problems = []
    if not product_of(product):
        what = _('"{word}" is no product of six digits').format(word=product)
        fix = _("derbes screen --importer {buyer} --product {word} lists those that begin so")
        problems = [Problem("product", what, fix=fix.format(buyer=buyer, word=product))]
    return problems + (month_problems(first) if first else [])


def _draft(sheet: ProductSheet, first: str) -> Draft:
    """What the data know of the case."""
    last = sheet.rows[-1]
    is_by_weight = (last.weighed or 0.0) >= FULLEST_WEIGHT and last.outside_weight is not None
    source, sender = id_of(sheet.source.dataset), _id_of(sheet.sender) if sheet.sender else ""
    told = _Told(sheet, first, is_by_weight, "t" if is_by_weight else _BY_VALUE, source, sender)
    label = sheet.label.split(":")[0] if sheet.label else f"HS {sheet.product}"
    sellers = _sellers(told)
    if told.sender and told.sender not in {one.id for one in sellers}:
        text = _("{sender} sells no {product} to {buyer} in {year}: there is nothing to cut off.")
        by = {"sender": sheet.sender, "product": sheet.product, "buyer": sheet.buyer}
        raise DataError(text.format(**by, year=last.year))
    demand = _demand(told)
    note = _("own production and exports are not in it; look in the energy or supply balance")
    return Draft(
        head=(*_head(told), *_short(told, sellers, demand)),
        title=f"{_name_of(sheet.buyer)}: {label} ({sheet.product})",
        first=told.first,
        n_months=12 * YEARS,
        currency="USD",
        price_year=last.year,
        target=_id_of(sheet.buyer),
        target_label=Worded(_name_of, sheet.buyer),
        sender=told.sender,
        sender_label=Worded(_name_of, sheet.sender) if told.sender else "",
        good=f"hs{sheet.product}",
        good_label=worded("{name} (HS {code})", name=sheet.label, code=sheet.product)
        if sheet.label
        else label,
        unit=told.unit,
        use="imports",
        use_label=worded("What is imported"),
        use_note=note,
        demand=demand,
        stock=unknown_stock(
            told.unit,
            told.amount(last) / 12,
            _("not in trade data: counted from none, the careful end, up to {n} months of imports"),
        ),
        sellers=tuple(_seller(told, one, sellers, demand) for one in sellers),
        elsewhere=f"derbes screen --importer {sheet.buyer} --sender {sheet.sender}",
        facts=_facts(sheet),
        document=told.source,
        document_title=_made_of(sheet),
        license=sheet.source.license,
    )


class _Told(NamedTuple):
    """What the sections of a draft share."""

    sheet: ProductSheet
    first: str
    is_by_weight: bool
    """Whether the good is counted by weight, else by value."""
    unit: str
    source: str
    """Id of the document that the numbers are taken from."""
    sender: str

    def amount(self, row: Dependence) -> float:
        """Imports of a year from outside; what has no weight is scaled up by value. [unit/year]"""
        return row.outside_weight or 0.0 if self.is_by_weight else self.value(row) / 1e3

    def value(self, row: Dependence) -> float:
        """Imports of a year from outside. [USD]"""
        return row.imports * (1.0 if row.outside_share is None else row.outside_share)


def _id_of(word: str) -> str:
    """The id of an actor named by a country or a group."""
    area = next((areas()[number] for number in numbers_of(word)[:1] if number in areas()), None)
    return id_of(word if area is None or word.upper() in GROUPS else area.name)


def _name_of(word: str) -> str:
    if word.upper() in GROUPS:
        return _(GROUPS[word.upper()].name)
    return area_name(numbers_of(word)[0]) if numbers_of(word) else word


def _sellers(told: _Told) -> list[_Amounts]:
    """Sellers of the last year, those with a small part put together."""
    sheet = told.sheet
    sold = [one for one in sheet.sellers if one.value > 0]
    sender = iso3(numbers_of(sheet.sender)[0]) if numbers_of(sheet.sender) else ""
    large = [one for one in sold if one.share >= LEAST_SHARE or one.seller == sender]
    small = [one for one in sold if one not in large]
    if len(small) == 1:
        large, small = sold, []
    last, by = sheet.rows[-1], told.is_by_weight
    usual = told.value(last) / last.outside_weight if last.outside_weight else 0.0
    found = [_amounts(one, usual, is_by_weight=by) for one in large]
    parts = [_amounts(one, usual, is_by_weight=by) for one in small]
    if parts:
        now = sum(part.now for part in parts)
        others = _Amounts(
            id="others",
            name=worded("{n} other sellers", n=len(small)),
            now=now,
            peak=sum(part.peak for part in parts),
            price=sum(part.price * part.now for part in parts) / now if now else usual,
            prices=[price for part in parts for price in part.prices],
            most=sum(part.most for part in parts),
        )
        found.append(others)
    return found


def _amounts(seller: Seller, usual: float, *, is_by_weight: bool) -> _Amounts:
    """What a seller sold; `usual` is the price of one whose weight is not known. [USD/t]"""
    id_, today = _id_of(seller.seller), Worded(_name_of, seller.seller)
    name = today if today == seller.name else seller.name  # one of the past has one name
    if not is_by_weight:
        value, more = seller.value / 1e3, seller.peak / seller.exports
        return _Amounts(id_, name, value, value, 1e3, [1e3], value * more)
    prices = [price for price in seller.unit_values.values() if price is not None]
    price = list(seller.unit_values.values())[-1] or usual  # of the last year, as it sold then
    now = seller.value / price
    peak = max([now, *(weight for weight in seller.weights.values() if weight is not None)])
    more = (seller.peak_weight or 0.0) / seller.exports_weight if seller.exports_weight else 1.0
    return _Amounts(id_, name, now, peak, price, prices or [price], max(peak, now * more))


def _head(told: _Told) -> Iterator[str]:
    sheet, last = told.sheet, told.sheet.rows[-1]
    text = _("A draft out of trade data: {buyer}, {product}. Numbers are those of {source};")
    yield text.format(buyer=_name_of(sheet.buyer), product=sheet.product, source=_made_of(sheet))
    yield _("what they cannot know is written `missing`, with where to look beside it.")
    if not told.is_by_weight:
        text = _(
            "Weights are missing of more than half of it, so it is counted by value: {unit} is "
            "what 1000 USD bought in {year}."
        )
        yield text.format(unit=told.unit, year=last.year)
    yield from sheet.source.warnings


def _short(told: _Told, sellers: Sequence[_Amounts], demand: DraftNumber) -> Iterator[str]:
    """What to do about it, where its sellers never sold what the draft asks of them."""
    sold = sum(one.peak for one in sellers) / 12
    if demand.value and sold < 0.999 * float(demand.value.split()[0]):
        text = _(
            "Its sellers of {year} never sold what demand asks for, the mean of several years:"
        )
        yield text.format(year=told.sheet.rows[-1].year)
        yield _("it is short in calm. Put in who else sells, or the demand of today.")


def _made_of(sheet: ProductSheet) -> str:
    one = sheet.source
    return " ".join(filter(None, (one.source, one.classification, one.vintage)))


def _seller(
    told: _Told, one: _Amounts, sellers: Sequence[_Amounts], demand: DraftNumber
) -> DraftSeller:
    """An offer: price as unit value, capacity guessed from the largest year, its part by habit.

    Who sells for less than the first seller, and sells less, has no more to sell at that price;
    by unit values alone the calm plan would leave the seller that most is bought of.
    """
    first, bought = max(sellers, key=lambda each: each.now), sum(each.now for each in sellers)
    last, share = told.sheet.rows[-1], ""
    if one.id == told.sender and last.target_share is not None:
        text, part = _("{buyer} takes {share} of what it exports of this"), 100 * last.target_share
        share = text.format(buyer=_name_of(told.sheet.buyer), share=percent(f"{part:.3g}", " "))
    lowest, central = min([*one.prices, one.price]), max(one.price, first.price)
    why, grade = _("unit value of imports in {year}; range over the years"), "C"
    if central > one.price:
        grade = "D"
        why = _(
            "a guess: as the first seller in {year}, who sold more for more; range over its own "
            "years"
        )
    price = DraftNumber(
        f"{digits(central)} USD/{told.unit}",
        *_range(lowest, max([*one.prices, central]), least=lowest),
        source=told.source,
        grade=grade,
        why=why.format(year=last.year),
    )
    now, peak = one.now / 12, one.peak / 12
    why = _(
        "a guess: its largest year here; at least what it sold in {year}, at most as much more as "
        "it exported to everybody in its largest year"
    )
    capacity = DraftNumber(
        f"{digits(peak)} {told.unit}/month",
        *_range(now, max(peak, one.most / 12), least=now),
        source=told.source,
        why=why.format(year=last.year),
    )
    most = max(float(value.split()[0]) for _month, value in demand.series or [("", demand.value)])
    part = min(one.now / bought, float(digits(peak)) / most)  # of any month, it can be sold
    hundredths = math.floor(1e4 * part)  # together no more than all
    habit = f"{hundredths / 100:g} %"
    why = _("habit: its part of what was bought in {year}; down to none, if price alone decides")
    at_least = DraftNumber(habit, "0 %", habit, source=told.source, why=why.format(year=last.year))
    return DraftSeller(one.id, one.name, price, capacity, share, at_least if hundredths else None)


def _range(low: float, high: float, *, least: float) -> tuple[str, str]:
    """The ends of a range; none where the highest is no more than the least."""
    return (digits(low), digits(high)) if high > least else ("", "")


def _demand(told: _Told) -> DraftNumber:
    """Imports of the last years as demand; by month of the year where months are told."""
    sheet = told.sheet
    rows = [row for row in sheet.rows if row.year not in sheet.partial][-_OWN:]
    amounts = [told.amount(row) / 12 for row in rows]
    why = _("mean of imports in {years}, lowest and highest year").format(years=_years(rows))
    unit = f"{told.unit}/month"
    if told.sheet.season:
        why += _("; season by the value of months of whole years")
        begin, mean, series = int(told.first[5:7]) - 1, fmean(amounts), []
        for month in range(begin, begin + 12 * YEARS):
            value = digits(mean * told.sheet.season[month % 12])
            series.append((f"{int(told.first[:4]) + month // 12}-{month % 12 + 1:02d}", value))
        found = DraftNumber("", series=tuple(series), unit=unit)
    else:
        low, high = min(amounts), max(amounts)
        found = DraftNumber(f"{digits(fmean(amounts))} {unit}", *_range(low, high, least=low))
    return replace(found, source=told.source, grade="C", why=why)


def _facts(sheet: ProductSheet) -> dict[str, tuple[str, str]]:
    """Indicators of trade as facts, so that statements can name them: what each says, and it."""
    last = sheet.rows[-1]
    values: dict[str, float | None] = {
        "supplier_concentration": last.concentration,
        "first_seller_share": last.top_share,
        "world_concentration": last.world_concentration,
        "world_first_share": last.world_top_share,
        "imports_over_exports": last.over_exports,
        "cdi_margin": last.cdi_margin,
        "geodep_margin": last.geodep_margin,
        "years_flagged": float(sum(row.cdi for row in sheet.rows)),
        "net_import_reliance": sheet.reliance,
    }
    if sheet.concentration_trend is not None:
        values["concentration_trend"] = sheet.concentration_trend
    if sheet.sender:
        values |= {"sender_share": last.sender_share, "sender_exports_bought": last.target_share}
    if sheet.sender and sheet.sender_trend is not None:
        values["sender_share_trend"] = sheet.sender_trend
    if sheet.sender and sheet.mirrors and sheet.mirrors[-1].year == last.year:
        values["mirror_gap"] = sheet.mirrors[-1].gap
    if sheet.comparisons and sheet.comparisons[-1].premium is not None:
        values["unit_value_premium"] = sheet.comparisons[-1].premium
    by = {"buyer": _name_of(sheet.buyer), "year": last.year, "years": _years(sheet.rows)}
    sender, texts = _name_of(sheet.sender) if sheet.sender else "", _fact_texts()
    return {
        id_: (texts[id_].format(**by, sender=sender), "" if value is None else digits(value))
        for id_, value in values.items()
    }


def _fact_texts() -> dict[str, str]:
    """Indicator → what it says."""
    return {
        "supplier_concentration": _(
            "Concentration of the sellers to {buyer} in {year}, by value, from 0 to 1 (T2)."
        ),
        "first_seller_share": _(
            "Part of the imports of {buyer} in {year} that its first seller sold (T1)."
        ),
        "world_concentration": _(
            "Concentration of the world's exports by seller in {year}, from 0 to 1 (T2)."
        ),
        "world_first_share": _(
            "Part of the world's exports in {year} that the first exporter sold (T1)."
        ),
        "imports_over_exports": _("Imports of {buyer} over its own exports in {year} (T4)."),
        "cdi_margin": _(
            "How far the weakest of the EU's tests of dependence is above its threshold in "
            "{year}, as a part of it; below 0 the tests do not hold (T5)."
        ),
        "geodep_margin": _(
            "How far the weakest of GeoDep's tests is above its threshold in {year}, as a "
            "part of it; below 0 the tests do not hold (T5)."
        ),
        "years_flagged": _("Years among {years} in which the EU's tests hold."),
        "net_import_reliance": _("Net imports of {buyer} over use in {year} (T13)."),
        "concentration_trend": _(
            "Change of the concentration of sellers a year, over {years} (T8)."
        ),
        "sender_share": _("Part of the imports of {buyer} in {year} that {sender} sold (T1)."),
        "sender_exports_bought": _(
            "Part of the exports of {sender} in {year} that {buyer} bought (T1)."
        ),
        "sender_share_trend": _(
            "Change of the part of {sender} in the imports a year, over {years} (T8)."
        ),
        "mirror_gap": _(
            "Gap between what {buyer} and {sender} report of the same trade in {year}, from -1 to "
            "1: an indicator, not a verdict (T12)."
        ),
        "unit_value_premium": _(
            "How much dearer than others {buyer} bought in {year}, by unit value (T10)."
        ),
    }


def _years(rows: Sequence[Dependence]) -> str:
    return ", ".join(str(row.year) for row in rows)
