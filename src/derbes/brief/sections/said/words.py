"""Words that the sections on the ledger share."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.sections.uncertainty.words import (
    in_unit,
    input_words,
    is_opening,
    opening_label,
)
from derbes.brief.sections.wording import draws_and_seed
from derbes.language import _
from derbes.results.display import text_of
from derbes.results.statements import EntryRow, Flip, StatementRow, StatementTable
from derbes.results.supply import Provenance

TESTED = ("holds", "likely", "open", "unlikely", "fails")
"""Verdicts that draws have given, from true to false."""


def modality_words(modality: str) -> str:
    """A modality for a reader."""
    return {
        "possibility": _("possibility"),
        "capability": _("capability"),
        "intention": _("intention"),
        "decision": _("decision"),
        "fact": _("fact"),
        "prediction": _("prediction"),
        "evaluation": _("evaluation"),
        "cause": _("cause"),
        "norm": _("norm"),
        "hypothesis": _("hypothesis"),
        "question": _("question"),
        "perception": _("perception"),
    }.get(modality, modality)


def share_words(row: EntryRow) -> str:
    """The share of the draws in which an entry holds, with its error."""
    if row.share is None:
        return ""
    if row.n_draws == 1:
        return _("central values")
    text = fmt.share(row.share)
    if not row.standard_error:
        return text
    return f"{text} ± {fmt.number(100 * row.standard_error, 1)}"


def says_words(row: EntryRow) -> str:
    """What an entry says, in the language in use."""
    return text_of(row.says, row.id)


def who_words(contents: BriefContents, row: StatementRow) -> str:
    """Whose view it is; who utters it where that is another."""
    holder = actor_name(contents, row.holder)
    if not row.by or row.by == row.holder:
        return holder
    return _("{holder}, told by {by}").format(holder=holder, by=actor_name(contents, row.by))


def actor_name(contents: BriefContents, id_: str) -> str:
    """Name of an actor."""
    return name_of(contents.case, "actors", id_) if id_ else ""


def flip_words(contents: BriefContents, row: EntryRow) -> str:
    """What would flip the verdict: the first inputs with their values, then variants."""
    told = [
        _turn_words(flip).format(
            input=input_words(contents, flip.input), value=_turn_value(contents, flip)
        )
        for flip in row.flips_at[:3]
    ]
    if row.flips_in:
        names = "; ".join(name_of(contents.case, "variants", name) for name in row.flips_in)
        told.append(_("as in: {variants}").format(variants=names))
    return "; ".join(told)


def _turn_words(flip: Flip) -> str:
    """On which side of a value a verdict is the other one."""
    if is_opening(flip.input):
        earlier, later = _("{input} before {value}"), _("{input} after {value}")
        return earlier if flip.direction == "below" else later
    return _("{input} below {value}") if flip.direction == "below" else _("{input} above {value}")


def _turn_value(contents: BriefContents, flip: Flip) -> str:
    """Where a verdict turns: a value with its unit; of an opening, the month."""
    if is_opening(flip.input):
        return fmt.date(opening_label(contents, flip.input, flip.value))
    return in_unit(flip.value, flip.unit)


def made_words(ledger: StatementTable) -> str:
    """Draws, seed and day asked about."""
    made: Provenance = ledger.provenance
    draws = draws_and_seed(made.n_draws, made.seed)
    return _("{draws}; as of {date}").format(draws=draws, date=fmt.date(ledger.as_of))
