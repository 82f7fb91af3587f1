"""What made a result, and the units that it is in."""

from importlib import metadata

from derbes.case.entities import Case
from derbes.results.leverage import Leverage, LeverageEnd, LeverageRow
from derbes.results.provenance import Provenance
from derbes.version import VERSION


def provenance_of(case: Case) -> Provenance:
    """What makes a result of this case: its hash, and the versions in use."""
    return Provenance(
        case_name=case.name,
        case_hash=case.hash,
        version=VERSION,
        solver=f"HiGHS {metadata.version('highspy')}",
    )


def with_units(
    case: Case, surface: tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]]
) -> Leverage:
    """Rows and ends of a surface, with their units and what made them."""
    rows, ends = surface
    units = {case.goods[use.good].unit for use in case.uses.values()}
    return Leverage(
        rows=rows,
        ends=ends,
        provenance=provenance_of(case),
        currency=case.currency,
        unit=units.pop() if len(units) == 1 else "",
    )
