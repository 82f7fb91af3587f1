"""Where a command writes: never over what it reads, nor under a name of another kind."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

from derbes.case.entities import Case
from derbes.cli.answers import STANDARD_OUTPUT
from derbes.errors import Problem, RequestError
from derbes.language import _

TEXT, JSON, HTML, CSV, PARQUET = "text", "JSON", "HTML", "CSV", "Parquet"
"""What can be written into a file."""

KINDS: Mapping[str, str] = {
    ".json": JSON,
    ".jsonld": JSON,
    ".html": HTML,
    ".htm": HTML,
    ".csv": CSV,
    ".parquet": PARQUET,
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods"), "Excel"),
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf"), "Word"),
    **dict.fromkeys((".pptx", ".ppt", ".odp"), "PowerPoint"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"), "a picture"),
    ".tsv": "TSV",
    ".pdf": "PDF",
    ".zip": "a zip archive",
}
"""What the end of a name promises."""


def check_places(case: Case | None, kind: str, out: str, **kept: str | Path | None) -> None:
    """Refuse, before anything is computed, what would be written in the wrong place.

    Args:
        case: What is read; None: nothing.
        kind: What is written to `out`.
        out: File, or the screen.
        **kept: Option → other file that is kept; of a `store` what is written is Parquet.

    Raises:
        RequestError: Names everything that is wrong.
    """
    places = {"out": out if out not in ("", STANDARD_OUTPUT) else None, **kept}
    named = {option: Path(place) for option, place in places.items() if place}
    read = [Path(file) for file in case.files] if case is not None else []
    kinds = {"out": kind, "store": PARQUET}
    problems = [
        problem
        for option, place in named.items()
        for problem in (
            *_over_the_case(option, place, read),
            *(_of_another_kind(option, place, kinds[option]) if option in kinds else ()),
        )
    ]
    for (option, place), (other, taken) in combinations(named.items(), 2):
        if _is_same(place, taken):
            what = _('"{place}" is written by --{other} already').format(place=place, other=other)
            problems.append(Problem(option, what, fix=_("name two files")))
    if problems:
        source = (case.source or case.name) if case is not None else "derbes"
        raise RequestError(source, problems)


def _over_the_case(option: str, place: Path, read: Iterable[Path]) -> list[Problem]:
    for file in read:
        if _is_same(place, file):
            what = _('"{place}" is a file of the case, and would be written over')
            fix = _("name another file with --{option}").format(option=option)
            return [Problem(option, what.format(place=place), fix=fix)]
    return []


def _of_another_kind(option: str, place: Path, kind: str) -> list[Problem]:
    promised = KINDS.get(place.suffix.casefold(), kind)
    if promised == kind:
        return []
    fix = {
        TEXT: _("end the name in .txt, or ask for --json"),
        JSON: _("end the name in .json"),
        HTML: _("end the name in .html; a browser prints the page to PDF"),
        CSV: _("end the name in .csv"),
        PARQUET: _("end the name in .parquet"),
    }[kind]
    what = _('"{place}" promises {promised}, and this writes {kind}').format(
        place=place, promised=promised, kind=kind
    )
    return [Problem(option, what, fix=fix)]


def _is_same(place: Path, other: Path) -> bool:
    """Whether two names lead to one file; what is no regular file can be written to twice."""
    try:
        if place.exists() and other.exists():
            return place.is_file() and place.samefile(other)
        return place.resolve() == other.resolve()
    except OSError:
        return False
