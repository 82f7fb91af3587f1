"""A ledger with its verdicts as text for people, and the answers to its queries."""

from collections.abc import Callable, Mapping
from typing import Any

from derbes.language import _, ngettext
from derbes.results.display import Column, VerdictColumn, shown, text_table, verdict_words
from derbes.results.statements import (
    SpeakerScore,
    StatementRow,
    StatementTable,
    statement_columns,
)

WIDEST = 60
"""Characters of a reason that the screen shows."""


def statements_text(table: StatementTable, query: str) -> str:
    """All statements, or the answer to a query."""
    head = _("As of {date}, {draws}").format(date=table.as_of, draws=table.draws_words())
    body = _ANSWERS[query](table) if query else _overview(table)
    return f"{head}\n\n{body}"


def _overview(table: StatementTable) -> str:
    columns = [column for column in statement_columns() if column.field != "reason"]
    columns.append(_Short("reason", _("reason")))
    counts: dict[str, int] = {}
    for row in table.statements:
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    tally = ", ".join(f"{n} {verdict_words(word)}" for word, n in counts.items())
    scored = table.predictions.words()
    told = f"{tally}\n{scored}" if scored else tally
    return f"{text_table(columns, table.statements)}\n\n{told}{_turning(table)}"


class _Short(Column):
    """A column that cuts long texts."""

    def cell(self, row: Any) -> str:
        """What a row shows in this column, not longer than a line."""
        text = str(getattr(row, self.field))
        return text if len(text) <= WIDEST else text[: WIDEST - 2] + " …"


class _Outcome(Column):
    """Outcomes; of what was decided before its day, that it was."""

    def cell(self, row: StatementRow) -> str:
        """The outcome of a prediction."""
        text = Column.cell(self, row)
        return _("{outcome}, early").format(outcome=text) if row.decided_early else text


class _Brier(Column):
    """Mean scores; where something due is undecided, from what to what they may come."""

    def cell(self, row: SpeakerScore) -> str:
        """The score of a speaker."""
        text = Column.cell(self, row)
        if row.n_due == row.n_resolved:
            return text
        low, high = shown(row.brier_low), shown(row.brier_high)
        return _("{score} (all that is due: {low} to {high})").format(
            score=text, low=low, high=high
        )


def _turning(table: StatementTable) -> str:
    """Where verdicts turn over, a line each."""
    lines = [line for row in table.statements for line in _flip_lines(row)]
    return "\n\n" + _("Verdicts that turn over") + "\n" + "\n".join(lines) if lines else ""


def _flip_lines(row: StatementRow) -> list[str]:
    words = {
        "above": _("{id}: {input} above {value:.4g} {unit} (now {central:.4g})"),
        "below": _("{id}: {input} below {value:.4g} {unit} (now {central:.4g})"),
    }
    lines = [
        words[flip.direction].format(
            id=row.id, input=flip.input, value=flip.value, unit=flip.unit, central=flip.central
        )
        for flip in row.flips_at
    ]
    if row.flips_in:
        text = _("{id}: in {variants}").format(id=row.id, variants=", ".join(row.flips_in))
        lines.append(text)
    return lines


def _contradictions(table: StatementTable) -> str:
    columns = (
        Column("kind", _("kind")),
        Column("statements", _("statements")),
        Column("holders", _("holders")),
        Column("same_side", _("same side")),
        Column("about", _("about")),
    )
    return text_table(columns, table.contradictions)


def _drift(table: StatementTable) -> str:
    columns = (
        Column("id", _("retelling")),
        Column("by", _("by")),
        Column("source", _("of")),
        Column("source_modality", _("said as")),
        Column("modality", _("retold as")),
        Column("change", _("change")),
        Column("in_what", _("in")),
    )
    return text_table(columns, table.modality_drift)


def _double_standards(table: StatementTable) -> str:
    columns = (
        Column("id", _("id")),
        Column("judge", _("judge")),
        Column("act", _("act")),
        Column("kind", _("kind")),
        Column("is_found", _("shown")),
        VerdictColumn("verdict", _("verdict")),
        Column("judgements", _("judgements")),
    )
    return text_table(columns, table.double_standards)


def _tensions(table: StatementTable) -> str:
    columns = (
        Column("id", _("id")),
        Column("raised", _("raised")),
        VerdictColumn("verdict", _("verdict")),
        Column("share", _("share of draws")),
        Column("statements", _("statements")),
    )
    return text_table(columns, table.tensions)


def _coverage(table: StatementTable) -> str:
    coverage = table.coverage
    tested = _("{n} of {all} entries are tested over draws.").format(
        n=coverage.n_tested, all=coverage.n_entries
    )
    n = len(coverage.facts_unmentioned)
    facts = ngettext(
        "{n} fact that no expression names: {facts}",
        "{n} facts that no expression names: {facts}",
        n,
    ).format(n=n, facts=", ".join(coverage.facts_unmentioned))
    columns = (
        Column("side", _("side")),
        Column("subject", _("never speaks of")),
        Column("said_by", _("who does")),
    )
    return f"{tested}\n{facts}\n\n{text_table(columns, coverage.unsaid)}"


def _theses(table: StatementTable) -> str:
    lines = []
    for edge in table.theses.edges:
        share = "" if edge.share is None else f" {edge.share:.0%}"
        lines.append(
            f"{edge.cause} → {edge.effect}   [{edge.id}: {verdict_words(edge.verdict)}{share}]"
        )
    return "\n".join(lines)


def _predictions(table: StatementTable) -> str:
    scores = (
        Column("speaker", _("holder")),
        Column("n_predictions", _("predictions")),
        Column("n_due", _("due")),
        Column("n_resolved", _("of them scored")),
        Column("n_early", _("decided early")),
        Column("n_open", _("open")),
        Column("n_void", _("void")),
        Column("n_expired", _("expired")),
        _Brier("brier", _("Brier score")),
    )
    bins = (
        Column("low", _("from")),
        Column("high", _("to")),
        Column("n", _("scored")),
        Column("mean_probability", _("claimed")),
        Column("share_true", _("came true")),
        Column("n_undecided", _("due, undecided")),
        Column("n_early", _("decided early")),
        Column("n_open", _("open")),
    )
    dated = [row for row in table.statements if row.probability is not None]
    rows = (
        Column("id", _("id")),
        Column("holder", _("holder")),
        Column("probability", _("claimed")),
        Column("due", _("due")),
        _Outcome("outcome", _("outcome")),
        VerdictColumn("verdict", _("verdict")),
        Column("share", _("share of draws")),
    )
    parts = [text_table(rows, dated), table.predictions.words()]
    parts.append(text_table(scores, table.predictions.scores))
    if table.predictions.calibration:
        parts.append(text_table(bins, table.predictions.calibration))
    return "\n\n".join(parts)


def _signaling(table: StatementTable) -> str:
    if table.signaling is None:
        return _("No measure of this case has a sender.")
    columns = (
        Column("start", _("start")),
        Column("credible_share", _("credible")),
        Column("rhetoric_share", _("only talk")),
        Column("threshold", _("belief needed")),
        Column("explaining_matters_share", _("words matter")),
        Column("pooling_share", _("pooling")),
        Column("separating_share", _("separating")),
    )
    return text_table(columns, table.signaling.years)


_ANSWERS: Mapping[str, Callable[[StatementTable], str]] = {
    "contradictions": _contradictions,
    "drift": _drift,
    "double_standards": _double_standards,
    "tensions": _tensions,
    "coverage": _coverage,
    "theses": _theses,
    "predictions": _predictions,
    "signaling": _signaling,
}
