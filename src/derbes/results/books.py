"""Every result as whole tables: what a spreadsheet, a data frame or another program gets.

A table has the columns that the screen shows and those that it leaves out; each names the
field of the JSON that it holds, unrounded. The tables of a result stand beside its records.
"""

from collections.abc import Callable, Mapping
from typing import Any

from derbes.results.imports import BookImport, TableImport, import_tables
from derbes.results.plan import Plan, plan_tables
from derbes.results.statements import StatementTable, statement_tables
from derbes.results.stress import Stress, stress_tables
from derbes.results.supply import Cover, Leverage, cover_tables, leverage_tables
from derbes.results.tables import ResultTable
from derbes.results.trade import (
    Imported,
    ProductSheet,
    Screen,
    fate_tables,
    product_tables,
    screen_tables,
)
from derbes.results.upstream import Upstream, upstream_tables

_OF: Mapping[type, Callable[[Any], tuple[ResultTable, ...]]] = {
    Cover: cover_tables,
    Leverage: leverage_tables,
    Plan: plan_tables,
    Stress: stress_tables,
    StatementTable: statement_tables,
    Screen: screen_tables,
    ProductSheet: product_tables,
    Upstream: upstream_tables,
    TableImport: import_tables,
    BookImport: import_tables,
    Imported: fate_tables,
}
NAMES: Mapping[str, tuple[str, ...]] = {
    "cover": ("cover",),
    "leverage": ("leverage", "ends", "levers"),
    "plan": (
        "plan", "sums", "account", "standards", "frontier", "outlay", "ways", "waiting",
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


def tables_of(result: Any) -> tuple[ResultTable, ...]:
    """The tables of what a verb answers, the main one first."""
    return _OF[type(result)](result)
