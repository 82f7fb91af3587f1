"""The brief as one HTML file that needs nothing else: page one, then the sections.

Page one says how long uses hold, when not, and what is asked; below stand a few numbers, one
chart, what is assumed, the variants and the foot.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from derbes.brief import (
    coverage,
    deciding,
    dependence,
    headline,
    leverage,
    planning,
    sources,
    statements,
    uncertainty,
)
from derbes.brief import format as fmt
from derbes.brief.contents import (
    OPTIMAL,
    BriefContents,
    calm_words,
    draws_and_seed,
    harm_of,
    survived,
)
from derbes.brief.drawing import (
    NARROW,
    WIDE,
    draw,
    font_faces,
    missing_characters,
    picture,
    pixels,
    with_title,
)
from derbes.brief.layout import Figure, Section
from derbes.case.entities import essential_uses
from derbes.harmless import file_name, in_html, in_json, sheet, visible
from derbes.language import _, language, ngettext, text_of, use_language
from derbes.results.plan import Plan
from derbes.spelling import NO_BREAK

_MOST_PATHS = 3
"""Missing inputs that page one names; more are counted."""
Card = tuple[str, str, str]
"""Label, value and words of one of the numbers of page one."""
_TEMPLATES = Path(__file__).parent / "templates"
_WARNING = "<!--warning-->"
"""Place of the warning about letters, which only the whole page can give; no text holds it."""
LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each language in its own words."""
USUAL_PPI = 192
"""Pixels of a picture by inch; a chart is about 7 inches wide."""
_JOINT = re.compile(r"(?<=[^\W\d][._/])(?=\w)|(?<=\d[._/])(?=[^\W\d])")
"""Where a long word may be broken: never within a number."""
_LONG_WORD = 16
"""Letters from which on a word may be broken."""
_NO_WORD = 32
"""Letters after which a number without joints is broken, such as a hash."""
_FIRST_LEVEL = 2
"""Level of the heading of a figure of page one."""


def _first_figure(contents: BriefContents) -> Figure | None:
    """The chart of page one: over draws where there are any; days of cover where none is asked."""
    if contents.focus.measure and essential_uses(contents.case):
        return uncertainty.survival_figure(contents) or coverage.coverage_figure(contents)
    return next(iter(coverage.cover_section(contents).figures), None)


def _front(contents: BriefContents) -> dict[str, Any]:
    case, ledger, reading = contents.case, contents.statements, ""
    dated = headline.by_date(contents) if essential_uses(case) else None
    if dated:
        end, words = deciding.end_decides_words(contents), headline.reading_words(contents)
        reading = fmt.joined(end, words, by=" ")
    return {
        "title": text_of(case.label, case.name),
        "question": text_of(case.question, ""),
        "verdict": headline.how_long(contents),
        "answer": _answer(contents),
        "asked": headline.asked_words(contents),
        "cards": () if dated else _cards(contents),
        "by_date": dated,
        "reading": reading,
        "buys": planning.buys_words(contents),
        "ways": planning.ways_table(contents),
        "figure": _first_figure(contents),
        "decides": deciding.decides_table(contents),
        "known": _known(contents),
        "levers": leverage.levers_words(contents),
        "talk": statements.talk_words(contents),
        "is_dense": bool(ledger or contents.leverage.levers),
        "has_talk": statements.talk_section(contents) is not None,
        "statements": ledger and statements.telling_statements(contents, ledger),
        "foot": _foot(contents),
    }


def _answer(contents: BriefContents) -> str:
    """The weak window, what runs out first, and what keeps the leverage from ending."""
    if not contents.case.measures:
        fixes = [_("To ask what a stop would do, {fix}.").format(fix=note.fix)
                 for note in contents.case.notes if note.where == "measures"]  # fmt: skip
        until = _("Until then this page shows days of cover, the calm plan and the inputs.")
        return " ".join([*fixes[:1], until])
    if not contents.focus.measure or not essential_uses(contents.case):
        return ""
    row, end = contents.cover_row(start=contents.focus.shown), contents.end_row()
    parts = [deciding.decides_words(contents), headline.weak_window(contents)]
    if row is not None and not row.survives_length and row.binding:
        parts.append(_("First to run out: {goods}.").format(goods=contents.binding_words(row)))
    parts.append(headline.more_words(contents))
    if end is None:
        parts.append(_("When the leverage ends was not computed."))
    elif end.binding and not end.date:
        text = _("As planned this does not end by {month}; what still binds: {goods}.")
        parts.append(text.format(month=contents.last_month, goods=contents.binding_words(end)))
    return fmt.joined(*parts, by=" ")


def _cards(contents: BriefContents) -> tuple[Card, ...]:
    """The cards, whose large numbers may part from their units where a phone is too narrow."""
    if contents.case.measures:
        cards = [_survival_card(contents), _end_card(contents), _ratio_card(contents)]
        cards = cards if essential_uses(contents.case) else cards[2:]
        cards += _project_card(contents) or (_premium_card(contents),)
    else:
        cards = [*_calm_cards(contents)]
    return tuple(
        (label, re.sub(rf"{NO_BREAK}(?=\D)", " ", value), words) for label, value, words in cards
    )


def _calm_cards(contents: BriefContents) -> tuple[Card, ...]:
    uses, first = essential_uses(contents.case), contents.focus.start
    found = [row for use in uses if (row := contents.cover_row(start=first, use=use))]
    ending = {row.use: row.days_of_cover for row in found if row.days_of_cover is not None}
    words = _("in {month}, without any delivery").format(month=fmt.date(first))
    if ending:
        least = min(ending, key=ending.__getitem__)
        value: str = fmt.days(ending[least])
        words = _("{use}, {words}").format(use=contents.name("uses", least), words=words)
    elif any(row.days_of_cover_infinite for row in found):
        value = _("does not run out")
    else:
        value = fmt.missing()
    short = min((row.short_in_calm_from for row in found if row.short_in_calm_from), default=None)
    calm = fmt.date(short) if short else _("never")
    return (
        (_("Days of cover, least"), value, words),
        (_("Short in calm from"), calm, _("essential uses, without any measure")),
        *_project_card(contents),
    )


def _survival_card(contents: BriefContents) -> Card:
    row, focus = contents.cover_row(start=contents.focus.start), contents.focus
    label = _("Time to survive")
    if row is None:
        return (label, fmt.missing(), "")
    rule = row.time_to_survive_myopic
    myopic: str = fmt.missing() if rule is None else fmt.months(rule)
    if rule is None and row.time_to_survive is None:
        myopic = survived(row)
    text = _("from {month}, best response (simple rule: {time})")
    if myopic == survived(row):
        text = _("from {month}, best response and simple rule")
    text = text.format(month=fmt.date(focus.start), time=myopic)
    text = fmt.joined(text, calm_words(row), by="; ")
    worst = contents.cover_row(start=focus.worst)
    if worst is not None and focus.worst != focus.start:
        text = _("{words}; at worst, from {month}: {time}").format(
            words=text, month=fmt.date(focus.worst), time=survived(worst)
        )
    return (label, survived(row), text)


def _end_card(contents: BriefContents) -> Card:
    end, label = contents.end_row(), _("Leverage ends")
    rows = contents.rows_about(contents.leverage.rows, variant=None, bound=OPTIMAL)
    if end is None:
        only = len({row.start for row in rows}) == 1
        return (label, _("not computed"), _("one start alone was looked at") if only else "")
    text = _("{n} of {total} starts survived")
    held = [not harm_of(row) for row in rows if row.length == end.length]
    n, total = (sum(held), len(held)) if held else (end.n_starts_survived, end.n_starts)
    starts = fmt.told(text, n=n, total=total)
    if end.date is None:
        return (label, _("not by {month}").format(month=contents.last_month), starts)
    calendar = contents.case.calendar
    ahead = (calendar.index_of(end.date) - calendar.index_of(contents.focus.start)) * calendar.step
    text = _("from the first start on; {starts}")
    if ahead > 0:
        text = _("{time} after the first start; {starts}")
    return (label, fmt.date(end.date), text.format(time=fmt.months(ahead), starts=starts))


def _ratio_card(contents: BriefContents) -> Card:
    label, first = _("Leverage ratio"), contents.focus.start
    row = contents.leverage_row(start=first)
    if row is None:
        return (label, fmt.missing(), "")
    if row.target_loss is None or row.sender_cost_returning is None:
        unmet = _("unmet instead: {units}").format(units=headline.unmet_words(contents, first))
        return (label, fmt.missing(), _("{reason}; {unmet}").format(
            reason=uncertainty.missing_words(contents, row.missing), unmet=unmet))  # fmt: skip
    returning, lost = (
        leverage.no_ratio_words(cost, row.target_loss) if ratio is None else fmt.number(ratio)
        for ratio, cost in (
            (row.leverage_ratio, row.sender_cost_returning),
            (row.leverage_ratio_lost, row.sender_cost_lost),
        )
    )
    text = _("{month}: target's loss over sender's cost, buyer returns; {lost} if never")
    if row.leverage_ratio is None:
        text = _("{month}: if the buyer returns {reason}; if never: {lost}")
        if returning == lost:
            text = _("{month}: {reason}, whether the buyer returns or not")
    words = text.format(month=fmt.date(first), reason=returning, lost=lost)
    value = _("none") if row.leverage_ratio is None else returning
    return (label, value, f"{words}. {headline.counted_words(contents)}")


def _project_card(contents: BriefContents) -> tuple[Card, ...]:
    """What the plan costs, else what the plants cost; empty where neither is known."""
    if contents.plan is not None:
        return (planning.programme_card(contents) or _plan_card(contents, contents.plan),)
    plants = contents.case.plants.values()
    costed = [plant for plant in plants if plant.capital]
    if not costed:
        return ()
    total = sum(payment.amount.value for plant in costed for payment in plant.capital)
    words = ngettext(
        "plants of the case, {n} of {total} costed; no cheapest programme is computed",
        "plants of the case, {n} of {total} costed; no cheapest programme is computed",
        len(costed),
    ).format(n=len(costed), total=len(plants))
    return ((_("Cost of the project"), contents.money(total), words),)


def _premium_card(contents: BriefContents) -> Card:
    label, month = _("Premium"), fmt.date(contents.focus.start)
    row = contents.leverage_row(start=contents.focus.start)
    words = _("price rise that is as bad as the measure begun in {month}").format(month=month)
    if row is not None and row.premium is not None:
        return (label, fmt.percent_rise(row.premium), words)
    if row is not None and row.premium_unbounded:
        return (label, _("no limit"), leverage.no_premium_words())
    reason = leverage.no_figure_words(contents, row, is_asked=True) if row else fmt.missing()
    none = fmt.missing() if row is None or row.missing else _("none")
    return (label, none, _("{words}: {reason}").format(words=words, reason=reason))


def _plan_card(contents: BriefContents, plan: Plan) -> Card:
    label = _("Cost of security")
    if plan.cost is None:
        none = _("impossible") if plan.feasible is False else fmt.missing()
        return (label, none, planning.plan_words(contents, plan))
    above = planning.beyond_noise(plan, plan.cost - (plan.no_threat_cost or 0.0))
    text = _("cheapest programme, all supply included")
    if plan.no_threat_cost is not None:
        text = _("cheapest programme that meets the standards, above supply without any")
    words = _("{text}; {first} to {last}, {made}").format(
        text=text,
        first=fmt.date(contents.case.calendar.label(0)),
        last=contents.last_month,
        made=fmt.joined(plan.provenance.discounted, planning.futures_words(plan)),
    )
    return (label, contents.money(above), words)


def _known(contents: BriefContents) -> str:
    inputs, lacking = sources.inputs_of(contents.case), contents.case.missing
    if not inputs:
        return _("The case holds no numbers.")
    grade_share, counts = _("{share} {grade}"), Counter(item.grade for item in inputs)
    parts = [
        grade_share.format(share=fmt.share(n / len(inputs)), grade=sources.grade_words(grade))
        for grade in sources.GRADES
        if (n := counts[grade])
    ]
    missing = fmt.number(len(lacking))
    if 0 < len(lacking) <= _MOST_PATHS:
        paths = ", ".join(uncertainty.input_words(contents, path) for path in lacking)
        missing = _("{n} ({paths})").format(n=len(lacking), paths=paths)
    text = _(
        "Numbers in the case: {n}: {grades}. With a range: {ranged}. "
        "Known to be missing: {missing}."
    )
    ranged = sum(item.has_range for item in inputs)
    text = fmt.told(text, n=len(inputs), grades="; ".join(parts), ranged=ranged, missing=missing)
    n = len(contents.case.notes)
    read = ngettext("{n} note on what is made of them.", "{n} notes on what is made of them.", n)
    return f"{text} {fmt.told(read, n=n)}" if n else text


def _foot(contents: BriefContents) -> tuple[str, ...]:
    made, case = contents.leverage.provenance, contents.case
    days = [fact.date for fact in case.facts.values()]
    days += [document.date for document in case.documents.values()]
    newest = max(filter(None, days), default="")
    until = _("Data to {day}").format(day=fmt.date(newest)) if newest else _("No dated source")
    n = len(case.documents)
    draws = _("central values, no draws")
    second = _(
        "Not covered: the spread of uncertain inputs (central values only), prices that react to "
        "the measure, decisions of third countries, and what is listed as missing."
    )
    if contents.is_drawn:
        spread = draws_and_seed(made.n_draws, made.seed)
        if contents.stress is not None:
            spread = uncertainty.made_by(contents.stress, "", contents.stress.draws)
        draws = _("central values, their spread over {draws}").format(draws=spread)
        second = _(
            "Not covered: prices that react to the measure, decisions of third countries, and "
            "what is listed as missing."
        )
    first = _("{until}; {draws}; {sources}; derbes {version}; {solver}; case {hash}.").format(
        until=until, draws=draws, sources=fmt.told(ngettext("{n} source", "{n} sources", n), n=n),
        version=made.version, solver=made.solver, hash=made.case_hash[:12],
    )  # fmt: skip
    # the first sentence; the whole note opens the inputs
    first_of = {code: re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
                for code, text in case.note.items()}  # fmt: skip
    return (*filter(None, (text_of(first_of), *_evidence_words(contents))), first, second)


def _evidence_words(contents: BriefContents) -> tuple[str, ...]:
    """What answers and verdicts rest on, in a line; none without draws and without a ledger."""
    stress, ledger, told = contents.stress, contents.statements, []
    if stress is not None and stress.inputs:
        published = {one.path for one in stress.inputs if one.grade in sources.PUBLISHED}
        n, moving = len(published), len(published & sources.moving_inputs(contents))
        text = ngettext(
            "{n} of the {total} numbers that were drawn is published (grade A or B)",
            "{n} of the {total} numbers that were drawn are published (grade A or B)",
            n,
        )
        moves = _("{told}.")
        total = len({one.path for one in stress.inputs})
        if total == 1 and not n:
            text = _("The one number that was drawn is none of those published (grade A or B)")
        elif not n:
            text = _("None of the {total} numbers that were drawn is published (grade A or B)")
        elif stress.tornado and moving:
            moves = _("{told}; moved alone over its range {moving} of these moves an answer.")
        elif stress.tornado and n == 1:
            moves = _("{told}; moved alone over its range it moves no answer.")
        elif stress.tornado:
            moves = _("{told}; moved alone over its range none of these moves an answer.")
        drawn = fmt.told(text, n=n, total=total)
        told.append(fmt.told(moves, told=drawn, moving=moving))
    tally = ledger.evidence_tally(statements.JUDGED) if ledger is not None else ""
    if ledger is not None and tally:
        n, made = len(ledger.statements), statements.made_words(ledger)
        text = _(
            "Statements, {n} in all: {tally}; the others rest on reports, restate inputs or cannot "
            "be tested ({made})."
        )
        if n == sum(row.evidence in statements.JUDGED for row in ledger.statements):
            text = _("Statements, {n} in all: {tally} ({made}).")
        told.append(fmt.told(text, n=n, tally=tally, made=made))
    return (" ".join(told),) if told else ()


def render_brief(
    contents: BriefContents, *, page_one: bool = False, languages: Sequence[str] = ()
) -> str:
    """One self-contained HTML file; the same contents give the same bytes.

    With several languages the first is shown. The others lie in templates, which a browser
    leaves alone (so that each anchor is there once), until a script of the page itself puts
    one in its place; without scripts the first stands there whole.

    Args:
        contents: What is told.
        page_one: Whether the first page stands alone.
        languages: Codes, the first shown; none: the one in use.
    """
    environment, in_use = _environment(), language()
    script = (_TEMPLATES / "languages.js").read_text(encoding="utf-8")
    try:
        shown, *others = (
            _in_language(environment, contents, code, page_one=page_one)
            for code in languages or (in_use,)
        )
    finally:
        use_language(in_use)
    page: str = environment.get_template("brief.html").render(
        shown=shown,
        others=others,
        fonts=font_faces(),
        script=script,
        script_hash=base64.b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii"),
    )
    return page


def _in_language(
    environment: Any, contents: BriefContents, code: str, *, page_one: bool
) -> dict[str, str]:
    """All that a page shows in a language, which is in use from here on."""
    use_language(code)
    name = text_of(contents.case.label, contents.case.name)
    sections = () if page_one else sections_of(contents)
    template = environment.get_template("main.html")
    main = visible(template.render(front=_front(contents), sections=sections, warning=_WARNING))
    return {
        "language": code,
        "name": LANGUAGE_NAMES.get(code, code),
        "title": visible(_("{name}: brief").format(name=name)),
        "choose": _("Language"),
        "main": main.replace(_WARNING, _font_warning(main.replace(_WARNING, ""))),
    }


def sections_of(contents: BriefContents) -> tuple[Section, ...]:
    """All sections behind page one, in their order."""
    return tuple(section for section in _sections(contents) if section is not None)


def _sections(contents: BriefContents) -> Iterator[Section | None]:
    is_asked, stress, ledger = bool(contents.case.measures), contents.stress, contents.statements
    if is_asked:
        yield coverage.coverage_section(contents)
        yield coverage.cover_section(contents)
    yield dependence.sellers_section(contents)
    if is_asked:
        yield leverage.losses_section(contents)
        yield dependence.dependence_section(contents)
        yield leverage.surface_section(contents)
    yield dependence.chokepoint_section(contents)
    if is_asked:
        yield leverage.variants_section(contents)
    yield from planning.plan_sections(contents)
    if stress is not None:
        yield uncertainty.fans_section(contents, stress)
        yield uncertainty.ends_section(contents, stress)
        yield uncertainty.hazards_section(contents, stress)
        yield deciding.deciding_section(contents, stress)
        yield uncertainty.drawn_section(contents, stress)
    yield statements.talk_section(contents)
    if ledger is not None and ledger.statements:
        yield statements.statements_section(contents, ledger)
        yield statements.patterns_section(contents, ledger)
        yield statements.untested_section(contents, ledger)
    if is_asked:
        yield leverage.bounds_section(contents)
    yield sources.inputs_section(contents)
    yield sources.facts_section(contents)
    yield sources.notes_section(contents)
    yield sources.missing_section(contents)
    yield sources.method_section(contents.case)
    yield sources.reproduce_section(contents)


def figures_of(contents: BriefContents) -> dict[str, Figure]:
    """Name → chart, of all that the brief has, and the curve that page one has without draws."""
    course = coverage.coverage_figure(contents) if contents.focus.measure else None
    figures = [_first_figure(contents), course]
    figures += [figure for section in sections_of(contents) for figure in section.figures]
    return {figure.id: figure for figure in figures if figure}


def csv_tables(contents: BriefContents) -> dict[str, str]:
    """Name → CSV of every table of the brief, and of the data of every chart, whole."""
    course = coverage.coverage_figure(contents) if contents.focus.measure else None
    tables = {"by-date": headline.by_date(contents), "decides": deciding.decides_table(contents)}
    tables |= {one.id: one.table for one in (_first_figure(contents), course) if one}
    for section in sections_of(contents):
        tables |= {figure.id: figure.table for figure in section.figures}
        tables |= {f"{section.id}-{n}": table for n, table in enumerate(section.tables, 1)}
    named: dict[str, str] = {}
    for name, table in tables.items():
        if table:
            named[file_name(name, {other.casefold() for other in named})] = table.csv
    return named


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the brief that stands alone: it says its unit, date, variant and draws itself."""

    figure: Figure
    foot: str
    """Case and what made it."""

    @property
    def name(self) -> str:
        """By which it is asked for."""
        return self.figure.id

    @property
    def title(self) -> str:
        """What it shows, in a sentence."""
        return self.figure.title

    @property
    def subtitle(self) -> str:
        """Unit, measure, date, variant and draws."""
        return self.figure.subtitle

    def svg(self) -> str:
        """As SVG with its fonts in it."""
        return picture(self.figure.spec(WIDE), **self._words())

    def png(self, ppi: int = USUAL_PPI) -> bytes:
        """As PNG.

        Args:
            ppi: Pixels by inch, of which the chart is about 7 wide.
        """
        return pixels(picture(self.figure.spec(WIDE), has_fonts=False, **self._words()), ppi)

    def csv(self) -> str:
        """Its data as CSV, unrounded, with units in the headings."""
        return sheet(self.figure.table.raw)

    def vega_lite(self) -> dict[str, Any]:
        """Its Vega-Lite specification, data included."""
        return with_title(self.figure.spec(WIDE), **self._words())

    def json(self) -> str:
        """The same as text."""
        return in_json(json.dumps(self.vega_lite(), ensure_ascii=False, indent=1))

    def _words(self) -> dict[str, Any]:
        finding = self.title
        told = {"title": finding, "under": self.subtitle, "foot": self.foot}
        told["description"] = self.figure.description.format(finding=finding)
        return {key: visible(text) for key, text in told.items()} | {"id_": self.name}

    def _repr_svg_(self) -> str:
        """A picture in a notebook."""
        return self.svg()

    def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, Any]:
        """A picture for every notebook; PNG for those that do not draw SVG."""
        png = base64.b64encode(self.png()).decode("ascii")
        return {"image/svg+xml": self.svg(), "image/png": png, "text/plain": self.title}


def chart_of(contents: BriefContents, name: str) -> Chart | None:
    """A chart of a brief by its name; None where the brief has none."""
    figure = figures_of(contents).get(name)
    made, case = contents.leverage.provenance, contents.case
    foot = _("{case}; derbes {version}; {solver}; case {hash}").format(
        case=text_of(case.label, case.name),
        version=made.version,
        solver=made.solver,
        hash=made.case_hash[:12],
    )
    return Chart(figure, foot) if figure else None


def _environment() -> Any:
    import jinja2  # noqa: PLC0415  rendering alone pays for it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.globals["pictures"] = _pictures
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Any:
    """A text for a cell, in which long names may be broken at their joints, and nowhere else."""
    from markupsafe import Markup  # noqa: PLC0415  comes with jinja2

    def told(word: str) -> str:
        parts = _JOINT.split(word) if len(word) > _LONG_WORD else [word]
        pieces = (
            part[at : at + _NO_WORD] for part in parts for at in range(0, len(part), _NO_WORD)
        )
        return "<wbr>".join(map(in_html, pieces))

    return Markup(" ".join(map(told, text.split(" "))))  # noqa: S704  each piece is escaped


def _pictures(figure: Figure, level: int) -> list[tuple[str, str]]:
    """(class, SVG) of a figure: of page one a wide one too; all others fit half a page."""
    sizes = (("wide", WIDE), ("narrow", NARROW)) if level == _FIRST_LEVEL else (("half", NARROW),)
    title = figure.title
    told = {"title": title, "description": figure.description.format(finding=title)}
    return [
        (size, draw(figure.spec(width), id_=f"{figure.id}-{size}", **told)) for size, width in sizes
    ]


def _font_warning(page: str) -> str:
    """Paragraph on what the embedded font cannot show; empty when it can show everything."""
    lacking = missing_characters(page)
    if not lacking:
        return ""
    codes = ", ".join(f"U+{ord(character):04X}" for character in lacking)
    text = ngettext(
        "The embedded font lacks {n} character of this brief: {codes}.",
        "The embedded font lacks {n} characters of this brief: {codes}.",
        len(lacking),
    ).format(n=len(lacking), codes=codes)
    return f'<p class="warning">{in_html(text)}</p>'
