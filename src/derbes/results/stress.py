"""What holds over many draws of the uncertain inputs, and what decides it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.statements import Signaling
from derbes.results.supply import DrawnInput, Provenance
from derbes.results.tables import ResultTable, columns, quantile_columns, setting_columns, table_of


@dataclass(frozen=True, slots=True)
class Answer:
    """One number over the draws."""

    name: str
    """What it is, as an expression: `time_to_survive(embargo, 2028-01, bound=optimal)`."""
    unit: str
    """Empty: a pure number; `share`: a probability or a part."""
    mean: float | None
    """None: it has no value in some draw, or no bound in some: the others are no sample."""
    standard_error: float | None
    """Of the mean, as if the draws were independent; of a Sobol sequence an upper bound."""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 25, 50, 75, 95; without those that have no bound; empty for a
    probability, and where it has no value in some draw. [unit]"""
    question: str = ""
    variant: str = "base"
    measure: str = ""
    length: int | None = None
    """[month]"""
    date: str = ""
    """ISO month."""
    bound: str = ""
    """`optimal`: best response in each draw; `myopic`: the rule."""
    n_draws: int = 0
    """Draws in which it has a value."""
    n_without: int = 0
    """Draws in which it has none: a price is missing."""
    capped_at: float | None = None
    """Where values are cut off, as nothing beyond is looked at; None: nowhere. [unit]"""
    capped_share: float | None = None
    """Share of the draws that reach it; above 0 the mean too is at least what it says."""
    draws_to_halve: int | None = None
    """Draws in all that would halve the standard error; None: it is exact."""
    central: float | None = None
    """With all inputs at their central values."""
    n_unbounded: int = 0
    """Draws in which it has no bound: of a ratio, the sender loses nothing, the target does."""


@dataclass(frozen=True, slots=True)
class EndedBy:
    """Probability that the leverage of a measure has ended by a date."""

    variant: str
    measure: str
    length: int
    """[month]"""
    date: str
    """ISO month."""
    p: float
    """Share of the draws in which no start from this date on leaves essential demand unmet."""
    standard_error: float = 0.0
    bound: str = ""
    """`optimal`: best response, so p is an upper bound; `myopic`: the rule, a lower bound."""
    n_draws: int = 0


@dataclass(frozen=True, slots=True)
class Influence:
    """How much of the spread of an answer comes from one input."""

    answer: str
    input: str
    """Path of the input; `scenario` for the choice of a scenario."""
    first: float | None
    """First-order Sobol index: part of the variance that the input explains alone; None:
    the input was screened out, or the answer never varies."""
    total: float | None
    """Total Sobol index: part of the variance in which the input has a hand."""
    pawn: float | None
    """Median PAWN index over the draws: largest distance between the answer's distribution
    with the input held in a part of its range and without, 0-1; None: too few draws."""
    first_confidence: float | None = None
    """Half width of the 95 % interval of `first`."""
    total_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One input at its low and high end, the others at their central values."""

    answer: str
    input: str
    unit: str
    low: float
    """[unit]"""
    high: float
    """[unit]"""
    central: float
    """Its central value. [unit]"""
    answer_at_low: float
    answer_at_high: float
    answer_central: float
    answer_unit: str = ""
    """Unit of the answer; of an end `months from 2026-01`, the calendar's end: never."""


@dataclass(frozen=True, slots=True)
class ScreenedOut:
    """Inputs that were left out of the Sobol indices, and what they moved."""

    answer: str
    n_inputs: int
    largest_swing: float
    """Largest difference that one of them made to the answer, alone, over its range."""
    share_of_largest: float
    """The same beside the largest swing of any input."""
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TippingValue:
    """Value of an input at which a yes-or-no answer flips."""

    answer: str
    input: str
    value: float | None
    """With all other inputs at their central values; None: it flips nowhere in its range."""
    unit: str
    direction: str
    """`below` or `above`: on which side the answer is not what it is at the center."""
    value_over_draws: float | None = None
    """Where the answer holds in half of the draws; None: nowhere in the range."""
    central_answer: bool = False
    """The answer with all inputs at their central values."""
    shown: str = ""
    """The value in the user's words: `41,000 round`, or a month for an opening."""
    says: str = ""
    """The whole as a sentence."""


@dataclass(frozen=True, slots=True)
class Fan:
    """Quantiles of a number by date."""

    name: str
    """`cover` [month], `leverage_ratio`."""
    variant: str
    unit: str
    dates: tuple[str, ...]
    """ISO months."""
    quantiles: Mapping[str, tuple[float | None, ...]]
    """Percent → value by date; None: no value, or no bound."""
    mean: tuple[float | None, ...]
    central: tuple[float | None, ...]
    """With all inputs at their central values."""
    n_draws: int
    bound: str = ""
    measure: str = ""
    length: int | None = None
    capped_at: float | None = None
    """Where values are cut off; None: nowhere. [unit]"""
    capped_share: tuple[float, ...] = ()
    """Share of the draws that reach it, by date."""


@dataclass(frozen=True, slots=True)
class HazardRisk:
    """What hazards do over the calendar."""

    variant: str
    hazards: tuple[str, ...]
    dates: tuple[str, ...]
    """ISO months. (T,)"""
    p_short: tuple[float, ...]
    """Share of the futures in which essential demand goes short in each period. (T,)"""
    p_short_by: tuple[float, ...]
    """Share in which it has gone short by the end of each period. (T,)"""
    use: Mapping[str, float]
    """Essential use → share of the futures in which it ever goes short."""
    expected_loss: float | None
    """Mean extra cost, shortage included, discounted; None: a shortage cost is missing. [money]"""
    cvar_loss: float | None
    """Mean of the worst `tail_share` of the futures. [money]"""
    expected_unmet: float
    """Mean unmet essential demand beyond that of calm. [unit]"""
    cvar_unmet: float
    tail_share: float
    exceedance: tuple[tuple[float, float], ...]
    """(loss or unmet demand, share of the futures with more), rising."""
    exceedance_unit: str
    missing: tuple[str, ...] = ()
    """Paths whose absence leaves money missing."""


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the mean of an answer settles as draws come in."""

    answer: str
    n_draws: tuple[int, ...]
    mean: tuple[float, ...]
    standard_error: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stress(Tabled):
    """Everything over draws."""

    draws: int
    """Draws by the rule."""
    seed: int
    answers: tuple[Answer, ...]
    p_ended: tuple[EndedBy, ...]
    sensitivity: tuple[Influence, ...]
    tipping: tuple[TippingValue, ...]
    provenance: Provenance
    method: str = "sobol"
    draws_solved: int = 0
    """The first of the draws, solved as programs too: the best response."""
    draws_deciding: int = 0
    """The first of the draws, behind PAWN and the tipping values over draws."""
    hazards: tuple[HazardRisk, ...] = ()
    fans: tuple[Fan, ...] = ()
    tornado: tuple[Bar, ...] = ()
    screened_out: tuple[ScreenedOut, ...] = ()
    convergence: tuple[Convergence, ...] = ()
    inputs: tuple[DrawnInput, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader must know of how the numbers came about, in words."""
    units: Mapping[str, str] = field(default_factory=dict)
    """`money` and `unmet`: their units."""
    signaling: Signaling | None = None
    """In which years a cut-off by the first measure pays its sender, in the draws that are
    solved; None: the measure has no sender, or no losses were asked for."""


@dataclass(frozen=True, slots=True)
class FanPoint:
    """A fan at one date."""

    name: str
    variant: str
    measure: str
    length: int | None
    bound: str
    unit: str
    date: str
    mean: float | None
    quantiles: Mapping[str, float | None]
    central: float | None
    capped_at: float | None
    capped_share: float | None
    n_draws: int


@dataclass(frozen=True, slots=True)
class HazardMonth:
    """What hazards have done by one month."""

    variant: str
    date: str
    p_short: float
    p_short_by: float


def points_of(fan: Fan) -> Iterator[FanPoint]:
    """A fan date by date."""
    for at, date in enumerate(fan.dates):
        yield FanPoint(
            name=fan.name,
            variant=fan.variant,
            measure=fan.measure,
            length=fan.length,
            bound=fan.bound,
            unit=fan.unit,
            date=date,
            mean=fan.mean[at],
            quantiles={band: values[at] for band, values in fan.quantiles.items()},
            central=fan.central[at],
            capped_at=fan.capped_at,
            capped_share=fan.capped_share[at] if fan.capped_share else None,
            n_draws=fan.n_draws,
        )


def _hazard_months(risk: HazardRisk) -> Iterator[HazardMonth]:
    for date, now, by in zip(risk.dates, risk.p_short, risk.p_short_by, strict=True):
        yield HazardMonth(risk.variant, date, now, by)


@tables_of.register
def stress_tables(found: Stress) -> tuple[ResultTable, ...]:
    """Answers over draws as whole tables."""
    money, unmet = found.units.get("money", ""), found.units.get("unmet", "")
    share, setting = _("share"), setting_columns()
    length, date = columns(_("month"), length=_("length")), columns(is_date=True, date=_("date"))
    name, unit, bound, n_draws = columns(
        name=_("answer"), unit=_("unit"), bound=_("response"), n_draws=_("draws")
    )
    asked = columns(answer=_("answer"), input=_("input"))
    mean, error = columns(mean=_("mean"), standard_error=_("standard error"))
    central, capped = columns(central=_("central"), capped_at=_("nothing is looked at beyond"))
    reached = columns(share, capped_share=_("part that reaches it"))
    bands = next(iter(found.fans)).quantiles if found.fans else ()
    points = (point for fan in found.fans for point in points_of(fan))
    months = (one for risk in found.hazards for one in _hazard_months(risk))
    return (
        table_of(
            "answers", _("Answers"), Answer, found.answers, name, unit,
            *columns(question=_("question")), *setting, *length, *date, bound, mean, error,
            *quantile_columns(""), central, capped, *reached, n_draws,
            *columns(
                n_without=_("draws without a value"), n_unbounded=_("draws without bound"),
                draws_to_halve=_("draws that would halve the error"),
            ),
        ),
        table_of(
            "ended", _("Leverage has ended"), EndedBy, found.p_ended, *setting, *length, *date,
            bound, *columns(share, p=_("ended by then"), standard_error=_("standard error")),
            n_draws,
        ),
        table_of(
            "decides", _("What decides"), Influence, found.sensitivity, *asked,
            *columns(
                first=_("first order"), first_confidence=_("half of its 95 % interval"),
                total=_("total"), total_confidence=_("half of the total's 95 % interval"),
                pawn="PAWN",
            ),
        ),
        table_of(
            "swings", _("Each input from low to high"), Bar, found.tornado, *asked,
            *columns(unit=_("unit of the input"), low=_("low")), central,
            *columns(
                high=_("high"), answer_unit=_("unit of the answer"),
                answer_at_low=_("answer at low"), answer_central=_("answer at the center"),
                answer_at_high=_("answer at high"),
            ),
        ),
        table_of(
            "tipping", _("Where a verdict flips"), TippingValue, found.tipping, *asked,
            *columns(value=_("flips at")), unit,
            *columns(
                direction=_("on the side"), value_over_draws=_("flips over draws at"),
                central_answer=_("answer at the center"), says=_("in words"),
            ),
        ),
        table_of(
            "fans", _("By date"), FanPoint, points, name, unit, *setting, *length, bound, *date,
            mean, *quantile_columns("", bands), central, capped, *reached, n_draws,
        ),
        table_of(
            "hazards", _("Hazards"), HazardRisk, found.hazards,
            *columns(variant=_("variant"), hazards=_("hazards")),
            *columns(
                money, expected_loss=_("expected loss"), cvar_loss=_("mean loss of the worst")
            ),
            *columns(
                unmet, expected_unmet=_("expected unmet"), cvar_unmet=_("mean unmet of the worst")
            ),
            *columns(share, tail_share=_("part that is the worst")),
            *columns(
                use=_("uses that ever go short, part of the futures"), missing=_("missing")
            ),
        ),
        table_of(
            "hazard_months", _("Hazards by month"), HazardMonth, months, setting[0], *date,
            *columns(share, p_short=_("short in that month"), p_short_by=_("short by then")),
        ),
        table_of(
            "left_out", _("Inputs left out"), ScreenedOut, found.screened_out, asked[0],
            *columns(
                n_inputs=_("inputs left out"), largest_swing=_("largest swing among them")
            ),
            *columns(share, share_of_largest=_("beside the largest of all")),
            *columns(inputs=_("inputs")),
        ),
        table_of(
            "inputs", _("Uncertain inputs"), DrawnInput, found.inputs,
            *columns(path=_("input")), unit,
            *columns(
                value=_("value"), low=_("low"), high=_("high"), distribution=_("distribution")
            ),
            *quantile_columns("", ("5", "50", "95")),
            *columns(
                is_stated=_("stated"), reference=_("reference class"),
                n_rows=_("rows behind it"), n_unfinished=_("unfinished projects"),
            ),
            *columns(share, open_share=_("weight of what is open")),
            *columns(grade=_("grade"), why=_("why")),
        ),
    )  # fmt: skip
