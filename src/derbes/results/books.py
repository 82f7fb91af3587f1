"""Every result as whole tables: what a spreadsheet, a data frame or another program gets.

A table has the columns that the screen shows and those that it leaves out; each names the
field of the JSON that it holds, unrounded. The tables of a result stand beside its records.
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.results.tables import ResultTable

NAMES: Mapping[str, tuple[str, ...]] = {
    "cover": ("cover",),
    "leverage": ("leverage", "ends", "levers"),
    "plan": (
        "plan", "sums", "account", "supply", "standards", "frontier", "outlay", "ways", "waiting",
        "alternatives", "clash", "plants", "saved_abroad", "chances",
    ),
    "stress": (
        "answers", "ended", "decides", "swings", "tipping", "fans", "hazards", "hazard_months",
        "left_out", "inputs",
    ),
    "statements": (
        "statements", "contrasts", "double_standards", "tensions", "contradictions", "misfits",
        "modality_drift", "unsaid", "theses", "scores", "calibration", "signaling",
    ),
    "screen": ("dependences", "sellers", "comparisons", "other_values", "mirrors"),
    "upstream": ("tiers", "sectors", "routes", "losses", "gains"),
    "check": ("problems", "notes"),
    "show": ("inputs", "steps"),
    "import": ("changes", "fates"),
    "import-excel": ("changes",),
}  # fmt: skip
"""Verb → the tables that its answers may have, the main one first."""


@singledispatch
def tables_of(result: Any) -> tuple[ResultTable, ...]:
    """The tables of what a verb answers, the main one first."""
    raise TypeError(type(result))


class Tabled:
    """A result with whole tables, for notebooks and data frames."""

    __slots__ = ()

    def tables(self) -> dict[str, ResultTable]:
        """Its tables by name, the main one first."""
        return {table.name: table for table in tables_of(self)}

    def to_pandas(self, table: str = "") -> Any:
        """A table as a data frame of pandas; without a name the main one.

        Raises:
            MissingExtraError: pandas is not installed.
            RequestError: There is no such table.
        """
        known = self.tables()
        name = table or next(iter(known))
        if name not in known:
            what = _('"{name}" is no table of this result').format(name=name)
            raise RequestError("derbes", [Problem("table", what, fix=did_you_mean(name, known))])
        return known[name].to_pandas()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The main table, for whatever takes Arrow."""
        return next(iter(self.tables().values())).__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        """The main table in a notebook."""
        return next(iter(self.tables().values()))._repr_html_()
