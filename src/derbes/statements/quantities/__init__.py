"""Values of the quantities that expressions name, computed by the packages below."""

from collections.abc import Mapping

from derbes.statements.expressions.entries import Ledger, entries_of, read_ledger
from derbes.statements.quantities import calm, credibility, inputs, ledger, losses, survival
from derbes.statements.quantities.worlds import Compute, DrawWorld, Settled

COMPUTED_BY: Mapping[str, Compute] = {
    "fact": ledger.fact,
    "date_of": ledger.date_of,
    "attested": ledger.attested,
    "indicator": ledger.indicator,
    "holds": ledger.holds,
    "share": ledger.share,
    "verdict": ledger.verdict,
    "modality": ledger.modality,
    "denied": ledger.denied,
    "stance": ledger.stance,
    "held_by": ledger.held_by,
    "same_side": ledger.same_side,
    "months_between": ledger.months_between,
    "exists": inputs.exists,
    "input": inputs.number_at,
    "demand": inputs.demand,
    "price": inputs.price,
    "capacity": inputs.capacity,
    "plant_open": inputs.plant_open,
    "opening": inputs.opening,
    "capital": inputs.capital,
    "makes": inputs.makes,
    "needs": inputs.needs,
    "has_home_source": inputs.has_home_source,
    "sells": inputs.sells,
    "n_sellers": inputs.n_sellers,
    "stock": calm.stock,
    "stock_trend": calm.stock_trend,
    "import_share": calm.import_share,
    "share_made_at_home": calm.share_made_at_home,
    "bought": calm.bought,
    "made": calm.made,
    "exported": calm.exported,
    "unmet_in_calm": calm.unmet_in_calm,
    "paid": calm.paid,
    "outlay": calm.outlay,
    "foreign_outlay": calm.foreign_outlay,
    "cover": calm.cover,
    "time_to_survive": survival.time_to_survive,
    "survives": survival.survives,
    "ended": survival.ended,
    "ends": survival.ends,
    "meets": survival.meets,
    "leverage": losses.leverage,
    "target_loss": losses.target_loss,
    "sender_cost": losses.sender_cost,
    "premium": losses.premium,
    "unmet": losses.unmet,
    "deepest_shortfall": losses.deepest_shortfall,
    "reserve_used": losses.reserve_used,
    "credible": credibility.credible,
}
"""Quantity → what computes it."""

__all__ = [
    "COMPUTED_BY",
    "DrawWorld",
    "Ledger",
    "Settled",
    "entries_of",
    "read_ledger",
]
