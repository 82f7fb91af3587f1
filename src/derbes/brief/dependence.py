"""Who sells what, how dependence changes, and where the chokepoint lies."""

from dataclasses import dataclass
from functools import partial

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, decimal_year, period_words
from derbes.brief.layout import Cell, Figure, Section, table_of
from derbes.case.entities import Case, essential_uses
from derbes.language import _, ngettext
from derbes.results.supply import CalmPlan
from derbes.results.tables import Column

_OWN = "\0own"
"""Stands for own production among the sellers."""
Shares = dict[str, tuple[float | None, ...]]
"""Essential use → the sender's share by period."""
_END_COLOR = {"condition": {"test": "datum.is_end", "value": vega.RED}, "value": vega.INK}
_LANE = 20.0
"""Least height of a lane. [px]"""
_BOX = (102, 64)
"""Width and least height of a box of the map. [px]"""
_LETTERS = 15
"""Letters of a line in it."""
_LINE = 14
"""Height of a line. [px]"""
_MOST_LINES = 8
"""Lines of a box; of a text with more the end is left out, which shows."""
_GAP = 12


def sellers_section(contents: BriefContents) -> Section:
    """Share of each seller in calm purchases and own output of each good."""
    title = _("Who sells what in calm")
    calm = contents.calm.get(contents.focus.variant)
    shares = _seller_shares(contents, calm) if calm else {}
    if calm is None or not shares:
        return Section("sellers", title, (_("No calm plan was computed, or it buys nothing."),))
    order = _seller_order(contents, shares)

    def share(good: str, *, seller: str) -> Cell:
        part = shares.get((good, seller))
        return Cell(_("not offered"), None) if part is None else Cell.share(part)

    columns = [Column(_("good"), lambda good: contents.name("goods", good))]
    columns += [Column(_seller_name(contents, s), partial(share, seller=s)) for s in order]
    goods = dict.fromkeys(good for good, _seller in shares)
    unit = _("Percent of calm purchases and own output")
    figure = Figure(
        "sellers-map",
        _sellers_finding(contents, shares),
        under=contents.under(unit, about="", when=_span_of(contents)),
        description=_("Table of goods by sellers, each cell a percentage. {finding}"),
        spec=partial(_seller_map, contents, shares),
        table=table_of(_("Share of each seller by good"), columns, goods),
    )
    text = _(
        "An empty cell: the seller does not offer the good. 0: it does, and nothing is bought."
    )
    return Section("sellers", title, (text,), (figure,))


def _span_of(contents: BriefContents) -> str:
    """The calendar, from its first month to the last of its last period."""
    return fmt.span(fmt.date(contents.case.calendar.label(0)), contents.last_month)


def _seller_shares(contents: BriefContents, calm: CalmPlan) -> dict[tuple[str, str], float]:
    """(good, seller) → share of what is bought and made, summed over the calendar."""
    case = contents.unchosen
    bought = (
        ((one.good, one.actor), calm.purchases.get(id_, ())) for id_, one in case.suppliers.items()
    )
    made = (((one.output, _OWN), calm.output.get(id_, ())) for id_, one in case.recipes.items())
    amounts: dict[tuple[str, str], float] = {}
    totals = dict.fromkeys(case.goods, 0.0)
    for (good, seller), path in (*bought, *made):
        amounts[good, seller] = amounts.get((good, seller), 0.0) + sum(path)
    for (good, _seller), amount in amounts.items():
        totals[good] += amount
    return {
        (good, seller): amount / total
        for good, total in totals.items()
        for (own, seller), amount in amounts.items()
        if own == good and total > 0
    }


def _seller_order(contents: BriefContents, shares: dict[tuple[str, str], float]) -> list[str]:
    """The sender first, then by share in all goods, own production last."""
    weight: dict[str, float] = {}
    for (_good, seller), part in shares.items():
        weight[seller] = weight.get(seller, 0.0) + part
    return sorted(weight, key=lambda s: (s == _OWN, s != contents.sender, -weight[s], s))


def _seller_name(contents: BriefContents, seller: str, sender: str = "") -> str:
    if seller == _OWN:
        return _("own production")
    name = contents.name("actors", seller)
    return _("{actor} (sender)").format(actor=name) if seller == sender else name


def _seller_map(
    contents: BriefContents, shares: dict[tuple[str, str], float], width: int
) -> vega.Spec:
    """Shares with their percent in each cell; the sender's columns in another color."""
    goods = {g: vega.wrapped(contents.name("goods", g), 20) for g, _s in shares}
    order = _seller_order(contents, shares)
    names = {s: vega.wrapped(_seller_name(contents, s, contents.sender), 20) for s in order}
    rows: list[vega.Row] = [
        {"good": goods[good], "seller": names[seller], "share": part,
         "words": fmt.share(part).rstrip("%\u00a0"), "is_sender": seller == contents.sender}
        for (good, seller), part in shares.items()
    ]  # fmt: skip
    axis = {**vega.ABOVE, "labelAngle": -90, "labelAlign": "left", "labelPadding": 4}
    place = {
        "x": vega.lanes("seller", sort=list(names.values()), axis=axis),
        "y": vega.lanes("good", sort=list(goods.values())),
    }

    def cells(colors: list[str], *, is_sender: str) -> vega.Spec:
        color: vega.Spec = {"field": "share", "type": "quantitative", "legend": None}
        color["scale"] = {"domain": [0, 0.5, 1], "range": colors}
        where = f"datum.is_sender === {is_sender}"
        return vega.layer("rect", {**place, "color": color}, where, stroke="white", strokeWidth=2)

    ink = {"condition": {"test": "datum.share > 0.6", "value": "white"}, "value": vega.INK}
    words = vega.layer("text", {**place, "text": {"field": "words"}, "color": ink}, fontSize=12)
    layers = [cells(vega.REDS, is_sender="true"), cells(vega.BLUES, is_sender="false"), words]
    apart = {"scale": {"color": "independent"}}
    height = vega.lane_height(rows, "good", least=22, line=vega.LINE, more=4)
    return vega.chart(width, layers, data=vega.values(rows), height=height, resolve=apart)


def _sellers_finding(contents: BriefContents, shares: dict[tuple[str, str], float]) -> str:
    sender, calendar = contents.sender, contents.case.calendar
    if not sender:
        home = (_OWN, contents.case.target)
        sold = {key: share for key, share in shares.items() if key[1] not in home}
        if not any(sold.values()):
            return _("Nothing is bought from anyone else in calm")
        good, seller = max(sold, key=sold.__getitem__)
        return _("The largest share of one seller: {actor}, {share} of {good}").format(
            actor=_seller_name(contents, seller),
            share=fmt.share(sold[good, seller]),
            good=contents.name("goods", good),
        )
    parts = [shares.get((good, sender), 0.0) for good in {good for good, _seller in shares}]
    n_over = sum(part > 0.5 for part in parts)
    text = _("{actor} supplies at most {share} of any good, {when}")
    if n_over:
        text = _("{actor} supplies more than half of {n} of {total} goods, {when}")
        if len(parts) == 1:
            text = _("{actor} supplies more than half, {when}")
    if not n_over and not any(parts):
        text = _("{actor} supplies nothing in calm, {when}")
    first, last = calendar.label(0)[:4], calendar.end[:4]
    when = _("{years} together") if first != last else _("in {years}")
    return text.format(
        actor=contents.actor_words(),
        share=fmt.share(max(parts)),
        n=n_over,
        total=len(parts),
        when=when.format(years=fmt.span(first, last) if first != last else fmt.date(first)),
    )


def dependence_section(contents: BriefContents) -> Section:
    """The sender's share of each essential use over time, openings and the end."""
    title, sender = _("Dependence over time"), contents.sender
    calm = contents.calm.get(contents.focus.variant)
    by_use = calm.sender_share if calm else {}
    paths = {
        use: by_use[use][sender]
        for use in essential_uses(contents.case)
        if sender in by_use.get(use, {})
    }
    if calm is None or not paths:
        none = _("The sender's share of the uses was not computed, or the measure has no sender.")
        return Section("dependence", title, (none,))

    def share(t: int, *, use: str) -> Cell:
        part = paths[use][t]
        return Cell.figure(part, _("stock alone")) if part is None else Cell.share(part)

    months = calm.months
    columns = (
        Column(period_words(contents.case), lambda t: Cell.month(months[t])),
        *(Column(contents.name("uses", use), partial(share, use=use)) for use in paths),
    )
    figure = Figure(
        "dependence-chart",
        _dependence_finding(contents, calm, paths),
        under=contents.under(_("Sender's share of a use, inputs counted"), when=_span_of(contents)),
        description=_("Lanes with plant openings above one share curve per use. {finding}"),
        spec=partial(_dependence_spec, contents, calm, paths),
        table=table_of(_("Sender's share of each essential use"), columns, range(len(months))),
    )
    gaps = any(part is None for path in paths.values() for part in path)
    text = _("Where no curve is drawn, nothing is bought or made; stock alone serves the use.")
    none, end = _("not within the calendar"), contents.end_row()
    dates = [(contents.name("plants", id_), date) for id_, date in calm.plant_openings.items()]
    dates += [(_("leverage ends"), end.date)] if end else []
    found = Column(_("first month"), lambda row: Cell.month(row[1], none))
    openings = table_of(_("Openings and the end"), (Column(_("what"), 0), found), dates)
    return Section("dependence", title, (text,) if gaps else (), (figure,), (openings.folded,))


def _dependence_finding(contents: BriefContents, calm: CalmPlan, paths: Shares) -> str:
    most = {
        month: max(part for part in parts if part is not None)
        for month, *parts in zip(calm.months, *paths.values(), strict=True)
        if any(part is not None for part in parts)
    }
    if not most:
        return _("Share of {actor} in essential uses").format(actor=contents.actor_words())
    start, end = min(most), max(most)
    text = _(
        "{actor} stands behind up to {first} of what an essential use takes in {start}, behind "
        "{last} in {end}"
    )
    if not any(most.values()):
        text = _("{actor} stands behind nothing that an essential use takes")
    elif start == end:
        text = _("{actor} stands behind up to {first} of what an essential use takes in {start}")
    return text.format(
        actor=contents.actor_words(),
        first=fmt.share(most[start]),
        last=fmt.share(most[end]),
        start=fmt.date(start),
        end=fmt.date(end),
    )


def _dependence_spec(
    contents: BriefContents, calm: CalmPlan, paths: Shares, width: int
) -> vega.Spec:
    """Openings and ends on lanes, above the sender's share of each use."""
    letters, labels = 13, 131
    plot = width - labels - 14
    first, last = decimal_year(calm.months[0]), decimal_year(calm.months[-1])
    years = (first, last + contents.case.calendar.step / 12)
    x = {**vega.time_axis(years, tickCount=4, grid=True), "field": "year"}
    events = _events(contents, calm, letters + 5)
    known = [event for event in events if event["year"] is not None]
    shares = []
    for n, (use, path) in enumerate(paths.items(), 1):
        name = vega.wrapped(contents.name("uses", use), letters).split(vega.LINE_BREAK)
        axis: vega.Spec = {"values": [0, 0.5, 1], "minExtent": labels, "maxExtent": labels}
        axis |= {"titleAngle": 0, "titleAlign": "right", "titleBaseline": "middle", "titleX": -44}
        y = vega.numbers("share", scale={"domain": [0, 1]}, form=".0%", **axis)
        del y["title"]
        y["axis"]["title"] = name
        own_x = x if n == len(paths) else {**x, "axis": None}
        layers = [vega.steps({"x": own_x, "y": y}, 0.3)]
        if known:
            rule = vega.layer("rule", {"x": own_x, "color": _END_COLOR}, strokeDash=[3, 3])
            layers.append({**rule, "data": vega.values(known)})
        months = zip(calm.months, path, strict=True)
        points = ({"year": decimal_year(month), "share": part} for month, part in months)
        rows = vega.turns(points, "share")
        shares.append({"width": plot, "height": 28, "data": vega.values(rows), "layer": layers})
    title = _("Share of {actor} in each essential use").format(actor=contents.actor_words())
    parts: list[vega.Spec] = [
        {"vconcat": shares, "spacing": 8, "title": {**vega.subject(title), "frame": "bounds"}}
    ]
    if events:
        parts.insert(0, _lanes_spec(events, {**x, "axis": None}, years, plot=plot))
    return vega.finished({"vconcat": parts, "spacing": 12})


def _lanes_spec(
    events: list[vega.Row], x: vega.Spec, years: tuple[float, float], *, plot: int
) -> vega.Spec:
    """Openings and ends, each on a lane as high as its lines; words stand where there is room."""
    shape = {"condition": {"test": "datum.is_end", "value": "diamond"}, "value": "triangle-right"}
    rows, height = [], 0.0
    for event in events:
        words = _in_room(event, years, plot)
        lane = max(_LANE, vega.LINE * max(len(words), len(event["lane"])) + 4)
        rows.append({**event, "words": words, "at": height + lane / 2})
        height += lane
    y = vega.numbers("at", scale={"domain": [height, 0], "nice": False})
    place = {"x": x, "y": {**y, "axis": None}, "color": _END_COLOR}
    known, middle = "datum.year !== null", sum(years) / 2
    before, after = f"{known} && datum.year <= {middle}", f"{known} && datum.year > {middle}"
    layers = [
        vega.layer("point", {**place, "shape": shape}, known, filled=True, size=90, opacity=1)
    ]
    at_left = {"x": {"value": 0}}
    for n in sorted({len(row[field]) for row in rows for field in ("words", "lane")}):
        look = {"dy": -vega.LINE / 2 * (n - 1), "lineHeight": vega.LINE}
        for field, where, align, dx, more in (
            ("words", before, "left", 9, {}),
            ("words", after, "right", -9, {}),
            ("words", "datum.year === null", "left", 2, at_left),
            ("lane", "true", "right", -6, {**at_left, "color": {"value": vega.INK}}),
        ):
            told, test = {**place, "text": {"field": field}}, f"datum.{field}.length === {n}"
            here = f"{where} && {test}"
            layers.append(vega.layer("text", {**told, **more}, here, align=align, dx=dx, **look))
    return {"width": plot, "height": height, "data": vega.values(rows), "layer": layers}


def _in_room(event: vega.Row, years: tuple[float, float], plot: int) -> list[str]:
    """Lines of the words of an event: one, unless the side with more room is too narrow."""
    if event["year"] is None:
        return [event["words"]]
    part = (event["year"] - years[0]) / (years[1] - years[0])
    room = max(part, 1 - part) * plot - 9
    letters = max(10, int(room / vega.LETTER))
    return vega.wrapped(event["words"], letters).split(vega.LINE_BREAK)


def _events(contents: BriefContents, calm: CalmPlan, letters: int) -> list[vega.Row]:
    """Openings of plants and the end of leverage, each on its lane, within the calendar."""
    first, last = decimal_year(calm.months[0]), decimal_year(calm.months[-1])

    def event(lane: str, month: str | None, words: str, *, is_end: bool) -> vega.Row:
        year = min(max(decimal_year(month), first), last) if month else None
        lines = vega.wrapped(lane, letters).split(vega.LINE_BREAK)
        return {"lane": lines, "year": year, "words": words, "is_end": is_end}

    events = []
    for plant, opening in calm.plant_openings.items():
        text = _("opens {month}").format(month=fmt.date(opening)) if opening else _("not opened")
        events.append(event(contents.name("plants", plant), opening, text, is_end=False))
    end = contents.end_row()
    if end is not None:
        text = fmt.date(end.date) if end.date else _("not within these years")
        events.append(event(_("leverage ends, as written"), end.date, text, is_end=True))
    return events


@dataclass(frozen=True, slots=True)
class Material:
    """One good of the map."""

    id: str
    name: str
    words: str
    """Who sells it, and whether it binds."""
    tier: int
    """0: a use needs it; n: an input of a good of tier n - 1."""
    is_sold_by_sender: bool
    is_binding: bool


def materials_map(
    materials: list[Material], links: list[tuple[str, str]], *, width: int
) -> vega.Spec:
    """Goods from raw (on top) to final; thick frames bind.

    Args:
        materials: Boxes.
        links: (input, output) ids.
        width: Width of the whole. [px]
    """
    told = {item.id: _told(item) for item in materials}
    most = max(map(len, told.values()), default=0)
    wide, high = _BOX[0], max(_BOX[1], (most + 1) * _LINE - 6)
    places, height = _places(materials, width, (wide, high))
    lines = [
        {
            "x": places[a][0] + wide / 2,
            "y": places[a][1] + high,
            "x2": places[b][0] + wide / 2,
            "y2": places[b][1],
        }
        for a, b in links
        if a in places and b in places
    ]
    boxes: list[vega.Row] = []
    for item in materials:
        x, y = places[item.id]
        lift = -_LINE // 2 * (len(told[item.id]) - 1)
        ends = {"x": x, "y": y, "x2": x + wide, "y2": y + high}
        middle = {"middle": x + wide / 2, "center": y + high / 2 + lift}
        kind = "sender" if item.is_sold_by_sender else "other"
        kind = "binding" if item.is_binding else kind
        boxes.append({**ends, **middle, "text": told[item.id], "lift": lift, "kind": kind})
    layers = _map_layers(lines, boxes)
    return vega.finished({"width": width - 10, "height": height, "layer": layers})


def _told(item: Material) -> list[str]:
    texts = (vega.wrapped(text, _LETTERS) for text in (item.name, item.words))
    lines = [line for text in texts for line in text.split(vega.LINE_BREAK)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: _LETTERS - 1]}…"]
    return lines


def _places(
    materials: list[Material], width: int, box: tuple[int, int]
) -> tuple[dict[str, tuple[float, float]], float]:
    """Upper left corner of each box, in rows by tier, raw on top; the height of the map. [px]"""
    wide, high = box[0] + _GAP, box[1] + _GAP
    across = max(1, (width - 10 + _GAP) // wide)
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    for tier in sorted({item.tier for item in materials}, reverse=True):
        own = [item for item in materials if item.tier == tier]
        for n, item in enumerate(own):
            row, column = divmod(n, across)
            places[item.id] = (column * wide, top + row * high)
        top += -(-len(own) // across) * high + 2.0 * _GAP
    return places, top


def _map_layers(lines: list[vega.Row], boxes: list[vega.Row]) -> list[vega.Spec]:
    """Frames: thin, dashed where the sender sells, thick where a good binds."""

    def pixel(field: str) -> vega.Spec:
        return {"field": field, "type": "quantitative", "scale": None, "axis": None}

    looks: dict[str, vega.Spec] = {
        "other": {"fill": "#f1f6fa", "stroke": vega.BLUE, "strokeWidth": 1},
        "sender": {"fill": "#fdf1ec", "stroke": vega.RED, "strokeWidth": 1.5, "strokeDash": [5, 3]},
        "binding": {"fill": "#fdf1ec", "stroke": vega.RED, "strokeWidth": 4},
    }
    ends = {"x": pixel("x"), "y": pixel("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    middle = {"x": pixel("middle"), "y": pixel("center"), "text": {"field": "text"}}
    font: vega.Spec = {"lineHeight": _LINE, "color": vega.INK, "fontSize": 11}
    parts = [(vega.layer("rule", ends, color=vega.GRAY), lines)]
    for kind, look in looks.items():
        own = [one for one in boxes if one["kind"] == kind]
        parts.append((vega.layer("rect", ends, cornerRadius=4, **look), own))
    parts.append((vega.layer("text", middle, baseline="middle", align="center", **font), boxes))
    return [{"data": vega.values(rows), **drawn} for drawn, rows in parts if rows]


def chokepoint_section(contents: BriefContents) -> Section:
    """Map of goods by tier, with the binding ones marked."""
    title, case = _("Where the chokepoint lies"), contents.case
    materials = _materials(contents)
    if not materials:
        return Section("chokepoint", title, (_("The case has no use, so nothing can bind."),))
    shown = {item.id for item in materials}
    goods = ((a, made.output) for made in case.recipes.values() for a in made.inputs)
    links = list(dict.fromkeys(pair for pair in goods if shown.issuperset(pair)))

    def supply(item: Material) -> str:
        sellers = contents.names("actors", _sellers(contents.unchosen, item.id))
        made = _("made here") if _is_made(contents.unchosen, item.id) else ""
        return fmt.joined(sellers, made, by="; ") or _("stock only")

    columns = (
        Column(_("good"), "name"),
        Column(_("tier"), lambda item: Cell.figure(item.tier, str(item.tier))),
        Column(_("who sells or makes it"), supply),
        Column(_("binds"), lambda item: _("yes") if item.is_binding else _("no")),
    )
    figure = Figure(
        "chokepoint-map",
        _finding(contents, materials),
        under=contents.under(_("Goods by tier, inputs before what they go into"), about=""),
        description=_("Boxes for goods, lines from inputs to what they go into. {finding}"),
        spec=lambda width: materials_map(materials, links, width=width),
        table=table_of(_("Goods by tier"), columns, materials),
    )
    text = _(
        "A dashed red frame: the sender sells it. A thick red frame and the word FIRST: it "
        "runs out first if the measure begins in {month} and goes on for long enough, or at the "
        "last start that is not survived."
    ).format(month=fmt.date(contents.focus.shown))
    return Section("chokepoint", title, (text,) if case.measures else (), (figure,))


def tiers_of(case: Case) -> dict[str, int]:
    """Good → tier: 0 for goods in use, one more for each step towards raw materials."""
    tiers = {use.good: 0 for use in case.uses.values()}
    for _round in range(len(case.goods)):
        before = dict(tiers)
        for recipe in case.recipes.values():
            if recipe.output not in tiers:
                continue
            for good in recipe.inputs:
                tiers[good] = max(tiers.get(good, 0), tiers[recipe.output] + 1)
        if tiers == before:
            break
    return tiers


def binding_goods(contents: BriefContents) -> tuple[str, ...]:
    """Goods that run out first from the start of page one, then those that bind to the end."""
    rows = (contents.cover_row(start=contents.focus.shown), contents.end_row())
    return tuple(dict.fromkeys(good for row in rows if row for good in row.binding))


def _materials(contents: BriefContents) -> list[Material]:
    binding, tiers = binding_goods(contents), tiers_of(contents.case)
    order = {good: n for n, good in enumerate(contents.case.goods)}
    items = []
    for good in sorted(tiers, key=lambda good: (tiers[good], order.get(good, 0))):
        sellers = _sellers(contents.unchosen, good)
        text = _short_supply(contents, sellers, good)
        if good in binding:
            text = _("FIRST: {supply}").format(supply=text)
        marks = {"is_sold_by_sender": contents.sender in sellers, "is_binding": good in binding}
        items.append(Material(good, contents.name("goods", good), text, tiers[good], **marks))
    return items


def _sellers(case: Case, good: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.actor for s in case.suppliers.values() if s.good == good))


def _is_made(case: Case, good: str) -> bool:
    return any(recipe.output == good for recipe in case.recipes.values())


def _short_supply(contents: BriefContents, sellers: tuple[str, ...], good: str) -> str:
    made, sender, n = _is_made(contents.unchosen, good), contents.sender, len(sellers)
    if not sellers:
        return _("made here") if made else _("stock only")
    if sellers == (contents.case.target,):
        text = _("sold at home")
    elif not sender:
        text = ngettext("{n} seller", "{n} sellers", n)
    elif sender not in sellers:
        text = ngettext("{n} other seller", "{n} other sellers", n)
    elif n == 1:
        text = _("{sender} only")
    else:
        n -= 1
        text = ngettext("{sender}, {n} other", "{sender}, {n} others", n)
    text = text.format(sender=contents.name("actors", sender), n=n)
    return _("{sellers}; made here").format(sellers=text) if made else text


def _finding(contents: BriefContents, materials: list[Material]) -> str:
    binding = [item for item in materials if item.is_binding]
    if not contents.case.measures:
        return _("What goes into what, and who sells it")
    if not binding:
        return _("No good runs out: the measure leaves nothing essential unmet")
    rows = (contents.cover_row(start=contents.focus.shown), contents.end_row())
    is_theirs = any(row and contents.sender in row.binding_sellers for row in rows)
    n = sum(item.is_sold_by_sender for item in binding) if is_theirs else 0
    actor = contents.name("actors", contents.sender)
    text = _("What runs out first: {goods}; {actor} sells {n} of {total}")
    if not n or not actor:
        text = _("What runs out first: {goods}")
    elif n == len(binding):
        text = _("What runs out first: {goods}, sold by {actor}")
    goods = fmt.first_of([item.name for item in binding])
    return text.format(goods=goods, actor=actor, n=n, total=len(binding))
