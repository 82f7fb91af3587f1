"""Levers: each counted or missing, by measures of its sender, and none of them twice."""

from collections.abc import Iterator

from derbes.case.levers import Lever
from derbes.casefile.checks_plan import each
from derbes.casefile.draft import CaseDraft, Check
from derbes.casefile.entries import Finding
from derbes.language import _
from derbes.model.measures import companions


@each("levers")
def counted_or_missing(_draft: CaseDraft, lever: Lever) -> Iterator[Finding]:
    """A lever has measures, or says what is missing and where to look for it."""
    path = ("levers", lever.id)
    if lever.measures and lever.lacks:
        what = _('"missing" says nothing for a lever that has measures: it is counted')
        yield Finding((*path, "missing"), what, _("keep one of the two"))
    elif not lever.measures and not lever.lacks:
        what = _("the lever has no measures, and does not say what is missing")
        fix = _('add "measures: [my_measure]", or "missing:" with what would be needed')
        yield Finding(path, what, fix, at_key=True)
    elif lever.lacks and not lever.look:
        what = _("the lever does not say where to look for what is missing")
        yield Finding(path, what, _('add "look:", a text or an address'), at_key=True)
    elif lever.measures and lever.look:
        what = _('"look" says nothing for a lever that has measures: it is counted')
        yield Finding((*path, "look"), what, _("take it out, or write it into the note"))


@each("levers")
def senders_of_levers(draft: CaseDraft, lever: Lever) -> Iterator[Finding]:
    """Who pulls a lever imposes all its measures, and is not the target."""
    path, measures = ("levers", lever.id), draft.case.measures
    if lever.sender and lever.sender == draft.case.target:
        what = _('"{name}" is the target of the case; the sender must be another')
        yield Finding.of((*path, "sender"), what, _("name who pulls the lever"), name=lever.sender)
    for position, name in enumerate(lever.measures):
        if name not in measures or measures[name].sender == lever.sender:
            continue
        sender = measures[name].sender
        what = _('the sender of "{measure}" is {sender}, that of the lever {other}').format(
            measure=name, sender=sender or _("no one (an accident)"), other=lever.sender
        )
        fix = _("name a measure of {sender}, or make it a lever of its own")
        yield Finding((*path, "measures", position), what, fix.format(sender=lever.sender))


def measures_of_two_levers(draft: CaseDraft) -> Iterator[Finding]:
    """A measure counts once, also one that runs together with another."""
    if not draft.sound("measures"):
        return
    case, pulled = draft.case, dict[str, str]()
    for lever in case.levers.values():
        for position, name in enumerate(lever.measures):
            if name not in case.measures:
                continue
            twice = [one for one in companions(case, [name]) if one in pulled]
            if twice:
                what = _('"{measure}" is in the lever "{lever}" already; it would count twice')
                yield Finding(
                    ("levers", lever.id, "measures", position),
                    what.format(measure=twice[0], lever=pulled[twice[0]]),
                    _("take it out of one of the two")
                    if twice[0] == name
                    else _('take "{measure}" out: it runs together with "{other}"').format(
                        measure=name, other=twice[0]
                    ),
                )
            pulled |= dict.fromkeys(companions(case, [name]), lever.id)


def starts_of_levers(draft: CaseDraft) -> Iterator[Finding]:
    """What a sender does at once begins in one month."""
    case = draft.case
    first: dict[str, str] = {}
    for lever in case.levers.values():
        for position, name in enumerate(lever.measures):
            if name not in case.measures:
                continue
            other = first.setdefault(lever.sender, name)
            starts = [case.measures[one].start for one in (name, other)]
            if starts[0] != starts[1]:
                words = [
                    _("every month") if start is None else case.calendar.label(start)
                    for start in starts
                ]
                what = _(
                    '"{measure}" is looked at from {start}, "{other}" from {begin}; levers of one '
                    "sender are counted at once"
                )
                what = what.format(measure=name, start=words[0], other=other, begin=words[1])
                fix = _("name measures with the same start")
                yield Finding(("levers", lever.id, "measures", position), what, fix)


LEVER_CHECKS: tuple[Check, ...] = (
    counted_or_missing,
    senders_of_levers,
    measures_of_two_levers,
    starts_of_levers,
)
"""Checks that rely on levers and measures whose ids are known."""
