"""Words that the sections over draws share."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.sections.wording import draws_and_seed
from derbes.case.inventory import quantities
from derbes.language import _
from derbes.results.stress import Answer, Stress

OPTIMAL = "optimal"
_LETTERS = 26
"""Letters of a line of a label in a chart."""


def draws_words(stress: Stress, *, bound: str = "") -> str:
    """How many draws stand behind numbers, and their seed."""
    n = stress.draws_solved if bound == OPTIMAL and stress.draws_solved else stress.draws
    return draws_and_seed(n, stress.seed)


def bound_words(bound: str) -> str:
    """Which response a number supposes."""
    if bound == OPTIMAL:
        return _("best response")
    return _("simple rule") if bound else ""


def about(contents: BriefContents, measure: str, length: int | None) -> str:
    """A measure and its length."""
    name = name_of(contents.case, "measures", measure) if measure else ""
    return ", ".join(part for part in (name, fmt.months(length) if length else "") if part)


def answer_words(contents: BriefContents, answer: Answer) -> str:
    """An answer for a reader: what, from when, in which variant."""
    kind = answer.name.partition("(")[0]
    parts = [_kinds().get(kind, kind.replace("_", " "))]
    if answer.date:
        parts.append(_("start {month}").format(month=fmt.date(answer.date)))
    if answer.variant != "base":
        parts.append(name_of(contents.case, "variants", answer.variant))
    if answer.bound:
        parts.append(bound_words(answer.bound))
    return ", ".join(parts)


def words_of(contents: BriefContents, stress: Stress, name: str) -> str:
    """The words of an answer by its name."""
    for answer in stress.answers:
        if answer.name == name:
            return answer_words(contents, answer)
    kind, _bracket, inside = name.partition("(")
    told = _kinds().get(kind, kind.replace("_", " "))
    return f"{told} ({inside}" if inside else told


def _kinds() -> dict[str, str]:
    return {
        "time_to_survive": _("time to survive"),
        "unmet_essential": _("unmet essential demand"),
        "survives": _("the measure is survived"),
        "ended": _("leverage has ended"),
        "leverage_ratio": _("leverage ratio"),
        "target_loss": _("target's loss"),
        "sender_cost": _("sender's cost"),
        "cover": _("cover"),
        "goes_short": _("essential demand goes short"),
    }


def in_unit(value: float | None, unit: str) -> str:
    """A number with its unit as a reader sees it."""
    if value is None:
        return fmt.missing()
    if unit == "month":
        return fmt.months(value)
    if unit == "share":
        return fmt.share(value)
    return fmt.quantity(value, unit)


def input_words(contents: BriefContents, path: str) -> str:
    """Where an input stands in the case, for a reader: its element's name and its key."""
    if path == "scenario":
        return _("which scenario comes")
    parts = path.split(".")
    if len(parts) < 3 or not hasattr(contents.case, parts[0]):
        return path.replace("_", " ")
    name = name_of(contents.case, parts[0], parts[1])
    key = " ".join(parts[2:]).replace("_", " ")
    return f"{name}: {key}"


def grade_of(contents: BriefContents, path: str) -> str:
    """Grade of an input; empty when it has none."""
    return next((q.grade.value for q in quantities(contents.case, path)), "")
