"""Words that the sections over draws share."""

from dataclasses import dataclass

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.sections.wording import draws_and_seed
from derbes.case.entities import quantities
from derbes.language import _
from derbes.results.stress import Stress

OPTIMAL = "optimal"
ENDED, END = "ended", "end"
"""Answers about a date: whether leverage has ended by it, and the date itself."""


def draws_words(stress: Stress) -> str:
    """How many draws stand behind numbers, and their seed."""
    return draws_and_seed(stress.draws, stress.seed)


def made_by(stress: Stress, bound: str, n: int) -> str:
    """The response that is supposed, and how many draws stand behind it."""
    draws = draws_and_seed(n, stress.seed)
    return f"{bound_words(bound)}: {draws}" if bound else draws


def bound_words(bound: str) -> str:
    """Which response a number supposes."""
    if bound == OPTIMAL:
        return _("best response")
    return _("simple rule") if bound else ""


def about(contents: BriefContents, measure: str, length: int | None) -> str:
    """A measure and its length."""
    name = name_of(contents.case, "measures", measure) if measure else ""
    return ", ".join(part for part in (name, fmt.months(length) if length else "") if part)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The name of an answer, taken apart: `ended(embargo, 2030-01, months=12, bound=myopic)`."""

    kind: str
    measure: str = ""
    date: str = ""
    length: int | None = None
    """[month]"""
    bound: str = ""
    variant: str = "base"


def spoken(name: str) -> Spoken:
    """The parts of an answer's name."""
    kind, _bracket, inside = name.partition("(")
    parts = [part.strip() for part in inside.rstrip(")").split(",") if part.strip()]
    plain = [part for part in parts if "=" not in part]
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    months = named.get("months", "")
    return Spoken(
        kind=kind,
        measure=plain[0] if plain else "",
        date=plain[1] if len(plain) > 1 else "",
        length=int(months) if months.isdigit() else None,
        bound=named.get("bound", ""),
        variant=named.get("variant", "base"),
    )


def words_of(contents: BriefContents, name: str) -> str:
    """An answer for a reader, by its name: what, of which measure, from when, how answered."""
    told = spoken(name)
    parts = [kind_words(told.kind), _about_measure(contents, told)]
    if told.date:
        when = _("by {month}") if told.kind == ENDED else _("start {month}")
        parts.append(when.format(month=fmt.date(told.date)))
    if told.variant != "base":
        parts.append(name_of(contents.case, "variants", told.variant))
    parts.append(bound_words(told.bound))
    return ", ".join(part for part in parts if part)


def _about_measure(contents: BriefContents, told: Spoken) -> str:
    if told.measure == "hazards":
        return _("with hazards")
    return about(contents, told.measure, told.length)


def kind_words(kind: str) -> str:
    """What an answer is, without what it is about."""
    return _kinds().get(kind, kind.replace("_", " "))


def _kinds() -> dict[str, str]:
    return {
        "time_to_survive": _("time to survive"),
        "unmet_essential": _("unmet essential demand"),
        "survives": _("the measure is survived"),
        "ended": _("leverage has ended"),
        END: _("end of leverage"),
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


def is_opening(path: str) -> bool:
    """Whether an input is the opening of a plant, which is counted from the one planned."""
    section, _dot, rest = path.partition(".")
    return section == "plants" and rest.endswith(".opening")


def opening_label(contents: BriefContents, path: str, months: float) -> str:
    """ISO month of an opening that is drawn as months from the one planned."""
    calendar, plant = contents.case.calendar, contents.case.plants[path.split(".")[1]]
    return calendar.label(plant.opening + round(months / calendar.step))


def value_words(contents: BriefContents, path: str, value: float) -> str:
    """A value of an input with its unit; of an opening, the month."""
    if is_opening(path):
        return fmt.date(opening_label(contents, path, value))
    unit = next((q.unit for q in quantities(contents.case, path)), "")
    return in_unit(value, unit)


def grade_of(contents: BriefContents, path: str) -> str:
    """Grade of an input; empty when it has none."""
    return next((q.grade.value for q in quantities(contents.case, path)), "")
