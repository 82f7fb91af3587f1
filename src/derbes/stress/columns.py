"""One way to name an answer over draws: what it is, of which measure, from when, how long."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derbes.case.entities import Case, Tier, main_length, main_measure
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, FloatArray
from derbes.case.request import BASE, ENDED, FANS, HAZARDS, LEVERAGE, SURVIVE, Request
from derbes.draws.study import variant_case
from derbes.model.compile import use_weights

OPTIMAL, MYOPIC = "optimal", "myopic"

TIME_TO_SURVIVE, UNMET_ESSENTIAL, SURVIVES = "time_to_survive", "unmet_essential", "survives"
LEVERAGE_RATIO, TARGET_LOSS, SENDER_COST = "leverage_ratio", "target_loss", "sender_cost"
SENDER_COST_LOST = "sender_cost_lost"
"""What the sender loses by a buyer who never returns; `sender_cost` is of one who does."""
END, ENDED_BY = "end", "ended"
"""When the leverage of a measure ends; whether it has by a date."""
GOES_SHORT = "goes_short"
"""Whether hazards ever leave essential demand unmet."""
UNDATED = -1
"""Start of an answer about no date."""

LOOKED_AT = 48
"""Periods over which time to survive is looked at; longer counts as so many."""


@dataclass(frozen=True, slots=True)
class DrawColumn:
    """One number of each draw."""

    kind: str
    measure: str
    """`hazards`, without a date: what all of them do."""
    start: int
    """[period]"""
    length: int
    """Of the measure; 0: it does not end while one looks. [period]"""
    bound: str

    def name(self, calendar: Calendar, variant: str = BASE) -> str:
        """The number as an expression, as statements write it."""
        parts = [self.measure]
        if self.start != UNDATED:
            parts.append(calendar.label(self.start))
        if self.length:
            parts.append(f"months={self.length * calendar.step}")
        parts.append(f"bound={self.bound}")
        kind = self.kind
        if kind == SENDER_COST_LOST:
            kind, parts = SENDER_COST, [*parts, "buyer=lost"]
        if variant != BASE:
            parts.append(f"variant={variant}")
        return f"{kind}({', '.join(parts)})"

    def unit(self, case: Case) -> str:
        """Its unit; empty: a pure number."""
        return {
            TIME_TO_SURVIVE: "month",
            UNMET_ESSENTIAL: unmet_unit(case),
            LEVERAGE_RATIO: "",
            END: f"months from {case.calendar.label(0)}",
            GOES_SHORT: "share",
        }.get(self.kind, case.currency)

    def cap(self, case: Case) -> float | None:
        """Where its values are cut off; None: nowhere. [unit]"""
        periods = {TIME_TO_SURVIVE: LOOKED_AT, END: case.calendar.n_periods}.get(self.kind)
        return None if periods is None else float(periods * case.calendar.step)

    @property
    def question(self) -> str:
        """The question that asks for it."""
        if self.start == UNDATED:
            return HAZARDS
        if self.kind == SURVIVES:
            return ENDED
        has_cost = self.kind in (LEVERAGE_RATIO, TARGET_LOSS, SENDER_COST, SENDER_COST_LOST)
        is_best = self.bound == OPTIMAL and self.kind == UNMET_ESSENTIAL
        return LEVERAGE if has_cost or is_best else SURVIVE


HAZARD_COLUMNS = tuple(
    DrawColumn(kind, HAZARDS, UNDATED, 0, MYOPIC)
    for kind in (GOES_SHORT, UNMET_ESSENTIAL, TARGET_LOSS)
)


def unmet_unit(case: Case) -> str:
    """Unit of unmet essential demand: that of the largest use, else weighted or months of use."""
    return use_weights(case)[1][Tier.ESSENTIAL]


@dataclass(frozen=True, slots=True)
class BothLosses:
    """What a measure costs both sides by start, draw by draw; N draws, T starts."""

    measure: str
    length: int
    """[month]"""
    starts: tuple[str, ...]
    """ISO months. (T,)"""
    target_loss: FloatArray
    """nan: a shortage cost or a price is missing. (N, T) [money]"""
    sender_cost: FloatArray
    """Of a buyer who comes back. (N, T) [money]"""
    sender_cost_lost: FloatArray
    """Of a buyer who never does. (N, T) [money]"""
    weights: FloatArray
    """(N,)"""
    seed: int


@dataclass(frozen=True, slots=True)
class Target:
    """A measure, and the lengths and dates at which it is looked at."""

    measure: str
    length: int
    """Length that the answers are about. [period]"""
    lengths: tuple[int, ...]
    """Lengths of the curves of when it ends; empty: it has a fixed start. [period]"""
    starts: tuple[int, ...]
    """Dates, rising. [period]"""
    watched: tuple[int, ...]
    """Where ends are judged, rising: dates, years, and what is weaker between them. [period]"""

    def survived(self, bound: str = MYOPIC, *, lengths: Sequence[int] = ()) -> list[DrawColumn]:
        """Whether each length is survived at each start at which ends are judged."""
        watched = replace(self, starts=self.watched)
        return watched.columns(SURVIVES, bound, lengths=lengths or self.lengths)

    def columns(
        self, kind: str, bound: str = MYOPIC, *, lengths: Sequence[int] = ()
    ) -> list[DrawColumn]:
        """A number at each date, for the length of the answers or for others."""
        lengths = lengths or (self.length,)
        return [DrawColumn(kind, self.measure, s, n, bound) for n in lengths for s in self.starts]


def target_of(
    case: Case, measure: str, *, starts: Sequence[int] = (), lengths: Sequence[int] = ()
) -> Target:
    """A measure with its dates and lengths; without any the first of each year, and its own.

    A measure with a fixed start has that date alone, and no end. Both are given in periods.
    """
    own = case.measures[measure]
    every = tuple(sorted({*(lengths or own.lengths or (1,))}))
    length = main_length(case, every, is_main=measure == main_measure(case))
    if own.start is not None:
        return Target(measure, length, (), (own.start,), ())
    yearly = range(0, case.calendar.n_periods, max(1, MONTHS_A_YEAR // case.calendar.step))
    dates = tuple(sorted({*starts})) or tuple(yearly)
    watched = sorted({*dates, *(start for start in yearly if start > dates[0])})
    return Target(measure, length, every, dates, tuple(watched))


def targets_of(case: Case, request: Request) -> tuple[Target, ...]:
    """The measures of a request, each as the first variant has it.

    The first is what the indices, the tornado and the tipping values are about.
    """
    cases = [variant_case(case, variant) for variant in request.variants]
    return tuple(
        target_of(
            next((one for one in cases if name in one.measures), case),
            name,
            starts=request.starts,
            lengths=request.lengths,
        )
        for name in request.measures
    )


@dataclass(frozen=True, slots=True)
class DrawnVariant:
    """A variant, what is asked of it, and which of its inputs are drawn."""

    variant: str
    case: Case
    paths: tuple[str, ...]
    """Inputs of all variants, so that the same draws strike all of them."""
    request: Request
    targets: tuple[Target, ...] = ()
    """Those whose measures it has."""

    @property
    def rule_columns(self) -> tuple[DrawColumn, ...]:
        """Columns by the rule, over all draws."""
        columns: list[DrawColumn] = []
        for one in self.targets:
            if self.request.asks(SURVIVE, FANS):
                columns += one.columns(TIME_TO_SURVIVE, lengths=(0,))
            if self.request.asks(SURVIVE):
                columns += one.columns(UNMET_ESSENTIAL)
            if self.request.asks(ENDED) and one.lengths:
                columns += one.survived()
        return tuple(columns)

    @property
    def solved_columns(self) -> tuple[DrawColumn, ...]:
        """Columns by programs, over the draws that are solved."""
        columns: list[DrawColumn] = []
        both = (LEVERAGE_RATIO, TARGET_LOSS)
        losses = [(kind, bound) for bound in (OPTIMAL, MYOPIC) for kind in both]
        losses += [(SENDER_COST, OPTIMAL), (SENDER_COST_LOST, OPTIMAL), (UNMET_ESSENTIAL, OPTIMAL)]
        for one in self.targets if self.request.solved else ():
            if self.request.asks(SURVIVE):
                columns += one.columns(TIME_TO_SURVIVE, OPTIMAL, lengths=(0,))
            if self.request.asks(ENDED) and one.lengths:
                columns += one.survived(OPTIMAL)
            if self.request.asks(LEVERAGE, FANS):
                columns += [
                    DrawColumn(kind, one.measure, start, one.length, bound)
                    for start in one.starts
                    for kind, bound in losses
                ]
        return tuple(columns)
