"""What the ledger shows as a whole: contradictions, drift, double standards, tensions."""

from derbes.brief.contents import BriefContents
from derbes.brief.parts import Section, Table, words
from derbes.brief.sections.said.words import (
    actor_name,
    modality_words,
    says_words,
    share_words,
)
from derbes.language import _
from derbes.results.display import verdict_words
from derbes.results.statements import (
    Contradiction,
    DoubleStandardRow,
    ModalityDrift,
    StatementTable,
)


def patterns_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """Contradictions, modality drift, double standards, tensions, contrasts and theses."""
    tables = [
        _contradictions(contents, ledger),
        _drift(contents, ledger),
        _double_standards(contents, ledger),
        _tensions(ledger),
        _contrasts(ledger),
        _theses(ledger),
        _unsaid(contents, ledger),
    ]
    found = tuple(table for table in tables if table.rows)
    if not found:
        return None
    text = _(
        "The same questions are asked of every side, the author of the ledger's source included."
    )
    return Section("patterns", _("Contradictions, drift and double standards"), (text,), (), found)


def _contradictions(contents: BriefContents, ledger: StatementTable) -> Table:
    head = (_("statements"), _("holders"), _("about"), _("sides"))
    rows = tuple(
        (
            words(" / ".join(one.statements)),
            words(
                " / ".join(actor_name(contents, holder) for holder in dict.fromkeys(one.holders))
            ),
            words(_about(contents, one)),
            words(_("the same side") if one.same_side else _("across sides")),
        )
        for one in ledger.contradictions
    )
    return Table(_("Contradictions"), head, rows)


def _about(contents: BriefContents, one: Contradiction) -> str:
    """What a contradiction is about: an expression as written, else actors by their names."""
    if one.kind == "expressions":
        return one.about
    act, bracket, of = one.about.partition(" (")
    named = actor_name(contents, act) if act in contents.case.actors else act.replace("_", " ")
    return f"{named} ({actor_name(contents, of.rstrip(')'))})" if bracket else named


def _drift(contents: BriefContents, ledger: StatementTable) -> Table:
    head = (_("statement"), _("retells"), _("from"), _("to"), _("change"))
    rows = tuple(
        (
            words(f"{one.id} ({actor_name(contents, one.by)})"),
            words(f"{one.source} ({actor_name(contents, one.source_by)})"),
            words(_modality(one, of_source=True)),
            words(_modality(one, of_source=False)),
            words(_change(one.change)),
        )
        for one in ledger.modality_drift
    )
    return Table(_("What became of statements when they were passed on"), head, rows)


def _modality(one: ModalityDrift, *, of_source: bool) -> str:
    modality = one.source_modality if of_source else one.modality
    cue = one.source_cue if of_source else one.cue
    return modality_words(modality) + (f" («{cue}»)" if cue else "")


def _change(change: str) -> str:
    return {"raised": _("raised"), "lowered": _("lowered"), "turned": _("turned round")}.get(
        change, change
    )


def _double_standards(contents: BriefContents, ledger: StatementTable) -> Table:
    head = (_("id"), _("judge"), _("what it is"), _("shown by"), _("verdict"))
    rows = tuple(
        (
            words(one.id),
            words(actor_name(contents, one.judge)),
            words(says_words(one) if one.says else one.act.replace("_", " ")),
            words("; ".join(one.judgements) or ", ".join(one.statements)),
            words(_standard_words(one)),
        )
        for one in ledger.double_standards
    )
    return Table(_("Double standards and asymmetries"), head, rows)


def _standard_words(one: DoubleStandardRow) -> str:
    if one.is_found:
        return _("found among the judgements")
    return verdict_words(one.verdict)


def _tensions(ledger: StatementTable) -> Table:
    head = (_("id"), _("what does not fit"), _("statements"), _("raised"))
    rows = tuple(
        (
            words(one.id),
            words(says_words(one)),
            words(", ".join(one.statements)),
            words(_raised(raised=one.raised)),
        )
        for one in ledger.tensions
    )
    return Table(_("Tensions, gaps and traps"), head, rows)


def _raised(*, raised: bool | None) -> str:
    if raised is None:
        return _("for a reader to judge")
    return _("yes") if raised else _("no")


def _contrasts(ledger: StatementTable) -> Table:
    head = (_("id"), _("contrast"), _("verdict"), _("holds in"))
    rows = tuple(
        (
            words(one.id),
            words(says_words(one)),
            words(verdict_words(one.verdict)),
            words(share_words(one)),
        )
        for one in ledger.contrasts
    )
    return Table(_("Not this but that"), head, rows)


def _theses(ledger: StatementTable) -> Table:
    head = (_("thesis"), _("cause"), _("effect"), _("verdict"))
    rows = tuple(
        (
            words(edge.id),
            words(edge.cause.replace("_", " ")),
            words(edge.effect.replace("_", " ")),
            words(verdict_words(edge.verdict)),
        )
        for edge in ledger.theses.edges
    )
    return Table(_("What is said to cause what"), head, rows)


def _unsaid(contents: BriefContents, ledger: StatementTable) -> Table:
    head = (_("side"), _("never speaks of"), _("others do"))
    rows = tuple(
        (
            words(actor_name(contents, one.side)),
            words(actor_name(contents, one.subject)),
            words(", ".join(actor_name(contents, side) for side in one.said_by)),
        )
        for one in ledger.coverage.unsaid
    )
    return Table(_("What each side never says"), head, rows)
