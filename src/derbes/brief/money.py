"""What the programme costs and buys beside other ways; what plants and chances are worth."""

import math
from collections.abc import Iterator

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, prices_words
from derbes.brief.layout import Cell, PageTable, Section, figure_cell, table_of
from derbes.language import _
from derbes.results.money import (
    CHEAPEST,
    NOTHING,
    PROGRAMME,
    Estimate,
    Way,
    Ways,
    met_words,
    way_words,
)
from derbes.results.tables import Column
from derbes.spelling import NO_BREAK, money_name


def ways_told(contents: BriefContents) -> Ways | None:
    """The ways beside each other; None where they were not computed."""
    return None if contents.plan is None else contents.plan.ways


def _money_estimate(contents: BriefContents, found: Estimate | None) -> str:
    """A mean with its standard error, in the scale of the larger, to two digits of the error."""
    if found is None:
        return fmt.missing()
    divisor, scale = fmt.money_scale(max(abs(found.mean), found.standard_error))
    error = found.standard_error / divisor
    place = 1 - math.floor(math.log10(error)) if error else 3
    mean, error = (round(value, place) for value in (found.mean / divisor, error))
    text = f"{fmt.number(mean)} ± {fmt.number(error, 2)}"
    name = money_name(contents.case.currency, divisor if scale else mean)
    return fmt.joined(text, scale, name, by=NO_BREAK)


def _share_estimate(found: Estimate | None) -> str:
    if found is None:
        return fmt.missing()
    return f"{fmt.share(found.mean)} ± {fmt.share(found.standard_error)}"


def ways_table(contents: BriefContents) -> PageTable | None:
    """The ways by what they cost and what they buy; None where they were not computed."""
    ways = ways_told(contents)
    if ways is None:
        return None

    def money(value: float | None) -> Cell:
        text = None if value is None else fmt.money(value, contents.case.currency)
        return figure_cell(value, text)

    def loss(way: Way) -> Cell:
        value = way.loss.mean if way.loss else None
        return Cell(_money_estimate(contents, way.loss), value, is_number=True)

    def short(way: Way) -> Cell:
        value = way.p_short.mean if way.p_short else None
        return Cell(_share_estimate(way.p_short), value, is_number=True)

    has_project = bool(contents.case.without_project)
    columns = [
        Column(_("way"), lambda way: way_words(way, has_project=has_project)),
        Column(_("paid in all"), lambda way: money(way.outlay)),
        Column(_("of it abroad"), lambda way: money(way.abroad)),
    ]
    if ways.met_from:
        asked = _("standard met, from {month}").format(month=fmt.date(ways.met_from))
        columns.append(Column(asked, lambda way: met_words(way) or fmt.missing()))
    if ways.draws:
        columns += [
            Column(_("expected loss by chance events"), loss),
            Column(_("chance of ever going short"), short),
        ]
    return table_of(_caption(contents, ways), columns, ways.ways)


def _caption(contents: BriefContents, ways: Ways) -> str:
    """Dates, prices and futures of the numbers."""
    text = _("What it costs and what it buys, {first} to {last}; payments not discounted").format(
        first=fmt.date(ways.first), last=fmt.date(ways.last)
    )
    prices = prices_words(ways.price_year)
    plan = contents.plan
    made = _("central values") if plan is None or plan.draws <= 1 else ""
    losses = ""
    if ways.draws:
        losses = _(
            "losses discounted, shortage at its price, by the simple rule over {n} draws of "
            "inputs and events, ± standard error"
        ).format(n=fmt.number(ways.draws))
    return fmt.joined(fmt.joined(text, prices, made), losses, by="; ")


def buys_words(contents: BriefContents) -> str:
    """What the programme costs and saves against doing nothing, and the cheapest other way."""
    ways = ways_told(contents)
    if ways is None:
        return ""
    plan = _("the programme") if contents.case.without_project else _("the plan")
    mine, cheapest, nothing = (ways.way(name) for name in (PROGRAMME, CHEAPEST, NOTHING))
    told = []
    if mine and nothing and mine.outlay is not None and nothing.outlay is not None:
        more = mine.outlay - nothing.outlay
        text = _(
            "To {last} {plan} costs {amount} more than doing nothing (payments, not discounted)"
        )
        if more < 0:
            text = _(
                "To {last} {plan} costs {amount} less than doing nothing (payments, not discounted)"
            )
        amount = fmt.money(abs(more), contents.case.currency)
        words = text.format(last=fmt.date(ways.last), plan=plan, amount=amount)
        told.append(_avoiding(contents, words, mine))
    if cheapest is not None:
        told.append(_cheapest_words(contents, cheapest, nothing))
    events = dict.fromkeys(hazard.measure for hazard in contents.case.hazards.values())
    if told and ways.draws and events:
        text = _("Chance events, at the yearly rates that the case assumes: {events}.")
        told.append(text.format(events="; ".join(contents.name("measures", m) for m in events)))
    return fmt.joined(*told, by=" ")


def _avoiding(contents: BriefContents, words: str, way: Way) -> str:
    """What a way costs, and the loss that it avoids where that is known."""
    if way.saved is None:
        return f"{words}."
    text = _("{words} and avoids {saved} of expected loss by chance events (discounted).")
    if abs(way.saved.mean) < _TELLS * way.saved.standard_error:
        text = _(
            "{words} and avoids no expected loss by chance events that can be told from none "
            "({saved}, discounted)."
        )
    return text.format(words=words, saved=_money_estimate(contents, way.saved))


_TELLS = 2.0
"""Standard errors from which on a mean is told from none."""


def _cheapest_words(contents: BriefContents, way: Way, nothing: Way | None) -> str:
    """What the same standards cost without the programme, and what that avoids."""
    if way.met is False:
        return _("Without it no choice meets the same standard.")
    if way.outlay is None or nothing is None or nothing.outlay is None:
        return ""
    if not way.plan:
        return _("Without it the same standard is met as well, at no cost.")
    more = way.outlay - nothing.outlay
    text = _("Without it the same standard costs {amount} more than doing nothing")
    if more < 0:
        text = _("Without it the same standard costs {amount} less than doing nothing")
    amount = fmt.money(abs(more), contents.case.currency)
    return _avoiding(contents, text.format(amount=amount), way)


def programme_card(contents: BriefContents) -> tuple[str, str, str] | None:
    """All that is paid under the programme, beside the other ways; None: not computed."""
    ways = ways_told(contents)
    mine = None if ways is None else ways.way(PROGRAMME)
    if ways is None or mine is None or mine.outlay is None:
        return None
    money = contents.case.currency
    text = _("all payments {first} to {last}, not discounted, central values").format(
        first=fmt.date(ways.first), last=fmt.date(ways.last)
    )
    others = [
        _("{way}: {amount}").format(
            way={CHEAPEST: _("the same standard without it"), NOTHING: _("doing nothing")}[one.way],
            amount=fmt.money(one.outlay, money),
        )
        for one in ways.ways
        if one.way != PROGRAMME and one.outlay is not None
    ]
    words = fmt.joined(text, *others, by="; ")
    label = (
        _("Paid with the programme") if contents.case.without_project else _("Paid with the plan")
    )
    return (label, fmt.money(mine.outlay, money), words)


# Behind page one


Row = tuple[str, str, str]
"""What it is, its amount, and what the amount is and rests on."""


def money_section(contents: BriefContents) -> Section | None:
    """Plants, currency and chances in one table; None where nothing of it was computed."""
    rows = [*_plant_rows(contents), *_currency_rows(contents), *_chance_rows(contents)]
    if not rows:
        return None
    calendar = contents.case.calendar
    caption = fmt.joined(
        _("Plants, currency and chances, {first} to {last}").format(
            first=fmt.date(calendar.label(0)), last=contents.last_month
        ),
        prices_words(contents.case.price_year),
        _("central values unless said"),
    )
    text = _(
        "What is left of a plant is its capital, in a straight line over its life from the opening "
        "on; standing cost is paid while it is open, whatever it makes. A chance counts in no "
        "cost: what is built for it is worth the probability times the gain, less its cost."
    )
    columns = (Column(_("what"), 0), Column(_("amount"), 1), Column(_("counted"), 2))
    return Section("money", _("Money"), (text,), (), (table_of(caption, columns, rows),))


def _plant_rows(contents: BriefContents) -> Iterator[Row]:
    plan, currency = contents.plan, contents.case.currency
    for one in plan.plants if plan else ():
        used = fmt.missing() if one.used_in_all is None else fmt.share(one.used_in_all)
        years = list(one.used)
        amount = _("{share} of its hours used in calm").format(share=used)
        if one.used_in_all is None:
            amount = _("no line of it opens")
        elif years:
            amount = _("{words} ({last}: {share})").format(
                words=amount, last=years[-1], share=fmt.share(one.used[years[-1]])
            )
        rests = _(
            "capital {capital} and standing cost {standing}, paid; {left} left at the end, "
            "discounted"
        ).format(
            capital=fmt.money(one.capital, currency),
            standing=fmt.money(one.standing, currency),
            left=fmt.money(one.left, currency),
        )
        yield contents.name("plants", one.plant), amount, rests


def _currency_rows(contents: BriefContents) -> Iterator[Row]:
    ways, currency = ways_told(contents), contents.case.currency
    if ways is None or not ways.saved_abroad:
        return
    *years, whole = ways.saved_abroad
    name = contents.name("variants", contents.case.without_project)
    for one in (years[-1], whole):
        what = _("Currency saved in {year}").format(year=one.year)
        if one.year is None:
            what = _("Currency saved over all years")
        low, high = (one.quantiles.get(band, one.mean) for band in ("5", "95"))
        rests = _(
            "less paid abroad than in: {name} (below zero: more); over {n} draws nine of ten "
            "from {span}, mean {mean}; not discounted"
        ).format(
            name=name,
            n=fmt.number(ways.draws_solved),
            span=fmt.span(fmt.money(low, currency), fmt.money(high, currency)),
            mean=fmt.money(one.mean, currency),
        )
        yield what, fmt.money(one.central, currency), rests


def _chance_rows(contents: BriefContents) -> Iterator[Row]:
    ways, currency = ways_told(contents), contents.case.currency
    for one in ways.chances if ways else ():
        what = contents.name("chances", one.chance)
        if one.gain is None:
            yield what, fmt.missing(), _("a shortage of it has no price")
            continue
        gain, cost = fmt.money(one.gain, currency), fmt.money(one.cost, currency)
        if not one.cost:
            yield what, gain, _("saved or earned if it came, discounted; not counted")
            continue
        even = one.break_even
        amount = _("pays at no probability")
        if even is not None:
            amount = _("pays from a probability of {p} on").format(p=fmt.share(even))
        at_half = fmt.money(one.worth(0.5) or 0.0, currency)
        rests = _(
            "costs {cost} in any case, saves {gain} if it comes, discounted; worth {half} at "
            "{p}; not counted"
        ).format(cost=cost, gain=gain, half=at_half, p=fmt.share(0.5))
        yield what, amount, rests
