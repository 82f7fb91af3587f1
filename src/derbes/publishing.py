"""The verbs that make what is looked at: the brief, its charts, and paper.

As in `api`, packages are imported at the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from derbes.browser import printed
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.files import make_folder, place_problems, write_atomically
from derbes.language import _
from derbes.language import languages as languages_known
from derbes.parallel import Progress, RunOptions
from derbes.request import ALL, BRIEF_DRAWS, brief_problems, made_by, refuse, request_of
from derbes.results.supply import Provenance

__all__ = ["brief", "chart", "chart_problems", "charts", "printed"]


def brief(  # noqa: PLR0913 - one option for each wish
    case: Case,
    *,
    variants: Sequence[str] = (ALL,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    draws: int = BRIEF_DRAWS,
    seed: int = 1,
    tables: Path | str = "",
    page_one: bool = False,
    languages: Sequence[str] = (),
    progress: Progress | None = None,
    n_workers: int = 1,
) -> str:
    """The brief on a case, one self-contained HTML page; `page_one`: nothing but its first page.

    With several `languages` (`en`, `ru`, `kk`) the page shows the first and has a button for
    each; all are told out of one computation. Without any it is in the language in use.

    Options as in `request_of`. Its answers are over draws of the uncertain inputs; with 0
    draws, or one, all numbers are central values, and it says that of itself. Where a folder
    of `tables` is named, every table and the data of every chart are written there as CSV.

    Raises:
        RequestError: Something asked for is not in the case, draws below none, or the tables
            cannot stand there.
        SolveError: A program has no usable answer.
        OutputError: The tables can no longer be written.
    """
    words: Any = {"variants": variants, "measures": measures, "starts": starts, "lengths": lengths}
    request, made = _asked(case, words, draws, seed=seed, n_workers=n_workers)
    places = place_problems(case.files, {}, {"tables": tables})
    refuse(case, [*brief_problems(draws, seed), *_language_problems(languages), *places])
    from derbes.brief import csv_tables, render_brief
    from derbes.pages import brief_contents

    if tables:
        make_folder(Path(tables))
    contents = brief_contents(case, request, RunOptions(n_workers, progress=progress), made)
    if tables:
        for name, table in csv_tables(contents).items():
            write_atomically(Path(tables) / f"{name}.csv", table)
    return render_brief(contents, page_one=page_one, languages=tuple(dict.fromkeys(languages)))


def _language_problems(asked: Sequence[str]) -> list[Problem]:
    """What is wrong with the languages of a page."""
    known = languages_known()
    text = _('"{word}" is no language that derbes speaks')
    return [
        Problem("languages", text.format(word=code), fix=did_you_mean(code, known))
        for code in dict.fromkeys(asked)
        if code not in known
    ]


def _asked(
    case: Case, words: Mapping[str, Any], draws: int, *, seed: int, n_workers: int
) -> tuple[Request, Provenance]:
    """What a page is asked, checked against the case, and what makes its answer."""
    request = request_of(case, **words, n_workers=n_workers)
    made = made_by(case, "brief", **words, draws=draws, seed=seed)
    return replace(request, draws=draws, seed=seed) if draws > 1 else request, made


def charts(case: Case) -> dict[str, str]:
    """Name → title of each chart that the brief on a case may have; nothing is computed."""
    from derbes.pages import charts_of

    return {kind.name: kind.title for kind in charts_of(case)}


def chart(  # noqa: PLR0913 - one option for each wish
    case: Case,
    name: str,
    *,
    variants: Sequence[str] = (ALL,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    draws: int = BRIEF_DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
    n_workers: int = 1,
) -> Any:
    """A chart of the brief by its name (`charts`): a `Chart`, which a notebook shows.

    It is that of the brief, and only what it needs is computed: a chart that tells of no draws
    is that of the brief without any. Options as of `brief`.

    Raises:
        RequestError: The case has no such chart, or something asked for is not in it.
        SolveError: A program has no usable answer.
    """
    words: Any = {"variants": variants, "measures": measures, "starts": starts, "lengths": lengths}
    request_of(case, **words, n_workers=n_workers)
    refuse(case, [*brief_problems(draws, seed), *chart_problems(case, name)])
    from derbes.brief.page import chart_of
    from derbes.pages import brief_contents, kind_of

    kind = kind_of(name)
    drawn = draws if kind and kind.is_drawn else 0
    request, made = _asked(case, words, drawn, seed=seed, n_workers=n_workers)
    options = RunOptions(n_workers, progress=progress)
    contents = brief_contents(case, request, options, made, parts=(kind.part,) if kind else ())
    found = chart_of(contents, name)
    if found is None:
        what = _('"{name}" has nothing to show of this case, as it is asked').format(name=name)
        raise RequestError(case.source or case.name, [Problem("name", what, fix=_(
            "see with derbes brief what there is to tell"))])  # fmt: skip
    return found


def chart_problems(case: Case, name: str) -> list[Problem]:
    """What is wrong with the name of a chart."""
    from derbes.pages import kind_of

    known = charts(case)
    kind = kind_of(name)
    if kind is not None and kind.name in known:
        return []
    what = _('"{name}" is no chart of this case').format(name=name)
    return [Problem("name", what, fix=did_you_mean(name, known))]
