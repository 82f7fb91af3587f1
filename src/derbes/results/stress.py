"""What holds over many draws of the uncertain inputs, and what decides it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.statements import Signaling
from derbes.results.supply import DrawnInput, Provenance
from derbes.results.tables import (
    Column,
    Head,
    ResultTable,
    columns,
    cover_columns,
    leverage_columns,
    quantile_columns,
    response_column,
    table_of,
    unit_words,
)


def side_words(side: str) -> str:
    """On which side of a value an answer turns over."""
    return {"below": _("below it"), "above": _("above it")}.get(side, side)


@dataclass(frozen=True, slots=True)
class Answer:
    """One number over the draws."""

    name: Annotated[str, Head("answer")]
    """What it is, as an expression: `time_to_survive(embargo, 2028-01, bound=optimal)`."""
    unit: Annotated[str, Head("unit", words=unit_words)]
    """Empty: a pure number; `share`: a probability or a part."""
    mean: Annotated[float | None, Head("mean")]
    """None: it has no value in some draw, or no bound in some: the others are no sample."""
    standard_error: Annotated[float | None, Head("standard error")]
    """Of the mean, as if the draws were independent; of a Sobol sequence an upper bound. None also
    of one draw alone."""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 25, 50, 75, 95; without those that have no bound; empty for a
    probability, and where it has no value in some draw. [unit]"""
    question: Annotated[str, Head("question")] = ""
    variant: Annotated[str, Head("variant")] = "base"
    measure: Annotated[str, Head("measure")] = ""
    length: Annotated[int | None, Head("length", "month")] = None
    """[month]"""
    date: Annotated[str, Head("date", is_date=True)] = ""
    """ISO month."""
    bound: Annotated[str, Head("response")] = ""
    """`optimal`: best response in each draw; `myopic`: the rule."""
    n_draws: Annotated[int, Head("draws")] = 0
    """Draws in which it has a value."""
    n_without: Annotated[int, Head("draws without a value")] = 0
    """Draws in which it has none: a price is missing."""
    capped_at: Annotated[float | None, Head("nothing is looked at beyond")] = None
    """Where values are cut off, as nothing beyond is looked at; None: nowhere. [unit]"""
    capped_share: Annotated[float | None, Head("part that reaches it", "share")] = None
    """Share of the draws that reach it; above 0 the mean too is at least what it says."""
    draws_to_halve: Annotated[int | None, Head("draws that would halve the error")] = None
    """Draws in all that would halve the standard error; None: there is none, or it is 0."""
    central: Annotated[float | None, Head("central")] = None
    """With all inputs at their central values."""
    n_unbounded: Annotated[int, Head("draws without bound")] = 0
    """Draws in which it has no bound: of a ratio, the sender loses nothing, the target does."""

    @property
    def is_unbounded(self) -> bool:
        """Whether a mean or quantile that is not there has no bound, and no value is missing."""
        return bool(self.n_unbounded and not self.n_without)


@dataclass(frozen=True, slots=True)
class EndedBy:
    """Probability that the leverage of a measure has ended by a date."""

    variant: Annotated[str, Head("variant")]
    measure: Annotated[str, Head("measure")]
    length: Annotated[int, Head("length", "month")]
    """[month]"""
    date: Annotated[str, Head("date", is_date=True)]
    """ISO month."""
    p: Annotated[float, Head("ended by then", "share")]
    """Share of the draws in which no start from this date on adds to unmet essential demand."""
    standard_error: Annotated[float, Head("standard error", "share")] = 0.0
    bound: Annotated[str, Head("response")] = ""
    """`optimal`: best response, so p is an upper bound; `myopic`: the rule, a lower bound unless
    demand is short without the measure too."""
    n_draws: Annotated[int, Head("draws")] = 0


@dataclass(frozen=True, slots=True)
class Influence:
    """How much of the spread of an answer comes from one input."""

    answer: Annotated[str, Head("answer")]
    input: Annotated[str, Head("input")]
    """Path of the input; `scenario` for the choice of a scenario."""
    first: Annotated[float | None, Head("first-order index")]
    """First-order Sobol index: part of the variance that the input explains alone; None:
    the input was screened out, or the answer varies too seldom."""
    total: Annotated[float | None, Head("total index")]
    """Total Sobol index: part of the variance in which the input has a hand."""
    pawn: float | None
    """Median PAWN index over the draws: largest distance between the answer's distribution
    with the input held in a part of its range and without, 0-1; None: too few draws."""
    first_confidence: Annotated[float | None, Head("half of its 95 % interval")] = None
    """Half width of the 95 % interval of `first`."""
    total_confidence: Annotated[float | None, Head("half of the total's 95 % interval")] = None

    @property
    def is_told(self) -> bool:
        """Whether any index is known."""
        return (self.first, self.total, self.pawn) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Bar:
    """One input at its low and high end, the others at their central values."""

    answer: Annotated[str, Head("answer")]
    input: Annotated[str, Head("input")]
    unit: Annotated[str, Head("unit of the input", words=unit_words)]
    low: Annotated[float, Head("low")]
    """[unit]"""
    high: Annotated[float, Head("high")]
    """[unit]"""
    central: Annotated[float, Head("central")]
    """Its central value. [unit]"""
    answer_at_low: Annotated[float, Head("answer at low")]
    answer_at_high: Annotated[float, Head("answer at high")]
    answer_central: Annotated[float, Head("answer at the center")]
    answer_unit: Annotated[str, Head("unit of the answer", words=unit_words)] = ""
    """Unit of the answer; of an end `months from 2026-01`."""
    capped_at: Annotated[float | None, Head("nothing is looked at beyond")] = None
    """Where answers are cut off; of an end the calendar's, which is never. None: nowhere."""


@dataclass(frozen=True, slots=True)
class ScreenedOut:
    """Inputs that were left out of the Sobol indices, and what they moved."""

    answer: Annotated[str, Head("answer")]
    n_inputs: Annotated[int, Head("inputs left out")]
    largest_swing: Annotated[float, Head("largest swing among them")]
    """Largest difference that one of them made to the answer, alone, over its range."""
    share_of_largest: Annotated[float, Head("beside the largest of all", "share")]
    """The same beside the largest swing of any input."""
    inputs: Annotated[tuple[str, ...], Head("inputs")]


@dataclass(frozen=True, slots=True)
class TippingValue:
    """Value of an input at which a yes-or-no answer flips."""

    answer: Annotated[str, Head("answer")]
    input: Annotated[str, Head("input")]
    value: Annotated[float | None, Head("flips at")]
    """With all other inputs at their central values; None: it flips nowhere in its range."""
    unit: Annotated[str, Head("unit", words=unit_words)]
    direction: Annotated[str, Head("on the side", words=side_words)]
    """`below` or `above`: on which side the answer is not what it is at the center."""
    value_over_draws: Annotated[float | None, Head("flips over draws at")] = None
    """Where the answer holds in half of the draws; None: nowhere in the range."""
    central_answer: Annotated[bool, Head("answer at the center")] = False
    """The answer with all inputs at their central values."""
    shown: str = ""
    """The value in the user's words: `41,000 round`, or a month for an opening."""
    says: Annotated[str, Head("in words")] = ""
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
    n_unbounded: tuple[int, ...] = ()
    """Draws in which it has no bound, by date; 0 where it has no value in some."""


@dataclass(frozen=True, slots=True)
class HazardRisk:
    """What hazards do over the calendar."""

    variant: Annotated[str, Head("variant")]
    hazards: Annotated[tuple[str, ...], Head("hazards")]
    dates: tuple[str, ...]
    """ISO months. (T,)"""
    p_short: tuple[float, ...]
    """Share of the futures in which essential demand goes short in each period, what is short in
    calm too counted; losses and unmet demand are beyond calm. (T,)"""
    p_short_by: tuple[float, ...]
    """Share in which it has gone short by the end of each period; what began within the calendar
    can still leave it short behind it. (T,)"""
    use: Annotated[Mapping[str, float], Head("uses that ever go short, part of the futures")]
    """Essential use → share of the futures in which it ever goes short, in calm too."""
    expected_loss: Annotated[float | None, Head("expected loss", "money")]
    """Mean extra cost, shortage included, discounted; None: a shortage cost is missing. [money]"""
    cvar_loss: Annotated[float | None, Head("mean loss of the worst", "money")]
    """Mean of the worst `tail_share` of the futures. [money]"""
    expected_unmet: Annotated[float, Head("expected unmet", "unmet")]
    """Mean unmet essential demand beyond that of calm. [unit]"""
    cvar_unmet: Annotated[float, Head("mean unmet of the worst", "unmet")]
    tail_share: Annotated[float, Head("part that is the worst", "share")]
    exceedance: tuple[tuple[float, float], ...]
    """(loss or unmet demand, share of the futures with more), rising."""
    exceedance_unit: str
    missing: Annotated[tuple[str, ...], Head("missing")] = ()
    """Paths whose absence leaves money missing."""
    n_draws: Annotated[int, Head("draws")] = 0
    """Futures; more than the draws where the inputs are listed: hazards are left to chance."""
    last: str = ""
    """ISO month in which the calendar ends, with the last of `dates`."""


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

    @property
    def indices(self) -> dict[str, list[Influence]]:
        """Answer → how much of its spread comes from each input; none where no index tells."""
        found: dict[str, list[Influence]] = {one.answer: [] for one in self.sensitivity}
        for one in self.sensitivity:
            found[one.answer].append(one)
        return {
            answer: rows if any(one.is_told for one in rows) else []
            for answer, rows in found.items()
        }


def no_index_words(answers: Iterable[str]) -> Iterator[str]:
    """That no index tells what decides these answers; nothing where there is none of them."""
    if names := "; ".join(answers):
        text = _("No draw moves these answers, or too few do for an index: {answers}.")
        yield text.format(answers=names)


@dataclass(frozen=True, slots=True)
class FanPoint:
    """A fan at one date."""

    name: Annotated[str, Head("answer")]
    variant: Annotated[str, Head("variant")]
    measure: Annotated[str, Head("measure")]
    length: Annotated[int | None, Head("length", "month")]
    bound: Annotated[str, Head("response")]
    unit: Annotated[str, Head("unit", words=unit_words)]
    date: Annotated[str, Head("date", is_date=True)]
    mean: Annotated[float | None, Head("mean")]
    quantiles: Mapping[str, float | None]
    central: Annotated[float | None, Head("central")]
    capped_at: Annotated[float | None, Head("nothing is looked at beyond")]
    capped_share: Annotated[float | None, Head("part that reaches it", "share")]
    n_draws: Annotated[int, Head("draws")]


@dataclass(frozen=True, slots=True)
class HazardMonth:
    """What hazards have done in one period and by its end."""

    variant: Annotated[str, Head("variant")]
    date: Annotated[str, Head("date", is_date=True)]
    p_short: Annotated[float, Head("short in that period", "share")]
    p_short_by: Annotated[float, Head("short by then", "share")]


_OF_FAN = ("name", "variant", "measure", "length", "bound", "unit", "capped_at", "n_draws")
"""What all points of a fan have of it."""


def points_of(fan: Fan) -> Iterator[FanPoint]:
    """A fan date by date."""
    for at, date in enumerate(fan.dates):
        yield FanPoint(
            **{name: getattr(fan, name) for name in _OF_FAN},
            date=date,
            mean=fan.mean[at],
            quantiles={band: values[at] for band, values in fan.quantiles.items()},
            central=fan.central[at],
            capped_share=fan.capped_share[at] if fan.capped_share else None,
        )


def quantity_of(name: str, unit: str) -> Column:
    """What is told by a name such as `sender_cost(embargo, 2026-01, buyer=lost)`.

    In the words of the tables of cover and leverage; a name that they do not have stays.
    """
    kind, _bracket, asked = name.partition("(")
    field = kind
    if kind == "sender_cost":
        field = f"{kind}_lost" if "buyer=lost" in asked else f"{kind}_returning"
    known = {
        column.path: column.heading for column in (*cover_columns(), *leverage_columns("", ""))
    }
    known |= {"cover": _("Cover: how long stock lasts"), "end": _("ends")}
    return Column(known.get(field, kind), "", unit)


@tables_of.register
def stress_tables(found: Stress) -> tuple[ResultTable, ...]:
    """Answers over draws as whole tables."""
    money, unmet = found.units.get("money", ""), found.units.get("unmet", "")
    bands = next(iter(found.fans)).quantiles if found.fans else ()
    points = (point for fan in found.fans for point in points_of(fan))
    months = (
        HazardMonth(risk.variant, *of_month)
        for risk in found.hazards
        for of_month in zip(risk.dates, risk.p_short, risk.p_short_by, strict=True)
    )
    return (
        table_of(
            "answers", _("Answers"), Answer, found.answers,
            "name unit question variant measure length date", response_column(),
            "mean standard_error",
            *quantile_columns(""),
            "central capped_at capped_share n_draws n_without n_unbounded draws_to_halve",
        ),
        table_of(
            "ended", _("Leverage has ended"), EndedBy, found.p_ended,
            "variant measure length date", response_column(), "p standard_error n_draws",
        ),
        table_of(
            "decides", _("What decides"), Influence, found.sensitivity,
            "answer input first first_confidence total total_confidence", *columns(pawn="PAWN"),
        ),
        table_of(
            "swings", _("Each input from low to high"), Bar, found.tornado,
            "answer input unit low central high answer_unit answer_at_low answer_central "
            "answer_at_high capped_at",
        ),
        table_of(
            "tipping", _("Where a verdict flips"), TippingValue, found.tipping,
            "answer input value unit direction value_over_draws central_answer says",
        ),
        table_of(
            "fans", _("By date"), FanPoint, points,
            "name unit variant measure length", response_column(), "date mean",
            *quantile_columns("", bands),
            "central capped_at capped_share n_draws",
        ),
        table_of(
            "hazards", _("Hazards"), HazardRisk, found.hazards,
            "variant hazards expected_loss cvar_loss expected_unmet cvar_unmet tail_share use "
            "missing n_draws",
            money=money, unmet=unmet,
        ),
        table_of(
            "hazard_months", _("Hazards by date"), HazardMonth, months,
            "variant date p_short p_short_by",
        ),
        table_of(
            "left_out", _("Inputs left out"), ScreenedOut, found.screened_out,
            "answer n_inputs largest_swing share_of_largest inputs",
        ),
        table_of(
            "inputs", _("Uncertain inputs"), DrawnInput, found.inputs,
            "path unit value low high distribution", *quantile_columns("", ("5", "50", "95")),
            "is_stated reference n_rows n_unfinished open_share grade why scenarios",
        ),
    )  # fmt: skip
