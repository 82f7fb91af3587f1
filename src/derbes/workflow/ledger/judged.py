"""What a user asks of a ledger, from words to a table of verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from derbes.case.entities import Case
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.results.statements import StatementTable
from derbes.statements import entries_of
from derbes.statements.catalog import VERDICT_WORDS
from derbes.statements.table import TableRequest, latest_day, statement_table, verdicts_of
from derbes.statements.terms.values import Day, day_of
from derbes.statements.verdicts import Sampling
from derbes.workflow.ledger.words import StatementWords
from derbes.workflow.made import provenance_of

MOST_DRAWS = 100_000


def judged_statements(
    case: Case,
    words: StatementWords,
    *,
    n_workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> StatementTable:
    """The ledger of a case with its verdicts.

    Raises:
        RequestError: Something asked for is not in the case; names all of it.
        CaseError: Expressions that cannot be used.
    """
    problems = [*_ledger_problems(case), *_word_problems(case, words)]
    if problems:
        raise RequestError(case.source or case.name, problems)
    as_of = day_of(words.as_of) or latest_day(case)
    sampling = Sampling(words.draws, words.seed)
    request = TableRequest(
        as_of, sampling, n_flips=words.flips, n_workers=n_workers, progress=progress
    )
    found = verdicts_of(case, request)
    signaling = None
    if words.has_signaling:
        from derbes.statements.signaling import signaling_of  # noqa: PLC0415 - as in verbs

        signaling = signaling_of(
            found.ledger, as_of, sampling, n_workers=n_workers, progress=progress
        )
    provenance = replace(provenance_of(case), n_draws=words.draws, seed=words.seed)
    return chosen(statement_table(found, as_of, provenance, signaling), words)


def chosen(table: StatementTable, words: StatementWords) -> StatementTable:
    """The table with only the statements that are asked for."""
    rows = tuple(
        row
        for row in table.statements
        if (not words.by or row.holder in words.by or row.by in words.by)
        and (not words.verdicts or row.verdict in words.verdicts)
    )
    return replace(table, statements=rows)


def _ledger_problems(case: Case) -> list[Problem]:
    if entries_of(case):
        return []
    what = _("this case has no statements")
    fix = _("add a section `statements`; see docs/how-to/add-a-statement.md")
    return [Problem(where="statements", what=what, fix=fix)]


def _word_problems(case: Case, words: StatementWords) -> list[Problem]:
    return [
        *_unknown("by", words.by, tuple(case.actors)),
        *_unknown("verdict", words.verdicts, VERDICT_WORDS),
        *_number_problems("draws", words.draws, least=1, most=MOST_DRAWS),
        *_number_problems("flips", words.flips, least=0, most=100),
        *_day_problems(words.as_of),
    ]


def _unknown(where: str, names: Sequence[str], known: Sequence[str]) -> list[Problem]:
    what = {
        "by": _('"{name}" is not an actor of this case'),
        "verdict": _('"{name}" is not a verdict'),
    }[where]
    return [
        Problem(where=where, what=what.format(name=name), fix=did_you_mean(name, known))
        for name in names
        if name not in known
    ]


def _number_problems(where: str, number: int, *, least: int, most: int) -> list[Problem]:
    if least <= number <= most:
        return []
    what = _("{number} is not possible here").format(number=number)
    fix = _("choose a number from {least} to {most}").format(least=least, most=most)
    return [Problem(where=where, what=what, fix=fix)]


def _day_problems(text: str) -> list[Problem]:
    if not text or isinstance(day_of(text), Day):
        return []
    what = _('"{text}" is not a date').format(text=text)
    return [Problem(where="as_of", what=what, fix=_("write a date such as 2026-03-01"))]
