"""Days of cover: how long stock meets the demand to come."""

from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray

DAYS_A_MONTH = 30.4375
"""A year of 365.25 days in twelve parts."""
ROUNDING = 1e-12
"""Part of the stock that counts as none."""
IEA_NAPHTHA_FREE_PRIMARY = 0.96
"""Crude and feedstocks count after 4 % naphtha yield (IEA)."""
IEA_PRODUCTS_TO_CRUDE = 1.065
"""Products count as the crude that makes them (IEA)."""
IEA_UNAVAILABLE = 0.9
"""A tenth of stocks cannot be drawn (IEA)."""


@dataclass(frozen=True, slots=True)
class ForwardCover:
    """How long what lies in store meets the demand to come, without any delivery."""

    periods: float
    """inf: it never ends. [period]"""

    def days(self, months_a_period: int) -> float | None:
        """Days; None where it never ends or nothing is used. [day]"""
        known = np.isfinite(self.periods)
        return float(self.periods) * months_a_period * DAYS_A_MONTH if known else None


def forward_cover(amounts: FloatArray, retention: FloatArray, demand: FloatArray) -> ForwardCover:
    """Cover of what lies in store: first expired, first out, against the demand to come.

    What expires or spoils on the way is not counted. A period that begins with less than
    it needs counts in proportion.

    Args:
        amounts: Batches in store before the first period. (B,) [unit]
        retention: Part of each batch that is left from the period before. (B, T)
        demand: Demand to come. (T,) [unit/period]

    Examples:
        >>> one = np.ones((1, 8))
        >>> forward_cover(np.array([10.0]), one, np.full(8, 4.0)).periods
        2.5
        >>> forward_cover(np.array([10.0]), one, np.zeros(8)).periods
        inf
    """
    batches = amounts.astype(np.float64).copy()
    order = np.argsort(np.cumprod(retention, axis=1).sum(axis=1), kind="stable")
    for t, needed in enumerate(demand):
        batches *= retention[:, t]
        held = float(batches.sum())
        if needed > held * (1.0 + ROUNDING):
            return ForwardCover(float(t + held / needed))
        before = np.concatenate([[0.0], np.cumsum(batches[order])[:-1]])
        batches[order] -= np.clip(needed - before, 0.0, batches[order])
    return ForwardCover(np.inf)


def iea_days_of_imports(
    primary_imports: float,
    product_imports: float,
    primary_stock: float,
    product_stock: float,
    *,
    days: float = 365.0,
) -> float:
    """Days of net imports that oil stocks cover, by the IEA's 90-day rule. [day]

    Net imports a day are (0.96 primary + 1.065 products) / days of the year before;
    stocks count as 0.9 (0.96 primary + 1.065 products) (iea.org/oilstocks).

    Args:
        primary_imports: Net imports of crude and feedstocks in a year. [Mt]
        product_imports: Net imports of products in a year. [Mt]
        primary_stock: [Mt]
        product_stock: [Mt]
        days: Days of that year. [day]

    Examples:
        >>> round(iea_days_of_imports(10.0, 2.0, 2.0, 0.8), 2)
        77.63
    """
    primary, products = IEA_NAPHTHA_FREE_PRIMARY, IEA_PRODUCTS_TO_CRUDE
    a_day = (primary * primary_imports + products * product_imports) / days
    stock = IEA_UNAVAILABLE * (primary * primary_stock + products * product_stock)
    return stock / a_day
