"""Results told to a reader: one HTML file that needs nothing else."""

from derbes.brief.contents import BriefContents
from derbes.brief.page import render_brief

__all__ = ["BriefContents", "render_brief"]
