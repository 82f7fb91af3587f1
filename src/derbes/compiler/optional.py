"""Elements that exist only when an option for them is chosen."""

from derbes.case.entities import Case
from derbes.case.options import OPTIONAL_KINDS


def optional_elements(case: Case) -> frozenset[str]:
    """Elements that are closed in the case as it stands, e.g. `plants.north`.

    A plant to be built, a supplier or route to be contracted, a recipe to be converted to:
    without a choice there is no capacity.
    """
    return frozenset(
        option.element for option in case.options.values() if option.kind in OPTIONAL_KINDS
    )
