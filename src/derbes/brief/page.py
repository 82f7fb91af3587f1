"""Puts the brief together: one HTML file that needs nothing else."""

from html import escape
from pathlib import Path
from typing import Any

from derbes.brief.contents import BriefContents
from derbes.brief.drawing import draw, font_faces, missing_characters
from derbes.brief.front import front_of, title_of
from derbes.brief.parts import Figure, Section
from derbes.brief.sections.coverage import cover_section, coverage_section
from derbes.brief.sections.deciding import uncertainty_sections
from derbes.brief.sections.dependence import chokepoint_section, dependence_section, sellers_section
from derbes.brief.sections.leverage import (
    bounds_section,
    losses_section,
    surface_section,
    variants_section,
)
from derbes.brief.sections.planning import plan_sections
from derbes.brief.sections.sources import (
    facts_section,
    inputs_section,
    method_section,
    missing_section,
    notes_section,
    reproduce_section,
)
from derbes.brief.sections.statements import said_sections
from derbes.brief.style import NARROW, WIDE
from derbes.language import _, language, ngettext

_TEMPLATES = Path(__file__).parent / "templates"
_WARNING = "\0warning\0"
"""Place of the warning about letters, which only the whole page can give."""


def render_brief(contents: BriefContents) -> str:
    """One self-contained HTML file; the same contents give the same bytes."""
    page: str = (
        _environment()
        .get_template("brief.html")
        .render(
            language=language(),
            title=title_of(contents),
            front=front_of(contents),
            sections=sections_of(contents),
            fonts=font_faces(),
            warning=_WARNING,
        )
    )
    return page.replace(_WARNING, _font_warning(page.replace(_WARNING, "")))


def sections_of(contents: BriefContents) -> tuple[Section, ...]:
    """All sections behind page one, in their order."""
    is_asked = bool(contents.case.measures)
    on_measures = (coverage_section, losses_section, dependence_section, surface_section)
    first, *others = [make(contents) for make in on_measures] if is_asked else [None]
    found = (
        first,
        cover_section(contents) if is_asked else None,
        sellers_section(contents),
        *others,
        chokepoint_section(contents),
        variants_section(contents) if is_asked else None,
        *plan_sections(contents),
        *uncertainty_sections(contents),
        *said_sections(contents),
        bounds_section(contents) if is_asked else None,
        inputs_section(contents),
        facts_section(contents),
        notes_section(contents),
        missing_section(contents),
        method_section(contents.case),
        reproduce_section(contents),
    )
    return tuple(section for section in found if section is not None)


def _environment() -> Any:
    import jinja2  # noqa: PLC0415  rendering alone pays for it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.globals["pictures"] = _pictures
    return environment


def _pictures(figure: Figure) -> list[tuple[str, str]]:
    """(class, SVG) of a figure for screens and paper, and for phones."""
    told = {
        "title": figure.title,
        "description": figure.description.format(finding=figure.title),
    }
    return [
        (size, draw(figure.spec(width), id_=f"{figure.id}-{size}", **told))
        for size, width in (("wide", WIDE), ("narrow", NARROW))
    ]


def _font_warning(page: str) -> str:
    """Paragraph on what the embedded font cannot show; empty when it can show everything."""
    lacking = missing_characters(page)
    if not lacking:
        return ""
    codes = ", ".join(f"U+{ord(character):04X}" for character in lacking)
    text = ngettext(
        "The embedded font lacks {n} character of this brief: {codes}.",
        "The embedded font lacks {n} characters of this brief: {codes}.",
        len(lacking),
    ).format(n=len(lacking), codes=codes)
    return f'<p class="warning">{escape(text)}</p>'
