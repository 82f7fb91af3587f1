"""What a measure finds when it starts: stocks and goods in transit."""

from dataclasses import dataclass

from derbes.case.quantity import FloatArray


@dataclass(frozen=True, slots=True)
class State:
    """Stocks at the end of the period before, and what is on the way.

    Past inflow limits what of a good with a shelf life can still be used: fresh
    stock at the end of period t is at most the sum over the last `shelf_life`
    periods j of inflow[t - j] * retention ** j.
    """

    lots: FloatArray
    """(L,) [unit]"""
    fresh: FloatArray
    """(G,) [unit]"""
    past_inflow: FloatArray
    """Inflow to fresh stock j + 1 periods before the start. (G, A) [unit]"""
    transit: FloatArray
    """Arrivals j periods after the start, ordered before it. (K, J) [unit]"""
