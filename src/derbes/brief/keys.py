"""Keys and kinds of a case file for a reader: what a number is of its element, how it is drawn."""

from collections.abc import Callable

from derbes.language import _


def key_names() -> dict[str, str]:
    """Key that holds a number → its short name."""
    return {
        "amount": _("value"),
        "at_least": _("at least"),
        "at_most": _("at most"),
        "by": _("by how much"),
        "capacity": _("capacity"),
        "capital": _("capital"),
        "capital_by_size": _("capital by size"),
        "carried_share": _("carried share"),
        "cost": _("cost"),
        "cost_share": _("cost share"),
        "crisis_demand": _("crisis demand"),
        "delay": _("delay"),
        "demand": _("demand"),
        "discount_rate": _("discount rate"),
        "foreign_share": _("foreign share"),
        "half_life": _("half life"),
        "hours": _("hours"),
        "in_draws": _("in draws"),
        "inputs": _("needed input"),
        "lead_time": _("lead time"),
        "length": _("length"),
        "life": _("life"),
        "lines": _("lines"),
        "margin_share": _("margin share"),
        "on_order": _("on order"),
        "opening": _("opening"),
        "options": _("options"),
        "price": _("price"),
        "quantity": _("quantity"),
        "ramp": _("ramp"),
        "rate": _("rate"),
        "rates": _("rates"),
        "refill_time": _("refill time"),
        "reserve": _("reserve"),
        "running": _("running"),
        "running_by_size": _("running by size"),
        "sender_horizon": _("sender horizon"),
        "share": _("share"),
        "shelf_life": _("shelf life"),
        "age": _("age"),
        "shortage_cost": _("shortage cost"),
        "standing_cost": _("standing cost"),
        "storage_cost": _("storage cost"),
        "storage_limit": _("storage limit"),
        "take_or_pay": _("take or pay"),
        "weight": _("weight"),
    }


def key_words(steps: list[str], name: Callable[[str], str]) -> str:
    """A key of an element, with what it is about where there are several.

    Args:
        steps: The rest of a path behind its element, e.g. `inputs`, `clay`.
        name: Name of a good.
    """
    known, key = key_names(), steps[0]
    rest = [name(one) if key == "inputs" else known.get(one, one) for one in steps[1:]]
    return " ".join([known.get(key, key), *rest]).replace("_", " ")


def distribution_words(name: str) -> str:
    """A distribution of a case by its name."""
    return {
        "uniform": _("uniform"),
        "triangular": _("triangular"),
        "pert": _("PERT"),
        "lognormal": _("lognormal"),
        "empirical": _("observed values"),
        "discrete": _("discrete"),
        "reference": _("reference class"),
    }.get(name, name)
