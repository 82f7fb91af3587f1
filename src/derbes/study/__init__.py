"""A variant ready to be studied: compiled, with its calm plan; and workers to study it."""

from derbes.study.study import Study, longest_length, make_studies, narrowed, variant_case
from derbes.study.workers import Progress, run_tasks

__all__ = [
    "Progress",
    "Study",
    "longest_length",
    "make_studies",
    "narrowed",
    "run_tasks",
    "variant_case",
]
