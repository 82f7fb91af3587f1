"""Quantities of the calm plan that say from whom goods come: the indicators of trade, by amounts.

The formulas are those of `derbes.trade.indicators`, of amounts that arrive in the year up to a
month instead of values that customs recorded: what a number says of a case is comparable with
what trade says of a country, and neither depends on which data lie on a machine.
"""

from collections.abc import Callable, Sequence

import numpy as np

from derbes.case.options import Standard
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays
from derbes.statements.terms import Actor, Engine, Flag, Good, Month, Unknown, Use, quantity
from derbes.statements.worlds import ROUNDING, Model, kept, without_rounding
from derbes.trade import indicators

CALM = Engine.CALM


@quantity(CALM, "share")
def import_share(
    one: Model, *, actor: Actor, at: Month, good: Good = "", use: Use = "", upstream: Flag = True
) -> float:
    """Part of what serves a good or use that comes from an actor, in the year up to that month
    of the calm plan. Upstream: what is made counts by the largest share of the actor among its
    inputs, and wholly in a plant that the actor owns; with upstream=false only what it sells
    counts. Without good and use: all essential uses, by demand.
    """
    case, period = one.case, one.period(at)
    if (good or use) and good not in case.goods and use not in case.uses:
        raise Unknown(f"goods.{good}" if good else f"uses.{use}")
    arrays = one.arrays
    wanted = np.flatnonzero(arrays.use_essential & (arrays.demand[:, period] > 0))
    goods = [int(arrays.use_goods[u]) for u in wanted]
    weights = [float(arrays.use_weight[u] * arrays.demand[u, period]) for u in wanted]
    if good or use:
        goods, weights = [arrays.goods.index(good or case.uses[use].good)], [1.0]
    if upstream:
        others = next(iter(one.shares.values()), np.zeros((len(arrays.goods), period + 1)))
        nothing = np.where(
            np.isnan(others), np.nan, 0.0
        )  # of who sells nothing, where any comes in
        own = one.shares.get(actor, nothing)
        shares = [float(own[g, period]) for g in goods]
    else:
        mine = bought_from(arrays, actor.__eq__)
        shares = [_ratio(one, g, period, mine) for g in goods]
    return _mean(shares, weights, f"import_share ({at})")


def _mean(shares: Sequence[float], weights: Sequence[float], key: str) -> float:
    """Weighted mean of what is known; missing where nothing comes in at all."""
    known = [(share, w) for share, w in zip(shares, weights, strict=True) if not np.isnan(share)]
    total = sum(weight for _share, weight in known)
    if not total:
        raise Unknown(key)
    return sum(share * weight for share, weight in known) / total


def bought_from(arrays: CaseArrays, is_seller: Callable[[str], bool]) -> BoolArray:
    """Purchases from the actors that are meant. (K,)"""
    activities = arrays.activities
    is_one = [is_seller(actor) for actor in activities.actors]
    return np.asarray(is_one & (activities.kinds == ActivityKind.PURCHASE), dtype=np.bool_)


def _ratio(one: Model, good: int, period: int, mine: BoolArray) -> float:
    """Part of what came in over the year up to a period; nan where nothing did."""
    flows = arrivals(one)[:, _year_up_to(one, period)].sum(axis=1)
    of_good = one.arrays.activities.outputs == good
    total = float(flows[of_good].sum())
    return float(flows[of_good & mine].sum()) / total if total > 0 else float("nan")


@kept
def arrivals(one: Model) -> FloatArray:
    """Deliveries and output by period; an export brings in nothing. (K, T) [unit]"""
    from derbes.supply.baseline import arrivals_by_period  # noqa: PLC0415 - see worlds

    outputs = one.arrays.activities.outputs
    usual = np.where(outputs >= 0, one.arrays.flow_size[outputs], 0.0)
    return without_rounding(arrivals_by_period(one.study.calm), usual)


@quantity(CALM, "share")
def share_made_at_home(one: Model, *, good: Good, at: Month) -> float:
    """Part of what comes in of a good that recipes make, whoever owns the plant, or the target
    itself sells, in the year up to that month of the calm plan; missing where nothing comes in.
    """
    period, place, arrays = one.period(at), one.good(good), one.arrays
    own = bought_from(arrays, one.case.target.__eq__)
    own |= arrays.activities.kinds == ActivityKind.RECIPE
    return _mean([_ratio(one, place, period, own)], [1.0], f"share_made_at_home ({good}, {at})")


# Indicators of trade in the calm plan. A seller is an actor abroad, with all its offers.


def _year_up_to(one: Model, period: int) -> slice:
    """Periods of the year that ends with one; fewer where the calendar begins later."""
    return slice(max(0, period + 1 - MONTHS_A_YEAR // one.case.calendar.step), period + 1)


def _by_seller(one: Model, good: int, period: int) -> FloatArray:
    """What each actor abroad delivers of a good in the year up to a period. (sellers,) [unit]"""
    activities = one.arrays.activities
    came = arrivals(one)[:, _year_up_to(one, period)].sum(axis=1)
    came = np.where(activities.outputs == good, came, 0.0)
    abroad = dict.fromkeys(actor for actor in activities.actors if actor != one.case.target)
    sold = [came[bought_from(one.arrays, actor.__eq__)].sum() for actor in abroad]
    return np.array([amount for amount in sold if amount > 0.0])


def _sold(one: Model, good: str, at: Month) -> FloatArray:
    """The same of a good by its id."""
    return _by_seller(one, one.good(good), one.period(at))


def _known(number: float | None, *what: object) -> float:
    """An indicator; missing where it cannot be told."""
    if number is None or np.isnan(number):
        raise Unknown(f"bought ({', '.join(map(str, what))})")
    return float(number)


@quantity(CALM, "share")
def seller_share(one: Model, *, actor: Actor, good: Good, at: Month) -> float:
    """Part of the purchases of a good abroad that come from one seller, in the year up to that
    month of the calm plan (T1); missing where nothing is bought abroad.
    """
    total = _sold(one, good, at).sum()
    mine = arrivals(one)[:, _year_up_to(one, one.period(at))].sum(axis=1)
    is_mine = bought_from(one.arrays, actor.__eq__) & (actor != one.case.target)
    is_mine &= one.arrays.activities.outputs == one.arrays.goods.index(good)
    return _known(indicators.share(mine[is_mine].sum(), total).item(), good, at)


@quantity(CALM, "share")
def largest_seller_share(one: Model, *, good: Good, at: Month) -> float:
    """Part of the purchases of a good abroad that come from the largest seller, in the year up
    to that month of the calm plan (T1); missing where nothing is bought abroad.
    """
    sold = _sold(one, good, at)
    return _known(indicators.share(sold.max(initial=0.0), sold.sum()).item(), good, at)


@quantity(CALM)
def n_sellers_in_calm(one: Model, *, good: Good, at: Month) -> float:
    """How many actors abroad deliver a good in the year up to that month of the calm plan."""
    return float(len(_sold(one, good, at)))


@quantity(CALM)
def seller_concentration(one: Model, *, good: Good, at: Month, upstream: Flag = False) -> float:
    """Herfindahl-Hirschman index of the sellers abroad of a good, from 0 to 1, in the year up to
    that month of the calm plan (T2); above 0.4 trade counts a product as concentrated. With
    upstream=true the largest among the good and all goods that it is made from. Missing where
    nothing is bought abroad.
    """
    tiers = [_sold(one, good, at)]
    if upstream:
        from derbes.planning.base_course import supplying  # noqa: PLC0415 - see worlds

        asked = np.array([one.arrays.goods.index(good)])
        is_part = supplying(one.arrays, asked)
        tiers = [_by_seller(one, int(g), one.period(at)) for g in np.flatnonzero(is_part)]
    sums = [((sold * sold).sum(), sold.sum()) for sold in tiers if len(sold)]
    found = [indicators.concentration(*one).item() for one in sums]
    return _known(max(found, default=None), good, at)


@quantity(CALM, "share")
def import_reliance(one: Model, *, good: Good, at: Month) -> float:
    """Net imports over use of a good, use being what is made at home and imports less exports,
    in the year up to that month of the calm plan (T13); below 0 where more is exported, missing
    where there is no use.
    """
    imports = float(_sold(one, good, at).sum())
    within, arrays = _year_up_to(one, one.period(at)), one.arrays
    is_good = arrays.activities.outputs == arrays.goods.index(good)
    came = float(arrivals(one)[is_good, within].sum())
    exports = float(exports_of(one, good)[within].sum())
    return _known(indicators.reliance(imports, exports, came - imports), good, at)


@quantity(CALM, "share")
def residual_dependence(one: Model, *, actor: Actor, good: Good, at: Month) -> float:
    """Part of the calm use of a good in the year up to that month that could not be had without
    an actor, though all others sold and own plants made all they can, of inputs that are not the
    actor's either (T15); stock does not count. Missing where there is no use.
    """
    from derbes.supply.others import supply_of_others  # noqa: PLC0415 - see worlds

    within, place, arrays = _year_up_to(one, one.period(at)), one.good(good), one.arrays
    need = _use(one, place, within)
    if need <= 0.0:
        raise Unknown(f"goods.{good} ({at})")
    without = np.array([one == actor for one in arrays.activities.actors], dtype=np.bool_)
    others = supply_of_others(arrays, place, within, without=without, need=need)
    found = indicators.residual(need, others)
    return _known(0.0 if found is not None and found <= ROUNDING else found, good, at)


def _use(one: Model, good: int, within: slice) -> float:
    """What calm needs of a good: demand of its uses, and inputs of what is made. [unit]"""
    arrays, activities = one.arrays, one.arrays.activities
    need = float(arrays.demand[arrays.use_goods == good, within].sum())
    for k in np.flatnonzero(activities.kinds == ActivityKind.RECIPE):
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        amount = activities.input_amounts[inputs][activities.input_goods[inputs] == good].sum()
        need += float(amount * arrivals(one)[k, within].sum())
    return need


def beyond_cap(one: Model, cap: Standard) -> tuple[float, ...]:
    """What sellers have beyond their part, in each year that a cap speaks of (M16). [unit]"""
    from derbes.planning.base_course import caps_of, flow_weights, with_part  # noqa: PLC0415 - see worlds

    part = 1.0 if cap.at_most is None else one.number(cap.at_most)
    asked, arrays, n = with_part(cap, part), one.arrays, one.case.calendar.n_periods
    (own,) = caps_of([(cap.id, asked)], arrays, one.case.target, n)
    came, weights = arrivals(one), flow_weights(own, arrays)
    beyond = np.array([weights @ came[:, year].sum(axis=1) for year in own.years])
    usual = ROUNDING * arrays.flow_size[arrays.goods.index(cap.good)] * n
    return tuple(np.where(beyond > usual, beyond, 0.0).ravel().tolist())


def exports_of(one: Model, good: str) -> FloatArray:
    """Sales of a good to buyers abroad by period in the calm plan. (T,) [unit]"""
    arrays = one.arrays
    buyers = (buyer.id for buyer in one.case.exports.values() if buyer.good == good)
    none = np.zeros((0, one.case.calendar.n_periods))
    sold = np.array([one.plan.exports[buyer] for buyer in buyers] or none)
    usual = np.full(len(sold), arrays.flow_size[arrays.goods.index(good)])
    return np.asarray(without_rounding(sold, usual).sum(axis=0), dtype=np.float64)
