"""The public verbs: from a case file to cover, leverage, a plan and a brief."""

from derbes.workflow.asked import EVERY_MONTHS, request_of
from derbes.workflow.made import made_by, provenance_of
from derbes.workflow.verbs import (
    Progress,
    brief,
    check,
    cover,
    export_statements,
    inputs,
    leverage,
    plan,
    read_case,
    record_verdicts,
    schema,
    show,
    statements,
    stress,
)

__all__ = [
    "EVERY_MONTHS",
    "Progress",
    "brief",
    "check",
    "cover",
    "export_statements",
    "inputs",
    "leverage",
    "made_by",
    "plan",
    "provenance_of",
    "read_case",
    "record_verdicts",
    "request_of",
    "schema",
    "show",
    "statements",
    "stress",
]
