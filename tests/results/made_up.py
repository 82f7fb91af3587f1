"""Results of every kind, made up from the types of their fields."""

from collections.abc import Mapping

from hypothesis import strategies as st

from derbes.results.imports import TableImport
from derbes.results.plan import Plan
from derbes.results.statements import Misfit, StatementTable
from derbes.results.stress import Fan, HazardRisk, Stress
from derbes.results.supply import Cover, Leverage, LeverageEnd
from derbes.results.trade import Imported, ProductSheet, Screen
from derbes.results.upstream import GainRow, Upstream

OF_VERB = {
    Cover: "cover",
    Leverage: "leverage",
    Plan: "plan",
    Stress: "stress",
    StatementTable: "statements",
    Screen: "screen",
    ProductSheet: "screen",
    Upstream: "upstream",
    TableImport: "import",
    Imported: "import",
}
"""Result → the verb that answers it."""

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["=1+1", "+7", "@A1", "-5", "007", "271121", "2027-07", "2027-07-15", "қазына ң", "\t=x",
         "=cmd|' /C calc'!A0", "a;=1", "true", "1e5", "_x0041_", "a\nb", "\x1b[31m", "\u202e"]
    ),
)  # fmt: skip
NUMBERS = st.floats(width=64)


def _fan(dates: list[str], values: list[float]) -> dict[str, object]:
    line = tuple(values[: len(dates)])
    return {
        "dates": tuple(dates),
        "mean": line,
        "central": tuple(None for _date in dates),
        "quantiles": {"5": line, "50": line},
        "capped_share": line,
    }


def _series(make: object) -> st.SearchStrategy[object]:
    dates = st.lists(WORDS, max_size=3)
    values = st.lists(NUMBERS, min_size=3, max_size=3)
    return st.builds(make, dates, values)


def _months(dates: list[str], values: list[float]) -> dict[str, object]:
    line = tuple(values[: len(dates)])
    return {"dates": tuple(dates), "p_short": line, "p_short_by": line}


st.register_type_strategy(
    Fan,
    st.builds(
        lambda about, line: Fan(**{**about, **line}),
        st.fixed_dictionaries(
            {"name": WORDS, "variant": WORDS, "unit": WORDS, "n_draws": st.integers(0, 9)}
        ),
        _series(_fan),
    ),
)
_RISK = {
    "variant": WORDS, "hazards": st.tuples(WORDS), "use": st.dictionaries(WORDS, NUMBERS),
    "expected_loss": st.none() | NUMBERS, "cvar_loss": st.none() | NUMBERS,
    "expected_unmet": NUMBERS, "cvar_unmet": NUMBERS, "tail_share": NUMBERS,
    "exceedance": st.just(()), "exceedance_unit": WORDS,
}  # fmt: skip
st.register_type_strategy(
    HazardRisk,
    st.builds(
        lambda about, line: HazardRisk(**{**about, **line}),
        st.fixed_dictionaries(_RISK),
        _series(_months),
    ),
)
st.register_type_strategy(
    GainRow,
    st.builds(
        GainRow, st.sampled_from(["one_sector", "of_inputs"]), st.none() | NUMBERS, NUMBERS, NUMBERS
    ),
)
st.register_type_strategy(
    Misfit,
    st.builds(
        Misfit, WORDS, st.sampled_from(["same", "bounds"]), st.tuples(WORDS), st.tuples(WORDS),
        WORDS,
    ),
)  # fmt: skip
st.register_type_strategy(
    LeverageEnd,
    st.builds(
        LeverageEnd, WORDS, WORDS, st.integers(0, 99), WORDS,
        st.sampled_from([None, "2027-07", "2031-12"]), st.tuples(WORDS), st.tuples(WORDS),
    ),
)  # fmt: skip
st.register_type_strategy(float, NUMBERS)
st.register_type_strategy(str, WORDS)
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
PLACES: Mapping[str, str] = {
    "cover": "results",
    "leverage": "results",
    "ended": "p_ended",
    "decides": "sensitivity",
    "swings": "tornado",
    "left_out": "screened_out",
    "waiting": "value_of_waiting",
    "ways": "ways.ways",
    "saved_abroad": "ways.saved_abroad",
    "chances": "ways.chances",
    "unsaid": "coverage.unsaid",
    "theses": "theses.edges",
    "scores": "predictions.scores",
    "calibration": "predictions.calibration",
    "signaling": "signaling.years",
    "dependences": "rows",
    "losses": "exposure.losses",
}
"""Table → where JSON has its rows, where that is not its name."""
OTHERWISE = {"sums", "fans", "hazard_months", "other_values", "fates"}
"""Tables whose rows JSON has in another shape."""


def results(kind: type) -> st.SearchStrategy[object]:
    """Results of a kind."""
    found = st.from_type(kind)
    if kind is Screen:
        return found.filter(lambda one: one.years)
    return found
