"""What is said, with the verdict on it."""

from derbes.brief.contents import BriefContents
from derbes.brief.parts import Section
from derbes.brief.sections.said.patterns import patterns_section
from derbes.brief.sections.said.signaling import signaling_section
from derbes.brief.sections.said.table import statements_section, untested_section

__all__ = ["said_sections"]


def said_sections(contents: BriefContents) -> tuple[Section, ...]:
    """Sections on the ledger; none where the case has no statements."""
    ledger = contents.statements
    if ledger is None or not ledger.statements:
        return ()
    found = (
        statements_section(contents, ledger),
        patterns_section(contents, ledger),
        signaling_section(contents, ledger),
        untested_section(contents, ledger),
    )
    return tuple(section for section in found if section is not None)
