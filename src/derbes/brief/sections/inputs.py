"""Every number of the case, by how good it is."""

from dataclasses import dataclass

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Cell, Section, Table, words
from derbes.case.entities import Case, Plant, quantities
from derbes.case.quantity import Calendar, Quantity
from derbes.language import _, ngettext

GRADES = ("A", "B", "C", "D", "")


@dataclass(frozen=True, slots=True)
class Input:
    """One number of a case, as a reader sees it."""

    path: str
    value: str
    raw: float | str
    range: str
    unit: str
    grade: str
    source: str
    why: str
    has_range: bool


def grade_words(grade: str) -> str:
    """What a grade means."""
    return {
        "A": _("A, official figure"),
        "B": _("B, published estimate"),
        "C": _("C, derived"),
        "D": _("D, assumption"),
    }.get(grade, _("without a grade"))


def inputs_of(case: Case) -> tuple[Input, ...]:
    """Every number that a user wrote in the case, and the openings of its plants."""
    numbers = [_input(q, case.calendar) for q in quantities(case) if not _is_fact(q)]
    openings = [_opening(plant, case.calendar) for plant in case.plants.values()]
    return tuple(numbers + openings)


def _is_fact(quantity: Quantity) -> bool:
    """Whether a number belongs to a fact, which is no input."""
    return quantity.path.startswith("facts.")


def _input(value: Quantity, calendar: Calendar) -> Input:
    return Input(
        path=value.path,
        value=_series(value, calendar) if value.steps else fmt.exact(value.value),
        raw=_series(value, calendar) if value.steps else value.value,
        range=_range(value),
        unit="" if value.unit == "1" else value.unit,
        grade=str(value.grade),
        source=value.source,
        why=value.why,
        has_range=value.has_range,
    )


def _series(value: Quantity, calendar: Calendar) -> str:
    parts = [
        _("{number} from {month}").format(
            number=fmt.exact(step), month=fmt.date(calendar.label(max(period, 0)))
        )
        for period, step in value.steps
    ]
    return "; ".join(parts)


def _range(value: Quantity) -> str:
    if value.months:
        return _("of months alone, each in a row of its own")
    if value.low is None or value.high is None:
        return value.distribution or _("none given")
    text = fmt.span(fmt.exact(value.low), fmt.exact(value.high))
    if value.steps:
        text = _("{span} of the first, all in proportion").format(span=text)
    return f"{text}, {value.distribution}" if value.distribution else text


def _opening(plant: Plant, calendar: Calendar) -> Input:
    """The opening of a plant: a date, so no `Quantity` holds it."""
    label = calendar.label(plant.opening)
    return Input(
        path=f"plants.{plant.id}.opening",
        value=fmt.date(label),
        raw=label,
        range=_("as written: {words}").format(words=plant.opening_written)
        if plant.opening_written
        else _("none given"),
        unit="",
        grade=plant.opening_grade,
        source=plant.opening_source,
        why=plant.opening_why,
        has_range=False,
    )


def grade_counts(inputs: tuple[Input, ...]) -> dict[str, int]:
    """Grade → number of inputs, best grade first, without empty ones."""
    counts = {grade: sum(item.grade == grade for item in inputs) for grade in GRADES}
    return {grade: n for grade, n in counts.items() if n}


def inputs_section(contents: BriefContents) -> Section:
    """One table per grade, the weakest last."""
    inputs = inputs_of(contents.case)
    counts = grade_counts(inputs)
    tables = [
        _table(contents, grade, tuple(item for item in inputs if item.grade == grade))
        for grade in counts
    ]
    n = len(inputs)
    text = ngettext(
        "The case holds {n} number. To change one, change its line in the case file and run again.",
        "The case holds {n} numbers. To change one, change its line in the case file and run "
        "again.",
        n,
    ).format(n=fmt.number(n))
    return Section("inputs", _("Inputs by grade"), (text,), (), tuple(tables))


def _table(contents: BriefContents, grade: str, inputs: tuple[Input, ...]) -> Table:
    caption = _("{grade}: {n}").format(grade=grade_words(grade), n=fmt.number(len(inputs)))
    head = (_("input"), _("value"), _("unit"), _("range"), _("source"), _("why"))
    rows = tuple(
        (
            words(item.path),
            Cell(item.value, item.raw, is_number=isinstance(item.raw, float)),
            words(item.unit),
            words(item.range),
            _source_cell(contents, item.source),
            words(item.why),
        )
        for item in inputs
    )
    return Table(caption, head, rows)


def _source_cell(contents: BriefContents, source: str) -> Cell:
    if not source:
        return Cell(_("none given"), None)
    fact = contents.case.facts.get(source)
    document = contents.case.documents.get(fact.document if fact else source)
    if document is None:
        return words(name_of(contents.case, "facts", source))
    return words(document.title or source, document.address)
