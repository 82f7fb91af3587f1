"""All checks of a case, in one list."""

from collections.abc import Callable, Iterator

from derbes.casefile.build.draft import Draft
from derbes.casefile.checks import (
    budget,
    futures,
    header,
    ledger,
    measures,
    options,
    references,
    supply,
)
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
    supply.stocks_above_the_limit,
    supply.orders_before_the_calendar,
    measures.keys_of_measures,
    measures.target_as_sender,
    measures.prices_of_buyers,
    measures.cyclic_companions,
    measures.empty_hits,
    measures.elements_out_of_reach,
    measures.measures_that_hit_nothing,
    options.elements_of_options,
    options.keys_of_options,
    options.plants_brought_forward,
    options.options_beside_themselves,
    options.cyclic_prerequisites,
    options.options_that_clash,
    options.prerequisites_that_come_later,
    options.elements_made_twice,
    options.elements_that_are_not_there,
    budget.budget_of_what_is_committed,
    futures.probabilities_of_scenarios,
    futures.inputs_of_correlations,
    futures.correlations_that_clash,
    ledger.documents_of_the_ledger,
    ledger.entries_without_check,
    ledger.keys_of_predictions,
    ledger.dates_of_expiry,
    ledger.circles_of_retelling,
    ledger.ids_used_twice,
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
