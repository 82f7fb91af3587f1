"""Standards in words."""

from derbes.case.entities import Case
from derbes.case.options import USE, Standard
from derbes.language import Worded, in_a_row, worded
from derbes.planning.accounts import months_words, name_of, share_words
from derbes.planning.caps import part_at_most


def standard_words(case: Case, standard: Standard) -> Worded:
    """A standard in a sentence."""
    if standard.is_cap:
        return cap_words(case, standard)
    names = [name_of(case, "uses", use) for use in standard.uses]
    uses = in_a_row(names) if names else worded("essential uses")
    first = case.calendar.label(standard.first)
    if not standard.measure:
        return worded("{uses}: demand in calm is met from {month} on", uses=uses, month=first)
    values = {
        "uses": uses,
        "measure": name_of(case, "measures", standard.measure),
        "length": Worded(months_words, standard.length * case.calendar.step),
        "month": first,
    }
    if standard.share is None:
        return worded('{uses}: "{measure}" of {length} is survived from {month} on', **values)
    return worded(
        '{uses}: "{measure}" of {length} is survived from {month} on, to {share}',
        **values,
        share=Worded(share_words, standard.share.value),
    )


def cap_words(case: Case, standard: Standard, *, month: str = "") -> Worded:
    """A cap on sellers in a sentence; its first month as given, else as in a case."""
    sellers = in_a_row(
        name_of(case, "actors" if one in case.actors else "suppliers", one)
        for one in standard.sellers
    )
    values = {
        "good": name_of(case, "goods", standard.good),
        "share": Worded(share_words, part_at_most(standard)),
        "month": month or case.calendar.label(standard.first),
    }
    if standard.sellers and standard.part_of == USE:
        return worded(
            "{good}: at most {share} of the use is bought from {sellers} from {month} on",
            **values,
            sellers=sellers,
        )
    if standard.sellers:
        return worded(
            "{good}: at most {share} of the purchases are from {sellers} from {month} on",
            **values,
            sellers=sellers,
        )
    if standard.part_of == USE:
        return worded(
            "{good}: at most {share} of the use is bought from one seller from {month} on",
            **values,
        )
    return worded(
        "{good}: at most {share} of the purchases are from one seller from {month} on", **values
    )
