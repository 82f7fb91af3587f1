"""The public verbs: from a case file to cover, leverage and a brief."""

from derbes.workflow.asked import EVERY_MONTHS, request_of
from derbes.workflow.made import provenance_of
from derbes.workflow.verbs import (
    Progress,
    brief,
    check,
    cover,
    inputs,
    leverage,
    read_case,
    schema,
    show,
)

__all__ = [
    "EVERY_MONTHS",
    "Progress",
    "brief",
    "check",
    "cover",
    "inputs",
    "leverage",
    "provenance_of",
    "read_case",
    "request_of",
    "schema",
    "show",
]
