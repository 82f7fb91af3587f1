"""The cheapest programme in each variant, side by side."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Cell, Section, Table, figure_cell, words
from derbes.brief.sections.planning.words import beyond_noise
from derbes.brief.sections.wording import draws_and_seed
from derbes.language import _
from derbes.results.plan import Plan


def frontier_plan(contents: BriefContents, plan: Plan) -> Plan:
    """The plan whose frontier is worth drawing: that of the variant whose security costs most."""
    priced = [one for one in (plan, *contents.plans.values()) if one.frontier]
    return max(priced, key=lambda one: one.cost_of_security or 0.0, default=plan)


def programmes_section(contents: BriefContents) -> Section:
    """What would have to be done in each variant, and what that costs."""
    currency = contents.case.currency
    head = (_("variant"), _("cheapest programme"),
            _("cost of security, discounted [{currency}]").format(currency=currency),
            _("supply and options, discounted [{currency}]").format(currency=currency))  # fmt: skip
    rows = tuple(_row(contents, name, plan) for name, plan in contents.plans.items())
    text = _(
        "The cost of security is what the programme costs above the cheapest course without any "
        "standard. Plants that a variant builds anyway are no part of it."
    )
    first = next(iter(contents.plans.values()))
    futures = draws_and_seed(first.draws, first.seed)
    table = Table(
        _("The cheapest programme in each variant ({futures})").format(futures=futures), head, rows
    )
    return Section("programmes", _("What it would take in each variant"), (text,), (), (table,))


def _row(contents: BriefContents, name: str, plan: Plan) -> tuple[Cell, ...]:
    above = plan.cost_of_security
    return (
        words(name_of(contents.case, "variants", name)),
        words(_what(plan)),
        figure_cell(None if above is None else beyond_noise(plan, above)),
        figure_cell(plan.cost),
    )


def _what(plan: Plan) -> str:
    if plan.feasible is False:
        clash = "; ".join(wish.what for wish in plan.clash)
        return _("impossible: {clash}").format(clash=clash) if clash else _("impossible")
    if plan.cost is None:
        return fmt.missing()
    return "; ".join(choice.what for choice in plan.plan) or _("nothing: the standards are met")
