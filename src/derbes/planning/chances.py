"""What may come, and what it would be worth to be ready for it.

Being ready is an option to use: it costs the same whether the chance comes or not, and saves
something only if it does. With probability p it is worth p times the gain less the cost, so it
pays from p = cost / gain on.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from derbes.case.entities import Case
from derbes.case.uncertainty import Chance
from derbes.draws.study import variant_case
from derbes.planning.accounts import course_of, nothing_decided
from derbes.planning.problem import make_problem
from derbes.results.money import ChanceWorth

NOTHING = 1e-6
"""Unmet demand up to which it is rounding noise. [unit]"""


def unready(case: Case, tag: str) -> Case:
    """The case without the recipes, exports and suppliers that bear a tag."""

    def kept(elements: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in elements.items() if tag not in one.tags}

    return replace(
        case,
        recipes=kept(case.recipes),
        exports=kept(case.exports),
        suppliers=kept(case.suppliers),
    )


def calm_cost(case: Case) -> float | None:
    """What supply in calm costs with nothing decided, shortage included, discounted. [money]

    None where something goes short that has no price.
    """
    closed = nothing_decided(replace(case, scenarios={}))
    course = course_of(make_problem(closed), ())
    short = course.unmet.sum(axis=1)
    unpriced = [use.shortage_cost is None for use in case.uses.values()]
    blind = any(lacks and unmet > NOTHING for lacks, unmet in zip(unpriced, short, strict=True))
    return None if blind else sum(course.items.values())


def worth_of(case: Case, name: str, chance: Chance) -> ChanceWorth:
    """What a chance would save if it came, and from which probability on readiness pays."""
    come = variant_case(case, chance.variant)
    with_it, without = calm_cost(come), calm_cost(unready(come, chance.tag))
    gain = None if with_it is None or without is None else without - with_it
    cost = chance.cost.value if chance.cost else 0.0
    pays = gain is not None and gain > 0 and cost <= gain
    return ChanceWorth(
        chance=name,
        variant=chance.variant,
        cost=cost,
        gain=gain,
        break_even=cost / gain if pays and gain else None,
    )


def chances_of(case: Case) -> tuple[ChanceWorth, ...]:
    """What all chances of a case would be worth, at central values."""
    return tuple(worth_of(case, name, chance) for name, chance in case.chances.items())
