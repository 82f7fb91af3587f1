"""Numbers and units as people write them: parse, convert, refuse to mix."""

from derbes.units.amounts import (
    ONE,
    Amount,
    Unit,
    convert,
    convertible,
    format_amount,
    format_unit,
    own_unit,
    parse_amount,
    parse_unit,
)
from derbes.units.numbers import format_number, parse_number
from derbes.units.refusal import UnitError

__all__ = [
    "ONE",
    "Amount",
    "Unit",
    "UnitError",
    "convert",
    "convertible",
    "format_amount",
    "format_number",
    "format_unit",
    "own_unit",
    "parse_amount",
    "parse_number",
    "parse_unit",
]
