"""Who sells what, how dependence changes, and where the chokepoint lies."""

from derbes.brief import format as fmt
from derbes.brief.charts.dependence import dependence_chart
from derbes.brief.charts.heat import share_map
from derbes.brief.charts.style import NARROW, WIDE, Row, wrapped
from derbes.brief.contents import BriefContents, Focus, end_of, name_of, sender_of
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.wording import (
    actor_words,
    decimal_year,
    under,
)
from derbes.case.entities import essential_uses
from derbes.language import _
from derbes.results.supply import CalmPlan

_OWN = "\0own"
"""Stands for own production among the sellers."""


def sellers_section(contents: BriefContents, focus: Focus) -> Section:
    """Share of each seller in calm purchases and own output of each good."""
    title = _("Who sells what in calm")
    calm = contents.calm.get(focus.variant)
    shares = _seller_shares(contents, calm) if calm else {}
    if calm is None or not shares:
        return Section("sellers", title, (_("No calm plan was computed, or it buys nothing."),))
    goods = list(dict.fromkeys(good for good, _seller in shares))
    sellers = _seller_order(contents, focus, shares)
    when = fmt.span(fmt.date(calm.months[0]), fmt.date(calm.months[-1]))
    finding = _sellers_finding(contents, focus, shares)
    figure = Figure(
        id="sellers-map",
        title=finding,
        subtitle=under(contents, focus, unit=_("Percent of calm purchases and own output"),
                       about="", when=when, variant=focus.variant),
        description=_("Table of goods by sellers, each cell a percentage. {finding}").format(
            finding=finding
        ),
        wide=_seller_map(contents, focus, shares, width=WIDE),
        narrow=_seller_map(contents, focus, shares, width=NARROW),
        table=_seller_table(contents, shares, goods, sellers),
    )  # fmt: skip
    text = _(
        "An empty cell: the seller does not offer the good. 0: it does, and nothing is bought."
    )
    return Section("sellers", title, (text,), (figure,))


def _seller_shares(contents: BriefContents, calm: CalmPlan) -> dict[tuple[str, str], float]:
    """(good, seller) → share of what is bought and made, summed over the calendar."""
    amounts: dict[tuple[str, str], float] = {}
    for id_, supplier in contents.case.suppliers.items():
        key = (supplier.good, supplier.actor)
        amounts[key] = amounts.get(key, 0.0) + sum(calm.purchases.get(id_, ()))
    for id_, recipe in contents.case.recipes.items():
        key = (recipe.output, _OWN)
        amounts[key] = amounts.get(key, 0.0) + sum(calm.output.get(id_, ()))
    totals: dict[str, float] = {}
    for (good, _seller), amount in amounts.items():
        totals[good] = totals.get(good, 0.0) + amount
    order = [good for good in contents.case.goods if totals.get(good, 0.0) > 0]
    return {
        (good, seller): amount / totals[good]
        for good in order
        for (own, seller), amount in amounts.items()
        if own == good
    }


def _seller_order(
    contents: BriefContents, focus: Focus, shares: dict[tuple[str, str], float]
) -> list[str]:
    """The sender first, then by share in all goods, own production last."""
    sender = sender_of(contents.case, focus)
    weight: dict[str, float] = {}
    for (_good, seller), part in shares.items():
        weight[seller] = weight.get(seller, 0.0) + part
    return sorted(weight, key=lambda s: (s == _OWN, s != sender, -weight[s], s))


def _seller_name(contents: BriefContents, seller: str, sender: str = "") -> str:
    if seller == _OWN:
        return _("own production")
    name = name_of(contents.case, "actors", seller)
    return _("{actor} (sender)").format(actor=name) if seller == sender else name


def _seller_map(
    contents: BriefContents, focus: Focus, shares: dict[tuple[str, str], float], *, width: int
) -> Row:
    sender = sender_of(contents.case, focus)
    letters = 26 if width == WIDE else 13
    goods = {g: wrapped(name_of(contents.case, "goods", g), letters) for g, _s in shares}
    order = _seller_order(contents, focus, shares)
    short = max(8, 76 // len(order)) if width == WIDE and len(order) <= 8 else 20
    names = {s: wrapped(_seller_name(contents, s, sender), short) for s in order}
    rows: list[Row] = [
        {"good": goods[good], "seller": names[seller], "share": part,
         "words": _percent(part), "is_sender": seller == sender}
        for (good, seller), part in shares.items()
    ]  # fmt: skip
    return share_map(rows, width=width, columns=list(names.values()), goods=list(goods.values()))


def _percent(part: float) -> str:
    """Percent without its sign, which the subtitle names."""
    return fmt.share(part).rstrip("%\u00a0")


def _seller_table(
    contents: BriefContents,
    shares: dict[tuple[str, str], float],
    goods: list[str],
    sellers: list[str],
) -> Table:
    rows = []
    for good in goods:
        cells: list[Cell] = [words(name_of(contents.case, "goods", good))]
        for seller in sellers:
            part = shares.get((good, seller))
            text = _("not offered") if part is None else fmt.share(part)
            cells.append(figure_cell(part, text) if part is not None else Cell(text, None))
        rows.append(tuple(cells))
    head = (_("good"), *(_seller_name(contents, seller) for seller in sellers))
    return Table(_("Share of each seller by good"), head, tuple(rows))


def _sellers_finding(
    contents: BriefContents, focus: Focus, shares: dict[tuple[str, str], float]
) -> str:
    sender = sender_of(contents.case, focus)
    goods = {good for good, _seller in shares}
    if not sender:
        return _largest_words(contents, shares)
    over = sum(shares.get((good, sender), 0.0) > 0.5 for good in goods)
    if not over:
        return _("{actor} supplies at most {share} of any good").format(
            actor=actor_words(contents, focus),
            share=fmt.share(max(shares.get((good, sender), 0.0) for good in goods)),
        )
    return _("{actor} supplies more than half of {n} of {total} goods").format(
        actor=actor_words(contents, focus), n=over, total=len(goods)
    )


def _largest_words(contents: BriefContents, shares: dict[tuple[str, str], float]) -> str:
    """The largest share of one seller, where no sender is in question."""
    sold = {
        key: share for key, share in shares.items() if key[1] not in (_OWN, contents.case.target)
    }
    if not any(sold.values()):
        return _("Nothing is bought from anyone else in calm")
    good, seller = max(sold, key=sold.__getitem__)
    return _("The largest share of one seller: {actor}, {share} of {good}").format(
        actor=_seller_name(contents, seller),
        share=fmt.share(sold[good, seller]),
        good=name_of(contents.case, "goods", good),
    )


def dependence_section(contents: BriefContents, focus: Focus) -> Section:
    """The sender's share of each essential use over time, openings and the end."""
    title = _("Dependence over time")
    calm = contents.calm.get(focus.variant)
    sender = sender_of(contents.case, focus)
    paths = _sender_paths(contents, calm, sender) if calm else {}
    if calm is None or not paths:
        none = _("The sender's share of the uses was not computed, or the measure has no sender.")
        return Section("dependence", title, (none,))
    finding = _dependence_finding(contents, focus, calm, paths)
    when = fmt.span(fmt.date(calm.months[0]), fmt.date(calm.months[-1]))
    figure = Figure(
        id="dependence-chart",
        title=finding,
        subtitle=under(contents, focus, unit=_("Sender's share of a use, inputs counted"),
                       when=when, variant=focus.variant),
        description=_("Lanes with plant openings above one share curve per use. {finding}").format(
            finding=finding
        ),
        wide=_dependence_spec(contents, focus, calm, paths, width=WIDE),
        narrow=_dependence_spec(contents, focus, calm, paths, width=NARROW),
        table=_dependence_table(contents, calm, paths),
    )  # fmt: skip
    gaps = any(part is None for path in paths.values() for part in path)
    text = _("Where no curve is drawn, nothing is bought or made; stock alone serves the use.")
    return Section(
        "dependence",
        title,
        (text,) if gaps else (),
        (figure,),
        (_openings_table(contents, focus, calm),),
    )


def _sender_paths(
    contents: BriefContents, calm: CalmPlan, sender: str
) -> dict[str, tuple[float | None, ...]]:
    """Essential use → the sender's share by period."""
    paths = {}
    for use in essential_uses(contents.case):
        by_actor = calm.sender_share.get(use, {})
        if sender and sender in by_actor:
            paths[use] = by_actor[sender]
    return paths


def _dependence_finding(
    contents: BriefContents,
    focus: Focus,
    calm: CalmPlan,
    paths: dict[str, tuple[float | None, ...]],
) -> str:
    by_month = {
        month: [part for part in parts if part is not None]
        for month, *parts in zip(calm.months, *paths.values(), strict=True)
    }
    known = [month for month, parts in by_month.items() if parts]
    if not known:
        return _("Share of {actor} in essential uses").format(actor=actor_words(contents, focus))
    return _(
        "{actor} stands behind up to {first} of an essential use in {start}, up to {last} in {end}"
    ).format(
        actor=actor_words(contents, focus),
        first=fmt.share(max(by_month[known[0]])),
        last=fmt.share(max(by_month[known[-1]])),
        start=fmt.date(known[0]),
        end=fmt.date(known[-1]),
    )


def _dependence_spec(
    contents: BriefContents,
    focus: Focus,
    calm: CalmPlan,
    paths: dict[str, tuple[float | None, ...]],
    *,
    width: int,
) -> Row:
    letters = 17 if width == WIDE else 10
    rows: list[Row] = []
    for use, path in paths.items():
        panel = wrapped(name_of(contents.case, "uses", use), letters)
        months = zip(calm.months, path, strict=True)
        rows += [{"panel": panel, "year": decimal_year(m), "share": part} for m, part in months]
    step = contents.case.calendar.step / 12
    years = (decimal_year(calm.months[0]), decimal_year(calm.months[-1]) + step)
    events = _events(contents, focus, calm, letters + 4)
    name = _("Share of {actor} in each essential use").format(actor=actor_words(contents, focus))
    return dependence_chart(rows, events, width=width, years=years, name=name)


def _events(contents: BriefContents, focus: Focus, calm: CalmPlan, letters: int) -> list[Row]:
    events = []
    for plant, opening in calm.plant_openings.items():
        lane = wrapped(name_of(contents.case, "plants", plant), letters)
        text = _("opens {month}").format(month=fmt.date(opening)) if opening else _("not opened")
        year = decimal_year(opening) if opening else None
        events.append({"lane": lane, "year": year, "words": text, "is_end": False})
    end = end_of(contents, focus, variant=focus.variant)
    if end is not None:
        year = decimal_year(end.date) if end.date else None
        text = fmt.date(end.date) if end.date else _("not within these years")
        lane = wrapped(_("leverage ends"), letters)
        events.append({"lane": lane, "year": year, "words": text, "is_end": True})
    first, last = decimal_year(calm.months[0]), decimal_year(calm.months[-1])
    return [
        event if event["year"] is None else {**event, "year": min(max(event["year"], first), last)}
        for event in events
    ]


def _dependence_table(
    contents: BriefContents, calm: CalmPlan, paths: dict[str, tuple[float | None, ...]]
) -> Table:
    rows = []
    for t, month in enumerate(calm.months):
        shares = [path[t] for path in paths.values()]
        cells = [figure_cell(v, _("stock alone") if v is None else fmt.share(v)) for v in shares]
        rows.append((month_cell(month), *cells))
    head = (_("month"), *(name_of(contents.case, "uses", use) for use in paths))
    return Table(_("Sender's share of each essential use"), head, tuple(rows))


def _openings_table(contents: BriefContents, focus: Focus, calm: CalmPlan) -> Table:
    none = _("not within the calendar")
    rows = [
        (words(name_of(contents.case, "plants", plant)), month_cell(opening, none))
        for plant, opening in calm.plant_openings.items()
    ]
    end = end_of(contents, focus, variant=focus.variant)
    if end is not None:
        rows.append((words(_("leverage ends")), month_cell(end.date, none)))
    return Table(_("Openings and the end"), (_("what"), _("first month")), tuple(rows))
