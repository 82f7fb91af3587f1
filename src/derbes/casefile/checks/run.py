"""All checks of a case, in one list."""

from collections.abc import Callable, Iterator

from derbes.casefile.build.draft import Draft
from derbes.casefile.checks import header, measures, references, supply
from derbes.casefile.checks.soundness import Checked, unsound_sections
from derbes.casefile.findings import Finding

Check = Callable[[Checked], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    header.order_of_priorities,
    header.length_of_first_page,
    header.rate_of_own_money,
    supply.case_without_uses,
    supply.cyclic_recipes,
    supply.goods_without_origin,
    supply.recipes_without_limit,
    supply.lines_of_recipes,
    supply.tiers_of_several_units,
    measures.keys_of_measures,
    measures.cyclic_companions,
    measures.empty_hits,
    measures.elements_out_of_reach,
    measures.measures_that_hit_nothing,
)
"""Checks that rely on elements whose ids are known."""


def check_draft(draft: Draft, base: Draft | None = None) -> list[Finding]:
    """What does not hold between the elements of a draft.

    Args:
        draft: The case.
        base: The case before a variant changed it; None for the case as written.
    """
    before = references.known_ids(base) if base is not None else {}
    findings = [
        *references.unknown_references(draft, before),
        *references.unknown_elements(draft, before),
    ]
    if base is None:
        findings += references.unknown_tags(draft)
    unsound = unsound_sections([*draft.findings, *findings])
    checked = Checked(draft, unsound, is_variant=base is not None, found=findings)
    for check in CHECKS:
        checked.found.extend(check(checked))
    return checked.found
