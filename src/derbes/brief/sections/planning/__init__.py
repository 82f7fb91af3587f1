"""Sections on the plan: what to do, what security costs, what is paid when."""

from derbes.brief.contents import BriefContents
from derbes.brief.parts import Section
from derbes.brief.sections.planning.frontier import frontier_section
from derbes.brief.sections.planning.outlay import outlay_section
from derbes.brief.sections.planning.plan import plan_section, plan_words
from derbes.brief.sections.planning.programmes import frontier_plan, programmes_section

__all__ = ["plan_sections", "plan_words"]


def plan_sections(contents: BriefContents) -> tuple[Section, ...]:
    """The sections on the plan; none where nothing was to be decided."""
    plan = contents.plan
    if plan is None:
        return ()
    parts = [plan_section(contents, plan)]
    if len(contents.plans) > 1:
        parts.append(programmes_section(contents))
    told = frontier_plan(contents, plan)
    if any(point.cost is not None for point in told.frontier):
        parts.append(frontier_section(contents, told))
    if plan.outlay:
        parts.append(outlay_section(contents, plan))
    return tuple(parts)
