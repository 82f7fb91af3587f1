"""What is said, the verdict on it, and whether a threat would pay whoever makes it.

The first is what the ledger shows, the second what the signaling game says of every year, over the
draws of the page or at central values.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise, zip_longest

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, decimal_year, draws_and_seed
from derbes.brief.headline import end_dates
from derbes.brief.layout import Cell, Figure, PageTable, Section, table_of
from derbes.brief.uncertainty import LIKELY, in_unit, input_words, made_by, missing_words
from derbes.case.entities import MeasureKind, is_opening, opening_month
from derbes.language import _, ngettext, text_of
from derbes.results import statements as results
from derbes.results.tables import (
    Column,
    evidence_column,
    modality_words,
    verdict_column,
    verdict_words,
)

DECIDED = ("holds", "fails")
"""Verdicts that are yes or no."""
TESTED = ("holds", "likely", "open", "unlikely", "fails")
"""Verdicts that draws have given, from true to false."""
JUDGED = (results.MODEL, results.ARITHMETIC)
"""Kinds of evidence that could have come out otherwise."""
_COLORS = (vega.BLUE, "#9cc3e0", "#f3e3a6", "#f0a58a", vega.RED, "#ffffff")
_DARK = (vega.BLUE, vega.RED)
_BARS = 8
"""Speakers of the chart; the table has all."""
_ROOM = {vega.WIDE: 0.04, vega.NARROW: 0.1}
"""Part of the longest bar that a piece must have to hold its number, by width of the chart."""
ON_PAGE_ONE = ("survives(", "time_to_survive(", "unmet(", "leverage(")
"""What an expression asks for that page one answers."""
OF_THE_GAME = ("only_talk(", "words_matter(", "read_as_dependent(", "read_as_free(")
"""What the signaling game answers, over parameters that are assumed: told with its note alone,
for which page one has no room."""
_MOST_TOLD = 4


def share_words(row: results.EntryRow) -> str:
    """The share of the draws in which an entry holds, with its error."""
    if row.share is None:
        return ""
    if row.n_draws == 1:
        return _("central values")
    error = f" ± {fmt.share(row.standard_error)}" if row.standard_error else ""
    return fmt.share(row.share) + error


def says_words(row: results.EntryRow) -> str:
    """What an entry says, in the language in use."""
    return text_of(row.says, row.id)


def who_words(contents: BriefContents, row: results.StatementRow) -> str:
    """Whose view it is; who utters it where that is another."""
    holder = contents.name("actors", row.holder)
    if not row.by or row.by == row.holder:
        return holder
    return _("{holder}, told by {by}").format(holder=holder, by=contents.name("actors", row.by))


def flip_words(contents: BriefContents, row: results.EntryRow) -> str:
    """What would flip the verdict: the first inputs with their values, then variants."""
    told = []
    for flip in row.flips_at[:3]:
        is_below = flip.direction == "below"
        if is_opening(flip.input):
            text = _("{input} before {value}") if is_below else _("{input} after {value}")
            month = opening_month(contents.case, flip.input, flip.value, side=flip.direction)
            value: str = fmt.date(month)
        else:
            text = _("{input} below {value}") if is_below else _("{input} above {value}")
            value = in_unit(flip.value, flip.unit)
        told.append(text.format(input=input_words(contents, flip.input), value=value))
    if row.flips_in:
        names = "; ".join(contents.name("variants", name) for name in row.flips_in)
        told.append(_("in the variants: {variants}").format(variants=names))
    return "; ".join(told)


def made_words(ledger: results.StatementTable) -> str:
    """Draws, seed and day asked about."""
    draws = draws_and_seed(ledger.provenance.n_draws, ledger.provenance.seed)
    return _("{draws}; as of {date}").format(draws=draws, date=fmt.date(ledger.as_of))


def telling_statements(contents: BriefContents, ledger: results.StatementTable) -> PageTable | None:
    """Some statements that the model or facts have judged: one of each speaker and verdict.

    Every speaker has one before any has a second. Those judged by the model come first, and
    among them those about what page one answers.
    """
    judged = [row for row in ledger.statements if row.verdict in TESTED and row.evidence in JUDGED]

    def rank(row: results.StatementRow) -> tuple[bool, bool]:
        is_asked = any(name in row.expression for name in ON_PAGE_ONE)
        return row.evidence != results.MODEL, not is_asked

    by_holder: dict[str, dict[str, results.StatementRow]] = {}
    told = (row for row in judged if not any(name in row.expression for name in OF_THE_GAME))
    for row in sorted(told, key=rank):
        by_holder.setdefault(row.holder, {}).setdefault(row.verdict, row)
    turns = zip_longest(*(own.values() for own in by_holder.values()))
    rows = [row for row in chain.from_iterable(turns) if row is not None][:_MOST_TOLD]
    columns = [
        Column(_("statement"), says_words),
        Column(_("who says it"), partial(who_words, contents)),
        verdict_column(),
        Column(_("true in this share of draws"), share_words),
        evidence_column(),
    ]
    if ledger.provenance.n_draws <= 1:
        del columns[3]
    caption = _("What is said about it: {n} of {total} statements that model or facts can test")
    caption = fmt.told(caption, n=len(rows), total=len(judged))
    return table_of(caption, columns, rows) if rows else None


def statements_section(contents: BriefContents, ledger: results.StatementTable) -> Section:
    """Verdicts by speaker, and the table of what was tested."""
    tested = [row for row in ledger.statements if row.verdict in TESTED]
    counted = ngettext(
        "{n} statement of {total} could be tested.",
        "{n} statements of {total} could be tested.",
        len(tested),
    )
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
    counted = fmt.told(counted, n=len(tested), total=len(ledger.statements))
    text = fmt.joined(counted, judged, rests, ledger.predictions.words(), by=" ")
    title = _("What is said, and whether it holds")
    if not tested:
        return Section("statements", title, (text,))
    n = Counter(row.verdict for row in ledger.statements)
    between = n["likely"] + n["open"] + n["unlikely"]
    finding = _("Verdicts by any kind of evidence: holds {holds}, fails {fails}")
    if between:
        finding = _(
            "Verdicts by any kind of evidence: holds {holds}, fails {fails}, between {between}"
        )
    counts = _counts(ledger)
    columns = [Column(_("whose view"), 0)]
    columns += [Column(name, place) for place, name in enumerate(_kinds().values(), 1)]
    rows = (
        (contents.name("actors", holder), *(own[kind] for kind in _kinds()))
        for holder, own in counts.items()
    )
    figure = Figure(
        "verdicts-chart",
        fmt.told(finding, holds=n["holds"], fails=n["fails"], between=between),
        under=(_("Statements by whose view they are"), made_words(ledger)),
        description=_("One bar per speaker, made of counts by verdict. {finding}"),
        spec=partial(_verdict_bars, contents, counts),
        table=table_of(_("Statements by speaker and verdict"), columns, rows),
    )
    tables = (_verdicts_table(contents, tested, ledger),)
    return Section("statements", title, (text,), (figure,), tables)


def _kinds() -> dict[str, str]:
    """Verdicts of draws, and that there is none, as a reader has them."""
    return {kind: verdict_words(kind) for kind in TESTED} | {"untested": _("not tested")}


def _counts(ledger: results.StatementTable) -> dict[str, Counter[str]]:
    """Holder → verdict → statements; what was not tested counts as `untested`."""
    counts: dict[str, Counter[str]] = {}
    for row in ledger.statements:
        kind = row.verdict if row.verdict in TESTED else "untested"
        counts.setdefault(row.holder or row.by, Counter())[kind] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])))


def _verdict_bars(
    contents: BriefContents, counts: dict[str, Counter[str]], width: int
) -> vega.Spec:
    names, is_narrow = _kinds(), width == vega.NARROW
    rows: list[vega.Row] = []
    least = _ROOM[width] * max(own.total() for own in counts.values())
    for holder, own in list(counts.items())[:_BARS]:
        label = vega.wrapped(contents.name("actors", holder), 22 if is_narrow else 30)
        first = 0
        for kind, color in zip(names, _COLORS, strict=True):
            n = own[kind]
            ink = "white" if color in _DARK else vega.INK
            if n:
                rows.append({"label": label, "kind": names[kind], "first": first,
                             "last": first + n, "middle": first + n / 2, "ink": ink,
                             "n": n if n >= least else ""})  # fmt: skip
            first += n
    x, y = vega.numbers(form="d", tickCount=4 if is_narrow else 6), vega.lanes("label")
    colors = dict(zip(names.values(), _COLORS, strict=True))
    piece = {"x": {**x, "field": "first"}, "x2": {"field": "last"}, "y": y}
    letters = max(len(line) for row in rows for line in row["label"].split(vega.LINE_BREAK))
    columns = vega.legend_columns(colors, width - letters * vega.LETTER)
    piece["color"] = vega.by_kind("kind", colors, {"columns": columns})
    number = {"x": {**x, "field": "middle"}, "y": y, "text": {"field": "n"}}
    number["color"] = {"field": "ink", "type": "nominal", "scale": None}
    layers = [
        vega.layer("bar", piece, height={"band": 0.6}, stroke=vega.GRAY, strokeWidth=0.5),
        vega.layer("text", number, fontSize=11),
    ]
    height = vega.lane_height(rows, "label", least=22, line=14, more=4)
    return vega.chart(width, layers, data=vega.values(rows), height=height)


def _verdicts_table(
    contents: BriefContents, rows: list[results.StatementRow], ledger: results.StatementTable
) -> PageTable:
    """What was tested; at central values there is no share of draws, and nothing flips."""

    def modality(row: results.StatementRow) -> str:
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
            Column(_("holds in"), lambda row: Cell(share_words(row), row.share, unit=_("share"))),
            Column(_("would turn"), partial(flip_words, contents)),
        ]
    caption = _("Statements and verdicts ({made})").format(made=made_words(ledger))
    return table_of(caption, columns, rows, decides=_decides, group=partial(_speaker, contents))


def _decides(row: results.StatementRow) -> bool:
    return row.verdict in DECIDED and row.evidence in JUDGED


def _speaker(contents: BriefContents, row: results.StatementRow) -> str:
    return contents.name("actors", row.holder or row.by)


def _said(contents: BriefContents, row: results.StatementRow) -> str:
    """What it says, with the key phrase of the original and where that stands."""
    phrase = next((f"«{text}»" for text in row.phrase.values() if text), "")
    document = contents.case.documents.get(row.document)
    printed_by = (text_of(document.publisher) or text_of(document.title)) if document else ""
    return fmt.joined(says_words(row), phrase, fmt.joined(printed_by, row.place), by=" · ")


def untested_section(contents: BriefContents, ledger: results.StatementTable) -> Section | None:
    """What could not be tested, and why."""
    rows = [row for row in ledger.statements if row.verdict not in TESTED]
    if not rows:
        return None

    def why(row: results.EntryRow) -> str:
        lacks = missing_words(contents, row.missing) if row.missing else ""
        return fmt.joined(str(row.reason), lacks, by="; ")

    columns = (
        Column(_("id"), "id"),
        Column(_("whose view"), partial(who_words, contents)),
        Column(_("what it says"), partial(_said, contents)),
        verdict_column(),
        Column(_("why"), why),
    )
    text = _("What nobody can test yet is listed with what is missing, so that it can be found.")
    speaker, caption = partial(_speaker, contents), _("Statements without a verdict")
    table = table_of(caption, columns, rows, group=speaker)
    return Section("untested", _("What is said and cannot be tested"), (text,), (), (table,))


def patterns_section(contents: BriefContents, ledger: results.StatementTable) -> Section | None:
    """Contradictions, modality drift, double standards, tensions, contrasts and theses."""
    first, *others = _pattern_tables(contents, ledger)
    found = tuple(table for table in (first, *(one.folded for one in others)) if table.rows)
    if not found:
        return None
    text = _(
        "The same questions are asked of every side, the author of the ledger's source included."
    )
    return Section("patterns", _("Contradictions, drift and double standards"), (text,), (), found)


def _pattern_tables(contents: BriefContents, ledger: results.StatementTable) -> Iterator[PageTable]:
    actor = partial(contents.name, "actors")

    def actors(names: Iterable[str], by: str = ", ") -> str:
        return by.join(map(actor, names))

    def modality(name: str, cue: str) -> str:
        return modality_words(name) + (f" («{cue}»)" if cue else "")

    def passed_on(one: results.ModalityDrift) -> str:
        return f"{', '.join((one.id, *one.also))} ({actor(one.passed_on_by or one.by)})"

    def act(one: results.DoubleStandardRow) -> str:
        return says_words(one) if one.says else one.act.replace("_", " ")

    def shown_by(one: results.DoubleStandardRow) -> str:
        return "; ".join(map(str, one.judgements)) or ", ".join(one.statements)

    def verdict(one: results.DoubleStandardRow) -> str:
        return _("found among the judgements") if one.is_found else verdict_words(one.verdict)

    raised = {None: _("for a reader to judge"), True: _("yes"), False: _("no")}
    contradictions = (
        Column(_("statements"), lambda one: " / ".join(one.statements)),
        Column(_("holders"), lambda one: actors(dict.fromkeys(one.holders), " / ")),
        Column(_("about"), partial(_about, contents, ledger)),
        Column(_("sides"), lambda one: _("the same side") if one.same_side else _("across sides")),
    )
    yield table_of(_("Contradictions"), contradictions, ledger.contradictions)
    misfits = (Column(_("entries"), "pairs"), Column(_("what does not fit"), "words"))
    yield table_of(_("Verdicts that do not fit together"), misfits, ledger.misfits)
    drift = (
        Column(_("statement"), passed_on),
        Column(_("retells"), lambda one: f"{one.source} ({actor(one.source_by)})"),
        Column(_("from"), lambda one: modality(one.source_modality, one.source_cue)),
        Column(_("to"), lambda one: modality(one.modality, one.cue)),
        Column(_("change"), lambda one: results.kind_words(one.change)),
    )
    became = _("What became of statements when they were passed on")
    yield table_of(became, drift, ledger.modality_drift)
    doubles = (
        Column(_("id"), "id"),
        Column(_("judge"), lambda one: actor(one.judge)),
        Column(_("what it is"), act),
        Column(_("shown by"), shown_by),
        Column(_("verdict"), verdict),
    )
    yield table_of(_("Double standards and asymmetries"), doubles, ledger.double_standards)
    tensions = (
        Column(_("id"), "id"),
        Column(_("what does not fit"), says_words),
        Column(_("statements"), lambda one: ", ".join(one.statements)),
        Column(_("raised"), lambda one: raised[one.raised]),
    )
    yield table_of(_("Tensions, gaps and traps"), tensions, ledger.tensions)
    contrasts = (
        Column(_("id"), "id"),
        Column(_("contrast"), says_words),
        verdict_column(),
        Column(_("holds in"), share_words),
    )
    yield table_of(_("Not this but that"), contrasts, ledger.contrasts)
    theses = (
        Column(_("thesis"), "id"),
        Column(_("cause"), lambda edge: edge.cause.replace("_", " ")),
        Column(_("effect"), lambda edge: edge.effect.replace("_", " ")),
        verdict_column(),
    )
    yield table_of(_("What is said to cause what"), theses, ledger.theses.edges)
    unsaid = (
        Column(_("side"), lambda one: actor(one.side)),
        Column(_("takes no stance on"), lambda one: actor(one.subject)),
        Column(_("its statements"), "n_statements"),
        Column(_("others do"), lambda one: actors(one.said_by)),
    )
    silent = _("On what each side takes no stance among the statements of this ledger")
    yield table_of(silent, unsaid, ledger.coverage.unsaid)


def _about(
    contents: BriefContents, ledger: results.StatementTable, one: results.Contradiction
) -> str:
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


def _answered(game: results.Signaling) -> list[results.SignalingYear]:
    return [year for year in game.years if year.credible_share is not None]


def talk_words(contents: BriefContents) -> str:
    """Whether the measure would pay its sender, first and later, and what threats are worth.

    Empty where nobody imposes the main measure.
    """
    if contents.talk is None:
        return ""
    known = _answered(contents.talk)
    sender, share = contents.actor_words(), fmt.share
    if not known:
        text = _("Whether the measure would pay {sender} itself is not known: losses are missing.")
        return text.format(sender=sender)
    assumed = _("This is a small game over assumed parameters (grade D), no forecast.")
    first, later = known[0], _later(contents, known)
    if first.n_draws <= 1:
        return fmt.joined(_central_words(sender, known), assumed, by=" ")
    text = _(
        "Begun in {first} the measure would gain {sender} more than it costs in {a} of {n} draws."
    )
    talk = _("A threat of it would be mere talk, whatever is believed, in {a}.")
    if later is not first:
        text = _(
            "Begun in {first} the measure would gain {sender} more than it costs in {a} of {n} "
            "draws, begun in {later} in {b}."
        )
        talk = _(
            "A threat of it would be mere talk, whatever is believed, in {a} ({first}) and {b} "
            "({later})."
        )
    matter = _("What {target} says would change what {sender} does in at most {most} of them.")

    def told(words: str, field: str) -> str:
        a, b = (share(getattr(year, field)) for year in (first, later))
        days = {"first": fmt.date(first.start), "later": fmt.date(later.start)}
        return fmt.told(words, sender=sender, n=first.n_draws, a=a, b=b, **days)

    most = max(known, key=lambda year: year.credible_share or 0.0)
    peak = _("The most is {share}, in {month}.").format(
        share=share(most.credible_share or 0.0), month=fmt.date(most.start)
    )
    is_told = most.credible_share in (first.credible_share, later.credible_share)
    target = contents.name("actors", contents.case.target)
    matters = max(year.explaining_matters_share or 0.0 for year in known)
    if not matters:
        matter = _("What {target} says would change what {sender} does in none of them.")
    return fmt.joined(
        told(text, "credible_share"),
        "" if is_told else peak,
        told(talk, "rhetoric_share"),
        matter.format(sender=sender, target=target, most=share(matters)),
        assumed,
        by=" ",
    )


def _central_words(sender: str, known: list[results.SignalingYear]) -> str:
    pays = [year for year in known if year.credible_share]
    text = _(
        "At central values the measure would pay {sender} itself if it begins in {months}, and at "
        "no other of {n} yearly starts from {first} to {last}."
    )
    if len(known) == 1:
        text = _("At central values the measure would not pay {sender} itself, begun in {first}.")
        if pays:
            text = _("At central values the measure would pay {sender} itself, begun in {first}.")
    elif not pays:
        text = _(
            "At central values the measure would pay {sender} itself at none of {n} yearly starts "
            "from {first} to {last}."
        )
    elif len(pays) == len(known):
        text = _(
            "At central values the measure would pay {sender} itself at each of {n} yearly starts "
            "from {first} to {last}."
        )
    months = ", ".join(fmt.date(year.start) for year in pays)
    first, last = fmt.date(known[0].start), fmt.date(known[-1].start)
    return fmt.told(text, sender=sender, months=months, n=len(known), first=first, last=last)


def _later(contents: BriefContents, known: list[results.SignalingYear]) -> results.SignalingYear:
    """The first year from the middle one of the dates by which leverage may have ended.

    At central values from the date on which it ends; else the last.
    """
    end, dates = contents.end_row(), end_dates(contents)
    date = dates[len(dates) // 2] if dates else (end.date if end else None)
    return next((year for year in known[1:] if date and year.start >= date), known[-1])


def talk_section(contents: BriefContents) -> Section | None:
    """In which years a cut-off pays, whether explaining changes anything, and the limits of it."""
    game = contents.talk
    known = _answered(game) if game else []
    if game is None or not known:
        return None
    first, is_drawn = known[0], known[0].n_draws > 1
    about = f"{contents.name('measures', first.measure)}, {fmt.months(first.length)}"
    lines = {
        "credible_share": _("a cut-off pays against the target as it is then"),
        "rhetoric_share": _("threats are talk, whatever is believed"),
        "explaining_matters_share": _("what the target says changes what the sender does"),
    }

    def share(year: results.SignalingYear, *, field: str) -> Cell:
        part = getattr(year, field)
        if is_drawn or part is None:
            return Cell.share(part)
        return Cell.figure(part, _("yes") if part else _("no"))

    def threshold(year: results.SignalingYear) -> Cell:
        needed = year.threshold or 0.0
        return Cell.share(year.threshold) if needed <= 1 else Cell.words(_("never"))

    def spec(width: int) -> vega.Spec:
        rows = [
            {"line": line, "year": decimal_year(year.start), "p": getattr(year, field)}
            for year in known
            for field, line in lines.items()
            if getattr(year, field) is not None
        ]
        return vega.probability_lines(rows, width=width, order=lines.values())

    columns = (
        Column(_("start"), lambda year: Cell.month(year.start)),
        *(Column(line, partial(share, field=field)) for field, line in lines.items()),
        Column(_("belief from which it pays"), threshold),
        *((Column(_("draws"), "n_draws"),) if is_drawn else ()),
    )
    table = table_of(_("Threat or talk by start"), columns, known)
    pays = [year for year in known if (year.credible_share or 0.0) >= LIKELY]
    finding = _("At no start does a cut-off pay the sender in half of the draws or more")
    if len(pays) == len(known):
        finding = _("At every start a cut-off would pay the sender in half of the draws or more")
    elif pays:
        finding = _(
            "A cut-off pays the sender in half of the draws or more at {n} of {total} starts, "
            "last in {month}"
        )
    month = fmt.date(pays[-1].start) if pays else ""
    n, stress = first.n_draws, contents.stress
    made = made_by(stress, "", n) if stress else draws_and_seed(n, None)
    figure = Figure(
        "signaling-chart",
        fmt.told(finding, n=len(pays), total=len(known), month=month),
        under=(_("Share of the draws"), about, made),
        description=_("Lines of shares by start. {finding}"),
        spec=spec,
        table=table,
    )
    names = {
        "prior": _("belief that the target depends, before it says anything"),
        "gain_share": _("what a unit of the target's loss is worth to the sender"),
        "lost_buyer_share": _("chance that the buyer never comes back"),
        "threat_effect_share": _("part of the harm that a threat alone does"),
        "threat_cost_share": _("cost of a threat, as a part of the cost of a cut-off"),
        "explain_cost_share": _("cost of explaining, as a part of the target's loss"),
        "act_gain_share": _("gain of acting without a word, as a part of the target's loss"),
        "bluff_cost_share": _("cost of acting while it depends, as a part of the target's loss"),
    }
    parameters = table_of(
        _("Parameters that no data give: assumptions, grade D"),
        (
            Column(_("parameter"), lambda row: names.get(row[0], row[0].replace("_", " "))),
            Column(_("low"), lambda row: row[1][0]),
            Column(_("central"), lambda row: row[1][1]),
            Column(_("high"), lambda row: row[1][2]),
        ),
        game.parameters.items(),
    )
    texts: tuple[str, ...] = (
        _(
            "A small game: the target explains, keeps silent or acts; the sender does not know "
            "whether it still depends, and talks, threatens or cuts off. Payoffs come from the "
            "losses above and from a few declared parameters with ranges. A cut-off pays where "
            "what the target's loss is worth to the sender is more than its own cost."
        ),
        _(
            "Its limits: money is all that counts; each year is a game of its own, without "
            "reputation; two types of target stand for a whole range; nobody's mind is known. It "
            "says when a threat would pay, not what anybody will do."
        ),
    )
    if len(known) < len(game.years):
        left = ", ".join(fmt.date(year.start) for year in game.years if year not in known)
        texts += (_("Left out, since losses are missing: {months}.").format(months=left),)
    measure = contents.measure
    if measure is not None and measure.kind is not MeasureKind.EMBARGO:
        text = _('A cut-off is here the measure: "{measure}".')
        texts += (text.format(measure=contents.name("measures", measure.id)),)
    if is_drawn:
        return Section("signaling", _("Threat or talk"), texts, (figure,), (parameters,))
    turns = (row != before for before, row in pairwise(row[1:] for row in table.rows))
    tables = (replace(table, decides=(True, *turns)), parameters)
    return Section("signaling", _("Threat or talk"), texts, (), tables)
