"""What is said, with the verdict on it, and what the ledger shows as a whole."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain, zip_longest

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, draws_and_seed
from derbes.brief.layout import Cell, Figure, PageTable, Section, folded, table_of
from derbes.brief.uncertainty import in_unit, input_words, is_opening, opening_label
from derbes.language import _, ngettext, text_of
from derbes.results.statements import (
    ARITHMETIC,
    MODEL,
    Contradiction,
    EntryRow,
    StatementRow,
    StatementTable,
)
from derbes.results.tables import Column, evidence_column, verdict_column, verdict_words

DECIDED = ("holds", "fails")
"""Verdicts that are yes or no."""
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
    return f"{text} ± {fmt.share(row.standard_error)}"


def says_words(row: EntryRow) -> str:
    """What an entry says, in the language in use."""
    return text_of(row.says, row.id)


def who_words(contents: BriefContents, row: StatementRow) -> str:
    """Whose view it is; who utters it where that is another."""
    holder = contents.name("actors", row.holder)
    if not row.by or row.by == row.holder:
        return holder
    return _("{holder}, told by {by}").format(holder=holder, by=contents.name("actors", row.by))


def flip_words(contents: BriefContents, row: EntryRow) -> str:
    """What would flip the verdict: the first inputs with their values, then variants."""
    told = []
    for flip in row.flips_at[:3]:
        if is_opening(flip.input):
            below, above = _("{input} before {value}"), _("{input} after {value}")
            value: str = fmt.date(opening_label(contents, flip.input, flip.value))
        else:
            below, above = _("{input} below {value}"), _("{input} above {value}")
            value = in_unit(flip.value, flip.unit)
        text = below if flip.direction == "below" else above
        told.append(text.format(input=input_words(contents, flip.input), value=value))
    if row.flips_in:
        names = "; ".join(contents.name("variants", name) for name in row.flips_in)
        told.append(_("in the variants: {variants}").format(variants=names))
    return "; ".join(told)


def made_words(ledger: StatementTable) -> str:
    """Draws, seed and day asked about."""
    draws = draws_and_seed(ledger.provenance.n_draws, ledger.provenance.seed)
    return _("{draws}; as of {date}").format(draws=draws, date=fmt.date(ledger.as_of))


_COLORS = (vega.BLUE, "#9cc3e0", "#f3e3a6", "#f0a58a", vega.RED, "#ffffff")
_DARK = (vega.BLUE, vega.RED)
_BARS = 8
"""Speakers of the chart; the table has all."""
_ROOM = {vega.WIDE: 0.04, vega.NARROW: 0.1}
"""Part of the longest bar that a piece must have to hold its number, by width of the chart."""


ON_PAGE_ONE = ("survives(", "time_to_survive(", "unmet(", "leverage(")
"""What an expression asks for that page one answers."""
_MOST_TOLD = 4


def telling_statements(contents: BriefContents, ledger: StatementTable) -> PageTable | None:
    """Some statements that the model or facts have judged: one of each speaker and verdict.

    Every speaker has one before any has a second. Those judged by the model come first, and
    among them those about what page one answers.
    """
    judged = [
        row
        for row in ledger.statements
        if row.verdict in TESTED and row.evidence in (MODEL, ARITHMETIC)
    ]
    judged.sort(
        key=lambda row: (
            row.evidence != MODEL,
            not any(name in row.expression for name in ON_PAGE_ONE),
        )
    )
    by_holder: dict[str, dict[str, StatementRow]] = {}
    for row in judged:
        by_holder.setdefault(row.holder, {}).setdefault(row.verdict, row)
    turns = zip_longest(*(own.values() for own in by_holder.values()))
    rows = [row for row in chain.from_iterable(turns) if row is not None][:_MOST_TOLD]
    columns = [
        Column(_("statement"), says_words),
        Column(_("who says it"), lambda row: who_words(contents, row)),
        verdict_column(),
        Column(_("true in this share of draws"), share_words),
        evidence_column(),
    ]
    if ledger.provenance.n_draws <= 1:
        del columns[3]
    caption = _("What is said about it: {n} of {total} statements that model or facts can test")
    caption = caption.format(n=fmt.number(len(rows)), total=fmt.number(len(judged)))
    return table_of(caption, columns, rows) if rows else None


def statements_section(contents: BriefContents, ledger: StatementTable) -> Section:
    """Verdicts by speaker, and the table of what was tested."""
    tested = [row for row in ledger.statements if row.verdict in TESTED]
    counted = ngettext(
        "{n} statement of {total} could be tested.",
        "{n} statements of {total} could be tested.",
        len(tested),
    ).format(n=fmt.number(len(tested)), total=fmt.number(len(ledger.statements)))
    judged = _(
        "All inputs are at their central values here, so a verdict is yes or no for these values "
        "alone and says nothing on how sure it is; more draws do."
    )
    if ledger.provenance.n_draws > 1:
        judged = _(
            "A verdict is the share of the draws in which the statement holds: at least 95% "
            "holds, at most 5% fails."
        )
    tally = ledger.evidence_tally()
    rests = _("By kind of evidence: {tally}.").format(tally=tally) if tally else ""
    text = fmt.joined(counted, judged, rests, ledger.predictions.words(), by=" ")
    title = _("What is said, and whether it holds")
    if not tested:
        return Section("statements", title, (text,))
    counts = _counts(ledger)
    figure = Figure(
        "verdicts-chart",
        _verdicts_finding(ledger),
        under=(_("Statements by whose view they are"), made_words(ledger)),
        description=_("One bar per speaker, made of counts by verdict. {finding}"),
        spec=partial(_verdict_bars, contents, counts),
        table=_counts_table(contents, counts),
    )
    tables = (_verdicts_table(contents, tested, ledger),)
    return Section("statements", title, (text,), (figure,), tables)


def _verdicts_finding(ledger: StatementTable) -> str:
    n = {verdict: sum(row.verdict == verdict for row in ledger.statements) for verdict in TESTED}
    between = n["likely"] + n["open"] + n["unlikely"]
    told = _("Verdicts by any kind of evidence: holds {holds}, fails {fails}")
    if between:
        told = _(
            "Verdicts by any kind of evidence: holds {holds}, fails {fails}, between {between}"
        )
    return told.format(
        holds=fmt.number(n["holds"]), fails=fmt.number(n["fails"]), between=fmt.number(between)
    )


def _counts(ledger: StatementTable) -> dict[str, Counter[str]]:
    """Holder → verdict → statements; what was not tested counts as `untested`."""
    counts: dict[str, Counter[str]] = {}
    for row in ledger.statements:
        kind = row.verdict if row.verdict in TESTED else "untested"
        counts.setdefault(row.holder or row.by, Counter())[kind] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])))


def _kind_words(kind: str) -> str:
    return _("not tested") if kind == "untested" else verdict_words(kind)


def _verdict_bars(
    contents: BriefContents, counts: dict[str, Counter[str]], width: int
) -> vega.Spec:
    """One bar per speaker, made of counts by verdict, each with its number."""
    kinds = (*TESTED, "untested")
    rows: list[vega.Row] = []
    least = _ROOM[width] * max(sum(own.values()) for own in counts.values())
    for holder, own in list(counts.items())[:_BARS]:
        label = vega.wrapped(contents.name("actors", holder), 22 if width == vega.NARROW else 30)
        first = 0
        for kind, color in zip(kinds, _COLORS, strict=True):
            n = own.get(kind, 0)
            ink = "white" if color in _DARK else vega.INK
            if n:
                rows.append({"label": label, "kind": _kind_words(kind), "first": first,
                             "last": first + n, "middle": first + n / 2, "ink": ink,
                             "n": n if n >= least else ""})  # fmt: skip
            first += n
    x, y = vega.numbers(form="d", tickCount=4 if width == vega.NARROW else 6), vega.lanes("label")
    looks = dict(zip(map(_kind_words, kinds), _COLORS, strict=True))
    piece = {"x": {**x, "field": "first"}, "x2": {"field": "last"}, "y": y}
    letters = max(len(line) for row in rows for line in row["label"].split(vega.LINE_BREAK))
    columns = vega.legend_columns(looks, width - letters * vega.LETTER)
    piece["color"] = vega.by_kind("kind", looks, {"columns": columns})
    number = {"x": {**x, "field": "middle"}, "y": y, "text": {"field": "n"}}
    number["color"] = {"field": "ink", "type": "nominal", "scale": None}
    layers = [
        vega.layer("bar", piece, height={"band": 0.6}, stroke=vega.GRAY, strokeWidth=0.5),
        vega.layer("text", number, fontSize=11),
    ]
    height = vega.lane_height(rows, "label", least=22, line=14, more=4)
    return vega.chart(width, layers, data=vega.values(rows), height=height)


def _counts_table(contents: BriefContents, counts: dict[str, Counter[str]]) -> PageTable:
    kinds = (*TESTED, "untested")
    columns = [Column(_("whose view"), 0)]
    columns += [Column(_kind_words(kind), place) for place, kind in enumerate(kinds, 1)]
    rows = (
        (contents.name("actors", holder), *(own[kind] for kind in kinds))
        for holder, own in counts.items()
    )
    return table_of(_("Statements by speaker and verdict"), columns, rows)


def _verdicts_table(
    contents: BriefContents, rows: list[StatementRow], ledger: StatementTable
) -> PageTable:
    """What was tested; at central values there is no share of draws, and nothing flips."""

    def modality(row: StatementRow) -> str:
        text = modality_words(row.modality)
        return _("not: {modality}").format(modality=text) if row.polarity == "denied" else text

    columns = [
        Column(_("id"), "id"),
        Column(_("whose view"), partial(who_words, contents)),
        Column(_("as"), modality),
        Column(_("what it says"), partial(_said, contents)),
        verdict_column(),
        evidence_column(),
    ]
    if ledger.provenance.n_draws > 1:
        columns += [
            Column(_("holds in"), lambda row: Cell(share_words(row), row.share, is_number=True)),
            Column(_("would turn"), partial(flip_words, contents)),
        ]
    caption = _("Statements and verdicts ({made})").format(made=made_words(ledger))
    return table_of(caption, columns, rows, decides=_decides, group=partial(_speaker, contents))


def _decides(row: StatementRow) -> bool:
    """Whether a verdict is yes or no and could have come out otherwise."""
    return row.verdict in DECIDED and row.evidence in (MODEL, ARITHMETIC)


def _speaker(contents: BriefContents, row: StatementRow) -> str:
    return contents.name("actors", row.holder or row.by)


def _said(contents: BriefContents, row: StatementRow) -> str:
    """What it says, with the key phrase of the original and where that stands."""
    phrase = next((text for text in row.phrase.values() if text), "")
    document = contents.case.documents.get(row.document)
    printed_by = (text_of(document.publisher) or text_of(document.title)) if document else ""
    where = fmt.joined(printed_by, row.place, by=", ")
    return fmt.joined(says_words(row), f"«{phrase}»" if phrase else "", where, by=" · ")


def untested_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """What could not be tested, and why."""
    rows = [row for row in ledger.statements if row.verdict not in TESTED]
    if not rows:
        return None

    def why(row: EntryRow) -> str:
        return fmt.joined(str(row.reason), fmt.missing(row.missing) if row.missing else "", by="; ")

    columns = (
        Column(_("id"), "id"),
        Column(_("whose view"), partial(who_words, contents)),
        Column(_("what it says"), partial(_said, contents)),
        verdict_column(),
        Column(_("why"), why),
    )
    text = _("What nobody can test yet is listed with what is missing, so that it can be found.")
    table = table_of(
        _("Statements without a verdict"), columns, rows, group=partial(_speaker, contents)
    )
    return Section("untested", _("What is said and cannot be tested"), (text,), (), (table,))


def patterns_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """Contradictions, modality drift, double standards, tensions, contrasts and theses."""
    first, *others = _pattern_tables(contents, ledger)
    found = tuple(table for table in (first, *map(folded, others)) if table.rows)
    if not found:
        return None
    text = _(
        "The same questions are asked of every side, the author of the ledger's source included."
    )
    return Section("patterns", _("Contradictions, drift and double standards"), (text,), (), found)


def _pattern_tables(contents: BriefContents, ledger: StatementTable) -> Iterator[PageTable]:
    actor = partial(contents.name, "actors")

    def modality(name: str, cue: str) -> str:
        return modality_words(name) + (f" («{cue}»)" if cue else "")

    changes = {"raised": _("raised"), "lowered": _("lowered"), "turned": _("turned round")}
    raised = {None: _("for a reader to judge"), True: _("yes"), False: _("no")}
    yield table_of(
        _("Contradictions"),
        (
            Column(_("statements"), lambda one: " / ".join(one.statements)),
            Column(_("holders"), lambda one: " / ".join(map(actor, dict.fromkeys(one.holders)))),
            Column(_("about"), partial(_about, contents, ledger)),
            Column(
                _("sides"), lambda one: _("the same side") if one.same_side else _("across sides")
            ),
        ),
        ledger.contradictions,
    )
    yield table_of(
        _("Verdicts that do not fit together"),
        (Column(_("entries"), "pairs"), Column(_("what does not fit"), "words")),
        ledger.misfits,
    )
    yield table_of(
        _("What became of statements when they were passed on"),
        (
            Column(
                _("statement"),
                lambda one: (
                    f"{', '.join((one.id, *one.also))} ({actor(one.passed_on_by or one.by)})"
                ),
            ),
            Column(_("retells"), lambda one: f"{one.source} ({actor(one.source_by)})"),
            Column(_("from"), lambda one: modality(one.source_modality, one.source_cue)),
            Column(_("to"), lambda one: modality(one.modality, one.cue)),
            Column(_("change"), lambda one: changes.get(one.change, one.change)),
        ),
        ledger.modality_drift,
    )
    yield table_of(
        _("Double standards and asymmetries"),
        (
            Column(_("id"), "id"),
            Column(_("judge"), lambda one: actor(one.judge)),
            Column(_("what it is"),
                   lambda one: says_words(one) if one.says else one.act.replace("_", " ")),
            Column(_("shown by"),
                   lambda one: "; ".join(map(str, one.judgements)) or ", ".join(one.statements)),
            Column(_("verdict"), lambda one: _("found among the judgements")
                   if one.is_found else verdict_words(one.verdict)),
        ),
        ledger.double_standards,
    )  # fmt: skip
    yield table_of(
        _("Tensions, gaps and traps"),
        (
            Column(_("id"), "id"),
            Column(_("what does not fit"), says_words),
            Column(_("statements"), lambda one: ", ".join(one.statements)),
            Column(_("raised"), lambda one: raised[one.raised]),
        ),
        ledger.tensions,
    )
    yield table_of(
        _("Not this but that"),
        (
            Column(_("id"), "id"),
            Column(_("contrast"), says_words),
            verdict_column(),
            Column(_("holds in"), share_words),
        ),
        ledger.contrasts,
    )
    yield table_of(
        _("What is said to cause what"),
        (
            Column(_("thesis"), "id"),
            Column(_("cause"), lambda edge: edge.cause.replace("_", " ")),
            Column(_("effect"), lambda edge: edge.effect.replace("_", " ")),
            verdict_column(),
        ),
        ledger.theses.edges,
    )
    yield table_of(
        _("On what each side takes no stance among the statements of this ledger"),
        (
            Column(_("side"), lambda one: actor(one.side)),
            Column(_("takes no stance on"), lambda one: actor(one.subject)),
            Column(_("its statements"), "n_statements"),
            Column(_("others do"), lambda one: ", ".join(map(actor, one.said_by))),
        ),
        ledger.coverage.unsaid,
    )


def _about(contents: BriefContents, ledger: StatementTable, one: Contradiction) -> str:
    """What a contradiction is about: what its first statement says, a word, actors by their names.

    An expression stands for a statement where none of its statements is in the table.
    """
    if one.kind in ("expressions", "denial"):
        said = (row for row in ledger.statements if row.id in one.statements)
        return next(map(says_words, said), one.about)
    if one.kind == "exclusive":
        return f"«{one.about}»"
    act, bracket, of = one.about.partition(" (")
    named = contents.name("actors", act) if act in contents.case.actors else act.replace("_", " ")
    return f"{named} ({contents.name('actors', of.rstrip(')'))})" if bracket else named
