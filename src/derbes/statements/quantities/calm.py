"""Quantities of the calm plan: stocks, flows, shares of sellers, money."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from derbes.analysis.cover import good_cover
from derbes.analysis.trajectories import actor_shares, calm_plan_of
from derbes.case.entities import Case
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays
from derbes.results.supply import CalmPlan
from derbes.statements.quantities.asked import Asked, period_of, span_of
from derbes.statements.quantities.worlds import DrawWorld, VariantWorld
from derbes.statements.terms import Day, Missing, Value, joined
from derbes.supply.baseline import arrivals_by_period
from derbes.supply.survival import stock_by_good

Seller = Callable[[str], bool]
"""Whether an actor is meant."""
ROUNDING = 1e-9
"""Part of what is usual of a good up to which an amount of it is nothing."""


def without_rounding(amounts: FloatArray, usual: FloatArray) -> FloatArray:
    """Amounts of a solution by row; what is there by rounding alone is not there.

    A row is measured by itself: goods in unlike units say nothing about each other.

    Args:
        amounts: (rows, T) [unit of the row]
        usual: What is usual of each row's good. (rows,) [unit of the row]

    Examples:
        >>> amounts = np.array([[1e-12, 5.0, -1e-13], [1e-12, 2e-12, 0.0]])
        >>> without_rounding(amounts, np.array([1.0, 1e-12])).tolist()
        [[0.0, 5.0, 0.0], [1e-12, 2e-12, 0.0]]
    """
    most = np.maximum(np.abs(amounts).max(axis=1, initial=0.0), usual)
    return np.where(np.abs(amounts) <= ROUNDING * most[:, None], 0.0, amounts)


def _usual_output(arrays: CaseArrays) -> FloatArray:
    """What is usual of each activity's good; an export puts out none. (K,) [unit]"""
    outputs = arrays.activities.outputs
    return np.where(outputs >= 0, arrays.flow_size[outputs], 0.0)


def _arrivals(variant: VariantWorld) -> FloatArray:
    """Deliveries and output by period. (K, T)"""
    return variant.once(
        "arrivals",
        lambda: without_rounding(
            arrivals_by_period(variant.study.calm),
            _usual_output(variant.study.arrays),
        ),
    )


def _plan(variant: VariantWorld) -> CalmPlan:
    return variant.once("plan", lambda: calm_plan_of(variant.study))


def _stocks(variant: VariantWorld, *, old: bool) -> FloatArray:
    """Stock at the end of each period. (G, T) [unit]"""
    calm, arrays = variant.study.calm, variant.study.arrays
    fresh = np.zeros_like(calm.fresh) if old else calm.fresh
    return variant.once(
        ("stocks", old),
        lambda: without_rounding(stock_by_good(arrays, calm.lots, fresh), arrays.flow_size),
    )


def stock(world: DrawWorld, asked: Asked) -> Value:
    """Stock of a good at the end of a month. [unit]"""
    good = asked.text("good")
    at = asked.day("at")
    old = asked.flag("old")
    one = world.of(asked)
    period = period_of(one.case, at)
    return period if isinstance(period, Missing) else _stock_of(one, good, period, old=old)


def _stock_of(one: VariantWorld, good: str, period: int, *, old: bool) -> float:
    """Stock of a good at the end of a period; none of what the variant does not have."""
    if good not in one.case.goods:
        return 0.0
    return float(_stocks(one, old=old)[one.study.arrays.goods.index(good), period])


def stock_trend(world: DrawWorld, asked: Asked) -> Value:
    """Change of the stock a month. [unit/month]"""
    one = world.of(asked)
    good, old = asked.text("good"), asked.flag("old")
    periods = [period_of(one.case, asked.day(word)) for word in ("since", "until")]
    known = [period for period in periods if not isinstance(period, Missing)]
    if len(known) < len(periods):
        return joined(*periods)
    first, last = known
    if first == last:
        return Missing((f"calendar ({asked.day('since')})",))
    before, after = (_stock_of(one, good, at, old=old) for at in (first, last))
    change = 0.0 if math.isclose(before, after, rel_tol=ROUNDING) else after - before
    return change / ((last - first) * one.case.calendar.step)


def cover(world: DrawWorld, asked: Asked) -> Value:
    """How long what is in store before a month meets the demand to come. [month]"""
    of = asked.text("of")
    one = world.of(asked)
    case = one.case
    good = case.uses[of].good if of in case.uses else of
    period = period_of(case, asked.day("at"))
    if isinstance(period, Missing):
        return period
    if good not in case.goods:
        return Missing((f"goods.{good}",))
    found = good_cover(one.study.calm, period, one.study.arrays.goods.index(good))
    return Missing((f"uses ({of})",)) if found is None else found.periods * case.calendar.step


def import_share(world: DrawWorld, asked: Asked) -> Value:
    """Part of what serves a good or use that comes from an actor, in the year before."""
    actor = asked.text("actor")
    at = asked.day("at")
    good, use = asked.text("good"), asked.text("use")
    upstream = asked.flag("upstream")
    one = world.of(asked)
    period = period_of(one.case, at)
    if isinstance(period, Missing):
        return period
    arrays = one.study.arrays
    if good or use:
        if good not in one.case.goods and use not in one.case.uses:
            return Missing((f"goods.{good}" if good else f"uses.{use}",))
        good = good or one.case.uses[use].good
        shares = [_share(one, actor, arrays.goods.index(good), period, upstream=upstream)]
        weights = [1.0]
    else:
        wanted = np.flatnonzero(arrays.use_essential & (arrays.demand[:, period] > 0))
        goods = [int(arrays.use_goods[u]) for u in wanted]
        shares = [_share(one, actor, g, period, upstream=upstream) for g in goods]
        weights = [float(arrays.use_weight[u] * arrays.demand[u, period]) for u in wanted]
    return _mean(shares, weights, f"import_share ({at})")


def _mean(shares: list[float], weights: list[float], key: str) -> Value:
    """Weighted mean of what is known; missing where nothing comes in at all."""
    known = [(share, w) for share, w in zip(shares, weights, strict=True) if not np.isnan(share)]
    total = sum(weight for _share, weight in known)
    if not total:
        return Missing((key,))
    return sum(share * weight for share, weight in known) / total


def _share(one: VariantWorld, actor: str, good: int, period: int, *, upstream: bool) -> float:
    """Share of an actor in a good; nan where nothing comes in."""
    if not upstream:
        arrays = one.study.arrays
        mine = _bought_from(arrays, lambda seller: seller == actor)
        return _ratio(one, good, period, mine)
    shares = one.once("shares", lambda: actor_shares(one.study))
    if actor not in shares:
        others = next(iter(shares.values()), None)
        known = others is None or not np.isnan(others[good, period])
        return 0.0 if known else float("nan")
    return float(shares[actor][good, period])


def _bought_from(arrays: CaseArrays, is_seller: Seller) -> BoolArray:
    activities = arrays.activities
    sellers = np.array([is_seller(actor) for actor in activities.actors], dtype=np.bool_)
    return np.asarray(sellers & (activities.kinds == ActivityKind.PURCHASE), dtype=np.bool_)


def _ratio(one: VariantWorld, good: int, period: int, mine: BoolArray) -> float:
    """Part of what came in over the year up to a period; nan where nothing did."""
    arrays = one.study.arrays
    n = MONTHS_A_YEAR // arrays.calendar.step
    year = slice(max(0, period + 1 - n), period + 1)
    flows = _arrivals(one)[:, year].sum(axis=1)
    of_good = arrays.activities.outputs == good
    total = float(flows[of_good].sum())
    return float(flows[of_good & mine].sum()) / total if total > 0 else float("nan")


def share_made_at_home(world: DrawWorld, asked: Asked) -> Value:
    """Part of what comes in of a good that is the target's own, in the year before."""
    good = asked.text("good")
    at = asked.day("at")
    one = world.of(asked)
    period = period_of(one.case, at)
    if isinstance(period, Missing):
        return period
    if good not in one.case.goods:
        return Missing((f"goods.{good}",))
    arrays = one.study.arrays
    target = one.case.target
    own = (arrays.activities.kinds == ActivityKind.RECIPE) | _bought_from(
        arrays, lambda seller: seller == target
    )
    share = _ratio(one, arrays.goods.index(good), period, np.asarray(own, dtype=np.bool_))
    return _mean([share], [1.0], f"share_made_at_home ({good}, {at})")


def _flow(world: DrawWorld, asked: Asked, kind: ActivityKind, actor: str = "") -> Value:
    """Units of a good that come in by activities of one kind, both months counted."""
    one = world.of(asked)
    span = span_of(one.case, asked.day("since"), asked.day("until"))
    if isinstance(span, Missing):
        return span
    if asked.text("good") not in one.case.goods:
        return 0.0
    activities = one.study.arrays.activities
    wanted = activities.outputs == one.study.arrays.goods.index(asked.text("good"))
    wanted &= activities.kinds == kind
    if kind is ActivityKind.PURCHASE:
        target = one.case.target
        wanted &= _bought_from(
            one.study.arrays, lambda seller: seller == actor if actor else seller != target
        )
    return float(_arrivals(one)[wanted, span[0] : span[1]].sum())


def bought(world: DrawWorld, asked: Asked) -> Value:
    """Deliveries of a good from an actor, or from all but the target. [unit]"""
    return _flow(world, asked, ActivityKind.PURCHASE, asked.text("actor"))


def made(world: DrawWorld, asked: Asked) -> Value:
    """Output of a good by own recipes. [unit]"""
    return _flow(world, asked, ActivityKind.RECIPE)


def exported(world: DrawWorld, asked: Asked) -> Value:
    """Sales of a good to buyers abroad. [unit]"""
    one = world.of(asked)
    span = span_of(one.case, asked.day("since"), asked.day("until"))
    if isinstance(span, Missing):
        return span
    sales = _plan(one).exports
    mine = [buyer.id for buyer in one.case.exports.values() if buyer.good == asked.text("good")]
    sold = np.array([sales[buyer] for buyer in mine]).reshape(len(mine), -1)
    arrays = one.study.arrays
    if asked.text("good") not in arrays.goods:
        return 0.0
    usual = np.full(len(mine), arrays.flow_size[arrays.goods.index(asked.text("good"))])
    return float(without_rounding(sold, usual)[:, span[0] : span[1]].sum())


def unmet_in_calm(world: DrawWorld, asked: Asked) -> Value:
    """Demand of a use that goes unmet in the calm plan. [unit]"""
    use = asked.text("use")
    since = asked.day("since")
    until = asked.day("until")
    one = world.of(asked)
    span = span_of(one.case, since, until)
    if isinstance(span, Missing):
        return span
    if use not in one.case.uses:
        return Missing((f"uses.{use}",))
    arrays = one.study.arrays
    u = arrays.uses.index(use)
    unmet = without_rounding(one.study.calm.unmet, arrays.flow_size[arrays.use_goods])
    return float(unmet[u, span[0] : span[1]].sum())


def paid(world: DrawWorld, asked: Asked) -> Value:
    """What the target pays an actor for goods. [money]"""
    actor = asked.text("actor")
    since = asked.day("since")
    until = asked.day("until")
    return _payments(world.of(asked), since, until, lambda seller: seller == actor)


def _payments(one: VariantWorld, since: Day, until: Day, is_seller: Seller) -> Value:
    span = span_of(one.case, since, until)
    if isinstance(span, Missing):
        return span
    activities = one.study.arrays.activities
    bought = _bought_from(one.study.arrays, is_seller)
    part = slice(*span)
    return float((activities.price[bought, part] * _arrivals(one)[bought, part]).sum())


def outlay(world: DrawWorld, asked: Asked) -> Value:
    """All that the calm plan pays, capital of plants counted. [money]"""
    since = asked.day("since")
    until = asked.day("until")
    one = world.of(asked)
    span = span_of(one.case, since, until)
    if isinstance(span, Missing):
        return span
    capital = (
        amount for period, amount, _share in _capital(one.standing) if span[0] <= period < span[1]
    )
    return sum(_plan(one).money[span[0] : span[1]]) + sum(capital)


def foreign_outlay(world: DrawWorld, asked: Asked) -> Value:
    """What goes to sellers abroad, and the foreign part of capital. [money]"""
    since = asked.day("since")
    until = asked.day("until")
    capital = asked.flag("capital")
    one = world.of(asked)
    target = one.case.target
    total = _payments(one, since, until, lambda seller: seller != target)
    span = span_of(one.case, since, until)
    if isinstance(total, Missing) or isinstance(span, Missing) or not capital:
        return total
    for period, amount, share in _capital(one.standing):
        if span[0] <= period < span[1]:
            if share is None:
                return Missing(("plants.*.capital.foreign_share",))
            total = float(total) + amount * share  # type: ignore[arg-type]
    return total


def _capital(case: Case) -> Iterable[tuple[int, float, float | None]]:
    """Payments for plants: period, amount, foreign share."""
    for plant in case.plants.values():
        for payment in plant.capital:
            share = None if payment.foreign_share is None else payment.foreign_share.value
            yield payment.period, payment.amount.value, share
