"""Page one: the answer, a few numbers, one chart, what is assumed, variants, foot."""

from dataclasses import dataclass

from derbes.brief import format as fmt
from derbes.brief.contents import (
    BriefContents,
    Focus,
    cover_row,
    end_of,
    leverage_row,
    name_of,
    variants_of,
)
from derbes.brief.parts import Figure, Table
from derbes.brief.sections.coverage import cover_section, coverage_figure
from derbes.brief.sections.inputs import grade_counts, grade_words, inputs_of
from derbes.brief.sections.leverage import no_figure_words, no_premium_words, no_ratio_words
from derbes.brief.sections.planning import plan_words
from derbes.brief.sections.planning.words import beyond_noise
from derbes.brief.sections.variants import comparison
from derbes.brief.sections.wording import (
    binding_words,
    calm_words,
    draws_and_seed,
    is_drawn,
    measure_words,
    survived,
)
from derbes.brief.verdict import more_words, unmet_words, verdict_of
from derbes.case.entities import essential_uses
from derbes.language import _, ngettext
from derbes.results.display import text_of
from derbes.results.plan import Plan
from derbes.results.supply import CoverRow

_MOST_VARIANTS = 7
"""Rows of the small table, so that the page stays one page."""
_MOST_PATHS = 3
"""Missing inputs that page one names; more are counted."""


@dataclass(frozen=True, slots=True)
class Card:
    """One of the numbers of page one."""

    label: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Front:
    """Everything on page one."""

    title: str
    question: str
    verdict: str
    answer: str
    cards: tuple[Card, ...]
    figure: Figure | None
    known: str
    variants: Table | None
    """None where no measure was computed, so nothing is compared."""
    more_variants: str
    foot: tuple[str, ...]


def front_of(contents: BriefContents, focus: Focus) -> Front:
    """Page one of a brief."""
    case = contents.case
    names = variants_of(contents)
    shown = names[:_MOST_VARIANTS]
    left = len(names) - len(shown)
    more = ngettext("{n} more variant below", "{n} more variants below", left).format(n=left)
    return Front(
        title=text_of(case.label, case.name),
        question=text_of(case.question, ""),
        verdict=verdict_of(contents, focus),
        answer=_answer(contents, focus),
        cards=_cards(contents, focus),
        figure=coverage_figure(contents, focus)
        if focus.measure
        else next(iter(cover_section(contents, focus).figures), None),
        known=_known(contents),
        variants=comparison(contents, focus, shown, is_short=True) if focus.measure else None,
        more_variants=more if left > 0 else "",
        foot=_foot(contents),
    )


def _answer(contents: BriefContents, focus: Focus) -> str:
    """What the verdict is about, what runs out first, and what keeps it from ending."""
    if not contents.case.measures:
        fixes = [_("To ask what a stop would do, {fix}.").format(fix=note.fix)
                 for note in contents.case.notes if note.where == "measures"]  # fmt: skip
        until = _("Until then this page shows days of cover, the calm plan and the inputs.")
        return " ".join([*fixes[:1], until])
    if not focus.measure:
        return ""
    row = cover_row(contents, focus, variant=focus.variant, start=focus.shown)
    parts = [_("The measure: {measure}.").format(measure=measure_words(contents, focus))]
    if row is not None and not row.survives_length and row.binding:
        binding = binding_words(contents.case, row.binding, row.binding_sellers)
        parts.append(_("First to run out: {goods}.").format(goods=binding))
    parts += [more_words(contents, focus), _end_sentence(contents, focus)]
    return " ".join(part for part in parts if part)


def _end_sentence(contents: BriefContents, focus: Focus) -> str:
    end = end_of(contents, focus, variant=focus.variant)
    if end is None:
        return _("When the leverage ends was not computed.")
    if end.date or not end.binding:
        return ""
    binding = binding_words(contents.case, end.binding, end.binding_sellers)
    calendar = contents.case.calendar
    return _("As planned this does not end by {month}; what still binds: {goods}.").format(
        month=fmt.date(calendar.label(calendar.n_periods - 1)), goods=binding
    )


def _cards(contents: BriefContents, focus: Focus) -> tuple[Card, ...]:
    if not contents.case.measures:
        return _calm_cards(contents, focus)
    return (
        _survival_card(contents, focus),
        _end_card(contents, focus),
        _ratio_card(contents, focus),
        *(_project_card(contents) or (_premium_card(contents, focus),)),
    )


def _calm_cards(contents: BriefContents, focus: Focus) -> tuple[Card, ...]:
    """What is known where no measure asks for more: days of cover, and what calm lacks."""
    found = [
        row
        for use in essential_uses(contents.case)
        if (row := cover_row(contents, focus, variant=focus.variant, start=focus.start, use=use))
    ]
    ending = [row for row in found if row.days_of_cover is not None]
    least = min(ending, key=lambda row: row.days_of_cover or 0.0, default=None)
    value = fmt.missing() if least is None else fmt.days(least.days_of_cover or 0.0)
    if least is None and any(row.days_of_cover_infinite for row in found):
        value = _("does not run out")
    words = _("in {month}, without any delivery").format(month=fmt.date(focus.start))
    if least is not None:
        name = name_of(contents.case, "uses", least.use)
        words = _("{use}, {words}").format(use=name, words=words)
    short = sorted(row.short_in_calm_from for row in found if row.short_in_calm_from)
    calm = fmt.date(short[0]) if short else _("never")
    return (
        Card(_("Days of cover, least"), value, words),
        Card(_("Short in calm from"), calm, _("essential uses, without any measure")),
        *_project_card(contents),
    )


def _survival_card(contents: BriefContents, focus: Focus) -> Card:
    row = cover_row(contents, focus, variant=focus.variant, start=focus.start)
    label = _("Time to survive")
    if row is None:
        return Card(label, fmt.missing(), "")
    text = _("from {month}, best response (simple rule: {time})").format(
        month=fmt.date(focus.start), time=_myopic(row)
    )
    if _myopic(row) == survived(row):
        text = _("from {month}, best response and simple rule").format(month=fmt.date(focus.start))
    if calm_words(row):
        text = f"{text}; {calm_words(row)}"
    worst = cover_row(contents, focus, variant=focus.variant, start=focus.worst)
    if worst is not None and focus.worst != focus.start:
        text = _("{words}; at worst, from {month}: {time}").format(
            words=text, month=fmt.date(focus.worst), time=survived(worst)
        )
    return Card(label, survived(row), text)


def _myopic(row: CoverRow) -> str:
    rule = row.time_to_survive_myopic
    if rule is None and row.time_to_survive is None:
        return survived(row)
    return fmt.missing() if rule is None else fmt.months(rule)


def _end_card(contents: BriefContents, focus: Focus) -> Card:
    label = _("Leverage ends")
    end = end_of(contents, focus, variant=focus.variant)
    if end is None:
        return Card(label, fmt.missing(), "")
    starts = _("{n} of {total} starts survived").format(
        n=fmt.number(end.n_starts_survived), total=fmt.number(end.n_starts)
    )
    calendar = contents.case.calendar
    if end.date is None:
        last = fmt.date(calendar.label(calendar.n_periods - 1))
        return Card(label, _("not by {month}").format(month=last), starts)
    ahead = (calendar.index_of(end.date) - calendar.index_of(focus.start)) * calendar.step
    words = _("{time} after the first start; {starts}").format(
        time=fmt.months(max(0, ahead)), starts=starts
    )
    return Card(label, fmt.date(end.date), words)


def _ratio_card(contents: BriefContents, focus: Focus) -> Card:
    label = _("Leverage ratio")
    row = leverage_row(contents, focus, variant=focus.variant, start=focus.start)
    if row is None:
        return Card(label, fmt.missing(), "")
    if row.target_loss is None or row.sender_cost_returning is None:
        unmet = _("unmet instead: {units}").format(units=unmet_words(contents, focus, focus.start))
        return Card(label, fmt.missing(), _("{reason}; {unmet}").format(
            reason=fmt.missing(row.missing), unmet=unmet))  # fmt: skip
    returning, lost = (
        no_ratio_words(cost, row.target_loss) if ratio is None else fmt.number(ratio)
        for ratio, cost in (
            (row.leverage_ratio, row.sender_cost_returning),
            (row.leverage_ratio_lost, row.sender_cost_lost),
        )
    )
    words = _("target's loss over sender's cost, buyer returns; {lost} if never").format(lost=lost)
    if row.leverage_ratio is None:
        words = _("if the buyer returns {reason}; if never: {lost}").format(
            reason=returning, lost=lost
        )
        returning = _("none")
    return Card(label, returning, words)


def _project_card(contents: BriefContents) -> tuple[Card, ...]:
    """What the plan costs, else what the plants cost; empty where neither is known."""
    if contents.plan is not None:
        return (_plan_card(contents, contents.plan),)
    plants = contents.case.plants.values()
    costed = [plant for plant in plants if plant.capital]
    if costed:
        total = sum(payment.amount.value for plant in costed for payment in plant.capital)
        words = ngettext(
            "plants of the case, {n} of {total} costed; no cheapest programme is computed",
            "plants of the case, {n} of {total} costed; no cheapest programme is computed",
            len(costed),
        ).format(n=len(costed), total=len(plants))
        return (Card(_("Cost of the project"), fmt.money(total, contents.case.currency), words),)
    return ()


def _premium_card(contents: BriefContents, focus: Focus) -> Card:
    label = _("Premium")
    row = leverage_row(contents, focus, variant=focus.variant, start=focus.start)
    words = _("price rise that is as bad as the cut-off")
    if row is not None and row.premium is None and row.premium_unbounded:
        return Card(label, _("no limit"), no_premium_words())
    if row is None or row.premium is None:
        reason = fmt.missing() if row is None else no_figure_words(row, is_asked=True)
        return Card(label, _("none"), _("{words}: {reason}").format(words=words, reason=reason))
    return Card(label, fmt.percent_rise(row.premium), words)


def _plan_card(contents: BriefContents, plan: Plan) -> Card:
    """What the cheapest programme costs above what is spent without any standard."""
    label = _("Cost of security")
    if plan.cost is None:
        return Card(label, fmt.missing(), plan_words(contents, plan))
    above = plan.cost - (plan.no_threat_cost or 0.0)
    money = fmt.money(beyond_noise(plan, above), contents.case.currency)
    if plan.no_threat_cost is None:
        return Card(label, money, _("cheapest programme, all supply included"))
    return Card(
        label,
        money,
        _("cheapest programme that meets the standards, above supply without any, discounted"),
    )


def _known(contents: BriefContents) -> str:
    inputs = inputs_of(contents.case)
    if not inputs:
        return _("The case holds no numbers.")
    parts = [
        _("{share} {grade}").format(share=fmt.share(n / len(inputs)), grade=grade_words(grade))
        for grade, n in grade_counts(inputs).items()
    ]
    ranged = sum(item.has_range for item in inputs)
    lacking = contents.case.missing
    text = _(
        "Numbers in the case: {n}: {grades}. With a range: {ranged}. "
        "Known to be missing: {missing}."
    ).format(
        n=fmt.number(len(inputs)),
        grades="; ".join(parts),
        ranged=fmt.number(ranged),
        missing=_("{n} ({paths})").format(n=len(lacking), paths=", ".join(lacking))
        if 0 < len(lacking) <= _MOST_PATHS
        else fmt.number(len(lacking)),
    )
    n = len(contents.case.notes)
    read = ngettext(
        "{n} note on what is made of them.", "{n} notes on what is made of them.", n
    ).format(n=fmt.number(n))
    return f"{text} {read}" if n else text


def _foot(contents: BriefContents) -> tuple[str, ...]:
    made = contents.leverage.provenance
    case = contents.case
    days = [fact.date for fact in case.facts.values()]
    days += [document.date for document in case.documents.values()]
    newest = max((day for day in days if day), default="")
    sources = ngettext("{n} source", "{n} sources", len(case.documents)).format(
        n=fmt.number(len(case.documents))
    )
    until = _("Data to {day}").format(day=fmt.date(newest)) if newest else _("No dated source")
    draws = _("central values, no draws")
    second = _(
        "Not covered: the spread of uncertain inputs (central values only), prices that react to "
        "the measure, decisions of third countries, and what is listed as missing."
    )
    if is_drawn(contents):
        draws = _("central values, their spread over {draws}").format(
            draws=draws_and_seed(made.n_draws, made.seed)
        )
        second = _(
            "Not covered: prices that react to the measure, decisions of third countries, and "
            "what is listed as missing."
        )
    first = _("{until}; {draws}; {sources}; derbes {version}; {solver}; case {hash}.").format(
        until=until, draws=draws, sources=sources, version=made.version, solver=made.solver,
        hash=made.case_hash[:12],
    )  # fmt: skip
    notes = (case.note,) if case.note else ()
    return (*notes, first, second)


def title_of(contents: BriefContents) -> str:
    """Title of the document."""
    name = text_of(contents.case.label, contents.case.name)
    return _("{name}: brief").format(name=name)
