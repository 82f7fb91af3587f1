"""The reference page of the case file in every language that has a catalog.

python -m tools.case_file
"""

from pathlib import Path

from derbes.casefile.reference import reference_page
from derbes.language import languages, use_language

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def page_of(code: str) -> Path:
    """Where the page in a language lies."""
    return REFERENCE / ("case-file.md" if code == "en" else f"case-file.{code}.md")


if __name__ == "__main__":
    for language in languages():
        use_language(language)
        page_of(language).write_text(reference_page(), encoding="utf-8")
