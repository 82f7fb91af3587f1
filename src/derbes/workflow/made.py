"""What made a result, and the units that it is in."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.language import language
from derbes.results.leverage import Leverage, LeverageEnd, LeverageRow
from derbes.results.provenance import Provenance
from derbes.version import VERSION
from derbes.workflow.asked import ALL, EVERY_MONTHS

USUAL_STARTS = "quarter"
USUAL_SEED = 1


def provenance_of(case: Case) -> Provenance:
    """What makes a result of this case: its hash, and the versions in use."""
    return Provenance(
        case_name=case.name,
        case_hash=case.hash,
        version=VERSION,
        solver=f"HiGHS {metadata.version('highspy')}",
    )


def made_by(
    case: Case,
    verb: str,
    *,
    variants: Sequence[str],
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = USUAL_STARTS,
    lengths: Sequence[int] = (),
    draws: int = 1,
    seed: int = USUAL_SEED,
) -> Provenance:
    """What makes the answer of a verb to a request, with the command that makes it again.

    Options that are as usual are not written out. Folders above the one that holds the
    case are left out of its path, so that no page tells of the machine it was made on.

    Args:
        case: The case.
        verb: `cover`, `leverage` or `brief`.
        variants: As in `request_of`, like what follows.
        measures: Names; empty: all of the case.
        starts: ISO months; or `month`, `quarter` or `year`.
        lengths: [month]
        draws: Draws of the uncertain inputs; 1: central values.
        seed: Seed of the draws.
    """
    usual = (ALL,) if verb == "brief" else (BASE,)
    is_every = isinstance(starts, str) and starts in EVERY_MONTHS
    every = [starts] if is_every and starts != USUAL_STARTS else []
    months = [] if is_every else [starts] if isinstance(starts, str) else starts
    options = [
        *(("--variant", name) for name in (variants if tuple(variants) != usual else ())),
        *(("--measure", name) for name in measures),
        *(("--length", str(length)) for length in lengths),
        *(("--start", month) for month in months),
        *(("--every", stretch) for stretch in every),
        *([("--draws", str(draws))] if draws > 1 else []),
        *([("--seed", str(seed))] if draws > 1 and seed != USUAL_SEED else []),
        *([("--lang", language())] if language() != "en" else []),
    ]
    path = Path(case.source)
    shown = Path(*path.parts[-2:]) if path.is_absolute() else path
    words = ["derbes", verb, shown.as_posix(), *(word for pair in options for word in pair)]
    return replace(
        provenance_of(case),
        n_draws=draws,
        seed=seed if draws > 1 else 0,
        command=shlex.join(map(str, words)) if case.source else "",
    )


def with_units(
    case: Case,
    surface: tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]],
    made: Provenance | None = None,
) -> Leverage:
    """Rows and ends of a surface, with their units and what made them."""
    rows, ends = surface
    alike = {case.goods[use.good].unit for use in case.uses.values()}
    units = [row.unmet_unit for row in rows if row.unmet_unit] or [*alike][: len(alike) == 1]
    return Leverage(
        rows=rows,
        ends=ends,
        provenance=made or provenance_of(case),
        currency=case.currency,
        unit=next(iter(units), ""),
    )
