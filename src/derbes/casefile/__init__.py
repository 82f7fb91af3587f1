"""Case files: read them, check them, change them, describe them."""

from derbes.casefile.display import display
from derbes.casefile.reader import check_case, read_case
from derbes.casefile.reference import json_schema, reference_page

__all__ = [
    "check_case",
    "display",
    "json_schema",
    "read_case",
    "reference_page",
]
