import pytest

from derbes.brief import BriefContents, render_brief
from derbes.language import use_language
from tests.brief.invented import invented_contents, without_money


@pytest.fixture(scope="session")
def contents() -> BriefContents:
    return invented_contents()


@pytest.fixture(scope="session")
def page(contents: BriefContents) -> str:
    """The brief on the invented town, drawn once."""
    use_language("en")
    return render_brief(contents)


@pytest.fixture(scope="session")
def page_without_money(contents: BriefContents) -> str:
    """The same where shortage costs are missing."""
    use_language("en")
    return render_brief(without_money(contents))
