"""How sure: what holds over the draws, and what decides it."""

from derbes.brief.contents import BriefContents
from derbes.brief.parts import Section
from derbes.brief.sections.uncertainty.deciding import deciding_section
from derbes.brief.sections.uncertainty.ends import ends_section
from derbes.brief.sections.uncertainty.fans import fans_section
from derbes.brief.sections.uncertainty.hazards import hazards_section
from derbes.brief.sections.uncertainty.inputs import drawn_section

__all__ = ["uncertainty_sections"]


def uncertainty_sections(contents: BriefContents) -> tuple[Section, ...]:
    """Sections over draws; none where nothing was drawn."""
    stress = contents.stress
    if stress is None:
        return ()
    found = (
        fans_section(contents, stress),
        ends_section(contents, stress),
        hazards_section(contents, stress),
        deciding_section(contents, stress),
        drawn_section(contents, stress),
    )
    return tuple(section for section in found if section is not None)
