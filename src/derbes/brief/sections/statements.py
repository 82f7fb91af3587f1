"""What is said, with the verdict on it.

Words that the sections on the ledger share.

Every statement with its verdict, and what cannot be tested.

What the ledger shows as a whole: contradictions, drift, double standards, tensions.

Whether a threat is credible, year by year.
"""

from derbes.brief import format as fmt
from derbes.brief.charts import BLUE, INK, NARROW, RED, WIDE, Row, stacked_counts, wrapped
from derbes.brief.charts_draws import probability_lines
from derbes.brief.contents import BriefContents, decimal_year, draws_and_seed
from derbes.brief.parts import Cell, Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.uncertainty import in_unit, input_words, is_opening, opening_label
from derbes.language import _, ngettext
from derbes.results.statements import (
    Contradiction,
    DoubleStandardRow,
    EntryRow,
    Flip,
    ModalityDrift,
    Signaling,
    SignalingYear,
    StatementRow,
    StatementTable,
)
from derbes.results.supply import Provenance
from derbes.results.tables import text_of, verdict_words

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
    return contents.name("actors", id_) if id_ else ""


def flip_words(contents: BriefContents, row: EntryRow) -> str:
    """What would flip the verdict: the first inputs with their values, then variants."""
    told = [
        _turn_words(flip).format(
            input=input_words(contents, flip.input), value=_turn_value(contents, flip)
        )
        for flip in row.flips_at[:3]
    ]
    if row.flips_in:
        names = "; ".join(contents.name("variants", name) for name in row.flips_in)
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


_COLORS = (BLUE, "#9cc3e0", "#f3e3a6", "#f0a58a", RED, "#ffffff")
_DARK = (BLUE, RED)
_BARS = 10
"""Speakers of the chart; the table has all."""
_ROOM = {WIDE: 0.04, NARROW: 0.1}
"""Part of the longest bar that a piece must have to hold its number, by width of the chart."""


def statements_section(contents: BriefContents, ledger: StatementTable) -> Section:
    """Verdicts by speaker, and the table of what was tested."""
    tested = [row for row in ledger.statements if row.verdict in TESTED]
    counted = ngettext(
        "{n} statement of {total} could be tested.",
        "{n} statements of {total} could be tested.",
        len(tested),
    ).format(n=fmt.number(len(tested)), total=fmt.number(len(ledger.statements)))
    parts = (counted, _how_judged(ledger), ledger.predictions.words())
    text = " ".join(part for part in parts if part)
    figures = (_figure(contents, ledger),) if tested else ()
    tables = (_verdicts_table(contents, tested, ledger),) if tested else ()
    return Section("statements", _("What is said, and whether it holds"), (text,), figures, tables)


def _how_judged(ledger: StatementTable) -> str:
    """What a verdict rests on."""
    if ledger.provenance.n_draws > 1:
        return _(
            "A verdict is the share of the draws in which the statement holds: at least 95% "
            "holds, at most 5% fails."
        )
    return _(
        "All inputs are at their central values here, so a verdict is yes or no for these values "
        "alone and says nothing on how sure it is; more draws do."
    )


def _figure(contents: BriefContents, ledger: StatementTable) -> Figure:
    counts = _counts(ledger)
    finding = _verdicts_finding(ledger)
    return Figure(
        id="verdicts-chart",
        title=finding,
        subtitle=" · ".join((_("Statements by whose view they are"), made_words(ledger))),
        description=_("One bar per speaker, made of counts by verdict. {finding}").format(
            finding=finding
        ),
        wide=_verdict_bars(contents, counts, WIDE),
        narrow=_verdict_bars(contents, counts, NARROW),
        table=_counts_table(contents, counts),
    )


def _verdicts_finding(ledger: StatementTable) -> str:
    n = {verdict: sum(row.verdict == verdict for row in ledger.statements) for verdict in TESTED}
    between = n["likely"] + n["open"] + n["unlikely"]
    told = _("Of what could be tested, {holds} hold and {fails} fail")
    if between:
        told = _("Of what could be tested, {holds} hold, {fails} fail, {between} lie between")
    return told.format(
        holds=fmt.number(n["holds"]), fails=fmt.number(n["fails"]), between=fmt.number(between)
    )


def _counts(ledger: StatementTable) -> dict[str, dict[str, int]]:
    """Holder → verdict → statements; what was not tested counts as `untested`."""
    counts: dict[str, dict[str, int]] = {}
    for row in ledger.statements:
        own = counts.setdefault(row.holder or row.by, {})
        kind = row.verdict if row.verdict in TESTED else "untested"
        own[kind] = own.get(kind, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def _kind_words(kind: str) -> str:
    return _("not tested") if kind == "untested" else verdict_words(kind)


def _verdict_bars(contents: BriefContents, counts: dict[str, dict[str, int]], width: int) -> Row:
    kinds = (*TESTED, "untested")
    rows: list[Row] = []
    least = _ROOM[width] * max(sum(own.values()) for own in counts.values())
    for holder, own in list(counts.items())[:_BARS]:
        label = wrapped(actor_name(contents, holder), 16 if width == NARROW else 30)
        first = 0
        for kind, color in zip(kinds, _COLORS, strict=True):
            n = own.get(kind, 0)
            ink = "white" if color in _DARK else INK
            if n:
                rows.append({"label": label, "kind": _kind_words(kind), "first": first,
                             "last": first + n, "middle": first + n / 2, "ink": ink,
                             "n": n if n >= least else ""})  # fmt: skip
            first += n
    order = [_kind_words(kind) for kind in kinds]
    return stacked_counts(rows, width=width, order=order, colors=list(_COLORS))


def _counts_table(contents: BriefContents, counts: dict[str, dict[str, int]]) -> Table:
    kinds = (*TESTED, "untested")
    head = (_("whose view"), *(_kind_words(kind) for kind in kinds))
    rows = tuple(
        (words(actor_name(contents, holder)), *(figure_cell(own.get(kind, 0)) for kind in kinds))
        for holder, own in counts.items()
    )
    return Table(_("Statements by speaker and verdict"), head, rows)


def _verdicts_table(
    contents: BriefContents, rows: list[StatementRow], ledger: StatementTable
) -> Table:
    """What was tested; at central values there is no share of draws, and nothing flips."""
    has_draws = ledger.provenance.n_draws > 1
    drawn = (_("holds in"), _("flips")) if has_draws else ()
    head = (_("id"), _("whose view"), _("as"), _("what it says"), _("verdict"), _("checked by"),
            *drawn)  # fmt: skip
    body = tuple(
        (
            words(row.id),
            words(who_words(contents, row)),
            words(_as_words(row)),
            words(_said(row)),
            words(verdict_words(row.verdict)),
            words(row.expression),
            *(_drawn_cells(contents, row) if has_draws else ()),
        )
        for row in rows
    )
    return Table(_("Statements and verdicts ({made})").format(made=made_words(ledger)), head, body)


def _drawn_cells(contents: BriefContents, row: StatementRow) -> tuple[Cell, ...]:
    """The share of the draws, and what would turn it over."""
    return (
        Cell(share_words(row), row.share, is_number=True),
        words(flip_words(contents, row)),
    )


def _as_words(row: StatementRow) -> str:
    text = modality_words(row.modality)
    return _("not: {modality}").format(modality=text) if row.polarity == "denied" else text


def _said(row: StatementRow) -> str:
    """What it says, with the key phrase of the original and the place."""
    phrase = next((text for text in row.phrase.values() if text), "")
    parts = [says_words(row), f"«{phrase}»" if phrase else "", row.place]
    return " · ".join(part for part in parts if part)


def untested_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """What could not be tested, and why."""
    rows = [row for row in ledger.statements if row.verdict not in TESTED]
    if not rows:
        return None
    head = (_("id"), _("whose view"), _("what it says"), _("verdict"), _("why"))
    body = tuple(
        (
            words(row.id),
            words(who_words(contents, row)),
            words(_said(row)),
            words(verdict_words(row.verdict)),
            words(_why(row)),
        )
        for row in rows
    )
    text = _("What nobody can test yet is listed with what is missing, so that it can be found.")
    table = Table(_("Statements without a verdict"), head, body)
    return Section("untested", _("What is said and cannot be tested"), (text,), (), (table,))


def _why(row: EntryRow) -> str:
    needs = fmt.missing(row.missing) if row.missing else ""
    return "; ".join(part for part in (row.reason, needs) if part)


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


_LIKELY = 0.5


def signaling_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """In which years a cut-off pays, and whether explaining changes anything."""
    game = ledger.signaling
    known = [y for y in game.years if y.credible_share is not None] if game else []
    if game is None or not known:
        return None
    finding = _signaling_finding(known)
    first = known[0]
    about = f"{contents.name('measures', first.measure)}, {fmt.months(first.length)}"
    figure = Figure(
        id="signaling-chart",
        title=finding,
        subtitle=" · ".join((_("Share of the draws"), about, made_words(ledger))),
        description=_("Lines of shares by start. {finding}").format(finding=finding),
        wide=_signaling_spec(known, WIDE),
        narrow=_signaling_spec(known, NARROW),
        table=_signaling_table(known),
    )
    text = _(
        "A small game: the target explains, keeps silent or acts; the sender does not know whether "
        "it still depends, and talks, threatens or cuts off. Payoffs come from the losses above "
        "and from a few declared parameters with ranges. It says when a threat would pay, not what "
        "anybody will do."
    )
    return Section("signaling", _("Threat or talk"), (text,), (figure,), (_parameters(game),))


def _signaling_finding(years: list[SignalingYear]) -> str:
    credible = [y for y in years if (y.credible_share or 0.0) >= _LIKELY]
    if not credible:
        return _("At no start does a cut-off pay the sender in most draws: threats are talk")
    if len(credible) == len(years):
        return _("At every start a cut-off would pay the sender in most draws")
    return _(
        "A cut-off pays the sender in most draws at {n} of {total} starts, last in {month}"
    ).format(
        n=fmt.number(len(credible)),
        total=fmt.number(len(years)),
        month=fmt.date(credible[-1].start),
    )


def _lines(year: SignalingYear) -> tuple[tuple[str, float | None], ...]:
    return (
        (_("a cut-off pays against the target as it is then"), year.credible_share),
        (_("threats are talk, whatever is believed"), year.rhetoric_share),
        (_("what the target says changes what the sender does"), year.explaining_matters_share),
    )


def _signaling_spec(years: list[SignalingYear], width: int) -> Row:
    rows = [
        {"line": line, "year": decimal_year(year.start), "p": share}
        for year in years
        for line, share in _lines(year)
        if share is not None
    ]
    places = [decimal_year(year.start) for year in years]
    ends = (min(places), max(places))
    order = [line for line, _share in _lines(years[0])]
    return probability_lines(rows, width=width, years=ends, order=order)


def _signaling_table(years: list[SignalingYear]) -> Table:
    head = (_("start"), *(line for line, _share in _lines(years[0])),
            _("belief from which it pays"), _("draws"))  # fmt: skip
    rows = tuple(
        (
            month_cell(year.start),
            *(
                figure_cell(share, None if share is None else fmt.share(share))
                for _line, share in _lines(year)
            ),
            figure_cell(year.threshold),
            figure_cell(year.n_draws),
        )
        for year in years
    )
    return Table(_("Threat or talk by start"), head, rows)


def _parameters(game: Signaling) -> Table:
    head = (_("parameter"), _("low"), _("central"), _("high"))
    rows = tuple(
        (words(_parameter_words(name)), *(figure_cell(value) for value in values))
        for name, values in game.parameters.items()
    )
    return Table(_("Parameters that no data give: assumptions, grade D"), head, rows)


def _parameter_words(name: str) -> str:
    """A parameter of the game for a reader."""
    return {
        "prior": _("belief that the target depends, before it says anything"),
        "gain_share": _("what a unit of the target's loss is worth to the sender"),
        "lost_buyer_share": _("chance that the buyer never comes back"),
        "threat_effect_share": _("part of the harm that a threat alone does"),
        "threat_cost_share": _("cost of a threat, as a part of the cost of a cut-off"),
        "explain_cost_share": _("cost of explaining, as a part of the target's loss"),
        "act_gain_share": _("gain of acting without a word, as a part of the target's loss"),
        "bluff_cost_share": _("cost of acting while it depends, as a part of the target's loss"),
    }.get(name, name.replace("_", " "))


def said_sections(contents: BriefContents) -> tuple[Section, ...]:
    """Sections on the ledger; none where the case has no statements."""
    ledger = contents.statements
    if ledger is None or not ledger.statements:
        return ()
    found = (
        statements_section(contents, ledger),
        patterns_section(contents, ledger),
        signaling_section(contents, ledger),
        untested_section(contents, ledger),
    )
    return tuple(section for section in found if section is not None)
