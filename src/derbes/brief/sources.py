"""Every number of the case, its facts and sources, what is missing, how it is computed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents
from derbes.brief.deciding import swing
from derbes.brief.layout import Cell, PageTable, Section, table_of
from derbes.brief.planning import plan_method
from derbes.brief.uncertainty import input_words
from derbes.case.entities import Case, Plant, is_opening, quantities
from derbes.case.ledger import Document, Fact
from derbes.case.quantity import Calendar, Quantity
from derbes.language import _, ngettext, text_of
from derbes.results.tables import Column

GRADES = ("A", "B", "C", "D", "")
PUBLISHED = ("A", "B")
"""Grades of numbers that are published as they stand."""


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
    calendar = case.calendar
    numbers = [
        Input(
            path=value.path,
            value=_series(value, calendar) if value.steps else fmt.exact(value.value),
            raw=_series(value, calendar) if value.steps else value.value,
            range=_range(value),
            unit="" if value.unit == "1" else value.unit,
            grade=str(value.grade),
            source=value.source,
            why=text_of(value.why),
            has_range=value.has_range,
        )
        for value in quantities(case)
        if not value.path.startswith("facts.")
    ]
    return (*numbers, *(_opening(plant, calendar) for plant in case.plants.values()))


def _series(value: Quantity, calendar: Calendar) -> str:
    text = _("{number} from {month}")
    return "; ".join(
        text.format(number=fmt.exact(step), month=fmt.date(calendar.label(max(period, 0))))
        for period, step in value.steps
    )


def _range(value: Quantity) -> str:
    if value.months:
        return _("of months alone, each in a row of its own")
    distribution = fmt.distribution_words(value.distribution)
    if value.low is None or value.high is None:
        if value.distribution == "reference":
            return _("as early or late as like projects")
        return distribution or _("none given")
    text = fmt.span(fmt.exact(value.low), fmt.exact(value.high))
    if value.steps:
        text = _("{span} of the first, all in proportion").format(span=text)
    return fmt.joined(text, distribution)


def _opening(plant: Plant, calendar: Calendar) -> Input:
    """The opening of a plant: a date, so no `Quantity` holds it."""
    label, written = calendar.label(plant.opening), plant.opening_written
    text = _("as written: {words}") if written else _("none given")
    return Input(
        path=f"plants.{plant.id}.opening",
        value=fmt.date(label),
        raw=label,
        range=text.format(words=fmt.date(written)),
        unit="",
        grade=plant.opening_grade,
        source=plant.opening_source,
        why=text_of(plant.opening_why),
        has_range=False,
    )


def inputs_section(contents: BriefContents) -> Section:
    """Every number, folded by grade, the weakest last; open what moves an answer."""
    case, moving = contents.case, moving_inputs(contents)

    def called(item: Input) -> Cell:
        name = input_words(contents, item.path)
        if is_opening(item.path) and item.unit:
            name = _("{plant}: months after the opening as written").format(
                plant=contents.name("plants", item.path.split(".")[1])
            )
        return Cell(_with_path(name, item.path), item.path)

    def source(item: Input) -> Cell:
        if not item.source:
            return Cell(_("none given"), None)
        fact = case.facts.get(item.source)
        document = case.documents.get(fact.document if fact else item.source)
        if document is None:
            return Cell.words(contents.name("facts", item.source))
        return Cell.words(text_of(document.title) or item.source, document.address)

    columns = (
        Column(_("input"), called),
        Column(_("value"), lambda item: Cell(item.value, item.raw)),
        Column(_("unit"), lambda item: Cell(item.unit and fmt.unit_name(item.unit, 1), item.unit)),
        Column(_("range"), "range"),
        Column(_("source"), source),
        Column(_("why"), "why"),
        Column(_("grade"), "grade"),
    )
    inputs = sorted(inputs_of(case), key=lambda item: GRADES.index(item.grade))
    table = table_of(
        _("Inputs"),
        columns,
        inputs,
        decides=lambda item: item.path in moving or item.grade in PUBLISHED,
        group=lambda item: grade_words(item.grade),
    )
    n = len(inputs)
    text = ngettext(
        "The case holds {n} number. To change one, change its line in the case file and run again.",
        "The case holds {n} numbers. To change one, change its line in the case file and run "
        "again.",
        n,
    )
    chosen = _(
        "Those that move an answer over their range, and those that are published, stand open."
    )
    told = tuple(filter(None, (text_of(case.note), fmt.told(text, n=n), chosen)))
    return Section("inputs", _("Inputs by grade"), told, (), (table,) if n else ())


def _with_path(name: str, path: str) -> str:
    """An input by its name for a reader, and the path by which it is changed."""
    return path if name == path.replace("_", " ") else f"{name} · {path}"


def moving_inputs(contents: BriefContents) -> frozenset[str]:
    """Paths of inputs that move an answer within their range, or turn one; none without draws."""
    stress = contents.stress
    if stress is None:
        return frozenset()
    bars = {bar.input for bar in stress.tornado if swing(bar) > 0}
    return frozenset(bars | {tip.input for tip in stress.tipping if tip.value is not None})


def facts_section(contents: BriefContents) -> Section:
    """Public facts and the documents that hold them."""
    case, moving = contents.case, moving_inputs(contents)
    used = {
        item.source
        for item in inputs_of(case)
        if item.source and (item.path in moving or item.grade in PUBLISHED)
    }
    used |= {case.facts[id_].document for id_ in used if id_ in case.facts}

    def document_of(row: tuple[str, Fact]) -> str:
        document = case.documents.get(row[1].document)
        return (text_of(document.title) if document else "") or row[1].document

    def amount(row: tuple[str, Fact]) -> str:
        quantity = row[1].amount
        return fmt.quantity(quantity.value, quantity.unit) if quantity else ""

    day = Column(_("date"), lambda row: Cell(fmt.date(row[1].date), row[1].date))
    facts = (
        Column(_("fact"), lambda row: text_of(row[1].says) or row[0]),
        Column(_("amount"), amount),
        day,
        Column(_("grade"), lambda row: grade_words(row[1].grade)),
        Column(_("document"), document_of),
    )
    documents = (
        Column(_("title"), lambda row: Cell.words(text_of(row[1].title) or row[0], row[1].address)),
        Column(_("publisher"), lambda row: text_of(row[1].publisher)),
        day,
        Column(_("licence"), lambda row: text_of(row[1].licence)),
    )

    def is_used(row: tuple[str, Fact | Document]) -> bool:
        return row[0] in used

    def table(
        name: str, columns: tuple[Column, ...], rows: Mapping[str, Fact | Document]
    ) -> PageTable:
        return table_of(name, columns, rows.items(), decides=is_used, group=lambda _row: name)

    both = (table(_("Facts"), facts, case.facts), table(_("Documents"), documents, case.documents))
    tables = tuple(one for one in both if one.rows)
    text = () if tables else (_("The case names no facts and no documents."),)
    return Section("facts", _("Facts and documents"), text, (), tables)


def missing_section(contents: BriefContents) -> Section:
    """What is known to be unknown, and which results lack it."""
    written, title = contents.case.missing, _("What is missing")
    needed = Counter(dict.fromkeys(written, 0))
    needed.update(path for row in contents.leverage.rows for path in row.missing)
    if not needed:
        return Section("missing", title, (_("No result lacks an input."),))

    def place(row: tuple[str, int]) -> str:
        section, *names = row[0].split(".")
        if section == "actors" and len(names) == 1:
            return _("sells nothing here")
        return _("written as missing") if row[0] in written else _("not given")

    def called(row: tuple[str, int]) -> Cell:
        return Cell(_with_path(input_words(contents, row[0]), row[0]), row[0])

    columns = (
        Column(_("input"), called),
        Column(_("in the case"), place),
        Column(_("results that lack it"), lambda row: row[1] or Cell.figure(0, _("none"))),
    )
    text = _(
        "Nothing is guessed in place of a missing input; the results that need it are left out."
    )
    table = table_of(_("Missing inputs"), columns, needed.items())
    return Section("missing", title, (text,), (), (table,))


def method_section(case: Case) -> Section:
    """How the numbers come about, with the numbers of the equations."""
    kept_low = {
        "essential": _("unmet essential demand"),
        "deferrable": _("unmet deferrable demand"),
        "reserve": _("what the reserve lacks"),
        "money": _("money"),
    }
    paragraphs = (
        _(
            "Old stock ages, is drawn or is given up (L1). What is drawn, arrives and is made "
            "covers inputs, served demand, exports and new stock of every good (L2); purchases "
            "and recipes stay within capacity (L3) and line time (L4); every use is served or "
            "counted as unmet (L5); storage is limited (L6). A reserve is aimed at in calm and "
            "while a measure runs, and after it comes back in equal steps over the refill time; "
            "what it lacks is counted (L7). A branch ends with stocks and goods on the way no "
            "lower than in the calm plan (L8). What must be bought by contract or habit is bought, "
            "as far as seller, routes and measures leave it (L9)."
        ),
        _("The best response keeps these low, in this order: {order}.").format(
            order=", ".join(kept_low[name] for name in case.priorities)
        ),
        _(
            "The simple rule follows the calm plan, which the target had when the measure came: "
            "it looks at the stock at hand (S1) and the stock that the plan has then (S2), keeps "
            "what essential uses need from others (S3), sees what could be made at most (S4), "
            "makes and buys what the plan does and then from the cheapest source on (S5), cuts "
            "in proportion where claims exceed what is there (S6), orders back to the plan "
            "within lead times (S7), draws first what expires first (S8), and takes a measure "
            "that runs to go on for a year (S10). What must be bought it orders first (S11). Over "
            "draws it follows the central plan in "
            "proportion to what each draw needs (S9)."
        ),
        _(
            "A measure comes as a surprise: it finds the stocks and goods in transit of the calm "
            "plan, and nothing before its start knows of it."
        ),
        _(
            "The target's loss is the cost of the branch with the measure over the cost of the "
            "same months without it. Without it is mostly the calm plan; for a measure that "
            "comes with crisis demand or a surge, it is the same demand without the cut. The "
            "sender's cost is its lost margin. The leverage ratio is the first over the second. "
            "The premium is the price rise at which the target would rather be cut off; above "
            "100 times the price it is given as no limit."
        ),
        _(
            "A time in months is rounded down to a tenth, so that none is told that was not "
            "reached; the CSV files have it whole."
        ),
    )
    on_plans = (plan_method(),) if case.options else ()
    return Section("method", _("How it is computed"), (*paragraphs, *on_plans))


def reproduce_section(contents: BriefContents) -> Section:
    """The command and everything that fixes the result."""
    made, stress, said = contents.leverage.provenance, contents.stress, contents.statements
    draws: list[tuple[str, str | Cell]] = [(_("draws"), _("none: central values"))]
    if contents.is_drawn:
        drawn = {
            _("draws by the simple rule"): stress.draws if stress else 0,
            _("of these also by the best response"): stress.draws_solved if stress else 0,
            _("draws of the statements"): said.provenance.n_draws if said else 0,
        }
        draws = [(name, Cell(fmt.number(n), n)) for name, n in drawn.items() if n]
        draws.append((_("seed"), Cell(str(made.seed), made.seed)))
    rows = [
        (_("case"), text_of(contents.case.label, made.case_name)),
        (_("hash of the case, SHA-256"), made.case_hash),
        (_("version of derbes"), made.version),
        (_("solver"), made.solver),
        *draws,
    ]
    columns = (Column(_("what"), 0), Column(_("which"), 1))
    table = table_of(_("What fixes the result"), columns, rows)
    text = _(
        "This command with the same case and the same versions gives the same brief, byte for byte."
    )
    tables = _(
        "With --tables FOLDER it writes every table, and the data of every chart, as CSV too, "
        "whole and unrounded. How each statement is checked stands under its id in the case file; "
        "so do the formula, the range and the reason of each input."
    )
    if not made.command:
        text = _("The case was made by a program, so no command makes this brief again.")
    code = (made.command,) if made.command else ()
    return Section("reproduce", _("How to reproduce"), (text, tables), (), (table,), code)


def notes_section(contents: BriefContents) -> Section | None:
    """What is made of what the case leaves open, or of what is altered; None without any."""
    notes = contents.case.notes
    if not notes:
        return None
    text = _("Nothing is altered in silence: what was rounded, filled in or supposed stands here.")
    columns = (
        Column(_("input"), "where"),
        Column(_("what is made of it"), "what"),
        Column(_("how to settle it otherwise"), "fix"),
    )
    table = table_of(_("Notes on the inputs"), columns, notes)
    return Section("notes", _("What is made of the inputs"), (text,), (), (table,))
