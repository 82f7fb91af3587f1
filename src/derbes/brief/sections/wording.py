"""Words that several sections share."""

from derbes.brief import format as fmt
from derbes.brief.contents import (
    OPTIMAL,
    BriefContents,
    Focus,
    branch_of,
    name_of,
    names_of,
    sender_of,
)
from derbes.case.entities import Case, essential_uses
from derbes.case.request import BASE
from derbes.language import _, ngettext
from derbes.results.display import tier_units
from derbes.results.supply import Branch, CoverRow, LeverageRow


def case_of(contents: BriefContents, variant: str) -> Case:
    """The case after a variant's changes."""
    entry = contents.case.variants.get(variant)
    return entry.case if variant != BASE and entry and entry.case else contents.case


def measure_words(contents: BriefContents, focus: Focus) -> str:
    """The main measure and its length."""
    measure = contents.case.measures.get(focus.measure)
    name = name_of(contents.case, "measures", measure.id) if measure else focus.measure
    return _("{measure}, {length}").format(measure=name, length=fmt.months(focus.length))


def actor_words(contents: BriefContents, focus: Focus) -> str:
    """The sender's name; of an accident, words that say so."""
    sender = sender_of(contents.case, focus)
    return name_of(contents.case, "actors", sender) if sender else _("no one (an accident)")


def draws_words(contents: BriefContents) -> str:
    """That figures are at central values, and where draws say how sure they are, no more."""
    return _("central values, no draws") if not is_drawn(contents) else _("central values")


def is_drawn(contents: BriefContents) -> bool:
    """Whether the brief tells how sure its figures are."""
    said = contents.statements
    return contents.stress is not None or (said is not None and said.provenance.n_draws > 1)


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


def unit_words(contents: BriefContents, *, essential: bool = True) -> str:
    """Unit in which unmet demand of a tier is added up."""
    unit = tier_units(contents.leverage.unit)[0 if essential else 1]
    return sum_units().get(unit) or fmt.unit_name(unit)


def amount_words(contents: BriefContents, amount: float) -> str:
    """An amount of unmet essential demand with its unit."""
    unit = tier_units(contents.leverage.unit)[0]
    name = sum_units().get(unit)
    return f"{fmt.number(amount)}{fmt.NO_BREAK}{name}" if name else fmt.quantity(amount, unit)


def sum_units() -> dict[str, str]:
    """Units of sums over uses that share none, for a reader."""
    return {"weighted units": _("weighted units"), "months of use": _("months of use")}


def survived(row: CoverRow | None) -> str:
    """Time to survive in words; where it has no end, what is known."""
    if row is None:
        return fmt.missing()
    if row.time_to_survive is None:
        return _("at least {time}").format(time=fmt.months(row.survives_at_least))
    return fmt.months(row.time_to_survive)


def calm_words(row: CoverRow | None) -> str:
    """That a use is short without any measure, and since when; empty where it is not."""
    if row is None or not row.short_in_calm_from:
        return ""
    return _("short in calm already, from {month}").format(month=fmt.date(row.short_in_calm_from))


def bounded(row: LeverageRow, field: str, text: str) -> str:
    """A figure of a row as text; as a bound where the row says that it is one."""
    if field not in row.bounds:
        return text
    return f"{'≥' if row.bound == OPTIMAL else '≤'}{fmt.NO_BREAK}{text}"


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
    """Served share of the essential use that is served worst in each period. (T,)"""
    uses = [use for use in essential_uses(case) if use in branch.served_share]
    paths = zip(*(branch.served_share[use] for use in uses), strict=True)
    return tuple(min(shares) for shares in paths)


def worst_use(branch: Branch, case: Case) -> str:
    """Id of the essential use that is served worst in any period; the first of several."""
    uses = [use for use in essential_uses(case) if branch.served_share.get(use)]
    return min(uses, key=lambda use: min(branch.served_share[use]), default="")


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
