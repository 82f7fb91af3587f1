"""Results told to a reader: one HTML file that needs nothing else."""

from derbes.brief.contents import BriefContents
from derbes.brief.page import csv_tables, render_brief

__all__ = ["BriefContents", "csv_tables", "render_brief"]
