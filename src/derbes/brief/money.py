"""What the programme costs and buys, beside the cheapest other way and beside doing nothing."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, Cell, PageTable, figure_cell, table_of
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


def ways_told(contents: BriefContents) -> Ways | None:
    """The ways beside each other; None where they were not computed."""
    return None if contents.plan is None else contents.plan.ways


def _money_estimate(contents: BriefContents, found: Estimate | None) -> str:
    """A mean with its standard error, both in the scale of the mean."""
    if found is None:
        return fmt.missing()
    divisor, _scale = fmt.money_scale(found.mean)
    error = fmt.number(found.standard_error / divisor, 2)
    mean, *unit = fmt.money(found.mean, contents.case.currency).split(fmt.NO_BREAK)
    return fmt.joined(f"{mean} ± {error}", *unit, by=fmt.NO_BREAK)


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
    year = ways.price_year
    prices = _("prices of {year}").format(year=year) if year else ""
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
    mine, cheapest, nothing = (ways.way(name) for name in (PROGRAMME, CHEAPEST, NOTHING))
    told = []
    if mine and nothing and mine.outlay is not None and nothing.outlay is not None:
        text = _(
            "To {last} the programme costs {more} more than doing nothing (payments, not "
            "discounted)."
        )
        if mine.outlay < nothing.outlay:
            text = _(
                "To {last} the programme costs {more} less than doing nothing (payments, not "
                "discounted)."
            )
        more = fmt.money(abs(mine.outlay - nothing.outlay), contents.case.currency)
        told.append(text.format(last=fmt.date(ways.last), more=more))
    if mine and mine.saved is not None:
        text = _("It avoids {saved} of expected loss by chance events (discounted).")
        told.append(text.format(saved=_money_estimate(contents, mine.saved)))
    if cheapest is not None:
        told.append(_cheapest_words(contents, cheapest))
    return fmt.joined(*told, by=" ")


def _cheapest_words(contents: BriefContents, way: Way) -> str:
    """What the same standards cost without the programme, and what that avoids."""
    if way.met is False:
        return _("Without it no choice meets the same standard.")
    if way.cost_of_security is None:
        return ""
    if not way.plan:
        return _("Without it the same standard is met as well, at no cost.")
    text = _("Without it the same standard costs {cost} (discounted)")
    words = text.format(cost=fmt.money(way.cost_of_security, contents.case.currency))
    if way.saved is None:
        return f"{words}."
    saved = _("{words} and avoids {saved}.")
    return saved.format(words=words, saved=_money_estimate(contents, way.saved))


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
    label = _("Cost of the programme") if contents.case.without_project else _("Cost of the plan")
    return (label, fmt.money(mine.outlay, money), words)
