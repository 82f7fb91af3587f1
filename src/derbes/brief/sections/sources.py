"""Facts, documents, what is missing, how it is computed and how to do it again."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Cell, Section, Table, words
from derbes.brief.sections.inputs import grade_words
from derbes.brief.sections.planning.words import plan_method
from derbes.brief.sections.wording import is_drawn
from derbes.case.entities import Case
from derbes.language import _


def facts_section(contents: BriefContents) -> Section:
    """Public facts and the documents that hold them."""
    case = contents.case
    facts = tuple(
        (
            words(fact.says or id_),
            words(fmt.quantity(fact.amount.value, fact.amount.unit) if fact.amount else ""),
            Cell(fmt.date(fact.date), fact.date),
            words(grade_words(fact.grade)),
            _document_cell(contents, fact.document),
        )
        for id_, fact in case.facts.items()
    )
    documents = tuple(
        (words(doc.title or id_, doc.address), words(doc.publisher),
         Cell(fmt.date(doc.date), doc.date), words(doc.licence))
        for id_, doc in case.documents.items()
    )  # fmt: skip
    fact_head = (_("fact"), _("amount"), _("date"), _("grade"), _("document"))
    document_head = (_("title"), _("publisher"), _("date"), _("licence"))
    both = (
        Table(_("Facts"), fact_head, facts),
        Table(_("Documents"), document_head, documents),
    )
    tables = tuple(table for table in both if table.rows)
    text = () if tables else (_("The case names no facts and no documents."),)
    return Section("facts", _("Facts and documents"), text, (), tables)


def _document_cell(contents: BriefContents, id_: str) -> Cell:
    document = contents.case.documents.get(id_)
    return words(document.title or id_, document.address) if document else words(id_)


def missing_section(contents: BriefContents) -> Section:
    """What is known to be unknown, and which results lack it."""
    needed: dict[str, int] = dict.fromkeys(contents.case.missing, 0)
    for row in contents.leverage.rows:
        for path in row.missing:
            needed[path] = needed.get(path, 0) + 1
    rows = tuple(
        (
            words(path),
            words(_("written as missing") if path in contents.case.missing else _("not given")),
            Cell(fmt.number(n) if n else _("none"), n, is_number=True),
        )
        for path, n in needed.items()
    )
    title = _("What is missing")
    if not rows:
        return Section("missing", title, (_("No result lacks an input."),))
    head = (_("input"), _("in the case"), _("results of the surface that lack it"))
    text = _(
        "Nothing is guessed in place of a missing input; the results that need it are left out."
    )
    return Section("missing", title, (text,), (), (Table(_("Missing inputs"), head, rows),))


def priority_words() -> dict[str, str]:
    """What each priority of a case keeps low."""
    return {
        "essential": _("unmet essential demand"),
        "deferrable": _("unmet deferrable demand"),
        "reserve": _("what the reserve lacks"),
        "money": _("money"),
    }


def method_section(case: Case) -> Section:
    """How the numbers come about, with the numbers of the equations."""
    paragraphs = (
        _(
            "Old stock ages, is drawn or is given up (L1). What is drawn, arrives and is made "
            "covers inputs, served demand, exports and new stock of every good (L2); purchases "
            "and recipes stay within capacity (L3) and line time (L4); every use is served or "
            "counted as unmet (L5); storage is limited (L6). A reserve is aimed at in calm and "
            "while a measure runs, and after it comes back in equal steps over the refill time; "
            "what it lacks is counted (L7). A branch ends with stocks and goods on the way no "
            "lower than in the calm plan (L8)."
        ),
        _("The best response keeps these low, in this order: {order}.").format(
            order=", ".join(priority_words()[name] for name in case.priorities)
        ),
        _(
            "The simple rule follows the calm plan, which the target had when the measure came: "
            "it looks at the stock at hand (S1) and the stock that the plan has then (S2), keeps "
            "what essential uses need from others (S3), sees what could be made at most (S4), "
            "makes and buys what the plan does and then from the cheapest source on (S5), cuts "
            "in proportion where claims exceed what is there (S6), orders back to the plan "
            "within lead times (S7), draws first what expires first (S8), and takes a measure "
            "that runs to go on for a year (S10). Over draws it follows the central plan in "
            "proportion to what each draw needs (S9)."
        ),
        _(
            "A measure comes as a surprise: it finds the stocks and goods in transit of the calm "
            "plan, and nothing before its start knows of it."
        ),
    )
    on_plans = (plan_method(),) if case.options else ()
    return Section("method", _("How it is computed"), (*paragraphs, _losses_method(), *on_plans))


def _losses_method() -> str:
    """What the losses of the two sides are."""
    return _(
        "The target's loss is the cost of the branch with the measure over the cost of the "
        "same months without it. Without it is mostly the calm plan; for a measure that "
        "comes with crisis demand or a surge, it is the same demand without the cut. The "
        "sender's cost is its lost margin. The leverage ratio is the first over the second. "
        "The premium is the price rise at which the target would rather be cut off; above "
        "100 times the price it is given as no limit."
    )


def reproduce_section(contents: BriefContents) -> Section:
    """The command and everything that fixes the result."""
    made = contents.leverage.provenance
    rows = (
        (words(_("case")), words(made.case_name)),
        (words(_("hash of the case, SHA-256")), words(made.case_hash)),
        (words(_("version of derbes")), words(made.version)),
        (words(_("solver")), words(made.solver)),
        *_draws_rows(contents),
    )
    table = Table(_("What fixes the result"), (_("what"), _("which")), rows)
    text = _(
        "This command with the same case and the same versions gives the same brief, byte for byte."
    )
    if not made.command:
        text = _("The case was made by a program, so no command makes this brief again.")
    code = (made.command,) if made.command else ()
    return Section("reproduce", _("How to reproduce"), (text,), (), (table,), code)


def _draws_rows(contents: BriefContents) -> list[tuple[Cell, ...]]:
    """What was drawn: for the answers over draws, and for the verdicts on statements."""
    stress, said = contents.stress, contents.statements
    if not is_drawn(contents):
        return [(words(_("draws")), words(_("none: central values")))]
    drawn = {
        _("draws by the simple rule"): stress.draws if stress else 0,
        _("of these also by the best response"): stress.draws_solved if stress else 0,
        _("draws of the statements"): said.provenance.n_draws if said else 0,
    }
    seed = contents.leverage.provenance.seed
    rows = [(words(name), Cell(fmt.number(n), n)) for name, n in drawn.items() if n]
    return [*rows, (words(_("seed")), Cell(str(seed), seed))]


def notes_section(contents: BriefContents) -> Section | None:
    """What is made of what the case leaves open, or of what is altered; None without any."""
    notes = contents.case.notes
    if not notes:
        return None
    rows = tuple((words(note.where), words(note.what), words(note.fix)) for note in notes)
    text = _("Nothing is altered in silence: what was rounded, filled in or supposed stands here.")
    head = (_("input"), _("what is made of it"), _("how to settle it otherwise"))
    table = Table(_("Notes on the inputs"), head, rows)
    return Section("notes", _("What is made of the inputs"), (text,), (), (table,))
