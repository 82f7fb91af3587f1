"""What trade says of a dependence, and what it is worth: formulas, none of which reads a table.

Equation numbers are those of docs/reference/equations.md. Arrays of (T) hold a buyer, product and
year each; what cannot be told is NaN in them, and None as a number alone. Shares are from 0 to 1;
losses and gains of (U) are parts of real income or, where said, logarithms of a price.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Number = float | Floats

CONCENTRATED = 0.4
"""Concentration above which a product counts as dependent: CDI1, and GeoDep's both."""
FROM_OUTSIDE = 0.5
"""Part of imports from outside the group above which it does: CDI2."""
OVER_EXPORTS = 1.0
"""Imports over exports above which the buyer could not replace them by its own: CDI3."""
OF_YEARS = (2, 3)
"""GeoDep's flag holds when it does in so many of so many years."""
SINGLE_POINT = 0.5
"""Part of the world's exports above which one seller is a single point of failure."""


def concentration(squares: Floats, total: Floats) -> Floats:
    """(T2) Herfindahl-Hirschman index, from 0 to 1: Σ v_i² / (Σ v_i)². (N,)

    Args:
        squares: Σ v_i² over sellers. (N,)
        total: Σ v_i. (N,)
    """
    return share(squares, total * total)


def share(part: Floats, whole: Floats) -> Floats:
    """(T1) A part of a whole, (T3) of imports those from outside; NaN: no whole. (N,)"""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, np.asarray(part) / np.asarray(whole), np.nan)


def over_exports(imports: Floats, exports: Floats) -> Floats:
    """(T4) Imports over exports; infinite where nothing is exported. (N,)"""
    return np.where((exports == 0) & (imports > 0), np.inf, share(imports, exports))


def margin(values: Sequence[Floats], thresholds: Sequence[float]) -> Floats:
    """(T5) How far the weakest of several tests is from its threshold, as a part of it. (N,)

    Above 0: every test is passed, so that the flag holds. A test that cannot be told leaves
    the margin untold.
    """
    parts = [value / limit - 1.0 for value, limit in zip(values, thresholds, strict=True)]
    return np.asarray(np.min(np.stack(parts), axis=0))


def holds_in_years(
    flags: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """(T6) GeoDep's rule: whether a flag holds in two of the last three years. (Y, N) → (N,)

    None: too few years are known to tell.
    """
    needed, window = OF_YEARS
    flags, known = flags[-window:], known[-window:]
    held, open_ = (flags & known).sum(axis=0), (~known).sum(axis=0) + window - len(known)
    found = np.full(held.shape, None)
    found[held + open_ < needed] = False
    found[held >= needed] = True
    return found


def churn(before: Set[object], after: Set[object]) -> float | None:
    """(T7) Part of what was flagged in one year that is not in another; None: nothing was."""
    return len(before - after) / len(before) if before else None


def trend(years: Sequence[int], values: Sequence[float | None]) -> float | None:
    """(T8) Least-squares slope over the years that are known; None: fewer than three. [1/year]"""
    known = [(t, value) for t, value in zip(years, values, strict=True) if value is not None]
    if len(known) < 3:
        return None
    t, value = np.array(known, dtype=float).T
    t -= t.mean()
    return float((t * value).sum() / (t * t).sum())


def unit_value(value: float, weight: float) -> float | None:
    """(T9) Value over weight, of what has a weight; None: nothing has. [USD/t]"""
    return value / weight if weight > 0 else None


def premium(own: float | None, others: Sequence[float | None]) -> float | None:
    """(T10) How much dearer than the simple mean of others; None: none of them is known."""
    known = [value for value in others if value is not None]
    return own / (sum(known) / len(known)) - 1.0 if known and own is not None else None


def spare(now: float, past: Sequence[float]) -> float:
    """(T11) What a seller exports less than it did at its peak in the years before; at least 0."""
    return max(0.0, max(past, default=now) - now)


def mirror_gap(told_by_buyer: float, told_by_seller: float) -> float | None:
    """(T12) What the buyer reports above what the seller does, as a part of the larger.

    From -1 (the buyer reports nothing) to 1 (the seller does not); None: neither reports.
    """
    larger = max(told_by_buyer, told_by_seller)
    return (told_by_buyer - told_by_seller) / larger if larger > 0 else None


def reliance(imports: float, exports: float, production: float) -> float | None:
    """(T13) Net imports over use, from 0 to 1; below 0: more is exported; None: no use."""
    use = production + imports - exports
    return (imports - exports) / use if use > 0 else None


def residual(need: float, others: float) -> float | None:
    """(T15) Part of a need that others could not supply: max(0, D − K) / D; None: no need.

    Examples:
        >>> residual(3.27, 4.0), round(residual(3.27, 2.73), 4)
        (0.0, 0.1651)
    """
    return max(0.0, need - others) / need if need > 0 else None


def season(by_month: Mapping[tuple[int, int], float]) -> tuple[float, ...]:
    """(T14) Month over the mean month, (year, month) → amount, as mean over whole years. (12,)"""
    years = {t for t, _m in by_month}
    whole = sorted(t for t in years if all((t, m) in by_month for m in range(1, 13)))
    parts = [
        [by_month[t, m] / (sum(by_month[t, n] for n in range(1, 13)) / 12) for m in range(1, 13)]
        for t in whole
        if any(by_month[t, n] for n in range(1, 13))
    ]
    return tuple(float(part) for part in np.mean(parts, axis=0)) if parts else ()


# What trade, or one seller of it, is worth


def gains_from_trade(own_share: Number, elasticity: Number) -> Number:
    """(U6) Part of real income that would be lost without any trade: 1 − λ^(1/ε).

    Arkolakis, Costinot and Rodríguez-Clare 2012, one sector. It is what closing the borders would
    cost once everything has adjusted, whatever is behind ε.

    Args:
        own_share: λ, spending on own goods over all spending, on inputs and for final use, changes
            of stocks included.
        elasticity: ε of trade with respect to its costs.

    Examples:
        >>> round(float(gains_from_trade(0.93, 5)), 5)
        0.01441
    """
    return 1.0 - np.asarray(own_share) ** (1.0 / np.asarray(elasticity))


def gains_by_sector(own_shares: Floats, spending: Floats, elasticities: Number) -> float:
    """(U7) The same over sectors: 1 − Π λ_s^(β_s / ε_s), with perfect competition.

    Costinot and Rodríguez-Clare 2014. A sector without any own goods makes it 1: its goods could
    not be had.

    Args:
        own_shares: λ by sector; ignored where nothing is spent. (S,)
        spending: β, parts of final spending; they add up to 1. (S,)
        elasticities: ε, by sector or one for all. (S,)
    """
    return float(1.0 - np.exp(-(spending @ _dearer(own_shares, spending, elasticities))))


def gains_with_loop(
    own_shares: Floats, spending: Floats, elasticities: Number, inputs: Floats
) -> float:
    """(U8) The same where goods are made of goods: 1 − Π λ_k^(β_s ã_sk / ε_k).

    Costinot and Rodríguez-Clare 2014: ã is the Leontief inverse of the inputs, since what is
    dearer makes dearer what is made of it.

    Args:
        own_shares: λ by sector. (S,)
        spending: β, parts of final spending; they add up to 1. (S,)
        elasticities: ε, by sector or one for all. (S,)
        inputs: Spending on the goods of a sector (row) over output of another (column), from
            wherever they come. (S, S)
    """
    wanted = np.asarray(np.linalg.solve(np.eye(len(spending)) - inputs, spending), np.float64)
    return float(1.0 - np.exp(-(wanted @ _dearer(own_shares, wanted, elasticities))))


def _dearer(own_shares: Floats, weights: Floats, elasticities: Number) -> Floats:
    """−ln λ / ε where anything is bought. (S,)"""
    bought = np.where(weights > 0, own_shares, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(bought) / np.asarray(elasticities))


def loss_of_sellers(hostile: Number, sigma: Number) -> Number:
    """(U9) How much dearer a good is without some of its sellers: −ln(1 − w) / (σ − 1).

    Exact for CES (Feenstra 1994): logarithm of the price index. Without bound where w is 1 or σ
    comes near 1. Over inputs J with cost shares a_J (Cobb-Douglas above): Σ a_J times it.

    Args:
        hostile: w, the part of those sellers.
        sigma: σ, elasticity of substitution between sellers, above 1.

    Examples:
        >>> round(float(loss_of_sellers(0.9, 5)), 4)
        0.5756
    """
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log1p(-np.asarray(hostile)) / (np.asarray(sigma) - 1.0))


def with_own_loop(dearer: Floats, own_inputs: Floats) -> Floats:
    """(U10) Rise of prices when own goods are made of own goods: π = (I − Mᵀ)⁻¹ τ. (B,)

    Args:
        dearer: τ, rise of the price of what each buyer buys, its own goods unchanged. (B,)
        own_inputs: M, by how much the price of a buyer's inputs (column) rises with that of
            another's (row): part of own goods in them, times the part of inputs in their cost.
            (B, B)
    """
    return np.asarray(np.linalg.solve(np.eye(len(dearer)) - own_inputs.T, dearer))


def output_left(share: Number, left: Number, sigma: Number) -> Number:
    """(U11) Output when a part of an input is gone: (a E^r + 1 − a)^(1/r), r = (σ − 1)/σ.

    Bachmann et al. 2022. 1 is the output before.

    Args:
        share: a, the input's part of output before.
        left: E, what is left of it.
        sigma: σ, elasticity of substitution between it and all else, above 0; at 1 E^a.

    Examples:
        A cut by 30 % at σ = 0.1:

        >>> round(1 - float(output_left(0.0094, 0.7, 0.1)), 5)
        0.02217
    """
    a, sigma = np.asarray(share, np.float64), np.asarray(sigma, np.float64)
    r = (sigma - 1.0) / sigma
    with np.errstate(all="ignore"):
        # Two ways to log(a E^r + 1 − a): one keeps its digits near σ = 1, the other near σ = 0.
        cut = np.log(np.asarray(left, np.float64))
        near = np.log1p(a * np.expm1(r * cut)) / r
        far = np.logaddexp(np.log(a) + r * cut, np.log1p(-a)) / r
        found = np.where(r == 0.0, a * cut, np.where(np.abs(r * cut) < 1.0, near, far))
    return np.asarray(np.exp(found))


def share_after(share: Number, left: Number, sigma: Number) -> Number:
    """(U12) The input's part of output after it: a E^r / (a E^r + 1 − a), as in (U11)."""
    a, rest, sigma = np.asarray(share), np.asarray(left), np.asarray(sigma)
    r = (sigma - 1.0) / sigma
    with np.errstate(divide="ignore", over="ignore"):
        # Divided through by E^r, which may be without bound.
        return np.asarray(a / (a + (1.0 - a) * rest**-r))


def second_order(before: Number, after: Number, change: Number) -> Number:
    """(U13) Change of output by a change of an input: mean of its shares before and after · change.

    Baqaee and Farhi 2019: dlnY = λ dlnA + ½ (dλ/dlnA) (dlnA)². With `after` = `before` it is
    Hulten's theorem, the first order.

    Args:
        before: Domar weight, sales of the input over income (GDP, or GNE).
        after: The same after the change.
        change: Logarithm of what is left of it over what was.

    Examples:
        >>> round(float(second_order(0.018, 0.076, 0.13)), 5)
        0.00611
    """
    return np.asarray(0.5 * (np.asarray(before) + np.asarray(after)) * np.asarray(change))[()]


def asymmetry(target_loss: float, sender_loss: float) -> float | None:
    """(U14) Loss of the target over that of the sender, by one formula; None: neither is told."""
    return target_loss / sender_loss if sender_loss > 0 and np.isfinite(target_loss) else None
