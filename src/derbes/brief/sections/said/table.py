"""Every statement with its verdict, and what cannot be tested."""

from derbes.brief import format as fmt
from derbes.brief.charts.bars import stacked_counts
from derbes.brief.charts.style import BLUE, INK, NARROW, RED, WIDE, Row, wrapped
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, words
from derbes.brief.sections.said.words import (
    TESTED,
    actor_name,
    flip_words,
    made_words,
    modality_words,
    says_words,
    share_words,
    who_words,
)
from derbes.language import _, ngettext
from derbes.results.display import verdict_words
from derbes.results.statements import EntryRow, StatementRow, StatementTable

_COLORS = (BLUE, "#9cc3e0", "#f3e3a6", "#f0a58a", RED, "#ffffff")
_DARK = (BLUE, RED)
_BARS = 10
"""Speakers of the chart; the table has all."""
_ROOM = {WIDE: 0.04, NARROW: 0.1}
"""Part of the longest bar that a piece must have to hold its number, by width of the chart."""


def statements_section(contents: BriefContents, ledger: StatementTable) -> Section:
    """Verdicts by speaker, and the table of what was tested."""
    tested = [row for row in ledger.statements if row.verdict in TESTED]
    counted = ngettext(
        "{n} statement of {total} could be tested.",
        "{n} statements of {total} could be tested.",
        len(tested),
    ).format(n=fmt.number(len(tested)), total=fmt.number(len(ledger.statements)))
    parts = (counted, _how_judged(ledger), ledger.predictions.words())
    text = " ".join(part for part in parts if part)
    figures = (_figure(contents, ledger),) if tested else ()
    tables = (_table(contents, tested, ledger),) if tested else ()
    return Section("statements", _("What is said, and whether it holds"), (text,), figures, tables)


def _how_judged(ledger: StatementTable) -> str:
    """What a verdict rests on."""
    if ledger.provenance.n_draws > 1:
        return _(
            "A verdict is the share of the draws in which the statement holds: at least 95% "
            "holds, at most 5% fails."
        )
    return _(
        "All inputs are at their central values here, so a verdict is yes or no for these values "
        "alone and says nothing on how sure it is; more draws do."
    )


def _figure(contents: BriefContents, ledger: StatementTable) -> Figure:
    counts = _counts(ledger)
    finding = _finding(ledger)
    return Figure(
        id="verdicts-chart",
        title=finding,
        subtitle=" · ".join((_("Statements by whose view they are"), made_words(ledger))),
        description=_("One bar per speaker, made of counts by verdict. {finding}").format(
            finding=finding
        ),
        wide=_spec(contents, counts, WIDE),
        narrow=_spec(contents, counts, NARROW),
        table=_counts_table(contents, counts),
    )


def _finding(ledger: StatementTable) -> str:
    n = {verdict: sum(row.verdict == verdict for row in ledger.statements) for verdict in TESTED}
    between = n["likely"] + n["open"] + n["unlikely"]
    told = _("Of what could be tested, {holds} hold and {fails} fail")
    if between:
        told = _("Of what could be tested, {holds} hold, {fails} fail, {between} lie between")
    return told.format(
        holds=fmt.number(n["holds"]), fails=fmt.number(n["fails"]), between=fmt.number(between)
    )


def _counts(ledger: StatementTable) -> dict[str, dict[str, int]]:
    """Holder → verdict → statements; what was not tested counts as `untested`."""
    counts: dict[str, dict[str, int]] = {}
    for row in ledger.statements:
        own = counts.setdefault(row.holder or row.by, {})
        kind = row.verdict if row.verdict in TESTED else "untested"
        own[kind] = own.get(kind, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def _kind_words(kind: str) -> str:
    return _("not tested") if kind == "untested" else verdict_words(kind)


def _spec(contents: BriefContents, counts: dict[str, dict[str, int]], width: int) -> Row:
    kinds = (*TESTED, "untested")
    rows: list[Row] = []
    least = _ROOM[width] * max(sum(own.values()) for own in counts.values())
    for holder, own in list(counts.items())[:_BARS]:
        label = wrapped(actor_name(contents, holder), 16 if width == NARROW else 30)
        first = 0
        for kind, color in zip(kinds, _COLORS, strict=True):
            n = own.get(kind, 0)
            ink = "white" if color in _DARK else INK
            if n:
                rows.append({"label": label, "kind": _kind_words(kind), "first": first,
                             "last": first + n, "middle": first + n / 2, "ink": ink,
                             "n": n if n >= least else ""})  # fmt: skip
            first += n
    order = [_kind_words(kind) for kind in kinds]
    return stacked_counts(rows, width=width, order=order, colors=list(_COLORS))


def _counts_table(contents: BriefContents, counts: dict[str, dict[str, int]]) -> Table:
    kinds = (*TESTED, "untested")
    head = (_("whose view"), *(_kind_words(kind) for kind in kinds))
    rows = tuple(
        (words(actor_name(contents, holder)), *(figure_cell(own.get(kind, 0)) for kind in kinds))
        for holder, own in counts.items()
    )
    return Table(_("Statements by speaker and verdict"), head, rows)


def _table(contents: BriefContents, rows: list[StatementRow], ledger: StatementTable) -> Table:
    """What was tested; at central values there is no share of draws, and nothing flips."""
    has_draws = ledger.provenance.n_draws > 1
    drawn = (_("holds in"), _("flips")) if has_draws else ()
    head = (_("id"), _("whose view"), _("as"), _("what it says"), _("verdict"), _("checked by"),
            *drawn)  # fmt: skip
    body = tuple(
        (
            words(row.id),
            words(who_words(contents, row)),
            words(_as_words(row)),
            words(_said(row)),
            words(verdict_words(row.verdict)),
            words(row.expression),
            *(_drawn_cells(contents, row) if has_draws else ()),
        )
        for row in rows
    )
    return Table(_("Statements and verdicts ({made})").format(made=made_words(ledger)), head, body)


def _drawn_cells(contents: BriefContents, row: StatementRow) -> tuple[Cell, ...]:
    """The share of the draws, and what would turn it over."""
    return (
        Cell(share_words(row), row.share, is_number=True),
        words(flip_words(contents, row)),
    )


def _as_words(row: StatementRow) -> str:
    text = modality_words(row.modality)
    return _("not: {modality}").format(modality=text) if row.polarity == "denied" else text


def _said(row: StatementRow) -> str:
    """What it says, with the key phrase of the original and the place."""
    phrase = next((text for text in row.phrase.values() if text), "")
    parts = [says_words(row), f"«{phrase}»" if phrase else "", row.place]
    return " · ".join(part for part in parts if part)


def untested_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """What could not be tested, and why."""
    rows = [row for row in ledger.statements if row.verdict not in TESTED]
    if not rows:
        return None
    head = (_("id"), _("whose view"), _("what it says"), _("verdict"), _("why"))
    body = tuple(
        (
            words(row.id),
            words(who_words(contents, row)),
            words(_said(row)),
            words(verdict_words(row.verdict)),
            words(_why(row)),
        )
        for row in rows
    )
    text = _("What nobody can test yet is listed with what is missing, so that it can be found.")
    table = Table(_("Statements without a verdict"), head, body)
    return Section("untested", _("What is said and cannot be tested"), (text,), (), (table,))


def _why(row: EntryRow) -> str:
    needs = fmt.missing(row.missing) if row.missing else ""
    return "; ".join(part for part in (row.reason, needs) if part)
