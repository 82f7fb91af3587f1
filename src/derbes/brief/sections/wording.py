"""Words that several sections share."""

from derbes.brief import format as fmt
from derbes.brief.contents import (
    BriefContents,
    Focus,
    branch_of,
    essential_uses,
    main_measure,
    name_of,
    names_of,
    sender_of,
)
from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.language import _, ngettext
from derbes.results.cover import CoverRow
from derbes.results.trajectory import Branch


def case_of(contents: BriefContents, variant: str) -> Case:
    """The case after a variant's changes."""
    entry = contents.case.variants.get(variant)
    return entry.case if variant != BASE and entry and entry.case else contents.case


def measure_words(contents: BriefContents, focus: Focus) -> str:
    """The main measure and its length."""
    measure = main_measure(contents.case, focus)
    name = name_of(contents.case, "measures", measure.id) if measure else focus.measure
    return _("{measure}, {length}").format(measure=name, length=fmt.months(focus.length))


def actor_words(contents: BriefContents, focus: Focus) -> str:
    """The sender's name; of an accident, words that say so."""
    sender = sender_of(contents.case, focus)
    return name_of(contents.case, "actors", sender) if sender else _("no one (an accident)")


def draws_words(contents: BriefContents) -> str:
    """How many draws stand behind the numbers."""
    made = contents.leverage.provenance
    return draws_and_seed(made.n_draws, made.seed)


def draws_and_seed(n: int, seed: int | None) -> str:
    """How many draws, and their seed; without a seed they are what the case lists."""
    if n <= 1:
        return _("central values, no draws")
    if seed is None:
        return ngettext("{n} scenario", "{n} scenarios", n).format(n=fmt.number(n))
    return _("{n} draws, seed {seed}").format(n=fmt.number(n), seed=seed)


def under(
    contents: BriefContents,
    focus: Focus,
    *,
    unit: str,
    when: str,
    variant: str = "",
    about: str | None = None,
) -> str:
    """Line under a figure's title: unit, measure, date, variant, draws.

    Args:
        contents: Results.
        focus: What page one is about.
        unit: Unit of what is drawn.
        when: Date or span.
        variant: Id; empty where several are drawn.
        about: Words in place of the main measure and its length.
    """
    parts = [unit, measure_words(contents, focus) if about is None else about, when]
    if variant:
        name = name_of(contents.case, "variants", variant)
        parts.append(_("variant: {name}").format(name=name))
    return " · ".join([*(part for part in parts if part), draws_words(contents)])


def unit_words(case: Case) -> str:
    """Unit of the essential uses, when they share one."""
    return fmt.unit_name(_unit_of(case))


def amount_words(case: Case, amount: float) -> str:
    """An amount of essential uses with its unit."""
    return fmt.quantity(amount, _unit_of(case))


def _unit_of(case: Case) -> str:
    units = {case.goods[use.good].unit for use in case.uses.values() if use.good in case.goods}
    return units.pop() if len(units) == 1 else _("units of the uses")


def survived(row: CoverRow | None) -> str:
    """Time to survive in words; where it has no end, what is known."""
    if row is None:
        return fmt.missing()
    if row.time_to_survive is None:
        return _("at least {time}").format(time=fmt.months(row.survives_at_least))
    return fmt.months(row.time_to_survive)


def binding_words(case: Case, goods: tuple[str, ...], sellers: tuple[str, ...]) -> str:
    """What runs out, and who sold it; what none of the sellers sells comes last."""
    if not goods:
        return _("nothing")
    offered = {s.good for s in case.suppliers.values() if s.actor in sellers}
    sold = tuple(good for good in goods if good in offered)
    if not sold:
        return names_of(case, "goods", goods)
    text = _("{goods} (sold by {sellers})").format(
        goods=names_of(case, "goods", sold), sellers=names_of(case, "actors", sellers)
    )
    others = tuple(good for good in goods if good not in offered)
    return f"{text}; {names_of(case, 'goods', others)}" if others else text


def served_path(branch: Branch, case: Case) -> tuple[float, ...]:
    """Served share of essential demand per period; of the worst use where units differ. (T,)"""
    uses = [use for use in essential_uses(case) if use in branch.demand]
    if not uses:
        return ()
    units = {case.goods[case.uses[use].good].unit for use in uses}
    if len(units) > 1:
        together = zip(*(branch.served_share[use] for use in uses), strict=True)
        return tuple(min(shares) for shares in together)
    return tuple(
        _served(sum(branch.demand[u][t] for u in uses), sum(branch.unmet[u][t] for u in uses))
        for t in range(len(branch.months))
    )


def _served(demand: float, unmet: float) -> float:
    return 1.0 if demand <= 0 else min(1.0, max(0.0, 1.0 - unmet / demand))


def both_branches(
    contents: BriefContents, focus: Focus, variant: str, start: str
) -> tuple[Branch | None, Branch | None]:
    """The course under the best response, and under the myopic rule."""
    best = branch_of(contents, focus, variant=variant, start=start, bound="optimal")
    rule = branch_of(contents, focus, variant=variant, start=start, bound="myopic")
    return best, rule


def decimal_year(label: str) -> float:
    """An ISO month as a year with its fraction."""
    year, month = label.split("-")[:2]
    return int(year) + (int(month) - 1) / 12
