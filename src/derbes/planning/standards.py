"""Standards in words."""

from derbes.case.entities import Case
from derbes.case.options import USE, Standard
from derbes.language import _
from derbes.planning.accounts import months_words, name_of, share_words
from derbes.planning.caps import part_at_most


def standard_words(case: Case, standard: Standard) -> str:
    """A standard in a sentence."""
    uses = ", ".join(name_of(case, "uses", use) for use in standard.uses) or _("essential uses")
    first = case.calendar.label(standard.first)
    share = "" if standard.share is None else share_words(standard.share.value)
    if standard.is_cap:
        return cap_words(case, standard)
    if not standard.measure:
        text = _("{uses}: demand in calm is met from {month} on")
    elif share:
        text = _('{uses}: "{measure}" of {length} is survived from {month} on, to {share}')
    else:
        text = _('{uses}: "{measure}" of {length} is survived from {month} on')
    return text.format(
        uses=uses,
        measure=name_of(case, "measures", standard.measure) if standard.measure else "",
        length=months_words(standard.length * case.calendar.step),
        month=first,
        share=share,
    )


def cap_words(case: Case, standard: Standard, *, month: str = "") -> str:
    """A cap on sellers in a sentence; its first month as given, else as in a case."""
    if standard.sellers:
        text = (
            _("{good}: at most {share} of the use is bought from {sellers} from {month} on")
            if standard.part_of == USE
            else _("{good}: at most {share} of the purchases are from {sellers} from {month} on")
        )
    else:
        text = (
            _("{good}: at most {share} of the use is bought from one seller from {month} on")
            if standard.part_of == USE
            else _("{good}: at most {share} of the purchases are from one seller from {month} on")
        )
    sellers = (
        name_of(case, "actors" if one in case.actors else "suppliers", one)
        for one in standard.sellers
    )
    return text.format(
        good=name_of(case, "goods", standard.good),
        share=share_words(part_at_most(standard)),
        sellers=", ".join(sellers),
        month=month or case.calendar.label(standard.first),
    )
