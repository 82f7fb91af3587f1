"""Quantities of the model: the calm plan, survival of measures, losses of both sides, talk.

A sender gains by a cut-off when g L > C, with L the target's loss, C its own expected cost and
g what one unit of the target's loss is worth to it: where the leverage ratio L / C is above
1 / g.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from derbes.case.entities import essential_uses
from derbes.case.quantity import FloatArray
from derbes.language import worded
from derbes.model.arrays import ActivityKind, BoolArray
from derbes.model.compile import opening_period
from derbes.model.numbers import over
from derbes.results.supply import ALL_ESSENTIAL, LeverageRow
from derbes.statements.of_case import length_of, measure_of
from derbes.statements.of_sellers import arrivals, beyond_cap, bought_from, exports_of
from derbes.statements.terms import (
    NEVER,
    Actor,
    Bound,
    Buyer,
    Day,
    Engine,
    Flag,
    Good,
    GoodOrUse,
    MeasureId,
    Month,
    Months,
    Said,
    Sender,
    StandardId,
    TierWord,
    Unknown,
    Use,
    day_of,
    quantity,
)
from derbes.statements.worlds import ROUNDING, Model, Shortfall, kept, label_day, without_rounding

CALM, COVER, LEVERAGE = Engine.CALM, Engine.COVER, Engine.LEVERAGE
SURE = 1e-6
"""Beliefs that lie closer to each other than this are the same."""
Run = tuple[str, int]
"""A measure and its length. [period]"""


# The calm plan: stocks, flows, shares of sellers, money.


@quantity(CALM, "{good}")
def stock(one: Model, *, good: Good, at: Month, old: Flag = False) -> float:
    """Stock of a good at the end of a month in the calm plan; with old=true only what is left
    of the stockpiles of the first day.
    """
    return _stock_of(one, good, one.period(at), old=old)


def _stock_of(one: Model, good: str, period: int, *, old: bool) -> float:
    """Stock of a good at the end of a period; none of what the variant does not have."""
    is_there = good in one.case.goods
    return float(_stocks(one, old=old)[one.good(good), period]) if is_there else 0.0


@kept
def _stocks(one: Model, *, old: bool) -> FloatArray:
    """Stock at the end of each period, or what is left of the first day's. (G, T) [unit]"""
    from derbes.supply.survival import stock_by_good  # noqa: PLC0415 - see worlds

    calm = one.study.calm
    fresh = np.zeros_like(calm.fresh) if old else calm.fresh
    return without_rounding(stock_by_good(one.arrays, calm.lots, fresh), one.arrays.flow_size)


@quantity(CALM, "{good}/month")
def stock_trend(one: Model, *, good: Good, since: Month, until: Month, old: Flag = False) -> float:
    """Change of the stock in the calm plan, a month; negative: it shrinks."""
    calendar = one.case.calendar
    first, last = (calendar.index(*day.month) for day in (since, until))
    within = range(calendar.n_periods)
    outside = [day for day, at in ((since, first), (until, last)) if at not in within]
    if outside or first == last:
        raise Unknown(*dict.fromkeys(f"calendar ({day})" for day in outside or [since]))
    before, after = (_stock_of(one, good, at, old=old) for at in (first, last))
    change = 0.0 if math.isclose(before, after, rel_tol=ROUNDING) else after - before
    return change / ((last - first) * calendar.step)


@quantity(CALM, "{good}")
def bought(one: Model, *, good: Good, since: Month, until: Month, actor: Actor = "") -> float:
    """Deliveries of a good in the calm plan, both months counted; from one actor, or from all
    but the target.
    """
    mine = bought_from(one.arrays, lambda who: who == actor if actor else who != one.case.target)
    return _flow(one, good, one.parts(since, until), mine)


@quantity(CALM, "{good}")
def made(one: Model, *, good: Good, since: Month, until: Month) -> float:
    """Output of a good by recipes in the calm plan, whoever owns the plant, both months counted."""
    own = one.arrays.activities.kinds == ActivityKind.RECIPE
    return _flow(one, good, one.parts(since, until), own)


def _flow(one: Model, good: str, parts: FloatArray, mine: BoolArray) -> float:
    """Units of a good that come in by some activities."""
    if good not in one.case.goods:
        return 0.0
    of_good = one.arrays.activities.outputs == one.good(good)
    return float((arrivals(one)[of_good & mine, : len(parts)] @ parts).sum())


@quantity(CALM, "{good}")
def exported(one: Model, *, good: Good, since: Month, until: Month) -> float:
    """Sales of a good to buyers abroad in the calm plan, both months counted."""
    parts, is_there = one.parts(since, until), good in one.arrays.goods
    return float(exports_of(one, good)[: len(parts)] @ parts) if is_there else 0.0


@quantity(CALM, "{good}")
def unmet_in_calm(one: Model, *, use: Use, since: Month, until: Month) -> float:
    """Demand of a use that goes unmet though nothing hostile happens, both months counted."""
    parts, arrays = one.parts(since, until), one.arrays
    if use not in one.case.uses:
        raise Unknown(f"uses.{use}")
    unmet = without_rounding(one.study.calm.unmet, arrays.flow_size[arrays.use_goods])
    return float(unmet[arrays.uses.index(use), : len(parts)] @ parts)


@quantity(CALM, "{money}")
def paid(one: Model, *, actor: Actor, since: Month, until: Month) -> float:
    """What the target pays an actor for goods in the calm plan, both months counted, not
    discounted.
    """
    return _payments(one, one.parts(since, until), actor.__eq__)


def _payments(one: Model, parts: FloatArray, is_seller: Callable[[str], bool]) -> float:
    """What goes to the sellers that are meant. [money]"""
    bought = bought_from(one.arrays, is_seller), slice(len(parts))
    return float((one.arrays.activities.price[bought] * arrivals(one)[bought] @ parts).sum())


@quantity(CALM, "{money}")
def outlay(one: Model, *, since: Month, until: Month) -> float:
    """All that the calm plan pays, both months counted: purchases with transport, running,
    storage, capital and standing cost of plants, less exports; not discounted.
    """
    parts = one.parts(since, until)
    capital = sum(amount for amount, _share in _capital(one, parts))
    paid = float(np.asarray(one.plan.money)[: len(parts)] @ parts)
    return paid + capital + _standing_costs(one, parts)


@quantity(CALM, "{money}")
def foreign_outlay(one: Model, *, since: Month, until: Month, capital: Flag = True) -> float:
    """What the calm plan pays to sellers abroad, both months counted, not discounted; with the
    foreign part of capital unless capital=false. Missing where a payment for a plant does not
    say its foreign share.
    """
    parts, target = one.parts(since, until), one.case.target
    total = _payments(one, parts, lambda seller: seller != target)
    for amount, share in _capital(one, parts) if capital else ():
        if share is None:
            raise Unknown("plants.*.capital.foreign_share")
        total += amount * share
    return total


def _capital(one: Model, parts: FloatArray) -> Iterator[tuple[float, float | None]]:
    """Payments for plants in parts of periods: amount, foreign share."""
    for plant in one.standing.plants.values():
        for payment in plant.capital:
            if 0 <= payment.period < len(parts) and parts[payment.period] > 0.0:
                share, amount = payment.foreign_share, one.number(payment.amount)
                own = None if share is None else one.number(share)
                yield amount * float(parts[payment.period]), own


def _standing_costs(one: Model, parts: FloatArray) -> float:
    """What plants cost in some periods while they are open, whatever they make. [money]"""
    calendar, total = one.case.calendar, 0.0
    for plant in one.standing.plants.values():
        if plant.standing_cost is not None:
            a_month = over(plant.standing_cost, len(parts), calendar, values=one.values)
            opening = max(int(opening_period(plant, calendar, one.values)), 0)
            total += float(a_month[opening:] @ parts[opening:]) * float(calendar.step)
    return total


@quantity(CALM, "month")
def cover(one: Model, *, of: GoodOrUse, at: Month) -> float:
    """How long what is in store of a good (of a use: of its good) before a month in the calm
    plan meets all calm demand for it from then on without any delivery, first expired first
    out; what expires or spoils on the way is not counted. Without bound where it never ends.
    """
    from derbes.analysis.cover import good_cover  # noqa: PLC0415 - see worlds

    period, uses = one.period(at), one.case.uses
    found = good_cover(one.study.calm, period, one.good(uses[of].good if of in uses else of))
    if found is None:
        raise Unknown(f"uses ({of})")
    return found.periods * one.case.calendar.step


# Survival: how long, whether, and from when on a measure is survived.


@quantity(COVER, "month")
def time_to_survive(
    one: Model,
    *,
    sender: Sender,
    at: Month,
    use: Use = "",
    measure: MeasureId = "",
    bound: Bound = "optimal",
) -> float:
    """How long a use, or all essential uses together, are met while a measure that starts in
    that month goes on. Where they are met for as long as is looked at, it is known only to be
    at least that.
    """
    name = measure_of(one.case, sender, measure)
    start = one.period(at)
    if not one.is_start(name, start):
        raise Unknown(f"measures.{name}.start")
    if use and use not in one.arrays.uses:
        raise Unknown(f"uses.{use}")
    found, at_least = one.survived(name, start, use)
    if bound == "myopic":
        rows = one.survival(name, start, only_essential=not use or use in essential_uses(one.case))
        found = rows[use or ALL_ESSENTIAL].time_to_survive_myopic
    if found is None:
        raise Unknown(f"time_to_survive ({at})", at_least=at_least)
    return found


def _is_met(one: Model, run: Run, uses: tuple[str, ...], starts: Sequence[int]) -> bool:
    """Whether uses are met at every start, an empty one for all essential ones together.

    The first that is not decides.
    """
    for start, use in product(starts, uses):
        if use and use not in essential_uses(one.case):
            raise Unknown(f"uses.{use} (essential)")
        if not one.is_start(run[0], start):
            raise Unknown(f"measures.{run[0]}.start")
        short = one.short_uses(*run, start)
        if use in short if use else short:
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A measure and its start, and the use that is to survive it."""

    sender: Sender
    at: Month
    months: Months = None
    use: Use = ""
    measure: MeasureId = ""


def _point_of(one: Model, cut: "Trial | Start") -> tuple[Run, int]:
    """The measure with its length, and its start. [period]"""
    name = measure_of(one.case, cut.sender, cut.measure)
    return (name, length_of(one.case, name, cut.months)), one.period(cut.at)


@quantity(COVER)
def survives(one: Model, cut: Trial) -> bool:
    """Whether a measure that starts in that month and lasts so long leaves nothing of a use, or
    of all essential uses, unmet, aftermath counted.
    """
    run, start = _point_of(one, cut)
    return _is_met(one, run, (cut.use,), (start,))


@quantity(COVER)
def ended(one: Model, cut: Trial) -> bool:
    """Whether `ends` gives that month or one before: every start from it on is survived."""
    one.period(cut.at)
    date = ends(one, sender=cut.sender, months=cut.months, use=cut.use, measure=cut.measure)
    return date.first <= cut.at.first


@quantity(COVER)
def ends(
    one: Model, *, sender: Sender, months: Months = None, use: Use = "", measure: MeasureId = ""
) -> Day:
    """First month from which on every start of the measure is survived; later than any date
    where there is none.
    """
    name = measure_of(one.case, sender, measure)
    found = one.ends(name, length_of(one.case, name, months))
    if (use or ALL_ESSENTIAL) not in found:
        raise Unknown(f"uses.{use}" if use else f"measures.{name}")
    return day_of(found[use or ALL_ESSENTIAL] or "") or NEVER


@quantity(COVER)
def meets(one: Model, *, standard: StandardId) -> bool:
    """Whether the case meets a standard of its own: every start of its measure and length leaves
    its uses met to the share that it asks for; a cap on sellers: no seller has more than its part
    in any year of the calm plan.
    """
    path, asked = f"standards.{standard}", one.case.standards.get(standard)
    if asked is None:
        raise Unknown(path)
    if asked.is_cap:
        return not any(amount > 0.0 for amount in beyond_cap(one, asked))
    if not asked.measure:
        raise Unknown(f"{path}.measure")
    if asked.share is not None and one.number(asked.share) < 1.0:
        raise Unknown(f"{path}.share (1)")
    behind = asked.last + 1 if asked.last >= 0 else one.case.calendar.n_periods
    starts = range(asked.first, behind)
    return _is_met(one, (asked.measure, asked.length), asked.uses or ("",), starts)


# Losses of both sides: leverage, its parts, the premium, unmet demand.


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A measure and its start, as quantities are asked about them."""

    sender: Sender
    at: Month
    months: Months = None
    measure: MeasureId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff(Start):
    """The same with the rule by which the target answers."""

    bound: Bound = "optimal"


def losses_of(one: Model, cut: Start, *, has_premium: bool = False) -> LeverageRow:
    """Both sides' losses by one rule."""
    run, start = _point_of(one, cut)
    bound = cut.bound if isinstance(cut, CutOff) else "optimal"
    row = one.losses(*run, start, bound, has_premium=has_premium)
    if row is None:
        raise Unknown(f"measures.{run[0]}.start")
    return row


def figure_of(row: LeverageRow, name: str) -> float:
    """A figure of a row."""
    found = getattr(row, name)
    if found is None:
        raise Unknown(*(row.missing or (name,)))
    return float(found)


def _money(one: Model, cut: CutOff, name: str) -> float:
    """A figure in money; what is there by rounding alone is none."""
    found = figure_of(losses_of(one, cut), name)
    return 0.0 if abs(found) <= ROUNDING * one.turnover else found


def _shortfalls(one: Model, cut: CutOff, use: str) -> Mapping[str, Shortfall]:
    """Use → what a measure does to it; one that is named must be there."""
    losses_of(one, cut)
    run, start = _point_of(one, cut)
    found = one.shortfalls(*run, start, cut.bound)
    if use and use not in found:
        raise Unknown(f"uses.{use}")
    return found


@quantity(LEVERAGE)
def leverage(one: Model, cut: CutOff, *, buyer: Buyer = "returning") -> float:
    """Leverage ratio: target_loss over sender_cost, of a buyer who comes back and refills or
    who never comes back. Without bound where the sender loses nothing and the target
    something; 0 where the target loses nothing.
    """
    return ratio(_money(one, cut, "target_loss"), _money(one, cut, f"sender_cost_{buyer}"))


def ratio(loss: float, cost: float) -> float:
    """Loss over cost: 0 where nothing is lost, without bound where only the target loses.

    Examples:
        >>> ratio(6.0, 3.0), ratio(0.0, 0.0), ratio(6.0, 0.0)
        (2.0, 0.0, inf)
    """
    if loss <= ROUNDING * abs(cost) or loss <= 0.0:
        return 0.0
    return loss / cost if cost > 0.0 else math.inf


@quantity(LEVERAGE, "{money}")
def target_loss(one: Model, cut: CutOff) -> float:
    """What the measure costs the target more than the course without it, discounted to its
    start.
    """
    return _money(one, cut, "target_loss")


@quantity(LEVERAGE, "{money}")
def sender_cost(one: Model, cut: CutOff, *, buyer: Buyer = "returning") -> float:
    """Margin that the sender loses by the measure, discounted to its start."""
    return _money(one, cut, f"sender_cost_{buyer}")


@quantity(LEVERAGE, "share")
def premium(one: Model, cut: Start) -> float:
    """Smallest rise of the sender's prices for what the measure cuts, as a share of them, that
    costs the target as much as being cut off; above any number where no rise up to 100 times
    the price does.
    """
    row = losses_of(one, cut, has_premium=True)
    return math.inf if row.premium_unbounded else figure_of(row, "premium")


@quantity(LEVERAGE, "{good}")
def unmet(
    one: Model, cut: CutOff, *, tier: TierWord = "essential", use: Use = "", gross: Flag = False
) -> float:
    """Unmet demand of a tier in all, or of one use, that a measure which starts in that month
    adds to what is unmet without it; with gross=true all of it. A tier with several units
    cannot be summed: name a use.
    """
    found = _shortfalls(one, cut, use)
    mine = [use] if use else [u for u in found if one.case.uses[u].tier.value == tier]
    return sum(found[u].gross if gross else found[u].net for u in mine) + 0.0


@quantity(LEVERAGE, "share")
def deepest_shortfall(one: Model, cut: CutOff, *, use: Use = "") -> float:
    """Largest share of the demand of one essential use, the worst, in one period that the
    measure leaves unmet beyond what is unmet without it; or of the use that is named.
    """
    if use:
        return _shortfalls(one, cut, use)[use].deepest
    return figure_of(losses_of(one, cut), "deepest_shortfall")


@quantity(LEVERAGE, "share")
def reserve_used(one: Model, cut: CutOff) -> float:
    """Largest part of a good's reserve that is not held in one period."""
    return figure_of(losses_of(one, cut), "reserve_used")


# Whether a cut-off pays, which the signaling game asks too.

PARAMETERS: Mapping[str, tuple[float, float, float]] = {
    "prior": (0.2, 0.5, 0.8),
    "gain_share": (0.1, 0.5, 1.0),
    "lost_buyer_share": (0.0, 0.5, 1.0),
    "threat_effect_share": (0.0, 0.05, 0.15),
    "threat_cost_share": (0.0, 0.05, 0.2),
    "explain_cost_share": (0.0, 0.01, 0.05),
    "act_gain_share": (0.0, 0.01, 0.05),
    "bluff_cost_share": (0.0, 0.01, 0.05),
}
"""What no data give: low, central, high. All grade D: assumptions.

prior: the sender's belief in dependence before it hears anything; gain_share (g): what one
unit of the target's loss is worth to the sender; lost_buyer_share: chance that the buyer
never comes back; threat_effect_share (k): part of the harm that a threat alone does;
threat_cost_share (h): what a threat costs its sender, as part of C; then e, a and b.
"""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a cut-off costs both sides. [money]"""

    target_loss: float
    sender_cost: float
    """Of a buyer who comes back."""
    sender_cost_lost: float
    """Of a buyer who never does."""

    def cost(self, parameters: Mapping[str, float]) -> float:
        """Expected cost of the sender. [money]"""
        lost = parameters["lost_buyer_share"]
        return (1.0 - lost) * self.sender_cost + lost * self.sender_cost_lost


def cut_off_value(stakes: Stakes, parameters: Mapping[str, float]) -> float:
    """What the sender gains by a cut-off, above 0 where it pays. [money]"""
    return parameters["gain_share"] * stakes.target_loss - stakes.cost(parameters)


def central_parameters() -> dict[str, float]:
    """The parameters at their central values."""
    return {name: central for name, (_low, central, _high) in PARAMETERS.items()}


@quantity(LEVERAGE)
def credible(one: Model, cut: Start) -> bool:
    """Whether the sender gains more than it loses by cutting off a target that depends on it as
    the case says: the condition of the signaling game, at its central parameters.
    """
    return cut_off_value(stakes_of(one, cut), central_parameters()) > 0


def stakes_of(one: Model, cut: Start) -> Stakes:
    """What a cut-off costs both sides; Unknown is raised where some of it is missing."""
    return stakes_in(losses_of(one, cut))


def stakes_in(row: LeverageRow) -> Stakes:
    """What a row costs both sides; Unknown is raised where some of it is missing."""
    figures = (row.target_loss, row.sender_cost_returning, row.sender_cost_lost)
    if None in figures:
        raise Unknown(*row.missing)
    return Stakes(*(float(figure or 0.0) for figure in figures))


# The signaling game of `derbes.statements.signaling`, at its central parameters: the target is
# either as on the first day of the case, or as it stands when the measure starts. This is what a
# sender who reasons would conclude, not what anybody does conclude.


def _types(one: Model, cut: Start) -> tuple[Stakes, Stakes]:
    """What a cut-off costs both sides on the first day, and with the target as it is."""
    return stakes_of(one, replace(cut, at=label_day(one.case, 0))), stakes_of(one, cut)


@quantity(LEVERAGE)
def only_talk(one: Model, cut: Start) -> bool:
    """Whether a threat is only talk: whatever the sender believes of the target, dependent as
    on the first day or as it stands, it loses more by a cut-off than it gains.
    """
    parameters = central_parameters()
    return all(cut_off_value(stakes, parameters) <= 0 for stakes in _types(one, cut))


@quantity(LEVERAGE)
def words_matter(one: Model, cut: Start) -> bool:
    """Whether what the sender does can hang on whether the target explains itself, keeps silent
    or acts: there is an equilibrium of the signaling game in which it does.
    """
    from derbes.statements.signaling import answer  # noqa: PLC0415 - loads the solver of games

    return answer(*_types(one, cut), central_parameters()).explaining_matters


@quantity(LEVERAGE)
def read_as_dependent(one: Model, cut: Start, *, said: Said = "silent") -> bool:
    """Whether a sender who reasons takes what the target says for dependence: in every
    equilibrium of the signaling game it believes more in it afterwards than before.
    Not known where an equilibrium leaves that belief open.
    """
    prior = central_parameters()["prior"]
    return _settled(
        [(low > prior + SURE, high <= prior + SURE) for low, high in _read(one, cut, said)]
    )


@quantity(LEVERAGE)
def read_as_free(one: Model, cut: Start, *, said: Said = "act") -> bool:
    """Whether a sender who reasons takes what the target says for lost levers: in every
    equilibrium of the signaling game it believes less in its dependence afterwards than
    before. Not known where an equilibrium leaves that belief open.
    """
    prior = central_parameters()["prior"]
    return _settled(
        [(high < prior - SURE, low >= prior - SURE) for low, high in _read(one, cut, said)]
    )


def _settled(each: list[tuple[bool, bool]]) -> bool:
    """Whether something holds in all equilibria; false where in one it cannot."""
    if any(cannot for _holds, cannot in each):
        return False
    if not each or not all(holds for holds, _cannot in each):
        raise Unknown(worded("what is believed after words that are not said in an equilibrium"))
    return True


def _read(one: Model, cut: Start, said: str) -> list[tuple[float, float]]:
    """Beliefs in dependence after a message, in each equilibrium: from, to."""
    from derbes.statements.signaling import beliefs_after  # noqa: PLC0415 - loads the solver of games

    found = (after[said] for after in beliefs_after(*_types(one, cut)))
    return [between for between in found if between is not None]
