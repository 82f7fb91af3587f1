"""The bill of materials, with who sells each good and what binds."""

from derbes.brief import format as fmt
from derbes.brief.charts.materials import Material, materials_map
from derbes.brief.charts.style import NARROW, WIDE
from derbes.brief.contents import (
    BriefContents,
    Focus,
    cover_row,
    end_of,
    name_of,
    names_of,
    sender_of,
)
from derbes.brief.parts import Figure, Section, Table, figure_cell, words
from derbes.brief.sections.wording import under
from derbes.case.entities import Case
from derbes.language import _, ngettext


def chokepoint_section(contents: BriefContents, focus: Focus) -> Section:
    """Map of goods by tier, with the binding ones marked."""
    title = _("Where the chokepoint lies")
    materials = _materials(contents, focus)
    if not materials:
        return Section("chokepoint", title, (_("The case has no use, so nothing can bind."),))
    links = _links(contents.case, {item.id for item in materials})
    finding = _finding(contents, focus, materials)
    table = Table(
        _("Goods by tier"),
        (_("good"), _("tier"), _("who sells or makes it"), _("binds")),
        tuple(
            (words(item.name), figure_cell(item.tier, str(item.tier)),
             words(_supply_words(contents, item.id)),
             words(_("yes") if item.is_binding else _("no")))
            for item in materials
        ),
    )  # fmt: skip
    figure = Figure(
        id="chokepoint-map",
        title=finding,
        subtitle=under(contents, focus, unit=_("Goods by tier, inputs before what they go into"),
                       about="", when="", variant=focus.variant),
        description=_("Boxes for goods, lines from inputs to what they go into. {finding}").format(
            finding=finding
        ),
        wide=materials_map(materials, links, width=WIDE),
        narrow=materials_map(materials, links, width=NARROW),
        table=table,
    )  # fmt: skip
    if not contents.case.measures:
        return Section("chokepoint", title, (), (figure,))
    text = _(
        "A dashed red frame: the sender sells it. A thick red frame and the word BINDS: it runs "
        "out first if the measure comes in {month}, or still binds at the last start that is not "
        "survived."
    ).format(month=fmt.date(focus.shown))
    return Section("chokepoint", title, (text,), (figure,))


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


def binding_goods(contents: BriefContents, focus: Focus) -> tuple[str, ...]:
    """Goods that run out first from the start of page one, then those that bind to the end."""
    row = cover_row(contents, focus, variant=focus.variant, start=focus.shown)
    end = end_of(contents, focus, variant=focus.variant)
    first = row.binding if row else ()
    return tuple(dict.fromkeys((*first, *(end.binding if end else ()))))


def _materials(contents: BriefContents, focus: Focus) -> list[Material]:
    binding = binding_goods(contents, focus)
    sender = sender_of(contents.case, focus)
    tiers = tiers_of(contents.case)
    order = {good: n for n, good in enumerate(contents.case.goods)}
    goods = sorted(tiers, key=lambda good: (tiers[good], order.get(good, 0)))
    items = []
    for good in goods:
        sellers = _sellers(contents.case, good)
        text = _short_supply(contents, sender, sellers, good)
        if good in binding:
            text = _("BINDS: {supply}").format(supply=text)
        items.append(
            Material(
                id=good,
                name=name_of(contents.case, "goods", good),
                words=text,
                tier=tiers[good],
                is_sold_by_sender=sender in sellers,
                is_binding=good in binding,
            )
        )
    return items


def _sellers(case: Case, good: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.actor for s in case.suppliers.values() if s.good == good))


def _is_made(case: Case, good: str) -> bool:
    return any(recipe.output == good for recipe in case.recipes.values())


def _short_supply(contents: BriefContents, sender: str, sellers: tuple[str, ...], good: str) -> str:
    """Who supplies a good, in a few words."""
    made = _is_made(contents.case, good)
    if not sellers:
        return _("made here") if made else _("stock only")
    if sellers == (contents.case.target,):
        text = _("sold at home")
    elif not sender:
        n = len(sellers)
        text = ngettext("{n} seller", "{n} sellers", n).format(n=n)
    elif sender not in sellers:
        n = len(sellers)
        text = ngettext("{n} other seller", "{n} other sellers", n).format(n=n)
    else:
        name, n = name_of(contents.case, "actors", sender), len(sellers) - 1
        text = _("{sender} only").format(sender=name)
        if n:
            text = ngettext("{sender}, {n} other", "{sender}, {n} others", n).format(
                sender=name, n=n
            )
    return _("{sellers}; made here").format(sellers=text) if made else text


def _supply_words(contents: BriefContents, good: str) -> str:
    sellers = names_of(contents.case, "actors", _sellers(contents.case, good))
    parts = [sellers, _("made here") if _is_made(contents.case, good) else ""]
    return "; ".join(part for part in parts if part) or _("stock only")


def _links(case: Case, shown: set[str]) -> list[tuple[str, str]]:
    pairs = [(good, recipe.output) for recipe in case.recipes.values() for good in recipe.inputs]
    return list(dict.fromkeys(p for p in pairs if p[0] in shown and p[1] in shown))


def _finding(contents: BriefContents, focus: Focus, materials: list[Material]) -> str:
    binding = [item for item in materials if item.is_binding]
    if not contents.case.measures:
        return _("What goes into what, and who sells it")
    if not binding:
        return _("No good binds: the measure leaves nothing essential unmet")
    names = ", ".join(item.name for item in binding)
    by_sender = sum(item.is_sold_by_sender for item in binding)
    actor = name_of(contents.case, "actors", sender_of(contents.case, focus))
    if not by_sender or not actor:
        return _("What binds: {goods}").format(goods=names)
    return _("What binds: {goods}; the sender, {actor}, sells {n} of {total}").format(
        goods=names, actor=actor, n=by_sender, total=len(binding)
    )
