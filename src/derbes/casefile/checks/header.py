"""The top of a case: order of aims, first page, money."""

from collections.abc import Iterator

from derbes.casefile.checks.soundness import Checked
from derbes.casefile.findings import Finding
from derbes.language import _

AIMS = ("essential", "deferrable", "reserve", "money")


def order_of_priorities(checked: Checked) -> Iterator[Finding]:
    """All four aims once, money last."""
    given = checked.case.priorities
    if sorted(given) != sorted(AIMS):
        yield Finding(
            ("priorities",),
            _("expected each of {aims} once").format(aims=", ".join(AIMS)),
            _('write "priorities: [essential, deferrable, reserve, money]"'),
        )
    elif given[-1] != "money":
        yield Finding(
            ("priorities",), _("money must come last"), _("move money to the end of the list")
        )


def length_of_first_page(checked: Checked) -> Iterator[Finding]:
    """The length of the first page must be one that its measure names."""
    case = checked.case
    measure = case.measures.get(case.main_measure) or next(iter(case.measures.values()), None)
    if measure is None or not case.main_length or case.main_length in measure.lengths:
        return
    if case.main_measure and case.main_measure not in case.measures:
        return
    months = [str(length * case.calendar.step) for length in measure.lengths]
    yield Finding(
        ("main_length",),
        _('"{measure}" is not looked at for {n} months').format(
            measure=measure.id, n=case.main_length * case.calendar.step
        ),
        _("choose one of its lengths: {lengths} months").format(lengths=", ".join(months)),
    )


def rate_of_own_money(checked: Checked) -> Iterator[Finding]:
    """The base currency needs no rate."""
    if checked.case.currency in checked.case.rates:
        yield Finding(
            ("currency", "rates", checked.case.currency),
            _("{code} is the base currency; it has no rate").format(code=checked.case.currency),
            _("take it out"),
        )
